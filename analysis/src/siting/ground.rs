//! What a park has to offer on a day: vacant parcels, neighbours among them, vacant floors. Everything here is independent of who asks.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use chrono::NaiveDate;
use geo::MultiPolygon;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{Building, Parcel, ParkSnapshot, Presence};

use super::obstacles::Obstacles;
use super::shapes::{Outline, Shapes, shared_m};
use super::tables::SitingTables;
use super::trades::Trades;
use crate::land::{Ledger, PhysicalUse, Site, physical_use, sites};
use crate::rules::RuleSet;

/// Joined sites that are looked at, at most.
pub const MOST_JOINED_SITES: usize = 20_000;

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
    /// What a drain carries.
    LineKind,
    /// Where lines were surveyed: they are drawn coarsely.
    Moved,
    /// Roads.
    Roads,
    /// Width of a road.
    RoadWidth,
    /// Records of what it is to be near to or away from.
    Things,
    /// Industry or place of an enterprise.
    Enterprises,
    /// Jobs beyond those on record, and who lives near by.
    Jobs,
    /// A price.
    Price,
    /// A term.
    Term,
    /// What may be built: the pitch gives no limits.
    Limits,
    /// The place of the hall, which is not tried where more than one must is missed.
    NotTried,
    /// The same on a site that comes after those that are listed whatever comes of it.
    Behind,
    /// The same on a site that is left out because as many were tried as are tried at all.
    Enough,
    /// Whether the hall can be laid so that trucks have room: the layouts that were tried leave too little.
    Layout,
    /// A way for trucks from the road to where they could turn.
    Way,
    /// A day to come: that which is asked for is past.
    Passed,
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
    /// Enterprises: where those of each industry are.
    pub(super) trades: Trades,
    /// By the parcels of a site: what of it cannot be built on, as far as anybody asked.
    pub(super) obstacles: Mutex<HashMap<Vec<u32>, Arc<Obstacles>>>,
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
            trades: Trades::none(),
            obstacles: Mutex::default(),
        };
        ground.trades = Trades::of(&ground);
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

    /// Parcels as one site.
    pub(super) fn join(&self, parcels: Vec<u32>) -> Candidate {
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
}
