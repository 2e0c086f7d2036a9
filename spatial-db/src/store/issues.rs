//! Issues into and out of the store.
//!
//! Issues of rows come while a layer streams in and the connection is busy, so they wait in an [`IssueSpool`], on disk
//! once there are many: memory stays flat however bad a file is. What checks find is left to `checks`.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use geo::{CoordsIter, Geometry, LineString, MultiPoint, Polygon};
use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;
use serde_json::{Map, Value as Json};

use super::copy::{CopyStream, Fields};
use super::fields::Ewkb;
use super::sql;
use super::{Load, QuarantinedRow, Store, StoreError, ewkb};
use crate::model::{IssueRecord, IssueSeverity};
use crate::schema::{GeometryKind, Shape, TABLES};

/// Bytes kept in memory before they go to a file.
const KEPT_IN_MEMORY: usize = 1 << 20;
/// Fields of a row on its way.
const STAGE_FIELDS: i16 = 11;

/// An issue of a row as read, or of a layer as a whole.
#[derive(Debug, Clone, Copy)]
pub struct NewIssue<'a> {
    /// Stable code, `subject.problem`.
    pub code: &'a str,
    /// How bad.
    pub severity: IssueSeverity,
    /// Layer of the manifest.
    pub layer: &'a str,
    /// Source file, and layer in it, as the manifest names it.
    pub source: &'a str,
    /// Row in the source, from 1; `None` when it concerns the layer.
    pub source_row: Option<i64>,
    /// Key of the row, once known.
    pub key: Option<&'a str>,
    /// What is wrong, in words.
    pub reason: &'a str,
    /// What to do about it, in words.
    pub fix: &'a str,
    /// The figures behind it; names carry units.
    pub facts: &'a Map<String, Json>,
    /// Where the trouble is, in the park's CRS, metres, where the feature's own place does not say it.
    pub place: Option<&'a Geometry<f64>>,
    /// The row was left out and lies in quarantine.
    pub rejected: bool,
}

/// Issues of rows on their way to the store.
#[derive(Debug, Default)]
pub struct IssueSpool {
    memory: Vec<u8>,
    file: Option<File>,
    fields: Fields,
    count: u64,
    /// A temporary file that could not be written; said when the spool is emptied.
    fault: Option<io::Error>,
}

impl IssueSpool {
    /// Issues waiting.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Takes an issue in.
    pub fn push(&mut self, issue: &NewIssue<'_>) {
        let fields = &mut self.fields;
        fields.clear();
        fields.text(issue.code);
        fields.text(issue.severity.as_str());
        fields.text(issue.layer);
        fields.text(issue.source);
        match issue.source_row {
            Some(row) => fields.int8(row),
            None => fields.null(),
        }
        match issue.key {
            Some(key) => fields.text(key),
            None => fields.null(),
        }
        fields.text(issue.reason);
        fields.text(issue.fix);
        fields.json_object(issue.facts);
        fields.boolean(issue.rejected);
        match issue.place.map(place_bytes) {
            Some(Some(bytes)) => fields.raw(&bytes),
            _ => fields.null(),
        }
        self.memory.extend_from_slice(&STAGE_FIELDS.to_be_bytes());
        self.memory.extend_from_slice(&self.fields.bytes);
        self.count += 1;
        if self.memory.len() >= KEPT_IN_MEMORY {
            self.spill();
        }
    }

    fn spill(&mut self) {
        let written = match &mut self.file {
            Some(file) => file.write_all(&self.memory),
            none => tempfile::tempfile().and_then(|file| none.insert(file).write_all(&self.memory)),
        };
        self.memory.clear();
        if let Err(error) = written {
            self.fault.get_or_insert(error);
        }
    }

    fn copy_into(self, stream: &mut CopyStream<'_>) -> io::Result<()> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.file {
            Some(mut file) => {
                file.rewind()?;
                stream.encoded(file.chain(self.memory.as_slice()))
            }
            None => stream.encoded(self.memory.as_slice()),
        }
    }
}

/// A geometry as it travels; `None` for one that cannot, such as an empty one. The park's CRS is set on arrival.
fn place_bytes(place: &Geometry<f64>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // A ring of two points is what many an issue is about, and no geometry to PostGIS: its corners are.
    let shape = if is_storable(place) {
        Shape::planar(place.clone())
    } else {
        Shape::planar(Geometry::MultiPoint(MultiPoint(place.coords_iter().map(Into::into).collect())))
    };
    ewkb::encode(&mut bytes, &shape, 0, GeometryKind::Any).ok()?;
    Some(bytes)
}

/// Whether PostGIS takes the geometry at all, valid or not: lines of two points, closed rings of four.
fn is_storable(place: &Geometry<f64>) -> bool {
    let is_ring = |ring: &LineString<f64>| ring.0.len() >= 4 && ring.is_closed();
    let is_area = |area: &Polygon<f64>| is_ring(area.exterior()) && area.interiors().iter().all(is_ring);
    match place {
        Geometry::LineString(line) => line.0.len() >= 2,
        Geometry::MultiLineString(lines) => lines.0.iter().all(|line| line.0.len() >= 2),
        Geometry::Polygon(area) => is_area(area),
        Geometry::MultiPolygon(areas) => areas.0.iter().all(is_area),
        Geometry::GeometryCollection(parts) => parts.0.iter().all(is_storable),
        _ => true,
    }
}

impl Load<'_> {
    /// Replaces what earlier runs said of the rows of the layers read in this load by the issues of `spool`. Call it
    /// once, after the layers and their quarantine.
    ///
    /// # Errors
    /// [`StoreError::Stream`] if the issues could not be kept on disk meanwhile, or the server's.
    pub fn take_issues(&mut self, spool: IssueSpool) -> Result<(), StoreError> {
        let what = || StoreError::of("writing the issues");
        self.settle()?;
        let read: Vec<&str> = self.requarantined.iter().map(String::as_str).collect();
        self.tx.execute(sql::ISSUE_CLEAR, &[&self.park_id, &read]).map_err(what())?;
        if spool.is_empty() {
            return Ok(());
        }
        self.tx.batch_execute(sql::ISSUE_STAGE_CREATE).map_err(what())?;
        let writer = self.tx.copy_in(sql::ISSUE_STAGE_COPY).map_err(what())?;
        let mut stream = CopyStream::new(writer);
        spool.copy_into(&mut stream).map_err(StoreError::stream("writing the issues"))?;
        stream.finish().map_err(StoreError::stream("writing the issues"))?;
        if self.superuser {
            self.tx.batch_execute(sql::REFERENCES_TRUSTED).map_err(what())?;
        }
        self.tx.batch_execute(sql::ISSUE_STAGE_ANALYZE).map_err(what())?;
        let mut placed: Vec<&str> = Vec::new();
        for (table, layer) in &self.loaded {
            let statement = sql::for_table(sql::ISSUE_INSERT, table);
            self.tx.execute(&statement, &[&self.park_id, &self.run_id, table, &self.srid, layer]).map_err(what())?;
            placed.push(layer);
        }
        self.tx.execute(sql::ISSUE_INSERT_REST, &[&self.park_id, &self.run_id, &self.srid, &placed]).map_err(what())?;
        if self.superuser {
            self.tx.batch_execute(sql::REFERENCES_CHECKED).map_err(what())?;
        }
        self.tx.batch_execute(sql::ISSUE_STAGE_DROP).map_err(what())
    }
}

/// Which issues are asked for; `None` is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// Code.
    pub code: Option<String>,
    /// Layer of the manifest.
    pub layer: Option<String>,
    /// How bad.
    pub severity: Option<IssueSeverity>,
}

/// Issues of one code, severity and layer, counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct IssueTotal {
    /// Code.
    pub code: String,
    /// How bad.
    pub severity: IssueSeverity,
    /// Layer of the manifest; empty where they concern none.
    pub layer: String,
    /// How many.
    pub count: u64,
    /// How many of them left their row out.
    pub quarantined: u64,
}

impl Store {
    /// The issues of a park's last import, counted; errors first.
    ///
    /// # Errors
    /// The server's.
    pub fn issue_totals(&mut self, park_id: i32, filter: &IssueFilter) -> Result<Vec<IssueTotal>, StoreError> {
        let severity = filter.severity.map(IssueSeverity::as_str);
        let rows = self
            .client
            .query(sql::ISSUE_TOTALS, &[&park_id, &filter.code, &filter.layer, &severity])
            .map_err(StoreError::of("counting issues"))?;
        Ok(rows
            .iter()
            .map(|row| IssueTotal {
                code: row.get(0),
                severity: severity_of(row.get(1)),
                layer: row.get(2),
                count: row.get::<_, i64>(3).cast_unsigned(),
                quarantined: row.get::<_, i64>(4).cast_unsigned(),
            })
            .collect())
    }

    /// Issues of a park's last import, errors first; at most `limit` of them.
    ///
    /// # Errors
    /// [`StoreError::BadStoredRow`] for a row that other programs spoiled, or the server's.
    pub fn issues(
        &mut self,
        park_id: i32,
        filter: &IssueFilter,
        limit: Option<u64>,
    ) -> Result<Vec<IssueRecord>, StoreError> {
        let mut tx = self.client.transaction().map_err(StoreError::of("reading issues"))?;
        read(&mut tx, park_id, filter, limit)
    }
}

/// A rejected row as read.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedRow {
    /// Layer of the manifest.
    pub layer: String,
    /// The row.
    pub row: QuarantinedRow,
    /// Its key, where it has one.
    pub key: Option<String>,
    /// Its geometry as read, in the park's CRS, metres, where that can be said.
    pub place: Option<Geometry<f64>>,
}

impl Store {
    /// Hands over every issue of a park's last import, with a place on its feature where it has none of its own.
    ///
    /// # Errors
    /// As [`Store::issues`].
    pub fn each_issue_placed(&mut self, park_id: i32, take: &mut dyn FnMut(IssueRecord)) -> Result<(), StoreError> {
        let what = || StoreError::of("reading issues");
        let tables = TABLES.iter().map(|table| (table.name, table.geometry.is_some()));
        let mut statements: Vec<String> = tables
            .chain([("terrain_tile", true)])
            .map(|(table, has_geometry)| {
                let point = if has_geometry { "ST_PointOnSurface(ST_Force2D(t.geom))" } else { "NULL::geometry" };
                sql::fill(sql::ISSUE_PLACES, &[("table", &sql::quoted(table)), ("name", table), ("point", point)])
            })
            .collect();
        statements.push(sql::ISSUE_PLACES_REST.to_owned());
        for statement in statements {
            let mut rows = self.client.query_raw(&statement, [park_id]).map_err(what())?;
            while let Some(row) = rows.next().map_err(what())? {
                take(record(&row)?);
            }
        }
        Ok(())
    }

    /// Hands over every rejected row of a park's last import, by layer and row.
    ///
    /// # Errors
    /// As [`Store::issues`].
    pub fn each_rejected(&mut self, park_id: i32, take: &mut dyn FnMut(RejectedRow)) -> Result<(), StoreError> {
        let what = || StoreError::of("reading the quarantine");
        let mut rows = self.client.query_raw(sql::QUARANTINE_ROWS, [park_id]).map_err(what())?;
        while let Some(row) = rows.next().map_err(what())? {
            take(RejectedRow {
                layer: row.get(0),
                row: QuarantinedRow {
                    source: row.get(1),
                    source_row: row.get(2),
                    code: row.get(3),
                    reason: row.get(4),
                    fix: row.get(5),
                    raw: row.get(6),
                },
                key: row.get(7),
                place: place(&row, 8, row.get(2))?,
            });
        }
        Ok(())
    }
}

/// Issues out of the store, as [`Store::issues`].
pub(super) fn read(
    tx: &mut Transaction<'_>,
    park_id: i32,
    filter: &IssueFilter,
    limit: Option<u64>,
) -> Result<Vec<IssueRecord>, StoreError> {
    let severity = filter.severity.map(IssueSeverity::as_str);
    let limit = limit.and_then(|limit| i64::try_from(limit).ok());
    let rows = tx
        .query(sql::ISSUE_ROWS, &[&park_id, &filter.code, &filter.layer, &severity, &limit])
        .map_err(StoreError::of("reading issues"))?;
    rows.iter().map(record).collect()
}

fn severity_of(word: &str) -> IssueSeverity {
    IssueSeverity::parse(word).unwrap_or(IssueSeverity::Error)
}

fn record(row: &postgres::Row) -> Result<IssueRecord, StoreError> {
    let issue_id = row.get(0);
    Ok(IssueRecord {
        issue_id,
        run_id: row.get(1),
        check: row.get(2),
        code: row.get(3),
        severity: severity_of(row.get(4)),
        table: row.get(5),
        layer: row.get(6),
        source: row.get(7),
        source_row: row.get(8),
        feature_id: row.get(9),
        key: row.get(10),
        other_table: row.get(11),
        other_feature: row.get(12),
        other_key: row.get(13),
        reason: row.get(14),
        fix: row.get(15),
        facts: match row.get::<_, Json>(16) {
            Json::Object(facts) => facts,
            _ => Map::new(),
        },
        quarantine_id: row.get(17),
        place: place(row, 18, issue_id)?,
    })
}

fn place(row: &postgres::Row, at: usize, id: i64) -> Result<Option<Geometry<f64>>, StoreError> {
    let spoiled = |reason: String| StoreError::BadStoredRow { table: "issue", feature_id: id, reason };
    match row.try_get::<_, Option<Ewkb<'_>>>(at) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => Ok(Some(ewkb::decode(bytes.0).map_err(|error| spoiled(error.to_string()))?.0.xy)),
        Err(error) => Err(spoiled(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_issues_go_to_disk_and_memory_stays_small() {
        let mut spool = IssueSpool::default();
        let facts = Map::new();
        for row in 0..40_000 {
            spool.push(&NewIssue {
                code: "value.not_a_number",
                severity: IssueSeverity::Warning,
                layer: "a",
                source: "a.csv",
                source_row: Some(row),
                key: None,
                reason: "x",
                fix: "y",
                facts: &facts,
                place: None,
                rejected: false,
            });
        }
        assert_eq!(spool.len(), 40_000);
        assert!(spool.memory.len() < KEPT_IN_MEMORY && spool.memory.capacity() < 3 * KEPT_IN_MEMORY);
        let mut file = spool.file.take().unwrap();
        let on_disk = file.seek(io::SeekFrom::End(0)).unwrap();
        assert!(on_disk > 2 * KEPT_IN_MEMORY as u64, "{on_disk}");
    }
}
