//! The utilisation overlay: site coverage per parcel in classes, floor-area ratio among the facts.

use chrono::NaiveDate;
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, Parcel, Presence};

use super::physical::{PhysicalUse, physical_use};
use super::site::{Site, sites};
use crate::overlay::{Class, Fact, Overlay, Pattern, Verdict, Verdicts, undated_note};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, percent, phrase, unsigned_zero};

/// Upper bounds of the classes, share of land. The 0.40 break is the 2023 floor of the coverage coefficient.
const BREAKS: [f64; 5] = [0.01, 0.15, 0.30, 0.40, 0.55];
/// YlGnBu, light for low (ColorBrewer).
const COLOURS: [[u8; 3]; 6] =
    [[255, 255, 204], [199, 233, 180], [127, 205, 187], [65, 182, 196], [44, 127, 184], [37, 52, 148]];
const LABELS: [Phrase; 6] = [
    phrase("coverage-under-1", "under 1 %"),
    phrase("coverage-1-15", "1–15 %"),
    phrase("coverage-15-30", "15–30 %"),
    phrase("coverage-30-40", "30–40 %"),
    phrase("coverage-40-55", "40–55 %"),
    phrase("coverage-over-55", "55 % and over"),
];
const NOT_BUILDING_LAND: usize = 6;
const UNKNOWN: usize = 7;

/// The legend, with what is counted.
pub(crate) fn classes(counts: &[usize; 8], areas: &[f64; 8]) -> Vec<Class> {
    let sum = |i: usize| (counts[i], areas[i]);
    let mut classes: Vec<Class> =
        (0..6).map(|i| Class::of_areas((LABELS[i], COLOURS[i], Pattern::Solid), sum(i))).collect();
    for (label, colour, pattern, i) in [
        // As light as the second step of the ramp: the dots tell it apart.
        (phrase("use-not-rated", "road, water, green: not rated"), [226, 224, 218], Pattern::Dots, NOT_BUILDING_LAND),
        (phrase("unknown", "unknown"), [201, 204, 209], Pattern::Hatch, UNKNOWN),
    ] {
        classes.push(Class::of_areas((label, colour, pattern), sum(i)));
    }
    classes
}

/// Coverage of every parcel on `as_of`.
pub fn utilisation_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let on_record = !snapshot.buildings.is_empty();
    let mut verdicts = Verdicts::with_capacity(snapshot.parcels.len());
    let (mut counts, mut areas) = ([0; 8], [0.0; 8]);
    let presence = Presence::on(snapshot, as_of);
    let sites = sites(cache, rules, &presence);
    let said = |parcel: &Parcel, site: &Site| {
        let (physical, reason) = physical_use(parcel, site, rules, on_record);
        let class = match physical {
            PhysicalUse::Unknown => UNKNOWN,
            // A floor area on record says that land is built, not how much of it is covered.
            _ if !on_record => UNKNOWN,
            PhysicalUse::NotBuildingLand => NOT_BUILDING_LAND,
            _ => BREAKS.iter().position(|limit| site.coverage() < *limit).unwrap_or(BREAKS.len()),
        };
        let mut facts = site_facts(parcel, site, rules, on_record);
        if class >= NOT_BUILDING_LAND {
            facts.insert(
                0,
                Fact {
                    label: words!("fact-no-class", "Why no class"),
                    value: reason,
                    basis: words!("basis-geometry", "geometry"),
                },
            );
        }
        let value = (on_record && physical != PhysicalUse::Unknown).then(|| site.coverage() * 100.0);
        Verdict { class, value, outline: None, facts }
    };
    // Words are most of the work, and each parcel has its own.
    let all: Vec<Option<Verdict>> = snapshot
        .parcels
        .par_iter()
        .zip(&sites)
        .zip(&presence.parcels)
        .map(|((parcel, site), there)| there.then(|| said(parcel, site)))
        .collect();
    for ((parcel, site), verdict) in snapshot.parcels.iter().zip(&sites).zip(all) {
        let Some(verdict) = verdict else { continue };
        counts[verdict.class] += 1;
        areas[verdict.class] += site.area_m2;
        verdicts.insert(parcel.id, verdict);
    }
    let overlay = Overlay {
        name: "utilisation".into(),
        title: words!("title-utilisation", "Utilisation: site coverage"),
        target: FeatureKind::Parcel,
        unit: words!("unit-coverage", "% of parcel area"),
        as_of,
        source: words!("source-utilisation", "footprints and open storage yards on record / geometric parcel area"),
        classes: classes(&counts, &areas),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: [words!(
            "note-coverage-floor",
            "Coverage floor for industry {floor} %: {clause}",
            floor = format!("{:.0}", rules.figure("land", "coverage_floor").value * 100.0),
            clause = rules.figure("land", "coverage_floor").citation(),
        )]
        .into_iter()
        .chain(yards_note(&sites, on_record))
        .chain(undated_note(snapshot, as_of))
        .collect(),
    };
    // The ramp stays whole where anything is rated; "not rated" and "unknown" show only where there is some.
    let rated = counts[..NOT_BUILDING_LAND].iter().any(|count| *count > 0);
    overlay.without_empty_classes(|index| rated && index < NOT_BUILDING_LAND)
}

/// What a reader must know of coverage where nobody surveyed open storage yards.
fn yards_note(sites: &[Site], on_record: bool) -> Option<Words> {
    let open = on_record && sites.iter().any(|site| !site.yards_surveyed);
    open.then(|| {
        words!(
            "note-yards-open",
            "Open storage yards are not on record: classes are by footprints alone, coverage is at least that"
        )
    })
}

/// Area, coverage and floor-area ratio with formula and completeness.
pub(super) fn site_facts(parcel: &Parcel, site: &Site, rules: &RuleSet, on_record: bool) -> Vec<Fact> {
    let fact = |label: Phrase, value: Words, basis: Words| Fact { label: label.into(), value, basis };
    let far_label = phrase("fact-far", "Floor-area ratio");
    let far = match site.far() {
        Some(far) => fact(
            far_label,
            format!("{far:.2}").into(),
            words!(
                "basis-far",
                "floor area / land; {clause}",
                clause = rules.figure("land", "tall_storey_m").citation(),
            ),
        ),
        None if !on_record => {
            let floor = parcel.recorded_floor_area_m2.filter(|floor| floor.is_finite() && *floor >= 0.0);
            let far = match floor.map(|floor| floor / site.area_m2) {
                None => words!("unknown", "unknown"),
                Some(0.0) => "0.00".into(),
                Some(far) => words!(
                    "between",
                    "{least} to {most}",
                    least = format!("{far:.2}"),
                    most = format!("{:.2}", 2.0 * far),
                ),
            };
            fact(
                far_label,
                far,
                words!(
                    "basis-far-record",
                    "floor area on record / land; the park has no buildings on record, and tall storeys count twice"
                ),
            )
        }
        None if site.buildings.is_empty() => {
            fact(far_label, "0.00".into(), words!("basis-no-building", "no building on the parcel"))
        }
        None if site.buildings_without_floors == 0 => fact(
            far_label,
            words!(
                "between",
                "{least} to {most}",
                least = format!("{:.2}", site.least_floor_area_m2 / site.area_m2),
                most = format!("{:.2}", site.most_floor_area_m2 / site.area_m2),
            ),
            words!(
                "basis-storey-height",
                "storeys of known height missing for {missing} of {all} buildings; tall ones count twice",
                missing = site.buildings_without_storey_height,
                all = site.buildings.len(),
            ),
        ),
        None => fact(
            far_label,
            words!("unknown", "unknown"),
            words!(
                "basis-floors-missing",
                "floors missing for {missing} of {all} buildings",
                missing = site.buildings_without_floors,
                all = site.buildings.len(),
            ),
        ),
    };
    let (footprint, storage) = (format!("{:.0}", site.footprint_m2), format!("{:.0}", site.storage_yard_m2));
    let (coverage, coverage_basis) = if site.yards_surveyed || !on_record {
        (
            if on_record { Words::from(percent(site.coverage())) } else { words!("unknown", "unknown") },
            words!(
                "basis-coverage",
                "({footprint} m² footprint + {storage} m² open storage) / land",
                footprint = footprint,
                storage = storage,
            ),
        )
    } else {
        (
            words!("at-least", "at least {value}", value = percent(site.footprint_share())),
            words!(
                "basis-coverage-footprint",
                "{footprint} m² footprint / land; open storage yards are not on record",
                footprint = footprint,
            ),
        )
    };
    let mut facts = vec![
        fact(
            phrase("fact-land-area", "Land area"),
            format!("{:.0} m²", site.area_m2).into(),
            words!("basis-surveyed", "boundary as surveyed"),
        ),
        fact(phrase("fact-coverage", "Site coverage"), coverage, coverage_basis),
        far,
        fact(
            phrase("fact-buildings", "Buildings"),
            site.buildings.len().to_string().into(),
            words!("basis-buildings", "footprints that share area with the parcel"),
        ),
    ];
    if let Some(recorded) = parcel.recorded_area_m2.filter(|area| *area > 0.0) {
        let difference = (site.area_m2 / recorded - 1.0) * 100.0;
        facts.push(fact(
            phrase("fact-area-on-record", "Area on record"),
            format!("{recorded:.0} m²").into(),
            words!(
                "basis-differs",
                "geometry differs by {percent} %",
                percent = format!("{:+.1}", unsigned_zero(difference, 1))
            ),
        ));
    }
    facts
}
