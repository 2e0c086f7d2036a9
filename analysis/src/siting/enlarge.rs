//! Land that is too small for what is asked: which neighbouring parcels, vacant or not, would make it fit, who holds them, and what
//! it takes by law to join them.

use std::collections::HashSet;

use serde::Deserialize;

use super::file::{How, MOST_JOINED};
use super::ground::{Candidate, Free, Ground, Missing};
use super::matched::{Match, Standing};
use super::measure::Verdict;
use super::shapes::{Shapes, shared_m};
use super::supply::{NoSupplies, Supplies};
use super::tables::status;
use super::want::{Want, grouped};
use crate::land::PhysicalUse;
use crate::rules::{RuleTables, cited};
use crate::words;
use crate::words::Words;

/// Sites for which neighbours are looked for, at most: the best that lack nothing but room.
const MOST_SITES: usize = 24;
/// Enlarged sites that are tried, at most.
const MOST_ENLARGED: usize = 200;
/// Neighbours of a site of which two are joined at a time, at most: the smallest.
const MOST_PAIRED: usize = 6;

/// What the law asks for, with its place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    standard: String,
    edition: String,
    clause: String,
    status: String,
}

/// What it takes by law to join land to a site.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnlargingTable {
    /// Land of the land bank is granted.
    granted: Source,
    /// Land of another is transferred.
    transferred: Source,
    /// Parcels that become one are registered.
    registered: Source,
}

impl EnlargingTable {
    /// The table from its text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: Self = toml::from_str(text)?;
        for source in [&table.granted, &table.transferred, &table.registered] {
            status(&source.status)?;
        }
        Ok(table)
    }
}

/// The table in force.
fn table() -> &'static EnlargingTable {
    &RuleTables::in_force().enlarging
}

impl Source {
    fn cited(&self) -> Words {
        cited(&self.standard, &self.edition, &self.clause, &self.status)
    }
}

/// A site with neighbouring parcels that would make it fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Enlargement {
    /// The candidate that is too small.
    pub candidate: u32,
    /// Parcels that are joined to it, by their position in the snapshot.
    pub added: Vec<u32>,
    /// Their land, m².
    pub added_m2: f64,
    /// Where the whole would stand; where it only is not to be had in time, as if it were.
    pub standing: Standing,
    /// Some of it is not to be had in time by the record.
    pub is_held: bool,
}

/// What more land can mend.
fn is_room(want: &Want) -> bool {
    matches!(want, Want::Land { .. } | Want::Floor { .. } | Want::Hall { .. } | Want::Turning { .. })
}

/// Who holds a parcel, in words that may be told to anybody: no names. `inside` is what the office tells itself.
pub(super) fn holder_words(free: Free, inside: bool) -> Words {
    match free {
        Free::From(_) => words!("pitch-free-bank", "held by the land bank"),
        Free::Held => words!("pitch-free-held", "held by another, without an end on record"),
        // That somebody else is in talks about the land is the office's own.
        Free::Unknown(Missing::Negotiated) if !inside => words!("pitch-free-open", "not settled yet: ask"),
        Free::Unknown(missing) => missing.words(),
    }
}

/// What it takes to join a parcel.
fn step_words(free: Free) -> Words {
    match free {
        Free::From(_) => words!(
            "pitch-enlarge-granted",
            "granted together, by tender, auction or listing ({source})",
            source = table().granted.cited()
        ),
        Free::Held => words!(
            "pitch-enlarge-transferred",
            "its holder would have to transfer or return the right first ({source})",
            source = table().transferred.cited()
        ),
        Free::Unknown(Missing::Negotiated) => {
            words!("pitch-enlarge-settled", "the project in talks about it comes first")
        }
        Free::Unknown(_) => words!("pitch-enlarge-looked-up", "who holds it is to be looked up first"),
    }
}

/// What becomes of parcels that are joined.
pub(super) fn registered_words() -> Words {
    words!("pitch-enlarge-registered", "registered as one parcel ({source})", source = table().registered.cited())
}

fn use_words(physical: PhysicalUse) -> Words {
    match physical {
        PhysicalUse::Vacant => words!("pitch-use-vacant", "vacant"),
        PhysicalUse::UnderUsed | PhysicalUse::InUse => words!("pitch-use-built", "built on"),
        PhysicalUse::NotBuildingLand | PhysicalUse::Unknown => {
            words!("pitch-use-unknown", "not known whether built on")
        }
    }
}

impl Ground<'_> {
    /// Parcels that share a metre of boundary or more with some of these, the smallest first; roads, water and the like are none.
    fn beside(&self, shapes: &Shapes, parcels: &[u32]) -> Vec<u32> {
        let outlines = parcels.iter().filter_map(|slot| self.outlines[*slot as usize].as_ref());
        let mut beside: Vec<u32> = Vec::new();
        for outline in outlines {
            for other in shapes.within(outline, 0.02) {
                let touches = || self.outlines[other as usize].as_ref().is_some_and(|of| shared_m(outline, of) >= 1.0);
                if !parcels.contains(&other) && !beside.contains(&other) && touches() {
                    beside.push(other);
                }
            }
        }
        beside.sort_by(|a, b| {
            let area = |slot: &u32| self.sites[*slot as usize].area_m2;
            area(a).total_cmp(&area(b)).then(a.cmp(b))
        });
        beside
    }
}

impl Match<'_, '_> {
    /// For sites that lack nothing but room, the best first, the fewest and smallest neighbouring parcels that would make them fit;
    /// at most `count`. Neighbours need not be vacant: what stands on them stays.
    pub fn enlargements(&self, count: usize) -> Vec<Enlargement> {
        let places = self.rank(&self.weights()).into_iter().map(|place| place.candidate);
        let sites: Vec<u32> = places.filter(|at| self.lacks_room_alone(*at)).take(MOST_SITES).collect();
        let mut found = self.enlarged(&sites);
        found.truncate(count);
        found
    }

    /// The same for one site.
    pub fn enlargement_of(&self, candidate: u32) -> Option<Enlargement> {
        self.lacks_room_alone(candidate).then(|| self.enlarged(&[candidate])).into_iter().flatten().next()
    }

    /// Whether land misses musts, and all that it misses, or that is not known and must be, is room.
    fn lacks_room_alone(&self, candidate: u32) -> bool {
        let (standing, missed) = self.standing(candidate);
        let musts = || self.pitch.needs.iter().enumerate().filter(|(_, need)| need.how == How::Must);
        let stands = |at: usize| self.verdict(candidate, at) == Verdict::Gap || self.is_unproven(candidate, at);
        standing == Standing::Fails
            && missed > 0
            && self.candidates[candidate as usize].building.is_none()
            && musts().all(|(at, need)| is_room(&need.want) || !stands(at))
    }

    fn enlarged(&self, sites: &[u32]) -> Vec<Enlargement> {
        if sites.is_empty() {
            return Vec::new();
        }
        let ground = self.ground;
        let is_land =
            |slot: &usize| ground.presence.parcels[*slot] && ground.uses[*slot] != PhysicalUse::NotBuildingLand;
        let land = (0..ground.park.parcels.len()).filter(is_land);
        let shapes = Shapes::of(land.map(|slot| (slot, ground.outlines[slot].clone())));
        // What was held against the pitch already, joined or not, is no news.
        let mut known: HashSet<Vec<u32>> = self.candidates.iter().map(|one| one.parcels.clone()).collect();
        let mut tried: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut add = |site: u32, added: Vec<u32>| {
            let mut whole = self.candidates[site as usize].parcels.clone();
            whole.extend(&added);
            whole.sort_unstable();
            if candidates.len() < MOST_ENLARGED && whole.len() <= MOST_JOINED as usize && known.insert(whole.clone()) {
                candidates.push(ground.join(whole));
                tried.push((site, added));
            }
        };
        let beside: Vec<(u32, Vec<u32>)> = sites
            .iter()
            .map(|site| (*site, ground.beside(&shapes, &self.candidates[*site as usize].parcels)))
            .collect();
        for (site, beside) in &beside {
            for one in beside {
                add(*site, vec![*one]);
            }
        }
        for (site, beside) in &beside {
            let few = &beside[..beside.len().min(MOST_PAIRED)];
            for (at, one) in few.iter().enumerate() {
                for other in &few[at + 1..] {
                    add(*site, vec![*one, *other]);
                }
            }
        }
        let supplies = self.gauges.first().map_or(&NoSupplies as &dyn Supplies, |gauge| gauge.supplies);
        let whole = Match::among(ground, self.pitch, supplies, candidates, false);
        let mut found: Vec<Enlargement> = Vec::new();
        for (at, (candidate, added)) in tried.into_iter().enumerate() {
            let Some((standing, is_held)) = whole.fits_once_free(at as u32) else { continue };
            let added_m2 = added.iter().map(|slot| ground.site(*slot).area_m2).sum();
            found.push(Enlargement { candidate, added, added_m2, standing, is_held });
        }
        found.sort_by(|a, b| {
            let key = |one: &Enlargement| (one.is_held, one.standing, one.added.len());
            key(a).cmp(&key(b)).then(a.added_m2.total_cmp(&b.added_m2))
        });
        // One for each site: the first is the least.
        let mut told: HashSet<u32> = HashSet::new();
        found.retain(|one| told.insert(one.candidate));
        found
    }

    /// Where a candidate stands if nothing is in its way, or nothing but that it is not to be had in time; with whether that is so.
    fn fits_once_free(&self, candidate: u32) -> Option<(Standing, bool)> {
        let (standing, missed) = self.standing(candidate);
        if standing <= Standing::Open {
            return Some((standing, false));
        }
        let mut of = Standing::Fits;
        let musts = self.pitch.needs.iter().enumerate().filter(|(_, need)| need.how == How::Must);
        for (at, _) in musts.filter(|(_, need)| !matches!(need.want, Want::Free { .. })) {
            match self.verdict(candidate, at) {
                Verdict::Fit => {}
                Verdict::Unknown if !self.is_unproven(candidate, at) => of = Standing::Open,
                Verdict::Unknown | Verdict::Gap => return None,
            }
        }
        (missed <= 1).then_some((of, true))
    }

    /// An enlargement in words: parcels with their land, what stands there, who holds them, and what it takes.
    pub fn enlargement_words(&self, enlargement: &Enlargement) -> Words {
        let ground = self.ground;
        let part = |slot: &u32| {
            let free = ground.free(*slot);
            words!(
                "pitch-enlarge-part",
                "{parcel} ({area}; {built}; {holder}): {step}",
                parcel = self.number(*slot),
                area = grouped(ground.site(*slot).area_m2, "m²"),
                built = use_words(ground.uses[*slot as usize]),
                holder = holder_words(free, true),
                step = step_words(free),
            )
        };
        let parts = crate::land::joined(enlargement.added.iter().map(part).collect());
        let standing = match (enlargement.is_held, enlargement.standing) {
            (false, standing) => standing.words(),
            (true, Standing::Fits) => words!("pitch-enlarge-once", "fits once all of it is to be had"),
            (true, _) => {
                words!("pitch-enlarge-once-open", "fits as far as is known, once all of it is to be had")
            }
        };
        words!(
            "pitch-enlarge",
            "{site} joined with {parcels}; {registered}: {standing}",
            site = self.name(&self.candidates[enlargement.candidate as usize]),
            parcels = parts,
            registered = registered_words(),
            standing = standing,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_says_where_each_step_comes_from() {
        let table = table();
        for clause in [&table.granted, &table.transferred, &table.registered] {
            assert!(!clause.standard.is_empty() && !clause.edition.is_empty() && !clause.clause.is_empty());
            assert!(["verified", "secondary", "memory", "default"].contains(&clause.status.as_str()));
        }
        assert!(registered_words().contains("[memory]"));
    }

    #[test]
    fn talks_about_a_parcel_stay_in_the_office() {
        let talks = Free::Unknown(Missing::Negotiated);
        assert!(holder_words(talks, true).contains("project") && !holder_words(talks, false).contains("project"));
    }
}
