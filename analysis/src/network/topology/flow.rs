//! Which way flows, where that is known.
//!
//! What the record of a line says goes before all: a column of its survey, or a check valve on it. Other gravity lines flow as they
//! fall; where a survey draws nearly all of them so, as they are drawn, which covers level lines and pumping mains. Under pressure a
//! link that is the only way from the sources to what lies behind it flows there; in a ring the direction depends on demand, and stays
//! unknown here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use spatial_db::model::{NetworkClass, NetworkNode, NodeKind, ParkSnapshot};

use super::{Link, Topology, along};
use crate::network::barriers::Passage;
use crate::network::graph::NONE;
use crate::network::settings::Settings;

/// Direction of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From its first junction to its last.
    Forward,
    /// From its last to its first.
    Backward,
    /// Not known.
    Unknown,
}

/// Why a direction is taken for known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowBasis {
    /// The record of the line says it: a column of its survey, or a check valve on it.
    Recorded,
    /// Gravity lines of this park are drawn as they flow: nearly all fall that way.
    Drawn,
    /// Each gravity line by its own fall.
    Fall,
    /// Away from the sources, where there is only one way.
    Sources,
    /// Nothing tells it.
    None,
}

/// Direction of every link.
#[derive(Debug, Clone, PartialEq)]
pub struct Flows {
    /// Why, of what no record of its own tells.
    pub basis: FlowBasis,
    /// By link.
    pub directions: Vec<Direction>,
    /// By link: why.
    pub bases: Vec<FlowBasis>,
    /// Gravity links that rise the way they are taken to flow.
    pub against: Vec<u32>,
}

impl Flows {
    /// How many links flow by each reason; those of unknown direction by [`FlowBasis::None`].
    pub fn counts(&self) -> BTreeMap<FlowBasis, usize> {
        let mut counts = BTreeMap::new();
        self.bases.iter().for_each(|basis| *counts.entry(*basis).or_default() += 1);
        counts
    }
}

/// Whether a node feeds a network.
pub(crate) fn feeds(node: &NetworkNode) -> bool {
    matches!(node.kind, NodeKind::Source | NodeKind::Tank)
}

impl Topology {
    /// Junctions that feed the network: sources and tanks.
    pub fn sources(&self, park: &ParkSnapshot) -> Vec<u32> {
        let feeds = |junction: &u32| self.row_of(park, *junction, feeds).is_some();
        (0..self.junctions.len() as u32).filter(feeds).collect()
    }

    /// The node that stands at a junction.
    pub fn node<'p>(&self, park: &'p ParkSnapshot, junction: u32) -> Option<&'p NetworkNode> {
        let node = self.junctions[junction as usize].node;
        (node != NONE).then(|| &park.nodes[node as usize])
    }

    /// Direction of every link.
    pub fn flows(&self, park: &ParkSnapshot, settings: &Settings) -> Flows {
        let recorded: Vec<Option<Direction>> = self.links.iter().map(|link| recorded(park, settings, link)).collect();
        if self.class == NetworkClass::Drainage {
            self.by_gravity(park, settings, &recorded)
        } else {
            self.outward(park, &recorded)
        }
    }

    fn by_gravity(&self, park: &ParkSnapshot, settings: &Settings, recorded: &[Option<Direction>]) -> Flows {
        let level = settings.tolerance.level_m.value;
        let fall = |link: &Link| {
            let path = &park.edges[link.edge as usize].path;
            along(path, link.span_m[0])[2] - along(path, link.span_m[1])[2]
        };
        let falls: Vec<f64> = self.links.iter().map(fall).collect();
        let down = falls.iter().filter(|fall| **fall > level).count();
        let up = falls.iter().filter(|fall| **fall < -level).count();
        let drawn = down > 0 && down as f64 >= settings.tolerance.drawn_share.value * (down + up) as f64;
        let by_fall = |fall: &f64| match fall {
            fall if *fall > level => Direction::Forward,
            fall if *fall < -level => Direction::Backward,
            _ => Direction::Unknown,
        };
        let (basis, directions) = if drawn {
            (FlowBasis::Drawn, vec![Direction::Forward; falls.len()])
        } else {
            let basis = if down + up > 0 { FlowBasis::Fall } else { FlowBasis::None };
            (basis, falls.iter().map(by_fall).collect())
        };
        let mut flows = flows(basis, directions, recorded);
        let rises = |at: &u32| match flows.directions[*at as usize] {
            Direction::Forward => falls[*at as usize] < -level,
            Direction::Backward => falls[*at as usize] > level,
            Direction::Unknown => false,
        };
        flows.against = (0..falls.len() as u32).filter(rises).collect();
        flows
    }

    fn outward(&self, park: &ParkSnapshot, recorded: &[Option<Direction>]) -> Flows {
        let mut directions = vec![Direction::Unknown; self.links.len()];
        let sources = self.sources(park);
        let walk = self.graph.walk(&sources);
        let mut below = vec![0_u32; self.junctions.len()];
        for source in &sources {
            below[*source as usize] += 1;
        }
        let mut in_part = vec![0_u32; walk.parts as usize];
        for junction in &sources {
            in_part[walk.part[*junction as usize] as usize] += 1;
        }
        for junction in walk.order.iter().rev() {
            let j = *junction as usize;
            let up = walk.parent[j];
            if up.link == NONE {
                continue;
            }
            if walk.by_bridge(*junction) {
                let all = in_part[walk.part[j] as usize];
                let [first, _] = self.graph.ends(up.link);
                let outward = if first == up.to { Direction::Forward } else { Direction::Backward };
                let inward = if first == up.to { Direction::Backward } else { Direction::Forward };
                directions[up.link as usize] = match below[j] {
                    0 if all > 0 => outward,
                    here if here == all && all > 0 => inward,
                    _ => Direction::Unknown,
                };
            }
            below[up.to as usize] += below[j];
        }
        let basis = if sources.is_empty() { FlowBasis::None } else { FlowBasis::Sources };
        flows(basis, directions, recorded)
    }
}

/// What the record of a link's line says: a check valve on it, before what a survey saw.
fn recorded(park: &ParkSnapshot, settings: &Settings, link: &Link) -> Option<Direction> {
    let edge = &park.edges[link.edge as usize];
    if Passage::of(edge) == Passage::OneWay {
        return Some(Direction::Forward);
    }
    let forward = settings.recorded_flow(edge)?;
    Some(if forward { Direction::Forward } else { Direction::Backward })
}

/// Directions of one basis, with what records say in their place.
fn flows(basis: FlowBasis, mut directions: Vec<Direction>, recorded: &[Option<Direction>]) -> Flows {
    let mut bases = Vec::with_capacity(directions.len());
    for (direction, recorded) in directions.iter_mut().zip(recorded) {
        bases.push(match recorded {
            Some(recorded) => {
                *direction = *recorded;
                FlowBasis::Recorded
            }
            None if *direction == Direction::Unknown => FlowBasis::None,
            None => basis,
        });
    }
    Flows { basis, directions, bases, against: Vec::new() }
}
