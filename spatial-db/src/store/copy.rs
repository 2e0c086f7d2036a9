//! PostgreSQL's binary COPY format, written and read by hand: rows go from the importer's record to the socket in one pass.
//!
//! What the fields are is left to `row`; which table they go to, to `layer`.

use std::io::{self, Read, Write};

use chrono::NaiveDate;
use postgres::CopyInWriter;

const SIGNATURE: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Bytes gathered before they are sent: small enough that the server works while we fill the next.
const CHUNK: usize = 64 * 1024;
/// Days from 0001-01-01 (chrono's day 1) to 2000-01-01 (PostgreSQL's day 0).
const POSTGRES_EPOCH_DAYS: i32 = 730_120;

/// Fields of a row, each with its length in front.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) bytes: Vec<u8>,
}

impl Fields {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(super) fn null(&mut self) {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    pub(super) fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(&(value.len() as i32).to_be_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// Text without NUL, which PostgreSQL cannot store and no source means.
    pub(super) fn text(&mut self, value: &str) {
        if value.contains('\0') {
            self.raw(value.replace('\0', "").as_bytes());
        } else {
            self.raw(value.as_bytes());
        }
    }

    pub(super) fn boolean(&mut self, value: bool) {
        self.raw(&[u8::from(value)]);
    }

    pub(super) fn int4(&mut self, value: i32) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn int8(&mut self, value: i64) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn float8(&mut self, value: f64) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn date(&mut self, value: NaiveDate) {
        use chrono::Datelike;
        self.int4(value.num_days_from_ce() - POSTGRES_EPOCH_DAYS);
    }

    /// A field whose bytes `write` appends; its length is filled in after.
    pub(super) fn with<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes)?;
        let length = (self.bytes.len() - at - 4) as i32;
        self.bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
        Ok(())
    }
}

/// The stream of one COPY, gathered into chunks.
pub(super) struct CopyStream<'a> {
    writer: CopyInWriter<'a>,
    chunk: Vec<u8>,
}

impl<'a> CopyStream<'a> {
    pub(super) fn new(writer: CopyInWriter<'a>) -> Self {
        let mut chunk = Vec::with_capacity(2 * CHUNK);
        chunk.extend_from_slice(SIGNATURE);
        Self { writer, chunk }
    }

    /// Sends one row of `count` fields, given in parts.
    pub(super) fn row(&mut self, count: i16, parts: &[&Fields]) -> io::Result<()> {
        self.chunk.extend_from_slice(&count.to_be_bytes());
        for part in parts {
            self.chunk.extend_from_slice(&part.bytes);
        }
        if self.chunk.len() >= CHUNK { self.send() } else { Ok(()) }
    }

    /// Sends rows that were encoded before, whole.
    pub(super) fn encoded(&mut self, mut rows: impl Read) -> io::Result<()> {
        let mut some = vec![0; CHUNK];
        loop {
            let read = rows.read(&mut some)?;
            if read == 0 {
                return Ok(());
            }
            self.chunk.extend_from_slice(&some[..read]);
            self.send()?;
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let sent = self.writer.write_all(&self.chunk).and_then(|()| self.writer.flush());
        self.chunk.clear();
        sent
    }

    /// Ends the stream; returns the number of rows the server took.
    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.chunk.extend_from_slice(&(-1_i16).to_be_bytes());
        self.send()?;
        self.writer.finish().map_err(io::Error::other)
    }
}

/// Reads rows of a binary COPY out.
pub(super) struct CopyRows<R> {
    reader: R,
    field: Vec<u8>,
}

impl<R: Read> CopyRows<R> {
    pub(super) fn new(mut reader: R) -> io::Result<Self> {
        let mut head = [0; SIGNATURE.len()];
        reader.read_exact(&mut head)?;
        if &head != SIGNATURE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a binary COPY"));
        }
        Ok(Self { reader, field: Vec::new() })
    }

    /// Starts the next row; `false` at the end. The caller then reads exactly `fields` fields.
    pub(super) fn next_row(&mut self, fields: i16) -> io::Result<bool> {
        let mut count = [0; 2];
        self.reader.read_exact(&mut count)?;
        match i16::from_be_bytes(count) {
            -1 => {
                // Reads the end of the stream too, so that the connection is free again.
                io::copy(&mut self.reader, &mut io::sink())?;
                Ok(false)
            }
            count if count == fields => Ok(true),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a COPY row of another width")),
        }
    }

    /// The next field's bytes; NULL is empty.
    pub(super) fn field(&mut self) -> io::Result<&[u8]> {
        let mut length = [0; 4];
        self.reader.read_exact(&mut length)?;
        self.field.resize(usize::try_from(i32::from_be_bytes(length)).unwrap_or(0), 0);
        self.reader.read_exact(&mut self.field)?;
        Ok(&self.field)
    }

    /// The next field, of a type with `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let field = self.field()?;
        <[u8; N]>::try_from(field).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a field of another size"))
    }
}
