//! Water: the flow on record of the hydrants in reach of a plant against its demand, and where the hydrants stand.

use std::collections::HashMap;

use geo::{BoundingRect, Distance, Euclidean, Line, LineString, Point};
use rstar::RTree;
use rstar::primitives::GeomWithData;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureId, FeatureKind, ParkSnapshot};

use super::{Check, Finding, Notes, ProtectionRules, Verdict};
use crate::emergency::evacuation::is_carriageway;
use crate::emergency::hydrants::{Hydrant, Worth, gap_to_footprint, working_hydrants, worth_for_building};
use crate::rules::{Figure, RuleSet};
use crate::words;
use crate::words::Words;

/// A road without a width on record is no wider than this to each side of its middle, m.
const HALF_ROAD_M: f64 = 20.0;

/// A hydrant's place with its number.
type Spot = GeomWithData<[f64; 2], usize>;

fn tree_of(hydrants: &[Hydrant]) -> RTree<Spot> {
    RTree::bulk_load(hydrants.iter().enumerate().map(|(number, one)| Spot::new(one.position, number)).collect())
}

/// What the hydrants in reach of a building give by the record.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct InReach {
    count: usize,
    /// Flows on record together, of each no more than counts, L/s.
    flow_l_s: f64,
    /// Hydrants without a flow on record.
    unknown: usize,
}

/// True where the words of a building's use, or of its name where none are on record, are those of a plant.
fn is_plant(building: &Building, rules: &ProtectionRules) -> bool {
    let Some(text) = building.use_text.as_deref().or(building.name.as_deref()) else { return false };
    let text = text.to_lowercase();
    rules.plant_words.iter().any(|word| text.contains(word.as_str()))
}

pub(super) fn fire_flow(cache: &Cache, figures: &RuleSet, rules: &ProtectionRules, stands: &[bool], notes: &mut Notes) {
    let park = cache.snapshot();
    let standing = || park.buildings.iter().enumerate().filter(move |(slot, _)| stands[*slot]);
    let others = standing().filter(|(_, building)| !is_plant(building, rules)).count();
    if others > 0 {
        let said = words!(
            "protection-flow-others",
            "fire flow: {count} buildings are no plants by their use on record, and the table has no demand of others",
            count = others
        )
        .counted(others, ["buildings are no plants by their", "building is no plant by its"]);
        notes.unknown(Check::FireFlow, others, said);
    }
    let hydrants = working_hydrants(cache);
    if hydrants.is_empty() {
        let plants = standing().count() - others;
        if plants > 0 {
            let said = words!("protection-flow-no-hydrant", "fire flow: no hydrant in service is on record");
            notes.unknown(Check::FireFlow, plants, said);
        }
        return;
    }
    let known = |flow: Option<f64>| flow.filter(|flow| flow.is_finite() && *flow >= 0.0);
    let flows: HashMap<FeatureId, f64> =
        park.resources.iter().filter_map(|one| Some((one.id, known(one.flow_l_s)?))).collect();
    let tree = tree_of(&hydrants);
    let reach_m = figures.figure("hydrant", "reach_m").value;
    let most_l_s = rules.figure("hydrant_most_l_s").value;
    let least_l_s = rules.demand.iter().map(|row| row.figure.value).fold(f64::INFINITY, f64::min);
    for (slot, building) in standing().filter(|(_, building)| is_plant(building, rules)) {
        let (height_m, recorded) = building.drawn_height_m();
        let volume_m3 = cache.footprint_area_m2()[slot] * height_m;
        let Some(bounds) = building.footprint.bounding_rect().filter(|_| recorded && volume_m3 > 0.0) else {
            let said =
                words!("protection-flow-no-volume", "its volume is not on record, and with it what is asked for");
            notes.add(flow_finding(building, (None, None), Verdict::Unknown, said, rules));
            continue;
        };
        let Some(demand) = rules.demand(volume_m3) else { continue };
        let far_m = 0.5 * bounds.width().hypot(bounds.height()) + reach_m;
        let middle = [bounds.center().x, bounds.center().y];
        let mut water = InReach::default();
        for spot in tree.locate_within_distance(middle, far_m * far_m) {
            let hydrant = hydrants[spot.data];
            if matches!(worth_for_building(hydrant.position, building, figures), Worth::Counts(_)) {
                water.count += 1;
                match flows.get(&hydrant.feature) {
                    Some(flow) => water.flow_l_s += flow.min(most_l_s),
                    None => water.unknown += 1,
                }
            }
        }
        // Flows on record are each hydrant's own: together they are at most that, so that enough is never said without a word.
        let verdict = if water.flow_l_s >= demand.value {
            Verdict::Note
        } else if water.unknown == 0 && water.flow_l_s < least_l_s {
            Verdict::Violated
        } else {
            Verdict::Unknown
        };
        let found = (water.unknown == 0).then_some(water.flow_l_s);
        let said = said_of(water, demand, volume_m3);
        notes.add(flow_finding(building, (found, Some(demand)), verdict, said, rules));
    }
}

fn said_of(water: InReach, demand: &Figure, volume_m3: f64) -> Words {
    let said = words!(
        "protection-flow",
        "{count} hydrants in reach, {flow} L/s on record together; a plant of class A or B of {volume} m³ asks for {demand} L/s",
        count = water.count,
        flow = format!("{:.0}", water.flow_l_s),
        volume = format!("{volume_m3:.0}"),
        demand = format!("{:.0}", demand.value)
    ).counted(water.count, ["hydrants", "hydrant"]);
    if water.unknown == 0 {
        return said;
    }
    words!(
        "protection-flow-unknown",
        "{said}; the flow of {count} of them is not on record",
        said = said,
        count = water.unknown
    )
}

fn flow_finding(
    building: &Building,
    (found, demand): (Option<f64>, Option<&Figure>),
    verdict: Verdict,
    words: Words,
    rules: &ProtectionRules,
) -> Finding {
    let row = demand.or_else(|| rules.demand.first().map(|row| &row.figure));
    Finding {
        feature: building.id,
        check: Check::FireFlow,
        key: building.provenance.key.clone(),
        found,
        limit: demand.map(|row| row.value),
        unit: "L/s",
        verdict,
        words,
        clause: words!(
            "protection-flow-clause",
            "{clause}; the class of a plant is not on record: less than every row asks for is too little, less than its own is not known; flows are \
             added up, which is at most what a main gives at once",
            clause = row.map_or_else(|| "".into(), Figure::citation)
        ),
    }
}

/// Keys of what a hydrant may be on record as.
fn keys_of(park: &ParkSnapshot) -> HashMap<FeatureId, &str> {
    let resources = park.resources.iter().map(|one| (one.id, one.provenance.key.as_str()));
    resources.chain(park.nodes.iter().map(|node| (node.id, node.provenance.key.as_str()))).collect()
}

/// Where the hydrants stand: how far from one another, from a road and from a wall.
pub(super) fn hydrants(cache: &Cache, rules: &ProtectionRules, stands: &[bool], notes: &mut Notes) {
    let hydrants = working_hydrants(cache);
    if hydrants.is_empty() {
        return;
    }
    let keys = keys_of(cache.snapshot());
    let finding = |check, hydrant: &Hydrant, found, figure: &Figure, verdict, words| Finding {
        feature: hydrant.feature,
        check,
        key: keys.get(&hydrant.feature).map_or_else(String::new, |key| (*key).to_owned()),
        found,
        limit: Some(figure.value),
        unit: "m",
        verdict,
        words,
        clause: figure.citation(),
    };
    let spacing = rules.figure("hydrant_spacing_m");
    notes.say(words!(
        "protection-spacing-nearest",
        "spacing of hydrants: of each the nearest other in a straight line only; spacing along the street is not checked"
    ));
    let tree = tree_of(&hydrants);
    for (number, hydrant) in hydrants.iter().enumerate() {
        let others = tree.nearest_neighbor_iter_with_distance_2(&hydrant.position);
        let next_m = others.filter(|(spot, _)| spot.data != number).map(|(_, squared)| squared.sqrt()).next();
        match next_m {
            Some(metres) if metres <= spacing.value => notes.fulfilled(Check::HydrantSpacing),
            Some(metres) => {
                let said = words!(
                    "protection-spacing",
                    "the next hydrant is {metres} m away in a straight line",
                    metres = format!("{metres:.0}")
                );
                notes.add(finding(Check::HydrantSpacing, hydrant, next_m, spacing, Verdict::Violated, said));
            }
            None => {
                let said = words!("protection-spacing-only", "no other hydrant in service is on record");
                notes.add(finding(Check::HydrantSpacing, hydrant, None, spacing, Verdict::Unknown, said));
            }
        }
    }
    let (wall, road) = (rules.figure("hydrant_wall_m"), rules.figure("hydrant_road_m"));
    if cache.snapshot().buildings.is_empty() {
        let said = words!("protection-no-walls", "hydrants by walls: no building is on record");
        notes.unknown(Check::HydrantWall, hydrants.len(), said);
    } else {
        for hydrant in &hydrants {
            match nearest_wall_m(cache, stands, hydrant.position, wall.value) {
                Some(metres) if metres < wall.value => {
                    let said = words!(
                        "protection-by-wall",
                        "it stands {metres} m from a wall",
                        metres = format!("{metres:.1}")
                    );
                    notes.add(finding(Check::HydrantWall, hydrant, Some(metres), wall, Verdict::Violated, said));
                }
                _ => notes.fulfilled(Check::HydrantWall),
            }
        }
    }
    let edges = Edges::of(cache.snapshot());
    if edges.pieces.size() == 0 {
        let said = words!("protection-no-edges", "hydrants by roads: no road is on record");
        notes.unknown(Check::HydrantRoad, hydrants.len(), said);
        return;
    }
    for hydrant in &hydrants {
        match edges.by(hydrant.position, road.value) {
            (Some(metres), _) if metres <= road.value => notes.fulfilled(Check::HydrantRoad),
            (_, true) => {
                let said = words!(
                    "protection-by-road-unknown",
                    "a road whose width is not on record runs by it: how far its edge is, is not known"
                );
                notes.add(finding(Check::HydrantRoad, hydrant, None, road, Verdict::Unknown, said));
            }
            (Some(metres), false) => {
                let said = words!(
                    "protection-by-road-far",
                    "the edge of the nearest road on record is {metres} m away",
                    metres = format!("{metres:.1}")
                );
                notes.add(finding(Check::HydrantRoad, hydrant, Some(metres), road, Verdict::Violated, said));
            }
            // A lane that nobody surveyed may run by it.
            (None, false) => {
                let said = words!("protection-by-road", "no road on record has its edge near it");
                notes.add(finding(Check::HydrantRoad, hydrant, None, road, Verdict::Unknown, said));
            }
        }
    }
}

/// From a place to the nearest wall no further than so many metres, m.
fn nearest_wall_m(cache: &Cache, stands: &[bool], [x, y]: [f64; 2], within_m: f64) -> Option<f64> {
    let (low, high) = ([x - within_m, y - within_m], [x + within_m, y + within_m]);
    let near = cache.slots_in_envelope(low, high, FeatureKind::Building).into_iter().filter(|slot| stands[*slot]);
    near.map(|slot| gap_to_footprint([x, y], &cache.snapshot().buildings[slot].footprint)).reduce(f64::min)
}

/// Pieces of roads with half their width, where that is on record.
struct Edges {
    pieces: RTree<GeomWithData<Line<f64>, Option<f64>>>,
    /// Half the width of the widest, m.
    widest_m: f64,
}

impl Edges {
    fn of(park: &ParkSnapshot) -> Self {
        let (mut pieces, mut widest_m) = (Vec::new(), HALF_ROAD_M);
        for road in park.roads.iter().filter(|road| is_carriageway(road)) {
            let half_m = road.width_m.filter(|width| width.is_finite() && *width > 0.0).map(|width| 0.5 * width);
            widest_m = half_m.map_or(widest_m, |half| widest_m.max(half));
            let lines = road.line.iter().flat_map(LineString::lines).filter(|line| line.start != line.end);
            pieces.extend(lines.map(|line| GeomWithData::new(line, half_m)));
        }
        Self { pieces: RTree::bulk_load(pieces), widest_m }
    }

    /// From a place to the nearest edge that is known, m; and whether a road of unknown width may have one within so many metres.
    fn by(&self, place: [f64; 2], within_m: f64) -> (Option<f64>, bool) {
        let (place, far_m) = (Point::from(place), within_m + self.widest_m);
        let (mut nearest, mut perhaps) = (None::<f64>, false);
        for piece in self.pieces.locate_within_distance(place, far_m * far_m) {
            let middle_m = Euclidean.distance(&place, piece.geom());
            match piece.data {
                Some(half_m) => {
                    let gap_m = (middle_m - half_m).max(0.0);
                    nearest = Some(nearest.map_or(gap_m, |least| least.min(gap_m)));
                }
                None => perhaps |= middle_m <= within_m + HALF_ROAD_M,
            }
        }
        (nearest, perhaps)
    }
}
