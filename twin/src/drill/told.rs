//! What a run of a drill came to, for the terminal.

use analysis::emergency::drill::DrillRun;
use analysis::words;
use analysis::words::Words;
use twin_engine::text::Text;

use super::missing;

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
        let rating = rated.rating.as_str();
        let rating = text.label(&format!("word-{}", rating.replace(' ', "-"))).unwrap_or_else(|| rating.to_owned());
        out.push(format!("{rating:10} {}", rated.text));
    }
    let run = run.log.digest.clone().unwrap_or_default();
    out.push(text.words(&words!("calc-drill-run", "run {run}; for exercises and planning", run = run)));
    out
}
