//! What a sample of a layer's rows shows: kinds of geometry, how fields are filled, what stands in them.
//!
//! What it means is left to `place`, `meaning` and `draft`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::{Area, BoundingRect, CoordsIter, Geometry};
use serde::Serialize;

use crate::reader::{Batch, Cells};
use crate::wkb;

/// Different values of a field that are told apart.
const MOST_DISTINCT: usize = 2000;
/// Values of a field that are shown.
const SAMPLES: usize = 4;
/// Longest value that is shown, letters.
const LONGEST_SAMPLE: usize = 40;

/// Geometries of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GeometryCount {
    /// `Point`, `LineString`, `Polygon`, `MultiPolygon` …
    pub kind: &'static str,
    /// Whether they have heights.
    pub z: bool,
    /// How many of the sample.
    pub count: u64,
}

/// What a field holds.
#[derive(Debug, Clone, Serialize)]
pub struct FieldFacts {
    /// Its name.
    pub name: String,
    /// `text`, `integer`, `number`, `date` or `truth value`.
    pub kind: &'static str,
    /// Share of the sample that has a value.
    pub filled: f64,
    /// Different values in the sample.
    pub distinct: usize,
    /// Some values.
    pub samples: Vec<String>,
    /// Least and greatest value, where they are numbers.
    pub range: Option<[f64; 2]>,
    /// Share of the values that are numbers.
    #[serde(skip)]
    pub(super) numeric: f64,
    /// Middle value, where they are numbers.
    #[serde(skip)]
    pub(super) median: Option<f64>,
    /// Every value of the sample and how often it occurs; cut off at many.
    #[serde(skip)]
    pub(super) values: BTreeMap<String, u64>,
    /// Cells with a value.
    #[serde(skip)]
    pub(super) known: u64,
    /// The values row by row, as numbers.
    #[serde(skip)]
    pub(super) numbers: Vec<Option<f64>>,
    /// The values row by row, as text.
    #[serde(skip)]
    pub(super) texts: Vec<Option<String>>,
}

impl FieldFacts {
    /// Whether every row of the sample has a value of its own.
    pub(super) fn looks_unique(&self) -> bool {
        self.filled >= 1.0 && self.known > 0 && self.distinct as u64 == self.known.min(MOST_DISTINCT as u64)
    }
}

/// What a sample of rows shows.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) rows: u64,
    kinds: BTreeMap<(&'static str, bool), u64>,
    pub(super) extent: Option<[f64; 4]>,
    /// Middle of every geometry, of large ones the westernmost corner; `None` where a row has none.
    pub(super) centres: Vec<Option<[f64; 2]>>,
    /// Area of every polygon, square units of the source.
    pub(super) areas: Vec<Option<f64>>,
    /// Rows whose Z is not 0 throughout.
    pub(super) with_height: u64,
    pub(super) z_range: Option<[f64; 2]>,
    columns: Vec<Column>,
}

#[derive(Debug, Default)]
struct Column {
    kind: &'static str,
    texts: Vec<Option<String>>,
    numbers: Vec<Option<f64>>,
    values: HashMap<String, u64>,
    shown: Vec<String>,
    known: u64,
}

fn kind_of(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}

fn stretch(range: &mut Option<[f64; 2]>, value: f64) {
    *range = Some(range.map_or([value; 2], |[low, high]| [low.min(value), high.max(value)]));
}

impl Sample {
    /// Takes a batch in.
    pub(super) fn add(&mut self, batch: &Batch) {
        let rows = batch.rows.len();
        self.rows += rows as u64;
        for row in 0..rows {
            self.geometry(batch.wkb_of(row));
        }
        self.columns.resize_with(batch.columns.len(), Column::default);
        for (column, cells) in self.columns.iter_mut().zip(&batch.columns) {
            for row in 0..rows {
                column.add(cells, row);
            }
        }
    }

    fn geometry(&mut self, bytes: &[u8]) {
        let parsed = if bytes.is_empty() { None } else { wkb::parse(bytes).ok() };
        let Some(parsed) = parsed.filter(|parsed| parsed.finite) else {
            self.centres.push(None);
            self.areas.push(None);
            return;
        };
        let has_z = !parsed.z.is_empty();
        *self.kinds.entry((kind_of(&parsed.xy), has_z)).or_default() += 1;
        if parsed.z.iter().any(|z| *z != 0.0 && z.is_finite()) {
            self.with_height += 1;
            parsed.z.iter().filter(|z| z.is_finite()).for_each(|z| stretch(&mut self.z_range, *z));
        }
        let area = matches!(parsed.xy, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
        self.areas.push(area.then(|| parsed.xy.unsigned_area()));
        let Some(rect) = parsed.xy.bounding_rect().filter(|_| parsed.xy.coords_count() > 0) else {
            self.centres.push(None);
            return;
        };
        let (low, high) = (rect.min(), rect.max());
        // The middle of something large is another place in every projection; its westernmost corner is not.
        let small = if high.x.abs() <= 360.0 { 0.02 } else { 2000.0 };
        let west = parsed.xy.coords_iter().min_by(|a, b| a.x.total_cmp(&b.x));
        self.centres.push(match west {
            Some(west) if high.x - low.x > small || high.y - low.y > small => Some([west.x, west.y]),
            _ => Some([f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y)]),
        });
        let own = [low.x, low.y, high.x, high.y];
        self.extent = Some(self.extent.map_or(own, |[west, south, east, north]| {
            [west.min(own[0]), south.min(own[1]), east.max(own[2]), north.max(own[3])]
        }));
    }

    /// Kinds of geometry, the most common first.
    pub(super) fn geometry_counts(&self) -> Vec<GeometryCount> {
        let mut counts: Vec<GeometryCount> =
            self.kinds.iter().map(|((kind, z), count)| GeometryCount { kind, z: *z, count: *count }).collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.count));
        counts
    }

    /// What the fields hold.
    pub(super) fn fields(&mut self, names: &[String]) -> Vec<FieldFacts> {
        self.columns.resize_with(names.len(), Column::default);
        names
            .iter()
            .zip(std::mem::take(&mut self.columns))
            .map(|(name, column)| column.facts(name, self.rows))
            .collect()
    }
}

impl Column {
    fn add(&mut self, cells: &Cells, row: usize) {
        let (kind, text, number) = match cells {
            Cells::Integer(cells) => {
                ("integer", cells[row].map(|value| value.to_string()), cells[row].map(|value| value as f64))
            }
            Cells::Boolean(cells) => ("truth value", cells[row].map(|value| value.to_string()), None),
            Cells::Real(cells) => {
                let value = cells[row].filter(|value| value.is_finite());
                ("number", value.map(|value| value.to_string()), value)
            }
            Cells::Date(cells) => {
                ("date", cells[row].map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}")), None)
            }
            Cells::Text(cells) => {
                let text = cells.get(row).map(str::trim).filter(|text| !text.is_empty());
                let number = text.and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
                ("text", text.map(str::to_owned), number)
            }
        };
        self.kind = kind;
        if let Some(text) = &text {
            self.known += 1;
            if let Some(count) = self.values.get_mut(text) {
                *count += 1;
            } else if self.values.len() < MOST_DISTINCT {
                self.values.insert(text.clone(), 1);
                if self.shown.len() < SAMPLES {
                    self.shown.push(shorten(text));
                }
            }
        }
        self.texts.push(text);
        self.numbers.push(number);
    }

    fn facts(self, name: &str, rows: u64) -> FieldFacts {
        let mut numbers: Vec<f64> = self.numbers.iter().flatten().copied().collect();
        numbers.sort_by(f64::total_cmp);
        let numeric = if self.known == 0 { 0.0 } else { numbers.len() as f64 / self.known as f64 };
        let range = match numbers.as_slice() {
            [first, .., last] if numeric > 0.9 => Some([*first, *last]),
            [only] if numeric > 0.9 => Some([*only; 2]),
            _ => None,
        };
        FieldFacts {
            name: name.to_owned(),
            kind: if self.kind.is_empty() { "text" } else { self.kind },
            filled: if rows == 0 { 0.0 } else { self.known as f64 / rows as f64 },
            distinct: self.values.len(),
            samples: self.shown,
            range,
            numeric,
            median: numbers.get(numbers.len() / 2).copied(),
            values: self.values.into_iter().collect(),
            known: self.known,
            numbers: self.numbers,
            texts: self.texts,
        }
    }
}

/// A value as it is shown: one line, not too long.
fn shorten(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST_SAMPLE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Texts of a layer in which letters stand, for telling languages apart.
pub(super) fn words_of(fields: &[FieldFacts]) -> BTreeSet<&str> {
    fields
        .iter()
        .flat_map(|field| field.values.keys().take(50).map(String::as_str).chain([field.name.as_str()]))
        .collect()
}
