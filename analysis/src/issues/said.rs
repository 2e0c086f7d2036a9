//! What is wrong with data, for readers of other languages: a general sentence for each code, with the figures of the case.
//!
//! English keeps the sentence that was written where the trouble was found; it says more than any table can.

use serde_json::{Map, Value as Json};
use spatial_db::model::IssueRecord;

use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A code with what is wrong in general, and what to do about it.
type Said = (&'static str, Phrase, Phrase);

/// Every code that an import can say.
const SAID: [Said; 83] = [
    (
        "geometry.missing",
        phrase("issue-geometry-missing", "there is no geometry"),
        phrase("fix-geometry-missing", "draw it, or leave such rows out with `filter`"),
    ),
    (
        "geometry.empty",
        phrase("issue-geometry-empty", "there is a geometry without coordinates"),
        phrase("fix-geometry-missing", "draw it, or leave such rows out with `filter`"),
    ),
    (
        "geometry.unreadable",
        phrase("issue-geometry-unreadable", "the geometry cannot be read"),
        phrase("fix-geometry-unreadable", "mend the feature in a GIS"),
    ),
    (
        "geometry.wrong_type",
        phrase("issue-geometry-wrong-type", "the geometry is of another type than is needed"),
        phrase("fix-geometry-wrong-type", "check the role, or leave such rows out"),
    ),
    (
        "geometry.several_parts",
        phrase("issue-geometry-several-parts", "there are several parts where one is needed"),
        phrase("fix-geometry-several-parts", "one row for each part"),
    ),
    (
        "geometry.not_finite",
        phrase("issue-geometry-not-finite", "a coordinate is not a number"),
        phrase("fix-geometry-unreadable", "mend the feature in a GIS"),
    ),
    (
        "geometry.bad_coordinate",
        phrase("issue-geometry-bad-coordinate", "a coordinate column holds no number"),
        phrase("fix-geometry-bad-coordinate", "mend the coordinate"),
    ),
    (
        "geometry.outside_crs",
        phrase("issue-geometry-outside-crs", "it lies where its CRS cannot be"),
        phrase("fix-geometry-outside-crs", "mend the coordinates, or the layer's `crs`"),
    ),
    (
        "geometry.zero_length",
        phrase("issue-geometry-zero-length", "all vertices of a line are one place"),
        phrase("fix-geometry-zero-length", "draw its course, or remove it"),
    ),
    (
        "geometry.self_intersection",
        phrase("issue-geometry-self-intersection", "an outline crosses itself"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.ring_self_intersection",
        phrase("issue-geometry-ring-self-intersection", "an outline touches itself"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.hole_outside",
        phrase("issue-geometry-hole-outside", "a hole lies outside of its outline"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.nested_holes",
        phrase("issue-geometry-nested-holes", "a hole lies in a hole"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.nested_shells",
        phrase("issue-geometry-nested-shells", "a part lies within a part"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.interior_disconnected",
        phrase("issue-geometry-interior-disconnected", "holes cut an area in two"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.duplicate_rings",
        phrase("issue-geometry-duplicate-rings", "a ring is there twice"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.too_few_points",
        phrase("issue-geometry-too-few-points", "a ring has fewer than three corners"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.ring_not_closed",
        phrase("issue-geometry-ring-not-closed", "a ring does not end where it began"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.invalid",
        phrase("issue-geometry-invalid", "the geometry is invalid"),
        phrase("fix-geometry-self-intersection", "check the repaired outline, or mend it in the source"),
    ),
    (
        "geometry.parts_dropped",
        phrase("issue-geometry-parts-dropped", "a collection lost parts of another kind"),
        phrase("fix-geometry-parts-dropped", "nothing, or remove them from the source"),
    ),
    (
        "geometry.tiny_area",
        phrase("issue-geometry-tiny-area", "the area is less than 0.01 m²"),
        phrase("fix-geometry-tiny-area", "remove it, or draw its real outline"),
    ),
    (
        "geometry.spike",
        phrase("issue-geometry-spike", "an outline runs out and back along itself"),
        phrase("fix-geometry-spike", "remove the vertex at the tip"),
    ),
    (
        "geometry.no_height",
        phrase("issue-geometry-no-height", "surfaces in space come without elevations"),
        phrase("fix-geometry-no-height", "export the layer with Z"),
    ),
    (
        "geometry.duplicate",
        phrase("issue-geometry-duplicate", "two rows of a table have the very same geometry"),
        phrase("fix-geometry-duplicate", "keep one of the two in the source"),
    ),
    (
        "geometry.near_duplicate",
        phrase("issue-geometry-near-duplicate", "two areas share nearly everything: drawn twice"),
        phrase("fix-geometry-duplicate", "keep one of the two in the source"),
    ),
    (
        "imagery.coarser",
        phrase("issue-imagery-coarser", "an orthophoto has more pixels than are kept"),
        phrase("fix-imagery-coarser", "cut it to the park, or say `pixel_m`"),
    ),
    (
        "value.not_a_number",
        phrase("issue-value-not-a-number", "the value is not a number"),
        phrase("fix-value-not-a-number", "mend the source, or map the word"),
    ),
    (
        "value.not_whole",
        phrase("issue-value-not-whole", "a fraction stands where a whole number is needed"),
        phrase("fix-value-not-whole", "mend it, or map the field elsewhere"),
    ),
    (
        "value.not_a_date",
        phrase("issue-value-not-a-date", "the value is not a date"),
        phrase("fix-value-not-a-date", "say its `format`"),
    ),
    (
        "value.missing",
        phrase("issue-value-missing", "a needed column is empty"),
        phrase("fix-value-missing", "fill it, or give a `default`"),
    ),
    (
        "value.unknown_word",
        phrase("issue-value-unknown-word", "the model does not know this word"),
        phrase("fix-value-unknown-word", "map it"),
    ),
    (
        "key.missing",
        phrase("issue-key-missing", "the key is empty"),
        phrase("fix-key-missing", "fill it, or choose other fields for `key`"),
    ),
    (
        "key.duplicate",
        phrase("issue-key-duplicate", "an earlier row has this key"),
        phrase("fix-key-duplicate", "correct it, add fields to `key`, or a `prefix`"),
    ),
    (
        "edge.zero_length",
        phrase("issue-edge-zero-length", "both ends of a line are one place"),
        phrase("fix-geometry-zero-length", "draw its course, or remove it"),
    ),
    (
        "edge.unknown_node",
        phrase("issue-edge-unknown-node", "a line names a node that is not there"),
        phrase("fix-edge-unknown-node", "check the point table and the prefix"),
    ),
    (
        "edge.reversed",
        phrase("issue-edge-reversed", "it was drawn from its last node to its first, and was turned round"),
        phrase("fix-edge-reversed", "nothing"),
    ),
    (
        "edge.one_elevation",
        phrase("issue-edge-one-elevation", "only one end tells its elevation; taken as level"),
        phrase("fix-edge-one-elevation", "record the other"),
    ),
    (
        "edge.no_elevation",
        phrase("issue-edge-no-elevation", "nothing tells how deep a line lies"),
        phrase("fix-edge-no-elevation", "record elevations or depths, or import a terrain"),
    ),
    (
        "edge.assumed_depth",
        phrase("issue-edge-assumed-depth", "the layer's assumed depth was taken"),
        phrase("fix-edge-assumed-depth", "record elevations or depths"),
    ),
    (
        "edge.above_terrain",
        phrase("issue-edge-above-terrain", "the elevation on record lies above the terrain"),
        phrase("fix-edge-above-terrain", "check which ground is right"),
    ),
    (
        "edge.duplicate",
        phrase("issue-edge-duplicate", "a line runs where another of its class runs"),
        phrase("fix-edge-duplicate", "remove one of the two; for twin pipes record their number"),
    ),
    (
        "edge.self_loop",
        phrase("issue-edge-self-loop", "a line begins and ends at one node"),
        phrase("fix-edge-self-loop", "name the other node"),
    ),
    (
        "edge.no_node",
        phrase("issue-edge-no-node", "an end names no node"),
        phrase("fix-edge-no-node", "name the node at that end, and add it to the point table"),
    ),
    (
        "edge.too_long",
        phrase("issue-edge-too-long", "a sewer runs farther without a manhole than its diameter allows"),
        phrase("fix-edge-too-long", "add the manholes between, if there are any"),
    ),
    (
        "edge.steep",
        phrase("issue-edge-steep", "a line falls or rises more than it can in one piece"),
        phrase("fix-edge-steep", "check the depths at both ends"),
    ),
    (
        "edge.rises",
        phrase("issue-edge-rises", "a sewer rises along its way"),
        phrase("fix-edge-rises", "check the depths and which way it was drawn"),
    ),
    (
        "edge.shrinks",
        phrase("issue-edge-shrinks", "the sewer that goes on from its end is narrower"),
        phrase("fix-edge-shrinks", "check both diameters; a narrower pipe downstream chokes the flow"),
    ),
    (
        "node.no_elevation",
        phrase("issue-node-no-elevation", "nothing tells how deep a point lies"),
        phrase("fix-node-no-elevation", "record elevation or depth"),
    ),
    (
        "node.feature_and_attachment",
        phrase("issue-node-feature-and-attachment", "a survey point is both a feature and an attachment"),
        phrase("fix-node-feature-and-attachment", "keep one"),
    ),
    (
        "node.no_feature",
        phrase("issue-node-no-feature", "a survey point is neither a feature nor an attachment"),
        phrase("fix-node-no-feature", "say what stands there"),
    ),
    (
        "node.depth_differs",
        phrase("issue-node-depth-differs", "ground elevation is not depth and pipe elevation together"),
        phrase("fix-node-depth-differs", "measure the depth again, or correct the elevation"),
    ),
    (
        "node.orphan",
        phrase("issue-node-orphan", "no line begins, ends or passes at a point"),
        phrase("fix-node-orphan", "draw the line that belongs to it, or remove it"),
    ),
    (
        "node.links",
        phrase("issue-node-links", "a fitting joins another number of lines than its name says"),
        phrase("fix-node-links", "correct the feature of the point, or draw the missing line"),
    ),
    (
        "row.mended",
        phrase("issue-row-mended", "the row came as it was mended"),
        phrase("fix-row-mended", "mend the source as well"),
    ),
    (
        "row.mended_stale",
        phrase("issue-row-mended-stale", "a mended row's place holds another row by now"),
        phrase("fix-row-mended-stale", "export again"),
    ),
    (
        "terrain.no_height",
        phrase("issue-terrain-no-height", "a spot has no height"),
        phrase("fix-terrain-no-height", "record it, or leave such rows out"),
    ),
    (
        "layer.empty",
        phrase("issue-layer-empty", "a source has no rows"),
        phrase("fix-layer-empty", "nothing, if that is meant"),
    ),
    (
        "reader.warning",
        phrase("issue-reader-warning", "the reader warned of the file"),
        phrase("fix-reader-warning", "look at the file if something seems wrong"),
    ),
    (
        "parcel.overlap",
        phrase("issue-parcel-overlap", "two parcels lie over each other"),
        phrase("fix-parcel-overlap", "settle the boundary with the land registry and mend one of the two outlines"),
    ),
    (
        "parcel.gap",
        phrase("issue-parcel-gap", "a narrow hole lies between parcels"),
        phrase("fix-parcel-gap", "move the boundaries together, or add the parcel that is missing"),
    ),
    (
        "parcel.area_differs",
        phrase("issue-parcel-area-differs", "area on record and area drawn differ"),
        phrase("fix-parcel-area-differs", "check which of the two is right"),
    ),
    (
        "building.outside_parcels",
        phrase("issue-building-outside-parcels", "it stands on no parcel, or more than half of it does"),
        phrase("fix-building-outside-parcels", "check the building's place, or add the parcel that is missing"),
    ),
    (
        "building.on_several_parcels",
        phrase("issue-building-on-several-parcels", "a real part of it stands on a second parcel"),
        phrase(
            "fix-building-on-several-parcels",
            "nothing, if it was built so; else split the building or mend the boundary",
        ),
    ),
    (
        "building.overlap",
        phrase("issue-building-overlap", "two footprints lie over each other"),
        phrase("fix-building-overlap", "mend one of the two outlines, or merge them"),
    ),
    (
        "building.storeys_height",
        phrase("issue-building-storeys-height", "height and storeys do not go together"),
        phrase("fix-building-storeys-height", "check height, storeys and the unit of the height"),
    ),
    (
        "building.floor_area",
        phrase("issue-building-floor-area", "floor area does not go with storeys and footprint"),
        phrase("fix-building-floor-area", "check floor area, storeys and footprint"),
    ),
    (
        "unit.feet",
        phrase("issue-unit-feet", "heights or depths of a whole layer look like feet"),
        phrase("fix-unit-feet", "say `unit = \"ft\"` for the column"),
    ),
    (
        "unit.millimetres",
        phrase("issue-unit-millimetres", "values of a whole layer are a thousand times too large"),
        phrase("fix-unit-millimetres", "say `unit = \"mm\"` for the column"),
    ),
    (
        "unit.centimetres",
        phrase("issue-unit-centimetres", "heights of a whole layer are a hundred times too large"),
        phrase("fix-unit-centimetres", "say `unit = \"cm\"` for the column"),
    ),
    (
        "unit.area",
        phrase("issue-unit-area", "areas on record are in mu, hectares, square feet or acres"),
        phrase("fix-unit-area", "say the unit of the column"),
    ),
    (
        "unit.metres",
        phrase("issue-unit-metres", "diameters of a whole layer look like metres"),
        phrase("fix-unit-metres", "say `unit = \"m\"` for the column"),
    ),
    (
        "unit.inches",
        phrase("issue-unit-inches", "diameters of a whole layer look like inches"),
        phrase("fix-unit-inches", "say `unit = \"in\"` for the column"),
    ),
    (
        "z.above_terrain",
        phrase("issue-z-above-terrain", "a pipe or fitting lies above the ground"),
        phrase("fix-z-above-terrain", "check depth, elevation and height system there"),
    ),
    (
        "z.below_terrain",
        phrase("issue-z-below-terrain", "a pipe or fitting lies absurdly deep"),
        phrase("fix-z-below-terrain", "check elevation, unit and height system"),
    ),
    (
        "z.base_differs",
        phrase("issue-z-base-differs", "a ground floor lies far above or below the ground"),
        phrase("fix-z-base-differs", "check the elevation of the ground floor and its height system"),
    ),
    (
        "edge.near_miss",
        phrase("issue-edge-near-miss", "a line ends beside another of its class without being joined to it"),
        phrase("fix-edge-near-miss", "draw the end onto the other line, or say what stands at the end"),
    ),
    (
        "edge.off_node",
        phrase("issue-edge-off-node", "a line is drawn away from the node that it names"),
        phrase("fix-edge-off-node", "draw the line to its node, or correct the node's key or coordinates"),
    ),
    (
        "edge.doubled",
        phrase("issue-edge-doubled", "a pipe runs along another of its class and kind, as if it was drawn twice"),
        phrase("fix-edge-doubled", "remove the part that is drawn twice; for twin pipes record their number"),
    ),
    (
        "edge.crossing_unknown",
        phrase("issue-edge-crossing-unknown", "two lines of a class cross in plan where a depth is not known"),
        phrase("fix-edge-crossing-unknown", "record the depth there; if they meet, draw a node where they do"),
    ),
    (
        "network.island",
        phrase("issue-network-island", "a few lines hang together with nothing else of their class"),
        phrase("fix-network-island", "draw what joins it to the rest, if anything does"),
    ),
    (
        "reference.missing",
        phrase("issue-reference-missing", "a row names something that is not there"),
        phrase("fix-reference-missing", "correct the key, or add the row that it names"),
    ),
    (
        "check.skipped",
        phrase("issue-check-skipped", "a check was not made: the table has too many rows"),
        phrase("fix-check-skipped", "raise the tolerance `most_rows` of the check"),
    ),
    (
        "check.failed",
        phrase("issue-check-failed", "a check could not be carried through"),
        phrase("fix-check-failed", "mend what other issues say of these rows"),
    ),
];

/// Names of figures behind an issue.
const FIGURES: [(&str, Phrase); 37] = [
    ("area_m2", phrase("fact-area-m2", "area")),
    ("width_m", phrase("fact-width-m", "width")),
    ("share", phrase("fact-share", "share")),
    ("likeness", phrase("fact-likeness", "likeness")),
    ("outside_share", phrase("fact-outside-share", "outside")),
    ("footprint_m2", phrase("fact-footprint-m2", "footprint")),
    ("part_m2", phrase("fact-part-m2", "part")),
    ("most_on", phrase("fact-most-on", "mostly on")),
    ("height_m", phrase("fact-height-m", "height")),
    ("storeys", phrase("fact-storeys", "storeys")),
    ("storey_m", phrase("fact-storey-m", "a storey")),
    ("floor_area_m2", phrase("fact-floor-area-m2", "floor area")),
    ("fill", phrase("fact-fill", "filled")),
    ("length_m", phrase("fact-length-m", "length")),
    ("limit_m", phrase("fact-limit-m", "limit")),
    ("diameter_mm", phrase("fact-diameter-mm", "diameter")),
    ("fall_m", phrase("fact-fall-m", "fall")),
    ("plan_m", phrase("fact-plan-m", "in plan")),
    ("rise_m", phrase("fact-rise-m", "rise")),
    ("next_mm", phrase("fact-next-mm", "next diameter")),
    ("ground_m", phrase("fact-ground-m", "ground")),
    ("depth_m", phrase("fact-depth-m", "depth")),
    ("elevation_m", phrase("fact-elevation-m", "elevation")),
    ("off_m", phrase("fact-off-m", "off by")),
    ("rows", phrase("fact-rows", "rows")),
    ("orphans", phrase("fact-orphans", "orphans")),
    ("expected", phrase("fact-expected", "expected")),
    ("links", phrase("fact-links", "joined")),
    ("recorded_m2", phrase("fact-recorded-m2", "on record")),
    ("drawn_m2", phrase("fact-drawn-m2", "drawn")),
    ("value", phrase("fact-value", "value")),
    ("column", phrase("fact-column", "column")),
    ("median_storey_m", phrase("fact-median-storey-m", "middle storey")),
    ("median_mm", phrase("fact-median-mm", "middle")),
    ("median_m", phrase("fact-median-m", "middle")),
    ("median_ratio", phrase("fact-median-ratio", "middle ratio")),
    ("unit", phrase("fact-unit", "unit")),
];

/// What is wrong: in English as it was found; in other languages in general, with the figures and the second feature.
pub(super) fn reason(issue: &IssueRecord) -> Words {
    let Some((_, what, _)) = said(&issue.code) else { return issue.reason.as_str().into() };
    let told = if let Some(figures) = figures(&issue.facts, issue.other_key.as_deref()) {
        words!("issue-said-of", "{what} ({figures})", what = *what, figures = figures)
    } else {
        words!("issue-said", "{what}", what = *what)
    };
    told.in_english(issue.reason.clone())
}

/// What to do about it.
pub(super) fn fix(issue: &IssueRecord) -> Words {
    match said(&issue.code) {
        Some((_, _, fix)) => Words::from(*fix).in_english(issue.fix.clone()),
        None => issue.fix.as_str().into(),
    }
}

/// A code with its count; for other languages what it means.
pub(super) fn counted_code(count: usize, code: &str) -> Words {
    let english = format!("{count} × {code}");
    let Some((_, what, _)) = said(code) else { return english.into() };
    words!("issue-counted", "{count} × {what} ({code})", count = count, what = *what, code = code).in_english(english)
}

fn said(code: &str) -> Option<&'static Said> {
    SAID.iter().find(|(known, ..)| *known == code)
}

/// The figures one after the other; `None` where there are none.
fn figures(facts: &Map<String, Json>, other: Option<&str>) -> Option<Words> {
    let figure = |(name, value): (&String, &Json)| {
        let (_, label) = FIGURES.iter().find(|(known, _)| known == name)?;
        let value = match value {
            Json::Number(number) => number_words(number.as_f64()?, name),
            Json::String(text) => text.clone(),
            _ => return None,
        };
        Some(words!("fact-figure", "{name} {value}", name = *label, value = value))
    };
    let other = other.map(|key| words!("fact-other", "with {key}", key = key));
    let join = |before: Words, next: Words| words!("fact-and", "{before}, {next}", before = before, next = next);
    other.into_iter().chain(facts.iter().filter_map(figure)).reduce(join)
}

/// A figure with the unit that its name ends in.
fn number_words(value: f64, name: &str) -> String {
    let unit = match name.rsplit('_').next() {
        Some("m2") => " m²",
        Some("mm") => " mm",
        Some("m") => " m",
        _ => "",
    };
    let rounded = (value * 1000.0).round() / 1000.0;
    format!("{rounded}{unit}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spatial_db::model::IssueSeverity;

    use super::*;

    fn issue(code: &str, facts: Json, other: Option<&str>) -> IssueRecord {
        IssueRecord {
            issue_id: 1,
            run_id: 1,
            check: None,
            code: code.to_owned(),
            severity: IssueSeverity::Error,
            table: None,
            layer: "l".to_owned(),
            source: "s".to_owned(),
            source_row: None,
            feature_id: None,
            key: None,
            other_table: None,
            other_feature: None,
            other_key: other.map(str::to_owned),
            reason: "as it was found".to_owned(),
            fix: "as it was advised".to_owned(),
            facts: facts.as_object().cloned().unwrap_or_default(),
            place: None,
            quarantine_id: None,
        }
    }

    #[test]
    fn english_keeps_what_was_found_and_others_get_the_figures() {
        let issue = issue("parcel.overlap", json!({"area_m2": 12.34567, "width_m": 0.5, "deep": [1]}), Some("P-7"));
        let told = reason(&issue);
        assert_eq!(told, "as it was found");
        assert_eq!(told.key(), Some("issue-said-of"));
        let said: Vec<String> = told.arguments().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(said, ["what: two parcels lie over each other", "figures: with P-7, area 12.346 m², width 0.5 m"]);
        assert_eq!((fix(&issue).as_str(), fix(&issue).key()), ("as it was advised", Some("fix-parcel-overlap")));
    }

    #[test]
    fn what_nobody_knows_stays_as_it_was_said() {
        let issue = issue("some.code", Json::Null, None);
        assert_eq!((reason(&issue).key(), fix(&issue).key()), (None, None));
        assert_eq!(reason(&issue), "as it was found");
    }

    /// `docs/issues.md` is held to what the program can say by a test of the importers; this to the page.
    #[test]
    fn every_code_of_the_page_has_its_words() {
        let page = include_str!("../../../docs/issues.md");
        let of_page = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code));
        let codes: Vec<&str> = of_page.filter(|code| code.contains('.')).collect();
        assert!(codes.len() > 70, "{}", codes.len());
        for code in &codes {
            assert!(said(code).is_some(), "{code}");
        }
        for (code, ..) in &SAID {
            assert!(codes.contains(code), "{code} is no longer said");
        }
    }
}
