//! Answers about networks as overlays: what a trace reaches, what a break takes with the valves to close, where lines are too near.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind, NodeKind, ParkSnapshot};

use super::clearance::{ClearanceRules, Findings, Lie, Verdict as Near};
use super::isolation::{Critical, Gear, Isolation, Supply};
use super::sheets::{Isolating, Part, SHUT_ALREADY, STUCK, TO_SHUT, lie, rule, verdict};
use super::topology::Topology;
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, Words, phrase};

const REACHED: [u8; 3] = [0, 114, 178];
const PERHAPS: [u8; 3] = [86, 180, 233];
const SHUT_OFF: [u8; 3] = [213, 94, 0];
const CUT_OFF: [u8; 3] = [230, 159, 0];
const CLOSE: [u8; 3] = [158, 0, 20];
const CLOSED: [u8; 3] = [90, 90, 96];
const HYDRANT: [u8; 3] = [204, 121, 167];

fn class(label: impl Into<Words>, colour: [u8; 3], pattern: Pattern, swatch: Swatch) -> Class {
    Class { label: label.into(), colour, pattern, swatch, count: 0, measure: None }
}

fn plain(class: usize, value: Option<f64>, facts: Vec<Fact>) -> Verdict {
    Verdict { class, value, outline: None, facts }
}

/// Lines of a trace or an isolation, by what they are: the gravest part of a line colours it, its length is the part's.
fn lines(park: &ParkSnapshot, topology: &Topology, parts: &[(u32, Part)], overlay: &mut Overlay, first: usize) {
    let mut by_line: BTreeMap<u32, BTreeMap<Part, f64>> = BTreeMap::new();
    let mut lengths: BTreeMap<Part, f64> = BTreeMap::new();
    for (link, part) in parts {
        let link = topology.links[*link as usize];
        *by_line.entry(link.edge).or_default().entry(*part).or_default() += link.length_m;
        *lengths.entry(*part).or_default() += link.length_m;
    }
    let at = |part: Part| first + usize::from(matches!(part, Part::Perhaps | Part::CutOff));
    for (edge, parts) in by_line {
        let Some((part, length)) = parts.into_iter().next() else { continue };
        overlay.classes[at(part)].count += 1;
        let facts = vec![Fact {
            label: words!("fact-length", "Length"),
            value: format!("{length:.1} m").into(),
            basis: words!("basis-part", "of the part that is so"),
        }];
        overlay.verdicts.insert(park.edges[edge as usize].id, plain(at(part), Some(length), facts));
    }
    for (part, length) in lengths {
        overlay.classes[at(part)].measure = Some(format!("{:.2} km", length / 1000.0));
    }
}

fn empty(name: &str, title: Words, unit: Words, as_of: NaiveDate, classes: Vec<Class>, notes: Vec<Words>) -> Overlay {
    Overlay {
        name: name.into(),
        title,
        target: FeatureKind::NetworkEdge,
        unit,
        as_of,
        source: words!("source-networks", "network surveys on record"),
        classes,
        verdicts: Verdicts::default(),
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    }
}

/// Classes of a trace, with nothing counted.
pub(crate) fn trace_legend(found: Part) -> Vec<Class> {
    vec![
        class(found.phrase(), REACHED, Pattern::Solid, Swatch::Line),
        class(Part::Perhaps.phrase(), PERHAPS, Pattern::Hatch, Swatch::Line),
    ]
}

/// Classes of an isolation, with nothing counted: three of valves, then the same three of switches, which no network has both of.
/// What is shut already is struck through, what is stuck is hollow.
pub(crate) fn isolation_legend() -> Vec<Class> {
    let symbol = |symbol| Swatch::Symbol(symbol);
    vec![
        class(Part::ShutOff.phrase(), SHUT_OFF, Pattern::Solid, Swatch::Line),
        class(Part::CutOff.phrase(), CUT_OFF, Pattern::Hatch, Swatch::Line),
        class(phrase("class-dry-building", "building without supply"), CUT_OFF, Pattern::CrossHatch, Swatch::Area),
        class(TO_SHUT[0], CLOSE, Pattern::Solid, symbol(Symbol::Gate)),
        class(SHUT_ALREADY[0], CLOSED, Pattern::CrossHatch, symbol(Symbol::Gate)),
        class(STUCK[0], CLOSED, Pattern::Dots, symbol(Symbol::Gate)),
        class(TO_SHUT[1], CLOSE, Pattern::Solid, symbol(Symbol::Gate)),
        class(SHUT_ALREADY[1], CLOSED, Pattern::CrossHatch, symbol(Symbol::Gate)),
        class(STUCK[1], CLOSED, Pattern::Dots, symbol(Symbol::Gate)),
        class(phrase("role-hydrant", "hydrant without supply"), HYDRANT, Pattern::CrossHatch, symbol(Symbol::Hydrant)),
        class(phrase("role-customer", "connection without supply"), CUT_OFF, Pattern::Solid, symbol(Symbol::Dot)),
        class(phrase("role-source", "source shut off with it"), REACHED, Pattern::CrossHatch, symbol(Symbol::Dot)),
    ]
}

/// Classes of clearances, with nothing counted.
pub(crate) fn clearance_legend() -> Vec<Class> {
    let patterns = [Pattern::Solid, Pattern::Hatch, Pattern::Dots];
    let colours = [CLOSE, CUT_OFF, CLOSED];
    (0..3).map(|at| class(verdict(NEAR[at]), colours[at], patterns[at], Swatch::Line)).collect()
}

/// Verdicts of clearances in the order of their classes.
const NEAR: [Near; 3] = [Near::Violated, Near::Possible, Near::Unknown];

/// What a trace reached, or what lies on loops.
pub fn trace_overlay(
    park: &ParkSnapshot,
    topology: &Topology,
    parts: &[(u32, Part)],
    title: Words,
    as_of: NaiveDate,
    notes: Vec<Words>,
) -> Overlay {
    let looped = parts.iter().any(|(_, part)| *part == Part::Looped);
    let classes = trace_legend(if looped { Part::Looped } else { Part::Reached });
    let mut overlay = empty("trace", title, "m".into(), as_of, classes, notes);
    lines(park, topology, parts, &mut overlay, 0);
    overlay.without_empty_classes(|_| false)
}

/// What a break takes: lines, buildings, hydrants and connections without supply, and the valves.
pub fn isolation_overlay(
    with: &Isolating<'_>,
    plan: &Isolation,
    lost: &Supply,
    title: Words,
    as_of: NaiveDate,
) -> Overlay {
    let classes = isolation_legend();
    let notes = with.notes(plan, lost);
    let mut overlay = empty("isolation", title, "m".into(), as_of, classes, notes);
    lines(with.park, with.topology, &with.parts(plan), &mut overlay, 0);
    for building in &lost.buildings {
        let row = with.service.buildings[*building as usize].0;
        overlay.classes[2].count += 1;
        overlay.verdicts.insert(with.park.buildings[row as usize].id, plain(2, None, Vec::new()));
    }
    let mut mark = |node: u32, class: usize, symbol: Symbol| {
        let Some(node) = with.park.nodes.get(node as usize) else { return };
        overlay.classes[class].count += 1;
        overlay.verdicts.insert(node.id, plain(class, None, Vec::new()));
        let [x, y, _] = node.position;
        let label = Some(node.provenance.key.clone());
        overlay.marks.push(Mark { feature: node.id, position: [x, y], symbol, class, label });
    };
    for (valves, class) in [(&plan.close, 3), (&plan.closed, 4), (&plan.stuck, 5)] {
        for valve in valves {
            // Those of switches follow those of valves.
            let class = if with.gear(*valve) == Gear::Valve { class } else { class + 3 };
            mark(with.valves.shut[*valve as usize].node, class, Symbol::Gate);
        }
    }
    let hydrants = with.rows_of(&lost.hydrants, NodeKind::Hydrant);
    let connections = with.rows_of(&lost.connections, NodeKind::Connection);
    for (rows, class, symbol) in
        [(hydrants, 9, Symbol::Hydrant), (connections, 10, Symbol::Dot), (with.sources_shut(plan), 11, Symbol::Dot)]
    {
        for row in rows {
            mark(row, class, symbol);
        }
    }
    overlay.without_empty_classes(|_| false)
}

/// Classes of criticality: of all that hangs on the network, the share that a break takes.
const SHARES: [(Phrase, [u8; 3], Pattern); 5] = [
    (phrase("critical-many", "more than 10 % of all lose supply"), CLOSE, Pattern::CrossHatch),
    (phrase("critical-some", "1 to 10 % lose supply"), SHUT_OFF, Pattern::Hatch),
    (phrase("critical-few", "less than 1 % lose supply"), REACHED, Pattern::Solid),
    (phrase("critical-nobody", "nobody on record loses supply"), [150, 186, 205], Pattern::Solid),
    (phrase("critical-unknown", "not known: no source on record"), CLOSED, Pattern::Dots),
];

/// Classes of criticality, with nothing counted.
pub(crate) fn critical_legend() -> Vec<Class> {
    SHARES.into_iter().map(|(label, colour, pattern)| class(label, colour, pattern, Swatch::Line)).collect()
}

/// Lines by what a break in their segment takes: `worth` is what each segment is worth in connections, buildings and hydrants. The
/// value is how many of them together lose supply; a line in several segments has that of the gravest.
pub fn critical_overlay(
    with: &Isolating<'_>,
    worth: &[Vec<Critical>; 3],
    title: Words,
    as_of: NaiveDate,
    notes: Vec<Words>,
) -> Overlay {
    let unit = words!("unit-lose-supply", "connections, hydrants and buildings");
    let mut overlay = empty("critical", title, unit, as_of, critical_legend(), notes);
    let hangs = with.service.connections.len() + with.service.buildings.len() + with.service.hydrants.len();
    let of_link = &with.isolator.segments.of_link;
    let mut by_line: BTreeMap<u32, (usize, u32)> = BTreeMap::new();
    for (link, segment) in with.topology.links.iter().zip(of_link) {
        let lost: f64 = worth.iter().map(|of| of[*segment as usize].weight).sum();
        let class = if !worth[0][*segment as usize].supply_known {
            4
        } else if lost <= 0.0 {
            3
        } else if lost < 0.01 * hangs as f64 {
            2
        } else {
            usize::from(lost <= 0.1 * hangs as f64)
        };
        // What cannot be told goes before what is told, as in the rows.
        let graver = |kept: &(usize, u32)| kept.0 != 4 && (class == 4 || class < kept.0);
        let kept = by_line.entry(link.edge).or_insert((class, *segment));
        if graver(kept) {
            *kept = (class, *segment);
        }
    }
    for (edge, (class, segment)) in by_line {
        overlay.classes[class].count += 1;
        let [connections, buildings, hydrants] = worth.each_ref().map(|of| of[segment as usize].weight);
        let known = class != 4;
        let value = if known {
            words!(
                "critical-lost",
                "{connections} connections, {hydrants} hydrants, {buildings} buildings",
                connections = format!("{connections:.0}"),
                hydrants = format!("{hydrants:.0}"),
                buildings = format!("{buildings:.0}"),
            )
        } else {
            phrase("unknown", "unknown").into()
        };
        let facts = vec![Fact {
            label: words!("fact-lost", "Without supply"),
            value,
            basis: words!("basis-lost", "of a break anywhere in its segment"),
        }];
        let value = known.then_some(connections + buildings + hydrants);
        overlay.verdicts.insert(with.park.edges[edge as usize].id, plain(class, value, facts));
    }
    overlay.without_empty_classes(|_| false)
}

/// Lines by the gravest that is found of them: too near to others, to buildings, perhaps, or not known. The value is the margin, m.
pub fn clearance_overlay(
    park: &ParkSnapshot,
    rules: &ClearanceRules,
    findings: &Findings,
    as_of: NaiveDate,
    notes: Vec<Words>,
) -> Overlay {
    let classes = clearance_legend();
    let title = words!("title-clearance", "Clearances between lines, wall to wall");
    let mut overlay = empty("clearance", title, words!("unit-margin", "m of margin"), as_of, classes, notes);
    // They come gravest first: the first of a line colours it, all of them are its facts.
    for one in &findings.found {
        let Some(class) = NEAR.iter().position(|known| *known == one.verdict) else { continue };
        let building = one.lie == Lie::Building;
        let other = |row: u32| -> (FeatureId, &str) {
            if building {
                let building = &park.buildings[row as usize];
                (building.id, &building.provenance.key)
            } else {
                let line = &park.edges[row as usize];
                (line.id, &line.provenance.key)
            }
        };
        let (b, b_key) = other(one.b);
        let a = one.a.map(|row| (park.edges[row as usize].id, park.edges[row as usize].provenance.key.as_str()));
        let value = match one.room_m {
            Some(room) => words!(
                "room-of",
                "{room} m, {asked} m asked for, known to ± {off} m",
                room = format!("{room:.2}"),
                asked = format!("{:.2}", one.limit_m[1]),
                off = format!("{:.2}", one.off_m),
            ),
            None => words!("missing-height", "height not on record"),
        };
        let mut tell = |id: FeatureId, of: Words| {
            let fact = Fact {
                label: words!("near-what", "{how} {other}", how = lie(one.lie), other = of),
                value: value.clone(),
                basis: rule(rules, one),
            };
            let entry = overlay.verdicts.get_or_insert_with(id, || {
                overlay.classes[class].count += 1;
                plain(class, one.margin_m(), Vec::new())
            });
            entry.facts.push(fact);
        };
        if let Some((id, _)) = a {
            tell(id, b_key.into());
        }
        if !building {
            tell(b, a.map_or_else(|| words!("planned-line", "planned"), |(_, key)| key.into()));
        }
    }
    overlay.without_empty_classes(|_| false)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use spatial_db::model::{NetworkClass, Presence};

    use NetworkClass::{Drainage, Power, Telecom};

    use super::*;
    use crate::network::Settings;
    use crate::network::answers::Network;
    use crate::network::by_hand::{edge, empty, keyed_edge, node};
    use crate::network::clearance::Room;
    use crate::network::isolation::Service;
    use crate::network::sheets::clearance_sheet;

    #[test]
    fn an_isolation_is_coloured_with_valves_and_hydrants_marked() {
        let mut park = empty();
        park.nodes = ["s", "v", "h"].iter().map(|key| node(key, NodeKind::Source, [0.0; 3])).collect();
        (park.nodes[1].kind, park.nodes[2].kind) = (NodeKind::Valve, NodeKind::Hydrant);
        let line = |id, from, to| keyed_edge(id, Some(from), Some(to), vec![[0.0; 3], [10.0, 0.0, 0.0]]);
        park.edges = vec![line(0, "s", "v"), line(1, "v", "h")];
        let day = "2026-01-01".parse().unwrap();
        let (there, settings) = (Presence::on(&park, day), Settings::shipped());
        let network = Network::of(&park, &there, NetworkClass::Water, &settings, HashMap::new()).unwrap();
        let isolator = network.isolator();
        let service = Service::of(&network.topology, &park, &there, &settings);
        let with = Isolating {
            park: &park,
            topology: &network.topology,
            valves: &network.valves,
            isolator: &isolator,
            service: &service,
        };
        let plan = isolator.isolate(&network.broken(&isolator, &["e1".to_owned()]).unwrap());
        let overlay = isolation_overlay(&with, &plan, &service.lost(&isolator, &plan), "t".into(), day);
        let labels: Vec<&str> = overlay.classes.iter().map(|class| class.label.as_str()).collect();
        assert_eq!(labels, ["shut off", "close", "hydrant without supply"]);
        let of = |id: FeatureId| overlay.verdicts.get(&id).map(|verdict| verdict.class);
        assert_eq!([park.nodes[1].id, park.nodes[2].id].map(of), [Some(1), Some(2)]);
        assert_eq!([park.edges[0].id, park.edges[1].id].map(of), [None, Some(0)]);
        assert_eq!((overlay.marks.len(), overlay.classes[0].measure.as_deref()), (2, Some("0.01 km")));
        let parts = [(0, Part::Perhaps), (1, Part::Reached)];
        let overlay = trace_overlay(&park, &network.topology, &parts, "t".into(), day, Vec::new());
        assert_eq!(overlay.verdicts[&park.edges[0].id].class, 1);
        let overlay = trace_overlay(&park, &network.topology, &[(0, Part::Looped)], "t".into(), day, Vec::new());
        assert_eq!(overlay.classes[0].label, "on a loop");
    }

    #[test]
    fn a_line_is_as_critical_as_the_share_that_loses_supply_and_unknown_stays_unknown() {
        let mut park = empty();
        let at = |x: f64| [x, 0.0, 0.0];
        park.nodes = vec![
            node("s", NodeKind::Source, at(0.0)),
            node("v", NodeKind::Valve, at(10.0)),
            node("c", NodeKind::Connection, at(20.0)),
            node("h", NodeKind::Hydrant, at(30.0)),
            node("v2", NodeKind::Valve, at(40.0)),
            node("e", NodeKind::Junction, at(50.0)),
            // Far away, and no source there.
            node("x", NodeKind::Junction, at(900.0)),
            node("y", NodeKind::Connection, at(910.0)),
        ];
        let line = |(id, [a, b]): (usize, [usize; 2])| {
            let (from, to) = (&park.nodes[a], &park.nodes[b]);
            let keys = [from, to].map(|node| Some(node.provenance.key.as_str()));
            keyed_edge(id as i64, keys[0], keys[1], vec![from.position, to.position])
        };
        let edges: Vec<_> =
            [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [6, 7]].into_iter().enumerate().map(line).collect();
        park.edges = edges;
        let day = "2026-01-01".parse().unwrap();
        let (there, settings) = (Presence::on(&park, day), Settings::shipped());
        let network = Network::of(&park, &there, NetworkClass::Water, &settings, HashMap::new()).unwrap();
        let service = Service::of(&network.topology, &park, &there, &settings);
        let (answer, overlay) = network
            .criticality(&service, false, |with, worth| critical_overlay(with, worth, "t".into(), day, Vec::new()));
        assert_eq!(answer.sheet.rows.len(), 6);
        let of = |at: usize| {
            let verdict = &overlay.verdicts[&park.edges[at].id];
            (overlay.classes[verdict.class].label.as_str(), verdict.value)
        };
        // c and h of the three that hang on the network; nobody behind v2; nobody can tell far away.
        let many = ("more than 10 % of all lose supply", Some(2.0));
        assert_eq!([of(0), of(1), of(2), of(3)], [many; 4]);
        assert_eq!(of(4), ("nobody on record loses supply", Some(0.0)));
        assert_eq!(of(5), ("not known: no source on record", None));
        // As if a valve stood at both ends of every line, the last one with somebody on it takes the hydrant alone.
        let (_, apart) = network
            .criticality(&service, true, |with, worth| critical_overlay(with, worth, "t".into(), day, Vec::new()));
        assert!(apart.verdicts[&park.edges[3].id].value < Some(2.0));
    }

    #[test]
    fn a_line_has_the_colour_of_the_gravest_and_all_reasons() {
        let mut park = empty();
        let at = |id, y: f64, class| {
            let mut line = edge(id, vec![[0.0, y, 5.0], [50.0, y, 5.0]]);
            (line.class, line.diameter_mm, line.survey_level) = (class, Some(100.0), Some("A".into()));
            line
        };
        park.edges = vec![at(1, 0.0, Drainage), at(2, 0.3, Power), at(3, 1.1, Telecom)];
        let day = "2026-01-01".parse().unwrap();
        let (there, rules) = (Presence::on(&park, day), ClearanceRules::shipped());
        let findings = Room::of(&park, &there, &rules).all();
        let overlay = clearance_overlay(&park, &rules, &findings, day, Vec::new());
        let sewer = &overlay.verdicts[&park.edges[0].id];
        // 0.2 m to power, 0.5 m asked for; 1.0 m to telecom, 1.0 m asked for.
        assert_eq!((sewer.class, sewer.facts.len()), (0, 2));
        assert!((sewer.value.unwrap() + 0.3).abs() < 1e-9);
        assert_eq!(sewer.facts[0].label, "alongside e2");
        assert_eq!(overlay.verdicts[&park.edges[2].id].class, 1);
    }

    #[test]
    fn a_planned_line_is_told_as_planned_with_its_own_class() {
        let mut park = empty();
        let at = |id, y: f64, class| {
            let mut line = edge(id, vec![[0.0, y, 5.0], [50.0, y, 5.0]]);
            (line.class, line.diameter_mm, line.survey_level) = (class, Some(100.0), Some("A".into()));
            line
        };
        park.edges = vec![at(1, 0.0, Drainage)];
        let day = "2026-01-01".parse().unwrap();
        let (there, rules) = (Presence::on(&park, day), ClearanceRules::shipped());
        let planned = at(2, 0.3, Power);
        let findings = Room::of(&park, &there, &rules).planned(&planned);
        let overlay = clearance_overlay(&park, &rules, &findings, day, Vec::new());
        assert_eq!(overlay.verdicts[&park.edges[0].id].facts[0].label, "alongside planned");
        let sheet = clearance_sheet(&park, &rules, &findings.found, Some(&planned), Vec::new());
        let at = |name: &str| sheet.columns.iter().position(|column| column.name == name).unwrap();
        let said = |name: &str| sheet.rows[0].cells[at(name)].clone();
        let cell = |words: Words| crate::sheet::Value::Text(words);
        assert_eq!(said("line"), cell(words!("planned-line", "planned")));
        assert_eq!(said("class"), cell(words!("network-power", "Power")));
        assert_eq!(said("other_class"), cell(words!("network-drainage", "Drainage")));
    }
}
