//! What a person asks of the networks under a park.

use std::collections::BTreeMap;

use analysis::network::clearance::Planned;
use analysis::network::isolation::ValveState;
use analysis::network::trace::Way;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, ParkSnapshot, Provenance};

use super::forms::{Press, Site};
use crate::attribute;

/// States of valves that a person told, by the keys of their nodes.
pub(crate) type Told = BTreeMap<String, ValveState>;

/// A line or point of a network that was picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its network.
    pub class: NetworkClass,
    /// Its key, as it is asked for.
    pub key: String,
    /// Its key, as it is shown.
    pub shown: String,
    /// The feature, in the state of the park in which it was picked.
    pub id: FeatureId,
}

impl Place {
    /// The line or point of a network with this id; `None` for anything else.
    pub(crate) fn of(park: &ParkSnapshot, id: FeatureId) -> Option<Self> {
        let row = attribute::row_of(park, id)?;
        match id.kind {
            FeatureKind::NetworkEdge => {
                let line = &park.edges[row];
                let shown = line.provenance.key.clone();
                let key = apart(park, "line", line.class, &line.provenance);
                Some(Self { class: line.class, key, shown, id })
            }
            FeatureKind::NetworkNode => {
                let node = &park.nodes[row];
                let key = apart(park, "point", node.class, &node.provenance);
                Some(Self { class: node.class, shown: node.provenance.key.clone(), key, id })
            }
            _ => None,
        }
    }
}

/// The key of a line or point, with its kind and layer before it where others of the network have the same.
pub(super) fn apart(park: &ParkSnapshot, kind: &str, class: NetworkClass, of: &Provenance) -> String {
    let lines = park.edges.iter().filter(|edge| edge.class == class).map(|edge| &edge.provenance);
    let points = park.nodes.iter().filter(|node| node.class == class).map(|node| &node.provenance);
    match lines.chain(points).filter(|other| other.key == of.key).count() {
        0 | 1 => of.key.clone(),
        _ => format!("{kind}:{}:{}", of.layer, of.key),
    }
}

/// What is picked: where it begins, and where a way ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Picks {
    /// Where it begins, or breaks.
    pub from: Option<Place>,
    /// Where a way ends.
    pub to: Option<Place>,
}

impl Picks {
    /// Takes another place. Of a way, it is the end while there is none; of anything else, the beginning.
    pub(crate) fn take(&mut self, place: Place, way: bool) {
        match &self.from {
            Some(from) if way && self.to.is_none() && from.class == place.class && *from != place => {
                self.to = Some(place);
            }
            _ => (self.from, self.to) = (Some(place), None),
        }
    }
}

/// Kinds of traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Ask {
    /// What hangs together.
    Connected,
    /// Against the flow.
    Upstream,
    /// With the flow.
    #[default]
    Downstream,
    /// The shortest way to the nearest source, of sewers to the nearest outfall.
    Source,
    /// The shortest way between two places.
    Path,
    /// Lines on loops.
    Loops,
    /// What a source feeds.
    Fed,
}

impl Ask {
    /// All of them, in the order of the panel.
    pub(crate) const ALL: [Self; 7] =
        [Self::Connected, Self::Upstream, Self::Downstream, Self::Source, Self::Fed, Self::Path, Self::Loops];
}

/// Of what it is asked how much is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LeftOf {
    /// Every parcel.
    Parcels,
    /// Every building.
    Buildings,
    /// Every line and point that limits somebody.
    Elements,
    /// One parcel, building or point, and its way.
    At(Site),
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Question {
    /// What a trace reaches.
    Reach {
        /// Network.
        class: NetworkClass,
        /// Where it begins.
        from: String,
        /// Which way it goes.
        way: Way,
    },
    /// The way to the nearest source or outfall.
    Source {
        /// Network.
        class: NetworkClass,
        /// Where it begins.
        from: String,
    },
    /// The shortest way.
    Path {
        /// Network.
        class: NetworkClass,
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// Lines on loops.
    Loops {
        /// Network.
        class: NetworkClass,
    },
    /// What a source feeds.
    Fed {
        /// Network.
        class: NetworkClass,
        /// The source, or any other place.
        from: String,
    },
    /// What a break in every line would take.
    Critical {
        /// Network.
        class: NetworkClass,
        /// As if a valve or switch stood at both ends of every line.
        everywhere: bool,
    },
    /// Pressures in water mains, and what changes them.
    Pressure {
        /// What is asked.
        press: Press,
        /// Demand answers to pressure.
        driven: bool,
    },
    /// What capacity is left.
    Left {
        /// Network that carries the resource.
        class: NetworkClass,
        /// The resource, by its name in the table.
        resource: String,
        /// Of what.
        of: LeftOf,
        /// Commitments count up to this day; the day that is looked at where none is told.
        by: Option<NaiveDate>,
    },
    /// What a break takes.
    Break {
        /// Network.
        class: NetworkClass,
        /// Where it broke.
        at: String,
    },
    /// Which lines are too near to each other or to buildings.
    Near,
    /// What a planned line is too near to.
    Planned(Planned),
    /// What a pit meets.
    Dig {
        /// Corners, park coordinates, m.
        outline: Vec<[f64; 2]>,
        /// Elevation of the floor, m.
        floor_m: f64,
        /// How far beside it lines are told of, m.
        caution_m: f64,
    },
}

impl Question {
    /// A trace from what is picked; `None` while something is missing.
    pub(crate) fn trace(ask: Ask, picks: &Picks, class: NetworkClass) -> Option<Self> {
        let from = || picks.from.as_ref().map(|place| (place.class, place.key.clone()));
        let reach = |way| from().map(|(class, from)| Self::Reach { class, from, way });
        match ask {
            Ask::Connected => reach(Way::Connected),
            Ask::Upstream => reach(Way::Upstream),
            Ask::Downstream => reach(Way::Downstream),
            Ask::Source => from().map(|(class, from)| Self::Source { class, from }),
            Ask::Fed => from().map(|(class, from)| Self::Fed { class, from }),
            Ask::Path => {
                let to = picks.to.as_ref()?.key.clone();
                from().map(|(class, from)| Self::Path { class, from, to })
            }
            Ask::Loops => Some(Self::Loops { class }),
        }
    }

    /// A break at what is picked.
    pub(crate) fn broken(picks: &Picks) -> Option<Self> {
        picks.from.as_ref().map(|place| Self::Break { class: place.class, at: place.key.clone() })
    }

    /// The network that is asked; `None` for all of them.
    pub(crate) fn class(&self) -> Option<NetworkClass> {
        match self {
            Self::Reach { class, .. }
            | Self::Source { class, .. }
            | Self::Path { class, .. }
            | Self::Loops { class }
            | Self::Fed { class, .. }
            | Self::Critical { class, .. }
            | Self::Left { class, .. }
            | Self::Break { class, .. } => Some(*class),
            Self::Pressure { .. } => Some(NetworkClass::Water),
            Self::Near | Self::Planned(_) | Self::Dig { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use analysis::network::clearance::Course;

    use super::*;
    use crate::fixture;

    fn place(key: &str, class: NetworkClass) -> Place {
        Place { class, key: key.into(), shown: key.into(), id: FeatureId::new(FeatureKind::NetworkEdge, 1) }
    }

    #[test]
    fn a_way_has_two_ends_in_one_network_and_a_third_pick_begins_anew() {
        let (water, gas) = (NetworkClass::Water, NetworkClass::Gas);
        let mut picks = Picks::default();
        picks.take(place("a", water), true);
        assert_eq!(Question::trace(Ask::Path, &picks, gas), None);
        picks.take(place("b", water), true);
        let path = Question::Path { class: water, from: "a".into(), to: "b".into() };
        assert_eq!(Question::trace(Ask::Path, &picks, gas), Some(path));
        picks.take(place("c", water), true);
        assert_eq!((picks.from.as_ref().unwrap().key.as_str(), &picks.to), ("c", &None));
        picks.take(place("d", gas), true);
        assert_eq!(picks.from.as_ref().unwrap().key, "d", "no way leads into another network");
        picks.take(place("e", gas), false);
        assert_eq!((picks.from.as_ref().unwrap().key.as_str(), &picks.to), ("e", &None));
        assert_eq!(Question::trace(Ask::Loops, &Picks::default(), water), Some(Question::Loops { class: water }));
        assert_eq!(Question::broken(&picks).unwrap().class(), Some(gas));
    }

    #[test]
    fn a_line_with_the_key_of_a_point_is_asked_for_as_a_line() {
        let mut park = (*fixture::tiny().snapshot).clone();
        let (line, node) = (park.edges[0].clone(), park.nodes[0].id);
        assert_eq!(Place::of(&park, line.id).unwrap().key, line.provenance.key);
        park.nodes[0].provenance.key = line.provenance.key.clone();
        park.nodes[0].class = line.class;
        let found = Place::of(&park, line.id).unwrap();
        let (layer, key) = (&line.provenance.layer, &line.provenance.key);
        assert_eq!((found.key, &found.shown), (format!("line:{layer}:{key}"), key));
        let layer = &park.nodes[0].provenance.layer;
        assert_eq!(Place::of(&park, node).unwrap().key, format!("point:{layer}:{key}"));
        assert_eq!(Place::of(&park, park.parcels[0].id), None);
    }

    #[test]
    fn a_planned_line_lies_so_deep_under_the_ground_all_along() {
        let park = fixture::tiny().snapshot;
        let (x, y) = fixture::CORNER;
        let points = vec![[x, y + 40.0], [x + 300.0, y + 90.0]];
        let planned = Planned { course: Course::Cover(1.5), points, ..Planned::default() };
        let line = planned.line(&park);
        let terrain = park.terrain.as_ref().unwrap();
        assert!(line.path.len() > 10, "it follows the ground");
        for [x, y, z] in &line.path {
            assert!((terrain.height_at(*x, *y).unwrap() - z - 1.6).abs() < 1e-6);
        }
        let mut flat = (*park).clone();
        flat.terrain = None;
        let line = planned.line(&flat);
        assert_eq!(line.path.len(), 2);
        assert!(line.path.iter().all(|at| at[2].is_nan()), "no ground, no height");
    }
}
