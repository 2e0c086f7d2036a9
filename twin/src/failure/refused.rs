//! Why rule tables of a user's own are not taken, and why a scenario is not accepted.

use std::path::PathBuf;

use miette::Diagnostic;

/// What was asked for and is refused, with what to do about it.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum Refused {
    /// Nobody says on which record a scenario was drawn.
    #[error("the scenario {} does not say on which run of the record it was drawn", path.display())]
    #[diagnostic(help(
        "add --drawn-on RUN (`twin runs {park}` lists them, the last one is {last}), or `drawn_on: {last},` to the file: what changed since \
         is looked for"
    ))]
    DrawnOnWhat {
        /// File.
        path: PathBuf,
        /// Park.
        park: String,
        /// The last run.
        last: i64,
    },
    /// The same file was accepted before.
    #[error("the scenario {} was accepted by run {run} already", path.display())]
    #[diagnostic(help("nothing was written; `twin revert {park} {run}` takes it back"))]
    AcceptedBefore {
        /// File.
        path: PathBuf,
        /// Park.
        park: String,
        /// The run.
        run: i64,
    },
    /// The record is not as it was when the scenario was drawn, or an edit cannot be made.
    #[error("the scenario {} is not accepted", path.display())]
    #[diagnostic(help(
        "nothing was written; look at the scenario on the record of today (`twin view`), mend it, and say with --drawn-on that it is drawn on \
         that"
    ))]
    NotAccepted {
        /// File.
        path: PathBuf,
        source: Box<analysis::scenario::AcceptError>,
    },
}
