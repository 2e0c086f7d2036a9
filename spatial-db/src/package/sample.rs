//! A park with a few features of every kind, for the tests of packages: awkward words, unknown heights, holes, nothing known.

use chrono::NaiveDate;
use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, Rect, coord};
use serde_json::{Map, json};

use crate::model::{
    Building, BuildingSurface, EmergencyResource, Enterprise, EnterpriseYear, EventKind, FacadeKind, FeatureId,
    FeatureKind, HazardSource, IdleCause, ImageryTile, IssueRecord, IssueSeverity, LandContract, LandEvent,
    NetworkClass, NetworkEdge, NetworkNode, NodeKind, Parcel, Park, ParkSnapshot, Project, Provenance, ResourceKind,
    RoadEdge, Surface, SurfaceKind, Tenancy, TerrainGrid,
};

/// South-west corner, m.
pub(super) const CORNER: [f64; 2] = [400_000.125, 5_300_000.062_5];

fn provenance(key: &str, row: i64) -> Provenance {
    let attributes = json!({"Bemerkung \"x\"": "园区\n", "deep": {"b": [1, null, 0.1], "a": true}, "big": 1e20});
    let attributes = if row % 2 == 1 { attributes.as_object().cloned().unwrap_or_default() } else { Map::new() };
    Provenance { key: key.to_owned(), layer: "层 \"a\"".into(), source_row: row, attributes: attributes.into() }
}

fn area(x: f64) -> MultiPolygon<f64> {
    let at = |dx: f64, dy: f64| coord! { x: CORNER[0] + x + dx, y: CORNER[1] + dy };
    let whole = Rect::new(at(0.0, 0.0), at(20.0, 20.0)).to_polygon();
    let hole = Rect::new(at(5.0, 5.0), at(7.5, 7.5)).to_polygon();
    let holed = Polygon::new(whole.exterior().clone(), vec![hole.exterior().clone()]);
    MultiPolygon(vec![holed, Rect::new(at(30.0, 0.0), at(31.0, 1.0 / 3.0)).to_polygon()])
}

fn day(year: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, 2, 28)
}

/// Two features of every kind: one of which everything is known, one of which nothing is.
pub(super) fn every_kind() -> ParkSnapshot {
    let mut park = ParkSnapshot::empty(Park {
        park_id: 7,
        slug: "every-kind".to_owned(),
        name: "Park 'of' every kind 园区".to_owned(),
        srid: 25832,
        synthetic: true,
        attribution: Some("Nobody".to_owned()),
        licence: None,
        as_of: day(2024),
    });
    let id = FeatureId::new;
    for n in 1..=2_i64 {
        let known = n == 1;
        let text = |words: &str| known.then(|| format!("{words} 园区 '\"\\"));
        let real = |value: f64| known.then_some(value + 0.1);
        let date = |year: i32| day(year).filter(|_| known);
        let x = n as f64 * 50.0;
        park.parcels.push(Parcel {
            id: id(FeatureKind::Parcel, n * 10),
            provenance: provenance(&format!("p{n}"), n),
            boundary: area(x),
            number: text("number"),
            address: text("address"),
            holder: text("holder"),
            land_use_code: text("1001").map(Into::into),
            land_use_scheme: text("survey").map(Into::into),
            land_use: text("use").map(Into::into),
            industry_code: text("34").map(Into::into),
            recorded_area_m2: real(400.0),
            recorded_floor_area_m2: real(800.0),
            assessed_value: real(1e12),
            currency: text("CNY"),
            valid_from: date(1999),
            valid_to: date(2030),
        });
        park.buildings.push(Building {
            id: id(FeatureKind::Building, n),
            provenance: provenance(&format!("b{n}"), n),
            footprint: area(x),
            name: text("hall"),
            address: text("street"),
            use_text: text("workshop").map(Into::into),
            storeys: real(3.0),
            storey_height_m: real(3.6),
            height_m: real(12.0),
            floor_area_m2: real(900.0),
            base_elevation_m: real(-1.5),
            year_built: known.then_some(1987),
            state: text("in use"),
            valid_from: date(1987),
            valid_to: date(2031),
        });
        park.building_surfaces.push(BuildingSurface {
            id: id(FeatureKind::BuildingSurface, n),
            provenance: provenance(&format!("bs{n}"), n),
            polygons: vec![vec![vec![
                [CORNER[0], CORNER[1], 3.0],
                [CORNER[0] + 9.0, CORNER[1], 3.0],
                [CORNER[0] + 9.0, CORNER[1], 9.5 + n as f64],
                [CORNER[0], CORNER[1], 3.0],
            ]]],
            building_key: "b1".to_owned(),
            kind: if known { FacadeKind::Wall } else { FacadeKind::Roof },
            lod: text("2.2"),
            area_m2: real(29.25),
        });
        park.enterprises.push(Enterprise {
            id: id(FeatureKind::Enterprise, n),
            provenance: provenance(&format!("e{n}"), n),
            name: format!("Works {n}"),
            industry_code: text("39"),
            state: text("operating"),
        });
        park.tenancies.push(Tenancy {
            id: id(FeatureKind::Tenancy, n),
            provenance: provenance(&format!("t{n}"), n),
            enterprise_key: "e1".to_owned(),
            building_key: text("b1"),
            parcel_key: text("p1"),
            floor_area_m2: real(120.0),
            valid_from: date(2020),
            valid_to: date(2026),
        });
        park.enterprise_years.push(EnterpriseYear {
            id: id(FeatureKind::EnterpriseYear, n),
            provenance: provenance(&format!("y{n}"), n),
            enterprise_key: "e1".to_owned(),
            year: 2020 + n as i32,
            output: real(1e6),
            tax: real(1e5),
            fixed_assets: real(2e6),
            employees: known.then_some(321),
            currency: text("CNY"),
        });
        park.contracts.push(LandContract {
            id: id(FeatureKind::LandContract, n),
            provenance: provenance(&format!("c{n}"), n),
            parcel_key: "p1".to_owned(),
            enterprise_key: text("e1"),
            signed: date(2018),
            agreed_start: date(2019),
            agreed_completion: date(2021),
            land_price: real(5e6),
            total_investment: real(9e7),
            currency: text("CNY"),
            area_due_m2: real(380.0),
        });
        park.events.push(LandEvent {
            id: id(FeatureKind::LandEvent, n),
            provenance: provenance(&format!("le{n}"), n),
            contract_key: "c1".to_owned(),
            kind: if known { EventKind::GovernmentCause } else { EventKind::Start },
            date: day(2019).unwrap_or_default(),
            developed_area_m2: real(10.0),
            invested: real(20.0),
            note: text("note"),
            cause: known.then_some(IdleCause::ForceMajeure),
            until: date(2020),
        });
        park.projects.push(Project {
            id: id(FeatureKind::Project, n),
            provenance: provenance(&format!("pr{n}"), n),
            name: text("project"),
            contract_key: text("c1"),
            parcel_key: text("p1"),
            enterprise_key: text("e1"),
            planned_approval: date(2018),
            planned_permit: date(2019),
            planned_start: date(2020),
            planned_completion: date(2021),
            planned_production: date(2022),
            planned_investment: real(8e7),
            currency: text("CNY"),
            note: text("note"),
        });
        park.nodes.push(NetworkNode {
            id: id(FeatureKind::NetworkNode, n),
            provenance: provenance(&format!("n{n}"), n),
            class: NetworkClass::Drainage,
            position: [CORNER[0], CORNER[1], if known { -1.75 } else { f64::NAN }],
            kind: NodeKind::Manhole,
            subtype: text("WS"),
            ground_elevation_m: real(4.0),
            depth_m: real(2.5),
            material: text("concrete"),
            size_mm: real(1000.0),
            valid_from: date(2001),
            valid_to: date(2041),
        });
        park.edges.push(NetworkEdge {
            id: id(FeatureKind::NetworkEdge, n),
            provenance: provenance(&format!("ne{n}"), n),
            class: NetworkClass::Industrial,
            path: vec![
                [CORNER[0], CORNER[1], -1.5],
                [CORNER[0] + 0.1, CORNER[1], f64::NAN],
                [CORNER[0] + 9.0, CORNER[1], 0.0],
            ],
            subtype: text("GY"),
            from_key: text("n1"),
            to_key: text("n2"),
            diameter_mm: real(300.0),
            width_mm: real(400.0),
            height_mm: real(500.0),
            material: text("steel"),
            pressure: text("low"),
            voltage: text("10 kV"),
            year_laid: known.then_some(2003),
            survey_level: text("B"),
            valid_from: date(2003),
            valid_to: date(2043),
        });
        let line = LineString::from(vec![(CORNER[0], CORNER[1]), (CORNER[0] + 10.0, CORNER[1] + 0.125)]);
        park.roads.push(RoadEdge {
            id: id(FeatureKind::RoadEdge, n),
            provenance: provenance(&format!("r{n}"), n),
            line: MultiLineString(vec![line.clone(), line]),
            name: text("road"),
            class: text("local"),
            width_m: real(7.0),
        });
        park.resources.push(EmergencyResource {
            id: id(FeatureKind::EmergencyResource, n),
            provenance: provenance(&format!("er{n}"), n),
            kind: ResourceKind::Camera,
            position: CORNER,
            name: text("camera"),
            state: text("working"),
            capacity: real(3.0),
            flow_l_s: real(10.0),
            bearing_deg: real(270.0),
            range_m: real(80.0),
        });
        park.hazards.push(HazardSource {
            id: id(FeatureKind::HazardSource, n),
            provenance: provenance(&format!("h{n}"), n),
            shape: if known { Point::from((CORNER[0], CORNER[1])).into() } else { Geometry::MultiPolygon(area(x)) },
            name: text("tank"),
            kind: text("tank"),
            substance: text("ammonia"),
            cas: text("7664-41-7"),
            quantity_t: real(40.0),
            height_m: real(12.0),
            diameter_m: real(18.0),
        });
        park.surfaces.push(Surface {
            id: id(FeatureKind::Surface, n),
            provenance: provenance(&format!("s{n}"), n),
            area: area(x),
            kind: SurfaceKind::StorageYard,
            name: text("yard"),
        });
        park.issues.push(IssueRecord {
            issue_id: 90 - n,
            run_id: 3,
            check: text("parcel.overlap"),
            code: "parcel.overlap".to_owned(),
            severity: IssueSeverity::Warning,
            table: text("parcel"),
            layer: "parcels".to_owned(),
            source: "parcels.shp".to_owned(),
            source_row: known.then_some(4),
            feature_id: known.then_some(10),
            key: text("p1"),
            other_table: text("parcel"),
            other_feature: known.then_some(20),
            other_key: text("p2"),
            reason: "they overlap".to_owned(),
            fix: "redraw one".to_owned(),
            facts: if known { json!({"area_m2": 0.1}).as_object().cloned().unwrap_or_default() } else { Map::new() },
            quarantine_id: known.then_some(5),
            place: known.then(|| Geometry::MultiPolygon(area(x))),
        });
    }
    let heights_m = (0..300 * 70).map(|i| if i % 97 == 0 { f32::NAN } else { i as f32 / 16.0 }).collect();
    park.terrain = Some(TerrainGrid {
        origin_x_m: CORNER[0] - 0.1,
        origin_y_m: CORNER[1] - 0.7,
        cell_m: 2.5,
        columns: 300,
        rows: 70,
        heights_m,
    });
    park
}

/// A few tiles of two layers, the first in two levels.
pub(super) fn tiles() -> Vec<(String, ImageryTile)> {
    let tile = |x: f64, side: f64, pixel_m: f64, kind: &str, byte: u8| ImageryTile {
        ground: [CORNER[0] + x, CORNER[1], CORNER[0] + x + side, CORNER[1] + side],
        pixel_m,
        media_type: format!("image/{kind}"),
        image: vec![byte; 100 + byte as usize],
    };
    vec![
        ("east".to_owned(), tile(0.0, 51.2, 0.1, "jpeg", 1)),
        ("east".to_owned(), tile(51.2, 51.2, 0.1, "png", 2)),
        ("east".to_owned(), tile(0.0, 102.4, 0.2, "jpeg", 3)),
        ("west".to_owned(), tile(0.0, 10.0, 0.25, "jpeg", 4)),
    ]
}
