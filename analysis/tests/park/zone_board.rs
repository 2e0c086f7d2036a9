//! The evaluation of a park as a panel is given it: figures worked out by hand and published cases, and what is not known.

use std::sync::Arc;

use analysis::evaluation::{Concentration, EvaluationRules, Range, Reference, Scheme, TypedInputs, Zone};
use analysis::planner::{Amount, Goal, ZoneBoard, zone_board};
use analysis::rules::RuleSet;
use spatial_db::cache::Cache;
use spatial_db::model::ParkSnapshot;

use crate::by_hand::{block, empty};
use crate::evaluation::{add_building, add_parcel, day, enterprise, figures, small_park};

fn board(
    park: ParkSnapshot,
    scheme: &str,
    typed: Option<&TypedInputs>,
    reference: Option<&Reference>,
    as_of: &str,
) -> ZoneBoard {
    let (cache, rules) = (Cache::build(Arc::new(park)), EvaluationRules::shipped());
    let zone = Zone::of(&cache, &RuleSet::shipped(), &rules, typed, day(as_of));
    zone_board(zone, &Scheme::shipped(scheme).unwrap(), &rules, reference)
}

fn goal<'a>(board: &'a ZoneBoard, name: &str) -> &'a Goal {
    board.goals.iter().find(|goal| goal.name == name).unwrap_or_else(|| panic!("no goal {name}"))
}

fn amount<'a>(all: &'a [Amount], name: &str) -> &'a Amount {
    all.iter().find(|amount| amount.name == name).unwrap_or_else(|| panic!("nothing is called {name}"))
}

fn typed(more: &str) -> TypedInputs {
    TypedInputs::parse(&format!("park = \"hand\"\n{more}")).unwrap()
}

const READY: &str = "[[parcel]]\nkey = \"P5\"\nready = false\nsource = \"land office\"\ndate = \"2024-01-01\"\n";

#[test]
fn l2_an_industry_led_zone_on_the_board() {
    // 771.29 ha built up, 548.92 of them industrial, 3.23 residential: 0.71 and 0.00, industry-led.
    let mut park = empty();
    let mut x = 0.0;
    for (hectares, code) in [(548.92, "100102"), (3.23, "0701"), (771.29 - 548.92 - 3.23, "0901")] {
        let width = hectares * 10.0;
        add_parcel(&mut park, block(x, 0.0, width, 1000.0), Some(code));
        add_building(&mut park, block(x, 0.0, width, 400.0), Some(1.0));
        x += width;
    }
    let board = board(park, "province-example", None, None, "2024-12-31");
    assert_eq!(board.types, ["industry-led"]);
    assert_eq!(amount(&board.land, "A").shown, "771.29 ha");
    assert_eq!(amount(&board.land, "A2").shown, "548.92 ha");
    let share = goal(&board, "Industrial land share");
    assert_eq!(share.value.as_ref().unwrap(), "0.7117");
    assert_eq!((share.ideal.as_deref(), share.weight, share.depth), (Some("≥ 0.6"), Some(1.0), 2));
    assert_eq!(share.score, Some(Range::exactly(100.0)));
}

#[test]
fn scores_and_potentials_are_those_worked_out_by_hand() {
    let board = board(small_park(), "province-example", Some(&typed(READY)), None, "2024-12-31");
    let at = |name: &str, expected: f64| {
        let score = goal(&board, name).score.unwrap();
        assert!(
            (score.low - expected).abs() < 1e-9 && (score.high - expected).abs() < 1e-9,
            "{name}: {score:?}, not {expected}"
        );
    };
    // Of 4 ha supplied 3 are built up, of 4 ha ready 4 are supplied; a third is industrial, of which 0.60 would be enough.
    at("Built-up rate", 75.0);
    at("Degree of use", 0.5 * 100.0 + 0.5 * 75.0);
    at("Structure of use", 100.0 / 3.0 / 0.60);
    at("Fixed assets per industrial land", 100.0 * 3200.0 / 6000.0);
    at("Idle land rate", 75.0);
    let rate = goal(&board, "Idle land rate");
    assert_eq!((rate.value.as_deref(), rate.ideal.as_deref()), (Some("0.2500"), Some("0")));
    assert!(rate.way.contains("G / D") && rate.cited.iter().any(|cited| cited == "[memory]"), "{rate:?}");
    assert!(rate.inputs.iter().any(|input| input.contains("G: idle land: 10000 m²")), "{:?}", rate.inputs);
    let assets = goal(&board, "Fixed assets per industrial land");
    assert_eq!(assets.value.as_deref(), Some("3200.00 10⁴ CNY/ha"));
    assert!(assets.inputs.iter().any(|input| input.contains("2024-12-31")), "figures have their year: {assets:?}");
    assert!(board.goals.iter().all(|goal| goal.missing.is_empty()), "everything is known");
    // The weights of what is one goal's add up to 1.
    let top: f64 = board.goals.iter().filter(|goal| goal.depth == 0).filter_map(|goal| goal.weight).sum();
    assert!((top - 1.0).abs() < 1e-9, "{top}");

    assert_eq!(amount(&board.potentials, "expansion").shown, "1.00 ha");
    assert_eq!(amount(&board.potentials, "structure").shown, "0.80 ha");
    assert_eq!(amount(&board.potentials, "management").shown, "1.00 ha");
    assert_eq!(amount(&board.potentials, "years-of-supply").shown, "5.0 a");
    // What the scheme scores is not told a second time, what it does not is told once.
    assert!(board.others.iter().all(|other| other.name != "far"));
    assert_eq!(amount(&board.others, "residential-share").shown, "0.3333");
}

#[test]
fn what_is_not_known_is_a_range_and_says_what_is_missing() {
    let board = board(small_park(), "province-example", None, None, "2024-12-31");
    let supply = goal(&board, "Land supply rate");
    assert_eq!(supply.score, Some(Range::new(80.0, 100.0)), "whether the bank's hectare is ready nobody said");
    assert!(supply.missing[0].contains("P5"), "{:?}", supply.missing);
    let whole = board.score.unwrap();
    assert!(whole.low < whole.high, "{whole:?}");
    let people = amount(&board.others, "population-density");
    assert_eq!(people.shown, "unknown");
    assert!(people.missing[0].contains("population"), "{:?}", people.missing);
    // Before the second contract was signed, another day tells another story.
    let earlier = self::board(small_park(), "province-example", None, None, "2020-12-31");
    assert_eq!(
        (amount(&earlier.land, "G").shown.as_str(), amount(&board.land, "G").shown.as_str()),
        ("0.00 ha", "1.00 ha")
    );
}

#[test]
fn a_scheme_without_weights_is_shown_and_not_scored() {
    let board = board(small_park(), "shanghai-2020", None, None, "2024-12-31");
    assert_eq!((board.score, board.goals.len()), (None, 4));
    assert!(board.goals.iter().all(|goal| goal.score.is_none() && goal.weight.is_none()));
    assert!(board.notes.iter().any(|note| note.contains("no published weights")), "{:?}", board.notes);
}

#[test]
fn a_growth_area_has_its_own_scores_and_no_inputs_of_the_whole() {
    let grows = "[[parcel]]\nkey = \"P3\"\ngrowth_area = true\nsource = \"plan\"\ndate = \"2024-01-01\"\n";
    let board = board(small_park(), "province-example", Some(&typed(grows)), None, "2024-12-31");
    let areas: Vec<(&str, Option<f64>)> =
        board.goals.iter().filter(|goal| goal.depth == 0).map(|goal| (goal.label.as_str(), goal.weight)).collect();
    assert_eq!(areas, [("main area", Some(0.8)), ("growth area", Some(0.2))]);
    assert!(board.goals.iter().all(|goal| goal.inputs.is_empty()));
}

#[test]
fn l4_clusters_by_what_is_counted() {
    let mut park = small_park();
    (park.enterprises, park.enterprise_years) = (Vec::new(), Vec::new());
    for (code, output) in [("26", 80.0), ("39", 60.0), ("13", 10.0), ("35", 20.0), ("59", 30.0)] {
        park.enterprises.push(enterprise(code, Some(code)));
        park.enterprise_years.push(figures(code, 2024, [output, 1.0, 1.0, 10.0]));
    }
    let reference = Reference::parse(
        "format_version = 1\nregion = \"R\"\nyear = 2024\nmeasure = \"output\"\nunit = \"CNY\"\nsource = \"made up\"\n\
         date = \"2025-01-01\"\nstatus = \"default\"\ntotal = 1000.0\n[industries]\n26 = 100.0\n39 = 400.0\n",
    )
    .unwrap();
    let board = board(park, "province-example", None, Some(&reference), "2024-12-31");
    let [output, _, _, jobs] = &board.clusters[..] else { panic!("four measures") };
    assert!((output.herfindahl.unwrap() - 0.285).abs() < 1e-12, "{:?}", output.herfindahl);
    assert_eq!(output.concentration, Some(Concentration::High));
    // 80 of 200 here, 100 of 1000 there.
    assert!((output.clusters[0].quotient.unwrap() - 4.0).abs() < 1e-12 && output.clusters[0].code == "26");
    assert!((jobs.herfindahl.unwrap() - 0.2).abs() < 1e-12, "five alike");
    assert!(jobs.clusters.iter().all(|cluster| cluster.quotient.is_none()), "output is no measure for jobs");
    assert!(board.cluster_notes.iter().any(|note| note.contains("R, 2024: made up")), "{:?}", board.cluster_notes);
}
