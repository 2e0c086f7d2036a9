//! Answers to questions of the networks, made off the frame: an overlay, tables, and places to look at.
//!
//! The verdicts are those of `analysis::network`, by the functions that `twin trace`, `twin clearance` and `twin permit` use.

mod supply;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use analysis::network::Settings;
use analysis::network::answers::{Answer, AnswerError, IsolationRows, Network};
use analysis::network::capacity::CapacityError;
use analysis::network::clearance::{Clearance, ClearanceRules, Findings, Room, Verdict as Near, cover_of, fall_of};
use analysis::network::found::{clearance_overlay, isolation_overlay, trace_overlay};
use analysis::network::hydraulics::HydraulicsError;
use analysis::network::permit::{Permit, check_pit, permit};
use analysis::network::profile::Profile;
use analysis::network::sheets::{Part, clearance_sheet, cover_sheet, fall_sheet, own_notes, own_told, verdicts_note};
use analysis::network::trace::Way;
use analysis::overlay::{Overlay, Swatch};
use analysis::rules::RuleTables;
use analysis::sheet::Sheet;
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, NetworkEdge, ParkSnapshot, Presence};

use super::dimension::{Dimension, dimension};
use super::joints::{Joint, Joints, Of};
use super::pit;
use super::question::{Question, Told};
use crate::live::Wake;
use crate::pick::Picker;
use crate::text::Text;

/// A table of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// What it lists.
    pub list: List,
    /// Its rows.
    pub sheet: Sheet,
    /// The features of its rows, where they are of several kinds; else none, and the sheet tells them.
    pub ids: Vec<FeatureId>,
}

impl Table {
    /// A table whose sheet tells the features of its rows.
    fn new(list: List, sheet: Sheet) -> Self {
        Self { list, sheet, ids: Vec::new() }
    }
}

/// What a table lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Lines.
    Lines,
    /// Valves, and hydrants and connections without supply.
    Steps,
    /// Buildings without supply.
    Buildings,
    /// Clearances.
    Near,
    /// The parts of a way.
    Way,
    /// What is left as days go by.
    Days,
    /// What its title says.
    Titled,
}

/// A valve to close, in the order of the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbered {
    /// Its node.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Easting, northing, m.
    pub position: [f64; 2],
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// What is coloured.
    pub overlay: Overlay,
    /// Tables.
    pub tables: Vec<Table>,
    /// The answer for programs.
    pub told: serde_json::Value,
    /// Label and value of what is said before the tables.
    pub figures: Vec<(Words, Words)>,
    /// Valves to close: the first rows of the first table.
    pub close: Vec<Numbered>,
    /// Clearances, a row of the table each.
    pub near: Vec<Clearance>,
    /// Where each of them is measured.
    pub dimensions: Vec<Option<Dimension>>,
    /// The line that they are of, where it is planned.
    pub planned: Option<NetworkEdge>,
    /// What has to be known before digging.
    pub permit: Option<Permit>,
    /// The way of a trace, laid out flat.
    pub profile: Option<Profile>,
    /// State of the park and day that it holds for.
    pub of: Of,
}

impl Found {
    /// True where its rows are those of the park of this version.
    pub(crate) fn is_of(&self, park_version: u64) -> bool {
        self.of.0 == park_version
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refused {
    /// The network has none.
    Network(AnswerError),
    /// There are no pressures.
    Pressures(HydraulicsError),
    /// Nothing tells of a capacity there.
    Capacity(CapacityError),
    /// A planned line needs two places.
    NoLine,
    /// An outline that crosses itself, or a floor in the air.
    NoPit,
}

/// An answer, or why there is none.
pub(crate) type Answered = Result<Found, Refused>;

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Stage {
    /// Lines are joined.
    Joining,
    /// The network is asked.
    Asking,
    /// Tables and colours are made.
    Telling,
}

/// What a watch knows.
#[derive(Debug, Default)]
struct Progress {
    stage: AtomicUsize,
    /// Parts of a stage that are done, and how many there are; 0 where it has none.
    done: AtomicUsize,
    all: AtomicUsize,
    stopped: AtomicBool,
}

/// Tells how far an answer is, and stops it at the next stage or the next part of one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Progress>);

impl Watch {
    /// How far it is.
    pub(crate) fn stage(&self) -> Stage {
        match self.0.stage.load(Ordering::Relaxed) {
            0 => Stage::Joining,
            1 => Stage::Asking,
            _ => Stage::Telling,
        }
    }

    /// How many parts of the stage are done, and of how many, where it has parts.
    pub(crate) fn parts(&self) -> Option<(usize, usize)> {
        let all = self.0.all.load(Ordering::Relaxed);
        (all > 0).then(|| (self.0.done.load(Ordering::Relaxed), all))
    }

    /// Stops it: what is under way ends at its next stage or part.
    pub(crate) fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }

    /// Comes to a stage; `None` where nobody wants it any more.
    fn at(&self, stage: Stage, wake: Option<&Wake>) -> Option<()> {
        self.0.all.store(0, Ordering::Relaxed);
        self.0.stage.store(stage as usize, Ordering::Relaxed);
        self.told(wake).then_some(())
    }

    /// Comes to a part of the stage; false where nobody wants it any more.
    fn at_part(&self, (done, all): (usize, usize), wake: Option<&Wake>) -> bool {
        self.0.done.store(done, Ordering::Relaxed);
        self.0.all.store(all, Ordering::Relaxed);
        self.told(wake)
    }

    /// Wakes a resting window; false once stopped.
    fn told(&self, wake: Option<&Wake>) -> bool {
        if let Some(wake) = wake {
            wake.wake();
        }
        !self.0.stopped.load(Ordering::Relaxed)
    }
}

/// A question with everything that it is asked of.
#[derive(Clone)]
pub(crate) struct Asked {
    /// The question.
    pub question: Question,
    /// States of valves of its network.
    pub told: Told,
    /// The park, to be looked up.
    pub picker: Arc<Picker>,
    /// What was there.
    pub there: Arc<Presence>,
    /// State of the park.
    pub version: u64,
    /// Words of the overlay that `analysis` does not say.
    pub words: &'static Text,
    /// How far it is.
    pub watch: Watch,
    /// Wakes a resting window.
    pub wake: Option<Wake>,
}

impl Asked {
    /// The answer; `None` where it was stopped.
    pub(crate) fn answer(&self, joints: &Joints) -> Option<Answered> {
        match &self.question {
            Question::Near => self.near(),
            Question::Planned(planned) => {
                if planned.points.len() < 2 {
                    return Some(Err(Refused::NoLine));
                }
                self.planned(planned.line(self.park()))
            }
            Question::Dig { outline, floor_m, caution_m } => self.dig(outline, *floor_m, *caution_m),
            _ => self.network(joints),
        }
    }

    fn park(&self) -> &Arc<ParkSnapshot> {
        self.picker.cache().snapshot()
    }

    fn of(&self) -> Of {
        (self.version, self.day())
    }

    fn day(&self) -> NaiveDate {
        self.there.on
    }

    fn stage(&self, stage: Stage) -> Option<()> {
        self.watch.at(stage, self.wake.as_ref())
    }

    fn found(&self, overlay: Overlay, tables: Vec<Table>, told: serde_json::Value) -> Found {
        let overlay = Overlay { name: super::NAME.into(), ..overlay };
        Found {
            overlay,
            tables,
            told,
            figures: Vec::new(),
            close: Vec::new(),
            near: Vec::new(),
            dimensions: Vec::new(),
            planned: None,
            permit: None,
            profile: None,
            of: self.of(),
        }
    }

    fn network(&self, joints: &Joints) -> Option<Answered> {
        let class = self.question.class()?;
        let settings = &RuleTables::in_force().topology;
        self.stage(Stage::Joining)?;
        let joint = joints.of(self.of(), class, self.picker.cache(), &self.there, settings);
        self.stage(Stage::Asking)?;
        let told = self.told.iter().map(|(key, state)| (key.clone(), *state)).collect();
        let network = match Network::told(self.park(), &self.there, settings, joint.joined.clone(), told) {
            Ok(network) => network,
            Err(error) => return Some(Err(Refused::Network(error))),
        };
        match &self.question {
            Question::Pressure { press, driven } => self.pressures(&network, &joint, press, *driven),
            Question::Left { resource, of, by, .. } => self.left(&network, resource, of, *by),
            Question::Critical { everywhere, .. } => self.critical(&network, &joint, *everywhere).map(Ok),
            _ => self.ask(&network, &joint, settings).map(|found| found.map_err(Refused::Network)),
        }
    }

    fn ask(&self, network: &Network<'_>, joint: &Joint, settings: &Settings) -> Option<Result<Found, AnswerError>> {
        Some(match &self.question {
            Question::Reach { from, way, .. } => self.reach(network, from, *way),
            Question::Source { from, .. } => network.nearest_end(from).and_then(|end| self.way(network, from, &end)),
            Question::Path { from, to, .. } => self.way(network, from, to),
            Question::Loops { .. } => Ok(self.loops(network)),
            Question::Break { at, .. } => {
                let service = joint.service(self.park(), &self.there, settings);
                self.stage(Stage::Telling)?;
                self.broken(network, service, at)
            }
            Question::Fed { from, .. } => self.fed(network, from),
            // Answered elsewhere.
            Question::Critical { .. }
            | Question::Pressure { .. }
            | Question::Left { .. }
            | Question::Near
            | Question::Planned(_)
            | Question::Dig { .. } => return None,
        })
    }

    fn traced(&self, network: &Network<'_>, parts: &[(u32, Part)], answer: Answer) -> Found {
        let Answer { sheet, told } = answer;
        let (title, notes) = (sheet.title.clone(), sheet.notes.clone());
        let overlay = trace_overlay(self.park(), &network.topology, parts, title, self.day(), notes);
        self.found(overlay, vec![Table::new(List::Lines, sheet)], told)
    }

    fn reach(&self, network: &Network<'_>, from: &str, way: Way) -> Result<Found, AnswerError> {
        let from_keys = [from.to_owned()];
        let reach = network.reach(&from_keys, way)?;
        let answer = network.trace_of(&from_keys, way, &reach);
        let parts = reach.links.iter().map(|link| (*link, Part::Reached));
        let parts: Vec<_> = parts.chain(reach.perhaps.iter().map(|link| (*link, Part::Perhaps))).collect();
        let found = self.traced(network, &parts, answer);
        let profile = if way == Way::Connected { None } else { self.profile(network, (from, None), way) };
        Ok(Found { profile, ..found })
    }

    /// The way laid out flat, where there is one.
    fn profile(&self, network: &Network<'_>, ends: (&str, Option<&str>), way: Way) -> Option<Profile> {
        let in_force = RuleTables::in_force();
        let rules = (&in_force.clearance, &in_force.profile);
        network.profile(self.picker.cache(), ends, way, rules).ok()
    }

    fn way(&self, network: &Network<'_>, from: &str, to: &str) -> Result<Found, AnswerError> {
        let route = network.route(from, to)?;
        let parts: Vec<_> = route.links.iter().map(|link| (*link, Part::Reached)).collect();
        let profile = self.profile(network, (from, Some(to)), Way::Downstream);
        Ok(Found { profile, ..self.traced(network, &parts, network.path_of(from, to, &route)?) })
    }

    fn fed(&self, network: &Network<'_>, from: &str) -> Result<Found, AnswerError> {
        let fed = network.part_fed(from)?;
        let reach = &fed.reach;
        let parts = reach.links.iter().map(|link| (*link, Part::Reached));
        let parts: Vec<_> = parts.chain(reach.perhaps.iter().map(|link| (*link, Part::Perhaps))).collect();
        Ok(self.traced(network, &parts, network.fed_of(from, &fed)))
    }

    fn loops(&self, network: &Network<'_>) -> Found {
        let rings = network.topology.rings();
        let parts: Vec<_> = rings.iter().flat_map(|ring| &ring.links).map(|link| (*link, Part::Looped)).collect();
        self.traced(network, &parts, network.loops_of(&rings))
    }

    fn broken(
        &self,
        network: &Network<'_>,
        service: &analysis::network::isolation::Service,
        at: &str,
    ) -> Result<Found, AnswerError> {
        let keys = [at.to_owned()];
        let (told, mut found) = network.isolated(service, &keys, |with, plan, lost, others| {
            let sheet = |rows| network.isolation_sheet(with, (plan, lost, others), &keys, rows);
            let tables = vec![
                Table::new(List::Steps, sheet(IsolationRows::Steps)),
                Table::new(List::Lines, sheet(IsolationRows::Lines)),
                Table::new(List::Buildings, sheet(IsolationRows::Buildings)),
            ];
            let mut overlay = isolation_overlay(with, plan, lost, tables[0].sheet.title.clone(), self.day());
            let close: Vec<Numbered> = plan
                .close
                .iter()
                .map(|valve| {
                    let node = &self.park().nodes[network.valves.shut[*valve as usize].node as usize];
                    let [x, y, _] = node.position;
                    Numbered { id: node.id, key: node.provenance.key.clone(), position: [x, y] }
                })
                .collect();
            // They are numbered where they stand (`ui::network::marks`): a name beside the number would be in the way.
            for mark in &mut overlay.marks {
                if close.iter().any(|valve| valve.id == mark.feature) {
                    mark.label = None;
                }
            }
            Found { close, ..self.found(overlay, tables, serde_json::Value::Null) }
        })?;
        found.told = told;
        Ok(found)
    }

    fn near(&self) -> Option<Answered> {
        let rules = &RuleTables::in_force().clearance;
        self.stage(Stage::Asking)?;
        let findings = Room::of(self.park(), &self.there, rules).all();
        self.stage(Stage::Telling)?;
        Some(Ok(self.findings(rules, findings, None, Vec::new())))
    }

    fn planned(&self, line: NetworkEdge) -> Option<Answered> {
        let rules = &RuleTables::in_force().clearance;
        self.stage(Stage::Asking)?;
        let findings = Room::of(self.park(), &self.there, rules).planned(&line);
        self.stage(Stage::Telling)?;
        let (cover, fall) = (cover_of(self.picker.cache(), rules, &line), fall_of(rules, &line));
        let park = self.park();
        let covers = cover.as_ref().map(|one| cover_sheet(park, rules, &[*one], Some(&line), Vec::new()));
        let falls = fall.as_ref().map(|one| fall_sheet(park, rules, &[*one], Some(&line), Vec::new()));
        let notes = own_notes(rules, cover.as_ref(), fall.as_ref());
        let mut found = self.findings(rules, findings, Some(line), notes);
        found.tables.extend(covers.into_iter().chain(falls).map(|sheet| Table::new(List::Titled, sheet)));
        if let Some(told) = found.told.as_object_mut() {
            told.extend(own_told(rules, cover.as_ref(), fall.as_ref()));
        }
        Some(Ok(found))
    }

    fn findings(
        &self,
        rules: &ClearanceRules,
        findings: Findings,
        planned: Option<NetworkEdge>,
        own: Vec<Words>,
    ) -> Found {
        let count = |verdict| findings.found.iter().filter(|one| one.verdict == verdict).count();
        let counts = [count(Near::Violated), count(Near::Possible), count(Near::Unknown), findings.clear];
        let mut notes = vec![verdicts_note(counts, findings.no_rule)];
        notes.extend(own);
        let overlay = clearance_overlay(self.park(), rules, &findings, self.day(), notes.clone());
        let overlay = with_lengths(self.park(), overlay);
        let sheet = clearance_sheet(self.park(), rules, &findings.found, planned.as_ref(), notes);
        let told = serde_json::json!({
            "violated": counts[0], "possible": counts[1], "unknown": counts[2], "clear": counts[3],
            "no_rule": findings.no_rule,
        });
        let dimensions = findings.found.iter().map(|one| dimension(self.park(), planned.as_ref(), one)).collect();
        Found {
            near: findings.found,
            dimensions,
            planned,
            ..self.found(overlay, vec![Table::new(List::Near, sheet)], told)
        }
    }

    fn dig(&self, outline: &[[f64; 2]], floor_m: f64, caution_m: f64) -> Option<Answered> {
        self.stage(Stage::Asking)?;
        if check_pit(outline, None, caution_m).is_err() {
            return Some(Err(Refused::NoPit));
        }
        let in_force = RuleTables::in_force();
        let (rules, operators) = (&in_force.clearance, &in_force.operators);
        let permit = permit(self.picker.cache(), &self.there, rules, operators, outline, floor_m, caution_m);
        let tables = permit.tables().into_iter().map(|sheet| Table::new(List::Titled, sheet)).collect();
        let mut found = self.found(pit::overlay(&permit, self.words, self.day()), tables, pit::told(&permit));
        found.figures = permit.facts();
        found.permit = Some(permit);
        Some(Ok(found))
    }
}

/// The lengths of the lines of each class, km, each line as a whole, where the overlay says none.
fn with_lengths(park: &ParkSnapshot, mut overlay: Overlay) -> Overlay {
    let mut lengths_m = vec![0.0; overlay.classes.len()];
    for line in &park.edges {
        if let Some(verdict) = overlay.verdicts.get(&line.id) {
            lengths_m[verdict.class] += crate::inspect::length_m(&line.path);
        }
    }
    for (class, length_m) in overlay.classes.iter_mut().zip(lengths_m) {
        if class.swatch == Swatch::Line && class.measure.is_none() {
            class.measure = Some(format!("{:.2} km", length_m / 1000.0));
        }
    }
    overlay
}

#[cfg(test)]
pub(super) mod tests;
