//! A layer into batches of rows. Opening is left to `open`, validity to `validity`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use gdal::vector::{Layer, LayerAccess};

use super::archive::{self, Unpacked};
use super::bounds::MOST_FIELDS;
use super::encoding::StrayText;
use super::formats::{self, Care};
use super::geojson::GeoJson;
use super::native::{self, Native};
use super::ogr::{self, FieldKind};
use super::open::{self, Source};
use super::protocol::{Batch, Cells, Expect, FileHead, Frame, LayerRequest, Opened, ReadFailure, TextCells};
use super::{drawing, validity};

/// Rows in a batch, at most.
pub(super) const BATCH_ROWS: usize = 4096;
/// Bytes of geometry and text in a batch after which it is sent.
pub(super) const BATCH_BYTES: usize = 4 << 20;

/// Warnings of GDAL that are passed on.
const MOST_WARNINGS: usize = 20;

/// A file of a format of our own; `None` where it is GDAL's.
type MaybeNative = Option<Box<dyn Native>>;

/// Files that are open, and archives that are unpacked.
#[derive(Default)]
pub(super) struct OpenFiles {
    archives: HashMap<String, Unpacked>,
    files: HashMap<Key, Source>,
    /// What was looked at as GeoJSON; `None` where it is for GDAL.
    plain: HashMap<String, Option<GeoJson>>,
    /// Files of formats that GDAL is not asked about, and those that it is (`None`).
    natives: HashMap<(String, Option<String>), MaybeNative>,
}

/// What makes one opening of a file by GDAL differ from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    file: String,
    encoding: Option<String>,
    wkt: Option<String>,
    decimal_comma: Option<bool>,
    /// For formats that are opened a layer at a time.
    layer: Option<String>,
    /// For drawings, whose blocks are points or shapes.
    points: bool,
}

impl OpenFiles {
    /// The request itself or, where it names an archive, the same of the file inside.
    fn inside(&mut self, request: &LayerRequest) -> Result<LayerRequest, ReadFailure> {
        let mut inner = request.clone();
        if archive::is_archive(Path::new(&request.file)) {
            open::check_plain(Path::new(&request.file))?;
            let unpacked = match self.archives.entry(request.file.clone()) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(Unpacked::open(Path::new(&request.file))?),
            };
            let (file, layer) = unpacked.choose(request.layer.as_deref())?;
            inner.file = file.to_string_lossy().into_owned();
            inner.layer = layer;
        }
        Ok(inner)
    }

    /// The file, if it can be read without GDAL.
    fn plain(&mut self, request: &LayerRequest) -> Option<&GeoJson> {
        if request.filter.is_some() {
            return None;
        }
        self.plain.entry(request.file.clone()).or_insert_with(|| GeoJson::open(request)).as_ref()
    }

    /// The file as GDAL opens it.
    fn get(&mut self, request: &LayerRequest) -> Result<&mut Source, ReadFailure> {
        let care = formats::known(Path::new(&request.file)).map_or(Care::Plain, |format| format.care);
        let key = Key {
            file: request.file.clone(),
            encoding: request.encoding.clone(),
            wkt: request.wkt.clone(),
            decimal_comma: request.decimal_comma,
            layer: request.layer.clone().filter(|_| matches!(care, Care::OpenStreetMap | Care::Workbook)),
            points: care == Care::Drawing && drawing::wants_points(request.expect),
        };
        match self.files.entry(key) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => Ok(entry.insert(open::vector(request)?)),
        }
    }

    /// The file, if it is of a format of our own.
    fn native(&mut self, request: &LayerRequest) -> Result<Option<&mut dyn Native>, ReadFailure> {
        let name = (request.file.clone(), request.encoding.clone());
        let native = match self.natives.entry(name) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(native::open(request)?),
        };
        Ok(native.as_mut().map(|native| native.as_mut() as &mut dyn Native))
    }

    pub(super) fn close(&mut self, file: &str) {
        let unpacked = self.archives.remove(file);
        let is_of = |name: &str| {
            name == file || unpacked.as_ref().is_some_and(|archive| Path::new(name).starts_with(archive.folder()))
        };
        self.natives.retain(|(name, _), _| !is_of(name));
        self.files.retain(|key, _| !is_of(&key.file));
        self.plain.retain(|name, _| !is_of(name));
    }
}

/// Says which layers a file holds.
pub(super) fn layers(files: &mut OpenFiles, request: &LayerRequest) -> Result<FileHead, ReadFailure> {
    match layers_inside(files, request) {
        // A workbook's sheets and an archive's files are opened one by one.
        Err(ReadFailure::WhichLayer { known }) => {
            let format = formats::known(Path::new(&request.file)).map_or("archive", |format| format.name);
            Ok(FileHead { driver: format.to_owned(), layers: known.into_iter().take(MOST_FIELDS).collect() })
        }
        answer => answer,
    }
}

fn layers_inside(files: &mut OpenFiles, request: &LayerRequest) -> Result<FileHead, ReadFailure> {
    let request = &files.inside(request)?;
    if let Some(plain) = files.plain(request) {
        let (driver, layer) = plain.head();
        return Ok(FileHead { driver: driver.to_owned(), layers: vec![layer.to_owned()] });
    }
    if let Some(native) = files.native(request)? {
        return Ok(native::layers(native));
    }
    let source = files.get(request)?;
    let layers = match &source.layer {
        Some(layer) => vec![layer.clone()],
        None => source.dataset.layers().map(|layer| layer.name()).take(MOST_FIELDS).collect(),
    };
    Ok(FileHead { driver: source.dataset.driver().short_name(), layers })
}

/// Says what a layer is.
pub(super) fn describe(files: &mut OpenFiles, request: &LayerRequest, extent: bool) -> Result<Opened, ReadFailure> {
    let request = &files.inside(request)?;
    if let Some(plain) = files.plain(request) {
        return plain.describe(request, extent);
    }
    if let Some(native) = files.native(request)? {
        return native::describe(native, request, extent);
    }
    by_gdal(files.get(request)?, request, extent)
}

fn by_gdal(source: &mut Source, request: &LayerRequest, extent: bool) -> Result<Opened, ReadFailure> {
    let encoding = source.encoding.clone();
    let driver = source.dataset.driver().short_name();
    let notes = source.notes.clone();
    let name = source.layer.clone();
    let layer = layer(source, request)?;
    let defn = layer.defn();
    let mut stray = StrayText::new(request.encoding.as_deref());
    let fields = ogr::field_names(&layer, &mut stray);
    let found = if extent { layer.get_extent().ok() } else { layer.try_get_extent().ok().flatten() };
    let crs = layer.spatial_ref().filter(|crs| {
        let undefined = crs.name().is_some_and(|name| name.to_lowercase().starts_with("undefined"));
        !crs.is_local() && !undefined
    });
    Ok(Opened {
        driver,
        layer: name.unwrap_or_else(|| layer.name()),
        crs_wkt: crs.and_then(|crs| crs.to_wkt().ok()).filter(|wkt| !wkt.is_empty()),
        count: layer.try_feature_count(),
        extent: found
            .map(|e| [e.MinX, e.MinY, e.MaxX, e.MaxY])
            .filter(|e| e.iter().all(|v| v.is_finite()) && e[0] <= e[2] && e[1] <= e[3]),
        has_geometry: defn.geom_fields().count() > 0,
        fields,
        encoding,
        notes,
    })
}

fn layer<'a>(source: &'a mut Source, request: &LayerRequest) -> Result<Layer<'a>, ReadFailure> {
    let dataset = &mut source.dataset;
    let names: Vec<String> = dataset.layers().map(|layer| layer.name()).collect();
    // What stands in for a single layer has no other.
    let wanted = if source.layer.is_some() { None } else { request.layer.as_ref() };
    let index = match wanted {
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
    let request = &files.inside(request)?;
    if let Some(plain) = files.plain(request) {
        return plain.rows(request, send);
    }
    if let Some(native) = files.native(request)? {
        return native::rows(native, request, warnings, send);
    }
    let source = files.get(request)?;
    let opened = by_gdal(source, request, false)?;
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
    warnings.extend(source.notes.iter().cloned());
    let row_numbers = source.row_numbers.clone();
    let commas: Vec<bool> = opened.fields.iter().map(|field| source.decimal_comma.contains(field)).collect();
    let mut layer = layer(source, request)?;
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
    let mut stray = StrayText::new(request.encoding.as_deref());
    let mut warned: Vec<String> = Vec::new();
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
        read += 1;
        if let Some(warning) =
            ogr::last_error().filter(|warning| warned.len() < MOST_WARNINGS && !warned.contains(warning))
        {
            warnings.push(format!("first at row {read}: {warning}"));
            warned.push(warning);
        }
        let index = batch.rows.len() as u32;
        let fid = feature.fid();
        batch.fids.push(fid);
        batch.rows.push(match (&row_numbers, by_fid) {
            (Some(numbers), _) => numbers.get(fid.wrapping_sub(1) as usize).map_or(fid, |number| i64::from(*number)),
            (None, Some(first)) => fid.saturating_add(first),
            (None, None) => read as i64,
        });
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
                Cells::Text(cells) => feature.text(*field, &mut stray, |text| {
                    text_bytes += text.map_or(0, str::len);
                    if commas[*field] {
                        cells.push(text.map(|text| text.replace(',', ".")).as_deref());
                    } else {
                        cells.push(text);
                    }
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
    if stray.replaced > 0 {
        let count = stray.replaced;
        warnings.push(format!("{count} texts hold bytes that do not fit the encoding; say it with `encoding = \"…\"`"));
    }
    if stray.guessed > 0 {
        let count = stray.guessed;
        warnings.push(format!(
            "{count} texts were taken for GB18030, as the file does not say; `encoding = \"…\"` says it beyond doubt"
        ));
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
