//! Parks of real places, where `TWIN_REAL_DATA` names the folder that holds their data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::ParkSnapshot;
use spatial_db::store::Store;

/// The folder of a real place's data.
pub(crate) fn real(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("TWIN_REAL_DATA") else {
        println!("TWIN_REAL_DATA is not set: {folder} is not tested");
        return None;
    };
    // Relative to the project's top folder, wherever the test runs.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(root).join(folder);
    assert!(root.is_dir(), "TWIN_REAL_DATA has no folder {}", root.display());
    Some(root)
}

/// The manifests of the project whose files are all at hand, each with the folder that holds them, within that of all data.
pub(crate) fn at_hand() -> Option<Vec<(String, String)>> {
    let root = real("")?;
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut folders = below(&root);
    folders.extend(folders.clone().iter().flat_map(|folder| below(folder)));
    folders.sort();
    let parks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../importers/parks");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(parks).expect("the manifests") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a manifest");
        let files: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("file = \"")?.strip_suffix('"')).collect();
        assert!(!files.is_empty(), "{} names no file", path.display());
        let holds = |folder: &&PathBuf| files.iter().all(|file| folder.join(file).exists());
        let name = path.file_name().unwrap_or_default().to_string_lossy().replace(".park.toml", "");
        match folders.iter().find(holds) {
            Some(folder) => {
                let within = folder.strip_prefix(&root).expect("it is below");
                found.push((within.display().to_string(), name));
            }
            None => println!("the files of {name} are not at hand: it is not looked at"),
        }
    }
    found.sort();
    Some(found)
}

/// A real park, imported. Its database is for reading: tests share it.
pub(crate) struct Imported {
    pub(crate) report: Value,
    pub(crate) snapshot: ParkSnapshot,
    pub(crate) store: Store,
    pub(crate) database: &'static ScratchDatabase,
}

impl Imported {
    /// Imports a folder with the manifest of its name.
    pub(crate) fn new(folder: &str) -> Option<Self> {
        Self::of(folder, folder)
    }

    /// Imports a folder with a manifest of the project, once for all tests of this program.
    pub(crate) fn of(folder: &str, manifest: &str) -> Option<Self> {
        let root = real(folder)?;
        Some(Self::at(known(manifest).get_or_init(|| import_twice(&root, manifest))))
    }

    /// Imports a copy of a folder with the manifest of its name, the text of one file in it altered: once for the test that asks.
    pub(crate) fn altered(folder: &str, file: &str, alter: impl FnOnce(String) -> String) -> Option<Self> {
        let root = real(folder)?;
        let copied = tempfile::tempdir().expect("a folder");
        super::copy(&root, &copied.path().to_path_buf());
        let path = copied.path().join(file);
        let text = std::fs::read_to_string(&path).expect("the file is text");
        std::fs::write(&path, alter(text)).expect("the copy is written");
        Some(Self::at(Box::leak(Box::new(import_twice(copied.path(), folder)))))
    }

    fn at((database, report): &'static (ScratchDatabase, Value)) -> Self {
        let mut store = database.store().expect("the store");
        let slug = report["park"].as_str().expect("the park's name").to_owned();
        let snapshot = store.snapshot(&slug).expect("the snapshot");
        Self { report: report.clone(), snapshot, store, database }
    }

    /// Rows read, over all layers of a role.
    pub(crate) fn read(&self, role: &str) -> u64 {
        layers(&self.report).iter().filter(|l| l["role"] == role).map(|l| l["read"].as_u64().unwrap()).sum()
    }
}

/// The layers of an import's report.
pub(crate) fn layers(report: &Value) -> &Vec<Value> {
    report["layers"].as_array().expect("layers")
}

/// A park in its database, with the report of its import.
type Known = OnceLock<(ScratchDatabase, Value)>;

/// Where the park of a manifest is kept once it is imported: who comes meanwhile waits for that park alone.
fn known(manifest: &str) -> &'static Known {
    static PARKS: Mutex<BTreeMap<String, &'static Known>> = Mutex::new(BTreeMap::new());
    let mut parks = PARKS.lock().unwrap_or_else(PoisonError::into_inner);
    parks.entry(manifest.to_owned()).or_insert_with(|| Box::leak(Box::new(Known::new())))
}

/// Imports twice: the second time nothing may change.
fn import_twice(root: &Path, manifest: &str) -> (ScratchDatabase, Value) {
    let database = ScratchDatabase::create().expect("a scratch database");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../importers/parks/{manifest}.park.toml"));
    let import = || -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_twin"))
            .arg("import")
            .args([&file, Path::new("--root"), root, Path::new("--json")])
            .env("TWIN_DATABASE_URL", database.url())
            .output()
            .expect("twin runs");
        assert!(output.status.success(), "{manifest}: {}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(printed.lines().last().unwrap_or_default()).expect("the last event is the report")
    };
    let report = import();
    let again = import();
    for field in ["added", "changed", "removed"] {
        let sum: u64 = layers(&again).iter().map(|l| l[field].as_u64().unwrap()).sum();
        assert_eq!(sum, 0, "second import of {manifest}: {field}");
    }
    (database, report)
}
