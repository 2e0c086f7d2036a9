//! `docs/issues.md` explains every code that the program can say, and no other. `TWIN_BLESS=1` rewrites its last part.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use spatial_db::checks::{self, CHECKS, Code};

const BEGIN: &str = "<!-- checks: written by `make bless`, checked by importers/tests/issue_codes.rs -->\n";
/// Subjects of codes of rows; other words with a dot are names of files.
const SUBJECTS: [&str; 10] =
    ["geometry", "value", "key", "edge", "node", "terrain", "imagery", "layer", "reader", "row"];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Codes written in the sources that make issues of rows.
fn row_codes(folder: &Path, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            row_codes(&path, out);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in code.split('"').skip(1).step_by(2) {
            let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if word.split_once('.').is_some_and(|(subject, problem)| SUBJECTS.contains(&subject) && plain(problem)) {
                out.insert(word.to_owned());
            }
        }
    }
}

fn tolerances(code: &Code) -> String {
    let one = |t: &checks::Tolerance| format!("`{}` = {}: {}", t.name, t.default, t.why);
    code.tolerances.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn row(out: &mut String, code: &Code, tolerances: &str) {
    let Code { code, severity, meaning, fix, .. } = code;
    writeln!(out, "| `{code}` | {} | {meaning} | {tolerances} | {fix} |", severity.as_str()).unwrap();
}

fn tables() -> String {
    let mut text = "\n| code | severity | meaning | tolerances | fix |\n|---|---|---|---|---|\n".to_owned();
    for code in checks::codes() {
        let all: Vec<String> = CHECKS
            .iter()
            .flat_map(|check| check.codes)
            .filter(|other| other.code == code.code)
            .map(tolerances)
            .filter(|text| !text.is_empty())
            .collect();
        let mut all: Vec<&str> = all.iter().map(String::as_str).collect();
        all.dedup();
        row(&mut text, code, &all.join("; "));
    }
    row(&mut text, &checks::SKIPPED, "");
    row(&mut text, &checks::FAILED, "");
    text
}

#[test]
fn the_page_explains_every_code_and_no_other() {
    let path = root().join("docs/issues.md");
    let page = std::fs::read_to_string(&path).expect("docs/issues.md");
    let (head, _) = page.split_once(BEGIN).expect("the marker of the written part");
    let expected = format!("{head}{BEGIN}{}", tables());
    if std::env::var_os("TWIN_BLESS").is_some() {
        std::fs::write(&path, &expected).expect("docs/issues.md can be written");
        return;
    }
    assert_eq!(page, expected, "docs/issues.md is behind the checks: run `make bless`");
    let mut said = BTreeSet::new();
    for folder in ["importers/src/stage", "importers/src/import", "importers/src/terrain", "importers/src/mend"] {
        row_codes(&root().join(folder), &mut said);
    }
    assert!(said.len() > 35, "{said:?}");
    let explained: BTreeSet<String> = head
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(code, _)| code.to_owned()))
        .filter(|code| code.contains('.'))
        .collect();
    let missing: Vec<_> = said.difference(&explained).collect();
    let idle: Vec<_> = explained.difference(&said).collect();
    assert!(missing.is_empty() && idle.is_empty(), "not explained: {missing:?}; nobody says: {idle:?}");
}
