//! Physical use from geometry alone: vacant, under-used, in use, not building land, unknown.
//!
//! Vacant and under-used speak of buildings. Where nobody surveyed open storage yards, land may be used by one: the reason says so,
//! and `open_point` names it. A building that is not finished stands, and the reason tells that it is a shell.
//!
//! What the law says of the same land is left to `clock`: a vacant parcel is not yet an idle one.

use spatial_db::model::Parcel;

use super::Site;
use super::dossier::joined;
use crate::rules::{BuiltBy, RuleSet};
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

/// Figures of coverage that part vacant and under-used land from land in use.
pub(super) const OF_COVERAGE: [&str; 2] = ["vacant_coverage", "underused_coverage"];
/// All figures that decide a physical use.
pub(super) const OF_USE: [&str; 5] =
    ["vacant_coverage", "underused_coverage", "natural_share", "strip_width_m", "minimum_area_m2"];

/// Where thresholds are from: one table as a rule, and its name once.
pub(super) fn thresholds(rules: &RuleSet, names: &[&str]) -> Words {
    let mut sources: Vec<Words> = Vec::new();
    for name in names {
        let source = rules.figure("vacancy", name).source();
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    joined(sources)
}

/// Use of one parcel and the reason in words.
///
/// The thresholds that ship are ParkTwin defaults (`vacancy.*` in the rule table): no standard defines physical vacancy. A park without
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
    let (physical, reason) = by_share((parcel, rules), site, share, &figure);
    let reason = if buildings_on_record {
        shell(site, reason)
    } else {
        words!("reason-by-record", "{reason}, by the floor area on record", reason = reason)
    };
    if open_point(physical, site).is_none() {
        return (physical, reason);
    }
    let reason =
        words!("reason-yards-open", "{reason}, as far as buildings go: no open yards are on record", reason = reason);
    (physical, reason)
}

/// What is not on record and could change a physical use; `None` where nothing could.
pub(super) fn open_point(physical: PhysicalUse, site: &Site) -> Option<Words> {
    let by_buildings = matches!(physical, PhysicalUse::Vacant | PhysicalUse::UnderUsed);
    (by_buildings && !site.yards_surveyed).then(|| {
        words!("open-yards", "open storage yards are not on record in the park: one here could make it land in use")
    })
}

/// The reason with what of the buildings is a shell.
fn shell(site: &Site, reason: Words) -> Words {
    if site.buildings_unfinished == 0 {
        return reason;
    }
    words!(
        "reason-shell",
        "{reason}; not finished: {shells} of {all} buildings",
        reason = reason,
        shells = site.buildings_unfinished,
        all = site.buildings.len(),
    )
}

fn by_share(
    (parcel, rules): (&Parcel, &RuleSet),
    site: &Site,
    share: f64,
    figure: &dyn Fn(&str) -> f64,
) -> (PhysicalUse, Words) {
    if share >= figure("underused_coverage") {
        return (
            PhysicalUse::InUse,
            words!("reason-covered", "{share} % covered", share = format!("{:.1}", share * 100.0)),
        );
    }
    if let Some(reason) = not_building_land(parcel, rules) {
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

/// Why the land-use class rules building out, where it does: by the table of its scheme, roads, green and water.
fn not_building_land(parcel: &Parcel, rules: &RuleSet) -> Option<Words> {
    let (code, scheme) = (parcel.land_use_code.as_deref()?, parcel.land_use_scheme.as_deref()?);
    let class = rules.land_use().find(scheme, code)?;
    if class.built_by == BuiltBy::Building {
        return None;
    }
    let name = parcel.land_use.as_deref().map_or_else(|| class.words(), Words::from);
    let named = words!("class-with-code", "{code} {name}", code = code, name = name);
    Some(if scheme == "planning-2023" {
        words!("reason-planned", "planned as {class}", class = named)
    } else {
        words!("reason-classed", "of class {class} in {scheme}", class = named, scheme = scheme)
    })
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect, coord};
    use spatial_db::model::Provenance;

    use super::*;

    #[test]
    fn every_table_that_decides_a_use_is_cited_once() {
        let told = |figures: &str| {
            let rules = RuleSet::parse(figures, include_str!("../../rules/network_classes.toml")).unwrap();
            thresholds(&rules, &OF_USE).to_string()
        };
        let shipped = include_str!("../../rules/figures.toml");
        assert_eq!(told(shipped), "ParkTwin default 1");
        let size = "[vacancy.minimum_area_m2]\nvalue = 100.0\nunit = \"m2\"\nstandard = \"";
        assert!(shipped.contains(size));
        let own = shipped.replace(&format!("{size}ParkTwin default"), &format!("{size}Our guide"));
        assert_eq!(told(&own), "ParkTwin default 1; Our guide 1");
    }

    /// A hectare without a building, of a class.
    fn bare(scheme: &str, code: &str) -> (PhysicalUse, Words) {
        let square = Rect::new(coord! { x: 0.0, y: 0.0 }, coord! { x: 100.0, y: 100.0 }).to_polygon();
        let parcel = Parcel {
            land_use_scheme: Some(scheme.into()),
            land_use_code: Some(code.into()),
            ..Parcel::bare(1, Provenance::default(), MultiPolygon(vec![square]))
        };
        let site = Site {
            area_m2: 1e4,
            mean_width_m: 50.0,
            footprint_m2: 0.0,
            buildings: Vec::new(),
            storage_yard_m2: 0.0,
            yards_surveyed: true,
            paved_m2: 0.0,
            natural_m2: 0.0,
            green_m2: 0.0,
            cover_m2: 0.0,
            floor_area_m2: None,
            least_floor_area_m2: 0.0,
            most_floor_area_m2: 0.0,
            buildings_without_floors: 0,
            buildings_without_storey_height: 0,
            buildings_unfinished: 0,
        };
        physical_use(&parcel, &site, &RuleSet::shipped(), true)
    }

    /// Roads, green and water by the codes of three classifications, as these print them; and the same digits that mean industry.
    #[test]
    fn classes_that_need_no_building_are_read_in_their_own_scheme() {
        for (scheme, not_building, building) in [
            ("planning-2023", ["1207", "1401", "1701"], ["100101", "1101", "0601"]),
            ("survey", ["1004", "1006", "1101"], ["0601", "0604", "1401"]),
            ("gb50137-2011", ["S1", "G2", "E1"], ["M1", "W2", "1207"]),
        ] {
            for code in not_building {
                assert_eq!(bare(scheme, code).0, PhysicalUse::NotBuildingLand, "{code} in {scheme}");
            }
            for code in building {
                assert_eq!(bare(scheme, code).0, PhysicalUse::Vacant, "{code} in {scheme}");
            }
        }
        assert_eq!(bare("planning-2023", "1207").1, "planned as 1207 transport");
        assert_eq!(bare("gb50137-2011", "S1").1, "of class S1 street and transport in gb50137-2011");
    }
}
