//! What is wrong with a scheme, a table or an input of the evaluation.

/// What is wrong with a scheme, a table or an input of the evaluation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The text is no such table.
    #[error("the {what} cannot be read")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A format that this version does not know.
    #[error("the {what} has format version {found}; this version reads 1")]
    FormatVersion {
        /// What it should be.
        what: &'static str,
        /// What it says.
        found: u32,
    },
    /// A figure that the evaluation needs is absent.
    #[error("the rules of the evaluation have no figure `{group}.{name}`")]
    NoFigure {
        /// Group.
        group: &'static str,
        /// Name.
        name: &'static str,
    },
    /// Something was typed in twice.
    #[error("the {kind} `{name}` is typed in twice for one date")]
    TypedTwice {
        /// Parcel, enterprise or figure.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A typed-in value is no number.
    #[error("the value of `{name}` is no number")]
    NoNumber {
        /// Its name.
        name: String,
    },
    /// Weights of one node's parts that do not add up to 1.
    #[error("line {line}: the weights under `{node}` add up to {sum}, not to 1")]
    Weights {
        /// Node whose parts they are; the scheme's name at the top.
        node: String,
        /// Line of the node.
        line: usize,
        /// What they add up to.
        sum: f64,
    },
    /// A node without a weight where the scheme has weights, or with one that is no share.
    #[error("line {line}: `{node}` needs a weight from 0 to 1")]
    Weight {
        /// Node.
        node: String,
        /// Its line.
        line: usize,
    },
    /// A node whose parts and bindings do not fit together.
    #[error("line {line}: `{node}` {problem}")]
    Node {
        /// Node.
        node: String,
        /// Its line.
        line: usize,
        /// What is wrong, after the node's name.
        problem: String,
    },
    /// A scheme that cannot be scored because nobody published its weights.
    #[error(
        "the scheme `{scheme}` has no published weights: it cannot be scored. Put weights that you can defend into a copy of it"
    )]
    WeightsUnknown {
        /// Scheme.
        scheme: String,
    },
}

impl EvaluationError {
    pub(super) fn unreadable(what: &'static str, source: toml::de::Error) -> Self {
        Self::Unreadable { what, source: Box::new(source) }
    }
}
