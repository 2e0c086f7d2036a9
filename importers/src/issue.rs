//! Problems of the data, counted and kept for the report. What stops an import is left to [`crate::ImportError`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use geo::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use spatial_db::checks::CheckSettings;
use spatial_db::model::IssueSeverity;
use spatial_db::store::{IssueSpool, Load, NewIssue, StoreError};

/// How much of a row an issue costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; the row is as the source has it.
    Note,
    /// The row was kept, with a value dropped, repaired or derived.
    Warning,
    /// It cannot be right; the row is as the source has it.
    Error,
    /// The row was left out and lies in quarantine.
    Quarantined,
}

impl From<IssueSeverity> for Severity {
    fn from(severity: IssueSeverity) -> Self {
        match severity {
            IssueSeverity::Note => Self::Note,
            IssueSeverity::Warning => Self::Warning,
            IssueSeverity::Error => Self::Error,
        }
    }
}

impl From<Severity> for IssueSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Note,
            Severity::Warning => Self::Warning,
            Severity::Error | Severity::Quarantined => Self::Error,
        }
    }
}

/// A problem of one row, or of a layer as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Stable code, `subject.problem`.
    pub code: Cow<'static, str>,
    /// What it costs.
    pub severity: Severity,
    /// Source file as the manifest names it.
    pub file: String,
    /// Layer of the manifest.
    pub layer: String,
    /// Row in the source, from 1; `None` when it concerns the layer.
    pub row: Option<i64>,
    /// Key of the row, once known.
    pub key: Option<String>,
    /// What is wrong, in words.
    pub reason: String,
    /// What to do about it, in words.
    pub fix: String,
    /// The figures behind it; names carry units.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Json>,
    /// Where the trouble is, in the park's CRS, metres, where the feature's own place does not say it.
    #[serde(skip)]
    pub place: Option<Geometry<f64>>,
}

impl Issue {
    /// The same issue with its place.
    pub(crate) fn at(self, place: Option<Geometry<f64>>) -> Self {
        Self { place, ..self }
    }

    /// The same issue with a figure behind it.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

/// Issues kept word for word per code and layer; further ones are only counted.
const KEPT_PER_CODE: u32 = 20;

/// How many there are of each code.
pub(crate) type Totals = BTreeMap<Cow<'static, str>, u64>;

/// Every issue counted and on its way to the store, the first ones of each kind kept for the report.
#[derive(Debug, Default)]
pub(crate) struct IssueLog {
    kept: Vec<Issue>,
    totals: BTreeMap<Cow<'static, str>, u64>,
    per_layer: BTreeMap<(String, Cow<'static, str>), u32>,
    spool: IssueSpool,
}

impl IssueLog {
    /// Takes one issue in.
    pub(crate) fn push(&mut self, issue: Issue) {
        self.spool.push(&NewIssue {
            code: &issue.code,
            severity: issue.severity.into(),
            layer: &issue.layer,
            source: &issue.file,
            source_row: issue.row,
            key: issue.key.as_deref(),
            reason: &issue.reason,
            fix: &issue.fix,
            facts: &issue.facts,
            place: issue.place.as_ref(),
            rejected: issue.severity == Severity::Quarantined,
        });
        *self.totals.entry(issue.code.clone()).or_default() += 1;
        let seen = self.per_layer.entry((issue.layer.clone(), issue.code.clone())).or_default();
        *seen += 1;
        if *seen <= KEPT_PER_CODE {
            self.kept.push(issue);
        }
    }

    /// The issues kept after the first so many.
    pub(crate) fn kept_since(&self, count: usize) -> &[Issue] {
        self.kept.get(count..).unwrap_or_default()
    }

    /// Hands every issue to the store and has the checks over whole tables made, for which all layers must be in.
    /// Returns the kept issues and the totals per code, those of the checks included.
    pub(crate) fn settle(
        self,
        load: &mut Load<'_>,
        checks: &CheckSettings,
    ) -> Result<(Vec<Issue>, Totals), StoreError> {
        let Self { mut kept, mut totals, spool, .. } = self;
        load.take_issues(spool)?;
        let checked = load.check(checks, KEPT_PER_CODE)?;
        for found in checked.codes {
            *totals.entry(found.code.into()).or_default() += found.count;
        }
        kept.extend(checked.first.into_iter().map(|found| Issue {
            code: found.code.into(),
            severity: found.severity.into(),
            file: found.source,
            layer: found.layer,
            row: found.source_row,
            key: found.key,
            reason: found.reason,
            fix: found.fix,
            facts: Map::new(),
            place: None,
        }));
        Ok((kept, totals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_and_keeps_the_first() {
        let mut log = IssueLog::default();
        for row in 1..=100 {
            log.push(Issue {
                code: "value.not_a_number".into(),
                severity: Severity::Warning,
                file: "a.shp".into(),
                layer: "a".into(),
                row: Some(row),
                key: None,
                reason: "x".into(),
                fix: "y".into(),
                facts: Map::new(),
                place: None,
            });
        }
        assert_eq!((log.kept.len(), log.spool.len()), (20, 100));
        assert_eq!(log.totals["value.not_a_number"], 100);
    }
}
