//! `twin clearance`: how near lines lie to each other, to buildings and to the ground.

use std::path::PathBuf;
use std::sync::Arc;

use analysis::network::clearance::{
    Between, ClearanceRules, Planned, Room, Verdict, cover_of, covers_of, fall_of, falls_of,
};
use analysis::network::sheets::{
    between_sheet, clearance_sheet, cover_sheet, fall_sheet, own_notes, own_told, verdicts_note,
};
use analysis::sheet::Sheet;
use analysis::words::Words;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, Presence};

use super::Asked;
use super::planned::PlannedArguments;
use super::write::{Outgoing, rows};
use crate::failure::Failure;
use crate::rules::{single, tables};

/// Arguments of `twin clearance`.
#[derive(Debug, Args)]
#[command(after_help = "docs/networks.md says what is held against which rule.\n\nExamples:\n  \
    twin clearance qingxi\n  twin clearance qingxi --verdict violated --format gpkg --out near.gpkg\n  \
    twin clearance qingxi --of cover --format csv --out cover.csv\n  \
    twin clearance qingxi --line SS71-SS8 --rules our-table.toml\n  \
    twin clearance qingxi --line SS71-SS8 --to WS7-WS584\n  \
    twin clearance qingxi --planned \"559240,3453247 559290,3453247\" --class gas --diameter 200 --pressure medium --cover 0.9")]
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
    /// The room between the line of --line and the line of this key: in 3D, and by the rules
    #[arg(long, value_name = "KEY", requires = "line", conflicts_with = "of")]
    to: Option<String>,
    #[command(flatten)]
    planned: PlannedArguments,
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

fn counted(verdicts: impl Iterator<Item = Verdict>, clear: usize, no_rule: usize) -> (Words, Map<String, Value>) {
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
    let told = json!({
        "violated": violated, "possible": possible, "unknown": unknown, "clear": clear, "no_rule": no_rule,
    });
    (verdicts_note(counts, no_rule), Map::from_iter([("counts".to_owned(), told)]))
}

/// Rows of the lines of a key that were there.
fn rows_of(park: &ParkSnapshot, there: &Presence, key: &str) -> Result<Vec<u32>, Failure> {
    let named = park.edges.iter().zip(0_u32..).filter(|(edge, _)| edge.provenance.key == key);
    let rows: Vec<u32> = named.map(|(_, row)| row).filter(|row| there.edges[*row as usize]).collect();
    if rows.is_empty() { Err(Failure::NoSuchLine { key: key.to_owned(), on: there.on }) } else { Ok(rows) }
}

pub(crate) fn run(arguments: &ClearanceArguments) -> Result<(), Failure> {
    // What does not go together ends like every other wrong usage.
    let planned = arguments.planned.line().unwrap_or_else(|error| error.exit());
    let (park, as_of) = arguments.asked.load()?;
    let rules = arguments.rules()?;
    let there = Presence::on(&park, as_of);
    let named = arguments.line.as_ref().map(|key| rows_of(&park, &there, key)).transpose()?;
    let to = arguments.to.as_ref().map(|key| rows_of(&park, &there, key)).transpose()?;
    let (sheet, detail) = match (planned, &named, &to) {
        (Some(planned), ..) => of_planned(arguments, &park, &there, &rules, &planned),
        (None, Some(from), Some(to)) => of_two(&park, &there, &rules, from, to),
        (None, named, _) => of_park(arguments, &park, &there, &rules, named.as_deref()),
    };
    Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &sheet }.write(|text| {
        let mut object = detail;
        object.insert("rows".into(), rows(&sheet, text));
        object
    })
}

/// A sheet, and what JSON says beside its rows.
type Told = (Sheet, Map<String, Value>);

fn of_park(
    arguments: &ClearanceArguments,
    park: &Arc<ParkSnapshot>,
    there: &Presence,
    rules: &ClearanceRules,
    named: Option<&[u32]>,
) -> Told {
    // Of a line asked for only its own are counted, the clear ones too.
    let wanted = |row: u32| named.is_none_or(|rows| rows.contains(&row));
    match arguments.of {
        Of::Lines => {
            let room = Room::of(park, there, rules);
            let mut found = named.map_or_else(|| room.all(), |rows| room.about(rows));
            let (note, detail) = counted(found.found.iter().map(|one| one.verdict), found.clear, found.no_rule);
            found.found.retain(|one| arguments.wants(one.verdict));
            (clearance_sheet(park, rules, &found.found, None, vec![note]), detail)
        }
        Of::Cover => {
            let mut all = covers_of(&Cache::build(Arc::clone(park)), there, rules, wanted);
            let (note, detail) = counted(all.found.iter().map(|one| one.verdict), all.clear, all.no_rule);
            all.found.retain(|one| arguments.wants(one.verdict));
            (cover_sheet(park, rules, &all.found, None, vec![note]), detail)
        }
        Of::Fall => {
            let (mut found, clear) = falls_of(&Cache::build(Arc::clone(park)), there, rules, wanted);
            let (note, detail) = counted(found.iter().map(|one| one.verdict), clear, 0);
            found.retain(|one| arguments.wants(one.verdict));
            (fall_sheet(park, rules, &found, None, vec![note]), detail)
        }
    }
}

/// A planned line: what it is near to, and the ground above it and its fall.
fn of_planned(
    arguments: &ClearanceArguments,
    park: &Arc<ParkSnapshot>,
    there: &Presence,
    rules: &ClearanceRules,
    planned: &Planned,
) -> Told {
    let line = planned.line(park);
    let (cover, fall) = (cover_of(&Cache::build(Arc::clone(park)), rules, &line), fall_of(rules, &line));
    let mut found = Room::of(park, there, rules).planned(&line);
    let (note, mut detail) = counted(found.found.iter().map(|one| one.verdict), found.clear, found.no_rule);
    detail.extend(own_told(rules, cover.as_ref(), fall.as_ref()));
    let mut notes = vec![note];
    notes.extend(own_notes(rules, cover.as_ref(), fall.as_ref()));
    let sheet = match arguments.of {
        Of::Lines => {
            found.found.retain(|one| arguments.wants(one.verdict));
            clearance_sheet(park, rules, &found.found, Some(&line), notes)
        }
        Of::Cover => cover_sheet(park, rules, cover.as_slice(), Some(&line), notes),
        Of::Fall => fall_sheet(park, rules, fall.as_slice(), Some(&line), notes),
    };
    (sheet, detail)
}

/// Lines of two keys, each against each.
fn of_two(park: &ParkSnapshot, there: &Presence, rules: &ClearanceRules, from: &[u32], to: &[u32]) -> Told {
    let room = Room::of(park, there, rules);
    let mut found: Vec<Between> = Vec::new();
    for a in from {
        found.extend(to.iter().filter_map(|b| room.between(*a, *b)));
    }
    let told = found.iter().map(|one| {
        let key = |row: u32| &park.edges[row as usize].provenance.key;
        json!({
            "line": key(one.a), "other": key(one.b), "room_m": one.room_m, "plan_m": one.plan_m, "height_m": one.height_m,
            "off_plan_m": one.off_m[0], "off_height_m": one.off_m[1], "off_m": one.room_off_m(), "joined": one.joined,
            "places": one.ends,
        })
    });
    let detail = Map::from_iter([("between".to_owned(), told.collect())]);
    (between_sheet(park, rules, &found, Vec::new()), detail)
}
