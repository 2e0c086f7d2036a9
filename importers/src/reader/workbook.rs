//! Workbooks (XLSX, XLS, ODS): each sheet with rows becomes a table, its heading found below whatever title it has.
//!
//! Numbers keep all their digits, dates become year-month-day, and row numbers are those that the spreadsheet shows.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Reader, Sheets, Xlsx, open_workbook_auto};
use csv::{Writer, WriterBuilder};
use gdal::Dataset;
use gdal::vector::LayerAccess;

use super::decimal::Commas;
use super::formats;
use super::heading::{self, Heading, ROWS_LOOKED_AT, Written};
use super::open::{self, Opening, Source, unreadable};
use super::protocol::{LayerRequest, ReadFailure};

/// Opens the sheet that the request names, or the only one with rows.
pub(super) fn open(opening: &Opening<'_>, request: &LayerRequest) -> Result<Source, ReadFailure> {
    let mut book = Book::open(opening)?;
    let names = book.names();
    let sheet = match &request.layer {
        Some(wanted) if names.contains(wanted) => wanted.clone(),
        Some(_) => return Err(ReadFailure::NoSuchLayer { known: names }),
        None => only_filled(&mut book, names)?,
    };
    let scratch = open::scratch()?;
    // The layer is named like the file that it stands in; a sheet may be called anything.
    let file = scratch.path().join("sheet.csv");
    let mut table = Table::new(&file, request.decimal_comma).map_err(|error| unreadable(&error))?;
    each_row(&mut book, &sheet, &mut |row, cells| table.row(row, cells))?;
    let Table { heading, commas, row_numbers, longer, .. } = table.finish().map_err(|error| unreadable(&error))?;
    let Some(heading) = heading else {
        let reason = format!("the sheet {sheet:?} is empty");
        return Err(ReadFailure::Unreadable { reason, hint: Some("name a sheet with rows by `layer`".to_owned()) });
    };
    let dataset = opening.named(&file.to_string_lossy(), &options(request))?;
    let mut source =
        Source { row_numbers: Some(row_numbers), scratch: Some(scratch), layer: Some(sheet), ..Source::plain(dataset) };
    if heading.above > 0 {
        source.notes.push(format!("the heading was found below {} rows of title", heading.above));
    }
    if !heading.found {
        source.notes.push("no row reads like a heading: columns are named by their letters".to_owned());
    }
    if longer > 0 {
        source.notes.push(format!("{longer} rows have cells beyond the heading; those cells were left out"));
    }
    Ok(commas.note(&heading.names, source))
}

fn options(request: &LayerRequest) -> Vec<String> {
    let own = ["AUTODETECT_TYPE=NO", "KEEP_GEOM_COLUMNS=YES", "HEADERS=YES"].map(str::to_owned);
    own.into_iter().chain(request.wkt.iter().map(|field| format!("GEOM_POSSIBLE_NAMES={field}"))).collect()
}

/// A workbook, by whichever reader understands its kind best.
enum Book {
    Excel(Box<Sheets<BufReader<File>>>),
    /// An ODS file, by GDAL, which forgives white space between cells.
    OpenDocument(Dataset),
}

impl Book {
    fn open(opening: &Opening<'_>) -> Result<Self, ReadFailure> {
        if formats::ending(opening.path) != "ods" {
            let book = open_workbook_auto(opening.path).map_err(|error| refused(&error))?;
            return Ok(Self::Excel(Box::new(book)));
        }
        // Every row as it stands, every cell as it is written.
        for (key, value) in [("OGR_ODS_HEADERS", "DISABLE"), ("OGR_ODS_FIELD_TYPES", "STRING")] {
            gdal::config::set_config_option(key, value).map_err(|error| unreadable(&error))?;
        }
        opening.with(&[]).map(Self::OpenDocument)
    }

    fn names(&self) -> Vec<String> {
        match self {
            Self::Excel(book) => book.sheet_names(),
            Self::OpenDocument(book) => book.layers().map(|layer| layer.name()).collect(),
        }
    }
}

fn only_filled(book: &mut Book, names: Vec<String>) -> Result<String, ReadFailure> {
    let mut filled = Vec::new();
    for name in names {
        let mut rows = 0_usize;
        each_row(book, &name, &mut |_, _| {
            rows += 1;
            // Whether there are rows is known after the first.
            Ok(false)
        })?;
        if rows > 0 {
            filled.push(name);
        }
    }
    match filled.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(ReadFailure::Unreadable { reason: "no sheet of it has a row".to_owned(), hint: None }),
        _ => Err(ReadFailure::WhichLayer { known: filled }),
    }
}

type OnRow<'a> = dyn FnMut(u32, Vec<Written>) -> csv::Result<bool> + 'a;

/// Hears every row with a cell in it, by its number from 0, until it answers `false`.
fn each_row(book: &mut Book, sheet: &str, on_row: &mut OnRow<'_>) -> Result<(), ReadFailure> {
    let book = match book {
        Book::OpenDocument(book) => return open_document(book, sheet, on_row),
        Book::Excel(book) => book.as_mut(),
    };
    if let Sheets::Xlsx(book) = book {
        return stream(book, sheet, on_row);
    }
    let range = book.worksheet_range(sheet).map_err(|error| refused(&error))?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (index, cells) in range.rows().enumerate() {
        let before = std::iter::repeat_n(Written::default(), first_column as usize);
        let row: Vec<Written> = before.chain(cells.iter().map(written)).collect();
        if row.iter().any(|cell| !cell.text.is_empty())
            && !on_row(first_row + index as u32, row).map_err(|error| unreadable(&error))?
        {
            break;
        }
    }
    Ok(())
}

fn open_document(book: &Dataset, sheet: &str, on_row: &mut OnRow<'_>) -> Result<(), ReadFailure> {
    let mut layer = book.layer_by_name(sheet).map_err(|error| unreadable(&error))?;
    let columns = layer.defn().fields().count();
    for (index, feature) in layer.features().enumerate() {
        let cells: Vec<Written> = (0..columns)
            .map(|column| Written::of_text(&feature.field_as_string(column).ok().flatten().unwrap_or_default()))
            .collect();
        if cells.iter().any(|cell| !cell.text.is_empty())
            && !on_row(index as u32, cells).map_err(|error| unreadable(&error))?
        {
            break;
        }
    }
    Ok(())
}

/// The rows of an XLSX sheet without holding them all.
fn stream(book: &mut Xlsx<BufReader<File>>, sheet: &str, on_row: &mut OnRow<'_>) -> Result<(), ReadFailure> {
    let mut cells = match book.worksheet_cells_reader(sheet) {
        Ok(cells) => cells,
        // A sheet that is a chart has no cells.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(refused(&error)),
    };
    let mut at = 0;
    let mut row: Vec<Written> = Vec::new();
    loop {
        let cell = cells.next_cell().map_err(|error| refused(&error))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        if place.is_none_or(|(next, _)| next != at) {
            if row.iter().any(|cell| !cell.text.is_empty())
                && !on_row(at, std::mem::take(&mut row)).map_err(|error| unreadable(&error))?
            {
                return Ok(());
            }
            row.clear();
        }
        let (Some(cell), Some((next, column))) = (cell, place) else { return Ok(()) };
        at = next;
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, Written::default());
        }
        row[column] = written(&Data::from(cell.get_value().clone()));
    }
}

fn written(cell: &Data) -> Written {
    let value = |text: String| Written { text, is_value: true };
    match cell {
        Data::Empty => Written::default(),
        Data::String(text) => Written { text: text.trim().to_owned(), is_value: false },
        Data::Int(number) => value(number.to_string()),
        // `{}` writes the shortest text that reads back the same: a long number as it is, never with an exponent.
        Data::Float(number) => value(format!("{number}")),
        Data::Bool(is) => value(is.to_string()),
        Data::DateTime(moment) if moment.is_datetime() => match moment.as_datetime() {
            Some(at) if at.time() == chrono::NaiveTime::MIN => value(at.date().to_string()),
            Some(at) => value(at.format("%Y-%m-%d %H:%M:%S").to_string()),
            None => value(moment.as_f64().to_string()),
        },
        Data::DateTime(span) => value(span.as_f64().to_string()),
        Data::DateTimeIso(text) | Data::DurationIso(text) => value(text.clone()),
        // What a formula could not work out is not known.
        Data::Error(_) => Written { text: String::new(), is_value: true },
    }
}

/// A sheet being written as a plain table.
struct Table {
    writer: Writer<File>,
    waiting: Vec<(u32, Vec<Written>)>,
    heading: Option<Heading>,
    commas: Commas,
    said: Option<bool>,
    row_numbers: Vec<u32>,
    longer: u64,
}

impl Table {
    fn new(file: &Path, said: Option<bool>) -> csv::Result<Self> {
        Ok(Self {
            writer: WriterBuilder::new().from_path(file)?,
            waiting: Vec::new(),
            heading: None,
            commas: Commas::new(0, said),
            said,
            row_numbers: Vec::new(),
            longer: 0,
        })
    }

    fn row(&mut self, number: u32, cells: Vec<Written>) -> csv::Result<bool> {
        if self.heading.is_some() {
            self.write(number, &cells)?;
        } else {
            self.waiting.push((number, cells));
            if self.waiting.len() == ROWS_LOOKED_AT {
                self.settle()?;
            }
        }
        Ok(true)
    }

    /// Finds the heading in the rows so far and writes those below it.
    fn settle(&mut self) -> csv::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let rows: Vec<Vec<Written>> = waiting.iter().map(|(_, cells)| cells.clone()).collect();
        let heading = heading::find(&rows);
        self.commas = Commas::new(heading.names.len(), self.said);
        self.writer.write_record(&heading.names)?;
        let from = heading.values_from;
        self.heading = Some(heading);
        for (number, cells) in &waiting[from..] {
            self.write(*number, cells)?;
        }
        Ok(())
    }

    fn write(&mut self, number: u32, cells: &[Written]) -> csv::Result<()> {
        let width = self.heading.as_ref().map_or(0, |heading| heading.names.len());
        self.longer += u64::from(cells.iter().skip(width).any(|cell| !cell.text.is_empty()));
        let texts = || (0..width).map(|column| cells.get(column).map_or("", |cell| cell.text.as_str()));
        self.commas.weigh(texts());
        self.writer.write_record(texts())?;
        self.row_numbers.push(number + 1);
        Ok(())
    }

    fn finish(mut self) -> csv::Result<Self> {
        if self.heading.is_none() && !self.waiting.is_empty() {
            self.settle()?;
        }
        self.writer.flush()?;
        Ok(self)
    }
}

fn refused(error: &dyn std::error::Error) -> ReadFailure {
    ReadFailure::Unreadable {
        reason: format!("it is no workbook that can be read: {error}"),
        hint: Some("open it in a spreadsheet program and save it again as XLSX, without a password".to_owned()),
    }
}
