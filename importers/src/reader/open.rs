//! Opening files: which drivers may look at them, with which options, and what is wrong with a file that does not open.
//!
//! Reading what was opened is left to `vector` and `raster`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use gdal::{Dataset, DatasetOptions, DriverManager, GdalOpenFlags};
use tempfile::TempDir;

use super::formats::{self, Care, Format};
use super::protocol::{LayerRequest, ReadFailure};
use super::{drawing, encoding, interlis, mapinfo, ogr, shapefile, street_map, table, workbook};

/// The only driver that ever sees a raster of heights.
const RASTER_DRIVERS: &[&str] = &["GTiff"];
/// What a picture may be, in words.
const PICTURE: &str = "picture (GeoTIFF, JPEG, PNG or JPEG 2000)";
/// The drivers that may see a picture.
const PICTURE_DRIVERS: &[&str] = &["GTiff", "JPEG", "PNG", "JP2OpenJPEG"];

/// Whether a driver may ever see a file, were it only because another file names it.
pub(super) fn is_allowed(driver: &str) -> bool {
    let known = formats::FORMATS.iter().any(|format| format.drivers.contains(&driver));
    // The driver of layers in memory opens no file; conditions on native rows are put to it.
    known || PICTURE_DRIVERS.contains(&driver) || driver == "Memory"
}

/// An open file and what had to be decided to open it.
pub(super) struct Source {
    pub(super) dataset: Dataset,
    /// Encoding that was chosen, where the file left it open.
    pub(super) encoding: Option<String>,
    /// The layer as people call it, where it stands in for one.
    pub(super) layer: Option<String>,
    /// What a person should know of how it was read.
    pub(super) notes: Vec<String>,
    /// Fields whose numbers are written with a decimal comma.
    pub(super) decimal_comma: Vec<String>,
    /// Row numbers of the file by feature id, where they are not the same.
    pub(super) row_numbers: Option<Vec<u32>>,
    /// Where the rows were brought before they could be read; goes when the file is closed.
    #[allow(dead_code, reason = "held for what its end does")]
    pub(super) scratch: Option<TempDir>,
}

impl Source {
    pub(super) fn plain(dataset: Dataset) -> Self {
        Self {
            dataset,
            encoding: None,
            layer: None,
            notes: Vec::new(),
            decimal_comma: Vec::new(),
            row_numbers: None,
            scratch: None,
        }
    }
}

/// Opens a vector file.
pub(super) fn vector(request: &LayerRequest) -> Result<Source, ReadFailure> {
    let path = Path::new(&request.file);
    let format = formats::known(path).unwrap_or(&formats::ANY);
    check_place(path, format)?;
    if let Some(advice) = formats::foreign(path) {
        let reason = format!("files that end in .{} are not read", formats::ending(path));
        return Err(ReadFailure::Unreadable { reason, hint: Some(advice.to_owned()) });
    }
    let drivers: Vec<&str> =
        format.drivers.iter().copied().filter(|driver| DriverManager::get_driver_by_name(driver).is_ok()).collect();
    if drivers.is_empty() {
        let (reason, hint) = formats::missing_driver(format);
        return Err(ReadFailure::Unreadable { reason, hint: Some(hint) });
    }
    let said = request.encoding.as_deref();
    let opening = Opening { path, format, drivers: &drivers };
    match format.care {
        Care::Plain => opening.with(&[]).map(Source::plain),
        Care::Shapefile => {
            shapefile::check(path)?;
            let encoding = match shapefile::sibling(path, "dbf") {
                Some(dbf) => encoding::of_dbf(&dbf, said).map_err(|error| unreadable(&error))?,
                None => request.encoding.clone(),
            };
            let options: Vec<String> = encoding.iter().map(|encoding| format!("ENCODING={encoding}")).collect();
            Ok(Source { encoding, ..Source::plain(opening.with(&options)?) })
        }
        Care::Table => table::open(&opening, request),
        Care::Workbook => workbook::open(&opening, request),
        Care::Drawing => {
            gdal::config::set_config_option("DXF_ENCODING", said.unwrap_or("")).map_err(|e| unreadable(&e))?;
            drawing::open(&opening, request.expect)
        }
        Care::OpenStreetMap => street_map::open(&opening, request.layer.as_deref()),
        Care::Interlis => interlis::open(&opening),
        Care::MapInfo => mapinfo::open(&opening, said),
    }
}

/// A file about to be opened.
pub(super) struct Opening<'a> {
    pub(super) path: &'a Path,
    pub(super) format: &'static Format,
    drivers: &'a [&'a str],
}

impl Opening<'_> {
    /// Opens the file itself, with these options beside the format's own.
    pub(super) fn with(&self, options: &[String]) -> Result<Dataset, ReadFailure> {
        self.named(&self.path.to_string_lossy(), options)
    }

    /// Opens what stands in for the file under another name.
    pub(super) fn named(&self, name: &str, options: &[String]) -> Result<Dataset, ReadFailure> {
        let options: Vec<&str> =
            self.format.options.iter().copied().chain(options.iter().map(String::as_str)).collect();
        ogr::reset_error();
        Dataset::open_ex(
            name,
            DatasetOptions {
                open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
                allowed_drivers: Some(self.drivers),
                open_options: Some(&options),
                sibling_files: None,
            },
        )
        .map_err(|_| why_not(self.path, self.format.name))
    }
}

/// Opens the GeoPackage that stands in for a file.
pub(super) fn stand_in(path: &Path) -> Result<Dataset, ReadFailure> {
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY;
    let options = DatasetOptions { open_flags, allowed_drivers: Some(&["GPKG"]), ..DatasetOptions::default() };
    Dataset::open_ex(path, options).map_err(|error| unreadable(&error))
}

/// A temporary folder for what stands in for a file.
pub(super) fn scratch() -> Result<TempDir, ReadFailure> {
    tempfile::Builder::new().prefix("twin-read-").tempdir().map_err(|error| unreadable(&error))
}

/// Opens a raster of heights.
pub(super) fn raster(file: &str) -> Result<Dataset, ReadFailure> {
    raster_with(file, RASTER_DRIVERS, "GeoTIFF")
}

/// Opens a picture.
pub(super) fn picture(file: &str) -> Result<Dataset, ReadFailure> {
    raster_with(file, PICTURE_DRIVERS, PICTURE)
}

fn raster_with(file: &str, drivers: &[&str], kind: &str) -> Result<Dataset, ReadFailure> {
    let path = Path::new(file);
    check_plain(path)?;
    ogr::reset_error();
    Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(drivers),
            open_options: None,
            sibling_files: None,
        },
    )
    .map_err(|_| why_not(path, kind))
}

pub(super) fn unreadable(error: &dyn std::error::Error) -> ReadFailure {
    ReadFailure::Unreadable { reason: error.to_string(), hint: None }
}

/// Only plain files on this machine: GDAL would follow `/vsi…` names and addresses elsewhere.
pub(super) fn check_plain(path: &Path) -> Result<(), ReadFailure> {
    check_place(path, &formats::ANY)
}

fn check_place(path: &Path, format: &Format) -> Result<(), ReadFailure> {
    if path.starts_with("/vsi") || path.to_string_lossy().starts_with("/vsi") {
        return Err(ReadFailure::Unreadable { reason: "only plain files are read".to_owned(), hint: None });
    }
    let meta = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if meta.is_dir() && format.folder {
        return Ok(());
    }
    if !meta.is_file() {
        let hint = format.folder.then(|| format!("a {} is a folder; unpack it if it came in an archive", format.name));
        return Err(ReadFailure::Unreadable { reason: "it is not a file".to_owned(), hint });
    }
    if format.folder {
        let hint = Some(format!("a {} is a folder: copy all of it", format.name));
        return Err(ReadFailure::Unreadable { reason: "it is a file, not a folder".to_owned(), hint });
    }
    if meta.len() == 0 {
        let hint = Some("fetch the file again".to_owned());
        return Err(ReadFailure::Unreadable { reason: "it is empty (0 bytes)".to_owned(), hint });
    }
    Ok(())
}

/// GDAL's reason, or what the first bytes give away.
pub(super) fn why_not(path: &Path, kind: &str) -> ReadFailure {
    let said = ogr::last_error();
    let mut head = [0; 512];
    let got = File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let head = &head[..got];
    let is_text = !head.is_empty()
        && !head.contains(&0)
        && std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let binary_expected = ["GeoPackage", "shapefile", "FlatGeobuf", "GeoTIFF", "GeoParquet", PICTURE].contains(&kind);
    if is_text && binary_expected {
        let start: String = String::from_utf8_lossy(head).chars().take(40).collect();
        return ReadFailure::Unreadable {
            reason: format!("it is a text file, not a {kind}; it begins {start:?}"),
            hint: Some("check that the right file was saved under this name".to_owned()),
        };
    }
    let reason = match said {
        // GDAL's own sentence names drivers and paths; its gist is this.
        Some(said) if said.contains("not recognized") => format!("it is not a {kind}"),
        Some(said) => said,
        None => format!("it is not a {kind}"),
    };
    ReadFailure::Unreadable { reason, hint: Some("open it in a GIS and save it again, or fetch it again".to_owned()) }
}
