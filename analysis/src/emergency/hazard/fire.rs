//! Heat of a burning pool and of a burning jet.
//!
//! Source: burning rate after Babrauskas (SFPE Handbook), without a row by Burgess and Hertzberg; height of the flame by Thomas (1963);
//! solid flame with the emissive power of Mudan and Croce and the view of an upright cylinder (Mudan 1984); point source as in
//! AIChE/CCPS (2000). Jet: length by API 521, point source at its middle. Transmission of the air by Pietersen and Huerta. Left out: tilt
//! by the wind, obstacles and smoke between fire and people, fire walls, a jet's direction, escalation.

use super::error::within;
use super::substance::Substance;
use super::weather::Weather;
use super::{GAS_CONSTANT, HazardError, HazardRules};

const POOL: &str = "pool fire";
const JET: &str = "jet fire";
/// Gravity, m/s².
const G: f64 = 9.806_65;
/// Molar mass of air, kg/mol.
const AIR_KG_MOL: f64 = 0.028_965;

/// How the heat of a pool fire is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlameModel {
    /// An upright cylinder that glows.
    Solid,
    /// All heat from one point in the middle.
    Point,
}

/// A burning pool.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolFire {
    /// Diameter, m.
    pub diameter_m: f64,
    /// Burning rate, kg/(m² s).
    pub burning_kg_m2_s: f64,
    /// Height of the flame, m.
    pub flame_m: f64,
    /// Heat of the fire, W.
    pub heat_w: f64,
    /// Emissive power of its surface, W/m².
    pub emission_w_m2: f64,
    /// Share of the heat that is radiated; none: not known, and the point model says so.
    pub radiant_fraction: Option<f64>,
    /// True where the burning rate is by correlation, not from experiment.
    pub correlated: bool,
    substance: String,
}

/// Share of the heat that the air lets through over a distance, m.
///
/// # Errors
/// [`HazardError::OutOfRange`].
pub fn transmission(rules: &HazardRules, weather: &Weather, path_m: f64) -> Result<f64, HazardError> {
    let path = within("transmission", "path", path_m, (0.0, 1e5), "m")?;
    let wet = weather.water_pressure_pa() * path;
    if wet <= 0.0 {
        return Ok(1.0);
    }
    let share = rules.value("transmission", "factor") * wet.powf(-rules.value("transmission", "exponent"));
    Ok(share.min(1.0))
}

impl PoolFire {
    /// A pool of a substance that burns, in the weather.
    ///
    /// # Errors
    /// [`HazardError`] for a diameter out of range and properties that are not known.
    pub fn new(
        rules: &HazardRules,
        substance: &Substance,
        diameter_m: f64,
        weather: &Weather,
    ) -> Result<Self, HazardError> {
        weather.check(POOL, rules)?;
        let diameter = rules.checked(POOL, "pool_diameter_m", diameter_m)?;
        let combustion = substance.need(POOL, "heat of combustion", substance.combustion_j_kg)?;
        let correlated = substance.burning_kg_m2_s.is_none();
        let burning = if let Some(rate) = substance.burning_kg_m2_s {
            rate * substance.burning_k_beta_1_m.map_or(1.0, |k_beta| 1.0 - (-k_beta * diameter).exp())
        } else {
            let latent = substance.need(POOL, "heat of vaporisation", substance.latent_heat_j_kg)?;
            let heat = substance.need(POOL, "heat capacity of the liquid", substance.liquid_heat_j_kg_k)?;
            let boiling = substance.need(POOL, "boiling point", substance.boiling_k)?;
            // Burgess and Hertzberg.
            1e-3 * combustion / (latent + heat * (boiling - weather.temperature_k).max(0.0))
        };
        let air = weather.pressure_pa * AIR_KG_MOL / (GAS_CONSTANT * weather.temperature_k);
        let flame_m = 42.0 * diameter * (burning / (air * (G * diameter).sqrt())).powf(0.61);
        let soot = (-rules.value("pool_fire", "smoke_extinction_1_m") * diameter).exp();
        let clear = rules.value("pool_fire", "flame_emission_w_m2");
        let smoke = rules.value("pool_fire", "smoke_emission_w_m2");
        let area = 0.25 * std::f64::consts::PI * diameter * diameter;
        Ok(Self {
            diameter_m: diameter,
            burning_kg_m2_s: burning,
            flame_m,
            heat_w: burning * area * combustion,
            emission_w_m2: clear * soot + smoke * (1.0 - soot),
            radiant_fraction: substance.radiant_fraction,
            correlated,
            substance: substance.name.clone(),
        })
    }

    /// Heat, W/m², on a surface on the ground that faces the fire best, at a distance from the pool's middle, m.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] inside the pool.
    pub fn heat_w_m2(
        &self,
        rules: &HazardRules,
        model: FlameModel,
        distance_m: f64,
        weather: &Weather,
    ) -> Result<f64, HazardError> {
        let radius = 0.5 * self.diameter_m;
        let nearest = radius * (1.0 + 1e-6);
        let x = within(POOL, "distance from the middle of the pool", distance_m, (nearest, 1e4), "m")?;
        match model {
            FlameModel::Solid => {
                let air = transmission(rules, weather, x - radius)?;
                Ok(air * self.emission_w_m2 * cylinder_view(radius, self.flame_m, x))
            }
            FlameModel::Point => {
                let property = "share of the heat that is radiated";
                let share = self.radiant_fraction.ok_or_else(|| HazardError::Unknown {
                    model: POOL,
                    property,
                    substance: self.substance.clone(),
                })?;
                let slant = x.hypot(0.5 * self.flame_m);
                let air = transmission(rules, weather, slant)?;
                Ok(air * share * self.heat_w / (4.0 * std::f64::consts::PI * slant * slant))
            }
        }
    }
}

/// View of an upright cylinder (radius and height, m) from a small surface at the height of its foot, turned to see most of it, at x from its
/// axis (Mudan 1984; Howell's catalogue B-30/B-31).
pub fn cylinder_view(radius_m: f64, height_m: f64, x_m: f64) -> f64 {
    let s = x_m / radius_m;
    let h = height_m / radius_m;
    let a = (h * h + s * s + 1.0) / (2.0 * s);
    let b = (1.0 + s * s) / (2.0 * s);
    let pi = std::f64::consts::PI;
    let side = ((s - 1.0) / (s + 1.0)).sqrt();
    let upper = (((a + 1.0) * (s - 1.0)) / ((a - 1.0) * (s + 1.0))).sqrt().atan() / (a * a - 1.0).sqrt();
    let upright = (h / (s * s - 1.0).sqrt()).atan() / (pi * s) - h * side.atan() / (pi * s) + a * h * upper / (pi * s);
    let lower = (((b + 1.0) * (s - 1.0)) / ((b - 1.0) * (s + 1.0))).sqrt().atan() / (b * b - 1.0).sqrt();
    let flat = ((b - 1.0 / s) * lower - (a - 1.0 / s) * upper) / pi;
    upright.hypot(flat)
}

/// A burning jet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JetFire {
    /// Heat of the fire, W.
    pub heat_w: f64,
    /// Length of the flame, m.
    pub flame_m: f64,
    /// Share of the heat that is radiated.
    pub radiant_fraction: f64,
}

impl JetFire {
    /// A jet of a substance at a rate, kg/s.
    ///
    /// # Errors
    /// [`HazardError`] for a rate out of range and properties that are not known.
    pub fn new(rules: &HazardRules, substance: &Substance, rate_kg_s: f64) -> Result<Self, HazardError> {
        let rate = rules.checked(JET, "rate_kg_s", rate_kg_s)?;
        let combustion = substance.need(JET, "heat of combustion", substance.combustion_j_kg)?;
        let radiant_fraction = substance.need(JET, "share of the heat that is radiated", substance.radiant_fraction)?;
        let heat_w = rules.checked(JET, "jet_heat_w", rate * combustion)?;
        let flame_m =
            rules.value("jet_fire", "length_factor") * heat_w.powf(rules.value("jet_fire", "length_exponent"));
        Ok(Self { heat_w, flame_m, radiant_fraction })
    }

    /// Heat, W/m², at a distance from the middle of the flame, m.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] within the flame.
    pub fn heat_w_m2(&self, rules: &HazardRules, distance_m: f64, weather: &Weather) -> Result<f64, HazardError> {
        weather.check(JET, rules)?;
        let nearest = 0.5 * self.flame_m;
        let x = within(JET, "distance from the middle of the flame", distance_m, (nearest, 1e5), "m")?;
        let air = transmission(rules, weather, x)?;
        Ok(air * self.radiant_fraction * self.heat_w / (4.0 * std::f64::consts::PI * x * x))
    }
}

/// Distance, m, at which a heat that falls outwards drops to a level, between two distances; none where it is lower all the way, and
/// the outer one where it is higher all the way.
pub fn distance_of_level(
    level_w_m2: f64,
    (near_m, far_m): (f64, f64),
    heat: impl Fn(f64) -> Result<f64, HazardError>,
) -> Result<Option<f64>, HazardError> {
    within("heat", "level", level_w_m2, (f64::MIN_POSITIVE, 1e7), "W/m2")?;
    if heat(near_m)? < level_w_m2 {
        return Ok(None);
    }
    let (mut low, mut high) = (near_m, far_m);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if heat(middle)? >= level_w_m2 { low = middle } else { high = middle }
    }
    Ok(Some(0.5 * (low + high)))
}
