//! The search box's index: numbers, names, addresses and keys of a park, found by any part of them, Chinese also by pinyin
//! or its initials.
//!
//! Everything that can be found stands in one text, a line each; a search is one pass over it. How results are shown is
//! left to `ui`.

use memchr::memmem::Finder;
use pinyin::{ToPinyin, ToPinyinMulti};
use spatial_db::model::{FeatureId, ParkSnapshot};

/// Results of a search.
const MOST_RESULTS: usize = 60;
/// Features that are kept while a search goes on, the best so far: an enterprise's comes up again later.
const MOST_KEPT: usize = MOST_RESULTS * 8;
/// Lines of an index that a frame may go through.
const MOST_IN_FRAME: usize = 50_000;
/// Ways to say a text that are kept: a character may have several readings, a name seldom more than two odd ones.
const MOST_READINGS: usize = 16;

/// What was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Parcel number.
    Number,
    /// Name.
    Name,
    /// Enterprise on a parcel or in a building.
    Enterprise,
    /// Street address.
    Address,
    /// Right holder.
    Holder,
    /// Key in the source.
    Key,
}

/// The same words as written, spoken, or by the first letters of what is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Written,
    Spoken,
    Initials,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The feature.
    pub id: FeatureId,
    /// The words, as written.
    pub text: String,
    /// What they are.
    pub field: Field,
}

#[derive(Debug)]
struct Entry {
    id: FeatureId,
    field: Field,
    /// Where its words begin among those that are written.
    start: u32,
}

#[derive(Debug)]
struct Line {
    start: u32,
    entry: u32,
    form: Form,
}

/// The index of one park.
#[derive(Debug, Default)]
pub struct Index {
    hay: String,
    lines: Vec<Line>,
    /// The words of all entries, as written, one after the other: a city has millions of them.
    written: String,
    entries: Vec<Entry>,
}

impl Index {
    /// Everything of `park` that has words.
    pub fn new(park: &ParkSnapshot) -> Self {
        let mut index = Self::default();
        for parcel in &park.parcels {
            index.add(parcel.id, Field::Number, parcel.number.as_deref());
            index.add(parcel.id, Field::Address, parcel.address.as_deref());
            index.add(parcel.id, Field::Holder, parcel.holder.as_deref());
            let same = parcel.number.as_deref() == Some(&parcel.provenance.key);
            index.add(parcel.id, Field::Key, Some(parcel.provenance.key.as_str()).filter(|_| !same));
        }
        for building in &park.buildings {
            index.add(building.id, Field::Name, building.name.as_deref());
            index.add(building.id, Field::Address, building.address.as_deref());
            index.add(building.id, Field::Key, Some(&building.provenance.key));
        }
        index.add_enterprises(park);
        for road in &park.roads {
            index.add(road.id, Field::Name, road.name.as_deref());
        }
        for surface in &park.surfaces {
            index.add(surface.id, Field::Name, surface.name.as_deref());
        }
        for edge in &park.edges {
            index.add(edge.id, Field::Key, Some(&edge.provenance.key));
        }
        for node in &park.nodes {
            index.add(node.id, Field::Key, Some(&node.provenance.key));
        }
        for resource in &park.resources {
            index.add(resource.id, Field::Name, resource.name.as_deref());
            index.add(resource.id, Field::Key, Some(&resource.provenance.key));
        }
        for hazard in &park.hazards {
            index.add(hazard.id, Field::Name, hazard.name.as_deref());
            index.add(hazard.id, Field::Name, hazard.substance.as_deref());
            index.add(hazard.id, Field::Key, Some(&hazard.provenance.key));
        }
        index
    }

    /// Enterprises have no place: they are found where they sit, or on the land that they hold.
    fn add_enterprises(&mut self, park: &ParkSnapshot) {
        use std::collections::HashMap;
        let parcels: HashMap<&str, FeatureId> =
            park.parcels.iter().map(|p| (p.provenance.key.as_str(), p.id)).collect();
        let buildings: HashMap<&str, FeatureId> =
            park.buildings.iter().map(|b| (b.provenance.key.as_str(), b.id)).collect();
        let mut places: HashMap<&str, Vec<FeatureId>> = HashMap::new();
        for tenancy in &park.tenancies {
            let building = tenancy.building_key.as_deref().and_then(|key| buildings.get(key));
            let parcel = tenancy.parcel_key.as_deref().and_then(|key| parcels.get(key));
            places.entry(&tenancy.enterprise_key).or_default().extend(building.or(parcel));
        }
        for contract in &park.contracts {
            if let (Some(key), Some(id)) = (&contract.enterprise_key, parcels.get(contract.parcel_key.as_str())) {
                places.entry(key).or_default().push(*id);
            }
        }
        for enterprise in &park.enterprises {
            let mut ids = places.remove(enterprise.provenance.key.as_str()).unwrap_or_default();
            ids.sort_unstable();
            ids.dedup();
            // One that sits nowhere on record is found all the same.
            if ids.is_empty() {
                ids.push(enterprise.id);
            }
            for id in ids {
                self.add(id, Field::Enterprise, Some(&enterprise.name));
            }
        }
    }

    fn add(&mut self, id: FeatureId, field: Field, text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
        let entry = self.entries.len() as u32;
        let mut line = |words: &str, form| {
            self.lines.push(Line { start: self.hay.len() as u32, entry, form });
            self.hay.push_str(words);
            self.hay.push('\n');
        };
        line(&plain(text), Form::Written);
        if !text.is_ascii() && text.to_pinyin().any(|p| p.is_some()) {
            let readings = readings(text);
            for (at, (spoken, initials)) in readings.iter().enumerate() {
                line(spoken, Form::Spoken);
                if readings[..at].iter().all(|(_, before)| before != initials) {
                    line(initials, Form::Initials);
                }
            }
        }
        self.entries.push(Entry { id, field, start: self.written.len() as u32 });
        self.written.push_str(text);
    }

    /// The words of an entry, as written.
    fn text(&self, entry: u32) -> &str {
        let at = entry as usize;
        let end = self.entries.get(at + 1).map_or(self.written.len(), |next| next.start as usize);
        &self.written[self.entries[at].start as usize..end]
    }

    /// Number of things that can be found.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True where a search, be it for one letter that every line has, takes no longer than a frame may.
    pub fn is_quick(&self) -> bool {
        self.lines.len() <= MOST_IN_FRAME
    }

    /// What holds all words of `query`, best first: the whole text, then its beginning, then the beginning of a word, then
    /// any place; as written before pinyin; numbers before names before addresses before keys. A feature is there once, by the text of it
    /// that fits best.
    pub fn search(&self, query: &str) -> Vec<Found> {
        self.search_counted(query).0
    }

    /// The same with how many features there are in all: only the best are told.
    pub fn search_counted(&self, query: &str) -> (Vec<Found>, usize) {
        let query = plain(query.trim());
        let mut words: Vec<&str> = query.split_whitespace().collect();
        // The longest word is on the fewest lines.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let Some((longest, others)) = words.split_first() else { return (Vec::new(), 0) };
        let finder = Finder::new(longest.as_bytes());
        let hay = self.hay.as_bytes();
        let mut ranked = Vec::new();
        let (mut from, mut line) = (0, 0);
        // The lines of a feature stand together, but for those of enterprises: the best of those that do.
        let mut best: Option<(u8, Form, Field, usize, u32)> = None;
        let (mut all, mut cut) = (0, false);
        while let Some(at) = finder.find(&hay[from..]) {
            let at = from + at;
            line = self.line_of(at, line);
            let start = self.lines[line].start as usize;
            let end = self.lines.get(line + 1).map_or(hay.len(), |next| next.start as usize);
            from = end;
            let text = &self.hay[start..end - 1];
            let Line { entry, form, .. } = self.lines[line];
            if others.iter().all(|word| text.contains(word)) && fits(form, &query) {
                let Entry { id, field, .. } = self.entries[entry as usize];
                let now = (place(text, &query, at - start), form, field, self.text(entry).len(), entry);
                match &mut best {
                    Some(known) if self.entries[known.4 as usize].id == id => *known = now.min(*known),
                    _ => {
                        ranked.extend(best.replace(now));
                        all += 1;
                    }
                }
            }
            // A search for one letter finds nearly every line.
            if ranked.len() >= MOST_KEPT * 4 {
                ranked.select_nth_unstable(MOST_KEPT);
                ranked.truncate(MOST_KEPT);
                cut = true;
            }
        }
        ranked.extend(best);
        ranked.sort_unstable();
        let mut seen = std::collections::HashSet::new();
        let mut found: Vec<Found> = ranked
            .into_iter()
            .map(|(.., at)| (at, &self.entries[at as usize]))
            .filter(|(_, entry)| seen.insert(entry.id))
            .map(|(at, entry)| Found { id: entry.id, text: self.text(at).to_owned(), field: entry.field })
            .collect();
        // Of so many that some were let go, a few may have been counted twice.
        let all = if cut { all } else { found.len() };
        found.truncate(MOST_RESULTS);
        (found, all)
    }

    /// The line that holds a place of the text, from a line at or before it: near by where much is found, far off where little is.
    fn line_of(&self, at: usize, from: usize) -> usize {
        let mut reach = 1;
        while self.lines.get(from + reach).is_some_and(|line| line.start as usize <= at) {
            reach *= 2;
        }
        let end = (from + reach).min(self.lines.len());
        from + self.lines[from..end].partition_point(|line| line.start as usize <= at) - 1
    }
}

/// Spoken forms are for Latin letters, and one letter is no abbreviation.
fn fits(form: Form, query: &str) -> bool {
    form == Form::Written || (query.is_ascii() && query.len() >= 2)
}

/// How well the place of a match says that it is meant: 0 best.
fn place(text: &str, query: &str, at: usize) -> u8 {
    if text == query {
        0
    } else if text.starts_with(query) {
        1
    } else if at == 0 || text[..at].chars().next_back().is_some_and(|before| !before.is_alphanumeric()) {
        2
    } else {
        3
    }
}

/// Letters alike: lower case, full-width forms as ASCII, one space.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' | '\n' | '\t' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}

/// A text as spoken, and its initials, by the commonest reading of each character first, then with another reading of one of them, then
/// of two. What has no pinyin stays as it is.
fn readings(text: &str) -> Vec<(String, String)> {
    let of = |c: char| -> Vec<(String, String)> {
        let said = |one: pinyin::Pinyin| (one.plain().replace('ü', "v"), one.first_letter().to_owned());
        let mut all: Vec<(String, String)> = c.to_pinyin().into_iter().map(said).collect();
        for other in c.to_pinyin_multi().into_iter().flatten().map(said) {
            if !all.contains(&other) {
                all.push(other);
            }
        }
        if all.is_empty() {
            let same = plain(&c.to_string());
            all.push((same.clone(), same));
        }
        all
    };
    let characters: Vec<Vec<(String, String)>> = text.chars().map(of).collect();
    let joined = |odd: Vec<(usize, usize)>| {
        let mut whole = (String::new(), String::new());
        for (at, all) in characters.iter().enumerate() {
            let reading = odd.iter().find(|(which, _)| *which == at).map_or(0, |(_, reading)| *reading);
            whole.0.push_str(&all[reading].0);
            whole.1.push_str(&all[reading].1);
        }
        whole
    };
    let several: Vec<usize> = (0..characters.len()).filter(|at| characters[*at].len() > 1).collect();
    let ones = several.iter().flat_map(|at| (1..characters[*at].len()).map(move |reading| vec![(*at, reading)]));
    let pairs = several
        .iter()
        .enumerate()
        .flat_map(|(k, first)| several[k + 1..].iter().map(move |second| vec![(*first, 1), (*second, 1)]));
    std::iter::once(Vec::new()).chain(ones).chain(pairs).take(MOST_READINGS).map(joined).collect()
}

#[cfg(test)]
mod tests;
