//! Breaks: what to close, who loses supply, what every line is worth.

use serde_json::{Value, json};
use spatial_db::model::{NetworkNode, NodeKind};

use super::super::isolation::{
    Besides, Break, Critical, Gear, Isolation, Isolator, Observed, Service, Supply, ValveState, Valves,
};
use super::super::sheets::{Isolating, Part, lines_sheet, other_valves_notes};
use super::super::trace::Start;
use super::{Answer, AnswerError, IsolationRows, Network};
use crate::sheet::Sheet;
use crate::words;

impl Network<'_> {
    /// The network cut at its valves.
    pub fn isolator(&self) -> Isolator {
        Isolator::of(&self.topology, self.park, &self.valves, &self.told, self.barriers.lines())
    }

    /// By link of the graph: whether a valve that is closed stands on it.
    pub fn shut_links(&self) -> Vec<bool> {
        let states = self.valves.states(self.park, &self.told);
        let mut shut = vec![false; self.topology.links.len()];
        for gate in &self.valves.gates {
            shut[gate.link as usize] |= states[gate.valve as usize].is_shut();
        }
        shut
    }

    /// Keys of the valves that are closed.
    pub fn closed_valves(&self) -> Vec<&str> {
        let states = self.valves.states(self.park, &self.told);
        let closed = self.valves.shut.iter().zip(states).filter(|(_, state)| state.is_shut());
        closed.map(|(valve, _)| self.park.nodes[valve.node as usize].provenance.key.as_str()).collect()
    }

    /// How many valves there are whose state nobody has told.
    pub fn valves_unknown(&self) -> usize {
        let states = self.valves.states(self.park, &self.told);
        states.into_iter().filter(|state| *state == ValveState::Unknown).count()
    }

    /// Segments at places by key: a line that is split is broken in all its pieces, a valve on both its sides.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn broken(&self, isolator: &Isolator, at: &[String]) -> Result<Vec<u32>, AnswerError> {
        let mut broken = Vec::new();
        for start in self.starts(at)? {
            match start {
                Start::Link(link) => broken.extend(isolator.at(Break::Link(link))),
                Start::Junction(junction) => {
                    // Of several valves at one place one counts: the others have no sides.
                    let here = self.valves.shut.iter().zip(0_u32..).filter(|(valve, _)| valve.junction == junction);
                    let mut sides = here.map(|(_, valve)| isolator.at(Break::Valve(valve)));
                    let sides = sides.find(|sides| !sides.is_empty());
                    broken.extend(sides.unwrap_or_else(|| isolator.at(Break::Junction(junction))));
                }
            }
        }
        broken.sort_unstable();
        broken.dedup();
        Ok(broken)
    }

    /// Isolation of a break.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn isolate(&self, at: &[String], rows: IsolationRows) -> Result<Answer, AnswerError> {
        let service = Service::of(&self.topology, self.park, self.there, self.settings);
        let (told, sheet) = self.isolated(&service, at, |with, plan, lost, others| {
            self.isolation_sheet(with, (plan, lost, others), at, rows)
        })?;
        Ok(Answer { sheet, told })
    }

    /// Isolation of a break with those who hang on the network: what a program is told, and whatever `make` makes of it (valves to
    /// close with what follows where each of them fails).
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`].
    pub fn isolated<T>(
        &self,
        service: &Service,
        at: &[String],
        make: impl FnOnce(&Isolating<'_>, &Isolation, &Supply, &[(u32, Isolation)]) -> T,
    ) -> Result<(Value, T), AnswerError> {
        let isolator = self.isolator();
        let with = self.isolating(&self.valves, &isolator, service);
        let broken = self.broken(&isolator, at)?;
        let plan = isolator.isolate(&broken);
        let lost = service.lost(&isolator, &plan);
        let others = isolator.alternatives(&broken, &plan);
        let mut told = self.told_of(&with, &plan, &lost, &others);
        let state = |(node, seen): &(&NetworkNode, Observed<'_>)| {
            let said = seen.state.as_str(Gear::of(node));
            json!({ "valve": node.provenance.key, "state": said, "seen": seen.seen, "source": seen.source })
        };
        told["states_on_record"] = self.on_record.iter().map(state).collect();
        Ok((told, make(&with, &plan, &lost, &others)))
    }

    /// A report on an isolation.
    pub fn isolation_sheet(
        &self,
        with: &Isolating<'_>,
        (plan, lost, others): (&Isolation, &Supply, &[(u32, Isolation)]),
        at: &[String],
        rows: IsolationRows,
    ) -> Sheet {
        let what = words!("trace-isolate", "isolation of a break at {from}", from = at.join(" "));
        let title = self.title(what);
        let mut sheet = match rows {
            IsolationRows::Steps => with.steps_sheet(plan, lost, others, title),
            IsolationRows::Lines => {
                lines_sheet(self.park, &self.topology, with.parts(plan), title, with.notes(plan, lost))
            }
            IsolationRows::Buildings => with.buildings_sheet(plan, lost, title),
        };
        sheet.notes.extend(self.notes());
        sheet.notes.extend(other_valves_notes(self.park, &self.valves));
        sheet
    }

    fn isolating<'a>(&'a self, valves: &'a Valves, isolator: &'a Isolator, service: &'a Service) -> Isolating<'a> {
        Isolating { park: self.park, topology: &self.topology, valves, isolator, service }
    }

    /// Everything of an isolation, for programs.
    fn told_of(&self, with: &Isolating<'_>, plan: &Isolation, lost: &Supply, others: &[(u32, Isolation)]) -> Value {
        let keys = |valves: &[u32]| valves.iter().map(|valve| with.key(*valve)).collect::<Vec<_>>();
        // Valves to close and switches to switch off apart: a switch that is closed lets current pass.
        let apart = |all: &[u32]| with.by_gear(all).map(|some| keys(&some));
        let of_rows = |rows: Vec<u32>| -> Vec<&str> {
            rows.into_iter().map(|row| self.park.nodes[row as usize].provenance.key.as_str()).collect()
        };
        let building = |at: &u32| &self.park.buildings[with.service.buildings[*at as usize].0 as usize].provenance.key;
        let keys_of_buildings = |of: &Supply| -> Vec<&String> { of.buildings.iter().map(building).collect() };
        let buildings = keys_of_buildings(lost);
        let perhaps = with.service.perhaps_lost(with.isolator, plan);
        let line = |(link, part): (u32, Part)| {
            let link = self.topology.links[link as usize];
            let key = &self.park.edges[link.edge as usize].provenance.key;
            json!({ "line": key, "part": part.as_str(), "length_m": link.length_m, "span_m": link.span_m })
        };
        let lines: Vec<Value> = with.parts(plan).into_iter().map(line).collect();
        let fails = |(valve, other): &(u32, Isolation)| {
            let without = with.service.lost(with.isolator, other);
            let [close, switch_off] = apart(&other.close);
            json!({
                "valve": with.key(*valve),
                "close": close,
                "switch_off": switch_off,
                "connections": without.connections.len(),
                "hydrants": without.hydrants.len(),
                "buildings": without.buildings.len(),
            })
        };
        let [close, switch_off] = apart(&plan.close);
        let [close_unsure, switch_off_unsure] = apart(&plan.unsure);
        let [closed, off] = apart(&plan.closed);
        let [stuck_open, stuck_on] = apart(&plan.stuck);
        json!({
            "close": close,
            "close_of_unknown_state": close_unsure,
            "closed_already": closed,
            "cannot_be_closed": stuck_open,
            "switch_off": switch_off,
            "switch_off_of_unknown_state": switch_off_unsure,
            "off_already": off,
            "cannot_be_switched_off": stuck_on,
            "closed_lines": self.lines_of(&plan.closed_lines),
            "supply_known": plan.supply_known,
            "sources_shut": of_rows(with.sources_shut(plan)),
            "hydrants": of_rows(with.rows_of(&lost.hydrants, NodeKind::Hydrant)),
            "connections": of_rows(with.rows_of(&lost.connections, NodeKind::Connection)),
            "buildings": buildings,
            "lines": lines,
            "perhaps_lost": {
                "hydrants": of_rows(with.rows_of(&perhaps.hydrants, NodeKind::Hydrant)),
                "connections": of_rows(with.rows_of(&perhaps.connections, NodeKind::Connection)),
                "buildings": keys_of_buildings(&perhaps),
            },
            "if_fails": others.iter().map(fails).collect::<Vec<_>>(),
        })
    }

    /// What a break in every line would take; `everywhere` as if a valve stood at both ends of each.
    pub fn critical(&self, everywhere: bool) -> Answer {
        let service = Service::of(&self.topology, self.park, self.there, self.settings);
        self.criticality(&service, everywhere, |_, _| ()).0
    }

    /// What a break in every line would take, with those who hang on the network, and whatever `make` makes of it (what each segment
    /// is worth in connections, buildings and hydrants, by its number).
    pub fn criticality<T>(
        &self,
        service: &Service,
        everywhere: bool,
        make: impl FnOnce(&Isolating<'_>, &[Vec<Critical>; 3]) -> T,
    ) -> (Answer, T) {
        let isolator = if everywhere {
            let lengths: Vec<f64> = self.topology.links.iter().map(|link| link.length_m).collect();
            let (gates, states) = self.topology.gates_at_every_end();
            let (sources, lines) = (self.topology.sources(self.park), self.barriers.lines());
            let besides = Besides { lines, ..Besides::default() };
            Isolator::beside(&self.topology.graph, &lengths, (&gates, &states), &sources, besides)
        } else {
            self.isolator()
        };
        let worth = service.per_segment(&isolator).map(|weight| isolator.criticality(&weight));
        let with = self.isolating(&self.valves, &isolator, service);
        let mut sheet = with.critical_sheet(&worth, self.title(words!("trace-critical", "what a break would take")));
        if everywhere {
            sheet.notes.push(match Gear::of_class(self.topology.class) {
                Gear::Valve => words!("note-valves-everywhere", "as if a valve stood at both ends of every line"),
                Gear::Switch => words!("note-switches-everywhere", "as if a switch stood at both ends of every line"),
            });
        }
        sheet.notes.extend(self.notes());
        let told = json!({ "segments": isolator.segments.count, "valves": self.valves.shut.len() });
        (Answer { sheet, told }, make(&with, &worth))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use spatial_db::model::{NetworkClass, Presence, ValveObservation};

    use super::*;
    use crate::network::Settings;
    use crate::network::by_hand::{empty, keyed_edge, node};
    use crate::sheet::Value as Cell;

    /// s – q – w – c of cables, w stuck: an electrician reads of switches to switch off, and nothing of what is to be closed.
    #[test]
    fn of_switches_it_is_told_what_to_switch_off_and_never_what_to_close() {
        let mut park = empty();
        let kinds = [NodeKind::Source, NodeKind::Switch, NodeKind::Switch, NodeKind::Connection];
        let keys = ["s", "q", "w", "c"];
        park.nodes = (0..4).map(|at| node(keys[at], kinds[at], [10.0 * at as f64, 0.0, 0.0])).collect();
        let line = |at: usize| {
            let path = [at, at + 1].map(|at| [10.0 * at as f64, 0.0, 0.0]).to_vec();
            keyed_edge(at as i64, Some(keys[at]), Some(keys[at + 1]), path)
        };
        park.edges = (0..3).map(line).collect();
        let seen = |key: &str, open: f64, stuck: bool| ValveObservation {
            node_key: key.into(),
            observed: "2026-02-01T08:00:00Z".parse().unwrap(),
            open_fraction: Some(open),
            stuck,
            source: "switching log".into(),
        };
        let settings = Settings::shipped();
        let asked_in = |class: NetworkClass, states: &[ValveObservation]| {
            let mut park = spatial_db::model::ParkSnapshot { valve_states: states.to_vec(), ..park.clone() };
            park.nodes.iter_mut().for_each(|node| node.class = class);
            park.edges.iter_mut().for_each(|edge| edge.class = class);
            let there = Presence::on(&park, "2026-06-30".parse().unwrap());
            let network = Network::of(&park, &there, class, &settings, HashMap::new()).unwrap();
            network.isolate(&["e1".to_owned()], IsolationRows::Steps).unwrap()
        };
        let asked = |states: &[ValveObservation]| asked_in(NetworkClass::Power, states);
        let cells = |answer: &Answer| -> Vec<[String; 3]> {
            let said = |cell: &Cell| if let Cell::Text(words) = cell { words.to_string() } else { String::new() };
            answer.sheet.rows.iter().map(|row| [0, 1, 2].map(|at| said(&row.cells[at]))).collect()
        };
        let row = |cells: [&str; 3]| cells.map(str::to_owned);

        let answer = asked(&[seen("q", 1.0, false), seen("w", 1.0, true)]);
        assert_eq!(answer.told["switch_off"], json!(["q"]));
        assert_eq!(answer.told["cannot_be_switched_off"], json!(["w"]));
        for name in ["close", "closed_already", "cannot_be_closed", "close_of_unknown_state"] {
            assert_eq!(answer.told[name], json!([]), "{name}");
        }
        let states = answer.told["states_on_record"].as_array().unwrap();
        assert_eq!(states.iter().map(|one| &one["state"]).collect::<Vec<_>>(), ["on", "stuck_on"]);
        let rows = cells(&answer);
        assert_eq!(rows[0], row(["q", "switch off", "on"]));
        assert_eq!(rows[1], row(["w", "cannot be switched off", "stuck_on"]));
        let notes: Vec<&str> = answer.sheet.notes.iter().map(crate::words::Words::as_str).collect();
        assert!(notes.iter().any(|note| note.starts_with("1 switches cannot be switched off")), "{notes:?}");
        assert!(notes.iter().all(|note| !note.contains("valve") && !note.contains("close")), "{notes:?}");

        // Which of them part a way under load nothing tells, and it is said.
        let load = |answer: &Answer| answer.sheet.notes.iter().any(|note| note.key() == Some("note-load-break"));
        assert!(load(&answer));
        let telecom = asked_in(NetworkClass::Telecom, &[seen("q", 1.0, false)]);
        assert!(telecom.told["switch_off"] != json!([]) && !load(&telecom), "no load is broken there");

        // Off: current is cut there already, as it was kept before there were words for it.
        let answer = asked(&[seen("q", 0.0, false)]);
        assert_eq!((&answer.told["off_already"], &answer.told["switch_off"]), (&json!(["q"]), &json!(["w"])));
        assert_eq!(answer.told["switch_off_of_unknown_state"], json!(["w"]));
        assert_eq!(answer.told["if_fails"][0]["close"], json!([]));
        let rows = cells(&answer);
        assert_eq!(rows[0], row(["w", "switch off", "unknown"]));
        assert_eq!(rows[1], row(["q", "off already: check", "off"]));
    }
}
