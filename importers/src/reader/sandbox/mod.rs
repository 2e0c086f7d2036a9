//! The box around the reading process: what it may open, call, use up; and what of that this system can enforce.
//!
//! [`Limits`] are the parent's word, [`enter`] is what the child does with them. Watching the clock and the private
//! folder is left to the parent, in `reader`.

#[cfg(target_os = "linux")]
mod linux;

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

/// Environment variable for [`Limits::memory_mb`].
pub const MEMORY_VARIABLE: &str = "TWIN_READER_MEMORY_MB";
/// Environment variable for [`Limits::silence`], seconds.
pub const TIMEOUT_VARIABLE: &str = "TWIN_READER_TIMEOUT_S";
/// Environment variable for [`Limits::temp_mb`].
pub const TEMP_VARIABLE: &str = "TWIN_READER_TEMP_MB";

/// Files that a reader may hold open at a time.
const OPEN_FILES: u64 = 1024;

/// How much a reading process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory, MiB. A process that asks for more does not get it.
    pub memory_mb: u64,
    /// How long it may go without sending anything before it is ended.
    pub silence: Duration,
    /// Size of its private temporary folder, MiB.
    pub temp_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_mb: 2048, silence: Duration::from_mins(5), temp_mb: 8192 }
    }
}

/// A limit in the environment that is no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}={value:?} is no whole number from {least} to {most}")]
pub struct BadLimit {
    /// The variable.
    pub variable: &'static str,
    /// What it says.
    pub value: String,
    /// Least that makes sense.
    pub least: u64,
    /// Most that makes sense.
    pub most: u64,
}

impl Limits {
    /// The defaults, with what the environment says instead.
    ///
    /// # Errors
    /// [`BadLimit`] for a variable that is set to something else than a number in its range.
    pub fn from_env() -> Result<Self, BadLimit> {
        Self::from_words(|variable| std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned()))
    }

    fn from_words(said: impl Fn(&str) -> Option<String>) -> Result<Self, BadLimit> {
        let number = |variable: &'static str, least: u64, most: u64, default: u64| match said(variable) {
            None => Ok(default),
            Some(value) => {
                let number = value.trim().parse().ok().filter(|number| (least..=most).contains(number));
                number.ok_or(BadLimit { variable, value, least, most })
            }
        };
        let default = Self::default();
        Ok(Self {
            memory_mb: number(MEMORY_VARIABLE, 128, 1 << 20, default.memory_mb)?,
            silence: Duration::from_secs(number(TIMEOUT_VARIABLE, 1, 7 * 86_400, default.silence.as_secs())?),
            temp_mb: number(TEMP_VARIABLE, 1, 1 << 24, default.temp_mb)?,
        })
    }
}

/// What the parent tells a reading process to lock itself into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terms {
    /// Folders it may read, with everything in them.
    pub(crate) folders: Vec<PathBuf>,
    /// The folder it may write.
    pub(crate) private: PathBuf,
    /// Memory, MiB.
    pub(crate) memory_mb: u64,
    /// Longest file it may write, MiB.
    pub(crate) temp_mb: u64,
}

/// What of the box this system enforces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforced {
    /// Only the folders of the sources and of the system can be read, only the private folder written (Landlock).
    pub files: bool,
    /// No connection can be made, no program started, no other process touched (seccomp).
    pub system_calls: bool,
    /// Memory is limited.
    pub memory: bool,
    /// What is missing and why, in words; empty when the box is whole.
    pub missing: Vec<String>,
}

/// Locks this process in. Nothing of it can be undone; what the system does not offer is said, not fatal.
pub(crate) fn enter(terms: &Terms) -> Enforced {
    let mut enforced = Enforced::default();
    let mib = |mb: u64| mb.saturating_mul(1 << 20);
    // The data segment and private mappings: what a parser allocates. Files mapped for reading do not count.
    match limit(Resource::Data, mib(terms.memory_mb)) {
        Ok(()) => enforced.memory = true,
        Err(reason) => enforced.missing.push(format!("memory is not limited ({reason})")),
    }
    for (resource, most) in [(Resource::Fsize, mib(terms.temp_mb)), (Resource::Core, 0), (Resource::Nofile, OPEN_FILES)]
    {
        if let Err(reason) = limit(resource, most) {
            enforced.missing.push(format!("{resource:?} is not limited ({reason})"));
        }
    }
    confine(terms, &mut enforced);
    enforced
}

/// Lowers a limit for good; one that is lower already stays.
fn limit(resource: Resource, most: u64) -> rustix::io::Result<()> {
    let now = getrlimit(resource);
    let most = now.maximum.map_or(most, |maximum| maximum.min(most));
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
}

#[cfg(target_os = "linux")]
fn confine(terms: &Terms, enforced: &mut Enforced) {
    match linux::confine_files(terms) {
        Ok(()) => enforced.files = true,
        Err(reason) => enforced.missing.push(format!("files beyond the sources are not closed to it ({reason})")),
    }
    match linux::confine_calls() {
        Ok(()) => enforced.system_calls = true,
        Err(reason) => enforced.missing.push(format!("network and programs are not closed to it ({reason})")),
    }
}

#[cfg(not(target_os = "linux"))]
fn confine(_terms: &Terms, enforced: &mut Enforced) {
    enforced.missing.push("files, network and programs are not closed to it (only Linux can)".to_owned());
}

/// Dies with its parent and shows its memory to nobody; from the first moment, before anything is read.
pub(crate) fn settle_in() {
    #[cfg(target_os = "linux")]
    linux::settle_in();
}

#[cfg(test)]
mod tests;
