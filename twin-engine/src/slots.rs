//! Which entry of the style buffer belongs to which feature. Fixed when the scene is built; what the entries say is
//! left to `style`.

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
    features: Vec<FeatureId>,
    slot_of: HashMap<FeatureId, u32, FixedState>,
    overlays: Vec<OverlaySlots>,
    count: usize,
    /// First slot and number of each kind.
    of_kind: HashMap<FeatureKind, (u32, u32)>,
}

/// What an overlay has besides the features' own slots.
#[derive(Debug, Clone, PartialEq)]
struct OverlaySlots {
    base: u32,
    classes: Vec<Words>,
    pillars: HashMap<FeatureId, u32>,
}

impl Slots {
    /// Slots for everything of `snapshot` that has a shape, and for the classes of `overlays`.
    pub(crate) fn new(snapshot: &ParkSnapshot, overlays: &[Overlay]) -> Self {
        let features: Vec<FeatureId> = std::iter::empty()
            .chain(snapshot.parcels.iter().map(|f| f.id))
            .chain(snapshot.buildings.iter().map(|f| f.id))
            .chain(snapshot.surfaces.iter().map(|f| f.id))
            .chain(snapshot.roads.iter().map(|f| f.id))
            .chain(snapshot.edges.iter().map(|f| f.id))
            .chain(snapshot.nodes.iter().map(|f| f.id))
            .chain(snapshot.resources.iter().map(|f| f.id))
            .chain(snapshot.hazards.iter().map(|f| f.id))
            .collect();
        let mut of_kind = HashMap::new();
        for (at, id) in features.iter().enumerate() {
            of_kind.entry(id.kind).or_insert((at as u32 + 1, 0)).1 += 1;
        }
        let slot_of = features.iter().enumerate().map(|(i, id)| (*id, i as u32 + 1)).collect();
        let mut count = features.len() + 1;
        let overlays = overlays
            .iter()
            .map(|overlay| {
                let base = count as u32;
                count += overlay.classes.len();
                let classes = overlay.classes.iter().map(|class| class.label.clone()).collect();
                let mut pillars = HashMap::new();
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
        self.slot_of.get(&id).copied()
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

    /// Features that have a slot.
    pub(crate) fn features(&self) -> &[FeatureId] {
        &self.features
    }

    /// Number of slots.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}
