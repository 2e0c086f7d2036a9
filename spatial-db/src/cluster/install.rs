//! The PostgreSQL programs on this machine, and which of them fit the cluster on disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;
use super::place::Place;

/// Where Debian, and others after it, put each major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Folder of the programs to use, in place of a search.
const BIN_VARIABLE: &str = "TWIN_PG_BIN";

/// One version's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    pub(super) bin: PathBuf,
    pub(super) major: u32,
    /// As `15.14`.
    pub(super) version: String,
    pub(super) has_postgis: bool,
}

impl Installation {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The version in a folder, if it has a server and the tools to make and run a cluster.
    fn at(bin: &Path) -> Option<Self> {
        if ["initdb", "pg_ctl"].iter().any(|program| !bin.join(program).exists()) {
            return None;
        }
        let said = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
        let version = String::from_utf8_lossy(&said.stdout).split_whitespace().nth(2)?.to_owned();
        let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
        let major = digits.parse().ok()?;
        let has_postgis = extension_folders(bin, major).iter().any(|folder| folder.join("postgis.control").exists());
        Some(Self { bin: bin.to_owned(), major, version, has_postgis })
    }
}

/// Where a version's extensions may be: as its own `pg_config` says, as Debian has it, beside the programs.
fn extension_folders(bin: &Path, major: u32) -> Vec<PathBuf> {
    let own = Command::new(bin.join("pg_config")).arg("--sharedir").output().ok();
    let own = own.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    let debian = PathBuf::from(format!("/usr/share/postgresql/{major}"));
    let beside = bin.join("../share");
    let shares = own.into_iter().chain([debian, beside.join("postgresql"), beside]);
    shares.map(|share| share.join("extension")).collect()
}

/// Folders in which programs may be.
fn candidates() -> Vec<PathBuf> {
    if let Some(bin) = std::env::var_os(BIN_VARIABLE).filter(|bin| !bin.is_empty()) {
        return vec![PathBuf::from(bin)];
    }
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let config = Command::new("pg_config").arg("--bindir").output().ok();
    let config = config.map(|said| PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).filter(|folder| folder.join("initdb").exists()).collect();
    let all: BTreeSet<PathBuf> = versions.chain(config).chain(on_path).collect();
    all.into_iter().filter(|folder| !folder.as_os_str().is_empty()).collect()
}

/// Major versions of the clusters in a base folder, newest first.
fn on_disk(base: &Path) -> Vec<u32> {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    let mut majors: Vec<u32> = entries
        .filter(|entry| entry.path().join("PG_VERSION").exists())
        .filter_map(|entry| entry.file_name().to_str()?.strip_prefix("pg")?.parse().ok())
        .collect();
    majors.sort_unstable_by(|a, b| b.cmp(a));
    majors
}

/// The programs to use at a place: those of the cluster that is there, or the newest with PostGIS.
pub(super) fn choose(place: &Place) -> Result<Installation, ClusterError> {
    let folders = candidates();
    let installed: Vec<Installation> = folders.iter().filter_map(|bin| Installation::at(bin)).collect();
    if installed.is_empty() {
        let mut looked_in: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        if looked_in.is_empty() {
            looked_in = vec![format!("{DEBIAN}/*/bin"), "PATH".to_owned()];
        }
        return Err(ClusterError::NotInstalled { looked_in });
    }
    select(installed, &on_disk(&place.base), &place.base)
}

fn select(mut installed: Vec<Installation>, on_disk: &[u32], base: &Path) -> Result<Installation, ClusterError> {
    installed.sort_by_key(|one| std::cmp::Reverse((one.has_postgis, one.major)));
    let fitting = on_disk.iter().find_map(|major| installed.iter().find(|one| one.major == *major));
    if let Some(fitting) = fitting {
        return Ok(fitting.clone());
    }
    let majors: BTreeSet<u32> = installed.iter().map(|one| one.major).collect();
    let versions = majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    if let Some(&found) = on_disk.first() {
        return Err(ClusterError::OtherVersion { found, path: base.join(format!("pg{found}")), installed: versions });
    }
    match installed.into_iter().next() {
        Some(newest) if newest.has_postgis => Ok(newest),
        _ => Err(ClusterError::NoPostgis { versions }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32, has_postgis: bool) -> Installation {
        Installation { bin: PathBuf::new(), major, version: format!("{major}.1"), has_postgis }
    }

    #[test]
    fn a_new_cluster_takes_the_newest_version_with_postgis() {
        let installed = vec![version(14, true), version(17, false), version(15, true)];
        assert_eq!(select(installed, &[], Path::new("/b")).unwrap().major, 15);
        let error = select(vec![version(17, false)], &[], Path::new("/b")).unwrap_err();
        assert!(matches!(error, ClusterError::NoPostgis { .. }));
    }

    #[test]
    fn a_cluster_on_disk_keeps_its_version() {
        let installed = || vec![version(14, true), version(15, true)];
        assert_eq!(select(installed(), &[14], Path::new("/b")).unwrap().major, 14);
        assert_eq!(select(installed(), &[16, 14], Path::new("/b")).unwrap().major, 14);
        let error = select(installed(), &[13], Path::new("/b")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("/b/pg13") && text.contains("PostgreSQL 13") && text.contains("14, 15"), "{text}");
    }
}
