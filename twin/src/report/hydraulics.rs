//! `twin hydraulics`: pressures in the water mains of a park, or of a model file, and what closures and bursts do to them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::network::answers::Network;
use analysis::network::hydraulics::{
    Asked as Question, Burst, Demand, Given, HydraulicRules, HydraulicsError, Plant, Which, park_plant,
};
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use spatial_db::model::{NetworkClass, Park, ParkSnapshot, Presence};

use super::Asked;
use super::write::{Outgoing, beside};
use crate::failure::Failure;
use crate::rules::{single, tables};

/// Where the engine's own report goes: nowhere.
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Arguments of `twin hydraulics`.
#[derive(Debug, Args)]
#[command(after_help = "The park may be an EPANET model file (.inp), which EPANET 2.3 then reads itself.\n\
    docs/hydraulics.md says what is taken from where, and what stays an estimate.\n\nExamples:\n  \
    twin hydraulics pressure qingxi\n  \
    twin hydraulics close qingxi --at SS71-SS8\n  \
    twin hydraulics burst qingxi --at SS71-SS8 --hole 80 --pressure-driven\n  \
    twin hydraulics fire qingxi --format csv --out fire.csv\n  \
    twin hydraulics pressure ky4.inp --hour 8")]
pub(crate) struct HydraulicsArguments {
    /// What to work out
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    asked: Asked,
    /// Key of the line or point that is closed off, bursts or is asked for fire flow; may be given several times
    #[arg(long, value_name = "KEY", required_if_eq_any([("kind", "close"), ("kind", "burst")]))]
    at: Vec<String>,
    /// Diameter of the hole of a burst, mm; the whole bore if not given
    #[arg(long, value_name = "MM")]
    hole: Option<f64>,
    /// Residual pressure of fire flow, m of water; 14.06 m, which are 20 psi, if not given
    #[arg(long, value_name = "M")]
    residual: Option<f64>,
    /// Demand answers to pressure: nothing at the lower, everything from the upper on (those of the table, 0,14.3 as it ships, if not given)
    #[arg(long, value_name = "M,M", num_args = 0..=1, value_parser = pressures)]
    #[expect(clippy::option_option, reason = "clap's for an option that may have a value")]
    pressure_driven: Option<Option<[f64; 2]>>,
    /// Hours after the start of a model file
    #[arg(long, value_name = "H", default_value_t = 0.0)]
    hour: f64,
    /// Key of a valve or line that is closed already; may be given several times
    #[arg(long, value_name = "KEY")]
    closed: Vec<String>,
    /// Head of a source, m above the height datum; may be given several times
    #[arg(long, value_name = "KEY=M", value_parser = head)]
    head: Vec<(String, f64)>,
    /// What mean loads are times; the hour of most use (1.5) if not given
    #[arg(long, value_name = "X")]
    times: Option<f64>,
    /// Table of figures, columns and roughness instead of the one that ships
    #[arg(long, value_name = "TOML")]
    rules: Option<PathBuf>,
}

/// What to work out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Pressures as they are
    Pressure,
    /// Pressures before and after the isolation of a break
    Close,
    /// Pressures before and after a burst
    Burst,
    /// What hydrants give at a residual pressure
    Fire,
}

fn pressures(text: &str) -> Result<[f64; 2], String> {
    let parts: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let both: Option<[f64; 2]> = parts.and_then(|parts| parts.try_into().ok());
    both.filter(|[low, high]| *low >= 0.0 && high - low >= 0.1)
        .ok_or_else(|| "two pressures in m, the second higher by 0.1 m or more, such as 0,14.3".to_owned())
}

fn head(text: &str) -> Result<(String, f64), String> {
    let (key, metres) = text.rsplit_once('=').ok_or_else(|| "KEY=METRES".to_owned())?;
    let metres = metres.trim().parse().map_err(|_| format!("{metres:?} is no number of metres"))?;
    Ok((key.to_owned(), metres))
}

impl HydraulicsArguments {
    fn question(&self, rules: &HydraulicRules) -> Question {
        let which = match self.kind {
            Kind::Pressure => Which::Pressure,
            Kind::Close => Which::Close(self.at.clone()),
            Kind::Burst => Which::Burst(Burst { at: self.at[0].clone(), hole_mm: self.hole }),
            Kind::Fire => Which::Fire { at: self.at.clone(), residual_m: self.residual },
        };
        Question {
            which,
            demand: self.pressure_driven.map_or(Demand::AsModelled, |between_m| rules.by_pressure(between_m)),
            at_s: (self.hour.max(0.0) * 3600.0).round() as u64,
            closed: self.closed.clone(),
        }
    }

    fn table(&self) -> Result<HydraulicRules, Failure> {
        let Some(path) = &self.rules else { return Ok(tables().hydraulics.clone()) };
        single(path, "hydraulics", HydraulicRules::parse)
    }
}

/// Whether a path names a model file.
fn is_model(park: &str) -> bool {
    Path::new(park).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("inp"))
}

/// A model file in the engine, and a park of that name to head the report.
fn model(path: &str) -> Result<(Plant, Arc<ParkSnapshot>), Failure> {
    std::fs::metadata(path).map_err(|source| Failure::ModelFile { path: path.into(), source: Box::new(source) })?;
    let wrong = |source: HydraulicsError| Failure::ModelFile { path: path.into(), source: Box::new(source) };
    let engine = epanet::EPANET::with_inp_file(path, NOWHERE, "").map_err(|source| wrong(source.into()))?;
    let plant = Plant::opened(engine).map_err(wrong)?;
    let name = Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    let park = ParkSnapshot::empty(Park {
        park_id: 0,
        slug: name.clone(),
        name,
        srid: 0,
        synthetic: false,
        attribution: None,
        licence: None,
        as_of: None,
    });
    Ok((plant, Arc::new(park)))
}

pub(crate) fn run(arguments: &HydraulicsArguments) -> Result<(), Failure> {
    let rules = arguments.table()?;
    let question = arguments.question(&rules);
    if is_model(&arguments.asked.park) {
        let (plant, park) = model(&arguments.asked.park)?;
        let as_of = arguments.asked.as_of.unwrap_or_else(|| chrono::Local::now().date_naive());
        let answer = plant.answer(None, &question, &rules, &[])?;
        return out(arguments, &park, as_of, &answer);
    }
    let (park, as_of) = arguments.asked.load()?;
    let (settings, there) = (&tables().topology, Presence::on(&park, as_of));
    let network = Network::of(&park, &there, NetworkClass::Water, settings, HashMap::new())?;
    let given = Given { heads_m: arguments.head.iter().cloned().collect(), times: arguments.times };
    let (plant, assumed) = park_plant(&network, &rules, &tables().capacity, &given)?;
    let answer = plant.answer(Some(&network), &question, &rules, &assumed)?;
    out(arguments, &park, as_of, &answer)
}

fn out(
    arguments: &HydraulicsArguments,
    park: &ParkSnapshot,
    as_of: NaiveDate,
    answer: &analysis::network::hydraulics::HydraulicAnswer,
) -> Result<(), Failure> {
    let sheet = &answer.sheet;
    Outgoing { asked: &arguments.asked, park, as_of, sheet }.write(|text| beside(&answer.told, sheet, text))
}
