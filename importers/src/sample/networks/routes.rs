//! Routes: a network's lines along streets at its own distance from the axis, with stops where anything happens.
//!
//! Depths and sizes are left to the networks.

use super::{Ground, Point};
use crate::sample::blocks::along_frontage;
use crate::sample::layout::{RIVER_ROW, ROWS_PER_BAND};
use crate::sample::plane::P;

/// A stop nearer than this to another one is the same stop, m.
const SAME_STOP_M: f64 = 2.0;

/// A network's routes.
pub(super) struct Routes<'a> {
    pub(super) ground: Ground<'a>,
    /// Distance of the route left of each street's axis; `None` where the street has none.
    offsets: Vec<Option<f64>>,
    /// Stops of each street: metres along it, point number; ascending.
    pub(super) stops: Vec<Vec<(f64, usize)>>,
    pub(super) points: Vec<Point>,
    /// Points where routes of two streets meet, and how far along each.
    pub(super) meetings: Vec<(usize, [(usize, f64); 2])>,
    /// Drains do not cross the river.
    dry: bool,
}

impl<'a> Routes<'a> {
    /// Routes in the streets for which `offset` says how far left of the axis, meeting at junctions.
    pub(super) fn new(ground: Ground<'a>, dry: bool, offset: impl Fn(usize) -> Option<f64>) -> Self {
        let streets = ground.streets;
        let offsets: Vec<Option<f64>> = (0..streets.list.len()).map(offset).collect();
        let mut routes = Self {
            ground,
            stops: vec![Vec::new(); offsets.len()],
            offsets,
            points: Vec::new(),
            meetings: Vec::new(),
            dry,
        };
        for junction in &streets.junctions {
            let mut present: Vec<usize> =
                junction.streets.iter().copied().filter(|&s| routes.offsets[s].is_some()).collect();
            present.sort_by_key(|&s| (streets.list[s].class, s));
            let Some((&host, others)) = present.split_first() else { continue };
            for &other in others {
                routes.meet(host, other);
            }
        }
        routes
    }

    fn meet(&mut self, s: usize, t: usize) {
        let (Some(offset_s), Some(offset_t)) = (self.offsets[s], self.offsets[t]) else { return };
        let Some(at) = self.ground.streets.meeting(s, offset_s, t, offset_t) else { return };
        // Two local streets opposite each other meet the same street at one point.
        let along = self.along(s, at);
        let same = self.stops[s].iter().find(|stop| (stop.0 - along).abs() < SAME_STOP_M).map(|stop| stop.1);
        if let Some(point) = same {
            let along = self.along(t, at);
            self.insert(t, along, point);
            return;
        }
        let point = self.point(at);
        let arms = [s, t].map(|street| (street, self.along(street, at)));
        self.meetings.push((point, arms));
        for (street, along) in arms {
            self.insert(street, along, point);
        }
    }

    fn along(&self, street: usize, at: P) -> f64 {
        let street = &self.ground.streets.list[street];
        (at - street.a).dot(street.direction())
    }

    fn insert(&mut self, street: usize, t: f64, point: usize) {
        let stops = &mut self.stops[street];
        let place = stops.partition_point(|stop| stop.0 < t);
        stops.insert(place, (t, point));
    }

    /// A new point at a plan position.
    pub(super) fn point(&mut self, at: P) -> usize {
        let ground_m = (self.ground.terrain.at_plan(at) * 1000.0).round() / 1000.0;
        let xy = self.ground.layout.place(at).to_mm();
        self.points
            .push(Point { xy, ground_m, depth_m: 0.0, word: "直线点", size_mm: 0, serves: None, shut: false });
        self.points.len() - 1
    }

    /// A new point in the park.
    pub(super) fn point_at(&mut self, xy: P) -> usize {
        self.point(self.ground.layout.plan(xy))
    }

    /// The stop `t` metres along a street's route, made if there is none yet. `None` beyond the route's ends.
    pub(super) fn stop(&mut self, street: usize, t: f64) -> Option<usize> {
        let offset = self.offsets[street]?;
        let stops = &self.stops[street];
        let (first, last) = (stops.first()?.0, stops.last()?.0);
        if !(first..=last).contains(&t) {
            return None;
        }
        let place = stops.partition_point(|stop| stop.0 < t);
        let beside = [place.checked_sub(1), Some(place)].into_iter().flatten().filter_map(|k| stops.get(k));
        if let Some(&(_, point)) = beside.into_iter().find(|stop| (stop.0 - t).abs() < SAME_STOP_M) {
            return Some(point);
        }
        let at = self.ground.streets.list[street].at(t, offset);
        if self.dry && self.in_river(at.y, 4.0) {
            return None;
        }
        let point = self.point(at);
        self.insert(street, t, point);
        Some(point)
    }

    /// Lengthen a street's route to one of its ends.
    pub(super) fn lengthen(&mut self, street: usize, t: f64) -> Option<usize> {
        let offset = self.offsets[street]?;
        let at = self.ground.streets.list[street].at(t, offset);
        let point = self.point(at);
        self.insert(street, t, point);
        Some(point)
    }

    /// Stops no farther apart than `most` metres; the new ones get `word`.
    pub(super) fn fill(&mut self, most: f64, word: &'static str) {
        for street in 0..self.stops.len() {
            let gaps: Vec<(f64, f64)> = self.stops[street].windows(2).map(|w| (w[0].0, w[1].0)).collect();
            for (from, to) in gaps {
                let pieces = ((to - from) / most).ceil() as usize;
                for k in 1..pieces {
                    let t = from + (to - from) * k as f64 / pieces as f64;
                    if let Some(point) = self.stop(street, t) {
                        self.points[point].word = word;
                    }
                }
            }
        }
    }

    /// Street, points and length of each line between neighbouring stops.
    pub(super) fn lines(&self) -> Vec<(usize, usize, usize)> {
        let mut lines = Vec::new();
        for (street, stops) in self.stops.iter().enumerate() {
            for pair in stops.windows(2) {
                let middle = self.ground.streets.list[street].at(f64::midpoint(pair[0].0, pair[1].0), 0.0);
                if pair[0].1 != pair[1].1 && !(self.dry && self.in_river(middle.y, 10.0)) {
                    lines.push((street, pair[0].1, pair[1].1));
                }
            }
        }
        lines
    }

    /// Whether a plan northing lies in a river's corridor, more than `by` metres from its streets' axes.
    pub(super) fn in_river(&self, v: f64, by: f64) -> bool {
        let rows = &self.ground.layout.rows;
        let row = rows.partition_point(|&r| r <= v);
        row > 0
            && row < rows.len()
            && (row - 1) % ROWS_PER_BAND == RIVER_ROW
            && v - rows[row - 1] > by
            && rows[row] - v > by
    }

    /// A connection from a parcel's front to the route before it: tap on the route, end inside the parcel, street.
    pub(super) fn connect(&mut self, parcel: usize, share: f64) -> Option<(usize, usize, usize)> {
        let lot = &self.ground.parcels[parcel].lot;
        let mut sides = vec![self.ground.parcels[parcel].street as i32];
        for &tag in &lot.tags {
            if tag >= 0 && !sides.contains(&tag) {
                sides.push(tag);
            }
        }
        for tag in sides {
            let street = tag as usize;
            if self.offsets[street].is_none() {
                continue;
            }
            let Some((at, along)) = along_frontage(lot, tag, share) else { continue };
            let t = self.along(street, self.ground.layout.plan(at));
            if let Some(tap) = self.stop(street, t) {
                let end = self.point_at((at + along.left() * 2.0).to_mm());
                self.points[end].word = "预留口";
                self.points[end].serves = Some(parcel);
                return Some((tap, end, street));
            }
        }
        None
    }

    /// Plan position `beside` metres left of a street's axis at the place of one of its stops.
    pub(super) fn beside(&self, street: usize, t: f64, beside: f64) -> P {
        self.ground.streets.list[street].at(t, beside)
    }

    /// Where a street's route runs, m left of the axis.
    pub(super) fn offset(&self, street: usize) -> Option<f64> {
        self.offsets[street]
    }
}
