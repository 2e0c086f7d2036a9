//! The sample park in every mode, as the built command draws it: each picture against a stored one, by likeness.
//!
//! `TWIN_BLESS=1` writes the stored pictures anew (`make bless`). They are kept coarse, 32 steps of each colour, so that they stay
//! small. Without a graphics adapter these tests fail; they are never skipped.

#[path = "../../twin-engine/tests/likeness/mod.rs"]
pub(crate) mod likeness;

use std::collections::BTreeSet;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::RgbImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use likeness::likeness;
use twin_engine::{SceneFile, Stop, Tour};

use crate::support::Place;

/// Least likeness (1 is the same picture) of a whole picture, as for the engine's own, and of each of its parts: a legend that is gone is
/// a small part of a picture.
const LEAST_LIKENESS: (f64, f64) = (0.93, 0.85);
/// Columns and rows of parts.
const PARTS: (u32, u32) = (4, 3);
const SIZE: (u32, u32) = (480, 300);
/// What all stored pictures take together, bytes, at most.
const MOST_BYTES: u64 = 1_500_000;

/// Modes that no shipped scene shows, as scenes without their beginning.
const MODES: [(&str, &str); 15] = [
    ("overlay-utilisation", "overlay: \"utilisation\""),
    ("overlay-projects", "overlay: \"projects\""),
    ("overlay-emergency", "overlay: \"emergency\""),
    ("overlay-security", "overlay: \"security\""),
    ("overlay-networks", "overlay: \"networks\""),
    ("overlay-capacity", "overlay: \"capacity\""),
    ("overlay-pressure", "overlay: \"pressure\""),
    ("overlay-issues", "overlay: \"issues\""),
    ("overlay-unmet", "overlay: \"unmet\""),
    ("dark-idle", "overlay: \"idle\", theme: dark"),
    ("dark-networks", "overlay: \"networks\", theme: dark, camera: from(bearing_deg: 215, pitch_deg: 40)"),
    ("recolour", "recolour: (kind: building, column: \"storeys\", scheme: quantiles, classes: 5, ramp: yl_gn_bu)"),
    ("sun", "overlay: \"utilisation\", sun: \"2026-06-30T17:00:00+08:00\""),
    ("photo", "overlay: \"idle\", photo: true"),
    (
        "layers",
        "overlay: \"idle\", layers: [(layer: \"buildings\", visible: false), (layer: \"parcels\", opacity: 50)]",
    ),
];
/// Modes drawn in Chinese.
const IN_CHINESE: [(&str, &str); 2] = [
    ("zh-idle", "overlay: \"idle\""),
    ("zh-emergency-dark", "overlay: \"emergency\", theme: dark, camera: from(bearing_deg: 150, pitch_deg: 55)"),
];

fn modes(of: &[(&str, &str)]) -> Vec<Stop> {
    let read = |(name, text): &(&str, &str)| {
        let scene = SceneFile::parse(&format!("(format_version: 1, {text})")).unwrap_or_else(|e| panic!("{name}: {e}"));
        Stop::of((*name).to_owned(), scene)
    };
    of.iter().map(read).collect()
}

/// Every scene and tour that is shipped, whatever comes to them.
fn shipped() -> Vec<Stop> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes");
    let entries = std::fs::read_dir(folder).expect("the shipped scenes").map(|entry| entry.expect("an entry").path());
    let files: BTreeSet<PathBuf> = entries.collect();
    let mut stops = Vec::new();
    for path in &files {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let text = || std::fs::read_to_string(path).expect("a text");
        if let Some(name) = file.strip_suffix(".scene.ron") {
            let scene = SceneFile::parse(&text()).unwrap_or_else(|e| panic!("{file}: {e}"));
            stops.push(Stop::of(format!("scene-{name}"), scene));
        } else if let Some(name) = file.strip_suffix(".tour.ron") {
            let tour = Tour::parse(&text()).unwrap_or_else(|e| panic!("{file}: {e}"));
            let named = |(stop, number): (Stop, usize)| Stop { name: format!("tour-{name}-{number}"), ..stop };
            stops.extend(tour.stops.into_iter().zip(1..).map(named));
        }
    }
    stops
}

/// Draws all stops by one process; each picture by the name of its stop.
fn drawn(place: &Place, language: &str, stops: Vec<Stop>) -> Vec<(String, RgbImage)> {
    let names: Vec<String> = stops.iter().map(|stop| stop.name.clone()).collect();
    let folder = place.folder.path();
    std::fs::write(folder.join("modes.tour.ron"), Tour { stops, ..Tour::default() }.to_text()).unwrap();
    let size = format!("{}x{}", SIZE.0, SIZE.1);
    let out = format!("{language}.png");
    let film = ["film", "qingxi", "--tour", "modes.tour.ron", "--still", "--each", "--out", &out, "--size", &size];
    let report = place.json(&[&film[..], &["--lang", language, "--json"][..]].concat());
    assert_eq!(report["frames"], names.len(), "{report}");
    let read = |(name, number): (String, usize)| {
        let path = folder.join(format!("{language}-{number}.png"));
        let picture = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).to_rgb8();
        assert_eq!(picture.dimensions(), SIZE, "{name}");
        (name, picture)
    };
    names.into_iter().zip(1..).map(read).collect()
}

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_sample")
}

/// Writes a picture with 32 steps of each colour, unfiltered: of flat colours that is less than half as large.
fn bless(name: &str, picture: &RgbImage) {
    let mut coarse = picture.clone();
    for pixel in coarse.pixels_mut() {
        pixel.0 = pixel.0.map(|value| (value & 0xf8) | 4);
    }
    let file = std::fs::File::create(stored().join(format!("{name}.png"))).expect("the stored picture is written");
    let encoder = PngEncoder::new_with_quality(BufWriter::new(file), CompressionType::Best, FilterType::NoFilter);
    coarse.write_with_encoder(encoder).expect("the stored picture is written");
}

/// What is wrong with a picture, if anything.
fn complaint(name: &str, picture: &RgbImage) -> Option<String> {
    let path = stored().join(format!("{name}.png"));
    let Ok(golden) = image::open(&path) else {
        return Some(format!("{name}: {} is missing; run make bless and look at it", path.display()));
    };
    let golden = golden.to_rgb8();
    if golden.dimensions() != picture.dimensions() {
        return Some(format!("{name}: {:?} px are stored, {:?} drawn", golden.dimensions(), picture.dimensions()));
    }
    let (width, height) = (SIZE.0 / PARTS.0, SIZE.1 / PARTS.1);
    let part = |of: &RgbImage, at: u32| {
        let (x, y) = (at % PARTS.0 * width, at / PARTS.0 * height);
        image::imageops::crop_imm(of, x, y, width, height).to_image()
    };
    let parts = (0..PARTS.0 * PARTS.1).map(|at| likeness(&part(picture, at), &part(&golden, at)));
    let (whole, worst) = (likeness(picture, &golden), parts.fold(1.0, f64::min));
    if whole >= LEAST_LIKENESS.0 && worst >= LEAST_LIKENESS.1 {
        return None;
    }
    let seen = std::env::temp_dir().join(format!("twin-sample-{name}.seen.png"));
    picture.save(&seen).expect("the seen picture is written");
    Some(format!("{name}: likeness {whole:.4}, {worst:.4} in its worst part; seen: {}", seen.display()))
}

#[test]
fn the_sample_park_looks_as_it_did_in_every_mode() {
    let place = Place::imported();
    let mut pictures = drawn(&place, "en", [shipped(), modes(&MODES)].concat());
    pictures.extend(drawn(&place, "zh", modes(&IN_CHINESE)));
    assert!(pictures.len() >= 25, "{} modes", pictures.len());
    let names: BTreeSet<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), pictures.len(), "each has a name of its own: {names:?}");
    // A mode that changes nothing is none.
    for (at, (name, picture)) in pictures.iter().enumerate() {
        let same = pictures[..at].iter().find(|(_, other)| other == picture).map(|(other, _)| other);
        assert_eq!(same, None, "{name} is drawn as another is");
    }

    if std::env::var_os("TWIN_BLESS").is_some_and(|v| v == "1") {
        std::fs::create_dir_all(stored()).expect("the folder of stored pictures");
        for (name, picture) in &pictures {
            bless(name, picture);
        }
    }
    let wrong: Vec<String> = pictures.iter().filter_map(|(name, picture)| complaint(name, picture)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let (mut bytes, mut stray) = (0, Vec::new());
    for entry in std::fs::read_dir(stored()).expect("the stored pictures") {
        let entry = entry.expect("an entry");
        let file = entry.file_name().to_string_lossy().into_owned();
        bytes += entry.metadata().expect("its size").len();
        if !file.strip_suffix(".png").is_some_and(|name| names.contains(name)) {
            stray.push(file);
        }
    }
    assert!(stray.is_empty(), "nobody draws {stray:?} any more");
    assert!(bytes <= MOST_BYTES, "the stored pictures take {bytes} bytes");
}
