//! What a park has to offer on a day: vacant parcels, neighbours among them, vacant floors. Everything here is independent of who asks.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use geo::MultiPolygon;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, Parcel, ParkSnapshot, Presence, ResourceKind, SurfaceKind};

use super::shapes::{Outline, Shapes, shared_m};
use super::tables::SitingTables;
use super::want::Thing;
use crate::land::{Ledger, PhysicalUse, Site, physical_use, sites};
use crate::rules::{BuildingState, RuleSet};

/// Joined sites that are looked at, at most.
pub const MOST_JOINED_SITES: usize = 20_000;

/// Floor that is worth offering, m².
const SMALLEST_FLOOR_M2: f64 = 100.0;

/// Why something is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Missing {
    /// Nothing is missing.
    #[default]
    Nothing,
    /// Who holds the land.
    Holder,
    /// Whether a project under way takes the land.
    Negotiated,
    /// Floor area of a building.
    FloorArea,
    /// Floor that a tenancy uses.
    TenancyFloor,
    /// Height of the storeys.
    StoreyHeight,
    /// Clear height: of a storey only its height is known.
    ClearHeight,
    /// What the floor bears.
    FloorLoad,
    /// Land-use class of the parcel.
    LandUse,
    /// Class of industrial land, or of what the industry needs.
    IndustryClass,
    /// Capacities and commitments.
    Capacity,
    /// Lines of the utility.
    Lines,
    /// Roads.
    Roads,
    /// Width of a road.
    RoadWidth,
    /// Records of what it is to be near to or away from.
    Things,
    /// Enterprises with their industry.
    Enterprises,
    /// Jobs beyond those on record, and who lives near by.
    Jobs,
    /// A price.
    Price,
    /// A term.
    Term,
    /// What may be built: the pitch gives no limits.
    Limits,
    /// The place of the hall, which is tried for the best sites only.
    NotTried,
    /// Whether the hall can be laid so that trucks have room: the layouts that were tried leave too little.
    Layout,
    /// A way for trucks from the road to where they could turn.
    Way,
}

/// From when land or floor is to be had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Free {
    /// From this day on.
    From(NaiveDate),
    /// Held without an end on record.
    Held,
    /// Not known.
    Unknown(Missing),
}

/// Something that can be offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Parcels, by their position in the snapshot; of a building those that it stands on.
    pub parcels: Vec<u32>,
    /// The building, where floor is offered.
    pub building: Option<u32>,
    /// Land, m²; 0 where floor alone is offered.
    pub area_m2: f64,
    /// Floor that stands empty, m², from and to; 0 for land.
    pub floor_m2: (f64, f64),
    /// From when it is to be had.
    pub free: Free,
}

/// A park, ready to be asked.
#[derive(Debug)]
pub struct Ground<'a> {
    pub(super) cache: &'a Cache,
    pub(super) park: &'a ParkSnapshot,
    pub(super) rules: &'a RuleSet,
    pub(super) tables: &'a SitingTables,
    pub(super) as_of: NaiveDate,
    pub(super) presence: Presence,
    pub(super) sites: Vec<Site>,
    pub(super) uses: Vec<PhysicalUse>,
    pub(super) outlines: Vec<Option<Outline>>,
    pub(super) standing: Vec<Vec<u32>>,
    ledger: Ledger<'a>,
    negotiated: BTreeSet<&'a str>,
    /// Enterprises with industry: where they are.
    pub(super) trades: HashMap<String, Shapes>,
    pub(super) has_trades: bool,
}

impl<'a> Ground<'a> {
    /// The ground of a park on a day.
    pub fn of(cache: &'a Cache, rules: &'a RuleSet, tables: &'a SitingTables, as_of: NaiveDate) -> Self {
        let park: &'a ParkSnapshot = cache.snapshot();
        let presence = Presence::on(park, as_of);
        let sites = sites(cache, rules, &presence);
        let on_record = !park.buildings.is_empty();
        let uses = park.parcels.par_iter().zip(&sites);
        let uses = uses.map(|(parcel, site)| physical_use(parcel, site, rules, on_record).0).collect();
        let outlines = park.parcels.par_iter().map(|parcel| Outline::of_area(&parcel.boundary)).collect();
        let mut standing = vec![Vec::new(); park.buildings.len()];
        for (slot, site) in sites.iter().enumerate() {
            for building in &site.buildings {
                standing[*building].push(slot as u32);
            }
        }
        let negotiated = park.projects.iter().filter(|project| project.contract_key.is_none());
        let negotiated = negotiated.filter_map(|project| project.parcel_key.as_deref()).collect();
        let mut ground = Self {
            cache,
            park,
            rules,
            tables,
            as_of,
            presence,
            sites,
            uses,
            outlines,
            standing,
            ledger: Ledger::of(park),
            negotiated,
            trades: HashMap::new(),
            has_trades: false,
        };
        ground.place_trades();
        ground
    }

    /// The park.
    pub fn park(&self) -> &'a ParkSnapshot {
        self.park
    }

    /// The day.
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Height above which a storey counts twice, m.
    pub(super) fn tall_m(&self) -> f64 {
        self.rules.figure("land", "tall_storey_m").value
    }

    /// What stands on a parcel.
    pub fn site(&self, parcel: u32) -> &Site {
        &self.sites[parcel as usize]
    }

    /// A parcel.
    pub fn parcel(&self, at: u32) -> &'a Parcel {
        &self.park.parcels[at as usize]
    }

    /// A building.
    pub fn building(&self, at: u32) -> &'a Building {
        &self.park.buildings[at as usize]
    }

    /// Where the enterprises of each industry are: on the parcels and in the buildings that they use on the day.
    fn place_trades(&mut self) {
        let park = self.park;
        let parcels: HashMap<&str, usize> =
            park.parcels.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at)).collect();
        let buildings: HashMap<&str, usize> =
            park.buildings.iter().enumerate().map(|(at, one)| (one.provenance.key.as_str(), at)).collect();
        let mut places: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        let mut put = |enterprise: &'a str, parcel: usize| {
            places.entry(enterprise).or_default().insert(parcel);
        };
        for tenancy in &park.tenancies {
            let runs = tenancy.valid_from.is_none_or(|from| from <= self.as_of)
                && tenancy.valid_to.is_none_or(|to| self.as_of < to);
            if !runs {
                continue;
            }
            let building = tenancy.building_key.as_deref().and_then(|key| buildings.get(key));
            let on = building.and_then(|at| self.standing[*at].first().map(|slot| *slot as usize));
            let on = on.or_else(|| tenancy.parcel_key.as_deref().and_then(|key| parcels.get(key).copied()));
            if let Some(on) = on {
                put(&tenancy.enterprise_key, on);
            }
        }
        let mut by_trade: HashMap<String, Vec<(usize, Option<Outline>)>> = HashMap::new();
        for (at, enterprise) in park.enterprises.iter().enumerate() {
            let code: String = enterprise
                .industry_code
                .iter()
                .flat_map(|code| code.chars())
                .filter(char::is_ascii_digit)
                .take(2)
                .collect();
            if code.len() < 2 {
                continue;
            }
            for parcel in places.get(enterprise.provenance.key.as_str()).into_iter().flatten().take(1) {
                by_trade.entry(code.clone()).or_default().push((at, self.outlines[*parcel].clone()));
            }
        }
        self.has_trades = !by_trade.is_empty();
        self.trades = by_trade.into_iter().map(|(code, places)| (code, Shapes::of(places))).collect();
    }

    /// From when a parcel is to be had.
    pub fn free(&self, parcel: u32) -> Free {
        let parcel = self.parcel(parcel);
        if self.ledger.contract(parcel, self.as_of).is_some() {
            return Free::Held;
        }
        if self.negotiated.contains(parcel.provenance.key.as_str()) {
            return Free::Unknown(Missing::Negotiated);
        }
        match parcel.holder.as_deref() {
            Some(holder) if self.tables.gives_land(holder) => Free::From(self.as_of),
            Some(_) => Free::Held,
            None => Free::Unknown(Missing::Holder),
        }
    }

    /// Vacant parcels, one by one, in the order of their size.
    pub fn land(&self) -> Vec<Candidate> {
        let there = |slot: &usize| self.presence.parcels[*slot] && self.uses[*slot] == PhysicalUse::Vacant;
        let mut land: Vec<Candidate> = (0..self.park.parcels.len())
            .filter(there)
            .map(|slot| Candidate {
                parcels: vec![slot as u32],
                building: None,
                area_m2: self.sites[slot].area_m2,
                floor_m2: (0.0, 0.0),
                free: self.free(slot as u32),
            })
            .collect();
        land.sort_by(|a, b| a.area_m2.total_cmp(&b.area_m2).then_with(|| a.parcels.cmp(&b.parcels)));
        land
    }

    /// Neighbours among vacant parcels joined, two to `most` at a time, in the order of their size; and whether there would be
    /// more than are looked at.
    pub fn joined(&self, land: &[Candidate], most: u32) -> (Vec<Candidate>, bool) {
        let slots: Vec<u32> = land.iter().flat_map(|one| one.parcels.iter().copied()).collect();
        let neighbours = self.neighbours(&slots);
        let mut sets: BTreeSet<Vec<u32>> = BTreeSet::new();
        let mut grown: Vec<Vec<u32>> = slots.iter().map(|slot| vec![*slot]).collect();
        let mut cut = false;
        for _ in 1..most {
            let mut next: BTreeSet<Vec<u32>> = BTreeSet::new();
            for set in &grown {
                for beside in set.iter().filter_map(|one| neighbours.get(one)).flatten() {
                    if set.contains(beside) {
                        continue;
                    }
                    let mut larger = set.clone();
                    larger.push(*beside);
                    larger.sort_unstable();
                    if sets.len() + next.len() >= MOST_JOINED_SITES {
                        cut = true;
                        break;
                    }
                    next.insert(larger);
                }
            }
            sets.extend(next.iter().cloned());
            grown = next.into_iter().collect();
        }
        let mut joined: Vec<Candidate> = sets.into_iter().map(|parcels| self.join(parcels)).collect();
        joined.sort_by(|a, b| a.area_m2.total_cmp(&b.area_m2).then_with(|| a.parcels.cmp(&b.parcels)));
        (joined, cut)
    }

    fn join(&self, parcels: Vec<u32>) -> Candidate {
        let area_m2 = parcels.iter().map(|slot| self.sites[*slot as usize].area_m2).sum();
        // What is held stays held whatever lies beside it; what is unknown stays open; the last day decides.
        let worse = |a: Free, b: Free| match (a, b) {
            (Free::Held, _) | (_, Free::Held) => Free::Held,
            (Free::Unknown(why), _) | (_, Free::Unknown(why)) => Free::Unknown(why),
            (Free::From(a), Free::From(b)) => Free::From(a.max(b)),
        };
        let free = parcels.iter().map(|slot| self.free(*slot)).reduce(worse).unwrap_or(Free::Held);
        Candidate { parcels, building: None, area_m2, floor_m2: (0.0, 0.0), free }
    }

    /// Which of some parcels share a stretch of boundary of a metre or more.
    fn neighbours(&self, slots: &[u32]) -> HashMap<u32, Vec<u32>> {
        let shapes = Shapes::of(slots.iter().map(|slot| (*slot as usize, self.outlines[*slot as usize].clone())));
        let beside = |slot: &u32| {
            let outline = self.outlines[*slot as usize].as_ref()?;
            let near = shapes.within(outline, 0.02).into_iter().filter(|other| other != slot);
            let touching = near.filter(|other| {
                self.outlines[*other as usize].as_ref().is_some_and(|other| shared_m(outline, other) >= 1.0)
            });
            Some((*slot, touching.collect()))
        };
        slots.par_iter().filter_map(beside).collect()
    }

    /// Buildings with floor that stands empty on the day, or will by a day on record.
    pub fn floors(&self) -> Vec<Candidate> {
        let mut lets: HashMap<&str, Vec<&spatial_db::model::Tenancy>> = HashMap::new();
        for tenancy in &self.park.tenancies {
            if let Some(key) = tenancy.building_key.as_deref() {
                lets.entry(key).or_default().push(tenancy);
            }
        }
        let offered = |(at, building): (usize, &Building)| {
            if !self.presence.buildings[at] {
                return Vec::new();
            }
            let footprint = geo::Area::unsigned_area(&building.footprint);
            let floor = building.floor_area_m2.filter(|m2| *m2 > 0.0);
            let floor = floor.or_else(|| Some(building.storeys.filter(|n| *n > 0.0)? * footprint));
            let tenancies = lets.get(building.provenance.key.as_str()).map_or(&[][..], Vec::as_slice);
            let runs = tenancies
                .iter()
                .filter(|one| one.valid_from.is_none_or(|from| from <= self.as_of))
                .filter(|one| one.valid_to.is_none_or(|to| self.as_of < to));
            let runs: Vec<_> = runs.collect();
            let state = building.state.as_deref().and_then(|text| self.rules.state(text));
            if matches!(state, Some(BuildingState::Unfinished)) {
                return Vec::new();
            }
            let offer = |floor_m2, free| Candidate {
                parcels: self.standing[at].clone(),
                building: Some(at as u32),
                area_m2: 0.0,
                floor_m2,
                free,
            };
            if runs.is_empty() {
                // Empty by what the record says, and let to nobody.
                let empty = state == Some(BuildingState::Vacant);
                let floor_m2 = floor.map_or((0.0, f64::INFINITY), |floor| (floor, floor));
                return if empty { vec![offer(floor_m2, Free::From(self.as_of))] } else { Vec::new() };
            }
            let Some(floor) = floor else { return Vec::new() };
            let mut offers = Vec::new();
            // What no tenancy uses now, and everything once the last has left.
            if let Some(used) = runs.iter().map(|one| one.floor_area_m2).sum::<Option<f64>>()
                && floor - used >= SMALLEST_FLOOR_M2
            {
                offers.push(offer((floor - used, floor - used), Free::From(self.as_of)));
            }
            let ends = runs.iter().map(|one| one.valid_to).collect::<Option<Vec<_>>>();
            if let Some(last) = ends.and_then(|days| days.into_iter().max()) {
                offers.push(offer((floor, floor), Free::From(last)));
            }
            offers
        };
        let mut floors: Vec<Candidate> = self.park.buildings.iter().enumerate().flat_map(offered).collect();
        floors.sort_by(|a, b| a.floor_m2.0.total_cmp(&b.floor_m2.0).then_with(|| a.building.cmp(&b.building)));
        floors
    }

    /// Outlines of a candidate: of its parcels, or of its building.
    pub(super) fn outlines_of<'g>(&'g self, candidate: &Candidate) -> Vec<std::borrow::Cow<'g, Outline>> {
        use std::borrow::Cow;
        if let Some(at) = candidate.building {
            return Outline::of_area(&self.building(at).footprint).map(Cow::Owned).into_iter().collect();
        }
        let outlines = candidate.parcels.iter().filter_map(|slot| self.outlines[*slot as usize].as_ref());
        outlines.map(Cow::Borrowed).collect()
    }

    /// Boundary of a candidate's land as one area; parcels of different surveys are knitted first.
    pub fn boundary(&self, candidate: &Candidate) -> MultiPolygon<f64> {
        use geo::BooleanOps;
        let mut areas = candidate.parcels.iter().map(|slot| &self.parcel(*slot).boundary);
        let Some(first) = areas.next() else { return MultiPolygon(Vec::new()) };
        areas.fold(first.clone(), |whole, next| {
            let (whole, next) = crate::scenario::knitted(&whole, next);
            whole.union(&next)
        })
    }

    /// All things of a kind.
    pub(super) fn things(&self, thing: &Thing) -> Shapes {
        let resources = |kind: ResourceKind, works: bool| {
            let of = self.park.resources.iter().enumerate().filter(move |(_, one)| {
                one.kind == kind && !(works && one.state.as_deref().is_some_and(|state| self.tables.is_broken(state)))
            });
            Shapes::of(
                of.map(|(at, one)| (at, Outline::of_place(geo::Coord { x: one.position[0], y: one.position[1] }))),
            )
        };
        match thing {
            Thing::Gate => resources(ResourceKind::Gate, false),
            Thing::FireStation => resources(ResourceKind::FireStation, false),
            Thing::Hospital => resources(ResourceKind::Hospital, false),
            Thing::Hydrant => resources(ResourceKind::Hydrant, true),
            Thing::Hazard { substance } => {
                let wanted = substance.to_lowercase();
                let of = self.park.hazards.iter().enumerate().filter(|(_, one)| {
                    let says = |text: &Option<String>| {
                        text.as_deref().is_some_and(|text| text.to_lowercase().contains(&wanted))
                    };
                    wanted.is_empty() || says(&one.substance) || says(&one.cas) || says(&one.name)
                });
                Shapes::of(of.map(|(at, one)| (at, Outline::of(&one.shape))))
            }
            Thing::OpenWater => {
                let of = self.park.surfaces.iter().enumerate().filter(|(_, one)| one.kind == SurfaceKind::Water);
                Shapes::of(of.map(|(at, one)| (at, Outline::of_area(&one.area))))
            }
            Thing::Rail => {
                let of = self.park.roads.iter().enumerate();
                let of = of.filter(|(_, one)| one.class.as_deref() == Some("rail"));
                Shapes::of(of.map(|(at, one)| (at, Outline::of_lines(&one.line))))
            }
        }
    }

    /// Whether the park keeps records of a kind at all: where it has none, a distance says nothing.
    pub(super) fn keeps(&self, thing: &Thing) -> bool {
        match thing {
            Thing::Gate | Thing::FireStation | Thing::Hospital | Thing::Hydrant => !self.park.resources.is_empty(),
            // A substance whose name no record can give may be anywhere.
            Thing::Hazard { .. } => {
                !self.park.hazards.is_empty()
                    && self.park.hazards.iter().all(|one| one.substance.is_some() || one.cas.is_some())
            }
            Thing::OpenWater => !self.park.surfaces.is_empty(),
            Thing::Rail => !self.park.roads.is_empty() && self.park.roads.iter().all(|one| one.class.is_some()),
        }
    }
}
