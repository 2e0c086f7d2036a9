//! Projects on the land, as planned. What happened is told by the events under their contracts.

use chrono::NaiveDate;

use super::{FeatureId, Provenance};

/// A project with the days that are planned for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Name.
    pub name: Option<String>,
    /// Key (number) of the land contract.
    pub contract_key: Option<String>,
    /// Key of the parcel, where there is no contract yet.
    pub parcel_key: Option<String>,
    /// Key of the enterprise.
    pub enterprise_key: Option<String>,
    /// Planned day of the approval.
    pub planned_approval: Option<NaiveDate>,
    /// Planned day of the construction permit.
    pub planned_permit: Option<NaiveDate>,
    /// Planned day of the start of construction.
    pub planned_start: Option<NaiveDate>,
    /// Planned day of the completion.
    pub planned_completion: Option<NaiveDate>,
    /// Planned day of the beginning of production.
    pub planned_production: Option<NaiveDate>,
    /// Planned total investment without land price, in `currency`.
    pub planned_investment: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Words of the record.
    pub note: Option<String>,
}
