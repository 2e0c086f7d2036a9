//! What the left button does: look about and pick, draw a shape that selects, set points that measure, or cut the ground open.

use bevy::prelude::*;

/// The tool in hand.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tool {
    /// Drag the ground, click to select.
    #[default]
    Look,
    /// Drag a rectangle that selects.
    Box,
    /// Draw an outline that selects.
    Lasso,
    /// Click points of a line: lengths, height, slope.
    Line,
    /// Click corners of an area.
    Area,
    /// Drag, or click two places: a section plane.
    Section,
    /// Drag a rectangle, or click corners: a pit.
    Dig,
    /// Click valves of a network: stuck, or closed.
    Valve,
    /// Click corners of a line that is planned.
    Lay,
}

impl Tool {
    /// True when clicks set points.
    pub(crate) const fn measures(self) -> bool {
        matches!(self, Self::Line | Self::Area)
    }

    /// True when clicks and drags place a cut.
    pub(crate) const fn cuts(self) -> bool {
        matches!(self, Self::Section | Self::Dig)
    }

    /// True when clicks are for the networks' panel alone.
    pub(crate) const fn is_of_networks(self) -> bool {
        matches!(self, Self::Valve | Self::Lay)
    }
}
