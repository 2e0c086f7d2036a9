//! How long a new wind takes: the plume of a leak, its three zones and the buildings in them, for winds from all around.

use std::error::Error;
use std::time::Instant;

use analysis::emergency::hazard::{
    Frame, GuidelineKind, HazardRules, Plume, PlumeInput, Stability, Terrain, Weather, cloud_zone, exposed_buildings,
};
use spatial_db::cache::Cache;

/// Winds that are tried.
pub(crate) const WINDS: u32 = 72;
/// Time aimed for, ms.
pub(crate) const AIM_MS: f64 = 5.0;

/// What the winds took.
pub(crate) struct Winds {
    /// Median time of a wind, ms.
    pub(crate) median_ms: f64,
    /// Time of the slowest, ms.
    pub(crate) worst_ms: f64,
    /// Buildings in the zones, on average.
    pub(crate) buildings: usize,
}

/// Median and worst of times.
pub(crate) fn middle_and_worst(times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() - 1])
}

/// Chlorine from a leak at a place, x and y in m, in a stable night over a city, turned by the wind once around.
pub(crate) fn turned_around(cache: &Cache, leak: [f64; 2]) -> Result<Winds, Box<dyn Error>> {
    let rules = HazardRules::shipped();
    let chlorine = rules.substance("chlorine")?;
    let (mut times, mut found) = (Vec::new(), 0);
    for turn in 0..WINDS {
        let weather = Weather {
            wind_m_s: 2.0,
            stability: Stability::F,
            wind_from_deg: f64::from(turn) * 360.0 / f64::from(WINDS),
            ..Weather::default()
        };
        let began = Instant::now();
        let input = PlumeInput {
            rate_kg_s: 1.0,
            duration_s: Some(1800.0),
            height_m: 2.0,
            weather,
            terrain: Terrain::Urban,
            sigma_set: None,
            averaging_s: None,
            extrapolate: true,
        };
        let (plume, frame) = (Plume::new(&rules, &input)?, Frame::new(leak, &weather));
        let mut thresholds = Vec::new();
        for level in chlorine.thresholds(GuidelineKind::Aegl, 30.0)? {
            let kg_m3 = chlorine.kg_m3_from_ppm(level.ppm, weather.temperature_k, weather.pressure_pa);
            cloud_zone(&plume, &frame, &level.name, kg_m3, 1.5)?;
            thresholds.push(kg_m3);
        }
        found += exposed_buildings(cache, &plume, &frame, &thresholds, 1.5)?.len();
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let (median_ms, worst_ms) = middle_and_worst(&mut times);
    Ok(Winds { median_ms, worst_ms, buildings: found / WINDS as usize })
}
