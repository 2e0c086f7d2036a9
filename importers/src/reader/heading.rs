//! Where a table's heading is: below a title, in one row or in two. Reading cells is left to `table` and `workbook`.

/// Rows at the top of a table that are looked at.
pub(super) const ROWS_LOOKED_AT: usize = 30;

/// A cell as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    /// It is a number or a date, which no heading is.
    pub(super) is_value: bool,
}

impl Written {
    /// A cell of a text file.
    pub(super) fn of_text(text: &str) -> Self {
        let text = text.trim();
        Self { text: text.to_owned(), is_value: text.replace(',', ".").parse::<f64>().is_ok() }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

/// A table's heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// Names of the columns, each once.
    pub(super) names: Vec<String>,
    /// Index of the first row of values.
    pub(super) values_from: usize,
    /// Rows above the heading: titles, units, remarks.
    pub(super) above: usize,
    /// There was one; otherwise the names are the letters of the columns.
    pub(super) found: bool,
}

/// Finds the heading among a table's first rows.
pub(super) fn find(rows: &[Vec<Written>]) -> Heading {
    let filled = |row: &Vec<Written>| row.iter().filter(|cell| !cell.is_blank()).count();
    let widest = rows.iter().map(filled).max().unwrap_or(0);
    let columns = rows.iter().map(|row| row.iter().rposition(|cell| !cell.is_blank()).map_or(0, |at| at + 1)).max();
    let columns = columns.unwrap_or(0);
    let full = |row: &Vec<Written>| filled(row) * 5 >= widest * 3;
    let is_words = |row: &Vec<Written>| row.iter().all(|cell| !cell.is_value);
    let first = rows.iter().position(|row| full(row) && filled(row) > 0);
    let Some(first) = first.filter(|first| is_words(&rows[*first])) else {
        // Numbers from the first full row on: nobody wrote a heading.
        let names = (0..columns).map(letters).collect();
        return Heading { names, values_from: first.unwrap_or(0), above: first.unwrap_or(0), found: false };
    };
    let upper = padded(&rows[first], columns);
    let lower = rows.get(first + 1).map(|row| padded(row, columns)).filter(|lower| {
        let fills_gaps = upper.iter().zip(lower).all(|(upper, lower)| !upper.is_blank() || !lower.is_blank());
        let has_gaps = upper.iter().any(Written::is_blank);
        let values_follow = rows.get(first + 2).is_some_and(|row| row.iter().any(|cell| cell.is_value));
        has_gaps && fills_gaps && is_words(lower) && values_follow
    });
    let (names, values_from) = match lower {
        Some(lower) => (two_rows(&upper, &lower), first + 2),
        None => (upper.iter().map(|cell| one_line(&cell.text)).collect(), first + 1),
    };
    Heading { names: unique(names), values_from, above: first, found: true }
}

fn padded(row: &[Written], columns: usize) -> Vec<Written> {
    let mut row = row.to_vec();
    row.resize(columns, Written::default());
    row
}

/// Names from a group over several columns and what stands below it.
fn two_rows(upper: &[Written], lower: &[Written]) -> Vec<String> {
    let mut group = String::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for (upper, lower) in upper.iter().zip(lower) {
        if !upper.is_blank() {
            group = one_line(&upper.text);
        }
        names.push(if lower.is_blank() {
            (String::new(), one_line(&upper.text))
        } else {
            (group.clone(), one_line(&lower.text))
        });
    }
    let times = |name: &str| names.iter().filter(|(_, other)| other == name).count();
    names
        .iter()
        .map(
            |(group, name)| if group.is_empty() || times(name) == 1 { name.clone() } else { format!("{group}_{name}") },
        )
        .collect()
}

/// Every column by a name of its own: blank ones by their letters, repeated ones by a number.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let name = if name.is_empty() { letters(index) } else { name };
        let mut candidate = name.clone();
        let mut number = 2;
        // Fields of GDAL differ in more than case.
        while taken.iter().any(|other| other.to_lowercase() == candidate.to_lowercase()) {
            candidate = format!("{name}_{number}");
            number += 1;
        }
        taken.push(candidate);
    }
    taken
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A column's letters, as spreadsheets count: A … Z, AA …
fn letters(index: usize) -> String {
    let mut rest = index + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Vec<Written>> {
        text.iter().map(|line| line.split('|').map(Written::of_text).collect()).collect()
    }

    #[test]
    fn a_heading_stands_below_its_title() {
        let found = find(&rows(&["管点成果表||", "测区:东区||", "点号|X|Y", "J1|1.5|2.5"]));
        assert_eq!(
            found,
            Heading { names: vec!["点号".into(), "X".into(), "Y".into()], values_from: 3, above: 2, found: true }
        );
    }

    #[test]
    fn a_heading_in_two_rows_names_its_groups_where_names_repeat() {
        let found = find(&rows(&["管段|起点||终点|", "|X|Y|X|Y", "a|1|2|3|4"]));
        assert_eq!(found.names, ["管段", "起点_X", "起点_Y", "终点_X", "终点_Y"]);
        assert_eq!(found.values_from, 2);
        let found = find(&rows(&["点号|坐标||高程", "|X|Y|", "a|1|2|3"]));
        assert_eq!(found.names, ["点号", "X", "Y", "高程"]);
    }

    #[test]
    fn numbers_alone_have_no_heading_and_names_are_unique() {
        let found = find(&rows(&["1|2,5|x", "2|3,5|y"]));
        assert_eq!((found.names.join(""), found.values_from, found.found), ("ABC".to_owned(), 0, false));
        let found = find(&rows(&["a|A||b\nc", "1|2|3|4"]));
        assert_eq!(found.names, ["a", "A_2", "C", "b c"]);
        assert_eq!(
            (letters(25), letters(26), letters(701), letters(702)),
            ("Z".into(), "AA".into(), "ZZ".into(), "AAA".into())
        );
    }

    #[test]
    fn words_alone_keep_their_first_row_as_heading() {
        let found = find(&rows(&["name|kind", "a|b", "c|d"]));
        assert_eq!((found.names.as_slice(), found.values_from), (["name".to_owned(), "kind".to_owned()].as_slice(), 1));
    }
}
