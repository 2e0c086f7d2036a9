//! A park on its way to a window, and what comes into it later: read, worked out and handed on in the background.
//!
//! Following the database is left to `spatial_db::store::Feed`, reading a package to `spatial_db::package`, showing it to `twin_engine`.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use analysis::land::scheme::Scheme;
use analysis::network::hydraulics::awaited_pressures;
use analysis::overlay::Overlay;
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::cluster::resolve_database_url;
use spatial_db::model::{Case, CaseEntry, Imagery, ParkSnapshot};
use spatial_db::package::{PackStep, Package};
use spatial_db::store::{Arrival, Feed, FeedEvent, FeedOptions, Followed, Store, StoreError};
use twin_engine::{Loading, Lost, News, NewsCounts, NewsRun, TimeSource, TwinInput, Update};

use crate::at_hand::AtHand;
use crate::at_once::at_once;
use crate::changes;
use crate::cli::{Compared, OverlayName};
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::past::Address;
use crate::planner::{self, ZoneBasis};
use crate::progress::Progress;
use crate::report::unmet::Record;
use crate::said::in_words;
use crate::shot::{MOST_PIXELS, indexed, overlay_on, overlays};

/// Every overlay that the window switches between; unmet demand and protection come besides where they are asked for.
pub(crate) const ALL: [OverlayName; 9] = [
    OverlayName::Utilisation,
    OverlayName::Idle,
    OverlayName::Emergency,
    OverlayName::Security,
    OverlayName::Networks,
    OverlayName::Issues,
    OverlayName::Projects,
    OverlayName::Capacity,
    OverlayName::Pressure,
];
/// Those of them that a hydraulic engine has to be run for: made beside the picture, when they are first looked at.
pub(crate) const LATER: [OverlayName; 1] = [OverlayName::Pressure];
/// What fails this soon is told before a window opens.
const BEFORE_THE_WINDOW: Duration = Duration::from_millis(400);
/// Updates that may wait for the window.
const WAITING: usize = 1;

/// What the window shows.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Short name of the park, or path of a package.
    pub(crate) park: String,
    /// Overlay to begin with.
    pub(crate) overlay: OverlayName,
    /// Date the verdicts hold for; the park's own if not given.
    pub(crate) as_of: Option<NaiveDate>,
    /// Schemes that the planner's panels choose from.
    pub(crate) schemes: Vec<Scheme>,
    /// What the park is evaluated by.
    pub(crate) zone: ZoneBasis,
    /// What the changes are between.
    pub(crate) compared: Compared,
    /// Where the database is, for whoever asks it something besides.
    pub(crate) address: Address,
    /// The orthophoto is asked for, so there must be one.
    pub(crate) photo: bool,
}

/// Why there is nothing to show, once the window is closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome(Arc<Mutex<Option<Failure>>>);

impl Outcome {
    /// The failure, unless a park was shown in the end.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.0.lock().ok().and_then(|mut failure| failure.take())
    }

    fn set(&self, failure: Option<Failure>) {
        if let Ok(mut slot) = self.0.lock() {
            *slot = failure;
        }
    }
}

/// Follows a park in the background.
///
/// # Errors
/// What fails at once, such as a park that is not there.
pub(crate) fn follow(plan: Plan) -> Result<(Receiver<Update>, Outcome), Failure> {
    let (updates, received) = sync_channel(WAITING);
    let (begun, under_way) = channel();
    let outcome = Outcome::default();
    let mut way = Way {
        plan,
        updates,
        outcome: outcome.clone(),
        begun: Some(begun),
        shown: false,
        record: None,
        cases: None,
        last: None,
    };
    std::thread::Builder::new().name("park".to_owned()).spawn(move || way.go()).map_err(background)?;
    if let Err(RecvTimeoutError::Disconnected) = under_way.recv_timeout(BEFORE_THE_WINDOW)
        && let Some(failure) = outcome.failure()
    {
        return Err(failure);
    }
    Ok((received, outcome))
}

/// The window is closed.
#[derive(Debug, Clone, Copy)]
struct Closed;

/// The background's side.
struct Way {
    plan: Plan,
    updates: SyncSender<Update>,
    outcome: Outcome,
    /// Told once the park is under way; dropped where there will be none.
    begun: Option<Sender<()>>,
    /// A park was handed on.
    shown: bool,
    /// What prospects asked for, once it is read where unmet demand is asked for.
    record: Option<Record>,
    /// The cases, where they are at hand.
    cases: Option<Arc<Vec<Case>>>,
    /// The park that was handed on last, with its orthophotos.
    last: Option<(Arc<ParkSnapshot>, Option<Arc<Imagery>>)>,
}

impl Way {
    fn go(&mut self) {
        // Nobody is left to tell when the window is closed.
        let named = self.plan.park.clone();
        let _ = match (Origin::of(&named), self.plan.overlay) {
            (Origin::Package(path), _) => self.package(path),
            (Origin::Store(_), OverlayName::Changes) => self.compare(),
            (Origin::Store(_), _) => self.follow(),
        };
    }

    fn tell(&self, update: Update) -> Result<(), Closed> {
        self.updates.send(update).map_err(|_| Closed)
    }

    /// A park of two moments: nothing comes into it later.
    fn compare(&mut self) -> Result<(), Closed> {
        let Plan { park, as_of, compared, .. } = &self.plan;
        match changes::input(park, *as_of, compared, &Progress::new(true)) {
            Ok(input) => {
                if let Some(url) = data_dir().ok().and_then(|dir| resolve_database_url(&dir).ok()) {
                    let _ = self.plan.address.set(url);
                }
                self.tell(Update::Park(Box::new(input), None))
            }
            Err(failure) => self.fail(failure),
        }
    }

    /// A park out of a package: nothing comes into it later.
    fn package(&mut self, path: &Path) -> Result<(), Closed> {
        let told = Cell::new(Ok(()));
        let reading = |step: PackStep| {
            // Once the window is closed the rest is read for nobody; a package is soon read.
            if told.get().is_ok() {
                told.set(self.tell(Update::Loading(Loading::Reading { rows: step.done, of: step.all })));
            }
        };
        let read = Package::open(path).and_then(|package| {
            let snapshot = package.snapshot(&reading)?;
            Ok((snapshot, package.imagery(MOST_PIXELS)?))
        });
        told.get()?;
        match read {
            Ok((_, None)) if self.plan.photo => self.fail(Failure::NoImagery { park: self.plan.park.clone() }),
            Ok((snapshot, imagery)) => {
                if let Some(begun) = self.begun.take() {
                    let _ = begun.send(());
                }
                self.show(Arc::new(snapshot), imagery.map(Arc::new), None)
            }
            Err(error) => self.fail(error.into()),
        }
    }

    /// Ends with a failure: told in the window if it is open by then.
    fn fail(&mut self, failure: Failure) -> Result<(), Closed> {
        let update = if is_no_park(&failure) { Update::Close } else { Update::Failed(in_words(&failure)) };
        self.outcome.set(Some(failure));
        self.begun = None;
        self.tell(update)
    }

    fn follow(&mut self) -> Result<(), Closed> {
        let url = match data_dir().and_then(|dir| Ok(resolve_database_url(&dir)?)) {
            Ok(url) => url,
            Err(failure) => return self.fail(failure),
        };
        // Who set it before set the same.
        let _ = self.plan.address.set(url.clone());
        let options = FeedOptions { most_pixels: Some(MOST_PIXELS), cases: true, ..FeedOptions::default() };
        let feed = match Feed::start(&url, &self.plan.park, options) {
            Ok(feed) => feed,
            Err(error) => return self.fail(background(error)),
        };
        while let Some(event) = feed.next_event() {
            if let FeedEvent::Ended(error) = event {
                return self.fail(error.into());
            }
            if let Some(begun) = self.begun.take() {
                let _ = begun.send(());
            }
            self.pass_on(event)?;
        }
        Ok(())
    }

    fn pass_on(&mut self, event: FeedEvent) -> Result<(), Closed> {
        match event {
            FeedEvent::Reading(_) if self.shown => Ok(()),
            FeedEvent::Reading(reading) => {
                self.tell(Update::Loading(Loading::Reading { rows: reading.rows, of: reading.of }))
            }
            FeedEvent::Park(followed, arrival) => self.park(&followed, arrival.as_ref()),
            FeedEvent::Lost { since, retry_at, error } => {
                let failure = Failure::from(error);
                let reason = in_words(&failure).message;
                if !self.shown {
                    self.outcome.set(Some(failure));
                }
                self.tell(Update::Lost(Lost { since, retry_at, reason }))
            }
            FeedEvent::Cases(cases) => self.cases(cases),
            FeedEvent::Back => self.tell(Update::Back),
            FeedEvent::Ended(error) => self.fail(error.into()),
        }
    }

    /// Hands cases on; and the park anew, where verdicts on its land follow from them that did not before.
    fn cases(&mut self, cases: Vec<Case>) -> Result<(), Closed> {
        let cases = Arc::new(cases);
        let differs = self.cases.as_deref().map(|known| bearing(known)) != Some(bearing(&cases));
        self.cases = Some(Arc::clone(&cases));
        self.tell(Update::Cases(planner::cases(cases)))?;
        match self.last.clone().filter(|_| differs) {
            Some((snapshot, imagery)) => self.show(snapshot, imagery, None),
            None => Ok(()),
        }
    }

    /// The cases for the first picture, so that it need not be drawn anew when the feed tells them. Where they cannot be read, the feed
    /// says why, or tells them later.
    fn cases_at_first(&self) -> Option<Arc<Vec<Case>>> {
        let url = data_dir().ok().and_then(|dir| resolve_database_url(&dir).ok())?;
        let cases = Store::connect(&url).and_then(|mut store| store.cases(&self.plan.park));
        cases.ok().map(Arc::new)
    }

    /// Works out what is shown of a state of the park.
    fn park(&mut self, followed: &Followed, arrival: Option<&Arrival>) -> Result<(), Closed> {
        let news = arrival.map(news);
        if arrival.is_some_and(Arrival::is_nothing) && self.shown {
            return news.map_or(Ok(()), |news| self.tell(Update::News(news)));
        }
        let (snapshot, imagery) = (Arc::clone(&followed.snapshot), followed.imagery.clone());
        if self.plan.photo && imagery.is_none() && !self.shown {
            return self.fail(Failure::NoImagery { park: self.plan.park.clone() });
        }
        if self.cases.is_none() {
            self.cases = self.cases_at_first();
        }
        self.show(snapshot, imagery, news)
    }

    /// Hands a park on with its overlays.
    fn show(
        &mut self,
        snapshot: Arc<ParkSnapshot>,
        imagery: Option<Arc<Imagery>>,
        news: Option<News>,
    ) -> Result<(), Closed> {
        let first = !self.shown;
        let mut told = Ok(());
        let cache = indexed(&snapshot);
        let cases = self.cases.clone().map(|cases| AtHand::new(cases, snapshot.park.as_of));
        self.last = Some((Arc::clone(&snapshot), imagery.clone()));
        let (mut overlays, mut time) = at_first(&cache, self.plan.as_of, cases.as_ref(), &mut |done, of| {
            if first && told.is_ok() {
                told = self.tell(Update::Loading(Loading::Overlays { done, of }));
            }
        });
        told?;
        if self.plan.overlay == OverlayName::Unmet && self.record.is_none() {
            let record = Record::of(Origin::of(&self.plan.park));
            match record {
                Ok(record) => self.record = Some(record),
                Err(failure) => return self.fail(failure),
            }
        }
        if self.plan.overlay == OverlayName::Protection {
            let wanted = [&ALL[..], &[OverlayName::Protection]].concat();
            time.overlay_on = overlay_on(&cache, &wanted, cases.clone());
            overlays.extend((time.overlay_on)(time.as_of, OverlayName::Protection.word()).map(Arc::new));
        }
        if let Some(record) = &self.record {
            overlays.push(Arc::new(record.overlay(&cache, time.as_of)));
            time.overlay_on = record.beside(time.overlay_on, &cache);
        }
        let active = Some(self.plan.overlay.word().to_owned());
        let Plan { schemes, zone, .. } = &self.plan;
        let planner = planner::planner(cache, schemes.clone(), zone.clone(), self.record.clone(), cases);
        let input =
            TwinInput { snapshot, overlays, active, imagery, time: Some(time), planner: Some(planner), apart: None };
        self.outcome.set(None);
        self.shown = true;
        self.tell(Update::Park(Box::new(input), news))
    }
}

/// What of cases bears on verdicts: where each stands, who caused it, what was agreed. A note, a file or a deadline leaves them alone.
fn bearing(cases: &[Case]) -> Vec<(i64, String)> {
    let bears = |entry: &CaseEntry<'_>| entry.event.state.is_some() || entry.event.remedy.is_some();
    let of_case = |case: &Case| {
        let entries = case.entries();
        let said = entries.iter().filter(|entry| bears(entry)).map(|entry| {
            let CaseEntry { event, day, cause, starts, due, withdrawn, .. } = entry;
            format!("{:?}", (event.state, event.remedy, day, cause, starts, due, withdrawn))
        });
        (case.case_id, said.collect::<Vec<_>>().join("\n"))
    };
    cases.iter().map(of_case).collect()
}

/// The overlays of the window as it opens: those that take long stand empty, behind the others. `hear` is told how many are made, and
/// of how many.
fn at_first(
    cache: &Arc<Cache>,
    as_of: Option<NaiveDate>,
    cases: Option<&AtHand>,
    hear: &mut dyn FnMut(usize, usize),
) -> (Vec<Arc<Overlay>>, TimeSource) {
    let now: Vec<OverlayName> = ALL.into_iter().filter(|name| !LATER.contains(name)).collect();
    let (mut all, mut time) = overlays(cache, &now, as_of, cases, &mut |_, done| hear(done, now.len()));
    all.push(Arc::new(awaited_pressures(time.as_of)));
    time.overlay_on = overlay_on(cache, &ALL, cases.cloned());
    time.at_once = Some(at_once(cache, cases.cloned()));
    time.later = LATER.iter().map(|name| name.word().to_owned()).collect();
    (all, time)
}

fn background(source: std::io::Error) -> Failure {
    Failure::Background { source }
}

/// What came, as the window tells it.
fn news(arrival: &Arrival) -> News {
    let counts = |c: &spatial_db::store::KindCounts| NewsCounts {
        kind: c.kind,
        added: c.added,
        changed: c.changed,
        removed: c.removed,
    };
    News {
        counts: arrival.counts.iter().map(counts).collect(),
        ground: arrival.ground,
        photo: arrival.imagery,
        runs: arrival.runs.len(),
        last: arrival.runs.last().map(|run| NewsRun { run: run.run_id, undid: run.reverts, finished: run.finished }),
    }
}

/// A park that is not there: no window helps.
fn is_no_park(failure: &Failure) -> bool {
    let Failure::Store { source } = failure else { return false };
    matches!(**source, StoreError::NoSuchPark { .. } | StoreError::BadUrl { .. })
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn the_window_switches_between_every_overlay_of_one_moment() {
        for name in OverlayName::value_variants() {
            // What compares two moments has a window of its own; what is not in the park comes only where it is asked for, and so does
            // the list of protection, for which no digit is left.
            let apart = [OverlayName::Changes, OverlayName::Unmet, OverlayName::Protection].contains(name);
            assert_eq!(ALL.contains(name), !apart, "{name:?}");
        }
        assert!(ALL.len() <= 9, "a digit switches to each");
    }

    #[test]
    fn no_hydraulic_engine_runs_before_the_first_picture_and_the_overlay_says_so() {
        use spatial_db::model::Park;

        assert!(ALL.ends_with(&LATER), "what is given later has its place behind the others");
        let cache = indexed(&Arc::new(ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549))));
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let mut heard = Vec::new();
        let (given, time) = at_first(&cache, Some(as_of), None, &mut |done, of| heard.push((done, of)));
        assert_eq!(heard.len(), ALL.len() - LATER.len(), "{heard:?}");
        let pressure = given.last().unwrap();
        assert_eq!((pressure.name.as_str(), pressure.as_of), (OverlayName::Pressure.word(), as_of));
        assert_eq!(pressure.notes, ["the pressures are being worked out"]);
        assert_eq!(time.later, [OverlayName::Pressure.word()]);
        // Asked for, it is made, and says why there are none.
        let made = (time.overlay_on)(as_of, "pressure").unwrap();
        assert!(made.notes[0].contains("no pressures: "), "{:?}", made.notes);
    }
}
