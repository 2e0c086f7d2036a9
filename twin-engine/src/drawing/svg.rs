//! A sheet as SVG: one file that needs no other.

use std::fmt::Write;

use bevy::math::Vec2;

use super::{Anchor, Mark, Shape};
use crate::theme::Rgb;

/// Letters of the sheet, best first.
const LETTERS: &str =
    "Noto Sans, Noto Sans CJK SC, Noto Sans SC, DejaVu Sans, PingFang SC, Microsoft YaHei, sans-serif";

/// The text of an SVG file of `size` on `paper`.
pub(crate) fn svg(marks: &[Mark], size: Vec2, paper: Rgb, title: &str) -> String {
    let mut out = String::new();
    let (w, h) = (number(size.x), number(size.y));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" font-family=\"{LETTERS}\">"
    );
    let _ = writeln!(out, "<title>{}</title>", escaped(title));
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", hex(paper));
    for mark in marks {
        shape(&mut out, &mark.shape, &hex(mark.colour));
    }
    out.push_str("</svg>\n");
    out
}

fn shape(out: &mut String, shape: &Shape, colour: &str) {
    let _ = match shape {
        Shape::Line { points, width, dash } => {
            let dashes =
                if *dash > 0.0 { format!(" stroke-dasharray=\"{0} {0}\"", number(*dash)) } else { String::new() };
            writeln!(
                out,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dashes}/>",
                list(points),
                number(*width)
            )
        }
        Shape::Below { line, level } => {
            let ends = [line.last(), line.first()].into_iter().flatten().map(|at| Vec2::new(at.x, *level));
            let ring: Vec<Vec2> = line.iter().copied().chain(ends).collect();
            writeln!(out, "<polygon points=\"{}\" fill=\"{colour}\"/>", list(&ring))
        }
        Shape::Band { upper, lower } => {
            let ring: Vec<Vec2> = upper.iter().chain(lower.iter().rev()).copied().collect();
            writeln!(out, "<polygon points=\"{}\" fill=\"{colour}\"/>", list(&ring))
        }
        Shape::Block { low, high } => writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{colour}\"/>",
            number(low.x),
            number(low.y),
            number(high.x - low.x),
            number(high.y - low.y)
        ),
        Shape::Round { centre, half, outline } => {
            let paint = if *outline > 0.0 {
                format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"", number(*outline))
            } else {
                format!("fill=\"{colour}\"")
            };
            writeln!(
                out,
                "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\" {paint}/>",
                number(centre.x),
                number(centre.y),
                number(half.x),
                number(half.y)
            )
        }
        Shape::Words { at, text, size, anchor, upright, bold } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let (x, y) = (number(at.x), number(at.y));
            let turn = if *upright { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
            let weight = if *bold { " font-weight=\"600\"" } else { "" };
            // A third of their size below the middle is where letters stand; not every reader knows dominant-baseline.
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{y}\" dy=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{colour}\"{weight}{turn}>{}</text>",
                number(size * 0.34),
                number(*size),
                escaped(text)
            )
        }
    };
}

fn hex(colour: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.0, colour.1, colour.2)
}

/// Two digits after the point, none that say nothing.
fn number(value: f32) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn list(points: &[Vec2]) -> String {
    points.iter().map(|at| format!("{},{}", number(at.x), number(at.y))).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn names_from_files_cannot_break_the_file() {
        let marks = [Mark::new(words(Vec2::ONE, "<b> & \"q\"\u{7}", 9.0, Anchor::End), Rgb(1, 2, 255))];
        let text = svg(&marks, Vec2::new(100.0, 50.5), Rgb(255, 255, 255), "A & B");
        assert!(text.contains("&lt;b&gt; &amp; &quot;q&quot;</text>") && text.contains("<title>A &amp; B</title>"));
        assert!(text.contains("viewBox=\"0 0 100 50.5\"") && text.contains("fill=\"#0102ff\""));
        assert!(!text.contains("href") && !text.contains("url("), "nothing from elsewhere");
    }
}
