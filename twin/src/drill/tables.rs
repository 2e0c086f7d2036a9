//! Tables with places: what their columns mean, and how they become layers of a `GeoPackage` or a folder of CSV.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{NaiveDate, Utc};
use geo::Geometry;
use spatial_db::model::Park;
use spatial_db::package::{self, Cell, Column, Kind, Srs, write_tables};
use spatial_db::schema::{GeometryKind, Shape};

use super::wkt::wkt_of;
use crate::failure::Failure;

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field {
    Unknown,
    Whole(i64),
    Number(f64),
    Text(String),
    Day(NaiveDate),
}

impl From<Option<f64>> for Field {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Unknown, Self::Number)
    }
}

impl From<f64> for Field {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Field {
    fn from(value: u32) -> Self {
        Self::Whole(i64::from(value))
    }
}

impl From<usize> for Field {
    fn from(value: usize) -> Self {
        Self::Whole(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Field {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Field {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<Option<&String>> for Field {
    fn from(value: Option<&String>) -> Self {
        value.map_or(Self::Unknown, Self::from)
    }
}

/// A table: what its columns mean, and its rows.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
    pub(crate) geometry: Option<GeometryKind>,
    pub(crate) columns: Vec<(&'static str, Kind, &'static str)>,
    pub(crate) rows: Vec<(Option<Geometry<f64>>, Vec<Field>)>,
}

/// A row.
pub(crate) fn row<const N: usize>(
    shape: Option<Geometry<f64>>,
    fields: [Field; N],
) -> (Option<Geometry<f64>>, Vec<Field>) {
    (shape, fields.to_vec())
}

/// Writes tables of a park: to a `GeoPackage` where the name ends in `.gpkg`, else to a folder of CSV.
pub(crate) fn write_sheets(path: &Path, sheets: &[Sheet], park: &Park) -> Result<(), Failure> {
    let data = origin(park);
    let mut tail = format!("{}, {data}. For exercises and planning.", park.name);
    for said in [&park.attribution, &park.licence].into_iter().flatten() {
        let _ = write!(tail, " {}.", said.trim_end_matches('.'));
    }
    if path.extension().is_some_and(|ending| ending == "gpkg") {
        geopackage(path, sheets, park.srid, &tail, data)?;
    } else {
        for sheet in sheets {
            crate::report::whole(&path.join(format!("{}.csv", sheet.name)), &csv_of(sheet, data)?)?;
        }
    }
    Ok(())
}

/// Whether a park's data is made up, in words.
pub(crate) fn origin(park: &Park) -> &'static str {
    if park.synthetic { "SYNTHETIC data: made up, not surveyed" } else { "surveyed" }
}

fn geopackage(path: &Path, sheets: &[Sheet], srid: i32, tail: &str, data: &str) -> Result<(), Failure> {
    if package::Package::open(path).is_ok() {
        return Err(Failure::OverPackage { path: path.to_path_buf() });
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| Failure::ReportFile { path: path.to_path_buf(), source })?;
    }
    let columns: Vec<Vec<Column<'_>>> = sheets
        .iter()
        .map(|sheet| {
            let own = sheet.columns.iter().map(|&(name, kind, doc)| Column::new(name, kind, doc));
            own.chain([Column::new("data_origin", Kind::Text, "whether the park's data is made up")]).collect()
        })
        .collect();
    let says: Vec<String> = sheets.iter().map(|sheet| format!("{}. {tail}", sheet.says)).collect();
    let tables: Vec<package::Table<'_>> = sheets
        .iter()
        .zip(&columns)
        .zip(&says)
        .map(|((sheet, columns), description)| package::Table {
            name: sheet.name,
            title: sheet.title,
            description,
            geometry: sheet.geometry,
            columns,
        })
        .collect();
    let wkt = u16::try_from(srid).ok().and_then(crs_definitions::from_code).map(|known| known.wkt.trim());
    write_tables(path, Srs { srid, wkt }, Utc::now(), &tables, &mut |at, push| {
        for (k, (shape, fields)) in sheets[at].rows.iter().enumerate() {
            let kept = fields.iter().map(|field| match field {
                Field::Unknown => Cell::Null,
                Field::Whole(number) => Cell::Integer(*number),
                Field::Number(number) => Cell::Real(*number),
                Field::Text(text) => Cell::Text(text),
                Field::Day(day) => Cell::Day(*day),
            });
            let cells: Vec<Cell<'_>> = kept.chain([Cell::Text(data)]).collect();
            push(k as i64 + 1, shape.clone().map(Shape::planar).as_ref(), &cells)?;
        }
        Ok(())
    })?;
    Ok(())
}

pub(crate) fn csv_of(sheet: &Sheet, data: &str) -> Result<Vec<u8>, Failure> {
    // Without the mark Excel reads Chinese as Latin letters.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut csv = csv::Writer::from_writer(&mut bytes);
        let shape = sheet.geometry.map(|_| "wkt");
        let heads = sheet.columns.iter().map(|column| column.0).chain(["data_origin"]).chain(shape);
        csv.write_record(heads).map_err(std::io::Error::from)?;
        for (shape, fields) in &sheet.rows {
            let said = fields.iter().map(|field| match field {
                Field::Unknown => String::new(),
                Field::Whole(number) => number.to_string(),
                Field::Number(number) => number.to_string(),
                Field::Text(text) => text.clone(),
                Field::Day(day) => day.to_string(),
            });
            let shape = sheet.geometry.map(|_| shape.as_ref().map(wkt_of).unwrap_or_default());
            csv.write_record(said.chain([data.to_owned()]).chain(shape)).map_err(std::io::Error::from)?;
        }
        csv.flush()?;
    }
    Ok(bytes)
}
