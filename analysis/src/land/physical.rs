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

/// Use of one parcel and the reason in words.
///
/// The thresholds are ParkTwin defaults (`vacancy.*` in the rule table): no standard defines physical vacancy.
pub fn physical_use(parcel: &Parcel, site: &Site, rules: &RuleSet, buildings_on_record: bool) -> (PhysicalUse, Words) {
    let figure = |name| rules.figure("vacancy", name).value;
    if !buildings_on_record {
        return (PhysicalUse::Unknown, words!("reason-no-buildings", "the park has no buildings on record"));
    }
    if !site.area_m2.is_finite() || site.area_m2 <= 0.0 {
        return (PhysicalUse::Unknown, words!("reason-no-area", "the boundary has no area"));
    }
    let share = site.coverage();
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
