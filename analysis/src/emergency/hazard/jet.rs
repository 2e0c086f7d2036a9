//! What comes out of a hole: gas, liquid, and liquid that flashes.
//!
//! Source: isentropic flow of an ideal gas through an orifice, choked or not; Bernoulli for liquids (Perry; AIChE/CCPS 1999); flashing
//! liquid in equilibrium by Fauske and Epstein, Journal of Loss Prevention 1 (1988). Left out: the pressure that falls as the vessel
//! empties (the rates are those of the first moment), friction in pipes, real-gas behaviour.

use super::error::within;
use super::substance::{GAS_CONSTANT, Substance};
use super::{HazardError, HazardRules};
use crate::words;

const GAS: &str = "gas jet";
const LIQUID: &str = "liquid jet";
const FLASHING: &str = "flashing jet";
/// Gravity, m/s².
const G: f64 = 9.806_65;

/// A hole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hole {
    /// Diameter, m.
    pub diameter_m: f64,
    /// Discharge coefficient.
    pub discharge: f64,
}

impl Hole {
    fn effective_m2(self, model: &'static str, rules: &HazardRules) -> Result<f64, HazardError> {
        let diameter = rules.checked(model, "hole_mm", self.diameter_m * 1e3)? * 1e-3;
        let discharge = rules.checked(model, "discharge_coefficient", self.discharge)?;
        Ok(discharge * 0.25 * std::f64::consts::PI * diameter * diameter)
    }
}

/// A jet of gas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GasJet {
    /// Rate, kg/s.
    pub rate_kg_s: f64,
    /// True where it leaves at the speed of sound.
    pub choked: bool,
    /// Pressure in the opening, Pa.
    pub throat_pa: f64,
    /// Temperature in the opening, K.
    pub throat_k: f64,
    /// Speed in the opening, m/s.
    pub speed_m_s: f64,
}

/// The state of a gas in a vessel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GasState {
    /// Absolute pressure, Pa.
    pub pressure_pa: f64,
    /// Temperature, K.
    pub temperature_k: f64,
    /// Density, kg/m³.
    pub density_kg_m3: f64,
    /// Ratio of heat capacities.
    pub heat_ratio: f64,
}

impl GasState {
    /// The state of an ideal gas of a substance.
    ///
    /// # Errors
    /// Where its ratio of heat capacities is not known.
    pub fn of(substance: &Substance, pressure_pa: f64, temperature_k: f64) -> Result<Self, HazardError> {
        let heat_ratio = substance.need(GAS, "ratio of heat capacities", substance.heat_ratio)?;
        let density_kg_m3 = substance.gas_density_kg_m3(temperature_k, pressure_pa);
        Ok(Self { pressure_pa, temperature_k, density_kg_m3, heat_ratio })
    }
}

/// Gas through a hole into air at `ambient_pa`.
///
/// # Errors
/// [`HazardError`] for values out of range, and where the vessel is not under pressure.
pub fn gas_jet(rules: &HazardRules, state: &GasState, hole: Hole, ambient_pa: f64) -> Result<GasJet, HazardError> {
    let area = hole.effective_m2(GAS, rules)?;
    let ambient = rules.checked(GAS, "pressure_pa", ambient_pa)?;
    let p = within(GAS, "pressure in the vessel", state.pressure_pa, (ambient, 1e8), "Pa")?;
    let t = within(GAS, "temperature in the vessel", state.temperature_k, (20.0, 2000.0), "K")?;
    let rho = within(GAS, "density in the vessel", state.density_kg_m3, (1e-4, 2000.0), "kg/m3")?;
    let k = within(GAS, "ratio of heat capacities", state.heat_ratio, (1.01, 1.7), "1")?;
    let critical = (2.0 / (k + 1.0)).powf(k / (k - 1.0));
    let choked = ambient <= critical * p;
    // Ratio of pressures in the opening: no lower than that of the speed of sound.
    let ratio = (ambient / p).max(critical);
    let throat_k = t * ratio.powf((k - 1.0) / k);
    let speed = (2.0 * k / (k - 1.0) * p / rho * (1.0 - ratio.powf((k - 1.0) / k))).max(0.0).sqrt();
    let rate_kg_s = area * rho * ratio.powf(1.0 / k) * speed;
    Ok(GasJet { rate_kg_s, choked, throat_pa: ratio * p, throat_k, speed_m_s: speed })
}

/// Liquid through a hole, kg/s: density kg/m³, absolute pressures over the liquid and outside Pa, height of liquid over the hole m.
///
/// # Errors
/// [`HazardError`] for values out of range, and where nothing drives the liquid out.
pub fn liquid_jet_kg_s(
    rules: &HazardRules,
    density_kg_m3: f64,
    hole: Hole,
    pressure_pa: f64,
    ambient_pa: f64,
    head_m: f64,
) -> Result<f64, HazardError> {
    let area = hole.effective_m2(LIQUID, rules)?;
    let rho = within(LIQUID, "density of the liquid", density_kg_m3, (50.0, 20_000.0), "kg/m3")?;
    let ambient = rules.checked(LIQUID, "pressure_pa", ambient_pa)?;
    let head = within(LIQUID, "liquid over the hole", head_m, (0.0, 100.0), "m")?;
    let pressure = within(LIQUID, "pressure over the liquid", pressure_pa, (0.0, 1e8), "Pa")?;
    let drive = pressure - ambient + rho * G * head;
    if drive < 0.0 {
        let reason = words!("hazard-no-outflow", "the air outside presses harder than the liquid: nothing comes out");
        return Err(HazardError::NotApplicable { model: LIQUID, reason });
    }
    Ok(area * (2.0 * rho * drive).sqrt())
}

/// Share of a liquid, warmer than its boiling point, that turns to vapour as its pressure falls to that of the air; 0 for a colder one.
///
/// # Errors
/// Where a property of the substance is not known.
pub fn flash_fraction(substance: &Substance, temperature_k: f64) -> Result<f64, HazardError> {
    let t = within(FLASHING, "temperature of the liquid", temperature_k, (20.0, 1000.0), "K")?;
    let boiling = substance.need(FLASHING, "boiling point", substance.boiling_k)?;
    let heat = substance.need(FLASHING, "heat capacity of the liquid", substance.liquid_heat_j_kg_k)?;
    let latent = substance.need(FLASHING, "heat of vaporisation", substance.latent_heat_j_kg)?;
    // The heat that the rest of the liquid gives while it cools: 1 − e^(−cΔT/L), which never exceeds all of it.
    Ok(1.0 - (-heat * (t - boiling).max(0.0) / latent).exp())
}

/// Liquefied gas in equilibrium with its vapour through a pipe at least 0.1 m long, kg/s, by Fauske and Epstein's equilibrium rate.
///
/// # Errors
/// Where a property is not known, or the liquid is colder than its boiling point.
pub fn flashing_jet_kg_s(
    rules: &HazardRules,
    substance: &Substance,
    hole: Hole,
    temperature_k: f64,
) -> Result<f64, HazardError> {
    let area = hole.effective_m2(FLASHING, rules)?;
    let boiling = substance.need(FLASHING, "boiling point", substance.boiling_k)?;
    let t = within(FLASHING, "temperature of the liquid", temperature_k, (boiling, 1000.0), "K")?;
    let heat = substance.need(FLASHING, "heat capacity of the liquid", substance.liquid_heat_j_kg_k)?;
    let latent = substance.need(FLASHING, "heat of vaporisation", substance.latent_heat_j_kg)?;
    let liquid = substance.need(FLASHING, "density of the liquid", substance.liquid_density_kg_m3)?;
    let vapour = substance.gas_density_kg_m3(t, substance.vapour_pressure_pa(t)?);
    let expansion = 1.0 / vapour - 1.0 / liquid;
    Ok(area * latent / expansion / (t * heat).sqrt())
}

/// Speed of sound in an ideal gas, m/s.
pub fn sound_m_s(heat_ratio: f64, temperature_k: f64, molar_mass_kg_mol: f64) -> f64 {
    (heat_ratio * GAS_CONSTANT * temperature_k / molar_mass_kg_mol).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN_MM: Hole = Hole { diameter_m: 0.01, discharge: 0.85 };

    /// CCPS 1999, p. 47. Tolerance: half of the last digit of the case (0.09003 computed, three digits given).
    #[test]
    fn d6_gas_jet_through_ten_millimetres() {
        let rules = HazardRules::shipped();
        let state = GasState { pressure_pa: 501e3, temperature_k: 298.0, density_kg_m3: 8.90, heat_ratio: 1.15 };
        let jet = gas_jet(&rules, &state, TEN_MM, 101_325.0).unwrap();
        assert!(jet.choked && (jet.rate_kg_s - 0.0900).abs() < 5e-5, "{jet:?}");
        // By hand: T* = 298 · 2/2.15, P* = 501 kPa · (2/2.15)^(1.15/0.15).
        assert!((jet.throat_k - 277.209).abs() < 1e-3 && (jet.throat_pa - 287_766.0).abs() < 1.0, "{jet:?}");
    }

    /// CCPS 1999, p. 40. Tolerance: half of the last digit of the case.
    #[test]
    fn d7_liquid_jet_through_ten_millimetres() {
        let rules = HazardRules::shipped();
        let hole = Hole { discharge: 0.63, ..TEN_MM };
        let rate = liquid_jet_kg_s(&rules, 490.0, hole, 120_935.0, 101_325.0, 0.0).unwrap();
        assert!((rate - 0.2169).abs() < 5e-5, "{rate}");
        // 4.0815 m of that liquid drive as hard as those 19 610 Pa.
        let by_head = liquid_jet_kg_s(&rules, 490.0, hole, 101_325.0, 101_325.0, 19_610.0 / (490.0 * G)).unwrap();
        assert!((by_head - rate).abs() < 1e-12);
    }

    #[test]
    fn choked_and_subsonic_flow_meet_at_the_critical_pressure() {
        let rules = HazardRules::shipped();
        let nitrogen = |pressure_pa: f64| GasState {
            pressure_pa,
            temperature_k: 300.0,
            density_kg_m3: pressure_pa * 0.028 / (GAS_CONSTANT * 300.0),
            heat_ratio: 1.4,
        };
        let critical = 101_325.0 / (2.0_f64 / 2.4).powf(3.5);
        let below = gas_jet(&rules, &nitrogen(critical * 0.9999), TEN_MM, 101_325.0).unwrap();
        let above = gas_jet(&rules, &nitrogen(critical * 1.0001), TEN_MM, 101_325.0).unwrap();
        assert!(!below.choked && above.choked);
        assert!((above.rate_kg_s / below.rate_kg_s - 1.0).abs() < 3e-4);
        // In the opening the speed is that of sound there.
        assert!((above.speed_m_s / sound_m_s(1.4, above.throat_k, 0.028) - 1.0).abs() < 1e-9);
        let none = gas_jet(&rules, &nitrogen(101_325.0), TEN_MM, 101_325.0).unwrap();
        assert_eq!(none.rate_kg_s, 0.0);
        assert!(gas_jet(&rules, &nitrogen(90_000.0), TEN_MM, 101_325.0).is_err());
    }

    #[test]
    fn flashing_is_a_share_and_what_is_cold_does_not() {
        let rules = HazardRules::shipped();
        let ammonia = rules.substance("ammonia").unwrap();
        let share = flash_fraction(ammonia, 293.15).unwrap();
        // 4480 · 53.3 / 1.371e6 = 0.174; the exponential form is a little lower.
        assert!((share - 0.160).abs() < 0.002, "{share}");
        assert_eq!(flash_fraction(ammonia, 230.0).unwrap(), 0.0);
        assert!(flash_fraction(rules.substance("acetylene").unwrap(), 293.0).is_err());
        // Between a gas jet and a liquid jet from the same vessel.
        let hole = Hole { diameter_m: 0.025, discharge: 0.8 };
        let pressure = ammonia.vapour_pressure_pa(293.15).unwrap();
        let flashing = flashing_jet_kg_s(&rules, ammonia, hole, 293.15).unwrap();
        let liquid = liquid_jet_kg_s(&rules, 682.0, hole, pressure, 101_325.0, 0.0).unwrap();
        let gas = gas_jet(&rules, &GasState::of(ammonia, pressure, 293.15).unwrap(), hole, 101_325.0).unwrap();
        assert!(gas.rate_kg_s < flashing && flashing < liquid, "{} {flashing} {liquid}", gas.rate_kg_s);
    }

    proptest! {
        #[test]
        fn more_pressure_lets_more_out(p in 1.1e5..5e7_f64, k in 1.05..1.67_f64, d in 0.001..0.5_f64) {
            let rules = HazardRules::shipped();
            let rate = |pressure_pa: f64, diameter_m: f64| {
                let density_kg_m3 = pressure_pa * 0.03 / (GAS_CONSTANT * 300.0);
                let state = GasState { pressure_pa, temperature_k: 300.0, density_kg_m3, heat_ratio: k };
                gas_jet(&rules, &state, Hole { diameter_m, discharge: 0.6 }, 101_325.0).unwrap().rate_kg_s
            };
            prop_assert!(rate(p * 1.1, d) > rate(p, d));
            prop_assert!((rate(p, 2.0 * d) / rate(p, d) - 4.0).abs() < 1e-9);
            let liquid = |p: f64| {
                liquid_jet_kg_s(&rules, 800.0, Hole { diameter_m: d, discharge: 0.6 }, p, 101_325.0, 0.0).unwrap()
            };
            prop_assert!(liquid(p * 1.1) > liquid(p));
        }
    }
}
