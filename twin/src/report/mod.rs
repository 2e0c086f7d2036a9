//! `twin report`: what the park's records say, as a table, a spreadsheet, JSON or a map layer. One report a module.

pub(crate) mod capacity;
pub(crate) mod clearance;
mod dossier;
mod drawings;
mod html;
pub(crate) mod hydraulics;
mod land;
pub(crate) mod permit;
mod planned;
pub(crate) mod profile;
mod projects;
pub(crate) mod section;
pub(crate) mod trace;
pub(crate) mod unmet;
mod write;
mod zone;

pub(crate) use dossier::address;
pub(crate) use land::scheme;
pub(crate) use write::{csv, file};
pub(crate) use zone::basis as zone_basis;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use spatial_db::model::ParkSnapshot;
use twin_engine::Language;

use crate::cli::LanguageName;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::progress::Progress;
use crate::scenario::laid_over;
pub(crate) use write::whole;

/// Arguments of `twin report`.
#[derive(Debug, Args)]
pub(crate) struct ReportGroup {
    /// What to report on
    #[command(subcommand)]
    what: Report,
}

/// The reports.
#[derive(Debug, Subcommand)]
enum Report {
    /// Rank idle and under-used land, each verdict with its clause, formula and sources
    Land(land::LandArguments),
    /// Write everything about one parcel on a page that prints on A4
    Dossier(dossier::DossierArguments),
    /// List the projects of the park, planned against actual, the latest first
    Projects(projects::ProjectArguments),
    /// Evaluate parks, districts and a city: land sums, indicators, scores, potentials, ranks
    Zone(zone::ZoneArguments),
    /// Industries of parks: location quotients and concentration
    Clusters(zone::ClusterArguments),
}

/// What every report asks.
#[derive(Debug, Args)]
struct Asked {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    park: String,
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    as_of: Option<NaiveDate>,
    /// A scenario (docs/scenarios.md) laid over the park; the record stays as it is
    #[arg(long, value_name = "RON")]
    scenario: Option<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// File to write instead of standard output; a GeoPackage needs one
    #[arg(long, short, required_if_eq("format", "gpkg"))]
    out: Option<PathBuf>,
    /// Language of heads and words; that of the environment if not given
    #[arg(long, value_enum)]
    lang: Option<LanguageName>,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns for a terminal
    Table,
    /// Comma-separated values, units in the heads, for a spreadsheet
    Csv,
    /// One JSON object with formulas, inputs and sources
    Json,
    /// A map layer with the parcels' boundaries, for QGIS
    Gpkg,
    /// One page that prints on A4, with nothing beside it
    Html,
}

impl Asked {
    /// The park, and the day that the report holds for.
    fn load(&self) -> Result<(Arc<ParkSnapshot>, NaiveDate), Failure> {
        let progress = Progress::new(false);
        let loaded = Origin::of(&self.park).load(false, &progress);
        progress.finish();
        let (snapshot, _) = loaded?;
        let snapshot = laid_over(snapshot, self.scenario.as_deref())?;
        let as_of = self.as_of.or(snapshot.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
        Ok((snapshot, as_of))
    }

    /// The language to speak.
    fn language(&self) -> Language {
        self.lang.map_or_else(Language::from_environment, Into::into)
    }
}

pub(crate) fn run(group: &ReportGroup) -> Result<(), Failure> {
    match &group.what {
        Report::Land(arguments) => land::run(arguments),
        Report::Dossier(arguments) => dossier::run(arguments),
        Report::Projects(arguments) => projects::run(arguments),
        Report::Zone(arguments) => zone::run(arguments),
        Report::Clusters(arguments) => zone::run_clusters(arguments),
    }
}
