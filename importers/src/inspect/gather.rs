//! Which files a person means: files as named, folders file by file, the companions of a file with it.
//!
//! Reading them is left to the reader.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A data set to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The file, or the folder of a `FileGDB`.
    pub(super) path: PathBuf,
    /// Files that belong to it.
    pub(super) companions: Vec<String>,
}

/// What was found, and what was left aside.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) sources: Vec<Source>,
    /// Files of folders that hold no data, with the reason.
    pub(super) aside: Vec<(PathBuf, String)>,
    /// Names that lead nowhere.
    pub(super) missing: Vec<PathBuf>,
}

/// Parts of one shapefile, its main part first.
const SHAPEFILE: [&str; 9] = ["shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "qix", "idx"];
/// Files that stand beside others and hold no data of their own.
const COMPANIONS: [&str; 18] = [
    "shx", "prj", "cpg", "sbn", "sbx", "qix", "xsd", "gfs", "tfw", "jgw", "ovr", "qmd", "qml", "ind", "idm", "qgz",
    "lyr", "wld",
];
/// Files that people keep beside data.
const NO_DATA: [&str; 17] = [
    "md", "pdf", "doc", "docx", "html", "htm", "png", "jpg", "jpeg", "toml", "py", "sh", "log", "license", "zip", "7z",
    "rar",
];
/// Rasters, by the ends of their names.
const RASTERS: [&str; 11] = ["tif", "tiff", "asc", "img", "jp2", "jpg", "jpeg", "png", "vrt", "hgt", "dem"];

fn extension(path: &Path) -> String {
    path.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Whether a file is read as a raster.
pub(super) fn is_raster(path: &Path) -> bool {
    RASTERS.contains(&extension(path).as_str())
}

/// Collects the data sets of files and folders, each once, in the order of their names.
pub(super) fn gather(named: &[PathBuf]) -> Gathered {
    let mut gathered = Gathered::default();
    let mut seen = BTreeSet::new();
    for path in named {
        if !path.exists() {
            gathered.missing.push(path.clone());
        } else if path.is_dir() && extension(path) != "gdb" {
            walk(path, 0, &mut seen, &mut gathered);
        } else {
            let main = main_part(path);
            if seen.insert(main.clone()) {
                gathered.sources.push(source(main));
            }
        }
    }
    gathered
}

/// Deepest folder that is looked into.
const DEEPEST: u8 = 8;

fn walk(folder: &Path, depth: u8, seen: &mut BTreeSet<PathBuf>, gathered: &mut Gathered) {
    let mut entries: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(error) => {
            gathered.aside.push((folder.to_path_buf(), error.to_string()));
            return;
        }
    };
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') || name.starts_with('~') {
            continue;
        }
        let ending = extension(&path);
        if path.is_dir() && ending != "gdb" {
            if depth < DEEPEST {
                walk(&path, depth + 1, seen, gathered);
            }
            continue;
        }
        let main = main_part(&path);
        if main != path && main.is_file() {
            continue;
        }
        if COMPANIONS.contains(&ending.as_str()) || name.ends_with(".aux.xml") {
            continue;
        }
        let plain_name = name.to_lowercase();
        let reads_like_a_note = ["readme", "licence", "license", "copying"].iter().any(|w| plain_name.starts_with(w));
        if NO_DATA.contains(&ending.as_str()) || ending.is_empty() || reads_like_a_note {
            gathered.aside.push((path, "it is no data file".to_owned()));
            continue;
        }
        if seen.insert(path.clone()) {
            gathered.sources.push(source(path));
        }
    }
}

/// The `.shp` of a part of a shapefile, else the file itself.
fn main_part(path: &Path) -> PathBuf {
    if SHAPEFILE.contains(&extension(path).as_str()) {
        for ending in ["shp", "SHP", "Shp"] {
            let main = path.with_extension(ending);
            if main.is_file() {
                return main;
            }
        }
    }
    path.to_path_buf()
}

fn source(path: PathBuf) -> Source {
    let mut companions = Vec::new();
    let endings: &[&str] = match extension(&path).as_str() {
        "shp" => &SHAPEFILE[1..],
        "dbf" => &["cpg"],
        "gml" => &["xsd", "gfs"],
        "tif" | "tiff" => &["tfw", "ovr", "tif.aux.xml"],
        "tab" => &["dat", "map", "id", "ind"],
        "mif" => &["mid"],
        _ => &[],
    };
    for ending in endings {
        for written in [(*ending).to_owned(), ending.to_uppercase()] {
            let beside = path.with_extension(&written);
            if beside.is_file() {
                companions.extend(beside.file_name().map(|name| name.to_string_lossy().into_owned()));
                break;
            }
        }
    }
    Source { path, companions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_shapefile_are_one_data_set() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), "x").unwrap();
        for name in
            ["宗地.shp", "宗地.shx", "宗地.dbf", "宗地.prj", "alone.dbf", "README.md", "dem.tif", "dem.tfw", ".hidden"]
        {
            put(name);
        }
        std::fs::create_dir(folder.path().join("deeper")).unwrap();
        put("deeper/points.csv");
        let gathered = gather(&[folder.path().to_path_buf()]);
        let names: Vec<String> =
            gathered.sources.iter().map(|s| s.path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["alone.dbf", "points.csv", "dem.tif", "宗地.shp"]);
        assert_eq!(gathered.sources[3].companions, ["宗地.shx", "宗地.dbf", "宗地.prj"]);
        assert_eq!(gathered.aside.len(), 1);
        // Named part by part, it is still one.
        let parts = ["宗地.dbf", "宗地.shp"].map(|name| folder.path().join(name));
        assert_eq!(gather(&parts).sources.len(), 1);
        assert_eq!(gather(&[folder.path().join("none.shp")]).missing.len(), 1);
    }
}
