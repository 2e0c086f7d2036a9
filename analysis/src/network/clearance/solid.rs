//! Wall to wall in 3D: between two pieces, between two lines, and whether one line's wall lies in the other's.

use spatial_db::model::NetworkEdge;

use super::distance::{Ends, ROUNDING_M, in_plan, nearest};
use super::finding::{Clearance, Lie, Missing, Verdict};
use super::pairs::{NearPiece, Room};
use super::walls::{Walls, joined};
use crate::network::topology::plan_m;

/// Steps of a search along a piece, each of which leaves two thirds of it: of a kilometre less than a nanometre.
const STEPS: usize = 72;

/// How far apart the walls of two lines are in 3D, and what the rules say of the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Between {
    /// Row of the one line: the lower of the two.
    pub a: u32,
    /// Row of the other.
    pub b: u32,
    /// Wall to wall in 3D as recorded, m; below zero where one lies in the other. From the axis of a line whose size is not known;
    /// `None` where a height that decides is not known.
    pub room_m: Option<f64>,
    /// What of it is in plan, m.
    pub plan_m: Option<f64>,
    /// What of it is in height, m.
    pub height_m: Option<f64>,
    /// Where: the place on the axis of each.
    pub ends: Option<Ends>,
    /// How far the two may lie off their places, together, m: in plan, in height.
    pub off_m: [f64; 2],
    /// What is missing.
    pub missing: Option<Missing>,
    /// Two lines of a network that are drawn to meet: no rule is about them.
    pub joined: bool,
    /// What the rows of the table say of the two, clear or not: at most one alongside and one crossing, or that they touch.
    pub told: Vec<Clearance>,
}

impl Between {
    /// How far off the room in 3D may be, m.
    pub fn room_off_m(&self) -> f64 {
        self.off_m[0].hypot(self.off_m[1])
    }
}

/// Two pieces, wall to wall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WallToWall {
    /// Below zero where one lies in the other; not a number where a height is not known.
    pub(super) room_m: f64,
    /// The place on the axis of each.
    pub(super) ends: Ends,
    /// What of the room is in plan and in height, m.
    pub(super) parts_m: [f64; 2],
}

/// What the walls of two lines take of the distance of their axes: a box of half width and half height for ducts with corners, and
/// a radius for what is round.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_field_names, reason = "each carries its unit")]
struct Taken {
    wide_m: f64,
    high_m: f64,
    round_m: f64,
}

impl Taken {
    fn by(walls: [&Walls; 2]) -> Self {
        let mut taken = Self { wide_m: 0.0, high_m: 0.0, round_m: 0.0 };
        for walls in walls {
            let [wide, high] = [walls.half_width_m, walls.half_height_m].map(|half| half.unwrap_or(0.0));
            if walls.round {
                taken.round_m += wide;
            } else {
                taken.wide_m += wide;
                taken.high_m += high;
            }
        }
        taken
    }

    /// The room that is left between axes so far apart, and its parts: how far outside a box with rounded corners they lie.
    fn leaves(self, [p, q]: Ends) -> (f64, [f64; 2]) {
        let (across, up) = (plan_m(p, q) - self.wide_m, (p[2] - q[2]).abs() - self.high_m);
        let outside = across.max(0.0).hypot(up.max(0.0));
        if outside > 0.0 {
            let room = outside - self.round_m;
            (room, [across, up].map(|part| part.max(0.0) * room / outside))
        } else if across > up {
            (across - self.round_m, [across - self.round_m, 0.0])
        } else {
            (up - self.round_m, [0.0, up - self.round_m])
        }
    }
}

/// Two pieces wall to wall, where that is least.
///
/// Of round lines it is the distance of the axes less both radii. Of ducts it is searched for: how far one place lies outside a box
/// about another has no more than one valley along two straight pieces.
pub(super) fn apart(walls: [&Walls; 2], a: Ends, b: Ends) -> WallToWall {
    let taken = Taken::by(walls);
    let near = nearest(a, b);
    let ends = if near.distance.is_nan() {
        return WallToWall { room_m: f64::NAN, ends: [near.on_a, near.on_b], parts_m: [f64::NAN; 2] };
    } else if taken.wide_m == 0.0 && taken.high_m == 0.0 {
        [near.on_a, near.on_b]
    } else {
        valley(taken, a, b)
    };
    let (room_m, parts_m) = taken.leaves(ends);
    WallToWall { room_m, ends, parts_m }
}

fn on([p, q]: Ends, share: f64) -> [f64; 3] {
    [0, 1, 2].map(|axis: usize| p[axis] + (q[axis] - p[axis]) * share)
}

/// The lowest place of something with one valley, between 0 and 1.
fn lowest(of: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..STEPS {
        let third = (high - low) / 3.0;
        if of(low + third) <= of(high - third) { high -= third } else { low += third }
    }
    [0.0, 1.0, f64::midpoint(low, high)].into_iter().min_by(|x, y| of(*x).total_cmp(&of(*y))).unwrap_or(low)
}

fn valley(taken: Taken, a: Ends, b: Ends) -> Ends {
    let room = |p: [f64; 3], share: f64| taken.leaves([p, on(b, share)]).0;
    let beside = |share: f64| {
        let p = on(a, share);
        lowest(|other| room(p, other))
    };
    let share = lowest(|share| room(on(a, share), beside(share)));
    [on(a, share), on(b, beside(share))]
}

/// Two lines with their rows and walls.
pub(super) type Two<'a> = [(&'a NetworkEdge, Option<u32>, &'a Walls); 2];

impl Room<'_> {
    /// The room between two lines of the park, given by their rows: in 3D, and by the rules. `None` of a line and itself.
    pub fn between(&self, a: u32, b: u32) -> Option<Between> {
        if a == b {
            return None;
        }
        let (a, b) = (a.min(b), a.max(b));
        let [(line, _, walls), (other, _, their)] = self.two(a, b);
        let (mut least, mut unknown_m, mut plan_m) = (None::<WallToWall>, f64::INFINITY, f64::INFINITY);
        let halves = |walls: &Walls| walls.half_width_m.unwrap_or(0.0).hypot(walls.half_height_m.unwrap_or(0.0));
        let most_m = halves(walls) + halves(their);
        for mine in pieces(line) {
            for theirs in pieces(other) {
                plan_m = plan_m.min(in_plan(mine, theirs).distance);
                let axes_m = nearest(mine, theirs).distance;
                if axes_m.is_nan() {
                    unknown_m = unknown_m.min(in_plan(mine, theirs).distance - most_m);
                } else if least.is_none_or(|least| axes_m - most_m < least.room_m) {
                    let one = apart([walls, their], mine, theirs);
                    if least.is_none_or(|least| one.room_m < least.room_m) {
                        least = Some(one);
                    }
                }
            }
        }
        // What lies at no known height may be nearer than what does.
        let least = least.filter(|least| least.room_m <= unknown_m);
        let bare = walls.half_width_m.is_none() || their.half_width_m.is_none();
        let joined = line.class == other.class && joined(line, other);
        Some(Between {
            a,
            b,
            room_m: least.map(|least| least.room_m),
            plan_m: least.map(|least| least.parts_m[0]),
            height_m: least.map(|least| least.parts_m[1]),
            ends: least.map(|least| least.ends),
            off_m: [walls.plan_m + their.plan_m, walls.height_m + their.height_m],
            missing: if least.is_none() { Some(Missing::Height) } else { bare.then_some(Missing::Size) },
            joined,
            told: if joined { Vec::new() } else { self.told(a, b, plan_m) },
        })
    }

    fn two(&self, a: u32, b: u32) -> Two<'_> {
        [a, b].map(|row| (&self.park.edges[row as usize], Some(row), &self.walls[row as usize]))
    }

    /// What the rules say of two lines that come within so much of each other in plan.
    fn told(&self, a: u32, b: u32, plan_m: f64) -> Vec<Clearance> {
        let two = self.two(a, b);
        let [(line, _, walls), (other, _, their)] = two;
        // Pieces much farther from each other than the nearest ones decide nothing.
        let reach_m = plan_m + self.reach_of(walls) + their.plan_m;
        let mut near: Vec<NearPiece> = Vec::new();
        for mine in pieces(line) {
            let beside = pieces(other).filter(|theirs| in_plan(mine, *theirs).distance <= reach_m);
            near.extend(beside.map(|theirs| (b, mine, theirs)));
        }
        let mut told: Vec<Clearance> = self.judge(two, &near).told.into_iter().flatten().collect();
        if told.iter().all(|one| one.verdict == Verdict::Clear) {
            told.extend(self.touching(two, &near));
        }
        told
    }

    /// Where the wall of one line lies in that of another; `None` where it does not, or a height is not known.
    pub(super) fn touching(&self, two: Two<'_>, near: &[NearPiece]) -> Option<Clearance> {
        let [(line, row, walls), (other, other_row, their)] = two;
        let wide = walls.half_width_m.unwrap_or(0.0) + their.half_width_m.unwrap_or(0.0);
        let mut least: Option<WallToWall> = None;
        for (_, mine, theirs) in near {
            if in_plan(*mine, *theirs).distance > wide + ROUNDING_M {
                continue;
            }
            let one = apart([walls, their], *mine, *theirs);
            let touches = one.room_m <= ROUNDING_M;
            if touches && least.is_none_or(|least| one.room_m < least.room_m) && !self.fitted(two, one.ends, wide) {
                least = Some(one);
            }
        }
        let least = least?;
        let off_m = (walls.plan_m + their.plan_m).hypot(walls.height_m + their.height_m);
        let row_for_two = self.rules.horizontal(line, Some(other)).and(self.rules.vertical(line, other));
        Some(Clearance {
            a: row,
            b: other_row?,
            lie: Lie::Touching,
            verdict: if least.room_m + off_m < 0.0 { Verdict::Violated } else { Verdict::Possible },
            room_m: Some(least.room_m),
            limit_m: [0.0; 2],
            row: None,
            off_m,
            place: [0, 1, 2].map(|axis: usize| f64::midpoint(least.ends[0][axis], least.ends[1][axis])),
            missing: row_for_two.is_none().then_some(Missing::Rule),
        })
    }

    /// Whether two lines of one network touch at an end from which a third goes on: a fitting lies between them.
    fn fitted(&self, [(line, row, _), (other, other_row, _)]: Two<'_>, ends: Ends, within_m: f64) -> bool {
        line.class == other.class
            && [(line, row, ends[0]), (other, other_row, ends[1])].into_iter().any(|(line, row, at)| {
                let last = line.path[line.path.len() - 1];
                [(line.path[0], &line.from_key), (last, &line.to_key)].into_iter().any(|(end, key)| {
                    plan_m(end, at) <= within_m + ROUNDING_M
                        && self.goes_on(line, row, key.as_deref(), [end[0], end[1]])
                })
            })
    }
}

fn pieces(line: &NetworkEdge) -> impl Iterator<Item = Ends> + '_ {
    line.path.windows(2).map(|pair| [pair[0], pair[1]])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

    use super::*;
    use crate::network::by_hand::{edge, empty};
    use crate::network::clearance::{ClearanceRules, Findings};

    use NetworkClass::{Drainage, Gas, Industrial, Power, Water};

    fn line(id: i64, class: NetworkClass, dn: Option<f64>, path: Vec<[f64; 3]>) -> NetworkEdge {
        let mut line = edge(id, path);
        (line.class, line.diameter_mm, line.survey_level) = (class, dn, Some("A".into()));
        line
    }

    fn duct(mut line: NetworkEdge, width_mm: f64, height_mm: f64) -> NetworkEdge {
        (line.diameter_mm, line.width_mm, line.height_mm) = (None, Some(width_mm), Some(height_mm));
        line
    }

    fn park(edges: Vec<NetworkEdge>) -> ParkSnapshot {
        let mut park = empty();
        park.edges = edges;
        park
    }

    fn between(park: &ParkSnapshot) -> Between {
        let (there, rules) = (Presence::on(park, "2026-01-01".parse().unwrap()), ClearanceRules::shipped());
        let room = Room::of(park, &there, &rules);
        let (one, turned) = (room.between(0, 1).unwrap(), room.between(1, 0).unwrap());
        assert_eq!(one, turned, "whichever is asked from");
        assert_eq!(room.between(1, 1), None);
        one
    }

    fn all(park: &ParkSnapshot) -> Findings {
        let (there, rules) = (Presence::on(park, "2026-01-01".parse().unwrap()), ClearanceRules::shipped());
        Room::of(park, &there, &rules).all()
    }

    #[test]
    fn two_pipes_are_measured_wall_to_wall_in_3d_with_what_each_direction_has_of_it() {
        // Axes 3 m apart in plan and 4 m in height: 5 m, less 0.5 m of walls.
        let along = |y: f64, z: f64| vec![[0.0, y, z], [50.0, y, z]];
        let mut park =
            park(vec![line(1, Drainage, Some(600.0), along(0.0, 2.0)), line(2, Water, Some(400.0), along(3.0, 6.0))]);
        let one = between(&park);
        let (room, plan, height) = (one.room_m.unwrap(), one.plan_m.unwrap(), one.height_m.unwrap());
        assert!((room - 4.5).abs() < 1e-9 && (plan - 2.7).abs() < 1e-9 && (height - 3.6).abs() < 1e-9, "{one:?}");
        assert!((one.room_off_m() - 0.1_f64.hypot(0.06)).abs() < 1e-12);
        let told: Vec<(Lie, Verdict)> = one.told.iter().map(|told| (told.lie, told.verdict)).collect();
        assert_eq!(told, [(Lie::Alongside, Verdict::Clear)], "what is clear is told here too");
        // 3.0 m, less 0.5 m of walls, where 1.5 m is asked for of a main above DN200.
        assert!((one.told[0].margin_m().unwrap() - 1.0).abs() < 1e-9, "{:?}", one.told[0]);
        // Far beyond what any rule looks at.
        park.edges[1].path = along(300.0, 2.0);
        assert!((between(&park).told[0].room_m.unwrap() - 299.5).abs() < 1e-9);
        park.edges[1].path = along(3.0, f64::NAN);
        let unknown = between(&park);
        assert_eq!((unknown.room_m, unknown.ends, unknown.missing), (None, None, Some(Missing::Height)));
        assert_eq!(unknown.told.len(), 1, "in plan it is known");
        // A height that is not known far away leaves what is near as it is.
        park.edges[1].path =
            vec![[0.0, 3.0, 6.0], [50.0, 3.0, 6.0], [400.0, 300.0, f64::NAN], [500.0, 300.0, f64::NAN]];
        assert_eq!(between(&park).room_m, None, "the piece to the unknown corner begins near");
        park.edges[1].path.insert(2, [400.0, 300.0, 6.0]);
        assert!((between(&park).room_m.unwrap() - 4.5).abs() < 1e-9);
    }

    #[test]
    fn a_riser_reaches_from_its_foot_to_its_head() {
        // A riser from 0 to 9 m and a pipe that runs through it at 5 m: by its foot alone it would lie 5 m off.
        let mut park = park(vec![
            line(1, Water, Some(100.0), vec![[10.0, 0.0, 0.0], [10.0, 0.0, 9.0]]),
            line(2, Drainage, Some(200.0), vec![[0.0, 0.0, 5.0], [20.0, 0.0, 5.0]]),
        ]);
        let crossing = |park: &ParkSnapshot| all(park).found.into_iter().find(|one| one.lie == Lie::Crossing);
        let one = crossing(&park).expect("it runs through it");
        assert_eq!(one.verdict, Verdict::Violated);
        assert!((one.room_m.unwrap() + 0.15).abs() < 1e-9 && (one.place[2] - 5.0).abs() < 1e-9, "{one:?}");
        // So it does where the riser leans by a centimetre.
        park.edges[0].path = vec![[9.995, 0.0, 0.0], [10.005, 0.0, 9.0]];
        assert!((crossing(&park).unwrap().room_m.unwrap() + 0.15).abs() < 1e-9);
        // Above its head by 1 m, less the walls.
        park.edges[0].path = vec![[10.0, 0.0, 0.0], [10.0, 0.0, 9.0]];
        park.edges[1].path.iter_mut().for_each(|at| at[2] = 10.0);
        assert_eq!(crossing(&park), None);
        assert!((between(&park).room_m.unwrap() - 0.85).abs() < 1e-9);
        // Two risers one over the other.
        park.edges[1].path = vec![[10.0, 0.0, 9.2], [10.0, 0.0, 12.0]];
        let one = crossing(&park).unwrap();
        assert!((one.room_m.unwrap() - 0.05).abs() < 1e-9, "{one:?}");
    }

    #[test]
    fn lines_on_one_course_are_judged_where_they_are_nearest_in_height() {
        // Only the clear height has a row for the two, 0.15 m. At the western end they are 1 m apart, at the eastern one not at all.
        let mut park = park(vec![
            line(1, Gas, Some(100.0), vec![[0.0, 0.0, 2.0], [50.0, 0.0, 2.0]]),
            line(2, Industrial, Some(100.0), vec![[-10.0, 0.0, 3.2], [70.0, 0.0, 1.6]]),
        ]);
        let one = all(&park).found[0];
        assert_eq!((one.lie, one.verdict), (Lie::Crossing, Verdict::Violated));
        assert!((one.room_m.unwrap() + 0.1).abs() < 1e-9 && (one.place[0] - 50.0).abs() < 1e-6, "{one:?}");
        // Where one passes through the height of the other between the ends of what they share.
        park.edges[1].path = vec![[-10.0, 0.0, 3.2], [70.0, 0.0, 0.0]];
        let one = all(&park).found[0];
        assert!((one.room_m.unwrap() + 0.1).abs() < 1e-9 && (one.place[0] - 20.0).abs() < 1e-6, "{one:?}");
        // The other way round it is the western end.
        park.edges[1].path = vec![[-10.0, 0.0, 1.9], [70.0, 0.0, 4.3]];
        let one = all(&park).found[0];
        assert!((one.room_m.unwrap() - 0.1).abs() < 1e-9 && one.place[0].abs() < 1e-6, "{one:?}");
    }

    #[test]
    fn what_touches_is_told_without_a_row_and_what_is_near_is_counted() {
        // The table has no row for industrial pipes beside power.
        let pipe = |y: f64, z: f64| line(1, Industrial, Some(200.0), vec![[0.0, y, z], [50.0, y, z]]);
        let cable = line(2, Power, Some(100.0), vec![[10.0, 0.0, 2.0], [40.0, 0.0, 2.0]]);
        let told = |y: f64, z: f64| {
            let found = all(&park(vec![pipe(y, z), cable.clone()]));
            let first = found.found.first().map(|one| (one.lie, one.verdict, one.row, one.missing));
            (first, found.clear, found.no_rule)
        };
        let touching = |verdict| Some((Lie::Touching, verdict, None, Some(Missing::Rule)));
        assert_eq!(told(0.0, 2.0), (touching(Verdict::Violated), 0, 0));
        assert_eq!(told(0.1, 2.1), (touching(Verdict::Possible), 0, 0), "by less than the survey may be off");
        assert_eq!(told(0.0, 2.3), (None, 0, 1), "over it, with room");
        assert_eq!(told(2.0, 2.0), (None, 0, 1));
        assert_eq!(told(4.0, 2.0), (None, 0, 0), "farther than any row asks for");
        // Power and water have a row for side by side, none for crossings.
        let main = line(1, Water, Some(300.0), vec![[20.0, -20.0, 2.0], [20.0, 20.0, 2.0]]);
        let found = all(&park(vec![main.clone(), cable.clone()]));
        assert_eq!(
            found.found.iter().map(|one| (one.lie, one.verdict)).collect::<Vec<_>>(),
            [(Lie::Touching, Verdict::Violated)]
        );
        let mut deep = main;
        deep.path.iter_mut().for_each(|at| at[2] = 1.0);
        let found = all(&park(vec![deep, cable]));
        assert_eq!((found.found.len(), found.no_rule), (0, 1));
    }

    #[test]
    fn lines_of_a_network_with_a_fitting_between_them_do_not_touch() {
        let at = |id, from: f64, to: f64| line(id, Water, Some(300.0), vec![[from, 0.0, 2.0], [to, 0.0, 2.0]]);
        // The middle one is a fitting of 0.2 m: the walls about the ends of the others reach over it.
        let park = park(vec![at(1, 0.0, 50.0), at(2, 50.0, 50.2), at(3, 50.2, 90.0)]);
        assert!(all(&park).found.is_empty());
        // Without it they end in each other.
        let mut apart = park;
        apart.edges.remove(1);
        assert_eq!(all(&apart).found.iter().map(|one| one.lie).collect::<Vec<_>>(), [Lie::Touching]);
    }

    fn place() -> impl Strategy<Value = [f64; 3]> {
        // Whole numbers make touching, nested, upright and zero-length pieces common.
        prop_oneof![
            [0..5_i32, 0..5_i32, 0..5_i32].prop_map(|p| p.map(f64::from)),
            [0.0..5.0_f64, 0.0..5.0_f64, 0.0..5.0_f64],
        ]
    }

    /// How far a place lies from a straight piece, by looking along it ever closer.
    fn to_piece(at: [f64; 3], [p, q]: Ends, room: &dyn Fn([f64; 3], [f64; 3]) -> f64) -> f64 {
        let (mut middle, mut reach) = (0.5, 0.5);
        let mut best = f64::INFINITY;
        while reach > 1e-10 {
            let mut next = middle;
            for step in -8..=8 {
                let share: f64 = middle + reach * f64::from(step) / 8.0;
                let share = share.clamp(0.0, 1.0);
                let here = room(at, [0, 1, 2].map(|axis: usize| p[axis] + (q[axis] - p[axis]) * share));
                if here < best {
                    (best, next) = (here, share);
                }
            }
            (middle, reach) = (next, reach / 3.0);
        }
        best
    }

    proptest! {
        /// No two places of two lines are nearer wall to wall than is told, and the two told are as far apart as that: against a
        /// search over every two pieces that knows nothing of segments.
        #[test]
        fn the_room_between_two_lines_is_what_a_search_finds(
            one in prop::collection::vec(place(), 2..5), other in prop::collection::vec(place(), 2..5),
            sizes in prop::sample::select(vec![
                [None, None], [Some([200.0, 0.0]), Some([600.0, 0.0])], [Some([200.0, 0.0]), None],
                [Some([800.0, 300.0]), Some([200.0, 0.0])], [Some([800.0, 300.0]), Some([400.0, 1000.0])],
            ]),
        ) {
            let lines = [(1, Gas, &one), (2, Power, &other)].map(|(id, class, path)| line(id, class, None, path.clone()));
            let sized = lines.into_iter().zip(sizes).map(|(mut line, size): (NetworkEdge, Option<[f64; 2]>)| match size {
                Some([width, height]) if height > 0.0 => duct(line, width, height),
                size => { line.diameter_mm = size.map(|[dn, _]| dn); line }
            });
            let park = park(sized.collect());
            let found = between(&park);
            let (mut wide, mut high, mut round) = (0.0_f64, 0.0_f64, 0.0_f64);
            for size in sizes.into_iter().flatten() {
                if size[1] == 0.0 { round += size[0] / 2000.0 } else { (wide, high) = (wide + size[0] / 2000.0, high + size[1] / 2000.0) }
            }
            let room = |p: [f64; 3], q: [f64; 3]| {
                let (across, up) = ((p[0] - q[0]).hypot(p[1] - q[1]) - wide, (p[2] - q[2]).abs() - high);
                across.max(0.0).hypot(up.max(0.0)) + across.max(up).min(0.0) - round
            };
            let mut least = f64::INFINITY;
            for mine in pieces(&park.edges[0]) {
                for theirs in pieces(&park.edges[1]) {
                    // Places all along the one, then ever closer about the best of them.
                    let (mut middle, mut reach) = (0.5, 0.5);
                    while reach > 1e-8 {
                        let (mut best, mut next) = (f64::INFINITY, middle);
                        for step in -6..=6 {
                            let share: f64 = middle + reach * f64::from(step) / 6.0;
                            let share = share.clamp(0.0, 1.0);
                            let here = to_piece(on(mine, share), theirs, &room);
                            if here < best {
                                (best, next) = (here, share);
                            }
                        }
                        least = least.min(best);
                        (middle, reach) = (next, reach / 2.5);
                    }
                }
            }
            let told = found.room_m.unwrap();
            prop_assert!((told - least).abs() < 1e-5, "{told} {least} {found:?}");
            let [p, q] = found.ends.unwrap();
            prop_assert!((room(p, q) - told).abs() < 1e-9);
            let parts = found.plan_m.unwrap().hypot(found.height_m.unwrap());
            prop_assert!((parts - told.abs()).abs() < 1e-9, "{parts} {told}");
        }
    }
}
