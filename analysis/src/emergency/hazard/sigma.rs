//! Dispersion coefficients: Briggs for open country and towns, Pasquill–Gifford, Slade's for puffs; as data.

use serde::Deserialize;

use super::HazardError;
use super::error::within;
use super::weather::Stability;

/// Shape of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// a x (1 + b x)ᵖ.
    Briggs,
    /// a xᵇ exp(c ln² x).
    Power,
}

/// What a set describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CloudKind {
    /// A steady plume.
    Plume,
    /// A puff.
    Puff,
}

/// A set of coefficients.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigmaSet {
    /// Name, as asked for.
    pub name: String,
    /// What it describes.
    pub kind: CloudKind,
    form: Form,
    y: [[f64; 3]; 6],
    z: [[f64; 3]; 6],
    /// Averaging time of σy, s; 0 for puffs.
    pub averaging_s: f64,
    /// Distances that it was fitted for, m.
    pub valid_m: [f64; 2],
    /// Source.
    pub source: String,
    /// Status of the figures.
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WindProfile {
    pub(super) rural: [f64; 6],
    pub(super) urban: [f64; 6],
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasquillRow {
    pub(super) below_m_s: f64,
    pub(super) day: [Stability; 3],
    pub(super) night: [Stability; 2],
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pasquill {
    pub(super) row: Vec<PasquillRow>,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "status")]
    _status: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DispersionTable {
    pub(super) set: Vec<SigmaSet>,
    pub(super) wind_profile: WindProfile,
    pub(super) pasquill: Pasquill,
}

impl SigmaSet {
    /// The rows of a stability class.
    pub(super) fn of(&self, stability: Stability) -> Sigmas {
        Sigmas { form: self.form, y: self.y[stability.row()], z: self.z[stability.row()] }
    }

    /// σy and σz, m, at a distance, m.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] outside the distances that the set was fitted for.
    pub fn sigmas_m(&self, stability: Stability, distance_m: f64) -> Result<(f64, f64), HazardError> {
        let x = self.checked(distance_m)?;
        let sigmas = self.of(stability);
        Ok((sigmas.y(x), sigmas.z(x)))
    }

    /// The distance where the set was fitted for it.
    pub(super) fn checked(&self, distance_m: f64) -> Result<f64, HazardError> {
        let [low, high] = self.valid_m;
        within("dispersion coefficients", &format!("distance for {}", self.name), distance_m, (low, high), "m")
    }
}

/// σy and σz of one class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sigmas {
    form: Form,
    y: [f64; 3],
    z: [f64; 3],
}

fn sigma(form: Form, [a, b, c]: [f64; 3], x: f64) -> f64 {
    match form {
        Form::Briggs => a * x * (1.0 + b * x).powf(c),
        Form::Power => {
            let log = x.ln();
            a * (b * log + c * log * log).exp()
        }
    }
}

impl Sigmas {
    pub(super) fn y(&self, x: f64) -> f64 {
        sigma(self.form, self.y, x)
    }

    pub(super) fn z(&self, x: f64) -> f64 {
        sigma(self.form, self.z, x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emergency::hazard::HazardRules;

    #[test]
    fn briggs_sigmas_are_those_computed_by_hand() {
        let rules = HazardRules::shipped();
        let (y, z) = rules.sigma_set("briggs-rural").unwrap().sigmas_m(Stability::D, 1000.0).unwrap();
        assert!((y - 80.0 / 1.1_f64.sqrt()).abs() < 1e-9 && (z - 60.0 / 2.5_f64.sqrt()).abs() < 1e-9);
        let (y, z) = rules.sigma_set("briggs-urban").unwrap().sigmas_m(Stability::A, 1000.0).unwrap();
        assert!((y - 320.0 / 1.4_f64.sqrt()).abs() < 1e-9 && (z - 240.0 * 2_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn less_stable_air_spreads_wider_at_every_distance() {
        let rules = HazardRules::shipped();
        for set in ["briggs-rural", "briggs-urban", "pasquill-gifford", "slade"] {
            let set = rules.sigma_set(set).unwrap();
            for x in [100.0, 300.0, 1000.0, 5000.0, 10_000.0] {
                let all = Stability::ALL.map(|class| set.sigmas_m(class, x).unwrap());
                for pair in all.windows(2) {
                    assert!(pair[0].0 >= pair[1].0 && pair[0].1 >= pair[1].1, "{} at {x}: {all:?}", set.name);
                }
            }
        }
    }

    #[test]
    fn distances_that_no_experiment_covers_are_refused() {
        let rules = HazardRules::shipped();
        let set = rules.sigma_set("briggs-rural").unwrap();
        for x in [0.0, -5.0, 99.0, 10_001.0, f64::NAN] {
            let error = set.sigmas_m(Stability::D, x).unwrap_err().to_string();
            assert!(error.contains("from 100 to 10000 m"), "{error}");
        }
        assert!(rules.sigma_set("briggs").unwrap_err().to_string().contains("briggs-urban"));
    }
}
