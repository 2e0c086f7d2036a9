//! `twin pitch unmet`: what prospects on record asked for and no site gives, and where a single change would have served whom.

use std::sync::Arc;

use analysis::network::Settings;
use analysis::network::capacity::CapacityRules;
use analysis::overlay::Overlay;
use analysis::rules::RuleSet;
use analysis::siting::{
    Demand, Ground, NetworkSupplies, SitingTables, UnmetDemand, unmet, unmet_criteria, unmet_overlay, unmet_parcels,
    unmet_requirements,
};
use chrono::{Months, NaiveDate};
use clap::{Args, ValueEnum};
use serde_json::Map;
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, Presence};

use super::Asked;
use super::write::{Outgoing, rows};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;

/// Arguments of `twin pitch unmet`.
#[derive(Debug, Args)]
#[command(after_help = "docs/pitch.md says what counts as unmet, and what a single change is.\n\nExamples:\n  \
    twin pitch unmet qingxi\n  twin pitch unmet qingxi --by criterion\n  \
    twin pitch unmet qingxi --by parcel --format gpkg --out unmet.gpkg\n  \
    twin shot qingxi --overlay unmet --out unmet.png")]
pub(crate) struct UnmetArguments {
    #[command(flatten)]
    asked: Asked,
    /// What a row is of; JSON has all three
    #[arg(long, value_enum, default_value = "requirement")]
    by: By,
}

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// A requirement and what its nearest site lacks
    Requirement,
    /// What is missing, over all requirements
    Criterion,
    /// A parcel and what a single change there would have served
    Parcel,
}

pub(crate) fn run(arguments: &UnmetArguments) -> Result<(), Failure> {
    let demands = demands(Origin::of(&arguments.asked.park))?;
    let (park, as_of) = arguments.asked.load()?;
    let found = found(&park, as_of, &demands);
    let sheets = [unmet_requirements(&found), unmet_criteria(&found), unmet_parcels(&found, &park)];
    let sheet = match arguments.by {
        By::Requirement => &sheets[0],
        By::Criterion => &sheets[1],
        By::Parcel => &sheets[2],
    };
    Outgoing { asked: &arguments.asked, park: &park, as_of, sheet }.write(|text| {
        let mut object = Map::new();
        object.insert("asked".into(), found.asked.into());
        object.insert("met".into(), found.met.into());
        object.insert("closed".into(), found.closed.into());
        for (name, sheet) in ["requirements", "criteria", "parcels"].into_iter().zip(&sheets) {
            object.insert(name.into(), rows(sheet, text));
        }
        object
    })
}

/// Requirements on record of a park in the database; packages carry no record.
fn demands(origin: Origin<'_>) -> Result<Vec<Demand>, Failure> {
    match origin {
        Origin::Store(slug) => {
            let events = store()?.pitch_events(slug)?;
            Ok(Demand::of_record(events.iter().map(|event| &event.entry)))
        }
        Origin::Package(path) => Err(Failure::RecordOfPackage { path: path.to_path_buf() }),
    }
}

/// The record held against a park of a day, with what the networks have promised in the ten years to come.
fn found(park: &Arc<ParkSnapshot>, as_of: NaiveDate, demands: &[Demand]) -> UnmetDemand {
    let (rules, tables, capacities) = (RuleSet::shipped(), SitingTables::shipped(), CapacityRules::shipped());
    let presence = Presence::on(park, as_of);
    let until = as_of.checked_add_months(Months::new(120)).unwrap_or(as_of);
    let supplies = NetworkSupplies::of(park, &presence, &Settings::shipped(), &capacities, until);
    let cache = Cache::build(Arc::clone(park));
    unmet(&Ground::of(&cache, &rules, &tables, as_of), &supplies, demands)
}

/// The overlay of unmet demand over a park.
pub(crate) fn overlay(origin: Origin<'_>, park: &Arc<ParkSnapshot>, as_of: NaiveDate) -> Result<Overlay, Failure> {
    let demands = demands(origin)?;
    Ok(unmet_overlay(&found(park, as_of, &demands), park, as_of))
}
