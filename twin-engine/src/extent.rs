//! Where the park is: a box and a hull that a stray point far away cannot blow up.
//!
//! Framing the hull is left to `camera`.

use bevy::math::DVec2;
use geo::{BoundingRect, ConvexHull, LineString, MultiPoint, Point};
use spatial_db::model::ParkSnapshot;

/// Corners of which the hull is found at once. Those of a city, all at once, take more memory than its buildings.
const MOST_CORNERS: usize = 65_536;

/// Boxes of features further out than this many park sizes beyond the middle 98 % are strays.
const STRAY_SIZES: f64 = 0.75;

/// Extent of a park, park coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extent {
    /// South-west corner, m.
    pub lowest: DVec2,
    /// North-east corner, m.
    pub highest: DVec2,
    /// Convex hull of what is inside, counter-clockwise, m.
    pub hull: Vec<DVec2>,
}

impl Extent {
    /// Extent of parcels and buildings, or of everything where there are none; `None` without any position.
    pub(crate) fn of(snapshot: &ParkSnapshot) -> Option<Self> {
        let land = snapshot
            .parcels
            .iter()
            .map(|p| p.boundary.bounding_rect())
            .chain(snapshot.buildings.iter().map(|b| b.footprint.bounding_rect()));
        Self::around(&boxes(land))
            .or_else(|| {
                let point = |p: DVec2| Some(geo::Rect::new((p.x, p.y), (p.x, p.y)));
                let path = |path: &[[f64; 3]]| {
                    path.iter().map(|p| geo::Coord { x: p[0], y: p[1] }).collect::<geo::LineString>().bounding_rect()
                };
                let rest = snapshot
                    .roads
                    .iter()
                    .map(|r| r.line.bounding_rect())
                    .chain(snapshot.edges.iter().map(|e| path(&e.path)))
                    .chain(snapshot.nodes.iter().map(|n| point(DVec2::new(n.position[0], n.position[1]))))
                    .chain(snapshot.resources.iter().map(|r| point(DVec2::from_array(r.position))))
                    .chain(snapshot.hazards.iter().map(|h| h.shape.bounding_rect()))
                    .chain(snapshot.surfaces.iter().map(|s| s.area.bounding_rect()));
                Self::around(&boxes(rest))
            })
            .or_else(|| {
                let t = snapshot.terrain.as_ref()?;
                let lowest = DVec2::new(t.origin_x_m, t.origin_y_m);
                let size = DVec2::new(t.columns.max(2) as f64 - 1.0, t.rows.max(2) as f64 - 1.0) * t.cell_m;
                Self::around(&[(lowest, lowest + size)])
            })
    }

    /// Length of the diagonal, m.
    pub(crate) fn diagonal_m(&self) -> f64 {
        self.lowest.distance(self.highest)
    }

    /// The middle of the box.
    pub(crate) fn middle(&self) -> DVec2 {
        self.lowest.midpoint(self.highest)
    }

    /// The box grown on every side by `share` of its size and at least `least_m`.
    pub(crate) fn grown(&self, share: f64, least_m: f64) -> (DVec2, DVec2) {
        let by = ((self.highest - self.lowest).max_element() * share).max(least_m);
        (self.lowest - DVec2::splat(by), self.highest + DVec2::splat(by))
    }

    fn around(boxes: &[(DVec2, DVec2)]) -> Option<Self> {
        if boxes.is_empty() {
            return None;
        }
        let middle = |(low, high): &(DVec2, DVec2)| low.midpoint(*high);
        let axis = |pick: fn(DVec2) -> f64| {
            let mut values: Vec<f64> = boxes.iter().map(|of| pick(middle(of))).collect();
            values.sort_by(f64::total_cmp);
            // One in a hundred on each side may be a stray, and one of a handful too.
            let aside = if values.len() < 8 { 0 } else { (values.len() / 100).max(1) };
            let (low, high) = (values[aside], values[values.len() - 1 - aside]);
            let reach = ((high - low) * STRAY_SIZES).max(500.0);
            (low - reach, high + reach)
        };
        let ((x0, x1), (y0, y1)) = (axis(|p| p.x), axis(|p| p.y));
        let inside = |p: DVec2| (x0..=x1).contains(&p.x) && (y0..=y1).contains(&p.y);
        let kept = || boxes.iter().filter(move |of| inside(middle(of)));
        let (lowest, highest) =
            kept().fold((DVec2::INFINITY, DVec2::NEG_INFINITY), |(low, high), (l, h)| (low.min(*l), high.max(*h)));
        let (mut corners, mut most) = (Vec::new(), MOST_CORNERS);
        for (l, h) in kept() {
            corners.extend([(l.x, l.y), (h.x, l.y), (h.x, h.y), (l.x, h.y)].map(Point::from));
            if corners.len() >= most {
                // What is inside this hull is inside the whole one.
                corners = hull_of(corners).into_points();
                most = corners.len() + MOST_CORNERS;
            }
        }
        let mut hull: Vec<DVec2> = hull_of(corners).coords().map(|c| DVec2::new(c.x, c.y)).collect();
        hull.pop();
        Some(Self { lowest, highest, hull })
    }
}

/// Convex hull, closed, counter-clockwise.
fn hull_of(corners: Vec<Point<f64>>) -> LineString<f64> {
    MultiPoint(corners).convex_hull().into_inner().0
}

fn boxes(rects: impl Iterator<Item = Option<geo::Rect<f64>>>) -> Vec<(DVec2, DVec2)> {
    rects
        .flatten()
        .map(|r| (DVec2::new(r.min().x, r.min().y), DVec2::new(r.max().x, r.max().y)))
        .filter(|(l, h)| l.is_finite() && h.is_finite())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_building_a_thousand_kilometres_away_does_not_move_the_box() {
        let input = fixture::tiny();
        let mut snapshot = (*input.snapshot).clone();
        let before = Extent::of(&snapshot).unwrap();
        let mut stray = snapshot.buildings[0].clone();
        stray.footprint = fixture::rectangle(1e6, 1e6, 20.0, 20.0);
        snapshot.buildings.push(stray);
        assert_eq!(Extent::of(&snapshot).unwrap(), before);
    }

    #[test]
    fn without_land_the_pipes_tell_where_the_park_is() {
        let input = fixture::tiny();
        let mut snapshot = (*input.snapshot).clone();
        snapshot.parcels.clear();
        snapshot.buildings.clear();
        let extent = Extent::of(&snapshot).unwrap();
        assert!(extent.diagonal_m() > 10.0);
        snapshot = ParkSnapshot::empty(snapshot.park.clone());
        assert_eq!(Extent::of(&snapshot), None);
    }

    #[test]
    fn the_hull_of_a_city_that_is_found_in_parts_is_that_of_all_its_corners() {
        // Squares in steps of a prime lie all over, and no side of their hull has a third corner on it.
        let at = |i: u64, by: u64| (i * i * by % 99_991) as f64 / 99.991;
        let boxes: Vec<(DVec2, DVec2)> = (1..60_000)
            .map(|i| {
                let low = DVec2::new(at(i, 7), at(i, 11) * 0.7);
                (low, low + DVec2::new(1.0 + at(i, 13) * 0.01, 2.0))
            })
            .collect();
        assert!(boxes.len() * 4 > 3 * MOST_CORNERS);
        let corners = |(l, h): &(DVec2, DVec2)| [(l.x, l.y), (h.x, l.y), (h.x, h.y), (l.x, h.y)].map(Point::from);
        let all = hull_of(boxes.iter().flat_map(corners).collect());
        let mut expected: Vec<DVec2> = all.coords().map(|c| DVec2::new(c.x, c.y)).collect();
        expected.pop();
        assert_eq!(Extent::around(&boxes).unwrap().hull, expected);
    }

    #[test]
    fn the_hull_holds_every_corner_of_the_box_it_touches() {
        let extent = Extent::of(&fixture::tiny().snapshot).unwrap();
        assert!(extent.hull.len() >= 3);
        let touched = |value: f64, pick: fn(&DVec2) -> f64| extent.hull.iter().any(|p| (pick(p) - value).abs() < 1e-9);
        assert!(touched(extent.lowest.x, |p| p.x) && touched(extent.highest.y, |p| p.y));
    }
}
