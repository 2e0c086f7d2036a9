//! One resource of a park: which way every connection is fed, what each part of the way can carry, and what hangs on it.
//!
//! The way is the shortest past what is open. On a ring it may be another in truth, and that may carry more: there only what every way
//! passes limits an answer.

use std::collections::{BTreeSet, HashMap};
use std::sync;

use chrono::NaiveDate;
use spatial_db::model::{EventKind, NodeKind, ParkSnapshot, Presence};

use super::place::Places;
use super::rules::{CapacityRules, Resource, told};
use super::ways::Ways;
use super::{Basis, CapacityError, Commitment, Element, Known, Missing, Place, Rated, Reached, Remaining};
use crate::network::answers::{AnswerError, Network};
use crate::network::graph::{Arc, NONE};
use crate::network::settings::Settings;
use crate::network::topology::Topology;
use crate::network::trace::Start;
use crate::words::Words;

/// A resource of a park on a day, ready to answer for any place.
#[derive(Debug, Clone)]
pub struct Capacity<'p> {
    pub(super) park: &'p ParkSnapshot,
    pub(super) there: &'p Presence,
    pub(super) rules: &'p CapacityRules,
    /// The resource.
    pub resource: &'p Resource,
    /// The network that carries it.
    pub topology: sync::Arc<Topology>,
    pub(super) places: Places,
    ways: Ways,
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
    /// Links on loops or between sources: what they carry is not known, and they limit no answer.
    pub meshed: usize,
    /// Valves, switches and lines that let nothing pass, by what is on record.
    pub shut: usize,
    /// Valves and switches of which nothing is on record: taken for open or on.
    pub unseen: usize,
    /// Which states of valves and switches were told with the question, where any were.
    pub(super) told_states: Option<Words>,
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
        let resource = rules.known(resource)?;
        // Nothing is told of valves beside the record, so no key can name none.
        let network = Network::of(park, there, resource.class, settings, HashMap::new());
        Ok(Self::made((park, there), &network.map_err(CapacityError::Several)?, rules, resource))
    }

    /// A resource of a network of its class that is put together already. States told of its valves and switches go before the
    /// record, and every answer says so.
    pub fn on(network: &Network<'p>, rules: &'p CapacityRules, resource: &'p Resource) -> Self {
        Self::made((network.park, network.there), network, rules, resource)
    }

    fn made(
        (park, there): (&'p ParkSnapshot, &'p Presence),
        network: &Network<'_>,
        rules: &'p CapacityRules,
        resource: &'p Resource,
    ) -> Self {
        let ways = Ways::of(network, resource);
        let topology = sync::Arc::clone(&network.topology);
        let places = Places::of(park, there, &topology, resource, rules, &ways);
        let (count, ends) = (topology.junctions.len(), ways.far_m.len());
        let [shut, unseen] = if resource.adds { network.standing() } else { [0; 2] };
        // The holes of a duct are there, whatever is switched off.
        let told_states = network.told_note().filter(|_| resource.adds);
        let mut behind = vec![(0.0, 0_usize); ends];
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
        for junction in ways.order.iter().rev() {
            let next = ways.up[*junction as usize].to;
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
            behind,
            commitments: Vec::new(),
            committed: vec![Vec::new(); ends],
            perhaps: vec![Vec::new(); ends],
            unplaced: 0,
            undecided: 0,
            meshed: ways.loops.iter().filter(|on_loop| **on_loop).count(),
            shut: shut + ways.closed.iter().filter(|closed| **closed).count(),
            unseen,
            told_states,
            ways,
            topology,
        };
        capacity.commit();
        capacity
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
            let starts: Vec<u32> = starts.filter(|at| self.ways.far_m[*at as usize].is_finite()).collect();
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
                    junction = self.ways.up[junction as usize].to;
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

    /// Row of a building that was there, by its key or else its name.
    fn building(&self, name: &str) -> Result<usize, CapacityError> {
        let there: Vec<usize> = (0..self.park.buildings.len()).filter(|row| self.there.buildings[*row]).collect();
        let key = |row: usize| self.park.buildings[row].provenance.key.as_str();
        if let Some(row) = there.iter().find(|row| key(**row) == name) {
            return Ok(*row);
        }
        let named = there.into_iter().filter(|row| self.park.buildings[*row].name.as_deref() == Some(name));
        let named: Vec<usize> = named.collect();
        match named.as_slice() {
            [] => Err(CapacityError::NoSuchBuilding { key: name.to_owned() }),
            [row] => Ok(*row),
            several => {
                let keys = several.iter().map(|row| key(*row)).collect::<Vec<_>>().join(", ");
                Err(CapacityError::SeveralBuildings { name: name.to_owned(), keys })
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
            Place::Building(name) => self.places.of_footprint(&self.park.buildings[self.building(name)?].footprint),
            Place::Point(at) => self.places.near(at).into_iter().collect(),
            Place::Node(key) => vec![(self.junction(key)?, Reached::Connection)],
        };
        Ok(self.best(&starts, by))
    }

    /// What remains for a building, by its row, with commitments up to `by`.
    pub(super) fn for_building(&self, row: usize, by: NaiveDate) -> Remaining {
        self.best(&self.places.of_footprint(&self.park.buildings[row].footprint), by)
    }

    /// What remains where something may be connected at any of several places: of several the one with the most left.
    fn best(&self, starts: &[(u32, Reached)], by: NaiveDate) -> Remaining {
        let answers = starts.iter().map(|(junction, reached)| self.at(*junction, *reached, by));
        let (fed, cut): (Vec<Remaining>, Vec<Remaining>) =
            answers.partition(|answer| !answer.known.missing().contains(&Missing::Way));
        // Where nobody knows what one connection can give, no other says how much there is at most.
        let open = fed.iter().position(|answer| answer.value.is_none());
        let best = cut.iter().chain(&fed).max_by(|a, b| {
            let worth = |answer: &Remaining| answer.value.unwrap_or(f64::NEG_INFINITY);
            worth(a).total_cmp(&worth(b))
        });
        let best = match (best, open) {
            (Some(Remaining { known: Known::AtMost(_), .. }), Some(open)) => Some(&fed[open]),
            _ => best,
        };
        best.cloned().unwrap_or_else(|| self.nothing(Reached::Nothing, None, Missing::Connection, by))
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
        let connection = || self.topology.row_of(self.park, junction, |node| self.resource.connects(node));
        // At the end of a line before something shut nothing stands.
        let row = self.is_junction(junction).then(|| connection().or_else(|| self.topology.rows_at(junction).next()));
        let row = row.flatten();
        let node = row.map(|row| self.park.nodes[row as usize].id);
        let line = |link: u32| self.park.edges[self.topology.links[link as usize].edge as usize].id;
        let first = Some(self.ways.up[junction as usize].link).filter(|link| *link != NONE).map(line);
        let at = if reached == Reached::Connection { node.or(first) } else { first.or(node) };
        if !self.ways.far_m[junction as usize].is_finite() {
            return self.nothing(reached, at, Missing::Way, by);
        }
        let mut path: Vec<(Element, u32)> = Vec::new();
        let (mut loops, mut unsure) = (usize::from(self.ways.is_divide(junction)), 0);
        let mut here = junction;
        loop {
            path.extend(self.points(here, by).into_iter().map(|element| (element, here)));
            let Arc { link, to } = self.ways.up[here as usize];
            unsure += usize::from(self.ways.is_unsure(here));
            if link == NONE {
                break;
            }
            loops += usize::from(self.ways.loops[link as usize]);
            // The shortest way over a loop is shown, and limits nothing: another may carry more.
            path.extend(self.limits(self.line(link, here, by)).map(|element| (element, here)));
            here = to;
        }
        // The least is the bottleneck: of equals the one nearest to the place.
        let least = path.iter().enumerate().filter_map(|(row, (element, _))| Some((row, element.remains()?)));
        let least = least.min_by(|a, b| a.1.total_cmp(&b.1));
        let mut missing = self.missing(&path, loops > 0, by);
        missing.extend((loops > 0).then_some(Missing::Route(loops)));
        missing.extend((unsure > 0).then_some(Missing::State(unsure)));
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

    /// Whether this is a junction, and not the end of a line before something shut.
    fn is_junction(&self, at: u32) -> bool {
        (at as usize) < self.topology.junctions.len()
    }

    fn missing(&self, path: &[(Element, u32)], over_loops: bool, by: NaiveDate) -> Vec<Missing> {
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
        // Over a loop the way itself is missing, which says it.
        let told_with_the_way = |element: &Element| element.on_loop && over_loops;
        let unloaded = path.iter().find(|(element, _)| {
            let tells_none = element.on_loop || element.connected.is_none();
            tells_none && element.rated.is_some() && !told_with_the_way(element)
        });
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
        if !self.resource.adds || self.is_shared(junction) {
            return 0.0;
        }
        let counts = self.committed[junction as usize].iter().filter(|number| self.counts(**number, by));
        // An empty sum is minus zero, which nobody wants to read.
        counts.map(|number| self.commitments[*number as usize].amount).sum::<f64>() + 0.0
    }

    /// Whether nothing tells which part of the loads runs through what feeds a junction: it lies on a loop or between sources, or is
    /// one of several sources of a net.
    fn is_shared(&self, junction: u32) -> bool {
        let link = self.ways.up[junction as usize].link;
        if link == NONE { self.ways.shared[junction as usize] } else { self.ways.loops[link as usize] }
    }

    /// What a record says of the load, else the sum of what is behind, where all of that comes this way.
    fn load(&self, record: Option<(f64, &str)>, junction: u32) -> (Option<Rated>, usize) {
        if let Some((value, column)) = record {
            return (Some(Rated { value, basis: Basis::Column(column.to_owned()) }), 0);
        }
        if self.is_shared(junction) {
            return (None, 0);
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
            on_loop: self.is_shared(behind),
        }
    }

    /// Points of the way at a junction, as far as they can limit it: they have a rating, or should have one.
    pub(super) fn points(&self, junction: u32, by: NaiveDate) -> Vec<Element> {
        let mut found = Vec::new();
        if !self.is_junction(junction) {
            return found;
        }
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
                on_loop: self.is_shared(junction),
            });
        }
        found
    }

    /// Every line and point that limits somebody's way, by the junction behind it.
    pub(super) fn elements(&self, by: NaiveDate) -> Vec<Element> {
        let mut found = Vec::new();
        for junction in 0..self.ways.far_m.len() as u32 {
            if !self.ways.far_m[junction as usize].is_finite() {
                continue;
            }
            found.extend(self.points(junction, by));
            let link = self.ways.up[junction as usize].link;
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
