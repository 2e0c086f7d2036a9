//! What files hold, and what they probably mean: layers, fields, encoding, coordinate system, role.
//!
//! Every guess says how sure it is and why. Files are read by the reader's process; [`draft`] writes a manifest from
//! what is found here.

mod columns;
mod coordinates;
mod draft;
mod facts;
mod formats;
mod gather;
mod guess;
mod keys;
mod layers;
mod meaning;
mod offset;
mod place;
mod register;
mod text;
mod units;
mod whole;
mod words;

use std::path::{Path, PathBuf};

use serde::Serialize;
use spatial_db::store::Cancel;

pub use draft::{Draft, DraftOptions, draft};
pub use facts::{FieldFacts, GeometryCount};
pub use guess::{Guess, certainty};
pub use layers::LayerLook;
pub use place::{Candidate, PlaceGuess};

use crate::reader::{Expect, LayerRequest, Limits, RasterFacts, ReadError, ReadFailure, Reader, ReaderCommand};

/// Rows of a layer that are looked at.
const SAMPLE: u64 = 1000;
/// Rows that are looked at where features are compared with a reference.
const COMPARED_SAMPLE: u64 = 20_000;

/// How an inspection runs.
pub struct InspectOptions<'a> {
    /// How to start the reading process.
    pub reader: ReaderCommand,
    /// What the reading process may use.
    pub limits: Limits,
    /// Files whose places are known, to compare with.
    pub reference: Vec<PathBuf>,
    /// CRS of files that say none.
    pub crs: Option<String>,
    /// Set to `true` from another thread to stop.
    pub cancel: Option<Cancel>,
    /// Hears which file is being looked at.
    pub progress: &'a dyn Fn(&Path),
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Inspection {
    /// Files that could be read, in the order named.
    pub files: Vec<FileLook>,
    /// Files that could not.
    pub failures: Vec<FileFailure>,
    /// Files of folders that hold no data.
    pub aside: Vec<FileFailure>,
}

/// A file that could be read.
#[derive(Debug, Serialize)]
pub struct FileLook {
    /// The file.
    pub file: PathBuf,
    /// Files that belong to it.
    pub companions: Vec<String>,
    /// GDAL's driver.
    pub driver: String,
    /// Encoding of its text; `None` for formats that say it by definition.
    pub encoding: Option<Guess<String>>,
    /// Its layers.
    pub layers: Vec<LayerLook>,
    /// What it is as a raster.
    pub raster: Option<RasterLook>,
    /// It is only compared with, not imported.
    pub reference: bool,
}

/// A raster.
#[derive(Debug, Serialize)]
pub struct RasterLook {
    /// Samples per row, and rows.
    pub size: [usize; 2],
    /// Width and height of a sample, units of the CRS.
    pub cell: Option<[f64; 2]>,
    /// West, south, east, north.
    pub extent: Option<[f64; 4]>,
    /// Where it lies.
    pub place: Option<PlaceGuess>,
    /// Its bands: type, unit, range.
    pub bands: Vec<BandLook>,
    /// What it is.
    pub role: Guess<Option<String>>,
    /// Unit of its heights, where it is terrain and something speaks for another unit than metres.
    pub height_unit: Option<Guess<String>>,
}

/// A band of a raster.
#[derive(Debug, Serialize)]
pub struct BandLook {
    /// Type of the samples.
    pub kind: String,
    /// Unit as written; empty where the file says none.
    pub unit: String,
    /// Least and greatest value of a coarse look.
    pub range: Option<[f64; 2]>,
    /// Value that means *nothing*.
    pub no_data: Option<f64>,
}

/// A file that could not be read, and what to do.
#[derive(Debug, Serialize)]
pub struct FileFailure {
    /// The file.
    pub file: PathBuf,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub fix: String,
}

/// Why nothing could be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The reading process could not be started.
    #[error("the reader {program:?} cannot be used")]
    Reader {
        /// The program.
        program: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// The CRS that was given is none.
    #[error("the coordinate system {crs:?} cannot be used: {reason}")]
    Crs {
        /// As given.
        crs: String,
        /// Why not.
        reason: String,
    },
    /// The person gave up waiting.
    #[error("stopped; nothing was written")]
    Cancelled,
}

/// Looks at files and folders. A file that cannot be read does not stop the others.
///
/// # Errors
/// [`InspectError`] when nothing can be read at all, or on request.
pub fn inspect(named: &[PathBuf], options: &InspectOptions<'_>) -> Result<Inspection, InspectError> {
    if let Some(crs) = &options.crs {
        crate::crs::Crs::from_text(crs).map_err(|reason| InspectError::Crs { crs: crs.clone(), reason })?;
    }
    let mut reader = Reader::new(options.reader.clone(), options.cancel.clone()).with_limits(options.limits);
    let mut inspection = Inspection { files: Vec::new(), failures: Vec::new(), aside: Vec::new() };
    let sample = if options.reference.is_empty() { SAMPLE } else { COMPARED_SAMPLE };
    for (paths, reference) in [(options.reference.as_slice(), true), (named, false)] {
        let gathered = gather::gather(paths);
        for path in gathered.missing {
            let beside = path.parent().map_or_else(String::new, |folder| folder.display().to_string());
            let fix = format!("check the name; looked in {}", if beside.is_empty() { "this folder" } else { &beside });
            inspection.failures.push(FileFailure { file: path, reason: "there is no such file".to_owned(), fix });
        }
        for (file, reason) in gathered.aside {
            inspection.aside.push(FileFailure { file, reason, fix: String::new() });
        }
        for source in gathered.sources {
            (options.progress)(&source.path);
            match look(&mut reader, &source, sample) {
                Ok(look) => inspection.files.push(FileLook { reference, ..look }),
                Err(ReadError::Cancelled) => return Err(InspectError::Cancelled),
                Err(ReadError::Unusable { program, source }) => return Err(InspectError::Reader { program, source }),
                Err(error) => {
                    let (reason, fix) = words_of(&source.path, error);
                    inspection.failures.push(FileFailure { file: source.path.clone(), reason, fix });
                }
            }
            // A file that is open keeps memory in the process.
            let _ = reader.close(&source.path.to_string_lossy());
        }
    }
    layers::place_all(&mut inspection.files, options.crs.as_deref());
    layers::give_roles(&mut inspection.files);
    Ok(inspection)
}

fn request(path: &Path) -> LayerRequest {
    LayerRequest {
        file: path.to_string_lossy().into_owned(),
        layer: None,
        filter: None,
        encoding: None,
        wkt: None,
        expect: Expect::Any,
        fields: None,
        sample: None,
        decimal_comma: None,
    }
}

fn look(reader: &mut Reader, source: &gather::Source, sample: u64) -> Result<FileLook, ReadError> {
    let path = &source.path;
    let empty = FileLook {
        file: path.clone(),
        companions: source.companions.clone(),
        driver: String::new(),
        encoding: None,
        layers: Vec::new(),
        raster: None,
        reference: false,
    };
    if gather::is_raster(path) {
        let facts = reader.raster_facts(&path.to_string_lossy())?;
        return Ok(FileLook { driver: facts.driver.clone(), raster: Some(raster(facts)), ..empty });
    }
    let encoding = text::encoding(path);
    let mut request = request(path);
    request.encoding = encoding.as_ref().map(|guess| guess.value.clone());
    let head = reader.layers(&request)?;
    let mut found = Vec::with_capacity(head.layers.len());
    for name in head.layers {
        request.layer = Some(name);
        found.push(layers::look(reader, &request, sample)?);
    }
    Ok(FileLook { driver: head.driver, encoding, layers: found, ..empty })
}

fn raster(facts: RasterFacts) -> RasterLook {
    let cell = facts.geo_transform.map(|t| [t[1].hypot(t[4]), t[2].hypot(t[5])]);
    let extent = facts.geo_transform.map(|t| {
        let corner = |column: f64, row: f64| [t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5]];
        let (wide, high) = (facts.columns as f64, facts.rows as f64);
        let corners = [corner(0.0, 0.0), corner(wide, 0.0), corner(0.0, high), corner(wide, high)];
        let least = |axis: usize| corners.iter().map(|c| c[axis]).fold(f64::INFINITY, f64::min);
        let most = |axis: usize| corners.iter().map(|c| c[axis]).fold(f64::NEG_INFINITY, f64::max);
        [least(0), least(1), most(0), most(1)]
    });
    let place = layers::raster_place(&facts, extent);
    let role = units::raster_role(&facts);
    let height_unit = units::of_raster(&facts, role.value.as_deref() == Some("terrain"));
    let bands = facts
        .bands
        .into_iter()
        .map(|band| BandLook { kind: band.kind, unit: band.unit, range: band.range, no_data: band.no_data })
        .collect();
    RasterLook { size: [facts.columns, facts.rows], cell, extent, place, bands, role, height_unit }
}

/// What the reader's answer means to a person, and what to do.
fn words_of(path: &Path, error: ReadError) -> (String, String) {
    let again = "open it in a GIS and save it again, or fetch it again".to_owned();
    let packed = path
        .extension()
        .is_some_and(|ext| ["gz", "zip", "7z", "rar", "bz2", "xz"].iter().any(|p| ext.eq_ignore_ascii_case(p)));
    if packed {
        return ("it is compressed".to_owned(), "unpack it first and name the file that comes out".to_owned());
    }
    match error {
        ReadError::Failed(ReadFailure::Unreadable { reason, hint }) => (reason, hint.unwrap_or(again)),
        ReadError::Failed(ReadFailure::Truncated { expected, found, file }) => (
            format!("{file} is cut off: its header promises {expected} bytes, it has {found}"),
            "the copy is incomplete; fetch the file again".to_owned(),
        ),
        ReadError::Failed(ReadFailure::Broken { row, reason }) => {
            (format!("reading stopped after {row} rows: {reason}"), again)
        }
        ReadError::Crashed { how } => (format!("reading it crashed the reader ({how})"), again),
        error => (error.to_string(), again),
    }
}
