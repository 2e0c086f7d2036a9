//! Which buildings the hydrants reach: the straight 150 m of GB 50974, by footprint.
//!
//! Reach by hose along real ways and flow are left to the drill work; a state word of "out of service" is honoured.

use std::collections::{HashMap, HashSet};

use geo::{BoundingRect, CoordsIter, Distance, Euclidean, MultiPolygon, Point};
use rayon::prelude::*;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, EmergencyResource, FeatureId, HazardSource, NodeKind, ResourceKind};

use crate::rules::RuleSet;

/// How far the hydrants reach a building.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// The whole footprint lies within the reach of one or more hydrants; distance to the nearest, m.
    Whole(f64),
    /// A part of it.
    Part(f64),
    /// Nothing of it.
    Outside(f64),
    /// No hydrant is on record anywhere in the park.
    Unknown,
    /// The building has no footprint on record: nobody can say where it stands.
    NoFootprint,
}

/// Words of a state that takes a resource out of service.
const OUT: [&str; 15] = [
    "out of service",
    "out_of_service",
    "broken",
    "removed",
    "closed",
    "abandoned",
    "planned",
    "pending",
    "停用",
    "损坏",
    "关闭",
    "撤销",
    "废弃",
    "待建",
    "规划",
];

/// Words of a resource's state, in small letters: what stands between commas.
pub(super) fn words_of_state(resource: &EmergencyResource) -> impl Iterator<Item = String> {
    let parts = resource.state.as_deref().unwrap_or_default().split([',', ';', '，', '；', '、']);
    parts.map(|word| word.trim().to_lowercase())
}

/// True when nothing on record says that the resource is out of service.
pub fn in_service(resource: &EmergencyResource) -> bool {
    words_of_state(resource).all(|word| !OUT.contains(&word.as_str()))
}

/// A hydrant that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hydrant {
    pub(super) feature: FeatureId,
    pub(super) position: [f64; 2],
}

/// The same hydrant surveyed twice, by the network and by the fire service, lies this close, m.
pub(super) const SAME_M: f64 = 3.0;

/// The hydrants that count: resources in service, and hydrants of the water network that no resource repeats.
pub(super) fn working_hydrants(cache: &Cache) -> Vec<Hydrant> {
    let snapshot = cache.snapshot();
    let on_record: Vec<&EmergencyResource> =
        snapshot.resources.iter().filter(|r| r.kind == ResourceKind::Hydrant).collect();
    let known = RTree::bulk_load(on_record.iter().map(|r| r.position).collect());
    let mut hydrants: Vec<Hydrant> =
        on_record.iter().filter(|r| in_service(r)).map(|r| Hydrant { feature: r.id, position: r.position }).collect();
    hydrants.extend(
        snapshot
            .nodes
            .iter()
            .filter(|node| node.kind == NodeKind::Hydrant)
            .map(|node| Hydrant { feature: node.id, position: [node.position[0], node.position[1]] })
            .filter(|h| known.locate_within_distance(h.position, SAME_M * SAME_M).next().is_none()),
    );
    hydrants
}

/// Reach per building, in snapshot order.
pub fn hydrant_reach(cache: &Cache, rules: &RuleSet) -> Vec<Reach> {
    reach_of(cache, rules, working_hydrants(cache).iter().map(|hydrant| hydrant.position).collect())
}

/// Reach per parcel, in snapshot order, for parks without buildings on record too; a parcel without a boundary on record is as a building
/// without a footprint.
pub fn parcel_reach(cache: &Cache, rules: &RuleSet) -> Vec<Reach> {
    let reach_m = rules.figure("hydrant", "reach_m").value;
    let hydrants = tree_of(working_hydrants(cache).iter().map(|hydrant| hydrant.position));
    let reach = |boundary: &MultiPolygon<f64>| match reach_of_one(&hydrants, |_| true, boundary, reach_m) {
        Reach::NoFootprint => Reach::NoFootprint,
        _ if hydrants.size() == 0 => Reach::Unknown,
        known => known,
    };
    cache.snapshot().parcels.par_iter().map(|parcel| reach(&parcel.boundary)).collect()
}

/// A hydrant's place with its number.
type Spot = GeomWithData<[f64; 2], usize>;

/// A tree of places by their numbers.
fn tree_of(places: impl Iterator<Item = [f64; 2]>) -> RTree<Spot> {
    RTree::bulk_load(places.enumerate().map(|(number, at)| Spot::new(at, number)).collect())
}

/// Reach per building of hydrants at these places, in snapshot order.
fn reach_of(cache: &Cache, rules: &RuleSet, places: Vec<[f64; 2]>) -> Vec<Reach> {
    let reach_m = rules.figure("hydrant", "reach_m").value;
    let buildings = &cache.snapshot().buildings;
    if places.is_empty() {
        return without_any(buildings);
    }
    let hydrants = tree_of(places.into_iter());
    buildings.par_iter().map(|building| reach_of_one(&hydrants, |_| true, &building.footprint, reach_m)).collect()
}

/// Reach per building where no hydrant gives water.
fn without_any(buildings: &[Building]) -> Vec<Reach> {
    buildings
        .iter()
        .map(|building| if stands_somewhere(building) { Reach::Unknown } else { Reach::NoFootprint })
        .collect()
}

/// True where a footprint of the building is on record.
pub(super) fn stands_somewhere(building: &Building) -> bool {
    building.footprint.coords_iter().next().is_some()
}

/// Reach of the hydrants that give water at an outline; there is at least one hydrant.
fn reach_of_one(
    hydrants: &RTree<Spot>,
    gives: impl Fn(usize) -> bool,
    outline: &MultiPolygon<f64>,
    reach_m: f64,
) -> Reach {
    // Of no corners all are reached, and none is near.
    if outline.coords_iter().next().is_none() {
        return Reach::NoFootprint;
    }
    let reached = |at: [f64; 2]| hydrants.locate_within_distance(at, reach_m * reach_m).any(|spot| gives(spot.data));
    let whole = outline.coords_iter().all(|c| reached([c.x, c.y]));
    let nearest_m = nearest_to_footprint(hydrants, &gives, outline);
    if whole {
        Reach::Whole(nearest_m)
    } else if nearest_m <= reach_m {
        Reach::Part(nearest_m)
    } else {
        Reach::Outside(nearest_m)
    }
}

/// The hydrants of a park and what they reach together, worked out once: for who asks again and again what is left without some of them.
/// Only the buildings that one of those is near enough to are looked at again.
#[derive(Debug)]
pub struct HydrantCover<'a> {
    cache: &'a Cache,
    reach_m: f64,
    hydrants: Vec<Hydrant>,
    tree: RTree<Spot>,
    /// Places of the points of networks, m.
    points: HashMap<FeatureId, [f64; 2]>,
    all: Vec<Reach>,
}

impl<'a> HydrantCover<'a> {
    /// The hydrants on record, with what they reach.
    pub fn of(cache: &'a Cache, rules: &RuleSet) -> Self {
        let hydrants = working_hydrants(cache);
        let nodes = cache.snapshot().nodes.iter();
        Self {
            cache,
            reach_m: rules.figure("hydrant", "reach_m").value,
            tree: tree_of(hydrants.iter().map(|hydrant| hydrant.position)),
            points: nodes.map(|node| (node.id, [node.position[0], node.position[1]])).collect(),
            all: reach_of(cache, rules, hydrants.iter().map(|hydrant| hydrant.position).collect()),
            hydrants,
        }
    }

    /// The hydrants that count, in the order of their numbers.
    pub(super) fn hydrants(&self) -> &[Hydrant] {
        &self.hydrants
    }

    /// What [`hydrant_reach`] says.
    pub fn all(&self) -> &[Reach] {
        &self.all
    }

    /// The same while hydrants give no water, told by the ids of their resources or of their points in the network: a main is shut off. One
    /// that was surveyed by both is dry by either; where none is left, nothing is known of any building.
    pub fn without(&self, dry: &[FeatureId]) -> Vec<Reach> {
        let named: HashSet<FeatureId> = dry.iter().copied().collect();
        let mut is_dry: Vec<bool> = self.hydrants.iter().map(|hydrant| named.contains(&hydrant.feature)).collect();
        for at in dry.iter().filter_map(|id| self.points.get(id)) {
            for spot in self.tree.locate_within_distance(*at, SAME_M * SAME_M) {
                is_dry[spot.data] = true;
            }
        }
        self.without_those(|hydrant| is_dry[hydrant])
    }

    /// The same without hydrants that are told by their numbers.
    pub(super) fn without_those(&self, is_dry: impl Fn(usize) -> bool + Sync) -> Vec<Reach> {
        let buildings = &self.cache.snapshot().buildings;
        let dry = self.hydrants.iter().enumerate().filter(|(hydrant, _)| is_dry(*hydrant));
        let gone = tree_of(dry.map(|(_, one)| one.position));
        if gone.size() == self.hydrants.len() {
            return without_any(buildings);
        }
        let looked_at = self.all.par_iter().zip(buildings.par_iter());
        looked_at
            .map(|(before, building)| {
                if self.is_far_from(&gone, *before, building) {
                    *before
                } else {
                    reach_of_one(&self.tree, |hydrant| !is_dry(hydrant), &building.footprint, self.reach_m)
                }
            })
            .collect()
    }

    /// True where none of those that are gone was a building's nearest or reached a corner of it.
    fn is_far_from(&self, gone: &RTree<Spot>, before: Reach, building: &Building) -> bool {
        /// More than what rounding can take off a distance, m.
        const ROUNDING_M: f64 = 1e-3;
        let (Reach::Whole(nearest_m) | Reach::Part(nearest_m) | Reach::Outside(nearest_m)) = before else {
            return false;
        };
        let Some(bounds) = building.footprint.bounding_rect() else { return true };
        let middle = [bounds.center().x, bounds.center().y];
        let Some(spot) = gone.nearest_neighbor(&middle) else { return true };
        let [x, y] = *spot.geom();
        let gap_m = (x - middle[0]).hypot(y - middle[1]) - 0.5 * bounds.width().hypot(bounds.height());
        gap_m > nearest_m.max(self.reach_m) + ROUNDING_M
    }
}

/// What a hydrant is worth for a place that burns or leaks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Worth {
    /// It reaches; distance to the wall, m.
    Counts(f64),
    /// It stands too near the wall of a tank.
    TooNear,
    /// It does not reach.
    Far,
}

/// What a hydrant is worth for a hazard source: by its distance to the wall of the tank.
pub(super) fn worth_for_hazard(position: [f64; 2], hazard: &HazardSource, rules: &RuleSet) -> Worth {
    // A tank on record as a point has its wall half a diameter out.
    let wall_m = match hazard.shape {
        geo::Geometry::Point(_) => hazard.diameter_m.unwrap_or(0.0) / 2.0,
        _ => 0.0,
    };
    let point = geo::Geometry::from(Point::from(position));
    let gap_m = (Euclidean.distance(&hazard.shape, &point) - wall_m).max(0.0);
    if gap_m < rules.figure("hydrant", "tank_exclusion_m").value {
        Worth::TooNear
    } else if gap_m <= rules.figure("hydrant", "reach_m").value {
        Worth::Counts(gap_m)
    } else {
        Worth::Far
    }
}

/// What a hydrant is worth for a building: by its distance to the wall.
pub(super) fn worth_for_building(position: [f64; 2], building: &Building, rules: &RuleSet) -> Worth {
    let gap_m = gap_to_footprint(position, &building.footprint);
    if gap_m <= rules.figure("hydrant", "reach_m").value { Worth::Counts(gap_m) } else { Worth::Far }
}

/// Hydrants that reach a hazard source, and how many more stand too near its wall to count for it.
pub(super) fn hydrants_for_hazard(hydrants: &[Hydrant], hazard: &HazardSource, rules: &RuleSet) -> (usize, usize) {
    let mut counted = (0, 0);
    for hydrant in hydrants {
        match worth_for_hazard(hydrant.position, hazard, rules) {
            Worth::Counts(_) => counted.0 += 1,
            Worth::TooNear => counted.1 += 1,
            Worth::Far => {}
        }
    }
    counted
}

/// Distance from a footprint, 0 inside, m.
pub(super) fn gap_to_footprint(place: [f64; 2], footprint: &MultiPolygon<f64>) -> f64 {
    use geo::Contains;
    let point = Point::from(place);
    if footprint.contains(&point) { 0.0 } else { Euclidean.distance(footprint, &point) }
}

/// Distance from the footprint (0 inside) to the nearest hydrant that gives water, m.
fn nearest_to_footprint(hydrants: &RTree<Spot>, gives: &impl Fn(usize) -> bool, footprint: &MultiPolygon<f64>) -> f64 {
    let Some(bounds) = footprint.bounding_rect() else { return f64::INFINITY };
    let centre = bounds.center();
    let half_diagonal = 0.5 * bounds.width().hypot(bounds.height());
    let mut best = f64::INFINITY;
    for (spot, centre_distance_2) in hydrants.nearest_neighbor_iter_with_distance_2(&[centre.x, centre.y]) {
        // No hydrant further out can be nearer to the footprint than this bound.
        if centre_distance_2.sqrt() - half_diagonal > best {
            break;
        }
        if gives(spot.data) {
            best = best.min(gap_to_footprint(*spot.geom(), footprint));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{Rect, coord};
    use proptest::prelude::*;
    use spatial_db::model::{NetworkClass, NetworkNode, Park, ParkSnapshot, Provenance};

    use super::*;

    fn building(id: i64, (x, y): (f64, f64), (width, height): (f64, f64)) -> Building {
        let area = Rect::new(coord! { x: x, y: y }, coord! { x: x + width, y: y + height });
        Building::bare(id, Provenance::default(), MultiPolygon::new(vec![area.to_polygon()]))
    }

    /// What [`HydrantCover::without`] has to say: every building is looked at anew, with the hydrants that are left.
    fn hydrant_reach_without(cache: &Cache, rules: &RuleSet, dry: &[FeatureId]) -> Vec<Reach> {
        let dry: HashSet<FeatureId> = dry.iter().copied().collect();
        let points = cache.snapshot().nodes.iter().filter(|node| dry.contains(&node.id));
        let dry_points = RTree::bulk_load(points.map(|node| [node.position[0], node.position[1]]).collect());
        let wet = working_hydrants(cache).into_iter().filter(|hydrant| {
            !dry.contains(&hydrant.feature)
                && dry_points.locate_within_distance(hydrant.position, SAME_M * SAME_M).next().is_none()
        });
        reach_of(cache, rules, wet.map(|hydrant| hydrant.position).collect())
    }

    #[test]
    fn a_parcel_is_reached_as_a_building_of_its_outline() {
        let outlines = [building(1, (0.0, 0.0), (20.0, 10.0)), building(2, (0.0, 100.0), (20.0, 90.0))];
        let mut park = ParkSnapshot::empty(Park::made_up("cover", "By hand", 4549));
        park.parcels = outlines
            .iter()
            .map(|one| spatial_db::model::Parcel::bare(one.id.id, Provenance::default(), one.footprint.clone()))
            .collect();
        let rules = RuleSet::shipped();
        assert_eq!(parcel_reach(&Cache::build(Arc::new(park.clone())), &rules), [Reach::Unknown, Reach::Unknown]);
        park.resources = vec![EmergencyResource::bare(1, Provenance::default(), ResourceKind::Hydrant, [10.0, 20.0])];
        let reached = parcel_reach(&Cache::build(Arc::new(park.clone())), &rules);
        assert_eq!(reached, [Reach::Whole(10.0), Reach::Part(80.0)]);
        // One that is given up gives no water.
        park.resources[0].state = Some("abandoned".into());
        assert_eq!(parcel_reach(&Cache::build(Arc::new(park)), &rules), [Reach::Unknown, Reach::Unknown]);
    }

    #[test]
    fn a_building_without_a_footprint_is_neither_reached_nor_out_of_reach() {
        let mut park = ParkSnapshot::empty(Park::made_up("cover", "By hand", 4549));
        let nowhere = Building::bare(2, Provenance::default(), MultiPolygon::new(Vec::new()));
        park.buildings = vec![building(1, (0.0, 0.0), (20.0, 10.0)), nowhere];
        let dry = FeatureId::new(spatial_db::model::FeatureKind::EmergencyResource, 1);
        let rules = RuleSet::shipped();
        let bare = Cache::build(Arc::new(park.clone()));
        assert_eq!(hydrant_reach(&bare, &rules), [Reach::Unknown, Reach::NoFootprint]);
        park.resources = vec![EmergencyResource::bare(1, Provenance::default(), ResourceKind::Hydrant, [10.0, 20.0])];
        let cache = Cache::build(Arc::new(park));
        assert_eq!(hydrant_reach(&cache, &rules), [Reach::Whole(10.0), Reach::NoFootprint]);
        let cover = HydrantCover::of(&cache, &rules);
        assert_eq!(cover.without(&[]), [Reach::Whole(10.0), Reach::NoFootprint]);
        assert_eq!(cover.without(&[dry]), [Reach::Unknown, Reach::NoFootprint]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Hydrants of both surveys, some of them twice, over a place in which some buildings are out of all reach.
        #[test]
        fn what_is_left_without_some_hydrants_is_what_a_look_at_all_buildings_finds(
            halls in prop::collection::vec(((0.0..1500.0_f64, 0.0..1500.0_f64), (5.0..200.0_f64, 5.0..200.0_f64)), 1..40),
            surveyed in prop::collection::vec((0.0..1500.0_f64, 0.0..1500.0_f64), 0..12),
            points in prop::collection::vec((0.0..1500.0_f64, 0.0..1500.0_f64, any::<bool>()), 0..12),
            twice in 0..4_usize,
            dry in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut park = ParkSnapshot::empty(Park::made_up("cover", "By hand", 4549));
            park.buildings = halls.iter().enumerate().map(|(k, (at, size))| building(k as i64, *at, *size)).collect();
            park.resources = surveyed
                .iter()
                .enumerate()
                .map(|(k, &(x, y))| {
                    EmergencyResource::bare(k as i64, Provenance::default(), ResourceKind::Hydrant, [x, y])
                })
                .collect();
            let beside = surveyed.iter().take(twice).map(|&(x, y)| (x + 1.0, y - 1.0, true));
            park.nodes = points
                .iter()
                .copied()
                .chain(beside)
                .enumerate()
                .map(|(k, (x, y, is_hydrant))| {
                    let kind = if is_hydrant { NodeKind::Hydrant } else { NodeKind::Valve };
                    NetworkNode::bare(k as i64, Provenance::default(), NetworkClass::Water, kind, [x, y, 0.0])
                })
                .collect();
            let known: Vec<FeatureId> =
                park.resources.iter().map(|one| one.id).chain(park.nodes.iter().map(|node| node.id)).collect();
            let dry: Vec<FeatureId> =
                if known.is_empty() { Vec::new() } else { dry.iter().map(|at| *at.get(&known)).collect() };
            let (cache, rules) = (Cache::build(Arc::new(park)), RuleSet::shipped());
            let cover = HydrantCover::of(&cache, &rules);
            prop_assert_eq!(cover.all().to_vec(), hydrant_reach(&cache, &rules));
            prop_assert_eq!(cover.without(&dry), hydrant_reach_without(&cache, &rules, &dry));
        }
    }
}
