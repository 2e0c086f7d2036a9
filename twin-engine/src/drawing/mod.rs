//! Sections and long profiles as an engineer draws them: shapes and words on a sheet, laid out once and painted by the window's
//! panel or written as SVG. Pure; what is cut is found by `analysis::network::section`, what lies along a way by its `profile`.

mod chart;
mod long;
mod sheet;
mod spread;
mod svg;

use bevy::math::Vec2;
use spatial_db::model::FeatureId;

use crate::theme::Rgb;

pub(crate) use chart::{Chart, EXAGGERATIONS, chart};
pub(crate) use long::{Fit, Long, Spot, long};
pub use long::{ProfileSheet, profile_svg};
pub(crate) use sheet::{Heading, rows, sheet};
pub use sheet::{SectionSheet, section_svg};
pub(crate) use svg::svg;

/// Where words stand to their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// They begin there.
    Start,
    /// It is their middle.
    Middle,
    /// They end there.
    End,
}

/// One thing on the sheet; lengths in points, down is positive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A line through points; `dash` is the length of dashes and gaps, 0 for none.
    Line {
        /// Points in order.
        points: Vec<Vec2>,
        /// Width.
        width: f32,
        /// Dashes.
        dash: f32,
    },
    /// Everything between a line and a level below it.
    Below {
        /// The line, from left to right.
        line: Vec<Vec2>,
        /// The level.
        level: f32,
    },
    /// Everything between two lines of as many points, from left to right.
    Band {
        /// The upper line.
        upper: Vec<Vec2>,
        /// The lower line.
        lower: Vec<Vec2>,
    },
    /// An upright rectangle.
    Block {
        /// Top left.
        low: Vec2,
        /// Bottom right.
        high: Vec2,
    },
    /// An ellipse.
    Round {
        /// Middle.
        centre: Vec2,
        /// Half of width and height.
        half: Vec2,
        /// Width of its outline; 0 fills it.
        outline: f32,
    },
    /// Words on one line; the place is in the middle of their height.
    Words {
        /// Place.
        at: Vec2,
        /// What they say.
        text: String,
        /// Size of letters.
        size: f32,
        /// Which end is at the place.
        anchor: Anchor,
        /// Read from below.
        upright: bool,
        /// Strong letters.
        bold: bool,
    },
}

/// A shape with its colour, and the feature that it stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Shape.
    pub shape: Shape,
    /// Colour.
    pub colour: Rgb,
    /// The feature.
    pub feature: Option<FeatureId>,
}

impl Mark {
    fn new(shape: Shape, colour: Rgb) -> Self {
        Self { shape, colour, feature: None }
    }

    fn of(mut self, feature: FeatureId) -> Self {
        self.feature = Some(feature);
        self
    }
}

/// A line with two ends.
fn line(a: Vec2, b: Vec2, width: f32) -> Shape {
    Shape::Line { points: vec![a, b], width, dash: 0.0 }
}

fn words(at: Vec2, text: impl Into<String>, size: f32, anchor: Anchor) -> Shape {
    Shape::Words { at, text: text.into(), size, anchor, upright: false, bold: false }
}

/// Width of words, points: near enough for room, without the letters themselves.
pub(crate) fn width_of(text: &str, size: f32) -> f32 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '(' | ')' | '·' => 0.32,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '→' => 0.95,
        c if c.is_ascii_uppercase() => 0.68,
        c if (c as u32) < 0x2e80 => 0.57,
        _ => 1.0,
    };
    text.chars().map(em).sum::<f32>() * size
}

/// The words cut to a width, with dots where something is missing.
fn fitted(text: &str, size: f32, width: f32) -> String {
    if width_of(text, size) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width_of(&out, size) + size * 0.9 > width {
            out.pop();
            break;
        }
    }
    out + "…"
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Boxes of all words.
    pub(crate) fn boxes(marks: &[Mark]) -> Vec<(Vec2, Vec2, String)> {
        marks
            .iter()
            .filter_map(|mark| {
                let Shape::Words { at, text, size, anchor, upright, .. } = &mark.shape else { return None };
                let width = width_of(text, *size);
                let before = match anchor {
                    Anchor::Start => 0.0,
                    Anchor::Middle => width / 2.0,
                    Anchor::End => width,
                };
                let half = size * 0.5;
                Some(if *upright {
                    (*at + Vec2::new(-half, before - width), *at + Vec2::new(half, before), text.clone())
                } else {
                    (*at + Vec2::new(-before, -half), *at + Vec2::new(width - before, half), text.clone())
                })
            })
            .collect()
    }

    /// No two words touch.
    pub(crate) fn assert_clear(marks: &[Mark]) {
        let boxes = boxes(marks);
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                let apart = a.1.x <= b.0.x || b.1.x <= a.0.x || a.1.y <= b.0.y || b.1.y <= a.0.y;
                assert!(apart, "“{}” {:?} lies on “{}” {:?}", a.2, (a.0, a.1), b.2, (b.0, b.1));
            }
        }
    }

    #[test]
    fn words_are_cut_to_their_room() {
        assert_eq!(fitted("DN300", 10.0, 100.0), "DN300");
        let cut = fitted("a very long key of a pipe", 10.0, 60.0);
        assert!(cut.ends_with('…') && width_of(&cut, 10.0) <= 60.0, "{cut}");
        assert!(width_of("管线", 10.0) > width_of("JS", 10.0));
    }
}
