//! The search box: results while typing, chosen with arrows and Enter or a click, flown to and selected.

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;
use bevy_egui::egui::{self, Align, Key, Label, Layout, RichText, TextEdit, Ui};
use spatial_db::model::FeatureKind;

use super::{Panels, inspector::kind_name, look};
use crate::action::Action;
use crate::layers::Selection;
use crate::live::Wake;
use crate::scene::{Meshed, Twin};
use crate::search::{Field, Found, Index};
use crate::text::{Text, t};
use crate::work::Work;

/// The index, once it is made, and what was last asked of it.
#[derive(Resource, Debug, Default)]
pub(crate) struct Search {
    making: Option<Work<Index>>,
    index: Option<Arc<Index>>,
    query: String,
    asked: Option<String>,
    /// A question to an index that is too large for a frame, and the answer on its way.
    asking: Option<(String, Work<Answer>)>,
    /// Enter was pressed before the answer came.
    goes: bool,
    found: Vec<Found>,
    /// How many there are in all; the best of them were found.
    all: usize,
    chosen: usize,
    took: Duration,
    /// The park that the index is of, or will be.
    of: Option<u64>,
}

/// What was found, how many there are in all, and how long it took.
type Answer = (Vec<Found>, usize, Duration);

/// Makes the index of each park in the background, once its scene is made; until then the one before serves.
pub(super) fn make_index(
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    wake: Option<Res<Wake>>,
    mut search: ResMut<Search>,
) {
    if meshed.is_none() || search.of == Some(twin.park_version) {
        return;
    }
    search.of = Some(twin.park_version);
    let (park, wake) = (twin.input.snapshot.clone(), wake.map(|wake| Wake::clone(&wake)));
    let done = move || {
        if let Some(wake) = wake {
            wake.wake();
        }
    };
    search.making = Some(Work::begin(move || Index::new(&park), done));
}

pub(super) fn take_index(mut search: ResMut<Search>) {
    if search.making.is_none() {
        return;
    }
    if let Some(index) = search.making.as_ref().and_then(Work::take) {
        search.index = Some(Arc::new(index));
        search.making = None;
        (search.asked, search.asking) = (None, None);
        tracing::info!("the search can be asked");
    }
}

pub(super) fn show(ui: &mut Ui, panels: &mut Panels) {
    let words = panels.twin.words();
    let edit = TextEdit::singleline(&mut panels.search.query)
        .hint_text(t!(words, "search-hint"))
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 5));
    let response = ui.add(edit);
    if response.changed() {
        // Whoever types on does not go to what was asked for before.
        panels.search.goes = false;
    }
    if std::mem::take(&mut panels.ui.take_focus) {
        response.request_focus();
        tracing::info!("the search has the keyboard");
    }
    ask(&mut panels.search, &panels.wake);
    panels.search.goes |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    // What is chosen among the answers to an older question is not what is meant.
    let go = panels.search.is_answered() && std::mem::take(&mut panels.search.goes);
    if response.has_focus() {
        let step =
            ui.input(|input| i32::from(input.key_pressed(Key::ArrowDown)) - i32::from(input.key_pressed(Key::ArrowUp)));
        let last = panels.search.found.len().saturating_sub(1);
        panels.search.chosen = panels.search.chosen.saturating_add_signed(step as isize).min(last);
    }
    ui.add_space(4.0);
    if panels.search.index.is_none() {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label(look::note(t!(words, "search-making")));
        });
        return;
    }
    if panels.search.query.trim().is_empty() {
        ui.label(look::note(t!(words, "search-what")));
        return;
    }
    let (count, ms) = (panels.search.found.len(), panels.search.took.as_secs_f64() * 1000.0);
    let told = if count == 0 {
        t!(words, "search-none")
    } else if panels.search.all > count {
        t!(words, "search-found-of", count = count, all = panels.search.all, ms = format!("{ms:.1}"))
    } else {
        t!(words, "search-found", count = count, ms = format!("{ms:.1}"))
    };
    ui.label(look::note(told));
    let mut picked = go.then_some(panels.search.chosen);
    for at in 0..count {
        let on = at == panels.search.chosen;
        if result(ui, words, &panels.search.found[at], on).clicked() {
            panels.search.chosen = at;
            picked = Some(at);
        }
    }
    // Of an enterprise that sits nowhere on record there is nothing to fly to.
    let placed = |found: &&Found| found.id.kind != FeatureKind::Enterprise;
    if let Some(found) = picked.and_then(|at| panels.search.found.get(at)).filter(placed).cloned() {
        if matches!(found.id.kind, FeatureKind::NetworkEdge | FeatureKind::NetworkNode) && !panels.twin.is_underground()
        {
            panels.act(Action::Underground);
        }
        panels.twin.shown.selection = Selection::from(Some(found.id));
        panels.act(Action::FlyToSelection);
        if go {
            response.request_focus();
        }
    }
}

impl Search {
    /// True where what was found is what is asked for now.
    fn is_answered(&self) -> bool {
        self.asked.as_ref() == Some(&self.query)
    }

    fn take(&mut self, query: String, (found, all, took): Answer) {
        (self.found, self.all, self.took) = (found, all, took);
        (self.chosen, self.asked) = (0, Some(query));
    }
}

/// Asks the index: a small one at once, a large one beside the frame, one question at a time.
fn ask(search: &mut Search, wake: &Wake) {
    let Some(index) = search.index.clone() else { return };
    if let Some(answer) = search.asking.as_ref().and_then(|(_, work)| work.take())
        && let Some((query, _)) = search.asking.take()
    {
        search.take(query, answer);
    }
    if search.is_answered() || search.asking.is_some() {
        return;
    }
    let (query, is_quick) = (search.query.clone(), index.is_quick());
    let of = query.clone();
    let answer = move || {
        let start = std::time::Instant::now();
        let (found, all) = index.search_counted(&of);
        (found, all, start.elapsed())
    };
    if is_quick {
        search.take(query, answer());
    } else {
        let wake = wake.clone();
        search.asking = Some((query, Work::begin(answer, move || wake.wake())));
    }
}

fn result(ui: &mut Ui, words: &Text, found: &Found, on: bool) -> egui::Response {
    let fill = if on { ui.visuals().selection.bg_fill } else { egui::Color32::TRANSPARENT };
    let row =
        egui::Frame::new().fill(fill).corner_radius(4).inner_margin(egui::Margin::symmetric(8, 4)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(Label::new(RichText::new(&found.text)).truncate().selectable(false));
            ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                let what = match found.id.kind {
                    FeatureKind::Enterprise => t!(words, "search-no-place", field = field(words, found.field)),
                    kind => {
                        t!(words, "search-result", kind = kind_name(words, kind), field = field(words, found.field))
                    }
                };
                ui.add(Label::new(look::note(what)).selectable(false));
            });
        });
    let response = row.response.interact(egui::Sense::click()).on_hover_cursor(egui::CursorIcon::PointingHand);
    if on {
        response.scroll_to_me(None);
    }
    response
}

fn field(words: &Text, field: Field) -> String {
    match field {
        Field::Number => t!(words, "column-number"),
        Field::Name => t!(words, "column-name"),
        Field::Enterprise => t!(words, "field-enterprise"),
        Field::Address => t!(words, "column-address"),
        Field::Holder => t!(words, "column-holder"),
        Field::Key => t!(words, "column-key"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};

    use super::*;
    use crate::fixture;

    /// A search in a park of so many buildings, with what tells that it is woken.
    fn search(buildings: i64, query: &str) -> (Search, Wake, std::sync::mpsc::Receiver<()>) {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let mut park = (*fixture::tiny().snapshot).clone();
        let one = park.buildings[0].clone();
        park.buildings = (0..buildings)
            .map(|at| {
                let mut building = one.clone();
                building.id.id = at;
                building.name = Some(format!("hall {at}"));
                building
            })
            .collect();
        let (tell, told) = channel();
        let wake = Wake::telling(move || {
            let _ = tell.send(());
        });
        let index = Some(Arc::new(Index::new(&park)));
        (Search { index, query: query.to_owned(), ..Search::default() }, wake, told)
    }

    #[test]
    fn a_small_park_answers_in_the_frame_and_a_large_one_wakes_the_window_with_its_answer() {
        let (mut small, wake, _told) = search(20, "hall 7");
        ask(&mut small, &wake);
        assert!(small.is_answered() && small.found[0].text == "hall 7");

        let (mut large, wake, told) = search(60_000, "h");
        ask(&mut large, &wake);
        assert!(!large.is_answered() && large.asking.is_some(), "no frame waits for it");
        // Typed on meanwhile: one question at a time, the last one is answered last.
        large.query.push_str("all 59999");
        ask(&mut large, &wake);
        // Where the first answer came in between, it was taken before the next question was asked.
        let asking = large.asking.as_ref().map(|(query, _)| query.as_str());
        let in_turn = asking == Some("h") || (asking == Some("hall 59999") && large.asked.as_deref() == Some("h"));
        assert!(in_turn, "{asking:?} after {:?}", large.asked);
        while !large.is_answered() {
            told.recv_timeout(Duration::from_mins(1)).expect("the window is woken");
            ask(&mut large, &wake);
        }
        assert_eq!((large.found[0].text.as_str(), large.all), ("hall 59999", 1));
    }
}
