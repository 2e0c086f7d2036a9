//! From a broken water main to the draft of an alert: what to close, who loses water, which buildings no hydrant reaches any more, who has
//! to walk round the break, and what is said to the public.
//!
//! Each step says what it does not know. Left out: how long crews take to the valves, pressure (`twin hydraulics`), what the water washes
//! away, water brought by tanker.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use geo::{ConvexHull, MultiPolygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, ParkSnapshot, Presence};

use super::drill::{CapDraft, cap_draft, there};
use super::evacuation::{
    Assembly, Closure, Evacuation, EvacuationError, EvacuationInput, EvacuationRules, Group, WayNetwork, evacuate,
};
use super::hazard::round_zone;
use super::hydrants::{HydrantCover, Reach};
use crate::network::answers::{AnswerError, Network};
use crate::network::isolation::{Isolator, Service};
use crate::network::trace::Start;
use crate::network::{Settings, Topology};
use crate::rules::RuleSet;

/// Ways this near to where it broke are closed, m.
pub const CLOSED_M: f64 = 60.0;
/// When the walk of an evacuation is given up, s.
const UNTIL_S: f64 = 7200.0;

/// What was there: on the park's date, or everything where it has none.
pub fn presence(park: &ParkSnapshot) -> Presence {
    there(park)
}

/// The water mains of a park and what hangs on them, put together once: for who asks of one break after the other.
#[derive(Debug)]
pub struct Mains<'a> {
    cache: &'a Cache,
    network: Network<'a>,
    isolator: Isolator,
    service: Service,
    cover: HydrantCover<'a>,
}

/// What a break takes away.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShutOff {
    /// Where it broke, in plan, m: the middle of a line. None where nothing tells it.
    pub place_m: Option<[f64; 2]>,
    /// Keys of the valves to close.
    pub close: Vec<String>,
    /// Of those, keys of the ones whose state nobody has told.
    pub state_unknown: Vec<String>,
    /// Keys of valves that would have done and cannot be closed.
    pub stuck: Vec<String>,
    /// Points of the hydrants without water.
    pub hydrants: Vec<FeatureId>,
    /// Buildings without water that stand, by their slots, rising.
    pub buildings: Vec<usize>,
    /// False where no source is on record for what broke: who loses water behind it is not known.
    pub supply_known: bool,
}

/// Buildings that no hydrant with water reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutOfReach {
    /// How many there were before.
    pub before: usize,
    /// Those that are besides, by their slots, rising.
    pub more: Vec<usize>,
    /// Buildings without a footprint on record: nobody can say.
    pub without_footprint: usize,
    /// False where no hydrant in service is on record: nobody can say of any building.
    pub known: bool,
}

impl<'a> Mains<'a> {
    /// The mains of a park of what was there.
    ///
    /// # Errors
    /// As [`Network::of`].
    pub fn of(
        cache: &'a Cache,
        there: &'a Presence,
        settings: &'a Settings,
        figures: &RuleSet,
    ) -> Result<Self, AnswerError> {
        let park: &'a ParkSnapshot = cache.snapshot();
        let network = Network::of(park, there, NetworkClass::Water, settings, HashMap::new())?;
        let isolator = network.isolator();
        let service = Service::of(&network.topology, park, there, settings);
        Ok(Self { cache, network, isolator, service, cover: HydrantCover::of(cache, figures) })
    }

    /// The graph of the mains.
    pub fn topology(&self) -> &Topology {
        &self.network.topology
    }

    /// How many valves there are that shut.
    pub fn valves(&self) -> usize {
        self.network.valves.shut.len()
    }

    /// Buildings of which no connection or main is near enough to tell what serves them.
    pub fn unserved(&self) -> usize {
        self.service.unserved
    }

    /// What a break at the line or point of a key takes away, when it is shut off.
    ///
    /// # Errors
    /// [`AnswerError::NoSuchPlace`], [`AnswerError::SeveralPlaces`].
    pub fn shut_off(&self, key: &str) -> Result<ShutOff, AnswerError> {
        let (park, topology) = (self.network.park, self.topology());
        let broken = self.network.broken(&self.isolator, &[key.to_owned()])?;
        let plan = self.isolator.isolate(&broken);
        let lost = self.service.lost(&self.isolator, &plan);
        let keys = |valves: &[u32]| -> Vec<String> {
            let node = |valve: &u32| self.network.valves.shut[*valve as usize].node as usize;
            valves.iter().map(|valve| park.nodes[node(valve)].provenance.key.clone()).collect()
        };
        let hydrants = lost.hydrants.iter().filter_map(|at| topology.node(park, *at)).map(|node| node.id);
        let mut buildings: Vec<usize> =
            lost.buildings.iter().map(|at| self.service.buildings[*at as usize].0 as usize).collect();
        buildings.retain(|slot| self.network.there.buildings[*slot]);
        buildings.sort_unstable();
        buildings.dedup();
        Ok(ShutOff {
            place_m: self.place_of(key)?,
            close: keys(&plan.close),
            state_unknown: keys(&plan.unsure),
            stuck: keys(&plan.stuck),
            hydrants: hydrants.collect(),
            buildings,
            supply_known: plan.supply_known,
        })
    }

    /// Where the line or point of a key is; of a line that is split its middle piece.
    fn place_of(&self, key: &str) -> Result<Option<[f64; 2]>, AnswerError> {
        let (park, topology) = (self.network.park, self.topology());
        let starts = topology.place_of(park, key)?;
        Ok(starts.get(starts.len() / 2).map(|start| match start {
            Start::Link(link) => middle(&park.edges[topology.links[*link as usize].edge as usize].path),
            Start::Junction(junction) => {
                let [x, y, _] = topology.junctions[*junction as usize].position;
                [x, y]
            }
        }))
    }

    /// Which buildings no hydrant with water reaches then.
    pub fn out_of_reach(&self, shut: &ShutOff) -> OutOfReach {
        let far = |reach: &Reach| matches!(reach, Reach::Outside(_) | Reach::Unknown);
        let stands = &self.network.there.buildings;
        let before = self.cover.all();
        let after = self.cover.without(&shut.hydrants);
        let slots = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..before.len()).filter(|slot| stands[*slot] && wanted(*slot)).collect()
        };
        OutOfReach {
            before: slots(&|slot| far(&before[slot])).len(),
            more: slots(&|slot| !far(&before[slot]) && far(&after[slot])),
            without_footprint: slots(&|slot| before[slot] == Reach::NoFootprint).len(),
            known: !self.cover.hydrants().is_empty(),
        }
    }

    /// Whom the alert is for, in the park's metres: round the buildings that lose water and the break, with the ways closed about it.
    pub fn area(&self, shut: &ShutOff) -> MultiPolygon<f64> {
        let buildings = &self.cache.snapshot().buildings;
        let shapes = shut.buildings.iter().flat_map(|slot| buildings[*slot].footprint.iter().cloned());
        let about = shut.place_m.map(|place| round_zone("", place, CLOSED_M).area);
        let shapes = MultiPolygon::new(shapes.chain(about.into_iter().flatten()).collect());
        if shapes.0.is_empty() { shapes } else { MultiPolygon::new(vec![shapes.convex_hull()]) }
    }

    /// The draft of an alert, CAP 1.2 with status Exercise; `area` in degrees, longitude first.
    pub fn alert(
        &self,
        key: &str,
        (shut, reach): (&ShutOff, &OutOfReach),
        sent: DateTime<Utc>,
        area: &MultiPolygon<f64>,
    ) -> String {
        let park = &self.network.park.park;
        let mut description = format!(
            "{key} is shut off at {} valves: {} buildings and {} hydrants without water",
            shut.close.len(),
            shut.buildings.len(),
            shut.hydrants.len()
        );
        let more = format!(", {} more buildings out of reach of a hydrant.", reach.more.len());
        description.push_str(if reach.known { more.as_str() } else { "; reach of hydrants unknown." });
        if !shut.supply_known {
            description.push_str(" No source is on record: there may be more without water.");
        }
        cap_draft(&CapDraft {
            identifier: &format!("parktwin-incident-{}-{key}", park.slug),
            sender: &format!("exercise@{}.example", park.slug),
            sent,
            category: "Infra",
            event: "Burst main",
            headline: "Burst main",
            description: &description,
            instruction: "Keep away from the break, leave by the ways that are open, draw no more water than you need.",
            place: &park.name,
            area,
        })
    }
}

/// The middle corner of a line in plan, or the middle between two; a line has two corners at least.
fn middle(path: &[[f64; 3]]) -> [f64; 2] {
    let (a, b) = (path[(path.len() - 1) / 2], path[path.len() / 2]);
    [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]
}

/// The ways that a break closes: those that run within [`CLOSED_M`] of it.
pub fn ways_closed(ways: &WayNetwork, place_m: [f64; 2]) -> Vec<bool> {
    (0..ways.ways.len()).map(|way| ways.comes_within(way, place_m, CLOSED_M)).collect()
}

/// An evacuation without and with these ways closed from its beginning on, with the same draws.
///
/// # Errors
/// As [`evacuate`].
pub fn rerouted(
    rules: &EvacuationRules,
    ways: &WayNetwork,
    (groups, places): (&[Group], &[Assembly]),
    closed: &[bool],
    seed: u64,
) -> Result<[Evacuation; 2], EvacuationError> {
    let shut = closed.iter().enumerate().filter(|(_, closed)| **closed);
    let closures: Vec<Closure> = shut.map(|(way, _)| Closure { way, from_s: 0.0, until_s: None }).collect();
    let of = |closures: &[Closure]| {
        evacuate(rules, &EvacuationInput { ways, groups, places, closures, seed, until_s: UNTIL_S })
    };
    Ok([of(&[])?, of(&closures)?])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{Contains, LineString, MultiLineString, Point, Rect};
    use spatial_db::model::{Building, EmergencyResource, NodeKind, Park, Provenance, ResourceKind, RoadEdge};

    use super::*;
    use crate::emergency::evacuation::groups_and_places;
    use crate::network::by_hand::{keyed_edge, node};

    /// A road and a main of 300 m from west to east, the source in the west, valves at 100 and 270 m, hydrants at 210 and 300 m; an office of
    /// 69 people near either end, one more hydrant of the fire service and the only place of assembly in the west.
    fn park() -> ParkSnapshot {
        let keyed = |key: &str| Provenance { key: key.into(), layer: "by hand".into(), ..Provenance::default() };
        let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
        let line = MultiLineString::new(vec![LineString::from(vec![(0.0, 0.0), (300.0, 0.0)])]);
        park.roads = vec![RoadEdge { width_m: Some(6.0), ..RoadEdge::bare(1, keyed("R1"), line) }];
        let office = |id: i64, x: f64| Building {
            use_text: Some("office".into()),
            storeys: Some(3.0),
            floor_area_m2: Some(900.0),
            ..Building::bare(
                id,
                keyed(&format!("B{id}")),
                MultiPolygon::new(vec![Rect::new((x, 10.0), (x + 20.0, 25.0)).to_polygon()]),
            )
        };
        park.buildings = vec![office(0, 20.0), office(1, 250.0)];
        let resource = |id, kind, key, at| EmergencyResource::bare(id, keyed(key), kind, at);
        park.resources = vec![
            resource(1, ResourceKind::AssemblyPoint, "A1", [0.0, -5.0]),
            resource(2, ResourceKind::Hydrant, "H3", [30.0, -8.0]),
        ];
        let water = [
            ("s", NodeKind::Source, [0.0, 4.0, 0.0]),
            ("v1", NodeKind::Valve, [100.0, 4.0, 0.0]),
            ("h1", NodeKind::Hydrant, [210.0, 4.0, 0.0]),
            ("v2", NodeKind::Valve, [270.0, 4.0, 0.0]),
            ("h2", NodeKind::Hydrant, [300.0, 4.0, 0.0]),
        ];
        park.nodes = water.iter().map(|(key, kind, at)| node(key, *kind, *at)).collect();
        let pairs = water.windows(2).zip(0_i64..);
        park.edges = pairs
            .map(|(pair, k)| keyed_edge(k, Some(pair[0].0), Some(pair[1].0), vec![pair[0].2, pair[1].2]))
            .collect();
        park
    }

    #[test]
    fn a_broken_main_is_followed_to_its_alert() {
        let (settings, figures) = (Settings::shipped(), RuleSet::shipped());
        let cache = Cache::build(Arc::new(park()));
        let there = presence(cache.snapshot());
        let mains = Mains::of(&cache, &there, &settings, &figures).unwrap();
        // e1 runs from the first valve to H1: shut off there, and what is behind the second has no other source.
        let shut = mains.shut_off("e1").unwrap();
        assert!(shut.close.contains(&"v1".to_owned()) && shut.stuck.is_empty(), "{shut:?}");
        assert_eq!((&shut.state_unknown, shut.hydrants.len(), shut.supply_known), (&shut.close, 2, true));
        assert_eq!((shut.buildings.as_slice(), shut.place_m), (&[1_usize][..], Some([155.0, 4.0])));
        // H3 reaches B0 alone: it is 18 m off, and 220 m from B1.
        let reach = mains.out_of_reach(&shut);
        assert_eq!(reach, OutOfReach { before: 0, more: vec![1], without_footprint: 0, known: true });
        // The road is closed between 95 and 215 m: who is in the east does not get to the place in the west.
        let rules = EvacuationRules::shipped();
        let ways = WayNetwork::of(&cache.snapshot().roads, &rules).unwrap();
        let people = groups_and_places(cache.snapshot(), cache.footprint_area_m2(), &rules, 10).unwrap();
        let closed = ways_closed(&ways, shut.place_m.unwrap());
        assert_eq!(closed.iter().filter(|closed| **closed).count(), 6);
        let found = rerouted(&rules, &ways, (&people.groups, &people.places), &closed, 1).unwrap();
        assert_eq!(found.each_ref().map(|one| (one.persons, one.cut_off)), [(138, 0), (138, 69)]);
        // Round B1, the break and what is closed about it, and with what is asked of an exercise.
        let area = mains.area(&shut);
        assert!(area.contains(&Point::new(260.0, 17.5)) && !area.contains(&Point::new(30.0, 17.5)));
        assert!([100.0, 155.0, 210.0].iter().all(|x| area.contains(&Point::new(*x, 4.0))), "{area:?}");
        let sent = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = mains.alert("e1", (&shut, &reach), sent, &area);
        assert!(text.contains("<status>Exercise</status>") && text.contains("<polygon>"), "{text}");
        let valves = format!("e1 is shut off at {} valves: ", shut.close.len());
        let said = format!("{valves}1 buildings and 2 hydrants without water, 1 more buildings");
        assert!(text.contains(&said), "{text}");
        assert!(matches!(mains.shut_off("e9"), Err(AnswerError::NoSuchPlace { .. })));
    }

    #[test]
    fn what_is_not_on_record_of_a_break_is_said() {
        let (settings, figures) = (Settings::shipped(), RuleSet::shipped());
        let mut bare = park();
        bare.resources.clear();
        for node in &mut bare.nodes {
            if node.kind != NodeKind::Valve {
                node.kind = NodeKind::Junction;
            }
        }
        let cache = Cache::build(Arc::new(bare));
        let there = presence(cache.snapshot());
        let mains = Mains::of(&cache, &there, &settings, &figures).unwrap();
        let shut = mains.shut_off("e1").unwrap();
        let reach = mains.out_of_reach(&shut);
        assert!(!shut.supply_known && !reach.known, "{shut:?} {reach:?}");
        let sent = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = mains.alert("e1", (&shut, &reach), sent, &mains.area(&shut));
        assert!(text.contains("reach of hydrants unknown") && text.contains("No source is on record"), "{text}");
    }
}
