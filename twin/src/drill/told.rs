//! What a run of a drill came to, for the terminal.

use std::path::Path;

use analysis::emergency::drill::DrillRun;
use analysis::words;
use analysis::words::Words;
use twin_engine::text::Text;

use super::missing;
use crate::calc::answer::word;
use crate::print;

/// Columns of the longest rating, "not marked".
const RATING: usize = 10;

/// What happened and what it came to, a line each.
pub(super) fn lines(run: &DrillRun, text: &Text) -> Vec<String> {
    let outcome = &run.outcome;
    let mut out: Vec<String> =
        run.log.entries.iter().map(|entry| format!("{:>5.0} s  {}", entry.at_s, text.words(&entry.text))).collect();
    let mut say = |words: Words| out.push(text.words(&words));
    let time =
        |at: Option<f64>| at.map_or_else(|| words!("calc-drill-never", "never"), |at| format!("{at:.0} s").into());
    let (alarm, engine, water) = (time(outcome.alarm_s), time(outcome.first_engine_s), time(outcome.first_water_s));
    let last = time(outcome.last_out_s);
    say(if outcome.everyone_out().is_none() {
        words!(
            "calc-drill-times-known",
            "alarm {alarm}, first engine {engine}, first water {water}, last known person out {last}",
            alarm = alarm,
            engine = engine,
            water = water,
            last = last
        )
    } else {
        words!(
            "calc-drill-times",
            "alarm {alarm}, first engine {engine}, first water {water}, last person out {last}",
            alarm = alarm,
            engine = engine,
            water = water,
            last = last
        )
    });
    let struck = outcome.struck.len();
    // The mildest level of a burst reaches farther than the danger in which nobody is to be.
    let reached = if outcome.levels.is_empty() {
        words!("calc-drill-in-danger", "{count} buildings inside the danger", count = struck)
    } else {
        words!("calc-drill-in-a-level", "{count} buildings within a level, the mildest among them", count = struck)
    };
    say(words!(
        "calc-drill-persons",
        "{arrived} of {persons} persons at a place of assembly, {cut} cut off; {reached}",
        arrived = outcome.arrived.to_string(),
        persons = outcome.persons.to_string(),
        cut = outcome.cut_off.to_string(),
        reached = reached.counted(struck, ["buildings", "building"])
    ));
    for one in &outcome.gatherings {
        if let Some(at_s) = one.reached_s {
            say(words!(
                "calc-drill-assembly",
                "the place of assembly {name} lies inside the danger from {at} s",
                name = one.name.as_deref().unwrap_or(&one.key),
                at = format!("{at_s:.0}")
            ));
        }
    }
    let unknown = outcome.buildings_unknown;
    if unknown > 0 {
        let said = words!(
            "calc-drill-unknown",
            "people of {count} buildings are not known and not among them",
            count = unknown
        );
        say(said.counted(unknown, ["buildings", "building"]));
    }
    if missing(run).is_some() {
        say(words!(
            "calc-drill-no-zone",
            "zones missing: the danger was nowhere as strong as what bounds it, or had not begun when the drill ended"
        ));
    }
    for rated in &outcome.rated {
        out.push(rated_as(rated.rating.as_str(), &rated.text, text));
    }
    let run = run.log.digest.clone().unwrap_or_default();
    out.push(text.words(&words!("calc-drill-run", "run {run}; for exercises and planning", run = run)));
    out
}

/// How an expected action was done, and what was expected: each in a column of its own, whatever letters it has.
fn rated_as(rating: &str, expected: &str, text: &Text) -> String {
    let rating = word(text, rating);
    let room = " ".repeat(RATING.saturating_sub(print::width(&rating)));
    format!("{rating}{room} {expected}")
}

/// That a replay gave the same; of a log that was broken off, up to there.
pub(super) fn replayed(entries: usize, whole: bool, run: &str) -> Words {
    let said = if whole {
        words!("calc-drill-same", "the same to the last bit: {count} entries, run {run}", count = entries, run = run)
    } else {
        words!(
            "calc-drill-same-broken",
            "the same to the last bit: {count} entries (the log was broken off; up to there), run {run}",
            count = entries,
            run = run
        )
    };
    said.counted(entries, ["entries", "entry"])
}

/// Where everything of a drill was written to.
pub(super) fn written(path: &Path) -> Words {
    words!("calc-drill-written", "{path}; for exercises and planning", path = path.display().to_string())
}

#[cfg(test)]
mod tests {
    use twin_engine::Language;

    use super::*;

    #[test]
    fn ratings_stand_in_a_column_in_either_language() {
        for (language, met) in [(Language::English, "met"), (Language::Chinese, "达到")] {
            let told = |rating: &str| rated_as(rating, "|", Text::of(language));
            assert!(told("met").starts_with(met), "{}", told("met"));
            for rating in ["met", "missed", "not marked"] {
                assert_eq!(print::width(&told(rating)), RATING + 2, "{}", told(rating));
            }
        }
    }

    #[test]
    fn replay_and_report_are_told_in_chinese_too() {
        let chinese = Text::of(Language::Chinese);
        assert_eq!(replayed(1, true, "ab"), "the same to the last bit: 1 entry, run ab");
        assert_eq!(chinese.words(&replayed(12, true, "ab")), "逐位相同：12 条记录，运行 ab");
        let broken = replayed(12, false, "ab");
        assert!(broken.contains("12 entries (the log was broken off; up to there), run ab"));
        assert!(chinese.words(&broken).contains("记录中断"));
        assert_eq!(chinese.words(&written(Path::new("d.gpkg"))), "d.gpkg；用于演练与规划");
    }
}
