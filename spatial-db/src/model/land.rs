//! Land: parcels, the contracts over them and what happened under those contracts.

use chrono::NaiveDate;
use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

use super::{FeatureId, FeatureKind, Provenance, Term};

/// A land parcel (cadastral unit).
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Boundary in the park's CRS, metres.
    pub boundary: MultiPolygon<f64>,
    /// Parcel number as people say it.
    pub number: Option<String>,
    /// Street address.
    pub address: Option<String>,
    /// Right holder.
    pub holder: Option<String>,
    /// Land-use class code, meaningful only together with the scheme.
    pub land_use_code: Option<Term>,
    /// Scheme the code belongs to (planning 2023, GB 50137-2011, a local one).
    pub land_use_scheme: Option<Term>,
    /// Use in words.
    pub land_use: Option<Term>,
    /// Two-digit industry code (GB/T 4754) of the parcel's project.
    pub industry_code: Option<Term>,
    /// Area on record, m². The geometric area is computed, not stored.
    pub recorded_area_m2: Option<f64>,
    /// Floor area on record, m².
    pub recorded_floor_area_m2: Option<f64>,
    /// Assessed or contract value, in the currency below.
    pub assessed_value: Option<f64>,
    /// ISO 4217 code of `assessed_value`.
    pub currency: Option<String>,
    /// True in the world from this date.
    pub valid_from: Option<NaiveDate>,
    /// True in the world until this date, the day after the last.
    pub valid_to: Option<NaiveDate>,
}

impl Parcel {
    /// A parcel by its row in the store, of which only the boundary is known.
    pub fn bare(id: i64, provenance: Provenance, boundary: MultiPolygon<f64>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::Parcel, id),
            provenance,
            boundary,
            number: None,
            address: None,
            holder: None,
            land_use_code: None,
            land_use_scheme: None,
            land_use: None,
            industry_code: None,
            recorded_area_m2: None,
            recorded_floor_area_m2: None,
            assessed_value: None,
            currency: None,
            valid_from: None,
            valid_to: None,
        }
    }
}

/// A contract that grants land-use rights on a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct LandContract {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key (the contract number), layer and row.
    pub provenance: Provenance,
    /// Key of the parcel.
    pub parcel_key: String,
    /// Key of the holding enterprise.
    pub enterprise_key: Option<String>,
    /// Date of signature.
    pub signed: Option<NaiveDate>,
    /// Start date agreed in the contract: the idle clock's zero.
    pub agreed_start: Option<NaiveDate>,
    /// Completion date agreed in the contract.
    pub agreed_completion: Option<NaiveDate>,
    /// Land price, in `currency`.
    pub land_price: Option<f64>,
    /// Total agreed investment without land price, in `currency`.
    pub total_investment: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Area that the contract says must be developed, m².
    pub area_due_m2: Option<f64>,
}

impl LandContract {
    /// A contract by its row in the store, of which only the parcel is known.
    pub fn bare(id: i64, provenance: Provenance, parcel_key: impl Into<String>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::LandContract, id),
            provenance,
            parcel_key: parcel_key.into(),
            enterprise_key: None,
            signed: None,
            agreed_start: None,
            agreed_completion: None,
            land_price: None,
            total_investment: None,
            currency: None,
            area_due_m2: None,
        }
    }
}

/// What happened under a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Project approved.
    Approval,
    /// Land handed over.
    Delivery,
    /// Construction permit.
    Permit,
    /// Construction started (Order 53 Art. 30 sense).
    Start,
    /// Measured progress: developed area and invested sum.
    Progress,
    /// Construction suspended.
    Suspension,
    /// Construction resumed.
    Resumption,
    /// Construction completed.
    Completion,
    /// Production begun.
    Production,
    /// A cause that excuses the holder (Art. 8), on the government's side or beyond anybody's power; its item and its end
    /// stand beside it.
    GovernmentCause,
}

impl EventKind {
    /// The stored word, as in the schema's check constraint.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Delivery => "delivery",
            Self::Permit => "permit",
            Self::Start => "start",
            Self::Progress => "progress",
            Self::Suspension => "suspension",
            Self::Resumption => "resumption",
            Self::Completion => "completion",
            Self::Production => "production",
            Self::GovernmentCause => "government_cause",
        }
    }

    /// Every kind, in life-cycle order.
    pub const ALL: [Self; 10] = [
        Self::Approval,
        Self::Delivery,
        Self::Permit,
        Self::Start,
        Self::Progress,
        Self::Suspension,
        Self::Resumption,
        Self::Completion,
        Self::Production,
        Self::GovernmentCause,
    ];

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Which cause of Order 53 of 2012, Art. 8, a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleCause {
    /// The land was not handed over as agreed.
    NotDelivered,
    /// A plan was changed.
    PlanChanged,
    /// A policy was changed.
    PolicyChanged,
    /// Mass complaints about the land.
    Complaints,
    /// Military control, or cultural relics.
    MilitaryOrRelics,
    /// Another act of the government.
    GovernmentOther,
    /// Beyond anybody's power: no act of the government, but treated alike.
    ForceMajeure,
}

impl IdleCause {
    /// The stored word, as in the schema's check constraint.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotDelivered => "not_delivered",
            Self::PlanChanged => "plan_changed",
            Self::PolicyChanged => "policy_changed",
            Self::Complaints => "complaints",
            Self::MilitaryOrRelics => "military_or_relics",
            Self::GovernmentOther => "government_other",
            Self::ForceMajeure => "force_majeure",
        }
    }

    /// Every cause, in the order of the article.
    pub const ALL: [Self; 7] = [
        Self::NotDelivered,
        Self::PlanChanged,
        Self::PolicyChanged,
        Self::Complaints,
        Self::MilitaryOrRelics,
        Self::GovernmentOther,
        Self::ForceMajeure,
    ];

    /// The cause of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

/// A dated event under a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct LandEvent {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Key (number) of the contract.
    pub contract_key: String,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub date: NaiveDate,
    /// Area developed so far, m², where the event measured it.
    pub developed_area_m2: Option<f64>,
    /// Invested so far without land price, in the contract's currency.
    pub invested: Option<f64>,
    /// Words of the record.
    pub note: Option<String>,
    /// Of a cause that excuses the holder: which one; `None` where the record does not tell.
    pub cause: Option<IdleCause>,
    /// Of such a cause: the day from which it is over; `None` where the record does not tell.
    pub until: Option<NaiveDate>,
}

impl LandEvent {
    /// An event by its row in the store that measured nothing.
    pub fn bare(
        id: i64,
        provenance: Provenance,
        contract_key: impl Into<String>,
        kind: EventKind,
        date: NaiveDate,
    ) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::LandEvent, id),
            provenance,
            contract_key: contract_key.into(),
            kind,
            date,
            developed_area_m2: None,
            invested: None,
            note: None,
            cause: None,
            until: None,
        }
    }
}
