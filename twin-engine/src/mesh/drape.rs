//! Areas laid on the ground: cut along the ground's own triangles, so that no piece can dive under it.
//!
//! Lines are left to `outline`.

use std::collections::{BTreeMap, HashMap};

use bevy::math::DVec2;
use geo::Polygon;

use super::relief::{Area, BLOCK};
use super::{Ground, Triangles, Vertex, tile::TileMesh, triangulate};
use crate::space::{SceneOrigin, scene_direction};

/// Corners nearer than this share of a metre are one.
const PER_METRE: f64 = 1000.0;

/// Convex pieces stay small: a triangle cut by a triangle has at most six corners.
type Piece = Vec<DVec2>;

/// Lays `polygon` on the ground with the slot `slot`; `param` goes to every vertex.
pub fn drape_polygon(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    polygon: &Polygon<f64>,
    slot: u32,
    param: [f32; 2],
) {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let edges = rings
        .flat_map(geo::LineString::lines)
        .map(|line| [line.start, line.end].map(|at| (DVec2::new(at.x, at.y) - ground.origin) / ground.cell_m));
    let edges = Some(edges.filter(|edge| edge.iter().all(|p| p.is_finite())).collect());
    lay(tile, ground, origin, &triangulate(polygon), edges, slot, &|_| param);
}

/// Spreads `polygon` over the ground without cutting it: for areas so far away that what dives under the ground between their
/// corners is less than the layer's pull towards the eye.
pub fn spread_polygon(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    polygon: &Polygon<f64>,
    slot: u32,
    param: [f32; 2],
) {
    let triangles = triangulate(polygon);
    let first: Vec<u32> = triangles.points.iter().map(|at| on_ground(tile, ground, origin, *at, slot, param)).collect();
    for t in triangles.indices.chunks_exact(3) {
        tile.triangle(first[t[0]], first[t[1]], first[t[2]]);
    }
}

/// A vertex on the ground.
pub(super) fn on_ground(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    at: DVec2,
    slot: u32,
    param: [f32; 2],
) -> u32 {
    let [nx, ny, nz] = ground.normal(at);
    tile.vertex(Vertex {
        position: origin.scene_from_park(at.x, at.y, ground.height(at)),
        slot,
        normal: scene_direction(nx, ny, nz),
        mark: 0.0,
        param,
    })
}

/// Lays triangles on the ground; `param_at` gives each vertex's numbers from its place.
pub fn drape_triangles(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    triangles: &Triangles,
    slot: u32,
    param_at: &dyn Fn(DVec2) -> [f32; 2],
) {
    lay(tile, ground, origin, triangles, None, slot, param_at);
}

/// Lays triangles on the ground; `edges` are those of the area that they fill, in grid units, where they fill one.
fn lay(
    tile: &mut TileMesh,
    ground: &Ground,
    origin: &SceneOrigin,
    triangles: &Triangles,
    edges: Option<Vec<[DVec2; 2]>>,
    slot: u32,
    param_at: &dyn Fn(DVec2) -> [f32; 2],
) {
    let add = |tile: &mut TileMesh, at: DVec2| on_ground(tile, ground, origin, at, slot, param_at(at));
    if ground.flat {
        let first: Vec<u32> = triangles.points.iter().map(|p| add(tile, *p)).collect();
        for t in triangles.indices.chunks_exact(3) {
            tile.triangle(first[t[0]], first[t[1]], first[t[2]]);
        }
        return;
    }
    let corners = |t: &[usize]| [t[0], t[1], t[2]].map(|i| triangles.points[i]).to_vec();
    let pieces = triangles.indices.chunks_exact(3).map(corners).collect();
    // Pieces meet in the same corners: on a processor a vertex costs as much as a triangle.
    let mut known: HashMap<[i64; 2], u32> = HashMap::new();
    for piece in cut_along_ground(ground, pieces, edges) {
        let mut indices: Vec<u32> = Vec::with_capacity(piece.len());
        for p in piece {
            let place = ((p - ground.origin) * PER_METRE).round().as_i64vec2().to_array();
            let index = *known.entry(place).or_insert_with(|| add(tile, p));
            if indices.last() != Some(&index) && indices.first() != Some(&index) {
                indices.push(index);
            }
        }
        for k in 1..indices.len().saturating_sub(1) {
            tile.triangle(indices[0], indices[k], indices[k + 1]);
        }
    }
}

/// Cuts counter-clockwise triangles into convex pieces, none of which crosses an edge of the ground's triangles.
fn cut_along_ground(ground: &Ground, corners: Vec<Piece>, edges: Option<Vec<[DVec2; 2]>>) -> Vec<Piece> {
    let Some(relief) = &ground.relief else { return corners };
    let to_grid = |p: &DVec2| (*p - ground.origin) / ground.cell_m;
    let last = DVec2::new((ground.columns - 1) as f64, (ground.rows - 1) as f64);
    let block = BLOCK as f64;
    let triangles: Vec<Piece> = corners.iter().map(|piece| piece.iter().map(to_grid).collect()).collect();
    // Pieces by block, each cut out of the triangles.
    let mut blocks: BTreeMap<(usize, usize), Vec<Piece>> = BTreeMap::new();
    let mut pieces = Vec::new();
    for triangle in triangles {
        slices(triangle, |p| p.x / block, last.x / block, &mut |strip| {
            slices(strip, |p| p.y / block, last.y / block, &mut |piece| {
                let middle = piece.iter().copied().sum::<DVec2>() / piece.len() as f64;
                if middle.cmpge(DVec2::ZERO).all() && middle.cmple(last).all() {
                    let at = (middle / block).floor().min(last / block - 1.0);
                    blocks.entry((at.x as usize, at.y as usize)).or_default().push(piece);
                } else {
                    // Beyond the grid the ground continues from its edge: there are no triangles to respect.
                    slices(piece, |p| p.x, last.x, &mut |strip| {
                        slices(strip, |p| p.y, last.y, &mut |cell| pieces.push(cell));
                    });
                }
            });
        });
    }
    for ((column, row), of_block) in blocks {
        let edges = edges.as_ref().map(|edges| {
            let low = DVec2::new(column as f64, row as f64) * block;
            let all = Area { pieces: Vec::new(), edges: Some(edges.clone()) };
            let within = all.between(|p| p.x, low.x, low.x + block).between(|p| p.y, low.y, low.y + block);
            within.edges.unwrap_or_default()
        });
        relief.cut(Area { pieces: of_block, edges }, column, row, &mut |piece| pieces.push(piece));
    }
    for piece in &mut pieces {
        for p in piece.iter_mut() {
            *p = *p * ground.cell_m + ground.origin;
        }
    }
    pieces
}

/// Cuts `piece` at every whole number of `coordinate` between 0 and `last` and hands on the slices.
fn slices(piece: Piece, coordinate: impl Fn(DVec2) -> f64 + Copy, last: f64, hand_on: &mut dyn FnMut(Piece)) {
    let (low, high) =
        piece.iter().map(|p| coordinate(*p)).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let mut rest = piece;
    let mut at = (low.floor() + 1.0).max(0.0);
    while at < high && at <= last {
        let (above, below) = split(&rest, coordinate, at);
        if has_area(&below) {
            hand_on(below);
        }
        rest = above;
        at += 1.0;
    }
    if has_area(&rest) {
        hand_on(rest);
    }
}

/// The parts of a convex piece where `coordinate` is at least and at most `at`.
pub(super) fn split(piece: &[DVec2], coordinate: impl Fn(DVec2) -> f64, at: f64) -> (Piece, Piece) {
    let (mut above, mut below) = (Vec::with_capacity(piece.len() + 1), Vec::with_capacity(piece.len() + 1));
    for (i, &p) in piece.iter().enumerate() {
        let q = piece[(i + 1) % piece.len()];
        let (dp, dq) = (coordinate(p) - at, coordinate(q) - at);
        if dp >= 0.0 {
            above.push(p);
        }
        if dp <= 0.0 {
            below.push(p);
        }
        if (dp > 0.0 && dq < 0.0) || (dp < 0.0 && dq > 0.0) {
            let crossing = p.lerp(q, dp / (dp - dq));
            above.push(crossing);
            below.push(crossing);
        }
    }
    (above, below)
}

pub(super) fn has_area(piece: &[DVec2]) -> bool {
    if piece.len() < 3 {
        return false;
    }
    let area: f64 = (1..piece.len() - 1).map(|k| (piece[k] - piece[0]).perp_dot(piece[k + 1] - piece[0])).sum();
    area > 1e-12
}

#[cfg(test)]
pub(crate) mod tests {
    use geo::polygon;
    use spatial_db::model::TerrainGrid;

    use super::super::Layer;
    use super::*;

    /// Rough ground over 0..200 m both ways.
    pub(crate) fn rough() -> Ground {
        let heights_m = (0..21)
            .flat_map(|r| (0..21).map(move |c| ((c as f32 * 1.3).sin() * 4.0 + (r as f32 * 0.9).cos() * 5.0) + 100.0))
            .collect();
        let terrain = TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m };
        Ground::from_terrain(&terrain, DVec2::ZERO, DVec2::splat(200.0)).unwrap()
    }

    fn draped(ground: &Ground, polygon: &Polygon<f64>) -> TileMesh {
        let origin = SceneOrigin::near(100.0, 100.0, 100.0);
        let mut tile = TileMesh::new(Layer::Parcel);
        drape_polygon(&mut tile, ground, &origin, polygon, 3, [0.0; 2]);
        tile
    }

    fn plan_area(tile: &TileMesh) -> f64 {
        tile.triangle_corners().map(|[a, b, c]| f64::from((b - a).cross(c - a).y) * 0.5).sum()
    }

    #[test]
    fn area_in_plan_is_kept_and_every_triangle_faces_up() {
        let polygon = polygon![(x: 13.0, y: 7.0), (x: 171.0, y: 31.0), (x: 150.0, y: 188.0), (x: 90.0, y: 60.0), (x: 20.0, y: 177.0)];
        let tile = draped(&rough(), &polygon);
        let expected = geo::Area::unsigned_area(&polygon);
        assert!((plan_area(&tile) - expected).abs() < 0.5, "{} for {expected}", plan_area(&tile));
        assert!(tile.triangle_corners().all(|[a, b, c]| (b - a).cross(c - a).y > -1e-3));
    }

    #[test]
    fn no_point_of_a_draped_area_leaves_the_ground() {
        let ground = rough();
        let polygon = polygon![(x: -25.0, y: 3.0), (x: 188.0, y: 12.0), (x: 230.0, y: 195.0), (x: 9.0, y: 160.0)];
        let tile = draped(&ground, &polygon);
        let origin = SceneOrigin::near(100.0, 100.0, 100.0);
        for [a, b, c] in tile.triangle_corners() {
            // Corners, mid-sides and the middle: the triangle is flat, so are the ground's.
            for p in [a, b, c, (a + b) / 2.0, (b + c) / 2.0, (c + a) / 2.0, (a + b + c) / 3.0] {
                let [x, y, z] = origin.park_from_scene(p);
                let off = z - ground.height(DVec2::new(x, y));
                assert!(off.abs() < 2e-3, "{off} m off the ground at {x}, {y}");
            }
        }
    }

    #[test]
    fn flat_ground_needs_no_cuts() {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(1000.0), 5.0);
        let square = polygon![(x: 0.0, y: 0.0), (x: 900.0, y: 0.0), (x: 900.0, y: 900.0), (x: 0.0, y: 900.0)];
        assert_eq!(draped(&ground, &square).triangles(), 2);
    }
}
