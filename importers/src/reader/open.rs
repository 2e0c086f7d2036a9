//! Opening files: which drivers may look at them, with which options, and what is wrong with a file that does not open.
//!
//! Reading what was opened is left to `vector` and `raster`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use super::encoding;
use super::ogr;
use super::protocol::{LayerRequest, ReadFailure};

/// The only drivers that ever see a vector file.
const VECTOR_DRIVERS: &[&str] = &["GPKG", "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "GML", "FlatGeobuf", "DXF", "CSV"];

/// The only driver that ever sees a raster.
const RASTER_DRIVERS: &[&str] = &["GTiff"];

/// Largest CSV that is brought to UTF-8 in memory, bytes.
const LARGEST_RECODED: u64 = 1 << 31;

/// Whether a driver may ever see a file, were it only because another file names it.
pub(super) fn is_allowed(driver: &str) -> bool {
    // The driver of layers in memory opens no file; conditions on native rows are put to it.
    VECTOR_DRIVERS.contains(&driver) || RASTER_DRIVERS.contains(&driver) || driver == "Memory"
}

/// An open file and what had to be decided to open it.
pub(super) struct Source {
    pub(super) dataset: Dataset,
    /// Encoding that was chosen, where the file left it open.
    pub(super) encoding: Option<String>,
}

/// Opens a vector file.
pub(super) fn vector(request: &LayerRequest) -> Result<Source, ReadFailure> {
    let path = Path::new(&request.file);
    check_plain(path)?;
    let extension = path.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default();
    let drivers: &[&str] = match extension.as_str() {
        "gpkg" => &["GPKG"],
        "shp" | "dbf" | "shx" => &["ESRI Shapefile"],
        "geojson" => &["GeoJSON"],
        "json" => &["GeoJSON", "GeoJSONSeq"],
        "geojsonl" | "geojsons" | "ndjson" | "jsonl" => &["GeoJSONSeq"],
        "gml" => &["GML"],
        "fgb" => &["FlatGeobuf"],
        "dxf" => &["DXF"],
        "csv" | "tsv" | "txt" => &["CSV"],
        _ => VECTOR_DRIVERS,
    };
    let mut options: Vec<String> = Vec::new();
    let mut chosen = None;
    let mut name = request.file.clone();
    match drivers {
        ["ESRI Shapefile"] => {
            check_shapefile(path)?;
            let dbf = sibling(path, "dbf");
            chosen = match &dbf {
                Some(dbf) => encoding::of_dbf(dbf, request.encoding.as_deref()).map_err(|e| unreadable(&e))?,
                None => request.encoding.clone(),
            };
            options.extend(chosen.iter().map(|encoding| format!("ENCODING={encoding}")));
        }
        ["GML"] => {
            options.extend(["WRITE_GFS=NO", "DOWNLOAD_SCHEMA=NO"].map(str::to_owned));
        }
        ["CSV"] => {
            let (csv_name, csv_encoding) = recode_csv(path, request.encoding.as_deref())?;
            name = csv_name;
            chosen = csv_encoding;
            options.extend(["AUTODETECT_TYPE=NO", "KEEP_GEOM_COLUMNS=YES"].map(str::to_owned));
            if let Some(field) = &request.wkt {
                options.push(format!("GEOM_POSSIBLE_NAMES={field}"));
            }
        }
        ["DXF"] => {
            let encoding = request.encoding.as_deref().unwrap_or("");
            gdal::config::set_config_option("DXF_ENCODING", encoding).map_err(|e| unreadable(&e))?;
        }
        _ => {}
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    ogr::reset_error();
    let dataset = Dataset::open_ex(
        &name,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(drivers),
            open_options: Some(&options),
            sibling_files: None,
        },
    )
    .map_err(|_| why_not(path, drivers))?;
    Ok(Source { dataset, encoding: chosen })
}

/// Opens a raster file.
pub(super) fn raster(file: &str) -> Result<Dataset, ReadFailure> {
    let path = Path::new(file);
    check_plain(path)?;
    ogr::reset_error();
    Dataset::open_ex(
        path,
        DatasetOptions {
            open_flags: GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_READONLY,
            allowed_drivers: Some(RASTER_DRIVERS),
            open_options: None,
            sibling_files: None,
        },
    )
    .map_err(|_| why_not(path, RASTER_DRIVERS))
}

fn unreadable(error: &dyn std::error::Error) -> ReadFailure {
    ReadFailure::Unreadable { reason: error.to_string(), hint: None }
}

/// Only plain files on this machine: GDAL would follow `/vsi…` names and addresses elsewhere.
pub(super) fn check_plain(path: &Path) -> Result<(), ReadFailure> {
    if path.starts_with("/vsi") || path.to_string_lossy().starts_with("/vsi") {
        return Err(ReadFailure::Unreadable { reason: "only plain files are read".to_owned(), hint: None });
    }
    let meta = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !meta.is_file() {
        return Err(ReadFailure::Unreadable { reason: "it is not a file".to_owned(), hint: None });
    }
    if meta.len() == 0 {
        let hint = Some("fetch the file again".to_owned());
        return Err(ReadFailure::Unreadable { reason: "it is empty (0 bytes)".to_owned(), hint });
    }
    Ok(())
}

/// GDAL's reason, or what the first bytes give away.
fn why_not(path: &Path, drivers: &[&str]) -> ReadFailure {
    let said = ogr::last_error();
    let mut head = [0; 512];
    let got = File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let head = &head[..got];
    let is_text = !head.is_empty()
        && !head.contains(&0)
        && std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let binary_expected = matches!(drivers, ["GPKG" | "ESRI Shapefile" | "FlatGeobuf" | "GTiff"]);
    let kind = drivers.first().copied().unwrap_or("known file").replace("ESRI ", "");
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

fn sibling(path: &Path, extension: &str) -> Option<PathBuf> {
    [extension.to_owned(), extension.to_uppercase()]
        .into_iter()
        .map(|extension| path.with_extension(extension))
        .find(|candidate| candidate.is_file())
}

/// A shapefile that is shorter than its headers say would be read as if it simply had fewer rows.
fn check_shapefile(path: &Path) -> Result<(), ReadFailure> {
    let is_dbf = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("dbf"));
    if !is_dbf {
        let shp = sibling(path, "shp").unwrap_or_else(|| path.to_path_buf());
        for part in [Some(shp), sibling(path, "shx")] {
            let Some(part) = part else {
                return Err(ReadFailure::Unreadable {
                    reason: "the .shx index beside it is missing".to_owned(),
                    hint: Some("a shapefile is several files; copy .shp, .shx and .dbf together".to_owned()),
                });
            };
            let (head, found) = head::<28>(&part)?;
            let Some(head) = head.filter(|head| head[..4] == [0, 0, 0x27, 0x0a]) else {
                return Err(not_shapefile(&part));
            };
            // Bytes 24–27: length in 16-bit words, big-endian.
            let expected = u64::from(u32::from_be_bytes([head[24], head[25], head[26], head[27]])) * 2;
            if found < expected {
                return Err(ReadFailure::Truncated { expected, found, file: part.display().to_string() });
            }
        }
    }
    let Some(dbf) = sibling(path, "dbf") else {
        return Err(ReadFailure::Unreadable {
            reason: "the .dbf table beside it is missing".to_owned(),
            hint: Some("a shapefile is several files; copy .shp, .shx and .dbf together".to_owned()),
        });
    };
    let (head, found) = head::<12>(&dbf)?;
    let Some(head) = head else { return Err(not_shapefile(&dbf)) };
    let records = u64::from(u32::from_le_bytes([head[4], head[5], head[6], head[7]]));
    let header = u64::from(u16::from_le_bytes([head[8], head[9]]));
    let record = u64::from(u16::from_le_bytes([head[10], head[11]]));
    let fields = dbf_record_length(&dbf, header).unwrap_or(record);
    if fields > record {
        return Err(ReadFailure::Unreadable {
            reason: format!(
                "the table's header contradicts itself: its fields take {fields} bytes, its records {record}"
            ),
            hint: Some("open it where it was made and save it again".to_owned()),
        });
    }
    let expected = header + records * record;
    if found < expected {
        return Err(ReadFailure::Truncated { expected, found, file: dbf.display().to_string() });
    }
    Ok(())
}

/// Bytes that a record needs by its fields, the deletion mark included.
fn dbf_record_length(dbf: &Path, header: u64) -> Option<u64> {
    let mut bytes = vec![0; usize::try_from(header).ok()?];
    File::open(dbf).ok()?.read_exact(&mut bytes).ok()?;
    let fields = bytes.get(32..)?.chunks_exact(32).take_while(|field| field[0] != 0x0d);
    // Text fields of some programs are longer than 255: the high byte stands where decimals do.
    let length = |field: &[u8]| u64::from(field[16]) + if field[11] == b'C' { u64::from(field[17]) << 8 } else { 0 };
    Some(1 + fields.map(length).sum::<u64>())
}

fn not_shapefile(path: &Path) -> ReadFailure {
    match why_not(path, &["ESRI Shapefile"]) {
        ReadFailure::Unreadable { reason, hint } => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            ReadFailure::Unreadable { reason: format!("{name}: {reason}"), hint }
        }
        other => other,
    }
}

fn head<const N: usize>(path: &Path) -> Result<(Option<[u8; N]>, u64), ReadFailure> {
    let read = || -> io::Result<(Option<[u8; N]>, u64)> {
        let mut file = File::open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        let mut bytes = [0; N];
        Ok((file.read_exact(&mut bytes).is_ok().then_some(bytes), length))
    };
    read().map_err(|error| unreadable(&error))
}

/// The CSV driver reads UTF-8 only; anything else is brought to UTF-8 in memory first.
fn recode_csv(path: &Path, said: Option<&str>) -> Result<(String, Option<String>), ReadFailure> {
    let direct = match path.extension() {
        Some(ext) if ext.eq_ignore_ascii_case("csv") || ext.eq_ignore_ascii_case("tsv") => path.display().to_string(),
        // The driver opens other extensions only when it is told that they are CSV.
        _ => format!("CSV:{}", path.display()),
    };
    let length = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if length > LARGEST_RECODED {
        return Ok((direct, None));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let recoded = encoding::to_utf8(&bytes, said).map_err(|reason| ReadFailure::Unreadable { reason, hint: None })?;
    let Some((text, encoding)) = recoded else { return Ok((direct, None)) };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let memory = format!("/vsimem/recoded/{stem}.csv");
    gdal::vsi::create_mem_file(&memory, text.into_bytes()).map_err(|error| unreadable(&error))?;
    Ok((memory, Some(encoding)))
}
