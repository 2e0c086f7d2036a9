//! What is under a pixel: a ray against buildings as drawn, pipes, fittings and the ground, through the R-tree cache.
//!
//! What is said about the answer is left to `inspect`.

use std::collections::HashMap;
use std::sync::Arc;

use bevy::math::{DVec2, DVec3};
use geo::{Contains, Intersects, Point};
use spatial_db::cache::{Cache, Ray};
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, Presence};

use crate::layers::{LayerKey, Layers};
use crate::mesh::{FacadeModel, Ground};
use crate::scene::{SceneGeometry, Twin, hazard_place};
use crate::split::Side;
use crate::style::Shown;

/// Length of ray over which buildings are looked up at once, m in plan.
const CHUNK_M: f64 = 150.0;
/// Most chunks of a ray that are looked at.
const MOST_CHUNKS: usize = 400;

/// What a ray met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Picked {
    /// The feature; `None` for bare ground.
    pub feature: Option<FeatureId>,
    /// Where, park coordinates, m.
    pub point: DVec3,
}

/// Answers picks for one scene.
#[derive(Debug)]
pub(crate) struct Picker {
    cache: Cache,
    ground: Ground,
    /// Drawn bottom and top of each building, m, in snapshot order; empty ranges for what is not drawn.
    spans: Arc<[(f64, f64)]>,
    /// Rows of the surfaces of each building that was modelled, by its place in the snapshot: it is drawn as they are.
    modelled: Arc<HashMap<u32, Vec<u32>>>,
    highest_m: f64,
}

/// What the picture shows besides the ground and what stands on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Pipes, through the ground.
    pub(crate) underground: bool,
    /// Symbols of resources, because the overlay has marks.
    pub(crate) marks: bool,
    /// Layers that are switched on.
    pub(crate) layers: Layers,
    /// What was there on the day looked at; `None`: everything.
    pub(crate) there: Option<Arc<Presence>>,
}

impl Drawn {
    /// What a side of the twin shows now.
    pub(crate) fn of(twin: &Twin, side: Side) -> Self {
        let shown = twin.shown_on(side);
        Self {
            underground: twin.is_underground_on(side),
            marks: twin.overlay_on(side).is_some_and(|o| !o.marks.is_empty()),
            layers: shown.layers,
            there: shown.there,
        }
    }

    /// True when the feature in `row` of the snapshot's vector of `kind` was there on the day.
    pub(crate) fn has(&self, kind: FeatureKind, row: usize) -> bool {
        self.there.as_ref().is_none_or(|there| there.has(kind, row))
    }
}

impl Picker {
    /// A picker for what `geometry` draws of `snapshot`.
    pub(crate) fn new(snapshot: &Arc<ParkSnapshot>, geometry: &SceneGeometry) -> Self {
        let ground = geometry.ground.clone();
        let spans = geometry.spans_m.clone();
        let modelled = Arc::clone(&geometry.modelled);
        Self { cache: Cache::build(snapshot.clone()), ground, spans, modelled, highest_m: geometry.highest_m }
    }

    /// The cache that answers.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Drawn bottom and top of a building by its place in the snapshot, m; `None` for one that is not drawn.
    pub(crate) fn span(&self, row: usize) -> Option<(f64, f64)> {
        self.spans.get(row).copied().filter(|(low, high)| low < high)
    }

    /// First thing on the ray from `eye` along `direction` (park coordinates). `m_per_px` widens small things with
    /// distance. Only what is drawn can be met: see [`Drawn`].
    pub(crate) fn pick(&self, eye: DVec3, direction: DVec3, m_per_px_at_1m: f64, drawn: &Drawn) -> Option<Picked> {
        let underground = drawn.underground;
        let to_ground = self.ground_distance(eye, direction);
        let reach = to_ground.unwrap_or(20_000.0);
        let tolerance_m = 5.0 * m_per_px_at_1m * reach;
        if underground {
            let ray = Ray { origin_m: eye.to_array(), direction: direction.to_array(), reach_m: reach + 200.0 };
            let kinds = [FeatureKind::NetworkEdge, FeatureKind::NetworkNode];
            if let Some(hit) =
                self.cache.pick_among(&ray, &kinds, tolerance_m, |kind, row| self.is_drawn(kind, row, drawn))
            {
                return Some(Picked { feature: Some(hit.id), point: DVec3::from_array(hit.point_m) });
            }
        }
        let solid = !underground && drawn.layers.shows(FeatureKind::Building);
        if let Some((distance, feature)) = solid.then(|| self.building(eye, direction, reach, drawn)).flatten() {
            return Some(Picked { feature: Some(feature), point: eye + direction * distance });
        }
        let point = eye + direction * to_ground?;
        Some(Picked { feature: self.on_ground(point.truncate(), tolerance_m, drawn), point })
    }

    /// Features of `kind` that meet an area on the ground (park coordinates), of the layers that are drawn.
    pub(crate) fn in_area(&self, area: &geo::Polygon<f64>, kind: FeatureKind, shown: &Shown) -> Vec<FeatureId> {
        use geo::BoundingRect;
        let Some(bounds) = area.bounding_rect() else { return Vec::new() };
        let snapshot = self.cache.snapshot();
        let mut rows = self.cache.slots_in_envelope(bounds.min().into(), bounds.max().into(), kind);
        rows.sort_unstable();
        rows.retain(|row| shown.is_there(kind, *row));
        let line = |path: &[[f64; 3]]| path.iter().map(|p| (p[0], p[1])).collect::<geo::LineString<f64>>();
        let layers = shown.layers;
        let classed = |class| layers.get(LayerKey::Network(class)).visible;
        if !layers.shows(kind) {
            return Vec::new();
        }
        let found = rows.into_iter().filter_map(|row| {
            match kind {
                FeatureKind::NetworkEdge if !classed(snapshot.edges[row].class) => return None,
                FeatureKind::NetworkNode if !classed(snapshot.nodes[row].class) => return None,
                _ => {}
            }
            let (id, meets) = match kind {
                FeatureKind::Parcel => (snapshot.parcels[row].id, snapshot.parcels[row].boundary.intersects(area)),
                FeatureKind::Building => {
                    (snapshot.buildings[row].id, snapshot.buildings[row].footprint.intersects(area))
                }
                FeatureKind::Surface => (snapshot.surfaces[row].id, snapshot.surfaces[row].area.intersects(area)),
                FeatureKind::RoadEdge => (snapshot.roads[row].id, snapshot.roads[row].line.intersects(area)),
                FeatureKind::NetworkEdge => (snapshot.edges[row].id, line(&snapshot.edges[row].path).intersects(area)),
                FeatureKind::NetworkNode => {
                    let [x, y, _] = snapshot.nodes[row].position;
                    (snapshot.nodes[row].id, area.contains(&Point::new(x, y)))
                }
                FeatureKind::EmergencyResource => {
                    let resource = &snapshot.resources[row];
                    (resource.id, area.contains(&Point::from(resource.position)))
                }
                FeatureKind::HazardSource => (snapshot.hazards[row].id, snapshot.hazards[row].shape.intersects(area)),
                _ => return None,
            };
            meets.then_some(id)
        });
        found.collect()
    }

    /// True when the layer of the feature in `row` of the snapshot's vector of `kind` is switched on, and it was there on the day.
    pub(crate) fn is_drawn(&self, kind: FeatureKind, row: usize, drawn: &Drawn) -> bool {
        let snapshot = self.cache.snapshot();
        let class = match kind {
            FeatureKind::NetworkEdge => snapshot.edges.get(row).map(|edge| edge.class),
            FeatureKind::NetworkNode => snapshot.nodes.get(row).map(|node| node.class),
            kind => return drawn.layers.shows(kind) && drawn.has(kind, row),
        };
        class.is_some_and(|class| drawn.layers.get(LayerKey::Network(class)).visible) && drawn.has(kind, row)
    }

    /// Distance along the ray to the drawn ground, m.
    pub(crate) fn ground_distance(&self, eye: DVec3, direction: DVec3) -> Option<f64> {
        let gap = |t: f64| {
            let p = eye + direction * t;
            p.z - self.ground.height(p.truncate())
        };
        let (low_m, high_m) = self.ground.range_m();
        if direction.z >= -1e-6 {
            return None;
        }
        // Only between the highest and the lowest ground can the ray cross it.
        let start = ((high_m - eye.z) / direction.z).max(0.0);
        let end = (low_m - eye.z) / direction.z;
        if end < start {
            return None;
        }
        let plan = direction.truncate().length().max(1e-6);
        let step = (self.ground.cell_m * 0.5 / plan).max((end - start) / 4000.0).max(1e-3);
        let (mut before, mut at) = (start, start);
        while gap(at) > 0.0 {
            if at >= end {
                return Some(end);
            }
            before = at;
            at = (at + step).min(end);
        }
        for _ in 0..48 {
            let middle = f64::midpoint(before, at);
            if gap(middle) > 0.0 { before = middle } else { at = middle }
        }
        Some(at)
    }

    fn building(&self, eye: DVec3, direction: DVec3, reach: f64, drawn: &Drawn) -> Option<(f64, FeatureId)> {
        let start = if direction.z < -1e-9 { ((self.highest_m - eye.z) / direction.z).clamp(0.0, reach) } else { 0.0 };
        let plan = direction.truncate().length().max(1e-6);
        let step = (CHUNK_M / plan).max((reach - start) / MOST_CHUNKS as f64);
        let mut from = start;
        while from < reach {
            let to = (from + step).min(reach);
            let (a, b) = ((eye + direction * from).truncate(), (eye + direction * to).truncate());
            let (low, high) = (a.min(b), a.max(b));
            let nearest = self
                .cache
                .slots_in_envelope(low.to_array(), high.to_array(), FeatureKind::Building)
                .into_iter()
                .filter(|slot| drawn.has(FeatureKind::Building, *slot))
                .filter_map(|slot| Some((self.building_distance(slot, eye, direction, reach)?, slot)))
                .min_by(|x, y| x.0.total_cmp(&y.0));
            // A building found here may be met later than another of the next chunk, so only accept what lies in this one.
            if let Some((distance, slot)) = nearest.filter(|(distance, _)| *distance <= to) {
                return Some((distance, self.cache.snapshot().buildings[slot].id));
            }
            from = to;
        }
        None
    }

    /// Distance to a building as it is drawn near by: as modelled, else as its footprint raised to its height.
    fn building_distance(&self, slot: usize, eye: DVec3, direction: DVec3, reach: f64) -> Option<f64> {
        let Some(rows) = self.modelled.get(&(slot as u32)) else {
            return self.prism_distance(slot, eye, direction, reach);
        };
        let snapshot = self.cache.snapshot();
        let surfaces = || rows.iter().map(|row| &snapshot.building_surfaces[*row as usize]);
        // One that the ray passes by is not set up at all.
        let corners = || surfaces().flat_map(|s| s.polygons.iter().flatten().flatten()).map(|p| DVec2::new(p[0], p[1]));
        let plan = direction.truncate();
        let sides = corners().map(|corner| plan.perp_dot(corner - eye.truncate()));
        let (low, high) = sides.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| (low.min(s), high.max(s)));
        if plan.length() > 1e-9 && (low > 0.0 || high < 0.0) {
            return None;
        }
        match FacadeModel::new(surfaces(), &self.ground) {
            Some(model) => model.distance(eye, direction).filter(|distance| *distance <= reach),
            None => self.prism_distance(slot, eye, direction, reach),
        }
    }

    fn prism_distance(&self, slot: usize, eye: DVec3, direction: DVec3, reach: f64) -> Option<f64> {
        let (base_m, top_m) = self.spans[slot];
        if base_m > top_m {
            return None;
        }
        let footprint = &self.cache.snapshot().buildings[slot].footprint;
        let mut best = f64::INFINITY;
        let roof = (top_m - eye.z) / direction.z;
        if roof.is_finite() && roof > 0.0 {
            let p = eye + direction * roof;
            if footprint.contains(&Point::new(p.x, p.y)) {
                best = roof;
            }
        }
        for ring in footprint.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())) {
            for wall in ring.lines() {
                let from = DVec2::new(wall.start.x, wall.start.y) - eye.truncate();
                let along = DVec2::new(wall.end.x - wall.start.x, wall.end.y - wall.start.y);
                let plan = direction.truncate();
                let turn = plan.perp_dot(along);
                if turn.abs() < 1e-12 {
                    continue;
                }
                let (t, share) = (from.perp_dot(along) / turn, from.perp_dot(plan) / turn);
                let z = eye.z + direction.z * t;
                if t > 0.0 && (0.0..=1.0).contains(&share) && (base_m..=top_m).contains(&z) {
                    best = best.min(t);
                }
            }
        }
        (best <= reach).then_some(best)
    }

    /// The smallest thing on the ground at `at`: a fitting or tank near by, then a parcel, then a road, then cover.
    fn on_ground(&self, at: DVec2, tolerance_m: f64, drawn: &Drawn) -> Option<FeatureId> {
        let snapshot = self.cache.snapshot();
        let place = at.to_array();
        let seen = |kind| drawn.layers.shows(kind);
        if seen(FeatureKind::HazardSource)
            && let Some(hazard) = snapshot.hazards.iter().find(|hazard| {
                let radius = hazard.diameter_m.unwrap_or(6.0) / 2.0;
                hazard_place(hazard).distance(at) <= radius.max(tolerance_m)
            })
        {
            return Some(hazard.id);
        }
        if drawn.marks && seen(FeatureKind::EmergencyResource) {
            let near = self.cache.nearest(place, &[FeatureKind::EmergencyResource], 1);
            if let Some(first) = near.first().filter(|n| n.distance_m <= tolerance_m) {
                return Some(first.id);
            }
        }
        let point = Point::new(at.x, at.y);
        let here = |kind| {
            let rows = if seen(kind) { self.cache.slots_in_envelope(place, place, kind) } else { Vec::new() };
            let there = rows.into_iter().filter(|row| drawn.has(kind, *row));
            there
                .filter_map(|row| {
                    let (id, area) = if kind == FeatureKind::Parcel {
                        (snapshot.parcels[row].id, &snapshot.parcels[row].boundary)
                    } else {
                        (snapshot.surfaces[row].id, &snapshot.surfaces[row].area)
                    };
                    area.intersects(&point).then_some(id)
                })
                .min_by_key(|id| id.id)
        };
        let road = || {
            if !seen(FeatureKind::RoadEdge) {
                return None;
            }
            let near = self.cache.nearest(place, &[FeatureKind::RoadEdge], 1);
            near.first().filter(|n| n.distance_m <= 4.0_f64.max(tolerance_m * 0.5)).map(|n| n.id)
        };
        here(FeatureKind::Parcel).or_else(road).or_else(|| here(FeatureKind::Surface))
    }
}

#[cfg(test)]
mod tests;
