//! `twin capacity`: what remains of power, water, sewage, gas, heat, fibre and ducts for parcels, and through which bottleneck.

use std::path::PathBuf;

use analysis::network::answers::{Network, Told, valves_told};
use analysis::network::capacity::{Capacity, CapacityRules, Place, buildings_left, parcels_left, worst_elements};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use spatial_db::model::Presence;

use super::Asked;
use super::write::{Outgoing, beside};
use crate::failure::Failure;
use crate::rules::{single, tables};

/// Arguments of `twin capacity`.
#[derive(Debug, Args)]
#[command(
    after_help = "docs/capacity.md says which columns tell ratings and loads, and what stays unknown.\n\nExamples:\n  \
    twin capacity parcels qingxi --resource power --by 2028-12-31\n  \
    twin capacity parcels qingxi --resource water --format gpkg --out water.gpkg\n  \
    twin capacity elements qingxi --resource power --format csv --out feeders.csv\n  \
    twin capacity buildings qingxi --resource fibre\n  \
    twin capacity parcels qingxi --resource power --off GD388\n  \
    twin capacity at qingxi --resource power --parcel 990001001001GB00012 --format json"
)]
pub(crate) struct CapacityArguments {
    /// What to list
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    asked: Asked,
    /// What: power, water, sewage, gas, heat, fibre, ducts, or a name of your table
    #[arg(long)]
    resource: String,
    /// Commitments count up to this day; the day of the records if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    by: Option<NaiveDate>,
    /// For `at`: number or key of the parcel
    #[arg(long, value_name = "PARCEL", conflicts_with_all = ["point", "node"])]
    parcel: Option<String>,
    /// For `at`: key or name of the building
    #[arg(long, value_name = "BUILDING", conflicts_with_all = ["parcel", "point", "node"])]
    building: Option<String>,
    /// For `at`: easting and northing in the park's coordinates, m
    #[arg(long, value_name = "E,N", value_parser = point, conflicts_with = "node")]
    point: Option<[f64; 2]>,
    /// For `at`: key of a point of the network
    #[arg(long, value_name = "KEY")]
    node: Option<String>,
    /// Key of a valve that is closed, whatever is on record; may be given several times
    #[arg(long, value_name = "KEY")]
    closed: Vec<String>,
    /// Key of a switch that is off, whatever is on record; may be given several times
    #[arg(long, value_name = "KEY")]
    off: Vec<String>,
    /// Key of a valve that is open or a switch that is on, and stays so, whatever is on record; may be given several times
    #[arg(long, value_name = "KEY")]
    stuck: Vec<String>,
    /// Table of columns and figures instead of the one that ships
    #[arg(long, value_name = "TOML")]
    rules: Option<PathBuf>,
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Every parcel, the least left first
    Parcels,
    /// Every building: whether it is connected on record, and what is left for it; of fibre, what is left of ducts as well
    Buildings,
    /// Every line and point that limits somebody, the least left first
    Elements,
    /// One place: its way, part by part, and what is left as days go by
    At,
}

fn point(text: &str) -> Result<[f64; 2], String> {
    let parts: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    parts.and_then(|parts| parts.try_into().ok()).ok_or_else(|| "easting,northing, such as 560100,3453200".to_owned())
}

fn table(path: Option<&PathBuf>) -> Result<CapacityRules, Failure> {
    let Some(path) = path else { return Ok(tables().capacity.clone()) };
    single(path, "capacity", CapacityRules::parse)
}

pub(crate) fn run(arguments: &CapacityArguments) -> Result<(), Failure> {
    let (park, as_of) = arguments.asked.load()?;
    let (table, settings, there) = (table(arguments.rules.as_ref())?, &tables().topology, Presence::on(&park, as_of));
    let resource = table.known(&arguments.resource)?;
    let told = Told { closed: &arguments.closed, off: &arguments.off, stuck: &arguments.stuck };
    let told = valves_told(&park, resource.class, told)?;
    let network = Network::of(&park, &there, resource.class, settings, told)?;
    let capacity = Capacity::on(&network, &table, resource);
    let by = arguments.by.unwrap_or(as_of);
    let answer = match arguments.kind {
        Kind::Parcels => capacity.parcels(&parcels_left(&capacity, by), by),
        Kind::Buildings => {
            let ducts = table.beside(resource).map(|ducts| Capacity::on(&network, &table, ducts));
            capacity.buildings(&buildings_left(&capacity, by), ducts.as_ref(), by)
        }
        Kind::Elements => capacity.lines_and_points(&worst_elements(&capacity, by), by),
        Kind::At => {
            let place = match (&arguments.parcel, &arguments.building, arguments.point, &arguments.node) {
                (Some(key), ..) => Place::Parcel(key),
                (_, Some(key), ..) => Place::Building(key),
                (_, _, Some(at), _) => Place::Point(at),
                (.., Some(key)) => Place::Node(key),
                _ => return Err(Failure::NoPlace),
            };
            capacity.place(place, by)?.0
        }
    };
    let out = Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &answer.sheet };
    out.write(|text| beside(&answer.told, &answer.sheet, text))
}
