//! The fireball of a BLEVE: a vessel of liquefied fuel that bursts in a fire.
//!
//! Source: AIChE/CCPS, Guidelines for Chemical Process Quantitative Risk Analysis (2000): diameter, duration and height after the mass,
//! a fixed share of the heat radiated over that time. Left out: growth and rise (the ball is full-sized throughout), the blast of
//! the burst and fragments, shelter.

use super::error::within;
use super::fire::transmission;
use super::substance::Substance;
use super::weather::Weather;
use super::{HazardError, HazardRules};

const MODEL: &str = "BLEVE fireball";

/// A fireball.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fireball {
    /// Largest diameter, m.
    pub diameter_m: f64,
    /// How long it burns, s.
    pub duration_s: f64,
    /// Height of its middle over the ground, m.
    pub height_m: f64,
    /// Emissive power of its surface, W/m².
    pub emission_w_m2: f64,
}

impl Fireball {
    /// A fireball of a mass of a substance, kg; the share of its heat that is radiated is the table's if none is given.
    ///
    /// # Errors
    /// [`HazardError`] for a mass out of range and a substance that does not burn.
    pub fn new(
        rules: &HazardRules,
        substance: &Substance,
        mass_kg: f64,
        radiant_fraction: Option<f64>,
    ) -> Result<Self, HazardError> {
        let mass = rules.checked(MODEL, "fireball_kg", mass_kg)?;
        let combustion = substance.need(MODEL, "heat of combustion", substance.combustion_j_kg)?;
        let share = radiant_fraction.unwrap_or_else(|| rules.value("fireball", "radiant_fraction"));
        let share = within(MODEL, "share of the heat that is radiated", share, (0.05, 0.5), "1")?;
        let diameter_m = rules.value("fireball", "diameter_factor") * mass.cbrt();
        let duration_s = if mass < rules.value("fireball", "large_kg") {
            rules.value("fireball", "duration_small") * mass.cbrt()
        } else {
            rules.value("fireball", "duration_large") * mass.powf(1.0 / 6.0)
        };
        let surface = std::f64::consts::PI * diameter_m * diameter_m;
        Ok(Self {
            diameter_m,
            duration_s,
            height_m: rules.value("fireball", "height_factor") * diameter_m,
            emission_w_m2: share * mass * combustion / (surface * duration_s),
        })
    }

    /// Heat, W/m², on a surface that faces the ball, at a distance over the ground from the point below it, m.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`].
    pub fn heat_w_m2(&self, rules: &HazardRules, distance_m: f64, weather: &Weather) -> Result<f64, HazardError> {
        weather.check(MODEL, rules)?;
        let x = within(MODEL, "distance", distance_m, (0.0, 1e5), "m")?;
        let radius = 0.5 * self.diameter_m;
        let slant = x.hypot(self.height_m);
        let view = (radius / slant).powi(2);
        Ok(transmission(rules, weather, slant - radius)? * self.emission_w_m2 * view)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emergency::hazard::fire::distance_of_level;

    #[test]
    fn a_hundred_tonnes_of_propane_make_the_fireball_of_the_guidelines() {
        let rules = HazardRules::shipped();
        let propane = rules.substance("propane").unwrap();
        let ball = Fireball::new(&rules, propane, 100_000.0, None).unwrap();
        // CCPS 2000: 5.8 · 46.42 = 269 m, 2.6 · 6.813 = 17.7 s, 0.75 · 269 = 202 m.
        assert!((ball.diameter_m - 269.2).abs() < 0.1 && (ball.duration_s - 17.7).abs() < 0.05, "{ball:?}");
        assert!((ball.height_m - 201.9).abs() < 0.1);
        // 0.3 · 1e5 · 46.4e6 / (π · 269.2² · 17.7) = 345 kW/m2.
        assert!((ball.emission_w_m2 / 345.2e3 - 1.0).abs() < 0.01, "{ball:?}");
    }

    #[test]
    fn the_two_durations_meet_and_heat_falls_outwards() {
        let rules = HazardRules::shipped();
        let propane = rules.substance("propane").unwrap();
        let of = |mass| Fireball::new(&rules, propane, mass, None).unwrap();
        // 0.45 · 30000^(1/3) = 13.98, 2.6 · 30000^(1/6) = 14.49: 3.5 % apart, as published.
        assert!((of(30_000.0).duration_s / of(29_999.0).duration_s - 1.0).abs() < 0.04);
        let (ball, weather) = (of(5000.0), Weather::default());
        let heat = |x: f64| ball.heat_w_m2(&rules, x, &weather);
        let mut last = f64::INFINITY;
        for step in 0..100 {
            let here = heat(f64::from(step) * 10.0).unwrap();
            assert!(here < last && here > 0.0 && here <= ball.emission_w_m2);
            last = here;
        }
        let reach = distance_of_level(5000.0, (0.0, 1e5), heat).unwrap().unwrap();
        assert!((heat(reach).unwrap() / 5000.0 - 1.0).abs() < 1e-9);
        assert_eq!(distance_of_level(1e6, (0.0, 1e5), heat).unwrap(), None);
        assert!(heat(f64::NAN).is_err() && Fireball::new(&rules, propane, 2e6, None).is_err());
        assert!(Fireball::new(&rules, rules.substance("chlorine").unwrap(), 100.0, None).is_err());
    }
}
