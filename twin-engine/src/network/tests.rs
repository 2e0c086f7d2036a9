//! Questions that stand, answers that are laid over the park, and what becomes of both.

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

#[test]
fn a_valve_that_is_marked_after_a_question_to_all_networks_joins_what_was_told_before() {
    let mut bench = Workbench { class: Some(NetworkClass::Water), ..Workbench::default() };
    bench.ask(Question::Break { class: NetworkClass::Water, at: "hv23".into() });
    bench.mark_valve("v1");
    bench.ask(Question::Near);
    bench.mark_valve("v2");
    assert_eq!(bench.told.keys().collect::<Vec<_>>(), ["v1", "v2"]);
}

#[test]
fn what_is_told_of_valves_holds_for_every_question_to_their_network() {
    let mut bench = Workbench::default();
    bench.ask(Question::Break { class: NetworkClass::Water, at: "hv23".into() });
    bench.mark_valve("v2");
    // Capacity is asked of power at first, and knows nothing of a valve in water; then of water.
    bench.left.resource = "power".into();
    bench.ask_again(NetworkTab::Capacity);
    assert!(bench.told.is_empty());
    bench.left.resource = "water".into();
    bench.ask_again(NetworkTab::Capacity);
    assert!(matches!(bench.question(), Some(Question::Left { class: NetworkClass::Water, .. })));
    assert_eq!(bench.told.keys().collect::<Vec<_>>(), ["v2"]);
    // What is told there holds for the break as well.
    bench.mark_valve("v1");
    bench.return_to(NetworkTab::Break);
    assert_eq!(bench.told.keys().collect::<Vec<_>>(), ["v1", "v2"]);
}

#[test]
fn who_comes_back_to_a_question_has_its_answer_laid_again() {
    let mut app = app();
    let down = reach("hv23");
    app.world_mut().resource_mut::<Workbench>().ask(down.clone());
    settle(&mut app);
    app.world_mut().resource_mut::<Workbench>().mark_valve("v1");
    settle(&mut app);
    // Another tab: another question, without what was told of valves.
    app.world_mut().resource_mut::<Workbench>().ask(Question::Near);
    settle(&mut app);
    let near = app.world().resource::<Twin>().overlay().unwrap().title.clone();
    assert!(app.world().resource::<Workbench>().told.is_empty());
    app.world_mut().resource_mut::<Workbench>().return_to(NetworkTab::Profile);
    let bench = app.world().resource::<Workbench>();
    assert_eq!((bench.question(), bench.told.len()), (Some(&down), 1));
    assert!(bench.is_current(app.world().resource::<Twin>()), "nothing has to be made anew");
    app.update();
    let twin = app.world().resource::<Twin>();
    assert_ne!(twin.overlay().unwrap().title, near);
    assert_eq!(twin.overlay().unwrap().verdicts.len(), 4);
    // It lies there once: a frame later the park is not coloured anew.
    let version = twin.overlays_version;
    app.update();
    assert_eq!(app.world().resource::<Twin>().overlays_version, version);
    app.world_mut().resource_mut::<Workbench>().return_to(NetworkTab::Near);
    assert_eq!(app.world().resource::<Workbench>().question(), Some(&Question::Near));
    app.world_mut().resource_mut::<Workbench>().return_to(NetworkTab::Break);
    assert_eq!(app.world().resource::<Workbench>().question(), Some(&Question::Near), "nothing was asked there");
}

#[test]
fn one_break_and_every_line_are_asked_in_one_tab_and_pressures_of_water_alone() {
    let park = piped().snapshot;
    let place = |key: &str| {
        let id = park.edges.iter().find(|edge| edge.provenance.key == key).unwrap().id;
        Place::of(&park, id).unwrap()
    };
    let mut bench = Workbench::default();
    bench.pick(place("hv23"), NetworkTab::Break);
    assert!(matches!(bench.question(), Some(Question::Break { .. })));
    bench.mark_valve("v1");
    (bench.every, bench.everywhere) = (true, true);
    bench.ask_again(NetworkTab::Break);
    let water = NetworkClass::Water;
    assert_eq!(bench.question(), Some(&Question::Critical { class: water, everywhere: true }));
    assert_eq!(bench.told.len(), 1, "what was told of valves counts there too");
    // A click on another network asks of that.
    bench.pick(place("ab7"), NetworkTab::Break);
    let drains = NetworkClass::Drainage;
    assert_eq!(bench.question(), Some(&Question::Critical { class: drains, everywhere: true }));
    bench.press.kind = PressKind::Closed;
    bench.ask_again(NetworkTab::Pressure);
    assert_eq!(bench.question().and_then(Question::class), Some(drains), "a drain has no pressure to ask of");
    bench.pick(place("bo8"), NetworkTab::Pressure);
    assert_eq!(bench.picks.from.as_ref().unwrap().key, "ab7", "and is not picked there");
    assert_eq!(bench.not_water.as_ref().map(|place| place.key.as_str()), Some("bo8"), "which is said");
    bench.pick(place("v2c4"), NetworkTab::Pressure);
    assert_eq!(bench.not_water, None);
    assert!(matches!(bench.question(), Some(Question::Pressure { .. })) && bench.waits_in(NetworkTab::Break));
}

#[test]
fn a_tab_comes_back_with_its_last_question_and_no_earlier_one() {
    let mut bench = Workbench::default();
    bench.ask(reach("hv23"));
    bench.ask(reach("v2c4"));
    assert!(!bench.waits_in(NetworkTab::Trace), "it stands there");
    bench.give_up();
    assert!(!bench.waits_in(NetworkTab::Trace), "what was asked before it is not asked again by itself");
    bench.ask(reach("v2c4"));
    bench.ask(Question::Near);
    assert!(bench.waits_in(NetworkTab::Profile) && !bench.waits_in(NetworkTab::Near));
    bench.return_to(NetworkTab::Trace);
    assert_eq!(bench.question(), Some(&reach("v2c4")));
    assert!(bench.waits_in(NetworkTab::Near) && !bench.waits_in(NetworkTab::Trace));
}

#[test]
fn a_tab_comes_back_with_the_network_that_it_asked_of() {
    let (water, gas) = (NetworkClass::Water, NetworkClass::Gas);
    let mut bench = Workbench { class: Some(gas), ..Workbench::default() };
    bench.ask(Question::Loops { class: gas });
    // Meanwhile another network is asked of elsewhere.
    bench.ask(Question::Break { class: water, at: "hv23".into() });
    bench.class = Some(water);
    bench.return_to(NetworkTab::Trace);
    assert_eq!(bench.class, Some(gas));
    // A question of all networks leaves it.
    bench.ask(Question::Near);
    bench.ask(reach("hv23"));
    bench.class = Some(water);
    bench.return_to(NetworkTab::Near);
    assert_eq!((bench.question(), bench.class), (Some(&Question::Near), Some(water)));
}

#[test]
fn who_comes_back_to_a_question_without_an_answer_sees_that_of_no_other() {
    let mut app = app();
    app.world_mut().resource_mut::<Workbench>().ask(reach("nowhere"));
    settle(&mut app);
    app.world_mut().resource_mut::<Workbench>().ask(Question::Near);
    settle(&mut app);
    assert_eq!(app.world().resource::<Twin>().overlay().map(|overlay| overlay.name.as_str()), Some(NAME));
    app.world_mut().resource_mut::<Workbench>().return_to(NetworkTab::Trace);
    app.update();
    assert!(matches!(app.world().resource::<Workbench>().found(), Some(Err(Refused::Network(_)))));
    let twin = app.world().resource::<Twin>();
    assert!(twin.input.overlays.iter().all(|overlay| overlay.name != NAME));
    assert_eq!(twin.shown.overlay, Some(1), "the overlay before it is back");
    let version = twin.overlays_version;
    app.update();
    assert_eq!(app.world().resource::<Twin>().overlays_version, version);
}

#[test]
fn an_answer_that_was_taken_away_before_others_leaves_nothing_to_look_at() {
    let mut app = app();
    app.world_mut().resource_mut::<Workbench>().ask(reach("hv23"));
    settle(&mut app);
    let later = Overlay { name: crate::recolour::NAME.into(), ..crate::fixture::building_overlay() };
    app.world_mut().resource_mut::<Twin>().input.overlays.push(Arc::new(later));
    app.world_mut().resource_scope(|world, mut bench: Mut<Workbench>| {
        assert!(bench.clear(&mut world.resource_mut::<Twin>()));
    });
    let mut twin = app.world_mut().resource_mut::<Twin>();
    assert_eq!((twin.input.overlays.len(), twin.shown.overlay), (4, Some(1)), "others keep their places");
    assert!(twin.overlay_at(2).is_none() && twin.overlay_at(3).is_some());
    // Undo may bring its place back.
    twin.shown.overlay = Some(2);
    assert!(twin.overlay().is_none());
    assert_eq!(twin.shown_on(crate::split::Side::Left).overlay, None, "no line steps back for it");
}

#[test]
fn an_answer_is_stale_once_park_day_or_what_is_told_is_another() {
    let mut app = app();
    app.world_mut().resource_mut::<Workbench>().ask(reach("hv23"));
    settle(&mut app);
    let is_current = |app: &App| app.world().resource::<Workbench>().is_current(app.world().resource::<Twin>());
    let rows_hold = |app: &App| {
        let version = app.world().resource::<Twin>().park_version;
        app.world().resource::<Workbench>().good().unwrap().is_of(version)
    };
    assert!(is_current(&app) && rows_hold(&app));
    app.world_mut().resource_mut::<Workbench>().mark_valve("v2");
    assert!(!is_current(&app) && rows_hold(&app), "its rows are still those of the park");
    settle(&mut app);
    assert!(is_current(&app));
    app.world_mut().resource_mut::<Twin>().park_version += 1;
    assert!(!is_current(&app) && !rows_hold(&app));
    settle(&mut app);
    assert!(is_current(&app) && rows_hold(&app));
    let park = Arc::clone(&app.world().resource::<Twin>().input.snapshot);
    let day = "2019-12-31".parse().unwrap();
    app.world_mut().resource_mut::<Twin>().shown.there = Some(Arc::new(Presence::on(&park, day)));
    assert!(!is_current(&app) && rows_hold(&app));
}

#[test]
fn who_gives_an_answer_up_keeps_what_was_picked_and_told() {
    let mut app = app();
    let park = Arc::clone(&app.world().resource::<Twin>().input.snapshot);
    let line = park.edges.iter().find(|edge| edge.provenance.key == "hv23").unwrap().id;
    let mut bench = app.world_mut().resource_mut::<Workbench>();
    bench.pick(Place::of(&park, line).unwrap(), NetworkTab::Break);
    bench.mark_valve("v1");
    settle(&mut app);
    let mut bench = app.world_mut().resource_mut::<Workbench>();
    bench.give_up();
    assert_eq!((bench.question(), bench.told.len()), (None, 1));
    assert_eq!(bench.picks.from.as_ref().unwrap().key, "hv23");
    app.update();
    assert!(app.world().resource::<Twin>().input.overlays.iter().all(|overlay| overlay.name != NAME));
    // Asked again, with what was told; what was made before is laid again.
    app.world_mut().resource_mut::<Workbench>().ask_again(NetworkTab::Break);
    assert_eq!(app.world().resource::<Workbench>().told.len(), 1);
    app.update();
    assert_eq!(app.world().resource::<Twin>().overlay().map(|overlay| overlay.name.as_str()), Some(NAME));
}
