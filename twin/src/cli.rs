//! The command line: verbs, arguments and their help.

mod outputs;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use spatial_db::model::IssueSeverity;

use crate::case::CaseArguments;
pub(crate) use outputs::{FilmArguments, GltfArguments, GltfLayer, PackArguments, package};

/// Spatial database and 3D twin of an industrial park.
#[derive(Debug, Parser)]
#[command(name = "twin", version, about, long_about = None, arg_required_else_help = true, max_term_width = 100,
    after_help = "Environment:\n  TWIN_DATA_DIR      where twin keeps its private database server and everything else\n  \
    TWIN_DATABASE_URL  a PostGIS server to use instead of the private one\n  \
    TWIN_RULES         a folder with rule tables of your own, as --rules-dir\n  \
    TWIN_READER_MEMORY_MB, TWIN_READER_TIMEOUT_S, TWIN_READER_TEMP_MB\n                     \
    what reading a file may use [default: 2048, 300, 8192]\n\n\
    Exit codes: 0 done, 1 failed (nothing half written), 2 wrong usage, 130 stopped by Ctrl-C")]
pub(crate) struct Cli {
    /// Say more on standard error (-v, -vv)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Folder with rule tables of your own in place of the shipped ones (`twin rules export` writes those)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) rules_dir: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start, stop or look at the database server
    Db(DbArguments),
    /// Write the synthetic sample park as the files an office would hold
    Sample(SampleArguments),
    /// Show what files hold, and what they probably mean: layers, fields, encoding, coordinates
    Inspect(InspectArguments),
    /// Draft a manifest for files, every guess with its reason
    Manifest(DraftArguments),
    /// Bring the files of a manifest into the database: all of it or nothing
    Import(ImportArguments),
    /// List what is wrong with a park's data, or write it to a GeoPackage to be mended
    Issues(IssuesArguments),
    /// Follow up land that may lie idle: cases with notes, files, deadlines, never changed
    Case(CaseArguments),
    /// List the parks in the database
    Parks(ReportArguments),
    /// List the imports of a park and what each changed
    Runs(RunsArguments),
    /// Undo one import of a park, exactly
    Revert(RevertArguments),
    /// Accept a scenario: its edits become the record, as one run that can be undone
    Scenario(crate::scenario::ScenarioGroup),
    /// Draw a park with an overlay into a PNG, without a window
    Shot(ShotArguments),
    /// Film a tour of a park as MP4
    Film(FilmArguments),
    /// Write features of a park as glTF (.glb): buildings, parcels, pipes and the ground under them, for 3D programs
    Gltf(GltfArguments),
    /// Open the park in a window
    View(ViewArguments),
    /// Write a park into one file, a GeoPackage that `view` and `shot` open without a database
    Pack(PackArguments),
    /// Report on a park: land, one parcel, projects, zones, clusters
    Report(crate::report::ReportGroup),
    /// Work out a release, a fire, an explosion, a flood, an evacuation, with the source of each model
    Calc(crate::calc::CalcGroup),
    /// Follow a burst main to its valves, dry hydrants, buildings out of reach, the evacuation round it and an alert
    Incident(crate::incident::IncidentArguments),
    /// Trace a network: up, down, shortest, loops; valves to close for a break and who loses supply
    Trace(crate::report::trace::TraceArguments),
    /// Cut the networks along any line: depth, size, class, room between; as SVG too
    Section(crate::report::section::SectionArguments),
    /// Lay a way through a network out flat: levels, slopes, chambers, crossings, what is wrong; as SVG too
    Profile(crate::report::profile::ProfileArguments),
    /// Tell how valves and switches stand, and list it
    Valves(crate::valves::ValveGroup),
    /// Work out pressures in water mains: as they are, after a closure or a burst; what hydrants give
    Hydraulics(crate::report::hydraulics::HydraulicsArguments),
    /// Say what capacity is left for parcels, today and with commitments to a date, and through which bottleneck
    Capacity(crate::report::capacity::CapacityArguments),
    /// Hold how near lines lie to each other, to buildings and to the ground against the rules
    Clearance(crate::report::clearance::ClearanceArguments),
    /// Write what has to be known before digging on a page that prints on A4
    Permit(crate::report::permit::PermitArguments),
    /// Run an emergency drill without a window, or replay one from its log
    Drill(crate::drill::DrillGroup),
    /// Find a site for a prospect: what fits and why, a brief, a package to give away
    Pitch(crate::pitch::PitchGroup),
    /// Write the rule tables that ship into a folder, or list which are in force
    Rules(crate::rules::RulesGroup),
    /// Print a completion script for a shell
    Completions {
        /// Shell to complete for
        shell: clap_complete::Shell,
    },
    /// Read one source file on behalf of an import (internal)
    #[command(name = "__read", hide = true)]
    ReadSource,
}

/// Arguments of `twin db`.
#[derive(Debug, Args)]
pub(crate) struct DbArguments {
    /// What to do with the server
    #[command(subcommand)]
    pub(crate) action: DbAction,
}

/// What to do with the server.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum DbAction {
    /// Make the private server if there is none, and start it
    Start(ReportArguments),
    /// Stop the private server
    Stop(ReportArguments),
    /// Say where the server is and whether it runs
    Status(ReportArguments),
    /// Print the address that psql, QGIS and ogr2ogr can use
    Url(ReportArguments),
}

/// Arguments of a verb that only reports.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ReportArguments {
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin sample`.
#[derive(Debug, Args)]
pub(crate) struct SampleArguments {
    /// Folder to write; made if it is not there
    pub(crate) dir: PathBuf,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// About how many parcels
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(40..=200_000))]
    pub(crate) parcels: u32,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// Files, or folders of files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// File of the same place whose coordinates are right, to compare with; may be given several times
    #[arg(long)]
    pub(crate) reference: Vec<PathBuf>,
    /// Coordinate system of files that say none, for example EPSG:4549 or GCJ-02
    #[arg(long)]
    pub(crate) crs: Option<String>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin manifest`.
#[derive(Debug, Args)]
pub(crate) struct DraftArguments {
    /// Files, or folders of files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Manifest to write
    #[arg(long, short)]
    pub(crate) out: PathBuf,
    /// Short name of the park; taken from the folder if not given
    #[arg(long, value_parser = slug)]
    pub(crate) slug: Option<String>,
    /// Name of the park; that of the folder if not given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// File of the same place whose coordinates are right, to compare with; may be given several times
    #[arg(long)]
    pub(crate) reference: Vec<PathBuf>,
    /// Coordinate system of files that say none, for example EPSG:4549 or GCJ-02
    #[arg(long)]
    pub(crate) crs: Option<String>,
    /// Overwrite the manifest if it is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin import`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct ImportArguments {
    /// The manifest (docs/manifest.md): which file holds what
    pub(crate) manifest: PathBuf,
    /// Folder that the manifest's files are relative to, instead of the one it says
    #[arg(long)]
    pub(crate) root: Option<PathBuf>,
    /// Rows mended in the GeoPackage that `twin issues --export` wrote, in place of the sources'
    #[arg(long, value_name = "GPKG")]
    pub(crate) mended: Option<PathBuf>,
    /// End a file that gives nothing for so many seconds [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(crate) reader_timeout: Option<u64>,
    /// Show what would change, feature by feature, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// File to write every change to, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) changes_out: Option<PathBuf>,
    /// Accept that a layer loses most of its rows, or leaves the manifest
    #[arg(long)]
    pub(crate) allow_shrink: bool,
    /// Read every file again, even where none has changed by a byte since the last import
    #[arg(long)]
    pub(crate) reread: bool,
    /// Print events as JSON, one a line, the report last (docs/imports-json.md), instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin issues`.
#[derive(Debug, Args)]
pub(crate) struct IssuesArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Only this code (docs/issues.md explains them)
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// Only this layer of the manifest
    #[arg(long)]
    pub(crate) layer: Option<String>,
    /// Only this severity
    #[arg(long, value_enum)]
    pub(crate) severity: Option<SeverityName>,
    /// Most issues to list; the counts are of all
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u64,
    /// Write the issues and their rows to a new GeoPackage, for QGIS
    #[arg(long, value_name = "GPKG", conflicts_with_all = ["code", "layer", "severity"])]
    pub(crate) export: Option<PathBuf>,
    /// With --export: the manifest, to read the rows that were kept from their sources as well
    #[arg(long, requires = "export")]
    pub(crate) manifest: Option<PathBuf>,
    /// With --manifest: folder that its files are relative to
    #[arg(long, requires = "manifest")]
    pub(crate) root: Option<PathBuf>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin runs`.
#[derive(Debug, Args)]
pub(crate) struct RunsArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityName {
    /// Worth knowing
    Note,
    /// Probably wrong, or a value was dropped or repaired
    Warning,
    /// Cannot be right, or the row was left out
    Error,
}

impl From<SeverityName> for IssueSeverity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Note => Self::Note,
            SeverityName::Warning => Self::Warning,
            SeverityName::Error => Self::Error,
        }
    }
}

/// Arguments of `twin revert`.
#[derive(Debug, Args)]
pub(crate) struct RevertArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Number of the run to undo (`twin runs` lists them)
    pub(crate) run: i64,
    /// Show what would change, feature by feature, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// File to write every change to, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) changes_out: Option<PathBuf>,
    /// Print JSON instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// What `--overlay changes` compares.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Compared {
    /// With `--overlay changes`: what an import of this manifest would change; nothing is written
    #[arg(long, conflicts_with = "run")]
    pub(crate) manifest: Option<PathBuf>,
    /// Folder that the manifest's files are relative to, instead of the one it says
    #[arg(long, requires = "manifest")]
    pub(crate) root: Option<PathBuf>,
    /// With `--overlay changes`: what this run changed (`twin runs` lists them)
    #[arg(long)]
    pub(crate) run: Option<i64>,
}

/// Overlays that a picture or window can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OverlayName {
    /// Site coverage per parcel
    Utilisation,
    /// Physical use and the statutory idle clock
    Idle,
    /// Projects by the milestone that they miss
    Projects,
    /// Hydrant reach, assembly points, hazard sources
    Emergency,
    /// What cameras see: boundaries of compounds, gates, hazard sources
    Security,
    /// The worst of every check of fire protection, with its clause
    Protection,
    /// Pipes, ducts and cables by class, seen through the ground
    Networks,
    /// Power capacity left per parcel, with the bottleneck
    Capacity,
    /// Pressures in water mains at the hour of most use
    Pressure,
    /// What an import would change (`--manifest`) or a run changed (`--run`)
    Changes,
    /// Problems of the data, by their worst severity, with their places
    Issues,
    /// Unmet demand: prospects on record that a single change on the parcel would have served
    Unmet,
}

/// Colours of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeName {
    /// For paper and projectors
    Daylight,
    /// For big screens in dim rooms
    Dark,
}

/// Languages of pictures and windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageName {
    /// English
    En,
    /// 中文
    Zh,
}

/// Arguments of `twin shot`.
#[derive(Debug, Args)]
pub(crate) struct ShotArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    pub(crate) park: String,
    /// What to colour by
    #[arg(long, value_enum, default_value = "utilisation")]
    pub(crate) overlay: OverlayName,
    /// What the changes are between
    #[command(flatten)]
    pub(crate) compared: Compared,
    /// PNG file to write
    #[arg(long, short)]
    pub(crate) out: PathBuf,
    /// Pixels, width × height, up to 32768 each
    #[arg(long, default_value = "1600x1000", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// A scenario (docs/scenarios.md) laid over the park; the record stays as it is
    #[arg(long, value_name = "RON", conflicts_with_all = ["manifest", "run"])]
    pub(crate) scenario: Option<PathBuf>,
    /// Scene file (scenes/README.md) to take overlay, date, theme and camera from
    #[arg(long, conflicts_with_all = ["overlay", "as_of", "theme", "underground"])]
    pub(crate) scene: Option<PathBuf>,
    /// Colours
    #[arg(long, value_enum, default_value = "daylight")]
    pub(crate) theme: ThemeName,
    /// Show the networks through the ground
    #[arg(long)]
    pub(crate) underground: bool,
    /// Lay the park's orthophoto on the ground
    #[arg(long)]
    pub(crate) imagery: bool,
    /// Language of the picture; that of the environment if not given
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LanguageName>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin view`.
#[derive(Debug, Args)]
pub(crate) struct ViewArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`); what was shown last if not given
    pub(crate) park: Option<String>,
    /// Overlay to begin with
    #[arg(long, value_enum, default_value = "utilisation")]
    pub(crate) overlay: OverlayName,
    /// What the changes are between
    #[command(flatten)]
    pub(crate) compared: Compared,
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Scene file (scenes/README.md) to begin with
    #[arg(long, conflicts_with_all = ["overlay", "as_of", "theme", "imagery"])]
    pub(crate) scene: Option<PathBuf>,
    /// Colours; those of last time if not given
    #[arg(long, value_enum)]
    pub(crate) theme: Option<ThemeName>,
    /// Language of the window; that of last time if not given, else that of the environment
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LanguageName>,
    /// Begin with the park's orthophoto on the ground
    #[arg(long)]
    pub(crate) imagery: bool,
    /// Floors that the planner's panels hold the land against first: a shipped scheme, or a file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SCHEME)]
    pub(crate) scheme: String,
    /// Scheme that the planner's panels evaluate the park by first (docs/evaluation.md): a shipped one, or a file of your own
    #[arg(long, value_name = "NAME|TOML", default_value = DEFAULT_ZONE_SCHEME)]
    pub(crate) zone_scheme: String,
    /// What persons type in for the evaluation of the park (docs/evaluation.md)
    #[arg(long, value_name = "TOML")]
    pub(crate) inputs: Option<PathBuf>,
    /// Figures of a larger region that the evaluation compares industries with (docs/evaluation.md)
    #[arg(long, value_name = "TOML")]
    pub(crate) reference: Option<PathBuf>,
    /// Drill file (docs/drill-console.md) to begin with
    #[arg(long, value_name = "FILE")]
    pub(crate) drill: Option<PathBuf>,
    /// Log of that drill to go on from
    #[arg(long, value_name = "FILE", requires = "drill")]
    pub(crate) drill_log: Option<PathBuf>,
    /// Go along the tour that the package carries, until a key or button is pressed
    #[arg(long, conflicts_with_all = ["scene", "overlay", "as_of", "theme", "imagery"])]
    pub(crate) tour: bool,
}

/// Scheme that land is held against first.
const DEFAULT_SCHEME: &str = "national-2008";
/// Scheme that a park is evaluated by first.
pub(crate) const DEFAULT_ZONE_SCHEME: &str = "province-example";

impl ViewArguments {
    /// A window that begins with a drill.
    pub(crate) fn of_drill(park: String, drill: &Path, log: Option<&Path>, lang: Option<LanguageName>) -> Self {
        Self {
            park: Some(park),
            overlay: OverlayName::Emergency,
            compared: Compared::default(),
            as_of: None,
            scene: None,
            theme: None,
            lang,
            imagery: false,
            scheme: DEFAULT_SCHEME.to_owned(),
            zone_scheme: DEFAULT_ZONE_SCHEME.to_owned(),
            inputs: None,
            reference: None,
            drill: Some(drill.to_path_buf()),
            tour: false,
            drill_log: log.map(Path::to_path_buf),
        }
    }
}

/// Small letters, digits and hyphens.
fn slug(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > 63 || !text.chars().all(plain) {
        return Err("use small letters, digits and hyphens, at most 63".to_owned());
    }
    Ok(text.to_owned())
}

/// A day, `2027-06-01`.
pub(crate) fn day(text: &str) -> Result<NaiveDate, String> {
    text.trim().parse().map_err(|_| "write a day as YYYY-MM-DD, for example 2027-06-01".to_owned())
}

/// `1600x1000` within what the engine draws.
pub(crate) fn size(text: &str) -> Result<(u32, u32), String> {
    let (width, height) =
        text.split_once(['x', 'X', '×']).ok_or_else(|| "write it as WIDTHxHEIGHT, for example 1600x1000".to_owned())?;
    let (least, most) = twin_engine::SIDES;
    let side = |part: &str| match part.trim().parse::<u32>() {
        Ok(pixels) if (least..=most).contains(&pixels) => Ok(pixels),
        _ => Err(format!("`{part}` is not a number of pixels from {least} to {most}")),
    };
    Ok((side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn slugs_are_checked() {
        assert_eq!(slug("east-park-2").as_deref(), Ok("east-park-2"));
        assert!(slug("East Park").is_err() && slug("").is_err() && slug("园区").is_err());
    }

    #[test]
    fn days_are_checked() {
        assert_eq!(day("2027-06-01"), Ok(NaiveDate::from_ymd_opt(2027, 6, 1).unwrap()));
        for wrong in ["1.6.2027", "2027-06-31", "June 2027", ""] {
            assert!(day(wrong).unwrap_err().contains("YYYY-MM-DD"), "{wrong}");
        }
        let error = Cli::try_parse_from(["twin", "pitch", "match", "x", "y", "--as-of", "1.6.2027"]).unwrap_err();
        assert!(error.to_string().contains("YYYY-MM-DD"), "{error}");
    }

    #[test]
    fn sizes_are_checked() {
        assert_eq!(size("1600x1000"), Ok((1600, 1000)));
        assert!(size("1600").unwrap_err().contains("WIDTHxHEIGHT"));
        assert!(size("0x100").is_err() && size("100x99999").is_err() && size("axb").is_err());
    }
}
