//! Fields of a row as the model's types, wherever the row comes from: the server, or a package.

use std::error::Error;

use chrono::NaiveDate;
use postgres::Row;
use postgres::types::{FromSql, Type};
use serde_json::{Map, Value as Json};

use super::ewkb;
use crate::schema::Shape;

/// What is wrong with a field.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// A row whose fields can be read by their position.
pub(crate) trait RowSource {
    /// A whole number.
    fn integer(&self, at: usize) -> Result<Option<i64>, Fault>;
    /// A number.
    fn real(&self, at: usize) -> Result<Option<f64>, Fault>;
    /// Words.
    fn text(&self, at: usize) -> Result<Option<String>, Fault>;
    /// A day.
    fn date(&self, at: usize) -> Result<Option<NaiveDate>, Fault>;
    /// A geometry.
    fn shape(&self, at: usize) -> Result<Shape, Fault>;
    /// A JSON object.
    fn attributes(&self, at: usize) -> Result<Map<String, Json>, Fault>;
}

/// A type that a field can be read as.
pub(crate) trait Field: Sized {
    /// The field at a position.
    fn of(row: &impl RowSource, at: usize) -> Result<Self, Fault>;
}

macro_rules! fields {
    ($($kind:ty = $read:ident;)+) => {
        $(
            impl Field for Option<$kind> {
                fn of(row: &impl RowSource, at: usize) -> Result<Self, Fault> {
                    row.$read(at)
                }
            }

            impl Field for $kind {
                fn of(row: &impl RowSource, at: usize) -> Result<Self, Fault> {
                    row.$read(at)?.ok_or_else(|| "a value that every row has is missing".into())
                }
            }
        )+
    };
}

fields! {
    i64 = integer;
    f64 = real;
    String = text;
    NaiveDate = date;
}

impl RowSource for Row {
    fn integer(&self, at: usize) -> Result<Option<i64>, Fault> {
        Ok(self.try_get(at)?)
    }

    fn real(&self, at: usize) -> Result<Option<f64>, Fault> {
        Ok(self.try_get(at)?)
    }

    fn text(&self, at: usize) -> Result<Option<String>, Fault> {
        Ok(self.try_get(at)?)
    }

    fn date(&self, at: usize) -> Result<Option<NaiveDate>, Fault> {
        Ok(self.try_get(at)?)
    }

    fn shape(&self, at: usize) -> Result<Shape, Fault> {
        let Ewkb(bytes) = self.try_get(at)?;
        Ok(ewkb::decode(bytes)?.0)
    }

    fn attributes(&self, at: usize) -> Result<Map<String, Json>, Fault> {
        Ok(self.try_get::<_, Attributes>(at)?.0)
    }
}

/// Bytes of a geometry as the server sends them.
pub(super) struct Ewkb<'a>(pub(super) &'a [u8]);

impl<'a> FromSql<'a> for Ewkb<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        Ok(Self(raw))
    }

    fn accepts(ty: &Type) -> bool {
        ty.name() == "geometry"
    }
}

/// A JSON object; most rows have an empty one.
struct Attributes(Map<String, Json>);

impl<'a> FromSql<'a> for Attributes {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        match raw {
            [1, b'{', b'}'] => Ok(Self(Map::new())),
            [1, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("an unknown version of jsonb".into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB
    }
}
