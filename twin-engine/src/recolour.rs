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
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, Presence};

use crate::attribute::{self, Cell, Column, Layer};
use crate::inspect::grouped;
use crate::scene::Twin;
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
pub(crate) const LAND_USE: &str = "land_use_code";
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
/// is, or `None` where the layer has no such column.
pub(crate) fn apply(twin: &mut Twin, what: &Recolour) -> Option<usize> {
    let asked = Asked::of(twin);
    let made = in_frame(|| asked.overlay(what))?;
    let at = put(twin, made);
    twin.recoloured_by = Some(what.clone());
    Some(at)
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

    /// The overlay; `None` where the layer has no such column.
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

/// The overlay of these rows of a layer; `None` where it has no such column.
fn overlay(words: &Text, layer: &Layer<'_>, rows: &[usize], what: &Recolour, as_of: NaiveDate) -> Option<Overlay> {
    let columns = attribute::columns(layer.park, what.kind, layer.overlay);
    let column = columns.iter().find(|column| column.name == what.column)?;
    let title = crate::ui::column_label(words, column);
    let is_of_standard = what.scheme == Scheme::Standard && what.kind == FeatureKind::Parcel && what.column == LAND_USE;
    let standard = is_of_standard.then(|| Standard::of(layer.park));
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
}

impl Standard {
    fn of(park: &ParkSnapshot) -> Self {
        let table = &RuleTables::in_force().land_use_colours;
        let others = park.parcels.iter().filter(|parcel| parcel.land_use_scheme.as_deref() != Some(table.scheme()));
        let of_others = others.filter_map(|parcel| Some(parcel.land_use_code.as_deref()?.to_owned())).collect();
        Self { table, of_others }
    }

    fn colour(&self, code: &str) -> Option<Rgb> {
        self.table.of(code).filter(|_| !self.of_others.contains(code)).map(Rgb::from)
    }

    fn notes(&self, words: &Text) -> [Words; 2] {
        let source = words.words(&self.table.citation());
        [t!(words, "recolour-standard", source = source).into(), t!(words, "recolour-no-standard").into()]
    }
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
    for (label, _) in &kinds {
        let apart = |one: &Class| classes.iter().chain(&behind).all(|other| told_apart(one, other));
        let made = if let Some(colour) = standard.and_then(|standard| standard.colour(label)) {
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
mod tests {
    use super::*;
    use crate::fixture;
    use crate::text::Language;

    fn made(what: &Recolour) -> Overlay {
        let input = fixture::tiny();
        of(&input.snapshot, what).expect("an overlay")
    }

    /// The overlay of all that there is.
    fn of(park: &ParkSnapshot, what: &Recolour) -> Option<Overlay> {
        let day = NaiveDate::from_ymd_opt(2024, 6, 30).unwrap();
        let words = Text::of(Language::English);
        Asked { park: Arc::new(park.clone()), there: Vec::new(), as_of: day, words }.overlay(what)
    }

    #[test]
    fn only_what_stood_is_coloured_and_counted() {
        let (input, _) = fixture::built_up();
        let mut twin = Twin::new(input, crate::style::Shown::default());
        let what = by("height_m", Scheme::Equal, 3);
        let counted = |twin: &mut Twin| {
            let at = apply(twin, &what).expect("an overlay");
            let overlay = &twin.input.overlays[at];
            assert_eq!(overlay.classes.iter().map(|class| class.count).sum::<usize>(), overlay.verdicts.len());
            (overlay.verdicts.len(), overlay.as_of, overlay.notes.len())
        };
        let stood = |twin: &Twin| twin.shown.there.as_ref().unwrap().buildings.iter().filter(|there| **there).count();
        let all = twin.input.snapshot.buildings.len();
        let early = NaiveDate::from_ymd_opt(2019, 12, 31).unwrap();
        let record = twin.day().unwrap();
        assert_eq!(counted(&mut twin), (stood(&twin), record, 0));
        let now = stood(&twin);
        crate::time::look_at(&mut twin, Some(early));
        let then = stood(&twin);
        assert!(then < now && now <= all && then > 0, "{then} {now} {all}");
        assert_eq!(counted(&mut twin), (then, early, 0));
        // Both days of a split picture are in one legend, which says so.
        let there = crate::time::presence_on(&twin, record, crate::split::Side::Right);
        twin.right = Some(crate::split::Right { at: 0.5, there, overlay: None });
        assert_eq!(counted(&mut twin), (now, early, 1), "what stood early still stands");
    }

    fn by(column: &str, scheme: Scheme, classes: usize) -> Recolour {
        Recolour { kind: FeatureKind::Building, column: column.into(), scheme, classes, ramp: Ramp::default() }
    }

    #[test]
    fn ramps_go_from_light_to_dark_without_turning_back() {
        for ramp in Ramp::ALL {
            let light: Vec<f32> = (0..=20).map(|at| ramp.at(at as f32 / 20.0).luminance()).collect();
            assert!(light.windows(2).all(|pair| pair[1] < pair[0]), "{ramp:?} {light:?}");
            assert!(light[0] > 0.6 && light[20] < 0.06, "{ramp:?}");
        }
    }

    #[test]
    fn quantiles_are_pythons_and_equal_steps_are_equal() {
        // Python's statistics.quantiles(…, method="inclusive"): of 1 2 4 8 16 32 in three, of 3 1 4 1 5 9 2 6 in four.
        let near = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        let values = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        assert!(near(&breaks(&values, Scheme::Quantiles, 3), &[10.0 / 3.0, 32.0 / 3.0]));
        let pi = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
        assert!(near(&breaks(&pi, Scheme::Quantiles, 4), &[1.75, 3.5, 5.25]));
        assert!(near(&breaks(&values, Scheme::Equal, 2), &[16.5]));
        assert!(breaks(&[7.0; 9], Scheme::Quantiles, 5).is_empty(), "one value, one class");
        assert!(breaks(&[], Scheme::Equal, 5).is_empty());
    }

    #[test]
    fn every_feature_is_in_the_class_of_its_value_and_counts_add_up() {
        let overlay = made(&by("height_m", Scheme::Equal, 4));
        // Heights 9 12 24 8 15 10 in four steps of 4 m from 8.
        let counts: Vec<(String, usize)> =
            overlay.classes.iter().map(|class| (class.label.to_string(), class.count)).collect();
        assert_eq!(
            counts,
            [("8 – 12".to_owned(), 3), ("12 – 16".to_owned(), 2), ("16 – 20".to_owned(), 0), ("20 – 24".to_owned(), 1)]
        );
        let park = fixture::tiny().snapshot;
        for building in &park.buildings {
            let verdict = &overlay.verdicts[&building.id];
            assert_eq!(verdict.value, building.height_m);
        }
        assert_eq!(overlay.verdicts[&park.buildings[2].id].class, 3, "the highest is in the last class");
    }

    #[test]
    fn a_continuous_ramp_gives_every_value_the_colour_of_its_share() {
        let overlay = made(&by("height_m", Scheme::Continuous, 0));
        let park = fixture::tiny().snapshot;
        // Heights from 8 to 24 m: 65 colours from the lowest to the highest, a quarter of a metre each.
        assert_eq!(overlay.classes.len(), STEPS);
        assert!(overlay.classes.iter().all(|class| class.swatch == Swatch::Ramp));
        let labels = [0, 32, 64].map(|at| overlay.classes[at].label.to_string());
        assert_eq!(labels, ["8", "16", "24"]);
        for building in &park.buildings {
            let class = overlay.verdicts[&building.id].class;
            let height = building.height_m.unwrap();
            assert!((8.0 + class as f64 * 0.25 - height).abs() < 0.13, "{height} m in step {class}");
            let Rgb(r, g, b) = Ramp::default().at((0.06 + 0.88 * (height - 8.0) / 16.0) as f32);
            let near = overlay.classes[class].colour.iter().zip([r, g, b]).all(|(a, b)| a.abs_diff(b) <= 4);
            assert!(near, "{:?} for {height} m", overlay.classes[class].colour);
        }
        assert_eq!(overlay.classes.iter().map(|class| class.count).sum::<usize>(), park.buildings.len());
        // What is not known stands apart; one value is one colour.
        let mut park = (*park).clone();
        park.buildings.iter_mut().for_each(|building| building.height_m = Some(7.0));
        park.buildings[0].height_m = None;
        let overlay = of(&park, &by("height_m", Scheme::Continuous, 0)).unwrap();
        let counts: Vec<(&str, usize)> = overlay.classes.iter().map(|c| (c.label.as_str(), c.count)).collect();
        assert_eq!(counts, [("7", 5), ("unknown", 1)]);
    }

    #[test]
    fn words_become_categories_with_the_unknown_apart() {
        let mut park = (*fixture::tiny().snapshot).clone();
        for (building, word) in park.buildings.iter_mut().zip(["a", "b", "a", "a", "b"]) {
            building.use_text = Some(word.into());
        }
        park.buildings[5].use_text = None;
        let overlay = of(&park, &by("use_text", Scheme::Categories, 0)).unwrap();
        let counts: Vec<(&str, usize)> =
            overlay.classes.iter().map(|class| (class.label.as_str(), class.count)).collect();
        assert_eq!(counts, [("a", 3), ("b", 2), ("unknown", 1)]);
        assert_eq!(overlay.verdicts[&park.buildings[5].id].class, 2);
    }

    #[test]
    fn many_categories_take_patterns_and_a_rest() {
        let mut park = (*fixture::tiny().snapshot).clone();
        let one = park.buildings[0].clone();
        park.buildings = (0..30)
            .map(|at| {
                let mut building = one.clone();
                building.id.id = at;
                building.use_text = Some(format!("use {at:02}").into());
                building
            })
            .collect();
        let overlay = of(&park, &by("use_text", Scheme::Categories, 0)).unwrap();
        assert_eq!(overlay.classes.len(), MOST_CATEGORIES + 1);
        assert_eq!(overlay.classes.last().unwrap().count, 10);
        let looks: std::collections::HashSet<_> =
            overlay.classes.iter().map(|class| (class.colour, class.pattern)).collect();
        assert_eq!(looks.len(), overlay.classes.len(), "no two classes look the same");
        assert_eq!(analysis::vision::first_alike(&overlay.classes), None, "nor do they in grey or to the colour-blind");
    }

    #[test]
    fn codes_of_land_use_take_the_standards_colours_where_it_has_one_for_them() {
        let mut park = (*fixture::tiny().snapshot).clone();
        let codes = ["0701", "100101", "0901", "M1", "1001", "0902"];
        assert!(park.parcels.len() >= codes.len());
        park.parcels.truncate(codes.len());
        for (parcel, code) in park.parcels.iter_mut().zip(codes) {
            parcel.land_use_code = Some(code.into());
            parcel.land_use_scheme = Some("planning-2023".into());
        }
        // The same digits in another scheme mean something else.
        park.parcels[4].land_use_scheme = Some("survey".into());
        let what = Recolour { kind: FeatureKind::Parcel, ..by(LAND_USE, Scheme::Standard, 0) };
        let made = of(&park, &what).unwrap();
        let look = |parcel: usize| {
            let class = &made.classes[made.verdicts[&park.parcels[parcel].id].class];
            (class.label.as_str(), class.colour)
        };
        assert_eq!(look(0), ("0701", [0xFF, 0xFF, 0x2D]));
        assert_eq!(look(1), ("100101", [0xBB, 0x96, 0x74]));
        assert_eq!(look(2), ("0901", [0xFF, 0, 0]));
        assert_eq!((look(3).0, look(4).0), ("M1 *", "1001 *"));
        assert_eq!(made.notes.len(), 2);
        assert!(made.notes[0].contains("2023") && made.notes[1].contains('*'), "{:?}", made.notes);
        assert_eq!(analysis::vision::first_alike(&made.classes), None);
        // Another column has no colours of a standard: its values are categories.
        let other = Recolour { column: "land_use_scheme".into(), ..what };
        let other = of(&park, &other).unwrap();
        assert!(other.notes.is_empty() && other.classes.iter().all(|class| !class.label.ends_with('*')));
    }
}
