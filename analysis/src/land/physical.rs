//! Physical use from geometry alone: vacant, under-used, in use, not building land, unknown.
//!
//! What the law says of the same land is left to `clock`: a vacant parcel is not yet an idle one.

use spatial_db::model::Parcel;

use super::Site;
use crate::rules::RuleSet;
use crate::words;
use crate::words::Words;

/// What the ground shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PhysicalUse {
    /// No building to speak of.
    Vacant,
    /// Built, but below the under-use threshold.
    UnderUsed,
    /// Built.
    InUse,
    /// Road, path, ditch, water, forest, railway, green: not land to build on.
    NotBuildingLand,
    /// The data cannot tell.
    Unknown,
}

impl PhysicalUse {
    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vacant => "vacant",
            Self::UnderUsed => "under-used",
            Self::InUse => "in-use",
            Self::NotBuildingLand => "not-building-land",
            Self::Unknown => "unknown",
        }
    }
}

/// Use of one parcel and the reason in words.
///
/// The thresholds are ParkTwin defaults (`vacancy.*` in the rule table): no standard defines physical vacancy. A park without
/// buildings on record is judged by the floor area that its parcels have on record, where they have one.
pub fn physical_use(parcel: &Parcel, site: &Site, rules: &RuleSet, buildings_on_record: bool) -> (PhysicalUse, Words) {
    let figure = |name: &str| rules.figure("vacancy", name).value;
    if !site.area_m2.is_finite() || site.area_m2 <= 0.0 {
        return (PhysicalUse::Unknown, words!("reason-no-area", "the boundary has no area"));
    }
    let share = if buildings_on_record {
        site.coverage()
    } else {
        // A building covers at most its floor area: a floor area below a threshold means a coverage below it.
        match parcel.recorded_floor_area_m2 {
            Some(floor) if floor.is_finite() && floor >= 0.0 => floor / site.area_m2,
            _ => {
                let reason = words!(
                    "reason-no-buildings",
                    "neither buildings in the park nor a floor area of the parcel are on record"
                );
                return (PhysicalUse::Unknown, reason);
            }
        }
    };
    let (physical, reason) = by_share(parcel, site, share, &figure);
    if buildings_on_record {
        return (physical, reason);
    }
    (physical, words!("reason-by-record", "{reason}, by the floor area on record", reason = reason))
}

fn by_share(parcel: &Parcel, site: &Site, share: f64, figure: &dyn Fn(&str) -> f64) -> (PhysicalUse, Words) {
    if share >= figure("underused_coverage") {
        return (
            PhysicalUse::InUse,
            words!("reason-covered", "{share} % covered", share = format!("{:.1}", share * 100.0)),
        );
    }
    if let Some(reason) = not_building_land(parcel) {
        return (PhysicalUse::NotBuildingLand, reason);
    }
    if share >= figure("vacant_coverage") {
        return (
            PhysicalUse::UnderUsed,
            words!("reason-only", "only {share} % covered", share = format!("{:.1}", share * 100.0)),
        );
    }
    let natural = site.natural_m2 / site.area_m2;
    if natural > figure("natural_share") {
        return (
            PhysicalUse::NotBuildingLand,
            words!(
                "reason-natural",
                "{share} % water, forest or railway by the recorded ground cover",
                share = format!("{:.0}", natural * 100.0),
            ),
        );
    }
    if site.mean_width_m < figure("strip_width_m") {
        return (
            PhysicalUse::NotBuildingLand,
            words!(
                "reason-strip",
                "a strip {width} m wide on average: road, path or ditch",
                width = format!("{:.1}", site.mean_width_m),
            ),
        );
    }
    if site.area_m2 < figure("minimum_area_m2") {
        return (
            PhysicalUse::NotBuildingLand,
            words!("reason-remnant", "a remnant of {area} m²", area = format!("{:.0}", site.area_m2)),
        );
    }
    (PhysicalUse::Vacant, words!("reason-covered", "{share} % covered", share = format!("{:.2}", share * 100.0)))
}

/// Why the planning class rules building out, where it does (GB planning scheme 2023: 12xx transport, 14xx green, 17xx water).
fn not_building_land(parcel: &Parcel) -> Option<Words> {
    if parcel.land_use_scheme.as_deref() != Some("planning-2023") {
        return None;
    }
    let code = parcel.land_use_code.as_deref()?;
    ["12", "14", "17"].into_iter().any(|prefix| code.starts_with(prefix)).then(|| {
        let class = format!("{code} {}", parcel.land_use.as_deref().unwrap_or(""));
        words!("reason-planned", "planned as {class}", class = class.trim_end())
    })
}
