//! A problem of the data as the store keeps it: which rows, what is wrong, what to do, where.

use geo::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// How bad a problem of the data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueSeverity {
    /// Worth knowing.
    Note,
    /// Probably wrong, or a value was dropped, repaired or derived.
    Warning,
    /// Cannot be right, or the row was left out.
    Error,
}

impl IssueSeverity {
    /// All, worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}

/// One issue of a park's last import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueRecord {
    /// Number in the store; a later import numbers anew.
    pub issue_id: i64,
    /// The run that found it.
    pub run_id: i64,
    /// The check over whole tables that found it; `None` for an issue of a row as read.
    pub check: Option<String>,
    /// Stable code, `subject.problem`; `docs/issues.md` explains each.
    pub code: String,
    /// How bad.
    pub severity: IssueSeverity,
    /// Table of the feature.
    pub table: Option<String>,
    /// Layer of the manifest; empty where it concerns none.
    pub layer: String,
    /// Source file, and layer in it, as the manifest names it.
    pub source: String,
    /// Row in the source, from 1.
    pub source_row: Option<i64>,
    /// Number of the feature in its table; `None` where the row was left out.
    pub feature_id: Option<i64>,
    /// Key of the feature.
    pub key: Option<String>,
    /// Table of the second feature.
    pub other_table: Option<String>,
    /// Number of the second feature.
    pub other_feature: Option<i64>,
    /// Key of the second feature, or the key that is missing.
    pub other_key: Option<String>,
    /// What is wrong, in words.
    pub reason: String,
    /// What to do about it, in words.
    pub fix: String,
    /// The figures behind it; names carry units.
    pub facts: Map<String, Json>,
    /// The rejected row in quarantine.
    pub quarantine_id: Option<i64>,
    /// Where the trouble is, in the park's CRS, metres.
    #[serde(skip)]
    pub place: Option<Geometry<f64>>,
}
