//! A bucket as triangles, at the level that is asked for.

use bevy::math::{DVec2, DVec3};
use geo::{Geometry, MultiPolygon};
use spatial_db::model::{
    Building, EmergencyResource, HazardSource, NetworkEdge, NetworkNode, NodeKind, ResourceKind, RoadEdge, SurfaceKind,
};

use super::geometry::{SceneGeometry, hazard_place, tank_size_m};
use super::plan::{Bucket, Content, Level};
use crate::mesh::{
    BlockWalls, BuildingShape, Edges, FacadeModel, Layer, TileMesh, area_block, block_shadow, building_block,
    building_edges, building_shadow, building_walls_and_roof, cylinder, drape_outline, drape_polygon, facade_edges,
    facade_faces, post, road_line, road_ribbon, sphere, spread_polygon, tube,
};
use crate::style::is_track;
use crate::sun::{SUN_OF_MAPS, Sun};

/// Drawn width of a road of unknown width, m.
const ASSUMED_ROAD_WIDTH_M: f64 = 6.0;
/// Drawn width of rails, m.
const RAIL_WIDTH_M: f64 = 2.4;
/// Drawn diameter of a pipe of unknown diameter, m.
const ASSUMED_PIPE_M: f64 = 0.3;
/// Depth of a pipe whose elevation nothing tells, m below the ground.
pub(super) const ASSUMED_DEPTH_M: f64 = crate::cut::caps::ASSUMED_DEPTH_M;
/// Darkness of the soft rim at the wall, as a share of the cast shadow's.
const CONTACT: f32 = 1.1;
/// Far away, buildings this many times as high as wide keep their walls.
const TOWER: f64 = 1.5;

/// Features that one stands for where all are smaller than a pixel: so much larger it is drawn, and a town keeps its colours
/// and its density.
const SPARSE: f64 = 9.0;

impl SceneGeometry {
    /// The triangles of a bucket, in the light of maps.
    pub(crate) fn mesh(&self, bucket: &Bucket, level: Level) -> TileMesh {
        self.mesh_lit(bucket, level, SUN_OF_MAPS)
    }

    /// The triangles of a bucket, its shadows cast by a sun.
    pub(crate) fn mesh_lit(&self, bucket: &Bucket, level: Level, sun: Sun) -> TileMesh {
        let mut tile = TileMesh::new(bucket.layer);
        tile.blocks = level < Level::Full && bucket.layer == Layer::Building;
        let drawn = |row: &u32| level > Level::Sparse || stands_for_others(*row);
        for row in bucket.rows.iter().copied().filter(drawn).map(|row| row as usize) {
            let park = &*self.snapshot;
            match bucket.content {
                Content::Buildings => self.building(&mut tile, row, &park.buildings[row], level, sun),
                Content::Parcels => {
                    let parcel = &park.parcels[row];
                    let Some(slot) = self.slots.of(parcel.id) else { continue };
                    if bucket.layer == Layer::ParcelLine {
                        self.outline(&mut tile, &parcel.boundary, slot);
                    } else {
                        self.area(&mut tile, &parcel.boundary, slot, 0.0, level);
                    }
                }
                Content::Surfaces => {
                    let surface = &park.surfaces[row];
                    let Some(slot) = self.slots.of(surface.id) else { continue };
                    self.area(&mut tile, &surface.area, slot, cover_pull(surface.kind), level);
                }
                Content::Water => {
                    let surface = &park.surfaces[row];
                    let Some(slot) = self.slots.of(surface.id) else { continue };
                    self.outline(&mut tile, &surface.area, slot);
                }
                Content::Roads => self.road(&mut tile, &park.roads[row], level),
                Content::Edges => self.pipe(&mut tile, &park.edges[row]),
                Content::Nodes => self.fitting(&mut tile, &park.nodes[row]),
                Content::Resources => self.resource(&mut tile, &park.resources[row]),
                Content::Hazards => self.hazard(&mut tile, &park.hazards[row]),
            }
        }
        tile
    }

    /// All buckets in full, for tests.
    #[cfg(test)]
    pub(crate) fn mesh_all(&self) -> Vec<TileMesh> {
        use rayon::prelude::*;
        self.buckets.par_iter().map(|bucket| self.mesh(bucket, Level::Full)).filter(|tile| !tile.is_empty()).collect()
    }

    fn building(&self, tile: &mut TileMesh, row: usize, building: &Building, level: Level, sun: Sun) {
        let Some(slot) = self.slots.of(building.id) else { return };
        let (ground, origin) = (&self.ground, &self.origin);
        let (height_m, storey_m) = (building.drawn_height_m().0, storey_m(building));
        let floor_m = building.base_elevation_m;
        if level < Level::Full && tile.layer == Layer::Shadow {
            for polygon in &building.footprint {
                block_shadow(tile, polygon, ground, origin, height_m, slot, sun);
            }
            return;
        }
        if tile.blocks {
            let walls = if level == Level::Simple { BlockWalls::Always } else { BlockWalls::Above(TOWER) };
            let scale = if level == Level::Sparse { SPARSE.sqrt() } else { 1.0 };
            for polygon in &building.footprint {
                building_block(tile, polygon, ground, origin, height_m, floor_m, walls, scale, slot);
            }
            return;
        }
        let own = self.modelled.get(&(row as u32)).filter(|_| tile.layer != Layer::Shadow);
        let model = own.and_then(|rows| {
            FacadeModel::new(rows.iter().map(|row| &self.snapshot.building_surfaces[*row as usize]), ground)
        });
        if let Some(model) = model {
            let size_m = geo::Area::unsigned_area(&building.footprint).sqrt() as f32;
            if tile.layer == Layer::Building {
                facade_faces(tile, &model, ground, origin, slot, storey_m as f32);
            } else {
                facade_edges(tile, &model, origin, slot, size_m);
            }
            return;
        }
        for polygon in &building.footprint {
            let Some(shape) = BuildingShape::new(polygon, ground, height_m, floor_m, storey_m) else { continue };
            match tile.layer {
                Layer::Building => building_walls_and_roof(tile, &shape, ground, origin, slot),
                Layer::Shadow => building_shadow(tile, &shape, ground, origin, slot, CONTACT, sun),
                _ => {
                    let edges = if level == Level::Full { Edges::All } else { Edges::Roof };
                    building_edges(tile, &shape, ground, origin, edges, slot);
                }
            }
        }
    }

    /// An area on the ground.
    pub(super) fn area(&self, tile: &mut TileMesh, area: &MultiPolygon<f64>, slot: u32, pull: f32, level: Level) {
        if level == Level::Sparse {
            for polygon in area {
                area_block(tile, polygon, &self.ground, &self.origin, SPARSE.sqrt(), slot, [pull, 0.0]);
            }
            return;
        }
        for polygon in area {
            if level < Level::Full {
                spread_polygon(tile, &self.ground, &self.origin, polygon, slot, [pull, 0.0]);
            } else {
                drape_polygon(tile, &self.ground, &self.origin, polygon, slot, [pull, 0.0]);
            }
        }
    }

    /// The outline of an area on the ground.
    pub(super) fn outline(&self, tile: &mut TileMesh, area: &MultiPolygon<f64>, slot: u32) {
        let size_m = geo::Area::unsigned_area(area).sqrt() as f32;
        for polygon in area {
            drape_outline(tile, &self.ground, &self.origin, polygon, slot, size_m);
        }
    }

    fn road(&self, tile: &mut TileMesh, road: &RoadEdge, level: Level) {
        let Some(slot) = self.slots.of(road.id) else { return };
        let width_m = road_width_m(road);
        for line in &road.line {
            match level {
                Level::Full => road_ribbon(tile, &self.ground, &self.origin, line, width_m, slot),
                Level::Simple => road_line(tile, &self.ground, &self.origin, line, width_m, 0.4 * width_m, slot),
                Level::Far | Level::Sparse => {
                    road_line(tile, &self.ground, &self.origin, line, width_m, 2.0 * width_m, slot);
                }
            }
        }
    }

    fn resource(&self, tile: &mut TileMesh, resource: &EmergencyResource) {
        if let (ResourceKind::Hydrant, Some(slot)) = (resource.kind, self.slots.of(resource.id)) {
            let at = DVec2::from_array(resource.position);
            let z = self.ground.height(at);
            post(tile, &self.origin, at, 0.2, z - 0.3, z + 1.0, slot);
        }
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
            if let Some(shape) = BuildingShape::new(polygon, &self.ground, height_m, None, 0.0) {
                building_walls_and_roof(tile, &shape, &self.ground, &self.origin, slot);
            }
        }
    }
}

/// One in [`SPARSE`] features, by chance but always the same: every ninth row would leave stripes.
fn stands_for_others(row: u32) -> bool {
    row.wrapping_mul(0x9E37_79B1).rotate_right(15).is_multiple_of(SPARSE as u32)
}

/// Drawn width of a road, m.
pub(super) fn road_width_m(road: &RoadEdge) -> f64 {
    let assumed = if is_track(road.class.as_deref()) { RAIL_WIDTH_M } else { ASSUMED_ROAD_WIDTH_M };
    road.width_m.filter(|w| *w > 0.5 && *w < 120.0).unwrap_or(assumed)
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
