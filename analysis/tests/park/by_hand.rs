//! Features of a park built by hand: what a test does not speak of is not known.

use geo::{MultiPolygon, Rect, coord};
use spatial_db::model::{
    Building, FeatureId, FeatureKind, NetworkClass, NetworkEdge, NetworkNode, NodeKind, Parcel, Park, ParkSnapshot,
    Provenance,
};

pub(crate) fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()])
}

pub(crate) fn keyed(key: &str) -> Provenance {
    Provenance { key: key.into(), layer: "by hand".into(), source_row: 1, ..Provenance::default() }
}

/// A park without features in CGCS2000 / 3-degree Gauss-Kruger CM 120E, metres.
pub(crate) fn empty() -> ParkSnapshot {
    ParkSnapshot::empty(Park {
        park_id: 1,
        slug: "hand".into(),
        name: "By hand".into(),
        srid: 4549,
        synthetic: true,
        attribution: None,
        licence: None,
        as_of: None,
    })
}

pub(crate) fn parcel(id: i64, boundary: MultiPolygon<f64>) -> Parcel {
    Parcel {
        id: FeatureId::new(FeatureKind::Parcel, id),
        provenance: keyed(&format!("P{id}")),
        boundary,
        number: None,
        address: None,
        holder: None,
        land_use_code: None,
        land_use_scheme: None,
        land_use: None,
        industry_code: None,
        recorded_area_m2: None,
        recorded_floor_area_m2: None,
        assessed_value: None,
        currency: None,
        valid_from: None,
        valid_to: None,
    }
}

pub(crate) fn building(id: i64, footprint: MultiPolygon<f64>) -> Building {
    Building {
        id: FeatureId::new(FeatureKind::Building, id),
        provenance: keyed(&format!("B{id}")),
        footprint,
        name: None,
        address: None,
        use_text: None,
        storeys: None,
        storey_height_m: None,
        height_m: None,
        floor_area_m2: None,
        base_elevation_m: None,
        year_built: None,
        state: None,
        valid_from: None,
        valid_to: None,
    }
}

pub(crate) fn edge(id: i64, path: Vec<[f64; 3]>, diameter_mm: Option<f64>) -> NetworkEdge {
    NetworkEdge {
        id: FeatureId::new(FeatureKind::NetworkEdge, id),
        provenance: keyed(&format!("e{id}")),
        class: NetworkClass::Water,
        path,
        subtype: None,
        from_key: None,
        to_key: None,
        diameter_mm,
        width_mm: None,
        height_mm: None,
        material: Some("PE".to_owned()),
        pressure: None,
        voltage: None,
        year_laid: None,
        survey_level: None,
        valid_from: None,
        valid_to: None,
    }
}

pub(crate) fn node(
    id: i64,
    kind: NodeKind,
    position: [f64; 3],
    depth_m: Option<f64>,
    size_mm: Option<f64>,
) -> NetworkNode {
    NetworkNode {
        id: FeatureId::new(FeatureKind::NetworkNode, id),
        provenance: keyed(&format!("n{id}")),
        class: NetworkClass::Drainage,
        position,
        kind,
        subtype: None,
        ground_elevation_m: None,
        depth_m,
        material: None,
        size_mm,
        valid_from: None,
        valid_to: None,
    }
}
