//! Archives as parks mail them: unpacked into a temporary folder, within a limit, with Chinese names in any encoding.
//!
//! Reading what was inside is left to `open`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use encoding_rs::GB18030;
use tempfile::TempDir;
use zip::ZipArchive;

use super::formats::{self, FORMATS};
use super::protocol::ReadFailure;

/// Most that an archive may hold when unpacked, bytes.
const MOST_UNPACKED: u64 = 8 << 30;
/// Most times that it may grow. Text of coordinates shrinks to a tenth or a twentieth, zeros to a thousandth.
const MOST_GROWTH: u64 = 200;
/// Unpacked bytes below which growth says nothing.
const SMALL: u64 = 64 << 20;
/// Most files in an archive.
const MOST_FILES: usize = 20_000;

/// An unpacked archive.
#[derive(Debug)]
pub(super) struct Unpacked {
    folder: TempDir,
    /// Files that can be read, by the name they have in the archive.
    members: Vec<PathBuf>,
}

/// Whether a file is an archive by its name.
pub(super) fn is_archive(path: &Path) -> bool {
    ["gz", "zip"].contains(&formats::ending(path).as_str())
}

impl Unpacked {
    /// Unpacks an archive.
    pub(super) fn open(path: &Path) -> Result<Self, ReadFailure> {
        let folder = tempfile::Builder::new().prefix("twin-unpacked-").tempdir().map_err(failed)?;
        let length = path.metadata().map_err(failed)?.len();
        let mut budget = Budget { packed: length, unpacked: 0 };
        let names = if formats::ending(path) == "gz" {
            gunzip(path, folder.path(), &mut budget)?
        } else {
            unzip(path, folder.path(), &mut budget)?
        };
        let members = readable(&names);
        if members.is_empty() {
            let held: Vec<String> = names.iter().take(6).map(|name| name.display().to_string()).collect();
            let advice = names.iter().find_map(|name| formats::foreign(name)).map(str::to_owned);
            return Err(ReadFailure::Unreadable {
                reason: format!("nothing in this archive can be read; it holds {}", listed(&held)),
                hint: advice.or_else(|| Some("unpack it and name the file inside".to_owned())),
            });
        }
        Ok(Self { folder, members })
    }

    /// Where its files are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file that a request means, and the layer in it: the only one, or the one that `layer` names.
    pub(super) fn choose(&self, layer: Option<&str>) -> Result<(PathBuf, Option<String>), ReadFailure> {
        let place = |member: &PathBuf| self.folder.path().join(member);
        if let [only] = self.members.as_slice() {
            return Ok((place(only), layer.map(str::to_owned)));
        }
        let known = || self.members.iter().map(|member| member.display().to_string()).collect::<Vec<_>>();
        let Some(layer) = layer else { return Err(ReadFailure::WhichLayer { known: known() }) };
        // `roads`, `roads.shp`, `folder/roads.shp`, and `plans.gdb:roads` for a layer of a file that holds several.
        let (wanted, inner) = match layer.split_once(':') {
            Some((wanted, inner)) => (wanted, Some(inner.to_owned())),
            None => (layer, None),
        };
        let named: Vec<&PathBuf> = self
            .members
            .iter()
            .filter(|member| {
                let name = member.file_name().map(|name| name.to_string_lossy().into_owned());
                let stem = member.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                member.to_string_lossy() == wanted || name.as_deref() == Some(wanted) || stem.as_deref() == Some(wanted)
            })
            .collect();
        match named.as_slice() {
            [one] => Ok((place(one), inner)),
            [] => Err(ReadFailure::NoSuchLayer { known: known() }),
            several => {
                Err(ReadFailure::WhichLayer { known: several.iter().map(|m| m.display().to_string()).collect() })
            }
        }
    }
}

/// How much has been unpacked, and how much may be.
struct Budget {
    packed: u64,
    unpacked: u64,
}

impl Budget {
    fn copy(&mut self, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), ReadFailure> {
        let mut chunk = vec![0; 1 << 18];
        loop {
            let got = match from.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(ReadFailure::Unreadable {
                        reason: format!("the archive is damaged or cut off: {error}"),
                        hint: Some("fetch the file again".to_owned()),
                    });
                }
            };
            self.unpacked += got as u64;
            self.check(self.unpacked)?;
            to.write_all(&chunk[..got]).map_err(|error| ReadFailure::Unreadable {
                reason: format!("it cannot be unpacked into the temporary folder: {error}"),
                hint: Some("free some space there, or unpack it yourself and name the file inside".to_owned()),
            })?;
        }
    }

    fn check(&self, unpacked: u64) -> Result<(), ReadFailure> {
        let reason = if unpacked > MOST_UNPACKED {
            format!("unpacked it is larger than {} GiB, the most that is unpacked here", MOST_UNPACKED >> 30)
        } else if unpacked > SMALL && unpacked / MOST_GROWTH > self.packed {
            format!("unpacked it grows more than {MOST_GROWTH} times, as a decompression bomb does")
        } else {
            return Ok(());
        };
        Err(ReadFailure::Unreadable {
            reason,
            hint: Some("if the file is what it says, unpack it yourself and name the file inside".to_owned()),
        })
    }
}

fn gunzip(path: &Path, folder: &Path, budget: &mut Budget) -> Result<Vec<PathBuf>, ReadFailure> {
    let name = PathBuf::from(path.file_stem().unwrap_or(path.as_os_str()));
    let mut packed = flate2::read::MultiGzDecoder::new(io::BufReader::new(File::open(path).map_err(failed)?));
    let mut out = File::create(folder.join(&name)).map_err(failed)?;
    budget.copy(&mut packed, &mut out)?;
    Ok(vec![name])
}

fn unzip(path: &Path, folder: &Path, budget: &mut Budget) -> Result<Vec<PathBuf>, ReadFailure> {
    let damaged = |error: zip::result::ZipError| ReadFailure::Unreadable {
        reason: format!("the archive is damaged or cut off: {error}"),
        hint: Some("fetch the file again".to_owned()),
    };
    let mut archive = ZipArchive::new(File::open(path).map_err(failed)?).map_err(damaged)?;
    if archive.len() > MOST_FILES {
        return Err(ReadFailure::Unreadable {
            reason: format!("it holds {} files, more than the {MOST_FILES} that are unpacked here", archive.len()),
            hint: Some("unpack it yourself and name the file inside".to_owned()),
        });
    }
    let mut raw_names = Vec::with_capacity(archive.len());
    let mut promised = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(damaged)?;
        if entry.encrypted() {
            return Err(ReadFailure::Unreadable {
                reason: "it is locked with a password".to_owned(),
                hint: Some("unpack it yourself and name the file inside".to_owned()),
            });
        }
        promised = promised.saturating_add(entry.size());
        raw_names.push(entry.name_raw().to_vec());
    }
    budget.check(promised)?;
    let mut names = Vec::new();
    for (index, name) in decode(&raw_names).into_iter().enumerate() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        // What macOS adds is no part of the data.
        if entry.is_dir() || entry.is_symlink() || name.starts_with("__MACOSX") {
            continue;
        }
        let Some(inside) = inside(&name) else { continue };
        let place = folder.join(&inside);
        if let Some(parent) = place.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let mut out = File::create(&place).map_err(failed)?;
        budget.copy(&mut entry, &mut out)?;
        names.push(inside);
    }
    Ok(names)
}

/// Names of an archive's files. Windows writes them in the code page of the machine and does not say which.
fn decode(raw: &[Vec<u8>]) -> Vec<String> {
    let utf8: Option<Vec<String>> = raw.iter().map(|name| String::from_utf8(name.clone()).ok()).collect();
    if let Some(names) = utf8 {
        return names;
    }
    let gb18030: Option<Vec<String>> = raw
        .iter()
        .map(|name| GB18030.decode_without_bom_handling_and_without_replacement(name).map(std::borrow::Cow::into_owned))
        .collect();
    gb18030.unwrap_or_else(|| raw.iter().map(|name| encoding_rs::mem::decode_latin1(name).into_owned()).collect())
}

/// The name as a path below the folder; `None` for one that would leave it.
fn inside(name: &str) -> Option<PathBuf> {
    let path: PathBuf = name.replace('\\', "/").split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let plain =
        path.components().all(|part| matches!(part, Component::Normal(_))) && path.components().next().is_some();
    plain.then_some(path)
}

/// The files among `names` that can be read, each data set once: a shapefile by its .shp, a geodatabase by its folder.
fn readable(names: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for name in names {
        let geodatabase = name.ancestors().find(|folder| formats::ending(folder) == "gdb");
        let member = geodatabase.unwrap_or(name).to_path_buf();
        let rank = FORMATS.iter().position(|format| format.endings.contains(&formats::ending(&member).as_str()));
        let Some(rank) = rank else { continue };
        let part_of_shapefile = ["dbf", "shx"].contains(&formats::ending(&member).as_str())
            && names
                .iter()
                .any(|other| formats::ending(other) == "shp" && other.with_extension("") == member.with_extension(""));
        if !part_of_shapefile && !found.iter().any(|(_, other)| *other == member) {
            found.push((rank, member));
        }
    }
    // A table or a text beside maps is a note or a list; where there is nothing else, it is what was sent.
    let tables = FORMATS.len() - 1;
    if found.iter().any(|(rank, _)| *rank < tables) {
        found.retain(|(rank, _)| *rank < tables);
    }
    found.sort();
    found.into_iter().map(|(_, member)| member).collect()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "no file".to_owned() } else { names.join(", ") }
}

fn failed(error: io::Error) -> ReadFailure {
    ReadFailure::Unreadable { reason: error.to_string(), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_gbk_are_read_and_none_leaves_the_folder() {
        let gbk = GB18030.encode("宗地/地块.shp").0.into_owned();
        assert_eq!(decode(&[gbk, b"plain.txt".to_vec()]), ["宗地/地块.shp", "plain.txt"]);
        assert_eq!(inside("a\\b/./c.shp"), Some(PathBuf::from("a/b/c.shp")));
        assert_eq!(inside("../../etc/passwd"), None);
        assert_eq!(inside("/etc/passwd"), Some(PathBuf::from("etc/passwd")));
        assert_eq!(inside("//"), None);
    }

    #[test]
    fn a_data_set_of_many_files_counts_once() {
        let names: Vec<PathBuf> =
            ["读我.txt", "a/x.shp", "a/x.dbf", "a/x.shx", "y.dbf", "q.gdb/gdb", "q.gdb/a0001.gdbtable"]
                .iter()
                .map(PathBuf::from)
                .collect();
        assert_eq!(readable(&names), ["q.gdb", "a/x.shp", "y.dbf"].map(PathBuf::from));
        assert_eq!(readable(&names[..1]), [PathBuf::from("读我.txt")]);
    }
}
