//! The changes overlay: what differs between two moments of one park, each feature added, changed, removed or as it was.
//!
//! How the two moments were come by (a dry run, the history) is left to the caller.

use std::collections::HashMap;
use std::fmt::Debug;

use chrono::NaiveDate;
use geo::Area;
use spatial_db::model::{
    Building, EmergencyResource, FeatureId, HazardSource, NetworkEdge, NetworkNode, Parcel, ParkSnapshot, RoadEdge,
    Surface,
};
use spatial_db::model::{FeatureKind, Provenance};

use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, Verdicts, area_words};
use crate::words;
use crate::words::{Phrase, Words, phrase};

const ADDED: usize = 0;
const CHANGED: usize = 1;
const REMOVED: usize = 2;
const UNCHANGED: usize = 3;

/// Word, colour and pattern of each class. The colours are those of Okabe and Ito (2008), told apart by people who do not
/// see red and green alike; the pattern is for grey prints.
const CLASSES: [(Phrase, [u8; 3], Pattern); 4] = [
    (phrase("change-added", "added"), [0, 158, 115], Pattern::Dots),
    (phrase("change-changed", "changed"), [0, 114, 178], Pattern::Hatch),
    (phrase("change-removed", "removed"), [213, 94, 0], Pattern::CrossHatch),
    (phrase("change-unchanged", "unchanged"), [214, 214, 208], Pattern::Solid),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    CLASSES.into_iter().map(|row| Class::of_areas(row, (0, 0.0))).collect()
}

/// A feature with a place in the picture.
trait Placed: Clone + Debug + PartialEq {
    /// Singular and plural.
    const WORDS: (Phrase, Phrase);
    /// Ground that keeps its own colour where nothing changed.
    const GROUND: bool = false;
    fn id(&self) -> FeatureId;
    fn provenance(&self) -> &Provenance;
    fn shape(&self) -> &dyn Debug;
    fn area_m2(&self) -> Option<f64> {
        None
    }
}

macro_rules! placed {
    ($($kind:ident, $one:expr, $many:expr, $shape:ident, $ground:literal, $area:expr;)+) => {
        $(impl Placed for $kind {
            const WORDS: (Phrase, Phrase) = ($one, $many);
            const GROUND: bool = $ground;
            fn id(&self) -> FeatureId {
                self.id
            }
            fn provenance(&self) -> &Provenance {
                &self.provenance
            }
            fn shape(&self) -> &dyn Debug {
                &self.$shape
            }
            fn area_m2(&self) -> Option<f64> {
                let area: fn(&$kind) -> Option<f64> = $area;
                area(self)
            }
        })+
    };
}

placed! {
    Parcel, phrase("parcel", "parcel"), phrase("parcels", "parcels"), boundary, false, |p| Some(p.boundary.unsigned_area());
    Building, phrase("building", "building"), phrase("buildings", "buildings"), footprint, false, |b| Some(b.footprint.unsigned_area());
    RoadEdge, phrase("road", "road"), phrase("roads", "roads"), line, true, |_| None;
    Surface, phrase("surface", "surface"), phrase("surfaces", "surfaces"), area, true, |s| Some(s.area.unsigned_area());
    NetworkEdge, phrase("network-line", "network line"), phrase("network-lines", "network lines"), path, false, |_| None;
    NetworkNode, phrase("network-point", "network point"), phrase("network-points", "network points"), position, false, |_| None;
    EmergencyResource, phrase("resource", "emergency resource"), phrase("resources", "emergency resources"), position, false, |_| None;
    HazardSource, phrase("hazard", "hazard source"), phrase("hazards", "hazard sources"), shape, false, |_| None;
}

/// Whether two states of a feature are the same. Coordinates that are unknown (NaN) equal each other.
fn same<T: Debug + PartialEq>(before: &T, after: &T) -> bool {
    before == after || text(before) == text(after)
}

fn text(value: &dyn Debug) -> String {
    format!("{value:?}")
}

/// What was found so far.
#[derive(Default)]
struct Found {
    verdicts: Verdicts,
    counts: [usize; 4],
    measures: [Option<Words>; 4],
    notes: Vec<Words>,
    /// Changes that lie under the ground, and others.
    underground: usize,
    above: usize,
}

impl Found {
    /// Compares the features of one kind; the removed ones join `after`, at their old place.
    fn features<T: Placed>(&mut self, before: &[T], after: &mut Vec<T>) {
        let mut counts = [0; 4];
        let old: HashMap<FeatureId, &T> = before.iter().map(|feature| (feature.id(), feature)).collect();
        for feature in after.iter() {
            let (class, facts) = match old.get(&feature.id()) {
                None => (ADDED, vec![fact(CHANGE, CLASSES[ADDED].0.into(), feature.provenance())]),
                Some(old) if same(*old, feature) => (UNCHANGED, Vec::new()),
                Some(old) => (CHANGED, difference(*old, feature)),
            };
            counts[class] += 1;
            if class != UNCHANGED || !T::GROUND {
                self.verdicts.insert(feature.id(), Verdict { class, value: None, outline: None, facts });
            }
        }
        let stays: std::collections::HashSet<FeatureId> = after.iter().map(Placed::id).collect();
        for feature in before.iter().filter(|feature| !stays.contains(&feature.id())) {
            counts[REMOVED] += 1;
            let facts =
                vec![fact(CHANGE, words!("change-removed-drawn", "removed; drawn where it was"), feature.provenance())];
            self.verdicts.insert(feature.id(), Verdict { class: REMOVED, value: None, outline: None, facts });
            after.push(feature.clone());
        }
        for (class, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            self.counts[class] += count;
            let word = if count == 1 { T::WORDS.0 } else { T::WORDS.1 };
            let these = words!("count-of", "{count} {kind}", count = count, kind = word);
            self.measures[class] = Some(match self.measures[class].take() {
                None => these,
                Some(before) => words!("list", "{before}, {last}", before = before, last = these),
            });
        }
        let differ = counts[ADDED] + counts[CHANGED] + counts[REMOVED];
        let kind = after.first().map(|feature| feature.id().kind);
        match kind {
            Some(FeatureKind::NetworkEdge | FeatureKind::NetworkNode) => self.underground += differ,
            _ => self.above += differ,
        }
    }

    /// Compares rows that have no place; they are told in words.
    fn records<T: Debug + PartialEq>(&mut self, kind: Phrase, before: &[T], after: &[T], id: impl Fn(&T) -> FeatureId) {
        let old: HashMap<FeatureId, &T> = before.iter().map(|row| (id(row), row)).collect();
        let added = after.iter().filter(|row| !old.contains_key(&id(row))).count();
        let kept = after.len() - added;
        let changed = after.iter().filter(|row| old.get(&id(row)).is_some_and(|old| !same(*old, *row))).count();
        let removed = before.len() - kept;
        if added + changed + removed > 0 {
            self.notes.push(words!(
                "note-records",
                "{kind}: {added} added, {changed} changed, {removed} removed (not on the map)",
                kind = kind,
                added = added,
                changed = changed,
                removed = removed,
            ));
        }
    }
}

const CHANGE: Phrase = phrase("fact-change", "Change");

fn fact(label: Phrase, value: Words, from: &Provenance) -> Fact {
    let basis = words!("basis-layer-key", "layer {layer}, key {key}", layer = from.layer.as_str(), key = &from.key);
    Fact { label: label.into(), value, basis }
}

/// What differs between two states of a feature.
fn difference<T: Placed>(before: &T, after: &T) -> Vec<Fact> {
    let moved = text(before.shape()) != text(after.shape());
    let mut facts = vec![fact(
        CHANGE,
        if moved {
            words!("change-shape", "its shape differs")
        } else {
            words!("change-record", "its record differs, its shape does not")
        },
        after.provenance(),
    )];
    if let (true, Some(old), Some(new)) = (moved, before.area_m2(), after.area_m2()) {
        let value = format!("{} → {}", area_words(old), area_words(new));
        facts.push(fact(phrase("fact-area", "Area"), value.into(), after.provenance()));
    }
    facts
}

/// What differs between `before` and `after`, two moments of one park. Returns the park to draw, which is `after` with
/// the features that are gone at their old places, and the overlay over it. `source` says in words what is compared.
pub fn changes_overlay(
    before: &ParkSnapshot,
    after: &ParkSnapshot,
    as_of: NaiveDate,
    source: &str,
) -> (ParkSnapshot, Overlay) {
    let mut drawn = after.clone();
    let mut found = Found::default();
    found.features(&before.parcels, &mut drawn.parcels);
    found.features(&before.buildings, &mut drawn.buildings);
    found.features(&before.roads, &mut drawn.roads);
    found.features(&before.surfaces, &mut drawn.surfaces);
    found.features(&before.edges, &mut drawn.edges);
    found.features(&before.nodes, &mut drawn.nodes);
    found.features(&before.resources, &mut drawn.resources);
    found.features(&before.hazards, &mut drawn.hazards);
    found.records(phrase("land-contracts", "Land contracts"), &before.contracts, &after.contracts, |row| row.id);
    found.records(phrase("land-events", "Land events"), &before.events, &after.events, |row| row.id);
    found.records(phrase("projects", "Projects"), &before.projects, &after.projects, |row| row.id);
    found.records(phrase("enterprises", "Enterprises"), &before.enterprises, &after.enterprises, |row| row.id);
    found.records(phrase("tenancies", "Tenancies"), &before.tenancies, &after.tenancies, |row| row.id);
    found.records(
        phrase("yearly-figures", "Yearly figures"),
        &before.enterprise_years,
        &after.enterprise_years,
        |row| row.id,
    );
    match (&before.terrain, &after.terrain) {
        (None, Some(_)) => found.notes.push(words!("note-ground-new", "The ground is new")),
        (Some(_), None) => {
            drawn.terrain.clone_from(&before.terrain);
            found.notes.push(words!("note-ground-removed", "The ground is removed; drawn as it was"));
        }
        (Some(old), Some(new)) if !same(old, new) => {
            found.notes.push(words!("note-ground-differs", "The ground differs; drawn as it is after"));
        }
        _ => {}
    }
    // Seen through the ground where nothing else changed: the change is what a person wants to see.
    let buried = found.underground > 0 && found.above == 0;
    if found.underground > 0 && !buried {
        found.notes.push(words!(
            "note-underground",
            "{count} of the changes are underground lines and points",
            count = found.underground,
        ));
    }
    let Found { verdicts, counts, measures, notes: beside, .. } = found;
    let kinds = CLASSES.iter().zip(measures).take(UNCHANGED);
    let mut notes: Vec<Words> = kinds
        .filter_map(|((label, ..), measure)| {
            Some(words!("note-kinds", "{label}: {kinds}", label = *label, kinds = measure?))
        })
        .collect();
    notes.extend(beside);
    let classes = CLASSES
        .into_iter()
        .zip(counts)
        .map(|((label, colour, pattern), count)| Class {
            label: label.into(),
            colour,
            pattern,
            swatch: if buried { Swatch::Line } else { Swatch::Area },
            count,
            measure: None,
        })
        .collect();
    let overlay = Overlay {
        name: "changes".into(),
        title: words!("title-changes", "Changes: added, changed, removed"),
        // Every kind is coloured; the legend need not name one.
        target: if buried { FeatureKind::NetworkEdge } else { FeatureKind::TerrainTile },
        unit: words!("unit-features", "features"),
        as_of,
        source: source.into(),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    (drawn, overlay)
}
