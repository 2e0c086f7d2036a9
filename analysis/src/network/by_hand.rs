//! Networks built by hand for tests: what a test does not speak of is not known.

use spatial_db::model::{NetworkClass, NetworkEdge, NetworkNode, NodeKind, Park, ParkSnapshot, Provenance};

pub(crate) fn empty() -> ParkSnapshot {
    ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549))
}

fn keyed(key: String) -> Provenance {
    Provenance { key, layer: "by hand".into(), source_row: 1, ..Provenance::default() }
}

pub(crate) fn edge(id: i64, path: Vec<[f64; 3]>) -> NetworkEdge {
    keyed_edge(id, None, None, path)
}

pub(crate) fn keyed_edge(id: i64, from: Option<&str>, to: Option<&str>, path: Vec<[f64; 3]>) -> NetworkEdge {
    NetworkEdge {
        from_key: from.map(Into::into),
        to_key: to.map(Into::into),
        ..NetworkEdge::bare(id, keyed(format!("e{id}")), NetworkClass::Water, path)
    }
}

pub(crate) fn node(key: &str, kind: NodeKind, position: [f64; 3]) -> NetworkNode {
    NetworkNode::bare(
        key.bytes().map(i64::from).fold(7, |sum, byte| sum * 31 + byte),
        keyed(key.to_owned()),
        NetworkClass::Water,
        kind,
        position,
    )
}
