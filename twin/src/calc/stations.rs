//! `twin calc stations`: how soon an engine is at each parcel and building.

use analysis::emergency::evacuation::EvacuationRules;
use analysis::emergency::{Drive, station_reach};
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use spatial_db::model::Provenance;
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::cache;
use crate::failure::Failure;

/// Arguments of `twin calc stations`.
#[derive(Debug, Args)]
#[command(
    after_help = "Source: shortest way on the roads on record that an engine drives on, at the mean speed and after the turnout of \
    analysis/rules/evacuation.toml; the time to keep of Jianbiao 152-2017, from memory.\n\n\
    Example:\n  twin calc stations cambridge-us --within 240 --json"
)]
pub(super) struct StationArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Time from the alarm in which an engine is to be there, s; that of the table if not given
    #[arg(long, value_name = "S")]
    within: Option<f64>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &StationArguments, text: &Text) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let rules = EvacuationRules::shipped();
    let asked = rules.figure("response", "arrival_s");
    let within_s = arguments.within.unwrap_or(asked.value);
    let source = if arguments.within.is_some() {
        words!("calc-source-stations-asked", "shortest way by road; the time asked for")
    } else {
        words!("calc-source-stations", "shortest way by road; {rule}", rule = asked.citation())
    };
    let mut answer = Answer::new(
        "station-reach",
        source,
        words!(
            "calc-left-stations",
            "one-way streets, turns, traffic, bridges (taken for crossings), engines that are out, stations outside the record"
        ),
    );
    let park = cache.snapshot();
    answer.set("park", park.park.slug.as_str());
    answer.set("within_s", within_s);
    let figure = |name| rules.figure("response", name).value;
    answer.set("turnout_s", figure("turnout_s"));
    answer.set("engine_m_s", figure("engine_m_s"));
    let found = station_reach(&cache, &rules)?;
    answer.set("stations", found.as_ref().map_or(0, |found| found.stations));
    let Some(found) = found else {
        answer.say(
            "missing",
            words!("calc-no-station", "no fire station in service is on record: how soon an engine comes is not known"),
        );
        return answer.print(arguments.json, text);
    };
    let parcels = park.parcels.iter().map(|parcel| &parcel.provenance).zip(&found.parcels);
    set_drives(&mut answer, "parcel", within_s, parcels);
    let buildings = park.buildings.iter().map(|building| &building.provenance).zip(&found.buildings);
    set_drives(&mut answer, "building", within_s, buildings);
    answer.print(arguments.json, text)
}

/// Counts of what is reached in time, and a row for each that is not.
fn set_drives<'a>(
    answer: &mut Answer,
    kind: &str,
    within_s: f64,
    drives: impl Iterator<Item = (&'a Provenance, &'a Drive)>,
) {
    let (mut in_time, mut late, mut unknown, mut slowest_s) = (0_usize, 0_usize, 0_usize, None::<f64>);
    let mut rows: Vec<Value> = Vec::new();
    for (provenance, drive) in drives {
        let (arrival_s, way_m) = match *drive {
            Drive::By { way_m, arrival_s } => {
                slowest_s = Some(slowest_s.map_or(arrival_s, |most| most.max(arrival_s)));
                if arrival_s <= within_s {
                    in_time += 1;
                    continue;
                }
                late += 1;
                (Some(arrival_s), Some(way_m))
            }
            Drive::NotThere => continue,
            Drive::NotJoined | Drive::Nowhere => {
                unknown += 1;
                (None, None)
            }
        };
        rows.push(json!({ kind: provenance.key, "arrival_s": arrival_s, "way_m": way_m }));
    }
    answer.set(&format!("{kind}s_in_time"), in_time);
    answer.set(&format!("{kind}s_late"), late);
    answer.set(&format!("{kind}s_unknown"), unknown);
    answer.set(&format!("{kind}s_slowest_s"), slowest_s);
    answer.set(&format!("{kind}s_not_in_time"), rows);
}
