//! The shipped drills on the sample park, as a safety officer runs them: report, log, replay, resume, alert.

mod support;

use std::path::PathBuf;

use support::{Place, manifest};

fn shipped(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenes").join(name);
    path.display().to_string()
}

#[test]
fn the_three_shipped_drills_run_with_their_reports_and_replay_to_the_bit() {
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let text = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    for (drill, word) in [("ammonia-leak", "AEGL-2"), ("warehouse-fire", "cordon"), ("flood", "water deeper than")] {
        let path = shipped(&format!("{drill}.drill.ron"));
        let (page, log, cap) = (format!("{drill}.html"), format!("{drill}.jsonl"), format!("{drill}.xml"));
        let arguments = [
            "drill",
            "run",
            &path,
            "--out",
            &file(&page),
            "--log",
            &file(&log),
            "--cap",
            &file(&cap),
            "--lang",
            "en",
            "--json",
        ];
        let run = place.json(&arguments);
        let outcome = &run["outcome"];
        assert!(outcome["alarm_s"].as_f64().unwrap() > 0.0, "{drill}: {outcome}");
        assert!(
            outcome["persons"].as_u64().unwrap() > 1000 && outcome["arrived"].as_u64().unwrap() > 500,
            "{drill}: {outcome}"
        );
        assert!(!outcome["struck"].as_array().unwrap().is_empty(), "{drill}: {outcome}");
        let html = text(&page);
        for said in
            ["SYNTHETIC", "Expected actions", "First water", word, "<svg class=\"plan\"", "exercises and planning"]
        {
            assert!(html.contains(said), "{drill}: the report lacks {said:?}");
        }
        let alert = text(&cap);
        assert!(alert.contains("<status>Exercise</status>") && alert.contains("<polygon>"), "{drill}: {alert}");
        let replay = place.json(&["drill", "replay", &path, &file(&log), "--json"]);
        assert_eq!(
            (&replay["same"], &replay["whole"], &replay["digest"]),
            (&true.into(), &true.into(), &run["digest"])
        );
        // Killed in the middle: the drill goes on from its log as it would have gone.
        let whole = text(&log);
        let broken = file("broken.jsonl");
        std::fs::write(&broken, &whole[..whole.len() * 2 / 3]).unwrap();
        let resumed = place.json(&["drill", "run", &path, "--resume", &broken, "--json"]);
        assert_eq!(resumed["digest"], run["digest"], "{drill}");
        // A log that was tampered with is told from one that was not.
        std::fs::write(&broken, whole.replacen("alarm is raised", "alarm is given", 1)).unwrap();
        let (code, error) = place.fails(&["drill", "replay", &path, &broken]);
        assert!(code == 1 && error.contains("does not belong"), "{error}");
    }
    // The burst main takes the water that the fire needs.
    let path = shipped("warehouse-fire.drill.ron");
    let fire = place.json(&["drill", "run", &path, "--json"]);
    let outcome = &fire["outcome"];
    assert!(outcome["hydrants_out"].as_u64().unwrap() > 0);
    assert!(outcome["water_l_s"].as_f64().unwrap() < outcome["water_needed_l_s"].as_f64().unwrap(), "{outcome}");
    // What a person did by hand counts, and the Chinese report speaks Chinese.
    std::fs::write(
        file("hand.jsonl"),
        "{\"at_s\": 300.0, \"does\": {\"done\": \"second-source\"}, \"by\": \"observer\"}\n",
    )
    .unwrap();
    let marked = place.json(&[
        "drill",
        "run",
        &path,
        "--hand",
        &file("hand.jsonl"),
        "--out",
        &file("zh.html"),
        "--lang",
        "zh",
        "--json",
    ]);
    let ratings = marked["outcome"]["rated"].as_array().unwrap();
    let second = ratings.iter().find(|rated| rated["id"] == "second-source").unwrap();
    assert_eq!(second["rating"], "met", "{second}");
    assert!(text("zh.html").contains("预期行动") && !text("zh.html").contains("Expected actions"));
}

#[test]
fn a_drill_that_is_wrong_is_refused_with_its_line() {
    let place = Place::new();
    let text = std::fs::read_to_string(shipped("flood.drill.ron")).unwrap();
    let line = text.lines().position(|line| line.contains("after(\"gauge\"")).unwrap() + 1;
    let file = place.folder.path().join("wrong.drill.ron");
    std::fs::write(&file, text.replace("after(\"gauge\"", "after(\"gage\"")).unwrap();
    let (code, error) = place.fails(&["drill", "run", &file.display().to_string()]);
    assert!(code == 1 && error.contains(&format!("line {line}")) && error.contains("gage"), "{error}");
}
