//! A window that lives with its source: it opens before the park is read, and takes what comes later.
//!
//! Where updates come from is left to the caller. Putting a park in the place of the one shown is left to
//! `scene::exchange`, what is told about it to `ui`.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use analysis::words::Words;
use bevy::prelude::*;
use bevy::winit::{EventLoopProxyWrapper, WinitUserEvent};
use chrono::{DateTime, Local, Utc};
use spatial_db::model::FeatureKind;

use crate::causes;
use crate::error::EngineError;
use crate::history::History;
use crate::input::TwinInput;
use crate::moment;
use crate::planner::{CaseSource, Desk};
use crate::scene::{self, Exchange, Meshed, MeshingFailed, Twin, Uploads};
use crate::scene_file::SceneFile;
use crate::style::Shown;
use crate::time::Years;
use crate::ui::Ui;

/// Updates that may wait for the next frame.
const WAITING: usize = 2;

/// What an open window is told by its caller.
#[derive(Debug)]
pub enum Update {
    /// How far the park is on its way.
    Loading(Loading),
    /// A park to show: the first, or one in the place of that which is shown, with what came.
    Park(Box<TwinInput>, Option<News>),
    /// Something came that leaves everything shown as it is.
    News(News),
    /// The cases of the park as they are now.
    Cases(CaseSource),
    /// The park cannot be shown, or not be kept up to date.
    Failed(Failed),
    /// The source does not answer.
    Lost(Lost),
    /// The source answers again.
    Back,
    /// Nothing will ever be shown: close the window.
    Close,
}

/// A step on the way to the first picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loading {
    /// The database is being reached.
    Database,
    /// The park is being read.
    Reading {
        /// Rows read.
        rows: u64,
        /// Rows that there are.
        of: u64,
    },
    /// Verdicts are being worked out.
    Overlays {
        /// Overlays done.
        done: usize,
        /// All of them.
        of: usize,
    },
}

impl Loading {
    /// How much of the step is done, 0..1; `None` where nothing tells it.
    pub(crate) fn share(self) -> Option<f32> {
        let share = |done: f64, of: f64| (of > 0.0).then(|| (done / of).clamp(0.0, 1.0) as f32);
        match self {
            Self::Database => None,
            Self::Reading { rows, of } => share(rows as f64, of as f64),
            Self::Overlays { done, of } => share(done as f64, of as f64),
        }
    }
}

/// Why there is no park to show, in the words of whoever failed; the window says what it can of them in its own language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What failed; in English with its causes.
    pub message: Words,
    /// What to do about it.
    pub hint: Option<Words>,
}

impl Failed {
    /// An error of the engine.
    fn of(error: &EngineError) -> Self {
        Self { message: causes::in_words(error), hint: None }
    }
}

/// The source does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it will be tried again.
    pub retry_at: DateTime<Utc>,
    /// Why, in the words of whoever found out.
    pub reason: Words,
}

/// What came into the park.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// Features that differ, by kind.
    pub counts: Vec<NewsCounts>,
    /// The ground is another.
    pub ground: bool,
    /// The orthophoto is another.
    pub photo: bool,
    /// Runs that brought it; 0 where the source was put back to an earlier moment.
    pub runs: usize,
    /// The last of them.
    pub last: Option<NewsRun>,
}

/// The run that brought news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewsRun {
    /// Number.
    pub run: i64,
    /// The run that it undid.
    pub undid: Option<i64>,
    /// When it was committed.
    pub finished: DateTime<Utc>,
}

/// How many features of a kind came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewsCounts {
    /// Kind.
    pub kind: FeatureKind,
    /// Those that were not there.
    pub added: u64,
    /// Those with another content.
    pub changed: u64,
    /// Those that are gone.
    pub removed: u64,
}

impl News {
    /// This and what came after it, as one.
    fn and(mut self, later: Self) -> Self {
        for counts in later.counts {
            match self.counts.iter_mut().find(|known| known.kind == counts.kind) {
                Some(known) => {
                    known.added += counts.added;
                    known.changed += counts.changed;
                    known.removed += counts.removed;
                }
                None => self.counts.push(counts),
            }
        }
        let (ground, photo) = (self.ground || later.ground, self.photo || later.photo);
        Self { ground, photo, runs: self.runs + later.runs, last: later.last.or(self.last), ..self }
    }
}

/// How the window stands with its source.
#[derive(Resource, Debug, Default)]
pub(crate) struct Live {
    /// No park is there yet.
    pub waiting: bool,
    /// How far it is.
    pub loading: Option<Loading>,
    /// Why it is not there, or not up to date.
    pub failed: Option<Failed>,
    /// The source does not answer.
    pub lost: Option<Lost>,
    /// What came last.
    pub news: Option<News>,
    /// A scene to begin with, for when the first park is there.
    pub scene: Option<SceneFile>,
    /// Cases that came, for the panels to take.
    cases: Option<CaseSource>,
    /// The park to show next.
    next: Option<(Box<TwinInput>, Option<News>)>,
}

impl Live {
    /// Another state of the park is shown now.
    pub(crate) fn shown(&mut self, news: Option<News>) {
        if let Some(run) = news.as_ref().and_then(|news| news.last) {
            tracing::info!("run {} is shown", run.run);
        }
        self.failed = None;
        self.news = news.or(self.news.take());
    }

    /// Before the first park.
    pub(crate) fn waiting() -> Self {
        Self { waiting: true, loading: Some(Loading::Database), ..Self::default() }
    }

    /// Takes an update; true where the window must close.
    fn take(&mut self, update: Update) -> bool {
        match update {
            Update::Loading(loading) => self.loading = Some(loading),
            Update::Park(input, news) => {
                // A park that was not shown yet is left out; what it brought is told.
                let before = self.next.take().and_then(|(_, news)| news);
                let news = match (before, news) {
                    (Some(before), Some(news)) => Some(before.and(news)),
                    (before, news) => news.or(before),
                };
                self.next = Some((input, news));
                self.failed = None;
            }
            Update::News(news) => self.news = Some(news),
            Update::Cases(source) => self.cases = Some(source),
            Update::Failed(failed) => {
                tracing::info!("the window tells of a failure: {}", failed.message);
                self.failed = Some(failed);
            }
            Update::Lost(lost) => {
                tracing::info!("the database is lost: {}", lost.reason);
                self.lost = Some(lost);
            }
            Update::Back => {
                tracing::info!("the database is back");
                self.lost = None;
            }
            Update::Close => return true,
        }
        false
    }
}

/// Updates on their way to the next frame.
#[derive(Resource, Debug)]
pub(crate) struct Inbox(Mutex<Receiver<Update>>);

/// Wakes a window that rests.
#[derive(Resource, Clone)]
pub(crate) struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    /// Wakes the window of this app, if it has one.
    fn of(app: &App) -> Self {
        let Some(proxy) = app.world().get_resource::<EventLoopProxyWrapper>() else { return Self(Arc::new(|| {})) };
        let proxy = Mutex::new((**proxy).clone());
        Self(Arc::new(move || {
            // A window that is gone need not be woken.
            let _ = proxy.lock().map(|proxy| proxy.send_event(WinitUserEvent::WakeUp));
        }))
    }

    /// Wakes nothing.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self(Arc::new(|| {}))
    }

    /// Tells a test instead of a window.
    #[cfg(test)]
    pub(crate) fn telling(tell: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// Has the window draw a frame.
    pub(crate) fn wake(&self) {
        (self.0)();
    }
}

/// Adds what a live window needs; `updates` wake it.
pub(crate) fn add_live(app: &mut App, live: Live, updates: Option<Receiver<Update>>) {
    let wake = Wake::of(app);
    let (sender, inbox) = sync_channel(WAITING);
    if let Some(updates) = updates {
        forward(updates, sender, wake.clone());
    }
    app.insert_resource(live)
        .insert_resource(wake)
        .insert_resource(Inbox(Mutex::new(inbox)))
        .add_systems(bevy::app::Update, (take_updates, tell_failure, show_next).chain().before(scene::SceneSystems));
}

/// Passes updates on, each with a frame to take it; ends with either side.
fn forward(updates: Receiver<Update>, sender: SyncSender<Update>, wake: Wake) {
    let pass = move || {
        for update in updates {
            // The window may rest behind a full channel.
            wake.wake();
            if sender.send(update).is_err() {
                return;
            }
            wake.wake();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("updates".to_owned()).spawn(pass) {
        tracing::error!("the window will not be kept up to date: {error}");
    }
}

fn take_updates(
    inbox: Res<Inbox>,
    mut live: ResMut<Live>,
    desk: Option<ResMut<Desk>>,
    mut exit: MessageWriter<AppExit>,
) {
    let Ok(inbox) = inbox.0.lock() else { return };
    while let Ok(update) = inbox.try_recv() {
        if live.take(update) {
            exit.write(AppExit::Success);
        }
    }
    if let (Some(mut desk), true) = (desk, live.cases.is_some())
        && let Some(source) = live.cases.take()
    {
        desk.take_cases(source);
    }
}

/// Why the window has nothing to show, for whoever opened it.
#[derive(Resource, Debug, Default, Clone)]
pub(crate) struct Failure(pub Arc<Mutex<Option<EngineError>>>);

/// A park that cannot be drawn is told of; the window stays, another may come.
fn tell_failure(
    failed: Option<Res<MeshingFailed>>,
    failure: Res<Failure>,
    meshed: Option<Res<Meshed>>,
    mut live: ResMut<Live>,
    mut commands: Commands,
) {
    if failed.is_none() {
        return;
    }
    live.waiting = meshed.is_none();
    let out = failure.0.clone();
    commands.queue(move |world: &mut World| {
        let Some(MeshingFailed(error)) = world.remove_resource::<MeshingFailed>() else { return };
        let shown = world.contains_resource::<Meshed>();
        world.resource_mut::<Live>().failed = Some(Failed::of(&error));
        if let (Ok(mut out), false) = (out.lock(), shown) {
            *out = Some(error);
        }
    });
}

/// Brings the next park on its way, once the one before is in its place.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(crate) fn show_next(
    mut live: ResMut<Live>,
    mut twin: ResMut<Twin>,
    exchange: Option<Res<Exchange>>,
    meshed: Option<Res<Meshed>>,
    uploads: Option<Res<Uploads>>,
    failure: Res<Failure>,
    wake: Res<Wake>,
    mut years: ResMut<Years>,
    mut ui: Option<ResMut<Ui>>,
    mut history: Option<ResMut<History>>,
    mut commands: Commands,
) {
    if live.next.is_none() || exchange.is_some() {
        return;
    }
    if live.waiting {
        let Some((input, _)) = live.next.take() else { return };
        match input.active_index() {
            Ok(overlay) => {
                let shown = Shown { overlay, ..twin.shown.clone() };
                *twin = Twin {
                    overlays_version: twin.overlays_version + 1,
                    park_version: twin.park_version + 1,
                    ..twin.over(*input, shown)
                };
                if let (Some(scene), Some(ui)) = (live.scene.take(), &mut ui) {
                    ui.missing = moment::show(&mut twin, &scene);
                }
                years.begin(&twin);
                if let Some(history) = &mut history {
                    **history = History::default();
                }
                (live.waiting, live.loading) = (false, None);
                if let Ok(mut out) = failure.0.lock() {
                    *out = None;
                }
                let wake = Wake::clone(&wake);
                scene::begin(&twin, &mut commands, move || wake.wake());
            }
            Err(error) => live.failed = Some(Failed::of(&error)),
        }
        return;
    }
    let Some(meshed) = meshed.filter(|_| uploads.is_some_and(|uploads| uploads.is_done())) else { return };
    let Some((input, news)) = live.next.take() else { return };
    let wake = Wake::clone(&wake);
    commands.insert_resource(Exchange::begin(&twin, &meshed, *input, news, move || wake.wake()));
}

/// Time of day here; the day too where it is another.
pub(crate) fn clock(at: DateTime<Utc>) -> String {
    let (at, today) = (at.with_timezone(&Local), Local::now().date_naive());
    let form = if at.date_naive() == today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    at.format(form).to_string()
}

/// Day and time of day here.
pub(crate) fn day_and_clock(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(kind: FeatureKind, added: u64, changed: u64, removed: u64) -> NewsCounts {
        NewsCounts { kind, added, changed, removed }
    }

    #[test]
    fn news_that_came_together_are_told_together() {
        let run = |run| Some(NewsRun { run, undid: None, finished: DateTime::UNIX_EPOCH });
        let first =
            News { counts: vec![counts(FeatureKind::Parcel, 2, 1, 0)], runs: 1, last: run(4), ..News::default() };
        let second = News {
            counts: vec![counts(FeatureKind::Parcel, 0, 3, 1), counts(FeatureKind::Building, 7, 0, 0)],
            ground: true,
            runs: 2,
            last: run(6),
            ..News::default()
        };
        let input = || Box::new(crate::fixture::tiny());
        let mut live = Live::default();
        assert!(!live.take(Update::Park(input(), Some(first))));
        assert!(!live.take(Update::Park(input(), Some(second))));
        let (_, news) = live.next.take().unwrap();
        let wanted = vec![counts(FeatureKind::Parcel, 2, 4, 1), counts(FeatureKind::Building, 7, 0, 0)];
        assert_eq!(news, Some(News { counts: wanted, ground: true, photo: false, runs: 3, last: run(6) }));
        assert!(live.take(Update::Close));
    }

    #[test]
    fn the_park_that_arrives_is_drawn_as_the_window_can() {
        let input = crate::fixture::tiny();
        let before = Twin::new(TwinInput::before("tiny"), Shown::default());
        let before = Twin { software: true, one_sample: true, px_factor: 0.7, ..before };
        let there = before.over(input, Shown::default());
        assert_eq!((there.software, there.one_sample, there.px_factor), (true, true, 0.7));
    }

    #[test]
    fn a_server_that_is_back_is_no_longer_lost() {
        let mut live = Live::waiting();
        let now = Utc::now();
        live.take(Update::Lost(Lost { since: now, retry_at: now, reason: "gone".into() }));
        assert!(live.lost.is_some() && live.waiting);
        live.take(Update::Back);
        assert_eq!(live.lost, None);
    }

    #[test]
    fn shares_stay_within_bounds() {
        assert_eq!(Loading::Database.share(), None);
        assert_eq!(Loading::Reading { rows: 3, of: 0 }.share(), None);
        assert_eq!(Loading::Reading { rows: 9, of: 6 }.share(), Some(1.0));
        assert_eq!(Loading::Overlays { done: 1, of: 4 }.share(), Some(0.25));
    }
}
