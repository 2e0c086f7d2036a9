//! The importer reads the sample park through its manifest: every row accounted for, every blemish reported.

use importers::sample::{SampleOptions, generate};
use importers::{ImportOptions, import};

use crate::support::{self, Bench, assert_unchanged, layer, reader};

#[test]
fn the_park_arrives_whole_and_its_blemishes_are_named() {
    let mut bench = Bench::new();
    let dir = bench.path("park");
    let made = generate(&dir, &SampleOptions::default(), &|_| {}).unwrap();
    let report = import(&mut bench.store, &made.manifest, &ImportOptions::new(reader())).unwrap();

    let parcels = layer(&report, "parcels");
    assert_eq!(parcels.read, made.parcels as u64 + 3, "two bow-ties and one row twice");
    assert_eq!((parcels.repaired, parcels.quarantined), (2, 1), "{parcels:?}");
    let water = layer(&report, "SS lines");
    assert_eq!(water.quarantined, 1, "{water:?}: the line without an end");
    for (name, rows) in [
        ("buildings", made.buildings),
        ("roads", made.roads),
        ("enterprises", made.enterprises),
        ("tenancies", made.tenancies),
        ("contracts", made.contracts),
        ("land events", made.events),
        ("projects", made.projects),
        ("emergency resources", made.emergency_resources),
        ("hazard sources", made.hazard_sources),
    ] {
        let layer = layer(&report, name);
        assert_eq!((layer.added, layer.quarantined, layer.repaired), (rows as u64, 0, 0), "{layer:?}");
    }
    for other in report.layers.iter().filter(|l| !["parcels", "SS lines"].contains(&l.layer.as_str())) {
        assert_eq!(other.quarantined, 0, "{other:?}");
    }
    assert_eq!(report.issue_totals.get("value.not_a_number"), Some(&1), "{:?}", report.issue_totals);
    assert_eq!(report.issue_totals.get("key.duplicate"), Some(&1), "{:?}", report.issue_totals);
    assert_eq!(report.issue_totals.get("value.not_a_date"), Some(&2), "two planned days are still to be settled");

    let park = bench.park("qingxi");
    assert!(park.park.synthetic);
    assert_eq!(park.park.as_of, chrono::NaiveDate::from_ymd_opt(2026, 6, 30));
    let terrain = park.terrain.as_ref().expect("a terrain");
    for edge in &park.edges {
        for [x, y, z] in &edge.path {
            let ground = terrain.height_at(*x, *y).expect("ground above every pipe");
            assert!(*z < ground, "{} at {x} {y}: {z} is not below {ground}", edge.provenance.key);
        }
    }
    let classes: std::collections::HashSet<_> = park.edges.iter().map(|edge| edge.class).collect();
    assert_eq!(classes.len(), 8, "{classes:?}");

    // Yards come from a drawing whose eastings carry the zone number; they must land in the park.
    let inside = |x: f64| (555_000.0..565_000.0).contains(&x);
    for surface in &park.surfaces {
        let x = surface.area.0[0].exterior().0[0].x;
        assert!(inside(x), "{}: {x}", surface.provenance.key);
    }
    let again = import(&mut bench.store, &made.manifest, &support::options()).unwrap();
    assert_unchanged(&again);
}
