//! Who loses water or power when a main breaks: by the valves and switches of the network on record.

use std::cell::RefCell;
use std::collections::HashMap;

use chrono::NaiveDate;
use geo::{Distance, Euclidean, LineString, Point};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, NetworkClass, NetworkEdge, NetworkNode, NodeKind, ParkSnapshot, Presence};

use crate::emergency::hydrants::HydrantCover;
use crate::network::answers::{AnswerError, Joined, Network};
use crate::network::isolation::Service;
use crate::network::topology::feeds;
use crate::rules::RuleTables;
use crate::words;
use crate::words::Words;

/// Who loses supply.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lost {
    /// Nodes of hydrants, and where they are, m.
    pub(super) hydrants: Vec<(FeatureId, [f64; 2])>,
    /// Buildings, by their slots.
    pub(super) buildings: Vec<usize>,
    /// False where no source is on record: then only what is shut off with the break is counted, and not what hangs behind it.
    pub(super) known: bool,
}

/// What was there: on the park's date, or everything where it has none.
pub(in crate::emergency) fn there(park: &ParkSnapshot) -> Presence {
    park.park.as_of.map_or_else(
        || Presence {
            on: NaiveDate::MAX,
            parcels: vec![true; park.parcels.len()],
            buildings: vec![true; park.buildings.len()],
            edges: vec![true; park.edges.len()],
            nodes: vec![true; park.nodes.len()],
        },
        |as_of| Presence::on(park, as_of),
    )
}

/// True where a network of the class is on record with a line and with something that feeds it.
pub(super) fn is_known(park: &ParkSnapshot, class: NetworkClass) -> bool {
    let there = there(park);
    let lines = park.edges.iter().zip(&there.edges).any(|(edge, there)| *there && edge.class == class);
    lines && park.nodes.iter().zip(&there.nodes).any(|(node, there)| *there && node.class == class && feeds(node))
}

/// The networks that a drill asks, each put together once.
#[derive(Debug)]
pub(super) struct Supplies<'p> {
    park: &'p ParkSnapshot,
    there: Presence,
    joined: RefCell<HashMap<&'static str, Joined>>,
}

impl<'p> Supplies<'p> {
    /// Those of a park, none of them put together yet.
    pub(super) fn of(park: &'p ParkSnapshot) -> Self {
        Self { park, there: there(park), joined: RefCell::default() }
    }

    /// The network of a class.
    fn network(&self, class: NetworkClass) -> Result<Network<'_>, AnswerError> {
        let settings = &RuleTables::in_force().topology;
        let mut all = self.joined.borrow_mut();
        let joined = all.entry(class.as_str()).or_insert_with(|| Joined::of(self.park, &self.there, class, settings));
        Network::told(self.park, &self.there, settings, joined.clone(), HashMap::new())
    }

    /// Whether anybody can tell of each building, by its slot, that it has supply: it hangs on a part of the network with a source. One
    /// on a part without any, or with neither connection nor line near it, may have it from what is not on record.
    pub(super) fn known_buildings(&self, class: NetworkClass) -> Vec<bool> {
        let mut known = vec![false; self.park.buildings.len()];
        if !is_known(self.park, class) {
            return known;
        }
        if let Ok(network) = self.network(class) {
            let service = Service::of(&network.topology, self.park, &self.there, network.settings);
            for row in service.with_source(&network.isolator()) {
                known[row as usize] = true;
            }
        }
        known
    }

    /// Who loses supply when the line or point of a key breaks and is shut off at the nearest valves or switches.
    ///
    /// # Errors
    /// In words, where the network has no such line or point.
    pub(super) fn lost(&self, class: NetworkClass, key: &str) -> Result<Lost, String> {
        let network = self.network(class).map_err(|error| error.to_string())?;
        let isolator = network.isolator();
        let broken = network.broken(&isolator, &[key.to_owned()]).map_err(|error| error.to_string())?;
        let plan = isolator.isolate(&broken);
        let service = Service::of(&network.topology, self.park, &self.there, network.settings);
        let found = service.lost(&isolator, &plan);
        let hydrants = found.hydrants.iter().filter_map(|junction| network.topology.node(self.park, *junction));
        let mut buildings: Vec<usize> =
            found.buildings.iter().map(|at| service.buildings[*at as usize].0 as usize).collect();
        buildings.sort_unstable();
        buildings.dedup();
        Ok(Lost {
            hydrants: hydrants.map(|node| (node.id, [node.position[0], node.position[1]])).collect(),
            buildings,
            known: plan.supply_known,
        })
    }
}

/// Key and flow, L/s, of the hydrants that count, in the order of their numbers; empty and none where they are not on record.
pub(super) fn taps(cache: &Cache, cover: &HydrantCover<'_>) -> Vec<(String, Option<f64>)> {
    let park = cache.snapshot();
    let nodes = park.nodes.iter().map(|node| (node.id, (&node.provenance.key, None)));
    let resources = park.resources.iter().map(|one| (one.id, (&one.provenance.key, one.flow_l_s)));
    let known: HashMap<FeatureId, (&String, Option<f64>)> = nodes.chain(resources).collect();
    let tap = |id: FeatureId| known.get(&id).map(|(key, flow_l_s)| ((*key).clone(), *flow_l_s)).unwrap_or_default();
    cover.hydrants().iter().map(|one| tap(one.feature)).collect()
}

/// Key of the water main that runs nearest to a place, and of several as near the first key: a line to a hydrant that ends there counts
/// only where there is no other. None where the park has none.
pub(super) fn main_near(park: &ParkSnapshot, place: [f64; 2]) -> Option<&str> {
    let there = there(park);
    let hydrant = |key: &String| {
        let is = |node: &NetworkNode| node.class == NetworkClass::Water && node.kind == NodeKind::Hydrant;
        park.nodes.iter().any(|node| is(node) && node.provenance.key == *key)
    };
    let lines = |key: &String| {
        let ends = |edge: &NetworkEdge| edge.from_key.as_ref() == Some(key) || edge.to_key.as_ref() == Some(key);
        park.edges.iter().filter(|edge| edge.class == NetworkClass::Water && ends(edge)).count()
    };
    let mains =
        park.edges.iter().zip(&there.edges).filter(|(edge, there)| **there && edge.class == NetworkClass::Water);
    let mut by_gap: Vec<(f64, &NetworkEdge)> = mains
        .filter_map(|(edge, _)| {
            let line: LineString<f64> = edge.path.iter().map(|at| (at[0], at[1])).collect();
            let gap_m = Euclidean.distance(&line, &Point::from(place));
            gap_m.is_finite().then_some((gap_m, edge))
        })
        .collect();
    by_gap.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.provenance.key.cmp(&b.1.provenance.key)));
    let tap = |edge: &NetworkEdge| {
        [&edge.from_key, &edge.to_key].into_iter().flatten().any(|key| hydrant(key) && lines(key) == 1)
    };
    let nearest = by_gap.iter().find(|(_, edge)| !tap(edge)).or_else(|| by_gap.first());
    nearest.map(|(_, edge)| edge.provenance.key.as_str())
}

/// Water of hydrants, of some of which the flow is not known.
pub(super) fn amount((flow_l_s, unknown): (f64, usize)) -> Words {
    let flow = format!("{flow_l_s:.0}");
    if unknown == 0 {
        return words!("drill-water-all", "{flow} L/s", flow = flow);
    }
    words!(
        "drill-water-some",
        "{flow} L/s, and those of {unknown} hydrants more whose flow is not on record",
        flow = flow,
        unknown = unknown
    )
    .counted(unknown, ["hydrants more", "hydrant more"])
}
