//! Flood by a water level over the terrain.
//!
//! Source: the level is laid over the grid of heights (FEMA's "bathtub" mapping); where places are named that the water comes from, only
//! ground that is joined to one of them, cell to cell over four neighbours, is flooded (connected bathtub, NOAA 2012). Left out: how the
//! water moves and how long it takes, sewers, infiltration, walls and dykes finer than the grid. Buildings do not keep water out.

use std::collections::{BTreeMap, VecDeque};

use geo::{Contains, LineString, MultiPolygon, Point, Polygon};
use spatial_db::model::TerrainGrid;

use super::HazardError;
use super::error::within;
use crate::words;

const MODEL: &str = "flood by level";

/// A flood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flood<'a> {
    /// Level of the water, m, in the height system of the terrain.
    pub level_m: f64,
    /// Places that the water comes from, easting and northing in m; none: every hollow below the level is full.
    pub from: Option<&'a [[f64; 2]]>,
}

/// What is under water.
#[derive(Debug, Clone, PartialEq)]
pub struct FloodExtent {
    origin_m: [f64; 2],
    cell_m: f64,
    columns: usize,
    rows: usize,
    /// Depth per sample, m; 0 where it is dry, NaN where the ground is not known. Row by row from the south-west.
    depths_m: Vec<f32>,
    /// Area under water, m².
    pub area_m2: f64,
    /// Water on it, m³.
    pub volume_m3: f64,
    /// Largest depth, m.
    pub deepest_m: f64,
    /// Samples whose ground is not known: they are neither wet nor dry.
    pub unknown_cells: usize,
}

/// That a place that water is to come from lies off the terrain, and from where to where that reaches.
fn off_the_terrain(terrain: &TerrainGrid, [x, y]: [f64; 2]) -> HazardError {
    let end = |origin_m: f64, samples: usize| origin_m + (samples - 1) as f64 * terrain.cell_m;
    let (east, north) = (end(terrain.origin_x_m, terrain.columns), end(terrain.origin_y_m, terrain.rows));
    let reason = words!(
        "hazard-off-terrain",
        "the place {x},{y} that the water is to come from lies off the terrain, which reaches from {west} to {east} m east and from {south} to {north} m north: name one on it, easting first, or none to fill every hollow",
        x = x.to_string(),
        y = y.to_string(),
        west = format!("{:.0}", terrain.origin_x_m),
        east = format!("{east:.0}"),
        south = format!("{:.0}", terrain.origin_y_m),
        north = format!("{north:.0}")
    );
    HazardError::NotApplicable { model: MODEL, reason }
}

/// The extent of a flood over a terrain.
///
/// # Errors
/// [`HazardError`] for a level that is no height, for a terrain without samples, and for places that the terrain does not have.
pub fn flood(terrain: &TerrainGrid, flood: &Flood<'_>) -> Result<FloodExtent, HazardError> {
    let level = within(MODEL, "level", flood.level_m, (-500.0, 9000.0), "m")?;
    let (columns, rows) = (terrain.columns, terrain.rows);
    if terrain.heights_m.is_empty() || terrain.heights_m.len() != columns * rows {
        return Err(HazardError::Needs { model: MODEL, input: "a terrain" });
    }
    let below = |cell: usize| f64::from(terrain.heights_m[cell]) < level;
    let mut wet = vec![false; columns * rows];
    match flood.from {
        None => wet.iter_mut().enumerate().for_each(|(cell, wet)| *wet = below(cell)),
        Some(places) => {
            let mut open = VecDeque::new();
            for place in places {
                let column = ((place[0] - terrain.origin_x_m) / terrain.cell_m).round();
                let row = ((place[1] - terrain.origin_y_m) / terrain.cell_m).round();
                let inside = (0.0..columns as f64).contains(&column) && (0.0..rows as f64).contains(&row);
                if !inside {
                    return Err(off_the_terrain(terrain, *place));
                }
                open.push_back(row as usize * columns + column as usize);
            }
            while let Some(cell) = open.pop_front() {
                if wet[cell] || !below(cell) {
                    continue;
                }
                wet[cell] = true;
                let (column, row) = (cell % columns, cell / columns);
                open.extend((column > 0).then(|| cell - 1));
                open.extend((column + 1 < columns).then(|| cell + 1));
                open.extend((row > 0).then(|| cell - columns));
                open.extend((row + 1 < rows).then(|| cell + columns));
            }
        }
    }
    let (mut volume, mut deepest, mut count, mut unknown) = (0.0, 0.0_f64, 0_usize, 0_usize);
    let depths_m: Vec<f32> = wet
        .iter()
        .zip(&terrain.heights_m)
        .map(|(&wet, &height)| {
            if !height.is_finite() {
                unknown += 1;
                return f32::NAN;
            }
            if !wet {
                return 0.0;
            }
            let depth = level - f64::from(height);
            volume += depth;
            deepest = deepest.max(depth);
            count += 1;
            depth as f32
        })
        .collect();
    let cell_area = terrain.cell_m * terrain.cell_m;
    Ok(FloodExtent {
        origin_m: [terrain.origin_x_m, terrain.origin_y_m],
        cell_m: terrain.cell_m,
        columns,
        rows,
        depths_m,
        area_m2: count as f64 * cell_area,
        volume_m3: volume * cell_area,
        deepest_m: deepest,
        unknown_cells: unknown,
    })
}

impl FloodExtent {
    /// Depth of water at a place, m; `None` outside the terrain and where the ground is not known.
    pub fn depth_m(&self, place: [f64; 2]) -> Option<f64> {
        let column = ((place[0] - self.origin_m[0]) / self.cell_m).round();
        let row = ((place[1] - self.origin_m[1]) / self.cell_m).round();
        if !(0.0..self.columns as f64).contains(&column) || !(0.0..self.rows as f64).contains(&row) {
            return None;
        }
        let depth = f64::from(self.depths_m[row as usize * self.columns + column as usize]);
        (!depth.is_nan()).then_some(depth)
    }

    /// Depths per sample, row by row from the south-west; NaN where the ground is not known.
    pub fn depths_m(&self) -> &[f32] {
        &self.depths_m
    }

    /// Where the water is deeper than so much, as polygons along the edges of the cells.
    pub fn deeper_than(&self, depth_m: f64) -> MultiPolygon<f64> {
        let deep = |column: isize, row: isize| {
            let inside = (0..self.columns as isize).contains(&column) && (0..self.rows as isize).contains(&row);
            inside && f64::from(self.depths_m[row as usize * self.columns + column as usize]) > depth_m
        };
        // Sides of the deep cells towards others, with the water on the left: corner to corner. At a corner that two diagonal cells
        // share, the turn to the left keeps them apart.
        let mut sides: BTreeMap<(isize, isize), Vec<(isize, isize)>> = BTreeMap::new();
        for row in 0..self.rows as isize {
            for column in 0..self.columns as isize {
                if !deep(column, row) {
                    continue;
                }
                for (outside, from, to) in [
                    ((0, -1), (0, 0), (1, 0)),
                    ((1, 0), (1, 0), (1, 1)),
                    ((0, 1), (1, 1), (0, 1)),
                    ((-1, 0), (0, 1), (0, 0)),
                ] {
                    if !deep(column + outside.0, row + outside.1) {
                        sides.entry((column + from.0, row + from.1)).or_default().push((column + to.0, row + to.1));
                    }
                }
            }
        }
        self.rings(sides)
    }

    /// Rings out of sides, holes given to the ring around them.
    fn rings(&self, mut sides: BTreeMap<(isize, isize), Vec<(isize, isize)>>) -> MultiPolygon<f64> {
        let (mut shells, mut holes) = (Vec::new(), Vec::new());
        while let Some((&start, _)) = sides.iter().next() {
            let mut corners = vec![start];
            let (mut at, mut came) = (start, (0, 0));
            while let Some(next) = sides.get_mut(&at) {
                // The sharpest turn to the left of where it came from.
                let turn = |to: &(isize, isize)| came.0 * (to.1 - at.1) - came.1 * (to.0 - at.0);
                let best = (0..next.len()).max_by_key(|&k| turn(&next[k])).unwrap_or(0);
                let to = next.swap_remove(best);
                if next.is_empty() {
                    sides.remove(&at);
                }
                let step = (to.0 - at.0, to.1 - at.1);
                if step == came {
                    corners.pop();
                }
                corners.push(to);
                (at, came) = (to, step);
                if at == start {
                    break;
                }
            }
            let twice_area: isize = corners.windows(2).map(|c| c[0].0 * c[1].1 - c[1].0 * c[0].1).sum();
            let ring: LineString<f64> = corners
                .iter()
                .map(|&(column, row)| {
                    let x = self.origin_m[0] + (column as f64 - 0.5) * self.cell_m;
                    (x, self.origin_m[1] + (row as f64 - 0.5) * self.cell_m)
                })
                .collect();
            if twice_area > 0 { shells.push(Polygon::new(ring, Vec::new())) } else { holes.push((ring, corners)) }
        }
        for (ring, corners) in holes {
            // A place just inside the hole's edge, on its water side, lies in the shell around it: the middle of the cell to the left.
            let (from, to) = (corners[0], corners[1]);
            let (ex, ey) = ((to.0 - from.0).signum() as f64, (to.1 - from.1).signum() as f64);
            let x = self.origin_m[0] + (from.0 as f64 + 0.5 * ex - 0.5 * ey - 0.5) * self.cell_m;
            let y = self.origin_m[1] + (from.1 as f64 + 0.5 * ey + 0.5 * ex - 0.5) * self.cell_m;
            if let Some(shell) = shells.iter_mut().find(|shell| shell.contains(&Point::new(x, y))) {
                shell.interiors_push(ring);
            }
        }
        MultiPolygon::new(shells)
    }
}

#[cfg(test)]
mod tests {
    use geo::Area;
    use proptest::prelude::*;

    use super::*;

    fn grid(columns: usize, heights: &[f32]) -> TerrainGrid {
        TerrainGrid {
            origin_x_m: 1000.0,
            origin_y_m: 2000.0,
            cell_m: 10.0,
            columns,
            rows: heights.len() / columns,
            heights_m: heights.to_vec(),
        }
    }

    #[test]
    fn a_hollow_behind_a_ridge_stays_dry_unless_every_hollow_fills() {
        // A valley at the west, a ridge, a hollow in the east.
        let terrain = grid(5, &[1.0, 1.0, 9.0, 2.0, 2.0, 1.0, 1.0, 9.0, 2.0, 2.0]);
        let all = flood(&terrain, &Flood { level_m: 3.0, from: None }).unwrap();
        assert_eq!((all.area_m2, all.volume_m3, all.deepest_m), (800.0, 4.0 * 200.0 + 4.0 * 100.0, 2.0));
        let west = flood(&terrain, &Flood { level_m: 3.0, from: Some(&[[1000.0, 2000.0]]) }).unwrap();
        assert_eq!((west.area_m2, west.volume_m3), (400.0, 800.0));
        assert_eq!(west.depth_m([1003.0, 2008.0]), Some(2.0));
        assert_eq!(west.depth_m([1040.0, 2000.0]), Some(0.0));
        assert_eq!(west.depth_m([900.0, 2000.0]), None);
        // A source on dry ground floods nothing.
        assert_eq!(flood(&terrain, &Flood { level_m: 3.0, from: Some(&[[1020.0, 2000.0]]) }).unwrap().area_m2, 0.0);
    }

    #[test]
    fn an_island_is_a_hole_and_ground_that_is_not_known_is_said() {
        let mut heights = vec![0.0_f32; 25];
        heights[12] = 5.0;
        heights[0] = f32::NAN;
        let extent = flood(&grid(5, &heights), &Flood { level_m: 1.0, from: None }).unwrap();
        assert_eq!((extent.unknown_cells, extent.area_m2), (1, 2300.0));
        let water = extent.deeper_than(0.0);
        assert_eq!(water.0.len(), 1);
        assert_eq!(water.0[0].interiors().len(), 1);
        assert!((water.unsigned_area() - 2300.0).abs() < 1e-9);
        assert_eq!(extent.depth_m([1000.0, 2000.0]), None);
        assert!(flood(&grid(5, &heights), &Flood { level_m: f64::NAN, from: None }).is_err());
        let astray = flood(&grid(5, &heights), &Flood { level_m: 1.0, from: Some(&[[0.0, 2000.0]]) }).unwrap_err();
        let said = astray.to_string();
        assert!(said.contains("the place 0,2000 that") && said.contains("from 1000 to 1040 m east"), "{said}");
        assert!(said.contains("name one on it") && !said.contains("cell"), "{said}");
        assert!(flood(&grid(5, &[]), &Flood { level_m: 1.0, from: None }).is_err());
    }

    proptest! {
        #[test]
        fn polygons_cover_what_is_wet_and_higher_water_covers_more(
            heights in prop::collection::vec(0.0..10.0_f32, 63), level in 0.0..10.0_f64,
        ) {
            let terrain = grid(9, &heights);
            let at = |level_m: f64| flood(&terrain, &Flood { level_m, from: None }).unwrap();
            let (low, high) = (at(level), at(level + 0.7));
            prop_assert!(high.area_m2 >= low.area_m2 && high.volume_m3 >= low.volume_m3);
            let polygons = low.deeper_than(0.0);
            prop_assert!((polygons.unsigned_area() - low.area_m2).abs() < 1e-6, "{} {}", polygons.unsigned_area(), low.area_m2);
            let joined = flood(&terrain, &Flood { level_m: level, from: Some(&[[1000.0, 2000.0]]) }).unwrap();
            prop_assert!(joined.area_m2 <= low.area_m2);
        }
    }
}
