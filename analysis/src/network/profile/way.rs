//! Which way a profile takes.

use spatial_db::model::{NodeKind, ParkSnapshot};

use crate::network::barriers::{Along, Barriers};
use crate::network::topology::{Direction, Flows, Topology};
use crate::network::trace::{Start, Way};

/// A way through the network: links in order from a junction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Where it begins.
    pub from: u32,
    /// Links in order.
    pub links: Vec<u32>,
}

impl Course {
    /// Junctions in order: one more than links.
    pub fn junctions(&self, topology: &Topology) -> Vec<u32> {
        let mut at = self.from;
        let mut all = vec![at];
        for link in &self.links {
            let [a, b] = topology.graph.ends(*link);
            at = if a == at { b } else { a };
            all.push(at);
        }
        all
    }
}

/// Whether flow passes a link from `here`; `None` where its direction is not known.
fn passes(topology: &Topology, flows: &Flows, link: u32, here: u32) -> Option<bool> {
    let [from, _] = topology.graph.ends(link);
    match flows.directions[link as usize] {
        Direction::Forward => Some(from == here),
        Direction::Backward => Some(from != here),
        Direction::Unknown => None,
    }
}

impl Topology {
    /// The way from a place with the flow to the nearest outfall that it reaches, or to the farthest end where it reaches none; or
    /// the longest way that flows to a place. Links whose direction is not known are taken as they lead on. Past what is `shut` no
    /// way leads, unless it begins there. `None` where the place is alone.
    pub fn way_along(
        &self,
        park: &ParkSnapshot,
        flows: &Flows,
        starts: &[Start],
        way: Way,
        barriers: &Barriers,
    ) -> Option<Course> {
        let up = way == Way::Upstream;
        // Of a line in pieces the one where the flow begins, or ends.
        let (first, from) = self.begin(flows, starts, up)?;
        let onward = match first {
            Some(link) => {
                let [a, b] = self.graph.ends(link);
                if a == from { b } else { a }
            }
            None => from,
        };
        let open = |link: u32, here: u32| {
            let along = passes(self, flows, link, here).is_none_or(|with| with != up);
            along && Some(link) != first && (here == onward || !barriers.is_shut(here)) && !barriers.is_closed(link)
        };
        let length = |link: u32| self.links[link as usize].length_m;
        let ways = self.graph.ways(&[onward], None, length, open);
        let reached = (0..self.graph.junctions() as u32).filter(|at| ways.far_m[*at as usize].is_finite());
        let far = |at: &u32| ways.far_m[*at as usize];
        let outfall = |at: &u32| self.row_of(park, *at, |node| node.kind == NodeKind::Outfall).is_some();
        let nearest = |a: &u32, b: &u32| far(a).total_cmp(&far(b)).then(a.cmp(b));
        let to = if up { None } else { reached.clone().filter(outfall).min_by(nearest) };
        let to = to.or_else(|| reached.max_by(|a, b| far(a).total_cmp(&far(b)).then(b.cmp(a))))?;
        let mut links: Vec<u32> = first.into_iter().chain(ways.links_to(to)?).collect();
        if links.is_empty() {
            return None;
        }
        let mut from = from;
        if up {
            links.reverse();
            from = to;
        }
        Some(Course { from, links })
    }

    /// The shortest way between two junctions past what is not shut: with the flow where there is one, from either end; else any.
    pub fn way_between(&self, flows: &Flows, [a, b]: [u32; 2], barriers: &Barriers) -> Option<Course> {
        let length = |link: u32| self.links[link as usize].length_m;
        for [from, to] in [[a, b], [b, a]] {
            let open = |link: u32, here: u32| {
                passes(self, flows, link, here).is_none_or(|with| with)
                    && (here == from || !barriers.is_shut(here))
                    && !barriers.is_closed(link)
            };
            if let Some((_, links)) = self.graph.shortest(from, to, length, open) {
                return (!links.is_empty()).then_some(Course { from, links });
            }
        }
        let links = self.shortest_along(a, b, barriers, Along::Any)?.links;
        (!links.is_empty()).then_some(Course { from: a, links })
    }

    /// The first link where one was asked for, and the junction from which it is entered.
    fn begin(&self, flows: &Flows, starts: &[Start], up: bool) -> Option<(Option<u32>, u32)> {
        let links: Vec<u32> = starts
            .iter()
            .filter_map(|start| match start {
                Start::Link(link) => Some(*link),
                Start::Junction(_) => None,
            })
            .collect();
        let (Some(low), Some(high)) = (links.first(), links.last()) else {
            return starts.iter().find_map(|start| match start {
                Start::Junction(junction) => Some((None, *junction)),
                Start::Link(_) => None,
            });
        };
        // Links of a line are numbered along it.
        let backward = flows.directions[*low as usize] == Direction::Backward;
        let link = if backward == up { *low } else { *high };
        let [a, b] = self.graph.ends(link);
        Some((Some(link), if backward == up { a } else { b }))
    }
}
