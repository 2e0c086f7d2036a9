//! Where a park comes from: the database, or a package that needs none.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use spatial_db::model::{Imagery, ParkSnapshot};
use spatial_db::package::{PackStep, Package};

use crate::failure::Failure;
use crate::parks::store;
use crate::progress::Progress;
use crate::shot::MOST_PIXELS;

/// Where a park comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// The store, by the park's short name.
    Store(&'a str),
    /// A package.
    Package(&'a Path),
}

impl<'a> Origin<'a> {
    /// What a person named. Short names have neither dots nor slashes, packages end in `.gpkg`.
    pub(crate) fn of(named: &'a str) -> Self {
        if named.contains(['.', '/', '\\']) { Self::Package(Path::new(named)) } else { Self::Store(named) }
    }

    /// The park, and its orthophotos if they are wanted, which there must then be.
    pub(crate) fn load(
        self,
        photo: bool,
        progress: &Progress,
    ) -> Result<(Arc<ParkSnapshot>, Option<Imagery>), Failure> {
        let (snapshot, imagery) = match self {
            Self::Store(slug) => {
                progress.show("loading the park from the database", slug);
                let mut store = store()?;
                let snapshot = store.snapshot(slug)?;
                let imagery = if photo { store.imagery(slug, MOST_PIXELS)? } else { None };
                (snapshot, imagery)
            }
            Self::Package(path) => {
                progress.show("loading the park from", &path.display().to_string());
                let package = Package::open(path)?;
                let snapshot = package
                    .snapshot(&|step: PackStep| progress.share(step.done as f64 / step.all as f64, step.step))?;
                let imagery = if photo { package.imagery(MOST_PIXELS)? } else { None };
                (snapshot, imagery)
            }
        };
        if photo && imagery.is_none() {
            return Err(Failure::NoImagery { park: snapshot.park.slug });
        }
        Ok((Arc::new(snapshot), imagery))
    }

    /// The source file of each layer, as the manifest names it.
    pub(crate) fn sources(self, park_id: i32) -> Result<HashMap<String, String>, Failure> {
        let sources = match self {
            Self::Store(_) => store()?.sources(park_id)?,
            Self::Package(path) => Package::open(path)?.sources()?,
        };
        Ok(sources.into_iter().map(|source| (source.layer, source.source)).collect())
    }

    /// What the window is to remember it by: a package by where it is, from wherever the next window is opened.
    pub(crate) fn to_remember(self) -> Option<String> {
        match self {
            Self::Store(_) => None,
            Self::Package(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
                Some(path.display().to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_packages_cannot_be_mistaken() {
        assert_eq!(Origin::of("east-park-2"), Origin::Store("east-park-2"));
        for path in ["park.gpkg", "./park", "/media/usb/园区.gpkg", "C:\\park.gpkg"] {
            assert_eq!(Origin::of(path), Origin::Package(Path::new(path)));
        }
    }
}
