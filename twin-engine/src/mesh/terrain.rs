//! The ground's own triangles, in tiles, and the land beyond that runs to the horizon so that no edge shows.

use std::collections::{HashMap, HashSet};

use bevy::math::{DVec2, Vec3};

use super::{Ground, Layer, TileMesh, Vertex};
use crate::space::{SceneOrigin, scene_direction};

/// Blocks of triangles per side of a terrain tile.
const TILE_BLOCKS: usize = 2;
/// How far the land beyond reaches, in sizes of the ground.
const HORIZON_SIZES: f64 = 60.0;

/// Tiles of the ground, all with `slot`, then one tile with the land beyond.
pub fn terrain_tiles(ground: &Ground, origin: &SceneOrigin, slot: u32) -> Vec<TileMesh> {
    let Some(relief) = &ground.relief else {
        return vec![one_cell(ground, origin, slot), beyond(ground, origin, slot)];
    };
    let (columns, rows) = relief.blocks();
    let mut tiles = Vec::new();
    for row in (0..rows).step_by(TILE_BLOCKS) {
        for column in (0..columns).step_by(TILE_BLOCKS) {
            let mut tile = TileMesh::new(Layer::Terrain);
            let mut known = HashMap::new();
            for r in row..(row + TILE_BLOCKS).min(rows) {
                for c in column..(column + TILE_BLOCKS).min(columns) {
                    relief.each_of_block(c, r, &mut |triangle| {
                        let [a, b, c] = triangle.map(|node| {
                            *known.entry(node).or_insert_with(|| vertex_of(&mut tile, ground, origin, node, slot))
                        });
                        tile.triangle(a, b, c);
                    });
                }
            }
            tiles.push(tile);
        }
    }
    tiles.push(beyond(ground, origin, slot));
    tiles
}

fn vertex_of(tile: &mut TileMesh, ground: &Ground, origin: &SceneOrigin, [c, r]: [usize; 2], slot: u32) -> u32 {
    let at = ground.node(c, r);
    let [nx, ny, nz] = ground.normal(at);
    add(tile, origin.scene_from_park(at.x, at.y, ground.sample(c, r)), scene_direction(nx, ny, nz), slot)
}

/// Ground without relief.
fn one_cell(ground: &Ground, origin: &SceneOrigin, slot: u32) -> TileMesh {
    let mut tile = TileMesh::new(Layer::Terrain);
    let [sw, se, ne, nw] =
        [[0, 0], [1, 0], [1, 1], [0, 1]].map(|node| vertex_of(&mut tile, ground, origin, node, slot));
    tile.triangle(sw, se, ne);
    tile.triangle(sw, ne, nw);
    tile
}

/// Two rings around the ground: one that flattens out, one that runs to the horizon.
fn beyond(ground: &Ground, origin: &SceneOrigin, slot: u32) -> TileMesh {
    let mut tile = TileMesh::new(Layer::Terrain);
    let middle = ground.origin.midpoint(ground.highest_corner());
    let size = (ground.highest_corner() - ground.origin).max_element();
    let level = ground.mean_m();
    let rim = rim(ground);
    let rings: Vec<[u32; 3]> = rim
        .iter()
        .map(|&(at, height)| {
            let out = (at - middle).normalize_or(DVec2::X);
            let ring = |distance: f64, height: f64| {
                let p = at + out * distance;
                origin.scene_from_park(p.x, p.y, height)
            };
            let mut vertex = |position: Vec3, normal: Vec3| add(&mut tile, position, normal, slot);
            let [nx, ny, nz] = ground.normal(at);
            [
                vertex(ring(0.0, height), scene_direction(nx, ny, nz)),
                vertex(ring(size * 0.6, height * 0.25 + level * 0.75), Vec3::Y),
                vertex(ring(size * HORIZON_SIZES, level), Vec3::Y),
            ]
        })
        .collect();
    for k in 0..rings.len() {
        let (a, b) = (rings[k], rings[(k + 1) % rings.len()]);
        for ring in 0..2 {
            tile.quad(a[ring], a[ring + 1], b[ring + 1], b[ring]);
        }
    }
    tile
}

/// Places and heights around the ground's edge, counter-clockwise from the south-west.
fn rim(ground: &Ground) -> Vec<(DVec2, f64)> {
    let (last_c, last_r) = (ground.columns - 1, ground.rows - 1);
    let south = (0..last_c).map(|c| (c, 0));
    let east = (0..last_r).map(|r| (last_c, r));
    let north = (1..=last_c).rev().map(|c| (c, last_r));
    let west = (1..=last_r).rev().map(|r| (0, r));
    // Where the ground's triangles have corners, so that no crack opens.
    let mut corners = HashSet::new();
    if let Some(relief) = &ground.relief {
        let (columns, rows) = relief.blocks();
        for row in 0..rows {
            for column in 0..columns {
                relief.each_of_block(column, row, &mut |triangle| corners.extend(triangle));
            }
        }
    }
    south
        .chain(east)
        .chain(north)
        .chain(west)
        .filter(|(c, r)| ground.relief.is_none() || corners.contains(&[*c, *r]))
        .map(|(c, r)| (ground.node(c, r), ground.sample(c, r)))
        .collect()
}

fn add(tile: &mut TileMesh, position: Vec3, normal: Vec3, slot: u32) -> u32 {
    tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [0.0; 2] })
}

#[cfg(test)]
mod tests {
    use super::super::drape::tests::rough;
    use super::*;

    #[test]
    fn tiles_cover_the_ground_once_and_face_up() {
        let ground = rough();
        let origin = SceneOrigin::near(100.0, 100.0, 100.0);
        let tiles = terrain_tiles(&ground, &origin, 0);
        let (inner, outer) = tiles.split_at(tiles.len() - 1);
        let area: f32 = inner
            .iter()
            .flat_map(|t| t.triangle_corners().map(|[a, b, c]| (b - a).cross(c - a).y * 0.5).collect::<Vec<_>>())
            .sum();
        assert!((area - 102_400.0).abs() < 2.0, "{area}");
        for [a, b, c] in inner.iter().chain(outer).flat_map(|t| t.triangle_corners().collect::<Vec<_>>()) {
            assert!((b - a).cross(c - a).y > 0.0);
        }
    }

    #[test]
    fn the_land_beyond_starts_at_the_edge_and_reaches_far() {
        let ground = rough();
        let origin = SceneOrigin::near(100.0, 100.0, 100.0);
        let outer = terrain_tiles(&ground, &origin, 0).pop().unwrap();
        for (place, height) in rim(&ground) {
            let edge = origin.scene_from_park(place.x, place.y, height);
            assert!(outer.positions.iter().any(|p| Vec3::from_array(*p).distance(edge) < 1e-3));
        }
        assert!(outer.highest.x > 320.0 * 50.0);
    }
}
