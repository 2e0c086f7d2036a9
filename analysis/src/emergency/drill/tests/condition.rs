//! Entries of the timeline that happen only if something is so, or is not.

use super::*;

/// [`LEAK`] whose alarm is raised in minute 5 where nobody has done so.
fn with_an_alarm_unless_raised() -> String {
    LEAK.replace(
        "(id: \"call\", when: after(\"release\", 2.0), does: alarm)",
        "(id: \"call\", when: at(5.0), unless: event(\"alarm\"), does: alarm)",
    )
    .replace("after(\"call\", 10.0)", "after(\"alarm\", 10.0)")
}

fn held_back(run: &DrillRun) -> Vec<(f64, &str)> {
    run.log.entries.iter().filter(|one| one.id == "held_back").map(|one| (one.at_s, one.text.as_str())).collect()
}

fn has(run: &DrillRun, id: &str) -> bool {
    run.log.entries.iter().any(|one| one.id == id)
}

#[test]
fn an_alarm_that_nobody_raised_is_raised_and_one_that_somebody_raised_is_not_twice() {
    let text = with_an_alarm_unless_raised();
    let alone = run(&text, &[]);
    assert_eq!((alone.outcome.alarm_s, has(&alone, "call"), held_back(&alone)), (Some(300.0), true, Vec::new()));
    // Somebody in the room does, in minute 2 or in the very second: the branch differs from then on.
    for at_s in [120.0, 300.0] {
        let hand = [HandInject { at_s, does: Action::Alarm, by: "guard".into() }];
        let by_hand = run(&text, &hand);
        assert_eq!((by_hand.outcome.alarm_s, has(&by_hand, "call")), (Some(at_s), false));
        assert_eq!(held_back(&by_hand), [(300.0, "call does not happen: alarm has happened")]);
        // It replays to the bit from its log.
        let log = DrillLog::parse(&by_hand.log.to_text().unwrap()).unwrap();
        let again = run(&text, &log.hand);
        log.tells_of(&again.log).unwrap();
        assert_eq!(again.outcome, by_hand.outcome);
    }
    let own = [HandInject { at_s: 120.0, does: Action::Alarm, by: "guard".into() }];
    let branched = run(&text, &branch(&[], 60.0, &own).unwrap());
    let until = |run: &DrillRun| run.log.entries.iter().filter(|one| one.at_s < 120.0).cloned().collect::<Vec<_>>();
    assert_eq!(until(&branched), until(&alone));
    assert_ne!(branched.log.digest, alone.log.digest);
}

#[test]
fn what_is_held_back_is_no_event_and_nothing_follows_it() {
    // H1 is dry from minute 5 on, H2 is not; what waits for an entry that does not happen does not come either.
    let text = LEAK.replace(
        "(id: \"burst\",",
        "(id: \"early\", when: at(4.0), unless: gives_water(\"H1\"), does: say(\"dry\")),
        (id: \"next\", when: after(\"early\", 0.0), does: say(\"next\")),
        (id: \"late\", when: at(6.0), unless: gives_water(\"H1\"), does: say(\"dry\")),
        (id: \"other\", when: at(6.0), only_if: gives_water(\"H1\"), does: say(\"wet\")),
        (id: \"both\", when: at(6.0), only_if: event(\"late\"), unless: event(\"early\"), does: done(\"told\")),
        (id: \"burst\",",
    );
    let run = run(&text, &[]);
    assert_eq!(
        held_back(&run),
        [
            (240.0, "early does not happen: the hydrant H1 gives water"),
            (360.0, "other does not happen: the hydrant H1 gives no water"),
        ]
    );
    assert!(!has(&run, "early") && !has(&run, "next") && has(&run, "late") && has(&run, "both"));
    // Entries of one second come in the order of the file: `late` has happened as `both` asks.
    assert_eq!(run.outcome.rated[2].rating, Rating::Met);
}

#[test]
fn conditions_that_cannot_be_are_refused_with_their_line() {
    let with = |condition: &str| LEAK.replace("when: at(5.0), does", &format!("when: at(5.0), {condition}, does"));
    let later =
        "(id: \"news\", when: after(\"wait\", 1.0), does: say(\"\")), (id: \"wait\", when: at(1.0), does: say(\"\")),";
    for (text, line, said) in [
        (with("unless: event(\"alram\")"), 15, "no event \"alram\""),
        (with("unless: event(\"burst\")"), 15, "whether it has happened itself"),
        (with("only_if: event(\"alarm\"), unless: event(\"alarm\")"), 15, "and for its opposite"),
        (with("only_if: events(\"alarm\")"), 15, "no drill"),
        (
            with("unless: event(\"news\")").replace("timeline: [", &format!("timeline: [ {later}")),
            15,
            "which always does, in minute 2",
        ),
        (
            with("only_if: event(\"news\")")
                .replace("timeline: [", &format!("timeline: [ {}", later.replace("at(1.0)", "at(7.0)"))),
            15,
            "which comes in minute 8",
        ),
        (with("only_if: event(\"shut\")"), 15, "which comes in minute 13"),
        (LEAK.replace("when: at(5.0)", "when: at(1441.0)"), 15, "after 1441 minutes, which must be from 0 to 1440"),
        (LEAK.replace("id: \"burst\"", "id: \"held_back\""), 15, "a name that every drill has"),
    ] {
        let error = DrillFile::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line}: ")) && error.contains(said), "{said}: {error}");
    }
    // A leak that is stopped by hand before it begins never does: what waits for it may not come.
    DrillFile::parse(&with("unless: event(\"call\")")).unwrap();
    // What may not happen, since it has a condition of its own, is worth asking for.
    let maybe = later.replace("when: at(1.0)", "when: at(1.0), unless: event(\"alarm\")");
    DrillFile::parse(&with("unless: event(\"news\")").replace("timeline: [", &format!("timeline: [ {maybe}"))).unwrap();
    assert!(
        refused(&with("unless: gives_water(\"H9\")"), &park()).contains("line 15: park hand has no working hydrant")
    );
}

#[test]
fn what_is_held_back_by_known_people_out_may_come_yet() {
    // The office is searched unless everyone is out; of one building the people are not known, and the known ones are out by minute 50.
    let text = LEAK
        .replace("length_min: 30", "length_min: 60")
        .replace(
            "when: at(5.0), does: no_water([\"H1\"])",
            "when: at(50.0), unless: event(\"evacuated\"), does: say(\"search\")",
        )
        .replace(
            "from: \"release\", within_min: 3.0, evidence: event(\"alarm\")",
            "from: \"alarm\", within_min: 50.0, evidence: event(\"burst\")",
        )
        .replace("from: \"alarm\", within_min: 2.0", "from: \"burst\", within_min: 2.0");
    let known = run(&text, &[]);
    assert_eq!(held_back(&known).len(), 1);
    let ratings = |run: &DrillRun| run.outcome.rated[..2].iter().map(|one| one.rating).collect::<Vec<_>>();
    // First water comes before its clock starts, which it never does.
    assert_eq!(ratings(&known), [Rating::Missed, Rating::Met]);
    let mut park = owned();
    park.buildings[3].use_text = None;
    let file = DrillFile::parse(&text).unwrap();
    let unknown = run_drill(&file, &Cache::build(Arc::new(park)), &DrillTables::shipped(), &[]).unwrap();
    assert_eq!((held_back(&unknown).len(), unknown.outcome.everyone_out()), (1, None));
    assert_eq!(ratings(&unknown)[0], Rating::Unknown);
}
