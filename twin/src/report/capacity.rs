//! `twin capacity`: what remains of power, water, sewage, gas, heat, fibre and ducts for parcels, and through which bottleneck.

use std::path::PathBuf;

use analysis::network::capacity::{
    Capacity, CapacityRules, Missing, Place, Reached, Remaining, buildings_sheet, elements_sheet, parcels_sheet,
    way_sheet,
};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
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

fn told(answer: &Remaining) -> Value {
    let parts = |element: &analysis::network::capacity::Element| {
        json!({
            "key": element.key,
            "rated": element.rated.as_ref().map(|rated| rated.value),
            "connected": element.connected.as_ref().map(|load| load.value),
            "loads_unknown": element.loads_unknown,
            "committed": (!element.on_loop).then_some(element.committed),
            "remaining": element.remains(),
            "on_loop": element.on_loop,
        })
    };
    let promised = |one: &analysis::network::capacity::Commitment| json!({ "source": one.source, "parcel": one.parcel, "date": one.date, "amount": one.amount });
    json!({
        "resource": answer.resource,
        "unit": answer.unit,
        "by": answer.by,
        "remaining": answer.value,
        "known": answer.known.as_str(),
        "missing": answer.known.missing().iter().map(|one| one.words().to_string()).collect::<Vec<_>>(),
        "bottleneck": answer.bottleneck().map(parts),
        "committed": answer.committed.iter().map(promised).collect::<Vec<_>>(),
        "way": answer.path.iter().map(parts).collect::<Vec<_>>(),
    })
}

fn table(path: Option<&PathBuf>) -> Result<CapacityRules, Failure> {
    let Some(path) = path else { return Ok(tables().capacity.clone()) };
    single(path, "capacity", CapacityRules::parse)
}

pub(crate) fn run(arguments: &CapacityArguments) -> Result<(), Failure> {
    let (park, as_of) = arguments.asked.load()?;
    let (table, settings, there) = (table(arguments.rules.as_ref())?, &tables().topology, Presence::on(&park, as_of));
    let capacity = Capacity::of(&park, &there, settings, &table, &arguments.resource)?;
    let by = arguments.by.unwrap_or(as_of);
    let (sheet, detail) = match arguments.kind {
        Kind::Parcels => {
            let (sheet, answers) = parcels_sheet(&capacity, by);
            let count = |word: &str| answers.iter().filter(|answer| answer.known.as_str() == word).count();
            let for_the_way = |word: &str| {
                let of_this = answers.iter().filter(|answer| answer.known.as_str() == word);
                let is_way = |one: &Missing| matches!(one, Missing::Route(_));
                of_this.filter(|answer| answer.known.missing().iter().all(is_way)).count()
            };
            let counts = json!({
                "known": count("known"), "at_most": count("at_most"), "unknown": count("unknown"),
                // Of those: where all is on record but which way it comes.
                "at_most_for_the_way": for_the_way("at_most"), "unknown_for_the_way": for_the_way("unknown"),
            });
            (sheet, json!({ "unit": capacity.resource.unit, "by": by, "counts": counts }))
        }
        Kind::Buildings => {
            // What is counted in one network without adding up: the holes of its ducts.
            let of_ducts = |one: &&analysis::network::capacity::Resource| {
                one.class == capacity.resource.class && !one.adds && capacity.resource.adds
            };
            let ducts = table.resources.iter().find(of_ducts);
            let ducts = ducts.map(|ducts| Capacity::of(&park, &there, settings, &table, &ducts.name)).transpose()?;
            let (sheet, answers) = buildings_sheet(&capacity, ducts.as_ref(), by);
            let connected = answers.iter().filter(|answer| answer.reached == Reached::Connection).count();
            let counts = json!({ "connected": connected, "unknown": answers.len() - connected });
            (sheet, json!({ "unit": capacity.resource.unit, "by": by, "counts": counts }))
        }
        Kind::Elements => (elements_sheet(&capacity, by), json!({ "unit": capacity.resource.unit, "by": by })),
        Kind::At => {
            let place = match (&arguments.parcel, &arguments.building, arguments.point, &arguments.node) {
                (Some(key), ..) => Place::Parcel(key),
                (_, Some(key), ..) => Place::Building(key),
                (_, _, Some(at), _) => Place::Point(at),
                (.., Some(key)) => Place::Node(key),
                _ => return Err(Failure::NoPlace),
            };
            let answer = capacity.remaining(place, by)?;
            let mut detail = told(&answer);
            let steps = capacity.over_time(place, by)?;
            detail["over_time"] = steps
                .iter()
                .map(|step| {
                    let key = step.bottleneck().map(|element| element.key.as_str());
                    json!({ "from": step.by, "remaining": step.value, "known": step.known.as_str(), "bottleneck": key })
                })
                .collect();
            (way_sheet(&capacity, &answer), detail)
        }
    };
    let out = Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &sheet };
    out.write(|text| beside(&detail, &sheet, text))
}
