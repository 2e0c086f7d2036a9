//! `docs/data-model.md` says what the schema says. `TWIN_BLESS=1` rewrites the tables in it.

use std::fmt::Write;
use std::path::Path;

use spatial_db::schema::{Column, TABLES, Unit};

const BEGIN: &str = "<!-- tables: written by `make bless`, checked by spatial-db/tests/data_model_doc.rs -->\n";

fn unit(column: &Column) -> &'static str {
    match column.unit {
        Unit::None => "",
        Unit::Metre => "m",
        Unit::Millimetre => "mm",
        Unit::SquareMetre => "m²",
        Unit::Tonne => "t",
        Unit::LitrePerSecond => "L/s",
        Unit::Degree => "°",
        Unit::Currency => "`currency`",
    }
}

fn tables() -> String {
    let mut text = String::new();
    for table in TABLES {
        let geometry = table.geometry.map_or_else(|| "no geometry".to_owned(), |g| format!("geometry {g:?}"));
        writeln!(text, "\n### `twin.{}` ({geometry})\n", table.name).unwrap();
        writeln!(text, "| column | type | unit | needed | meaning |\n|---|---|---|---|---|").unwrap();
        for column in table.columns {
            let needed = if column.required { "yes" } else { "" };
            let kind = format!("{:?}", column.kind).to_lowercase();
            writeln!(text, "| `{}` | {kind} | {} | {needed} | {} |", column.name, unit(column), column.doc).unwrap();
        }
    }
    text
}

#[test]
fn the_page_lists_every_table_and_column() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/data-model.md");
    let page = std::fs::read_to_string(&path).expect("docs/data-model.md");
    let (head, _) = page.split_once(BEGIN).expect("the marker of the written part");
    let expected = format!("{head}{BEGIN}{}", tables());
    if std::env::var_os("TWIN_BLESS").is_some() {
        std::fs::write(&path, &expected).expect("docs/data-model.md can be written");
    } else {
        assert_eq!(page, expected, "docs/data-model.md is behind the schema: run `make bless`");
    }
}
