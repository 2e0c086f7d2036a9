//! Measuring on the scene: points on roofs and ground become lengths in plan and in space, heights, slopes and areas.
//!
//! How it is drawn is left to `ui`.

use bevy::math::{DVec2, DVec3};
use bevy::prelude::*;
use bevy::window::RequestRedraw;

use crate::camera::Orbit;
use crate::camera::control::{ControlSystems, Pointer, park_ray};
use crate::pick::Drawn;
use crate::scene::{Meshed, Twin};
use crate::select::Gesture;
use crate::tool::Tool;

/// The points so far, park coordinates, m.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub(crate) struct Measure {
    /// Points in order.
    pub points: Vec<DVec3>,
    /// Where the next one would be.
    pub next: Option<DVec3>,
}

/// A line measured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Line {
    /// Length in plan, m.
    pub plan_m: f64,
    /// Length in space, m.
    pub space_m: f64,
    /// Height of the last point over the first, m.
    pub rise_m: f64,
    /// Rise over plan from first to last, per cent; `None` straight up.
    pub slope_percent: Option<f64>,
}

/// An area measured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Area {
    /// Area in plan, m².
    pub plan_m2: f64,
    /// Length around it in plan, m.
    pub around_m: f64,
}

/// Lengths along the points.
pub(crate) fn line(points: &[DVec3]) -> Line {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Line::default() };
    let plan = |a: DVec3, b: DVec3| a.truncate().distance(b.truncate());
    let straight_m = plan(*first, *last);
    let rise_m = last.z - first.z;
    Line {
        plan_m: points.windows(2).map(|pair| plan(pair[0], pair[1])).sum(),
        space_m: points.windows(2).map(|pair| pair[0].distance(pair[1])).sum(),
        rise_m,
        slope_percent: (straight_m > 1e-9).then(|| rise_m / straight_m * 100.0),
    }
}

/// Area of the ring of points in plan, by the shoelace formula.
pub(crate) fn area(points: &[DVec3]) -> Area {
    let Some(first) = points.first() else { return Area::default() };
    // Around the first point: park coordinates are large.
    let ring: Vec<DVec2> = points.iter().map(|p| p.truncate() - first.truncate()).collect();
    let pairs = || (0..ring.len()).map(|at| (ring[at], ring[(at + 1) % ring.len()]));
    Area {
        plan_m2: (pairs().map(|(a, b)| a.perp_dot(b)).sum::<f64>() * 0.5).abs(),
        around_m: pairs().map(|(a, b)| a.distance(b)).sum(),
    }
}

/// Systems of measuring.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Measure>()
        .add_systems(Update, take_points.after(ControlSystems).before(crate::scene::SceneSystems));
}

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn take_points(
    tool: Res<Tool>,
    pointer: Res<Pointer>,
    keys: Res<ButtonInput<KeyCode>>,
    meshed: Option<Res<Meshed>>,
    orbit: Res<Orbit>,
    twin: Res<Twin>,
    mut gestures: MessageReader<Gesture>,
    mut measure: ResMut<Measure>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let Some(meshed) = meshed.filter(|_| tool.measures()) else {
        gestures.clear();
        if !measure.points.is_empty() || measure.next.is_some() {
            *measure = Measure::default();
        }
        return;
    };
    let at = |pixel: Vec2| point(&orbit, &meshed, &twin, pixel);
    for gesture in gestures.read() {
        if let Gesture::Click { pixel, .. } = gesture {
            measure.points.extend(at(*pixel));
            redraw.write(RequestRedraw);
        }
    }
    if keys.just_pressed(KeyCode::Backspace) && measure.points.pop().is_some() {
        redraw.write(RequestRedraw);
    }
    let next = pointer.pixel.and_then(at);
    if measure.next != next {
        measure.next = next;
    }
}

/// What is drawn at a pixel, park coordinates: a roof, a wall or the ground.
fn point(orbit: &Orbit, meshed: &Meshed, twin: &Twin, pixel: Vec2) -> Option<DVec3> {
    let (eye, way) = park_ray(orbit, meshed, pixel);
    let drawn = Drawn { marks: false, ..Drawn::of(twin, twin.side_at(pixel.x / orbit.size.x)) };
    let m_per_px_at_1m = 1.0 / f64::from(orbit.px_per_metre(1.0));
    Some(crate::cut::pick::pick(twin, meshed, (eye, way), m_per_px_at_1m, &drawn)?.point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_heights_and_slopes_are_those_of_the_triangle() {
        let corner = DVec3::new(356_000.0, 3_431_000.0, 4.0);
        let measured = line(&[corner, corner + DVec3::new(30.0, 40.0, 0.0), corner + DVec3::new(30.0, 40.0, 12.0)]);
        assert!((measured.plan_m - 50.0).abs() < 1e-9 && (measured.space_m - 62.0).abs() < 1e-9);
        assert!((measured.rise_m - 12.0).abs() < 1e-9);
        assert!((measured.slope_percent.unwrap() - 24.0).abs() < 1e-9);
        assert_eq!(line(&[corner, corner + DVec3::Z]).slope_percent, None);
        assert_eq!(line(&[]), Line::default());
    }

    #[test]
    fn an_area_is_that_of_geo_whichever_way_round() {
        use geo::Area as _;
        let corner = DVec3::new(2_628_000.0, 1_240_000.0, 430.0);
        let ring = [(0.0, 0.0), (80.0, 5.0), (70.0, 60.0), (30.0, 25.0), (-10.0, 44.0)];
        let mut points: Vec<DVec3> = ring.iter().map(|(x, y)| corner + DVec3::new(*x, *y, x * 0.1)).collect();
        let polygon = geo::Polygon::new(points.iter().map(|p| (p.x, p.y)).collect(), Vec::new());
        assert!((area(&points).plan_m2 - polygon.unsigned_area()).abs() < 1e-3);
        points.reverse();
        assert!((area(&points).plan_m2 - polygon.unsigned_area()).abs() < 1e-3);
        assert_eq!(area(&points[..2]).plan_m2, 0.0);
    }
}
