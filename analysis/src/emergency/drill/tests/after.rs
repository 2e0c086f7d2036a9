//! What is left of a drill: scores with what shows them, notes, what was given, what was breathed, the alert in two languages.

use super::*;
use crate::words::Words;

fn chapter(file: &DrillFile, run: &DrillRun, name: &str) -> Option<DrillChapter> {
    drill_report(file, run).into_iter().find(|chapter| chapter.name == name)
}

/// The second cell of the row that begins with some words.
fn said(chapter: &DrillChapter, first: &str) -> Words {
    let (_, cells) = chapter.rows.iter().find(|(_, cells)| cells[0] == first).unwrap();
    cells[1].clone()
}

#[test]
fn what_is_not_known_leaves_a_score_open_only_where_it_decides() {
    for (met, late, missed, unknown, score) in [
        (2, 0, 0, 0, Score::Met),
        (0, 0, 2, 0, Score::NotMet),
        (1, 0, 1, 0, Score::Partly),
        (0, 1, 0, 0, Score::Partly),
        (2, 0, 0, 1, Score::Unknown),
        (0, 0, 2, 1, Score::Unknown),
        // Whatever the open one comes to, something was done and something was not.
        (1, 1, 0, 1, Score::Partly),
        (0, 0, 0, 0, Score::Unknown),
    ] {
        let tally = Tally { met, late, missed, unknown };
        assert_eq!(tally.score(), score, "{tally:?}");
    }
    assert_eq!(Tally { met: 1, late: 1, missed: 2, unknown: 5 }.share(), Some(0.25));
    assert_eq!(Tally { unknown: 5, ..Tally::default() }.share(), None);
}

#[test]
fn objectives_and_items_are_scored_with_what_shows_them() {
    let file = DrillFile::parse(LEAK).unwrap();
    let plain = run(LEAK, &[]);
    let shown = |run: &DrillRun| run.outcome.rated.iter().map(|one| one.evidence.to_string()).collect::<Vec<_>>();
    let first = shown(&plain);
    assert_eq!((first[0].as_str(), first[2].as_str()), ("event alarm, 3:00", "no observer has marked it"));
    assert!(first[1].starts_with("event first_water, "), "{first:?}");
    let outcome = &plain.outcome;
    assert_eq!(outcome.objectives[0].score, Score::Partly);
    assert_eq!(outcome.objectives[0].actions, Tally { met: 1, late: 1, missed: 0, unknown: 1 });
    // All twelve items of the standard, of which the drill asks for one.
    assert_eq!(outcome.items.len(), 12);
    assert_eq!((outcome.items[0].item, outcome.items[0].share), ("alarm and reporting", Some(0.5)));
    assert!(outcome.items[1..].iter().all(|one| one.objectives == 0 && one.share.is_none()));
    let items = chapter(&file, &plain, "items").unwrap();
    assert_eq!(said(&items, "alarm and reporting"), "1 of 2 in time");
    assert_eq!(said(&items, "medical"), "not an objective of this drill");
    let json = serde_json::to_value(outcome).unwrap();
    assert_eq!((&json["objectives"][0]["score"], &json["items"][0]["actions"]["late"]), (&"partly".into(), &1.into()));
    // A mark tells who made it; a note about an action stands behind.
    let note = |about: &str| Action::Note {
        text: "All of them answer".into(),
        place: Some((210.0, 4.0)),
        picture: Some("note-1.png".into()),
        about: Some(about.into()),
    };
    let hand = [
        HandInject { at_s: 200.0, does: Action::Done("told".into()), by: "Wang".into() },
        HandInject { at_s: 210.0, does: note("told"), by: "Li".into() },
        HandInject { at_s: 220.0, does: Action::Missed("water".into()), by: " ".into() },
    ];
    let marked = run(LEAK, &hand);
    let shown = shown(&marked);
    assert_eq!(shown[1], "marked as missed by an observer, 3:40");
    assert_eq!(shown[2], "marked as done by Wang, 3:20; note, 3:30: All of them answer");
    let objectives = chapter(&file, &marked, "objectives").unwrap();
    let cells = &objectives.rows[0].1;
    assert_eq!((cells.len(), cells[1].as_str()), (objectives.heads.len(), "partly met"));
    assert!(cells[6].contains("Alarm within 3 min: met (event alarm, 3:00)"), "{}", cells[6]);
    let notes = chapter(&file, &marked, "notes").unwrap();
    let cells: Vec<&str> = notes.rows[0].1.iter().map(Words::as_str).collect();
    assert_eq!(cells, ["3:30", "All of them answer", "Li", "The neighbours are told", "210.0, 4.0", "note-1.png"]);
    assert!(chapter(&file, &plain, "notes").is_none());
    let taken = notes_taken(&file, &marked);
    assert_eq!((taken.len(), taken[0].place, taken[0].about.as_deref()), (1, Some((210.0, 4.0)), Some("told")));
    let astray = [HandInject { at_s: 10.0, does: note("nothing"), by: String::new() }];
    let refused = run_drill(&file, &park(), &DrillTables::shipped(), &astray).unwrap_err().to_string();
    assert!(refused.contains("no such expected action"), "{refused}");
    // An entry of the timeline that marks an action is named.
    let scripted = LEAK.replace("does: no_water([\"H1\"])", "does: done(\"told\")");
    assert_eq!(run(&scripted, &[]).outcome.rated[2].evidence, "marked as done by the entry burst, 5:00");
}

#[test]
fn the_report_says_what_was_given_with_its_sources() {
    let file = DrillFile::parse(LEAK).unwrap();
    let run = run(LEAK, &[]);
    let given = given_chapter(&file, &run, &park().snapshot().park);
    for (name, value) in [
        ("Substance on record", "ammonia (CAS 7664-41-7)"),
        ("Quantity on record", "20 t"),
        ("Hole", "20 mm, under 0 m of liquid"),
        ("Air pressure, standard", "101.3 kPa"),
        ("Terrain", "built up"),
        ("Day of the park's data", "unknown"),
        ("Seed", "7"),
    ] {
        assert_eq!(said(&given, name), value, "{name}");
    }
    // AEGL-2 of ammonia for an hour is 160 ppm (US EPA): 17.031 g/mol in 24.06 L/mol at 20 °C are 113.3 mg/m³.
    let threshold = said(&given, "What bounds the danger, and its source");
    assert!(threshold.starts_with("AEGL-2 (60 min): 160 ppm, 113.3 mg/m³ (US EPA"), "{threshold}");
    let release = run.outcome.release.as_ref().unwrap();
    assert!((release.duration_s * release.rate_kg_s / 20_000.0 - 1.0).abs() < 1e-12);
    assert!(release.airborne_kg_s > 0.0 && release.airborne_kg_s < release.rate_kg_s);
    let flood = with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)");
    let dry = super::run(&flood, &[]);
    let given = given_chapter(&DrillFile::parse(&flood).unwrap(), &dry, &park().snapshot().park);
    assert_eq!(said(&given, "Level of the water"), "0 min: 0 m; 20 min: 3 m");
    assert!(dry.outcome.release.is_none() && dry.outcome.breath.is_none());
}

#[test]
fn what_people_breathe_is_told_outdoors_and_indoors() {
    let file = DrillFile::parse(LEAK).unwrap();
    let run = run(LEAK, &[]);
    let outcome = &run.outcome;
    let breath = outcome.breath.as_ref().unwrap();
    let told: u32 = breath.persons_by_level.iter().sum();
    assert_eq!(told as usize, breath.people.len());
    // Whoever was inside the danger breathed of it; nobody else than the people of the park did.
    assert!(outcome.exposed_on_ways <= told && told <= outcome.persons, "{breath:?}");
    assert!(breath.worst_dose_kg_s_m3 > 0.0 && breath.deaths_expected.is_some_and(|deaths| deaths >= 0.0));
    assert_eq!(breath.buildings_by_level.iter().sum::<u32>() as usize, outcome.struck.len());
    for one in &outcome.struck {
        let indoors = one.indoors_kg_m3.unwrap();
        assert!(indoors > 0.0 && indoors < one.worst, "{one:?}");
    }
    let told = chapter(&file, &run, "breath").unwrap();
    let level = said(&told, "Persons outdoors by the level that they exceeded, AEGL-2");
    assert_eq!(level, breath.persons_by_level[2].to_string().as_str());
    let struck = chapter(&file, &run, "struck").unwrap();
    assert!(struck.rows.iter().all(|(_, cells)| cells.len() == struck.heads.len()));
}

#[test]
fn an_alert_has_a_block_for_every_language() {
    let file = DrillFile::parse(LEAK).unwrap();
    let said = alert_words(&file, &run(LEAK, &[]));
    assert!(said.category == "CBRNE" && said.description.contains("Danger: AEGL-2"), "{said:?}");
    assert_eq!(said.instruction.key(), Some("drill-alert-leak"));
    let (sent, area) = (chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap(), MultiPolygon::new(Vec::new()));
    let draft = CapDraft {
        identifier: "drill",
        sender: "safety@park.example",
        sent,
        category: said.category,
        event: "Leak",
        headline: "Leak",
        description: &said.description,
        instruction: &said.instruction,
        place: "Hand",
        area: &area,
    };
    let other = CapInfo {
        language: "zh-CN",
        exercise: "演练：",
        event: "泄漏 <1>",
        headline: "泄漏",
        description: "…",
        instruction: "…",
        place: "手工",
    };
    let text = cap_draft_in(&draft, &[other]);
    let blocks: Vec<&str> = text.split("<info>").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    assert!(blocks[0].contains("<language>en-US</language>") && blocks[0].contains("<event>EXERCISE: Leak</event>"));
    assert!(
        blocks[1].contains("<language>zh-CN</language>") && blocks[1].contains("<event>演练：泄漏 &lt;1&gt;</event>")
    );
    // What the schema asks of every block, and what is said once for all.
    for block in &blocks {
        let order = ["<language>", "<category>", "<event>", "<urgency>", "<severity>", "<certainty>", "<headline>"];
        let order = order.into_iter().chain(["<description>", "<instruction>", "<area>", "<areaDesc>", "</info>"]);
        let places: Vec<usize> = order.map(|part| block.find(part).unwrap_or(usize::MAX)).collect();
        assert!(places.is_sorted() && places.iter().all(|at| *at < usize::MAX), "{block}");
    }
    assert_eq!((text.matches("<status>Exercise</status>").count(), text.matches("</alert>").count()), (1, 1));
}

#[test]
fn an_alert_of_a_leak_that_was_called_off_names_no_danger() {
    let file = DrillFile::parse(LEAK).unwrap();
    let stopped = run(LEAK, &[HandInject { at_s: 30.0, does: Action::Stop, by: "operator".into() }]);
    assert!(stopped.zone.1.0.is_empty() && !stopped.log.entries.iter().any(|entry| entry.id == "release"));
    let said = alert_words(&file, &stopped);
    assert_eq!(said.description.trim_start(), "No danger area came about. For the exercise only.");
    assert_eq!(
        (said.description.key(), said.instruction.key()),
        (Some("drill-alert-nowhere"), Some("drill-alert-wait"))
    );
}

#[test]
fn who_stands_at_a_place_of_assembly_in_the_cloud_breathes_on() {
    // Nobody stops it: it blows over the place in the east, and not over that in the west.
    let text = LEAK.replace("(id: \"shut\", when: after(\"call\", 10.0), does: stop),", "");
    let [short, long] =
        ["length_min: 30", "length_min: 40"].map(|length| run(&text.replace("length_min: 30", length), &[]));
    assert!(short.outcome.last_out_s.is_some() && short.outcome.last_out_s == long.outcome.last_out_s);
    assert_eq!(short.outcome.exposed_on_ways, long.outcome.exposed_on_ways, "nobody is on a way any more");
    let doses = |run: &DrillRun| -> std::collections::BTreeMap<usize, f64> {
        run.outcome.breath.iter().flat_map(|breath| &breath.people).map(|one| (one.person, one.dose_kg_s_m3)).collect()
    };
    let (before, after) = (doses(&short), doses(&long));
    let more: Vec<f64> = after
        .iter()
        .map(|(person, dose)| dose - before.get(person).unwrap_or(&0.0))
        .filter(|more| *more > 0.0)
        .collect();
    let east = long.evacuation.as_ref().unwrap().places[1].arrived;
    assert!(east > 0 && more.len() == east as usize, "{} of {east}", more.len());
    // Ten minutes of the same air for everyone there.
    assert!(more.iter().all(|dose| (dose / more[0] - 1.0).abs() < 1e-6), "{more:?}");
}
