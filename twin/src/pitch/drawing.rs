//! Drawings of a brief, as SVG inside the page: the plan of the site, and what the utilities have left over time.

use std::fmt::Write;

use analysis::emergency::security::is_rail;
use analysis::siting::{Brief, Connection, Utility, outward, said};
use chrono::{Datelike, NaiveDate};
use geo::{BoundingRect, Coord, Intersects, MultiPolygon, Polygon, Rect};
use spatial_db::model::{ParkSnapshot, Presence, SurfaceKind};
use twin_engine::text::Text;

/// Width and height of the plan, in its own units.
const PLAN: (f64, f64) = (720.0, 430.0);

/// Letters that mean something in SVG, taken for letters.
pub(super) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Ground to paper.
struct Sheet {
    west: f64,
    north: f64,
    scale: f64,
}

impl Sheet {
    fn at(&self, place: Coord<f64>) -> (f64, f64) {
        ((place.x - self.west) * self.scale, (self.north - place.y) * self.scale)
    }

    fn path(&self, polygon: &Polygon<f64>) -> String {
        let mut out = String::new();
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            for (at, place) in ring.coords().enumerate() {
                let (x, y) = self.at(*place);
                let _ = write!(out, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
            }
            out.push('Z');
        }
        out
    }

    fn area(&self, area: &MultiPolygon<f64>) -> String {
        area.iter().map(|polygon| self.path(polygon)).collect()
    }
}

/// The site in its surroundings, north up: parcels, roads at their width, buildings, the hall and its yard.
pub(super) fn plan(brief: &Brief, park: &ParkSnapshot, as_of: NaiveDate, text: &Text) -> String {
    let Some(bounds) = brief.boundary.bounding_rect() else { return String::new() };
    let (wide, high) = PLAN;
    let scale = (wide * 0.62 / bounds.width().max(1.0)).min(high * 0.68 / bounds.height().max(1.0)).min(6.0);
    let middle = bounds.center();
    let sheet = Sheet { west: middle.x - wide / scale / 2.0, north: middle.y + high / scale / 2.0, scale };
    let window = Rect::new(
        Coord { x: sheet.west, y: sheet.north - high / scale },
        Coord { x: sheet.west + wide / scale, y: sheet.north },
    );
    let seen = |area: &MultiPolygon<f64>| area.bounding_rect().is_some_and(|rect| rect.intersects(&window));
    let there = Presence::on(park, as_of);
    let mut out = format!(
        r##"<svg class="plan" viewBox="0 0 {wide} {high}" role="img"><rect width="{wide}" height="{high}" fill="#ece8e0"/>"##
    );
    for surface in park.surfaces.iter().filter(|one| seen(&one.area)) {
        let fill = match surface.kind {
            SurfaceKind::Water => "#afcfe4",
            SurfaceKind::Grass | SurfaceKind::Forest => "#d8e3c8",
            _ => continue,
        };
        let _ = write!(out, r#"<path d="{}" fill="{fill}" fill-rule="evenodd"/>"#, sheet.area(&surface.area));
    }
    for (parcel, _) in park.parcels.iter().zip(&there.parcels).filter(|(one, there)| **there && seen(&one.boundary)) {
        let _ = write!(
            out,
            r##"<path d="{}" fill="#f6f4ef" fill-opacity="0.55" stroke="#b9b2a6" stroke-width="0.8"/>"##,
            sheet.area(&parcel.boundary)
        );
    }
    for road in &park.roads {
        if !road.line.bounding_rect().is_some_and(|rect| rect.intersects(&window)) {
            continue;
        }
        let rail = road.class.as_deref().is_some_and(is_rail);
        let ground_m = if rail { 3.0 } else { road.width_m.unwrap_or(6.0) };
        let width = (ground_m * scale).max(1.5);
        for line in &road.line {
            let points: Vec<String> =
                line.coords().map(|place| sheet.at(*place)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let points = points.join(" ");
            let ink = if rail { "#9a948a" } else { "#ffffff" };
            let _ = write!(
                out,
                r##"<polyline points="{points}" fill="none" stroke="#cfc9be" stroke-width="{:.1}"/><polyline points="{points}" fill="none" stroke="{ink}" stroke-width="{width:.1}"/>"##,
                width + 1.6
            );
        }
    }
    for (building, _) in
        park.buildings.iter().zip(&there.buildings).filter(|(one, there)| **there && seen(&one.footprint))
    {
        let _ = write!(
            out,
            r##"<path d="{}" fill="#d3ccc0" stroke="#a8a195" stroke-width="0.7"/>"##,
            sheet.area(&building.footprint)
        );
    }
    let _ = write!(
        out,
        r##"<path d="{}" fill="#0a6ed1" fill-opacity="0.14" stroke="#0a6ed1" stroke-width="2.4" stroke-linejoin="round"/>"##,
        sheet.area(&brief.boundary)
    );
    if let Some(fit) = &brief.fit {
        if let Some(yard) = &fit.yard {
            let _ = write!(
                out,
                r##"<path d="{}" fill="#ffffff" fill-opacity="0.75" stroke="#5c6670" stroke-dasharray="5 3"/>"##,
                sheet.path(yard)
            );
            label(&mut out, &sheet, yard, &text.words(&said::YARD.into()), "#5c6670");
        }
        let _ = write!(
            out,
            r##"<path d="{}" fill="#084f96" fill-opacity="0.82" stroke="#053263" stroke-width="1.4"/>"##,
            sheet.path(&fit.hall)
        );
        label(&mut out, &sheet, &fit.hall, &text.words(&said::HALL.into()), "#ffffff");
    }
    if let Some(turning) = &brief.turning {
        let circle = turning.circle();
        let (x, y) = sheet.at(turning.centre);
        let _ = write!(
            out,
            r##"<path d="{}" fill="#ffffff" fill-opacity="0.45" stroke="#5c6670" stroke-width="1.2" stroke-dasharray="6 3"/><circle cx="{x:.1}" cy="{y:.1}" r="{:.1}" fill="none" stroke="#5c6670" stroke-width="0.8" stroke-dasharray="2 3"/>"##,
            sheet.path(&circle),
            turning.inner_radius_m * sheet.scale
        );
        label(&mut out, &sheet, &circle, &text.words(&said::TURNING.into()), "#5c6670");
    }
    margin(&mut out, &sheet, text);
    out.push_str("</svg>");
    out
}

fn label(out: &mut String, sheet: &Sheet, area: &Polygon<f64>, words: &str, ink: &str) {
    let Some(bounds) = area.bounding_rect() else { return };
    let (x, y) = sheet.at(bounds.center());
    let _ = write!(
        out,
        r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle" font-size="12" font-weight="600" fill="{ink}">{}</text>"#,
        y + 4.0,
        escaped(words)
    );
}

/// Scale bar and north arrow.
fn margin(out: &mut String, sheet: &Sheet, text: &Text) {
    let (wide, high) = PLAN;
    let length = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]
        .into_iter()
        .rfind(|length| length * sheet.scale <= 150.0)
        .unwrap_or(10.0);
    let (x1, y) = (wide - 24.0, high - 22.0);
    let x0 = x1 - length * sheet.scale;
    let _ = write!(
        out,
        r##"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="34" rx="4" fill="#ffffff" fill-opacity="0.9"/><path d="M{x0:.1} {:.1}V{y:.1}H{x1:.1}V{:.1}" fill="none" stroke="#1d2833" stroke-width="1.4"/><text x="{:.1}" y="{:.1}" text-anchor="middle" font-size="11" fill="#1d2833">{length:.0} m</text>"##,
        x0 - 10.0,
        y - 24.0,
        x1 - x0 + 20.0,
        y - 5.0,
        y - 5.0,
        f64::midpoint(x0, x1),
        y - 8.0
    );
    let north = escaped(&text.words(&said::NORTH.into()));
    let x = wide - 34.0;
    let _ = write!(
        out,
        r##"<circle cx="{x}" cy="36" r="22" fill="#ffffff" fill-opacity="0.9"/><path d="M{x} 18l7 26-7-6-7 6z" fill="#1d2833"/><text x="{x}" y="56" text-anchor="middle" font-size="10" font-weight="700" fill="#1d2833">{north}</text>"##
    );
}

/// What the signs of the plan stand for: a colour and words.
pub(super) fn plan_legend(brief: &Brief, text: &Text) -> Vec<(&'static str, String)> {
    let fit = brief.fit.as_ref();
    let signs = [
        (true, "#cfe0f1", said::THIS_SITE),
        (fit.is_some(), "#2f6ba6", said::HALL),
        (fit.is_some_and(|fit| fit.yard.is_some()), "#ffffff", said::YARD),
        (brief.turning.is_some(), "#e3e8ec", said::TURNING),
        (true, "#d3ccc0", said::STANDING),
    ];
    signs.into_iter().filter(|sign| sign.0).map(|(_, colour, words)| (colour, text.words(&words.into()))).collect()
}

/// Years of the chart.
const YEARS: i32 = 5;

/// What each utility has left at the connection over the years to come, in the steps that may be told, with what is asked for;
/// nothing where no utility's is known.
pub(super) fn capacity(
    connections: &[Connection],
    asked: &[(Utility, NaiveDate, f64)],
    as_of: NaiveDate,
    text: &Text,
) -> String {
    // Routes are no capacity that others take from over time.
    let is_drawn = |one: &&Connection| one.utility != Utility::Telecom && !one.supply.remaining.is_empty();
    let known: Vec<&Connection> = connections.iter().filter(is_drawn).collect();
    if known.is_empty() {
        return String::new();
    }
    let end = NaiveDate::from_ymd_opt(as_of.year() + YEARS, as_of.month(), 1).unwrap_or(as_of);
    let (left, wide, row) = (96.0, 720.0, 74.0);
    let right = wide - 16.0;
    let high = row * known.len() as f64 + 24.0;
    let span = (end - as_of).num_days().max(1) as f64;
    let x = |day: NaiveDate| left + ((day - as_of).num_days() as f64 / span).clamp(0.0, 1.0) * (right - left);
    let mut out = format!(r#"<svg class="capacity" viewBox="0 0 {wide} {high}" role="img">"#);
    for (at, one) in known.iter().enumerate() {
        let top = 8.0 + row * at as f64;
        let base = top + row - 18.0;
        let wanted = asked.iter().filter(|ask| ask.0 == one.utility);
        let most = one.supply.remaining.iter().flat_map(|step| [step.low, step.high]).filter(|left| left.is_finite());
        let most = most.chain(wanted.clone().map(|ask| ask.2)).fold(1e-9, f64::max);
        let y = |value: f64| base - (value.clamp(0.0, most) / most) * (row - 30.0);
        let unit = one.utility.unit();
        let name = escaped(&text.words(&one.utility.title()));
        let _ = write!(
            out,
            r##"<text x="0" y="{:.1}" font-size="12" font-weight="700" fill="#1d2833">{name}</text><text x="0" y="{:.1}" font-size="10" fill="#5c6670">{unit}</text><line x1="{left}" y1="{base}" x2="{right}" y2="{base}" stroke="#d5d9dd"/>"##,
            top + 14.0,
            top + 28.0
        );
        // The axis, with what its ends stand for.
        let peak = y(most);
        let _ = write!(
            out,
            r##"<path class="axis" d="M{:.1} {peak:.1}H{left}V{base}H{:.1}" fill="none" stroke="#5c6670" stroke-width="0.8"/><text x="{:.1}" y="{:.1}" text-anchor="end" font-size="10" fill="#5c6670">{}</text><text x="{:.1}" y="{:.1}" text-anchor="end" font-size="10" fill="#5c6670">0</text>"##,
            left - 4.0,
            left - 4.0,
            left - 7.0,
            peak + 3.5,
            outward(most, true),
            left - 7.0,
            base + 3.5
        );
        let steps = &one.supply.remaining;
        let mut free = left;
        for (index, step) in steps.iter().enumerate() {
            let until = steps.get(index + 1).map_or(end, |next| next.from);
            if until <= as_of || step.from >= end {
                continue;
            }
            let (x0, x1) = (x(step.from), x(until));
            let sure = step.low.is_finite();
            let (value, sign) = match (sure, step.high.is_finite()) {
                (true, _) => (step.low, ""),
                // No figure is told as less than the most that it may be, or as more than the least.
                (false, true) => (step.high, "≤ "),
                (false, false) => continue,
            };
            // No more than that: a dashed frame, not a bar.
            let look = if sure {
                r##"fill="#3b6ea5" fill-opacity="0.75""##
            } else {
                r##"fill="#3b6ea5" fill-opacity="0.15" stroke="#3b6ea5" stroke-dasharray="4 3""##
            };
            let _ = write!(
                out,
                r#"<rect x="{x0:.1}" y="{:.1}" width="{:.1}" height="{:.1}" {look}/>"#,
                y(value),
                (x1 - x0).max(0.5),
                base - y(value)
            );
            // A step that follows too soon upon a named one goes without its figure: words never lie on each other.
            if x0 < free {
                continue;
            }
            let figure = format!("{sign}{}", outward(value, !sure));
            free = x0 + 3.0 + 6.5 * figure.chars().count() as f64;
            let _ = write!(
                out,
                r##"<text x="{:.1}" y="{:.1}" font-size="10" fill="#1d2833">{figure}</text>"##,
                x0 + 3.0,
                y(value) - 3.0
            );
        }
        for (_, by, figure) in wanted {
            let (x0, y0) = (x(*by), y(*figure));
            let words = escaped(&text.words(&said::ASKED_LINE.into()));
            let _ = write!(
                out,
                r##"<line x1="{x0:.1}" y1="{y0:.1}" x2="{right}" y2="{y0:.1}" stroke="#b3261e" stroke-width="1.6" stroke-dasharray="5 3"/><text x="{right}" y="{:.1}" text-anchor="end" font-size="10" fill="#b3261e">{words} {figure} {unit}</text>"##,
                y0 - 3.0
            );
        }
    }
    for year in as_of.year()..=end.year() {
        let Some(day) = NaiveDate::from_ymd_opt(year, 1, 1).filter(|day| *day >= as_of && *day <= end) else {
            continue;
        };
        let at = x(day);
        let _ = write!(
            out,
            r##"<line x1="{at:.1}" y1="4" x2="{at:.1}" y2="{:.1}" stroke="#d5d9dd" stroke-dasharray="2 3"/><text x="{at:.1}" y="{:.1}" text-anchor="middle" font-size="10" fill="#5c6670">{year}</text>"##,
            high - 18.0,
            high - 4.0
        );
    }
    out.push_str("</svg>");
    out
}
