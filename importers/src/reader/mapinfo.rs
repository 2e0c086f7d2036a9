//! Tables of `MapInfo`: where the manifest says the encoding, it counts for more than the character set in the file.
//!
//! Files from China often claim `WindowsLatin1` or nothing. GDAL believes them and offers no way to disagree, so it is
//! shown a copy of the header that claims nothing; `encoding` then decodes what it passes on.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use super::formats;
use super::open::{self, Opening, Source, unreadable};
use super::protocol::ReadFailure;

/// Lines in which the header may say its character set.
const HEADER_LINES: usize = 12;

/// Opens a table, ignoring its own character set if another is said.
pub(super) fn open(opening: &Opening<'_>, said: Option<&str>) -> Result<Source, ReadFailure> {
    let Some(said) = said else { return opening.with(&[]).map(Source::plain) };
    let scratch = open::scratch()?;
    let copied = copy_without_charset(opening.path, scratch.path()).map_err(|error| unreadable(&error))?;
    let dataset = opening.named(&copied, &[])?;
    Ok(Source { encoding: Some(said.to_owned()), scratch: Some(scratch), ..Source::plain(dataset) })
}

/// The header copied, the other files of the table linked beside it.
fn copy_without_charset(path: &Path, folder: &Path) -> std::io::Result<String> {
    let stem = path.file_stem().unwrap_or_default();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in std::fs::read_dir(parent)? {
        let other = entry?.path();
        if other.file_stem() == Some(stem) && other.file_name() != path.file_name() {
            std::os::unix::fs::symlink(
                std::path::absolute(&other)?,
                folder.join(other.file_name().unwrap_or_default()),
            )?;
        }
    }
    let copied = folder.join(path.file_name().unwrap_or_default());
    let mut from = BufReader::new(std::fs::File::open(path)?);
    let mut to = BufWriter::new(std::fs::File::create(&copied)?);
    let keyword: &[u8] = if formats::ending(path) == "mif" { b"charset" } else { b"!charset" };
    for _ in 0..HEADER_LINES {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        if line.trim_ascii_start().to_ascii_lowercase().starts_with(keyword) {
            line = if keyword[0] == b'!' { b"!charset Neutral\n".to_vec() } else { b"Charset \"Neutral\"\n".to_vec() };
        }
        to.write_all(&line)?;
    }
    std::io::copy(&mut from, &mut to)?;
    to.flush()?;
    Ok(copied.to_string_lossy().into_owned())
}
