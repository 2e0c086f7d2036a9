//! `twin calc grade`.

use analysis::emergency::hazard::{HazardRules, Holding, major_hazard};
use analysis::emergency::{SiteGrade, site_grades};
use analysis::words;
use analysis::words::Words;
use clap::Args;
use serde_json::{Value, json};
use twin_engine::text::Text;

use super::answer::Answer;
use super::reach::cache;
use crate::failure::Failure;

/// Arguments of `twin calc grade`.
#[derive(Debug, Args)]
#[command(after_help = "Source: GB 18218-2018, R = alpha sum(beta q/Q).\n\n\
    With --park every site on record: the parcel stands for the unit, and R goes from that of nobody within 500 m to that of the most that the \
    standard counts, where --persons does not tell.\n\n\
    Examples:\n  twin calc grade --holding chlorine=25 --holding 液氨=60 --persons 35 --json\n  twin calc grade --park qingxi")]
pub(super) struct GradeArguments {
    /// A substance and its quantity in t: SUBSTANCE=T; may be given several times
    #[arg(long, value_name = "SUBSTANCE=T", required_unless_present = "park", value_parser = holding)]
    holding: Vec<(String, f64)>,
    /// Short name of a park, or a package of one: the grade of each of its sites by what is on record
    #[arg(long, conflicts_with = "holding")]
    park: Option<String>,
    /// Persons exposed within 500 m of the boundary; with --park of every site
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
    if let Some(park) = &arguments.park {
        return of_sites(arguments, park, &rules, text);
    }
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
    answer.say_all("missing", found.missing);
    answer.print(arguments.json, text)
}

/// Every site of a park.
fn of_sites(arguments: &GradeArguments, park: &str, rules: &HazardRules, text: &Text) -> Result<(), Failure> {
    let cache = cache(park)?;
    let snapshot = cache.snapshot();
    let found = site_grades(&cache, rules, arguments.persons)?;
    let none = major_hazard(rules, &[], None)?;
    let mut answer = Answer::new(
        "major-hazard",
        none.source.as_str(),
        words!(
            "calc-left-grades",
            "the unit's boundary (the parcel stands for it), who lives within 500 m unless it is told, classes of substances without a row"
        ),
    );
    answer.set("park", snapshot.park.slug.as_str());
    answer.set("persons", arguments.persons);
    // JSON is the same in every language.
    let said = |words: &Words| if arguments.json { words.to_string() } else { text.words(words) };
    let rows: Vec<Value> = found
        .iter()
        .map(|site| {
            let SiteGrade { parcel, hazards, least, most } = site;
            let keys: Vec<&str> = hazards.iter().map(|at| snapshot.hazards[*at].provenance.key.as_str()).collect();
            json!({
                "parcel": parcel.map(|at| snapshot.parcels[at].provenance.key.as_str()),
                "hazards": keys,
                "ratio": least.ratio,
                "r_and_ratio_are_at_least": !least.missing.is_empty(),
                "is_major_hazard": least.is_major,
                "r_at_least": least.r,
                // What is missing can only add.
                "r_at_most": most.r.filter(|_| most.missing.is_empty()),
                "grade_at_best": least.grade,
                "grade_at_worst": most.grade,
                "missing": least.missing.iter().map(said).collect::<Vec<_>>(),
            })
        })
        .collect();
    answer.set("major_hazards", found.iter().filter(|site| site.least.is_major == Some(true)).count());
    answer.set("major_hazards_unknown", found.iter().filter(|site| site.least.is_major.is_none()).count());
    answer.set("sites", rows);
    answer.print(arguments.json, text)
}
