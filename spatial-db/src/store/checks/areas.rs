//! Checks that compare areas: overlaps, holes between parcels, buildings on parcels.
//!
//! What may be wrong is found here, from the areas as they pass by, with a little to spare. The server then measures that
//! alone, so that its word stands and not that of a second geometry library.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use geo::{Geometry, MultiPolygon};
use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;

use super::Scope;
use super::gaps::Borders;
use super::outline::Outline;
use super::sweep::Sweep;
use crate::store::fields::Ewkb;
use crate::store::{StoreError, diff, ewkb, sql};

/// Shared areas are believed to this part of themselves, and to this many m².
const SPARE: (f64, f64) = (1e-4, 1e-3);
/// Areas between two looks at whether to stop.
const BREATH: u64 = 4096;

/// At least `limit`, as far as that can be said here.
fn reaches(value: f64, limit: f64) -> bool {
    value >= limit * (1.0 - SPARE.0) - SPARE.1
}

/// Reads the areas of the pass, the westernmost first: feature, whether it is of the other table, area.
fn each_area(
    tx: &mut Transaction<'_>,
    scope: &Scope<'_>,
    take: &mut dyn FnMut(i64, bool, MultiPolygon<f64>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (subject, other) = (scope.pass.subject, scope.pass.other);
    let template = if subject == other { sql::CHECK_AREAS } else { sql::CHECK_AREAS_OF_TWO };
    let statement = sql::fill(template, &[("subject", subject), ("other", other)]);
    let what = || StoreError::of(format!("reading {subject} to check them"));
    let mut rows = tx.query_raw(&statement, [scope.park_id]).map_err(what())?;
    let mut count: u64 = 0;
    while let Some(row) = rows.next().map_err(what())? {
        count += 1;
        if count.is_multiple_of(BREATH) {
            diff::check(scope.cancel)?;
        }
        let bytes: Ewkb<'_> = row.get(2);
        // Anything else was put there by another program, and is not what this check is about.
        if let Ok((shape, _)) = ewkb::decode(bytes.0)
            && let Geometry::MultiPolygon(area) = shape.xy
        {
            take(row.get(0), row.get(1), area)?;
        }
    }
    Ok(())
}

/// Areas of one table that lie over each other.
pub(super) fn overlaps(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<(), StoreError> {
    let least_m2 = scope.tolerance("min_area_m2").unwrap_or(0.0);
    let (mut given_a, mut given_b) = (Vec::new(), Vec::new());
    let near = |a: &Outline, b: &Outline| {
        let [west, south, east, north] = a.window(b);
        reaches((east - west) * (north - south), least_m2)
    };
    let mut sweep = Sweep::new(scope.cancel, near, |a: &Outline, b: &Outline, shared_m2: f64| {
        if reaches(shared_m2, least_m2) {
            given_a.push(a.feature_id);
            given_b.push(b.feature_id);
        }
    });
    each_area(tx, scope, &mut |feature_id, is_other, area| {
        Outline::of(feature_id, is_other, &area).map_or(Ok(()), |outline| sweep.push(outline))
    })?;
    sweep.finish()?;
    if given_a.is_empty() {
        return Ok(());
    }
    scope.insert(tx, sql::CHECK_OVERLAP, &[("given_a", &given_a), ("given_b", &given_b)])
}

/// Holes between parcels.
pub(super) fn gaps(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<(), StoreError> {
    let mut borders = Borders::default();
    each_area(tx, scope, &mut |_, _, area| {
        borders.add(&area);
        Ok(())
    })?;
    let max_width_m = scope.tolerance("max_width_m").unwrap_or(f64::INFINITY);
    let min_area_m2 = scope.tolerance("min_area_m2").unwrap_or(0.0);
    let boxes = borders.holes(max_width_m, min_area_m2, scope.cancel)?;
    if boxes.is_empty() {
        return Ok(());
    }
    let side = |at: usize| boxes.iter().map(|bounds| bounds[at]).collect::<Vec<f64>>();
    let (west, south, east, north) = (side(0), side(1), side(2), side(3));
    let given: [(&str, &(dyn postgres::types::ToSql + Sync)); 4] =
        [("given_west", &west), ("given_south", &south), ("given_east", &east), ("given_north", &north)];
    scope.insert(tx, sql::CHECK_PARCEL_GAP, &given)
}

/// How a building stands.
#[derive(Default)]
struct Standing {
    /// On parcels, in all, m².
    covered_m2: f64,
    /// Parcels that a real part of it stands on.
    large_parts: u32,
}

/// Buildings on no parcel, or on several.
pub(super) fn on_parcels(tx: &mut Transaction<'_>, scope: &Scope<'_>) -> Result<(), StoreError> {
    let limit = |name: &str| scope.tolerance(name).unwrap_or(0.0);
    let (min_share, min_area_m2) = (limit("min_share"), limit("min_area_m2"));
    let within_share = 1.0 - limit("max_outside_share");
    let mut standing: HashMap<i64, Standing, RandomState> = HashMap::default();
    let of_two = |a: &Outline, b: &Outline| a.is_other != b.is_other;
    let mut sweep = Sweep::new(scope.cancel, of_two, |a: &Outline, b: &Outline, part_m2: f64| {
        let building = if a.is_other { b } else { a };
        let one = standing.entry(building.feature_id).or_default();
        one.covered_m2 += part_m2;
        let is_large = reaches(part_m2, min_area_m2) && reaches(part_m2, min_share * building.area_m2);
        one.large_parts += u32::from(is_large);
    });
    let mut footprints: Vec<(i64, f64)> = Vec::new();
    each_area(tx, scope, &mut |feature_id, is_other, area| {
        let Some(outline) = Outline::of(feature_id, is_other, &area) else { return Ok(()) };
        if !is_other {
            footprints.push((feature_id, outline.area_m2));
        }
        sweep.push(outline)
    })?;
    sweep.finish()?;
    let is_suspect = |(building, footprint_m2): &(i64, f64)| {
        let Some(one) = standing.get(building) else { return true };
        one.large_parts > 1 || one.covered_m2 <= within_share * footprint_m2 * (1.0 + SPARE.0) + SPARE.1
    };
    let given: Vec<i64> = footprints.iter().filter(|one| is_suspect(one)).map(|(building, _)| *building).collect();
    if given.is_empty() {
        return Ok(());
    }
    scope.insert(tx, sql::CHECK_BUILDING_PARCELS, &[("given_buildings", &given)])
}
