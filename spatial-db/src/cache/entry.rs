//! One entry: an envelope and where in the snapshot its feature stands.

use geo::{BoundingRect, Geometry, LineString, Point, Rect};
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

    /// The envelope of the feature itself, which may be a little smaller than the one that is kept.
    pub(crate) fn bounds(&self, snapshot: &ParkSnapshot) -> Option<AABB<[f64; 2]>> {
        let bounds = bounds(snapshot, self.kind, self.slot as usize)?;
        Some(AABB::from_corners(bounds.min().into(), bounds.max().into()))
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

/// The box about a feature; `None` for a shape without a point.
fn bounds(snapshot: &ParkSnapshot, kind: FeatureKind, slot: usize) -> Option<Rect<f64>> {
    match kind {
        FeatureKind::Parcel => snapshot.parcels[slot].boundary.bounding_rect(),
        FeatureKind::Building => snapshot.buildings[slot].footprint.bounding_rect(),
        FeatureKind::RoadEdge => snapshot.roads[slot].line.bounding_rect(),
        FeatureKind::HazardSource => snapshot.hazards[slot].shape.bounding_rect(),
        FeatureKind::Surface => snapshot.surfaces[slot].area.bounding_rect(),
        FeatureKind::NetworkEdge => planar(&snapshot.edges[slot].path).bounding_rect(),
        FeatureKind::NetworkNode => {
            let [x, y, _] = snapshot.nodes[slot].position;
            Some(Point::new(x, y).bounding_rect())
        }
        FeatureKind::EmergencyResource => Some(Point::from(snapshot.resources[slot].position).bounding_rect()),
        kind => unreachable!("{kind:?} has no geometry and is never entered"),
    }
}

/// An entry for every feature with geometry, those of a kind one after the other.
pub(crate) fn entries(snapshot: &ParkSnapshot) -> Vec<Entry> {
    let counts = [
        (FeatureKind::Parcel, snapshot.parcels.len()),
        (FeatureKind::Building, snapshot.buildings.len()),
        (FeatureKind::RoadEdge, snapshot.roads.len()),
        (FeatureKind::HazardSource, snapshot.hazards.len()),
        (FeatureKind::Surface, snapshot.surfaces.len()),
        (FeatureKind::NetworkEdge, snapshot.edges.len()),
        (FeatureKind::NetworkNode, snapshot.nodes.len()),
        (FeatureKind::EmergencyResource, snapshot.resources.len()),
    ];
    let of_kind = |(kind, count): (FeatureKind, usize)| {
        let boxed = move |slot| {
            let bounds = bounds(snapshot, kind, slot)?;
            Some(Entry::over(kind, slot, bounds.min().into(), bounds.max().into()))
        };
        (0..count).filter_map(boxed)
    };
    counts.into_iter().flat_map(of_kind).collect()
}
