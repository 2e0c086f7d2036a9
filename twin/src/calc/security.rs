//! `twin calc security`: what cameras, gates and hazard sites of a park lack, item by item.

use analysis::emergency::security::{Shortcoming, security, shortcomings};
use analysis::words;
use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::cache;
use crate::failure::Failure;
use crate::rules::tables;

/// Arguments of `twin calc security`.
#[derive(Debug, Args)]
#[command(
    after_help = "No clause of a standard asks for any of this: each row names the rule of the house that does. What a record does not say is \
    unknown, not fine.\n\n\
    Examples:\n  twin calc security qingxi\n  twin calc security qingxi --lang zh --json"
)]
pub(super) struct SecurityArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Day to look at; the park's own if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    as_of: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &SecurityArguments, text: &Text) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let day = arguments.as_of.or(cache.snapshot().park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    let found = security(&cache, &tables().land, day);
    let told = |one: &Shortcoming| {
        let mut value = json!(one);
        value["words"] = text.words(&one.words).into();
        value["rule"] = text.words(&one.rule).into();
        value
    };
    let rows: Vec<Value> = shortcomings(&cache, &found).iter().map(told).collect();
    let mut answer = Answer::new(
        "security",
        words!("calc-source-security", "house rules, no clause of a standard; the rule of each row"),
        words!(
            "calc-left-security",
            "heights and slopes, fences (the boundary of a parcel with a gate stands for one), night, weather, what guards see"
        ),
    );
    answer.set("park", cache.snapshot().park.slug.as_str());
    answer.set("as_of", day.to_string());
    answer.set("cameras", found.cameras.len());
    answer.set("gates", found.gates.len());
    answer.set("hazards", found.hazards.len());
    answer.set("compounds", found.compounds.len());
    for verdict in ["violated", "unknown"] {
        answer.set(verdict, rows.iter().filter(|row| row["verdict"] == verdict).count());
    }
    answer.set("findings", rows);
    answer.print(arguments.json, text)
}
