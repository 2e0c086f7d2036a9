//! One record as the fields of a table row, and the hash that says whether its content changed.
//!
//! The wire format of a field is left to `copy`, of a geometry to `ewkb`.

use std::convert::Infallible;
use std::ops::Range;

use serde_json::Value as Json;

use super::copy::Fields;
use super::ewkb;
use crate::schema::{Column, ColumnKind, Record, Table, Value};

/// First 16 bytes of BLAKE3 over a row's content fields.
pub(super) type ContentHash = [u8; 16];

/// What every row of a layer has in common.
pub(super) struct RowHead<'a> {
    pub(super) park_id: i32,
    /// Where the table has geometry.
    pub(super) srid: Option<i32>,
    pub(super) run_id: i64,
    pub(super) layer: &'a str,
}

/// Turns records into fields; keeps its buffers from row to row.
#[derive(Default)]
pub(super) struct RowEncoder {
    /// Identity and provenance: not part of the content.
    pub(super) head: Fields,
    /// Attributes, geometry and columns.
    pub(super) content: Fields,
    /// Where in the content the geometry stands; empty where there is none.
    geometry: Range<usize>,
}

impl RowEncoder {
    /// Encodes the content of `record`, ready for [`RowEncoder::head`].
    ///
    /// # Errors
    /// What about the record does not fit the table, in words.
    pub(super) fn content(&mut self, table: &Table, srid: i32, record: &Record) -> Result<ContentHash, String> {
        self.content.clear();
        self.geometry = 0..0;
        self.content.json_object(&record.attributes);
        match (table.geometry, &record.shape) {
            (Some(kind), Some(shape)) => {
                let start = self.content.bytes.len();
                self.content.with(|out| ewkb::encode(out, shape, srid, kind)).map_err(|error| error.to_string())?;
                self.geometry = start..self.content.bytes.len();
            }
            (None, None) => {}
            (Some(_), None) => return Err("it has no geometry".to_owned()),
            (None, Some(_)) => return Err("it has a geometry and the table has none".to_owned()),
        }
        if record.values.len() != table.columns.len() {
            return Err(format!("it has {} values for {} columns", record.values.len(), table.columns.len()));
        }
        for (column, value) in table.columns.iter().zip(&record.values) {
            encode_value(&mut self.content, column, value)?;
        }
        Ok(self.content_hash())
    }

    /// The geometry encoded last, as the wire has it; `None` where the table has none.
    pub(super) fn geometry(&self) -> Option<&[u8]> {
        self.content.bytes.get(self.geometry.clone()).filter(|bytes| !bytes.is_empty())
    }

    /// The hash of the content encoded last.
    pub(super) fn content_hash(&self) -> ContentHash {
        let mut hash = ContentHash::default();
        hash.copy_from_slice(&blake3::hash(&self.content.bytes).as_bytes()[..16]);
        hash
    }

    /// Encodes the fields that go ahead of the content.
    pub(super) fn head(&mut self, row: &RowHead<'_>, key: &str, source_row: i64, hash: &ContentHash) {
        let head = &mut self.head;
        head.clear();
        head.int4(row.park_id);
        head.text(key);
        head.text(row.layer);
        head.int8(source_row);
        head.int8(row.run_id);
        if let Some(srid) = row.srid {
            head.int4(srid);
        }
        head.raw(hash);
    }
}

impl Fields {
    /// A jsonb field: version 1, then text.
    pub(super) fn json_object(&mut self, members: &serde_json::Map<String, Json>) {
        let Ok(()) = self.with(|out| {
            out.push(1);
            canonical_object(out, members);
            Ok::<(), Infallible>(())
        });
    }
}

/// The same JSON without NUL characters, which jsonb cannot hold.
pub(super) fn without_nul(value: &Json) -> Json {
    match value {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
        Json::Array(items) => items.iter().map(without_nul).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (key.replace('\0', ""), without_nul(value))).collect())
        }
        other => other.clone(),
    }
}

fn encode_value(out: &mut Fields, column: &Column, value: &Value) -> Result<(), String> {
    match (column.kind, value) {
        (_, Value::Null) if column.required => return Err(format!("{} is missing", column.name)),
        (_, Value::Null) => out.null(),
        (ColumnKind::Text, Value::Text(text)) => out.text(text),
        (ColumnKind::Integer, Value::Integer(number)) => out.int8(*number),
        (ColumnKind::Real, Value::Integer(number)) => out.float8(*number as f64),
        // A number that is none says nothing.
        (ColumnKind::Real, Value::Real(number)) if !number.is_finite() => out.null(),
        // Adding zero takes the sign from a negative one, which JSON in the change log could not keep.
        (ColumnKind::Real, Value::Real(number)) => out.float8(*number + 0.0),
        (ColumnKind::Date, Value::Date(date)) => out.date(*date),
        (kind, value) => return Err(format!("{} is {value:?}, not of type {kind:?}", column.name)),
    }
    Ok(())
}

/// JSON text that depends on the content only: keys in order, no NUL (jsonb has none).
fn canonical(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::String(text) => canonical_text(out, text),
        Json::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                canonical(out, item);
            }
            out.push(b']');
        }
        Json::Object(members) => canonical_object(out, members),
        Json::Null | Json::Bool(_) | Json::Number(_) => out.extend_from_slice(value.to_string().as_bytes()),
    }
}

fn canonical_object(out: &mut Vec<u8>, members: &serde_json::Map<String, Json>) {
    // The map is ordered by key or by insertion, depending on features that other crates choose.
    let mut ordered: Vec<_> = members.iter().collect();
    ordered.sort_unstable_by_key(|(key, _)| *key);
    out.push(b'{');
    for (i, (key, value)) in ordered.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        canonical_text(out, key);
        out.push(b':');
        canonical(out, value);
    }
    out.push(b'}');
}

fn canonical_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut clean_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: Option<&[u8]> = match byte {
            b'"' => Some(b"\\\""),
            b'\\' => Some(b"\\\\"),
            0 => Some(b""),
            0x01..0x20 => None,
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[clean_from..at]);
        match escape {
            Some(escape) => out.extend_from_slice(escape),
            None => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        clean_from = at + 1;
    }
    out.extend_from_slice(&text.as_bytes()[clean_from..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::TABLES;

    fn enterprise(attributes: Json) -> Record {
        let Json::Object(attributes) = attributes else { panic!("an object") };
        Record {
            key: "e1".to_owned(),
            shape: None,
            values: vec![Value::Text("Acme".to_owned()), Value::Null, Value::Null],
            attributes,
            source_row: 1,
        }
    }

    #[test]
    fn attributes_are_canonical_json_without_nul() {
        let mut out = Vec::new();
        canonical(&mut out, &json!({"b": [1, 2.5, null, true], "a\u{0}\"": "x\ny\\ü\u{0}", "c": {"z": 1, "y": {}}}));
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#"{"a\"":"x\u000ay\\ü","b":[1,2.5,null,true],"c":{"y":{},"z":1}}"#);
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap()["a\""], "x\ny\\ü");
    }

    #[test]
    fn the_hash_follows_content_and_not_provenance() {
        let table = TABLES.iter().find(|table| table.name == "enterprise").unwrap();
        let mut encoder = RowEncoder::default();
        let mut hash = |record: &Record| encoder.content(table, 25832, record).unwrap();
        let first = enterprise(json!({"a": 1}));
        assert_eq!(hash(&first), hash(&Record { source_row: 9, key: "other".to_owned(), ..first.clone() }));
        assert_ne!(hash(&first), hash(&enterprise(json!({"a": 2}))));
    }

    #[test]
    fn records_that_do_not_fit_say_why() {
        let table = TABLES.iter().find(|table| table.name == "enterprise").unwrap();
        let mut encoder = RowEncoder::default();
        let mut record = enterprise(json!({}));
        record.values[0] = Value::Null;
        assert_eq!(encoder.content(table, 25832, &record), Err("name is missing".to_owned()));
        record.values.pop();
        assert_eq!(encoder.content(table, 25832, &record), Err("it has 2 values for 3 columns".to_owned()));
        record.values = vec![Value::Integer(1), Value::Null, Value::Null];
        assert!(encoder.content(table, 25832, &record).unwrap_err().contains("not of type Text"));
    }
}
