//! The indicators: names, units, formulas.

use serde::{Deserialize, Serialize};

use crate::land::dossier::number;
use crate::words;
use crate::words::{ANY_CURRENCY, Words, percent};

/// An indicator of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Area of the boundary, m².
    LandArea,
    /// Sum of footprints, m².
    Footprint,
    /// Gross floor area, storeys above 8 m twice, m².
    FloorArea,
    /// Site coverage coefficient, share.
    Coverage,
    /// Floor-area ratio.
    Far,
    /// Green share.
    GreenShare,
    /// Administration-and-living share.
    AdminShare,
    /// Vacant floor, share.
    VacantFloor,
    /// Fixed assets and land price per hectare.
    InvestmentIntensity,
    /// Output per hectare and year.
    OutputPerHa,
    /// Tax per hectare and year.
    TaxPerHa,
    /// Employees per hectare.
    JobsPerHa,
}

impl Indicator {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::LandArea,
        Self::Footprint,
        Self::FloorArea,
        Self::Coverage,
        Self::Far,
        Self::GreenShare,
        Self::AdminShare,
        Self::VacantFloor,
        Self::InvestmentIntensity,
        Self::OutputPerHa,
        Self::TaxPerHa,
        Self::JobsPerHa,
    ];

    /// Name for programs, as scheme files write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LandArea => "land_area",
            Self::Footprint => "footprint",
            Self::FloorArea => "floor_area",
            Self::Coverage => "coverage",
            Self::Far => "far",
            Self::GreenShare => "green_share",
            Self::AdminShare => "admin_share",
            Self::VacantFloor => "vacant_floor",
            Self::InvestmentIntensity => "investment_intensity",
            Self::OutputPerHa => "output_per_ha",
            Self::TaxPerHa => "tax_per_ha",
            Self::JobsPerHa => "jobs_per_ha",
        }
    }

    /// True where the value is a sum of money per hectare.
    pub const fn is_money(self) -> bool {
        matches!(self, Self::InvestmentIntensity | Self::OutputPerHa | Self::TaxPerHa)
    }

    /// True where the value is a share, shown as percent.
    pub const fn is_share(self) -> bool {
        matches!(self, Self::Coverage | Self::GreenShare | Self::AdminShare | Self::VacantFloor)
    }

    /// A value with its unit, for people.
    pub fn shown(self, value: f64, unit: &str) -> Words {
        match self {
            Self::JobsPerHa => words!("jobs-per-ha", "{value} jobs/ha", value = number(value, "1/ha")),
            share if share.is_share() => percent(value).into(),
            _ => number(value, unit).into(),
        }
    }

    /// Unit of the value: `m2`, `1`, `1/ha`, or for money the currency per hectare, `¤` where it is not on record.
    pub fn unit(self, currency: Option<&str>) -> String {
        match self {
            Self::LandArea | Self::Footprint | Self::FloorArea => "m2".to_owned(),
            Self::JobsPerHa => "1/ha".to_owned(),
            money if money.is_money() => format!("{}/ha", currency.unwrap_or(ANY_CURRENCY)),
            _ => "1".to_owned(),
        }
    }

    /// Name for people.
    pub fn title(self) -> Words {
        match self {
            Self::LandArea => words!("fact-land-area", "Land area"),
            Self::Footprint => words!("fact-footprint", "Footprint"),
            Self::FloorArea => words!("fact-floor-area", "Floor area"),
            Self::Coverage => words!("fact-coverage", "Site coverage"),
            Self::Far => words!("fact-far", "Floor-area ratio"),
            Self::GreenShare => words!("fact-green", "Green share"),
            Self::AdminShare => words!("fact-admin", "Administration and living"),
            Self::VacantFloor => words!("fact-vacant-floor", "Vacant floor"),
            Self::InvestmentIntensity => words!("fact-investment", "Investment intensity"),
            Self::OutputPerHa => words!("fact-output", "Output"),
            Self::TaxPerHa => words!("fact-tax", "Tax"),
            Self::JobsPerHa => words!("fact-jobs", "Jobs"),
        }
    }

    /// How it is computed.
    pub fn formula(self) -> Words {
        match self {
            Self::LandArea => words!("formula-land-area", "area of the surveyed boundary"),
            Self::Footprint => words!("formula-footprint", "sum of the footprints' areas on the parcel"),
            Self::FloorArea => words!(
                "formula-floor-area",
                "sum over buildings of the floor area on record, else storeys × footprint, as far as on the parcel; of storeys above the tall limit, twice storeys × footprint"
            ),
            Self::Coverage => words!("formula-coverage", "(footprint + open storage yards) / land area"),
            Self::Far => words!("formula-far", "floor area / land area"),
            Self::GreenShare => words!("formula-green", "(grass + forest) / land area"),
            Self::AdminShare => words!(
                "formula-admin",
                "floor area of administration and living / floor area, which apportions the land as the control indicators allow"
            ),
            Self::VacantFloor => words!(
                "formula-vacant-floor",
                "floor area of finished buildings without a tenancy on the day / their floor area; by a building's state where no tenancy of it is on record"
            ),
            Self::InvestmentIntensity => {
                words!("formula-investment", "(fixed assets at year end + land price) / land area")
            }
            Self::OutputPerHa => words!("formula-output", "output of the year / land area"),
            Self::TaxPerHa => words!("formula-tax", "tax of the year / land area"),
            Self::JobsPerHa => words!("formula-jobs", "employees at year end / land area"),
        }
    }
}

/// An input that a value cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Input {
    /// A boundary with an area.
    Boundary,
    /// Buildings of the park.
    Buildings,
    /// Storeys or floor area of a building.
    Floors,
    /// Storeys of a building with their height: a tall one counts twice.
    StoreyHeight,
    /// Open storage yards of the park.
    StorageYards,
    /// Ground cover of the parcel, grass and forest of the park.
    GroundCover,
    /// Use of a building.
    BuildingUse,
    /// A finished building on the parcel.
    FinishedFloor,
    /// State of a building, or a tenancy.
    Occupancy,
    /// Floor area of a tenancy.
    TenancyFloor,
    /// An enterprise that uses the parcel.
    Enterprise,
    /// An enterprise's figures of the year.
    Figures,
    /// Floor area used, by which an enterprise on several parcels is split.
    SplitArea,
    /// Land price of the contract.
    LandPrice,
    /// One currency for all sums.
    OneCurrency,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Boundary,
        Self::Buildings,
        Self::Floors,
        Self::StoreyHeight,
        Self::StorageYards,
        Self::GroundCover,
        Self::BuildingUse,
        Self::FinishedFloor,
        Self::Occupancy,
        Self::TenancyFloor,
        Self::Enterprise,
        Self::Figures,
        Self::SplitArea,
        Self::LandPrice,
        Self::OneCurrency,
    ];

    /// What is missing, in words.
    pub fn words(self) -> Words {
        match self {
            Self::Boundary => words!("missing-boundary", "a boundary with an area"),
            Self::Buildings => words!("missing-buildings", "buildings of the park"),
            Self::Floors => words!("missing-floors", "storeys or floor area of a building"),
            Self::StoreyHeight => {
                words!("missing-storey-height", "storeys of a building with their height: tall ones count twice")
            }
            Self::StorageYards => words!("missing-storage-yards", "open storage yards of the park"),
            Self::GroundCover => words!("missing-ground-cover", "ground cover of the parcel, green areas of the park"),
            Self::BuildingUse => words!("missing-building-use", "use of a building"),
            Self::FinishedFloor => words!("missing-finished-floor", "a finished building on the parcel"),
            Self::Occupancy => words!("missing-occupancy", "tenancies, or the state of a building"),
            Self::TenancyFloor => words!("missing-tenancy-floor", "floor area of a tenancy"),
            Self::Enterprise => words!("missing-enterprise", "an enterprise that uses the parcel"),
            Self::Figures => words!("missing-figures", "an enterprise's figures of the year"),
            Self::SplitArea => words!("missing-split-area", "areas used, to split an enterprise between its parcels"),
            Self::LandPrice => words!("missing-land-price", "land price of a contract"),
            Self::OneCurrency => {
                words!("missing-currency", "one currency: sums in several, or without one, are not mixed")
            }
        }
    }
}

/// A set of inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missing(u16);

impl Missing {
    /// Nothing is missing.
    pub const NONE: Self = Self(0);

    /// One input.
    pub const fn one(input: Input) -> Self {
        Self(1 << input as u8)
    }

    /// Adds an input.
    pub fn add(&mut self, input: Input) {
        self.0 |= 1 << input as u8;
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when nothing is missing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its inputs.
    pub fn inputs(self) -> impl Iterator<Item = Input> {
        Input::ALL.into_iter().filter(move |input| self.0 & (1 << *input as u8) != 0)
    }
}

/// What is known of an indicator of a parcel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The value, in the indicator's unit; `None` where it is not known.
    pub value: Option<f64>,
    /// What it is at least, from the inputs that are known; the value itself where that is known.
    pub at_least: f64,
    /// Share of the inputs that are known, 0 to 1.
    pub completeness: f32,
    /// What is missing.
    pub missing: Missing,
}

impl Reading {
    /// A value from all its inputs.
    pub(in crate::land) const fn known(value: f64) -> Self {
        Self { value: Some(value), at_least: value, completeness: 1.0, missing: Missing::NONE }
    }

    /// Not known for want of `missing`.
    pub(in crate::land) const fn unknown(missing: Missing) -> Self {
        Self { value: None, at_least: 0.0, completeness: 0.0, missing }
    }

    /// The value divided by what is itself known.
    pub(super) fn over(self, divisor: f64) -> Self {
        Self { value: self.value.map(|value| value / divisor), at_least: self.at_least / divisor, ..self }
    }
}
