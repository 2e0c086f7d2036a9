//! The utilisation overlay: site coverage per parcel in classes, floor-area ratio among the facts.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, Parcel};

use super::physical::{PhysicalUse, physical_use};
use super::site::{Site, sites};
use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, area_words};
use crate::rules::RuleSet;

/// Upper bounds of the classes, share of land. The 0.40 break is the 2023 floor of the coverage coefficient.
const BREAKS: [f64; 5] = [0.01, 0.15, 0.30, 0.40, 0.55];
/// YlGnBu, light for low (ColorBrewer).
const COLOURS: [[u8; 3]; 6] =
    [[255, 255, 204], [199, 233, 180], [127, 205, 187], [65, 182, 196], [44, 127, 184], [37, 52, 148]];
const LABELS: [&str; 6] = ["under 1 %", "1–15 %", "15–30 %", "30–40 %", "40–55 %", "55 % and over"];
const NOT_BUILDING_LAND: usize = 6;
const UNKNOWN: usize = 7;

/// Coverage of every parcel on `as_of`.
pub fn utilisation_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let on_record = !snapshot.buildings.is_empty();
    let mut verdicts = HashMap::with_capacity(snapshot.parcels.len());
    let (mut counts, mut areas) = ([0; 8], [0.0; 8]);
    let sites = sites(cache, rules);
    for (parcel, site) in snapshot.parcels.iter().zip(&sites) {
        let (physical, reason) = physical_use(parcel, site, rules, on_record);
        let class = match physical {
            PhysicalUse::Unknown => UNKNOWN,
            PhysicalUse::NotBuildingLand => NOT_BUILDING_LAND,
            _ => BREAKS.iter().position(|limit| site.coverage() < *limit).unwrap_or(BREAKS.len()),
        };
        counts[class] += 1;
        areas[class] += site.area_m2;
        let mut facts = site_facts(parcel, site, rules);
        if class >= NOT_BUILDING_LAND {
            facts.insert(0, Fact { label: "Why no class".into(), value: reason, basis: "geometry".into() });
        }
        let value = (physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
        verdicts.insert(parcel.id, Verdict { class, value, outline: None, facts });
    }
    let mut classes: Vec<Class> = (0..6)
        .map(|i| Class {
            label: LABELS[i].into(),
            colour: COLOURS[i],
            pattern: Pattern::Solid,
            swatch: Swatch::Area,
            count: counts[i],
            measure: Some(area_words(areas[i])),
        })
        .collect();
    for (label, colour, pattern, i) in [
        ("road, water, green: not rated", [226, 224, 218], Pattern::Solid, NOT_BUILDING_LAND),
        ("unknown", [201, 204, 209], Pattern::Hatch, UNKNOWN),
    ] {
        classes.push(Class {
            label: label.into(),
            colour,
            pattern,
            swatch: Swatch::Area,
            count: counts[i],
            measure: Some(area_words(areas[i])),
        });
    }
    let overlay = Overlay {
        name: "utilisation".into(),
        title: "Utilisation: site coverage".into(),
        target: FeatureKind::Parcel,
        unit: "% of parcel area".into(),
        as_of,
        source: "footprints and open storage yards on record / geometric parcel area".into(),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: vec![format!(
            "Coverage floor for industry {:.0} %: {}",
            rules.figure("land", "coverage_floor").value * 100.0,
            rules.figure("land", "coverage_floor").citation()
        )],
    };
    // The ramp stays whole where anything is rated; "not rated" and "unknown" show only where there is some.
    let rated = counts[..NOT_BUILDING_LAND].iter().any(|count| *count > 0);
    overlay.without_empty_classes(|index| rated && index < NOT_BUILDING_LAND)
}

/// Area, coverage and floor-area ratio with formula and completeness.
pub(super) fn site_facts(parcel: &Parcel, site: &Site, rules: &RuleSet) -> Vec<Fact> {
    let fact = |label: &str, value: String, basis: String| Fact { label: label.into(), value, basis };
    let far = match site.far() {
        Some(far) => fact(
            "Floor-area ratio",
            format!("{far:.2}"),
            format!("floor area / land; {}", rules.figure("land", "tall_storey_m").citation()),
        ),
        None if site.buildings.is_empty() => {
            fact("Floor-area ratio", "0.00".into(), "no building on the parcel".into())
        }
        None => fact(
            "Floor-area ratio",
            "unknown".into(),
            format!("floors missing for {} of {} buildings", site.buildings_without_floors, site.buildings.len()),
        ),
    };
    let mut facts = vec![
        fact("Land area", format!("{:.0} m²", site.area_m2), "boundary as surveyed".into()),
        fact(
            "Site coverage",
            format!("{:.1} %", site.coverage() * 100.0),
            format!("({:.0} m² footprint + {:.0} m² open storage) / land", site.footprint_m2, site.storage_yard_m2),
        ),
        far,
        fact("Buildings", site.buildings.len().to_string(), "footprints that share area with the parcel".into()),
    ];
    if let Some(recorded) = parcel.recorded_area_m2.filter(|area| *area > 0.0) {
        let difference = (site.area_m2 / recorded - 1.0) * 100.0;
        facts.push(fact(
            "Area on record",
            format!("{recorded:.0} m²"),
            format!("geometry differs by {difference:+.1} %"),
        ));
    }
    facts
}
