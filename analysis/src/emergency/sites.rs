//! Grades of the sites of a park after GB 18218: what is on record of the hazard sources on each parcel.
//!
//! No record draws the boundary of a unit: the parcel stands for it. Nor does one say who lives within 500 m of it: R lies between that of
//! nobody and that of the most that the standard counts, unless somebody tells.

use std::collections::BTreeMap;

use spatial_db::cache::Cache;

use super::drill::there;
use super::hazard::{HazardError, HazardRules, Holding, MajorHazard, major_hazard};
use super::security::parcels_of;

/// The grade of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteGrade {
    /// The parcel: its place in the snapshot; none: the hazard source stands on no parcel on record.
    pub parcel: Option<usize>,
    /// Its hazard sources: their places in the snapshot.
    pub hazards: Vec<usize>,
    /// The grade where as few persons are exposed as can be: nobody, or as many as are told.
    pub least: MajorHazard,
    /// The same where as many are.
    pub most: MajorHazard,
}

/// The grade of each site on the park's date, by the parcels in the order of the snapshot; a source on several parcels counts for each, and
/// one on none is a site of its own. `exposed` persons live within 500 m, of every site the same; none: nobody knows.
///
/// # Errors
/// As [`major_hazard`].
pub fn site_grades(cache: &Cache, rules: &HazardRules, exposed: Option<u32>) -> Result<Vec<SiteGrade>, HazardError> {
    let park = cache.snapshot();
    let presence = there(park);
    let (mut of_parcel, mut siteless) = (BTreeMap::<usize, Vec<usize>>::new(), Vec::new());
    for (hazard, source) in park.hazards.iter().enumerate() {
        let parcels = parcels_of(source, cache, &presence);
        if parcels.is_empty() {
            siteless.push((None, vec![hazard]));
        }
        for parcel in parcels {
            of_parcel.entry(parcel).or_default().push(hazard);
        }
    }
    let sites = of_parcel.into_iter().map(|(parcel, hazards)| (Some(parcel), hazards)).chain(siteless);
    let grade = |(parcel, hazards): (Option<usize>, Vec<usize>)| {
        // A source without a substance on record is told by its key.
        let names: Vec<String> = hazards
            .iter()
            .map(|at| {
                let source = &park.hazards[*at];
                source.substance.clone().or_else(|| source.cas.clone()).unwrap_or_else(|| source.provenance.key.clone())
            })
            .collect();
        let known = |at: &usize| park.hazards[*at].quantity_t.filter(|tonnes| tonnes.is_finite() && *tonnes >= 0.0);
        let holdings: Vec<Holding<'_>> = names
            .iter()
            .zip(hazards.iter().map(known))
            .map(|(substance, quantity_t)| Holding { substance, quantity_t })
            .collect();
        let of = |persons| major_hazard(rules, &holdings, Some(persons));
        let (least, most) = (of(exposed.unwrap_or(0))?, of(exposed.unwrap_or(u32::MAX))?);
        Ok(SiteGrade { parcel, hazards, least, most })
    };
    sites.map(grade).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{Geometry, MultiPolygon, Point, polygon};
    use spatial_db::model::{HazardSource, Parcel, Park, ParkSnapshot, Provenance};

    use super::*;

    #[test]
    fn a_site_is_graded_by_all_that_stands_on_its_parcel() {
        let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
        let square = |x: f64| {
            let ring = polygon![(x: x, y: 0.0), (x: x + 50.0, y: 0.0), (x: x + 50.0, y: 50.0), (x: x, y: 50.0)];
            MultiPolygon::from(ring)
        };
        park.parcels = [0.0, 100.0]
            .iter()
            .zip(1..)
            .map(|(x, id)| Parcel::bare(id, Provenance::keyed(format!("P{id}")), square(*x)))
            .collect();
        let tank = |id: i64, x: f64, substance: Option<&str>, quantity_t: Option<f64>| HazardSource {
            substance: substance.map(str::to_owned),
            quantity_t,
            ..HazardSource::bare(id, Provenance::keyed(format!("T{id}")), Geometry::from(Point::new(x, 20.0)))
        };
        park.hazards = vec![
            tank(1, 10.0, Some("液氯 chlorine"), Some(25.0)),
            tank(2, 20.0, Some("ammonia"), Some(60.0)),
            tank(3, 110.0, Some("ammonia"), None),
            tank(4, 120.0, None, Some(5.0)),
            tank(5, 900.0, Some("ammonia"), Some(1.0)),
        ];
        let cache = Cache::build(Arc::new(park));
        let rules = HazardRules::shipped();
        let found = site_grades(&cache, &rules, None).unwrap();
        let sites: Vec<_> = found.iter().map(|one| (one.parcel, one.hazards.clone())).collect();
        assert_eq!(sites, [(Some(0), vec![0, 1]), (Some(1), vec![2, 3]), (None, vec![4])]);
        // 25 t Cl2 and 60 t NH3: Σ β q/Q = 32, α from 0.5 to 2.
        let (least, most) = (&found[0].least, &found[0].most);
        assert_eq!((least.r, most.r, least.ratio), (Some(16.0), Some(64.0), 11.0));
        assert_eq!((least.grade, most.grade, least.is_major), (Some(3), Some(2), Some(true)));
        // Nobody knows the rest of the second site.
        assert_eq!((found[1].least.is_major, found[1].most.grade), (None, None));
        assert_eq!(found[1].least.missing, ["quantity of ammonia", "critical quantity of T4"]);
        assert_eq!((found[2].least.is_major, found[2].most.grade), (Some(false), None));
        let told = site_grades(&cache, &rules, Some(35)).unwrap();
        assert!((told[0].least.r.unwrap() - 38.4).abs() < 1e-12 && told[0].least == told[0].most);
    }
}
