//! Questions answered by PostGIS itself: the parks there are, and the spatial queries that caches are checked against.
//!
//! Whole parks are left to `snapshot`; fast answers to [`crate::cache`].

use std::collections::HashMap;

use postgres::Row;

use super::{ParkSummary, RunSummary, Store, StoreError, sql};
use crate::model::{FeatureId, FeatureKind, Park};
use crate::schema::{TABLES, Table};

pub(super) fn park_of(row: &Row) -> Park {
    Park {
        park_id: row.get(0),
        slug: row.get(1),
        name: row.get(2),
        srid: row.get(3),
        synthetic: row.get(4),
        attribution: row.get(5),
        licence: row.get(6),
        as_of: row.get(7),
    }
}

/// The table of a kind with geometry; `None` for the others.
fn spatial_table(kind: FeatureKind) -> Option<&'static str> {
    match kind {
        FeatureKind::TerrainTile => Some("terrain_tile"),
        FeatureKind::ImageryTile => Some("imagery_tile"),
        kind => Table::of(kind).filter(|table| table.geometry.is_some()).map(|table| table.name),
    }
}

/// A parcel with its indicators, in the order that [`Store::land_indicators`] names.
pub type LandRow = (FeatureId, [Option<f64>; 12]);

/// What [`Store::land_indicators`] is asked with.
#[derive(Debug, Clone)]
pub struct LandQuestion<'a> {
    /// The day.
    pub as_of: chrono::NaiveDate,
    /// A storey above it counts twice, m.
    pub tall_storey_m: f64,
    /// The last calendar year that had ended.
    pub last_year: i64,
    /// Words in a building's use that make it administration and living.
    pub administration: &'a [&'a str],
    /// States of buildings that are not finished.
    pub unfinished: &'a [&'a str],
    /// States of buildings that stand empty.
    pub vacant: &'a [&'a str],
    /// States of buildings in use.
    pub used: &'a [&'a str],
    /// Ground cover and footprints from this share of a parcel on: its cover is surveyed.
    pub cover_complete: f64,
}

impl Store {
    /// Every park, with what the store holds of it.
    ///
    /// # Errors
    /// The server's.
    pub fn parks(&mut self) -> Result<Vec<ParkSummary>, StoreError> {
        let what = || StoreError::of("listing parks");
        // One moment for all counts.
        let mut tx = self.client.build_transaction();
        tx = tx.isolation_level(postgres::IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = tx.start().map_err(what())?;
        let rows = tx.query(sql::PARKS, &[]).map_err(what())?;
        let mut counts: HashMap<i32, Vec<(FeatureKind, u64)>> = HashMap::new();
        let tables = TABLES.iter().map(|table| (table.kind, table.name));
        for (kind, table) in
            tables.chain([(FeatureKind::TerrainTile, "terrain_tile"), (FeatureKind::ImageryTile, "imagery_tile")])
        {
            for row in tx.query(&sql::for_table(sql::COUNT_BY_PARK, table), &[]).map_err(what())? {
                counts.entry(row.get(0)).or_default().push((kind, row.get::<_, i64>(1).cast_unsigned()));
            }
        }
        Ok(rows
            .iter()
            .map(|row| {
                let park = park_of(row);
                ParkSummary {
                    counts: counts.remove(&park.park_id).unwrap_or_default(),
                    park,
                    quarantined: row.get::<_, i64>(8).cast_unsigned(),
                    last_run: row.get::<_, Option<i64>>(9).map(|run_id| RunSummary {
                        run_id,
                        started: row.get(10),
                        finished: row.get(11),
                        command: row.get(12),
                    }),
                }
            })
            .collect())
    }

    /// One park.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], or the server's.
    pub fn park(&mut self, slug: &str) -> Result<Park, StoreError> {
        let what = || StoreError::of(format!("looking for park {slug}"));
        if let Some(row) = self.client.query_opt(sql::PARK, &[&slug]).map_err(what())? {
            return Ok(park_of(&row));
        }
        let known = self.client.query(sql::PARK_SLUGS, &[]).map_err(what())?;
        Err(StoreError::NoSuchPark { slug: slug.to_owned(), known: known.iter().map(|row| row.get(0)).collect() })
    }

    /// Features of a kind that touch a box in the park's CRS, metres. Kinds without geometry have none.
    ///
    /// # Errors
    /// The server's.
    pub fn box_query(
        &mut self,
        park_id: i32,
        kind: FeatureKind,
        min: [f64; 2],
        max: [f64; 2],
    ) -> Result<Vec<FeatureId>, StoreError> {
        let Some(table) = spatial_table(kind) else { return Ok(Vec::new()) };
        let statement = sql::for_table(sql::BOX_QUERY, table);
        let rows = self.client.query(&statement, &[&park_id, &min[0], &min[1], &max[0], &max[1]]);
        let rows = rows.map_err(StoreError::of("asking for a box"))?;
        Ok(rows.iter().map(|row| FeatureId::new(kind, row.get(0))).collect())
    }

    /// The features of a kind nearest to a point in the park's CRS, with their distance, m, nearest first.
    ///
    /// # Errors
    /// The server's.
    pub fn nearest(
        &mut self,
        park_id: i32,
        kind: FeatureKind,
        point: [f64; 2],
        count: usize,
    ) -> Result<Vec<(FeatureId, f64)>, StoreError> {
        let Some(table) = spatial_table(kind) else { return Ok(Vec::new()) };
        let statement = sql::for_table(sql::NEAREST, table);
        let rows = self.client.query(&statement, &[&park_id, &point[0], &point[1], &(count as i64)]);
        let rows = rows.map_err(StoreError::of("asking for the nearest"))?;
        Ok(rows.iter().map(|row| (FeatureId::new(kind, row.get(0)), row.get(1))).collect())
    }

    /// Ground of every parcel that buildings cover, m²; footprints that overlap count once.
    ///
    /// # Errors
    /// The server's.
    pub fn parcel_coverage(&mut self, park_id: i32) -> Result<Vec<(FeatureId, f64)>, StoreError> {
        self.parcel_areas(sql::PARCEL_COVERAGE, &[&park_id])
    }

    /// Footprint area on every parcel, m², as the plain sum of `ST_Intersection`: overlaps count twice.
    ///
    /// # Errors
    /// The server's.
    pub fn parcel_coverage_sum(&mut self, park_id: i32) -> Result<Vec<(FeatureId, f64)>, StoreError> {
        self.parcel_areas(sql::PARCEL_COVERAGE_SUM, &[&park_id])
    }

    /// Parcels of at least `min_area_m2` on which buildings cover no more than `sliver_m2`, with their area, m²,
    /// largest first.
    ///
    /// # Errors
    /// The server's.
    pub fn vacant_parcels(
        &mut self,
        park_id: i32,
        min_area_m2: f64,
        sliver_m2: f64,
    ) -> Result<Vec<(FeatureId, f64)>, StoreError> {
        self.parcel_areas(sql::VACANT_PARCELS, &[&park_id, &min_area_m2, &sliver_m2])
    }

    /// The indicators of every parcel by the server: for each its land area, footprint, floor area, coverage, floor-area ratio,
    /// green, administration and vacant shares, and investment, output, tax and jobs per hectare; `None` where an input is missing.
    /// The peer of what `analysis` answers from memory, for tests and benchmarks.
    ///
    /// # Errors
    /// The server's.
    pub fn land_indicators(&mut self, park_id: i32, question: &LandQuestion<'_>) -> Result<Vec<LandRow>, StoreError> {
        let LandQuestion { as_of, tall_storey_m, last_year, administration, unfinished, vacant, used, cover_complete } =
            question;
        let patterns: Vec<String> = administration.iter().map(|word| format!("%{word}%")).collect();
        let values: [&(dyn postgres::types::ToSql + Sync); 9] =
            [&park_id, as_of, tall_storey_m, last_year, &patterns, unfinished, vacant, used, cover_complete];
        let rows = self.client.query(sql::LAND_INDICATORS, &values);
        let rows = rows.map_err(StoreError::of("asking for indicators"))?;
        Ok(rows
            .iter()
            .map(|row| (FeatureId::new(FeatureKind::Parcel, row.get(0)), std::array::from_fn(|at| row.get(at + 1))))
            .collect())
    }

    fn parcel_areas(
        &mut self,
        statement: &str,
        values: &[&(dyn postgres::types::ToSql + Sync)],
    ) -> Result<Vec<(FeatureId, f64)>, StoreError> {
        let rows = self.client.query(statement, values).map_err(StoreError::of("measuring parcels"))?;
        Ok(rows.iter().map(|row| (FeatureId::new(FeatureKind::Parcel, row.get(0)), row.get(1))).collect())
    }
}
