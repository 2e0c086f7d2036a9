//! A sheet as aligned columns, CSV, JSON or a `GeoPackage`, on standard output or in a file that is written whole or not at all.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use analysis::sheet::{self, Column, Holds, Sheet, Value};
use chrono::{NaiveDate, Utc};
use serde_json::json;
use spatial_db::model::ParkSnapshot;
use spatial_db::package::{self, Cell, Column as Kept, Kind, Srs, write_table};
use spatial_db::schema::Table;
use twin_engine::text::Text;
use twin_engine::{Follow, SheetForm};

use super::drawings::Drawing;
use super::{Asked, Format, html};
use crate::failure::Failure;
use crate::print;

/// A report on its way out.
pub(super) struct Outgoing<'a> {
    /// What was asked.
    pub(super) asked: &'a Asked,
    /// The park.
    pub(super) park: &'a ParkSnapshot,
    /// The day that it holds for.
    pub(super) as_of: NaiveDate,
    /// Its rows.
    pub(super) sheet: &'a Sheet,
}

impl Outgoing<'_> {
    /// Writes the sheet in the form asked for. `detail` gives what JSON says beside the park, the day and the notes.
    pub(super) fn write(
        &self,
        detail: impl FnOnce(&Text) -> serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Failure> {
        self.write_drawn(|_| Vec::new(), detail)
    }

    /// The same, with drawings for a page.
    pub(super) fn write_drawn(
        &self,
        drawings: impl FnOnce(&Text) -> Vec<Drawing>,
        detail: impl FnOnce(&Text) -> serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Failure> {
        let text = Text::of(self.asked.language());
        match (self.asked.format, &self.asked.out) {
            (Format::Gpkg, Some(path)) => {
                geopackage(self.sheet, self.park, self.as_of, path, text, &Follow::default())?;
                print::line(text.words(&sheet::written(self.sheet.rows.len(), &path.display().to_string())))
            }
            (Format::Table | Format::Gpkg, None) => print::line(self.table(text).trim_end()),
            (Format::Csv, None) => Ok(std::io::stdout().lock().write_all(&csv(
                self.sheet,
                self.park,
                self.as_of,
                text,
                &Follow::default(),
            )?)?),
            (Format::Json, None) => print::json(&json(self.sheet, self.park, self.as_of, text, detail)),
            (Format::Html, out) => {
                let page = html::page(self.sheet, &self.park.park, self.as_of, text, drawings(text))?;
                match out {
                    Some(path) => whole(path, page.as_bytes()),
                    None => print::line(page.trim_end()),
                }
            }
            (Format::Table, Some(path)) => whole(path, self.table(text).as_bytes()),
            (Format::Csv, Some(path)) => {
                whole(path, &csv(self.sheet, self.park, self.as_of, text, &Follow::default())?)
            }
            (Format::Json, Some(path)) => whole(path, &pretty(&json(self.sheet, self.park, self.as_of, text, detail))?),
        }
    }

    fn table(&self, text: &Text) -> String {
        let sheet = self.sheet;
        let shown: Vec<usize> = (0..sheet.columns.len()).filter(|at| sheet.columns[*at].brief).collect();
        let heads: Vec<String> = shown.iter().map(|at| head(&sheet.columns[*at], text)).collect();
        let rows: Vec<Vec<String>> = sheet
            .rows
            .iter()
            .map(|row| shown.iter().map(|at| short(&row.cells[*at], sheet.columns[*at].holds, text)).collect())
            .collect();
        let mut said = format!("{} — {}, {}\n", text.words(&sheet.title), self.park.park.name, self.as_of);
        if self.park.park.synthetic {
            let _ = writeln!(said, "{}", text.words(&sheet::origin(self.park.park.synthetic)));
        }
        said.push('\n');
        if rows.is_empty() {
            let _ = writeln!(said, "{}", text.words(&sheet::nothing()));
        } else {
            let numeric: Vec<bool> =
                shown.iter().map(|at| matches!(sheet.columns[*at].holds, Holds::Whole | Holds::Number(_))).collect();
            said.push_str(&print::aligned(&heads, &rows, &numeric));
        }
        said.push('\n');
        for note in &sheet.notes {
            let _ = writeln!(said, "· {}", text.words(note));
        }
        for line in sheet::credits(&self.park.park) {
            let _ = writeln!(said, "· {}", text.words(&line));
        }
        said
    }
}

/// A sheet as one JSON object; `detail` gives what it says beside the park, the day and the notes.
fn json(
    sheet: &Sheet,
    of: &ParkSnapshot,
    as_of: NaiveDate,
    text: &Text,
    detail: impl FnOnce(&Text) -> serde_json::Map<String, serde_json::Value>,
) -> serde_json::Value {
    let park = &of.park;
    let mut object = serde_json::Map::new();
    object.insert("report".into(), json!(sheet.name));
    object.insert("title".into(), json!(text.words(&sheet.title)));
    object.insert(
        "park".into(),
        json!({
            "slug": park.slug, "name": park.name, "synthetic": park.synthetic, "srid": park.srid,
            "attribution": park.attribution, "licence": park.licence, "data_as_of": park.as_of,
        }),
    );
    object.insert("as_of".into(), json!(as_of));
    object.insert("data".into(), json!(text.words(&sheet::origin(park.synthetic))));
    object.insert("notes".into(), sheet.notes.iter().map(|note| text.words(note)).collect::<Vec<_>>().into());
    object.extend(detail(text));
    object.into()
}

fn pretty(object: &serde_json::Value) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec_pretty(object).map_err(std::io::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes a sheet with what programs are told of it to a file, in the form asked for.
pub(crate) fn file(
    sheet: &Sheet,
    told: &serde_json::Value,
    park: &ParkSnapshot,
    as_of: NaiveDate,
    (form, path): (SheetForm, &Path),
    text: &Text,
    follow: &Follow,
) -> Result<(), Failure> {
    match form {
        SheetForm::Json => {
            let object = json(sheet, park, as_of, text, |text| beside(told, sheet, text));
            let bytes = pretty(&object)?;
            follow.go_on()?;
            whole(path, &bytes)
        }
        SheetForm::Csv => whole(path, &csv(sheet, park, as_of, text, follow)?),
        SheetForm::GeoPackage => geopackage(sheet, park, as_of, path, text, follow),
    }
}

/// What programs are told of an answer, with the rows of its sheet.
pub(super) fn beside(
    told: &serde_json::Value,
    sheet: &Sheet,
    text: &Text,
) -> serde_json::Map<String, serde_json::Value> {
    let mut object = match told.clone() {
        serde_json::Value::Object(object) => object,
        other => serde_json::Map::from_iter([("told".to_owned(), other)]),
    };
    object.insert("rows".into(), rows(sheet, text));
    object
}

fn geopackage(
    sheet: &Sheet,
    park: &ParkSnapshot,
    as_of: NaiveDate,
    path: &Path,
    text: &Text,
    follow: &Follow,
) -> Result<(), Failure> {
    let tail = sheet::tail(as_of, park.park.synthetic);
    let columns: Vec<Kept<'_>> = sheet
        .columns
        .iter()
        .chain(tail.iter().map(|(column, _)| column))
        .map(|column| Kept::new(column.name, kind(column.holds), head(column, text)))
        .collect();
    let mut description = format!("{} — {}, {}.", text.words(&sheet.title), park.park.name, as_of);
    let notes =
        sheet.notes.iter().map(|note| text.words(note)).chain([text.words(&sheet::origin(park.park.synthetic))]);
    for said in notes.chain(sheet::credits(&park.park).iter().map(|one| text.words(one))) {
        let _ = write!(description, " {}.", said.trim_end_matches('.'));
    }
    let srid = park.park.srid;
    let wkt = u16::try_from(srid).ok().and_then(crs_definitions::from_code).map(|known| known.wkt.trim());
    let table = package::Table {
        name: sheet.name,
        title: sheet.name,
        description: &description,
        geometry: sheet.target.and_then(|target| Table::of(target)?.geometry),
        columns: &columns,
    };
    if package::Package::open(path).is_ok() {
        return Err(Failure::OverPackage { path: path.to_path_buf() });
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|source| Failure::ReportFile { path: path.to_path_buf(), source })?;
    }
    write_table(path, Srs { srid, wkt }, Utc::now(), &table, &mut |push| {
        for (at, row) in sheet.rows.iter().enumerate() {
            follow.row().map_err(|_| package::PackageError::Cancelled)?;
            let cells: Vec<&Value> = row.cells.iter().chain(tail.iter().map(|(_, value)| value)).collect();
            let said: Vec<String> = cells.iter().map(|cell| full(cell, text)).collect();
            let kept: Vec<Cell<'_>> = cells.iter().zip(&said).map(|(cell, said)| keep(cell, said)).collect();
            let shape = row.slot.zip(sheet.target).and_then(|(at, kind)| package::shape_of(park, kind, at));
            push(at as i64 + 1, shape.as_ref(), &kept)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The rows of a sheet as JSON: by the names of its columns, units in them; null for what is not known.
pub(super) fn rows(sheet: &Sheet, text: &Text) -> serde_json::Value {
    let cell = |value: &Value| match value {
        Value::Unknown => serde_json::Value::Null,
        Value::Whole(number) => json!(number),
        Value::Number(number) => json!(number),
        other => json!(full(other, text)),
    };
    let row = |row: &sheet::Row| -> serde_json::Value {
        let names = sheet.columns.iter().map(|column| column.name.to_owned());
        names.zip(row.cells.iter().map(cell)).collect::<serde_json::Map<_, _>>().into()
    };
    sheet.rows.iter().map(row).collect::<Vec<_>>().into()
}

/// A sheet as CSV, with the day and whether the data is synthetic on every row.
pub(crate) fn csv(
    sheet: &Sheet,
    park: &ParkSnapshot,
    as_of: NaiveDate,
    text: &Text,
    follow: &Follow,
) -> Result<Vec<u8>, Failure> {
    let tail = sheet::tail(as_of, park.park.synthetic);
    // Without the mark Excel reads Chinese as Latin letters.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut csv = csv::Writer::from_writer(&mut bytes);
        let heads = sheet.columns.iter().chain(tail.iter().map(|(column, _)| column));
        csv.write_record(heads.map(|column| head(column, text))).map_err(std::io::Error::from)?;
        for row in &sheet.rows {
            follow.row()?;
            let cells = row.cells.iter().chain(tail.iter().map(|(_, value)| value));
            csv.write_record(cells.map(|cell| full(cell, text))).map_err(std::io::Error::from)?;
        }
        csv.flush()?;
    }
    Ok(bytes)
}

/// Writes a file whole or not at all.
pub(crate) fn whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    spatial_db::whole::write(path, bytes).map_err(|source| Failure::ReportFile { path: path.to_path_buf(), source })
}

pub(super) fn head(column: &Column, text: &Text) -> String {
    let title = text.words(&column.title);
    if column.unit.is_empty() { title } else { format!("{title} ({})", text.words(&column.unit)) }
}

/// For a terminal: a dash for what is not known.
pub(super) fn short(value: &Value, holds: Holds, text: &Text) -> String {
    match (value, holds) {
        (Value::Unknown, _) => "–".into(),
        (Value::Number(number), Holds::Number(digits)) => format!("{number:.digits$}"),
        (value, _) => full(value, text),
    }
}

/// For a file: all digits, nothing for what is not known.
fn full(value: &Value, text: &Text) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Text(words) => text.words(words),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Day(day) => day.to_string(),
    }
}

fn kind(holds: Holds) -> Kind {
    match holds {
        Holds::Text => Kind::Text,
        Holds::Whole => Kind::Integer,
        Holds::Number(_) => Kind::Real,
        Holds::Day => Kind::Date,
    }
}

fn keep<'c>(value: &Value, said: &'c str) -> Cell<'c> {
    match value {
        Value::Unknown => Cell::Null,
        Value::Text(_) => Cell::Text(said),
        Value::Whole(number) => Cell::Integer(*number),
        Value::Number(number) => Cell::Real(*number),
        Value::Day(day) => Cell::Day(*day),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use analysis::sheet::Row;
    use spatial_db::model::Park;
    use twin_engine::Language;

    use super::*;

    fn sheet(rows: usize) -> Sheet {
        Sheet {
            name: "list",
            title: "A list".into(),
            notes: Vec::new(),
            target: None,
            columns: vec![Column::new("number", "Number", "", Holds::Whole)],
            rows: (0..rows).map(|at| Row { slot: None, cells: vec![Value::Whole(at as i64)] }).collect(),
        }
    }

    #[test]
    fn a_file_that_is_stopped_is_not_there_and_its_rows_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        let day = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let write = |form: SheetForm, follow: &Follow| {
            let path = folder.path().join("list").with_extension(form.extension());
            let written = file(&sheet(3), &json!({}), &park, day, (form, &path), Text::of(Language::English), follow);
            (written.is_ok(), path.exists())
        };
        for form in [SheetForm::Json, SheetForm::Csv, SheetForm::GeoPackage] {
            let stopped = Follow::default();
            stopped.stop.store(true, Ordering::Relaxed);
            assert_eq!(write(form, &stopped), (false, false), "{form:?}");
        }
        for form in [SheetForm::Csv, SheetForm::GeoPackage] {
            let follow = Follow::default();
            assert_eq!(write(form, &follow), (true, true), "{form:?}");
            assert_eq!(follow.done.load(Ordering::Relaxed), 3, "{form:?}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
    }
}
