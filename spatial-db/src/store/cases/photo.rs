//! What an attached file is, by its bytes, and what a photograph says of when and where it was taken.
//!
//! Both are what the file claims: cameras have wrong clocks, and files can be made up. They stand beside the entry's own day.

use std::io::Cursor;

use chrono::NaiveDateTime;
use exif::{Exif, In, Tag, Value};

/// When and where a photograph was taken, by the camera.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Shot {
    /// By the camera's clock, which says no time zone.
    pub(super) taken: Option<NaiveDateTime>,
    /// Longitude and latitude, degrees.
    pub(super) position: Option<[f64; 2]>,
}

/// First bytes of a file and its media type.
const SIGNATURES: [(usize, &[u8], &str); 12] = [
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
];

/// Archives that are something more, by the ending of their names.
const ARCHIVES: [(&str, &str); 3] = [
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (".ofd", "application/ofd"),
];

/// Media type of a file: by its bytes; of an archive, by its name too.
pub(super) fn media_type(name: &str, bytes: &[u8]) -> &'static str {
    let is_text = || !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
    let signed =
        SIGNATURES.iter().find(|(at, signature, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(signature)));
    match signed {
        Some((_, _, "application/zip")) => {
            let name = name.to_lowercase();
            ARCHIVES.iter().find(|(ending, _)| name.ends_with(ending)).map_or("application/zip", |(_, word)| word)
        }
        Some((_, _, word)) => word,
        None if is_text() => "text/plain",
        None => "application/octet-stream",
    }
}

/// What a photograph says of itself; nothing of other files, or where it says none.
pub(super) fn shot(bytes: &[u8]) -> Shot {
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else { return Shot::default() };
    let taken = [Tag::DateTimeOriginal, Tag::DateTimeDigitized].into_iter().find_map(|tag| moment(&exif, tag));
    let longitude = angle(&exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W', 180.0);
    let latitude = angle(&exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S', 90.0);
    Shot { taken, position: longitude.zip(latitude).map(|(longitude, latitude)| [longitude, latitude]) }
}

fn moment(exif: &Exif, tag: Tag) -> Option<NaiveDateTime> {
    let Value::Ascii(lines) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = std::str::from_utf8(lines.first()?).ok()?;
    NaiveDateTime::parse_from_str(text.trim_end_matches(['\0', ' ']), "%Y:%m:%d %H:%M:%S").ok()
}

/// Degrees, minutes and seconds as degrees; negative where the reference says so.
fn angle(exif: &Exif, tag: Tag, reference: Tag, negative: u8, most: f64) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let Value::Ascii(side) = &exif.get_field(reference, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.get(..3)? else { return None };
    let degrees = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    // A camera without a fix writes 0/0.
    let degrees = Some(degrees).filter(|degrees| degrees.is_finite() && *degrees <= most)?;
    let is_negative = side.first()?.first()?.eq_ignore_ascii_case(&negative);
    Some(if is_negative { -degrees } else { degrees })
}

#[cfg(test)]
mod tests {
    use exif::experimental::Writer;
    use exif::{Field, Rational};

    use super::*;

    /// The Exif of a photograph at 31°10'38.74"N 121°31'37.96"E, on the other side of the world if `far`.
    fn photo(far: bool, denominator: u32) -> Vec<u8> {
        let angle = |d: u32, m: u32, s: u32| {
            let part = |num, denom| Rational { num, denom };
            Value::Rational(vec![part(d, 1), part(m, 1), part(s, denominator)])
        };
        let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let sides = if far { ["S", "W"] } else { ["N", "E"] };
        let fields = [
            (Tag::DateTimeOriginal, text("2026:02:28 09:41:07")),
            (Tag::GPSLatitudeRef, text(sides[0])),
            (Tag::GPSLatitude, angle(31, 10, 3874)),
            (Tag::GPSLongitudeRef, text(sides[1])),
            (Tag::GPSLongitude, angle(121, 31, 3796)),
        ]
        .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
        let mut writer = Writer::new();
        for field in &fields {
            writer.push_field(field);
        }
        let mut out = Cursor::new(Vec::new());
        writer.write(&mut out, false).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_photograph_says_when_and_where() {
        let shot = shot(&photo(false, 100));
        assert_eq!(shot.taken.unwrap().to_string(), "2026-02-28 09:41:07");
        let [longitude, latitude] = shot.position.unwrap();
        // By hand: 31 + 10/60 + 38.74/3600, 121 + 31/60 + 37.96/3600.
        assert!((latitude - 31.177_427_8).abs() < 1e-6 && (longitude - 121.527_211_1).abs() < 1e-6);
        let [longitude, latitude] = self::shot(&photo(true, 100)).position.unwrap();
        assert!(latitude < -31.0 && longitude < -121.0);
    }

    #[test]
    fn what_is_no_place_is_none() {
        assert_eq!(shot(&photo(false, 0)).position, None, "no fix");
        assert!(shot(&photo(false, 0)).taken.is_some());
        assert_eq!(shot(b"%PDF-1.7 a letter"), Shot::default());
        assert_eq!(shot(&photo(false, 100)[..40]), Shot::default(), "cut off");
    }

    #[test]
    fn files_are_told_by_their_bytes() {
        assert_eq!(media_type("x.pdf", &photo(false, 1)), "image/tiff", "what the name says does not count");
        assert_eq!(media_type("a", b"\xff\xd8\xff\xe0\0\x10JFIF"), "image/jpeg");
        assert_eq!(media_type("通知书.PDF", b"%PDF-1.4"), "application/pdf");
        assert!(media_type("Brief.DOCX", b"PK\x03\x04..").ends_with("wordprocessingml.document"));
        assert_eq!(media_type("a.txt", "笔录".as_bytes()), "text/plain");
        assert_eq!(media_type("a.txt", &[0xff, 0xfe, 0, 1]), "application/octet-stream");
    }
}
