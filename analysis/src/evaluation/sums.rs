//! The land sums of TD/T 1029 (A, A1, A2, B, B21, D, G), each with the parcels that went in.

use super::parcels::{Line, State};
use super::range::{Range, sum_range};
use crate::rules::Group;
use crate::words::{Phrase, phrase};

/// A sum of the standard's table of land.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sum {
    /// A: built-up urban construction land.
    BuiltUp,
    /// A1: its residential part.
    Residential,
    /// A2: its industrial and storage part.
    Industrial,
    /// B: construction land not built up.
    NotBuiltUp,
    /// B21: other land ready for supply, supplied or not.
    Ready,
    /// D: supplied.
    Supplied,
    /// G: idle.
    Idle,
}

impl Sum {
    /// All sums, in the standard's order.
    pub const ALL: [Self; 7] =
        [Self::BuiltUp, Self::Residential, Self::Industrial, Self::NotBuiltUp, Self::Ready, Self::Supplied, Self::Idle];

    /// The standard's letters.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::BuiltUp => "A",
            Self::Residential => "A1",
            Self::Industrial => "A2",
            Self::NotBuiltUp => "B",
            Self::Ready => "B21",
            Self::Supplied => "D",
            Self::Idle => "G",
        }
    }

    /// What it is, in words.
    pub const fn label(self) -> Phrase {
        match self {
            Self::BuiltUp => phrase("sum-a", "built-up construction land"),
            Self::Residential => phrase("sum-a1", "of it residential"),
            Self::Industrial => phrase("sum-a2", "of it industry and storage"),
            Self::NotBuiltUp => phrase("sum-b", "construction land not built up"),
            Self::Ready => phrase("sum-b21", "of it ready for supply or supplied"),
            Self::Supplied => phrase("sum-d", "supplied land"),
            Self::Idle => phrase("sum-g", "idle land"),
        }
    }

    /// Whether land in such a state counts.
    pub fn counts(self, state: &State) -> bool {
        let construction = state.group != Group::None;
        match self {
            Self::BuiltUp => construction && state.built,
            Self::Residential => state.group == Group::Residential && state.built,
            Self::Industrial => state.group == Group::Industrial && state.built,
            Self::NotBuiltUp => construction && !state.built,
            Self::Ready => construction && !state.built && state.ready,
            Self::Supplied => construction && state.supplied,
            Self::Idle => state.idle,
        }
    }
}

/// A sum with its parcels.
#[derive(Debug, Clone, PartialEq)]
pub struct LandSum {
    /// Which.
    pub sum: Sum,
    /// Area, m².
    pub area_m2: Range,
    /// Parcels that count: positions in the zone's lines.
    pub parcels: Vec<usize>,
    /// Parcels that may count.
    pub open: Vec<usize>,
}

/// One sum over lines.
pub fn land_sum(lines: &[Line], sum: Sum) -> LandSum {
    let (mut parcels, mut open) = (Vec::new(), Vec::new());
    for (i, line) in lines.iter().enumerate() {
        let counting = line.states.iter().filter(|state| sum.counts(state)).count();
        if counting == line.states.len() {
            parcels.push(i);
        } else if counting > 0 {
            open.push(i);
        }
    }
    let area = |positions: &[usize]| positions.iter().map(|i| lines[*i].area_m2).sum::<f64>();
    let known = area(&parcels);
    let high = if open.is_empty() { known } else { known + area(&open) };
    LandSum { sum, area_m2: Range::new(known, high), parcels, open }
}

/// Lowest and highest of a sum over states, where each parcel adds what `of` says of its state.
pub(super) fn over_states<'a>(lines: impl Iterator<Item = &'a Line>, of: impl Fn(&Line, &State) -> f64) -> Range {
    let options: Vec<Vec<Range>> =
        lines.map(|line| line.states.iter().map(|state| Range::exactly(of(line, state))).collect()).collect();
    sum_range(options.iter().map(Vec::as_slice))
}

/// Lowest and highest of what the parcels of a zone add by their states.
pub(super) fn parts_range(zone: &super::zone::Zone, of: impl Fn(&Line, &State) -> Option<Range>) -> Range {
    let options: Vec<Vec<Range>> =
        zone.lines.iter().map(|line| line.states.iter().filter_map(|state| of(line, state)).collect()).collect();
    sum_range(options.iter().map(Vec::as_slice))
}
