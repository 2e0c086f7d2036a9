//! Indicators and ratings of parks small enough to work out by hand, and what must hold of any.

use std::sync::Arc;

use analysis::land::indicators::{Indicator, Input, LandModel, Reading};
use analysis::land::scheme::{Rating, Scheme, efficiency};
use analysis::land::{ClockState, PhysicalUse, land_sheet, ranked};
use analysis::rules::RuleSet;
use analysis::sheet::Value;
use chrono::NaiveDate;
use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, Enterprise, EnterpriseYear, FeatureId, FeatureKind, LandContract, Parcel, ParkSnapshot, Presence,
    SurfaceKind, Tenancy,
};

use crate::by_hand::{block, building, cover, empty, keyed, parcel};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Reads one park on one day.
pub(crate) struct Bench {
    cache: Cache,
    rules: RuleSet,
    as_of: NaiveDate,
}

impl Bench {
    pub(crate) fn of(park: ParkSnapshot, as_of: &str) -> Self {
        Self { cache: Cache::build(Arc::new(park)), rules: RuleSet::shipped(), as_of: day(as_of) }
    }

    pub(crate) fn model(&self) -> LandModel<'_> {
        LandModel::of(&self.cache, &Presence::on(self.cache.snapshot(), self.as_of), &self.rules, self.as_of)
    }

    pub(crate) fn reading(&self, parcel: usize, indicator: Indicator) -> Reading {
        self.model().reading(parcel, indicator)
    }

    pub(crate) fn value(&self, parcel: usize, indicator: Indicator) -> Option<f64> {
        self.reading(parcel, indicator).value
    }

    pub(crate) fn lacks(&self, parcel: usize, indicator: Indicator) -> Vec<Input> {
        let reading = self.reading(parcel, indicator);
        assert_eq!(reading.value.is_none(), !reading.missing.is_empty(), "{indicator:?} {reading:?}");
        reading.missing.inputs().collect()
    }

    pub(crate) fn rating(&self, parcel: usize, scheme: &str) -> Rating {
        let scheme = Scheme::named(scheme).unwrap();
        let model = self.model();
        efficiency(&scheme, &model, parcel, &model.readings(parcel)).rating
    }
}

pub(crate) fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() <= 1e-9 * expected.abs().max(1.0))
}

pub(crate) fn industrial(id: i64, boundary: geo::MultiPolygon<f64>) -> Parcel {
    Parcel {
        industry_code: Some("34".into()),
        land_use_code: Some("100102".into()),
        land_use_scheme: Some("planning-2023".into()),
        ..parcel(id, boundary)
    }
}

pub(crate) fn hall(id: i64, footprint: geo::MultiPolygon<f64>, storeys: f64, storey_height_m: f64) -> Building {
    Building {
        storeys: Some(storeys),
        storey_height_m: Some(storey_height_m),
        use_text: Some("单层厂房".into()),
        ..building(id, footprint)
    }
}

fn enterprise(key: &str, industry: &str) -> Enterprise {
    Enterprise {
        id: FeatureId::new(FeatureKind::Enterprise, 1),
        provenance: keyed(key),
        name: format!("Works {key}"),
        industry_code: Some(industry.into()),
        state: None,
    }
}

fn year(key: &str, year: i32, output: Option<f64>, currency: &str) -> EnterpriseYear {
    EnterpriseYear {
        id: FeatureId::new(FeatureKind::EnterpriseYear, 1),
        provenance: keyed(&format!("{key}-{year}")),
        enterprise_key: key.into(),
        year,
        output,
        tax: output.map(|sum| sum / 20.0),
        fixed_assets: output.map(|sum| sum / 2.0),
        employees: output.map(|sum| (sum / 1e6) as i64),
        currency: Some(currency.into()),
    }
}

fn tenancy(enterprise: &str, building: &str, floor: Option<f64>, from: &str, to: Option<&str>) -> Tenancy {
    Tenancy {
        building_key: Some(building.into()),
        floor_area_m2: floor,
        valid_from: Some(day(from)),
        valid_to: to.map(day),
        ..Tenancy::bare(1, keyed(&format!("{enterprise}@{building}")), enterprise)
    }
}

fn contract(key: &str, parcel: &str, holder: &str, price: Option<f64>) -> LandContract {
    LandContract {
        enterprise_key: Some(holder.into()),
        signed: Some(day("2015-01-01")),
        agreed_start: Some(day("2015-06-01")),
        land_price: price,
        currency: Some("CNY".into()),
        ..LandContract::bare(1, keyed(key), parcel)
    }
}

/// Published case L3: an enterprise on 8.22 ha with 5.82 ha of floor and a footprint of 4.05 ha has a floor-area ratio of .708
/// and a coverage of 49.27 %.
#[test]
fn l3_enterprise_of_8_22_ha() {
    let mut park = empty();
    park.parcels = vec![industrial(1, block(0.0, 0.0, 822.0, 100.0))];
    // 40,500 m² of footprint: 22,800 of one storey and 17,700 of two, together 58,200 m² of floor, all storeys below 8 m.
    park.buildings =
        vec![hall(1, block(0.0, 0.0, 228.0, 100.0), 1.0, 7.5), hall(2, block(300.0, 0.0, 177.0, 100.0), 2.0, 4.0)];
    // The case has no yards: they are surveyed, and the one on record is not here.
    park.surfaces = vec![cover(1, SurfaceKind::StorageYard, block(0.0, -90.0, 20.0, 20.0))];
    let bench = Bench::of(park, "2026-06-30");
    let value = |indicator| bench.value(0, indicator).unwrap();
    assert_eq!((value(Indicator::LandArea), value(Indicator::Footprint)), (82_200.0, 40_500.0));
    assert_eq!(value(Indicator::FloorArea), 58_200.0);
    assert!((value(Indicator::Far) - 0.708).abs() < 5e-4, "{}", value(Indicator::Far));
    assert!((value(Indicator::Coverage) * 100.0 - 49.27).abs() < 5e-3, "{}", value(Indicator::Coverage));
    // .708 is above the .7 of industry 34, 49 % above both floors of coverage.
    assert_eq!(bench.rating(0, "national-2008"), Rating::Efficient);
    assert_eq!(bench.rating(0, "national-2023"), Rating::Efficient);
    assert_eq!(bench.rating(0, "shanghai"), Rating::Unknown, "an empty table rates nothing");
}

/// Two parcels of a hectare. On the first a 9 m hall of 40 × 50 m, an office of 20 × 10 m with two storeys, a yard of 1,000 m²
/// and 1,500 m² of grass; the second has a hall of 50 × 40 m. The rest of both is paved: their cover is surveyed.
pub(crate) fn two_works() -> ParkSnapshot {
    let mut park = empty();
    park.parcels = vec![industrial(1, block(0.0, 0.0, 100.0, 100.0)), industrial(2, block(100.0, 0.0, 100.0, 100.0))];
    park.buildings = vec![
        Building { floor_area_m2: Some(2000.0), ..hall(1, block(10.0, 10.0, 40.0, 50.0), 1.0, 9.0) },
        Building { use_text: Some("办公".into()), ..hall(2, block(60.0, 80.0, 20.0, 10.0), 2.0, 3.6) },
        hall(3, block(110.0, 10.0, 50.0, 40.0), 1.0, 6.0),
    ];
    let rest = [
        block(0.0, 0.0, 60.0, 100.0),
        block(60.0, 0.0, 25.0, 10.0),
        block(80.0, 10.0, 5.0, 50.0),
        block(60.0, 60.0, 25.0, 40.0),
        block(100.0, 0.0, 100.0, 100.0),
    ];
    park.surfaces = vec![
        cover(1, SurfaceKind::StorageYard, block(60.0, 10.0, 20.0, 50.0)),
        cover(2, SurfaceKind::Grass, block(85.0, 0.0, 15.0, 100.0)),
        cover(3, SurfaceKind::Paved, geo::MultiPolygon(rest.into_iter().flatten().collect())),
    ];
    park
}

#[test]
fn density_green_and_administration_by_hand() {
    let bench = Bench::of(two_works(), "2026-06-30");
    let value = |indicator| bench.value(0, indicator);
    // Footprint 2,000 + 200; floor 2 × 2,000 (9 m storey) + 2 × 200; coverage with the yard.
    assert!(close(value(Indicator::Footprint), 2200.0) && close(value(Indicator::FloorArea), 4400.0));
    assert!(close(value(Indicator::Coverage), 0.32) && close(value(Indicator::Far), 0.44));
    assert!(close(value(Indicator::GreenShare), 0.15) && close(value(Indicator::AdminShare), 400.0 / 4400.0));
    assert!(close(bench.value(1, Indicator::GreenShare), 0.0));
    assert_eq!(bench.lacks(0, Indicator::OutputPerHa), [Input::Figures]);
    assert_eq!(bench.lacks(0, Indicator::VacantFloor), [Input::Occupancy]);
    // FAR .44 is below .7; 9.1 % administration is over its ceiling, which is told and does not decide.
    let (scheme, model) = (Scheme::named("national-2008").unwrap(), bench.model());
    let found = efficiency(&scheme, &model, 0, &model.readings(0));
    assert_eq!(found.rating, Rating::LowEfficiency);
    let missed: Vec<_> = found.missed().map(|finding| (finding.indicator, finding.gap)).collect();
    assert!(missed.len() == 1 && missed[0].0 == Indicator::Far && close(missed[0].1, 0.26), "{missed:?}");
    assert_eq!(found.breached().map(|finding| finding.indicator).collect::<Vec<_>>(), [Indicator::AdminShare]);
}

#[test]
fn vacant_floor_by_tenancies_and_by_states() {
    let mut park = two_works();
    park.enterprises = vec![enterprise("E1", "34")];
    // The hall's record says 2,000 m², of which 1,500 are let; nobody rents the office any more.
    park.tenancies = vec![
        tenancy("E1", "B1", Some(1500.0), "2020-01-01", None),
        tenancy("E1", "B2", Some(400.0), "2020-01-01", Some("2026-06-30")),
    ];
    let bench = Bench::of(park.clone(), "2026-06-30");
    // Tenancies count each storey once: 500 of the hall's 2,000 m² and the office's 400.
    assert!(
        close(bench.value(0, Indicator::VacantFloor), 900.0 / 2400.0),
        "{:?}",
        bench.reading(0, Indicator::VacantFloor)
    );
    let eve = Bench::of(park.clone(), "2026-06-29");
    assert!(close(eve.value(0, Indicator::VacantFloor), 500.0 / 2400.0), "the last day of a tenancy is within it");
    // Nothing of the third building was ever let by the records: its holder may use it.
    assert_eq!(bench.lacks(1, Indicator::VacantFloor), [Input::Occupancy]);
    park.tenancies[0].floor_area_m2 = None;
    let bench = Bench::of(park.clone(), "2026-06-30");
    assert_eq!(bench.lacks(0, Indicator::VacantFloor), [Input::TenancyFloor]);
    assert_eq!(bench.reading(0, Indicator::VacantFloor).completeness, 0.5);
    // Without tenancies the states say it; what is not finished has no floor to let.
    park.tenancies.clear();
    for (building, state) in park.buildings.iter_mut().zip(["空置", "在用", "在建"]) {
        building.state = Some(state.into());
    }
    let bench = Bench::of(park, "2026-06-30");
    assert!(close(bench.value(0, Indicator::VacantFloor), 2000.0 / 2400.0));
    assert_eq!(bench.lacks(1, Indicator::VacantFloor), [Input::FinishedFloor]);
}

/// A lease may name a building that no survey has, and the land beside it: it is taken off the land's floor, and is told.
#[test]
fn a_tenancy_of_an_unknown_building_is_told_where_it_counts() {
    let mut park = two_works();
    park.enterprises = vec![enterprise("E1", "34")];
    let lease = Tenancy {
        parcel_key: Some(park.parcels[0].provenance.key.clone()),
        ..tenancy("E1", "B-not-surveyed", Some(600.0), "2020-01-01", None)
    };
    park.tenancies = vec![lease];
    let bench = Bench::of(park, "2026-06-30");
    assert!(close(bench.value(0, Indicator::VacantFloor), 1800.0 / 2400.0));
    let explained = bench.model().explain(0, Indicator::VacantFloor);
    let told: Vec<_> = explained.inputs.iter().filter(|input| input.label.contains("let to")).collect();
    assert_eq!(told.len(), 1, "{:?}", explained.inputs);
    assert_eq!(told[0].value, Some(600.0));
}

#[test]
fn economy_takes_the_last_full_year_and_splits_by_area_used() {
    let mut park = two_works();
    park.enterprises = vec![enterprise("E1", "34"), enterprise("E2", "26")];
    park.tenancies = vec![
        tenancy("E1", "B1", Some(1500.0), "2020-01-01", None),
        tenancy("E1", "B3", Some(500.0), "2020-01-01", None),
        tenancy("E2", "B3", Some(1500.0), "2020-01-01", Some("2025-12-31")),
    ];
    park.enterprise_years = vec![
        year("E1", 2024, Some(80e6), "CNY"),
        year("E1", 2025, Some(100e6), "CNY"),
        year("E2", 2024, Some(10e6), "CNY"),
        year("E2", 2025, Some(12e6), "CNY"),
    ];
    park.contracts = vec![contract("C1", "P1", "E1", Some(6e6))];
    let bench = Bench::of(park.clone(), "2026-06-30");
    assert_eq!(bench.model().year(), Some(2025));
    // 1,500 of the 2,000 m² that E1 uses are here: three quarters of its 100 million, on one hectare.
    assert!(close(bench.value(0, Indicator::OutputPerHa), 75e6));
    assert!(
        close(bench.value(0, Indicator::TaxPerHa), 75e6 / 20.0) && close(bench.value(0, Indicator::JobsPerHa), 75.0)
    );
    assert!(close(bench.value(0, Indicator::InvestmentIntensity), 37.5e6 + 6e6));
    // E2 left on the last day of 2025: it had no floor at the year's end.
    assert!(close(bench.value(1, Indicator::OutputPerHa), 25e6));
    assert_eq!(bench.lacks(1, Indicator::InvestmentIntensity), [Input::LandPrice]);
    let explained = bench.model().explain(0, Indicator::OutputPerHa);
    assert_eq!(explained.unit, "CNY/ha");
    assert!(explained.notes.iter().any(|note| note.contains("uses 2 parcels: 75.0 %")), "{:?}", explained.notes);
    let input = &explained.inputs[0];
    assert_eq!((input.value, input.unit.as_str(), input.date), (Some(100e6), "CNY", Some(day("2025-12-31"))));
    assert_eq!(bench.model().explain(0, Indicator::JobsPerHa).inputs[0].unit, "persons", "no share of a person");
    assert_eq!(input.source.as_ref().unwrap().key, "E1-2025");
    // A year counts when it has ended, on its last day.
    assert_eq!(Bench::of(park.clone(), "2025-12-31").model().year(), Some(2025));
    let before = Bench::of(park.clone(), "2025-12-30");
    assert_eq!(before.model().year(), Some(2024));
    assert!(close(before.value(1, Indicator::OutputPerHa), 20e6 + 10e6));
    // Without the area of one of its places an enterprise cannot be split.
    park.tenancies[1].floor_area_m2 = None;
    assert_eq!(Bench::of(park.clone(), "2026-06-30").lacks(0, Indicator::OutputPerHa), [Input::SplitArea]);
    park.tenancies.remove(1);
    assert!(
        close(Bench::of(park, "2026-06-30").value(0, Indicator::OutputPerHa), 100e6),
        "on one parcel there is nothing to split"
    );
}

#[test]
fn a_holder_without_tenancies_is_split_by_the_land_it_holds() {
    let mut park = two_works();
    park.parcels[1].boundary = block(100.0, 0.0, 300.0, 100.0);
    park.enterprises = vec![enterprise("E1", "34")];
    park.enterprise_years = vec![year("E1", 2025, Some(80e6), "CNY")];
    park.contracts = vec![contract("C1", "P1", "E1", None), contract("C2", "P2", "E1", None)];
    let bench = Bench::of(park, "2026-06-30");
    assert!(close(bench.value(0, Indicator::OutputPerHa), 20e6));
    assert!(close(bench.value(1, Indicator::OutputPerHa), 60e6 / 3.0));
    let notes = bench.model().explain(1, Indicator::TaxPerHa).notes;
    assert!(notes[0].contains("75.0 %") && notes[0].contains("land area of its contracts"), "{notes:?}");
}

#[test]
fn currencies_are_never_mixed_nor_held_against_another() {
    let mut park = two_works();
    park.enterprises = vec![enterprise("E1", "34"), enterprise("E2", "34")];
    park.tenancies = vec![
        tenancy("E1", "B1", Some(1000.0), "2020-01-01", None),
        tenancy("E2", "B1", Some(1000.0), "2020-01-01", None),
        tenancy("E2", "B2", Some(1000.0), "2020-01-01", None),
    ];
    park.enterprise_years = vec![year("E1", 2025, Some(80e6), "CNY"), year("E2", 2025, Some(80e6), "USD")];
    park.contracts = vec![contract("C1", "P1", "E1", Some(6e6))];
    let bench = Bench::of(park.clone(), "2026-06-30");
    assert_eq!(bench.lacks(0, Indicator::OutputPerHa), [Input::OneCurrency]);
    assert_eq!(bench.lacks(0, Indicator::InvestmentIntensity), [Input::OneCurrency]);
    assert!(close(bench.value(0, Indicator::JobsPerHa), 160.0), "people have no currency");
    // All in dollars, a limit in yuan cannot be told, nor can a land price in yuan be added.
    park.enterprise_years[0].currency = Some("USD".into());
    let bench = Bench::of(park.clone(), "2026-06-30");
    assert!(close(bench.value(0, Indicator::OutputPerHa), 160e6));
    assert_eq!(bench.lacks(0, Indicator::InvestmentIntensity), [Input::OneCurrency]);
    let (scheme, model) = (Scheme::named("shanghai-illustrative").unwrap(), bench.model());
    let found = efficiency(&scheme, &model, 0, &model.readings(0));
    let output = found.findings.iter().find(|one| one.indicator == Indicator::OutputPerHa).unwrap();
    assert!(output.met.is_none() && output.missing[0].contains("CNY/ha"), "{output:?}");
    park.enterprise_years[0].currency = None;
    assert_eq!(Bench::of(park, "2026-06-30").lacks(0, Indicator::OutputPerHa), [Input::OneCurrency]);
}

#[test]
fn a_park_without_buildings_is_judged_by_the_floor_area_on_record() {
    let mut park = empty();
    let recorded = |id, floor: Option<f64>| Parcel {
        recorded_floor_area_m2: floor,
        ..parcel(id, block(f64::from(id as i32) * 100.0, 0.0, 100.0, 100.0))
    };
    park.parcels =
        vec![recorded(1, Some(12_000.0)), recorded(2, Some(900.0)), recorded(3, Some(0.0)), recorded(4, None)];
    let bench = Bench::of(park, "2026-06-30");
    // A record of floors tells no storeys, and tall ones count twice.
    assert!((bench.reading(0, Indicator::Far).at_least - 1.2).abs() < 1e-9);
    assert_eq!(bench.lacks(0, Indicator::Far), [Input::StoreyHeight]);
    assert!(close(bench.value(2, Indicator::Far), 0.0), "nothing twice is nothing");
    assert_eq!(bench.lacks(0, Indicator::Coverage), [Input::Buildings]);
    assert_eq!(bench.lacks(3, Indicator::Far), [Input::Buildings, Input::Floors]);
    let (model, scheme) = (bench.model(), Scheme::named("national-2008").unwrap());
    let mut all = ranked(&model, &scheme);
    all.sort_by_key(|land| land.slot);
    let physical: Vec<PhysicalUse> = all.iter().map(|land| land.physical).collect();
    assert_eq!(physical, [PhysicalUse::InUse, PhysicalUse::UnderUsed, PhysicalUse::Vacant, PhysicalUse::Unknown]);
    assert!(all[2].physical_reason.contains("by the floor area on record"), "{}", all[2].physical_reason);
}

#[test]
fn the_ranked_list_puts_the_gravest_first_and_says_why() {
    let mut park = two_works();
    park.parcels.extend((3..=6).map(|id| industrial(id, block(id as f64 * 100.0, 0.0, 100.0, 60.0 + id as f64))));
    let agreed = |parcel: &str, start: &str| LandContract {
        agreed_start: Some(day(start)),
        ..contract(&format!("C-{parcel}"), parcel, "E1", Some(10e6))
    };
    park.contracts = vec![agreed("P4", "2025-03-01"), agreed("P5", "2023-01-01"), agreed("P6", "2026-01-01")];
    let bench = Bench::of(park, "2026-06-30");
    let (model, scheme) = (bench.model(), Scheme::named("national-2008").unwrap());
    let all = ranked(&model, &scheme);
    let order: Vec<_> = all.iter().map(|land| (land.slot + 1, land.state())).collect();
    let states = [Some(ClockState::PastReclaim), Some(ClockState::Idle), Some(ClockState::Running), None, None, None];
    // P2 is bare of green but built; P3 is vacant and smaller, and comes before it. P1 and P2 are both in use and below their floors.
    assert_eq!(order, [5, 4, 6, 3, 1, 2].into_iter().zip(states).collect::<Vec<_>>());
    let rows: Vec<_> = all.iter().collect();
    let sheet = land_sheet(&model, &scheme, &rows);
    assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
    let cell = |row: usize, name: &str| {
        let at = sheet.columns.iter().position(|column| column.name == name).unwrap();
        (&sheet.rows[row].cells[at], sheet.columns[at].unit.as_str())
    };
    assert_eq!(cell(1, "idle_fee"), (&Value::Number(2e6), "CNY"));
    assert_eq!(cell(1, "days_to_one_year").0, &Value::Whole(-121));
    assert_eq!(cell(2, "days_to_one_year").0, &Value::Whole(185));
    assert!(matches!(cell(3, "statutory_state").0, Value::Text(words) if words == "no contract on record"));
    assert_eq!(cell(4, "coverage_pct"), (&Value::Number(32.0), "%"));
    let Value::Text(missed) = cell(4, "missed").0 else { panic!("no words") };
    assert!(missed.contains("missed by 0.26") && missed.contains("2008"), "{missed}");
}

/// A row of parcels with random halls, use codes and records.
fn any_park() -> impl Strategy<Value = ParkSnapshot> {
    let hall_of = (0.0..80.0_f64, 0.0..80.0_f64, 1.0..60.0_f64, 1.0..60.0_f64, 0..5_u8, 2.0..12.0_f64, any::<u8>());
    let land = (proptest::collection::vec(hall_of, 0..4), any::<u8>());
    proptest::collection::vec(land, 1..4).prop_map(|land| {
        let mut park = empty();
        park.surfaces = two_works().surfaces;
        for (at, (halls, bits)) in land.into_iter().enumerate() {
            let west = at as f64 * 100.0;
            let mut parcel = industrial(at as i64 + 1, block(west, 0.0, 100.0, 100.0));
            if bits & 1 == 0 {
                parcel.land_use_code = Some("1101".into());
            }
            if bits & 2 == 0 {
                parcel.industry_code = Some(["59", "26", "38"][bits as usize % 3].into());
            }
            park.parcels.push(parcel);
            for (x, y, w, d, storeys, height, bits) in halls {
                let id = park.buildings.len() as i64 + 1;
                park.buildings.push(Building {
                    storeys: (bits & 1 == 0).then_some(f64::from(storeys)),
                    // A gross floor area has each storey once at least.
                    floor_area_m2: (bits & 4 == 0).then_some(1.2 * f64::from(storeys) * w * d),
                    height_m: (bits & 8 == 0).then_some(f64::from(storeys) * height),
                    use_text: (bits & 2 == 0).then(|| "办公".into()),
                    ..hall(id, block(west + x, y, w.min(100.0 - x), d.min(100.0 - y)), 1.0, height)
                });
            }
        }
        park
    })
}

/// Verdicts of certainty: 0 low, 1 efficient; `None` for unknown and for land that is not rated.
fn certain(rating: Rating) -> Option<u8> {
    match rating {
        Rating::LowEfficiency => Some(0),
        Rating::Efficient => Some(1),
        Rating::Unknown | Rating::NotRated => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// More built area never makes a parcel idler or less efficient.
    #[test]
    fn more_built_area_never_makes_land_idler_or_less_efficient(
        park in any_park(), x in 0.0..90.0_f64, y in 0.0..90.0_f64, storeys in 1..6_u8, height in 2.0..12.0_f64,
    ) {
        let mut more = park.clone();
        let id = more.buildings.len() as i64 + 1;
        more.buildings.push(hall(id, block(x, y, 10.0, 10.0), f64::from(storeys), height));
        // With a building on record at all, so that both answers come from buildings.
        let mut bare = park;
        let far_away = hall(99, block(-500.0, 0.0, 5.0, 5.0), 1.0, 4.0);
        bare.buildings.push(far_away.clone());
        more.buildings.push(far_away);
        let (bare, more) = (Bench::of(bare, "2026-06-30"), Bench::of(more, "2026-06-30"));
        for indicator in [Indicator::Footprint, Indicator::Coverage, Indicator::FloorArea, Indicator::Far] {
            let (before, after) = (bare.reading(0, indicator), more.reading(0, indicator));
            prop_assert!(after.at_least >= before.at_least, "{indicator:?}: {before:?} → {after:?}");
            if let (Some(before), Some(after)) = (before.value, after.value) {
                prop_assert!(after >= before);
            }
        }
        let order = [PhysicalUse::Vacant, PhysicalUse::UnderUsed, PhysicalUse::InUse];
        let physical = |bench: &Bench| {
            let (model, scheme) = (bench.model(), Scheme::named("national-2008").unwrap());
            let all = ranked(&model, &scheme);
            let land = all.iter().find(|land| land.slot == 0).unwrap();
            (order.iter().position(|one| *one == land.physical), certain(land.efficiency.rating))
        };
        let (before, after) = (physical(&bare), physical(&more));
        if let (Some(before), Some(after)) = (before.0, after.0) {
            prop_assert!(after >= before, "{before} → {after}");
        }
        if let (Some(before), Some(after)) = (before.1, after.1) {
            prop_assert!(after >= before, "{before} → {after}");
        }
        prop_assert!(!(before.1 == Some(1) && after.1.is_none()), "a known hall cannot make efficient land unknown");
    }

    /// What is not known never makes a verdict more certain, nor another certain one.
    #[test]
    fn what_is_missing_never_decides(park in any_park(), hide in any::<u16>(), which in any::<prop::sample::Index>()) {
        let mut less = park.clone();
        if hide & 1 == 0 && !less.buildings.is_empty() {
            let at = which.index(less.buildings.len());
            less.buildings[at].storeys = None;
            less.buildings[at].floor_area_m2 = None;
        }
        if hide & 2 == 0 {
            less.parcels[0].industry_code = None;
        }
        if hide & 4 == 0 {
            less.parcels[0].land_use_code = None;
        }
        if hide & 8 == 0 {
            less.buildings.iter_mut().for_each(|building| building.use_text = None);
        }
        if hide & 16 == 0 {
            less.surfaces.clear();
        }
        if hide & 32 == 0 {
            less.buildings.iter_mut().for_each(|building| building.storey_height_m = None);
        }
        if hide & 64 == 0 {
            less.surfaces.retain(|surface| surface.kind != SurfaceKind::StorageYard);
        }
        if hide & 128 == 0 {
            less.surfaces.retain(|surface| surface.kind != SurfaceKind::Paved);
        }
        // Where a floor area is on record: storeys stand for it where none is.
        if hide & 256 == 0 && !less.buildings.is_empty() {
            let at = which.index(less.buildings.len());
            less.buildings[at].storeys = None;
        }
        if hide & 512 == 0 {
            less.buildings.iter_mut().for_each(|building| building.height_m = None);
        }
        let (full, less) = (Bench::of(park, "2026-06-30"), Bench::of(less, "2026-06-30"));
        for scheme in ["national-2008", "national-2023", "shanghai-illustrative"] {
            let (with, without) = (full.rating(0, scheme), less.rating(0, scheme));
            prop_assert!(without == with || without == Rating::Unknown, "{scheme}: {with:?} → {without:?}");
        }
        for indicator in Indicator::ALL {
            let (with, without) = (full.reading(0, indicator), less.reading(0, indicator));
            prop_assert!(without.value.is_none() || without.value == with.value, "{indicator:?}: {with:?} → {without:?}");
            prop_assert!(without.completeness <= with.completeness + 1e-6, "{indicator:?}: {with:?} → {without:?}");
        }
    }
}
