use std::sync::Arc;

use spatial_db::model::TerrainGrid;

use super::*;
use crate::network::by_hand::{edge, empty, node};

#[test]
fn a_pit_tells_what_is_met_what_is_near_and_whom_to_call() {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    let line = |id, class, y: f64, level: &str| {
        let mut line = edge(id, vec![[0.0, y, 9.0], [100.0, y, 9.0]]);
        (line.class, line.diameter_mm, line.survey_level) = (class, Some(200.0), Some(level.into()));
        line
    };
    park.edges = vec![
        line(1, NetworkClass::Water, 55.0, "A"),
        // 0.9 m beside; 2.4 m beside at level D, A and D.
        line(2, NetworkClass::Gas, 61.0, "A"),
        line(3, NetworkClass::Power, 62.4, "A"),
        line(4, NetworkClass::Telecom, 62.4, "D"),
    ];
    let there = Presence::on(&park, "2026-01-01".parse().unwrap());
    let cache = Cache::build(Arc::new(park));
    let outline = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];
    let floor = floor_of(&cache, &outline, 2.5).unwrap();
    assert_eq!(floor, 7.5);
    let permit = permit(&cache, &there, &ClearanceRules::shipped(), &Operators::shipped(), &outline, floor, 1.0);
    assert_eq!(permit.met.pipes.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["e1"]);
    assert_eq!(permit.near.iter().map(|l| l.key.as_str()).collect::<Vec<_>>(), ["e2", "e4"]);
    assert!((permit.near[0].distance_m - 0.9).abs() < 1e-9);
    let call = [(NetworkClass::Water, 1), (NetworkClass::Gas, 1), (NetworkClass::Telecom, 1)];
    assert_eq!(permit.call.iter().map(|one| (one.class, one.lines)).collect::<Vec<_>>(), call);
    assert!(permit.call.iter().all(|one| one.operator.is_none() && one.points == 0));
    let rows: Vec<usize> = permit.tables().iter().map(|table| table.rows.len()).collect();
    assert_eq!((rows, permit.depth_m), (vec![1, 2, 0, 0, 3], Some(2.5)));
    assert_eq!(permit.facts()[3].1, "500 m³");
}
fn flat() -> spatial_db::model::ParkSnapshot {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    park
}

const PIT: [[f64; 2]; 4] = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];

fn dug(park: spatial_db::model::ParkSnapshot, floor_m: f64) -> Permit {
    let there = Presence::on(&park, "2026-01-01".parse().unwrap());
    let (rules, operators) = (ClearanceRules::shipped(), Operators::shipped());
    permit(&Cache::build(Arc::new(park)), &there, &rules, &operators, &PIT, floor_m, 1.0)
}

#[test]
fn what_a_survey_is_too_rough_to_tell_is_only_possibly_so() {
    let mut park = flat();
    let line = |id, y: f64, z: [f64; 2], dn, level: &str| {
        let mut line = edge(id, vec![[0.0, y, z[0]], [100.0, y, z[1]]]);
        (line.diameter_mm, line.survey_level) = (dn, Some(level.into()));
        line
    };
    let dn = Some(200.0);
    park.edges = vec![
        line(1, 55.0, [9.0; 2], dn, "A"),
        line(2, 55.0, [9.0; 2], dn, "D"),
        line(3, 55.0, [9.0; 2], None, "A"),
        line(4, 55.0, [9.0, f64::NAN], dn, "A"),
        // Under the floor at 7.5 m: well below; by less than level B tells; far, at a level that tells no height.
        line(5, 55.0, [6.0; 2], dn, "A"),
        line(6, 55.0, [7.3; 2], dn, "B"),
        line(7, 55.0, [2.0; 2], dn, "D"),
        // Ten centimetres within the outline, at a level that knows it to 15.
        line(8, 59.9, [9.0; 2], dn, "B"),
        // Beside it: the wall within; perhaps within; near.
        line(9, 60.04, [9.0; 2], dn, "A"),
        line(10, 61.0, [9.0; 2], dn, "D"),
        line(11, 60.5, [9.0; 2], dn, "A"),
        line(12, 61.5, [9.0; 2], None, "A"),
    ];
    let permit = dug(park, 7.5);
    let of = |key: &str| {
        let at = permit.met.pipes.iter().position(|pipe| pipe.key == key).unwrap();
        (permit.met.pipes[at].met, permit.unsure[at].as_slice())
    };
    assert_eq!(of("e1"), (Met::Crossed, &[][..]));
    assert_eq!(of("e2"), (Met::Crossed, &[Unsure::Level][..]));
    assert_eq!(of("e3"), (Met::Crossed, &[Unsure::Size][..]));
    assert_eq!(of("e4"), (Met::Crossed, &[Unsure::Height][..]));
    assert_eq!(of("e5"), (Met::Below, &[][..]));
    assert_eq!(of("e6"), (Met::Below, &[Unsure::OffInHeight][..]));
    assert_eq!(of("e7"), (Met::Below, &[Unsure::Level][..]));
    assert_eq!(of("e8"), (Met::Crossed, &[Unsure::OffInPlan][..]));
    let beside: Vec<(&str, Beside)> = permit.near.iter().map(|line| (line.key.as_str(), line.beside)).collect();
    assert_eq!(
        beside,
        [("e9", Beside::InPit), ("e11", Beside::Near), ("e10", Beside::MayBeInPit), ("e12", Beside::MayBeNear)]
    );
    let cells: Vec<String> = permit.tables()[0].rows.iter().map(|row| format!("{:?}", row.cells[3])).collect();
    assert_eq!(cells.iter().filter(|cell| cell.contains("possibly")).count(), 6, "{cells:?}");
    let part = permit.met.pipes.iter().find(|pipe| pipe.key == "e4").unwrap();
    assert_eq!((part.cover_m, part.axis_whole), (None, false));
}

#[test]
fn what_is_gone_is_not_met_and_a_riser_is() {
    let mut park = flat();
    let gone = Some("2020-01-01".parse().unwrap());
    park.edges =
        vec![edge(1, vec![[60.0, 55.0, 9.0], [60.0, 55.0, 6.0]]), edge(2, vec![[0.0, 55.0, 9.0], [99.0, 55.0, 9.0]])];
    park.edges[1].valid_to = gone;
    park.nodes = ["old", "new", "wide", "far"]
        .iter()
        .zip([60.0, 61.0, 70.4, 72.0])
        .map(|(key, x)| node(key, spatial_db::model::NodeKind::Manhole, [x, 55.0, 8.0]))
        .collect();
    park.nodes[0].valid_to = gone;
    park.nodes[2].size_mm = Some(1000.0);
    let area = geo::Rect::new(geo::coord! { x: 52.0, y: 52.0 }, geo::coord! { x: 55.0, y: 55.0 }).to_polygon();
    let building = |id, valid_to| spatial_db::model::Building {
        valid_to,
        ..spatial_db::model::Building::bare(
            id,
            spatial_db::model::Provenance::default(),
            MultiPolygon(vec![area.clone()]),
        )
    };
    park.buildings = vec![building(1, gone), building(2, None)];
    let permit = dug(park, 7.5);
    assert_eq!(permit.met.pipes.iter().map(|pipe| pipe.key.as_str()).collect::<Vec<_>>(), ["e1"]);
    assert_eq!(permit.met.nodes.iter().map(|node| node.key.as_str()).collect::<Vec<_>>(), ["new", "wide"]);
    assert_eq!(permit.met.buildings, 1);
}

#[test]
fn whom_to_call_is_named_where_a_record_names_one() {
    let mut park = flat();
    let line = |id, class, y: f64, owner: &str| {
        let mut line = edge(id, vec![[0.0, y, 9.0], [100.0, y, 9.0]]);
        (line.class, line.survey_level) = (class, Some("A".into()));
        line.provenance.attributes.insert("Belong".into(), owner.into());
        line
    };
    park.edges = vec![
        line(1, NetworkClass::Water, 55.0, "Works"),
        line(2, NetworkClass::Water, 56.0, "Works"),
        line(3, NetworkClass::Water, 60.5, "Mill"),
        line(4, NetworkClass::Gas, 57.0, " "),
        line(5, NetworkClass::Power, 90.0, "Grid"),
    ];
    // Two fittings: in the pit, and 0.5 m beside it.
    park.nodes = vec![
        node("in", spatial_db::model::NodeKind::Valve, [60.0, 55.0, 9.0]),
        node("by", spatial_db::model::NodeKind::Valve, [70.5, 55.0, 9.0]),
    ];
    park.nodes[1].provenance.attributes.insert("权属单位".into(), "Estate".into());
    let permit = dug(park, 7.5);
    let call: Vec<_> =
        permit.call.iter().map(|one| (one.class, one.operator.as_deref(), one.lines, one.points)).collect();
    let expected = [
        (NetworkClass::Water, Some("Estate"), 0, 1),
        (NetworkClass::Water, Some("Mill"), 1, 0),
        (NetworkClass::Water, Some("Works"), 2, 0),
        (NetworkClass::Water, None, 0, 1),
        (NetworkClass::Gas, None, 1, 0),
    ];
    assert_eq!(call, expected);
    let said: Vec<String> = permit.tables()[4].rows.iter().map(|row| format!("{:?}", row.cells[3])).collect();
    let nobody = said.iter().filter(|cell| cell.contains("not on record")).count();
    assert!(nobody == 2 && said[2].contains("Works"), "{said:?}");
}

#[test]
fn fittings_and_buildings_near_are_told_with_their_distance() {
    let mut park = flat();
    let kind = spatial_db::model::NodeKind::Manhole;
    // Named by a line of level A, which lies far from the pit: off by what level A may be.
    let mut line = edge(1, vec![[70.9, 55.0, 9.0], [90.0, 55.0, 9.0]]);
    (line.survey_level, line.from_key) = (Some("A".into()), Some("a".into()));
    park.edges = vec![line];
    park.nodes = vec![
        node("a", kind, [70.9, 55.0, 8.0]),
        // Wide: its wall is 0.4 m from the pit.
        node("wide", kind, [71.0, 52.0, 8.0]),
        node("far", kind, [90.0, 52.0, 8.0]),
        node("gone", kind, [70.2, 58.0, 8.0]),
    ];
    park.nodes[1].size_mm = Some(1200.0);
    park.nodes[3].valid_to = Some("2020-01-01".parse().unwrap());
    let building = |id, name: &str, [x, y]: [f64; 2]| {
        let area = geo::Rect::new(geo::coord! { x: x, y: y }, geo::coord! { x: x + 8.0, y: y + 4.0 }).to_polygon();
        let key = spatial_db::model::Provenance { key: name.into(), ..spatial_db::model::Provenance::default() };
        spatial_db::model::Building::bare(id, key, MultiPolygon(vec![area]))
    };
    // Over the corner; 0.6 m north of the pit; 1.1 m north of it.
    park.buildings =
        vec![building(1, "over", [66.0, 58.0]), building(2, "near", [50.0, 60.6]), building(3, "off", [50.0, 61.1])];
    park.buildings[1].name = Some("Hall".into());
    let permit = dug(park, 7.5);
    assert_eq!(permit.met.buildings, 1);
    let told = |key: &str| permit.things.iter().find(|thing| thing.key == key);
    assert_eq!(permit.things.len(), 4, "{:?}", permit.things);
    assert!(told("far").is_none() && told("gone").is_none() && told("off").is_none());
    let a = told("a").unwrap();
    assert!((a.distance_m - 0.9).abs() < 1e-9, "{a:?}");
    let rules = ClearanceRules::shipped();
    let mut of_level_a = edge(9, Vec::new());
    of_level_a.survey_level = Some("A".into());
    assert_eq!(a.off_m, Some(rules.quality(&of_level_a).plan_m));
    let wide = told("wide").unwrap();
    assert!((wide.distance_m - 0.4).abs() < 1e-9 && wide.off_m == Some(rules.unlevelled().plan_m), "{wide:?}");
    let (over, near) = (told("over").unwrap(), told("near").unwrap());
    assert_eq!((over.distance_m, over.beside, over.off_m), (0.0, Beside::InPit, None));
    assert!((near.distance_m - 0.6).abs() < 1e-9 && near.beside == Beside::Near && near.name == "Hall", "{near:?}");
    let table = &permit.tables()[3];
    assert_eq!((table.name, table.rows.len()), ("things", 4));
    // The line from the chamber is near as well, and its operator is to be called for both.
    assert_eq!(permit.call.iter().map(|one| (one.lines, one.points)).collect::<Vec<_>>(), [(1, 2)]);
}

#[test]
fn a_chamber_without_a_size_may_reach_farther_than_its_middle() {
    let mut park = flat();
    let kind = spatial_db::model::NodeKind::Manhole;
    let mut line = edge(1, vec![[71.5, 55.0, 9.0], [72.5, 55.0, 9.0]]);
    (line.survey_level, line.diameter_mm) = (Some("A".into()), Some(200.0));
    (line.from_key, line.to_key) = (Some("a".into()), Some("b".into()));
    park.edges = vec![line];
    // Their middles are 1.5 m and 2.5 m from the pit: half of 1.5 m may be wall, and the caution distance is 1 m.
    park.nodes = vec![node("a", kind, [71.5, 55.0, 8.0]), node("b", kind, [72.5, 55.0, 8.0])];
    let beside = |park: spatial_db::model::ParkSnapshot| {
        let things = dug(park, 7.5).things;
        things.iter().map(|thing| (thing.key.clone(), thing.beside)).collect::<Vec<_>>()
    };
    assert_eq!(beside(park.clone()), [("a".to_owned(), Beside::MayBeNear)]);
    park.nodes[0].size_mm = Some(1200.0);
    assert_eq!(beside(park.clone()), [("a".to_owned(), Beside::Near)]);
    park.nodes[0].size_mm = Some(600.0);
    assert!(beside(park).is_empty());
}

#[test]
fn how_far_under_the_floor_a_line_passes_is_told() {
    let mut park = flat();
    let line = |id, z: f64, level: &str| {
        let mut line = edge(id, vec![[0.0, 55.0, z], [100.0, 55.0, z]]);
        (line.diameter_mm, line.survey_level) = (Some(200.0), Some(level.into()));
        line
    };
    // Under the floor at 7.5 m by 0.4 m and by 1.4 m; by 5.4 m at a level that tells no height; bare.
    park.edges = vec![line(1, 7.0, "A"), line(2, 6.0, "A"), line(3, 2.0, "D"), line(4, 9.0, "A")];
    let permit = dug(park, 7.5);
    let of = |key: &str| {
        let at = permit.met.pipes.iter().position(|pipe| pipe.key == key).unwrap();
        (permit.met.pipes[at].below_floor_m.map(|m| (m * 1000.0).round()), permit.under[at])
    };
    assert_eq!(of("e1"), (Some(400.0), Some(Under::Near)));
    assert_eq!(of("e2"), (Some(1400.0), Some(Under::Far)));
    assert_eq!(of("e3"), (Some(5400.0), Some(Under::MayBeNear)));
    assert_eq!(of("e4"), (None, None));
}
