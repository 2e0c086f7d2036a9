//! What a way out of a building cannot be followed without.

use std::path::PathBuf;

use miette::Diagnostic;

/// What is missing or wrong, with what to do about it.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub(crate) enum CrowdAsked {
    /// Neither a building nor an area; the parser of arguments asks for one.
    #[error("what is to be left was not told")]
    #[diagnostic(help("name a building with --building, or a file with --area"))]
    NoGroundAsked,
    /// No such building.
    #[error("the park {park} has no building `{key}`")]
    #[diagnostic(help("`twin calc hydrants {park} --json` and the window name buildings by their keys"))]
    NoBuilding {
        /// Park.
        park: String,
        /// Key.
        key: String,
    },
    /// It does not stand.
    #[error("the building `{key}` does not stand on the park's date")]
    #[diagnostic(help("nobody is in it; name another, or the area with --area"))]
    Gone {
        /// Key.
        key: String,
    },
    /// No outline.
    #[error("the building `{key}` has no footprint on record")]
    #[diagnostic(help("give its outline as a file with --area"))]
    NoFootprint {
        /// Key.
        key: String,
    },
    /// Nobody knows where its doors are.
    #[error("where {place} has doors is not on record")]
    #[diagnostic(help(
        "tell each with --door EAST,NORTH,WIDTH (the middle of its longest wall is {east:.1},{north:.1}), or all in a file with --doors"
    ))]
    NoDoors {
        /// What is left.
        place: String,
        /// Middle of its longest wall, m.
        east: f64,
        /// Middle of its longest wall, m.
        north: f64,
    },
    /// Nobody knows how many are in it.
    #[error("how many persons are in {place} is not known: {why}")]
    #[diagnostic(help("tell it with --persons"))]
    NoPersons {
        /// What is left.
        place: String,
        /// Why.
        why: String,
    },
    /// Nobody is in it.
    #[error("nobody is in {place} at {hour} o'clock by the record")]
    #[diagnostic(help("ask for another --hour, or tell how many with --persons"))]
    Nobody {
        /// What is left.
        place: String,
        /// Hour.
        hour: u32,
    },
    /// No such door.
    #[error("no entrance `{key}` is on record there")]
    #[diagnostic(help("--shut takes keys of entrances of the building: {known}"))]
    NoSuchDoor {
        /// Key.
        key: String,
        /// Those on record.
        known: String,
    },
    /// A file that does not hold what it should.
    #[error("{}{}: {reason}", path.display(), line.map_or_else(String::new, |line| format!(", line {line}")))]
    #[diagnostic(help(
        "areas are polygons, walls lines or outlines, doors points or lines; a file that ends in .wkt has one geometry a line in the park's metres"
    ))]
    File {
        /// File.
        path: PathBuf,
        /// Line, from 1.
        line: Option<usize>,
        /// Why.
        reason: String,
    },
    /// A file of no known form.
    #[error("{} ends in nothing that is written here", path.display())]
    #[diagnostic(help("end it in .csv, .geojson, .gpkg or .svg, or name a folder for CSV of everything"))]
    Ending {
        /// File.
        path: PathBuf,
    },
    /// The plan cannot be left.
    #[error("there is no answer")]
    #[diagnostic(help("docs/emergency.md has the ranges and sources"))]
    Plan {
        #[from]
        source: analysis::emergency::crowd::CrowdError,
    },
}
