//! The house's walls: which crate may depend on which, and what none of them may reach.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

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

fn metadata() -> cargo_metadata::Metadata {
    MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .other_options(vec!["--offline".into(), "--locked".into()])
        .exec()
        .expect("cargo metadata of the workspace")
}

#[test]
fn dependencies_point_one_way() {
    let metadata = metadata();
    let members: BTreeSet<String> = metadata.workspace_packages().iter().map(|p| p.name.to_string()).collect();
    assert_eq!(
        members,
        ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect(),
        "a new crate needs its rule here"
    );
    for package in metadata.workspace_packages() {
        let allowed = ALLOWED.iter().find(|(name, _)| *name == package.name.as_str()).unwrap().1;
        for dependency in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal) {
            if members.contains(&dependency.name) {
                assert!(
                    allowed.contains(&dependency.name.as_str()),
                    "{} must not use {}",
                    package.name,
                    dependency.name
                );
            }
        }
    }
}

#[test]
fn lower_crates_reach_neither_bevy_nor_gdal() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let name_of: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let edges: BTreeMap<_, Vec<_>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let normal = |d: &&cargo_metadata::NodeDep| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal);
            (&node.id, node.deps.iter().filter(normal).map(|d| &d.pkg).collect())
        })
        .collect();
    for (start, forbidden) in FORBIDDEN {
        let root = metadata.workspace_packages().into_iter().find(|p| p.name.as_str() == start).unwrap();
        let mut seen = BTreeSet::new();
        let mut open = vec![&root.id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(&edges[id]);
            }
        }
        let reached: Vec<&str> = seen.into_iter().map(|id| name_of[id]).filter(|n| forbidden.contains(n)).collect();
        assert!(reached.is_empty(), "{start} reaches {reached:?}");
    }
}

/// SQL text lives only under `spatial-db/{migrations,sql}`.
#[test]
fn sql_stays_in_its_folders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut offenders = Vec::new();
    for folder in ["analysis/src", "importers/src", "shaders/src", "spatial-db/src", "twin-engine/src", "twin/src"] {
        visit(&root.join(folder), &mut |path, text| {
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or("");
                let statement = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "COPY "];
                if statement.iter().any(|word| code.contains(&format!("\"{word}"))) {
                    offenders.push(format!("{}:{}", path.display(), number + 1));
                }
            }
        });
    }
    assert!(offenders.is_empty(), "SQL outside spatial-db/sql and spatial-db/migrations: {offenders:#?}");
}

/// Files that a person can hold in the head.
#[test]
fn no_source_file_is_past_600_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut long = Vec::new();
    for folder in ["analysis", "importers", "shaders", "spatial-db", "twin-engine", "twin"] {
        visit(&root.join(folder), &mut |path, text| {
            if text.lines().count() > 600 {
                long.push(path.display().to_string());
            }
        });
    }
    assert!(long.is_empty(), "{long:#?}");
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
