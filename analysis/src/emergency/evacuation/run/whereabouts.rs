//! Where each person is, for whoever draws them.

use super::{Assembly, At, Walkers};

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
            At::Waiting(way) => Whereabouts::Waiting { way },
            At::On(way, towards, _) => Whereabouts::On { way, towards },
            At::Arrived => Whereabouts::Arrived { place: person.place },
            At::CutOff(node) => Whereabouts::CutOff { node },
        }
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
