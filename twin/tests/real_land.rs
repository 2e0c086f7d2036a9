//! What is said of land in real places, where `TWIN_REAL_DATA` names the folder that holds them (`docs/planner.md` looks at it).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use analysis::land::indicators::{Indicator, LandModel};
use analysis::land::scheme::{Rating, Scheme};
use analysis::land::{PhysicalUse, Ranked, ranked};
use analysis::rules::{BuildingState, RuleSet};
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, Presence};
use spatial_db::store::LandQuestion;

use crate::support::real::Imported;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Gäu: every indicator equals the server's, and the ranked vacant land is what PostGIS finds without a building.
#[test]
fn gaeu_indicators_equal_postgis_and_vacant_land_is_ranked() {
    let Some(mut park) = Imported::new("gaeu_ch") else { return };
    let park_id = park.snapshot.park.park_id;
    let (rules, as_of) = (RuleSet::shipped(), day("2026-06-30"));
    let cache = Cache::build(Arc::new(park.snapshot));
    let model = LandModel::of(&cache, &Presence::on(cache.snapshot(), as_of), &rules, as_of);
    let question = LandQuestion {
        as_of,
        tall_storey_m: 8.0,
        last_year: 2025,
        administration: &[],
        unfinished: &[],
        vacant: &[],
        used: &[],
        cover_complete: rules.figure("land", "cover_complete").value,
    };
    let theirs: HashMap<FeatureId, _> = park.store.land_indicators(park_id, &question).unwrap().into_iter().collect();
    let parcels = &cache.snapshot().parcels;
    assert_eq!(theirs.len(), parcels.len());
    let mut known: BTreeMap<Indicator, usize> = BTreeMap::new();
    for (slot, parcel) in parcels.iter().enumerate() {
        for (indicator, their) in Indicator::ALL.into_iter().zip(theirs[&parcel.id]) {
            let mine = model.reading(slot, indicator).value;
            match (mine, their) {
                (Some(mine), Some(their)) => {
                    *known.entry(indicator).or_default() += 1;
                    // A thousandth, or a square millimetre: engines differ where almost nothing is shared.
                    let same = (mine - their).abs() <= their.abs() * 1e-3 + 1e-6;
                    assert!(same, "{} {indicator:?}: {mine}, PostGIS {their}", parcel.provenance.key);
                }
                (mine, their) => {
                    assert!(
                        mine.is_none() && their.is_none(),
                        "{} {indicator:?}: {mine:?}, PostGIS {their:?}",
                        parcel.provenance.key
                    );
                }
            }
        }
    }
    println!("Gäu, values that are known: {known:?}");
    // The survey has 57 yards, so coverage is known everywhere. The cadastre's ground cover leaves no gap, so green is too.
    assert_eq!(known[&Indicator::Coverage], parcels.len());
    assert_eq!(known[&Indicator::GreenShare], parcels.len());
    // No heights, no tenancies, no contracts: floors only where nothing stands, and no verdict on efficiency.
    assert!(!known.contains_key(&Indicator::VacantFloor) && !known.contains_key(&Indicator::OutputPerHa));
    let scheme = Scheme::named("national-2008").unwrap();
    let list = ranked(&model, &scheme);
    assert!(list.iter().all(|land| land.efficiency.rating == Rating::Unknown && land.clock.is_none()));

    // The list begins with vacant land, the largest first; what PostGIS finds bare is vacant there or no building land.
    let vacant: Vec<&Ranked<'_>> = list.iter().take_while(|land| land.physical == PhysicalUse::Vacant).collect();
    assert_eq!(vacant.len(), list.iter().filter(|land| land.physical == PhysicalUse::Vacant).count());
    assert!(vacant.is_sorted_by(|a, b| a.site.area_m2 >= b.site.area_m2));
    let bare: HashMap<FeatureId, f64> = park.store.vacant_parcels(park_id, 5000.0, 0.01).unwrap().into_iter().collect();
    let by_id: HashMap<FeatureId, &Ranked<'_>> = list.iter().map(|land| (parcels[land.slot].id, land)).collect();
    for id in bare.keys() {
        let land = by_id[id];
        let empty = [PhysicalUse::Vacant, PhysicalUse::NotBuildingLand].contains(&land.physical);
        assert!(empty || land.site.storage_yard_m2 > 0.0, "{}: {:?}", parcels[land.slot].provenance.key, land.physical);
    }
    let found = |limit: f64| vacant.iter().filter(|land| land.site.area_m2 >= limit).count();
    println!("Gäu: {} vacant parcels, {} over half a hectare, {} over 5 ha", vacant.len(), found(5e3), found(5e4));
    for land in vacant.iter().take(10) {
        println!("  {} {:.0} m², {}", parcels[land.slot].provenance.key, land.site.area_m2, land.physical_reason);
    }
    assert!(found(5e3) > 100 && found(5e4) > 5);
}

/// What the assessor's code says of a parcel in Cambridge, Massachusetts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Assessed {
    Industrial,
    Vacant,
    Developed,
    Nothing,
}

/// Property type codes: 130–132 and 390–392 developable land, 440–442 industrial land; public land says that it is vacant.
fn assessed(code: Option<&str>, words: Option<&str>) -> Assessed {
    match code {
        None | Some("") => Assessed::Nothing,
        Some("440" | "441" | "442") => Assessed::Industrial,
        Some("130" | "131" | "132" | "1322" | "390" | "391" | "392") => Assessed::Vacant,
        Some(_) if words.is_some_and(|words| words.starts_with("Vac")) => Assessed::Vacant,
        Some(_) => Assessed::Developed,
    }
}

/// Cambridge: the floor-area ratio is the assessor's gross area over the lot, and vacant land by the assessor's codes against ours.
#[test]
fn cambridge_vacant_land_against_the_assessors_codes() {
    let Some(park) = Imported::new("cambridge_us") else { return };
    let (rules, as_of) = (RuleSet::shipped(), day("2014-07-01"));
    let cache = Cache::build(Arc::new(park.snapshot));
    let snapshot = cache.snapshot();
    let model = LandModel::of(&cache, &Presence::on(snapshot, as_of), &rules, as_of);
    let scheme = Scheme::named("national-2008").unwrap();
    let list = ranked(&model, &scheme);

    // No footprints: coverage stays unknown, the ratio comes from the record.
    let mut off = Vec::new();
    for land in &list {
        assert!(model.reading(land.slot, Indicator::Coverage).value.is_none());
        let parcel = &snapshot.parcels[land.slot];
        let (Some(floor), Some(lot)) = (parcel.recorded_floor_area_m2, parcel.recorded_area_m2) else { continue };
        let reading = model.reading(land.slot, Indicator::Far);
        if floor < 0.0 {
            // The record of one office has a negative gross area: not known, rather than vacant.
            let none = reading.value.is_none() && reading.at_least == 0.0;
            assert!(none && land.physical == PhysicalUse::Unknown, "{floor} m²: {reading:?}");
            continue;
        }
        // The assessor tells no storeys, and our rules count tall ones twice: the ratio is this, at least.
        let far = reading.at_least;
        assert_eq!(reading.value, (floor == 0.0).then_some(0.0), "{floor} m²: {reading:?}");
        assert!((far * land.site.area_m2 - floor).abs() <= 1e-9 * floor.max(1.0));
        if floor > 0.0 && lot > 0.0 {
            off.push(far / (floor / lot) - 1.0);
        }
    }
    off.sort_by(f64::total_cmp);
    let within = |limit: f64| off.iter().filter(|off| off.abs() <= limit).count() as f64 / off.len() as f64;
    println!(
        "Cambridge: {} ratios, median {:+.2} % off gross area / lot area on record, {:.0} % within 5 %",
        off.len(),
        off[off.len() / 2] * 100.0,
        within(0.05) * 100.0
    );
    assert!(off.len() > 12_000 && off[off.len() / 2].abs() < 0.01 && within(0.05) > 0.75);

    let mut table: BTreeMap<(Assessed, &str), (usize, f64)> = BTreeMap::new();
    let mut apart: Vec<(f64, String)> = Vec::new();
    for land in &list {
        let parcel = &snapshot.parcels[land.slot];
        let says = assessed(parcel.land_use_code.as_deref(), parcel.land_use.as_deref());
        let cell = table.entry((says, land.physical.as_str())).or_default();
        *cell = (cell.0 + 1, cell.1 + land.site.area_m2);
        let ours = land.physical == PhysicalUse::Vacant;
        let theirs = matches!(says, Assessed::Vacant | Assessed::Industrial);
        if ours != theirs && says != Assessed::Nothing {
            let words = parcel.land_use.as_deref().unwrap_or_default();
            let address = parcel.address.as_deref().unwrap_or_default();
            apart.push((land.site.area_m2, format!("{words}, {address}: {}", land.physical_reason)));
        }
    }
    for ((says, ours), (count, area)) in &table {
        println!("Cambridge: assessor {says:?}, ours {ours}: {count} parcels, {:.1} ha", area / 1e4);
    }
    apart.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (area, words) in apart.iter().take(12) {
        println!("  {:.1} ha {words}", area / 1e4);
    }
    let count = |says, ours: &str| table.get(&(says, ours)).map_or(0, |cell| cell.0);
    // The whole table, as docs/planner.md prints it and looks at it.
    let counts: BTreeMap<(Assessed, &str), usize> = table.iter().map(|(cell, (count, _))| (*cell, *count)).collect();
    let printed = [
        ((Assessed::Developed, "in-use"), 12_239),
        ((Assessed::Developed, "under-used"), 81),
        ((Assessed::Developed, "vacant"), 93),
        ((Assessed::Developed, "not-building-land"), 133),
        ((Assessed::Developed, "unknown"), 1),
        ((Assessed::Vacant, "in-use"), 1),
        ((Assessed::Vacant, "vacant"), 138),
        ((Assessed::Vacant, "not-building-land"), 292),
        ((Assessed::Industrial, "vacant"), 3),
        ((Assessed::Industrial, "not-building-land"), 1),
        ((Assessed::Nothing, "unknown"), 133),
    ];
    assert_eq!(counts, BTreeMap::from(printed));
    // The codes and the recorded floor agree on 98 of 100 developed parcels; a vacant code with floor on it is the exception.
    let developed: usize =
        table.iter().filter(|((says, _), _)| *says == Assessed::Developed).map(|(_, cell)| cell.0).sum();
    assert!(count(Assessed::Developed, "in-use") as f64 > 0.97 * developed as f64);
    assert!(count(Assessed::Vacant, "in-use") + count(Assessed::Vacant, "under-used") <= 2);
    assert!(count(Assessed::Industrial, "vacant") == 3 && count(Assessed::Industrial, "in-use") == 0);
    assert!(count(Assessed::Vacant, "vacant") > 120);
    // Land without a code has no floor on record either: unknown, not vacant.
    assert_eq!(count(Assessed::Nothing, "vacant"), 0);
}

/// UBC: unoccupied buildings by their state; one that is not finished has no floor to stand empty.
#[test]
fn ubc_unoccupied_buildings_and_their_condition() {
    let Some(park) = Imported::new("ubc_ca") else { return };
    let (rules, as_of) = (RuleSet::shipped(), day("2026-06-30"));
    let cache = Cache::build(Arc::new(park.snapshot));
    let snapshot = cache.snapshot();
    let mut states: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (slot, building) in snapshot.buildings.iter().enumerate() {
        let state = building.state.as_deref().and_then(|state| rules.state(state));
        states.entry(format!("{state:?}")).or_default().push(slot);
    }
    let count = |state: Option<BuildingState>| states.get(&format!("{state:?}")).map_or(0, Vec::len);
    assert_eq!(count(Some(BuildingState::Vacant)), 9);
    assert_eq!(count(Some(BuildingState::Unfinished)), 12);
    assert_eq!(count(Some(BuildingState::Used)), 422);
    // Counted in the file: half the buildings have a condition, none of those that stand empty.
    let mut conditions: BTreeMap<&str, usize> = BTreeMap::new();
    for building in &snapshot.buildings {
        *conditions.entry(rules.condition(&building.provenance).unwrap_or("none")).or_default() += 1;
    }
    let counted = [("Critical", 46), ("Fair", 23), ("Good", 49), ("Poor", 111), ("none", 214)];
    assert_eq!(conditions, BTreeMap::from(counted));
    let vacant = &states[&format!("{:?}", Some(BuildingState::Vacant))];
    for slot in vacant {
        let building = &snapshot.buildings[*slot];
        println!("UBC: {:?} {:?} m²", building.name, building.floor_area_m2);
        assert_eq!(rules.condition(&building.provenance), None, "{:?}", building.name);
    }
    // The vacant floor of the areas is the recorded floor of the nine, all of which stand on them.
    let model = LandModel::of(&cache, &Presence::on(snapshot, as_of), &rules, as_of);
    let inputs = model.parcels().flat_map(|slot| model.explain(slot, Indicator::VacantFloor).inputs);
    let found: f64 = inputs.filter_map(|input| input.value).sum();
    let recorded: f64 = vacant.iter().filter_map(|slot| snapshot.buildings[*slot].floor_area_m2).sum();
    println!("UBC: {found:.0} m² of floor stand empty on the campus, {recorded:.0} m² on record");
    assert!((found - 89_121.0).abs() < 1.0 && (recorded - 89_121.0).abs() < 1.0, "{found} of {recorded}");
}
