//! A field of a row, on its way into or out of a file.

use chrono::NaiveDate;
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use crate::schema::{ColumnKind, GeometryKind};

/// A field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Not known.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number; one that is none counts as not known.
    Real(f64),
    /// Words, or JSON.
    Text(&'a str),
    /// A day, kept as `2024-05-17`.
    Day(NaiveDate),
    /// Bytes.
    Blob(&'a [u8]),
}

impl Cell<'_> {
    /// As SQLite keeps it: it has no number that is none, and no negative zero.
    pub(super) fn kept(self) -> Self {
        match self {
            Self::Real(number) if !number.is_finite() => Self::Null,
            Self::Real(number) => Self::Real(number + 0.0),
            other => other,
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Real(number) => ValueRef::Real(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Day(day) => return Ok(ToSqlOutput::Owned(Value::Text(day.to_string()))),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<f64>> for Cell<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Real)
    }
}

impl From<Option<NaiveDate>> for Cell<'_> {
    fn from(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Null, Self::Day)
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Real,
    /// Days.
    Date,
    /// Moments.
    Moment,
    /// Yes (1) or no (0).
    Truth,
    /// Bytes.
    Blob,
}

impl Kind {
    /// The type that `GeoPackage` has for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Integer => "INTEGER",
            Self::Real => "DOUBLE",
            Self::Date => "DATE",
            Self::Moment => "DATETIME",
            Self::Truth => "BOOLEAN",
            Self::Blob => "BLOB",
        }
    }
}

impl From<ColumnKind> for Kind {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text => Self::Text,
            ColumnKind::Integer => Self::Integer,
            ColumnKind::Real => Self::Real,
            ColumnKind::Date => Self::Date,
        }
    }
}

/// The type that `GeoPackage` has for a geometry.
pub(super) const fn geometry_word(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::MultiPolygon | GeometryKind::MultiPolygonZ => "MULTIPOLYGON",
        GeometryKind::MultiLineString => "MULTILINESTRING",
        GeometryKind::Point | GeometryKind::PointZ => "POINT",
        GeometryKind::LineStringZ => "LINESTRING",
        GeometryKind::Any => "GEOMETRY",
    }
}

/// Whether a geometry has heights.
pub(super) const fn has_z(kind: GeometryKind) -> bool {
    matches!(kind, GeometryKind::MultiPolygonZ | GeometryKind::PointZ | GeometryKind::LineStringZ)
}
