//! `twin calc heat`.

use analysis::emergency::hazard::{
    Fireball, FlameModel, HazardError, HazardRules, JetFire, PoolFire, distance_of_level, share_of, thermal_load,
};
use analysis::words;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::{Answer, zone};
use super::weather::WeatherArguments;
use crate::failure::Failure;

/// Arguments of `twin calc heat`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: pool: burning rates of Babrauskas (SFPE Handbook), height by Thomas (1963), emissive power of Mudan and Croce (1988), view \
    of a cylinder by Mudan (1984); pool-point and jet: point source (AIChE/CCPS 2000), jet length by API 521 (2007); fireball: AIChE/CCPS \
    (2000); transmission of the air by Pietersen and Huerta; probits of Eisenberg, Tsao-Perry, TNO and Lees.\n\n\
    Examples:\n  twin calc heat --model pool --substance gasoline --diameter 10 --distance 30 --seconds 60 --json\n  \
    twin calc heat --model fireball --substance propane --mass 5000 --distance 300\n  twin calc heat --load 1e7 --json"
)]
pub(super) struct HeatArguments {
    /// What burns
    #[arg(long, value_enum, required_unless_present_any = ["load", "heat"])]
    model: Option<Model>,
    /// The fuel, by name or CAS number
    #[arg(long, required_unless_present_any = ["load", "heat"])]
    substance: Option<String>,
    /// Diameter of the pool, m
    #[arg(long, value_name = "M")]
    diameter: Option<f64>,
    /// Rate of the jet, kg/s
    #[arg(long, value_name = "KG/S")]
    rate: Option<f64>,
    /// Mass in the fireball, kg
    #[arg(long, value_name = "KG")]
    mass: Option<f64>,
    /// Distance from the middle of the fire, m
    #[arg(long, value_name = "M")]
    distance: Option<f64>,
    /// How long people stay, s; the fireball's own time if not given
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// Only the probits of a heat, W/m², for --seconds
    #[arg(long, value_name = "W/M2", requires = "seconds", conflicts_with = "model")]
    heat: Option<f64>,
    /// Only the probits of a thermal load t I^(4/3), s (W/m²)^(4/3)
    #[arg(long, value_name = "LOAD", conflicts_with_all = ["model", "heat"])]
    load: Option<f64>,
    #[command(flatten)]
    weather: WeatherArguments,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// Models of fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    /// Burning pool as an upright cylinder that glows
    Pool,
    /// Burning pool as a point
    PoolPoint,
    /// Burning jet of gas
    Jet,
    /// Fireball of a BLEVE
    Fireball,
}

/// An input that the model cannot do without.
fn needed(value: Option<f64>, model: &'static str, input: &'static str) -> Result<f64, HazardError> {
    value.ok_or(HazardError::Needs { model, input })
}

pub(super) fn run(arguments: &HeatArguments, text: &Text) -> Result<(), Failure> {
    let rules = HazardRules::shipped();
    let loaded = match (arguments.load, arguments.heat, arguments.seconds) {
        (Some(load), ..) => Some(load),
        (None, Some(heat), Some(seconds)) => Some(thermal_load(heat, seconds)?),
        _ => None,
    };
    let (Some(model), Some(name)) = (arguments.model, &arguments.substance) else {
        let load = loaded.unwrap_or_default();
        let mut answer = Answer::new(
            "heat-probits",
            "Eisenberg, Tsao-Perry, TNO, Lees",
            words!("calc-left-probits", "clothing, shelter, flight"),
        );
        probits(&mut answer, &rules, load)?;
        return answer.print(arguments.json, text);
    };
    let weather = arguments.weather.weather(&rules)?;
    let substance = rules.substance(name)?;
    let far = 1e4;
    let answer = match model {
        Model::Pool | Model::PoolPoint => {
            let diameter = needed(arguments.diameter, "pool fire", "--diameter")?;
            let fire = PoolFire::new(&rules, substance, diameter, &weather)?;
            let (flame, source) = if model == Model::Pool {
                (FlameModel::Solid, "Thomas 1963; Mudan and Croce 1988; Mudan 1984")
            } else {
                (FlameModel::Point, "AIChE/CCPS 2000")
            };
            let mut answer = Answer::new(
                "pool-fire",
                source,
                words!("calc-left-pool", "tilt by the wind, obstacles, smoke on the way, escalation"),
            );
            answer.set("flame_m", fire.flame_m);
            answer.set("burning_kg_m2_s", fire.burning_kg_m2_s);
            answer.set("burning_rate_by_correlation", fire.correlated);
            answer.set("heat_release_w", fire.heat_w);
            answer.set("emission_w_m2", fire.emission_w_m2);
            let near = 0.5 * diameter * (1.0 + 1e-6);
            let heat = |x: f64| fire.heat_w_m2(&rules, flame, x, &weather);
            finish(answer, arguments, &rules, (near, far), heat, None)?
        }
        Model::Jet => {
            let rate = needed(arguments.rate, "jet fire", "--rate")?;
            let fire = JetFire::new(&rules, substance, rate)?;
            let mut answer = Answer::new(
                "jet-fire",
                words!("calc-source-jet", "API 521 2007, point source"),
                words!("calc-left-jet", "direction of the jet, wind, obstacles"),
            );
            answer.set("flame_m", fire.flame_m);
            answer.set("heat_release_w", fire.heat_w);
            answer.set("radiant_fraction", fire.radiant_fraction);
            let near = 0.5 * fire.flame_m;
            finish(answer, arguments, &rules, (near, far), |x| fire.heat_w_m2(&rules, x, &weather), None)?
        }
        Model::Fireball => {
            let mass = needed(arguments.mass, "BLEVE fireball", "--mass")?;
            let ball = Fireball::new(&rules, substance, mass, None)?;
            let mut answer = Answer::new(
                "bleve-fireball",
                "AIChE/CCPS 2000",
                words!("calc-left-fireball", "growth and rise, blast and fragments of the vessel"),
            );
            answer.set("diameter_m", ball.diameter_m);
            answer.set("duration_s", ball.duration_s);
            answer.set("height_m", ball.height_m);
            answer.set("emission_w_m2", ball.emission_w_m2);
            let heat = |x: f64| ball.heat_w_m2(&rules, x, &weather);
            finish(answer, arguments, &rules, (0.0, far), heat, Some(ball.duration_s))?
        }
    };
    answer.print(arguments.json, text)
}

fn finish(
    mut answer: Answer,
    arguments: &HeatArguments,
    rules: &HazardRules,
    span: (f64, f64),
    heat: impl Fn(f64) -> Result<f64, HazardError>,
    lasts_s: Option<f64>,
) -> Result<Answer, Failure> {
    if let Some(distance) = arguments.distance {
        let here = heat(distance)?;
        answer.set("distance_m", distance);
        answer.set("heat_w_m2", here);
        if let Some(seconds) = arguments.seconds.or(lasts_s) {
            answer.set("exposure_s", seconds);
            probits(&mut answer, rules, thermal_load(here, seconds)?)?;
        }
    }
    let mut zones: Vec<Value> = Vec::new();
    for level in &rules.effects().heat_level {
        // What is nowhere reached outside a flame is reached in it: the zone is the flame itself.
        let reach = distance_of_level(level.value, span, &heat)?;
        let more = if reach.is_none() && span.0 > 0.0 { json!({ "only_in_the_flame": true }) } else { json!({}) };
        zones.push(zone(&level.name, ("heat_w_m2", level.value), Some(reach.unwrap_or(span.0)), &more));
    }
    answer.set("zones", zones);
    Ok(answer)
}

fn probits(answer: &mut Answer, rules: &HazardRules, load: f64) -> Result<(), Failure> {
    answer.set("thermal_load", load);
    let mut rows: Vec<Value> = Vec::new();
    for probit in &rules.effects().heat_probit {
        let value = probit.of(load)?;
        rows.push(json!({
            "name": probit.name, "probit": value, "death_share": share_of(value), "source": probit.source,
        }));
    }
    answer.set("probits", rows);
    Ok(())
}
