use std::sync::Arc;

use proptest::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, NetworkEdge, ParkSnapshot, Presence, TerrainGrid};

use super::*;
use crate::network::by_hand::{edge, empty, keyed_edge};

fn line(id: i64, class: NetworkClass, dn: Option<f64>, path: Vec<[f64; 3]>) -> NetworkEdge {
    let mut line = edge(id, path);
    (line.class, line.diameter_mm, line.survey_level) = (class, dn, Some("A".into()));
    line
}

fn there(park: &ParkSnapshot) -> Presence {
    Presence::on(park, "2026-01-01".parse().unwrap())
}

fn all(park: &ParkSnapshot) -> Findings {
    let rules = ClearanceRules::shipped();
    let there = there(park);
    Room::of(park, &there, &rules).all()
}

use NetworkClass::{Drainage, Gas, Power, Water};

#[test]
fn lines_alongside_are_judged_wall_to_wall_and_as_sure_as_their_survey() {
    let mut park = empty();
    // Sewer DN600 and water DN200: 1.0 m asked for; walls are at 0.3 and 0.1 m; level A is off by 5 cm each.
    let sewer = line(1, Drainage, Some(600.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]);
    let beside = |y: f64| line(2, Water, Some(200.0), vec![[10.0, y, 5.0], [40.0, y, 5.0]]);
    let verdict = |y: f64, level: &str| {
        let mut water = beside(y);
        water.survey_level = Some(level.into());
        park.edges = vec![sewer.clone(), water];
        let found = all(&park);
        assert_eq!(found.found.len() + found.clear, 1);
        found.found.first().map(|one| (one.verdict, (one.room_m.unwrap() * 1000.0).round() as i64, one.lie))
    };
    let mut verdict = verdict;
    assert_eq!(verdict(1.55, "A"), None, "1.15 m, off by 0.1");
    assert_eq!(verdict(1.45, "A"), Some((Verdict::Possible, 1050, Lie::Alongside)));
    assert_eq!(verdict(1.28, "A"), Some((Verdict::Violated, 880, Lie::Alongside)));
    assert_eq!(verdict(1.28, "D"), Some((Verdict::Possible, 880, Lie::Alongside)));
    let found = {
        park.edges = vec![sewer, beside(-1.2)];
        all(&park)
    };
    let one = found.found[0];
    assert!((one.margin_m().unwrap() + 0.2).abs() < 1e-9 && (one.place[1] + 0.6).abs() < 1e-9, "{one:?}");
    assert!((10.0..=40.0).contains(&one.place[0]));
}

#[test]
fn lines_that_cross_are_judged_by_height_and_not_by_plan() {
    let mut park = empty();
    park.edges = vec![
        line(1, Drainage, Some(400.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 1.0]]),
        line(2, Water, Some(200.0), vec![[25.0, -20.0, 2.3], [25.0, 20.0, 2.3]]),
    ];
    let found = all(&park);
    // At 25 m the sewer's axis is at 1.5: 0.8 m apart, walls 0.3: 0.5 m of room; 0.4 asked for, heights off by 0.06.
    assert_eq!((found.found.len(), found.clear), (0, 1));
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[2] = 2.0);
    let found = all(&park);
    let one = found.found[0];
    assert_eq!((one.lie, one.verdict, found.found.len()), (Lie::Crossing, Verdict::Violated, 1));
    assert!((one.room_m.unwrap() - 0.2).abs() < 1e-9 && one.limit_m == [0.4, 0.4]);
    assert!((one.place[0] - 25.0).abs() < 1e-9 && one.place[1].abs() < 1e-9);
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[2] = f64::NAN);
    let one = all(&park).found[0];
    assert_eq!((one.verdict, one.room_m, one.missing), (Verdict::Unknown, None, Some(Missing::Height)));
}

#[test]
fn what_is_not_on_record_is_never_clear_when_it_matters() {
    let mut park = empty();
    park.edges = vec![
        line(1, Power, None, vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]),
        line(2, Water, Some(200.0), vec![[0.0, 1.0, 2.0], [50.0, 1.0, 2.0]]),
    ];
    // Half a metre is asked for; the axis is 0.9 m from the wall of the water main.
    let one = all(&park).found[0];
    assert_eq!((one.verdict, one.missing), (Verdict::Unknown, Some(Missing::Size)));
    // Too near even with no width at all.
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[1] = 0.4);
    assert_eq!(all(&park).found[0].verdict, Verdict::Violated);
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[1] = 2.6);
    assert_eq!((all(&park).found.len(), all(&park).clear), (0, 1));
    // A gas line of unknown pressure: 0.5 to 1.5 m to water.
    park.edges[0] = line(1, Gas, Some(100.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]);
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[1] = 1.0);
    let one = all(&park).found[0];
    assert_eq!((one.verdict, one.limit_m), (Verdict::Possible, [0.5, 1.5]));
}

#[test]
fn lines_of_a_class_that_meet_are_not_beside_each_other() {
    let mut park = empty();
    park.edges = vec![
        line(1, Gas, Some(100.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]),
        line(2, Gas, Some(100.0), vec![[50.0, 0.0, 2.0], [90.0, 0.1, 2.0]]),
        line(3, Gas, Some(100.0), vec![[25.0, 0.0, 2.0], [25.0, -5.0, 2.0]]),
        line(4, Gas, Some(100.0), vec![[10.0, 0.2, 2.0], [40.0, 0.2, 2.0]]),
    ];
    let found: Vec<(Option<u32>, u32)> = all(&park).found.iter().map(|one| (one.a, one.b)).collect();
    assert_eq!(found, [(Some(0), 3)], "only the one that meets none of them");
    let mut park = empty();
    let keyed = |id, from, to, y: f64| {
        let mut gas = keyed_edge(id, Some(from), Some(to), vec![[0.0, y, 2.0], [50.0, y, 2.0]]);
        (gas.class, gas.diameter_mm) = (Gas, Some(100.0));
        gas
    };
    park.edges = vec![keyed(1, "a", "b", 0.0), keyed(2, "b", "c", 0.2)];
    assert!(all(&park).found.is_empty());
}

#[test]
fn buildings_stand_back_by_the_size_of_the_main() {
    let mut park = empty();
    let mut building = spatial_db::model::Building::bare(
        1,
        spatial_db::model::Provenance::default(),
        geo::MultiPolygon(vec![
            geo::Rect::new(geo::coord! { x: 10.0, y: 5.0 }, geo::coord! { x: 20.0, y: 15.0 }).to_polygon(),
        ]),
    );
    park.buildings = vec![building.clone()];
    park.edges = vec![line(1, Water, Some(300.0), vec![[0.0, 2.5, 2.0], [30.0, 2.5, 2.0]])];
    let one = all(&park).found[0];
    assert_eq!((one.lie, one.verdict, one.limit_m), (Lie::Building, Verdict::Violated, [3.0, 3.0]));
    assert!((one.room_m.unwrap() - 2.35).abs() < 1e-9);
    // Through it.
    park.edges[0].path.iter_mut().for_each(|vertex| vertex[1] = 10.0);
    assert!((all(&park).found[0].room_m.unwrap() + 0.15).abs() < 1e-9);
    park.edges[0].diameter_mm = Some(100.0);
    park.edges[0].path.iter_mut().for_each(|vertex| vertex[1] = 3.0);
    assert_eq!((all(&park).found.len(), all(&park).clear), (0, 0), "not even near");
    // Not built yet.
    building.valid_from = Some("2030-01-01".parse().unwrap());
    park.buildings = vec![building];
    assert_eq!(all(&park), Findings::default());
}

#[test]
fn cover_counts_from_the_ground_to_the_top_and_falls_by_length() {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    let at = |id, y: f64, z: [f64; 2], dn| line(id, Drainage, dn, vec![[10.0, y, z[0]], [110.0, y, z[1]]]);
    park.edges = vec![
        // Top at 9.4 and 8.9: 0.6 to 1.1 m; 0.6 asked for, 0.7 in a carriageway.
        at(1, 10.0, [9.2, 8.7], Some(400.0)),
        at(2, 20.0, [9.6, 9.5], Some(400.0)),
        at(3, 30.0, [8.0, 7.8], Some(400.0)),
        at(4, 40.0, [f64::NAN; 2], Some(400.0)),
        at(5, 50.0, [8.9, 7.0], None),
    ];
    let rules = ClearanceRules::shipped();
    let there = there(&park);
    let cache = Cache::build(Arc::new(park));
    let Covers { found, clear, .. } = covers(&cache, &there, &rules);
    let told: Vec<(u32, Verdict)> = found.iter().map(|one| (one.edge.unwrap(), one.verdict)).collect();
    let expected = [(1, Verdict::Violated), (0, Verdict::Possible), (4, Verdict::Unknown), (3, Verdict::Unknown)];
    assert_eq!((told.as_slice(), clear), (expected.as_slice(), 1));
    assert!((found[0].cover_m.unwrap() - 0.2).abs() < 1e-9 && found[1].limit_m == [0.6, 0.7]);
    let (found, clear) = falls(&cache, &there, &rules);
    // 5 ‰, 1 ‰, 2 ‰ off by 0.42 ‰, unknown, 19 ‰.
    let told: Vec<(u32, Verdict)> = found.iter().map(|one| (one.edge.unwrap(), one.verdict)).collect();
    let expected = [(1, Verdict::Violated), (2, Verdict::Violated), (3, Verdict::Unknown)];
    assert_eq!((told.as_slice(), clear), (expected.as_slice(), 2));
}

#[test]
fn a_height_known_in_part_says_nothing_of_the_whole() {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    let at = |id, y: f64, z: [f64; 3]| {
        line(id, Drainage, Some(400.0), vec![[10.0, y, z[0]], [60.0, y, z[1]], [110.0, y, z[2]]])
    };
    let nan = f64::NAN;
    park.edges = vec![
        // Deep where it is known; too little; little enough that it may be too little.
        at(1, 10.0, [7.0, 7.0, nan]),
        at(2, 20.0, [9.6, 9.6, nan]),
        at(3, 30.0, [nan, 9.15, 9.15]),
        at(4, 40.0, [7.0, nan, 7.0]),
        at(5, 50.0, [7.0, 7.0, 7.0]),
    ];
    let (rules, there) = (ClearanceRules::shipped(), there(&park));
    let cache = Cache::build(Arc::new(park));
    let Covers { found, clear, .. } = covers(&cache, &there, &rules);
    let told: Vec<(u32, Verdict, bool)> =
        found.iter().map(|one| (one.edge.unwrap(), one.verdict, one.cover_m.is_some())).collect();
    let unknown = |edge| (edge, Verdict::Unknown, false);
    assert_eq!((told, clear), (vec![(1, Verdict::Violated, true), unknown(0), unknown(2), unknown(3)], 1));
    assert!(found[1].place[2].is_nan() && found[1].place[0] > 60.0, "the place whose height is not known");
    let Covers { found, clear, .. } = covers_of(&cache, &there, &rules, |row| row == 4);
    assert_eq!((found.len(), clear), (0, 1), "only what is asked for is counted");
    assert_eq!(falls_of(&cache, &there, &rules, |row| row == 4).0.len(), 1);

    // A line that crosses another where its own height is not known, though it is farther on.
    let mut park = empty();
    park.edges = vec![
        line(1, Drainage, Some(400.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0], [90.0, 0.0, nan]]),
        line(2, Water, Some(200.0), vec![[70.0, -20.0, 9.0], [70.0, 20.0, 9.0]]),
    ];
    let one = all(&park).found[0];
    assert_eq!((one.verdict, one.missing), (Verdict::Unknown, Some(Missing::Height)));
    // At the very vertex whose height is known it is known.
    park.edges[1] = line(2, Water, Some(200.0), vec![[50.0, -20.0, 9.0], [50.0, 20.0, 9.0]]);
    assert_eq!((all(&park).found.len(), all(&park).clear), (0, 1));
}

#[test]
fn gas_under_green_lies_less_deep() {
    let mut park = empty();
    let heights_m = vec![10.0; 21 * 21];
    park.terrain =
        Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
    let gas = |id, y: f64, z: f64| line(id, Gas, Some(100.0), vec![[10.0, y, z], [60.0, y, z]]);
    // Tops 0.2, 0.45 and 0.45 m under the ground, the last beside the lawn.
    park.edges = vec![gas(1, 20.0, 9.75), gas(2, 30.0, 9.5), gas(3, 150.0, 9.5)];
    let area = geo::Rect::new(geo::coord! { x: 0.0, y: 0.0 }, geo::coord! { x: 100.0, y: 100.0 }).to_polygon().into();
    let surface = |id, kind, area: &geo::MultiPolygon<f64>| spatial_db::model::Surface {
        id: spatial_db::model::FeatureId::new(spatial_db::model::FeatureKind::Surface, id),
        provenance: spatial_db::model::Provenance::default(),
        area: area.clone(),
        kind,
        name: None,
    };
    park.surfaces = vec![surface(1, spatial_db::model::SurfaceKind::Grass, &area)];
    // Roads near by, so that it is known that none of them is in a carriageway.
    park.roads = vec![road(1, 55.0), road(2, 175.0)];
    let told = |park: &ParkSnapshot| {
        let cache = Cache::build(Arc::new(park.clone()));
        let Covers { found, clear, .. } = covers(&cache, &there(park), &ClearanceRules::shipped());
        (found.iter().map(|one| (one.edge.unwrap(), one.verdict, one.limit_m)).collect::<Vec<_>>(), clear)
    };
    let (found, clear) = told(&park);
    assert_eq!(found[0], (0, Verdict::Violated, [0.3; 2]));
    assert_eq!(
        (&found[1..], clear),
        (&[(2, Verdict::Possible, [0.3, 0.6])][..], 1),
        "what covers the ground is not on record"
    );
    park.surfaces.push(surface(2, spatial_db::model::SurfaceKind::Paved, &area));
    let (found, clear) = told(&park);
    assert_eq!((found.len(), clear), (3, 0));
    assert_eq!(found[1], (1, Verdict::Violated, [0.6; 2]), "paved: the rule for green does not count");
}

fn road(id: i64, y: f64) -> spatial_db::model::RoadEdge {
    spatial_db::model::RoadEdge {
        width_m: Some(6.0),
        ..spatial_db::model::RoadEdge::bare(
            id,
            spatial_db::model::Provenance::default(),
            geo::MultiLineString(vec![geo::LineString::from(vec![(0.0, y), (200.0, y)])]),
        )
    }
}

#[test]
fn lines_that_pass_over_each_other_at_a_slant_are_not_beside_each_other_there() {
    let mut park = empty();
    // At 30° in plan, two metres apart in height, each in pieces.
    let slant = |x: f64, z: f64| [x, x * 30.0_f64.to_radians().tan(), z];
    park.edges = vec![
        line(1, Drainage, Some(400.0), vec![[-50.0, 0.0, 2.0], [-1.0, 0.0, 2.0], [1.0, 0.0, 2.0], [50.0, 0.0, 2.0]]),
        line(2, Water, Some(200.0), [-40.0, -0.5, 0.7, 40.0].map(|x| slant(x, 4.0)).to_vec()),
    ];
    let found = all(&park);
    assert_eq!(
        (found.found.as_slice(), found.clear),
        (&[][..], 2),
        "over each other with room, beside each other nowhere"
    );
    // The same, but it turns and runs on beside: 0.6 m off where 1.0 m is asked for.
    park.edges[1].path.truncate(3);
    park.edges[1].path.extend([slant(2.0, 4.0), [8.0, 0.9, 4.0], [40.0, 0.9, 4.0]]);
    let found = all(&park);
    let one = found.found[0];
    assert_eq!((one.lie, one.verdict, found.found.len()), (Lie::Alongside, Verdict::Violated, 1));
    assert!((one.room_m.unwrap() - 0.6).abs() < 1e-9, "{one:?}");
    // So flat that they lie on each other for metres.
    park.edges[1].path = vec![[-40.0, -2.0, 4.0], [40.0, 2.0, 4.0]];
    let found = all(&park);
    assert_eq!((found.found[0].lie, found.found[0].verdict), (Lie::Alongside, Verdict::Violated));
    // One that ends square to the other, its wall within the other's, crosses it.
    park.edges[1].path = vec![[10.0, 20.0, 2.0], [10.0, 0.15, 2.0]];
    let one = all(&park).found[0];
    assert_eq!((one.lie, one.verdict), (Lie::Crossing, Verdict::Violated));
}

#[test]
fn a_line_that_ends_square_beside_another_is_near_it_unless_it_goes_on() {
    let mut park = empty();
    // Ends 0.5 m short of the sewer's axis; a pipe that comes as far and goes on elsewhere is told by what goes on.
    park.edges = vec![
        line(1, Drainage, Some(400.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]),
        line(2, Water, Some(200.0), vec![[25.0, 20.0, 2.0], [25.0, 0.5, 2.0]]),
    ];
    let one = all(&park).found[0];
    assert_eq!((one.lie, one.verdict), (Lie::Alongside, Verdict::Violated));
    assert!((one.room_m.unwrap() - 0.2).abs() < 1e-9 && (one.place[1] - 0.25).abs() < 1e-9, "{one:?}");
    park.edges.push(line(3, Water, Some(200.0), vec![[25.0, 0.5, 2.0], [25.0, -20.0, 4.0]]));
    let found = all(&park);
    assert_eq!(found.found.iter().map(|one| (one.b, one.lie)).collect::<Vec<_>>(), [(2, Lie::Crossing)]);
}

#[test]
fn a_line_asked_for_has_its_own_pairs_and_counts_no_others() {
    let mut park = empty();
    let at = |id, class, y: f64| line(id, class, Some(200.0), vec![[0.0, y, 2.0], [50.0, y, 2.0]]);
    park.edges = vec![at(1, Water, 0.0), at(2, Power, 0.4), at(3, Gas, 3.4), at(4, Water, 40.0), at(5, Gas, 43.4)];
    park.edges.push(at(6, Power, 43.0));
    let (there, rules) = (there(&park), ClearanceRules::shipped());
    let room = Room::of(&park, &there, &rules);
    let whole = room.all();
    let mine = |rows: &[u32]| {
        let mut of = whole.found.clone();
        of.retain(|one| one.a.is_some_and(|a| rows.contains(&a)) || rows.contains(&one.b));
        of
    };
    for rows in [&[1_u32][..], &[2], &[0, 2], &[4, 5], &[5, 4, 1]] {
        assert_eq!(room.about(rows).found, mine(rows), "{rows:?}");
    }
    assert_eq!((whole.found.len(), whole.clear), (2, 4));
    assert_eq!([&[3_u32][..], &[0, 1], &[2]].map(|rows| room.about(rows).clear), [2, 2, 2]);
}

#[test]
fn a_pressure_above_the_table_is_never_clear() {
    let mut park = empty();
    let mut gas = line(1, Gas, Some(300.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]);
    gas.pressure = Some("高压".into());
    park.edges = vec![gas, line(2, Drainage, Some(300.0), vec![[0.0, 3.0, 2.0], [50.0, 3.0, 2.0]])];
    let one = all(&park).found[0];
    assert_eq!((one.verdict, one.missing, one.limit_m), (Verdict::Unknown, Some(Missing::Pressure), [2.0; 2]));
    park.edges[1].path.iter_mut().for_each(|vertex| vertex[1] = 1.0);
    assert_eq!(all(&park).found[0].verdict, Verdict::Violated, "nearer than even the highest stage of the table");
}

fn place() -> impl Strategy<Value = [f64; 3]> {
    prop_oneof![
        [0..6_i32, 0..6_i32, 0..3_i32].prop_map(|p| p.map(f64::from)),
        [0.0..6.0_f64, 0.0..6.0_f64, 0.0..3.0_f64],
    ]
}

/// Class, path, diameter, survey level, shift.
type Drawn = (NetworkClass, Vec<[f64; 3]>, Option<f64>, &'static str, f64);

fn lines() -> impl Strategy<Value = Vec<NetworkEdge>> {
    let classes = prop::sample::select(vec![Water, Drainage, Gas, Power, NetworkClass::Heat, NetworkClass::Telecom]);
    let path = prop::collection::vec(place(), 2..4);
    let size = prop::sample::select(vec![None, Some(100.0), Some(400.0)]);
    let level = prop::sample::select(vec!["A", "C", ""]);
    prop::collection::vec((classes, path, size, level, 0.0..30.0_f64), 2..8).prop_map(|rows| {
        let row = |(id, (class, path, dn, level, away)): (usize, Drawn)| {
            let mut line = line(id as i64, class, dn, path.iter().map(|[x, y, z]| [x + away, *y, *z]).collect());
            line.survey_level = Some(level.into());
            line
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

/// How two pieces meet in plan, as crossings count.
enum Meets {
    No,
    /// The axes are so far apart in height there, at the least, m.
    At(f64),
    /// Rounding decides.
    Unsure,
}

/// By Cramer's rule, or along what two level pieces share; where pieces that do not run alongside come as near as their walls, from the
/// end that is nearest.
fn meets([a, b]: [[f64; 3]; 2], [c, d]: [[f64; 3]; 2], walls: f64) -> Meets {
    let (u, v) = ([b[0] - a[0], b[1] - a[1]], [d[0] - c[0], d[1] - c[1]]);
    let (long, wide) = (u[0].hypot(u[1]), v[0].hypot(v[1]));
    let turn = u[0] * v[1] - u[1] * v[0];
    let z = |p: [f64; 3], q: [f64; 3], share: f64| p[2] + (q[2] - p[2]) * share;
    // From each end to the other piece: how far in plan, and how far in height.
    let to = |p: [f64; 3], q: [f64; 3], r: [f64; 3]| {
        let along = [r[0] - q[0], r[1] - q[1]];
        let run = along[0] * along[0] + along[1] * along[1];
        let share = ((p[0] - q[0]) * along[0] + (p[1] - q[1]) * along[1]) / run;
        let share = if run > 0.0 { share.clamp(0.0, 1.0) } else { 0.0 };
        let off = [p[0] - q[0] - along[0] * share, p[1] - q[1] - along[1] * share];
        (off[0].hypot(off[1]), (p[2] - z(q, r, share)).abs())
    };
    let ends = [to(a, c, d), to(b, c, d), to(c, a, b), to(d, a, b)];
    let (far, apart) = ends.into_iter().min_by(|x, y| x.0.total_cmp(&y.0)).unwrap();
    if long < 0.06 || wide < 0.06 {
        return if far > walls + 1e-3 { Meets::No } else { Meets::Unsure };
    }
    let slope = (u[0] * v[0] + u[1] * v[1]).abs() / (long * wide);
    let threshold = 45.0_f64.to_radians().cos();
    if (slope - threshold).abs() < 1e-9 {
        return Meets::Unsure;
    }
    let beside = slope > threshold;
    let sine = turn.abs() / (long * wide);
    if turn == 0.0 && [a[1], b[1], c[1], d[1]].iter().all(|y| *y == a[1]) {
        let low = a[0].min(b[0]).max(c[0].min(d[0]));
        let high = a[0].max(b[0]).min(c[0].max(d[0]));
        if (high - low).abs() < 1e-6 {
            return Meets::Unsure;
        }
        let over = |x: f64| z(a, b, (x - a[0]) / u[0]) - z(c, d, (x - c[0]) / v[0]);
        let (first, last) = (over(low), over(high));
        let least = if first * last <= 0.0 { 0.0 } else { first.abs().min(last.abs()) };
        return if low > high { Meets::No } else { Meets::At(least) };
    }
    if sine < 1e-6 {
        return if far > 1e-3 { Meets::No } else { Meets::Unsure };
    }
    let w = [c[0] - a[0], c[1] - a[1]];
    let (s, t) = ((w[0] * v[1] - w[1] * v[0]) / turn, (w[0] * u[1] - w[1] * u[0]) / turn);
    let inside = |share: f64| share > 1e-9 && share < 1.0 - 1e-9;
    if inside(s) && inside(t) {
        return Meets::At((z(a, b, s) - z(c, d, t)).abs());
    }
    match far {
        far if beside && far < 1e-6 => Meets::Unsure,
        _ if beside => Meets::No,
        far if (far - walls).abs() < 1e-5 => Meets::Unsure,
        far if far < walls => Meets::At(apart),
        _ => Meets::No,
    }
}

/// The least distance of two pieces in 3D, by a search that knows nothing of them but their places: along each the distance has no
/// more than one valley.
fn searched([a, b]: [[f64; 3]; 2], [c, d]: [[f64; 3]; 2]) -> f64 {
    fn valley(of: &dyn Fn(f64) -> f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..44 {
            let third = (high - low) / 3.0;
            if of(low + third) <= of(high - third) { high -= third } else { low += third }
        }
        of(f64::midpoint(low, high)).min(of(0.0)).min(of(1.0))
    }
    let at = |p: [f64; 3], q: [f64; 3], s: f64, axis: usize| p[axis] + (q[axis] - p[axis]) * s;
    valley(&|s| valley(&|t| (0..3).map(|axis| (at(a, b, s, axis) - at(c, d, t, axis)).powi(2)).sum::<f64>().sqrt()))
}

proptest! {
    /// All pairs by the tree are all pairs by looking at every two pieces.
    #[test]
    fn all_pairs_are_what_looking_at_every_two_pieces_finds(edges in lines()) {
        let rules = ClearanceRules::shipped();
        let mut park = empty();
        park.edges = edges;
        let found = all(&park);
        let mut seen = 0;
        for i in 0..park.edges.len() {
            for j in i + 1..park.edges.len() {
                let (a, b) = (&park.edges[i], &park.edges[j]);
                let told = |lie| found.found.iter().find(|c| (c.a, c.b, c.lie) == (Some(i as u32), j as u32, lie));
                let (side, over, touch) = (told(Lie::Alongside), told(Lie::Crossing), told(Lie::Touching));
                seen += [side, over, touch].into_iter().flatten().count();
                if a.class == b.class && super::walls::joined(a, b) {
                    prop_assert!(side.is_none() && over.is_none() && touch.is_none());
                    continue;
                }
                let half = |line: &NetworkEdge| line.diameter_mm.map(|dn| dn / 2000.0);
                let walls = half(a).unwrap_or(0.0) + half(b).unwrap_or(0.0);
                let (mut far, mut crosses, mut slants) = (f64::INFINITY, false, false);
                let (mut high, mut unsure, mut solid) = (None::<f64>, false, f64::INFINITY);
                for p in a.path.windows(2) {
                    for q in b.path.windows(2) {
                        match meets([p[0], p[1]], [q[0], q[1]], walls) {
                            Meets::No => {}
                            Meets::Unsure => unsure = true,
                            Meets::At(apart) => high = Some(high.map_or(apart, |high| high.min(apart))),
                        }
                        solid = solid.min(searched([p[0], p[1]], [q[0], q[1]]));
                        let flat = |v: [f64; 3]| [v[0], v[1]];
                        let here = nearest([flat(p[0]), flat(p[1])], [flat(q[0]), flat(q[1])]).distance;
                        let along = |v: &[[f64; 3]]| [v[1][0] - v[0][0], v[1][1] - v[0][1]];
                        let (u, v) = (along(p), along(q));
                        let (cos, lengths) = ((u[0] * v[0] + u[1] * v[1]).abs(), u[0].hypot(u[1]) * v[0].hypot(v[1]));
                        let beside = lengths == 0.0 || cos >= 45.0_f64.to_radians().cos() * lengths;
                        if beside {
                            far = far.min(here);
                        }
                        // An end from which no other line of the class goes on counts whatever way it comes.
                        let near = nearest([flat(p[0]), flat(p[1])], [flat(q[0]), flat(q[1])]);
                        let free = |line: &NetworkEdge, at: [f64; 2]| {
                            let ends = [line.path[0], line.path[line.path.len() - 1]];
                            let goes_on = |other: &NetworkEdge| {
                                let mut pieces = other.path.windows(2);
                                let far = |pair: &[[f64; 3]]| nearest([at; 2], [flat(pair[0]), flat(pair[1])]).distance;
                                other.id != line.id && other.class == line.class && pieces.any(|pair| far(pair) <= 0.05)
                            };
                            ends.iter().any(|end| flat(*end) == at) && !park.edges.iter().any(goes_on)
                        };
                        if !beside && here > walls && (free(a, near.on_a) || free(b, near.on_b)) {
                            far = far.min(here);
                        }
                        let meets = here <= if beside { 0.0 } else { walls + 1e-6 };
                        crosses |= meets;
                        slants |= meets && (u[0] * v[1] - u[1] * v[0]).abs() >= 10.0_f64.to_radians().sin() * lengths;
                    }
                }
                prop_assert_eq!(over.is_some() && !crosses, false);
                let bare = [a, b].into_iter().filter(|line| half(line).is_none()).count() as f64;
                match (rules.vertical(a, b), high) {
                    _ if unsure => {}
                    (Some(limit), Some(apart)) => {
                        let (room, off) = (apart - walls, rules.quality(a).height_m + rules.quality(b).height_m);
                        let clear = room - off - rules.unsized_m.value / 2.0 * bare - limit.between_m[1];
                        if clear > 1e-9 {
                            prop_assert!(over.is_none(), "{:?}", over);
                        } else if clear < -1e-9 {
                            prop_assert!(over.is_some_and(|over| (over.room_m.unwrap() - room).abs() < 1e-6), "{over:?} {room}");
                            let least = room + off - limit.between_m[0];
                            let violated = over.is_some_and(|over| over.verdict == Verdict::Violated);
                            prop_assert!(least.abs() < 1e-6 || violated == (least < 0.0));
                        }
                    }
                    _ => prop_assert!(over.is_none(), "{:?}", over),
                }
                // Walls in walls are told whatever the table says.
                if side.is_some() || over.is_some() {
                    prop_assert!(touch.is_none());
                } else if solid > walls + 1e-5 {
                    prop_assert!(touch.is_none(), "{touch:?} {solid}");
                } else if solid < walls - 1e-5 && a.class != b.class {
                    prop_assert!(touch.is_some_and(|touch| (touch.room_m.unwrap() + walls - solid).abs() < 1e-5), "{touch:?}");
                }
                let Some(limit) = rules.horizontal(a, Some(b)) else {
                    prop_assert!(side.is_none());
                    continue;
                };
                if slants {
                    // What runs alongside is looked for away from where they cross: never nearer than without.
                    let least = far - walls;
                    prop_assert!(side.is_none_or(|side| side.room_m.unwrap() >= least - 1e-9));
                    continue;
                }
                let off = rules.quality(a).plan_m + rules.quality(b).plan_m;
                let room = far - walls;
                let unsized_lines = [a, b].into_iter().filter(|line| half(line).is_none()).count();
                let wall = rules.unsized_m.value / 2.0 * unsized_lines as f64;
                if room - off - wall >= limit.between_m[1] {
                    prop_assert!(side.is_none(), "{:?}", side);
                } else {
                    let side = side.expect("near");
                    prop_assert!((side.room_m.unwrap() - room).abs() < 1e-9);
                    prop_assert_eq!(side.verdict == Verdict::Violated, room + off < limit.between_m[0]);
                }
            }
        }
        prop_assert_eq!(seen, found.found.len());
        // A planned line finds what the same line finds among the others.
        let mut others = park.clone();
        let planned = others.edges.remove(0);
        let presence = there(&others);
        let alone = Room::of(&others, &presence, &rules).planned(&planned);
        let mut mine: Vec<_> = found.found.iter().filter(|c| c.a == Some(0)).map(|c| (c.b - 1, c.lie, c.verdict)).collect();
        let mut told: Vec<_> = alone.found.iter().map(|c| (c.b, c.lie, c.verdict)).collect();
        mine.sort_unstable();
        told.sort_unstable();
        prop_assert_eq!(mine, told);
    }
}
