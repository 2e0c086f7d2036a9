//! A network put together, and put together again where it changed.

use std::sync::Arc;

use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use crate::network::isolation::Valves;
use crate::network::settings::Settings;
use crate::network::topology::{Anew, Basis, Flows, Topology};

/// A network that is put together once, to be asked under one told state of its valves after another.
#[derive(Debug, Clone)]
pub struct Joined {
    pub(super) topology: Arc<Topology>,
    pub(super) flows: Arc<Flows>,
    pub(super) valves: Arc<Valves>,
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
        Self { topology: Arc::new(topology), flows: Arc::new(flows), valves: Arc::new(valves), anew }
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
