//! Beside the drill's own times the way out of the buildings that matter most, person by person: the model of `twin calc crowd`.
//!
//! A drill lets everyone through the doors by a hand value (SFPE Handbook) and along the ways by Weidmann's relation. The building with the
//! hazard and the one that was empty last are left again by individuals ([`super::super::crowd`]), with the same people, hour, doors and seed.
//! Nothing of that goes back into the drill or its fingerprint: it stands beside it. Left out: what that model leaves out, the hazard and
//! everything that somebody closes.

use std::collections::BTreeMap;

use geo::MultiPolygon;
use rayon::prelude::*;
use spatial_db::cache::Cache;

use super::file::{DrillFile, HazardSpec};
use super::report::{DrillChapter, clock, heads, unknown};
use super::run::DrillRun;
use crate::emergency::crowd::{CrowdError, EgressInput, Plan, PlanDoor, Track, egress_while, hall, longest_wall};
use crate::emergency::evacuation::{EvacuationRules, groups_and_places};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Most persons of a building that are followed for a report: so many take some seconds.
const MOST: u32 = 500;
/// When the model stops at the latest, s after the alarm.
const UNTIL_S: f64 = 1800.0;

/// Why a building is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It burns.
    Burns,
    /// The danger came to it before any other whose people are known.
    FirstInDanger,
    /// It was empty last.
    LastEmpty,
}

/// Why a building was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfollowed {
    /// Too many persons for a report.
    TooMany,
    /// Not all find room to stand on the ground floor.
    NoRoom,
    /// Its outline and its doors make no plan.
    NoPlan,
}

/// What came of following a building's people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkedOut {
    /// The last person out, s after the alarm; none: someone is still inside after `until_s`.
    pub egress_s: Option<f64>,
    /// Persons still inside then.
    pub inside: usize,
    /// When the model was stopped at the latest, s after the alarm.
    pub until_s: f64,
    /// When the last is out by SFPE's rule for the doors, s after the alarm, the way to them left out; none where that is not known.
    pub rule_s: Option<f64>,
    /// Doors, all as wide as the table has it.
    pub doors: usize,
    /// Openings into what the building surrounds, such as a courtyard: whoever leaves there counts as out.
    pub enclosed: usize,
    /// No entrance is on record: one in the longest wall is assumed.
    pub door_assumed: bool,
    /// Storeys on record, all of whose people are taken to stand on the ground floor.
    pub storeys: Option<f64>,
}

/// A building that was left once more, person by person.
#[derive(Debug, Clone, PartialEq)]
pub struct OneByOne {
    /// Its key.
    pub building: String,
    /// Its name.
    pub name: Option<String>,
    /// Why it is followed.
    pub why: Vec<Why>,
    /// Persons in it.
    pub persons: u32,
    /// The last of them through the door in the drill, s after the alarm; none: someone was still inside at its end.
    pub drill_s: Option<f64>,
    /// What came of it; or why it was not followed.
    pub walked: Result<WalkedOut, Unfollowed>,
}

/// A building that was left once more, with everyone's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// What came of it.
    pub told: OneByOne,
    /// Everyone in it, by s after the alarm; nobody where it was not followed.
    pub persons: Vec<Track>,
}

impl Followed {
    /// Who is still inside so many s after the alarm; none where nobody was followed.
    pub fn inside(&self, since_s: f64) -> Option<usize> {
        self.told.walked.ok()?;
        Some(self.persons.iter().filter(|one| one.at(since_s).is_some()).count())
    }
}

/// What the drill knows of a building's people.
struct Left {
    persons: u32,
    empty_s: Option<f64>,
}

/// The buildings that matter most, left person by person: the one that burns, or else the first that the danger came to, and the one that was
/// empty last; of those whose people are known. None where nobody set out. The same for the same drill, on any number of threads.
pub fn one_by_one(file: &DrillFile, run: &DrillRun, cache: &Cache, rules: &EvacuationRules) -> Vec<OneByOne> {
    let found = follow_persons(file, run, cache, rules, &|| true).unwrap_or_default();
    found.into_iter().map(|one| one.told).collect()
}

/// [`one_by_one`] with everyone's way, for whoever draws them; none where `go_on`, which is asked all the time, had it given up.
pub fn follow_persons(
    file: &DrillFile,
    run: &DrillRun,
    cache: &Cache,
    rules: &EvacuationRules,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Followed>> {
    let park = cache.snapshot();
    let Some(evacuation) = &run.evacuation else { return Some(Vec::new()) };
    // Groups as the drill had them: their departures stand in that order.
    let Ok(people) = groups_and_places(park, cache.footprint_area_m2(), rules, file.hour) else {
        return Some(Vec::new());
    };
    let slots: BTreeMap<_, usize> = park.buildings.iter().enumerate().map(|(slot, one)| (one.id, slot)).collect();
    let mut left: BTreeMap<usize, Left> = BTreeMap::new();
    for (group, departure) in people.groups.iter().zip(&evacuation.departures) {
        let Some(&slot) = slots.get(&group.building) else { continue };
        let one = left.entry(slot).or_insert(Left { persons: 0, empty_s: Some(0.0) });
        one.persons += group.persons;
        one.empty_s = one.empty_s.zip(departure.empty_s).map(|(a, b)| a.max(b));
    }
    let slot_of = |key: &str| park.buildings.iter().position(|one| one.provenance.key == key);
    let with_people = |slot: &usize| left.contains_key(slot);
    let burns = match &file.hazard {
        HazardSpec::Fire { building, .. } => slot_of(building).filter(with_people),
        _ => None,
    };
    let hazard = burns.map(|slot| (slot, Why::Burns)).or_else(|| {
        let mut struck: Vec<_> = run.outcome.struck.iter().collect();
        struck.sort_by(|a, b| a.first_s.total_cmp(&b.first_s).then(a.building.cmp(&b.building)));
        let slot = struck.into_iter().filter_map(|one| slot_of(&one.building)).find(with_people)?;
        Some((slot, Why::FirstInDanger))
    });
    // Who is still inside at the end leaves last.
    let late = |one: &Left| one.empty_s.unwrap_or(f64::INFINITY);
    let last = left.iter().reduce(|a, b| if late(b.1) > late(a.1) { b } else { a });
    let last = last.map(|(slot, _)| (*slot, Why::LastEmpty));
    let mut wanted: Vec<(usize, Vec<Why>)> = Vec::new();
    for (slot, why) in hazard.into_iter().chain(last) {
        match wanted.iter_mut().find(|known| known.0 == slot) {
            Some(known) => known.1.push(why),
            None => wanted.push((slot, vec![why])),
        }
    }
    let follow = |(slot, why): (usize, Vec<Why>)| {
        let persons = left[&slot].persons;
        let (walked, persons_followed) = match walked_out(file, cache, rules, (slot, persons), go_on) {
            Ok((walked, tracks)) => (Ok(walked), tracks),
            Err(Stopped::GivenUp) => return None,
            Err(Stopped::Unfollowed(why)) => (Err(why), Vec::new()),
        };
        let told = OneByOne {
            building: park.buildings[slot].provenance.key.clone(),
            name: park.buildings[slot].name.clone(),
            why,
            persons,
            drill_s: left[&slot].empty_s,
            walked,
        };
        Some(Followed { told, persons: persons_followed })
    };
    wanted.into_par_iter().map(follow).collect()
}

/// Why there is nothing to tell of a building.
enum Stopped {
    GivenUp,
    Unfollowed(Unfollowed),
}

fn walked_out(
    file: &DrillFile,
    cache: &Cache,
    rules: &EvacuationRules,
    (slot, persons): (usize, u32),
    go_on: &dyn Fn() -> bool,
) -> Result<(WalkedOut, Vec<Track>), Stopped> {
    if persons > MOST {
        return Err(Stopped::Unfollowed(Unfollowed::TooMany));
    }
    let hall = hall(cache, rules, slot, file.hour);
    let door = |name: String, at_m, width_m| PlanDoor { name, at_m, width_m, off_m: f64::INFINITY };
    let mut doors: Vec<PlanDoor> = hall.doors.into_iter().map(|one| door(one.key, one.at_m, one.width_m)).collect();
    let door_assumed = doors.is_empty();
    if door_assumed {
        // The drill has one in the middle of such a building, as wide as this; in each part, for none is left without one.
        let width_m = rules.figure("doors", "default_width_m").value;
        let parts = hall.footprint.iter().filter_map(|part| longest_wall(&MultiPolygon::from(part.clone())));
        doors.extend(parts.map(|at_m| door(String::new(), at_m, width_m)));
    }
    let plan = Plan { area: hall.footprint, walls: Vec::new(), doors };
    let input = EgressInput { plan: &plan, persons, seed: file.seed, at_once: false, until_s: UNTIL_S };
    let found = egress_while(rules, &input, go_on).map_err(|why| match why {
        CrowdError::GivenUp => Stopped::GivenUp,
        CrowdError::Full { .. } => Stopped::Unfollowed(Unfollowed::NoRoom),
        _ => Stopped::Unfollowed(Unfollowed::NoPlan),
    })?;
    let walked = WalkedOut {
        egress_s: found.egress_s,
        inside: found.inside,
        until_s: UNTIL_S,
        rule_s: found.rule_s,
        doors: found.openings.len(),
        enclosed: found.openings.iter().filter(|opening| opening.enclosed).count(),
        door_assumed,
        storeys: hall.storeys,
    };
    Ok((walked, found.tracks))
}

const WHY: [(Why, Phrase); 3] = [
    (Why::Burns, phrase("drill-one-burns", "it burns")),
    (Why::FirstInDanger, phrase("drill-one-first", "the danger came to it first")),
    (Why::LastEmpty, phrase("drill-one-last", "it was empty last")),
];

fn why(all: &[Why]) -> Words {
    let mut said = all.iter().filter_map(|why| WHY.iter().find(|row| row.0 == *why)).map(|row| Words::from(row.1));
    match (said.next(), said.next()) {
        (Some(one), Some(other)) => words!("drill-moment-both", "{one}; {other}", one = one, other = other),
        (one, _) => one.unwrap_or_default(),
    }
}

/// What is to be known of a building's time, or why there is none.
pub fn one_by_one_remark(one: &OneByOne) -> Words {
    let walked = match one.walked {
        Ok(walked) => walked,
        Err(Unfollowed::TooMany) => {
            return words!(
                "drill-one-many",
                "more than {most} persons are not followed for a report: twin calc crowd PARK --building {key} --persons {persons}",
                most = MOST.to_string(),
                key = one.building.as_str(),
                persons = one.persons.to_string()
            );
        }
        Err(Unfollowed::NoRoom) => {
            return words!(
                "drill-one-room",
                "not all find room to stand on the ground floor, and the floors are not on record"
            );
        }
        Err(Unfollowed::NoPlan) => {
            return words!("drill-one-plan", "the outline and the doors on record make no plan that can be left");
        }
    };
    let doors = if walked.door_assumed {
        words!("drill-one-assumed", "no entrance on record: one door in the longest wall is assumed, its width too")
    } else {
        words!("drill-one-doors", "doors on record: {count}, their widths assumed", count = walked.doors)
    };
    let doors = if walked.enclosed == 0 {
        doors
    } else {
        words!(
            "drill-one-enclosed",
            "{doors}; openings into what it surrounds, such as a courtyard: {count}; whoever leaves there counts as out",
            doors = doors,
            count = walked.enclosed
        )
    };
    let said = match walked.storeys {
        Some(storeys) if storeys > 1.0 => words!(
            "drill-one-storeys",
            "{doors}; {storeys} storeys, all of them on the ground floor: it takes longer than this",
            doors = doors,
            storeys = format!("{storeys:.0}")
        ),
        Some(_) => doors,
        None => words!("drill-one-no-storeys", "{doors}; storeys are not on record", doors = doors),
    };
    if walked.inside == 0 {
        return said;
    }
    words!(
        "drill-one-inside",
        "{said}; still inside after {minutes} min: {count}",
        said = said,
        minutes = format!("{:.0}", walked.until_s / 60.0),
        count = walked.inside
    )
}

/// The chapter of the buildings that were left person by person, beside the times of the drill.
pub fn one_by_one_chapter(found: &[OneByOne]) -> DrillChapter {
    let row = |one: &OneByOne| {
        let walked = one.walked.ok();
        let time = |at: Option<f64>| at.map_or_else(unknown, |at| clock(Some(at)));
        let name = one.name.as_ref().map_or_else(|| one.building.clone(), |name| format!("{} {name}", one.building));
        let egress_s = walked.and_then(|walked| walked.egress_s);
        let cells = vec![
            Words::from(name),
            why(&one.why),
            Words::from(one.persons.to_string()),
            time(one.drill_s),
            time(egress_s),
            time(walked.and_then(|walked| walked.rule_s)),
            one_by_one_remark(one),
        ];
        (egress_s.is_none() || one.drill_s.is_none(), cells)
    };
    DrillChapter {
        name: "one-by-one",
        title: phrase("drill-one", "Out of single buildings, person by person beside the drill; min:s after the alarm")
            .into(),
        heads: heads([
            phrase("drill-head-building", "Building"),
            phrase("drill-one-why", "Why this one"),
            phrase("drill-one-persons", "Persons in it"),
            phrase("drill-one-drill", "Empty in the drill"),
            phrase("drill-one-walked", "Empty, person by person"),
            phrase("drill-one-rule", "Its doors alone, by SFPE"),
            phrase("drill-one-known", "What to know of it"),
        ]),
        rows: found.iter().map(row).collect(),
    }
}

/// What a reader has to know of the chapter.
pub fn one_by_one_note() -> Words {
    words!(
        "drill-one-note",
        "Person by person (collision-free speed model of Tordeux, Chraibi and Seyfried 2016, docs/emergency.md): the same persons, hour, doors and seed as in the drill (SFPE Handbook 2016, Weidmann 1993), places and speeds drawn anew, everyone to the nearest door. Plan with the longest of the times. Left out: pushing, groups, choice of door by crowding, counterflow, stairs, walls and machines inside, the danger, and the way to a place of assembly. It changes nothing of the drill."
    )
}
