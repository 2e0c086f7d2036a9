//! One resource of a park: which way every connection is fed, what each part of the way can carry, and what hangs on it.
//!
//! The way is the shortest past what is open: on a ring it may be another in truth, and every answer of a meshed network says so.

use std::collections::{BTreeSet, BinaryHeap, HashMap};

use chrono::NaiveDate;
use spatial_db::model::{EventKind, NodeKind, ParkSnapshot, Presence};

use super::place::Places;
use super::rules::{CapacityRules, Ends, Resource, told};
use super::{Basis, CapacityError, Commitment, Element, Known, Missing, Place, Rated, Reached, Remaining};
use crate::network::answers::AnswerError;
use crate::network::graph::{Arc, NONE, Step};
use crate::network::settings::Settings;
use crate::network::topology::{Direction, Topology};
use crate::network::trace::Start;

/// A resource of a park on a day, ready to answer for any place.
#[derive(Debug, Clone)]
pub struct Capacity<'p> {
    pub(super) park: &'p ParkSnapshot,
    pub(super) there: &'p Presence,
    pub(super) rules: &'p CapacityRules,
    /// The resource.
    pub resource: &'p Resource,
    /// The network that carries it.
    pub topology: Topology,
    pub(super) places: Places,
    /// The link that leads on towards the source or outfall, and the junction at its other end.
    up: Vec<Arc>,
    /// How far the source or outfall is, m.
    far_m: Vec<f64>,
    /// Loads of connections at and behind a junction, and how many of them are not known.
    behind: Vec<(f64, usize)>,
    /// Commitments.
    pub(super) commitments: Vec<Commitment>,
    /// By junction: those at and behind it.
    committed: Vec<Vec<u32>>,
    /// By junction: those of parcels with several connections that may be at or behind it, or elsewhere.
    perhaps: Vec<Vec<u32>>,
    /// Commitments whose place in the network is not known.
    pub unplaced: usize,
    /// Commitments of parcels with several connections, of which nothing tells which they will use.
    pub undecided: usize,
    /// Links on loops: their way is taken for the shortest.
    pub meshed: usize,
}

impl<'p> Capacity<'p> {
    /// A resource by name.
    ///
    /// # Errors
    /// [`CapacityError::NoSuchResource`].
    pub fn of(
        park: &'p ParkSnapshot,
        there: &'p Presence,
        settings: &Settings,
        rules: &'p CapacityRules,
        resource: &str,
    ) -> Result<Self, CapacityError> {
        let resource = rules.resource(resource).ok_or_else(|| CapacityError::NoSuchResource {
            name: resource.to_owned(),
            has: rules.resources.iter().map(|resource| resource.name.as_str()).collect::<Vec<_>>().join(", "),
        })?;
        let topology = Topology::build(park, there, resource.class, settings);
        let carries = |link: u32| {
            let edge = &park.edges[topology.links[link as usize].edge as usize];
            resource.carries(edge.subtype.as_deref())
        };
        let (up, far_m, order) = ways(park, &topology, settings, resource, carries);
        let places = Places::of(park, there, &topology, resource, rules, &far_m);
        let count = topology.junctions.len();
        let mut behind = vec![(0.0, 0_usize); count];
        for junction in 0..count as u32 {
            // Several customers may be connected at one place.
            let all = topology.nodes_at(park, junction).filter(|node| resource.connects(node));
            for node in all {
                let (load, unknown) = &mut behind[junction as usize];
                match told(&resource.connected, &node.provenance.attributes) {
                    Some((told, _)) => *load += told,
                    None => *unknown += 1,
                }
            }
        }
        for junction in order.iter().rev() {
            let next = up[*junction as usize].to;
            if next != NONE {
                let (load, unknown) = behind[*junction as usize];
                behind[next as usize].0 += load;
                behind[next as usize].1 += unknown;
            }
        }
        let mut capacity = Self {
            park,
            there,
            rules,
            resource,
            places,
            up,
            far_m,
            behind,
            commitments: Vec::new(),
            committed: vec![Vec::new(); count],
            perhaps: vec![Vec::new(); count],
            unplaced: 0,
            undecided: 0,
            meshed: topology.rings().iter().map(|ring| ring.links.len()).sum(),
            topology,
        };
        capacity.commit();
        Ok(capacity)
    }

    /// Day of the records.
    pub fn as_of(&self) -> NaiveDate {
        self.there.on
    }

    /// Puts the loads of projects that do not produce yet on the ways of their parcels.
    fn commit(&mut self) {
        let park = self.park;
        let mut producing: HashMap<&str, NaiveDate> = HashMap::new();
        for event in park.events.iter().filter(|event| event.kind == EventKind::Production) {
            let first = producing.entry(&event.contract_key).or_insert(event.date);
            *first = event.date.min(*first);
        }
        let contracts: HashMap<&str, &str> =
            park.contracts.iter().map(|c| (c.provenance.key.as_str(), c.parcel_key.as_str())).collect();
        for project in &park.projects {
            let Some((amount, _)) = told(&self.resource.planned, &project.provenance.attributes) else { continue };
            let contract = project.contract_key.as_deref();
            let produces = contract.and_then(|key| producing.get(key)).is_some_and(|day| *day <= self.there.on);
            if produces || amount <= 0.0 {
                continue;
            }
            let parcel = project.parcel_key.as_deref().or_else(|| contracts.get(contract?).copied());
            let day = project.planned_production.or(project.planned_completion);
            let number = self.commitments.len() as u32;
            self.commitments.push(Commitment {
                source: project.provenance.key.clone(),
                parcel: parcel.map(str::to_owned),
                date: day.map(|day| day.max(self.there.on)),
                amount,
            });
            let row = parcel.and_then(|key| self.places.parcel(park, key));
            let starts = row.map_or(&[][..], |row| self.places.of_parcel(row));
            let starts = starts.iter().map(|(junction, _)| *junction);
            let starts: Vec<u32> = starts.filter(|at| self.far_m[*at as usize].is_finite()).collect();
            if starts.is_empty() {
                self.unplaced += 1;
                continue;
            }
            self.undecided += usize::from(starts.len() > 1);
            let mut ways: HashMap<u32, usize> = HashMap::new();
            for start in &starts {
                let mut junction = *start;
                while junction != NONE {
                    *ways.entry(junction).or_default() += 1;
                    junction = self.up[junction as usize].to;
                }
            }
            // Where all ways run the load comes through for sure, elsewhere perhaps.
            for (junction, of) in ways {
                let all = if of == starts.len() { &mut self.committed } else { &mut self.perhaps };
                all[junction as usize].push(number);
            }
        }
    }

    /// Row of a parcel that was there, by its key or else its number.
    fn parcel(&self, name: &str) -> Result<u32, CapacityError> {
        let is_there = |row: &u32| self.there.parcels[*row as usize];
        if let Some(row) = self.places.parcel(self.park, name).filter(is_there) {
            return Ok(row);
        }
        let numbered = (0..self.park.parcels.len() as u32).filter(is_there);
        let numbered = numbered.filter(|row| self.park.parcels[*row as usize].number.as_deref() == Some(name));
        match numbered.collect::<Vec<u32>>().as_slice() {
            [] => Err(CapacityError::NoSuchParcel { key: name.to_owned() }),
            [row] => Ok(*row),
            several => {
                let key = |row: &u32| self.park.parcels[*row as usize].provenance.key.as_str();
                let keys = several.iter().map(key).collect::<Vec<_>>().join(", ");
                Err(CapacityError::SeveralParcels { name: name.to_owned(), keys })
            }
        }
    }

    /// Junction of a point by its key.
    fn junction(&self, key: &str) -> Result<u32, CapacityError> {
        let class = self.resource.class.as_str();
        let none = || CapacityError::NoSuchNode { key: key.to_owned(), class };
        match self.topology.place_of(self.park, key) {
            Ok(starts) => match starts.as_slice() {
                [Start::Junction(junction)] => Ok(*junction),
                _ => Err(none()),
            },
            Err(AnswerError::NoSuchPlace { .. }) => Err(none()),
            Err(several) => Err(CapacityError::Several(several)),
        }
    }

    /// What remains at a place with commitments up to `by`.
    ///
    /// # Errors
    /// [`CapacityError`].
    pub fn remaining(&self, place: Place<'_>, by: NaiveDate) -> Result<Remaining, CapacityError> {
        let starts = match place {
            Place::Parcel(name) => self.places.of_parcel(self.parcel(name)?).to_vec(),
            Place::Point(at) => self.places.near(at).into_iter().collect(),
            Place::Node(key) => vec![(self.junction(key)?, Reached::Connection)],
        };
        // Of several connections the one with the most left: a parcel may use any of them.
        let answers = starts.iter().map(|(junction, reached)| self.at(*junction, *reached, by));
        let best = answers.max_by(|a, b| {
            let worth = |answer: &Remaining| answer.value.unwrap_or(f64::NEG_INFINITY);
            worth(a).total_cmp(&worth(b))
        });
        Ok(best.unwrap_or_else(|| self.nothing(Reached::Nothing, None, Missing::Connection, by)))
    }

    /// What is left at a place as days go by: today, then on every day on which something that is promised begins and changes what
    /// is left, what limits it or how well it is known.
    ///
    /// # Errors
    /// [`CapacityError`].
    pub fn over_time(&self, place: Place<'_>, until: NaiveDate) -> Result<Vec<Remaining>, CapacityError> {
        let mut days = vec![self.there.on];
        let known = self.commitments.iter().filter_map(|commitment| commitment.date);
        days.extend(known.filter(|day| (self.there.on..=until).contains(day)));
        days.sort_unstable();
        days.dedup();
        let mut steps: Vec<Remaining> = Vec::new();
        for day in days {
            let step = self.remaining(place, day)?;
            // What is less known from a day on is another answer, were its number the same.
            let same = |before: &Remaining| {
                (before.value, before.bottleneck) == (step.value, step.bottleneck) && before.known == step.known
            };
            if !steps.last().is_some_and(same) {
                steps.push(step);
            }
        }
        Ok(steps)
    }

    fn nothing(
        &self,
        reached: Reached,
        at: Option<spatial_db::model::FeatureId>,
        missing: Missing,
        by: NaiveDate,
    ) -> Remaining {
        Remaining {
            resource: self.resource.name.clone(),
            unit: self.resource.unit.clone(),
            as_of: self.there.on,
            by,
            reached,
            at,
            value: None,
            known: Known::Unknown(vec![missing]),
            bottleneck: None,
            path: Vec::new(),
            committed: Vec::new(),
        }
    }

    fn at(&self, junction: u32, reached: Reached, by: NaiveDate) -> Remaining {
        let connection = self.topology.row_of(self.park, junction, |node| self.resource.connects(node));
        let row = connection.or_else(|| self.topology.rows_at(junction).next());
        let node = row.map(|row| self.park.nodes[row as usize].id);
        let line = |link: u32| self.park.edges[self.topology.links[link as usize].edge as usize].id;
        let first = Some(self.up[junction as usize].link).filter(|link| *link != NONE).map(line);
        let at = if reached == Reached::Connection { node.or(first) } else { first.or(node) };
        if !self.far_m[junction as usize].is_finite() {
            return self.nothing(reached, at, Missing::Way, by);
        }
        let mut path: Vec<(Element, u32)> = Vec::new();
        let mut here = junction;
        loop {
            path.extend(self.points(here, by).into_iter().map(|element| (element, here)));
            let Arc { link, to } = self.up[here as usize];
            if link == NONE {
                break;
            }
            path.extend(self.limits(self.line(link, here, by)).map(|element| (element, here)));
            here = to;
        }
        // The least is the bottleneck: of equals the one nearest to the place.
        let least = path.iter().enumerate().filter_map(|(row, (element, _))| Some((row, element.remains()?)));
        let least = least.min_by(|a, b| a.1.total_cmp(&b.1));
        let missing = self.missing(&path, by);
        let (bottleneck, value) = least.unzip();
        let committed = bottleneck.map_or_else(Vec::new, |row| self.committed_at(path[row].1, by));
        Remaining {
            resource: self.resource.name.clone(),
            unit: self.resource.unit.clone(),
            as_of: self.there.on,
            by,
            reached,
            at,
            value,
            known: match (value, missing.is_empty()) {
                (None, _) => Known::Unknown(missing),
                (Some(_), true) => Known::Known,
                (Some(_), false) => Known::AtMost(missing),
            },
            bottleneck,
            path: path.into_iter().map(|(element, _)| element).collect(),
            committed,
        }
    }

    fn missing(&self, path: &[(Element, u32)], by: NaiveDate) -> Vec<Missing> {
        let mut missing = Vec::new();
        let unrated: Vec<&Element> =
            path.iter().map(|(element, _)| element).filter(|element| element.rated.is_none()).collect();
        if let Some(first) = unrated.first() {
            missing.push(Missing::Ratings(unrated.len(), first.key.clone()));
        }
        let loads = path.iter().map(|(element, _)| element.loads_unknown).max().unwrap_or(0);
        if loads > 0 {
            missing.push(Missing::Loads(loads));
        }
        let unloaded = path.iter().find(|(element, _)| element.rated.is_some() && element.connected.is_none());
        missing.extend(unloaded.map(|(element, _)| Missing::Load(element.key.clone())));
        // Where it would load the network nobody can tell: it may be this way.
        if self.unplaced > 0 {
            missing.push(Missing::Commitments(self.unplaced));
        }
        let perhaps = path.iter().flat_map(|(_, junction)| &self.perhaps[*junction as usize]);
        let perhaps: BTreeSet<u32> = perhaps.copied().filter(|number| self.counts(*number, by)).collect();
        if !perhaps.is_empty() {
            missing.push(Missing::Choice(perhaps.len()));
        }
        if path.is_empty() {
            missing.push(Missing::Way);
        }
        missing
    }

    /// Whether a commitment, by its number, counts on `by`.
    fn counts(&self, number: u32, by: NaiveDate) -> bool {
        self.commitments[number as usize].date.is_none_or(|day| day <= by)
    }

    /// Commitments at and behind a junction that count on `by`.
    fn committed_at(&self, junction: u32, by: NaiveDate) -> Vec<Commitment> {
        let numbers = self.committed[junction as usize].iter().filter(|number| self.counts(**number, by));
        let mut found: Vec<Commitment> = numbers.map(|number| self.commitments[*number as usize].clone()).collect();
        found.sort_by(|a, b| a.date.cmp(&b.date).then_with(|| a.source.cmp(&b.source)));
        found
    }

    fn promised(&self, junction: u32, by: NaiveDate) -> f64 {
        if !self.resource.adds {
            return 0.0;
        }
        let counts = self.committed[junction as usize].iter().filter(|number| self.counts(**number, by));
        // An empty sum is minus zero, which nobody wants to read.
        counts.map(|number| self.commitments[*number as usize].amount).sum::<f64>() + 0.0
    }

    /// What a record says of the load, else the sum of what is behind.
    fn load(&self, record: Option<(f64, &str)>, junction: u32) -> (Option<Rated>, usize) {
        if let Some((value, column)) = record {
            return (Some(Rated { value, basis: Basis::Column(column.to_owned()) }), 0);
        }
        let (value, unknown) = self.behind[junction as usize];
        if self.resource.adds { (Some(Rated { value, basis: Basis::Sum }), unknown) } else { (None, 0) }
    }

    /// A line of the way, fed from its other end, with `behind` at this one.
    pub(super) fn line(&self, link: u32, behind: u32, by: NaiveDate) -> Element {
        let edge = &self.park.edges[self.topology.links[link as usize].edge as usize];
        let attributes = &edge.provenance.attributes;
        let record = told(&self.resource.rated, attributes);
        let rated = record.map(|(value, column)| Rated { value, basis: Basis::Column(column.to_owned()) });
        let rule = || Some(Rated { value: self.rules.by_rule(self.resource, edge)?, basis: Basis::Rule });
        let (connected, loads_unknown) = self.load(told(&self.resource.connected, attributes), behind);
        Element {
            feature: edge.id,
            key: edge.provenance.key.clone(),
            rated: rated.or_else(rule),
            connected,
            loads_unknown,
            committed: self.promised(behind, by),
        }
    }

    /// Points of the way at a junction, as far as they can limit it: they have a rating, or should have one.
    pub(super) fn points(&self, junction: u32, by: NaiveDate) -> Vec<Element> {
        let mut found = Vec::new();
        for node in self.topology.nodes_at(self.park, junction) {
            let attributes = &node.provenance.attributes;
            let record = told(&self.resource.rated, attributes);
            if record.is_none() && !self.resource.must.contains(&node.kind) {
                continue;
            }
            // A connection's own column is its contracted load, which is in the sum already.
            let measured = told(&self.resource.connected, attributes).filter(|_| node.kind != NodeKind::Connection);
            let (connected, loads_unknown) = self.load(measured, junction);
            found.push(Element {
                feature: node.id,
                key: node.provenance.key.clone(),
                rated: record.map(|(value, column)| Rated { value, basis: Basis::Column(column.to_owned()) }),
                connected,
                loads_unknown,
                committed: self.promised(junction, by),
            });
        }
        found
    }

    /// Every line and point that limits somebody's way, by the junction behind it.
    pub(super) fn elements(&self, by: NaiveDate) -> Vec<Element> {
        let mut found = Vec::new();
        for junction in 0..self.topology.junctions.len() as u32 {
            if !self.far_m[junction as usize].is_finite() {
                continue;
            }
            found.extend(self.points(junction, by));
            let link = self.up[junction as usize].link;
            if link != NONE {
                found.extend(self.limits(self.line(link, junction, by)));
            }
        }
        found
    }

    /// A line counts where it has a rating, or should have one.
    fn limits(&self, line: Element) -> Option<Element> {
        (self.resource.lines || line.rated.is_some()).then_some(line)
    }
}

/// For every junction the next link towards the nearest source or outfall, how far that is, and the order in which they were reached.
fn ways(
    park: &ParkSnapshot,
    topology: &Topology,
    settings: &Settings,
    resource: &Resource,
    carries: impl Fn(u32) -> bool,
) -> (Vec<Arc>, Vec<f64>, Vec<u32>) {
    let roots: Vec<u32> = match resource.ends {
        Ends::Source => topology.sources(park),
        Ends::Outfall => {
            let all: Vec<u32> = (0..topology.junctions.len() as u32).collect();
            topology.outfalls(park, &all)
        }
    };
    // Sewers flow one way; whoever is above does not drain through what is beside him.
    let flows = (resource.ends == Ends::Outfall).then(|| topology.flows(park, settings));
    let passes = |link: u32, there: u32| match flows.as_ref().map(|flows| flows.directions[link as usize]) {
        None | Some(Direction::Unknown) => true,
        Some(Direction::Forward) => topology.graph.ends(link)[0] == there,
        Some(Direction::Backward) => topology.graph.ends(link)[1] == there,
    };
    let count = topology.junctions.len();
    let mut up = vec![Arc { link: NONE, to: NONE }; count];
    let mut far = vec![f64::INFINITY; count];
    let mut done = vec![false; count];
    let mut order = Vec::new();
    let mut heap = BinaryHeap::new();
    for root in roots {
        far[root as usize] = 0.0;
        heap.push(Step { far_m: 0.0, junction: root });
    }
    while let Some(Step { far_m, junction }) = heap.pop() {
        if std::mem::replace(&mut done[junction as usize], true) {
            continue;
        }
        order.push(junction);
        for arc in topology.graph.at(junction) {
            if !carries(arc.link) || !passes(arc.link, arc.to) || done[arc.to as usize] {
                continue;
            }
            let length = Some(topology.links[arc.link as usize].length_m).filter(|length| *length > 0.0);
            let there = far_m + length.unwrap_or(0.0);
            if there < far[arc.to as usize] {
                far[arc.to as usize] = there;
                up[arc.to as usize] = Arc { link: arc.link, to: junction };
                heap.push(Step { far_m: there, junction: arc.to });
            }
        }
    }
    (up, far, order)
}
