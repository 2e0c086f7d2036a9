//! A pitch held against the park on a thread of its own.
//!
//! What is measured borrows the park: the thread keeps both, and explains and colours sites until nobody asks any more.

use std::io;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};

use analysis::overlay::Overlay;
use analysis::rules::RuleTables;
use analysis::siting::{
    Candidate, Finding, Free, Ground, How, LaidOut, Match, NetworkSupplies, PitchFile, Ranking, Standing, Verdict,
};
use analysis::words::Words;
use chrono::{Months, NaiveDate};
use spatial_db::model::{FeatureId, Presence};

use crate::causes;
use crate::live::Wake;
use crate::pick::Picker;

/// How far ahead promises of the networks are counted, months: as `twin pitch` does.
const AHEAD_MONTHS: u32 = 120;

/// Sites that want nothing but an answer, at most: as `twin pitch` tells.
const MOST_CONFIRMED: usize = 3;
/// Sites that neighbouring parcels would make fit, at most: as `twin pitch` tells.
const MOST_ENLARGED: usize = 3;

/// State of the park and day that sites hold for.
pub(crate) type Of = (u64, NaiveDate);

/// A site as it is listed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Site {
    /// What it is called.
    pub name: Words,
    /// Its parcels in order, or its building.
    pub ids: Vec<FeatureId>,
    /// Its floor comes free after the day: a building may have some floor now and more of it later.
    pub later: bool,
    /// Musts that it misses, by their place among the needs.
    pub missed: Vec<usize>,
    /// Needs of which nobody knows whether it meets them.
    pub unknown: Vec<usize>,
}

impl Site {
    /// True where the other one is this site, of whatever day and state of the park.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.ids == other.ids && self.later == other.later
    }
}

/// What came of a match.
#[derive(Debug)]
pub(crate) struct Found {
    /// State of the park and day.
    pub of: Of,
    /// Sites, by the candidates that the ranking speaks of.
    pub sites: Vec<Site>,
    /// What ranks them.
    pub ranking: Ranking,
    /// How many fit, as far as is known.
    pub fits: usize,
    /// There are more joined sites than were looked at.
    pub cut_short: bool,
    /// On how many something was not tried.
    pub untried: usize,
    /// Where nothing fits: the single changes that would bring a site, the smallest first.
    pub changes: Vec<Words>,
    /// Where nothing fits: sites that want nothing but an answer, those with the fewest questions first.
    pub confirmations: Vec<Words>,
    /// Where nothing fits: sites that neighbouring parcels would make fit.
    pub enlargements: Vec<Words>,
}

/// Something to tell of a site.
#[derive(Debug)]
pub(super) enum Order {
    /// Every need of it.
    Explain(u32),
    /// Other weights: what they bring to the head of the order is tried, where it was not.
    Weigh(Vec<f32>),
    /// The map, with this site apart if there is one and what is laid on its land.
    Colour(Option<u32>),
}

/// What is told.
#[derive(Debug)]
pub(super) enum News {
    /// The sites; once, before anything else.
    Found(Box<Found>),
    /// What came of other weights: the same sites, of which more is known, where something was tried.
    Weighed(Option<Box<Found>>),
    /// Every need of a site.
    Explained(u32, Vec<Finding>),
    /// The map, and what is laid on the land of the site that is apart.
    Coloured(Box<Overlay>, Option<(u32, Box<LaidOut>)>),
    /// There will be nothing more: why, or no words where that is not known.
    Ended(Words),
}

/// A pitch, and what it is held against.
pub(super) struct Job {
    /// The pitch.
    pub file: Arc<PitchFile>,
    /// The park, to be looked up.
    pub picker: Arc<Picker>,
    /// Its state, and the day.
    pub of: Of,
}

/// The thread, from outside. Without it nobody asks any more, and the thread ends.
#[derive(Debug)]
pub(super) struct Matcher {
    /// State of the park and day.
    pub of: Of,
    orders: Sender<Order>,
    news: Mutex<Receiver<News>>,
}

impl Matcher {
    /// Begins to match; `wake` is called with every word.
    ///
    /// # Errors
    /// [`io::Error`] where the system gives no thread.
    pub(super) fn begin(job: Job, wake: Option<Wake>) -> io::Result<Self> {
        let (orders, taken) = channel();
        let (sender, news) = channel();
        let of = job.of;
        std::thread::Builder::new().name("siting".to_owned()).spawn(move || {
            job.run(&taken, |news| {
                let heard = sender.send(news).is_ok();
                if let Some(wake) = &wake {
                    wake.wake();
                }
                heard
            });
        })?;
        Ok(Self { of, orders, news: Mutex::new(news) })
    }

    /// Asks for something. Where the thread has ended, the news says so.
    pub(super) fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// What came, one by one; `None` while there is nothing new.
    pub(super) fn news(&mut self) -> Option<News> {
        let Ok(news) = self.news.get_mut() else { return Some(News::Ended(Words::default())) };
        match news.try_recv() {
            Ok(news) => Some(news),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(News::Ended(Words::default())),
        }
    }
}

impl Job {
    /// Matches, then answers orders until nobody gives or hears any. `tell` is false where nobody hears.
    fn run(&self, orders: &Receiver<Order>, tell: impl Fn(News) -> bool) {
        let cache = self.picker.cache();
        let (_, day) = self.of;
        let in_force = RuleTables::in_force();
        let there = Presence::on(cache.snapshot(), day);
        let until = day.checked_add_months(Months::new(AHEAD_MONTHS)).unwrap_or(day);
        let supplies = NetworkSupplies::of(cache.snapshot(), &there, &in_force.topology, &in_force.capacity, until);
        let ground = Ground::of(cache, &in_force.land, &in_force.siting, day);
        let mut matched = match Match::of(&ground, &self.file, &supplies) {
            Ok(matched) => matched,
            Err(error) => {
                tell(News::Ended(causes::in_words(&error)));
                return;
            }
        };
        if !tell(News::Found(Box::new(self.found(&ground, &matched)))) {
            return;
        }
        for order in orders {
            let news = match order {
                Order::Explain(site) => News::Explained(site, matched.explain(site)),
                Order::Weigh(weights) => {
                    let tried = matched.weigh(&weights);
                    News::Weighed(tried.then(|| Box::new(self.found(&ground, &matched))))
                }
                Order::Colour(site) => {
                    let laid = site.map(|site| (site, Box::new(matched.laid_out(site))));
                    let mut overlay = Overlay { name: super::NAME.to_owned(), ..matched.overlay(site) };
                    overlay.classes.extend(laid.iter().flat_map(|(_, laid)| laid.classes()));
                    News::Coloured(Box::new(overlay), laid)
                }
            };
            if !tell(news) {
                return;
            }
        }
    }

    fn found(&self, ground: &Ground<'_>, matched: &Match<'_, '_>) -> Found {
        let needs = 0..self.file.needs.len();
        let site = |(at, candidate): (usize, &Candidate)| {
            let at = at as u32;
            let is_must = |need: &usize| self.file.needs[*need].how == How::Must;
            let mut ids: Vec<FeatureId> = match candidate.building {
                Some(building) => vec![ground.building(building).id],
                None => candidate.parcels.iter().map(|parcel| ground.parcel(*parcel).id).collect(),
            };
            ids.sort_unstable();
            let is = |need: &usize, verdict: Verdict| matched.verdict(at, *need) == verdict;
            Site {
                name: matched.name(candidate),
                ids,
                later: matches!(candidate.free, Free::From(day) if day > self.of.1),
                missed: needs.clone().filter(|need| is_must(need) && is(need, Verdict::Gap)).collect(),
                unknown: needs.clone().filter(|need| is(need, Verdict::Unknown)).collect(),
            }
        };
        let sites: Vec<Site> = matched.candidates.iter().enumerate().map(site).collect();
        let fits = (0..sites.len() as u32).filter(|at| matched.standing(*at).0 <= Standing::Open).count();
        let changes = if fits > 0 { Vec::new() } else { matched.relaxations() };
        let enlargements = if fits > 0 { Vec::new() } else { matched.enlargements(MOST_ENLARGED) };
        let confirmations = if fits > 0 { Vec::new() } else { matched.confirmations(MOST_CONFIRMED) };
        Found {
            of: self.of,
            sites,
            ranking: matched.ranking(),
            fits,
            cut_short: matched.cut_short,
            untried: matched.untried(),
            changes: changes.iter().map(|one| matched.relaxation_words(one)).collect(),
            enlargements: enlargements.iter().map(|one| matched.enlargement_words(one)).collect(),
            confirmations: confirmations.iter().map(|one| matched.confirmation_words(one)).collect(),
        }
    }
}
