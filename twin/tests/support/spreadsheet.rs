//! A flat spreadsheet (`.fods`) with its formulas recalculated: + − × ÷, brackets, MIN, MAX, SUM and references, which is what a person
//! needs to work out an evaluation by hand. Anything else is refused, never skipped.

use std::collections::HashMap;
use std::ops::Range;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Words(String),
    Number(f64),
    Formula(String),
}

/// Column and row, from 0.
pub(crate) type At = (usize, usize);

/// A spreadsheet.
pub(crate) struct Spreadsheet {
    text: String,
    cells: HashMap<(String, At), Cell>,
    /// Where in the text a cell's number stands, if it is that of one cell: typed in, or what a formula came to when the sheet was kept.
    numbers: HashMap<(String, At), Range<usize>>,
}

fn attribute(tag: &str, name: &str) -> Option<Range<usize>> {
    let opening = format!(" {name}=\"");
    let from = tag.find(&opening)? + opening.len();
    Some(from..from + tag[from..].find('"')?)
}

fn plain(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

impl Spreadsheet {
    /// A spreadsheet from the text of its file.
    pub(crate) fn parse(text: &str) -> Self {
        let mut sheet = Self { text: text.to_owned(), cells: HashMap::new(), numbers: HashMap::new() };
        let (mut table, mut column, mut row, mut rows) = (String::new(), 0, 0, 1);
        let mut open: Option<(String, At)> = None;
        for (start, _) in text.match_indices('<') {
            let rest = &text[start..];
            let end = rest.find('>').expect("a tag that ends");
            let (tag, after) = (&rest[..end], &rest[end + 1..]);
            let value = |name: &str| attribute(tag, name).map(|range| &tag[range]);
            let times = |name: &str| value(name).map_or(1, |times| times.parse::<usize>().expect("a count"));
            match tag[1..].split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default() {
                "table:table" if !tag.starts_with("</") => {
                    table = plain(value("table:name").expect("a name"));
                    row = 0;
                }
                "table:table-row" => {
                    if tag.starts_with("</") {
                        row += rows;
                        continue;
                    }
                    (column, rows) = (0, times("table:number-rows-repeated"));
                    if tag.ends_with('/') {
                        row += rows;
                    }
                }
                "table:table-cell" | "table:covered-table-cell" if !tag.starts_with("</") => {
                    let place = (table.clone(), (column, row));
                    let cell = match (value("table:formula"), value("office:value-type")) {
                        (Some(formula), _) => Some(Cell::Formula(plain(formula).trim_start_matches("of:=").to_owned())),
                        (None, Some("float")) => {
                            Some(Cell::Number(value("office:value").expect("a value").parse().expect("a number")))
                        }
                        (None, Some("string")) => Some(Cell::Words(String::new())),
                        (None, Some(other)) => panic!("{place:?} holds {other}"),
                        (None, None) => None,
                    };
                    // Equal cells beside each other are kept as one.
                    let alike = times("table:number-columns-repeated");
                    if let Some(cell) = cell {
                        for more in 0..alike {
                            sheet.cells.insert((table.clone(), (column + more, row)), cell.clone());
                        }
                        if let Some(at) = attribute(tag, "office:value").filter(|_| alike == 1) {
                            sheet.numbers.insert(place.clone(), start + at.start..start + at.end);
                        }
                    }
                    column += alike;
                    open = (!tag.ends_with('/')).then_some(place);
                }
                "text:p" if !tag.starts_with("</") => {
                    let said = plain(&after[..after.find('<').unwrap_or(after.len())]);
                    if let Some(Cell::Words(words)) = open.as_ref().and_then(|open| sheet.cells.get_mut(open)) {
                        words.push_str(&said);
                    }
                }
                _ => {}
            }
        }
        sheet
    }

    fn cell(&self, table: &str, at: At) -> Option<&Cell> {
        self.cells.get(&(table.to_owned(), at))
    }

    /// How many rows a table has.
    pub(crate) fn rows(&self, table: &str) -> usize {
        self.cells.keys().filter(|(name, _)| name == table).map(|(_, (_, row))| row + 1).max().unwrap_or(0)
    }

    /// The words in a cell.
    pub(crate) fn words(&self, table: &str, at: At) -> &str {
        match self.cell(table, at) {
            Some(Cell::Words(words)) => words,
            other => panic!("no words in {table} {at:?}: {other:?}"),
        }
    }

    /// Whether a cell is worked out.
    pub(crate) fn is_formula(&self, table: &str, at: At) -> bool {
        matches!(self.cell(table, at), Some(Cell::Formula(_)))
    }

    /// The number in a cell, worked out anew where it is a formula.
    pub(crate) fn number(&self, table: &str, at: At) -> f64 {
        match self.cell(table, at) {
            Some(Cell::Number(number)) => *number,
            Some(Cell::Formula(formula)) => {
                let mut reader = Reader { sheet: self, table, rest: formula };
                let value = reader.sum();
                assert!(reader.rest.trim().is_empty(), "{table} {at:?}: {:?} is left of {formula}", reader.rest);
                value
            }
            other => panic!("no number in {table} {at:?}: {other:?}"),
        }
    }

    fn place(&self, cell: &(String, At)) -> Range<usize> {
        self.numbers.get(cell).unwrap_or_else(|| panic!("{cell:?} has no number of its own")).clone()
    }

    /// What a cell's number is in the file, whatever its formula gives now.
    pub(crate) fn kept(&self, table: &str, at: At) -> f64 {
        self.text[self.place(&(table.to_owned(), at))].parse().expect("a number")
    }

    /// The file with other typed-in numbers, everything worked out anew.
    pub(crate) fn with(&self, typed: &[(&str, At, f64)]) -> String {
        let write = |sheet: &Self, new: &[((String, At), f64)]| {
            let mut changes: Vec<(Range<usize>, f64)> =
                new.iter().map(|(place, value)| (sheet.place(place), *value)).collect();
            changes.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
            let mut text = sheet.text.clone();
            for (place, value) in changes {
                text.replace_range(place, &value.to_string());
            }
            text
        };
        let typed: Vec<_> = typed.iter().map(|(table, at, value)| (((*table).to_owned(), *at), *value)).collect();
        let sheet = Self::parse(&write(self, &typed));
        let formulas = sheet.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Formula(_)));
        let anew: Vec<_> = formulas.map(|((table, at), _)| ((table.clone(), *at), sheet.number(table, *at))).collect();
        write(&sheet, &anew)
    }
}

/// Reads a formula from the left.
struct Reader<'a> {
    sheet: &'a Spreadsheet,
    table: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        let Some(after) = rest.strip_prefix(sign) else { return false };
        self.rest = after;
        true
    }

    fn sum(&mut self) -> f64 {
        let mut value = self.product();
        loop {
            if self.eat('+') {
                value += self.product();
            } else if self.eat('-') {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> f64 {
        let mut value = self.factor();
        loop {
            if self.eat('*') {
                value *= self.factor();
            } else if self.eat('/') {
                value /= self.factor();
            } else {
                return value;
            }
        }
    }

    fn factor(&mut self) -> f64 {
        if self.eat('-') {
            return -self.factor();
        }
        if self.eat('(') {
            let value = self.sum();
            assert!(self.eat(')'), "a bracket is open before {:?}", self.rest);
            return value;
        }
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('[') {
            let cells = self.cells();
            let [at] = cells[..] else { panic!("a range where one cell is wanted, before {:?}", self.rest) };
            return self.sheet.number(at.0, at.1);
        }
        let word = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(word);
        self.rest = after;
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.function(word);
        }
        word.parse().unwrap_or_else(|_| panic!("{word:?} is no number, before {after:?}"))
    }

    fn function(&mut self, name: &str) -> f64 {
        assert!(self.eat('('), "{name} without brackets");
        let mut values = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            let range = self.rest.strip_prefix('[').and_then(|inside| inside.split(']').next());
            if range.is_some_and(|inside| inside.contains(':')) {
                let cells = self.cells();
                values.extend(cells.into_iter().map(|(table, at)| self.sheet.number(table, at)));
            } else {
                values.push(self.sum());
            }
            if !self.eat(';') {
                break;
            }
        }
        assert!(self.eat(')'), "{name} is open before {:?}", self.rest);
        match name {
            "MIN" => values.into_iter().reduce(f64::min).expect("values"),
            "MAX" => values.into_iter().reduce(f64::max).expect("values"),
            "SUM" => values.into_iter().sum(),
            other => panic!("{other} is not worked out here"),
        }
    }

    /// The cells of a reference such as `[.C5]`, `[.C5:.C9]` or `[$parcels.C2:.C9]`.
    fn cells(&mut self) -> Vec<(&'a str, At)> {
        let (inside, after) = self.rest[1..].split_once(']').expect("a reference that ends");
        self.rest = after;
        let (first, last) = inside.split_once(':').unwrap_or((inside, inside));
        let (table, first) = first.rsplit_once('.').expect("a cell after a point");
        let (_, last) = last.rsplit_once('.').expect("a cell after a point");
        let table = match table.trim_start_matches('$').trim_matches('\'') {
            "" => self.table,
            named => named,
        };
        let ((left, top), (right, bottom)) = (place(first), place(last));
        assert!(left <= right && top <= bottom, "{inside}");
        (top..=bottom).flat_map(|row| (left..=right).map(move |column| (table, (column, row)))).collect()
    }
}

/// Column and row of a cell's name.
fn place(name: &str) -> At {
    let name = name.replace('$', "");
    let letters = name.find(|c: char| c.is_ascii_digit()).expect("a row");
    let column = name[..letters].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    (column - 1, name[letters..].parse::<usize>().expect("a row") - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = r#"<table:table table:name="a"><table:table-row>
        <table:table-cell office:value-type="string"><text:p>x &amp; y</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="3"/><table:table-cell table:number-columns-repeated="2"/>
        <table:table-cell table:formula="of:=-([.B1]-1)*2+MIN([$b.A1:.A2];9)/4" office:value-type="float" office:value="0"/>
        </table:table-row></table:table><table:table table:name="b">
        <table:table-row><table:table-cell office:value-type="float" office:value="8"/></table:table-row>
        <table:table-row><table:table-cell table:formula="of:=SUM([$a.$B$1];MAX(1;2.5))" office:value-type="float" office:value="0"/></table:table-row>
        </table:table>"#;

    #[test]
    fn formulas_are_worked_out_and_numbers_replaced() {
        let sheet = Spreadsheet::parse(SHEET);
        assert_eq!(sheet.words("a", (0, 0)), "x & y");
        assert_eq!((sheet.rows("a"), sheet.rows("b")), (1, 2));
        // −(3 − 1)·2 + min(8, 5.5, 9)/4
        assert_eq!((sheet.number("b", (0, 1)), sheet.number("a", (4, 0))), (5.5, -4.0 + 5.5 / 4.0));
        assert!(sheet.is_formula("a", (4, 0)) && !sheet.is_formula("a", (1, 0)));
        assert_eq!(sheet.kept("a", (4, 0)), 0.0);
        let other = Spreadsheet::parse(&sheet.with(&[("a", (1, 0), 5.0)]));
        assert_eq!((other.kept("a", (1, 0)), other.kept("b", (0, 1))), (5.0, 7.5));
        assert_eq!(other.kept("a", (4, 0)), -8.0 + 7.5 / 4.0);
        assert_eq!(place("AB12"), (27, 11));
    }

    #[test]
    #[should_panic(expected = "is not worked out here")]
    fn what_it_does_not_know_it_refuses() {
        let text = r#"<table:table table:name="a"><table:table-row><table:table-cell table:formula="of:=SQRT(4)" office:value-type="float" office:value="2"/></table:table-row></table:table>"#;
        Spreadsheet::parse(text).number("a", (0, 0));
    }
}
