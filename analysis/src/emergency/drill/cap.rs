//! A draft of a public alert for the exercise: Common Alerting Protocol 1.2 (OASIS 2010), `status` Exercise.

use chrono::{DateTime, Utc};
use geo::MultiPolygon;

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

/// The alert as XML. Holes of polygons, which CAP does not have, are filled: the alert errs on the side of more people.
pub fn cap_draft(draft: &CapDraft<'_>) -> String {
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
    out.push_str("  <info>\n");
    let mut element = |name: &str, text: &str| {
        let _ = writeln!(out, "    <{name}>{}</{name}>", escaped(text));
    };
    element("language", "en");
    element("category", draft.category);
    element("event", &format!("EXERCISE: {}", draft.event));
    element("urgency", "Immediate");
    element("severity", "Severe");
    element("certainty", "Observed");
    element("headline", &format!("EXERCISE: {}", draft.headline));
    element("description", draft.description);
    element("instruction", draft.instruction);
    out.push_str("    <area>\n");
    let _ = writeln!(out, "      <areaDesc>{}</areaDesc>", escaped(draft.place));
    for polygon in draft.area {
        let points: Vec<String> = polygon.exterior().coords().map(|c| format!("{:.6},{:.6}", c.y, c.x)).collect();
        if points.len() >= 4 {
            let _ = writeln!(out, "      <polygon>{}</polygon>", points.join(" "));
        }
    }
    out.push_str("    </area>\n  </info>\n</alert>\n");
    out
}
