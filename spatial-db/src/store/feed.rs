//! A park followed from a thread of its own: read once, then whenever a run was committed, through losses of the server.
//!
//! A notification only wakes it; what came is read from the last run seen on, so nothing is missed that was committed while
//! nobody listened. What is read is left to `follow`.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use postgres::fallible_iterator::FallibleIterator;

use super::{Arrival, Followed, Reading, Store, StoreError, sql};
use crate::model::Case;

/// Events that may wait to be taken: none. A feed that is ahead of its listener waits, and then reads all that came
/// meanwhile as one.
const WAITING: usize = 0;
/// How often a feed that waits looks whether it should end.
const LOOK_UP: Duration = Duration::from_millis(200);
/// How often a server that cannot notify (a standby, a pooled connection) is asked.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How a park is followed.
#[derive(Debug, Clone)]
pub struct FeedOptions {
    /// Reads the orthophotos too, of at most so many pixels; see [`Store::imagery`].
    pub most_pixels: Option<u64>,
    /// Tells the park's cases too, where this user may see them.
    pub cases: bool,
    /// After this long without a notification the server is asked all the same.
    pub ask_every: Duration,
    /// First wait before a server that was lost is tried again; each next one is twice as long.
    pub first_retry: Duration,
    /// Longest such wait.
    pub longest_retry: Duration,
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            most_pixels: None,
            cases: false,
            ask_every: Duration::from_secs(15),
            first_retry: Duration::from_millis(500),
            longest_retry: Duration::from_secs(15),
        }
    }
}

/// What a feed tells.
#[derive(Debug)]
pub enum FeedEvent {
    /// The park is being read. Left out where nobody takes it in time.
    Reading(Reading),
    /// The park as it is now; what came, unless it is the first.
    Park(Box<Followed>, Option<Arrival>),
    /// The cases of the park as they are now, where they were asked for: after the park, and whenever they are others.
    Cases(Vec<Case>),
    /// The server cannot be used.
    Lost {
        /// Since when.
        since: DateTime<Utc>,
        /// When it will be tried again.
        retry_at: DateTime<Utc>,
        /// Why.
        error: StoreError,
    },
    /// The server answers again. What was missed follows.
    Back,
    /// The park cannot be followed at all: it is not there, or the address is wrong. Nothing follows.
    Ended(StoreError),
}

/// A park being followed. Dropping it ends that: at once, but for a connection that is just being made, which its thread
/// gives up by itself.
#[derive(Debug)]
pub struct Feed {
    events: Receiver<FeedEvent>,
    stopped: Arc<AtomicBool>,
}

impl Feed {
    /// Follows a park of the server at `url`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(url: &str, slug: &str, options: FeedOptions) -> std::io::Result<Self> {
        let (sender, events) = sync_channel(WAITING);
        let stopped = Arc::new(AtomicBool::new(false));
        let mut line = Line {
            url: url.to_owned(),
            slug: slug.to_owned(),
            wait: options.first_retry,
            options,
            events: sender,
            stopped: Arc::clone(&stopped),
            known: None,
            cases: None,
            lost: None,
        };
        std::thread::Builder::new().name("park-feed".to_owned()).spawn(move || line.run())?;
        Ok(Self { events, stopped })
    }

    /// The next event, waited for; `None` after [`FeedEvent::Ended`].
    pub fn next_event(&self) -> Option<FeedEvent> {
        self.events.recv().ok()
    }

    /// The next event within `patience`.
    pub fn next_within(&self, patience: Duration) -> Option<FeedEvent> {
        self.events.recv_timeout(patience).ok()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// Nobody listens any more.
struct Unheard;

/// The thread's side.
struct Line {
    url: String,
    slug: String,
    options: FeedOptions,
    events: SyncSender<FeedEvent>,
    stopped: Arc<AtomicBool>,
    known: Option<Followed>,
    /// The cases that were told.
    cases: Option<Vec<Case>>,
    lost: Option<DateTime<Utc>>,
    /// Wait before the next try.
    wait: Duration,
}

impl Line {
    fn run(&mut self) {
        loop {
            let Err(error) = self.session() else { return };
            if self.is_stopped() {
                return;
            }
            let is_final = matches!(error, StoreError::NoSuchPark { .. } | StoreError::BadUrl { .. });
            if is_final && self.known.is_none() {
                let _ = self.events.send(FeedEvent::Ended(error));
                return;
            }
            let now = Utc::now();
            let since = *self.lost.get_or_insert(now);
            let retry_at = now + self.wait;
            if self.tell(FeedEvent::Lost { since, retry_at, error }).is_err() || self.rest(self.wait).is_err() {
                return;
            }
            self.wait = (self.wait * 2).min(self.options.longest_retry);
        }
    }

    /// One connection, until it breaks or nobody listens.
    fn session(&mut self) -> Result<Unheard, StoreError> {
        let mut store = Store::connect(&self.url)?;
        let listens = store.listen()?;
        let ask_every = if listens { self.options.ask_every } else { ASK_EVERY.min(self.options.ask_every) };
        loop {
            let came = self.read(&mut store)?;
            self.wait = self.options.first_retry;
            if self.lost.take().is_some() && self.tell(FeedEvent::Back).is_err() {
                return Ok(Unheard);
            }
            if let Some((followed, arrival)) = came {
                self.known = Some(followed.clone());
                if self.tell(FeedEvent::Park(Box::new(followed), arrival)).is_err() {
                    return Ok(Unheard);
                }
            }
            if self.options.cases && self.tell_cases(&mut store)?.is_err() {
                return Ok(Unheard);
            }
            let park_id = self.known.as_ref().map(|known| known.snapshot.park.park_id);
            if store.wait_for_run(park_id, ask_every, &self.stopped)?.is_break() {
                return Ok(Unheard);
            }
        }
    }

    /// Tells the cases, unless they are as they were told.
    fn tell_cases(&mut self, store: &mut Store) -> Result<Result<(), Unheard>, StoreError> {
        let cases = match store.cases(&self.slug) {
            Ok(cases) => cases,
            Err(StoreError::CasesHidden) => return Ok(Ok(())),
            Err(error) => return Err(error),
        };
        if self.cases.as_ref() == Some(&cases) {
            return Ok(Ok(()));
        }
        self.cases = Some(cases.clone());
        Ok(self.tell(FeedEvent::Cases(cases)))
    }

    /// The park for the first time, or what came since.
    fn read(&self, store: &mut Store) -> Result<Option<(Followed, Option<Arrival>)>, StoreError> {
        let mut hear = |reading| {
            // How far it is may be missed; that nobody listens may not.
            let told = self.events.try_send(FeedEvent::Reading(reading));
            let gone = self.is_stopped() || matches!(told, Err(TrySendError::Disconnected(_)));
            if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let most_pixels = self.options.most_pixels;
        match &self.known {
            None => store.follow(&self.slug, most_pixels, &mut hear).map(|followed| Some((followed, None))),
            Some(old) => {
                let came = store.catch_up(&self.slug, old, most_pixels, &mut hear)?;
                Ok(came.map(|(followed, arrival)| (followed, Some(arrival))))
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn tell(&self, event: FeedEvent) -> Result<(), Unheard> {
        self.events.send(event).map_err(|_| Unheard)
    }

    /// Waits, unless it should end.
    fn rest(&self, wait: Duration) -> Result<(), Unheard> {
        let until = Instant::now() + wait;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if self.is_stopped() {
                return Err(Unheard);
            }
            std::thread::sleep(left.min(LOOK_UP));
        }
        Ok(())
    }
}

impl Store {
    /// Asks to be woken by runs; `false` where this server cannot.
    fn listen(&mut self) -> Result<bool, StoreError> {
        match self.client.batch_execute(sql::FEED_LISTEN) {
            Ok(()) => Ok(true),
            Err(error) => match StoreError::of("asking to be woken by imports")(error) {
                lost @ StoreError::ConnectionLost { .. } => Err(lost),
                // A standby, say: it is asked instead.
                _ => Ok(false),
            },
        }
    }

    /// Waits until a run of the park is committed, or as long as `patience`. Breaks where it should end.
    fn wait_for_run(
        &mut self,
        park_id: Option<i32>,
        patience: Duration,
        stopped: &AtomicBool,
    ) -> Result<ControlFlow<()>, StoreError> {
        let what = || StoreError::of("waiting for imports");
        let own = park_id.map(|id| id.to_string());
        let until = Instant::now() + patience;
        loop {
            if stopped.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(()));
            }
            let mut woken = false;
            let mut came = self.client.notifications().timeout_iter(LOOK_UP).next().map_err(what())?;
            while let Some(notification) = came {
                woken |= own.as_deref().is_none_or(|own| own == notification.payload());
                // What else has come by now is read with it.
                came = self.client.notifications().iter().next().map_err(what())?;
            }
            // A connection that is gone says so when it is asked.
            if woken || self.client.is_closed() || Instant::now() >= until {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }
}
