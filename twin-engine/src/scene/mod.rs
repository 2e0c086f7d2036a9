//! The scene in the Bevy world: meshing in the background, tiles as entities, styles and themes applied live.
//!
//! Camera, picture frame and panels are left to their own modules.

mod geometry;
mod photo;
mod spawn;

use std::sync::Arc;

use analysis::overlay::Overlay;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;
use bevy::tasks::{AsyncComputeTaskPool, Task, futures::check_ready};

pub(crate) use geometry::{SceneGeometry, hazard_place};
pub(crate) use photo::Photo;
pub(crate) use spawn::{Pace, Tile, Uploads};

use chrono::NaiveDate;
use spatial_db::model::Presence;

use crate::error::EngineError;
use crate::input::TwinInput;
use crate::pick::Picker;
use crate::recolour::Recolour;
use crate::split::Right;
use crate::style::{Shown, is_underground};
use crate::text::{Language, Text};
use crate::theme::{Theme, ThemeChoice};

/// What is shown and how: the engine's state as far as a person can change it.
#[derive(Resource, Debug, Clone)]
pub(crate) struct Twin {
    /// The park and its overlays.
    pub input: TwinInput,
    /// Counts up whenever one of the overlays is made anew.
    pub overlays_version: u64,
    /// Switches.
    pub shown: Shown,
    /// Theme.
    pub theme: ThemeChoice,
    /// Language of everything that is shown.
    pub language: Language,
    /// Size of a theme pixel in this picture: picture height over the reference height.
    pub px_factor: f32,
    /// Draw the picture frame.
    pub frame: bool,
    /// What is said under the picture.
    pub caption: String,
    /// What the overlay of [`crate::recolour`] was made from.
    pub recoloured_by: Option<Recolour>,
    /// The right part, where the picture is split.
    pub right: Option<Right>,
    /// Overlays of the right part's day; what is not among them is as on the left.
    pub right_overlays: Vec<Overlay>,
}

impl Twin {
    /// The input with the switches as given, light, in English.
    pub(crate) fn new(input: TwinInput, shown: Shown) -> Self {
        let there = input.time.as_ref().map(|time| Arc::new(Presence::on(&input.snapshot, time.as_of)));
        Self {
            input,
            overlays_version: 0,
            shown: Shown { there, ..shown },
            theme: ThemeChoice::default(),
            language: Language::default(),
            px_factor: 1.0,
            frame: true,
            caption: String::new(),
            recoloured_by: None,
            right: None,
            right_overlays: Vec::new(),
        }
    }

    /// The day that is looked at; `None` for a park that is not looked at by date.
    pub(crate) fn day(&self) -> Option<NaiveDate> {
        self.shown.there.as_ref().map(|there| there.on)
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
        self.shown.overlay.and_then(|index| self.input.overlays.get(index))
    }

    /// The ground is translucent: by the switch, or because the overlay speaks of what lies below.
    pub(crate) fn is_underground(&self) -> bool {
        self.shown.underground || self.overlay().is_some_and(is_underground)
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
    /// Triangles uploaded.
    pub triangles: usize,
    /// Answers what is under the pointer.
    pub picker: Arc<Picker>,
}

/// Why there will never be a scene.
#[derive(Resource, Debug)]
pub(crate) struct MeshingFailed(pub EngineError);

#[derive(Resource)]
struct Composing(Task<Option<Photo>>);

#[derive(Resource)]
struct Meshing(Task<Result<(SceneGeometry, Picker), EngineError>>);

/// True until every tile of the scene is an entity, and the photo, if it is to be seen, lies on the ground.
pub(crate) fn is_loading(meshed: Option<Res<Meshed>>, uploads: Option<Res<Uploads>>, twin: Res<Twin>) -> bool {
    meshed.is_none() || uploads.is_none_or(|u| !u.is_done() || (twin.shows_photo() && !u.has_photo()))
}

/// The scene's systems.
pub(crate) fn plugin(app: &mut App) {
    app.add_systems(Startup, (spawn::spawn_sky, start_meshing)).add_systems(
        Update,
        (take_meshed, take_photo, spawn::spawn_tiles, restyle, spawn::spawn_right, spawn::show_tiles)
            .chain()
            .in_set(SceneSystems),
    );
}

/// Set of the systems that keep the scene up to date.
#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SceneSystems;

fn start_meshing(twin: Res<Twin>, mut commands: Commands) {
    let (snapshot, overlays) = (twin.input.snapshot.clone(), twin.input.overlays.clone());
    commands.insert_resource(Meshing(AsyncComputeTaskPool::get().spawn(async move {
        let geometry = SceneGeometry::build(&snapshot, &overlays)?;
        let picker = Picker::new(&snapshot, &geometry);
        Ok((geometry, picker))
    })));
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
    meshing: Option<ResMut<Meshing>>,
    twin: Res<Twin>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut commands: Commands,
) {
    let Some(mut meshing) = meshing else { return };
    let Some(result) = check_ready(&mut meshing.0) else { return };
    commands.remove_resource::<Meshing>();
    match result {
        Ok((mut geometry, picker)) => {
            let triangles = geometry.triangles();
            let uploads = Uploads::new(&mut geometry, &twin, &mut buffers);
            commands.insert_resource(uploads);
            commands.insert_resource(Meshed { geometry: Arc::new(geometry), triangles, picker: Arc::new(picker) });
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
