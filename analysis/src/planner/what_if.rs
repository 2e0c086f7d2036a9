//! A scenario beside the park on record, or beside another scenario: both parks in one, so that they can be drawn side by side, and
//! indicators before and after.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, ParkSnapshot, Presence};

use crate::evaluation::{Zone, range_words};
use crate::land::indicators::{Indicator, LandModel};
use crate::land::value_words;
use crate::rules::{RuleSet, RuleTables};
use crate::scenario::{AcceptError, Edit, EditError, Limits, ScenarioError, changes, is_scenario};
use crate::siting::{obstacles_on_record, taken_words};
use crate::words;
use crate::words::Words;

/// Indicators of a parcel that an edit may change.
const OF_PARCEL: [Indicator; 5] =
    [Indicator::LandArea, Indicator::Footprint, Indicator::FloorArea, Indicator::Coverage, Indicator::Far];

/// Both parks in one.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Every feature of either.
    pub both: ParkSnapshot,
    /// Features that only the scenario has.
    pub added: HashSet<FeatureId>,
    /// Features that the scenario takes away.
    pub gone: HashSet<FeatureId>,
}

/// An indicator before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The parcel that it is of; `None` for the whole park.
    pub parcel: Option<String>,
    /// Name.
    pub title: Words,
    /// As on record.
    pub before: Words,
    /// As in the scenario.
    pub after: Words,
    /// They differ.
    pub differs: bool,
}

/// The park on record (or of another scenario) and the park of a scenario as one, which holds the features of both.
pub fn beside(record: &ParkSnapshot, after: &ParkSnapshot) -> Beside {
    let ids = |park: &ParkSnapshot| -> HashSet<FeatureId> {
        park.parcels.iter().map(|one| one.id).chain(park.buildings.iter().map(|one| one.id)).collect()
    };
    let (was, is) = (ids(record), ids(after));
    let mut both = record.clone();
    both.park.name.clone_from(&after.park.name);
    both.parcels.extend(after.parcels.iter().filter(|one| !was.contains(&one.id)).cloned());
    both.buildings.extend(after.buildings.iter().filter(|one| !was.contains(&one.id)).cloned());
    // Those of a building that only another scenario takes away.
    let modelled: HashSet<FeatureId> = record.building_surfaces.iter().map(|one| one.id).collect();
    both.building_surfaces.extend(after.building_surfaces.iter().filter(|one| !modelled.contains(&one.id)).cloned());
    Beside { both, added: is.difference(&was).copied().collect(), gone: was.difference(&is).copied().collect() }
}

/// What a scenario changes: the park's indicators that differ, then those of each parcel that an edit touches.
pub fn compared(record: &Cache, after: &Cache, edits: &[Edit], rules: &RuleSet, as_of: NaiveDate) -> Vec<Compared> {
    let evaluation = &RuleTables::in_force().evaluation;
    let zone = |cache: &Cache| Zone::of(cache, rules, evaluation, None, as_of);
    let park = changes(&zone(record), &zone(after)).into_iter().map(|change| {
        let said = |one: &crate::evaluation::Indicator| {
            let (digits, unit) = if one.unit == "1" { (3, Words::default()) } else { (0, one.unit.clone()) };
            let range = range_words(one.range, digits);
            if unit.is_empty() || (one.value().is_none() && one.range.high.is_infinite()) {
                range
            } else {
                words!("planner-amount", "{amount} {unit}", amount = range, unit = unit)
            }
        };
        let differs = change.before.range != change.after.range;
        let (before, after) = (said(&change.before), said(&change.after));
        Compared { parcel: None, title: change.before.label, before, after, differs }
    });
    // What nobody knows before or after tells nothing.
    let mut all: Vec<Compared> = park.filter(|row| row.differs && row.before != row.after).collect();
    let then = after;
    let [before, after] = [record, then].map(|cache| {
        let presence = Presence::on(cache.snapshot(), as_of);
        LandModel::of(cache, &presence, rules, as_of)
    });
    for key in touched(&before, &after, edits) {
        for indicator in OF_PARCEL {
            let said = |model: &LandModel<'_>| {
                let slot = model.park().parcels.iter().position(|parcel| parcel.provenance.key == key)?;
                Some(value_words(&model.explain(slot, indicator)))
            };
            let none = || Words::from("–");
            let (was, is) = (said(&before), said(&after));
            all.push(Compared {
                parcel: Some(key.clone()),
                title: indicator.title(),
                differs: was != is,
                before: was.unwrap_or_else(none),
                after: is.unwrap_or_else(none),
            });
        }
        all.extend(not_built_on(record, then, edits, &key));
    }
    all
}

/// What of a parcel that a mass is placed on cannot be built on, as it was taken out of its land; `None` where that is nothing.
fn not_built_on(record: &Cache, after: &Cache, edits: &[Edit], key: &str) -> Option<Compared> {
    let is_placed = |edit: &Edit| matches!(edit, Edit::PlaceBuilding { parcel, .. } if parcel == key);
    if !edits.iter().any(is_placed) {
        return None;
    }
    let said = |cache: &Cache| {
        let park = cache.snapshot();
        let parcel = park.parcels.iter().find(|parcel| parcel.provenance.key == key)?;
        let taken = obstacles_on_record(park, &parcel.boundary).taken;
        (!taken.is_empty()).then(|| taken_words(&taken, true))
    };
    let (was, is) = (said(record), said(after));
    let none = || Words::from("–");
    (was.is_some() || is.is_some()).then(|| Compared {
        parcel: Some(key.to_owned()),
        title: words!("pitch-fact-taken", "not to be built on"),
        differs: was != is,
        before: was.unwrap_or_else(none),
        after: is.unwrap_or_else(none),
    })
}

/// Keys of parcels that differ, or on which a building comes or goes.
fn touched(before: &LandModel<'_>, after: &LandModel<'_>, edits: &[Edit]) -> BTreeSet<String> {
    let keys = |model: &LandModel<'_>| -> HashSet<String> {
        model.park().parcels.iter().map(|one| one.provenance.key.clone()).collect()
    };
    let (was, is) = (keys(before), keys(after));
    let mut touched: BTreeSet<String> = was.symmetric_difference(&is).cloned().collect();
    let made = after.park().parcels.iter().filter(|parcel| is_scenario(parcel.id));
    touched.extend(made.map(|parcel| parcel.provenance.key.clone()));
    touched.extend(edits.iter().filter_map(|edit| match edit {
        Edit::PlaceBuilding { parcel, .. } => Some(parcel.clone()),
        _ => None,
    }));
    // What another scenario takes away stands in this one.
    for (edit, model) in edits.iter().flat_map(|edit| [(edit, before), (edit, after)]) {
        let Edit::RemoveBuilding { building } = edit else { continue };
        let slots = model.park().buildings.iter().position(|one| one.provenance.key == *building);
        let on = |slot: usize, building: usize| model.site(slot).buildings.contains(&building);
        let parcels = slots.into_iter().flat_map(|at| model.parcels().filter(move |slot| on(*slot, at)));
        touched.extend(parcels.map(|slot| model.park().parcels[slot].provenance.key.clone()));
    }
    touched
}

/// An edit in words.
pub fn edit_words(edit: &Edit) -> Words {
    match edit {
        Edit::SplitParcel { parcel, .. } => words!("edit-split", "split {parcel}", parcel = parcel),
        Edit::MergeParcels { parcels, key } => {
            words!("edit-merge", "merge {parcels} into {key}", parcels = parcels.join(", "), key = key)
        }
        Edit::ChangeUse { parcel, scheme, code, land_use, .. } => words!(
            "edit-use",
            "{parcel}: use {class} ({scheme})",
            parcel = parcel,
            class = [Some(code.as_str()), land_use.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "),
            scheme = scheme
        ),
        Edit::PlaceBuilding { parcel, key, limits, .. } => words!(
            "edit-place",
            "{parcel}: mass {key}, {limits}",
            parcel = parcel,
            key = key,
            limits = limit_words(limits)
        ),
        Edit::RemoveBuilding { building } => words!("edit-remove", "remove building {building}", building = building),
    }
}

fn limit_words(limits: &Limits) -> Words {
    let open = || words!("edit-no-limit", "no limit");
    words!(
        "edit-limits",
        "FAR {far}, coverage {coverage}, {height} m high",
        far = limits.far.map_or_else(open, |far| format!("{far:.2}").into()),
        coverage = limits.coverage.map_or_else(open, |share| format!("{:.0} %", share * 100.0).into()),
        height = format!("{:.1}", limits.height_m)
    )
}

/// Why a scenario cannot be made, for a person.
pub fn scenario_error_words(error: &ScenarioError) -> Words {
    match error {
        ScenarioError::OtherPark { wanted, found } => {
            words!(
                "scenario-other-park",
                "the scenario is for the park {wanted}, not for {found}",
                wanted = wanted,
                found = found
            )
        }
        ScenarioError::Edit { number, source } | ScenarioError::EditInFile { number, source, .. } => words!(
            "scenario-edit",
            "edit {number} cannot be made: {reason}",
            number = *number,
            reason = edit_error_words(source)
        ),
        // Of a file that somebody wrote: with its line, as its reader says it.
        ScenarioError::Unreadable { source, .. } => {
            words!("scenario-unreadable", "this is no scenario: {reason}", reason = source.to_string())
        }
        ScenarioError::FormatVersion { .. } => error.to_string().into(),
    }
}

/// Why a scenario is not accepted, for a person.
pub fn accept_error_words(error: &AcceptError) -> Words {
    let thing = |what: &str| match what {
        "parcel" => words!("head-parcel", "parcel"),
        "contract" => words!("head-contract", "contract"),
        "tenancy" => words!("head-tenancy", "tenancy"),
        _ => words!("head-building", "building"),
    };
    match error {
        AcceptError::Empty => words!("accept-empty", "the scenario has no edits"),
        AcceptError::Now(source) => {
            words!("accept-now", "on the record as it is: {reason}", reason = scenario_error_words(source))
        }
        AcceptError::Drawn(source) => words!(
            "accept-drawn",
            "on the record that the scenario was drawn on: {reason}",
            reason = scenario_error_words(source)
        ),
        AcceptError::Gone { number, what, key } => words!(
            "accept-gone",
            "edit {number}: the {what} {key} is gone since the scenario was drawn",
            number = *number,
            what = thing(what),
            key = key
        ),
        AcceptError::Changed { number, what, key } => words!(
            "accept-changed",
            "edit {number}: the {what} {key} has changed since the scenario was drawn",
            number = *number,
            what = thing(what),
            key = key
        ),
        AcceptError::Otherwise { number, key } => words!(
            "accept-otherwise",
            "edit {number} would make {key} otherwise than when the scenario was drawn: what stands or lies on its ground has changed since, \
             or the contracts over it",
            number = *number,
            key = key
        ),
        AcceptError::KeyTaken { key } => words!("accept-key-taken", "the key {key} is taken", key = key),
    }
}

fn edit_error_words(error: &EditError) -> Words {
    match error {
        EditError::NoParcel { key } => words!("edit-no-parcel", "there is no parcel {key}", key = key),
        EditError::NoBuilding { key } => words!("edit-no-building", "there is no building {key}", key = key),
        EditError::KeyTaken { key } => words!("edit-key-taken", "the key {key} is taken or empty", key = key),
        EditError::NotCut { key } => words!(
            "edit-not-cut",
            "the line does not cut the parcel {key} in two: it must enter and leave it",
            key = key
        ),
        EditError::NoLine => words!("edit-no-line", "a line has two places or more"),
        EditError::CrossesItself => words!("edit-crosses", "the line crosses itself"),
        EditError::NotAdjacent { key, to } => {
            words!("edit-not-adjacent", "the parcel {key} does not touch {to}", key = key, to = to)
        }
        EditError::Twice { key } => words!("edit-twice", "the parcel {key} is named twice", key = key),
        EditError::TooFew => words!("edit-too-few", "to merge takes two parcels or more"),
        EditError::NoFloors { key } => {
            words!(
                "edit-no-floors",
                "the floors of the building {key} on the parcel are unknown: neither its storeys nor a floor area are on record; add one, or leave `far` out",
                key = key
            )
        }
        EditError::Massing(why) => words!("edit-massing", "no such mass: {reason}", reason = why.to_string()),
        EditError::MassingBeside { why, taken } => crate::land::joined(vec![
            words!("edit-massing", "no such mass: {reason}", reason = why.to_string()),
            words!("pitch-taken-out", "taken out of the land: {what}", what = Words::clone(taken)),
        ]),
    }
}
