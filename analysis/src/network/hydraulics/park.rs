//! The water network of a park as a plant: what its records tell, and what had to be taken from a table or left out.

use std::collections::HashMap;

use epanet::EPANET;
use epanet::types::link::{LinkProperty, LinkType};
use epanet::types::node::{NodeProperty, NodeType};
use epanet::types::options::{FlowUnits, HeadLossType, Option as EngineOption, PressUnits};
use spatial_db::model::{NetworkEdge, NetworkNode, NodeKind};

use super::HydraulicsError;
use super::engine::{Peak, Plant, PlantLink, PlantNode, Sort};
use super::rules::HydraulicRules;
use super::state::STILL_L_S;
use crate::network::answers::Network;
use crate::network::barriers::Passage;
use crate::network::capacity::{CapacityRules, told};
use crate::network::graph::NONE;
use crate::network::settings::Device;
use crate::network::topology::feeds;
use crate::words;
use crate::words::Words;

/// Longest report name that is the same as "write nothing".
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };
const SECONDS_A_DAY: f64 = 86_400.0;
/// The engine wants some length of every pipe, m.
const SHORTEST_M: f64 = 0.01;

/// What the records do not tell, and what was done about it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Assumed {
    /// Lines without a size: taken to be of the network's median, mm.
    Diameters(usize, f64, String),
    /// No line has a size: all were taken to be of the table's figure, mm.
    NoDiameters(usize, f64),
    /// Lines whose material is not on record or not in the table: Hazen-Williams C as the table's figure.
    Roughness(usize, f64),
    /// Connections without a load: nothing is drawn there.
    Loads(usize, usize),
    /// Sources without a head: left out.
    Heads(Vec<String>),
    /// Points without an elevation: no pressure is told there.
    Elevations(usize),
    /// Pumps: their curves are not on record; water passes and gains nothing.
    Pumps(Vec<String>),
    /// Check and reducing valves that do not stand closed, and lines with a check valve: water passes both ways and loses nothing.
    Valves(Vec<String>),
    /// Junctions without a way to a source whose head is known: left out.
    Apart(usize),
    /// Tanks keep the level that is on record.
    Tanks(usize),
    /// Sources and tanks with a load: they keep their head whatever is drawn there.
    LoadsAtSources(Vec<String>),
    /// Valves that stand closed: what they shut is shut.
    Closed(Vec<String>),
}

fn listed(keys: &[String]) -> String {
    match keys {
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("{a}, {b}, {c} +{}", rest.len()),
        all => all.join(", "),
    }
}

impl Assumed {
    /// In words.
    pub fn words(&self) -> Words {
        match self {
            Self::Diameters(count, mm, first) => words!(
                "assumed-diameters",
                "{count} lines have no size on record (the first: {key}); taken as DN {mm}, the median of the others",
                count = *count,
                key = first,
                mm = format!("{mm:.0}"),
            ),
            Self::NoDiameters(count, mm) => words!(
                "assumed-no-diameters",
                "none of {count} lines has a size on record; all taken as DN {mm}",
                count = *count,
                mm = format!("{mm:.0}"),
            ),
            Self::Roughness(count, c) => words!(
                "assumed-roughness",
                "{count} lines have no material that the table knows; Hazen-Williams C taken as {c}",
                count = *count,
                c = format!("{c:.0}"),
            ),
            Self::Loads(without, all) => words!(
                "assumed-loads",
                "{without} of {all} connections have no load on record; nothing is drawn there",
                without = *without,
                all = *all,
            ),
            Self::Heads(keys) => words!(
                "assumed-heads",
                "sources without a head on record are left out: {keys} (--head KEY=METRES gives one)",
                keys = listed(keys),
            ),
            Self::Elevations(count) => words!(
                "assumed-elevations",
                "{count} points have no elevation; no pressure is told there",
                count = *count
            ),
            Self::Pumps(keys) => words!(
                "assumed-pumps",
                "pumps without a curve on record pass water and lift it by nothing: {keys}",
                keys = listed(keys)
            ),
            Self::Valves(keys) => words!(
                "assumed-valves",
                "check and reducing valves pass both ways and lose nothing: {keys}",
                keys = listed(keys)
            ),
            Self::Apart(count) => words!(
                "assumed-apart",
                "{count} junctions have no way to a source with a known head and are left out",
                count = *count
            ),
            Self::Tanks(count) => words!("assumed-tanks", "{count} tanks keep the level on record", count = *count),
            Self::LoadsAtSources(keys) => words!(
                "assumed-loads-at-sources",
                "loads at sources and tanks are not drawn, as these keep their head: {keys}",
                keys = listed(keys)
            ),
            Self::Closed(keys) => {
                words!("assumed-closed", "valves that stand closed are shut: {keys}", keys = listed(keys))
            }
        }
    }

    /// Whether it makes an estimate of the answer; what is left out or keeps a level on record does not.
    pub const fn estimates(&self) -> bool {
        use Assumed::{Apart, Closed, Elevations, LoadsAtSources, Tanks};
        !matches!(self, Tanks(_) | Apart(_) | Elevations(_) | LoadsAtSources(_) | Closed(_))
    }
}

/// What a person gives besides the records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    /// Heads of sources by key, m above the datum.
    pub heads_m: HashMap<String, f64>,
    /// What loads are times; the table's peak where it is not given.
    pub times: Option<f64>,
}

fn head_of(node: &NetworkNode, ground_m: Option<f64>, given: &Given, rules: &HydraulicRules) -> Option<f64> {
    let attributes = &node.provenance.attributes;
    let above =
        |base: Option<f64>, columns: &[crate::network::capacity::Told]| Some(base? + told(columns, attributes)?.0);
    given
        .heads_m
        .get(&node.provenance.key)
        .copied()
        .or_else(|| told(&rules.head_m, attributes).map(|(head, _)| head))
        .or_else(|| above(ground_m, &rules.pressure_m))
        .or_else(|| above(Some(node.position[2]).filter(|z| z.is_finite()), &rules.level_m))
}

/// The model of a network before the engine has it.
struct Draft<'n, 'p> {
    network: &'n Network<'p>,
    rules: &'n HydraulicRules,
    loads: &'n CapacityRules,
    given: &'n Given,
    fixed: Vec<Option<f64>>,
    within: Vec<bool>,
    assumed: Vec<Assumed>,
}

impl Draft<'_, '_> {
    /// Elevation at which pressure is told: the ground on record, the terrain, else the pipe's axis.
    fn elevation(&self, junction: u32) -> Option<f64> {
        let park = self.network.park;
        let place = self.network.topology.junctions[junction as usize].position;
        let ground = self.network.topology.nodes_at(park, junction).find_map(|node| node.ground_elevation_m);
        let terrain = || park.terrain.as_ref().and_then(|grid| grid.height_at(place[0], place[1]));
        ground.or_else(terrain).or(Some(place[2])).filter(|z| z.is_finite())
    }

    /// Heads of sources, and what has a way to one.
    fn find_heads(&mut self) -> Result<(), HydraulicsError> {
        let network = self.network;
        let topology = &network.topology;
        let mut without: Vec<String> = Vec::new();
        let mut tanks = 0;
        for junction in topology.sources(network.park) {
            let ground_m = self.elevation(junction);
            let at = || topology.nodes_at(network.park, junction).filter(|node| feeds(node));
            let head = at().find_map(|node| Some((head_of(node, ground_m, self.given, self.rules)?, node.kind)));
            match head {
                Some((head, kind)) => {
                    self.fixed[junction as usize] = Some(head);
                    tanks += usize::from(kind == NodeKind::Tank);
                }
                None => without.extend(at().next().map(|node| node.provenance.key.clone())),
            }
        }
        let named = if without.is_empty() { String::new() } else { format!(": {}", listed(&without)) };
        if self.fixed.iter().all(Option::is_none) {
            return Err(HydraulicsError::NoHead { named });
        }
        if !without.is_empty() {
            self.assumed.push(Assumed::Heads(without));
        }
        if tanks > 0 {
            self.assumed.push(Assumed::Tanks(tanks));
        }
        let mut queue: Vec<u32> =
            (0..self.fixed.len() as u32).filter(|at| self.fixed[*at as usize].is_some()).collect();
        for at in &queue {
            self.within[*at as usize] = true;
        }
        while let Some(here) = queue.pop() {
            for arc in topology.graph.at(here) {
                if !std::mem::replace(&mut self.within[arc.to as usize], true) {
                    queue.push(arc.to);
                }
            }
        }
        // A source with nothing at it would stand alone.
        for junction in 0..self.fixed.len() as u32 {
            let alone = topology.graph.at(junction).iter().all(|arc| arc.to == junction);
            self.within[junction as usize] &= !alone;
        }
        let apart = self.within.iter().filter(|within| !**within).count();
        if apart > 0 {
            self.assumed.push(Assumed::Apart(apart));
        }
        Ok(())
    }

    /// Nodes in our order, with what is drawn there, L/s.
    fn nodes(&mut self) -> (Vec<PlantNode>, Vec<f64>, Vec<u32>) {
        let network = self.network;
        let park = network.park;
        let times = self.given.times.unwrap_or(self.rules.figure.peak.value);
        let columns = self.loads.resource("water").map_or(&[] as &[_], |water| water.connected.as_slice());
        let (mut nodes, mut drawn) = (Vec::new(), Vec::new());
        let mut number = vec![NONE; self.within.len()];
        let (mut flat, mut without, mut connections) = (0, 0, 0);
        let (mut pumps, mut valves, mut at_sources) = (Vec::new(), Vec::new(), Vec::new());
        let closed = network.closed_valves();
        for junction in (0..self.within.len() as u32).filter(|at| self.within[*at as usize]) {
            number[junction as usize] = nodes.len() as u32;
            let fixed = self.fixed[junction as usize].is_some();
            // Of several points at one place every one may draw, and every one may be a hydrant or a pump.
            let mut load_m3_d = 0.0;
            for node in network.topology.nodes_at(park, junction) {
                let key = &node.provenance.key;
                let load = told(columns, &node.provenance.attributes).map(|(m3_d, _)| m3_d);
                let is_connection = node.kind == NodeKind::Connection;
                connections += usize::from(is_connection);
                without += usize::from(is_connection && load.is_none());
                if fixed && load.is_some_and(|m3_d| m3_d > 0.0) {
                    at_sources.push(key.clone());
                }
                load_m3_d += load.unwrap_or(0.0);
                if node.kind == NodeKind::Pump {
                    pumps.push(key.clone());
                }
                if matches!(network.settings.device(node), Some(Device::Check | Device::Reduces))
                    && !closed.contains(&key.as_str())
                {
                    valves.push(key.clone());
                }
            }
            let elevation_m = self.elevation(junction);
            flat += usize::from(elevation_m.is_none() && !fixed);
            nodes.push(self.node(junction, fixed, elevation_m));
            drawn.push(if fixed { 0.0 } else { load_m3_d * 1000.0 / SECONDS_A_DAY * times });
        }
        for link in &network.topology.links {
            let edge = &park.edges[link.edge as usize];
            if Passage::of(edge) == Passage::OneWay && valves.last() != Some(&edge.provenance.key) {
                valves.push(edge.provenance.key.clone());
            }
        }
        if flat > 0 {
            self.assumed.push(Assumed::Elevations(flat));
        }
        if without > 0 || connections == 0 && drawn.iter().all(|draw| *draw == 0.0) {
            self.assumed.push(Assumed::Loads(without, connections));
        }
        self.assumed.extend((!pumps.is_empty()).then_some(Assumed::Pumps(pumps)));
        self.assumed.extend((!valves.is_empty()).then_some(Assumed::Valves(valves)));
        self.assumed.extend((!at_sources.is_empty()).then_some(Assumed::LoadsAtSources(at_sources)));
        (nodes, drawn, number)
    }

    /// A node of the model: a hydrant goes by its own name and row, whatever else stands at its place.
    fn node(&self, junction: u32, fixed: bool, elevation_m: Option<f64>) -> PlantNode {
        let (topology, park) = (&self.network.topology, self.network.park);
        let hydrant = topology.row_of(park, junction, |node| node.kind == NodeKind::Hydrant);
        let row = hydrant.or_else(|| topology.rows_at(junction).next());
        let named = |row: u32| park.nodes[row as usize].provenance.key.clone();
        PlantNode {
            key: row.map_or_else(|| format!("({junction})"), named),
            sort: if fixed { Sort::Reservoir } else { Sort::Junction },
            elevation_m,
            hydrant: hydrant.is_some(),
            row,
            others: topology.rows_at(junction).filter(|other| Some(*other) != row).map(named).collect(),
        }
    }

    fn median_mm(&self) -> Option<f64> {
        let links = &self.network.topology.links;
        let size = |link: &crate::network::topology::Link| self.network.park.edges[link.edge as usize].diameter_mm;
        let mut sizes: Vec<f64> = links.iter().filter_map(size).filter(|mm| *mm > 0.0).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.get(sizes.len() / 2).copied()
    }

    /// Length, size and roughness of a line, with what was taken from elsewhere; `other_mm` where it has no size.
    fn pipe(&self, edge: &NetworkEdge, pieces: bool, length_m: f64, other_mm: f64) -> Pipe {
        let attributes = &edge.provenance.attributes;
        // A length on record is that of the whole line.
        let told_m = told(&self.rules.length_m, attributes).map(|(length, _)| length).filter(|_| !pieces);
        let size_mm = edge.diameter_mm.filter(|mm| *mm > 0.0);
        let c = told(&self.rules.roughness, attributes).map(|(c, _)| c).filter(|c| *c > 0.0);
        let c = c.or_else(|| self.rules.c(edge, self.network.there.on));
        let other_c = self.rules.figure.other_c.value;
        Pipe {
            length_m: told_m.unwrap_or(length_m).max(SHORTEST_M),
            diameter_mm: size_mm.unwrap_or(other_mm),
            c: c.unwrap_or(other_c),
            guessed_mm: size_mm.is_none().then_some(other_mm),
            guessed_c: c.is_none().then_some(other_c),
        }
    }
}

/// A line as the engine needs it.
struct Pipe {
    length_m: f64,
    diameter_mm: f64,
    c: f64,
    guessed_mm: Option<f64>,
    guessed_c: Option<f64>,
}

/// How many lines something was guessed of, and the key of the first; pieces of one line are one.
fn guessed(links: &[PlantLink], is: impl Fn(&PlantLink) -> bool) -> Option<(usize, String)> {
    let mut lines: Vec<(Option<u32>, &str)> =
        links.iter().filter(|link| is(link)).map(|link| (link.row, link.key.as_str())).collect();
    lines.dedup();
    Some((lines.len(), lines.first()?.1.to_owned()))
}

/// The water network of a park in the engine, at the hour of most use, and what its records did not tell.
///
/// # Errors
/// [`HydraulicsError::NoHead`], [`HydraulicsError::Engine`].
pub fn park_plant(
    network: &Network<'_>,
    rules: &HydraulicRules,
    loads: &CapacityRules,
    given: &Given,
) -> Result<(Plant, Vec<Assumed>), HydraulicsError> {
    let count = network.topology.junctions.len();
    let mut draft = Draft {
        network,
        rules,
        loads,
        given,
        fixed: vec![None; count],
        within: vec![false; count],
        assumed: Vec::new(),
    };
    draft.find_heads()?;
    let (nodes, drawn, number) = draft.nodes();
    let engine = EPANET::new(NOWHERE, "", FlowUnits::Lps, HeadLossType::HazenWilliams)?;
    engine.set_option(EngineOption::PressUnits, f64::from(PressUnits::Meters as i32))?;
    // A thousandth of all flows is coarse for holes, and demand that answers to pressure does not settle much nearer: so besides it
    // each flow by itself must stand still.
    engine.set_option(EngineOption::Accuracy, 1e-3)?;
    engine.set_option(EngineOption::FlowChange, STILL_L_S)?;
    // The engine puts junctions before reservoirs whatever the order they come in: first the ones, then the others.
    let mut node_at = vec![0; nodes.len()];
    let known: Vec<f64> = nodes.iter().filter_map(|node| node.elevation_m).collect();
    let level = if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    for sort in [Sort::Junction, Sort::Reservoir] {
        for (at, node) in nodes.iter().enumerate().filter(|(_, node)| node.sort == sort) {
            let kind = if sort == Sort::Junction { NodeType::Junction } else { NodeType::Reservoir };
            node_at[at] = engine.add_node(&format!("n{at}"), kind)?;
            if sort == Sort::Junction {
                engine.set_junction_data(node_at[at], node.elevation_m.unwrap_or(level), drawn[at], "")?;
            }
        }
    }
    for (junction, head) in draft.fixed.iter().enumerate() {
        let at = number[junction];
        if let Some(head) = head.filter(|_| at != NONE) {
            engine.set_node_value(node_at[at as usize], NodeProperty::Elevation, head)?;
        }
    }
    let median_mm = draft.median_mm();
    let other_mm = median_mm.unwrap_or(rules.figure.other_mm.value);
    let shut = network.shut_links();
    let (mut links, mut link_at, mut pumps) = (Vec::new(), Vec::new(), Vec::new());
    for (at, link) in network.topology.links.iter().enumerate() {
        let ends = network.topology.graph.ends(at as u32);
        let [from, to] = ends.map(|junction| number[junction as usize]);
        if from == NONE || to == NONE || from == to {
            continue;
        }
        let edge = &network.park.edges[link.edge as usize];
        let pieces = network.topology.links_of_edge(link.edge as usize).len() > 1;
        let pipe = draft.pipe(edge, pieces, link.length_m, other_mm);
        let name = format!("l{}", links.len());
        let index = engine.add_link(&name, LinkType::Pipe, &format!("n{from}"), &format!("n{to}"))?;
        engine.set_pipe_data(index, pipe.length_m, pipe.diameter_mm, pipe.c, 0.0)?;
        let attribute = |name: &str| edge.provenance.attributes.get(name).and_then(serde_json::Value::as_str);
        if shut[at] || Passage::of(edge) == Passage::Closed {
            engine.set_link_value(index, LinkProperty::InitStatus, 0.0)?;
        }
        // As EPANET's own files have their pumps: a line with a power or a curve.
        let begins = |word: &str| attribute("parameters").is_some_and(|text| text.to_uppercase().starts_with(word));
        if ["POWER", "HEAD", "SPEED"].into_iter().any(begins) {
            pumps.push(edge.provenance.key.clone());
        }
        links.push(PlantLink {
            key: edge.provenance.key.clone(),
            ends: [from, to],
            pipe: true,
            row: Some(link.edge),
            piece: Some(at as u32),
            guessed_mm: pipe.guessed_mm,
            guessed_c: pipe.guessed_c,
        });
        link_at.push(index);
    }
    let Draft { mut assumed, .. } = draft;
    if !pumps.is_empty() {
        assumed.push(Assumed::Pumps(pumps));
    }
    if let Some((count, first)) = guessed(&links, |link| link.guessed_mm.is_some()) {
        assumed.push(match median_mm {
            Some(mm) => Assumed::Diameters(count, mm, first),
            None => Assumed::NoDiameters(count, other_mm),
        });
    }
    if let Some((count, _)) = guessed(&links, |link| link.guessed_c.is_some()) {
        assumed.push(Assumed::Roughness(count, rules.figure.other_c.value));
    }
    let closed = network.closed_valves();
    if !closed.is_empty() {
        assumed.push(Assumed::Closed(closed.into_iter().map(str::to_owned).collect()));
    }
    let mut plant = Plant::made(engine, nodes, links, node_at, link_at)?;
    let times = given.times.unwrap_or(rules.figure.peak.value);
    plant.peak = Some(Peak { times, given: given.times.is_some() });
    Ok((plant, assumed))
}
