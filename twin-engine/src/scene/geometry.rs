//! A park snapshot as tiles of triangles: which feature goes through which mesh, and into which tile.
//!
//! Pure and parallel; entities and uploads are left to `spawn`.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use analysis::overlay::Overlay;
use bevy::math::{DVec2, DVec3};
use geo::{Geometry, LineString, MultiPolygon};
use rayon::prelude::*;
use spatial_db::model::{
    Building, BuildingSurface, HazardSource, NetworkEdge, NetworkNode, NodeKind, ParkSnapshot, ResourceKind,
    SurfaceKind,
};

use crate::error::EngineError;
use crate::extent::Extent;
use crate::mesh::{
    BuildingShape, FacadeModel, Ground, Layer, TileMesh, building_edges, building_shadow, building_walls_and_roof,
    cylinder, drape_outline, drape_polygon, facade_edges, facade_faces, post, road_ribbon, sphere, terrain_tiles, tube,
};
use crate::slots::{GROUND, Slots};
use crate::space::SceneOrigin;
use crate::style::is_rail;
use crate::theme::{PILLAR_MESH_M, PILLAR_RADIUS_M};

/// An origin this near to the best one still serves, m: 32 bits resolve a tenth of a millimetre there.
const ORIGIN_KEPT_M: f64 = 2000.0;
/// Features per tile aimed at.
const FEATURES_PER_TILE: f64 = 500.0;
/// Most tiles along a side of the park.
const MOST_TILES: f64 = 20.0;
/// Drawn width of a road of unknown width, m.
const ASSUMED_ROAD_WIDTH_M: f64 = 6.0;
/// Drawn width of rails, m.
const RAIL_WIDTH_M: f64 = 2.4;
/// Drawn diameter of a pipe of unknown diameter, m.
const ASSUMED_PIPE_M: f64 = 0.3;
/// Depth of a pipe whose elevation nothing tells, m below the ground.
const ASSUMED_DEPTH_M: f64 = crate::cut::caps::ASSUMED_DEPTH_M;
/// Diameter and height of a hazard source drawn as a tank without its own, m.
const ASSUMED_TANK_M: (f64, f64) = (8.0, 8.0);
/// Darkness of the soft rim at the wall, as a share of the cast shadow's.
const CONTACT: f32 = 1.1;

/// Everything that is drawn of a park, ready for upload.
#[derive(Debug, Clone)]
pub(crate) struct SceneGeometry {
    /// Origin of the scene.
    pub origin: SceneOrigin,
    /// The drawn ground.
    pub ground: Ground,
    /// Where the park is.
    pub extent: Extent,
    /// Slots of the style buffer.
    pub slots: Slots,
    /// Highest roof, m.
    pub highest_m: f64,
    /// Tiles that are always there.
    pub tiles: Vec<TileMesh>,
    /// Tiles of one overlay each, by its index.
    pub overlay_tiles: Vec<(usize, TileMesh)>,
    /// Time this took.
    pub took: Duration,
}

impl SceneGeometry {
    /// Meshes everything of `snapshot` and the zones and columns of `overlays`.
    ///
    /// # Errors
    /// [`EngineError::NothingToDraw`] when no feature has a position.
    pub(crate) fn build(snapshot: &ParkSnapshot, overlays: &[Overlay]) -> Result<Self, EngineError> {
        Self::build_at(snapshot, overlays, None)
    }

    /// The same around an origin that is in use already, unless the park lies far from it by now.
    ///
    /// # Errors
    /// As [`SceneGeometry::build`].
    pub(crate) fn build_at(
        snapshot: &ParkSnapshot,
        overlays: &[Overlay],
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
        let slots = Slots::new(snapshot, overlays);
        let builder = Builder { snapshot, ground: &ground, origin, slots: &slots, extent: &extent };
        let shapes = builder.shapes();
        let models = builder.models();
        let tops = shapes.iter().map(|(_, _, s)| s.top_m).chain(models.iter().map(|m| m.model.top_m));
        let highest_m = tops.fold(ground.range_m().1, f64::max);
        let mut tiles: Vec<TileMesh> = builder.passes(&shapes, &models);
        tiles.extend(terrain_tiles(&ground, &origin, GROUND));
        let overlay_tiles = builder.overlay_tiles(overlays);
        Ok(Self { origin, extent, slots, highest_m, tiles, overlay_tiles, took: start.elapsed(), ground })
    }

    /// Triangles of all tiles.
    pub(crate) fn triangles(&self) -> usize {
        self.tiles.iter().chain(self.overlay_tiles.iter().map(|(_, t)| t)).map(TileMesh::triangles).sum()
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

type Shape<'a> = (&'a Building, u32, BuildingShape);

/// A building with modelled roof and walls.
struct Modelled {
    slot: u32,
    model: FacadeModel,
    storey_m: f32,
    size_m: f32,
}

struct Builder<'a> {
    snapshot: &'a ParkSnapshot,
    ground: &'a Ground,
    origin: SceneOrigin,
    slots: &'a Slots,
    extent: &'a Extent,
}

impl<'a> Builder<'a> {
    fn shapes(&self) -> Vec<Shape<'a>> {
        self.snapshot
            .buildings
            .par_iter()
            .filter_map(|building| Some((building, self.slots.of(building.id)?)))
            .flat_map_iter(|(building, slot)| {
                let (height_m, storey_m) = (building.drawn_height_m().0, storey_m(building));
                building.footprint.iter().filter_map(move |polygon| {
                    let floor = building.base_elevation_m;
                    Some((building, slot, BuildingShape::new(polygon, self.ground, height_m, floor, storey_m)?))
                })
            })
            .collect()
    }

    /// Buildings whose surfaces are on record.
    fn models(&self) -> Vec<Modelled> {
        let mut surfaces: HashMap<&str, Vec<&BuildingSurface>> = HashMap::new();
        for surface in &self.snapshot.building_surfaces {
            surfaces.entry(&surface.building_key).or_default().push(surface);
        }
        if surfaces.is_empty() {
            return Vec::new();
        }
        let model = |building: &Building| {
            let own = surfaces.get(building.provenance.key.as_str())?;
            Some(Modelled {
                slot: self.slots.of(building.id)?,
                model: FacadeModel::new(own.iter().copied(), self.ground)?,
                storey_m: storey_m(building) as f32,
                size_m: geo::Area::unsigned_area(&building.footprint).sqrt() as f32,
            })
        };
        self.snapshot.buildings.par_iter().filter_map(model).collect()
    }

    fn passes(&self, shapes: &[Shape<'a>], models: &[Modelled]) -> Vec<TileMesh> {
        let (ground, origin) = (self.ground, &self.origin);
        let size_of = |s: &BuildingShape| s.size_m;
        let place_of = |s: &Shape| s.2.rings[0][0];
        let mut tiles = Vec::new();
        let mut add = |made: Vec<TileMesh>| tiles.extend(made);
        let modelled: HashSet<u32> = models.iter().map(|m| m.slot).collect();
        let raised: Vec<&Shape<'a>> = shapes.iter().filter(|(_, slot, _)| !modelled.contains(slot)).collect();
        add(self.tiled(
            Layer::Building,
            &raised,
            |s| place_of(s),
            |tile, (_, slot, shape)| {
                building_walls_and_roof(tile, shape, ground, origin, *slot);
                size_of(shape)
            },
        ));
        add(self.tiled(
            Layer::BuildingEdge,
            &raised,
            |s| place_of(s),
            |tile, (_, slot, shape)| {
                building_edges(tile, shape, ground, origin, *slot);
                size_of(shape)
            },
        ));
        add(self.tiled(
            Layer::Building,
            models,
            |m| m.model.place(),
            |tile, m| {
                facade_faces(tile, &m.model, ground, origin, m.slot, m.storey_m);
                m.size_m
            },
        ));
        add(self.tiled(
            Layer::BuildingEdge,
            models,
            |m| m.model.place(),
            |tile, m| {
                facade_edges(tile, &m.model, origin, m.slot, m.size_m);
                m.size_m
            },
        ));
        add(self.tiled(Layer::Shadow, shapes, place_of, |tile, (_, slot, shape)| {
            building_shadow(tile, shape, ground, origin, *slot, CONTACT);
            size_of(shape)
        }));
        let parcels: Vec<_> = self.snapshot.parcels.iter().filter_map(|p| Some((p, self.slots.of(p.id)?))).collect();
        let parcel_at = |p: &(&spatial_db::model::Parcel, u32)| first_point(&p.0.boundary);
        add(self.tiled(Layer::Parcel, &parcels, parcel_at, |tile, (parcel, slot)| {
            self.drape(tile, &parcel.boundary, *slot, 0.0)
        }));
        add(self.tiled(Layer::ParcelLine, &parcels, parcel_at, |tile, (parcel, slot)| {
            self.outline(tile, &parcel.boundary, *slot)
        }));
        let mut surfaces: Vec<_> =
            self.snapshot.surfaces.iter().filter_map(|s| Some((s, self.slots.of(s.id)?))).collect();
        let surface_at = |s: &(&spatial_db::model::Surface, u32)| first_point(&s.0.area);
        add(self.tiled(Layer::Surface, &surfaces, surface_at, |tile, (surface, slot)| {
            self.drape(tile, &surface.area, *slot, cover_pull(surface.kind))
        }));
        surfaces.retain(|(s, _)| s.kind == SurfaceKind::Water);
        add(self.tiled(Layer::SurfaceLine, &surfaces, surface_at, |tile, (surface, slot)| {
            self.outline(tile, &surface.area, *slot)
        }));
        let roads: Vec<(&LineString<f64>, f64, u32)> = self
            .snapshot
            .roads
            .iter()
            .filter_map(|road| {
                let rail = is_rail(road.class.as_deref());
                let assumed = if rail { RAIL_WIDTH_M } else { ASSUMED_ROAD_WIDTH_M };
                let width = road.width_m.filter(|w| *w > 0.5 && *w < 120.0).unwrap_or(assumed);
                Some((road, width, self.slots.of(road.id)?))
            })
            .flat_map(|(road, width, slot)| road.line.iter().map(move |line| (line, width, slot)))
            .collect();
        let road_at = |r: &(&LineString<f64>, f64, u32)| r.0.0.first().map_or(DVec2::ZERO, |c| DVec2::new(c.x, c.y));
        for layer in [Layer::RoadCasing, Layer::Road] {
            add(self.tiled(layer, &roads, road_at, |tile, (line, width, slot)| {
                road_ribbon(tile, ground, origin, line, *width, *slot);
                20.0
            }));
        }
        add(self.tiled(
            Layer::Pipe,
            &self.snapshot.edges,
            |e| xy(&e.path.first().copied().unwrap_or_default()),
            |tile, edge| {
                self.pipe(tile, edge);
                5.0
            },
        ));
        add(self.tiled(
            Layer::Fitting,
            &self.snapshot.nodes,
            |n| xy(&n.position),
            |tile, node| {
                self.fitting(tile, node);
                1.0
            },
        ));
        add(self.tiled(
            Layer::Fitting,
            &self.snapshot.resources,
            |r| DVec2::from_array(r.position),
            |tile, resource| {
                if let (ResourceKind::Hydrant, Some(slot)) = (resource.kind, self.slots.of(resource.id)) {
                    let at = DVec2::from_array(resource.position);
                    let z = ground.height(at);
                    post(tile, origin, at, 0.2, z - 0.3, z + 1.0, slot);
                }
                1.0
            },
        ));
        add(self.tiled(Layer::Hazard, &self.snapshot.hazards, hazard_place, |tile, hazard| {
            self.hazard(tile, hazard);
            10.0
        }));
        tiles
    }

    fn drape(&self, tile: &mut TileMesh, area: &MultiPolygon<f64>, slot: u32, pull: f32) -> f32 {
        for polygon in area {
            drape_polygon(tile, self.ground, &self.origin, polygon, slot, [pull, 0.0]);
        }
        geo::Area::unsigned_area(area).sqrt() as f32
    }

    fn outline(&self, tile: &mut TileMesh, area: &MultiPolygon<f64>, slot: u32) -> f32 {
        let size_m = geo::Area::unsigned_area(area).sqrt() as f32;
        for polygon in area {
            drape_outline(tile, self.ground, &self.origin, polygon, slot, size_m);
        }
        size_m
    }

    fn pipe(&self, tile: &mut TileMesh, edge: &NetworkEdge) {
        let Some(slot) = self.slots.of(edge.id) else { return };
        let path: Vec<DVec3> = edge.path.iter().map(|p| self.below(DVec3::from_array(*p))).collect();
        let width = edge.diameter_mm.or_else(|| match (edge.width_mm, edge.height_mm) {
            (Some(w), Some(h)) => Some(f64::midpoint(w, h)),
            (one, other) => one.or(other),
        });
        let diameter_m = width.map(|mm| mm / 1000.0).filter(|d| *d > 0.005 && *d < 12.0).unwrap_or(ASSUMED_PIPE_M);
        tube(tile, &self.origin, &path, diameter_m / 2.0, slot);
    }

    /// The point, or one under the ground where nothing tells its elevation.
    fn below(&self, at: DVec3) -> DVec3 {
        if at.z.is_finite() { at } else { DVec3::new(at.x, at.y, self.ground.height(at.truncate()) - ASSUMED_DEPTH_M) }
    }

    fn fitting(&self, tile: &mut TileMesh, node: &NetworkNode) {
        let Some(slot) = self.slots.of(node.id) else { return };
        let at = self.below(DVec3::from_array(node.position));
        let surface = node.ground_elevation_m.unwrap_or_else(|| self.ground.height(at.truncate()));
        match node.kind {
            NodeKind::Manhole | NodeKind::Inlet => {
                let radius = node.size_mm.map_or(0.45, |mm| (mm / 2000.0).clamp(0.2, 2.0));
                let bottom = node.depth_m.map_or(at.z, |depth| surface - depth).min(surface - 0.3);
                cylinder(tile, &self.origin, at.truncate(), radius, bottom, bottom, surface + 0.05, 12, slot);
            }
            NodeKind::Hydrant => {
                let z = self.ground.height(at.truncate());
                post(tile, &self.origin, at.truncate(), 0.2, at.z.min(z - 0.3), z + 1.0, slot);
            }
            NodeKind::Junction | NodeKind::Connection => {}
            NodeKind::Pump | NodeKind::Tank | NodeKind::Source | NodeKind::Switch => {
                sphere(tile, &self.origin, at, 0.8, slot);
            }
            NodeKind::Valve | NodeKind::Outfall | NodeKind::Other => sphere(tile, &self.origin, at, 0.4, slot),
        }
    }

    fn hazard(&self, tile: &mut TileMesh, hazard: &HazardSource) {
        let Some(slot) = self.slots.of(hazard.id) else { return };
        let (diameter_m, height_m) = tank_size_m(hazard);
        let footprints: Vec<&geo::Polygon<f64>> = match &hazard.shape {
            Geometry::Polygon(polygon) => vec![polygon],
            Geometry::MultiPolygon(many) => many.iter().collect(),
            _ => Vec::new(),
        };
        if footprints.is_empty() {
            let at = hazard_place(hazard);
            let z = self.ground.height(at);
            cylinder(tile, &self.origin, at, diameter_m / 2.0, z, z - 0.5, z + height_m, 32, slot);
        }
        for polygon in footprints {
            if let Some(shape) = BuildingShape::new(polygon, self.ground, height_m, None, 0.0) {
                building_walls_and_roof(tile, &shape, self.ground, &self.origin, slot);
            }
        }
    }

    fn overlay_tiles(&self, overlays: &[Overlay]) -> Vec<(usize, TileMesh)> {
        overlays
            .par_iter()
            .enumerate()
            .flat_map_iter(|(index, overlay)| {
                let mut zones = TileMesh::new(Layer::Zone);
                let mut lines = TileMesh::new(Layer::ZoneLine);
                let mut pillars = TileMesh::new(Layer::Pillar);
                for zone in overlay.zones.iter().filter(|z| z.class < overlay.classes.len()) {
                    let Some(slot) = self.slots.of_class(index, zone.class) else { continue };
                    self.drape(&mut zones, &zone.area, slot, 0.0);
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

    /// Puts items into tiles by place and meshes the tiles in parallel. `mesh` returns the item's size, m.
    fn tiled<T: Sync>(
        &self,
        layer: Layer,
        items: &[T],
        place: impl Fn(&T) -> DVec2,
        mesh: impl Fn(&mut TileMesh, &T) -> f32 + Sync,
    ) -> Vec<TileMesh> {
        let side = (items.len() as f64 / FEATURES_PER_TILE).sqrt().ceil().clamp(1.0, MOST_TILES);
        let size = (self.extent.highest - self.extent.lowest).max(DVec2::splat(1.0));
        let mut buckets: Vec<Vec<&T>> = vec![Vec::new(); (side * side) as usize];
        for item in items {
            let share = ((place(item) - self.extent.lowest) / size * side).clamp(DVec2::ZERO, DVec2::splat(side - 1.0));
            buckets[share.y as usize * side as usize + share.x as usize].push(item);
        }
        buckets
            .into_par_iter()
            .filter(|bucket| !bucket.is_empty())
            .map(|bucket| {
                let mut tile = TileMesh::new(layer);
                let mut sizes: Vec<f32> = bucket.iter().map(|item| mesh(&mut tile, item)).collect();
                sizes.sort_by(f32::total_cmp);
                tile.feature_size_m = sizes[sizes.len() * 3 / 4];
                tile
            })
            .filter(|tile| !tile.is_empty())
            .collect()
    }
}

/// Storey height for storey lines, m; 0 where nothing tells it.
fn storey_m(building: &Building) -> f64 {
    let (height_m, _) = building.drawn_height_m();
    let even = || building.storeys.filter(|s| *s >= 1.0).map(|s| height_m / s);
    building.storey_height_m.or_else(even).filter(|s| *s > 1.0).unwrap_or(0.0)
}

/// Which cover lies on which: a pond in a lawn in a yard shows, whatever the order of the source.
fn cover_pull(kind: SurfaceKind) -> f32 {
    let rank = match kind {
        SurfaceKind::Other => 0.0,
        SurfaceKind::Paved => 1.0,
        SurfaceKind::StorageYard => 2.0,
        SurfaceKind::Grass => 3.0,
        SurfaceKind::Forest => 4.0,
        SurfaceKind::Rail => 5.0,
        SurfaceKind::Water => 6.0,
    };
    rank * 4e-5
}

fn first_point(area: &MultiPolygon<f64>) -> DVec2 {
    let first = area.0.first().and_then(|p| p.exterior().0.first());
    first.map_or(DVec2::ZERO, |c| DVec2::new(c.x, c.y))
}

fn xy(at: &[f64; 3]) -> DVec2 {
    DVec2::new(at[0], at[1])
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
    use super::*;
    use crate::fixture;

    #[test]
    fn every_layer_of_the_tiny_park_has_triangles_and_known_slots() {
        let input = fixture::tiny();
        let scene = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let drawn = |layer| {
            scene
                .tiles
                .iter()
                .chain(scene.overlay_tiles.iter().map(|(_, t)| t))
                .any(|t| t.layer == layer && !t.is_empty())
        };
        for layer in Layer::ALL.into_iter().filter(|l| !matches!(l, Layer::Sky | Layer::Cap)) {
            assert!(drawn(layer), "{layer:?}");
        }
        for tile in scene.tiles.iter().chain(scene.overlay_tiles.iter().map(|(_, t)| t)) {
            assert!(tile.slots.iter().all(|s| (*s as usize) < scene.slots.count()));
            assert!(tile.positions.iter().flatten().all(|c| c.is_finite()));
            assert!(tile.indices.iter().all(|i| (*i as usize) < tile.positions.len()));
        }
        assert!(scene.highest_m > 20.0);
    }

    #[test]
    fn an_origin_in_use_serves_until_the_park_is_far_from_it() {
        let input = fixture::tiny();
        let best = SceneGeometry::build(&input.snapshot, &[]).unwrap().origin;
        let moved = |by: f64| SceneOrigin { x_m: best.x_m + by, ..best };
        let built = |origin| SceneGeometry::build_at(&input.snapshot, &[], Some(origin)).unwrap().origin;
        assert_eq!(built(moved(1500.0)), moved(1500.0));
        assert_eq!(built(moved(2500.0)), best);
    }

    #[test]
    fn a_park_without_any_position_says_so() {
        let park = fixture::tiny().snapshot.park.clone();
        let error = SceneGeometry::build(&ParkSnapshot::empty(park), &[]).unwrap_err();
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
        let scene = SceneGeometry::build(&snapshot, &[]).unwrap();
        let pipes = scene.tiles.iter().find(|t| t.layer == Layer::Pipe).unwrap();
        for p in &pipes.positions {
            let [x, y, z] = scene.origin.park_from_scene((*p).into());
            assert!((scene.ground.height(DVec2::new(x, y)) - z - ASSUMED_DEPTH_M).abs() < 0.01);
        }
    }
}
