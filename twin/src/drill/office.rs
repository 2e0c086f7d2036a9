//! What the window asks about drills: which there are, and the files that are left of one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::emergency::drill::{DrillFile, DrillRun};
use askama::Template;
use spatial_db::cache::Cache;
use twin_engine::text::Text;
use twin_engine::{DrillOffice, FileChoice, Language};

use super::{alert, page, pictures};
use crate::data_dir::data_dir;

/// End of the name of a drill.
const ENDING: &str = ".drill.ron";
/// Folder of the drills that ship, from where the command runs.
const SHIPPED: &str = "scenes";

/// Knows the drills in some folders.
#[derive(Debug)]
struct Office {
    folders: Vec<PathBuf>,
}

/// Whoever knows the drills beside `drill`, those that ship, and those in the data directory.
pub(crate) fn office(drill: Option<&Path>) -> Arc<dyn DrillOffice> {
    let beside = drill.and_then(Path::parent).map(Path::to_path_buf);
    let own = data_dir().ok().map(|folder| folder.join("drills"));
    let mut folders: Vec<PathBuf> = beside.into_iter().chain([PathBuf::from(SHIPPED)]).chain(own).collect();
    folders.dedup();
    Arc::new(Office { folders })
}

impl DrillOffice for Office {
    fn drills(&self, park: &str) -> Vec<FileChoice> {
        let mut found: Vec<FileChoice> = Vec::new();
        for folder in &self.folders {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            let paths = entries
                .map(|entry| entry.path())
                .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)));
            for path in paths {
                let file = std::fs::read_to_string(&path).ok().and_then(|text| DrillFile::parse(&text).ok());
                // What cannot be read is told when it is opened by its path.
                let Some(file) = file.filter(|file| file.park == park) else { continue };
                let known =
                    |other: &FileChoice| std::fs::canonicalize(&other.path).ok() == std::fs::canonicalize(&path).ok();
                if !found.iter().any(known) {
                    found.push(FileChoice { name: file.name, path });
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    fn report(
        &self,
        file: &DrillFile,
        run: &DrillRun,
        park: &Cache,
        language: Language,
        folder: Option<&Path>,
    ) -> Result<Vec<u8>, String> {
        let text = Text::of(language);
        let drawn = pictures::pictures(file, run, park, text);
        // The report is there without its pictures, which the log says why it lacks.
        let drawn = drawn.inspect_err(|error| tracing::warn!("no pictures in the report: {error}")).unwrap_or_default();
        let page = page::Page::new(file, run, park, text, drawn, folder);
        page.render().map(String::into_bytes).map_err(|error| error.to_string())
    }

    fn alert(&self, file: &DrillFile, run: &DrillRun, park: &Cache) -> String {
        alert(file, run, park)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drills_that_ship_are_offered_to_their_park_alone() {
        let scenes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes");
        let office = Office { folders: vec![scenes.clone(), scenes] };
        let names: Vec<String> = office.drills("qingxi").into_iter().map(|choice| choice.name).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(office.drills("elsewhere").is_empty());
    }
}
