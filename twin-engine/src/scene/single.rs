//! One feature as triangles, as the scene draws it near by, for files that leave the program.

use bevy::math::Vec3;
use spatial_db::model::{FeatureId, FeatureKind};

use super::geometry::SceneGeometry;
use super::plan::{Bucket, Content, Level};
use crate::mesh::{Layer, TileMesh};

impl SceneGeometry {
    /// The feature's triangles: of a building as it was modelled, else its footprint raised to its height. `None` for what
    /// the park does not hold; empty for what has no shape in space.
    pub(crate) fn of_feature(&self, id: FeatureId) -> Option<TileMesh> {
        let (content, layer) = match id.kind {
            FeatureKind::Parcel => (Content::Parcels, Layer::Parcel),
            FeatureKind::Surface => (Content::Surfaces, Layer::Surface),
            FeatureKind::Building => (Content::Buildings, Layer::Building),
            FeatureKind::RoadEdge => (Content::Roads, Layer::Road),
            FeatureKind::NetworkEdge => (Content::Edges, Layer::Pipe),
            FeatureKind::NetworkNode => (Content::Nodes, Layer::Fitting),
            FeatureKind::EmergencyResource => (Content::Resources, Layer::Fitting),
            FeatureKind::HazardSource => (Content::Hazards, Layer::Hazard),
            _ => return None,
        };
        let row = self.slots.row(id)? as u32;
        let alone = Bucket {
            layer,
            content,
            rows: [row].into(),
            lowest: Vec3::ZERO,
            highest: Vec3::ZERO,
            feature_size_m: 0.0,
            largest_m: 0.0,
        };
        Some(self.mesh(&alone, Level::Full))
    }
}
