//! What is wrong with a pitch.

/// What is wrong with a pitch or its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PitchError {
    /// The text is no pitch.
    #[error("line {line}: this is no pitch")]
    Unreadable {
        /// Line of the file.
        line: usize,
        /// Why.
        #[source]
        source: Box<ron::error::SpannedError>,
    },
    /// A figure with a comma between its thousands.
    #[error("line {line}: a figure has no signs between its thousands: {} is written, not {figure}", figure.replace(',', ""))]
    Thousands {
        /// Line of the file.
        line: usize,
        /// The figure as it stands there.
        figure: String,
    },
    /// A format that this version does not know.
    #[error("line {line}: the pitch has format version {found}; this version reads 1")]
    FormatVersion {
        /// Line of the file.
        line: usize,
        /// What it says.
        found: u32,
    },
    /// It asks for nothing.
    #[error("the pitch has no needs: what does the prospect ask for?")]
    NoNeeds,
    /// A need that nothing can be held against.
    #[error("line {line}: need {number} cannot be met by anything: {what} is {value}; it must be {must}")]
    Need {
        /// Line of the file; 0 where it was not read from one.
        line: usize,
        /// Number of the need, from 1.
        number: usize,
        /// Which figure.
        what: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        must: &'static str,
    },
    /// A figure outside the list of needs.
    #[error("{what} is {value}; it must be {must}")]
    Figure {
        /// Which figure.
        what: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        must: &'static str,
    },
    /// It is for another park.
    #[error("the pitch is for the park {wanted}, not for {found}")]
    OtherPark {
        /// Park that it is for.
        wanted: String,
        /// Park at hand.
        found: String,
    },
}
