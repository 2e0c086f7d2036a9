//! People of single buildings, followed out one by one beside the drill (`analysis::emergency::drill::follow_persons`): worked out off the
//! frame while the switch is on, and given up where it is turned off. Nothing of them goes into the drill or its log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use analysis::emergency::drill::{DrillFile, DrillTables, Followed, follow_persons};

use super::strand::Played;
use crate::live::Wake;
use crate::pick::Picker;
use crate::work::Work;

/// What there is to draw of a run.
#[derive(Debug)]
pub(crate) struct Shown {
    of: Arc<Played>,
    /// The buildings that are followed, and those that were to be.
    pub buildings: Vec<Followed>,
}

impl Shown {
    /// s since the alarm of the run at a time of the drill; before it less than 0. Without an alarm nobody sets out.
    pub(crate) fn since_s(&self, now_s: f64) -> f64 {
        self.of.run.outcome.alarm_s.map_or(0.0, |alarm_s| now_s - alarm_s)
    }

    /// How many are followed.
    pub(crate) fn persons(&self) -> usize {
        self.buildings.iter().map(|one| one.persons.len()).sum()
    }

    /// How many of them are still inside at a time of the drill.
    pub(crate) fn inside(&self, now_s: f64) -> usize {
        self.buildings.iter().filter_map(|one| one.inside(self.since_s(now_s))).sum()
    }

    /// Everyone who is followed in the same order at any time of the drill: where he is, m, and where he heads; none for who is out.
    pub(crate) fn at(&self, now_s: f64) -> impl Iterator<Item = Option<([f64; 2], [f64; 2])>> {
        let since_s = self.since_s(now_s);
        self.buildings.iter().flat_map(|one| &one.persons).map(move |one| one.at(since_s))
    }
}

/// People being followed.
#[derive(Debug)]
struct Ask {
    of: Arc<Played>,
    cancel: Arc<AtomicBool>,
    work: Work<Option<Vec<Followed>>>,
}

impl Drop for Ask {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

impl Ask {
    fn begin(file: Arc<DrillFile>, of: &Arc<Played>, picker: Arc<Picker>, wake: Option<&Wake>) -> Self {
        let cancel = Arc::<AtomicBool>::default();
        let (stop, played) = (Arc::clone(&cancel), Arc::clone(of));
        let make = move || {
            let rules = DrillTables::in_force().evacuation;
            follow_persons(&file, &played.run, picker.cache(), &rules, &|| !stop.load(Ordering::Relaxed))
        };
        let wake = wake.cloned();
        let work = Work::begin(make, move || wake.iter().for_each(Wake::wake));
        Self { of: Arc::clone(of), cancel, work }
    }
}

/// The switch, and what it shows.
#[derive(Debug, Default)]
pub(crate) struct Persons {
    on: bool,
    shown: Option<Arc<Shown>>,
    ask: Option<Ask>,
}

impl Persons {
    /// True while they are to be shown.
    pub(crate) fn is_on(&self) -> bool {
        self.on
    }

    /// Shows them from the next frame on; or takes them away, and gives up what is being worked out.
    pub(crate) fn turn(&mut self, on: bool) {
        *self = Self { on, ..Self::default() };
    }

    /// They are being worked out.
    pub(crate) fn are_made(&self) -> bool {
        self.on && (self.ask.is_some() || self.shown.is_none())
    }

    /// What there is to show, be it of the run before the last inject.
    pub(crate) fn shown(&self) -> Option<&Arc<Shown>> {
        self.shown.as_ref()
    }

    /// Takes what is ready and asks for what is needed of a run with everything done by hand; true where something came.
    pub(super) fn step(
        &mut self,
        file: &Arc<DrillFile>,
        finished: Option<&Arc<Played>>,
        picker: &Arc<Picker>,
        wake: Option<&Wake>,
    ) -> bool {
        let finished = finished.filter(|_| self.on);
        // Of a run before the last inject: given up, also while the next is still made.
        drop(self.ask.take_if(|ask| finished.is_none_or(|played| !Arc::ptr_eq(&ask.of, played))));
        let Some(played) = finished else { return false };
        if let Some(found) = self.ask.as_ref().and_then(|ask| ask.work.take()) {
            self.ask = None;
            self.shown = Some(Arc::new(Shown { of: Arc::clone(played), buildings: found.unwrap_or_default() }));
            return true;
        }
        let there = self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(&shown.of, played));
        if !there && self.ask.is_none() {
            self.ask = Some(Ask::begin(Arc::clone(file), played, Arc::clone(picker), wake));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use analysis::emergency::drill::Unfollowed;
    use shaders::bits;

    use super::super::crowd::{BYTES, people, ranks};
    use super::super::tests::{at, park, picker, session, settle, settle_until, stage};
    use super::super::{DrillRoom, Session};
    use super::*;
    use crate::input::CameraChoice;
    use crate::scene::{Meshed, SceneGeometry};

    /// Bits of the look of every figure in a buffer.
    fn looks(bytes: &[u8]) -> Vec<u32> {
        let bits = |one: &[u8]| u32::from_le_bytes([one[8], one[9], one[10], one[11]]);
        bytes.chunks(BYTES).map(bits).collect()
    }

    fn shown(session: &Session) -> Arc<Shown> {
        Arc::clone(session.persons.shown().expect("somebody is followed"))
    }

    #[test]
    fn people_are_followed_while_the_switch_is_on_and_change_nothing_of_the_drill() {
        let (picker, park) = (picker(), park().snapshot);
        let mut session = session(None);
        settle(&mut session, &picker);
        session.step(&picker, None);
        assert!(session.persons.shown().is_none() && !session.persons.are_made(), "nobody asked for them");
        let played = Arc::clone(session.strand.finished().expect("a run"));
        session.persons.turn(true);
        assert!(session.persons.are_made());
        settle_until(&mut session, &picker, |session| !session.persons.are_made());
        let followed = shown(&session);
        let persons = followed.persons();
        assert!(persons > 20 && followed.buildings.iter().all(|one| one.told.walked != Err(Unfollowed::NoPlan)));
        let alarm_s = played.run.outcome.alarm_s.expect("an alarm");
        assert_eq!((followed.since_s(alarm_s + 7.0), followed.inside(0.0)), (7.0, persons));
        let late = followed.inside(alarm_s + 400.0);
        assert!(late < persons, "{late} of {persons}");
        // The same places of the buffer for the same persons, whoever is out: only they are seen through walls.
        let geometry = SceneGeometry::build(&park, &[] as &[analysis::overlay::Overlay]).expect("a scene");
        let ranks = ranks(&played.trace);
        let drill = played.trace.people.len();
        let plain = looks(&people((&played.trace, None), &ranks, alarm_s + 400.0, &geometry));
        let more = looks(&people((&played.trace, Some(&*followed)), &ranks, alarm_s + 400.0, &geometry));
        assert_eq!((plain.len(), more.len(), &more[..drill]), (drill, drill + persons, &plain[..]));
        let through = |looks: &[u32]| looks.iter().filter(|bits| **bits & bits::THROUGH != 0).count();
        assert_eq!((through(&plain), through(&more)), (0, late));
        assert!(Arc::ptr_eq(&played, session.strand.finished().expect("the same run")));
        // They are those of the run with what was done by hand since.
        session.inject(analysis::emergency::drill::Action::Done("told".into()), "observer");
        settle_until(&mut session, &picker, |session| !Arc::ptr_eq(&shown(session), &followed));
        let again = shown(&session);
        assert!(Arc::ptr_eq(&again.of, session.strand.finished().expect("a run")));
        assert_eq!(again.buildings, followed.buildings);
        session.persons.turn(false);
        assert!(session.persons.shown().is_none() && !session.persons.are_made());
    }

    #[test]
    fn what_is_worked_out_is_given_up_where_the_switch_is_turned_off() {
        let picker = picker();
        let mut session = session(None);
        settle(&mut session, &picker);
        session.persons.turn(true);
        session.step(&picker, None);
        let stop = Arc::clone(&session.persons.ask.as_ref().expect("it is asked for").cancel);
        session.persons.turn(false);
        assert!(stop.load(Ordering::Relaxed) && session.persons.ask.is_none());
        assert!(!session.step(&picker, None) && session.persons.ask.is_none(), "it stays off");
    }

    #[test]
    fn people_are_seen_in_their_building_through_its_walls() {
        let mut stage = stage(CameraChoice::WholePark, false);
        let before = at(&mut stage, 0.0);
        let of_room = |stage: &mut crate::capture::Stage, turn: bool| {
            let mut room = stage.world_mut().resource_mut::<DrillRoom>();
            let persons = &mut room.session.as_mut().expect("a drill").persons;
            if turn {
                persons.turn(true);
            }
            (!persons.are_made()).then(|| Arc::clone(persons.shown().expect("somebody")))
        };
        of_room(&mut stage, true);
        let until = std::time::Instant::now() + std::time::Duration::from_mins(2);
        let followed = loop {
            stage.frame();
            if let Some(shown) = of_room(&mut stage, false) {
                break shown;
            }
            assert!(std::time::Instant::now() < until, "they never come");
        };
        let after = at(&mut stage, 0.0);
        let world = stage.world_mut();
        let geometry = Arc::clone(&world.resource::<Meshed>().geometry);
        let orbit = *world.resource::<crate::camera::Orbit>();
        let (mut looked_at, mut seen) = (0, 0);
        for ([x, y], _) in followed.at(0.0).flatten() {
            let z = geometry.ground.height(bevy::math::DVec2::new(x, y)) + 0.9;
            let Some((px, _)) = orbit.pixel(geometry.origin.scene_from_park(x, y, z)) else { continue };
            looked_at += 1;
            let around = (-3..=3_i32).flat_map(|dx| (-3..=3_i32).map(move |dy| (px.x as i32 + dx, px.y as i32 + dy)));
            let differs = |(x, y): (i32, i32)| {
                let inside = x >= 0 && y >= 0 && x < after.width() as i32 && y < after.height() as i32;
                let of = |picture: &image::RgbImage| picture.get_pixel(x as u32, y as u32).0;
                inside && of(&before).iter().zip(of(&after)).any(|(a, b)| a.abs_diff(b) > 8)
            };
            seen += usize::from(around.into_iter().any(differs));
        }
        assert!(looked_at > 20 && seen * 10 >= looked_at * 8, "{seen} of {looked_at}");
    }
}
