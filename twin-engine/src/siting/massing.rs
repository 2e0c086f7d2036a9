//! What is laid on the land of the site that is spoken of, or by the scene that is shown: the hall as a mass, its yard and the circle
//! that trucks turn in on the ground, and of the site the ground within the distance that the prospect wants to keep. Made anew when
//! another site is spoken of.
//!
//! The park itself is not touched: the hall is in no table, and nothing finds it under the pointer.

use analysis::siting::{LaidOut, LaidPart};
use bevy::prelude::*;
use geo::Polygon;
use shaders::bits;

use super::{LaidLook, Sites, waits_for_record};
use crate::mesh::{
    BuildingShape, Edges, Layer, TileMesh, building_edges, building_walls_and_roof, drape_outline, drape_polygon,
};
use crate::scene::{Loose, Meshed, SceneGeometry, Twin};
use crate::split::{Piece, Side};
use crate::style::{Style, pattern_number};
use crate::sun::SunTime;
use crate::theme::{Rgb, ThemeChoice};

/// Outlines never fade.
const SIZE_M: f32 = 1e6;
/// Colour of the edges of the hall.
const EDGES: Rgb = Rgb::hex(0x05_3263);

/// What the meshes were made for.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    /// By the pitch that is open, with a number that changes with it.
    by_pitch: Option<usize>,
    by_scene: Option<LaidLook>,
    look: (ThemeChoice, u32, Option<Piece>, Option<SunTime>),
    geometry: usize,
}

/// What is on the device.
#[derive(Debug)]
pub(super) struct Drawn {
    key: Key,
    entities: Vec<Entity>,
}

/// What is drawn.
#[derive(Debug, Default)]
struct Parts {
    /// Halls with their heights, m.
    masses: Vec<(Polygon<f64>, f64)>,
    on_ground: Vec<(Polygon<f64>, LaidPart)>,
}

impl Parts {
    fn of(by_pitch: Option<&LaidOut>, by_scene: Option<&LaidLook>) -> Self {
        let mut parts = Self::default();
        if let Some(laid) = by_pitch {
            for one in &laid.kept_away {
                parts.on_ground.extend(one.area.iter().map(|polygon| (polygon.clone(), one.part())));
            }
            if let Some(fit) = &laid.fit {
                parts.on_ground.extend(fit.yard.iter().map(|yard| (yard.clone(), LaidPart::Yard)));
                parts.masses.push((fit.hall.clone(), fit.height_m));
            }
            parts.on_ground.extend(laid.turning.iter().map(|turning| (turning.circle(), LaidPart::Turning)));
        }
        if let Some(look) = by_scene {
            parts.on_ground.extend(look.on_ground());
            parts.masses.extend(look.mass());
        }
        parts
    }
}

/// Draws what is laid on the chosen site, or by the scene that is shown, in the left part of a split picture: the right one may be
/// of another day.
pub(super) fn draw(
    sites: Option<Res<Sites>>,
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    mut drawn: Local<Option<Drawn>>,
    mut loose: Loose,
) {
    let (Some(meshed), drawn) = (meshed, &mut *drawn) else { return };
    let is_record = !waits_for_record(&twin);
    let pitch = sites.as_ref().and_then(|sites| sites.pitch.as_ref()).filter(|_| is_record);
    let laid = pitch.and_then(super::Pitch::laid_out);
    // The hall of the pitch comes before that of a scene.
    let by_scene = twin.laid.as_ref().filter(|_| is_record && twin.laid_by_pitch.is_none());
    let key = (laid.is_some() || by_scene.is_some()).then(|| Key {
        by_pitch: laid.map(|(number, _)| number),
        by_scene: by_scene.cloned(),
        look: (twin.theme, twin.px_factor.to_bits(), twin.piece, twin.shown.sun),
        geometry: std::sync::Arc::as_ptr(&meshed.geometry).addr(),
    });
    if drawn.as_ref().map(|drawn| &drawn.key) == key.as_ref() {
        return;
    }
    if let Some(gone) = drawn.take() {
        loose.clear(gone.entities);
    }
    let Some(key) = key else { return };
    let geometry = &meshed.geometry;
    let parts = Parts::of(laid.map(|(_, laid)| laid), by_scene);
    let entities = loose.lay(tiles(&parts, geometry), &styles(), (&twin, geometry), Side::Left);
    *drawn = Some(Drawn { key, entities });
}

/// Slot of a part; 0 is nothing.
const fn slot(part: LaidPart) -> u32 {
    part as u32 + 1
}

fn styles() -> Vec<Style> {
    let mut out = vec![Style { fill: 0, line: 0, bits: 0, height: 1.0 }; LaidPart::ALL.len() + 1];
    for part in LaidPart::ALL {
        let colour = Rgb::from(part.colour());
        let alpha = match part {
            LaidPart::Hall => 1.0,
            LaidPart::Yard => 0.6,
            LaidPart::Turning => 0.35,
            LaidPart::KeptAway | LaidPart::TooNear => 0.22,
        };
        let line = if part == LaidPart::Hall { EDGES } else { colour };
        out[slot(part) as usize] = Style {
            fill: colour.packed(alpha),
            line: line.packed(1.0),
            bits: bits::VISIBLE | pattern_number(part.pattern()),
            height: 1.0,
        };
    }
    out
}

/// Mass, its edges, fills and lines on the ground.
fn tiles(parts: &Parts, geometry: &SceneGeometry) -> [TileMesh; 4] {
    let (ground, origin) = (&geometry.ground, &geometry.origin);
    let (mut mass, mut edges) = (TileMesh::new(Layer::Building), TileMesh::new(Layer::BuildingEdge));
    let (mut fill, mut line) = (TileMesh::new(Layer::Zone), TileMesh::new(Layer::ZoneLine));
    for (polygon, part) in &parts.on_ground {
        drape_polygon(&mut fill, ground, origin, polygon, slot(*part), [0.0; 2]);
        drape_outline(&mut line, ground, origin, polygon, slot(*part), SIZE_M);
    }
    for (hall, height_m) in &parts.masses {
        if let Some(shape) = BuildingShape::new(hall, ground, *height_m, None, 0.0) {
            building_walls_and_roof(&mut mass, &shape, ground, origin, slot(LaidPart::Hall));
            building_edges(&mut edges, &shape, ground, origin, Edges::All, slot(LaidPart::Hall));
        }
    }
    [mass, edges, fill, line]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use analysis::siting::{KeptAway, Verdict};
    use geo::{Buffer, LineString, Point};

    use super::super::laid_look::tests::fit;
    use super::*;
    use crate::fixture;

    #[test]
    fn the_hall_stands_as_high_as_it_is_and_every_part_is_drawn_with_its_own_slot() {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let (x, y) = fixture::CORNER;
        let block = |x: f64, y: f64, w: f64, h: f64| {
            Polygon::new(LineString::from(vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]), Vec::new())
        };
        let mut laid = LaidOut {
            fit: Some(fit(block(x + 10.0, y + 10.0, 60.0, 30.0), Some(block(x + 10.0, y + 40.0, 60.0, 15.0)))),
            turning: None,
            kept_away: vec![KeptAway {
                need: 0,
                title: "away from water".into(),
                at_least_m: 50.0,
                area: Point::new(x + 100.0, y + 50.0).buffer(50.0),
                verdict: Verdict::Gap,
            }],
        };
        let slots = |tile: &TileMesh| -> BTreeSet<u32> { tile.slots.iter().copied().collect() };
        let of = |parts: &[LaidPart]| -> BTreeSet<u32> { parts.iter().map(|part| slot(*part)).collect() };
        let [mass, edges, fill, line] = tiles(&Parts::of(Some(&laid), None), &geometry);
        assert_eq!((slots(&mass), slots(&edges)), (of(&[LaidPart::Hall]), of(&[LaidPart::Hall])));
        let on_ground = of(&[LaidPart::Yard, LaidPart::TooNear]);
        assert_eq!((slots(&fill), slots(&line)), (on_ground.clone(), on_ground));
        let (low, high) = mass
            .positions
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), at| (low.min(at[1]), high.max(at[1])));
        assert!(high - low >= 11.0 && high - low < 20.0, "from {low} to {high}");
        // Every slot has a look of its own, and what is kept is told from what is not.
        let styles = styles();
        assert!(LaidPart::ALL.iter().all(|part| styles[slot(*part) as usize].bits & bits::VISIBLE != 0));
        // A scene that keeps the hall draws the same mass and yard.
        let look = LaidLook::of(laid.fit.as_ref(), None).unwrap();
        let by_scene = tiles(&Parts::of(None, Some(&look)), &geometry);
        assert_eq!((slots(&by_scene[0]), slots(&by_scene[2])), (of(&[LaidPart::Hall]), of(&[LaidPart::Yard])));
        assert_eq!(by_scene[0].positions.len(), mass.positions.len());
        laid.kept_away[0].verdict = Verdict::Fit;
        assert_eq!(
            slots(&tiles(&Parts::of(Some(&laid), None), &geometry)[2]),
            of(&[LaidPart::Yard, LaidPart::KeptAway])
        );
        let labels: Vec<String> = laid.classes().iter().map(|class| class.label.to_string()).collect();
        assert_eq!(labels, ["hall", "truck yard", "away from water: distance to keep"]);
    }
}
