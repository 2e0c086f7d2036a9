//! Questions of a person about one network, by the keys of lines and points, and the answers as reports: for the command and the
//! window alike.

mod error;
mod isolate;
mod joined;
mod notes;
mod side;
mod told;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use spatial_db::model::{NetworkClass, NetworkNode, ParkSnapshot, Presence};

use super::barriers::{Along, Barrier, Barriers};
use super::isolation::{Gear, Valve, ValveState, Valves};
use super::sheets::{Part, doubts_sheet, is_end, lines_sheet};
use super::topology::{Anew, Flows, Topology};
use super::trace::{Fed, Reach, Ring, Route, Start, Way};
use super::{Settings, sheets};
use crate::sheet::Sheet;
use crate::words;
use crate::words::Words;
pub use error::AnswerError;
pub use joined::Joined;
pub use told::{Told, valves_told};

/// Which rows a report on an isolation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationRows {
    /// Valves, and the hydrants and connections that lose supply.
    Steps,
    /// Lines shut off or without supply.
    Lines,
    /// Buildings without supply.
    Buildings,
}

/// A report, and what it rests on for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The report.
    pub sheet: Sheet,
    /// Numbers and keys beside its rows.
    pub told: Value,
}

/// Whether the record of a valve itself says that it is closed, as those of model files do, or that of a valve or switch that it lets
/// nothing pass when all is well. A closed switch is another thing: through it current flows.
fn is_recorded_closed(node: &NetworkNode, settings: &Settings) -> bool {
    let status = node.provenance.attributes.get("status").and_then(Value::as_str);
    let closed = Gear::of(node) == Gear::Valve && status.is_some_and(|status| status.eq_ignore_ascii_case("closed"));
    closed || settings.normally_shut(node)
}

/// A network made ready to be asked.
#[derive(Debug)]
pub struct Network<'p> {
    /// The park.
    pub park: &'p ParkSnapshot,
    /// What was there.
    pub there: &'p Presence,
    /// Tolerances and words.
    pub settings: &'p Settings,
    /// The graph.
    pub topology: Arc<Topology>,
    /// Directions.
    pub flows: Arc<Flows>,
    /// Valves.
    pub valves: Arc<Valves>,
    /// What was joined anew, where the network was there before a change.
    pub anew: Option<Anew>,
    /// Valves and switches whose state is on record, with when they were last seen.
    pub on_record: Vec<(&'p NetworkNode, super::isolation::Observed<'p>)>,
    /// Valves and switches whose state was told with the question, which goes before what is on record.
    pub told_here: Vec<(&'p NetworkNode, ValveState)>,
    told: HashMap<String, ValveState>,
    barriers: Barriers,
}

impl<'p> Network<'p> {
    /// The network of a class, with what is told of its valves by key.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchValve`], [`AnswerError::ShutsNothing`].
    pub fn of(
        park: &'p ParkSnapshot,
        there: &'p Presence,
        class: NetworkClass,
        settings: &'p Settings,
        told: HashMap<String, ValveState>,
    ) -> Result<Self, AnswerError> {
        Self::told(park, there, settings, Joined::of(park, there, class, settings), told)
    }

    /// A network that was put together of the same park on the same day, with what is told of its valves by key.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchValve`], [`AnswerError::ShutsNothing`].
    pub fn told(
        park: &'p ParkSnapshot,
        there: &'p Presence,
        settings: &'p Settings,
        joined: Joined,
        mut told: HashMap<String, ValveState>,
    ) -> Result<Self, AnswerError> {
        let Joined { topology, flows, valves, lines, checks, anew } = joined;
        let class = topology.class;
        let key_of = |valve: &Valve| park.nodes[valve.node as usize].provenance.key.as_str();
        // What lets pass one way, or at a lower pressure, is no shut-off valve, but may stand closed.
        let takes = |key: &str, state: ValveState| {
            valves.shut.iter().any(|valve| key_of(valve) == key)
                || state != ValveState::StuckOpen && valves.passing(&topology).any(|valve| key_of(valve) == key)
        };
        let mut unknown: Vec<&String> =
            told.iter().filter(|(key, state)| !takes(key, **state)).map(|(key, _)| key).collect();
        unknown.sort_unstable();
        if let Some(key) = unknown.first() {
            let (key, class) = ((*key).clone(), class.as_str());
            // What is there but parts no way is not to be looked for elsewhere.
            let there = valves.others.iter().any(|valve| key_of(valve) == key);
            return Err(if there {
                AnswerError::ShutsNothing { key, class }
            } else {
                AnswerError::NoSuchValve { key, class }
            });
        }
        let mut told_here: Vec<(&'p NetworkNode, ValveState)> = Vec::new();
        for valve in valves.shut.iter().chain(valves.passing(&topology)) {
            let state = told.get(key_of(valve));
            told_here.extend(state.map(|state| (&park.nodes[valve.node as usize], *state)));
        }
        // What a person says of a valve goes before what is on record.
        let seen = super::isolation::observed_in(park, class, settings, there.on);
        for valve in valves.shut.iter().chain(valves.passing(&topology)) {
            let key = key_of(valve);
            if let Some(seen) = seen.get(key) {
                told.entry(key.to_owned()).or_insert(seen.state);
            } else if is_recorded_closed(&park.nodes[valve.node as usize], settings) {
                told.entry(key.to_owned()).or_insert(ValveState::Closed);
            }
        }
        let valves = valves.parting(&topology, park, &told).map_or(valves, Arc::new);
        let mut on_record: Vec<(&'p NetworkNode, super::isolation::Observed<'p>)> = Vec::new();
        for valve in &valves.shut {
            let node = &park.nodes[valve.node as usize];
            if let Some(seen) = seen.get(node.provenance.key.as_str()) {
                on_record.push((node, *seen));
            }
        }
        let mut at = vec![Barrier::Open; topology.junctions.len()];
        for valve in valves.shut.iter().chain(valves.passing(&topology)) {
            let barrier = match told.get(key_of(valve)) {
                Some(state) if state.is_shut() => Barrier::Shut,
                // Looked for and not found out: what stood on record before is no better known than that.
                Some(ValveState::Unknown) => Barrier::MayBeShut,
                _ => Barrier::Open,
            };
            let here = &mut at[valve.junction as usize];
            *here = (*here).max(barrier);
        }
        let barriers = Barriers::new(at, lines).with_checks(checks);
        Ok(Self { park, there, settings, topology, flows, valves, anew, on_record, told_here, told, barriers })
    }

    /// What stands in the way.
    pub const fn barriers(&self) -> &Barriers {
        &self.barriers
    }

    /// How many valves and switches let nothing pass by the record, and of how many nothing is known.
    pub fn standing(&self) -> [usize; 2] {
        let key_of = |valve: &&Valve| self.park.nodes[valve.node as usize].provenance.key.as_str();
        let told = |valve: &&Valve| self.told.get(key_of(valve));
        let is_told_here = |key: &str| self.told_here.iter().any(|(node, _)| node.provenance.key == key);
        let shut = self.valves.shut.iter().filter(|valve| told(valve).is_some_and(|state| state.is_shut()));
        let shut = shut.filter(|valve| !is_told_here(key_of(valve)));
        let unseen = self.valves.shut.iter().filter(|valve| told(valve).is_none());
        [shut.count(), unseen.count()]
    }

    fn starts(&self, keys: &[String]) -> Result<Vec<Start>, AnswerError> {
        let mut starts = Vec::new();
        for key in keys {
            starts.extend(self.topology.place_of(self.park, key)?);
        }
        Ok(starts)
    }

    /// A junction by the key of its node, or of the line that begins there.
    fn junction(&self, key: &str) -> Result<u32, AnswerError> {
        let starts = self.starts(&[key.to_owned()])?;
        Ok(match starts[0] {
            Start::Junction(junction) => junction,
            Start::Link(link) => self.topology.graph.ends(link)[0],
        })
    }

    fn keys(&self, junctions: &[u32]) -> Vec<&'p str> {
        let node = |junction: &u32| self.topology.node(self.park, *junction);
        junctions.iter().filter_map(node).map(|node| node.provenance.key.as_str()).collect()
    }

    /// Keys of the lines of links, each once.
    fn lines_of(&self, links: &[u32]) -> Vec<&'p str> {
        let mut rows: Vec<u32> = links.iter().map(|link| self.topology.links[*link as usize].edge).collect();
        rows.dedup();
        rows.into_iter().map(|row| self.park.edges[row as usize].provenance.key.as_str()).collect()
    }

    fn title(&self, what: Words) -> Words {
        words!("title-trace", "{class}: {what}", class = sheets::class(self.topology.class), what = what)
    }

    /// What a trace from places by key reaches.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn reach(&self, from: &[String], way: Way) -> Result<Reach, AnswerError> {
        let starts = self.starts(from)?;
        Ok(self.topology.trace(&self.flows, &starts, way, &self.barriers))
    }

    /// A trace.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn trace(&self, from: &[String], way: Way) -> Result<Answer, AnswerError> {
        Ok(self.trace_of(from, way, &self.reach(from, way)?))
    }

    /// A trace of which it is known what it reaches.
    pub fn trace_of(&self, from: &[String], way: Way, reach: &Reach) -> Answer {
        // What is reached for sure apart from what is reached perhaps.
        let perhaps = |junction: &u32| reach.perhaps_junctions.binary_search(junction).is_ok();
        let (unsure, sure): (Vec<u32>, Vec<u32>) = reach.junctions.iter().copied().partition(perhaps);
        let ends = |junctions: &[u32]| -> Vec<&'p str> {
            let row = |junction: &u32| self.topology.row_of(self.park, *junction, |node| is_end(node.kind));
            let key = |row: u32| self.park.nodes[row as usize].provenance.key.as_str();
            junctions.iter().filter_map(row).map(key).collect()
        };
        let (at_end, perhaps_at) = (ends(&sure), ends(&unsure));
        let (far, near): (Vec<u32>, Vec<u32>) = reach.ends.iter().copied().partition(perhaps);
        let listed = |keys: &[&str]| if keys.is_empty() { "–".to_owned() } else { keys.join(" ") };
        let from = from.join(" ");
        let what = match way {
            Way::Connected => words!("trace-connected", "what hangs together with {from}", from = from),
            Way::Upstream => words!("trace-upstream", "what flows to {from}", from = from),
            Way::Downstream => words!("trace-downstream", "where {from} flows", from = from),
        };
        let mut notes = self.notes();
        notes.push(words!(
            "note-reach",
            "{metres} m in {links} links, {perhaps} links perhaps; sources, tanks and outfalls reached: {ends}",
            metres = format!("{:.1}", reach.length_m),
            links = reach.links.len(),
            perhaps = reach.perhaps.len(),
            ends = listed(&at_end),
        ));
        if way != Way::Connected {
            notes.push(self.flow_note());
        }
        if !perhaps_at.is_empty() {
            notes.push(words!(
                "note-reach-perhaps",
                "reached perhaps, as a direction or the state of a valve or switch on the way is not known: {ends}",
                ends = listed(&perhaps_at),
            ));
        }
        let parts = reach.links.iter().map(|link| (*link, Part::Reached));
        let parts = parts.chain(reach.perhaps.iter().map(|link| (*link, Part::Perhaps)));
        let sheet = lines_sheet(self.park, &self.topology, parts, self.title(what), notes);
        let told = json!({
            "length_m": reach.length_m,
            "links": reach.links.len(),
            "perhaps": reach.perhaps.len(),
            "flow_basis": self.flows.basis,
            "flow_links": self.flow_links(),
            "reached": at_end,
            "perhaps_reached": perhaps_at,
            "ends": self.keys(&near),
            "perhaps_ends": self.keys(&far),
            "stopped_at": self.keys(&reach.stopped),
            "stopped_at_lines": self.lines_of(&reach.stopped_lines),
        });
        Answer { sheet, told }
    }

    /// The shortest way between two places.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn route(&self, from: &str, to: &str) -> Result<Route, AnswerError> {
        let (first, last) = (self.junction(from)?, self.junction(to)?);
        let route = self.topology.shortest(first, last, &self.barriers);
        route.ok_or_else(|| AnswerError::NoWay { from: from.to_owned(), to: to.to_owned() })
    }

    /// What a way from a place leads to in the end, by key: the nearest source or tank, of a sewer the outfall.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn nearest_end(&self, from: &str) -> Result<String, AnswerError> {
        let first = self.junction(from)?;
        // To an outfall as lines let pass, from a source against that.
        let (ends, along) = if self.topology.class == NetworkClass::Drainage {
            let all: Vec<u32> = (0..self.topology.junctions.len() as u32).collect();
            (self.topology.outfalls(self.park, &all), Along::With)
        } else {
            (self.topology.sources(self.park), Along::Against)
        };
        // Only those that can be reached at all are asked for a way: a search that fails goes through everything.
        let past = (&self.barriers, along);
        let about = self.topology.reach(&self.flows, &[Start::Junction(first)], Way::Connected, past);
        let near = ends.into_iter().filter(|end| about.junctions.binary_search(end).is_ok());
        let route = |end: u32| self.topology.shortest_along(first, end, &self.barriers, along);
        let far = near.filter_map(|end| Some((route(end)?.length_m, end)));
        let nearest = far.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let class = self.topology.class.as_str();
        let none = || AnswerError::NoSource { key: from.to_owned(), class };
        let node = nearest.and_then(|(_, end)| self.topology.node(self.park, end)).ok_or_else(none)?;
        Ok(node.provenance.key.clone())
    }

    /// The shortest way.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn path(&self, from: &str, to: &str) -> Result<Answer, AnswerError> {
        self.path_of(from, to, &self.route(from, to)?)
    }

    /// The shortest way, where it is known.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn path_of(&self, from: &str, to: &str, route: &Route) -> Result<Answer, AnswerError> {
        let mut notes = self.notes();
        notes.push(words!("note-path", "{metres} m", metres = format!("{:.1}", route.length_m)));
        let asked = [self.junction(from)?, self.junction(to)?];
        let passed = route.links.iter().flat_map(|link| self.topology.graph.ends(*link));
        let may_be_shut = |junction: &u32| self.barriers.may_be_shut(*junction) && !asked.contains(junction);
        let mut doubtful: Vec<u32> = passed.filter(may_be_shut).collect();
        doubtful.sort_unstable();
        doubtful.dedup();
        if !doubtful.is_empty() {
            notes.push(words!(
                "note-path-perhaps",
                "the way is open perhaps: nobody found out how what stands at {points} stands",
                points = self.keys(&doubtful).join(" "),
            ));
        }
        let what = words!("trace-path", "shortest way from {from} to {to}", from = from, to = to);
        let parts = route.links.iter().map(|link| (*link, Part::Reached));
        let sheet = lines_sheet(self.park, &self.topology, parts, self.title(what), notes);
        let key = |link: &u32| &self.park.edges[self.topology.links[*link as usize].edge as usize].provenance.key;
        let mut way: Vec<&String> = route.links.iter().map(key).collect();
        way.dedup();
        Ok(Answer { sheet, told: json!({ "length_m": route.length_m, "way": way }) })
    }

    /// Lines on loops.
    pub fn loops(&self) -> Answer {
        self.loops_of(&self.topology.rings())
    }

    /// Lines on loops, where those are known.
    pub fn loops_of(&self, rings: &[Ring]) -> Answer {
        let mut notes = self.notes();
        let independent: usize = rings.iter().map(|ring| ring.loops).sum();
        notes.push(words!(
            "note-loops",
            "{rings} meshed parts with {loops} independent loops",
            rings = rings.len(),
            loops = independent,
        ));
        let parts = rings.iter().flat_map(|ring| &ring.links).map(|link| (*link, Part::Looped));
        let what = words!("trace-loops", "lines that lie on loops");
        let sheet = lines_sheet(self.park, &self.topology, parts, self.title(what), notes);
        let ring = |ring: &Ring| json!({ "links": ring.links.len(), "loops": ring.loops, "length_m": ring.length_m });
        Answer { sheet, told: json!({ "rings": rings.iter().map(ring).collect::<Vec<_>>() }) }
    }

    /// The part of the network that a source feeds.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn part_fed(&self, source: &str) -> Result<Fed, AnswerError> {
        Ok(self.topology.fed(self.park, &self.flows, self.junction(source)?, &self.barriers))
    }

    /// What a source feeds.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn fed(&self, source: &str) -> Result<Answer, AnswerError> {
        Ok(self.fed_of(source, &self.part_fed(source)?))
    }

    /// What a source feeds, where it is known.
    pub fn fed_of(&self, source: &str, fed: &Fed) -> Answer {
        let others = self.keys(&fed.others);
        let mut notes = self.notes();
        notes.push(words!(
            "note-fed",
            "{metres} m; fed from {others} too",
            metres = format!("{:.1}", fed.reach.length_m),
            others = if others.is_empty() { "–".to_owned() } else { others.join(" ") },
        ));
        let perhaps = self.keys(&fed.perhaps_fed_from);
        if !fed.reach.perhaps.is_empty() || !perhaps.is_empty() {
            notes.push(words!(
                "note-fed-perhaps",
                "{count} links it feeds perhaps, and perhaps some is fed from {others}: nobody knows how a valve or switch stands, or which way a check valve lets pass",
                count = fed.reach.perhaps.len(),
                others = if perhaps.is_empty() { "–".to_owned() } else { perhaps.join(" ") },
            ));
        }
        let parts = fed.reach.links.iter().map(|link| (*link, Part::Reached));
        let parts = parts.chain(fed.reach.perhaps.iter().map(|link| (*link, Part::Perhaps)));
        let what = words!("trace-fed", "what {from} feeds", from = source);
        let sheet = lines_sheet(self.park, &self.topology, parts, self.title(what), notes);
        Answer {
            sheet,
            told: json!({
                "length_m": fed.reach.length_m,
                "perhaps": fed.reach.perhaps.len(),
                "also_fed_from": others,
                "perhaps_fed_from": perhaps,
            }),
        }
    }

    /// What was in doubt when lines were joined.
    pub fn doubts(&self) -> Answer {
        let what = words!("trace-topology", "what was in doubt when lines were joined");
        let mut notes = self.notes();
        notes.push(self.flow_note());
        let sheet = doubts_sheet(self.park, &self.topology, self.title(what), notes);
        let told = json!({
            "links": self.topology.links.len(),
            "junctions": self.topology.junctions.len(),
            "length_m": self.topology.length_m(),
            "joined_by_key": self.topology.joined[0],
            "joined_by_place": self.topology.joined[1],
            "flow_basis": self.flows.basis,
            "flow_links": self.flow_links(),
            "sources": self.keys(&self.topology.sources(self.park)),
            "valves": self.valves.shut.len(),
        });
        Answer { sheet, told }
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::NodeKind;

    use super::*;
    use crate::network::by_hand::{empty, keyed_edge, node};

    fn park() -> ParkSnapshot {
        let mut park = empty();
        let at = [("s", 0.0), ("v", 10.0), ("7", 20.0), ("h", 30.0)];
        park.nodes = at.iter().map(|(key, x)| node(key, NodeKind::Junction, [*x, 0.0, 5.0])).collect();
        (park.nodes[0].kind, park.nodes[1].kind, park.nodes[3].kind) =
            (NodeKind::Source, NodeKind::Valve, NodeKind::Hydrant);
        let line = |id: i64, from: usize| {
            let ([a, b], z) = ([at[from], at[from + 1]], 5.0);
            keyed_edge(id, Some(a.0), Some(b.0), vec![[a.1, 0.0, z], [b.1, 0.0, z]])
        };
        park.edges = vec![line(0, 0), line(1, 1), line(2, 2)];
        park.edges[2].provenance.key = "7".into();
        park
    }

    fn answered<T>(park: &ParkSnapshot, ask: impl FnOnce(&Network<'_>) -> T) -> T {
        let there = Presence::on(park, "2026-01-01".parse().unwrap());
        let settings = Settings::shipped();
        ask(&Network::of(park, &there, NetworkClass::Water, &settings, HashMap::new()).unwrap())
    }

    #[test]
    fn a_key_of_a_point_and_a_line_is_asked_back_and_can_be_told_apart() {
        let mut park = park();
        let place =
            |park: &ParkSnapshot, key: &str| answered(park, |network| network.topology.place_of(network.park, key));
        let error = place(&park, "7").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`7` names 2 lines and points of the water network; write one of: point:7, line:7"
        );
        assert_eq!(place(&park, "point:7"), Ok(vec![Start::Junction(2)]));
        assert_eq!(place(&park, "line:7"), Ok(vec![Start::Link(2)]));
        assert!(matches!(place(&park, "valve:7"), Err(AnswerError::NoSuchPlace { .. })));
        // Two lines of two layers; one of them taken away again.
        park.edges[1].provenance.key = "7".into();
        park.edges[1].provenance.layer = "old".into();
        let error = place(&park, "7").unwrap_err().to_string();
        assert!(error.ends_with("write one of: point:7, old:7, line:by hand:7"), "{error}");
        assert_eq!(place(&park, "old:7"), Ok(vec![Start::Link(1)]));
        assert_eq!(place(&park, "line:by hand:7"), Ok(vec![Start::Link(2)]));
        park.edges[1].valid_to = Some("2020-01-01".parse().unwrap());
        assert_eq!(
            answered(&park, |network| network.topology.place_of(network.park, "line:7").unwrap().len()),
            1,
            "what is gone is not meant"
        );
    }

    #[test]
    fn a_source_that_is_shut_off_with_the_break_is_told() {
        let park = park();
        let told = answered(&park, |network| network.isolate(&["e0".to_owned()], IsolationRows::Steps).unwrap());
        assert_eq!(told.told["sources_shut"], json!(["s"]));
        assert_eq!((&told.told["close"], &told.told["hydrants"]), (&json!(["v"]), &json!(["h"])));
        assert!(
            told.sheet
                .notes
                .iter()
                .any(|note| note.as_str().contains("feeding nothing") && note.as_str().ends_with('s'))
        );
        let told = answered(&park, |network| network.isolate(&["e1".to_owned()], IsolationRows::Steps).unwrap());
        assert_eq!(told.told["sources_shut"], json!([]));
    }

    #[test]
    fn criticality_leaves_open_what_no_source_tells() {
        use crate::sheet::Value as Cell;

        let mut park = park();
        let cells = |park: &ParkSnapshot| {
            let sheet = answered(park, |network| network.critical(false)).sheet;
            let hydrants = sheet.columns.iter().position(|column| column.name == "hydrants").unwrap();
            let cells: Vec<_> = sheet.rows.iter().map(|row| row.cells[hydrants].clone()).collect();
            (cells, sheet.notes.iter().any(|note| note.as_str().contains("is not known")))
        };
        assert_eq!(cells(&park), (vec![Cell::Whole(1), Cell::Whole(1), Cell::Whole(1)], false));
        park.nodes[0].kind = NodeKind::Junction;
        assert_eq!(cells(&park), (vec![Cell::Unknown, Cell::Unknown, Cell::Unknown], true));
    }

    #[test]
    fn outfalls_behind_a_line_of_unknown_direction_are_reached_perhaps() {
        let mut park = park();
        park.nodes.iter_mut().for_each(|node| node.kind = NodeKind::Manhole);
        park.nodes[3].kind = NodeKind::Outfall;
        park.nodes.iter_mut().for_each(|node| node.class = NetworkClass::Drainage);
        park.edges.iter_mut().for_each(|edge| edge.class = NetworkClass::Drainage);
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let settings = Settings::shipped();
        // All level: nothing tells which way.
        let network = Network::of(&park, &there, NetworkClass::Drainage, &settings, HashMap::new()).unwrap();
        let answer = network.trace(&["e0".to_owned()], Way::Downstream).unwrap();
        assert_eq!((&answer.told["reached"], &answer.told["perhaps_reached"]), (&json!([]), &json!(["h"])));
        assert_eq!((&answer.told["links"], &answer.told["perhaps"]), (&json!(1), &json!(2)));
    }
}
