//! A draft of a public alert for the exercise: Common Alerting Protocol 1.2 (OASIS 2010), `status` Exercise.

use chrono::{DateTime, Utc};
use geo::MultiPolygon;

use super::file::{DrillFile, HazardSpec};
use super::run::DrillRun;
use crate::words;
use crate::words::{Words, phrase};

/// What an alert says.
#[derive(Debug, Clone, PartialEq)]
pub struct CapDraft<'a> {
    /// Identifier, without spaces, commas and `<&`.
    pub identifier: &'a str,
    /// Who sends it.
    pub sender: &'a str,
    /// When.
    pub sent: DateTime<Utc>,
    /// `CBRNE`, `Fire`, `Met`, `Safety` …
    pub category: &'a str,
    /// The event in words.
    pub event: &'a str,
    /// Headline.
    pub headline: &'a str,
    /// What happened.
    pub description: &'a str,
    /// What to do.
    pub instruction: &'a str,
    /// Where in words.
    pub place: &'a str,
    /// Where as polygons of latitude and longitude, WGS 84: x is the longitude.
    pub area: &'a MultiPolygon<f64>,
}

/// Text as it may stand in an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What an alert says in another language.
#[derive(Debug, Clone, PartialEq)]
pub struct CapInfo<'a> {
    /// Tag of the language (RFC 3066), for example `zh-CN`.
    pub language: &'a str,
    /// What stands before event and headline: that it is an exercise.
    pub exercise: &'a str,
    /// The event in words.
    pub event: &'a str,
    /// Headline.
    pub headline: &'a str,
    /// What happened.
    pub description: &'a str,
    /// What to do.
    pub instruction: &'a str,
    /// Where in words.
    pub place: &'a str,
}

/// The alert as XML, in English and other languages: CAP 1.2 has a block for each. Holes of polygons, which CAP does not have, are filled:
/// the alert errs on the side of more people.
pub fn cap_draft_in(draft: &CapDraft<'_>, others: &[CapInfo<'_>]) -> String {
    use std::fmt::Write;
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n",
    );
    let mut element = |depth: usize, name: &str, text: &str| {
        let _ = writeln!(out, "{}<{name}>{}</{name}>", "  ".repeat(depth), escaped(text));
    };
    let identifier: String = draft
        .identifier
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' })
        .collect();
    element(1, "identifier", &identifier);
    element(1, "sender", draft.sender);
    // CAP has neither Z nor +00:00: universal time is the offset -00:00.
    element(1, "sent", &draft.sent.format("%Y-%m-%dT%H:%M:%S-00:00").to_string());
    element(1, "status", "Exercise");
    element(1, "msgType", "Alert");
    // An exercise is not Public; Restricted is the scope that goes with the text of its restriction.
    element(1, "scope", "Restricted");
    element(1, "restriction", "Exercise: for the participants of the drill only, not for the public");
    element(1, "note", "EXERCISE EXERCISE EXERCISE. This is no real alert.");
    let english = CapInfo {
        language: "en-US",
        exercise: "EXERCISE: ",
        event: draft.event,
        headline: draft.headline,
        description: draft.description,
        instruction: draft.instruction,
        place: draft.place,
    };
    for info in std::iter::once(&english).chain(others) {
        info_block(&mut out, draft, info);
    }
    out.push_str("</alert>\n");
    out
}

/// The block of a language.
fn info_block(out: &mut String, draft: &CapDraft<'_>, info: &CapInfo<'_>) {
    use std::fmt::Write;
    out.push_str("  <info>\n");
    let mut element = |name: &str, text: &str| {
        let _ = writeln!(out, "    <{name}>{}</{name}>", escaped(text));
    };
    let exercise = info.exercise;
    element("language", info.language);
    element("category", draft.category);
    element("event", &format!("{exercise}{}", info.event));
    element("urgency", "Immediate");
    element("severity", "Severe");
    element("certainty", "Observed");
    element("headline", &format!("{exercise}{}", info.headline));
    element("description", info.description);
    element("instruction", info.instruction);
    out.push_str("    <area>\n");
    let _ = writeln!(out, "      <areaDesc>{}</areaDesc>", escaped(info.place));
    for polygon in draft.area {
        let points: Vec<String> = polygon.exterior().coords().map(|c| format!("{:.6},{:.6}", c.y, c.x)).collect();
        if points.len() >= 4 {
            let _ = writeln!(out, "      <polygon>{}</polygon>", points.join(" "));
        }
    }
    out.push_str("    </area>\n  </info>\n");
}

/// What the draft of a drill's alert says, to be told in any language.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertWords {
    /// Category of CAP.
    pub category: &'static str,
    /// What stands before event and headline.
    pub exercise: Words,
    /// What happened.
    pub description: Words,
    /// What to do.
    pub instruction: Words,
}

/// The words of a drill's alert; name and note of the drill stay as its file has them.
pub fn alert_words(file: &DrillFile, run: &DrillRun) -> AlertWords {
    let (category, instruction) = match file.hazard {
        HazardSpec::Leak { .. } => (
            "CBRNE",
            phrase("drill-alert-leak", "Go indoors across the wind, shut windows and ventilation, wait for word."),
        ),
        HazardSpec::Fire { .. } => {
            ("Fire", phrase("drill-alert-fire", "Stay away from the cordon and leave the ways to the engines."))
        }
        HazardSpec::Blast { .. } => (
            "CBRNE",
            phrase(
                "drill-alert-blast",
                "Stay indoors away from windows, keep off damaged buildings, leave the ways to the engines.",
            ),
        ),
        HazardSpec::Fireball { .. } => (
            "Fire",
            phrase(
                "drill-alert-fireball",
                "Get behind walls, do not go near vessels in the fire, leave the ways to the engines.",
            ),
        ),
        HazardSpec::Power { .. } => {
            ("Infra", phrase("drill-alert-power", "Stay where you are, keep lifts free, do not open switch rooms."))
        }
        HazardSpec::Flood { .. } => {
            ("Met", phrase("drill-alert-flood", "Go to high ground on foot; do not walk or drive through water."))
        }
    };
    let exercise = phrase("drill-alert-exercise", "EXERCISE: ").into();
    if run.alert.1.0.is_empty() {
        // Nothing came to be dangerous anywhere, as where it was called off: nobody is told to get away from nowhere.
        let description = words!(
            "drill-alert-nowhere",
            "{note} No danger area came about. For the exercise only.",
            note = file.note.as_str()
        );
        let instruction = phrase("drill-alert-wait", "Nothing has to be done; wait for word.").into();
        return AlertWords { category, exercise, description, instruction };
    }
    AlertWords {
        category,
        exercise,
        description: words!(
            "drill-alert-description",
            "{note} Danger: {zone}. For the exercise only.",
            note = file.note.as_str(),
            zone = run.alert.0.clone()
        ),
        instruction: instruction.into(),
    }
}
