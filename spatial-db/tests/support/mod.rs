//! Records and loads that the store's tests share.
#![allow(dead_code)] // Each test binary uses its own part.

use chrono::NaiveDate;
use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point, Rect};
use serde_json::json;
use spatial_db::cluster::scratch::ScratchDatabase;
use spatial_db::model::FeatureKind;
use spatial_db::schema::{ColumnKind, GeometryKind, Record, Shape, Table, Value};
use spatial_db::store::{AllowShrink, LayerDiff, Load, LoadOptions, ParkHeader, Store};

/// CRS of the test parks: ETRS89 / UTM 32N.
pub(crate) const SRID: i32 = 25832;
/// South-west corner of the test parks, m.
pub(crate) const CORNER: [f64; 2] = [400_000.0, 5_300_000.0];

pub(crate) fn scratch() -> (ScratchDatabase, Store) {
    let database = ScratchDatabase::create().expect("a scratch database");
    let store = database.store().expect("a store");
    (database, store)
}

pub(crate) fn header(slug: &str) -> ParkHeader {
    ParkHeader {
        slug: slug.to_owned(),
        name: format!("Park {slug}"),
        srid: SRID,
        synthetic: true,
        attribution: Some("Nobody".to_owned()),
        licence: None,
        as_of: NaiveDate::from_ymd_opt(2024, 5, 17),
    }
}

pub(crate) fn table(kind: FeatureKind) -> &'static Table {
    Table::of(kind).expect("a feature table")
}

pub(crate) fn square(x: f64, y: f64, side: f64) -> Geometry<f64> {
    let corner = geo::coord! { x: CORNER[0] + x, y: CORNER[1] + y };
    let opposite = geo::coord! { x: CORNER[0] + x + side, y: CORNER[1] + y + side };
    Geometry::MultiPolygon(MultiPolygon(vec![Rect::new(corner, opposite).to_polygon()]))
}

/// A record with every column filled, its place and content told by `n`.
pub(crate) fn record(kind: FeatureKind, key: &str, n: i64) -> Record {
    let table = table(kind);
    let (x, y) = (CORNER[0] + n as f64, CORNER[1]);
    let line = LineString::from(vec![(x, y), (x + 10.0, y + 0.125), (x + 20.0, y)]);
    let shape = table.geometry.map(|geometry| match geometry {
        GeometryKind::MultiPolygon => Shape::planar(square(n as f64 * 30.0, 0.0, 20.0)),
        GeometryKind::MultiPolygonZ => Shape {
            xy: square(n as f64 * 30.0, 0.0, 20.0),
            // Four corners and the first again, on a slope.
            z: vec![3.0, 3.0, 5.5, 5.5, 3.0],
        },
        GeometryKind::MultiLineString => Shape::planar(MultiLineString(vec![line]).into()),
        GeometryKind::Point | GeometryKind::Any => Shape::planar(Point::new(x, y).into()),
        GeometryKind::PointZ => Shape { xy: Point::new(x, y).into(), z: vec![-1.75] },
        GeometryKind::LineStringZ => Shape { xy: line.into(), z: vec![-1.5, f64::NAN, -1.25] },
    });
    let word = |column: &str| match (kind, column) {
        (FeatureKind::LandEvent, "kind") => "start".to_owned(),
        (FeatureKind::LandEvent, "cause") => "plan_changed".to_owned(),
        (FeatureKind::NetworkNode, "kind") => "manhole".to_owned(),
        (FeatureKind::NetworkNode | FeatureKind::NetworkEdge, "class") => "drainage".to_owned(),
        (FeatureKind::EmergencyResource, "kind") => "hydrant".to_owned(),
        (FeatureKind::BuildingSurface, "kind") => "roof".to_owned(),
        (FeatureKind::Surface, "kind") => "storage_yard".to_owned(),
        _ => format!("{column} 园区 {n}"),
    };
    let values = table.columns.iter().enumerate().map(|(i, column)| match column.kind {
        ColumnKind::Text => Value::Text(word(column.name)),
        ColumnKind::Integer => Value::Integer(2000 + n),
        ColumnKind::Real => Value::Real(n as f64 + i as f64 / 8.0),
        ColumnKind::Date => Value::Date(NaiveDate::from_ymd_opt(2020, 2, 29).unwrap()),
    });
    let attributes = json!({"Bemerkung": format!("n={n}"), "deep": {"b": [1, null], "a": true}});
    Record {
        key: key.to_owned(),
        shape,
        values: values.collect(),
        attributes: attributes.as_object().unwrap().clone(),
        source_row: n + 1,
    }
}

pub(crate) fn building(key: &str, n: i64) -> Record {
    record(FeatureKind::Building, key, n)
}

pub(crate) fn buildings(range: std::ops::Range<i64>) -> Vec<Record> {
    range.map(|n| building(&format!("b{n}"), n)).collect()
}

/// Loads records into a layer of an open load.
pub(crate) fn put(load: &mut Load<'_>, kind: FeatureKind, layer: &str, records: Vec<Record>) -> LayerDiff {
    let mut rows = records.into_iter().map(Ok);
    load.layer(table(kind), layer, "test.gpkg", &mut rows, &mut |_| {}).expect("a layer that loads")
}

/// Options under which any layer may shrink.
pub(crate) fn any() -> LoadOptions {
    LoadOptions { allow_shrink: AllowShrink::Any, ..LoadOptions::default() }
}

/// One whole import of one layer of buildings.
pub(crate) fn import(store: &mut Store, slug: &str, records: Vec<Record>) -> LayerDiff {
    let mut load = store.begin_load(&header(slug), any()).expect("a load");
    let diff = put(&mut load, FeatureKind::Building, "buildings", records);
    load.commit(&json!({})).expect("a commit");
    diff
}

/// Added, changed, removed, unchanged, duplicates.
pub(crate) fn counts(diff: &LayerDiff) -> [u64; 5] {
    [diff.added, diff.changed, diff.removed, diff.unchanged, diff.duplicate_keys.len() as u64]
}

pub(crate) fn client(database: &ScratchDatabase) -> postgres::Client {
    postgres::Client::connect(&database.url(), postgres::NoTls).expect("a plain connection")
}

/// The single number that a query gives.
pub(crate) fn number(client: &mut postgres::Client, query: &str) -> i64 {
    client.query_one(query, &[]).expect(query).get(0)
}
