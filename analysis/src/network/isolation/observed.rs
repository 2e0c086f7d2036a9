//! What the records tell of valves: the last that was seen of each by the end of a day.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use spatial_db::model::{NetworkClass, ParkSnapshot, ValveObservation};

use super::ValveState;
use crate::network::settings::Settings;

/// How a valve stood when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observed<'p> {
    /// Its state.
    pub state: ValveState,
    /// When.
    pub seen: DateTime<Utc>,
    /// Who or what told it.
    pub source: &'p str,
}

impl From<&ValveObservation> for ValveState {
    /// Anything but closed lets pass.
    fn from(seen: &ValveObservation) -> Self {
        match (seen.open_fraction, seen.stuck) {
            (None, _) => Self::Unknown,
            (Some(open), false) if open > 0.0 => Self::Open,
            (Some(_), false) => Self::Closed,
            (Some(open), true) if open > 0.0 => Self::StuckOpen,
            (Some(_), true) => Self::StuckClosed,
        }
    }
}

/// How the valves of one network stood when they were last seen, by their keys. What is on record for `NETWORK:KEY` is of that network;
/// a bare key that valves of other networks have too names none of them.
pub fn observed_in<'p>(
    park: &'p ParkSnapshot,
    class: NetworkClass,
    settings: &Settings,
    on: NaiveDate,
) -> HashMap<&'p str, Observed<'p>> {
    let last = observed_on(park, on);
    let mut found: HashMap<&'p str, Observed<'p>> = HashMap::with_capacity(last.len());
    if last.is_empty() {
        return found;
    }
    let elsewhere = park.nodes.iter().filter(|node| node.class != class && settings.device(node).is_some());
    let elsewhere: HashSet<&str> = elsewhere.map(|node| node.provenance.key.as_str()).collect();
    let own = |told: &'p str| told.split_once(':').filter(|(of, _)| *of == class.as_str()).map(|(_, key)| key);
    let bare = last.iter().map(|(&told, &one)| (told, one)).filter(|(told, _)| !elsewhere.contains(*told));
    let named = last.iter().filter_map(|(&told, &one)| Some((own(told)?, one)));
    for (key, one) in bare.chain(named) {
        // Of one moment what names the network goes first.
        let kept = found.entry(key).or_insert(one);
        if one.seen >= kept.seen {
            *kept = one;
        }
    }
    found
}

/// By what it is kept under: how each valve stood when it was last seen, by the end of a day (UTC).
fn observed_on(park: &ParkSnapshot, on: NaiveDate) -> HashMap<&str, Observed<'_>> {
    let mut last: HashMap<&str, Observed<'_>> = HashMap::new();
    for seen in park.valve_states.iter().filter(|seen| seen.observed.date_naive() <= on) {
        let one = Observed { state: seen.into(), seen: seen.observed, source: &seen.source };
        last.entry(&seen.node_key)
            .and_modify(|last| *last = if one.seen >= last.seen { one } else { *last })
            .or_insert(one);
    }
    last
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use spatial_db::model::{NetworkClass, NodeKind, Presence};

    use super::*;
    use crate::network::Settings;
    use crate::network::answers::{AnswerError, IsolationRows, Network};
    use crate::network::by_hand::{empty, keyed_edge, node};
    use crate::network::trace::Way;

    fn seen(key: &str, at: &str, open: Option<f64>, stuck: bool) -> ValveObservation {
        let source = "walk of the district".into();
        ValveObservation { node_key: key.into(), observed: at.parse().unwrap(), open_fraction: open, stuck, source }
    }

    #[test]
    fn the_last_that_was_seen_by_a_day_counts() {
        let mut park = empty();
        park.valve_states = vec![
            seen("v", "2026-01-05T09:00:00Z", Some(0.0), false),
            seen("v", "2026-03-01T23:59:59Z", Some(0.3), true),
            // Told late, of an earlier day.
            seen("v", "2026-02-01T08:00:00Z", Some(1.0), false),
            seen("w", "2026-02-01T08:00:00Z", None, false),
            seen("x", "2026-02-01T08:00:00Z", Some(0.0), true),
        ];
        let on = |day: &str, key: &str| observed_on(&park, day.parse().unwrap()).get(key).map(|seen| seen.state);
        assert_eq!(on("2026-01-04", "v"), None);
        assert_eq!(on("2026-01-05", "v"), Some(ValveState::Closed));
        assert_eq!(on("2026-02-28", "v"), Some(ValveState::Open));
        assert_eq!(on("2026-03-01", "v"), Some(ValveState::StuckOpen));
        assert_eq!(
            [on("2026-03-01", "w"), on("2026-03-01", "x")],
            [Some(ValveState::Unknown), Some(ValveState::StuckClosed)]
        );
    }

    #[test]
    fn a_key_of_two_networks_names_neither_unless_the_network_is_told() {
        let mut park = empty();
        park.nodes = vec![node("v", NodeKind::Valve, [0.0; 3]), node("v", NodeKind::Valve, [9.0, 0.0, 0.0])];
        park.nodes[1].class = NetworkClass::Gas;
        let day = "2026-06-30".parse().unwrap();
        let settings = Settings::shipped();
        let of = |park: &ParkSnapshot, class| observed_in(park, class, &settings, day).get("v").map(|seen| seen.state);
        park.valve_states = vec![seen("v", "2026-03-01T08:00:00Z", Some(0.0), false)];
        assert_eq!([of(&park, NetworkClass::Water), of(&park, NetworkClass::Gas)], [None, None]);
        park.valve_states.push(seen("gas:v", "2026-02-01T08:00:00Z", Some(0.0), true));
        let told = [of(&park, NetworkClass::Water), of(&park, NetworkClass::Gas)];
        assert_eq!(told, [None, Some(ValveState::StuckClosed)]);
        // A manhole of that key is no valve: the bare key is enough.
        park.nodes[1].kind = NodeKind::Manhole;
        assert_eq!(of(&park, NetworkClass::Water), Some(ValveState::Closed));
    }

    /// s – v – a – w – h: what is on record stops traces and widens isolation, as of the day; what a person says goes first.
    #[test]
    fn traces_and_isolation_honour_what_is_on_record() {
        let mut park = empty();
        let kinds = [NodeKind::Source, NodeKind::Valve, NodeKind::Junction, NodeKind::Valve, NodeKind::Hydrant];
        let keys = ["s", "v", "a", "w", "h"];
        park.nodes = keys.iter().zip(kinds).map(|(key, kind)| node(key, kind, [0.0; 3])).collect();
        let line =
            |id: i64, from: &str, to: &str| keyed_edge(id, Some(from), Some(to), vec![[0.0; 3], [10.0, 0.0, 0.0]]);
        park.edges = (0..4).map(|at| line(at as i64, keys[at], keys[at + 1])).collect();
        park.valve_states = vec![
            seen("w", "2026-02-01T08:00:00Z", Some(0.0), false),
            seen("v", "2026-02-01T08:00:00Z", Some(1.0), true),
            // Of no valve of this network.
            seen("gas-1", "2026-02-01T08:00:00Z", Some(0.0), false),
        ];
        let settings = Settings::shipped();
        let asked = |day: &str, told: &[(&str, ValveState)]| {
            let there = Presence::on(&park, day.parse().unwrap());
            let told: HashMap<String, ValveState> = told.iter().map(|(k, s)| ((*k).to_owned(), *s)).collect();
            let network = Network::of(&park, &there, NetworkClass::Water, &settings, told).unwrap();
            let reached = network.reach(&["s".to_owned()], Way::Connected).unwrap().links.len();
            let plan = network.isolate(&["e1".to_owned()], IsolationRows::Steps).unwrap().told;
            (reached, plan["close"].clone(), plan["closed_already"].clone(), plan["cannot_be_closed"].clone())
        };
        let keys = |keys: &[&str]| serde_json::json!(keys);
        assert_eq!(asked("2026-01-31", &[]), (4, keys(&["v", "w"]), keys(&[]), keys(&[])), "nothing was seen yet");
        assert_eq!(asked("2026-02-01", &[]), (3, keys(&[]), keys(&["w"]), keys(&["v"])));
        let open = [("w", ValveState::Open), ("v", ValveState::Closed)];
        assert_eq!(asked("2026-02-01", &open), (1, keys(&["w"]), keys(&["v"]), keys(&[])), "a person knows better");
    }

    /// s – v – c – p – h with a check valve c and a reducing valve p: they part nothing but where they stand closed.
    #[test]
    fn check_and_reducing_valves_on_record_as_closed_let_nothing_pass() {
        let mut park = empty();
        let kinds = [NodeKind::Source, NodeKind::Valve, NodeKind::Valve, NodeKind::Valve, NodeKind::Hydrant];
        let keys = ["s", "v", "c", "p", "h"];
        park.nodes = keys.iter().zip(kinds).map(|(key, kind)| node(key, kind, [0.0; 3])).collect();
        (park.nodes[2].subtype, park.nodes[3].subtype) = (Some("止回阀".into()), Some("PRV-VALVE150".into()));
        // A gate valve, open, at the place of the check valve.
        park.nodes.push(node("g", NodeKind::Valve, [0.0; 3]));
        for (at, row) in park.nodes.iter_mut().enumerate() {
            row.position[0] = 10.0 * at as f64;
        }
        park.nodes[5].position = park.nodes[2].position;
        let line = |id: usize| {
            let ends = [id, id + 1].map(|at| park.nodes[at].position);
            keyed_edge(id as i64, Some(keys[id]), Some(keys[id + 1]), ends.to_vec())
        };
        park.edges = (0..4).map(line).collect();
        let settings = Settings::shipped();
        let asked = |states: &[ValveObservation], told: &[(&str, ValveState)], broken: &str| {
            let park = ParkSnapshot { valve_states: states.to_vec(), ..park.clone() };
            let there = Presence::on(&park, "2026-06-30".parse().unwrap());
            let told: HashMap<String, ValveState> = told.iter().map(|(k, s)| ((*k).to_owned(), *s)).collect();
            let network = Network::of(&park, &there, NetworkClass::Water, &settings, told)?;
            let reached = network.reach(&["s".to_owned()], Way::Connected)?.links.len();
            let plan = network.isolate(&[broken.to_owned()], IsolationRows::Steps)?.told;
            Ok::<_, AnswerError>((
                reached,
                plan["close"].clone(),
                plan["closed_already"].clone(),
                plan["hydrants"].clone(),
            ))
        };
        let keys = |keys: &[&str]| serde_json::json!(keys);
        let none = keys(&[]);
        let shut = |key: &str| seen(key, "2026-02-01T08:00:00Z", Some(0.0), false);
        assert_eq!(asked(&[], &[], "e2").unwrap(), (4, keys(&["g"]), none.clone(), keys(&["h"])));
        // Closed: a trace ends there, what is behind has nothing to lose, and a break before it is shut off by it.
        assert_eq!(asked(&[shut("p")], &[], "e2").unwrap(), (3, keys(&["g"]), keys(&["p"]), none.clone()));
        assert_eq!(asked(&[shut("p")], &[], "e3").unwrap(), (3, none.clone(), keys(&["p"]), none.clone()));
        // The check valve parts what the open gate valve at its place does not.
        assert_eq!(asked(&[shut("c")], &[], "e1").unwrap(), (2, keys(&["v"]), keys(&["c"]), none.clone()));
        // A person knows better than the record, and may say so of one that is on none.
        let open = [("p", ValveState::Open)];
        assert_eq!(asked(&[shut("p")], &open, "e2").unwrap(), (4, keys(&["g"]), none.clone(), keys(&["h"])));
        let closed = [("p", ValveState::Closed)];
        assert_eq!(asked(&[], &closed, "e2").unwrap(), (3, keys(&["g"]), keys(&["p"]), none));
        let error = asked(&[], &[("c", ValveState::StuckOpen)], "e2").unwrap_err();
        assert!(matches!(error, AnswerError::ShutsNothing { .. }), "it is not there to be closed: {error}");
        assert!(error.to_string().contains("--closed c"), "{error}");
        let error = asked(&[], &[("nowhere", ValveState::StuckOpen)], "e2").unwrap_err();
        assert!(matches!(error, AnswerError::NoSuchValve { .. }), "{error}");
    }

    /// An isolation goes by the closed one of two valves at a place, as a trace does, and a break at either is one on both its sides.
    #[test]
    fn of_two_valves_at_one_place_the_closed_one_parts() {
        let mut park = empty();
        let kinds = [NodeKind::Source, NodeKind::Valve, NodeKind::Valve, NodeKind::Hydrant, NodeKind::Valve];
        park.nodes = ["s", "u", "v", "h", "w"].iter().zip(kinds).map(|(key, kind)| node(key, kind, [0.0; 3])).collect();
        for (at, row) in park.nodes.iter_mut().enumerate() {
            row.position[0] = 10.0 * at as f64;
        }
        park.nodes[4].position = park.nodes[2].position;
        let line = |at: usize| {
            let ends = [at, at + 1].map(|at| park.nodes[at].position);
            keyed_edge(at as i64, None, None, ends.to_vec())
        };
        park.edges = (0..3).map(line).collect();
        let settings = Settings::shipped();
        let there = Presence::on(&park, "2026-06-30".parse().unwrap());
        let told = HashMap::from([("v".to_owned(), ValveState::Open), ("w".to_owned(), ValveState::Closed)]);
        let network = Network::of(&park, &there, NetworkClass::Water, &settings, told).unwrap();
        assert_eq!(network.reach(&["s".to_owned()], Way::Connected).unwrap().links.len(), 2);
        let plan = |broken: &str| {
            let told = network.isolate(&[broken.to_owned()], IsolationRows::Steps).unwrap().told;
            let lines = told["lines"].as_array().unwrap().len();
            (told["close"].clone(), told["closed_already"].clone(), lines)
        };
        let keys = |keys: &[&str]| serde_json::json!(keys);
        assert_eq!(plan("e2"), (keys(&[]), keys(&["w"]), 1));
        assert_eq!(plan("v"), (keys(&["u"]), keys(&[]), 2));
        assert_eq!(plan("w"), (keys(&["u"]), keys(&[]), 2));
    }

    /// As a model file has it: in the record of the valve itself, which gives way to what was seen.
    #[test]
    fn a_valve_recorded_as_closed_is_closed_until_somebody_saw_otherwise() {
        let mut park = empty();
        let kinds = [NodeKind::Source, NodeKind::Valve, NodeKind::Valve, NodeKind::Hydrant];
        let keys = ["s", "v", "p", "h"];
        park.nodes = keys.iter().zip(kinds).map(|(key, kind)| node(key, kind, [0.0; 3])).collect();
        let line = |at: usize| {
            let path = vec![[at as f64 * 10.0, 0.0, 0.0], [at as f64 * 10.0 + 10.0, 0.0, 0.0]];
            keyed_edge(at as i64, Some(keys[at]), Some(keys[at + 1]), path)
        };
        park.edges = (0..3).map(line).collect();
        park.nodes[2].subtype = Some("PRV".into());
        let settings = Settings::shipped();
        let reached = |park: &ParkSnapshot| {
            let there = Presence::on(park, "2026-06-30".parse().unwrap());
            let network = Network::of(park, &there, NetworkClass::Water, &settings, HashMap::new()).unwrap();
            (network.reach(&["s".to_owned()], Way::Connected).unwrap().links.len(), network.closed_valves().len())
        };
        assert_eq!(reached(&park), (3, 0));
        for (row, links) in [(2, 2), (1, 1)] {
            park.nodes[row].provenance.attributes.insert("status".into(), "CLOSED".into());
            assert_eq!(reached(&park), (links, 3 - row));
        }
        // A closed switch lets current pass.
        let mut power = park.clone();
        power.nodes[1].kind = NodeKind::Switch;
        power.nodes[2].kind = NodeKind::Switch;
        assert_eq!(reached(&power), (3, 0));
        park.valve_states = ["v", "p"].map(|key| seen(key, "2026-02-01T08:00:00Z", Some(1.0), false)).to_vec();
        assert_eq!(reached(&park), (3, 0));
    }
}
