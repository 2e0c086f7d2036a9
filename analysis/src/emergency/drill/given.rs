//! What a drill was given, as a chapter: from the file, from the record, and from the tables with their sources.

use serde::Serialize;
use spatial_db::model::Park;

use super::file::{DrillFile, HazardSpec, LeakSpec};
use super::report::DrillChapter;
use super::run::DrillRun;
use super::sky::class_words;
use crate::emergency::hazard::{GuidelineKind, HazardRules, Source, Substance, Terrain, Threshold, Weather};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A leak as file, record and tables give it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Release {
    /// Substance of the table.
    pub substance: String,
    /// CAS number.
    pub cas: String,
    /// Quantity on record, t.
    pub quantity_t: f64,
    /// Rate out of the hole, kg/s.
    pub rate_kg_s: f64,
    /// Of that into the air, kg/s.
    pub airborne_kg_s: f64,
    /// Until the tank is empty at that rate, s.
    pub duration_s: f64,
    /// Air pressure, Pa.
    pub air_pressure_pa: f64,
    /// Level that bounds the danger.
    pub threshold: String,
    /// The same, ppm by volume.
    pub threshold_ppm: f64,
    /// The same in the air of the drill, kg/m³.
    pub threshold_kg_m3: f64,
    /// Where it comes from.
    pub threshold_source: String,
    /// `verified`, `secondary`, `memory` or `default`.
    pub threshold_status: String,
}

impl Release {
    pub(super) fn of(
        rules: &HazardRules,
        (substance, quantity_t): (&Substance, f64),
        source: &Source,
        threshold: &Threshold,
        weather: &Weather,
    ) -> Self {
        let guideline = kind_of(&threshold.name).as_str().to_lowercase();
        let told = |key: &str| rules.substance_sources().get(key).cloned().unwrap_or_default();
        let own = substance.aegl_status.clone().filter(|_| guideline == "aegl");
        Self {
            substance: substance.name.clone(),
            cas: substance.cas.clone(),
            quantity_t,
            rate_kg_s: source.rate_kg_s,
            airborne_kg_s: source.airborne_kg_s,
            duration_s: source.duration_s,
            air_pressure_pa: weather.pressure_pa,
            threshold: threshold.name.clone(),
            threshold_ppm: threshold.ppm,
            threshold_kg_m3: substance.kg_m3_from_ppm(threshold.ppm, weather.temperature_k, weather.pressure_pa),
            threshold_source: told(&guideline),
            threshold_status: own.unwrap_or_else(|| told(&format!("{guideline}_status"))),
        }
    }

    /// The guideline of the level that bounds the danger.
    pub(super) fn guideline(&self) -> GuidelineKind {
        kind_of(&self.threshold)
    }
}

/// The guideline of a level by its name.
fn kind_of(threshold: &str) -> GuidelineKind {
    if threshold.starts_with(GuidelineKind::Aegl.as_str()) { GuidelineKind::Aegl } else { GuidelineKind::Erpg }
}

fn unit(value: f64, unit: &str) -> Words {
    format!("{value} {unit}").into()
}

/// What was given: park, seed, weather, hazard. What the record gives stands with what file and tables give.
pub fn given_chapter(file: &DrillFile, run: &DrillRun, park: &Park) -> DrillChapter {
    let mut rows: Vec<(bool, Vec<Words>)> = Vec::new();
    let mut tell = |name: Phrase, value: Words| rows.push((false, vec![name.into(), value]));
    let unknown = || Words::from(phrase("unknown", "unknown"));
    tell(phrase("drill-given-park", "Park"), Words::from(format!("{} ({})", park.name, park.slug)));
    let day = park.as_of.map_or_else(unknown, |day| Words::from(day.to_string()));
    tell(phrase("drill-given-day", "Day of the park's data"), day);
    tell(phrase("drill-given-seed", "Seed"), Words::from(file.seed.to_string()));
    tell(phrase("drill-given-hour", "Hour of a working day"), Words::from(file.hour.to_string()));
    let weather = &file.weather;
    let wind = format!("{} m/s, {}°", weather.wind_m_s, weather.wind_from_deg);
    tell(phrase("drill-given-wind", "Wind at 10 m, and where it blows from, at the start"), wind.into());
    tell(
        phrase("drill-given-stability", "Stability (Pasquill)"),
        class_words(run.outcome.stability, run.outcome.sky.as_ref()),
    );
    tell(phrase("drill-given-air", "Air"), unit(weather.temperature_c, "°C"));
    let terrain = match weather.terrain {
        Terrain::Rural => phrase("drill-given-rural", "open country"),
        Terrain::Urban => phrase("drill-given-urban", "built up"),
    };
    tell(phrase("drill-given-terrain", "Terrain"), terrain.into());
    if let Some(crews) = file.crews {
        let turnout = crews.turnout_s.map_or_else(
            || Words::from(phrase("drill-given-turnout", "turnout of the table")),
            |seconds| words!("drill-given-turnout-value", "turnout {seconds} s", seconds = seconds.to_string()),
        );
        let persons = crews.persons.to_string();
        let said =
            words!("drill-given-crew-value", "{persons} persons, {turnout}", persons = persons, turnout = turnout);
        tell(phrase("drill-given-crew", "Crew of each engine"), said);
    }
    match &file.hazard {
        HazardSpec::Leak { source, hole_mm, leak, .. } => {
            tell(phrase("drill-given-source", "Hazard source"), source.as_str().into());
            let place = match leak {
                LeakSpec::Gas => phrase("drill-given-gas", "in the gas space").into(),
                LeakSpec::Liquid(head_m) => {
                    words!("drill-given-liquid", "under {head} m of liquid", head = head_m.to_string())
                }
                LeakSpec::Pipe => phrase("drill-given-pipe", "in a pipe").into(),
            };
            let hole =
                words!("drill-given-hole-value", "{size} mm, {place}", size = hole_mm.to_string(), place = place);
            tell(phrase("drill-given-hole", "Hole"), hole);
            if let Some(release) = &run.outcome.release {
                leaked(release, &mut tell);
            }
        }
        HazardSpec::Fire { building, cordon_m, water_l_s, pool, .. } => {
            tell(phrase("drill-given-building", "Burning building"), building.as_str().into());
            tell(phrase("drill-given-cordon", "Cordon about its walls"), unit(*cordon_m, "m"));
            let water = water_l_s.map_or_else(unknown, |litres| unit(litres, "L/s"));
            tell(phrase("drill-given-water", "Water needed, by the file"), water);
            if let Some(pool) = pool {
                let said = format!("{}, {} m", pool.substance, pool.diameter_m);
                tell(phrase("drill-given-pool", "Pool that burns, and its diameter"), said.into());
            }
        }
        HazardSpec::Blast { source, mass_kg, .. } => {
            tell(phrase("drill-given-source", "Hazard source"), source.as_str().into());
            tell(phrase("drill-given-explodes", "What explodes, of its substance"), unit(*mass_kg, "kg"));
        }
        HazardSpec::Fireball { source, mass_kg, .. } => {
            tell(phrase("drill-given-source", "Hazard source"), source.as_str().into());
            tell(phrase("drill-given-burns", "What burns as a fireball"), unit(*mass_kg, "kg"));
        }
        HazardSpec::Flood { levels, closes_m, .. } => {
            let all: Vec<String> = levels.iter().map(|(minute, level)| format!("{minute} min: {level} m")).collect();
            tell(phrase("drill-given-levels", "Level of the water"), all.join("; ").into());
            tell(phrase("drill-given-closes", "Depth that closes ways"), unit(*closes_m, "m"));
        }
        HazardSpec::Power { line, .. } => {
            tell(phrase("drill-given-line", "Line or point that fails"), line.as_str().into());
        }
    }
    DrillChapter { name: "given", title: words!("drill-given", "What was given"), heads: Vec::new(), rows }
}

/// What a leak follows from.
fn leaked(release: &Release, tell: &mut impl FnMut(Phrase, Words)) {
    let substance = format!("{} (CAS {})", release.substance, release.cas);
    tell(phrase("drill-given-substance", "Substance on record"), substance.into());
    tell(phrase("drill-given-quantity", "Quantity on record"), unit(release.quantity_t, "t"));
    let pressure = format!("{:.1} kPa", release.air_pressure_pa / 1000.0);
    tell(phrase("drill-given-pressure", "Air pressure, standard"), pressure.into());
    let rate = words!(
        "drill-given-rate-value",
        "{rate} kg/s, of that {airborne} kg/s into the air",
        rate = format!("{:.2}", release.rate_kg_s),
        airborne = format!("{:.2}", release.airborne_kg_s)
    );
    tell(phrase("drill-given-rate", "Rate of the first moment"), rate);
    let minutes = format!("{:.1} min", release.duration_s / 60.0);
    tell(phrase("drill-given-duration", "Until the tank is empty at that rate"), minutes.into());
    let threshold = words!(
        "drill-given-threshold-value",
        "{name}: {ppm} ppm, {mass} mg/m³ ({source}; {status})",
        name = release.threshold.as_str(),
        ppm = release.threshold_ppm.to_string(),
        mass = format!("{:.1}", 1e6 * release.threshold_kg_m3),
        source = release.threshold_source.as_str(),
        status = release.threshold_status.as_str()
    );
    tell(phrase("drill-given-threshold", "What bounds the danger, and its source"), threshold);
}
