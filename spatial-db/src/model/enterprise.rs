//! Resident enterprises, where they sit and their yearly figures.

use chrono::NaiveDate;

use super::{FeatureId, FeatureKind, Provenance};

/// A resident enterprise.
#[derive(Debug, Clone, PartialEq)]
pub struct Enterprise {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Name.
    pub name: String,
    /// Two-digit industry code (GB/T 4754).
    pub industry_code: Option<String>,
    /// State in words: operating, suspended, closed.
    pub state: Option<String>,
}

/// An enterprise's use of floor or land over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenancy {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Key of the enterprise.
    pub enterprise_key: String,
    /// Key of the building used, if a building.
    pub building_key: Option<String>,
    /// Key of the parcel used, if land.
    pub parcel_key: Option<String>,
    /// Floor area used, m².
    pub floor_area_m2: Option<f64>,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Day after the last; `None` while it runs.
    pub valid_to: Option<NaiveDate>,
}

impl Tenancy {
    /// A use by its row in the store, of which only the enterprise is known.
    pub fn bare(id: i64, provenance: Provenance, enterprise_key: impl Into<String>) -> Self {
        Self {
            id: FeatureId::new(FeatureKind::Tenancy, id),
            provenance,
            enterprise_key: enterprise_key.into(),
            building_key: None,
            parcel_key: None,
            floor_area_m2: None,
            valid_from: None,
            valid_to: None,
        }
    }
}

/// An enterprise's figures for one calendar year.
#[derive(Debug, Clone, PartialEq)]
pub struct EnterpriseYear {
    /// Identity in the store.
    pub id: FeatureId,
    /// Source key, layer and row.
    pub provenance: Provenance,
    /// Key of the enterprise.
    pub enterprise_key: String,
    /// Calendar year.
    pub year: i32,
    /// Output value, in `currency`.
    pub output: Option<f64>,
    /// Tax paid, in `currency`.
    pub tax: Option<f64>,
    /// Fixed assets at year end, in `currency`.
    pub fixed_assets: Option<f64>,
    /// Employees at year end.
    pub employees: Option<i64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
}
