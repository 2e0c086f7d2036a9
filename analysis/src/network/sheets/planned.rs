//! What is said of a planned line by itself: the ground above it and, of a sewer, its fall.

use serde_json::{Map, Value, json};

use super::verdict;
use crate::network::clearance::{ClearanceRules, Cover, Fall};
use crate::words;
use crate::words::Words;

/// In words, for a person who looks at what it is near to.
pub fn own_notes(rules: &ClearanceRules, cover: Option<&Cover>, fall: Option<&Fall>) -> Vec<Words> {
    let metres = |m: f64| format!("{m:.2}");
    let above = match cover.map(|cover| (cover, cover.cover_m)) {
        None => words!("note-own-no-cover", "ground above it: the table has no row for its class"),
        Some((_, None)) => words!("note-own-cover-unknown", "ground above it: not known all along"),
        Some((cover, Some(cover_m))) => words!(
            "note-own-cover",
            "ground above it: {verdict}; {cover} m where that is least against the {asked} m asked for",
            verdict = verdict(cover.verdict),
            // Before its name is another's.
            asked = metres(cover.limit_m[1]),
            cover = metres(cover_m),
        ),
    };
    let falls = fall.map(|fall| match fall.fall {
        None => words!("note-own-fall-unknown", "its fall: not known"),
        Some(share) => words!(
            "note-own-fall",
            "its fall: {verdict}; {fall} ‰, {asked} ‰ asked for",
            verdict = verdict(fall.verdict),
            fall = format!("{:.1}", share * 1000.0),
            asked = format!("{:.1}", rules.slope.value * 1000.0),
        ),
    });
    std::iter::once(above).chain(falls).collect()
}

/// For programs; null where no rule is about it.
pub fn own_told(rules: &ClearanceRules, cover: Option<&Cover>, fall: Option<&Fall>) -> Map<String, Value> {
    let cover = cover.map(|one| {
        json!({
            "verdict": one.verdict.as_str(), "cover_m": one.cover_m, "asked_m": one.limit_m[1],
            "carriageway": one.carriageway, "place": one.place,
        })
    });
    let fall = fall.map(
        |one| json!({ "verdict": one.verdict.as_str(), "fall": one.fall, "asked": rules.slope.value, "off": one.off }),
    );
    Map::from_iter([("cover".to_owned(), json!(cover)), ("fall".to_owned(), json!(fall))])
}
