//! The page: what the template shows, as words of one language.

use analysis::land::{Chapter, Dossier, Tone};
use analysis::sheet;
use askama::Template;
use chrono::NaiveDate;
use spatial_db::model::Park;
use twin_engine::text::Text;

use super::chart;
use super::photographs::Shown;

/// A chapter in words.
pub(super) struct Table {
    name: &'static str,
    title: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    empty: String,
}

struct Row {
    tone: &'static str,
    cells: Vec<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "dossier.html")]
pub(super) struct Page {
    lang: &'static str,
    title: String,
    subtitle: String,
    park: String,
    as_of: String,
    data: String,
    tables: Vec<Table>,
    pictures: Vec<String>,
    /// What the pictures show.
    shown: String,
    /// Photographs of the case, and what is said of those left out.
    photographs: Vec<Shown>,
    left: String,
    /// Drawings, made here and safe.
    clock: String,
    years: String,
    notes: Vec<String>,
    credit: String,
    made: String,
}

impl Page {
    pub(super) fn new(
        dossier: &Dossier,
        park: &Park,
        as_of: NaiveDate,
        text: &Text,
        pictures: Vec<String>,
        (photographs, left): (Vec<Shown>, String),
    ) -> Self {
        let table = |chapter: &Chapter| Table {
            name: chapter.name,
            title: text.words(&chapter.title),
            heads: chapter.heads.iter().map(|head| text.words(head)).collect(),
            rows: chapter
                .rows
                .iter()
                .map(|line| Row {
                    tone: match line.tone {
                        Tone::Plain => "plain",
                        Tone::Bad => "bad",
                        Tone::Unknown => "unknown",
                    },
                    cells: line.cells.iter().map(|cell| text.words(cell)).collect(),
                })
                .collect(),
            empty: text.words(&chapter.empty),
        };
        let credit = sheet::credits(park).iter().map(|one| text.words(one)).collect::<Vec<_>>().join(" · ");
        Self {
            lang: text.language().code(),
            title: text.words(&dossier.title),
            subtitle: dossier.subtitle.iter().map(|one| text.words(one)).collect::<Vec<_>>().join(" · "),
            park: park.name.clone(),
            as_of: text.words(&dossier.as_of),
            data: text.words(&sheet::origin(park.synthetic)),
            tables: dossier.chapters.iter().map(table).collect(),
            pictures,
            shown: text.words(&dossier.pictures),
            photographs,
            left,
            clock: chart::clock(&dossier.dates, as_of, &text.words(&dossier.today), text),
            years: chart::years(&dossier.years, dossier.sums.each_ref().map(|sum| text.words(sum))),
            notes: dossier.notes.iter().map(|note| text.words(note)).collect(),
            credit,
            made: format!(
                "ParkTwin {} · {}",
                env!("CARGO_PKG_VERSION"),
                chrono::Utc::now().format("%Y-%m-%d %H:%M UTC")
            ),
        }
    }
}
