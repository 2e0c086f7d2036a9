//! Where else a hall and its yard can lie in the room that setbacks and spacing leave: pushed to each side and into each corner,
//! with the yard on either side.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::siting::fit::{TestFit, is_free, rings_of, turned};

/// A hall is pushed no farther, m.
const FARTHEST_M: f64 = 500.0;
/// Pushes shorter than this are none, m.
const SHORTEST_M: f64 = 0.05;

/// A hall and its yard; neither where no hall is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) hall: Option<Polygon<f64>>,
    pub(super) yard: Option<Polygon<f64>>,
}

/// West, south, east, north in turned axes.
type Box4 = [f64; 4];

/// The layouts of a test-fit, as it lies first.
pub(super) fn layouts(fit: &TestFit, room: &MultiPolygon<f64>) -> Vec<Layout> {
    let turn = fit.turned_deg.to_radians();
    let hall = around(&[&fit.hall], turn);
    let mut laid = vec![Layout { hall: Some(fit.hall.clone()), yard: fit.yard.clone() }];
    let whole = match &fit.yard {
        Some(yard) => around(&[&fit.hall, yard], turn),
        None => hall,
    };
    let rings = rings_of(room, turn);
    for [x, y] in pushes(&rings, whole) {
        let moved = |of: Box4| [of[0] + x, of[1] + y, of[2] + x, of[3] + y];
        // The yard on the other side: both mirrored in the middle of the whole.
        let mirrored = |of: Box4| [of[0], whole[1] + whole[3] - of[3], of[2], whole[1] + whole[3] - of[1]];
        let yard = fit.yard.as_ref().map(|yard| around(&[yard], turn));
        let is_first = x == 0.0 && y == 0.0;
        if !is_first {
            laid.push(layout(moved(hall), yard.map(moved), turn));
        }
        if yard.is_some() {
            laid.push(layout(moved(mirrored(hall)), yard.map(|yard| moved(mirrored(yard))), turn));
        }
    }
    laid
}

fn layout(hall: Box4, yard: Option<Box4>, turn: f64) -> Layout {
    Layout { hall: Some(back(hall, turn)), yard: yard.map(|yard| back(yard, turn)) }
}

/// How far the whole can be pushed along both axes: not at all, to each side, into each corner.
fn pushes(rings: &[Vec<Coord<f64>>], whole: Box4) -> Vec<[f64; 2]> {
    let mut found: Vec<[f64; 2]> = vec![[0.0, 0.0]];
    let mut add = |push: [f64; 2]| {
        let apart = |other: &[f64; 2]| (other[0] - push[0]).abs().max((other[1] - push[1]).abs()) > SHORTEST_M;
        if found.iter().all(apart) {
            found.push(push);
        }
    };
    let along: [f64; 3] = [0.0, -push(rings, whole, 0), push(rings, whole, 2)];
    for x in along {
        let there = [whole[0] + x, whole[1], whole[2] + x, whole[3]];
        for y in [0.0, -push(rings, there, 1), push(rings, there, 3)] {
            add([x, y]);
        }
    }
    found
}

/// How far a free box can be moved out on one side, m: the ground that it passes over must be free.
fn push(rings: &[Vec<Coord<f64>>], from: Box4, side: usize) -> f64 {
    let out = if side < 2 { -1.0 } else { 1.0 };
    let swept = |by: f64| {
        let mut swept = from;
        swept[side] += out * by;
        swept
    };
    let (mut free, mut blocked) = (0.0, FARTHEST_M);
    for _ in 0..24 {
        let middle = f64::midpoint(free, blocked);
        if is_free(rings, swept(middle)) { free = middle } else { blocked = middle }
    }
    free
}

/// The box around polygons in axes turned by `turn`.
fn around(polygons: &[&Polygon<f64>], turn: f64) -> Box4 {
    let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for corner in polygons.iter().flat_map(|polygon| polygon.exterior().coords()) {
        let at = turned(*corner, turn);
        bounds = [bounds[0].min(at.x), bounds[1].min(at.y), bounds[2].max(at.x), bounds[3].max(at.y)];
    }
    bounds
}

/// A box of turned axes on the ground.
fn back([x0, y0, x1, y1]: Box4, turn: f64) -> Polygon<f64> {
    let corner = |x: f64, y: f64| turned(Coord { x, y }, -turn);
    let ring = vec![corner(x0, y0), corner(x1, y0), corner(x1, y1), corner(x0, y1), corner(x0, y0)];
    Polygon::new(LineString(ring), Vec::new())
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Rect, coord};

    use super::*;
    use crate::scenario::{Existing, Limits};
    use crate::siting::Want;
    use crate::siting::fit::test_fit;

    #[test]
    fn a_hall_is_pushed_to_every_side_and_never_over_the_room() {
        let at = |x: f64, y: f64| coord! { x: 356_000.0 + x, y: 3_431_000.0 + y };
        let land = MultiPolygon(vec![Rect::new(at(0.0, 0.0), at(120.0, 90.0)).to_polygon()]);
        let limits =
            Limits { setback_m: 5.0, spacing_m: 0.0, far: None, coverage: None, height_m: 20.0, storey_height_m: 10.0 };
        let want = Want::Hall { length_m: 60.0, width_m: 30.0, height_m: 10.0, yard_m: 12.0 };
        let existing = Existing::default();
        let fit = test_fit(&land, &existing, &want, &limits, 8.0).unwrap();
        let room = crate::scenario::room(&land, &existing, &limits);
        let laid = layouts(&fit, &room);
        assert!(laid.len() > 8, "{} places", laid.len());
        let mut reached = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for one in &laid {
            let hall = one.hall.as_ref().unwrap();
            let yard = one.yard.as_ref().unwrap();
            for (part, area) in [(hall, 1800.0), (yard, 720.0)] {
                assert!((part.unsigned_area() - area).abs() < 1e-3);
                let over = MultiPolygon(vec![part.clone()]).difference(&room).unsigned_area();
                assert!(over < 1e-2, "{over} m² over the room");
            }
            assert!(
                MultiPolygon(vec![hall.clone()]).intersection(&MultiPolygon(vec![yard.clone()])).unsigned_area() < 1e-3
            );
            for at in hall.exterior().coords() {
                let [west, south, east, north] = reached;
                reached = [west.min(at.x), south.min(at.y), east.max(at.x), north.max(at.y)];
            }
        }
        // Every side of the room that the setback leaves.
        for (reached, wanted) in reached.into_iter().zip([356_005.0, 3_431_005.0, 356_115.0, 3_431_085.0]) {
            assert!((reached - wanted).abs() < 0.01, "{reached} instead of {wanted}");
        }
    }
}
