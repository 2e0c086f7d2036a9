use std::path::PathBuf;

use analysis::siting::PitchError;
use spatial_db::store::Store;

use super::*;
use crate::text::{Language, Text};

fn chinese(error: &(dyn Error + 'static)) -> String {
    Text::of(Language::Chinese).failure(&in_words(error))
}

fn is_chinese(said: &str) -> bool {
    said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && !said.contains("英文") && !said.contains('{')
}

fn path() -> PathBuf {
    PathBuf::from("/exports/park.gpkg")
}

fn system(kind: io::ErrorKind) -> io::Error {
    io::Error::from(kind)
}

#[test]
fn every_cause_that_reaches_a_window_is_told_in_chinese_with_what_it_is_about() {
    // Nobody listens there; what came of it is the cause of other failures too.
    let away = || Store::connect("postgresql://ann@127.0.0.1:1/twin?connect_timeout=2").unwrap_err();
    let broken = || match away() {
        StoreError::Unreachable { source, .. } => source,
        other => panic!("{other:?}"),
    };
    let what = || "reading".to_owned();
    let store = [
        (away(), "127.0.0.1"),
        (StoreError::ConnectionLost { what: what(), source: broken() }, "已断开"),
        (StoreError::DiskFull { what: what(), source: broken() }, "磁盘已满"),
        (StoreError::InsufficientPrivilege { what: what(), reason: what(), source: broken() }, "没有此项权限"),
        (StoreError::Refused { url: "host=pg".into(), reason: "too many clients".into(), source: broken() }, "host=pg"),
        (StoreError::ReadOnly { what: what(), source: None }, "只读"),
        (
            StoreError::NoSuchPark { slug: "lost".into(), known: vec!["qingxi".into(), "donghe".into()] },
            "qingxi, donghe",
        ),
        (StoreError::NoSuchPark { slug: "lost".into(), known: Vec::new() }, "lost"),
        (StoreError::VersionTooOld { what: "PostGIS", found: "2.5".into(), needed: "3.3" }, "PostGIS 2.5"),
        (StoreError::SchemaNewer { found: 99, known: 12 }, "99"),
        (StoreError::CasesHidden, "案件"),
    ];
    for (error, word) in &store {
        let said = chinese(error);
        assert!(is_chinese(&said) && said.contains(word), "{error}: {said}");
    }
    let package = [
        (PackageError::Io { path: path(), source: system(io::ErrorKind::NotFound) }, "park.gpkg：找不到"),
        (PackageError::Io { path: path(), source: io::Error::other("a riddle") }, "park.gpkg"),
        (PackageError::Write { path: path(), source: rusqlite::Error::InvalidQuery }, "磁盘"),
        (PackageError::NotAPackage { path: path(), found: what(), geopackage: false }, "不是园区数据包"),
        (PackageError::Newer { path: path(), found: 99, known: 1 }, "99"),
        (PackageError::Damaged { path: path(), reason: what() }, "已损坏"),
        (PackageError::InTheWay { path: path() }, "已存在"),
    ];
    for (error, word) in &package {
        let said = chinese(error);
        assert!(is_chinese(&said) && said.contains(word), "{error}: {said}");
    }
    let engine = [
        (EngineError::SceneOfAnother { what: what() }, "场景"),
        (EngineError::PictureSize { width: 9, height: 8, least: 64, most: 8192 }, "9 × 8"),
        (EngineError::PictureMemory { width: 9, height: 8, megabytes: 7 }, "7 MB"),
        (EngineError::UnknownOverlay { asked: "moods".into(), known: "idle, networks".into() }, "idle, networks"),
        (EngineError::NothingToDraw { park: "qingxi".into() }, "qingxi"),
        (EngineError::Pipeline { reason: what() }, "图形驱动"),
        (EngineError::NoPicture { frames: 9 }, "图形设备"),
    ];
    for (error, word) in &engine {
        let said = chinese(error);
        assert!(is_chinese(&said) && said.contains(word), "{error}: {said}");
    }
    let pitch = [
        (PitchError::Thousands { line: 3, figure: "30,000".into() }, "30000"),
        (PitchError::FormatVersion { line: 1, found: 9 }, "9"),
        (PitchError::NoNeeds, "需求"),
        (PitchError::Need { line: 2, number: 1, what: "at_least_m2", value: "-1".into(), must: "more than 0" }, "-1"),
        (PitchError::Figure { what: "weight", value: "-1".into(), must: "more than 0" }, "-1"),
        (PitchError::OtherPark { wanted: "qingxi".into(), found: "elsewhere".into() }, "qingxi"),
    ];
    for (error, word) in &pitch {
        let said = chinese(error);
        assert!(is_chinese(&said) && said.contains(word), "{error}: {said}");
        assert_eq!(in_words(error), error.to_string().as_str());
    }
    assert!(chinese(&analysis::siting::PitchFile::parse("(").unwrap_err()).starts_with("第 1 行"));
    let film = [
        (FilmError::SceneOfAnother { stop: "码头".into(), what: what() }, "「码头」"),
        (FilmError::Size { width: 63, height: 64, fps: 5 }, "63 × 64"),
        (FilmError::Encode { reason: what() }, "编码"),
        (FilmError::Write { path: path(), reason: what() }, "park.gpkg"),
        (FilmError::Process { reason: what(), said: None }, "进程"),
        (FilmError::Process { reason: what(), said: Some("数据库不在".into()) }, "数据库不在"),
        (FilmError::NoFrames, "导览"),
        // What could not be drawn is said, and not that it was for a film.
        (FilmError::Draw(EngineError::NothingToDraw { park: "qingxi".into() }), "qingxi"),
    ];
    for (error, word) in &film {
        let said = chinese(error);
        assert!(is_chinese(&said) && said.contains(word), "{error}: {said}");
    }
}

#[test]
fn why_a_file_is_not_written_is_what_the_system_says_by_its_kind() {
    let text = Text::of(Language::Chinese);
    for (kind, wanted) in [
        (io::ErrorKind::StorageFull, "磁盘空间不足"),
        (io::ErrorKind::QuotaExceeded, "磁盘空间不足"),
        (io::ErrorKind::PermissionDenied, "没有权限"),
        (io::ErrorKind::NotFound, "找不到该文件或文件夹"),
        (io::ErrorKind::ReadOnlyFilesystem, "磁盘为只读"),
        (io::ErrorKind::NotADirectory, "路径中应为文件夹之处是一个文件"),
        (io::ErrorKind::IsADirectory, "已有同名文件夹"),
    ] {
        // The path is said beside it, so that each way to it ends with the same words.
        assert_eq!(text.failure(&at_the_bottom(&system(kind))), wanted);
        assert_eq!(text.failure(&at_the_bottom(&ExportError::Io(system(kind)))), wanted);
        let geopackage = ExportError::GeoPackage(PackageError::Io { path: path(), source: system(kind) });
        assert_eq!(text.failure(&at_the_bottom(&geopackage)), wanted);
        assert_eq!(text.failure(&at_the_bottom(&GltfError::Io { path: path(), source: system(kind) })), wanted);
    }
    // As the system itself says it.
    let real = std::fs::write("/no/such/folder/table.csv", "").unwrap_err();
    assert_eq!(text.failure(&at_the_bottom(&real)), "找不到该文件或文件夹");
    assert!(at_the_bottom(&real).contains("os error 2"), "the English is the system's own");
    let picture = image::RgbImage::new(1, 1).save("/no/such/folder/a.png").unwrap_err();
    let picture = EngineError::WritePicture { path: "/no/such/folder/a.png".into(), source: picture };
    assert_eq!(chinese(&FilmError::from(picture)), "无法使用 /no/such/folder/a.png：找不到该文件或文件夹");
    let riddle = io::Error::other("a riddle");
    assert_eq!(text.failure(&at_the_bottom(&riddle)), "详细信息（英文）：a riddle");
}

#[test]
fn a_cause_is_found_in_a_box_and_inside_what_the_system_hands_on_and_its_english_is_whole() {
    let nothing = || EngineError::NothingToDraw { park: "qingxi".into() };
    let plain = chinese(&nothing());
    assert_eq!(chinese(&Box::new(nothing())), plain);
    assert_eq!(chinese(&io::Error::other(nothing())), plain);
    let film = FilmError::from(nothing());
    assert_eq!(chinese(&film), plain);
    assert_eq!(in_words(&film), format!("the pictures could not be drawn: {}", nothing()).as_str());
    // Given up is no failure that anybody asks the reason of.
    assert_eq!(known(&FilmError::Cancelled), None);
}
