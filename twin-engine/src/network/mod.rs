//! Networks under the park in the window: what is asked of them, the answer as an overlay, and clicks that ask.
//!
//! Answers are made off the frame ([`answer`]) and colour the scene through the style buffer; no mesh is made anew for them.

mod answer;
mod arrows;
mod clicks;
mod dimension;
mod forms;
mod joints;
mod pit;
mod question;

use std::sync::Arc;

use analysis::network::clearance::Planned;
use analysis::network::isolation::ValveState;
use analysis::overlay::Overlay;
use analysis::words::Words;
use bevy::math::{DVec2, Vec3};
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, Presence};

pub(crate) use answer::{Answered, Found, List, Refused, Stage, Table};
pub(crate) use arrows::Arrows;
pub(crate) use dimension::Dimension;
pub(crate) use forms::{LeftForm, LeftKind, PressForm, PressKind, Site, named, resources};
pub(crate) use question::{Ask, Picks, Place, Question, Told};

use self::answer::{Asked, Watch};
use self::joints::Joints;
use crate::camera::{Flight, Orbit, view_of_points};
use crate::live::Wake;
use crate::planner::{Prepared, day_of};
use crate::scene::{Meshed, Twin};
use crate::text::{Language, Text};
use crate::ui::{NetworkTab, Ui};

/// Name of the overlay that holds an answer.
pub(crate) const NAME: &str = "asked";
/// Caution distance beside a pit at first, m.
const CAUTION_M: f64 = 1.0;
/// From no nearer than this is a clearance flown to, m.
const NEAREST_M: f32 = 9.0;

/// What an answer holds for: state of the park, day, the language where its words are not `analysis`' own, question, valves.
pub(crate) type Key = (u64, NaiveDate, Option<Language>, Question, Told);

/// A question that another took the place of.
#[derive(Debug)]
struct Before {
    question: Question,
    picks: Picks,
    answer: Option<(Key, Arc<Answered>)>,
}

/// Where to fly.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fly {
    /// To everything that the answer colours.
    Answer,
    /// To places of the park, coordinates in m.
    Places(Vec<[f64; 3]>),
}

/// What is asked of the networks, and what came of it.
#[derive(Resource, Debug)]
pub(crate) struct Workbench {
    /// Which trace.
    pub ask: Ask,
    /// What is picked.
    pub picks: Picks,
    /// What was picked last for its pressure and has none, as it is of another network than water.
    pub not_water: Option<Place>,
    /// A break in every line is asked of, not one.
    pub every: bool,
    /// Then as if a valve or switch stood at both ends of each.
    pub everywhere: bool,
    /// What is chosen of pressures.
    pub press: PressForm,
    /// What is chosen of capacities.
    pub left: LeftForm,
    /// Network of questions that begin nowhere.
    pub class: Option<NetworkClass>,
    /// States of valves of the network that is asked, as a person told them.
    pub told: Told,
    /// State that a click gives a valve.
    pub marking: ValveState,
    /// A line that is planned.
    pub planned: Planned,
    /// Where its next corner would be.
    pub next: Option<DVec2>,
    /// How far beside a pit lines are told of, m.
    pub caution_m: f64,
    /// The clearance that is drawn, by its row.
    pub measured: Option<usize>,
    /// Directions of flow are drawn.
    pub flows: bool,
    /// The place on a profile that the pointer is over, park coordinates, m.
    pub spot: Option<[f64; 3]>,
    /// Where to fly in this frame.
    pub fly: Option<Fly>,
    /// Answers.
    pub answer: Prepared<Key, Answered>,
    /// Directions.
    pub arrows: Prepared<(u64, NaiveDate), Arrows>,
    question: Option<Question>,
    /// The network that valves were told of.
    told_of: Option<NetworkClass>,
    /// What was told of other networks: it holds again for the next question to each of them.
    told_elsewhere: Vec<(NetworkClass, Told)>,
    /// The last question of each other tab.
    before: Vec<Before>,
    /// The question that was given up: a pit is not asked of again until it is another.
    given_up: Option<Question>,
    /// The question whose answer was laid over the park last, and the overlay before it.
    laid: Option<(Question, Option<usize>)>,
    joints: Joints,
    watch: Watch,
}

impl Default for Workbench {
    fn default() -> Self {
        Self {
            ask: Ask::default(),
            picks: Picks::default(),
            not_water: None,
            every: false,
            everywhere: false,
            press: PressForm::default(),
            left: LeftForm::default(),
            class: None,
            told: Told::new(),
            marking: ValveState::StuckOpen,
            planned: Planned::default(),
            next: None,
            caution_m: CAUTION_M,
            measured: None,
            flows: false,
            spot: None,
            fly: None,
            answer: Prepared::default(),
            arrows: Prepared::default(),
            question: None,
            told_of: None,
            told_elsewhere: Vec::new(),
            before: Vec::new(),
            given_up: None,
            laid: None,
            joints: Joints::default(),
            watch: Watch::default(),
        }
    }
}

impl Workbench {
    /// The question that stands.
    pub(crate) fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// Asks.
    pub(crate) fn ask(&mut self, question: Question) {
        (self.given_up, self.not_water) = (None, None);
        if self.question.as_ref() == Some(&question) {
            return;
        }
        self.keep_question(NetworkTab::of(&question));
        // Whoever waits for an answer that nobody wants any more waits too long.
        self.watch.stop();
        self.answer.give_up();
        self.tell_of(question.class());
        self.measured = None;
        self.question = Some(question);
    }

    /// Puts what was told of one network aside, and brings back what was told of another.
    fn tell_of(&mut self, class: Option<NetworkClass>) {
        if self.told_of == class {
            return;
        }
        let told = std::mem::take(&mut self.told);
        self.told_elsewhere.extend(self.told_of.filter(|_| !told.is_empty()).map(|of| (of, told)));
        self.told_of = class;
        if let Some(at) = self.told_elsewhere.iter().position(|(of, _)| Some(*of) == class) {
            self.told = self.told_elsewhere.swap_remove(at).1;
        }
    }

    /// Keeps the question that stands for whoever comes back to its tab, unless the next is of the same.
    fn keep_question(&mut self, next: NetworkTab) {
        let stood = self.question.take();
        let tab = stood.as_ref().map(NetworkTab::of);
        self.before.retain(|before| {
            let of = NetworkTab::of(&before.question);
            of != next && Some(of) != tab
        });
        let Some(question) = stood.filter(|_| tab != Some(next)) else { return };
        let own = self.answer.known().filter(|(key, _)| key.3 == question);
        let answer = own.map(|(key, answered)| (key.clone(), Arc::clone(answered)));
        self.before.push(Before { question, picks: self.picks.clone(), answer });
    }

    /// True where what was asked last in a tab waits for whoever comes back to it.
    pub(crate) fn waits_in(&self, tab: NetworkTab) -> bool {
        let stands = self.question.as_ref().is_some_and(|question| tab.has(question));
        !stands && self.before.iter().any(|before| tab.has(&before.question))
    }

    /// Comes back to a tab: what was asked there last stands again, with what was picked, and its answer where nothing else was told
    /// of valves meanwhile.
    pub(crate) fn return_to(&mut self, tab: NetworkTab) {
        if !self.waits_in(tab) {
            return;
        }
        let Some(at) = self.before.iter().position(|before| tab.has(&before.question)) else { return };
        let Before { question, picks, answer } = self.before.swap_remove(at);
        self.ask(question);
        // What is asked next in the tab is of its network, not of the one that was asked of meanwhile.
        self.class = self.question.as_ref().and_then(Question::class).or(self.class);
        self.picks = picks;
        if let Some((key, answered)) = answer {
            self.answer.put(key, answered);
        }
    }

    /// Gives up the answer that is being made. What is picked, drawn and told stays, so that it can be asked again.
    pub(crate) fn give_up(&mut self) {
        self.watch.stop();
        self.answer.give_up();
        self.measured = None;
        self.given_up = self.question.take();
    }

    /// True where the answer that is there is of the park and the day looked at, of the question that stands, and of what is told of
    /// valves; false while another is on its way.
    pub(crate) fn is_current(&self, twin: &Twin) -> bool {
        let Some(((version, day, language, question, told), _)) = self.answer.known() else { return false };
        *version == twin.park_version
            && Some(*day) == day_of(twin)
            && language.is_none_or(|language| language == twin.language)
            && self.question.as_ref() == Some(question)
            && self.told == *told
    }

    /// True where the answer to a question lies over the park, or did until another overlay was looked at.
    fn is_laid(&self, question: &Question) -> bool {
        self.laid.as_ref().is_some_and(|(laid, _)| laid == question)
    }

    /// Takes a picked place, and asks what the tab is about.
    pub(crate) fn pick(&mut self, place: Place, tab: NetworkTab) {
        // Only water mains have pressures here.
        self.not_water = None;
        if tab == NetworkTab::Pressure && place.class != NetworkClass::Water {
            self.not_water = Some(place);
            return;
        }
        self.class = Some(place.class);
        self.picks.take(place, tab == NetworkTab::Trace && self.ask == Ask::Path);
        self.ask_again(tab);
    }

    /// Asks what the tab is about of what is picked.
    pub(crate) fn ask_again(&mut self, tab: NetworkTab) {
        let question = match tab {
            NetworkTab::Trace => {
                let class = self.class.unwrap_or(NetworkClass::Water);
                Question::trace(self.ask, &self.picks, class)
            }
            NetworkTab::Break if self.every => {
                let class = self.class.unwrap_or(NetworkClass::Water);
                Some(Question::Critical { class, everywhere: self.everywhere })
            }
            NetworkTab::Break => Question::broken(&self.picks),
            NetworkTab::Pressure => self.press.question(&self.picks),
            NetworkTab::Capacity => self.left.question(),
            NetworkTab::Near => Some(Question::Near),
            NetworkTab::Lay => (self.planned.points.len() > 1).then(|| Question::Planned(self.planned.clone())),
            NetworkTab::Dig | NetworkTab::Profile => None,
        };
        match question {
            Some(question) => self.ask(question),
            // A line that is taken back is not planned any more.
            None if tab == NetworkTab::Lay && matches!(self.question, Some(Question::Planned(_))) => {
                self.question = None;
            }
            None => {}
        }
    }

    /// Gives a valve the state that clicks give, or takes what was told of it back.
    pub(crate) fn mark_valve(&mut self, key: &str) {
        // Marked before anything was asked, it is one of the network that was picked in.
        self.tell_of(self.told_of.or(self.class));
        if self.told.remove(key) != Some(self.marking) {
            self.told.insert(key.to_owned(), self.marking);
        }
    }

    /// The answer that is there for the question that stands, be it for another day or state of the park.
    pub(crate) fn found(&self) -> Option<&Answered> {
        self.question.as_ref()?;
        self.answer.get().map(|answered| &**answered)
    }

    /// The answer, where there is one.
    pub(crate) fn good(&self) -> Option<&Found> {
        self.found().and_then(|answered| answered.as_ref().ok())
    }

    /// Takes a place whose capacity is asked for.
    pub(crate) fn pick_site(&mut self, site: Site) {
        (self.left.kind, self.left.site) = (LeftKind::At, Some(site));
        self.ask_again(NetworkTab::Capacity);
    }

    /// How many parts of its stage the next answer has done, and of how many.
    pub(crate) fn parts(&self) -> Option<(usize, usize)> {
        self.watch.parts()
    }

    /// How far the next answer is, while one is made.
    pub(crate) fn stage(&self) -> Option<Stage> {
        self.answer.is_making().then(|| self.watch.stage())
    }

    /// Takes question and answer away, with the planned line; the overlay before comes back. False where there was nothing.
    pub(crate) fn clear(&mut self, twin: &mut Twin) -> bool {
        let there = self.question.is_some() || self.given_up.is_some() || !self.planned.points.is_empty();
        self.watch.stop();
        self.answer = Prepared::default();
        (self.question, self.measured, self.next) = (None, None, None);
        (self.told_of, self.given_up) = (None, None);
        self.before.clear();
        self.spot = None;
        (self.picks, self.not_water) = (Picks::default(), None);
        self.left.site = None;
        self.told.clear();
        self.told_elsewhere.clear();
        self.planned.points.clear();
        if let Some((_, before)) = self.laid.take() {
            take_away(twin, NAME, before);
        }
        there
    }

    fn key(&self, twin: &Twin, day: NaiveDate) -> Option<Key> {
        let question = self.question.clone()?;
        let own_words = matches!(question, Question::Dig { .. }).then_some(twin.language);
        Some((twin.park_version, day, own_words, question, self.told.clone()))
    }
}

/// Systems of questions and clicks.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Workbench>().add_systems(
        Update,
        (clicks::take, follow_pit, prepare, fly)
            .chain()
            .after(crate::camera::control::ControlSystems)
            .before(crate::scene::SceneSystems),
    );
}

/// True for an overlay that was made in the window, not given by the caller: another day or state of the park leaves it to whoever
/// made it.
pub(crate) fn is_made_here(overlay: &Overlay) -> bool {
    [NAME, crate::recolour::NAME, crate::siting::NAME].contains(&overlay.name.as_str())
        || crate::drill::is_of_drill(&overlay.name)
}

/// True for the place of an answer that was taken away: nothing is there to be looked at.
pub(crate) fn is_taken_away(overlay: &Overlay) -> bool {
    let name = overlay.name.as_str();
    let may_be = [NAME, crate::siting::NAME].contains(&name) || crate::drill::is_of_drill(name);
    may_be && overlay.title.as_str().is_empty()
}

/// A pit is asked of while its tab is open.
fn follow_pit(twin: Res<Twin>, ui: Res<Ui>, meshed: Option<Res<Meshed>>, mut bench: ResMut<Workbench>) {
    let (Some(meshed), Some(NetworkTab::Dig)) = (meshed, ui.network.open_tab()) else { return };
    let caution_m = bench.caution_m;
    let question = twin.cut.dig.as_ref().map(|dig| Question::Dig {
        outline: dig.outline.clone(),
        floor_m: dig.floor_m(&meshed.geometry.ground),
        caution_m,
    });
    let bench = bench.bypass_change_detection();
    match question {
        Some(question) if bench.given_up.as_ref() == Some(&question) => {}
        Some(question) => bench.ask(question),
        None if matches!(bench.question, Some(Question::Dig { .. })) => bench.question = None,
        None => {}
    }
}

/// Takes answers that are ready and asks for what is wanted.
fn prepare(
    mut twin: ResMut<Twin>,
    meshed: Option<Res<Meshed>>,
    wake: Option<Res<Wake>>,
    mut bench: ResMut<Workbench>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let (Some(meshed), Some(day)) = (meshed, day_of(&twin)) else { return };
    let there = || twin.shown.there.clone().unwrap_or_else(|| Arc::new(Presence::on(&twin.input.snapshot, day)));
    let at_hand = bench.bypass_change_detection();
    let mut came = false;
    if at_hand.flows {
        let (there, joints) = (there(), at_hand.joints.clone());
        let (picker, of) = (Arc::clone(&meshed.picker), (twin.park_version, day));
        let make = move || Some(Arrows::of(picker.cache(), &there, of, &joints));
        came |= at_hand.arrows.step(of, wake.as_deref(), make);
    }
    if let Some(key) = at_hand.key(&twin, day) {
        if at_hand.answer.wants(&key) {
            at_hand.watch = Watch::default();
        }
        let asked = Asked {
            question: key.3.clone(),
            told: key.4.clone(),
            picker: Arc::clone(&meshed.picker),
            there: there(),
            version: key.0,
            words: Text::of(twin.language),
            watch: at_hand.watch.clone(),
            wake: wake.as_deref().cloned(),
        };
        let joints = at_hand.joints.clone();
        came |= at_hand.answer.step(key.clone(), wake.as_deref(), move || asked.answer(&joints));
        let answered = at_hand.answer.of(&key).cloned();
        // An answer that was there before its question came back is laid like one that was just made; where there is none, that of
        // another question does not stay.
        let back = answered
            .as_ref()
            .is_some_and(|answered| if answered.is_ok() { !at_hand.is_laid(&key.3) } else { at_hand.laid.is_some() });
        if let Some(answered) = answered.filter(|_| came || back) {
            lay(at_hand, &mut twin, &key.3, &answered);
            came = true;
        }
    } else if let Some((_, before)) = at_hand.laid.take() {
        take_away(&mut twin, NAME, before);
        came = true;
    }
    if came {
        redraw.write(RequestRedraw);
        bench.set_changed();
    }
}

/// Lays an answer over the park. One to another question is looked at, one to the same stays as it is looked at.
fn lay(bench: &mut Workbench, twin: &mut Twin, question: &Question, answered: &Answered) {
    let before = bench.laid.as_ref().map_or(twin.shown.overlay, |(_, before)| *before);
    match answered {
        Ok(found) => {
            let overlays = &mut twin.input.overlays;
            let at = overlays.iter().position(|overlay| overlay.name == NAME).unwrap_or(overlays.len());
            overlays.splice(at..(at + 1).min(overlays.len()), [Arc::new(found.overlay.clone())]);
            twin.overlays_version += 1;
            if bench.laid.as_ref().is_none_or(|(laid, _)| laid != question) {
                twin.shown.overlay = Some(at);
            }
            bench.laid = Some((question.clone(), before));
        }
        Err(_) => {
            if bench.laid.take().is_some() {
                take_away(twin, NAME, before);
            }
        }
    }
}

/// Takes an overlay that was made in the window away; `before` is looked at again where it was.
pub(crate) fn take_away(twin: &mut Twin, name: &str, before: Option<usize>) {
    let overlays = &mut twin.input.overlays;
    let Some(at) = overlays.iter().position(|overlay| overlay.name == name) else { return };
    // Undo knows overlays by their place: one before others is emptied, not taken out.
    if at + 1 == overlays.len() {
        overlays.pop();
    } else {
        let heading = overlays[at].heading();
        overlays[at] = Arc::new(Overlay { title: Words::default(), classes: Vec::new(), ..heading });
    }
    let known = overlays.len();
    if twin.shown.overlay == Some(at) {
        twin.shown.overlay = before.filter(|before| *before < known && *before != at);
    }
    if let Some(right) = twin.right.as_mut().filter(|right| right.overlay == Some(at)) {
        right.overlay = None;
    }
    twin.overlays_version += 1;
}

/// Flies to what the panel wants to be seen.
fn fly(
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    mut orbit: ResMut<Orbit>,
    mut flight: ResMut<Flight>,
    mut bench: ResMut<Workbench>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if bench.fly.is_none() {
        return;
    }
    let wanted = bench.fly.take();
    let Some(meshed) = meshed else { return };
    let origin = meshed.geometry.origin;
    let (points, fill, nearest_m): (Vec<Vec3>, f32, f32) = match wanted {
        Some(Fly::Answer) => {
            let ids = bench.good().into_iter().flat_map(|found| found.overlay.verdicts.keys());
            let corners = ids.flat_map(|id| crate::feature::corners(&twin.input.snapshot, &meshed.geometry, *id));
            (corners.collect(), 0.8, 60.0)
        }
        Some(Fly::Places(places)) => {
            let height = |at: &[f64; 3]| {
                let ground = || meshed.geometry.ground.height(DVec2::new(at[0], at[1]));
                if at[2].is_finite() { at[2] } else { ground() }
            };
            (places.iter().map(|at| origin.scene_from_park(at[0], at[1], height(at))).collect(), 0.4, NEAREST_M)
        }
        None => return,
    };
    let steep = Orbit { pitch_deg: orbit.pitch_deg.max(35.0), ..*orbit };
    if let Some(view) = view_of_points(&steep, &points, fill, nearest_m) {
        flight.begin(*orbit, view);
        orbit.set_changed();
        redraw.write(RequestRedraw);
    }
}

#[cfg(test)]
mod tests;
