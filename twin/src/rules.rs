//! Rule tables: those of the folder in `TWIN_RULES` in place of the ones that ship, and `twin rules`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use analysis::rules::{OwnTable, RuleTables, SHIPPED, TableError};
use clap::{Args, Subcommand};
use serde_json::json;
use spatial_db::hash::sha256;
use spatial_db::whole::write_new;

use crate::cli::ReportArguments;
use crate::failure::{Failure, Refused};
use crate::print;

/// The variable that names the folder.
const FOLDER: &str = "TWIN_RULES";

/// Arguments of `twin rules`.
#[derive(Debug, Args)]
#[command(
    after_help = "Tables that stand in a folder under the names of the shipped ones take their places, one by one:\n  \
    twin rules export our-rules\n  \
    (edit our-rules/networks/clearance.toml, delete what you do not change)\n  \
    TWIN_RULES=our-rules twin clearance qingxi\n  \
    twin --rules-dir our-rules rules list"
)]
pub(crate) struct RulesGroup {
    /// What to do
    #[command(subcommand)]
    what: What,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum What {
    /// Write the tables that ship into a folder, to be edited
    Export {
        /// Folder; made if it is not there. No file in it is written over
        dir: PathBuf,
    },
    /// List the tables, and which of them are of your own
    List(ReportArguments),
}

static DIR: OnceLock<PathBuf> = OnceLock::new();

/// The tables in force.
pub(crate) fn tables() -> &'static RuleTables {
    RuleTables::in_force()
}

/// The folder that the environment names. An empty name is none: a shell has no other way to unset a variable for one command.
pub(crate) fn folder_of_environment() -> Option<PathBuf> {
    std::env::var_os(FOLDER).filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Reads the tables of a folder and puts them in force; without one those that ship are. Said on standard error, since they decide.
pub(crate) fn put_in_force(dir: Option<&Path>) -> Result<(), Failure> {
    let Some(dir) = dir else { return Ok(()) };
    let dir = std::path::absolute(dir).map_err(|source| Refused::RuleFolder { dir: dir.to_path_buf(), source })?;
    let own = read(&dir)?;
    for table in &own {
        eprintln!("rules: {} (sha256 {}) in place of the shipped table", dir.join(&table.name).display(), table.sha256);
    }
    let tables = RuleTables::with(own).map_err(|source| wrong(&dir, source))?;
    tables.put_in_force();
    // Asked for once, before anything else.
    let _ = DIR.set(dir);
    Ok(())
}

/// Has a process of our own go by the same tables.
pub(crate) fn pass_on(command: &mut Command) {
    if let Some(dir) = DIR.get() {
        command.env(FOLDER, dir);
    }
}

fn wrong(dir: &Path, source: TableError) -> Refused {
    let dir = dir.to_path_buf();
    match source {
        TableError::Unknown { .. } => Refused::RuleName { dir, source: Box::new(source) },
        source => Refused::RuleTable { dir, source: Box::new(source) },
    }
}

/// Every table in a folder, by its name.
fn read(dir: &Path) -> Result<Vec<OwnTable>, Failure> {
    let mut own = Vec::new();
    for folder in ["", "schemes", "evaluation", "networks", "siting"] {
        let within = dir.join(folder);
        let unreadable = |source| Refused::RuleFolder { dir: within.clone(), source };
        let entries = match std::fs::read_dir(&within) {
            // The tables of one kind may all be those that ship.
            Err(error) if !folder.is_empty() && error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(unreadable)?,
        };
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            let Some(file) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
            if path.extension().is_none_or(|ending| ending != "toml") {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|source| Refused::RuleFile { path: path.clone(), source })?;
            own.push(own_table(if folder.is_empty() { file } else { format!("{folder}/{file}") }, bytes, &path)?);
        }
    }
    own.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(own)
}

fn own_table(name: String, bytes: Vec<u8>, path: &Path) -> Result<OwnTable, Failure> {
    let sha256 = sha256(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| Refused::RuleFile {
        path: path.to_path_buf(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, error),
    })?;
    Ok(OwnTable { name, text, sha256 })
}

/// A table that is named by itself, as `twin clearance --rules` takes one: cited by the name of its file and its hash.
pub(crate) fn single<T, E>(path: &Path, table: &'static str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Failure>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let wrong = |source: Box<dyn std::error::Error + Send + Sync>| Failure::NetworkTable {
        path: path.to_path_buf(),
        table,
        source,
    };
    let bytes = std::fs::read(path).map_err(|source| wrong(source.into()))?;
    let hash = sha256(&bytes);
    let text = String::from_utf8(bytes).map_err(|source| wrong(source.into()))?;
    // A complaint is about the file as it stands.
    parse(&text).map_err(|source| wrong(Box::new(source)))?;
    // A quote in a file's name would end the text that names it.
    let plain = |c: char| if matches!(c, '"' | '\'' | '\\') || c.is_control() { '_' } else { c };
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().chars().map(plain).collect());
    let own = OwnTable { name, text, sha256: hash };
    own.check_as(&format!("networks/{table}.toml")).map_err(|source| wrong(Box::new(source)))?;
    parse(&own.cited()).map_err(|source| wrong(Box::new(source)))
}

pub(crate) fn run(group: &RulesGroup, dir: Option<&Path>) -> Result<(), Failure> {
    match &group.what {
        What::Export { dir } => export(dir),
        What::List(arguments) => {
            put_in_force(dir)?;
            list(*arguments)
        }
    }
}

fn export(dir: &Path) -> Result<(), Failure> {
    let there = SHIPPED.iter().map(|(name, _)| dir.join(name)).find(|path| path.exists());
    if let Some(path) = there {
        return Err(Refused::RuleThere { path }.into());
    }
    for (name, text) in SHIPPED {
        write_new(&dir.join(name), text.as_bytes())
            .map_err(|source| Refused::RuleFolder { dir: dir.to_path_buf(), source })?;
    }
    print::line(format!("{} tables in {}", SHIPPED.len(), dir.display()))
}

fn list(arguments: ReportArguments) -> Result<(), Failure> {
    let own = tables().own();
    let hash = |name: &str| own.iter().find(|table| table.name == name).map(|table| table.sha256.as_str());
    if arguments.json {
        let all: Vec<_> = SHIPPED
            .iter()
            .map(|(name, text)| {
                json!({
                    "table": name, "own": hash(name).is_some(),
                    "sha256": hash(name).map_or_else(|| sha256(text.as_bytes()), str::to_owned),
                })
            })
            .collect();
        return print::json(&json!({ "folder": DIR.get(), "tables": all }));
    }
    let rows: Vec<Vec<String>> = SHIPPED
        .iter()
        .map(|(name, _)| {
            let which = hash(name).map_or_else(|| "shipped".to_owned(), |hash| format!("own, sha256 {hash}"));
            vec![(*name).to_owned(), which]
        })
        .collect();
    print::table(&["table", "which"], &rows)
}
