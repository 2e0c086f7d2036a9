//! How lines join, where that is in doubt: ends that hang beside a line, lines drawn away from the points that they name, pipes drawn
//! along each other, crossings of which a depth is not known.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;
use rstar::{AABB, RTree, RTreeObject};
use serde_json::{Map, Value as Json, json};

use super::lines::vertices;
use super::{Given, Scope};
use crate::model::{NodeKind, within};
use crate::store::{StoreError, diff, sql};

/// Layers with fewer ends or lines are no sample.
const SAMPLE: usize = 10;
/// Cosine between two pieces that run alongside each other: within a degree.
const ALONGSIDE: f64 = 0.999_85;
/// Heights of pipes drawn twice differ by no more, m.
const LEVEL_M: f64 = 0.3;

/// A line of a network.
struct Line {
    feature_id: i64,
    key: String,
    class: String,
    layer: String,
    subtype: Option<String>,
    /// Keys of the points at its first and last vertex.
    named: [Option<String>; 2],
    path: Vec<[f64; 3]>,
    /// From and until when it was there.
    valid: [Option<NaiveDate>; 2],
}

impl Line {
    fn is_there(&self, on: NaiveDate) -> bool {
        let [from, to] = self.valid;
        within(from, to, on)
    }
}

/// A point of a network.
struct Node {
    kind: NodeKind,
    at: [f64; 3],
}

/// Tolerances, m, and shares.
struct Limits {
    near_m: f64,
    snap_m: f64,
    apart_m: f64,
    off_m: f64,
    off_share: f64,
    along_m: f64,
    least_m: f64,
    unknown_share: f64,
}

/// A line, one of its ends, and how far that is from the point that it names, m.
type Off = (usize, usize, f64);

/// A doubt.
#[derive(Debug, PartialEq)]
struct Doubt {
    code: &'static str,
    /// The line, by its place among the lines; `None` where it is said of a layer.
    line: Option<usize>,
    /// The other line.
    other: Option<usize>,
    layer: String,
    place: Option<[f64; 2]>,
    reason: String,
    facts: Json,
}

/// Reads the networks and finds what is in doubt.
pub(super) fn doubts(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<Given, StoreError> {
    let limit = |name: &str| scope.tolerance(name).unwrap_or(f64::INFINITY);
    let limits = Limits {
        near_m: limit("near_m"),
        snap_m: limit("snap_m"),
        apart_m: limit("apart_m"),
        off_m: limit("off_m"),
        off_share: limit("off_share"),
        along_m: limit("along_m"),
        least_m: limit("least_m"),
        unknown_share: limit("unknown_share"),
    };
    let what = || StoreError::of("reading networks to see how lines join");
    let mut nodes: HashMap<(String, String), Node> = HashMap::new();
    let mut rows = tx.query_raw(sql::CHECK_NETWORK_NODES, [scope.park_id]).map_err(what())?;
    while let Some(row) = rows.next().map_err(what())? {
        let Some(at) = vertices(&row.get(3)).first().copied() else { continue };
        let kind = NodeKind::parse(row.get(2)).unwrap_or(NodeKind::Other);
        nodes.entry((row.get(1), row.get(0))).or_insert(Node { kind, at });
    }
    drop(rows);
    let mut lines = Vec::new();
    let mut rows = tx.query_raw(sql::CHECK_NETWORK_JOINS, [scope.park_id]).map_err(what())?;
    while let Some(row) = rows.next().map_err(what())? {
        let path = vertices(&row.get(7));
        if path.len() < 2 {
            continue;
        }
        lines.push(Line {
            feature_id: row.get(0),
            key: row.get(1),
            class: row.get(2),
            layer: row.get(3),
            subtype: row.get(4),
            named: [row.get(5), row.get(6)],
            path,
            valid: [since(row.get(8), row.get(10)), row.get(9)],
        });
    }
    drop(rows);
    let mut given = Given::default();
    let cancelled = || diff::check(scope.cancel);
    for doubt in found(&lines, &nodes, &limits, scope.day, cancelled)? {
        let feature = doubt.line.map(|line| lines[line].feature_id);
        let layer = feature.is_none().then_some(doubt.layer.as_str());
        given.push(doubt.code, feature, layer, doubt.place, doubt.reason, doubt.facts);
        if let Some(other) = doubt.other {
            given.with_other(lines[other].feature_id);
        }
    }
    Ok(given)
}

/// What is in doubt, by class, as it lies on `day`.
fn found(
    lines: &[Line],
    nodes: &HashMap<(String, String), Node>,
    limits: &Limits,
    day: NaiveDate,
    cancelled: impl Fn() -> Result<(), StoreError>,
) -> Result<Vec<Doubt>, StoreError> {
    let mut classes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        classes.entry(&line.class).or_default().push(at);
    }
    let mut doubts = Vec::new();
    for (class, members) in classes {
        let of_class = nodes.iter().filter(|((of, _), _)| of == class);
        let network = Network::of(lines, &members, day, of_class.map(|((_, key), node)| (key.as_str(), node)));
        network.off_nodes(&members, limits, &mut doubts);
        for (count, line) in members.iter().enumerate() {
            if count % 4096 == 0 {
                cancelled()?;
            }
            network.near_misses(*line, limits, &mut doubts);
        }
        cancelled()?;
        network.side_by_side(&members, limits, &mut doubts);
    }
    Ok(doubts)
}

/// A straight piece of a line.
struct Piece {
    line: usize,
    ends: [[f64; 3]; 2],
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = self.ends;
        AABB::from_corners([a[0], a[1]], [b[0], b[1]])
    }
}

/// The lines and points of a class.
struct Network<'a> {
    lines: &'a [Line],
    /// The day looked at.
    day: NaiveDate,
    nodes: HashMap<&'a str, &'a Node>,
    /// The lines that name a point at an end, by the point's key; one that names it at both twice.
    named_by: HashMap<&'a str, Vec<usize>>,
    pieces: RTree<Piece>,
    places: RTree<[f64; 2]>,
}

impl<'a> Network<'a> {
    fn of(
        lines: &'a [Line],
        members: &[usize],
        day: NaiveDate,
        nodes: impl Iterator<Item = (&'a str, &'a Node)>,
    ) -> Self {
        let nodes: HashMap<&str, &Node> = nodes.collect();
        let mut named_by: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut pieces = Vec::new();
        for line in members {
            lines[*line].named.iter().flatten().for_each(|key| named_by.entry(key).or_default().push(*line));
            let pairs = lines[*line].path.windows(2);
            pieces.extend(pairs.map(|pair| Piece { line: *line, ends: [pair[0], pair[1]] }));
        }
        let places = nodes.values().map(|node| [node.at[0], node.at[1]]).collect();
        Self { lines, day, nodes, named_by, pieces: RTree::bulk_load(pieces), places: RTree::bulk_load(places) }
    }

    /// The point that an end names, if it is there.
    fn node(&self, line: usize, end: usize) -> Option<&'a Node> {
        self.nodes.get(self.lines[line].named[end].as_deref()?).copied()
    }

    /// Whether both ends of a line name a point that is there.
    fn names_both(&self, line: usize) -> bool {
        [0, 1].into_iter().all(|end| self.node(line, end).is_some())
    }

    /// The day on which a line's joins are looked at: that of the network; its last where it was gone by then, its first where it is to come.
    fn day_of(&self, line: usize) -> NaiveDate {
        let [from, to] = self.lines[line].valid;
        let last = to.filter(|to| *to <= self.day).map(|to| to.pred_opt().unwrap_or(to));
        last.or_else(|| from.filter(|from| *from > self.day)).unwrap_or(self.day)
    }

    /// Whether a line was gone by the day looked at.
    fn is_gone(&self, line: usize) -> bool {
        self.lines[line].valid[1].is_some_and(|to| to <= self.day)
    }

    /// Whether no other end names the point of a line's end, of lines that are there on the day on which it is looked at.
    fn names_alone(&self, key: &str, line: usize) -> bool {
        let named_by = self.named_by.get(key).into_iter().flatten();
        let on = self.day_of(line);
        let lies = |other: &&usize| **other == line || self.lines[**other].is_there(on);
        named_by.filter(lies).take(2).count() == 1
    }

    /// Lines drawn away from the points that they name; of a layer in which many are, once. Where a point was when a line that is gone
    /// named it is on no record.
    fn off_nodes(&self, members: &[usize], limits: &Limits, doubts: &mut Vec<Doubt>) {
        let mut layers: BTreeMap<&str, (usize, Vec<Off>)> = BTreeMap::new();
        for line in members.iter().filter(|line| !self.is_gone(**line)) {
            for end in [0, 1] {
                let Some(node) = self.node(*line, end) else { continue };
                let (ends, off) = layers.entry(&self.lines[*line].layer).or_default();
                *ends += 1;
                let far = plan_m(end_of(&self.lines[*line], end), node.at);
                if far > limits.off_m {
                    off.push((*line, end, far));
                }
            }
        }
        for (layer, (ends, off)) in layers {
            if ends >= SAMPLE && off.len() as f64 > limits.off_share * ends as f64 {
                let mut far: Vec<f64> = off.iter().map(|(.., far)| *far).collect();
                far.sort_unstable_by(f64::total_cmp);
                let middle = far[far.len() / 2];
                let reason = format!(
                    "{} of the {ends} ends that name a point are drawn away from it, half of them by more than {middle:.2} m",
                    off.len()
                );
                let facts = json!({ "rows": ends, "found": off.len(), "off_m": middle });
                doubts.push(of_layer("edge.off_node", layer, reason, facts));
                continue;
            }
            for (line, end, far) in off {
                let key = self.lines[line].named[end].as_deref().unwrap_or_default();
                let reason = format!("its {} end is drawn {far:.2} m away from {key}, which it names", word(end));
                doubts.push(self.doubt(
                    "edge.off_node",
                    line,
                    None,
                    end_of(&self.lines[line], end),
                    reason,
                    json!({ "off_m": far }),
                ));
            }
        }
    }

    /// Ends of a line that hang beside another.
    fn near_misses(&self, line: usize, limits: &Limits, doubts: &mut Vec<Doubt>) {
        for end in [0, 1] {
            let node = self.node(line, end);
            // A fitting that lines end at is meant to stand there; a joint or a manhole without a second line is not.
            let hangs = node.is_none_or(|node| {
                let key = self.lines[line].named[end].as_deref().unwrap_or_default();
                let ends_there = matches!(node.kind, NodeKind::Junction | NodeKind::Manhole | NodeKind::Other);
                ends_there && self.names_alone(key, line)
            });
            let beside = hangs.then(|| self.beside(line, end, node.is_some(), limits));
            if let Some((other, far)) = beside.flatten() {
                let at = end_of(&self.lines[line], end);
                let how = if far > limits.snap_m {
                    format!("{far:.2} m beside {}", self.lines[other].key)
                } else {
                    format!("on {}, which names other points", self.lines[other].key)
                };
                let reason = format!("its {} end lies {how} and is not joined to it", word(end));
                doubts.push(self.doubt("edge.near_miss", line, Some(other), at, reason, json!({ "off_m": far })));
            }
        }
    }

    /// The nearest line beside an end, and how far away it is, m; `None` where the end is joined to anything.
    fn beside(&self, line: usize, end: usize, is_named: bool, limits: &Limits) -> Option<(usize, f64)> {
        let own = &self.lines[line];
        let on = self.day_of(line);
        let at = end_of(own, end);
        let near = |by: f64| AABB::from_corners([at[0] - by, at[1] - by], [at[0] + by, at[1] + by]);
        let joins = |place: &&[f64; 2]| (place[0] - at[0]).hypot(place[1] - at[1]) <= limits.snap_m;
        if !is_named && self.places.locate_in_envelope(&near(limits.snap_m)).any(|place| joins(&place)) {
            return None;
        }
        let mut best: Option<(usize, f64)> = None;
        for piece in self.pieces.locate_in_envelope_intersecting(&near(limits.near_m.max(limits.snap_m))) {
            let other = &self.lines[piece.line];
            if piece.line == line || !other.is_there(on) {
                continue;
            }
            let (far, z) = to_piece(at, piece.ends);
            // What lies at another depth passes; what a depth is not known of may not.
            let passes = (z - at[2]).abs() > limits.apart_m;
            // A named point and a line that names two others are not joined by their place; what names less is.
            let joined = far <= limits.snap_m && !(is_named && self.names_both(piece.line));
            if joined && !passes {
                return None;
            }
            let kinds_differ = own.subtype.is_some() && other.subtype.is_some() && own.subtype != other.subtype;
            let is_near = far <= limits.near_m && !passes && !kinds_differ;
            if !is_near || self.are_neighbours(line, end, piece.line, limits) {
                continue;
            }
            if best.is_none_or(|(_, least)| far < least) {
                best = Some((piece.line, far));
            }
        }
        best
    }

    /// Whether two lines name one point, or the other end of the first lies on the second: what branches off ends beside it.
    fn are_neighbours(&self, line: usize, end: usize, other: usize, limits: &Limits) -> bool {
        let (own, other) = (&self.lines[line], &self.lines[other]);
        let names_one = own.named.iter().flatten().any(|key| other.named.iter().flatten().any(|name| name == key));
        let far_end = end_of(own, 1 - end);
        names_one || other.path.windows(2).any(|pair| to_piece(far_end, [pair[0], pair[1]]).0 <= limits.snap_m)
    }

    /// Pipes drawn along each other, and crossings of which a depth is not known.
    fn side_by_side(&self, members: &[usize], limits: &Limits, doubts: &mut Vec<Doubt>) {
        let mut along: BTreeMap<(usize, usize), (f64, [f64; 2])> = BTreeMap::new();
        let mut crossings: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
        for piece in &self.pieces {
            let [a, b] = piece.ends;
            let by = limits.along_m;
            let about = AABB::from_corners(
                [a[0].min(b[0]) - by, a[1].min(b[1]) - by],
                [a[0].max(b[0]) + by, a[1].max(b[1]) + by],
            );
            for other in self.pieces.locate_in_envelope_intersecting(&about).filter(|other| other.line < piece.line) {
                let (later, earlier) = (&self.lines[piece.line], &self.lines[other.line]);
                if !there_together(later, earlier) {
                    continue;
                }
                let pair = (piece.line, other.line);
                let of_one_kind = is_pipe(&later.class) && later.subtype == earlier.subtype;
                if let Some((length_m, place)) = shared(piece.ends, other.ends, by).filter(|_| of_one_kind) {
                    let (sum, first) = along.entry(pair).or_insert((0.0, place));
                    *sum += length_m;
                    if place < *first {
                        *first = place;
                    }
                } else if let Some(place) = crossing(piece.ends, other.ends) {
                    crossings.entry(pair).or_insert(place);
                }
            }
        }
        for ((line, other), (length_m, place)) in along {
            // What runs the whole way between the same points is told as a duplicate.
            if length_m < limits.least_m || same_course(&self.lines[line], &self.lines[other]) {
                continue;
            }
            let reason = format!("it runs along {} for {length_m:.1} m", self.lines[other].key);
            let facts = json!({ "length_m": length_m });
            doubts.push(self.doubt("edge.doubled", line, Some(other), [place[0], place[1], f64::NAN], reason, facts));
        }
        self.crossings(members, &crossings, limits, doubts);
    }

    fn crossings(
        &self,
        members: &[usize],
        crossings: &BTreeMap<(usize, usize), [f64; 2]>,
        limits: &Limits,
        doubts: &mut Vec<Doubt>,
    ) {
        let blind = |line: usize| self.lines[line].path.iter().any(|at| at[2].is_nan());
        let mut layers: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        for line in members {
            let [all, unknown] = layers.entry(&self.lines[*line].layer).or_default();
            // What a layer's lines tell is said of those that are there.
            let counts = !self.is_gone(*line);
            *all += usize::from(counts);
            *unknown += usize::from(counts && blind(*line));
        }
        let mut of_layers: BTreeMap<&str, usize> = BTreeMap::new();
        for ((line, other), place) in crossings {
            // Said of the one that tells no depth.
            let (line, other) = if blind(*line) { (*line, *other) } else { (*other, *line) };
            let layer = self.lines[line].layer.as_str();
            let [all, unknown] = layers[layer];
            if all >= SAMPLE && unknown as f64 > limits.unknown_share * all as f64 {
                *of_layers.entry(layer).or_default() += 1;
                continue;
            }
            let reason = format!(
                "it crosses {} in plan, and how deep one of them lies there is not known",
                self.lines[other].key
            );
            let (at, facts) = ([place[0], place[1], f64::NAN], Json::Object(Map::new()));
            doubts.push(self.doubt("edge.crossing_unknown", line, Some(other), at, reason, facts));
        }
        for (layer, count) in of_layers {
            let [all, unknown] = layers[layer];
            let reason = format!(
                "{unknown} of its {all} lines tell no depth: whether they meet where they cross others of their class, {count} times, is not known"
            );
            let facts = json!({ "rows": all, "unknown": unknown, "found": count });
            doubts.push(of_layer("edge.crossing_unknown", layer, reason, facts));
        }
    }

    fn doubt(
        &self,
        code: &'static str,
        line: usize,
        other: Option<usize>,
        at: [f64; 3],
        reason: String,
        facts: Json,
    ) -> Doubt {
        let layer = self.lines[line].layer.clone();
        Doubt { code, line: Some(line), other, layer, place: Some([at[0], at[1]]), reason, facts }
    }
}

fn of_layer(code: &'static str, layer: &str, reason: String, facts: Json) -> Doubt {
    Doubt { code, line: None, other: None, layer: layer.to_owned(), place: None, reason, facts }
}

const fn word(end: usize) -> &'static str {
    if end == 0 { "first" } else { "last" }
}

fn end_of(line: &Line, end: usize) -> [f64; 3] {
    line.path[if end == 0 { 0 } else { line.path.len() - 1 }]
}

/// Cables share trenches; pipes do not share a place.
fn is_pipe(class: &str) -> bool {
    !matches!(class, "power" | "telecom" | "other")
}

/// The first day of a line. Of a year the records do not tell the day: it counts from its first of January.
fn since(from: Option<NaiveDate>, laid: Option<i64>) -> Option<NaiveDate> {
    let year = laid.and_then(|year| i32::try_from(year).ok());
    from.max(year.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1)))
}

fn there_together(a: &Line, b: &Line) -> bool {
    let before = |from: Option<NaiveDate>, to: Option<NaiveDate>| from.is_none_or(|from| to.is_none_or(|to| from < to));
    before(a.valid[0], b.valid[1]) && before(b.valid[0], a.valid[1])
}

/// Whether two lines name the same points and have the same course in plan, maybe the other way round.
fn same_course(a: &Line, b: &Line) -> bool {
    let plan = |line: &Line| -> Vec<[f64; 2]> { line.path.iter().map(|at| [at[0], at[1]]).collect() };
    let (one, other) = (plan(a), plan(b));
    let turned = || one.iter().eq(other.iter().rev());
    let ends = |[from, to]: &[Option<String>; 2]| {
        if from <= to { [from.clone(), to.clone()] } else { [to.clone(), from.clone()] }
    };
    (one == other || turned()) && ends(&a.named) == ends(&b.named)
}

fn plan_m(a: [f64; 3], b: [f64; 3]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// How far a place is from a piece in plan, m, and how high the piece lies there.
fn to_piece(at: [f64; 3], [a, b]: [[f64; 3]; 2]) -> (f64, f64) {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let run = dx.mul_add(dx, dy * dy);
    let share = if run > 0.0 { (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / run).clamp(0.0, 1.0) } else { 0.0 };
    let far = (at[0] - a[0] - dx * share).hypot(at[1] - a[1] - dy * share);
    (far, height(a, b, share))
}

fn height(a: [f64; 3], b: [f64; 3], share: f64) -> f64 {
    // Both ends exactly, so that a height known there is not lost to one that is not.
    match share {
        0.0 => a[2],
        1.0 => b[2],
        _ => a[2] + (b[2] - a[2]) * share,
    }
}

/// How far two pieces run along each other within `by` m, and where that begins; `None` where they do not, or known heights differ.
fn shared([a, b]: [[f64; 3]; 2], [c, d]: [[f64; 3]; 2], by: f64) -> Option<(f64, [f64; 2])> {
    let (run, other) = (plan_m(a, b), plan_m(c, d));
    if run <= 0.0 || other <= 0.0 {
        return None;
    }
    let way = [(b[0] - a[0]) / run, (b[1] - a[1]) / run];
    let along = |at: [f64; 3]| (at[0] - a[0]) * way[0] + (at[1] - a[1]) * way[1];
    let across = |at: [f64; 3]| ((at[1] - a[1]) * way[0] - (at[0] - a[0]) * way[1]).abs();
    let (first, last) = (along(c), along(d));
    if (last - first).abs() < ALONGSIDE * other || across(c) > by || across(d) > by {
        return None;
    }
    let (from, to) = (first.min(last).max(0.0), first.max(last).min(run));
    // That the sum of both heights' difference is not a number is no reason to think that they differ.
    let differ = |at_m: f64| {
        let own = height(a, b, at_m / run);
        let theirs = height(c, d, ((at_m - first) / (last - first)).clamp(0.0, 1.0));
        (own - theirs).abs() > LEVEL_M
    };
    let place = [a[0] + way[0] * from, a[1] + way[1] * from];
    (to > from && !differ(from) && !differ(to)).then_some((to - from, place))
}

/// Where two pieces cross in plan, inside of both, if how high one of them lies there is not known.
fn crossing([a, b]: [[f64; 3]; 2], [c, d]: [[f64; 3]; 2]) -> Option<[f64; 2]> {
    let side = |p: [f64; 3], q: [f64; 3], r: [f64; 3]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
    let (of_c, of_d, of_a, of_b) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    if of_c * of_d >= 0.0 || of_a * of_b >= 0.0 {
        return None;
    }
    let share = of_a / (of_a - of_b);
    let other = of_c / (of_c - of_d);
    let unknown = height(a, b, share).is_nan() || height(c, d, other).is_nan();
    unknown.then(|| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share])
}
