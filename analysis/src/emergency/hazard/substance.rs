//! Substances: properties, thresholds of toxic exposure, and what follows from them alone.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::HazardError;
use super::error::within;

/// Molar gas constant, J/(mol K) (exact in the SI since 2019).
pub const GAS_CONSTANT: f64 = 8.314_462_618;

/// Constants of Antoine's equation, log10(p / bar) = a − b / (T + c).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Antoine {
    /// a.
    pub a: f64,
    /// b, K.
    pub b: f64,
    /// c, K.
    pub c: f64,
    /// Holds from this temperature, K.
    pub from_k: f64,
    /// Holds to this temperature, K.
    pub to_k: f64,
}

/// A level of a toxic guideline.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guideline {
    /// 1 discomfort, 2 lasting or disabling harm, 3 danger to life.
    pub level: u8,
    /// ppm by minutes of exposure.
    pub ppm: BTreeMap<String, f64>,
}

/// Constants of a toxic probit, Pr = a + b ln(Cⁿ t), C in mg/m³, t in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToxicProbit {
    /// a.
    pub a: f64,
    /// b.
    pub b: f64,
    /// n.
    pub n: f64,
}

/// A family of toxic guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuidelineKind {
    /// Acute Exposure Guideline Levels, by exposure of 10 min to 8 h.
    Aegl,
    /// Emergency Response Planning Guidelines, an hour.
    Erpg,
}

impl GuidelineKind {
    /// Name in capitals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aegl => "AEGL",
            Self::Erpg => "ERPG",
        }
    }
}

/// A threshold of toxic exposure.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// For example "AEGL-2 (60 min)".
    pub name: String,
    /// Level, 1 to 3.
    pub level: u8,
    /// Concentration, ppm by volume.
    pub ppm: f64,
}

/// A substance; what is absent is unknown.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substance {
    /// English name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// CAS number.
    pub cas: String,
    /// Molar mass, kg/mol.
    pub molar_mass_kg_mol: f64,
    /// Boiling point at 101 325 Pa, K.
    pub boiling_k: Option<f64>,
    /// Heat of vaporisation at the boiling point, J/kg.
    pub latent_heat_j_kg: Option<f64>,
    /// Heat capacity of the liquid, J/(kg K).
    pub liquid_heat_j_kg_k: Option<f64>,
    /// Heat capacity of the gas at constant pressure, J/(kg K).
    pub gas_heat_j_kg_k: Option<f64>,
    /// Ratio of heat capacities of the gas.
    pub heat_ratio: Option<f64>,
    /// Density of the liquid, kg/m³.
    pub liquid_density_kg_m3: Option<f64>,
    /// Net heat of combustion, J/kg.
    pub combustion_j_kg: Option<f64>,
    /// Burning rate of a large pool, kg/(m² s).
    pub burning_kg_m2_s: Option<f64>,
    /// How the burning rate approaches that of a large pool with its diameter, 1/m.
    pub burning_k_beta_1_m: Option<f64>,
    /// Share of the heat of a fire that is radiated.
    pub radiant_fraction: Option<f64>,
    /// Vapour pressure.
    pub antoine: Option<Antoine>,
    /// AEGL.
    #[serde(default)]
    pub aegl: Vec<Guideline>,
    /// Status of the AEGL where it is not that of the table.
    pub aegl_status: Option<String>,
    /// ERPG.
    #[serde(default)]
    pub erpg: Vec<Guideline>,
    /// Lethality.
    pub toxic_probit: Option<ToxicProbit>,
    /// Critical quantity of GB 18218, t.
    pub threshold_t: Option<f64>,
    /// Factor β of GB 18218.
    pub beta: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubstanceTable {
    pub(super) source: BTreeMap<String, String>,
    pub(super) substance: Vec<Substance>,
}

impl Substance {
    /// True where `word` is its name, an alias or its CAS number, whatever the case.
    pub(super) fn is_called(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        self.name == lower || self.cas == word || self.aliases.contains(&lower)
    }

    /// A property that a model needs.
    pub(super) fn need(
        &self,
        model: &'static str,
        property: &'static str,
        value: Option<f64>,
    ) -> Result<f64, HazardError> {
        value.ok_or_else(|| HazardError::Unknown { model, property, substance: self.name.clone() })
    }

    /// Density of the pure gas, kg/m³, as an ideal gas at temperature (K) and pressure (Pa).
    pub fn gas_density_kg_m3(&self, temperature_k: f64, pressure_pa: f64) -> f64 {
        pressure_pa * self.molar_mass_kg_mol / (GAS_CONSTANT * temperature_k)
    }

    /// kg/m³ of a share of the air, ppm by volume.
    pub fn kg_m3_from_ppm(&self, ppm: f64, temperature_k: f64, pressure_pa: f64) -> f64 {
        ppm * 1e-6 * self.gas_density_kg_m3(temperature_k, pressure_pa)
    }

    /// Share of the air, ppm by volume, of a concentration in kg/m³.
    pub fn ppm_from_kg_m3(&self, kg_m3: f64, temperature_k: f64, pressure_pa: f64) -> f64 {
        kg_m3 * 1e6 / self.gas_density_kg_m3(temperature_k, pressure_pa)
    }

    /// Vapour pressure, Pa, by Antoine's equation.
    ///
    /// # Errors
    /// Without constants, or at a temperature that they do not hold for.
    pub fn vapour_pressure_pa(&self, temperature_k: f64) -> Result<f64, HazardError> {
        const MODEL: &str = "Antoine's vapour pressure";
        let Some(antoine) = self.antoine else {
            let (property, substance) = ("Antoine constants", self.name.clone());
            return Err(HazardError::Unknown { model: MODEL, property, substance });
        };
        let range = (antoine.from_k, antoine.to_k);
        let t = within(MODEL, &format!("temperature of {}", self.name), temperature_k, range, "K")?;
        Ok(1e5 * 10_f64.powf(antoine.a - antoine.b / (t + antoine.c)))
    }

    /// The thresholds of a guideline for an exposure of so many minutes, level 1 first. The table's next longer exposure holds (the
    /// lower concentration, on the safe side).
    ///
    /// # Errors
    /// Without a guideline for the substance, or for an exposure longer than its longest.
    pub fn thresholds(&self, kind: GuidelineKind, exposure_min: f64) -> Result<Vec<Threshold>, HazardError> {
        let (model, levels) = match kind {
            GuidelineKind::Aegl => ("AEGL", &self.aegl),
            GuidelineKind::Erpg => ("ERPG", &self.erpg),
        };
        if levels.is_empty() {
            let property = if kind == GuidelineKind::Aegl { "AEGL values" } else { "ERPG values" };
            return Err(HazardError::Unknown { model, property, substance: self.name.clone() });
        }
        let minutes = |text: &String| text.parse::<f64>().unwrap_or(f64::INFINITY);
        let longest = levels.iter().flat_map(|level| level.ppm.keys().map(minutes)).fold(0.0, f64::max);
        let exposure = within(model, "exposure", exposure_min, (1.0, longest), "min")?;
        let mut out = Vec::new();
        for level in levels {
            let fitting = level.ppm.iter().map(|(text, ppm)| (minutes(text), *ppm)).filter(|row| row.0 >= exposure);
            if let Some((minutes, ppm)) = fitting.min_by(|a, b| a.0.total_cmp(&b.0)) {
                let name = format!("{model}-{} ({minutes:.0} min)", level.level);
                out.push(Threshold { name, level: level.level, ppm });
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emergency::hazard::HazardRules;

    #[test]
    fn chlorine_and_ammonia_have_their_published_guideline_levels() {
        let rules = HazardRules::shipped();
        let ppm = |name: &str, kind, minutes| -> Vec<f64> {
            rules.substance(name).unwrap().thresholds(kind, minutes).unwrap().iter().map(|t| t.ppm).collect()
        };
        assert_eq!(ppm("chlorine", GuidelineKind::Aegl, 10.0), [0.5, 2.8, 50.0]);
        assert_eq!(ppm("chlorine", GuidelineKind::Aegl, 60.0), [0.5, 2.0, 20.0]);
        assert_eq!(ppm("ammonia", GuidelineKind::Aegl, 480.0), [30.0, 110.0, 390.0]);
        assert_eq!(ppm("ammonia", GuidelineKind::Erpg, 60.0), [25.0, 150.0, 1500.0]);
        // 45 minutes: the values of the hour, not of the half hour.
        assert_eq!(ppm("ammonia", GuidelineKind::Aegl, 45.0), [30.0, 160.0, 1100.0]);
    }

    #[test]
    fn guidelines_rise_with_the_level_and_fall_with_time() {
        for substance in HazardRules::shipped().substances() {
            for levels in [&substance.aegl, &substance.erpg] {
                for pair in levels.windows(2) {
                    assert!(pair[0].level < pair[1].level);
                    for (minutes, ppm) in &pair[1].ppm {
                        let lower = pair[0].ppm.get(minutes).copied().unwrap_or(0.0);
                        assert!(lower < *ppm, "{} {minutes}", substance.name);
                    }
                }
                for level in levels {
                    let mut rows: Vec<(f64, f64)> =
                        level.ppm.iter().map(|(minutes, ppm)| (minutes.parse().unwrap(), *ppm)).collect();
                    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
                    assert!(rows.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{} {rows:?}", substance.name);
                }
            }
        }
    }

    #[test]
    fn vapour_pressure_at_the_boiling_point_is_one_atmosphere() {
        // An oracle that the table does not use: the boiling points are from another column of the handbook.
        let mut checked = 0;
        for substance in HazardRules::shipped().substances() {
            let (Some(_), Some(boiling)) = (substance.antoine, substance.boiling_k) else { continue };
            let Ok(pressure) = substance.vapour_pressure_pa(boiling.max(substance.antoine.unwrap().from_k)) else {
                panic!("{} boils outside the range of its constants", substance.name)
            };
            checked += 1;
            // Ammonia by 2.6 %: its constants begin at 240 K.
            assert!((pressure / 101_325.0 - 1.0).abs() < 0.03, "{}: {pressure} Pa", substance.name);
        }
        assert!(checked >= 14, "{checked}");
    }

    #[test]
    fn what_is_not_known_is_said() {
        let rules = HazardRules::shipped();
        let propane = rules.substance("lpg").unwrap();
        let error = propane.thresholds(GuidelineKind::Aegl, 60.0).unwrap_err().to_string();
        assert!(error.contains("AEGL values of propane"), "{error}");
        let chlorine = rules.substance("chlorine").unwrap();
        let error = chlorine.thresholds(GuidelineKind::Erpg, 61.0).unwrap_err().to_string();
        assert!(error.contains("from 1 to 60 min"), "{error}");
        assert!(chlorine.vapour_pressure_pa(400.0).unwrap_err().to_string().contains("172 to 300 K"));
        assert!(rules.substance("gasoline").unwrap().vapour_pressure_pa(300.0).is_err());
    }

    #[test]
    fn ppm_and_kilograms_convert_both_ways() {
        // 1 ppm NH3 at 25 °C and 1 atm is 0.6966 mg/m3: 17.031 / 24.465.
        let ammonia = HazardRules::shipped().substance("ammonia").unwrap().clone();
        let kg_m3 = ammonia.kg_m3_from_ppm(1.0, 298.15, 101_325.0);
        assert!((kg_m3 * 1e6 - 17.031 / 24.465).abs() < 1e-4, "{kg_m3}");
        assert!((ammonia.ppm_from_kg_m3(kg_m3, 298.15, 101_325.0) - 1.0).abs() < 1e-12);
    }
}
