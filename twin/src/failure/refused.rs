//! Why rule tables of a user's own are not taken, and why a scenario is not accepted.

mod crowd;

use std::path::PathBuf;

use miette::Diagnostic;

pub(crate) use crowd::CrowdAsked;

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
    /// The file was changed since a window read or wrote it.
    #[error("the scenario {} was changed since the window opened or saved it", path.display())]
    #[diagnostic(help(
        "nothing was written; open the file again to see what it says now (or save what the window shows), and try it once more"
    ))]
    ScenarioChanged {
        /// File.
        path: PathBuf,
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
    /// A folder of rule tables cannot be used.
    #[error("the folder of rules {} cannot be used", dir.display())]
    #[diagnostic(help("name one with --rules-dir or TWIN_RULES; `twin rules export DIR` makes one with every table"))]
    RuleFolder {
        /// Folder.
        dir: PathBuf,
        source: std::io::Error,
    },
    /// A rule table cannot be read.
    #[error("the rule table {} cannot be read", path.display())]
    #[diagnostic(help("a table is a TOML file in UTF-8"))]
    RuleFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A file that takes the place of no table.
    #[error("a file in {} is no rule table that can be replaced", dir.display())]
    #[diagnostic(help(
        "give it the name of the table that it takes the place of, or keep it elsewhere: schemes of your own are named with --scheme FILE"
    ))]
    RuleName {
        /// Folder.
        dir: PathBuf,
        source: Box<analysis::rules::TableError>,
    },
    /// A table of a user's own is wrong.
    #[error("the rules in {} are not used", dir.display())]
    #[diagnostic(help(
        "`twin rules export DIR` writes the table that ships: mend the row after it, or take the file away and the shipped table is used"
    ))]
    RuleTable {
        /// Folder.
        dir: PathBuf,
        source: Box<analysis::rules::TableError>,
    },
    /// An export would write over a table.
    #[error("{} is there already, and nothing was written", path.display())]
    #[diagnostic(help("name another folder: your rows are in that one"))]
    RuleThere {
        /// File.
        path: PathBuf,
    },
    /// A way out of a building that cannot be followed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Crowd(#[from] CrowdAsked),
}
