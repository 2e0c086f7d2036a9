//! Sites side by side, a need a row; and one site, need by need, with figures, sources and dates.

use analysis::siting::{Finding, said};
use bevy_egui::egui::{Align, Color32, Label, Layout, RichText, ScrollArea, Ui};
use egui_extras::{Column as Width, TableBuilder};

use super::{choose, rows, standing_colour, verdict_colour};
use crate::siting::{MOST_COMPARED, Pitch};
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::{Panels, look};

/// Height of a row, points.
const ROW: f32 = 21.0;
/// Widths of the columns, points; the last goes for all that follow.
const SIDE_BY_SIDE: [f32; 3] = [220.0, 160.0, 200.0];
const WHY: [f32; 7] = [220.0, 150.0, 150.0, 150.0, 250.0, 180.0, 90.0];

/// What stands in a cell.
struct Cell {
    said: String,
    colour: Option<Color32>,
}

impl From<String> for Cell {
    fn from(said: String) -> Self {
        Self { said, colour: None }
    }
}

pub(super) fn side_by_side(ui: &mut Ui, panels: &mut Panels, words: &'static Text, pitch: &mut Pitch) {
    let compared = pitch.compared().to_vec();
    if compared.is_empty() {
        ui.add(Label::new(look::note(t!(words, "site-none-compared", most = MOST_COMPARED))).wrap());
        return;
    }
    let theme = panels.twin.theme();
    let shown = &*pitch;
    let name = |site: u32| shown.site(site).map(|site| words.words(&site.name)).unwrap_or_default();
    let mut clicked = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(look::note(t!(words, "fly")));
        for site in &compared {
            if ui.button(name(*site)).clicked() {
                clicked = Some(*site);
            }
        }
    });
    let mut heads = vec![words.words(&said::NEEDS[0].into()), words.words(&said::NEEDS[1].into())];
    heads.extend(compared.iter().map(|site| name(*site)));
    let mut standing = vec![Cell::from(words.words(&said::LIST[2].into())), Cell::from(String::new())];
    let mut wishes = vec![Cell::from(words.words(&said::LIST[3].into())), Cell::from(String::new())];
    for (_, place) in compared.iter().filter_map(|site| shown.place(*site)) {
        let colour = Some(standing_colour(&theme, place.standing));
        standing.push(Cell { said: words.words(&place.standing.words()), colour });
        wishes.push(Cell::from(rows::share(shown, place)));
    }
    let mut table = vec![standing, wishes];
    // Needs stand in the same order for every site, musts first.
    let first = compared.iter().find_map(|site| shown.findings(*site)).unwrap_or_default();
    for (at, need) in first.iter().enumerate() {
        let mut row = vec![Cell::from(title(words, shown, need)), Cell::from(words.words(&need.wanted))];
        row.extend(compared.iter().map(|site| {
            let finding = shown.findings(*site).and_then(|findings| findings.get(at));
            finding.map_or_else(|| Cell::from(look::NONE.to_owned()), |finding| held(words, &theme, finding))
        }));
        table.push(row);
    }
    sheet(ui, "siting-compare", &heads, &SIDE_BY_SIDE, &table);
    if let Some(site) = clicked {
        choose(panels, pitch, site);
    }
}

pub(super) fn why(ui: &mut Ui, panels: &mut Panels, words: &'static Text, pitch: &mut Pitch) {
    let shown = &*pitch;
    let told = shown.chosen().and_then(|site| Some((site, shown.site(site)?, shown.place(site)?)));
    let Some((at, site, (rank, place))) = told else {
        ui.add(Label::new(look::note(t!(words, "site-none-chosen"))).wrap());
        return;
    };
    let theme = panels.twin.theme();
    let mut fly = false;
    ui.horizontal_wrapped(|ui| {
        let name = format!("{rank}/{} {}", shown.places().len(), words.words(&site.name));
        ui.label(RichText::new(name).strong());
        let standing = words.words(&place.standing.words());
        ui.label(RichText::new(standing).color(standing_colour(&theme, place.standing)));
        let wishes = words.words(&said::LIST[3].into());
        ui.label(look::note(format!("{wishes} {}", rows::share(shown, place))));
        fly = ui.button(t!(words, "fly")).clicked();
    });
    if let Some(findings) = shown.findings(at) {
        let heads: Vec<String> = said::NEEDS.iter().map(|head| words.words(&(*head).into())).collect();
        let table: Vec<Vec<Cell>> = findings
            .iter()
            .map(|finding| {
                let date = finding.date.map(|day| day.to_string());
                vec![
                    Cell::from(title(words, shown, finding)),
                    Cell::from(words.words(&finding.wanted)),
                    Cell::from(words.words(&finding.has)),
                    Cell { said: verdict(words, finding), colour: Some(verdict_colour(&theme, finding.verdict)) },
                    Cell::from(words.words(&finding.because)),
                    Cell::from(words.words(&finding.source)),
                    Cell::from(date.unwrap_or_else(|| words.words(&said::UNKNOWN.into()))),
                ]
            })
            .collect();
        sheet(ui, "siting-why", &heads, &WHY, &table);
    } else {
        ui.label(look::note(t!(words, "site-explaining")));
    }
    if fly {
        choose(panels, pitch, at);
    }
}

/// A need, and how much it is asked for: by the weight of the slider.
fn title(words: &Text, pitch: &Pitch, finding: &Finding) -> String {
    let weight = (f64::from(pitch.weight(finding.need)) * 100.0).round() / 100.0;
    let how = if finding.must { words.words(&said::MUST.into()) } else { words.words(&said::wish(weight)) };
    format!("{} ({how})", words.words(&finding.title))
}

/// Met, missed by how much, or unknown.
fn verdict(words: &Text, finding: &Finding) -> String {
    let verdict = words.words(&finding.verdict.words());
    match &finding.gap {
        Some(gap) => format!("{verdict}: {}", words.words(gap)),
        None => verdict,
    }
}

/// Verdict and figure of a site in one cell.
fn held(words: &Text, theme: &Theme, finding: &Finding) -> Cell {
    let (verdict, has) = (verdict(words, finding), words.words(&finding.has));
    let said = if verdict == has { verdict } else { format!("{verdict} · {has}") };
    Cell { said, colour: Some(verdict_colour(theme, finding.verdict)) }
}

/// A table of words.
fn sheet(ui: &mut Ui, name: &str, heads: &[String], widths: &[f32], table: &[Vec<Cell>]) {
    ScrollArea::horizontal().id_salt(name).auto_shrink([false, false]).show(ui, |ui| {
        let mut builder = TableBuilder::new(ui)
            .id_salt((name, heads.len()))
            .striped(true)
            .resizable(true)
            .auto_shrink([false, false])
            .min_scrolled_height(3.0 * ROW)
            .cell_layout(Layout::left_to_right(Align::Center));
        for at in 0..heads.len() {
            let width = widths.get(at).or(widths.last()).copied().unwrap_or(160.0);
            builder = builder.column(Width::initial(width).at_least(36.0).clip(true));
        }
        builder
            .header(ROW + 3.0, |mut header| {
                for head in heads {
                    header.col(|ui| {
                        ui.add(Label::new(RichText::new(head).strong()).truncate().selectable(false));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, table.len(), |mut line| {
                    for cell in &table[line.index()] {
                        line.col(|ui| {
                            let said = RichText::new(&cell.said);
                            let said = if let Some(colour) = cell.colour { said.color(colour) } else { said };
                            ui.add(Label::new(said).truncate());
                        });
                    }
                });
            });
    });
}
