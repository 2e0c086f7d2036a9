//! `twin calc crowd`: people of a building or an area, followed out one by one.

mod drawing;
mod files;
mod given;

use std::path::PathBuf;

use analysis::emergency::crowd::said::notes;
use analysis::emergency::crowd::{DoorUse, Egress, EgressInput, Opening, egress};
use analysis::emergency::evacuation::EvacuationRules;
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::{cache, place};
use crate::failure::Failure;
use given::Given;

/// Arguments of `twin calc crowd`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: collision-free speed model of Tordeux, Chraibi and Seyfried (2016); free speeds of Weidmann (1993); flow of doors by the \
    SFPE Handbook (2016); density of Helbing, Johansson and Al-Abideen (2007); levels of service of Fruin (1971); congestion by IMO \
    MSC.1/Circ.1533. docs/emergency.md says what each leaves out.\n\n\
    Examples:\n  twin calc crowd qingxi --building QX-30-01-05 --door 560070.2,3453340.5,1.8 --persons 120\n  \
    twin calc crowd qingxi --building QX-30-01-05 --door 560070.2,3453340.5 --door 560043.8,3453342.0 --out density.svg --out replay.gpkg\n  \
    twin calc crowd qingxi --area yard.geojson --doors gates.geojson --walls racks.geojson --persons 300 --json"
)]
pub(super) struct CrowdArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Key of the building that is left
    #[arg(long, value_name = "KEY", required_unless_present = "area", conflicts_with = "area")]
    building: Option<String>,
    /// File with the area that is left instead, as polygons: a map file, or WKT in the park's metres (.wkt)
    #[arg(long, value_name = "FILE")]
    area: Option<PathBuf>,
    /// File with what stands inside: lines are walls, areas are walls all round
    #[arg(long, value_name = "FILE")]
    walls: Option<PathBuf>,
    /// File with doors besides those on record: lines are as wide as the door, points have the width of the table
    #[arg(long, value_name = "FILE")]
    doors: Option<PathBuf>,
    /// A door besides those on record, EAST,NORTH or EAST,NORTH,WIDTH in metres, on its wall; may be given several times
    #[arg(long, value_name = "E,N[,M]", value_parser = told_door, allow_hyphen_values = true)]
    door: Vec<ToldDoor>,
    /// Key of an entrance on record that is shut; may be given several times
    #[arg(long, value_name = "KEY")]
    shut: Vec<String>,
    /// Persons in it; by the record of employees and tenancies if not given
    #[arg(long)]
    persons: Option<u32>,
    /// Hour of a working day: who is in it by the record
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..24))]
    hour: u32,
    /// What the draws of places, speeds, reaction times and reduced mobility begin with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Everyone sets out at the alarm, without a time to react
    #[arg(long)]
    at_once: bool,
    /// When to stop at the latest, s
    #[arg(long, value_name = "S", default_value_t = 1800.0)]
    until: f64,
    /// File to write, may be given several times: .csv (doors), .geojson or .gpkg (doors, densities, everyone's way), .svg (picture of the
    /// density), or a folder for CSV of everything
    #[arg(long, short, value_name = "FILE")]
    out: Vec<PathBuf>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// A door that no record has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ToldDoor {
    at_m: [f64; 2],
    width_m: Option<f64>,
}

/// `EAST,NORTH`, and how wide it is where that is told.
fn told_door(text: &str) -> Result<ToldDoor, String> {
    let Some((second, third)) = text.match_indices(',').nth(1).map(|(at, _)| text.split_at(at)) else {
        return Ok(ToldDoor { at_m: place(text)?, width_m: None });
    };
    let width = third.trim_start_matches(',').trim();
    let width_m = width.parse::<f64>().ok().filter(|width| width.is_finite() && *width > 0.0);
    let width_m = Some(width_m.ok_or_else(|| format!("`{width}` is no width in metres"))?);
    Ok(ToldDoor { at_m: place(second)?, width_m })
}

/// What was found, with what it was asked of.
struct Told<'a> {
    arguments: &'a CrowdArguments,
    given: &'a Given,
    found: &'a Egress,
    text: &'a Text,
}

impl Told<'_> {
    /// What an opening is called: its door, or its doors.
    fn name(&self, opening: &Opening) -> String {
        let names: Vec<&str> = opening.doors.iter().map(|door| self.given.plan.doors[*door].name.as_str()).collect();
        names.join(" + ")
    }

    /// Every opening with how it was used, in the order of the doors that it is.
    fn doors(&self) -> impl Iterator<Item = (String, &Opening, &DoorUse)> {
        let mut all: Vec<(&Opening, &DoorUse)> = self.found.openings.iter().zip(&self.found.doors).collect();
        all.sort_by_key(|(opening, _)| number(opening));
        all.into_iter().map(|(opening, used)| (self.name(opening), opening, used))
    }

    /// Whether a width of an opening is assumed.
    fn width_is_assumed(&self, opening: &Opening) -> bool {
        opening.doors.iter().any(|door| self.given.assumed[*door])
    }
}

/// Number of an opening in the picture: that of its first door in the plan, as doors that are told are called.
fn number(opening: &Opening) -> usize {
    opening.doors.iter().min().map_or(0, |door| door + 1)
}

fn middle(opening: &Opening) -> [f64; 2] {
    [0.5 * (opening.from[0] + opening.to[0]), 0.5 * (opening.from[1] + opening.to[1])]
}

pub(super) fn run(arguments: &CrowdArguments, text: &Text) -> Result<(), Failure> {
    for path in &arguments.out {
        files::check(path)?;
    }
    let cache = cache(&arguments.park)?;
    let rules = EvacuationRules::shipped();
    let given = given::given(arguments, &cache, &rules, text)?;
    let input = EgressInput {
        plan: &given.plan,
        persons: given.persons,
        seed: arguments.seed,
        at_once: arguments.at_once,
        until_s: arguments.until,
    };
    let found = egress(&rules, &input)?;
    let told = Told { arguments, given: &given, found: &found, text };
    let park = &cache.snapshot().park;
    let said: Vec<String> =
        notes(&rules, &given.known, &found, arguments.until).iter().map(|note| text.words(note)).collect();
    for path in &arguments.out {
        files::write(path, &told, park, &said)?;
    }
    let mut answer = Answer::new(
        "collision-free speed",
        words!(
            "calc-source-crowd",
            "Tordeux, Chraibi and Seyfried 2016; Weidmann 1993 (speeds); SFPE Handbook 2016 (doors); Helbing, Johansson and Al-Abideen 2007 (density)"
        ),
        words!(
            "calc-left-crowd",
            "pushing, groups, choice of exit by crowding, counterflow, smoke, stairs and what stands inside unless it is told"
        ),
    );
    answer.set("park", park.slug.as_str());
    answer.set("place", given.place.as_str());
    answer.set("persons", given.persons);
    answer.set("persons_from", given.persons_from());
    answer.set("seed", arguments.seed);
    answer.set("area_m2", found.area_m2);
    answer.set("egress_s", found.egress_s);
    answer.set("half_out_s", found.half_s);
    answer.set("nine_tenths_out_s", found.nine_tenths_s);
    answer.set("still_inside", found.inside);
    answer.set("rule_egress_s", found.rule_s);
    set_last(&mut answer, &told);
    let doors: Vec<Value> = told.doors().map(|(name, opening, used)| door(&told, &name, opening, used)).collect();
    answer.set("doors", doors);
    answer.set("doors_shut", arguments.shut.clone());
    set_density(&mut answer, &found, text);
    answer.set("step_s", found.model.step_s);
    answer.set("grid_m", found.model.cell_m);
    answer.set("notes", said.iter().map(|note| json!({ "note": note })).collect::<Vec<_>>());
    answer.print(arguments.json, text)
}

/// Who was the last one out, and from where.
fn set_last(answer: &mut Answer, told: &Told<'_>) {
    let Some(last) = told.found.last else { return };
    let track = &told.found.tracks[last.person];
    let from = track.places_m.first();
    answer.set("last_out_door", told.name(&told.found.openings[last.opening]));
    answer.set("last_out_from_east_m", from.map(|at| at[0]));
    answer.set("last_out_from_north_m", from.map(|at| at[1]));
    answer.set("last_out_set_out_s", track.ready_s);
    answer.set("last_out_reduced_mobility", track.slow);
}

fn door(told: &Told<'_>, name: &str, opening: &Opening, used: &DoorUse) -> Value {
    let [east_m, north_m] = middle(opening);
    json!({
        "door": name,
        "east_m": east_m,
        "north_m": north_m,
        "width_m": opening.width_m,
        "width_assumed": told.width_is_assumed(opening),
        "persons": used.persons,
        "first_s": used.first_s,
        "last_s": used.last_s,
        "flow_1_s": used.flow_1_s,
        "most_flow_1_s": used.most_1_s,
        "rule_flow_1_s": used.capacity_1_s,
        "over_rule": used.most_1_s.zip(used.capacity_1_s).map(|(most, rule)| most > rule),
        "rule_s": used.rule_s,
    })
}

fn set_density(answer: &mut Answer, found: &Egress, text: &Text) {
    let peaks: Vec<Value> = found
        .peaks
        .iter()
        .map(|peak| {
            json!({
                "density_1_m2": peak.cell.most_1_m2,
                "level": peak.level,
                "at_s": peak.cell.at_s,
                "east_m": peak.cell.at_m[0],
                "north_m": peak.cell.at_m[1],
                "congested_s": peak.cell.congested_s,
            })
        })
        .collect();
    answer.set("density_peak_1_m2", found.peaks.first().map(|peak| peak.cell.most_1_m2));
    answer.set("density_peaks", peaks);
    answer.set("level_source", text.words(&found.levels.source));
    answer.set("congested_1_m2", found.levels.congested_1_m2);
    answer.set("congested_source", text.words(&found.levels.congested_source));
    answer.set("congested_s", found.congested_s);
    answer.set("congestion_counts", found.congestion_counts);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Openings stand in the order of the walls; their numbers are those of the doors.
    #[test]
    fn an_opening_has_the_number_of_its_first_door() {
        let opening = |doors: &[usize]| Opening {
            doors: doors.to_vec(),
            from: [0.0, 0.0],
            to: [1.0, 0.0],
            width_m: 1.0,
            asked_m: 1.0,
            enclosed: false,
        };
        assert_eq!([&[2][..], &[3, 0], &[1]].map(|doors| number(&opening(doors))), [3, 1, 2]);
    }

    #[test]
    fn a_door_is_told_with_or_without_its_width() {
        assert_eq!(told_door("10,-20.5"), Ok(ToldDoor { at_m: [10.0, -20.5], width_m: None }));
        assert_eq!(told_door("10, 20, 1.2"), Ok(ToldDoor { at_m: [10.0, 20.0], width_m: Some(1.2) }));
        for wrong in ["10", "10,x", "10,20,", "10,20,-3", "10,20,nan", "10,20,3,4"] {
            assert!(told_door(wrong).is_err(), "{wrong}");
        }
    }
}
