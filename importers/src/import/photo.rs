//! Orthophotos into the store. Cutting them into tiles is left to `imagery`.

use spatial_db::model::ImageryTile;
use spatial_db::store::{LayerDiff, RowError};

use super::prepare::{self, Prepared};
use super::{Run, tell};
use crate::ImportError;
use crate::crs::Projector;
use crate::imagery::{self, Layout, Photo, Place, Pyramid};
use crate::issue::Severity;
use crate::reader::Reader;
use crate::report::LayerReport;
use crate::stage::Named;

fn no_imagery(prepared: &Prepared<'_>, reason: impl Into<String>) -> ImportError {
    ImportError::NoImagery { layer: prepared.spec.name.clone(), file: prepared.file.clone(), reason: reason.into() }
}

impl Run<'_, '_> {
    /// Reads a photo, tile by tile, into the store.
    pub(super) fn photo(&mut self, index: usize) -> Result<(), ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        let spec = prepared.spec;
        self.tell(index, 0);
        let facts = self
            .reader
            .raster_facts(&prepared.request.file)
            .map_err(|error| prepare::read_error(spec, &prepared.file, error))?;
        let geo_transform =
            facts.geo_transform.ok_or_else(|| no_imagery(prepared, "it does not say where on the earth it lies"))?;
        let source = prepare::source_crs(spec, &prepared.file, facts.crs_wkt.as_deref())?;
        let way = |from, to| {
            Projector::new(from, to).map_err(|reason| ImportError::UnknownCrs {
                layer: spec.name.clone(),
                crs: source.crs.label.clone(),
                reason,
            })
        };
        let (to_park, back) = (way(&source.crs, &plan.park)?, way(&plan.park, &source.crs)?);
        self.check_raster_place(prepared, &geo_transform, [facts.columns, facts.rows], &source, &to_park)?;
        let photo = Photo { geo_transform, columns: facts.columns, rows: facts.rows, to_park: &to_park, back: &back };
        let layout = photo
            .layout(spec.cell_m, self.shared.extent.as_ref())
            .ok_or_else(|| no_imagery(prepared, "it does not meet the park's coordinate system"))?;
        if layout.pixel_m > layout.natural_m * 1.01 && spec.cell_m.is_none() {
            self.coarser(prepared, &layout);
        }
        let diff = self.tiles(index, &photo, layout)?;
        if diff.added + diff.changed + diff.unchanged == 0 {
            return Err(no_imagery(prepared, "nothing of it is to be seen where the park is"));
        }
        let mut report = LayerReport {
            layer: spec.name.clone(),
            source: spec.source(),
            role: spec.role.to_string(),
            read: 1,
            ..LayerReport::default()
        };
        // The store counts tiles; a person counts photos.
        match diff {
            LayerDiff { changed: 0, removed: 0, added: 0, .. } => report.unchanged = 1,
            LayerDiff { changed: 0, removed: 0, unchanged: 0, .. } => report.added = 1,
            _ => report.changed = 1,
        }
        self.reports[index] = Some(report);
        self.close(index)
    }

    fn coarser(&mut self, prepared: &Prepared<'_>, layout: &Layout) {
        self.shared.issues.push(Named::of(prepared.spec).issue(
            "imagery.coarser",
            Severity::Note,
            None,
            None,
            format!(
                "its pixels of {:.3} m are kept as ones of {} m: there are too many",
                layout.natural_m, layout.pixel_m
            ),
            "cut out the park's surroundings, for example with `gdalwarp -te`, or say `pixel_m`".to_owned(),
        ));
    }

    fn tiles(&mut self, index: usize, photo: &Photo<'_>, layout: Layout) -> Result<LayerDiff, ImportError> {
        let plan = self.plan;
        let prepared = &plan.layers[index];
        let name = &prepared.spec.name;
        let all: u64 = (0..layout.levels()).map(|level| layout.tiles(level)).map(|(across, down)| across * down).sum();
        let at = (index, self.done);
        let size = std::fs::metadata(&prepared.file).map_or(0, |meta| meta.len());
        let (options, work, reader) = (self.options, &self.work, &mut self.reader);
        let mut pyramid = Pyramid::new(layout);
        let mut seen = 0;
        let mut failed = false;
        let mut tiles = std::iter::from_fn(|| {
            while !failed {
                seen += 1;
                // Bytes are what the work of a layer without rows is counted in.
                tell(options, work, plan, at, seen, Some(size * seen / all.max(1)));
                match next(&mut pyramid, reader, prepared, photo, &layout) {
                    Ok(None) => return None,
                    Ok(Some(None)) => {}
                    Ok(Some(Some((place, tile)))) => {
                        let Place { level, column, row } = place;
                        return Some(Ok((format!("{name}/{level}/{column}/{row}"), tile)));
                    }
                    Err(error) => {
                        failed = true;
                        return Some(Err(Box::new(error) as RowError));
                    }
                }
            }
            None
        });
        Ok(self.load.imagery(name, &prepared.spec.source(), &mut tiles)?)
    }
}

/// The next tile; `Some(None)` for one that shows nothing.
#[expect(clippy::option_option, reason = "the end, and a tile with nothing in it, are two things")]
fn next(
    pyramid: &mut Pyramid,
    reader: &mut Reader,
    prepared: &Prepared<'_>,
    photo: &Photo<'_>,
    layout: &Layout,
) -> Result<Option<Option<(Place, ImageryTile)>>, ImportError> {
    let mut draw = |place, _: (u32, u32)| match photo.window(layout, place) {
        Some(window) => reader
            .picture(&prepared.request.file, &window)
            .map_err(|error| prepare::read_error(prepared.spec, &prepared.file, error)),
        None => Ok(Vec::new()),
    };
    let Some(drawn) = pyramid.next(&mut draw)? else { return Ok(None) };
    if drawn.pixels.is_empty() {
        return Ok(Some(None));
    }
    let (media_type, image) = imagery::encode(&drawn).map_err(|error| no_imagery(prepared, error.to_string()))?;
    let tile = ImageryTile {
        ground: layout.ground_of(drawn.place),
        pixel_m: layout.pixel_of(drawn.place.level),
        media_type: media_type.to_owned(),
        image,
    };
    Ok(Some(Some((drawn.place, tile))))
}
