//! Weather, and Pasquill's stability classes from it.
//!
//! Source: Pasquill, Meteorological Magazine 90 (1961) as tabled by Turner (1970); the sun's strength from its elevation and the cloud
//! as in ALOHA's technical documentation (2013). Wind with height by a power law (EPA, ISC3, 1995). Left out: sea breezes, valley winds,
//! fog, snow cover, wakes of buildings, wind that turns with height or time.

use serde::{Deserialize, Serialize};

use super::error::within;
use super::{HazardError, HazardRules};

const MODEL: &str = "Pasquill stability";

/// Pasquill's stability class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stability {
    /// Very unstable.
    A,
    /// Unstable.
    B,
    /// Slightly unstable.
    C,
    /// Neutral.
    D,
    /// Slightly stable.
    E,
    /// Stable.
    F,
}

impl Stability {
    /// All classes.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F];

    /// Row in the tables.
    pub(super) const fn row(self) -> usize {
        self as usize
    }
}

/// What lies around the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terrain {
    /// Open country.
    Rural,
    /// Built up.
    Urban,
}

impl Terrain {
    /// Name of Briggs' coefficients for it.
    pub const fn sigma_set(self) -> &'static str {
        match self {
            Self::Rural => "briggs-rural",
            Self::Urban => "briggs-urban",
        }
    }
}

/// What the sky does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sky {
    /// By day.
    Day {
        /// Elevation of the sun, degrees, 0 to 90.
        sun_elevation_deg: f64,
        /// Cloud, tenths.
        cloud_tenths: f64,
    },
    /// By night: an hour before sunset to an hour after sunrise.
    Night {
        /// Cloud, tenths.
        cloud_tenths: f64,
    },
}

/// The weather that a model asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// Wind, m/s, at `wind_height_m`.
    pub wind_m_s: f64,
    /// Height of that wind, m.
    pub wind_height_m: f64,
    /// Where the wind blows from, degrees clockwise from north.
    pub wind_from_deg: f64,
    /// Stability.
    pub stability: Stability,
    /// Air temperature, K.
    pub temperature_k: f64,
    /// Air pressure, Pa.
    pub pressure_pa: f64,
    /// Relative humidity, 0 to 1.
    pub humidity: f64,
    /// Height of the layer that mixes, m; none: no lid.
    pub mixing_height_m: Option<f64>,
}

impl Default for Weather {
    /// Neutral, 5 m/s at 10 m from the west, 20 °C, one atmosphere, half humid, no lid: a common case of the handbooks.
    fn default() -> Self {
        Self {
            wind_m_s: 5.0,
            wind_height_m: 10.0,
            wind_from_deg: 270.0,
            stability: Stability::D,
            temperature_k: 293.15,
            pressure_pa: 101_325.0,
            humidity: 0.5,
            mixing_height_m: None,
        }
    }
}

impl Weather {
    /// Checks every value against its range.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`].
    pub fn check(&self, model: &'static str, rules: &HazardRules) -> Result<(), HazardError> {
        rules.checked(model, "wind_m_s", self.wind_m_s)?;
        within(model, "height of the wind", self.wind_height_m, (1.0, 200.0), "m")?;
        within(model, "direction of the wind", self.wind_from_deg, (0.0, 360.0), "deg")?;
        rules.checked(model, "temperature_k", self.temperature_k)?;
        rules.checked(model, "pressure_pa", self.pressure_pa)?;
        rules.checked(model, "humidity", self.humidity)?;
        if let Some(lid) = self.mixing_height_m {
            rules.checked(model, "mixing_height_m", lid)?;
        }
        Ok(())
    }

    /// Wind at a height, m/s: the power law upwards from the height of measurement. Below that the measured wind stands, as in EPA's
    /// models: a wind lowered further would stand for no cloud of any depth.
    pub fn wind_at_m_s(&self, rules: &HazardRules, terrain: Terrain, height_m: f64) -> f64 {
        let profile = &rules.dispersion.wind_profile;
        let exponents = if terrain == Terrain::Rural { &profile.rural } else { &profile.urban };
        let lift = (height_m / self.wind_height_m).max(1.0);
        self.wind_m_s * lift.powf(exponents[self.stability.row()])
    }

    /// Partial pressure of water vapour, Pa (Mudan's form of Antoine's equation, SFPE Handbook).
    pub fn water_pressure_pa(&self) -> f64 {
        self.humidity * (23.18986 - 3816.42 / (self.temperature_k - 46.13)).exp()
    }

    /// Unit vector downwind, east and north.
    pub fn downwind(&self) -> [f64; 2] {
        let from = self.wind_from_deg.to_radians();
        [-from.sin(), -from.cos()]
    }
}

impl Stability {
    /// Sun on the ground, W/m², by its elevation and the cloud.
    fn sun_w_m2(rules: &HazardRules, sun_elevation_deg: f64, cloud_tenths: f64) -> f64 {
        let height = sun_elevation_deg.to_radians().sin() - 0.1;
        let cloud = 1.0 - rules.value("sun", "cloud_factor") * cloud_tenths * cloud_tenths;
        (rules.value("sun", "clear_w_m2") * cloud * height).max(0.0)
    }

    /// The class by wind at 10 m (m/s), sun and cloud. A sky that is covered whole is neutral by day and night (Pasquill). Of his
    /// mixed classes (A–B) the more stable one is taken. By night below 2 m/s, where he gives none, F.
    ///
    /// # Errors
    /// [`HazardError::OutOfRange`].
    pub fn from_weather(rules: &HazardRules, wind_10m_m_s: f64, sky: Sky) -> Result<Self, HazardError> {
        let wind = within(MODEL, "wind at 10 m", wind_10m_m_s, (0.0, 60.0), "m/s")?;
        let (Sky::Day { cloud_tenths, .. } | Sky::Night { cloud_tenths }) = sky;
        let cloud = within(MODEL, "cloud", cloud_tenths, (0.0, 10.0), "tenths")?;
        let rows = &rules.dispersion.pasquill.row;
        let row = rows.iter().find(|row| wind < row.below_m_s).unwrap_or(&rows[rows.len() - 1]);
        match sky {
            Sky::Day { sun_elevation_deg, .. } => {
                let elevation = within(MODEL, "elevation of the sun", sun_elevation_deg, (0.0, 90.0), "deg")?;
                if cloud >= 10.0 {
                    return Ok(Self::D);
                }
                let sun = Self::sun_w_m2(rules, elevation, cloud);
                let strong = sun >= rules.value("sun", "strong_w_m2");
                let moderate = sun >= rules.value("sun", "moderate_w_m2");
                Ok(row.day[if strong { 0 } else { 1 + usize::from(!moderate) }])
            }
            Sky::Night { .. } if cloud >= 10.0 => Ok(Self::D),
            Sky::Night { .. } => Ok(row.night[usize::from(cloud < 5.0)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(wind: f64, sky: Sky) -> Stability {
        Stability::from_weather(&HazardRules::shipped(), wind, sky).unwrap()
    }

    #[test]
    fn stability_follows_pasquills_table() {
        use Stability::{A, B, C, D, E, F};
        let day = |sun_elevation_deg| Sky::Day { sun_elevation_deg, cloud_tenths: 0.0 };
        let night = |cloud_tenths| Sky::Night { cloud_tenths };
        // Rows of the table at 1, 2.5, 4, 5.5 and 8 m/s: strong, moderate, slight sun; night with cloud, clear.
        let rows = [
            (1.0, [A, B, B, F, F]),
            (2.5, [B, B, C, E, F]),
            (4.0, [B, C, C, D, E]),
            (5.5, [C, D, D, D, D]),
            (8.0, [C, D, D, D, D]),
        ];
        for (wind, expected) in rows {
            let skies = [day(70.0), day(45.0), day(20.0), night(7.0), night(2.0)];
            assert_eq!(skies.map(|sky| class(wind, sky)), expected, "{wind} m/s");
        }
        assert_eq!(class(1.5, Sky::Day { sun_elevation_deg: 70.0, cloud_tenths: 10.0 }), D);
        assert_eq!(class(1.5, night(10.0)), D);
        // Cloud takes the sun's strength.
        assert_eq!(class(1.0, Sky::Day { sun_elevation_deg: 70.0, cloud_tenths: 9.0 }), B);
    }

    #[test]
    fn weather_out_of_range_names_the_range() {
        let rules = HazardRules::shipped();
        let calm = Weather { wind_m_s: 0.2, ..Weather::default() };
        let error = calm.check("plume", &rules).unwrap_err().to_string();
        assert!(error.contains("from 1 to 30 m/s"), "{error}");
        assert!(Weather { temperature_k: f64::NAN, ..Weather::default() }.check("plume", &rules).is_err());
        assert!(Stability::from_weather(&rules, -1.0, Sky::Night { cloud_tenths: 0.0 }).is_err());
    }

    #[test]
    fn wind_rises_with_height_and_blows_where_it_should() {
        let rules = HazardRules::shipped();
        let weather = Weather { stability: Stability::F, wind_m_s: 2.0, ..Weather::default() };
        assert!((weather.wind_at_m_s(&rules, Terrain::Rural, 100.0) - 2.0 * 10_f64.powf(0.55)).abs() < 1e-12);
        assert_eq!(weather.wind_at_m_s(&rules, Terrain::Rural, 0.0), 2.0);
        // From the west: towards the east.
        let [east, north] = weather.downwind();
        assert!((east - 1.0).abs() < 1e-12 && north.abs() < 1e-12);
        // Water at 20 °C: 2.34 kPa saturated.
        assert!((weather.water_pressure_pa() / 1170.0 - 1.0).abs() < 0.02, "{}", weather.water_pressure_pa());
    }
}
