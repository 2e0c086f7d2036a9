//! The topology of a park that changed, from that of the park before: joined anew only where something changed.
//!
//! What is joined at a place depends on what lies within the widest tolerance of it, and on what stands at the ends of lines that
//! pass there. So every place of a line or point that changed is dirty, with all that hang together with it within the snapping
//! tolerance, and so are the places beside the course of lines that end at these. The lines that pass dirty places are joined again,
//! with all that stands at their ends, as a network of their own. What that says of dirty places is taken, of all others what was
//! known; numbers of junctions are others than those of a build of the whole.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};

use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkEdge, NetworkNode, ParkSnapshot, Presence};

use super::build::{Draft, Drafted, Stop, drafted, finish};
use super::{Doubt, Topology, plan_m};
use crate::network::graph::NONE;
use crate::network::settings::Settings;

/// Where more than one of so many features changed, the whole is built.
const WHOLE: usize = 8;

/// What was joined anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anew {
    /// Lines and points that came, went or changed.
    pub changed: usize,
    /// Places that were looked at again.
    pub places: usize,
    /// Lines that were joined again for it.
    pub lines: usize,
    /// Everything was built: too much changed, or rows stand in another order.
    pub whole: bool,
}

impl Topology {
    /// The topology of a park that changed, from this one, which is of the park as it `was`. As [`Topology::build`] gives, but for
    /// the numbers of junctions and the order of findings.
    pub fn rebuilt(
        &self,
        (was, was_there): (&ParkSnapshot, &Presence),
        now: &Cache,
        there: &Presence,
        settings: &Settings,
    ) -> (Self, Anew) {
        match Change::between(self, (was, was_there), now, there, settings) {
            Some(change) => change.rebuilt(),
            None => {
                let whole = Self::build(now.snapshot(), there, self.class, settings);
                (whole, Anew { whole: true, ..Anew::default() })
            }
        }
    }
}

/// Places in plan, each once, in the order in which they were found.
#[derive(Default)]
struct Places {
    seen: HashSet<[u64; 2]>,
    all: Vec<[f64; 3]>,
    /// How many have been looked about.
    looked: usize,
    bounds: Option<[f64; 4]>,
}

impl Places {
    fn key(place: [f64; 3]) -> [u64; 2] {
        // Both zeros are one.
        [place[0] + 0.0, place[1] + 0.0].map(f64::to_bits)
    }

    fn add(&mut self, place: [f64; 3]) {
        if self.seen.insert(Self::key(place)) {
            let [x, y, _] = place;
            let b = self.bounds.unwrap_or([x, y, x, y]);
            self.bounds = Some([b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]);
            self.all.push(place);
        }
    }

    fn has(&self, place: [f64; 3]) -> bool {
        let within = |b: [f64; 4]| place[0] >= b[0] && place[1] >= b[1] && place[0] <= b[2] && place[1] <= b[3];
        self.bounds.is_some_and(within) && self.seen.contains(&Self::key(place))
    }
}

/// What lies at places that were looked about.
#[derive(Default)]
struct Met {
    places: Places,
    /// Rows of lines with a corner or an end there.
    corners: BTreeSet<u32>,
    /// Rows of lines that end there.
    ends: BTreeSet<u32>,
    /// Rows of points there.
    nodes: BTreeSet<u32>,
}

/// Rows that are the same in both parks.
struct Kept {
    new_of_old: Vec<u32>,
    old_of_new: Vec<u32>,
}

/// Two parks and what differs between them in one network.
struct Change<'a> {
    old: &'a Topology,
    was: &'a ParkSnapshot,
    now: &'a ParkSnapshot,
    cache: &'a Cache,
    there: &'a Presence,
    settings: &'a Settings,
    edges: Kept,
    nodes: Kept,
    /// Rows of lines and points that went or changed, in the old park, and that came or changed, in the new.
    gone_edges: Vec<u32>,
    come_edges: Vec<u32>,
    gone_nodes: Vec<u32>,
    come_nodes: Vec<u32>,
    /// Keys of points that changed.
    keys: HashSet<&'a str>,
    /// Points by keys that changed points have or changed lines name: rows in the old and the new park, in order.
    named: HashMap<&'a str, [Vec<u32>; 2]>,
    /// Rows of lines that stayed and name a point that changed.
    renamed: Vec<u32>,
}

fn is_line(edge: &NetworkEdge, class: NetworkClass) -> bool {
    edge.class == class && edge.path.len() > 1
}

fn same_place(a: [f64; 3], b: [f64; 3]) -> bool {
    (0..3).all(|axis| a[axis].to_bits() == b[axis].to_bits())
}

fn same_line(a: &NetworkEdge, b: &NetworkEdge) -> bool {
    a.path.len() == b.path.len()
        && a.path.iter().zip(&b.path).all(|(a, b)| same_place(*a, *b))
        && a.from_key == b.from_key
        && a.to_key == b.to_key
}

fn same_point(a: &NetworkNode, b: &NetworkNode) -> bool {
    same_place(a.position, b.position) && a.kind == b.kind && a.provenance.key == b.provenance.key
}

/// For every old row its new one, by identity; [`NONE`] for those that went.
fn matched(old: &[FeatureId], new: &[FeatureId]) -> Vec<u32> {
    let rises = |ids: &[FeatureId]| ids.windows(2).all(|pair| pair[0] < pair[1]);
    let mut rows = vec![NONE; old.len()];
    if rises(old) && rises(new) {
        let mut at = 0;
        for (row, id) in old.iter().enumerate() {
            while at < new.len() && new[at] < *id {
                at += 1;
            }
            if new.get(at) == Some(id) {
                rows[row] = at as u32;
            }
        }
    } else {
        let by_id: HashMap<FeatureId, u32> = new.iter().copied().zip(0..).collect();
        for (row, id) in old.iter().enumerate() {
            rows[row] = by_id.get(id).copied().unwrap_or(NONE);
        }
    }
    rows
}

/// What stayed, went and came. `is` says whether an old, and whether a new row is of the network; `same` whether two are the same.
/// `None` where what stayed stands in another order.
fn compared(
    new_of_old: Vec<u32>,
    count: usize,
    is: [&dyn Fn(usize) -> bool; 2],
    same: &dyn Fn(usize, usize) -> bool,
) -> Option<(Kept, Vec<u32>, Vec<u32>)> {
    let mut kept = Kept { new_of_old, old_of_new: vec![NONE; count] };
    let mut gone = Vec::new();
    let mut last: Option<u32> = None;
    for (old, new) in kept.new_of_old.iter_mut().enumerate() {
        if !is[0](old) {
            *new = NONE;
        } else if *new != NONE && is[1](*new as usize) && same(old, *new as usize) {
            if last.is_some_and(|last| last > *new) {
                return None;
            }
            last = Some(*new);
            kept.old_of_new[*new as usize] = old as u32;
        } else {
            *new = NONE;
            gone.push(old as u32);
        }
    }
    let come = (0..count).filter(|new| kept.old_of_new[*new] == NONE && is[1](*new)).map(|new| new as u32).collect();
    Some((kept, gone, come))
}

impl<'a> Change<'a> {
    /// `None` where the whole is better built.
    fn between(
        old: &'a Topology,
        (was, was_there): (&'a ParkSnapshot, &Presence),
        cache: &'a Cache,
        there: &'a Presence,
        settings: &'a Settings,
    ) -> Option<Self> {
        let now: &ParkSnapshot = cache.snapshot();
        let class = old.class;
        let edge_ids = |park: &ParkSnapshot| park.edges.iter().map(|edge| edge.id).collect::<Vec<_>>();
        let node_ids = |park: &ParkSnapshot| park.nodes.iter().map(|node| node.id).collect::<Vec<_>>();
        let was_line = |row: usize| was_there.edges[row] && is_line(&was.edges[row], class);
        let now_line = |row: usize| there.edges[row] && is_line(&now.edges[row], class);
        let (edges, gone_edges, come_edges) =
            compared(matched(&edge_ids(was), &edge_ids(now)), now.edges.len(), [&was_line, &now_line], &|a, b| {
                same_line(&was.edges[a], &now.edges[b])
            })?;
        let was_point = |row: usize| was_there.nodes[row] && was.nodes[row].class == class;
        let now_point = |row: usize| there.nodes[row] && now.nodes[row].class == class;
        let (nodes, gone_nodes, come_nodes) =
            compared(matched(&node_ids(was), &node_ids(now)), now.nodes.len(), [&was_point, &now_point], &|a, b| {
                same_point(&was.nodes[a], &now.nodes[b])
            })?;
        let changed = gone_edges.len() + come_edges.len() + gone_nodes.len() + come_nodes.len();
        if changed * WHOLE > old.links.len() + old.junctions.len() {
            return None;
        }
        let gone = gone_nodes.iter().map(|row| was.nodes[*row as usize].provenance.key.as_str());
        let come = come_nodes.iter().map(|row| now.nodes[*row as usize].provenance.key.as_str());
        let keys: HashSet<&str> = gone.chain(come).collect();
        let of_line = |edge: &'a NetworkEdge| [edge.from_key.as_deref(), edge.to_key.as_deref()].into_iter().flatten();
        let gone = gone_edges.iter().flat_map(|row| of_line(&was.edges[*row as usize]));
        let come = come_edges.iter().flat_map(|row| of_line(&now.edges[*row as usize]));
        let mut named: HashMap<&str, [Vec<u32>; 2]> =
            keys.iter().copied().chain(gone).chain(come).map(|key| (key, Default::default())).collect();
        if !named.is_empty() {
            for (side, nodes) in [&was.nodes, &now.nodes].into_iter().enumerate() {
                let is: &dyn Fn(usize) -> bool = if side == 0 { &was_point } else { &now_point };
                for (row, node) in nodes.iter().enumerate() {
                    if let Some(rows) = named.get_mut(node.provenance.key.as_str())
                        && is(row)
                    {
                        rows[side].push(row as u32);
                    }
                }
            }
        }
        let mut change = Self {
            old,
            was,
            now,
            cache,
            there,
            settings,
            edges,
            nodes,
            gone_edges,
            come_edges,
            gone_nodes,
            come_nodes,
            keys,
            named,
            renamed: Vec::new(),
        };
        change.renamed = change.lines_that_name_changed();
        Some(change)
    }

    /// Lines that stayed and name a point that changed, by their new rows.
    fn lines_that_name_changed(&self) -> Vec<u32> {
        let mut rows = BTreeSet::new();
        if self.keys.is_empty() {
            return Vec::new();
        }
        let names = |edge: &NetworkEdge| {
            let keys = [edge.from_key.as_deref(), edge.to_key.as_deref()];
            keys.into_iter().flatten().any(|key| self.keys.contains(key))
        };
        let at = self.keys.iter().filter_map(|key| self.named.get(key)).flat_map(|rows| &rows[0]);
        for junction in at.filter_map(|row| self.old.junction_of_node(*row as usize)) {
            let lines = self.old.graph.at(junction).iter().map(|arc| self.old.links[arc.link as usize].edge);
            rows.extend(lines.filter(|row| names(&self.was.edges[*row as usize])));
        }
        let lost: HashSet<FeatureId> =
            self.old.findings.iter().filter(|f| f.what == Doubt::NoSuchNode).map(|f| f.feature).collect();
        if !lost.is_empty() {
            let of = |row: &usize| lost.contains(&self.was.edges[*row].id) && names(&self.was.edges[*row]);
            rows.extend((0..self.was.edges.len()).filter(of).map(|row| row as u32));
        }
        rows.into_iter().map(|row| self.edges.new_of_old[row as usize]).filter(|row| *row != NONE).collect()
    }

    fn ends_of(&self, old_line: u32) -> [u32; 2] {
        let links = self.old.links_of_edge(old_line as usize);
        [self.old.graph.ends(links.start)[0], self.old.graph.ends(links.end - 1)[1]]
    }

    /// The point that an end of a line names, both by their new rows.
    fn names(&self, line: u32, end: usize) -> Option<u32> {
        let edge = &self.now.edges[line as usize];
        let key = [&edge.from_key, &edge.to_key][end].as_deref()?;
        if let Some(rows) = self.named.get(key) {
            return rows[1].first().copied();
        }
        let junction = self.ends_of(self.edges.old_of_new[line as usize])[end];
        let rows = self.old.rows_at(junction).filter(|row| self.was.nodes[*row as usize].provenance.key == key);
        rows.min().map(|row| self.nodes.new_of_old[row as usize])
    }

    /// Lines that name a point, all by their new rows.
    fn naming(&self, node: u32) -> Vec<u32> {
        let key = self.now.nodes[node as usize].provenance.key.as_str();
        let names = |edge: &NetworkEdge| [&edge.from_key, &edge.to_key].into_iter().any(|k| k.as_deref() == Some(key));
        let mut lines: Vec<u32> = Vec::new();
        let was = self.nodes.old_of_new[node as usize];
        if was != NONE
            && let Some(junction) = self.old.junction_of_node(was as usize)
        {
            let old = self.old.graph.at(junction).iter().map(|arc| self.old.links[arc.link as usize].edge);
            lines.extend(old.map(|row| self.edges.new_of_old[row as usize]).filter(|row| *row != NONE));
        }
        lines.extend(self.come_edges.iter().chain(&self.renamed));
        lines.retain(|row| names(&self.now.edges[*row as usize]));
        lines
    }

    fn lines_about(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = u32> + '_ {
        let rows = self.cache.slots_in_envelope(low, high, FeatureKind::NetworkEdge);
        let is = move |row: &usize| self.there.edges[*row] && is_line(&self.now.edges[*row], self.old.class);
        rows.into_iter().filter(is).map(|row| row as u32)
    }

    fn points_about(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = u32> + '_ {
        let rows = self.cache.slots_in_envelope(low, high, FeatureKind::NetworkNode);
        let is = move |row: &usize| self.there.nodes[*row] && self.now.nodes[*row].class == self.old.class;
        rows.into_iter().filter(is).map(|row| row as u32)
    }

    /// Looks about every place that has not been: what hangs together with it is there too.
    fn flood(&self, met: &mut Met) {
        let snap = self.settings.tolerance.snap_m.value;
        while met.places.looked < met.places.all.len() {
            let here = met.places.all[met.places.looked];
            met.places.looked += 1;
            let (low, high) = about(here, here, snap);
            for row in self.lines_about(low, high) {
                let path = &self.now.edges[row as usize].path;
                for (at, place) in path.iter().enumerate().filter(|(_, place)| plan_m(**place, here) <= snap) {
                    met.corners.insert(row);
                    if at == 0 || at + 1 == path.len() {
                        met.ends.insert(row);
                    }
                    met.places.add(*place);
                }
            }
            for row in self.points_about(low, high) {
                let place = self.now.nodes[row as usize].position;
                if plan_m(place, here) <= snap {
                    met.nodes.insert(row);
                    met.places.add(place);
                }
            }
        }
    }

    /// All dirty places.
    fn dirty(&self, reach: f64) -> Met {
        let mut met = Met::default();
        let gone = self.gone_edges.iter().map(|row| &self.was.edges[*row as usize]);
        let come = self.come_edges.iter().map(|row| &self.now.edges[*row as usize]);
        gone.chain(come).flat_map(|edge| &edge.path).for_each(|place| met.places.add(*place));
        for rows in [&self.gone_nodes, &self.come_nodes].into_iter().zip([&self.was.nodes, &self.now.nodes]) {
            rows.0.iter().for_each(|row| met.places.add(rows.1[*row as usize].position));
        }
        for [old, new] in self.named.values() {
            old.iter().for_each(|row| met.places.add(self.was.nodes[*row as usize].position));
            new.iter().for_each(|row| met.places.add(self.now.nodes[*row as usize].position));
        }
        for row in &self.renamed {
            let path = &self.now.edges[*row as usize].path;
            [path[0], path[path.len() - 1]].into_iter().for_each(|place| met.places.add(place));
        }
        self.flood(&mut met);
        // What lies beside a line that ends at one of these.
        let mut ending = met.ends.clone();
        ending.extend(met.nodes.iter().flat_map(|node| self.naming(*node)));
        let gone = self.gone_edges.iter().map(|row| &self.was.edges[*row as usize].path);
        let courses = ending.iter().map(|row| &self.now.edges[*row as usize].path).chain(gone);
        for pair in courses.flat_map(|path| path.windows(2)) {
            let (low, high) = about(pair[0], pair[1], reach);
            for row in self.lines_about(low, high) {
                let near = |place: &&[f64; 3]| far_m([pair[0], pair[1]], **place) <= reach;
                self.now.edges[row as usize].path.iter().filter(near).for_each(|place| met.places.add(*place));
            }
            for row in self.points_about(low, high) {
                let place = self.now.nodes[row as usize].position;
                if far_m([pair[0], pair[1]], place) <= reach {
                    met.places.add(place);
                }
            }
        }
        self.flood(&mut met);
        met
    }

    /// Lines and points that decide what is joined at dirty places, by their rows in order.
    fn deciding(&self, dirty: &Met, reach: f64) -> (Vec<u32>, Vec<u32>) {
        let mut lines: BTreeSet<u32> = dirty.corners.clone();
        for place in &dirty.places.all {
            let (low, high) = about(*place, *place, reach);
            lines.extend(self.lines_about(low, high));
        }
        lines.extend(dirty.nodes.iter().flat_map(|node| self.naming(*node)));
        // All that stands at their ends tells whether a point there is named.
        let mut far = Met::default();
        for row in &lines {
            let path = &self.now.edges[*row as usize].path;
            far.places.add(path[0]);
            far.places.add(path[path.len() - 1]);
            for node in (0..2).filter_map(|end| self.names(*row, end)) {
                far.places.add(self.now.nodes[node as usize].position);
            }
        }
        self.flood(&mut far);
        let mut nodes: BTreeSet<u32> = dirty.nodes.union(&far.nodes).copied().collect();
        lines.extend(far.corners);
        lines.extend(far.nodes.iter().flat_map(|node| self.naming(*node)));
        nodes.extend(lines.iter().flat_map(|row| (0..2).filter_map(move |end| self.names(*row, end))));
        (lines.into_iter().collect(), nodes.into_iter().collect())
    }

    fn rebuilt(&self) -> (Topology, Anew) {
        let tolerance = &self.settings.tolerance;
        let reach = tolerance.snap_m.value.max(tolerance.tee_m.value).max(tolerance.near_miss_m.value);
        let dirty = self.dirty(reach);
        let places = &dirty.places;
        let (lines, points) = self.deciding(&dirty, reach);
        let Drafted { draft: again, rows, .. } = drafted(self.now, lines, points.into_iter(), self.settings);

        // Junctions: what was known of clean places, what is new of dirty ones.
        let mut junctions = Vec::with_capacity(self.old.junctions.len());
        let mut of_old = vec![NONE; self.old.junctions.len()];
        for (at, junction) in self.old.junctions.iter().enumerate().filter(|(_, j)| !places.has(j.position)) {
            of_old[at] = junctions.len() as u32;
            let node = if junction.node == NONE { NONE } else { self.nodes.new_of_old[junction.node as usize] };
            junctions.push(super::Junction { node, ..*junction });
        }
        let mut of_new = vec![NONE; again.junctions.len()];
        for (at, junction) in again.junctions.iter().enumerate().filter(|(_, j)| places.has(j.position)) {
            of_new[at] = junctions.len() as u32;
            junctions.push(*junction);
        }

        let now_lines = (0..self.now.edges.len())
            .filter(|row| self.there.edges[*row] && is_line(&self.now.edges[*row], self.old.class));
        let edges: Vec<u32> = now_lines.map(|row| row as u32).collect();
        let mut ends = Vec::with_capacity(edges.len());
        let mut stops = Vec::new();
        let mut numbers: HashMap<u32, u32> = HashMap::with_capacity(again.edges.len());
        for (number, row) in edges.iter().enumerate() {
            let was = self.edges.old_of_new[*row as usize];
            let known = if was == NONE { [NONE; 2] } else { self.ends_of(was).map(|end| of_old[end as usize]) };
            if let Ok(at) = again.edges.binary_search(row) {
                numbers.insert(at as u32, number as u32);
                let new = again.ends[at].map(|end| of_new[end as usize]);
                ends.push([0, 1].map(|end: usize| if known[end] == NONE { new[end] } else { known[end] }));
            } else {
                ends.push(known);
            }
            if was != NONE {
                let links = self.old.links_of_edge(was as usize);
                for link in links.start..links.end - 1 {
                    let junction = of_old[self.old.graph.ends(link)[1] as usize];
                    if junction != NONE {
                        let at_m = self.old.links[link as usize].span_m[1];
                        stops.push(Stop { edge: number as u32, at_m, junction });
                    }
                }
            }
        }
        stops.extend(again.stops.iter().filter(|stop| of_new[stop.junction as usize] != NONE).filter_map(|stop| {
            let edge = *numbers.get(&stop.edge)?;
            Some(Stop { edge, junction: of_new[stop.junction as usize], ..*stop })
        }));

        let at = |finding: &super::Finding| [finding.place[0], finding.place[1], 0.0];
        // Loops are told when lines are cut.
        let clean = self.old.findings.iter().filter(|f| f.what != Doubt::Loop && !places.has(at(f)));
        let anew = again.findings.iter().filter(|f| places.has(at(f)));
        let findings = clean.chain(anew).copied().collect();

        let mut node_junctions = vec![NONE; self.now.nodes.len()];
        for (row, junction) in node_junctions.iter_mut().enumerate() {
            let was = self.nodes.old_of_new[row];
            if was != NONE {
                *junction = self.old.junction_of_node(was as usize).map_or(NONE, |old| of_old[old as usize]);
            }
        }
        for [row, junction] in rows {
            if of_new[junction as usize] != NONE {
                node_junctions[row as usize] = of_new[junction as usize];
            }
        }

        let anew = Anew {
            changed: self.gone_edges.len() + self.come_edges.len() + self.gone_nodes.len() + self.come_nodes.len(),
            places: places.all.len(),
            lines: again.edges.len(),
            whole: false,
        };
        let joined = self.joined(edges.len());
        let draft = Draft { edges, ends, stops, findings, junctions, ..again };
        (finish(draft, self.old.class, node_junctions, joined), anew)
    }

    /// Ends joined by the key of a node, and by where they lie.
    fn joined(&self, lines: usize) -> [usize; 2] {
        let loose = |edge: &NetworkEdge, side: usize| -> usize {
            let keys = [edge.from_key.as_deref(), edge.to_key.as_deref()];
            let found = |key: &str| self.named.get(key).is_none_or(|rows| !rows[side].is_empty());
            keys.into_iter().filter(|key| !key.is_some_and(found)).count()
        };
        let gone: usize = self.gone_edges.iter().map(|row| loose(&self.was.edges[*row as usize], 0)).sum();
        let come: usize = self.come_edges.iter().map(|row| loose(&self.now.edges[*row as usize], 1)).sum();
        // Of lines that stayed only keys of points that changed can have become or ceased to be known.
        let stayed = self.renamed.iter().map(|row| &self.now.edges[*row as usize]);
        let (before, after) =
            stayed.fold((0, 0), |(before, after), edge| (before + loose(edge, 0), after + loose(edge, 1)));
        let loose = self.old.joined[1] + come + after - gone - before;
        [lines * 2 - loose, loose]
    }
}

fn about(a: [f64; 3], b: [f64; 3], by: f64) -> ([f64; 2], [f64; 2]) {
    let low = [0, 1].map(|axis: usize| a[axis].min(b[axis]) - by);
    let high = [0, 1].map(|axis: usize| a[axis].max(b[axis]) + by);
    (low, high)
}

/// Distance in plan between a place and a straight piece, m.
fn far_m([a, b]: [[f64; 3]; 2], place: [f64; 3]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let run = dx * dx + dy * dy;
    let along = (place[0] - a[0]) * dx + (place[1] - a[1]) * dy;
    let share = if run > 0.0 { (along / run).clamp(0.0, 1.0) } else { 0.0 };
    (place[0] - a[0] - dx * share).hypot(place[1] - a[1] - dy * share)
}
