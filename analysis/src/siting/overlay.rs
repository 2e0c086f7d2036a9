//! Sites on the map: which land fits, which is open, which does not, and the one that is spoken of.

use spatial_db::model::FeatureKind;

use super::matched::{Match, Standing};
use super::said::THIS_SITE;
use crate::overlay::{Class, Fact, Overlay, Pattern, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, phrase};

/// Word, colour and pattern of each class: blue tells apart from orange for people who do not see red and green alike.
const CLASSES: [(Phrase, [u8; 3], Pattern); 5] = [
    (THIS_SITE, [10, 110, 209], Pattern::Solid),
    (phrase("pitch-fits", "fits"), [46, 158, 91], Pattern::Solid),
    (phrase("pitch-open", "fits as far as is known"), [140, 200, 150], Pattern::Dots),
    (phrase("pitch-unproven", "not known to fit"), [201, 204, 209], Pattern::Hatch),
    (phrase("pitch-fails", "does not fit"), [240, 138, 75], Pattern::CrossHatch),
];

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    CLASSES.into_iter().map(|row| Class::of_areas(row, (0, 0.0))).collect()
}

impl Match<'_, '_> {
    /// Vacant parcels by the best that each can be part of; `chosen` is drawn apart.
    pub fn overlay(&self, chosen: Option<u32>) -> Overlay {
        let mut verdicts = Verdicts::default();
        let mut best: std::collections::BTreeMap<u32, (usize, u32)> = std::collections::BTreeMap::new();
        for place in self.rank(&self.weights()) {
            let offered = &self.candidates[place.candidate as usize];
            if offered.building.is_some() {
                continue;
            }
            let class = match place.standing {
                Standing::Fits => 1,
                Standing::Open => 2,
                Standing::Unproven => 3,
                Standing::Fails => 4,
            };
            for slot in &offered.parcels {
                // The best comes first.
                best.entry(*slot).or_insert((class, place.candidate));
            }
        }
        if let Some(chosen) = chosen {
            for slot in &self.candidates[chosen as usize].parcels {
                best.insert(*slot, (0, chosen));
            }
        }
        let mut counts = [(0_usize, 0.0_f64); CLASSES.len()];
        for (slot, (class, candidate)) in best {
            let parcel = self.ground.parcel(slot);
            let area = self.ground.site(slot).area_m2;
            counts[class].0 += 1;
            counts[class].1 += area;
            let facts = self.explain_briefly(candidate);
            verdicts.insert(parcel.id, Verdict { class, value: Some(area), outline: None, facts });
        }
        let overlay = Overlay {
            name: "pitch".to_owned(),
            title: words!("pitch-overlay", "Sites for {pitch}", pitch = self.pitch.name.as_str()),
            target: FeatureKind::Parcel,
            unit: "m²".into(),
            as_of: self.ground.as_of,
            source: words!("pitch-overlay-source", "the park's records, the pitch file"),
            classes: CLASSES.into_iter().zip(counts).map(|(row, sum)| Class::of_areas(row, sum)).collect(),
            verdicts,
            marks: Vec::new(),
            zones: Vec::new(),
            pillars: Vec::new(),
            notes: Vec::new(),
        };
        overlay.without_empty_classes(|_| false)
    }

    fn explain_briefly(&self, candidate: u32) -> Vec<Fact> {
        let fact =
            |finding: super::explain::Finding| Fact { label: finding.title, value: finding.has, basis: finding.source };
        self.explain(candidate).into_iter().map(fact).collect()
    }
}
