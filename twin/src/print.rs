//! Results on standard output: one JSON object or a plain table.

use std::io::Write;

use serde::Serialize;
// Columns on a terminal: what Unicode calls wide or full-width (UAX #11) takes two, as Chinese does; spaces between thousands, dashes,
// `≥`, `✓` and the like take one.
pub(crate) use textwrap::core::display_width as width;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_in_line_whatever_signs_a_figure_has() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows =
            [row(["≥ 25\u{202f}000 m²", "✗ 3 MW"]), row(["≤ 50 m – 60 m", "✓ 15 m"]), row(["主干路，≤ 50 m", "✓"])];
        let text = aligned(&row(["asked for", "here"]), &rows, &[false, false]);
        // Letters before the second column; Chinese ones, the comma among them, take two columns each.
        let before = |line: &str, sign: char| line.chars().position(|c| c == sign).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((before(lines[1], '✗'), before(lines[2], '✓')), (16, 16), "{text}");
        assert_eq!(before(lines[3], '✓'), 12, "{text}");
        assert_eq!(lines[0].find("here"), Some(16));
    }
}
