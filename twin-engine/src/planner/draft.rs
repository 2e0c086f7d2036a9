//! A scenario as it is drafted in the window: edits that are tried, taken back and brought back, and the file that keeps them.

use std::path::{Path, PathBuf};

use analysis::scenario::{Edit, ScenarioFile};
use analysis::words::Words;
use spatial_db::hash::sha256;
use spatial_db::whole;

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
    /// Run of the record that the file says it was drawn on.
    drawn_on: Option<i64>,
    /// Another scenario that it stands beside, in the place of the record.
    against: Option<ScenarioFile>,
    edits: Vec<Edit>,
    taken_back: Vec<Edit>,
    /// Number of this list of edits, of that before the last was added, of the first of this scenario, and of the newest there was.
    version: u64,
    before: u64,
    first: u64,
    newest: u64,
    /// The last edit was not yet made by anybody.
    trying: bool,
    /// The file that this scenario came from or went to last, with what it holds.
    kept: Option<Kept>,
}

/// What a file holds of a scenario.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    name: String,
    note: String,
    edits: Vec<Edit>,
    /// SHA-256 of the file.
    sha256: String,
}

/// Why a scenario was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unkept {
    /// The file of that name holds another scenario.
    #[error("{} holds another scenario", path.display())]
    NameTaken {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
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

    /// True for a version of this scenario, false for one of a scenario that was open before.
    pub(crate) fn has_version(&self, version: u64) -> bool {
        version >= self.first
    }

    /// The file that the scenario is kept in.
    pub(crate) fn kept_in(&self) -> Option<&Path> {
        self.kept.as_ref().map(|kept| kept.path.as_path())
    }

    /// SHA-256 of the file that the scenario is kept in, as it was read or written last.
    pub(crate) fn kept_as(&self) -> Option<&str> {
        self.kept.as_ref().map(|kept| kept.sha256.as_str())
    }

    /// True where something would be lost without being written first.
    pub(crate) fn is_unsaved(&self) -> bool {
        let Some(kept) = &self.kept else { return !self.edits.is_empty() };
        (&kept.name, &kept.note, &kept.edits) != (&self.name, &self.note, &self.edits)
    }

    /// Adds an edit, to be tried. What was taken back before can be brought back until the edit is made.
    pub(crate) fn add(&mut self, edit: Edit) {
        self.give_up();
        self.edits.push(edit);
        self.before = self.version;
        self.trying = true;
        self.changed();
    }

    /// Takes the last edit back; one that is only tried is given up.
    pub(crate) fn undo(&mut self) {
        if self.give_up() {
            self.refused = None;
        } else if let Some(edit) = self.edits.pop() {
            self.taken_back.push(edit);
            self.changed();
        }
    }

    /// Brings an edit back.
    pub(crate) fn redo(&mut self) {
        if self.can_redo()
            && let Some(edit) = self.taken_back.pop()
        {
            self.edits.push(edit);
            self.changed();
        }
    }

    /// True when there is an edit to bring back, and none that is only tried.
    pub(crate) fn can_redo(&self) -> bool {
        !self.trying && !self.taken_back.is_empty()
    }

    /// True while the last edit is only tried: it may be refused, and is in no file until then.
    pub(crate) fn is_trying(&self) -> bool {
        self.trying
    }

    /// The edits were made. A new one leads nowhere back.
    pub(crate) fn made(&mut self) {
        if std::mem::take(&mut self.trying) {
            self.taken_back.clear();
        }
    }

    /// They could not be made: an edit that was only tried goes, all others stay for their author to mend.
    pub(crate) fn refuse(&mut self, why: Words) {
        self.give_up();
        self.refused = Some(why);
    }

    /// Leaves an edit out that was only tried; true where there was one.
    fn give_up(&mut self) -> bool {
        let tried = std::mem::take(&mut self.trying);
        if tried {
            self.edits.pop();
            self.version = self.before;
        }
        tried
    }

    /// The scenario that this one stands beside; `None` for the park on record.
    pub(crate) fn against(&self) -> Option<&ScenarioFile> {
        self.against.as_ref()
    }

    /// Has this scenario stand beside another, or beside the record; not while an edit is only tried.
    pub(crate) fn stand_against(&mut self, other: Option<ScenarioFile>) {
        if !self.trying && self.against != other {
            self.against = other;
            self.changed();
        }
    }

    /// Begins with a scenario that was read from a file of that text, in the place of this one.
    ///
    /// # Errors
    /// The park that it is for, where that is not `park`; this scenario stays.
    pub(crate) fn open(&mut self, file: ScenarioFile, (path, text): (&Path, &str), park: &str) -> Result<(), String> {
        if file.park != park {
            return Err(file.park);
        }
        let ScenarioFile { name, note, drawn_on, edits, .. } = file;
        let newest = self.newest + 1;
        let kept = Kept {
            path: path.to_path_buf(),
            name: name.clone(),
            note: note.clone(),
            edits: edits.clone(),
            sha256: sha256(text.as_bytes()),
        };
        let against = self.against.take();
        let numbers = Self { version: newest, first: newest, newest, against, ..Self::default() };
        *self = Self { name, note, drawn_on, edits, shown: true, kept: Some(kept), ..numbers };
        Ok(())
    }

    /// Begins anew, with no edit and no file, where the edits of `version` are over and still those of this scenario: what was edited or
    /// opened since stays.
    pub(crate) fn close(&mut self, version: u64) {
        if version == self.version {
            let newest = self.newest + 1;
            *self = Self { version: newest, first: newest, newest, ..Self::default() };
        }
    }

    /// Writes the scenario to its own file; under another name to another file, in `folder`. No other scenario is written over.
    ///
    /// # Errors
    /// [`Unkept`]; every file stays as it was.
    pub(crate) fn keep(&mut self, folder: &Path, park: &str) -> Result<PathBuf, Unkept> {
        let own = self.kept.as_ref().filter(|kept| kept.name == self.name).map(|kept| kept.path.clone());
        let path = own.unwrap_or_else(|| self.path_in(folder));
        let source = |source| Unkept::Unwritable { path: path.clone(), source };
        let text = self.file(park).to_text().map_err(std::io::Error::other).map_err(source)?;
        if self.kept_in() == Some(path.as_path()) {
            whole::write(&path, text.as_bytes()).map_err(source)?;
        } else if let Err(error) = whole::write_new(&path, text.as_bytes()) {
            // No other window can take the name meanwhile.
            return Err(match error.kind() {
                std::io::ErrorKind::AlreadyExists => Unkept::NameTaken { path },
                _ => source(error),
            });
        }
        let (name, note, edits) = (self.name.clone(), self.note.clone(), self.edits.clone());
        self.kept = Some(Kept { path: path.clone(), name, note, edits, sha256: sha256(text.as_bytes()) });
        Ok(path)
    }

    /// The scenario as a file of a park.
    pub(crate) fn file(&self, park: &str) -> ScenarioFile {
        let mut file = ScenarioFile::new(&self.name, park, self.edits.clone());
        file.note.clone_from(&self.note);
        file.drawn_on = self.drawn_on;
        file
    }

    /// Where a scenario of this name is kept in a folder.
    fn path_in(&self, folder: &Path) -> PathBuf {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn remove(key: &str) -> Edit {
        Edit::RemoveBuilding { building: key.into() }
    }

    /// A folder of a test's own, away when the test is over.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("park-scenarios-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn read(path: &Path) -> ScenarioFile {
        ScenarioFile::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn edits_are_taken_back_and_brought_back_in_their_order() {
        let mut draft = Draft::default();
        draft.add(remove("B1"));
        draft.made();
        draft.add(remove("B2"));
        draft.made();
        draft.undo();
        draft.undo();
        assert!(draft.edits().is_empty() && draft.can_redo());
        draft.redo();
        assert_eq!(draft.edits(), [remove("B1")]);
        draft.add(remove("B3"));
        draft.made();
        assert!(!draft.can_redo(), "another way leads nowhere back");
        let version = draft.version();
        draft.undo();
        assert_ne!(draft.version(), version);
    }

    #[test]
    fn what_was_taken_back_outlives_an_edit_that_is_refused() {
        let mut draft = Draft::default();
        for key in ["B1", "B2"] {
            draft.add(remove(key));
            draft.made();
        }
        draft.undo();
        draft.add(remove("B9"));
        assert!(!draft.can_redo(), "not while another edit is tried");
        draft.redo();
        assert_eq!(draft.edits(), [remove("B1"), remove("B9")]);
        draft.refuse(Words::from("there is no building B9"));
        assert!(draft.can_redo());
        draft.redo();
        assert_eq!(draft.edits(), [remove("B1"), remove("B2")]);
        draft.undo();
        draft.add(remove("B9"));
        draft.undo();
        assert_eq!(draft.edits(), [remove("B1")], "what is only tried is given up");
        draft.redo();
        assert_eq!(draft.edits(), [remove("B1"), remove("B2")]);
    }

    #[test]
    fn a_file_keeps_the_run_that_it_was_drawn_on() {
        let folder = Folder::new("drawn");
        let mut file = ScenarioFile::new("plan", "park", vec![remove("B1")]);
        file.drawn_on = Some(3);
        let mut draft = Draft::default();
        draft.open(file, (&folder.0.join("plan.scenario.ron"), ""), "park").unwrap();
        draft.add(remove("B2"));
        draft.made();
        let kept = read(&draft.keep(&folder.0, "park").unwrap());
        assert_eq!((kept.drawn_on, kept.edits.len()), (Some(3), 2));
        assert_eq!(read(&Draft::default().keep(&folder.0, "park").unwrap()).drawn_on, None);
    }

    #[test]
    fn what_a_scenario_stands_beside_is_made_anew_and_stays_for_the_next() {
        let mut draft = Draft::default();
        draft.add(remove("B1"));
        let other = ScenarioFile::new("other", "park", vec![remove("B2")]);
        draft.stand_against(Some(other.clone()));
        assert!(draft.against().is_none(), "not while an edit is only tried");
        draft.made();
        let version = draft.version();
        draft.stand_against(Some(other.clone()));
        assert!(draft.version() > version && draft.has_version(draft.version()));
        let version = draft.version();
        draft.stand_against(Some(other.clone()));
        assert_eq!(draft.version(), version, "nothing has changed");
        assert_eq!(draft.edits(), [remove("B1")]);
        draft.open(ScenarioFile::new("plan", "park", vec![remove("B3")]), (Path::new("p"), ""), "park").unwrap();
        assert_eq!(draft.against(), Some(&other), "the next is held against it too");
        assert_eq!(draft.file("park").edits, [remove("B3")], "no file has anything of it");
        draft.close(draft.version());
        assert!(draft.against().is_none());
    }

    #[test]
    fn a_scenario_that_is_over_leaves_nothing() {
        let mut draft = Draft { name: "plan".into(), shown: true, ..Draft::default() };
        draft.add(remove("B1"));
        draft.made();
        let version = draft.version();
        draft.add(remove("B2"));
        draft.close(version);
        assert_eq!(draft.edits().len(), 2, "what was edited since is nobody else's yet");
        draft.undo();
        assert_eq!(draft.version(), version);
        draft.close(version);
        assert!(draft.edits().is_empty() && draft.name.is_empty() && !draft.shown && !draft.is_unsaved());
        assert!(!draft.has_version(version) && draft.has_version(draft.version()), "what it made is nobody's any more");
    }

    #[test]
    fn an_edit_that_cannot_be_made_goes_and_those_of_a_file_stay() {
        let mut draft = Draft::default();
        draft.add(remove("B1"));
        draft.made();
        let version = draft.version();
        draft.add(remove("B9"));
        assert!(draft.is_trying(), "not to be written yet");
        draft.refuse(Words::from("there is no building B9"));
        assert!(!draft.is_trying());
        assert_eq!((draft.edits(), draft.version()), ([remove("B1")].as_slice(), version), "as it was");
        assert!(draft.refused.is_some());
        let file = ScenarioFile::new("wrong", "park", vec![remove("B9")]);
        draft.open(file, (Path::new("wrong.scenario.ron"), ""), "park").unwrap();
        assert!(
            !draft.has_version(version) && draft.has_version(draft.version()),
            "another scenario's edits are not its own"
        );
        draft.refuse(Words::from("there is no building B9"));
        assert_eq!(draft.edits().len(), 1, "its author mends it");
    }

    #[test]
    fn a_scenario_comes_back_from_its_file() {
        let folder = Folder::new("back");
        let mut draft = Draft { name: "Second phase / 二期".into(), note: "why".into(), ..Draft::default() };
        assert!(!draft.is_unsaved(), "nothing is lost yet");
        draft.add(remove("B1"));
        assert!(draft.is_unsaved());
        let path = draft.keep(&folder.0, "park").unwrap();
        assert!(path.ends_with("second-phase---二期.scenario.ron"), "{}", path.display());
        assert!(!draft.is_unsaved());
        assert_eq!(files_in(&folder.0), std::slice::from_ref(&path));
        let mut other = Draft::default();
        let text = std::fs::read_to_string(&path).unwrap();
        other.open(read(&path), (&path, &text), "park").unwrap();
        assert!(draft.kept_as().is_some() && other.kept_as() == draft.kept_as(), "read as it was written");
        assert_eq!(
            (other.edits(), other.name.as_str(), other.note.as_str()),
            (draft.edits(), "Second phase / 二期", "why")
        );
        assert_eq!(draft.new_key(|key| key == "N1"), "N2");
        // On into the same file, from wherever it was opened.
        other.made();
        other.add(remove("B2"));
        assert!(other.is_unsaved());
        assert_eq!(other.keep(Path::new("/nowhere"), "park").unwrap(), path);
        assert_eq!(read(&path).edits, [remove("B1"), remove("B2")]);
    }

    #[test]
    fn no_scenario_is_written_over_another() {
        let folder = Folder::new("other");
        let mut first = Draft { name: "Second phase".into(), ..Draft::default() };
        first.add(remove("B1"));
        let path = first.keep(&folder.0, "park").unwrap();
        // Another scenario whose name makes the same file.
        let mut second = Draft { name: "second/phase".into(), ..Draft::default() };
        second.add(remove("B2"));
        assert!(matches!(second.keep(&folder.0, "park"), Err(Unkept::NameTaken { path: taken }) if taken == path));
        assert!(second.is_unsaved() && second.kept_in().is_none());
        assert_eq!(read(&path).edits, [remove("B1")]);
        second.name = "Third phase".into();
        let third = second.keep(&folder.0, "park").unwrap();
        assert_eq!(second.kept_in(), Some(third.as_path()));
        // A new name is a new file, the one before stays; a name that is taken is refused to a scenario with a file as well.
        second.name = "Second phase".into();
        assert!(matches!(second.keep(&folder.0, "park"), Err(Unkept::NameTaken { .. })));
        second.name = "Fourth phase".into();
        second.keep(&folder.0, "park").unwrap();
        assert_eq!(files_in(&folder.0).len(), 3);
    }

    #[test]
    fn a_scenario_of_another_park_leaves_the_draft_alone() {
        let mut draft = Draft { name: "mine".into(), ..Draft::default() };
        draft.add(remove("B1"));
        let other = ScenarioFile::new("theirs", "elsewhere", vec![remove("B7")]);
        assert_eq!(draft.open(other, (Path::new("x"), ""), "park"), Err("elsewhere".to_owned()));
        assert_eq!((draft.edits(), draft.name.as_str()), ([remove("B1")].as_slice(), "mine"));
    }
}
