//! Scenes that a person keeps in the window, in a tour file of the park beside the window's state.

use std::path::PathBuf;

use analysis::words::Words;
use bevy::prelude::*;
use spatial_db::whole;

use crate::causes;
use crate::scene_file::SceneFile;
use crate::tour::{Stop, Tour};

/// The bookmarks of the park.
#[derive(Resource, Debug, Default)]
pub(crate) struct Bookmarks {
    /// Where they are kept.
    pub file: Option<PathBuf>,
    /// The scenes.
    pub tour: Tour,
    /// Why they could not be read or written.
    pub failed: Option<Unkept>,
}

/// Why bookmarks are not as their file has them.
#[derive(Debug, Clone)]
pub(crate) struct Unkept {
    /// The file.
    pub path: PathBuf,
    /// It could not be read, and is not written over; else it could not be written.
    pub unread: bool,
    /// Why.
    pub why: Words,
}

impl Bookmarks {
    /// What `file` holds; none where there is no such file. One that cannot be read is told and left as it is.
    pub(crate) fn load(file: Option<PathBuf>) -> Self {
        let Some(path) = file else { return Self::default() };
        // Without a file nothing is written over it.
        let unread = |path, why| Self { failed: Some(Unkept { path, unread: true, why }), ..Self::default() };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Self { file: Some(path), ..Self::default() };
            }
            Err(error) => return unread(path, causes::in_words(&error)),
        };
        match Tour::parse(&text) {
            Ok(tour) => Self { file: Some(path), tour, failed: None },
            Err(error) => unread(path, causes::in_words(&error)),
        }
    }

    /// Keeps a scene at the end, under the first name of `stem` that is free.
    pub(crate) fn add(&mut self, stem: &str, scene: SceneFile) {
        let taken = |name: &str| self.tour.stops.iter().any(|stop| stop.name == name);
        let most = self.tour.stops.len() + 1;
        let name = (1..=most).map(|number| format!("{stem} {number}")).find(|name| !taken(name)).unwrap_or_default();
        self.keep(Stop::of(name, scene));
    }

    /// Keeps a stop at the end, with its own name, times and words.
    pub(crate) fn keep(&mut self, stop: Stop) {
        self.tour.stops.push(stop);
        self.save();
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, at: usize) {
        if at < self.tour.stops.len() {
            self.tour.stops.remove(at);
            self.save();
        }
    }

    /// Moves one up.
    pub(crate) fn raise(&mut self, at: usize) {
        if at > 0 && at < self.tour.stops.len() {
            self.tour.stops.swap(at, at - 1);
            self.save();
        }
    }

    /// Writes the file whole or not at all.
    pub(crate) fn save(&mut self) {
        let Some(path) = &self.file else { return };
        let written = whole::write(path, self.tour.to_text().as_bytes());
        let unwritten = |error| Unkept { path: path.clone(), unread: false, why: causes::in_words(&error) };
        self.failed = written.err().map(unwritten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bookmarks_are_kept_and_a_file_that_cannot_be_read_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("twin-bookmarks-{}", std::process::id()));
        let path = folder.join("deep").join("park.tour.ron");
        let mut kept = Bookmarks::load(Some(path.clone()));
        assert!(kept.tour.stops.is_empty() && kept.failed.is_none());
        kept.add("View", SceneFile { underground: true, ..SceneFile::default() });
        kept.add("View", SceneFile::default());
        kept.raise(1);
        kept.raise(0);
        kept.remove(7);
        let names = |kept: &Bookmarks| kept.tour.stops.iter().map(|stop| stop.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&kept), ["View 2", "View 1"]);
        let again = Bookmarks::load(Some(path.clone()));
        assert_eq!(again.tour, kept.tour);
        std::fs::write(&path, "(format_version: 1, stops: [(nam").unwrap();
        let mut broken = Bookmarks::load(Some(path.clone()));
        assert!(
            broken.failed.as_ref().is_some_and(|failed| failed.unread && failed.path == path),
            "{:?}",
            broken.failed
        );
        broken.add("View", SceneFile::default());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "(format_version: 1, stops: [(nam");
        // A folder in the way of the file.
        let mut nowhere = Bookmarks { file: Some(folder.clone()), ..Bookmarks::default() };
        nowhere.add("View", SceneFile::default());
        assert!(nowhere.failed.as_ref().is_some_and(|failed| !failed.unread && failed.path == folder));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
