//! Networks built by hand for tests: what a test does not speak of is not known.

use spatial_db::model::{
    FeatureId, FeatureKind, NetworkClass, NetworkEdge, NetworkNode, NodeKind, Park, ParkSnapshot, Provenance,
};

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

fn keyed(key: String) -> Provenance {
    Provenance { key, layer: "by hand".into(), source_row: 1, ..Provenance::default() }
}

pub(crate) fn edge(id: i64, path: Vec<[f64; 3]>) -> NetworkEdge {
    keyed_edge(id, None, None, path)
}

pub(crate) fn keyed_edge(id: i64, from: Option<&str>, to: Option<&str>, path: Vec<[f64; 3]>) -> NetworkEdge {
    NetworkEdge {
        id: FeatureId::new(FeatureKind::NetworkEdge, id),
        provenance: keyed(format!("e{id}")),
        class: NetworkClass::Water,
        path,
        subtype: None,
        from_key: from.map(Into::into),
        to_key: to.map(Into::into),
        diameter_mm: None,
        width_mm: None,
        height_mm: None,
        material: None,
        pressure: None,
        voltage: None,
        year_laid: None,
        survey_level: None,
        valid_from: None,
        valid_to: None,
    }
}

pub(crate) fn node(key: &str, kind: NodeKind, position: [f64; 3]) -> NetworkNode {
    NetworkNode {
        id: FeatureId::new(FeatureKind::NetworkNode, key.bytes().map(i64::from).fold(7, |sum, byte| sum * 31 + byte)),
        provenance: keyed(key.to_owned()),
        class: NetworkClass::Water,
        position,
        kind,
        subtype: None,
        ground_elevation_m: None,
        depth_m: None,
        material: None,
        size_mm: None,
        valid_from: None,
        valid_to: None,
    }
}
