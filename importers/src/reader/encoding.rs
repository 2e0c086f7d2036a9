//! Which encoding a file's text is in. Decoding DBF text is left to GDAL, reading tables to `table`.
//!
//! Order: what the manifest says, what the file says (`.cpg`, code-page byte), strict UTF-8, GB18030, Latin-1.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

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

/// The encoding of a whole text file, and where its text begins; `None` when it is UTF-8. Reads it piece by piece.
pub(super) fn of_text(path: &Path, said: Option<&str>) -> Result<Option<&'static Encoding>, String> {
    let named =
        |label: &str| Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("{label:?} is no known encoding"));
    if let Some(said) = said {
        return Ok(Some(named(said)?).filter(|encoding| *encoding != UTF_8));
    }
    let broken = |error: io::Error| error.to_string();
    let mut head = Vec::new();
    File::open(path).map_err(broken)?.take(4).read_to_end(&mut head).map_err(broken)?;
    if let Some((encoding, _)) = Encoding::for_bom(&head) {
        return Ok(Some(encoding).filter(|encoding| *encoding != UTF_8));
    }
    // Without a mark, text in UTF-16 gives itself away by every other byte of its first letters.
    match head.as_slice() {
        [0, a, 0, b] if *a != 0 && *b != 0 => return Ok(Some(encoding_rs::UTF_16BE)),
        [a, 0, b, 0] if *a != 0 && *b != 0 => return Ok(Some(encoding_rs::UTF_16LE)),
        _ => {}
    }
    for encoding in [UTF_8, GB18030, encoding_rs::WINDOWS_1252] {
        if decodes(path, encoding).map_err(broken)? {
            return Ok(Some(encoding).filter(|encoding| *encoding != UTF_8));
        }
    }
    Err("its text is in no encoding that could be recognised; say it with `encoding = \"…\"`".to_owned())
}

/// Text that is small enough to hold as UTF-8, and the encoding it was in; `None` when it is UTF-8 already.
pub(super) fn to_utf8(bytes: &[u8], said: Option<&str>) -> Result<Option<(String, String)>, String> {
    let told = |encoding: &'static Encoding| Some((encoding.decode(bytes).0.into_owned(), encoding.name().to_owned()));
    if let Some(said) = said {
        let encoding = Encoding::for_label(said.as_bytes()).ok_or_else(|| format!("{said:?} is no known encoding"))?;
        return Ok(if encoding == UTF_8 { None } else { told(encoding) });
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(if encoding == UTF_8 { None } else { told(encoding) });
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(None);
    }
    let strict =
        |encoding: &&&'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    Ok([GB18030, encoding_rs::WINDOWS_1252].iter().find(strict).and_then(|encoding| told(encoding)))
}

/// The text of a small file by the rules of imports: its byte order mark, strict UTF-8, GB18030, Latin-1. `None` where it is no text.
pub fn small_text(bytes: &[u8]) -> Option<String> {
    match to_utf8(bytes, None) {
        Ok(Some((text, _))) => Some(text),
        Ok(None) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Err(_) => None,
    }
}

/// Whether every byte of a file means something in an encoding.
fn decodes(path: &Path, encoding: &'static Encoding) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut bytes = vec![0; 1 << 18];
    let mut text = vec![0; 1 << 20];
    loop {
        let got = file.read(&mut bytes)?;
        let last = got == 0;
        let mut rest = &bytes[..got];
        loop {
            let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut text, last);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Ok(false),
            }
        }
        if last {
            return Ok(true);
        }
    }
}

/// A text file as UTF-8, without its byte order mark, piece by piece.
pub(super) fn reader(path: &Path, encoding: Option<&'static Encoding>) -> io::Result<Box<dyn Read>> {
    let file = File::open(path)?;
    Ok(Box::new(Utf8 {
        decoder: encoding.unwrap_or(UTF_8).new_decoder_with_bom_removal(),
        from: BufReader::with_capacity(1 << 17, file),
        ready: Vec::new(),
        at: 0,
        ended: false,
    }))
}

struct Utf8 {
    decoder: Decoder,
    from: BufReader<File>,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Utf8 {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            let bytes = self.from.fill_buf()?;
            self.ended = bytes.is_empty();
            let most = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(1 << 20);
            self.ready.resize(most, 0);
            let (_, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.ready, self.ended);
            self.ready.truncate(written);
            self.at = 0;
            self.from.consume(read);
        }
        let got = out.len().min(self.ready.len() - self.at);
        out[..got].copy_from_slice(&self.ready[self.at..self.at + got]);
        self.at += got;
        Ok(got)
    }
}

/// Text that a driver passes on in whatever encoding the file had it.
#[derive(Debug, Default)]
pub(super) struct StrayText {
    said: Option<&'static Encoding>,
    /// Texts decoded by guess.
    pub(super) guessed: u64,
    /// Texts with bytes that no encoding explained.
    pub(super) replaced: u64,
}

impl StrayText {
    pub(super) fn new(said: Option<&str>) -> Self {
        Self { said: said.and_then(|label| Encoding::for_label(label.as_bytes())), ..Self::default() }
    }

    /// Bytes that are no UTF-8, in the encoding that was said, else in GB18030.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> String {
        let strict = |encoding: &'static Encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes);
        if let Some(text) = self.said.and_then(strict) {
            return text.into_owned();
        }
        if self.said.is_none()
            && let Some(text) = strict(GB18030)
        {
            self.guessed += 1;
            return text.into_owned();
        }
        self.replaced += 1;
        String::from_utf8_lossy(bytes).into_owned()
    }
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        let look = |bytes: &[u8], said: Option<&str>| {
            std::fs::write(&path, bytes).unwrap();
            let encoding = of_text(&path, said)?;
            let mut text = String::new();
            reader(&path, encoding).unwrap().read_to_string(&mut text).unwrap();
            Ok::<_, String>((encoding.map(Encoding::name), text))
        };
        let words = "上海市,东风路".to_owned();
        assert_eq!(look(words.as_bytes(), None), Ok((None, words.clone())));
        assert_eq!(look(&[b"\xef\xbb\xbf", words.as_bytes()].concat(), None), Ok((None, words.clone())));
        assert_eq!(look(&GB18030.encode(&words).0, None), Ok((Some("gb18030"), words.clone())));
        assert_eq!(look(&GB18030.encode(&words).0, Some("GBK")), Ok((Some("GBK"), words.clone())));
        let utf16: Vec<u8> = "\u{feff}a,上".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(look(&utf16, None), Ok((Some("UTF-16LE"), "a,上".to_owned())));
        let bare: Vec<u8> = "ab,上".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(look(&bare, None), Ok((Some("UTF-16BE"), "ab,上".to_owned())));
        assert_eq!(look(b"Gro\xdf \xff\xff", None), Ok((Some("windows-1252"), "Gro\u{df} \u{ff}\u{ff}".to_owned())));
        assert!(look(b"a", Some("klingon")).is_err());
        // A character across the edge of what is read at once.
        let long = "a".repeat((1 << 18) - 1) + &words;
        assert_eq!(look(&GB18030.encode(&long).0, None), Ok((Some("gb18030"), long)));
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
