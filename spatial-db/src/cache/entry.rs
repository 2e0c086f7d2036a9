//! One entry: an envelope and where in the snapshot its feature stands.

use geo::{BoundingRect, Geometry, LineString, Point};
use rstar::AABB;

use crate::model::{FeatureId, FeatureKind, ParkSnapshot};

/// Envelope of a feature and its position in the snapshot's vector of that kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) envelope: AABB<[f64; 2]>,
    pub(crate) kind: FeatureKind,
    pub(crate) slot: u32,
}

impl Entry {
    fn over(kind: FeatureKind, slot: usize, min: [f64; 2], max: [f64; 2]) -> Self {
        Self { envelope: AABB::from_corners(min, max), kind, slot: slot as u32 }
    }

    /// The middle of the envelope along an axis, m.
    pub(crate) fn middle(&self, axis: usize) -> f64 {
        f64::midpoint(self.envelope.lower()[axis], self.envelope.upper()[axis])
    }

    /// True when the whole envelope lies in the box, so that no exact test is needed.
    pub(crate) fn inside(&self, min: [f64; 2], max: [f64; 2]) -> bool {
        let (low, high) = (self.envelope.lower(), self.envelope.upper());
        low[0] >= min[0] && low[1] >= min[1] && high[0] <= max[0] && high[1] <= max[1]
    }

    pub(crate) fn id(&self, snapshot: &ParkSnapshot) -> FeatureId {
        let slot = self.slot as usize;
        match self.kind {
            FeatureKind::Parcel => snapshot.parcels[slot].id,
            FeatureKind::Building => snapshot.buildings[slot].id,
            FeatureKind::NetworkNode => snapshot.nodes[slot].id,
            FeatureKind::NetworkEdge => snapshot.edges[slot].id,
            FeatureKind::RoadEdge => snapshot.roads[slot].id,
            FeatureKind::EmergencyResource => snapshot.resources[slot].id,
            FeatureKind::HazardSource => snapshot.hazards[slot].id,
            FeatureKind::Surface => snapshot.surfaces[slot].id,
            kind => unreachable!("{kind:?} has no geometry and is never entered"),
        }
    }

    /// The planar geometry of the feature.
    pub(crate) fn geometry(&self, snapshot: &ParkSnapshot) -> Geometry<f64> {
        let slot = self.slot as usize;
        match self.kind {
            FeatureKind::Parcel => snapshot.parcels[slot].boundary.clone().into(),
            FeatureKind::Building => snapshot.buildings[slot].footprint.clone().into(),
            FeatureKind::NetworkNode => {
                let [x, y, _] = snapshot.nodes[slot].position;
                Point::new(x, y).into()
            }
            FeatureKind::NetworkEdge => planar(&snapshot.edges[slot].path).into(),
            FeatureKind::RoadEdge => snapshot.roads[slot].line.clone().into(),
            FeatureKind::EmergencyResource => Point::from(snapshot.resources[slot].position).into(),
            FeatureKind::HazardSource => snapshot.hazards[slot].shape.clone(),
            FeatureKind::Surface => snapshot.surfaces[slot].area.clone().into(),
            kind => unreachable!("{kind:?} has no geometry and is never entered"),
        }
    }
}

fn planar(path: &[[f64; 3]]) -> LineString<f64> {
    path.iter().map(|[x, y, _]| (*x, *y)).collect()
}

/// An entry for every feature with geometry, those of a kind one after the other.
pub(crate) fn entries(snapshot: &ParkSnapshot) -> Vec<Entry> {
    let counts = [
        snapshot.parcels.len(),
        snapshot.buildings.len(),
        snapshot.roads.len(),
        snapshot.hazards.len(),
        snapshot.surfaces.len(),
        snapshot.edges.len(),
        snapshot.nodes.len(),
        snapshot.resources.len(),
    ];
    // No more room than they take: they stay.
    let mut entries = Vec::with_capacity(counts.iter().sum());
    let mut boxed = |kind, slot, bounds: Option<geo::Rect<f64>>| {
        if let Some(bounds) = bounds {
            entries.push(Entry::over(kind, slot, bounds.min().into(), bounds.max().into()));
        }
    };
    for (slot, parcel) in snapshot.parcels.iter().enumerate() {
        boxed(FeatureKind::Parcel, slot, parcel.boundary.bounding_rect());
    }
    for (slot, building) in snapshot.buildings.iter().enumerate() {
        boxed(FeatureKind::Building, slot, building.footprint.bounding_rect());
    }
    for (slot, road) in snapshot.roads.iter().enumerate() {
        boxed(FeatureKind::RoadEdge, slot, road.line.bounding_rect());
    }
    for (slot, hazard) in snapshot.hazards.iter().enumerate() {
        boxed(FeatureKind::HazardSource, slot, hazard.shape.bounding_rect());
    }
    for (slot, surface) in snapshot.surfaces.iter().enumerate() {
        boxed(FeatureKind::Surface, slot, surface.area.bounding_rect());
    }
    for (slot, edge) in snapshot.edges.iter().enumerate() {
        boxed(FeatureKind::NetworkEdge, slot, planar(&edge.path).bounding_rect());
    }
    for (slot, node) in snapshot.nodes.iter().enumerate() {
        let [x, y, _] = node.position;
        boxed(FeatureKind::NetworkNode, slot, Some(Point::new(x, y).bounding_rect()));
    }
    for (slot, resource) in snapshot.resources.iter().enumerate() {
        boxed(FeatureKind::EmergencyResource, slot, Some(Point::from(resource.position).bounding_rect()));
    }
    entries
}
