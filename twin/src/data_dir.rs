//! Where `twin` keeps everything: `TWIN_DATA_DIR`, else the system's place for the user's data.

use std::path::PathBuf;

use crate::failure::Failure;

/// The data folder; made if it is not there.
pub(crate) fn data_dir() -> Result<PathBuf, Failure> {
    let dir = choose()?;
    std::fs::create_dir_all(&dir).map_err(|source| Failure::DataDir { path: dir.clone(), source })?;
    dir.canonicalize().map_err(|source| Failure::DataDir { path: dir, source })
}

fn choose() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(dir) = folder("TWIN_DATA_DIR") {
        return Ok(dir);
    }
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/parktwin"));
    }
    folder("XDG_DATA_HOME")
        .or_else(|| folder("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("parktwin"))
        .ok_or(Failure::NoHome)
}
