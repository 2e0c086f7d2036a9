//! Fibre routes: how many ways lead from a parcel to an exchange over the telecom lines on record without a stretch in common. A way
//! is sure where a hole is free on every line of it; it is possible where no line is known to be full. What nobody recorded leaves
//! the answer between the two.

use std::collections::{HashMap, HashSet, VecDeque};

use geo::{BoundingRect, Distance, Euclidean, Line, MultiPolygon, Point, coord};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use super::supply::Step;
use crate::network::capacity::{CapacityRules, Missing, told};
use crate::network::graph::Graph;
use crate::network::topology::Doubt;
use crate::network::{Settings, Topology};
use crate::words;
use crate::words::Words;

/// Routes that are counted, at most: who has so many may have more.
const MOST_ROUTES: u32 = 8;
/// Lines that run this near to each other may lie in one trench, m: what cuts one cuts both.
const TRENCH_M: f64 = 1.0;
/// So long a stretch side by side is a trench in common, m; where lines meet they are near each other in any case.
const SIDE_BY_SIDE_M: f64 = 5.0;
/// A line along so long a stretch of a parcel can be entered at two places, m: one towards each of its ends.
const TWO_ENTRIES_M: f64 = 10.0;

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// Telecom lines of a park, ready to be asked for routes.
#[derive(Debug)]
pub(super) struct Fibre {
    graph: Graph,
    /// By junction.
    is_exchange: Vec<bool>,
    /// By link: not known to be full.
    possible: Vec<bool>,
    /// By link: known to have a free hole, joined without doubt, in no trench with another of these.
    sure: Vec<bool>,
    /// Stretches of links.
    stretches: Vec<(u32, Line<f64>)>,
    tree: RTree<Entry>,
    reach_m: f64,
    /// Ends and points of which nobody knows whether they meet another line: there may be more ways than those drawn.
    loose: usize,
}

/// Routes from a parcel: no fewer than `low`, no more than `high`; with what is missing for more.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Routes {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) missing: Vec<Words>,
}

impl Routes {
    fn unknown(missing: Words) -> Self {
        Self { low: 0.0, high: f64::INFINITY, missing: vec![missing] }
    }

    /// What is left from a day on; nothing where that is not known.
    pub(super) fn steps(&self, from: chrono::NaiveDate) -> Vec<Step> {
        let is_told = self.low > 0.0 || self.high.is_finite();
        is_told.then_some(Step { from, low: self.low, high: self.high }).into_iter().collect()
    }
}

/// A line near a parcel, by which it could be connected.
struct Near {
    link: u32,
    /// Places at which it can be entered for certain.
    entries: u32,
}

impl Fibre {
    /// The telecom lines of a day; `None` where there are none on record, or they are drawn coarsely.
    pub(super) fn of(
        park: &ParkSnapshot,
        there: &Presence,
        settings: &Settings,
        rules: &CapacityRules,
    ) -> Option<Self> {
        let topology = Topology::build(park, there, NetworkClass::Telecom, settings);
        let edge = |link: usize| &park.edges[topology.links[link].edge as usize];
        let links = topology.links.len();
        if links == 0 || (0..links).any(|link| spatial_db::package::moved_m(edge(link)).is_some()) {
            return None;
        }
        let ducts = rules.resource("ducts");
        let free = |link: usize| {
            let ducts = ducts?;
            let attributes = &edge(link).provenance.attributes;
            let holes = told(&ducts.rated, attributes)?.0;
            Some(holes - told(&ducts.connected, attributes)?.0 >= 1.0)
        };
        let free: Vec<Option<bool>> = (0..links).map(free).collect();
        let mut sure: Vec<bool> = free.iter().map(|free| *free == Some(true)).collect();
        let (mut loose, mut doubted) = (0, HashSet::new());
        for finding in &topology.findings {
            match finding.what {
                Doubt::NearMiss(_) | Doubt::HeightsDiffer(_) | Doubt::Undecided(_) | Doubt::Alone => loose += 1,
                Doubt::Loop => {}
                Doubt::HeightUnknown | Doubt::Several | Doubt::NoSuchNode | Doubt::Joins => {
                    doubted.insert(finding.feature);
                }
            }
        }
        for (link, sure) in sure.iter_mut().enumerate() {
            *sure &= !doubted.contains(&edge(link).id);
        }
        let mut stretches = Vec::new();
        for link in 0..links as u32 {
            for pair in topology.course(park, link).windows(2) {
                let at = |p: [f64; 3]| coord! { x: p[0], y: p[1] };
                stretches.push((link, Line::new(at(pair[0]), at(pair[1]))));
            }
        }
        let entry = |(at, (_, line)): (usize, &(u32, Line<f64>))| {
            Entry::new(Rectangle::from_corners([line.start.x, line.start.y], [line.end.x, line.end.y]), at as u32)
        };
        let tree = RTree::bulk_load(stretches.iter().enumerate().map(entry).collect());
        let mut is_exchange = vec![false; topology.junctions.len()];
        topology.sources(park).into_iter().for_each(|at| is_exchange[at as usize] = true);
        let possible = free.iter().map(|free| *free != Some(false)).collect();
        let reach_m = rules.figure.reach_m.value;
        let graph = topology.graph;
        let mut fibre = Self { graph, is_exchange, possible, sure, stretches, tree, reach_m, loose };
        fibre.one_of_each_trench();
        Some(fibre)
    }

    /// Of links side by side in one trench one alone stays sure.
    fn one_of_each_trench(&mut self) {
        let mut beside: HashMap<(u32, u32), f64> = HashMap::new();
        for (link, line) in &self.stretches {
            if !self.sure[*link as usize] {
                continue;
            }
            for (place, step_m) in places_on(line, 1.0) {
                let mut seen: Vec<u32> = Vec::new();
                let reach = TRENCH_M;
                let near =
                    AABB::from_corners([place.x() - reach, place.y() - reach], [place.x() + reach, place.y() + reach]);
                for found in self.tree.locate_in_envelope_intersecting(&near) {
                    let (other, course) = &self.stretches[found.data as usize];
                    let is_new = other < link && self.sure[*other as usize] && !seen.contains(other);
                    if is_new && Euclidean.distance(&place, course) <= TRENCH_M {
                        seen.push(*other);
                        *beside.entry((*other, *link)).or_default() += step_m;
                    }
                }
            }
        }
        let mut pairs: Vec<((u32, u32), f64)> = beside.into_iter().collect();
        pairs.sort_by_key(|(pair, _)| *pair);
        for ((first, second), length_m) in pairs {
            if length_m >= SIDE_BY_SIDE_M && self.sure[first as usize] {
                self.sure[second as usize] = false;
            }
        }
    }

    /// Lines near land, in the order of the links.
    fn near(&self, land: &MultiPolygon<f64>) -> Vec<Near> {
        let Some(bounds) = land.bounding_rect() else { return Vec::new() };
        let (low, high, reach) = (bounds.min(), bounds.max(), self.reach_m);
        let around = AABB::from_corners([low.x - reach, low.y - reach], [high.x + reach, high.y + reach]);
        let mut along: HashMap<u32, f64> = HashMap::new();
        for found in self.tree.locate_in_envelope_intersecting(&around) {
            let (link, line) = &self.stretches[found.data as usize];
            if Euclidean.distance(line, land) > reach {
                continue;
            }
            let near = places_on(line, 2.0).filter(|(place, _)| Euclidean.distance(place, land) <= reach);
            *along.entry(*link).or_default() += near.map(|(_, step_m)| step_m).sum::<f64>();
        }
        let mut near: Vec<Near> = along
            .into_iter()
            .map(|(link, length_m)| Near { link, entries: if length_m >= TWO_ENTRIES_M { 2 } else { 1 } })
            .collect();
        near.sort_by_key(|one| one.link);
        near
    }

    /// Routes from land to exchanges.
    pub(super) fn routes(&self, land: &MultiPolygon<f64>) -> Routes {
        if !self.is_exchange.contains(&true) {
            return Routes::unknown(Missing::Way.words());
        }
        let near = self.near(land);
        if near.is_empty() {
            return Routes::unknown(Missing::Connection.words());
        }
        let sure: Vec<(u32, u32)> =
            near.iter().filter(|one| self.sure[one.link as usize]).map(|one| (one.link, one.entries)).collect();
        let possible: Vec<(u32, u32)> =
            near.iter().filter(|one| self.possible[one.link as usize]).map(|one| (one.link, 2)).collect();
        let low = Flow::of(&self.graph, &self.sure, &self.is_exchange, sure).most();
        let most = Flow::of(&self.graph, &self.possible, &self.is_exchange, possible).most();
        let is_bounded = self.loose == 0 && most < MOST_ROUTES;
        let (low, high) = (f64::from(low), if is_bounded { f64::from(most) } else { f64::INFINITY });
        let mut missing = Vec::new();
        if low < f64::from(most) {
            missing.push(words!(
                "pitch-routes-holes",
                "whether a hole is free on every line of {count} routes, and whether they share no trench, is not on record",
                count = most.to_string()
            ));
        }
        if self.loose > 0 {
            missing.push(words!(
                "pitch-routes-loose",
                "whether {count} ends or points of telecom lines meet another line is not on record",
                count = self.loose
            ));
        }
        Routes { low, high, missing }
    }
}

/// Places along a line, each in the middle of a step of `step_m` or less, with the length of the step.
fn places_on(line: &Line<f64>, step_m: f64) -> impl Iterator<Item = (Point<f64>, f64)> {
    let way = line.delta();
    let length_m = way.x.hypot(way.y);
    let count = (length_m / step_m).ceil().max(1.0) as usize;
    let start = line.start;
    (0..count).map(move |at| {
        let share = (at as f64 + 0.5) / count as f64;
        (Point::new(start.x + way.x * share, start.y + way.y * share), length_m / count as f64)
    })
}

/// Where a search stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spot {
    /// In the middle of a line near the land, by its place among these.
    Line(usize),
    Junction(u32),
}

/// How a search went on.
#[derive(Debug, Clone, Copy)]
enum Went {
    /// From the land into a line.
    In(usize),
    /// From the middle of a line to one of its ends, or back.
    Out(usize, usize, i8),
    /// Over a link, from its first end or towards it.
    Over(u32, i8),
}

/// Ways from land to exchanges, one after the other: what is in use can be taken back for a better one.
struct Flow<'f> {
    graph: &'f Graph,
    open: Vec<bool>,
    is_exchange: &'f [bool],
    /// Lines near the land, and at how many places each can be entered.
    near: Vec<(u32, u32)>,
    /// Entries in use by line, and towards which of its ends.
    used: Vec<u32>,
    out: Vec<[i8; 2]>,
    /// Lines near the land by the junctions at their ends.
    at: HashMap<u32, Vec<(usize, usize)>>,
    over: HashMap<u32, i8>,
}

impl<'f> Flow<'f> {
    fn of(graph: &'f Graph, open: &[bool], is_exchange: &'f [bool], near: Vec<(u32, u32)>) -> Self {
        let (mut open, mut at) = (open.to_vec(), HashMap::<u32, Vec<(usize, usize)>>::new());
        for (line, (link, _)) in near.iter().enumerate() {
            // Whoever comes along a line near the land can as well begin there.
            open[*link as usize] = false;
            for (end, junction) in graph.ends(*link).into_iter().enumerate() {
                at.entry(junction).or_default().push((line, end));
            }
        }
        let count = near.len();
        let (used, out) = (vec![0; count], vec![[0; 2]; count]);
        Self { graph, open, is_exchange, near, used, out, at, over: HashMap::new() }
    }

    /// How many ways there are at once, up to [`MOST_ROUTES`].
    fn most(mut self) -> u32 {
        (0..MOST_ROUTES).take_while(|_| self.one_more()).count() as u32
    }

    /// Finds one more way; false where there is none.
    fn one_more(&mut self) -> bool {
        let mut came: HashMap<Spot, (Option<Spot>, Went)> = HashMap::new();
        let mut next: VecDeque<Spot> = VecDeque::new();
        for line in 0..self.near.len() {
            if self.used[line] < self.near[line].1 {
                came.insert(Spot::Line(line), (None, Went::In(line)));
                next.push_back(Spot::Line(line));
            }
        }
        while let Some(here) = next.pop_front() {
            if let Spot::Junction(junction) = here
                && self.is_exchange[junction as usize]
            {
                self.take(here, &came);
                return true;
            }
            for (there, went) in self.onwards(here) {
                came.entry(there).or_insert_with(|| {
                    next.push_back(there);
                    (Some(here), went)
                });
            }
        }
        false
    }

    /// Where one can go on to from a place.
    fn onwards(&self, here: Spot) -> Vec<(Spot, Went)> {
        match here {
            Spot::Line(line) => {
                let ends = self.graph.ends(self.near[line].0);
                let free = (0..2).filter(|end| self.out[line][*end] == 0);
                free.map(|end| (Spot::Junction(ends[end]), Went::Out(line, end, 1))).collect()
            }
            Spot::Junction(junction) => {
                let over = self.graph.at(junction).iter().filter_map(|arc| {
                    // A link is undirected: what goes over it one way can be taken back by going the other.
                    let way = if self.graph.ends(arc.link)[0] == junction { 1 } else { -1 };
                    let used = self.over.get(&arc.link).copied().unwrap_or(0);
                    let is_free = self.open[arc.link as usize] && used != way && arc.to != junction;
                    is_free.then_some((Spot::Junction(arc.to), Went::Over(arc.link, way)))
                });
                let lines = self.at.get(&junction).into_iter().flatten();
                let back = lines.filter(|(line, end)| self.out[*line][*end] == 1);
                over.chain(back.map(|(line, end)| (Spot::Line(*line), Went::Out(*line, *end, -1)))).collect()
            }
        }
    }

    /// Takes the way that led somewhere.
    fn take(&mut self, mut here: Spot, came: &HashMap<Spot, (Option<Spot>, Went)>) {
        while let Some((from, went)) = came.get(&here) {
            match *went {
                Went::In(line) => self.used[line] += 1,
                Went::Out(line, end, by) => self.out[line][end] += by,
                Went::Over(link, way) => *self.over.entry(link).or_insert(0) += way,
            }
            let Some(from) = from else { break };
            here = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use geo::Rect;
    use proptest::prelude::*;
    use serde_json::json;
    use spatial_db::model::NodeKind;

    use super::*;
    use crate::network::by_hand::{empty, keyed_edge, node};

    /// Holes of a duct, and those in use; `None` where they are not on record.
    type Holes = Option<(i64, i64)>;

    /// Lines between places, each with its holes and those in use where they are on record; an exchange at the first place.
    fn park(places: &[[f64; 2]], lines: &[(usize, usize, Holes)]) -> ParkSnapshot {
        let mut park = empty();
        let kind = |at: usize| if at == 0 { NodeKind::Source } else { NodeKind::Manhole };
        park.nodes =
            places.iter().enumerate().map(|(at, [x, y])| node(&format!("n{at}"), kind(at), [*x, *y, 1.0])).collect();
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Telecom);
        for (number, (from, to, holes)) in lines.iter().enumerate() {
            let at = |place: usize| [places[place][0], places[place][1], 1.0];
            let (a, b) = (format!("n{from}"), format!("n{to}"));
            let mut line = keyed_edge(number as i64 + 1, Some(&a), Some(&b), vec![at(*from), at(*to)]);
            line.class = NetworkClass::Telecom;
            if let Some((total, used)) = holes {
                let attributes = json!({ "TotalHole": total, "UsedHole": used });
                line.provenance.attributes = attributes.as_object().unwrap().clone().into();
            }
            park.edges.push(line);
        }
        park
    }

    fn routes(park: &ParkSnapshot, land: &MultiPolygon<f64>) -> Routes {
        let there = Presence::on(park, "2026-06-30".parse().unwrap());
        let fibre = Fibre::of(park, &there, &Settings::shipped(), &CapacityRules::shipped()).unwrap();
        fibre.routes(land)
    }

    fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
        MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()])
    }

    /// A ring of 900 by 600 m from the exchange in its south-western corner, and land outside its eastern side.
    const RING: [[f64; 2]; 4] = [[0.0, 0.0], [900.0, 0.0], [900.0, 600.0], [0.0, 600.0]];

    fn ring(holes: [Holes; 4]) -> ParkSnapshot {
        park(&RING, &[(0, 1, holes[0]), (1, 2, holes[1]), (2, 3, holes[2]), (3, 0, holes[3])])
    }

    fn found(holes: [Holes; 4]) -> (f64, f64) {
        let routes = routes(&ring(holes), &block(910.0, 200.0, 100.0, 100.0));
        assert_eq!(routes.missing.is_empty(), routes.low == routes.high, "{routes:?}");
        (routes.low, routes.high)
    }

    #[test]
    fn a_ring_with_free_holes_gives_two_routes_and_what_is_not_on_record_leaves_it_open() {
        let free = Some((6, 2));
        assert_eq!(found([free; 4]), (2.0, 2.0));
        // Full on one side: one route is left. Not on record there: one or two.
        assert_eq!(found([free, free, Some((6, 6)), free]), (1.0, 1.0));
        assert_eq!(found([free, free, None, free]), (1.0, 2.0));
        assert_eq!(found([None; 4]), (0.0, 2.0));
        // Full along the land itself.
        assert_eq!(found([free, Some((2, 2)), free, free]), (0.0, 0.0));
    }

    #[test]
    fn a_spur_gives_one_route_however_many_rings_there_are_behind_it() {
        let free = Some((6, 2));
        let mut places = RING.to_vec();
        places.push([1500.0, 600.0]);
        let lines = [(0, 1, free), (1, 2, free), (2, 3, free), (3, 0, free), (2, 4, free)];
        let spur = routes(&park(&places, &lines), &block(1200.0, 610.0, 100.0, 50.0));
        assert_eq!((spur.low, spur.high), (1.0, 1.0));
        assert_eq!(spur.steps("2026-06-30".parse().unwrap()).len(), 1);
    }

    #[test]
    fn two_lines_in_one_trench_are_not_known_to_be_apart() {
        let free = Some((6, 2));
        let places = [[0.0, 0.0], [900.0, 0.0], [0.0, 0.6], [900.0, 0.6]];
        let mut park = park(&places, &[(0, 1, free), (2, 3, free)]);
        park.nodes[2].kind = NodeKind::Source;
        let both = routes(&park, &block(910.0, -20.0, 50.0, 50.0));
        assert_eq!((both.low, both.high), (1.0, 2.0), "{both:?}");
        // Ten metres apart they are.
        for (node, y) in [(2, 10.0), (3, 10.0)] {
            park.nodes[node].position[1] = y;
        }
        park.edges[1].path.iter_mut().for_each(|at| at[1] = 10.0);
        let both = routes(&park, &block(910.0, -20.0, 50.0, 50.0));
        assert_eq!((both.low, both.high), (2.0, 2.0), "{both:?}");
    }

    #[test]
    fn without_an_exchange_or_a_line_near_nobody_knows() {
        let free = [Some((6, 2)); 4];
        let far = routes(&ring(free), &block(5_000.0, 0.0, 50.0, 50.0));
        assert_eq!((far.low, far.high, far.missing.len()), (0.0, f64::INFINITY, 1));
        assert!(far.steps("2026-06-30".parse().unwrap()).is_empty());
        let mut headless = ring(free);
        headless.nodes[0].kind = NodeKind::Manhole;
        let routes = routes(&headless, &block(910.0, 200.0, 100.0, 100.0));
        assert!(routes.high.is_infinite() && routes.missing[0].contains("no way to a source"), "{routes:?}");
        let there = Presence::on(&empty(), "2026-06-30".parse().unwrap());
        assert!(Fibre::of(&empty(), &there, &Settings::shipped(), &CapacityRules::shipped()).is_none());
    }

    /// By hand: as many ways as can be cut through by removing so many links, by Menger's theorem; every set of links is tried.
    fn least_cut(graph: &Graph, from: [u32; 2], to: u32) -> u32 {
        let links = graph.links();
        let is_cut = |gone: u32| {
            let mut seen = vec![false; graph.junctions()];
            let mut next: Vec<u32> = (0..2).filter(|end| gone >> (links + end) & 1 == 0).map(|end| from[end]).collect();
            while let Some(here) = next.pop() {
                if !std::mem::replace(&mut seen[here as usize], true) {
                    let open = graph.at(here).iter().filter(|arc| gone >> arc.link & 1 == 0);
                    next.extend(open.map(|arc| arc.to));
                }
            }
            !seen[to as usize]
        };
        (0..1_u32 << (links + 2)).filter(|gone| is_cut(*gone)).map(u32::count_ones).min().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn as_many_routes_as_the_least_cut_has_links(
            ends in prop::collection::vec((0_u32..6, 0_u32..6), 1..9), (a, b) in (1_u32..6, 1_u32..6),
        ) {
            // The last link is the line near the land, entered towards both of its ends.
            let mut all: Vec<[u32; 2]> = ends.iter().map(|(a, b)| [*a, *b]).collect();
            let others = Graph::new(6, all.clone());
            all.push([a, b]);
            let graph = Graph::new(6, all);
            let last = graph.links() as u32 - 1;
            let mut is_exchange = vec![false; 6];
            is_exchange[0] = true;
            let found = Flow::of(&graph, &vec![true; graph.links()], &is_exchange, vec![(last, 2)]).most();
            prop_assert_eq!(found, least_cut(&others, [a, b], 0));
        }
    }
}
