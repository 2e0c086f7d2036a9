//! What is told to somebody from outside: no more than a package for a prospect shows. Names and keys of what stays at home go, rows of
//! sources go, and distances to what is drawn coarsely are as coarse.

use spatial_db::package::Whitelist;

use super::capacity::routes_words;
use super::explain::Finding;
use super::ground::{Candidate, Missing};
use super::matched::{Match, Place};
use super::measure::{Measure, NOWHERE, Verdict};
use super::roads::road_class_words;
use super::supply::left_to_tell;
use super::things::Railway;
use super::want::{Thing, Want};
use crate::words;
use crate::words::{Argument, Words};

/// A source without the row.
pub(super) fn without_row(source: Words) -> Words {
    let layer = source.arguments().iter().find(|(name, _)| *name == "layer" && source.key() == Some("pitch-source"));
    match layer {
        Some((_, Argument::Text(layer))) => Words::from(layer.as_str()),
        Some((_, Argument::Words(layer))) => layer.clone(),
        None => source,
    }
}

/// Bounds of the bands in which it is told how far something is that a package does not show at all, m.
const BANDS_M: [f64; 6] = [0.0, 50.0, 100.0, 250.0, 500.0, 1000.0];

/// The band, m, that a distance lies in, from and to; beyond the last bound there is no end to it.
pub(super) fn band_m(low: f64, high: f64) -> (f64, f64) {
    let bounds = || BANDS_M.iter().copied();
    let from = if low.is_finite() { bounds().rfind(|bound| *bound <= low).unwrap_or(0.0) } else { low };
    let to = bounds().find(|bound| *bound > high).unwrap_or(f64::INFINITY);
    (from, to)
}

/// The steps, m, that a distance lies between: those of the squares that a package draws lines to.
pub(super) fn steps_m(low: f64, high: f64) -> (f64, f64) {
    let side = Whitelist::PROSPECT.coarse_m;
    let from = if low.is_finite() { (low / side).floor().max(0.0) * side } else { low };
    let to = if high.is_finite() { f64::max((high / side).ceil() * side, from + side) } else { high };
    (from, to)
}

/// On what rests what is said to be left at a connection, without the name of any part of the way there.
fn left_there(measure: &Measure) -> Words {
    let (is_least, is_most) = (measure.low.is_finite(), measure.high.is_finite());
    // A day that is past is asked of nobody; and nothing is on record where there is no bound.
    if measure.missing == Missing::Passed || !(is_least || is_most) {
        return measure.missing.words();
    }
    if is_least {
        words!("pitch-left-there", "what others have and were promised leaves so much at the connection")
    } else {
        words!("pitch-left-most", "what others have and were promised leaves no more than so much at the connection")
    }
}

/// The same of fibre routes: which lines they are, and which of them have holes free, stays in the office.
fn routes_there(measure: &Measure) -> Words {
    let is_told = measure.missing != Missing::Passed && (measure.low > 0.0 || measure.high.is_finite());
    if is_told { routes_words() } else { measure.missing.words() }
}

/// How a measure is told less exactly: from its least and its most to what is told of them.
type Coarse = fn(f64, f64) -> (f64, f64);

impl Match<'_, '_> {
    /// A finding as it may be told.
    pub(super) fn to_strangers(&self, offered: &Candidate, mut finding: Finding) -> Finding {
        let want = &self.pitch.needs[finding.need].want;
        finding.source = without_row(finding.source);
        if let Some(named) = self.named(want, finding.measure.at) {
            let missing = finding.measure.missing.words();
            finding.because = if finding.verdict == Verdict::Unknown && !missing.is_empty() {
                words!("joined", "{before}; {next}", before = named, next = missing)
            } else {
                named
            };
        } else if want.supply().is_some() {
            // Which part of the way is the bottleneck, or has no rating, is named by its key.
            finding.because = match want {
                Want::Telecom { .. } => routes_there(&finding.measure),
                _ => left_there(&finding.measure),
            };
        }
        if want.supply().is_some() && finding.verdict == Verdict::Gap {
            let (low, high) = left_to_tell((finding.measure.low, finding.measure.high));
            finding.measure = Measure { low, high, ..finding.measure };
            finding.has = super::explain::range(want, low, high);
            let (wanted, side) = want.figure();
            finding.gap = super::explain::gap(want, &finding.measure, wanted, side);
        }
        if matches!(want, Want::Hall { .. } | Want::Floor { .. })
            && offered.building.is_none()
            && finding.verdict != Verdict::Unknown
        {
            finding.because = self.placed_on(offered, false);
        }
        if finding.measure.missing == Missing::Negotiated {
            // That somebody else is in talks about the land is the office's own.
            finding.because = words!("pitch-free-open", "not settled yet: ask");
        }
        // The verdict is that of the exact distance.
        let coarse: Option<Coarse> = match want {
            Want::Near { what, .. } | Want::Away { what, .. } => match what {
                Thing::Hazard { .. } => Some(band_m),
                Thing::Hydrant => Some(steps_m),
                _ => None,
            },
            Want::Access { .. } => Some(steps_m),
            _ => None,
        };
        if let Some(coarse) = coarse {
            let Measure { low, high, .. } = finding.measure;
            let (low, high) = coarse(low, high);
            finding.measure = Measure { low, high, at: NOWHERE, ..finding.measure };
            finding.has = super::explain::range(want, low, high);
            finding.gap = None;
        }
        if let Want::Jobs { .. } = want {
            // Where one enterprise is near by, how many there are is that enterprise's own figure.
            let low = if finding.verdict == Verdict::Fit { want.figure().0 } else { 0.0 };
            finding.measure = Measure { low, ..finding.measure };
            finding.has = super::explain::range(want, low, finding.measure.high);
        }
        if let Want::Near { what: Thing::Hazard { .. }, .. } | Want::Away { what: Thing::Hazard { .. }, .. } = want {
            finding.source = words!("pitch-source-hazards", "hazard sources on record");
        }
        finding
    }

    /// Why a place of a ranking is where it is, as it may be told: without the share of the wishes, since of a single wish it tells the
    /// exact distance or figure that is told coarsely or not at all.
    pub(super) fn why_to_strangers(&self, place: &Place) -> Words {
        crate::land::joined(self.stands(place))
    }

    /// What a want was measured at, by a name that a package shows; `None` for what is no thing on the map.
    fn named(&self, want: &Want, at: u32) -> Option<Words> {
        if at == NOWHERE {
            return None;
        }
        let (park, at) = (self.ground.park, at as usize);
        let or = |name: Option<&String>, title: Words| name.map_or(title, |name| Words::from(name.as_str()));
        match want {
            Want::Near { what, .. } | Want::Away { what, .. } => Some(match what {
                Thing::Gate | Thing::FireStation | Thing::Hospital => {
                    or(park.resources[at].name.as_ref(), what.title())
                }
                Thing::Rail => match self.ground.railway(at) {
                    Railway::Track(road) => or(road.name.as_ref(), what.title()),
                    // A package shows no names of ground cover.
                    Railway::Cover(_) => what.title(),
                },
                Thing::Hydrant | Thing::Hazard { .. } | Thing::OpenWater => what.title(),
            }),
            Want::Road { .. } => {
                let road = &park.roads[at];
                let class = road.class.as_deref().map(road_class_words);
                Some(or(road.name.as_ref(), class.unwrap_or_else(|| want.title())))
            }
            Want::Access { to, .. } => {
                Some(words!("pitch-access-only", "{line}: access is not capacity", line = to.title()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_lie_between_the_steps_of_the_squares() {
        assert_eq!(steps_m(8.2, 8.2), (0.0, 25.0));
        assert_eq!(steps_m(0.0, 0.0), (0.0, 25.0));
        assert_eq!(steps_m(25.0, 25.0), (25.0, 50.0));
        assert_eq!(steps_m(49.0, 120.0), (25.0, 125.0));
        assert_eq!(steps_m(60.0, f64::INFINITY), (50.0, f64::INFINITY));
    }

    #[test]
    fn what_is_not_shown_at_all_is_told_in_bands() {
        assert_eq!(band_m(0.0, 0.0), (0.0, 50.0));
        assert_eq!(band_m(49.9, 49.9), (0.0, 50.0));
        assert_eq!(band_m(131.7, 131.7), (100.0, 250.0));
        assert_eq!(band_m(60.0, 300.0), (50.0, 500.0));
        assert_eq!(band_m(1000.0, 1000.0), (1000.0, f64::INFINITY));
        assert_eq!(band_m(60.0, f64::INFINITY), (50.0, f64::INFINITY));
        assert_eq!(band_m(f64::INFINITY, f64::INFINITY), (f64::INFINITY, f64::INFINITY));
    }

    #[test]
    fn what_is_left_is_told_by_what_is_known_of_it() {
        let told = |low: f64, high: f64, missing| left_there(&Measure { low, high, at: 0, missing }).to_string();
        let (most, there) = ("leaves no more than so much", "leaves so much at the connection");
        let (least, none) = (f64::NEG_INFINITY, f64::INFINITY);
        // Known up to a bound: that nothing is on record would not be true.
        assert!(told(least, 5.0, Missing::Capacity).contains(most));
        assert!(told(3.6, 4.0, Missing::Capacity).contains(there));
        assert!(told(4.0, 4.0, Missing::Nothing).contains(there));
        assert!(told(least, none, Missing::Capacity).contains("not on record"));
        assert!(told(least, none, Missing::Passed).contains("past"));
    }

    #[test]
    fn a_source_is_told_by_its_layer() {
        let row = words!("pitch-source", "{layer}, row {row}", layer = "pipes", row = 12_i64);
        assert_eq!(without_row(row), "pipes");
        let lines = super::super::layers::layer_words("GD lines");
        let row = words!("pitch-source", "{layer}, row {row}", layer = lines.clone(), row = 12_i64);
        assert_eq!(without_row(row), lines, "in the reader's language");
        assert_eq!(without_row("the plan".into()), "the plan");
    }
}
