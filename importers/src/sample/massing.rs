//! What stands on each parcel: picks the compound for its use, and how far its story let it be built.
//!
//! The layouts themselves are in `compounds` and `works`.

use super::compounds::{campus, commerce, dormitories, factories, halls, plant, warehouses};
use super::dice::Dice;
use super::parcels::Parcel;
use super::plane::{P, centroid, signed_area};
use super::site::{Mass, Purpose, Rect, Site};
use super::stories::Story;
use super::streets::{StreetClass, Streets};
use super::terrain::Terrain;
use super::works::{TankSpec, chemical, facility};
use super::zoning::LandUse;

/// A building or structure.
#[derive(Debug)]
pub(super) struct Building {
    pub(super) key: String,
    pub(super) parcel: usize,
    pub(super) ring: Vec<P>,
    pub(super) purpose: Purpose,
    pub(super) name: &'static str,
    pub(super) storeys: u32,
    pub(super) storey_height_m: f64,
    pub(super) height_m: f64,
    pub(super) floor_area_m2: f64,
    pub(super) base_m: f64,
    /// Year of completion; `None` while unfinished.
    pub(super) year: Option<i32>,
    pub(super) state: &'static str,
}

/// A yard or bund on a parcel.
#[derive(Debug)]
pub(super) struct Yard {
    pub(super) parcel: usize,
    pub(super) ring: Vec<P>,
    pub(super) bund: bool,
}

/// Everything that stands on parcels.
#[derive(Debug, Default)]
pub(super) struct Massing {
    pub(super) buildings: Vec<Building>,
    pub(super) yards: Vec<Yard>,
    /// Tanks with dangerous goods and the parcel they stand on.
    pub(super) tanks: Vec<(usize, TankSpec)>,
}

/// In use.
pub(super) const IN_USE: &str = "在用";
/// Finished and empty.
pub(super) const VACANT: &str = "空置";
/// Under construction.
pub(super) const RISING: &str = "在建";
/// Construction stopped.
pub(super) const STOPPED: &str = "停建";

/// Year in which an operating parcel's buildings were completed.
pub(super) fn completion_year(seed: u64, parcel: usize, story: Story) -> i32 {
    let mut dice = Dice::new(seed, "year", parcel as u64);
    match story {
        Story::OldUse => dice.int(2003, 2011) as i32,
        Story::Closed => dice.int(2016, 2019) as i32,
        Story::Public => dice.int(2013, 2018) as i32,
        // Skewed towards the middle of the twelve years.
        _ => 2016 + f64::midpoint(dice.range(0.0, 9.99), dice.range(0.0, 9.99)) as i32,
    }
}

/// Build on every parcel.
pub(super) fn build(seed: u64, parcels: &[Parcel], streets: &Streets, terrain: &Terrain<'_>) -> Massing {
    let mut massing = Massing::default();
    let mut chemical_works = 0;
    for (i, parcel) in parcels.iter().enumerate() {
        let mut dice = Dice::new(seed, "massing", i as u64);
        let mut site = Site::new(parcel);
        let front_m = match streets.list[parcel.street].class {
            StreetClass::Arterial => 16.0,
            StreetClass::Collector => 12.5,
            _ => 11.0,
        };
        let stands = !matches!(
            parcel.story,
            Story::Late | Story::VeryLate | Story::Excused | Story::NotYetDue | Story::NoRecord | Story::Reserve
        );
        let mut tanks = Vec::new();
        if stands && let Some(pad) = site.clear_rect(5.0, front_m) {
            tanks = occupy(&mut site, phase(pad, parcel.story), parcel, &mut dice, &mut chemical_works);
            if parcel.land_use.granted() && parcel.story != Story::FirstPhase {
                second_pad(&mut site, pad, front_m, parcel, &mut dice);
            }
        }
        let masses = std::mem::take(&mut site.masses);
        let finished = completion_year(seed, i, parcel.story);
        for (k, (mass, state)) in as_far_as(parcel.story, parcel.area_m2(), masses, &mut dice).into_iter().enumerate() {
            massing.buildings.push(finish(&site, parcel, (i, k), &mass, (state, finished), terrain));
        }
        if !matches!(parcel.story, Story::Building | Story::StalledArea | Story::StalledMoney) {
            massing.tanks.extend(tanks.into_iter().map(|tank| (i, tank)));
            for (rects, bund) in [(&site.yards, false), (&site.bunds, true)] {
                for rect in rects {
                    let ring = rect.ring().into_iter().map(|q| site.place(q)).collect();
                    massing.yards.push(Yard { parcel: i, ring, bund });
                }
            }
        }
    }
    massing
}

fn phase(pad: Rect, story: Story) -> Rect {
    match story {
        Story::FirstPhase if pad.w() > pad.d() => Rect { x1: pad.x0 + (pad.w() * 0.52).floor(), ..pad },
        Story::FirstPhase => Rect { y1: pad.y0 + (pad.d() * 0.54).floor(), ..pad },
        _ => pad,
    }
}

fn occupy(site: &mut Site, pad: Rect, parcel: &Parcel, dice: &mut Dice, chemical_works: &mut usize) -> Vec<TankSpec> {
    match parcel.land_use {
        LandUse::Light if dice.chance(0.52) => factories(site, pad, dice),
        LandUse::Light | LandUse::Medium => plant(site, pad, dice),
        LandUse::Chemical => {
            *chemical_works += 1;
            return chemical(site, pad, dice, *chemical_works - 1);
        }
        LandUse::Logistics => warehouses(site, pad, dice),
        LandUse::Research => campus(site, pad, dice),
        LandUse::Commerce => commerce(site, pad, dice),
        LandUse::Living => dormitories(site, pad, dice),
        LandUse::Reserve => {}
        public => facility(site, pad, public),
    }
    Vec::new()
}

/// The arm of an L-shaped or the tip of a slanted parcel gets a hall of its own, or a yard.
fn second_pad(site: &mut Site, first: Rect, front_m: f64, parcel: &Parcel, dice: &mut Dice) {
    site.take(Rect { x0: first.x0 - 6.0, y0: first.y0 - 6.0, x1: first.x1 + 6.0, y1: first.y1 + 6.0 });
    let Some(pad) = site.clear_rect(5.0, front_m) else { return };
    if pad.w().min(pad.d()) < 18.0 || pad.w() * pad.d() < 700.0 {
        return;
    }
    match parcel.land_use {
        LandUse::Living => dormitories(site, pad, dice),
        LandUse::Research | LandUse::Commerce => campus(site, pad, dice),
        LandUse::Light if dice.chance(0.5) => factories(site, pad, dice),
        LandUse::Logistics if pad.w().min(pad.d()) < 40.0 => site.yard(pad),
        _ if dice.chance(0.3) => site.yard(pad),
        _ => halls(site, pad, dice),
    }
}

/// What of the finished design stands today, and in which state.
fn as_far_as(story: Story, area_m2: f64, masses: Vec<Mass>, dice: &mut Dice) -> Vec<(Mass, &'static str)> {
    let low = |mut mass: Mass, share: f64| {
        if mass.storeys > 1 {
            mass.storeys = ((f64::from(mass.storeys) * share).round() as u32).max(1);
        } else {
            mass.storey_height_m = (mass.storey_height_m * share * 10.0).round() / 10.0;
        }
        mass
    };
    // A foundation rises knee-high.
    let foundation = |mut mass: Mass| {
        mass.storeys = 0;
        mass.storey_height_m = 0.8;
        mass
    };
    let large = |mass: &Mass| signed_area(&mass.ring) > 250.0;
    let mut out = Vec::new();
    match story {
        Story::Closed => out.extend(masses.into_iter().map(|mass| (mass, VACANT))),
        Story::Building => {
            for mass in masses.into_iter().filter(large) {
                let mass = match dice.unit() {
                    x if x < 0.40 => foundation(mass),
                    x if x < 0.80 => low(mass, 0.6),
                    _ => mass,
                };
                out.push((mass, RISING));
            }
        }
        Story::StalledArea | Story::StalledMoney => {
            let most = if story == Story::StalledArea { 0.13 } else { 0.24 } * area_m2;
            let mut built = 0.0;
            for mass in masses.into_iter().filter(large) {
                let footprint = signed_area(&mass.ring);
                if built > 0.0 && built + footprint > most {
                    continue;
                }
                built += footprint;
                let mass =
                    if story == Story::StalledArea || dice.chance(0.5) { foundation(mass) } else { low(mass, 0.5) };
                out.push((mass, STOPPED));
            }
        }
        _ => {
            let some_vacant = dice.chance(0.10);
            for mass in masses {
                let state = if some_vacant && mass.purpose.lettable() && dice.chance(0.45) { VACANT } else { IN_USE };
                out.push((mass, state));
            }
        }
    }
    out
}

fn finish(
    site: &Site,
    parcel: &Parcel,
    (i, k): (usize, usize),
    mass: &Mass,
    (state, finished): (&'static str, i32),
    terrain: &Terrain<'_>,
) -> Building {
    let ring: Vec<P> = mass.ring.iter().map(|&q| site.place(q)).collect();
    let footprint = signed_area(&ring);
    let storeys = f64::from(mass.storeys);
    let roofless = matches!(mass.purpose, Purpose::Tank | Purpose::Basin | Purpose::Chimney);
    Building {
        key: format!("{}-{:02}", parcel.number, k + 1),
        parcel: i,
        purpose: mass.purpose,
        name: mass.name,
        storeys: mass.storeys,
        storey_height_m: mass.storey_height_m,
        height_m: (storeys.max(1.0) * mass.storey_height_m * 100.0).round() / 100.0,
        floor_area_m2: if roofless { 0.0 } else { (footprint * storeys).round() },
        base_m: ((terrain.at(centroid(&ring)) + 0.15) * 100.0).round() / 100.0,
        year: (state == IN_USE || state == VACANT).then_some(finished),
        state,
        ring,
    }
}
