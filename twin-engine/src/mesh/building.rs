//! Buildings: footprints with holes raised to walls, roof and edge lines, standing on the lowest ground under them.
//!
//! Their shadow on the ground is left to `shadow`.

use bevy::math::{DVec2, Vec3};
use geo::Polygon;

use super::{Ground, TileMesh, Vertex, cleaned_ring, triangulate};
use crate::space::{SceneOrigin, scene_direction};

/// How far walls reach below the lowest ground, m, so that no gap can show.
const BURIED_M: f64 = 0.6;
/// Least height of a roof above the highest ground at its walls, m.
const LEAST_ABOVE_M: f64 = 2.0;
/// Footprints below this are not drawn, m².
const LEAST_AREA_M2: f64 = 0.05;
/// Sine of the turn from which a corner gets a vertical edge line.
const CORNER_SINE: f64 = 0.3;

/// One footprint polygon with the heights to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildingShape {
    /// Rings without closing points: outer counter-clockwise, holes clockwise. Park coordinates, m.
    pub rings: Vec<Vec<DVec2>>,
    /// Footprint triangles.
    pub roof: super::Triangles,
    /// Bottom of the walls, m.
    pub base_m: f64,
    /// Lowest ground at the walls, m.
    pub foot_m: f64,
    /// Roof, m.
    pub top_m: f64,
    /// Storey height for storey lines, m; 0 for none.
    pub storey_m: f32,
    /// Square root of the footprint area, m.
    pub size_m: f32,
}

impl BuildingShape {
    /// Shape of `polygon` standing on `ground`; `floor_m` is the surveyed ground floor, if any. `None` when the polygon
    /// has no area.
    pub fn new(
        polygon: &Polygon<f64>,
        ground: &Ground,
        height_m: f64,
        floor_m: Option<f64>,
        storey_m: f64,
    ) -> Option<Self> {
        let roof = triangulate(polygon);
        let area = roof.area_m2();
        if area < LEAST_AREA_M2 {
            return None;
        }
        let mut rings = vec![wound(cleaned_ring(polygon.exterior())?, true)];
        rings.extend(polygon.interiors().iter().filter_map(|r| Some(wound(cleaned_ring(r)?, false))));
        let Stand { base_m, foot_m, top_m } = Stand::of(&rings[0], ground, height_m, floor_m);
        Some(Self { rings, roof, base_m, foot_m, top_m, storey_m: storey_m as f32, size_m: area.sqrt() as f32 })
    }

    /// Height of the roof over the lowest ground at the walls, m.
    pub fn height_m(&self) -> f64 {
        self.top_m - self.foot_m
    }
}

/// How a building stands on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stand {
    /// Bottom of the walls, m.
    pub base_m: f64,
    /// Lowest ground at the walls, m.
    pub foot_m: f64,
    /// Roof, m.
    pub top_m: f64,
}

impl Stand {
    /// Of walls along `ring`, which has no closing point; `floor_m` is the surveyed ground floor, if any.
    pub(super) fn of(ring: &[DVec2], ground: &Ground, height_m: f64, floor_m: Option<f64>) -> Self {
        let closed: Vec<DVec2> = ring.iter().chain(ring.first()).copied().collect();
        let (low, high) = ground.range_along(&closed);
        // A surveyed floor that contradicts the terrain by a storey or more is taken as an error of either.
        let floor =
            floor_m.filter(|f| f.is_finite() && (*f - low.midpoint(high)).abs() < 4.0).unwrap_or(low.midpoint(high));
        let top_m = (floor + height_m.clamp(0.5, 1000.0)).max(high + LEAST_ABOVE_M.min(height_m));
        Self { base_m: low - BURIED_M, foot_m: low, top_m }
    }

    /// Of a footprint; `None` where it has no area to draw.
    pub fn of_footprint(polygon: &Polygon<f64>, ground: &Ground, height_m: f64, floor_m: Option<f64>) -> Option<Self> {
        (geo::Area::unsigned_area(polygon) >= LEAST_AREA_M2)
            .then(|| cleaned_ring(polygon.exterior()))
            .flatten()
            .map(|ring| Self::of(&ring, ground, height_m, floor_m))
    }
}

/// Adds walls and roof.
pub fn building_walls_and_roof(
    tile: &mut TileMesh,
    shape: &BuildingShape,
    ground: &Ground,
    origin: &SceneOrigin,
    slot: u32,
) {
    for ring in &shape.rings {
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let Some(along) = (b - a).try_normalize() else { continue };
            let normal = scene_direction(along.y, -along.x, 0.0);
            let mut corner = |p: DVec2, z: f64| {
                let above = (z - ground.height(p)) as f32;
                tile.vertex(Vertex {
                    position: origin.scene_from_park(p.x, p.y, z),
                    slot,
                    normal,
                    mark: 0.0,
                    param: [above, shape.storey_m],
                })
            };
            let quad =
                [corner(a, shape.base_m), corner(b, shape.base_m), corner(b, shape.top_m), corner(a, shape.top_m)];
            tile.quad(quad[0], quad[1], quad[2], quad[3]);
        }
    }
    let roof: Vec<u32> = shape
        .roof
        .points
        .iter()
        .map(|p| {
            let above = (shape.top_m - ground.height(*p)) as f32;
            tile.vertex(Vertex {
                position: origin.scene_from_park(p.x, p.y, shape.top_m),
                slot,
                normal: Vec3::Y,
                mark: 1.0,
                param: [above, 0.0],
            })
        })
        .collect();
    for t in shape.roof.indices.chunks_exact(3) {
        tile.triangle(roof[t[0]], roof[t[1]], roof[t[2]]);
    }
}

/// Which edges of a building are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    /// Those of the roof.
    Roof,
    /// Those of the roof and the vertical ones of real corners.
    All,
}

/// Adds edges of a building.
pub fn building_edges(
    tile: &mut TileMesh,
    shape: &BuildingShape,
    ground: &Ground,
    origin: &SceneOrigin,
    edges: Edges,
    slot: u32,
) {
    for ring in &shape.rings {
        for (i, &b) in ring.iter().enumerate() {
            let a = ring[(i + ring.len() - 1) % ring.len()];
            let c = ring[(i + 1) % ring.len()];
            let at = |p: DVec2, z: f64| origin.scene_from_park(p.x, p.y, z);
            line(tile, at(b, shape.top_m), at(c, shape.top_m), slot, shape.size_m);
            if edges == Edges::Roof {
                continue;
            }
            let (Some(before), Some(after)) = ((b - a).try_normalize(), (c - b).try_normalize()) else { continue };
            if before.perp_dot(after).abs() > CORNER_SINE || before.dot(after) < 0.0 {
                line(tile, at(b, ground.height(b)), at(b, shape.top_m), slot, shape.size_m);
            }
        }
    }
}

/// A line in the air whose width is set on screen.
pub(super) fn line(tile: &mut TileMesh, from: Vec3, to: Vec3, slot: u32, size_m: f32) {
    let Some(along) = (to - from).try_normalize() else { return };
    let mut end = |position: Vec3, side: f32| {
        tile.vertex(Vertex { position, slot, normal: along, mark: 1.0, param: [side, size_m] })
    };
    let quad = [end(from, 1.0), end(from, -1.0), end(to, -1.0), end(to, 1.0)];
    tile.quad(quad[0], quad[1], quad[2], quad[3]);
}

fn wound(mut ring: Vec<DVec2>, counter_clockwise: bool) -> Vec<DVec2> {
    let doubled: f64 =
        (0..ring.len()).map(|i| (ring[i] - ring[0]).perp_dot(ring[(i + 1) % ring.len()] - ring[0])).sum();
    if (doubled > 0.0) != counter_clockwise {
        ring.reverse();
    }
    ring
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use geo::polygon;

    use super::super::Layer;
    use super::super::drape::tests::rough;
    use super::*;

    fn courtyard() -> Polygon<f64> {
        polygon!(
            exterior: [(x: 20.0, y: 20.0), (x: 80.0, y: 20.0), (x: 80.0, y: 70.0), (x: 20.0, y: 70.0)],
            interiors: [[(x: 40.0, y: 35.0), (x: 60.0, y: 35.0), (x: 60.0, y: 55.0), (x: 40.0, y: 55.0)]],
        )
    }

    fn built(ground: &Ground) -> (TileMesh, BuildingShape, SceneOrigin) {
        let origin = SceneOrigin::near(50.0, 50.0, 100.0);
        let shape = BuildingShape::new(&courtyard(), ground, 12.0, None, 3.0).unwrap();
        let mut tile = TileMesh::new(Layer::Building);
        building_walls_and_roof(&mut tile, &shape, ground, &origin, 9);
        (tile, shape, origin)
    }

    #[test]
    fn roof_and_wall_areas_are_right() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(200.0), 100.0);
        let (tile, shape, _) = built(&ground);
        let (mut roof, mut walls) = (0.0, 0.0);
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [tile.position(t[0]), tile.position(t[1]), tile.position(t[2])];
            let area = (b - a).cross(c - a).length() * 0.5;
            if tile.normal(t[0]).y > 0.9 { roof += area } else { walls += area }
        }
        assert!((roof - 2600.0).abs() < 0.1, "{roof}");
        let height = shape.top_m - shape.base_m;
        assert!((f64::from(walls) - 300.0 * height).abs() < 0.5, "{walls}");
        assert!((shape.height_m() - 12.0).abs() < 1e-9);
    }

    #[test]
    fn normals_point_out_of_the_solid_and_agree_with_the_winding() {
        let (tile, _, origin) = built(&rough());
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [tile.position(t[0]), tile.position(t[1]), tile.position(t[2])];
            let face = (b - a).cross(c - a).normalize();
            assert!(face.dot(tile.normal(t[0])) > 0.99, "winding and normal agree");
            let [x, y, _] = origin.park_from_scene((a + b + c) / 3.0 + tile.normal(t[0]) * 0.05);
            let inside = geo::Contains::contains(&courtyard(), &geo::Point::new(x, y));
            assert!(tile.normal(t[0]).y > 0.9 || !inside, "a wall's normal leaves the footprint");
        }
    }

    #[test]
    fn walls_and_roof_close_up_except_at_the_buried_foot() {
        let (tile, shape, origin) = built(&rough());
        let key = |v: Vec3| v.to_array().map(|c| (c * 1000.0).round() as i64);
        let mut sides: HashMap<_, i32> = HashMap::new();
        for [a, b, c] in tile.triangle_corners() {
            for (p, q) in [(a, b), (b, c), (c, a)] {
                *sides.entry((key(p), key(q))).or_default() += 1;
                *sides.entry((key(q), key(p))).or_default() -= 1;
            }
        }
        let base = origin.scene_from_park(0.0, 0.0, shape.base_m).y;
        for ((p, q), count) in sides {
            let buried = [p, q].iter().all(|v| ((v[1] as f32) / 1000.0 - base).abs() < 0.01);
            assert!(count == 0 || buried, "open edge {p:?} {q:?}");
        }
    }

    #[test]
    fn no_wall_floats_over_rough_ground_and_no_roof_is_buried() {
        let ground = rough();
        let (_, shape, _) = built(&ground);
        for ring in &shape.rings {
            for p in ring {
                assert!(shape.base_m < ground.height(*p) && shape.top_m > ground.height(*p) + 1.0);
            }
        }
    }

    #[test]
    fn a_surveyed_floor_is_used_unless_it_contradicts_the_terrain() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(200.0), 100.0);
        let top = |floor| BuildingShape::new(&courtyard(), &ground, 10.0, floor, 0.0).unwrap().top_m;
        assert!((top(Some(101.5)) - 111.5).abs() < 1e-9);
        assert!((top(Some(30.0)) - 110.0).abs() < 1e-9);
        assert!((top(None) - 110.0).abs() < 1e-9);
    }

    #[test]
    fn edges_run_along_the_roof_and_down_the_corners() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(200.0), 100.0);
        let (_, shape, origin) = built(&ground);
        let mut tile = TileMesh::new(Layer::BuildingEdge);
        building_edges(&mut tile, &shape, &ground, &origin, Edges::All, 9);
        // Eight roof sides and eight corners, two triangles each.
        assert_eq!(tile.triangles(), 32);
        let mut roof = TileMesh::new(Layer::BuildingEdge);
        building_edges(&mut roof, &shape, &ground, &origin, Edges::Roof, 9);
        assert_eq!(roof.triangles(), 16);
    }
}
