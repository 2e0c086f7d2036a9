//! The checks over whole tables find what brute force finds, and what a surveyor would; no more.

use std::collections::BTreeMap;

use geo::{Area, BooleanOps, Geometry, LineString, MultiPolygon, Point, Rotate, coord};
use spatial_db::checks::{CHECKS, CheckSettings, codes};
use spatial_db::model::{FeatureKind, IssueRecord, TerrainGrid};
use spatial_db::schema::{Record, Shape, TABLES, Value};
use spatial_db::store::{IssueFilter, LoadOptions, Store};

use crate::support::{CORNER, header, put, record, scratch, square, table};

type Layers = Vec<(FeatureKind, &'static str, Vec<Record>)>;

/// Loads layers and checks them; the issues as stored.
fn check(store: &mut Store, layers: Layers, ground: Option<TerrainGrid>, settings: &CheckSettings) -> Vec<IssueRecord> {
    let mut load = store.begin_load(&header("p"), LoadOptions::default()).unwrap();
    let park_id = load.park_id();
    for (kind, layer, records) in layers {
        put(&mut load, kind, layer, records);
    }
    if let Some(grid) = ground {
        load.terrain("ground", "dem.tif", &grid).unwrap();
    }
    let checked = load.check(settings, 20).unwrap();
    load.commit(&serde_json::Value::Null).unwrap();
    let issues = store.issues(park_id, &IssueFilter::default(), None).unwrap();
    let total: u64 = checked.codes.iter().map(|code| code.count).sum();
    assert_eq!(total, issues.len() as u64, "the report counts what is stored");
    issues
}

fn set(mut record: Record, kind: FeatureKind, values: &[(&str, Value)]) -> Record {
    for (column, value) in values {
        let at = table(kind).column_index(column).unwrap_or_else(|| panic!("{column}"));
        record.values[at] = value.clone();
    }
    record
}

/// A record with nothing but a key, a place and what is said.
fn bare(kind: FeatureKind, key: &str, row: i64, shape: Option<Shape>, values: &[(&str, Value)]) -> Record {
    let mut made = record(kind, key, row);
    for (value, column) in made.values.iter_mut().zip(table(kind).columns) {
        if !column.required {
            *value = Value::Null;
        }
    }
    made.attributes.clear();
    made.shape = shape.or(made.shape);
    set(made, kind, values)
}

fn text(word: &str) -> Value {
    Value::Text(word.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "as a record takes it")]
fn area(shape: Geometry<f64>) -> Option<Shape> {
    Some(Shape::planar(shape))
}

fn of<'a>(issues: &'a [IssueRecord], code: &str) -> Vec<&'a IssueRecord> {
    issues.iter().filter(|issue| issue.code == code).collect()
}

fn keys(issues: &[IssueRecord], code: &str) -> Vec<String> {
    let mut keys: Vec<String> = of(issues, code).iter().map(|issue| issue.key.clone().unwrap_or_default()).collect();
    keys.sort();
    keys
}

/// Turned rectangles all over each other, always the same ones.
fn heap(count: usize, spread: f64, seed: u64) -> Vec<MultiPolygon<f64>> {
    let mut state = seed;
    let mut roll = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    (0..count)
        .map(|_| {
            let (x, y) = (CORNER[0] + roll() * spread, CORNER[1] + roll() * spread);
            let far = coord! { x: x + 8.0 + 20.0 * roll(), y: y + 8.0 + 20.0 * roll() };
            let turned = geo::Rect::new(coord! { x: x, y: y }, far).to_polygon();
            MultiPolygon(vec![turned.rotate_around_centroid(90.0 * roll())])
        })
        .collect()
}

fn shared_area(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> f64 {
    a.intersection(b).unsigned_area()
}

#[test]
fn overlaps_and_parcels_of_buildings_are_those_of_brute_force() {
    let (_database, mut store) = scratch();
    let (parcels, buildings) = (heap(70, 300.0, 7), heap(60, 330.0, 11));
    let rows = |kind: FeatureKind, areas: &[MultiPolygon<f64>]| -> Vec<Record> {
        areas
            .iter()
            .enumerate()
            .map(|(i, a)| bare(kind, &format!("{i}"), i as i64, area(Geometry::MultiPolygon(a.clone())), &[]))
            .collect()
    };
    let mut settings = CheckSettings::default();
    settings.tolerances.insert(("parcel.overlap", "min_width_m"), 0.0);
    settings.tolerances.insert(("geometry.near_duplicate", "min_likeness"), 1.0);
    let layers = vec![
        (FeatureKind::Parcel, "parcels", rows(FeatureKind::Parcel, &parcels)),
        (FeatureKind::Building, "buildings", rows(FeatureKind::Building, &buildings)),
    ];
    let issues = check(&mut store, layers, None, &settings);

    let mut expected = BTreeMap::new();
    for (i, a) in parcels.iter().enumerate() {
        for (j, b) in parcels.iter().enumerate().take(i) {
            let area = shared_area(a, b);
            if area >= 1.0 {
                expected.insert((j, i), area);
            }
        }
    }
    assert!(expected.len() > 20, "{} overlaps to compare", expected.len());
    let index = |key: &Option<String>| key.as_deref().unwrap().parse::<usize>().unwrap();
    let found: BTreeMap<(usize, usize), &IssueRecord> = of(&issues, "parcel.overlap")
        .into_iter()
        .map(|issue| {
            let (a, b) = (index(&issue.key), index(&issue.other_key));
            ((a.min(b), a.max(b)), issue)
        })
        .collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (pair, area) in &expected {
        let issue = found[pair];
        assert!((issue.facts["area_m2"].as_f64().unwrap() - area).abs() < 1e-6 * area, "{issue:?}");
        let drawn = match issue.place.as_ref().unwrap() {
            Geometry::Polygon(place) => place.unsigned_area(),
            Geometry::MultiPolygon(place) => place.unsigned_area(),
            other => panic!("{other:?}"),
        };
        assert!((drawn - area).abs() < 1e-6 * area, "the place of the issue is the overlap");
    }

    let (mut outside, mut several) = (Vec::new(), Vec::new());
    for (i, building) in buildings.iter().enumerate() {
        let whole = building.unsigned_area();
        let parts: Vec<f64> = parcels.iter().map(|parcel| shared_area(building, parcel)).collect();
        if parts.iter().sum::<f64>() < 0.5 * whole {
            outside.push(i.to_string());
        }
        if parts.iter().filter(|part| **part >= 5.0 && **part >= 0.1 * whole).count() > 1 {
            several.push(i.to_string());
        }
    }
    outside.sort();
    several.sort();
    assert!(outside.len() > 3 && several.len() > 3, "{outside:?} {several:?}");
    assert_eq!(keys(&issues, "building.outside_parcels"), outside);
    assert_eq!(keys(&issues, "building.on_several_parcels"), several);
}

#[test]
fn gaps_are_not_streets_and_twins_are_found() {
    let (_database, mut store) = scratch();
    let parcel = |key: &str, row, shape| bare(FeatureKind::Parcel, key, row, area(shape), &[]);
    // Four parcels around a hole of 20 × 1 m, and four around a yard of 20 × 8 m.
    let block = |x: f64, hole: f64| {
        let rect = |x0: f64, y0: f64, x1: f64, y1: f64| {
            let at = |x: f64, y: f64| coord! { x: CORNER[0] + x, y: CORNER[1] + y };
            Geometry::Polygon(geo::Rect::new(at(x0, y0), at(x1, y1)).to_polygon())
        };
        [
            rect(x, 0.0, x + 60.0, 20.0),
            rect(x, 20.0 + hole, x + 60.0, 60.0),
            rect(x, 20.0, x + 20.0, 20.0 + hole),
            rect(x + 40.0, 20.0, x + 60.0, 20.0 + hole),
        ]
    };
    let mut parcels: Vec<Record> = Vec::new();
    for (name, shapes) in [("gap", block(0.0, 1.0)), ("yard", block(200.0, 8.0))] {
        for shape in shapes {
            parcels.push(parcel(&format!("{name}{}", parcels.len()), parcels.len() as i64, shape));
        }
    }
    parcels.push(parcel("one", 20, square(500.0, 0.0, 30.0)));
    parcels.push(parcel("same", 21, square(500.0, 0.0, 30.0)));
    parcels.push(parcel("first", 22, square(600.0, 0.0, 30.0)));
    parcels.push(parcel("nearly", 23, square(600.2, 0.2, 30.0)));
    parcels.push(parcel("sliver", 24, square(629.9, 0.0, 30.0)));
    let issues = check(&mut store, vec![(FeatureKind::Parcel, "parcels", parcels)], None, &CheckSettings::default());
    let gaps = of(&issues, "parcel.gap");
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!((gaps[0].facts["area_m2"].as_f64().unwrap() - 20.0).abs() < 1e-9);
    assert!((gaps[0].facts["width_m"].as_f64().unwrap() - 1.0).abs() < 0.01);
    assert!(gaps[0].key.as_deref().unwrap().starts_with("gap") && gaps[0].other_key.is_some());
    assert_eq!(keys(&issues, "geometry.duplicate"), ["same"]);
    assert_eq!(of(&issues, "geometry.duplicate")[0].other_key.as_deref(), Some("one"));
    assert_eq!(keys(&issues, "geometry.near_duplicate"), ["nearly"]);
    // The sliver overlaps by 0.1 m: somebody digitised the boundary twice.
    assert_eq!(keys(&issues, "parcel.overlap"), Vec::<String>::new());
}

fn node(key: &str, row: i64, at: [f64; 3], values: &[(&str, Value)]) -> Record {
    let shape = Shape { xy: Point::new(CORNER[0] + at[0], CORNER[1] + at[1]).into(), z: vec![at[2]] };
    bare(FeatureKind::NetworkNode, key, row, Some(shape), values)
}

fn edge(key: &str, row: i64, path: &[[f64; 3]], values: &[(&str, Value)]) -> Record {
    let line: Vec<_> = path.iter().map(|at| (CORNER[0] + at[0], CORNER[1] + at[1])).collect();
    let shape = Shape { xy: LineString::from(line).into(), z: path.iter().map(|at| at[2]).collect() };
    bare(FeatureKind::NetworkEdge, key, row, Some(shape), values)
}

/// A straight sewer of manholes 40 m apart that falls 0.2 m from each to the next, on ground at 10 m.
fn sewer(length: usize) -> (Vec<Record>, Vec<Record>) {
    let at = |i: usize| [40.0 * i as f64, 0.0, 7.0 - 0.2 * i as f64];
    let nodes = (0..length)
        .map(|i| {
            let depth = 10.0 - at(i)[2];
            let values = [("ground_elevation_m", Value::Real(10.0)), ("depth_m", Value::Real(depth))];
            node(&format!("n{i}"), i as i64, at(i), &values)
        })
        .collect();
    let edges = (1..length)
        .map(|i| {
            let ends = [("from_key", text(&format!("n{}", i - 1))), ("to_key", text(&format!("n{i}")))];
            let values = [ends[0].clone(), ends[1].clone(), ("diameter_mm", Value::Real(400.0))];
            edge(&format!("e{i}"), i as i64, &[at(i - 1), at(i)], &values)
        })
        .collect();
    (nodes, edges)
}

fn plain(level: f32) -> TerrainGrid {
    TerrainGrid {
        origin_x_m: CORNER[0] - 100.0,
        origin_y_m: CORNER[1] - 500.0,
        cell_m: 50.0,
        columns: 60,
        rows: 30,
        heights_m: vec![level; 60 * 30],
    }
}

#[test]
fn a_sound_sewer_has_no_issue() {
    let (_database, mut store) = scratch();
    let (nodes, edges) = sewer(30);
    let layers = vec![(FeatureKind::NetworkNode, "points", nodes), (FeatureKind::NetworkEdge, "lines", edges)];
    let issues = check(&mut store, layers, Some(plain(10.0)), &CheckSettings::default());
    assert_eq!(issues, []);
}

#[test]
fn every_network_rule_finds_its_case() {
    let (_database, mut store) = scratch();
    let (mut nodes, mut edges) = sewer(30);
    let link = |from: &str, to: &str, mm: f64| {
        vec![("from_key", text(from)), ("to_key", text(to)), ("diameter_mm", Value::Real(mm))]
    };
    let a = |i: usize| [40.0 * i as f64, 0.0, 7.0 - 0.2 * i as f64];
    // Drawn again the other way round.
    edges.push(edge("again", 101, &[a(3), a(2)], &link("n3", "n2", 400.0)));
    edges.push(edge("loop", 102, &[a(4), [165.0, 20.0, 6.2], a(4)], &link("n4", "n4", 400.0)));
    edges.push(edge("nameless", 103, &[a(5), [200.0, 30.0, 5.9]], &[("from_key", text("n5"))]));
    nodes.push(node("alone", 104, [0.0, 300.0, 8.0], &[]));
    // 2 m of ground are missing between depth and elevation.
    nodes.push(node(
        "deep",
        105,
        [0.0, 40.0, 5.0],
        &[("ground_elevation_m", Value::Real(10.0)), ("depth_m", Value::Real(3.0))],
    ));
    edges.push(edge("to-deep", 106, &[[0.0, 40.0, 5.05], a(0)], &link("deep", "n0", 300.0)));
    // A tee that joins two lines, and one that joins three.
    nodes.push(node("tee2", 107, [40.0, 40.0, 7.0], &[("subtype", text("三通"))]));
    nodes.push(node("tee3", 108, [80.0, 40.0, 6.9], &[("subtype", text("Tee"))]));
    edges.push(edge("t1", 109, &[[40.0, 40.0, 7.0], [80.0, 40.0, 6.9]], &link("tee2", "tee3", 300.0)));
    edges.push(edge("t2", 110, &[[40.0, 40.0, 7.0], a(1)], &link("tee2", "n1", 300.0)));
    edges.push(edge("t3", 111, &[[80.0, 40.0, 6.9], a(2)], &link("tee3", "n2", 300.0)));
    edges.push(edge("t4", 112, &[[80.0, 40.0, 6.9], [90.0, 60.0, 6.8]], &link("tee3", "end", 300.0)));
    nodes.push(node("end", 113, [90.0, 60.0, 6.8], &[]));
    // 250 m without a manhole, a fall of 6 m on 4 m, a sewer that rises, one that shrinks downstream.
    nodes.push(node("far", 114, [40.0 * 6.0, 250.0, 5.0], &[]));
    edges.push(edge("long", 115, &[a(6), [240.0, 250.0, 5.0]], &link("n6", "far", 400.0)));
    nodes.push(node("pit", 116, [284.0, 0.0, -0.6], &[]));
    edges.push(edge("steep", 117, &[a(7), [284.0, 0.0, -0.6]], &link("n7", "pit", 400.0)));
    nodes.push(node("up", 118, [320.0, 40.0, 6.0], &[]));
    edges.push(edge("rising", 119, &[a(8), [320.0, 40.0, 6.0]], &link("n8", "up", 400.0)));
    // What a pump lifts may rise, and be narrower.
    nodes.push(node("lift", 125, [320.0, 80.0, 5.9], &[("kind", text("pump"))]));
    nodes.push(node("top", 126, [320.0, 120.0, 7.0], &[]));
    edges.push(edge("to-lift", 127, &[[320.0, 40.0, 6.0], [320.0, 80.0, 5.9]], &link("up", "lift", 400.0)));
    edges.push(edge("lifted", 128, &[[320.0, 80.0, 5.9], [320.0, 120.0, 7.0]], &link("lift", "top", 300.0)));
    nodes.push(node("wide", 120, [1160.0, 40.0, 1.6], &[]));
    edges.push(edge("shrinking", 121, &[[1160.0, 40.0, 1.6], [1120.0, 0.0, 1.4]], &link("wide", "n28", 800.0)));
    // Above ground, far below, and apart from the rest.
    nodes.push(node("high", 122, [1300.0, 40.0, 12.0], &[]));
    nodes.push(node("abyss", 123, [1300.0, 80.0, -40.0], &[]));
    edges.push(edge("island", 124, &[[1300.0, 40.0, 12.0], [1300.0, 80.0, 11.9]], &link("high", "abyss", 400.0)));
    let layers = vec![(FeatureKind::NetworkNode, "points", nodes), (FeatureKind::NetworkEdge, "lines", edges)];
    let issues = check(&mut store, layers, Some(plain(10.0)), &CheckSettings::default());
    let expect = [
        ("edge.duplicate", vec!["again"]),
        ("edge.self_loop", vec!["loop"]),
        ("edge.no_node", vec!["nameless"]),
        ("node.orphan", vec!["alone"]),
        ("node.depth_differs", vec!["deep"]),
        ("node.links", vec!["tee2"]),
        ("edge.too_long", vec!["long"]),
        ("edge.steep", vec!["steep"]),
        ("edge.rises", vec!["again", "rising", "to-deep"]),
        ("edge.shrinks", vec!["shrinking"]),
        ("z.above_terrain", vec!["high", "island"]),
        ("z.below_terrain", vec!["abyss"]),
        ("network.island", vec!["island"]),
    ];
    for (code, found) in &expect {
        assert_eq!(&keys(&issues, code), found, "{code}: {:#?}", of(&issues, code));
    }
    let known: Vec<&str> = expect.iter().map(|(code, _)| *code).collect();
    let others: Vec<_> = issues.iter().filter(|issue| !known.contains(&issue.code.as_str())).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert_eq!(of(&issues, "edge.duplicate")[0].facts["reversed"], true);
    assert!(of(&issues, "z.above_terrain").iter().all(|issue| issue.place.is_some()));
}

/// Of three pumps: one with its main on record as under pressure, one with two lines to several places, one with a line and no more.
#[test]
fn of_what_leaves_a_pump_only_the_line_it_lifts_into_may_rise() {
    let (_database, mut store) = scratch();
    let (mut nodes, mut edges) = sewer(30);
    let mut leaves = |pump: &str, at: i64, line: &str, pressure: Option<&str>| {
        let (x, to, row) = (100.0 * at as f64, format!("{line}-end"), 200 + edges.len() as i64);
        let end = [x, 140.0 + edges.len() as f64, 7.0];
        nodes.push(node(&to, row, end, &[]));
        let names = [("from_key", text(pump)), ("to_key", text(&to)), ("diameter_mm", Value::Real(300.0))];
        let pressure = pressure.map(|pressure| ("pressure", text(pressure)));
        edges.push(edge(line, row, &[[x, 100.0, 5.0], end], &names.into_iter().chain(pressure).collect::<Vec<_>>()));
    };
    leaves("p1", 1, "main", Some("0.3MPa"));
    leaves("p1", 1, "beside-main", None);
    leaves("p2", 2, "either", None);
    leaves("p2", 2, "other", None);
    leaves("p3", 3, "only", None);
    let pump = |at: i64| node(&format!("p{at}"), 300 + at, [100.0 * at as f64, 100.0, 5.0], &[("kind", text("pump"))]);
    nodes.extend((1..4).map(pump));
    let layers = vec![(FeatureKind::NetworkNode, "points", nodes), (FeatureKind::NetworkEdge, "lines", edges)];
    let issues = check(&mut store, layers, None, &CheckSettings::default());
    assert_eq!(keys(&issues, "edge.rises"), ["beside-main", "either", "other"]);
}

#[test]
fn units_are_told_from_the_middle_of_a_layer() {
    let (_database, mut store) = scratch();
    let house = |key: String, i: i64, storey: f64| {
        let storeys = (i % 5 + 1) as f64;
        let values = [("storeys", Value::Real(storeys)), ("height_m", Value::Real(storeys * storey))];
        bare(FeatureKind::Building, &key, i, area(square(i as f64 * 30.0, 0.0, 20.0)), &values)
    };
    let houses = |name: &str, from: i64, storey: f64| -> Vec<Record> {
        (from..from + 12).map(|i| house(format!("{name}{i}"), i, storey)).collect()
    };
    let plot = |key: String, i: i64, factor: f64| {
        let values = [("recorded_area_m2", Value::Real(900.0 * factor))];
        bare(FeatureKind::Parcel, &key, i, area(square(i as f64 * 30.0, 0.0, 30.0)), &values)
    };
    let plots = |name: &str, from: i64, factor: f64| -> Vec<Record> {
        (from..from + 12).map(|i| plot(format!("{name}{i}"), i, factor)).collect()
    };
    let pipes = |name: &str, from: i64, sizes: &[f64]| -> Vec<Record> {
        (from..from + 12)
            .map(|i| {
                let x = i as f64 * 30.0;
                let size = Value::Real(sizes[i as usize % sizes.len()]);
                edge(&format!("{name}{i}"), i, &[[x, 0.0, 1.0], [x + 20.0, 5.0, 0.9]], &[("diameter_mm", size)])
            })
            .collect()
    };
    let layers = vec![
        (FeatureKind::Building, "metres", houses("m", 0, 3.2)),
        (FeatureKind::Building, "feet", houses("f", 20, 3.2 / 0.3048)),
        (FeatureKind::Building, "millimetres", houses("mm", 40, 3200.0)),
        (FeatureKind::Parcel, "square-metres", plots("s", 0, 1.0)),
        (FeatureKind::Parcel, "mu", plots("u", 20, 1.0 / 666.6667)),
        (FeatureKind::Parcel, "hectares", plots("h", 40, 1e-4)),
        (FeatureKind::NetworkEdge, "dn", pipes("d", 0, &[200.0, 300.0, 800.0])),
        (FeatureKind::NetworkEdge, "inches", pipes("i", 20, &[6.0, 8.0, 12.0])),
        (FeatureKind::NetworkEdge, "as-metres", pipes("a", 40, &[0.2, 0.3, 0.8])),
        (FeatureKind::NetworkEdge, "too-fine", pipes("t", 60, &[200_000.0, 300_000.0])),
    ];
    let issues = check(&mut store, layers, None, &CheckSettings::default());
    let said: BTreeMap<(&str, &str), &IssueRecord> = issues
        .iter()
        .filter(|issue| issue.code.starts_with("unit."))
        .map(|issue| ((issue.layer.as_str(), issue.code.as_str()), issue))
        .collect();
    assert_eq!(
        said.keys().copied().collect::<Vec<_>>(),
        [
            ("as-metres", "unit.metres"),
            ("feet", "unit.feet"),
            ("hectares", "unit.area"),
            ("inches", "unit.inches"),
            ("millimetres", "unit.millimetres"),
            ("mu", "unit.area"),
            ("too-fine", "unit.millimetres"),
        ]
    );
    assert_eq!(said[&("mu", "unit.area")].facts["unit"], "mu");
    assert_eq!(said[&("hectares", "unit.area")].facts["unit"], "ha");
    // One finding for the layer, none for each of its parcels.
    assert!(of(&issues, "parcel.area_differs").is_empty());
    assert!(said.values().all(|issue| issue.feature_id.is_none() && issue.source_row.is_none()));
}

#[test]
fn references_and_records_that_do_not_fit() {
    let (_database, mut store) = scratch();
    let enterprise = |key: &str, row| bare(FeatureKind::Enterprise, key, row, None, &[("name", text(key))]);
    let layers = vec![
        (FeatureKind::Enterprise, "enterprises", vec![enterprise("e1", 0), enterprise("e2", 1)]),
        (
            FeatureKind::Parcel,
            "parcels",
            vec![
                bare(
                    FeatureKind::Parcel,
                    "p1",
                    0,
                    area(square(0.0, 0.0, 100.0)),
                    &[("recorded_area_m2", Value::Real(9_950.0))],
                ),
                bare(
                    FeatureKind::Parcel,
                    "p2",
                    1,
                    area(square(100.0, 0.0, 100.0)),
                    &[("recorded_area_m2", Value::Real(10_000.0))],
                ),
                bare(
                    FeatureKind::Parcel,
                    "p3",
                    2,
                    area(square(200.0, 0.0, 100.0)),
                    &[("recorded_area_m2", Value::Real(7_000.0))],
                ),
            ],
        ),
        (
            FeatureKind::Building,
            "buildings",
            vec![
                bare(
                    FeatureKind::Building,
                    "low",
                    0,
                    area(square(10.0, 10.0, 20.0)),
                    &[("storeys", Value::Real(10.0)), ("height_m", Value::Real(9.0))],
                ),
                bare(
                    FeatureKind::Building,
                    "hall",
                    1,
                    area(square(40.0, 10.0, 20.0)),
                    &[("storeys", Value::Real(1.0)), ("height_m", Value::Real(14.0))],
                ),
                bare(
                    FeatureKind::Building,
                    "house",
                    2,
                    area(square(70.0, 10.0, 20.0)),
                    &[
                        ("storeys", Value::Real(4.0)),
                        ("height_m", Value::Real(13.0)),
                        ("floor_area_m2", Value::Real(1_500.0)),
                    ],
                ),
                bare(
                    FeatureKind::Building,
                    "swollen",
                    3,
                    area(square(110.0, 10.0, 20.0)),
                    &[("storeys", Value::Real(2.0)), ("floor_area_m2", Value::Real(9_000.0))],
                ),
            ],
        ),
        (
            FeatureKind::Tenancy,
            "tenancies",
            vec![
                bare(
                    FeatureKind::Tenancy,
                    "t1",
                    0,
                    None,
                    &[("enterprise_key", text("e1")), ("building_key", text("hall"))],
                ),
                bare(
                    FeatureKind::Tenancy,
                    "t2",
                    1,
                    None,
                    &[("enterprise_key", text("e9")), ("building_key", text("gone"))],
                ),
            ],
        ),
        (
            FeatureKind::LandContract,
            "contracts",
            vec![
                bare(
                    FeatureKind::LandContract,
                    "c1",
                    0,
                    None,
                    &[("parcel_key", text("p1")), ("enterprise_key", text("e2"))],
                ),
                bare(FeatureKind::LandContract, "c2", 1, None, &[("parcel_key", text("p9"))]),
            ],
        ),
        (
            FeatureKind::LandEvent,
            "events",
            vec![
                bare(FeatureKind::LandEvent, "v1", 0, None, &[("contract_key", text("c1"))]),
                bare(FeatureKind::LandEvent, "v2", 1, None, &[("contract_key", text("c9"))]),
            ],
        ),
        (
            FeatureKind::Project,
            "projects",
            vec![
                bare(FeatureKind::Project, "x1", 0, None, &[("contract_key", text("c1")), ("parcel_key", text("p1"))]),
                bare(FeatureKind::Project, "x2", 1, None, &[("contract_key", text("c8")), ("parcel_key", text("p8"))]),
            ],
        ),
    ];
    let issues = check(&mut store, layers, None, &CheckSettings::default());
    let mut missing: Vec<(String, String)> = of(&issues, "reference.missing")
        .iter()
        .map(|issue| (issue.key.clone().unwrap(), issue.other_key.clone().unwrap()))
        .collect();
    missing.sort();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let expected =
        [pair("c2", "p9"), pair("t2", "e9"), pair("t2", "gone"), pair("v2", "c9"), pair("x2", "c8"), pair("x2", "p8")];
    assert_eq!(missing, expected);
    assert_eq!(keys(&issues, "parcel.area_differs"), ["p3"]);
    assert_eq!(keys(&issues, "building.storeys_height"), ["low"]);
    assert_eq!(keys(&issues, "building.floor_area"), ["swollen"]);
}

#[test]
fn what_did_not_change_is_not_checked_again() {
    let (_database, mut store) = scratch();
    let parcels = |last: f64| {
        let parcel = |key: &str, row, x| bare(FeatureKind::Parcel, key, row, area(square(x, 0.0, 30.0)), &[]);
        vec![(FeatureKind::Parcel, "parcels", vec![parcel("a", 0, 0.0), parcel("b", 1, 20.0), parcel("c", 2, last)])]
    };
    let settings = CheckSettings::default();
    let first = check(&mut store, parcels(100.0), None, &settings);
    assert_eq!(keys(&first, "parcel.overlap"), ["b"]);
    let second = check(&mut store, parcels(100.0), None, &settings);
    assert_eq!(first, second, "the finding of the first run stays, its number too");
    let third = check(&mut store, parcels(45.0), None, &settings);
    assert_eq!(keys(&third, "parcel.overlap"), ["b", "c"]);
    assert!(third.iter().all(|issue| issue.run_id > first[0].run_id));
    let mut larger = settings.clone();
    larger.tolerances.insert(("parcel.overlap", "min_area_m2"), 200.0);
    assert_eq!(keys(&check(&mut store, parcels(45.0), None, &larger), "parcel.overlap"), ["b"]);
    larger.off.push("parcel.overlap");
    assert_eq!(check(&mut store, parcels(45.0), None, &larger), []);
    let mut few = settings;
    few.tolerances.insert(("parcel.overlap", "most_rows"), 2.0);
    let skipped = check(&mut store, parcels(45.0), None, &few);
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].code == "check.skipped" && skipped[0].reason.contains("3 rows"), "{skipped:?}");
}

/// Every check runs on every table it is about, with every column filled, and none breaks.
#[test]
fn no_check_breaks() {
    let (_database, mut store) = scratch();
    let layers: Layers = TABLES
        .iter()
        .map(|table| {
            let rows = (0..20).map(|n| record(table.kind, &format!("{}-{n}", table.name), n)).collect();
            (table.kind, table.name, rows)
        })
        .collect();
    let issues = check(&mut store, layers, Some(plain(3.0)), &CheckSettings::default());
    assert!(of(&issues, "check.failed").is_empty(), "{:#?}", of(&issues, "check.failed"));
    assert!(!issues.is_empty());
    assert!(CHECKS.len() > 15 && codes().count() > 30);
    let none = check(&mut store, Vec::new(), None, &CheckSettings::none());
    assert_eq!(none, []);
}
