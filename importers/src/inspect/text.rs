//! Which encoding a file's text is in, with the evidence for it. Decoding is left to the reader.
//!
//! What the file declares is believed only if its bytes agree.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

use super::guess::Guess;

/// Bytes of a file that are looked at.
const LOOKED_AT: u64 = 8 << 20;
/// Texts with letters beyond ASCII that are kept as evidence.
const MOST_TEXTS: usize = 4000;

/// The commonest Chinese characters, both scripts, and those of surveyors' tables.
static COMMON_HAN: LazyLock<HashSet<char>> =
    LazyLock::new(|| include_str!("words/common_han.txt").trim().chars().collect());

/// What a file says about its text.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Texts with bytes beyond ASCII.
    texts: Vec<Vec<u8>>,
    /// Names of fields that fill their ten bytes and end inside a character.
    cut_names: Vec<Vec<u8>>,
    /// What declares an encoding, and which.
    declared: Option<(String, &'static Encoding)>,
    /// A declaration that names no known encoding.
    unknown: Option<String>,
    byte_order_mark: bool,
}

/// The encoding of a file whose format leaves it open; `None` for formats that are UTF-8 by definition.
pub(super) fn encoding(path: &Path) -> Option<Guess<String>> {
    let extension = path.extension().map(|ext| ext.to_string_lossy().to_lowercase()).unwrap_or_default();
    let evidence = match extension.as_str() {
        "shp" | "dbf" => dbf(path)?,
        "csv" | "tsv" | "txt" => plain(path)?,
        "dxf" => dxf(path)?,
        _ => return None,
    };
    Some(evidence.verdict())
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Code pages of byte 29 of a DBF's header (dBASE and Visual `FoxPro` drivers).
const CODE_PAGES: [(u8, &str); 17] = [
    (0x03, "windows-1252"),
    (0x13, "Shift_JIS"),
    (0x4d, "GB18030"),
    (0x4e, "EUC-KR"),
    (0x4f, "Big5"),
    (0x50, "windows-874"),
    (0x57, "windows-1252"),
    (0x58, "windows-1252"),
    (0x59, "windows-1252"),
    (0x78, "Big5"),
    (0x79, "EUC-KR"),
    (0x7a, "GB18030"),
    (0x7b, "Shift_JIS"),
    (0xc8, "windows-1250"),
    (0xc9, "windows-1251"),
    (0xca, "windows-1254"),
    (0xcb, "windows-1253"),
];

fn dbf(path: &Path) -> Option<Evidence> {
    let dbf = ["dbf", "DBF", "Dbf"].map(|ending| path.with_extension(ending)).into_iter().find(|p| p.is_file())?;
    let mut file = BufReader::new(File::open(&dbf).ok()?.take(LOOKED_AT));
    let mut evidence = Evidence::default();
    let cpg = ["cpg", "CPG"].iter().find_map(|ending| std::fs::read_to_string(dbf.with_extension(ending)).ok());
    if let Some(said) = cpg.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
        match label(&said) {
            Some(encoding) => evidence.declared = Some((format!("the .cpg file beside it says {said}"), encoding)),
            None => evidence.unknown = Some(format!("the .cpg file says {said:?}, which is no known encoding")),
        }
    }
    let mut header = [0; 32];
    file.read_exact(&mut header).ok()?;
    let page = header[29];
    if evidence.declared.is_none() && page != 0 && page != 0x57 {
        match CODE_PAGES.iter().find(|(byte, _)| *byte == page).and_then(|(_, name)| label(name)) {
            Some(encoding) => {
                let says = format!("byte 29 of the DBF header is 0x{page:02X}, the code page of {}", encoding.name());
                evidence.declared = Some((says, encoding));
            }
            None => evidence.unknown = Some(format!("byte 29 of the DBF header is 0x{page:02X}, an unusual code page")),
        }
    }
    let header_length = usize::from(u16::from_le_bytes([header[8], header[9]]));
    let record_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
    if header_length < 33 || record_length == 0 {
        return Some(evidence);
    }
    let mut fields = vec![0; header_length - 32];
    file.read_exact(&mut fields).ok()?;
    let mut columns = Vec::new();
    let mut offset = 1;
    for field in fields.chunks_exact(32).take_while(|field| field[0] != 0x0d) {
        let name = &field[..10.min(field[..11].iter().position(|byte| *byte == 0).unwrap_or(10))];
        evidence.look(name);
        if name.len() == 10 && !name.is_ascii() {
            evidence.cut_names.push(name.to_vec());
        }
        let length = usize::from(field[16]);
        if field[11] == b'C' {
            columns.push(offset..offset + length);
        }
        offset += length;
    }
    let mut record = vec![0; record_length];
    while evidence.texts.len() < MOST_TEXTS && file.read_exact(&mut record).is_ok() {
        for column in columns.iter().filter(|column| column.end <= record_length) {
            evidence.look(&record[column.clone()]);
        }
    }
    Some(evidence)
}

fn plain(path: &Path) -> Option<Evidence> {
    let bytes = head(path)?;
    let mut evidence = Evidence::default();
    if let Some((encoding, length)) = Encoding::for_bom(&bytes) {
        evidence.byte_order_mark = true;
        evidence.declared = Some((format!("it begins with the byte-order mark of {}", encoding.name()), encoding));
        if encoding == UTF_8 {
            evidence.look_at_lines(&bytes[length..]);
        }
        return Some(evidence);
    }
    evidence.look_at_lines(&bytes);
    Some(evidence)
}

fn dxf(path: &Path) -> Option<Evidence> {
    let bytes = head(path)?;
    let mut evidence = Evidence::default();
    let mark = b"$DWGCODEPAGE";
    let said = bytes.windows(mark.len()).take(1 << 16).position(|window| window == mark).and_then(|at| {
        let mut lines =
            bytes[at..].split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).trim().to_owned());
        lines.nth(2)
    });
    if let Some(said) = said {
        let name = match said.to_ascii_uppercase().as_str() {
            "ANSI_936" | "GB2312" => "GB18030".to_owned(),
            "ANSI_950" => "Big5".to_owned(),
            "ANSI_932" => "Shift_JIS".to_owned(),
            "ANSI_949" => "EUC-KR".to_owned(),
            other => other.replace("ANSI_", "windows-"),
        };
        match label(&name) {
            Some(encoding) => evidence.declared = Some((format!("the drawing's $DWGCODEPAGE is {said}"), encoding)),
            None => evidence.unknown = Some(format!("the drawing's $DWGCODEPAGE is {said:?}")),
        }
    }
    evidence.look_at_lines(&bytes);
    Some(evidence)
}

/// What people write for the same thing.
fn label(said: &str) -> Option<&'static Encoding> {
    let plain = said.trim().to_lowercase();
    let number = plain
        .trim_start_matches("cp")
        .trim_start_matches("ansi ")
        .trim_start_matches("windows-")
        .trim_start_matches("oem ");
    match number {
        "936" | "gbk" | "gb2312" | "gb18030" | "54936" => Some(GB18030),
        "950" => Some(BIG5),
        "932" => Some(SHIFT_JIS),
        "949" => Some(EUC_KR),
        "65001" | "utf8" => Some(UTF_8),
        "88591" | "8859_1" => Some(WINDOWS_1252),
        _ => Encoding::for_label(plain.as_bytes())
            .or_else(|| Encoding::for_label(format!("windows-{number}").as_bytes())),
    }
}

impl Evidence {
    fn look(&mut self, field: &[u8]) {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        let text = field[..end].trim_ascii();
        if !text.is_ascii() && self.texts.len() < MOST_TEXTS {
            self.texts.push(text.to_vec());
        }
    }

    fn look_at_lines(&mut self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == b'\n') {
            self.look(line);
        }
    }

    fn verdict(&self) -> Guess<String> {
        let mut guess = self.without_notes();
        if let Some(unknown) = &self.unknown {
            guess.reason = format!("{unknown}; {}", guess.reason);
        }
        let cut = self.names_cut(&guess.value);
        if cut > 0 {
            guess.reason = format!("{}; {cut} field names were cut inside a character at 10 bytes", guess.reason);
        }
        guess
    }

    /// Names that do not decode whole but do without their last byte or two.
    fn names_cut(&self, encoding: &str) -> usize {
        let Some(encoding) = label(encoding) else { return 0 };
        self.cut_names.iter().filter(|name| !decodes(encoding, name)).count()
    }

    fn without_notes(&self) -> Guess<String> {
        let count = self.texts.len();
        if self.byte_order_mark
            && let Some((says, encoding)) = &self.declared
        {
            return Guess::new(encoding.name().to_owned(), 0.99, says.clone());
        }
        if count == 0 {
            return match &self.declared {
                Some((says, encoding)) => {
                    Guess::new(name_of(encoding), 0.95, format!("{says}; all its letters are ASCII, so any would do"))
                }
                None => Guess::new("UTF-8".to_owned(), 0.95, "all its letters are ASCII, so any encoding would do"),
            };
        }
        let strict = self.share(UTF_8);
        if let Some((says, encoding)) = &self.declared {
            let share = self.share(encoding);
            // Bytes that are UTF-8 throughout are so by accident only if there are very few of them.
            let contradicted = *encoding != UTF_8
                && strict >= 1.0
                && count >= 2
                && self.plausibility(UTF_8) >= self.plausibility(encoding);
            if share >= 0.98 && !contradicted {
                return Guess::new(
                    name_of(encoding),
                    0.98,
                    format!("{says}, and all {count} texts beyond ASCII decode so"),
                );
            }
            let mut guess = self.best(strict);
            guess.confidence = guess.confidence.min(0.85);
            let but = if contradicted {
                format!("{says}, but all {count} texts beyond ASCII are UTF-8")
            } else {
                format!("{says}, but {} of {count} texts do not decode so", self.failing(encoding))
            };
            guess.reason = format!("{but}; {}", guess.reason);
            return guess;
        }
        self.best(strict)
    }

    fn best(&self, strict: f64) -> Guess<String> {
        let count = self.texts.len();
        if strict >= 1.0 {
            let sure = if count >= 3 { 0.99 } else { 0.93 };
            return Guess::new(
                "UTF-8".to_owned(),
                sure,
                format!("all {count} texts beyond ASCII are strictly valid UTF-8"),
            );
        }
        let witness = self.witness();
        let mut ranked: Vec<(f64, &'static Encoding)> =
            [GB18030, BIG5, SHIFT_JIS, EUC_KR, WINDOWS_1252, WINDOWS_1250, WINDOWS_1251]
                .into_iter()
                .filter(|encoding| self.share(encoding) >= 0.98)
                .map(|encoding| {
                    let agrees = witness == encoding || (encoding == GB18030 && witness.name() == "GBK");
                    (self.plausibility(encoding) + if agrees { 0.2 } else { 0.0 }, encoding)
                })
                .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let not_utf8 = format!("{} of {count} texts beyond ASCII are not UTF-8", self.failing(UTF_8));
        let Some((score, encoding)) = ranked.first().copied() else {
            return Guess::new(
                "ISO-8859-1".to_owned(),
                0.2,
                format!("{not_utf8}, and no other encoding fits all of them; Latin-1 loses no byte"),
            );
        };
        let second = ranked.get(1).map_or(0.0, |(score, _)| *score);
        let confidence = (0.5 + (score - second).max(0.0) * 0.7 + if score > 0.8 { 0.15 } else { 0.0 }).min(0.95);
        let seen = match encoding.name() {
            "gb18030" | "Big5" => {
                format!("{:.0} % of the characters are common Chinese ones", self.plausibility(encoding) * 100.0)
            }
            "Shift_JIS" => {
                format!("{:.0} % of the characters are kana or common ones", self.plausibility(encoding) * 100.0)
            }
            "EUC-KR" => format!("{:.0} % of the characters are Hangul", self.plausibility(encoding) * 100.0),
            _ => "its letters stand where letters of that language do".to_owned(),
        };
        let also =
            ranked.get(1).map(|(_, other)| format!("; {} would decode as well", name_of(other))).unwrap_or_default();
        Guess::new(name_of(encoding), confidence, format!("{not_utf8}; read as {} {seen}{also}", name_of(encoding)))
    }

    fn witness(&self) -> &'static Encoding {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        for text in &self.texts {
            detector.feed(text, false);
            detector.feed(b"\n", false);
        }
        detector.feed(b"", true);
        detector.guess(None, Utf8Detection::Deny)
    }

    fn share(&self, encoding: &'static Encoding) -> f64 {
        1.0 - self.failing(encoding) as f64 / self.texts.len().max(1) as f64
    }

    fn failing(&self, encoding: &'static Encoding) -> usize {
        // A field cut at its width may end inside a character; that does not speak against an encoding.
        let fits = |text: &[u8]| {
            decodes(encoding, text)
                || (1..=3).any(|cut| text.len() > cut && decodes(encoding, &text[..text.len() - cut]))
        };
        self.texts.iter().filter(|text| !fits(text)).count()
    }

    /// How much the decoded texts look like writing, from 0 to 1.
    fn plausibility(&self, encoding: &'static Encoding) -> f64 {
        let (mut good, mut all) = (0.0, 0.0);
        for text in &self.texts {
            let decoded = encoding.decode_without_bom_handling(text).0;
            let letters: Vec<char> = decoded.chars().collect();
            for (index, letter) in letters.iter().enumerate().filter(|(_, letter)| !letter.is_ascii()) {
                all += 1.0;
                good += worth(*letter, index.checked_sub(1).map(|i| letters[i]), letters.get(index + 1).copied());
            }
        }
        if all == 0.0 { 0.0 } else { good / all }
    }
}

/// How likely a letter is in a name, between its neighbours.
fn worth(letter: char, before: Option<char>, after: Option<char>) -> f64 {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    match letter {
        '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' => 1.0,
        // Half-width kana are what GBK looks like when it is taken for Shift_JIS.
        '\u{ff61}'..='\u{ff9f}' => 0.05,
        '\u{4e00}'..='\u{9fff}' => {
            if COMMON_HAN.contains(&letter) {
                1.0
            } else {
                0.35
            }
        }
        '，' | '。' | '、' | '（' | '）' | '：' | '～' | '—' | '“' | '”' | '№' | '²' | '³' | '°' | 'ø' | 'Ø' => {
            0.7
        }
        '\u{400}'..='\u{4ff}' => 0.8,
        // An accented letter stands in a word of Latin letters, mostly small.
        c if c.is_alphabetic() && (latin(before) || latin(after)) => {
            if c.is_lowercase() {
                0.9
            } else {
                0.45
            }
        }
        c if c.is_alphabetic() => 0.15,
        _ => 0.0,
    }
}

fn decodes(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some_and(|text| {
        !text.contains('\u{fffd}')
            && !text.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c) || ('\u{80}'..='\u{9f}').contains(&c))
    })
}

/// The name that both GDAL and the manifest know it by.
fn name_of(encoding: &'static Encoding) -> String {
    match encoding.name() {
        "gb18030" | "GBK" => "GB18030".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(encoding: &'static Encoding, texts: &[&str]) -> Guess<String> {
        let mut evidence = Evidence::default();
        for text in texts {
            evidence.look(&encoding.encode(text).0);
        }
        evidence.verdict()
    }

    #[test]
    fn the_languages_of_cadastres_are_told_apart() {
        let chinese = ["浦东新区", "崇明区", "东风路12号", "污水检查井", "混凝土管", "静安区"];
        assert_eq!(guess(GB18030, &chinese).value, "GB18030");
        assert_eq!(guess(UTF_8, &chinese).value, "UTF-8");
        let traditional = ["臺北市信義區", "新北市板橋區", "污水人孔", "自來水管線", "中山北路二段", "消防栓"];
        assert_eq!(guess(BIG5, &traditional).value, "Big5");
        let japanese = ["下水道マンホール", "横須賀市", "消火栓", "ガス管", "コンクリート", "千代田区"];
        assert_eq!(guess(SHIFT_JIS, &japanese).value, "Shift_JIS");
        let korean = ["서울특별시", "하수도 맨홀", "상수관로", "도로 중심선", "건물 이름"];
        assert_eq!(guess(EUC_KR, &korean).value, "EUC-KR");
        let german = ["Härkingen", "Straße", "Müllerstraße", "Schächte", "Höhe über Meer"];
        assert_eq!(guess(WINDOWS_1252, &german).value, "windows-1252");
        assert!(guess(UTF_8, &german).certainty() == "certain");
    }

    #[test]
    fn a_declaration_is_believed_only_if_the_bytes_agree() {
        let mut evidence = Evidence { declared: Some(("the .cpg says GBK".into(), GB18030)), ..Evidence::default() };
        for text in ["浦东新区", "崇明区", "东风路"] {
            evidence.look(text.as_bytes());
        }
        let guess = evidence.verdict();
        assert_eq!(guess.value, "UTF-8", "{guess:?}");
        assert!(guess.reason.contains("but all 3 texts"), "{guess:?}");
        let mut evidence = Evidence { declared: Some(("the .cpg says UTF-8".into(), UTF_8)), ..Evidence::default() };
        for text in ["浦东新区", "崇明区", "东风路"] {
            evidence.look(&GB18030.encode(text).0);
        }
        assert_eq!(evidence.verdict().value, "GB18030");
    }

    #[test]
    fn labels_of_all_kinds_are_understood() {
        for (said, name) in [
            ("GBK", "gb18030"),
            ("CP936", "gb18030"),
            ("ANSI 1252", "windows-1252"),
            ("1251", "windows-1251"),
            ("UTF-8", "UTF-8"),
            ("ISO-8859-1", "windows-1252"),
            ("OEM 932", "Shift_JIS"),
        ] {
            assert_eq!(label(said).map(Encoding::name), Some(name), "{said}");
        }
        assert_eq!(label("klingon"), None);
    }

    #[test]
    fn cut_characters_do_not_speak_against_an_encoding() {
        let mut evidence = Evidence::default();
        evidence.look(&"上海市浦东".as_bytes()[..14]);
        evidence.look("崇明区".as_bytes());
        evidence.cut_names.push("建筑面积".as_bytes()[..10].to_vec());
        let guess = evidence.verdict();
        assert_eq!(guess.value, "UTF-8");
        assert!(guess.reason.contains("1 field names were cut"), "{guess:?}");
    }
}
