//! `twin drill compare`: a branch of a drill beside the drill itself, over the same seeds.

use analysis::emergency::drill::{Compared, DrillTables, branch, compare_drills};
use analysis::words;
use analysis::words::Words;
use serde_json::json;

use super::{CompareArguments, injects, logged, wrong};
use crate::failure::Failure;
use crate::print;
use crate::report::whole;

/// The measure that is the same in both: as a difference it would read as if nothing were unknown.
const UNKNOWN: &str = "buildings_unknown";

pub(super) fn run(arguments: &CompareArguments) -> Result<(), Failure> {
    let text = arguments.played.text();
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
    let heads = [
        words!("calc-compare-measure", "measure"),
        words!("calc-compare-unit", "unit"),
        words!("calc-compare-mean", "mean difference"),
        words!("calc-compare-least", "least"),
        words!("calc-compare-most", "most"),
        words!("calc-compare-pairs", "pairs"),
        words!("calc-compare-more", "more"),
        words!("calc-compare-less", "less"),
        words!("calc-compare-only-base", "only base"),
        words!("calc-compare-only-branch", "only branch"),
    ];
    let rows: Vec<Vec<String>> = found
        .iter()
        .filter(|one| one.name != UNKNOWN)
        .map(|one| {
            vec![
                text.words(&one.title.into()),
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
    print::line(print::aligned(&heads.map(|head| text.words(&head)), &rows, &numeric).trim_end())?;
    let unknown = found.iter().find(|one| one.name == UNKNOWN).and_then(|one| one.base.first().copied().flatten());
    if let Some(count) = unknown.filter(|count| *count > 0.0) {
        print::line(text.words(&unknown_people(count as usize)))?;
    }
    print::line(text.words(&over(seeds.len())))
}

/// Of how many buildings the people are not known.
fn unknown_people(buildings: usize) -> Words {
    words!(
        "calc-compare-unknown",
        "people of {count} buildings are not known: the last person is the last of those who are",
        count = buildings
    )
    .counted(buildings, ["buildings", "building"])
}

/// What the differences are of.
fn over(seeds: usize) -> Words {
    words!("calc-compare-over", "branch less base over {count} seeds; for exercises and planning", count = seeds)
        .counted(seeds, ["seeds", "seed"])
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

#[cfg(test)]
mod tests {
    use twin_engine::Language;
    use twin_engine::text::Text;

    use super::*;

    #[test]
    fn what_is_compared_is_told_in_chinese_and_one_thing_is_not_called_as_many_are() {
        let chinese = Text::of(Language::Chinese);
        assert_eq!(over(1), "branch less base over 1 seed; for exercises and planning");
        assert!(over(10).contains("over 10 seeds") && unknown_people(1).contains("of 1 building are"));
        assert_eq!(chinese.words(&over(10)), "10 个种子，分支减原演练；用于演练与规划");
        assert!(chinese.words(&unknown_people(3)).starts_with("3 栋建筑的人数不明"));
    }
}
