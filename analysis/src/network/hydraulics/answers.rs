//! Questions of a person about pressures, by keys, and the answers as reports: for the command and the window alike.

use serde_json::{Value, json};

use super::HydraulicsError;
use super::engine::{Demand, Leak, Plant, PlantLink, Sort, WhatIf};
use super::fire::FireFlow;
use super::park::Assumed;
use super::rules::HydraulicRules;
use super::sheets::{fire_sheet, notes, pressure_sheet};
use super::state::State;
use crate::network::answers::{AnswerError, Network};
use crate::sheet::Sheet;
use crate::words;
use crate::words::Words;

/// A hole in a pipe, by what a person knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Burst {
    /// Key of the line or point.
    pub at: String,
    /// Diameter of a round hole of the same area, mm; the whole bore where it is not told.
    pub hole_mm: Option<f64>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Which {
    /// Pressures as they are.
    Pressure,
    /// What closing off a break at these keys does: the valves of its isolation where there is a network, else the lines themselves.
    Close(Vec<String>),
    /// What a burst does until somebody closes it off.
    Burst(Burst),
    /// What hydrants give, each alone: all of them where no key is told.
    Fire {
        /// Keys.
        at: Vec<String>,
        /// Residual pressure, m; the table's where it is not told.
        residual_m: Option<f64>,
    },
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What.
    pub which: Which,
    /// How demand answers to pressure.
    pub demand: Demand,
    /// Seconds after the start of the model.
    pub at_s: u64,
    /// Keys of valves or lines that are closed already.
    pub closed: Vec<String>,
}

/// What a key names in a model.
enum Named<'p> {
    /// The pieces of a line.
    Lines(&'p [u32]),
    /// A point.
    Point(u32),
}

/// The answer.
#[derive(Debug)]
pub struct HydraulicAnswer {
    /// The report.
    pub sheet: Sheet,
    /// Numbers and keys beside its rows.
    pub told: Value,
    /// As it is.
    pub before: State,
    /// With what was asked for; `None` for pressures alone and for fire flow.
    pub after: Option<State>,
    /// What hydrants give.
    pub fire: Vec<FireFlow>,
    /// Whether the engine came to an answer of everything that was asked; the notes begin with it where it did not.
    pub settled: bool,
    /// Links that were shut for the answer.
    pub shut: Vec<u32>,
}

impl Plant {
    /// Answers a question. `network` is the park's, where the plant was made from one; `assumed` what its records did not tell.
    ///
    /// # Errors
    /// [`HydraulicsError`].
    pub fn answer(
        &self,
        network: Option<&Network<'_>>,
        asked: &Asked,
        rules: &HydraulicRules,
        assumed: &[Assumed],
    ) -> Result<HydraulicAnswer, HydraulicsError> {
        self.answer_while(network, asked, rules, assumed, &|_, _| true)
    }

    /// The same, as long as `goes_on`: it hears how many hydrants are done, of how many, where fire flow is asked for.
    ///
    /// # Errors
    /// [`HydraulicsError`]; [`HydraulicsError::Stopped`] where it went on no longer.
    pub fn answer_while(
        &self,
        network: Option<&Network<'_>>,
        asked: &Asked,
        rules: &HydraulicRules,
        assumed: &[Assumed],
        goes_on: &dyn Fn(usize, usize) -> bool,
    ) -> Result<HydraulicAnswer, HydraulicsError> {
        let mut as_is = WhatIf { demand: asked.demand, at_s: asked.at_s, ..WhatIf::default() };
        for key in &asked.closed {
            as_is.shut.extend(self.closed_by(key)?);
        }
        let before = self.solve(&as_is)?;
        let mut then = as_is.clone();
        match &asked.which {
            Which::Pressure => {}
            Which::Close(at) => then.shut.extend(self.shut_for(network, at)?),
            Which::Burst(burst) => then.leaks.push(self.leak(burst, rules)?),
            Which::Fire { at, residual_m } => {
                let nodes = self.hydrants(at)?;
                let residual = residual_m.unwrap_or(rules.figure.residual_m.value);
                let mut fixed = as_is.clone();
                // Rated against the demand that is asked for, as the rule has it.
                fixed.demand = Demand::Fixed;
                let limits = (residual, rules.figure.most_l_s.value);
                let fire = self.fire_flow_while(&nodes, limits, &fixed, goes_on)?;
                let settled = before.settled && fire.iter().all(|one| one.settled);
                let mut said = notes(self, network, (&before, None, settled), assumed, rules);
                said.extend(closed_note(&asked.closed));
                let sheet = fire_sheet(self, &fire, residual, rules, said);
                let told = self.told(&before, None, settled, &as_is, assumed);
                return Ok(HydraulicAnswer { sheet, told, before, after: None, fire, settled, shut: as_is.shut });
            }
        }
        then.shut.sort_unstable();
        then.shut.dedup();
        let after = if then == as_is { None } else { Some(self.solve(&then)?) };
        let settled = before.settled && after.as_ref().is_none_or(|after| after.settled);
        let mut said = notes(self, network, (&before, after.as_ref(), settled), assumed, rules);
        said.extend(closed_note(&asked.closed));
        let sheet = pressure_sheet(self, asked, &before, after.as_ref(), rules, said);
        let told = self.told(&before, after.as_ref(), settled, &then, assumed);
        Ok(HydraulicAnswer { sheet, told, before, after, fire: Vec::new(), settled, shut: then.shut })
    }

    /// What a key names; `point:KEY` and `line:KEY` tell a point and a line apart that have one.
    fn named(&self, key: &str) -> Result<Named<'_>, HydraulicsError> {
        let (points, lines) = self.of(key);
        let (kind, bare) = match key.split_once(':') {
            Some((kind @ ("point" | "line"), bare)) if points.is_empty() && lines.is_empty() => (Some(kind), bare),
            _ => (None, key),
        };
        let (mut points, mut lines) = self.of(bare);
        match kind {
            Some("point") => lines = &[],
            Some(_) => points = &[],
            None => {}
        }
        // Points at one place are one, and so are the pieces of a line.
        let mut places = points.to_vec();
        places.dedup();
        let mut rows: Vec<Option<u32>> = lines.iter().map(|line| self.links[*line as usize].row).collect();
        rows.dedup();
        match (places.as_slice(), rows.len()) {
            ([], 0) => Err(HydraulicsError::NoSuchPlace { key: key.to_owned() }),
            ([point], 0) => Ok(Named::Point(*point)),
            ([], 1) => Ok(Named::Lines(lines)),
            (places, others) => Err(HydraulicsError::SeveralPlaces {
                key: key.to_owned(),
                count: places.len() + others,
                write: if (places.len(), others) == (1, 1) {
                    format!("write one of: point:{bare}, line:{bare}")
                } else {
                    "give them keys of their own".to_owned()
                },
            }),
        }
    }

    /// Points and lines of a key.
    fn of(&self, key: &str) -> (&[u32], &[u32]) {
        (self.nodes_of(key), self.links_of(key))
    }

    /// Links shut by a valve that is a point (all ways but one), or the line itself.
    fn closed_by(&self, key: &str) -> Result<Vec<u32>, HydraulicsError> {
        Ok(match self.named(key)? {
            Named::Lines(lines) => lines.to_vec(),
            Named::Point(node) => self.links_at(node).skip(1).collect(),
        })
    }

    /// Links that a closure shuts.
    fn shut_for(&self, network: Option<&Network<'_>>, at: &[String]) -> Result<Vec<u32>, HydraulicsError> {
        let Some(network) = network else {
            let mut shut: Vec<u32> = Vec::new();
            for key in at {
                match self.named(key)? {
                    Named::Lines(lines) => shut.extend(lines),
                    Named::Point(node) => shut.extend(self.links_at(node)),
                }
            }
            return Ok(shut);
        };
        let isolator = network.isolator();
        let broken = network.broken(&isolator, at).map_err(|error| match error {
            AnswerError::NoSuchPlace { key, .. } => HydraulicsError::NoSuchPlace { key },
            several => HydraulicsError::Network(several),
        })?;
        let plan = isolator.isolate(&broken);
        let mut inside = vec![false; network.topology.links.len()];
        for segment in &plan.segments {
            isolator.links_of(*segment).iter().for_each(|link| inside[*link as usize] = true);
        }
        // A segment may be one point with its valves and no line of its own: then its valves' lines are what is shut.
        for valve in &plan.close {
            let gates = network.valves.gates.iter().filter(|gate| gate.valve == *valve);
            gates.for_each(|gate| inside[gate.link as usize] = true);
        }
        let is_shut = |link: &u32| self.links[*link as usize].piece.is_some_and(|piece| inside[piece as usize]);
        Ok((0..self.links.len() as u32).filter(is_shut).collect())
    }

    /// A burst as a hole at a node: at the end of the line that is no source, the middle piece of a line that is split.
    fn leak(&self, burst: &Burst, rules: &HydraulicRules) -> Result<Leak, HydraulicsError> {
        let key = &burst.at;
        let (node, bore_of) = match self.named(key)? {
            Named::Lines(lines) => {
                let line = lines[lines.len() / 2];
                let ends = self.links[line as usize].ends;
                let open = ends.into_iter().rev().find(|at| self.nodes[*at as usize].sort == Sort::Junction);
                (open.ok_or_else(|| HydraulicsError::LeftOut { key: key.clone() })?, vec![line])
            }
            Named::Point(node) if self.nodes[node as usize].sort != Sort::Junction => {
                return Err(HydraulicsError::KeepsHead { key: key.clone() });
            }
            Named::Point(node) => (node, self.links_at(node).collect()),
        };
        let mut bore_mm = 0.0_f64;
        for line in bore_of {
            bore_mm = bore_mm.max(self.diameter_mm(line)?);
        }
        let hole_mm = burst.hole_mm.unwrap_or(bore_mm);
        let area_mm2 = std::f64::consts::PI * hole_mm.powi(2) / 4.0;
        Ok(Leak { node, area_mm2, coefficient: rules.figure.discharge.value })
    }

    fn hydrants(&self, at: &[String]) -> Result<Vec<u32>, HydraulicsError> {
        if at.is_empty() {
            let all: Vec<u32> = (0..self.nodes.len() as u32).filter(|at| self.nodes[*at as usize].hydrant).collect();
            return if all.is_empty() { Err(HydraulicsError::NoHydrants) } else { Ok(all) };
        }
        // A line gives no water: of a point and a line of one name the point is meant.
        let node = |key: &String| match self.nodes_of(key) {
            [point] => Ok(*point),
            _ => match self.named(key)? {
                Named::Point(point) => Ok(point),
                Named::Lines(_) => Err(HydraulicsError::NoSuchPlace { key: key.clone() }),
            },
        };
        at.iter().map(node).collect()
    }

    /// Everything about a state, for programs.
    fn told(&self, before: &State, after: Option<&State>, settled: bool, what: &WhatIf, assumed: &[Assumed]) -> Value {
        let key = |at: &u32| self.nodes[*at as usize].key.as_str();
        let of = |state: &State| {
            let negative = state.negative();
            let asked: f64 = state.asked_l_s.iter().sum();
            let lowest = lowest(self, state);
            json!({
                "settled": state.settled,
                "behind_guessed_diameters": (0..state.guessed.len() as u32).filter(|at| state.guessed[*at as usize])
                    .map(|at| key(&at).to_owned()).collect::<Vec<_>>(),
                "negative": negative.iter().map(key).collect::<Vec<_>>(),
                "without_supply": (0..state.dry.len() as u32).filter(|at| state.dry[*at as usize]).map(|at| key(&at).to_owned())
                    .collect::<Vec<_>>(),
                "asked_l_s": asked,
                "given_l_s": state.given_l_s.iter().zip(&self.nodes).filter(|(_, n)| n.sort == Sort::Junction)
                    .map(|(given, _)| given).sum::<f64>(),
                "lowest_m": lowest.map(|(pressure, _)| pressure),
                "lowest_at": lowest.map(|(_, at)| key(&at)),
                "burst_l_s": state.leak_l_s,
                "warnings": state.warnings.iter().map(|warning| format!("{warning:?}").to_lowercase()).collect::<Vec<_>>(),
                "at_s": state.at_s,
            })
        };
        let mut shut: Vec<&str> = what.shut.iter().map(|link| self.links[*link as usize].key.as_str()).collect();
        shut.sort_unstable();
        shut.dedup();
        // Pieces of one line stand side by side.
        let mut guessed: Vec<&PlantLink> = self.links.iter().filter(|link| link.is_guessed()).collect();
        guessed.dedup_by(|one, other| one.row == other.row && one.key == other.key);
        let pipe = |link: &&PlantLink| json!({ "key": link.key, "diameter_mm": link.guessed_mm, "hazen_williams_c": link.guessed_c });
        json!({
            "engine": "EPANET 2.3",
            "settled": settled,
            "times": self.peak.map(|peak| peak.times),
            "nodes": self.nodes.len(),
            "links": self.links.len(),
            "estimate": assumed.iter().any(Assumed::estimates),
            "assumed": assumed.iter().map(|one| one.words().to_string()).collect::<Vec<_>>(),
            "assumed_pipes": guessed.iter().map(pipe).collect::<Vec<_>>(),
            "shut": shut,
            "before": of(before),
            "after": after.map(of),
        })
    }
}

/// What was told to be closed; `None` where nothing was.
fn closed_note(keys: &[String]) -> Option<Words> {
    let said = || {
        words!("note-told-closed", "as told with the question, not as on record: {keys} closed", keys = keys.join(" "))
    };
    (!keys.is_empty()).then(said)
}

/// The lowest pressure of a state, m, and where.
pub(super) fn lowest(plant: &Plant, state: &State) -> Option<(f64, u32)> {
    let at = |(at, pressure): (usize, &Option<f64>)| {
        Some(((*pressure)?, at as u32)).filter(|_| plant.nodes[at].sort == Sort::Junction)
    };
    state.pressure_m.iter().enumerate().filter_map(at).min_by(|a, b| a.0.total_cmp(&b.0))
}
