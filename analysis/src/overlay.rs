//! An overlay: a class per feature, marks and areas, with the legend, date and source that a reader needs.
//!
//! The engine knows overlays, not land law or hydraulics. How a class becomes pixels is left to the engine.

mod verdicts;

use chrono::NaiveDate;
use geo::MultiPolygon;
use serde::{Deserialize, Serialize};
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};

use crate::words;
use crate::words::{Phrase, Words};

pub use verdicts::Verdicts;

/// Fill pattern: the second sign beside colour, so that a grey print still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Plain fill.
    Solid,
    /// Diagonal lines.
    Hatch,
    /// Diagonal lines both ways.
    CrossHatch,
    /// Dots.
    Dots,
}

/// How a legend entry is drawn: as a filled box, a line, or a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Swatch {
    /// Filled area.
    Area,
    /// Line.
    Line,
    /// A step of a continuous ramp: all of them are one bar.
    Ramp,
    /// Point symbol.
    Symbol(Symbol),
}

/// Point symbols, each a distinct shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbol {
    /// Fire hydrant: a drop.
    Hydrant,
    /// Assembly point: a square with four arrows inwards.
    AssemblyPoint,
    /// Fire station: a shield.
    FireStation,
    /// Shelter: a roof.
    Shelter,
    /// Hospital: a cross.
    Hospital,
    /// Camera.
    Camera,
    /// Gate.
    Gate,
    /// Hazard source: a warning triangle.
    Hazard,
    /// Anything else: a disc.
    Dot,
}

/// One class of an overlay, which is also one line of its legend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Words of the legend.
    pub label: Words,
    /// Colour, sRGB.
    pub colour: [u8; 3],
    /// Second sign beside colour.
    pub pattern: Pattern,
    /// How the legend shows it.
    pub swatch: Swatch,
    /// How many features, marks or areas are in the class.
    pub count: usize,
    /// Their measure in words with unit, where a count alone misleads ("412.6 ha").
    pub measure: Option<String>,
}

impl Class {
    /// A class of areas by its words, colour and pattern: how many there are, and how much they come to, m².
    pub(crate) fn of_areas(
        (label, colour, pattern): (Phrase, [u8; 3], Pattern),
        (count, area_m2): (usize, f64),
    ) -> Self {
        let measure = Some(area_words(area_m2));
        Self { label: label.into(), colour, pattern, swatch: Swatch::Area, count, measure }
    }
}

/// A number or word behind a verdict, as shown when a person asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: Words,
    /// Value with unit, or "unknown".
    pub value: Words,
    /// Formula, clause or source that gives it.
    pub basis: Words,
}

/// What the overlay says of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Index into [`Overlay::classes`].
    pub class: usize,
    /// The number behind the class, in the overlay's unit; `None` where unknown.
    pub value: Option<f64>,
    /// A second class, with [`Swatch::Line`], whose colour and pattern draw a strong outline (a statutory state over a physical one).
    pub outline: Option<usize>,
    /// The reasons.
    pub facts: Vec<Fact>,
}

/// A point symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The feature it stands for.
    pub feature: FeatureId,
    /// Easting, northing, m.
    pub position: [f64; 2],
    /// Symbol.
    pub symbol: Symbol,
    /// Index into [`Overlay::classes`].
    pub class: usize,
    /// Name, where there is one.
    pub label: Option<String>,
}

/// An area draped on the ground, such as the reach of hydrants.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Extent in the park's CRS, metres.
    pub area: MultiPolygon<f64>,
    /// Index into [`Overlay::classes`].
    pub class: usize,
}

/// A thin column on a feature whose height carries a number (days left on the idle clock).
#[derive(Debug, Clone, PartialEq)]
pub struct Pillar {
    /// The feature it stands for.
    pub feature: FeatureId,
    /// Easting, northing, m.
    pub position: [f64; 2],
    /// Height, m in the scene; 0 for a column that stands on other days only.
    pub height_m: f64,
    /// Index into [`Overlay::classes`].
    pub class: usize,
    /// Words beside it ("132 days").
    pub label: Option<Words>,
}

/// Values per feature with everything a reader needs to trust them.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// Short name: `utilisation`, `idle`, `emergency`.
    pub name: String,
    /// Title of the picture and legend.
    pub title: Words,
    /// Kind of features that are coloured; the others go neutral.
    pub target: FeatureKind,
    /// Unit of the values, empty for classes without a number.
    pub unit: Words,
    /// Date the verdicts hold for.
    pub as_of: NaiveDate,
    /// Data and rule source in words.
    pub source: Words,
    /// Classes, in legend order.
    pub classes: Vec<Class>,
    /// Verdict per feature; features that are absent stay neutral.
    pub verdicts: Verdicts,
    /// Point symbols.
    pub marks: Vec<Mark>,
    /// Draped areas.
    pub zones: Vec<Zone>,
    /// Columns.
    pub pillars: Vec<Pillar>,
    /// What the reader must know: assumptions, what is left out.
    pub notes: Vec<Words>,
}

impl Overlay {
    /// Name, words, date and classes alone: nothing of a feature, mark, area or column.
    #[must_use]
    pub fn heading(&self) -> Self {
        Self {
            name: self.name.clone(),
            title: self.title.clone(),
            target: self.target,
            unit: self.unit.clone(),
            as_of: self.as_of,
            source: self.source.clone(),
            classes: self.classes.clone(),
            verdicts: Verdicts::default(),
            marks: Vec::new(),
            zones: Vec::new(),
            pillars: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Takes classes without a member out of the legend, but for those that `stays` names by index.
    #[must_use]
    pub fn without_empty_classes(mut self, stays: impl Fn(usize) -> bool) -> Self {
        let keep: Vec<bool> = self.classes.iter().enumerate().map(|(i, class)| class.count > 0 || stays(i)).collect();
        let new_index: Vec<usize> =
            (0..keep.len()).map(|index| keep[..index].iter().filter(|kept| **kept).count()).collect();
        let mut kept = keep.iter();
        self.classes.retain(|_| *kept.next().unwrap_or(&true));
        for verdict in self.verdicts.values_mut() {
            verdict.class = new_index[verdict.class];
            verdict.outline = verdict.outline.map(|class| new_index[class]);
        }
        self.marks.iter_mut().for_each(|mark| mark.class = new_index[mark.class]);
        self.zones.iter_mut().for_each(|zone| zone.class = new_index[zone.class]);
        self.pillars.iter_mut().for_each(|pillar| pillar.class = new_index[pillar.class]);
        self
    }
}

/// What a reader of verdicts for another day than that of the data must know: what the records do not date counts as there; and of a
/// park whose records have no day, that they are taken for the day looked at. `None` on the day of the data.
pub(crate) fn undated_note(park: &ParkSnapshot, as_of: NaiveDate) -> Option<Words> {
    let Some(day) = park.park.as_of else {
        return Some(words!(
            "note-no-day-of-data",
            "The park's records do not say of which day they are: they are taken for the day looked at, {day}",
            day = as_of
        ));
    };
    if day == as_of {
        return None;
    }
    let buildings = park.buildings.iter();
    let without =
        buildings.filter(|b| b.year_built.is_none() && b.valid_from.is_none() && b.valid_to.is_none()).count();
    Some(words!(
        "note-undated",
        "Another day than that of the data: what has no date on record counts as there. {without} of {all} buildings, all \
         ground cover, hydrants, resources and hazard sources have none",
        without = without,
        all = park.buildings.len(),
    ))
}

/// An area in words: hectares from one hectare up, else square metres.
pub fn area_words(area_m2: f64) -> String {
    if area_m2 >= 10_000.0 { format!("{:.1} ha", area_m2 / 10_000.0) } else { format!("{area_m2:.0} m²") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase;

    #[test]
    fn a_class_of_areas_tells_how_many_there_are_and_how_large_they_are_together() {
        let made = |sum| Class::of_areas((phrase("pitch-fits", "fits"), [1, 2, 3], Pattern::Dots), sum);
        let class = made((3, 41_260.0));
        assert_eq!((class.label.key(), class.label.as_str()), (Some("pitch-fits"), "fits"));
        assert_eq!((class.colour, class.pattern, class.swatch), ([1, 2, 3], Pattern::Dots, Swatch::Area));
        assert_eq!((class.count, class.measure.as_deref()), (3, Some("4.1 ha")));
        assert_eq!(made((0, 0.0)).measure.as_deref(), Some("0 m²"));
    }
}
