//! What a parent believes of what a reading process sends: a process that read a hostile file may send anything.
//!
//! Lengths are bounded while a message is decoded, so that a lie costs no memory; what must fit together is checked once
//! afterwards, so that whoever uses a batch can index into it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::protocol::{Batch, Cells, FileHead, Opened, PictureWindow, RasterFacts, RasterHead, ReadFailure, TextCells};

/// Most rows in a batch.
pub(super) const MOST_ROWS: usize = 8192;
/// Most fields of a layer.
pub(super) const MOST_FIELDS: usize = 4096;
/// Longest text that is shown to a person, letters.
const LONGEST_WORDS: usize = 2000;
/// Longest text of a coordinate system, bytes.
const LONGEST_CRS: usize = 1 << 16;

/// A list with at most one item a row.
pub(super) fn cells<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(AtMost::<T, MOST_ROWS>(PhantomData))
}

/// A list with at most one item a field.
pub(super) fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(AtMost::<T, MOST_FIELDS>(PhantomData))
}

struct AtMost<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for AtMost<T, MOST> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or(0).min(MOST));
        while let Some(item) = items.next_element()? {
            if list.len() == MOST {
                return Err(serde::de::Error::invalid_length(MOST + 1, &self));
            }
            list.push(item);
        }
        Ok(list)
    }
}

impl Batch {
    /// Whether everything in it fits together, for a layer of so many fields. `Err` says what does not.
    pub(super) fn check(&self, fields: usize) -> Result<(), String> {
        let rows = self.rows.len();
        if rows == 0 || self.fids.len() != rows || self.wkb_ends.len() != rows {
            return Err(format!("{rows} rows with {} ids and {} geometries", self.fids.len(), self.wkb_ends.len()));
        }
        if self.columns.len() != fields {
            return Err(format!("{} columns where there are {fields} fields", self.columns.len()));
        }
        if !are_ends(&self.wkb_ends, self.wkb.0.len()) {
            return Err("the geometries do not lie end to end".to_owned());
        }
        if self.notes.iter().any(|(row, _)| *row as usize >= rows) {
            return Err("a note about a row that is not there".to_owned());
        }
        for (index, column) in self.columns.iter().enumerate() {
            if column.len() != rows {
                return Err(format!("{} cells in column {index} of {rows} rows", column.len()));
            }
            if let Cells::Text(texts) = column
                && !texts.is_sound()
            {
                return Err(format!("the texts of column {index} do not lie end to end"));
            }
        }
        Ok(())
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Integer(cells) => cells.len(),
            Self::Boolean(cells) => cells.len(),
            Self::Real(cells) => cells.len(),
            Self::Text(cells) => cells.ends.len(),
            Self::Date(cells) => cells.len(),
        }
    }
}

impl TextCells {
    fn is_sound(&self) -> bool {
        self.known.len() == self.ends.len()
            && are_ends(&self.ends, self.text.len())
            && self.ends.iter().all(|end| self.text.is_char_boundary(*end as usize))
    }
}

/// Ends of pieces that cover `length` without a gap.
fn are_ends(ends: &[u32], length: usize) -> bool {
    ends.is_sorted() && ends.last().map_or(0, |end| *end as usize) == length
}

impl Opened {
    /// Makes what will be shown harmless; `Err` says what cannot be.
    pub(super) fn check(mut self) -> Result<Self, String> {
        if self.fields.len() > MOST_FIELDS {
            return Err(format!("{} fields", self.fields.len()));
        }
        if self.crs_wkt.as_ref().is_some_and(|wkt| wkt.len() > LONGEST_CRS) {
            return Err("a coordinate system that fills pages".to_owned());
        }
        let in_order = |[west, south, east, north]: &[f64; 4]| {
            [west, south, east, north].iter().all(|side| side.is_finite()) && west <= east && south <= north
        };
        self.extent = self.extent.filter(in_order);
        for words in [Some(&mut self.driver), Some(&mut self.layer), self.encoding.as_mut()].into_iter().flatten() {
            *words = plain(words);
        }
        self.notes.truncate(MOST_FIELDS);
        self.notes.iter_mut().for_each(|note| *note = plain(note));
        self.notes = self.notes.iter().map(|note| plain(note)).collect();
        Ok(self)
    }
}

impl RasterHead {
    /// Samples in all, if that is no more than was asked for.
    pub(super) fn check(&self, most: u64) -> Result<usize, String> {
        let samples = self.columns.checked_mul(self.rows).filter(|samples| *samples as u64 <= most.max(4));
        if self.crs_wkt.as_ref().is_some_and(|wkt| wkt.len() > LONGEST_CRS) {
            return Err("a coordinate system that fills pages".to_owned());
        }
        match samples {
            Some(samples) if self.columns >= 2 && self.rows >= 2 => Ok(samples),
            _ => Err(format!("a raster of {} × {} samples where {most} were asked for", self.columns, self.rows)),
        }
    }
}

/// Pixels along a side of a window of a picture, and points of its mesh, at most.
const MOST_PIXELS: u32 = 2048;
const MOST_KNOTS: u32 = 129;

impl PictureWindow {
    /// Whether it can be drawn.
    pub(super) fn check(&self) -> Result<(), String> {
        let [across, down] = self.knots;
        let sizes = (1..=MOST_PIXELS).contains(&self.columns) && (1..=MOST_PIXELS).contains(&self.rows);
        let knots = (2..=MOST_KNOTS).contains(&across) && (2..=MOST_KNOTS).contains(&down);
        if !sizes || !knots || self.mesh.len() != (across * down) as usize {
            return Err(format!("a window of {} × {} pixels over {across} × {down} points", self.columns, self.rows));
        }
        if self.mesh.iter().flatten().any(|at| !at.is_finite()) {
            return Err("a window that lies nowhere".to_owned());
        }
        Ok(())
    }

    /// Whether these are its pixels, or none.
    pub(super) fn holds(&self, pixels: &[u8]) -> bool {
        pixels.is_empty() || pixels.len() as u64 == 4 * u64::from(self.columns) * u64::from(self.rows)
    }
}

impl FileHead {
    /// Makes what will be shown harmless; `Err` says what cannot be.
    pub(super) fn check(mut self) -> Result<Self, String> {
        if self.layers.len() > MOST_FIELDS {
            return Err(format!("{} layers", self.layers.len()));
        }
        self.driver = plain(&self.driver);
        Ok(self)
    }
}

impl RasterFacts {
    /// Makes what will be shown harmless; `Err` says what cannot be.
    pub(super) fn check(mut self) -> Result<Self, String> {
        if self.bands.len() > MOST_FIELDS {
            return Err(format!("{} bands", self.bands.len()));
        }
        if self.crs_wkt.as_ref().is_some_and(|wkt| wkt.len() > LONGEST_CRS) {
            return Err("a coordinate system that fills pages".to_owned());
        }
        self.geo_transform = self.geo_transform.filter(|numbers| numbers.iter().all(|number| number.is_finite()));
        self.driver = plain(&self.driver);
        for band in &mut self.bands {
            for words in [&mut band.kind, &mut band.unit, &mut band.colour] {
                *words = plain(words);
            }
        }
        Ok(self)
    }
}

impl ReadFailure {
    /// Words that can be shown.
    pub(super) fn plain(self) -> Self {
        let all = |words: Vec<String>| words.iter().take(MOST_FIELDS).map(|word| plain(word)).collect();
        match self {
            Self::Unreadable { reason, hint } => {
                Self::Unreadable { reason: plain(&reason), hint: hint.as_deref().map(plain) }
            }
            Self::Truncated { expected, found, file } => Self::Truncated { expected, found, file: plain(&file) },
            Self::NoSuchLayer { known } => Self::NoSuchLayer { known: all(known) },
            Self::WhichLayer { known } => Self::WhichLayer { known: all(known) },
            Self::NoSuchField { field, known } => Self::NoSuchField { field: plain(&field), known: all(known) },
            Self::OutOfMemory => Self::OutOfMemory,
            Self::BadFilter { reason } => Self::BadFilter { reason: plain(&reason) },
            Self::Broken { row, reason } => Self::Broken { row, reason: plain(&reason) },
        }
    }
}

/// Text for a person: no control characters, which a terminal would obey, and an end.
pub(super) fn plain(words: &str) -> String {
    let kept = words.chars().take(LONGEST_WORDS).map(|letter| match letter {
        '\n' | '\t' => letter,
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::super::frame;
    use super::super::protocol::{Bytes, Frame};
    use super::*;

    /// Two rows with a point each, a text and a number.
    fn batch() -> Batch {
        let mut texts = TextCells::default();
        texts.push(Some("上海"));
        texts.push(None);
        Batch {
            rows: vec![1, 2],
            fids: vec![0, 1],
            wkb_ends: vec![3, 5],
            wkb: Bytes(vec![1, 2, 3, 4, 5]),
            columns: vec![Cells::Text(texts), Cells::Real(vec![Some(1.0), None])],
            ..Batch::default()
        }
    }

    fn lie(change: impl FnOnce(&mut Batch)) -> String {
        let mut batch = batch();
        change(&mut batch);
        batch.check(2).unwrap_err()
    }

    #[test]
    fn what_does_not_fit_together_is_not_believed() {
        assert_eq!(batch().check(2), Ok(()));
        assert!(batch().check(3).unwrap_err().contains("2 columns where there are 3 fields"));
        assert!(lie(|batch| batch.rows.push(3)).contains("3 rows with 2 ids"));
        assert!(lie(|batch| batch.fids.clear()).contains("ids"));
        assert!(lie(|batch| batch.wkb_ends[0] = 6).contains("end to end"));
        assert!(lie(|batch| batch.wkb_ends[1] = 4).contains("end to end"));
        assert!(lie(|batch| batch.columns[1] = Cells::Real(vec![None])).contains("1 cells in column 1"));
        let inside_a_letter = |batch: &mut Batch| {
            if let Cells::Text(texts) = &mut batch.columns[0] {
                texts.ends[0] = 4;
            }
        };
        assert!(lie(inside_a_letter).contains("texts of column 0"));
        let note = super::super::protocol::GeometryNote::Empty;
        assert!(lie(|batch| batch.notes.push((2, note))).contains("a note about a row"));
        let head =
            RasterHead { crs_wkt: None, geo_transform: [0.0; 6], columns: 1 << 40, rows: 1 << 40, unit: String::new() };
        assert!(head.check(100).is_err());
    }

    #[test]
    fn a_list_longer_than_any_batch_is_refused_while_it_is_read() {
        let long = Batch { rows: vec![0; MOST_ROWS + 1], ..Batch::default() };
        let mut pipe = Vec::new();
        frame::write(&mut pipe, &Frame::Rows(long)).unwrap();
        let error = frame::read::<Frame>(&mut pipe.as_slice()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
    }

    #[test]
    fn what_is_shown_cannot_command_a_terminal() {
        assert_eq!(plain("\u{1b}[2Jred\u{7}\n"), "\u{fffd}[2Jred\u{fffd}\n");
        assert_eq!(plain(&"x".repeat(1 << 20)).len(), LONGEST_WORDS);
    }
}
