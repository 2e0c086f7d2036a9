//! Probits: from a load to the share of people it harms.
//!
//! Source: Finney, Probit Analysis (1971); constants are rows of the tables (Eisenberg, Tsao–Perry, TNO, Lees; TNO's Purple Book for
//! toxic loads). A probit of 5 is half of the people. Left out: clothing, shelter, flight, medical care.

use serde::Deserialize;

use super::error::within;
use super::normal::normal_share;
use super::substance::{Substance, ToxicProbit};
use super::{HazardError, HazardRules};

const MODEL: &str = "probit";

/// Constants of a probit, Pr = a + b ln(factor · V).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probit {
    /// Name, as asked for.
    pub name: String,
    /// What it gives the share of.
    pub effect: String,
    /// a.
    pub a: f64,
    /// b.
    pub b: f64,
    /// Factor on the load.
    pub factor: f64,
    /// Source.
    pub source: String,
    /// Status.
    pub status: String,
}

/// A level of heat (W/m²) or pressure (Pa).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// What happens there.
    pub name: String,
    /// The value.
    pub value: f64,
    /// Source.
    pub source: String,
    /// Status.
    pub status: String,
}

impl Probit {
    /// The probit of a load. A load of 0 has none.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] for a load that is not positive.
    pub fn of(&self, load: f64) -> Result<f64, HazardError> {
        let load = within(MODEL, "load", load, (f64::MIN_POSITIVE, f64::MAX), "SI")?;
        Ok(self.a + self.b * (self.factor * load).ln())
    }
}

/// Thermal load, s (W/m²)^(4/3), of a steady heat (W/m²) for a time (s).
///
/// # Errors
/// [`HazardError::OutOfRange`] for values below 0.
pub fn thermal_load(heat_w_m2: f64, seconds: f64) -> Result<f64, HazardError> {
    let heat = within(MODEL, "heat", heat_w_m2, (0.0, 1e7), "W/m2")?;
    let time = within(MODEL, "time", seconds, (0.0, 1e6), "s")?;
    Ok(time * heat.powf(4.0 / 3.0))
}

/// Share of people, 0 to 1, of a probit.
pub fn share_of(probit: f64) -> f64 {
    normal_share(probit - 5.0)
}

impl HazardRules {
    /// A heat probit by name.
    ///
    /// # Errors
    /// [`HazardError::NoSuch`].
    pub fn heat_probit(&self, name: &str) -> Result<&Probit, HazardError> {
        find(&self.effects().heat_probit, name)
    }

    /// A blast probit by name.
    ///
    /// # Errors
    /// [`HazardError::NoSuch`].
    pub fn blast_probit(&self, name: &str) -> Result<&Probit, HazardError> {
        find(&self.effects().blast_probit, name)
    }
}

fn find<'a>(all: &'a [Probit], name: &str) -> Result<&'a Probit, HazardError> {
    all.iter().find(|probit| probit.name == name).ok_or_else(|| HazardError::NoSuch {
        what: "probit",
        asked: name.to_owned(),
        known: all.iter().map(|probit| probit.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

impl Substance {
    /// Toxic probit of a concentration (kg/m³) breathed for a time (s).
    ///
    /// # Errors
    /// Without constants for the substance, or for values that are not positive.
    pub fn toxic_probit(&self, concentration_kg_m3: f64, seconds: f64) -> Result<f64, HazardError> {
        let Some(ToxicProbit { a, b, n }) = self.toxic_probit else {
            let (property, substance) = ("toxic probit", self.name.clone());
            return Err(HazardError::Unknown { model: MODEL, property, substance });
        };
        let positive = (f64::MIN_POSITIVE, 1e4);
        let mg_m3 = 1e6 * within(MODEL, "concentration", concentration_kg_m3, positive, "kg/m3")?;
        let minutes = within(MODEL, "time", seconds, (1e-3, 86_400.0), "s")? / 60.0;
        Ok(a + b * (n * mg_m3.ln() + minutes.ln()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tolerance: one of the last of the four decimals that the case gives (it rounds 1.67565 up).
    #[test]
    fn b5_heat_probits_at_a_load_of_ten_million() {
        let rules = HazardRules::shipped();
        for (name, expected) in [("eisenberg", 2.7823), ("tsao-perry", 4.8823), ("tno", 4.0323), ("lees", 1.6757)] {
            let probit = rules.heat_probit(name).unwrap().of(1e7).unwrap();
            assert!((probit - expected).abs() < 1e-4, "{name}: {probit}");
        }
    }

    #[test]
    fn half_of_the_people_have_a_probit_of_five() {
        assert_eq!(share_of(5.0), 0.5);
        // Finney's table: 2.67 is 1 %, 7.33 is 99 %.
        assert!((share_of(2.674) - 0.01).abs() < 2e-5 && (share_of(7.326) - 0.99).abs() < 2e-5);
        assert_eq!(share_of(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn loads_and_lethal_doses_rise_with_their_causes() {
        let rules = HazardRules::shipped();
        // 37.5 kW/m2 for 20 s by Eisenberg: V = 20 * 37500^(4/3).
        let load = thermal_load(37_500.0, 20.0).unwrap();
        assert!((load / (20.0 * 37_500_f64.powf(4.0 / 3.0)) - 1.0).abs() < 1e-12);
        let chlorine = rules.substance("chlorine").unwrap();
        let pr = |mg: f64, minutes: f64| chlorine.toxic_probit(mg * 1e-6, minutes * 60.0).unwrap();
        // By hand: −6.35 + 0.5 (2.75 ln 1000 + ln 30).
        assert!((pr(1000.0, 30.0) - (-6.35 + 0.5 * (2.75 * 1000_f64.ln() + 30_f64.ln()))).abs() < 1e-9);
        assert!(pr(2000.0, 30.0) > pr(1000.0, 30.0) && pr(1000.0, 60.0) > pr(1000.0, 30.0));
        assert!(chlorine.toxic_probit(0.0, 10.0).is_err());
        assert!(rules.substance("methanol").unwrap().toxic_probit(0.1, 10.0).is_err());
        assert!(rules.heat_probit("nobody").unwrap_err().to_string().contains("eisenberg"));
    }
}
