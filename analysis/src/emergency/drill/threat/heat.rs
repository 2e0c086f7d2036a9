//! The heat about a pool that burns, as rings on the ground for whoever draws it.

use crate::emergency::drill::{Contour, PoolSpec};
use crate::emergency::hazard::{
    FlameModel, HazardError, HazardRules, PoolFire, Weather, distance_of_level, round_zone,
};
use crate::words;

/// How far a level is looked for, m.
const FARTHEST_M: f64 = 1e4;
/// Heat from which people are burnt within a minute, and from which they may die, W/m²: ALOHA's red zones; below there is pain.
const BURNS_W_M2: f64 = 5000.0;
const LETHAL_W_M2: f64 = 10_000.0;

/// How bad a heat is: 1 pain, 2 burns, 3 lethal.
pub(super) fn level_of_heat(heat_w_m2: f64) -> u8 {
    match heat_w_m2 {
        value if value < BURNS_W_M2 => 1,
        value if value < LETHAL_W_M2 => 2,
        _ => 3,
    }
}

/// How near to the middle of a pool nobody goes by a way, m: where people are burnt within a minute.
///
/// # Errors
/// As [`rings`].
pub(super) fn closes_m(rules: &HazardRules, pool: &PoolSpec, weather: &Weather) -> Result<f64, HazardError> {
    let fire = PoolFire::new(rules, rules.substance(&pool.substance)?, pool.diameter_m, weather)?;
    let flame_m = 0.5 * pool.diameter_m * (1.0 + 1e-6);
    let heat = |x: f64| fire.heat_w_m2(rules, FlameModel::Solid, x, weather);
    Ok(distance_of_level(BURNS_W_M2, (flame_m, FARTHEST_M), heat)?.unwrap_or(flame_m))
}

/// Rings of the levels of the table about the middle of a pool, the mildest first. A level that no place outside the flame has is that of
/// the flame itself: nobody is safe inside it.
///
/// # Errors
/// [`HazardError`] for a substance or a pool that nobody can work the heat out for.
pub(super) fn rings(
    rules: &HazardRules,
    pool: &PoolSpec,
    weather: &Weather,
    place: [f64; 2],
) -> Result<Vec<Contour>, HazardError> {
    let fire = PoolFire::new(rules, rules.substance(&pool.substance)?, pool.diameter_m, weather)?;
    let flame_m = 0.5 * pool.diameter_m * (1.0 + 1e-6);
    let heat = |x: f64| fire.heat_w_m2(rules, FlameModel::Solid, x, weather);
    let ring = |value: f64| -> Result<Contour, HazardError> {
        let reach_m = distance_of_level(value, (flame_m, FARTHEST_M), heat)?.unwrap_or(flame_m);
        let level = level_of_heat(value);
        let label = words!("drill-zone-heat", "heat {level} kW/m²", level = (value / 1000.0).to_string());
        Ok(Contour { label, level, above_m: 0.0, water_m: None, area: round_zone("", place, reach_m).area })
    };
    rules.effects().heat_level.iter().map(|level| ring(level.value)).collect()
}
