//! From a broken water main to the draft of an alert: what to close, who loses water, which buildings no hydrant reaches any more, who has
//! to walk round the break, and what is said to the public.
//!
//! Each step says what it does not know. Left out: how long crews take to the valves, pressure (`twin hydraulics`), what the water washes
//! away, water brought by tanker.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use geo::{ConvexHull, MultiPolygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, NodeKind, ParkSnapshot, Presence};

use super::drill::{CapDraft, CapInfo, cap_draft_in, there};
use super::evacuation::{
    Assembly, Closure, Evacuation, EvacuationError, EvacuationInput, EvacuationRules, Group, WayNetwork, evacuate,
};
use super::hazard::round_zone;
use super::hydrants::{HydrantCover, Reach};
use crate::network::answers::{AnswerError, Network};
use crate::network::isolation::{Isolator, Served, Service, Supply};
use crate::network::trace::Start;
use crate::network::{Settings, Topology};
use crate::rules::{Figure, RuleSet};
use crate::words;
use crate::words::{Words, phrase};

/// How near to where it broke ways are closed, m.
pub fn closes(rules: &EvacuationRules) -> &Figure {
    rules.figure("incident", "closed_m")
}

/// How long after its beginning the walk of an evacuation is given up, s.
pub fn given_up(rules: &EvacuationRules) -> &Figure {
    rules.figure("incident", "until_s")
}

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
    /// True where a line broke: where along it is not known.
    pub along_a_line: bool,
    /// Keys of the valves to close.
    pub close: Vec<String>,
    /// Of those, keys of the ones whose state nobody has told.
    pub state_unknown: Vec<String>,
    /// Keys of valves that would have done and cannot be closed.
    pub stuck: Vec<String>,
    /// Keys of valves at the edge that are on record as closed: to be looked at, nothing else.
    pub closed: Vec<String>,
    /// Keys of lines at the edge that are on record as closed: to be looked at as well.
    pub closed_lines: Vec<String>,
    /// Keys of sources and tanks that are shut off with it.
    pub sources_shut: Vec<String>,
    /// Points of the hydrants without water.
    pub hydrants: Vec<FeatureId>,
    /// Buildings without water that stand, by their slots, rising.
    pub buildings: Vec<usize>,
    /// How many of these buildings are counted by the nearest main alone: no connection of theirs is on record.
    pub by_line: usize,
    /// Who loses water besides where all is shut that may be: nobody has told how it stands.
    pub perhaps: PerhapsDry,
    /// False where no source is on record for what broke: who loses water behind it is not known.
    pub supply_known: bool,
}

/// Who loses water perhaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerhapsDry {
    /// Points of hydrants.
    pub hydrants: Vec<FeatureId>,
    /// Buildings that stand, by their slots, rising.
    pub buildings: Vec<usize>,
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
        let perhaps = self.service.perhaps_lost(&self.isolator, &plan);
        let keys = |valves: &[u32]| -> Vec<String> {
            let node = |valve: &u32| self.network.valves.shut[*valve as usize].node as usize;
            valves.iter().map(|valve| park.nodes[node(valve)].provenance.key.clone()).collect()
        };
        let hydrants = |of: &Supply| -> Vec<FeatureId> {
            let row = |at: &u32| topology.row_of(park, *at, |node| node.kind == NodeKind::Hydrant);
            of.hydrants.iter().filter_map(row).map(|row| park.nodes[row as usize].id).collect()
        };
        let stands = |slot: &usize| self.network.there.buildings[*slot];
        let buildings = |of: &Supply| -> Vec<usize> {
            let slots = of.buildings.iter().map(|at| self.service.buildings[*at as usize].0 as usize);
            let mut slots: Vec<usize> = slots.filter(stands).collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        };
        let by_line = lost.buildings.iter().filter(|at| {
            let (row, served, _) = self.service.buildings[**at as usize];
            stands(&(row as usize)) && matches!(served, Served::Line(_))
        });
        let inside =
            |junction: &u32| plan.sources_shut.contains(&self.isolator.segments.of_junction[*junction as usize]);
        let sources = topology.sources(park).into_iter().filter(inside).filter_map(|junction| {
            let row = topology.row_of(park, junction, |node| matches!(node.kind, NodeKind::Source | NodeKind::Tank))?;
            Some(park.nodes[row as usize].provenance.key.clone())
        });
        let mut closed_lines: Vec<u32> =
            plan.closed_lines.iter().map(|link| topology.links[*link as usize].edge).collect();
        closed_lines.dedup();
        let (place_m, along_a_line) = self.place_of(key)?;
        Ok(ShutOff {
            place_m,
            along_a_line,
            close: keys(&plan.close),
            state_unknown: keys(&plan.unsure),
            stuck: keys(&plan.stuck),
            closed: keys(&plan.closed),
            closed_lines: closed_lines.iter().map(|row| park.edges[*row as usize].provenance.key.clone()).collect(),
            sources_shut: sources.collect(),
            hydrants: hydrants(&lost),
            buildings: buildings(&lost),
            by_line: by_line.count(),
            perhaps: PerhapsDry { hydrants: hydrants(&perhaps), buildings: buildings(&perhaps) },
            supply_known: plan.supply_known,
        })
    }

    /// Where the line or point of a key is, of a line its middle; and whether it is a line.
    fn place_of(&self, key: &str) -> Result<(Option<[f64; 2]>, bool), AnswerError> {
        let (park, topology) = (self.network.park, self.topology());
        let starts = topology.place_of(park, key)?;
        Ok(match starts.get(starts.len() / 2) {
            Some(Start::Link(link)) => {
                (Some(middle(&park.edges[topology.links[*link as usize].edge as usize].path)), true)
            }
            Some(Start::Junction(junction)) => {
                let [x, y, _] = topology.junctions[*junction as usize].position;
                (Some([x, y]), false)
            }
            None => (None, false),
        })
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

    /// Whom the alert is for, in the park's metres: round the buildings that lose water and the break, with the ways closed within
    /// `closed_m` of it.
    pub fn area(&self, shut: &ShutOff, closed_m: f64) -> MultiPolygon<f64> {
        let buildings = &self.cache.snapshot().buildings;
        let shapes = shut.buildings.iter().flat_map(|slot| buildings[*slot].footprint.iter().cloned());
        let about = shut.place_m.map(|place| round_zone("", place, closed_m).area);
        let shapes = MultiPolygon::new(shapes.chain(about.into_iter().flatten()).collect());
        if shapes.0.is_empty() { shapes } else { MultiPolygon::new(vec![shapes.convex_hull()]) }
    }

    /// What an alert says of it, sentence by sentence.
    fn sentences(key: &str, shut: &ShutOff, reach: &OutOfReach) -> Vec<Words> {
        let counts = (shut.close.len(), shut.buildings.len(), shut.hydrants.len());
        let (buildings, hydrants) = (["buildings", "building"], ["hydrants", "hydrant"]);
        let more = reach.more.len();
        let out_of_reach = if reach.known {
            words!("incident-more", "{count} more buildings out of reach of a hydrant", count = more)
                .counted(more, ["more buildings", "more building"])
        } else {
            phrase("incident-reach-unknown", "reach of hydrants unknown").into()
        };
        let first = words!(
            "incident-shut",
            "{key} is shut off at {valves} valves: {buildings} buildings and {hydrants} hydrants without water, {more}.",
            key = key,
            valves = counts.0,
            buildings = counts.1,
            hydrants = counts.2,
            more = out_of_reach
        );
        let first = first.counted(counts.0, ["valves", "valve"]).counted(counts.1, buildings);
        let mut all = vec![first.counted(counts.2, hydrants)];
        if shut.by_line > 0 {
            all.push(words!(
                "incident-by-line",
                "As far as known: {count} of these buildings are counted by the nearest main, no connection of theirs is on record.",
                count = shut.by_line
            ));
        }
        if shut.perhaps != PerhapsDry::default() {
            let perhaps = (shut.perhaps.buildings.len(), shut.perhaps.hydrants.len());
            let said = words!(
                "incident-perhaps",
                "Perhaps {buildings} buildings and {hydrants} hydrants more: nobody has told how all valves stand.",
                buildings = perhaps.0,
                hydrants = perhaps.1
            );
            all.push(said.counted(perhaps.0, buildings).counted(perhaps.1, hydrants));
        }
        if !shut.closed.is_empty() || !shut.closed_lines.is_empty() {
            let keys = [shut.closed.as_slice(), shut.closed_lines.as_slice()].concat().join(", ");
            all.push(words!("incident-closed", "Closed on record, to be looked at: {keys}.", keys = keys));
        }
        if !shut.sources_shut.is_empty() {
            all.push(words!("incident-sources", "Shut off with it: {keys}.", keys = shut.sources_shut.join(", ")));
        }
        if !shut.supply_known {
            let said = phrase("incident-no-source", "No source is on record: there may be more without water.");
            all.push(said.into());
        }
        all
    }

    /// The draft of an alert, CAP 1.2 with status Exercise, in English and in Chinese, as `chinese` says it; `area` in degrees, longitude
    /// first.
    pub fn alert(
        &self,
        key: &str,
        (shut, reach): (&ShutOff, &OutOfReach),
        sent: DateTime<Utc>,
        area: &MultiPolygon<f64>,
        chinese: impl Fn(&Words) -> String,
    ) -> String {
        let park = &self.network.park.park;
        let sentences = Self::sentences(key, shut, reach);
        let event = Words::from(phrase("incident-event", "Burst main"));
        let instruction = Words::from(phrase(
            "incident-instruction",
            "Keep away from the break, leave by the ways that are open, draw no more water than you need.",
        ));
        let description = sentences.iter().map(Words::as_str).collect::<Vec<_>>().join(" ");
        let draft = CapDraft {
            identifier: &format!("parktwin-incident-{}-{key}", park.slug),
            sender: &format!("exercise@{}.example", park.slug),
            sent,
            category: "Infra",
            event: &event,
            headline: &event,
            description: &description,
            instruction: &instruction,
            place: &park.name,
            area,
        };
        let event = chinese(&event);
        let info = CapInfo {
            language: "zh-CN",
            exercise: &chinese(&phrase("drill-alert-exercise", "EXERCISE: ").into()),
            event: &event,
            headline: &event,
            description: &sentences.iter().map(&chinese).collect::<String>(),
            instruction: &chinese(&instruction),
            place: &park.name,
        };
        cap_draft_in(&draft, &[info])
    }
}

/// Half-way along a line in plan; a line has two corners at least.
fn middle(path: &[[f64; 3]]) -> [f64; 2] {
    let far = |pair: &[[f64; 3]]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
    let mut left_m = 0.5 * path.windows(2).map(far).sum::<f64>();
    for pair in path.windows(2) {
        let length_m = far(pair);
        if length_m > 0.0 && left_m <= length_m {
            let share = left_m / length_m;
            return [0, 1].map(|axis: usize| pair[0][axis] + share * (pair[1][axis] - pair[0][axis]));
        }
        left_m -= length_m;
    }
    // All its corners stand at one place.
    let [x, y, _] = path[0];
    [x, y]
}

/// The ways that a break closes: those that run within `closed_m` of it.
pub fn ways_closed(ways: &WayNetwork, place_m: [f64; 2], closed_m: f64) -> Vec<bool> {
    (0..ways.ways.len()).map(|way| ways.comes_within(way, place_m, closed_m)).collect()
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
    let until_s = given_up(rules).value;
    let of = |closures: &[Closure]| evacuate(rules, &EvacuationInput { ways, groups, places, closures, seed, until_s });
    Ok([of(&[])?, of(&closures)?])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{Contains, LineString, MultiLineString, Point, Rect};
    use spatial_db::model::{Building, EmergencyResource, Park, Provenance, ResourceKind, RoadEdge};

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
        // The main is the nearest to B1, and no connection of it is on record; where along the main it broke nobody told.
        assert_eq!((shut.by_line, shut.along_a_line, mains.shut_off("h1").unwrap().along_a_line), (1, true, false));
        assert!(shut.perhaps == PerhapsDry::default() && shut.sources_shut.is_empty(), "{shut:?}");
        assert_eq!(mains.shut_off("e0").unwrap().sources_shut, ["s"]);
        // H3 reaches B0 alone: it is 18 m off, and 220 m from B1.
        let reach = mains.out_of_reach(&shut);
        assert_eq!(reach, OutOfReach { before: 0, more: vec![1], without_footprint: 0, known: true });
        // The road is closed between 95 and 215 m: who is in the east does not get to the place in the west.
        let rules = EvacuationRules::shipped();
        let ways = WayNetwork::of(&cache.snapshot().roads, &rules).unwrap();
        let people = groups_and_places(cache.snapshot(), cache.footprint_area_m2(), &rules, 10).unwrap();
        let closed = ways_closed(&ways, shut.place_m.unwrap(), closes(&rules).value);
        assert_eq!(closed.iter().filter(|closed| **closed).count(), 6);
        let found = rerouted(&rules, &ways, (&people.groups, &people.places), &closed, 1).unwrap();
        assert_eq!(found.each_ref().map(|one| (one.persons, one.cut_off)), [(138, 0), (138, 69)]);
        // Round B1, the break and what is closed about it, and with what is asked of an exercise.
        let area = mains.area(&shut, closes(&rules).value);
        assert!(area.contains(&Point::new(260.0, 17.5)) && !area.contains(&Point::new(30.0, 17.5)));
        assert!([100.0, 155.0, 210.0].iter().all(|x| area.contains(&Point::new(*x, 4.0))), "{area:?}");
        let sent = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = mains.alert("e1", (&shut, &reach), sent, &area, ToString::to_string);
        assert!(text.contains("<status>Exercise</status>") && text.contains("<polygon>"), "{text}");
        let valves = format!("e1 is shut off at {} valves: ", shut.close.len());
        let said = format!("{valves}1 building and 2 hydrants without water, 1 more building out");
        assert!(text.contains(&said) && text.contains("As far as known: 1 of these buildings"), "{text}");
        // A block for each language, and the words of the other in it.
        let foreign = mains.alert("e1", (&shut, &reach), sent, &area, |words| format!("〔{}〕", words.key().unwrap()));
        let blocks: Vec<&str> = foreign.split("<info>").skip(1).collect();
        assert!(blocks.len() == 2 && blocks[0].contains("<language>en-US</language>"), "{foreign}");
        for said in [
            "zh-CN",
            "〔incident-event〕",
            "〔incident-shut〕",
            "〔incident-by-line〕",
            "〔incident-instruction〕",
            "<polygon>",
        ] {
            assert!(blocks[1].contains(said), "{said}: {foreign}");
        }
        assert!(matches!(mains.shut_off("e9"), Err(AnswerError::NoSuchPlace { .. })));
    }

    #[test]
    fn the_middle_of_a_line_is_half_way_along_it() {
        // Ten metres east in short pieces, then ninety north.
        let path: Vec<[f64; 3]> = (0..=10).map(|x| [f64::from(x), 0.0, 0.0]).chain([[10.0, 90.0, 0.0]]).collect();
        assert_eq!(middle(&path), [10.0, 40.0]);
        assert_eq!(middle(&[[3.0, 4.0, 0.0], [3.0, 4.0, -2.0]]), [3.0, 4.0]);
    }

    #[test]
    fn who_loses_water_perhaps_is_said() {
        // Nobody found out how the second valve stands: with the break before the first all behind the second may be dry or not.
        let (settings, figures) = (Settings::shipped(), RuleSet::shipped());
        let mut park = park();
        let (tank, at) = (node("t", NodeKind::Tank, [400.0, 4.0, 0.0]), [[300.0, 4.0, 0.0], [400.0, 4.0, 0.0]]);
        park.nodes.push(tank);
        park.edges.push(keyed_edge(9, Some("h2"), Some("t"), at.to_vec()));
        park.valve_states.push(spatial_db::model::ValveObservation {
            node_key: "v2".into(),
            observed: "2020-02-01T08:00:00Z".parse().unwrap(),
            open_fraction: None,
            stuck: false,
            source: "valve log".into(),
        });
        let cache = Cache::build(Arc::new(park));
        let there = presence(cache.snapshot());
        let mains = Mains::of(&cache, &there, &settings, &figures).unwrap();
        let shut = mains.shut_off("e0").unwrap();
        // H1 between the valves is fed by the tank, unless the second is shut.
        assert_eq!((shut.hydrants.len(), shut.perhaps.hydrants.len()), (0, 1), "{shut:?}");
        let reach = mains.out_of_reach(&shut);
        let sent = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let text = mains.alert("e0", (&shut, &reach), sent, &mains.area(&shut, 60.0), ToString::to_string);
        assert!(text.contains(" and 1 hydrant more: nobody has told how all valves stand."), "{text}");
        assert!(text.contains("Shut off with it: s."), "{text}");
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
        let text = mains.alert("e1", (&shut, &reach), sent, &mains.area(&shut, 60.0), ToString::to_string);
        assert!(text.contains("reach of hydrants unknown") && text.contains("No source is on record"), "{text}");
    }
}
