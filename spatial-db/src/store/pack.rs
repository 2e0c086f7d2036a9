//! A park whole and at one moment, with what a package says of it besides.
//!
//! Writing it to a file is left to [`crate::package`].

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use postgres::fallible_iterator::FallibleIterator;
use postgres::{IsolationLevel, Row, Transaction};

use super::imagery::{Frame, Level, tile_of};
use super::snapshot::{Rows, read_park};
use super::{Store, StoreError, sql};
use crate::model::{ImageryTile, Park, ParkSnapshot};
use crate::package::SourceLayer;

/// A park as one transaction sees it.
pub(crate) struct Whole<'a> {
    tx: Transaction<'a>,
    /// Everything but imagery.
    pub(crate) snapshot: ParkSnapshot,
    /// Where its rows come from.
    pub(crate) layers: Vec<SourceLayer>,
    /// Definition of its CRS.
    pub(crate) srs_wkt: Option<String>,
    /// The last run, and when it was committed.
    pub(crate) run: Option<(i64, DateTime<Utc>)>,
    /// Levels of its imagery.
    pub(crate) levels: Vec<Level>,
    /// Where each layer of imagery begins.
    pub(crate) frames: Vec<Frame>,
}

impl Store {
    /// Which source each layer of a park comes from, by table.
    ///
    /// # Errors
    /// [`StoreError`] when the server does not answer.
    pub fn sources(&mut self, park_id: i32) -> Result<Vec<SourceLayer>, StoreError> {
        let rows = self.client.query(sql::SOURCE_LAYERS, &[&park_id]).map_err(StoreError::of("reading the sources"))?;
        Ok(rows.iter().map(source_layer).collect())
    }

    /// What a package says of a park that is in hand already: the definition of its CRS, and when the last run was committed.
    ///
    /// # Errors
    /// [`StoreError`] when the server does not answer.
    pub(crate) fn pack_head(&mut self, park: &Park) -> Result<(Option<String>, Option<DateTime<Utc>>), StoreError> {
        let what = || StoreError::of(format!("reading park {}", park.slug));
        let srs = self.client.query_opt(sql::SRS, &[&park.srid]).map_err(what())?;
        let run = self.client.query_opt(sql::PACK_RUN, &[&park.park_id]).map_err(what())?;
        Ok((srs.and_then(|row| row.get(0)), run.map(|row| row.get(1))))
    }

    /// Everything the store holds of a park at one moment; imagery is handed out by [`Whole::each_imagery_tile`].
    ///
    /// # Errors
    /// As [`Store::snapshot`].
    pub(crate) fn whole_park(&mut self, slug: &str) -> Result<Whole<'_>, StoreError> {
        let what = || StoreError::of(format!("reading park {slug}"));
        self.park(slug)?;
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = transaction.start().map_err(what())?;
        let snapshot = read_park(&mut tx, slug, Rows::Now, &mut |_, _| ControlFlow::Continue(()))?;
        let park_id = snapshot.park.park_id;
        let layers = tx.query(sql::SOURCE_LAYERS, &[&park_id]).map_err(what())?;
        let layers = layers.iter().map(source_layer).collect();
        let srs = tx.query_opt(sql::SRS, &[&snapshot.park.srid]).map_err(what())?;
        let run = tx.query_opt(sql::PACK_RUN, &[&park_id]).map_err(what())?;
        let levels = tx.query(sql::IMAGERY_LEVELS, &[&park_id]).map_err(what())?;
        let frames = tx.query(sql::PACK_FRAMES, &[&park_id]).map_err(what())?;
        let frame = |row: &Row| Frame {
            layer: row.get(0),
            pixel_m: row.get(1),
            ground: [row.get(2), row.get(3), row.get(4), row.get(5)],
        };
        Ok(Whole {
            snapshot,
            layers,
            srs_wkt: srs.and_then(|row| row.get(0)),
            run: run.map(|row| (row.get(0), row.get(1))),
            levels: levels.iter().map(Level::of).collect(),
            frames: frames.iter().map(frame).collect(),
            tx,
        })
    }
}

impl Whole<'_> {
    /// Hands out every tile of imagery of every level with its layer, layer by layer, the finest level first.
    ///
    /// # Errors
    /// The server's, or what `take` gives.
    pub(crate) fn each_imagery_tile<E: From<StoreError>>(
        &mut self,
        take: &mut dyn FnMut(&str, ImageryTile) -> Result<(), E>,
    ) -> Result<(), E> {
        let what = || StoreError::of("reading imagery");
        let rows = self.tx.query_raw(sql::PACK_IMAGERY, [self.snapshot.park.park_id]);
        let mut rows = rows.map_err(what())?;
        while let Some(row) = rows.next().map_err(what())? {
            take(row.get(7), tile_of(&row))?;
        }
        Ok(())
    }
}

fn source_layer(row: &Row) -> SourceLayer {
    SourceLayer { table: row.get(0), layer: row.get(1), source: row.get(2), rows: row.get(3) }
}
