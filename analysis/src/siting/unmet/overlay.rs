//! Unmet demand on the map: parcels by how many prospects a single change there would have served.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use geo::Area;
use spatial_db::model::{FeatureKind, ParkSnapshot};

use super::UnmetDemand;
use crate::overlay::{Class, Fact, Overlay, Pattern, Verdict, Verdicts};
use crate::siting::rounding::rounded;
use crate::siting::said;
use crate::siting::want::grouped;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Word, colour and pattern of each class.
const CLASSES: [(Phrase, [u8; 3], Pattern); 5] = [
    (phrase("unmet-class-five", "5 prospects or more"), [127, 39, 4], Pattern::Solid),
    (phrase("unmet-class-three", "3 or 4 prospects"), [217, 95, 14], Pattern::CrossHatch),
    (phrase("unmet-class-two", "2 prospects"), [254, 153, 41], Pattern::Hatch),
    (phrase("unmet-class-one", "1 prospect"), [254, 217, 142], Pattern::Dots),
    (phrase("unmet-class-none", "vacant, no single change would have served one"), [215, 219, 224], Pattern::Solid),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    CLASSES.into_iter().map(|row| Class::of_areas(row, (0, 0.0))).collect()
}

const fn class_of(prospects: usize) -> usize {
    match prospects {
        0 => 4,
        1 => 3,
        2 => 2,
        3 | 4 => 1,
        _ => 0,
    }
}

/// Parcels by how many prospects on record a single change on each would have served.
pub fn unmet_overlay(unmet: &UnmetDemand, park: &ParkSnapshot, as_of: NaiveDate) -> Overlay {
    let mut facts: BTreeMap<u32, Vec<Fact>> = BTreeMap::new();
    for row in unmet.by_parcel() {
        let Some(parcel) = row.parcel else { continue };
        let count = row.prospects.len();
        let alone = || words!("unmet-fact", "would have served {count}", count = count);
        let value = row.most.map_or_else(alone, |most| {
            let short = short(most, &row.unit, row.at_least);
            if row.at_least {
                return words!(
                    "unmet-fact-least",
                    "would have served {count}; missed by at least {short}",
                    count = count,
                    short = short
                );
            }
            words!(
                "unmet-fact-short",
                "would have served {count}; missed by {short} or less",
                count = count,
                short = short
            )
        });
        // Names of prospects stay in the report: pictures are shown to others.
        facts.entry(parcel).or_default().push(Fact { label: row.criterion, value, basis: row.site });
    }
    let served = unmet.prospects_on_parcels();
    let mut counts: BTreeMap<u32, usize> = unmet.offered.iter().map(|slot| (*slot, 0)).collect();
    counts.extend(served.iter().map(|(slot, prospects)| (*slot, prospects.len())));
    let mut sums = [(0_usize, 0.0_f64); CLASSES.len()];
    let mut verdicts = Verdicts::default();
    for (slot, prospects) in counts {
        let parcel = &park.parcels[slot as usize];
        let class = class_of(prospects);
        sums[class].0 += 1;
        sums[class].1 += parcel.boundary.unsigned_area();
        let facts = facts.remove(&slot).unwrap_or_default();
        verdicts.insert(parcel.id, Verdict { class, value: Some(prospects as f64), outline: None, facts });
    }
    let overlay = Overlay {
        name: "unmet".to_owned(),
        title: title(),
        target: FeatureKind::Parcel,
        unit: words!("unmet-unit", "prospects"),
        as_of,
        source: words!("unmet-source", "the record of prospects, the park's records"),
        classes: CLASSES.into_iter().zip(sums).map(|(row, sum)| Class::of_areas(row, sum)).collect(),
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: unmet.notes(),
    };
    overlay.without_empty_classes(|_| false)
}

/// So much of what is lacking: rounded down where it is the least, else up.
fn short(most: f64, unit: &str, at_least: bool) -> Words {
    let whole = rounded(most, 1.0, !at_least);
    match unit {
        "d" => said::days(whole),
        "a" => said::years(whole),
        _ if most.abs() >= 100.0 => grouped(whole, unit).into(),
        _ => grouped(rounded(most, 0.1, !at_least), unit).into(),
    }
}

fn title() -> Words {
    words!("unmet-title-overlay", "Unmet demand: prospects that one change here would have served")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years_are_written_out() {
        assert_eq!(short(364.0, "d", false), "364 days");
        assert_eq!(short(2.2, "a", false), "3 years");
        assert_eq!(short(1.0, "MW", false), "1 MW");
    }

    #[test]
    fn what_may_be_more_is_rounded_down_and_what_serves_all_up() {
        assert_eq!(short(3.96, "MW", true), "3.9 MW");
        assert_eq!(short(3.96, "MW", false), "4 MW");
        assert_eq!(short(3.02, "MW", false), "3.1 MW");
        assert_eq!(short(2.2, "a", true), "2 years");
    }
}
