//! The picture frame: title, legend, scale bar, north arrow, credit, symbols and labels, painted into the picture itself.
//!
//! The same in a window and headless. Interactive panels are left to `ui`.

mod compass;
mod fonts;
mod labels;
mod legend;
mod marks;
mod sheet;
mod symbol;
mod title;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};

pub(crate) use fonts::{BOLD, FontsReady};
pub(crate) use sheet::{Block, Sheet};

use crate::camera::Orbit;
use crate::scene::{Meshed, Twin};

/// Frames painted with the final fonts so far; a picture waits for the first.
#[derive(Resource, Debug, Default)]
pub(crate) struct FramePainted(pub u32);

/// Part of the screen where the picture is, points; `None` for all of it.
#[derive(Resource, Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Page(pub Option<egui::Rect>);

/// Set of the systems that paint the frame.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FrameSystems;

/// Set of the system that hands over the fonts.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FontSystems;

/// Paints the frame.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<FontsReady>().init_resource::<FramePainted>().init_resource::<Page>().add_systems(
        EguiPrimaryContextPass,
        (fonts::install_fonts.in_set(FontSystems), paint.after(FontSystems).in_set(FrameSystems)),
    );
}

fn paint(
    mut contexts: EguiContexts,
    twin: Res<Twin>,
    orbit: Res<Orbit>,
    meshed: Option<Res<Meshed>>,
    fonts: Res<FontsReady>,
    page: Res<Page>,
    mut painted: ResMut<FramePainted>,
) -> Result {
    let ctx = contexts.ctx_mut()?;
    if !fonts.is_in_use() {
        return Ok(());
    }
    painted.0 += 1;
    if !twin.frame {
        return Ok(());
    }
    let page = page.0.unwrap_or_else(|| ctx.viewport_rect());
    let painter = ctx.layer_painter(egui::LayerId::background()).with_clip_rect(page);
    let theme = twin.theme();
    let sheet = Sheet::new(&painter, page, &theme, twin.words(), fonts.has_bold());
    let overlay = twin.overlay();

    let title = title::title_block(&sheet, &twin.input.snapshot.park, overlay);
    let legend = overlay.map(|overlay| legend::legend_block(&sheet, overlay, title.rect));
    let compass = meshed.as_ref().map(|_| compass::compass_block(&sheet, &orbit));
    let credit = title::credit_line(&sheet, &twin.input.snapshot.park);
    let blocks: Vec<Block> = std::iter::once(title).chain(legend).chain(compass).chain(credit).collect();

    if let Some(meshed) = meshed {
        let taken: Vec<egui::Rect> = blocks.iter().map(|b| b.rect).collect();
        painter.extend(marks::mark_shapes(&sheet, &twin, &meshed.geometry, &orbit, &taken));
    } else {
        painter.extend(title::loading_note(&sheet));
    }
    for block in blocks {
        painter.extend(block.shapes);
    }
    Ok(())
}
