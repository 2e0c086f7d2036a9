//! What the table of protection says.

use crate::words::{Phrase, phrase};

/// Clauses.
pub(super) const SAID: [Phrase; 16] = [
    phrase("clause-lane-width", "a fire lane is at least 4.0 m wide"),
    phrase("clause-lane-height", "nothing hangs lower than 4.0 m over a fire lane"),
    phrase("clause-lane-slope", "a fire lane is not steeper than 8 %"),
    phrase("clause-lane-over", "length of road that a slope is taken over, so that a survey's noise is none"),
    phrase(
        "clause-lane-yard",
        "at a dead end a yard of 12 by 12 m to turn in; 15 by 15 m for high buildings, 18 by 18 m for heavy engines",
    ),
    phrase("clause-lane-back", "an engine backs out of a dead end that is no longer than this"),
    phrase("clause-lane-front", "a building with a frontage of more than 150 m needs a lane through it or round it"),
    phrase(
        "clause-lane-fronts",
        "a building of more than 220 m along its streets together needs a lane through it or round it",
    ),
    phrase("clause-lane-yard-high", "at a dead end by a high building a yard of 15 by 15 m to turn in"),
    phrase("clause-high-building", "a building higher than this is a high one"),
    phrase("clause-lane-beside", "a lane no further than this from a side of a building runs along it"),
    phrase("clause-hydrant-spacing", "outdoor hydrants are no more than 120 m apart"),
    phrase("clause-hydrant-road", "an outdoor hydrant is no more than 2 m from the edge of a road"),
    phrase("clause-hydrant-wall", "an outdoor hydrant is at least 5 m from the wall of a building"),
    phrase("clause-hydrant-flow", "an outdoor hydrant counts for 10 to 15 L/s"),
    phrase("clause-fire-demand", "outdoor fire demand of plants of classes A and B by volume"),
];
