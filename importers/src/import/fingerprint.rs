//! Are these the very files of the last import? Then there is nothing to read, whatever their size.
//!
//! What a run leaves in the store to compare with is left to `import`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::manifest::Manifest;
use crate::reader::ReaderCommand;

/// Changes whenever the same files would be understood in another way.
const GENERATION: &str = "twin import 1";

/// Bytes hashed at a time.
const PIECE: usize = 4 << 20;

/// Files whose readers look beyond them and their companions of the same name, such as code lists.
const LOOK_BEYOND: [&str; 3] = ["gml", "xml", "citygml"];

/// Everything that an import depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// BLAKE3 over the manifest, the program and every byte of every file.
    pub(super) hash: [u8; 32],
    /// Size and time of every file as it was hashed.
    files: Vec<(PathBuf, u64, Option<SystemTime>)>,
}

impl Fingerprint {
    /// Of the files of a manifest, and of those in `beside`; `None` where it is not known which files a layer depends on.
    ///
    /// # Errors
    /// A file that cannot be read, or that `is_cancelled` said so.
    pub(super) fn of(
        manifest: &Manifest,
        reader: &ReaderCommand,
        beside: &[PathBuf],
        is_cancelled: &dyn Fn() -> bool,
    ) -> io::Result<Option<Self>> {
        let mut paths = BTreeSet::new();
        for layer in &manifest.layers {
            let file = manifest.root.join(&layer.file);
            let extension = file.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default();
            if LOOK_BEYOND.contains(&extension.as_str()) {
                return Ok(None);
            }
            paths.extend(companions(&file)?);
        }
        paths.extend(beside.iter().cloned());
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(GENERATION.as_bytes());
        part(env!("CARGO_PKG_VERSION").as_bytes());
        // Another build of the program may understand files in another way.
        let program = fs::metadata(&reader.program)?;
        let built = program.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        part(format!("{} {built:?}", program.len()).as_bytes());
        part(manifest.text.as_bytes());
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            let meta = fs::metadata(&path)?;
            // A pipe or a device has no end; the reader refuses it with the right words.
            if !meta.is_file() {
                return Ok(None);
            }
            let name = path.strip_prefix(&manifest.root).unwrap_or(&path);
            part(name.to_string_lossy().as_bytes());
            part(&hash_of(&path, is_cancelled)?);
            files.push((path, meta.len(), meta.modified().ok()));
        }
        Ok(Some(Self { hash: *hasher.finalize().as_bytes(), files }))
    }

    /// Whether every file is still as it was hashed, by size and time: what was read in between is what was hashed.
    pub(super) fn holds(&self) -> bool {
        self.files.iter().all(|(path, length, modified)| {
            fs::metadata(path).is_ok_and(|meta| meta.len() == *length && meta.modified().ok() == *modified)
        })
    }
}

/// BLAKE3 of a file, a piece at a time.
fn hash_of(path: &Path, is_cancelled: &dyn Fn() -> bool) -> io::Result<[u8; 32]> {
    let mut file = fs::File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; PIECE];
    loop {
        if is_cancelled() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let mut filled = 0;
        while filled < piece.len() {
            match file.read(&mut piece[filled..])? {
                0 => break,
                got => filled += got,
            }
        }
        if filled == 0 {
            return Ok(*hasher.finalize().as_bytes());
        }
        hasher.update(&piece[..filled]);
    }
}

/// A file and what belongs to it: everything of the same name with other endings, or everything in the folder it is.
fn companions(file: &Path) -> io::Result<Vec<PathBuf>> {
    if file.is_dir() {
        let mut found = Vec::new();
        for entry in fs::read_dir(file)? {
            let path = entry?.path();
            if path.is_file() {
                found.push(path);
            }
        }
        return Ok(found);
    }
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = vec![file.to_path_buf()];
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let rest = name.strip_prefix(&stem);
        if path.is_file() && path != file && rest.is_some_and(|rest| rest.starts_with(['.', '-'])) {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &Path, text: &str) -> Option<Fingerprint> {
        let manifest = Manifest::parse(&folder.join("park.toml"), text, None).unwrap();
        let reader = ReaderCommand { program: std::env::current_exe().unwrap(), args: Vec::new() };
        Fingerprint::of(&manifest, &reader, &[], &|| false).unwrap()
    }

    #[test]
    fn every_byte_counts_and_every_companion() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let text = "[park]\nslug = \"t\"\ncrs = \"EPSG:4549\"\n\n[[layer]]\nname = \"a\"\nrole = \"parcel\"\nfile = \"a.shp\"\n";
        write("a.shp", "shapes");
        write("a.dbf", "table");
        write("b.dbf", "another's");
        let first = of(folder.path(), text).unwrap();
        assert!(first.holds());
        assert_eq!(of(folder.path(), text).unwrap().hash, first.hash);
        write("b.dbf", "another's, changed");
        assert_eq!(of(folder.path(), text).unwrap().hash, first.hash);
        assert_ne!(of(folder.path(), &format!("{text}\n")).unwrap().hash, first.hash);
        write("a.cpg", "GBK");
        let with_page = of(folder.path(), text).unwrap();
        assert_ne!(with_page.hash, first.hash);
        write("a.dbf", "TABLE");
        assert_ne!(of(folder.path(), text).unwrap().hash, with_page.hash);
        write("a.dbf", "table, longer");
        assert!(!with_page.holds());
        assert!(of(folder.path(), &text.replace("a.shp", "a.gml")).is_none());
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("endless.csv")).unwrap();
        assert!(of(folder.path(), &text.replace("a.shp", "endless.csv")).is_none());
    }
}
