//! The shipped drills on the sample park, as a safety officer runs them: report, log, replay, resume, alert.

use std::path::PathBuf;

use crate::support::{Place, manifest};

fn shipped(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenes").join(name);
    path.display().to_string()
}

/// An error with the command that plays what was done by hand in a log anew, however its lines are broken.
fn names_the_way_out(error: &str, drill: &str, log: &str, new: &str) {
    let tight = |text: &str| text.split_whitespace().collect::<String>();
    let command = tight(&format!("`twin drill run {drill} --resume {log} --log {new}`"));
    assert!(tight(error).contains(&command), "{error}");
}

#[test]
fn the_three_shipped_drills_run_with_their_reports_and_replay_to_the_bit() {
    let place = Place::imported();
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
            "--no-pictures",
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
        // Whatever is expected falls due while the drill runs: nothing is asked for that cannot be judged.
        for rated in outcome["rated"].as_array().unwrap() {
            assert!(rated["due_s"].is_number() && rated["rating"] != "open", "{drill}: {rated}");
        }
        let html = text(&page);
        for said in [
            "SYNTHETIC",
            "What was given",
            "person by person",
            "Tordeux",
            "Shown by",
            "Expected actions",
            "First water",
            word,
            "<svg class=\"plan\"",
            "exercises and planning",
        ] {
            assert!(html.contains(said), "{drill}: the report lacks {said:?}");
        }
        let alert = text(&cap);
        assert!(alert.contains("<status>Exercise</status>") && alert.contains("<polygon>"), "{drill}: {alert}");
        let blocks: Vec<&str> = alert.split("<info>").skip(1).collect();
        assert!(blocks.len() == 2 && blocks[0].contains("<language>en-US</language>"), "{drill}: {alert}");
        assert!(
            blocks[1].contains("<language>zh-CN</language>") && blocks[1].contains("<event>演练："),
            "{drill}: {alert}"
        );
        assert!(!blocks[1].contains("Danger") && blocks[1].contains("危险区"), "{drill}: {alert}");
        // Every objective is rated, and every item of the standard has its row.
        assert_eq!(outcome["items"].as_array().unwrap().len(), 12, "{drill}");
        let scores = ["met", "partly", "not_met", "unknown"];
        let objectives = outcome["objectives"].as_array().unwrap();
        assert!(objectives.iter().all(|one| scores.contains(&one["score"].as_str().unwrap())), "{drill}: {outcome}");
        assert!(outcome["rated"].as_array().unwrap().iter().all(|one| one["evidence"] != ""), "{drill}: {outcome}");
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
        names_the_way_out(&error, &path, &broken, &file("broken-new.jsonl"));
        // Nor is anything made of a run that the log does not tell of.
        let page = file("other.html");
        let (code, error) = place.fails(&["drill", "report", &path, "--log", &broken, "--out", &page, "--no-pictures"]);
        assert!(code == 1 && error.contains("program have changed") && !PathBuf::from(&page).exists(), "{error}");
        names_the_way_out(&error, &path, &broken, &file("broken-new.jsonl"));
        let (code, error) = place.fails(&written_down(&path, &broken, &["--text", "Train"]));
        assert_eq!(code, 1, "{error}");
        names_the_way_out(&error, &path, &broken, &file("broken-new.jsonl"));
        // And that way is one.
        let new = file("broken-new.jsonl");
        let again = place.json(&["drill", "run", &path, "--resume", &broken, "--log", &new, "--json"]);
        assert_eq!(again["digest"], run["digest"], "{drill}");
        place.json(&["drill", "replay", &path, &new, "--json"]);
    }
    // The burst main takes the water that the fire needs.
    let path = shipped("warehouse-fire.drill.ron");
    let fire = place.json(&["drill", "run", &path, "--json"]);
    let outcome = &fire["outcome"];
    assert!(outcome["hydrants_out"].as_u64().unwrap() > 0);
    // It is a main of the park, shut off at its valves: buildings lose their water with the hydrants.
    let entries = fire["entries"].as_array().unwrap();
    let burst = entries.iter().find(|entry| entry["id"] == "burst").unwrap();
    assert!(burst["text"].to_string().contains("bursts and is shut off"), "{burst}");
    // An engine was pumping, and stands there without water.
    let at_s = |id: &str| entries.iter().find(|entry| entry["id"] == id).and_then(|entry| entry["at_s"].as_f64());
    assert_eq!(at_s("burst").unwrap() - at_s("first_water").unwrap(), 60.0, "{entries:?}");
    assert_eq!(at_s("water_lost"), at_s("burst"), "{entries:?}");
    // The nearest hydrant gives no water any more: so the crew asks for a line from elsewhere, as the script has it.
    assert_eq!(at_s("relay").unwrap() - at_s("weak").unwrap(), 120.0, "{entries:?}");
    assert!(!outcome["without_water"].as_array().unwrap().is_empty(), "{outcome}");
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
fn everything_of_a_drill_goes_into_a_package_and_into_spreadsheets() {
    let place = Place::imported();
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let path = shipped("ammonia-leak.drill.ron");
    let run = place.json(&["drill", "run", &path, "--log", &file("drill.jsonl"), "--json"]);
    let gpkg = file("drill.gpkg");
    let arguments = ["drill", "report", &path, "--log", &file("drill.jsonl"), "--out"];
    let written = place.json(&[&arguments[..], &[&gpkg, "--json"]].concat());
    assert_eq!(written["digest"], run["digest"]);
    // Read by GDAL, which did not write it.
    let rows = |table: &str| -> u64 {
        let output = std::process::Command::new("ogrinfo").args(["-so", &gpkg, table]).output().expect("ogrinfo runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let count = said.lines().find_map(|line| line.strip_prefix("Feature Count: "));
        count.unwrap_or_else(|| panic!("{table}: {said}")).trim().parse().unwrap()
    };
    for (table, least) in [
        ("drill", 1),
        ("zone", 10),
        ("building", 100),
        ("count", 61),
        ("engine", 1),
        ("engine_place", 3),
        ("person_track", 500),
        ("log", run["entries"].as_array().unwrap().len() as u64),
        ("expected", 5),
        ("assembly", 1),
        ("improvement", 0),
        ("person_place", 1000),
        ("contour", 9),
        ("closed_way", 1),
        ("dry_hydrant", 0),
        ("building_state", run["outcome"]["struck"].as_array().unwrap().len() as u64),
        ("dose", run["outcome"]["exposed_on_ways"].as_u64().unwrap()),
        ("note", 0),
        ("objective", 1),
        ("item", 12),
        ("one_by_one", 1),
    ] {
        assert!(rows(table) >= least, "{table}: {}", rows(table));
        assert_eq!(written["rows"][table].as_u64(), Some(rows(table)), "{table}");
    }
    let folder = file("drill-csv");
    place.json(&[&arguments[..], &[&folder, "--json"]].concat());
    let csv = |table: &str| std::fs::read_to_string(format!("{folder}/{table}.csv")).unwrap();
    let struck = csv("building").lines().filter(|line| line.contains("kg/m3")).count();
    assert_eq!(struck, run["outcome"]["struck"].as_array().unwrap().len());
    assert!(csv("zone").contains("MULTIPOLYGON (((") && csv("log").contains("SYNTHETIC"));
    assert_eq!(csv("count").lines().count() as u64, 1 + rows("count"));
    // What nobody can say of a flood has its column.
    let drill = csv("drill");
    let heads = drill.lines().next().unwrap_or_default();
    assert!(heads.contains("buildings_without_height") && heads.contains("water_l_s"), "{drill}");
    assert!(heads.contains("everyone_out") && heads.contains("water_known"), "{drill}");
    assert!(csv("facility").lines().next().unwrap_or_default().contains("without_height"));
}

/// Notes come with place and picture out of the log's folder, and from nowhere else.
#[test]
fn notes_stand_in_the_report_with_their_pictures_and_in_the_tables_with_their_places() {
    use base64::Engine;
    let place = Place::imported();
    let folder = place.folder.path().join("log");
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    let path = shipped("ammonia-leak.drill.ron");
    let seen = image::RgbImage::from_fn(1600, 1200, |x, y| image::Rgb([(x / 8) as u8, (y / 8) as u8, 90]));
    seen.save(file("seen.png")).unwrap();
    // One outside the log's folder is not looked for.
    seen.save(place.folder.path().join("astray.png")).unwrap();
    let notes = [
        ("Two people without masks", "[560057.0, 3453341.0]", "seen.png"),
        ("The gate stands open", "null", "gone.png"),
        ("From elsewhere", "null", "../astray.png"),
    ];
    let lines = notes.iter().enumerate().map(|(at, (text, where_, picture))| {
        let note = format!("{{\"text\": \"{text}\", \"place\": {where_}, \"picture\": \"{picture}\"}}");
        format!("{{\"at_s\": {}, \"does\": {{\"note\": {note}}}, \"by\": \"Li\"}}\n", 300 + at)
    });
    std::fs::write(file("hand.jsonl"), lines.collect::<String>()).unwrap();
    let (log, page) = (file("drill.jsonl"), file("drill.html"));
    let arguments = ["drill", "run", &path, "--hand", &file("hand.jsonl"), "--log", &log, "--out", &page];
    let run = place.json(&[&arguments[..], &["--no-pictures", "--lang", "en", "--json"]].concat());
    assert_eq!(run["notes"].as_array().unwrap().len(), 3);
    assert_eq!(run["notes"][0]["place"][1].as_f64(), Some(3_453_341.0));
    let html = std::fs::read_to_string(&page).unwrap();
    let pictures: Vec<&str> = html.split("src=\"data:image/").skip(1).collect();
    assert_eq!(pictures.len(), 1, "one could be read");
    let coded = pictures[0].split_once(";base64,").unwrap().1.split_once('"').unwrap().0;
    let bytes = base64::engine::general_purpose::STANDARD.decode(coded).unwrap();
    assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgb8().dimensions(), (720, 540));
    assert_eq!(html.matches("could not be read").count(), 2);
    for (text, ..) in notes {
        assert!(html.contains(text), "{text}");
    }
    let tables = file("tables");
    let written = place.json(&["drill", "report", &path, "--log", &log, "--out", &tables, "--json"]);
    assert_eq!(written["rows"]["note"], 3);
    let table = std::fs::read_to_string(format!("{tables}/note.csv")).unwrap();
    let first = table.lines().nth(1).unwrap_or_default();
    assert!(first.starts_with("300,Li,Two people without masks,,seen.png,") && first.contains("POINT"), "{table}");
}

#[test]
fn a_gate_that_is_shut_is_compared_over_the_same_seeds() {
    let place = Place::imported();
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let path = shipped("ammonia-leak.drill.ron");
    std::fs::write(file("shut.jsonl"), "{\"at_s\": 300.0, \"does\": {\"close\": [[560057.0, 3453341.0], 60.0]}}\n")
        .unwrap();
    let arguments = ["drill", "compare", &path, "--at", "300", "--with", &file("shut.jsonl"), "--seeds", "2"];
    let found = place.json(&[&arguments[..], &["--out", &file("compare.csv"), "--json"]].concat());
    let measures = found["measures"].as_array().unwrap();
    let last = measures.iter().find(|one| one["name"] == "arrived").unwrap();
    assert_eq!((last["base"].as_array().unwrap().len(), last["pairs"].as_u64()), (2, Some(2)), "{last}");
    // The first seed is the file's own: its column is the drill as it runs alone.
    let alone = place.json(&["drill", "run", &path, "--json"]);
    assert_eq!(last["base"][0].as_f64(), alone["outcome"]["arrived"].as_f64());
    let rows = std::fs::read_to_string(file("compare.csv")).unwrap().lines().count();
    assert_eq!(rows, 1 + 2 * measures.len());
    // In words no difference of 0 tells of buildings whose people are not known, but how many those are.
    let printed = place.twin(&arguments);
    let printed = String::from_utf8_lossy(&printed.stdout);
    assert!(printed.contains("Last person at a place of assembly"), "{printed}");
    assert!(!printed.contains("Buildings whose people are not known"), "{printed}");
    let unknown = alone["outcome"]["buildings_unknown"].as_u64().unwrap();
    assert_eq!(printed.contains(&format!("people of {unknown} buildings are not known")), unknown > 0, "{printed}");
    let (code, error) =
        place.fails(&[&["drill", "compare", &path, "--at", "400", "--with"], &arguments[6..7]].concat());
    assert!(code == 1 && error.contains("before the moment"), "{error}");
}

/// What a run came to is printed in the language of its page.
#[test]
fn a_run_is_told_in_chinese_too() {
    let place = Place::imported();
    let path = shipped("ammonia-leak.drill.ron");
    let printed = |language: &str| {
        let output = place.command(&["drill", "run", &path, "--lang", language]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (english, chinese) = (printed("en"), printed("zh"));
    assert_eq!(english.lines().count(), chinese.lines().count());
    for said in ["the alarm is raised", "persons at a place of assembly", "for exercises and planning", "not marked"] {
        assert!(english.contains(said) && !chinese.contains(said), "{said}: {chinese}");
    }
    for said in ["发出警报", "人到达集合点", "用于演练与规划", "未标记"] {
        assert!(chinese.contains(said) && !english.contains(said), "{said}: {chinese}");
    }
}

/// With the numbers of `twin calc blast` and `twin calc heat`, on a tank of the sample park.
#[test]
fn an_explosion_and_a_fireball_reach_as_far_as_calc_says() {
    let place = Place::imported();
    let text = std::fs::read_to_string(shipped("ammonia-leak.drill.ron")).unwrap();
    let leak = text.lines().find(|line| line.trim_start().starts_with("hazard:")).unwrap();
    let stop = text.lines().find(|line| line.contains("does: stop")).unwrap();
    let turn = text.lines().find(|line| line.contains("does: wind")).unwrap();
    let path = place.folder.path().join("burst.drill.ron").display().to_string();
    let fuel = ["--substance", "ammonia", "--mass", "1000"];
    // The air of the drill has 24 °C.
    let fireball = ["heat", "--model", "fireball", "--temperature", "297.15"];
    for (name, asked) in [("blast", &["blast"][..]), ("fireball", &fireball[..])] {
        let hazard = format!("    hazard: {name}(source: \"WXY-013\", mass_kg: 1000.0, at_min: 2.0),");
        std::fs::write(&path, text.replace(leak, &hazard).replace(stop, "").replace(turn, "")).unwrap();
        let run = place.json(&["drill", "run", &path, "--json"]);
        let calc = place.json(&[&["calc"], asked, &fuel[..], &["--json"]].concat());
        let (levels, zones) = (run["outcome"]["levels"].as_array().unwrap(), calc["zones"].as_array().unwrap());
        assert!(levels.len() == zones.len() && !levels.is_empty(), "{levels:?} {zones:?}");
        for (level, zone) in levels.iter().zip(zones) {
            assert_eq!(level["name"], zone["name"]);
            let [of_drill, of_calc] = [level, zone].map(|one| one["reach_m"].as_f64().unwrap());
            assert!((of_drill - of_calc).abs() <= 1e-6 * of_calc, "{level} {zone}");
        }
    }
}

/// Killed by the system while it runs, with marks of observers still to come: what is on the disk is enough to come to the same bits.
#[test]
fn a_drill_killed_half_way_resumes_from_its_log_to_the_same_bits() {
    let place = Place::imported();
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let path = shipped("warehouse-fire.drill.ron");
    std::fs::write(
        file("hand.jsonl"),
        "{\"at_s\": 200.0, \"does\": {\"close\": [[560057.0, 3453341.0], 30.0]}, \"by\": \"police\"}\n\
         {\"at_s\": 1500.0, \"does\": {\"done\": \"second-source\"}, \"by\": \"observer\"}\n",
    )
    .unwrap();
    let arguments = ["drill", "run", &path, "--hand", &file("hand.jsonl")];
    let whole = place.json(&[&arguments[..], &["--log", &file("whole.jsonl"), "--json"]].concat());
    // At sixty times the pace of life an hour takes a minute: it is killed long before.
    let log = file("killed.jsonl");
    let mut child = place.command(&[&arguments[..], &["--log", &log, "--speed", "60"]].concat()).spawn().unwrap();
    let seen = || std::fs::read_to_string(&log).unwrap_or_default();
    let begun = std::time::Instant::now();
    while !seen().contains("\"id\":\"alarm\"") && !seen().contains("\"id\":\"call\"") {
        assert!(child.try_wait().unwrap().is_none() && begun.elapsed().as_secs() < 300, "{}", seen());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let broken = seen();
    let complete = std::fs::read_to_string(file("whole.jsonl")).unwrap();
    assert!(
        complete.starts_with(broken.trim_end_matches(|c| c != '\n')),
        "what was written is the beginning of the whole"
    );
    assert!(!broken.contains("\"end\"") && broken.lines().count() < complete.lines().count(), "{broken}");
    // In the same log: it is whole again afterwards.
    let resumed = place.json(&["drill", "run", &path, "--resume", &log, "--log", &log, "--json"]);
    assert_eq!((&resumed["digest"], &resumed["outcome"]), (&whole["digest"], &whole["outcome"]));
    assert_eq!(seen(), complete);
}

#[test]
fn a_report_has_pictures_of_the_moments_that_count_and_the_headline_numbers() {
    use base64::Engine;
    let place = Place::imported();
    let page = place.folder.path().join("drill.html").display().to_string();
    let path = shipped("warehouse-fire.drill.ron");
    let run = place.json(&["drill", "run", &path, "--out", &page, "--lang", "en", "--json"]);
    let html = std::fs::read_to_string(&page).unwrap();
    let mut seen: Vec<image::RgbImage> = Vec::new();
    for address in html.split("src=\"data:image/").skip(1) {
        let (kind, rest) = address.split_once(";base64,").unwrap();
        let (coded, after) = rest.split_once('"').unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(coded).unwrap();
        let magic: &[u8] = if kind == "png" { b"\x89PNG\r\n" } else { b"\xff\xd8\xff" };
        assert!(["png", "jpeg"].contains(&kind) && bytes.starts_with(magic), "{kind}");
        let caption = after.split_once("</figcaption>").unwrap().0;
        assert!(caption.contains("SYNTHETIC"), "{caption}");
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (960, 540));
        let first = picture.get_pixel(0, 0);
        let other = picture.pixels().filter(|pixel| *pixel != first).count();
        assert!(other > 960 * 540 / 10, "a blank picture: {caption}");
        assert!(!seen.contains(&picture), "the same picture twice: {caption}");
        seen.push(picture);
    }
    assert!((3..=5).contains(&seen.len()), "{} pictures", seen.len());
    for said in ["the start", "the alarm", "the end"] {
        assert!(html.contains(said), "{said}");
    }
    for number in ["persons", "arrived", "on_the_way"] {
        let number = run["outcome"][number].as_u64().unwrap();
        assert!(html.contains(&format!("<td>{number}</td>")), "{number}");
    }
    // Nothing is fetched from anywhere.
    assert!(!html.contains("src=\"http"));
}

fn written_down<'a>(path: &'a str, log: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["drill", "action", path, log, "--id", "A1"][..], more].concat()
}

#[test]
fn an_improvement_is_written_into_the_log_with_its_owner_and_date() {
    let place = Place::imported();
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let (path, log, page) = (shipped("ammonia-leak.drill.ron"), file("drill.jsonl"), file("drill.html"));
    let run = place.json(&["drill", "run", &path, "--log", &log, "--json"]);
    assert_eq!(run["improvements"], serde_json::json!([]));
    let (code, error) = place.fails(&written_down(&path, &log, &["--text", "Train the alarm chain"]));
    assert!(code == 1 && error.contains("needs --owner"), "{error}");
    let (code, error) =
        place.fails(&written_down(&path, &log, &["--text", "Train", "--owner", "nobody", "--due", "2099-01-31"]));
    assert!(code == 1 && error.contains("no role \"nobody\""), "{error}");
    let new = ["--text", "Train the alarm chain", "--owner", "officer", "--due", "2099-01-31", "--objective", "warn"];
    let told = place.json(&written_down(
        &path,
        &log,
        &[&new[..], &["--out", &page, "--no-pictures", "--lang", "en", "--json"]].concat(),
    ));
    assert_eq!(told["improvements"][0]["owner"], "officer");
    let html = std::fs::read_to_string(&page).unwrap();
    for said in ["Improvement actions", "Train the alarm chain", "Safety officer", "2099-01-31", "open"] {
        assert!(html.contains(said), "the report lacks {said:?}");
    }
    // Told anew it is the same action; the log replays to the bit.
    let done = place.json(&written_down(&path, &log, &["--done", "2027-01-05", "--json"]));
    assert_eq!(done["improvements"].as_array().unwrap().len(), 1);
    assert_eq!(done["improvements"][0]["done"], "2027-01-05");
    assert_eq!(done["improvements"][0]["text"], "Train the alarm chain");
    let replay = place.json(&["drill", "replay", &path, &log, "--json"]);
    assert_eq!((&replay["same"], &replay["digest"]), (&true.into(), &done["digest"]));
    // And a row of a table of its own, as it was told last.
    let folder = file("drill-csv");
    let written = place.json(&["drill", "report", &path, "--log", &log, "--out", &folder, "--json"]);
    assert_eq!(written["rows"]["improvement"], 1);
    let table = std::fs::read_to_string(format!("{folder}/improvement.csv")).unwrap();
    let lines: Vec<&str> = table.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "id,words,owner,due,objective,done,data_origin");
    assert!(lines[1].starts_with("A1,Train the alarm chain,officer,2099-01-31,warn,2027-01-05,"), "{table}");
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

#[test]
fn a_log_of_a_drill_file_that_was_changed_since_gives_what_was_done_by_hand() {
    let place = Place::new();
    place.json(&["import", &manifest(), "--json"]);
    let file = |name: &str| place.folder.path().join(name).display().to_string();
    let (path, log, hand) = (file("now.drill.ron"), file("drill.jsonl"), file("hand.jsonl"));
    let text = std::fs::read_to_string(shipped("ammonia-leak.drill.ron")).unwrap();
    std::fs::write(&path, &text).unwrap();
    std::fs::write(&hand, "{\"at_s\": 200.0, \"does\": {\"say\": \"told by radio\"}, \"by\": \"observer\"}\n").unwrap();
    place.json(&["drill", "run", &path, "--hand", &hand, "--log", &log, "--json"]);
    // A comment more is another file: the log is refused, with the way to keep what was done.
    std::fs::write(&path, format!("// changed\n{text}")).unwrap();
    let (code, error) = place.fails(&["drill", "run", &path, "--resume", &log]);
    let tight: String = error.split_whitespace().collect();
    assert!(code == 1 && tight.contains("changedsince"), "{error}");
    assert!(tight.contains(&format!("--hand{log}--log{}", file("drill-new.jsonl"))), "{error}");
    let kept = place.json(&["drill", "run", &path, "--hand", &log, "--json"]);
    let told =
        kept["entries"].as_array().unwrap().iter().any(|entry| entry["text"].to_string().contains("told by radio"));
    assert!(told, "{kept}");
}
