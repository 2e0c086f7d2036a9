//! A network put together, and put together again where it changed.

use std::sync::Arc;

use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use crate::network::barriers::Passage;
use crate::network::isolation::Valves;
use crate::network::settings::Settings;
use crate::network::topology::{Anew, Basis, Flows, Topology};

/// A network that is put together once, to be asked under one told state of its valves after another.
#[derive(Debug, Clone)]
pub struct Joined {
    pub(super) topology: Arc<Topology>,
    pub(super) flows: Arc<Flows>,
    pub(super) valves: Arc<Valves>,
    pub(super) lines: Arc<[Passage]>,
    /// Junctions with a check valve of which nothing tells which way it lets pass.
    pub(super) checks: Arc<[u32]>,
    pub(super) anew: Option<Anew>,
}

impl Joined {
    /// The network of a class, of what was there.
    pub fn of(park: &ParkSnapshot, there: &Presence, class: NetworkClass, settings: &Settings) -> Self {
        Self::made(Topology::build(park, there, class, settings), None, park, settings)
    }

    /// The network of a park that changed, or of another day, from this one and what it was joined from: lines are joined anew only
    /// where something changed, as far as [`Topology::rebuilt`] can.
    #[must_use]
    pub fn rebuilt(&self, basis: &Basis, now: &Cache, there: &Presence, settings: &Settings) -> Self {
        let (topology, anew) = self.topology.rebuilt(basis, now, there, settings);
        Self::made(topology, Some(anew), now.snapshot(), settings)
    }

    fn made(topology: Topology, anew: Option<Anew>, park: &ParkSnapshot, settings: &Settings) -> Self {
        let valves = Valves::of(&topology, park, settings);
        let flows = topology.flows(park, settings);
        let (lines, checks) = topology.passages(park, &valves, &flows);
        Self {
            topology: Arc::new(topology),
            flows: Arc::new(flows),
            valves: Arc::new(valves),
            lines: lines.into(),
            checks: checks.into(),
            anew,
        }
    }

    /// The graph.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Directions.
    pub fn flows(&self) -> &Flows {
        &self.flows
    }

    /// Valves.
    pub fn valves(&self) -> &Valves {
        &self.valves
    }

    /// What was joined anew, where it was there before a change.
    pub fn anew(&self) -> Option<Anew> {
        self.anew
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::network::answers::Network;
    use crate::network::by_hand::{edge, empty};

    /// 60 lines of 10 m end to end.
    fn row() -> ParkSnapshot {
        let mut park = empty();
        let at = |id: i32| [f64::from(id) * 10.0, 0.0, 1.0];
        park.edges = (0..60).map(|id| edge(i64::from(id), vec![at(id), at(id + 1)])).collect();
        park
    }

    #[test]
    fn what_was_joined_anew_is_told_where_something_was() {
        let settings = Settings::shipped();
        let class = NetworkClass::Water;
        let before = row();
        let there = Presence::on(&before, "2026-01-01".parse().unwrap());
        let (joined, basis) =
            (Joined::of(&before, &there, class, &settings), Basis::of(&before, &there, class, &settings));
        let told = |now: ParkSnapshot| {
            let cache = Cache::build(Arc::new(now));
            let again = joined.rebuilt(&basis, &cache, &there, &settings);
            let anew = again.anew().unwrap();
            let network = Network::told(cache.snapshot(), &there, &settings, again, HashMap::new()).unwrap();
            let notes = network.doubts().sheet.notes;
            (anew.lines, notes.iter().any(|note| note.key() == Some("note-joined-anew")))
        };
        assert_eq!(told(row()), (0, false), "another version of the park with the same network in it");
        let mut moved = row();
        moved.edges[30].path[1][1] = 4.0;
        let (lines, said) = told(moved);
        assert!(lines > 0 && said, "{lines}");
    }
}
