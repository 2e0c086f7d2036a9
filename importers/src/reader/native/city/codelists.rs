//! Code lists beside the data (GML dictionaries): what a code means in words.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::xml::{Step, Xml};
use crate::reader::protocol::ReadFailure;

/// Longest list that is read, bytes.
const LONGEST: u64 = 16 << 20;

/// Lists by file name, read when first needed; `None` for those that are not there.
#[derive(Debug, Default)]
pub(super) struct Codelists {
    folders: Vec<PathBuf>,
    lists: HashMap<String, Option<HashMap<String, String>>>,
}

impl Codelists {
    pub(super) fn beside(file: &Path) -> Self {
        Self { folders: super::super::codelist_folders(file), lists: HashMap::new() }
    }

    /// The words for a code of the list that a `codeSpace` names.
    pub(super) fn words(&mut self, code_space: &str, code: &str) -> Option<&str> {
        let name = code_space.rsplit(['/', '\\']).next().unwrap_or(code_space).to_lowercase();
        if !self.lists.contains_key(&name) {
            let list = self.find(&name).and_then(|path| read(&path).ok());
            self.lists.insert(name.clone(), list);
        }
        self.lists.get(&name)?.as_ref()?.get(code).map(String::as_str)
    }

    /// Names of lists that were looked for in vain.
    pub(super) fn missing(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.lists.iter().filter(|(_, list)| list.is_none()).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Files and the data that names them do not always agree about capitals.
    fn find(&self, name: &str) -> Option<PathBuf> {
        self.folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten().find_map(|entry| {
            let same = entry.file_name().to_string_lossy().to_lowercase() == *name;
            let small = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LONGEST);
            (same && small).then(|| entry.path())
        })
    }
}

fn read(path: &Path) -> Result<HashMap<String, String>, ReadFailure> {
    let mut xml = Xml::open(path)?;
    let mut list = HashMap::new();
    loop {
        match xml.step()? {
            Step::Start(start) if start.name == "Definition" => {
                let definition = xml.inside::<ReadFailure>(start, &mut |_, _| Ok(()))?;
                let text = |name: &str| definition.child(name).map(|child| child.text.trim().to_owned());
                if let (Some(code), Some(words)) = (text("name"), text("description")) {
                    list.insert(code, words);
                }
            }
            Step::Done => return Ok(list),
            _ => {}
        }
    }
}
