//! Where each person is, for whoever draws them.

use spatial_db::model::FeatureId;

use super::{Assembly, At, Person, Walkers};

/// Where a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// In his building.
    Inside,
    /// Between his door and the first node.
    Leaving,
    /// In line before a way.
    Waiting {
        /// The way.
        way: usize,
    },
    /// On a way.
    On {
        /// The way.
        way: usize,
        /// The node that he walks to.
        towards: usize,
    },
    /// Between the last node and his place of assembly.
    Arriving {
        /// Index of the place.
        place: usize,
    },
    /// At his place of assembly.
    Arrived {
        /// Index of the place.
        place: usize,
    },
    /// At a node from which no open way leads to any place.
    CutOff {
        /// The node.
        node: usize,
    },
}

impl Walkers<'_> {
    /// Everyone.
    pub fn persons(&self) -> usize {
        self.persons.len()
    }

    /// Where a person is, by his number.
    ///
    /// # Panics
    /// Where there is no such person.
    pub fn whereabouts(&self, person: usize) -> Whereabouts {
        let person = &self.persons[person];
        match person.at {
            At::Inside => Whereabouts::Inside,
            At::Open(_, false) => Whereabouts::Leaving,
            At::Open(_, true) => Whereabouts::Arriving { place: person.place },
            At::Waiting(way, _) => Whereabouts::Waiting { way },
            At::On(way, towards, _) => Whereabouts::On { way, towards },
            At::Arrived => Whereabouts::Arrived { place: person.place },
            At::CutOff(node) => Whereabouts::CutOff { node },
        }
    }

    /// Places of the people outside, m, in the order of their numbers: on ways, in line before one, between a door or a place of assembly
    /// and the ways, and where no way is open.
    pub fn on_ways(&self) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        self.persons.iter().enumerate().filter_map(move |(id, person)| Some((id, self.outside_m(person)?)))
    }

    /// Those, and the people who have set out and stand in line at their door: everyone whom what is in the air outside reaches.
    pub fn in_the_open(&self) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        self.persons.iter().enumerate().filter_map(move |(id, person)| {
            let in_line = person.at == At::Inside && person.ready_s <= self.now_s;
            let place = if in_line { Some(self.groups[person.group].door_m) } else { self.outside_m(person) };
            Some((id, place?))
        })
    }

    /// Buildings of the people indoors, one a person: in line at a door they are outside.
    pub fn indoors(&self) -> impl Iterator<Item = FeatureId> + '_ {
        let indoors = self.persons.iter().filter(move |person| person.at == At::Inside && person.ready_s > self.now_s);
        indoors.map(move |person| self.groups[person.group].building)
    }

    /// The people at their places of assembly, in the order of their numbers, and the indices of those.
    pub fn at_places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let arrived = self.persons.iter().enumerate().filter(|(_, person)| person.at == At::Arrived);
        arrived.map(|(id, person)| (id, person.place))
    }

    /// Where a person is outside, m; none in his building and at his place of assembly.
    fn outside_m(&self, person: &Person) -> Option<[f64; 2]> {
        let nodes = &self.ways.nodes;
        let (from, to, left_m, whole_m) = match person.at {
            At::Inside | At::Arrived => return None,
            At::Waiting(_, node) | At::CutOff(node) => return Some(nodes[node]),
            At::Open(left, false) => {
                let (node, whole) = self.first[person.group];
                (self.groups[person.group].door_m, nodes[node], left, whole)
            }
            At::Open(left, true) => {
                let (node, whole) = self.last[person.place];
                (nodes[node], self.places[person.place].position_m, left, whole)
            }
            At::On(way, towards, left) => {
                (nodes[self.ways.other_end(way, towards)], nodes[towards], left, self.ways.ways[way].length_m)
            }
        };
        let share = if whole_m > 0.0 { (left_m / whole_m).clamp(0.0, 1.0) } else { 0.0 };
        Some([to[0] + share * (from[0] - to[0]), to[1] + share * (from[1] - to[1])])
    }

    /// Index of a person's group.
    ///
    /// # Panics
    /// Where there is no such person.
    pub fn group_of(&self, person: usize) -> usize {
        self.persons[person].group
    }

    /// Where a group comes out, m, and the node that it walks to first.
    ///
    /// # Panics
    /// Where there is no such group.
    pub fn start_of(&self, group: usize) -> ([f64; 2], usize) {
        (self.groups[group].door_m, self.first[group].0)
    }

    /// Places of assembly.
    pub fn places(&self) -> &[Assembly] {
        self.places
    }

    /// Where a place of assembly is, m.
    ///
    /// # Panics
    /// Where there is no such place.
    pub fn place_m(&self, place: usize) -> [f64; 2] {
        self.places[place].position_m
    }
}
