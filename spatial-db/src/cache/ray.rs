//! What a ray from the camera meets first: buildings as prisms, pipes and fittings as tubes, parcels on the ground.

use geo::{Contains, Point};
use rstar::{AABB, Envelope, RTreeObject, SelectionFunction};

use super::Cache;
use super::entry::Entry;
use super::groups::Group;
use crate::model::{FeatureId, FeatureKind};

/// A ray in the park's CRS: metres east, north, up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Start.
    pub origin_m: [f64; 3],
    /// Direction, unit length.
    pub direction: [f64; 3],
    /// How far to look, m.
    pub reach_m: f64,
}

impl Ray {
    /// The point at `distance_m` along the ray.
    pub fn at(&self, distance_m: f64) -> [f64; 3] {
        std::array::from_fn(|axis| self.origin_m[axis] + distance_m * self.direction[axis])
    }

    /// Distances at which the ray is over the box, planar; `None` when it never is.
    fn span_over(&self, envelope: &AABB<[f64; 2]>) -> Option<(f64, f64)> {
        let (mut enter, mut leave) = (0.0_f64, self.reach_m);
        for axis in 0..2 {
            let (low, high) = (envelope.lower()[axis], envelope.upper()[axis]);
            let (start, slope) = (self.origin_m[axis], self.direction[axis]);
            if slope.abs() < 1e-12 {
                if start < low || start > high {
                    return None;
                }
            } else {
                let (a, b) = ((low - start) / slope, (high - start) / slope);
                enter = enter.max(a.min(b));
                leave = leave.min(a.max(b));
            }
        }
        (enter <= leave).then_some((enter, leave))
    }
}

/// The first thing a ray meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The feature.
    pub id: FeatureId,
    /// Distance along the ray, m.
    pub distance_m: f64,
    /// Where, in the park's CRS.
    pub point_m: [f64; 3],
}

/// Selects groups under the ray, widened by the pick tolerance.
struct Under<'a> {
    ray: &'a Ray,
    margin_m: f64,
}

impl SelectionFunction<Group> for Under<'_> {
    fn should_unpack_leaf(&self, group: &Group) -> bool {
        self.should_unpack_parent(&group.envelope())
    }

    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        let grown = AABB::from_corners(
            envelope.lower().map(|v| v - self.margin_m),
            envelope.upper().map(|v| v + self.margin_m),
        );
        !envelope.area().is_nan() && self.ray.span_over(&grown).is_some()
    }
}

impl Cache {
    /// The nearest feature of `kinds` along the ray.
    ///
    /// Buildings are prisms from their base to their roof, pipes tubes of their diameter but never thinner than
    /// `tolerance_m`, fittings spheres of `tolerance_m`. Parcels are met where the ray meets the ground.
    pub fn pick(&self, ray: &Ray, kinds: &[FeatureKind], tolerance_m: f64) -> Option<Hit> {
        self.pick_among(ray, kinds, tolerance_m, |_, _| true)
    }

    /// The same among the features that `counts` lets through, by kind and position in the snapshot's vector of that kind: what is
    /// not drawn hides nothing.
    pub fn pick_among(
        &self,
        ray: &Ray,
        kinds: &[FeatureKind],
        tolerance_m: f64,
        counts: impl Fn(FeatureKind, usize) -> bool,
    ) -> Option<Hit> {
        let ground = self.ground_distance(ray);
        self.groups
            .selected(Under { ray, margin_m: tolerance_m })
            .filter(|entry| kinds.contains(&entry.kind) && counts(entry.kind, entry.slot as usize))
            .filter_map(|entry| {
                let distance_m = self.distance_to(ray, &entry, ground, tolerance_m)?;
                Some(Hit { id: entry.id(self.snapshot()), distance_m, point_m: ray.at(distance_m) })
            })
            .min_by(|a, b| a.distance_m.total_cmp(&b.distance_m))
    }

    /// Distance to the ground: the terrain, or the plane at height 0 where there is none.
    pub fn ground_distance(&self, ray: &Ray) -> Option<f64> {
        let Some(terrain) = &self.snapshot().terrain else {
            let distance = -ray.origin_m[2] / ray.direction[2];
            return (distance.is_finite() && (0.0..=ray.reach_m).contains(&distance)).then_some(distance);
        };
        let above = |distance: f64| {
            let [x, y, z] = ray.at(distance);
            terrain.height_at(x, y).map(|ground| z - ground)
        };
        // March by half a cell, then bisect the first crossing: terrain has no overhangs, so this finds it.
        let step = (terrain.cell_m * 0.5).max(ray.reach_m / 20_000.0);
        let extent = AABB::from_corners(
            [terrain.origin_x_m, terrain.origin_y_m],
            [
                terrain.origin_x_m + terrain.cell_m * (terrain.columns.max(1) - 1) as f64,
                terrain.origin_y_m + terrain.cell_m * (terrain.rows.max(1) - 1) as f64,
            ],
        );
        let (enter, leave) = ray.span_over(&extent)?;
        let mut previous = enter;
        let mut distance = enter;
        while distance <= leave {
            if above(distance).is_some_and(|gap| gap <= 0.0) {
                let (mut low, mut high) = (previous, distance);
                for _ in 0..40 {
                    let middle = 0.5 * (low + high);
                    if above(middle).is_none_or(|gap| gap > 0.0) { low = middle } else { high = middle }
                }
                return Some(high);
            }
            previous = distance;
            distance += step;
        }
        None
    }

    fn distance_to(&self, ray: &Ray, entry: &Entry, ground: Option<f64>, tolerance_m: f64) -> Option<f64> {
        let slot = entry.slot as usize;
        let snapshot = self.snapshot();
        match entry.kind {
            FeatureKind::Building => {
                let prism = self.prism(slot);
                prism_distance(ray, &snapshot.buildings[slot].footprint, prism.base_m, prism.top_m)
            }
            FeatureKind::NetworkEdge => {
                let edge = &snapshot.edges[slot];
                let radius = (edge.diameter_mm.unwrap_or(0.0) / 2000.0).max(tolerance_m);
                edge.path
                    .windows(2)
                    .filter_map(|ends| tube_distance(ray, ends[0], ends[1], radius))
                    .min_by(f64::total_cmp)
            }
            FeatureKind::NetworkNode => {
                let position = snapshot.nodes[slot].position;
                tube_distance(ray, position, position, tolerance_m)
            }
            _ => {
                let distance = ground?;
                let [x, y, _] = ray.at(distance);
                let point = Point::new(x, y);
                let met = match entry.kind {
                    FeatureKind::Parcel => snapshot.parcels[slot].boundary.contains(&point),
                    FeatureKind::Surface => snapshot.surfaces[slot].area.contains(&point),
                    _ => {
                        let geometry = entry.geometry(snapshot);
                        geo::Distance::distance(&geo::Euclidean, &geometry, &geo::Geometry::from(point)) <= tolerance_m
                    }
                };
                met.then_some(distance)
            }
        }
    }
}

/// First distance at which the ray is inside the prism over `footprint` between two heights.
fn prism_distance(ray: &Ray, footprint: &geo::MultiPolygon<f64>, base_m: f64, top_m: f64) -> Option<f64> {
    let mut best: Option<f64> = None;
    let mut offer = |distance: f64| {
        if (0.0..=ray.reach_m).contains(&distance) && best.is_none_or(|b| distance < b) {
            best = Some(distance);
        }
    };
    for height in [top_m, base_m] {
        let distance = (height - ray.origin_m[2]) / ray.direction[2];
        if distance.is_finite() {
            let [x, y, _] = ray.at(distance);
            if footprint.contains(&Point::new(x, y)) {
                offer(distance);
            }
        }
    }
    for ring in footprint.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
        for wall in ring.lines() {
            // Solve origin + t·direction = start + s·(end − start) in the plane.
            let (ex, ey) = (wall.end.x - wall.start.x, wall.end.y - wall.start.y);
            let cross = ray.direction[0] * ey - ray.direction[1] * ex;
            if cross.abs() < 1e-15 {
                continue;
            }
            let (dx, dy) = (wall.start.x - ray.origin_m[0], wall.start.y - ray.origin_m[1]);
            let t = (dx * ey - dy * ex) / cross;
            let s = (dx * ray.direction[1] - dy * ray.direction[0]) / cross;
            let z = ray.origin_m[2] + t * ray.direction[2];
            if (0.0..=1.0).contains(&s) && (base_m..=top_m).contains(&z) {
                offer(t);
            }
        }
    }
    best
}

/// Distance along the ray of its closest approach to a segment, when that is within `radius`.
fn tube_distance(ray: &Ray, start: [f64; 3], end: [f64; 3], radius: f64) -> Option<f64> {
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let minus = |a: [f64; 3], b: [f64; 3]| [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    if start.iter().chain(&end).any(|v| !v.is_finite()) {
        return None;
    }
    let (along, offset) = (minus(end, start), minus(ray.origin_m, start));
    let (a, b, d, e) = (dot(along, along), dot(along, ray.direction), dot(along, offset), dot(ray.direction, offset));
    let denominator = a - b * b;
    let s = if denominator > 1e-12 { ((d - b * e) / denominator).clamp(0.0, 1.0) } else { 0.0 };
    let t = (s * b - e).clamp(0.0, ray.reach_m);
    let on_axis: [f64; 3] = std::array::from_fn(|axis| start[axis] + s * along[axis]);
    let gap = minus(ray.at(t), on_axis);
    (dot(gap, gap).sqrt() <= radius).then_some(t)
}
