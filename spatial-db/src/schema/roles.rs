//! The word a manifest uses to say what a layer is.

use std::fmt;

use crate::model::{FeatureKind, NetworkClass};

/// What a source layer is: `parcel`, `building`, `network.water.edge`, `terrain` …
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Rows of one feature table.
    Feature(FeatureKind),
    /// Lines of a network class; `None` when a column carries the class.
    NetworkEdge(Option<NetworkClass>),
    /// Points of a network class; `None` when a column carries the class.
    NetworkNode(Option<NetworkClass>),
    /// A raster of ground heights.
    TerrainRaster,
    /// Points with ground heights, to be triangulated.
    TerrainPoints,
    /// An orthophoto: a picture of the ground from straight above.
    Imagery,
}

const PLAIN: [(&str, Role); 17] = [
    ("parcel", Role::Feature(FeatureKind::Parcel)),
    ("building", Role::Feature(FeatureKind::Building)),
    ("building_surface", Role::Feature(FeatureKind::BuildingSurface)),
    ("enterprise", Role::Feature(FeatureKind::Enterprise)),
    ("tenancy", Role::Feature(FeatureKind::Tenancy)),
    ("enterprise_year", Role::Feature(FeatureKind::EnterpriseYear)),
    ("land_contract", Role::Feature(FeatureKind::LandContract)),
    ("land_event", Role::Feature(FeatureKind::LandEvent)),
    ("project", Role::Feature(FeatureKind::Project)),
    ("road", Role::Feature(FeatureKind::RoadEdge)),
    ("emergency_resource", Role::Feature(FeatureKind::EmergencyResource)),
    ("hazard_source", Role::Feature(FeatureKind::HazardSource)),
    ("surface", Role::Feature(FeatureKind::Surface)),
    ("terrain", Role::TerrainRaster),
    ("terrain.points", Role::TerrainPoints),
    ("imagery", Role::Imagery),
    ("network", Role::NetworkEdge(None)),
];

impl Role {
    /// The role of a manifest word: a plain role, `network`, `network.edge`, `network.node`, `network.<class>`,
    /// `network.<class>.edge` or `network.<class>.node`.
    pub fn parse(word: &str) -> Option<Self> {
        if let Some((_, role)) = PLAIN.iter().find(|(name, _)| *name == word) {
            return Some(*role);
        }
        let rest = word.strip_prefix("network.")?;
        match rest.split_once('.') {
            None if rest == "edge" => Some(Self::NetworkEdge(None)),
            None if rest == "node" => Some(Self::NetworkNode(None)),
            None => NetworkClass::parse(rest).map(|class| Self::NetworkEdge(Some(class))),
            Some((class, "edge")) => NetworkClass::parse(class).map(|class| Self::NetworkEdge(Some(class))),
            Some((class, "node")) => NetworkClass::parse(class).map(|class| Self::NetworkNode(Some(class))),
            Some(_) => None,
        }
    }

    /// Every word that [`Role::parse`] accepts, for help and suggestions.
    pub fn words() -> Vec<String> {
        let mut words: Vec<String> = PLAIN.iter().map(|(name, _)| (*name).to_owned()).collect();
        words.extend(["network.edge".to_owned(), "network.node".to_owned()]);
        for class in NetworkClass::ALL {
            for form in ["", ".edge", ".node"] {
                words.push(format!("network.{}{form}", class.as_str()));
            }
        }
        words
    }

    /// Whether layers of this role are rasters, which have neither rows nor fields.
    pub fn is_raster(self) -> bool {
        matches!(self, Self::TerrainRaster | Self::Imagery)
    }

    /// The table that rows of this role end in.
    pub fn kind(self) -> FeatureKind {
        match self {
            Self::Feature(kind) => kind,
            Self::NetworkEdge(_) => FeatureKind::NetworkEdge,
            Self::NetworkNode(_) => FeatureKind::NetworkNode,
            Self::TerrainRaster | Self::TerrainPoints => FeatureKind::TerrainTile,
            Self::Imagery => FeatureKind::ImageryTile,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = PLAIN.iter().find(|(_, role)| role == self) {
            return f.write_str(name);
        }
        match self {
            Self::NetworkEdge(Some(class)) => write!(f, "network.{}", class.as_str()),
            Self::NetworkNode(Some(class)) => write!(f, "network.{}.node", class.as_str()),
            Self::NetworkNode(None) => f.write_str("network.node"),
            _ => f.write_str("network"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_parses_and_round_trips() {
        for word in Role::words() {
            let role = Role::parse(&word).unwrap_or_else(|| panic!("{word}"));
            assert_eq!(Role::parse(&role.to_string()), Some(role), "{word}");
        }
        assert_eq!(Role::parse("parcels"), None);
        assert_eq!(Role::parse("network.steam"), None);
        assert_eq!(Role::parse("network.water.face"), None);
    }
}
