//! The scene of a park: ground, slots and what is to be drawn, in buckets that `stream` has meshed as the camera needs them.
//!
//! Pure and parallel; entities and uploads are left to `spawn`.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use analysis::overlay::Overlay;
use bevy::math::{DVec2, DVec3};
use geo::InteriorPoint;
use rayon::prelude::*;
use spatial_db::model::{HazardSource, ParkSnapshot};

use super::plan::{Bucket, Level, buckets};
use crate::error::EngineError;
use crate::extent::Extent;
use crate::mesh::{FacadeModel, Ground, Layer, Stand, TileMesh, cylinder, terrain_tiles};
use crate::slots::{GROUND, Slots};
use crate::space::SceneOrigin;
use crate::theme::{PILLAR_MESH_M, PILLAR_RADIUS_M};

/// An origin this near to the best one still serves, m: 32 bits resolve a tenth of a millimetre there.
const ORIGIN_KEPT_M: f64 = 2000.0;
/// Diameter and height of a hazard source drawn as a tank without its own, m.
const ASSUMED_TANK_M: (f64, f64) = (8.0, 8.0);

/// What is drawn of a park, and what is needed to draw it.
#[derive(Debug, Clone)]
pub(crate) struct SceneGeometry {
    /// The park.
    pub snapshot: Arc<ParkSnapshot>,
    /// Origin of the scene.
    pub origin: SceneOrigin,
    /// The drawn ground.
    pub ground: Ground,
    /// Where the park is.
    pub extent: Extent,
    /// Slots of the style buffer.
    pub slots: Slots,
    ground_y: f32,
    /// Highest roof, m.
    pub highest_m: f64,
    /// Drawn bottom and top of each building, m, in the order of the park; empty ranges for what is not drawn.
    pub spans_m: Arc<[(f64, f64)]>,
    /// Surfaces of each building whose roof and walls are on record, by its row in the park.
    pub(crate) modelled: Arc<HashMap<u32, Vec<u32>>>,
    /// Points inside the parcels that were asked for, by their rows: few of a city's are near enough for a label.
    middles: Arc<Mutex<HashMap<usize, Option<DVec2>>>>,
    /// What is meshed as the camera needs it.
    pub buckets: Arc<[Bucket]>,
    /// The ground's own tiles.
    pub tiles: Vec<TileMesh>,
    /// Tiles of one overlay each, by its index.
    pub overlay_tiles: Vec<(usize, TileMesh)>,
    /// Time this took.
    pub took: Duration,
}

impl SceneGeometry {
    /// The scene of `snapshot` and the zones and columns of `overlays`.
    ///
    /// # Errors
    /// [`EngineError::NothingToDraw`] when no feature has a position.
    pub(crate) fn build(
        snapshot: &Arc<ParkSnapshot>,
        overlays: &[impl Borrow<Overlay> + Sync],
    ) -> Result<Self, EngineError> {
        Self::build_at(snapshot, overlays, None)
    }

    /// The same around an origin that is in use already, unless the park lies far from it by now.
    ///
    /// # Errors
    /// As [`SceneGeometry::build`].
    pub(crate) fn build_at(
        snapshot: &Arc<ParkSnapshot>,
        overlays: &[impl Borrow<Overlay> + Sync],
        origin: Option<SceneOrigin>,
    ) -> Result<Self, EngineError> {
        let start = Instant::now();
        let extent =
            Extent::of(snapshot).ok_or_else(|| EngineError::NothingToDraw { park: snapshot.park.slug.clone() })?;
        let ground = ground_of(snapshot, &extent);
        let middle = extent.middle();
        let best = SceneOrigin::near(middle.x, middle.y, ground.mean_m());
        let is_near = |o: &SceneOrigin| {
            DVec3::new(o.x_m, o.y_m, o.z_m).distance(DVec3::new(best.x_m, best.y_m, best.z_m)) < ORIGIN_KEPT_M
        };
        let origin = origin.filter(is_near).unwrap_or(best);
        let modelled = Arc::new(modelled(snapshot));
        let spans_m: Arc<[(f64, f64)]> = spans(snapshot, &ground).into();
        let tops = spans_m.iter().map(|span| span.1).filter(|top| top.is_finite());
        let models = modelled.par_iter().filter_map(|(_, rows)| {
            let surfaces = rows.iter().map(|row| &snapshot.building_surfaces[*row as usize]);
            Some(FacadeModel::new(surfaces, &ground)?.top_m)
        });
        let highest_m = tops.chain(models.collect::<Vec<_>>()).fold(ground.range_m().1, f64::max);
        let mut scene = Self {
            snapshot: snapshot.clone(),
            buckets: buckets(snapshot, &ground, &extent, &origin).into(),
            middles: Arc::default(),
            tiles: terrain_tiles(&ground, &origin, GROUND),
            slots: Slots::new(snapshot, overlays),
            overlay_tiles: Vec::new(),
            took: Duration::ZERO,
            ground_y: (ground.mean_m() - origin.z_m) as f32,
            origin,
            ground,
            extent,
            highest_m,
            spans_m,
            modelled,
        };
        scene.overlay_tiles = scene.tiles_of_overlays(overlays);
        scene.took = start.elapsed();
        Ok(scene)
    }

    /// Scene height of the ground, on average.
    pub(crate) fn ground_y(&self) -> f32 {
        self.ground_y
    }

    /// A point inside the parcel in `row`, park coordinates, m; `None` where it has none.
    pub(crate) fn middle_of_parcel(&self, row: usize) -> Option<DVec2> {
        let mut middles = self.middles.lock().unwrap_or_else(PoisonError::into_inner);
        *middles.entry(row).or_insert_with(|| {
            let inside = self.snapshot.parcels.get(row)?.boundary.interior_point()?;
            Some(DVec2::new(inside.x(), inside.y()))
        })
    }

    fn tiles_of_overlays(&self, overlays: &[impl Borrow<Overlay> + Sync]) -> Vec<(usize, TileMesh)> {
        overlays
            .par_iter()
            .enumerate()
            .flat_map_iter(|(index, overlay)| {
                let overlay: &Overlay = overlay.borrow();
                let mut zones = TileMesh::new(Layer::Zone);
                let mut lines = TileMesh::new(Layer::ZoneLine);
                let mut pillars = TileMesh::new(Layer::Pillar);
                for zone in overlay.zones.iter().filter(|z| z.class < overlay.classes.len()) {
                    let Some(slot) = self.slots.of_class(index, zone.class) else { continue };
                    self.area(&mut zones, &zone.area, slot, 0.0, Level::Full);
                    self.outline(&mut lines, &zone.area, slot);
                }
                for pillar in &overlay.pillars {
                    let at = DVec2::from_array(pillar.position);
                    let z = self.ground.height(at);
                    let Some(slot) = self.slots.of_pillar(index, pillar.feature) else { continue };
                    let top = z + f64::from(PILLAR_MESH_M);
                    cylinder(&mut pillars, &self.origin, at, PILLAR_RADIUS_M, z, z - 0.5, top, 16, slot);
                }
                [zones, lines, pillars].into_iter().filter(|t| !t.is_empty()).map(move |tile| (index, tile))
            })
            .collect()
    }
}

fn ground_of(snapshot: &ParkSnapshot, extent: &Extent) -> Ground {
    let (lowest, highest) = extent.grown(0.35, 300.0);
    snapshot.terrain.as_ref().and_then(|terrain| Ground::from_terrain(terrain, lowest, highest)).unwrap_or_else(|| {
        // Without a terrain: the height that floors and chambers tell, or nothing.
        let floors = snapshot.buildings.iter().filter_map(|b| b.base_elevation_m);
        let chambers = snapshot.nodes.iter().filter_map(|n| n.ground_elevation_m);
        let mut told: Vec<f64> = floors.chain(chambers).filter(|h| h.is_finite()).collect();
        told.sort_by(f64::total_cmp);
        Ground::flat(lowest, highest, told.get(told.len() / 2).copied().unwrap_or(0.0))
    })
}

/// Surfaces on record by building.
fn modelled(snapshot: &ParkSnapshot) -> HashMap<u32, Vec<u32>> {
    if snapshot.building_surfaces.is_empty() {
        return HashMap::new();
    }
    let rows: HashMap<&str, u32> =
        snapshot.buildings.iter().enumerate().map(|(row, b)| (b.provenance.key.as_str(), row as u32)).collect();
    let mut modelled: HashMap<u32, Vec<u32>> = HashMap::new();
    for (at, surface) in snapshot.building_surfaces.iter().enumerate() {
        if let Some(row) = rows.get(surface.building_key.as_str()) {
            modelled.entry(*row).or_default().push(at as u32);
        }
    }
    modelled
}

/// Drawn bottom and top of every building, m.
fn spans(snapshot: &ParkSnapshot, ground: &Ground) -> Vec<(f64, f64)> {
    let of = |building: &spatial_db::model::Building| {
        let (height_m, _) = building.drawn_height_m();
        let stands = building
            .footprint
            .iter()
            .filter_map(|polygon| Stand::of_footprint(polygon, ground, height_m, building.base_elevation_m));
        stands.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), stand| {
            (low.min(stand.base_m), high.max(stand.top_m))
        })
    };
    snapshot.buildings.par_iter().map(of).collect()
}

/// Diameter and height at which a hazard source is drawn, m.
pub(crate) fn tank_size_m(hazard: &HazardSource) -> (f64, f64) {
    let known = |size: Option<f64>, assumed| size.filter(|m| *m > 0.2).unwrap_or(assumed);
    (known(hazard.diameter_m, ASSUMED_TANK_M.0), known(hazard.height_m, ASSUMED_TANK_M.1))
}

/// Where a hazard source stands.
pub(crate) fn hazard_place(hazard: &HazardSource) -> DVec2 {
    geo::Centroid::centroid(&hazard.shape).map_or(DVec2::ZERO, |p| DVec2::new(p.x(), p.y()))
}

#[cfg(test)]
mod tests {
    use super::super::bucket::ASSUMED_DEPTH_M;
    use super::*;
    use crate::fixture;

    #[test]
    fn every_layer_of_the_tiny_park_has_triangles_and_known_slots() {
        let input = fixture::tiny();
        let scene = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let made = scene.mesh_all();
        let all = || made.iter().chain(&scene.tiles).chain(scene.overlay_tiles.iter().map(|(_, t)| t));
        let drawn = |layer| all().any(|t| t.layer == layer && !t.is_empty());
        for layer in Layer::ALL.into_iter().filter(|l| !matches!(l, Layer::Sky | Layer::Cap)) {
            assert!(drawn(layer), "{layer:?}");
        }
        for tile in all() {
            assert!(tile.slots.iter().all(|s| (*s as usize) < scene.slots.count()));
            assert!(tile.positions.iter().flatten().all(|c| c.is_finite()));
            assert!(tile.indices.iter().all(|i| (*i as usize) < tile.positions.len()));
        }
        assert!(scene.highest_m > 20.0);
    }

    #[test]
    fn every_bucket_lies_in_its_box_at_every_level_and_coarser_is_never_more() {
        let input = fixture::tiny();
        let scene = SceneGeometry::build(&input.snapshot, &[] as &[Overlay]).unwrap();
        for bucket in scene.buckets.iter() {
            let mut before = 0;
            for level in [Level::Sparse, Level::Far, Level::Simple, Level::Full] {
                let tile = scene.mesh(bucket, level);
                assert!(tile.triangles() >= before, "{:?} {level:?}", bucket.layer);
                before = tile.triangles();
                // Shadows reach beyond what casts them; the boxes are for distances.
                let slack = bevy::math::Vec3::splat(if bucket.layer == Layer::Shadow { 80.0 } else { 6.0 });
                assert!(
                    // What stands for its neighbours reaches over them.
                    tile.is_empty()
                        || level == Level::Sparse
                        || (tile.lowest.cmpge(bucket.lowest - slack).all()
                            && tile.highest.cmple(bucket.highest + slack).all()),
                    "{:?} {level:?}: {} {} in {} {}",
                    bucket.layer,
                    tile.lowest,
                    tile.highest,
                    bucket.lowest,
                    bucket.highest,
                );
            }
        }
    }

    #[test]
    fn an_origin_in_use_serves_until_the_park_is_far_from_it() {
        let input = fixture::tiny();
        let best = SceneGeometry::build(&input.snapshot, &[] as &[Overlay]).unwrap().origin;
        let moved = |by: f64| SceneOrigin { x_m: best.x_m + by, ..best };
        let built = |origin| SceneGeometry::build_at(&input.snapshot, &[] as &[Overlay], Some(origin)).unwrap().origin;
        assert_eq!(built(moved(1500.0)), moved(1500.0));
        assert_eq!(built(moved(2500.0)), best);
    }

    #[test]
    fn a_park_without_any_position_says_so() {
        let park = fixture::tiny().snapshot.park.clone();
        let error = SceneGeometry::build(&ParkSnapshot::empty(park).into(), &[] as &[Overlay]).unwrap_err();
        assert!(matches!(error, EngineError::NothingToDraw { .. }));
    }

    #[test]
    fn pipes_without_elevation_lie_under_the_ground() {
        let input = fixture::tiny();
        let mut snapshot = (*input.snapshot).clone();
        for edge in &mut snapshot.edges {
            for p in &mut edge.path {
                p[2] = f64::NAN;
            }
        }
        let scene = SceneGeometry::build(&snapshot.into(), &[] as &[Overlay]).unwrap();
        let made = scene.mesh_all();
        let pipes = made.iter().find(|t| t.layer == Layer::Pipe).unwrap();
        for p in &pipes.positions {
            let [x, y, z] = scene.origin.park_from_scene((*p).into());
            assert!((scene.ground.height(DVec2::new(x, y)) - z - ASSUMED_DEPTH_M).abs() < 0.01);
        }
    }
}
