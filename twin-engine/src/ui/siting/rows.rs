//! The ranking: every site with where it stands, the share of the wishes, what it misses and what is not known. A click flies there.

use analysis::siting::{Place, said};
use analysis::words::Words;
use bevy_egui::egui::{Align, Checkbox, Label, Layout, RichText, ScrollArea, Sense, Ui};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use super::{choose, standing_colour};
use crate::siting::{MOST_COMPARED, Pitch};
use crate::text::{Text, t};
use crate::theme::Theme;
use crate::ui::{Panels, look};

/// Height of a row, points.
const ROW: f32 = 21.0;
/// Widths of the columns before the last, points; the tick first.
const WIDTHS: [f32; 6] = [26.0, 44.0, 190.0, 150.0, 84.0, 220.0];

pub(super) fn show(ui: &mut Ui, panels: &mut Panels, words: &'static Text, pitch: &mut Pitch) {
    above(ui, panels, words, pitch);
    let theme = panels.twin.theme();
    let shown = &*pitch;
    let titles: Vec<String> = shown.file.needs.iter().map(|need| words.words(&need.want.title())).collect();
    let (mut clicked, mut ticked) = (None, None);
    let (places, compared, chosen) = (shown.places(), shown.compared(), shown.chosen());
    ScrollArea::horizontal().id_salt("siting-table").auto_shrink([false, false]).show(ui, |ui| {
        let mut builder = TableBuilder::new(ui)
            .id_salt("siting-rows")
            .striped(true)
            .resizable(true)
            .sense(Sense::click())
            .auto_shrink([false, false])
            .min_scrolled_height(3.0 * ROW)
            .cell_layout(Layout::left_to_right(Align::Center));
        for width in WIDTHS {
            builder = builder.column(Width::initial(width).at_least(24.0).clip(true));
        }
        builder
            .column(Width::remainder().at_least(160.0).clip(true))
            .header(ROW + 3.0, |mut header| {
                header.col(|_| {});
                for head in said::LIST {
                    header.col(|ui| {
                        let head = RichText::new(words.words(&head.into())).strong();
                        ui.add(Label::new(head).truncate().selectable(false));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, places.len(), |mut line| {
                    let at = line.index();
                    let site = places[at].candidate;
                    line.set_selected(chosen == Some(site));
                    line.col(|ui| {
                        let mut on = compared.contains(&site);
                        let room = on || compared.len() < MOST_COMPARED;
                        let tick = ui.add_enabled(room, Checkbox::without_text(&mut on));
                        if tick.on_hover_text(t!(words, "site-compare-does", most = MOST_COMPARED)).changed() {
                            ticked = Some(site);
                        }
                    });
                    cells(&mut line, words, &theme, shown, at, &titles);
                    if line.response().clicked() {
                        clicked = Some(site);
                    }
                });
            });
    });
    if let Some(site) = ticked {
        pitch.compare(site);
    }
    if let Some(site) = clicked {
        choose(panels, pitch, site);
    }
}

/// How many fit; where none does, which single change would bring one.
fn above(ui: &mut Ui, panels: &Panels, words: &'static Text, pitch: &Pitch) {
    let Some(found) = pitch.found() else { return };
    ui.horizontal_wrapped(|ui| {
        ui.label(words.words(&said::looked_at(found.sites.len(), found.fits)));
        if found.cut_short {
            ui.label(look::note(words.words(&said::cut_short())));
        }
        if found.untried > 0 {
            ui.label(look::note(words.words(&said::untried(found.untried))));
        }
    });
    if found.fits > 0 {
        return;
    }
    let bad = look::colour(panels.twin.theme().bad);
    let mut list = |head: Words, lines: &[Words]| {
        ui.add(Label::new(RichText::new(words.words(&head)).color(bad)).wrap());
        for line in lines {
            ui.add(Label::new(words.words(line)).wrap());
        }
    };
    if !found.confirmations.is_empty() {
        list(said::to_confirm(), &found.confirmations);
    }
    if !found.changes.is_empty() {
        list(said::nothing_fits(), &found.changes);
    } else if found.confirmations.is_empty() {
        list(said::no_single_change(), &[]);
    }
    if !found.enlargements.is_empty() {
        list(said::to_enlarge(), &found.enlargements);
    }
}

fn cells(
    line: &mut TableRow<'_, '_>,
    words: &'static Text,
    theme: &Theme,
    pitch: &Pitch,
    at: usize,
    titles: &[String],
) {
    let place = &pitch.places()[at];
    let Some(site) = pitch.site(place.candidate) else { return };
    let bad = look::colour(theme.bad);
    let standing = RichText::new(words.words(&place.standing.words())).color(standing_colour(theme, place.standing));
    let missed = RichText::new(listed(&site.missed, titles));
    for said in [
        RichText::new((at + 1).to_string()),
        RichText::new(words.words(&site.name)),
        standing,
        RichText::new(share(pitch, place)),
        if site.missed.is_empty() { missed } else { missed.color(bad) },
        RichText::new(listed(&site.unknown, titles)),
    ] {
        line.col(|ui| {
            ui.add(Label::new(said).truncate().selectable(false));
        });
    }
}

/// Share of the wishes that a site has for certain, to what it has if everything unknown turns out well; none where nothing is wished.
pub(super) fn share(pitch: &Pitch, place: &Place) -> String {
    if !pitch.has_wishes() {
        return look::NONE.to_owned();
    }
    let (low, high) = ((place.score * 100.0).round(), (place.best * 100.0).round());
    if high > low { format!("{low:.0}–{high:.0} %") } else { format!("{low:.0} %") }
}

/// How many needs, and which.
fn listed(needs: &[usize], titles: &[String]) -> String {
    if needs.is_empty() {
        return look::NONE.to_owned();
    }
    let names: Vec<&str> = needs.iter().filter_map(|need| titles.get(*need)).map(String::as_str).collect();
    format!("{}: {}", needs.len(), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_is_counted_and_named() {
        let titles = ["land", "power", "road"].map(str::to_owned);
        assert_eq!(listed(&[0, 2], &titles), "2: land, road");
        assert_eq!(listed(&[], &titles), look::NONE);
    }
}
