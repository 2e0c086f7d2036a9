//! Results on standard output: one JSON object or a plain table.

use std::io::Write;

use serde::Serialize;

use crate::failure::Failure;

/// Prints `value` as one pretty JSON object.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// Prints a line.
pub(crate) fn line(text: impl AsRef<str>) -> Result<(), Failure> {
    writeln!(std::io::stdout().lock(), "{}", text.as_ref())?;
    Ok(())
}

/// Prints rows under a header, the first column left and the others right aligned where they are numbers.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    let numeric: Vec<bool> = (0..header.len())
        .map(|c| {
            !rows.is_empty() && rows.iter().all(|r| r[c].chars().all(|ch| ch.is_ascii_digit() || "-.,".contains(ch)))
        })
        .collect();
    let header: Vec<String> = header.iter().map(ToString::to_string).collect();
    std::io::stdout().lock().write_all(aligned(&header, rows, &numeric).as_bytes())?;
    Ok(())
}

/// Rows under a header as lines; the columns that are `numeric` right aligned.
pub(crate) fn aligned(header: &[String], rows: &[Vec<String>], numeric: &[bool]) -> String {
    let widths: Vec<usize> = (0..header.len())
        .map(|c| rows.iter().map(|r| width(&r[c])).chain([width(&header[c])]).max().unwrap_or(0))
        .collect();
    let mut lines = String::new();
    for cells in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(c, cell)| {
                let gap = " ".repeat(widths[c] - width(cell));
                if numeric[c] { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            })
            .collect();
        lines.push_str(padded.join("  ").trim_end());
        lines.push('\n');
    }
    lines
}

/// Columns a text takes on a terminal: CJK letters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..='\u{FFEF}').contains(&c) { 2 } else { 1 }).sum()
}
