//! Runs the checks over whole tables inside a load: those whose tables changed; what the others found stays.
//!
//! A check that fails is an issue of its own and never stops an import. What is looked for is in [`crate::checks`];
//! elevations and islands are computed by `lines`, how lines join by `joins`. `areas` compares areas: it finds where something may be wrong, by
//! `outline`, `sweep` and `gaps`, and leaves it to the server to measure what is.

mod areas;
mod gaps;
mod joins;
mod lines;
mod outline;
mod sweep;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use chrono::NaiveDate;
use postgres::Transaction;
use postgres::types::ToSql;
use serde_json::{Map, Value as Json, json};

use super::{Load, StoreError, diff, sql};
use crate::checks::{CHECKS, Check, CheckSettings, Code, DUPLICATES, FAILED, Means, Pass, SKIPPED};
use crate::model::IssueSeverity;

/// What the checks found, as far as a report tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// Findings by code, those of earlier runs that still hold included.
    pub codes: Vec<CheckedCode>,
    /// The first of each code and layer, word for word.
    pub first: Vec<FirstFinding>,
}

/// How often a code was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCode {
    /// The code.
    pub code: &'static str,
    /// Findings.
    pub count: u64,
}

/// A finding, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstFinding {
    /// Code.
    pub code: &'static str,
    /// How bad.
    pub severity: IssueSeverity,
    /// Source of the feature's layer.
    pub source: String,
    /// Layer of the feature; empty where it concerns none.
    pub layer: String,
    /// Row of the feature.
    pub source_row: Option<i64>,
    /// Key of the feature.
    pub key: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

/// What one pass of a check works with.
struct Scope<'a> {
    park_id: i32,
    run_id: i64,
    check: &'a Check,
    pass: &'a Pass,
    settings: &'a CheckSettings,
    /// Day on which features are there or not.
    day: NaiveDate,
    /// Whether to stop.
    cancel: Option<&'a AtomicBool>,
}

/// Findings that the program makes itself, column by column.
#[derive(Debug, Default)]
struct Given {
    codes: Vec<&'static str>,
    features: Vec<Option<i64>>,
    others: Vec<Option<i64>>,
    layers: Vec<Option<String>>,
    reasons: Vec<String>,
    facts: Vec<Json>,
    x: Vec<Option<f64>>,
    y: Vec<Option<f64>>,
}

impl Load<'_> {
    /// Runs the checks that this load gives a reason to run, on the tables as they now are. Call it after the layers
    /// are in and those that left are out; `first` findings of each code and layer are returned word for word.
    ///
    /// # Errors
    /// [`StoreError::Cancelled`], or the server's. A check that fails is an issue.
    pub fn check(&mut self, settings: &CheckSettings, first: u32) -> Result<Checked, StoreError> {
        self.settle()?;
        let what = || StoreError::of("reading the state of the checks");
        let states = self.tx.query(sql::CHECK_STATES, &[&self.park_id]).map_err(what())?;
        let mut known: HashMap<String, String> = states.iter().map(|row| (row.get(0), row.get(1))).collect();
        let counts = self.tx.query(sql::TABLE_COUNTS, &[&self.park_id]).map_err(what())?;
        let counts: HashMap<String, i64> = counts.iter().map(|row| (row.get(0), row.get(1))).collect();
        for check in CHECKS {
            diff::check(self.cancel.as_deref())?;
            let fingerprint = fingerprint(check, settings, self.day);
            let held = known.remove(check.name);
            let touched = check.passes.iter().flat_map(Pass::tables).any(|table| self.touched.contains(table));
            if held.as_deref() != Some(fingerprint.as_str()) || touched {
                self.run_check(check, settings, &fingerprint, &counts)?;
            }
        }
        // Checks of an older program.
        for name in known.keys() {
            self.tx.execute(sql::CHECK_CLEAR, &[&self.park_id, name]).map_err(what())?;
            self.tx.execute(sql::CHECK_STATE_FORGET, &[&self.park_id, name]).map_err(what())?;
        }
        found(&mut self.tx, self.park_id, first)
    }

    fn run_check(
        &mut self,
        check: &Check,
        settings: &CheckSettings,
        fingerprint: &str,
        counts: &HashMap<String, i64>,
    ) -> Result<(), StoreError> {
        let began = Instant::now();
        let what = || StoreError::of(format!("checking {}", check.name));
        self.tx.execute(sql::CHECK_CLEAR, &[&self.park_id, &check.name]).map_err(what())?;
        if check.codes.iter().any(|code| settings.is_on(code.code)) {
            for pass in check.passes {
                let cancel = self.cancel.as_deref();
                let (park_id, run_id, day) = (self.park_id, self.run_id, self.day);
                let scope = Scope { park_id, run_id, check, pass, settings, day, cancel };
                let rows = |table: &str| counts.get(table).copied().unwrap_or(0);
                if rows(pass.subject) == 0 || rows(pass.other) == 0 {
                    continue;
                }
                // Known from the rows as they came by: a million of them take the server two seconds.
                if check.name == DUPLICATES && self.are_all_different(pass.subject) {
                    continue;
                }
                if let Some(most) = scope.most_rows().filter(|most| rows(pass.subject) as f64 > *most) {
                    let reason = format!(
                        "{} was not looked for: {} has {} rows, more than {most}",
                        check.name,
                        pass.subject,
                        rows(pass.subject)
                    );
                    scope.say(&mut self.tx, &SKIPPED, &reason)?;
                    continue;
                }
                let mut inner = self.tx.transaction().map_err(what())?;
                match scope.run(&mut inner) {
                    Ok(()) => inner.commit().map_err(what())?,
                    Err(StoreError::Query { source, .. } | StoreError::Rejected { source, .. }) => {
                        inner.rollback().map_err(what())?;
                        let said = source.as_db_error().map_or_else(|| source.to_string(), |e| e.message().to_owned());
                        scope.say(&mut self.tx, &FAILED, &format!("{} could not be checked: {said}", check.name))?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        let tolerances: Map<String, Json> = check
            .codes
            .iter()
            .flat_map(|code| code.tolerances.iter().map(move |tolerance| (code, tolerance)))
            .map(|(code, t)| (format!("{}.{}", code.code, t.name), settings.tolerance(code, t).into()))
            .collect();
        let millis = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.tx
            .execute(
                sql::CHECK_STATE_UPSERT,
                &[&self.park_id, &check.name, &self.run_id, &fingerprint, &Json::Object(tolerances), &millis],
            )
            .map(|_| ())
            .map_err(what())
    }
}

/// What the checks have found so far in a park.
fn found(tx: &mut Transaction<'_>, park_id: i32, first: u32) -> Result<Checked, StoreError> {
    let what = || StoreError::of("reading what the checks found");
    let known = |code: &str| {
        let said = [SKIPPED.code, FAILED.code];
        crate::checks::codes().map(|known| known.code).chain(said).find(|known| *known == code)
    };
    let sums = tx.query(sql::ISSUE_SUMS, &[&park_id]).map_err(what())?;
    let rows = tx.query(sql::ISSUE_FIRST, &[&park_id, &i64::from(first)]).map_err(what())?;
    Ok(Checked {
        codes: sums
            .iter()
            .filter_map(|row| {
                Some(CheckedCode { code: known(row.get(0))?, count: row.get::<_, i64>(1).cast_unsigned() })
            })
            .collect(),
        first: rows
            .iter()
            .filter_map(|row| {
                Some(FirstFinding {
                    code: known(row.get(0))?,
                    severity: IssueSeverity::parse(row.get(1))?,
                    source: row.get(2),
                    layer: row.get(3),
                    source_row: row.get(4),
                    key: row.get(5),
                    reason: row.get(6),
                    fix: row.get(7),
                })
            })
            .collect(),
    })
}

/// What decides, beside the tables, what a check finds.
fn fingerprint(check: &Check, settings: &CheckSettings, day: NaiveDate) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(check.means.statement().as_bytes());
    // The others do not ask what is there on a day.
    if check.means == Means::Joins {
        hasher.update(day.to_string().as_bytes());
    }
    for code in check.codes {
        hasher.update(code.code.as_bytes());
        hasher.update(&[u8::from(settings.is_on(code.code))]);
        for tolerance in code.tolerances {
            hasher.update(tolerance.name.as_bytes());
            hasher.update(&settings.tolerance(code, tolerance).to_le_bytes());
        }
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

impl Scope<'_> {
    fn codes(&self) -> impl Iterator<Item = &Code> {
        self.check.codes.iter().filter(|code| self.settings.is_on(code.code))
    }

    /// A tolerance of the check by name.
    fn tolerance(&self, name: &str) -> Option<f64> {
        self.check.codes.iter().find_map(|code| {
            let tolerance = code.tolerances.iter().find(|tolerance| tolerance.name == name)?;
            Some(self.settings.tolerance(code, tolerance))
        })
    }

    fn most_rows(&self) -> Option<f64> {
        self.tolerance("most_rows")
    }

    fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let given = match self.check.means {
            Means::Sql(text) => return self.insert(tx, text, &[]),
            Means::Overlaps => return areas::overlaps(tx, self),
            Means::Gaps => return areas::gaps(tx, self),
            Means::OnParcels => return areas::on_parcels(tx, self),
            Means::Terrain => lines::above_or_below(tx, self)?,
            Means::Bases => lines::bases(tx, self)?,
            Means::Islands => lines::islands(tx, self)?,
            Means::Joins => joins::doubts(tx, self)?,
        };
        if given.codes.is_empty() {
            return Ok(());
        }
        self.insert(
            tx,
            sql::CHECK_GIVEN,
            &[
                ("given_codes", &given.codes),
                ("given_features", &given.features),
                ("given_others", &given.others),
                ("given_layers", &given.layers),
                ("given_reasons", &given.reasons),
                ("given_facts", &given.facts),
                ("given_x", &given.x),
                ("given_y", &given.y),
            ],
        )
    }

    /// Keeps what a statement finds. Its `{names}` become parameters, so that values travel as values.
    fn insert(
        &self,
        tx: &mut Transaction<'_>,
        found: &str,
        given: &[(&str, &(dyn ToSql + Sync))],
    ) -> Result<(), StoreError> {
        let Pass { subject, other, column, .. } = *self.pass;
        let text = sql::fill(
            sql::CHECK_INSERT,
            &[("found", found), ("subject", subject), ("other", other), ("column", column)],
        );
        let codes: Vec<&str> = self.codes().map(|code| code.code).collect();
        let severities: Vec<&str> = self.codes().map(|code| code.severity.as_str()).collect();
        let fixes: Vec<&str> = self.codes().map(|code| code.fix).collect();
        let tolerances: Vec<(&str, f64)> = self
            .check
            .codes
            .iter()
            .flat_map(|code| code.tolerances.iter().map(move |t| (t.name, self.settings.tolerance(code, t))))
            .collect();
        let fixed: [(&str, &(dyn ToSql + Sync)); 6] = [
            ("park", &self.park_id),
            ("run", &self.run_id),
            ("check", &self.check.name),
            ("codes", &codes),
            ("severities", &severities),
            ("fixes", &fixes),
        ];
        let values = fixed.into_iter().chain(given.iter().copied());
        let (text, values) = numbered(&text, values, &tolerances);
        tx.execute(&text, &values).map(|_| ()).map_err(StoreError::of(format!("checking {}", self.check.name)))
    }

    fn say(&self, tx: &mut Transaction<'_>, code: &Code, reason: &str) -> Result<(), StoreError> {
        let facts = json!({ "check": self.check.name, "table": self.pass.subject });
        tx.execute(
            sql::CHECK_SAID,
            &[
                &self.park_id,
                &self.run_id,
                &self.check.name,
                &code.code,
                &code.severity.as_str(),
                &reason,
                &code.fix,
                &facts,
            ],
        )
        .map(|_| ())
        .map_err(StoreError::of(format!("checking {}", self.check.name)))
    }
}

/// Puts a numbered parameter in the place of every `{name}` that the text uses.
fn numbered<'v>(
    text: &str,
    values: impl Iterator<Item = (&'v str, &'v (dyn ToSql + Sync))>,
    tolerances: &'v [(&'v str, f64)],
) -> (String, Vec<&'v (dyn ToSql + Sync)>) {
    let mut text = text.to_owned();
    let mut used: Vec<&(dyn ToSql + Sync)> = Vec::new();
    let mut put = |name: &str, cast: &str, value: &'v (dyn ToSql + Sync)| {
        let place = format!("{{{name}}}");
        if text.contains(&place) {
            used.push(value);
            text = text.replace(&place, &format!("${}{cast}", used.len()));
        }
    };
    for (name, value) in values {
        let cast = match name {
            "park" => "::int",
            "run" => "::bigint",
            _ => "",
        };
        put(name, cast, value);
    }
    for (name, value) in tolerances {
        put(name, "::float8", value);
    }
    (text, used)
}

impl Given {
    fn push(
        &mut self,
        code: &'static str,
        feature: Option<i64>,
        layer: Option<&str>,
        place: Option<[f64; 2]>,
        reason: String,
        facts: Json,
    ) {
        self.codes.push(code);
        self.features.push(feature);
        self.others.push(None);
        self.layers.push(layer.map(str::to_owned));
        self.reasons.push(reason);
        self.facts.push(facts);
        self.x.push(place.map(|at| at[0]));
        self.y.push(place.map(|at| at[1]));
    }

    /// Names the second feature of what was pushed last.
    fn with_other(&mut self, feature: i64) {
        if let Some(other) = self.others.last_mut() {
            *other = Some(feature);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;

    /// Every statement is complete: no name is left that nothing fills.
    #[test]
    fn every_name_of_every_check_is_filled() {
        let settings = CheckSettings::default();
        for check in CHECKS {
            let found = check.means.statement();
            for pass in check.passes {
                let (settings, day) = (&settings, NaiveDate::default());
                let scope = Scope { park_id: 1, run_id: 1, check, pass, settings, day, cancel: None };
                let filled = sql::fill(
                    sql::CHECK_INSERT,
                    &[("found", found), ("subject", pass.subject), ("other", pass.other), ("column", pass.column)],
                );
                let tolerances: Vec<(&str, f64)> =
                    check.codes.iter().flat_map(|code| code.tolerances).map(|t| (t.name, t.default)).collect();
                for name in ["park", "run", "check", "codes", "severities", "fixes"] {
                    assert!(filled.contains(&format!("{{{name}}}")) || name == "park", "{}: {name}", check.name);
                }
                let (text, _) = numbered(&filled, std::iter::empty(), &tolerances);
                // The program itself looks at the tolerances of what it makes alone.
                let in_statement = found != sql::CHECK_GIVEN;
                for (name, _) in tolerances.iter().filter(|_| in_statement) {
                    assert!(
                        *name == "most_rows" || filled.contains(&format!("{{{name}}}")),
                        "{}: the tolerance {name} is not used",
                        check.name
                    );
                }
                let rest: HashSet<&str> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
                let open: HashSet<&str> = rest
                    .into_iter()
                    .filter(|name| !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_lowercase()))
                    .collect();
                let fixed = ["park", "run", "check", "codes", "severities", "fixes"];
                let is_filled = |name: &&str| fixed.contains(name) || name.starts_with("given_");
                assert!(open.iter().all(is_filled), "{}: {open:?}", check.name);
                assert!(scope.codes().count() > 0);
            }
        }
    }

    /// What a check finds is looked for anew whenever a table that it reads changes: a point that was put right, too.
    #[test]
    fn every_table_that_a_check_reads_has_it_made_anew() {
        for check in CHECKS {
            let read: &[&str] = match check.means {
                Means::Joins => &[sql::CHECK_NETWORK_JOINS, sql::CHECK_NETWORK_NODES],
                Means::Islands => &[sql::CHECK_NETWORK_LINES],
                Means::Bases => &[sql::CHECK_BUILDING_BASES],
                means => &[means.statement()],
            };
            let known: HashSet<&str> = check.passes.iter().flat_map(Pass::tables).collect();
            for table in crate::schema::TABLES.iter().map(|table| table.name) {
                let name = format!("twin.{table}");
                let mut after = read.iter().flat_map(|text| text.split(&name).skip(1));
                let is_read = after.any(|rest| !rest.starts_with(|c: char| c == '_' || c.is_ascii_lowercase()));
                assert!(!is_read || known.contains(table), "{} reads {table}", check.name);
            }
        }
    }

    #[test]
    fn tolerances_and_switches_change_the_fingerprint() {
        let check = &CHECKS[1];
        let mut settings = CheckSettings::default();
        let day = NaiveDate::default();
        let first = fingerprint(check, &settings, day);
        settings.tolerances.insert((check.codes[0].code, check.codes[0].tolerances[0].name), 99.0);
        let second = fingerprint(check, &settings, day);
        settings.off.push(check.codes[0].code);
        let all = BTreeMap::from([(first, 1), (second, 2), (fingerprint(check, &settings, day), 3)]);
        assert_eq!(all.len(), 3);
    }

    /// A day later a line may be gone; no area is another.
    #[test]
    fn the_day_changes_the_fingerprint_of_what_asks_for_it() {
        let settings = CheckSettings::default();
        let day = NaiveDate::default();
        let next = day.succ_opt().unwrap();
        for check in CHECKS {
            let same = fingerprint(check, &settings, day) == fingerprint(check, &settings, next);
            assert_eq!(same, check.means != Means::Joins, "{}", check.name);
        }
    }
}
