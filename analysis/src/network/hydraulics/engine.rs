//! EPANET behind names and metric units: litres per second, metres, millimetres.
//!
//! A [`WhatIf`] is laid over the project, worked out and taken away again, so that one plant answers many questions. Where each
//! number of the network came from is left to whoever made the project.

use std::collections::{HashMap, HashSet};

use epanet::EPANET;
use epanet::types::analysis::InitHydOption;
use epanet::types::demand::{DemandModel, DemandModelInfo};
use epanet::types::link::{LinkProperty, LinkType};
use epanet::types::node::{NodeProperty, NodeType};
use epanet::types::options::{AnalysisStatistic, FlowUnits, Option as EngineOption, PressUnits, StatusReport};
use epanet::types::{ActionCodeType, CountType};

use super::HydraulicsError;
use super::state::{State, Warning};

/// Pattern that is 1 at every hour, for draws of ours.
const ALWAYS: &str = "ParkTwin-1";
/// Standard gravity, m/s².
const GRAVITY: f64 = 9.806_65;
/// As EPANET has it.
const KW_A_HORSEPOWER: f64 = 0.7457;
const MAX_STEPS: usize = 100_000;

/// What a node is to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Water passes or is drawn.
    Junction,
    /// Keeps its head.
    Reservoir,
    /// Has a level.
    Tank,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantNode {
    /// Name.
    pub key: String,
    /// What it is.
    pub sort: Sort,
    /// Elevation at which its pressure is told, m; `None` where it is not known, and then no pressure is told.
    pub elevation_m: Option<f64>,
    /// Whether it is a hydrant.
    pub hydrant: bool,
    /// Row of the node in the park.
    pub row: Option<u32>,
    /// Names of other points at the same place.
    pub others: Vec<String>,
}

/// A link.
#[derive(Debug, Clone, PartialEq)]
pub struct PlantLink {
    /// Name.
    pub key: String,
    /// From which node to which.
    pub ends: [u32; 2],
    /// Whether it is a pipe.
    pub pipe: bool,
    /// Row of the line in the park.
    pub row: Option<u32>,
    /// The link of the topology that it is.
    pub piece: Option<u32>,
    /// Diameter that was taken, mm, where none is on record.
    pub guessed_mm: Option<f64>,
    /// Hazen-Williams C that was taken, where nothing tells it.
    pub guessed_c: Option<f64>,
}

impl PlantLink {
    /// Whether something of it was taken that nothing tells.
    pub fn is_guessed(&self) -> bool {
        self.guessed_mm.is_some() || self.guessed_c.is_some()
    }
}

/// What mean loads were multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The factor.
    pub times: f64,
    /// Whether a person gave it; else it is the table's.
    pub given: bool,
}

/// How demand answers to pressure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demand {
    /// As the model says.
    AsModelled,
    /// Drawn whatever the pressure.
    Fixed,
    /// Nothing at the lower pressure, everything from the upper on, by a power between them (m of water; Wagner).
    PressureDriven {
        /// Lower pressure, m.
        minimum_m: f64,
        /// Upper pressure, m.
        required_m: f64,
        /// The power.
        exponent: f64,
    },
}

/// A hole at a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    /// The node.
    pub node: u32,
    /// Area of the hole, mm².
    pub area_mm2: f64,
    /// Discharge coefficient of the orifice.
    pub coefficient: f64,
}

impl Leak {
    /// Flow per square root of the head, L/s/m^0.5: `Q = Cd·A·√(2·g·h)`.
    pub fn emitter(&self) -> f64 {
        self.coefficient * self.area_mm2 * 1e-6 * (2.0 * GRAVITY).sqrt() * 1000.0
    }
}

/// What is different from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// Links that are shut, whatever controls say.
    pub shut: Vec<u32>,
    /// Holes.
    pub leaks: Vec<Leak>,
    /// Draws besides those of the model, L/s.
    pub draws: Vec<(u32, f64)>,
    /// How demand answers to pressure.
    pub demand: Demand,
    /// Seconds after the start of the model.
    pub at_s: u64,
}

impl Default for WhatIf {
    fn default() -> Self {
        Self { shut: Vec::new(), leaks: Vec::new(), draws: Vec::new(), demand: Demand::AsModelled, at_s: 0 }
    }
}

/// A network in the engine.
pub struct Plant {
    pub(super) engine: EPANET,
    /// Nodes; the order is ours.
    pub nodes: Vec<PlantNode>,
    /// Links; the order is ours.
    pub links: Vec<PlantLink>,
    /// What mean loads were multiplied by; `None` where a model file tells its own demands.
    pub peak: Option<Peak>,
    node_at: Vec<i32>,
    link_at: Vec<i32>,
    nodes_named: HashMap<String, Vec<u32>>,
    links_named: HashMap<String, Vec<u32>>,
    controlled: Vec<bool>,
    multiplier: f64,
}

impl std::fmt::Debug for Plant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plant of {} nodes and {} links", self.nodes.len(), self.links.len())
    }
}

impl Plant {
    /// A project that somebody opened from a model file, whatever its units.
    ///
    /// # Errors
    /// [`HydraulicsError::Engine`].
    pub fn opened(engine: EPANET) -> Result<Self, HydraulicsError> {
        let us = {
            use FlowUnits::{Afd, Cfs, Gpm, Imgd, Mgd};
            matches!(engine.get_flow_units()?, Cfs | Gpm | Mgd | Imgd | Afd)
        };
        engine.set_flow_units(FlowUnits::Lps)?;
        if us {
            // Of all that the engine holds, the power of a pump alone stays in the units of the file.
            for at in 1..=engine.get_count(CountType::LinkCount)? {
                let power = engine.get_link_value(at, LinkProperty::PumpPower)?;
                if power > 0.0 {
                    engine.set_link_value(at, LinkProperty::PumpPower, power * KW_A_HORSEPOWER)?;
                }
            }
        }
        engine.set_option(EngineOption::PressUnits, f64::from(PressUnits::Meters as i32))?;
        let count = engine.get_count(CountType::NodeCount)?;
        let mut nodes = Vec::with_capacity(count as usize);
        for at in 1..=count {
            let sort = match engine.get_node_type(at)? {
                NodeType::Reservoir => Sort::Reservoir,
                NodeType::Tank => Sort::Tank,
                _ => Sort::Junction,
            };
            nodes.push(PlantNode {
                key: engine.get_node_id(at)?,
                sort,
                elevation_m: Some(engine.get_node_value(at, NodeProperty::Elevation)?),
                hydrant: false,
                row: None,
                others: Vec::new(),
            });
        }
        let count = engine.get_count(CountType::LinkCount)?;
        let mut links = Vec::with_capacity(count as usize);
        for at in 1..=count {
            let (from, to) = engine.get_link_nodes(at)?;
            links.push(PlantLink {
                key: engine.get_link_id(at)?,
                ends: [from as u32 - 1, to as u32 - 1],
                pipe: matches!(engine.get_link_type(at)?, LinkType::Pipe | LinkType::CvPipe),
                row: None,
                piece: None,
                guessed_mm: None,
                guessed_c: None,
            });
        }
        let (node_at, link_at) = ((1..=nodes.len() as i32).collect(), (1..=links.len() as i32).collect());
        Self::made(engine, nodes, links, node_at, link_at)
    }

    /// A project with nodes and links of ours, and where the engine has them.
    pub(super) fn made(
        engine: EPANET,
        nodes: Vec<PlantNode>,
        links: Vec<PlantLink>,
        node_at: Vec<i32>,
        link_at: Vec<i32>,
    ) -> Result<Self, HydraulicsError> {
        // The engine would write to standard output.
        engine.set_status_report(StatusReport::NoReport)?;
        engine.set_report("MESSAGES NO")?;
        if engine.get_pattern_index(ALWAYS).is_err() {
            engine.add_pattern(ALWAYS)?;
        }
        let mut controlled = vec![false; links.len()];
        for (at, controlled) in link_at.iter().zip(&mut controlled) {
            *controlled = engine.get_link_value(*at, LinkProperty::LinkInControl)? > 0.0;
        }
        let multiplier = engine.get_option(EngineOption::DemandMult)?;
        let mut nodes_named: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            for key in std::iter::once(&node.key).chain(&node.others) {
                nodes_named.entry(key.clone()).or_default().push(at as u32);
            }
        }
        let mut links_named: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, link) in links.iter().enumerate() {
            links_named.entry(link.key.clone()).or_default().push(at as u32);
        }
        let peak = None;
        Ok(Self { engine, nodes, links, peak, node_at, link_at, nodes_named, links_named, controlled, multiplier })
    }

    /// A node by name: of several the first.
    pub fn node(&self, key: &str) -> Option<u32> {
        self.nodes_of(key).first().copied()
    }

    /// Nodes by name, or by that of another point at their place.
    pub fn nodes_of(&self, key: &str) -> &[u32] {
        self.nodes_named.get(key).map_or(&[], Vec::as_slice)
    }

    /// Links by name: all pieces of a line.
    pub fn links_of(&self, key: &str) -> &[u32] {
        self.links_named.get(key).map_or(&[], Vec::as_slice)
    }

    /// Links at a node.
    pub fn links_at(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        (0..self.links.len() as u32).filter(move |link| self.links[*link as usize].ends.contains(&node))
    }

    /// Inside diameter of a link, mm.
    ///
    /// # Errors
    /// [`HydraulicsError::Engine`].
    pub fn diameter_mm(&self, link: u32) -> Result<f64, HydraulicsError> {
        Ok(self.engine.get_link_value(self.link_at[link as usize], LinkProperty::Diameter)?)
    }

    /// Nodes without a way to a source through what is not shut.
    fn dry(&self, shut: &[u32]) -> Result<Vec<bool>, HydraulicsError> {
        let mut ways: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let shut: HashSet<u32> = shut.iter().copied().collect();
        for (at, link) in self.links.iter().enumerate() {
            // A control may open what begins closed.
            let open =
                self.controlled[at] || self.engine.get_link_value(self.link_at[at], LinkProperty::InitStatus)? > 0.0;
            if open && !shut.contains(&(at as u32)) {
                let [a, b] = link.ends;
                ways[a as usize].push(b);
                ways[b as usize].push(a);
            }
        }
        let mut dry = vec![true; self.nodes.len()];
        let fed = |at: &u32| self.nodes[*at as usize].sort != Sort::Junction;
        let mut queue: Vec<u32> = (0..self.nodes.len() as u32).filter(fed).collect();
        for at in &queue {
            dry[*at as usize] = false;
        }
        while let Some(here) = queue.pop() {
            for there in &ways[here as usize] {
                if std::mem::replace(&mut dry[*there as usize], false) {
                    queue.push(*there);
                }
            }
        }
        Ok(dry)
    }

    /// Heads and flows of what is different from the model; the model stays as it was.
    ///
    /// # Errors
    /// [`HydraulicsError::Engine`], [`HydraulicsError::OtherEmitters`].
    pub fn solve(&self, what: &WhatIf) -> Result<State, HydraulicsError> {
        let mut laid = Laid { plant: self, undo: Vec::new() };
        let dry = laid.lay(what)?;
        let run = self.run(what.at_s);
        let state = run.and_then(|ran| self.read(what, dry, ran));
        let closed = self.engine.close_h();
        laid.take_away()?;
        let state = state?;
        closed?;
        Ok(state)
    }

    /// Runs from the start to the last step that begins at or before `at_s`; the solver stays open.
    fn run(&self, at_s: u64) -> Result<Ran, HydraulicsError> {
        self.engine.open_h()?;
        self.engine.init_h(InitHydOption::InitFlow)?;
        let mut now = 0;
        // Levels of tanks follow from every step before.
        let mut settled = true;
        for _ in 0..MAX_STEPS {
            let mut warnings = Vec::new();
            match self.engine.run_h() {
                Ok(_) => {}
                Err(warning) if warning.is_warning() => warnings.extend(Warning::of(warning.code)),
                Err(error) => return Err(error.into()),
            }
            settled &= self.settled()?;
            let ran = Ran { at_s: now, warnings, settled };
            if now >= at_s {
                return Ok(ran);
            }
            let step = self.engine.next_h()?;
            if step == 0 || now + step > at_s {
                // What holds until the next step holds at the moment asked for.
                return Ok(ran);
            }
            now += step;
        }
        Ok(Ran { at_s: now, warnings: vec![Warning::Unstable], settled: false })
    }

    /// Whether the last run came to an answer within the trials that it may take. Of its warnings the engine tells only one, which
    /// may be another.
    fn settled(&self) -> Result<bool, HydraulicsError> {
        let trials = self.engine.get_option(EngineOption::Trials)?;
        Ok(self.engine.get_statistic(AnalysisStatistic::Iterations)? <= trials)
    }

    /// Lays what is different over the project, holds the solver open for `work`, and takes it away again.
    pub(super) fn held_open<T>(
        &self,
        what: &WhatIf,
        work: impl FnOnce() -> Result<T, HydraulicsError>,
    ) -> Result<T, HydraulicsError> {
        let mut laid = Laid { plant: self, undo: Vec::new() };
        laid.lay(what)?;
        self.engine.open_h()?;
        let worked = work();
        let closed = self.engine.close_h();
        laid.take_away()?;
        let worked = worked?;
        closed?;
        Ok(worked)
    }

    /// Runs the open solver once more at the start, as when a draw was changed; whether it settled.
    pub(super) fn again(&self) -> Result<bool, HydraulicsError> {
        self.engine.init_h(InitHydOption::InitFlow)?;
        match self.engine.run_h() {
            Err(error) if !error.is_warning() => Err(error.into()),
            _ => self.settled(),
        }
    }

    /// Head of a node in the open solver, m.
    pub(super) fn head_m(&self, node: u32) -> Result<f64, HydraulicsError> {
        Ok(self.engine.get_node_value(self.node_at[node as usize], NodeProperty::Head)?)
    }

    /// A draw of ours at a node, by its number there.
    pub(super) fn add_draw(&self, node: u32, l_s: f64) -> Result<i32, HydraulicsError> {
        let at = self.node_at[node as usize];
        self.engine.add_demand(at, l_s / self.multiplier, ALWAYS, ALWAYS)?;
        Ok(self.engine.get_demand_count(at)?)
    }

    pub(super) fn set_draw(&self, node: u32, number: i32, l_s: f64) -> Result<(), HydraulicsError> {
        Ok(self.engine.set_base_demand(self.node_at[node as usize], number, l_s / self.multiplier)?)
    }

    pub(super) fn drop_draw(&self, node: u32, number: i32) -> Result<(), HydraulicsError> {
        Ok(self.engine.delete_demand(self.node_at[node as usize], number)?)
    }

    fn read(&self, what: &WhatIf, dry: Vec<bool>, ran: Ran) -> Result<State, HydraulicsError> {
        let nodes = |property: NodeProperty| -> Result<Vec<f64>, HydraulicsError> {
            let all = self.engine.get_node_values(property)?;
            Ok(self.node_at.iter().map(|at| all[*at as usize - 1]).collect())
        };
        let links = |property: LinkProperty| -> Result<Vec<f64>, HydraulicsError> {
            let all = self.engine.get_link_values(property)?;
            Ok(self.link_at.iter().map(|at| all[*at as usize - 1]).collect())
        };
        let heads = nodes(NodeProperty::Head)?;
        let emitted = nodes(NodeProperty::EmitterFlow)?;
        let head_m: Vec<Option<f64>> = heads.iter().zip(&dry).map(|(head, dry)| Some(*head).filter(|_| !dry)).collect();
        let pressure = |(at, head): (usize, &Option<f64>)| Some((*head)? - self.nodes[at].elevation_m?);
        let flow_l_s = links(LinkProperty::Flow)?;
        let open: Vec<bool> = links(LinkProperty::Status)?.iter().map(|status| *status > 0.0).collect();
        let asked_l_s = nodes(NodeProperty::FullDemand)?;
        let driven = matches!(self.engine.get_demand_model()?.demand_type, DemandModel::Pda);
        Ok(State {
            pressure_m: head_m.iter().enumerate().map(pressure).collect(),
            head_m,
            given_l_s: nodes(NodeProperty::DemandFlow)?,
            guessed: self.behind_guesses(&flow_l_s, &open, |at| driven && asked_l_s[at] > 0.0 || emitted[at] != 0.0),
            asked_l_s,
            flow_l_s,
            velocity_m_s: links(LinkProperty::Velocity)?,
            leak_l_s: what.leaks.iter().map(|leak| emitted[leak.node as usize]).collect(),
            dry,
            settled: ran.settled,
            warnings: ran.warnings,
            at_s: ran.at_s,
        })
    }
}

/// What a run came to.
struct Ran {
    at_s: u64,
    warnings: Vec<Warning>,
    settled: bool,
}

/// A change that was made, as it is taken back.
enum Undo {
    Demand(i32, i32, f64),
    Draw(u32, i32),
    Emitter(i32, f64),
    Exponent(f64),
    Backflow(f64),
    Status(i32, f64),
    Setting(i32, f64),
    Check(i32),
    Control(i32),
    Model(DemandModelInfo),
}

struct Laid<'p> {
    plant: &'p Plant,
    undo: Vec<Undo>,
}

impl Laid<'_> {
    /// Lays what is different over the project; which nodes are dry.
    fn lay(&mut self, what: &WhatIf) -> Result<Vec<bool>, HydraulicsError> {
        let plant = self.plant;
        let engine = &plant.engine;
        let dry = plant.dry(&what.shut)?;
        for link in &what.shut {
            self.shut(plant.link_at[*link as usize])?;
        }
        // Nobody draws where nothing comes; left as they are, the engine would find absurd heads there.
        for node in (0..dry.len()).filter(|at| dry[*at] && plant.nodes[*at].sort == Sort::Junction) {
            let at = plant.node_at[node];
            for number in 1..=engine.get_demand_count(at)? {
                let base = engine.get_base_demand(at, number)?;
                if base != 0.0 {
                    engine.set_base_demand(at, number, 0.0)?;
                    self.undo.push(Undo::Demand(at, number, base));
                }
            }
        }
        let draws = |node: u32| !dry[node as usize] && plant.nodes[node as usize].sort == Sort::Junction;
        for (node, l_s) in what.draws.iter().filter(|(node, _)| draws(*node)) {
            let number = plant.add_draw(*node, *l_s)?;
            self.undo.push(Undo::Draw(*node, number));
        }
        if !what.leaks.is_empty() {
            self.leaks(what)?;
        }
        let model = match what.demand {
            Demand::AsModelled => None,
            Demand::Fixed => Some((DemandModel::Dda, 0.0, 0.1, 0.5)),
            Demand::PressureDriven { minimum_m, required_m, exponent } => {
                Some((DemandModel::Pda, minimum_m, required_m, exponent))
            }
        };
        if let Some((demand_type, pressure_min, pressure_required, pressure_exponent)) = model {
            self.undo.push(Undo::Model(engine.get_demand_model()?));
            let model = DemandModelInfo { demand_type, pressure_min, pressure_required, pressure_exponent };
            engine.set_demand_model(model)?;
        }
        Ok(dry)
    }

    fn shut(&mut self, at: i32) -> Result<(), HydraulicsError> {
        let engine = &self.plant.engine;
        let mut kind = engine.get_link_type(at)?;
        if kind == LinkType::CvPipe {
            // The engine sets no status of a pipe with a check valve.
            engine.set_link_type(at, LinkType::Pipe, ActionCodeType::Unconditional)?;
            self.undo.push(Undo::Check(at));
            kind = LinkType::Pipe;
        }
        let status = engine.get_link_value(at, LinkProperty::InitStatus)?;
        let setting = engine.get_link_value(at, LinkProperty::InitSetting)?;
        engine.set_link_value(at, LinkProperty::InitStatus, 0.0)?;
        // An active valve is active again by its setting alone.
        let active = status > 1.5 && kind != LinkType::Pipe;
        self.undo.push(if active { Undo::Setting(at, setting) } else { Undo::Status(at, status) });
        for number in 1..=engine.get_count(CountType::ControlCount)? {
            let mut control = engine.get_control(number)?;
            if control.link_index == at && control.enabled {
                control.enabled = false;
                control.update()?;
                self.undo.push(Undo::Control(number));
            }
        }
        Ok(())
    }

    fn leaks(&mut self, what: &WhatIf) -> Result<(), HydraulicsError> {
        let plant = self.plant;
        let engine = &plant.engine;
        let exponent = engine.get_option(EngineOption::EmitExpon)?;
        if (exponent - 0.5).abs() > 1e-6 {
            if engine.get_node_values(NodeProperty::Emitter)?.iter().any(|emitter| *emitter > 0.0) {
                return Err(HydraulicsError::OtherEmitters { exponent });
            }
            engine.set_option(EngineOption::EmitExpon, 0.5)?;
            self.undo.push(Undo::Exponent(exponent));
        }
        // A hole draws nothing in at the heads that such models find.
        self.undo.push(Undo::Backflow(engine.get_option(EngineOption::EmitBackflow)?));
        engine.set_option(EngineOption::EmitBackflow, 0.0)?;
        for leak in &what.leaks {
            let at = plant.node_at[leak.node as usize];
            let before = engine.get_node_value(at, NodeProperty::Emitter)?;
            engine.set_node_value(at, NodeProperty::Emitter, before + leak.emitter())?;
            self.undo.push(Undo::Emitter(at, before));
        }
        Ok(())
    }

    /// Takes everything away again, the last first.
    fn take_away(&mut self) -> Result<(), HydraulicsError> {
        let engine = &self.plant.engine;
        while let Some(change) = self.undo.pop() {
            match change {
                Undo::Demand(at, number, base) => engine.set_base_demand(at, number, base)?,
                Undo::Draw(node, number) => self.plant.drop_draw(node, number)?,
                Undo::Emitter(at, before) => engine.set_node_value(at, NodeProperty::Emitter, before)?,
                Undo::Exponent(before) => engine.set_option(EngineOption::EmitExpon, before)?,
                Undo::Backflow(before) => engine.set_option(EngineOption::EmitBackflow, before)?,
                Undo::Status(at, before) => engine.set_link_value(at, LinkProperty::InitStatus, before.min(1.0))?,
                Undo::Setting(at, before) => engine.set_link_value(at, LinkProperty::InitSetting, before)?,
                Undo::Check(at) => {
                    engine.set_link_type(at, LinkType::CvPipe, ActionCodeType::Unconditional)?;
                }
                Undo::Control(number) => {
                    let mut control = engine.get_control(number)?;
                    control.enabled = true;
                    control.update()?;
                }
                Undo::Model(model) => engine.set_demand_model(model)?,
            }
        }
        Ok(())
    }
}

impl Drop for Laid<'_> {
    /// Where laying failed half-way, what was laid is taken away all the same.
    fn drop(&mut self) {
        let _ = self.take_away();
    }
}
