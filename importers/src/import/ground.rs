//! Terrain layers into the store. Making the grid is left to `terrain`.

use std::sync::atomic::Ordering;
use std::time::Duration;

use geo::CoordsIter;
use spatial_db::model::TerrainGrid;
use spatial_db::schema::Role;
use spatial_db::store::{Cancel, LayerDiff};

use super::Run;
use super::prepare::{self, Prepared};
use super::rows::{self, wrong_place};
use crate::ImportError;
use crate::crs::{Projector, within};
use crate::manifest::{AxisOrder, CellSpec};
use crate::reader::{Batch, GeometryNote};
use crate::report::{LayerReport, TerrainReport};
use crate::stage::{Cell, GeometryPlan, Leavings, Named, Trouble, whole_row};
use crate::terrain::{self, MOST_PER_SIDE, RasterPlacing};
use crate::wkb;

/// How often it is seen whether long arithmetic is done, or not wanted any more.
const LOOK_UP: Duration = Duration::from_millis(10);
/// Most samples that a raster is read with: finer ones are averaged.
const MOST_READ: u64 = (MOST_PER_SIDE * MOST_PER_SIDE) as u64 * 4;

impl Run<'_, '_> {
    pub(super) fn ground(&mut self, index: usize) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        self.tell(index, 0);
        let raster = prepared.spec.role == Role::TerrainRaster;
        let (grid, used, read, leavings) =
            if raster { self.grid_of_raster(prepared)? } else { self.grid_of_points(prepared, index)? };
        let name = &prepared.spec.name;
        if read == 0 {
            self.empty(index)?;
        }
        let (diff, grid) = match grid {
            Some(grid) => (self.load.terrain(name, &prepared.spec.source(), &grid)?, Some(grid)),
            None => (LayerDiff::default(), None),
        };
        let quarantined = leavings.quarantine.len();
        self.quarantine(index, leavings.quarantine)?;
        let mut report = LayerReport {
            layer: name.clone(),
            source: prepared.spec.source(),
            role: prepared.spec.role.to_string(),
            read,
            quarantined,
            ..LayerReport::default()
        };
        // The store counts tiles; a person counts what was read, which is all new, all changed or all as it was.
        let kept = read - quarantined;
        match diff {
            LayerDiff { changed: 0, removed: 0, added: 0, .. } => report.unchanged = kept,
            LayerDiff { changed: 0, removed: 0, unchanged: 0, .. } => report.added = kept,
            _ => report.changed = kept,
        }
        self.reports[index] = Some(report);
        if let Some(grid) = grid {
            let (lowest_m, highest_m) = grid.height_range_m().unwrap_or_default();
            self.terrain = Some(TerrainReport {
                layer: name.clone(),
                cell_m: grid.cell_m,
                columns: grid.columns,
                rows: grid.rows,
                lowest_m,
                highest_m,
                unknown: grid.heights_m.iter().filter(|height| !height.is_finite()).count(),
                heights_used: used,
            });
            self.shared.ground = Some(grid);
        }
        self.close(index)
    }

    fn no_terrain(prepared: &Prepared<'_>, reason: String) -> ImportError {
        ImportError::NoTerrain { layer: prepared.spec.name.clone(), file: prepared.file.clone(), reason }
    }

    fn grid_of_raster(
        &mut self,
        prepared: &Prepared<'_>,
    ) -> Result<(Option<TerrainGrid>, u64, u64, Leavings), ImportError> {
        let spec = prepared.spec;
        let raster = self
            .reader
            .raster(&prepared.request.file, MOST_READ)
            .map_err(|error| prepare::read_error(spec, &prepared.file, error))?;
        let source = prepare::source_crs(spec, &prepared.file, raster.head.crs_wkt.as_deref())?;
        let way = |from, to| {
            Projector::new(from, to).map_err(|reason| ImportError::UnknownCrs {
                layer: spec.name.clone(),
                crs: source.crs.label.clone(),
                reason,
            })
        };
        let to_park = way(&source.crs, &self.plan.park)?;
        let to_raster = way(&self.plan.park, &source.crs)?;
        let head = &raster.head;
        self.check_raster_place(prepared, &head.geo_transform, [head.columns, head.rows], &source, &to_park)?;
        let z_factor = if spec.z_factor == 1.0 { unit_factor(&raster.head.unit) } else { spec.z_factor };
        let placing = RasterPlacing {
            to_park: &to_park,
            to_raster: &to_raster,
            z_factor,
            cell_m: spec.cell_m,
            cover: self.shared.extent.as_ref(),
        };
        let grid = terrain::from_raster(&raster, &placing)
            .ok_or_else(|| Self::no_terrain(prepared, "it holds no height where the park is".to_owned()))?;
        let used = raster.heights.iter().filter(|height| height.is_finite()).count() as u64;
        Ok((Some(grid), used, 1, Leavings::default()))
    }

    /// A raster whose middle lies outside its CRS or the park's is in another CRS than it says.
    pub(super) fn check_raster_place(
        &self,
        prepared: &Prepared<'_>,
        t: &[f64; 6],
        size: [usize; 2],
        source: &prepare::SourceCrs,
        to_park: &Projector,
    ) -> Result<(), ImportError> {
        let [column, row] = size.map(|side| side as f64 / 2.0);
        let (x, y) = (t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5]);
        let inside = |x: f64, y: f64| {
            if !source.crs.bounds().is_none_or(|bounds| within(&bounds, x, y)) {
                return false;
            }
            let (mut xs, mut ys) = ([x], [y]);
            to_park.apply(&mut xs, &mut ys);
            self.plan.park_bounds.is_none_or(|bounds| within(&bounds, xs[0], ys[0]))
        };
        if inside(x, y) {
            return Ok(());
        }
        let (looks, fix) = crate::crs::diagnose(&source.crs, x, y, &inside);
        Err(ImportError::WrongCrs {
            layer: prepared.spec.name.clone(),
            file: prepared.file.clone(),
            assumed: source.assumed.clone(),
            sample: [x, y],
            looks,
            outside: 1,
            of: 1,
            fix,
        })
    }

    fn grid_of_points(
        &mut self,
        prepared: &Prepared<'_>,
        index: usize,
    ) -> Result<(Option<TerrainGrid>, u64, u64, Leavings), ImportError> {
        let spec = prepared.spec;
        let named = Named::of(spec);
        let mut placing = rows::placing(self.plan, prepared)?
            .ok_or_else(|| Self::no_terrain(prepared, "its coordinates are in no known system".to_owned()))?;
        let mut source =
            self.reader.rows(&prepared.request).map_err(|error| prepare::read_error(spec, &prepared.file, error))?;
        let fields = source.opened.fields.clone();
        let bind = |cell: &CellSpec| Cell::bind(cell, &fields);
        let missing = |field: String| Self::no_terrain(prepared, format!("it has no field {field:?}"));
        let elevation = spec.network.elevation.as_ref().map(bind).transpose().map_err(missing)?;
        let plan = GeometryPlan::of(spec, source.opened.has_geometry, &fields).map_err(missing)?;
        let heights =
            SpotHeights { plan, elevation, z_factor: spec.z_factor, swap: spec.axis_order == AxisOrder::NorthFirst };
        let mut leavings = Leavings::default();
        let mut points: Vec<[f64; 3]> = Vec::new();
        let mut used = 0;
        loop {
            let batch = source.next().map_err(|error| prepare::read_error(spec, &prepared.file, error))?;
            let Some(batch) = batch else { break };
            let mut notes = vec![None; batch.rows.len()];
            for (row, note) in &batch.notes {
                notes[*row as usize] = Some(note);
            }
            for (row, note) in notes.into_iter().enumerate() {
                let trouble = match heights.read(&batch, row, note) {
                    Ok(mut spots) => match placing.settle_points(&mut spots) {
                        Ok(()) => {
                            used += 1;
                            points.append(&mut spots);
                            continue;
                        }
                        Err(trouble) => trouble,
                    },
                    Err(trouble) => trouble,
                };
                let raw = whole_row(&fields, &batch, row, batch.wkb_of(row));
                named.quarantine(trouble, batch.rows[row], None, raw, None, &mut self.shared, &mut leavings);
            }
        }
        if let Some(error) = wrong_place(Some(&placing), prepared) {
            return Err(error);
        }
        let (read, warnings) = (source.read, std::mem::take(&mut source.warnings));
        drop(source);
        self.warn(index, &warnings);
        if read == 0 {
            return Ok((None, 0, 0, leavings));
        }
        let (cover, cell_m) = (self.shared.extent, spec.cell_m);
        let surface =
            patiently(self.options.cancel.as_ref(), move || terrain::from_points(&points, cover.as_ref(), cell_m))?;
        let grid = surface.ok_or_else(|| {
            Self::no_terrain(prepared, format!("{used} of its {read} rows have a height, which make no surface"))
        })?;
        Ok((Some(grid), used, read, leavings))
    }
}

/// Long arithmetic that a person may stop waiting for: it goes on in its thread then, for nobody.
fn patiently<T: Send + 'static>(
    cancel: Option<&Cancel>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ImportError> {
    let Some(cancel) = cancel else { return Ok(work()) };
    let worker = std::thread::spawn(work);
    while !worker.is_finished() {
        if cancel.load(Ordering::Relaxed) {
            return Err(ImportError::Cancelled);
        }
        std::thread::sleep(LOOK_UP);
    }
    worker.join().or_else(|panic| std::panic::resume_unwind(panic))
}

/// Metres per unit of a raster band that says its unit.
fn unit_factor(unit: &str) -> f64 {
    let unit = unit.trim().to_lowercase();
    match unit.as_str() {
        "us survey foot" | "us-ft" | "ftus" | "us survey feet" => {
            crate::manifest::length_factor("us-ft").unwrap_or(1.0)
        }
        "foot" | "feet" | "ft" => crate::manifest::length_factor("ft").unwrap_or(1.0),
        _ => crate::manifest::length_factor(&unit).unwrap_or(1.0),
    }
}

/// How a row tells a height.
struct SpotHeights {
    plan: GeometryPlan,
    elevation: Option<Cell>,
    z_factor: f64,
    swap: bool,
}

impl SpotHeights {
    /// The spots of a row, in the source's coordinates: one of a point, one per vertex of a line or area.
    fn read(&self, batch: &Batch, row: usize, note: Option<&GeometryNote>) -> Result<Vec<[f64; 3]>, Trouble> {
        let no_height = |reason: &str| Trouble {
            code: "terrain.no_height",
            reason: reason.to_owned(),
            fix: "record its height, or leave such rows out with `filter`".to_owned(),
        };
        let number = |cell: &Cell| {
            cell.number(batch, row).map_err(|unfit| Trouble { code: unfit.code, reason: unfit.reason, fix: unfit.fix })
        };
        let (places, z) = if let GeometryPlan::Point(point) = &self.plan {
            let [x, y, z] = point.as_ref();
            let read = |cell: &Option<Cell>| cell.as_ref().map(number).transpose().map(Option::flatten);
            let (Some(x), Some(y)) = (read(x)?, read(y)?) else {
                return Err(no_height("its coordinates are missing"));
            };
            (vec![[x, y]], read(z)?.into_iter().collect())
        } else {
            // What a repair did to an outline does not matter here; its vertices are as they were surveyed.
            let wkb = match note {
                Some(GeometryNote::Repaired { original, .. }) => &original.0,
                _ => batch.wkb_of(row),
            };
            let parsed = wkb::parse(wkb).map_err(|_| no_height("it has no geometry"))?;
            if !parsed.finite {
                return Err(no_height("a coordinate is not a number"));
            }
            (parsed.xy.coords_iter().map(|c| [c.x, c.y]).collect::<Vec<_>>(), parsed.z)
        };
        let told = self.elevation.as_ref().map(number).transpose()?.flatten();
        let heights: Vec<f64> = match told {
            Some(height) => vec![height; places.len()],
            None => z.iter().map(|z| z * self.z_factor).collect(),
        };
        if heights.len() != places.len() || heights.iter().any(|height| !height.is_finite()) {
            return Err(no_height("it has no height"));
        }
        let place = |[x, y]: [f64; 2]| if self.swap { [y, x] } else { [x, y] };
        Ok(places.into_iter().map(place).zip(heights).map(|([x, y], z)| [x, y, z]).collect())
    }
}
