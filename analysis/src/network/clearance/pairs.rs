//! Lines against lines and buildings: how near, at which place, and what the rule says of it.

use std::collections::HashMap;
use std::sync::OnceLock;

use geo::BoundingRect;
use rayon::prelude::*;
use rstar::{AABB, RTree, RTreeObject};
use spatial_db::model::{NetworkClass, NetworkEdge, ParkSnapshot, Presence};

use super::distance::{Ends, Nearest, ROUNDING_M, in_plan, nearest, outside, shared, sine_between};
use super::finding::{Clearance, Findings, Lie, Missing, Verdict};
use super::rules::{ClearanceRules, Limit};
use super::solid::Two;
use super::walls::{ONE_PLACE_M, Walls, height_at, heights_facing, joined};

/// Another line's row, a piece of the line, a piece of the other.
pub(super) type NearPiece = (u32, Ends, Ends);

struct Piece {
    line: u32,
    ends: Ends,
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [a, b] = self.ends;
        AABB::from_corners([a[0].min(b[0]), a[1].min(b[1])], [a[0].max(b[0]), a[1].max(b[1])])
    }
}

pub(super) struct Standing {
    pub(super) row: u32,
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
    pub(super) park: &'p ParkSnapshot,
    pub(super) rules: &'p ClearanceRules,
    there: &'p Presence,
    pieces: RTree<Piece>,
    pub(super) standing: RTree<Standing>,
    pub(super) walls: Vec<Walls>,
    /// The most that any row asks for in plan, m.
    pub(super) asked_m: f64,
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
        let standing = RTree::bulk_load(standing.collect());
        let asked_m = rules.reach_m();
        let widest_m =
            walls.iter().map(|walls| walls.half_width_m.unwrap_or(rules.unsized_m.value / 2.0)).fold(0.0, f64::max);
        let alongside = rules.alongside_deg.value.to_radians().cos();
        let crossing = rules.crossing_deg.value.to_radians().sin();
        let (pieces, named) = (RTree::bulk_load(pieces), OnceLock::new());
        Self { park, rules, there, pieces, standing, walls, asked_m, widest_m, alongside, crossing, named }
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
            all.no_rule += part.no_rule;
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
        let reach = self.reach_of(walls);
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
        self.buildings(line, row, walls, found);
    }

    /// How far from a line others may be told of, m.
    pub(super) fn reach_of(&self, walls: &Walls) -> f64 {
        let own = walls.half_width_m.unwrap_or(self.rules.unsized_m.value / 2.0) + walls.plan_m;
        self.asked_m + own + self.widest_m + self.rules.worst_m()
    }

    /// One line against another, by the pieces of both that are near. What no row tells of is told where walls touch, else counted.
    fn pair(&self, line: &NetworkEdge, row: Option<u32>, walls: &Walls, pieces: &[NearPiece], found: &mut Findings) {
        let b = pieces[0].0;
        let (other, their) = (&self.park.edges[b as usize], &self.walls[b as usize]);
        if line.class == other.class && joined(line, other) {
            return;
        }
        let two = [(line, row, walls), (other, Some(b), their)];
        let judged = self.judge(two, pieces);
        let before = found.found.len();
        for one in judged.told.into_iter().flatten() {
            keep(one, found);
        }
        if found.found.len() > before {
            return;
        }
        match self.touching(two, pieces) {
            Some(one) => keep(one, found),
            None => found.no_rule += usize::from(judged.without_rule),
        }
    }

    /// What the rows of the table say of two lines, by the pieces of both that are near.
    pub(super) fn judge(&self, two: Two<'_>, pieces: &[NearPiece]) -> Judged {
        let [(line, row, walls), (other, _, their)] = two;
        let b = pieces[0].0;
        let crossing = self.rules.vertical(line, other);
        let alongside = self.rules.horizontal(line, Some(other));
        let mut judged = Judged { told: [None; 2], without_rule: false };
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
            let Some(limit) = crossing else {
                judged.without_rule = true;
                continue;
            };
            for at in places(near, *mine, *theirs) {
                let one = self.crossing(row, b, [walls, their], limit, at, *mine, *theirs);
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
                let missing = (missing > 0).then_some(Missing::Size);
                judged.told[0] = Some(weigh(at, Some(room), missing, limit, off, wall));
            }
        } else {
            judged.without_rule |= least.is_some_and(|(near, _)| near.distance - walls_m <= self.asked_m);
        }
        judged.told[1] = worst;
        judged
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

    /// Whether another line of its class goes on from an end of a line.
    pub(super) fn goes_on(&self, line: &NetworkEdge, row: Option<u32>, key: Option<&str>, at: [f64; 2]) -> bool {
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
        let [z, other_z] = heights_facing(mine, at.on_a, theirs, at.on_b);
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
        weigh(At { a: row, b, lie: Lie::Crossing, place }, room, missing, limit, off, self.wall(bare))
    }

    /// How far outside their axes the walls of so many lines without a size may lie, m.
    pub(super) fn wall(&self, lines: usize) -> f64 {
        self.rules.unsized_m.value / 2.0 * lines as f64
    }
}

/// Where two lines pass over each other, and the sine of the angle.
struct Over {
    at: [f64; 2],
    sine: f64,
}

/// Whether one finding weighs more than another of the same pair.
fn graver(one: &Clearance, other: &Clearance) -> bool {
    let margin = |c: &Clearance| c.margin_m().unwrap_or(f64::INFINITY);
    one.verdict.cmp(&other.verdict).then(margin(one).total_cmp(&margin(other))).is_lt()
}

/// Where the height between two pieces that meet in plan is judged: where they meet; of those that lie on each other there, at both
/// ends of what they share, and where one passes through the height of the other.
fn places(near: Nearest<2>, mine: Ends, theirs: Ends) -> Vec<Nearest<2>> {
    let flat = |p: [f64; 3]| [p[0], p[1]];
    let on_each_other = (near.distance == 0.0).then(|| shared(mine.map(flat), theirs.map(flat))).flatten();
    let Some([from, to]) = on_each_other else { return vec![near] };
    let apart = |at: [f64; 2]| height_at(mine, at) - height_at(theirs, at);
    let (first, last) = (apart(from), apart(to));
    let mut at = vec![from, to];
    if first * last < 0.0 {
        let share = first / (first - last);
        at.push([0, 1].map(|axis: usize| from[axis] + (to[axis] - from[axis]) * share));
    }
    at.into_iter().map(|at| Nearest { distance: 0.0, on_a: at, on_b: at }).collect()
}

/// What the rows of the table say of two lines.
pub(super) struct Judged {
    /// Alongside and crossing, as far as they do.
    pub(super) told: [Option<Clearance>; 2],
    /// They lie in a way that no row is about.
    pub(super) without_rule: bool,
}

/// Which two, how they lie, and where.
pub(super) struct At {
    pub(super) a: Option<u32>,
    pub(super) b: u32,
    pub(super) lie: Lie,
    pub(super) place: [f64; 3],
}

/// What a room is worth against what is asked for. Walls that are not known lie as much as `wall_m` outside their axes.
pub(super) fn weigh(
    at: At,
    room_m: Option<f64>,
    missing: Option<Missing>,
    limit: Limit,
    off_m: f64,
    wall_m: f64,
) -> Clearance {
    let [least, most] = limit.between_m;
    let missing = missing.or(limit.beyond.then_some(Missing::Pressure));
    let verdict = match room_m {
        None => Verdict::Unknown,
        Some(room) if room + off_m < least => Verdict::Violated,
        Some(room) if room - off_m - wall_m >= most && !limit.beyond => Verdict::Clear,
        Some(_) if missing.is_some() => Verdict::Unknown,
        Some(_) => Verdict::Possible,
    };
    let At { a, b, lie, place } = at;
    Clearance { a, b, lie, verdict, room_m, limit_m: limit.between_m, row: Some(limit.row), off_m, place, missing }
}

pub(super) fn keep(one: Clearance, found: &mut Findings) {
    if one.verdict == Verdict::Clear { found.clear += 1 } else { found.found.push(one) }
}
