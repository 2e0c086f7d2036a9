//! Four real places through the whole way, and every one that is at hand looked at, where `TWIN_REAL_DATA` names the folder that holds
//! them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use analysis::land::{PhysicalUse, idle_overlay, physical_use, sites};
use analysis::rules::RuleSet;
use geo::Centroid;
use image::RgbImage;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, ParkSnapshot, Presence, ResourceKind};
use twin_engine::theme::{Theme, ThemeChoice};
use twin_engine::{CameraChoice, LayerLook, SceneFile, Stop, Tour};

use crate::golden_sample::likeness::share_near;
use crate::support::real::{Imported, at_hand, layers};

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

/// What a near view of a park shows: a place, and the layers without which it is another picture.
struct Near {
    at: [f64; 2],
    layers: &'static [&'static str],
    overlay: &'static str,
}

const NETWORKS: [&str; 8] = ["water", "drainage", "gas", "heat", "power", "telecom", "industrial", "other"];

/// A place in the thick of the buildings, else of the lines, else of the parcels: the one nearest to the middle one in each direction.
fn near(park: &ParkSnapshot) -> Option<Near> {
    let thick = |mut places: Vec<[f64; 2]>| {
        let middle = [0, 1].map(|axis| {
            places.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
            places.get(places.len() / 2).map_or(0.0, |place| place[axis])
        });
        let away = |place: &[f64; 2]| (place[0] - middle[0]).hypot(place[1] - middle[1]);
        places.into_iter().min_by(|a, b| away(a).total_cmp(&away(b)))
    };
    let centre = |shape: &geo::MultiPolygon<f64>| shape.centroid().map(|at| [at.x(), at.y()]);
    let buildings = thick(park.buildings.iter().filter_map(|building| centre(&building.footprint)).collect());
    let lines = || thick(park.edges.iter().filter_map(|edge| edge.path.first().map(|at| [at[0], at[1]])).collect());
    let parcels = || thick(park.parcels.iter().filter_map(|parcel| centre(&parcel.boundary)).collect());
    buildings
        .map(|at| Near { at, layers: &["buildings"], overlay: "utilisation" })
        .or_else(|| lines().map(|at| Near { at, layers: &NETWORKS, overlay: "networks" }))
        .or_else(|| parcels().map(|at| Near { at, layers: &["parcels"], overlay: "utilisation" }))
}

/// The whole park, a near view, and the same without what it shows, as the built command draws them; and where they lie.
fn views(park: &Imported, name: &str, near: &Near) -> ([RgbImage; 3], PathBuf) {
    let Near { at: [x_m, y_m], layers, overlay } = *near;
    let camera = CameraChoice::At { x_m, y_m, distance_m: 260.0, bearing_deg: 150.0, pitch_deg: 50.0 };
    let close = SceneFile { overlay: Some(overlay.into()), camera, ..SceneFile::default() };
    let hidden = |layer: &&str| LayerLook { layer: (*layer).to_owned(), visible: false, opacity: 100 };
    let without = SceneFile { layers: layers.iter().map(hidden).collect(), ..close.clone() };
    let whole = SceneFile { camera: CameraChoice::WholePark, ..close.clone() };
    let stops = [("whole", whole), ("near", close), ("without", without)];
    let stops = stops.map(|(name, scene)| Stop::of(name.to_owned(), scene)).to_vec();
    let folder = std::env::temp_dir().join("twin-real-parks");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let tour = folder.join(format!("{name}.tour.ron"));
    std::fs::write(&tour, Tour { stops, ..Tour::default() }.to_text()).expect("a tour");
    let output = Command::new(env!("CARGO_BIN_EXE_twin"))
        .args(["film", &park.snapshot.park.slug, "--still", "--each", "--no-frame", "--size", "480x300", "--json"])
        .args([Path::new("--tour"), &tour, Path::new("--out"), &folder.join(format!("{name}.png"))])
        .env("TWIN_DATABASE_URL", park.database.url())
        .output()
        .expect("twin runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let read = |number: u32| {
        let path = folder.join(format!("{name}-{number}.png"));
        image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).to_rgb8()
    };
    ([1, 2, 3].map(read), folder.join(format!("{name}-*.png")))
}

/// What is wrong with a picture that shows something: blank, of few colours, with black holes.
fn faults(picture: &RgbImage) -> Vec<String> {
    let all = picture.pixels().count();
    let mut colours: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for pixel in picture.pixels() {
        *colours.entry(pixel.0.map(|value| value >> 4)).or_default() += 1;
    }
    let most = colours.values().max().copied().unwrap_or(0);
    let black = picture.pixels().filter(|pixel| pixel.0.iter().all(|value| *value < 12)).count();
    let mut faults = Vec::new();
    // Pipes seen from near by are thin lines on bare ground.
    if most * 1000 > all * 998 || colours.len() < 8 {
        faults.push(format!("{} colours, one of them on {most} of {all} pixels", colours.len()));
    }
    // Thin dark lines are none; what is behind a missing face is.
    if black * 1000 > all {
        faults.push(format!("{black} black pixels"));
    }
    faults
}

#[test]
fn every_real_park_at_hand_is_drawn_whole_and_from_near_by() {
    let Some(parks) = at_hand() else { return };
    assert!(parks.len() > 8, "{parks:?}");
    let roof = Theme::of(ThemeChoice::Daylight).roof;
    let mut wrong = Vec::new();
    for (folder, name) in &parks {
        let park = Imported::of(folder, name).expect("its data is at hand");
        let Some(near) = near(&park.snapshot) else {
            wrong.push(format!("{name}: nothing to look at"));
            continue;
        };
        let ([whole, close, without], seen) = views(&park, name, &near);
        println!("{name}: {}", seen.display());
        for (view, picture) in [("whole", &whole), ("near", &close)] {
            wrong.extend(faults(picture).into_iter().map(|fault| format!("{name}, {view}: {fault}")));
        }
        let of_layer = close.pixels().zip(without.pixels()).filter(|(a, b)| a != b).count();
        let least = if near.overlay == "networks" { 300 } else { 2000 };
        if of_layer < least {
            wrong.push(format!("{name}: {of_layer} pixels are of {:?}", near.layers));
        }
        // Roofs that were modelled slope, and have as many shades.
        let raised = !park.snapshot.buildings.is_empty() && park.snapshot.building_surfaces.is_empty();
        let roofs = share_near(&close, roof, 14);
        if raised && roofs < 0.005 {
            wrong.push(format!("{name}: roofs on {:.2} % of the picture", roofs * 100.0));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
