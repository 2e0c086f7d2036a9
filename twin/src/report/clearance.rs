//! `twin clearance`: how near lines lie to each other, to buildings and to the ground.

use std::path::PathBuf;
use std::sync::Arc;

use analysis::network::clearance::{ClearanceRules, Room, Verdict, covers_of, falls_of};
use analysis::network::sheets::{clearance_sheet, cover_sheet, fall_sheet, verdicts_note};
use analysis::words::Words;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::Presence;

use super::Asked;
use super::write::{Outgoing, rows};
use crate::failure::Failure;
use crate::rules::{single, tables};

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
        let Some(path) = &self.rules else { return Ok(tables().clearance.clone()) };
        single(path, "clearance", ClearanceRules::parse)
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
    let rows_named: Option<Vec<u32>> = arguments.line.as_ref().map(|key| {
        let named = park.edges.iter().zip(0_u32..).filter(|(edge, _)| edge.provenance.key == *key);
        named.map(|(_, row)| row).filter(|row| there.edges[*row as usize]).collect()
    });
    if let (Some(key), Some([])) = (&arguments.line, rows_named.as_deref()) {
        return Err(Failure::NoSuchLine { key: key.clone(), on: as_of });
    }
    // Of a line asked for only its own are counted, the clear ones too.
    let wanted = |row: u32| rows_named.as_ref().is_none_or(|rows| rows.contains(&row));
    let (sheet, detail) = match arguments.of {
        Of::Lines => {
            let room = Room::of(&park, &there, &rules);
            let mut found = rows_named.as_ref().map_or_else(|| room.all(), |rows| room.about(rows));
            let (note, detail) = counted(found.found.iter().map(|one| one.verdict), found.clear);
            found.found.retain(|one| arguments.wants(one.verdict));
            (clearance_sheet(&park, &rules, &found.found, None, vec![note]), detail)
        }
        Of::Cover => {
            let (mut found, clear) = covers_of(&Cache::build(Arc::clone(&park)), &there, &rules, wanted);
            let (note, detail) = counted(found.iter().map(|one| one.verdict), clear);
            found.retain(|one| arguments.wants(one.verdict));
            (cover_sheet(&park, &rules, &found, vec![note]), detail)
        }
        Of::Fall => {
            let (mut found, clear) = falls_of(&Cache::build(Arc::clone(&park)), &there, &rules, wanted);
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
