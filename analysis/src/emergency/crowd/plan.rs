//! The plan of a building or an area: outlines with doors in them, and walls inside.

use geo::{Area, LineString, MultiPolygon};

use super::CrowdError;
use super::error::within;
use super::room::{Exit, Line, Room, nearest_on};

/// A wall that bends less than this, degrees, is straight: a door may stand in it.
const STRAIGHT_DEG: f64 = 20.0;
/// No door is narrower, m: the hand values know none.
const LEAST_M: f64 = 0.4;
/// None is wider, m.
const WIDEST_M: f64 = 20.0;
/// A door is in the wall that is no further from its place than this, m, unless it is known to be the building's own.
pub const OFF_M: f64 = 3.0;

/// A door.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDoor {
    /// What it is called.
    pub name: String,
    /// Its middle, m.
    pub at_m: [f64; 2],
    /// Clear width, m.
    pub width_m: f64,
    /// How far it may be from an outside wall, m; infinite for one that is known to be this building's.
    pub off_m: f64,
}

/// A plan, m.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Ground that people walk on: every ring is a wall.
    pub area: MultiPolygon<f64>,
    /// Walls inside.
    pub walls: Vec<[[f64; 2]; 2]>,
    /// Doors in the rings; one that is shut is a wall and none of them.
    pub doors: Vec<PlanDoor>,
}

/// A gap in an outside wall: a door, or several that lie in each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The doors that it is, in the order of the plan.
    pub doors: Vec<usize>,
    /// One post, m.
    pub from: [f64; 2],
    /// The other, m.
    pub to: [f64; 2],
    /// Clear width, m.
    pub width_m: f64,
    /// Width that the doors would have, if the straight wall were as long, m.
    pub asked_m: f64,
    /// It leads into what the area surrounds, a courtyard or a building in a yard, and not out of it.
    pub enclosed: bool,
}

/// A stretch of a ring, m along it.
#[derive(Debug, Clone)]
struct Gap {
    from: f64,
    to: f64,
    doors: Vec<usize>,
    asked_m: f64,
}

/// A closed ring with the lengths up to its corners.
struct Ring {
    corners: Vec<[f64; 2]>,
    /// Length up to each corner, and the whole at the end.
    along: Vec<f64>,
    polygon: usize,
    /// The area surrounds it.
    enclosed: bool,
}

impl Ring {
    fn of(line: &LineString<f64>, polygon: usize, enclosed: bool) -> Option<Self> {
        let mut corners: Vec<[f64; 2]> = line.coords().map(|at| [at.x, at.y]).collect();
        corners.dedup();
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        let mut along = vec![0.0];
        for k in 0..corners.len() {
            let (a, b) = (corners[k], corners[(k + 1) % corners.len()]);
            along.push(along[k] + (b[0] - a[0]).hypot(b[1] - a[1]));
        }
        (corners.len() > 2).then_some(Self { corners, along, polygon, enclosed })
    }

    fn whole_m(&self) -> f64 {
        self.along[self.corners.len()]
    }

    fn side(&self, k: usize) -> Line {
        [self.corners[k % self.corners.len()], self.corners[(k + 1) % self.corners.len()]]
    }

    /// Place so many metres along it, round and round.
    fn at(&self, along_m: f64) -> [f64; 2] {
        let s = along_m.rem_euclid(self.whole_m());
        let k = self.along.partition_point(|at| *at <= s).saturating_sub(1).min(self.corners.len() - 1);
        let ([a, b], length) = (self.side(k), self.along[k + 1] - self.along[k]);
        let share = if length > 0.0 { (s - self.along[k]) / length } else { 0.0 };
        [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
    }

    /// The nearest side to a place, how far it is, and how far along the ring.
    fn nearest(&self, p: [f64; 2]) -> (f64, usize, f64) {
        let mut best = (f64::INFINITY, 0, 0.0);
        for k in 0..self.corners.len() {
            let side = self.side(k);
            let foot = nearest_on(&side, p);
            let gap = (foot[0] - p[0]).hypot(foot[1] - p[1]);
            if gap < best.0 {
                best = (gap, k, self.along[k] + (foot[0] - side[0][0]).hypot(foot[1] - side[0][1]));
            }
        }
        best
    }

    /// From where to where the ring runs straight on about a side, m along it; before 0 and beyond the whole where it goes on.
    fn straight(&self, k: usize) -> (f64, f64) {
        let count = self.corners.len();
        let turn = |side: usize| {
            let way = |[a, b]: Line| [b[0] - a[0], b[1] - a[1]];
            let (u, v) = (way(self.side(k)), way(self.side(side)));
            (u[0] * v[1] - u[1] * v[0]).atan2(u[0] * v[0] + u[1] * v[1]).abs().to_degrees()
        };
        let length = |side: usize| self.along[side + 1] - self.along[side];
        let (mut from, mut to) = (self.along[k], self.along[k + 1]);
        for step in 1..count {
            let side = (k + step) % count;
            if turn(side) >= STRAIGHT_DEG {
                break;
            }
            to += length(side);
        }
        for step in 1..count {
            let side = (k + count - step) % count;
            if turn(side) >= STRAIGHT_DEG {
                break;
            }
            from -= length(side);
        }
        (from, to.min(from + self.whole_m()))
    }

    /// Pieces from one place along it to another, corner by corner.
    fn pieces(&self, from: f64, to: f64) -> Vec<Line> {
        let whole = self.whole_m();
        let mut stops = vec![from];
        let round = (from / whole).floor();
        for lap in [round, round + 1.0, round + 2.0] {
            stops.extend(self.along[..self.corners.len()].iter().map(|at| at + lap * whole));
        }
        stops.retain(|at| *at >= from && *at < to);
        stops.push(to);
        stops.dedup();
        stops
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > 1e-9)
            .map(|pair| [self.at(pair[0]), self.at(pair[1])])
            .collect()
    }
}

impl Plan {
    /// The plan as a room with gaps in its walls, and these gaps in the order of the room's exits. A door stands in the wall that is
    /// nearest to it, as wide as it is, or as the wall is straight; doors that would lie in each other are one gap.
    ///
    /// # Errors
    /// [`CrowdError`] for a door that is nowhere near a wall or does not fit, and for a part of the area without one.
    pub fn room(&self) -> Result<(Room, Vec<Opening>), CrowdError> {
        let rings: Vec<Ring> = self
            .area
            .iter()
            .enumerate()
            .flat_map(|(k, polygon)| {
                let around = Ring::of(polygon.exterior(), k, false);
                around.into_iter().chain(polygon.interiors().iter().filter_map(move |ring| Ring::of(ring, k, true)))
            })
            .collect();
        let mut gaps: Vec<Vec<Gap>> = vec![Vec::new(); rings.len()];
        for (number, door) in self.doors.iter().enumerate() {
            within("width of a door, m", door.width_m, LEAST_M, WIDEST_M)?;
            let (ring, gap) = Self::gap(&rings, number, door)?;
            gaps[ring].push(gap);
        }
        let mut room = Room { walls: self.walls.clone(), ..Room::default() };
        let mut openings = Vec::new();
        let mut has_door = vec![false; self.area.0.len()];
        for (ring, gaps) in rings.iter().zip(gaps) {
            let gaps = apart(gaps, ring.whole_m());
            if gaps.is_empty() {
                room.walls.extend(ring.pieces(0.0, ring.whole_m()));
            }
            for (k, gap) in gaps.iter().enumerate() {
                let next = gaps.get(k + 1).map_or(gaps[0].from + ring.whole_m(), |next| next.from);
                let (from, to) = (ring.at(gap.from), ring.at(gap.to));
                let mut wall = ring.pieces(gap.to, next);
                // Round the ring once the post is where it was but for a rounding: no wall ends short of it.
                if let (true, Some(last)) = (k + 1 == gaps.len(), wall.last_mut()) {
                    last[1] = ring.at(gaps[0].from);
                }
                room.walls.extend(wall);
                has_door[ring.polygon] = true;
                room.exits.push(Exit { from, to, open: true });
                let across_m = (to[0] - from[0]).hypot(to[1] - from[1]);
                // In the park's metres posts are rounded: a door that fits is as wide as it is.
                let width_m = if (across_m - gap.asked_m).abs() < 1e-6 { gap.asked_m } else { across_m };
                let (doors, enclosed) = (gap.doors.clone(), ring.enclosed);
                openings.push(Opening { doors, from, to, width_m, asked_m: gap.asked_m, enclosed });
            }
        }
        for (polygon, has_door) in self.area.iter().zip(has_door) {
            if let (false, Some(at)) = (has_door, polygon.exterior().coords().next()) {
                return Err(CrowdError::NoDoor { area_m2: polygon.unsigned_area(), x_m: at.x, y_m: at.y });
            }
        }
        Ok((room, openings))
    }

    /// The ring that a door stands in, and the stretch of it.
    fn gap(rings: &[Ring], number: usize, door: &PlanDoor) -> Result<(usize, Gap), CrowdError> {
        let found = rings.iter().enumerate().map(|(k, ring)| (k, ring.nearest(door.at_m)));
        let Some((ring, (gap_m, side, at))) = found.min_by(|a, b| a.1.0.total_cmp(&b.1.0)) else {
            return Err(CrowdError::NoGround);
        };
        if gap_m > door.off_m || !gap_m.is_finite() {
            return Err(CrowdError::DoorOff { door: door.name.clone(), gap_m, most_m: door.off_m });
        }
        let (from, to) = rings[ring].straight(side);
        // A ring that is nothing but a door is none.
        let straight_m = (to - from).min(0.9 * rings[ring].whole_m());
        if straight_m < LEAST_M {
            return Err(CrowdError::WallTooShort { door: door.name.clone(), straight_m, least_m: LEAST_M });
        }
        let width_m = door.width_m.min(straight_m);
        let start = (at - 0.5 * width_m).clamp(from, to - width_m);
        Ok((ring, Gap { from: start, to: start + width_m, doors: vec![number], asked_m: door.width_m }))
    }
}

/// Gaps of a ring with those that lie in each other joined, in their order along it.
fn apart(mut gaps: Vec<Gap>, whole_m: f64) -> Vec<Gap> {
    for gap in &mut gaps {
        let lap = (gap.from / whole_m).floor() * whole_m;
        (gap.from, gap.to) = (gap.from - lap, gap.to - lap);
    }
    gaps.sort_by(|a, b| a.from.total_cmp(&b.from));
    let mut out: Vec<Gap> = Vec::new();
    for gap in gaps {
        match out.last_mut() {
            Some(last) if gap.from <= last.to => join(last, gap),
            _ => out.push(gap),
        }
    }
    // The last may reach over the ring's beginning into the first.
    while out.len() > 1 && out[out.len() - 1].to >= out[0].from + whole_m {
        let mut first = out.remove(0);
        (first.from, first.to) = (first.from + whole_m, first.to + whole_m);
        if let Some(last) = out.last_mut() {
            join(last, first);
        }
    }
    out
}

fn join(gap: &mut Gap, other: Gap) {
    gap.to = gap.to.max(other.to);
    gap.doors.extend(other.doors);
    gap.doors.sort_unstable();
    // Together they are no wider than the wall that they stand in.
    gap.asked_m = gap.to - gap.from;
}
