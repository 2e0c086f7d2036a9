//! Features of a park built by hand: what a test does not speak of is not known.

use geo::{MultiPolygon, Rect, coord};
use spatial_db::model::{
    Building, FeatureId, FeatureKind, NetworkClass, NetworkEdge, NetworkNode, NodeKind, Parcel, Park, ParkSnapshot,
    Provenance, Surface, SurfaceKind,
};

pub(crate) fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + w, y: y + h }).to_polygon()])
}

pub(crate) fn keyed(key: &str) -> Provenance {
    Provenance { key: key.into(), layer: "by hand".into(), source_row: 1, ..Provenance::default() }
}

/// A park without features in CGCS2000 / 3-degree Gauss-Kruger CM 120E, metres.
pub(crate) fn empty() -> ParkSnapshot {
    ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549))
}

pub(crate) fn parcel(id: i64, boundary: MultiPolygon<f64>) -> Parcel {
    Parcel::bare(id, keyed(&format!("P{id}")), boundary)
}

pub(crate) fn building(id: i64, footprint: MultiPolygon<f64>) -> Building {
    Building::bare(id, keyed(&format!("B{id}")), footprint)
}

/// Ground cover. A yard anywhere says that the park's yards are surveyed.
pub(crate) fn cover(id: i64, kind: SurfaceKind, area: MultiPolygon<f64>) -> Surface {
    Surface {
        id: FeatureId::new(FeatureKind::Surface, id),
        provenance: keyed(&format!("S{id}")),
        area,
        kind,
        name: None,
    }
}

pub(crate) fn edge(id: i64, path: Vec<[f64; 3]>, diameter_mm: Option<f64>) -> NetworkEdge {
    NetworkEdge {
        diameter_mm,
        material: Some("PE".to_owned()),
        ..NetworkEdge::bare(id, keyed(&format!("e{id}")), NetworkClass::Water, path)
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
        depth_m,
        size_mm,
        ..NetworkNode::bare(id, keyed(&format!("n{id}")), NetworkClass::Drainage, kind, position)
    }
}
