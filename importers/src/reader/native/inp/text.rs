//! An `.inp` file as sections of lines of words: EPANET and SWMM write both the same way.
//!
//! What a section means is left to `epanet` and `swmm`.

use std::collections::HashMap;

/// Words on one line that are believed.
const MOST_WORDS: usize = 256;

/// The text and where its lines of each section are.
#[derive(Debug, Default)]
pub(super) struct InpText {
    text: String,
    /// By the first four letters of the section's name, which both programs tell them apart by.
    sections: HashMap<String, Section>,
}

#[derive(Debug, Default)]
struct Section {
    /// Name as written.
    name: String,
    lines: Vec<Place>,
}

/// A line in the text.
#[derive(Debug, Clone, Copy)]
struct Place {
    number: u32,
    start: u32,
    end: u32,
}

/// One line that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// From 1.
    pub(super) number: u32,
    /// Name of its section as written, without brackets.
    pub(super) section: &'t str,
    pub(super) words: Vec<&'t str>,
    pub(super) comment: Option<&'t str>,
}

impl Line<'_> {
    /// A word, unless it is missing or a placeholder.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).copied().filter(|word| !word.is_empty() && *word != "*")
    }

    /// Where the line is, as people are told.
    pub(super) fn place(&self) -> String {
        format!("[{}], line {}", self.section, self.number)
    }
}

/// The first four letters of a section's name, in capitals.
pub(super) fn section_key(name: &str) -> String {
    name.trim().chars().take(4).flat_map(char::to_uppercase).collect()
}

impl InpText {
    /// Finds the sections. The text is shorter than 4 GiB.
    pub(super) fn new(text: String) -> Self {
        let mut sections: HashMap<String, Section> = HashMap::new();
        let mut current: Option<String> = None;
        let mut start = 0;
        // Old programs end lines with CR alone; a CR before an LF leaves a blank line, which is counted once.
        for (number, line) in lines(&text) {
            let at = line.as_ptr() as usize - text.as_ptr() as usize;
            start = start.max(at);
            let trimmed = line.trim();
            if let Some(rest) = trimmed.strip_prefix('[') {
                let name = rest.split(']').next().unwrap_or(rest).trim();
                let key = section_key(name);
                let section = sections.entry(key.clone()).or_default();
                if section.name.is_empty() {
                    name.clone_into(&mut section.name);
                }
                current = Some(key);
            } else if !trimmed.is_empty()
                && let Some(section) = current.as_ref().and_then(|key| sections.get_mut(key))
            {
                section.lines.push(Place { number, start: at as u32, end: (at + line.len()) as u32 });
            }
        }
        Self { text, sections }
    }

    /// The lines of a section that say more than a comment; none where there is no such section.
    pub(super) fn lines(&self, key: &str) -> impl Iterator<Item = Line<'_>> {
        self.sections.get(key).into_iter().flat_map(|section| {
            section.lines.iter().filter_map(|place| {
                let (words, comment) = split(&self.text[place.start as usize..place.end as usize]);
                (!words.is_empty()).then_some(Line { number: place.number, section: &section.name, words, comment })
            })
        })
    }

    /// Lines of a section that say more than a comment.
    pub(super) fn count(&self, key: &str) -> u64 {
        self.lines(key).count() as u64
    }

    /// Whether there is such a section.
    pub(super) fn has(&self, key: &str) -> bool {
        self.sections.contains_key(key)
    }

    /// Keys, names and line counts of the sections that say something, sorted by name.
    pub(super) fn sections(&self) -> Vec<(&str, &str, u64)> {
        let mut found: Vec<_> = self
            .sections
            .iter()
            .map(|(key, section)| (key.as_str(), section.name.as_str(), self.count(key)))
            .filter(|(_, _, count)| *count > 0)
            .collect();
        found.sort_unstable_by_key(|(_, name, _)| *name);
        found
    }
}

/// Lines with their numbers, whichever of LF, CRLF and CR ends them.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let by_cr = !text.contains('\n');
    let ends = if by_cr { '\r' } else { '\n' };
    text.split(ends).enumerate().map(|(index, line)| (index as u32 + 1, line.trim_end_matches('\r')))
}

/// Words, which quotes may hold together, and what follows the first semicolon outside quotes.
fn split(line: &str) -> (Vec<&str>, Option<&str>) {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || words.len() == MOST_WORDS {
            return (words, None);
        }
        if let Some(comment) = rest.strip_prefix(';') {
            let comment = comment.trim_matches([';', ' ', '\t', '\r']);
            return (words, Some(comment).filter(|comment| !comment.is_empty()));
        }
        let (word, after) = if let Some(quoted) = rest.strip_prefix('"') {
            // A quote that is never closed holds the rest of the line.
            quoted.split_once('"').unwrap_or((quoted, ""))
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(rest.len());
            rest.split_at(end)
        };
        words.push(word);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_lines_words_and_comments() {
        let text =
            "[TITLE]\r\nA town\r\n[junctions]\r\n;ID Elev\r\n J-1\t10.5 \t ;old \r\n\r\n\"J 2\" 11;x;\r\n[END]\r\n";
        let inp = InpText::new(text.to_owned());
        let lines: Vec<Line<'_>> = inp.lines("JUNC").collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            (lines[0].number, lines[0].words.as_slice(), lines[0].comment),
            (5, &["J-1", "10.5"][..], Some("old"))
        );
        assert_eq!((lines[1].number, lines[1].words.as_slice(), lines[1].comment), (7, &["J 2", "11"][..], Some("x")));
        assert_eq!(lines[1].place(), "[junctions], line 7");
        assert_eq!(inp.sections(), [("TITL", "TITLE", 1), ("JUNC", "junctions", 2)]);
        let old = InpText::new("[JUNCTIONS]\rA 1\rB 2\r".to_owned());
        assert_eq!(old.lines("JUNC").map(|line| line.number).collect::<Vec<_>>(), [2, 3]);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[\\[\\]A-Z;\" \t\r\n0-9.é*-]{0,200}") {
            let inp = InpText::new(text);
            for (key, _, count) in inp.sections() {
                prop_assert_eq!(inp.lines(key).count() as u64, count);
            }
        }
    }
}
