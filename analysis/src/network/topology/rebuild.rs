//! The topology of a park that changed, from that of the park before: joined anew only where something changed.
//!
//! What is joined at a place follows from its cluster: all points, ends and corners of lines that hang together with it within the
//! snapping tolerance. Beside it two things count: which lines name the points of the cluster, and the lines that pass it within the
//! widest tolerance, each with whether its ends are in named points. So the dirty area is
//!
//! 1. every place of a line or point that came, went or changed, every point with a key that such a point has or such a line names, and
//!    the ends of lines that name such a point, each with its cluster;
//! 2. every end and point within the widest tolerance of a line that came or went, or that ends in one of these clusters, each with its
//!    cluster. Only what passes it is another there, which no other cluster follows from.
//!
//! To join that again takes the lines that pass the area, those that name its points, and all of the clusters at their ends: they are
//! joined as a network of their own, and what comes out of it for the area is taken, all else is kept. Junctions are numbered by what
//! they were made of, so that the whole is, number by number, what [`Topology::build`] gives; only findings stand in another order.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use spatial_db::cache::Cache;
use spatial_db::model::{
    FeatureId, FeatureKind, NetworkClass, NetworkEdge, NetworkNode, NodeKind, ParkSnapshot, Presence,
};

use super::build::{Draft, Drafted, Made, Origin, Stop, drafted, finish, rows_of};
use super::{Doubt, Junction, Topology, plan_m};
use crate::network::graph::NONE;
use crate::network::settings::Settings;

/// Where more than one of so many lines would be joined again, the whole is.
const WHOLE: usize = 2;
/// Where more than one of so many lines and points changed, what lies about them is not looked for: it is most of all.
const MOST: usize = 4;
/// Added to tolerances, m: what rounding leaves open counts as within.
const ROUNDED_M: f64 = 1e-6;

/// What was joined anew after a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anew {
    /// Lines and points that came, went or changed, each once.
    pub changed: usize,
    /// Lines that were joined again for it.
    pub lines: usize,
    /// Points that were looked at again.
    pub points: usize,
    /// Lines of the network.
    pub of_lines: usize,
    /// Everything was joined again: too much changed, or what stayed stands in another order.
    pub whole: bool,
}

/// What a network was joined from: kept beside its topology to tell what changed since.
#[derive(Debug, Clone)]
pub struct Basis {
    settings: Settings,
    lines: Vec<Line>,
    points: Vec<Point>,
}

#[derive(Debug, Clone)]
struct Line {
    id: FeatureId,
    row: u32,
    drawn: Arc<AsDrawn>,
}

/// A line as it was drawn, one for all states of the park in which it is the same.
#[derive(Debug)]
struct AsDrawn {
    path: Vec<[f64; 3]>,
    keys: [Option<String>; 2],
}

#[derive(Debug, Clone)]
struct Point {
    id: FeatureId,
    row: u32,
    position: [f64; 3],
    kind: NodeKind,
    key: Arc<str>,
}

fn same_place(a: [f64; 3], b: [f64; 3]) -> bool {
    (0..3).all(|axis| a[axis].to_bits() == b[axis].to_bits())
}

fn keys_of(edge: &NetworkEdge) -> [Option<&str>; 2] {
    [edge.from_key.as_deref(), edge.to_key.as_deref()]
}

impl AsDrawn {
    fn of(edge: &NetworkEdge) -> Self {
        Self { path: edge.path.clone(), keys: keys_of(edge).map(|key| key.map(str::to_owned)) }
    }

    fn is(&self, edge: &NetworkEdge) -> bool {
        self.path.len() == edge.path.len()
            && self.path.iter().zip(&edge.path).all(|(a, b)| same_place(*a, *b))
            && [0, 1].into_iter().all(|end: usize| self.keys[end].as_deref() == keys_of(edge)[end])
    }
}

impl Point {
    fn is(&self, node: &NetworkNode) -> bool {
        same_place(self.position, node.position) && self.kind == node.kind && *self.key == *node.provenance.key
    }
}

impl Basis {
    /// What [`Topology::build`] joins of the same.
    pub fn of(park: &ParkSnapshot, there: &Presence, class: NetworkClass, settings: &Settings) -> Self {
        Self::beside(None, park, there, class, settings)
    }

    /// The same of a park that changed, or of another day: what is as it was before is shared with this one, and not copied again.
    #[must_use]
    pub fn after(&self, park: &ParkSnapshot, there: &Presence, class: NetworkClass, settings: &Settings) -> Self {
        Self::beside(Some(self), park, there, class, settings)
    }

    fn beside(
        before: Option<&Self>,
        park: &ParkSnapshot,
        there: &Presence,
        class: NetworkClass,
        settings: &Settings,
    ) -> Self {
        let (lines, points) = rows_of(park, there, class);
        let lines_before = before.map_or(&[] as &[Line], |before| before.lines.as_slice());
        let lines_before: HashMap<FeatureId, &Arc<AsDrawn>> =
            lines_before.iter().map(|line| (line.id, &line.drawn)).collect();
        let points_before = before.map_or(&[] as &[Point], |before| before.points.as_slice());
        let points_before: HashMap<FeatureId, &Arc<str>> =
            points_before.iter().map(|point| (point.id, &point.key)).collect();
        let line = |row: u32| {
            let edge = &park.edges[row as usize];
            let same = lines_before.get(&edge.id).filter(|drawn| drawn.is(edge));
            let drawn = same.map_or_else(|| Arc::new(AsDrawn::of(edge)), |drawn| Arc::clone(drawn));
            Line { id: edge.id, row, drawn }
        };
        let point = |row: u32| {
            let node = &park.nodes[row as usize];
            let key = node.provenance.key.as_str();
            let same = points_before.get(&node.id).filter(|before| before[..] == *key);
            let key = same.map_or_else(|| Arc::from(key), |before| Arc::clone(before));
            Point { id: node.id, row, position: node.position, kind: node.kind, key }
        };
        Self {
            settings: settings.clone(),
            lines: lines.into_iter().map(line).collect(),
            points: points.into_iter().map(point).collect(),
        }
    }
}

impl Topology {
    /// The network of a park that changed, or of another day, from this one and what it was joined from: what [`Topology::build`]
    /// gives of `now`, but for the order of findings.
    pub fn rebuilt(&self, basis: &Basis, now: &Cache, there: &Presence, settings: &Settings) -> (Self, Anew) {
        let change = Change::between(self, basis, now, there, settings);
        change.and_then(|change| change.rebuilt()).unwrap_or_else(|| {
            let whole = Self::build(now.snapshot(), there, self.class, settings);
            let of_lines = whole.keyed.len();
            (whole, Anew { lines: of_lines, of_lines, whole: true, ..Anew::default() })
        })
    }

    /// First and last junction of a line that is of the network, by its row.
    fn ends_of_edge(&self, row: u32) -> [u32; 2] {
        let links = self.links_of_edge(row as usize);
        [self.graph.ends(links.start)[0], self.graph.ends(links.end - 1)[1]]
    }
}

/// Positions of what is the same in two lists, each by those in the other; [`NONE`] for what went or came.
struct Kept {
    new_of_old: Vec<u32>,
    old_of_new: Vec<u32>,
}

impl Kept {
    /// `None` where what stayed stands in another order: then other ends may meet.
    fn between(old: &[FeatureId], new: &[FeatureId], same: impl Fn(usize, usize) -> bool) -> Option<Self> {
        let by_id: HashMap<FeatureId, u32> = new.iter().copied().zip(0..).collect();
        let mut kept = Self { new_of_old: vec![NONE; old.len()], old_of_new: vec![NONE; new.len()] };
        let mut last: Option<u32> = None;
        for (was, id) in old.iter().enumerate() {
            let Some(now) = by_id.get(id).copied() else { continue };
            if kept.old_of_new[now as usize] != NONE || !same(was, now as usize) {
                continue;
            }
            if last.is_some_and(|last| last > now) {
                return None;
            }
            last = Some(now);
            kept.new_of_old[was] = now;
            kept.old_of_new[now as usize] = was as u32;
        }
        Some(kept)
    }

    /// Positions of what went in the old list.
    fn gone(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.new_of_old.len()).filter(move |at| self.new_of_old[*at] == NONE)
    }

    /// Positions of what came in the new list.
    fn come(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.old_of_new.len()).filter(move |at| self.old_of_new[*at] == NONE)
    }
}

/// Places in plan, each once, in the order in which they were found.
#[derive(Default)]
struct Places {
    seen: HashSet<[u64; 2]>,
    all: Vec<[f64; 3]>,
    /// How many have been looked about.
    looked: usize,
}

impl Places {
    fn key([x, y, _]: [f64; 3]) -> [u64; 2] {
        // Both zeros are one.
        [x + 0.0, y + 0.0].map(f64::to_bits)
    }

    fn add(&mut self, place: [f64; 3]) {
        if self.seen.insert(Self::key(place)) {
            self.all.push(place);
        }
    }

    fn has(&self, place: [f64; 3]) -> bool {
        self.seen.contains(&Self::key(place))
    }

    fn next_to_look_about(&mut self) -> Option<[f64; 3]> {
        let place = self.all.get(self.looked).copied();
        self.looked += usize::from(place.is_some());
        place
    }
}

/// Places with their clusters, and what is there, by rows.
#[derive(Default)]
struct Area {
    places: Places,
    lines: BTreeSet<u32>,
    points: BTreeSet<u32>,
}

/// Two states of a network and what differs between them.
struct Change<'a> {
    old: &'a Topology,
    basis: &'a Basis,
    cache: &'a Cache,
    park: &'a ParkSnapshot,
    settings: &'a Settings,
    /// Rows in the new park.
    lines: Vec<u32>,
    points: Vec<u32>,
    kept_lines: Kept,
    kept_points: Kept,
    snap_m: f64,
    reach_m: f64,
}

impl<'a> Change<'a> {
    /// `None` where everything has to be joined again.
    fn between(
        old: &'a Topology,
        basis: &'a Basis,
        cache: &'a Cache,
        there: &Presence,
        settings: &'a Settings,
    ) -> Option<Self> {
        if basis.settings != *settings {
            return None;
        }
        let park: &ParkSnapshot = cache.snapshot();
        let (lines, points) = rows_of(park, there, old.class);
        let edge = |at: usize| &park.edges[lines[at] as usize];
        let node = |at: usize| &park.nodes[points[at] as usize];
        let was: Vec<FeatureId> = basis.lines.iter().map(|line| line.id).collect();
        let now: Vec<FeatureId> = (0..lines.len()).map(|at| edge(at).id).collect();
        let kept_lines = Kept::between(&was, &now, |was, now| basis.lines[was].drawn.is(edge(now)))?;
        let was: Vec<FeatureId> = basis.points.iter().map(|point| point.id).collect();
        let now: Vec<FeatureId> = (0..points.len()).map(|at| node(at).id).collect();
        let kept_points = Kept::between(&was, &now, |was, now| basis.points[was].is(node(now)))?;
        let t = &settings.tolerance;
        let snap_m = t.snap_m.value + ROUNDED_M;
        let reach_m = t.tee_m.value.max(t.near_miss_m.value).max(t.snap_m.value) + ROUNDED_M;
        Some(Self { old, basis, cache, park, settings, lines, points, kept_lines, kept_points, snap_m, reach_m })
    }

    /// Lines and points that came, went or changed: one that changed went and came, and counts once.
    fn changed(&self) -> usize {
        let gone_lines = self.kept_lines.gone().map(|at| self.basis.lines[at].id);
        let come_lines = self.kept_lines.come().map(|at| self.edge(self.lines[at]).id);
        let gone_points = self.kept_points.gone().map(|at| self.basis.points[at].id);
        let come_points = self.kept_points.come().map(|at| self.node(self.points[at]).id);
        gone_lines.chain(come_lines).chain(gone_points).chain(come_points).collect::<HashSet<FeatureId>>().len()
    }

    fn edge(&self, row: u32) -> &'a NetworkEdge {
        &self.park.edges[row as usize]
    }

    fn node(&self, row: u32) -> &'a NetworkNode {
        &self.park.nodes[row as usize]
    }

    /// Rows of the network's lines whose bounds come this near to a straight piece, and perhaps others.
    fn lines_about(&self, [a, b]: [[f64; 3]; 2], by_m: f64) -> impl Iterator<Item = u32> + '_ {
        let (low, high) = bounds(a, b, by_m);
        let rows = self.cache.slots_in_envelope(low, high, FeatureKind::NetworkEdge);
        rows.into_iter().map(|row| row as u32).filter(move |row| self.lines.binary_search(row).is_ok())
    }

    /// Rows of the network's points this near to a straight piece, and perhaps others.
    fn points_about(&self, [a, b]: [[f64; 3]; 2], by_m: f64) -> impl Iterator<Item = u32> + '_ {
        let (low, high) = bounds(a, b, by_m);
        let rows = self.cache.slots_in_envelope(low, high, FeatureKind::NetworkNode);
        rows.into_iter().map(|row| row as u32).filter(move |row| self.points.binary_search(row).is_ok())
    }

    /// Looks about every place that has not been: what hangs together with it is there too.
    fn flood(&self, area: &mut Area) {
        while let Some(here) = area.places.next_to_look_about() {
            for row in self.lines_about([here; 2], self.snap_m) {
                for place in self.edge(row).path.iter().filter(|place| plan_m(**place, here) <= self.snap_m) {
                    area.lines.insert(row);
                    area.places.add(*place);
                }
            }
            for row in self.points_about([here; 2], self.snap_m) {
                let place = self.node(row).position;
                if plan_m(place, here) <= self.snap_m {
                    area.points.insert(row);
                    area.places.add(place);
                }
            }
        }
    }

    /// The dirty area.
    fn dirty(&self) -> Area {
        let mut area = Area::default();
        let (gone, come) = (&self.basis.lines, &self.lines);
        let gone_paths: Vec<&[[f64; 3]]> = self.kept_lines.gone().map(|at| gone[at].drawn.path.as_slice()).collect();
        let come_paths: Vec<&[[f64; 3]]> =
            self.kept_lines.come().map(|at| self.edge(come[at]).path.as_slice()).collect();
        for path in gone_paths.iter().chain(&come_paths) {
            path.iter().for_each(|place| area.places.add(*place));
        }
        // Keys whose points may be others, and those whose points may be named by others.
        let mut changed: HashSet<&str> = HashSet::new();
        for point in self.kept_points.gone().map(|at| &self.basis.points[at]) {
            changed.insert(&point.key);
            area.places.add(point.position);
        }
        for node in self.kept_points.come().map(|at| self.node(self.points[at])) {
            changed.insert(&node.provenance.key);
            area.places.add(node.position);
        }
        let mut named = changed.clone();
        for at in self.kept_lines.gone() {
            named.extend(gone[at].drawn.keys.iter().flatten().map(String::as_str));
        }
        for at in self.kept_lines.come() {
            named.extend(keys_of(self.edge(come[at])).into_iter().flatten());
        }
        for node in self.points.iter().map(|row| self.node(*row)) {
            if named.contains(node.provenance.key.as_str()) {
                area.places.add(node.position);
            }
        }
        for edge in self.lines.iter().map(|row| self.edge(*row)) {
            if keys_of(edge).into_iter().flatten().any(|key| changed.contains(key)) {
                for place in ends(&edge.path) {
                    area.places.add(place);
                }
            }
        }
        self.flood(&mut area);
        let here: Vec<&[[f64; 3]]> = area.lines.iter().map(|row| self.edge(*row).path.as_slice()).collect();
        let ending = here.into_iter().filter(|path| ends(path).into_iter().any(|place| area.places.has(place)));
        let courses: Vec<&[[f64; 3]]> = ending.chain(gone_paths).chain(come_paths).collect();
        for pair in courses.iter().flat_map(|path| path.windows(2)).map(|pair| [pair[0], pair[1]]) {
            for row in self.lines_about(pair, self.reach_m) {
                let near = ends(&self.edge(row).path).into_iter().filter(|place| far_m(pair, *place) <= self.reach_m);
                near.for_each(|place| area.places.add(place));
            }
            for row in self.points_about(pair, self.reach_m) {
                let place = self.node(row).position;
                if far_m(pair, place) <= self.reach_m {
                    area.places.add(place);
                }
            }
        }
        self.flood(&mut area);
        area
    }

    /// Rows of the lines and points that decide what is joined in an area.
    fn deciding(&self, area: &Area) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let mut lines = area.lines.clone();
        for place in &area.places.all {
            lines.extend(self.lines_about([*place; 2], self.reach_m));
        }
        // What stands at their ends tells whether they end in a point that is named.
        let mut far = Area::default();
        for row in &lines {
            for place in ends(&self.edge(*row).path) {
                far.places.add(place);
            }
        }
        self.flood(&mut far);
        lines.extend(&far.lines);
        let mut points: BTreeSet<u32> = area.points.union(&far.points).copied().collect();
        let key = |row: u32| self.node(row).provenance.key.as_str();
        let keys: HashSet<&str> = points.iter().map(|row| key(*row)).collect();
        let names = |row: &u32| keys_of(self.edge(*row)).into_iter().flatten().any(|key| keys.contains(key));
        lines.extend(self.lines.iter().copied().filter(names));
        // Of several points with a key the first is meant.
        let mut named: HashSet<&str> = lines.iter().flat_map(|row| keys_of(self.edge(*row))).flatten().collect();
        points.extend(self.points.iter().copied().filter(|row| named.remove(key(*row))));
        (lines, points)
    }

    /// What came of it; `None` where everything has to be joined again.
    fn rebuilt(&self) -> Option<(Topology, Anew)> {
        let changed = self.changed();
        if changed * MOST > self.lines.len() + self.points.len() {
            return None;
        }
        let area = self.dirty();
        let (lines, points) = self.deciding(&area);
        if lines.len() * WHOLE > self.lines.len() {
            return None;
        }
        let anew = Anew { changed, lines: lines.len(), points: points.len(), of_lines: self.lines.len(), whole: false };
        let part = drafted(self.park, lines.into_iter().collect(), points, self.settings);
        Some((self.merged(&area, &part)?, anew))
    }

    /// What was joined before, but in the area what was joined anew.
    fn merged(&self, area: &Area, part: &Drafted<'a>) -> Option<Topology> {
        let (old, new) = (self.old, &part.draft);
        // Junctions by what they were made of.
        let mut made: Vec<(Origin, Junction, bool, usize)> = Vec::with_capacity(old.junctions.len());
        for (at, junction) in old.junctions.iter().enumerate().filter(|(_, one)| !area.places.has(one.position)) {
            let node = if junction.node == NONE { NONE } else { self.now_point(junction.node)? };
            let origin = self.now_origin(old.origins[at])?;
            made.push((origin, Junction { node, ..*junction }, false, at));
        }
        for (at, junction) in new.junctions.iter().enumerate().filter(|(_, one)| area.places.has(one.position)) {
            made.push((new.origins[at], *junction, true, at));
        }
        made.sort_unstable_by_key(|(origin, ..)| *origin);
        let mut of_old = vec![NONE; old.junctions.len()];
        let mut of_new = vec![NONE; new.junctions.len()];
        for (number, (_, _, anew, at)) in made.iter().enumerate() {
            let of = if *anew { &mut of_new } else { &mut of_old };
            of[*at] = number as u32;
        }
        let known = |number: u32| (number != NONE).then_some(number);
        let (mut line_ends, mut keyed) = (Vec::with_capacity(self.lines.len()), Vec::with_capacity(self.lines.len()));
        for (at, row) in self.lines.iter().enumerate() {
            let was = known(self.kept_lines.old_of_new[at]).map(|was| was as usize);
            let again = new.edges.binary_search(row).ok();
            let before = was.map(|was| old.ends_of_edge(self.basis.lines[was].row));
            let end = |end: usize| -> Option<u32> {
                let stayed = before.and_then(|ends| known(of_old[ends[end] as usize]));
                stayed.or_else(|| known(of_new[new.ends[again?][end] as usize]))
            };
            line_ends.push([end(0)?, end(1)?]);
            keyed.push(again.map(|at| new.keyed[at]).or_else(|| Some(old.keyed[was?]))?);
        }
        let mut stops: Vec<Stop> = Vec::with_capacity(old.stops.len());
        for stop in &old.stops {
            if let Some(junction) = known(of_old[stop.junction as usize]) {
                let edge = known(self.kept_lines.new_of_old[stop.edge as usize])?;
                stops.push(Stop { edge, junction, ..*stop });
            }
        }
        for stop in &new.stops {
            if let Some(junction) = known(of_new[stop.junction as usize]) {
                let edge = self.lines.binary_search(&new.edges[stop.edge as usize]).ok()? as u32;
                stops.push(Stop { edge, junction, ..*stop });
            }
        }
        let mut node_junctions = vec![NONE; self.park.nodes.len()];
        for (at, row) in self.points.iter().enumerate() {
            let was = known(self.kept_points.old_of_new[at]).map(|was| self.basis.points[was as usize].row);
            let stayed = was.and_then(|was| known(of_old[old.junction_of_node(was as usize)? as usize]));
            let again = || {
                let at = part.rows.binary_search_by_key(row, |[row, _]| *row).ok()?;
                known(of_new[part.rows[at][1] as usize])
            };
            node_junctions[*row as usize] = stayed.or_else(again)?;
        }
        let is_dirty = |[x, y]: [f64; 2]| area.places.has([x, y, 0.0]);
        // Loops are told when lines are cut.
        let stayed = old.findings.iter().filter(|one| one.what != Doubt::Loop && !is_dirty(one.place));
        let findings = stayed.chain(new.findings.iter().filter(|one| is_dirty(one.place))).copied().collect();
        let by_key = keyed.iter().flatten().filter(|named| **named).count();
        let joined = [by_key, self.lines.len() * 2 - by_key];
        let (origins, junctions) = made.into_iter().map(|(origin, junction, ..)| (origin, junction)).unzip();
        // What only joining needs of junctions is left out: they are joined.
        let of_lines = Draft::of(self.park, self.lines.clone());
        let draft = Draft { junctions, origins, ends: line_ends, keyed, stops, findings, ..of_lines };
        Some(finish(draft, old.class, node_junctions, joined))
    }

    /// The new row of a point that stayed, by its old one.
    fn now_point(&self, row: u32) -> Option<u32> {
        let at = self.basis.points.binary_search_by_key(&row, |point| point.row).ok()?;
        self.points.get(self.kept_points.new_of_old[at] as usize).copied()
    }

    /// The same for what a junction was made of.
    fn now_origin(&self, origin: Origin) -> Option<Origin> {
        let row = if origin.made == Made::Point {
            self.now_point(origin.row)?
        } else {
            let at = self.basis.lines.binary_search_by_key(&origin.row, |line| line.row).ok()?;
            self.lines.get(self.kept_lines.new_of_old[at] as usize).copied()?
        };
        Some(Origin { row, ..origin })
    }
}

fn ends(path: &[[f64; 3]]) -> [[f64; 3]; 2] {
    [path[0], path[path.len() - 1]]
}

/// Lowest and highest coordinates about a straight piece.
fn bounds(a: [f64; 3], b: [f64; 3], by_m: f64) -> ([f64; 2], [f64; 2]) {
    ([0, 1].map(|axis: usize| a[axis].min(b[axis]) - by_m), [0, 1].map(|axis: usize| a[axis].max(b[axis]) + by_m))
}

/// How far a place is from a straight piece in plan, m.
fn far_m([a, b]: [[f64; 3]; 2], place: [f64; 3]) -> f64 {
    let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    let run2 = dx * dx + dy * dy;
    let along = (place[0] - a[0]) * dx + (place[1] - a[1]) * dy;
    let share = if run2 > 0.0 { (along / run2).clamp(0.0, 1.0) } else { 0.0 };
    (place[0] - a[0] - dx * share).hypot(place[1] - a[1] - dy * share)
}
