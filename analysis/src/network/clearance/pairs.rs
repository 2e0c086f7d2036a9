//! Lines against lines and buildings: how near, at which place, and what the rule says of it.

use std::collections::HashMap;
use std::sync::OnceLock;

use geo::{BoundingRect, MultiPolygon};
use rayon::prelude::*;
use rstar::{AABB, RTree, RTreeObject};
use serde::Serialize;
use spatial_db::model::{NetworkClass, NetworkEdge, ParkSnapshot, Presence};

use super::distance::{Nearest, nearest};
use super::rules::{ClearanceRules, Limit};
use super::walls::{ONE_PLACE_M, Walls, height_at, joined, to_area};

/// What two things are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// Side by side, or one with its end beside the other: the clear distance in plan counts.
    Alongside,
    /// One over the other, by their axes or, of lines that do not run alongside, by their walls: the clear height counts.
    Crossing,
    /// Beside a building, in plan.
    Building,
}

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too near wherever within its uncertainty the line lies.
    Violated,
    /// Too near if it lies where it may.
    Possible,
    /// Something that decides it is not on record.
    Unknown,
    /// Far enough wherever it lies.
    Clear,
}

impl Verdict {
    /// A short word for tables and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Possible => "possible",
            Self::Unknown => "unknown",
            Self::Clear => "clear",
        }
    }
}

/// What is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The size of a line: its wall is somewhere outside its axis.
    Size,
    /// The height of a line.
    Height,
    /// A rule: the table has none for the pressure of a line.
    Rule,
}

/// Two things and the room between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clearance {
    /// Row of the line in the snapshot; `None` for one that is planned.
    pub a: Option<u32>,
    /// Row of the other line, or of the building.
    pub b: u32,
    /// How they lie.
    pub lie: Lie,
    /// Verdict.
    pub verdict: Verdict,
    /// Wall to wall as recorded, m: in plan, at a crossing in height. Below zero where they overlap. From the axis of a line whose
    /// size is not known; `None` where a height is not known.
    pub room_m: Option<f64>,
    /// What the rule asks for, m: least and most of what may apply.
    pub limit_m: [f64; 2],
    /// Row of the rule.
    pub row: usize,
    /// How far the two may lie off their places, together, m.
    pub off_m: f64,
    /// Where.
    pub place: [f64; 3],
    /// What is missing.
    pub missing: Option<Missing>,
}

impl Clearance {
    /// Room less what is asked for at most, m.
    pub fn margin_m(&self) -> Option<f64> {
        self.room_m.map(|room| room - self.limit_m[1])
    }
}

/// Everything that is too near, may be, or cannot be told, and how much is clear.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Violated first, then by margin.
    pub found: Vec<Clearance>,
    /// Pairs that were near enough to be looked at and are clear.
    pub clear: usize,
}

/// The ends of a straight piece.
type Ends = [[f64; 3]; 2];
/// Another line's row, a piece of the line, a piece of the other.
type NearPiece = (u32, Ends, Ends);

struct Piece {
    line: u32,
    ends: [[f64; 3]; 2],
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = self.ends;
        AABB::from_corners([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])])
    }
}

struct Standing {
    row: u32,
    bounds: AABB<[f64; 2]>,
}

impl RTreeObject for Standing {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

/// The lines and buildings of a park, ready to be asked what is near.
pub struct Room<'p> {
    park: &'p ParkSnapshot,
    rules: &'p ClearanceRules,
    there: &'p Presence,
    pieces: RTree<Piece>,
    buildings: RTree<Standing>,
    walls: Vec<Walls>,
    widest_m: f64,
    alongside: f64,
    crossing: f64,
    /// How many ends of lines of a class name a node; made when it is first asked for.
    named: OnceLock<HashMap<(NetworkClass, &'p str), u32>>,
}

/// Which others a line is held against.
#[derive(Clone, Copy)]
enum Against<'a> {
    /// All: the line is planned.
    All,
    /// Those of higher rows: the rest hold it against themselves.
    Higher(u32),
    /// All but itself and those that have asked before.
    Others(u32, &'a [u32]),
}

impl<'p> Room<'p> {
    /// Of what was there.
    pub fn of(park: &'p ParkSnapshot, there: &'p Presence, rules: &'p ClearanceRules) -> Self {
        let walls: Vec<Walls> = park.edges.iter().map(|edge| Walls::of(edge, rules)).collect();
        let mut pieces = Vec::with_capacity(park.edges.len());
        for (row, edge) in park.edges.iter().enumerate().filter(|(row, _)| there.edges[*row]) {
            pieces.extend(edge.path.windows(2).map(|pair| Piece { line: row as u32, ends: [pair[0], pair[1]] }));
        }
        let standing = park.buildings.iter().enumerate().filter(|(row, _)| there.buildings[*row]);
        let standing = standing.filter_map(|(row, building)| {
            let bounds = building.footprint.bounding_rect()?;
            let bounds = AABB::from_corners(bounds.min().into(), bounds.max().into());
            Some(Standing { row: row as u32, bounds })
        });
        let buildings = RTree::bulk_load(standing.collect());
        let widest_m =
            walls.iter().map(|walls| walls.half_width_m.unwrap_or(rules.unsized_m.value / 2.0)).fold(0.0, f64::max);
        let alongside = rules.alongside_deg.value.to_radians().cos();
        let crossing = rules.crossing_deg.value.to_radians().sin();
        let (pieces, named) = (RTree::bulk_load(pieces), OnceLock::new());
        Self { park, rules, there, pieces, buildings, walls, widest_m, alongside, crossing, named }
    }

    /// All pairs of the park.
    pub fn all(&self) -> Findings {
        let lines: Vec<u32> = (0..self.park.edges.len() as u32).filter(|row| self.there.edges[*row as usize]).collect();
        let parts: Vec<Findings> = lines
            .par_iter()
            .fold(Findings::default, |mut found, row| {
                let edge = &self.park.edges[*row as usize];
                self.near(edge, Against::Higher(*row), &self.walls[*row as usize], &mut found);
                found
            })
            .collect();
        Self::sorted(parts)
    }

    /// What is near these lines, of those that were there: their pairs as [`Self::all`] has them, and how many of these are clear.
    pub fn about(&self, rows: &[u32]) -> Findings {
        let mut rows: Vec<u32> = rows.iter().copied().filter(|row| self.there.edges[*row as usize]).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut found = Findings::default();
        for (at, row) in rows.iter().enumerate() {
            let (line, walls) = (&self.park.edges[*row as usize], &self.walls[*row as usize]);
            self.near(line, Against::Others(*row, &rows[..at]), walls, &mut found);
        }
        Self::sorted(vec![found])
    }

    /// A line that is planned against what is there.
    pub fn planned(&self, line: &NetworkEdge) -> Findings {
        let mut found = Findings::default();
        self.near(line, Against::All, &Walls::of(line, self.rules), &mut found);
        Self::sorted(vec![found])
    }

    fn sorted(parts: Vec<Findings>) -> Findings {
        let mut all = Findings::default();
        for part in parts {
            all.clear += part.clear;
            all.found.extend(part.found);
        }
        let margin = |c: &Clearance| c.margin_m().unwrap_or(f64::INFINITY);
        all.found.sort_by(|x, y| {
            x.verdict
                .cmp(&y.verdict)
                .then(margin(x).total_cmp(&margin(y)))
                .then((x.a, x.b, x.lie).cmp(&(y.a, y.b, y.lie)))
        });
        all
    }

    /// What is near a line.
    fn near(&self, line: &NetworkEdge, against: Against<'_>, walls: &Walls, found: &mut Findings) {
        let own = walls.half_width_m.unwrap_or(self.rules.unsized_m.value / 2.0) + walls.plan_m;
        let reach = self.rules.reach_m() + own + self.widest_m + self.rules.worst_m();
        let mut others: Vec<NearPiece> = Vec::new();
        for pair in line.path.windows(2) {
            let mine = [pair[0], pair[1]];
            let (a, b) = (pair[0], pair[1]);
            let about = AABB::from_corners(
                [a[0].min(b[0]) - reach, a[1].min(b[1]) - reach],
                [a[0].max(b[0]) + reach, a[1].max(b[1]) + reach],
            );
            for piece in self.pieces.locate_in_envelope_intersecting(&about) {
                let wanted = match against {
                    Against::All => true,
                    Against::Higher(row) => piece.line > row,
                    Against::Others(row, before) => piece.line != row && before.binary_search(&piece.line).is_err(),
                };
                if wanted {
                    others.push((piece.line, mine, piece.ends));
                }
            }
        }
        let row = match against {
            Against::All => None,
            Against::Higher(row) | Against::Others(row, _) => Some(row),
        };
        others.sort_by_key(|(line, ..)| *line);
        for pair in others.chunk_by(|x, y| x.0 == y.0) {
            let other = pair[0].0;
            match row {
                // A pair is told from its lower row, whichever asks.
                Some(row) if other < row => {
                    let turned: Vec<NearPiece> = pair.iter().map(|(_, mine, theirs)| (row, *theirs, *mine)).collect();
                    let (first, its) = (&self.park.edges[other as usize], &self.walls[other as usize]);
                    self.pair(first, Some(other), its, &turned, found);
                }
                _ => self.pair(line, row, walls, pair, found),
            }
        }
        if let Some(limit) = self.rules.horizontal(line, None) {
            self.buildings(line, row, walls, limit, found);
        }
    }

    /// One line against another, by the pieces of both that are near.
    fn pair(&self, line: &NetworkEdge, row: Option<u32>, walls: &Walls, pieces: &[NearPiece], found: &mut Findings) {
        let b = pieces[0].0;
        let (other, their) = (&self.park.edges[b as usize], &self.walls[b as usize]);
        let crossing = self.rules.vertical(line, other);
        let alongside = self.rules.horizontal(line, Some(other));
        if crossing.is_none() && alongside.is_none() {
            return;
        }
        if line.class == other.class && joined(line, other) {
            return;
        }
        let walls_m = walls.half_width_m.unwrap_or(0.0) + their.half_width_m.unwrap_or(0.0);
        let mut over: Vec<Over> = Vec::new();
        let mut worst: Option<Clearance> = None;
        let mut least: Option<(Nearest<2>, Ends)> = None;
        for (_, mine, theirs) in pieces {
            let near = in_plan(*mine, *theirs);
            let beside = self.run_alongside(*mine, *theirs);
            if least.is_none_or(|(least, _)| near.distance < least.distance)
                && (beside || (near.distance > walls_m && self.ends_there([(line, row), (other, Some(b))], &near)))
            {
                least = Some((near, *mine));
            }
            // One that ends square to another, with their walls over each other, crosses it as much as one that goes on.
            let within_m = if beside { 0.0 } else { walls_m + ROUNDING_M };
            if near.distance > within_m {
                continue;
            }
            let sine = sine_between(*mine, *theirs);
            if sine >= self.crossing {
                over.push(Over { at: near.on_a, sine });
            }
            if let Some(limit) = crossing {
                let one = self.crossing(row, b, [walls, their], limit, near, *mine, *theirs);
                if worst.as_ref().is_none_or(|w| graver(&one, w)) {
                    worst = Some(one);
                }
            }
        }
        if let Some(limit) = alongside {
            let missing = [walls, their].into_iter().filter(|walls| walls.half_width_m.is_none()).count();
            let off = walls.plan_m + their.plan_m;
            let wall = self.wall(missing);
            let apart = limit.between_m[1] + walls_m + off + wall;
            if !over.is_empty() {
                let end = |near: &Nearest<2>| {
                    near.distance > walls_m && self.ends_there([(line, row), (other, Some(b))], near)
                };
                least = self.alongside(pieces, &over, apart, end);
            }
            if let Some((near, mine)) = least {
                let [x, y] = [0, 1].map(|axis: usize| f64::midpoint(near.on_a[axis], near.on_b[axis]));
                let room = near.distance - walls_m;
                let place = [x, y, height_at(mine, near.on_a)];
                let at = At { a: row, b, lie: Lie::Alongside, place };
                keep(judged(at, Some(room), (missing > 0).then_some(Missing::Size), limit, off, wall), found);
            }
        }
        if let Some(one) = worst {
            keep(one, found);
        }
    }

    /// Where the pieces that run alongside are nearest, and on which of the first line's. Where the lines pass over each other, they
    /// come near because they cross: what lies nearer to such a place than it takes to be `apart_m` apart does not count.
    fn alongside(
        &self,
        pieces: &[NearPiece],
        over: &[Over],
        apart_m: f64,
        end: impl Fn(&Nearest<2>) -> bool,
    ) -> Option<(Nearest<2>, Ends)> {
        let mut least: Option<(Nearest<2>, Ends)> = None;
        for (_, mine, theirs) in pieces {
            if !self.run_alongside(*mine, *theirs) {
                let near = in_plan(*mine, *theirs);
                let far = |place: &Over| {
                    let [x, y] = [0, 1].map(|axis: usize| near.on_a[axis] - place.at[axis]);
                    x.hypot(y) > apart_m / place.sine + ROUNDING_M
                };
                let nearer = least.as_ref().is_none_or(|(least, _)| near.distance < least.distance);
                if nearer && over.iter().all(far) && end(&near) {
                    least = Some((near, *mine));
                }
                continue;
            }
            let mut parts = vec![*mine];
            for place in over {
                let radius = apart_m / place.sine + ROUNDING_M;
                parts = parts.into_iter().flat_map(|part| outside(part, place.at, radius)).flatten().collect();
            }
            for part in parts {
                let near = in_plan(part, *theirs);
                if least.as_ref().is_none_or(|(least, _)| near.distance < least.distance) {
                    least = Some((near, *mine));
                }
            }
        }
        least
    }

    /// Whether one of two lines ends where they are nearest, and no other line of its class goes on from there.
    fn ends_there(&self, lines: [(&NetworkEdge, Option<u32>); 2], near: &Nearest<2>) -> bool {
        lines.into_iter().zip([near.on_a, near.on_b]).any(|((line, row), at)| {
            let last = line.path[line.path.len() - 1];
            [(line.path[0], &line.from_key), (last, &line.to_key)]
                .into_iter()
                .any(|(end, key)| end[0] == at[0] && end[1] == at[1] && !self.goes_on(line, row, key.as_deref(), at))
        })
    }

    fn goes_on(&self, line: &NetworkEdge, row: Option<u32>, key: Option<&str>, at: [f64; 2]) -> bool {
        let named = self.named.get_or_init(|| {
            let mut named = HashMap::new();
            for edge in self.park.edges.iter().zip(&self.there.edges).filter(|(_, there)| **there).map(|(edge, _)| edge)
            {
                for key in [&edge.from_key, &edge.to_key].into_iter().flatten() {
                    *named.entry((edge.class, key.as_str())).or_default() += 1;
                }
            }
            named
        });
        if key.is_some_and(|key| named.get(&(line.class, key)).is_some_and(|ends| *ends > u32::from(row.is_some()))) {
            return true;
        }
        let about = AABB::from_corners(at.map(|at| at - ONE_PLACE_M), at.map(|at| at + ONE_PLACE_M));
        self.pieces.locate_in_envelope_intersecting(&about).any(|piece| {
            let flat = |p: [f64; 3]| [p[0], p[1]];
            Some(piece.line) != row
                && self.park.edges[piece.line as usize].class == line.class
                && nearest([at; 2], piece.ends.map(flat)).distance <= ONE_PLACE_M
        })
    }

    fn run_alongside(&self, a: [[f64; 3]; 2], b: [[f64; 3]; 2]) -> bool {
        let along = |p: [[f64; 3]; 2]| [p[1][0] - p[0][0], p[1][1] - p[0][1]];
        let (u, v) = (along(a), along(b));
        let lengths = (u[0] * u[0] + u[1] * u[1]).sqrt() * (v[0] * v[0] + v[1] * v[1]).sqrt();
        // A riser has no direction in plan: it stands beside whatever is near.
        lengths == 0.0 || (u[0] * v[0] + u[1] * v[1]).abs() >= self.alongside * lengths
    }

    #[allow(clippy::too_many_arguments, reason = "both sides of one place")]
    fn crossing(
        &self,
        row: Option<u32>,
        b: u32,
        walls: [&Walls; 2],
        limit: Limit,
        at: Nearest<2>,
        mine: Ends,
        theirs: Ends,
    ) -> Clearance {
        let (z, other_z) = (height_at(mine, at.on_a), height_at(theirs, at.on_b));
        let halves = walls.map(|walls| walls.half_height_m);
        let known: f64 = halves.iter().map(|half| half.unwrap_or(0.0)).sum();
        let apart = (z - other_z).abs();
        let room = apart.is_finite().then_some(apart - known);
        let bare = halves.iter().filter(|half| half.is_none()).count();
        let missing = match room {
            None => Some(Missing::Height),
            Some(_) => (bare > 0).then_some(Missing::Size),
        };
        let off = walls[0].height_m + walls[1].height_m;
        let place = [at.on_a[0], at.on_a[1], f64::midpoint(z, other_z)];
        judged(At { a: row, b, lie: Lie::Crossing, place }, room, missing, limit, off, self.wall(bare))
    }

    /// How far outside their axes the walls of so many lines without a size may lie, m.
    fn wall(&self, lines: usize) -> f64 {
        self.rules.unsized_m.value / 2.0 * lines as f64
    }

    fn buildings(&self, line: &NetworkEdge, row: Option<u32>, walls: &Walls, limit: Limit, found: &mut Findings) {
        for (at, building) in self.near_buildings(
            line,
            limit.between_m[1] + walls.half_width_m.unwrap_or(self.rules.unsized_m.value / 2.0) + walls.plan_m,
        ) {
            let mut least: Option<(f64, [f64; 3])> = None;
            for pair in line.path.windows(2) {
                let (far, place) = to_area([pair[0], pair[1]], building);
                if least.is_none_or(|(least, _)| far < least) {
                    least = Some((far, place));
                }
            }
            let Some((far, place)) = least else { continue };
            let room = far - walls.half_width_m.unwrap_or(0.0);
            let missing = walls.half_width_m.is_none().then_some(Missing::Size);
            let at = At { a: row, b: at, lie: Lie::Building, place };
            keep(
                judged(at, Some(room), missing, limit, walls.plan_m, self.wall(usize::from(missing.is_some()))),
                found,
            );
        }
    }

    fn near_buildings(&self, line: &NetworkEdge, reach: f64) -> Vec<(u32, &'p MultiPolygon<f64>)> {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y, _] in &line.path {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        let about = AABB::from_corners([bounds[0] - reach, bounds[1] - reach], [bounds[2] + reach, bounds[3] + reach]);
        let mut near: Vec<u32> = self.buildings.locate_in_envelope_intersecting(&about).map(|one| one.row).collect();
        near.sort_unstable();
        near.into_iter().map(|row| (row, &self.park.buildings[row as usize].footprint)).collect()
    }
}

/// Distances that differ by no more are the same, m.
const ROUNDING_M: f64 = 1e-6;

/// Where two lines pass over each other, and the sine of the angle.
struct Over {
    at: [f64; 2],
    sine: f64,
}

fn in_plan(a: Ends, b: Ends) -> Nearest<2> {
    let flat = |p: [f64; 3]| [p[0], p[1]];
    nearest(a.map(flat), b.map(flat))
}

/// Sine of the angle between two pieces in plan; 0 where one has no direction.
fn sine_between(a: Ends, b: Ends) -> f64 {
    let along = |p: Ends| [p[1][0] - p[0][0], p[1][1] - p[0][1]];
    let (u, v) = (along(a), along(b));
    let lengths = u[0].hypot(u[1]) * v[0].hypot(v[1]);
    if lengths > 0.0 { (u[0] * v[1] - u[1] * v[0]).abs() / lengths } else { 0.0 }
}

/// What of a piece lies outside a circle in plan.
fn outside([a, b]: Ends, centre: [f64; 2], radius: f64) -> [Option<Ends>; 2] {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (x, y) = (a[0] - centre[0], a[1] - centre[1]);
    let (run, half, rest) = (dx * dx + dy * dy, x * dx + y * dy, x * x + y * y - radius * radius);
    let root = half * half - run * rest;
    if run == 0.0 {
        return [(rest > 0.0).then_some([a, b]), None];
    }
    if root <= 0.0 {
        return [Some([a, b]), None];
    }
    let (enters, leaves) = ((-half - root.sqrt()) / run, (-half + root.sqrt()) / run);
    if leaves <= 0.0 || enters >= 1.0 {
        return [Some([a, b]), None];
    }
    let at = |share: f64| [0, 1, 2].map(|axis: usize| a[axis] + (b[axis] - a[axis]) * share);
    [(enters > 0.0).then(|| [a, at(enters)]), (leaves < 1.0).then(|| [at(leaves), b])]
}

/// Whether one finding weighs more than another of the same pair.
fn graver(one: &Clearance, other: &Clearance) -> bool {
    let margin = |c: &Clearance| c.margin_m().unwrap_or(f64::INFINITY);
    one.verdict.cmp(&other.verdict).then(margin(one).total_cmp(&margin(other))).is_lt()
}

/// Which two, how they lie, and where.
struct At {
    a: Option<u32>,
    b: u32,
    lie: Lie,
    place: [f64; 3],
}

/// What a room is worth against what is asked for. Walls that are not known lie as much as `wall_m` outside their axes.
fn judged(at: At, room_m: Option<f64>, missing: Option<Missing>, limit: Limit, off_m: f64, wall_m: f64) -> Clearance {
    let [least, most] = limit.between_m;
    let missing = missing.or(limit.beyond.then_some(Missing::Rule));
    let verdict = match room_m {
        None => Verdict::Unknown,
        Some(room) if room + off_m < least => Verdict::Violated,
        Some(room) if room - off_m - wall_m >= most && !limit.beyond => Verdict::Clear,
        Some(_) if missing.is_some() => Verdict::Unknown,
        Some(_) => Verdict::Possible,
    };
    let At { a, b, lie, place } = at;
    Clearance { a, b, lie, verdict, room_m, limit_m: limit.between_m, row: limit.row, off_m, place, missing }
}

fn keep(one: Clearance, found: &mut Findings) {
    if one.verdict == Verdict::Clear { found.clear += 1 } else { found.found.push(one) }
}
