//! `twin calc`: the numbers of the emergency models, one by one. A model a module.

pub(crate) mod answer;
mod blast;
mod crowd;
mod evac;
mod grade;
mod heat;
mod plume;
mod protection;
mod reach;
mod security;
mod source;
mod stations;
mod weather;

use clap::{Args, Subcommand};

use twin_engine::Language;
use twin_engine::text::Text;

use crate::cli::LanguageName;
use crate::failure::Failure;

/// Arguments of `twin calc`.
#[derive(Debug, Args)]
#[command(
    after_help = "For exercises and planning. docs/emergency.md has every formula, its source, its range and what it leaves out.\n\
    A value outside the range that a model was published for is refused with the range (exit code 2)."
)]
pub(crate) struct CalcGroup {
    /// What to work out
    #[command(subcommand)]
    what: Calc,
    /// Language of the answer in words; that of the environment if not given
    #[arg(long, value_enum, global = true)]
    lang: Option<LanguageName>,
}

/// The models.
#[derive(Debug, Subcommand)]
enum Calc {
    /// Concentration and zones of a toxic release: Gaussian plume or puff
    Plume(plume::PlumeArguments),
    /// Overpressure, impulse and zones of an explosion: TNT equivalence, Kingery-Bulmash
    Blast(blast::BlastArguments),
    /// Heat of a pool fire, a jet fire or a fireball, with the share of people it kills
    Heat(heat::HeatArguments),
    /// What comes out of a hole in a tank, or evaporates from a pool
    Source(source::SourceArguments),
    /// Which buildings of a park the hydrants reach
    Hydrants(reach::HydrantArguments),
    /// What protects a park: hoses, tanks, fire lanes, places of assembly, each violation with its clause
    Protection(protection::ProtectionArguments),
    /// What cameras, gates and hazard sites of a park lack, each with the rule that asks for it
    Security(security::SecurityArguments),
    /// How soon an engine of a fire station is at each parcel and building
    Stations(stations::StationArguments),
    /// How deep a water level stands over a park, or what of it lies in an area of a file
    Flood(reach::FloodArguments),
    /// Grade of a major hazard after GB 18218
    Grade(grade::GradeArguments),
    /// How long people take to leave: doors, stairs, density and speed
    Evac(evac::EvacArguments),
    /// How people get out of a building or an area one by one: when the last is out, door by door, and where it is dense
    Crowd(crowd::CrowdArguments),
}

impl CalcGroup {
    /// The language of the answer.
    pub(crate) fn language(&self) -> Language {
        self.lang.map_or_else(Language::from_environment, Into::into)
    }
}

pub(crate) fn run(group: &CalcGroup) -> Result<(), Failure> {
    let text = Text::of(group.language());
    match &group.what {
        Calc::Plume(arguments) => plume::run(arguments, text),
        Calc::Blast(arguments) => blast::run(arguments, text),
        Calc::Heat(arguments) => heat::run(arguments, text),
        Calc::Source(arguments) => source::run(arguments, text),
        Calc::Hydrants(arguments) => reach::run_hydrants(arguments, text),
        Calc::Protection(arguments) => protection::run(arguments, text),
        Calc::Security(arguments) => security::run(arguments, text),
        Calc::Stations(arguments) => stations::run(arguments, text),
        Calc::Flood(arguments) => reach::run_flood(arguments, text),
        Calc::Grade(arguments) => grade::run(arguments, text),
        Calc::Evac(arguments) => evac::run(arguments, text),
        Calc::Crowd(arguments) => crowd::run(arguments, text),
    }
}
