//! Zone evaluation on parks small enough to check by hand, and on random ones.

use std::sync::Arc;

use analysis::evaluation::{
    EvaluationRules, Indicator, Level, Range, Scheme, Sum, TypedInputs, Zone, ZoneReport, ZoneType, evaluate,
    indicators, land_sum, notes, potentials, report, standings, zone_types,
};
use analysis::rules::RuleSet;
use chrono::NaiveDate;
use geo::MultiPolygon;
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{
    Enterprise, EnterpriseYear, EventKind, FeatureId, FeatureKind, LandContract, LandEvent, ParkSnapshot, SurfaceKind,
};

use crate::by_hand::{block, building, cover, empty, keyed, parcel};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn zone_with(snapshot: ParkSnapshot, typed: Option<&TypedInputs>, as_of: &str) -> Zone {
    let cache = Cache::build(Arc::new(snapshot));
    Zone::of(&cache, &RuleSet::shipped(), &EvaluationRules::shipped(), typed, day(as_of))
}

pub(crate) fn zone(snapshot: ParkSnapshot) -> Zone {
    zone_with(snapshot, None, "2024-12-31")
}

/// Adds a parcel of a planning class.
pub(crate) fn add_parcel(park: &mut ParkSnapshot, boundary: MultiPolygon<f64>, code: Option<&str>) -> usize {
    let mut new = parcel(park.parcels.len() as i64 + 1, boundary);
    new.land_use_code = code.map(Into::into);
    new.land_use_scheme = code.map(|_| "planning-2023".into());
    park.parcels.push(new);
    park.parcels.len() - 1
}

pub(crate) fn add_building(park: &mut ParkSnapshot, footprint: MultiPolygon<f64>, storeys: Option<f64>) {
    let mut new = building(park.buildings.len() as i64 + 1, footprint);
    new.storeys = storeys;
    new.storey_height_m = Some(4.0);
    park.buildings.push(new);
}

/// A yard on no parcel: the park's yards are surveyed, and its parcels have none.
fn survey_yards(park: &mut ParkSnapshot) {
    park.surfaces.push(cover(1, SurfaceKind::StorageYard, block(-900.0, -900.0, 10.0, 10.0)));
}

fn contract(parcel_key: &str, signed: Option<&str>, agreed_start: Option<&str>) -> LandContract {
    LandContract {
        signed: signed.map(day),
        agreed_start: agreed_start.map(day),
        ..LandContract::bare(1, keyed(&format!("C-{parcel_key}")), parcel_key)
    }
}

fn event(parcel_key: &str, kind: EventKind, date: &str) -> LandEvent {
    LandEvent::bare(1, keyed(&format!("E-{parcel_key}-{date}")), format!("C-{parcel_key}"), kind, day(date))
}

pub(crate) fn enterprise(key: &str, industry: Option<&str>) -> Enterprise {
    Enterprise {
        id: FeatureId::new(FeatureKind::Enterprise, 1),
        provenance: keyed(key),
        name: format!("Enterprise {key}"),
        industry_code: industry.map(str::to_owned),
        state: None,
    }
}

pub(crate) fn figures(key: &str, year: i32, [output, tax, fixed_assets, jobs]: [f64; 4]) -> EnterpriseYear {
    EnterpriseYear {
        id: FeatureId::new(FeatureKind::EnterpriseYear, 1),
        provenance: keyed(&format!("{key}/{year}")),
        enterprise_key: key.into(),
        year,
        output: Some(output),
        tax: Some(tax),
        fixed_assets: Some(fixed_assets),
        employees: Some(jobs as i64),
        currency: Some("CNY".into()),
    }
}

fn sum(zone: &Zone, which: Sum) -> Range {
    land_sum(&zone.lines, which).area_m2
}

#[test]
fn l2_an_industry_led_zone() {
    // 771.29 ha built up, 548.92 of them industrial, 3.23 residential; strips 1 km high.
    let mut park = empty();
    let mut x = 0.0;
    for (hectares, code) in [(548.92, "100102"), (3.23, "0701"), (771.29 - 548.92 - 3.23, "0901")] {
        let width = hectares * 10.0;
        add_parcel(&mut park, block(x, 0.0, width, 1000.0), Some(code));
        add_building(&mut park, block(x, 0.0, width, 400.0), Some(1.0));
        x += width;
    }
    let zone = zone(park);
    assert!((sum(&zone, Sum::BuiltUp).value().unwrap() / 1e4 - 771.29).abs() < 1e-9);
    let all = indicators(&zone);
    let (industrial, residential) = (&all["industrial-share"], &all["residential-share"]);
    assert_eq!(format!("{:.2}", industrial.value().unwrap()), "0.71");
    assert_eq!(format!("{:.2}", residential.value().unwrap()), "0.00");
    let types = zone_types(industrial.range, residential.range, &EvaluationRules::shipped());
    assert_eq!(types, [ZoneType::IndustryLed]);
}

#[test]
fn l3_an_enterprise() {
    // 8.22 ha of land, 4.05 ha of footprint, 5.82 ha of floors: the record says so, however many storeys of 4 m.
    let mut park = empty();
    add_parcel(&mut park, block(0.0, 0.0, 822.0, 100.0), Some("100101"));
    add_building(&mut park, block(10.0, 10.0, 540.0, 75.0), None);
    park.buildings[0].floor_area_m2 = Some(58_200.0);
    survey_yards(&mut park);
    let all = indicators(&zone(park));
    for (name, expected) in [("industrial-far", "0.708"), ("far", "0.708")] {
        assert_eq!(format!("{:.3}", all[name].value().unwrap()), expected, "{name}");
    }
    assert_eq!(format!("{:.2} %", 100.0 * all["industrial-coverage"].value().unwrap()), "49.27 %");
}

/// Six parcels of a hectare: a works, its idle neighbour, homes, a park, land of the bank, a field.
pub(crate) fn small_park() -> ParkSnapshot {
    let mut park = empty();
    for (i, code) in ["100102", "100102", "0701", "1401", "16", "0101"].iter().enumerate() {
        add_parcel(&mut park, block(i as f64 * 100.0, 0.0, 100.0, 100.0), Some(code));
    }
    park.parcels[4].holder = Some("Qingxi land bank".into());
    add_building(&mut park, block(10.0, 10.0, 80.0, 50.0), Some(2.0));
    add_building(&mut park, block(220.0, 10.0, 50.0, 40.0), Some(6.0));
    survey_yards(&mut park);
    park.contracts = vec![
        contract("P1", Some("2015-03-01"), Some("2015-06-01")),
        contract("P2", Some("2021-03-01"), Some("2021-06-01")),
    ];
    park.events =
        vec![event("P1", EventKind::Completion, "2016-12-01"), event("P2", EventKind::Delivery, "2021-06-01")];
    park.enterprises = vec![enterprise("E1", Some("34")), enterprise("E2", Some("70"))];
    park.enterprise_years = vec![
        figures("E1", 2023, [4.0e7, 2.0e6, 3.0e7, 60.0]),
        figures("E1", 2024, [5.0e7, 2.5e6, 3.2e7, 66.0]),
        figures("E2", 2023, [0.9e7, 0.3e6, 0.1e7, 30.0]),
        figures("E2", 2024, [1.0e7, 0.5e6, 0.1e7, 34.0]),
    ];
    park
}

fn near(indicator: &Indicator, expected: f64) {
    let value = indicator.value().unwrap_or_else(|| panic!("{}: {:?}", indicator.name, indicator.missing));
    assert!((value - expected).abs() < 1e-9, "{}: {value}, not {expected}", indicator.name);
}

#[test]
fn sums_and_indicators_by_hand() {
    let inputs = "park = \"hand\"\n[[parcel]]\nkey = \"P5\"\nready = false\nsource = \"land office\"\ndate = \"2024-01-01\"\n\
        [[figure]]\nname = \"population\"\nvalue = 300\nunit = \"persons\"\nsource = \"police\"\ndate = \"2024-06-30\"\nadds = true\n";
    let zone = zone_with(small_park(), Some(&TypedInputs::parse(inputs).unwrap()), "2024-12-31");
    // Built up: works, homes, park. Supplied besides: the idle neighbour. Not supplied: the bank's land. The field is no land to build on.
    let hectares = |which| sum(&zone, which).value().unwrap() / 1e4;
    assert_eq!([Sum::BuiltUp, Sum::Residential, Sum::Industrial].map(hectares), [3.0, 1.0, 1.0]);
    assert_eq!([Sum::NotBuiltUp, Sum::Ready, Sum::Supplied, Sum::Idle].map(hectares), [2.0, 1.0, 4.0, 1.0]);
    let works = land_sum(&zone.lines, Sum::Industrial).parcels;
    assert_eq!(works.iter().map(|i| zone.lines[*i].key.as_str()).collect::<Vec<_>>(), ["P1"]);
    let all = indicators(&zone);
    for (name, expected) in [
        ("supply-rate", 4.0 / 4.0),
        ("built-rate", 3.0 / 4.0),
        ("development-rate", 4.0 / 5.0),
        ("industrial-share", 1.0 / 3.0),
        ("residential-share", 1.0 / 3.0),
        ("far", (8000.0 + 12_000.0) / 3e4),
        ("density", 6000.0 / 3e4),
        ("industrial-far", 0.8),
        ("industrial-coverage", 0.4),
        ("fixed-asset-intensity", 3200.0),
        ("industrial-tax-intensity", 250.0),
        ("tax-intensity", 100.0),
        ("population-density", 100.0),
        ("idle-rate", 0.25),
        ("output-intensity", 2000.0),
        ("industrial-output-intensity", 5000.0),
        ("job-density", 100.0 / 3.0),
        ("tax-per-output", 0.05),
        ("output-growth", 6.0 / 4.9 - 1.0),
    ] {
        near(&all[name], expected);
    }
    assert_eq!(all["fixed-asset-intensity"].unit, "10⁴ CNY/ha");
    assert!(all.values().all(|indicator| indicator.missing.is_empty() && !indicator.inputs.is_empty()));

    // The example's scores, step by step.
    let scheme = Scheme::shipped("province-example").unwrap();
    let evaluation = evaluate(&zone, &scheme).unwrap();
    let degree = 0.5 * 100.0 + 0.5 * 75.0;
    let structure = 100.0 / 3.0 / 0.60;
    let intensity = 0.25 * (100.0 * (2.0 / 3.0))
        + 0.22 * (100.0 * 0.2 / 0.40)
        + 0.25 * (100.0 * 0.8 / 1.2)
        + 0.28 * (100.0 * 0.4 / 0.55);
    let benefit = 0.5 * (100.0 * 3200.0 / 6000.0) + 0.5 * (100.0 * 250.0 / 400.0);
    let expected = 0.7 * (0.25 * degree + 0.25 * structure + 0.5 * intensity) + 0.2 * benefit + 0.1 * 75.0;
    let score = evaluation.score;
    assert!((score.low - expected).abs() < 1e-9 && (score.high - expected).abs() < 1e-9, "{score:?}, not {expected}");

    // Potentials: a hectare of the bank's land; industry should have 0.6 of 3 ha; at the ideal 0.8/1.2 ha would do.
    let found = potentials(&zone, &scheme, &EvaluationRules::shipped());
    let amount = |name: &str| found.iter().find(|p| p.name == name).unwrap().amount;
    let is = |name: &str, expected: f64| {
        let amount = amount(name).unwrap_or_else(|| panic!("{name} is unknown"));
        assert!((amount.low - expected).abs() < 1e-6 && (amount.high - expected).abs() < 1e-6, "{name}: {amount:?}");
    };
    is("expansion", 1e4);
    is("expansion-ready", 0.0);
    is("structure", 0.8e4);
    is("intensity-far", 1e4 * (1.0 - 0.8 / 1.2));
    is("intensity-coverage", 1e4 * (1.0 - 0.4 / 0.55));
    is("intensity-assets", 1e4 - 3.2e7 / 6000.0);
    is("intensity-tax", 1e4 - 2.5e6 / 400.0);
    is("management", 1e4);
    // One hectare was supplied in five years, one is left.
    is("years-of-supply", 5.0);
    is("years-of-industrial-supply", 0.0);
}

#[test]
fn what_is_missing_is_named_and_leaves_a_range() {
    // Nobody typed in whether the bank's land is ready, nor how many people live there.
    let all = indicators(&zone(small_park()));
    let supply = &all["supply-rate"];
    assert_eq!(supply.value(), None);
    assert_eq!((supply.range.low, supply.range.high), (4.0 / 5.0, 1.0));
    assert!(supply.missing[0].starts_with("1 parcel: ") && supply.missing[0].contains("P5"), "{:?}", supply.missing);
    assert!(all["population-density"].missing[0].contains("population"));
    assert_eq!(all["built-rate"].value(), Some(0.75), "readiness does not matter here");

    let mut park = small_park();
    park.parcels[0].land_use_scheme = None;
    park.buildings[1].storeys = None;
    park.enterprise_years.retain(|row| row.provenance.key != "E1/2024");
    let all = indicators(&zone(park));
    // P1 may be anything with a works on it: A 2 or 3 ha, A2 0 or 1.
    assert_eq!((all["industrial-share"].range.low, all["industrial-share"].range.high), (0.0, 1.0 / 3.0));
    assert!(
        all["industrial-share"].missing[0].contains("100102 has no scheme"),
        "{:?}",
        all["industrial-share"].missing
    );
    assert_eq!(all["far"].range.high, f64::INFINITY);
    assert!(all["far"].missing.iter().any(|words| words.contains("without storeys")), "{:?}", all["far"].missing);
    assert!(all["tax-intensity"].missing.iter().any(|words| words.contains("1 enterprise without tax for 2024")));
    let scheme = Scheme::shipped("province-example").unwrap();
    let mut park = small_park();
    park.enterprises.clear();
    park.enterprise_years.clear();
    let score = evaluate(&zone(park), &scheme).unwrap().score;
    assert!(score.value().is_none() && (score.high - score.low - 20.0) > -1e-9, "benefit is a fifth: {score:?}");
}

/// A storey of unknown height counts once or twice: the ratio is known from the one to the other.
#[test]
fn storeys_of_unknown_height_leave_a_range() {
    let mut park = small_park();
    park.buildings[0].storey_height_m = None;
    let all = indicators(&zone(park.clone()));
    // The works: two storeys on 4,000 m² of a hectare; with the homes, whose height is known, 20,000 or 28,000 m² on three.
    let industrial = &all["industrial-far"];
    let within = |found: Range, low: f64, high: f64| (found.low - low).abs() < 1e-9 && (found.high - high).abs() < 1e-9;
    assert!(within(industrial.range, 0.8, 1.6), "{industrial:?}");
    assert!(industrial.missing[0].contains("1 building without storeys of known height"), "{:?}", industrial.missing);
    assert!(industrial.missing[0].contains("P1"), "{:?}", industrial.missing);
    assert!(within(all["far"].range, 20_000.0 / 3e4, 28_000.0 / 3e4), "{:?}", all["far"]);
    // A height of the building says the storeys': 12 m are two of 6 m, 18 m two of 9 m.
    for (height_m, expected) in [(12.0, 0.8), (18.0, 1.6)] {
        park.buildings[0].height_m = Some(height_m);
        near(&indicators(&zone(park.clone()))["industrial-far"], expected);
    }
}

/// Yards that nobody surveyed may cover what no building does.
#[test]
fn yards_that_nobody_surveyed_leave_a_range() {
    let mut park = small_park();
    park.surfaces.clear();
    let all = indicators(&zone(park));
    let coverage = &all["industrial-coverage"];
    assert!((coverage.range.low - 0.4).abs() < 1e-9 && (coverage.range.high - 1.0).abs() < 1e-9, "{coverage:?}");
    assert!(coverage.missing[0].contains("no open yards") && coverage.missing[0].contains("P1"), "{coverage:?}");
}

/// A park without a building on record has no ratio of nothing: floors go by the parcels' records, footprints up to these.
#[test]
fn a_park_without_buildings_on_record_leaves_a_range() {
    let mut park = empty();
    for x in [0.0, 100.0] {
        add_parcel(&mut park, block(x, 0.0, 100.0, 100.0), Some("100101"));
    }
    park.parcels[0].recorded_floor_area_m2 = Some(6_000.0);
    park.parcels[1].recorded_floor_area_m2 = Some(5_000.0);
    let all = indicators(&zone(park.clone()));
    let range = |name: &str| (all[name].range.low, all[name].range.high);
    assert_eq!(range("far"), (0.55, 1.1), "tall storeys count twice");
    assert_eq!(range("density"), (0.0, 0.55));
    for name in ["far", "density", "industrial-far", "industrial-coverage"] {
        assert!(all[name].missing.iter().any(|one| one.contains("no buildings are on record")), "{:?}", all[name]);
    }
    assert_eq!(all["far"].inputs[0].source.key(), Some("from-parcel-floors"), "no building told these");
    let built = indicators(&zone(small_park()));
    assert_eq!(built["far"].inputs[0].source.key(), Some("from-buildings"));
    park.parcels[1].recorded_floor_area_m2 = None;
    let open = indicators(&zone(park));
    assert!(holds(open["density"].range, all["density"].range), "{:?}", open["density"].range);
    assert!(open["far"].range.high.is_infinite() && open["far"].value().is_none());
}

#[test]
fn a_contract_without_completion_beside_a_building_is_open() {
    let mut park = small_park();
    park.events = vec![event("P1", EventKind::Start, "2015-07-01")];
    let open = zone(park.clone());
    assert!(open.lines[0].built.because.contains("no completion"), "{:?}", open.lines[0].built);
    // What is still being built is not built up.
    park.buildings[0].state = Some("under construction".into());
    assert_eq!(zone(park).lines[0].built.answer, Some(false));
    // Before the contract was signed there was none.
    let before = zone_with(small_park(), None, "2020-12-31");
    assert_eq!(before.lines[1].supplied.answer, Some(false));
    assert_eq!(before.lines[1].idle.answer, Some(false));
}

#[test]
fn a_growth_area_counts_with_its_weight() {
    let inputs =
        "park = \"hand\"\n[[parcel]]\nkey = \"P3\"\ngrowth_area = true\nsource = \"plan\"\ndate = \"2024-01-01\"\n";
    let zone = zone_with(small_park(), Some(&TypedInputs::parse(inputs).unwrap()), "2024-12-31");
    let evaluation = evaluate(&zone, &Scheme::shipped("province-example").unwrap()).unwrap();
    assert_eq!(evaluation.areas.iter().map(|area| area.weight).collect::<Vec<_>>(), [0.8, 0.2]);
    let sum = evaluation.areas.iter().map(|a| a.score.times(a.weight)).fold(Range::exactly(0.0), Range::plus);
    assert_eq!(evaluation.score, sum);
    assert!(evaluation.areas[1].score.value().is_none(), "whose figures they are no record tells");
}

#[test]
fn unknown_weights_are_refused_and_families_stay_unknown() {
    let zone = zone(small_park());
    let error = evaluate(&zone, &Scheme::shipped("shanghai-2020").unwrap()).unwrap_err();
    assert!(error.to_string().contains("no published weights"), "{error}");
    let national = evaluate(&zone, &Scheme::shipped("etdz-2021").unwrap()).unwrap();
    assert!((national.score.low, national.score.high) == (0.0, 100.0));
}

#[test]
fn ranks_and_changes() {
    let scheme = Scheme::shipped("province-example").unwrap();
    let at = |as_of: &str, name: &str, more: f64| {
        let mut park = small_park();
        park.park.name = name.into();
        for row in &mut park.enterprise_years {
            row.tax = row.tax.map(|tax| tax * more);
        }
        let inputs =
            "park = \"hand\"\n[[parcel]]\nkey = \"P5\"\nready = false\nsource = \"o\"\ndate = \"2020-01-01\"\n";
        (Level::Park, zone_with(park, Some(&TypedInputs::parse(inputs).unwrap()), as_of))
    };
    let zones = [
        at("2023-12-31", "one", 1.0),
        at("2024-12-31", "one", 1.0),
        at("2024-12-31", "two", 1.2),
        at("2023-12-31", "two", 1.2),
    ];
    let all = standings(&zones, &scheme).unwrap();
    let of =
        |name: &str, year: &str| all.iter().find(|s| s.name == name && s.as_of.to_string().starts_with(year)).unwrap();
    assert_eq!((of("two", "2024").rank(), of("one", "2024").rank()), (Some(1), Some(2)));
    assert_eq!(of("one", "2023").change, None);
    // 0.5 M more tax on a hectare is 50 of 400; 2 M more fixed assets are 200 of 6000; both with 0.2 × 0.5.
    let change = of("one", "2024").change.unwrap();
    let expected = 0.1 * 100.0 * (50.0 / 400.0 + 200.0 / 6000.0);
    assert!((change.low - expected).abs() < 1e-9, "{change:?}, not {expected}");
}

/// A score alone hides that one part rose while another fell.
#[test]
fn each_indicator_has_its_change_and_its_rank() {
    let scheme = Scheme::shipped("province-example").unwrap();
    let at = |as_of: &str, name: &str, more: f64| {
        let mut park = small_park();
        park.park.name = name.into();
        park.park.slug = name.into();
        park.park.as_of = Some(day("2024-12-31"));
        for row in &mut park.enterprise_years {
            row.tax = row.tax.map(|tax| tax * more);
        }
        (Level::Park, zone_with(park, None, as_of))
    };
    let zones = vec![
        at("2023-12-31", "one", 1.0),
        at("2024-12-31", "one", 1.0),
        at("2024-12-31", "two", 1.2),
        at("2023-12-31", "two", 1.2),
    ];
    let all = report(zones, &scheme, &EvaluationRules::shipped());
    let of = |name: &str, year: &str| {
        all.iter().find(|one| one.zone.name == name && one.zone.as_of.to_string().starts_with(year)).unwrap()
    };
    // 0.5 M more tax on a hectare of industry: 50 of 10 000 CNY, and a fifth more of the other park's.
    let tax = "industrial-tax-intensity";
    let change = |name| of(name, "2024").moves[tax].change.unwrap().value().unwrap();
    assert!((change("one") - 50.0).abs() < 1e-9 && (change("two") - 60.0).abs() < 1e-9, "{}", change("two"));
    assert_eq!(of("one", "2023").moves[tax].change, None, "nothing is before the first date");
    assert_eq!((of("one", "2024").moves[tax].ranks, of("two", "2024").moves[tax].ranks), (Some([2, 2]), Some([1, 1])));
    assert_eq!(of("one", "2024").moves["built-rate"].ranks, Some([1, 1]), "equal ones share the better number");
    assert_eq!(of("one", "2024").moves["job-density"].ranks, None, "the scheme does not say which way is better");
    assert_eq!(of("one", "2024").moves["population-density"].change, None, "nobody typed in how many live there");
    let alone = report(vec![at("2024-12-31", "one", 1.0)], &scheme, &EvaluationRules::shipped());
    assert_eq!(alone[0].moves[tax].ranks, None, "nothing to rank it among");

    // Years before the day of the records are said to be told from records of that day.
    let undated = |reports: &[ZoneReport]| {
        notes(reports, &scheme).into_iter().find(|note| note.key() == Some("note-undated-evaluation"))
    };
    let note = undated(&all).unwrap();
    assert!(note.contains("2023-12-31 from records of 2024-12-31") && note.contains("holders"), "{note}");
    assert_eq!(undated(&alone), None, "of the day of the records all is of that day");
    let cases =
        |reports: &[ZoneReport]| notes(reports, &scheme).iter().any(|note| note.contains("cases are not counted"));
    assert!(cases(&alone));
    let (_, mut bare) = at("2024-12-31", "one", 1.0);
    for line in &mut bare.lines {
        line.signed = None;
    }
    assert!(!cases(&report(vec![(Level::Park, bare)], &scheme, &EvaluationRules::shipped())), "no contracts, no cases");
}

/// A random park of one-hectare parcels along a line; what is drawn for a parcel is a tuple.
#[derive(Debug, Clone)]
struct Plot {
    code: Option<&'static str>,
    holder: Option<&'static str>,
    /// Depth of the building, m, and its storeys.
    building: Option<(u8, Option<u8>)>,
    /// Year of signature, and of completion.
    contract: Option<(Option<u16>, Option<u16>)>,
    figures: Option<[u32; 4]>,
}

fn plots() -> impl Strategy<Value = Vec<Plot>> {
    let code = prop::sample::select(vec![
        None,
        Some("1001"),
        Some("1101"),
        Some("0701"),
        Some("1401"),
        Some("16"),
        Some("1701"),
        Some("0802"),
    ]);
    let holder = prop::sample::select(vec![None, Some("land bank"), Some("Works Ltd")]);
    let building = prop::option::of((1_u8..90, prop::option::of(1_u8..9)));
    let contract = prop::option::of((prop::option::of(2010_u16..2026), prop::option::of(2012_u16..2026)));
    let figures = prop::option::of([0_u32..1000, 0_u32..100, 0_u32..1000, 0_u32..50]);
    let plot = (code, holder, building, contract, figures)
        .prop_map(|(code, holder, building, contract, figures)| Plot { code, holder, building, contract, figures });
    prop::collection::vec(plot, 2..9)
}

fn laid_out(plots: &[Plot], first: usize) -> ParkSnapshot {
    let mut park = empty();
    // Someone always keeps books, so that no part of a park is silent.
    park.enterprises.push(enterprise(&format!("base{first}"), Some("34")));
    park.enterprise_years.push(figures(&format!("base{first}"), 2023, [1.0, 1.0, 1.0, 1.0]));
    park.enterprise_years.push(figures(&format!("base{first}"), 2024, [1.0, 1.0, 1.0, 1.0]));
    // Some contract is always on record: a park without any does not know what is idle.
    park.contracts.push(contract(&format!("base{first}"), Some("2015-03-01"), Some("2015-06-01")));
    // And something always stands, so that buildings are on record.
    add_building(&mut park, block(-500.0 - first as f64, 0.0, 1.0, 1.0), Some(1.0));
    survey_yards(&mut park);
    for (i, plot) in plots.iter().enumerate() {
        let at = first + i;
        let x = at as f64 * 100.0;
        let slot = add_parcel(&mut park, block(x, 0.0, 100.0, 100.0), plot.code);
        let key = format!("P{at}");
        park.parcels[slot].provenance = keyed(&key);
        park.parcels[slot].holder = plot.holder.map(str::to_owned);
        if let Some((depth, storeys)) = plot.building {
            add_building(&mut park, block(x + 5.0, 5.0, 90.0, f64::from(depth)), storeys.map(f64::from));
        }
        if let Some((signed, completed)) = plot.contract {
            let date = |year: u16| format!("{year}-03-01");
            park.contracts.push(contract(&key, signed.map(date).as_deref(), Some("2021-06-01")));
            park.events.extend(completed.map(|year| event(&key, EventKind::Completion, &date(year))));
            if plot.building.is_none() && completed.is_none() {
                park.events.push(event(&key, EventKind::Delivery, "2021-06-01"));
            }
        }
        if let Some(values) = plot.figures {
            let key = format!("E{at}");
            park.enterprises.push(enterprise(&key, plot.code.map(|code| if code == "1001" { "34" } else { "70" })));
            park.enterprise_years.push(figures(&key, 2023, values.map(f64::from)));
            park.enterprise_years.push(figures(&key, 2024, values.map(|v| f64::from(v) * 1.1)));
        }
    }
    park
}

fn holds(wide: Range, narrow: Range) -> bool {
    let slack = 1e-9 * narrow.high.abs().clamp(1.0, 1e9);
    Range::new(wide.low - slack, wide.high + slack).holds(narrow)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn less_on_record_never_narrows(plots in plots(), victim in 0_usize..8, what in 0_u8..6) {
        let full = laid_out(&plots, 0);
        let mut less = full.clone();
        let victim = victim % plots.len();
        let key = format!("P{victim}");
        match what {
            0 => less.parcels[victim].land_use_code = None,
            1 => less.parcels[victim].land_use_scheme = None,
            2 => for building in &mut less.buildings { building.storeys = None },
            5 => for building in &mut less.buildings { building.storey_height_m = None },
            3 => for contract in &mut less.contracts { if contract.parcel_key == key { contract.signed = None } },
            _ => for row in &mut less.enterprise_years { row.tax = None; row.fixed_assets = None },
        }
        // A contract signed after the date is none; without its date nobody knows.
        let (full, less) = (zone(full), zone(less));
        let (before, after) = (indicators(&full), indicators(&less));
        for (name, indicator) in &before {
            prop_assert!(holds(after[name].range, indicator.range), "{}: {:?} in {:?}", name, indicator.range, after[name].range);
            prop_assert!(after[name].range.value().is_some() || !after[name].missing.is_empty(), "{} says what is missing", name);
        }
        let scheme = Scheme::shipped("province-example").unwrap();
        let score = |zone: &Zone| evaluate(zone, &scheme).unwrap().score;
        prop_assert!(holds(score(&less), score(&full)));
        for which in Sum::ALL {
            prop_assert!(holds(sum(&less, which), sum(&full, which)), "{:?}", which);
        }
        let rules = EvaluationRules::shipped();
        let (before, after) = (potentials(&full, &scheme, &rules), potentials(&less, &scheme, &rules));
        prop_assert!(before.len() == after.len() && !before.is_empty());
        for (a, b) in before.iter().zip(&after) {
            if let (Some(a), Some(b)) = (a.amount, b.amount) {
                prop_assert!(holds(b, a), "{:?} in {:?}", a, b);
            }
        }
    }

    #[test]
    fn parks_together_are_the_park_undivided(plots in plots(), cut in 1_usize..8) {
        let cut = 1 + cut % (plots.len() - 1).max(1);
        let (left, right) = (laid_out(&plots[..cut], 0), laid_out(&plots[cut..], cut));
        let mut whole = left.clone();
        whole.parcels.extend(right.parcels.clone());
        whole.buildings.extend(right.buildings.clone());
        whole.contracts.extend(right.contracts.clone());
        whole.events.extend(right.events.clone());
        whole.enterprises.extend(right.enterprises.clone());
        whole.enterprise_years.extend(right.enterprise_years.clone());
        let (joined, whole) = (Zone::join("both", &[zone(left), zone(right)]), zone(whole));
        let (ours, expected) = (indicators(&joined), indicators(&whole));
        for (name, indicator) in &expected {
            let range = ours[name].range;
            prop_assert!(holds(range, indicator.range) && holds(indicator.range, range), "{}: {:?}, {:?}", name, range, indicator.range);
        }
        for which in Sum::ALL {
            prop_assert_eq!(sum(&joined, which), sum(&whole, which));
        }
        let scheme = Scheme::shipped("province-example").unwrap();
        let score = |zone: &Zone| evaluate(zone, &scheme).unwrap().score;
        prop_assert!(holds(score(&joined), score(&whole)) && holds(score(&whole), score(&joined)));
    }

    #[test]
    fn better_figures_never_lower_the_score(plots in plots(), more in 1.0_f64..3.0, victim in 0_usize..8) {
        let park = laid_out(&plots, 0);
        let mut better = park.clone();
        let victim = victim % better.enterprise_years.len();
        let row = &mut better.enterprise_years[victim];
        row.tax = row.tax.map(|tax| tax * more);
        row.fixed_assets = row.fixed_assets.map(|assets| assets * more);
        for building in &mut better.buildings {
            building.storeys = building.storeys.map(|storeys| storeys * more);
        }
        let scheme = Scheme::shipped("province-example").unwrap();
        let score = |park: ParkSnapshot| evaluate(&zone(park), &scheme).unwrap().score;
        let (before, after) = (score(park), score(better));
        prop_assert!(after.low >= before.low - 1e-9 && after.high >= before.high - 1e-9, "{:?} {:?}", before, after);
    }
}
