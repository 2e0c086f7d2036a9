//! What everyone must know who reads an answer of a network.

use serde_json::{Value, json};
use spatial_db::model::NetworkNode;

use super::Network;
use crate::network::barriers::Passage;
use crate::network::isolation::{Gear, Valve, ValveState};
use crate::network::settings::Device;
use crate::network::topology::FlowBasis;
use crate::words;
use crate::words::Words;

/// So many keys are named; of more it is told how many.
const FEW: usize = 8;

impl Network<'_> {
    /// What everyone who reads of the network must know.
    pub(super) fn notes(&self) -> Vec<Words> {
        let topology = &self.topology;
        let mut notes = vec![words!(
            "note-topology",
            "{links} links, {junctions} junctions, {km} km; {named} ends joined by the keys of nodes, {placed} by place; {doubts} in doubt (twin trace topology)",
            links = topology.links.len(),
            junctions = topology.junctions.len(),
            km = format!("{:.1}", topology.length_m() / 1000.0),
            named = topology.joined[0],
            placed = topology.joined[1],
            doubts = topology.findings.len(),
        )];
        // Where nothing changed there is nothing to tell: the network is the one that was joined before.
        if let Some(anew) = self.anew.filter(|anew| !anew.whole && anew.lines > 0) {
            notes.push(words!(
                "note-joined-anew",
                "{changed} lines and points came, went or changed since it was joined: {lines} of {all} lines were joined anew",
                changed = anew.changed,
                lines = anew.lines,
                all = anew.of_lines,
            ));
        }
        if !self.flows.against.is_empty() {
            notes.push(words!(
                "note-rises",
                "lines that rise the way they are taken to flow, as the rest are drawn or their records say: {count}",
                count = self.flows.against.len(),
            ));
        }
        for gear in [Gear::Valve, Gear::Switch] {
            let seen = self.on_record.iter().filter(|(node, _)| Gear::of(node) == gear);
            let days: Vec<chrono::NaiveDate> = seen.map(|(_, seen)| seen.seen.date_naive()).collect();
            let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { continue };
            let (count, first, last) = (days.len(), *first, *last);
            notes.push(match gear {
                Gear::Valve => words!(
                    "note-valve-states",
                    "{count} valves have a state on record, seen {first} to {last}",
                    count = count,
                    first = first,
                    last = last,
                ),
                Gear::Switch => words!(
                    "note-switch-states",
                    "{count} switches have a state on record, seen {first} to {last}",
                    count = count,
                    first = first,
                    last = last,
                ),
            });
        }
        notes.extend(self.told_note());
        self.doubtful_notes(&mut notes);
        self.line_notes(&mut notes);
        notes
    }

    /// Which states were told with the question and are on no record; `None` where none were.
    pub(in crate::network) fn told_note(&self) -> Option<Words> {
        let state = |(node, state): &(&NetworkNode, ValveState)| {
            let key = &node.provenance.key;
            words!("told-state", "{key} {state}", key = key, state = state.phrase(Gear::of(node)))
        };
        let all = self.told_here.iter().map(state);
        let all = all.reduce(|all, next| words!("list-two", "{all}; {next}", all = all, next = next))?;
        Some(words!("note-told-states", "as told with the question, not as on record: {states}", states = all))
    }

    /// How many links flow by which reason, for programs.
    pub(super) fn flow_links(&self) -> Value {
        let counts = self.flows.counts();
        let of = |basis: FlowBasis| counts.get(&basis).copied().unwrap_or(0);
        json!({
            "recorded": of(FlowBasis::Recorded),
            "drawn": of(FlowBasis::Drawn),
            "fall": of(FlowBasis::Fall),
            "sources": of(FlowBasis::Sources),
            "not_known": of(FlowBasis::None),
        })
    }

    /// What tells which way links flow.
    pub(super) fn flow_note(&self) -> Words {
        let counts = self.flows.counts();
        let of = |basis: FlowBasis| counts.get(&basis).copied().unwrap_or(0);
        words!(
            "note-flow-bases",
            "which way they flow: {recorded} links by the records of their lines, {drawn} as nearly all are drawn, {fall} by their fall, {sources} away from the only side with a source; of {unknown} it is not known",
            recorded = of(FlowBasis::Recorded),
            drawn = of(FlowBasis::Drawn),
            fall = of(FlowBasis::Fall),
            sources = of(FlowBasis::Sources),
            unknown = of(FlowBasis::None),
        )
    }

    /// Of what was looked for without finding out how it stands.
    fn doubtful_notes(&self, notes: &mut Vec<Words>) {
        let all = self.valves.shut.iter().chain(self.valves.passing(&self.topology));
        let nodes = all.map(|valve| &self.park.nodes[valve.node as usize]);
        let doubtful = nodes.filter(|node| self.told.get(&node.provenance.key) == Some(&ValveState::Unknown));
        let (valves, switches): (Vec<&NetworkNode>, Vec<&NetworkNode>) =
            doubtful.partition(|node| Gear::of(node) == Gear::Valve);
        let keys = |nodes: &[&NetworkNode]| few(nodes.iter().map(|node| node.provenance.key.as_str()));
        if !valves.is_empty() {
            notes.push(words!(
                "note-may-be-closed",
                "{count} valves were looked for and nobody found out how they stand: they may be open or closed ({valves})",
                count = valves.len(),
                valves = keys(&valves),
            ));
        }
        if !switches.is_empty() {
            notes.push(words!(
                "note-may-be-off",
                "{count} switches were looked for and nobody found out how they stand: they may be on or off ({switches})",
                count = switches.len(),
                switches = keys(&switches),
            ));
        }
    }

    /// Of lines and check valves that do not let pass both ways.
    fn line_notes(&self, notes: &mut Vec<Words>) {
        let of = |passage: Passage| -> Vec<u32> {
            let edges = self.topology.links.iter().map(|link| &self.park.edges[link.edge as usize]);
            (0_u32..).zip(edges).filter(|(_, edge)| Passage::of(edge) == passage).map(|(link, _)| link).collect()
        };
        let closed = self.lines_of(&of(Passage::Closed));
        if !closed.is_empty() {
            notes.push(words!(
                "note-closed-lines",
                "{count} lines are on record as closed and let nothing pass: {lines}",
                count = closed.len(),
                lines = few(closed.iter().copied()),
            ));
        }
        let one_way = self.lines_of(&of(Passage::OneWay));
        if !one_way.is_empty() {
            notes.push(words!(
                "note-one-way-lines",
                "{count} lines let pass only from their first point to their last, by a check valve on record: {lines}",
                count = one_way.len(),
                lines = few(one_way.iter().copied()),
            ));
        }
        let checks = self.valves.passing(&self.topology).filter(|valve| valve.device == Device::Check);
        let (open, told): (Vec<&Valve>, Vec<&Valve>) =
            checks.partition(|valve| self.barriers.checks_some_way(valve.junction));
        if !told.is_empty() {
            let keys = told.iter().map(|valve| self.park.nodes[valve.node as usize].provenance.key.as_str());
            notes.push(words!(
                "note-checks-told",
                "{count} check valves let pass as the records of the lines at them say they flow: {valves}",
                count = told.len(),
                valves = few(keys),
            ));
        }
        if !open.is_empty() {
            notes.push(words!(
                "note-check-ways",
                "of {count} check valves no record tells which way they let pass: taken to let pass both ways, and what is fed past them is fed perhaps",
                count = open.len(),
            ));
        }
    }
}

/// The first keys, and how many more there are.
fn few<'k>(keys: impl Iterator<Item = &'k str>) -> String {
    let keys: Vec<&str> = keys.collect();
    match keys.split_at_checked(FEW) {
        Some((first, rest)) if !rest.is_empty() => format!("{} +{}", first.join(" "), rest.len()),
        _ => keys.join(" "),
    }
}
