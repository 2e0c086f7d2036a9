//! How a valve stood.

use chrono::{DateTime, Utc};

/// A valve or switch as somebody found or left it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValveObservation {
    /// Key of the network point that is the valve or switch.
    pub node_key: String,
    /// When.
    pub observed: DateTime<Utc>,
    /// How far it lets pass: 0 closed, 1 fully open; of a switch 0 off (which is open), 1 on (which is closed). `None` where it was
    /// looked for and not known.
    pub open_fraction: Option<f64>,
    /// It cannot be moved from where it stands.
    pub stuck: bool,
    /// Who or what observed it.
    pub source: String,
}
