//! The four real parks, by their kept manifests. Run where `TWIN_REAL_DATA` is set.

use std::collections::BTreeMap;

use importers::ImportReport;
use spatial_db::model::{NetworkClass, NodeKind, ResourceKind, SurfaceKind};

use crate::support::{Bench, assert_unchanged, layer, real_data};

fn counts(report: &ImportReport) -> BTreeMap<&str, u64> {
    report.layers.iter().map(|layer| (layer.layer.as_str(), layer.read)).collect()
}

#[test]
fn gaeu_has_its_parcels_buildings_streets_gas_and_ground() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("gaeu_ch");
    let report = bench.import_kept("gaeu_ch.park.toml", &root).unwrap();
    for (name, rows) in [("parcels", 4583), ("buildings", 4127), ("streets", 2170), ("gas", 10)] {
        let layer = layer(&report, name);
        assert_eq!((layer.read, layer.added, layer.quarantined), (rows, rows, 0), "{name}");
    }
    assert_eq!(layer(&report, "landcover").read, 10_438 - 4127);
    let terrain = layer(&report, "terrain");
    // 173 of the control points have no height in the source.
    assert_eq!((terrain.read, terrain.added, terrain.quarantined), (1948, 1775, 173));
    let ground = report.terrain.as_ref().unwrap();
    assert_eq!((ground.heights_used, ground.unknown), (1775, 0));
    assert!(ground.lowest_m > 398.0 && ground.lowest_m < 402.0, "{ground:?}");
    assert!(ground.highest_m > 505.0 && ground.highest_m < 514.4, "{ground:?}");

    let park = bench.park("gaeu-ch");
    assert_eq!((park.parcels.len(), park.buildings.len(), park.roads.len(), park.edges.len()), (4583, 4127, 2170, 10));
    assert!(park.edges.iter().all(|edge| edge.class == NetworkClass::Gas));
    let grid = park.terrain.as_ref().unwrap();
    for edge in &park.edges {
        for [x, y, z] in &edge.path {
            let ground = grid.height_at(*x, *y).expect("the ground reaches every pipe");
            assert!((ground - z - 1.0).abs() < 0.05, "assumed 1 m below {ground}, is {z}");
        }
    }
    // Every feature of the park stands on known ground.
    for building in &park.buildings {
        let at = building.footprint.0[0].exterior().0[0];
        assert!(grid.height_at(at.x, at.y).is_some(), "{}", building.provenance.key);
    }
    let recorded: f64 = park.parcels.iter().filter_map(|parcel| parcel.recorded_area_m2).sum();
    let drawn: f64 = park.parcels.iter().map(|parcel| geo::Area::unsigned_area(&parcel.boundary)).sum();
    assert!((recorded / drawn - 1.0).abs() < 0.001, "{recorded} m² on record, {drawn} m² drawn");
    let kinds = park.surfaces.iter().filter(|surface| surface.kind == SurfaceKind::Forest).count();
    assert!(kinds > 400, "{kinds} forests");

    assert_unchanged(&bench.import_kept("gaeu_ch.park.toml", &root).unwrap());
}

#[test]
fn sant_boi_lies_under_its_ground() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("santboi_es");
    let report = bench.import_kept("santboi_es.park.toml", &root).unwrap();
    let expected =
        [("plots", 258), ("streets", 26), ("sewers", 206), ("sewer-nodes", 196), ("water", 269), ("water-nodes", 238)];
    for (name, rows) in expected {
        let layer = layer(&report, name);
        assert_eq!((layer.read, layer.added, layer.quarantined), (rows, rows, 0), "{name} {:?}", report.issues);
    }
    let ground = report.terrain.as_ref().unwrap();
    assert_eq!((ground.columns, ground.rows, ground.cell_m), (299, 420, 5.0));

    let park = bench.park("santboi-es");
    let grid = park.terrain.as_ref().unwrap();
    let of = |class: NetworkClass| park.edges.iter().filter(move |edge| edge.class == class);
    assert_eq!((of(NetworkClass::Drainage).count(), of(NetworkClass::Water).count()), (206, 269));
    assert!(park.edges.iter().all(|edge| edge.path.iter().all(|at| at[2].is_finite())), "every edge is in 3D");
    let mut vertices = 0;
    for edge in of(NetworkClass::Drainage) {
        for [x, y, z] in &edge.path {
            if let Some(ground) = grid.height_at(*x, *y) {
                vertices += 1;
                assert!(*z < ground, "sewer {} at {z} m lies above the ground at {ground} m", edge.provenance.key);
            }
        }
    }
    assert!(vertices > 400, "{vertices} vertices compared");
    // An axis lies half a diameter above the invert on record.
    let arc = of(NetworkClass::Drainage).find(|edge| edge.provenance.key == "ud-20605").unwrap();
    assert_eq!(arc.diameter_mm, Some(800.0));
    assert!((arc.path[0][2] - (35.55 + 0.4)).abs() < 1e-9 && (arc.path[1][2] - (34.69 + 0.4)).abs() < 1e-9, "{arc:?}");
    assert_eq!((arc.from_key.as_deref(), arc.to_key.as_deref()), (Some("ud-20597"), Some("ud-20598")));
    // Where a node was surveyed over a metre above the terrain, the pipe keeps its depth; there are few such places.
    let moved = report.issue_totals["edge.above_terrain"];
    assert!((8..=20).contains(&moved), "{moved} sewers moved");
    // Ends meet their nodes.
    let nodes: BTreeMap<&str, _> = park.nodes.iter().map(|node| (node.provenance.key.as_str(), node)).collect();
    for edge in &park.edges {
        for (key, at) in [(&edge.from_key, edge.path[0]), (&edge.to_key, edge.path[edge.path.len() - 1])] {
            let Some(node) = key.as_deref().and_then(|key| nodes.get(key)) else { continue };
            let apart = (node.position[0] - at[0]).hypot(node.position[1] - at[1]);
            assert!(apart < 1.0, "{} ends {apart} m from {}", edge.provenance.key, node.provenance.key);
        }
    }
    let count = |kind: NodeKind| park.nodes.iter().filter(|node| node.kind == kind).count();
    assert_eq!((count(NodeKind::Hydrant), count(NodeKind::Pump), count(NodeKind::Inlet)), (6, 2, 234));
    let water_valves =
        park.nodes.iter().filter(|n| n.kind == NodeKind::Valve && n.class == NetworkClass::Water).count();
    assert_eq!(water_valves, 52);
    assert_eq!(park.resources.iter().filter(|resource| resource.kind == ResourceKind::Hydrant).count(), 6);

    assert_unchanged(&bench.import_kept("santboi_es.park.toml", &root).unwrap());
}

#[test]
fn ubc_stands_at_its_recorded_heights_in_metres() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("ubc_ca");
    let report = bench.import_kept("ubc_ca.park.toml", &root).unwrap();
    assert_eq!(report.srid, 32610, "the UTM zone of the place");
    assert_eq!(
        counts(&report),
        BTreeMap::from([("buildings", 443), ("entrances", 1466), ("land-use", 11), ("roads", 221)])
    );
    for name in ["buildings", "entrances", "land-use", "roads"] {
        assert_eq!(layer(&report, name).quarantined, 0, "{name} {:?}", report.issues);
    }
    let park = bench.park("ubc-ca");
    assert_eq!(park.buildings.iter().filter(|building| building.height_m.is_some()).count(), 442);
    let tower = park.buildings.iter().find(|b| b.name.as_deref() == Some("Binning Tower - Highrise")).unwrap();
    assert_eq!((tower.height_m, tower.storeys, tower.floor_area_m2), (Some(57.4637), Some(23.0), Some(17_684.0)));
    let footprint = geo::Area::unsigned_area(&tower.footprint);
    assert!((900.0..1030.0).contains(&footprint), "{footprint} m²");
    assert_eq!(park.resources.iter().filter(|r| r.kind == ResourceKind::BuildingEntrance).count(), 1466);
    // Counted in the file: 997 that are current and accessible, 449 that are not, 11 of which nobody says; 9 are pending.
    let entrances = |state: &str| park.resources.iter().filter(|r| r.state.as_deref() == Some(state)).count();
    let states = ["in service, step-free", "in service, with steps", "in service"].map(entrances);
    assert_eq!(states, [997, 449, 11]);
    assert_eq!(entrances("planned, step-free") + entrances("planned, with steps"), 9);
    let unoccupied = park.buildings.iter().filter(|b| b.state.as_deref().is_some_and(|s| s.contains("Unoccupied")));
    assert_eq!(unoccupied.count(), 21);

    assert_unchanged(&bench.import_kept("ubc_ca.park.toml", &root).unwrap());
}

#[test]
fn cambridge_has_its_assessor_and_its_hydrants() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("cambridge_us");
    let report = bench.import_kept("cambridge_us.park.toml", &root).unwrap();
    let parcels = layer(&report, "parcels");
    assert_eq!(parcels.read, 13_116);
    assert!(parcels.repaired + parcels.quarantined > 0, "{parcels:?}");
    assert!(parcels.quarantined < 10, "{parcels:?} {:?}", bench.quarantine());
    assert_eq!(layer(&report, "hydrants").added, 1960);
    assert_eq!(layer(&report, "shelters").added, 15);
    assert_eq!(layer(&report, "fire-stations").added, 8);
    assert_eq!(layer(&report, "streets").added, 2643);

    let park = bench.park("cambridge-us");
    let rockwell = park.parcels.iter().find(|parcel| parcel.provenance.key == "10002").unwrap();
    assert_eq!(rockwell.assessed_value, Some(635_100.0));
    assert_eq!(rockwell.currency.as_deref(), Some("USD"));
    // 3 224 square feet on record, and about that much drawn.
    assert!((rockwell.recorded_area_m2.unwrap() - 299.52).abs() < 0.01);
    let drawn = geo::Area::unsigned_area(&rockwell.boundary);
    assert!((drawn / 299.52 - 1.0).abs() < 0.1, "{drawn} m²");
    let flow = park.resources.iter().filter_map(|resource| resource.flow_l_s).fold(0.0, f64::max);
    assert!((50.0..500.0).contains(&flow), "{flow} L/s");

    assert_unchanged(&bench.import_kept("cambridge_us.park.toml", &root).unwrap());
}
