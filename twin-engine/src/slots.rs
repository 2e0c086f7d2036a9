//! Which entry of the style buffer belongs to which feature. Fixed when the scene is built; what the entries say is
//! left to `style`.

use std::borrow::Borrow;
use std::collections::HashMap;

use analysis::overlay::Overlay;
use analysis::words::Words;
use foldhash::fast::FixedState;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};

/// Slot of the ground.
pub(crate) const GROUND: u32 = 0;

/// Slots of a scene: the ground, one per feature, then for every overlay one per class, for its zones, and one per column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slots {
    /// How many features have one.
    features: usize,
    slot_of: HashMap<FeatureKind, SlotOf>,
    overlays: Vec<OverlaySlots>,
    count: usize,
    /// First slot and number of each kind.
    of_kind: HashMap<FeatureKind, (u32, u32)>,
}

/// Slots of the features of a kind, by their number. Numbers that lie close together, as those of an import do, are looked up in a
/// row of slots: of a million features at once, that is what a switch of overlays waits for.
#[derive(Debug, Clone, PartialEq)]
enum SlotOf {
    /// From the lowest number on; 0, the ground's, where a number is nobody's.
    Row {
        lowest: i64,
        slots: Vec<u32>,
    },
    Map(HashMap<i64, u32, FixedState>),
}

/// Numbers that a row may have for each feature in it.
const SPARSEST: usize = 4;

impl SlotOf {
    fn new(of: &[(i64, u32)]) -> Self {
        let range = of.iter().map(|(id, _)| *id).fold(None, |range: Option<(i64, i64)>, id| {
            Some(range.map_or((id, id), |(low, high)| (low.min(id), high.max(id))))
        });
        let length = range.and_then(|(low, high)| usize::try_from(high.checked_sub(low)?).ok()?.checked_add(1));
        match range.zip(length) {
            Some(((lowest, _), length)) if length <= of.len() * SPARSEST + 1024 => {
                let mut slots = vec![GROUND; length];
                for (id, slot) in of {
                    slots[(id - lowest) as usize] = *slot;
                }
                Self::Row { lowest, slots }
            }
            _ => Self::Map(of.iter().copied().collect()),
        }
    }

    fn get(&self, id: i64) -> Option<u32> {
        match self {
            Self::Row { lowest, slots } => {
                let at = usize::try_from(id.checked_sub(*lowest)?).ok()?;
                slots.get(at).copied().filter(|slot| *slot != GROUND)
            }
            Self::Map(slots) => slots.get(&id).copied(),
        }
    }
}

/// What an overlay has besides the features' own slots.
#[derive(Debug, Clone, PartialEq)]
struct OverlaySlots {
    base: u32,
    classes: Vec<Words>,
    pillars: HashMap<FeatureId, u32, FixedState>,
}

/// The features of a park that have a shape, in the order of their slots.
pub(crate) fn shaped(snapshot: &ParkSnapshot) -> impl Iterator<Item = FeatureId> {
    std::iter::empty()
        .chain(snapshot.parcels.iter().map(|f| f.id))
        .chain(snapshot.buildings.iter().map(|f| f.id))
        .chain(snapshot.surfaces.iter().map(|f| f.id))
        .chain(snapshot.roads.iter().map(|f| f.id))
        .chain(snapshot.edges.iter().map(|f| f.id))
        .chain(snapshot.nodes.iter().map(|f| f.id))
        .chain(snapshot.resources.iter().map(|f| f.id))
        .chain(snapshot.hazards.iter().map(|f| f.id))
}

impl Slots {
    /// Slots for everything of `snapshot` that has a shape, and for the classes of `overlays`.
    pub(crate) fn new(snapshot: &ParkSnapshot, overlays: &[impl Borrow<Overlay>]) -> Self {
        let mut features = 0_usize;
        let mut by_kind: HashMap<FeatureKind, Vec<(i64, u32)>> = HashMap::new();
        for id in shaped(snapshot) {
            features += 1;
            by_kind.entry(id.kind).or_default().push((id.id, features as u32));
        }
        let of_kind = by_kind.iter().map(|(kind, of)| (*kind, (of[0].1, of.len() as u32))).collect();
        let slot_of = by_kind.into_iter().map(|(kind, of)| (kind, SlotOf::new(&of))).collect();
        let mut count = features + 1;
        let overlays = overlays
            .iter()
            .map(|overlay| {
                let overlay: &Overlay = overlay.borrow();
                let base = count as u32;
                count += overlay.classes.len();
                let classes = overlay.classes.iter().map(|class| class.label.clone()).collect();
                let mut pillars = HashMap::default();
                for pillar in &overlay.pillars {
                    pillars.insert(pillar.feature, count as u32);
                    count += 1;
                }
                OverlaySlots { base, classes, pillars }
            })
            .collect();
        Self { features, slot_of, overlays, count, of_kind }
    }

    /// Slot of a feature; `None` for one without a shape.
    pub(crate) fn of(&self, id: FeatureId) -> Option<u32> {
        self.slot_of.get(&id.kind)?.get(id.id)
    }

    /// Position of a feature in the snapshot's vector of its kind.
    pub(crate) fn row(&self, id: FeatureId) -> Option<usize> {
        Some((self.of(id)? - self.of_kind.get(&id.kind)?.0) as usize)
    }

    /// First slot and number of the features of a kind, in the order of the snapshot.
    pub(crate) fn range(&self, kind: FeatureKind) -> (usize, usize) {
        self.of_kind.get(&kind).map_or((0, 0), |(first, count)| (*first as usize, *count as usize))
    }

    /// Slot of class `class` of overlay `overlay`; `None` for overlays that came later.
    pub(crate) fn of_class(&self, overlay: usize, class: usize) -> Option<u32> {
        self.overlays.get(overlay).filter(|slots| class < slots.classes.len()).map(|slots| slots.base + class as u32)
    }

    /// Words of the classes that have slots; none for overlays that came later.
    pub(crate) fn zone_classes(&self, overlay: usize) -> &[Words] {
        self.overlays.get(overlay).map_or(&[], |slots| &slots.classes)
    }

    /// Slot of the column on a feature; `None` where the overlay had none when the scene was built.
    pub(crate) fn of_pillar(&self, overlay: usize, feature: FeatureId) -> Option<u32> {
        self.overlays.get(overlay)?.pillars.get(&feature).copied()
    }

    /// How many features have a slot.
    pub(crate) fn features(&self) -> usize {
        self.features
    }

    /// Number of slots.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// What an overlay says of each slot, as numbers of its classes: made once for an overlay, so that a switch to it looks nothing up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    classes: Vec<u16>,
    /// Of outlines; empty where there are none.
    outlines: Vec<u16>,
}

impl Said {
    /// Says nothing.
    const NOTHING: u16 = u16::MAX;

    /// What `overlay` says of the features in `slots`. Classes beyond a number of 16 bits count as none.
    pub(crate) fn new(overlay: &Overlay, slots: &Slots) -> Self {
        let number = |class: usize| u16::try_from(class).unwrap_or(Self::NOTHING);
        let count = slots.features + 1;
        let (mut classes, mut outlines) = (vec![Self::NOTHING; count], Vec::new());
        for (id, verdict) in &overlay.verdicts {
            let Some(slot) = slots.of(*id).map(|slot| slot as usize) else { continue };
            classes[slot] = number(verdict.class);
            if let Some(outline) = verdict.outline {
                if outlines.is_empty() {
                    outlines = vec![Self::NOTHING; count];
                }
                outlines[slot] = number(outline);
            }
        }
        Self { classes, outlines }
    }

    /// Number of the class of a slot.
    pub(crate) fn class(&self, slot: usize) -> Option<usize> {
        of(&self.classes, slot)
    }

    /// Number of the class that outlines a slot.
    pub(crate) fn outline(&self, slot: usize) -> Option<usize> {
        of(&self.outlines, slot)
    }

    /// True where anything has an outline.
    pub(crate) fn has_outlines(&self) -> bool {
        !self.outlines.is_empty()
    }
}

fn of(classes: &[u16], slot: usize) -> Option<usize> {
    classes.get(slot).filter(|class| **class != Said::NOTHING).map(|class| usize::from(*class))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn numbers_close_together_and_far_apart_find_the_same_slots() {
        for ids in [vec![5_i64, 3, 4, -1, 900], vec![i64::MIN, 7, i64::MAX], vec![42], vec![]] {
            let of: Vec<(i64, u32)> = ids.iter().enumerate().map(|(at, id)| (*id, at as u32 + 1)).collect();
            let slots = SlotOf::new(&of);
            assert_eq!(matches!(slots, SlotOf::Row { .. }), ids.len() != 3 && !ids.is_empty(), "{ids:?}");
            for (id, slot) in of {
                assert_eq!(slots.get(id), Some(slot));
            }
            for nobody in [6, 0, 901, -2, 100_000] {
                assert_eq!(slots.get(nobody), None, "{nobody}");
            }
        }
    }

    #[test]
    fn what_an_overlay_says_is_what_its_verdicts_say() {
        let mut input = fixture::tiny();
        let outlined = input.snapshot.parcels[1].id;
        std::sync::Arc::make_mut(&mut input.overlays[0]).verdicts.get_mut(&outlined).unwrap().outline = Some(3);
        let slots = Slots::new(&input.snapshot, &input.overlays);
        for overlay in &input.overlays {
            let said = Said::new(overlay, &slots);
            for id in shaped(&input.snapshot) {
                let (verdict, slot) = (overlay.verdicts.get(&id), slots.of(id).unwrap() as usize);
                assert_eq!(said.class(slot), verdict.map(|verdict| verdict.class));
                assert_eq!(said.outline(slot), verdict.and_then(|verdict| verdict.outline));
            }
            assert_eq!((said.class(GROUND as usize), said.class(slots.count())), (None, None));
        }
    }
}
