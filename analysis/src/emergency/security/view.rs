//! What a camera sees of the ground: its sector, less what buildings hide.
//!
//! In plan. No record tells how high a camera hangs, so a building of any height hides what is behind it.

use geo::{Coord, CoordsIter, LineString, LinesIter, MultiPolygon, Polygon};

/// A camera mounted on a wall does not look at that wall, m.
const MOUNT_M: f64 = 0.5;
/// Widest step between two rays, radians: at 100 m the arc is drawn to 2 cm.
const STEP: f64 = 0.02;
/// Rays past a corner, on either side of it, radians.
const PAST: f64 = 1.0e-6;

/// A sector on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sector {
    /// Where the camera is: easting, northing, m.
    pub eye: [f64; 2],
    /// Middle of the view, clockwise from north, degrees.
    pub bearing_deg: f64,
    /// Whole angle of view, degrees; 360 and more is all round.
    pub angle_deg: f64,
    /// How far it sees, m.
    pub range_m: f64,
}

/// The part of the sector that no building hides, m; buildings that reach into it are given. `None` for a camera that hangs
/// inside a building, deeper than a mount: it looks at rooms.
pub fn seen<'a>(sector: &Sector, buildings: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Option<Polygon<f64>> {
    let eye = Coord::from((sector.eye[0], sector.eye[1]));
    let mut walls: Vec<[Coord<f64>; 2]> = Vec::new();
    for footprint in buildings {
        if is_within(footprint, eye) {
            return None;
        }
        let sides = footprint.lines_iter().map(|line| [line.start - eye, line.end - eye]);
        walls.extend(sides.filter(|wall| nearest(*wall) <= sector.range_m));
    }
    let turns = angles(sector, &walls);
    let mut ring: Vec<Coord<f64>> = turns
        .iter()
        .map(|turn| {
            let way = Coord { x: turn.sin(), y: turn.cos() };
            let free_m = walls.iter().filter_map(|wall| hit(way, *wall)).fold(sector.range_m, f64::min);
            eye + way * free_m
        })
        .collect();
    if sector.angle_deg < 360.0 {
        ring.push(eye);
    }
    Some(Polygon::new(LineString::new(ring), Vec::new()))
}

/// Bearings of the rays, radians, in turn: evenly, and just past every corner on both sides.
fn angles(sector: &Sector, walls: &[[Coord<f64>; 2]]) -> Vec<f64> {
    let (middle, half) = (sector.bearing_deg.to_radians(), (sector.angle_deg.min(360.0) / 2.0).to_radians());
    let steps = (2.0 * half / STEP).ceil().max(1.0) as usize;
    // The edges as they are: worked out, the last one could fall outside by a hair, and with it a whole step.
    let even = (1..steps).map(|at| 2.0 * half * at as f64 / steps as f64 - half).chain([-half, half]);
    let corner = |at: &Coord<f64>| {
        let from_middle = (at.x.atan2(at.y) - middle).rem_euclid(std::f64::consts::TAU);
        let turn = if from_middle > std::f64::consts::PI { from_middle - std::f64::consts::TAU } else { from_middle };
        [turn - PAST, turn, turn + PAST]
    };
    let mut turns: Vec<f64> =
        even.chain(walls.iter().flatten().flat_map(corner)).filter(|turn| turn.abs() <= half).collect();
    turns.sort_by(f64::total_cmp);
    turns.dedup();
    turns.into_iter().map(|turn| middle + turn).collect()
}

/// How far a ray from the origin goes to a wall, m; nothing nearer than a mount counts.
fn hit(way: Coord<f64>, [a, b]: [Coord<f64>; 2]) -> Option<f64> {
    let along = b - a;
    let across = way.x * along.y - way.y * along.x;
    if across == 0.0 {
        return None;
    }
    let distance = (a.x * along.y - a.y * along.x) / across;
    let share = (a.x * way.y - a.y * way.x) / across;
    (distance > MOUNT_M && (0.0..=1.0).contains(&share)).then_some(distance)
}

/// Distance from the origin to a wall, m.
fn nearest([a, b]: [Coord<f64>; 2]) -> f64 {
    let along = b - a;
    let length_2 = along.x * along.x + along.y * along.y;
    let share = if length_2 > 0.0 { (-(a.x * along.x + a.y * along.y) / length_2).clamp(0.0, 1.0) } else { 0.0 };
    (a.x + along.x * share).hypot(a.y + along.y * share)
}

/// Whether the eye is inside a footprint and further than a mount from its walls.
fn is_within(footprint: &MultiPolygon<f64>, eye: Coord<f64>) -> bool {
    use geo::Contains;
    footprint.coords_iter().next().is_some()
        && footprint.contains(&eye)
        && footprint.lines_iter().all(|line| nearest([line.start - eye, line.end - eye]) > MOUNT_M)
}
