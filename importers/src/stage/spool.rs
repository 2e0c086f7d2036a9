//! Rows set aside while a layer is loaded: a few in memory, many on disk, since every row of a file may be bad.
//!
//! The store takes them when the layer's own rows are through; they share one connection.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use serde_json::{Value, json};
use spatial_db::store::QuarantinedRow;
use tempfile::SpooledTempFile;

/// Bytes that stay in memory.
const IN_MEMORY: usize = 1 << 20;
/// Rows that are handed on together, and bytes of them.
const TOGETHER: usize = 1000;
const BYTES_TOGETHER: usize = 4 << 20;

/// JSON values, one a line, in a file without a name.
#[derive(Debug)]
struct Spool {
    file: BufWriter<SpooledTempFile>,
    length: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self { file: BufWriter::new(SpooledTempFile::new(IN_MEMORY)), length: 0 }
    }
}

impl Spool {
    /// Adds a value; returns where it begins.
    fn push(&mut self, value: &Value) -> io::Result<u64> {
        let line = serde_json::to_string(value)?;
        self.file.write_all(line.as_bytes())?;
        self.file.write_all(b"\n")?;
        let begins = self.length;
        self.length += line.len() as u64 + 1;
        Ok(begins)
    }

    /// Reads from a place on; writing goes on at the end.
    fn read_from(&mut self, begins: u64) -> io::Result<BufReader<&mut SpooledTempFile>> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(begins))?;
        Ok(BufReader::new(file))
    }

    fn back_to_the_end(&mut self) -> io::Result<()> {
        self.file.get_mut().seek(SeekFrom::End(0)).map(|_| ())
    }
}

/// Rows of one layer that are left out.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    spool: Spool,
    rows: u64,
    /// What kept a row from being set aside; said when they are handed on.
    broken: Option<io::Error>,
}

impl Quarantine {
    pub(crate) fn push(&mut self, row: QuarantinedRow) {
        self.rows += 1;
        let QuarantinedRow { source, source_row, code, reason, fix, raw } = row;
        if let Err(error) = self.spool.push(&json!([source, source_row, code, reason, fix, raw])) {
            self.broken.get_or_insert(error);
        }
    }

    /// Rows in it.
    pub(crate) fn len(&self) -> u64 {
        self.rows
    }

    /// Hands all rows on, some at a time.
    pub(crate) fn hand_on<E: From<io::Error>>(
        mut self,
        mut take: impl FnMut(&[QuarantinedRow]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        let (mut together, mut bytes) = (Vec::new(), 0);
        for line in self.spool.read_from(0)?.lines() {
            let line = line?;
            bytes += line.len();
            let row = serde_json::from_str::<(String, i64, String, String, String, Value)>(&line);
            let (source, source_row, code, reason, fix, raw) = row.map_err(io::Error::from)?;
            together.push(QuarantinedRow { source, source_row, code, reason, fix, raw });
            if together.len() >= TOGETHER || bytes >= BYTES_TOGETHER {
                take(&together)?;
                together.clear();
                bytes = 0;
            }
        }
        // Also when there are none: what an earlier import left out is cleared.
        take(&together)
    }
}

/// Rows as read that may yet turn out to be duplicates.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    spool: Spool,
    places: HashMap<i64, u64>,
}

impl Suspects {
    pub(crate) fn insert(&mut self, row: i64, raw: &Value) {
        // One that cannot be kept is reported without its content.
        if let Ok(begins) = self.spool.push(raw) {
            self.places.insert(row, begins);
        }
    }

    pub(crate) fn remove(&mut self, row: i64) -> Option<Value> {
        let begins = self.places.remove(&row)?;
        let mut line = String::new();
        let read = self.spool.read_from(begins).and_then(|mut reader| reader.read_line(&mut line));
        self.spool.back_to_the_end().and(read).ok()?;
        serde_json::from_str(&line).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: i64) -> QuarantinedRow {
        QuarantinedRow {
            source: "a.csv".into(),
            source_row: number,
            code: "value.missing".into(),
            reason: "a reason\nover two lines".into(),
            fix: "上海".into(),
            raw: json!({ "text": "x".repeat(100), "number": number, "none": null }),
        }
    }

    #[test]
    fn rows_come_back_as_they_went_in() {
        let mut quarantine = Quarantine::default();
        for number in 0..25_000 {
            quarantine.push(row(number));
        }
        assert_eq!(quarantine.len(), 25_000);
        let (mut next, mut most) = (0, 0);
        let taken = quarantine.hand_on(|rows| {
            most = most.max(rows.len());
            for found in rows {
                assert_eq!(*found, row(next));
                next += 1;
            }
            Ok::<(), io::Error>(())
        });
        taken.unwrap();
        assert_eq!((next, most), (25_000, TOGETHER));
    }

    #[test]
    fn suspects_are_found_by_their_row_while_more_come() {
        let mut suspects = Suspects::default();
        for number in 0..20_000 {
            suspects.insert(number, &row(number).raw);
            if number % 1000 == 999 {
                assert_eq!(suspects.remove(number - 500), Some(row(number - 500).raw));
            }
        }
        assert_eq!(suspects.remove(19_999), Some(row(19_999).raw));
        assert_eq!((suspects.remove(19_999), suspects.remove(-1)), (None, None));
    }
}
