//! The least distance between two straight pieces in any number of dimensions, and where it is taken.

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
/// case of parallel, touching or zero-length pieces needs a word of its own.
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

/// Least distance between two pieces in plan squared, for looking through many: the places are left out.
pub(crate) fn plan_squared(a: [[f64; 3]; 2], b: [[f64; 3]; 2]) -> f64 {
    let flat = |p: [f64; 3]| [p[0], p[1]];
    let near = nearest(a.map(flat), b.map(flat));
    near.distance * near.distance
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

    proptest! {
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
