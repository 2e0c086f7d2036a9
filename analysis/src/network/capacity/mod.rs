//! What is left for a parcel: rated capacity, connected and committed load along the way from its connection point, today and with
//! commitments to a day, and the bottleneck.
//!
//! [`Capacity`] holds one resource of a park; [`remaining`] answers one question. Access is not capacity: what no record tells stays
//! unknown, and says what is missing. Pressures are left to [`super::hydraulics`].

mod along;
mod answers;
mod buildings;
mod load;
mod overlay;
mod place;
mod rules;
mod sheets;
#[cfg(test)]
mod tests;
mod ways;

use chrono::NaiveDate;
use spatial_db::model::{FeatureId, ParkSnapshot, Presence};

#[cfg(test)]
pub(crate) use along::{elements_legend, way_legend};
pub use along::{elements_overlay, way_overlay};
#[cfg(test)]
pub(crate) use buildings::legend as coverage_legend;
pub use buildings::{buildings_left, buildings_sheet, coverage_overlay};
pub use load::Capacity;
#[cfg(test)]
pub(crate) use overlay::legend;
pub use overlay::{capacity_overlay, resource as resource_words};
pub(crate) use rules::told;
pub use rules::{CapacityRules, Ends, Figures, RatedBy, Resource, Told};
pub use sheets::{elements_sheet, parcels_left, parcels_sheet, way_sheet, worst as worst_elements};

use super::settings::Settings;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Where one asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place<'a> {
    /// A parcel by key or number: at its own connection, else where it would be connected.
    Parcel(&'a str),
    /// A building by key or name: at its own connections, else where it would be connected.
    Building(&'a str),
    /// Easting and northing, m.
    Point([f64; 2]),
    /// A point of the network by key.
    Node(&'a str),
}

/// Why there is no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapacityError {
    /// A resource that the table does not have.
    #[error("the table of capacities has no resource `{name}`; it has {has}")]
    NoSuchResource {
        /// Its name.
        name: String,
        /// Those that it has.
        has: String,
    },
    /// A key that names no parcel.
    #[error("the park has no parcel `{key}` on that day")]
    NoSuchParcel {
        /// Key or number.
        key: String,
    },
    /// A number that several parcels have.
    #[error("`{name}` is the number of several parcels; write a key: {keys}")]
    SeveralParcels {
        /// The number.
        name: String,
        /// Their keys.
        keys: String,
    },
    /// A key that names no building.
    #[error("the park has no building `{key}` on that day")]
    NoSuchBuilding {
        /// Key or name.
        key: String,
    },
    /// A name that several buildings have.
    #[error("`{name}` is the name of several buildings; write a key: {keys}")]
    SeveralBuildings {
        /// The name.
        name: String,
        /// Their keys.
        keys: String,
    },
    /// A key that names several points or lines.
    #[error(transparent)]
    Several(super::answers::AnswerError),
    /// A key that names no point of the network.
    #[error("the {class} network has no point `{key}` on that day")]
    NoSuchNode {
        /// Key.
        key: String,
        /// Network.
        class: &'static str,
    },
}

/// How a place is connected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reached {
    /// By a connection on record.
    Connection,
    /// By nothing yet: this is the nearest line, and so far away, m.
    Line(f64),
    /// By nothing, and no line is near.
    Nothing,
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// A column of the records.
    Column(String),
    /// Worked out from size and fall, by the table's rule.
    Rule,
    /// The sum of the connections behind it.
    Sum,
}

/// A figure in the resource's unit, with where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// The figure.
    pub value: f64,
    /// Where from.
    pub basis: Basis,
}

/// A line or point on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// The feature.
    pub feature: FeatureId,
    /// Its key.
    pub key: String,
    /// The most it can carry; `None` where nothing tells it.
    pub rated: Option<Rated>,
    /// What it carries; at least this where `loads_unknown` is above 0; `None` where nothing tells it.
    pub connected: Option<Rated>,
    /// Connections behind it whose load is not on record.
    pub loads_unknown: usize,
    /// What is promised behind it up to the day asked for; 0 where it is `on_loop`.
    pub committed: f64,
    /// Whether it lies on a loop or between sources, or is one of several sources of a net: what comes through it nobody can tell but
    /// a meter.
    pub on_loop: bool,
}

impl Element {
    /// What is left of it: below 0 where more is promised than it can carry. No more than this where a load is unknown; `None` where
    /// it has no rating, or nobody can tell which part of the loads comes this way.
    pub fn remains(&self) -> Option<f64> {
        if self.on_loop {
            return None;
        }
        Some(self.rated.as_ref()?.value - self.connected.as_ref().map_or(0.0, |load| load.value) - self.committed)
    }
}

/// A load that is promised and not connected yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Commitment {
    /// Key of the project that it is promised to.
    pub source: String,
    /// Key of the parcel.
    pub parcel: Option<String>,
    /// From this day; the day of the records where the day has passed without production; always where none is on record.
    pub date: Option<NaiveDate>,
    /// How much, in the resource's unit.
    pub amount: f64,
}

/// What is missing for a full answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// Neither a connection nor a line near.
    Connection,
    /// A way from the place to a source or outfall.
    Way,
    /// Ratings of so many lines and points of the way; the first of them by key.
    Ratings(usize, String),
    /// Loads of so many connections behind the bottleneck or another part of the way.
    Loads(usize),
    /// The load of a part of the way, which is told neither by a record nor by connections; by key.
    Load(String),
    /// So many commitments whose place in the network is not known.
    Commitments(usize),
    /// Which of its parcel's connections each of so many commitments will use: this way may be it.
    Choice(usize),
    /// Which way it is fed: so many lines of the way lie on loops or between sources.
    Route(usize),
    /// How so many valves or switches on the way stand: somebody looked, and did not find out.
    State(usize),
}

impl Missing {
    /// In words.
    pub fn words(&self) -> Words {
        match self {
            Self::Connection => phrase("missing-connection", "no connection on record and no line near").into(),
            Self::Way => phrase("missing-way", "no way to a source or outfall on record").into(),
            Self::Ratings(count, key) => words!(
                "missing-ratings",
                "rated capacity of {count} parts of the way (the first: {key})",
                count = *count,
                key = key
            ),
            Self::Loads(count) => words!("missing-loads", "load of {count} connections", count = *count),
            Self::Load(key) => words!("missing-load", "load of {key}", key = key),
            Self::Commitments(count) => {
                words!("missing-commitments", "place in the network of {count} committed loads", count = *count)
            }
            Self::Choice(count) => {
                words!(
                    "missing-choice",
                    "which of several connections {count} committed loads will use",
                    count = *count
                )
            }
            Self::Route(count) => {
                words!(
                    "missing-route",
                    "which way it comes: {count} lines of the way lie on loops or between sources",
                    count = *count
                )
            }
            Self::State(count) => {
                words!("missing-state", "how {count} valves or switches on the way stand", count = *count)
            }
        }
    }
}

/// How well an answer is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Every rating and load of the way is on record or worked out by rule, and there is no other way.
    Known,
    /// No more than the value: something that may take from it is missing. Over a loop it is that of what every way passes.
    AtMost(Vec<Missing>),
    /// Nobody can tell.
    Unknown(Vec<Missing>),
}

impl Known {
    /// A short word for files.
    pub const fn as_str(&self) -> &'static str {
        self.phrase().english
    }

    /// The same with what other languages say.
    pub const fn phrase(&self) -> Phrase {
        match self {
            Self::Known => phrase("left-known", "known"),
            Self::AtMost(_) => phrase("left-at-most", "at_most"),
            Self::Unknown(_) => phrase("unknown", "unknown"),
        }
    }

    /// What is missing.
    pub fn missing(&self) -> &[Missing] {
        match self {
            Self::Known => &[],
            Self::AtMost(missing) | Self::Unknown(missing) => missing,
        }
    }
}

/// What remains at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Remaining {
    /// Name of the resource.
    pub resource: String,
    /// Unit of every figure.
    pub unit: String,
    /// Day of the records.
    pub as_of: NaiveDate,
    /// Commitments count up to this day.
    pub by: NaiveDate,
    /// How the place is connected.
    pub reached: Reached,
    /// The connection, or the line that it would be connected to.
    pub at: Option<FeatureId>,
    /// What remains, below 0 where more is promised than can be carried; `None` where it is unknown.
    pub value: Option<f64>,
    /// How well that is known.
    pub known: Known,
    /// What has the least left, by its place in `path`.
    pub bottleneck: Option<usize>,
    /// The way from the place to the source or outfall: lines, and the points that can limit it.
    pub path: Vec<Element>,
    /// What is committed behind the bottleneck up to `by`, by day; those without a day first.
    pub committed: Vec<Commitment>,
}

/// The row of a parcel or building, and what remains for it.
pub type LeftFor = (usize, Remaining);

impl Remaining {
    /// The part of the way that has the least left.
    pub fn bottleneck(&self) -> Option<&Element> {
        self.path.get(self.bottleneck?)
    }

    /// The value in words: "1 250 kVA", "at most …", "unknown".
    pub fn words(&self) -> Words {
        let Some(value) = self.value else { return phrase("unknown", "unknown").into() };
        let figure = figure(value, &self.unit);
        match self.known {
            Known::AtMost(_) => words!("at-most", "at most {figure}", figure = figure),
            _ => figure.into(),
        }
    }
}

/// A figure with its unit.
pub(crate) fn figure(value: f64, unit: &str) -> String {
    let decimals = usize::from(value.abs() < 100.0 && value.fract().abs() > 1e-9);
    format!("{value:.decimals$} {unit}")
}

/// What remains of a resource at a place, as the records of `as_of` tell it, with commitments up to `by`. For many places make one
/// [`Capacity`] and ask that.
///
/// # Errors
/// [`CapacityError`].
pub fn remaining(
    park: &ParkSnapshot,
    resource: &str,
    place: Place<'_>,
    as_of: NaiveDate,
    by: NaiveDate,
) -> Result<Remaining, CapacityError> {
    let (rules, settings, there) = (CapacityRules::shipped(), Settings::shipped(), Presence::on(park, as_of));
    Capacity::of(park, &there, &settings, &rules, resource)?.remaining(place, by)
}
