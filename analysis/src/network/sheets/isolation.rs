//! Isolations as reports: what a crew has to do, which lines and buildings are dry, what every line is worth.

use spatial_db::model::{FeatureKind, NetworkClass, NodeKind, ParkSnapshot};

use super::{Part, said, text};
use crate::network::isolation::{Critical, Gear, Isolation, Isolator, Served, Service, Supply, Valve, Valves};
use crate::network::topology::{Topology, feeds};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// What is to be shut, of a valve and of a switch.
pub(in crate::network) const TO_SHUT: [Phrase; 2] =
    [phrase("role-close", "close"), phrase("role-switch-off", "switch off")];
/// What is shut already.
pub(in crate::network) const SHUT_ALREADY: [Phrase; 2] =
    [phrase("role-closed", "closed already: check"), phrase("role-off", "off already: check")];
/// What would have done, but cannot be shut.
pub(in crate::network) const STUCK: [Phrase; 2] =
    [phrase("role-stuck", "cannot be closed"), phrase("role-stuck-on", "cannot be switched off")];

/// What everyone who answers for an isolation needs.
#[derive(Debug, Clone, Copy)]
pub struct Isolating<'a> {
    /// The park.
    pub park: &'a ParkSnapshot,
    /// The network.
    pub topology: &'a Topology,
    /// Its valves.
    pub valves: &'a Valves,
    /// The network cut at them.
    pub isolator: &'a Isolator,
    /// Who hangs on it.
    pub service: &'a Service,
}

impl Isolating<'_> {
    /// Key of a valve's node.
    pub fn key(&self, valve: u32) -> &str {
        &self.park.nodes[self.valves.shut[valve as usize].node as usize].provenance.key
    }

    /// Whether a valve by number is one, or a switch.
    pub fn gear(&self, valve: u32) -> Gear {
        Gear::of(&self.park.nodes[self.valves.shut[valve as usize].node as usize])
    }

    /// Those of them that are valves, and those that are switches.
    pub fn by_gear(&self, all: &[u32]) -> [Vec<u32>; 2] {
        let (valves, switches) = all.iter().copied().partition(|valve| self.gear(*valve) == Gear::Valve);
        [valves, switches]
    }

    /// Rows of the sources and tanks that are shut off with a break: they feed nothing until it is mended.
    pub fn sources_shut(&self, plan: &Isolation) -> Vec<u32> {
        let inside =
            |junction: &u32| plan.sources_shut.contains(&self.isolator.segments.of_junction[*junction as usize]);
        let sources = self.topology.sources(self.park).into_iter().filter(inside);
        sources.filter_map(|junction| self.topology.row_of(self.park, junction, feeds)).collect()
    }

    /// Links shut off and links without supply.
    pub fn parts(&self, plan: &Isolation) -> Vec<(u32, Part)> {
        let of = |segments: &[u32], part: Part| -> Vec<(u32, Part)> {
            segments.iter().flat_map(|s| self.isolator.links_of(*s)).map(|link| (*link, part)).collect()
        };
        [of(&plan.segments, Part::ShutOff), of(&plan.cut_off, Part::CutOff)].concat()
    }

    /// What to know of an isolation besides its rows.
    pub fn notes(&self, plan: &Isolation, lost: &Supply) -> Vec<Words> {
        // Nothing sums up to -0.
        let length =
            |segments: &[u32]| -> f64 { segments.iter().map(|s| self.isolator.length_m(*s)).sum::<f64>() + 0.0 };
        let mut notes = vec![words!(
            "note-isolation",
            "{shut} m shut off, {cut} m more without supply; {customers} connections, {hydrants} hydrants, {buildings} buildings",
            shut = format!("{:.0}", length(&plan.segments)),
            cut = format!("{:.0}", length(&plan.cut_off)),
            customers = lost.connections.len(),
            hydrants = lost.hydrants.len(),
            buildings = lost.buildings.len(),
        )];
        if !plan.supply_known {
            notes.push(words!(
                "note-no-source",
                "no source or tank on record feeds the part that broke: who loses supply outside cannot be told",
            ));
        }
        let sources = self.sources_shut(plan);
        if !sources.is_empty() {
            let key = |row: &u32| self.park.nodes[*row as usize].provenance.key.as_str();
            notes.push(words!(
                "note-sources-shut",
                "shut off with it, feeding nothing until it is mended: {sources}",
                sources = sources.iter().map(key).collect::<Vec<_>>().join(" "),
            ));
        }
        if !plan.closed_lines.is_empty() {
            let key =
                |link: &u32| self.park.edges[self.topology.links[*link as usize].edge as usize].provenance.key.as_str();
            notes.push(words!(
                "note-held-by-lines",
                "held by lines on record as closed, to be looked at: {lines}",
                lines = plan.closed_lines.iter().map(key).collect::<Vec<_>>().join(" "),
            ));
        }
        if !plan.perhaps_cut.is_empty() {
            let perhaps = self.service.perhaps_lost(self.isolator, plan);
            notes.push(words!(
                "note-perhaps-lost",
                "where what nobody found out about stands shut, {cut} m more lose supply; {customers} connections, {hydrants} hydrants, {buildings} buildings",
                cut = format!("{:.0}", length(&plan.perhaps_cut)),
                customers = perhaps.connections.len(),
                hydrants = perhaps.hydrants.len(),
                buildings = perhaps.buildings.len(),
            ));
        }
        // Only power parts under load: what breaks it is on no record, and a disconnector that is drawn under load burns whoever does.
        if self.topology.class == NetworkClass::Power && !plan.close.is_empty() {
            notes.push(words!(
                "note-load-break",
                "which of these switches may break load is not on record: ask before any is switched off under load",
            ));
        }
        let [valves, switches] = self.by_gear(&plan.unsure);
        if !valves.is_empty() {
            notes.push(words!(
                "note-unsure",
                "{count} valves have no state on record: taken for open and for ones that close",
                count = valves.len(),
            ));
        }
        if !switches.is_empty() {
            notes.push(words!(
                "note-unsure-switches",
                "{count} switches have no state on record: taken for on and for ones that can be switched off",
                count = switches.len(),
            ));
        }
        let [valves, switches] = self.by_gear(&plan.stuck);
        if !valves.is_empty() {
            notes.push(words!(
                "note-stuck",
                "{count} valves cannot be closed: the area is larger for them",
                count = valves.len(),
            ));
        }
        if !switches.is_empty() {
            notes.push(words!(
                "note-stuck-switches",
                "{count} switches cannot be switched off: the area is larger for them",
                count = switches.len(),
            ));
        }
        let assumed =
            lost.buildings.iter().filter(|b| matches!(self.service.buildings[**b as usize].1, Served::Line(_)));
        let assumed = assumed.count();
        if assumed > 0 || self.service.unserved > 0 {
            notes.push(words!(
                "note-served",
                "{assumed} of the buildings are taken to hang on the nearest line; of {unserved} in the park nothing tells what serves them",
                assumed = assumed,
                unserved = self.service.unserved,
            ));
        }
        notes
    }

    /// Rows of the nodes of a kind at junctions.
    pub fn rows_of(&self, junctions: &[u32], kind: NodeKind) -> Vec<u32> {
        let row = |junction: &u32| self.topology.row_of(self.park, *junction, |node| node.kind == kind);
        junctions.iter().filter_map(row).collect()
    }

    /// What to close and to switch off, in words; a dash where it is nothing.
    fn what_to_shut(&self, all: &[u32], of: Gear) -> Words {
        let keys = |some: &[u32]| some.iter().map(|valve| self.key(*valve)).collect::<Vec<_>>().join(" ");
        let [valves, switches] = self.by_gear(all);
        match (valves.is_empty(), switches.is_empty()) {
            (true, true) if of == Gear::Valve => words!("close-these", "close {valves}", valves = "–"),
            (true, true) => words!("switch-off-these", "switch off {switches}", switches = "–"),
            (false, true) => words!("close-these", "close {valves}", valves = keys(&valves)),
            (true, false) => words!("switch-off-these", "switch off {switches}", switches = keys(&switches)),
            (false, false) => words!(
                "close-and-switch-off-these",
                "close {valves}, switch off {switches}",
                valves = keys(&valves),
                switches = keys(&switches),
            ),
        }
    }

    /// The valves of an isolation, and the hydrants and customers that lose supply: what a crew needs. `others` tells for each valve
    /// to close what follows if it fails.
    pub fn steps_sheet(&self, plan: &Isolation, lost: &Supply, others: &[(u32, Isolation)], title: Words) -> Sheet {
        let mut rows = Vec::new();
        let base = [lost.connections.len(), lost.hydrants.len(), lost.buildings.len()];
        let mut valve = |number: u32, role: [Phrase; 2]| {
            let at = self.valves.shut[number as usize];
            let node = &self.park.nodes[at.node as usize];
            let fails = others.iter().find(|(valve, _)| *valve == number).map(|(_, other)| {
                let more: Vec<u32> = other.close.iter().copied().filter(|v| !plan.close.contains(v)).collect();
                let without = self.service.lost(self.isolator, other);
                let now = [without.connections.len(), without.hydrants.len(), without.buildings.len()];
                words!(
                    "if-it-fails",
                    "{shut}; +{customers} connections, +{hydrants} hydrants, +{buildings} buildings",
                    shut = self.what_to_shut(&more, self.gear(number)),
                    customers = now[0].saturating_sub(base[0]),
                    hydrants = now[1].saturating_sub(base[1]),
                    buildings = now[2].saturating_sub(base[2]),
                )
            });
            let gear = self.gear(number);
            let [of_valve, of_switch] = role;
            let role = if gear == Gear::Valve { of_valve } else { of_switch };
            let cells = vec![
                said(&node.provenance.key),
                Words::from(role).into(),
                Words::from(self.isolator.states()[number as usize].phrase(gear)).into(),
                node.subtype.as_deref().into(),
                fails.map_or(Value::Unknown, Value::Text),
            ];
            rows.push(Row { slot: Some(at.node as usize), cells });
        };
        plan.close.iter().for_each(|v| valve(*v, TO_SHUT));
        plan.closed.iter().for_each(|v| valve(*v, SHUT_ALREADY));
        plan.stuck.iter().for_each(|v| valve(*v, STUCK));
        let mut point = |row: u32, role: Phrase| {
            let row = row as usize;
            let node = &self.park.nodes[row];
            let cells = vec![
                said(&node.provenance.key),
                Words::from(role).into(),
                Value::Unknown,
                node.subtype.as_deref().into(),
                Value::Unknown,
            ];
            rows.push(Row { slot: Some(row), cells });
        };
        let source = || phrase("role-source", "source shut off with it");
        self.sources_shut(plan).into_iter().for_each(|row| point(row, source()));
        let hydrant = || phrase("role-hydrant", "hydrant without supply");
        self.rows_of(&lost.hydrants, NodeKind::Hydrant).into_iter().for_each(|row| point(row, hydrant()));
        let customer = || phrase("role-customer", "connection without supply");
        self.rows_of(&lost.connections, NodeKind::Connection).into_iter().for_each(|row| point(row, customer()));
        Sheet {
            name: "isolation",
            title,
            notes: self.notes(plan, lost),
            target: Some(FeatureKind::NetworkNode),
            columns: vec![
                text("point", words!("head-point", "point")),
                text("role", words!("head-role", "what")),
                text("state", words!("head-valve-state", "state on record")),
                text("subtype", words!("head-subtype", "kind on record")),
                text("if_it_fails", words!("head-if-it-fails", "if it fails")),
            ],
            rows,
        }
    }

    /// The buildings that lose supply.
    pub fn buildings_sheet(&self, plan: &Isolation, lost: &Supply, title: Words) -> Sheet {
        let row = |at: &u32| {
            let (row, served, far) = self.service.buildings[*at as usize];
            let building = &self.park.buildings[row as usize];
            let by = match served {
                Served::Connection(junction) => {
                    let row = self.rows_of(&[junction], NodeKind::Connection).first().copied();
                    row.map(|row| &self.park.nodes[row as usize].provenance.key)
                }
                Served::Line(link) => {
                    Some(&self.park.edges[self.topology.links[link as usize].edge as usize].provenance.key)
                }
            };
            let how = match served {
                Served::Connection(_) => phrase("served-connection", "nearest connection"),
                Served::Line(_) => phrase("served-line", "nearest line: assumed"),
            };
            let cells = vec![
                said(&building.provenance.key),
                building.name.as_deref().into(),
                by.map(String::as_str).into(),
                Words::from(how).into(),
                Some(far).into(),
            ];
            Row { slot: Some(row as usize), cells }
        };
        Sheet {
            name: "isolation_buildings",
            title,
            notes: self.notes(plan, lost),
            target: Some(FeatureKind::Building),
            columns: vec![
                text("building", words!("head-building", "building")),
                text("name", words!("head-project-name", "name")),
                text("served_by", words!("head-served-by", "served by")),
                text("because", words!("head-because", "because")),
                Column::new("distance_m", words!("head-distance", "distance"), "m", Holds::Number(1)),
            ],
            rows: lost.buildings.iter().map(row).collect(),
        }
    }

    /// What every line is worth, by the segment it is in; the worst first. `counts` are those of [`Service::per_segment`], `worth`
    /// what each of them gave, in the same order.
    pub fn critical_sheet(&self, worth: &[Vec<Critical>; 3], title: Words) -> Sheet {
        let [customers, buildings, hydrants] = worth;
        let mut lines: Vec<(u32, u32)> = self
            .topology
            .links
            .iter()
            .zip(&self.isolator.segments.of_link)
            .map(|(link, segment)| (link.edge, *segment))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        // What cannot be told is never taken for nothing: it comes before all that is told.
        let order = |segment: u32| {
            let at = segment as usize;
            let known = customers[at].supply_known;
            (known, customers[at].weight + buildings[at].weight + hydrants[at].weight, customers[at].length_m)
        };
        lines.sort_by(|a, b| {
            let ((known, people, length), (also, others, shorter)) = (order(a.1), order(b.1));
            known.cmp(&also).then(others.total_cmp(&people)).then(shorter.total_cmp(&length)).then(a.cmp(b))
        });
        let dark = lines.iter().filter(|(_, segment)| !customers[*segment as usize].supply_known).count();
        let row = |(edge, segment): (u32, u32)| {
            let at = segment as usize;
            let known = customers[at].supply_known;
            let count = |worth: &[Critical]| if known { Value::Whole(worth[at].weight as i64) } else { Value::Unknown };
            let cells = vec![
                said(&self.park.edges[edge as usize].provenance.key),
                Value::Whole(i64::from(segment)),
                Value::Whole(customers[at].valves as i64),
                Some(self.isolator.length_m(segment)).into(),
                known.then_some(customers[at].length_m).into(),
                count(customers),
                count(hydrants),
                count(buildings),
            ];
            Row { slot: Some(edge as usize), cells }
        };
        let mut notes = vec![words!(
            "note-critical",
            "of a break anywhere in the segment: what is shut off and what loses supply with it; buildings by nearest connection or line",
        )];
        if dark > 0 {
            notes.push(words!(
                "note-critical-dark",
                "{count} lines are in parts without a source or tank on record: what a break there would take is not known",
                count = dark,
            ));
        }
        let whole = |name, title: Words| Column::new(name, title, "", Holds::Whole);
        Sheet {
            name: "criticality",
            title,
            notes,
            target: Some(FeatureKind::NetworkEdge),
            columns: vec![
                text("line", words!("head-line", "line")),
                whole("segment", words!("head-segment", "segment")),
                whole(
                    "valves",
                    match Gear::of_class(self.topology.class) {
                        Gear::Valve => words!("head-valves", "valves"),
                        Gear::Switch => words!("head-switches", "switches"),
                    },
                ),
                Column::new("segment_m", words!("head-segment-length", "segment"), "m", Holds::Number(0)),
                Column::new("lost_m", words!("head-lost-length", "shut off or without supply"), "m", Holds::Number(0)),
                whole("connections", words!("head-connections", "connections")),
                whole("hydrants", words!("head-hydrants", "hydrants")),
                whole("buildings", words!("head-buildings", "buildings")),
            ],
            rows: lines.into_iter().map(row).collect(),
        }
    }
}

/// What valves and switches are not used as such, in words: those that do not shut off, and those at the end of a line.
pub fn other_valves_notes(park: &ParkSnapshot, valves: &Valves) -> Vec<Words> {
    let of = |some: &[Valve], gear: Gear| {
        some.iter().filter(|valve| Gear::of(&park.nodes[valve.node as usize]) == gear).count()
    };
    let mut notes = Vec::new();
    let count = of(&valves.others, Gear::Valve);
    if count > 0 {
        notes.push(words!(
            "note-other-valves",
            "{count} of {all} valves do not shut a way off: check, reducing, air and drain valves, and those at an end",
            all = count + of(&valves.shut, Gear::Valve),
            count = count,
        ));
    }
    let count = of(&valves.others, Gear::Switch);
    if count > 0 {
        notes.push(words!(
            "note-other-switches",
            "{count} of {all} switches part no way: they stand at an end",
            all = count + of(&valves.shut, Gear::Switch),
            count = count,
        ));
    }
    notes
}
