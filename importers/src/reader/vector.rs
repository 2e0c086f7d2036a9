//! A layer into batches of rows. Opening is left to `open`, validity to `validity`.

use std::collections::HashMap;

use gdal::Dataset;
use gdal::vector::{Layer, LayerAccess};

use super::bounds::MOST_FIELDS;
use super::geojson::GeoJson;
use super::native::{self, Native};
use super::ogr::{self, FieldKind};
use super::open::{self, Source};
use super::protocol::{Batch, Cells, Expect, FileHead, Frame, LayerRequest, Opened, ReadFailure, TextCells};
use super::validity;

/// Rows in a batch, at most.
pub(super) const BATCH_ROWS: usize = 4096;
/// Bytes of geometry and text in a batch after which it is sent.
pub(super) const BATCH_BYTES: usize = 4 << 20;

/// A file of a format of our own; `None` where it is GDAL's.
type MaybeNative = Option<Box<dyn Native>>;

/// Files that are open, by name, filter-independent.
#[derive(Default)]
pub(super) struct OpenFiles {
    files: HashMap<(String, Option<String>, Option<String>), Source>,
    /// What was looked at as GeoJSON; `None` where it is for GDAL.
    plain: HashMap<String, Option<GeoJson>>,
    /// Files of formats that GDAL is not asked about, and those that it is (`None`).
    natives: HashMap<(String, Option<String>), MaybeNative>,
}

impl OpenFiles {
    /// The file, if it can be read without GDAL.
    fn plain(&mut self, request: &LayerRequest) -> Option<&GeoJson> {
        if request.filter.is_some() {
            return None;
        }
        self.plain.entry(request.file.clone()).or_insert_with(|| GeoJson::open(request)).as_ref()
    }

    fn get(&mut self, request: &LayerRequest) -> Result<&mut Source, ReadFailure> {
        let name = (request.file.clone(), request.encoding.clone(), request.wkt.clone());
        match self.files.entry(name) {
            std::collections::hash_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::hash_map::Entry::Vacant(entry) => Ok(entry.insert(open::vector(request)?)),
        }
    }

    /// The file, if it is of a format of our own.
    fn native(&mut self, request: &LayerRequest) -> Result<Option<&mut dyn Native>, ReadFailure> {
        let name = (request.file.clone(), request.encoding.clone());
        let native = match self.natives.entry(name) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(native::open(request)?),
        };
        Ok(native.as_mut().map(|native| native.as_mut() as &mut dyn Native))
    }

    pub(super) fn close(&mut self, file: &str) {
        self.natives.retain(|(name, _), _| name != file);
        self.files.retain(|(name, _, _), _| name != file);
        self.plain.remove(file);
    }
}

/// Says which layers a file holds.
pub(super) fn layers(files: &mut OpenFiles, request: &LayerRequest) -> Result<FileHead, ReadFailure> {
    if let Some(plain) = files.plain(request) {
        let (driver, layer) = plain.head();
        return Ok(FileHead { driver: driver.to_owned(), layers: vec![layer.to_owned()] });
    }
    if let Some(native) = files.native(request)? {
        return Ok(native::layers(native));
    }
    let source = files.get(request)?;
    let layers = source.dataset.layers().map(|layer| layer.name()).take(MOST_FIELDS).collect();
    Ok(FileHead { driver: source.dataset.driver().short_name(), layers })
}

/// Says what a layer is.
pub(super) fn describe(files: &mut OpenFiles, request: &LayerRequest, extent: bool) -> Result<Opened, ReadFailure> {
    if let Some(plain) = files.plain(request) {
        return plain.describe(request, extent);
    }
    if let Some(native) = files.native(request)? {
        return native::describe(native, request, extent);
    }
    let source = files.get(request)?;
    let encoding = source.encoding.clone();
    let driver = source.dataset.driver().short_name();
    let layer = layer(&mut source.dataset, request)?;
    let defn = layer.defn();
    let fields: Vec<String> = defn.fields().map(|field| field.name()).collect();
    let found = if extent { layer.get_extent().ok() } else { layer.try_get_extent().ok().flatten() };
    let crs = layer.spatial_ref().filter(|crs| {
        let undefined = crs.name().is_some_and(|name| name.to_lowercase().starts_with("undefined"));
        !crs.is_local() && !undefined
    });
    Ok(Opened {
        driver,
        layer: layer.name(),
        crs_wkt: crs.and_then(|crs| crs.to_wkt().ok()).filter(|wkt| !wkt.is_empty()),
        count: layer.try_feature_count(),
        extent: found
            .map(|e| [e.MinX, e.MinY, e.MaxX, e.MaxY])
            .filter(|e| e.iter().all(|v| v.is_finite()) && e[0] <= e[2] && e[1] <= e[3]),
        has_geometry: defn.geom_fields().count() > 0,
        fields,
        encoding,
    })
}

fn layer<'a>(dataset: &'a mut Dataset, request: &LayerRequest) -> Result<Layer<'a>, ReadFailure> {
    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    let index = match &request.layer {
        Some(wanted) => names.iter().position(|name| name == wanted),
        None if names.len() == 1 => Some(0),
        None if names.is_empty() => {
            return Err(ReadFailure::Unreadable { reason: "it holds no layer".to_owned(), hint: None });
        }
        None => return Err(ReadFailure::WhichLayer { known: names }),
    };
    let Some(index) = index else { return Err(ReadFailure::NoSuchLayer { known: names }) };
    let broken = |error: gdal::errors::GdalError| ReadFailure::Broken { row: 0, reason: error.to_string() };
    let mut layer = dataset.layer(index).map_err(broken)?;
    match &request.filter {
        None => layer.clear_attribute_filter(),
        Some(filter) => {
            ogr::reset_error();
            let outcome = layer.set_attribute_filter(filter);
            // Some drivers only notice when they count.
            let counted = layer.try_feature_count();
            if outcome.is_err() || (counted.is_none() && ogr::has_failed()) {
                let reason = ogr::last_error().unwrap_or_else(|| "GDAL does not understand it".to_owned());
                layer.clear_attribute_filter();
                return Err(ReadFailure::BadFilter { reason });
            }
        }
    }
    Ok(layer)
}

/// Sends all rows; returns how many.
pub(super) fn rows(
    files: &mut OpenFiles,
    request: &LayerRequest,
    warnings: &mut Vec<String>,
    send: &mut dyn FnMut(Frame) -> std::io::Result<()>,
) -> Result<std::io::Result<u64>, ReadFailure> {
    if let Some(plain) = files.plain(request) {
        return plain.rows(request, send);
    }
    if let Some(native) = files.native(request)? {
        return native::rows(native, request, warnings, send);
    }
    let opened = describe(files, request, false)?;
    if opened.fields.len() > MOST_FIELDS && request.fields.is_none() {
        let reason = format!("it has {} fields; at most {MOST_FIELDS} are read", opened.fields.len());
        let hint = Some("name the fields you need: `attributes = [\"…\"]`".to_owned());
        return Err(ReadFailure::Unreadable { reason, hint });
    }
    let by_fid = match opened.driver.as_str() {
        // Feature ids of these count rows of the file, from 0 or from 1, whatever a filter leaves out.
        "ESRI Shapefile" | "FlatGeobuf" => Some(1),
        "CSV" | "GPKG" => Some(0),
        _ => None,
    };
    let opened_count = opened.count;
    let trustworthy_count = opened_count.filter(|_| opened.driver != "ESRI Shapefile" && request.sample.is_none());
    let source = files.get(request)?;
    let mut layer = layer(&mut source.dataset, request)?;
    let (wanted, ignored) = choose(&opened.fields, request.fields.as_deref())?;
    let mut ignored = ignored;
    if request.expect == Expect::Nothing {
        ignored.push("OGR_GEOMETRY".to_owned());
    }
    ignored.push("OGR_STYLE".to_owned());
    ogr::ignore_fields(&layer, &ignored);
    let kinds = ogr::field_kinds(&layer);
    if let Err(error) = send(Frame::Opened(Opened {
        fields: wanted.iter().map(|index| opened.fields[*index].clone()).collect(),
        ..opened
    })) {
        return Ok(Err(error));
    }
    let mut read = 0_u64;
    let mut replaced = 0_u64;
    let mut batch = empty(&wanted, &kinds);
    let mut text_bytes = 0;
    let most = request.sample.unwrap_or(u64::MAX);
    let jumps = if request.sample.is_some() { opened_count } else { None };
    let mut features = match jumps {
        Some(count) => ogr::Features::sampled(&mut layer, count, most),
        None => ogr::Features::new(&mut layer),
    };
    while read < most {
        let Some(mut feature) = features.next() else {
            if ogr::has_failed() {
                let reason = ogr::last_error().unwrap_or_default();
                return Err(ReadFailure::Broken { row: read, reason });
            }
            break;
        };
        if let Some(warning) = ogr::last_error().filter(|warning| !warnings.contains(warning) && warnings.len() < 20) {
            warnings.push(warning);
        }
        read += 1;
        let index = batch.rows.len() as u32;
        let fid = feature.fid();
        batch.fids.push(fid);
        batch.rows.push(by_fid.map_or(read as i64, |first| fid.saturating_add(first)));
        if request.expect != Expect::Nothing
            && let Some(geometry) = feature.take_geometry()
            && let Some(note) = validity::append(geometry, request.expect, &mut batch.wkb.0)
        {
            batch.notes.push((index, note));
        }
        batch.wkb_ends.push(batch.wkb.0.len() as u32);
        for (cells, field) in batch.columns.iter_mut().zip(&wanted) {
            match cells {
                Cells::Integer(cells) => cells.push(feature.integer(*field)),
                Cells::Boolean(cells) => cells.push(feature.integer(*field).map(|value| value != 0)),
                Cells::Real(cells) => cells.push(feature.real(*field)),
                Cells::Date(cells) => cells.push(feature.date(*field)),
                Cells::Text(cells) if kinds[*field] == FieldKind::Binary => cells.push(None),
                Cells::Text(cells) => feature.text(*field, &mut replaced, |text| {
                    text_bytes += text.map_or(0, str::len);
                    cells.push(text);
                }),
            }
        }
        if batch.rows.len() >= BATCH_ROWS || batch.wkb.0.len() + text_bytes >= BATCH_BYTES {
            let full = std::mem::replace(&mut batch, empty(&wanted, &kinds));
            text_bytes = 0;
            if let Err(error) = send(Frame::Rows(full)) {
                return Ok(Err(error));
            }
        }
    }
    if let Some(count) = trustworthy_count.filter(|count| read < *count) {
        return Err(ReadFailure::Broken { row: read, reason: format!("the file says that it holds {count} rows") });
    }
    if replaced > 0 {
        warnings
            .push(format!("{replaced} texts hold bytes that do not fit the encoding; say it with `encoding = \"…\"`"));
    }
    if !batch.rows.is_empty()
        && let Err(error) = send(Frame::Rows(batch))
    {
        return Ok(Err(error));
    }
    Ok(Ok(read))
}

/// Indices of the fields to send, and names of those to leave alone.
pub(super) fn choose(known: &[String], wanted: Option<&[String]>) -> Result<(Vec<usize>, Vec<String>), ReadFailure> {
    let Some(wanted) = wanted else { return Ok(((0..known.len()).collect(), Vec::new())) };
    if let Some(field) = wanted.iter().find(|field| !known.contains(field)) {
        return Err(ReadFailure::NoSuchField { field: field.clone(), known: known.to_vec() });
    }
    let indices = (0..known.len()).filter(|index| wanted.contains(&known[*index])).collect();
    let ignored = known.iter().filter(|name| !wanted.contains(name)).cloned().collect();
    Ok((indices, ignored))
}

fn empty(wanted: &[usize], kinds: &[FieldKind]) -> Batch {
    let columns = wanted
        .iter()
        .map(|index| match kinds[*index] {
            FieldKind::Integer => Cells::Integer(Vec::with_capacity(BATCH_ROWS)),
            FieldKind::Boolean => Cells::Boolean(Vec::with_capacity(BATCH_ROWS)),
            FieldKind::Real => Cells::Real(Vec::with_capacity(BATCH_ROWS)),
            FieldKind::Date => Cells::Date(Vec::with_capacity(BATCH_ROWS)),
            FieldKind::Text | FieldKind::Binary => Cells::Text(TextCells::default()),
        })
        .collect();
    Batch { columns, ..Batch::default() }
}
