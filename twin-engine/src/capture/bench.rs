//! What measurements ask of a stage: a camera that turns, passes switched off, a pick timed, the triangles that a frame is made of.
//!
//! The frames themselves are left to the stage.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bevy::asset::AssetId;
use bevy::mesh::{Indices, VertexAttributeValues};
use bevy::prelude::*;
use spatial_db::model::FeatureId;

use super::Stage;
use crate::camera::Orbit;
use crate::coarse::{self, Coarse};
use crate::error::EngineError;
use crate::input::{CaptureOptions, TwinInput};
use crate::material::ATTRIBUTE_NORMAL;
use crate::mesh::Layer;
use crate::scene::{Exchange, Meshed, Pace, Tile, Twin};

/// Meshes as they were before the device took them.
#[derive(Resource, Debug, Default)]
pub(super) struct Kept(HashMap<AssetId<Mesh>, Mesh>);

/// Triangles of one tile that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Pass.
    pub layer: Layer,
    /// Positions, scene metres.
    pub positions: Vec<[f32; 3]>,
    /// Directions and marks, 16-bit signed fractions.
    pub normals: Vec<[i16; 4]>,
    /// Corners, three per triangle.
    pub indices: Vec<u32>,
}

/// Copies what is new before it goes to the device.
pub(super) fn keep(new: Query<&Mesh3d, Changed<Mesh3d>>, meshes: Res<Assets<Mesh>>, mut kept: ResMut<Kept>) {
    for mesh in &new {
        if let Some(data) = meshes.get(mesh) {
            kept.0.insert(mesh.id(), data.clone());
        }
    }
}

impl Stage {
    /// A stage that can tell its triangles ([`Stage::drawn`]), which takes their memory once more.
    ///
    /// # Errors
    /// As [`Stage::new`].
    pub fn keeping(input: TwinInput, options: &CaptureOptions, samples: u32) -> Result<Self, EngineError> {
        Self::begin(input, options, samples, false, true, None, None)
    }

    /// The triangles of all tiles that are switched on, without the sky; nothing where the stage does not keep them.
    pub fn drawn(&mut self) -> Vec<Drawn> {
        let world = self.world_mut();
        let mut tiles = world.query::<(&Tile, &Visibility, &Mesh3d)>();
        let Some(kept) = world.get_resource::<Kept>() else { return Vec::new() };
        let on = tiles.iter(world).filter(|(_, seen, _)| **seen != Visibility::Hidden);
        on.filter_map(|(tile, _, mesh)| Drawn::of(tile.layer, kept.0.get(&mesh.id())?)).collect()
    }

    /// From scene metres to the camera's clip space, depth reversed.
    pub fn clip_from_world(&self) -> Mat4 {
        self.view().clip_from_scene()
    }

    /// Turns the camera by `degrees` around its target, for benches.
    pub fn turn(&mut self, degrees: f32) {
        self.app.world_mut().resource_mut::<Orbit>().bearing_deg += degrees;
    }

    /// The passes that are drawn, each with the triangles and vertices of its tiles that are switched on, for benches.
    pub fn passes(&mut self) -> Vec<(Layer, (usize, usize))> {
        let world = self.app.world_mut();
        let mut passes: std::collections::BTreeMap<Layer, (usize, usize)> = std::collections::BTreeMap::new();
        for (tile, seen) in world.query::<(&Tile, &Visibility)>().iter(world) {
            if *seen != Visibility::Hidden {
                let sums = passes.entry(tile.layer).or_default();
                *sums = (sums.0 + tile.triangles, sums.1 + tile.vertices);
            }
        }
        passes.into_iter().collect()
    }

    /// The meshes that tiles are drawn with: as long as two answers are equal, none was made anew.
    pub fn meshes(&mut self) -> BTreeSet<AssetId<Mesh>> {
        let world = self.app.world_mut();
        world.query::<&Mesh3d>().iter(world).map(|mesh| mesh.0.id()).collect()
    }

    /// Hides the tiles of a pass until the camera moves, for benches.
    pub fn hide(&mut self, pass: Layer) {
        let world = self.app.world_mut();
        for (tile, mut seen) in world.query::<(&Tile, &mut Visibility)>().iter_mut(world) {
            if tile.layer == pass {
                *seen = Visibility::Hidden;
            }
        }
    }

    /// Selects a feature, or none.
    pub fn select(&mut self, feature: Option<FeatureId>) {
        self.app.world_mut().resource_mut::<Twin>().shown.selection = feature.into();
    }

    /// Looks at another day, for benches. Nothing happens where the input has no [`crate::TimeSource`].
    pub fn look_at_day(&mut self, day: chrono::NaiveDate) {
        crate::time::look_at(&mut self.app.world_mut().resource_mut::<Twin>(), Some(day));
    }

    /// The feature under a place of the picture (shares of its width and height), and the time it took to tell, for benches.
    pub fn pick(&self, across: f32, down: f32) -> (Option<FeatureId>, Duration) {
        let (world, began) = (self.app.world(), Instant::now());
        let orbit = world.resource::<Orbit>();
        let pixel = orbit.size * Vec2::new(across, down);
        let met = crate::select::picked(orbit, world.resource::<Meshed>(), world.resource::<Twin>(), pixel);
        (met, began.elapsed())
    }

    /// Draws what is far away with its outline too, as in a picture, for benches. Takes effect when the camera moves.
    pub fn draw_outlines(&mut self) {
        self.app.insert_resource(Pace::Picture);
    }

    /// Draws at the detail of a window, whatever the samples, for benches. Takes effect when the camera moves.
    pub fn draw_as_window(&mut self) {
        self.app.insert_resource(Pace::AtOnce);
    }

    /// Draws fewer pixels while the camera moves where frames take long, as a window does, for benches.
    pub fn pace_as_window(&mut self) {
        coarse::pace_plugin(&mut self.app);
    }

    /// The share of each side of the picture that the last frame drew, for benches.
    pub fn share(&self) -> f32 {
        self.app.world().resource::<Coarse>().0
    }

    /// Switches to another overlay, or to none.
    pub fn show_overlay(&mut self, overlay: Option<usize>) {
        self.app.world_mut().resource_mut::<Twin>().shown.overlay = overlay;
    }

    /// Puts another state of the park in the place of the one shown, once it is on the device: some frames from now.
    pub fn exchange(&mut self, input: TwinInput) {
        let world = self.app.world_mut();
        let exchange = Exchange::begin(world.resource::<Twin>(), world.resource::<Meshed>(), input, None, || {});
        world.insert_resource(exchange);
    }

    /// True until what [`Stage::exchange`] brought is shown.
    pub fn is_exchanging(&self) -> bool {
        self.app.world().contains_resource::<Exchange>()
    }
}

impl Drawn {
    fn of(layer: Layer, mesh: &Mesh) -> Option<Self> {
        let Some(VertexAttributeValues::Float32x3(positions)) = mesh.attribute(Mesh::ATTRIBUTE_POSITION) else {
            return None;
        };
        let Some(VertexAttributeValues::Snorm16x4(normals)) = mesh.attribute(ATTRIBUTE_NORMAL) else { return None };
        let Some(Indices::U32(indices)) = mesh.indices() else { return None };
        Some(Self { layer, positions: positions.clone(), normals: normals.clone(), indices: indices.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_a_stage_tells_is_what_its_passes_count() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let mut stage = Stage::keeping(fixture::tiny(), &options, 1).expect("a headless stage");
        let mut told = std::collections::BTreeMap::<Layer, (usize, usize)>::new();
        for one in stage.drawn() {
            let sums = told.entry(one.layer).or_default();
            *sums = (sums.0 + one.indices.len() / 3, sums.1 + one.positions.len());
            assert_eq!(one.positions.len(), one.normals.len());
        }
        let passes: std::collections::BTreeMap<_, _> = stage.passes().into_iter().collect();
        assert!(told.len() > 3 && told == passes, "{told:?} {passes:?}");
        let clip = stage.clip_from_world();
        let ahead = stage.drawn().into_iter().flat_map(|one| one.positions).any(|at| {
            let at = clip * Vec3::from_array(at).extend(1.0);
            at.w > 0.0 && at.x.abs() < at.w && at.y.abs() < at.w
        });
        assert!(ahead, "the camera looks at what is drawn");
    }
}
