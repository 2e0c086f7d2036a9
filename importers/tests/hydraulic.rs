//! Input files of EPANET and SWMM as parks. Run where `TWIN_REAL_DATA` is set, as far as they are real.

use std::collections::{BTreeMap, HashMap};

use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot};

use crate::support::{Bench, assert_unchanged, layer, real_data};

/// Lines of a section that hold more than a comment, counted without the importer's help.
fn count(text: &str, section: &str) -> u64 {
    text.lines()
        .skip_while(|line| line.trim() != format!("[{section}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim().is_empty() && !line.trim().starts_with(';'))
        .count() as u64
}

type Line<'p> = (&'p str, &'p str, f64, &'p [[f64; 3]]);

fn pipes(park: &ParkSnapshot) -> BTreeMap<&str, Line<'_>> {
    park.edges
        .iter()
        .filter(|edge| edge.provenance.layer == "pipes")
        .map(|edge| {
            let ends = (edge.from_key.as_deref().unwrap_or(""), edge.to_key.as_deref().unwrap_or(""));
            (edge.provenance.key.as_str(), (ends.0, ends.1, edge.diameter_mm.unwrap_or(0.0), edge.path.as_slice()))
        })
        .collect()
}

fn junctions(park: &ParkSnapshot) -> BTreeMap<&str, ([f64; 3], Option<f64>)> {
    let nodes = park.nodes.iter().filter(|node| node.kind == NodeKind::Junction);
    nodes.map(|node| (node.provenance.key.as_str(), (node.position, node.ground_elevation_m))).collect()
}

#[test]
fn the_model_and_its_geojson_twin_are_the_same_network() {
    let Some(data) = real_data() else { return };
    let mut bench = Bench::new();
    let root = data.join("ky4_us");
    let report = bench.import_kept("ky4_us.park.toml", &root).unwrap_or_else(|e| panic!("{e} {:?}", e.help()));
    let text = std::fs::read_to_string(root.join("ky4.inp")).unwrap();
    for section in ["JUNCTIONS", "RESERVOIRS", "TANKS", "PIPES", "PUMPS"] {
        let read = layer(&report, &section.to_lowercase());
        let expected = count(&text, section);
        assert!(expected > 0, "{section}");
        assert_eq!((read.read, read.added, read.quarantined), (expected, expected, 0), "{section} {:?}", report.issues);
    }
    let twin = bench.import_kept("ky4_geojson.park.toml", &root).unwrap();
    assert_eq!((layer(&twin, "junctions").added, layer(&twin, "pipes").added), (959, 1156));

    let (model, geojson) = (bench.park("ky4-us"), bench.park("ky4-geojson"));
    assert!(model.edges.iter().all(|edge| edge.class == NetworkClass::Water));
    let (ours, theirs) = (junctions(&model), junctions(&geojson));
    assert_eq!(ours.len(), 959);
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (key, (at, ground)) in &ours {
        let (other, other_ground) = theirs[key];
        // The twin was written with coordinates rounded to a hundredth of a foot and metres of the international foot.
        let apart = at.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-6, "{key}: {at:?} {other:?}");
        assert!((ground.unwrap() - other_ground.unwrap()).abs() < 1e-6, "{key}");
    }
    let (ours, theirs) = (pipes(&model), pipes(&geojson));
    assert_eq!(ours.len(), 1156);
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (key, (from, to, diameter_mm, path)) in &ours {
        let (other_from, other_to, other_diameter_mm, other_path) = theirs[key];
        assert_eq!((*from, *to), (other_from, other_to), "{key}");
        assert!((diameter_mm - other_diameter_mm).abs() < 1e-6, "{key}: {diameter_mm} {other_diameter_mm}");
        assert_eq!(path.len(), other_path.len(), "{key}");
        for (a, b) in path.iter().zip(other_path) {
            assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 0.01, "{key}: {a:?} {b:?}");
            // The twin leaves reservoirs and tanks out: pipes that end there have no elevation of their own at that end.
            if theirs_knows(&geojson, from) && theirs_knows(&geojson, to) {
                assert!((a[2] - b[2]).abs() < 1e-6, "{key}: {a:?} {b:?}");
            }
        }
    }
    // Connectivity: the same degree at every junction.
    let degrees = |lines: &BTreeMap<&str, Line<'_>>| {
        let mut degrees: HashMap<String, u32> = HashMap::new();
        for (from, to, _, _) in lines.values() {
            for end in [from, to] {
                *degrees.entry((*end).to_owned()).or_default() += 1;
            }
        }
        degrees
    };
    assert_eq!(degrees(&ours), degrees(&theirs));
    // The junctions' feet and the raster's are the same ground.
    let grid = model.terrain.as_ref().unwrap();
    let off: Vec<f64> = model
        .nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Junction)
        .filter_map(|node| Some((grid.height_at(node.position[0], node.position[1])? - node.position[2]).abs()))
        .collect();
    let near = off.iter().filter(|off| **off < 10.0).count();
    assert!(off.len() > 900 && near * 10 > off.len() * 9, "{near} of {} within 10 m", off.len());

    assert_unchanged(&bench.import_kept("ky4_us.park.toml", &root).unwrap());
}

fn theirs_knows(park: &ParkSnapshot, key: &str) -> bool {
    park.nodes.iter().any(|node| node.provenance.key == key)
}

const SEWER: &str = "[OPTIONS]\nFLOW_UNITS CMS\n[JUNCTIONS]\nJ1 10.5 2.5 0 0 0\nJ2 10 2.4 0 0 0\nJ3 9.9 2 0 0 0\n\
    [OUTFALLS]\nO1 9 FREE\n[CONDUITS]\nC1 J1 J2 60 0.013 0 0.2 0 0\nC2 J2 O1 80 0.013 0 0 0 0\nC3 J2 J3 9 0.013 0 0 0 0\n\
    [XSECTIONS]\nC1 CIRCULAR 0.6 0 0 0 1\nC2 RECT_CLOSED 1.2 2 0 0\nC3 CIRCULAR 0.3 0 0 0\n\
    [COORDINATES]\nJ1 643000 3431000\nJ2 643060 3431000\nO1 643140 3431000\n";

const LAYERS: &str = "[[layer]]\nname = \"manholes\"\nrole = \"network.drainage.node\"\nfile = \"s.inp\"\nlayer = \"junctions\"\n\
    crs = \"EPSG:4549\"\nkey = \"id\"\n[layer.fields]\nkind = { value = \"manhole\" }\n\
    ground_elevation_m = \"ground_elevation_m\"\n\n\
    [[layer]]\nname = \"outfalls\"\nrole = \"network.drainage.node\"\nfile = \"s.inp\"\nlayer = \"outfalls\"\n\
    crs = \"EPSG:4549\"\nkey = \"id\"\n[layer.fields]\nkind = { value = \"outfall\" }\n\n\
    [[layer]]\nname = \"sewers\"\nrole = \"network.drainage\"\nfile = \"s.inp\"\nlayer = \"conduits\"\ncrs = \"EPSG:4549\"\n\
    key = \"id\"\nfrom = \"from_node\"\nto = \"to_node\"\nz_reference = \"invert\"\nfilter = \"shape <> 'TRIANGULAR'\"\n\
    [layer.fields]\ndiameter_mm = \"diameter_mm\"\nheight_mm = \"height_mm\"\nwidth_mm = \"width_mm\"\n";

#[test]
fn a_storm_sewer_of_swmm_lies_at_its_inverts() {
    let mut bench = Bench::new();
    bench.write("s.inp", SEWER);
    let report = bench.import(LAYERS).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    let manholes = layer(&report, "manholes");
    assert_eq!((manholes.read, manholes.added, manholes.quarantined), (3, 2, 1));
    let sewers = layer(&report, "sewers");
    assert_eq!((sewers.read, sewers.added, sewers.quarantined), (3, 2, 1), "{:?}", report.issues);
    // What is missing is said with section and line.
    let lost: Vec<&str> = report
        .issues
        .iter()
        .filter(|issue| issue.code == "geometry.missing")
        .map(|issue| issue.reason.as_str())
        .collect();
    assert_eq!(
        lost,
        [
            "[JUNCTIONS], line 6: node \"J3\" has no line in [COORDINATES]",
            "[CONDUITS], line 12: node \"J3\" has no line in [COORDINATES]"
        ]
    );
    let park = bench.park("t");
    let edge = |key: &str| park.edges.iter().find(|edge| edge.provenance.key == key).unwrap();
    // Axis of a 600 mm pipe: 0.3 m above the invert, which is 0.2 m above the second manhole's.
    let path = &edge("C1").path;
    assert!((path[0][2] - 10.8).abs() < 1e-9 && (path[1][2] - 10.5).abs() < 1e-9, "{path:?}");
    assert!((edge("C2").path[0][2] - 10.6).abs() < 1e-9);
    assert_eq!((edge("C2").height_mm, edge("C2").width_mm, edge("C2").diameter_mm), (Some(1200.0), Some(2000.0), None));
    assert!(park.nodes.iter().any(|node| node.kind == NodeKind::Manhole && node.ground_elevation_m == Some(13.0)));
    assert_unchanged(&bench.import(LAYERS).unwrap());
    // A condition on native rows is GDAL's.
    let report = bench.import(&LAYERS.replace("<> 'TRIANGULAR'", "= 'CIRCULAR'")).unwrap();
    assert_eq!(layer(&report, "sewers").read, 2);
    let error = bench.import(&LAYERS.replace("shape <>", "shap <>")).unwrap_err();
    assert!(error.to_string().contains("shap"), "{error} {:?}", error.help());
}

#[test]
fn what_is_no_model_is_refused_in_words() {
    let mut bench = Bench::new();
    bench.write("s.inp", "*HEADING\nan input of another program\n*NODE\n1, 0, 0\n");
    let error = bench.import(LAYERS).unwrap_err();
    assert!(format!("{error} {:?}", error.help()).contains("EPANET"), "{error}");
    bench.write("s.inp", SEWER);
    let error = bench.import(&LAYERS.replace("layer = \"conduits\"", "layer = \"pipes\"")).unwrap_err();
    assert!(format!("{error:?}").contains("conduits"), "{error:?}");
}
