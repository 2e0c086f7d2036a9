//! `twin profile`: a way through a network from the side, as rows and as a drawing.

use std::path::PathBuf;

use analysis::network::answers::{Network, Told, valves_told};
use analysis::network::profile::{Profile, ProfileRows, profile_sheet};
use analysis::network::trace::Way;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::Presence;
use twin_engine::text::Text;
use twin_engine::{ProfileSheet, profile_svg};

use super::trace::ClassName;
use super::write::{Outgoing, rows};
use super::{Asked, Format, whole};
use crate::failure::Failure;
use crate::print;
use crate::rules::tables;

/// Arguments of `twin profile`.
#[derive(Debug, Args)]
#[command(after_help = "docs/sections.md says what the rows and the drawing hold.\n\nExamples:\n  \
    twin profile qingxi --class drainage --from YS363 --svg ys363.svg\n  \
    twin profile qingxi --class drainage --from YS367 --upstream --rows findings\n  \
    twin profile qingxi --class water --from SS1 --to SS71 --format json --out ss.json")]
pub(crate) struct ProfileArguments {
    #[command(flatten)]
    asked: Asked,
    /// Which network
    #[arg(long, value_enum)]
    class: ClassName,
    /// Key of the line or point where it begins: from there with the flow to the nearest outfall
    #[arg(long, value_name = "KEY")]
    from: String,
    /// Key of the line or point where it ends: the shortest way there, with the flow where there is one
    #[arg(long, value_name = "KEY")]
    to: Option<String>,
    /// The longest way that flows to it, from the farthest head
    #[arg(long, conflicts_with = "to")]
    upstream: bool,
    /// Key of a valve that is closed; may be given several times
    #[arg(long, value_name = "KEY")]
    closed: Vec<String>,
    /// Key of a switch that is off; may be given several times
    #[arg(long, value_name = "KEY")]
    off: Vec<String>,
    /// Which rows the table, the spreadsheet and the map layer hold; JSON holds all
    #[arg(long, value_enum, default_value = "stations")]
    rows: RowsName,
    /// SVG file to draw it into, besides
    #[arg(long, value_name = "SVG")]
    svg: Option<PathBuf>,
    /// How many times higher than long it is drawn; ten where that fits, if not given
    #[arg(long, value_name = "TIMES", requires = "svg", value_parser = times)]
    exaggeration: Option<f64>,
    /// Scale along: one to so many; as fits a sheet if not given
    #[arg(long, value_name = "ONE_TO", requires = "svg", value_parser = times)]
    scale: Option<f64>,
}

/// Rows of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RowsName {
    /// Stations, each with the pipe that goes on from it
    Stations,
    /// Lines of other networks that cross
    Crossings,
    /// What is wrong, with its clause
    Findings,
}

impl From<RowsName> for ProfileRows {
    fn from(name: RowsName) -> Self {
        match name {
            RowsName::Stations => Self::Stations,
            RowsName::Crossings => Self::Crossings,
            RowsName::Findings => Self::Flaws,
        }
    }
}

/// A factor as given.
pub(super) fn times(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().map_err(|_| format!("`{text}` is no number"))?;
    if (0.01..=1e6).contains(&number) { Ok(number) } else { Err(format!("{number} is not from 0.01 to 1000000")) }
}

pub(crate) fn run(arguments: &ProfileArguments) -> Result<(), Failure> {
    let asked = &arguments.asked;
    let (park, as_of) = asked.load()?;
    let (tables, there) = (tables(), Presence::on(&park, as_of));
    let told = Told { closed: &arguments.closed, off: &arguments.off, stuck: &[] };
    let told = valves_told(&park, arguments.class.into(), told)?;
    let cache = Cache::build(park.clone());
    let network = Network::of(&park, &there, arguments.class.into(), &tables.topology, told)?;
    let way = if arguments.upstream { Way::Upstream } else { Way::Downstream };
    let places = (arguments.from.as_str(), arguments.to.as_deref());
    let profile = network.profile(&cache, places, way, (&tables.clearance, &tables.profile))?;
    if let Some(path) = &arguments.svg {
        let sheet = ProfileSheet {
            park: &park.park,
            as_of,
            drawn_on: chrono::Local::now().date_naive(),
            language: asked.language(),
            exaggeration: arguments.exaggeration,
            scale: arguments.scale,
        };
        whole(path, profile_svg(&profile, &sheet).as_bytes())?;
        // The drawing is all that was asked for, unless rows were too.
        if asked.out.is_none() && asked.format == Format::Table {
            return print::line(path.display().to_string());
        }
    }
    let sheet = profile_sheet(&park, &profile, arguments.rows.into());
    Outgoing { asked, park: &park, as_of, sheet: &sheet }.write(|text| told_of(&park, &profile, text))
}

/// Everything of a profile, for programs.
fn told_of(park: &spatial_db::model::ParkSnapshot, profile: &Profile, text: &Text) -> Map<String, Value> {
    let of = |which: ProfileRows| rows(&profile_sheet(park, profile, which), text);
    let known = |z: f64| Some(z).filter(|z| z.is_finite());
    let corner = |corner: &analysis::network::profile::Corner| {
        let [x, y, z] = corner.position;
        json!({ "chainage_m": corner.at_m, "x": x, "y": y, "axis_m": known(z) })
    };
    let corners: Vec<Value> = profile.corners.iter().map(corner).collect();
    Map::from_iter([
        ("length_m".to_owned(), json!(profile.length_m)),
        ("stations".to_owned(), of(ProfileRows::Stations)),
        ("crossings".to_owned(), of(ProfileRows::Crossings)),
        ("findings".to_owned(), of(ProfileRows::Flaws)),
        ("way".to_owned(), json!(corners)),
        ("ground".to_owned(), json!(profile.ground)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_read_or_refused() {
        assert_eq!(times(" 10 "), Ok(10.0));
        for bad in ["", "0", "-5", "ten", "inf", "NaN"] {
            assert!(times(bad).is_err(), "{bad}");
        }
    }
}
