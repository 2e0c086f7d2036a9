//! A whole park out of the store, at one moment, straight into the model's structs.
//!
//! Geometry is decoded by `ewkb`, terrain put together by `terrain`.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use geo::{Geometry, LineString, MultiLineString, MultiPolygon};
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;
use postgres::{IsolationLevel, Transaction};

use super::fields::{Fault, Field, RowSource};
use super::query::park_of;
use super::{IssueFilter, Store, StoreError, issues, sql, terrain, valves};
use crate::model::{
    Attributes, Building, BuildingSurface, EmergencyResource, Enterprise, EnterpriseYear, EventKind, FacadeKind,
    FeatureId, FeatureKind, HazardSource, IdleCause, IssueRecord, LandContract, LandEvent, NetworkClass, NetworkEdge,
    NetworkNode, NodeKind, Parcel, Park, ParkSnapshot, Project, Provenance, ResourceKind, RoadEdge, Surface,
    SurfaceKind, Tenancy, Term,
};
use crate::schema::{Shape, TABLES, Table};

/// Issues that a snapshot takes along, errors first: more would be no picture.
const MOST_ISSUES: u64 = 100_000;
/// Rows between two words about how far the reading is.
const HEARD_EVERY: u64 = 4096;

impl Store {
    /// Everything the store holds of a park.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPark`], [`StoreError::BadStoredRow`] for a row that other programs spoiled, or the server's.
    pub fn snapshot(&mut self, slug: &str) -> Result<ParkSnapshot, StoreError> {
        self.snapshot_of(slug, None)
    }

    /// Everything the store held of a park after a run, out of the history. The header is today's.
    ///
    /// # Errors
    /// As [`Store::snapshot`], and [`StoreError::NoSuchRun`].
    pub fn snapshot_after(&mut self, slug: &str, run_id: i64) -> Result<ParkSnapshot, StoreError> {
        self.run(slug, run_id)?;
        self.snapshot_of(slug, Some(run_id))
    }

    /// Everything the store held of a park before a run, out of the history. The header is today's.
    ///
    /// # Errors
    /// As [`Store::snapshot_after`].
    pub fn snapshot_before(&mut self, slug: &str, run_id: i64) -> Result<ParkSnapshot, StoreError> {
        self.run(slug, run_id)?;
        self.snapshot_of(slug, Some(run_id - 1))
    }

    fn snapshot_of(&mut self, slug: &str, after_run: Option<i64>) -> Result<ParkSnapshot, StoreError> {
        let what = || StoreError::of(format!("reading park {slug}"));
        self.park(slug)?;
        let transaction = self.client.build_transaction();
        let transaction = transaction.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let mut tx = transaction.start().map_err(what())?;
        read_park(&mut tx, slug, Rows::of(after_run), &mut |_, _| ControlFlow::Continue(()))
    }
}

/// Which rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    /// All that there are.
    Now,
    /// All that there were after a run.
    After(i64),
    /// Those of one table with these numbers.
    These(&'a [i64]),
}

impl Rows<'_> {
    pub(super) fn of(after_run: Option<i64>) -> Self {
        after_run.map_or(Self::Now, Self::After)
    }
}

/// Hears the table and the number of its rows read so far, now and then; may stop the reading.
pub(super) type Heard<'a> = dyn FnMut(&'static str, u64) -> ControlFlow<()> + 'a;

/// A park as this transaction sees it, now or as it was after a run.
pub(super) fn read_park(
    tx: &mut Transaction<'_>,
    slug: &str,
    rows: Rows<'_>,
    heard: &mut Heard<'_>,
) -> Result<ParkSnapshot, StoreError> {
    let mut park = ParkSnapshot::empty(read_header(tx, slug)?);
    let park_id = park.park.park_id;
    for table in TABLES {
        read_table(tx, park_id, rows, table, &mut park, heard)?;
    }
    let after_run = if let Rows::After(run_id) = rows { Some(run_id) } else { None };
    park.terrain = terrain::read(tx, park_id, after_run)?;
    park.valve_states = valves::read(tx, park_id)?;
    if after_run.is_none() {
        park.issues = read_issues(tx, park_id)?;
    }
    Ok(park)
}

/// The header of a park.
pub(super) fn read_header(tx: &mut Transaction<'_>, slug: &str) -> Result<Park, StoreError> {
    let row = tx.query_opt(sql::PARK, &[&slug]).map_err(StoreError::of(format!("reading park {slug}")))?;
    row.map(|row| park_of(&row)).ok_or_else(|| StoreError::NoSuchPark { slug: slug.to_owned(), known: Vec::new() })
}

/// The issues that a snapshot takes along.
pub(super) fn read_issues(tx: &mut Transaction<'_>, park_id: i32) -> Result<Vec<IssueRecord>, StoreError> {
    issues::read(tx, park_id, &IssueFilter::default(), Some(MOST_ISSUES))
}

/// Reads rows of a table into `park`.
pub(super) fn read_table(
    tx: &mut Transaction<'_>,
    park_id: i32,
    wanted: Rows<'_>,
    table: &'static Table,
    park: &mut ParkSnapshot,
    heard: &mut Heard<'_>,
) -> Result<(), StoreError> {
    let what = || StoreError::of(format!("reading {}", table.name));
    let columns = || {
        let geometry = table.geometry.map(|_| "geom");
        geometry.into_iter().chain(table.columns.iter().map(|column| column.name))
    };
    let name = sql::quoted(table.name);
    let columns_now = format!(", {}", sql::list("", columns()));
    let fill = |template| sql::fill(template, &[("table", &name), ("columns", &columns_now)]);
    let mut rows = match &wanted {
        Rows::Now => tx.query_raw(&fill(sql::SNAPSHOT_ROWS), [park_id]),
        Rows::These(numbers) => {
            let parameters: [&(dyn ToSql + Sync); 2] = [&park_id, numbers];
            tx.query_raw(&fill(sql::FEED_ROWS), parameters)
        }
        Rows::After(run_id) => {
            let (now, past) = (sql::list("t.", columns()), sql::past_list(columns()));
            let names = [("table", name.as_str()), ("now", &now), ("past", &past)];
            let parameters: [&(dyn ToSql + Sync); 3] = [&park_id, run_id, &table.name];
            tx.query_raw(&sql::fill(sql::SNAPSHOT_ROWS_AT, &names), parameters)
        }
    }
    .map_err(what())?;
    let (mut count, mut shared) = (0, Shared::default());
    while let Some(row) = rows.next().map_err(what())? {
        if count % HEARD_EVERY == 0 && heard(table.name, count).is_break() {
            return Err(StoreError::Cancelled);
        }
        count += 1;
        let mut fields = FieldReader::new(&row);
        take_row(table, &mut fields, &mut shared, park).map_err(|source| StoreError::BadStoredRow {
            table: table.name,
            feature_id: row.try_get(0).unwrap_or_default(),
            reason: source.to_string(),
        })?;
    }
    Ok(())
}

/// Columns ahead of those that a table has of its own: number, key, layer, row in the source, other fields.
const HEAD: usize = 5;

/// Reads the fields of a row one after the other, in the table's order.
pub(crate) struct FieldReader<'r, R> {
    row: &'r R,
    at: usize,
}

impl<'r, R: RowSource> FieldReader<'r, R> {
    pub(crate) fn new(row: &'r R) -> Self {
        Self { row, at: HEAD }
    }

    fn get<T: Field>(&mut self) -> Result<T, Fault> {
        let at = self.at;
        self.at += 1;
        T::of(self.row, at)
    }

    fn year(&mut self) -> Result<Option<i32>, Fault> {
        Ok(self.get::<Option<i64>>()?.map(i32::try_from).transpose()?)
    }

    fn word<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word: String = self.get()?;
        parse(&word).ok_or_else(|| format!("{word:?} is not a known word").into())
    }

    fn some_word<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
        let Some(word) = self.get::<Option<String>>()? else { return Ok(None) };
        parse(&word).map(Some).ok_or_else(|| format!("{word:?} is not a known word").into())
    }

    fn shape(&mut self) -> Result<Shape, Fault> {
        let at = self.at;
        self.at += 1;
        self.row.shape(at)
    }

    fn area(&mut self) -> Result<MultiPolygon<f64>, Fault> {
        match self.shape()?.xy {
            Geometry::MultiPolygon(area) => Ok(area),
            _ => Err("the geometry is no multi-polygon".into()),
        }
    }

    fn lines(&mut self) -> Result<MultiLineString<f64>, Fault> {
        match self.shape()?.xy {
            Geometry::MultiLineString(lines) => Ok(lines),
            _ => Err("the geometry is no multi-line".into()),
        }
    }

    fn point(&mut self) -> Result<[f64; 3], Fault> {
        let Shape { xy: Geometry::Point(point), z } = self.shape()? else {
            return Err("the geometry is no point".into());
        };
        Ok([point.x(), point.y(), z.first().copied().unwrap_or(f64::NAN)])
    }

    fn path(&mut self) -> Result<Vec<[f64; 3]>, Fault> {
        let Shape { xy: Geometry::LineString(LineString(path)), z } = self.shape()? else {
            return Err("the geometry is no line".into());
        };
        let heights = z.into_iter().chain(std::iter::repeat(f64::NAN));
        Ok(path.into_iter().zip(heights).map(|(coord, z)| [coord.x, coord.y, z]).collect())
    }
}

/// Words that the rows of a table read so far have, each once: the rows share them.
#[derive(Debug, Default)]
pub(crate) struct Shared(HashSet<Arc<str>, RandomState>);

impl Shared {
    fn words(&mut self, words: String) -> Arc<str> {
        if let Some(known) = self.0.get(words.as_str()) {
            return Arc::clone(known);
        }
        let words: Arc<str> = words.into();
        self.0.insert(Arc::clone(&words));
        words
    }

    fn term(&mut self, words: Option<String>) -> Option<Term> {
        words.map(|words| self.words(words).into())
    }
}

/// Takes a row into the park: its number, key, layer, row in the source and other fields, then geometry and columns in the
/// table's order.
pub(crate) fn take_row<R: RowSource>(
    table: &Table,
    f: &mut FieldReader<'_, R>,
    shared: &mut Shared,
    park: &mut ParkSnapshot,
) -> Result<(), Fault> {
    let id = FeatureId::new(table.kind, Field::of(f.row, 0)?);
    let provenance = Provenance {
        key: Field::of(f.row, 1)?,
        layer: shared.words(Field::of(f.row, 2)?).into(),
        source_row: Field::of(f.row, 3)?,
        attributes: Attributes::of(f.row.attributes(4)?, |name| shared.words(name)),
    };
    // Fields of a struct expression are evaluated as written: geometry, then the columns in `schema::TABLES`' order.
    match table.kind {
        FeatureKind::Parcel => park.parcels.push(Parcel {
            id,
            provenance,
            boundary: f.area()?,
            number: f.get()?,
            address: f.get()?,
            holder: f.get()?,
            land_use_code: shared.term(f.get()?),
            land_use_scheme: shared.term(f.get()?),
            land_use: shared.term(f.get()?),
            industry_code: shared.term(f.get()?),
            recorded_area_m2: f.get()?,
            recorded_floor_area_m2: f.get()?,
            assessed_value: f.get()?,
            currency: f.get()?,
            valid_from: f.get()?,
            valid_to: f.get()?,
        }),
        FeatureKind::Building => park.buildings.push(Building {
            id,
            provenance,
            footprint: f.area()?,
            name: f.get()?,
            address: f.get()?,
            use_text: shared.term(f.get()?),
            storeys: f.get()?,
            storey_height_m: f.get()?,
            height_m: f.get()?,
            floor_area_m2: f.get()?,
            base_elevation_m: f.get()?,
            year_built: f.year()?,
            state: f.get()?,
            valid_from: f.get()?,
            valid_to: f.get()?,
        }),
        FeatureKind::Enterprise => park.enterprises.push(Enterprise {
            id,
            provenance,
            name: f.get()?,
            industry_code: f.get()?,
            state: f.get()?,
        }),
        FeatureKind::Tenancy => park.tenancies.push(Tenancy {
            id,
            provenance,
            enterprise_key: f.get()?,
            building_key: f.get()?,
            parcel_key: f.get()?,
            floor_area_m2: f.get()?,
            valid_from: f.get()?,
            valid_to: f.get()?,
        }),
        FeatureKind::EnterpriseYear => park.enterprise_years.push(EnterpriseYear {
            id,
            provenance,
            enterprise_key: f.get()?,
            year: i32::try_from(f.get::<i64>()?)?,
            output: f.get()?,
            tax: f.get()?,
            fixed_assets: f.get()?,
            employees: f.get()?,
            currency: f.get()?,
        }),
        FeatureKind::LandContract => park.contracts.push(LandContract {
            id,
            provenance,
            parcel_key: f.get()?,
            enterprise_key: f.get()?,
            signed: f.get()?,
            agreed_start: f.get()?,
            agreed_completion: f.get()?,
            land_price: f.get()?,
            total_investment: f.get()?,
            currency: f.get()?,
            area_due_m2: f.get()?,
        }),
        FeatureKind::LandEvent => park.events.push(LandEvent {
            id,
            provenance,
            contract_key: f.get()?,
            kind: f.word(EventKind::parse)?,
            date: f.get::<NaiveDate>()?,
            developed_area_m2: f.get()?,
            invested: f.get()?,
            note: f.get()?,
            cause: f.some_word(IdleCause::parse)?,
            until: f.get()?,
        }),
        FeatureKind::Project => park.projects.push(Project {
            id,
            provenance,
            name: f.get()?,
            contract_key: f.get()?,
            parcel_key: f.get()?,
            enterprise_key: f.get()?,
            planned_approval: f.get()?,
            planned_permit: f.get()?,
            planned_start: f.get()?,
            planned_completion: f.get()?,
            planned_production: f.get()?,
            planned_investment: f.get()?,
            currency: f.get()?,
            note: f.get()?,
        }),
        FeatureKind::NetworkNode => {
            let position = f.point()?;
            park.nodes.push(NetworkNode {
                id,
                provenance,
                class: f.word(NetworkClass::parse)?,
                position,
                kind: f.word(NodeKind::parse)?,
                subtype: f.get()?,
                ground_elevation_m: f.get()?,
                depth_m: f.get()?,
                material: f.get()?,
                size_mm: f.get()?,
                valid_from: f.get()?,
                valid_to: f.get()?,
            });
        }
        FeatureKind::NetworkEdge => {
            let path = f.path()?;
            park.edges.push(NetworkEdge {
                id,
                provenance,
                class: f.word(NetworkClass::parse)?,
                path,
                subtype: f.get()?,
                from_key: f.get()?,
                to_key: f.get()?,
                diameter_mm: f.get()?,
                width_mm: f.get()?,
                height_mm: f.get()?,
                material: f.get()?,
                pressure: f.get()?,
                voltage: f.get()?,
                year_laid: f.year()?,
                survey_level: f.get()?,
                valid_from: f.get()?,
                valid_to: f.get()?,
            });
        }
        FeatureKind::RoadEdge => park.roads.push(RoadEdge {
            id,
            provenance,
            line: f.lines()?,
            name: f.get()?,
            class: f.get()?,
            width_m: f.get()?,
        }),
        FeatureKind::EmergencyResource => {
            let [x, y, _] = f.point()?;
            park.resources.push(EmergencyResource {
                id,
                provenance,
                kind: f.word(ResourceKind::parse)?,
                position: [x, y],
                name: f.get()?,
                state: f.get()?,
                capacity: f.get()?,
                flow_l_s: f.get()?,
                bearing_deg: f.get()?,
                range_m: f.get()?,
            });
        }
        FeatureKind::HazardSource => park.hazards.push(HazardSource {
            id,
            provenance,
            shape: f.shape()?.xy,
            name: f.get()?,
            kind: f.get()?,
            substance: f.get()?,
            cas: f.get()?,
            quantity_t: f.get()?,
            height_m: f.get()?,
            diameter_m: f.get()?,
        }),
        FeatureKind::Surface => {
            let area = f.area()?;
            park.surfaces.push(Surface { id, provenance, area, kind: f.word(SurfaceKind::parse)?, name: f.get()? });
        }
        FeatureKind::BuildingSurface => {
            let Shape { xy, z } = f.shape()?;
            let Geometry::MultiPolygon(planes) = xy else { return Err("its geometry is no multi-polygon".into()) };
            park.building_surfaces.push(BuildingSurface {
                id,
                provenance,
                polygons: in_space(&planes, &z),
                building_key: f.get()?,
                kind: f.word(FacadeKind::parse)?,
                lod: f.get()?,
                area_m2: f.get()?,
            });
        }
        // Not tables of rows: `terrain` and `imagery` read them.
        FeatureKind::TerrainTile | FeatureKind::ImageryTile => {}
    }
    Ok(())
}

/// Rings in space of flat polygons, exterior first, their heights given one per coordinate.
fn in_space(planes: &MultiPolygon<f64>, z: &[f64]) -> Vec<Vec<Vec<[f64; 3]>>> {
    let mut heights = z.iter().copied();
    let mut ring = |line: &LineString<f64>| -> Vec<[f64; 3]> {
        line.0.iter().map(|at| [at.x, at.y, heights.next().unwrap_or(f64::NAN)]).collect()
    };
    planes
        .iter()
        .map(|plane| std::iter::once(plane.exterior()).chain(plane.interiors()).map(&mut ring).collect())
        .collect()
}
