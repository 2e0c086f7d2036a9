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

/// Bearings of the rays, radians, in turn: evenly, and wherever what is seen of the nearest wall begins, ends or turns to another
/// between two of these. It jumps at the corners of walls and where a wall comes nearer than a mount, so that there rays go just past
/// on both sides; it bends where a wall leaves the reach and where two walls cross.
fn angles(sector: &Sector, walls: &[[Coord<f64>; 2]]) -> Vec<f64> {
    let (middle, half) = (sector.bearing_deg.to_radians(), (sector.angle_deg.min(360.0) / 2.0).to_radians());
    let steps = (2.0 * half / STEP).ceil().max(1.0) as usize;
    // The edges as they are: worked out, the last one could fall outside by a hair, and with it a whole step.
    let even = (1..steps).map(|at| 2.0 * half * at as f64 / steps as f64 - half).chain([-half, half]);
    let turn_to = |at: Coord<f64>| {
        let from_middle = (at.x.atan2(at.y) - middle).rem_euclid(std::f64::consts::TAU);
        if from_middle > std::f64::consts::PI { from_middle - std::f64::consts::TAU } else { from_middle }
    };
    let mounts = walls.iter().flat_map(|wall| at_reach(*wall, MOUNT_M));
    let jumps = walls.iter().flatten().copied().chain(mounts).map(turn_to);
    let ends = walls.iter().flat_map(|wall| at_reach(*wall, sector.range_m));
    let bends = ends.chain(crossings(walls)).map(turn_to);
    let past = jumps.flat_map(|turn| [turn - PAST, turn, turn + PAST]);
    let mut turns: Vec<f64> = even.chain(past).chain(bends).filter(|turn| turn.abs() <= half).collect();
    turns.sort_by(f64::total_cmp);
    turns.dedup();
    turns.into_iter().map(|turn| middle + turn).collect()
}

/// Where a wall passes the circle of a reach about the origin.
fn at_reach([a, b]: [Coord<f64>; 2], reach_m: f64) -> impl Iterator<Item = Coord<f64>> {
    let along = b - a;
    let length_2 = along.x * along.x + along.y * along.y;
    let ahead = a.x * along.x + a.y * along.y;
    // The root is no number where the wall does not come to the circle; then neither are the shares, and those lie in no range.
    let root = (ahead * ahead - length_2 * (a.x * a.x + a.y * a.y - reach_m * reach_m)).sqrt();
    let shares = [-root, root].map(|root| (root - ahead) / length_2);
    shares.into_iter().filter(|share| (0.0..=1.0).contains(share)).map(move |share| a + along * share)
}

/// Where walls cross, as those of buildings that overlap do; corners are known without.
fn crossings(walls: &[[Coord<f64>; 2]]) -> impl Iterator<Item = Coord<f64>> {
    walls.iter().enumerate().flat_map(move |(at, one)| {
        walls[at + 1..].iter().filter_map(move |other| {
            let (along, aside, apart) = (one[1] - one[0], other[1] - other[0], other[0] - one[0]);
            let across = along.x * aside.y - along.y * aside.x;
            if across == 0.0 {
                return None;
            }
            let on_one = (apart.x * aside.y - apart.y * aside.x) / across;
            let on_other = (apart.x * along.y - apart.y * along.x) / across;
            let inner = |share: f64| share > 0.0 && share < 1.0;
            (inner(on_one) && inner(on_other)).then(|| one[0] + along * on_one)
        })
    })
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
