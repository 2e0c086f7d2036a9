//! Which encoding a file's text is in. Decoding DBF text is left to GDAL, decoding CSV to `open`.
//!
//! Order: what the manifest says, what the file says (`.cpg`, code-page byte), strict UTF-8, GB18030, Latin-1.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use encoding_rs::{Encoding, GB18030, UTF_8};

/// DBF bytes looked at, at most.
const SNIFFED: u64 = 64 << 20;

/// The encoding to tell GDAL for a shapefile's DBF; `None` to let it follow the file's own declaration.
pub(super) fn of_dbf(dbf: &Path, said: Option<&str>) -> io::Result<Option<String>> {
    if let Some(said) = said {
        return Ok(Some(canonical(said)));
    }
    let cpg =
        ["cpg", "CPG"].iter().map(|ext| dbf.with_extension(ext)).find_map(|path| std::fs::read_to_string(path).ok());
    if cpg.is_some_and(|text| !text.trim().is_empty()) {
        return Ok(None);
    }
    let mut file = BufReader::new(File::open(dbf)?.take(SNIFFED));
    let mut head = [0; 32];
    file.read_exact(&mut head)?;
    // Byte 29: code page. 0 declares nothing; 0x57 means "whatever that machine used" and is as good as nothing.
    let declared = head[29];
    if declared != 0 && declared != 0x57 {
        return Ok(None);
    }
    let header_length = usize::from(u16::from_le_bytes([head[8], head[9]]));
    let record_length = usize::from(u16::from_le_bytes([head[10], head[11]]));
    if header_length < 33 || record_length == 0 {
        return Ok(None);
    }
    let mut fields = vec![0; header_length - 32];
    file.read_exact(&mut fields)?;
    let mut texts = Vec::new();
    let mut guess = Guess::default();
    let mut offset = 1;
    for field in fields.chunks_exact(32).take_while(|field| field[0] != 0x0d) {
        guess.look(&field[..11]);
        let length = usize::from(field[16]);
        if field[11] == b'C' {
            texts.push(offset..offset + length);
        }
        offset += length;
    }
    let mut record = vec![0; record_length];
    while file.read_exact(&mut record).is_ok() {
        for text in texts.iter().filter(|text| text.end <= record_length) {
            guess.look(&record[text.clone()]);
        }
    }
    Ok(Some(guess.verdict(declared == 0x57).to_owned()))
}

/// Text of a whole file as UTF-8, and the encoding it was in; `None` when it is UTF-8 already.
pub(super) fn to_utf8(bytes: &[u8], said: Option<&str>) -> Result<Option<(String, String)>, String> {
    if let Some(said) = said {
        let encoding = Encoding::for_label(said.as_bytes()).ok_or_else(|| format!("{said:?} is no known encoding"))?;
        if encoding == UTF_8 {
            return Ok(None);
        }
        return Ok(Some((encoding.decode(bytes).0.into_owned(), encoding.name().to_owned())));
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(if encoding == UTF_8 {
            None
        } else {
            Some((encoding.decode(bytes).0.into_owned(), encoding.name().to_owned()))
        });
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(None);
    }
    for encoding in [GB18030, encoding_rs::WINDOWS_1252] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Ok(Some((text.into_owned(), encoding.name().to_owned())));
        }
    }
    Err("its text is in no encoding that could be recognised; say it with `encoding = \"…\"`".to_owned())
}

/// What people write for the same thing.
fn canonical(said: &str) -> String {
    match said.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" => "UTF-8".to_owned(),
        "gbk" | "gb2312" | "gb18030" | "cp936" => "GB18030".to_owned(),
        "latin1" | "latin-1" | "iso-8859-1" => "ISO-8859-1".to_owned(),
        _ => said.to_owned(),
    }
}

#[derive(Debug, Default)]
struct Guess {
    beyond_ascii: bool,
    not_utf8: bool,
    not_gb18030: bool,
}

impl Guess {
    fn look(&mut self, field: &[u8]) {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        let text = &field[..end];
        if text.is_ascii() {
            return;
        }
        self.beyond_ascii = true;
        // A field cut at its width may end inside a character; that does not speak against an encoding.
        if let Err(error) = std::str::from_utf8(text.trim_ascii_end()) {
            self.not_utf8 |= error.error_len().is_some();
        }
        let whole = text.trim_ascii_end();
        let decodes = |bytes: &[u8]| GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some();
        self.not_gb18030 |= !decodes(whole) && !decodes(&whole[..whole.len().saturating_sub(1)]);
    }

    fn verdict(&self, declared_ansi: bool) -> &'static str {
        if !self.beyond_ascii || !self.not_utf8 {
            "UTF-8"
        } else if declared_ansi || self.not_gb18030 {
            "ISO-8859-1"
        } else {
            "GB18030"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_finds_its_encoding() {
        assert_eq!(to_utf8("上海".as_bytes(), None), Ok(None));
        let gbk = GB18030.encode("上海市,东风路").0;
        assert_eq!(to_utf8(&gbk, None), Ok(Some(("上海市,东风路".into(), "gb18030".into()))));
        let utf16 = [0xff, 0xfe, b'a', 0, b',', 0];
        assert_eq!(to_utf8(&utf16, None), Ok(Some(("a,".into(), "UTF-16LE".into()))));
        assert!(to_utf8(b"a", Some("klingon")).is_err());
    }

    #[test]
    fn a_guess_forgives_cut_characters() {
        let mut guess = Guess::default();
        guess.look(&"上海".as_bytes()[..5]);
        assert_eq!(guess.verdict(false), "UTF-8");
        let gbk = GB18030.encode("上海市").0;
        guess.look(&gbk[..5]);
        assert_eq!(guess.verdict(false), "GB18030");
        guess.look(b"Gro\xdf \xff\xff");
        assert_eq!(guess.verdict(false), "ISO-8859-1");
    }
}
