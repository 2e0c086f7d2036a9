//! The several files of a shapefile against each other. Reading them is left to GDAL.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::open::{unreadable, why_not};
use super::protocol::ReadFailure;

/// The file beside `path` with another ending, in small or capital letters.
pub(super) fn sibling(path: &Path, extension: &str) -> Option<PathBuf> {
    [extension.to_owned(), extension.to_uppercase()]
        .into_iter()
        .map(|extension| path.with_extension(extension))
        .find(|candidate| candidate.is_file())
}

/// A shapefile that is shorter than its headers say would be read as if it simply had fewer rows.
pub(super) fn check(path: &Path) -> Result<(), ReadFailure> {
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
    match why_not(path, "shapefile") {
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
