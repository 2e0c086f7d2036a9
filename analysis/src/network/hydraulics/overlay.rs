//! Pressures and fire flows over the park: mains by the lower of the pressures at their ends, hydrants by what they give.

use chrono::NaiveDate;
use spatial_db::model::{FeatureKind, ParkSnapshot};

use super::HydraulicsError;
use super::engine::Plant;
use super::fire::FireFlow;
use super::rules::HydraulicRules;
use super::sheets::{Grade, residual_source};
use super::state::State;
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// In the order of grades. Strong colours: a main is a thin line among the ground, streets and halls above it.
const GRADES: [(Grade, [u8; 3], Pattern); 6] = [
    (Grade::Negative, [140, 20, 150], Pattern::CrossHatch),
    (Grade::Dry, [40, 40, 46], Pattern::Dots),
    (Grade::Low, [215, 38, 61], Pattern::Hatch),
    (Grade::BelowWorking, [240, 150, 0], Pattern::Hatch),
    (Grade::Unknown, [128, 132, 140], Pattern::Dots),
    (Grade::Good, [0, 105, 190], Pattern::Solid),
];

fn overlay(name: &str, title: Words, unit: Words, as_of: NaiveDate, notes: Vec<Words>) -> Overlay {
    Overlay {
        name: name.into(),
        title,
        target: FeatureKind::NetworkEdge,
        unit,
        as_of,
        source: words!("source-hydraulics", "EPANET 2.3 on network surveys on record"),
        classes: Vec::new(),
        verdicts: Verdicts::default(),
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    }
}

/// Classes of pressures, with nothing counted.
pub(crate) fn pressure_legend(rules: &HydraulicRules) -> Vec<Class> {
    GRADES
        .iter()
        .map(|(grade, colour, pattern)| Class {
            label: grade.words(rules),
            colour: *colour,
            pattern: *pattern,
            swatch: Swatch::Line,
            count: 0,
            measure: None,
        })
        .collect()
}

/// Mains by pressure in a state; with the state before, how it changed stands in the facts.
pub fn pressure_overlay(
    park: &ParkSnapshot,
    plant: &Plant,
    before: Option<&State>,
    state: &State,
    rules: &HydraulicRules,
    as_of: NaiveDate,
    notes: Vec<Words>,
) -> Overlay {
    let title = words!("title-pressure", "Pressures in water mains");
    let mut over = overlay("pressure", title, "m".into(), as_of, notes);
    over.classes = pressure_legend(rules);
    let lower = |state: &State, [a, b]: [u32; 2]| {
        let [a, b] = [a, b].map(|at| state.pressure_m[at as usize]);
        Some(a?.min(b?))
    };
    for link in &plant.links {
        let Some(row) = link.row else { continue };
        let [a, b] = link.ends.map(|at| Grade::of(plant, state, at, rules));
        let grade = a.min(b);
        let class = GRADES.iter().position(|(other, ..)| *other == grade).unwrap_or(GRADES.len() - 1);
        let id = park.edges[row as usize].id;
        // Of the pieces of a line the worst colours it.
        if let Some(kept) = over.verdicts.get(&id) {
            if kept.class <= class {
                continue;
            }
            over.classes[kept.class].count -= 1;
        }
        over.classes[class].count += 1;
        let value = lower(state, link.ends).filter(|_| grade != Grade::Unknown);
        let said = |pressure: Option<f64>| {
            pressure.map_or_else(|| phrase("unknown", "unknown").into(), |pressure| format!("{pressure:.1} m").into())
        };
        let mut facts = vec![Fact {
            label: words!("fact-pressure", "Pressure"),
            value: said(value),
            basis: words!("basis-pressure", "lower of both ends, above the ground, EPANET 2.3"),
        }];
        if let Some(before) = before {
            facts.push(Fact {
                label: words!("fact-pressure-before", "Pressure before"),
                value: said(lower(before, link.ends)),
                basis: words!("basis-pressure", "lower of both ends, above the ground, EPANET 2.3"),
            });
        }
        over.verdicts.insert(id, Verdict { class, value, outline: None, facts });
    }
    over.without_empty_classes(|_| false)
}

/// Where there are no pressures: why.
pub fn without_pressures(error: &HydraulicsError, as_of: NaiveDate) -> Overlay {
    let why: Words = match error {
        HydraulicsError::NoHead { named } => words!(
            "no-head",
            "no source, tank or reservoir of the water network has a head on record{named}",
            named = named,
        ),
        // The engine's words, or of a key that somebody typed: no overlay asks by one.
        other => other.to_string().into(),
    };
    let why = words!("note-no-pressures", "no pressures: {why}", why = why);
    overlay("pressure", words!("title-pressure", "Pressures in water mains"), "m".into(), as_of, vec![why])
}

/// The overlay of pressures before anybody asked for it, which says that they are being worked out.
pub fn awaited_pressures(as_of: NaiveDate) -> Overlay {
    let notes = vec![words!("note-pressures-awaited", "the pressures are being worked out")];
    overlay("pressure", words!("title-pressure", "Pressures in water mains"), "m".into(), as_of, notes)
}

/// Hydrants by what they give, each a shape of its own.
const FIRE: [(Phrase, [u8; 3], Pattern, Symbol); 3] = [
    (phrase("fire-short", "too little"), [158, 0, 20], Pattern::Solid, Symbol::Hazard),
    (phrase("fire-enough", "enough"), [0, 114, 178], Pattern::Solid, Symbol::Hydrant),
    (phrase("unknown", "unknown"), [120, 124, 130], Pattern::Hatch, Symbol::Dot),
];

/// Classes of fire flow, with nothing counted.
pub(crate) fn fire_legend() -> Vec<Class> {
    FIRE.iter()
        .map(|(label, colour, pattern, symbol)| Class {
            label: (*label).into(),
            colour: *colour,
            pattern: *pattern,
            swatch: Swatch::Symbol(*symbol),
            count: 0,
            measure: None,
        })
        .collect()
}

/// Hydrants by what they give at a residual pressure, m.
pub fn fire_overlay(
    park: &ParkSnapshot,
    plant: &Plant,
    (fire, residual_m): (&[FireFlow], f64),
    rules: &HydraulicRules,
    as_of: NaiveDate,
    notes: Vec<Words>,
) -> Overlay {
    let mut over = overlay("fire_flow", words!("title-fire", "Fire flow at hydrants"), "L/s".into(), as_of, notes);
    over.classes = fire_legend();
    for one in fire {
        let Some(row) = plant.nodes[one.node as usize].row else { continue };
        let node = &park.nodes[row as usize];
        let class = match one.known_l_s() {
            None => 2,
            Some(flow) => usize::from(flow >= rules.figure.gb_flow_l_s.value),
        };
        over.classes[class].count += 1;
        let known = one.known_l_s();
        let value = known.map_or_else(
            || phrase("unknown", "unknown").into(),
            |flow| words!("fire-flow", "{flow} L/s", flow = format!("{flow:.1}")),
        );
        let facts = vec![Fact {
            label: words!("head-available", "fire flow"),
            value,
            basis: residual_source(residual_m, rules),
        }];
        over.verdicts.insert(node.id, Verdict { class, value: known, outline: None, facts });
        let label = known.map(|flow| format!("{flow:.0} L/s"));
        let [x, y, _] = node.position;
        over.marks.push(Mark { feature: node.id, position: [x, y], symbol: FIRE[class].3, class, label });
    }
    over.without_empty_classes(|_| false)
}
