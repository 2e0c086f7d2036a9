//! Arguments of `twin case`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use spatial_db::model::{CaseState, Cause, Remedy};
use spatial_db::store::Recording;

/// Arguments of `twin case`.
#[derive(Debug, Args)]
#[command(
    after_help = "Cases are only ever added to: nothing is changed or removed, corrections are entries of their own \
    (docs/cases.md).\n\nExamples:\n  \
    twin case open qingxi --parcel 990001001000GB00003 --contract 9900012020B000003 --by 王工 --note 卫片图斑\n  \
    twin case step qingxi 1 investigation --by 王工\n  \
    twin case deadline qingxi 1 --due 2026-08-30 --for \"statement of the holder\" --by 王工\n  \
    twin case attach qingxi 1 site.jpg --by 李工 --note \"from the gate\"\n  \
    twin case overdue qingxi --as-of 2026-09-15"
)]
pub(crate) struct CaseArguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) action: CaseAction,
}

/// What `twin case` does.
#[derive(Debug, Subcommand)]
pub(crate) enum CaseAction {
    /// Open a case on a parcel, as suspected
    Open(OpenArguments),
    /// List the cases of a park
    List(ListArguments),
    /// Show everything on record of a case
    Show(OneArguments),
    /// Add a note
    Note(NoteArguments),
    /// Record that a case came to another state
    Step(StepArguments),
    /// Attach a file, whole, with its hash; of a photograph, when and where it was taken
    Attach(AttachArguments),
    /// Write an attached file back to disk
    File(FileArguments),
    /// Set a deadline
    Deadline(DeadlineArguments),
    /// Record that a deadline was met or a remedy carried out
    Met(MetArguments),
    /// Record a remedy (Order 53 Art. 12 and 14), within its limits
    Remedy(RemedyArguments),
    /// Correct an entry: what it said stays on record, the correction holds
    Correct(CorrectArguments),
    /// List deadlines and remedies that are overdue
    Overdue(OverdueArguments),
    /// Check that nothing on record was changed, put in or taken out
    Verify(VerifyArguments),
}

/// Which park, which case.
#[derive(Debug, Args)]
pub(crate) struct OneArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Number of the case (`twin case list` lists them)
    pub(crate) case: i64,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// What every entry says.
#[derive(Debug, Args)]
pub(crate) struct Said {
    /// Who records it, by name; `TWIN_BY` if not given
    #[arg(long, value_name = "NAME", env = "TWIN_BY", hide_env_values = true)]
    pub(crate) by: String,
    /// Day that it holds for; today if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) day: Option<NaiveDate>,
    /// Words
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Why it is back-dated or a correction; needed for those, and always shown
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

impl Said {
    pub(crate) fn recording(&self) -> Recording {
        Recording {
            by: self.by.clone(),
            day: self.day.unwrap_or_else(|| chrono::Local::now().date_naive()),
            note: self.note.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// Arguments of `twin case open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Key of the parcel
    #[arg(long, value_name = "KEY")]
    pub(crate) parcel: String,
    /// Key of its land contract, if the case is about one
    #[arg(long, value_name = "KEY")]
    pub(crate) contract: Option<String>,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin case list`.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Only cases in this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateName>,
    /// Only cases on the parcel with this key
    #[arg(long, value_name = "KEY")]
    pub(crate) parcel: Option<String>,
    /// Where the cases stood on this day, as known now; today if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin case note`.
#[derive(Debug, Args)]
pub(crate) struct NoteArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case step`.
#[derive(Debug, Args)]
pub(crate) struct StepArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// State that it came to
    #[arg(value_enum)]
    pub(crate) to: StateName,
    /// Who caused it; needed with `determined`
    #[arg(long, value_enum)]
    pub(crate) cause: Option<CauseName>,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case attach`.
#[derive(Debug, Args)]
pub(crate) struct AttachArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// The file
    pub(crate) file: PathBuf,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case file`.
#[derive(Debug, Args)]
pub(crate) struct FileArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// Number of the entry that it was attached with
    pub(crate) entry: i32,
    /// File to write; must not be there yet
    #[arg(long, short)]
    pub(crate) out: PathBuf,
}

/// Arguments of `twin case deadline`.
#[derive(Debug, Args)]
pub(crate) struct DeadlineArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// Last day to meet it
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) due: NaiveDate,
    /// What it is for; the same as --note
    #[arg(long = "for", value_name = "TEXT", conflicts_with = "note")]
    pub(crate) what: Option<String>,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case met`.
#[derive(Debug, Args)]
pub(crate) struct MetArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// Number of the entry that set the deadline or remedy
    pub(crate) entry: i32,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case remedy`.
#[derive(Debug, Args)]
pub(crate) struct RemedyArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// The remedy
    #[arg(value_enum)]
    pub(crate) remedy: RemedyName,
    /// Its first day; the day of the entry if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) from: Option<NaiveDate>,
    /// Its last day; extension and temporary use need one
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) until: Option<NaiveDate>,
    /// What the entry says
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case correct`.
#[derive(Debug, Args)]
pub(crate) struct CorrectArguments {
    /// Which case
    #[command(flatten)]
    pub(crate) one: OneArguments,
    /// Number of the entry to correct
    pub(crate) entry: i32,
    /// Who caused it instead, of a determination
    #[arg(long, value_enum)]
    pub(crate) cause: Option<CauseName>,
    /// First day instead, of a remedy
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) from: Option<NaiveDate>,
    /// Last day instead, of a deadline or remedy
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) due: Option<NaiveDate>,
    /// Withdraw the entry whole
    #[arg(long)]
    pub(crate) withdraw: bool,
    /// What holds instead: --day and --note; --reason is needed
    #[command(flatten)]
    pub(crate) said: Said,
}

/// Arguments of `twin case overdue`.
#[derive(Debug, Args)]
pub(crate) struct OverdueArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Day to look from; today if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin case verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// Number of the case; every case if not given
    pub(crate) case: Option<i64>,
    /// Hash of an entry that was noted elsewhere: it must still be there
    #[arg(long, value_name = "HASH", requires = "case", value_parser = hash)]
    pub(crate) expect: Option<String>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident of $of:ident { $($(#[$said:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(crate) enum $name {
            $($(#[$said])* $variant),+
        }

        impl From<$name> for $of {
            fn from(name: $name) -> Self {
                match name {
                    $($name::$variant => Self::$variant),+
                }
            }
        }
    };
}

named! {
    /// States of a case.
    StateName of CaseState {
        /// There is reason to think that the land lies idle
        Suspected,
        /// The holder was asked, the land looked at
        Investigation,
        /// It lies idle, and who caused it is settled
        Determined,
        /// A remedy is being carried out
        Disposal,
        /// Over: in use again, reclaimed, or never idle
        Lifted,
    }
}

named! {
    /// Who caused it.
    CauseName of Cause {
        /// The holder (Art. 14)
        Holder,
        /// The government (Art. 8)
        Government,
    }
}

named! {
    /// Remedies.
    RemedyName of Remedy {
        /// A later start, at most a year (Art. 12)
        Extension,
        /// Another use or plan (Art. 12)
        ChangeOfUse,
        /// Another use for a time, at most two years (Art. 12)
        TemporaryUse,
        /// Taken back against pay (Art. 12)
        PaidReclaim,
        /// Other land for it (Art. 12)
        Swap,
        /// The idle fee (Art. 14)
        IdleFee,
        /// Taken back without pay (Art. 14)
        Reclaim,
        /// Something else, in words
        Other,
    }
}

/// A hash as `show` and `verify` print it.
fn hash(text: &str) -> Result<String, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a hash has 64 hexadecimal digits, as `twin case show` prints them".to_owned())
    }
}
