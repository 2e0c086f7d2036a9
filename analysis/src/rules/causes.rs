//! Causes that excuse the holder of idle land, with their clauses and with what shows that they are over.

use serde::Deserialize;
use spatial_db::model::{EventKind, IdleCause};

use super::cited;
use crate::words::Words;

/// A cause as the Order names it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseRow {
    cause: IdleCause,
    ends_with: Vec<EventKind>,
    standard: String,
    edition: String,
    clause: String,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Untold {
    ends_with: Vec<EventKind>,
}

/// The table of causes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdleCauses {
    cause: Vec<CauseRow>,
    untold: Untold,
}

impl IdleCauses {
    fn row(&self, cause: IdleCause) -> Option<&CauseRow> {
        self.cause.iter().find(|row| row.cause == cause)
    }

    /// A cause that the table does not have.
    pub(super) fn lacks(&self) -> Option<IdleCause> {
        IdleCause::ALL.into_iter().find(|cause| self.row(*cause).is_none())
    }

    /// Events that show the end of a cause whose record does not tell it.
    pub(super) fn ends_with(&self, cause: Option<IdleCause>) -> &[EventKind] {
        let row = cause.and_then(|cause| self.row(cause));
        row.map_or(self.untold.ends_with.as_slice(), |row| row.ends_with.as_slice())
    }

    /// Where a cause stands; `None` where the table does not have it.
    pub(super) fn citation(&self, cause: IdleCause) -> Option<Words> {
        self.row(cause).map(|row| cited(&row.standard, &row.edition, &row.clause, &row.status))
    }
}
