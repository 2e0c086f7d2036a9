//! What a panel draws, for tests: without a window, a graphics adapter or a scene.

use bevy_egui::egui::{Context, RawInput, Rect, Shape, Ui, pos2, vec2};

/// Every text on a wide screen, once sizes have settled.
pub(super) fn drawn(mut draw: impl FnMut(&mut Ui)) -> Vec<String> {
    let context = Context::default();
    let mut said = Vec::new();
    for _ in 0..3 {
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(1800.0, 700.0));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut output = context.run_ui(input, &mut draw);
        said.clear();
        output.shapes.iter().for_each(|clipped| texts(&clipped.shape, &mut said));
        // Nobody paints them here.
        output.textures_delta.clear();
    }
    said
}

fn texts(shape: &Shape, out: &mut Vec<String>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts(shape, out)),
        Shape::Text(text) => out.push(text.galley.text().to_owned()),
        _ => {}
    }
}
