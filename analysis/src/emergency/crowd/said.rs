//! What people are told of a way out of a plan.

use super::Egress;
use crate::emergency::evacuation::EvacuationRules;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Where a number of persons is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonsFrom {
    /// The record at an hour of a working day.
    Record(u32),
    /// Whoever asked.
    Told,
}

/// What is in the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanGiven {
    /// Where the number of persons is from.
    pub persons: PersonsFrom,
    /// Doors whose width nobody told.
    pub assumed_widths: usize,
    /// It is a building; its storeys where they are on record.
    pub building: Option<Option<f64>>,
    /// Walls inside were told.
    pub walls: bool,
    /// Everyone sets out at once.
    pub at_once: bool,
}

/// What the reader must know.
pub fn notes(rules: &EvacuationRules, given: &PlanGiven, found: &Egress, until_s: f64) -> Vec<Words> {
    let mut notes: Vec<Words> = Vec::new();
    match given.persons {
        PersonsFrom::Record(hour) => notes.push(words!(
            "crowd-note-record",
            "persons by the record at {hour} o'clock of a working day",
            hour = hour.to_string()
        )),
        PersonsFrom::Told => notes.push(words!("crowd-note-told", "persons as told, not from the record")),
    }
    if given.assumed_widths > 0 {
        let assumed = rules.figure("doors", "default_width_m");
        notes.push(
            words!(
                "crowd-note-width",
                "{count} doors have no clear width on record or told; assumed: {width} m ({rule})",
                count = given.assumed_widths,
                width = format!("{:.1}", assumed.value),
                rule = assumed.citation()
            )
            .counted(given.assumed_widths, ["doors have", "door has"]),
        );
    }
    let narrowed = found.openings.iter().filter(|opening| opening.width_m < opening.asked_m - 0.01).count();
    if narrowed > 0 {
        notes.push(
            words!(
                "crowd-note-narrowed",
                "{count} doors are no wider than the straight wall that they stand in",
                count = narrowed
            )
            .counted(
                narrowed,
                [
                    "doors are no wider than the straight wall that they stand",
                    "door is no wider than the straight wall that it stands",
                ],
            ),
        );
    }
    let joined = found.openings.iter().filter(|opening| opening.doors.len() > 1).count();
    if joined > 0 {
        notes.push(
            words!(
                "crowd-note-joined",
                "{count} openings are several doors that would lie in each other",
                count = joined
            )
            .counted(joined, ["openings are", "opening is"]),
        );
    }
    let enclosed = found.openings.iter().filter(|opening| opening.enclosed).count();
    if enclosed > 0 {
        notes.push(words!(
            "crowd-note-enclosed",
            "openings into what the area surrounds, such as a courtyard: {count}; whoever leaves there counts as out, and whether there is a way on is not known",
            count = enclosed
        ));
    }
    match given.building {
        Some(Some(storeys)) if storeys > 1.0 => notes.push(words!(
            "crowd-note-storeys",
            "{storeys} storeys on record: everyone is taken to stand on the ground floor; the way down the stairs is left out, and the time is no less than this",
            storeys = format!("{storeys:.0}")
        )),
        Some(None) => notes.push(words!(
            "crowd-note-no-storeys",
            "storeys are not on record: everyone is taken to stand on the ground floor"
        )),
        _ => {}
    }
    if !given.walls {
        notes.push(words!(
            "crowd-note-walls",
            "no walls and machines inside are known: the ground is taken for one open room, and the time is no less than this"
        ));
    }
    if given.at_once {
        notes.push(words!("crowd-note-at-once", "everyone sets out at the alarm"));
    } else {
        let reaction = rules.figure("persons", "reaction_median_s");
        notes.push(words!(
            "crowd-note-reaction",
            "people set out after a time that the seed draws, half of them within {median} s ({rule})",
            median = format!("{:.0}", reaction.value),
            rule = reaction.citation()
        ));
    }
    if found.inside > 0 {
        notes.push(
            words!(
                "crowd-note-inside",
                "{count} persons are still inside after {until} s: when the last is out is not known",
                count = found.inside,
                until = format!("{until_s:.0}")
            )
            .counted(found.inside, ["persons are", "person is"]),
        );
    }
    let slower_by_rule = found.egress_s.zip(found.rule_s).is_some_and(|(walked, rule)| rule > walked);
    if slower_by_rule {
        notes.push(words!(
            "crowd-note-rule",
            "SFPE's rule lets fewer through the doors than the model does: plan with the longer time, {rule} s",
            rule = found.rule_s.map_or_else(String::new, |rule| format!("{rule:.0}"))
        ));
    }
    match found.congestion_counts {
        Some(true) => notes.push(words!(
            "crowd-note-congested",
            "a place is congested for {seconds} s: from {density} persons/m² on ({rule})",
            seconds = format!("{:.0}", found.congested_s),
            density = format!("{:.1}", found.levels.congested_1_m2),
            rule = found.levels.congested_source.clone()
        )),
        Some(false) => notes.push(words!(
            "crowd-note-free",
            "no place is congested for long: {density} persons/m² is the limit ({rule})",
            density = format!("{:.1}", found.levels.congested_1_m2),
            rule = found.levels.congested_source.clone()
        )),
        // How long is long follows from when the last is out.
        None => notes.push(words!(
            "crowd-note-congested-yet",
            "whether a place is congested for long is not known while someone is inside: until then one was for {seconds} s, from {density} persons/m² on ({rule})",
            seconds = format!("{:.0}", found.congested_s),
            density = format!("{:.1}", found.levels.congested_1_m2),
            rule = found.levels.congested_source.clone()
        )),
    }
    notes.push(words!(
        "crowd-note-density",
        "densities are over about a metre (Helbing, Johansson and Al-Abideen 2007); levels of service: {rule}",
        rule = found.levels.source.clone()
    ));
    notes
}

/// Head of a picture.
pub fn title(place: &str, persons: u32, seed: u64) -> Words {
    words!(
        "crowd-title",
        "{place}: highest density while {persons} persons leave (seed {seed})",
        place = place,
        persons = persons.to_string(),
        seed = seed.to_string()
    )
    .counted(persons as usize, ["persons leave", "person leaves"])
}

/// What a door is called that no record has.
pub fn told_door(number: usize) -> Words {
    words!("crowd-told-door", "door {number}", number = number)
}

/// What is written at a door of a picture.
pub fn at_door(name: &str, persons: usize, last_s: Option<f64>) -> Words {
    let Some(last_s) = last_s else { return words!("crowd-door-unused", "{name}: nobody", name = name) };
    words!(
        "crowd-door",
        "{name}: {persons} persons, the last after {seconds} s",
        name = name,
        persons = persons.to_string(),
        seconds = format!("{last_s:.0}")
    )
    .counted(persons, ["persons", "person"])
}

/// The time in a picture.
pub fn time(egress_s: Option<f64>, inside: usize) -> Words {
    let Some(egress_s) = egress_s else {
        return words!("crowd-time-unknown", "{count} persons are not out", count = inside)
            .counted(inside, ["persons are", "person is"]);
    };
    words!("crowd-time", "the last is out after {seconds} s", seconds = format!("{egress_s:.0}"))
}

/// A level of service in a legend; the highest has no end.
pub fn level(letter: &str, from_1_m2: f64, to_1_m2: Option<f64>) -> Words {
    let from = format!("{from_1_m2:.2}");
    let Some(to) = to_1_m2 else {
        return words!("crowd-level-most", "{letter}: from {from} persons/m² on", letter = letter, from = from);
    };
    words!("crowd-level", "{letter}: {from} to {to} persons/m²", letter = letter, from = from, to = format!("{to:.2}"))
}

/// Congested cells in a legend.
pub fn congested(from_1_m2: f64) -> Words {
    words!("crowd-level-congested", "striped: congested, from {from} persons/m² on", from = format!("{from_1_m2:.1}"))
}

/// The densest place in a legend.
pub fn densest(density_1_m2: f64, letter: &str, at_s: f64) -> Words {
    words!(
        "crowd-densest",
        "densest: {density} persons/m² ({letter}) after {seconds} s",
        density = format!("{density_1_m2:.1}"),
        letter = letter,
        seconds = format!("{at_s:.0}")
    )
}

/// What a picture is for.
pub const FOR: Phrase = phrase("crowd-for", "for exercises and planning");
