//! Cases out of the store.

use std::collections::HashMap;

use chrono::NaiveDate;
use postgres::{GenericClient, IsolationLevel, Row};

use super::super::{Store, StoreError, sql};
use crate::model::{Case, CaseEvent, CaseEventKind, CaseFile, CaseState, Cause, Deadline, Remedy, overdue};

/// What this user may read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    pub(super) land: bool,
    pub(super) audit_log: bool,
}

/// What this user may read.
///
/// # Errors
/// [`StoreError::CasesHidden`] where it may not even see cases, or the server's.
pub(super) fn rights(client: &mut impl GenericClient) -> Result<Rights, StoreError> {
    let row = client.query_one(sql::CASE_RIGHTS, &[]).map_err(StoreError::of("asking for rights"))?;
    if row.get(0) { Ok(Rights { land: row.get(1), audit_log: row.get(2) }) } else { Err(StoreError::CasesHidden) }
}

impl Store {
    /// Every case of a park, with everything on record of it, the first one opened first. Kept beside the park's snapshot,
    /// not in it: what is drawn, exported and packed for others carries no case.
    ///
    /// # Errors
    /// [`StoreError::CasesHidden`] for users who see none, [`StoreError::NoSuchPark`], or the server's.
    pub fn cases(&mut self, slug: &str) -> Result<Vec<Case>, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = transaction.start().map_err(StoreError::of(format!("reading the cases of park {slug}")))?;
        read(&mut tx, park_id, None)
    }

    /// One case.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`], or as [`Store::cases`].
    pub fn case(&mut self, slug: &str, case_id: i64) -> Result<Case, StoreError> {
        let park_id = self.park(slug)?.park_id;
        one(&mut self.client, slug, park_id, case_id)
    }

    /// Deadlines and remedies that are overdue on a day, the longest overdue first.
    ///
    /// # Errors
    /// As [`Store::cases`].
    pub fn overdue(&mut self, slug: &str, as_of: NaiveDate) -> Result<Vec<Deadline>, StoreError> {
        Ok(overdue(&self.cases(slug)?, as_of))
    }

    /// The bytes of an attached file, by the number of its entry; `None` where there is none.
    ///
    /// # Errors
    /// As [`Store::case`].
    pub fn case_file(&mut self, slug: &str, case_id: i64, seq: i32) -> Result<Option<Vec<u8>>, StoreError> {
        self.case(slug, case_id)?;
        let park_id = self.park(slug)?.park_id;
        let row = self.client.query_opt(sql::CASE_FILE_BYTES, &[&park_id, &case_id, &seq]);
        Ok(row.map_err(StoreError::of("reading an attached file"))?.map(|row| row.get(0)))
    }
}

pub(super) fn one(client: &mut impl GenericClient, slug: &str, park_id: i32, case_id: i64) -> Result<Case, StoreError> {
    let cases = read(client, park_id, Some(case_id))?;
    cases.into_iter().next().ok_or_else(|| StoreError::NoSuchCase { slug: slug.to_owned(), case_id })
}

fn read(client: &mut impl GenericClient, park_id: i32, only: Option<i64>) -> Result<Vec<Case>, StoreError> {
    let what = || StoreError::of("reading cases");
    let rights = rights(client)?;
    let mut cases: Vec<Case> = Vec::new();
    for row in client.query(sql::CASE_EVENTS, &[&park_id, &only]).map_err(what())? {
        let case_id: i64 = row.get(0);
        if cases.last().is_none_or(|case| case.case_id != case_id) {
            cases.push(Case {
                case_id,
                parcel_key: row.get::<_, Option<String>>(7).unwrap_or_default(),
                parcel_number: row.get(8),
                contract_key: row.get(9),
                parcel_on_record: None,
                contract_on_record: None,
                events: Vec::new(),
            });
        }
        let event = event_of(&row).map_err(|reason| StoreError::BadStoredRow {
            table: "case_event",
            feature_id: case_id,
            reason,
        })?;
        if let Some(case) = cases.last_mut() {
            case.events.push(event);
        }
    }
    if rights.land {
        let rows = client.query(sql::CASE_REFERENCES, &[&park_id]).map_err(what())?;
        let there: HashMap<i64, (bool, bool)> = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
        for case in &mut cases {
            let found = there.get(&case.case_id);
            case.parcel_on_record = found.map(|found| found.0);
            case.contract_on_record = found.filter(|_| case.contract_key.is_some()).map(|found| found.1);
        }
    }
    Ok(cases)
}

fn event_of(row: &Row) -> Result<CaseEvent, String> {
    fn word<T>(row: &Row, at: usize, parse: fn(&str) -> Option<T>) -> Result<Option<T>, String> {
        let word: Option<&str> = row.get(at);
        word.map(|word| parse(word).ok_or_else(|| format!("{word:?} is not a known word"))).transpose()
    }
    let file = row.get::<_, Option<String>>(22).map(|name| CaseFile {
        name,
        media_type: row.get::<_, Option<String>>(23).unwrap_or_default(),
        bytes: row.get::<_, Option<i64>>(24).unwrap_or_default().cast_unsigned(),
        blake3: row.get::<_, Option<String>>(25).unwrap_or_default(),
        taken: row.get(26),
        position: row.get::<_, Option<f64>>(27).zip(row.get(28)).map(|(longitude, latitude)| [longitude, latitude]),
    });
    Ok(CaseEvent {
        seq: row.get(1),
        kind: word(row, 2, CaseEventKind::parse)?.ok_or("it has no kind")?,
        day: row.get(3),
        recorded: row.get(4),
        recorded_as: row.get(5),
        recorded_by: row.get(6),
        state: word(row, 10, CaseState::parse)?,
        cause: word(row, 11, Cause::parse)?,
        remedy: word(row, 12, Remedy::parse)?,
        starts: row.get(13),
        due: row.get(14),
        refers: row.get(15),
        withdrawn: row.get(16),
        note: row.get(17),
        basis: row.get(18),
        reason: row.get(19),
        out_of_order: row.get(20),
        late: row.get(21),
        file,
        hash: row.get(29),
    })
}
