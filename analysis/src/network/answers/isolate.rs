//! Breaks: what to close, who loses supply, what every line is worth.

use serde_json::{Value, json};
use spatial_db::model::NodeKind;

use super::super::isolation::{Break, Isolation, Isolator, Observed, Service, Supply, ValveState, Valves};
use super::super::sheets::{Isolating, Part, lines_sheet, other_valves_note};
use super::super::trace::Start;
use super::{Answer, AnswerError, IsolationRows, Network};
use crate::sheet::Sheet;
use crate::words;

impl Network<'_> {
    /// The network cut at its valves.
    pub fn isolator(&self) -> Isolator {
        Isolator::of(&self.topology, self.park, &self.valves, &self.told)
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
        let state = |(key, seen): &(&str, Observed<'_>)| json!({ "valve": key, "state": seen.state, "seen": seen.seen, "source": seen.source });
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
        sheet.notes.extend(other_valves_note(&self.valves));
        sheet
    }

    fn isolating<'a>(&'a self, valves: &'a Valves, isolator: &'a Isolator, service: &'a Service) -> Isolating<'a> {
        Isolating { park: self.park, topology: &self.topology, valves, isolator, service }
    }

    /// Everything of an isolation, for programs.
    fn told_of(&self, with: &Isolating<'_>, plan: &Isolation, lost: &Supply, others: &[(u32, Isolation)]) -> Value {
        let keys = |valves: &[u32]| valves.iter().map(|valve| with.key(*valve)).collect::<Vec<_>>();
        let of_rows = |rows: Vec<u32>| -> Vec<&str> {
            rows.into_iter().map(|row| self.park.nodes[row as usize].provenance.key.as_str()).collect()
        };
        let building = |at: &u32| &self.park.buildings[with.service.buildings[*at as usize].0 as usize].provenance.key;
        let buildings: Vec<&String> = lost.buildings.iter().map(building).collect();
        let line = |(link, part): (u32, Part)| {
            let link = self.topology.links[link as usize];
            let key = &self.park.edges[link.edge as usize].provenance.key;
            json!({ "line": key, "part": part.as_str(), "length_m": link.length_m, "span_m": link.span_m })
        };
        let lines: Vec<Value> = with.parts(plan).into_iter().map(line).collect();
        let fails = |(valve, other): &(u32, Isolation)| {
            let without = with.service.lost(with.isolator, other);
            json!({
                "valve": with.key(*valve),
                "close": keys(&other.close),
                "connections": without.connections.len(),
                "hydrants": without.hydrants.len(),
                "buildings": without.buildings.len(),
            })
        };
        json!({
            "close": keys(&plan.close),
            "close_of_unknown_state": keys(&plan.unsure),
            "closed_already": keys(&plan.closed),
            "cannot_be_closed": keys(&plan.stuck),
            "supply_known": plan.supply_known,
            "sources_shut": of_rows(with.sources_shut(plan)),
            "hydrants": of_rows(with.rows_of(&lost.hydrants, NodeKind::Hydrant)),
            "connections": of_rows(with.rows_of(&lost.connections, NodeKind::Connection)),
            "buildings": buildings,
            "lines": lines,
            "if_fails": others.iter().map(fails).collect::<Vec<_>>(),
        })
    }

    /// What a break in every line would take; `everywhere` as if a valve stood at both ends of each.
    pub fn critical(&self, everywhere: bool) -> Answer {
        let isolator = if everywhere {
            let lengths: Vec<f64> = self.topology.links.iter().map(|link| link.length_m).collect();
            let (gates, states) = self.topology.gates_at_every_end();
            Isolator::new(&self.topology.graph, &lengths, &gates, &states, &self.topology.sources(self.park))
        } else {
            self.isolator()
        };
        let service = Service::of(&self.topology, self.park, self.there, self.settings);
        let worth = service.per_segment(&isolator).map(|weight| isolator.criticality(&weight));
        let with = self.isolating(&self.valves, &isolator, &service);
        let mut sheet = with.critical_sheet(&worth, self.title(words!("trace-critical", "what a break would take")));
        if everywhere {
            sheet.notes.push(words!("note-valves-everywhere", "as if a valve stood at both ends of every line"));
        }
        sheet.notes.extend(self.notes());
        Answer { sheet, told: json!({ "segments": isolator.segments.count, "valves": self.valves.shut.len() }) }
    }
}
