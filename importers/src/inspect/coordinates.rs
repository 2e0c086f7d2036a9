//! Coordinates that stand in the columns of a table: which columns, and where they put each row.

use super::columns::{self, Drawn};
use super::facts::FieldFacts;

/// Columns with coordinates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Columns {
    /// First and second ordinate of a point.
    Point([usize; 2]),
    /// Start x, start y, end x, end y of a line.
    Line([usize; 4]),
    /// Well-known text.
    Wkt(usize),
}

/// Which columns hold coordinates, and whether their headers say that the first is north.
pub(super) fn find(fields: &[FieldFacts]) -> Option<(Columns, Option<bool>)> {
    let mapped = columns::map("coordinates", fields, Drawn::default());
    let get = |name: &str| {
        mapped.iter().find(|mapped| mapped.column == name && mapped.score >= 0.6).map(|mapped| mapped.field)
    };
    let is_wkt = |field: &FieldFacts| {
        let begins = |text: &String| {
            ["POINT", "LINESTRING", "POLYGON", "MULTI"].iter().any(|word| text.to_uppercase().starts_with(word))
        };
        field.kind == "text" && field.known > 0 && field.values.keys().take(20).all(begins)
    };
    if let Some(wkt) = fields.iter().position(is_wkt) {
        return Some((Columns::Wkt(wkt), None));
    }
    let spread = |field: &usize| fields[*field].range.is_some();
    if let (Some(a), Some(b), Some(c), Some(d)) = (get("start_x"), get("start_y"), get("end_x"), get("end_y"))
        && [a, b, c, d].iter().all(spread)
    {
        return Some((Columns::Line([a, b, c, d]), None));
    }
    if let (Some(east), Some(north)) = (get("east"), get("north"))
        && [east, north].iter().all(spread)
    {
        return Some((Columns::Point([east, north]), Some(false)));
    }
    match (get("x"), get("y")) {
        (Some(x), Some(y)) if [x, y].iter().all(spread) => Some((Columns::Point([x, y]), None)),
        _ => None,
    }
}

/// The middle of every row, and the extent of all.
pub(super) fn centres(columns: &Columns, fields: &[FieldFacts]) -> (Vec<Option<[f64; 2]>>, Option<[f64; 4]>) {
    let value = |field: usize, row: usize| fields[field].numbers.get(row).copied().flatten();
    let rows = fields.first().map_or(0, |field| field.numbers.len());
    let centres: Vec<Option<[f64; 2]>> = (0..rows)
        .map(|row| match columns {
            Columns::Point([x, y]) => Some([value(*x, row)?, value(*y, row)?]),
            Columns::Line([a, b, c, d]) => {
                Some([f64::midpoint(value(*a, row)?, value(*c, row)?), f64::midpoint(value(*b, row)?, value(*d, row)?)])
            }
            Columns::Wkt(_) => None,
        })
        .collect();
    let mut extent: Option<[f64; 4]> = None;
    for [x, y] in centres.iter().flatten() {
        extent = Some(extent.map_or([*x, *y, *x, *y], |[west, south, east, north]| {
            [west.min(*x), south.min(*y), east.max(*x), north.max(*y)]
        }));
    }
    (centres, extent)
}
