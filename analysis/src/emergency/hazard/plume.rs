//! The Gaussian plume: a release into a steady wind, for ever or for a while.
//!
//! Source: Turner, Workbook of Atmospheric Dispersion Estimates (1970); coefficients of Briggs (1973) or Pasquill–Gifford; a release
//! that lasts a while after Palazzi et al., Atmospheric Environment 16 (1982); averaging time as in DEGADIS. Reflection at the ground
//! and at the lid of the mixing layer by images.
//!
//! Left out: gas heavier than air (its cloud is wider, lower and creeps upwind: [`Plume::density_effect`] says when that matters), momentum
//! and buoyancy of the release, deposition and rain-out, chemistry, buildings and slopes, a wind that changes, calm. Within 100 m
//! and beyond 10 km the coefficients were not measured.

use super::error::within;
use super::normal::erf;
use super::sigma::{CloudKind, Sigmas};
use super::weather::{Terrain, Weather};
use super::{Cloud, HazardError, HazardRules, Slice};
use crate::words;

const MODEL: &str = "Gaussian plume";
/// Gravity, m/s².
const G: f64 = 9.806_65;
/// Molar mass of air, kg/mol.
const AIR_KG_MOL: f64 = 0.028_965;

/// A continuous release.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlumeInput<'a> {
    /// Rate, kg/s.
    pub rate_kg_s: f64,
    /// How long it lasts, s; none: for ever.
    pub duration_s: Option<f64>,
    /// Height of the source over the ground, m.
    pub height_m: f64,
    /// Weather.
    pub weather: Weather,
    /// Terrain: the wind's profile, and Briggs' coefficients where no set is named.
    pub terrain: Terrain,
    /// Set of dispersion coefficients by name.
    pub sigma_set: Option<&'a str>,
    /// Averaging time, s; the set's own if none.
    pub averaging_s: Option<f64>,
    /// Computes outside the distances that the coefficients were fitted for, from 1 m on, instead of refusing.
    pub extrapolate: bool,
}

/// A plume, ready to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plume {
    rate_kg_s: f64,
    duration_s: Option<f64>,
    height_m: f64,
    wind_m_s: f64,
    lid_m: Option<f64>,
    sigmas: Sigmas,
    /// Factor of the averaging time on σy.
    meander: f64,
    valid_m: [f64; 2],
    extrapolate: bool,
    set: String,
    averaging_s: f64,
}

/// Concentration, kg/m³, of a plume whose coefficients are known: rate kg/s, wind m/s, σy and σz m, crosswind distance y, height z
/// and height of the source m, over ground that reflects.
///
/// # Errors
/// [`HazardError::OutOfRange`] for coefficients or a wind that are not positive.
pub fn plume_kg_m3(
    rate_kg_s: f64,
    wind_m_s: f64,
    (sigma_y_m, sigma_z_m): (f64, f64),
    (y_m, z_m): (f64, f64),
    height_m: f64,
) -> Result<f64, HazardError> {
    let positive = (f64::MIN_POSITIVE, f64::MAX);
    within(MODEL, "release rate", rate_kg_s, (0.0, f64::MAX), "kg/s")?;
    within(MODEL, "wind", wind_m_s, positive, "m/s")?;
    within(MODEL, "sigma y", sigma_y_m, positive, "m")?;
    within(MODEL, "sigma z", sigma_z_m, positive, "m")?;
    within(MODEL, "height of the receptor", z_m, (0.0, f64::MAX), "m")?;
    within(MODEL, "height of the source", height_m, (0.0, f64::MAX), "m")?;
    within(MODEL, "crosswind distance", y_m, (f64::MIN, f64::MAX), "m")?;
    let across = (-0.5 * (y_m / sigma_y_m).powi(2)).exp();
    let vertical = vertical(sigma_z_m, z_m, height_m, None);
    Ok(rate_kg_s * across * vertical / (2.0 * std::f64::consts::PI * wind_m_s * sigma_y_m * sigma_z_m))
}

/// The vertical term: images of the source in the ground and the lid.
pub(super) fn vertical(sigma_z: f64, z: f64, h: f64, lid: Option<f64>) -> f64 {
    let bell = |gap: f64| (-0.5 * (gap / sigma_z).powi(2)).exp();
    let Some(lid) = lid else { return bell(z - h) + bell(z + h) };
    if sigma_z < lid {
        // Images further than 40 σ add nothing to the last digit.
        let images = (20.0 * sigma_z / lid).ceil() as i32 + 1;
        (-images..=images)
            .map(|image| {
                let shift = 2.0 * f64::from(image) * lid;
                bell(z - h + shift) + bell(z + h + shift)
            })
            .sum()
    } else {
        // The same sum by Poisson's formula: a few waves of the well-mixed layer instead of many images.
        let base = std::f64::consts::TAU.sqrt() * sigma_z / lid;
        let turn = std::f64::consts::PI / lid;
        let waves: f64 = (1..=6)
            .map(|n| {
                let k = f64::from(n) * turn;
                (k * z).cos() * (k * h).cos() * (-0.5 * (k * sigma_z).powi(2)).exp()
            })
            .sum();
        base * (1.0 + 2.0 * waves)
    }
}

impl Plume {
    /// A plume.
    ///
    /// # Errors
    /// [`HazardError`] where a value lies outside its range or the set is not one of plumes.
    pub fn new(rules: &HazardRules, input: &PlumeInput<'_>) -> Result<Self, HazardError> {
        input.weather.check(MODEL, rules)?;
        rules.checked(MODEL, "rate_kg_s", input.rate_kg_s)?;
        rules.checked(MODEL, "release_height_m", input.height_m)?;
        if let Some(duration) = input.duration_s {
            rules.checked(MODEL, "duration_s", duration)?;
        }
        if let Some(lid) = input.weather.mixing_height_m {
            within(MODEL, "release height under the mixing height", input.height_m, (0.0, lid), "m")?;
        }
        let set = rules.sigma_set(input.sigma_set.unwrap_or(input.terrain.sigma_set()))?;
        if set.kind != CloudKind::Plume {
            let reason = words!("hazard-of-puffs", "the coefficients of {set} describe puffs", set = set.name.as_str());
            return Err(HazardError::NotApplicable { model: MODEL, reason });
        }
        let averaging_s = rules.checked(MODEL, "averaging_s", input.averaging_s.unwrap_or(set.averaging_s))?;
        let exponent = rules.value("plume", "averaging_exponent");
        Ok(Self {
            rate_kg_s: input.rate_kg_s,
            duration_s: input.duration_s,
            height_m: input.height_m,
            wind_m_s: input.weather.wind_at_m_s(rules, input.terrain, input.height_m),
            lid_m: input.weather.mixing_height_m,
            sigmas: set.of(input.weather.stability),
            meander: (averaging_s / set.averaging_s).powf(exponent),
            valid_m: set.valid_m,
            extrapolate: input.extrapolate,
            set: set.name.clone(),
            averaging_s,
        })
    }

    /// Name of the coefficients in use.
    pub fn sigma_set(&self) -> &str {
        &self.set
    }

    /// Averaging time in use, s.
    pub fn averaging_s(&self) -> f64 {
        self.averaging_s
    }

    /// Wind that carries the plume, m/s.
    pub fn wind_m_s(&self) -> f64 {
        self.wind_m_s
    }

    /// σy and σz at a distance downwind, m.
    pub fn sigmas_m(&self, x_m: f64) -> (f64, f64) {
        (self.sigmas.y(x_m) * self.meander, self.sigmas.z(x_m))
    }

    /// On the axis above a point of the ground, with the release going on for ever; and σy, m. `spread_m` is σy without the averaging time,
    /// which whoever asks has need of himself.
    fn axis(&self, x_m: f64, z_m: f64, spread_m: f64) -> (f64, f64) {
        let (sigma_y, sigma_z) = (spread_m * self.meander, self.sigmas.z(x_m));
        let spread = 2.0 * std::f64::consts::PI * self.wind_m_s * sigma_y * sigma_z;
        (self.rate_kg_s * vertical(sigma_z, z_m, self.height_m, self.lid_m) / spread, sigma_y)
    }

    /// The distance, where the model holds there.
    fn distance(&self, x_m: f64) -> Result<f64, HazardError> {
        let range = if self.extrapolate { (1.0, 100_000.0) } else { (self.valid_m[0], self.valid_m[1]) };
        within(MODEL, &format!("distance downwind ({})", self.set), x_m, range, "m")
    }

    /// Concentration, kg/m³: x downwind, y across, z up, m; with the release at its height (for one that lasts a while: its peak).
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`] where the coefficients do not hold.
    pub fn at_kg_m3(&self, x_m: f64, y_m: f64, z_m: f64) -> Result<f64, HazardError> {
        self.distance(x_m)?;
        within(MODEL, "crosswind distance", y_m, (-1e5, 1e5), "m")?;
        within(MODEL, "height of the receptor", z_m, (0.0, self.lid_m.unwrap_or(10_000.0)), "m")?;
        Ok(self.slice(x_m, z_m).map_or(0.0, |slice| slice.at(y_m)))
    }

    /// The same `t_s` after the release began.
    ///
    /// # Errors
    /// As [`Plume::at_kg_m3`].
    pub fn at_time_kg_m3(&self, x_m: f64, y_m: f64, z_m: f64, t_s: f64) -> Result<f64, HazardError> {
        within(MODEL, "time since the release", t_s, (0.0, 1e7), "s")?;
        self.distance(x_m)?;
        within(MODEL, "crosswind distance", y_m, (-1e5, 1e5), "m")?;
        within(MODEL, "height of the receptor", z_m, (0.0, self.lid_m.unwrap_or(10_000.0)), "m")?;
        Ok(self.slice_at(x_m, z_m, t_s).at(y_m))
    }

    /// The cut across it `t_s` after the release began.
    fn slice_at(&self, x_m: f64, z_m: f64, t_s: f64) -> Slice {
        let spread_m = self.sigmas.y(x_m);
        let (steady, sigma_y_m) = self.axis(x_m, z_m, spread_m);
        Slice { centre_kg_m3: steady * self.passing(x_m, spread_m, t_s), sigma_y_m }
    }

    /// Share of the steady plume that is at `x_m` after `t_s` (Palazzi): its front and its rear are blurred by diffusion along the
    /// wind, with σx = σy, which is `spread_m` there.
    fn passing(&self, x_m: f64, spread_m: f64, t_s: f64) -> f64 {
        let blur = std::f64::consts::SQRT_2 * spread_m;
        let front = self.wind_m_s * t_s;
        let rear = self.duration_s.map_or(0.0, |duration| self.wind_m_s * (t_s - duration).max(0.0));
        0.5 * (erf((x_m - rear) / blur) - erf((x_m - front) / blur))
    }

    /// The same release, stopped so many seconds after it began, if it has not ended by itself before.
    #[must_use]
    pub fn stopped_after(&self, seconds: f64) -> Self {
        let lasts = seconds.max(0.0);
        Self { duration_s: Some(self.duration_s.map_or(lasts, |duration| duration.min(lasts))), ..self.clone() }
    }

    /// The cloud at one moment, for a picture.
    pub fn at_moment(&self, t_s: f64) -> Moment<'_> {
        Moment { plume: self, t_s }
    }

    /// Whether the cloud behaves as one heavier than air near the source, so that this model understates its width: the criterion
    /// of Britter and McQuaid for a gas of this density (kg/m³) let out at this rate.
    pub fn density_effect(&self, rules: &HazardRules, gas_density_kg_m3: f64, weather: &Weather) -> bool {
        let air = weather.pressure_pa * AIR_KG_MOL / (super::GAS_CONSTANT * weather.temperature_k);
        let lighter = gas_density_kg_m3 <= air;
        let volume_m3_s = self.rate_kg_s / gas_density_kg_m3;
        let width_m = (volume_m3_s / self.wind_m_s).sqrt();
        let gravity = G * (gas_density_kg_m3 - air) / air;
        let richardson = (gravity * volume_m3_s / (self.wind_m_s.powi(3) * width_m)).cbrt();
        !lighter && richardson >= rules.value("plume", "dense_richardson")
    }
}

impl Cloud for Plume {
    fn slice(&self, x_m: f64, z_m: f64) -> Option<Slice> {
        if x_m <= 0.0 {
            return None;
        }
        let spread_m = self.sigmas.y(x_m);
        let (steady, sigma_y_m) = self.axis(x_m, z_m, spread_m);
        // The peak of a passing cloud is when its middle passes.
        let share = self
            .duration_s
            .map_or(1.0, |duration| erf(0.5 * self.wind_m_s * duration / (std::f64::consts::SQRT_2 * spread_m)));
        Some(Slice { centre_kg_m3: steady * share, sigma_y_m })
    }

    fn span_m(&self) -> (f64, f64) {
        (1.0, self.valid_m[1])
    }
}

/// A plume at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    plume: &'a Plume,
    t_s: f64,
}

impl Cloud for Moment<'_> {
    fn slice(&self, x_m: f64, z_m: f64) -> Option<Slice> {
        if x_m <= 0.0 {
            return None;
        }
        Some(self.plume.slice_at(x_m, z_m, self.t_s))
    }

    fn span_m(&self) -> (f64, f64) {
        self.plume.span_m()
    }
}
