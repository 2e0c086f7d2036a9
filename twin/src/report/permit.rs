//! `twin permit`: what has to be known before digging, on a page that prints on A4 and needs nothing beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::network::permit::{Beside, NearLine, Operators, Permit, check_floor, check_pit, floor_of, permit};
use analysis::sheet::{self, Sheet};
use askama::Template;
use chrono::NaiveDate;
use clap::Args;
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, Presence};
use twin_engine::Language;
use twin_engine::text::Text;

use super::write::{head, short, whole};
use crate::cli::LanguageName;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::print;
use crate::progress::Progress;
use crate::rules::tables;

/// Room round the outline in the plan, m.
const ROUND_M: f64 = 8.0;

/// Arguments of `twin permit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Coordinates are the park's own (east,north in metres), as the foot of the window shows them.\n\nExamples:\n  \
    twin permit qingxi --outline \"559244,3453240 559264,3453240 559264,3453255\" --depth 2.5 --out dig.html"
)]
pub(crate) struct PermitArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    park: String,
    /// Corners of the pit, "x,y x,y x,y …", m
    #[arg(long, value_parser = corners)]
    outline: Corners,
    /// Depth of the floor below the lowest ground at the corners, m
    #[arg(
        long,
        value_name = "M",
        required_unless_present = "floor",
        conflicts_with = "floor",
        allow_negative_numbers = true
    )]
    depth: Option<f64>,
    /// Elevation of the floor, m
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    floor: Option<f64>,
    /// How far beside the pit lines, fittings and buildings are told of, and lines under its floor are near, m
    #[arg(long, value_name = "M", default_value_t = 1.0, allow_negative_numbers = true)]
    caution: f64,
    /// Table of columns that name operators, and of their telephones, instead of the one that ships
    #[arg(long, value_name = "TOML")]
    operators: Option<PathBuf>,
    /// HTML file to write
    #[arg(long, short)]
    out: PathBuf,
    /// Date; the park's own if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    as_of: Option<NaiveDate>,
    /// Language; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
}

/// An outline as given.
#[derive(Debug, Clone)]
struct Corners(Vec<[f64; 2]>);

fn corners(text: &str) -> Result<Corners, String> {
    let corner = |pair: &str| -> Option<[f64; 2]> {
        let (x, y) = pair.split_once(',')?;
        let at = [x.trim().parse::<f64>().ok()?, y.trim().parse::<f64>().ok()?];
        at.iter().all(|ordinate| ordinate.is_finite()).then_some(at)
    };
    let found: Option<Vec<[f64; 2]>> = text.split_whitespace().map(corner).collect();
    match found {
        Some(found) if found.len() > 2 => Ok(Corners(found)),
        _ => Err("three corners and more are needed, as \"x,y x,y x,y\"".to_owned()),
    }
}

#[derive(Template)]
#[template(path = "permit.html")]
struct Page {
    lang: &'static str,
    title: String,
    park: String,
    as_of: String,
    data: String,
    facts: Vec<(String, String)>,
    plan: String,
    tables: Vec<Table>,
    nothing: String,
    notes: Vec<String>,
    credit: String,
}

struct Table {
    name: &'static str,
    title: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(crate) fn run(arguments: &PermitArguments) -> Result<(), Failure> {
    let outline = &arguments.outline.0;
    check_pit(outline, arguments.depth, arguments.caution)?;
    let operators = operators(arguments.operators.as_deref())?;
    let progress = Progress::new(false);
    let loaded = Origin::of(&arguments.park).load(false, &progress);
    progress.finish();
    let (park, _) = loaded?;
    let as_of = arguments.as_of.or(park.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    let language = arguments.lang.map_or_else(Language::from_environment, Into::into);
    let cache = Cache::build(Arc::clone(&park));
    let floor = arguments.floor.or_else(|| floor_of(&cache, outline, arguments.depth?));
    let floor = floor.ok_or(Failure::NoGround)?;
    check_floor(&cache, outline, floor)?;
    let there = Presence::on(&park, as_of);
    let found = permit(&cache, &there, &tables().clearance, &operators, outline, floor, arguments.caution);
    whole(&arguments.out, page(&park, &there, &found, as_of, language)?.as_bytes())?;
    print::line(arguments.out.display().to_string())
}

fn operators(path: Option<&Path>) -> Result<Operators, Failure> {
    let Some(path) = path else { return Ok(tables().operators.clone()) };
    let bad = |source| Failure::NetworkTable { path: path.to_owned(), table: "operators", source };
    let table = std::fs::read_to_string(path).map_err(|source| bad(source.into()))?;
    Operators::parse(&table).map_err(|source| bad(source.into()))
}

/// The page of a permit.
pub(crate) fn page(
    park: &ParkSnapshot,
    there: &Presence,
    found: &Permit,
    as_of: NaiveDate,
    language: Language,
) -> Result<String, Failure> {
    let text = Text::of(language);
    let credit: Vec<String> = sheet::credits(&park.park).iter().map(|one| text.words(one)).collect();
    let page = Page {
        lang: if language == Language::Chinese { "zh" } else { "en" },
        title: text.words(&found.title()),
        park: park.park.name.clone(),
        as_of: as_of.to_string(),
        data: text.words(&sheet::origin(park.park.synthetic)),
        facts: found.facts().iter().map(|(label, value)| (text.words(label), text.words(value))).collect(),
        plan: plan(park, there, found),
        tables: found.tables().iter().map(|table| shown(table, text)).collect(),
        nothing: text.words(&sheet::nothing()),
        notes: found.notes().iter().map(|note| text.words(note)).collect(),
        credit: credit.join(" · "),
    };
    page.render().map_err(|source| Failure::Page { source })
}

fn shown(sheet: &Sheet, text: &Text) -> Table {
    let cells = |row: &sheet::Row| {
        row.cells.iter().zip(&sheet.columns).map(|(cell, column)| short(cell, column.holds, text)).collect()
    };
    Table {
        name: sheet.name,
        title: text.words(&sheet.title),
        heads: sheet.columns.iter().map(|column| head(column, text)).collect(),
        rows: sheet.rows.iter().map(cells).collect(),
    }
}

/// The pit and the lines round it from above, north up, in the colours of their classes.
fn plan(park: &ParkSnapshot, there: &Presence, permit: &Permit) -> String {
    let rules = &tables().land;
    let fold = |axis: usize, pick: fn(f64, f64) -> f64, from: f64| {
        permit.outline.iter().map(|corner| corner[axis]).fold(from, pick)
    };
    let low = [0, 1].map(|axis| fold(axis, f64::min, f64::INFINITY) - ROUND_M);
    let high = [0, 1].map(|axis| fold(axis, f64::max, f64::NEG_INFINITY) + ROUND_M);
    let (width, height) = (high[0] - low[0], high[1] - low[1]);
    let at = |x: f64, y: f64| (x - low[0], high[1] - y);
    let mut svg = format!("<svg viewBox=\"0 0 {width:.2} {height:.2}\" role=\"img\">");
    let path = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut said = String::new();
        for [x, y] in points {
            let (x, y) = at(x, y);
            let _ = write!(said, "{}{x:.2} {y:.2}", if said.is_empty() { "M" } else { " L" });
        }
        said
    };
    let stroke = width.max(height) / 250.0;
    let outline = path(&mut permit.outline.iter().copied());
    let _ = write!(
        svg,
        "<path d=\"{outline} Z\" fill=\"#f1e6d2\" stroke=\"#1d2833\" stroke-width=\"{stroke:.3}\" stroke-dasharray=\"{:.2}\"/>",
        stroke * 4.0
    );
    let sure = permit.met.pipes.iter().zip(&permit.unsure).map(|(pipe, why)| (pipe.id, why.is_empty()));
    let beside = |line: &NearLine| matches!(line.beside, Beside::InPit | Beside::Near);
    let named: Vec<_> = sure.chain(permit.near.iter().map(|line| (line.id, beside(line)))).collect();
    let mut labels = String::new();
    let size = stroke * 6.0;
    for (number, (id, sure)) in named.into_iter().enumerate() {
        let Some(row) = park.edges.iter().position(|edge| edge.id == id).filter(|row| there.edges[*row]) else {
            continue;
        };
        let line = &park.edges[row];
        let [r, g, b] = rules.network_class(line.class).map_or([90, 90, 96], |row| row.colour);
        let wide = line.diameter_mm.map_or(stroke * 1.5, |mm| (mm / 1000.0).max(stroke * 1.5));
        let d = path(&mut line.path.iter().map(|[x, y, _]| [*x, *y]));
        // What is only possibly so is broken, as well as said in the table.
        let dashes =
            if sure { String::new() } else { format!(" stroke-dasharray=\"{:.2} {:.2}\"", stroke * 7.0, stroke * 3.0) };
        let _ = write!(
            svg,
            "<path d=\"{d}\" fill=\"none\" stroke=\"#{r:02x}{g:02x}{b:02x}\" stroke-width=\"{wide:.3}\"{dashes}/>"
        );
        if let Some([x, y]) = shown_at(&line.path, low, high, number) {
            let (x, y) = at(x, y);
            let _ = write!(
                labels,
                "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"{:.3}\">{}</text>",
                stroke * 1.5,
                escaped(&line.provenance.key),
            );
        }
    }
    svg.push_str(&labels);
    // North is up.
    let (x, y) = (width * 0.97, height * 0.04);
    let _ = write!(
        svg,
        "<path d=\"M{x:.2} {:.2} v-{:.2} l-{:.2} {:.2} M{x:.2} {:.2} l{:.2} {:.2}\" fill=\"none\" stroke=\"#1d2833\" stroke-width=\"{stroke:.3}\"/><text x=\"{x:.2}\" y=\"{:.2}\" font-size=\"{size:.2}\" text-anchor=\"middle\">N</text>",
        y + size * 2.0,
        size * 2.0,
        size * 0.4,
        size * 0.7,
        y,
        size * 0.4,
        size * 0.7,
        y + size * 3.1,
    );
    // A bar of five metres.
    let (x, y, size) = (width * 0.03, height * 0.96, stroke * 8.0);
    let _ = write!(
        svg,
        "<path d=\"M{x:.2} {y:.2} h5\" stroke=\"#1d2833\" stroke-width=\"{stroke:.3}\"/><text x=\"{:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\">5 m</text></svg>",
        x + 5.4
    );
    svg
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A place of a line within the plan to write its key at; lines beside each other have theirs apart.
fn shown_at(path: &[[f64; 3]], low: [f64; 2], high: [f64; 2], number: usize) -> Option<[f64; 2]> {
    let places = path.windows(2).flat_map(|pair| {
        let run = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        let steps = (run / 0.5).ceil().clamp(1.0, 10_000.0) as usize;
        (0..=steps).map(move |step| {
            let share = step as f64 / steps as f64;
            [0, 1].map(|axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * share)
        })
    });
    let inside = |place: &[f64; 2]| (0..2).all(|axis| place[axis] > low[axis] + 1.0 && place[axis] < high[axis] - 1.0);
    let places: Vec<[f64; 2]> = places.filter(inside).collect();
    // Steps of a golden section never come together.
    let share = 0.2 + 0.6 * (number as f64 * 0.618).fract();
    places.get((places.len() as f64 * share) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_read_or_refused() {
        assert_eq!(corners("1,2 3.5,4 -5,6").unwrap().0, [[1.0, 2.0], [3.5, 4.0], [-5.0, 6.0]]);
        for bad in ["", "1,2 3,4", "1,2 3,4 5", "1,2 3,4 5,x", "1,2 3,4 5,inf"] {
            assert!(corners(bad).is_err(), "{bad}");
        }
    }
}
