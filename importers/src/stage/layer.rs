//! One layer's rows into records. Geometry is left to `place` and `network`, values to `cells`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;

use geo::{BoundingRect, Geometry};
use serde_json::Map;
use spatial_db::schema::{ColumnKind, GeometryKind, Record, Role, Shape, Table, Value};

use super::network::{NetworkPlan, NetworkRow};
use super::outline;
use super::place::{self, GeometryPlan, Placed, Placing, geometry_code};
use super::survey::PointWords;
use super::{Cell, Leavings, Named, Shared, Trouble, Unfit, raw, whole_row};
use crate::issue::Severity;
use crate::manifest::{Attributes, CellSpec, KeySpec, LayerSpec, nearest, vocabulary};
use crate::reader::{Batch, GeometryNote};

/// An open layer, ready to be staged.
pub(crate) struct Opening<'a> {
    pub(crate) spec: &'a LayerSpec,
    pub(crate) table: &'static Table,
    pub(crate) fields: Vec<String>,
    pub(crate) plan: GeometryPlan,
    /// `None` where no coordinates are read.
    pub(crate) placing: Option<Placing>,
}

/// Turns one layer's batches into records.
pub(crate) struct Stager<'a> {
    spec: &'a LayerSpec,
    table: &'static Table,
    named: Named,
    fields: Vec<String>,
    columns: Vec<Option<Column>>,
    key: Vec<Cell>,
    kept: Vec<usize>,
    plan: GeometryPlan,
    network: NetworkPlan,
    /// Of point tables of networks.
    words: Option<PointWords>,
    /// `None` where no coordinates are read.
    pub(crate) placing: Option<Placing>,
    /// Rows that a person mended elsewhere, with the key that each had.
    mended: HashMap<i64, Option<String>>,
    /// Of those, the ones met so far.
    pub(crate) replaced: u64,
    /// Of those, the ones whose source has another row there by now.
    stale: HashSet<i64>,
    /// What it leaves behind beside its records.
    pub(crate) leavings: Leavings,
}

struct Column {
    cell: Cell,
    kind: ColumnKind,
    name: &'static str,
    required: bool,
    words: Option<Vec<&'static str>>,
}

impl<'a> Stager<'a> {
    /// Binds a layer to its fields. `Err` is a field that is missing.
    pub(crate) fn new(opening: Opening<'a>) -> Result<Self, String> {
        let Opening { spec, table, fields, plan, placing } = opening;
        let columns: Vec<Option<Column>> = spec
            .columns
            .iter()
            .zip(table.columns)
            .map(|(cell, column)| {
                let Some(cell) = cell else { return Ok(None) };
                Ok(Some(Column {
                    cell: Cell::bind(cell, &fields)?,
                    kind: column.kind,
                    name: column.name,
                    required: column.required,
                    words: vocabulary(table.kind, column.name),
                }))
            })
            .collect::<Result<_, String>>()?;
        let key = spec
            .key
            .fields
            .iter()
            .map(|field| Cell::bind(&CellSpec::field(field), &fields))
            .collect::<Result<_, _>>()?;
        let mapped: Vec<usize> = columns.iter().flatten().flat_map(|column| column.cell.fields().to_vec()).collect();
        let kept = match &spec.attributes {
            Attributes::All => (0..fields.len()).filter(|index| !mapped.contains(index)).collect(),
            Attributes::None => Vec::new(),
            Attributes::Only(names) => (0..fields.len()).filter(|index| names.contains(&fields[*index])).collect(),
        };
        Ok(Self {
            network: NetworkPlan::bind(&spec.network, spec.z_factor, &fields)?,
            words: PointWords::of(&fields).filter(|_| matches!(spec.role, Role::NetworkNode(_))),
            named: Named::of(spec),
            spec,
            table,
            fields,
            columns,
            key,
            kept,
            plan,
            placing,
            mended: HashMap::new(),
            replaced: 0,
            stale: HashSet::new(),
            leavings: Leavings::default(),
        })
    }

    /// Stages a batch; good rows go to `out`, in order.
    pub(crate) fn stage(&mut self, batch: &Batch, shared: &mut Shared, out: &mut VecDeque<Record>) {
        let count = batch.rows.len();
        let mut notes: Vec<Option<&GeometryNote>> = vec![None; count];
        for (index, note) in &batch.notes {
            if let Some(slot) = notes.get_mut(*index as usize) {
                *slot = Some(note);
            }
        }
        let mut placed: Vec<Result<Option<Placed>, Trouble>> = match self.table.geometry {
            None => (0..count).map(|_| Ok(None)).collect(),
            Some(kind) => (0..count)
                .map(|row| place::geometry(&self.plan, kind, batch, row, notes[row], &shared.sites).map(Some))
                .collect(),
        };
        if let Some(placing) = &mut self.placing {
            placing.apply(&mut placed);
        }
        for (row, placed) in placed.into_iter().enumerate() {
            let key = self.row_key(batch, row);
            if self.is_mended(batch.rows[row], key.as_deref(), shared) {
                continue;
            }
            let outcome = match (placed, &key) {
                (Err(trouble), _) => Err(trouble),
                (Ok(_), None) => Err(Trouble {
                    code: "key.missing",
                    reason: format!("the key ({}) is empty", self.spec.key.fields.join(", ")),
                    fix: "fill it in the source, choose other key fields, or write `key = \"@row\"`".to_owned(),
                }),
                (Ok(placed), Some(key)) => self.record(batch, row, placed, key, notes[row], shared),
            };
            match outcome {
                Ok(record) => {
                    self.remember_key(&record.key, batch, row, notes[row], shared);
                    out.push_back(record);
                }
                Err(trouble) => {
                    let wkb = original(batch, row, notes[row]);
                    let raw = whole_row(&self.fields, batch, row, wkb);
                    let at = self.whereabouts(batch, row, wkb);
                    let (key, number) = (key.as_deref(), batch.rows[row]);
                    self.named.quarantine(trouble, number, key, raw, at, shared, &mut self.leavings);
                }
            }
        }
    }

    /// Where a row lies as it was read, in the park's CRS, as far as that can be said.
    pub(crate) fn whereabouts(&self, batch: &Batch, row: usize, wkb: &[u8]) -> Option<Geometry<f64>> {
        place::whereabouts(&self.plan, self.placing.as_ref()?, batch, row, wkb)
    }

    /// Rows that come from elsewhere instead of from the source.
    pub(crate) fn leave_out(&mut self, mended: HashMap<i64, Option<String>>) {
        self.mended = mended;
    }

    /// Whether a row of the source is left to its mended form. It is not where the source has another row there by now.
    fn is_mended(&mut self, number: i64, key: Option<&str>, shared: &mut Shared) -> bool {
        let Some(had) = self.mended.get(&number) else { return false };
        if let (Some(had), Some(key)) = (had, key)
            && had != key
        {
            let reason = format!("its mended row had the key {had:?}: the source has another row there by now");
            let fix = "export the issues again and mend them in the new file".to_owned();
            let issue = self.named.issue("row.mended_stale", Severity::Warning, Some(number), Some(key), reason, fix);
            shared.issues.push(issue);
            self.stale.insert(number);
            return false;
        }
        self.replaced += 1;
        true
    }

    /// Stages mended rows, which lie in the CRS of their file. Returns how many there were.
    pub(crate) fn stage_mended(
        &mut self,
        batches: &[Batch],
        placing: Option<Placing>,
        shared: &mut Shared,
        out: &mut VecDeque<Record>,
    ) -> u64 {
        // Those that are stale are passed over by the same look-up.
        self.mended = std::mem::take(&mut self.stale).into_iter().map(|number| (number, None)).collect();
        let (replaced, own) = (self.replaced, self.placing.take());
        self.placing = placing;
        let mut staged = 0;
        for batch in batches {
            staged += batch.rows.len() as u64;
            self.stage(batch, shared, out);
        }
        staged -= self.replaced - replaced;
        self.replaced = replaced;
        self.placing = own;
        for number in batches.iter().flat_map(|batch| &batch.rows).filter(|number| !self.mended.contains_key(number)) {
            let reason = "it was imported as it was mended, not as the source has it".to_owned();
            let fix = "mend the source as well, then leave the file of mended rows out".to_owned();
            let row = Some(*number).filter(|number| *number < i64::MAX / 2);
            shared.issues.push(self.named.issue("row.mended", Severity::Note, row, None, reason, fix));
        }
        self.mended.clear();
        staged
    }

    /// A row that the store found to be a duplicate, with what was read of it.
    pub(crate) fn duplicate(&mut self, key: &str, source_row: i64, held_by: &str, shared: &mut Shared) {
        let trouble = Trouble {
            code: "key.duplicate",
            reason: format!("the key {key:?} is taken by an earlier row of layer {held_by:?}"),
            fix: "correct the key in the source, add fields to `key`, or give the layer a key `prefix`".to_owned(),
        };
        let raw = self.leavings.suspects.remove(source_row).unwrap_or(serde_json::Value::Null);
        self.named.quarantine(trouble, source_row, Some(key), raw, None, shared, &mut self.leavings);
    }

    pub(crate) fn row_key(&self, batch: &Batch, row: usize) -> Option<String> {
        let KeySpec { join, prefix, .. } = &self.spec.key;
        if self.key.is_empty() {
            let number = if self.spec.key.by_fid { batch.fids[row] } else { batch.rows[row] };
            return Some(format!("{prefix}{number}"));
        }
        let parts: Vec<Option<String>> = self.key.iter().map(|cell| cell.text(batch, row)).collect();
        if parts.iter().all(Option::is_none) {
            return None;
        }
        let mut key = prefix.clone();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                key.push_str(join);
            }
            key.push_str(part.as_deref().unwrap_or(""));
        }
        Some(key)
    }

    /// Keeps the row as read if its key may be taken already. The store decides; a hash is enough to suspect.
    fn remember_key(&mut self, key: &str, batch: &Batch, row: usize, note: Option<&GeometryNote>, shared: &mut Shared) {
        if !shared.keys.entry(self.table.kind).or_default().insert(shared.hasher.hash_one(key)) {
            let raw = whole_row(&self.fields, batch, row, original(batch, row, note));
            self.leavings.suspects.insert(batch.rows[row], &raw);
        }
    }

    fn record(
        &mut self,
        batch: &Batch,
        row: usize,
        placed: Option<Placed>,
        key: &str,
        note: Option<&GeometryNote>,
        shared: &mut Shared,
    ) -> Result<Record, Trouble> {
        let mut unfit = Vec::new();
        let values = self.values(batch, row, &mut unfit)?;
        let in_space = self.table.geometry == Some(GeometryKind::MultiPolygonZ);
        let shape = match placed {
            None => None,
            Some(placed) => {
                let dropped = placed.shape.dropped;
                let at = NetworkRow { batch, row, key, values: &values, table: self.table };
                let shape = match self.spec.role {
                    Role::NetworkEdge(_) => self.network.edge(&at, placed.shape, &self.named, shared, &mut unfit)?,
                    Role::NetworkNode(_) => self.network.node(&at, &placed.shape, shared, &mut unfit)?,
                    _ if in_space => {
                        let z = placed.shape.z.iter().map(|z| z * self.spec.z_factor).collect();
                        Shape { xy: placed.shape.xy, z }
                    }
                    _ => Shape::planar(placed.shape.xy),
                };
                if dropped > 0 {
                    let reason = format!("{dropped} parts of another kind were left out");
                    let fix = "nothing, or remove them from the source".to_owned();
                    let code = "geometry.parts_dropped";
                    let issue = self.named.issue(code, Severity::Note, Some(batch.rows[row]), Some(key), reason, fix);
                    shared.issues.push(issue);
                }
                // Walls cover no ground, and that is nothing odd.
                if !in_space {
                    self.outline(&shape.xy, batch.rows[row], key, shared);
                }
                cover(&shape.xy, shared);
                Some(shape)
            }
        };
        unfit.extend(self.words.and_then(|words| words.look(batch, row)));
        for Unfit { code, reason, fix } in unfit {
            let issue = self.named.issue(code, Severity::Warning, Some(batch.rows[row]), Some(key), reason, fix);
            shared.issues.push(issue);
        }
        if let Some(GeometryNote::Repaired { reason, area_before, area_after, original }) = note {
            self.leavings.repaired += 1;
            let reason = format!("{reason}; repaired, its area went from {area_before} to {area_after} square units");
            let fix = "check the repaired outline, or mend the feature in a GIS".to_owned();
            let code = geometry_code(&reason);
            let issue = self.named.issue(code, Severity::Warning, Some(batch.rows[row]), Some(key), reason, fix);
            // The geometry before the repair, so that a person can see what was done.
            let issue = issue.with("area_before", *area_before).with("area_after", *area_after);
            shared.issues.push(issue.at(self.whereabouts(batch, row, &original.0)));
        }
        let mut attributes = Map::new();
        for index in &self.kept {
            let value = raw(batch, *index, row).json();
            if !value.is_null() {
                attributes.insert(self.fields[*index].clone(), value);
            }
        }
        Ok(Record { key: key.to_owned(), shape, values, attributes, source_row: batch.rows[row] })
    }

    /// What is odd about an outline that is valid.
    fn outline(&self, xy: &Geometry<f64>, row: i64, key: &str, shared: &mut Shared) {
        let issue = |code, reason, fix: &str| {
            self.named.issue(code, Severity::Warning, Some(row), Some(key), reason, fix.to_owned())
        };
        if let Some(area) = outline::next_to_nothing(xy) {
            let fix = "remove it, or draw its real outline";
            shared.issues.push(issue("geometry.tiny_area", format!("its area is {area:.4} m²"), fix));
        }
        if let Geometry::MultiPolygon(area) = xy
            && let Some(tip) = outline::spike(area)
        {
            let reason = format!("its outline runs out to ({:.2}, {:.2}) and back along itself", tip.x, tip.y);
            let issue = issue("geometry.spike", reason, "remove the vertex at the tip, unless the plot is so");
            shared.issues.push(issue.at(Some(Geometry::Point(tip.into()))));
        }
    }

    fn values(&self, batch: &Batch, row: usize, unfit: &mut Vec<Unfit>) -> Result<Vec<Value>, Trouble> {
        self.columns
            .iter()
            .map(|column| {
                let Some(column) = column else { return Ok(Value::Null) };
                let value = match column.cell.value(column.kind, batch, row) {
                    Ok(value) => value,
                    Err(problem) if column.required => {
                        return Err(Trouble { code: problem.code, reason: problem.reason, fix: problem.fix });
                    }
                    Err(problem) => {
                        unfit.push(problem);
                        Value::Null
                    }
                };
                let value = match (&column.words, value) {
                    (Some(words), Value::Text(word)) => Value::Text(known_word(column, words, word)?),
                    (_, value) => value,
                };
                if column.required && value == Value::Null {
                    return Err(Trouble {
                        code: "value.missing",
                        reason: format!("{} is empty, and this role needs it", column.name),
                        fix: "fill it in the source, or give the column a `default`".to_owned(),
                    });
                }
                Ok(value)
            })
            .collect()
    }
}

/// A word of the model; case does not matter.
fn known_word(column: &Column, words: &[&'static str], word: String) -> Result<String, Trouble> {
    if words.contains(&word.as_str()) {
        return Ok(word);
    }
    if let Some(known) = words.iter().find(|known| known.eq_ignore_ascii_case(&word)) {
        return Ok((*known).to_owned());
    }
    let target = nearest(&word, words.iter().copied()).unwrap_or_else(|| words[words.len() - 1].to_owned());
    Err(Trouble {
        code: "value.unknown_word",
        reason: format!("{}: {word:?} is none of {}", column.name, words.join(", ")),
        fix: format!("map it: `{} = {{ field = …, map = {{ {word:?} = {target:?} }} }}`", column.name),
    })
}

/// The geometry as it was before any repair.
fn original<'b>(batch: &'b Batch, row: usize, note: Option<&'b GeometryNote>) -> &'b [u8] {
    match note {
        Some(GeometryNote::Repaired { original, .. }) => &original.0,
        _ => batch.wkb_of(row),
    }
}

fn cover(xy: &Geometry<f64>, shared: &mut Shared) {
    if let Some(rect) = xy.bounding_rect() {
        shared.cover(rect.min().x, rect.min().y);
        shared.cover(rect.max().x, rect.max().y);
    }
}
