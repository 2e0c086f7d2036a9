//! Layers as a person switches them: what each holds, whether it is drawn and how opaque.
//!
//! A switch becomes bits and alpha of the style buffer (`style`) and the passes that are skipped (`scene`); no mesh changes.

use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, ParkSnapshot, SurfaceKind};

use crate::mesh::Layer;

/// Passes of the picture by the name that a person knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum LayerKey {
    /// Buildings with their edges and shadows.
    Buildings,
    /// Parcels: fills and outlines.
    Parcels,
    /// Roads and rails.
    Roads,
    /// Ground cover.
    Surfaces,
    /// One class of the networks: pipes and fittings.
    Network(NetworkClass),
    /// Hydrants and other resources.
    Resources,
    /// Tanks and other hazard sources.
    Hazards,
    /// Zones and columns of the overlay.
    Zones,
    /// Names, numbers and symbols.
    Labels,
    /// Names of roads, among the labels.
    RoadNames,
    /// Names of buildings or of who uses them, among the labels.
    BuildingNames,
    /// Names of water, among the labels.
    WaterNames,
    /// The ground.
    Terrain,
}

impl LayerKey {
    /// Number of layers.
    pub(crate) const COUNT: usize = 20;
    /// All layers, in the order of the tree.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Labels,
        Self::RoadNames,
        Self::BuildingNames,
        Self::WaterNames,
        Self::Zones,
        Self::Buildings,
        Self::Parcels,
        Self::Roads,
        Self::Surfaces,
        Self::Resources,
        Self::Hazards,
        Self::Network(NetworkClass::Water),
        Self::Network(NetworkClass::Drainage),
        Self::Network(NetworkClass::Gas),
        Self::Network(NetworkClass::Heat),
        Self::Network(NetworkClass::Power),
        Self::Network(NetworkClass::Telecom),
        Self::Network(NetworkClass::Industrial),
        Self::Network(NetworkClass::Other),
        Self::Terrain,
    ];

    const fn index(self) -> usize {
        match self {
            Self::Buildings => 0,
            Self::Parcels => 1,
            Self::Roads => 2,
            Self::Surfaces => 3,
            Self::Resources => 4,
            Self::Hazards => 5,
            Self::Zones => 6,
            Self::Labels => 7,
            Self::Terrain => 8,
            Self::RoadNames => 9,
            Self::BuildingNames => 10,
            Self::WaterNames => 11,
            Self::Network(class) => 12 + class as usize,
        }
    }

    /// Its word in scene files.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Buildings => "buildings",
            Self::Parcels => "parcels",
            Self::Roads => "roads",
            Self::Surfaces => "surfaces",
            Self::Resources => "resources",
            Self::Hazards => "hazards",
            Self::Zones => "zones",
            Self::Labels => "labels",
            Self::RoadNames => "road_names",
            Self::BuildingNames => "building_names",
            Self::WaterNames => "water_names",
            Self::Terrain => "terrain",
            Self::Network(class) => class.as_str(),
        }
    }

    /// The layer of a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == word)
    }

    /// The layer that a pass belongs to; `None` for the sky and for passes that several layers share.
    pub(crate) const fn of_pass(pass: Layer) -> Option<Self> {
        match pass {
            Layer::Sky | Layer::Cap | Layer::Pipe | Layer::Fitting => None,
            Layer::Terrain => Some(Self::Terrain),
            Layer::Surface | Layer::SurfaceLine => Some(Self::Surfaces),
            Layer::RoadCasing | Layer::Road => Some(Self::Roads),
            Layer::Zone | Layer::ZoneLine | Layer::Pillar => Some(Self::Zones),
            Layer::Parcel | Layer::ParcelLine => Some(Self::Parcels),
            Layer::Building | Layer::BuildingEdge | Layer::Shadow => Some(Self::Buildings),
            Layer::Hazard => Some(Self::Hazards),
        }
    }

    /// Layers whose features a pass draws.
    pub(crate) fn in_pass(pass: Layer) -> impl Iterator<Item = Self> {
        let shared = matches!(pass, Layer::Pipe | Layer::Fitting);
        let single = Self::of_pass(pass);
        Self::ALL.into_iter().filter(move |key| match key {
            Self::Network(_) => shared,
            Self::Resources => pass == Layer::Fitting,
            key => single == Some(*key),
        })
    }

    /// Number of features of the layer in a park; `None` where counting says nothing.
    pub(crate) fn count(self, snapshot: &ParkSnapshot) -> Option<usize> {
        Some(match self {
            Self::Buildings => snapshot.buildings.len(),
            Self::Parcels => snapshot.parcels.len(),
            Self::Roads => snapshot.roads.len(),
            Self::Surfaces => snapshot.surfaces.len(),
            Self::Resources => snapshot.resources.len(),
            Self::Hazards => snapshot.hazards.len(),
            Self::Network(class) => snapshot.edges.iter().filter(|edge| edge.class == class).count(),
            // A park without any has no switch for them.
            Self::RoadNames => snapshot.roads.iter().filter(|road| road.name.is_some()).count(),
            Self::WaterNames => {
                let water = snapshot.surfaces.iter().filter(|surface| surface.kind == SurfaceKind::Water);
                water.filter(|surface| surface.name.is_some()).count()
            }
            Self::Zones | Self::Labels | Self::BuildingNames | Self::Terrain => return None,
        })
    }
}

/// How one layer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerState {
    /// It is drawn.
    pub visible: bool,
    /// Opacity, per cent.
    pub opacity: u8,
}

impl Default for LayerState {
    fn default() -> Self {
        Self { visible: true, opacity: 100 }
    }
}

/// How every layer is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layers([LayerState; LayerKey::COUNT]);

impl Default for Layers {
    fn default() -> Self {
        Self::all()
    }
}

impl Layers {
    /// Everything drawn, nothing translucent.
    pub(crate) const fn all() -> Self {
        Self([LayerState { visible: true, opacity: 100 }; LayerKey::COUNT])
    }

    /// State of a layer.
    pub(crate) fn get(&self, key: LayerKey) -> LayerState {
        self.0[key.index()]
    }

    /// Changes a layer.
    pub(crate) fn set(&mut self, key: LayerKey, state: LayerState) {
        self.0[key.index()] = LayerState { opacity: state.opacity.min(100), ..state };
    }

    /// True when a pass has something to draw.
    pub(crate) fn draws(&self, pass: Layer) -> bool {
        matches!(pass, Layer::Sky | Layer::Cap) || LayerKey::in_pass(pass).any(|key| self.get(key).visible)
    }

    /// True when a pass has something translucent.
    pub(crate) fn is_translucent(&self, pass: Layer) -> bool {
        LayerKey::in_pass(pass).any(|key| self.get(key).visible && self.get(key).opacity < 100)
    }

    /// True when features of a kind can be seen. Networks: when any class can.
    pub(crate) fn shows(&self, kind: FeatureKind) -> bool {
        let visible = |key| self.get(key).visible;
        match kind {
            FeatureKind::Parcel => visible(LayerKey::Parcels),
            FeatureKind::Building => visible(LayerKey::Buildings),
            FeatureKind::RoadEdge => visible(LayerKey::Roads),
            FeatureKind::Surface => visible(LayerKey::Surfaces),
            FeatureKind::EmergencyResource => visible(LayerKey::Resources),
            FeatureKind::HazardSource => visible(LayerKey::Hazards),
            FeatureKind::NetworkEdge | FeatureKind::NetworkNode => {
                NetworkClass::ALL.into_iter().any(|class| visible(LayerKey::Network(class)))
            }
            _ => false,
        }
    }
}

/// The features that are selected, in the order in which they were chosen. Cheap to clone and compare by identity.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection(std::sync::Arc<Vec<FeatureId>>);

impl Selection {
    /// The features.
    pub(crate) fn ids(&self) -> &[FeatureId] {
        &self.0
    }

    /// The only one; `None` for none or many.
    pub(crate) fn single(&self) -> Option<FeatureId> {
        if let [only] = self.0.as_slice() { Some(*only) } else { None }
    }

    /// Number of features.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// True when nothing is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of this selection that are to be kept.
    #[must_use]
    pub(crate) fn kept(&self, keep: impl Fn(FeatureId) -> bool) -> Self {
        if self.0.iter().all(|id| keep(*id)) {
            return self.clone();
        }
        Self(self.0.iter().copied().filter(|id| keep(*id)).collect::<Vec<_>>().into())
    }

    /// This selection with `id` added, or taken out where it was in.
    #[must_use]
    pub(crate) fn toggled(&self, id: FeatureId) -> Self {
        let mut ids = self.0.as_ref().clone();
        match ids.iter().position(|seen| *seen == id) {
            Some(at) => {
                ids.remove(at);
            }
            None => ids.push(id),
        }
        Self(ids.into())
    }

    /// This selection with all of `more`, each once.
    #[must_use]
    pub(crate) fn with(&self, more: impl IntoIterator<Item = FeatureId>) -> Self {
        let mut seen: std::collections::HashSet<FeatureId> = self.0.iter().copied().collect();
        let mut ids = self.0.as_ref().clone();
        ids.extend(more.into_iter().filter(|id| seen.insert(*id)));
        Self(ids.into())
    }
}

impl FromIterator<FeatureId> for Selection {
    fn from_iter<I: IntoIterator<Item = FeatureId>>(ids: I) -> Self {
        Self::default().with(ids)
    }
}

impl From<Option<FeatureId>> for Selection {
    fn from(id: Option<FeatureId>) -> Self {
        id.into_iter().collect()
    }
}

impl PartialEq for Selection {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Selection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_a_state_of_its_own_and_every_pass_a_layer() {
        let indices: std::collections::BTreeSet<usize> = LayerKey::ALL.iter().map(|key| key.index()).collect();
        assert_eq!(indices.len(), LayerKey::COUNT);
        assert_eq!(indices.last(), Some(&(LayerKey::COUNT - 1)));
        assert!(LayerKey::ALL.into_iter().all(|key| LayerKey::parse(key.as_str()) == Some(key)), "words are unique");
        for pass in Layer::ALL.into_iter().filter(|pass| !matches!(pass, Layer::Sky | Layer::Cap)) {
            assert!(LayerKey::in_pass(pass).next().is_some(), "{pass:?}");
        }
    }

    #[test]
    fn a_shared_pass_is_drawn_while_one_of_its_layers_is() {
        let mut layers = Layers::default();
        let hidden = LayerState { visible: false, ..LayerState::default() };
        for class in &NetworkClass::ALL[1..] {
            layers.set(LayerKey::Network(*class), hidden);
        }
        assert!(layers.draws(Layer::Pipe) && layers.shows(FeatureKind::NetworkEdge));
        layers.set(LayerKey::Network(NetworkClass::Water), hidden);
        assert!(!layers.draws(Layer::Pipe) && layers.draws(Layer::Fitting), "hydrants are drawn there too");
        layers.set(LayerKey::Resources, LayerState { opacity: 40, ..LayerState::default() });
        assert!(layers.is_translucent(Layer::Fitting) && !layers.is_translucent(Layer::Building));
    }

    #[test]
    fn a_selection_holds_each_feature_once_in_order() {
        let id = |n| FeatureId::new(FeatureKind::Parcel, n);
        let one = Selection::from(Some(id(3)));
        let more = one.with([id(5), id(3), id(5), id(1)]);
        assert_eq!(more.ids(), [id(3), id(5), id(1)]);
        assert_eq!(more.toggled(id(5)).ids(), [id(3), id(1)]);
        assert_eq!(one.single(), Some(id(3)));
        assert_eq!((more.single(), more.len()), (None, 3));
    }
}
