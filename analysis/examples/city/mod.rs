//! A made-up city for measurements: a grid of streets with networks along them.

use geo::{MultiPolygon, Rect, coord};
use spatial_db::model::{Building, NetworkClass, NetworkEdge, NetworkNode, NodeKind, Park, ParkSnapshot, Provenance};

/// Metres between streets.
pub(crate) const BLOCK_M: f64 = 100.0;
/// Lines of a class between two corners.
const PIECES: usize = 5;

/// Provenance with a key.
pub(crate) fn keyed(key: String) -> Provenance {
    Provenance { key, layer: "made up".into(), source_row: 1, ..Provenance::default() }
}

/// A node of the grid: the place along the street from a corner, towards the east or the north.
fn key(class: NetworkClass, [x, y, step]: [usize; 3], up: bool) -> String {
    match step {
        0 => format!("{}{x}/{y}", class.as_str()),
        PIECES if up => key(class, [x, y + 1, 0], up),
        PIECES => key(class, [x + 1, y, 0], up),
        _ => format!("{}{x}/{y}{}{step}", class.as_str(), if up { "n" } else { "e" }),
    }
}

/// A class along all streets of `size` by `size` corners, `aside_m` beside their middle.
pub(crate) fn lay(
    park: &mut ParkSnapshot,
    class: NetworkClass,
    size: usize,
    aside_m: f64,
    depth_m: f64,
    dn: f64,
    keys: bool,
) {
    let place = |[x, y, step]: [usize; 3], up: bool| {
        let far = BLOCK_M * step as f64 / PIECES as f64;
        let (east, north) = if up { (0.0, far) } else { (far, 0.0) };
        let at = |corner: usize, by: f64| corner as f64 * BLOCK_M + by + aside_m;
        [at(x, east), at(y, north), 10.0 - depth_m]
    };
    let mut node = |at: [usize; 3], up: bool, kind: NodeKind| {
        park.nodes.push(NetworkNode::bare(
            park.nodes.len() as i64 + 1,
            keyed(key(class, at, up)),
            class,
            kind,
            place(at, up),
        ));
    };
    for x in 0..size {
        for y in 0..size {
            node([x, y, 0], false, if x + y == 0 { NodeKind::Source } else { NodeKind::Junction });
            for up in [false, true] {
                if (up && y + 1 == size) || (!up && x + 1 == size) {
                    continue;
                }
                for step in 1..PIECES {
                    // A valve every 300 m of street, a hydrant every 100 m, a customer.
                    let kind = match step {
                        1 if (if up { y } else { x }) % 3 == 0 => NodeKind::Valve,
                        2 => NodeKind::Hydrant,
                        3 => NodeKind::Connection,
                        _ => NodeKind::Junction,
                    };
                    node([x, y, step], up, kind);
                }
                for step in 0..PIECES {
                    let ends = [[x, y, step], [x, y, step + 1]];
                    let [from_key, to_key] = ends.map(|at| keys.then(|| key(class, at, up)));
                    let id = park.edges.len() as i64 + 1;
                    park.edges.push(NetworkEdge {
                        from_key,
                        to_key,
                        diameter_mm: Some(dn),
                        pressure: (class == NetworkClass::Gas).then(|| "medium".into()),
                        survey_level: Some("A".into()),
                        ..NetworkEdge::bare(id, keyed(format!("e{id}")), class, ends.map(|at| place(at, up)).to_vec())
                    });
                }
            }
        }
    }
}

/// A park with nothing in it.
pub(crate) fn empty() -> ParkSnapshot {
    ParkSnapshot::empty(Park::made_up("speed", "Made up", 4549))
}

/// A building of 50 by 40 m with its south-west corner at a place.
pub(crate) fn building(id: i64, x: f64, y: f64) -> Building {
    let area = Rect::new(coord! { x: x, y: y }, coord! { x: x + 50.0, y: y + 40.0 });
    Building::bare(id, keyed(format!("b{id}")), MultiPolygon(vec![area.to_polygon()]))
}
