//! Four real places through the whole way, where `TWIN_REAL_DATA` names the folder that holds them.

use std::collections::HashMap;
use std::sync::Arc;

use analysis::land::{PhysicalUse, idle_overlay, physical_use, sites};
use analysis::rules::RuleSet;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, Presence, ResourceKind};

use crate::support::real::{Imported, layers};

#[test]
fn gaeu_parcel_coverage_equals_postgis_and_its_vacant_land_is_listed() {
    let Some(mut park) = Imported::new("gaeu_ch") else { return };
    assert_eq!(park.read("parcel"), 4583);
    assert_eq!(park.read("building"), 4127);
    assert_eq!(park.read("road"), 2170);
    assert_eq!(park.read("network.gas"), 10);
    // 1,948 control points, of which 173 have no height in the source: those are quarantined, not guessed.
    assert_eq!(park.read("terrain.points"), 1948);
    assert_eq!(park.report["terrain"]["heights_used"].as_u64(), Some(1775));
    let (low, high) = park.snapshot.terrain.as_ref().and_then(spatial_db::model::TerrainGrid::height_range_m).unwrap();
    assert!((390.0..=400.0).contains(&low) && (505.0..=516.0).contains(&high), "{low}–{high}");

    let park_id = park.snapshot.park.park_id;
    let cache = Cache::build(Arc::new(park.snapshot));
    let mut mine = vec![0.0; cache.snapshot().parcels.len()];
    for overlap in cache.buildings_on_parcels() {
        mine[overlap.parcel] += overlap.area_m2;
    }
    let theirs: HashMap<FeatureId, f64> = park.store.parcel_coverage_sum(park_id).unwrap().into_iter().collect();
    assert_eq!(theirs.len(), mine.len());
    for (parcel, mine) in cache.snapshot().parcels.iter().zip(&mine) {
        let theirs = theirs[&parcel.id];
        // 0.1 % of the covered area; a square millimetre where almost nothing is covered.
        assert!(
            (mine - theirs).abs() <= theirs * 1e-3 + 1e-6,
            "{}: {mine} m², PostGIS {theirs} m²",
            parcel.provenance.key
        );
    }
    assert!(mine.iter().filter(|m| **m > 1.0).count() > 2000, "most parcels are built");

    let rules = RuleSet::shipped();
    let today = chrono::Local::now().date_naive();
    let sites = sites(&cache, &rules, &Presence::on(cache.snapshot(), today));
    let listed: Vec<FeatureId> =
        park.store.vacant_parcels(park_id, 5000.0, 0.01).unwrap().iter().map(|v| v.0).collect();
    let mut vacant = 0;
    for (parcel, site) in cache.snapshot().parcels.iter().zip(&sites) {
        if site.area_m2 < 5000.0 {
            continue;
        }
        let (physical, _) = physical_use(parcel, site, &rules, true);
        if listed.contains(&parcel.id) {
            let empty = [PhysicalUse::Vacant, PhysicalUse::NotBuildingLand].contains(&physical);
            assert!(empty || site.storage_yard_m2 > 0.0, "{}: {physical:?}", parcel.provenance.key);
        }
        if physical == PhysicalUse::Vacant {
            vacant += 1;
            assert!(site.footprint_m2 <= 0.01 * site.area_m2);
            println!("vacant: parcel {} {:.0} m²", parcel.provenance.key, site.area_m2);
        }
    }
    assert!(vacant > 100 && vacant < listed.len() + 50, "{vacant} vacant, {} without a building", listed.len());
    let overlay = idle_overlay(&cache, &rules, "2026-01-01".parse().unwrap());
    assert!(overlay.verdicts.values().all(|v| v.outline.is_none()), "no contract on record, nothing idle in law");
}

#[test]
fn sant_boi_has_its_pipes_in_3d_and_no_sewer_above_ground() {
    let Some(park) = Imported::new("santboi_es") else { return };
    let edges = |class| park.snapshot.edges.iter().filter(move |e| e.class == class);
    assert_eq!(edges(NetworkClass::Drainage).count(), 206);
    assert_eq!(edges(NetworkClass::Water).count(), 269);
    assert_eq!(park.read("parcel"), 258);
    let terrain = park.snapshot.terrain.as_ref().expect("terrain from the DEM");
    let mut checked = 0;
    for edge in edges(NetworkClass::Drainage) {
        for [x, y, z] in &edge.path {
            let Some(ground) = terrain.height_at(*x, *y).filter(|_| z.is_finite()) else { continue };
            assert!(*z < ground, "sewer {} at {x:.1}, {y:.1} is {:.2} m above ground", edge.provenance.key, z - ground);
            checked += 1;
        }
    }
    assert!(checked > 400, "only {checked} sewer vertices could be checked");
    let with_z = edges(NetworkClass::Water).filter(|e| e.path.iter().all(|v| v[2].is_finite())).count();
    assert!(with_z > 260, "{with_z} of 269 water pipes have elevations");
}

#[test]
fn ubc_buildings_keep_their_recorded_heights() {
    let Some(park) = Imported::new("ubc_ca") else { return };
    assert_eq!(park.snapshot.buildings.len(), 443);
    assert_eq!(park.read("road"), 221);
    let entrances = park.snapshot.resources.iter().filter(|r| r.kind == ResourceKind::BuildingEntrance).count();
    assert_eq!(entrances, 1466);
    let recorded = park.snapshot.buildings.iter().filter_map(|b| b.height_m).filter(|h| *h > 0.0).count();
    assert!(recorded > 300, "{recorded} recorded heights");
    assert!([26910, 32610, 3157].contains(&park.snapshot.park.srid), "a metric CRS of the place");
}

#[test]
fn cambridge_counts_add_up_with_repairs() {
    let Some(park) = Imported::new("cambridge_us") else { return };
    assert_eq!(park.read("parcel"), 13_116);
    let hydrants = park.snapshot.resources.iter().filter(|r| r.kind == ResourceKind::Hydrant).count();
    assert_eq!(hydrants, 1960);
    let parcels = layers(&park.report).iter().find(|l| l["role"] == "parcel").unwrap();
    let n = |field: &str| parcels[field].as_u64().unwrap();
    assert_eq!(n("added") + n("quarantined"), 13_116);
    let stored = park.snapshot.parcels.len() as u64;
    assert_eq!(stored, n("added"));
    let valued = park.snapshot.parcels.iter().filter(|p| p.assessed_value.is_some_and(|v| v > 0.0)).count();
    assert!(valued > 10_000, "{valued} assessed values");
}
