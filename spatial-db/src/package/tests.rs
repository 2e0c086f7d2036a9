//! Packages written and read without a database. Against the store: `tests/package.rs`.

use std::path::Path;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::checksum::Checksum;
use super::sample::{CORNER, every_kind, tiles};
use super::value::Cell;
use super::write::{PackOptions, write};
use super::{Contents, Package, PackageError, Packed, SceneKind, SceneText, SourceLayer};
use crate::model::{ImageryTile, ParkSnapshot};
use crate::store::imagery::{Frame, Level};

const SPOIL: &str = include_str!("../../sql/tests/package_spoil.sql");
const NEWER: &str = include_str!("../../sql/tests/package_newer.sql");
const OLDER: &str = include_str!("../../sql/tests/package_older.sql");
const UNTOLD_CAUSES: &str = include_str!("../../sql/tests/package_untold_causes.sql");
const LAND_EVENTS: &str = include_str!("../../sql/tests/package_land_events.sql");
const LAND_EVENT_SUM: &str = include_str!("../../sql/tests/package_land_event_sum.sql");
const VIEW: &str = include_str!("../../sql/tests/package_view.sql");

fn scene(kind: SceneKind, name: &str, text: &str) -> SceneText {
    SceneText { kind, name: name.to_owned(), text: text.to_owned() }
}

pub(super) fn contents(snapshot: ParkSnapshot) -> Contents {
    let level = |layer: &str, pixel_m, pixels| Level { layer: layer.to_owned(), pixel_m, pixels };
    let source = |table: &str| SourceLayer {
        table: table.to_owned(),
        layer: "层".to_owned(),
        source: "a.gpkg:b".to_owned(),
        rows: 2,
    };
    Contents {
        snapshot,
        sources: vec![source("building"), source("parcel")],
        levels: vec![level("east", 0.1, 524_288.0), level("east", 0.2, 262_144.0), level("west", 0.25, 1600.0)],
        scenes: vec![
            scene(SceneKind::Bookmarks, "bookmarks", "(format_version: 1, stops: [])"),
            scene(SceneKind::Scene, "南门 \"1\"", "(\n  format_version: 1, // 南门\n)\n"),
        ],
        briefs: Vec::new(),
        shown: None,
        srs_wkt: Some("PROJCS[\"ETRS89 / UTM zone 32N\"]".to_owned()),
        frames: vec![
            Frame {
                layer: "east".to_owned(),
                pixel_m: 0.2,
                ground: [CORNER[0], CORNER[1], CORNER[0] + 102.4, CORNER[1] + 102.4],
            },
            Frame {
                layer: "west".to_owned(),
                pixel_m: 0.25,
                ground: [CORNER[0], CORNER[1], CORNER[0] + 10.0, CORNER[1] + 10.0],
            },
        ],
        run_id: Some(3),
        packed: "2024-05-17T08:09:10.5Z".parse::<DateTime<Utc>>().unwrap(),
    }
}

pub(super) fn put(contents: &Contents, pictures: &[(String, ImageryTile)], out: &Path) -> Result<Packed, PackageError> {
    let mut each = |take: &mut dyn FnMut(&str, ImageryTile) -> Result<(), PackageError>| {
        pictures.iter().try_for_each(|(layer, tile)| take(layer, tile.clone()))
    };
    write(contents, &mut each, out, &PackOptions::default())
}

/// Of a NaN, too, that it is one: every field as it prints.
fn same(a: &ParkSnapshot, b: &ParkSnapshot) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

#[test]
fn everything_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("park.gpkg");
    let contents = contents(every_kind());
    let packed = put(&contents, &tiles(), &out).unwrap();
    assert_eq!(packed.bytes, std::fs::metadata(&out).unwrap().len());
    let rows = |name: &str| packed.tables.iter().find(|table| table.table == name).map(|table| table.rows);
    assert_eq!(
        (rows("parcel"), rows("terrain"), rows("imagery_tile"), rows("issue")),
        (Some(2), Some(2), Some(4), Some(2))
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");

    let package = Package::open(&out).unwrap();
    assert_eq!(package.header().park, contents.snapshot.park);
    assert_eq!((package.header().packed, package.header().run_id), (contents.packed, Some(3)));
    assert_eq!(package.sources().unwrap(), contents.sources);
    assert_eq!(package.scenes().unwrap(), contents.scenes);
    let back = package.snapshot(&|_| {}).unwrap();
    assert!(same(&back, &contents.snapshot));
    let bits = |park: &ParkSnapshot| {
        park.terrain.iter().flat_map(|grid| grid.heights_m.iter().map(|h| h.to_bits())).collect::<Vec<_>>()
    };
    assert!(bits(&back) == bits(&contents.snapshot));
    let names = [0, 1].map(|row| back.parcels[row].provenance.layer.as_ptr());
    assert_eq!(names[0], names[1], "rows of a layer share its name");
    // The finest levels that fit, in the store's order.
    let all: Vec<ImageryTile> = tiles().into_iter().map(|(_, tile)| tile).collect();
    let pictures = package.imagery(1_000_000).unwrap().unwrap();
    assert_eq!((pictures.layers.as_slice(), pictures.tiles.len()), (&["east".to_owned(), "west".to_owned()][..], 3));
    assert_eq!(pictures.tiles, [all[0].clone(), all[1].clone(), all[3].clone()]);
    assert_eq!(package.imagery(300_000).unwrap().unwrap().tiles, [all[2].clone(), all[3].clone()]);
}

#[test]
fn an_empty_park_is_a_package_too() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("empty.gpkg");
    let mut contents = contents(ParkSnapshot::empty(every_kind().park));
    (contents.levels, contents.frames, contents.sources) = (Vec::new(), Vec::new(), Vec::new());
    contents.scenes.clear();
    (contents.run_id, contents.srs_wkt) = (None, None);
    put(&contents, &[], &out).unwrap();
    let package = Package::open(&out).unwrap();
    assert!(same(&package.snapshot(&|_| {}).unwrap(), &contents.snapshot));
    assert_eq!(package.imagery(1000).unwrap(), None);
    assert!(package.scenes().unwrap().is_empty());
}

#[test]
fn the_same_park_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let outs = ["a.gpkg", "b.gpkg"].map(|name| folder.path().join(name));
    for out in &outs {
        put(&contents(every_kind()), &tiles(), out).unwrap();
    }
    assert!(std::fs::read(&outs[0]).unwrap() == std::fs::read(&outs[1]).unwrap());
}

/// What opening and reading a file ends in.
fn read(path: &Path) -> Result<(), PackageError> {
    let package = Package::open(path)?;
    package.snapshot(&|_| {})?;
    package.imagery(1_000_000)?;
    package.scenes()?;
    package.sources().map(|_| ())
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    put(&contents(every_kind()), &tiles(), &at("good.gpkg")).unwrap();
    let error = |name: &str| read(&at(name)).unwrap_err();
    assert!(matches!(error("none.gpkg"), PackageError::Io { .. }));
    std::fs::write(at("empty.gpkg"), "").unwrap();
    std::fs::write(at("text.gpkg"), "no database at all, but some words").unwrap();
    for (name, why) in [("empty.gpkg", "empty"), ("text.gpkg", "another kind of file")] {
        let said = error(name).to_string();
        assert!(said.contains(why) && said.contains("twin pack") && said.contains(name), "{said}");
    }
    Connection::open(at("other.db")).unwrap().execute_batch(super::sql::FAST).unwrap();
    let foreign = Connection::open(at("foreign.gpkg")).unwrap();
    foreign.execute_batch(super::sql::CREATE).unwrap();
    foreign.close().unwrap();
    let said = error("foreign.gpkg").to_string();
    assert!(said.contains("GeoPackage of something else") && said.contains("twin import"), "{said}");

    let whole = std::fs::read(at("good.gpkg")).unwrap();
    let altered = |name: &str, statement: &str| {
        std::fs::write(at(name), &whole).unwrap();
        let db = Connection::open(at(name)).unwrap();
        db.execute_batch(statement).unwrap();
        db.close().unwrap();
        error(name)
    };
    let newer = altered("newer.gpkg", NEWER);
    assert!(matches!(newer, PackageError::Newer { found: 999, known: 2, .. }), "{newer}");
    assert!(newer.to_string().contains("use a newer twin"));
    let spoilt = altered("spoilt.gpkg", SPOIL).to_string();
    assert!(
        spoilt.contains("enterprise does not hold what was packed") && spoilt.contains("copy it again"),
        "{spoilt}"
    );
    let view = altered("view.gpkg", VIEW).to_string();
    assert!(view.contains("it has no table surface"), "{view}");
    for share in [0.3, 0.7, 0.999] {
        std::fs::write(at("cut.gpkg"), &whole[..(whole.len() as f64 * share) as usize]).unwrap();
        let cut = error("cut.gpkg");
        assert!(matches!(cut, PackageError::Damaged { .. }), "{cut}");
    }
}

#[test]
fn a_package_from_before_there_were_projects_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("older.gpkg");
    put(&contents(every_kind()), &tiles(), &out).unwrap();
    let db = Connection::open(&out).unwrap();
    db.execute_batch(OLDER).unwrap();
    db.close().unwrap();
    let park = Package::open(&out).unwrap().snapshot(&|_| {}).unwrap();
    assert!(same(&park, &ParkSnapshot { projects: Vec::new(), ..every_kind() }));
}

#[test]
fn a_package_from_before_causes_were_told_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("older.gpkg");
    put(&contents(every_kind()), &tiles(), &out).unwrap();
    let db = Connection::open(&out).unwrap();
    db.execute_batch(UNTOLD_CAUSES).unwrap();
    assert!(matches!(read(&out), Err(PackageError::Damaged { .. })), "columns that were packed are missed");
    // As a program that knew no such columns summed the table up.
    let mut checksum = Checksum::default();
    {
        let mut statement = db.prepare(LAND_EVENTS).unwrap();
        let count = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for at in 0..count {
                checksum.field(&match row.get_ref(at).unwrap() {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Integer(number),
                    ValueRef::Real(number) => Cell::Real(number),
                    ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).unwrap()),
                    ValueRef::Blob(bytes) => Cell::Blob(bytes),
                });
            }
            checksum.end_row();
        }
    }
    assert_eq!(db.execute(LAND_EVENT_SUM, [checksum.hex()]).unwrap(), 1);
    db.close().unwrap();
    let park = Package::open(&out).unwrap().snapshot(&|_| {}).unwrap();
    let mut wanted = every_kind();
    for event in &mut wanted.events {
        (event.cause, event.until) = (None, None);
    }
    assert!(same(&park, &wanted));
}

#[test]
fn nothing_but_a_package_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("park.gpkg");
    std::fs::write(&out, "somebody's work").unwrap();
    assert!(matches!(super::write::may_write(&out, false), Err(PackageError::InTheWay { .. })));
    super::write::may_write(&out, true).unwrap();
    put(&contents(every_kind()), &tiles(), &out).unwrap();
    super::write::may_write(&out, false).unwrap();
    assert!(matches!(super::write::may_write(folder.path(), true), Err(PackageError::InTheWay { .. })));
}

#[test]
fn a_package_that_cannot_be_whole_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("park.gpkg");
    let mut park = every_kind();
    park.edges[1].path.clear();
    let error = put(&contents(park), &[], &out).unwrap_err();
    assert!(matches!(&error, PackageError::BadRow { table, feature_id: 2, .. } if table == "network_edge"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut told = 0;
    let options = PackOptions { cancel: Some(std::sync::Arc::new(true.into())), ..PackOptions::default() };
    let error = write(
        &contents(every_kind()),
        &mut |_| {
            told += 1;
            Ok(())
        },
        &out,
        &options,
    )
    .unwrap_err();
    assert!(matches!(error, PackageError::Cancelled), "{error}");
    assert_eq!((told, std::fs::read_dir(folder.path()).unwrap().count()), (0, 0));
    let nowhere = put(&contents(every_kind()), &[], &folder.path().join("no/such/folder.gpkg")).unwrap_err();
    assert!(matches!(nowhere, PackageError::Io { .. }), "{nowhere}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any words, numbers and places of a building and a pipe come back.
    #[test]
    fn any_words_and_numbers_come_back(
        words in "\\PC{0,40}",
        number in any::<f64>(),
        whole in any::<i32>(),
        path in proptest::collection::vec((-1e7..1e7_f64, -1e7..1e7_f64, proptest::option::of(-1e4..1e4_f64)), 2..20),
        day in 0..3_000_000_i32,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("park.gpkg");
        let mut park = every_kind();
        park.buildings[1].name = Some(words.clone());
        park.buildings[1].height_m = Some(number).filter(|number| number.is_finite()).map(|number| number + 0.0);
        park.buildings[1].year_built = Some(whole);
        park.buildings[1].valid_from = chrono::NaiveDate::from_num_days_from_ce_opt(day);
        park.buildings[1].provenance.attributes.insert(words, serde_json::json!({"n": whole, "x": path.len()}));
        park.edges[1].path = path.into_iter().map(|(x, y, z)| [x, y, z.unwrap_or(f64::NAN)]).collect();
        put(&contents(park.clone()), &[], &out).unwrap();
        let back = Package::open(&out).unwrap().snapshot(&|_| ()).unwrap();
        prop_assert!(same(&back, &park));
    }

    /// A file with any byte of it changed is refused, or gives what was packed: never another park, never a panic.
    #[test]
    fn a_changed_byte_never_gives_another_park(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("park.gpkg");
        let park = every_kind();
        put(&contents(park.clone()), &tiles(), &out).unwrap();
        let mut bytes = std::fs::read(&out).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = to;
        std::fs::write(&out, &bytes).unwrap();
        if let Ok(package) = Package::open(&out)
            && let Ok(back) = package.snapshot(&|_| {})
        {
            prop_assert!(same(&back, &park), "byte {} set to {}", at, to);
        }
    }
}
