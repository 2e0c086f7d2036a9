//! The picture frame: title, legend, scale bar, north arrow, credit, symbols and labels, painted into the picture itself.
//!
//! The same in a window and headless. Interactive panels are left to `ui`.

mod caption;
mod compass;
mod divider;
mod fonts;
mod labels;
mod legend;
mod marks;
mod names;
mod place;
mod ramp;
mod sheet;
mod symbol;
mod title;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

pub(crate) use divider::line_x;
pub(crate) use fonts::{BOLD, FontsReady};
pub(crate) use legend::pattern_shapes;
pub(crate) use sheet::{Block, Sheet};

use crate::camera::Orbit;
use crate::live::Live;
use crate::scene::{Meshed, Twin, Uploads};
use crate::split::{Piece, Side};

/// Frames painted with the final fonts so far; a picture waits for the first.
#[derive(Resource, Debug, Default)]
pub(crate) struct FramePainted(pub u32);

/// Part of the screen where the picture is, points; `None` for all of it.
#[derive(Resource, Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Page(pub Option<egui::Rect>);

/// Where title, legend and the other panels of the frame stand in the last picture, points.
#[derive(Resource, Debug, Default)]
pub(crate) struct Taken(pub Vec<egui::Rect>);

/// Set of the systems that paint the frame.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FrameSystems;

/// Set of the system that hands over the fonts.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FontSystems;

/// Paints the frame.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<FontsReady>()
        .init_resource::<FramePainted>()
        .init_resource::<Page>()
        .init_resource::<Taken>()
        .add_systems(
            EguiPrimaryContextPass,
            (fonts::install_fonts.in_set(FontSystems), paint.after(FontSystems).in_set(FrameSystems)),
        );
}

#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
fn paint(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    fonts: Res<FontsReady>,
    page: Res<Page>,
    live: Option<Res<Live>>,
    uploads: Option<Res<Uploads>>,
    mut painted: ResMut<FramePainted>,
    mut taken: ResMut<Taken>,
    mut names: Local<names::Names>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !fonts.is_in_use() {
        return Ok(());
    }
    painted.0 += 1;
    if !twin.frame {
        return Ok(());
    }
    let screen = ctx.viewport_rect();
    // A piece is laid out as the whole picture is, and moved.
    let whole = twin.piece.map(|piece| laid_out(piece, ctx.pixels_per_point()));
    let page = whole.map(|(page, _)| page).or(page.0).unwrap_or(screen);
    let clip = if whole.is_some() { screen } else { page };
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(clip);
    let theme = twin.theme();
    let sheet = Sheet::new(&painter, page, &theme, twin.words(), fonts.has_bold());
    let overlay = twin.overlay_on(Side::Left);
    let line = twin.right.as_ref().map(|right| divider::line_x(page, right));
    let park = &twin.input.snapshot.park;

    let title = title::title_block(&sheet, park, overlay, twin.day(), twin.shown.sun);
    let under = title.rect;
    let ground = uploads.as_ref().map_or(theme.ground, |uploads| uploads.ground(&twin));
    let spot = |corner, lift| legend::Spot { corner, title: under, lift };
    let left = spot(egui::Align2::LEFT_BOTTOM, 0.0);
    let legend = overlay.map(|o| legend::legend_block(&sheet, o, left, ground));
    let compass = meshed.as_ref().map(|_| compass::compass_block(&sheet, &orbit));
    let lift = compass.as_ref().map_or(0.0, |compass| compass.rect.height() + sheet.pt(8.0));
    let other = twin.overlay_on(Side::Right).filter(|_| line.is_some());
    let right = spot(egui::Align2::RIGHT_BOTTOM, lift);
    let other = other.map(|o| legend::legend_block(&sheet, o, right, ground));
    let credit = title::credit_line(&sheet, park);
    let caption = caption::caption_block(&sheet, &twin.caption, compass.as_ref().map(|compass| compass.rect));
    let tags = divider::blocks(&sheet, &twin, under);
    let blocks: Vec<Block> = std::iter::once(title)
        .chain(legend)
        .chain(compass)
        .chain(other)
        .chain(credit)
        .chain(caption)
        .chain(tags)
        .collect();

    let mut shapes = Vec::new();
    taken.0 = blocks.iter().map(|b| b.rect).collect();
    if let Some(meshed) = meshed {
        let parts = line.map_or_else(
            || vec![(Side::Left, page)],
            |x| {
                let (left, right) = page.split_left_right_at_x(x);
                vec![(Side::Left, left), (Side::Right, right)]
            },
        );
        for part in parts {
            shapes.extend(marks::mark_shapes(
                &sheet,
                &twin,
                &meshed.geometry,
                &orbit,
                part,
                (taken.0.as_slice(), &mut *names),
            ));
        }
    } else if live.is_none_or(|live| !live.waiting) {
        shapes.extend(title::loading_note(&sheet));
    }
    shapes.extend(blocks.into_iter().flat_map(|block| block.shapes));
    if let Some((_, corner)) = whole {
        for shape in &mut shapes {
            shift(shape, -corner);
        }
    }
    painter.extend(shapes);
    Ok(())
}

/// The whole picture of a piece, and where the piece begins in it, points.
fn laid_out(piece: Piece, px_per_point: f32) -> (egui::Rect, egui::Vec2) {
    let points = |px: UVec2| egui::vec2(px.x as f32, px.y as f32) / px_per_point;
    (egui::Rect::from_min_size(egui::Pos2::ZERO, points(piece.whole)), points(piece.corner))
}

/// Moves a shape. Letters are not copied, as egui would do.
fn shift(shape: &mut egui::Shape, by: egui::Vec2) {
    match shape {
        egui::Shape::Text(text) => text.pos += by,
        egui::Shape::Vec(shapes) => {
            for shape in shapes {
                shift(shape, by);
            }
        }
        other => other.translate(by),
    }
}
