//! Symbols and labels of the overlay at their place in the scene, thinned by priority so that they never clutter.

use std::borrow::Cow;

use analysis::overlay::{Overlay, Pattern, Symbol};
use bevy::math::{DVec2, Vec3};
use bevy_egui::egui::{Pos2, Rect, Shape, Vec2};
use spatial_db::model::FeatureKind;

use super::labels::Room;
use super::names::{MOST_LOOKED_AT, Names, name_shapes};
use super::place::Projector;
use super::sheet::Sheet;
use super::symbol::{dot_shapes, symbol_shapes};
use crate::camera::Orbit;
use crate::layers::{LayerKey, Layers};
use crate::mesh::Layer;
use crate::scene::{SceneGeometry, Twin};
use crate::split::Side;
use crate::style::Shown;
use crate::theme::{Rgb, size};

/// Parcels at least this long on screen get their number, in theme points.
const PARCEL_LABEL_PX: f32 = 120.0;
/// Most parcel numbers in a picture.
const MOST_PARCEL_LABELS: usize = 80;

/// Order of importance where room is short.
const fn priority(symbol: Symbol) -> u32 {
    match symbol {
        Symbol::Hazard => 0,
        Symbol::AssemblyPoint => 1,
        Symbol::FireStation => 2,
        Symbol::Hospital => 3,
        Symbol::Shelter => 4,
        Symbol::Gate => 5,
        Symbol::Camera => 6,
        Symbol::Hydrant => 7,
        Symbol::Dot => 8,
    }
}

struct Spot<'a> {
    at: Pos2,
    look: (Symbol, Pattern),
    colour: Rgb,
    label: Option<&'a str>,
}

/// Shapes of all symbols and labels of a side in its part of the page; `taken` are the panels.
pub(super) fn mark_shapes(
    sheet: &Sheet,
    twin: &Twin,
    geometry: &SceneGeometry,
    orbit: &Orbit,
    (side, part): (Side, Rect),
    (taken, names): (&[Rect], &mut Names),
) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut room = Room::new(part, taken);
    let to_page = Projector::new(sheet, geometry, orbit, part, twin.cut.section);
    let overlay = twin.overlay_on(side);
    if !twin.shown.layers.get(LayerKey::Labels).visible {
        return shapes;
    }
    let mut labels: Vec<(Pos2, f32, Cow<'_, str>)> = Vec::new();
    if let Some(overlay) = overlay {
        let side = if sheet.compact { 9.0 } else { sheet.pt(size::SYMBOL) };
        let dot = if sheet.compact { 1.6 } else { sheet.pt(size::DOT) };
        let (mut dots, mut full) = (Vec::new(), Vec::new());
        for spot in spots(overlay, twin.shown.layers, &to_page) {
            let box_ = Rect::from_center_size(spot.at, Vec2::splat(side * 1.12));
            if room.is_free(box_) {
                room.take(box_);
                full.extend(symbol_shapes(spot.look, spot.at, side, spot.colour, sheet.theme.halo));
                labels.extend(spot.label.map(|label| (spot.at, side * 0.62, label.into())));
            } else {
                let small = Rect::from_center_size(spot.at, Vec2::splat(dot * 2.0));
                if room.is_free(small) {
                    dots.extend(dot_shapes(spot.at, dot, spot.look.1, spot.colour, sheet.theme.halo));
                }
            }
        }
        // Dots were refused a full symbol by a nearer neighbour: they go below.
        shapes.extend(dots);
        shapes.extend(full);
        for pillar in overlay.pillars.iter().filter(|pillar| pillar.height_m > 0.0) {
            let ground = DVec2::from_array(pillar.position);
            let z = geometry.ground.height(ground) + pillar.height_m;
            if let (Some(label), Some((at, _))) = (&pillar.label, to_page.at(ground, z)) {
                labels.push((at, 3.0, sheet.words.words(label).into()));
            }
        }
    }
    for (at, reach, label) in labels {
        let galley = sheet.text(&label, size::LABEL - 1.0, sheet.theme.ink, sheet.page.width() * 0.3);
        if let Some(corner) = room.place_label(at, reach, galley.size()) {
            shapes.extend(sheet.haloed(corner, &galley));
        }
    }
    shapes.extend(parcel_numbers(sheet, twin, (&twin.shown_on(side), part), &to_page, &mut room));
    shapes.extend(name_shapes(sheet, twin, (side, part), &to_page, names, &mut room));
    shapes
}

fn spots<'a>(overlay: &'a Overlay, layers: Layers, to_page: &Projector) -> Vec<Spot<'a>> {
    // A mark without a layer of its own (a place of an issue) is always there.
    let seen = |kind| matches!(kind, FeatureKind::TerrainTile) || layers.shows(kind);
    let mut spots: Vec<(u32, Spot)> = overlay
        .marks
        .iter()
        .filter(|mark| seen(mark.feature.kind))
        .filter_map(|mark| {
            let place = DVec2::from_array(mark.position);
            let class = overlay.classes.get(mark.class)?;
            let (at, _) = to_page.at(place, to_page.geometry.ground.height(place) + 1.5)?;
            let look = (mark.symbol, class.pattern);
            let spot = Spot { at, look, colour: class.colour.into(), label: mark.label.as_deref() };
            Some((priority(mark.symbol), spot))
        })
        .collect();
    spots.sort_by_key(|(priority, _)| *priority);
    spots.into_iter().map(|(_, spot)| spot).collect()
}

/// Numbers of the parcels that are large on screen, in the middle of each; the nearest to the middle of the picture take what room
/// there is.
fn parcel_numbers(
    sheet: &Sheet,
    twin: &Twin,
    (shown, part): (&Shown, Rect),
    to_page: &Projector,
    room: &mut Room,
) -> Vec<Shape> {
    let geometry = to_page.geometry;
    let mut shapes = Vec::new();
    let least = if sheet.compact { f32::INFINITY } else { sheet.pt(PARCEL_LABEL_PX) };
    let longest_m = to_page.longest_m();
    let middle = to_page.orbit.target;
    let rows = to_page.near(Layer::Parcel, least, |bucket| bucket.largest_m).take(MOST_LOOKED_AT);
    let numbered = rows.filter_map(|row| {
        let parcel = &twin.input.snapshot.parcels[row];
        let number = parcel.number.as_deref().filter(|_| shown.is_there(FeatureKind::Parcel, row))?;
        let first = parcel.boundary.0.first().and_then(|p| p.exterior().0.first())?;
        let near = geometry.origin.scene_from_park(first.x, first.y, geometry.origin.z_m) - middle;
        if f64::from(Vec3::new(near.x, 0.0, near.z).length()) > longest_m {
            return None;
        }
        let place = geometry.middle_of_parcel(row)?;
        let (at, away) = to_page.at(place, geometry.ground.height(place))?;
        let size_m = geo::Area::unsigned_area(&parcel.boundary).sqrt() as f32;
        (size_m * to_page.points_per_metre(away) >= least).then_some((at, number))
    });
    let mut drawn = 0;
    for (at, number) in nearest(numbered.collect(), part.center()) {
        let galley = sheet.text(number, size::NOTE, sheet.theme.ink_soft, 200.0);
        let rect = Rect::from_center_size(at, galley.size());
        if room.is_free(rect) {
            room.take(rect);
            shapes.extend(sheet.haloed(rect.min, &galley));
            drawn += 1;
            if drawn >= MOST_PARCEL_LABELS {
                break;
            }
        }
    }
    shapes
}

/// Labels by how far they stand from a place of the page.
fn nearest(mut labels: Vec<(Pos2, &str)>, from: Pos2) -> Vec<(Pos2, &str)> {
    labels.sort_by(|a, b| a.0.distance(from).total_cmp(&b.0.distance(from)).then_with(|| a.1.cmp(b.1)));
    labels
}

#[cfg(test)]
mod tests {
    use bevy_egui::egui::pos2;

    use super::*;

    #[test]
    fn numbers_in_the_middle_come_before_those_at_the_rim() {
        let labels = vec![(pos2(900.0, 50.0), "A-1"), (pos2(520.0, 310.0), "A-3"), (pos2(480.0, 290.0), "A-2")];
        let order: Vec<&str> = nearest(labels, pos2(500.0, 300.0)).into_iter().map(|(_, number)| number).collect();
        assert_eq!(order, ["A-2", "A-3", "A-1"]);
    }
}
