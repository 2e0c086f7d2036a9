//! Some fields of a layer, read to the last row: are their values unique, and which words occur.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};

use crate::reader::{Batch, Cells, LayerRequest, ReadError, Reader};

/// Different words of a field that are kept.
const MOST_WORDS: usize = 400;
/// Rows of a layer above which only single fields are tried as keys.
const MANY_ROWS: u64 = 200_000;

/// A combination of fields, whole.
#[derive(Debug, Default)]
pub(super) struct Combination {
    pub(super) fields: Vec<String>,
    /// Every row has a value that no other row has.
    pub(super) unique: bool,
    /// Rows that have a value.
    pub(super) known: u64,
    /// Hashes of the values.
    pub(super) hashes: HashSet<u64>,
    /// The words and how often each occurs; `None` when there are too many.
    pub(super) words: Option<BTreeMap<String, u64>>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) rows: u64,
    pub(super) combinations: Vec<Combination>,
}

impl Whole {
    pub(super) fn of(&self, fields: &[String]) -> Option<&Combination> {
        self.combinations.iter().find(|combination| combination.fields == fields)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A cell as the importer reads it.
fn text(cells: &Cells, row: usize) -> Option<String> {
    match cells {
        Cells::Integer(cells) => cells[row].map(|value| value.to_string()),
        Cells::Boolean(cells) => cells[row].map(|value| value.to_string()),
        Cells::Real(cells) => cells[row].filter(|value| value.is_finite()).map(|value| value.to_string()),
        Cells::Date(cells) => cells[row].map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}")),
        Cells::Text(cells) => cells.get(row).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
    }
}

/// Reads combinations of fields of a layer to the end; joined without anything between them where `join` says so.
pub(super) fn read(
    reader: &mut Reader,
    request: &LayerRequest,
    wanted: &[(Vec<String>, &str)],
    rows: Option<u64>,
) -> Result<Whole, ReadError> {
    let singles_only = rows.is_some_and(|rows| rows > MANY_ROWS);
    let wanted: Vec<&(Vec<String>, &str)> =
        wanted.iter().filter(|(fields, join)| fields.len() == 1 || join.is_empty() || !singles_only).collect();
    let names: BTreeSet<&String> = wanted.iter().flat_map(|(fields, _)| fields).collect();
    let request = LayerRequest {
        expect: crate::reader::Expect::Nothing,
        fields: Some(names.into_iter().cloned().collect()),
        sample: None,
        ..request.clone()
    };
    let mut whole = Whole { rows: 0, combinations: Vec::new() };
    let mut source = reader.rows(&request)?;
    let known = source.opened.fields.clone();
    for (fields, _) in &wanted {
        whole.combinations.push(Combination {
            fields: fields.clone(),
            unique: true,
            words: Some(BTreeMap::new()),
            ..Combination::default()
        });
    }
    let places: Vec<Vec<usize>> = wanted
        .iter()
        .map(|(fields, _)| fields.iter().filter_map(|field| known.iter().position(|name| name == field)).collect())
        .collect();
    while let Some(batch) = source.next()? {
        for row in 0..batch.rows.len() {
            whole.rows += 1;
            for ((combination, places), (_, join)) in whole.combinations.iter_mut().zip(&places).zip(&wanted) {
                combination.add(&batch, row, places, join);
            }
        }
    }
    Ok(whole)
}

impl Combination {
    fn add(&mut self, batch: &Batch, row: usize, places: &[usize], join: &str) {
        let parts: Vec<String> = places.iter().filter_map(|place| text(&batch.columns[*place], row)).collect();
        let complete = parts.len() == places.len() || join.is_empty() && !parts.is_empty();
        if !complete {
            self.unique = false;
            return;
        }
        let value = parts.join(join);
        self.known += 1;
        if !self.hashes.insert(hash(&value)) {
            self.unique = false;
        }
        if let Some(words) = &mut self.words {
            *words.entry(value).or_default() += 1;
            if words.len() > MOST_WORDS {
                self.words = None;
            }
        }
    }
}
