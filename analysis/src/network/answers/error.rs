//! Why a question of a network has no answer.

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// A key that names nothing in the network.
    #[error("the {class} network has neither a line nor a point `{key}` on that day")]
    NoSuchPlace {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
    },
    /// A key that names several things.
    #[error("`{key}` names {count} lines and points of the {class} network; write one of: {names}")]
    SeveralPlaces {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
        /// How many.
        count: usize,
        /// What to write instead.
        names: String,
    },
    /// A valve or switch that is told to be both.
    #[error("`{key}` is told to be closed or off and to be stuck open or on: it can be only one of them")]
    TwoStates {
        /// Key.
        key: String,
    },
    /// A switch that is told in the word for a valve, which means the opposite.
    #[error(
        "`{key}` is a switch, and a closed one lets current pass: write --off {key} if it is off, and nothing if it is on"
    )]
    IsSwitch {
        /// Key.
        key: String,
    },
    /// A valve that is told in the word for a switch.
    #[error("`{key}` is a valve and never off: write --closed {key} if it is closed, and nothing if it is open")]
    IsValve {
        /// Key.
        key: String,
    },
    /// A key that names no valve.
    #[error("`{key}` is no valve or switch of the {class} network that shuts a way off")]
    NoSuchValve {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
    },
    /// A valve or switch that parts no way, told in a word that only fits what does.
    #[error(
        "`{key}` stands in the {class} network but is not there to shut a way off: a check or reducing valve can only be told to be \
         closed (--closed {key}), and an air or drain valve, or what stands at the end of a line, not at all"
    )]
    ShutsNothing {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
    },
    /// Nothing that the way could lead to.
    #[error("the {class} network has no source, tank or outfall on record that a way from `{key}` leads to")]
    NoSource {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
    },
    /// Nothing leads on from a place.
    #[error("no line leads on from `{from}` past what is closed or off")]
    NothingOn {
        /// From.
        from: String,
    },
    /// No way between two places.
    #[error("no way leads from `{from}` to `{to}` past what is closed or off")]
    NoWay {
        /// From.
        from: String,
        /// To.
        to: String,
    },
}
