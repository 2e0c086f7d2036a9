//! The ranked list of land.

use chrono::NaiveDate;
use rayon::prelude::*;
use spatial_db::model::{CaseState, FeatureId, Parcel};

use crate::land::indicators::LandModel;
use crate::land::scheme::{Finding, Rating, Scheme};
use crate::land::{
    CaseStanding, ClockState, PhysicalUse, Proviso, Ranked, case_state_words, joined, land_notes, ranked, state_colour,
    state_words, use_look,
};
use crate::overlay::Pattern;
use crate::words;
use crate::words::Words;

/// Mean length of a year of the calendar, days.
const YEAR_DAYS: f64 = 365.2425;

/// Physical uses, in the order of the list's filter.
pub(super) const USES: [PhysicalUse; 5] = [
    PhysicalUse::Vacant,
    PhysicalUse::UnderUsed,
    PhysicalUse::InUse,
    PhysicalUse::NotBuildingLand,
    PhysicalUse::Unknown,
];

/// What a class says, with the two signs that the map gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// In few words.
    pub label: Words,
    /// Colour of the fill, or of the outline for a statutory state.
    pub colour: [u8; 3],
    /// Pattern of the fill.
    pub pattern: Pattern,
}

/// Land of a park on a day, ranked as [`ranked`] does.
#[derive(Debug, Clone, PartialEq)]
pub struct LandList {
    /// The day.
    pub as_of: NaiveDate,
    /// The scheme that the ratings are by.
    pub scheme: Words,
    /// Physical uses that rows name by position.
    pub uses: Vec<Look>,
    /// Statutory states that rows name by position, the most severe first; no contract comes last.
    pub states: Vec<Look>,
    /// Ratings that rows name by position.
    pub ratings: Vec<Words>,
    /// Standings of cases that rows name by position: none, then the states from suspicion to the end. Empty where cases are not at
    /// hand.
    pub cases: Vec<Words>,
    /// Zoning classes on record, sorted.
    pub zonings: Vec<String>,
    /// Every parcel that is there, in order of rank.
    pub rows: Vec<LandRow>,
    /// What a reader must know.
    pub notes: Vec<Words>,
}

impl LandList {
    /// A list of nothing.
    pub fn empty(as_of: NaiveDate) -> Self {
        Self {
            as_of,
            scheme: Words::default(),
            uses: Vec::new(),
            states: Vec::new(),
            ratings: Vec::new(),
            cases: Vec::new(),
            zonings: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A parcel in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct LandRow {
    /// The parcel.
    pub id: FeatureId,
    /// Key of the record.
    pub key: String,
    /// Number, or the key where it has none.
    pub name: String,
    /// Holder on record.
    pub holder: Option<String>,
    /// Address on record.
    pub address: Option<String>,
    /// Position in the list's zonings.
    pub zoning: Option<usize>,
    /// Area of the boundary, m².
    pub area_m2: f64,
    /// Position in the list's uses.
    pub physical: usize,
    /// Position in the list's states.
    pub state: usize,
    /// What the state takes for granted that no record tells, in words.
    pub proviso: Option<Words>,
    /// Position in the list's ratings.
    pub rating: usize,
    /// Position in the list's standings of cases; `None` where cases are not at hand.
    pub case: Option<usize>,
    /// A list of idle and under-used land holds it.
    pub listed: bool,
    /// The state speaks against the holder; `None` where that is unknown, or without a contract on record.
    pub against_holder: Option<bool>,
    /// Years that the clock has run, without the time for which it stood still; `None` where none has begun to run.
    pub years: Option<f64>,
    /// Days to the one-year date, negative when past; `None` without such a date.
    pub days_left: Option<i64>,
    /// Why it stands where it does.
    pub reason: Words,
}

/// The list of every parcel that is there on the model's day.
pub fn land_list(model: &LandModel<'_>, scheme: &Scheme) -> LandList {
    let parcels = &model.park().parcels;
    let mut zonings: Vec<String> = model.parcels().filter_map(|slot| zoning(&parcels[slot])).collect();
    zonings.sort_unstable();
    zonings.dedup();
    let row = |land: &Ranked<'_>| {
        let parcel = &parcels[land.slot];
        let timeline = land.clock.as_ref().map(|(_, timeline)| timeline);
        let ran = timeline.and_then(|timeline| timeline.run_days);
        LandRow {
            id: parcel.id,
            key: parcel.provenance.key.clone(),
            name: name(parcel),
            holder: parcel.holder.clone(),
            address: parcel.address.clone(),
            zoning: zoning(parcel).and_then(|class| zonings.binary_search(&class).ok()),
            area_m2: land.site.area_m2,
            physical: USES.iter().position(|physical| *physical == land.physical).unwrap_or(USES.len() - 1),
            state: land.state().map_or(ClockState::BY_SEVERITY.len(), ClockState::rank),
            proviso: timeline.and_then(|timeline| timeline.proviso).map(Proviso::words),
            case: case_place(land.case),
            rating: Rating::ALL.iter().position(|rating| *rating == land.efficiency.rating).unwrap_or_default(),
            listed: land.listed(),
            against_holder: land.state().and_then(ClockState::is_against_holder),
            years: ran.filter(|days| *days >= 0).map(|days| days as f64 / YEAR_DAYS),
            days_left: timeline.and_then(|timeline| timeline.days_left),
            reason: reason(land),
        }
    };
    let rows = ranked(model, scheme).par_iter().map(row).collect();
    LandList {
        as_of: model.as_of(),
        scheme: scheme.title_words(),
        uses: USES.map(physical_look).to_vec(),
        states: ClockState::BY_SEVERITY
            .map(|state| state_look(Some(state)))
            .into_iter()
            .chain([state_look(None)])
            .collect(),
        ratings: Rating::ALL.map(Rating::words).to_vec(),
        cases: if model.has_cases() { case_standings() } else { Vec::new() },
        zonings,
        rows,
        notes: land_notes(model, scheme),
    }
}

/// Standings of cases in the order of the list's filter: none, then each state.
fn case_standings() -> Vec<Words> {
    let states = CaseState::ALL.iter().map(|state| case_state_words(*state));
    std::iter::once(CaseStanding::None.words()).chain(states).collect()
}

/// The place of a standing in that order; `None` where cases are not at hand.
fn case_place(standing: CaseStanding) -> Option<usize> {
    match standing {
        CaseStanding::NotAtHand => None,
        CaseStanding::None => Some(0),
        CaseStanding::Case { state, .. } => CaseState::ALL.iter().position(|one| *one == state).map(|at| at + 1),
    }
}

/// Number of a parcel, or its key where it has none.
pub(super) fn name(parcel: &Parcel) -> String {
    parcel.number.as_ref().unwrap_or(&parcel.provenance.key).clone()
}

/// The zoning class of a parcel: code with its words.
fn zoning(parcel: &Parcel) -> Option<String> {
    let said = [parcel.land_use_code.as_deref(), parcel.land_use.as_deref()];
    let class = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!class.is_empty()).then_some(class)
}

/// A physical use with its signs on the map.
pub(super) fn physical_look(physical: PhysicalUse) -> Look {
    let label = match physical {
        PhysicalUse::Vacant => words!("planner-vacant", "vacant"),
        PhysicalUse::UnderUsed => words!("planner-under-used", "under-used"),
        PhysicalUse::InUse => words!("use-in-use", "in use"),
        PhysicalUse::NotBuildingLand => words!("planner-not-building", "not building land"),
        PhysicalUse::Unknown => words!("unknown", "unknown"),
    };
    let (colour, pattern) = use_look(physical);
    Look { label, colour, pattern }
}

/// A statutory state with the colour of its outline on the map.
pub(super) fn state_look(state: Option<ClockState>) -> Look {
    let Some(state) = state else {
        let label = words!("planner-no-contract", "no contract");
        return Look { label, colour: [150, 154, 160], pattern: Pattern::Dots };
    };
    let pattern = if state == ClockState::Unknown { Pattern::Hatch } else { Pattern::Solid };
    Look { label: state_words(state), colour: state_colour(state).unwrap_or([150, 154, 160]), pattern }
}

/// What put a parcel into the list: its clock, then what stands on it, then the limits that it misses.
fn reason(land: &Ranked<'_>) -> Words {
    let clock = land.clock.as_ref().filter(|(_, timeline)| timeline.state != ClockState::InOrder);
    let clock = clock.map(|(_, timeline)| timeline.reason.clone());
    let unused = matches!(land.physical, PhysicalUse::Vacant | PhysicalUse::UnderUsed) || land.empty_by_record;
    let physical = unused.then(|| land.physical_reason.clone());
    let all: Vec<Words> =
        clock.into_iter().chain(physical).chain(land.efficiency.missed().map(Finding::words)).collect();
    if all.is_empty() { land.physical_reason.clone() } else { joined(all) }
}
