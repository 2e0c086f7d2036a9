//! What the left button does: look about and pick, draw a shape that selects, or set points that measure.

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
}

impl Tool {
    /// True when clicks set points.
    pub(crate) const fn measures(self) -> bool {
        matches!(self, Self::Line | Self::Area)
    }
}
