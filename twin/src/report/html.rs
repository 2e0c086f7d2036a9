//! A sheet as one self-contained HTML file that prints on A4: its table with a bar under every number, so that large and small
//! are seen before they are read, and all that a reader must know.

use analysis::sheet::{self, Holds, Sheet, Value};
use askama::Template;
use chrono::NaiveDate;
use spatial_db::model::Park;
use twin_engine::text::Text;

use super::drawings::Drawing;
use super::write::{head, short};
use crate::failure::Failure;

/// What stands in a page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    lang: &'static str,
    title: String,
    park: String,
    as_of: String,
    data: String,
    heads: Vec<Head>,
    drawings: Vec<Drawing>,
    rows: Vec<Vec<Cell>>,
    nothing: String,
    notes: Vec<String>,
}

struct Head {
    title: String,
    numeric: bool,
}

struct Cell {
    text: String,
    class: &'static str,
    /// Length of the bar, percent of the cell's width.
    share: Option<u32>,
}

/// The page of a sheet, with drawings above it and the columns that people read.
pub(super) fn page(
    sheet: &Sheet,
    park: &Park,
    as_of: NaiveDate,
    text: &Text,
    drawings: Vec<Drawing>,
) -> Result<String, Failure> {
    let shown: Vec<usize> = (0..sheet.columns.len()).filter(|at| sheet.columns[*at].brief).collect();
    let numeric = |at: usize| matches!(sheet.columns[at].holds, Holds::Whole | Holds::Number(_));
    let most: Vec<f64> = shown
        .iter()
        .map(|at| sheet.rows.iter().filter_map(|row| measured(&row.cells[*at])).fold(0.0, f64::max))
        .collect();
    let cell = |value: &Value, at: usize, most: f64| Cell {
        text: short(value, sheet.columns[at].holds, text),
        class: match value {
            Value::Unknown if numeric(at) => "n unknown",
            Value::Unknown => "unknown",
            _ if numeric(at) => "n",
            _ => "",
        },
        share: measured(value).filter(|_| most > 0.0).map(|number| (number / most * 100.0).round() as u32),
    };
    let credits = sheet::credits(park);
    let page = Page {
        lang: text.language().code(),
        title: text.words(&sheet.title),
        park: park.name.clone(),
        as_of: as_of.to_string(),
        data: text.words(&sheet::origin(park.synthetic)),
        heads: shown.iter().map(|at| Head { title: head(&sheet.columns[*at], text), numeric: numeric(*at) }).collect(),
        drawings,
        rows: sheet
            .rows
            .iter()
            .map(|row| shown.iter().zip(&most).map(|(at, most)| cell(&row.cells[*at], *at, *most)).collect())
            .collect(),
        nothing: text.words(&sheet::nothing()),
        notes: sheet
            .notes
            .iter()
            .map(|note| text.words(note))
            .chain(credits.iter().map(|one| text.words(one)))
            .collect(),
    };
    page.render().map_err(|source| Failure::from(std::io::Error::other(source)))
}

/// A number that a bar can show. Whole numbers are ranks, years and counts, of which a bar says nothing.
fn measured(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) if *number >= 0.0 => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use analysis::sheet::{Column, Row};
    use twin_engine::Language;

    fn sheet() -> Sheet {
        let area = |value| Row { slot: None, cells: vec![Value::Text("<b>P&1".into()), value, Value::Whole(2)] };
        Sheet {
            name: "land",
            title: "Idle land".into(),
            notes: vec!["by rule".into()],
            target: None,
            columns: vec![
                Column::new("parcel", "parcel", "", Holds::Text),
                Column::new("area_ha", "area", "ha", Holds::Number(1)),
                Column::new("rank", "rank", "", Holds::Whole).in_files(),
            ],
            rows: vec![area(Value::Number(8.0)), area(Value::Number(2.0)), area(Value::Unknown)],
        }
    }

    #[test]
    fn a_page_escapes_measures_and_says_what_it_is() {
        let park = Park { attribution: Some("© office".into()), ..Park::made_up("q", "Q", 4550) };
        let day = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let html = page(&sheet(), &park, day, Text::of(Language::English), Vec::new()).unwrap();
        assert!(!html.contains("<b>") && html.contains("P&#38;1"), "{html}");
        assert!(html.contains("SYNTHETIC data") && html.contains("2026-06-30") && html.contains("© office"));
        assert!(html.contains("width:100%") && html.contains("width:25%") && html.matches("<i style").count() == 2);
        assert!(html.contains("class=\"n unknown\"") && !html.contains("rank"), "what files alone hold is left out");
        assert!(!html.contains("http") && !html.contains("<svg"), "nothing is fetched");
        let drawing =
            Drawing { title: "a < b".into(), parts: vec!["<svg>1</svg>".into(); 2], legend: "▲ late".into() };
        let html = page(&sheet(), &park, day, Text::of(Language::English), vec![drawing]).unwrap();
        assert!(html.matches("<svg>1</svg>").count() == 2 && html.contains("a &#60; b") && html.contains("▲ late"));
    }
}
