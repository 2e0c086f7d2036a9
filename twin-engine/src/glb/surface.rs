//! A feature's tile as the surfaces of a file: true positions, unit normals, faces that agree with them.
//!
//! Passes of the scene move tubes and roads outwards in their shaders and draw walls twice; a file has each face once, where
//! it is.

use std::collections::{HashMap, HashSet};

use bevy::math::{DVec2, Vec3};
use geo::MultiPolygon;

use crate::mesh::{Ground, Layer, TileMesh, cleaned_ring, drape_path};
use crate::space::SceneOrigin;

/// Triangles with twice this area or less are none, m².
const NO_AREA_M2: f32 = 1e-7;

/// A part of a feature with a colour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// Roof of a building.
    Roof,
    /// Wall of a building.
    Wall,
    /// Everything else.
    Body,
}

/// Triangles of one colour, scene metres.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Surface {
    pub(super) part: Part,
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) normals: Vec<[f32; 3]>,
    pub(super) indices: Vec<u32>,
}

impl Surface {
    fn new(part: Part) -> Self {
        Self { part, positions: Vec::new(), normals: Vec::new(), indices: Vec::new() }
    }

    /// Moves it up.
    pub(super) fn lift(&mut self, by_m: f32) {
        for at in &mut self.positions {
            at[1] += by_m;
        }
    }

    fn vertex(&mut self, position: Vec3, normal: Vec3) -> u32 {
        self.positions.push(position.to_array());
        self.normals.push(normal.to_array());
        self.positions.len() as u32 - 1
    }
}

/// The surfaces of a tile, by part; none where it has no triangle with an area.
pub(super) fn surfaces(tile: &TileMesh) -> Vec<Surface> {
    let mut made: Vec<(Surface, HashMap<u32, u32>)> = Vec::new();
    let mut seen: HashSet<[[u32; 3]; 3]> = HashSet::new();
    for corners in tile.indices.chunks_exact(3) {
        let at = [0, 1, 2].map(|k| position(tile, corners[k]));
        let face = (at[1] - at[0]).cross(at[2] - at[0]);
        if face.length() <= NO_AREA_M2 {
            continue;
        }
        // A wall that was modelled comes with its back.
        let mut key = at.map(|p| p.to_array().map(f32::to_bits));
        key.sort_unstable();
        if tile.layer == Layer::Building && !seen.insert(key) {
            continue;
        }
        let part = part(tile, corners[0]);
        let place = made.iter().position(|(surface, _)| surface.part == part).unwrap_or_else(|| {
            made.push((Surface::new(part), HashMap::new()));
            made.len() - 1
        });
        let (surface, known) = &mut made[place];
        let face = face.normalize();
        // The ends of a tube have the directions of its sides, roads those across them: such a face has its own.
        let own = tile.layer == Layer::Road || is_end(tile, corners);
        let (order, face) =
            if tile.layer == Layer::Road && face.y < 0.0 { ([0, 2, 1], -face) } else { ([0, 1, 2], face) };
        for k in order {
            let index = if own {
                surface.vertex(at[k], face)
            } else {
                *known.entry(corners[k]).or_insert_with(|| {
                    let normal = tile.normal(corners[k]).try_normalize().unwrap_or(face);
                    surface.vertex(at[k], normal)
                })
            };
            surface.indices.push(index);
        }
    }
    let mut surfaces: Vec<Surface> = made.into_iter().map(|(surface, _)| surface).collect();
    surfaces.sort_by_key(|surface| surface.part);
    surfaces
}

/// Where a vertex is drawn.
fn position(tile: &TileMesh, index: u32) -> Vec3 {
    let at = tile.position(index);
    match tile.layer {
        Layer::Pipe | Layer::Road => at + tile.normal(index) * tile.params[index as usize][0],
        _ => at,
    }
}

/// True for a triangle that closes a tube: all of its corners are around one place of the axis.
fn is_end(tile: &TileMesh, corners: &[u32]) -> bool {
    tile.layer == Layer::Pipe && corners.iter().all(|c| tile.position(*c) == tile.position(corners[0]))
}

fn part(tile: &TileMesh, index: u32) -> Part {
    match tile.layer {
        Layer::Building if tile.normals[index as usize][3] > 0 => Part::Roof,
        Layer::Building => Part::Wall,
        _ => Part::Body,
    }
}

/// Line segments, scene metres.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Lines {
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) indices: Vec<u32>,
}

/// The rings of an area on the ground, lifted by so much.
pub(super) fn outline(area: &MultiPolygon<f64>, ground: &Ground, origin: &SceneOrigin, lifted_m: f32) -> Lines {
    let mut lines = Lines::default();
    for polygon in area {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let Some(mut corners) = cleaned_ring(ring) else { continue };
            corners.push(corners[0]);
            let mut path: Vec<DVec2> =
                corners.windows(2).flat_map(|pair| drape_path(ground, pair[0], pair[1])).collect();
            path.dedup_by(|a, b| a.distance_squared(*b) < 1e-8);
            let first = lines.positions.len() as u32;
            lines.positions.extend(path.iter().map(|at| {
                let place = origin.scene_from_park(at.x, at.y, ground.height(*at));
                (place + Vec3::Y * lifted_m).to_array()
            }));
            let last = lines.positions.len() as u32 - 1;
            lines.indices.extend((first..last).flat_map(|at| [at, at + 1]));
        }
    }
    lines
}
