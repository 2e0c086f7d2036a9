//! What tells the rows of a layer apart: fields that probably do, and the choice once all rows have been read.

use spatial_db::schema::{Column, ColumnKind, TABLES};

use super::facts::FieldFacts;
use super::whole::Whole;
use super::words::{Name, words};

/// Fields tried by themselves, and in pairs.
const SINGLES: usize = 8;
const PAIRED: usize = 6;

/// What stands between the parts of a key of several fields.
pub(super) const JOIN: &str = "/";

/// The key of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    /// Fields; empty for the row number or the file's own id.
    pub(super) fields: Vec<String>,
    pub(super) by_fid: bool,
    pub(super) reason: String,
}

/// Score from which a name says that a field is a key, and share of different values that such a field must have.
const NAMED: f64 = 0.9;
const NEARLY: f64 = 0.99;

fn names() -> Option<&'static Vec<String>> {
    words().columns.get("key").and_then(|columns| columns.get("key"))
}

fn worth(field: &FieldFacts) -> f64 {
    let name = names().and_then(|names| Name::new(&field.name).best(names)).map_or(0.0, |(score, _)| score);
    // Measurements and dates are unique by accident.
    let accident = match field.kind {
        "number" if field.numbers.iter().flatten().any(|number| number.fract() != 0.0) => 1.0,
        "date" | "truth value" => 1.0,
        _ if is_measure(field) => 1.0,
        _ => 0.0,
    };
    // A number that the file's software gave does not survive the next export.
    let running =
        if ["objectid", "fid", "ogc_fid", "gid"].contains(&field.name.to_lowercase().as_str()) { 0.3 } else { 0.0 };
    // An identifier by its definition, however long.
    let defined = field.name.eq_ignore_ascii_case("gml_id");
    let long = !defined && field.samples.iter().any(|sample| sample.chars().count() > 38);
    name - accident - running - if long { 0.4 } else { 0.0 }
}

/// Whether a field is named like one of a table's columns that `wanted` is true of.
fn is_named_like(field: &FieldFacts, wanted: impl Fn(&Column) -> bool) -> bool {
    TABLES.iter().any(|table| {
        table.columns.iter().filter(|column| wanted(column)).any(|column| {
            let names = words().columns.get(table.name).and_then(|columns| columns.get(column.name));
            names.and_then(|names| Name::new(&field.name).best(names)).is_some_and(|(score, _)| score >= NAMED)
        })
    })
}

/// A sum, an area, a count: whole numbers or not, they tell rows apart by accident only.
fn is_measure(field: &FieldFacts) -> bool {
    is_named_like(field, |column| column.kind == ColumnKind::Real || column.name == "employees")
}

/// Fields and pairs of fields to be read whole.
pub(super) fn candidates(fields: &[FieldFacts]) -> Vec<Vec<String>> {
    let has_ends = fields.iter().filter(|field| is_end(field)).count() >= 2;
    let mut singles: Vec<(f64, &FieldFacts)> = fields
        .iter()
        .map(|field| (worth(field), field))
        .filter(|(worth, field)| {
            let nearly =
                *worth >= NAMED && field.filled >= NEARLY && field.distinct as f64 >= field.known as f64 * NEARLY;
            (field.looks_unique() || nearly) && *worth >= 0.0 && !(has_ends && is_end(field))
        })
        .collect();
    singles.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut found: Vec<Vec<String>> = singles.iter().take(SINGLES).map(|(_, field)| vec![field.name.clone()]).collect();
    let mut parts: Vec<(f64, &FieldFacts)> = fields
        .iter()
        .filter(|field| {
            field.filled >= 1.0 && field.distinct > 1 && (!field.looks_unique() || has_ends && is_end(field))
        })
        .map(|field| {
            let different = field.distinct as f64 / field.known.max(1) as f64;
            // Figures of a year are told apart by whose they are and by the year.
            let is_year = is_named_like(field, |column| column.name == "year");
            (worth(field) + different + if is_end(field) || is_year { 1.0 } else { 0.0 }, field)
        })
        .filter(|(worth, _)| *worth > 0.0)
        .collect();
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    // A number within a sheet or a municipality: the second part may have few values.
    let strong = parts.iter().filter(|(worth, _)| *worth >= 0.3).count().min(PAIRED);
    for (index, (_, first)) in parts.iter().take(strong).enumerate() {
        for (_, second) in parts.iter().take(PAIRED).skip(index + 1) {
            let mut pair = [first, second];
            pair.sort_by_key(|field| fields.iter().position(|other| other.name == field.name));
            found.push(pair.iter().map(|field| field.name.clone()).collect());
        }
    }
    found
}

/// A field that names an end of a line, or part of a parcel's number.
fn is_end(field: &FieldFacts) -> bool {
    let columns = words().columns.get("network_edge");
    ["@from", "@to"].iter().any(|column| {
        columns
            .and_then(|columns| columns.get(*column))
            .and_then(|names| Name::new(&field.name).best(names))
            .is_some_and(|(score, _)| score >= 0.9)
    })
}

/// The key, now that all rows have been read.
pub(super) fn choose(candidates: &[Vec<String>], whole: &Whole, driver: &str) -> Key {
    for fields in candidates {
        if let Some(combination) = whole.of(fields)
            && combination.unique
            && combination.known == whole.rows
            && whole.rows > 0
        {
            let reason = format!("unique and filled in all {} rows", whole.rows);
            return Key { fields: fields.clone(), by_fid: false, reason };
        }
    }
    for fields in candidates.iter().filter(|fields| fields.len() == 1) {
        let named =
            names().and_then(|names| Name::new(&fields[0]).best(names)).is_some_and(|(score, _)| score >= NAMED);
        if let Some(combination) = whole.of(fields).filter(|_| named)
            && combination.hashes.len() as f64 >= whole.rows as f64 * NEARLY
        {
            let (rows, different) = (whole.rows, combination.hashes.len());
            let reason = format!(
                "{different} different values in {rows} rows: the rows that repeat one are reported and kept in quarantine"
            );
            return Key { fields: fields.clone(), by_fid: false, reason };
        }
    }
    let by_fid = driver == "GPKG";
    let reason = if by_fid {
        "no field is unique and filled; the GeoPackage keeps a number for each row"
    } else {
        "no field is unique and filled; the row number holds only while the file keeps its order"
    };
    Key { fields: Vec::new(), by_fid, reason: reason.to_owned() }
}
