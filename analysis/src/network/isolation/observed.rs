//! What the records tell of valves: the last that was seen of each by the end of a day.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use spatial_db::model::{ParkSnapshot, ValveObservation};

use super::ValveState;

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

/// By key: how each valve stood when it was last seen, by the end of a day (UTC).
pub fn observed_on(park: &ParkSnapshot, on: NaiveDate) -> HashMap<&str, Observed<'_>> {
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
    use crate::network::answers::{IsolationRows, Network};
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
}
