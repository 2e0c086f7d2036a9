//! Cuts a stream of JSON into its values without understanding them, so that one feature at a time is in memory.
//!
//! What is inside a value is left to `serde_json`, which also finds what is wrong with it.

use std::io::{self, Read};

/// Bytes asked of the file at once.
const CHUNK: usize = 1 << 18;
/// A single value larger than this is not believed to be a feature, bytes.
const LARGEST_VALUE: usize = 1 << 28;

/// A stream of JSON values and the punctuation between them.
pub(in crate::reader) struct Scanner<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Next byte of the buffer to look at.
    at: usize,
    /// Bytes of the buffer that came from the reader.
    filled: usize,
    ended: bool,
    /// Bytes of the stream before those of the buffer.
    passed: u64,
}

impl<R: Read> Scanner<R> {
    pub(in crate::reader) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), at: 0, filled: 0, ended: false, passed: 0 }
    }

    /// Bytes consumed so far.
    pub(in crate::reader) fn position(&self) -> u64 {
        self.passed + self.at as u64
    }

    /// Makes more bytes available, keeping those from `keep` on; returns by how much everything moved to the front.
    fn fill(&mut self, keep: usize) -> io::Result<usize> {
        self.buffer.copy_within(keep..self.filled, 0);
        self.filled -= keep;
        self.at -= keep;
        self.passed += keep as u64;
        if self.filled >= LARGEST_VALUE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a value is larger than any feature can be"));
        }
        if self.buffer.len() < self.filled + CHUNK {
            self.buffer.resize((self.filled + CHUNK).max(self.buffer.len() * 2), 0);
        }
        let got = self.reader.read(&mut self.buffer[self.filled..])?;
        self.ended = got == 0;
        self.filled += got;
        Ok(keep)
    }

    /// The next byte that is no white space, not consumed. Record separators (RFC 8142) count as white space.
    pub(in crate::reader) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            while self.at < self.filled {
                match self.buffer[self.at] {
                    b' ' | b'\t' | b'\r' | b'\n' | 0x1e => self.at += 1,
                    byte => return Ok(Some(byte)),
                }
            }
            if self.ended {
                return Ok(None);
            }
            self.fill(self.at)?;
        }
    }

    /// Consumes `wanted` if it is the next byte that is no white space.
    pub(in crate::reader) fn take(&mut self, wanted: u8) -> io::Result<bool> {
        let is_next = self.peek()? == Some(wanted);
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    /// Consumes a byte order mark at the very beginning.
    pub(in crate::reader) fn skip_mark(&mut self) -> io::Result<()> {
        while self.filled < 3 && !self.ended {
            self.fill(0)?;
        }
        if self.buffer[..self.filled].starts_with(&[0xef, 0xbb, 0xbf]) {
            self.at = 3;
        }
        Ok(())
    }

    /// The bytes of the next value; `None` at the end of the stream or where punctuation stands instead.
    pub(in crate::reader) fn value(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(first) = self.peek()? else { return Ok(None) };
        let mut start = self.at;
        match first {
            b'{' | b'[' => self.nested(&mut start)?,
            b'"' => {
                self.at += 1;
                self.string(&mut start)?;
            }
            b',' | b':' | b'}' | b']' => return Ok(None),
            _ => self.word(&mut start)?,
        }
        Ok(Some(&self.buffer[start..self.at]))
    }

    /// To the end of the object or list that begins here.
    fn nested(&mut self, start: &mut usize) -> io::Result<()> {
        let mut depth = 0_usize;
        loop {
            while self.at < self.filled {
                let byte = self.buffer[self.at];
                self.at += 1;
                match byte {
                    b'"' => self.string(start)?,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(());
                        }
                    }
                    _ => {}
                }
            }
            self.more(start)?;
        }
    }

    /// To the end of the string whose opening quote was just consumed.
    fn string(&mut self, start: &mut usize) -> io::Result<()> {
        let mut escaped = false;
        loop {
            while self.at < self.filled {
                let byte = self.buffer[self.at];
                self.at += 1;
                if escaped {
                    escaped = false;
                } else if byte == b'\\' {
                    escaped = true;
                } else if byte == b'"' {
                    return Ok(());
                }
            }
            self.more(start)?;
        }
    }

    /// To the end of a number or literal.
    fn word(&mut self, start: &mut usize) -> io::Result<()> {
        loop {
            while self.at < self.filled {
                if matches!(self.buffer[self.at], b' ' | b'\t' | b'\r' | b'\n' | 0x1e | b',' | b':' | b'}' | b']') {
                    return Ok(());
                }
                self.at += 1;
            }
            if self.ended {
                return Ok(());
            }
            *start -= self.fill(*start)?;
        }
    }

    fn more(&mut self, start: &mut usize) -> io::Result<()> {
        if self.ended {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *start -= self.fill(*start)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A reader that gives a few bytes at a time.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(out.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn values(text: &str, drip: usize) -> io::Result<Vec<String>> {
        let mut scanner = Scanner::new(Drip(text.as_bytes(), drip));
        scanner.skip_mark()?;
        let mut found = Vec::new();
        while let Some(value) = scanner.value()? {
            found.push(String::from_utf8_lossy(value).into_owned());
        }
        Ok(found)
    }

    #[test]
    fn values_are_cut_whatever_the_chunks() {
        let text = "\u{feff}{\"a\": [1, {\"b\": \"}\\\"]\"}]}\n\u{1e}12 \"x\\\\\" [] true";
        for drip in 1..8 {
            assert_eq!(
                values(text, drip).unwrap(),
                ["{\"a\": [1, {\"b\": \"}\\\"]\"}]}", "12", "\"x\\\\\"", "[]", "true"]
            );
        }
        for drip in 1..8 {
            let mut scanner = Scanner::new(Drip(text.as_bytes(), drip));
            scanner.skip_mark().unwrap();
            while let Some(length) = scanner.value().unwrap().map(<[u8]>::len) {
                let end = scanner.position() as usize;
                let value = &text.as_bytes()[end - length..end];
                assert!(serde_json::from_slice::<serde_json::Value>(value).is_ok(), "{value:?}");
            }
        }
        assert!(values("{\"a\": [1", 3).is_err());
        assert!(values("\"never ends", 3).is_err());
        assert_eq!(values("", 1).unwrap(), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300), drip in 1_usize..50) {
            let mut scanner = Scanner::new(Drip(&bytes, drip));
            let _ = scanner.skip_mark();
            while let Ok(Some(_)) = scanner.value() {}
        }
    }
}
