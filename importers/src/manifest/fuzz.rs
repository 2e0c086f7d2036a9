//! Manifests as nobody would write them: an error that can be shown, or a manifest, and nothing else.

use std::path::Path;

use super::Manifest;
use crate::fuzzing::{Chance, cases};

const KEPT: [&str; 4] = [
    include_str!("../../parks/gaeu_ch.park.toml"),
    include_str!("../../parks/santboi_es.park.toml"),
    include_str!("../../parks/ubc_ca.park.toml"),
    include_str!("../../parks/cambridge_us.park.toml"),
];

/// Words that mean something somewhere in a manifest, or nowhere.
const WORDS: &[&str] = &[
    "[park]",
    "[[layer]]",
    "[layer.fields]",
    "[layer]",
    "key = ",
    "role = ",
    "\"terrain\"",
    "\"network\"",
    "{",
    "}",
    "[",
    "]",
    "field",
    "map",
    "\"*\"",
    "default",
    "unit = \"mu\"",
    "scale = -1e308",
    "scale = nan",
    "format = \"%\"",
    "format = \"%Q%\"",
    "crs = \"EPSG:\"",
    "crs = \"EPSG:99999999999\"",
    "crs = \"上海\"",
    "as_of = 9999-99-99",
    "as_of = 2024-02-29T25:00:00Z",
    "cell_m = 0",
    "cell_m = -1",
    "cell_m = inf",
    "= 9223372036854775807",
    "= \"\"",
    "\u{0}",
    "\u{feff}",
    "\r\n",
    "'''",
    "\"\"\"",
    "z_from = [\"geometry\", \"geometry\"]",
    "join = \"\"",
    "prefix = \"\\u0000\"",
    "root = \"/\"",
    "file = \"../../x\"",
    "#",
];

fn manifest(chance: &mut Chance) -> String {
    let mut lines: Vec<String> = chance.pick(&KEPT).lines().map(str::to_owned).collect();
    for _ in 0..=chance.below(5) {
        let (at, other) = (chance.below(lines.len()), chance.below(lines.len()));
        match chance.below(6) {
            0 => drop(lines.remove(at)),
            1 => lines.swap(at, other),
            2 => lines.insert(at, (*chance.pick(WORDS)).to_owned()),
            3 => {
                let word: &str = WORDS[chance.below(WORDS.len())];
                lines[at].push_str(word);
            }
            4 => {
                // A key with somebody else's value.
                let value = lines[other].split_once('=').map_or("", |(_, value)| value).to_owned();
                if let Some((key, _)) = lines[at].clone().split_once('=') {
                    lines[at] = format!("{key}={value}");
                }
            }
            _ => lines[at] = lines[other].clone(),
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
    }
    let text = lines.join("\n");
    if !chance.one_in(3) {
        return text;
    }
    let mut bytes = text.into_bytes();
    chance.mutate(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn any_text_is_a_manifest_or_an_error_with_its_line() {
    let (mut good, mut bad) = (0, 0);
    cases("manifest", 4000, |chance| {
        let text = manifest(chance);
        match Manifest::parse(Path::new("p.park.toml"), &text, None) {
            Ok(manifest) => {
                good += 1;
                assert!(!manifest.layers.is_empty() && !manifest.park.slug.is_empty());
            }
            Err(error) => {
                bad += 1;
                let lines = text.lines().count() + 1;
                assert!(error.line().is_none_or(|line| (1..=lines).contains(&line)), "{error} of {lines} lines");
                assert!(!error.to_string().is_empty());
                let _ = error.help();
            }
        }
    });
    assert!(std::env::var_os("TWIN_FUZZ_SEED").is_some() || (good > 0 && bad > 0), "{good} good, {bad} bad");
}
