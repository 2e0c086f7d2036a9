//! The checks over whole tables: what each looks for, how bad a finding is, what to do about it, and its tolerances.
//!
//! Running them is left to [`crate::store`]; `docs/issues.md` explains every code.

mod catalogue;

use std::collections::BTreeMap;

pub use catalogue::CHECKS;

use crate::model::IssueSeverity;
use crate::store::sql;

/// The check for rows of the same geometry, which a load may know the answer of.
pub(crate) const DUPLICATES: &str = "geometry.duplicate";

/// A check: one look at one or two tables that may find several kinds of issues.
#[derive(Debug)]
pub struct Check {
    /// Name, kept with what it finds.
    pub name: &'static str,
    /// Where it looks: one pass each.
    pub passes: &'static [Pass],
    /// How it looks.
    pub(crate) means: Means,
    /// What it can find.
    pub codes: &'static [Code],
}

/// One pass of a check. It is made where every table has rows.
#[derive(Debug)]
pub struct Pass {
    /// Table of the features that are found fault with.
    pub subject: &'static str,
    /// Table of the second feature; the subject itself where features of one table are compared.
    pub other: &'static str,
    /// Column of the subject that the pass is about; empty where there is none.
    pub(crate) column: &'static str,
    /// Tables that it looks into besides, whether they have rows or not.
    pub(crate) reads: &'static [&'static str],
}

impl Pass {
    /// Every table that decides what it finds.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static str> {
        [self.subject, self.other].into_iter().chain(self.reads.iter().copied())
    }
}

/// How a check looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// A statement.
    Sql(&'static str),
    /// Areas that lie over each other.
    Overlaps,
    /// Holes between parcels.
    Gaps,
    /// Which parcels buildings stand on.
    OnParcels,
    /// Elevations of networks against the terrain.
    Terrain,
    /// Ground floors against the terrain.
    Bases,
    /// What hangs together.
    Islands,
    /// How lines join.
    Joins,
}

impl Means {
    /// The statement that finds, or that measures what the program found.
    pub(crate) fn statement(self) -> &'static str {
        match self {
            Self::Sql(text) => text,
            Self::Overlaps => sql::CHECK_OVERLAP,
            Self::Gaps => sql::CHECK_PARCEL_GAP,
            Self::OnParcels => sql::CHECK_BUILDING_PARCELS,
            Self::Terrain | Self::Bases | Self::Islands | Self::Joins => sql::CHECK_GIVEN,
        }
    }
}

/// A kind of finding.
#[derive(Debug)]
pub struct Code {
    /// Stable code, `subject.problem`; also the key in the manifest's `[checks]`.
    pub code: &'static str,
    /// How bad.
    pub severity: IssueSeverity,
    /// What is wrong, in general.
    pub meaning: &'static str,
    /// What to do about it, in words.
    pub fix: &'static str,
    /// Its tolerances.
    pub tolerances: &'static [Tolerance],
}

/// A number that a manifest may set.
#[derive(Debug)]
pub struct Tolerance {
    /// Name, with its unit where it has one.
    pub name: &'static str,
    /// Value without a manifest's word.
    pub default: f64,
    /// Where the default comes from.
    pub why: &'static str,
}

/// What a manifest says about the checks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckSettings {
    /// Codes that are not to be looked for.
    pub off: Vec<&'static str>,
    /// Tolerances by code and name.
    pub tolerances: BTreeMap<(&'static str, &'static str), f64>,
}

/// Said where a check was not made because a table is too large for it.
pub const SKIPPED: Code = Code {
    code: "check.skipped",
    severity: IssueSeverity::Note,
    meaning: "a check was not made: the table has more rows than it is worth",
    fix: "raise the tolerance `most_rows` of the check in the manifest's [checks] to have it made all the same",
    tolerances: &[],
};

/// Said where the database could not carry a check through.
pub const FAILED: Code = Code {
    code: "check.failed",
    severity: IssueSeverity::Warning,
    meaning: "a check could not be carried through; the import stands without it",
    fix: "mend what other issues say of these rows; if none does, tell the makers of ParkTwin",
    tolerances: &[],
};

impl CheckSettings {
    /// No check at all.
    pub fn none() -> Self {
        Self { off: codes().map(|code| code.code).collect(), tolerances: BTreeMap::new() }
    }

    /// Whether a code is looked for.
    pub fn is_on(&self, code: &str) -> bool {
        !self.off.contains(&code)
    }

    /// A tolerance.
    pub fn tolerance(&self, code: &Code, tolerance: &Tolerance) -> f64 {
        self.tolerances.get(&(code.code, tolerance.name)).copied().unwrap_or(tolerance.default)
    }
}

/// Every kind of finding, each once.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let all = || CHECKS.iter().flat_map(|check| check.codes);
    all()
        .enumerate()
        .filter(move |(at, code)| !all().take(*at).any(|earlier| earlier.code == code.code))
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_tolerances_are_told_apart() {
        let all: Vec<&str> = codes().map(|code| code.code).collect();
        assert!(all.len() > 25, "{all:?}");
        for code in codes() {
            assert!(code.code.split('.').count() == 2 && code.code.is_ascii(), "{}", code.code);
            assert!(!code.fix.is_empty() && code.tolerances.iter().all(|t| !t.why.is_empty()), "{}", code.code);
        }
        for check in CHECKS {
            let mut names: Vec<&str> =
                check.codes.iter().flat_map(|code| code.tolerances).map(|tolerance| tolerance.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}: tolerances of one check share a statement", check.name);
        }
    }

    #[test]
    fn a_manifest_can_switch_off_and_set() {
        let code = codes().find(|code| code.code == "parcel.overlap").unwrap();
        let mut settings = CheckSettings::default();
        assert!(settings.is_on("parcel.overlap"));
        assert_eq!(settings.tolerance(code, &code.tolerances[0]), code.tolerances[0].default);
        settings.tolerances.insert((code.code, code.tolerances[0].name), 7.0);
        assert_eq!(settings.tolerance(code, &code.tolerances[0]), 7.0);
        assert!(!CheckSettings::none().is_on("parcel.overlap"));
    }
}
