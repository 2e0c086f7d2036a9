//! Protection as an overlay: the worst that the checks say of each building, hydrant, tank, road and place of assembly.

use std::collections::HashMap;

use chrono::NaiveDate;
use geo::{Centroid, LineString, Polygon, unary_union};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, Presence, ResourceKind};

use super::{Check, Finding, Protection, ProtectionRules, Verdict, protection_of};
use crate::emergency::evacuation::EvacuationRules;
use crate::emergency::hydrants::{in_service, working_hydrants};
use crate::emergency::security::strip;
use crate::overlay::{
    Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict as Shown, Verdicts, Zone, undated_note,
};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, phrase};

const RED: [u8; 3] = [215, 38, 61];
const AMBER: [u8; 3] = [245, 183, 0];
const GREEN: [u8; 3] = [46, 158, 91];
const PALE_GREEN: [u8; 3] = [157, 208, 178];
const LIGHT: [u8; 3] = [201, 204, 209];

const FINE: usize = 0;
const VIOLATED: usize = 1;
const UNKNOWN: usize = 2;
const ROAD: usize = 3;
const HYDRANT: usize = 4;
const ASSEMBLY: usize = 7;
const HAZARD: usize = 10;

/// By kind of mark: as it should be, violated, not known.
const ROWS: [(Phrase, [u8; 3], Pattern, Swatch); 13] = [
    (phrase("protection-fine", "building: nothing amiss on record"), PALE_GREEN, Pattern::Solid, Swatch::Area),
    (phrase("protection-violated", "building: a clause is violated"), RED, Pattern::Hatch, Swatch::Area),
    (phrase("protection-not-known", "building: something is not on record"), LIGHT, Pattern::Dots, Swatch::Area),
    (phrase("protection-road", "road that violates a clause for fire lanes"), RED, Pattern::Solid, Swatch::Line),
    (phrase("protection-hydrant", "hydrant"), GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Hydrant)),
    (
        phrase("protection-hydrant-violated", "hydrant that violates a clause"),
        RED,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::Hydrant),
    ),
    (
        phrase("protection-hydrant-unknown", "hydrant: something is not on record"),
        AMBER,
        Pattern::Hatch,
        Swatch::Symbol(Symbol::Hydrant),
    ),
    (phrase("protection-place", "assembly place"), GREEN, Pattern::Solid, Swatch::Symbol(Symbol::AssemblyPoint)),
    (
        phrase("protection-place-violated", "assembly place without room for all"),
        RED,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::AssemblyPoint),
    ),
    (
        phrase("protection-place-unknown", "assembly place: something is not on record"),
        AMBER,
        Pattern::Hatch,
        Swatch::Symbol(Symbol::AssemblyPoint),
    ),
    (
        phrase("protection-source", "hazard source with hydrants that count"),
        GREEN,
        Pattern::Solid,
        Swatch::Symbol(Symbol::Hazard),
    ),
    (
        phrase("protection-source-violated", "hazard source without a hydrant that counts"),
        RED,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::Hazard),
    ),
    (
        phrase("protection-source-unknown", "hazard source: its hydrants are not known"),
        AMBER,
        Pattern::Hatch,
        Swatch::Symbol(Symbol::Hazard),
    ),
];

/// The legend, with what is counted.
fn classes(counts: &[usize; ROWS.len()]) -> Vec<Class> {
    let class = |((label, colour, pattern, swatch), count): ((Phrase, [u8; 3], Pattern, Swatch), &usize)| Class {
        label: label.into(),
        colour,
        pattern,
        swatch,
        count: *count,
        measure: None,
    };
    ROWS.into_iter().zip(counts).map(class).collect()
}

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    classes(&[0; ROWS.len()])
}

/// What is checked, in words.
const fn name_of(check: Check) -> Phrase {
    match check {
        Check::HoseReach => phrase("check-hose-reach", "Hose to the nearest hydrant"),
        Check::TankHydrants => phrase("check-tank-hydrants", "Hydrants of the tank"),
        Check::LaneWidth => phrase("check-lane-width", "Width as a fire lane"),
        Check::LaneHeight => phrase("check-lane-height", "Clear height as a fire lane"),
        Check::LaneSlope => phrase("check-lane-slope", "Slope as a fire lane"),
        Check::DeadEnd => phrase("check-dead-end", "Dead end"),
        Check::Frontage => phrase("check-frontage", "Lane through or round"),
        Check::AssemblyCapacity => phrase("check-assembly-capacity", "Room for everyone"),
        Check::FireFlow => phrase("check-fire-flow", "Fire flow against the demand"),
        Check::HydrantSpacing => phrase("check-hydrant-spacing", "Spacing of hydrants"),
        Check::HydrantRoad => phrase("check-hydrant-road", "Hydrant by the road"),
        Check::HydrantWall => phrase("check-hydrant-wall", "Hydrant off the wall"),
    }
}

/// The worst that is said of each feature.
fn worst_of(found: &Protection) -> HashMap<FeatureId, Vec<&Finding>> {
    let mut by_feature: HashMap<FeatureId, Vec<&Finding>> = HashMap::new();
    for finding in &found.findings {
        by_feature.entry(finding.feature).or_default().push(finding);
    }
    for findings in by_feature.values_mut() {
        findings.sort_by_key(|one| (std::cmp::Reverse(one.verdict), one.check));
    }
    by_feature
}

/// Why the hose to a building is not known of any: no hydrant or no way is on record in the whole park, and no building has a finding of its
/// own for that.
fn no_hose(found: &Protection) -> Option<&Words> {
    let keys = ["protection-no-hydrant-hose", "protection-no-way-hose"];
    found.missing.iter().find(|one| one.key().is_some_and(|key| keys.contains(&key)))
}

/// How far past its first class a feature's is: as it should be, violated, not known.
fn step(findings: &[&Finding]) -> usize {
    match findings.first().map(|one| one.verdict) {
        Some(Verdict::Violated) => 1,
        Some(Verdict::Unknown) => 2,
        Some(Verdict::Note) | None => 0,
    }
}

fn facts_of(findings: &[&Finding]) -> Vec<Fact> {
    let fact = |one: &&Finding| Fact {
        label: name_of(one.check).into(),
        value: match one.verdict {
            Verdict::Violated => words!("protection-fact-violated", "violated: {said}", said = one.words.clone()),
            Verdict::Unknown => words!("protection-fact-unknown", "not known: {said}", said = one.words.clone()),
            Verdict::Note => one.words.clone(),
        },
        basis: one.clause.clone(),
    };
    findings.iter().map(fact).collect()
}

/// The worst verdict of each feature on a day, with its facts and clauses; people as at an hour of a working day.
pub fn protection_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate, hour: u32) -> Overlay {
    let park = cache.snapshot();
    let presence = Presence::on(park, as_of);
    let (figures, evacuation) = (ProtectionRules::shipped(), EvacuationRules::shipped());
    let found = protection_of(cache, rules, &figures, &evacuation, (hour, presence.buildings.as_slice()));
    let by_feature = worst_of(&found);
    let of = |id: FeatureId| by_feature.get(&id).map_or(&[][..], Vec::as_slice);
    let mut counts = [0_usize; ROWS.len()];
    let mut verdicts = Verdicts::with_capacity(park.buildings.len());
    let no_hose = no_hose(&found).map(|why| Fact {
        label: name_of(Check::HoseReach).into(),
        value: words!("protection-fact-unknown", "not known: {said}", said = why.clone()),
        basis: rules.figure("hydrant", "reach_m").citation(),
    });
    let fine = if no_hose.is_some() { UNKNOWN } else { FINE };
    for (building, _) in park.buildings.iter().zip(&presence.buildings).filter(|(_, there)| **there) {
        let findings = of(building.id);
        let class = [fine, VIOLATED, UNKNOWN][step(findings)];
        counts[class] += 1;
        let facts = facts_of(findings).into_iter().chain(no_hose.clone()).collect();
        verdicts.insert(building.id, Shown { class, value: None, outline: None, facts });
    }
    let mut strips: Vec<Polygon<f64>> = Vec::new();
    for road in park.roads.iter().filter(|road| step(of(road.id)) == 1) {
        counts[ROAD] += 1;
        strips.extend(road.line.iter().flat_map(LineString::lines).filter_map(strip));
        verdicts.insert(road.id, Shown { class: ROAD, value: None, outline: None, facts: facts_of(of(road.id)) });
    }
    let mut marks = Vec::new();
    let mut mark = |feature: FeatureId, position, symbol, first: usize, label| {
        let findings = of(feature);
        let class = first + step(findings);
        counts[class] += 1;
        marks.push(Mark { feature, position, symbol, class, label });
        if !findings.is_empty() {
            verdicts.insert(feature, Shown { class, value: None, outline: None, facts: facts_of(findings) });
        }
    };
    for hydrant in working_hydrants(cache) {
        mark(hydrant.feature, hydrant.position, Symbol::Hydrant, HYDRANT, None);
    }
    for place in park.resources.iter().filter(|one| one.kind == ResourceKind::AssemblyPoint && in_service(one)) {
        mark(place.id, place.position, Symbol::AssemblyPoint, ASSEMBLY, place.name.clone());
    }
    for hazard in &park.hazards {
        if let Some(at) = hazard.shape.centroid() {
            let label = hazard.substance.clone().or_else(|| hazard.name.clone());
            mark(hazard.id, [at.x(), at.y()], Symbol::Hazard, HAZARD, label);
        }
    }
    let zones = if strips.is_empty() { Vec::new() } else { vec![Zone { area: unary_union(&strips), class: ROAD }] };
    let overlay = Overlay {
        name: "protection".into(),
        title: words!("title-protection", "Protection: the worst of every check"),
        target: FeatureKind::Building,
        unit: "".into(),
        as_of,
        source: words!("source-protection", "hydrants, hazard sources, roads, ground cover and buildings on record"),
        classes: classes(&counts),
        verdicts,
        marks,
        zones,
        pillars: Vec::new(),
        notes: notes(&found).into_iter().chain(undated_note(park, as_of)).collect(),
    };
    overlay.without_empty_classes(|index| index == VIOLATED)
}

fn notes(found: &Protection) -> Vec<Words> {
    let mut notes = vec![words!(
        "note-protection",
        "For exercises and planning. Grey is not fine: something that a clause asks for is not on record",
    )];
    notes.extend(found.missing.iter().cloned());
    notes
}
