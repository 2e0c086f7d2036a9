//! The page of a drill: chapters, a plan, notes.

use std::fmt::Write;
use std::path::Path;

use analysis::emergency::drill::{
    DrillFile, DrillRun, DrillTables, drill_notes, drill_report, given_chapter, improvement_chapter, one_by_one,
    one_by_one_chapter, one_by_one_note,
};
use analysis::emergency::in_service;
use askama::Template;
use geo::{BoundingRect, LineString, MultiPolygon};
use spatial_db::cache::Cache;
use spatial_db::model::{EmergencyResource, ResourceKind};
use twin_engine::text::Text;

use super::pictures::{Picture, noted};

struct Row {
    amiss: bool,
    cells: Vec<String>,
}

struct Chapter {
    name: &'static str,
    title: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    /// Under its table.
    pictures: Vec<Picture>,
}

/// The page.
#[derive(Template)]
#[template(path = "drill.html")]
pub(super) struct Page {
    lang: &'static str,
    title: String,
    note: String,
    park: String,
    data: String,
    /// A drawing, made here and safe.
    plan: String,
    zone: String,
    pictures: Vec<Picture>,
    chapters: Vec<Chapter>,
    notes: Vec<String>,
    credit: String,
    made: String,
}

impl Page {
    /// The page with pictures of its moments, and those of the notes that lie in the folder of the log.
    pub(super) fn new(
        file: &DrillFile,
        run: &DrillRun,
        cache: &Cache,
        text: &Text,
        pictures: Vec<Picture>,
        folder: Option<&Path>,
    ) -> Self {
        let park = &cache.snapshot().park;
        let mut chapters = drill_report(file, run);
        let expected = chapters.iter().position(|chapter| chapter.name == "expected");
        let improvements = improvement_chapter(file, run, chrono::Local::now().date_naive());
        chapters.insert(expected.map_or(chapters.len(), |at| at + 1), improvements);
        let mut notes = drill_notes(file, run);
        let followed = one_by_one(file, run, cache, &DrillTables::in_force().evacuation);
        if !followed.is_empty() {
            let people = chapters.iter().position(|chapter| chapter.name == "people");
            chapters.insert(people.map_or(chapters.len(), |at| at + 1), one_by_one_chapter(&followed));
            notes.push(one_by_one_note());
        }
        chapters.push(given_chapter(file, run, park));
        let chapters = chapters
            .iter()
            .map(|chapter| Chapter {
                name: chapter.name,
                title: text.words(&chapter.title),
                heads: chapter.heads.iter().map(|head| text.words(head)).collect(),
                rows: chapter
                    .rows
                    .iter()
                    .map(|(amiss, cells)| Row {
                        amiss: *amiss,
                        cells: cells.iter().map(|cell| text.words(cell)).collect(),
                    })
                    .collect(),
                pictures: if chapter.name == "notes" { noted(file, run, folder, text) } else { Vec::new() },
            })
            .collect();
        let credit = [&park.attribution, &park.licence].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ");
        Self {
            lang: text.language().code(),
            title: file.name.clone(),
            note: file.note.clone(),
            park: park.name.clone(),
            data: text.words(&analysis::sheet::origin(park.synthetic)),
            plan: plan(cache, run),
            zone: text.words(&run.zone.0),
            pictures,
            chapters,
            notes: notes.iter().map(|note| text.words(note)).collect(),
            credit,
            made: format!("ParkTwin {} · {}", env!("CARGO_PKG_VERSION"), chrono::Local::now().format("%Y-%m-%d %H:%M")),
        }
    }
}

/// Rings of an area as a path.
fn path(area: &MultiPolygon<f64>, place: &impl Fn(f64, f64) -> (f64, f64)) -> String {
    let mut out = String::new();
    let mut ring = |ring: &LineString<f64>| {
        for (k, c) in ring.coords().enumerate() {
            let (x, y) = place(c.x, c.y);
            let _ = write!(out, "{}{x:.1} {y:.1}", if k == 0 { "M" } else { "L" });
        }
        out.push('Z');
    };
    for polygon in area {
        ring(polygon.exterior());
        polygon.interiors().iter().for_each(&mut ring);
    }
    out
}

/// The park from above: ways, buildings (those inside the danger dark), the danger at its largest, where the engines drove, places of
/// assembly, hydrants and stations in service.
fn plan(cache: &Cache, run: &DrillRun) -> String {
    const WIDTH: f64 = 720.0;
    let park = cache.snapshot();
    let boxes = park.buildings.iter().filter_map(|building| building.footprint.bounding_rect());
    let whole = boxes.reduce(|a, b| {
        let (low, high) = (a.min(), b.min());
        let min = geo::coord! { x: low.x.min(high.x), y: low.y.min(high.y) };
        let max = geo::coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
        geo::Rect::new(min, max)
    });
    let Some(whole) = whole else { return String::new() };
    let margin = 0.03 * whole.width().max(whole.height());
    let scale = WIDTH / (whole.width() + 2.0 * margin);
    let height = (whole.height() + 2.0 * margin) * scale;
    let place = |x: f64, y: f64| ((x - whole.min().x + margin) * scale, height - (y - whole.min().y + margin) * scale);
    // Colours stand in the drawing itself: not every reader of HTML takes those of the page into it.
    let mut out = format!("<svg class=\"plan\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\">");
    for road in &park.roads {
        for line in &road.line {
            let points: Vec<String> =
                line.coords().map(|c| place(c.x, c.y)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = write!(
                out,
                "<polyline fill=\"none\" stroke=\"#c9ced3\" stroke-width=\"2\" points=\"{}\"/>",
                points.join(" ")
            );
        }
    }
    let struck: std::collections::HashSet<&str> =
        run.outcome.struck.iter().map(|struck| struck.building.as_str()).collect();
    for building in &park.buildings {
        let paint = if struck.contains(building.provenance.key.as_str()) {
            "fill=\"#7a4a46\" stroke=\"#3d1f1c\" stroke-width=\"0.5\""
        } else {
            "fill=\"#e4e6e9\" stroke=\"#9aa2aa\" stroke-width=\"0.4\""
        };
        let _ = write!(out, "<path {paint} d=\"{}\"/>", path(&building.footprint, &place));
    }
    let _ = write!(
        out,
        "<path fill=\"#b3261e\" fill-opacity=\"0.2\" stroke=\"#b3261e\" stroke-width=\"1.4\" stroke-dasharray=\"5 2\" \
         fill-rule=\"evenodd\" d=\"{}\"/>",
        path(&run.zone.1, &place)
    );
    for engine in &run.outcome.engines {
        let points: Vec<String> =
            engine.track.iter().map(|(_, at)| place(at[0], at[1])).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(
            out,
            "<polyline fill=\"none\" stroke=\"#b3261e\" stroke-width=\"1.6\" points=\"{}\"/>",
            points.join(" ")
        );
    }
    out.push_str(&marks(&park.resources, &place));
    out.push_str("</svg>");
    out
}

/// Hydrants, places of assembly and stations in service: the drill reckons with no other.
fn marks(resources: &[EmergencyResource], place: &impl Fn(f64, f64) -> (f64, f64)) -> String {
    let mut out = String::new();
    for resource in resources.iter().filter(|one| in_service(one)) {
        let (x, y) = place(resource.position[0], resource.position[1]);
        let mark = match resource.kind {
            ResourceKind::Hydrant => format!("<circle fill=\"#1f77b4\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.6\"/>"),
            ResourceKind::AssemblyPoint => format!(
                "<rect fill=\"#2e9e5b\" stroke=\"#ffffff\" x=\"{:.1}\" y=\"{:.1}\" width=\"7\" height=\"7\"/>",
                x - 3.5,
                y - 3.5
            ),
            ResourceKind::FireStation => format!(
                "<path fill=\"#b3261e\" stroke=\"#ffffff\" d=\"M{x:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z\"/>",
                y - 6.0,
                x + 5.5,
                y + 4.0,
                x - 5.5,
                y + 4.0
            ),
            _ => continue,
        };
        out.push_str(&mark);
    }
    out
}

#[cfg(test)]
mod tests {
    use spatial_db::model::Provenance;

    use super::*;

    #[test]
    fn the_plan_has_no_hydrant_that_is_out_of_service() {
        let hydrant = |id, x, state: Option<&str>| EmergencyResource {
            state: state.map(str::to_owned),
            ..EmergencyResource::bare(id, Provenance::default(), ResourceKind::Hydrant, [x, 0.0])
        };
        let drawn = marks(&[hydrant(1, 10.0, None), hydrant(2, 20.0, Some("broken"))], &|x, y| (x, y));
        assert!(drawn.matches("<circle").count() == 1 && drawn.contains("cx=\"10.0\""), "{drawn}");
    }
}
