//! Tiles of orthophotos: in, and out again at the level of detail that a picture can use.
//!
//! Cutting a photo into tiles is left to the importers, decoding them to the engine.

use geo::{Coord, Rect};
use postgres::{Row, Transaction};

use super::row::{ContentHash, RowEncoder};
use super::{Store, StoreError, ewkb, sql};
use crate::model::{Imagery, ImageryTile};
use crate::schema::{GeometryKind, Shape};

/// Writes a tile as the content of a row; returns its hash.
pub(super) fn encode(encoder: &mut RowEncoder, tile: &ImageryTile, srid: i32) -> ContentHash {
    let fields = &mut encoder.content;
    fields.clear();
    let [west, south, east, north] = tile.ground;
    let ground = Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north });
    // A box of finite numbers has a geometry.
    let _ = fields.with(|out| ewkb::encode(out, &Shape::planar(ground.to_polygon().into()), srid, GeometryKind::Any));
    fields.float8(tile.pixel_m);
    fields.text(&tile.media_type);
    let Ok(()) = fields.with(|out| {
        out.extend_from_slice(&tile.image);
        Ok::<(), std::convert::Infallible>(())
    });
    encoder.content_hash()
}

/// A level of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Level {
    /// Layer of the manifest.
    pub(crate) layer: String,
    /// Size of a pixel, m.
    pub(crate) pixel_m: f64,
    /// Pixels in all.
    pub(crate) pixels: f64,
}

/// Where the coarsest level of a layer, one tile, lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    /// Layer of the manifest.
    pub(crate) layer: String,
    /// Size of a pixel of that level, m.
    pub(crate) pixel_m: f64,
    /// West, south, east, north of the ground that it shows, m.
    pub(crate) ground: [f64; 4],
}

impl Level {
    pub(super) fn of(row: &Row) -> Self {
        Self { layer: row.get(0), pixel_m: row.get(1), pixels: row.get(2) }
    }
}

impl Store {
    /// The orthophotos of a park as they are now, each layer at its finest level such that all together have at most
    /// `most_pixels`; where even the coarsest have more, those. `None` for a park without.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn imagery(&mut self, slug: &str, most_pixels: u64) -> Result<Option<Imagery>, StoreError> {
        let park_id = self.park(slug)?.park_id;
        let what = || StoreError::of(format!("reading the imagery of park {slug}"));
        let mut tx = self.client.build_transaction().read_only(true).start().map_err(what())?;
        read(&mut tx, park_id, most_pixels)
    }
}

/// The imagery of a park as this transaction sees it, see [`Store::imagery`].
pub(super) fn read(tx: &mut Transaction<'_>, park_id: i32, most_pixels: u64) -> Result<Option<Imagery>, StoreError> {
    let what = || StoreError::of("reading the imagery");
    let rows = tx.query(sql::IMAGERY_LEVELS, &[&park_id]).map_err(what())?;
    let levels: Vec<Level> = rows.iter().map(Level::of).collect();
    let mut imagery = Imagery::default();
    for level in choose(&levels, most_pixels as f64) {
        let rows = tx.query(sql::IMAGERY_TILES, &[&park_id, &level.layer, &level.pixel_m]).map_err(what())?;
        imagery.tiles.extend(rows.iter().map(tile_of));
        imagery.layers.push(level.layer.clone());
    }
    Ok((!imagery.tiles.is_empty()).then_some(imagery))
}

pub(super) fn tile_of(row: &Row) -> ImageryTile {
    ImageryTile {
        ground: [row.get(0), row.get(1), row.get(2), row.get(3)],
        pixel_m: row.get(4),
        media_type: row.get(5),
        image: row.get(6),
    }
}

/// One level per layer: the finest that is no finer than a size of pixel, the smallest size that keeps within the budget.
/// `levels` come layer by layer, finest first.
pub(crate) fn choose(levels: &[Level], most_pixels: f64) -> Vec<&Level> {
    let mut sizes: Vec<f64> = levels.iter().map(|level| level.pixel_m).collect();
    sizes.sort_by(f64::total_cmp);
    let layers: Vec<&[Level]> = levels.chunk_by(|a, b| a.layer == b.layer).collect();
    let at = |size: f64| -> Vec<&Level> {
        let of = |levels: &&'_ [Level]| levels.iter().position(|level| level.pixel_m >= size);
        layers.iter().filter_map(|levels| levels.get(of(levels).unwrap_or(levels.len() - 1))).collect()
    };
    let fits = |chosen: &Vec<&Level>| chosen.iter().map(|level| level.pixels).sum::<f64>() <= most_pixels;
    sizes.iter().map(|size| at(*size)).find(fits).or_else(|| sizes.last().map(|size| at(*size))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finest_levels_that_fit_are_chosen() {
        let level = |layer: &str, pixel_m, pixels| Level { layer: layer.to_owned(), pixel_m, pixels };
        let levels = [
            level("east", 0.1, 400.0),
            level("east", 0.2, 100.0),
            level("east", 0.4, 25.0),
            level("west", 0.25, 80.0),
            level("west", 0.5, 20.0),
        ];
        let sizes = |most| choose(&levels, most).iter().map(|level| level.pixel_m).collect::<Vec<_>>();
        assert_eq!(sizes(1000.0), [0.1, 0.25]);
        assert_eq!(sizes(200.0), [0.2, 0.25]);
        assert_eq!(sizes(110.0), [0.4, 0.25]);
        assert_eq!(sizes(50.0), [0.4, 0.5]);
        assert_eq!(sizes(1.0), [0.4, 0.5]);
        assert!(choose(&[], 10.0).is_empty());
    }
}
