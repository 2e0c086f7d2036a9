//! Blast by TNT equivalence.
//!
//! Source: mass of TNT = efficiency × mass × heat of combustion / energy of TNT (AIChE/CCPS 2000; Lees); pressures of a hemispherical
//! burst on the ground after Kingery and Bulmash (1984), simplified by Swisdak (1994). Left out: the shape and congestion of a vapour cloud
//! (near it the curves overstate the pressure), shelter and channelling by buildings, fragments, ignition anywhere but in the middle.

use serde::Deserialize;

use super::error::within;
use super::{HazardError, HazardRules};

const MODEL: &str = "blast of TNT";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    z: [f64; 2],
    c: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Curve {
    piece: Vec<Piece>,
}

impl Curve {
    /// Value at a scaled distance; none outside the curve.
    fn at(&self, z: f64) -> Option<f64> {
        let piece = self.piece.iter().find(|piece| (piece.z[0]..=piece.z[1]).contains(&z))?;
        let log = z.ln();
        Some(piece.c.iter().rev().fold(0.0, |sum, c| sum * log + c).exp())
    }

    fn ends(&self) -> (f64, f64) {
        (self.piece[0].z[0], self.piece[self.piece.len() - 1].z[1])
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlastTable {
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "status")]
    _status: String,
    incident_kpa: Curve,
    reflected_kpa: Curve,
    incident_impulse_kpa_ms: Curve,
    reflected_impulse_kpa_ms: Curve,
    arrival_ms: Curve,
    duration_ms: Curve,
}

impl BlastTable {
    /// Every curve has pieces that join.
    pub(super) fn check(&self) -> Result<(), HazardError> {
        let curves = [
            &self.incident_kpa,
            &self.reflected_kpa,
            &self.incident_impulse_kpa_ms,
            &self.reflected_impulse_kpa_ms,
            &self.arrival_ms,
            &self.duration_ms,
        ];
        let joined =
            |curve: &&Curve| !curve.piece.is_empty() && curve.piece.windows(2).all(|pair| pair[0].z[1] == pair[1].z[0]);
        if curves.iter().all(joined) {
            return Ok(());
        }
        let reason = "the pieces of a curve must join".to_owned();
        Err(HazardError::Table { table: "blast", reason })
    }
}

/// A blast at a distance. What is `None` lies outside its own curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blast {
    /// Distance / mass^(1/3), m/kg^(1/3).
    pub scaled_m_kg13: f64,
    /// Peak overpressure that passes, Pa.
    pub incident_pa: f64,
    /// Peak overpressure on a wall that faces the blast, Pa.
    pub reflected_pa: Option<f64>,
    /// Impulse of the positive phase, Pa s.
    pub incident_impulse_pa_s: Option<f64>,
    /// Impulse on a wall that faces the blast, Pa s.
    pub reflected_impulse_pa_s: Option<f64>,
    /// Arrival after the explosion, s.
    pub arrival_s: Option<f64>,
    /// Length of the positive phase, s.
    pub duration_s: Option<f64>,
}

/// Mass of TNT, kg, that stands for a mass of fuel (kg) with its heat of combustion (J/kg) at an efficiency; `tnt_j_kg` is the energy of TNT.
///
/// # Errors
/// [`HazardError::OutOfRange`].
pub fn tnt_equivalent_kg(
    mass_kg: f64,
    combustion_j_kg: f64,
    efficiency: f64,
    tnt_j_kg: f64,
) -> Result<f64, HazardError> {
    let mass = within(MODEL, "mass of fuel", mass_kg, (1e-9, 1e8), "kg")?;
    let heat = within(MODEL, "heat of combustion", combustion_j_kg, (1e5, 2e8), "J/kg")?;
    let share = within(MODEL, "efficiency", efficiency, (1e-4, 1.0), "1")?;
    let energy = within(MODEL, "energy of TNT", tnt_j_kg, (4e6, 5e6), "J/kg")?;
    Ok(share * mass * heat / energy)
}

/// Blast of a mass of TNT on the ground at a distance.
///
/// # Errors
/// [`HazardError::OutOfRange`] outside the curve of the incident pressure.
pub fn blast(rules: &HazardRules, tnt_kg: f64, distance_m: f64) -> Result<Blast, HazardError> {
    let mass = rules.checked(MODEL, "mass_kg", tnt_kg)?;
    let distance = within(MODEL, "distance", distance_m, (f64::MIN_POSITIVE, 1e6), "m")?;
    let root = mass.cbrt();
    let z = distance / root;
    let table = &rules.blast;
    let Some(incident_kpa) = table.incident_kpa.at(z) else {
        let (low, high) = table.incident_kpa.ends();
        let quantity = format!("distance for {mass} kg of TNT");
        return Err(HazardError::OutOfRange {
            model: MODEL,
            quantity,
            value: distance,
            low: low * root,
            high: high * root,
            unit: "m".to_owned(),
        });
    };
    let scaled = |curve: &Curve, factor: f64| curve.at(z).map(|value| value * factor);
    Ok(Blast {
        scaled_m_kg13: z,
        incident_pa: incident_kpa * 1e3,
        reflected_pa: scaled(&table.reflected_kpa, 1e3),
        // kPa ms = Pa s; times and impulses grow with the root of the mass.
        incident_impulse_pa_s: scaled(&table.incident_impulse_kpa_ms, root),
        reflected_impulse_pa_s: scaled(&table.reflected_impulse_kpa_ms, root),
        arrival_s: scaled(&table.arrival_ms, root * 1e-3),
        duration_s: scaled(&table.duration_ms, root * 1e-3),
    })
}

/// Distance, m, at which the incident overpressure of a mass of TNT falls to a value (Pa).
///
/// # Errors
/// [`HazardError::OutOfRange`] for a pressure that the curve does not have.
pub fn blast_distance_m(rules: &HazardRules, tnt_kg: f64, incident_pa: f64) -> Result<f64, HazardError> {
    let mass = rules.checked(MODEL, "mass_kg", tnt_kg)?;
    let curve = &rules.blast.incident_kpa;
    let (mut low, mut high) = curve.ends();
    let at = |z: f64| curve.at(z).unwrap_or(0.0) * 1e3;
    let wanted = within(MODEL, "overpressure", incident_pa, (at(high), at(low)), "Pa")?;
    // The pieces meet within a percent, so the curve falls all the way but for those joints: where they step up, the outer end
    // is found, which is the safe side.
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if at(middle) >= wanted { low = middle } else { high = middle }
    }
    Ok(0.5 * (low + high) * mass.cbrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tolerance: half of the last digit of the case, which has four; the curve is the case's own.
    #[test]
    fn b1_kingery_bulmash_incident_overpressure_of_a_hemispherical_burst() {
        let rules = HazardRules::shipped();
        for (z, kpa, half) in
            [(1.0, 1354.0, 0.5), (5.0, 43.23, 0.005), (10.0, 14.89, 0.005), (20.0, 6.102, 5e-4), (40.0, 2.375, 5e-4)]
        {
            let found = blast(&rules, 1.0, z).unwrap().incident_pa / 1e3;
            assert!((found - kpa).abs() <= half, "Z = {z}: {found} kPa");
            // The same scaled distance, a thousand times the mass.
            let scaled = blast(&rules, 1000.0, 10.0 * z).unwrap().incident_pa / 1e3;
            assert!((scaled - found).abs() < 1e-9 * found);
        }
    }

    /// Tolerance: half of the last digit of the case.
    #[test]
    fn b4_tnt_equivalent_of_a_kilogram_of_hydrogen() {
        assert!((tnt_equivalent_kg(1.0, 120e6, 0.03, 4.68e6).unwrap() - 0.7692).abs() < 5e-5);
        let rules = HazardRules::shipped();
        let hydrogen = rules.substance("hydrogen").unwrap().combustion_j_kg.unwrap();
        let (share, tnt) = (rules.value("blast", "efficiency"), rules.value("blast", "tnt_j_kg"));
        assert!((tnt_equivalent_kg(1.0, hydrogen, share, tnt).unwrap() - 0.7692).abs() < 5e-5);
    }

    #[test]
    fn swisdaks_imperial_table_gives_the_same_curves() {
        // The imperial columns of the same report, typed in apart: Z in ft/lb^(1/3), psi, psi ms/lb^(1/3).
        let rules = HazardRules::shipped();
        let imperial = |c: &[f64], z_m: f64| {
            let log = (z_m * 0.453_592_37_f64.cbrt() / 0.3048).ln();
            c.iter().rev().fold(0.0, |sum, c| sum * log + c).exp() * 6894.757
        };
        let per_root = 0.453_592_37_f64.cbrt();
        for (z, incident, reflected) in [
            (
                1.5,
                &[6.9137, -1.4398, -0.2815, -0.1416, 0.0685][..],
                &[9.0795, -1.7511, -0.2877, -0.2199, -0.0128, 0.0696, -0.0118][..],
            ),
            (
                10.0,
                &[8.8035, -3.7001, 0.2709, 0.0733, -0.0127],
                &[5.1515, 9.15826, -11.85735, 5.56754, -1.33455, 0.16333, -0.008_181],
            ),
        ] {
            let blast = blast(&rules, 1.0, z).unwrap();
            assert!((blast.incident_pa / imperial(incident, z) - 1.0).abs() < 0.01, "incident at {z}");
            assert!((blast.reflected_pa.unwrap() / imperial(reflected, z) - 1.0).abs() < 0.02, "reflected at {z}");
            let impulse = imperial(&[5.9313, -1.5622, 0.1322, -0.01123], z) * 1e-3 / per_root;
            assert!((blast.reflected_impulse_pa_s.unwrap() / impulse - 1.0).abs() < 0.01, "impulse at {z}");
        }
    }

    #[test]
    fn outside_the_curves_the_range_is_given_in_metres() {
        let rules = HazardRules::shipped();
        let error = blast(&rules, 1000.0, 1.0).unwrap_err().to_string();
        assert!(error.contains("from 2 to 1985 m") && error.contains("1000 kg"), "{error}");
        let far = blast(&rules, 1.0, 100.0).unwrap();
        assert_eq!((far.reflected_pa, far.arrival_s), (None, None));
        assert!(far.incident_impulse_pa_s.is_some());
        for bad in [f64::NAN, 0.0, -1.0] {
            assert!(blast(&rules, 1.0, bad).is_err() && blast(&rules, bad, 1.0).is_err());
        }
        assert!(blast_distance_m(&rules, 100.0, 1.0).is_err() && blast_distance_m(&rules, 100.0, 1e9).is_err());
    }

    proptest! {
        #[test]
        fn pressure_falls_with_distance_and_rises_with_mass(mass in 1.0..1e5_f64, z in 0.3..150.0_f64) {
            let rules = HazardRules::shipped();
            let at = |mass: f64, distance: f64| blast(&rules, mass, distance).unwrap();
            let distance = z * mass.cbrt();
            let here = at(mass, distance);
            prop_assert!(at(mass, distance * 1.05).incident_pa < here.incident_pa);
            prop_assert!(at(mass * 1.2, distance).incident_pa > here.incident_pa);
            if let Some(reflected) = here.reflected_pa {
                // A rigid wall at least doubles the pressure; up to 14 times close by.
                prop_assert!(reflected > 1.9 * here.incident_pa && reflected < 14.5 * here.incident_pa);
            }
            let back = blast_distance_m(&rules, mass, here.incident_pa).unwrap();
            prop_assert!((back / distance - 1.0).abs() < 0.01);
        }
    }
}
