//! The scene in the Bevy world: meshing in the background, tiles as entities, styles and themes applied live.
//!
//! Camera, picture frame and panels are left to their own modules.

mod bucket;
mod exchange;
mod geometry;
mod loose;
mod photo;
mod plan;
mod single;
mod spawn;
mod stream;
mod uploads;

use std::sync::{Arc, OnceLock};

use analysis::overlay::Overlay;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use bevy::tasks::{AsyncComputeTaskPool, Task, futures::check_ready};

pub(crate) use exchange::Exchange;
pub(crate) use geometry::{SceneGeometry, hazard_place, tank_size_m};
pub(crate) use loose::Loose;
pub(crate) use photo::Photo;
pub(crate) use plan::Bucket;
pub(crate) use spawn::{Pace, Tile, mesh_of};
pub(crate) use uploads::Uploads;

use chrono::NaiveDate;
use spatial_db::model::Presence;

use crate::camera::Orbit;
use crate::cut::Cut;
use crate::cut::scene::SceneCut;
use crate::error::EngineError;
use crate::extent::Extent;
use crate::input::TwinInput;
use crate::live::{Live, Wake};
use crate::network::{is_made_here, is_taken_away};
use crate::pick::Picker;
use crate::planner::presence;
use crate::recolour::Recolour;
use crate::siting::LaidLook;
use crate::split::{Piece, Right, Side};
use crate::style::{Shown, is_underground};
use crate::sun::{SUN_OF_MAPS, Sun, SunTime, sun_at};
use crate::text::{Language, Text};
use crate::theme::{Theme, ThemeChoice};
use crate::time::presence_on;
use crate::work::Work;
use analysis::geodetic::{Geodetic, LonLat};

/// What is shown and how: the engine's state as far as a person can change it.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Twin {
    /// The park and its overlays.
    pub input: TwinInput,
    /// Counts up whenever one of the overlays is made anew.
    pub overlays_version: u64,
    /// Counts up with every other park, or other state of the park.
    pub park_version: u64,
    /// Switches.
    pub shown: Shown,
    /// What is cut open.
    pub cut: Cut,
    /// What the scene that is shown lays on the land of a site.
    pub laid: Option<LaidLook>,
    /// What the pitch that is open lays on the land of its site; it comes before that of a scene.
    pub laid_by_pitch: Option<LaidLook>,
    /// Theme.
    pub theme: ThemeChoice,
    /// Language of everything that is shown.
    pub language: Language,
    /// Size of a theme pixel in this picture: picture height over the reference height.
    pub px_factor: f32,
    /// What is drawn of the picture, where it is drawn in pieces.
    pub piece: Option<Piece>,
    /// Draw the picture frame.
    pub frame: bool,
    /// A processor draws the pictures.
    pub software: bool,
    /// Each pixel is looked at in one place: lines thinner than a pixel would be broken.
    pub one_sample: bool,
    /// What is said under the picture.
    pub caption: String,
    /// What the overlay of [`crate::recolour`] was made from.
    pub recoloured_by: Option<Recolour>,
    /// The right part, where the picture is split.
    pub right: Option<Right>,
    /// The part that was clicked last: panels speak of it while the picture is split.
    pub chosen: Side,
    /// Overlays of the right part's day; what is not among them is as on the left.
    pub right_overlays: Vec<Overlay>,
    /// Where the middle of the park is, once it was asked for.
    pub place: OnceLock<Option<LonLat>>,
}

impl Twin {
    /// The input with the switches as given, light, in English.
    pub(crate) fn new(input: TwinInput, shown: Shown) -> Self {
        let there = input.time.as_ref().map(|time| Arc::new(presence(&input, time.as_of, Side::Left)));
        Self {
            input,
            overlays_version: 0,
            shown: Shown { there, ..shown },
            cut: Cut::default(),
            laid: None,
            laid_by_pitch: None,
            theme: ThemeChoice::default(),
            language: Language::default(),
            px_factor: 1.0,
            piece: None,
            frame: true,
            park_version: 0,
            software: false,
            one_sample: false,
            caption: String::new(),
            recoloured_by: None,
            right: None,
            chosen: Side::Left,
            right_overlays: Vec::new(),
            place: OnceLock::new(),
        }
    }

    /// The day of the data, whatever day was asked for first; `None` for a park that is not looked at by date.
    pub(crate) fn record_day(&self) -> Option<NaiveDate> {
        self.input.time.as_ref().map(|time| self.input.snapshot.park.as_of.unwrap_or(time.as_of))
    }

    /// The day that is looked at; `None` for a park that is not looked at by date.
    pub(crate) fn day(&self) -> Option<NaiveDate> {
        self.shown.there.as_ref().map(|there| there.on)
    }

    /// Where the middle of the park is; `None` where its CRS says nothing of that.
    pub(crate) fn place(&self) -> Option<LonLat> {
        *self.place.get_or_init(|| {
            let middle = Extent::of(&self.input.snapshot)?.middle();
            Geodetic::of(self.input.snapshot.park.srid)?.lon_lat(middle.x, middle.y)
        })
    }

    /// Where the light comes from: the sun of the moment that is asked for, else that of maps.
    pub(crate) fn light(&self) -> Sun {
        let sun = |time: SunTime| Some(sun_at(self.place()?.lat_deg, self.place()?.lon_deg, time.to_utc()));
        self.shown.sun.and_then(sun).unwrap_or(SUN_OF_MAPS)
    }

    /// The constants of the theme in use.
    pub(crate) fn theme(&self) -> Theme {
        Theme::of(self.theme)
    }

    /// Whether the orthophoto is switched on and there is one.
    pub(crate) fn shows_photo(&self) -> bool {
        self.shown.photo && self.input.imagery.is_some()
    }

    /// The overlay in use.
    pub(crate) fn overlay(&self) -> Option<&Overlay> {
        self.overlay_at(self.shown.overlay?)
    }

    /// The overlay at a place of the list, if there is anything to be looked at.
    pub(crate) fn overlay_at(&self, at: usize) -> Option<&Overlay> {
        self.input.overlays.get(at).map(|overlay| &**overlay).filter(|overlay| !is_taken_away(overlay))
    }

    /// The ground is translucent: by the switch, or because the overlay speaks of what lies below and no cut shows it.
    pub(crate) fn is_underground(&self) -> bool {
        self.is_underground_on(Side::Left)
    }

    /// The same of a side.
    pub(crate) fn is_underground_on(&self, side: Side) -> bool {
        self.shown.underground || (self.cut.is_empty() && self.overlay_on(side).is_some_and(is_underground))
    }

    /// Pipes and chambers are drawn on a side: everywhere, or in the pit.
    pub(crate) fn shows_pipes(&self, side: Side) -> bool {
        self.is_underground_on(side) || self.cut.dig.is_some()
    }

    /// The cut as the passes of a side read it; `None` where nothing is cut.
    pub(crate) fn scene_cut(&self, geometry: &SceneGeometry, side: Side) -> Option<SceneCut> {
        let underground = self.is_underground_on(side);
        (!self.cut.is_empty()).then(|| SceneCut::new(&self.cut, &geometry.ground, &geometry.origin, underground))
    }

    /// Another input in the same window: what the window is and draws with stays, what is shown is `shown`.
    pub(crate) fn over(&self, input: TwinInput, shown: Shown) -> Self {
        Self {
            overlays_version: self.overlays_version,
            park_version: self.park_version,
            theme: self.theme,
            language: self.language,
            px_factor: self.px_factor,
            piece: self.piece,
            frame: self.frame,
            software: self.software,
            one_sample: self.one_sample,
            ..Self::new(input, shown)
        }
    }

    /// These switches over another park. Overlays made in the window come along, with their numbers for the park before.
    fn with_input(&self, mut input: TwinInput) -> Self {
        let own = self.input.overlays.iter().filter(|overlay| is_made_here(overlay) && !is_taken_away(overlay));
        input.overlays.extend(own.cloned());
        let shown = Shown { overlay: self.place_in(&input, self.shown.overlay), ..self.shown.clone() };
        let right = self.right.as_ref().map(|right| (self.place_in(&input, right.overlay), right));
        // Places of one CRS say nothing in another.
        let same_crs = input.snapshot.park.srid == self.input.snapshot.park.srid;
        let cut = if same_crs { self.cut.clone() } else { Cut::default() };
        let mut next = Self {
            cut,
            caption: self.caption.clone(),
            recoloured_by: self.recoloured_by.clone(),
            chosen: self.chosen,
            ..self.over(input, shown)
        };
        // The same days, over what there is now.
        let on = |there: Option<&Arc<Presence>>, side| there.and_then(|there| presence_on(&next, there.on, side));
        let left = on(self.shown.there.as_ref(), Side::Left);
        let right =
            right.map(|(overlay, right)| Right { at: right.at, there: on(right.there.as_ref(), Side::Right), overlay });
        next.shown.there = left.or(next.shown.there.take());
        next.right = right;
        next
    }

    /// Where an overlay of this twin, by its place, stands in `input`.
    fn place_in(&self, input: &TwinInput, overlay: Option<usize>) -> Option<usize> {
        let name = &self.input.overlays.get(overlay?)?.name;
        input.overlays.iter().position(|overlay| overlay.name == *name)
    }

    /// The words of the language in use.
    pub(crate) fn words(&self) -> &'static Text {
        Text::of(self.language)
    }
}

/// Ground, extent and slots of the scene, once it is meshed. Its tiles have gone to the GPU.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Meshed {
    /// Geometry without tiles.
    pub geometry: Arc<SceneGeometry>,
    /// Answers what is under the pointer.
    pub picker: Arc<Picker>,
}

/// Why there will never be a scene.
#[derive(Resource, Debug)]
pub(crate) struct MeshingFailed(pub EngineError);

#[derive(Resource)]
struct Composing(Task<Option<Photo>>);

#[derive(Resource)]
struct Meshing(Work<Result<(SceneGeometry, Picker), EngineError>>);

/// True from when the scene is made until every tile that the camera needs is an entity, and the photo, if it is to be seen,
/// lies on the ground.
pub(crate) fn is_loading(uploads: Option<Res<Uploads>>, twin: Res<Twin>, orbit: Res<Orbit>) -> bool {
    uploads.is_some_and(|u| !u.is_settled(&orbit) || (twin.shows_photo() && !u.has_photo()))
}

/// The scene's systems.
pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, (spawn::spawn_sky, start_meshing)).add_systems(
        Update,
        (
            take_meshed,
            take_photo,
            spawn::spawn_tiles,
            exchange::take_built,
            exchange::upload.run_if(resource_exists::<Exchange>.and_then(resource_exists::<Meshed>)),
            exchange::swap.run_if(resource_exists::<Exchange>),
            restyle,
            spawn::spawn_right,
            spawn::show_tiles,
            spawn::show_caps,
        )
            .chain()
            .in_set(SceneSystems),
    );
}

/// Set of the systems that keep the scene up to date.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SceneSystems;

fn start_meshing(twin: Res<Twin>, live: Option<Res<Live>>, wake: Option<Res<Wake>>, mut commands: Commands) {
    if live.is_none_or(|live| !live.waiting) {
        let wake = wake.map(|wake| Wake::clone(&wake));
        begin(&twin, &mut commands, move || {
            if let Some(wake) = wake {
                wake.wake();
            }
        });
    }
}

/// What of overlays is meshed: zones and columns, without the verdicts, of which there are many.
fn outlines(overlays: &[Arc<Overlay>]) -> Vec<Overlay> {
    let outline = |overlay: &Arc<Overlay>| Overlay {
        zones: overlay.zones.clone(),
        pillars: overlay.pillars.clone(),
        ..overlay.heading()
    };
    overlays.iter().map(outline).collect()
}

/// Begins to mesh the park; `done` is called from the background when that is over.
pub(crate) fn begin(twin: &Twin, commands: &mut Commands, done: impl FnOnce() + Send + 'static) {
    let (snapshot, overlays) = (twin.input.snapshot.clone(), outlines(&twin.input.overlays));
    let make = move || {
        let geometry = SceneGeometry::build(&snapshot, &overlays)?;
        let picker = Picker::new(&snapshot, &geometry);
        Ok((geometry, picker))
    };
    commands.insert_resource(Meshing(Work::begin(make, done)));
    if let Some(imagery) = twin.input.imagery.clone() {
        commands.insert_resource(Composing(AsyncComputeTaskPool::get().spawn(async move { Photo::compose(&imagery) })));
    }
}

/// Hands the photo on when it is ready and there is a ground to lay it on.
fn take_photo(
    composing: Option<ResMut<Composing>>,
    uploads: Option<ResMut<Uploads>>,
    meshed: Option<Res<Meshed>>,
    mut images: ResMut<Assets<Image>>,
    mut twin: ResMut<Twin>,
    mut commands: Commands,
) {
    let (Some(mut composing), Some(mut uploads), Some(meshed)) = (composing, uploads, meshed) else { return };
    let Some(photo) = check_ready(&mut composing.0) else { return };
    commands.remove_resource::<Composing>();
    uploads.take_photo(photo, &meshed.geometry, &mut images);
    // Materials are chosen anew.
    twin.set_changed();
}

fn take_meshed(
    meshing: Option<Res<Meshing>>,
    twin: Res<Twin>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut commands: Commands,
) {
    let Some(result) = meshing.and_then(|meshing| meshing.0.take()) else { return };
    commands.remove_resource::<Meshing>();
    match result {
        Ok((mut geometry, picker)) => {
            let uploads = Uploads::new(&mut geometry, &twin, &mut buffers);
            commands.insert_resource(uploads);
            commands.insert_resource(Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) });
        }
        Err(error) => commands.insert_resource(MeshingFailed(error)),
    }
}

/// Rewrites the style buffer when a switch or the theme changed, and the uniforms when the theme or size changed.
fn restyle(
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    uploads: Option<ResMut<Uploads>>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut materials: ResMut<Assets<crate::material::LayerMaterial>>,
) {
    let (Some(meshed), Some(mut uploads)) = (meshed, uploads) else { return };
    if twin.is_changed() || uploads.is_added() {
        uploads.restyle(&twin, &meshed.geometry, &mut buffers, &mut materials);
    }
}
