//! `twin calc evac`.

use analysis::emergency::evacuation::{
    Assembly, Door, EvacuationInput, EvacuationRules, Stair, Walking, WayNetwork, evacuate, groups_and_places_with,
};
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use spatial_db::model::{FeatureId, FeatureKind};
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::{cache, place};
use crate::failure::Failure;

/// Arguments of `twin calc evac`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: SFPE Handbook of Fire Protection Engineering (Gwynne and Rosenbaum 2016): flow through doors, speed on the level and on \
    stairs; Weidmann (1993): speed by density on ways.\n\n\
    Examples:\n  twin calc evac --persons 100 --door 1.0 --farthest 8 --json\n  twin calc evac --density 1.5 --json\n  \
    twin calc evac --tread 0.28 --riser 0.18 --way 10 --json\n  twin calc evac --park ubc-ca --place 482300,5456800 --place 481500,5457300,2000"
)]
pub(super) struct EvacArguments {
    /// Persons in the room
    #[arg(long, requires = "door")]
    persons: Option<f64>,
    /// Clear width of the door, m
    #[arg(long, value_name = "M", required_unless_present_any = ["density", "tread", "park"])]
    door: Option<f64>,
    /// How far the last person is from the door, m
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    farthest: f64,
    /// Density, persons/m²: speeds at it
    #[arg(long, value_name = "1/M2")]
    density: Option<f64>,
    /// Tread of a stair, m
    #[arg(long, value_name = "M", requires = "riser")]
    tread: Option<f64>,
    /// Riser of a stair, m
    #[arg(long, value_name = "M", requires = "tread")]
    riser: Option<f64>,
    /// Way along the stair, m
    #[arg(long, value_name = "M", requires = "tread", allow_negative_numbers = true)]
    way: Option<f64>,
    /// Park whose buildings are all left at once, for its places of assembly
    #[arg(long, conflicts_with_all = ["door", "density", "tread"])]
    park: Option<String>,
    /// A place of assembly that is assumed besides those on record, EAST,NORTH or EAST,NORTH,PERSONS that it takes; may be given several times
    #[arg(long, value_name = "E,N[,PERSONS]", value_parser = assumed, requires = "park", allow_hyphen_values = true)]
    place: Vec<Assumed>,
    /// Hour of a working day: who is where
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..24))]
    hour: u32,
    /// What the draws of reaction times and reduced mobility begin with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When to stop at the latest, s
    #[arg(long, value_name = "S", default_value_t = 7200.0)]
    until: f64,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// A place of assembly that no record has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Assumed {
    position_m: [f64; 2],
    capacity: Option<u32>,
}

/// `EAST,NORTH`, and how many persons it takes where that is told.
fn assumed(text: &str) -> Result<Assumed, String> {
    let Some((second, third)) = text.match_indices(',').nth(1).map(|(at, _)| text.split_at(at)) else {
        return Ok(Assumed { position_m: place(text)?, capacity: None });
    };
    let persons = third.trim_start_matches(',').trim();
    let capacity = persons.parse().map_err(|_| format!("`{persons}` is no number of persons"))?;
    Ok(Assumed { position_m: place(second)?, capacity: Some(capacity) })
}

pub(super) fn run(arguments: &EvacArguments, text: &Text) -> Result<(), Failure> {
    if let Some(park) = &arguments.park {
        return whole_park(arguments, park, text);
    }
    let walking = Walking::new(&EvacuationRules::shipped());
    let mut answer = Answer::new(
        "walking",
        "SFPE Handbook 2016; Weidmann 1993",
        words!("calc-left-walking", "counterflow, groups, smoke, time to set out"),
    );
    let density = arguments.density.unwrap_or(0.0);
    if let Some(width_m) = arguments.door {
        let door = Door { width_m };
        let flow = walking.door_flow(door)?;
        answer.set("effective_width_m", flow.effective_m);
        answer.set("flow_1_s", flow.flow_1_s);
        if let Some(persons) = arguments.persons {
            answer.set("egress_s", walking.hand_egress_s(persons, door, arguments.farthest)?);
        }
    }
    if arguments.density.is_some() {
        answer.set("density_1_m2", density);
        answer.set("speed_weidmann_m_s", walking.weidmann_m_s(density)?);
        answer.set("speed_sfpe_m_s", walking.sfpe_m_s(density)?);
    }
    if let (Some(tread_m), Some(riser_m)) = (arguments.tread, arguments.riser) {
        let speed = walking.stair_m_s(Stair { tread_m, riser_m }, density)?;
        answer.set("speed_stair_m_s", speed);
        if let Some(way) = arguments.way {
            answer.set("stair_s", walking.along_s(way, speed)?);
        }
    }
    answer.print(arguments.json, text)
}

/// Everyone of a park.
fn whole_park(arguments: &EvacArguments, park: &str, text: &Text) -> Result<(), Failure> {
    let cache = cache(park)?;
    let rules = EvacuationRules::shipped();
    let snapshot = cache.snapshot();
    let ways = WayNetwork::of(&snapshot.roads, &rules)?;
    let assumed: Vec<Assembly> = arguments
        .place
        .iter()
        .enumerate()
        .map(|(number, place)| Assembly {
            // No row of the store has a number below nothing.
            resource: FeatureId::new(FeatureKind::EmergencyResource, -1 - number as i64),
            name: None,
            position_m: place.position_m,
            capacity: place.capacity,
        })
        .collect();
    let people = groups_and_places_with(snapshot, cache.footprint_area_m2(), &rules, arguments.hour, &assumed)?;
    let input = EvacuationInput {
        ways: &ways,
        groups: &people.groups,
        places: &people.places,
        closures: &[],
        seed: arguments.seed,
        until_s: arguments.until,
    };
    let found = evacuate(&rules, &input)?;
    let mut answer = Answer::new(
        "evacuation",
        words!(
            "calc-source-evacuation",
            "SFPE Handbook 2016 (doors); Weidmann 1993 (ways); shortest way to the nearest place with room"
        ),
        words!(
            "calc-left-evacuation",
            "sight and knowledge of the way, stairs and corridors inside, cars; occupants follow from employees on record, or floor area and use"
        ),
    );
    answer.set("persons", found.persons);
    answer.set("arrived", found.arrivals.len());
    answer.set("on_the_way", found.on_the_way);
    answer.set("cut_off", found.cut_off);
    answer.set("egress_s", found.egress_s);
    let share = |share: f64| {
        let index = (share * f64::from(found.persons)).ceil() as usize;
        index.checked_sub(1).and_then(|index| found.arrivals.get(index)).map(|arrival| arrival.at_s)
    };
    answer.set("half_arrived_s", share(0.5));
    answer.set("nine_tenths_arrived_s", share(0.9));
    answer.set("buildings_unknown", people.unknown.len());
    let places: Vec<Value> = people
        .places
        .iter()
        .zip(&found.places)
        .map(|(place, used)| {
            json!({
                "place": place.name,
                "east_m": place.position_m[0],
                "north_m": place.position_m[1],
                "assumed": assumed.contains(place),
                "arrived": used.arrived,
                "capacity": used.capacity,
                "over": used.over,
            })
        })
        .collect();
    answer.set("places", places);
    answer.print(arguments.json, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_with_or_without_what_it_takes() {
        assert_eq!(assumed("10,-20.5"), Ok(Assumed { position_m: [10.0, -20.5], capacity: None }));
        assert_eq!(assumed("10, 20, 300"), Ok(Assumed { position_m: [10.0, 20.0], capacity: Some(300) }));
        for wrong in ["10", "10,x", "10,20,", "10,20,-3", "10,20,3,4"] {
            assert!(assumed(wrong).is_err(), "{wrong}");
        }
    }
}
