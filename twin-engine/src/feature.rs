//! Where a feature is and what it is called: short answers for lists, flights and labels.

use bevy::math::{DVec2, Vec3};
use geo::BoundingRect;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};

use crate::scene::{SceneGeometry, hazard_place};

/// Half the side of the box around a point feature, m.
const POINT_M: f64 = 6.0;

/// Corners of the box around a feature, scene; empty for one without a shape.
pub(crate) fn corners(snapshot: &ParkSnapshot, geometry: &SceneGeometry, id: FeatureId) -> Vec<Vec3> {
    let Some((low, high, height_m)) = bounds(snapshot, geometry, id) else { return Vec::new() };
    let corners =
        [DVec2::new(low.x, low.y), DVec2::new(high.x, low.y), DVec2::new(high.x, high.y), DVec2::new(low.x, high.y)];
    corners
        .iter()
        .flat_map(|p| {
            let ground = geometry.ground.height(*p);
            [ground, ground + height_m].map(|z| geometry.origin.scene_from_park(p.x, p.y, z))
        })
        .collect()
}

/// Box in plan, park coordinates, and height above the ground, m.
fn bounds(snapshot: &ParkSnapshot, geometry: &SceneGeometry, id: FeatureId) -> Option<(DVec2, DVec2, f64)> {
    let row = geometry.slots.row(id)?;
    let rect = |rect: Option<geo::Rect<f64>>, height_m: f64| {
        let rect = rect?;
        Some((DVec2::new(rect.min().x, rect.min().y), DVec2::new(rect.max().x, rect.max().y), height_m))
    };
    let point = |at: [f64; 2]| {
        let at = DVec2::from_array(at);
        Some((at - DVec2::splat(POINT_M), at + DVec2::splat(POINT_M), 2.0))
    };
    match id.kind {
        FeatureKind::Parcel => rect(snapshot.parcels.get(row)?.boundary.bounding_rect(), 0.0),
        FeatureKind::Building => {
            let building = snapshot.buildings.get(row)?;
            rect(building.footprint.bounding_rect(), building.drawn_height_m().0)
        }
        FeatureKind::Surface => rect(snapshot.surfaces.get(row)?.area.bounding_rect(), 0.0),
        FeatureKind::RoadEdge => rect(snapshot.roads.get(row)?.line.bounding_rect(), 0.0),
        FeatureKind::NetworkEdge => {
            let path = &snapshot.edges.get(row)?.path;
            let plan: geo::LineString<f64> = path.iter().map(|p| (p[0], p[1])).collect();
            rect(plan.bounding_rect(), 0.0)
        }
        FeatureKind::NetworkNode => {
            let at = snapshot.nodes.get(row)?.position;
            point([at[0], at[1]])
        }
        FeatureKind::EmergencyResource => point(snapshot.resources.get(row)?.position),
        FeatureKind::HazardSource => {
            let hazard = snapshot.hazards.get(row)?;
            let height_m = hazard.height_m.unwrap_or(POINT_M);
            rect(hazard.shape.bounding_rect(), height_m).filter(|(low, high, _)| low.distance(*high) > 1.0).or_else(
                || {
                    let (low, high, _) = point(hazard_place(hazard).to_array())?;
                    Some((low, high, height_m))
                },
            )
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn every_drawn_feature_has_corners() {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        for id in crate::slots::shaped(&input.snapshot) {
            let (low, high, _) = bounds(&input.snapshot, &geometry, id).unwrap_or_else(|| panic!("{id:?}"));
            assert!(low.cmple(high).all(), "{id:?}");
            assert_eq!(corners(&input.snapshot, &geometry, id).len(), 8);
        }
        assert!(corners(&input.snapshot, &geometry, FeatureId::new(FeatureKind::Parcel, 999_999)).is_empty());
    }
}
