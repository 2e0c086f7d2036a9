//! Pressures: what a closure or a burst does to them, what a hydrant can give. EPANET 2.3 works them out ([`Plant`]); the network
//! comes from a park ([`park_plant`]) or from an opened model file.
//!
//! What a park's records do not tell (sizes, heads, loads, pump curves) is taken from a table or left out, and named in
//! [`Assumed`]: such an answer is an estimate. The engine keeps everything in memory; it reads no file here, and the
//! empty ones that it makes for names of scratch files it removes at once.

mod answers;
mod engine;
mod fire;
mod overlay;
mod park;
mod rules;
mod sheets;
mod state;
#[cfg(test)]
mod tests;

pub use answers::{Asked, Burst, HydraulicAnswer, Which};
pub use engine::{Demand, Leak, Peak, Plant, PlantLink, PlantNode, Sort, WhatIf};
pub use fire::FireFlow;
pub use overlay::{awaited_pressures, fire_overlay, pressure_overlay, without_pressures};
#[cfg(test)]
pub(crate) use overlay::{fire_legend, pressure_legend};
pub use park::{Assumed, Given, park_plant};
pub use rules::HydraulicRules;
pub use state::{State, Warning};

/// Metres of water in a megapascal, at 1000 kg/m³ and 9.80665 m/s².
pub const METRES_A_MPA: f64 = 101.971_62;
/// Metres of water in a pound per square inch.
pub const METRES_A_PSI: f64 = 0.703_07;

/// Why there are no pressures.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HydraulicsError {
    /// The engine refuses.
    #[error("EPANET: {what} ({code})")]
    Engine {
        /// Its number of the error (EPANET user manual, appendix B).
        code: i32,
        /// In its words.
        what: String,
    },
    /// No source with a head on record.
    #[error("no source, tank or reservoir of the water network has a head on record{named}")]
    NoHead {
        /// The sources there are, by key.
        named: String,
    },
    /// A key that names nothing in the model.
    #[error("the model has neither a line nor a point `{key}`")]
    NoSuchPlace {
        /// Key.
        key: String,
    },
    /// A key that names several things in the model.
    #[error("`{key}` names {count} lines and points of the model; {write}")]
    SeveralPlaces {
        /// Key.
        key: String,
        /// How many.
        count: usize,
        /// What to write instead.
        write: String,
    },
    /// What the network answers: that a key names several things.
    #[error(transparent)]
    Network(super::answers::AnswerError),
    /// A place that the model leaves out: no way leads there from a source with a known head.
    #[error("`{key}` is not fed from any source with a known head, so the model leaves it out")]
    LeftOut {
        /// Key.
        key: String,
    },
    /// A burst at what keeps its head.
    #[error("`{key}` is a source or tank, whose head a burst does not touch; name a line beside it")]
    KeepsHead {
        /// Key.
        key: String,
    },
    /// A burst in a model whose emitters follow another law.
    #[error(
        "the model has emitters with the exponent {exponent}; an opening in a wall has 0.5, and EPANET knows one for all"
    )]
    OtherEmitters {
        /// Theirs.
        exponent: f64,
    },
    /// Whoever asked wants no answer any more.
    #[error("given up")]
    Stopped,
    /// No hydrant to ask about.
    #[error("the model has no hydrants; name places")]
    NoHydrants,
}

impl From<epanet::epanet_error::EPANETError> for HydraulicsError {
    fn from(error: epanet::epanet_error::EPANETError) -> Self {
        Self::Engine { code: error.code, what: error.to_string() }
    }
}
