//! Heads and sentences of lists and briefs.

use super::ground::MOST_JOINED_SITES;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Heads of a list of sites.
pub const LIST: [Phrase; 6] = [
    phrase("pitch-head-rank", "rank"),
    phrase("pitch-head-site", "site"),
    phrase("pitch-head-standing", "standing"),
    phrase("pitch-head-wishes", "wishes"),
    phrase("pitch-head-missed", "missed"),
    phrase("pitch-head-unknown", "unknown"),
];

/// Heads of the needs of a site.
pub const NEEDS: [Phrase; 7] = [
    phrase("pitch-head-need", "need"),
    phrase("pitch-head-wanted", "asked for"),
    phrase("pitch-head-has", "on this site"),
    phrase("pitch-head-verdict", "verdict"),
    phrase("pitch-head-because", "because"),
    phrase("pitch-head-source", "source"),
    phrase("pitch-head-date", "date"),
];

/// Heads of the chapters of a brief.
pub const FACTS: Phrase = phrase("pitch-chapter-facts", "Key facts");
/// What was asked for.
pub const ASKED: Phrase = phrase("pitch-chapter-needs", "What was asked for, and what is here");
/// The plan.
pub const PLAN: Phrase = phrase("pitch-chapter-plan", "Plan");
/// Utilities.
pub const CONNECTIONS: Phrase = phrase("pitch-chapter-connections", "Connections");
/// Capacity over time.
pub const CAPACITY: Phrase = phrase("pitch-chapter-capacity", "Capacity left over time");
/// Industries near by.
pub const NEIGHBOURS: Phrase = phrase("pitch-chapter-neighbours", "Neighbours");
/// Readiness.
pub const READINESS: Phrase = phrase("pitch-chapter-readiness", "Readiness");
/// Contact.
pub const CONTACT: Phrase = phrase("pitch-chapter-contact", "Contact");
/// A must.
pub const MUST: Phrase = phrase("pitch-must", "must");
/// What nobody knows.
pub const UNKNOWN: Phrase = phrase("unknown", "unknown");
/// The hall.
pub const HALL: Phrase = phrase("pitch-plan-hall", "hall");
/// The yard.
pub const YARD: Phrase = phrase("pitch-plan-yard", "truck yard");
/// The site, in a legend.
pub const THIS_SITE: Phrase = phrase("pitch-this-site", "this site");
/// Buildings on record, in the legend of a plan.
pub const STANDING: Phrase = phrase("pitch-plan-standing", "buildings that stand there");
/// The circle that a truck turns in.
pub const TURNING: Phrase = phrase("pitch-turning-circle", "turning circle");
/// North on a plan.
pub const NORTH: Phrase = phrase("pitch-plan-north", "N");
/// The promise that is asked for, in a chart.
pub const ASKED_LINE: Phrase = phrase("pitch-chart-asked", "asked for");

/// Heads of the connections.
pub const LINES: [Phrase; 4] = [
    phrase("pitch-head-utility", "utility"),
    phrase("pitch-head-distance", "nearest line"),
    phrase("pitch-head-left", "left at the connection"),
    phrase("pitch-head-source", "source"),
];

/// Heads of the neighbours.
pub const TRADES: [Phrase; 3] = [
    phrase("pitch-head-industry", "industry (GB/T 4754)"),
    phrase("pitch-head-parcels", "parcels"),
    phrase("pitch-head-nearest", "nearest"),
];

/// A wish with its weight.
pub fn wish(weight: f64) -> Words {
    words!("pitch-wish", "wish, weight {weight}", weight = weight.to_string())
}

/// So many days.
pub(super) fn days(count: f64) -> Words {
    match format!("{count:.0}").as_str() {
        "1" => words!("pitch-shown-day", "1 day"),
        days => words!("unmet-days", "{days} days", days = days),
    }
}

/// So many years.
pub(super) fn years(count: f64) -> Words {
    match format!("{count:.0}").as_str() {
        "1" => words!("pitch-shown-year", "1 year"),
        years => words!("pitch-shown-years", "{years} years", years = years),
    }
}

/// How many were looked at.
pub fn looked_at(candidates: usize, fits: usize) -> Words {
    words!("pitch-looked-at", "sites that fit, as far as is known: {fits} of {all}", fits = fits, all = candidates)
}

/// That some joined sites were left out.
pub fn cut_short() -> Words {
    words!("pitch-cut-short", "more than {most} joined sites: the rest was not looked at", most = MOST_JOINED_SITES,)
}

/// That halls, floors or room to turn were not tried on so many sites.
pub fn untried(sites: usize) -> Words {
    words!(
        "pitch-untried-on",
        "sites on which hall, floor or room to turn was not tried: {sites}; those that miss more than one must are left out, and what \
         comes behind the head of the list",
        sites = sites,
    )
}

/// A need that was not tried.
pub fn not_tried(need: Words) -> Words {
    words!("pitch-need-untried", "{need} (not tried)", need = need)
}

/// Nothing fits, as far as is known.
pub fn nothing_fits() -> Words {
    words!("pitch-nothing-fits", "Nothing is known to fit. The smallest single change that would bring a site:")
}

/// Nothing is known to fit, and some sites want nothing but an answer.
pub fn to_confirm() -> Words {
    words!("pitch-to-confirm", "Nothing is known to fit. Only what nobody knows stands in the way of:")
}

/// Nothing is known to fit, and neighbouring parcels would make a site large enough.
pub fn to_enlarge() -> Words {
    words!("pitch-to-enlarge", "Neighbouring parcels that would make a site fit:")
}

/// Nothing fits, as far as is known, and no single change would do.
pub fn no_single_change() -> Words {
    words!(
        "pitch-no-change",
        "Nothing is known to fit, and no single change of a need would bring a site. The nearest:"
    )
}

/// The park has nothing to offer.
pub fn nothing_offered() -> Words {
    words!("pitch-nothing-offered", "the park has no vacant land or floor on record")
}

/// Level of readiness.
pub fn level(level: usize, of: usize) -> Words {
    words!("pitch-level", "step {level} of {of}", level = level, of = of)
}

/// On what day and what data.
pub fn as_of(day: chrono::NaiveDate) -> Words {
    words!("pitch-as-of", "as of {day}", day = day)
}

/// Nothing says what is left.
pub fn no_capacity() -> Words {
    words!(
        "pitch-no-chart",
        "What the utilities can still give here is not on record. A line at the boundary is access, not capacity: ask for a \
         confirmation before you decide.",
    )
}

/// What is left, and no more than that.
pub fn at_most(figure: &str) -> Words {
    words!("pitch-at-most", "{figure} at most", figure = figure)
}

/// What is left, and perhaps more.
pub fn at_least(figure: &str) -> Words {
    words!("pitch-at-least", "{figure} or more", figure = figure)
}

/// So many fibre routes, from and to.
pub fn routes(low: f64, high: f64) -> Words {
    let told = match (low > 0.0, high.is_finite()) {
        (_, true) if low >= high => Words::from(format!("{high:.0}")),
        (true, true) => Words::from(format!("{low:.0}–{high:.0}")),
        (false, true) => at_most(&format!("{high:.0}")),
        (true, false) => at_least(&format!("{low:.0}")),
        (false, false) => return UNKNOWN.into(),
    };
    words!("pitch-routes", "routes: {count}", count = told)
}

/// How a chart of what is left is to be read.
pub fn chart() -> Words {
    words!(
        "pitch-chart-note",
        "A bar is the least that is left until the next step. A dashed frame with ≤ is the most: how much less is left is not \
         on record. The dashed red line is what is asked for, from its day on. What was promised to others is told together, \
         from the beginning of a year, never one by one.",
    )
}

/// No line so near.
pub fn no_line(reach_m: f64) -> Words {
    words!("pitch-no-line", "none within {reach} m on record", reach = format!("{reach_m:.0}"))
}

/// Seasons, from spring.
pub const SEASONS: [Phrase; 4] = [
    phrase("pitch-season-spring", "spring"),
    phrase("pitch-season-summer", "summer"),
    phrase("pitch-season-autumn", "autumn"),
    phrase("pitch-season-winter", "winter"),
];

/// Of which season and day the light of a tour is, and why.
pub fn light(season: Option<Words>, day: chrono::NaiveDate, is_asked: bool) -> Words {
    let when = season.map_or_else(
        || Words::from(day.to_string()),
        |season| words!("pitch-tour-season", "{season}, {day}", season = season, day = day),
    );
    if is_asked {
        words!("pitch-tour-asked", "light of {when}, the first day by which something is asked for", when = when)
    } else {
        words!("pitch-tour-looked-at", "light of {when}, the day that is looked at", when = when)
    }
}

/// How mains lie in what is given away.
pub fn coarse() -> Words {
    words!("pitch-tour-coarse", "mains are drawn coarsely, not as surveyed")
}

/// Nobody near by.
pub fn no_neighbours(reach_m: f64) -> Words {
    words!("pitch-no-neighbours", "no industry on record within {reach} m", reach = format!("{reach_m:.0}"),)
}

/// Why the hall may stand where nothing that is drawn keeps it from standing elsewhere.
pub(super) fn clear_of_lines() -> Words {
    words!(
        "pitch-plan-lines",
        "Hall and yard leave the room free that must be kept clear of underground lines. The lines are not drawn.",
    )
}

/// What a reader must know of pictures and limits.
pub fn note() -> Words {
    words!(
        "pitch-note",
        "Drawn from the park's records. What is called unknown is not known, and was not counted as met. Names and figures of \
         other tenants, the exact course of pipes and cables, and security matters are left out.",
    )
}

/// For whom.
pub fn made_for(prospect: &str) -> Words {
    words!("pitch-made-for", "for {prospect}", prospect = prospect)
}
