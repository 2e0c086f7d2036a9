//! CSV survey tables: any encoding, any separator, a title above the heading, decimal commas.
//!
//! A table that GDAL understands as it is goes to it directly; any other is first written again the plain way.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord, Writer, WriterBuilder};

use super::decimal::Commas;
use super::heading::{self, Heading, ROWS_LOOKED_AT, Written};
use super::open::{self, Opening, Source, unreadable};
use super::protocol::{LayerRequest, ReadFailure};
use super::{encoding, formats};

/// Between cells, the likelier first.
const SEPARATORS: [u8; 4] = [b'\t', b';', b',', b'|'];
/// Rows that are looked at for decimal commas.
const ROWS_WEIGHED: usize = 200_000;

/// Opens a table.
pub(super) fn open(opening: &Opening<'_>, request: &LayerRequest) -> Result<Source, ReadFailure> {
    let path = opening.path;
    let encoding = encoding::of_text(path, request.encoding.as_deref())
        .map_err(|reason| ReadFailure::Unreadable { reason, hint: None })?;
    let text = || encoding::reader(path, encoding).map_err(|error| unreadable(&error));
    let head = head(text()?).map_err(|error| unreadable(&error))?;
    let separator = separator(&head);
    let rows = first_rows(&head, separator);
    let heading = heading::find(&rows);
    let mut options: Vec<String> = request.wkt.iter().map(|field| format!("GEOM_POSSIBLE_NAMES={field}")).collect();
    let first_line = head.lines().next().unwrap_or_default();
    if encoding.is_none() && is_plain(&heading, rows.first(), separator, first_line) {
        let mut commas = Commas::new(heading.names.len(), request.decimal_comma);
        let mut reader = reader(text()?, separator);
        let mut record = StringRecord::new();
        for index in 0..ROWS_WEIGHED {
            if !reader.read_record(&mut record).map_err(|error| unreadable(&error))? {
                break;
            }
            if index >= heading.values_from {
                commas.weigh(record.iter());
            }
        }
        // The driver opens other endings only when it is told that they are CSV.
        let name = match formats::ending(path).as_str() {
            "csv" | "tsv" => path.display().to_string(),
            _ => format!("CSV:{}", path.display()),
        };
        return Ok(commas.note(&heading.names, Source::plain(opening.named(&name, &options)?)));
    }
    let scratch = open::scratch()?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let copy = scratch.path().join(format!("{stem}.csv"));
    let mut commas = Commas::new(heading.names.len(), request.decimal_comma);
    let mut from = reader(text()?, separator);
    let longer = rewrite(&mut from, &copy, &heading, &mut commas).map_err(|error| unreadable(&error))?;
    options.push("HEADERS=YES".to_owned());
    let dataset = opening.named(&copy.to_string_lossy(), &options)?;
    let mut source = Source {
        encoding: encoding.map(|encoding| encoding.name().to_owned()),
        scratch: Some(scratch),
        ..Source::plain(dataset)
    };
    if heading.above > 0 {
        source.notes.push(format!("the heading was found below {} other rows", heading.above));
    }
    if longer > 0 {
        source.notes.push(format!("{longer} rows have more cells than the heading; those cells were left out"));
    }
    Ok(commas.note(&heading.names, source))
}

/// Whether GDAL finds the same cells under the same names by itself.
fn is_plain(heading: &Heading, first: Option<&Vec<Written>>, separator: u8, first_line: &str) -> bool {
    let names_as_written = first.is_some_and(|row| {
        row.len() == heading.names.len() && row.iter().zip(&heading.names).all(|(cell, name)| cell.text == *name)
    });
    let mut quoted = false;
    let others = first_line.bytes().any(|byte| {
        quoted ^= byte == b'"';
        !quoted && byte != separator && SEPARATORS.contains(&byte)
    });
    (heading.found && heading.above == 0 && heading.values_from == 1 && names_as_written && !others && separator != b'|')
        // One column has no separator to find.
        || heading.names.len() < 2
}

/// The first lines of a text.
fn head(text: Box<dyn Read>) -> io::Result<String> {
    let mut lines = BufReader::new(text);
    let mut head = String::new();
    for _ in 0..ROWS_LOOKED_AT {
        if lines.by_ref().take(1 << 16).read_line(&mut head)? == 0 {
            break;
        }
    }
    Ok(head)
}

/// The separator that cuts the most rows into the same number of cells.
fn separator(head: &str) -> u8 {
    let mut best = (0, 0, b',');
    for separator in SEPARATORS {
        let counts: Vec<usize> = first_rows(head, separator).iter().map(Vec::len).collect();
        for count in counts.iter().filter(|count| **count > 1) {
            let rows = counts.iter().filter(|other| *other == count).count();
            if (rows, *count) > (best.0, best.1) {
                best = (rows, *count, separator);
            }
        }
    }
    best.2
}

fn reader<R: Read>(text: R, separator: u8) -> Reader<R> {
    ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text)
}

fn first_rows(head: &str, separator: u8) -> Vec<Vec<Written>> {
    reader(head.as_bytes(), separator)
        .records()
        .map_while(Result::ok)
        .map(|record| record.iter().map(Written::of_text).collect())
        .collect()
}

/// Writes the rows below the heading again; returns how many had more cells than it.
fn rewrite<R: Read>(from: &mut Reader<R>, to: &Path, heading: &Heading, commas: &mut Commas) -> csv::Result<u64> {
    let mut writer: Writer<std::fs::File> = WriterBuilder::new().from_path(to)?;
    writer.write_record(&heading.names)?;
    let width = heading.names.len();
    let mut record = StringRecord::new();
    let (mut index, mut longer) = (0, 0);
    while from.read_record(&mut record)? {
        index += 1;
        if index <= heading.values_from {
            continue;
        }
        longer += u64::from(record.iter().skip(width).any(|cell| !cell.trim().is_empty()));
        commas.weigh(record.iter());
        // A row of empty cells counts as a row; an empty line would not.
        writer.write_record((0..width).map(|column| record.get(column).unwrap_or_default()))?;
    }
    writer.flush()?;
    Ok(longer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_what_cuts_evenly() {
        assert_eq!(separator("名称;X;Y\na, b;1,5;2,5\nc;3,25;4,5\n"), b';');
        assert_eq!(separator("a,b\n\"x;y\",2\n"), b',');
        assert_eq!(separator("a\tb\n1,5\t2,5\n"), b'\t');
        assert_eq!(separator("title\n\na|b|c\n1|2|3\n"), b'|');
        assert_eq!(separator("a\n1\n"), b',');
    }

    #[test]
    fn a_plain_table_is_left_as_it_is() {
        let plain = |text: &str| {
            let separator = separator(text);
            let rows = first_rows(text, separator);
            is_plain(&heading::find(&rows), rows.first(), separator, text.lines().next().unwrap())
        };
        assert!(plain("id,name\n1,a\n") && plain("id;name\n1;a\n") && plain("only\n1\n"));
        assert!(!plain("Points,\nid,name\n1,a\n") && !plain("id;a,b\n1;2\n") && !plain("id,id\n1,2\n"));
    }
}
