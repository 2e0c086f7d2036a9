//! The water network of a park as a plant: what its records tell, and what had to be taken from a table or left out.

use std::collections::HashMap;

use epanet::EPANET;
use epanet::types::link::{LinkProperty, LinkType};
use epanet::types::node::{NodeProperty, NodeType};
use epanet::types::options::{FlowUnits, HeadLossType, Option as EngineOption, PressUnits};
use spatial_db::model::{NetworkEdge, NetworkNode, NodeKind};

use super::HydraulicsError;
use super::engine::{Plant, PlantLink, PlantNode, Sort};
use super::rules::HydraulicRules;
use crate::network::answers::Network;
use crate::network::capacity::{CapacityRules, told};
use crate::network::graph::NONE;
use crate::network::settings::Device;
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
    /// Check and reducing valves: water passes both ways and loses nothing.
    Valves(Vec<String>),
    /// Junctions without a way to a source whose head is known: left out.
    Apart(usize),
    /// Tanks keep the level that is on record.
    Tanks(usize),
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
        }
    }

    /// Whether it makes an estimate of the answer; what is left out or keeps a level on record does not.
    pub const fn estimates(&self) -> bool {
        !matches!(self, Self::Tanks(_) | Self::Apart(_) | Self::Elevations(_))
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
        let ground = self.network.topology.node(park, junction).and_then(|node| node.ground_elevation_m);
        let terrain = || park.terrain.as_ref().and_then(|grid| grid.height_at(place[0], place[1]));
        ground.or_else(terrain).or(Some(place[2])).filter(|z| z.is_finite())
    }

    /// Heads of sources, and what has a way to one.
    fn find_heads(&mut self) -> Result<(), HydraulicsError> {
        let network = self.network;
        let topology = &network.topology;
        let mut without = Vec::new();
        let mut tanks = 0;
        for junction in topology.sources(network.park) {
            let Some(node) = topology.node(network.park, junction) else { continue };
            let head = head_of(node, self.elevation(junction), self.given, self.rules);
            match head {
                Some(head) => {
                    self.fixed[junction as usize] = Some(head);
                    tanks += usize::from(node.kind == NodeKind::Tank);
                }
                None => without.push(node.provenance.key.clone()),
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
        let (mut pumps, mut valves) = (Vec::new(), Vec::new());
        for junction in (0..self.within.len() as u32).filter(|at| self.within[*at as usize]) {
            number[junction as usize] = nodes.len() as u32;
            let node = network.topology.node(park, junction);
            let load = node.and_then(|node| told(columns, &node.provenance.attributes));
            if let Some(node) = node {
                let is_connection = node.kind == NodeKind::Connection;
                connections += usize::from(is_connection);
                without += usize::from(is_connection && load.is_none());
                if node.kind == NodeKind::Pump {
                    pumps.push(node.provenance.key.clone());
                }
                if matches!(network.settings.device(node), Some(Device::Check | Device::Reduces)) {
                    valves.push(node.provenance.key.clone());
                }
            }
            let fixed = self.fixed[junction as usize].is_some();
            let elevation_m = self.elevation(junction);
            flat += usize::from(elevation_m.is_none() && !fixed);
            nodes.push(PlantNode {
                key: node.map_or_else(|| format!("({junction})"), |node| node.provenance.key.clone()),
                sort: if fixed { Sort::Reservoir } else { Sort::Junction },
                elevation_m,
                hydrant: node.is_some_and(|node| node.kind == NodeKind::Hydrant),
                row: node.map(|_| network.topology.junctions[junction as usize].node),
            });
            drawn.push(if fixed { 0.0 } else { load.map_or(0.0, |(m3_d, _)| m3_d * 1000.0 / SECONDS_A_DAY * times) });
        }
        if flat > 0 {
            self.assumed.push(Assumed::Elevations(flat));
        }
        if without > 0 || connections == 0 && drawn.iter().all(|draw| *draw == 0.0) {
            self.assumed.push(Assumed::Loads(without, connections));
        }
        self.assumed.extend((!pumps.is_empty()).then_some(Assumed::Pumps(pumps)));
        self.assumed.extend((!valves.is_empty()).then_some(Assumed::Valves(valves)));
        (nodes, drawn, number)
    }

    fn median_mm(&self) -> Option<f64> {
        let links = &self.network.topology.links;
        let size = |link: &crate::network::topology::Link| self.network.park.edges[link.edge as usize].diameter_mm;
        let mut sizes: Vec<f64> = links.iter().filter_map(size).filter(|mm| *mm > 0.0).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.get(sizes.len() / 2).copied()
    }

    /// Length, size and roughness of each line, with what was taken from elsewhere.
    fn pipe(&self, edge: &NetworkEdge, pieces: bool, length_m: f64, lacks: &mut Lacks) -> [f64; 3] {
        let attributes = &edge.provenance.attributes;
        // A length on record is that of the whole line.
        let told_m = told(&self.rules.length_m, attributes).map(|(length, _)| length).filter(|_| !pieces);
        let length_m = told_m.unwrap_or(length_m).max(SHORTEST_M);
        let diameter_mm = edge.diameter_mm.filter(|mm| *mm > 0.0).unwrap_or_else(|| {
            lacks.diameters.get_or_insert_with(|| (0, edge.provenance.key.clone())).0 += 1;
            lacks.median_mm
        });
        let c = told(&self.rules.roughness, attributes).map(|(c, _)| c).filter(|c| *c > 0.0);
        let c = c.or_else(|| self.rules.c(edge, self.network.there.on)).unwrap_or_else(|| {
            lacks.roughness += 1;
            self.rules.figure.other_c.value
        });
        [length_m, diameter_mm, c]
    }
}

#[derive(Default)]
struct Lacks {
    median_mm: f64,
    diameters: Option<(usize, String)>,
    roughness: usize,
    pumps: Vec<String>,
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
    // The engine's default of a thousandth is coarse for holes.
    engine.set_option(EngineOption::Accuracy, 1e-5)?;
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
    let mut lacks = Lacks { median_mm: draft.median_mm().unwrap_or(100.0), ..Lacks::default() };
    let (mut links, mut link_at) = (Vec::new(), Vec::new());
    for (at, link) in network.topology.links.iter().enumerate() {
        let ends = network.topology.graph.ends(at as u32);
        let [from, to] = ends.map(|junction| number[junction as usize]);
        if from == NONE || to == NONE || from == to {
            continue;
        }
        let edge = &network.park.edges[link.edge as usize];
        let pieces = network.topology.links_of_edge(link.edge as usize).len() > 1;
        let [length_m, diameter_mm, c] = draft.pipe(edge, pieces, link.length_m, &mut lacks);
        let name = format!("l{}", links.len());
        let index = engine.add_link(&name, LinkType::Pipe, &format!("n{from}"), &format!("n{to}"))?;
        engine.set_pipe_data(index, length_m, diameter_mm, c, 0.0)?;
        let attribute = |name: &str| edge.provenance.attributes.get(name).and_then(serde_json::Value::as_str);
        if attribute("status").is_some_and(|status| status.eq_ignore_ascii_case("closed")) {
            engine.set_link_value(index, LinkProperty::InitStatus, 0.0)?;
        }
        // As EPANET's own files have their pumps: a line with a power or a curve.
        let begins = |word: &str| attribute("parameters").is_some_and(|text| text.to_uppercase().starts_with(word));
        if ["POWER", "HEAD", "SPEED"].into_iter().any(begins) {
            lacks.pumps.push(edge.provenance.key.clone());
        }
        links.push(PlantLink {
            key: edge.provenance.key.clone(),
            ends: [from, to],
            pipe: true,
            row: Some(link.edge),
            piece: Some(at as u32),
        });
        link_at.push(index);
    }
    let Draft { mut assumed, .. } = draft;
    if !lacks.pumps.is_empty() {
        assumed.push(Assumed::Pumps(lacks.pumps));
    }
    if let Some((count, first)) = lacks.diameters {
        assumed.push(Assumed::Diameters(count, lacks.median_mm, first));
    }
    if lacks.roughness > 0 {
        assumed.push(Assumed::Roughness(lacks.roughness, rules.figure.other_c.value));
    }
    Ok((Plant::made(engine, nodes, links, node_at, link_at)?, assumed))
}
