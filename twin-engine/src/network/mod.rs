//! Networks under the park in the window: what is asked of them, the answer as an overlay, and clicks that ask.
//!
//! Answers are made off the frame ([`answer`]) and colour the scene through the style buffer; no mesh is made anew for them.

mod answer;
mod arrows;
mod clicks;
mod dimension;
mod joints;
mod question;

use std::sync::Arc;

use analysis::network::isolation::ValveState;
use analysis::overlay::Overlay;
use bevy::math::{DVec2, Vec3};
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use chrono::NaiveDate;
use spatial_db::model::{NetworkClass, Presence};

pub(crate) use answer::{Answered, Found, List, Refused, Stage, Table};
pub(crate) use arrows::Arrows;
pub(crate) use dimension::Dimension;
pub(crate) use question::{Ask, Picks, Place, Planned, Question, Told};

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
    /// Network of questions that begin nowhere.
    pub class: Option<NetworkClass>,
    /// States of valves, as a person told them.
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
        if self.question.as_ref() == Some(&question) {
            return;
        }
        // Whoever waits for an answer that nobody wants any more waits too long.
        self.watch.stop();
        self.answer.give_up();
        if self.question.as_ref().and_then(Question::class) != question.class() {
            self.told.clear();
        }
        self.measured = None;
        self.question = Some(question);
    }

    /// Takes a picked place, and asks what the tab is about.
    pub(crate) fn pick(&mut self, place: Place, tab: NetworkTab) {
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
            NetworkTab::Break => Question::broken(&self.picks),
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

    /// How far the next answer is, while one is made.
    pub(crate) fn stage(&self) -> Option<Stage> {
        self.answer.is_making().then(|| self.watch.stage())
    }

    /// Takes question and answer away, with the planned line; the overlay before comes back. False where there was nothing.
    pub(crate) fn clear(&mut self, twin: &mut Twin) -> bool {
        let there = self.question.is_some() || !self.planned.points.is_empty();
        self.watch.stop();
        self.answer = Prepared::default();
        (self.question, self.measured, self.next) = (None, None, None);
        self.spot = None;
        self.picks = Picks::default();
        self.told.clear();
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

/// True for an overlay that was made in the window, not given by the caller.
pub(crate) fn is_made_here(overlay: &Overlay) -> bool {
    [NAME, crate::recolour::NAME, crate::siting::NAME].contains(&overlay.name.as_str())
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
        let make = move || Some(Arrows::of(picker.cache().snapshot(), &there, of, &joints));
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
        if came && let Some(answered) = at_hand.answer.of(&key).cloned() {
            lay(at_hand, &mut twin, &key.3, &answered);
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
        overlays[at] = Arc::new(overlays[at].heading());
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
mod tests {
    use analysis::network::trace::Way;
    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};

    use super::answer::tests::{answer, piped};
    use super::*;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;
    use crate::slots::Slots;
    use crate::style::{Shown, Style, styles};

    fn reach(from: &str) -> Question {
        Question::Reach { class: NetworkClass::Water, from: from.into(), way: Way::Downstream }
    }

    fn app() -> App {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let input = piped();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let mut app = App::new();
        app.add_message::<RequestRedraw>()
            .init_resource::<Workbench>()
            .insert_resource(Twin::new(input, Shown { overlay: Some(1), ..Shown::default() }))
            .insert_resource(Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) })
            .add_systems(Update, prepare);
        app
    }

    fn settle(app: &mut App) {
        let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
        loop {
            app.update();
            let bench = app.world().resource::<Workbench>();
            let twin = app.world().resource::<Twin>();
            let key = bench.key(twin, day_of(twin).unwrap());
            if key.is_none_or(|key| bench.answer.of(&key).is_some()) || std::time::Instant::now() > until {
                return;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_answer_is_laid_over_the_park_and_taken_away_with_the_overlay_before_it_back() {
        let mut app = app();
        let geometry = Arc::clone(&app.world().resource::<Meshed>().geometry);
        app.world_mut().resource_mut::<Workbench>().ask(reach("hv23"));
        settle(&mut app);
        let twin = app.world().resource::<Twin>();
        assert_eq!((twin.shown.overlay, twin.overlay().map(|o| o.name.as_str())), (Some(2), Some(NAME)));
        assert!(twin.is_underground(), "what lies below is looked at");
        // Another overlay is looked at, and the park becomes another: the answer is made anew and does not push itself forward.
        app.world_mut().resource_mut::<Twin>().shown.overlay = Some(0);
        app.world_mut().resource_mut::<Twin>().park_version += 1;
        settle(&mut app);
        let twin = app.world().resource::<Twin>();
        assert_eq!((twin.shown.overlay, twin.input.overlays.len()), (Some(0), 3));
        assert_eq!(app.world().resource::<Workbench>().good().unwrap().of.0, 1);
        app.world_mut().resource_mut::<Twin>().shown.overlay = Some(2);
        // A place that is not there: the answer goes, the reason stays.
        app.world_mut().resource_mut::<Workbench>().ask(reach("nowhere"));
        settle(&mut app);
        let twin = app.world().resource::<Twin>();
        assert_eq!((twin.shown.overlay, twin.input.overlays.len()), (Some(1), 2));
        assert!(matches!(app.world().resource::<Workbench>().found(), Some(Err(Refused::Network(_)))));
        app.world_mut().resource_scope(|world, mut bench: Mut<Workbench>| {
            assert!(bench.clear(&mut world.resource_mut::<Twin>()));
            assert!(!bench.clear(&mut world.resource_mut::<Twin>()), "nothing is left");
        });
        assert!(Arc::ptr_eq(&geometry, &app.world().resource::<Meshed>().geometry), "no mesh was made anew");
    }

    #[test]
    fn an_answer_colours_its_lines_through_the_styles_and_the_others_step_back() {
        let input = piped();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let found = answer(reach("hv23"));
        let theme = crate::theme::Theme::of(crate::ThemeChoice::Daylight);
        let drawn = |overlays: &[&Overlay], overlay| {
            let shown = Shown { overlay, underground: true, ..Shown::default() };
            styles(&input.snapshot, overlays, &slots, &theme, &shown)
        };
        let before: Vec<&Overlay> = input.overlays.iter().map(AsRef::as_ref).collect();
        let mut after = before.clone();
        after.push(&found.overlay);
        let (plain, coloured) = (drawn(&before, None), drawn(&after, Some(2)));
        assert_eq!(plain.len(), coloured.len(), "no slot is added");
        let changed: Vec<usize> = (0..plain.len()).filter(|slot| plain[*slot] != coloured[*slot]).collect();
        let wanted: Vec<usize> = input
            .snapshot
            .edges
            .iter()
            .filter(|edge| ["hv23", "v2c4", "cd5", "cd6"].contains(&edge.provenance.key.as_str()))
            .map(|edge| slots.of(edge.id).unwrap() as usize)
            .collect();
        let (lines, points) = (input.snapshot.edges.iter(), input.snapshot.nodes.iter());
        let ids = lines.map(|edge| edge.id).chain(points.map(|node| node.id));
        let mut network: Vec<usize> = ids.map(|id| slots.of(id).unwrap() as usize).collect();
        network.sort_unstable();
        assert_eq!(changed, network, "nothing but the networks changes");
        let grey: Vec<u32> =
            network.iter().filter(|slot| !wanted.contains(slot)).map(|slot| coloured[*slot].fill).collect();
        assert!(grey.windows(2).all(|pair| pair[0] == pair[1]), "what is not asked of has one grey");
        assert!(wanted.iter().all(|slot| coloured[*slot].fill != grey[0]));
        // What is only perhaps has another pattern, not colour alone.
        let pattern = |style: &Style| style.bits & 0xff;
        assert_ne!(pattern(&coloured[wanted[0]]), pattern(&coloured[wanted[3]]));
    }

    #[test]
    fn a_valve_is_marked_and_the_mark_taken_back() {
        let mut bench = Workbench::default();
        bench.mark_valve("v1");
        assert_eq!(bench.told["v1"], ValveState::StuckOpen);
        bench.marking = ValveState::Closed;
        bench.mark_valve("v1");
        assert_eq!(bench.told["v1"], ValveState::Closed);
        bench.mark_valve("v1");
        assert!(bench.told.is_empty());
        // Of another network nothing is told.
        bench.ask(reach("hv23"));
        bench.mark_valve("v1");
        bench.ask(reach("v2c4"));
        assert_eq!(bench.told.len(), 1);
        bench.ask(Question::Loops { class: NetworkClass::Gas });
        assert!(bench.told.is_empty());
    }
}
