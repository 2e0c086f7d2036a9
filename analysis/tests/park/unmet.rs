//! Unmet demand on a park made by hand: what each prospect lacked, where it came closest, and what one change would have served.

use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::rules::RuleSet;
use analysis::sheet::Value;
use analysis::siting::{
    Answer, Demand, Ground, NoSupplies, SitingTables, Step, Supplies, Supply, UnmetDemand, Utility, Verdict, remaining,
    unmet, unmet_criteria, unmet_overlay, unmet_parcels, unmet_requirements,
};
use spatial_db::cache::Cache;
use spatial_db::model::ParkSnapshot;

use crate::by_hand::{block, building, parcel};
use crate::evaluation::day;
use crate::siting::land_of_the_bank;

/// Power left by parcel, MW.
struct Power([f64; 4]);

impl Supplies for Power {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let remaining = remaining(day("2026-06-30"), self.0[parcel], &[]);
        Supply { remaining, unknown: None, ..NoSupplies.at(parcel, utility) }
    }
}

const POWER: Power = Power([1.0, 3.0, 0.5, 0.0]);

fn demand(prospect: &str, needs: &str) -> Demand {
    Demand {
        prospect: prospect.to_owned(),
        pitch: Some("test".to_owned()),
        asked: day("2025-01-01"),
        requirement: Some(format!("(format_version: 1, name: \"test\", {needs})")),
        outcome: None,
        note: None,
    }
}

fn answered(supplies: &dyn Supplies, demands: &[Demand]) -> UnmetDemand {
    answered_by(land_of_the_bank(), supplies, demands)
}

fn answered_by(park: ParkSnapshot, supplies: &dyn Supplies, demands: &[Demand]) -> UnmetDemand {
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    unmet(&ground, supplies, demands)
}

fn all() -> Vec<Demand> {
    let mut signed = demand("F", "needs: [(want: land(at_least_m2: 50000))]");
    signed.outcome = Some("signed".to_owned());
    let mut without = demand("E", "");
    without.requirement = None;
    vec![
        demand("A", r#"needs: [(want: power(at_least_mw: 4, by: "2027-06-01")), (want: land(at_least_m2: 9000))]"#),
        demand("B", r#"needs: [(want: power(at_least_mw: 2, by: "2027-06-01")), (want: land(at_least_m2: 9000))]"#),
        // The day has passed: it is asked for at once.
        demand("C", r#"needs: [(want: power(at_least_mw: 6, by: "2020-01-01")), (want: land(at_least_m2: 14000))]"#),
        demand("D", "needs: [(want: land(at_least_m2: 50000))]"),
        without,
        signed,
        demand(
            "G",
            r#"join: 2, needs: [(want: power(at_least_mw: 4, by: "2027-06-01")), (want: land(at_least_m2: 21000))]"#,
        ),
        demand("H", "needs: [(want: lend(at_least_m2: 1))]"),
    ]
}

fn names(prospects: &BTreeSet<String>) -> Vec<&str> {
    prospects.iter().map(String::as_str).collect()
}

#[test]
fn each_requirement_is_told_what_it_lacked_where_it_came_closest() {
    let found = answered(&POWER, &all());
    assert_eq!((found.asked, found.met, found.closed), (8, 1, 1));
    let told: Vec<_> = found.unserved.iter().map(|one| (one.demand.prospect.as_str(), one.answer)).collect();
    assert_eq!(
        told,
        [
            ("A", Answer::Missed),
            ("C", Answer::Missed),
            ("D", Answer::Missed),
            ("E", Answer::Unheld),
            ("G", Answer::Missed),
            ("H", Answer::Unheld),
        ]
    );
    let closest = |at: usize| {
        let closest = found.unserved[at].closest.as_ref().unwrap();
        let lacks: Vec<_> = closest
            .lacks
            .iter()
            .map(|lack| (lack.criterion.as_str(), lack.verdict, lack.amount, lack.unit.as_str()))
            .collect();
        (closest.site.as_str(), lacks)
    };
    // All three lack power alone; the second lacks least of it.
    assert_eq!(closest(0), ("P2", vec![("power", Verdict::Gap, Some(1.0), "MW")]));
    assert_eq!(closest(1), ("P3", vec![("power", Verdict::Gap, Some(5.5), "MW")]));
    assert_eq!(closest(2), ("P3", vec![("land", Verdict::Gap, Some(35_000.0), "m²")]));
    assert_eq!(closest(4), ("P1 + P2", vec![("power", Verdict::Gap, Some(1.0), "MW")]));
    assert!(found.unserved[5].why.contains("cannot be used"), "{}", found.unserved[5].why);
    assert!(found.unserved[2].changes.is_empty(), "more land is no change of a parcel");
    let sheet = unmet_requirements(&found);
    assert_eq!(sheet.rows.len(), 6);
    assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
    assert_eq!(sheet.rows[0].slot, Some(1));
}

#[test]
fn what_was_not_looked_at_is_not_missed() {
    // 32 by 32 parcels side by side: 1,984 pairs, and more sites of up to four than are looked at.
    let mut park = land_of_the_bank();
    let at = |number: i64| block((number % 32) as f64 * 50.0, 1000.0 + (number / 32) as f64 * 50.0, 50.0, 50.0);
    park.parcels = (0..32 * 32).map(|number| parcel(number + 1, at(number))).collect();
    let asked =
        |prospect, join| demand(prospect, &format!("join: {join}, needs: [(want: land(at_least_m2: 1000000))]"));
    let found = answered_by(park, &NoSupplies, &[asked("A", 2), asked("B", 4)]);
    let told: Vec<_> = found.unserved.iter().map(|one| (one.demand.prospect.as_str(), one.answer)).collect();
    assert_eq!(told, [("A", Answer::Missed), ("B", Answer::Unproven)]);
    let said = |at: usize| found.unserved[at].why.contains("joined sites: the rest was not looked at");
    assert!(!said(0) && said(1), "{}", found.unserved[1].why);
}

#[test]
fn what_one_change_would_have_served_is_counted_by_criterion_and_parcel() {
    let found = answered(&POWER, &all());
    let criteria = found.by_criterion();
    let told: Vec<_> = criteria
        .iter()
        .map(|one| (one.criterion.as_str(), one.missed_by, one.served, one.sites, one.least, one.most))
        .collect();
    assert_eq!(told, [("power", 3, 3, 4, Some(1.0), Some(5.5)), ("land", 1, 0, 0, Some(35_000.0), Some(35_000.0))]);
    let parcels = found.by_parcel();
    let told: Vec<_> = parcels
        .iter()
        .map(|one| (one.parcel, one.site.as_str(), one.criterion.as_str(), names(&one.prospects), one.most))
        .collect();
    assert_eq!(
        told,
        [
            (Some(0), "P1", "power", vec!["A", "G"], Some(3.0)),
            (Some(1), "P2", "power", vec!["A", "G"], Some(1.0)),
            (Some(2), "P3", "power", vec!["A", "C"], Some(5.5)),
        ]
    );
    let sheet = unmet_parcels(&found, &land_of_the_bank());
    assert_eq!(sheet.rows[0].cells[0], Value::Text("P1".into()));
    assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
    let sheet = unmet_criteria(&found);
    assert_eq!(sheet.rows[0].cells[2], Value::Whole(3));
    assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
}

/// No more than so much is left: how much less nobody knows.
struct AtMost;

impl Supplies for AtMost {
    fn at(&self, parcel: usize, utility: Utility) -> Supply {
        let most = |step: Step| Step { low: f64::NEG_INFINITY, ..step };
        let supply = POWER.at(parcel, utility);
        Supply { remaining: supply.remaining.into_iter().map(most).collect(), ..supply }
    }
}

#[test]
fn a_criterion_that_one_site_lacks_twice_is_lacking_by_the_larger_figure_of_the_site_that_lacks_least() {
    let twice = demand(
        "A",
        r#"needs: [(want: power(at_least_mw: 4, by: "2027-06-01")), (want: power(at_least_mw: 8, by: "2028-06-01"))]"#,
    );
    let found = answered(&POWER, std::slice::from_ref(&twice));
    let told = |found: &UnmetDemand| {
        let one = found.by_criterion().remove(0);
        (one.criterion.to_string(), one.least, one.most, one.at_least)
    };
    // The second parcel has 3 MW: to serve, it wants 5 more, not 1.
    assert_eq!(told(&found), ("power".to_owned(), Some(5.0), Some(5.0), false));
    // Where what is left is known up to a bound only, so is what is lacking.
    assert_eq!(told(&answered(&AtMost, &[twice])), ("power".to_owned(), Some(5.0), Some(5.0), true));
    let once = demand("A", r#"needs: [(want: power(at_least_mw: 4, by: "2027-06-01"))]"#);
    let found = answered(&AtMost, &[once]);
    let parcels = found.by_parcel();
    assert_eq!((parcels[1].most, parcels[1].at_least), (Some(1.0), true));
    let overlay = unmet_overlay(&found, &land_of_the_bank(), day("2026-06-30"));
    let second = &overlay.verdicts[&land_of_the_bank().parcels[1].id];
    assert_eq!(second.facts[0].value, "would have served 1; missed by at least 1 MW");
    let sheet = unmet_parcels(&found, &land_of_the_bank());
    assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
}

#[test]
fn the_change_that_is_named_serves_and_less_of_it_does_not() {
    let all = all();
    let asked = &all[..1];
    let found = answered(&POWER, asked);
    assert_eq!(found.unserved[0].changes.len(), 3);
    for change in &found.unserved[0].changes {
        let with = |more: f64| {
            let mut power = POWER.0;
            power[change.parcels[0] as usize] += more;
            answered(&Power(power), asked).met
        };
        let amount = change.lack.amount.unwrap();
        assert_eq!((with(amount), with(amount - 0.1)), (1, 0), "{:?}", change.site);
    }
}

#[test]
fn a_joined_site_is_left_out_where_a_part_of_it_would_do() {
    let needs = r#"join: 2, needs: [(want: power(at_least_mw: 4, by: "2027-06-01")), (want: land(at_least_m2: 9000))]"#;
    let found = answered(&POWER, &[demand("A", needs)]);
    let sites: Vec<&str> = found.unserved[0].changes.iter().map(|change| change.site.as_str()).collect();
    assert_eq!(sites, ["P1", "P2", "P3"]);
    // The same prospect with two requirements is one prospect.
    let twice = answered(&POWER, &[demand("A", needs), demand("A", needs)]);
    assert!(twice.by_parcel().iter().all(|one| one.prospects.len() == 1));
    assert_eq!(twice.by_criterion()[0].served, 1);
}

#[test]
fn parcels_are_coloured_by_the_prospects_that_one_change_would_have_served() {
    let drawn = |demands: &[Demand]| {
        let overlay = unmet_overlay(&answered(&POWER, demands), &land_of_the_bank(), day("2026-06-30"));
        let classes: Vec<(String, usize)> =
            overlay.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
        (overlay, classes)
    };
    let (overlay, classes) = drawn(&all());
    assert_eq!(classes, [("2 prospects".to_owned(), 3)]);
    let second = &overlay.verdicts[&land_of_the_bank().parcels[1].id];
    assert_eq!((second.value, second.facts.len()), (Some(2.0), 1));
    assert_eq!(second.facts[0].value, "would have served 2; missed by 1 MW or less");
    assert!(
        !overlay.verdicts.contains_key(&land_of_the_bank().parcels[3].id),
        "what is built on is on offer to nobody"
    );
    let told = format!("{:?}", overlay.verdicts);
    assert!(!told.contains("\"A\"") && !told.contains("\"G\""), "prospects are not named on a picture");
    let (overlay, classes) = drawn(&all()[2..3]);
    let none = "vacant, no single change would have served one".to_owned();
    assert_eq!(classes, [("1 prospect".to_owned(), 1), (none, 2)]);
    assert_eq!(overlay.verdicts[&land_of_the_bank().parcels[0].id].value, Some(0.0));
}

#[test]
fn what_is_not_known_is_never_counted_as_missing() {
    let found = answered(&NoSupplies, &all()[..1]);
    let one = &found.unserved[0];
    assert_eq!((one.answer, one.changes.len()), (Answer::Unproven, 0));
    let lacks = &one.closest.as_ref().unwrap().lacks;
    assert_eq!((lacks.len(), lacks[0].verdict, lacks[0].amount), (1, Verdict::Unknown, None));
    assert!(found.by_criterion().is_empty() && found.by_parcel().is_empty());
    // With the question left open by the prospect, a site fits as far as is known.
    let mut open = all()[0].clone();
    open.requirement = open.requirement.map(|text| text.replace("2027-06-01\")", "2027-06-01\"), unknown: allowed"));
    assert_eq!(answered(&NoSupplies, &[open]).met, 1);
}

#[test]
fn what_was_not_tried_is_lacking_and_no_single_change_makes_up_for_it() {
    // An empty building off all land on record: whether trucks can turn there cannot be tried.
    let mut park = land_of_the_bank();
    let mut off = building(2, block(2000.0, 0.0, 40.0, 40.0));
    (off.state, off.floor_area_m2) = (Some("vacant".to_owned()), Some(1_000.0));
    park.buildings.push(off);
    let asked = demand(
        "A",
        "offers: buildings, needs: [(want: floor(at_least_m2: 5000)), (want: turning(), unknown: allowed)]",
    );
    let (rules, tables) = (RuleSet::shipped(), SitingTables::shipped());
    let cache = Cache::build(Arc::new(park));
    let ground = Ground::of(&cache, &rules, &tables, day("2026-06-30"));
    let found = unmet(&ground, &NoSupplies, &[asked]);
    let one = &found.unserved[0];
    assert_eq!((one.answer, one.changes.len()), (Answer::Missed, 0));
    let lacks = &one.closest.as_ref().unwrap().lacks;
    let verdicts: Vec<_> = lacks.iter().map(|lack| lack.verdict).collect();
    assert_eq!(verdicts, [Verdict::Gap, Verdict::Unknown]);
}

#[test]
fn land_that_is_too_small_to_turn_on_is_no_change_of_a_parcel() {
    let found = answered(&NoSupplies, &[demand("A", "needs: [(want: turning(radius_m: 80))]")]);
    let one = &found.unserved[0];
    assert_eq!((one.answer, one.changes.len()), (Answer::Missed, 0));
    let lacks = &one.closest.as_ref().unwrap().lacks;
    assert_eq!((lacks.len(), lacks[0].verdict), (1, Verdict::Gap));
    assert_eq!(found.by_criterion()[0].missed_by, 1);
}
