use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;

/// Ids of a file with the names of their arguments.
fn ids(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    let mut id = None;
    for line in source.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with(char::is_whitespace) {
            let (name, _) = line.split_once('=').unwrap_or_else(|| panic!("no message: {line}"));
            id = Some(name.trim().to_owned());
            let seen = out.insert(name.trim().to_owned(), BTreeSet::new());
            assert!(seen.is_none(), "{name} stands twice");
        }
        let arguments = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
        let set = out.get_mut(id.as_deref().expect("a message before its text")).expect("just put in");
        set.extend(arguments.map(str::to_owned));
    }
    out
}

fn all(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    FILES[language as usize].iter().flat_map(|(_, source)| ids(source)).collect()
}

fn sources(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("a source");
            // What tests say is not shown.
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            out.push((path, code));
        }
    }
}

fn engine() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    assert!(out.len() > 30, "{} sources", out.len());
    out
}

/// Contents of the string literals of a source, comments left out.
fn literals(code: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut chars = line.char_indices().peekable();
        let mut inside: Option<String> = None;
        while let Some((_, c)) = chars.next() {
            match (&mut inside, c) {
                (None, '/') if chars.peek().is_some_and(|(_, next)| *next == '/') => break,
                (None, '\'') => {
                    // A char literal, or a lifetime.
                    let rest: String = chars.clone().map(|(_, c)| c).take(3).collect();
                    if rest.starts_with('\\') {
                        chars.nth(2);
                    } else if rest.chars().nth(1) == Some('\'') {
                        chars.nth(1);
                    }
                }
                (None, '"') => inside = Some(String::new()),
                (Some(text), '\\') => text.extend(chars.next().map(|(_, c)| c)),
                (Some(_), '"') => out.push((number + 1, inside.take().unwrap_or_default())),
                (Some(text), c) => text.push(c),
                (None, _) => {}
            }
        }
    }
    out
}

#[test]
fn both_languages_have_the_same_ids_and_arguments() {
    let (english, chinese) = (all(Language::English), all(Language::Chinese));
    assert_eq!(english, chinese);
    assert!(english.len() > 100, "{} ids", english.len());
    for (file, other) in FILES[0].iter().zip(&FILES[1]) {
        assert_eq!(ids(file.1).keys().collect::<Vec<_>>(), ids(other.1).keys().collect::<Vec<_>>(), "{}", file.0);
    }
}

#[test]
fn no_id_is_missing_and_none_is_unused() {
    let known = all(Language::English);
    let code = engine();
    let mut used = BTreeSet::new();
    for (path, code) in &code {
        let said: Vec<(usize, String)> = literals(code);
        used.extend(said.iter().map(|(_, text)| text.clone()).filter(|text| known.contains_key(text)));
        // `t!(x, "id")` and `.get("id")` of a text must have words.
        let bare: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let flat = bare.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        for (start, _) in flat.match_indices("t!(") {
            if flat[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &flat[start + 3..];
            let Some(id) = rest.split('"').nth(1) else { continue };
            assert!(known.contains_key(id), "{}: t!(…, \"{id}\") has no words", path.display());
        }
    }
    // Ids that are put together from a group and a stored word.
    let stored = ["network-", "node-", "surface-", "resource-", "event-", "column-", "unit-"];
    let unused: Vec<&String> =
        known.keys().filter(|id| !used.contains(*id) && !stored.iter().any(|group| id.starts_with(group))).collect();
    assert!(unused.is_empty(), "no source says {unused:?}");
}

#[test]
fn every_word_that_the_model_stores_has_words() {
    use spatial_db::model::{EventKind, NetworkClass, NodeKind, ResourceKind, SurfaceKind};
    use spatial_db::schema::TABLES;
    let known = all(Language::English);
    let mut groups: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (group, words) in [
        ("network", NetworkClass::ALL.map(NetworkClass::as_str).to_vec()),
        ("node", NodeKind::ALL.map(NodeKind::as_str).to_vec()),
        ("surface", SurfaceKind::ALL.map(SurfaceKind::as_str).to_vec()),
        ("resource", ResourceKind::ALL.map(ResourceKind::as_str).to_vec()),
        ("event", EventKind::ALL.map(EventKind::as_str).to_vec()),
    ] {
        groups.insert(group, words.into_iter().map(|word| format!("{group}-{word}")).collect());
    }
    for (group, wanted) in &groups {
        let have: BTreeSet<String> = known.keys().filter(|id| id.starts_with(&format!("{group}-"))).cloned().collect();
        assert_eq!(*wanted, have, "{group}");
    }
    // A table's column has a label wherever it can be drawn or listed.
    for table in TABLES.iter().filter(|table| crate::attribute::KINDS.contains(&table.kind)) {
        for column in table.columns {
            let id = format!("column-{}", column.name.replace('_', "-"));
            assert!(known.contains_key(&id), "{}.{}: no {id}", table.name, column.name);
        }
    }
}

/// Keys of what the sources of a folder beside this crate say, with the arguments of its English.
fn said_by(folder: &str, openings: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("src"), &mut files);
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, code) in files {
        if path.ends_with("words.rs") {
            continue;
        }
        let flat = code.split_whitespace().collect::<Vec<_>>().join(" ");
        for &opening in openings {
            for (start, _) in flat.match_indices(opening) {
                let mut quoted = flat[start + opening.len()..].split('"');
                let (before, key, between, english) = (quoted.next(), quoted.next(), quoted.next(), quoted.next());
                let (Some(before), Some(key), Some(between), Some(english)) = (before, key, between, english) else {
                    continue;
                };
                if !before.trim().is_empty() || between.trim() != "," {
                    continue;
                }
                let arguments: BTreeSet<String> =
                    english.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
                let earlier = out.insert(key.to_owned(), arguments.clone());
                assert!(earlier.is_none_or(|earlier| earlier == arguments), "{key} says two things");
            }
        }
    }
    out
}

#[test]
fn everything_that_analysis_says_is_translated_with_its_arguments() {
    let said = said_by("analysis", &["words!(", "phrase(", "row("]);
    assert!(said.len() > 80, "{} keys: the sources were not read", said.len());
    assert_eq!(said, ids(OVERLAYS_ZH));
}

#[test]
fn every_cause_of_a_failure_that_is_named_is_translated_with_its_arguments() {
    let mut said = said_by("twin-engine", &["words!("]);
    assert!(said.len() > 30, "{} keys: the sources of the engine were not read", said.len());
    let by_the_program = said_by("twin", &["words!("]);
    assert!(by_the_program.len() > 3, "{} keys: those of the program were not read", by_the_program.len());
    said.extend(by_the_program);
    assert_eq!(said, ids(FAILURES_ZH));
    // One bundle holds both: what stands twice is not translated as it was meant.
    let others = ids(OVERLAYS_ZH);
    assert!(said.keys().all(|key| !others.contains_key(key)));
    let labels = ids(ANSWERS_ZH);
    assert!(labels.keys().all(|key| key.starts_with("answer-") && !others.contains_key(key)));
}

#[test]
fn a_failure_is_said_in_the_readers_language_and_its_english_stays_at_hand() {
    let (chinese, english) = (Text::of(Language::Chinese), Text::of(Language::English));
    let why = analysis::words!("failure-no-server", "no server at {url}", url = "host=pg");
    let why = why.in_english("no server at host=pg: connection refused".to_owned());
    assert!(chinese.failure(&why).starts_with("host=pg 没有数据库服务器响应"), "{}", chinese.failure(&why));
    let detail = chinese.failure_detail(&why);
    assert_eq!(detail.as_deref(), Some("详细信息（英文）：no server at host=pg: connection refused"));
    assert_eq!(english.failure(&why), "no server at host=pg: connection refused");
    assert_eq!(english.failure_detail(&why), None);
    // What nobody translated is marked, so that nobody looks for a reason in it that it does not have.
    let other = Words::from("the moon is in the way");
    assert_eq!(chinese.failure(&other), "详细信息（英文）：the moon is in the way");
    assert_eq!(chinese.failure_detail(&other), None);
    assert_eq!(english.failure(&other), "the moon is in the way");
}

#[test]
fn one_thing_is_not_called_as_many_are() {
    let said = |language, count: &str| Text::of(language).with("drill-last-out-known", &[("count", count.to_owned())]);
    assert_eq!(said(Language::English, "1"), "Last known person out; people of one building unknown");
    assert_eq!(said(Language::English, "21"), "Last known person out; people of 21 buildings unknown");
    assert!(said(Language::Chinese, "1").contains('1'));
    // What is no whole number is written as it came.
    assert!(said(Language::English, "007 or so").contains("007 or so buildings"));
}

#[test]
fn words_of_an_overlay_are_translated_with_what_is_inside_them() {
    let inner = analysis::words!("network-water", "Water supply");
    let words = analysis::words!("network-class", "{letters} {name}", letters = "JS", name = inner);
    assert_eq!(Text::of(Language::Chinese).words(&words), "JS 给水");
    assert_eq!(Text::of(Language::English).words(&words), "JS Water supply");
    let free = Words::from("Hall 7");
    assert_eq!(Text::of(Language::Chinese).words(&free), "Hall 7");
}

/// The table of hazards is asked by its other names: what a substance is called in Chinese is one of them.
#[test]
fn substances_are_called_by_names_that_the_table_of_hazards_has() {
    for substance in analysis::emergency::hazard::HazardRules::shipped().substances() {
        let thing = analysis::siting::Thing::Hazard { substance: substance.name.clone() };
        let told = Text::of(Language::Chinese).words(&thing.title());
        let name = told.strip_prefix("登记的").unwrap_or(&told);
        assert!(substance.aliases.iter().any(|alias| alias == name), "{} is called {name}", substance.name);
    }
}

/// Nothing that a person reads stands in the code of panels and frame: only ids, names of widgets and punctuation do.
#[test]
fn no_words_stand_in_the_code_of_panels_and_frame() {
    const SHOWING: [&str; 12] = [
        "label(\"",
        "button(\"",
        "heading(\"",
        "strong(\"",
        "weak(\"",
        "small(\"",
        "hint_text(\"",
        "on_hover_text(\"",
        "RichText::new(\"",
        "Window::new(\"",
        "toggle_value(\"",
        "menu_button(\"",
    ];
    let is_id = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c));
    // Units, proper names and placeholders with punctuation.
    let is_plain = |text: &str| {
        let bare: String = {
            let mut depth = 0;
            text.chars()
                .filter(|c| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth == 0 && *c != '}'
                })
                .collect()
        };
        !bare.chars().any(char::is_alphabetic)
            || ["km", "m", "m²", "cm", "ParkTwin"].contains(&bare.trim())
            || bare.trim().chars().count() == 1
    };
    // Files of letters: not shown.
    let is_file = |text: &str| text.contains('/') || [".ttf", ".ttc", ".otf"].iter().any(|end| text.contains(end));
    let mut looked_at = 0;
    for (path, code) in engine() {
        let name = path.to_string_lossy().replace('\\', "/");
        if !(name.contains("/src/ui/") || name.contains("/src/frame/")) {
            continue;
        }
        looked_at += 1;
        for opening in SHOWING {
            assert!(!code.contains(opening), "{name}: {opening}…");
        }
        for (line, text) in literals(&code) {
            let told = code
                .lines()
                .nth(line - 1)
                .is_some_and(|l| ["tracing::", "reason = ", "env::var", "expect("].iter().any(|skip| l.contains(skip)));
            assert!(told || is_id(&text) || is_plain(&text) || is_file(&text), "{name}:{line}: {text:?}");
        }
    }
    assert!(looked_at >= 10, "{looked_at} files");
}

#[test]
fn the_environment_names_the_language() {
    assert_eq!(Language::of_locale("zh_CN.UTF-8"), Language::Chinese);
    assert_eq!(Language::of_locale("zh-Hans"), Language::Chinese);
    assert_eq!(Language::of_locale("de_CH.UTF-8"), Language::English);
    assert_eq!(Language::of_locale("C"), Language::English);
}

/// A parcel is 宗地, as the cadastre's rules have it. 地块 is what siting offers a prospect: a parcel, several, or a part of one.
#[test]
fn a_parcel_has_one_name_in_chinese() {
    let overlays = include_str!("../../locales/zh/overlays.ftl");
    let more =
        [overlays, include_str!("../../locales/zh/evaluation.ftl"), include_str!("../../locales/zh/sections.ftl")];
    let own = FILES[Language::Chinese as usize].iter().filter(|(name, _)| *name != "site.ftl");
    for source in own.map(|(_, source)| *source).chain(more) {
        let other: Vec<&str> = source.lines().filter(|line| line.contains("地块")).collect();
        assert!(other.is_empty(), "{other:?}");
    }
}
