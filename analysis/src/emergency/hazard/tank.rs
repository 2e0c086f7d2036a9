//! From a tank with a hole to what a hazard model needs: rate, how long, and how much of it is in the air.
//!
//! Source: [`super::jet`] and [`super::evaporation`]; of a liquefied gas twice the flashed share goes into the air as vapour and
//! droplets, the rule of thumb of AIChE/CCPS (1999). Left out: see those models; the rate is that of the first moment.

use super::error::within;
use super::jet::{GasState, Hole, flash_fraction, flashing_jet_kg_s, gas_jet, liquid_jet_kg_s};
use super::substance::Substance;
use super::weather::Weather;
use super::{HazardError, HazardRules};
use crate::words;

const MODEL: &str = "source of a tank";

/// Where the hole is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Leak {
    /// In the gas space.
    Gas,
    /// In the wall below the liquid's level, so many metres of liquid over it.
    Liquid {
        /// Liquid over the hole, m.
        head_m: f64,
    },
    /// In a pipe at least 0.1 m long below the liquid's level: liquefied gas flashes inside.
    Pipe,
}

/// A tank that leaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tank<'a> {
    /// What it holds.
    pub substance: &'a Substance,
    /// How much of it, kg.
    pub content_kg: f64,
    /// Temperature inside, K.
    pub temperature_k: f64,
    /// Absolute pressure over the liquid or of the gas, Pa; the vapour pressure of a liquefied gas if none.
    pub pressure_pa: Option<f64>,
    /// The hole.
    pub hole: Hole,
    /// Where it is.
    pub leak: Leak,
}

/// In what form it comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Gas.
    Gas,
    /// Liquid below its boiling point: a pool.
    Liquid,
    /// Liquefied gas: vapour, droplets and a pool.
    TwoPhase,
}

impl Phase {
    /// The phase in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gas => "gas",
            Self::Liquid => "liquid",
            Self::TwoPhase => "two-phase",
        }
    }
}

/// What comes out of a tank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// Rate out of the hole, kg/s.
    pub rate_kg_s: f64,
    /// Until the tank is empty at that rate, s: the least time, since the rate falls.
    pub duration_s: f64,
    /// Rate into the air as vapour and droplets, kg/s; the rest makes a pool.
    pub airborne_kg_s: f64,
    /// Form.
    pub phase: Phase,
    /// Absolute pressure that drives it, Pa.
    pub pressure_pa: f64,
    /// Gas that leaves at the speed of sound; none for liquids.
    pub choked: Option<bool>,
}

/// The source of a tank in the weather.
///
/// # Errors
/// [`HazardError`] for values out of range, properties that are not known, and tanks that do not leak.
pub fn source_of(rules: &HazardRules, tank: &Tank<'_>, weather: &Weather) -> Result<Source, HazardError> {
    let substance = tank.substance;
    let content = rules.checked(MODEL, "mass_kg", tank.content_kg)?;
    let t = within(MODEL, "temperature in the tank", tank.temperature_k, (20.0, 600.0), "K")?;
    let ambient = weather.pressure_pa;
    // A gas above its boiling point under its own pressure is in the tank as a liquid.
    let warm = substance.boiling_k.is_some_and(|boiling| t > boiling);
    let pressure_pa = match tank.pressure_pa {
        Some(pressure) => pressure,
        None if warm => substance.vapour_pressure_pa(t)?,
        None => ambient,
    };
    let finish = |rate_kg_s: f64, airborne_kg_s: f64, phase, choked| -> Result<Source, HazardError> {
        let rate_kg_s = within(MODEL, "rate", rate_kg_s, (1e-12, 1e6), "kg/s")?;
        Ok(Source { rate_kg_s, duration_s: content / rate_kg_s, airborne_kg_s, phase, pressure_pa, choked })
    };
    match tank.leak {
        Leak::Gas => {
            let jet = gas_jet(rules, &GasState::of(substance, pressure_pa, t)?, tank.hole, ambient)?;
            finish(jet.rate_kg_s, jet.rate_kg_s, Phase::Gas, Some(jet.choked))
        }
        Leak::Liquid { head_m } => {
            let density = substance.need(MODEL, "density of the liquid", substance.liquid_density_kg_m3)?;
            let rate = liquid_jet_kg_s(rules, density, tank.hole, pressure_pa, ambient, head_m)?;
            if !warm {
                return finish(rate, 0.0, Phase::Liquid, None);
            }
            let airborne = (2.0 * flash_fraction(substance, t)?).min(1.0);
            finish(rate, rate * airborne, Phase::TwoPhase, None)
        }
        Leak::Pipe if warm => {
            let rate = flashing_jet_kg_s(rules, substance, tank.hole, t)?;
            let airborne = (2.0 * flash_fraction(substance, t)?).min(1.0);
            finish(rate, rate * airborne, Phase::TwoPhase, None)
        }
        Leak::Pipe => {
            let reason = words!(
                "hazard-no-flash",
                "{substance} at {t} K does not flash; ask for a liquid leak",
                substance = substance.name.as_str(),
                t = t.to_string()
            );
            Err(HazardError::NotApplicable { model: MODEL, reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tank(rules: &HazardRules, name: &str, leak: Leak) -> Result<Source, HazardError> {
        let tank = Tank {
            substance: rules.substance(name).unwrap(),
            content_kg: 10_000.0,
            temperature_k: 293.15,
            pressure_pa: None,
            hole: Hole { diameter_m: 0.02, discharge: 0.62 },
            leak,
        };
        source_of(rules, &tank, &Weather::default())
    }

    #[test]
    fn liquefied_ammonia_is_driven_by_its_own_vapour() {
        let rules = HazardRules::shipped();
        let source = tank(&rules, "液氨 ammonia", Leak::Liquid { head_m: 0.0 }).unwrap();
        // 8.5 bar at 20 °C; 0.62 · 3.1416e-4 · √(2 · 682 · 7.5e5) = 6.2 kg/s; a third of it in the air.
        assert!((source.pressure_pa / 8.52e5 - 1.0).abs() < 0.02, "{source:?}");
        assert!((source.rate_kg_s - 6.23).abs() < 0.1, "{source:?}");
        assert!((source.airborne_kg_s / source.rate_kg_s - 0.32).abs() < 0.01);
        assert_eq!(source.phase, Phase::TwoPhase);
        assert!((source.duration_s * source.rate_kg_s - 10_000.0).abs() < 1e-6);
        let gas = tank(&rules, "ammonia", Leak::Gas).unwrap();
        assert!(gas.choked == Some(true) && gas.rate_kg_s < source.rate_kg_s && gas.airborne_kg_s == gas.rate_kg_s);
        let pipe = tank(&rules, "ammonia", Leak::Pipe).unwrap();
        assert!(pipe.rate_kg_s < source.rate_kg_s && pipe.rate_kg_s > gas.rate_kg_s);
    }

    #[test]
    fn a_cold_liquid_makes_a_pool_and_a_tank_without_drive_says_so() {
        let rules = HazardRules::shipped();
        let source = tank(&rules, "methanol", Leak::Liquid { head_m: 4.0 }).unwrap();
        assert_eq!((source.phase, source.airborne_kg_s, source.choked), (Phase::Liquid, 0.0, None));
        let error = tank(&rules, "methanol", Leak::Pipe).unwrap_err().to_string();
        assert!(error.contains("does not flash"), "{error}");
        assert!(tank(&rules, "methanol", Leak::Liquid { head_m: 0.0 }).is_err(), "nothing drives it out");
        assert!(tank(&rules, "methanol", Leak::Gas).is_err());
    }
}
