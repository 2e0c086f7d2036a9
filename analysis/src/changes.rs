//! The changes overlay: what differs between two moments of one park, each feature added, changed, removed or as it was.
//!
//! How the two moments were come by (a dry run, the history) is left to the caller.

use std::collections::HashMap;
use std::fmt::{Debug, Write};

use chrono::NaiveDate;
use geo::Area;
use spatial_db::model::{
    Building, EmergencyResource, FeatureId, HazardSource, NetworkEdge, NetworkNode, Parcel, ParkSnapshot, RoadEdge,
    Surface,
};
use spatial_db::model::{FeatureKind, Provenance};

use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, area_words};

const ADDED: usize = 0;
const CHANGED: usize = 1;
const REMOVED: usize = 2;
const UNCHANGED: usize = 3;

/// Word, colour and pattern of each class. The colours are those of Okabe and Ito (2008), told apart by people who do not
/// see red and green alike; the pattern is for grey prints.
const CLASSES: [(&str, [u8; 3], Pattern); 4] = [
    ("added", [0, 158, 115], Pattern::Dots),
    ("changed", [0, 114, 178], Pattern::Hatch),
    ("removed", [213, 94, 0], Pattern::CrossHatch),
    ("unchanged", [214, 214, 208], Pattern::Solid),
];

/// A feature with a place in the picture.
trait Placed: Clone + Debug + PartialEq {
    /// Singular and plural.
    const WORDS: (&'static str, &'static str);
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
    ($($kind:ident, $one:literal, $many:literal, $shape:ident, $ground:literal, $area:expr;)+) => {
        $(impl Placed for $kind {
            const WORDS: (&'static str, &'static str) = ($one, $many);
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
    Parcel, "parcel", "parcels", boundary, false, |p| Some(p.boundary.unsigned_area());
    Building, "building", "buildings", footprint, false, |b| Some(b.footprint.unsigned_area());
    RoadEdge, "road", "roads", line, true, |_| None;
    Surface, "surface", "surfaces", area, true, |s| Some(s.area.unsigned_area());
    NetworkEdge, "network line", "network lines", path, false, |_| None;
    NetworkNode, "network point", "network points", position, false, |_| None;
    EmergencyResource, "emergency resource", "emergency resources", position, false, |_| None;
    HazardSource, "hazard source", "hazard sources", shape, false, |_| None;
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
    verdicts: HashMap<FeatureId, Verdict>,
    counts: [usize; 4],
    measures: [String; 4],
    notes: Vec<String>,
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
                None => (ADDED, vec![fact("Change", "added".into(), feature.provenance())]),
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
            let facts = vec![fact("Change", "removed; drawn where it was".into(), feature.provenance())];
            self.verdicts.insert(feature.id(), Verdict { class: REMOVED, value: None, outline: None, facts });
            after.push(feature.clone());
        }
        for (class, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            self.counts[class] += count;
            let measure = &mut self.measures[class];
            let comma = if measure.is_empty() { "" } else { ", " };
            let word = if count == 1 { T::WORDS.0 } else { T::WORDS.1 };
            let _ = write!(measure, "{comma}{count} {word}");
        }
        let differ = counts[ADDED] + counts[CHANGED] + counts[REMOVED];
        let kind = after.first().map(|feature| feature.id().kind);
        match kind {
            Some(FeatureKind::NetworkEdge | FeatureKind::NetworkNode) => self.underground += differ,
            _ => self.above += differ,
        }
    }

    /// Compares rows that have no place; they are told in words.
    fn records<T: Debug + PartialEq>(&mut self, words: &str, before: &[T], after: &[T], id: impl Fn(&T) -> FeatureId) {
        let old: HashMap<FeatureId, &T> = before.iter().map(|row| (id(row), row)).collect();
        let added = after.iter().filter(|row| !old.contains_key(&id(row))).count();
        let kept = after.len() - added;
        let changed = after.iter().filter(|row| old.get(&id(row)).is_some_and(|old| !same(*old, *row))).count();
        let removed = before.len() - kept;
        if added + changed + removed > 0 {
            self.notes.push(format!("{words}: {added} added, {changed} changed, {removed} removed (not on the map)"));
        }
    }
}

fn fact(label: &str, value: String, from: &Provenance) -> Fact {
    Fact { label: label.into(), value, basis: format!("layer {}, key {}", from.layer, from.key) }
}

/// What differs between two states of a feature.
fn difference<T: Placed>(before: &T, after: &T) -> Vec<Fact> {
    let moved = text(before.shape()) != text(after.shape());
    let mut facts = vec![fact(
        "Change",
        if moved { "its shape differs" } else { "its record differs, its shape does not" }.into(),
        after.provenance(),
    )];
    if let (true, Some(old), Some(new)) = (moved, before.area_m2(), after.area_m2()) {
        let value = format!("{} → {}", area_words(old), area_words(new));
        facts.push(fact("Area", value, after.provenance()));
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
    found.records("Land contracts", &before.contracts, &after.contracts, |row| row.id);
    found.records("Land events", &before.events, &after.events, |row| row.id);
    found.records("Enterprises", &before.enterprises, &after.enterprises, |row| row.id);
    found.records("Tenancies", &before.tenancies, &after.tenancies, |row| row.id);
    found.records("Yearly figures", &before.enterprise_years, &after.enterprise_years, |row| row.id);
    match (&before.terrain, &after.terrain) {
        (None, Some(_)) => found.notes.push("The ground is new".into()),
        (Some(_), None) => {
            drawn.terrain.clone_from(&before.terrain);
            found.notes.push("The ground is removed; drawn as it was".into());
        }
        (Some(old), Some(new)) if !same(old, new) => {
            found.notes.push("The ground differs; drawn as it is after".into());
        }
        _ => {}
    }
    // Seen through the ground where nothing else changed: the change is what a person wants to see.
    let buried = found.underground > 0 && found.above == 0;
    if found.underground > 0 && !buried {
        found.notes.push(format!("{} of the changes are underground lines and points", found.underground));
    }
    let Found { verdicts, counts, measures, notes: beside, .. } = found;
    let kinds = CLASSES.iter().zip(&measures).take(UNCHANGED).filter(|(_, measure)| !measure.is_empty());
    let mut notes: Vec<String> = kinds.map(|((label, ..), measure)| format!("{label}: {measure}")).collect();
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
        title: "Changes: added, changed, removed".into(),
        // Every kind is coloured; the legend need not name one.
        target: if buried { FeatureKind::NetworkEdge } else { FeatureKind::TerrainTile },
        unit: "features".into(),
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
