//! Views that a park comes with: what a package carries, beside the views of whoever looks at it.

use bevy::prelude::*;

use crate::tour::{Stop, Tour};

/// Where offered views come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferedKind {
    /// The views that the packer kept in the window.
    Bookmarks,
    /// A tour, by its name.
    Tour(String),
    /// Single scenes.
    Scenes,
}

/// Views that a park comes with.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Where they come from.
    pub kind: OfferedKind,
    /// The views in their order.
    pub tour: Tour,
}

/// All that is offered, and what of it cannot be read.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub(crate) struct Offers {
    /// The groups.
    pub groups: Vec<Offered>,
    /// Names and reasons of what cannot be read.
    pub unreadable: Vec<String>,
}

impl Offers {
    /// A view by its group and place.
    pub(crate) fn stop(&self, group: usize, at: usize) -> Option<&Stop> {
        self.groups.get(group)?.tour.stops.get(at)
    }
}
