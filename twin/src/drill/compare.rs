//! `twin drill compare`: a branch of a drill beside the drill itself, over the same seeds.

use analysis::emergency::drill::{Compared, DrillTables, branch, compare_drills};
use serde_json::json;

use super::{CompareArguments, injects, logged, wrong};
use crate::failure::Failure;
use crate::print;
use crate::report::whole;

/// The measure that is the same in both: as a difference it would read as if nothing were unknown.
const UNKNOWN: &str = "buildings_unknown";

pub(super) fn run(arguments: &CompareArguments) -> Result<(), Failure> {
    let (file, cache) = arguments.played.open()?;
    let base = arguments.log.as_deref().map_or_else(|| Ok(Vec::new()), |path| logged(path, &file))?;
    let own = branch(&base, arguments.at, &injects(&arguments.with)?).map_err(wrong(&arguments.with))?;
    let seeds: Vec<u64> = (0..arguments.seeds).map(|k| file.seed.wrapping_add(k)).collect();
    let found = compare_drills(&file, &cache, &DrillTables::in_force(), (&base, &own), &seeds)
        .map_err(wrong(&arguments.played.file))?;
    if let Some(path) = &arguments.out {
        whole(path, &csv_of(&found, &seeds)?)?;
    }
    if arguments.played.json {
        return print::json(&json!({
            "drill": file.name, "park": file.park, "branch_at_s": arguments.at, "seeds": seeds, "measures": found,
            "use": "for exercises and planning",
        }));
    }
    let said = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
    let heads =
        ["measure", "unit", "mean difference", "least", "most", "pairs", "more", "less", "only base", "only branch"];
    let rows: Vec<Vec<String>> = found
        .iter()
        .filter(|one| one.name != UNKNOWN)
        .map(|one| {
            vec![
                one.title.english.to_owned(),
                one.unit.to_owned(),
                said(one.mean_difference),
                said(one.range.map(|range| range.0)),
                said(one.range.map(|range| range.1)),
                one.pairs.to_string(),
                one.more_less.0.to_string(),
                one.more_less.1.to_string(),
                one.only.0.to_string(),
                one.only.1.to_string(),
            ]
        })
        .collect();
    let numeric = [false, false, true, true, true, true, true, true, true, true];
    print::line(print::aligned(&heads.map(str::to_owned), &rows, &numeric).trim_end())?;
    let unknown = found.iter().find(|one| one.name == UNKNOWN).and_then(|one| one.base.first().copied().flatten());
    if let Some(count) = unknown.filter(|count| *count > 0.0) {
        print::line(format!(
            "people of {count:.0} buildings are not known: the last person is the last of those who are"
        ))?;
    }
    print::line(format!("branch less base over {} seeds; for exercises and planning", seeds.len()))
}

fn csv_of(found: &[Compared], seeds: &[u64]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    {
        let mut csv = csv::Writer::from_writer(&mut bytes);
        csv.write_record(["measure", "unit", "seed", "base", "branch"]).map_err(std::io::Error::from)?;
        let said = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for one in found {
            for (k, seed) in seeds.iter().enumerate() {
                let cells = [
                    one.name.to_owned(),
                    one.unit.to_owned(),
                    seed.to_string(),
                    said(one.base[k]),
                    said(one.branch[k]),
                ];
                csv.write_record(cells).map_err(std::io::Error::from)?;
            }
        }
        csv.flush()?;
    }
    Ok(bytes)
}
