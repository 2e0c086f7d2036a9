//! The past of a feature: what each run of imports made of it. Asked of whoever keeps it, in a thread of its own; no frame waits.

use std::sync::{Arc, Mutex};

use analysis::words::Words;
use bevy::prelude::*;
use chrono::{DateTime, Utc};
use spatial_db::model::FeatureId;

use crate::attribute;
use crate::causes;
use crate::inspect::{Row, Section};
use crate::live::{Wake, day_and_clock};
use crate::scene::Twin;
use crate::text::{Text, t};

/// Columns that a row names; the rest is counted.
const MOST_COLUMNS: usize = 4;

/// What is known of a feature's past.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// File, and layer in it, that the feature's layer was last read from.
    pub source: Option<String>,
    /// Every state, the first one first; none where only the present is kept.
    pub states: Vec<PastState>,
    /// The last import of the park, where nothing more is kept, as in a package: its number and the moment it is of.
    pub only: Option<(Option<i64>, DateTime<Utc>)>,
}

/// A state of a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct PastState {
    /// The run that brought it.
    pub run: i64,
    /// When it was committed.
    pub finished: DateTime<Utc>,
    /// Who ran it.
    pub by: String,
    /// The run that it undid.
    pub undid: Option<i64>,
    /// Columns that differ from the state before: name, value before, value after, as they print.
    pub columns: Vec<(String, String, String)>,
    /// The shape differs.
    pub reshaped: bool,
    /// The run that took the feature out after this state.
    pub removed_by: Option<i64>,
}

/// Asks for the past of a feature, whose layer of the manifest is named; why there is none to be had, in the words of whoever
/// was asked. Called off the frame, and may take its time.
pub type PastOf = Arc<dyn Fn(FeatureId, &str) -> Result<Past, Words> + Send + Sync>;

/// Whom to ask.
#[derive(Resource, Clone, Default)]
pub(crate) struct PastReader(pub Option<PastOf>);

impl std::fmt::Debug for PastReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PastReader").field(&self.0.is_some()).finish()
    }
}

/// A feature in a state of the park.
type Of = (FeatureId, u64);

/// Where an answer is put.
type Slot = Arc<Mutex<Option<Result<Past, Words>>>>;

/// The past of the feature that is selected, or the way to it.
#[derive(Resource, Debug, Default)]
pub(crate) struct Remembrance {
    known: Option<(Of, Result<Past, Words>)>,
    asked: Option<(Of, Slot)>,
}

impl Remembrance {
    /// The past of a feature, once it is known.
    pub(crate) fn of(&self, id: FeatureId, park_version: u64) -> Option<&Result<Past, Words>> {
        self.known.as_ref().filter(|(of, _)| *of == (id, park_version)).map(|(_, past)| past)
    }
}

/// The system that asks and takes the answer.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<PastReader>().init_resource::<Remembrance>().add_systems(Update, ask);
}

fn ask(twin: Res<Twin>, reader: Res<PastReader>, wake: Option<Res<Wake>>, mut remembrance: ResMut<Remembrance>) {
    // Looked at first: a change has panels drawn anew.
    let at_hand = remembrance.bypass_change_detection();
    if let Some((of, slot)) = &at_hand.asked {
        let answer = slot.lock().ok().and_then(|mut slot| slot.take());
        // One question at a time: whoever clicks through a park does not fill it with threads.
        let Some(answer) = answer else { return };
        at_hand.known = Some((*of, answer));
        at_hand.asked = None;
        remembrance.set_changed();
    }
    let (Some(read), Some(id)) = (&reader.0, twin.shown.selection.single()) else { return };
    let of = (id, twin.park_version);
    if remembrance.known.as_ref().is_some_and(|(known, _)| *known == of) {
        return;
    }
    let slot: Slot = Arc::default();
    let park = &twin.input.snapshot;
    let layer = attribute::row_of(park, id).and_then(|row| attribute::layer(park, id.kind, row));
    let layer = layer.unwrap_or_default().to_owned();
    let (read, wake, into) = (read.clone(), wake.map(|wake| Wake::clone(&wake)), Arc::clone(&slot));
    let asking = std::thread::Builder::new().name("past".to_owned()).spawn(move || {
        let answer = read(id, &layer);
        if let Ok(mut into) = into.lock() {
            *into = Some(answer);
        }
        if let Some(wake) = wake {
            wake.wake();
        }
    });
    let remembrance = remembrance.bypass_change_detection();
    match asking {
        Ok(_) => remembrance.asked = Some((of, slot)),
        Err(error) => remembrance.known = Some((of, Err(causes::in_words(&error)))),
    }
}

/// A past as rows of the inspector, the present first.
pub(crate) fn section(words: &Text, past: Option<&Result<Past, Words>>) -> Section {
    let plain = |label: String, value: String| Row { label, value, basis: None };
    let mut rows = Vec::new();
    match past {
        None => rows.push(plain(t!(words, "past-asking"), String::new())),
        Some(Err(reason)) => {
            let basis = Some(words.failure(reason));
            rows.push(Row { label: t!(words, "past-unknown"), value: String::new(), basis });
            // No row of the inspector has more on hover.
            if let Some(detail) = words.failure_detail(reason) {
                rows.push(Row { label: String::new(), value: String::new(), basis: Some(detail) });
            }
        }
        Some(Ok(past)) => {
            if let Some(source) = &past.source {
                rows.push(plain(t!(words, "past-source"), source.clone()));
            }
            if let Some((run, moment)) = past.only {
                let time = day_and_clock(moment);
                let said = match run {
                    Some(run) => t!(words, "past-only-run", run = t!(words, "past-run", run = run), time = time),
                    None => t!(words, "past-only-moment", time = time),
                };
                rows.push(plain(t!(words, "past-only"), said));
            }
            for (at, state) in past.states.iter().enumerate().rev() {
                if let Some(run) = state.removed_by {
                    rows.push(plain(t!(words, "past-run", run = run), t!(words, "past-removed")));
                }
                rows.push(of_state(words, state, at == 0));
            }
        }
    }
    Section { heading: t!(words, "past"), rows }
}

fn of_state(words: &Text, state: &PastState, first: bool) -> Row {
    let mut what: Vec<String> = state
        .columns
        .iter()
        .take(MOST_COLUMNS)
        .map(|(column, before, after)| {
            let id = column.replace('_', "-");
            let named = words.stored("column", &id);
            // What has no word goes by the source's own name.
            let named =
                if named == id { column.strip_prefix("attributes.").unwrap_or(column).to_owned() } else { named };
            t!(words, "past-changed", column = named, before = before, after = after)
        })
        .collect();
    if state.columns.len() > MOST_COLUMNS {
        what.push(t!(words, "past-more", count = state.columns.len() - MOST_COLUMNS));
    }
    if state.reshaped {
        what.push(t!(words, "past-reshaped"));
    }
    if first {
        what.push(t!(words, "past-came"));
    } else if what.is_empty() {
        what.push(t!(words, "past-back"));
    }
    let mut basis = t!(words, "past-when", time = day_and_clock(state.finished), who = state.by);
    if let Some(undid) = state.undid {
        basis = format!("{basis} · {}", t!(words, "past-undid", run = undid));
    }
    Row { label: t!(words, "past-run", run = state.run), value: what.join("; "), basis: Some(basis) }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::{Duration, Instant};

    use spatial_db::model::FeatureKind;

    use super::*;
    use crate::fixture;
    use crate::style::Shown;
    use crate::text::Language;

    fn state(run: i64, columns: &[(&str, &str, &str)]) -> PastState {
        PastState {
            run,
            finished: "2024-03-01T11:05:00Z".parse().unwrap(),
            by: "ann".into(),
            undid: None,
            columns: columns.iter().map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into())).collect(),
            reshaped: false,
            removed_by: None,
        }
    }

    #[test]
    fn a_past_is_told_from_the_present_back() {
        let mut changed = state(3, &[("height_m", "12", "15"), ("attributes.floor no.", "2", "3")]);
        changed.reshaped = true;
        let first = PastState { removed_by: Some(2), ..state(1, &[]) };
        let past = Past { source: Some("b.gpkg: halls".into()), states: vec![first, changed], only: None };
        let section = section(Text::of(Language::English), Some(&Ok(past)));
        let told: Vec<String> = section.rows.iter().map(|row| format!("{} | {}", row.label, row.value)).collect();
        assert_eq!(
            told,
            [
                "File | b.gpkg: halls",
                "run 3 | height on record: 12 → 15; floor no.: 2 → 3; another shape",
                "run 2 | taken out",
                "run 1 | came in"
            ]
        );
        assert!(section.rows[1].basis.as_ref().unwrap().ends_with("by ann"), "{:?}", section.rows[1]);
        let many: Vec<(String, String, String)> = (0..9).map(|at| (format!("c{at}"), "a".into(), "b".into())).collect();
        let past =
            Past { states: vec![state(1, &[]), PastState { columns: many, ..state(2, &[]) }], ..Past::default() };
        let section = super::section(Text::of(Language::Chinese), Some(&Ok(past)));
        assert!(section.rows[0].value.contains('5'), "{:?}", section.rows[0]);
    }

    #[test]
    fn why_there_is_no_past_is_told_in_the_readers_language_and_in_english_below() {
        let why = Err(analysis::words!("failure-not-found", "no such file").in_english("os error 2".to_owned()));
        let told = |language| {
            let section = section(Text::of(language), Some(&why));
            section.rows.into_iter().map(|row| row.basis.expect("why")).collect::<Vec<_>>()
        };
        assert_eq!(told(Language::Chinese), ["找不到该文件或文件夹", "详细信息（英文）：os error 2"]);
        assert_eq!(told(Language::English), ["os error 2"]);
    }

    #[test]
    fn a_moment_of_today_is_told_with_its_day() {
        let now = Utc::now();
        let today = now.with_timezone(&chrono::Local).date_naive().to_string();
        for (run, wanted) in [(Some(7), "run 7, "), (None, "as of ")] {
            let past = Past { only: Some((run, now)), ..Past::default() };
            let section = section(Text::of(Language::English), Some(&Ok(past)));
            let said = &section.rows[0].value;
            assert!(said.starts_with(&format!("{wanted}{today} ")) && !said.contains("unknown"), "{said}");
        }
        let past = Past { states: vec![PastState { finished: now, ..state(1, &[]) }], ..Past::default() };
        let section = section(Text::of(Language::Chinese), Some(&Ok(past)));
        assert!(section.rows[0].basis.as_ref().unwrap().contains(&today), "{:?}", section.rows[0]);
    }

    /// Whoever is asked may take its time: the frame goes on, and the answer is taken by a later one.
    #[test]
    fn no_frame_waits_for_the_past_and_one_question_is_asked_at_a_time() {
        let input = fixture::tiny();
        let ids: Vec<FeatureId> = input.snapshot.buildings.iter().map(|b| b.id).collect();
        let (go, wait) = channel::<()>();
        let wait = Mutex::new(wait);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        let read: PastOf = Arc::new(move |id, layer| {
            assert_eq!(layer, "buildings");
            heard.lock().unwrap().push(id);
            wait.lock().unwrap().recv().map_err(|error| error.to_string())?;
            Ok(Past { source: Some(id.id.to_string()), ..Past::default() })
        });
        let mut app = App::new();
        app.insert_resource(Twin::new(input, Shown::default()))
            .add_plugins(plugin)
            .insert_resource(PastReader(Some(read)));
        let select = |app: &mut App, id: FeatureId| {
            app.world_mut().resource_mut::<Twin>().shown.selection = Some(id).into();
            let began = Instant::now();
            app.update();
            assert!(began.elapsed() < Duration::from_secs(1), "a frame waited");
        };
        for id in &ids[..3] {
            select(&mut app, *id);
        }
        assert_eq!(app.world().resource::<Remembrance>().of(ids[0], 0), None);
        let until = Instant::now() + Duration::from_mins(1);
        let mut let_go = 0;
        while app.world().resource::<Remembrance>().of(ids[2], 0).is_none() {
            assert!(Instant::now() < until, "no answer");
            if asked.lock().unwrap().len() > let_go {
                let_go += 1;
                go.send(()).unwrap();
            }
            app.update();
            std::thread::sleep(Duration::from_millis(2));
        }
        // The second was left before its turn came.
        assert_eq!(*asked.lock().unwrap(), [ids[0], ids[2]]);
        let known = app.world().resource::<Remembrance>().of(ids[2], 0).cloned().unwrap().unwrap();
        assert_eq!(known.source.as_deref(), Some("3"));
        assert_eq!(ids[2], FeatureId::new(FeatureKind::Building, 3));
    }
}
