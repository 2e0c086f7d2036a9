//! The buildings that matter most, left person by person beside the drill.

use super::*;

fn followed(cache: &Cache, text: &str) -> (DrillRun, Vec<OneByOne>) {
    let (file, tables) = (DrillFile::parse(text).unwrap(), DrillTables::shipped());
    let run = run_drill(&file, cache, &tables, &[]).unwrap();
    let found = one_by_one(&file, &run, cache, &tables.evacuation);
    (run, found)
}

/// [`LEAK`] until its end, so that everyone is out.
fn long() -> String {
    LEAK.replace("length_min: 30", "length_min: 60")
}

#[test]
fn the_first_in_danger_and_the_last_empty_are_left_person_by_person() {
    let cache = park();
    let (run, found) = followed(&cache, &long());
    assert!(found.len() == 2 || found[0].why.len() == 2, "{found:?}");
    assert_eq!(
        (found[0].building.as_str(), found[0].why[0]),
        (run.outcome.struck[0].building.as_str(), Why::FirstInDanger)
    );
    assert_eq!(found.last().unwrap().why.last(), Some(&Why::LastEmpty));
    for one in &found {
        let walked = one.walked.unwrap();
        // All count from the alarm.
        let (drill_s, egress_s) = (one.drill_s.unwrap(), walked.egress_s.unwrap());
        assert!(one.persons == 69 && walked.inside == 0 && walked.door_assumed && walked.doors == 1, "{one:?}");
        // 69 persons through 1.5 m at 1.316 a second and metre are 35 s, without a time to set out.
        assert!(egress_s > 35.0 && drill_s > 35.0 && walked.rule_s.unwrap() > 35.0, "{one:?}");
        assert!((0.3..3.0).contains(&(egress_s / drill_s)), "{one:?}");
    }
    let latest = found.last().unwrap().drill_s.unwrap();
    let evacuation = run.evacuation.as_ref().unwrap();
    assert!(evacuation.departures.iter().all(|one| one.empty_s.unwrap() <= latest));
    // The same for the same drill, however many threads there are.
    for threads in [1, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| followed(&cache, &long())), (run.clone(), found.clone()));
    }
    let chapter = one_by_one_chapter(&found);
    let (amiss, cells) = &chapter.rows[0];
    assert!(!amiss && cells.len() == chapter.heads.len() && cells[1].contains("came to it first"), "{cells:?}");
    let said = "no entrance on record: one door in the longest wall is assumed, its width too; 3 storeys, all";
    assert!(cells[6].starts_with(said), "{}", cells[6]);
    // Of an opening into a courtyard nobody knows whether it leads on.
    let mut around = found[0].clone();
    around.walked = around.walked.map(|walked| WalkedOut { enclosed: 1, ..walked });
    let remark = one_by_one_remark(&around);
    assert!(remark.contains("such as a courtyard: 1; whoever leaves there counts as out; 3 storeys"), "{remark}");
    assert!(found[0].walked.is_ok_and(|walked| walked.enclosed == 0));
}

#[test]
fn a_fire_begins_with_the_building_that_burns_and_what_cannot_be_followed_says_so() {
    let mut park = owned();
    park.buildings[1].floor_area_m2 = Some(9000.0);
    park.buildings[2].use_text = None;
    park.resources.push(resource(9, ResourceKind::BuildingEntrance, "D1", [60.0, 10.0]));
    let (_, found) =
        followed(&Cache::build(Arc::new(park)), &with("fire(building: \"B1\", at_min: 1.0, cordon_m: 40.0)"));
    // Ten times the people: more than a report follows; they are the last ones, too.
    assert_eq!(
        (found.len(), found[0].building.as_str(), &found[0].why[..]),
        (1, "B1", &[Why::Burns, Why::LastEmpty][..])
    );
    assert_eq!(found[0].walked, Err(Unfollowed::TooMany));
    let cells = &one_by_one_chapter(&found).rows[0].1;
    assert!(cells[6].ends_with("twin calc crowd PARK --building B1 --persons 692"), "{}", cells[6]);
    assert_eq!(cells[4], "unknown");
    // Of a building whose people are not known nobody is followed: the one that burns is not there.
    let mut park = owned();
    park.buildings[1].use_text = None;
    park.resources.push(resource(9, ResourceKind::BuildingEntrance, "D3", [530.0, 10.0]));
    let fire = with("fire(building: \"B1\", at_min: 1.0, cordon_m: 0.0)");
    let (_, found) = followed(&Cache::build(Arc::new(park)), &fire);
    assert!(found.len() == 1 && found[0].why == [Why::LastEmpty], "{found:?}");
    // Nobody sets out without an alarm.
    let silent = fire.replace("does: alarm", "does: say(\"\")");
    assert!(followed(&super::park(), &silent).1.is_empty());
}

#[test]
fn whoever_draws_them_has_everyones_way_and_can_give_it_up() {
    let cache = park();
    let (run, found) = followed(&cache, &long());
    let (file, tables) = (DrillFile::parse(&long()).unwrap(), DrillTables::shipped());
    let follow = |go_on: &(dyn Fn() -> bool + Sync)| follow_persons(&file, &run, &cache, &tables.evacuation, go_on);
    let drawn = follow(&|| true).unwrap();
    assert_eq!(drawn.iter().map(|one| &one.told).collect::<Vec<_>>(), found.iter().collect::<Vec<_>>());
    let first = &drawn[0];
    let (everyone, egress_s) = (first.told.persons as usize, first.told.walked.unwrap().egress_s.unwrap());
    // Before the alarm all stand where they do at it; then there are ever fewer, and nobody once the last is out.
    assert_eq!((first.inside(-60.0), first.inside(0.0)), (Some(everyone), Some(everyone)));
    assert_eq!(first.persons[0].at(-60.0).unwrap().0, first.persons[0].at(0.0).unwrap().0);
    let counts: Vec<usize> = (0..=egress_s.ceil() as u32).map(|s| first.inside(f64::from(s)).unwrap()).collect();
    assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]) && counts.last() == Some(&0), "{counts:?}");
    // Nobody jumps: a free speed is 3 m/s at most.
    for one in &first.persons {
        let ways: Vec<[f64; 2]> = (0..).map_while(|k| one.at(0.5 * f64::from(k)).map(|found| found.0)).collect();
        let far = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        assert!(ways.windows(2).all(|pair| far(pair) <= 1.6), "{ways:?}");
    }
    assert_eq!(follow(&|| false), None);
}
