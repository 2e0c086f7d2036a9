//! What a table held when it was packed, as one number: BLAKE3 over every field of every row.

use super::value::Cell;

/// Sums rows up.
#[derive(Debug, Default)]
pub(super) struct Checksum {
    hasher: blake3::Hasher,
    /// Rows so far.
    pub(super) rows: i64,
    row: Vec<u8>,
}

impl Checksum {
    /// Takes a field of the row at hand in.
    pub(super) fn field(&mut self, cell: &Cell<'_>) {
        let day;
        let bytes = match cell {
            Cell::Null => return self.row.push(0),
            Cell::Integer(number) => return self.fixed(1, number.to_le_bytes()),
            Cell::Real(number) => return self.fixed(2, number.to_bits().to_le_bytes()),
            Cell::Text(text) => text.as_bytes(),
            Cell::Day(date) => {
                day = date.to_string();
                day.as_bytes()
            }
            Cell::Blob(bytes) => bytes,
        };
        self.fixed(if matches!(cell, Cell::Blob(_)) { 4 } else { 3 }, (bytes.len() as u64).to_le_bytes());
        self.row.extend_from_slice(bytes);
    }

    fn fixed(&mut self, kind: u8, bytes: [u8; 8]) {
        self.row.push(kind);
        self.row.extend_from_slice(&bytes);
    }

    /// Ends the row at hand.
    pub(super) fn end_row(&mut self) {
        self.hasher.update(&self.row);
        self.row.clear();
        self.rows += 1;
    }

    /// The sum, as 32 hexadecimal digits.
    pub(super) fn hex(&self) -> String {
        self.hasher.finalize().to_hex()[..32].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[Cell<'_>]]) -> String {
        let mut checksum = Checksum::default();
        for row in rows {
            for cell in *row {
                checksum.field(cell);
            }
            checksum.end_row();
        }
        checksum.hex()
    }

    #[test]
    fn every_change_of_a_field_shows() {
        let rows: [&[Cell<'_>]; 6] = [
            &[Cell::Null, Cell::Text("a")],
            &[Cell::Text(""), Cell::Text("a")],
            &[Cell::Text("a"), Cell::Null],
            &[Cell::Text("a"), Cell::Blob(b"")],
            &[Cell::Integer(1), Cell::Text("a")],
            &[Cell::Real(1.0), Cell::Text("a")],
        ];
        let sums: std::collections::BTreeSet<String> = rows.iter().map(|row| sum(&[row])).collect();
        assert_eq!(sums.len(), rows.len());
        assert_eq!(sum(&[]).len(), 32);
    }
}
