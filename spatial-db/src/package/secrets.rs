//! Nothing that may not be given away is in a redacted package: secrets planted in every other field of every kind of feature,
//! and looked for in every byte of the file, and in what its compressed parts hold.

use std::io::Read;

use super::sample::{CORNER, every_kind, tiles};
use super::tests::{contents, put};
use super::write::redact;
use super::{BriefText, Package, SceneKind, SceneText, Whitelist};
use crate::model::{ParkSnapshot, Provenance, ResourceKind, ValveObservation};

/// Fills fields with words that no file has by chance, and remembers them.
#[derive(Default)]
struct Planted {
    words: Vec<String>,
    numbers: Vec<f64>,
}

#[allow(clippy::unnecessary_wraps, reason = "fields that may be empty are filled as they are")]
impl Planted {
    fn word(&mut self, field: &str) -> String {
        let word = format!("geheim{}密{field}", self.words.len());
        self.words.push(word.clone());
        word
    }

    fn some(&mut self, field: &str) -> Option<String> {
        Some(self.word(field))
    }

    fn number(&mut self) -> Option<f64> {
        let number = 7_654_321.062_5 + self.numbers.len() as f64 * 1_000.125;
        self.numbers.push(number);
        Some(number)
    }

    fn provenance(&mut self, row: &mut Provenance, key: bool) {
        if key {
            row.key = self.word("key");
        }
        row.layer = self.word("layer").into();
        row.attributes.clear();
        row.attributes.insert(self.word("field"), self.word("value").into());
        row.attributes.insert("n".into(), self.number().into());
    }
}

fn planted() -> (ParkSnapshot, Planted) {
    let (mut park, mut p) = (every_kind(), Planted::default());
    // The second parcel and building are no longer there on the park's day.
    let gone = chrono::NaiveDate::from_ymd_opt(2001, 1, 1);
    for (at, f) in park.parcels.iter_mut().enumerate() {
        p.provenance(&mut f.provenance, at == 1);
        (f.holder, f.currency) = (p.some("holder"), p.some("currency"));
        f.industry_code = p.some("industry").map(Into::into);
        (f.assessed_value, f.recorded_floor_area_m2) = (p.number(), p.number());
        if at == 1 {
            (f.valid_to, f.number, f.address) = (gone, p.some("number"), p.some("address"));
        }
    }
    for (at, f) in park.buildings.iter_mut().enumerate() {
        p.provenance(&mut f.provenance, true);
        (f.name, f.address, f.state) = (p.some("name"), p.some("address"), p.some("state"));
        f.use_text = p.some("use").map(Into::into);
        f.floor_area_m2 = p.number();
        if at == 1 {
            f.valid_to = gone;
        }
    }
    for f in &mut park.building_surfaces {
        p.provenance(&mut f.provenance, true);
        (f.building_key, f.lod) = (p.word("building"), p.some("lod"));
    }
    for f in &mut park.enterprises {
        p.provenance(&mut f.provenance, true);
        (f.name, f.industry_code, f.state) = (p.word("enterprise"), p.some("industry"), p.some("state"));
    }
    for f in &mut park.tenancies {
        p.provenance(&mut f.provenance, true);
        (f.enterprise_key, f.building_key, f.parcel_key) = (p.word("e"), p.some("b"), p.some("p"));
        f.floor_area_m2 = p.number();
    }
    for f in &mut park.enterprise_years {
        p.provenance(&mut f.provenance, true);
        (f.enterprise_key, f.currency) = (p.word("e"), p.some("currency"));
        (f.output, f.tax, f.fixed_assets) = (p.number(), p.number(), p.number());
    }
    for f in &mut park.contracts {
        p.provenance(&mut f.provenance, true);
        (f.parcel_key, f.enterprise_key, f.currency) = (p.word("p"), p.some("e"), p.some("currency"));
        (f.land_price, f.total_investment, f.area_due_m2) = (p.number(), p.number(), p.number());
    }
    for f in &mut park.events {
        p.provenance(&mut f.provenance, true);
        (f.contract_key, f.note) = (p.word("c"), p.some("note"));
        (f.developed_area_m2, f.invested) = (p.number(), p.number());
    }
    for f in &mut park.projects {
        p.provenance(&mut f.provenance, true);
        (f.name, f.contract_key, f.note) = (p.some("name"), p.some("c"), p.some("note"));
        (f.parcel_key, f.enterprise_key, f.planned_investment) = (p.some("p"), p.some("e"), p.number());
    }
    for f in &mut park.nodes {
        p.provenance(&mut f.provenance, true);
        (f.subtype, f.material) = (p.some("subtype"), p.some("material"));
        (f.depth_m, f.size_mm, f.ground_elevation_m) = (p.number(), p.number(), p.number());
        f.position = [p.number().unwrap(), p.number().unwrap(), p.number().unwrap()];
    }
    for f in &mut park.edges {
        p.provenance(&mut f.provenance, true);
        (f.subtype, f.material, f.pressure) = (p.some("subtype"), p.some("material"), p.some("pressure"));
        (f.voltage, f.from_key, f.to_key) = (p.some("voltage"), p.some("from"), p.some("to"));
        (f.survey_level, f.diameter_mm, f.width_mm) = (p.some("level"), p.number(), p.number());
        f.path = (0..4).map(|_| [p.number().unwrap(), p.number().unwrap(), p.number().unwrap()]).collect();
    }
    for f in &mut park.roads {
        p.provenance(&mut f.provenance, true);
    }
    for f in &mut park.surfaces {
        p.provenance(&mut f.provenance, true);
        f.name = p.some("surface");
    }
    for (at, f) in park.resources.iter_mut().enumerate() {
        p.provenance(&mut f.provenance, true);
        (f.state, f.capacity, f.range_m) = (p.some("state"), p.number(), p.number());
        if at == 0 {
            f.kind = ResourceKind::Gate;
        } else {
            (f.name, f.position) = (p.some("camera"), [p.number().unwrap(), p.number().unwrap()]);
        }
    }
    for f in &mut park.hazards {
        p.provenance(&mut f.provenance, true);
        (f.name, f.kind, f.substance, f.cas) = (p.some("name"), p.some("kind"), p.some("substance"), p.some("cas"));
        (f.quantity_t, f.height_m) = (p.number(), p.number());
        f.shape = geo::Point::new(p.number().unwrap(), p.number().unwrap()).into();
    }
    park.valve_states.push(ValveObservation {
        node_key: p.word("valve"),
        observed: chrono::DateTime::UNIX_EPOCH,
        open_fraction: p.number(),
        stuck: true,
        source: p.word("who"),
    });
    for f in &mut park.issues {
        (f.reason, f.fix, f.layer, f.source) = (p.word("reason"), p.word("fix"), p.word("layer"), p.word("source"));
        (f.key, f.other_key, f.table, f.check) = (p.some("key"), p.some("other"), p.some("table"), p.some("check"));
        f.place = Some(geo::Point::new(p.number().unwrap(), p.number().unwrap()).into());
    }
    (park, p)
}

fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What zlib, gzip and raw deflate streams in some bytes hold.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for at in 0..bytes.len().saturating_sub(2) {
        let rest = &bytes[at..];
        match rest {
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
                let _ = flate2::read::ZlibDecoder::new(rest).take(1 << 22).read_to_end(&mut out);
            }
            [0x1f, 0x8b, 8, ..] => {
                let _ = flate2::read::GzDecoder::new(rest).take(1 << 22).read_to_end(&mut out);
            }
            [b'P', b'K', 3, 4, ..] if rest.len() > 64 => {
                let name = usize::from(u16::from_le_bytes([rest[26], rest[27]]));
                let extra = usize::from(u16::from_le_bytes([rest[28], rest[29]]));
                let body = rest.get(30 + name + extra..).unwrap_or_default();
                let _ = flate2::read::DeflateDecoder::new(body).take(1 << 22).read_to_end(&mut out);
            }
            _ => {}
        }
    }
    out
}

/// The secrets that stand in some bytes, as text of any encoding or as a number of either order.
fn found(bytes: &[u8], planted: &Planted) -> Vec<String> {
    let words = planted.words.iter().filter(|word| {
        let utf16: Vec<u16> = word.encode_utf16().collect();
        let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        [word.as_bytes(), &little, &big].into_iter().any(|wanted| has(bytes, wanted))
    });
    let numbers = planted.numbers.iter().filter(|number| {
        let text = number.to_string();
        [number.to_le_bytes().as_slice(), &number.to_be_bytes(), text.as_bytes()]
            .into_iter()
            .any(|wanted| has(bytes, wanted))
    });
    words.cloned().chain(numbers.map(f64::to_string)).collect()
}

#[test]
fn secrets_in_every_other_field_are_nowhere_in_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (park, mut secrets) = planted();
    let mut contents = contents(park);
    for source in &mut contents.sources {
        (source.source, source.layer) = (secrets.word("source"), secrets.word("layer"));
    }
    let mut pictures = tiles();
    for (_, tile) in &mut pictures {
        // A picture carries the camera's notes.
        tile.image.extend_from_slice(secrets.word("exif").as_bytes());
    }
    assert!(secrets.words.len() > 150 && secrets.numbers.len() > 60);

    // The search finds what is there: a whole package has them all, and so does a compressed copy of it.
    let whole = folder.path().join("whole.gpkg");
    put(&contents, &pictures, &whole).unwrap();
    let bytes = std::fs::read(&whole).unwrap();
    let seen = found(&bytes, &secrets).len();
    assert!(seen > (secrets.words.len() + secrets.numbers.len()) * 9 / 10, "{seen}");
    let mut zipped = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zipped, secrets.words[3].as_bytes()).unwrap();
    assert_eq!(found(&unpacked(&zipped.finish().unwrap()), &secrets), [secrets.words[3].clone()]);

    contents.shown = Some(Whitelist::PROSPECT);
    contents.briefs =
        vec![BriefText { language: "zh".into(), title: "地块".into(), html: "<!doctype html><p>地块</p>".into() }];
    contents.scenes =
        vec![SceneText { kind: SceneKind::Tour, name: "tour".into(), text: "(format_version: 1)".into() }];
    assert!(redact(&mut contents));
    let given = folder.path().join("given.gpkg");
    // Pictures are left out by the caller, as `pack` does.
    put(&contents, &[], &given).unwrap();
    let bytes = std::fs::read(&given).unwrap();
    assert_eq!(found(&bytes, &secrets), Vec::<String>::new());
    assert_eq!(found(&unpacked(&bytes), &secrets), Vec::<String>::new());

    // And what is shown is there.
    let package = Package::open(&given).unwrap();
    assert_eq!(package.briefs().unwrap(), contents.briefs);
    assert_eq!(package.scenes().unwrap(), contents.scenes);
    let park = package.snapshot(&|_| {}).unwrap();
    let original = every_kind();
    assert!(park.given && !original.given, "what is not in it is left out, not absent");
    assert_eq!((park.parcels.len(), park.buildings.len()), (1, 1), "what is gone by the park's day stays at home");
    assert_eq!(park.parcels[0].number, original.parcels[0].number);
    assert_eq!(park.parcels[0].boundary, original.parcels[0].boundary);
    assert_eq!((park.parcels[0].provenance.key.as_str(), &park.parcels[0].holder), ("p1", &None));
    assert_eq!((park.buildings[0].height_m, &park.buildings[0].name), (original.buildings[0].height_m, &None));
    assert_eq!(park.roads[0].name, original.roads[0].name);
    assert_eq!(park.resources.len(), 1, "a gate, and no camera");
    assert!(park.terrain.is_some() && package.imagery(1_000_000).unwrap().is_none());
    // What is drawn for a prospect is drawn from what the package shows, no field more.
    let drawn = Whitelist::PROSPECT.redacted(&planted().0);
    assert_eq!(format!("{:?}", drawn.parcels), format!("{:?}", park.parcels));
    assert_eq!(format!("{:?}", drawn.buildings), format!("{:?}", park.buildings));
    assert_eq!(format!("{:?}", drawn.edges), format!("{:?}", park.edges));
    assert_eq!(format!("{:?}", drawn.resources), format!("{:?}", park.resources));
    assert_eq!(format!("{:?}", (drawn.roads, drawn.surfaces)), format!("{:?}", (park.roads, park.surfaces)));
    let empty = [
        park.enterprises.len(),
        park.tenancies.len(),
        park.enterprise_years.len(),
        park.contracts.len(),
        park.events.len(),
        park.projects.len(),
        park.nodes.len(),
        park.hazards.len(),
        park.issues.len(),
        park.building_surfaces.len(),
        park.valve_states.len(),
    ];
    assert_eq!(empty, [0; 11]);
    assert_eq!(package.header().run_id, None);
}

#[test]
fn what_is_given_for_another_day_is_what_stood_on_that_day() {
    let (park, _) = planted();
    let before = Whitelist { as_of: chrono::NaiveDate::from_ymd_opt(2000, 12, 31), ..Whitelist::PROSPECT };
    // The second parcel and building were there until the end of 2000.
    let (then, now) = (before.redacted(&park), Whitelist::PROSPECT.redacted(&park));
    assert_eq!((then.parcels.len(), then.buildings.len()), (2, 2));
    assert_eq!((now.parcels.len(), now.buildings.len()), (1, 1));
    assert_eq!((then.park.as_of, now.park.as_of), (before.as_of, park.park.as_of));
}

/// By the list alone, whatever else goes along: a package without a page about a site is no whole park either.
#[test]
fn what_is_given_away_says_so_without_a_brief_too() {
    let folder = tempfile::tempdir().unwrap();
    let read = |contents: &super::Contents| {
        let file = folder.path().join("park.gpkg");
        let packed = put(contents, &[], &file).unwrap();
        let is_listed = packed.tables.iter().any(|table| table.table == "twin_shown" && table.rows == 6);
        (Package::open(&file).unwrap().snapshot(&|_| {}).unwrap().given, is_listed)
    };
    let mut contents = contents(every_kind());
    assert_eq!(read(&contents), (false, false));
    contents.shown = Some(Whitelist::PROSPECT);
    assert!(redact(&mut contents) && contents.briefs.is_empty());
    assert_eq!(read(&contents), (true, true));
}

#[test]
fn lines_are_drawn_to_corners_that_tell_no_place_of_survey() {
    let mut contents = contents(every_kind());
    contents.snapshot.edges[0].path =
        vec![[CORNER[0] + 3.0, CORNER[1] + 4.0, 1.0], [CORNER[0] + 70.0, CORNER[1] + 4.0, 1.5]];
    contents.shown = Some(Whitelist::PROSPECT);
    assert!(redact(&mut contents));
    let path = &contents.snapshot.edges[0].path;
    assert!(path.len() > 1);
    for [x, y, z] in path {
        assert!(x % 25.0 == 0.0 && y % 25.0 == 0.0 && z.is_nan());
    }
    let moved = crate::package::moved_m(&contents.snapshot.edges[0]).unwrap();
    assert!((moved - 12.5_f64.hypot(12.5)).abs() < 1e-9);
    assert!(every_kind().edges.iter().all(|edge| crate::package::moved_m(edge).is_none()), "as surveyed");
    // A line shorter than a square is not drawn at all.
    assert_eq!(contents.snapshot.edges.len(), 1);
}
