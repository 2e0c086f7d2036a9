//! How valves and switches stood.

use chrono::SubsecRound;
use postgres::Transaction;

use super::{Store, StoreError, sql};
use crate::model::ValveObservation;

impl Store {
    /// Takes states of a park's valves in; one of the same valve and moment is replaced. Whether the keys name valves is left to
    /// the caller. Gives how many were new or changed.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn put_valve_states(&mut self, slug: &str, states: &[ValveObservation]) -> Result<u64, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let keys: Vec<&str> = states.iter().map(|state| state.node_key.as_str()).collect();
        // As exact as a package has them.
        let observed: Vec<_> = states.iter().map(|state| state.observed.trunc_subsecs(3)).collect();
        let open: Vec<Option<f64>> = states.iter().map(|state| state.open_fraction).collect();
        let stuck: Vec<bool> = states.iter().map(|state| state.stuck).collect();
        let sources: Vec<&str> = states.iter().map(|state| state.source.as_str()).collect();
        self.client
            .execute(sql::VALVE_STATES_PUT, &[&park_id, &keys, &observed, &open, &stuck, &sources])
            .map_err(StoreError::of(format!("writing states of valves of park {slug}")))
    }
}

/// States of a park's valves, by key and moment.
pub(super) fn read(tx: &mut Transaction<'_>, park_id: i32) -> Result<Vec<ValveObservation>, StoreError> {
    let rows = tx.query(sql::VALVE_STATES, &[&park_id]).map_err(StoreError::of("reading valve_state"))?;
    let state = |row: &postgres::Row| ValveObservation {
        node_key: row.get(0),
        observed: row.get(1),
        open_fraction: row.get(2),
        stuck: row.get(3),
        source: row.get(4),
    };
    Ok(rows.iter().map(state).collect())
}
