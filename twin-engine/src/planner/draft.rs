//! A scenario as it is drafted in the window: edits that are tried, taken back and brought back, and the file that keeps them.

use std::path::{Path, PathBuf};

use analysis::scenario::{Edit, ScenarioFile};
use analysis::words::Words;

/// End of the name of a scenario's file.
const ENDING: &str = ".scenario.ron";

/// A scenario on its way.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Name, shown wherever the scenario is.
    pub name: String,
    /// What a reader should know.
    pub note: String,
    /// Shown beside the park on record.
    pub shown: bool,
    /// Why the last edit was not made.
    pub refused: Option<Words>,
    edits: Vec<Edit>,
    taken_back: Vec<Edit>,
    /// Number of this list of edits, of that before the last was added, and of the newest there was.
    version: u64,
    before: u64,
    newest: u64,
    /// The last edit was not yet made by anybody.
    trying: bool,
}

impl Draft {
    /// The edits, in their order.
    pub(crate) fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Changes with the edits.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Adds an edit, to be tried.
    pub(crate) fn add(&mut self, edit: Edit) {
        self.edits.push(edit);
        self.taken_back.clear();
        self.before = self.version;
        self.trying = true;
        self.changed();
    }

    /// Takes the last edit back.
    pub(crate) fn undo(&mut self) {
        if let Some(edit) = self.edits.pop() {
            self.taken_back.push(edit);
            self.trying = false;
            self.changed();
        }
    }

    /// Brings an edit back.
    pub(crate) fn redo(&mut self) {
        if let Some(edit) = self.taken_back.pop() {
            self.edits.push(edit);
            self.changed();
        }
    }

    /// True when there is an edit to bring back.
    pub(crate) fn can_redo(&self) -> bool {
        !self.taken_back.is_empty()
    }

    /// The edits were made.
    pub(crate) fn made(&mut self) {
        self.trying = false;
    }

    /// They could not be made: an edit that was only tried goes, all others stay for their author to mend.
    pub(crate) fn refuse(&mut self, why: Words) {
        if std::mem::take(&mut self.trying) {
            self.edits.pop();
            self.version = self.before;
        }
        self.refused = Some(why);
    }

    /// Begins with a scenario that was read.
    pub(crate) fn open(&mut self, file: ScenarioFile) {
        let ScenarioFile { name, note, edits, .. } = file;
        let newest = self.newest + 1;
        *self = Self { name, note, edits, version: newest, newest, shown: true, ..Self::default() };
    }

    /// The scenario as a file of a park.
    pub(crate) fn file(&self, park: &str) -> ScenarioFile {
        let mut file = ScenarioFile::new(&self.name, park, self.edits.clone());
        file.note.clone_from(&self.note);
        file
    }

    /// Where the scenario is kept in a folder.
    pub(crate) fn path_in(&self, folder: &Path) -> PathBuf {
        let letters = self.name.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
        let stem: String = letters.collect::<String>().to_lowercase();
        folder.join(format!("{}{ENDING}", if stem.is_empty() { "scenario" } else { &stem }))
    }

    /// A key that no building of the scenario has yet.
    pub(crate) fn new_key(&self, taken: impl Fn(&str) -> bool) -> String {
        let own = |key: &str| {
            self.edits.iter().any(|edit| matches!(edit, Edit::PlaceBuilding { key: known, .. } if known == key))
        };
        (1..=u32::MAX).map(|number| format!("N{number}")).find(|key| !own(key) && !taken(key)).unwrap_or_default()
    }

    fn changed(&mut self) {
        self.refused = None;
        self.newest += 1;
        self.version = self.newest;
    }
}

/// Files of scenarios in a folder, by name.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)))
        .collect();
    files.sort();
    files
}

/// Writes a scenario whole or not at all.
///
/// # Errors
/// That it cannot be written.
pub(crate) fn save(file: &ScenarioFile, path: &Path) -> std::io::Result<()> {
    let text = file.to_text().map_err(std::io::Error::other)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("ron.part");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remove(key: &str) -> Edit {
        Edit::RemoveBuilding { building: key.into() }
    }

    #[test]
    fn edits_are_taken_back_and_brought_back_in_their_order() {
        let mut draft = Draft::default();
        draft.add(remove("B1"));
        draft.add(remove("B2"));
        draft.made();
        draft.undo();
        draft.undo();
        assert!(draft.edits().is_empty() && draft.can_redo());
        draft.redo();
        assert_eq!(draft.edits(), [remove("B1")]);
        draft.add(remove("B3"));
        assert!(!draft.can_redo(), "another way leads nowhere back");
        let version = draft.version();
        draft.undo();
        assert_ne!(draft.version(), version);
    }

    #[test]
    fn an_edit_that_cannot_be_made_goes_and_those_of_a_file_stay() {
        let mut draft = Draft::default();
        draft.add(remove("B1"));
        draft.made();
        let version = draft.version();
        draft.add(remove("B9"));
        draft.refuse(Words::from("there is no building B9"));
        assert_eq!((draft.edits(), draft.version()), ([remove("B1")].as_slice(), version), "as it was");
        assert!(draft.refused.is_some());
        draft.open(ScenarioFile::new("wrong", "park", vec![remove("B9")]));
        draft.refuse(Words::from("there is no building B9"));
        assert_eq!(draft.edits().len(), 1, "its author mends it");
    }

    #[test]
    fn a_scenario_comes_back_from_its_file() {
        let folder = std::env::temp_dir().join(format!("park-scenarios-{}", std::process::id()));
        let mut draft = Draft { name: "Second phase / 二期".into(), note: "why".into(), ..Draft::default() };
        draft.add(remove("B1"));
        let path = draft.path_in(&folder);
        assert!(path.ends_with("second-phase---二期.scenario.ron"), "{}", path.display());
        save(&draft.file("park"), &path).unwrap();
        assert_eq!(files_in(&folder), std::slice::from_ref(&path));
        let mut other = Draft::default();
        other.open(ScenarioFile::parse(&std::fs::read_to_string(path).unwrap()).unwrap());
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(
            (other.edits(), other.name.as_str(), other.note.as_str()),
            (draft.edits(), "Second phase / 二期", "why")
        );
        assert_eq!(draft.new_key(|key| key == "N1"), "N2");
    }
}
