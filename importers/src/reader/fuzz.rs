//! The boundary between the reading process and its parent, and survey tables as nobody would write them.
//!
//! Whatever comes out of the pipe is refused or can be staged; whatever goes in is answered or refused. Rows that the
//! process itself sends always pass the parent's checks.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Once;

use crate::crs::{Crs, Projector};
use crate::fuzzing::{Chance, cases};
use crate::manifest::{AxisOrder, CellSpec, Manifest};
use crate::reader::protocol::{
    Bytes, Expect, Frame, GeometryNote, LayerRequest, Opened, RasterHead, Request, TextCells,
};
use crate::reader::{Batch, Cells, ReadFailure, bounds, frame, serve};
use crate::stage::{GeometryPlan, Opening, Placing, Shared, Stager};

const PARCELS: &str = "[park]\nslug = \"p\"\ncrs = \"EPSG:4549\"\n[[layer]]\nname = \"l\"\nrole = \"parcel\"\nfile = \"f.gpkg\"\n\
    key = \"ID\"\n[layer.fields]\nrecorded_area_m2 = { field = \"AREA\", unit = \"亩\" }\nvalid_from = \"DAY\"\n";
const POINTS: &str = "[park]\nslug = \"p\"\ncrs = \"EPSG:4549\"\n[[layer]]\nname = \"l\"\nrole = \"network.water.node\"\nfile = \"f.csv\"\n\
    crs = \"EPSG:4549\"\nx = \"X\"\ny = \"Y\"\naxis_order = \"north_first\"\nkey = [\"ID\", \"X\"]\nelevation = \"Z\"\n\
    [layer.fields]\nkind = { field = \"K\", map = { \"井\" = \"manhole\", \"*\" = \"valve\" } }\ndepth_m = \"D\"\n";

/// Where rows are staged. Finding the way between coordinate systems takes longer than a thousand cases.
struct Yard {
    manifest: Manifest,
    placing: Option<Placing>,
}

impl Yard {
    fn new(manifest: &str) -> Self {
        Self { manifest: Manifest::parse(Path::new("p.toml"), manifest, None).unwrap(), placing: None }
    }

    fn placing(axis_order: AxisOrder) -> Placing {
        let crs = Crs::from_epsg(4549).unwrap();
        Placing {
            projector: Projector::new(&crs, &crs).unwrap(),
            source_bounds: crs.bounds(),
            park_bounds: crs.bounds(),
            axis_order,
            source: crs,
            assumed: "EPSG:4549".to_owned(),
            looked_at: 0,
            outside: 0,
            first_outside: None,
        }
    }

    /// Stages what came, as an import would. `Err` is a field that is missing.
    fn stage(&mut self, fields: &[String], has_geometry: bool, batches: &[Batch]) -> Result<u64, String> {
        let spec = &self.manifest.layers[0];
        let needed =
            spec.columns.iter().flatten().flat_map(CellSpec::fields).chain(spec.key.fields.iter().map(String::as_str));
        for field in needed {
            if !fields.iter().any(|known| known == field) {
                return Err(field.to_owned());
            }
        }
        let plan = GeometryPlan::of(spec, has_geometry, fields)?;
        let placing = Some(self.placing.take().unwrap_or_else(|| Self::placing(spec.axis_order)));
        let opening = Opening { spec, table: spec.table().unwrap(), fields: fields.to_vec(), plan, placing };
        let mut stager = Stager::new(opening)?;
        let (mut shared, mut out) = (Shared::default(), VecDeque::new());
        let mut rows = 0;
        for batch in batches {
            stager.stage(batch, &mut shared, &mut out);
            rows += batch.rows.len() as u64;
        }
        assert_eq!(rows, out.len() as u64 + stager.leavings.quarantine.len(), "every row is a record or in quarantine");
        self.placing = stager.placing.take();
        Ok(rows)
    }
}

fn square(chance: &mut Chance) -> Vec<u8> {
    let (x, y) = (643_000.0 + chance.below(500) as f64, 3_431_000.0 + chance.below(500) as f64);
    let mut wkb = vec![1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
    for (dx, dy) in [(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 0.0)] {
        wkb.extend_from_slice(&f64::to_le_bytes(x + dx));
        wkb.extend_from_slice(&f64::to_le_bytes(y + dy));
    }
    wkb
}

/// A batch that an honest process could send, but for what `mutate` did to its geometries and values.
fn batch(chance: &mut Chance) -> Batch {
    let (mut batch, mut ids) = (Batch::default(), TextCells::default());
    let (mut areas, mut days) = (Vec::new(), Vec::new());
    for row in 0..=chance.below(12) as i64 {
        let mut wkb = square(chance);
        if chance.one_in(3) {
            chance.mutate(&mut wkb);
        }
        batch.rows.push(if chance.one_in(9) { i64::MIN } else { row + 1 });
        batch.fids.push(if chance.one_in(9) { i64::MAX } else { row });
        if chance.one_in(4) {
            let reason = "Self-intersection at or near point 1 2".to_owned();
            let original = Bytes(square(chance));
            let repaired = GeometryNote::Repaired { reason, area_before: f64::NAN, area_after: -1.0, original };
            let broken = GeometryNote::Broken { reason: "\u{1b}[2J".to_owned() };
            let notes = [repaired, broken, GeometryNote::Empty, GeometryNote::PartsDropped { parts: u32::MAX }];
            batch.notes.push((row as u32, chance.pick(&notes).clone()));
        }
        batch.wkb.0.append(&mut wkb);
        batch.wkb_ends.push(batch.wkb.0.len() as u32);
        ids.push(*chance.pick(&[None, Some("A-1"), Some("上海"), Some("\0"), Some("")]));
        areas.push(*chance.pick(&[None, Some(1.5), Some(f64::NAN), Some(f64::INFINITY), Some(-1e308)]));
        days.push(*chance.pick(&[None, Some((2024, 2, 29)), Some((i16::MIN, 0, 0)), Some((2023, 13, 255))]));
    }
    batch.columns = vec![Cells::Text(ids), Cells::Real(areas), Cells::Date(days)];
    batch
}

fn honest(chance: &mut Chance) -> Frame {
    let text = || "x".to_owned();
    match chance.below(8) {
        0 => Frame::Opened(Opened {
            driver: text(),
            layer: text(),
            crs_wkt: Some(text()),
            fields: vec![text(), text()],
            count: Some(1),
            extent: Some([0.0, 1.0, f64::NAN, 2.0]),
            has_geometry: true,
            encoding: None,
            notes: vec![text()],
        }),
        1 => Frame::Raster(RasterHead { crs_wkt: None, geo_transform: [0.0; 6], columns: 3, rows: 2, unit: text() }),
        2 => Frame::Heights(vec![1.0; 6]),
        3 => Frame::Done { read: 1, warnings: vec![text()] },
        4 => Frame::Failed(ReadFailure::Unreadable { reason: text(), hint: None }),
        _ => Frame::Rows(batch(chance)),
    }
}

#[test]
fn whatever_comes_out_of_the_pipe_is_refused_or_can_be_used() {
    let mut yard = Yard::new(PARCELS);
    let fields = ["ID", "AREA", "DAY"].map(str::to_owned);
    let (mut refused, mut staged) = (0, 0);
    cases("frames", 6000, |chance| {
        let mut pipe = Vec::new();
        for _ in 0..=chance.below(3) {
            frame::write(&mut pipe, &honest(chance)).unwrap();
        }
        if !chance.one_in(3) {
            chance.mutate(&mut pipe);
        }
        let mut input = pipe.as_slice();
        loop {
            match frame::read::<Frame>(&mut input) {
                Ok(None) => break,
                Err(_) => {
                    refused += 1;
                    break;
                }
                Ok(Some(Frame::Rows(batch))) => match batch.check(fields.len()) {
                    Ok(()) => {
                        staged += 1;
                        yard.stage(&fields, true, &[batch]).unwrap();
                    }
                    Err(reason) => {
                        assert!(!reason.is_empty());
                        refused += 1;
                    }
                },
                Ok(Some(Frame::Opened(opened))) => drop(opened.check()),
                Ok(Some(Frame::Raster(head))) => drop(head.check(1 << 20)),
                Ok(Some(Frame::Failed(failure))) => drop(failure.plain()),
                Ok(Some(_)) => {}
            }
        }
    });
    assert!(std::env::var_os("TWIN_FUZZ_SEED").is_some() || (refused > 0 && staged > 0), "{refused} {staged}");
}

fn request(file: &Path) -> LayerRequest {
    LayerRequest {
        file: file.to_string_lossy().into_owned(),
        layer: None,
        filter: None,
        encoding: None,
        wkt: None,
        expect: Expect::Nothing,
        fields: None,
        sample: None,
        decimal_comma: None,
    }
}

/// What the reading process answers, GDAL and all, in this process.
fn answers(pipe: &[u8]) -> (std::io::Result<()>, Vec<u8>) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| gdal::config::set_error_handler(|_, _, _| {}));
    let mut output = Vec::new();
    let outcome = serve::answer(&mut &*pipe, &mut output, &serve::Counter::open());
    (outcome, output)
}

#[test]
fn whatever_is_asked_is_answered_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    std::fs::write(&file, "ID,X,Y\n1,2,3\n2,4,5\n").unwrap();
    cases("requests", 1500, |chance| {
        let mut pipe = Vec::new();
        for _ in 0..=chance.below(3) {
            let mut layer = request(&file);
            layer.expect = *chance.pick(&[Expect::Nothing, Expect::Any, Expect::Areas, Expect::Points, Expect::Faces]);
            layer.filter =
                chance.pick(&[None, Some("ID = '1'"), Some("ID = "), Some("1=1; DROP TABLE t")]).map(str::to_owned);
            layer.encoding = chance.pick(&[None, Some("GBK"), Some("klingon"), Some("\0")]).map(str::to_owned);
            layer.wkt = chance.pick(&[None, Some("X"), Some("=,\"")]).map(str::to_owned);
            layer.fields = chance.pick(&[None, Some("ID"), Some("no")]).map(|field| vec![field.to_owned()]);
            let name = file.to_string_lossy().into_owned();
            let asked = match chance.below(4) {
                0 => Request::Describe { layer, extent: chance.one_in(2) },
                1 => Request::Raster { file: name, most: *chance.pick(&[0, 1, u64::MAX]) },
                2 => Request::Close { file: name },
                _ => Request::Rows(layer),
            };
            frame::write(&mut pipe, &asked).unwrap();
        }
        if chance.one_in(2) {
            chance.mutate(&mut pipe);
        }
        let (_, output) = answers(&pipe);
        let mut output = output.as_slice();
        while frame::read::<Frame>(&mut output).expect("what it says can be understood").is_some() {}
    });
}

/// A survey table of points, more or less.
fn table(chance: &mut Chance) -> Vec<u8> {
    let separator = *chance.pick(&[",", ";", "\t", "|", ",,", " "]);
    let end = *chance.pick(&["\n", "\r\n", "\r", "\n\n"]);
    let mut text = ["ID", "X", "Y", "Z", "K", "D"].join(separator) + end;
    for row in 0..chance.below(20) {
        for column in 0..chance.below(8) {
            if column > 0 {
                text.push_str(separator);
            }
            match chance.below(14) {
                0 => text.push_str("\"a \"\"quoted\"\" one\""),
                1 => text.push_str("\"open"),
                2 => text.push_str("NaN"),
                3 => text.push_str("1e999"),
                4 => text.push_str("1,5"),
                5 => text.push_str(&"长".repeat(chance.below(3000))),
                6 => text.push('\0'),
                7 => text.push_str("\"two\nlines\""),
                8 => text.push('井'),
                9 => text.push_str(" -0012.50 "),
                _ => text.push_str(&(3_431_000 + row * 7 + column * 643).to_string()),
            }
        }
        text.push_str(end);
    }
    let mut bytes = match chance.below(4) {
        0 => encoding_rs::GB18030.encode(&text).0.into_owned(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.into_bytes(),
    };
    if chance.one_in(3) {
        chance.mutate(&mut bytes);
    }
    bytes
}

#[test]
fn any_table_becomes_rows_that_add_up_or_an_error() {
    let mut yard = Yard::new(POINTS);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    let (mut tables, mut rows) = (0, 0);
    cases("survey tables", 1500, |chance| {
        std::fs::write(&file, table(chance)).unwrap();
        let mut pipe = Vec::new();
        frame::write(&mut pipe, &Request::Rows(request(&file))).unwrap();
        let (outcome, output) = answers(&pipe);
        outcome.unwrap();
        let mut output = output.as_slice();
        let (mut opened, mut batches) = (None, Vec::new());
        let mut ended = false;
        while let Some(frame) = frame::read::<Frame>(&mut output).unwrap() {
            match frame {
                Frame::Opened(found) => opened = Some(found.check().unwrap()),
                Frame::Rows(batch) => {
                    let fields = opened.as_ref().map_or(0, |opened: &Opened| opened.fields.len());
                    batch.check(fields).unwrap();
                    batches.push(batch);
                }
                Frame::Done { read, .. } => {
                    assert_eq!(read, batches.iter().map(|batch| batch.rows.len() as u64).sum::<u64>());
                    ended = true;
                }
                Frame::Failed(failure) => {
                    assert!(!bounds::plain(&format!("{failure:?}")).is_empty());
                    ended = true;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(ended, "every question has an end");
        let Some(opened) = opened else { return };
        // A table whose header was mangled lacks a field: an error that names it.
        match yard.stage(&opened.fields, false, &batches) {
            Ok(staged) => (tables, rows) = (tables + 1, rows + staged),
            Err(field) => assert!(!field.is_empty()),
        }
    });
    assert!(std::env::var_os("TWIN_FUZZ_SEED").is_some() || rows > 0, "{tables} tables, {rows} rows");
}
