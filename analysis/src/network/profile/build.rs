//! From a way through the graph to what stands and lies along it.

use spatial_db::cache::Cache;
use spatial_db::model::{NodeKind, Presence};

use super::crossings::crossings;
use super::flaws::flaws;
use super::{Branch, Corner, Course, Flow, Profile, ProfileLimits, Run, Station, StationNode};
use crate::network::clearance::ClearanceRules;
use crate::network::section::{Size, height};
use crate::network::topology::{Direction, Flows, Topology, plan_m};
use crate::network::trace::Way;

/// Most points of the ground over one pipe.
const MOST_POINTS: f64 = 200.0;

/// What a profile is made from.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The park and its index.
    pub cache: &'a Cache,
    /// What was there.
    pub there: &'a Presence,
    /// The network.
    pub topology: &'a Topology,
    /// Its directions.
    pub flows: &'a Flows,
    /// Clearances, covers and what surveys know.
    pub clearance: &'a ClearanceRules,
    /// What sewers are held against.
    pub limits: &'a ProfileLimits,
}

impl Ask<'_> {
    /// The profile along a way. `asked` says how the way was found.
    pub fn profile(&self, course: &Course, asked: Option<Way>) -> Profile {
        let park = self.cache.snapshot();
        let mut profile = Profile {
            class: self.topology.class,
            asked,
            length_m: 0.0,
            corners: Vec::new(),
            ground: Vec::new(),
            runs: Vec::with_capacity(course.links.len()),
            stations: Vec::with_capacity(course.links.len() + 1),
            crossings: Vec::new(),
            flaws: Vec::new(),
        };
        let junctions = course.junctions(self.topology);
        let mut at_m = 0.0;
        for (link, from) in course.links.iter().zip(&junctions) {
            let mut path = self.topology.course(park, *link);
            let drawn = self.topology.graph.ends(*link)[0] == *from;
            if !drawn {
                path.reverse();
            }
            let run = self.run(*link, drawn, &path, at_m);
            for (corner, place) in run.axis_m.iter().zip(&path) {
                let corner = Corner { at_m: corner[0], position: *place };
                if profile.corners.last() != Some(&corner) {
                    profile.corners.push(corner);
                }
            }
            self.ground(&path, at_m, &mut profile.ground);
            at_m = run.span_m[1];
            profile.runs.push(run);
        }
        profile.length_m = at_m;
        for (number, junction) in junctions.iter().enumerate() {
            let before = number.checked_sub(1).map(|before| &profile.runs[before]);
            let station = self.station(*junction, before, profile.runs.get(number), course, number);
            profile.stations.push(station);
        }
        profile.crossings = crossings(self, &profile);
        profile.flaws = flaws(self, &profile);
        profile
    }

    fn run(&self, link: u32, drawn: bool, path: &[[f64; 3]], from_m: f64) -> Run {
        let row = self.topology.links[link as usize].edge;
        let edge = &self.cache.snapshot().edges[row as usize];
        let size = Size::of(edge);
        let mut axis_m = Vec::with_capacity(path.len());
        let mut at = from_m;
        for (number, place) in path.iter().enumerate() {
            if let Some(before) = number.checked_sub(1) {
                at += plan_m(path[before], *place);
            }
            axis_m.push([at, place[2]]);
        }
        let flow = match self.flows.directions[link as usize] {
            Direction::Unknown => Flow::Unknown,
            Direction::Forward if drawn => Flow::With,
            Direction::Backward if !drawn => Flow::With,
            _ => Flow::Against,
        };
        let drop = axis_m[0][1] - axis_m[axis_m.len() - 1][1];
        let fall = Some(drop / (at - from_m)).filter(|fall| fall.is_finite());
        Run {
            edge: row,
            id: edge.id,
            key: edge.provenance.key.clone(),
            span_m: [from_m, at],
            axis_m,
            height_m: size.width_m.map(|_| size.height_m),
            round: size.round,
            diameter_mm: edge.diameter_mm.filter(|mm| *mm > 0.0),
            size: if size.width_m.is_some() { size.words } else { String::new() },
            material: edge.material.clone(),
            survey_level: edge.survey_level.clone(),
            off_m: self.clearance.quality(edge).height_m,
            flow,
            fall,
        }
    }

    /// Ground over a pipe, joined to the stretch before where that reaches it.
    fn ground(&self, path: &[[f64; 3]], from_m: f64, stretches: &mut Vec<Vec<[f64; 2]>>) {
        let Some(terrain) = &self.cache.snapshot().terrain else { return };
        let mut at = from_m;
        for pair in path.windows(2) {
            let run = plan_m(pair[0], pair[1]);
            let steps = (run / terrain.cell_m).ceil().clamp(1.0, MOST_POINTS) as usize;
            for step in 0..=steps {
                let share = step as f64 / steps as f64;
                let [x, y] = [0, 1].map(|axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * share);
                let here = at + run * share;
                let before = if step == 0 { at } else { at + run * (step - 1) as f64 / steps as f64 };
                let Some(z) = terrain.height_at(x, y) else { continue };
                match stretches.last_mut() {
                    Some(stretch) if stretch.last().is_some_and(|last| last[0] >= here) => {}
                    Some(stretch) if stretch.last().is_some_and(|last| last[0] >= before - 1e-9) => {
                        stretch.push([here, z]);
                    }
                    _ => stretches.push(vec![[here, z]]),
                }
            }
            at += run;
        }
    }

    fn station(
        &self,
        junction: u32,
        before: Option<&Run>,
        after: Option<&Run>,
        course: &Course,
        number: usize,
    ) -> Station {
        let park = self.cache.snapshot();
        let position = self.topology.junctions[junction as usize].position;
        let at_m = after.map_or_else(|| before.map_or(0.0, |run| run.span_m[1]), |run| run.span_m[0]);
        let terrain_m = height(self.cache, [position[0], position[1]]);
        let node = self.stands(junction, terrain_m);
        let own = [number.checked_sub(1), Some(number)].map(|at| at.and_then(|at| course.links.get(at)));
        let others = self.topology.graph.at(junction).iter().filter(|arc| !own.contains(&Some(&arc.link)));
        let branch = |arc: &crate::network::graph::Arc| {
            let row = self.topology.links[arc.link as usize].edge;
            let edge = &park.edges[row as usize];
            let size = Size::of(edge);
            let first = self.topology.graph.ends(arc.link)[0] == junction;
            let axis = self.topology.place(park, arc.link, if first { 0.0 } else { 1.0 })[2];
            Branch {
                id: edge.id,
                key: edge.provenance.key.clone(),
                axis_m: Some(axis).filter(|z| z.is_finite()),
                height_m: size.width_m.map(|_| size.height_m),
                size: if size.width_m.is_some() { size.words } else { String::new() },
            }
        };
        Station {
            at_m,
            junction,
            place: [position[0], position[1]],
            node,
            terrain_m,
            in_m: before.and_then(|run| run.invert_ends_m()[1]),
            out_m: after.and_then(|run| run.invert_ends_m()[0]),
            branches: others.map(branch).collect(),
        }
    }
    /// What stands at a junction. Of several points a chamber gives name and kind, and every fact is that of the first that has it.
    fn stands(&self, junction: u32, terrain_m: Option<f64>) -> Option<StationNode> {
        let park = self.cache.snapshot();
        let chamber = self.topology.row_of(park, junction, |node| opens(node.kind));
        let row = chamber.or_else(|| self.topology.rows_at(junction).next())?;
        let main = &park.nodes[row as usize];
        let all = || std::iter::once(main).chain(self.topology.nodes_at(park, junction));
        let cover_level_m = all().find_map(|node| node.ground_elevation_m);
        let depth_m = all().find_map(|node| node.depth_m.filter(|depth| *depth > 0.0));
        Some(StationNode {
            id: main.id,
            key: main.provenance.key.clone(),
            kind: main.kind,
            cover_level_m,
            bottom_m: depth_m.and_then(|depth| Some(cover_level_m.or(terrain_m)? - depth)),
            depth_m,
            width_m: all().find_map(|node| node.size_mm.filter(|mm| *mm > 0.0)).map(|mm| mm / 1000.0),
        })
    }
}

/// Whether a person can get at the pipes there.
pub(super) const fn opens(kind: NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Manhole | NodeKind::Inlet | NodeKind::Outfall | NodeKind::Tank | NodeKind::Source | NodeKind::Pump
    )
}
