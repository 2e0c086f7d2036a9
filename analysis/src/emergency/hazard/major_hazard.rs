//! Grade of a major hazard installation after GB 18218-2018.
//!
//! Source: R = α Σ βᵢ qᵢ/Qᵢ; an installation is a major hazard where Σ qᵢ/Qᵢ ≥ 1. Left out: drawing the unit's boundary, and classes of
//! substances without a row of their own.

use serde::Deserialize;

use super::error::within;
use super::{HazardError, HazardRules};
use crate::words;
use crate::words::{Words, phrase};

const MODEL: &str = "grade of a major hazard (GB 18218)";

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alpha {
    from_persons: u32,
    factor: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GradeRow {
    grade: u8,
    from_r: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GradeTable {
    standard: String,
    edition: String,
    status: String,
    pub(super) alpha: Vec<Alpha>,
    pub(super) grade: Vec<GradeRow>,
}

/// A substance on a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding<'a> {
    /// Name, as on record.
    pub substance: &'a str,
    /// Quantity, t; none: not on record.
    pub quantity_t: Option<f64>,
}

/// A substance's part of the grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Name.
    pub substance: String,
    /// Quantity, t.
    pub quantity_t: f64,
    /// Critical quantity, t.
    pub threshold_t: f64,
    /// Factor β.
    pub beta: f64,
}

/// The grade of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct MajorHazard {
    /// Σ q/Q of what is known.
    pub ratio: f64,
    /// R of what is known; none where the number of residents is not known.
    pub r: Option<f64>,
    /// Factor α; none where the number of residents is not known.
    pub alpha: Option<f64>,
    /// Whether it is a major hazard; none where what is not known could decide it.
    pub is_major: Option<bool>,
    /// Grade 1 (the worst) to 4; none where it is not a major hazard or the grade is not known.
    pub grade: Option<u8>,
    /// Parts.
    pub shares: Vec<Share>,
    /// What is missing.
    pub missing: Vec<Words>,
    /// Standard, edition, status.
    pub source: String,
}

fn no_critical_quantity(substance: &str) -> Words {
    words!("grade-no-critical-quantity", "critical quantity of {substance}", substance = substance)
}

/// The grade of a site by what it holds and how many persons are exposed within 500 m of its boundary.
///
/// # Errors
/// [`HazardError::OutOfRange`] for a negative quantity.
pub fn major_hazard(
    rules: &HazardRules,
    holdings: &[Holding<'_>],
    exposed_persons: Option<u32>,
) -> Result<MajorHazard, HazardError> {
    let (mut shares, mut missing) = (Vec::new(), Vec::new());
    for holding in holdings {
        let Ok(substance) = rules.substance(holding.substance) else {
            missing.push(no_critical_quantity(holding.substance));
            continue;
        };
        let (Some(threshold_t), Some(beta)) = (substance.threshold_t, substance.beta) else {
            missing.push(no_critical_quantity(&substance.name));
            continue;
        };
        let Some(quantity) = holding.quantity_t else {
            missing.push(words!("grade-no-quantity", "quantity of {substance}", substance = substance.name.as_str()));
            continue;
        };
        let quantity_t = within(MODEL, "quantity", quantity, (0.0, 1e7), "t")?;
        shares.push(Share { substance: substance.name.clone(), quantity_t, threshold_t, beta });
    }
    // The sum of no numbers is -0.
    let ratio = 0.0 + shares.iter().map(|share| share.quantity_t / share.threshold_t).sum::<f64>();
    let weighted = 0.0 + shares.iter().map(|share| share.beta * share.quantity_t / share.threshold_t).sum::<f64>();
    // What is not known can only add.
    let is_major = if ratio >= 1.0 { Some(true) } else { missing.is_empty().then_some(false) };
    let table = &rules.grades;
    let alpha = exposed_persons.and_then(|persons| {
        table.alpha.iter().filter(|row| row.from_persons <= persons).max_by_key(|row| row.from_persons)
    });
    if exposed_persons.is_none() {
        missing.push(phrase("grade-no-persons", "persons exposed within 500 m").into());
    }
    let alpha = alpha.map(|row| row.factor);
    let r = alpha.map(|alpha| alpha * weighted);
    let grade_of = |r: f64| table.grade.iter().filter(|row| row.from_r <= r).map(|row| row.grade).min();
    let grade = match (is_major, r) {
        // A missing quantity leaves the grade open unless it is the worst already.
        (Some(true), Some(r)) => grade_of(r).filter(|grade| missing.is_empty() || *grade == 1),
        _ => None,
    };
    let source = format!("{} ({}) [{}]", table.standard, table.edition, table.status);
    Ok(MajorHazard { ratio, r, alpha, is_major, grade, shares, missing, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(holdings: &[(&str, Option<f64>)], persons: Option<u32>) -> MajorHazard {
        let holdings: Vec<Holding<'_>> =
            holdings.iter().map(|&(substance, quantity_t)| Holding { substance, quantity_t }).collect();
        major_hazard(&HazardRules::shipped(), &holdings, persons).unwrap()
    }

    #[test]
    fn r_is_that_computed_by_hand() {
        // 25 t Cl2: β 4, Q 5 → 20; 60 t NH3: β 2, Q 10 → 12; α 1.2 for 35 persons: R = 38.4, grade 3.
        let site = of(&[("液氯 chlorine", Some(25.0)), ("ammonia", Some(60.0))], Some(35));
        assert!((site.r.unwrap() - 38.4).abs() < 1e-12 && (site.ratio - 11.0).abs() < 1e-12);
        assert_eq!((site.is_major, site.grade, site.alpha), (Some(true), Some(3), Some(1.2)));
        for (persons, alpha) in [(0, 0.5), (1, 1.0), (29, 1.0), (30, 1.2), (49, 1.2), (50, 1.5), (99, 1.5), (100, 2.0)]
        {
            assert_eq!(of(&[("ammonia", Some(60.0))], Some(persons)).alpha, Some(alpha), "{persons}");
        }
        let grades: Vec<Option<u8>> =
            [10.0, 49.0, 51.0, 251.0, 501.0].map(|t| of(&[("ammonia", Some(t))], Some(10)).grade).to_vec();
        assert_eq!(grades, [Some(4), Some(4), Some(3), Some(2), Some(1)]);
    }

    #[test]
    fn what_is_not_known_is_named_and_leaves_the_grade_open() {
        let small = of(&[("ammonia", Some(4.5))], Some(0));
        assert_eq!((small.is_major, small.grade), (Some(false), None));
        let open = of(&[("ammonia", Some(60.0)), ("mystery", Some(1.0)), ("chlorine", None)], None);
        assert_eq!((open.is_major, open.grade, open.r), (Some(true), None, None));
        let text = open.missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(text.contains("mystery") && text.contains("quantity of chlorine") && text.contains("500 m"), "{text}");
        let nothing = of(&[("chlorine", None)], Some(3));
        assert_eq!((nothing.is_major, nothing.ratio.is_sign_negative()), (None, false));
        assert!(nothing.r.is_some_and(|r| r == 0.0 && r.is_sign_positive()), "{nothing:?}");
        let holding = [Holding { substance: "ammonia", quantity_t: Some(-1.0) }];
        assert!(major_hazard(&HazardRules::shipped(), &holding, None).is_err());
    }
}
