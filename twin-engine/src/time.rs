//! The day that is looked at: what stood then is drawn, and the overlays are those of the day.
//!
//! A step rewrites the style buffer in the same frame; overlays are made beside it and follow when they are ready. Which
//! features stood is left to `spatial_db::model::Presence`, what the overlays say to whoever made the input.

use std::sync::Arc;
use std::time::Duration;

use analysis::overlay::Overlay;
use bevy::prelude::*;
use bevy::tasks::{AsyncComputeTaskPool, Task, futures::check_ready};
use bevy::window::RequestRedraw;
use chrono::{Datelike, Months, NaiveDate};
use spatial_db::model::{ParkSnapshot, Presence, years};

use crate::input::OverlayOn;
use crate::network::is_made_here;
use crate::planner::presence;
use crate::scene::Twin;
use crate::split::Side;
use crate::work::let_go;

/// Time between two steps while the years play.
const BEAT: Duration = Duration::from_millis(700);
/// Years beyond the day of the data that can be looked at: agreed dates lie ahead.
const AHEAD_YEARS: i32 = 3;
/// Longest range, years, over which a month is a step; over longer ones it is a year.
const MONTHLY_YEARS: i32 = 40;

/// The days that can be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
    /// Day of the data.
    pub as_of: NaiveDate,
    /// What each year brought, by the dates on record.
    pub years: Vec<(i32, usize)>,
}

impl Span {
    /// From the first dated year of `park` to a few years beyond the day of its data; `None` where no date tells of another.
    pub(crate) fn of(park: &ParkSnapshot, as_of: NaiveDate) -> Option<Self> {
        let years: Vec<(i32, usize)> = years(park).into_iter().collect();
        let first = years.first()?.0.min(as_of.year());
        Some(Self {
            first: NaiveDate::from_ymd_opt(first, 1, 1)?,
            last: NaiveDate::from_ymd_opt(as_of.year() + AHEAD_YEARS, 12, 31)?,
            as_of,
            years,
        })
    }

    /// Share of the span at which a day lies.
    pub(crate) fn share(&self, day: NaiveDate) -> f32 {
        ((day - self.first).num_days() as f32 / self.days() as f32).clamp(0.0, 1.0)
    }

    /// The day at a share of the span, at the end of a month or a year; near the day of the data, that day.
    pub(crate) fn at(&self, share: f32) -> NaiveDate {
        if (share - self.share(self.as_of)).abs() < 0.006 {
            return self.as_of;
        }
        let days = (share.clamp(0.0, 1.0) * self.days() as f32).round() as i64;
        self.end_of_step(self.first + chrono::Duration::days(days))
    }

    /// The end of the step before or after `day`.
    pub(crate) fn stepped(&self, day: NaiveDate, steps: i32) -> NaiveDate {
        let months = if self.is_monthly() { 1 } else { 12 };
        let next = if steps > 0 {
            let end = self.end_of_step(day);
            // Within a step, forward means to its end.
            if end > day { end } else { self.end_of_step(day + Months::new(months)) }
        } else {
            self.end_of_step(day - Months::new(months))
        };
        let (low, high) = (day.min(next), day.max(next));
        // The day of the data is a stop of its own.
        let next = if low < self.as_of && self.as_of < high { self.as_of } else { next };
        next.clamp(self.first, self.last)
    }

    /// The same day `years` later.
    pub(crate) fn years_on(&self, day: NaiveDate, years: i32) -> NaiveDate {
        let months = Months::new(years.unsigned_abs() * 12);
        let moved = if years < 0 { day - months } else { day + months };
        moved.clamp(self.first, self.last)
    }

    fn is_monthly(&self) -> bool {
        self.last.year() - self.first.year() <= MONTHLY_YEARS
    }

    fn end_of_step(&self, day: NaiveDate) -> NaiveDate {
        let month = if self.is_monthly() { day.month() } else { 12 };
        let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
        (first + Months::new(1) - chrono::Duration::days(1)).clamp(self.first, self.last)
    }

    fn days(&self) -> i64 {
        (self.last - self.first).num_days().max(1)
    }
}

/// The years that can be looked at, and what is under way.
#[derive(Resource, Debug, Default)]
pub(crate) struct Years {
    /// `None` where the park has one day only.
    pub span: Option<Span>,
    /// The years go by.
    pub playing: bool,
    /// When the next step is due.
    next_at: Option<Duration>,
    left: Made,
    right: Made,
}

/// Overlays of one side: the day that they are for, those that are of it, and the one that is being made.
///
/// One after the other, the one in use first: whoever drags along the years sees that of each day that was rested on, and waits
/// for no other.
#[derive(Debug, Default)]
struct Made {
    day: Option<NaiveDate>,
    done: Vec<String>,
    /// All that are made by day are of the day.
    complete: bool,
    /// The one in use was found for the day, and is shown until it is made.
    found: Option<String>,
    making: Option<(NaiveDate, String, Task<Option<Overlay>>)>,
}

impl Made {
    /// With all that there are of a day.
    fn of(day: Option<NaiveDate>) -> Self {
        Self { day, complete: day.is_some(), ..Self::default() }
    }

    /// What is ready, if it is of `day`, and the next that is needed for it: of `names`, `active` before the others. One of those
    /// that come `later` is needed only while it is active, and then also on the day that the overlays were given for.
    fn step<'a>(
        &mut self,
        day: NaiveDate,
        active: Option<&'a str>,
        later: &[String],
        names: impl Iterator<Item = &'a str>,
        (make, at_once): (&OverlayOn, Option<&OverlayOn>),
    ) -> Option<Overlay> {
        let mut ready = None;
        if let Some((_, _, task)) = &mut self.making
            && let Some(overlay) = check_ready(task)
            && let Some((of, name, _)) = self.making.take()
        {
            if Some(of) != self.day && self.found.as_ref() == Some(&name) {
                overlay.into_iter().for_each(let_go);
            } else {
                // Of a day that was left meanwhile: still nearer than the one before.
                ready = overlay;
            }
            if Some(of) == self.day {
                self.done.push(name);
            }
        }
        if self.day != Some(day) {
            let found = at_once.zip(active).and_then(|(find, name)| find(day, name));
            let name = found.as_ref().map(|found| found.name.clone());
            *self = Self { day: Some(day), making: self.making.take(), found: name, ..Self::default() };
            if found.is_some() {
                ready.into_iter().for_each(let_go);
                ready = found;
            }
        }
        if self.making.is_none() {
            let is_due = |name: &&str| !self.done.iter().any(|done| done == name);
            let is_later = |name: &&str| later.iter().any(|one| one == name);
            let next = if self.complete {
                active.filter(|name| is_later(name) && is_due(name))
            } else {
                active.into_iter().chain(names.filter(|name| !is_later(name))).find(is_due)
            };
            self.complete |= next.is_none();
            if let Some(name) = next.map(str::to_owned) {
                let (make, wanted) = (make.clone(), name.clone());
                self.making = Some((day, name, AsyncComputeTaskPool::get().spawn(async move { make(day, &wanted) })));
            }
        }
        ready
    }

    /// True while overlays of another day are being made.
    fn is_making(&self) -> bool {
        self.making.is_some() || (self.day.is_some() && !self.complete)
    }
}

impl Years {
    /// The years of another park, or of another state of it: what is being made for the one before is given up.
    pub(crate) fn begin(&mut self, twin: &Twin) {
        let time = twin.input.time.as_ref();
        self.span = twin.record_day().and_then(|record| Span::of(&twin.input.snapshot, record));
        // Those of another scenario in the record's place are still to be made.
        let of_record = twin.input.apart.as_ref().is_none_or(|apart| apart.before.is_none());
        self.left = Made::of(time.map(|time| time.as_of).filter(|_| of_record));
        self.right = Made::default();
    }

    /// True until the overlay in use is of the day, on each side.
    fn is_behind(&self) -> bool {
        let waits = |side: &Made| side.day.is_some() && !side.complete && side.done.is_empty() && side.found.is_none();
        waits(&self.left) || waits(&self.right)
    }

    /// True while overlays of another day are being made.
    pub(crate) fn is_making(&self) -> bool {
        self.left.is_making() || self.right.is_making()
    }
}

/// Looks at another day; `None` for that of the data.
pub(crate) fn look_at(twin: &mut Twin, day: Option<NaiveDate>) {
    let Some(day) = day.or(twin.record_day()) else { return };
    if twin.day() != Some(day) {
        twin.shown.there = presence_on(twin, day, Side::Left);
    }
}

/// What was there on a day; `None` for a park that is not looked at by date.
pub(crate) fn presence_on(twin: &Twin, day: NaiveDate, side: Side) -> Option<Arc<Presence>> {
    twin.input.time.as_ref()?;
    Some(Arc::new(presence(&twin.input, day, side)))
}

/// Systems of the day.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Years>()
        .add_systems(Startup, begin)
        .add_systems(Update, (play, follow).chain().before(crate::scene::SceneSystems));
}

fn begin(twin: Res<Twin>, mut years: ResMut<Years>) {
    years.begin(&twin);
}

fn play(
    time: Res<Time<Real>>,
    mut years: ResMut<Years>,
    mut twin: ResMut<Twin>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if !years.playing {
        years.next_at = None;
        return;
    }
    let (Some(span), Some(day)) = (years.span.clone(), twin.day()) else { return };
    redraw.write(RequestRedraw);
    let now = time.elapsed();
    let due = *years.next_at.get_or_insert(now);
    // A year is not left before its verdicts are seen.
    if now < due || years.is_behind() {
        return;
    }
    if day >= span.last {
        years.playing = false;
        return;
    }
    years.next_at = Some(now + BEAT);
    look_at(&mut twin, Some(span.years_on(day, 1)));
}

/// Makes the overlays of each side's day and puts them in the place of the others.
fn follow(mut years: ResMut<Years>, mut twin: ResMut<Twin>, mut redraw: MessageWriter<RequestRedraw>) {
    let (Some(day), Some(time)) = (twin.day(), &twin.input.time) else { return };
    let (make, record, later) = (time.overlay_on.clone(), time.as_of, time.later.as_slice());
    let at_once = time.at_once.as_ref();
    // A scenario has overlays of its own.
    let apart = twin.input.apart.as_ref();
    let right_make = apart.map_or_else(|| make.clone(), |apart| apart.after.clone());
    let left_make = apart.and_then(|apart| apart.before.as_ref()).map_or(make, |(_, before)| before.clone());
    let right_at_once = at_once.filter(|_| apart.is_none());
    let left_at_once = at_once.filter(|_| apart.is_none_or(|apart| apart.before.is_none()));
    // Read first: writing to the twin has everything looked at anew.
    let years = years.bypass_change_detection();
    // What was made in the window is made anew by whoever made it: nobody else knows its day.
    let names = || {
        let given = twin.input.overlays.iter().filter(|overlay| !is_made_here(overlay));
        given.map(|overlay| overlay.name.as_str())
    };
    let in_use =
        |side| twin.overlay_on(side).filter(|overlay| !is_made_here(overlay)).map(|overlay| overlay.name.as_str());
    let left = years.left.step(day, in_use(Side::Left), later, names(), (&left_make, left_at_once));
    let of_right = twin.right.as_ref().map(|right| right.there.as_ref().map_or(record, |there| there.on));
    let right = of_right
        .and_then(|day| years.right.step(day, in_use(Side::Right), later, names(), (&right_make, right_at_once)));
    if let Some(overlay) = left {
        replace(&mut twin, overlay);
    }
    if let Some(overlay) = right {
        let known = twin.right_overlays.iter().position(|known| known.name == overlay.name);
        match known {
            Some(at) => let_go(std::mem::replace(&mut twin.right_overlays[at], overlay)),
            None => twin.right_overlays.push(overlay),
        }
        twin.overlays_version += 1;
    }
    if of_right.is_none() {
        years.right = Made::default();
        if !twin.right_overlays.is_empty() {
            let_go(std::mem::take(&mut twin.right_overlays));
        }
    }
    if years.is_making() {
        redraw.write(RequestRedraw);
    }
}

/// Overlays keep their places; those that were made in the window stay behind them.
pub(crate) fn replace(twin: &mut Twin, overlay: Overlay) {
    if let Some(old) = twin.input.overlays.iter_mut().find(|old| old.name == overlay.name && !is_made_here(old)) {
        let_go(std::mem::replace(old, overlay.into()));
    }
    twin.overlays_version += 1;
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::fixture;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(first: &str, as_of: &str, last: &str) -> Span {
        Span { first: day(first), last: day(last), as_of: day(as_of), years: Vec::new() }
    }

    #[test]
    fn steps_end_with_a_month_and_stop_at_the_day_of_the_data() {
        let span = span("2010-01-01", "2026-06-15", "2029-12-31");
        let on = |text: &str, steps| span.stepped(day(text), steps).to_string();
        assert_eq!(on("2015-02-28", 1), "2015-03-31");
        assert_eq!(on("2015-03-31", -1), "2015-02-28");
        assert_eq!(on("2024-01-31", 1), "2024-02-29");
        assert_eq!(on("2026-05-31", 1), "2026-06-15");
        assert_eq!(on("2026-06-15", 1), "2026-06-30");
        assert_eq!(on("2026-06-30", -1), "2026-06-15");
        assert_eq!(on("2026-06-15", -1), "2026-05-31");
        assert_eq!(on("2010-01-01", -1), "2010-01-01");
        assert_eq!(on("2029-12-31", 1), "2029-12-31");
    }

    #[test]
    fn over_long_spans_a_year_is_a_step() {
        let span = span("1850-01-01", "2026-06-15", "2029-12-31");
        assert_eq!(span.stepped(day("1900-05-05"), 1), day("1900-12-31"));
        assert_eq!(span.stepped(day("1900-12-31"), 1), day("1901-12-31"));
        assert_eq!(span.at(0.5).month(), 12);
    }

    #[test]
    fn a_share_and_its_day_belong_together() {
        let span = span("2010-01-01", "2026-06-15", "2029-12-31");
        assert_eq!(span.at(span.share(day("2026-06-15"))), day("2026-06-15"));
        for share in [0.0_f32, 0.2, 0.5, 0.93, 1.0] {
            let back = span.share(span.at(share));
            assert!((back - share).abs() < 0.006, "{share} {back}");
        }
    }

    /// A window that begins with an overlay and then looks at a day, until all is made.
    fn looking_at(input: crate::TwinInput, overlay: usize, day: NaiveDate) -> App {
        let record = input.time.as_ref().map(|time| time.as_of);
        let mut app = App::new();
        app.add_plugins(bevy::app::TaskPoolPlugin::default())
            .add_message::<RequestRedraw>()
            .init_resource::<Time<Real>>()
            .insert_resource(Twin::new(input, crate::style::Shown { overlay: Some(overlay), ..Default::default() }))
            .add_plugins(plugin);
        app.update();
        assert_eq!(app.world().resource::<Twin>().day(), record);
        look_at(&mut app.world_mut().resource_mut::<Twin>(), Some(day));
        settle(&mut app);
        app
    }

    /// Frames until all is made.
    fn settle(app: &mut App) {
        let until = std::time::Instant::now() + Duration::from_secs(20);
        app.update();
        while app.world().resource::<Years>().is_making() && std::time::Instant::now() < until {
            app.update();
        }
    }

    #[test]
    fn what_takes_long_is_made_when_it_is_first_looked_at_and_once_a_day() {
        for on in [day("2026-06-30"), day("2019-12-31")] {
            let (mut input, _) = fixture::built_up();
            let asked: Arc<std::sync::Mutex<Vec<(NaiveDate, String)>>> = Arc::default();
            let (heard, time) = (asked.clone(), input.time.clone().unwrap());
            let late = input.overlays[0].name.clone();
            let given = Arc::clone(&input.overlays[0]);
            let overlay_on = Arc::new(move |day: NaiveDate, name: &str| {
                heard.lock().unwrap().push((day, name.to_owned()));
                (time.overlay_on)(day, name)
            });
            let as_of = day("2026-06-30");
            input.time = Some(crate::input::TimeSource { as_of, overlay_on, later: vec![late.clone()], at_once: None });
            let mut app = looking_at(input, 1, on);
            let made = || asked.lock().unwrap().iter().filter(|(_, name)| *name == late).cloned().collect::<Vec<_>>();
            assert!(made().is_empty(), "not before it is looked at");
            assert!(Arc::ptr_eq(&app.world().resource::<Twin>().input.overlays[0], &given));
            app.world_mut().resource_mut::<Twin>().shown.overlay = Some(0);
            settle(&mut app);
            assert_eq!(made(), [(on, late.clone())]);
            assert!(!Arc::ptr_eq(&app.world().resource::<Twin>().input.overlays[0], &given));
            app.world_mut().resource_mut::<Twin>().shown.overlay = Some(1);
            settle(&mut app);
            app.world_mut().resource_mut::<Twin>().shown.overlay = Some(0);
            settle(&mut app);
            assert_eq!(made().len(), 1, "once");
        }
    }

    #[test]
    fn what_was_made_in_the_window_is_left_to_whoever_made_it() {
        let (mut input, _) = fixture::built_up();
        let given = input.overlays.len();
        for name in [crate::network::NAME, crate::recolour::NAME, "drill", "drill-branch"] {
            input.overlays.push(Arc::new(Overlay { name: name.to_owned(), ..fixture::building_overlay() }));
        }
        let own: Vec<Arc<Overlay>> = input.overlays[given..].to_vec();
        // A caller that knows an overlay of every name.
        let overlay_on = Arc::new(|day: NaiveDate, name: &str| {
            Some(Overlay { name: name.to_owned(), as_of: day, ..fixture::building_overlay() })
        });
        input.time =
            Some(crate::input::TimeSource { as_of: day("2026-06-30"), overlay_on, later: Vec::new(), at_once: None });
        let app = looking_at(input, given, day("2019-12-31"));
        let overlays = &app.world().resource::<Twin>().input.overlays;
        assert!(overlays[..given].iter().all(|overlay| overlay.as_of == day("2019-12-31")));
        assert!(overlays[given..].iter().zip(&own).all(|(now, before)| Arc::ptr_eq(now, before)));
    }

    /// What is found for a day is there in the frame in which the day is looked at, and what was made for the day before is not shown over it.
    #[test]
    fn what_is_found_for_a_day_is_shown_until_it_is_made() {
        let (mut input, _) = fixture::built_up();
        let time = input.time.clone().unwrap();
        let (held, hold) = std::sync::mpsc::channel::<()>();
        let hold = std::sync::Mutex::new(hold);
        let made = time.overlay_on.clone();
        let overlay_on: OverlayOn = Arc::new(move |day: NaiveDate, name: &str| {
            hold.lock().unwrap().recv().ok();
            made(day, name)
        });
        let found = input.overlays[1].name.clone();
        let at_once: OverlayOn = Arc::new(move |day: NaiveDate, name: &str| {
            let notes = vec!["found".into()];
            (name == found).then(|| Overlay { notes, ..(time.overlay_on)(day, name).unwrap() })
        });
        let as_of = day("2026-06-30");
        input.time = Some(crate::input::TimeSource { as_of, overlay_on, later: Vec::new(), at_once: Some(at_once) });
        let mut app = App::new();
        app.add_plugins(bevy::app::TaskPoolPlugin::default())
            .add_message::<RequestRedraw>()
            .init_resource::<Time<Real>>()
            .insert_resource(Twin::new(input, crate::style::Shown { overlay: Some(1), ..Default::default() }))
            .add_plugins(plugin);
        app.update();
        let shown = |app: &App| {
            let overlay = &app.world().resource::<Twin>().input.overlays[1];
            (overlay.as_of, overlay.notes.iter().any(|note| *note == "found"))
        };
        for on in [day("2019-12-31"), day("2020-12-31")] {
            look_at(&mut app.world_mut().resource_mut::<Twin>(), Some(on));
            app.update();
            assert_eq!(shown(&app), (on, true));
        }
        assert!(app.world().resource::<Years>().is_making() && !app.world().resource::<Years>().is_behind());
        // The one for the day before comes first, then those of the day.
        drop(held);
        settle(&mut app);
        assert_eq!(shown(&app), (day("2020-12-31"), false));
    }

    #[test]
    fn another_scenario_in_the_place_of_the_record_has_overlays_of_its_own() {
        let (mut input, _) = fixture::built_up();
        let of_record = Arc::new(|_: NaiveDate, _: &str| -> Option<Overlay> { panic!("nobody looks at the record") });
        input.time = Some(crate::input::TimeSource {
            as_of: day("2026-06-30"),
            overlay_on: of_record,
            later: vec![],
            at_once: None,
        });
        let of = |title: &'static str| -> OverlayOn {
            Arc::new(move |_: NaiveDate, name: &str| {
                Some(Overlay { name: name.to_owned(), title: title.into(), ..fixture::building_overlay() })
            })
        };
        input.apart = Some(Arc::new(crate::Apart {
            added: HashSet::new(),
            gone: HashSet::new(),
            before: Some(("first".to_owned(), of("of the first"))),
            after: of("of the second"),
        }));
        // On the day of the data, for which the overlays of the record were given.
        let mut app = looking_at(input, 1, day("2026-06-30"));
        let titles = |app: &App, side| -> Vec<String> {
            app.world().resource::<Twin>().overlays_on(side).iter().map(|overlay| overlay.title.to_string()).collect()
        };
        assert!(titles(&app, Side::Left).iter().all(|title| title == "of the first"));
        let mut twin = app.world_mut().resource_mut::<Twin>();
        twin.right = Some(crate::split::Right { at: 0.5, there: twin.shown.there.clone(), overlay: Some(1) });
        let said = twin.side_words(Side::Left).unwrap();
        assert!(said.contains("first"), "{said}");
        settle(&mut app);
        assert!(titles(&app, Side::Right).iter().all(|title| title == "of the second"));
        assert!(titles(&app, Side::Left).iter().all(|title| title == "of the first"));
    }

    #[test]
    fn looking_at_another_day_hides_what_was_not_there_and_follows_with_the_overlays() {
        let (mut input, _) = fixture::built_up();
        let asked: Arc<std::sync::Mutex<Vec<(NaiveDate, String)>>> = Arc::default();
        let (heard, time) = (asked.clone(), input.time.clone().unwrap());
        let names: Vec<String> = input.overlays.iter().map(|overlay| overlay.name.clone()).collect();
        let overlay_on = Arc::new(move |day: NaiveDate, name: &str| {
            heard.lock().unwrap().push((day, name.to_owned()));
            (time.overlay_on)(day, name)
        });
        input.time =
            Some(crate::input::TimeSource { as_of: day("2026-06-30"), overlay_on, later: Vec::new(), at_once: None });
        let app = looking_at(input, 1, day("2019-12-31"));
        let twin = app.world().resource::<Twin>();
        assert!(!twin.shown.is_there(spatial_db::model::FeatureKind::Building, 0));
        assert!(twin.shown.is_there(spatial_db::model::FeatureKind::Building, 1));
        assert!(twin.input.overlays.iter().all(|overlay| overlay.as_of == day("2019-12-31")));
        assert_eq!(twin.overlays_version, 2);
        let day = day("2019-12-31");
        let wanted = [(day, names[1].clone()), (day, names[0].clone())];
        assert_eq!(*asked.lock().unwrap(), wanted, "the one in use first, and none without need");
    }
}
