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

/// Elevations of an edge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EdgeHeights {
    /// Elevation of the axis at every vertex.
    pub(crate) z: Vec<f64>,
    /// How they were found.
    pub(crate) found: Found,
    /// How far ends were moved because they came out above the terrain; 0 where they stayed.
    pub(crate) moved_m: f64,
}

/// Where a recorded elevation comes out at or above the terrain although a depth is on record, the two surveys disagree
/// about the ground; the depth is what a digger needs to be right, so it is counted from the terrain instead.
pub(crate) fn below_terrain(z: f64, recorded_ground: Option<f64>, terrain: Option<f64>) -> f64 {
    match (recorded_ground, terrain) {
        (Some(ground), Some(terrain)) if z >= terrain && ground > z => terrain - (ground - z),
        _ => z,
    }
}

/// Elevation of the pipe's axis at every vertex of `line`.
pub(crate) fn edge_heights(line: &LineString<f64>, sources: &EdgeSources<'_>) -> EdgeHeights {
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
            let z = sources.geometry.iter().map(|z| z + to_axis).collect();
            return EdgeHeights { z, found: Found::Recorded, moved_m: 0.0 };
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
        [None, None] => {
            let found = if covered(line, sources) { Found::Assumed } else { Found::Nowhere };
            return EdgeHeights { z: assumed(line, sources), found, moved_m: 0.0 };
        }
    };
    let ends = [(0, line.0[0], start + to_axis), (1, line.0[count - 1], end + to_axis)];
    let settled = ends.map(|(end, at, z)| {
        let recorded_ground = sources.nodes[end].and_then(|node| node.ground).or_else(|| {
            let end = sources.ends[end];
            Some(end.elevation? + end.depth?)
        });
        below_terrain(z, recorded_ground, sources.ground.and_then(|grid| grid.height_at(at.x, at.y)))
    });
    let moved_m = (ends[0].2 - settled[0]).max(ends[1].2 - settled[1]);
    EdgeHeights { z: between(line, settled[0], settled[1]), found: how, moved_m }
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
        let EdgeHeights { z: heights, found, moved_m } = edge_heights(&line, &sources);
        assert_eq!((found, moved_m), (Found::Recorded, 0.0));
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
        let heights = edge_heights(&line, &from);
        assert_eq!((heights.z, heights.found), (vec![5.2, 8.2], Found::Recorded));
        from.geometry = &[1.0, 2.0];
        from.reference = Reference::Crown;
        assert_eq!(edge_heights(&line, &from).z, [0.8, 1.8]);
    }

    #[test]
    fn one_end_is_level_and_nothing_is_nan() {
        let line = line_string![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0)];
        let mut from = sources(None, &[]);
        from.ends[1].elevation = Some(5.0);
        let level = edge_heights(&line, &from);
        assert_eq!((level.z, level.found), (vec![5.0, 5.0], Found::OneEnd));
        from.ends[1].elevation = None;
        let nowhere = edge_heights(&line, &from);
        assert!(nowhere.z.iter().all(|z| z.is_nan()));
        assert_eq!(nowhere.found, Found::Nowhere);
        let grid = plane();
        from.ground = Some(&grid);
        from.assumed_depth_m = Some(1.0);
        let assumed = edge_heights(&line, &from);
        assert_eq!((assumed.z, assumed.found), (vec![99.0, 100.0], Found::Assumed));
    }

    #[test]
    fn a_buried_pipe_does_not_come_out_of_the_ground() {
        let grid = plane();
        let line = line_string![(x: 0.0, y: 50.0), (x: 100.0, y: 50.0)];
        let mut from = sources(Some(&grid), &[]);
        // The first node was surveyed on ground 1.6 m above the terrain; the pipe lies 1.4 m under it.
        let node = NodeSite { at: line.0[0], z: f64::NAN, ground: Some(101.6), lowest_edge: f64::NAN };
        from.nodes[0] = Some(node);
        from.ends = [End { elevation: Some(100.2), depth: None }, End { elevation: Some(108.0), depth: None }];
        let heights = edge_heights(&line, &from);
        assert!((heights.z[0] - 98.6).abs() < 1e-9 && (heights.moved_m - 1.6).abs() < 1e-9, "{heights:?}");
        assert_eq!(heights.z[1], 108.0);
        // A pipe without a depth on record may run above the ground, on a rack or bridge.
        from.nodes[0] = None;
        assert_eq!(edge_heights(&line, &from).z[0], 100.2);
    }
}
