//! Pressures and fire flows as reports.

use spatial_db::model::FeatureKind;

use super::METRES_A_MPA;
use super::answers::{Asked, Which, lowest};
use super::engine::{Plant, Sort};
use super::fire::FireFlow;
use super::park::Assumed;
use super::rules::HydraulicRules;
use super::state::{State, Warning};
use crate::network::answers::Network;
use crate::network::sheets::text;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

/// What a pressure is, the worst first: what is not known goes before what is good, so that nothing unknown ever counts as good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    Negative,
    Dry,
    /// Below what the code asks for in a fire.
    Low,
    /// Below the working pressure.
    BelowWorking,
    Unknown,
    Good,
}

/// A pressure as the code of practice writes it, in megapascals.
fn mpa(metres: f64) -> String {
    format!("{:.2}", metres / METRES_A_MPA)
}

impl Grade {
    pub(super) fn of(plant: &Plant, state: &State, node: u32, rules: &HydraulicRules) -> Self {
        let at = node as usize;
        match state.pressure_m[at] {
            _ if state.dry[at] => Self::Dry,
            _ if plant.nodes[at].sort != Sort::Junction => Self::Good,
            _ if state.guessed[at] || !state.settled => Self::Unknown,
            None => Self::Unknown,
            Some(pressure) if pressure < 0.0 => Self::Negative,
            Some(pressure) if pressure < rules.figure.gb_residual_m.value => Self::Low,
            Some(pressure) if pressure < rules.figure.gb_working_m.value => Self::BelowWorking,
            Some(_) => Self::Good,
        }
    }

    /// In words, with the figures of the table.
    pub(super) fn words(self, rules: &HydraulicRules) -> Words {
        let (residual, working) = (mpa(rules.figure.gb_residual_m.value), mpa(rules.figure.gb_working_m.value));
        match self {
            Self::Negative => phrase("pressure-negative", "below zero: nobody gets what is shown there").into(),
            Self::Dry => phrase("pressure-dry", "no open way from a source").into(),
            Self::Low => words!("pressure-low", "below {low} MPa", low = residual),
            Self::BelowWorking => {
                words!("pressure-below-working", "{low} to {high} MPa", low = residual, high = working)
            }
            Self::Good => words!("pressure-good", "{high} MPa or more", high = working),
            Self::Unknown => phrase("pressure-unknown", "not known").into(),
        }
    }
}

/// Where the figures between the grades come from.
pub(super) fn grades_note(rules: &HydraulicRules) -> Words {
    let (residual, working) = (&rules.figure.gb_residual_m, &rules.figure.gb_working_m);
    words!(
        "note-grades",
        "{low} MPa: {low_rule}; {high} MPa: {high_rule}",
        low = mpa(residual.value),
        low_rule = residual.citation(),
        high = mpa(working.value),
        high_rule = working.citation(),
    )
}

fn warning(warning: Warning) -> Words {
    match warning {
        Warning::Unbalanced => phrase("engine-unbalanced", "EPANET did not settle").into(),
        Warning::Unstable => phrase("engine-unstable", "EPANET came near an answer that may not be stable").into(),
        Warning::CutOff => phrase("engine-cut-off", "EPANET found parts cut off").into(),
        Warning::Pumps => phrase("engine-pumps", "pumps cannot deliver what is asked of them").into(),
        Warning::Valves => phrase("engine-valves", "valves cannot deliver what is asked of them").into(),
        Warning::Negative => phrase("engine-negative", "EPANET found pressures below zero").into(),
    }
}

/// What a reader must know of an answer: whether it is one, the engine, what was assumed, what went wrong.
pub(super) fn notes(
    plant: &Plant,
    network: Option<&Network<'_>>,
    (before, after, settled): (&State, Option<&State>, bool),
    assumed: &[Assumed],
    rules: &HydraulicRules,
) -> Vec<Words> {
    let mut said = Vec::new();
    if !settled {
        said.push(words!(
            "note-unsettled",
            "EPANET did not come to an answer: the figures are those of its last trial, and nothing may be decided by them",
        ));
    }
    said.push(words!(
        "note-engine",
        "EPANET 2.3, {nodes} nodes, {links} links, {hours} h after the start; 10.2 m are 0.10 MPa or 14.5 psi",
        nodes = plant.nodes.len(),
        links = plant.links.len(),
        hours = format!("{:.2}", before.at_s as f64 / 3600.0),
    ));
    if assumed.iter().any(Assumed::estimates) {
        said.push(phrase("note-estimate", "An estimate: the records do not tell everything that it needs").into());
    }
    said.extend(assumed.iter().map(Assumed::words));
    if let Some(peak) = plant.peak {
        let source: Words =
            if peak.given { phrase("peak-given", "as asked for").into() } else { rules.figure.peak.citation() };
        said.push(words!(
            "note-peak",
            "loads on record are means of a day and are taken times {times}: {source}",
            times = peak.times.to_string(),
            source = source,
        ));
    }
    if let Some(network) = network.filter(|network| network.valves_unknown() > 0) {
        said.push(words!(
            "note-valves-open",
            "{count} of {all} valves have no known state and are taken for open",
            count = network.valves_unknown(),
            all = network.valves.shut.len(),
        ));
    }
    said.extend(network.and_then(Network::told_note));
    let last = after.unwrap_or(before);
    let sums = |state: &State| -> (f64, f64) {
        let junctions = plant.nodes.iter().enumerate().filter(|(_, node)| node.sort == Sort::Junction);
        junctions.fold((0.0, 0.0), |sum, (at, _)| (sum.0 + state.asked_l_s[at], sum.1 + state.given_l_s[at]))
    };
    let (was_asked, was_given) = sums(before);
    let (_, given) = sums(last);
    said.push(words!(
        "note-demand",
        "{asked} L/s asked for, {before} given before, {after} after",
        asked = format!("{was_asked:.1}"),
        before = format!("{was_given:.1}"),
        after = format!("{given:.1}"),
    ));
    if let Some((pressure, at)) = lowest(plant, last) {
        said.push(words!(
            "note-lowest",
            "lowest pressure {pressure} m at {key}",
            pressure = format!("{pressure:.1}"),
            key = &plant.nodes[at as usize].key
        ));
    }
    let count =
        |grade: Grade| (0..plant.nodes.len() as u32).filter(|at| Grade::of(plant, last, *at, rules) == grade).count();
    let (negative, dry) = (count(Grade::Negative), count(Grade::Dry));
    if negative > 0 {
        said.push(words!(
            "note-negative",
            "{count} points below zero: with demand that does not answer to pressure nobody gets what is shown; ask with --pressure-driven",
            count = negative,
        ));
    }
    if dry > 0 {
        said.push(words!("note-dry", "{count} points have no open way from a source", count = dry));
    }
    let guessed = last.guessed.iter().filter(|guessed| **guessed).count();
    if guessed > 0 {
        said.push(words!(
            "note-behind-guesses",
            "{count} points get their water through lines whose size was assumed, or by a loop with such a line: their pressure counts as not known",
            count = guessed,
        ));
    }
    for leak in &last.leak_l_s {
        said.push(words!("note-burst", "the burst spills {flow} L/s", flow = format!("{leak:.1}")));
    }
    said.extend(last.warnings.iter().copied().map(warning));
    said.push(grades_note(rules));
    said
}

/// Every point with its pressure before and after, the worst first; where nothing was changed, the pressure alone.
pub(super) fn pressure_sheet(
    plant: &Plant,
    asked: &Asked,
    before: &State,
    after: Option<&State>,
    rules: &HydraulicRules,
    notes: Vec<Words>,
) -> Sheet {
    let last = after.unwrap_or(before);
    let grade = |at: u32| Grade::of(plant, last, at, rules);
    let fall = |at: u32| {
        let then = after?.pressure_m[at as usize]?;
        Some(then - before.pressure_m[at as usize]?)
    };
    let mut order: Vec<u32> = (0..plant.nodes.len() as u32).collect();
    let worst = |at: &u32| last.pressure_m[*at as usize].unwrap_or(f64::INFINITY);
    order.sort_by(|a, b| {
        let changed = |at: &u32| fall(*at).unwrap_or(0.0);
        grade(*a)
            .cmp(&grade(*b))
            .then(changed(a).total_cmp(&changed(b)))
            .then(worst(a).total_cmp(&worst(b)))
            .then_with(|| plant.nodes[*a as usize].key.cmp(&plant.nodes[*b as usize].key))
    });
    let row = |at: &u32| {
        let (node, at) = (&plant.nodes[*at as usize], *at as usize);
        let mut cells: Vec<Value> = vec![Some(node.key.as_str()).into(), before.pressure_m[at].into()];
        if after.is_some() {
            cells.push(last.pressure_m[at].into());
            cells.push(fall(at as u32).into());
        }
        // A source or tank keeps its head whatever the code asks of a main.
        let kind: Words = if node.sort == Sort::Junction {
            grade(at as u32).words(rules)
        } else {
            phrase("pressure-source", "a source or tank").into()
        };
        let rest: [Value; 6] = [
            last.pressure_m[at].map(|pressure| pressure / METRES_A_MPA).into(),
            Some(last.asked_l_s[at]).into(),
            Some(last.given_l_s[at]).into(),
            Value::Text(kind),
            node.elevation_m.into(),
            last.head_m[at].into(),
        ];
        cells.extend(rest);
        Row { slot: node.row.map(|row| row as usize), cells }
    };
    let number = |name, title, unit: &str, decimals| Column::new(name, title, unit, Holds::Number(decimals));
    let mut columns = vec![
        text("point", words!("head-point", "point")),
        number("pressure_m", words!("head-pressure", "pressure"), "m", 2),
    ];
    if after.is_some() {
        columns.push(number("pressure_after_m", words!("head-pressure-after", "pressure after"), "m", 2));
        columns.push(number("change_m", words!("head-change", "change"), "m", 2));
    }
    columns.extend([
        number("pressure_mpa", words!("head-pressure-last", "pressure"), "MPa", 3),
        number("asked_l_s", words!("head-asked", "asked for"), "L/s", 2),
        number("given_l_s", words!("head-given", "given"), "L/s", 2),
        text("grade", words!("head-grade", "pressure is")),
        number("elevation_m", words!("head-elevation", "elevation"), "m", 2).in_files(),
        number("head_m", words!("head-head", "head"), "m", 2).in_files(),
    ]);
    let title = match &asked.which {
        Which::Close(at) => words!("title-close", "Pressures with {keys} closed off", keys = at.join(" ")),
        Which::Burst(burst) => words!("title-burst", "Pressures with a burst at {key}", key = &burst.at),
        _ => words!("title-pressure", "Pressures in water mains"),
    };
    Sheet {
        name: "pressures",
        title,
        notes,
        target: Some(FeatureKind::NetworkNode),
        columns,
        rows: order.iter().map(row).collect(),
    }
}

/// Where a residual pressure comes from: the table's row, or whoever asked.
pub(super) fn residual_source(residual_m: f64, rules: &HydraulicRules) -> Words {
    let of_table = &rules.figure.residual_m;
    let is_own = (residual_m - of_table.value).abs() > 1e-9;
    if is_own { phrase("residual-asked", "as asked for").into() } else { of_table.citation() }
}

/// What hydrants give, the least first.
pub(super) fn fire_sheet(
    plant: &Plant,
    fire: &[FireFlow],
    residual_m: f64,
    rules: &HydraulicRules,
    mut notes: Vec<Words>,
) -> Sheet {
    let enough_l_s = rules.figure.gb_flow_l_s.value;
    let short = fire.iter().filter(|one| one.known_l_s().is_some_and(|flow| flow < enough_l_s)).count();
    notes.push(words!(
        "note-fire",
        "each hydrant alone at a residual of {residual} m ({source}); {short} of {all} give less than {enough} L/s ({rule})",
        residual = format!("{residual_m:.2}"),
        source = residual_source(residual_m, rules),
        short = short,
        all = fire.len(),
        enough = format!("{enough_l_s:.0}"),
        rule = rules.figure.gb_flow_l_s.citation(),
    ));
    let mut order: Vec<&FireFlow> = fire.iter().collect();
    let flow = |one: &FireFlow| one.available_l_s.unwrap_or(f64::INFINITY);
    order.sort_by(|a, b| flow(a).total_cmp(&flow(b)).then(a.node.cmp(&b.node)));
    let row = |one: &&FireFlow| {
        let node = &plant.nodes[one.node as usize];
        let verdict = match one.known_l_s() {
            None => words!("unknown", "unknown"),
            Some(_) if one.more => words!("fire-more", "at least"),
            Some(flow) if flow < enough_l_s => words!("fire-short", "too little"),
            Some(_) => words!("fire-enough", "enough"),
        };
        let cells = vec![
            Some(node.key.as_str()).into(),
            one.static_m.into(),
            one.available_l_s.into(),
            verdict.into(),
            one.lowest.map(|(pressure, _)| pressure).into(),
            one.lowest.map(|(_, at)| plant.nodes[at as usize].key.as_str()).into(),
        ];
        Row { slot: node.row.map(|row| row as usize), cells }
    };
    let number = |name, title, unit: &str| Column::new(name, title, unit, Holds::Number(1));
    Sheet {
        name: "fire_flow",
        title: words!("title-fire", "Fire flow at hydrants"),
        notes,
        target: Some(FeatureKind::NetworkNode),
        columns: vec![
            text("hydrant", words!("head-hydrant", "hydrant")),
            number("static_m", words!("head-static", "pressure, nothing drawn"), "m"),
            number("available_l_s", words!("head-available", "fire flow"), "L/s"),
            text("verdict", words!("head-fire-verdict", "against the code")),
            number("lowest_m", words!("head-lowest", "lowest elsewhere then"), "m"),
            text("lowest_at", words!("head-lowest-at", "at")),
        ],
        rows: order.iter().map(row).collect(),
    }
}
