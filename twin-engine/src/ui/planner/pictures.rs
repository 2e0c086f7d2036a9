//! Photographs attached to the case that is looked at, small: asked for one after the other, off the frame.

use std::io::Cursor;

use analysis::planner::CaseSheet;
use bevy_egui::egui::{ColorImage, Context, Image, TextureHandle, TextureOptions, Ui, vec2};
use image::ImageReader;

use crate::planner::Asked;
use crate::ui::Panels;

/// Longest side of a small picture, px, and of what is drawn of it, points.
const SIDE_PX: u32 = 320;
const SIDE: f32 = 160.0;

/// A picture by the number of its entry; `None` for one that cannot be had or read.
type Known = (i32, Option<TextureHandle>);

/// The pictures of one case from frame to frame.
#[derive(Default)]
pub(super) struct Pictures {
    /// The case.
    of: i64,
    known: Vec<Known>,
    asked: Option<(i64, i32, Asked<Option<ColorImage>>)>,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.known.iter().map(|(entry, _)| entry)).finish()
    }
}

impl Pictures {
    /// Takes what came, for the case that is looked at.
    fn take(&mut self, ctx: &Context, case: i64) {
        if self.of != case {
            (self.of, self.known) = (case, Vec::new());
        }
        let Some(picture) = self.asked.as_ref().and_then(|(.., asked)| asked.take()) else { return };
        let Some((of, entry, _)) = self.asked.take() else { return };
        // Whoever went on to another case meanwhile has no use for it.
        if of == case {
            let name = format!("{of}-{entry}");
            let texture = picture.map(|picture| ctx.load_texture(name, picture, TextureOptions::LINEAR));
            self.known.push((entry, texture));
        }
    }

    /// The next that is not there yet, where none is on its way.
    fn wanted(&self, case: &CaseSheet) -> Option<i32> {
        let is_known = |entry: i32| self.known.iter().any(|(known, _)| *known == entry);
        let mut pictures = case.lines.iter().filter(|line| line.is_picture).map(|line| line.number);
        pictures.find(|entry| self.asked.is_none() && !is_known(*entry))
    }

    /// The picture of an entry.
    fn of_entry(&self, case: i64, entry: i32) -> Option<&TextureHandle> {
        let (_, texture) = self.known.iter().find(|(known, _)| self.of == case && *known == entry)?;
        texture.as_ref()
    }
}

/// Takes and asks for the pictures of the case that is looked at.
pub(super) fn step(ctx: &Context, panels: &mut Panels, case: &CaseSheet) {
    let pictures = &mut panels.ui.planner.cases.pictures;
    pictures.take(ctx, case.number);
    let (Some(office), Some(entry)) = (panels.desk.office.clone(), pictures.wanted(case)) else { return };
    let number = case.number;
    let ask = move || office.file(number, entry).ok().and_then(|bytes| small(&bytes));
    // Where no thread can be had, the next frame tries again.
    pictures.asked = Asked::begin(ask, &panels.wake).ok().map(|asked| (number, entry, asked));
}

/// Draws the picture of an entry, where there is one.
pub(super) fn show(ui: &mut Ui, panels: &Panels, case: i64, entry: i32) {
    let Some(texture) = panels.ui.planner.cases.pictures.of_entry(case, entry) else { return };
    let size = texture.size_vec2();
    let scale = SIDE / size.x.max(size.y).max(1.0);
    ui.add(Image::from_texture(texture).fit_to_exact_size(vec2(size.x * scale, size.y * scale)));
}

/// A picture made small; `None` for what is none, or so large that it would take the machine's memory.
fn small(bytes: &[u8]) -> Option<ColorImage> {
    let picture = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?.decode().ok()?;
    let small = picture.thumbnail(SIDE_PX, SIDE_PX).to_rgb8();
    let size = [small.width() as usize, small.height() as usize];
    Some(ColorImage::from_rgb(size, small.as_raw()))
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::*;

    #[test]
    fn a_photograph_is_made_small_and_keeps_its_shape() {
        let mut bytes = Vec::new();
        let photo = DynamicImage::ImageRgb8(RgbImage::from_pixel(1600, 800, image::Rgb([200, 40, 10])));
        photo.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("a picture");
        let small = small(&bytes).expect("a small one");
        assert_eq!(small.size, [320, 160]);
        assert_eq!(small.pixels[0].to_array(), [200, 40, 10, 255]);
        assert!(super::small(b"no picture").is_none());
    }
}
