//! The emergency overlay: hydrants with their reach, buildings outside it, assembly points, stations, hazards.

use chrono::NaiveDate;
use geo::{Centroid, MultiPolygon, Polygon, unary_union};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, Presence, ResourceKind};

use super::hazard::circle;
use super::hydrants::{Hydrant, Reach, hydrant_reach, hydrants_for_hazard, in_service, working_hydrants};
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts, Zone, undated_note};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, phrase};

const RED: [u8; 3] = [215, 38, 61];
const AMBER: [u8; 3] = [245, 183, 0];
const GREEN: [u8; 3] = [46, 158, 91];
/// Quiet green for the many buildings where all is well, so that the exceptions stand out.
const PALE_GREEN: [u8; 3] = [157, 208, 178];
const BLUE: [u8; 3] = [31, 119, 180];
const GREY: [u8; 3] = [120, 124, 130];

struct Row {
    label: Phrase,
    colour: [u8; 3],
    pattern: Pattern,
    swatch: Swatch,
}

const fn row(key: &'static str, english: &'static str, colour: [u8; 3], pattern: Pattern, swatch: Swatch) -> Row {
    Row { label: phrase(key, english), colour, pattern, swatch }
}

const REACHED: usize = 0;
const PARTLY: usize = 1;
const OUTSIDE: usize = 2;
const UNKNOWN: usize = 3;
const NOWHERE: usize = 4;
const ZONE: usize = 5;
const HYDRANT: usize = 6;
const HYDRANT_OUT: usize = 7;
const ASSEMBLY: usize = 8;
const STATION: usize = 9;
const SHELTER: usize = 10;
const HOSPITAL: usize = 11;
const GATE: usize = 12;
const CAMERA: usize = 13;
const ENTRANCE: usize = 14;
const OTHER: usize = 15;
const HAZARD: usize = 16;

const ROWS: [Row; 17] = [
    row("mark-reach-whole", "building within hydrant reach", PALE_GREEN, Pattern::Solid, Swatch::Area),
    row("mark-reach-part", "building partly in reach", AMBER, Pattern::Dots, Swatch::Area),
    row("mark-reach-outside", "building outside reach", RED, Pattern::Hatch, Swatch::Area),
    row("mark-reach-unknown", "building: no hydrant on record", [201, 204, 209], Pattern::Hatch, Swatch::Area),
    row("mark-reach-nowhere", "building: no footprint on record", [201, 204, 209], Pattern::CrossHatch, Swatch::Area),
    row("mark-hydrant-reach", "hydrant reach", BLUE, Pattern::Solid, Swatch::Area),
    row("mark-hydrant", "hydrant", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Hydrant)),
    row("mark-hydrant-out", "hydrant out of service", GREY, Pattern::CrossHatch, Swatch::Symbol(Symbol::Hydrant)),
    row("mark-assembly-point", "assembly point", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::AssemblyPoint)),
    row("mark-fire-station", "fire station", RED, Pattern::Solid, Swatch::Symbol(Symbol::FireStation)),
    row("mark-shelter", "shelter", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Shelter)),
    row("mark-hospital", "hospital, first aid", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Hospital)),
    row("mark-gate", "gate", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Gate)),
    row("mark-camera", "camera", GREY, Pattern::Solid, Swatch::Symbol(Symbol::Camera)),
    row("mark-building-entrance", "building entrance", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Dot)),
    row("mark-other-resource", "other resource", GREY, Pattern::Dots, Swatch::Symbol(Symbol::Dot)),
    row("mark-hazard-source", "hazard source", RED, Pattern::Solid, Swatch::Symbol(Symbol::Hazard)),
];

/// The legend, with what is counted.
fn classes(counts: &[usize; ROWS.len()], reach_m: f64) -> Vec<Class> {
    ROWS.iter()
        .enumerate()
        .map(|(i, row)| Class {
            label: if i == ZONE {
                let metres = format!("{reach_m:.0}");
                words!("mark-hydrant-reach-of", "{reach} {metres} m", reach = row.label, metres = metres)
            } else {
                row.label.into()
            },
            colour: row.colour,
            pattern: row.pattern,
            swatch: row.swatch,
            count: counts[i],
            measure: None,
        })
        .collect()
}

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    classes(&[0; ROWS.len()], 150.0)
}

/// Hydrant reach over the buildings, with every resource and hazard on record.
pub fn emergency_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let reach_rule = rules.figure("hydrant", "reach_m");
    let mut counts = [0_usize; ROWS.len()];
    let mut verdicts = Verdicts::with_capacity(snapshot.buildings.len());
    let presence = Presence::on(snapshot, as_of);
    let reaches = snapshot.buildings.iter().zip(hydrant_reach(cache, rules)).zip(&presence.buildings);
    for ((building, reach), _) in reaches.filter(|(_, there)| **there) {
        let (class, value) = match reach {
            Reach::Whole(distance) => (REACHED, Some(distance)),
            Reach::Part(distance) => (PARTLY, Some(distance)),
            Reach::Outside(distance) => (OUTSIDE, Some(distance)),
            Reach::Unknown => (UNKNOWN, None),
            Reach::NoFootprint => (NOWHERE, None),
        };
        counts[class] += 1;
        let distance: Words =
            value.map_or_else(|| phrase("unknown", "unknown").into(), |metres| format!("{metres:.0} m").into());
        let facts = vec![
            Fact {
                label: words!("fact-hydrant-protection", "Hydrant protection"),
                value: ROWS[class].label.into(),
                basis: reach_rule.citation(),
            },
            Fact {
                label: words!("fact-nearest-hydrant", "Nearest hydrant in service"),
                value: distance,
                basis: words!("basis-straight-line", "straight line to the wall"),
            },
        ];
        verdicts.insert(building.id, Verdict { class, value, outline: None, facts });
    }
    let hydrants = working_hydrants(cache);
    let marks = marks(cache, &hydrants, &mut counts);
    for hazard in &snapshot.hazards {
        let (counting, too_near) = hydrants_for_hazard(&hydrants, hazard, rules);
        let quantity: Words = hazard
            .quantity_t
            .map_or_else(|| phrase("quantity-unknown", "quantity unknown").into(), |t| format!("{t} t").into());
        let substance: Words = hazard
            .substance
            .as_deref()
            .map_or_else(|| phrase("substance-unknown", "substance unknown").into(), Words::from);
        let facts = vec![
            Fact {
                label: words!("fact-holds", "Holds"),
                value: words!("holds", "{substance}, {quantity}", substance = substance, quantity = quantity),
                basis: words!("basis-on-record", "on record"),
            },
            Fact {
                label: words!("fact-hydrants-count", "Hydrants that count"),
                value: counting.to_string().into(),
                basis: reach_rule.citation(),
            },
            Fact {
                label: words!("fact-too-near", "Too near to count"),
                value: too_near.to_string().into(),
                basis: rules.figure("hydrant", "tank_exclusion_m").citation(),
            },
        ];
        verdicts.insert(hazard.id, Verdict { class: HAZARD, value: None, outline: None, facts });
    }
    let zones = reach_zone(&hydrants, reach_rule.value);
    counts[ZONE] = hydrants.len();
    let overlay = Overlay {
        name: "emergency".into(),
        title: words!("title-emergency", "Emergency: hydrant reach and resources"),
        target: FeatureKind::Building,
        unit: words!("unit-emergency", "m to nearest hydrant"),
        as_of,
        source: words!("source-emergency", "hydrants, resources and hazard sources on record"),
        classes: classes(&counts, reach_rule.value),
        verdicts,
        marks,
        zones,
        pillars: Vec::new(),
        notes: [
            words!("note-crow-flies", "Reach as the crow flies: {clause}", clause = reach_rule.citation()),
            words!(
                "note-exercises",
                "For exercises and planning; hose routes, flow and pressure are not computed here",
            ),
        ]
        .into_iter()
        .chain(undated_note(snapshot, as_of))
        .collect(),
    };
    // A legend names only what is there; the hydrants stay, because "none" is news.
    overlay.without_empty_classes(|index| index == HYDRANT)
}

fn marks(cache: &Cache, hydrants: &[Hydrant], counts: &mut [usize]) -> Vec<Mark> {
    let snapshot = cache.snapshot();
    let mut marks = Vec::new();
    let mut add = |feature, position, symbol, class: usize, label| {
        counts[class] += 1;
        marks.push(Mark { feature, position, symbol, class, label });
    };
    for resource in &snapshot.resources {
        let (symbol, class) = match resource.kind {
            ResourceKind::Hydrant if in_service(resource) => (Symbol::Hydrant, HYDRANT),
            ResourceKind::Hydrant => (Symbol::Hydrant, HYDRANT_OUT),
            ResourceKind::AssemblyPoint => (Symbol::AssemblyPoint, ASSEMBLY),
            ResourceKind::FireStation => (Symbol::FireStation, STATION),
            ResourceKind::Shelter => (Symbol::Shelter, SHELTER),
            ResourceKind::Hospital => (Symbol::Hospital, HOSPITAL),
            ResourceKind::Gate => (Symbol::Gate, GATE),
            ResourceKind::Camera => (Symbol::Camera, CAMERA),
            ResourceKind::BuildingEntrance => (Symbol::Dot, ENTRANCE),
            ResourceKind::Other => (Symbol::Dot, OTHER),
        };
        let name = (class != ENTRANCE && class != HYDRANT).then(|| resource.name.clone()).flatten();
        add(resource.id, resource.position, symbol, class, name);
    }
    for hydrant in hydrants.iter().filter(|h| h.feature.kind == FeatureKind::NetworkNode) {
        add(hydrant.feature, hydrant.position, Symbol::Hydrant, HYDRANT, None);
    }
    for hazard in &snapshot.hazards {
        if let Some(at) = hazard.shape.centroid() {
            let label = hazard.substance.clone().or_else(|| hazard.name.clone());
            add(hazard.id, [at.x(), at.y()], Symbol::Hazard, HAZARD, label);
        }
    }
    marks
}

/// The union of the reach circles.
fn reach_zone(hydrants: &[Hydrant], reach_m: f64) -> Vec<Zone> {
    if hydrants.is_empty() {
        return Vec::new();
    }
    let circles: Vec<Polygon<f64>> = hydrants.iter().map(|hydrant| circle(hydrant.position, reach_m)).collect();
    let area: MultiPolygon<f64> = unary_union(&circles);
    vec![Zone { area, class: ZONE }]
}
