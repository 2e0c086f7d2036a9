//! What valid outlines can still be wrong about: spikes and areas of nothing. Validity is left to the reader.

use geo::{Area, Coord, Geometry, LineString, MultiPolygon};

/// Legs shorter than this are rounding, m.
const LEAST_LEG_M: f64 = 0.2;
/// cos² of 0.5°: a sharper corner is no corner of a plot or a house.
const SHARPEST: f64 = 0.999_923_8;
/// Less ground than this is none, m².
pub(super) const LEAST_AREA_M2: f64 = 0.01;

/// The tip of the first spike: a corner whose two sides run back along each other.
pub(super) fn spike(area: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    area.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors())).find_map(spike_of_ring)
}

fn spike_of_ring(ring: &LineString<f64>) -> Option<Coord<f64>> {
    let corners = ring.0.len().checked_sub(1)?;
    (0..corners).find_map(|at| {
        let tip = ring.0[at];
        let before = ring.0[if at == 0 { corners - 1 } else { at - 1 }];
        let after = ring.0[at + 1];
        let (ax, ay, bx, by) = (before.x - tip.x, before.y - tip.y, after.x - tip.x, after.y - tip.y);
        let along = ax * bx + ay * by;
        if along <= 0.0 {
            return None;
        }
        let (a2, b2) = (ax * ax + ay * ay, bx * bx + by * by);
        (along * along > SHARPEST * a2 * b2 && a2.min(b2) > LEAST_LEG_M * LEAST_LEG_M).then_some(tip)
    })
}

/// The area of a shape that is one, where it is next to nothing, m².
pub(super) fn next_to_nothing(xy: &Geometry<f64>) -> Option<f64> {
    match xy {
        Geometry::MultiPolygon(area) => Some(area.unsigned_area()).filter(|area| *area < LEAST_AREA_M2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn spikes_are_found_and_sharp_plots_are_not() {
        let clean = polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)];
        assert_eq!(spike(&MultiPolygon(vec![clean])), None);
        let spiked = polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 5.0), (x: 40.0, y: 5.001), (x: 20.0, y: 5.01), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)];
        assert_eq!(spike(&MultiPolygon(vec![spiked])), Some(Coord { x: 40.0, y: 5.001 }));
        // A gore between two roads: 20 m long, 1 m wide.
        let gore = polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 1.0)];
        assert_eq!(spike(&MultiPolygon(vec![gore])), None);
        // The first corner counts too.
        let first =
            polygon![(x: 40.0, y: 5.001), (x: 20.0, y: 5.01), (x: 0.0, y: 10.0), (x: 0.0, y: 0.0), (x: 20.0, y: 5.0)];
        assert!(spike(&MultiPolygon(vec![first])).is_some());
    }

    #[test]
    fn crumbs_are_told() {
        let crumb = polygon![(x: 0.0, y: 0.0), (x: 0.1, y: 0.0), (x: 0.1, y: 0.1)];
        let area = next_to_nothing(&Geometry::MultiPolygon(MultiPolygon(vec![crumb]))).unwrap();
        assert!((area - 0.005).abs() < 1e-12);
    }
}
