//! Evaporation of a pool.
//!
//! Source: below the boiling point Mackay and Matsugu (1973) with the correction of Kawamura and Mackay for high vapour pressures; a boiling
//! pool by the heat that flows out of the ground (Briscoe and Shaw 1980). Left out: the sun, the heat of the air, cooling of the pool
//! by its own evaporation, spreading, rain.

use super::error::within;
use super::substance::{GAS_CONSTANT, Substance};
use super::weather::Weather;
use super::{HazardError, HazardRules};
use crate::words;

const MODEL: &str = "evaporation of a pool";
/// Molar mass of water, kg/mol, for Graham's law.
const WATER_KG_MOL: f64 = 0.018_015;

/// A pool on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pool {
    /// Area, m².
    pub area_m2: f64,
    /// Temperature of the liquid, K.
    pub temperature_k: f64,
    /// Temperature of the ground, K.
    pub ground_k: f64,
}

/// How a pool evaporates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaporation {
    /// Rate, kg/s; of a boiling pool the mean of the first `over_s`.
    pub rate_kg_s: f64,
    /// True where it boils.
    pub boiling: bool,
    /// Vapour pressure at its surface, Pa; none where it boils.
    pub vapour_pa: Option<f64>,
}

/// Rate of evaporation of a pool; `over_s` is the time that the rate of a boiling pool is averaged over.
///
/// # Errors
/// [`HazardError`] for values out of range, properties that are not known, and a boiling pool on ground that gives it no heat.
pub fn evaporation(
    rules: &HazardRules,
    substance: &Substance,
    pool: &Pool,
    weather: &Weather,
    over_s: f64,
) -> Result<Evaporation, HazardError> {
    weather.check(MODEL, rules)?;
    let area = within(MODEL, "area of the pool", pool.area_m2, (0.01, 1e6), "m2")?;
    let t = within(MODEL, "temperature of the liquid", pool.temperature_k, (20.0, 600.0), "K")?;
    let ground = within(MODEL, "temperature of the ground", pool.ground_k, (223.15, 343.15), "K")?;
    let boiling = substance.need(MODEL, "boiling point", substance.boiling_k)?;
    if t >= boiling {
        let latent = substance.need(MODEL, "heat of vaporisation", substance.latent_heat_j_kg)?;
        let over = rules.checked(MODEL, "duration_s", over_s)?;
        if ground <= boiling {
            let reason = words!(
                "hazard-cold-ground",
                "ground of {ground} K is no warmer than {substance} boils at ({boiling} K): what it evaporates then is left to sun, air and wind, which this model of a boiling pool does not have",
                ground = ground.to_string(),
                substance = substance.name.as_str(),
                boiling = boiling.to_string()
            );
            return Err(HazardError::NotApplicable { model: MODEL, reason });
        }
        let conductivity = rules.value("ground", "conductivity_w_m_k");
        let diffusivity = rules.value("ground", "diffusivity_m2_s");
        // Mean over the time of a heat flux that falls with its root: twice the flux at the end.
        let flux = 2.0 * conductivity * (ground - boiling) / (std::f64::consts::PI * diffusivity * over).sqrt();
        return Ok(Evaporation { rate_kg_s: area * flux / latent, boiling: true, vapour_pa: None });
    }
    let vapour = substance.vapour_pressure_pa(t)?;
    let pressure = weather.pressure_pa;
    if vapour >= pressure {
        let reason = words!(
            "hazard-boils",
            "{substance} boils at {t} K under {pressure} Pa",
            substance = substance.name.as_str(),
            t = t.to_string(),
            pressure = pressure.to_string()
        );
        return Err(HazardError::NotApplicable { model: MODEL, reason });
    }
    let diffusivity =
        rules.value("evaporation", "water_diffusivity_m2_s") * (WATER_KG_MOL / substance.molar_mass_kg_mol).sqrt();
    let schmidt = rules.value("evaporation", "air_viscosity_m2_s") / diffusivity;
    let diameter = (4.0 * area / std::f64::consts::PI).sqrt();
    let transfer = rules.value("evaporation", "mass_transfer")
        * weather.wind_m_s.powf(7.0 / 9.0)
        * diameter.powf(-1.0 / 9.0)
        * schmidt.powf(-2.0 / 3.0);
    // Vapour that is itself a good part of the air carries more of it away; 1 for small pressures.
    let share = vapour / pressure;
    let stefan = -(1.0 - share).ln() / share;
    let rate_kg_s = area * transfer * substance.molar_mass_kg_mol * vapour / (GAS_CONSTANT * t) * stefan;
    Ok(Evaporation { rate_kg_s, boiling: false, vapour_pa: Some(vapour) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_of_toluene_is_that_computed_by_hand() {
        let rules = HazardRules::shipped();
        let toluene = rules.substance("toluene").unwrap();
        let pool = Pool { area_m2: 100.0, temperature_k: 298.15, ground_k: 298.15 };
        let weather = Weather { temperature_k: 298.15, wind_m_s: 3.0, ..Weather::default() };
        let found = evaporation(&rules, toluene, &pool, &weather, 600.0).unwrap();
        // pv = 28.4 mmHg = 3.79 kPa; D = 2.4e-5·√(18.015/92.141) = 1.061e-5; Sc = 1.4136;
        // K = 0.0048 · 3^(7/9) · 11.284^(−1/9) · 1.4136^(−2/3) = 0.0048 · 2.3502 · 0.7640 · 0.7940 = 6.843e-3 m/s;
        // E = 100 · 6.843e-3 · 0.092141 · 3790 / (8.3145 · 298.15) · 1.0192 = 0.0982 kg/s.
        assert!((found.rate_kg_s - 0.0982).abs() < 0.0005, "{found:?}");
        assert!(!found.boiling);
    }

    #[test]
    fn more_wind_warmth_and_area_evaporate_more() {
        let rules = HazardRules::shipped();
        let methanol = rules.substance("methanol").unwrap();
        let rate = |area_m2: f64, temperature_k: f64, wind_m_s: f64| {
            let pool = Pool { area_m2, temperature_k, ground_k: 290.0 };
            evaporation(&rules, methanol, &pool, &Weather { wind_m_s, ..Weather::default() }, 600.0).unwrap().rate_kg_s
        };
        let base = rate(50.0, 290.0, 3.0);
        assert!(rate(60.0, 290.0, 3.0) > base && rate(50.0, 300.0, 3.0) > base && rate(50.0, 290.0, 4.0) > base);
    }

    #[test]
    fn a_boiling_pool_lives_on_the_ground_and_slows_down() {
        let rules = HazardRules::shipped();
        let chlorine = rules.substance("chlorine").unwrap();
        let pool = Pool { area_m2: 10.0, temperature_k: 239.1, ground_k: 288.15 };
        let rate = |over| evaporation(&rules, chlorine, &pool, &Weather::default(), over).unwrap();
        assert!(rate(60.0).boiling && rate(60.0).rate_kg_s > rate(600.0).rate_kg_s);
        // The flux falls with the root of time: its mean over 4 times the time is half.
        assert!((rate(100.0).rate_kg_s / rate(400.0).rate_kg_s - 2.0).abs() < 1e-9);
        let frozen = Pool { ground_k: 235.0, ..pool };
        let cold = evaporation(&rules, chlorine, &frozen, &Weather::default(), 60.0).unwrap_err();
        assert!(matches!(cold, HazardError::NotApplicable { .. }), "a cold ground is no rate of nothing: {cold}");
        let level = Pool { ground_k: 239.1, ..pool };
        assert!(evaporation(&rules, chlorine, &level, &Weather::default(), 60.0).is_err());
        let petrol = rules.substance("gasoline").unwrap();
        let error = evaporation(&rules, petrol, &Pool { temperature_k: 290.0, ..pool }, &Weather::default(), 60.0);
        assert!(error.unwrap_err().to_string().contains("Antoine constants"), "what petrol's vapour is, is not known");
    }
}
