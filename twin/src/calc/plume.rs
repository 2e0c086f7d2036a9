//! `twin calc plume`.

use analysis::emergency::hazard::{
    Cloud, Frame, GuidelineKind, HazardRules, Indoor, Plume, PlumeInput, Puff, PuffInput, Substance, Threshold,
    Weather, cloud_zone, exposed_buildings, plume_kg_m3, share_of,
};
use analysis::emergency::hazard_error_words;
use analysis::words;
use analysis::words::Words;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use spatial_db::cache::Cache;
use twin_engine::text::Text;

use super::answer::Answer;
use super::weather::{TerrainName, WeatherArguments, say};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::progress::Progress;

/// Arguments of `twin calc plume`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: Gaussian plume after Turner, Workbook of Atmospheric Dispersion Estimates (1970); puff after Slade (1968) and \
    AIChE/CCPS, Guidelines for Consequence Analysis (1999); coefficients of Briggs (1973) for rural and urban terrain or Pasquill-Gifford \
    (DEGADIS 1989, Seinfeld 1986); stability after Pasquill (1961); a release that ends after Palazzi (1982); AEGL of the US EPA, ERPG of AIHA.\n\n\
    Examples:\n  twin calc plume --rate 0.1 --stability F --wind 2 --sigma pasquill-gifford --x 500 --json\n  \
    twin calc plume --rate 0.003 --wind 7 --sigma-y 190 --sigma-z 65 --json\n  \
    twin calc plume --rate 2 --substance ammonia --guideline aegl --exposure 60 --terrain urban --night --wind 2\n  \
    twin calc plume --rate 2 --substance chlorine --park qingxi --at 560351,3453229"
)]
pub(super) struct PlumeArguments {
    /// Rate of a continuous release, kg/s
    #[arg(long, value_name = "KG/S", required_unless_present = "mass", conflicts_with = "mass")]
    rate: Option<f64>,
    /// Mass let out at once, kg: a puff
    #[arg(long, value_name = "KG")]
    mass: Option<f64>,
    /// How long the release lasts, s; for ever if not given
    #[arg(long, value_name = "S", conflicts_with = "mass")]
    duration: Option<f64>,
    /// Height of the source, m
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    height: f64,
    /// Distance downwind, m
    #[arg(long, value_name = "M", visible_alias = "distance")]
    x: Option<f64>,
    /// Distance across the wind, m
    #[arg(long, value_name = "M", default_value_t = 0.0, allow_negative_numbers = true)]
    y: f64,
    /// Height of the receptor, m
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    z: f64,
    /// Time since the release, s; for a puff and a release that ends the peak if not given
    #[arg(long, value_name = "S")]
    time: Option<f64>,
    /// Terrain
    #[arg(long, value_enum, default_value = "rural")]
    terrain: TerrainName,
    /// Dispersion coefficients: briggs-rural, briggs-urban, pasquill-gifford; slade for a puff; Briggs for the terrain if not given
    #[arg(long, value_name = "SET", visible_alias = "model")]
    sigma: Option<String>,
    /// Coefficient across the wind, m, instead of a set
    #[arg(long, value_name = "M", requires = "sigma_z", conflicts_with_all = ["sigma", "mass"])]
    sigma_y: Option<f64>,
    /// Vertical coefficient, m
    #[arg(long, value_name = "M", requires = "sigma_y")]
    sigma_z: Option<f64>,
    /// Averaging time, s; that of the coefficients (600) if not given
    #[arg(long, value_name = "S")]
    averaging: Option<f64>,
    /// Also within 100 m and beyond 10 km, where the coefficients were not measured
    #[arg(long)]
    extrapolate: bool,
    /// Substance, by name, Chinese name or CAS number: ppm, zones, heavy gas
    #[arg(long)]
    substance: Option<String>,
    /// Guideline whose levels bound the zones
    #[arg(long, value_enum, default_value = "aegl")]
    guideline: GuidelineName,
    /// Exposure that the levels are for, min: how long people stay, at most as long as a release or a puff lasts
    #[arg(long, value_name = "MIN", default_value_t = 60.0)]
    exposure: f64,
    /// Concentration that bounds a zone, kg/m³; may be given several times
    #[arg(long, value_name = "KG/M3")]
    threshold: Vec<f64>,
    /// Air exchange of a building at the place, 1/h: concentration indoors after the exposure
    #[arg(long, value_name = "1/H")]
    air_exchange: Option<f64>,
    /// Park whose buildings lie in the zones
    #[arg(long, requires = "at")]
    park: Option<String>,
    /// Place of the source in the park's coordinates: EAST,NORTH
    #[arg(long, value_name = "E,N", value_parser = super::reach::place, allow_hyphen_values = true)]
    at: Option<[f64; 2]>,
    #[command(flatten)]
    weather: WeatherArguments,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// Toxic guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GuidelineName {
    /// Acute Exposure Guideline Levels
    Aegl,
    /// Emergency Response Planning Guidelines
    Erpg,
}

impl From<GuidelineName> for GuidelineKind {
    fn from(name: GuidelineName) -> Self {
        match name {
            GuidelineName::Aegl => Self::Aegl,
            GuidelineName::Erpg => Self::Erpg,
        }
    }
}

fn leaves_out() -> Words {
    words!(
        "calc-left-plume",
        "gas heavier than air, momentum and buoyancy of the release, deposition, chemistry, buildings and slopes, a wind that changes"
    )
}

pub(super) fn run(arguments: &PlumeArguments, text: &Text) -> Result<(), Failure> {
    let rules = HazardRules::shipped();
    let weather = arguments.weather.weather(&rules)?;
    let substance = arguments.substance.as_deref().map(|name| rules.substance(name)).transpose()?;
    if let (Some(sigma_y), Some(sigma_z), Some(rate)) = (arguments.sigma_y, arguments.sigma_z, arguments.rate) {
        let mut answer = Answer::new(
            "gaussian-plume",
            words!("calc-source-turner", "Turner 1970, coefficients given"),
            leaves_out(),
        );
        let found =
            plume_kg_m3(rate, weather.wind_m_s, (sigma_y, sigma_z), (arguments.y, arguments.z), arguments.height)?;
        answer.set("concentration_kg_m3", found);
        answer.set("sigma_y_m", sigma_y);
        answer.set("sigma_z_m", sigma_z);
        return answer.print(arguments.json, text);
    }
    if let Some(mass_kg) = arguments.mass {
        let input = PuffInput {
            mass_kg,
            height_m: arguments.height,
            weather,
            terrain: arguments.terrain.into(),
            sigma_set: arguments.sigma.as_deref(),
            extrapolate: arguments.extrapolate,
        };
        let puff = Puff::new(&rules, &input)?;
        let mut answer = Answer::new("gaussian-puff", "Slade 1968; AIChE/CCPS 1999", leaves_out());
        answer.set("sigma_set", puff.sigma_set());
        answer.set("wind_m_s", puff.wind_m_s());
        if let Some(x) = arguments.x {
            let time = arguments.time.unwrap_or(x / puff.wind_m_s());
            let found = puff.at_kg_m3([x, arguments.y, arguments.z], time)?;
            let (sigma_y, sigma_z) = puff.sigmas_m(time * puff.wind_m_s());
            answer.set("time_s", time);
            answer.set("sigma_y_m", sigma_y);
            answer.set("sigma_z_m", sigma_z);
            let stays = if arguments.time.is_some() { Stays::AMoment } else { Stays::For(puff.passes_s(x)) };
            place_values(&mut answer, arguments, substance, &weather, found, stays)?;
        }
        return zones(answer, arguments, &puff, substance, &weather, text);
    }
    let input = PlumeInput {
        rate_kg_s: arguments.rate.unwrap_or_default(),
        duration_s: arguments.duration,
        height_m: arguments.height,
        weather,
        terrain: arguments.terrain.into(),
        sigma_set: arguments.sigma.as_deref(),
        averaging_s: arguments.averaging,
        extrapolate: arguments.extrapolate,
    };
    let plume = Plume::new(&rules, &input)?;
    let mut answer = Answer::new("gaussian-plume", rules.sigma_set(plume.sigma_set())?.source.as_str(), leaves_out());
    answer.set("sigma_set", plume.sigma_set());
    answer.set("averaging_s", plume.averaging_s());
    answer.set("wind_m_s", plume.wind_m_s());
    if let Some(x) = arguments.x {
        let found = match arguments.time {
            Some(time) => plume.at_time_kg_m3(x, arguments.y, arguments.z, time)?,
            None => plume.at_kg_m3(x, arguments.y, arguments.z)?,
        };
        let (sigma_y, sigma_z) = plume.sigmas_m(x);
        answer.set("sigma_y_m", sigma_y);
        answer.set("sigma_z_m", sigma_z);
        let stays = match (arguments.time, arguments.duration) {
            (Some(_), _) => Stays::AMoment,
            (None, Some(seconds)) => Stays::For(seconds),
            (None, None) => Stays::On,
        };
        place_values(&mut answer, arguments, substance, &weather, found, stays)?;
    }
    if let Some(substance) = substance {
        let gas = substance.gas_density_kg_m3(weather.temperature_k, weather.pressure_pa);
        answer.set("heavier_than_air_matters", plume.density_effect(&rules, gas, &weather));
    }
    zones(answer, arguments, &plume, substance, &weather, text)
}

/// How long the cloud that was worked out is at a place, and so how long someone there breathes it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stays {
    /// On and on: as long as the person stays.
    On,
    /// So many seconds: a release that ends, or a puff that passes.
    For(f64),
    /// Not said: the value is that of one moment.
    AMoment,
}

/// Toxic load at the place: what it does, or why that is not known.
fn toxic_values(answer: &mut Answer, substance: &Substance, found_kg_m3: f64, breathed_s: Option<f64>) {
    let probit = match breathed_s {
        None => Err(words!(
            "calc-toxic-moment",
            "the value is that of one moment (--time), and how long it lasts is not known"
        )),
        // Nothing to breathe has no logarithm: its share is 0, and its probit none.
        Some(_) if found_kg_m3 <= 0.0 && substance.toxic_probit.is_some() => Ok(None),
        Some(seconds) => substance
            .toxic_probit(found_kg_m3, seconds)
            .map(Some)
            .map_err(|error| hazard_error_words(&error).in_english(error.to_string())),
    };
    match probit {
        Ok(probit) => {
            answer.set("toxic_probit", probit);
            answer.set("toxic_death_share", probit.map_or(0.0, share_of));
        }
        Err(missing) => {
            answer.set("toxic_probit", Value::Null);
            answer.set("toxic_death_share", Value::Null);
            answer.say("toxic_missing", missing);
        }
    }
}

/// What is at the place that was asked for.
fn place_values(
    answer: &mut Answer,
    arguments: &PlumeArguments,
    substance: Option<&Substance>,
    weather: &Weather,
    found_kg_m3: f64,
    stays: Stays,
) -> Result<(), Failure> {
    answer.set("concentration_kg_m3", found_kg_m3);
    let exposure_s = arguments.exposure * 60.0;
    let breathed_s = match stays {
        Stays::On => Some(exposure_s),
        Stays::For(seconds) => Some(seconds.min(exposure_s)),
        Stays::AMoment => None,
    };
    answer.set("breathed_s", breathed_s);
    if let Some(substance) = substance {
        let ppm = substance.ppm_from_kg_m3(found_kg_m3, weather.temperature_k, weather.pressure_pa);
        answer.set("concentration_ppm", ppm);
        toxic_values(answer, substance, found_kg_m3, breathed_s);
    }
    if let Some(exchange) = arguments.air_exchange {
        let indoor = Indoor::new(exchange)?;
        let inside = breathed_s.map(|seconds| indoor.of_passing_cloud(found_kg_m3, seconds, exposure_s)).transpose()?;
        answer.set("indoor_concentration_kg_m3", inside);
    }
    Ok(())
}

/// Zones of the cloud, buildings of a park in them, and out.
fn zones(
    mut answer: Answer,
    arguments: &PlumeArguments,
    cloud: &impl Cloud,
    substance: Option<&Substance>,
    weather: &Weather,
    text: &Text,
) -> Result<(), Failure> {
    let mut levels: Vec<(String, f64, Option<f64>)> =
        arguments.threshold.iter().map(|&kg_m3| (format!("{kg_m3} kg/m3"), kg_m3, None)).collect();
    if let Some(substance) = substance {
        // A substance without a guideline has no such zones; the answer says so.
        match substance.thresholds(arguments.guideline.into(), arguments.exposure) {
            Ok(thresholds) => levels.extend(thresholds.into_iter().map(|Threshold { name, ppm, .. }| {
                let kg_m3 = substance.kg_m3_from_ppm(ppm, weather.temperature_k, weather.pressure_pa);
                (name, kg_m3, Some(ppm))
            })),
            Err(error) => answer.say("zones_missing", hazard_error_words(&error).in_english(error.to_string())),
        }
    } else if levels.is_empty() {
        answer.say(
            "zones_missing",
            words!("calc-zones-missing", "neither --substance nor --threshold says what bounds a zone"),
        );
    }
    levels.sort_by(|a, b| a.1.total_cmp(&b.1));
    levels.dedup_by(|a, b| a.1 == b.1);
    let frame = Frame::new(arguments.at.unwrap_or([0.0, 0.0]), weather);
    let mut rows = Vec::new();
    for (name, kg_m3, ppm) in &levels {
        let zone = cloud_zone(cloud, &frame, name, *kg_m3, arguments.z)?;
        let mut row = json!({
            "name": name, "threshold_kg_m3": kg_m3, "reach_m": zone.reach_m, "area_m2": zone.area_m2,
            "goes_on_beyond_the_model": zone.cut,
        });
        if let Some(ppm) = ppm {
            row["threshold_ppm"] = json!(ppm);
        }
        rows.push(row);
    }
    if let (Some(park), true) = (&arguments.park, !levels.is_empty()) {
        let progress = Progress::new(false);
        let loaded = Origin::of(park).load(false, &progress);
        progress.finish();
        let cache = Cache::build(loaded?.0);
        let thresholds: Vec<f64> = levels.iter().map(|level| level.1).collect();
        let exposed = exposed_buildings(&cache, cloud, &frame, &thresholds, arguments.z)?;
        let buildings = &cache.snapshot().buildings;
        for (k, row) in rows.iter_mut().enumerate() {
            row["buildings"] = json!(exposed.iter().filter(|e| e.level > k).count());
        }
        let list: Vec<Value> = exposed
            .iter()
            .map(|e| {
                let building = &buildings[e.slot];
                json!({
                    "building": building.provenance.key, "name": building.name, "zone": levels[e.level - 1].0,
                    "concentration_kg_m3": e.peak_kg_m3,
                })
            })
            .collect();
        answer.set("exposed_buildings", list);
    }
    answer.set("zones", rows);
    say(&mut answer, weather);
    answer.print(arguments.json, text)
}
