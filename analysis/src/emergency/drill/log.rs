//! The log of a drill: what was injected by hand, and what happened. A line of JSON each.

use serde::{Deserialize, Serialize};

use super::DrillError;
use super::file::{Action, DrillFile};
use crate::words;
use crate::words::Words;

/// Version of the lines that this program writes and reads.
const FORMAT_VERSION: u32 = 1;

/// Something that a person did while the drill ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandInject {
    /// s from the start.
    pub at_s: f64,
    /// What.
    pub does: Action,
    /// Who, as he says.
    #[serde(default)]
    pub by: String,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// Of the hazard.
    Hazard,
    /// Of the timeline.
    Inject,
    /// By hand.
    Hand,
    /// Of the response.
    Response,
    /// Of people.
    People,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// s from the start.
    pub at_s: f64,
    /// Event.
    pub id: String,
    /// Kind.
    pub kind: Happening,
    /// Words.
    pub text: Words,
}

/// A log.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillLog {
    /// Name of the drill.
    pub drill: String,
    /// Fingerprint of its file.
    pub file: String,
    /// Injects by hand.
    pub hand: Vec<HandInject>,
    /// What happened.
    pub entries: Vec<Entry>,
    /// Fingerprint of the whole run; none where it was broken off.
    pub digest: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Row {
    Drill { format_version: u32, name: String, file: String },
    Hand(HandInject),
    Entry(Entry),
    End { digest: String },
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): enough to tell two runs apart, not to keep anyone from forging one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    pub(super) fn number(&mut self, value: f64) {
        self.add(&value.to_bits().to_le_bytes());
    }

    pub(super) fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Fingerprint of a text.
pub(super) fn fingerprint_of(text: &str) -> String {
    let mut print = Fingerprint::new();
    print.add(text.as_bytes());
    print.text()
}

fn row(row: &Row) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(row)? + "\n")
}

fn head(drill: &str, file: &str, hand: &[HandInject]) -> Result<String, serde_json::Error> {
    let mut out = row(&Row::Drill { format_version: FORMAT_VERSION, name: drill.to_owned(), file: file.to_owned() })?;
    for inject in hand {
        out.push_str(&row(&Row::Hand(inject.clone()))?);
    }
    Ok(out)
}

impl DrillLog {
    /// A log from its lines. One that was broken off in the middle of a line is read up to there.
    ///
    /// # Errors
    /// [`DrillError::Log`] for a line that cannot be read and is not the last, [`DrillError::OtherLog`] for one of another version.
    pub fn parse(text: &str) -> Result<Self, DrillError> {
        let mut log =
            Self { drill: String::new(), file: String::new(), hand: Vec::new(), entries: Vec::new(), digest: None };
        let lines: Vec<&str> = text.lines().collect();
        for (k, line) in lines.iter().enumerate() {
            let row = match serde_json::from_str::<Row>(line) {
                Ok(row) => row,
                Err(_) if k > 0 && k + 1 == lines.len() && !text.ends_with('\n') => break,
                Err(source) => return Err(DrillError::Log { line: k + 1, source }),
            };
            match row {
                Row::Drill { format_version: FORMAT_VERSION, name, file } => (log.drill, log.file) = (name, file),
                Row::Drill { format_version, .. } => {
                    let reason = words!(
                        "drill-wrong-log-version",
                        "it has format version {found}; this version reads {reads}: play it with the version that wrote it, or give what stands behind `hand` in its lines, one a line, to `twin drill run FILE --hand`",
                        found = format_version.to_string(),
                        reads = FORMAT_VERSION.to_string()
                    );
                    return Err(DrillError::OtherLog { reason });
                }
                Row::Hand(inject) => log.hand.push(inject),
                Row::Entry(entry) => log.entries.push(entry),
                Row::End { digest } => log.digest = Some(digest),
            }
        }
        Ok(log)
    }

    /// Its lines: first the injects by hand, which with the file are the whole state, so that a log that breaks off anywhere behind them
    /// is enough to go on; then what happened.
    ///
    /// # Errors
    /// [`serde_json::Error`] where a value cannot be written.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let mut out = head(&self.drill, &self.file, &self.hand)?;
        for entry in &self.entries {
            out.push_str(&Self::line(entry)?);
        }
        if let Some(digest) = &self.digest {
            out.push_str(&Self::last_line(digest)?);
        }
        Ok(out)
    }

    /// The lines that a log begins with, for who writes it as the drill runs.
    ///
    /// # Errors
    /// [`serde_json::Error`] where a value cannot be written.
    pub fn first_lines(file: &DrillFile, hand: &[HandInject]) -> Result<String, serde_json::Error> {
        let mut hand = hand.to_vec();
        hand.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        head(&file.name, &fingerprint_of(file.text()), &hand)
    }

    /// The line of something that happened.
    ///
    /// # Errors
    /// [`serde_json::Error`] where a value cannot be written.
    pub fn line(entry: &Entry) -> Result<String, serde_json::Error> {
        row(&Row::Entry(entry.clone()))
    }

    /// The line that says that the drill came to its end, with the fingerprint of the run.
    ///
    /// # Errors
    /// [`serde_json::Error`] where a value cannot be written.
    pub fn last_line(digest: &str) -> Result<String, serde_json::Error> {
        row(&Row::End { digest: digest.to_owned() })
    }

    /// Checks that the log is one of this drill.
    ///
    /// # Errors
    /// [`DrillError::OtherLog`].
    pub fn belongs_to(&self, file: &DrillFile) -> Result<(), DrillError> {
        if self.file == fingerprint_of(file.text()) {
            return Ok(());
        }
        let reason = words!(
            "drill-wrong-other",
            "it is of {drill}, or the file was changed since; `twin drill run FILE --hand LOG --log NEW` plays what was done by hand in it with the file that there is",
            drill = format!("{:?}", self.drill)
        );
        Err(DrillError::OtherLog { reason })
    }

    /// Checks that what came of the drill now is what the log tells of, to the bit; of one that was broken off, up to there.
    ///
    /// # Errors
    /// [`DrillError::OtherLog`].
    pub fn tells_of(&self, run: &Self) -> Result<(), DrillError> {
        let same =
            |(a, b): (&Entry, &Entry)| a.at_s.to_bits() == b.at_s.to_bits() && a.id == b.id && *a.text == *b.text;
        let alike = run.entries.len() >= self.entries.len()
            && self.entries.iter().zip(&run.entries).all(same)
            && self.digest.as_ref().is_none_or(|digest| Some(digest) == run.digest.as_ref());
        if alike {
            return Ok(());
        }
        let reason = words!(
            "drill-wrong-run",
            "the run that it tells of is another: the park, the tables or the program have changed"
        );
        Err(DrillError::OtherLog { reason })
    }
}
