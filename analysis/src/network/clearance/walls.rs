//! Where the wall of a line is, how well that is known, and what its axis is near to.

use geo::{Intersects, Line, MultiPolygon, coord};
use spatial_db::model::NetworkEdge;

use super::distance::{Ends, nearest};
use super::rules::ClearanceRules;
use crate::network::section::Size;
use crate::network::topology::plan_m;

/// Ends this near in plan are one place, m: lines of a class that meet there are not beside each other.
pub(super) const ONE_PLACE_M: f64 = 0.05;

/// Half the size of a line and how far its place may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(clippy::struct_field_names, reason = "each carries its unit")]
pub(super) struct Walls {
    /// Half its width, m; `None` where its size is not on record.
    pub(super) half_width_m: Option<f64>,
    /// Half its height, m.
    pub(super) half_height_m: Option<f64>,
    /// Round, or with corners.
    pub(super) round: bool,
    /// Off in plan, m.
    pub(super) plan_m: f64,
    /// Off in height, m.
    pub(super) height_m: f64,
}

impl Walls {
    pub(super) fn of(line: &NetworkEdge, rules: &ClearanceRules) -> Self {
        let (size, quality) = (Size::of(line), rules.quality(line));
        Self {
            half_width_m: size.width_m.map(|width| width / 2.0),
            half_height_m: size.width_m.map(|_| size.height_m / 2.0),
            round: size.round,
            plan_m: quality.plan_m,
            height_m: quality.height_m,
        }
    }
}

/// The heights that a piece takes where it passes a place in plan, from the least to the most: of a riser all of its own. NaN where
/// they are not known.
fn heights_at([a, b]: Ends, at: [f64; 2]) -> [f64; 2] {
    let run = plan_m(a, b);
    // One that leans a little stands upright all the same: its ends are one place in plan.
    if run <= ONE_PLACE_M && (run == 0.0 || (b[2] - a[2]).abs() > run) {
        let unknown = a[2].is_nan() || b[2].is_nan();
        return if unknown { [f64::NAN; 2] } else { [a[2].min(b[2]), a[2].max(b[2])] };
    }
    [height_at([a, b], at); 2]
}

/// The heights at which two pieces face each other where they pass two places in plan: where both take one height, that height.
pub fn heights_facing(a: [[f64; 3]; 2], on_a: [f64; 2], b: [[f64; 3]; 2], on_b: [f64; 2]) -> [f64; 2] {
    let ([low, high], [under, over]) = (heights_at(a, on_a), heights_at(b, on_b));
    if low.is_nan() || under.is_nan() {
        [low, under]
    } else if low > over {
        [low, over]
    } else if under > high {
        [high, under]
    } else {
        [f64::midpoint(low.max(under), high.min(over)); 2]
    }
}

/// Height of a piece where it passes a place in plan; NaN where it is not known. Of a riser the height of its lower end.
pub(super) fn height_at([a, b]: Ends, at: [f64; 2]) -> f64 {
    let run = plan_m(a, b);
    if run == 0.0 {
        return if a[2].is_nan() || b[2].is_nan() { f64::NAN } else { a[2].min(b[2]) };
    }
    let share = (at[0] - a[0]).hypot(at[1] - a[1]) / run;
    // At an end its own height: one that is known there is not lost to one that is not.
    match share {
        0.0 => a[2],
        1.0 => b[2],
        _ => a[2] + (b[2] - a[2]) * share,
    }
}

/// Whether two lines of a class are drawn to meet at an end.
pub(super) fn joined(a: &NetworkEdge, b: &NetworkEdge) -> bool {
    let keys = |line: &NetworkEdge| [line.from_key.clone(), line.to_key.clone()];
    let named = keys(a).into_iter().flatten().any(|key| keys(b).contains(&Some(key)));
    let ends = |line: &NetworkEdge| [line.path[0], line.path[line.path.len() - 1]];
    named || ends(a).iter().any(|one| ends(b).iter().any(|other| plan_m(*one, *other) <= ONE_PLACE_M))
        // A branch that ends on the other's course.
        || [(a, b), (b, a)].iter().any(|(one, other)| {
            let meets = |end: [f64; 3]| {
                let flat = |p: [f64; 3]| [p[0], p[1]];
                let far = |pair: &[[f64; 3]]| nearest([flat(end); 2], [flat(pair[0]), flat(pair[1])]).distance;
                other.path.windows(2).any(|pair| far(pair) <= ONE_PLACE_M)
            };
            ends(one).into_iter().any(meets)
        })
}

/// Distance in plan between a piece and an area, m: 0 where they meet; and the place on the piece.
pub(crate) fn to_area([a, b]: Ends, area: &MultiPolygon<f64>) -> (f64, [f64; 3]) {
    let flat = |p: [f64; 3]| [p[0], p[1]];
    let line = Line::new(coord! { x: a[0], y: a[1] }, coord! { x: b[0], y: b[1] });
    let rings = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let mut best = (f64::INFINITY, a);
    for side in rings.flat_map(geo::LineString::lines) {
        let near = nearest([flat(a), flat(b)], [[side.start.x, side.start.y], [side.end.x, side.end.y]]);
        if near.distance < best.0 {
            let [x, y] = near.on_a;
            best = (near.distance, [x, y, height_at([a, b], near.on_a)]);
        }
    }
    if line.intersects(area) { (0.0, best.1) } else { best }
}
