//! Things on the map that are in no table: a hazard, a hall that is only tried. They come with a table of styles of their own, and nothing
//! finds them under the pointer.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;

use super::{SceneGeometry, Twin, mesh_of};
use crate::cut::scene::SceneCut;
use crate::material::{LayerMaterial, SceneUniform};
use crate::mesh::{Layer, TileMesh};
use crate::split::Side;
use crate::style::{Style, buffer_bytes};

/// Lays such things on the map and takes them away.
#[derive(SystemParam)]
pub(crate) struct Loose<'w, 's> {
    meshes: ResMut<'w, Assets<Mesh>>,
    buffers: ResMut<'w, Assets<ShaderBuffer>>,
    materials: ResMut<'w, Assets<LayerMaterial>>,
    commands: Commands<'w, 's>,
}

impl Loose<'_, '_> {
    /// Lays meshes into a part of the picture. `styles` are those of their slots; masses are solid, all else is seen through.
    pub(crate) fn lay(
        &mut self,
        tiles: impl IntoIterator<Item = TileMesh>,
        styles: &[Style],
        (twin, geometry): (&Twin, &SceneGeometry),
        side: Side,
    ) -> Vec<Entity> {
        let styles = self.buffers.add(ShaderBuffer::new(&buffer_bytes(styles), RenderAssetUsages::RENDER_WORLD));
        let mut entities = Vec::new();
        for tile in tiles.into_iter().filter(|tile| !tile.is_empty()) {
            let layer = tile.layer;
            let material = LayerMaterial {
                styles: styles.clone(),
                scene: SceneUniform::new(&twin.theme(), layer, false, geometry.ground_y(), twin.px_factor)
                    .with_whole_px(twin.one_sample)
                    .with_sun(twin.light())
                    .in_piece(twin.piece),
                photo: None,
                cut: SceneCut::nothing().uniform(&twin.theme(), layer),
                is_cut: false,
                pass: layer.into(),
                blended: layer != Layer::Building,
            };
            let mesh = Mesh3d(self.meshes.add(mesh_of(tile)));
            let material = MeshMaterial3d(self.materials.add(material));
            entities.push(self.commands.spawn((mesh, material, NoFrustumCulling, side.layers())).id());
        }
        entities
    }

    /// Takes away what was laid.
    pub(crate) fn clear(&mut self, entities: Vec<Entity>) {
        for entity in entities {
            self.commands.entity(entity).despawn();
        }
    }
}
