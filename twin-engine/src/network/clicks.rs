//! Clicks on the scene while the networks' panel is open: a line or point to ask of, a valve to mark, a corner of a planned line.

use bevy::math::DVec2;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use bevy_egui::input::EguiWantsInput;
use spatial_db::model::{NetworkClass, NodeKind};

use super::{Place, Question, Site, Workbench};
use crate::camera::Orbit;
use crate::camera::control::{Pointer, place_under};
use crate::scene::{Meshed, Twin};
use crate::select::{Gesture, picked};
use crate::tool::Tool;
use crate::ui::{NetworkTab, Ui};

/// A valve is met within this distance of its middle, px.
const REACH_PX: f32 = 16.0;

/// Takes what the mouse did.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn take(
    mut gestures: MessageReader<Gesture>,
    twin: Res<Twin>,
    mut tool: ResMut<Tool>,
    ui: Res<Ui>,
    meshed: Option<Res<Meshed>>,
    orbit: Res<Orbit>,
    pointer: Res<Pointer>,
    keys: Res<ButtonInput<KeyCode>>,
    wants: Option<Res<EguiWantsInput>>,
    mut bench: ResMut<Workbench>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let (Some(meshed), Some(tab)) = (meshed, ui.network.open_tab()) else {
        gestures.clear();
        if tool.is_of_networks() {
            *tool = Tool::Look;
        }
        return;
    };
    // A tool goes with its tab.
    if (*tool == Tool::Lay && tab != NetworkTab::Lay) || (*tool == Tool::Valve && tab != NetworkTab::Break) {
        *tool = Tool::Look;
    }
    let typing = wants.is_some_and(|wants| wants.wants_any_keyboard_input());
    for gesture in gestures.read() {
        let Gesture::Click { pixel, .. } = gesture else { continue };
        match *tool {
            Tool::Look if tab == NetworkTab::Capacity => {
                let class = bench.left.class();
                let id = picked(&orbit, &meshed, &twin, *pixel);
                let site = id.zip(class).and_then(|(id, class)| Site::of(&twin.input.snapshot, id, class));
                if let Some(site) = site {
                    bench.pick_site(site);
                }
            }
            Tool::Look if matches!(tab, NetworkTab::Trace | NetworkTab::Break | NetworkTab::Pressure) => {
                let place = picked(&orbit, &meshed, &twin, *pixel);
                if let Some(place) = place.and_then(|id| Place::of(&twin.input.snapshot, id)) {
                    bench.pick(place, tab);
                }
            }
            Tool::Valve => {
                if let Some((class, key)) = valve(&twin, &meshed, &orbit, &bench, *pixel) {
                    // Before anything is asked or picked, the first valve tells which network is meant.
                    bench.class.get_or_insert(class);
                    bench.mark_valve(&key);
                }
            }
            Tool::Lay => {
                if let Some(at) = place_under(&orbit, &meshed, *pixel) {
                    bench.planned.points.push(at.to_array());
                    bench.ask_again(NetworkTab::Lay);
                }
            }
            _ => continue,
        }
        redraw.write(RequestRedraw);
    }
    if *tool == Tool::Lay && !typing {
        if keys.just_pressed(KeyCode::Backspace) && bench.planned.points.pop().is_some() {
            bench.ask_again(NetworkTab::Lay);
            redraw.write(RequestRedraw);
        }
        if keys.just_pressed(KeyCode::Enter) && bench.planned.points.len() > 1 {
            *tool = Tool::Look;
            redraw.write(RequestRedraw);
        }
    }
    let next = pointer.pixel.filter(|_| *tool == Tool::Lay).and_then(|pixel| place_under(&orbit, &meshed, pixel));
    if bench.next != next {
        bench.next = next;
    }
}

/// Network and key of the valve or switch that is drawn nearest to a pixel, of the network asked where one is.
fn valve(
    twin: &Twin,
    meshed: &Meshed,
    orbit: &Orbit,
    bench: &Workbench,
    pixel: Vec2,
) -> Option<(NetworkClass, String)> {
    let class = bench.question().and_then(Question::class).or(bench.class);
    let nodes = twin.input.snapshot.nodes.iter().filter(|node| class.is_none_or(|class| node.class == class));
    let valves = nodes.filter(|node| matches!(node.kind, NodeKind::Valve | NodeKind::Switch));
    valves
        .filter_map(|node| {
            let [x, y, z] = node.position;
            let ground = meshed.geometry.ground.height(DVec2::new(x, y));
            // It is met where it lies, and where its number stands on the ground.
            let heights = [ground, if z.is_finite() { z } else { ground }];
            let pixels = heights.map(|z| orbit.pixel(meshed.geometry.origin.scene_from_park(x, y, z)));
            let away = pixels.into_iter().flatten().map(|(at, _)| at.distance(pixel)).fold(f32::INFINITY, f32::min);
            (away <= REACH_PX * twin.px_factor.max(1.0)).then_some((away, node))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, node)| (node.class, node.provenance.key.clone()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::answer::tests::piped;
    use super::*;
    use crate::network::{Ask, Picks};
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;
    use crate::style::Shown;

    fn app() -> App {
        let input = piped();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let orbit = crate::camera::view_of(crate::CameraChoice::WholePark, &geometry, &Orbit::default());
        let mut app = App::new();
        app.add_message::<RequestRedraw>()
            .add_message::<Gesture>()
            .init_resource::<Workbench>()
            .init_resource::<Tool>()
            .init_resource::<Pointer>()
            .init_resource::<Ui>()
            .init_resource::<ButtonInput<KeyCode>>()
            .insert_resource(Twin::new(input, Shown { underground: true, ..Shown::default() }))
            .insert_resource(Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) })
            .insert_resource(orbit)
            .add_systems(Update, take);
        app
    }

    /// Clicks where a place of the park is drawn.
    fn click(app: &mut App, [x, y, z]: [f64; 3]) {
        let at = app.world().resource::<Meshed>().geometry.origin.scene_from_park(x, y, z);
        let (pixel, _) = app.world().resource::<Orbit>().pixel(at).unwrap();
        app.world_mut().write_message(Gesture::Click { pixel, add: false });
        app.update();
    }

    fn middle(app: &App, key: &str) -> [f64; 3] {
        let park = &app.world().resource::<Twin>().input.snapshot;
        let line = park.edges.iter().find(|edge| edge.provenance.key == key).unwrap();
        let [a, b] = [line.path[0], line.path[1]];
        [0, 1, 2].map(|axis: usize| f64::midpoint(a[axis], b[axis]))
    }

    #[test]
    fn a_click_on_a_pipe_asks_what_the_tab_is_about() {
        let mut app = app();
        let place = middle(&app, "v2c4");
        click(&mut app, place);
        assert_eq!(app.world().resource::<Workbench>().question(), None, "the panel is closed");
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Break);
        click(&mut app, place);
        let broken = Question::Break { class: NetworkClass::Water, at: "v2c4".into() };
        assert_eq!(app.world().resource::<Workbench>().question(), Some(&broken));
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Trace);
        let mut bench = app.world_mut().resource_mut::<Workbench>();
        (bench.ask, bench.picks) = (Ask::Path, Picks::default());
        let (first, second) = (middle(&app, "sv11"), middle(&app, "v2c4"));
        click(&mut app, first);
        click(&mut app, second);
        let path = Question::Path { class: NetworkClass::Water, from: "sv11".into(), to: "v2c4".into() };
        assert_eq!(app.world().resource::<Workbench>().question(), Some(&path));
    }

    #[test]
    fn a_click_on_a_parcel_asks_what_is_left_there() {
        let mut app = app();
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Capacity);
        app.world_mut().resource_mut::<Twin>().shown.underground = false;
        let (x, y) = crate::fixture::CORNER;
        let places = (0..900).map(|at| [x + 10.0 * f64::from(at % 30), y + 10.0 * f64::from(at / 30)]);
        let at = places.into_iter().find(|at| {
            let world = app.world();
            let z = world.resource::<Meshed>().geometry.ground.height(DVec2::from_array(*at));
            let place = world.resource::<Meshed>().geometry.origin.scene_from_park(at[0], at[1], z);
            let (pixel, _) = world.resource::<Orbit>().pixel(place).unwrap();
            let met = picked(world.resource(), world.resource(), world.resource(), pixel);
            met.is_some_and(|id| id.kind == spatial_db::model::FeatureKind::Parcel)
        });
        let [x, y] = at.expect("bare ground of a parcel");
        let z = app.world().resource::<Meshed>().geometry.ground.height(DVec2::new(x, y));
        click(&mut app, [x, y, z]);
        let bench = app.world().resource::<Workbench>();
        let Some(Question::Left { of: crate::network::question::LeftOf::At(site), .. }) = bench.question() else {
            panic!("{:?}", bench.question())
        };
        assert_eq!(site.id.kind, spatial_db::model::FeatureKind::Parcel);
    }

    #[test]
    fn a_valve_is_marked_before_anything_is_asked() {
        let mut app = app();
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Break);
        *app.world_mut().resource_mut::<Tool>() = Tool::Valve;
        let valve = app.world().resource::<Twin>().input.snapshot.nodes[3].position;
        click(&mut app, valve);
        let mut bench = app.world_mut().resource_mut::<Workbench>();
        assert_eq!((bench.class, bench.told.contains_key("v2")), (Some(NetworkClass::Water), true));
        // It holds for the first question to its network.
        bench.left.resource = "water".into();
        bench.ask_again(NetworkTab::Capacity);
        assert!(bench.told.contains_key("v2"));
    }

    #[test]
    fn a_click_marks_a_valve_and_clicks_draw_a_line() {
        let mut app = app();
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Break);
        let place = middle(&app, "hv23");
        click(&mut app, place);
        *app.world_mut().resource_mut::<Tool>() = Tool::Valve;
        let valve = app.world().resource::<Twin>().input.snapshot.nodes[3].position;
        click(&mut app, valve);
        let bench = app.world().resource::<Workbench>();
        assert_eq!(bench.told.keys().map(String::as_str).collect::<Vec<_>>(), ["v2"]);
        assert!(matches!(bench.question(), Some(Question::Break { at, .. }) if at == "hv23"), "the break stays");
        app.world_mut().resource_mut::<Ui>().network.turn(NetworkTab::Lay);
        *app.world_mut().resource_mut::<Tool>() = Tool::Lay;
        let (x, y) = crate::fixture::CORNER;
        for at in [(40.0, 20.0), (200.0, 25.0)] {
            let z = app.world().resource::<Meshed>().geometry.ground.height(DVec2::new(x + at.0, y + at.1));
            click(&mut app, [x + at.0, y + at.1, z]);
        }
        let bench = app.world().resource::<Workbench>();
        let Some(Question::Planned(planned)) = bench.question() else { panic!("{:?}", bench.question()) };
        assert!((planned.points[1][0] - x - 200.0).abs() < 0.5 && (planned.points[1][1] - y - 25.0).abs() < 0.5);
        // A panel that closes takes the tool along.
        app.world_mut().resource_mut::<Ui>().network.close();
        app.update();
        assert_eq!(*app.world().resource::<Tool>(), Tool::Look);
    }
}
