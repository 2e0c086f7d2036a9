//! Who hangs on what: customers and hydrants at junctions, buildings by the nearest connection or line.

use geo::{BoundingRect, Distance, Euclidean, Line, Point, coord};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};
use spatial_db::model::{NodeKind, ParkSnapshot, Presence};

use super::{Isolation, Isolator};
use crate::network::settings::Settings;
use crate::network::topology::Topology;

/// What serves a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// The nearest connection on record.
    Connection(u32),
    /// The nearest line: no connection is on record near it. Taken for true, not known.
    Line(u32),
}

/// Who hangs on a network.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Service {
    /// Junctions of customers' connections.
    pub connections: Vec<u32>,
    /// Junctions of hydrants.
    pub hydrants: Vec<u32>,
    /// Buildings by row in the snapshot, with what serves them and how far that is, m.
    pub buildings: Vec<(u32, Served, f64)>,
    /// Buildings with neither connection nor line near: what serves them is not known.
    pub unserved: usize,
}

/// Who is meant by an isolation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supply {
    /// Junctions of customers' connections without supply.
    pub connections: Vec<u32>,
    /// Junctions of hydrants without supply.
    pub hydrants: Vec<u32>,
    /// Buildings without supply, by position in [`Service::buildings`].
    pub buildings: Vec<u32>,
}

struct Course {
    link: u32,
    line: Line<f64>,
}

impl RTreeObject for Course {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = [self.line.start, self.line.end];
        AABB::from_corners([a.x.min(b.x), a.y.min(b.y)], [a.x.max(b.x), a.y.max(b.y)])
    }
}

impl Service {
    /// Who hangs on `topology`, of what was there.
    pub fn of(topology: &Topology, park: &ParkSnapshot, there: &Presence, settings: &Settings) -> Self {
        let mut found = Self::default();
        for junction in 0..topology.junctions.len() as u32 {
            let has = |kind: NodeKind| topology.row_of(park, junction, |node| node.kind == kind).is_some();
            if has(NodeKind::Connection) {
                found.connections.push(junction);
            }
            if has(NodeKind::Hydrant) {
                found.hydrants.push(junction);
            }
        }
        if park.buildings.is_empty() {
            return found;
        }
        let spot = |junction: &u32| {
            let [x, y, _] = topology.junctions[*junction as usize].position;
            GeomWithData::new([x, y], *junction)
        };
        let connections = RTree::bulk_load(found.connections.iter().map(spot).collect());
        let mut courses = Vec::new();
        for link in 0..topology.links.len() as u32 {
            for pair in topology.course(park, link).windows(2) {
                let at = |p: [f64; 3]| coord! { x: p[0], y: p[1] };
                courses.push(Course { link, line: Line::new(at(pair[0]), at(pair[1])) });
            }
        }
        let courses = RTree::bulk_load(courses);
        let reach = settings.tolerance.service_m.value;
        for (row, building) in park.buildings.iter().enumerate().filter(|(row, _)| there.buildings[*row]) {
            let Some(bounds) = building.footprint.bounding_rect() else { continue };
            let (low, high) = (bounds.min(), bounds.max());
            let near = AABB::from_corners([low.x - reach, low.y - reach], [high.x + reach, high.y + reach]);
            let nearest = |found: &mut dyn Iterator<Item = (f64, u32)>| {
                found.filter(|(far, _)| *far <= reach).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            };
            let to_point = |at: &GeomWithData<[f64; 2], u32>| {
                (Euclidean.distance(&Point::new(at.geom()[0], at.geom()[1]), &building.footprint), at.data)
            };
            let by = nearest(&mut connections.locate_in_envelope(&near).map(to_point));
            let by = by.map(|(far, junction)| (Served::Connection(junction), far)).or_else(|| {
                let to_line = |at: &Course| (Euclidean.distance(&at.line, &building.footprint), at.link);
                let line = nearest(&mut courses.locate_in_envelope_intersecting(&near).map(to_line));
                line.map(|(far, link)| (Served::Line(link), far))
            });
            match by {
                Some((served, far)) => found.buildings.push((row as u32, served, far)),
                None => found.unserved += 1,
            }
        }
        found
    }

    /// How many customers, buildings and hydrants each segment has.
    pub fn per_segment(&self, isolator: &Isolator) -> [Vec<f64>; 3] {
        let mut counts = [(); 3].map(|()| vec![0.0; isolator.segments.count]);
        let segments = &isolator.segments;
        let mut add = |of: usize, segment: u32| counts[of][segment as usize] += 1.0;
        self.connections.iter().for_each(|at| add(0, segments.of_junction[*at as usize]));
        self.buildings.iter().for_each(|(_, served, _)| add(1, served.segment(isolator)));
        self.hydrants.iter().for_each(|at| add(2, segments.of_junction[*at as usize]));
        counts
    }

    /// Rows of the buildings that hang on a part of the network with a source. Of the others nobody can tell whether they have supply.
    pub fn with_source(&self, isolator: &Isolator) -> Vec<u32> {
        let has = isolator.parts_with_source();
        let fed = self.buildings.iter().filter(|(_, served, _)| has[served.segment(isolator) as usize]);
        fed.map(|(row, ..)| *row).collect()
    }

    /// Who loses supply by an isolation: those shut off and those cut off, who had it before.
    pub fn lost(&self, isolator: &Isolator, isolation: &Isolation) -> Supply {
        let had = isolator.supplied_now();
        let mut gone = vec![false; isolator.segments.count];
        for segment in isolation.segments.iter().chain(&isolation.cut_off) {
            // In a part without a source on record nobody can tell who had supply; those shut off lose it all the same.
            let at = *segment as usize;
            gone[at] = had[at] || !isolator.parts_with_source()[at];
        }
        self.within(isolator, &gone)
    }

    /// Who loses supply besides, where all is shut that may be.
    pub fn perhaps_lost(&self, isolator: &Isolator, isolation: &Isolation) -> Supply {
        let mut gone = vec![false; isolator.segments.count];
        isolation.perhaps_cut.iter().for_each(|segment| gone[*segment as usize] = true);
        self.within(isolator, &gone)
    }

    /// Who hangs on these segments.
    fn within(&self, isolator: &Isolator, gone: &[bool]) -> Supply {
        let at = |junction: &u32| gone[isolator.segments.of_junction[*junction as usize] as usize];
        let building = |(_, served, _): &(u32, Served, f64)| gone[served.segment(isolator) as usize];
        Supply {
            connections: self.connections.iter().copied().filter(at).collect(),
            hydrants: self.hydrants.iter().copied().filter(at).collect(),
            buildings: (0..self.buildings.len() as u32).filter(|b| building(&self.buildings[*b as usize])).collect(),
        }
    }
}

impl Served {
    fn segment(self, isolator: &Isolator) -> u32 {
        match self {
            Self::Connection(junction) => isolator.segments.of_junction[junction as usize],
            Self::Line(link) => isolator.segments.of_link[link as usize],
        }
    }
}
