//! `twin incident`: from a broken water main to the draft of an alert.

use std::collections::HashSet;
use std::path::PathBuf;

use analysis::emergency::evacuation::{Evacuation, EvacuationError, EvacuationRules, WayNetwork, groups_and_places};
use analysis::emergency::evacuation_error_words;
use analysis::emergency::incident::{Mains, OutOfReach, ShutOff, closes, given_up, presence, rerouted, ways_closed};
use analysis::words;
use analysis::words::Words;
use clap::Args;
use serde_json::{Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::FeatureId;
use twin_engine::Language;
use twin_engine::text::Text;

use crate::calc::answer::Answer;
use crate::cli::LanguageName;
use crate::drill::in_degrees;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::progress::Progress;
use crate::report::whole;
use crate::rules::tables;

/// Arguments of `twin incident`.
#[derive(Debug, Args)]
#[command(
    after_help = "Valves to close, hydrants and buildings without water, buildings that no hydrant reaches any more, the evacuation of everyone by \
    other ways, and with --cap the draft of an alert (CAP 1.2, status Exercise). What is not known is said with each. For exercises and \
    planning; docs/emergency.md says what is left out.\n\n\
    Example:\n  twin incident qingxi --burst SS71-SS8 --cap alert.xml --json"
)]
pub(crate) struct IncidentArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Key of the water main, or of the point on it, that has burst
    #[arg(long, value_name = "KEY")]
    burst: String,
    /// Draft of a public alert to write, CAP 1.2 with status Exercise
    #[arg(long)]
    cap: Option<PathBuf>,
    /// Hour of a working day: who is where
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..24))]
    hour: u32,
    /// What the draws of reaction times and reduced mobility begin with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Language of the answer in words; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

impl IncidentArguments {
    /// The language of the answer.
    pub(crate) fn language(&self) -> Language {
        self.lang.map_or_else(Language::from_environment, Into::into)
    }
}

pub(crate) fn run(arguments: &IncidentArguments) -> Result<(), Failure> {
    let progress = Progress::new(false);
    let loaded = Origin::of(&arguments.park).load(false, &progress);
    progress.finish();
    let cache = Cache::build(loaded?.0);
    let park = cache.snapshot();
    let (there, rules) = (presence(park), tables());
    let network = |source| Failure::Network { source };
    let mains = Mains::of(&cache, &there, &rules.topology, &rules.land).map_err(network)?;
    let shut = mains.shut_off(&arguments.burst).map_err(network)?;
    let reach = mains.out_of_reach(&shut);
    let mut answer = Answer::new(
        "burst-main",
        words!(
            "calc-source-incident",
            "valves and mains on record (docs/networks.md); GB 50974-2014 (reach of hydrants); SFPE 2016 and Weidmann 1993 (evacuation)"
        ),
        words!(
            "calc-left-incident",
            "how long crews take to the valves, pressure, what the water washes away, water brought by tanker"
        ),
    );
    answer.set("park", park.park.slug.as_str());
    answer.set("burst", arguments.burst.as_str());
    let mut unknown = supply(&mut answer, &cache, &mains, (&shut, &reach));
    match walked(arguments, &cache, &shut) {
        Ok((walk, left_out)) => {
            answer.set("evacuation", walk);
            unknown.extend(left_out);
        }
        // A park without places or ways is one whose evacuation nobody can tell.
        Err(why) => {
            answer.set("evacuation", Value::Null);
            unknown.push(words!(
                "calc-incident-evacuation",
                "evacuation: {why}",
                why = evacuation_error_words(&why).in_english(why.to_string())
            ));
        }
    }
    answer.say_all("unknown", unknown);
    if let Some(path) = &arguments.cap {
        let area = in_degrees(park.park.srid, &mains.area(&shut, closes(&EvacuationRules::shipped()).value));
        let chinese = Text::of(Language::Chinese);
        let said = |words: &Words| chinese.words(words);
        whole(path, mains.alert(&arguments.burst, (&shut, &reach), chrono::Utc::now(), &area, said).as_bytes())?;
        answer.set("cap", path.display().to_string());
    }
    answer.print(arguments.json, Text::of(arguments.language()))
}

/// What the break takes away; gives what is not known of it.
fn supply(answer: &mut Answer, cache: &Cache, mains: &Mains<'_>, (shut, reach): (&ShutOff, &OutOfReach)) -> Vec<Words> {
    let park = cache.snapshot();
    let buildings =
        |slots: &[usize]| -> Vec<&str> { slots.iter().map(|k| park.buildings[*k].provenance.key.as_str()).collect() };
    let hydrants = |ids: &[FeatureId]| -> Vec<&str> {
        let dry: HashSet<FeatureId> = ids.iter().copied().collect();
        park.nodes.iter().filter(|node| dry.contains(&node.id)).map(|node| node.provenance.key.as_str()).collect()
    };
    answer.set("place_m", shut.place_m.map(|place| place.to_vec()));
    answer.set("valves_to_close", shut.close.as_slice());
    answer.set("valves_of_unknown_state", shut.state_unknown.as_slice());
    answer.set("valves_that_cannot_be_closed", shut.stuck.as_slice());
    answer.set("valves_on_record_as_closed", shut.closed.as_slice());
    answer.set("lines_on_record_as_closed", shut.closed_lines.as_slice());
    answer.set("sources_shut_off", shut.sources_shut.as_slice());
    answer.set("hydrants_without_water", hydrants(&shut.hydrants));
    answer.set("buildings_without_water", buildings(&shut.buildings));
    answer.set("buildings_by_nearest_main", shut.by_line);
    answer.set("hydrants_perhaps_without_water", hydrants(&shut.perhaps.hydrants));
    answer.set("buildings_perhaps_without_water", buildings(&shut.perhaps.buildings));
    answer.set("supply_known", shut.supply_known);
    answer.set("out_of_reach_before", reach.known.then_some(reach.before));
    answer.set("buildings_more_out_of_reach", reach.known.then(|| buildings(&reach.more)));
    let mut unknown = Vec::new();
    if shut.along_a_line {
        unknown.push(words!(
            "calc-incident-place",
            "place: where along the line it broke is not known; half-way along it is taken"
        ));
    }
    if shut.by_line > 0 {
        unknown.push(by_line(shut.by_line));
    }
    if !shut.state_unknown.is_empty() {
        unknown.push(untold(shut.state_unknown.len()));
    }
    if !shut.supply_known {
        unknown.push(words!(
            "calc-incident-source",
            "water: no source is on record for what broke; who loses water behind it is not known"
        ));
    }
    if mains.unserved() > 0 {
        unknown.push(unserved(mains.unserved()));
    }
    if !reach.known {
        unknown.push(words!("calc-incident-no-hydrant", "reach: no hydrant in service is on record"));
    }
    if reach.without_footprint > 0 {
        unknown.push(without_footprint(reach.without_footprint));
    }
    unknown
}

/// So many buildings lose water by the nearest main alone.
fn by_line(buildings: usize) -> Words {
    let one = "of the buildings without water is counted by the nearest main, no connection of its own is";
    words!(
        "calc-incident-by-line",
        "water: {count} of the buildings without water are counted by the nearest main, no connection of theirs is on record",
        count = buildings
    )
    .counted(
        buildings,
        ["of the buildings without water are counted by the nearest main, no connection of theirs is", one],
    )
}

/// How so many valves stand nobody has told.
fn untold(valves: usize) -> Words {
    words!(
        "calc-incident-valves",
        "valves: of {count} nobody has told how they stand; they are taken for open and for ones that close",
        count = valves
    )
    .counted(
        valves,
        [
            "nobody has told how they stand; they are taken for open and for ones that close",
            "nobody has told how it stands; it is taken for open and for one that closes",
        ],
    )
}

/// What serves so many buildings is not known.
fn unserved(buildings: usize) -> Words {
    words!(
        "calc-incident-unserved",
        "water: what serves {count} buildings is not known, no main is near",
        count = buildings
    )
    .counted(buildings, ["buildings", "building"])
}

/// So many buildings have no footprint.
fn without_footprint(buildings: usize) -> Words {
    words!("calc-incident-footprint", "reach: {count} buildings have no footprint on record", count = buildings)
        .counted(buildings, ["buildings have", "building has"])
}

/// The people of so many buildings are not known.
fn unknown_people(buildings: usize) -> Words {
    words!("calc-incident-people", "evacuation: the people of {count} buildings are not known", count = buildings)
        .counted(buildings, ["buildings", "building"])
}

/// The evacuation of everyone without and with the ways near the break closed, and what is not known of it.
fn walked(
    arguments: &IncidentArguments,
    cache: &Cache,
    shut: &ShutOff,
) -> Result<(Value, Vec<Words>), EvacuationError> {
    let (park, rules) = (cache.snapshot(), EvacuationRules::shipped());
    let ways = WayNetwork::of(&park.roads, &rules)?;
    let people = groups_and_places(park, cache.footprint_area_m2(), &rules, arguments.hour)?;
    let (near, until) = (closes(&rules), given_up(&rules));
    let closed =
        shut.place_m.map_or_else(|| vec![false; ways.ways.len()], |place| ways_closed(&ways, place, near.value));
    let [before, after] = rerouted(&rules, &ways, (&people.groups, &people.places), &closed, arguments.seed)?;
    let of = |one: &Evacuation| {
        json!({
            "arrived": one.arrivals.len(), "cut_off": one.cut_off, "on_the_way": one.on_the_way, "egress_s": one.egress_s,
        })
    };
    let places: Vec<Value> = people
        .places
        .iter()
        .zip(before.places.iter().zip(&after.places))
        .map(|(place, (before, after))| {
            json!({ "place": place.name, "arrived_before": before.arrived, "arrived_after": after.arrived })
        })
        .collect();
    let walk = json!({
        "closed_within_m": near.value, "closed_within_from": near.citation().to_string(),
        "given_up_after_s": until.value, "given_up_after_from": until.citation().to_string(),
        "ways_closed": closed.iter().filter(|closed| **closed).count(),
        "persons": before.persons, "before": of(&before), "after": of(&after), "places": places,
    });
    let mut unknown = Vec::new();
    if !people.unknown.is_empty() {
        unknown.push(unknown_people(people.unknown.len()));
    }
    if shut.place_m.is_none() {
        unknown.push(words!(
            "calc-incident-no-place",
            "evacuation: where the main broke is not known, and no way is closed for it"
        ));
    }
    Ok((walk, unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_that_is_not_known_is_not_called_as_many_are() {
        let said = |of: fn(usize) -> Words| [of(1), of(21)].map(|words| words.to_string());
        assert_eq!(
            said(by_line)[0],
            "water: 1 of the buildings without water is counted by the nearest main, no connection of its own is on record"
        );
        assert!(said(by_line)[1].contains("21 of the buildings without water are counted"));
        assert_eq!(
            said(untold)[0],
            "valves: of 1 nobody has told how it stands; it is taken for open and for one that closes"
        );
        assert!(said(untold)[1].contains("of 21 nobody has told how they stand"));
        assert_eq!(
            said(unserved),
            ["1 building is", "21 buildings is"]
                .map(|what| format!("water: what serves {what} not known, no main is near"))
        );
        assert_eq!(
            said(without_footprint),
            ["1 building has", "21 buildings have"].map(|what| format!("reach: {what} no footprint on record"))
        );
        assert_eq!(
            said(unknown_people),
            ["1 building", "21 buildings"].map(|what| format!("evacuation: the people of {what} are not known"))
        );
        let chinese = Text::of(Language::Chinese);
        assert!(chinese.words(&untold(1)).contains("阀门：1 个"), "one word in Chinese");
    }
}
