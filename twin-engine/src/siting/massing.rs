//! What is laid on the land of the site that is spoken of, in the scene: the hall as a mass, its yard and the circle that trucks turn
//! in on the ground, and the ground within the distance that the prospect wants to keep. Made anew when another site is spoken of.
//!
//! The park itself is not touched: the hall is in no table, and nothing finds it under the pointer.

use analysis::siting::{LaidOut, LaidPart};
use bevy::prelude::*;
use geo::Polygon;
use shaders::bits;

use super::{Sites, waits_for_record};
use crate::mesh::{
    BuildingShape, Edges, Layer, TileMesh, building_edges, building_walls_and_roof, drape_outline, drape_polygon,
};
use crate::scene::{Loose, Meshed, SceneGeometry, Twin};
use crate::split::Side;
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
    laid: usize,
    look: (ThemeChoice, u32, Option<SunTime>),
    geometry: usize,
}

/// What is on the device.
#[derive(Debug)]
pub(super) struct Drawn {
    key: Key,
    entities: Vec<Entity>,
}

/// Draws what is laid on the chosen site, in the left part of a split picture: the right one may be of another day.
pub(super) fn draw(
    sites: Res<Sites>,
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    mut drawn: Local<Option<Drawn>>,
    mut loose: Loose,
) {
    let (Some(meshed), drawn) = (meshed, &mut *drawn) else { return };
    let pitch = sites.pitch.as_ref().filter(|_| !waits_for_record(&twin));
    let laid = pitch.and_then(super::Pitch::laid_out);
    let key = laid.map(|(number, _)| Key {
        laid: number,
        look: (twin.theme, twin.px_factor.to_bits(), twin.shown.sun),
        geometry: std::sync::Arc::as_ptr(&meshed.geometry).addr(),
    });
    if drawn.as_ref().map(|drawn| &drawn.key) == key.as_ref() {
        return;
    }
    if let Some(gone) = drawn.take() {
        loose.clear(gone.entities);
    }
    let (Some(key), Some((_, laid))) = (key, laid) else { return };
    let geometry = &meshed.geometry;
    let entities = loose.lay(tiles(laid, geometry), &styles(), (&twin, geometry), Side::Left);
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
fn tiles(laid: &LaidOut, geometry: &SceneGeometry) -> [TileMesh; 4] {
    let (ground, origin) = (&geometry.ground, &geometry.origin);
    let (mut mass, mut edges) = (TileMesh::new(Layer::Building), TileMesh::new(Layer::BuildingEdge));
    let (mut fill, mut line) = (TileMesh::new(Layer::Zone), TileMesh::new(Layer::ZoneLine));
    let mut on_ground = |polygon: &Polygon<f64>, part: LaidPart| {
        drape_polygon(&mut fill, ground, origin, polygon, slot(part), [0.0; 2]);
        drape_outline(&mut line, ground, origin, polygon, slot(part), SIZE_M);
    };
    for one in &laid.kept_away {
        one.area.iter().for_each(|polygon| on_ground(polygon, one.part()));
    }
    if let Some(fit) = &laid.fit {
        if let Some(yard) = &fit.yard {
            on_ground(yard, LaidPart::Yard);
        }
        if let Some(shape) = BuildingShape::new(&fit.hall, ground, fit.height_m, None, 0.0) {
            building_walls_and_roof(&mut mass, &shape, ground, origin, slot(LaidPart::Hall));
            building_edges(&mut edges, &shape, ground, origin, Edges::All, slot(LaidPart::Hall));
        }
    }
    if let Some(turning) = &laid.turning {
        on_ground(&turning.circle(), LaidPart::Turning);
    }
    [mass, edges, fill, line]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use analysis::siting::{KeptAway, TestFit, Verdict};
    use geo::{Buffer, LineString, Point};

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
            fit: Some(TestFit {
                share: 1.0,
                hall: block(x + 10.0, y + 10.0, 60.0, 30.0),
                yard: Some(block(x + 10.0, y + 40.0, 60.0, 15.0)),
                turned_deg: 0.0,
                footprint_m2: 1800.0,
                land_m2: 10_000.0,
                coverage: 0.18,
                far: 0.36,
                room_m2: 8_000.0,
                taken_out: Vec::new(),
                height_m: 11.0,
            }),
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
        let [mass, edges, fill, line] = tiles(&laid, &geometry);
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
        laid.kept_away[0].verdict = Verdict::Fit;
        assert_eq!(slots(&tiles(&laid, &geometry)[2]), of(&[LaidPart::Yard, LaidPart::KeptAway]));
        let labels: Vec<String> = laid.classes().iter().map(|class| class.label.to_string()).collect();
        assert_eq!(labels, ["hall", "truck yard", "away from water: distance to keep"]);
    }
}
