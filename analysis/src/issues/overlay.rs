//! Features in the colour and pattern of their worst issue, a mark where each trouble is, counts per code.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use geo::{Centroid, InteriorPoint};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, IssueRecord, IssueSeverity};
use spatial_db::schema::TABLES;

use super::said::{counted_code, fix, reason};
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Codes that a legend names; the rest is summed up.
const MOST_CODES: usize = 8;
/// Marks in a picture; errors come first.
const MOST_MARKS: usize = 2000;

/// Colour, pattern and words of a severity, in the order of [`IssueSeverity::ALL`].
const LOOKS: [([u8; 3], Pattern, Phrase); 3] = [
    ([0xC7, 0x37, 0x2F], Pattern::CrossHatch, phrase("issue-error", "Error: cannot be right, or left out")),
    ([0xF0, 0x8A, 0x4B], Pattern::Hatch, phrase("issue-warning", "Warning: probably wrong, or repaired")),
    ([0x1F, 0x77, 0xB4], Pattern::Dots, phrase("issue-note", "Note: worth knowing")),
];

fn class_of(severity: IssueSeverity) -> usize {
    IssueSeverity::ALL.iter().position(|known| *known == severity).unwrap_or(0)
}

fn feature_of(issue: &IssueRecord) -> Option<FeatureId> {
    let table = issue.table.as_deref()?;
    let kind = TABLES.iter().find(|known| known.name == table)?.kind;
    Some(FeatureId::new(kind, issue.feature_id?))
}

/// The whole legend, with nothing counted.
pub(crate) fn legend() -> Vec<Class> {
    let class = |(colour, pattern, label): &([u8; 3], Pattern, Phrase)| Class {
        label: (*label).into(),
        colour: *colour,
        pattern: *pattern,
        swatch: Swatch::Area,
        count: 0,
        measure: None,
    };
    LOOKS.iter().map(class).collect()
}

/// Issues of the last import, as of `as_of`. Issues without a feature and a place are in the counts alone.
pub fn issue_overlay(cache: &Cache, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let mut classes = legend();
    let places = places(cache);
    let mut verdicts = Verdicts::default();
    let mut codes: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut marks = Vec::new();
    for issue in &snapshot.issues {
        let class = class_of(issue.severity);
        classes[class].count += 1;
        *codes.entry((class, issue.code.as_str())).or_default() += 1;
        let feature = feature_of(issue);
        if let Some(id) = feature {
            let verdict =
                verdicts.get_or_insert_with(id, || Verdict { class, value: None, outline: None, facts: Vec::new() });
            verdict.class = verdict.class.min(class);
            verdict.value = Some(verdict.value.unwrap_or(0.0) + 1.0);
            verdict.facts.push(Fact { label: issue.code.as_str().into(), value: reason(issue), basis: fix(issue) });
        }
        let own = issue.place.as_ref().and_then(|place| place.interior_point().or_else(|| place.centroid()));
        let position = own.map(|point| [point.x(), point.y()]).or_else(|| places.get(&feature?).copied());
        if let Some(position) = position {
            // A rejected row is no feature; its mark still needs a name that no feature has.
            let feature = feature.unwrap_or(FeatureId::new(FeatureKind::TerrainTile, -issue.issue_id));
            marks.push(Mark { feature, position, symbol: Symbol::Dot, class, label: None });
        }
    }
    marks.sort_by_key(|mark| mark.class);
    let left_out = marks.len().saturating_sub(MOST_MARKS);
    marks.truncate(MOST_MARKS);
    let mut notes: Vec<Words> = Vec::new();
    let mut counted: Vec<(&(usize, &str), &usize)> = codes.iter().collect();
    counted.sort_by_key(|((class, code), count)| (*class, std::cmp::Reverse(**count), *code));
    for ((_, code), count) in counted.iter().take(MOST_CODES) {
        notes.push(counted_code(**count, code));
    }
    let rest: usize = counted.iter().skip(MOST_CODES).map(|(_, count)| **count).sum();
    if rest > 0 {
        notes.push(words!(
            "note-other-codes",
            "{count} of {codes} other codes",
            count = rest,
            codes = counted.len() - MOST_CODES,
        ));
    }
    if left_out > 0 {
        notes.push(words!("note-not-marked", "{count} more places are not marked", count = left_out));
    }
    if snapshot.issues.is_empty() {
        notes.push(words!("note-no-issues", "The last import found nothing to complain of"));
    }
    let overlay = Overlay {
        name: "issues".into(),
        title: words!("title-issues", "Issues: what is wrong with the data"),
        // Features of every kind.
        target: FeatureKind::TerrainTile,
        unit: words!("unit-issues", "issues"),
        as_of,
        source: words!("source-issues", "rows as read and checks of the last import; docs/issues.md"),
        classes,
        verdicts,
        marks,
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    overlay.without_empty_classes(|_| false)
}

/// A place on every feature that an issue is about, easting and northing, m.
fn places(cache: &Cache) -> HashMap<FeatureId, [f64; 2]> {
    let snapshot = cache.snapshot();
    let wanted: std::collections::HashSet<FeatureId> = snapshot.issues.iter().filter_map(feature_of).collect();
    let mut places = HashMap::with_capacity(wanted.len());
    let mut put = |id: FeatureId, place: Option<[f64; 2]>| {
        if let Some(place) = place.filter(|_| wanted.contains(&id)) {
            places.insert(id, place);
        }
    };
    let inside = |area: &geo::MultiPolygon<f64>| area.interior_point().map(|point| [point.x(), point.y()]);
    for parcel in snapshot.parcels.iter().filter(|parcel| wanted.contains(&parcel.id)) {
        put(parcel.id, inside(&parcel.boundary));
    }
    for building in snapshot.buildings.iter().filter(|building| wanted.contains(&building.id)) {
        put(building.id, inside(&building.footprint));
    }
    for surface in snapshot.surfaces.iter().filter(|surface| wanted.contains(&surface.id)) {
        put(surface.id, inside(&surface.area));
    }
    for edge in &snapshot.edges {
        put(edge.id, edge.path.get(edge.path.len() / 2).map(|at| [at[0], at[1]]));
    }
    for node in &snapshot.nodes {
        put(node.id, Some([node.position[0], node.position[1]]));
    }
    for resource in &snapshot.resources {
        put(resource.id, Some(resource.position));
    }
    for road in snapshot.roads.iter().filter(|road| wanted.contains(&road.id)) {
        put(road.id, road.line.0.first().and_then(|line| line.0.get(line.0.len() / 2)).map(|at| [at.x, at.y]));
    }
    places
}
