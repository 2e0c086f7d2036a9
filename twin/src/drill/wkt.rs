//! Geometries in words, for tables that have no other form for them.

use geo::{Geometry, LineString};

/// A geometry in words, m.
pub(super) fn wkt_of(shape: &Geometry<f64>) -> String {
    let ring = |line: &LineString<f64>| {
        let places: Vec<String> = line.coords().map(|c| format!("{:.3} {:.3}", c.x, c.y)).collect();
        format!("({})", places.join(", "))
    };
    match shape {
        Geometry::Point(at) => format!("POINT ({:.3} {:.3})", at.x(), at.y()),
        Geometry::MultiLineString(lines) => {
            format!("MULTILINESTRING ({})", lines.iter().map(ring).collect::<Vec<_>>().join(", "))
        }
        Geometry::MultiPolygon(polygons) => {
            let polygon = |one: &geo::Polygon<f64>| {
                let rings: Vec<String> = std::iter::once(one.exterior()).chain(one.interiors()).map(ring).collect();
                format!("({})", rings.join(", "))
            };
            format!("MULTIPOLYGON ({})", polygons.iter().map(polygon).collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    }
}
