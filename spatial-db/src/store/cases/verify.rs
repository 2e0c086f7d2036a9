//! Whether what is on record of a case is what was recorded: its chain of hashes, worked out anew here and not by the
//! database, its files, and what the audit log says.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use postgres::IsolationLevel;
use serde::Serialize;

use super::super::{Store, StoreError, sql};
use super::read::rights;
use crate::hash::sha256;

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The entry is not the one that was hashed: it was changed.
    Changed,
    /// It does not follow the entry before: one was changed, put in or taken out.
    DoesNotFollow,
    /// Its number is not the next.
    NumberMissing,
    /// Its attached file is not the one that was hashed.
    FileChanged,
    /// Its attached file is gone.
    FileMissing,
    /// The audit log has another hash of it.
    OtherThanLogged,
    /// The audit log does not know it.
    NotLogged,
    /// The audit log knows it, and it is gone.
    Removed,
}

/// An entry that is not as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Its number.
    pub seq: i32,
    /// What is wrong.
    pub flaw: Flaw,
}

/// What verifying a case found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseVerification {
    /// The case.
    pub case_id: i64,
    /// Entries looked at.
    pub entries: usize,
    /// Files looked at.
    pub files: usize,
    /// Hash of the last entry: kept elsewhere, it proves later that nothing up to it was changed.
    pub head: Option<String>,
    /// Whether the audit log was compared; not every user may read it.
    pub audit_log_compared: bool,
    /// Whether one of the entries has the hash that was asked for; `None` if none was.
    pub has_expected: Option<bool>,
    /// What is wrong, in the order of the entries.
    pub broken: Vec<Broken>,
}

impl CaseVerification {
    /// Nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.broken.is_empty() && self.has_expected != Some(false)
    }
}

impl Store {
    /// Numbers of all cases that a park ever had, in order: those on record, those that the audit log knows, and those whose number
    /// was given out, which is every number below the highest.
    ///
    /// # Errors
    /// [`StoreError::CasesHidden`], or the server's.
    pub fn case_numbers(&mut self, slug: &str) -> Result<Vec<i64>, StoreError> {
        let what = || StoreError::of(format!("listing the cases of park {slug}"));
        let park_id = self.park(slug)?.park_id;
        let mut highest = self.cases(slug)?.last().map_or(0, |case| case.case_id);
        let mut tx = self.client.transaction().map_err(what())?;
        if rights(&mut tx)?.audit_log {
            highest = tx.query_one(sql::CASE_NUMBERS, &[&park_id]).map_err(what())?.get::<_, i64>(0).max(highest);
        }
        Ok((1..=highest).collect())
    }

    /// Verifies a case. `expected` is the hash of an entry noted elsewhere: it must still be there.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCase`], [`StoreError::CasesHidden`], or the server's.
    pub fn verify_case(
        &mut self,
        slug: &str,
        case_id: i64,
        expected: Option<&str>,
    ) -> Result<CaseVerification, StoreError> {
        let what = || StoreError::of(format!("verifying case {case_id} of park {slug}"));
        let park_id = self.park(slug)?.park_id;
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = transaction.start().map_err(what())?;
        let rights = rights(&mut tx)?;
        let rows = tx.query(sql::CASE_CHAIN, &[&park_id, &case_id]).map_err(what())?;
        let mut logged: BTreeMap<i32, String> = BTreeMap::new();
        let mut broken = Vec::new();
        if rights.audit_log {
            let seals = tx.query(sql::CASE_SEALS, &[&park_id, &case_id]).map_err(what())?;
            // The first word counts; a second one about the same entry is a flaw of its own.
            for seal in &seals {
                let (seq, hash): (i32, String) = (seal.get(0), seal.get(1));
                match logged.entry(seq) {
                    Entry::Vacant(first) => {
                        first.insert(hash);
                    }
                    Entry::Occupied(_) => broken.push(Broken { seq, flaw: Flaw::OtherThanLogged }),
                }
            }
        }
        let gone = rows.is_empty()
            && (!logged.is_empty() || tx.query_one(sql::CASE_GIVEN_OUT, &[&park_id, &case_id]).map_err(what())?.get(0));
        if gone && logged.is_empty() {
            broken.push(Broken { seq: 1, flaw: Flaw::Removed });
        }
        if rows.is_empty() && !gone {
            return Err(StoreError::NoSuchCase { slug: slug.to_owned(), case_id });
        }
        let (mut files, mut before, mut head) = (0, None::<String>, None::<String>);
        let mut known = expected.map(|_| false);
        for (at, row) in rows.iter().enumerate() {
            let seq: i32 = row.get(0);
            let mut flaw = |flaw| broken.push(Broken { seq, flaw });
            let (fields, previous, hash): (Vec<Option<String>>, Option<String>, String) =
                (row.get(2), row.get(3), row.get(4));
            if seq != at as i32 + 1 {
                flaw(Flaw::NumberMissing);
            }
            if hash != hash_of(&fields) {
                flaw(Flaw::Changed);
            }
            if previous != before {
                flaw(Flaw::DoesNotFollow);
            }
            if row.get::<_, &str>(1) == "file" {
                files += 1;
                let file = tx.query_opt(sql::CASE_FILE_BYTES, &[&park_id, &case_id, &seq]).map_err(what())?;
                match file.map(|file| blake3::hash(file.get::<_, &[u8]>(0)).to_hex().to_string()) {
                    None => flaw(Flaw::FileMissing),
                    found if found == row.get::<_, Option<String>>(5) => {}
                    Some(_) => flaw(Flaw::FileChanged),
                }
            }
            if rights.audit_log {
                match logged.remove(&seq) {
                    None => flaw(Flaw::NotLogged),
                    Some(noted) if noted == hash => {}
                    Some(_) => flaw(Flaw::OtherThanLogged),
                }
            }
            if let (Some(expected), Some(known)) = (expected, &mut known) {
                *known |= expected.eq_ignore_ascii_case(&hash);
            }
            before = Some(hash.clone());
            head = Some(hash);
        }
        broken.extend(logged.into_keys().map(|seq| Broken { seq, flaw: Flaw::Removed }));
        Ok(CaseVerification {
            case_id,
            entries: rows.len(),
            files,
            head,
            audit_log_compared: rights.audit_log,
            has_expected: known,
            broken,
        })
    }
}

/// The hash that `twin.case_event_hash` gives: each field as its length in bytes, a colon and its text, or a hyphen.
fn hash_of(fields: &[Option<String>]) -> String {
    let texts: Vec<String> = fields
        .iter()
        .map(|field| field.as_ref().map_or_else(|| "-".to_owned(), |text| format!("{}:{text}", text.len())))
        .collect();
    sha256(texts.join(",").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cannot_run_into_each_other() {
        let hash = |fields: &[Option<&str>]| hash_of(&fields.iter().map(|f| f.map(str::to_owned)).collect::<Vec<_>>());
        // sha256("1:a,-,0:"), worked out with sha256sum.
        assert_eq!(
            hash(&[Some("a"), None, Some("")]),
            "857c687b2235ae2ec4bea41c686d709eadcfad9de49dc268157ebae72c15e2c9"
        );
        assert_ne!(hash(&[Some("a,1:b")]), hash(&[Some("a"), Some("b")]));
        assert_ne!(hash(&[Some("-")]), hash(&[None]));
    }
}
