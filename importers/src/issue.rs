//! Problems of the data, counted and kept for the report. What stops an import is left to [`crate::ImportError`].

use std::collections::BTreeMap;

use serde::Serialize;

/// How much of a row an issue costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; the row is as the source has it.
    Note,
    /// The row was kept, with a value dropped, repaired or derived.
    Warning,
    /// The row was left out and lies in quarantine.
    Quarantined,
}

/// A problem of one row, or of a layer as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Issue {
    /// Stable code, `subject.problem`.
    pub code: &'static str,
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
}

/// Issues kept word for word per code and layer; further ones are only counted.
const KEPT_PER_CODE: u64 = 20;

/// Every issue counted, the first ones of each kind kept.
#[derive(Debug, Default)]
pub(crate) struct IssueLog {
    kept: Vec<Issue>,
    totals: BTreeMap<&'static str, u64>,
    per_layer: BTreeMap<(String, &'static str), u64>,
}

impl IssueLog {
    /// Takes one issue in.
    pub(crate) fn push(&mut self, issue: Issue) {
        *self.totals.entry(issue.code).or_default() += 1;
        let seen = self.per_layer.entry((issue.layer.clone(), issue.code)).or_default();
        *seen += 1;
        if *seen <= KEPT_PER_CODE {
            self.kept.push(issue);
        }
    }

    /// The issues kept after the first so many.
    pub(crate) fn kept_since(&self, count: usize) -> &[Issue] {
        self.kept.get(count..).unwrap_or_default()
    }

    /// The kept issues and the totals per code.
    pub(crate) fn into_parts(self) -> (Vec<Issue>, BTreeMap<&'static str, u64>) {
        (self.kept, self.totals)
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
                code: "value.not_a_number",
                severity: Severity::Warning,
                file: "a.shp".into(),
                layer: "a".into(),
                row: Some(row),
                key: None,
                reason: "x".into(),
                fix: "y".into(),
            });
        }
        let (kept, totals) = log.into_parts();
        assert_eq!(kept.len(), 20);
        assert_eq!(totals["value.not_a_number"], 100);
    }
}
