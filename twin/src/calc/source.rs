//! `twin calc source`.

use analysis::emergency::hazard::{
    GasState, HazardError, HazardRules, Hole, Leak, Pool, Tank, evaporation, gas_jet, liquid_jet_kg_s, source_of,
};
use analysis::words;
use clap::{Args, ValueEnum};
use twin_engine::text::Text;

use super::answer::Answer;
use super::weather::WeatherArguments;
use crate::failure::Failure;

/// Arguments of `twin calc source`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: gas: isentropic flow through an orifice, choked or not (Perry; AIChE/CCPS 1999); liquid: Bernoulli; tank: both, with the \
    flashed share doubled (AIChE/CCPS 1999), pipes by Fauske and Epstein (1988); pool: Mackay and Matsugu (1973), boiling by Briscoe and Shaw (1980).\n\n\
    Examples:\n  twin calc source --model gas --hole 0.01 --discharge 0.85 --pressure 501e3 --inside 298 --density 8.9 --heat-ratio 1.15 --json\n  \
    twin calc source --model liquid --hole 0.01 --discharge 0.63 --pressure 120935 --density 490 --json\n  \
    twin calc source --model tank --substance ammonia --content 20000 --hole 0.02 --leak liquid\n  \
    twin calc source --model pool --substance toluene --area 100 --inside 298"
)]
pub(super) struct SourceArguments {
    /// What comes out
    #[arg(long, value_enum)]
    model: Model,
    /// Substance, by name, Chinese name or CAS number
    #[arg(long)]
    substance: Option<String>,
    /// Diameter of the hole, m
    #[arg(long, value_name = "M")]
    hole: Option<f64>,
    /// Discharge coefficient
    #[arg(long, value_name = "1", default_value_t = 0.62)]
    discharge: f64,
    /// Absolute pressure inside, Pa; the vapour pressure of a liquefied gas in a tank if not given
    #[arg(long, value_name = "PA")]
    pressure: Option<f64>,
    /// Temperature inside, K; that of the air if not given
    #[arg(long, value_name = "K")]
    inside: Option<f64>,
    /// Density inside, kg/m³; of an ideal gas, or the substance's liquid, if not given
    #[arg(long, value_name = "KG/M3")]
    density: Option<f64>,
    /// Ratio of heat capacities; the substance's if not given
    #[arg(long, value_name = "1")]
    heat_ratio: Option<f64>,
    /// Liquid over the hole, m
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    head: f64,
    /// What the tank holds, kg
    #[arg(long, value_name = "KG")]
    content: Option<f64>,
    /// Where the hole of the tank is
    #[arg(long, value_enum, default_value = "liquid")]
    leak: LeakName,
    /// Area of the pool, m²
    #[arg(long, value_name = "M2")]
    area: Option<f64>,
    /// Temperature of the ground under the pool, K; that of the air if not given
    #[arg(long, value_name = "K")]
    ground: Option<f64>,
    /// Time that the rate of a boiling pool is averaged over, s
    #[arg(long, value_name = "S", default_value_t = 600.0)]
    over: f64,
    #[command(flatten)]
    weather: WeatherArguments,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// Source models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    /// Jet of gas
    Gas,
    /// Jet of liquid
    Liquid,
    /// Whatever a tank of a substance lets out
    Tank,
    /// Evaporation of a pool
    Pool,
}

/// Where a tank leaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LeakName {
    /// In the gas space
    Gas,
    /// Below the level of the liquid
    Liquid,
    /// A pipe below the level of the liquid
    Pipe,
}

fn needed<T>(value: Option<T>, model: &'static str, input: &'static str) -> Result<T, HazardError> {
    value.ok_or(HazardError::Needs { model, input })
}

pub(super) fn run(arguments: &SourceArguments, text: &Text) -> Result<(), Failure> {
    let rules = HazardRules::shipped();
    let weather = arguments.weather.weather(&rules)?;
    let substance = arguments.substance.as_deref().map(|name| rules.substance(name)).transpose()?;
    let inside_k = arguments.inside.unwrap_or(weather.temperature_k);
    let hole = |model| -> Result<Hole, HazardError> {
        Ok(Hole { diameter_m: needed(arguments.hole, model, "--hole")?, discharge: arguments.discharge })
    };
    let answer = match arguments.model {
        Model::Gas => {
            const MODEL: &str = "gas jet";
            let pressure_pa = needed(arguments.pressure, MODEL, "--pressure")?;
            let density = arguments.density.or_else(|| substance.map(|s| s.gas_density_kg_m3(inside_k, pressure_pa)));
            let state = GasState {
                pressure_pa,
                temperature_k: inside_k,
                density_kg_m3: needed(density, MODEL, "--density or --substance")?,
                heat_ratio: needed(
                    arguments.heat_ratio.or_else(|| substance.and_then(|s| s.heat_ratio)),
                    MODEL,
                    "--heat-ratio or --substance",
                )?,
            };
            let jet = gas_jet(&rules, &state, hole(MODEL)?, weather.pressure_pa)?;
            let mut answer = Answer::new(
                "gas-jet",
                words!("calc-source-gas", "isentropic orifice flow (AIChE/CCPS 1999)"),
                words!("calc-left-gas", "falling pressure, pipes, real gases"),
            );
            answer.set("rate_kg_s", jet.rate_kg_s);
            answer.set("choked", jet.choked);
            answer.set("throat_pa", jet.throat_pa);
            answer.set("throat_k", jet.throat_k);
            answer.set("speed_m_s", jet.speed_m_s);
            answer
        }
        Model::Liquid => {
            const MODEL: &str = "liquid jet";
            let density = arguments.density.or_else(|| substance.and_then(|s| s.liquid_density_kg_m3));
            let density = needed(density, MODEL, "--density or --substance")?;
            let pressure = arguments.pressure.unwrap_or(weather.pressure_pa);
            let rate = liquid_jet_kg_s(&rules, density, hole(MODEL)?, pressure, weather.pressure_pa, arguments.head)?;
            let mut answer = Answer::new(
                "liquid-jet",
                words!("calc-source-liquid", "Bernoulli (AIChE/CCPS 1999)"),
                words!("calc-left-liquid", "falling level, pipes, flashing"),
            );
            answer.set("rate_kg_s", rate);
            answer
        }
        Model::Tank => {
            const MODEL: &str = "source of a tank";
            let tank = Tank {
                substance: needed(substance, MODEL, "--substance")?,
                content_kg: needed(arguments.content, MODEL, "--content")?,
                temperature_k: inside_k,
                pressure_pa: arguments.pressure,
                hole: hole(MODEL)?,
                leak: match arguments.leak {
                    LeakName::Gas => Leak::Gas,
                    LeakName::Liquid => Leak::Liquid { head_m: arguments.head },
                    LeakName::Pipe => Leak::Pipe,
                },
            };
            let source = source_of(&rules, &tank, &weather)?;
            let mut answer = Answer::new(
                "tank",
                "AIChE/CCPS 1999; Fauske and Epstein 1988",
                words!("calc-left-tank", "falling pressure (the rate is that of the first moment), real gases"),
            );
            answer.set("rate_kg_s", source.rate_kg_s);
            answer.set("airborne_kg_s", source.airborne_kg_s);
            answer.set("duration_s", source.duration_s);
            answer.set("phase", source.phase.as_str());
            answer.set("pressure_pa", source.pressure_pa);
            answer.set("choked", source.choked);
            answer
        }
        Model::Pool => {
            const MODEL: &str = "evaporation of a pool";
            let substance = needed(substance, MODEL, "--substance")?;
            let pool = Pool {
                area_m2: needed(arguments.area, MODEL, "--area")?,
                temperature_k: inside_k,
                ground_k: arguments.ground.unwrap_or(weather.temperature_k),
            };
            let found = evaporation(&rules, substance, &pool, &weather, arguments.over)?;
            let mut answer = Answer::new(
                "pool-evaporation",
                if found.boiling { "Briscoe and Shaw 1980" } else { "Mackay and Matsugu 1973" },
                words!("calc-left-evaporation", "sun, heat of the air, cooling by evaporation, spreading"),
            );
            answer.set("rate_kg_s", found.rate_kg_s);
            answer.set("boiling", found.boiling);
            answer.set("vapour_pa", found.vapour_pa);
            answer
        }
    };
    answer.print(arguments.json, text)
}
