//! What became of each parcel: in use, never started, stalled, kept in reserve.
//!
//! The records that tell it are left to `land_records`, the buildings to `massing`.

use super::dice::Dice;
use super::layout::Layout;
use super::parcels::Parcel;
use super::zoning::LandUse;

/// What became of a parcel. Decides its buildings, its contract and its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// Built and in use.
    Operating,
    /// Built and in use on part of the land, the rest kept for a second phase.
    FirstPhase,
    /// Built, production ended, empty halls.
    Closed,
    /// Building as agreed.
    Building,
    /// Agreed start not yet reached.
    NotYetDue,
    /// Never started, one to two years late.
    Late,
    /// Never started, more than two years late.
    VeryLate,
    /// Started, under a third developed, suspended over a year.
    StalledArea,
    /// Started, under a quarter invested, suspended over a year.
    StalledMoney,
    /// Never started, excused by a cause of the government.
    Excused,
    /// Old use without a contract on record, built.
    OldUse,
    /// Empty land without a contract on record.
    NoRecord,
    /// Public facility or green: allocated, no contract.
    Public,
    /// Held by the land bank.
    Reserve,
}

/// Share of granted parcels with each story that is not plain operation; the rest operates.
const STORIES: [(Story, f64); 12] = [
    (Story::Late, 0.028),
    (Story::VeryLate, 0.024),
    (Story::StalledArea, 0.022),
    (Story::StalledMoney, 0.018),
    (Story::Excused, 0.018),
    (Story::NotYetDue, 0.024),
    (Story::Building, 0.045),
    (Story::NoRecord, 0.018),
    (Story::Closed, 0.030),
    (Story::FirstPhase, 0.060),
    (Story::OldUse, 0.030),
    (Story::Reserve, 0.022),
];

/// Give every parcel its story.
pub(super) fn tell_stories(layout: &Layout, parcels: &mut [Parcel]) {
    let mut dice = Dice::new(layout.seed, "stories", 0);
    let mut order: Vec<(f64, usize)> = Vec::new();
    for (i, parcel) in parcels.iter_mut().enumerate() {
        if parcel.land_use == LandUse::Reserve {
            parcel.story = Story::Reserve;
        } else if !parcel.land_use.granted() {
            parcel.story = Story::Public;
        } else {
            // Land in the developing quarter, and industrial land, is likelier to be unfinished.
            // Chemical works are few and large: nearly all of them run.
            let bias = if parcel.developing { 0.62 } else { 1.0 }
                * match parcel.land_use {
                    LandUse::Chemical => 1.8,
                    use_ if use_.industrial() => 1.0,
                    _ => 2.5,
                };
            order.push((dice.unit() * bias, i));
        }
    }
    order.sort_by(|x, y| x.0.total_cmp(&y.0));
    let granted = order.len() as f64;
    let mut queue = order.into_iter().map(|(_, i)| i);
    for (story, share) in STORIES {
        for i in queue.by_ref().take((granted * share).round().max(1.0) as usize) {
            // A first phase needs land for a second one; small parcels have room for one phase only.
            parcels[i].story = if story == Story::FirstPhase
                && (parcels[i].area_m2() < 7_000.0 || parcels[i].land_use == LandUse::Chemical)
            {
                Story::Operating
            } else {
                story
            };
            if story == Story::Reserve {
                parcels[i].land_use = LandUse::Reserve;
            }
        }
    }
}
