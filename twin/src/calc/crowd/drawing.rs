//! A picture of the highest densities, as SVG: the plan with its doors and the densest place, north up.

use std::fmt::Write;

use analysis::emergency::crowd::said;
use geo::{BoundingRect, LineString};
use spatial_db::model::Park;

use super::files::square;
use super::{Told, middle, number};

/// Width of the picture and of the plan in it, and the height of the plan, in its own units.
const WIDE: f64 = 1020.0;
const PLAN: (f64, f64) = (640.0, 560.0);
const EDGE: f64 = 24.0;
const TOP: f64 = 84.0;
/// Height of a line of words.
const LINE: f64 = 20.0;
/// Levels of service from A to F: light is low.
const RAMP: [&str; 6] = ["#eef5df", "#c7e9b4", "#7fcdbb", "#41b6c4", "#225ea8", "#081d58"];
const LETTERS: &str =
    "Noto Sans, Noto Sans CJK SC, Noto Sans SC, DejaVu Sans, PingFang SC, Microsoft YaHei, sans-serif";
/// Doors that have a line in the legend: more are counted by the tables.
const MOST_DOORS: usize = 16;

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Ground to paper.
struct Paper {
    west: f64,
    north: f64,
    scale: f64,
}

impl Paper {
    fn at(&self, [x, y]: [f64; 2]) -> (f64, f64) {
        (EDGE + (x - self.west) * self.scale, TOP + (self.north - y) * self.scale)
    }

    fn path(&self, ring: &LineString<f64>) -> String {
        let mut out = String::new();
        for (k, at) in ring.coords().enumerate() {
            let (x, y) = self.at([at.x, at.y]);
            let _ = write!(out, "{}{x:.1} {y:.1}", if k == 0 { "M" } else { "L" });
        }
        out.push('Z');
        out
    }

    fn line(&self, out: &mut String, [a, b]: [[f64; 2]; 2], stroke: &str) {
        let ((x1, y1), (x2, y2)) = (self.at(a), self.at(b));
        let _ = write!(out, r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" {stroke}/>"#);
    }
}

fn words(out: &mut String, x: f64, y: f64, size: u32, more: &str, said: &str) {
    let _ = write!(
        out,
        r##"<text x="{x:.1}" y="{y:.1}" font-size="{size}" fill="#1d2833" {more}>{}</text>"##,
        escaped(said)
    );
}

/// The picture.
pub(super) fn picture(told: &Told<'_>, park: &Park) -> String {
    let (found, plan, text) = (told.found, &told.given.plan, told.text);
    let Some(bounds) = plan.area.bounding_rect() else { return String::new() };
    let scale = (PLAN.0 / bounds.width().max(1.0)).min(PLAN.1 / bounds.height().max(1.0));
    let paper = Paper { west: bounds.min().x, north: bounds.max().y, scale };
    let lines = 14 + found.openings.len().min(MOST_DOORS + 1);
    let high = (TOP + bounds.height() * scale + 64.0).max(TOP + lines as f64 * LINE + 24.0);
    let mut out = format!(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{high:.0}" viewBox="0 0 {WIDE} {high:.0}" font-family="{LETTERS}"><defs><pattern id="stripes" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="4" stroke="#d7263d" stroke-width="2"/></pattern></defs><rect width="{WIDE}" height="{high:.0}" fill="#f6f4ef"/>"##
    );
    let title = said::title(&told.given.place, told.given.persons, told.arguments.seed);
    words(&mut out, EDGE, 34.0, 20, r#"font-weight="700""#, &text.words(&title));
    let origin = text.words(&analysis::sheet::origin(park.synthetic));
    let under = format!("{} · {origin} · {}", park.name, text.words(&said::FOR.into()));
    words(&mut out, EDGE, 58.0, 13, "", &under);
    for polygon in &plan.area {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let path: String = rings.map(|ring| paper.path(ring)).collect();
        let _ = write!(out, r##"<path d="{path}" fill="#ffffff" fill-rule="evenodd"/>"##);
    }
    for cell in &found.cells {
        let ground = square(cell.at_m);
        let (x, y) = paper.at([ground.min().x, ground.max().y]);
        let side = ground.width() * scale;
        let paint = RAMP[found.levels.level(cell.most_1_m2)];
        let mut paints = vec![paint];
        if cell.congested_s > 0.0 {
            paints.push("url(#stripes)");
        }
        for paint in paints {
            let _ = write!(out, r#"<rect x="{x:.2}" y="{y:.2}" width="{side:.2}" height="{side:.2}" fill="{paint}"/>"#);
        }
    }
    for polygon in &plan.area {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let path: String = rings.map(|ring| paper.path(ring)).collect();
        let _ = write!(out, r##"<path d="{path}" fill="none" stroke="#5c6670" stroke-width="2"/>"##);
    }
    for wall in &plan.walls {
        paper.line(&mut out, *wall, r##"stroke="#5c6670" stroke-width="1.4""##);
    }
    for opening in &found.openings {
        paper.line(&mut out, [opening.from, opening.to], r##"stroke="#0a6ed1" stroke-width="5""##);
        let (x, y) = paper.at(middle(opening));
        let _ = write!(
            out,
            r##"<circle cx="{x:.1}" cy="{y:.1}" r="8" fill="#0a6ed1"/><text x="{x:.1}" y="{:.1}" font-size="11" fill="#ffffff" text-anchor="middle">{}</text>"##,
            y + 4.0,
            number(opening)
        );
    }
    if let Some(peak) = found.peaks.first() {
        let (x, y) = paper.at(peak.cell.at_m);
        let _ = write!(
            out,
            r##"<path d="M{:.1} {:.1}L{:.1} {:.1}M{:.1} {:.1}L{:.1} {:.1}" stroke="#d7263d" stroke-width="3"/>"##,
            x - 6.0,
            y - 6.0,
            x + 6.0,
            y + 6.0,
            x - 6.0,
            y + 6.0,
            x + 6.0,
            y - 6.0
        );
    }
    legend(&mut out, told);
    scale_bar(&mut out, scale, high);
    out.push_str("</svg>\n");
    out
}

fn legend(out: &mut String, told: &Told<'_>) {
    let (found, text) = (told.found, told.text);
    let x = EDGE + PLAN.0 + EDGE;
    let mut y = TOP + 12.0;
    words(out, x, y, 14, r#"font-weight="700""#, &text.words(&said::time(found.egress_s, found.inside)));
    y += 1.5 * LINE;
    let from = |level: usize| if level == 0 { 0.0 } else { found.levels.from_1_m2[level - 1] };
    for (level, paint) in RAMP.iter().enumerate() {
        let letter = ["A", "B", "C", "D", "E", "F"][level];
        let to = found.levels.from_1_m2.get(level).copied();
        let _ = write!(
            out,
            r##"<rect x="{x}" y="{:.1}" width="16" height="14" fill="{paint}" stroke="#b9b2a6"/>"##,
            y - 12.0
        );
        words(out, x + 24.0, y, 12, "", &text.words(&said::level(letter, from(level), to)));
        y += LINE;
    }
    let _ = write!(
        out,
        r##"<rect x="{x}" y="{:.1}" width="16" height="14" fill="url(#stripes)" stroke="#b9b2a6"/>"##,
        y - 12.0
    );
    words(out, x + 24.0, y, 12, "", &text.words(&said::congested(found.levels.congested_1_m2)));
    y += LINE;
    if let Some(peak) = found.peaks.first() {
        words(out, x + 2.0, y, 14, r#"font-weight="700" style="fill:#d7263d""#, "×");
        let said = said::densest(peak.cell.most_1_m2, peak.level, peak.cell.at_s);
        words(out, x + 24.0, y, 12, "", &text.words(&said));
    }
    y += 1.5 * LINE;
    for (name, opening, used) in told.doors().take(MOST_DOORS) {
        let _ = write!(
            out,
            r##"<circle cx="{:.1}" cy="{:.1}" r="8" fill="#0a6ed1"/><text x="{:.1}" y="{y:.1}" font-size="11" fill="#ffffff" text-anchor="middle">{}</text>"##,
            x + 8.0,
            y - 4.0,
            x + 8.0,
            number(opening)
        );
        words(out, x + 24.0, y, 12, "", &text.words(&said::at_door(&name, used.persons, used.last_s)));
        y += LINE;
    }
    if found.openings.len() > MOST_DOORS {
        words(out, x + 24.0, y, 12, "", &format!("… {}", found.openings.len() - MOST_DOORS));
    }
}

/// A length in round metres at the foot, and where north is.
fn scale_bar(out: &mut String, scale: f64, high: f64) {
    let most_m = 160.0 / scale;
    let step = 10_f64.powf(most_m.log10().floor());
    let metres = [5.0, 2.0, 1.0].into_iter().map(|share| share * step).find(|length| *length <= most_m).unwrap_or(step);
    let (y, wide) = (high - 22.0, metres * scale);
    let _ = write!(
        out,
        r##"<path d="M{EDGE} {:.1}V{y:.1}H{:.1}V{:.1}" fill="none" stroke="#1d2833" stroke-width="1.6"/>"##,
        y - 6.0,
        EDGE + wide,
        y - 6.0
    );
    words(out, EDGE + wide + 8.0, y, 12, "", &format!("{metres} m · N ↑"));
}
