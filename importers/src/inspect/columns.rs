//! Which field fills which column, in which unit and format: by name first, and only if the values agree.
//!
//! Whether the layer has the role at all is left to `meaning`.

use chrono::NaiveDate;
use spatial_db::schema::{Column, ColumnKind, Table, Unit};

use super::facts::FieldFacts;
use super::words::{Name, words};

/// Score below which a name means nothing.
pub(super) const LEAST: f64 = 0.6;

/// A field for a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mapped {
    /// Column of the table, or key of the layer with `@`.
    pub(super) column: String,
    /// Index of the field.
    pub(super) field: usize,
    pub(super) score: f64,
    /// Unit that the manifest has to say.
    pub(super) unit: Option<&'static str>,
    /// Date format that the manifest has to say.
    pub(super) format: Option<&'static str>,
    /// Why, in words.
    pub(super) reason: String,
}

/// Sizes that values can be compared with, row by row.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Drawn<'a> {
    /// Area of the geometry, m².
    pub(super) areas_m2: &'a [Option<f64>],
}

/// The fields of a layer for the columns of a table, best names first, each used once.
pub(super) fn map(table: &str, fields: &[FieldFacts], drawn: Drawn<'_>) -> Vec<Mapped> {
    let Some(columns) = words().columns.get(table) else { return Vec::new() };
    let stored = spatial_db::schema::TABLES.iter().find(|known| known.name == table);
    let mut possible: Vec<Mapped> = Vec::new();
    for (index, field) in fields.iter().enumerate().filter(|(_, field)| field.known > 0) {
        let (whole, bare) = (Name::new(&field.name), Name::without_unit(&field.name));
        for (column, names) in columns {
            let best = [whole.best(names), bare.best(names)].into_iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((score, word)) = best.filter(|(score, _)| *score >= LEAST) else { continue };
            if let Some((unit, format, why)) = fits(stored, column, field, fields, drawn) {
                let filled = if field.filled < 0.05 { 0.1 } else { 0.0 };
                let named =
                    if score >= 1.0 { format!("its name is {word:?}") } else { format!("its name holds {word:?}") };
                let reason = if why.is_empty() { named } else { format!("{named}; {why}") };
                possible.push(Mapped {
                    column: column.clone(),
                    field: index,
                    score: score - filled,
                    unit,
                    format,
                    reason,
                });
            }
        }
    }
    possible.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.field.cmp(&b.field)).then(a.column.cmp(&b.column)));
    let mut chosen: Vec<Mapped> = Vec::new();
    for mapped in possible {
        if chosen.iter().all(|other| other.column != mapped.column && other.field != mapped.field) {
            chosen.push(mapped);
        }
    }
    chosen
}

type Fit = (Option<&'static str>, Option<&'static str>, String);

/// Whether the values can stand in the column, and how they have to be read.
fn fits(
    table: Option<&Table>,
    column: &str,
    field: &FieldFacts,
    fields: &[FieldFacts],
    drawn: Drawn<'_>,
) -> Option<Fit> {
    let nothing = (None, None, String::new());
    let stored = table.and_then(|table| Some(&table.columns[table.column_index(column)?]));
    match (stored, column) {
        (Some(stored), _) => match stored.kind {
            ColumnKind::Text => Some(nothing),
            ColumnKind::Date => date(field).map(|format| (None, format, String::new())),
            ColumnKind::Integer => (field.numeric >= 0.8 && whole_numbers(field))
                .then(|| (None, None, in_range(stored, field)))
                .filter(|_| plausible(stored.name, field)),
            ColumnKind::Real => number(stored, field, fields, drawn),
        },
        (None, "@from" | "@to" | "key" | "wkt") => Some(nothing),
        (None, _) => {
            if field.numeric < 0.8 {
                return None;
            }
            let unit = written_unit(field, Unit::Metre);
            let why = unit.map(|unit| format!("its name says {unit}")).unwrap_or_default();
            Some((unit.filter(|unit| *unit != "m"), None, why))
        }
    }
}

fn in_range(_column: &Column, field: &FieldFacts) -> String {
    field.range.map(|[low, high]| format!("values {low} to {high}")).unwrap_or_default()
}

fn whole_numbers(field: &FieldFacts) -> bool {
    field.numbers.iter().flatten().all(|number| number.fract() == 0.0)
}

/// Whether numbers can be what the column means at all.
fn plausible(column: &str, field: &FieldFacts) -> bool {
    let Some([low, high]) = field.range else { return true };
    match column {
        "year" | "year_built" | "year_laid" => {
            low >= 0.0 && high < 2200.0 && field.median.is_none_or(|m| m == 0.0 || (1500.0..2200.0).contains(&m))
        }
        "storeys" => low >= -10.0 && high <= 300.0,
        "height_m" | "storey_height_m" => low >= -100.0 && high <= 4000.0,
        "depth_m" => low >= -50.0 && high <= 100_000.0,
        "diameter_mm" | "width_mm" | "size_mm" => low >= 0.0 && high <= 20_000.0,
        "ground_elevation_m" | "base_elevation_m" => low >= -500.0 && high <= 30_000.0,
        _ => true,
    }
}

fn number(stored: &Column, field: &FieldFacts, fields: &[FieldFacts], drawn: Drawn<'_>) -> Option<Fit> {
    // Sizes of ducts are written 800X600 among plain numbers.
    let enough = if stored.name == "diameter_mm" || stored.name == "size_mm" { 0.5 } else { 0.8 };
    if field.numeric < enough || !plausible(stored.name, field) {
        return None;
    }
    if let Some(unit) = written_unit(field, stored.unit) {
        return Some((
            Some(unit).filter(|unit| *unit != plain_unit(stored.unit)),
            None,
            format!("its name says {unit}"),
        ));
    }
    let median = field.median.unwrap_or(0.0);
    Some(match stored.unit {
        Unit::Millimetre if median > 0.0 && median < 5.0 => {
            (Some("m"), None, format!("the middle value {median} is a size in metres"))
        }
        Unit::SquareMetre => match area_unit(stored.name, field, fields, drawn) {
            Some((unit, why)) => (Some(unit).filter(|unit| *unit != "m2"), None, why),
            None => (None, None, String::new()),
        },
        Unit::Metre if stored.name == "height_m" => match feet_by_storeys(field, fields) {
            Some(why) => (Some("ft"), None, why),
            None => (None, None, String::new()),
        },
        _ => (None, None, String::new()),
    })
}

fn plain_unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Metre => "m",
        Unit::Millimetre => "mm",
        Unit::SquareMetre => "m2",
        Unit::Tonne => "t",
        Unit::LitrePerSecond => "L/s",
        Unit::Degree => "deg",
        Unit::Currency => "1",
        Unit::None => "",
    }
}

/// The unit at the end of a field's name, as the manifest writes it.
fn written_unit(field: &FieldFacts, unit: Unit) -> Option<&'static str> {
    let known: &[(&str, &str)] = match unit {
        Unit::Metre | Unit::Millimetre => &[
            ("m", "m"),
            ("mm", "mm"),
            ("cm", "cm"),
            ("dm", "dm"),
            ("ft", "ft"),
            ("feet", "ft"),
            ("foot", "ft"),
            ("in", "in"),
            ("inch", "in"),
            ("inches", "in"),
            ("米", "m"),
            ("毫米", "mm"),
            ("厘米", "cm"),
        ],
        Unit::SquareMetre => &[
            ("m2", "m2"),
            ("sqm", "m2"),
            ("平方米", "m2"),
            ("㎡", "m2"),
            ("亩", "亩"),
            ("mu", "亩"),
            ("ha", "ha"),
            ("公顷", "ha"),
            ("sqft", "sqft"),
            ("sf", "sqft"),
            ("acre", "acre"),
            ("acres", "acre"),
            ("ac", "acre"),
            ("平方公里", "km2"),
        ],
        Unit::Tonne => &[("t", "t"), ("吨", "t"), ("kg", "kg"), ("千克", "kg"), ("lb", "lb")],
        Unit::LitrePerSecond => &[("ls", "L/s"), ("gpm", "gpm"), ("lpm", "L/min"), ("m3h", "m3/h")],
        Unit::Degree => &[("deg", "deg"), ("度", "deg"), ("rad", "rad"), ("gon", "gon")],
        Unit::Currency => &[
            ("万元", "万元"),
            ("亿元", "亿元"),
            ("元", "1"),
            ("万", "万"),
            ("thousand", "thousand"),
            ("million", "million"),
        ],
        Unit::None => &[],
    };
    let name = Name::new(&field.name);
    let last = name.tokens().last()?;
    // "2" is cut off by the split between letters and digits.
    let joined = name.tokens().iter().rev().take(2).rev().cloned().collect::<String>();
    if name.tokens().len() > 1 || unit == Unit::Currency || unit == Unit::LitrePerSecond {
        if let Some((_, unit)) = known.iter().find(|(word, _)| joined == *word) {
            return Some(unit);
        }
        if let Some((_, unit)) = known.iter().find(|(word, _)| last == word) {
            return Some(unit);
        }
    }
    let lower = field.name.to_lowercase();
    known.iter().find(|(word, _)| !word.is_ascii() && lower.ends_with(word)).map(|(_, unit)| *unit)
}

/// Units of area and their size, m².
const AREAS: [(&str, f64); 6] = [
    ("m2", 1.0),
    ("sqft", 0.092_903_04),
    ("亩", 10_000.0 / 15.0),
    ("ha", 10_000.0),
    ("acre", 4_046.856_422_4),
    ("km2", 1e6),
];

/// The unit in which recorded areas agree with the drawn ones.
fn area_unit(
    column: &str,
    field: &FieldFacts,
    fields: &[FieldFacts],
    drawn: Drawn<'_>,
) -> Option<(&'static str, String)> {
    let compared = match column {
        "recorded_area_m2" => field,
        // Floor areas have nothing to be compared with but the land area beside them.
        _ => fields.iter().find(|other| {
            other.name != field.name
                && ["land area", "lot area"].iter().any(|word| Name::new(&other.name).score(word) >= 1.0)
        })?,
    };
    let mut ratios: Vec<f64> = compared
        .numbers
        .iter()
        .zip(drawn.areas_m2)
        .filter_map(|(recorded, drawn)| Some(((*recorded)?, (*drawn)?)))
        .filter(|(recorded, drawn)| *recorded > 0.0 && *drawn > 1.0)
        .map(|(recorded, drawn)| drawn / recorded)
        .collect();
    if ratios.len() < 3 {
        return None;
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    let (unit, size) =
        AREAS.into_iter().min_by(|a, b| (a.1.ln() - ratio.ln()).abs().total_cmp(&(b.1.ln() - ratio.ln()).abs()))?;
    ((size / ratio).ln().abs() < 0.2).then(|| {
        let of = if compared.name == field.name { String::new() } else { format!(" of {}", compared.name) };
        (
            unit,
            format!("one unit{of} is {ratio:.4} m² of the drawn areas (middle of {}), which is {unit}", ratios.len()),
        )
    })
}

/// Heights that give 8 feet or more to a storey.
fn feet_by_storeys(field: &FieldFacts, fields: &[FieldFacts]) -> Option<String> {
    let names = words().columns.get("building")?.get("storeys")?;
    let storeys =
        fields.iter().find(|other| Name::new(&other.name).best(names).is_some_and(|(score, _)| score >= 0.8))?;
    let mut ratios: Vec<f64> = field
        .numbers
        .iter()
        .zip(&storeys.numbers)
        .filter_map(|(height, storeys)| Some((*height)? / (*storeys).filter(|storeys| *storeys >= 2.0)?))
        .filter(|ratio| *ratio > 0.0)
        .collect();
    if ratios.len() < 5 {
        return None;
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    (8.0..20.0)
        .contains(&ratio)
        .then(|| format!("{ratio:.1} to a storey (middle of {}) is feet, not metres", ratios.len()))
}

/// How dates are written: `Some(None)` where the importer knows by itself, `None` where they are no dates.
#[allow(clippy::option_option, reason = "three answers, told apart where it is called")]
pub(super) fn date(field: &FieldFacts) -> Option<Option<&'static str>> {
    if field.kind == "date" {
        return Some(None);
    }
    let texts: Vec<&str> = field.values.keys().map(String::as_str).take(200).collect();
    if texts.is_empty() {
        return None;
    }
    let share = |fits: &dyn Fn(&str) -> bool| texts.iter().filter(|text| fits(text)).count() * 5 >= texts.len() * 4;
    let day = |text: &str, format: &str| {
        NaiveDate::parse_from_str(text, format).is_ok_and(|date| (1800..2200).contains(&chrono::Datelike::year(&date)))
    };
    let first = |text: &str| text.split(['T', ' ']).next().unwrap_or("").to_owned();
    if share(&|text| day(&first(text), "%Y-%m-%d")) {
        return Some(None);
    }
    for format in ["%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y.%m.%d", "%Y年%m月%d日"] {
        if share(&|text| day(text, format)) {
            return Some(Some(format));
        }
    }
    // Seconds or milliseconds since 1970, of 1980 or later.
    let epoch =
        |low: f64, high: f64| share(&|text| text.parse::<f64>().is_ok_and(|number| (low..high).contains(&number)));
    if epoch(3.2e11, 4.1e12) {
        return Some(Some("epoch_ms"));
    }
    if epoch(3.2e8, 4.1e9) {
        return Some(Some("epoch_s"));
    }
    None
}
