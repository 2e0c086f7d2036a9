//! Formats that GDAL does not read, or reads at a loss: presented as layers with fields, rows, geometry and CRS.
//!
//! A [`Native`] file says which layers it holds and hands their rows over one by one; this module turns them into the
//! same frames as GDAL's, so that nothing above the reading process can tell the difference. What the formats mean is
//! left to the modules below it.

mod city;
mod filter;
mod inp;
mod row;
mod wkb;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::bounds::MOST_FIELDS;
use super::ogr;
use super::protocol::{Expect, FileHead, Frame, GeometryNote, LayerRequest, Opened, ReadFailure};
use super::validity;
use filter::Filter;
use row::{Batcher, Layer, Row};

/// Bytes at the start of a file that tell its format.
const SNIFFED: u64 = 64 << 10;
/// Endings of files in which JSON may be a city model.
const JSON: [&str; 8] = ["json", "geojson", "jsonl", "geojsonl", "geojsons", "ndjson", "cityjson", "cityjsonl"];
/// How far above a file its code lists may lie.
const MOST_LEVELS: usize = 6;
/// Warnings of one file, at most.
const MOST_WARNINGS: usize = 20;

/// Why handing over rows stopped.
pub(super) enum Stop {
    /// The file is broken.
    Failed(ReadFailure),
    /// As many rows as were asked for have been handed over.
    Enough,
    /// The parent hung up.
    HungUp(std::io::Error),
}

impl From<ReadFailure> for Stop {
    fn from(failure: ReadFailure) -> Self {
        Self::Failed(failure)
    }
}

/// Takes rows as they come.
pub(super) type Take<'t> = &'t mut dyn FnMut(Row) -> Result<(), Stop>;

/// An open file of a format of our own.
pub(super) trait Native {
    /// Name of the format, where GDAL has the name of its driver.
    fn driver(&self) -> &'static str;

    /// Its layers, with everything that is known without handing over rows.
    fn layers(&self) -> &[Layer];

    /// Encoding that was chosen for its text, where one had to be.
    fn encoding(&self) -> Option<String> {
        None
    }

    /// Hands over the rows of a layer, in the file's order.
    fn rows(&mut self, layer: usize, take: Take<'_>) -> Result<(), Stop>;

    /// What is remarkable about a layer as a whole, after its rows have been read.
    fn warnings(&self, layer: usize) -> Vec<String>;
}

/// The file, if it is of a format of our own; `None` leaves it to GDAL.
pub(super) fn open(request: &LayerRequest) -> Result<Option<Box<dyn Native>>, ReadFailure> {
    let path = Path::new(&request.file);
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !["inp", "gml", "xml", "citygml"].contains(&extension) && !JSON.contains(&extension) {
        return Ok(None);
    }
    super::open::check_plain(path)?;
    let head = head(path)?;
    match extension {
        "inp" => inp(path, &head, request.encoding.as_deref()).map(Some),
        "gml" | "xml" | "citygml" if city::recognise_gml(&String::from_utf8_lossy(&head)) => {
            city::open_gml(path).map(Some)
        }
        _ if JSON.contains(&extension) && city::recognise_json(&head) => city::open_json(path).map(Some),
        "cityjson" | "cityjsonl" => Err(unreadable(
            "it is not CityJSON: it has neither the type \"CityJSON\" nor \"CityObjects\"",
            "check that the right file was saved under this name",
        )),
        _ => Ok(None),
    }
}

/// Whether a file of JSON is a city model, by its first bytes.
pub(super) fn is_city_json(path: &Path) -> bool {
    head(path).is_ok_and(|head| city::recognise_json(&head))
}

fn unreadable(reason: impl Into<String>, hint: &str) -> ReadFailure {
    ReadFailure::Unreadable { reason: reason.into(), hint: Some(hint.to_owned()) }
}

/// EPANET's and SWMM's files are small enough to hold whole.
fn inp(path: &Path, head: &[u8], encoding: Option<&str>) -> Result<Box<dyn Native>, ReadFailure> {
    let io = |error: std::io::Error| ReadFailure::Unreadable { reason: error.to_string(), hint: None };
    if !inp::recognise(&String::from_utf8_lossy(head)) {
        let hint = "export the network from EPANET or SWMM as a text file (.inp)";
        return Err(unreadable("it has no section of EPANET or SWMM", hint));
    }
    if std::fs::metadata(path).map_err(io)?.len() > inp::LONGEST {
        return Err(unreadable("it is longer than 1 GiB", "split the model into districts"));
    }
    let bytes = std::fs::read(path).map_err(io)?;
    let (text, encoding) = match super::encoding::to_utf8(&bytes, encoding)
        .map_err(|reason| ReadFailure::Unreadable { reason, hint: None })?
    {
        Some((text, encoding)) => (text, Some(encoding)),
        None => (String::from_utf8_lossy(&bytes).into_owned(), None),
    };
    Ok(Box::new(inp::Inp::new(text, encoding)))
}

/// Folders beside or above a CityGML file whose code lists it may name, as PLATEAU lays them out.
pub(super) fn codelist_folders(file: &Path) -> Vec<PathBuf> {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !["gml", "xml", "citygml"].contains(&extension.as_str()) {
        return Vec::new();
    }
    let above = file.ancestors().skip(1).take(MOST_LEVELS).map(|folder| folder.join("codelists"));
    above.filter(|folder| folder.is_dir()).filter_map(|folder| folder.canonicalize().ok()).collect()
}

/// The first bytes of a file.
fn head(path: &Path) -> Result<Vec<u8>, ReadFailure> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(SNIFFED).read_to_end(&mut head))
        .map_err(|error| ReadFailure::Unreadable { reason: error.to_string(), hint: None })?;
    Ok(head)
}

/// Says which layers a file holds.
pub(super) fn layers(native: &mut dyn Native) -> FileHead {
    let layers = native.layers().iter().map(|layer| layer.name.clone()).take(MOST_FIELDS).collect();
    FileHead { driver: native.driver().to_owned(), layers }
}

fn index_of(native: &dyn Native, request: &LayerRequest) -> Result<usize, ReadFailure> {
    let names = || native.layers().iter().map(|layer| layer.name.clone()).collect::<Vec<_>>();
    match &request.layer {
        Some(wanted) => native
            .layers()
            .iter()
            .position(|layer| layer.name == *wanted)
            .ok_or_else(|| ReadFailure::NoSuchLayer { known: names() }),
        None if native.layers().len() == 1 => Ok(0),
        None if native.layers().is_empty() => {
            Err(ReadFailure::Unreadable { reason: "it holds no layer".to_owned(), hint: None })
        }
        None => Err(ReadFailure::WhichLayer { known: names() }),
    }
}

/// Says what a layer is. `extent` reads everything if that is what it takes.
pub(super) fn describe(native: &mut dyn Native, request: &LayerRequest, extent: bool) -> Result<Opened, ReadFailure> {
    let index = index_of(native, request)?;
    if let Some(text) = &request.filter {
        Filter::new(text, &native.layers()[index])?;
    }
    let found = match native.layers()[index].extent {
        None if extent => extent_of(native, index)?,
        known => known,
    };
    let layer = &native.layers()[index];
    Ok(Opened {
        driver: native.driver().to_owned(),
        layer: layer.name.clone(),
        crs_wkt: layer.crs_wkt.clone(),
        count: request.filter.is_none().then_some(layer.count),
        extent: found,
        has_geometry: layer.has_geometry,
        fields: layer.fields.iter().map(|field| field.name.clone()).collect(),
        encoding: native.encoding(),
        notes: Vec::new(),
    })
}

fn extent_of(native: &mut dyn Native, index: usize) -> Result<Option<[f64; 4]>, ReadFailure> {
    let mut found: Option<[f64; 4]> = None;
    let outcome = native.rows(index, &mut |row| {
        wkb::each_coordinate(&row.wkb, &mut |x, y| {
            let [west, south, east, north] = found.get_or_insert([x, y, x, y]);
            (*west, *south) = (west.min(x), south.min(y));
            (*east, *north) = (east.max(x), north.max(y));
        });
        Ok(())
    });
    match outcome {
        Err(Stop::Failed(failure)) => Err(failure),
        _ => Ok(found),
    }
}

/// Sends all rows of a layer; returns how many.
pub(super) fn rows(
    native: &mut dyn Native,
    request: &LayerRequest,
    warnings: &mut Vec<String>,
    send: &mut dyn FnMut(Frame) -> std::io::Result<()>,
) -> Result<std::io::Result<u64>, ReadFailure> {
    let opened = describe(native, request, false)?;
    let index = index_of(native, request)?;
    let layer = native.layers()[index].clone();
    let (wanted, _) = super::vector::choose(&opened.fields, request.fields.as_deref())?;
    let mut filter = request.filter.as_deref().map(|text| Filter::new(text, &layer)).transpose()?;
    let opened = Opened { fields: wanted.iter().map(|at| opened.fields[*at].clone()).collect(), ..opened };
    if let Err(error) = send(Frame::Opened(opened)) {
        return Ok(Err(error));
    }
    let mut batcher = Batcher::new(&layer, wanted);
    let (mut seen, mut read) = (0, 0);
    let mut outcome = native.rows(index, &mut |row| {
        if let Some(filter) = &mut filter
            && !filter.passes(&row)?
        {
            return Ok(());
        }
        seen += 1;
        if !is_sampled(seen, layer.count, request.sample) {
            return Ok(());
        }
        read += 1;
        // Whoever takes anything must not have walls mended in plan, which would leave nothing of them.
        let expect = if layer.in_space && request.expect == Expect::Any { Expect::Faces } else { request.expect };
        let note = append(&row, expect, &mut batcher.batch.wkb.0);
        if let Some(full) = batcher.push(row, note) {
            send(Frame::Rows(full)).map_err(Stop::HungUp)?;
        }
        if request.sample.is_some_and(|most| read >= most) { Err(Stop::Enough) } else { Ok(()) }
    });
    if matches!(outcome, Err(Stop::Enough)) {
        outcome = Ok(());
    }
    if outcome.is_ok()
        && let Some(rest) = batcher.finish()
    {
        outcome = send(Frame::Rows(rest)).map_err(Stop::HungUp);
    }
    let mut said = native.warnings(index);
    if said.len() > MOST_WARNINGS {
        let more = said.len() - MOST_WARNINGS;
        said.truncate(MOST_WARNINGS);
        said.push(format!("… and {more} more of the kind"));
    }
    warnings.append(&mut said);
    match outcome {
        Ok(()) | Err(Stop::Enough) => Ok(Ok(read)),
        Err(Stop::HungUp(error)) => Ok(Err(error)),
        Err(Stop::Failed(ReadFailure::Broken { row: 0, reason })) => Err(ReadFailure::Broken { row: read, reason }),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// Whether a row, numbered from 1, is one of those that stand for a layer of so many.
fn is_sampled(row: u64, count: u64, sample: Option<u64>) -> bool {
    let Some(most) = sample else { return true };
    let share = |row: u64| (u128::from(row) * u128::from(most)).div_ceil(u128::from(count.max(1)));
    most >= count || share(row) != share(row - 1)
}

/// Appends a row's geometry as its role wants it, and says what was remarkable about it.
fn append(row: &Row, expect: Expect, out: &mut Vec<u8>) -> Option<GeometryNote> {
    if expect == Expect::Nothing {
        return None;
    }
    if let (Expect::Points, Some(anchor)) = (expect, row.anchor) {
        out.extend_from_slice(&wkb::point(anchor));
        return None;
    }
    if row.wkb.is_empty() {
        return row.missing.clone().map(|reason| GeometryNote::Missing { reason });
    }
    if expect == Expect::Faces {
        let start = out.len();
        out.extend_from_slice(&row.wkb);
        return validity::settle(out, start, true, expect, None);
    }
    match ogr::Geometry::from_wkb(&row.wkb) {
        Some(geometry) => validity::append(geometry, expect, out),
        None => Some(GeometryNote::Broken { reason: "its binary cannot be read".to_owned() }),
    }
}
