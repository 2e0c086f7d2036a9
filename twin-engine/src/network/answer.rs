//! Answers to questions of the networks, made off the frame: an overlay, tables, and places to look at.
//!
//! The verdicts are those of `analysis::network`, by the functions that `twin trace`, `twin clearance` and `twin permit` use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use analysis::network::Settings;
use analysis::network::answers::{Answer, AnswerError, IsolationRows, Network};
use analysis::network::clearance::{Clearance, ClearanceRules, Findings, Room, Verdict as Near};
use analysis::network::found::{clearance_overlay, isolation_overlay, trace_overlay};
use analysis::network::permit::{Permit, check_pit, permit};
use analysis::network::profile::Profile;
use analysis::network::sheets::{Part, clearance_sheet, verdicts_note};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The network has none.
    Network(AnswerError),
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

/// Tells how far an answer is, and stops it at the next stage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<(AtomicUsize, AtomicBool)>);

impl Watch {
    /// How far it is.
    pub(crate) fn stage(&self) -> Stage {
        match self.0.0.load(Ordering::Relaxed) {
            0 => Stage::Joining,
            1 => Stage::Asking,
            _ => Stage::Telling,
        }
    }

    /// Stops it: what is under way ends at its next stage.
    pub(crate) fn stop(&self) {
        self.0.1.store(true, Ordering::Relaxed);
    }

    /// Comes to a stage; `None` where nobody wants it any more.
    fn at(&self, stage: Stage, wake: Option<&Wake>) -> Option<()> {
        self.0.0.store(stage as usize, Ordering::Relaxed);
        if let Some(wake) = wake {
            wake.wake();
        }
        (!self.0.1.load(Ordering::Relaxed)).then_some(())
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
        self.ask(&network, &joint, settings).map(|found| found.map_err(Refused::Network))
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
            Question::Near | Question::Planned(_) | Question::Dig { .. } => return None,
        })
    }

    fn traced(&self, network: &Network<'_>, parts: &[(u32, Part)], answer: Answer) -> Found {
        let Answer { sheet, told } = answer;
        let (title, notes) = (sheet.title.clone(), sheet.notes.clone());
        let overlay = trace_overlay(self.park(), &network.topology, parts, title, self.day(), notes);
        self.found(overlay, vec![Table { list: List::Lines, sheet }], told)
    }

    fn reach(&self, network: &Network<'_>, from: &str, way: Way) -> Result<Found, AnswerError> {
        let from_keys = [from.to_owned()];
        let reach = network.reach(&from_keys, way)?;
        let answer = network.trace(&from_keys, way)?;
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
        let links = network.route(from, to)?.links;
        let parts: Vec<_> = links.iter().map(|link| (*link, Part::Reached)).collect();
        let profile = self.profile(network, (from, Some(to)), Way::Downstream);
        Ok(Found { profile, ..self.traced(network, &parts, network.path(from, to)?) })
    }

    fn loops(&self, network: &Network<'_>) -> Found {
        let rings = network.topology.rings();
        let parts: Vec<_> = rings.iter().flat_map(|ring| &ring.links).map(|link| (*link, Part::Looped)).collect();
        self.traced(network, &parts, network.loops())
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
                Table { list: List::Steps, sheet: sheet(IsolationRows::Steps) },
                Table { list: List::Lines, sheet: sheet(IsolationRows::Lines) },
                Table { list: List::Buildings, sheet: sheet(IsolationRows::Buildings) },
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
        Some(Ok(self.findings(rules, findings, None)))
    }

    fn planned(&self, line: NetworkEdge) -> Option<Answered> {
        let rules = &RuleTables::in_force().clearance;
        self.stage(Stage::Asking)?;
        let findings = Room::of(self.park(), &self.there, rules).planned(&line);
        self.stage(Stage::Telling)?;
        Some(Ok(self.findings(rules, findings, Some(line))))
    }

    fn findings(&self, rules: &ClearanceRules, findings: Findings, planned: Option<NetworkEdge>) -> Found {
        let count = |verdict| findings.found.iter().filter(|one| one.verdict == verdict).count();
        let counts = [count(Near::Violated), count(Near::Possible), count(Near::Unknown), findings.clear];
        let notes = vec![verdicts_note(counts)];
        let overlay = clearance_overlay(self.park(), rules, &findings, self.day(), notes.clone());
        let overlay = with_lengths(self.park(), overlay);
        let sheet = clearance_sheet(self.park(), rules, &findings.found, planned.as_ref(), notes);
        let told = serde_json::json!({
            "violated": counts[0], "possible": counts[1], "unknown": counts[2], "clear": counts[3],
        });
        let dimensions = findings.found.iter().map(|one| dimension(self.park(), planned.as_ref(), one)).collect();
        Found {
            near: findings.found,
            dimensions,
            planned,
            ..self.found(overlay, vec![Table { list: List::Near, sheet }], told)
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
        let tables = permit.tables().into_iter().map(|sheet| Table { list: List::Titled, sheet }).collect();
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
pub(super) mod tests {
    use analysis::network::isolation::ValveState;
    use spatial_db::model::{FeatureKind, NetworkClass, NetworkNode, NodeKind, Provenance};

    use super::*;
    use crate::TwinInput;
    use crate::fixture::{self, CORNER};
    use crate::scene::SceneGeometry;
    use crate::text::Language;

    /// The tiny park with a water network: s ─ v1 ─ h ─ v2 ─ c beside the southern halls, a loop at c, and drains that fall to o.
    pub(in crate::network) fn piped() -> TwinInput {
        let mut input = fixture::tiny();
        let mut park = (*input.snapshot).clone();
        let (first_edge, first_node) = (park.edges[0].clone(), park.nodes[0].clone());
        let node = |id: i64, name: &str, kind, class, dx: f64, dy: f64, z: f64| NetworkNode {
            id: FeatureId::new(FeatureKind::NetworkNode, 100 + id),
            provenance: Provenance::keyed(name),
            class,
            kind,
            position: [CORNER.0 + dx, CORNER.1 + dy, z],
            subtype: None,
            ..first_node.clone()
        };
        let (water, drain) = (NetworkClass::Water, NetworkClass::Drainage);
        park.nodes = vec![
            node(1, "s", NodeKind::Source, water, 0.0, 30.0, 3.0),
            node(2, "v1", NodeKind::Valve, water, 20.0, 30.0, 3.0),
            node(3, "h", NodeKind::Hydrant, water, 55.0, 30.0, 3.0),
            node(4, "v2", NodeKind::Valve, water, 120.0, 30.0, 3.0),
            node(5, "c", NodeKind::Connection, water, 170.0, 30.0, 3.0),
            node(6, "d", NodeKind::Junction, water, 220.0, 30.0, 3.0),
            node(7, "a", NodeKind::Manhole, drain, 30.0, 128.0, 3.0),
            node(8, "b", NodeKind::Manhole, drain, 90.0, 128.0, 2.5),
            node(9, "o", NodeKind::Outfall, drain, 90.0, 20.0, 2.0),
        ];
        let at = |name: &str| park.nodes.iter().find(|n| n.provenance.key == name).unwrap().position;
        let edge = |id: i64, class, from: &str, to: &str, bend: f64| {
            let (a, b) = (at(from), at(to));
            let middle = [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1]) + bend, f64::midpoint(a[2], b[2])];
            NetworkEdge {
                id: FeatureId::new(FeatureKind::NetworkEdge, 100 + id),
                provenance: Provenance::keyed(format!("{from}{to}{id}")),
                class,
                from_key: Some(from.into()),
                to_key: Some(to.into()),
                path: vec![a, middle, b],
                ..first_edge.clone()
            }
        };
        park.edges = vec![
            edge(1, water, "s", "v1", 0.0),
            edge(2, water, "v1", "h", 0.0),
            edge(3, water, "h", "v2", 0.0),
            edge(4, water, "v2", "c", 0.0),
            edge(5, water, "c", "d", 0.0),
            edge(6, water, "c", "d", 8.0),
            edge(7, drain, "a", "b", 0.0),
            edge(8, drain, "b", "o", 0.0),
        ];
        input.snapshot = Arc::new(park);
        input
    }

    pub(in crate::network) fn asked(input: &TwinInput, question: Question, told: Told) -> Asked {
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let there = Presence::on(&input.snapshot, "2024-06-30".parse().unwrap());
        Asked {
            question,
            told,
            picker: Arc::new(Picker::new(&input.snapshot, &geometry)),
            there: Arc::new(there),
            version: 1,
            words: Text::of(Language::English),
            watch: Watch::default(),
            wake: None,
        }
    }

    pub(in crate::network) fn answer(question: Question) -> Found {
        asked(&piped(), question, Told::new()).answer(&Joints::default()).unwrap().unwrap()
    }

    fn keys(found: &Found, class: &str) -> Vec<String> {
        let park = piped().snapshot;
        let Some(at) = found.overlay.classes.iter().position(|c| c.label.as_str().starts_with(class)) else {
            return Vec::new();
        };
        let of = |id: FeatureId| found.overlay.verdicts.get(&id).is_some_and(|verdict| verdict.class == at);
        let edges = park.edges.iter().filter(|edge| of(edge.id)).map(|edge| edge.provenance.key.clone());
        let nodes = park.nodes.iter().filter(|node| of(node.id)).map(|node| node.provenance.key.clone());
        let buildings = park.buildings.iter().filter(|one| of(one.id)).map(|one| one.provenance.key.clone());
        edges.chain(nodes).chain(buildings).collect()
    }

    #[test]
    fn a_trace_goes_with_the_flow_and_what_a_ring_leaves_open_is_perhaps() {
        let (water, drain) = (NetworkClass::Water, NetworkClass::Drainage);
        let reach = |class, from: &str, way| answer(Question::Reach { class, from: from.into(), way });
        let down = reach(water, "hv23", Way::Downstream);
        assert_eq!(keys(&down, "reached"), ["hv23", "v2c4"]);
        assert_eq!(keys(&down, "perhaps"), ["cd5", "cd6"]);
        assert_eq!(down.tables[0].sheet.rows.len(), 4);
        let sewer = reach(drain, "a", Way::Downstream);
        assert_eq!(keys(&sewer, "reached"), ["ab7", "bo8"]);
        assert_eq!(sewer.profile.unwrap().runs.len(), 2);
        assert_eq!(keys(&reach(drain, "bo8", Way::Upstream), "reached"), ["ab7", "bo8"]);
        assert_eq!(keys(&answer(Question::Loops { class: water }), "on a loop"), ["cd5", "cd6"]);
        let source = answer(Question::Source { class: water, from: "c".into() });
        assert_eq!(keys(&source, "reached"), ["sv11", "v1h2", "hv23", "v2c4"]);
        let outfall = answer(Question::Source { class: drain, from: "a".into() });
        assert_eq!(keys(&outfall, "reached"), ["ab7", "bo8"]);
        let path = answer(Question::Path { class: water, from: "h".into(), to: "d".into() });
        assert_eq!((path.profile.as_ref().unwrap().runs.len(), keys(&path, "reached")[0].as_str()), (3, "hv23"));
    }

    #[test]
    fn a_break_numbers_the_valves_and_colours_who_is_dry_and_a_stuck_valve_makes_it_larger() {
        let question = Question::Break { class: NetworkClass::Water, at: "hv23".into() };
        let found = answer(question.clone());
        assert_eq!(found.close.iter().map(|valve| valve.key.as_str()).collect::<Vec<_>>(), ["v1", "v2"]);
        assert_eq!(keys(&found, "shut off"), ["v1h2", "hv23"]);
        assert_eq!(keys(&found, "without supply"), ["v2c4", "cd5", "cd6"]);
        assert_eq!(keys(&found, "hydrant without"), ["h"]);
        assert_eq!(keys(&found, "connection without"), ["c"]);
        assert!(!keys(&found, "building without").is_empty(), "the halls beside it hang on it");
        assert_eq!(
            found.tables.iter().map(|table| table.list).collect::<Vec<_>>(),
            [List::Steps, List::Lines, List::Buildings]
        );
        assert_eq!(found.told["close"], serde_json::json!(["v1", "v2"]));
        let told = Told::from([("v2".to_owned(), ValveState::StuckOpen)]);
        let stuck = asked(&piped(), question, told).answer(&Joints::default()).unwrap().unwrap();
        assert_eq!(stuck.close.iter().map(|valve| valve.key.as_str()).collect::<Vec<_>>(), ["v1"]);
        assert_eq!(keys(&stuck, "shut off").len(), 5);
        assert_eq!(keys(&stuck, "cannot be closed"), ["v2"]);
    }

    #[test]
    fn a_place_that_is_gone_is_told_and_a_stopped_answer_is_none() {
        let gone = Question::Reach { class: NetworkClass::Water, from: "x".into(), way: Way::Connected };
        let asked = asked(&piped(), gone, Told::new());
        let refused = asked.answer(&Joints::default()).unwrap().unwrap_err();
        assert!(matches!(refused, Refused::Network(AnswerError::NoSuchPlace { ref key, .. }) if key == "x"));
        asked.watch.stop();
        assert_eq!(asked.answer(&Joints::default()), None);
    }

    #[test]
    fn clearances_have_a_row_each_and_a_pit_tells_what_it_meets() {
        let near = answer(Question::Near);
        assert_eq!(near.near.len(), near.tables[0].sheet.rows.len());
        assert!(near.overlay.classes.iter().all(|class| class.measure.is_some()), "with their lengths");
        assert!(!near.near.is_empty(), "the drain passes under the main, and neither survey is sure of its height");
        let (x, y) = CORNER;
        let outline = vec![[x + 40.0, y + 25.0], [x + 60.0, y + 25.0], [x + 60.0, y + 35.0], [x + 40.0, y + 35.0]];
        let pit = answer(Question::Dig { outline, floor_m: 1.0, caution_m: 1.0 });
        assert_eq!(keys(&pit, "in the pit"), ["v1h2", "hv23"]);
        assert_eq!((pit.tables.len(), pit.figures.len()), (4, 6));
        assert_eq!(pit.permit.unwrap().met.nodes.len(), 1, "the hydrant's foot");
    }
}
