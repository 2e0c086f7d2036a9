//! The hazard on the map: contours with their fill on the ground, the body of a cloud, the water, and ways that are closed. Made anew
//! when one of them changes, which is twice a minute of the drill at most.

use analysis::emergency::drill::{Contour, DrillTrace};
use bevy::math::DVec2;
use bevy::prelude::*;
use geo::{BooleanOps, LineString, MultiPolygon, Polygon};
use shaders::bits;

use super::crowd::on_side;
use super::overlay::{level_colour, level_pattern};
use super::{DrillRoom, Session};
use crate::mesh::{Layer, TileMesh, Vertex, drape_outline, drape_polygon, road_ribbon, triangulate};
use crate::scene::{Loose, Meshed, SceneGeometry, Twin};
use crate::split::{Piece, Side};
use crate::style::{Style, pattern_number};
use crate::theme::{Rgb, ThemeChoice, alert};

/// Slots: levels 1 to 3, the body of a cloud, water by depth, closed ways.
const BODY: u32 = 4;
const WATER: u32 = 5;
const CLOSED: u32 = 8;
const SLOTS: usize = 9;
/// Opacity of the fills of the levels, of one layer of a cloud's body, and of water by depth.
const FILL: [f32; 3] = [0.14, 0.20, 0.30];
const BODY_FILL: f32 = 0.13;
const WATER_FILL: [f32; 3] = [0.42, 0.30, 0.34];
/// Colour of a cloud's body.
const BODY_COLOUR: Rgb = Rgb::hex(0xF2_D69B);
/// Colour of water that should not be there.
const WATER_COLOUR: Rgb = Rgb::hex(0x2B_6FB3);
/// Width that a closed way is drawn with, m.
const CLOSED_M: f64 = 3.5;
/// What is drawn of an area reaches beyond the park by this share of it; its outline is drawn whole.
const BEYOND: f64 = 0.35;
/// Outlines never fade.
const SIZE_M: f32 = 1e6;

/// What the meshes of a side were made for.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    played: usize,
    /// Which contours and which closures of the run hold: steps, so that a frame compares numbers and copies no list.
    contours: usize,
    closed: usize,
    look: (ThemeChoice, u32, Option<Piece>),
    geometry: usize,
}

/// What is on the device for a side.
#[derive(Debug)]
pub(super) struct Drawn {
    key: Key,
    entities: Vec<Entity>,
}

/// Draws the hazard of the moment.
pub(super) fn draw(
    room: Res<DrillRoom>,
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    mut drawn: Local<[Option<Drawn>; 2]>,
    mut loose: Loose,
) {
    let Some(meshed) = meshed else { return };
    for (side, slot) in [Side::Left, Side::Right].into_iter().zip(drawn.iter_mut()) {
        let shows = side == Side::Left || twin.right.is_some();
        let session = room.session.as_ref().filter(|_| shows);
        let key = session.and_then(|session| key_of(session, side, &twin, &meshed.geometry));
        if slot.as_ref().map(|drawn| &drawn.key) == key.as_ref() {
            continue;
        }
        if let Some(gone) = slot.take() {
            loose.clear(gone.entities);
        }
        let (Some(key), Some(session)) = (key, session) else { continue };
        let Some(played) = on_side(session, side, &twin) else { continue };
        let geometry = &meshed.geometry;
        let tiles = tiles(&played.trace, session.now_s, geometry);
        let entities = loose.lay(tiles, &styles(), (&twin, geometry), side);
        *slot = Some(Drawn { key, entities });
    }
}

fn key_of(session: &Session, side: Side, twin: &Twin, geometry: &SceneGeometry) -> Option<Key> {
    let played = on_side(session, side, twin)?;
    Some(Key {
        played: std::sync::Arc::as_ptr(played).addr(),
        contours: played.trace.contours(session.now_s).map_or(usize::MAX, |(at, _)| at),
        closed: played.trace.closed.partition_point(|change| change.at_s <= session.now_s),
        look: (twin.theme, twin.px_factor.to_bits(), twin.piece),
        geometry: std::ptr::from_ref(geometry).addr(),
    })
}

fn styles() -> Vec<Style> {
    let mut out = vec![Style { fill: 0, line: 0, bits: 0, height: 1.0 }; SLOTS];
    for level in 1..=3_u8 {
        let colour = level_colour(level);
        let pattern = pattern_number(level_pattern(level));
        let outline = match level {
            1 => 0,
            // Dashes, then a strong line: the levels read without their colours.
            2 => bits::OUTLINED | (1 << bits::OUTLINE_PATTERN),
            _ => bits::OUTLINED,
        };
        out[usize::from(level)] = Style {
            fill: colour.packed(FILL[usize::from(level) - 1]),
            line: colour.packed(1.0),
            bits: bits::VISIBLE | pattern | outline,
            height: 1.0,
        };
        out[WATER as usize + usize::from(level) - 1] = Style {
            fill: WATER_COLOUR.packed(WATER_FILL[usize::from(level) - 1]),
            line: WATER_COLOUR.packed(1.0),
            bits: bits::VISIBLE | if level == 3 { pattern_number(analysis::overlay::Pattern::Hatch) } else { 0 },
            height: 1.0,
        };
    }
    out[BODY as usize] = Style { fill: BODY_COLOUR.packed(BODY_FILL), line: 0, bits: bits::VISIBLE, height: 1.0 };
    out[CLOSED as usize] = Style { fill: 0, line: alert::DANGER.packed(0.95), bits: bits::VISIBLE, height: 1.0 };
    out
}

/// Fills and lines of a moment.
fn tiles(trace: &DrillTrace, now_s: f64, geometry: &SceneGeometry) -> [TileMesh; 2] {
    let mut fill = TileMesh::new(Layer::Zone);
    let mut line = TileMesh::new(Layer::ZoneLine);
    let (ground, origin) = (&geometry.ground, &geometry.origin);
    let frame = frame(geometry);
    let contours = trace.contours(now_s).map_or(&[] as &[Contour], |(_, contours)| contours.lines.as_slice());
    let water_m = contours.iter().find_map(|contour| contour.water_m);
    for contour in contours {
        let slot = u32::from(contour.level.clamp(1, 3));
        let area = contour.area.intersection(&frame);
        for polygon in &area {
            match water_m {
                // The surface of the water is flat, whatever lies under it.
                Some(level_m) => flat(&mut fill, geometry, polygon, WATER + slot - 1, &|_| level_m),
                None if contour.above_m > 0.0 => {
                    flat(&mut fill, geometry, polygon, BODY, &|at| ground.height(at) + contour.above_m);
                }
                None => drape_polygon(&mut fill, ground, origin, polygon, slot, [0.0; 2]),
            }
        }
        if contour.above_m <= 0.0 {
            let slot = if water_m.is_some() { WATER + slot - 1 } else { slot };
            for polygon in &contour.area {
                drape_outline(&mut line, ground, origin, polygon, slot, SIZE_M);
            }
        }
    }
    for way in trace.closed(now_s) {
        if let Some([a, b]) = trace.ways.get(*way as usize) {
            let path = LineString::from(vec![(a[0], a[1]), (b[0], b[1])]);
            road_ribbon(&mut line, ground, origin, &path, CLOSED_M, CLOSED);
        }
    }
    [fill, line]
}

/// The park and some land around it.
fn frame(geometry: &SceneGeometry) -> MultiPolygon<f64> {
    let (low, high) = geometry.extent.grown(BEYOND, 50.0);
    let ring = vec![(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y), (low.x, low.y)];
    MultiPolygon::new(vec![Polygon::new(LineString::from(ring), Vec::new())])
}

/// An area in the air or on water.
fn flat(
    tile: &mut TileMesh,
    geometry: &SceneGeometry,
    polygon: &Polygon<f64>,
    slot: u32,
    height: &dyn Fn(DVec2) -> f64,
) {
    let triangles = triangulate(polygon);
    let corners: Vec<u32> = triangles
        .points
        .iter()
        .map(|at| {
            let position = geometry.origin.scene_from_park(at.x, at.y, height(*at));
            tile.vertex(Vertex { position, slot, normal: Vec3::Y, mark: 0.0, param: [0.0; 2] })
        })
        .collect();
    for t in triangles.indices.chunks_exact(3) {
        tile.triangle(corners[t[0]], corners[t[1]], corners[t[2]]);
    }
}
