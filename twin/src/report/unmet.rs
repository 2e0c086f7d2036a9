//! `twin pitch unmet`: what prospects on record asked for and no site gives, and where a single change would have served whom.

use std::sync::Arc;

use analysis::overlay::Overlay;
use analysis::siting::{
    Demand, Ground, NetworkSupplies, UnmetDemand, unmet, unmet_criteria, unmet_overlay, unmet_parcels,
    unmet_requirements,
};
use chrono::{Months, NaiveDate};
use clap::{Args, ValueEnum};
use serde_json::Map;
use spatial_db::cache::Cache;
use spatial_db::model::Presence;
use twin_engine::OverlayOn;

use super::Asked;
use super::write::{Outgoing, rows};
use crate::cli::OverlayName;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;
use crate::rules::tables;

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
    let record = Record::of(Origin::of(&arguments.asked.park))?;
    let (park, as_of) = arguments.asked.load()?;
    let found = record.found(&Cache::build(Arc::clone(&park)), as_of);
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

/// What prospects on record asked for, to be held against any state of their park on any day.
#[derive(Debug, Clone)]
pub(crate) struct Record(Arc<Vec<Demand>>);

impl Record {
    /// That of a park in the database; packages carry none.
    pub(crate) fn of(origin: Origin<'_>) -> Result<Self, Failure> {
        match origin {
            Origin::Store(slug) => {
                let events = store()?.pitch_events(slug)?;
                Ok(Self(Arc::new(Demand::of_record(events.iter().map(|event| &event.entry)))))
            }
            Origin::Package(path) => Err(Failure::RecordOfPackage { path: path.to_path_buf() }),
        }
    }

    /// Held against a park of a day, with what the networks have promised in the ten years to come.
    fn found(&self, cache: &Cache, as_of: NaiveDate) -> UnmetDemand {
        let park = cache.snapshot();
        let in_force = tables();
        let presence = Presence::on(park, as_of);
        let until = as_of.checked_add_months(Months::new(120)).unwrap_or(as_of);
        let supplies = NetworkSupplies::of(park, &presence, &in_force.topology, &in_force.capacity, until);
        unmet(&Ground::of(cache, &in_force.land, &in_force.siting, as_of), &supplies, &self.0)
    }

    /// The overlay of unmet demand over a park.
    pub(crate) fn overlay(&self, cache: &Cache, as_of: NaiveDate) -> Overlay {
        unmet_overlay(&self.found(cache, as_of), cache.snapshot(), as_of)
    }

    /// What makes `others` of any day, and this one besides.
    pub(crate) fn beside(&self, others: OverlayOn, cache: &Arc<Cache>) -> OverlayOn {
        let (record, cache) = (self.clone(), Arc::clone(cache));
        Arc::new(
            move |day: NaiveDate, name: &str| {
                if name == OverlayName::Unmet.word() { Some(record.overlay(&cache, day)) } else { others(day, name) }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{Park, ParkSnapshot};

    use super::*;

    #[test]
    fn unmet_demand_is_made_for_any_day_beside_the_other_overlays() {
        let park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        let cache = Arc::new(Cache::build(Arc::new(park)));
        let others: OverlayOn = Arc::new(|_: NaiveDate, name: &str| -> Option<Overlay> {
            assert_eq!(name, "idle", "what they do not know is not asked of them");
            None
        });
        let made = Record(Arc::new(Vec::new())).beside(others, &cache);
        let day = NaiveDate::from_ymd_opt(2024, 12, 31).unwrap();
        let overlay = made(day, "unmet").unwrap();
        assert_eq!((overlay.name.as_str(), overlay.as_of), ("unmet", day));
        assert!(made(day, "idle").is_none());
    }
}
