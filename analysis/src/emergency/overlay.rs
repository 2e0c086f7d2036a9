//! The emergency overlay: hydrants with their reach, buildings outside it, assembly points, stations, hazards.

use std::collections::HashMap;

use chrono::NaiveDate;
use geo::{Centroid, LineString, MultiPolygon, Polygon, unary_union};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, ResourceKind};

use super::hydrants::{Hydrant, Reach, hydrant_reach, hydrants_for_hazard, in_service, working_hydrants};
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Zone};
use crate::rules::RuleSet;

const RED: [u8; 3] = [215, 38, 61];
const AMBER: [u8; 3] = [245, 183, 0];
const GREEN: [u8; 3] = [46, 158, 91];
/// Quiet green for the many buildings where all is well, so that the exceptions stand out.
const PALE_GREEN: [u8; 3] = [157, 208, 178];
const BLUE: [u8; 3] = [31, 119, 180];
const GREY: [u8; 3] = [120, 124, 130];

/// Corners of a drawn reach circle: 72 keep it within 0.1 % of the true area of a circle.
const CIRCLE_CORNERS: usize = 72;

struct Row {
    label: &'static str,
    colour: [u8; 3],
    pattern: Pattern,
    swatch: Swatch,
}

const fn row(label: &'static str, colour: [u8; 3], pattern: Pattern, swatch: Swatch) -> Row {
    Row { label, colour, pattern, swatch }
}

const REACHED: usize = 0;
const PARTLY: usize = 1;
const OUTSIDE: usize = 2;
const UNKNOWN: usize = 3;
const ZONE: usize = 4;
const HYDRANT: usize = 5;
const HYDRANT_OUT: usize = 6;
const ASSEMBLY: usize = 7;
const STATION: usize = 8;
const SHELTER: usize = 9;
const HOSPITAL: usize = 10;
const GATE: usize = 11;
const CAMERA: usize = 12;
const ENTRANCE: usize = 13;
const OTHER: usize = 14;
const HAZARD: usize = 15;

const ROWS: [Row; 16] = [
    row("building within hydrant reach", PALE_GREEN, Pattern::Solid, Swatch::Area),
    row("building partly in reach", AMBER, Pattern::Dots, Swatch::Area),
    row("building outside reach", RED, Pattern::Hatch, Swatch::Area),
    row("building: no hydrant on record", [201, 204, 209], Pattern::Hatch, Swatch::Area),
    row("hydrant reach", BLUE, Pattern::Solid, Swatch::Area),
    row("hydrant", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Hydrant)),
    row("hydrant out of service", GREY, Pattern::Solid, Swatch::Symbol(Symbol::Hydrant)),
    row("assembly point", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::AssemblyPoint)),
    row("fire station", RED, Pattern::Solid, Swatch::Symbol(Symbol::FireStation)),
    row("shelter", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Shelter)),
    row("hospital, first aid", GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Hospital)),
    row("gate", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Gate)),
    row("camera", GREY, Pattern::Solid, Swatch::Symbol(Symbol::Camera)),
    row("building entrance", BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Dot)),
    row("other resource", GREY, Pattern::Solid, Swatch::Symbol(Symbol::Dot)),
    row("hazard source", RED, Pattern::Solid, Swatch::Symbol(Symbol::Hazard)),
];

/// Hydrant reach over the buildings, with every resource and hazard on record.
pub fn emergency_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let reach_rule = rules.figure("hydrant", "reach_m");
    let mut counts = [0_usize; ROWS.len()];
    let mut verdicts = HashMap::with_capacity(snapshot.buildings.len());
    for (building, reach) in snapshot.buildings.iter().zip(hydrant_reach(cache, rules)) {
        let (class, value) = match reach {
            Reach::Whole(distance) => (REACHED, Some(distance)),
            Reach::Part(distance) => (PARTLY, Some(distance)),
            Reach::Outside(distance) => (OUTSIDE, Some(distance)),
            Reach::Unknown => (UNKNOWN, None),
        };
        counts[class] += 1;
        let distance = value.map_or_else(|| "unknown".to_owned(), |metres| format!("{metres:.0} m"));
        let facts = vec![
            Fact { label: "Hydrant protection".into(), value: ROWS[class].label.into(), basis: reach_rule.citation() },
            Fact {
                label: "Nearest hydrant in service".into(),
                value: distance,
                basis: "straight line to the wall".into(),
            },
        ];
        verdicts.insert(building.id, Verdict { class, value, outline: None, facts });
    }
    let hydrants = working_hydrants(cache);
    let marks = marks(cache, &hydrants, &mut counts);
    for hazard in &snapshot.hazards {
        let (counting, too_near) = hydrants_for_hazard(&hydrants, hazard, rules);
        let quantity = hazard.quantity_t.map_or_else(|| "quantity unknown".to_owned(), |t| format!("{t} t"));
        let facts = vec![
            Fact {
                label: "Holds".into(),
                value: format!("{}, {quantity}", hazard.substance.as_deref().unwrap_or("substance unknown")),
                basis: "on record".into(),
            },
            Fact { label: "Hydrants that count".into(), value: counting.to_string(), basis: reach_rule.citation() },
            Fact {
                label: "Too near to count".into(),
                value: too_near.to_string(),
                basis: rules.figure("hydrant", "tank_exclusion_m").citation(),
            },
        ];
        verdicts.insert(hazard.id, Verdict { class: HAZARD, value: None, outline: None, facts });
    }
    let zones = reach_zone(&hydrants, reach_rule.value);
    counts[ZONE] = hydrants.len();
    let overlay = Overlay {
        name: "emergency".into(),
        title: "Emergency: hydrant reach and resources".into(),
        target: FeatureKind::Building,
        unit: "m to nearest hydrant".into(),
        as_of,
        source: "hydrants, resources and hazard sources on record".into(),
        classes: ROWS
            .iter()
            .enumerate()
            .map(|(i, row)| Class {
                label: if i == ZONE { format!("{} {:.0} m", row.label, reach_rule.value) } else { row.label.into() },
                colour: row.colour,
                pattern: row.pattern,
                swatch: row.swatch,
                count: counts[i],
                measure: None,
            })
            .collect(),
        verdicts,
        marks,
        zones,
        pillars: Vec::new(),
        notes: vec![
            format!("Reach as the crow flies: {}", reach_rule.citation()),
            "For exercises and planning; hose routes, flow and pressure are not computed here".into(),
        ],
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
    let circles: Vec<Polygon<f64>> = hydrants
        .iter()
        .map(|hydrant| {
            let [x, y] = hydrant.position;
            let ring: LineString<f64> = (0..CIRCLE_CORNERS)
                .map(|i| {
                    let turn = std::f64::consts::TAU * i as f64 / CIRCLE_CORNERS as f64;
                    (x + reach_m * turn.cos(), y + reach_m * turn.sin())
                })
                .collect();
            Polygon::new(ring, Vec::new())
        })
        .collect();
    let area: MultiPolygon<f64> = unary_union(&circles);
    vec![Zone { area, class: ZONE }]
}
