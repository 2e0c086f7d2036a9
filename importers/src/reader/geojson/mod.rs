//! GeoJSON (RFC 7946) and GeoJSON text sequences (RFC 8142), one feature at a time.
//!
//! GDAL builds a tree of every feature, twice; this reads the text straight into columns and needs about a tenth of the
//! time. Whatever is not plainly GeoJSON is left to GDAL: a filter, another encoding, other dialects of JSON, a damaged
//! file, for which GDAL has the words.

mod feature;
pub(super) mod scan;
mod shape;

use std::fs::File;
use std::io;
use std::path::Path;

use gdal::spatial_ref::SpatialRef;
use serde::de::DeserializeSeed;

use super::bounds::MOST_FIELDS;
use super::native;
use super::protocol::{Batch, Cells, Expect, Frame, GeometryNote, LayerRequest, Opened, ReadFailure, TextCells};
use super::validity;
use super::vector::{BATCH_BYTES, BATCH_ROWS, choose};

use feature::{FeatureInto, Fields, Kind, Row, Wanted};
use scan::Scanner;
use shape::{Shape, Unusable};

/// Longest member of a collection, beside its features, that is looked into, bytes.
const LONGEST_MEMBER: usize = 1 << 16;

/// A file that is plainly GeoJSON.
pub(super) struct GeoJson {
    file: File,
    driver: &'static str,
    layer: String,
    crs_wkt: Option<String>,
    fields: Fields,
    count: u64,
}

/// What the members of a collection beside its features say.
#[derive(Default)]
struct Head {
    is_collection: bool,
    name: Option<String>,
    /// Name of a CRS, as GeoJSON of 2008 has it.
    crs: Option<String>,
}

impl GeoJson {
    /// Reads a file through once. `None`: this is for GDAL.
    pub(super) fn open(request: &LayerRequest) -> Option<Self> {
        let path = Path::new(&request.file);
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        if !["geojson", "json", "geojsonl", "geojsons", "ndjson", "jsonl"].contains(&extension.as_str())
            || request.filter.is_some()
            || request.encoding.is_some()
            || request.wkt.is_some()
            || native::is_city_json(path)
        {
            return None;
        }
        let file = File::open(path).ok()?;
        let mut fields = Fields::default();
        let mut count = 0;
        let head = features(&file, &mut |text| {
            let mut wanted = Wanted::Survey { fields: &mut fields, shape: None };
            count += u64::from(read(text, &mut wanted)?);
            Ok(true)
        })
        .ok()?;
        if count == 0 || fields.names.len() > MOST_FIELDS {
            return None;
        }
        let crs = match &head.crs {
            None => SpatialRef::from_epsg(4326).ok()?,
            Some(name) => SpatialRef::from_epsg(epsg_of(name)?).ok()?,
        };
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Some(Self {
            file,
            driver: if head.is_collection { "GeoJSON" } else { "GeoJSONSeq" },
            layer: head.name.unwrap_or(stem),
            crs_wkt: crs.to_wkt().ok(),
            fields,
            count,
        })
    }

    /// Name of the driver that GDAL would take, and of the layer.
    pub(super) fn head(&self) -> (&'static str, &str) {
        (self.driver, &self.layer)
    }

    /// Says what it is.
    pub(super) fn describe(&self, request: &LayerRequest, extent: bool) -> Result<Opened, ReadFailure> {
        if request.layer.as_ref().is_some_and(|wanted| *wanted != self.layer) {
            return Err(ReadFailure::NoSuchLayer { known: vec![self.layer.clone()] });
        }
        Ok(Opened {
            driver: self.driver.to_owned(),
            layer: self.layer.clone(),
            crs_wkt: self.crs_wkt.clone(),
            fields: self.fields.names.clone(),
            count: Some(self.count),
            extent: if extent { self.extent().map_err(|error| broken(0, &error))? } else { None },
            has_geometry: true,
            encoding: None,
            notes: Vec::new(),
        })
    }

    fn extent(&self) -> io::Result<Option<[f64; 4]>> {
        let (mut shape, mut bounds) = (Shape::default(), None);
        let mut unused = Fields::default();
        features(&self.file, &mut |text| {
            shape.clear();
            read(text, &mut Wanted::Survey { fields: &mut unused, shape: Some(&mut shape) })?;
            shape.widen(&mut bounds);
            Ok(true)
        })?;
        Ok(bounds)
    }

    /// Sends all rows; returns how many.
    pub(super) fn rows(
        &self,
        request: &LayerRequest,
        send: &mut dyn FnMut(Frame) -> io::Result<()>,
    ) -> Result<io::Result<u64>, ReadFailure> {
        let opened = self.describe(request, false)?;
        let (wanted, _) = choose(&opened.fields, request.fields.as_deref())?;
        let mut columns = vec![None; opened.fields.len()];
        for (column, field) in wanted.iter().enumerate() {
            columns[*field] = Some(column);
        }
        let names = wanted.iter().map(|index| opened.fields[*index].clone()).collect();
        if let Err(error) = send(Frame::Opened(Opened { fields: names, ..opened })) {
            return Ok(Err(error));
        }
        let most = request.sample.unwrap_or(u64::MAX);
        let empty = || Batch { columns: self.cells(&wanted), ..Batch::default() };
        let (mut batch, mut text_bytes, mut read_rows, mut shape) = (empty(), 0, 0_u64, Shape::default());
        let mut lost = None;
        let outcome = features(&self.file, &mut |text| {
            if read_rows >= most {
                return Ok(false);
            }
            shape.clear();
            let index = batch.rows.len();
            let row = Row { cells: &mut batch.columns, index, text_bytes: &mut text_bytes };
            let with_shape = (request.expect != Expect::Nothing).then_some(&mut shape);
            let mut wanted = Wanted::Values { fields: &self.fields, columns: &columns, row, shape: with_shape };
            let is_feature = read(text, &mut wanted)?;
            let Wanted::Values { mut row, .. } = wanted else { return Ok(true) };
            if !is_feature {
                return Ok(true);
            }
            row.complete();
            read_rows += 1;
            batch.rows.push(read_rows as i64);
            batch.fids.push(read_rows as i64);
            if shape.is_there {
                batch.notes.extend(place(&shape, request.expect, &mut batch.wkb.0).map(|note| (index as u32, note)));
            }
            batch.wkb_ends.push(batch.wkb.0.len() as u32);
            if batch.rows.len() >= BATCH_ROWS || batch.wkb.0.len() + text_bytes >= BATCH_BYTES {
                text_bytes = 0;
                if let Err(error) = send(Frame::Rows(std::mem::replace(&mut batch, empty()))) {
                    lost = Some(error);
                    return Ok(false);
                }
            }
            Ok(true)
        });
        if let Some(error) = lost {
            return Ok(Err(error));
        }
        outcome.map_err(|error| broken(read_rows, &error))?;
        if !batch.rows.is_empty()
            && let Err(error) = send(Frame::Rows(batch))
        {
            return Ok(Err(error));
        }
        Ok(Ok(read_rows))
    }

    fn cells(&self, wanted: &[usize]) -> Vec<Cells> {
        wanted
            .iter()
            .map(|field| match self.fields.kinds[*field] {
                Kind::Boolean => Cells::Boolean(Vec::with_capacity(BATCH_ROWS)),
                Kind::Integer => Cells::Integer(Vec::with_capacity(BATCH_ROWS)),
                Kind::Real => Cells::Real(Vec::with_capacity(BATCH_ROWS)),
                Kind::Unknown | Kind::Text => Cells::Text(TextCells::default()),
            })
            .collect()
    }
}

fn broken(row: u64, error: &io::Error) -> ReadFailure {
    ReadFailure::Broken { row, reason: error.to_string() }
}

/// The geometry into the batch, and what is remarkable about it.
fn place(shape: &Shape, expect: Expect, out: &mut Vec<u8>) -> Option<GeometryNote> {
    let start = out.len();
    match shape.append(out) {
        Ok(()) => validity::settle(out, start, shape.is_area(), expect, None),
        Err(Unusable::Empty) => Some(GeometryNote::Empty),
        Err(Unusable::Odd(reason)) => Some(GeometryNote::Broken { reason }),
    }
}

/// Reads one feature; `false` if it is something else.
fn read(text: &[u8], wanted: &mut Wanted<'_>) -> io::Result<bool> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let is_feature = FeatureInto(wanted).deserialize(&mut json)?;
    json.end()?;
    Ok(is_feature)
}

/// Hands every feature of a file to `each`, as text, until that has enough.
fn features(file: &File, each: &mut dyn FnMut(&[u8]) -> io::Result<bool>) -> io::Result<Head> {
    let other = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let is_collection = starts_collection(file)?;
    let mut scanner = Scanner::new(file);
    scanner.skip_mark()?;
    let mut head = Head::default();
    if !is_collection {
        while let Some(text) = scanner.value()? {
            if !each(text)? {
                return Ok(head);
            }
        }
        return if scanner.peek()?.is_none() { Ok(head) } else { Err(other("something else than features follows")) };
    }
    head.is_collection = true;
    if !scanner.take(b'{')? {
        return Err(other("it is no object"));
    }
    while let Some(key) = scanner.value()? {
        let key = key.to_vec();
        if !scanner.take(b':')? {
            return Err(other("a member has no value"));
        }
        if key == b"\"features\"" && scanner.take(b'[')? {
            while let Some(text) = scanner.value()? {
                if !each(text)? {
                    return Ok(head);
                }
                if !scanner.take(b',')? {
                    break;
                }
            }
            if !scanner.take(b']')? {
                return Err(other("the list of features does not end"));
            }
        } else if let Some(text) = scanner.value()? {
            head.member(&key, text)?;
        } else {
            return Err(other("a member has no value"));
        }
        if !scanner.take(b',')? {
            break;
        }
    }
    if scanner.take(b'}')? && scanner.peek()?.is_none() { Ok(head) } else { Err(other("the collection does not end")) }
}

/// Whether the file is one collection, not a sequence of features: a collection says so before its features, or has a
/// list of them.
fn starts_collection(file: &File) -> io::Result<bool> {
    let mut reader = file;
    io::Seek::rewind(&mut reader)?;
    let mut start = vec![0; LONGEST_MEMBER];
    let got = io::Read::read(&mut reader, &mut start)?;
    io::Seek::rewind(&mut reader)?;
    let has = |words: &[u8]| start[..got].windows(words.len()).any(|window| window == words);
    Ok(has(b"\"FeatureCollection\"") || has(b"\"features\""))
}

impl Head {
    fn member(&mut self, key: &[u8], text: &[u8]) -> io::Result<()> {
        if text.len() > LONGEST_MEMBER {
            return Ok(());
        }
        match key {
            b"\"type\"" if text != b"\"FeatureCollection\"" => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no collection of features"));
            }
            b"\"name\"" => self.name = serde_json::from_slice(text).ok().filter(|name: &String| !name.is_empty()),
            b"\"crs\"" => {
                let crs: serde_json::Value = serde_json::from_slice(text)?;
                if !crs.is_null() {
                    let name = crs.pointer("/properties/name").and_then(serde_json::Value::as_str);
                    self.crs = Some(name.unwrap_or("nameless").to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The code in `urn:ogc:def:crs:EPSG::25831`, `EPSG:25831` or CRS 84; `None` for what GDAL has to make sense of.
fn epsg_of(name: &str) -> Option<u32> {
    if name.ends_with(":CRS84") {
        return Some(4326);
    }
    let code = name.strip_prefix("urn:ogc:def:crs:EPSG:").or_else(|| name.strip_prefix("EPSG:"))?;
    code.rsplit(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests;
