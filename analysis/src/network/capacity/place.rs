//! Where a parcel is connected: by its own connection, else by the nearest line that could carry it.

use std::collections::HashMap;

use geo::{BoundingRect, Distance, Euclidean, Line, MultiPolygon, Point, coord};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};
use spatial_db::model::{ParkSnapshot, Presence};

use super::Reached;
use super::rules::{CapacityRules, Resource};
use super::ways::Ways;
use crate::network::topology::Topology;

/// A junction at which a place is connected, and how.
type Start = (u32, Reached);

#[derive(Debug, Clone)]
struct Course {
    /// The end of the line that is farther from the source: a junction, or the line's own end before something shut.
    junction: u32,
    line: Line<f64>,
}

impl RTreeObject for Course {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = [self.line.start, self.line.end];
        AABB::from_corners([a.x.min(b.x), a.y.min(b.y)], [a.x.max(b.x), a.y.max(b.y)])
    }
}

/// Where places are connected.
#[derive(Debug, Clone)]
pub(super) struct Places {
    of_parcel: Vec<Vec<Start>>,
    rows: HashMap<String, u32>,
    connections: RTree<GeomWithData<[f64; 2], u32>>,
    lines: RTree<Course>,
    own_m: f64,
    reach_m: f64,
}

impl Places {
    pub(super) fn of(
        park: &ParkSnapshot,
        there: &Presence,
        topology: &Topology,
        resource: &Resource,
        rules: &CapacityRules,
        ways: &Ways,
    ) -> Self {
        let is_connection = |junction: u32| topology.row_of(park, junction, |node| resource.connects(node)).is_some();
        let spot = |junction: u32| {
            let [x, y, _] = topology.junctions[junction as usize].position;
            GeomWithData::new([x, y], junction)
        };
        let all = 0..topology.junctions.len() as u32;
        let connections = RTree::bulk_load(all.filter(|at| is_connection(*at)).map(spot).collect());
        // A connection that shares its place with a joint of a main makes no branches of the main's lines.
        let ends_branch = |junction: u32| {
            let stands = topology.node(park, junction).is_some_and(|node| resource.connects(node));
            stands || (topology.graph.at(junction).len() < 2 && is_connection(junction))
        };
        let mut lines = Vec::new();
        for link in 0..topology.links.len() as u32 {
            let [a, b] = topology.graph.ends(link);
            let subtype = park.edges[topology.links[link as usize].edge as usize].subtype.as_deref();
            // A customer's own branch is no main that others connect to, and from a closed line nothing comes.
            if ends_branch(a) || ends_branch(b) || !resource.carries(subtype) || ways.closed[link as usize] {
                continue;
            }
            let [a, b] = ways.ends(topology, link);
            let junction = if ways.far_m[a as usize] > ways.far_m[b as usize] { a } else { b };
            for pair in topology.course(park, link).windows(2) {
                let at = |p: [f64; 3]| coord! { x: p[0], y: p[1] };
                lines.push(Course { junction, line: Line::new(at(pair[0]), at(pair[1])) });
            }
        }
        let mut places = Self {
            of_parcel: vec![Vec::new(); park.parcels.len()],
            rows: HashMap::with_capacity(park.parcels.len()),
            connections,
            lines: RTree::bulk_load(lines),
            own_m: rules.figure.own_m.value,
            reach_m: rules.figure.reach_m.value,
        };
        places.share_out(park, there);
        places
    }

    /// Gives every connection to the nearest parcel, and every parcel without one to the nearest line.
    fn share_out(&mut self, park: &ParkSnapshot, there: &Presence) {
        let mut nearest: HashMap<u32, (f64, u32)> = HashMap::new();
        let mut boxes = Vec::with_capacity(park.parcels.len());
        for (row, parcel) in park.parcels.iter().enumerate() {
            self.rows.insert(parcel.provenance.key.clone(), row as u32);
            let bounds = parcel.boundary.bounding_rect().filter(|_| there.parcels[row]);
            boxes.push(bounds);
            let Some(bounds) = bounds else { continue };
            for at in self.connections.locate_in_envelope(&grown(bounds, self.own_m)) {
                let far = Euclidean.distance(&Point::new(at.geom()[0], at.geom()[1]), &parcel.boundary);
                let best = nearest.entry(at.data).or_insert((f64::INFINITY, 0));
                if far <= self.own_m && far < best.0 {
                    *best = (far, row as u32);
                }
            }
        }
        for (junction, (far, row)) in nearest {
            if far.is_finite() {
                self.of_parcel[row as usize].push((junction, Reached::Connection));
            }
        }
        for (row, bounds) in boxes.into_iter().enumerate() {
            self.of_parcel[row].sort_by_key(|(junction, _)| *junction);
            let Some(bounds) = bounds.filter(|_| self.of_parcel[row].is_empty()) else { continue };
            let best = self.nearest_line(bounds, &park.parcels[row].boundary);
            self.of_parcel[row].extend(best);
        }
    }

    /// The line that something would be connected to.
    fn nearest_line(&self, bounds: geo::Rect<f64>, boundary: &MultiPolygon<f64>) -> Option<Start> {
        let near = self.lines.locate_in_envelope_intersecting(&grown(bounds, self.reach_m));
        let far = near.map(|course| (Euclidean.distance(&course.line, boundary), course.junction));
        let best = far.filter(|(far, _)| *far <= self.reach_m).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        best.map(|(far, junction)| (junction, Reached::Line(far)))
    }

    /// Where a building is connected: all connections near it, else one line, else nothing. Two buildings may share a connection.
    pub(super) fn of_footprint(&self, footprint: &MultiPolygon<f64>) -> Vec<Start> {
        let Some(bounds) = footprint.bounding_rect() else { return Vec::new() };
        let near = self.connections.locate_in_envelope(&grown(bounds, self.own_m));
        let far = |at: [f64; 2]| Euclidean.distance(&Point::new(at[0], at[1]), footprint);
        let own = near.filter(|at| far(*at.geom()) <= self.own_m).map(|at| (at.data, Reached::Connection));
        let mut own: Vec<Start> = own.collect();
        own.sort_by_key(|(junction, _)| *junction);
        if own.is_empty() { self.nearest_line(bounds, footprint).into_iter().collect() } else { own }
    }

    /// Row of a parcel by key.
    pub(super) fn parcel(&self, park: &ParkSnapshot, key: &str) -> Option<u32> {
        self.rows.get(key).copied().filter(|row| (*row as usize) < park.parcels.len())
    }

    /// Where a parcel is connected; its own connections all of them, else one line, else nothing.
    pub(super) fn of_parcel(&self, row: u32) -> &[Start] {
        &self.of_parcel[row as usize]
    }

    /// Where a point would be connected.
    pub(super) fn near(&self, at: [f64; 2]) -> Option<Start> {
        let spot = Point::new(at[0], at[1]);
        let own = self
            .connections
            .nearest_neighbor(&at)
            .filter(|found| Euclidean.distance(&Point::new(found.geom()[0], found.geom()[1]), &spot) <= self.own_m);
        if let Some(found) = own {
            return Some((found.data, Reached::Connection));
        }
        let reach = self.reach_m;
        let near = AABB::from_corners([at[0] - reach, at[1] - reach], [at[0] + reach, at[1] + reach]);
        let far = self.lines.locate_in_envelope_intersecting(&near);
        let far = far.map(|course| (Euclidean.distance(&course.line, &spot), course.junction));
        let best = far.filter(|(far, _)| *far <= reach).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        best.map(|(far, junction)| (junction, Reached::Line(far)))
    }
}

fn grown(bounds: geo::Rect<f64>, by: f64) -> AABB<[f64; 2]> {
    let (low, high) = (bounds.min(), bounds.max());
    AABB::from_corners([low.x - by, low.y - by], [high.x + by, high.y + by])
}
