//! The least distance between two straight pieces in any number of dimensions, and where it is taken.

use geo::{Line, LineIntersection, coord, line_intersection::line_intersection};

/// Distances that differ by no more are the same, m.
pub(super) const ROUNDING_M: f64 = 1e-6;

/// The ends of a straight piece.
pub(super) type Ends = [[f64; 3]; 2];

/// The nearest places of two pieces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest<const D: usize> {
    /// Distance, in the unit of the coordinates.
    pub distance: f64,
    /// The place on the first piece.
    pub on_a: [f64; D],
    /// The place on the second piece.
    pub on_b: [f64; D],
}

fn sub<const D: usize>(a: [f64; D], b: [f64; D]) -> [f64; D] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn dot<const D: usize>(a: [f64; D], b: [f64; D]) -> f64 {
    (0..D).map(|axis| a[axis] * b[axis]).sum()
}

fn at<const D: usize>(a: [f64; D], along: [f64; D], share: f64) -> [f64; D] {
    std::array::from_fn(|axis| a[axis] + along[axis] * share)
}

fn between<const D: usize>(on_a: [f64; D], on_b: [f64; D]) -> Nearest<D> {
    let apart = sub(on_a, on_b);
    Nearest { distance: dot(apart, apart).sqrt(), on_a, on_b }
}

/// The place on a piece that is nearest to a point.
fn foot<const D: usize>(point: [f64; D], [a, b]: [[f64; D]; 2]) -> [f64; D] {
    let along = sub(b, a);
    let run = dot(along, along);
    let share = if run > 0.0 { (dot(sub(point, a), along) / run).clamp(0.0, 1.0) } else { 0.0 };
    if share == 1.0 { b } else { at(a, along, share) }
}

/// The least distance between two pieces; either may be a point. A coordinate that is not a number makes the distance none.
///
/// It is taken either at an end of one of them or where neither is at an end, so the least of five candidates is the answer: no
/// case of parallel, touching or zero-length pieces needs a word of its own. In plan it is exactly 0 where the two meet: that is told
/// by on which side of each the ends of the other lie, not by a number that has been rounded.
pub fn nearest<const D: usize>(a: [[f64; D]; 2], b: [[f64; D]; 2]) -> Nearest<D> {
    let ends = [
        between(a[0], foot(a[0], b)),
        between(a[1], foot(a[1], b)),
        between(foot(b[0], a), b[0]),
        between(foot(b[1], a), b[1]),
    ];
    let mut best = ends[0];
    for end in &ends[1..] {
        // Not a number stays: what is not known in one place is not known.
        if end.distance < best.distance || end.distance.is_nan() {
            best = *end;
        }
    }
    if best.distance == 0.0 || best.distance.is_nan() {
        return best;
    }
    if D == 2
        && let Some(place) = meeting(a, b)
    {
        return Nearest { distance: 0.0, on_a: place, on_b: place };
    }
    let (u, v, w) = (sub(a[1], a[0]), sub(b[1], b[0]), sub(a[0], b[0]));
    let (uu, uv, vv) = (dot(u, u), dot(u, v), dot(v, v));
    let across = uu * vv - uv * uv;
    if across > 0.0 {
        let (uw, vw) = (dot(u, w), dot(v, w));
        let (s, t) = ((uv * vw - vv * uw) / across, (uu * vw - uv * uw) / across);
        if (0.0..=1.0).contains(&s) && (0.0..=1.0).contains(&t) {
            let inner = between(at(a[0], u, s), at(b[0], v, t));
            if inner.distance < best.distance {
                best = inner;
            }
        }
    }
    best
}

/// Where two pieces in plan meet, by exact predicates; the first such place where they lie on each other.
fn meeting<const D: usize>(a: [[f64; D]; 2], b: [[f64; D]; 2]) -> Option<[f64; D]> {
    let line = |[p, q]: [[f64; D]; 2]| Line::new(coord! { x: p[0], y: p[1] }, coord! { x: q[0], y: q[1] });
    let place = match line_intersection(line(a), line(b))? {
        LineIntersection::SinglePoint { intersection, .. } => intersection,
        LineIntersection::Collinear { intersection } => intersection.start,
    };
    Some(std::array::from_fn(|axis| if axis == 0 { place.x } else { place.y }))
}

/// What two pieces in plan that lie on each other have in common: its ends, by exact predicates. `None` where they do not.
pub(super) fn shared(a: [[f64; 2]; 2], b: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
    let line = |[p, q]: [[f64; 2]; 2]| Line::new(coord! { x: p[0], y: p[1] }, coord! { x: q[0], y: q[1] });
    match line_intersection(line(a), line(b))? {
        LineIntersection::Collinear { intersection: Line { start, end } } => Some([[start.x, start.y], [end.x, end.y]]),
        LineIntersection::SinglePoint { .. } => None,
    }
}

/// The nearest places of two pieces in plan.
pub(super) fn in_plan(a: Ends, b: Ends) -> Nearest<2> {
    let flat = |p: [f64; 3]| [p[0], p[1]];
    nearest(a.map(flat), b.map(flat))
}

/// Sine of the angle between two pieces in plan; 0 where one has no direction.
pub(super) fn sine_between(a: Ends, b: Ends) -> f64 {
    let along = |p: Ends| [p[1][0] - p[0][0], p[1][1] - p[0][1]];
    let (u, v) = (along(a), along(b));
    let lengths = u[0].hypot(u[1]) * v[0].hypot(v[1]);
    if lengths > 0.0 { (u[0] * v[1] - u[1] * v[0]).abs() / lengths } else { 0.0 }
}

/// What of a piece lies outside a circle in plan.
pub(super) fn outside([a, b]: Ends, centre: [f64; 2], radius: f64) -> [Option<Ends>; 2] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn touching_nested_vertical_and_pointlike_pieces() {
        let d = |a, b| nearest::<3>(a, b).distance;
        let x = [[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]];
        assert_eq!(d(x, [[10.0, 0.0, 0.0], [12.0, 5.0, 0.0]]), 0.0, "end to end");
        assert_eq!(d(x, [[5.0, 0.0, 0.0], [5.0, 4.0, 3.0]]), 0.0, "end on course");
        assert_eq!(d(x, [[2.0, 0.0, 0.0], [3.0, 0.0, 0.0]]), 0.0, "within each other");
        assert_eq!(d(x, [[-2.0, 0.5, 0.0], [30.0, 0.5, 0.0]]), 0.5, "alongside");
        assert_eq!(d(x, [[13.0, 4.0, 0.0], [20.0, 4.0, 0.0]]), 5.0, "alongside, past the end");
        assert_eq!(d(x, [[4.0, 3.0, -9.0], [4.0, 3.0, 9.0]]), 3.0, "vertical");
        assert_eq!(d([[4.0, 0.0, 0.0], [4.0, 0.0, 5.0]], [[4.0, 3.0, 9.0], [4.0, 3.0, 12.0]]), 5.0, "both vertical");
        assert_eq!(d(x, [[4.0, 3.0, 4.0]; 2]), 5.0, "a point");
        assert_eq!(d([[1.0, 2.0, 2.0]; 2], [[0.0; 3]; 2]), 3.0, "two points");
        assert_eq!(d(x, [[3.0, -1.0, 2.0], [3.0, 1.0, 2.0]]), 2.0, "over each other");
        assert!(d(x, [[3.0, -1.0, f64::NAN], [3.0, 1.0, 2.0]]).is_nan());
    }

    fn place() -> impl Strategy<Value = [f64; 3]> {
        // Whole numbers make parallel, touching and zero-length pieces common.
        prop_oneof![
            [0..4_i32, 0..4_i32, 0..4_i32].prop_map(|p| p.map(f64::from)),
            [0.0..4.0_f64, 0.0..4.0_f64, 0.0..4.0_f64],
        ]
    }

    /// Whether two pieces in plan of whole-number coordinates meet, in whole numbers alone.
    fn meets([a, b]: [[i64; 2]; 2], [c, d]: [[i64; 2]; 2]) -> bool {
        let side = |p: [i64; 2], q: [i64; 2], r: [i64; 2]| {
            ((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])).signum()
        };
        let within =
            |p: [i64; 2], q: [i64; 2], r: [i64; 2]| (0..2).all(|i| r[i] >= p[i].min(q[i]) && r[i] <= p[i].max(q[i]));
        let on = |p, q, r| side(p, q, r) == 0 && within(p, q, r);
        let apart = |p, q, r, s| side(p, q, r) * side(p, q, s) < 0;
        on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b) || (apart(a, b, c, d) && apart(c, d, a, b))
    }

    #[test]
    fn lines_that_cross_in_plan_are_no_rounding_apart() {
        // Far from the origin, nearly parallel: worked out by numbers alone, their distance is 6e-11 m.
        let a = [[613_402.37, 3_402_117.21], [613_512.91, 3_402_119.33]];
        let b = [[613_402.37, 3_402_117.22], [613_512.91, 3_402_119.32]];
        assert_eq!(nearest(a, b).distance, 0.0);
        let tee = nearest([[0.1, 0.3], [0.7, 0.9]], [[0.4, 0.0], [0.4, 9.0]]);
        assert_eq!((tee.distance, tee.on_a), (0.0, tee.on_b));
        assert!(nearest([[0.0, f64::NAN], [1.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]).distance.is_nan());
    }

    proptest! {
        /// In plan 0 is told where two pieces meet and nowhere else, wherever they are moved to; so is how far apart the others are.
        #[test]
        fn in_plan_nothing_lies_between_pieces_that_meet(
            ends in [[0..6_i64, 0..6_i64], [0..6_i64, 0..6_i64], [0..6_i64, 0..6_i64], [0..6_i64, 0..6_i64]],
            by in [0..9_000_000_i64, 0..9_000_000_i64], finer in prop::sample::select(vec![1_i64, 4, 1024]),
        ) {
            let whole = ends.map(|p| [p[0] + by[0] * finer, p[1] + by[1] * finer]);
            let [a, b, c, d] = whole.map(|p| p.map(|ordinate| ordinate as f64 / finer as f64));
            let near = nearest([a, b], [c, d]);
            prop_assert_eq!(near.distance == 0.0, meets([whole[0], whole[1]], [whole[2], whole[3]]), "{:?}", near);
            let far = |p: [f64; 2], q: [f64; 2]| (p[0] - q[0]).hypot(p[1] - q[1]);
            // At nine million metres a double tells two places apart from 2 nm on.
            prop_assert!((far(near.on_a, near.on_b) - near.distance).abs() < 1e-8);
            // Against a thousand places on each.
            let at = |p: [f64; 2], q: [f64; 2], s: f64| [p[0] + (q[0] - p[0]) * s, p[1] + (q[1] - p[1]) * s];
            let searched = (0..=1000)
                .map(|s| far(at(a, b, f64::from(s) / 1000.0), foot(at(a, b, f64::from(s) / 1000.0), [c, d])))
                .fold(f64::INFINITY, f64::min);
            prop_assert!(near.distance <= searched + 1e-8 && searched <= near.distance + 0.005, "{} {searched}", near.distance);
        }

        /// No two places that a search finds are nearer, and the two places told are as far apart as told and on their pieces.
        #[test]
        fn no_two_places_are_nearer(a in [place(), place()], b in [place(), place()]) {
            let near = nearest(a, b);
            // For a place on the first the nearest on the second is exact; along the first the distance has one valley.
            let along = |s: f64| {
                let p: [f64; 3] = std::array::from_fn(|i| a[0][i] + (a[1][i] - a[0][i]) * s);
                let q = foot(p, b);
                (0..3).map(|i| (p[i] - q[i]).powi(2)).sum::<f64>().sqrt()
            };
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..200 {
                let (one, two) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                if along(one) <= along(two) { high = two } else { low = one }
            }
            let searched = along(low).min(along(0.0)).min(along(1.0));
            prop_assert!((near.distance - searched).abs() < 1e-6, "{} {searched}", near.distance);
            let told: f64 = (0..3).map(|i| (near.on_a[i] - near.on_b[i]).powi(2)).sum::<f64>().sqrt();
            prop_assert!((told - near.distance).abs() < 1e-12);
            for (p, piece) in [(near.on_a, a), (near.on_b, b)] {
                let q = foot(p, piece);
                prop_assert!((0..3).all(|i| (p[i] - q[i]).abs() < 1e-9));
            }
        }
    }
}
