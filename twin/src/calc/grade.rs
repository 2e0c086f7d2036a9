//! `twin calc grade`.

use analysis::emergency::hazard::{HazardRules, Holding, major_hazard};
use analysis::words;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::Answer;
use crate::failure::Failure;

/// Arguments of `twin calc grade`.
#[derive(Debug, Args)]
#[command(after_help = "Source: GB 18218-2018, R = alpha sum(beta q/Q).\n\n\
    Example:\n  twin calc grade --holding chlorine=25 --holding 液氨=60 --persons 35 --json")]
pub(super) struct GradeArguments {
    /// A substance and its quantity in t: SUBSTANCE=T; may be given several times
    #[arg(long, value_name = "SUBSTANCE=T", required = true, value_parser = holding)]
    holding: Vec<(String, f64)>,
    /// Persons exposed within 500 m of the boundary
    #[arg(long)]
    persons: Option<u32>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

fn holding(text: &str) -> Result<(String, f64), String> {
    let (name, quantity) = text.rsplit_once('=').ok_or("a holding is SUBSTANCE=T, for example chlorine=25")?;
    let quantity = quantity.trim().parse().map_err(|_| format!("`{quantity}` is no number of tonnes"))?;
    Ok((name.trim().to_owned(), quantity))
}

pub(super) fn run(arguments: &GradeArguments, text: &Text) -> Result<(), Failure> {
    let rules = HazardRules::shipped();
    let holdings: Vec<Holding<'_>> = arguments
        .holding
        .iter()
        .map(|(substance, quantity)| Holding { substance, quantity_t: Some(*quantity) })
        .collect();
    let found = major_hazard(&rules, &holdings, arguments.persons)?;
    let mut answer = Answer::new(
        "major-hazard",
        found.source.as_str(),
        words!("calc-left-grade", "the unit's boundary, classes of substances without a row"),
    );
    answer.set("is_major_hazard", found.is_major);
    answer.set("grade", found.grade);
    answer.set("r", found.r);
    answer.set("ratio", found.ratio);
    // What lacks a quantity or a critical one can only add to both.
    answer.set("r_and_ratio_are_at_least", found.shares.len() < holdings.len());
    answer.set("alpha", found.alpha);
    let shares: Vec<Value> = found
        .shares
        .iter()
        .map(|share| {
            json!({
                "substance": share.substance, "quantity_t": share.quantity_t, "threshold_t": share.threshold_t,
                "beta": share.beta,
            })
        })
        .collect();
    answer.set("shares", shares);
    answer.set("missing", found.missing);
    answer.print(arguments.json, text)
}
