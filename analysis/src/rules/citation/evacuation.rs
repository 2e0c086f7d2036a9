//! What the table of evacuation says, of what a person is told with its source.

use crate::words::{Phrase, phrase};

/// Standards and clauses.
pub(super) const SAID: [Phrase; 6] = [
    phrase("standard-fruin", "Fruin, Pedestrian Planning and Design"),
    phrase("standard-imo-1533", "IMO MSC.1/Circ.1533, evacuation analysis for passenger ships"),
    phrase(
        "clause-door-width",
        "clear width of an entrance where none is on record, and of the doors together of a building without an entrance on record",
    ),
    phrase("clause-reaction", "median time from the alarm to setting out, lognormal; measure it in a drill"),
    phrase("clause-los-walkways", "levels of service of walkways: F from 5 ft2 a person on"),
    phrase("clause-congested", "annex 3: a place is congested from this local density on"),
];
