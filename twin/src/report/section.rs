//! `twin section`: the networks cut along a line, as rows and as a drawing.

use std::path::PathBuf;

use analysis::network::section_along;
use analysis::network::sheets::section_sheet;
use clap::Args;
use serde_json::{Map, json};
use spatial_db::cache::Cache;
use spatial_db::model::Presence;
use twin_engine::{SectionSheet, section_svg};

use super::profile::times;
use super::write::{Outgoing, rows};
use super::{Asked, Format, whole};
use crate::failure::Failure;
use crate::print;

/// Arguments of `twin section`.
#[derive(Debug, Args)]
#[command(
    after_help = "Coordinates are the park's own (east,north in metres), as the foot of the window shows them.\n\nExamples:\n  \
    twin section qingxi --line \"559230,3453247 559280,3453247\" --svg street.svg\n  \
    twin section qingxi --line \"559230,3453247 559280,3453247 559280,3453307\" --format csv"
)]
pub(crate) struct SectionArguments {
    #[command(flatten)]
    asked: Asked,
    /// Places along the line, "x,y x,y …", m; pieces are laid out one after the other
    #[arg(long, value_parser = places)]
    line: Places,
    /// SVG file to draw it into, besides
    #[arg(long, value_name = "SVG")]
    svg: Option<PathBuf>,
    /// How many times higher than long it is drawn; the most of 1, 2, 5, 10 … that fits, if not given
    #[arg(long, value_name = "TIMES", requires = "svg", value_parser = times)]
    exaggeration: Option<f64>,
}

/// Places as given.
#[derive(Debug, Clone)]
struct Places(Vec<[f64; 2]>);

fn places(text: &str) -> Result<Places, String> {
    let place = |pair: &str| -> Option<[f64; 2]> {
        let (x, y) = pair.split_once(',')?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        Some([number(x)?, number(y)?])
    };
    let found: Option<Vec<[f64; 2]>> = text.split_whitespace().map(place).collect();
    let found = found.ok_or_else(|| format!("`{text}` is not a list of places \"x,y x,y …\""))?;
    let long = found.windows(2).any(|pair| pair[0] != pair[1]);
    if long { Ok(Places(found)) } else { Err("a line needs at least two places that are apart".to_owned()) }
}

pub(crate) fn run(arguments: &SectionArguments) -> Result<(), Failure> {
    let asked = &arguments.asked;
    let (park, as_of) = asked.load()?;
    let there = Presence::on(&park, as_of);
    let cache = Cache::build(park.clone());
    let line = &arguments.line.0;
    let section = section_along(&cache, Some(&there), line);
    if let (Some(path), [from, .., to]) = (&arguments.svg, line.as_slice()) {
        let sheet = SectionSheet {
            park: &park.park,
            ends: [*from, *to],
            drawn_on: chrono::Local::now().date_naive(),
            language: asked.language(),
            exaggeration: arguments.exaggeration,
        };
        whole(path, section_svg(&section, &sheet).as_bytes())?;
        // The drawing is all that was asked for, unless rows were too.
        if asked.out.is_none() && asked.format == Format::Table {
            return print::line(path.display().to_string());
        }
    }
    let sheet = section_sheet(&park, &section);
    Outgoing { asked, park: &park, as_of, sheet: &sheet }.write(|text| {
        Map::from_iter([
            ("length_m".to_owned(), json!(section.length_m)),
            ("ground".to_owned(), json!(section.ground)),
            ("boundaries_m".to_owned(), json!(section.boundaries_m)),
            ("rows".to_owned(), rows(&sheet, text)),
        ])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_or_refused() {
        assert_eq!(places("1,2 3.5,4").unwrap().0, [[1.0, 2.0], [3.5, 4.0]]);
        assert_eq!(places(" -1,2\n3,4  5,6 ").unwrap().0.len(), 3);
        for bad in ["", "1,2", "1,2 1,2", "1,2 3", "1,2 3,x", "1,2 3,inf"] {
            assert!(places(bad).is_err(), "{bad}");
        }
    }
}
