//! What is under a pixel where something is cut open: on the face of the section, down in the pit, or behind what is gone.

use bevy::math::{DVec2, DVec3};
use spatial_db::cache::Ray;
use spatial_db::model::{FeatureId, FeatureKind};

use super::caps::drawn_axis_m;
use super::{Dig, SectionPlane};
use crate::pick::{Drawn, Picked};
use crate::scene::{Meshed, Twin};

/// How far along the plane a pick looks about for what is cut, m.
const ABOUT_M: f64 = 4.0;
/// Pixels beside a thing that still meet it.
const NEAR_PX: f64 = 5.0;

/// First thing on a ray (eye and direction, park coordinates) that is drawn, with what is cut open left out.
pub(crate) fn pick(
    twin: &Twin,
    meshed: &Meshed,
    (eye, way): (DVec3, DVec3),
    m_per_px_at_1m: f64,
    drawn: &Drawn,
) -> Option<Picked> {
    let mut from = eye;
    if let Some(plane) = &twin.cut.section {
        let (off, rate) = (plane.off_m(eye.truncate()), plane.near().dot(way.truncate()));
        if off > 0.0 {
            if rate >= -1e-9 {
                return None;
            }
            let distance = off / -rate;
            from = eye + way * distance;
            match on_face(twin, meshed, plane, from, NEAR_PX * m_per_px_at_1m * distance, drawn) {
                Face::Met(met) => return Some(met),
                Face::Under => return None,
                Face::Open => {}
            }
        }
    }
    let hit = meshed.picker.pick(from, way, m_per_px_at_1m, drawn)?;
    if twin.cut.section.is_some_and(|plane| plane.off_m(hit.point.truncate()) > 1e-6) {
        return None;
    }
    let on_ground = (hit.point.z - meshed.geometry.ground.height(hit.point.truncate())).abs() < 0.05;
    match &twin.cut.dig {
        Some(dig) if on_ground && !drawn.underground && dig.holds(hit.point.truncate()) => {
            Some(in_pit(meshed, dig, (eye, way), hit.point, m_per_px_at_1m, drawn))
        }
        _ => Some(hit),
    }
}

/// What a ray meets in the plane.
enum Face {
    Met(Picked),
    /// Nothing: it goes on behind the plane.
    Open,
    /// It passes under the face.
    Under,
}

fn on_face(twin: &Twin, meshed: &Meshed, plane: &SectionPlane, at: DVec3, tolerance_m: f64, drawn: &Drawn) -> Face {
    let (place, along, ground) = (at.truncate(), plane.along(), &meshed.geometry.ground);
    let half = ABOUT_M + tolerance_m;
    let ends = [place - along * half, place + along * half];
    let cut = analysis::network::section(meshed.picker.cache(), ends[0].to_array(), ends[1].to_array());
    let layers = drawn.layers;
    let met = |feature: Option<FeatureId>| Face::Met(Picked { feature, point: at });
    let factor = twin.cut.pipe_factor;
    let is_drawn =
        |id: FeatureId| meshed.geometry.slots.row(id).is_some_and(|row| meshed.picker.is_drawn(id.kind, row, drawn));
    let nearest = cut
        .pipes
        .iter()
        .filter(|pipe| is_drawn(pipe.id))
        .filter_map(|pipe| {
            let axis_m = drawn_axis_m(pipe, ends[0] + along * pipe.at_m, ground);
            let reach = |size: f64| size / 2.0 * factor + tolerance_m;
            let share = DVec2::new((pipe.at_m - half) / reach(pipe.width_m), (axis_m - at.z) / reach(pipe.height_m));
            (share.length() <= 1.0).then_some((share.length(), pipe.id))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, pipe)) = nearest {
        return met(Some(pipe));
    }
    let within =
        |span: [f64; 2], low: f64, high: f64| (span[0]..=span[1]).contains(&half) && (low..=high).contains(&at.z);
    if let Some(chamber) = cut.chambers.iter().find(|c| is_drawn(c.id) && within(c.span_m, c.bottom_m, c.top_m)) {
        return met(Some(chamber.id));
    }
    if layers.shows(FeatureKind::Building) {
        let building = cut.buildings.iter().find(|building| {
            let row = meshed.geometry.slots.row(building.id);
            if row.is_some_and(|row| !drawn.has(FeatureKind::Building, row)) {
                return false;
            }
            let (low, high) = row.and_then(|row| meshed.picker.span(row)).unwrap_or((building.base_m, building.top_m));
            within(building.span_m, low, high)
        });
        if let Some(building) = building {
            return met(Some(building.id));
        }
    }
    if at.z > ground.height(place) {
        return Face::Open;
    }
    match &twin.cut.dig {
        Some(dig) if dig.holds(place) && at.z > dig.floor_m(ground) => Face::Open,
        _ if at.z < ground.height(place) - super::caps::MOST_FACE_M => Face::Under,
        _ => met(None),
    }
}

/// A pipe or chamber that lies bare in the pit, else its floor or wall. `rim` is where the ray enters.
fn in_pit(
    meshed: &Meshed,
    dig: &Dig,
    (eye, way): (DVec3, DVec3),
    rim: DVec3,
    m_per_px_at_1m: f64,
    drawn: &Drawn,
) -> Picked {
    let floor_m = dig.floor_m(&meshed.geometry.ground);
    let end = ((floor_m - eye.z) / way.z).max(0.0);
    let tolerance_m = NEAR_PX * m_per_px_at_1m * end;
    let ray = Ray { origin_m: eye.to_array(), direction: way.to_array(), reach_m: end + tolerance_m };
    let kinds = [FeatureKind::NetworkEdge, FeatureKind::NetworkNode];
    let shown = |kind, row| meshed.picker.is_drawn(kind, row, drawn);
    let hit = meshed.picker.cache().pick_among(&ray, &kinds, tolerance_m, shown);
    let bare = hit.filter(|hit| {
        let at = DVec3::from_array(hit.point_m);
        dig.holds(at.truncate()) && at.z > floor_m - tolerance_m
    });
    if let Some(hit) = bare {
        return Picked { feature: Some(hit.id), point: DVec3::from_array(hit.point_m) };
    }
    let (mut inside, mut beyond) = ((rim - eye).length(), end);
    let at = |distance: f64| eye + way * distance;
    if dig.holds(at(beyond).truncate()) {
        return Picked { feature: None, point: at(beyond) };
    }
    for _ in 0..40 {
        let middle = f64::midpoint(inside, beyond);
        if dig.holds(at(middle).truncate()) { inside = middle } else { beyond = middle }
    }
    Picked { feature: None, point: at(inside) }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Cut;
    use crate::fixture::{self, CORNER};
    use crate::layers::Layers;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;
    use crate::style::Shown;

    const SEEN: Drawn = Drawn { underground: false, marks: false, layers: Layers::all(), there: None };

    /// The tiny park, cut open.
    pub(crate) fn scene(cut: Cut) -> (Twin, Meshed) {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let meshed = Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) };
        let twin = Twin { cut, ..Twin::new(input, Shown::default()) };
        (twin, meshed)
    }

    fn at(x: f64, y: f64) -> DVec2 {
        DVec2::new(CORNER.0 + x, CORNER.1 + y)
    }

    fn picked(twin: &Twin, meshed: &Meshed, eye: DVec3, target: DVec3) -> Option<Picked> {
        pick(twin, meshed, (eye, (target - eye).normalize()), 0.0006, &SEEN)
    }

    #[test]
    fn on_the_face_a_ray_meets_pipe_building_and_earth_and_nothing_that_is_gone() {
        let south = at(226.0, -200.0).extend(30.0);
        let plane = SectionPlane::facing(at(0.0, 100.0), at(400.0, 100.0), south.truncate());
        let (twin, meshed) = scene(Cut { section: plane, ..Cut::default() });
        // The drain of 800 mm is at 2.88 m here.
        let pipe = picked(&twin, &meshed, south, at(226.0, 100.0).extend(2.9)).unwrap();
        assert_eq!(pipe.feature, Some(FeatureId::new(FeatureKind::NetworkEdge, 2)));
        let earth = picked(&twin, &meshed, south, at(240.0, 100.0).extend(2.9)).unwrap();
        assert!(earth.feature.is_none() && (earth.point.y - CORNER.1 - 100.0).abs() < 1e-6, "{earth:?}");
        // The second hall stands from y = 35 to 105: its section shows.
        let hall = picked(&twin, &meshed, south, at(170.0, 100.0).extend(12.0)).unwrap();
        assert_eq!(hall.feature, Some(FeatureId::new(FeatureKind::Building, 2)));
        // The third stands from y = 45 to 105, higher; the first, up to y = 80, is gone with the ground before it.
        let before = picked(&twin, &meshed, at(55.0, -200.0).extend(120.0), at(55.0, 60.0).extend(8.0));
        assert!(before.is_none_or(|p| p.point.y > CORNER.1 + 99.9), "{before:?}");
    }

    #[test]
    fn in_a_pit_a_ray_meets_the_pipe_that_lies_bare_then_floor_and_walls() {
        let dig =
            Dig::new(&[at(100.0, 125.0), at(120.0, 125.0), at(120.0, 145.0), at(100.0, 145.0)]).unwrap().deep(5.0);
        let (twin, meshed) = scene(Cut { dig: Some(dig.clone()), ..Cut::default() });
        let above = at(110.0, 120.0).extend(120.0);
        // The main rises from 5.0 to 5.5 m over 250 m along y = 136.
        let pipe = picked(&twin, &meshed, above, at(110.0, 136.0).extend(5.26)).unwrap();
        assert_eq!(pipe.feature, Some(FeatureId::new(FeatureKind::NetworkEdge, 1)));
        let floor_m = dig.floor_m(&meshed.geometry.ground);
        let floor = picked(&twin, &meshed, above, at(110.0, 128.0).extend(floor_m)).unwrap();
        assert!(floor.feature.is_none() && (floor.point.z - floor_m).abs() < 1e-6, "{floor:?}");
        let wall =
            picked(&twin, &meshed, at(110.0, 100.0).extend(30.0), at(110.0, 145.0).extend(floor_m + 1.0)).unwrap();
        assert!((wall.point.y - CORNER.1 - 145.0).abs() < 0.01, "{wall:?}");
        // Beside the pit the ground is the ground.
        let beside = picked(&twin, &meshed, above, at(130.0, 136.0).extend(5.26)).unwrap();
        assert!((beside.point.z - meshed.geometry.ground.height(beside.point.truncate())).abs() < 1e-3);
    }
}
