//! Joining by where things lie: ends to points, ends to ends, ends and points to the course of lines, corners to corners.

use std::collections::BTreeMap;

use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};
use spatial_db::model::NodeKind;

use super::build::{Draft, Made, Origin, Stop};
use super::{Doubt, plan_m};
use crate::network::graph::{NONE, Unions};
use crate::network::settings::Settings;

/// An end of a line that names no node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loose {
    /// Position among the lines of the class.
    pub(super) edge: u32,
    /// 0 first, 1 last vertex.
    pub(super) end: u8,
    pub(super) place: [f64; 3],
}

/// Lines end in a chamber at any height.
pub(super) fn is_chamber(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Manhole | NodeKind::Tank | NodeKind::Inlet | NodeKind::Outfall | NodeKind::Source)
}

type Spot = GeomWithData<[f64; 2], u32>;

/// Tolerances as numbers, m.
struct Within {
    snap: f64,
    tee: f64,
    height: f64,
    near: f64,
}

/// How two heights go together.
#[derive(Clone, Copy, PartialEq)]
enum Heights {
    Meet,
    Apart(f64),
    Unknown,
}

impl Within {
    fn of(settings: &Settings) -> Self {
        let t = &settings.tolerance;
        Self { snap: t.snap_m.value, tee: t.tee_m.value, height: t.height_m.value, near: t.near_miss_m.value }
    }

    /// A height against those between two; unknown where either is.
    fn heights_span(&self, z: f64, [low, high]: [f64; 2]) -> Heights {
        if low.is_nan() { Heights::Unknown } else { self.heights(z, z.clamp(low, high)) }
    }

    /// How far apart known heights lie, where they are too far apart to meet.
    fn spread(&self, heights: impl Iterator<Item = [f64; 2]>) -> Option<f64> {
        let known = heights.filter(|[low, _]| !low.is_nan());
        let (low, high) =
            known.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), [low, high]| (l.min(low), h.max(high)));
        (high - low > self.height).then_some(high - low)
    }

    fn heights(&self, a: f64, b: f64) -> Heights {
        let apart = (a - b).abs();
        if apart.is_nan() {
            Heights::Unknown
        } else if apart <= self.height {
            Heights::Meet
        } else {
            Heights::Apart(apart)
        }
    }
}

fn box_about(place: [f64; 3], by: f64) -> AABB<[f64; 2]> {
    AABB::from_corners([place[0] - by, place[1] - by], [place[0] + by, place[1] + by])
}

/// Gives every loose end a junction, and every line its stops.
pub(super) fn join(draft: &mut Draft<'_>, loose: &[Loose], settings: &Settings) {
    let within = Within::of(settings);
    let points = draft.junctions.len() as u32;
    ends_to_points(draft, loose, &within);
    ends_to_ends(draft, loose, &within);
    onto_lines(draft, points, &within);
    corners(draft, &within);
}

/// Points that no line names, where others stand: a pump between the ends of two lines, a valve or a hydrant on a joint. They are one
/// place. The point that says more than a plain joint stands for it; the others are kept beside it. A point of unknown height where
/// others stand at heights that differ joins none of them.
pub(super) fn one_place(draft: &mut Draft<'_>, settings: &Settings) {
    let within = Within::of(settings);
    let unnamed: Vec<u32> = (0..draft.junctions.len() as u32).filter(|j| !draft.named[*j as usize]).collect();
    if unnamed.is_empty() {
        return;
    }
    let spots = draft.junctions.iter().enumerate();
    let spots: RTree<Spot> =
        RTree::bulk_load(spots.map(|(i, j)| Spot::new([j.position[0], j.position[1]], i as u32)).collect());
    for point in unnamed {
        let here = draft.junctions[point as usize];
        let mut met: Vec<u32> = spots
            .locate_in_envelope(&box_about(here.position, within.snap))
            .map(|spot| spot.data)
            .filter(|other| {
                // Of two that no line names the later asks the earlier.
                let o = *other as usize;
                let asked = draft.named[o] || *other < point && !draft.undecided[o];
                let apart = matches!(within.heights_span(here.position[2], draft.span_m[o]), Heights::Apart(_));
                asked
                    && plan_m(here.position, draft.junctions[o].position) <= within.snap
                    && (!apart || draft.chamber[o])
            })
            .map(|other| draft.stands_for(other))
            .collect();
        met.sort_unstable_by_key(|other| (!draft.named[*other as usize], *other));
        met.dedup();
        let Some((first, rest)) = met.split_first() else { continue };
        if here.position[2].is_nan() && !draft.chamber[point as usize] {
            let heights = met.iter().filter(|m| !draft.chamber[**m as usize]).map(|m| draft.span_m[*m as usize]);
            if let Some(by) = within.spread(heights) {
                undecided(draft, point, by);
                continue;
            }
        }
        if rest.iter().any(|other| draft.named[*other as usize]) {
            let feature = draft.park.nodes[here.node as usize].id;
            let place = [here.position[0], here.position[1]];
            draft.findings.push(super::Finding { feature, place, what: Doubt::Joins });
        }
        for other in rest.iter().chain([&point]) {
            let (f, o) = (*first as usize, *other as usize);
            draft.same[o] = *first;
            let [low, high] = draft.span_m[o];
            draft.span_m[f] = [draft.span_m[f][0].min(low), draft.span_m[f][1].max(high)];
            draft.chamber[f] |= draft.chamber[o];
            let node = draft.junctions[o].node;
            if says_more(draft, node, draft.junctions[f].node) {
                draft.junctions[f].node = node;
            }
        }
        draft.used[point as usize] = true;
    }
}

/// Whether a node says more of a place than another: any more than a plain joint.
fn says_more(draft: &Draft<'_>, node: u32, than: u32) -> bool {
    let plain = |node: u32| {
        node == NONE || matches!(draft.park.nodes[node as usize].kind, NodeKind::Junction | NodeKind::Other)
    };
    plain(than) && !plain(node)
}

/// Leaves a point out, and tells it.
fn undecided(draft: &mut Draft<'_>, point: u32, by: f64) {
    let junction = draft.junctions[point as usize];
    draft.undecided[point as usize] = true;
    // It is told of once.
    draft.used[point as usize] = true;
    if junction.node != NONE {
        let feature = draft.park.nodes[junction.node as usize].id;
        let place = [junction.position[0], junction.position[1]];
        draft.findings.push(super::Finding { feature, place, what: Doubt::Undecided(by) });
    }
}

/// The nearest point within reach; heights must not speak against it, but in a chamber.
fn ends_to_points(draft: &mut Draft<'_>, loose: &[Loose], within: &Within) {
    if loose.is_empty() || draft.junctions.is_empty() {
        return;
    }
    let spots = draft.junctions.iter().enumerate();
    let spots = spots.filter(|(j, _)| draft.same[*j] == *j as u32 && !draft.undecided[*j]);
    let spots: RTree<Spot> =
        RTree::bulk_load(spots.map(|(i, j)| Spot::new([j.position[0], j.position[1]], i as u32)).collect());
    // Ends at heights that differ do not meet in a point only because its own height is not known.
    let mut ends: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for end in loose.iter().filter(|end| end.place[2].is_finite()) {
        for spot in spots.locate_in_envelope(&box_about(end.place, within.snap)) {
            let j = spot.data as usize;
            let unknown = draft.span_m[j][0].is_nan() && !draft.chamber[j];
            if unknown && plan_m(end.place, draft.junctions[j].position) <= within.snap {
                let span = ends.entry(spot.data).or_insert([end.place[2]; 2]);
                *span = [span[0].min(end.place[2]), span[1].max(end.place[2])];
            }
        }
    }
    for (point, span) in ends {
        if let Some(by) = within.spread(std::iter::once(span)) {
            undecided(draft, point, by);
        }
    }
    let mut learnt = Vec::new();
    for end in loose {
        let mut best: Option<(f64, u32, bool)> = None;
        let mut apart: Option<f64> = None;
        for spot in spots.locate_in_envelope(&box_about(end.place, within.snap)) {
            let junction = &draft.junctions[spot.data as usize];
            let far = plan_m(end.place, junction.position);
            if far > within.snap || draft.undecided[spot.data as usize] {
                continue;
            }
            let known = match within.heights_span(end.place[2], draft.span_m[spot.data as usize]) {
                _ if draft.chamber[spot.data as usize] => true,
                Heights::Meet => true,
                Heights::Unknown => false,
                Heights::Apart(by) => {
                    apart = Some(apart.map_or(by, |least| least.min(by)));
                    continue;
                }
            };
            if best.is_none_or(|(least, at, _)| (far, spot.data) < (least, at)) {
                best = Some((far, spot.data, known));
            }
        }
        if let Some((_, junction, known)) = best {
            draft.ends[end.edge as usize][end.end as usize] = junction;
            if draft.span_m[junction as usize][0].is_nan() && end.place[2].is_finite() {
                learnt.push((junction, end.place[2]));
            }
            draft.used[junction as usize] = true;
            if !known {
                draft.doubt(end.edge as usize, end.place, Doubt::HeightUnknown);
            }
        } else if let Some(by) = apart {
            draft.doubt(end.edge as usize, end.place, Doubt::HeightsDiffer(by));
        }
    }
    for (junction, z) in learnt {
        let [low, high] = draft.span_m[junction as usize];
        draft.span_m[junction as usize] = [low.min(z), high.max(z)];
    }
}

/// Ends that are left, by place: those of known height first, so that one of unknown height never joins two that are apart.
fn ends_to_ends(draft: &mut Draft<'_>, loose: &[Loose], within: &Within) {
    let left: Vec<&Loose> = loose.iter().filter(|l| draft.ends[l.edge as usize][l.end as usize] == NONE).collect();
    let spots: RTree<Spot> =
        RTree::bulk_load(left.iter().enumerate().map(|(i, l)| Spot::new([l.place[0], l.place[1]], i as u32)).collect());
    let beside = |at: usize| {
        let here = left[at].place;
        let near = spots.locate_in_envelope(&box_about(here, within.snap)).map(|spot| spot.data as usize);
        let mut near: Vec<usize> =
            near.filter(|other| *other != at && plan_m(here, left[*other].place) <= within.snap).collect();
        near.sort_unstable();
        near
    };
    let mut sets = Unions::new(left.len());
    let mut doubts = Vec::new();
    let unknown = |at: usize| left[at].place[2].is_nan();
    for at in (0..left.len()).filter(|at| !unknown(*at)) {
        let mut apart = f64::INFINITY;
        for other in beside(at).into_iter().filter(|other| !unknown(*other)) {
            match within.heights(left[at].place[2], left[other].place[2]) {
                Heights::Apart(by) => apart = apart.min(by),
                Heights::Meet | Heights::Unknown => {
                    sets.join(at as u32, other as u32);
                }
            }
        }
        if apart.is_finite() {
            doubts.push((at, Doubt::HeightsDiffer(apart)));
        }
    }
    for at in (0..left.len()).filter(|at| unknown(*at)) {
        let near = beside(at);
        let mut known: Vec<u32> = near.iter().filter(|o| !unknown(**o)).map(|o| sets.find(*o as u32)).collect();
        known.sort_unstable();
        known.dedup();
        if known.len() > 1 {
            doubts.push((at, Doubt::Several));
            let far = |other: &&usize| plan_m(left[at].place, left[**other].place);
            let nearest = near.iter().filter(|o| !unknown(**o)).min_by(|a, b| far(a).total_cmp(&far(b)));
            if let Some(nearest) = nearest {
                sets.join(at as u32, *nearest as u32);
            }
        } else if !near.is_empty() {
            doubts.push((at, Doubt::HeightUnknown));
            if let Some(one) = known.first() {
                sets.join(at as u32, *one);
            }
        }
    }
    // Those of unknown height with each other, but for those that heights have already told apart.
    let settled = |sets: &mut Unions, at: usize| {
        let set = sets.find(at as u32);
        !left[set as usize].place[2].is_nan()
    };
    for at in (0..left.len()).filter(|at| unknown(*at)) {
        for other in beside(at).into_iter().filter(|other| unknown(*other)) {
            if !(settled(&mut sets, at) && settled(&mut sets, other)) {
                sets.join(at as u32, other as u32);
            }
        }
    }
    let mut made: BTreeMap<u32, u32> = BTreeMap::new();
    for (at, end) in left.iter().enumerate() {
        let set = sets.find(at as u32);
        let junction = *made.entry(set).or_insert_with(|| {
            let row = draft.edges[end.edge as usize];
            draft.place(end.place, Origin { made: Made::Ends, row, nth: u32::from(end.end) })
        });
        let position = &mut draft.junctions[junction as usize].position;
        if position[2].is_nan() {
            position[2] = end.place[2];
            draft.span_m[junction as usize] = [end.place[2]; 2];
        }
        draft.ends[end.edge as usize][end.end as usize] = junction;
    }
    for (at, doubt) in doubts {
        draft.doubt(left[at].edge as usize, left[at].place, doubt);
    }
}

/// A straight piece of a line.
struct Piece {
    edge: u32,
    /// Its number along the line.
    nth: u32,
    /// Where it begins along the line in plan, m.
    from_m: f64,
    ends: [[f64; 3]; 2],
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = self.ends;
        AABB::from_corners([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])])
    }
}

impl Piece {
    /// Distance in plan, m, place along the line and height there.
    fn meets(&self, at: [f64; 3]) -> (f64, f64, f64) {
        let [a, b] = self.ends;
        let run = plan_m(a, b);
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let share =
            if run > 0.0 { (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (run * run)).clamp(0.0, 1.0) } else { 0.0 };
        let far = (at[0] - a[0] - dx * share).hypot(at[1] - a[1] - dy * share);
        let z = if share == 0.0 {
            a[2]
        } else if share == 1.0 {
            b[2]
        } else {
            a[2] + (b[2] - a[2]) * share
        };
        (far, self.from_m + run * share, z)
    }
}

/// Stops at places that lie on a line's course: points that no line names, and ends without a name.
///
/// Lines that name both their nodes meet what they say, and what else ends on them; a point that other lines name does not cut them.
fn onto_lines(draft: &mut Draft<'_>, points: u32, within: &Within) {
    let unnamed: Vec<u32> = (0..draft.junctions.len() as u32)
        .filter(|j| !draft.named[*j as usize] && draft.same[*j as usize] == *j && !draft.undecided[*j as usize])
        .collect();
    let says_all = |draft: &Draft<'_>, at: usize| {
        let edge = &draft.park.edges[draft.edges[at] as usize];
        let [a, b] = draft.ends[at];
        edge.from_key.is_some() && edge.to_key.is_some() && draft.named[a as usize] && draft.named[b as usize]
    };
    let all_named = (0..draft.edges.len()).all(|at| says_all(draft, at));
    if unnamed.is_empty() && all_named {
        return;
    }
    let mut pieces = Vec::new();
    for at in 0..draft.edges.len() {
        let mut from_m = 0.0;
        for (pair, nth) in draft.path(at).windows(2).zip(0..) {
            pieces.push(Piece { edge: at as u32, nth, from_m, ends: [pair[0], pair[1]] });
            from_m += plan_m(pair[0], pair[1]);
        }
    }
    let pieces = RTree::bulk_load(pieces);
    let mut degree = vec![0_u32; draft.junctions.len()];
    let mut a_line = vec![0_u32; draft.junctions.len()];
    for (at, ends) in draft.ends.iter().enumerate() {
        for junction in ends {
            degree[*junction as usize] += 1;
            a_line[*junction as usize] = at as u32;
        }
    }
    for junction in 0..draft.junctions.len() as u32 {
        let j = junction as usize;
        if draft.same[j] != junction || draft.undecided[j] || (draft.named[j] && all_named) {
            continue;
        }
        let position = draft.junctions[j].position;
        // The nearest place on each line within reach, by line.
        let mut near: BTreeMap<u32, (f64, f64, f64)> = BTreeMap::new();
        // Of places as near on one line, as where it drops or comes by again, the first along it counts: in order, not as the tree has them.
        let about = pieces.locate_in_envelope_intersecting(&box_about(position, within.near.max(within.tee)));
        let mut about: Vec<&Piece> = about.collect();
        about.sort_unstable_by_key(|piece| (piece.edge, piece.nth));
        for piece in about {
            let ends = draft.ends[piece.edge as usize];
            if ends.contains(&junction) || (draft.named[j] && says_all(draft, piece.edge as usize)) {
                continue;
            }
            let met = piece.meets(position);
            // Where ends meet ends has been settled.
            let path = draft.path(piece.edge as usize);
            let at_end = |end: usize, place: [f64; 3]| {
                !draft.named[ends[end] as usize] && plan_m(place, position) <= within.snap
            };
            if at_end(0, path[0]) || at_end(1, path[path.len() - 1]) {
                continue;
            }
            near.entry(piece.edge).and_modify(|best| *best = if met.0 < best.0 { met } else { *best }).or_insert(met);
        }
        let chamber = draft.chamber[j];
        let mut met: Vec<(f64, u32, f64, bool)> = Vec::new();
        let mut apart: Option<f64> = None;
        if draft.span_m[j][0].is_nan() && !chamber && draft.junctions[j].node != NONE && degree[j] == 0 {
            let heights = near.values().filter(|(far, ..)| *far <= within.tee).map(|(.., z)| [*z; 2]);
            if let Some(by) = within.spread(heights) {
                undecided(draft, junction, by);
                continue;
            }
        }
        for (edge, (far, at_m, z)) in &near {
            if *far > within.tee {
                continue;
            }
            match within.heights_span(*z, draft.span_m[j]) {
                Heights::Apart(by) if !chamber => apart = Some(apart.map_or(by, |least| least.min(by))),
                Heights::Unknown if !chamber => met.push((*far, *edge, *at_m, false)),
                _ => met.push((*far, *edge, *at_m, true)),
            }
        }
        let place = position;
        let tell = |draft: &mut Draft<'_>, what| {
            if degree[j] > 0 {
                draft.doubt(a_line[j] as usize, place, what);
            } else if draft.junctions[j].node != NONE {
                let feature = draft.park.nodes[draft.junctions[j].node as usize].id;
                draft.findings.push(super::Finding { feature, place: [place[0], place[1]], what });
            }
        };
        if met.is_empty() {
            if let Some(by) = apart {
                tell(draft, Doubt::HeightsDiffer(by));
            } else if degree[j] == 1 && !draft.named[j] && junction >= points {
                let least = near.values().map(|(far, ..)| *far).fold(f64::INFINITY, f64::min);
                if least <= within.near {
                    tell(draft, Doubt::NearMiss(least));
                }
            }
            continue;
        }
        // Heights that are known decide; where none is, only the nearest line is met.
        let sure = met.iter().any(|(.., known)| *known);
        if !sure {
            tell(draft, if met.len() > 1 { Doubt::Several } else { Doubt::HeightUnknown });
            met.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            met.truncate(1);
        }
        met.retain(|(.., known)| *known || !sure);
        for (_, edge, at_m, _) in met {
            draft.used[j] = true;
            draft.stops.push(Stop { edge, at_m, junction });
        }
    }
}

/// Corners of two lines at one place in 3D: drawn to meet, where both heights are known.
fn corners(draft: &mut Draft<'_>, within: &Within) {
    // Line, how far along it, place, and which vertex.
    let mut spots: Vec<(u32, f64, [f64; 3], u32)> = Vec::new();
    for at in 0..draft.edges.len() {
        let edge = &draft.park.edges[draft.edges[at] as usize];
        if edge.from_key.is_some() && edge.to_key.is_some() {
            continue;
        }
        let mut from_m = 0.0;
        for (pair, nth) in edge.path.windows(2).zip(1..) {
            from_m += plan_m(pair[0], pair[1]);
            if pair[1][2].is_finite() {
                spots.push((at as u32, from_m, pair[1], nth));
            }
        }
        // The last vertex is an end, not a corner.
        if edge.path.last().is_some_and(|last| last[2].is_finite()) {
            spots.pop();
        }
    }
    if spots.is_empty() {
        return;
    }
    let tree: RTree<Spot> =
        RTree::bulk_load(spots.iter().enumerate().map(|(i, s)| Spot::new([s.2[0], s.2[1]], i as u32)).collect());
    let mut sets = Unions::new(spots.len());
    for (at, (edge, _, place, _)) in spots.iter().enumerate() {
        for spot in tree.locate_in_envelope(&box_about(*place, within.snap)) {
            let (other_edge, _, other, _) = spots[spot.data as usize];
            let near = plan_m(*place, other) <= within.snap && (place[2] - other[2]).abs() <= within.height;
            if near && other_edge != *edge {
                sets.join(at as u32, spot.data);
            }
        }
    }
    let mut made: BTreeMap<u32, u32> = BTreeMap::new();
    let mut size: BTreeMap<u32, usize> = BTreeMap::new();
    for at in 0..spots.len() as u32 {
        *size.entry(sets.find(at)).or_default() += 1;
    }
    for (at, (edge, at_m, place, nth)) in spots.iter().enumerate() {
        let set = sets.find(at as u32);
        if size[&set] < 2 {
            continue;
        }
        let junction = *made.entry(set).or_insert_with(|| {
            let row = draft.edges[*edge as usize];
            draft.place(*place, Origin { made: Made::Corners, row, nth: *nth })
        });
        draft.stops.push(Stop { edge: *edge, at_m: *at_m, junction });
    }
}
