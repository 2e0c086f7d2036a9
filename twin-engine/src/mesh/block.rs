//! Buildings too far away for their outline to show: a block of the same area, turned as the footprint is.
//!
//! What is near is left to `building` and `facade`, shadows to `shadow`.

use bevy::math::{DVec2, Vec3};
use geo::{Area, MinimumRotatedRect, Polygon};

use super::building::Stand;
use super::drape::on_ground;
use super::{Ground, TileMesh, Vertex, cleaned_ring};
use crate::space::{SceneOrigin, scene_direction};

/// Whether a block has walls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BlockWalls {
    /// Always.
    Always,
    /// Where it is this many times as high as it is wide: of others so far away only the roof shows.
    Above(f64),
}

/// Adds a block in place of a building's footprint: twelve vertices, or four where it has no walls. `scale` enlarges it in plan
/// where it stands for some of its neighbours too.
#[expect(clippy::too_many_arguments, reason = "a block is a footprint, its heights and where it goes")]
pub fn building_block(
    tile: &mut TileMesh,
    footprint: &Polygon<f64>,
    ground: &Ground,
    origin: &SceneOrigin,
    height_m: f64,
    floor_m: Option<f64>,
    walls: BlockWalls,
    scale: f64,
    slot: u32,
) {
    let area_m2 = footprint.unsigned_area();
    let Some(corners) = corners(footprint, area_m2, scale) else { return };
    let stand = Stand::of(&corners, ground, height_m, floor_m);
    let roof = corners.map(|p| {
        tile.vertex(Vertex {
            position: origin.scene_from_park(p.x, p.y, stand.top_m),
            slot,
            normal: Vec3::Y,
            mark: 1.0,
            param: [(stand.top_m - stand.foot_m) as f32, 0.0],
        })
    });
    tile.quad(roof[0], roof[1], roof[2], roof[3]);
    if matches!(walls, BlockWalls::Above(times) if stand.top_m - stand.foot_m < times * area_m2.sqrt()) {
        return;
    }
    // Walls share their corners, and so their shade: at this size nobody tells it from four flat ones.
    let middle = corners.iter().copied().sum::<DVec2>() / 4.0;
    let ring = corners.map(|p| {
        let out = (p - middle).normalize_or_zero();
        let normal = scene_direction(out.x, out.y, 0.0);
        [stand.base_m, stand.top_m].map(|z| {
            let position = origin.scene_from_park(p.x, p.y, z);
            tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [(z - stand.foot_m) as f32, 0.0] })
        })
    });
    for (i, [low, high]) in ring.iter().enumerate() {
        let [next_low, next_high] = ring[(i + 1) % 4];
        tile.quad(*low, next_low, next_high, *high);
    }
}

/// Lays a rectangle on the ground in place of an area.
pub fn area_block(
    tile: &mut TileMesh,
    area: &Polygon<f64>,
    ground: &Ground,
    origin: &SceneOrigin,
    scale: f64,
    slot: u32,
    param: [f32; 2],
) {
    let Some(corners) = corners(area, area.unsigned_area(), scale) else { return };
    let quad = corners.map(|at| on_ground(tile, ground, origin, at, slot, param));
    tile.quad(quad[0], quad[1], quad[2], quad[3]);
}

/// Corners of the block, counter-clockwise: the least turned rectangle around the footprint, shrunk about its middle to the
/// footprint's area, so that a town of blocks is neither denser nor emptier than its buildings are; then enlarged by `scale`.
pub(super) fn corners(footprint: &Polygon<f64>, area_m2: f64, scale: f64) -> Option<[DVec2; 4]> {
    let around = footprint.minimum_rotated_rect()?;
    let ring = cleaned_ring(around.exterior())?;
    let mut corners: [DVec2; 4] = ring.try_into().ok()?;
    let middle = corners.iter().copied().sum::<DVec2>() / 4.0;
    let rectangle_m2 = (corners[1] - corners[0]).perp_dot(corners[2] - corners[1]);
    if rectangle_m2 < 0.0 {
        corners.reverse();
    }
    let shrink = (area_m2 / rectangle_m2.abs()).sqrt().min(1.0);
    if !(shrink.is_finite() && shrink > 0.0) {
        return None;
    }
    Some(corners.map(|corner| middle + (corner - middle) * shrink * scale))
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::super::Layer;
    use super::super::drape::tests::rough;
    use super::*;

    /// An L of two wings, turned by 30 degrees.
    fn turned() -> Polygon<f64> {
        let l = polygon![(x: 0.0, y: 0.0), (x: 40.0, y: 0.0), (x: 40.0, y: 15.0), (x: 15.0, y: 15.0), (x: 15.0, y: 30.0), (x: 0.0, y: 30.0)];
        let turned = geo::Rotate::rotate_around_point(&l, 30.0, geo::Point::new(0.0, 0.0));
        geo::Translate::translate(&turned, 60.0, 40.0)
    }

    fn block(walls: BlockWalls, height_m: f64) -> TileMesh {
        let mut tile = TileMesh::new(Layer::Building);
        let origin = SceneOrigin::near(50.0, 50.0, 100.0);
        building_block(&mut tile, &turned(), &rough(), &origin, height_m, None, walls, 1.0, 5);
        tile
    }

    #[test]
    fn the_roof_has_the_footprints_area_and_walls_face_outwards() {
        let tile = block(BlockWalls::Always, 12.0);
        assert_eq!((tile.triangles(), tile.positions.len()), (10, 12));
        let roof: f32 = tile
            .indices
            .chunks_exact(3)
            .filter(|t| tile.normal(t[0]).y > 0.9)
            .map(|t| {
                let [a, b, c] = [t[0], t[1], t[2]].map(|i| tile.position(i));
                (b - a).cross(c - a).y * 0.5
            })
            .sum();
        assert!((f64::from(roof) - turned().unsigned_area()).abs() < 0.5, "{roof}");
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [t[0], t[1], t[2]].map(|i| tile.position(i));
            assert!((b - a).cross(c - a).normalize().dot(tile.normal(t[0])) > 0.4, "winding and normal agree");
        }
    }

    #[test]
    fn a_low_block_far_away_is_its_roof_and_a_tower_keeps_its_walls() {
        assert_eq!(block(BlockWalls::Above(1.0), 12.0).triangles(), 2);
        assert_eq!(block(BlockWalls::Above(1.0), 60.0).triangles(), 10);
    }

    #[test]
    fn nothing_is_drawn_of_a_footprint_without_area() {
        let line = polygon![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 4.0, y: 0.0)];
        let mut tile = TileMesh::new(Layer::Building);
        let origin = SceneOrigin::near(0.0, 0.0, 0.0);
        building_block(&mut tile, &line, &rough(), &origin, 9.0, None, BlockWalls::Always, 1.0, 1);
        assert!(tile.is_empty());
    }
}
