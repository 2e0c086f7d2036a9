//! Elevations of pipes and fittings from whatever the source tells: geometry, end elevations, nodes, ground minus depth.
//!
//! Where the ground is known from is left to `terrain`; all lengths in metres.

use std::collections::HashMap;

use geo::{Coord, LineString};
use spatial_db::model::TerrainGrid;

use crate::manifest::{Reference, ZSource};

/// What is known of a network node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NodeSite {
    /// Position in the park's CRS.
    pub(crate) at: Coord<f64>,
    /// Elevation of the fitting; NaN where unknown.
    pub(crate) z: f64,
    /// Elevation of the ground as recorded.
    pub(crate) ground: Option<f64>,
    /// Lowest end of the edges that meet here; NaN before any was seen.
    pub(crate) lowest_edge: f64,
}

/// All nodes of the park, by key.
pub(crate) type NodeSites = HashMap<String, NodeSite>;

/// What is recorded at one end of an edge.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct End {
    pub(crate) elevation: Option<f64>,
    pub(crate) depth: Option<f64>,
}

/// How the elevations of an edge were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// From what is recorded, at both ends.
    Recorded,
    /// From one end; the other was taken as level.
    OneEnd,
    /// From the ground and the layer's assumed depth.
    Assumed,
    /// Not at all: every elevation is NaN.
    Nowhere,
}

/// What the elevations of an edge can come from.
pub(crate) struct EdgeSources<'a> {
    /// Heights of the geometry, one per vertex, or none.
    pub(crate) geometry: &'a [f64],
    pub(crate) ends: [End; 2],
    pub(crate) nodes: [Option<NodeSite>; 2],
    pub(crate) ground: Option<&'a TerrainGrid>,
    pub(crate) order: &'a [ZSource],
    pub(crate) reference: Reference,
    /// Height of the section, where known.
    pub(crate) height_m: Option<f64>,
    pub(crate) assumed_depth_m: Option<f64>,
}

/// Heights that say nothing: none, not numbers, or zero throughout, as drawings and flat exports have them.
pub(crate) fn is_placeholder(heights: &[f64]) -> bool {
    heights.is_empty() || heights.iter().any(|z| !z.is_finite()) || heights.iter().all(|z| *z == 0.0)
}

/// Elevation of the pipe's axis at every vertex of `line`.
pub(crate) fn edge_heights(line: &LineString<f64>, sources: &EdgeSources<'_>) -> (Vec<f64>, Found) {
    let count = line.0.len();
    let to_axis = match (sources.reference, sources.height_m) {
        (Reference::Invert, Some(height)) => height / 2.0,
        (Reference::Crown, Some(height)) => -height / 2.0,
        _ => 0.0,
    };
    let ground_at = |end: usize| {
        let at = line.0[if end == 0 { 0 } else { count - 1 }];
        sources.nodes[end]
            .and_then(|node| node.ground)
            .or_else(|| sources.ground.and_then(|grid| grid.height_at(at.x, at.y)))
    };
    let mut found: [Option<f64>; 2] = [None, None];
    for source in sources.order {
        if *source == ZSource::Geometry && found == [None, None] && !is_placeholder(sources.geometry) {
            return (sources.geometry.iter().map(|z| z + to_axis).collect(), Found::Recorded);
        }
        for (end, slot) in found.iter_mut().enumerate() {
            let told = match source {
                ZSource::Geometry => None,
                ZSource::Elevation => sources.ends[end].elevation,
                ZSource::Node => sources.nodes[end].map(|node| node.z).filter(|z| z.is_finite()),
                ZSource::Depth => match (ground_at(end), sources.ends[end].depth) {
                    (Some(ground), Some(depth)) => Some(ground - depth),
                    _ => None,
                },
            };
            *slot = slot.or(told);
        }
    }
    let (start, end, how) = match found {
        [Some(start), Some(end)] => (start, end, Found::Recorded),
        [Some(level), None] | [None, Some(level)] => (level, level, Found::OneEnd),
        [None, None] => return (assumed(line, sources), if covered(line, sources) { Found::Assumed } else { Found::Nowhere }),
    };
    (between(line, start + to_axis, end + to_axis), how)
}

fn covered(line: &LineString<f64>, sources: &EdgeSources<'_>) -> bool {
    sources.assumed_depth_m.is_some()
        && sources.ground.is_some_and(|grid| line.0.iter().all(|at| grid.height_at(at.x, at.y).is_some()))
}

/// Ground minus the assumed depth at every vertex, or NaN throughout.
fn assumed(line: &LineString<f64>, sources: &EdgeSources<'_>) -> Vec<f64> {
    match (sources.ground, sources.assumed_depth_m, covered(line, sources)) {
        (Some(grid), Some(depth), true) => {
            line.0.iter().map(|at| grid.height_at(at.x, at.y).map_or(f64::NAN, |ground| ground - depth)).collect()
        }
        _ => vec![f64::NAN; line.0.len()],
    }
}

/// Heights along the line, linear in its planar length; a vertical line steps at its last vertex.
fn between(line: &LineString<f64>, start: f64, end: f64) -> Vec<f64> {
    let mut along = Vec::with_capacity(line.0.len());
    let mut length = 0.0;
    for (index, at) in line.0.iter().enumerate() {
        if index > 0 {
            let before = line.0[index - 1];
            length += (at.x - before.x).hypot(at.y - before.y);
        }
        along.push(length);
    }
    let last = along.len() - 1;
    along
        .iter()
        .enumerate()
        .map(|(index, here)| {
            let share = if length > 0.0 { here / length } else { f64::from(u8::from(index == last)) };
            start + (end - start) * share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use geo::line_string;

    use super::*;

    const ORDER: [ZSource; 4] = [ZSource::Geometry, ZSource::Elevation, ZSource::Node, ZSource::Depth];

    fn sources<'a>(grid: Option<&'a TerrainGrid>, geometry: &'a [f64]) -> EdgeSources<'a> {
        EdgeSources {
            geometry,
            ends: [End::default(); 2],
            nodes: [None; 2],
            ground: grid,
            order: &ORDER,
            reference: Reference::Axis,
            height_m: Some(0.4),
            assumed_depth_m: None,
        }
    }

    fn plane() -> TerrainGrid {
        // Ground rises one metre in ten to the east, from 100 m.
        let heights_m = (0..4).map(|i| if i % 2 == 0 { 100.0 } else { 110.0 }).collect();
        TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 100.0, columns: 2, rows: 2, heights_m }
    }

    #[test]
    fn depth_counts_from_the_ground_at_each_end() {
        let line = line_string![(x: 0.0, y: 50.0), (x: 25.0, y: 50.0), (x: 100.0, y: 50.0)];
        let grid = plane();
        let mut sources = sources(Some(&grid), &[]);
        sources.ends = [End { elevation: None, depth: Some(2.0) }, End { elevation: None, depth: Some(4.0) }];
        let (heights, found) = edge_heights(&line, &sources);
        assert_eq!(found, Found::Recorded);
        for (height, expected) in heights.iter().zip([98.0, 100.0, 106.0]) {
            assert!((height - expected).abs() < 1e-9, "{heights:?}");
        }
    }

    #[test]
    fn sources_are_asked_in_order_and_reference_is_honoured() {
        let line = line_string![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0)];
        let node = |z: f64| Some(NodeSite { at: Coord::zero(), z, ground: None, lowest_edge: f64::NAN });
        let mut from = sources(None, &[0.0, 0.0]);
        from.nodes = [node(7.0), node(8.0)];
        from.ends[0].elevation = Some(5.0);
        from.reference = Reference::Invert;
        let (heights, found) = edge_heights(&line, &from);
        assert_eq!((heights, found), (vec![5.2, 8.2], Found::Recorded));
        from.geometry = &[1.0, 2.0];
        from.reference = Reference::Crown;
        assert_eq!(edge_heights(&line, &from).0, [0.8, 1.8]);
    }

    #[test]
    fn one_end_is_level_and_nothing_is_nan() {
        let line = line_string![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0)];
        let mut from = sources(None, &[]);
        from.ends[1].elevation = Some(5.0);
        assert_eq!(edge_heights(&line, &from), (vec![5.0, 5.0], Found::OneEnd));
        from.ends[1].elevation = None;
        let (heights, found) = edge_heights(&line, &from);
        assert!(heights.iter().all(|z| z.is_nan()));
        assert_eq!(found, Found::Nowhere);
        let grid = plane();
        from.ground = Some(&grid);
        from.assumed_depth_m = Some(1.0);
        assert_eq!(edge_heights(&line, &from), (vec![99.0, 100.0], Found::Assumed));
    }
}
