//! The house's walls: which crate may depend on which, and what none of them may reach.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of the workspace.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("spatial-db", &[]),
    ("shaders", &[]),
    ("importers", &["spatial-db"]),
    ("analysis", &["spatial-db"]),
    ("twin-engine", &["analysis", "shaders", "spatial-db"]),
    ("twin", &["analysis", "importers", "spatial-db", "twin-engine"]),
];

/// Crates that must not be reached, however deep.
const FORBIDDEN: [(&str, &[&str]); 4] = [
    ("spatial-db", &["bevy", "gdal", "gdal-sys", "wgpu"]),
    ("importers", &["bevy", "bevy_ecs", "wgpu"]),
    ("analysis", &["bevy", "bevy_ecs", "gdal", "gdal-sys", "wgpu"]),
    ("twin-engine", &["gdal", "gdal-sys"]),
];

/// How SQL statements begin.
const STATEMENTS: [&str; 11] =
    ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "TRUNCATE", "COPY", "PRAGMA"];

/// What `cargo metadata` says of the workspace.
fn metadata() -> Value {
    // Only this platform's packages: those of others need not have been fetched.
    let version = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON from cargo metadata")
}

fn list<'a>(value: &'a Value, field: &str) -> &'a Vec<Value> {
    value[field].as_array().unwrap_or_else(|| panic!("no list {field}"))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no text {field}"))
}

/// The packages of the workspace, by name.
fn members(metadata: &Value) -> BTreeMap<&str, &Value> {
    let ids: BTreeSet<&str> = list(metadata, "workspace_members").iter().filter_map(Value::as_str).collect();
    let packages = list(metadata, "packages").iter().filter(|package| ids.contains(text(package, "id")));
    packages.map(|package| (text(package, "name"), package)).collect()
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let members = members(&metadata);
    let named: BTreeSet<&str> = members.keys().copied().collect();
    assert_eq!(named, ALLOWED.iter().map(|rule| rule.0).collect(), "a new crate needs its rule here");
    for (crate_name, allowed) in ALLOWED {
        for dependency in list(members[crate_name], "dependencies") {
            let (name, kind) = (text(dependency, "name"), &dependency["kind"]);
            if kind.is_null() && named.contains(name) {
                assert!(allowed.contains(&name), "{crate_name} must not use {name}");
            }
        }
    }
}

#[test]
fn lower_crates_reach_neither_bevy_nor_gdal() {
    let metadata = metadata();
    let name_of: BTreeMap<&str, &str> =
        list(&metadata, "packages").iter().map(|p| (text(p, "id"), text(p, "name"))).collect();
    let normal = |dependency: &&Value| list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
    let edges: BTreeMap<&str, Vec<&str>> = list(&metadata["resolve"], "nodes")
        .iter()
        .map(|node| (text(node, "id"), list(node, "deps").iter().filter(normal).map(|d| text(d, "pkg")).collect()))
        .collect();
    for (start, forbidden) in FORBIDDEN {
        for name in forbidden {
            assert!(name_of.values().any(|known| known == name), "no package is called {name} any more");
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![text(members(&metadata)[start], "id")];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(&edges[id]);
            }
        }
        assert!(seen.len() > 1, "{start} reaches nothing: the graph was not read");
        let reached: Vec<&str> = seen.into_iter().map(|id| name_of[id]).filter(|n| forbidden.contains(n)).collect();
        assert!(reached.is_empty(), "{start} reaches {reached:?}");
    }
}

/// What follows from the park is told from what the park is, wherever it is kept.
#[test]
fn analysis_does_not_know_the_store() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut offenders, mut looked_at) = (Vec::new(), 0);
    visit(&root.join("analysis/src"), &mut |path, text| {
        looked_at += 1;
        if text.contains("spatial_db::store") || text.contains("spatial_db::cluster") {
            offenders.push(path.display().to_string());
        }
    });
    assert!(looked_at > 100, "{looked_at} files");
    assert!(offenders.is_empty(), "{offenders:#?}");
}

/// SQL text lives only under `spatial-db/{migrations,sql}`: that of the program, and that of other crates' tests.
#[test]
fn sql_stays_in_its_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut offenders, mut looked_at) = (Vec::new(), 0);
    for folder in ["analysis", "importers", "shaders", "spatial-db/src", "twin-engine", "twin/src", "twin/tests"] {
        visit(&root.join(folder), &mut |path, text| {
            looked_at += 1;
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                let begins = STATEMENTS.iter().any(|word| code.contains(&format!("\"{word} ")));
                let reads = ["SELECT", "FROM"].iter().all(|word| code.contains(&format!("{word} ")));
                if begins || reads {
                    offenders.push(format!("{}:{}", path.display(), number + 1));
                }
            }
        });
    }
    assert!(looked_at > 100, "{looked_at} files");
    assert!(offenders.is_empty(), "SQL outside spatial-db/sql and spatial-db/migrations: {offenders:#?}");
}

/// Files that a person can hold in the head.
#[test]
fn no_source_file_is_past_600_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut long, mut looked_at) = (Vec::new(), 0);
    for folder in ["analysis", "importers", "shaders", "spatial-db", "twin-engine", "twin"] {
        visit(&root.join(folder), &mut |path, text| {
            looked_at += 1;
            if text.lines().count() > 600 {
                long.push(path.display().to_string());
            }
        });
    }
    assert!(looked_at > 100, "{looked_at} files");
    assert!(long.is_empty(), "{long:#?}");
}

/// What measures or makes what is measured, in `*/examples`, is part of `make bench`: a figure that nobody prints is not kept.
#[test]
fn every_example_is_run_by_the_bench() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bench = std::fs::read_to_string(root.join("setup/bench.sh")).expect("the bench");
    let metadata = metadata();
    let members = members(&metadata);
    let targets = members.values().flat_map(|package| list(package, "targets"));
    let of_examples = targets.filter(|target| list(target, "kind").iter().any(|kind| kind == "example"));
    let examples: Vec<&str> = of_examples.map(|target| text(target, "name")).collect();
    assert!(examples.len() > 10, "{examples:?}");
    let lines = bench.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    let run: BTreeSet<&str> = words.filter_map(|word| word.strip_prefix("target/debug/examples/")).collect();
    let left: Vec<&str> = examples.into_iter().filter(|name| !run.contains(name)).collect();
    assert!(left.is_empty(), "setup/bench.sh does not run {left:?}");
}

/// Where one program takes in the tests of many files, a file that it does not name would stand there untested.
#[test]
fn every_file_of_tests_is_in_a_program() {
    let metadata = metadata();
    let (mut left, mut looked_at) = (Vec::new(), 0);
    for package in members(&metadata).into_values() {
        let is_test = |target: &&Value| list(target, "kind").iter().any(|kind| kind == "test");
        let programs =
            list(package, "targets").iter().filter(is_test).map(|target| PathBuf::from(text(target, "src_path")));
        let mut taken_in: BTreeSet<PathBuf> = programs.collect();
        for program in taken_in.clone() {
            let source = std::fs::read_to_string(&program).expect("a test program");
            let names = source.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
            taken_in.extend(names.map(|name| program.with_file_name(format!("{name}.rs"))));
        }
        let folder = Path::new(text(package, "manifest_path")).with_file_name("tests");
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("a folder entry").path();
            if path.extension().is_some_and(|e| e == "rs") {
                looked_at += 1;
                if !taken_in.contains(&path) {
                    left.push(path);
                }
            }
        }
    }
    assert!(looked_at > 50, "{looked_at} files");
    assert!(left.is_empty(), "no test program takes in {left:#?}");
}

fn visit(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            visit(&path, look);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "wgsl") {
            look(&path, &std::fs::read_to_string(&path).expect("a text file"));
        }
    }
}
