//! Any layer coloured by any of its attributes: classes of numbers or of words become an overlay like those of `analysis`.
//!
//! Colours are ramps that are even to the eye and told apart by the colour-blind; many categories take patterns besides.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use analysis::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, Verdicts};
use analysis::rules::{LandUseColours, RuleTables};
use analysis::vision::told_apart;
use analysis::words::Words;
use chrono::NaiveDate;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use spatial_db::model::{FeatureId, FeatureKind, Parcel, ParkSnapshot, Presence};

use crate::attribute::{self, Cell, Column, Layer};
use crate::inspect::grouped;
use crate::scene::Twin;
use crate::split::Side;
use crate::text::{Text, t};
use crate::theme::Rgb;
use crate::work::{in_frame, let_go};

/// Name of the overlay that recolouring makes.
pub(crate) const NAME: &str = "recolour";
/// Most categories with a look of their own; the rest is one class.
const MOST_CATEGORIES: usize = 20;
/// Colours of a continuous ramp: more cannot be told apart.
const STEPS: usize = 65;

/// How values become classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// As many features in each class.
    #[default]
    Quantiles,
    /// Steps of the same size.
    Equal,
    /// A class per value.
    Categories,
    /// No classes: the ramp itself, from the lowest value to the highest.
    Continuous,
    /// A class per value in the colours of the planning standard, for codes of land use.
    Standard,
}

/// Colours from light for low to dark for high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ramp {
    /// ColorBrewer's YlGnBu.
    #[default]
    YlGnBu,
    /// Viridis (van der Walt and Smith, 2015), from its light end.
    Viridis,
    /// Cividis (Nuñez, Anderton and Renslow, 2018), from its light end: for the colour-blind.
    Cividis,
}

impl Ramp {
    /// All ramps.
    pub(crate) const ALL: [Self; 3] = [Self::YlGnBu, Self::Viridis, Self::Cividis];

    const fn stops(self) -> [u32; 9] {
        match self {
            Self::YlGnBu => {
                [0xFF_FFD9, 0xED_F8B1, 0xC7_E9B4, 0x7F_CDBB, 0x41_B6C4, 0x1D_91C0, 0x22_5EA8, 0x25_3494, 0x08_1D58]
            }
            Self::Viridis => {
                [0xFD_E725, 0xAD_DC30, 0x5E_C962, 0x28_AE80, 0x21_918C, 0x2C_728E, 0x3B_528B, 0x47_2D7B, 0x44_0154]
            }
            Self::Cividis => {
                [0xFE_E838, 0xE1_CC55, 0xC3_B369, 0xA5_9C74, 0x8A_8678, 0x70_7173, 0x57_5D6D, 0x3B_496C, 0x00_224E]
            }
        }
    }

    /// Colour at `share` 0..1 of the ramp.
    pub(crate) fn at(self, share: f32) -> Rgb {
        let place = share.clamp(0.0, 1.0) * 8.0;
        let low = (place as usize).min(7);
        let [a, b] = [self.stops()[low], self.stops()[low + 1]].map(Rgb::hex);
        let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * (place - low as f32)).round() as u8;
        Rgb(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
    }
}

/// The column that [`Scheme::Standard`] is for.
const LAND_USE: &str = "land_use_code";
/// Colours of categories: of Okabe and Ito (2008) those that differ in lightness too, their yellow paler, and Tol's indigo.
const CATEGORIES: [u32; 5] = [0xE6_9F00, 0x00_72B2, 0xF7_EF7A, 0x00_9E73, 0x33_2288];
const PATTERNS: [Pattern; 4] = [Pattern::Solid, Pattern::Hatch, Pattern::Dots, Pattern::CrossHatch];
/// Of what is not known, and of what has no look of its own: no category is as light.
const UNKNOWN: [u8; 3] = [201, 204, 209];

/// What to colour and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recolour {
    /// Kind of features.
    pub kind: FeatureKind,
    /// Name of the column.
    pub column: String,
    /// How values become classes.
    #[serde(default)]
    pub scheme: Scheme,
    /// Number of classes, for numbers, 2 to 9.
    #[serde(default = "five")]
    pub classes: usize,
    /// Colours, for numbers.
    #[serde(default)]
    pub ramp: Ramp,
}

impl Recolour {
    /// True where a standard gives colours to the values of the column.
    pub(crate) fn has_standard(&self) -> bool {
        self.kind == FeatureKind::Parcel && self.column == LAND_USE
    }

    /// True where the colours of a standard are asked for and there is none.
    pub(crate) fn lacks_standard(&self) -> bool {
        self.scheme == Scheme::Standard && !self.has_standard()
    }
}

const fn five() -> usize {
    5
}

/// Upper ends of classes but the last, from values in order.
pub(crate) fn breaks(values: &[f64], scheme: Scheme, classes: usize) -> Vec<f64> {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return Vec::new() };
    let mut breaks: Vec<f64> = (1..classes)
        .map(|at| {
            if scheme == Scheme::Equal {
                return first + (last - first) * at as f64 / classes as f64;
            }
            // The value below which the share lies, between neighbours where it falls between them.
            let place = (values.len() - 1) as f64 * at as f64 / classes as f64;
            let low = place.floor() as usize;
            let high = (low + 1).min(values.len() - 1);
            values[low] + (values[high] - values[low]) * place.fract()
        })
        .collect();
    breaks.dedup();
    breaks.retain(|limit| limit > first && limit <= last);
    breaks
}

/// Colours the twin by `what`: the overlay takes the place of the last one of its kind, or comes behind the others. Where it
/// is, or `None` where the layer has no such column, or the column no such colours.
pub(crate) fn apply(twin: &mut Twin, what: &Recolour) -> Option<usize> {
    let asked = Asked::of(twin);
    let made = in_frame(|| asked.overlay(what))?;
    let at = put(twin, made);
    twin.recoloured_by = Some(what.clone());
    Some(at)
}

/// True where some part of the picture is coloured so.
pub(crate) fn is_shown(twin: &Twin) -> bool {
    let shows = |side| twin.overlay_on(side).is_some_and(|overlay| overlay.name == NAME);
    shows(Side::Left) || (twin.right.is_some() && shows(Side::Right))
}

/// Puts an overlay in the place of the last one of its kind, or behind the others; where it is.
pub(crate) fn put(twin: &mut Twin, made: Overlay) -> usize {
    let overlays = &mut twin.input.overlays;
    let at = overlays.iter().position(|overlay| overlay.name == NAME).unwrap_or(overlays.len());
    let before: Vec<_> = overlays.splice(at..(at + 1).min(overlays.len()), [made.into()]).collect();
    let_go(before);
    twin.overlays_version += 1;
    at
}

/// A park on the days that are looked at, ready to be coloured off the frame.
#[derive(Debug)]
pub(crate) struct Asked {
    park: Arc<ParkSnapshot>,
    /// What stood: on one day, or on those of both parts of a split picture. Empty for a park that is not looked at by date.
    there: Vec<Arc<Presence>>,
    as_of: NaiveDate,
    words: &'static Text,
}

impl Asked {
    /// What the twin shows now.
    pub(crate) fn of(twin: &Twin) -> Self {
        let park = twin.input.snapshot.clone();
        let as_of = twin.day().or(twin.overlay().map(|overlay| overlay.as_of)).or(park.park.as_of);
        let as_of = as_of.unwrap_or_else(|| chrono::Local::now().date_naive());
        let right = twin.right.as_ref().and_then(|right| right.there.clone());
        Self { park, there: twin.shown.there.clone().into_iter().chain(right).collect(), as_of, words: twin.words() }
    }

    /// The overlay; `None` where the layer has no such column, or the column no such colours.
    pub(crate) fn overlay(&self, what: &Recolour) -> Option<Overlay> {
        let layer = Layer { park: &self.park, kind: what.kind, overlay: None };
        let stands = |row: &usize| self.there.is_empty() || self.there.iter().any(|there| there.has(what.kind, *row));
        let rows: Vec<usize> = (0..layer.len()).filter(stands).collect();
        let mut made = overlay(self.words, &layer, &rows, what, self.as_of)?;
        // One legend for both parts: what it counts is said.
        if let [left, right] = &self.there[..]
            && left.on != right.on
        {
            let note = t!(self.words, "recolour-two-days", left = left.on.to_string(), right = right.on.to_string());
            made.notes.push(note.into());
        }
        Some(made)
    }
}

/// The overlay of these rows of a layer; `None` where it has no such column, or the column no such colours.
fn overlay(words: &Text, layer: &Layer<'_>, rows: &[usize], what: &Recolour, as_of: NaiveDate) -> Option<Overlay> {
    // Categories would be no answer to who asks for a standard's colours.
    if what.lacks_standard() {
        return None;
    }
    let columns = attribute::columns(layer.park, what.kind, layer.overlay);
    let column = columns.iter().find(|column| column.name == what.column)?;
    let title = crate::ui::column_label(words, column);
    let standard = (what.scheme == Scheme::Standard).then(|| Standard::of(layer.park, rows));
    let (mut classes, class_of) = match what.scheme {
        Scheme::Categories | Scheme::Standard => categories(words, layer, rows, column, standard.as_ref()),
        Scheme::Continuous => continuous(layer, rows, column, what.ramp),
        _ => ranges(layer, rows, column, what),
    };
    let unknown = classes.len();
    let line = matches!(what.kind, FeatureKind::NetworkEdge | FeatureKind::RoadEdge);
    let swatch = if line { Swatch::Line } else { Swatch::Area };
    classes.push(class(t!(words, "unknown"), Rgb::from(UNKNOWN), Pattern::Hatch));
    let mut verdicts = Verdicts::with_capacity(rows.len());
    // Words are most of the work, and each feature has its own.
    let said: Vec<Option<(FeatureId, Verdict)>> = rows
        .par_iter()
        .map(|&row| {
            let id = attribute::id(layer.park, what.kind, row)?;
            let cell = layer.cell(column, row);
            let class = class_of(&cell).unwrap_or(unknown);
            let value = format!("{cell} {}", column.unit).trim_end().to_owned();
            let facts = vec![Fact { label: title.as_str().into(), value: value.into(), basis: Words::default() }];
            Some((id, Verdict { class, value: cell.number(), outline: None, facts }))
        })
        .collect();
    for (id, verdict) in said.into_iter().flatten() {
        classes[verdict.class].count += 1;
        verdicts.insert(id, verdict);
    }
    for class in classes.iter_mut().filter(|class| class.swatch != Swatch::Ramp) {
        class.swatch = swatch;
    }
    let overlay = Overlay {
        name: NAME.into(),
        title: title.into(),
        target: what.kind,
        unit: column.unit.into(),
        as_of,
        source: t!(words, "recolour-source", column = column.name).into(),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: standard.iter().flat_map(|standard| standard.notes(words)).collect(),
    };
    let by_value = matches!(what.scheme, Scheme::Categories | Scheme::Standard);
    Some(overlay.without_empty_classes(|at| at < unknown && !by_value))
}

fn class(label: String, colour: Rgb, pattern: Pattern) -> Class {
    let colour = [colour.0, colour.1, colour.2];
    Class { label: label.into(), colour, pattern, swatch: Swatch::Area, count: 0, measure: None }
}

type ClassOf = Box<dyn Fn(&Cell<'_>) -> Option<usize> + Send + Sync>;

/// A step of the ramp for each value, by its share of the way from the lowest to the highest. A step is called by the value that it
/// stands for.
fn continuous(layer: &Layer<'_>, rows: &[usize], column: &Column, ramp: Ramp) -> (Vec<Class>, ClassOf) {
    let values = rows.iter().filter_map(|row| layer.cell(column, *row).number());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return (Vec::new(), Box::new(|_| None));
    }
    // One value is one step.
    let steps = if low < high { STEPS } else { 1 };
    let last = (steps - 1).max(1) as f64;
    let digits = digits(&[low, f64::midpoint(low, high), high]);
    let classes = (0..steps)
        .map(|at| {
            let share = if steps == 1 { 0.5 } else { 0.06 + 0.88 * at as f32 / last as f32 };
            let value = low + (high - low) * at as f64 / last;
            Class { swatch: Swatch::Ramp, ..class(grouped(value, digits), ramp.at(share), Pattern::Solid) }
        })
        .collect();
    let step = move |value: f64| if steps == 1 { 0 } else { ((value - low) / (high - low) * last).round() as usize };
    (classes, Box::new(move |cell| cell.number().map(step)))
}

fn ranges(layer: &Layer<'_>, rows: &[usize], column: &Column, what: &Recolour) -> (Vec<Class>, ClassOf) {
    let mut values: Vec<f64> = rows.par_iter().filter_map(|row| layer.cell(column, *row).number()).collect();
    values.par_sort_unstable_by(f64::total_cmp);
    let (Some(first), Some(last)) = (values.first().copied(), values.last().copied()) else {
        return (Vec::new(), Box::new(|_| None));
    };
    let limits = breaks(&values, what.scheme, what.classes.clamp(2, 9));
    let count = limits.len() + 1;
    let mut ends = vec![first];
    ends.extend(&limits);
    ends.push(last);
    let digits = digits(&ends);
    let classes = ends
        .windows(2)
        .enumerate()
        .map(|(at, ends)| {
            let share = if count == 1 { 0.5 } else { 0.06 + 0.88 * at as f32 / (count - 1) as f32 };
            let label = if ends[0] == ends[1] {
                grouped(ends[0], digits)
            } else {
                format!("{} – {}", grouped(ends[0], digits), grouped(ends[1], digits))
            };
            class(label, what.ramp.at(share), Pattern::Solid)
        })
        .collect();
    // A value on a limit belongs to the class above it, but for the highest.
    (classes, Box::new(move |cell| cell.number().map(|value| limits.partition_point(|limit| *limit <= value))))
}

/// Digits behind the point that tell the ends of classes apart; none for years and counts.
fn digits(ends: &[f64]) -> usize {
    let step = ends.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).fold(f64::INFINITY, f64::min);
    if !step.is_finite() || ends.iter().all(|end| end.fract() == 0.0) {
        return 0;
    }
    (0..=4).find(|digits| step * 10_f64.powi(*digits) >= 2.0).unwrap_or(4) as usize
}

/// The planning standard's colours of the codes of a park.
struct Standard {
    table: &'static LandUseColours,
    /// Codes that some parcel has by another scheme, where the same digits mean something else.
    of_others: HashSet<String>,
    /// What the parcels of a code say that it is, most of them.
    names: HashMap<String, String>,
}

impl Standard {
    fn of(park: &ParkSnapshot, rows: &[usize]) -> Self {
        let table = &RuleTables::in_force().land_use_colours;
        let others = park.parcels.iter().filter(|parcel| parcel.land_use_scheme.as_deref() != Some(table.scheme()));
        let of_others = others.filter_map(|parcel| Some(parcel.land_use_code.as_deref()?.to_owned())).collect();
        Self { table, of_others, names: names_of_codes(rows.iter().map(|row| &park.parcels[*row])) }
    }

    fn colour(&self, code: &str) -> Option<Rgb> {
        self.table.of(code).filter(|_| !self.of_others.contains(code)).map(Rgb::from)
    }

    /// The code, with its name where one is on record.
    fn label(&self, code: &str) -> String {
        self.names.get(code).map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
    }

    fn notes(&self, words: &Text) -> [Words; 2] {
        let source = words.words(&self.table.citation());
        [t!(words, "recolour-standard", source = source).into(), t!(words, "recolour-no-standard").into()]
    }
}

/// What most parcels of each code are said to be used as.
fn names_of_codes<'a>(parcels: impl Iterator<Item = &'a Parcel>) -> HashMap<String, String> {
    let mut counts: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
    for parcel in parcels {
        if let (Some(code), Some(name)) = (parcel.land_use_code.as_deref(), parcel.land_use.as_deref())
            && !name.trim().is_empty()
        {
            *counts.entry(code).or_default().entry(name.trim()).or_default() += 1;
        }
    }
    let commonest = |names: HashMap<&str, usize>| {
        names.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0))).map(|(name, _)| name.to_owned())
    };
    counts.into_iter().filter_map(|(code, names)| Some((code.to_owned(), commonest(names)?))).collect()
}

fn categories(
    words: &Text,
    layer: &Layer<'_>,
    rows: &[usize],
    column: &Column,
    standard: Option<&Standard>,
) -> (Vec<Class>, ClassOf) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let cell = layer.cell(column, *row);
        if cell != Cell::Empty {
            *counts.entry(cell.to_string()).or_default() += 1;
        }
    }
    let mut kinds: Vec<(String, usize)> = counts.into_iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = kinds.len().saturating_sub(MOST_CATEGORIES);
    kinds.truncate(MOST_CATEGORIES);
    // What is behind the categories in the legend.
    let behind = [Pattern::Hatch, Pattern::CrossHatch].map(|pattern| class(String::new(), Rgb::from(UNKNOWN), pattern));
    let mut classes: Vec<Class> = Vec::with_capacity(kinds.len() + 1);
    for (value, _) in &kinds {
        let label = standard.map_or_else(|| value.clone(), |standard| standard.label(value));
        let apart = |one: &Class| classes.iter().chain(&behind).all(|other| told_apart(one, other));
        let made = if let Some(colour) = standard.and_then(|standard| standard.colour(value)) {
            // The colour is not ours to change: the first pattern that tells it from all before it.
            let mut looks = PATTERNS.iter().map(|pattern| class(label.clone(), colour, *pattern));
            looks.find(apart).unwrap_or_else(|| class(label.clone(), colour, Pattern::Solid))
        } else {
            // In a legend of the standard's colours it has to be said that this one is none.
            let label = if standard.is_some() { format!("{label} *") } else { label.clone() };
            let look = |at: usize| {
                let colour = Rgb::hex(CATEGORIES[at % CATEGORIES.len()]);
                class(label.clone(), colour, PATTERNS[at / CATEGORIES.len() % PATTERNS.len()])
            };
            (0..CATEGORIES.len() * PATTERNS.len()).map(look).find(apart).unwrap_or_else(|| look(0))
        };
        classes.push(made);
    }
    let rest = classes.len();
    if more > 0 {
        classes.push(class(t!(words, "recolour-rest", count = more), Rgb::from(UNKNOWN), Pattern::CrossHatch));
    }
    let known: HashMap<String, usize> = kinds.into_iter().enumerate().map(|(at, (label, _))| (label, at)).collect();
    let class_of =
        move |cell: &Cell<'_>| (*cell != Cell::Empty).then(|| known.get(&cell.to_string()).copied().unwrap_or(rest));
    (classes, Box::new(class_of))
}

#[cfg(test)]
mod tests;
