//! What the planner's panels show: asked of whoever prepares it, off the frame, for the day and the scheme in use.
//!
//! The engine knows no land law: lists, sheets and charts come as plain data, with the words and the colours in them.

mod beside;
mod draft;
mod list;
mod office;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::{fmt, io};

use analysis::network::permit::Permit;
use analysis::planner::{CaseBook, LandList, ParcelSheet, ProjectChart, ZoneBoard};
use analysis::scenario::ScenarioFile;
use analysis::sheet::Sheet;
use analysis::words::Words;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use chrono::{Local, NaiveDate};
use spatial_db::model::{FeatureId, FeatureKind};

pub(crate) use beside::presence;
pub use beside::{Apart, WhatIf};
pub(crate) use draft::{Draft, Unkept, files_in};
pub(crate) use list::{By, Wanted, csv_in, total_m2, typed};
pub(crate) use office::Asked;
pub use office::{AcceptOrder, Accepted, CaseDeed, CaseOffice, CaseOrder, DossierOrder};

use crate::input::TwinInput;
use crate::live::Wake;
use crate::scene::Twin;
use crate::text::Language;
use crate::ui::{PlannerTab, Ui};
use crate::work::{Work, let_go};

/// Whoever prepares what a planner's panels show of one state of a park. Called off the frame, and may take its time.
pub trait Planner: Send + Sync + fmt::Debug {
    /// Names of the schemes that land can be held against; the first is the one at first.
    fn schemes(&self) -> Vec<Words>;
    /// The ranked list of land on a day.
    fn land(&self, day: NaiveDate, scheme: usize) -> LandList;
    /// One parcel on a day; `None` for one that is not there.
    fn parcel(&self, day: NaiveDate, scheme: usize, parcel: FeatureId) -> Option<ParcelSheet>;
    /// The projects on a day.
    fn projects(&self, day: NaiveDate) -> ProjectChart;
    /// Names of the schemes that the park can be evaluated by; the first is the one at first.
    fn zone_schemes(&self) -> Vec<Words>;
    /// The evaluation of the park on a day; `None` where there is no scheme.
    fn zone(&self, day: NaiveDate, scheme: usize) -> Option<ZoneBoard>;
    /// What a scenario makes of the park, with the overlays of both. Beside it stands the record, or `against`.
    ///
    /// # Errors
    /// Which edit cannot be made, and why.
    fn what_if(&self, scenario: &ScenarioFile, against: Option<&ScenarioFile>, day: NaiveDate)
    -> Result<WhatIf, Words>;
    /// The list as CSV: these parcels, in this order.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn land_csv(
        &self,
        day: NaiveDate,
        scheme: usize,
        parcels: &[FeatureId],
        language: Language,
        follow: &Follow,
    ) -> Result<Vec<u8>, String>;
    /// Writes a report on networks to a file in a form; `told` is what JSON says of it beside its rows.
    ///
    /// # Errors
    /// Why it is not written, in words.
    fn write_sheet(
        &self,
        day: NaiveDate,
        sheet: &Sheet,
        told: &serde_json::Value,
        to: (SheetForm, &Path),
        language: Language,
        follow: &Follow,
    ) -> Result<(), String>;
    /// The sheet that tells what has to be known before digging, as one HTML page.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn permit_page(&self, day: NaiveDate, permit: &Permit, language: Language) -> Result<String, String>;
}

/// A file on its way: how many of its rows are there, and whether it is still wanted.
#[derive(Debug, Clone, Default)]
pub struct Follow {
    /// Rows so far.
    pub done: Arc<AtomicUsize>,
    /// Set by whoever wants it stopped.
    pub stop: Arc<AtomicBool>,
}

impl Follow {
    /// Goes on, unless the file is to be stopped.
    ///
    /// # Errors
    /// [`io::ErrorKind::Interrupted`]: nothing is to be written.
    pub fn go_on(&self) -> io::Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }

    /// Counts a row and goes on.
    ///
    /// # Errors
    /// As [`Follow::go_on`].
    pub fn row(&self) -> io::Result<()> {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.go_on()
    }
}

/// Forms of a report in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetForm {
    /// One object with everything.
    Json,
    /// A table for a spreadsheet.
    Csv,
    /// A map layer.
    GeoPackage,
}

impl SheetForm {
    /// End of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::GeoPackage => "gpkg",
        }
    }
}

/// The cases of a park on a day.
type CasesOn = dyn Fn(NaiveDate) -> CaseBook + Send + Sync;

/// Tells the cases of a park on any day. They stand beside the park, in no input: no picture or package can carry them.
#[derive(Clone)]
pub struct CaseSource(pub Arc<CasesOn>);

impl fmt::Debug for CaseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseSource")
    }
}

/// Something that is prepared for what is looked at. What was there before stays until the next is ready.
#[derive(Debug)]
pub(crate) struct Prepared<K, T> {
    known: Option<(K, Option<Arc<T>>)>,
    making: Option<(K, Work<Option<T>>)>,
}

impl<K, T> Default for Prepared<K, T> {
    fn default() -> Self {
        Self { known: None, making: None }
    }
}

impl<K: PartialEq + Clone + Send + 'static, T: Send + Sync + 'static> Prepared<K, T> {
    /// What is there, be it of another day.
    pub(crate) fn get(&self) -> Option<&Arc<T>> {
        self.known.as_ref()?.1.as_ref()
    }

    /// What is there for `key` and nothing else.
    pub(crate) fn of(&self, key: &K) -> Option<&Arc<T>> {
        self.known.as_ref().filter(|(known, _)| known == key)?.1.as_ref()
    }

    /// What is there, and what it is of.
    pub(crate) fn known(&self) -> Option<(&K, &Arc<T>)> {
        self.known.as_ref().and_then(|(key, made)| Some((key, made.as_ref()?)))
    }

    /// Puts what was made before back in its place; what is on its way is given up.
    pub(crate) fn put(&mut self, key: K, made: Arc<T>) {
        self.making = None;
        let_go(self.known.replace((key, Some(made))));
    }

    /// True where the next step begins to make what is of `key`.
    pub(crate) fn wants(&self, key: &K) -> bool {
        self.making.is_none() && self.known.as_ref().is_none_or(|(known, _)| known != key)
    }

    /// Gives up what is on its way: the next step begins anew.
    pub(crate) fn give_up(&mut self) {
        self.making = None;
    }

    /// True while the next is on its way.
    pub(crate) fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// Takes what is ready; true where something came.
    fn take(&mut self) -> bool {
        let ready = self.making.as_ref().and_then(|(_, work)| work.take());
        let came = ready.is_some();
        if let (Some(made), Some((of, _))) = (ready, self.making.take_if(|_| came)) {
            let_go(self.known.replace((of, made.map(Arc::new))));
        }
        came
    }

    /// Takes what is ready and asks for what is wanted; true where something came.
    pub(crate) fn step(
        &mut self,
        key: K,
        wake: Option<&Wake>,
        make: impl FnOnce() -> Option<T> + Send + 'static,
    ) -> bool {
        let came = self.take();
        let is_known = self.known.as_ref().is_some_and(|(known, _)| *known == key);
        // One at a time: whoever drags along the years does not fill the machine.
        if self.making.is_none() && !is_known {
            let wake = wake.cloned();
            let done = move || {
                if let Some(wake) = wake {
                    wake.wake();
                }
            };
            self.making = Some((key, Work::begin(make, done)));
        }
        came
    }
}

/// A state of the park on record, by whoever prepares it: that stays the same, whatever stands beside it.
#[derive(Debug, Clone)]
pub(crate) struct State(Weak<dyn Planner>);

impl PartialEq for State {
    /// An address alone would not do: it goes to another as soon as it is free. Held like this, it is never free.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self.0.as_ptr(), other.0.as_ptr())
    }
}

impl State {
    /// The state that is looked at; `None` where nobody prepares anything.
    fn of(twin: &Twin) -> Option<Self> {
        twin.input.planner.as_ref().map(|planner| Self(Arc::downgrade(planner)))
    }
}

/// Edits by their version, on a state of the park.
type Edits = (u64, State);

/// Edits, looked at on a day.
type OfDraft = (Edits, NaiveDate);

/// State of the park, day, scheme.
pub(crate) type OfDay = (u64, NaiveDate, usize);

/// What lies ready for the panels.
#[derive(Resource, Debug, Default)]
pub(crate) struct Desk {
    /// The list of land.
    pub land: Prepared<OfDay, LandList>,
    /// The parcel that is selected.
    pub parcel: Prepared<(OfDay, FeatureId), ParcelSheet>,
    /// The projects.
    pub projects: Prepared<OfDay, ProjectChart>,
    /// The cases.
    pub cases: Prepared<(u64, NaiveDate), CaseBook>,
    /// The evaluation of the park.
    pub zone: Prepared<OfDay, ZoneBoard>,
    /// Position of the scheme in use.
    pub scheme: usize,
    /// Position of the scheme that the park is evaluated by.
    pub zone_scheme: usize,
    /// Whoever records in cases and writes dossiers; `None` in a window without any.
    pub office: Option<Arc<dyn CaseOffice>>,
    /// The scenario that is drafted.
    pub draft: Draft,
    /// What it makes of the park.
    pub what_if: Prepared<OfDraft, Result<WhatIf, Words>>,
    /// What was made last, while the next is on its way.
    made: Option<(Edits, Arc<Result<WhatIf, Words>>)>,
    /// What was last heard of edits, good or bad: it is told once.
    tried: Option<Arc<Result<WhatIf, Words>>>,
    /// The park on record, while a scenario stands beside it.
    record: Option<TwinInput>,
    /// The edits that stand beside it.
    beside: Option<Edits>,
    source: Option<CaseSource>,
    /// Counts up with every word about cases.
    cases_version: u64,
}

impl Desk {
    /// With whoever records in cases, where there is anybody.
    pub(crate) fn with_office(office: Option<Arc<dyn CaseOffice>>) -> Self {
        Self { office, ..Self::default() }
    }

    /// Takes the cases as they are now.
    pub(crate) fn take_cases(&mut self, source: CaseSource) {
        self.source = Some(source);
        self.cases_version += 1;
    }

    /// Whether there are cases that this user may see.
    pub(crate) fn has_cases(&self) -> bool {
        self.source.is_some()
    }

    /// What the edits make of the park, once it is made and there are any; nothing that another scenario made.
    pub(crate) fn what_if_made(&self) -> Option<&WhatIf> {
        let own = |((version, _), _): &&(Edits, _)| !self.draft.edits().is_empty() && self.draft.has_version(*version);
        (*self.made.as_ref().filter(own)?.1).as_ref().ok()
    }

    /// The edits that are to stand beside the record.
    fn wanted_beside(&self, twin: &Twin) -> Option<&Edits> {
        let (edits, _) = self.made.as_ref().filter(|_| self.draft.shown && self.what_if_made().is_some())?;
        (Some(&edits.1) == State::of(twin).as_ref()).then_some(edits)
    }

    /// Has the edits made, where there are any, and takes what came of them; true where something came.
    fn try_edits(&mut self, twin: &Twin, day: NaiveDate, wake: Option<&Wake>) -> bool {
        let Some((state, planner)) = State::of(twin).zip(twin.input.planner.clone()) else { return false };
        if self.draft.edits().is_empty() {
            // What is still on its way is nobody's any more, but has to be taken for the next to begin.
            return self.what_if.take();
        }
        let edits = (self.draft.version(), state);
        let file = self.draft.file(&twin.input.snapshot.park.slug);
        let against = self.draft.against().cloned();
        let make = move || Some(planner.what_if(&file, against.as_ref(), day));
        let mut came = self.what_if.step((edits.clone(), day), wake, make);
        if let Some(made) = self.what_if.of(&(edits.clone(), day)).cloned()
            && self.made.as_ref().is_none_or(|(_, known)| !Arc::ptr_eq(known, &made))
            && self.tried.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &made))
        {
            self.tried = Some(Arc::clone(&made));
            match &*made {
                Ok(_) => self.draft.made(),
                Err(why) => self.draft.refuse(why.clone()),
            }
            // What was made before stays in view.
            if made.is_ok() {
                self.made = Some((edits, made));
            }
            came = true;
        }
        came
    }

    /// What is looked at; `None` for a park that nobody prepares anything of.
    pub(crate) fn key(&self, twin: &Twin) -> Option<OfDay> {
        twin.input.planner.as_ref()?;
        Some((twin.park_version, day_of(twin)?, self.scheme))
    }
}

/// The day that the panels speak of: the one looked at, else that of the data, else that of the overlay in use.
pub(crate) fn day_of(twin: &Twin) -> Option<NaiveDate> {
    let shown = || twin.overlay().map(|overlay| overlay.as_of);
    twin.day().or(twin.input.snapshot.park.as_of).or_else(shown)
}

/// The day that cases are told of: they go on after the day of the data, so there it is today.
fn day_of_cases(twin: &Twin) -> NaiveDate {
    let today = Local::now().date_naive();
    match (twin.day(), twin.record_day()) {
        (Some(day), Some(record)) if day != record => day,
        (_, record) => record.map_or(today, |record| record.max(today)),
    }
}

/// The system that prepares what open panels show.
pub(crate) fn plugin(app: &mut App) {
    // After a park that comes by itself: both bring it by the same way, one at a time.
    let beside = beside::stand_beside.after(prepare).after(crate::live::show_next);
    app.init_resource::<Desk>().add_systems(Update, (prepare, beside));
}

fn prepare(
    twin: Res<Twin>,
    ui: Res<Ui>,
    wake: Option<Res<Wake>>,
    mut desk: ResMut<Desk>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let tab = ui.planner.open_tab();
    if tab.is_none() && !desk.draft.shown {
        return;
    }
    let wake = wake.as_deref();
    // Looked at first: a change has panels drawn anew.
    let at_hand = desk.bypass_change_detection();
    let mut came = false;
    if let Some(source) = at_hand.source.clone() {
        let day = day_of_cases(&twin);
        came |= at_hand.cases.step((at_hand.cases_version, day), wake, move || Some((source.0)(day)));
    }
    if let (Some(key), Some(planner)) = (at_hand.key(&twin), &twin.input.planner) {
        let (_, day, scheme) = key;
        if tab == Some(PlannerTab::Land) {
            let planner = planner.clone();
            came |= at_hand.land.step(key, wake, move || Some(planner.land(day, scheme)));
        }
        came |= at_hand.try_edits(&twin, day, wake);
        if tab == Some(PlannerTab::Projects) {
            let planner = planner.clone();
            came |= at_hand.projects.step((key.0, day, 0), wake, move || Some(planner.projects(day)));
        }
        if tab == Some(PlannerTab::Evaluation) {
            let (planner, by) = (planner.clone(), at_hand.zone_scheme);
            came |= at_hand.zone.step((key.0, day, by), wake, move || planner.zone(day, by));
        }
        let parcel = twin.shown.selection.single().filter(|id| id.kind == FeatureKind::Parcel);
        if let (Some(id), Some(PlannerTab::Land)) = (parcel, tab) {
            let planner = planner.clone();
            came |= at_hand.parcel.step((key, id), wake, move || planner.parcel(day, scheme, id));
        }
    }
    if came {
        // Something to draw, without anybody moving the mouse.
        redraw.write(RequestRedraw);
        desk.set_changed();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};

    use super::*;

    #[test]
    fn what_was_there_stays_until_the_next_is_ready() {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let mut prepared: Prepared<u32, u32> = Prepared::default();
        let settle = |prepared: &mut Prepared<u32, u32>, key: u32| {
            let until = Instant::now() + Duration::from_secs(20);
            while prepared.of(&key).is_none() && Instant::now() < until {
                prepared.step(key, None, move || Some(key * 10));
            }
        };
        settle(&mut prepared, 1);
        assert_eq!(prepared.get().map(|made| **made), Some(10));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        assert!(!prepared.step(2, None, move || wait.recv().ok().map(|()| 20)));
        assert!(prepared.is_making());
        assert_eq!((prepared.get().map(|made| **made), prepared.of(&2)), (Some(10), None));
        go.send(()).unwrap();
        settle(&mut prepared, 2);
        assert_eq!(prepared.get().map(|made| **made), Some(20));
        assert!(!prepared.is_making());
    }
}
