//! Before anything is written: do the files hold what the manifest says, and in which coordinate system.
//!
//! What the rows hold is seen later, by `rows` and `stage`.

use std::path::{Path, PathBuf};

use spatial_db::schema::Role;

use super::{ImportOptions, Progress};
use crate::ImportError;
use crate::crs::{Bounds, Crs, utm_epsg};
use crate::error::ReaderLimit;
use crate::manifest::{Attributes, AxisOrder, CellSpec, LayerSpec, Manifest, ParkCrs, nearest};
use crate::reader::{Expect, LayerRequest, Opened, ReadError, ReadFailure, Reader};
use crate::stage::{GeometryPlan, expectation};

/// What will be loaded, checked as far as it can be before reading rows.
pub(super) struct Plan<'a> {
    pub(super) srid: u32,
    pub(super) park: Crs,
    pub(super) park_bounds: Option<Bounds>,
    pub(super) layers: Vec<Prepared<'a>>,
    /// File with mended rows.
    pub(super) mended: Option<PathBuf>,
}

/// A layer whose file has been looked at.
pub(super) struct Prepared<'a> {
    pub(super) spec: &'a LayerSpec,
    pub(super) file: PathBuf,
    pub(super) request: LayerRequest,
    /// `None` for rasters.
    pub(super) opened: Option<Opened>,
    /// `None` where no coordinates are read, and for rasters, which say it when they are read.
    pub(super) crs: Option<SourceCrs>,
}

/// The CRS of a source, and who said so.
#[derive(Debug, Clone)]
pub(super) struct SourceCrs {
    pub(super) crs: Crs,
    pub(super) assumed: String,
}

/// Looks at every file.
pub(super) fn prepare<'a>(
    manifest: &'a Manifest,
    reader: &mut Reader,
    options: &ImportOptions<'_>,
) -> Result<Plan<'a>, ImportError> {
    let mended = options.mended.clone().or_else(|| manifest.mended.clone());
    if let Some(file) = &mended {
        if !file.exists() {
            return Err(ImportError::MendedMissing { file: file.clone() });
        }
        reader.allow(file);
    }
    for spec in &manifest.layers {
        let file = manifest.root.join(&spec.file);
        find(spec, &file)?;
        reader.allow(&file);
    }
    let named_park = match manifest.park.crs {
        ParkCrs::Epsg(code) => Some((code, park_crs(code)?)),
        ParkCrs::Auto => None,
    };
    let mut layers = Vec::with_capacity(manifest.layers.len());
    let enforced = reader.enforced().map_err(|error| match manifest.layers.first() {
        Some(spec) => read_error(spec, &manifest.root.join(&spec.file), error),
        None => ImportError::Cancelled,
    })?;
    (options.progress)(&Progress::Confined(enforced));
    for (index, spec) in manifest.layers.iter().enumerate() {
        let (layer, of) = (spec.name.clone(), manifest.layers.len());
        (options.progress)(&Progress::Checking { layer, index: index + 1, of });
        layers.push(look(spec, manifest.root.join(&spec.file), reader)?);
    }
    let (srid, park) = if let Some(named) = named_park {
        named
    } else {
        let code = zone_of(&layers, reader)?;
        (code, park_crs(code)?)
    };
    Ok(Plan { srid, park_bounds: park.bounds(), park, layers, mended })
}

fn park_crs(code: u32) -> Result<Crs, ImportError> {
    let name = format!("EPSG:{code}");
    let crs = Crs::from_epsg(code).map_err(|reason| ImportError::ParkCrs { crs: name.clone(), reason })?;
    match crs.unfit_for_park() {
        Some(reason) => Err(ImportError::ParkCrs { crs: name, reason }),
        None => Ok(crs),
    }
}

fn find(spec: &LayerSpec, file: &Path) -> Result<(), ImportError> {
    if file.exists() {
        return Ok(());
    }
    let wanted = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside: Vec<String> = file
        .parent()
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    Err(ImportError::FileMissing {
        layer: spec.name.clone(),
        file: file.to_path_buf(),
        nearest: nearest(&wanted, beside.iter().map(String::as_str)),
    })
}

fn look<'a>(spec: &'a LayerSpec, file: PathBuf, reader: &mut Reader) -> Result<Prepared<'a>, ImportError> {
    let expect = match spec.role {
        Role::TerrainPoints => Expect::Any,
        _ if spec.point.is_some() || spec.ends.is_some() => Expect::Nothing,
        _ => expectation(spec.table().and_then(|table| table.geometry)),
    };
    let mut request = LayerRequest {
        file: file.to_string_lossy().into_owned(),
        layer: spec.source_layer.clone(),
        filter: spec.filter.clone(),
        encoding: spec.encoding.clone(),
        decimal_comma: spec.decimal_comma,
        wkt: spec.wkt.clone(),
        expect,
        fields: None,
        sample: None,
    };
    if spec.role.is_raster() {
        return Ok(Prepared { spec, file, request, opened: None, crs: None });
    }
    let opened = reader.describe(&request, false).map_err(|error| read_error(spec, &file, error))?;
    let needed = needed_fields(spec);
    for (field, used_for) in &needed {
        if !opened.fields.contains(field) {
            return Err(no_such_field(spec, &file, field, used_for.clone(), &opened.fields));
        }
    }
    if spec.role == Role::TerrainPoints || spec.attributes != Attributes::All {
        let mut fields: Vec<String> = needed.into_iter().map(|(field, _)| field).collect();
        fields.dedup();
        request.fields = Some(fields);
    }
    let plan = GeometryPlan::of(spec, opened.has_geometry, &opened.fields)
        .map_err(|field| no_such_field(spec, &file, &field, "geometry".to_owned(), &opened.fields))?;
    if matches!(plan, GeometryPlan::File) && !opened.has_geometry {
        return Err(ImportError::NoGeometry { layer: spec.name.clone(), file });
    }
    let crs = if plan.needs_crs() { Some(source_crs(spec, &file, opened.crs_wkt.as_deref())?) } else { None };
    Ok(Prepared { spec, file, request, opened: Some(opened), crs })
}

fn no_such_field(spec: &LayerSpec, file: &Path, field: &str, used_for: String, known: &[String]) -> ImportError {
    ImportError::NoSuchField {
        layer: spec.name.clone(),
        file: file.to_path_buf(),
        field: field.to_owned(),
        used_for,
        known: known.to_vec(),
    }
}

/// The CRS of a source: the manifest's word, else the file's.
pub(super) fn source_crs(spec: &LayerSpec, file: &Path, wkt: Option<&str>) -> Result<SourceCrs, ImportError> {
    let unknown = |crs: &str| {
        let (layer, crs) = (spec.name.clone(), crs.to_owned());
        move |reason| ImportError::UnknownCrs { layer, crs, reason }
    };
    match (&spec.crs, wkt) {
        (Some(text), _) => {
            let crs = Crs::from_text(text).map_err(unknown(text))?;
            Ok(SourceCrs { assumed: format!("{}, which the manifest says", crs.label), crs })
        }
        (None, Some(wkt)) => {
            let crs = Crs::from_wkt(wkt).map_err(unknown("written in the file"))?;
            Ok(SourceCrs { assumed: format!("{}, which the file says", crs.label), crs })
        }
        (None, None) => Err(ImportError::NoCrs { layer: spec.name.clone(), file: file.to_path_buf() }),
    }
}

/// Every field that the manifest names, and what for.
fn needed_fields(spec: &LayerSpec) -> Vec<(String, String)> {
    let mut needed: Vec<(String, String)> = Vec::new();
    let mut add = |fields: Vec<&str>, used_for: &str| {
        needed.extend(fields.into_iter().map(|field| (field.to_owned(), used_for.to_owned())));
    };
    if let Some(table) = spec.table() {
        for (cell, column) in spec.columns.iter().zip(table.columns) {
            add(cell.as_ref().map(CellSpec::fields).unwrap_or_default(), &format!("for column {}", column.name));
        }
    }
    add(spec.key.fields.iter().map(String::as_str).collect(), "for the key");
    if let Attributes::Only(names) = &spec.attributes {
        add(names.iter().map(String::as_str).collect(), "in `attributes`");
    }
    if let Some(point) = &spec.point {
        add(vec![&point.x, &point.y], "for coordinates");
        add(point.z.as_deref().into_iter().collect(), "for coordinates");
    }
    if let Some(ends) = &spec.ends {
        add(ends.iter().map(String::as_str).collect(), "for coordinates");
    }
    if let Some(wkt) = &spec.wkt {
        add(vec![wkt], "for the geometry");
    }
    let network = &spec.network;
    for (cell, used_for) in [
        (&network.from, "for `from`"),
        (&network.to, "for `to`"),
        (&network.elevation, "for `elevation`"),
        (&network.start_elevation, "for `start_elevation`"),
        (&network.end_elevation, "for `end_elevation`"),
        (&network.start_depth, "for `start_depth`"),
        (&network.end_depth, "for `end_depth`"),
    ] {
        add(cell.as_ref().map(CellSpec::fields).unwrap_or_default(), used_for);
    }
    needed
}

/// The UTM zone of the first layer that tells where it is.
fn zone_of(layers: &[Prepared<'_>], reader: &mut Reader) -> Result<u32, ImportError> {
    for layer in layers {
        let (Some(source), Some(opened)) = (&layer.crs, &layer.opened) else { continue };
        let extent = match opened.extent {
            Some(extent) => Some(extent),
            None => {
                reader
                    .describe(&layer.request, true)
                    .map_err(|error| read_error(layer.spec, &layer.file, error))?
                    .extent
            }
        };
        let Some([west, south, east, north]) = extent else { continue };
        let (x, y) = (f64::midpoint(west, east), f64::midpoint(south, north));
        let (x, y) = if layer.spec.axis_order == AxisOrder::NorthFirst { (y, x) } else { (x, y) };
        if let Some([lon, lat]) = source.crs.lon_lat(x, y).filter(|[lon, lat]| lon.abs() <= 180.0 && lat.abs() <= 90.0)
        {
            return Ok(utm_epsg(lon, lat));
        }
    }
    Err(ImportError::ParkCrs {
        crs: "\"auto\"".to_owned(),
        reason: "no layer tells where on the earth it lies before its rows are read".to_owned(),
    })
}

/// What the reader's answer means for a layer.
pub(crate) fn read_error(spec: &LayerSpec, file: &Path, error: ReadError) -> ImportError {
    let layer = spec.name.clone();
    let file = file.to_path_buf();
    match error {
        ReadError::Crashed { how } => ImportError::ReaderCrashed { layer, file, how },
        ReadError::OutOfMemory { limit_mb } => {
            ImportError::ReaderLimit { layer, file, limit: ReaderLimit::Memory { limit_mb } }
        }
        ReadError::TempFull { limit_mb } => {
            ImportError::ReaderLimit { layer, file, limit: ReaderLimit::Temp { limit_mb } }
        }
        ReadError::TimedOut { silence_s } => {
            ImportError::ReaderLimit { layer, file, limit: ReaderLimit::Silence { silence_s } }
        }
        ReadError::Misled { reason } => ImportError::ReaderMisled { layer, file, reason },
        ReadError::Cancelled => ImportError::Cancelled,
        ReadError::Unusable { program, source } => ImportError::Reader { program, source },
        ReadError::Failed(failure) => match failure {
            ReadFailure::Unreadable { reason, hint } => ImportError::Unreadable { layer, file, reason, hint },
            ReadFailure::Truncated { expected, found, file } => {
                ImportError::Truncated { layer, file: PathBuf::from(file), expected, found }
            }
            ReadFailure::NoSuchLayer { known } => {
                ImportError::NoSuchLayer { layer, file, wanted: spec.source_layer.clone().unwrap_or_default(), known }
            }
            ReadFailure::WhichLayer { known } => ImportError::WhichLayer { layer, file, known },
            ReadFailure::NoSuchField { field, known } => {
                ImportError::NoSuchField { layer, file, field, used_for: "named in the manifest".to_owned(), known }
            }
            ReadFailure::BadFilter { reason } => {
                ImportError::BadFilter { layer, filter: spec.filter.clone().unwrap_or_default(), reason }
            }
            // The reader says it in its own error, with the limit.
            ReadFailure::OutOfMemory => {
                ImportError::ReaderCrashed { layer, file, how: "memory did not suffice".to_owned() }
            }
            ReadFailure::Broken { row, reason } => ImportError::ReadFailed { layer, file, row, reason },
        },
    }
}
