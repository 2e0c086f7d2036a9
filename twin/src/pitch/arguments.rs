//! Arguments of `twin pitch`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::LanguageName;

/// Arguments of `twin pitch`.
#[derive(Debug, Args)]
#[command(after_help = "docs/pitch.md describes the file and what becomes of it.\n\nExamples:\n  \
    twin pitch match qingxi scenes/warehouse.pitch.ron\n  \
    twin pitch explain qingxi scenes/warehouse.pitch.ron QX-36-03\n  \
    twin pitch brief qingxi scenes/warehouse.pitch.ron QX-36-03 --out brief.html\n  \
    twin pitch pack qingxi scenes/warehouse.pitch.ron QX-36-03 --to \"Acme Logistics\" --out acme.gpkg\n  \
    twin view acme.gpkg --tour")]
pub(crate) struct PitchGroup {
    /// What to do with the pitch
    #[command(subcommand)]
    pub(super) what: PitchVerb,
}

/// What to do with a pitch.
#[derive(Debug, Subcommand)]
pub(super) enum PitchVerb {
    /// Hold what the park has against what is asked for: which sites fit, which miss what, which are not known
    Match(MatchArguments),
    /// Every need of one site with its figures, sources and dates
    Explain(SiteArguments),
    /// Write what a prospect wants to know of one site on a page that prints on A4 and needs nothing beside it
    Brief(BriefArguments),
    /// Write park, brief and tour into one file for a laptop without a database, other tenants' matters left out
    Pack(PackArguments),
    /// Take the brief out of a package that was given away
    Unpack(UnpackArguments),
    /// Record what became of a prospect: asked, offered, visited, ended
    Record(RecordArguments),
    /// List what is on record of prospects, and who got which package, when
    Log(LogArguments),
    /// What prospects on record asked for and no site gives, and where a single change would have served whom
    Unmet(crate::report::unmet::UnmetArguments),
}

/// Which park, which pitch, on which day.
#[derive(Debug, Args)]
pub(super) struct Asked {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    pub(super) park: String,
    /// Pitch file (docs/pitch.md)
    pub(super) file: PathBuf,
    /// Day that it holds for; the park's own date if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(super) as_of: Option<NaiveDate>,
    /// Language; that of the environment if not given
    #[arg(long, value_enum)]
    pub(super) lang: Option<LanguageName>,
}

/// Arguments of `twin pitch match`.
#[derive(Debug, Args)]
pub(super) struct MatchArguments {
    #[command(flatten)]
    pub(super) asked: Asked,
    /// Most sites to list; the counts are of all
    #[arg(long, default_value_t = 10)]
    pub(super) limit: usize,
    /// Another weight of a wish, by the number of the need in the file, as 3=0.5; may be given several times
    #[arg(long, value_name = "NEED=WEIGHT", value_parser = weight)]
    pub(super) weight: Vec<(usize, f32)>,
    /// Set the best so many side by side, need by need, five at most
    #[arg(long, value_name = "SITES", value_parser = clap::value_parser!(u8).range(2..=5))]
    pub(super) compare: Option<u8>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(super) json: bool,
}

/// One site.
#[derive(Debug, Args)]
pub(super) struct SiteArguments {
    #[command(flatten)]
    pub(super) asked: Asked,
    /// Number or key of the parcel, of several joined with + between, or key of the building; the best if not given
    pub(super) site: Option<String>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `twin pitch brief`.
#[derive(Debug, Args)]
pub(super) struct BriefArguments {
    #[command(flatten)]
    pub(super) asked: Asked,
    /// Number or key of the parcel, of several joined with + between, or key of the building; the best if not given
    pub(super) site: Option<String>,
    /// HTML file to write
    #[arg(long, short)]
    pub(super) out: PathBuf,
    /// Leave the pictures out: quicker, and without a graphics adapter
    #[arg(long)]
    pub(super) no_pictures: bool,
}

/// Arguments of `twin pitch pack`.
#[derive(Debug, Args)]
pub(super) struct PackArguments {
    #[command(flatten)]
    pub(super) asked: Asked,
    /// Number or key of the parcel, of several joined with + between, or key of the building; the best if not given
    pub(super) site: Option<String>,
    /// Who gets it: for the record
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(super) to: String,
    /// GeoPackage to write; an older package there is replaced
    #[arg(long, short, value_name = "GPKG", value_parser = crate::cli::package)]
    pub(super) out: PathBuf,
    /// Scene or tour file (scenes/README.md) to take along beside the tour of the site; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(super) scene: Vec<PathBuf>,
    /// Leave the pictures out of the brief: quicker, and without a graphics adapter
    #[arg(long)]
    pub(super) no_pictures: bool,
    /// Overwrite the file even if it is no park package
    #[arg(long)]
    pub(super) force: bool,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `twin pitch unpack`.
#[derive(Debug, Args)]
pub(super) struct UnpackArguments {
    /// Package (`twin pitch pack`)
    pub(super) package: PathBuf,
    /// HTML file to write
    #[arg(long, short)]
    pub(super) out: PathBuf,
    /// Language; that of the environment if not given
    #[arg(long, value_enum)]
    pub(super) lang: Option<LanguageName>,
}

/// What can be recorded by hand; a package that is given away records itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RecordKind {
    /// Somebody asked
    Asked,
    /// A site was offered
    Offered,
    /// Somebody came to see it
    Visited,
    /// It came to an end
    Ended,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Outcome {
    /// The contract is signed
    Signed,
    /// The prospect went elsewhere
    Declined,
    /// The park could not meet what was asked
    Unmet,
    /// The prospect gave up the plan
    Withdrawn,
}

/// Arguments of `twin pitch record`.
#[derive(Debug, Args)]
pub(super) struct RecordArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(super) park: String,
    /// What became of it
    #[arg(value_enum)]
    pub(super) kind: RecordKind,
    /// Who asks
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(super) prospect: String,
    /// Pitch file; when somebody asked it is kept as it is written
    #[arg(long, value_name = "FILE")]
    pub(super) pitch: Option<PathBuf>,
    /// The site that was offered or visited
    #[arg(long, required_if_eq_any([("kind", "offered"), ("kind", "visited")]))]
    pub(super) site: Option<String>,
    /// How it ended
    #[arg(long, value_enum, required_if_eq("kind", "ended"))]
    pub(super) outcome: Option<Outcome>,
    /// Words; of what could not be met, what was missing
    #[arg(long)]
    pub(super) note: Option<String>,
    /// The day on which it was; today if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(super) day: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `twin pitch log`.
#[derive(Debug, Args)]
pub(super) struct LogArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(super) park: String,
    /// Only this prospect
    #[arg(long, value_name = "WHO", value_parser = who)]
    pub(super) prospect: Option<String>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(super) json: bool,
}

/// A name, without spaces around it.
fn who(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("say who it is".to_owned()),
        name => Ok(name.to_owned()),
    }
}

/// `3=0.5`.
fn weight(text: &str) -> Result<(usize, f32), String> {
    let wrong = || format!("`{text}` is no weight: write NEED=WEIGHT, for example 3=0.5");
    let (need, weight) = text.split_once('=').ok_or_else(wrong)?;
    let need = need.trim().parse::<usize>().ok().filter(|need| *need > 0).ok_or_else(wrong)?;
    let weight = weight.trim().parse::<f32>().ok().filter(|w| w.is_finite() && *w >= 0.0).ok_or_else(wrong)?;
    Ok((need - 1, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prospect_has_a_name() {
        assert_eq!(who(" Acme Logistics ").as_deref(), Ok("Acme Logistics"));
        assert!(who("").is_err() && who("  ").is_err());
    }

    #[test]
    fn weights_are_checked() {
        assert_eq!(weight("3=0.5"), Ok((2, 0.5)));
        for wrong in ["", "3", "0=1", "a=1", "1=-1", "1=inf"] {
            assert!(weight(wrong).unwrap_err().contains("NEED=WEIGHT"), "{wrong}");
        }
    }
}
