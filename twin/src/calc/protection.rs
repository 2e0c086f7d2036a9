//! `twin calc protection`: what protects a park, item by item.

use std::path::PathBuf;

use analysis::emergency::evacuation::EvacuationRules;
use analysis::emergency::{Finding, ProtectionRules, protection};
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::cache;
use crate::failure::Failure;
use crate::report::whole;
use crate::rules::tables;

/// Arguments of `twin calc protection`.
#[derive(Debug, Args)]
#[command(
    after_help = "Sources: GB 50974-2014 (hydrants), GB 50016-2014 (fire lanes); each finding names its clause and how well the figure was \
    checked. What is not on record is said as unknown, not as fulfilled.\n\n\
    Examples:\n  twin calc protection qingxi\n  twin calc protection qingxi --check lane_width --out lanes.csv"
)]
pub(super) struct ProtectionArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Only this check; may be given several times: `hose_reach`, `tank_hydrants`, `lane_width`, `lane_height`, `lane_slope`, `dead_end`,
    /// frontage, `assembly_capacity`, `fire_flow`, `hydrant_spacing`, `hydrant_road`, `hydrant_wall`
    #[arg(long, value_name = "CHECK", value_parser = CHECKS)]
    check: Vec<String>,
    /// Hour of a working day: who would go to the places of assembly
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..24))]
    hour: u32,
    /// Spreadsheet of the findings to write, CSV
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

const CHECKS: [&str; 12] = [
    "hose_reach",
    "tank_hydrants",
    "lane_width",
    "lane_height",
    "lane_slope",
    "dead_end",
    "frontage",
    "assembly_capacity",
    "fire_flow",
    "hydrant_spacing",
    "hydrant_road",
    "hydrant_wall",
];

pub(super) fn run(arguments: &ProtectionArguments, text: &Text) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let evacuation = EvacuationRules::shipped();
    let found = protection(&cache, &tables().land, &ProtectionRules::shipped(), &evacuation, arguments.hour);
    let asked = |value: &Value| {
        arguments.check.is_empty()
            || arguments.check.iter().any(|check| Some(check.as_str()) == value["check"].as_str())
    };
    let told = |finding: &Finding| {
        let mut value = json!(finding);
        value["words"] = text.words(&finding.words).into();
        value["clause"] = text.words(&finding.clause).into();
        value
    };
    let findings: Vec<Value> = found.findings.iter().map(told).filter(asked).collect();
    let counts: Vec<Value> = found
        .counts
        .iter()
        .map(|(check, [fulfilled, violated, unknown])| {
            json!({ "check": check, "fulfilled": fulfilled, "violated": violated, "unknown": unknown })
        })
        .filter(asked)
        .collect();
    if let Some(path) = &arguments.out {
        whole(path, &csv_of(&findings)?)?;
    }
    let mut answer = Answer::new(
        "protection",
        words!("calc-source-protection", "GB 50974-2014, GB 50016-2014; the clause of each finding"),
        words!(
            "calc-left-protection",
            "pressure, heights over roads, trees and parked cars, bearing of the ground, bends; flows on record are added up"
        ),
    );
    answer.set("park", cache.snapshot().park.slug.as_str());
    answer.set("hour", arguments.hour);
    answer.set("checks", counts);
    answer.set("missing", found.missing.iter().map(|one| text.words(one)).collect::<Vec<_>>());
    answer.set("findings", findings);
    answer.print(arguments.json, text)
}

fn csv_of(findings: &[Value]) -> Result<Vec<u8>, Failure> {
    const COLUMNS: [&str; 8] = ["check", "key", "verdict", "found", "limit", "unit", "words", "clause"];
    // Without the mark Excel reads Chinese as Latin letters.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut csv = csv::Writer::from_writer(&mut bytes);
        csv.write_record(COLUMNS).map_err(std::io::Error::from)?;
        for finding in findings {
            let cell = |name: &&str| match &finding[*name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            csv.write_record(COLUMNS.iter().map(cell)).map_err(std::io::Error::from)?;
        }
        csv.flush()?;
    }
    Ok(bytes)
}
