//! What the tests of the built command share: a database and folder of their own, and the sample park.
#![allow(dead_code, reason = "every test program uses its own part")]

pub(crate) mod real;
pub(crate) mod screen;
pub(crate) mod spreadsheet;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::NetworkNode;

/// Whether a valve or switch of the sample stands open by the survey: those that part a ring do not.
pub(crate) fn stands_open(node: &NetworkNode) -> bool {
    node.provenance.attributes.get("NormState").and_then(Value::as_str).is_none_or(str::is_empty)
}

/// A database of its own and a folder for files; both go when it is dropped.
pub(crate) struct Place {
    pub(crate) database: ScratchDatabase,
    pub(crate) folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            database: ScratchDatabase::create().expect("a scratch database"),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A place whose database has the sample park, as `twin import` brought it in once for all tests of this program.
    pub(crate) fn imported() -> Self {
        // Nobody drops it; the next program of tests does, when it sweeps.
        static SAMPLE: OnceLock<ScratchDatabase> = OnceLock::new();
        let sample = SAMPLE.get_or_init(|| {
            let place = Self::new();
            place.json(&["import", &manifest(), "--json"]);
            place.database
        });
        Self {
            database: sample.copy().expect("a copy of the sample park"),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn twin(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("twin runs")
    }

    /// The command, not yet run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
        command.args(arguments).env("TWIN_DATABASE_URL", self.database.url());
        command.env("TWIN_DATA_DIR", self.folder.path().join("data")).current_dir(self.folder.path());
        command
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.twin(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        // An import streams events; the last one is its report. Every other verb prints one object.
        let printed = String::from_utf8_lossy(&output.stdout);
        let last = if arguments[0] == "import" { printed.lines().last().unwrap_or_default() } else { &printed };
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{arguments:?} printed no JSON object: {e}"))
    }

    /// Exit code and standard error of a run that must fail.
    pub(crate) fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.twin(arguments);
        assert!(!output.status.success(), "{arguments:?} should have failed");
        (output.status.code().expect("an exit code"), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The sample park, generated once for all tests of this program.
pub(crate) fn sample() -> &'static Path {
    static SAMPLE: OnceLock<tempfile::TempDir> = OnceLock::new();
    SAMPLE
        .get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let output = Command::new(env!("CARGO_BIN_EXE_twin"))
                .args(["sample", &folder.path().display().to_string(), "--json"])
                .output()
                .expect("twin runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            folder
        })
        .path()
}

pub(crate) fn manifest() -> String {
    sample().join("park.toml").display().to_string()
}

/// Copies the sample with one change to the manifest; returns the manifest's path.
pub(crate) fn altered(place: &Place, name: &str, from: &str, to: &str) -> String {
    let folder = place.folder.path().join(name);
    copy(sample(), &folder);
    let manifest = folder.join("park.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(from), "the manifest has {from:?}");
    std::fs::write(&manifest, text.replacen(from, to, 1)).unwrap();
    manifest.display().to_string()
}

fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
