//! What nobody knows is said where it counts: people of whom nothing is on record, water without a source, ground without heights.

use spatial_db::model::NodeKind;

use super::*;
use crate::network::by_hand;
use crate::words::Words;

/// [`LEAK`] over an hour, with everyone out expected within so many minutes of the alarm, and nothing that is late.
fn with_everyone_out(within_min: &str) -> String {
    LEAK.replace("length_min: 30", "length_min: 60")
        .replace("from: \"alarm\", within_min: 2.0", "from: \"alarm\", within_min: 25.0")
        .replace(
            "from: \"release\", within_min: 3.0, evidence: event(\"alarm\")",
            &format!("from: \"alarm\", within_min: {within_min}, evidence: event(\"evacuated\")"),
        )
}

/// The park with an office of whose people nothing is on record.
fn with_an_unknown_office() -> Cache {
    let mut park = owned();
    park.buildings[3].use_text = None;
    Cache::build(Arc::new(park))
}

fn run_on(cache: &Cache, text: &str, hand: &[HandInject]) -> (DrillFile, DrillRun) {
    let file = DrillFile::parse(text).unwrap();
    let run = run_drill(&file, cache, &DrillTables::shipped(), hand).unwrap();
    (file, run)
}

/// The row of a chapter that begins with some words: whether something is amiss, and its second cell.
fn row(file: &DrillFile, run: &DrillRun, chapter: &str, first: &str) -> (bool, Words) {
    let found = drill_report(file, run).into_iter().find(|one| one.name == chapter).unwrap();
    let (amiss, cells) = found.rows.into_iter().find(|(_, cells)| cells[0] == first).unwrap();
    (amiss, cells[1].clone())
}

#[test]
fn everyone_out_is_not_met_while_the_people_of_a_building_are_unknown() {
    let text = with_everyone_out("50.0");
    // All four offices known: met, without a word more.
    let (file, whole) = run_on(&park(), &text, &[]);
    assert_eq!((whole.outcome.everyone_out(), whole.outcome.rated[0].rating), (Some(true), Rating::Met));
    let (amiss, rating) = row(&file, &whole, "expected", "Alarm within 3 min");
    assert!(!amiss && rating == "met", "{rating}");
    let said = |run: &DrillRun| run.log.entries.iter().find(|one| one.id == "evacuated").unwrap().text.to_string();
    assert_eq!(said(&whole), "the last person is at a place of assembly");
    // One of them unknown: the three are out as before, and nobody can say that everyone is.
    let cache = with_an_unknown_office();
    let (file, run) = run_on(&cache, &text, &[]);
    let outcome = &run.outcome;
    assert_eq!((outcome.persons, outcome.arrived, outcome.buildings_unknown), (3 * 69, 3 * 69, 1));
    assert!(outcome.last_out_s.is_some() && outcome.everyone_out().is_none());
    assert_eq!((outcome.rated[0].rating, outcome.rated[0].rating.as_str()), (Rating::Unknown, "unknown"));
    assert_eq!(outcome.rated[0].done_s, outcome.last_out_s);
    let (amiss, rating) = row(&file, &run, "expected", "Alarm within 3 min");
    assert!(amiss && rating == "unknown: known people out, of 1 building the people are not known", "{rating}");
    let (amiss, last) = row(&file, &run, "times", "Last person at a place of assembly");
    assert!(amiss && last.ends_with(", of the known people; of 1 building the people are not known"), "{last}");
    assert!(said(&run).starts_with("the last of the known people is") && said(&run).contains("of 1 building"));
    // Its objective is not met for that, and nobody sees to it yet.
    let chapter = improvement_chapter(&file, &run, "2026-01-01".parse().unwrap());
    assert_eq!(chapter.rows[0].1[1], "not known whether the objective was met");
    // Too late for those who are known is too late; an observer who marks it has counted.
    assert_eq!(run_on(&cache, &with_everyone_out("2.0"), &[]).1.outcome.rated[0].rating, Rating::Late);
    let counted = [HandInject { at_s: 3000.0, does: Action::Done("warned".into()), by: "observer".into() }];
    assert_eq!(run_on(&cache, &text, &counted).1.outcome.rated[0].rating, Rating::Met);
}

/// The note of a run that begins with some words.
fn note(file: &DrillFile, run: &DrillRun, first: &str) -> Option<Words> {
    drill_notes(file, run).into_iter().find(|note| note.starts_with(first))
}

#[test]
fn what_hangs_on_everyone_out_by_a_chain_is_unknown_and_named() {
    // The roll is called after everyone is out, which is news of it, and starts a clock; the one action is marked by an entry behind that.
    let text = with_everyone_out("50.0")
        .replace(
            "    timeline: [",
            "    timeline: [
        (id: \"tell\", when: after(\"roll\", 1.0), does: done(\"told\")),
        (id: \"roll\", when: after(\"evacuated\", 1.0), does: say(\"the roll is called\")),",
        )
        .replace("within_min: 25.0, evidence: event(\"first_water\")", "within_min: 50.0, evidence: event(\"roll\")")
        .replace(
            "from: \"alarm\", within_min: 5.0, evidence: observed",
            "from: \"alarm\", within_min: 50.0, evidence: observed",
        );
    let ratings = |run: &DrillRun| run.outcome.rated.iter().map(|one| one.rating).collect::<Vec<_>>();
    let (file, whole) = run_on(&park(), &text, &[]);
    assert_eq!(ratings(&whole), [Rating::Met; 3]);
    assert_eq!(note(&file, &whole, "The last person out"), None);
    let cache = with_an_unknown_office();
    let (file, run) = run_on(&cache, &text, &[]);
    assert_eq!(ratings(&run), [Rating::Unknown; 3]);
    let names = "on this hang the expected actions: Alarm within 3 min, Water within 2 min of the alarm, The neighbours are told; \
                 of the objectives: Everyone is warned";
    let told = note(&file, &run, "The last person out is the last of the known people: of 1 building").unwrap();
    assert!(told.ends_with(names), "{told}");
    let entry = run.log.entries.iter().find(|one| one.id == "evacuated").unwrap();
    assert!(entry.text.starts_with("the last of the known people is") && entry.text.ends_with(names), "{}", entry.text);
    // Who counted them and marks one by hand knows that one, and what is said before it stays as it was.
    let counted = [HandInject { at_s: 3000.0, does: Action::Done("told".into()), by: "observer".into() }];
    let (file, by_hand) = run_on(&cache, &text, &counted);
    assert_eq!(ratings(&by_hand), [Rating::Unknown, Rating::Unknown, Rating::Met]);
    assert!(by_hand.log.entries.contains(entry));
    let told = note(&file, &by_hand, "The last person out").unwrap();
    assert!(told.contains("Water within 2 min") && !told.contains("neighbours"), "{told}");
    // Nothing hangs on it: nothing is named.
    let (file, plain) = run_on(&cache, &LEAK.replace("length_min: 30", "length_min: 60"), &[]);
    let told = note(&file, &plain, "The last person out").unwrap();
    assert!(told.ends_with("and may still be inside"), "{told}");
    // A clock that it starts hangs on it too.
    let clock = with_everyone_out("50.0").replace("evidence: event(\"evacuated\")", "evidence: event(\"alarm\")");
    let clock = clock.replace("from: \"alarm\", within_min: 5.0", "from: \"evacuated\", within_min: 5.0");
    let (file, run) = run_on(&cache, &clock, &[]);
    let told = note(&file, &run, "The last person out").unwrap();
    assert!(
        told.ends_with("expected actions: The neighbours are told; of the objectives: Everyone is warned"),
        "{told}"
    );
}

#[test]
fn a_clock_that_not_everyone_has_started_makes_nothing_late() {
    // After the last known person is out: something is said 3 min later, and asked for within 1 min; the other event never comes.
    let text = LEAK
        .replace("length_min: 30", "length_min: 60")
        .replace(
            "    timeline: [",
            "    timeline: [
        (id: \"news\", when: after(\"evacuated\", 3.0), does: say(\"the news is told\")),",
        )
        .replace(
            "from: \"release\", within_min: 3.0, evidence: event(\"alarm\")",
            "from: \"evacuated\", within_min: 1.0, evidence: event(\"news\")",
        )
        .replace("from: \"alarm\", within_min: 2.0, evidence", "from: \"evacuated\", within_min: 2.0, evidence")
        .replace("event(\"first_water\")", "event(\"water_lost\")");
    let ratings = |run: &DrillRun| run.outcome.rated.iter().map(|one| one.rating).collect::<Vec<_>>();
    let (_, whole) = run_on(&park(), &text, &[]);
    assert_eq!(ratings(&whole), [Rating::Late, Rating::Missed, Rating::NotMarked]);
    let (_, run) = run_on(&with_an_unknown_office(), &text, &[]);
    assert_eq!(ratings(&run), [Rating::Unknown, Rating::Unknown, Rating::NotMarked]);
    // Whom an observer sees miss it has missed it.
    let missed = [HandInject { at_s: 3500.0, does: Action::Missed("water".into()), by: "observer".into() }];
    let (_, run) = run_on(&with_an_unknown_office(), &text, &missed);
    assert_eq!(ratings(&run)[1], Rating::Missed);
}

#[test]
fn hydrants_without_water_are_so_many_at_least_without_a_source_on_record() {
    let name = "Hydrants without water";
    let (file, run) = run_on(&park(), LEAK, &[]);
    assert_eq!(run.outcome.hydrants_out, 1);
    let (amiss, said) = row(&file, &run, "water", name);
    assert!(amiss && said == "1 at least: not all has a source of water on record", "{said}");
    let (file, run) = run_on(&park(), &LEAK.replace("no_water([\"H1\"])", "say(\"\")"), &[]);
    let (amiss, said) = row(&file, &run, "water", name);
    assert!(!amiss && said == "unknown", "{said}");
    // With a source the count is all of them; with the same lines and no source it is not.
    let fed = super::response::with_networks();
    let (file, run) = run_on(&fed, LEAK, &[]);
    assert_eq!(row(&file, &run, "water", name).1, "1");
    let mut unfed = (**fed.snapshot()).clone();
    for node in unfed.nodes.iter_mut().filter(|node| node.kind == NodeKind::Source) {
        node.kind = NodeKind::Junction;
    }
    let (file, run) = run_on(&Cache::build(Arc::new(unfed)), LEAK, &[]);
    let least = row(&file, &run, "water", name).1;
    // Nor is it where the main that bursts is in a part that has none, beside one that has.
    let mut apart = (**fed.snapshot()).clone();
    let ends = [("y1", NodeKind::Valve, [100.0, 90.0, 0.0]), ("y2", NodeKind::Hydrant, [140.0, 90.0, 0.0])];
    apart.nodes.extend(ends.map(|(key, kind, at)| by_hand::node(key, kind, at)));
    apart.edges.push(by_hand::keyed_edge(50, Some("y1"), Some("y2"), ends.map(|end| end.2).to_vec()));
    let burst = LEAK.replace("no_water([\"H1\"])", "burst(\"e50\")");
    let (file, run) = run_on(&Cache::build(Arc::new(apart)), &burst, &[]);
    assert!(!run.outcome.supply_known.water && run.outcome.hydrants_out == 1, "{:?}", run.log.entries);
    assert_eq!(row(&file, &run, "water", name).1, least);
    assert_eq!(least, "1 at least: not all has a source of water on record");
}

#[test]
fn who_has_water_is_told_building_by_building() {
    let name = "Buildings without water by a burst main";
    // A main along B3 that hangs on nothing, beside one with a source along B0 and B1; B2 is 50.2 m from the end of that.
    let with_apart = |kind: NodeKind| {
        let mut park = (**super::response::with_networks().snapshot()).clone();
        let ends = [("y1", kind, [500.0, 4.0, 0.0]), ("y2", NodeKind::Hydrant, [560.0, 4.0, 0.0])];
        park.nodes.extend(ends.map(|(key, kind, at)| by_hand::node(key, kind, at)));
        park.edges.push(by_hand::keyed_edge(50, Some("y1"), Some("y2"), ends.map(|end| end.2).to_vec()));
        Cache::build(Arc::new(park))
    };
    let unsure = |run: &DrillRun| run.outcome.supply_unknown[0].iter().copied().collect::<Vec<usize>>();
    let burst = |main: &str| LEAK.replace("no_water([\"H1\"])", &format!("burst(\"{main}\")"));
    let (file, run) = run_on(&with_apart(NodeKind::Valve), &burst("e1"), &[]);
    assert_eq!((run.outcome.without_water.clone(), run.outcome.supply_known.water), (vec!["B1".to_owned()], true));
    assert_eq!((unsure(&run), run.outcome.water_unknown), (vec![2, 3], 2));
    let said = row(&file, &run, "water", name).1;
    assert_eq!(said, "1; of 2 buildings more it is not known: no source on record feeds them");
    // With a source on it B3 is known to have water.
    let (file, run) = run_on(&with_apart(NodeKind::Source), &burst("e1"), &[]);
    assert_eq!(unsure(&run), [2]);
    let said = row(&file, &run, "water", name).1;
    assert_eq!(said, "1; of 1 building more it is not known: no source on record feeds them");
    // Where the part without a source is the one that breaks, what hangs behind it is not known; who hangs on the other part still is.
    let (file, run) = run_on(&with_apart(NodeKind::Valve), &burst("e50"), &[]);
    assert_eq!((run.outcome.without_water.clone(), unsure(&run)), (vec!["B3".to_owned()], vec![2]));
    assert_eq!(row(&file, &run, "water", name).1, "1 at least: supply is not on record");
    // Without any network nobody can tell of any.
    let (_, bare) = run_on(&park(), LEAK, &[]);
    assert_eq!((bare.outcome.water_unknown, bare.outcome.power_unknown), (4, 4));
}

#[test]
fn without_a_hydrant_on_record_no_building_is_told_as_out_of_reach() {
    let name = "Buildings out of reach of a hydrant, before and after";
    let text = LEAK.replace("no_water([\"H1\"])", "say(\"\")");
    let (file, run) = run_on(&park(), &text, &[]);
    assert_eq!(run.outcome.unreached, Some((0, 0)));
    let (amiss, said) = row(&file, &run, "water", name);
    assert!(!amiss && said == "0 → 0", "{said}");
    let mut bare = owned();
    bare.resources.retain(|one| one.kind != ResourceKind::Hydrant);
    let (file, run) = run_on(&Cache::build(Arc::new(bare)), &text, &[]);
    assert_eq!(run.outcome.unreached, None);
    let (amiss, said) = row(&file, &run, "water", name);
    assert!(!amiss && said == "unknown", "{said}");
}

#[test]
fn a_building_without_a_footprint_is_told_as_unknown_in_everything() {
    let mut some = owned();
    some.buildings[3].footprint = MultiPolygon::new(Vec::new());
    let cache = Cache::build(Arc::new(some));
    // Every hydrant dry: all who stand somewhere are out of reach in the end, and of the other nobody can say.
    let text = with_everyone_out("50.0").replace("no_water([\"H1\"])", "no_water([\"H1\", \"H2\", \"H3\"])");
    let (file, run) = run_on(&cache, &text, &[]);
    let outcome = &run.outcome;
    assert_eq!((outcome.persons, outcome.buildings_unknown, outcome.buildings_without_footprint), (3 * 69, 1, 1));
    assert_eq!((outcome.unreached, outcome.everyone_out()), (Some((0, 3)), None));
    let note = |note: &Words| note.starts_with("1 building has no footprint on record");
    assert!(drill_notes(&file, &run).iter().any(note));
    let (file, whole) = run_on(&park(), &text, &[]);
    assert_eq!((whole.outcome.unreached, whole.outcome.buildings_without_footprint), (Some((0, 4)), 0));
    assert!(!drill_notes(&file, &whole).iter().any(|one| one.contains("footprint")));
}

#[test]
fn a_hospital_on_ground_without_heights_is_not_called_dry() {
    let mut park = owned();
    let kinds = [ResourceKind::Hospital, ResourceKind::Shelter, ResourceKind::Hospital, ResourceKind::Shelter];
    // On a hole in the heights, beyond the grid, on high ground, and where the water comes.
    let at = [[500.0, -10.0], [2000.0, 0.0], [560.0, -10.0], [20.0, -10.0]];
    for (k, (kind, at)) in kinds.into_iter().zip(at).enumerate() {
        park.resources.push(resource(20 + k as i64, kind, &format!("F{k}"), at));
    }
    let terrain = park.terrain.as_mut().unwrap();
    // Columns of 10 m from x = -20 and rows from y = -40.
    terrain.heights_m[3 * 65 + 52] = f32::NAN;
    let cache = Cache::build(Arc::new(park));
    let (file, run) = run_on(&cache, &with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)"), &[]);
    let found = |key: &str| run.outcome.facilities.iter().find(|one| one.key == key).unwrap();
    let stands = ["F0", "F1", "F2", "F3"].map(|key| (found(key).without_height, found(key).reached_s.is_some()));
    assert_eq!(stands, [(true, false), (true, false), (false, false), (false, true)]);
    let chapter = drill_report(&file, &run).into_iter().find(|one| one.name == "facilities").unwrap();
    let said = |key: &str| {
        let (amiss, cells) = chapter.rows.iter().find(|(_, cells)| cells[0] == key).unwrap();
        (*amiss, cells[5].to_string())
    };
    let lacks = (true, "ground height unknown".to_owned());
    assert_eq!((said("F0"), said("F1")), (lacks.clone(), lacks));
    assert_eq!(said("F2"), (false, "not in this drill".to_owned()));
    assert!(said("F3").0 && said("F3").1.contains(':'), "{:?}", said("F3"));
    // A leak needs no heights.
    let (_, leak) = run_on(&cache, LEAK, &[]);
    assert!(leak.outcome.facilities.iter().all(|one| !one.without_height));
}
