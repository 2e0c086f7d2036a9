//! Which columns of a table write their numbers with a decimal comma. Replacing it is left to `vector`.

use super::open::Source;

/// What is known of one column.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    /// A cell that is no number at all.
    other: bool,
    /// Cells with one comma.
    commas: bool,
    /// A comma that cannot part thousands.
    beyond_doubt: bool,
}

/// The columns of a table, weighed row by row.
#[derive(Debug)]
pub(super) struct Commas {
    columns: Vec<Column>,
    /// The manifest's word.
    said: Option<bool>,
}

impl Commas {
    pub(super) fn new(columns: usize, said: Option<bool>) -> Self {
        Self { columns: vec![Column::default(); columns], said }
    }

    /// Takes a row into account.
    pub(super) fn weigh<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        if self.said == Some(false) {
            return;
        }
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            if column.other {
                continue;
            }
            let cell = cell.trim();
            let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
            match digits.split_once(',') {
                // Numbers with a point in between are numbers either way; workbooks mix them with text.
                None => column.other = !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
                Some((whole, part)) => {
                    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                    column.other = !plain(whole) || !plain(part);
                    column.commas = true;
                    column.beyond_doubt |= part.len() != 3 || whole.len() > 3 || whole.starts_with('0');
                }
            }
        }
    }

    /// Says with the source which fields these are.
    pub(super) fn note(&self, names: &[String], mut source: Source) -> Source {
        let sure = self.said == Some(true);
        let is_decimal = |column: &Column| !column.other && column.commas && (sure || column.beyond_doubt);
        let fields: Vec<String> = self
            .columns
            .iter()
            .zip(names)
            .filter(|(column, _)| is_decimal(column))
            .map(|(_, name)| name.clone())
            .collect();
        if !fields.is_empty() && !sure {
            source.notes.push(format!(
                "numbers of {} are written with a decimal comma; `decimal = \",\"` or `decimal = \".\"` says so beyond doubt",
                fields.join(", ")
            ));
        }
        source.decimal_comma = fields;
        source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(cells: &[&str], said: Option<bool>) -> bool {
        let mut commas = Commas::new(1, said);
        for cell in cells {
            commas.weigh(std::iter::once(*cell));
        }
        let column = commas.columns[0];
        !column.other && column.commas && (said == Some(true) || column.beyond_doubt)
    }

    #[test]
    fn a_comma_is_decimal_where_it_cannot_part_thousands() {
        assert!(
            verdict(&["1,5", "", "2"], None) && verdict(&["3431010,523"], None) && verdict(&["0,125", "-7,250"], None)
        );
        assert!(!verdict(&["1,234", "12,500"], None) && verdict(&["1,234"], Some(true)));
        assert!(!verdict(&["1,5"], Some(false)) && !verdict(&["1,5", "a"], None) && !verdict(&["1,234,567"], None));
        assert!(
            !verdict(&["1.5"], None)
                && verdict(&["1.5", "2,5"], None)
                && !verdict(&["15", ""], None)
                && !verdict(&[","], None)
        );
    }
}
