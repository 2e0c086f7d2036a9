use super::*;
use crate::fixture::{self, CORNER};

const SEEN: Drawn = Drawn { underground: false, marks: true, layers: Layers::all(), there: None };

fn picker() -> Picker {
    let input = fixture::tiny();
    let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
    Picker::new(&input.snapshot, &geometry)
}

fn towards(dx: f64, dy: f64, z: f64, from: DVec3) -> (DVec3, DVec3) {
    let eye = DVec3::new(CORNER.0, CORNER.1, 0.0) + from;
    let target = DVec3::new(CORNER.0 + dx, CORNER.1 + dy, z);
    (eye, (target - eye).normalize())
}

fn picked(picker: &Picker, dx: f64, dy: f64, z: f64, from: DVec3) -> Option<FeatureId> {
    let (eye, direction) = towards(dx, dy, z, from);
    picker.pick(eye, direction, 0.0006, &SEEN).and_then(|p| p.feature)
}

#[test]
fn straight_down_on_a_roof_is_the_building_and_beside_it_the_parcel() {
    let picker = picker();
    let above = |x, y| DVec3::new(x, y, 400.0);
    assert_eq!(picked(&picker, 265.0, 75.0, 0.0, above(265.0, 75.0)), Some(FeatureId::new(FeatureKind::Building, 3)));
    assert_eq!(picked(&picker, 300.0, 120.0, 0.0, above(300.0, 120.0)), Some(FeatureId::new(FeatureKind::Parcel, 3)));
}

#[test]
fn the_building_in_front_hides_the_one_behind() {
    let picker = picker();
    // From the south, level with the first floor, towards the north building in the same column.
    let eye = DVec3::new(170.0, -200.0, 12.0);
    assert_eq!(picked(&picker, 155.0, 190.0, 10.0, eye), Some(FeatureId::new(FeatureKind::Building, 2)));
}

#[test]
fn underground_finds_the_pipe_under_the_road() {
    let picker = picker();
    let (eye, direction) = towards(400.0, 136.0, 9.2, DVec3::new(400.0, 100.0, 200.0));
    let hit = picker.pick(eye, direction, 0.0006, &Drawn { underground: true, ..SEEN }).unwrap();
    assert_eq!(hit.feature, Some(FeatureId::new(FeatureKind::NetworkEdge, 1)));
}

#[test]
fn the_ground_is_met_where_it_is_drawn_and_the_sky_is_nothing() {
    let picker = picker();
    let (eye, direction) = towards(40.0, 250.0, 5.0, DVec3::new(-300.0, -300.0, 300.0));
    let distance = picker.ground_distance(eye, direction).unwrap();
    let p = eye + direction * distance;
    assert!((p.z - picker.ground.height(p.truncate())).abs() < 1e-3);
    assert_eq!(picker.pick(eye, DVec3::Z, 0.0006, &SEEN), None);
}

/// Numbers from 0 to 1, the same on every run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }
}

/// A turned L of halls about a place, as rings of corners against the clock.
fn hall(dice: &mut Dice, at: DVec2) -> Vec<DVec2> {
    let (width, depth) = (dice.between(8.0, 40.0), dice.between(8.0, 40.0));
    let (turn, cut) = (DVec2::from_angle(dice.between(0.0, 6.3)), dice.between(0.3, 0.7));
    let corners =
        [(0.0, 0.0), (1.0, 0.0), (1.0, cut), (cut, cut), (cut, 1.0), (0.0, 1.0)].map(|(x, y)| DVec2::new(x, y));
    corners.iter().map(|c| at + turn.rotate(*c * DVec2::new(width, depth))).collect()
}

/// Distance to a triangle (Möller and Trumbore, 1997).
fn triangle(eye: DVec3, way: DVec3, [a, b, c]: [DVec3; 3]) -> Option<f64> {
    let (u, v) = (b - a, c - a);
    let p = way.cross(v);
    let turn = u.dot(p);
    if turn.abs() < 1e-12 {
        return None;
    }
    let s = eye - a;
    let (x, q) = (s.dot(p) / turn, s.cross(u));
    let (y, t) = (way.dot(q) / turn, v.dot(q) / turn);
    (x >= 0.0 && y >= 0.0 && x + y <= 1.0 && t > 0.0).then_some(t)
}

/// Triangles of a hall: both halves of each wall, and of the roof the corners of an L.
fn shell(corners: &[DVec2], base_m: f64, top_m: f64) -> Vec<[DVec3; 3]> {
    let mut all = Vec::new();
    for (i, a) in corners.iter().enumerate() {
        let b = corners[(i + 1) % corners.len()];
        let [low_a, low_b] = [*a, b].map(|p| p.extend(base_m));
        let [high_a, high_b] = [*a, b].map(|p| p.extend(top_m));
        all.extend([[low_a, low_b, high_b], [low_a, high_b, high_a]]);
    }
    let top = |at: usize| corners[at].extend(top_m);
    all.extend([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]].map(|of| of.map(top)));
    all
}

/// 10,000 rays into a city of halls, some of them modelled, and every pick against all triangles there are.
#[test]
fn ten_thousand_rays_meet_what_a_search_of_every_triangle_meets() {
    use spatial_db::model::{BuildingSurface, FacadeKind, Provenance};
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut park = (*fixture::tiny().snapshot).clone();
    let like = park.buildings[0].clone();
    (park.buildings, park.building_surfaces, park.terrain) = (Vec::new(), Vec::new(), None);
    let mut halls = Vec::new();
    for row in 0..400_i64 {
        let at = DVec2::new(CORNER.0 + dice.between(0.0, 900.0), CORNER.1 + dice.between(0.0, 900.0));
        let (corners, height_m) = (hall(&mut dice, at), dice.between(4.0, 60.0));
        let ring: geo::LineString<f64> = corners.iter().map(|p| (p.x, p.y)).collect();
        let mut building = like.clone();
        (building.id.id, building.provenance.key) = (row + 1, format!("hall {row}"));
        building.footprint = geo::MultiPolygon(vec![geo::Polygon::new(ring, Vec::new())]);
        (building.height_m, building.base_elevation_m) = (Some(height_m), Some(0.0));
        park.buildings.push(building);
        halls.push(corners);
    }
    // Every fifth is modelled: a ridge along its first arm, higher than its record says.
    for (row, corners) in halls.iter().enumerate().step_by(5) {
        let up = |at: usize, z: f64| [corners[at].x, corners[at].y, z];
        let top = park.buildings[row].height_m.unwrap() + 3.0;
        let closed = |mut ring: Vec<[f64; 3]>| {
            ring.push(ring[0]);
            vec![ring]
        };
        let walls = (0..6).map(|i| (i, (i + 1) % 6));
        let walls: Vec<_> = walls.map(|(a, b)| closed(vec![up(a, 0.0), up(b, 0.0), up(b, top), up(a, top)])).collect();
        let roof = vec![closed((0..6).map(|at| up(at, top)).collect())];
        for (part, (kind, polygons)) in [(FacadeKind::Wall, walls), (FacadeKind::Roof, roof)].into_iter().enumerate() {
            park.building_surfaces.push(BuildingSurface {
                id: FeatureId::new(FeatureKind::BuildingSurface, (row * 2 + part) as i64 + 1),
                provenance: Provenance::keyed(format!("face {row} {part}")),
                polygons,
                building_key: format!("hall {row}"),
                kind,
                lod: Some("2".into()),
                area_m2: None,
            });
        }
    }
    let park = Arc::new(park);
    let none: &[analysis::overlay::Overlay] = &[];
    let picker = Picker::new(&park, &SceneGeometry::build(&park, none).unwrap());
    let shells: Vec<Vec<[DVec3; 3]>> = halls
        .iter()
        .enumerate()
        .map(|(row, corners)| {
            let (base_m, top_m) = picker.span(row).expect("it is drawn");
            let modelled_m = park.buildings[row].height_m.unwrap() + 3.0;
            if row % 5 == 0 { shell(corners, 0.0, modelled_m) } else { shell(corners, base_m, top_m) }
        })
        .collect();
    let (mut met, mut bare) = (0, 0);
    for _ in 0..10_000 {
        let place = |dice: &mut Dice, z: f64| {
            DVec3::new(CORNER.0 + dice.between(-200.0, 1100.0), CORNER.1 + dice.between(-200.0, 1100.0), z)
        };
        let height = dice.between(2.0, 500.0);
        let eye = place(&mut dice, height);
        let way = (place(&mut dice, 0.0) - eye).normalize();
        // Whoever stands inside of a hall looks at its walls from within: not what a camera does.
        let inside = |corners: &Vec<DVec2>| {
            let ring: geo::LineString<f64> = corners.iter().map(|p| (p.x, p.y)).collect();
            geo::Polygon::new(ring, Vec::new()).contains(&Point::new(eye.x, eye.y))
        };
        if halls.iter().any(inside) {
            continue;
        }
        let reach = picker.ground_distance(eye, way).expect("it looks down");
        let nearest = shells
            .iter()
            .enumerate()
            .flat_map(|(row, all)| all.iter().filter_map(move |one| Some((triangle(eye, way, *one)?, row))))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(distance, _)| *distance <= reach);
        let picked = picker.pick(eye, way, 0.0006, &SEEN).expect("the ground, if nothing else");
        let building = picked.feature.filter(|id| id.kind == FeatureKind::Building);
        let distance = (picked.point - eye).length();
        match (nearest, building) {
            (Some((expected, row)), Some(id)) => {
                met += 1;
                assert_eq!(park.buildings[row].id, id, "{eye} {way}");
                assert!((distance - expected).abs() < 1e-6 * expected, "{eye} {way}: {distance} not {expected}");
            }
            (None, None) => bare += 1,
            // A ray along an edge belongs to either side of it.
            (Some((expected, _)), None) => {
                let grazes = |turn: f64| picker.pick(eye, (way + DVec3::Z * turn).normalize(), 0.0006, &SEEN);
                let near = [1e-9, -1e-9]
                    .into_iter()
                    .filter_map(grazes)
                    .any(|one| one.feature.is_some_and(|f| f.kind == FeatureKind::Building));
                assert!(near, "{eye} {way}: nothing at {expected}");
            }
            (None, Some(id)) => panic!("{eye} {way}: {id:?} at {distance}, where there is nothing"),
        }
    }
    assert!(met > 2_000 && bare > 1_000, "{met} {bare}");
}

/// What is switched off hides nothing, and of tubes the one whose nearest place to the ray comes first is met.
#[test]
fn a_pipe_behind_one_that_is_switched_off_is_met() {
    use spatial_db::model::{NetworkClass, NetworkEdge, Provenance};
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut park = (*fixture::tiny().snapshot).clone();
    park.edges.clear();
    park.nodes.clear();
    let classes = [NetworkClass::Water, NetworkClass::Gas, NetworkClass::Drainage];
    for row in 0..300_i64 {
        let end = |dice: &mut Dice| {
            [CORNER.0 + dice.between(0.0, 400.0), CORNER.1 + dice.between(0.0, 250.0), dice.between(2.0, 9.0)]
        };
        let path = vec![end(&mut dice), end(&mut dice)];
        let mut edge =
            NetworkEdge::bare(row + 1, Provenance::keyed(format!("E{row}")), classes[row as usize % 3], path);
        edge.diameter_mm = Some(dice.between(100.0, 900.0));
        park.edges.push(edge);
    }
    let park = Arc::new(park);
    let none: &[analysis::overlay::Overlay] = &[];
    let picker = Picker::new(&park, &SceneGeometry::build(&park, none).unwrap());
    let mut layers = Layers::all();
    layers.set(LayerKey::Network(NetworkClass::Gas), crate::layers::LayerState { visible: false, opacity: 100 });
    let drawn = Drawn { underground: true, layers, ..SEEN };
    let mut hidden_first = 0;
    for _ in 0..2_000 {
        let eye = DVec3::new(CORNER.0 + dice.between(-50.0, 450.0), CORNER.1 + dice.between(-50.0, 300.0), 200.0);
        let at = DVec3::new(CORNER.0 + dice.between(0.0, 400.0), CORNER.1 + dice.between(0.0, 250.0), 5.0);
        let way = (at - eye).normalize();
        let reach = picker.ground_distance(eye, way).unwrap_or(20_000.0);
        let tolerance_m = 5.0 * 0.0006 * reach;
        // By halving the way along each axis again and again: the distance to a line is convex.
        let nearest = |edge: &NetworkEdge, slack_m: f64| {
            let [a, b] = [edge.path[0], edge.path[1]].map(DVec3::from_array);
            let along = |share: f64| (a.lerp(b, share) - eye).dot(way).clamp(0.0, reach + 200.0);
            let gap = |share: f64| (a.lerp(b, share) - (eye + way * along(share))).length();
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..200 {
                let (l, h) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                if gap(l) < gap(h) { high = h } else { low = l }
            }
            let radius = (edge.diameter_mm.unwrap() / 2000.0).max(tolerance_m);
            (gap(low) <= radius + slack_m).then(|| along(low))
        };
        let first = |slack_m: f64, counts: &dyn Fn(&NetworkEdge) -> bool| {
            let met = park.edges.iter().filter(|edge| counts(edge)).filter_map(|e| nearest(e, slack_m));
            met.min_by(f64::total_cmp)
        };
        let shown = |edge: &NetworkEdge| edge.class != NetworkClass::Gas;
        // What lies on the very rim of what counts may be met or not.
        let (Some(last), Some(soonest)) = (first(-1e-6, &shown), first(1e-6, &shown)) else { continue };
        let hit = picker.pick(eye, way, 0.0006, &drawn).expect("a pipe");
        let edge = park.edges.iter().find(|edge| Some(edge.id) == hit.feature).expect("a pipe");
        assert_ne!(edge.class, NetworkClass::Gas);
        let distance = (hit.point - eye).length();
        assert!((soonest - 1e-3..=last + 1e-3).contains(&distance), "{distance} for {soonest} to {last}");
        hidden_first += usize::from(first(-1e-6, &|_| true).is_some_and(|all| all < soonest - 1e-3));
    }
    assert!(hidden_first > 100, "{hidden_first}");
}
