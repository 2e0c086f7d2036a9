//! The Gaussian puff: everything is let out at once.
//!
//! Source: Slade, Meteorology and Atomic Energy (1968); AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999):
//! σx = σy and σz follow from the way that the puff has gone. Left out: what [`super::plume`] leaves out.

use super::cloud::NEAREST_M;
use super::error::within;
use super::plume::vertical;
use super::sigma::{CloudKind, Sigmas};
use super::weather::{Terrain, Weather};
use super::{Cloud, HazardError, HazardRules, Slice};
use crate::words;

const MODEL: &str = "Gaussian puff";
/// Coefficients used where none are named.
const SET: &str = "slade";

/// An instantaneous release.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PuffInput<'a> {
    /// Mass, kg.
    pub mass_kg: f64,
    /// Height of the source over the ground, m.
    pub height_m: f64,
    /// Weather.
    pub weather: Weather,
    /// Terrain: the wind's profile.
    pub terrain: Terrain,
    /// Set of dispersion coefficients by name; Slade's if none.
    pub sigma_set: Option<&'a str>,
    /// Computes outside the distances that the coefficients were fitted for, from 1 m on, instead of refusing.
    pub extrapolate: bool,
}

/// A puff, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Puff {
    mass_kg: f64,
    height_m: f64,
    wind_m_s: f64,
    lid_m: Option<f64>,
    sigmas: Sigmas,
    valid_m: [f64; 2],
    extrapolate: bool,
    set: String,
}

impl Puff {
    /// A puff.
    ///
    /// # Errors
    /// [`HazardError`] where a value lies outside its range or the set is not one of puffs.
    pub fn new(rules: &HazardRules, input: &PuffInput<'_>) -> Result<Self, HazardError> {
        input.weather.check(MODEL, rules)?;
        rules.checked(MODEL, "mass_kg", input.mass_kg)?;
        rules.checked(MODEL, "release_height_m", input.height_m)?;
        if let Some(lid) = input.weather.mixing_height_m {
            within(MODEL, "release height under the mixing height", input.height_m, (0.0, lid), "m")?;
        }
        let set = rules.sigma_set(input.sigma_set.unwrap_or(SET))?;
        if set.kind != CloudKind::Puff {
            let reason =
                words!("hazard-of-plumes", "the coefficients of {set} describe plumes", set = set.name.as_str());
            return Err(HazardError::NotApplicable { model: MODEL, reason });
        }
        Ok(Self {
            mass_kg: input.mass_kg,
            height_m: input.height_m,
            wind_m_s: input.weather.wind_at_m_s(rules, input.terrain, input.height_m),
            lid_m: input.weather.mixing_height_m,
            sigmas: set.of(input.weather.stability),
            valid_m: set.valid_m,
            extrapolate: input.extrapolate,
            set: set.name.clone(),
        })
    }

    /// Name of the coefficients in use.
    pub fn sigma_set(&self) -> &str {
        &self.set
    }

    /// Wind that carries the puff, m/s.
    pub fn wind_m_s(&self) -> f64 {
        self.wind_m_s
    }

    /// σx = σy and σz, m, after the puff has gone so far.
    pub fn sigmas_m(&self, gone_m: f64) -> (f64, f64) {
        (self.sigmas.y(gone_m), self.sigmas.z(gone_m))
    }

    /// Concentration, kg/m³, `t_s` after the release: x downwind of the source, y across, z up, m.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] where the way that the puff has gone is outside what the coefficients were fitted for.
    pub fn at_kg_m3(&self, [x_m, y_m, z_m]: [f64; 3], t_s: f64) -> Result<f64, HazardError> {
        let range = if self.extrapolate { (1.0, 100_000.0) } else { (self.valid_m[0], self.valid_m[1]) };
        let gone = within(MODEL, &format!("way of the puff ({})", self.set), self.wind_m_s * t_s, range, "m")?;
        within(MODEL, "distance downwind", x_m, (-1e5, 1e5), "m")?;
        within(MODEL, "crosswind distance", y_m, (-1e5, 1e5), "m")?;
        within(MODEL, "height of the receptor", z_m, (0.0, self.lid_m.unwrap_or(10_000.0)), "m")?;
        let (sigma_y, _) = self.sigmas_m(gone);
        let along = (-0.5 * ((x_m - gone) / sigma_y).powi(2)).exp();
        Ok(self.middle(gone, z_m) * along * (-0.5 * (y_m / sigma_y).powi(2)).exp())
    }

    /// How long the puff is over a place downwind, s: the time in which its peak there would make the same dose, √(2π) σx / u.
    pub fn passes_s(&self, x_m: f64) -> f64 {
        std::f64::consts::TAU.sqrt() * self.sigmas.y(x_m.max(NEAREST_M)) / self.wind_m_s
    }

    /// Over the puff's middle.
    fn middle(&self, gone_m: f64, z_m: f64) -> f64 {
        let (sigma_y, sigma_z) = self.sigmas_m(gone_m);
        let spread = std::f64::consts::TAU.powf(1.5) * sigma_y * sigma_y * sigma_z;
        self.mass_kg * vertical(sigma_z, z_m, self.height_m, self.lid_m) / spread
    }

    /// The puff at one moment, for a picture.
    pub fn at_moment(&self, t_s: f64) -> PuffMoment<'_> {
        PuffMoment { puff: self, gone_m: self.wind_m_s * t_s }
    }
}

/// The highest that a place ever sees, taken when the puff's middle passes.
impl Cloud for Puff {
    fn slice(&self, x_m: f64, z_m: f64) -> Option<Slice> {
        (x_m > 0.0).then(|| Slice { centre_kg_m3: self.middle(x_m, z_m), sigma_y_m: self.sigmas.y(x_m) })
    }

    fn span_m(&self) -> (f64, f64) {
        (1.0, self.valid_m[1])
    }
}

/// A puff at one moment.
#[derive(Debug, Clone, Copy)]
pub struct PuffMoment<'a> {
    puff: &'a Puff,
    gone_m: f64,
}

impl Cloud for PuffMoment<'_> {
    fn slice(&self, x_m: f64, z_m: f64) -> Option<Slice> {
        if self.gone_m < 1.0 {
            return None;
        }
        let (sigma_y_m, _) = self.puff.sigmas_m(self.gone_m);
        let along = (-0.5 * ((x_m - self.gone_m) / sigma_y_m).powi(2)).exp();
        Some(Slice { centre_kg_m3: self.puff.middle(self.gone_m, z_m) * along, sigma_y_m })
    }

    fn span_m(&self) -> (f64, f64) {
        let (sigma_y, _) = self.puff.sigmas_m(self.gone_m.max(1.0));
        (self.gone_m - 8.0 * sigma_y, self.gone_m + 8.0 * sigma_y)
    }
}
