//! Where a clearance is measured: a line from wall to wall that a drawing can put a number on.

use analysis::network::clearance::{Clearance, Lie, heights_facing, nearest};
use geo::MultiPolygon;
use spatial_db::model::{NetworkEdge, ParkSnapshot};

/// A measured distance in the park, coordinates in m; a height that is not on record is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dimension {
    /// From wall to wall.
    pub ends: [[f64; 3]; 2],
    /// The axis that the second end stands for, where it lies at another height.
    pub leader: Option<[f64; 3]>,
}

type Piece = [[f64; 3]; 2];

/// Where `one` is measured; `planned` is the line that is no row of the park.
pub(crate) fn dimension(park: &ParkSnapshot, planned: Option<&NetworkEdge>, one: &Clearance) -> Option<Dimension> {
    let a = match one.a {
        Some(row) => park.edges.get(row as usize)?,
        None => planned?,
    };
    match one.lie {
        Lie::Alongside => alongside(a, park.edges.get(one.b as usize)?, one),
        Lie::Crossing => crossing(a, park.edges.get(one.b as usize)?, one.place),
        Lie::Building => beside(a, &park.buildings.get(one.b as usize)?.footprint, one.place),
        Lie::Touching => touching(a, park.edges.get(one.b as usize)?),
    }
}

/// Half of width and height, m; 0 where not on record: the axis is all that is known.
fn half(line: &NetworkEdge) -> [f64; 2] {
    let metres = |mm: Option<f64>| mm.filter(|mm| *mm > 0.0).map(|mm| mm / 2000.0);
    let (round, width, height) = (metres(line.diameter_mm), metres(line.width_mm), metres(line.height_mm));
    [round.or(width).or(height).unwrap_or(0.0), round.or(height).or(width).unwrap_or(0.0)]
}

fn flat(at: [f64; 3]) -> [f64; 2] {
    [at[0], at[1]]
}

fn away(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn pieces(line: &NetworkEdge) -> impl Iterator<Item = Piece> + '_ {
    line.path.windows(2).map(|pair| [pair[0], pair[1]])
}

/// Height of a piece where it passes a place in plan.
fn height_at([a, b]: Piece, at: [f64; 2]) -> f64 {
    let run = away(flat(a), flat(b));
    if run == 0.0 { a[2].min(b[2]) } else { a[2] + (b[2] - a[2]) * away(flat(a), at) / run }
}

/// From `from` towards `to` by `by_m` in plan; straight east where they are one place.
fn towards(from: [f64; 2], to: [f64; 2], by_m: f64) -> [f64; 2] {
    let far = away(from, to);
    let way = if far > 0.0 { [(to[0] - from[0]) / far, (to[1] - from[1]) / far] } else { [1.0, 0.0] };
    [from[0] + way[0] * by_m, from[1] + way[1] * by_m]
}

/// The one of two heights that is on record.
fn known(z: f64, other: f64) -> f64 {
    if z.is_nan() { other } else { z }
}

/// In plan, at the height of the first line, with a leader to the second.
fn alongside(a: &NetworkEdge, b: &NetworkEdge, one: &Clearance) -> Option<Dimension> {
    let middle = flat(one.place);
    let apart = one.room_m.map(|room| room + half(a)[0] + half(b)[0]);
    // The two pieces between which the place lies in the middle, as far apart as was measured: what is near to where the lines cross
    // does not count, so that the nearest places of whole pieces need not be those.
    let mut best: Option<(f64, [f64; 3], [f64; 3])> = None;
    for mine in pieces(a) {
        for theirs in pieces(b) {
            let across = |at: [f64; 2]| [2.0 * middle[0] - at[0], 2.0 * middle[1] - at[1]];
            let on_b = nearest([middle; 2], theirs.map(flat)).on_b;
            let on_a = nearest([middle; 2], mine.map(flat)).on_b;
            for (on_a, on_b) in [(across(on_b), on_b), (on_a, across(on_a))] {
                let beside = |at: [f64; 2], piece: Piece| nearest([at; 2], piece.map(flat)).distance;
                let far = apart.map_or(0.0, |apart| (away(on_a, on_b) - apart).abs());
                let off = beside(on_a, mine) + beside(on_b, theirs) + far;
                if best.is_none_or(|(least, ..)| off < least) {
                    let on = |piece, at: [f64; 2]| [at[0], at[1], height_at(piece, at)];
                    best = Some((off, on(mine, on_a), on(theirs, on_b)));
                }
            }
        }
    }
    let (_, on_a, on_b) = best?;
    let z = known(on_a[2], on_b[2]);
    let [ax, ay] = towards(flat(on_a), flat(on_b), half(a)[0]);
    let [bx, by] = towards(flat(on_b), flat(on_a), half(b)[0]);
    let leader = (on_b[2].is_finite() && (on_b[2] - z).abs() > 0.05).then_some(on_b);
    Some(Dimension { ends: [[ax, ay, z], [bx, by, z]], leader })
}

/// Straight up, between the lower wall of the upper line and the upper wall of the lower one.
fn crossing(a: &NetworkEdge, b: &NetworkEdge, place: [f64; 3]) -> Option<Dimension> {
    let at = flat(place);
    // The two pieces that it was measured between: where one line has a corner there, others of its pieces come as near.
    let mut best: Option<(f64, f64, f64)> = None;
    for mine in pieces(a) {
        for theirs in pieces(b) {
            let [on_a, on_b] = [mine, theirs].map(|piece| nearest([at; 2], piece.map(flat)).on_b);
            let [za, zb] = heights_facing(mine, on_a, theirs, on_b);
            let off = away(on_a, at) + (f64::midpoint(za, zb) - place[2]).abs();
            if !off.is_nan() && best.is_none_or(|(least, ..)| off < least) {
                best = Some((off, za, zb));
            }
        }
    }
    let (_, za, zb) = best?;
    let ((upper, above), (lower, below)) = if za >= zb { ((za, a), (zb, b)) } else { ((zb, b), (za, a)) };
    let ends = [[at[0], at[1], upper - half(above)[1]], [at[0], at[1], lower + half(below)[1]]];
    Some(Dimension { ends, leader: None })
}

/// From axis to axis: where walls lie in each other nothing is between them.
fn touching(a: &NetworkEdge, b: &NetworkEdge) -> Option<Dimension> {
    let near = pieces(a).flat_map(|mine| pieces(b).map(move |theirs| nearest(mine, theirs)));
    let near = near.filter(|near| near.distance.is_finite()).min_by(|x, y| x.distance.total_cmp(&y.distance))?;
    Some(Dimension { ends: [near.on_a, near.on_b], leader: None })
}

/// In plan, from the line to the wall of the building.
fn beside(line: &NetworkEdge, footprint: &MultiPolygon<f64>, place: [f64; 3]) -> Option<Dimension> {
    let rings = footprint.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let sides = rings.flat_map(geo::LineString::lines);
    let near = sides
        .map(|side| nearest([flat(place); 2], [[side.start.x, side.start.y], [side.end.x, side.end.y]]))
        .min_by(|x, y| x.distance.total_cmp(&y.distance))?;
    let [x, y] = towards(flat(place), near.on_b, half(line)[0].min(near.distance));
    Some(Dimension { ends: [[x, y, place[2]], [near.on_b[0], near.on_b[1], place[2]]], leader: None })
}

#[cfg(test)]
mod tests {
    use analysis::network::clearance::{ClearanceRules, Course, Planned, Room, Verdict};
    use proptest::prelude::*;
    use spatial_db::model::{NetworkClass, Presence};

    use super::*;
    use crate::fixture;

    fn length([a, b]: [[f64; 3]; 2]) -> f64 {
        (a[0] - b[0]).hypot(a[1] - b[1]).hypot(a[2] - b[2])
    }

    proptest! {
        /// A line that is drawn for a clearance is as long as the clearance, whatever lies how.
        #[test]
        fn what_is_drawn_is_as_long_as_what_is_said(
            points in prop::collection::vec((-20.0..460.0_f64, 0.0..280.0_f64), 2..6),
            diameter_mm in 50.0..900.0_f64, cover_m in 0.4..4.0_f64, class in 0..6_usize,
        ) {
            let park = fixture::tiny().snapshot;
            let (x, y) = fixture::CORNER;
            let points = points.into_iter().map(|(dx, dy)| [x + dx, y + dy]).collect();
            let course = Course::Cover(cover_m);
            let class = NetworkClass::ALL[class];
            let planned = Planned { class, diameter_mm, course, points, ..Planned::default() }.line(&park);
            let (there, rules) = (Presence::on(&park, "2024-06-30".parse().unwrap()), ClearanceRules::shipped());
            for one in Room::of(&park, &there, &rules).planned(&planned).found {
                prop_assert_ne!(one.verdict, Verdict::Clear);
                let drawn = dimension(&park, Some(&planned), &one);
                let (Some(room), Some(drawn)) = (one.room_m, drawn) else { continue };
                if room > 1e-6 {
                    prop_assert!((length(drawn.ends) - room).abs() < 1e-4, "{} for {room}: {one:?}", length(drawn.ends));
                }
            }
        }
    }

    #[test]
    fn a_line_over_the_drain_is_measured_straight_up_and_one_beside_the_main_across() {
        let park = fixture::tiny().snapshot;
        let (x, y) = fixture::CORNER;
        let (there, rules) = (Presence::on(&park, "2024-06-30".parse().unwrap()), ClearanceRules::shipped());
        let found = |points: &[(f64, f64)], cover_m: f64, class| {
            let points = points.iter().map(|(dx, dy)| [x + dx, y + dy]).collect();
            let course = Course::Cover(cover_m);
            let line = Planned { class, course, points, ..Planned::default() }.line(&park);
            let found = Room::of(&park, &there, &rules).planned(&line).found;
            let drawn: Vec<(Lie, Dimension)> =
                found.iter().filter_map(|one| Some((one.lie, dimension(&park, Some(&line), one)?))).collect();
            drawn
        };
        // Half a metre beside the main of 300 mm, axis to axis.
        let beside = found(&[(20.0, 136.5), (200.0, 136.5)], 1.0, NetworkClass::Gas);
        let (_, drawn) = beside.iter().find(|(lie, _)| *lie == Lie::Alongside).expect("too near");
        assert!((length(drawn.ends) - 0.25).abs() < 1e-6, "{drawn:?}");
        let [a, b] = drawn.ends;
        assert!((a[2] - b[2]).abs() < 1e-12 && a[1] > b[1], "level, from the planned line to the main");
    }
}
