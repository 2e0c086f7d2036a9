//! Chambers, valves, other fittings and buildings that a pit comes near to.

use std::collections::HashMap;

use geo::{Distance, Euclidean, Point, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkNode, NodeKind, Presence};

use super::Beside;
use crate::network::clearance::ClearanceRules;

/// What lies near a pit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A building.
    Building,
    /// A chamber, valve or other fitting of a network.
    Fitting(NetworkClass, NodeKind),
}

/// A chamber, fitting or building within the caution distance of a pit, or over it.
#[derive(Debug, Clone, PartialEq)]
pub struct NearThing {
    /// The feature.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// What it is.
    pub thing: Thing,
    /// Name; empty where not on record.
    pub name: String,
    /// Distance in plan between its wall and the outline, m; 0 where it stands over the pit; from its middle where its size is not on
    /// record.
    pub distance_m: f64,
    /// How far it may lie off its place, m; `None` where nothing tells it, as of buildings.
    pub off_m: Option<f64>,
    /// How it lies.
    pub beside: Beside,
}

/// A pit, and how far from it is near.
pub(super) struct Reach<'a> {
    /// The outline.
    pub area: &'a Polygon<f64>,
    /// Its box.
    pub bounds: ([f64; 2], [f64; 2]),
    /// The caution distance, m.
    pub caution_m: f64,
}

impl Reach<'_> {
    /// The box with what may be near.
    fn about(&self, by: f64) -> ([f64; 2], [f64; 2]) {
        (self.bounds.0.map(|at| at - by), self.bounds.1.map(|at| at + by))
    }
}

/// Fittings that are not met but near, the nearest first. A point was surveyed with the lines that name it, and is as far off as the best
/// of them; where none does, as a line of no level.
pub(super) fn fittings(
    cache: &Cache,
    there: &Presence,
    rules: &ClearanceRules,
    reach: &Reach<'_>,
    met: &[FeatureId],
) -> Vec<NearThing> {
    let park = cache.snapshot();
    let unknown_m = rules.unlevelled().plan_m;
    // One without a size on record is taken for no wider than a line without one.
    let unsized_m = rules.unsized_m.value / 2.0;
    let widest_m = park.nodes.iter().filter_map(half_m).fold(unsized_m, f64::max);
    let (low, high) = reach.about(reach.caution_m + rules.worst_m() + widest_m);
    let mut near = Vec::new();
    for row in cache.slots_in_envelope(low, high, FeatureKind::NetworkNode) {
        let node = &park.nodes[row];
        if !there.nodes[row] || met.contains(&node.id) {
            continue;
        }
        let [x, y, _] = node.position;
        let far_m = Euclidean.distance(&Point::new(x, y), reach.area);
        near.push((row, half_m(node).map_or((far_m, unsized_m), |half| (far_m - half, 0.0))));
    }
    // Only lines about what is near are looked at.
    let mut off: HashMap<(NetworkClass, &str), f64> = HashMap::new();
    if !near.is_empty() {
        for row in cache.slots_in_envelope(low, high, FeatureKind::NetworkEdge) {
            let line = &park.edges[row];
            let told_m = rules.quality(line).plan_m;
            for key in [&line.from_key, &line.to_key].into_iter().flatten().filter(|_| there.edges[row]) {
                let best = off.entry((line.class, key.as_str())).or_insert(told_m);
                *best = best.min(told_m);
            }
        }
    }
    let told = near.into_iter().filter_map(|(row, (distance_m, wall_m))| {
        let node = &park.nodes[row];
        let key = node.provenance.key.as_str();
        let off_m = off.get(&(node.class, key)).copied().unwrap_or(unknown_m);
        let beside = match distance_m {
            m if m + off_m <= 0.0 => Beside::InPit,
            m if m - off_m - wall_m <= 0.0 => Beside::MayBeInPit,
            m if m + off_m <= reach.caution_m => Beside::Near,
            m if m - off_m - wall_m <= reach.caution_m => Beside::MayBeNear,
            _ => return None,
        };
        Some(NearThing {
            id: node.id,
            key: key.to_owned(),
            thing: Thing::Fitting(node.class, node.kind),
            name: String::new(),
            distance_m,
            off_m: Some(off_m),
            beside,
        })
    });
    in_order(told.collect())
}

/// Half of what a chamber measures across, m.
fn half_m(node: &NetworkNode) -> Option<f64> {
    node.size_mm.filter(|mm| *mm > 0.0 && mm.is_finite()).map(|mm| mm / 2000.0)
}

/// Buildings over a pit and within the caution distance of it, the nearest first. How far a footprint may be off is not on record.
pub(super) fn buildings(cache: &Cache, there: &Presence, reach: &Reach<'_>) -> Vec<NearThing> {
    let park = cache.snapshot();
    let (low, high) = reach.about(reach.caution_m);
    let mut near = Vec::new();
    for row in cache.slots_in_envelope(low, high, FeatureKind::Building) {
        let building = &park.buildings[row];
        if !there.buildings[row] || building.footprint.0.is_empty() {
            continue;
        }
        let distance_m = Euclidean.distance(&building.footprint, reach.area);
        if distance_m > reach.caution_m {
            continue;
        }
        near.push(NearThing {
            id: building.id,
            key: building.provenance.key.clone(),
            thing: Thing::Building,
            name: building.name.clone().unwrap_or_default(),
            distance_m,
            off_m: None,
            beside: if distance_m <= 0.0 { Beside::InPit } else { Beside::Near },
        });
    }
    in_order(near)
}

fn in_order(mut near: Vec<NearThing>) -> Vec<NearThing> {
    near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.key.cmp(&b.key)));
    near
}
