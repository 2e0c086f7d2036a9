//! The weather that the models ask for, as flags.

use analysis::emergency::hazard::{HazardError, HazardRules, Sky, Stability, Terrain, Weather};
use analysis::words;
use clap::{Args, ValueEnum};

use super::answer::Answer;
use crate::failure::Failure;

/// Weather.
#[derive(Debug, Args)]
#[command(next_help_heading = "Weather")]
pub(super) struct WeatherArguments {
    /// Wind, m/s
    #[arg(long, value_name = "M/S", default_value_t = 5.0)]
    wind: f64,
    /// Height of that wind, m; for a class by --sun or --night it must be 10
    #[arg(long, value_name = "M", default_value_t = 10.0)]
    wind_height: f64,
    /// Where the wind blows from, degrees clockwise from north
    #[arg(long, value_name = "DEG", default_value_t = 270.0)]
    wind_from: f64,
    /// Pasquill's class; from wind, sun and cloud if --sun or --night is given; else D
    #[arg(long, value_enum, ignore_case = true, conflicts_with_all = ["sun", "night"])]
    stability: Option<Class>,
    /// Elevation of the sun, degrees
    #[arg(long, value_name = "DEG", conflicts_with = "night")]
    sun: Option<f64>,
    /// By night
    #[arg(long)]
    night: bool,
    /// Cloud, tenths of the sky
    #[arg(long, value_name = "TENTHS", default_value_t = 0.0)]
    cloud: f64,
    /// Air temperature, K
    #[arg(long, value_name = "K", default_value_t = 293.15)]
    temperature: f64,
    /// Air pressure, Pa
    #[arg(long, value_name = "PA", default_value_t = 101_325.0)]
    air_pressure: f64,
    /// Relative humidity, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    humidity: f64,
    /// Height of the layer that mixes, m; no lid if not given
    #[arg(long, value_name = "M")]
    mixing_height: Option<f64>,
}

/// Pasquill's classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Class {
    /// Very unstable
    A,
    /// Unstable
    B,
    /// Slightly unstable
    C,
    /// Neutral
    D,
    /// Slightly stable
    E,
    /// Stable
    F,
}

/// What lies around the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TerrainName {
    /// Open country
    Rural,
    /// Built up
    Urban,
}

impl From<TerrainName> for Terrain {
    fn from(name: TerrainName) -> Self {
        match name {
            TerrainName::Rural => Self::Rural,
            TerrainName::Urban => Self::Urban,
        }
    }
}

impl WeatherArguments {
    /// The weather, with the class by wind and sky where they are given.
    pub(super) fn weather(&self, rules: &HazardRules) -> Result<Weather, Failure> {
        let cloud_tenths = self.cloud;
        // Lowering another wind to 10 m takes the exponent of the class that is asked for.
        if self.stability.is_none() && (self.night || self.sun.is_some()) && self.wind_height != 10.0 {
            let reason = words!(
                "calc-wind-height",
                "the class by sun and cloud is tabled by the wind at 10 m, and --wind-height is {height} m; give the wind at 10 m, or --stability",
                height = self.wind_height.to_string()
            );
            return Err(HazardError::NotApplicable { model: "Pasquill stability", reason }.into());
        }
        let stability = match (self.stability, self.sun) {
            (Some(class), _) => Stability::ALL[class as usize],
            (None, Some(sun_elevation_deg)) => {
                Stability::from_weather(rules, self.wind, Sky::Day { sun_elevation_deg, cloud_tenths })?
            }
            (None, None) if self.night => Stability::from_weather(rules, self.wind, Sky::Night { cloud_tenths })?,
            (None, None) => Stability::D,
        };
        Ok(Weather {
            wind_m_s: self.wind,
            wind_height_m: self.wind_height,
            wind_from_deg: self.wind_from,
            stability,
            temperature_k: self.temperature,
            pressure_pa: self.air_pressure,
            humidity: self.humidity,
            mixing_height_m: self.mixing_height,
        })
    }
}

/// Says the weather in an answer.
pub(super) fn say(answer: &mut Answer, weather: &Weather) {
    answer.set("stability", format!("{:?}", weather.stability));
    answer.set("wind_at_height_m_s", weather.wind_m_s);
    answer.set("wind_from_deg", weather.wind_from_deg);
    answer.set("temperature_k", weather.temperature_k);
    answer.set("air_pressure_pa", weather.pressure_pa);
    answer.set("humidity", weather.humidity);
}
