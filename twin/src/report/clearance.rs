//! `twin clearance`: how near lines lie to each other, to buildings and to the ground.

use std::path::PathBuf;
use std::sync::Arc;

use analysis::network::clearance::{Clearance, ClearanceRules, Lie, Room, Verdict, covers, falls};
use analysis::network::sheets::{clearance_sheet, cover_sheet, fall_sheet, verdicts_note};
use analysis::words::Words;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkEdge, Presence};

use super::Asked;
use super::write::{Outgoing, rows};
use crate::failure::Failure;

/// Arguments of `twin clearance`.
#[derive(Debug, Args)]
#[command(after_help = "docs/networks.md says what is held against which rule.\n\nExamples:\n  \
    twin clearance qingxi\n  twin clearance qingxi --verdict violated --format gpkg --out near.gpkg\n  \
    twin clearance qingxi --of cover --format csv --out cover.csv\n  \
    twin clearance qingxi --line JS-7 --rules our-table.toml")]
pub(crate) struct ClearanceArguments {
    #[command(flatten)]
    asked: Asked,
    /// What to look at
    #[arg(long, value_enum, default_value = "lines")]
    of: Of,
    /// Only these verdicts; may be given several times
    #[arg(long, value_enum)]
    verdict: Vec<VerdictName>,
    /// Only what is near the line of this key
    #[arg(long, value_name = "KEY")]
    line: Option<String>,
    /// A table in place of the shipped one (analysis/rules/networks/clearance.toml)
    #[arg(long, value_name = "TOML")]
    rules: Option<PathBuf>,
}

/// What to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// Lines to lines and buildings
    Lines,
    /// Ground above lines
    Cover,
    /// Fall of sewers
    Fall,
}

/// Verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum VerdictName {
    /// Too near wherever the survey errs to
    Violated,
    /// Too near if the survey errs so
    Possible,
    /// Something that decides is not on record
    Unknown,
}

impl ClearanceArguments {
    fn wants(&self, verdict: Verdict) -> bool {
        let name = match verdict {
            Verdict::Violated => VerdictName::Violated,
            Verdict::Possible => VerdictName::Possible,
            Verdict::Unknown => VerdictName::Unknown,
            Verdict::Clear => return false,
        };
        self.verdict.is_empty() || self.verdict.contains(&name)
    }

    fn rules(&self) -> Result<ClearanceRules, Failure> {
        let Some(path) = &self.rules else { return Ok(ClearanceRules::shipped()) };
        let table = std::fs::read_to_string(path)
            .map_err(|source| Failure::RuleFile { path: path.clone(), source: source.into() })?;
        ClearanceRules::parse(&table)
            .map_err(|source| Failure::RuleFile { path: path.clone(), source: Box::new(source) })
    }
}

fn counted(verdicts: impl Iterator<Item = Verdict>, clear: usize) -> (Words, Map<String, Value>) {
    let mut counts = [0, 0, 0, clear];
    for verdict in verdicts {
        match verdict {
            Verdict::Violated => counts[0] += 1,
            Verdict::Possible => counts[1] += 1,
            Verdict::Unknown => counts[2] += 1,
            Verdict::Clear => {}
        }
    }
    let [violated, possible, unknown, clear] = counts;
    let told = json!({ "violated": violated, "possible": possible, "unknown": unknown, "clear": clear });
    (verdicts_note(counts), Map::from_iter([("counts".to_owned(), told)]))
}

pub(crate) fn run(arguments: &ClearanceArguments) -> Result<(), Failure> {
    let (park, as_of) = arguments.asked.load()?;
    let rules = arguments.rules()?;
    let there = Presence::on(&park, as_of);
    let named = |edge: &NetworkEdge| arguments.line.as_deref().is_none_or(|key| edge.provenance.key == key);
    if let Some(key) = &arguments.line
        && !park.edges.iter().any(named)
    {
        return Err(Failure::NoSuchLine { key: key.clone() });
    }
    let is_named = |row: u32| named(&park.edges[row as usize]);
    let (sheet, detail) = match arguments.of {
        Of::Lines => {
            let mut found = Room::of(&park, &there, &rules).all();
            let either = |one: &Clearance| {
                let building = one.lie == Lie::Building;
                one.a.is_some_and(is_named) || (!building && is_named(one.b))
            };
            found.found.retain(either);
            let (note, detail) = counted(found.found.iter().map(|one| one.verdict), found.clear);
            found.found.retain(|one| arguments.wants(one.verdict));
            (clearance_sheet(&park, &rules, &found.found, vec![note]), detail)
        }
        Of::Cover => {
            let (mut found, clear) = covers(&Cache::build(Arc::clone(&park)), &there, &rules);
            found.retain(|one| is_named(one.edge));
            let (note, detail) = counted(found.iter().map(|one| one.verdict), clear);
            found.retain(|one| arguments.wants(one.verdict));
            (cover_sheet(&park, &rules, &found, vec![note]), detail)
        }
        Of::Fall => {
            let (mut found, clear) = falls(&Cache::build(Arc::clone(&park)), &there, &rules);
            found.retain(|one| is_named(one.edge));
            let (note, detail) = counted(found.iter().map(|one| one.verdict), clear);
            found.retain(|one| arguments.wants(one.verdict));
            (fall_sheet(&park, &rules, &found, vec![note]), detail)
        }
    };
    Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &sheet }.write(|text| {
        let mut object = detail;
        object.insert("rows".into(), rows(&sheet, text));
        object
    })
}
