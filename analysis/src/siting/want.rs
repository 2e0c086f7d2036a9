//! What can be asked of a site, with its figure and unit. How it is held against a park is left to `measure`.

use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::industries::industry_words;
use super::roads::road_class_words;
use super::rounding::rounded;
use super::said;
use super::substances::substance_words;
use super::supply::Utility;
use crate::words;
use crate::words::Words;

/// A day is missed altogether by so many days.
pub(super) const LATE_DAYS: f64 = 730.0;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Want {
    /// Land, m².
    Land {
        /// At least, m².
        at_least_m2: f64,
    },
    /// Floor: that stands empty, or that may be built on the land within the pitch's limits, m².
    Floor {
        /// At least, m².
        at_least_m2: f64,
    },
    /// A hall of this footprint, anywhere on the land within the pitch's limits, turned as it fits best.
    Hall {
        /// Length, m.
        length_m: f64,
        /// Width, m.
        width_m: f64,
        /// Height of the eaves above ground, m.
        height_m: f64,
        /// Depth of the yard that trucks need along one of the long sides, m.
        #[serde(default)]
        yard_m: f64,
    },
    /// Room on the land, beside the hall and what stands there, for a truck to turn round, and a way to it from the road.
    Turning {
        /// Vehicle of `analysis/rules/siting/turning.toml`.
        #[serde(default = "super::turning::articulated")]
        vehicle: String,
        /// Outer radius that it sweeps, m; that of the table if absent.
        #[serde(default)]
        radius_m: Option<f64>,
    },
    /// Clear height under the lowest beam, m.
    ClearHeight {
        /// At least, m.
        at_least_m: f64,
    },
    /// What the floor bears, kN/m².
    FloorLoad {
        /// At least, kN/m².
        at_least_kn_m2: f64,
    },
    /// Power that is left at the connection point, MW.
    Power {
        /// At least, MW.
        at_least_mw: f64,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Gas that is left at the connection point, m³/h.
    Gas {
        /// At least, m³/h.
        at_least_m3_h: f64,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Water that is left at the connection point, m³/d.
    Water {
        /// At least, m³/d.
        at_least_m3_d: f64,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Sewage that the connection point still takes, m³/d.
    Sewage {
        /// At least, m³/d.
        at_least_m3_d: f64,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Heat that is left at the connection point, MW.
    Heat {
        /// At least, MW.
        at_least_mw: f64,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Fibre routes that have no stretch in common.
    Telecom {
        /// At least so many.
        at_least_routes: u32,
        /// From this day on.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// A line of this utility near the boundary. Access is not capacity.
    Access {
        /// Of which utility.
        to: Utility,
        /// At most so far, m.
        at_most_m: f64,
    },
    /// A road of one of these classes.
    Road {
        /// Classes: arterial, collector, local …
        classes: Vec<String>,
        /// At most so far from the boundary, m.
        at_most_m: f64,
        /// Carriageway at least so wide, m; any if absent.
        #[serde(default)]
        width_m: Option<f64>,
    },
    /// Near something.
    Near {
        /// What.
        what: Thing,
        /// At most so far, m.
        at_most_m: f64,
    },
    /// Away from something.
    Away {
        /// What.
        what: Thing,
        /// At least so far, m.
        at_least_m: f64,
    },
    /// Planned for a use.
    Zoning {
        /// Scheme of the codes.
        scheme: String,
        /// Codes; a code stands for all that begin with it.
        codes: Vec<String>,
    },
    /// Planned for an industry.
    Industry {
        /// Two digits of GB/T 4754.
        code: String,
    },
    /// Enterprises of these industries near by.
    Neighbours {
        /// Two digits of GB/T 4754 each.
        industries: Vec<String>,
        /// At most so far, m.
        within_m: f64,
        /// At least so many.
        at_least: u32,
    },
    /// People who work near by already, by the yearly figures of the park's enterprises: who could be hired, or come along.
    Jobs {
        /// At least so many.
        at_least: u32,
        /// At most so far, m.
        within_m: f64,
    },
    /// To be had.
    Free {
        /// By this day.
        #[serde(deserialize_with = "written_day")]
        by: NaiveDate,
    },
    /// Price asked for the land or the floor, by m². A rent is no price.
    Price {
        /// At most, by m².
        at_most_per_m2: f64,
        /// ISO 4217 code.
        currency: String,
    },
    /// Years that the land or floor is to be had for.
    Term {
        /// At least, years.
        at_least_years: f64,
    },
}

/// What a site can be near to or away from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Thing {
    /// A gate of the park or of a compound.
    Gate,
    /// A fire station.
    FireStation,
    /// A hospital or first-aid post.
    Hospital,
    /// A hydrant that works.
    Hydrant,
    /// A tank, store or plant with a substance; any substance if empty.
    Hazard {
        /// Word in the record's substance, or its CAS number.
        #[serde(default)]
        substance: String,
    },
    /// Open water.
    OpenWater,
    /// A railway.
    Rail,
}

/// Which way a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// More is better.
    AtLeast,
    /// Less is better.
    AtMost,
}

/// A figure that is no figure: name, value, what it must be.
type Wrong = (&'static str, String, &'static str);

impl Want {
    /// The figure asked for, and which way it counts. Days count from the common era; uses and industries are 1 where they are
    /// admitted.
    pub fn figure(&self) -> (f64, Side) {
        match self {
            Self::Land { at_least_m2 } | Self::Floor { at_least_m2 } => (*at_least_m2, Side::AtLeast),
            Self::Hall { .. } | Self::Zoning { .. } | Self::Industry { .. } => (1.0, Side::AtLeast),
            Self::Turning { vehicle, radius_m } => {
                let radius_m = radius_m.or_else(|| super::turning::swept_m(vehicle));
                (radius_m.unwrap_or(f64::NAN), Side::AtLeast)
            }
            Self::ClearHeight { at_least_m } | Self::Away { at_least_m, .. } => (*at_least_m, Side::AtLeast),
            Self::FloorLoad { at_least_kn_m2 } => (*at_least_kn_m2, Side::AtLeast),
            Self::Power { at_least_mw, .. } | Self::Heat { at_least_mw, .. } => (*at_least_mw, Side::AtLeast),
            Self::Gas { at_least_m3_h, .. } => (*at_least_m3_h, Side::AtLeast),
            Self::Water { at_least_m3_d, .. } | Self::Sewage { at_least_m3_d, .. } => (*at_least_m3_d, Side::AtLeast),
            Self::Telecom { at_least_routes, .. } => (f64::from(*at_least_routes), Side::AtLeast),
            Self::Access { at_most_m, .. } | Self::Road { at_most_m, .. } | Self::Near { at_most_m, .. } => {
                (*at_most_m, Side::AtMost)
            }
            Self::Neighbours { at_least, .. } | Self::Jobs { at_least, .. } => (f64::from(*at_least), Side::AtLeast),
            Self::Free { by } => (days(*by), Side::AtMost),
            Self::Price { at_most_per_m2, .. } => (*at_most_per_m2, Side::AtMost),
            Self::Term { at_least_years } => (*at_least_years, Side::AtLeast),
        }
    }

    /// By how much a site may miss the figure before it has nothing of it: the figure itself, of days two years.
    pub fn scale(&self) -> f64 {
        if let Self::Free { .. } = self { LATE_DAYS } else { self.figure().0 }
    }

    /// The same with another figure; what has none to move stays.
    #[must_use]
    pub fn with_figure(&self, figure: f64) -> Self {
        let mut want = self.clone();
        match &mut want {
            Self::Land { at_least_m2 } | Self::Floor { at_least_m2 } => *at_least_m2 = figure,
            Self::Hall { length_m, width_m, yard_m, .. } => {
                for side in [length_m, width_m, yard_m] {
                    *side *= figure;
                }
            }
            Self::Zoning { .. } | Self::Industry { .. } => {}
            Self::Turning { radius_m, .. } => *radius_m = Some(figure),
            Self::ClearHeight { at_least_m } | Self::Away { at_least_m, .. } => *at_least_m = figure,
            Self::FloorLoad { at_least_kn_m2 } => *at_least_kn_m2 = figure,
            Self::Power { at_least_mw, .. } | Self::Heat { at_least_mw, .. } => *at_least_mw = figure,
            Self::Gas { at_least_m3_h, .. } => *at_least_m3_h = figure,
            Self::Water { at_least_m3_d, .. } | Self::Sewage { at_least_m3_d, .. } => *at_least_m3_d = figure,
            Self::Telecom { at_least_routes, .. } => *at_least_routes = figure.max(0.0) as u32,
            Self::Access { at_most_m, .. } | Self::Road { at_most_m, .. } | Self::Near { at_most_m, .. } => {
                *at_most_m = figure;
            }
            Self::Neighbours { at_least, .. } | Self::Jobs { at_least, .. } => *at_least = figure.max(0.0) as u32,
            Self::Free { by } => *by = date(figure).unwrap_or(*by),
            Self::Price { at_most_per_m2, .. } => *at_most_per_m2 = figure,
            Self::Term { at_least_years } => *at_least_years = figure,
        }
        want
    }

    /// Utility and day, where this is one of the supplies.
    pub fn supply(&self) -> Option<(Utility, NaiveDate)> {
        Some(match self {
            Self::Power { by, .. } => (Utility::Power, *by),
            Self::Gas { by, .. } => (Utility::Gas, *by),
            Self::Water { by, .. } => (Utility::Water, *by),
            Self::Sewage { by, .. } => (Utility::Sewage, *by),
            Self::Heat { by, .. } => (Utility::Heat, *by),
            Self::Telecom { by, .. } => (Utility::Telecom, *by),
            _ => return None,
        })
    }

    /// Unit of the figure; empty for what has none.
    pub fn unit(&self) -> &str {
        match self {
            Self::Land { .. } | Self::Floor { .. } => "m²",
            Self::ClearHeight { .. }
            | Self::Turning { .. }
            | Self::Access { .. }
            | Self::Road { .. }
            | Self::Near { .. }
            | Self::Away { .. } => "m",
            Self::FloorLoad { .. } => "kN/m²",
            Self::Power { .. } | Self::Heat { .. } => "MW",
            Self::Gas { .. } => "m³/h",
            Self::Water { .. } | Self::Sewage { .. } => "m³/d",
            Self::Price { currency, .. } => currency,
            Self::Hall { .. }
            | Self::Telecom { .. }
            | Self::Zoning { .. }
            | Self::Industry { .. }
            | Self::Neighbours { .. }
            | Self::Jobs { .. }
            | Self::Free { .. }
            | Self::Term { .. } => "",
        }
    }

    /// What it is called.
    pub fn title(&self) -> Words {
        match self {
            Self::Land { .. } => words!("pitch-want-land", "land"),
            Self::Floor { .. } => words!("pitch-want-floor", "floor"),
            Self::Hall { .. } => words!("pitch-want-hall", "the hall on the land"),
            Self::Turning { .. } => words!("pitch-want-turning", "room for trucks to turn, radius"),
            Self::ClearHeight { .. } => words!("pitch-want-clear-height", "clear height"),
            Self::FloorLoad { .. } => words!("pitch-want-floor-load", "floor load"),
            Self::Power { by, .. } => words!("pitch-want-power", "power from {by}", by = *by),
            Self::Gas { by, .. } => words!("pitch-want-gas", "gas from {by}", by = *by),
            Self::Water { by, .. } => words!("pitch-want-water", "water from {by}", by = *by),
            Self::Sewage { by, .. } => words!("pitch-want-sewage", "sewage from {by}", by = *by),
            Self::Heat { by, .. } => words!("pitch-want-heat", "heat from {by}", by = *by),
            Self::Telecom { by, .. } => words!("pitch-want-telecom", "fibre routes from {by}", by = *by),
            Self::Access { to, .. } => words!("pitch-want-access", "access to {utility}", utility = to.title()),
            Self::Road { .. } => words!("pitch-want-road", "road"),
            Self::Near { what, .. } => words!("pitch-want-near", "near {thing}", thing = what.title()),
            Self::Away { what, .. } => words!("pitch-want-away", "away from {thing}", thing = what.title()),
            Self::Zoning { .. } => words!("pitch-want-zoning", "planned use"),
            Self::Industry { code } => {
                words!("pitch-want-industry", "industry {code} admitted", code = industry_words(code))
            }
            Self::Neighbours { .. } => words!("pitch-want-neighbours", "neighbours in the trade"),
            Self::Jobs { .. } => words!("pitch-want-jobs", "jobs near by"),
            Self::Free { .. } => words!("pitch-want-free", "to be had"),
            Self::Price { .. } => words!("pitch-want-price", "price by m²"),
            Self::Term { .. } => words!("pitch-want-term", "term"),
        }
    }

    /// What is asked for, with its figure and unit.
    pub fn asked(&self) -> Words {
        match self {
            Self::Zoning { scheme, codes } => Words::from(format!("{} ({scheme})", codes.join(", "))),
            Self::Industry { code } => industry_words(code),
            Self::Hall { length_m, width_m, height_m, yard_m } => {
                let hall = format!("{length_m:.0} × {width_m:.0} × {height_m:.1}");
                if *yard_m <= 0.0 {
                    return words!("pitch-asked-hall-bare", "{hall} m", hall = hall);
                }
                words!("pitch-asked-hall", "{hall} m, yard {yard} m", hall = hall, yard = format!("{yard_m:.0}"))
            }
            Self::Road { classes, at_most_m, width_m } => {
                let classes = crate::land::joined(classes.iter().map(|class| road_class_words(class)).collect());
                let near = format!("≤ {at_most_m:.0} m");
                match width_m {
                    None => words!("pitch-asked-road", "{classes}, {near}", classes = classes, near = near),
                    Some(width) => words!(
                        "pitch-asked-road-wide",
                        "{classes}, {near}, ≥ {width} m wide",
                        classes = classes,
                        near = near,
                        width = format!("{width:.1}"),
                    ),
                }
            }
            Self::Neighbours { industries, within_m, at_least } => words!(
                "pitch-asked-neighbours",
                "≥ {count} of industry {codes} within {reach} m",
                count = at_least.to_string(),
                codes = crate::land::joined(industries.iter().map(|code| industry_words(code)).collect()),
                reach = format!("{within_m:.0}"),
            ),
            Self::Jobs { at_least, within_m } => words!(
                "pitch-asked-jobs",
                "≥ {count} within {reach} m",
                count = at_least.to_string(),
                reach = format!("{within_m:.0}"),
            ),
            _ => {
                let (figure, side) = self.figure();
                let sign = if side == Side::AtLeast { "≥" } else { "≤" };
                let shown = self.shown(figure);
                words!("pitch-asked", "{sign} {figure}", sign = sign, figure = shown)
            }
        }
    }

    /// A figure of this kind for people.
    pub fn shown(&self, figure: f64) -> Words {
        match self {
            Self::Free { .. } => match date(figure) {
                Some(day) => Words::from(day.to_string()),
                None => words!("pitch-never", "no day on record"),
            },
            Self::Hall { .. } => {
                words!("pitch-shown-share", "{share} % of its size", share = format!("{:.0}", figure * 100.0))
            }
            Self::Telecom { .. } | Self::Neighbours { .. } | Self::Jobs { .. } => Words::from(format!("{figure:.0}")),
            Self::Term { .. } => said::years(figure),
            Self::Price { .. } => Words::from(format!("{}/m²", grouped(figure, self.unit()))),
            Self::Zoning { .. } | Self::Industry { .. } => {
                if figure >= 1.0 {
                    words!("pitch-admitted", "admitted")
                } else {
                    words!("pitch-not-admitted", "not admitted")
                }
            }
            _ => Words::from(grouped(figure, self.unit())),
        }
    }

    /// A bound of this kind for people, rounded up or down: it is never told as more than is known.
    pub(super) fn shown_bound(&self, figure: f64, up: bool) -> Words {
        let step = match self {
            _ if !figure.is_finite() => return self.shown(figure),
            Self::Free { .. } | Self::Zoning { .. } | Self::Industry { .. } => return self.shown(figure),
            Self::Hall { .. } => 0.01,
            Self::Telecom { .. } | Self::Neighbours { .. } | Self::Jobs { .. } | Self::Term { .. } => 1.0,
            _ if figure.abs() >= 100.0 => 1.0,
            _ => 0.1,
        };
        self.shown(rounded(figure, step, up))
    }

    /// Checks that something can be held against it.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let (figure, _) = self.figure();
        let given = |empty: bool, what: &'static str| {
            if empty { Err((what, "nothing".to_owned(), "given")) } else { Ok(()) }
        };
        match self {
            Self::Hall { length_m, width_m, height_m, yard_m } => {
                for (what, side) in [("length_m", length_m), ("width_m", width_m), ("height_m", height_m)] {
                    if !(side.is_finite() && *side > 0.0) {
                        return Err((what, side.to_string(), "above 0"));
                    }
                }
                if width_m > length_m {
                    return Err(("width_m", width_m.to_string(), "no more than the length"));
                }
                if !(yard_m.is_finite() && *yard_m >= 0.0) {
                    return Err(("yard_m", yard_m.to_string(), "0 or more"));
                }
            }
            Self::Turning { vehicle, .. } if super::turning::swept_m(vehicle).is_none() => {
                return Err(("the vehicle", vehicle.clone(), "one of the table of vehicles"));
            }
            Self::Zoning { scheme, codes } => {
                given(scheme.is_empty(), "the scheme")?;
                given(codes.is_empty(), "the codes")?;
            }
            Self::Industry { code } => given(code.is_empty(), "the code")?,
            Self::Road { classes, width_m, .. } => {
                given(classes.is_empty(), "the classes")?;
                if let Some(width) = width_m.filter(|width| !(width.is_finite() && *width > 0.0)) {
                    return Err(("width_m", width.to_string(), "above 0"));
                }
            }
            Self::Jobs { within_m, .. } if !(within_m.is_finite() && *within_m > 0.0) => {
                return Err(("within_m", within_m.to_string(), "above 0"));
            }
            Self::Neighbours { industries, within_m, .. } => {
                given(industries.is_empty(), "the industries")?;
                // A division has two digits: by fewer nobody would be found, and the site would seem to have no neighbours.
                let digits = |code: &str| code.chars().filter(char::is_ascii_digit).count();
                if let Some(code) = industries.iter().find(|code| digits(code.as_str()) < 2) {
                    return Err(("an industry", code.clone(), "two digits or more"));
                }
                if !(within_m.is_finite() && *within_m > 0.0) {
                    return Err(("within_m", within_m.to_string(), "above 0"));
                }
            }
            _ => {}
        }
        if figure.is_finite() && figure > 0.0 { Ok(()) } else { Err(("the figure", figure.to_string(), "above 0")) }
    }
}

impl Thing {
    /// What it is called.
    pub fn title(&self) -> Words {
        match self {
            Self::Gate => words!("pitch-thing-gate", "a gate"),
            Self::FireStation => words!("pitch-thing-fire-station", "a fire station"),
            Self::Hospital => words!("pitch-thing-hospital", "a hospital or first-aid post"),
            Self::Hydrant => words!("pitch-thing-hydrant", "a working hydrant"),
            Self::Hazard { substance } if substance.is_empty() => {
                words!("pitch-thing-hazard", "dangerous substances")
            }
            Self::Hazard { substance } => {
                words!("pitch-thing-substance", "{substance} on record", substance = substance_words(substance))
            }
            Self::OpenWater => words!("pitch-thing-water", "open water"),
            Self::Rail => words!("pitch-thing-rail", "a railway"),
        }
    }
}

/// A day as it is written in a pitch.
fn written_day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text:?} is no day: a day is written as \"2027-06-01\"")))
}

/// A day as a number: days of the common era.
pub(super) fn days(day: NaiveDate) -> f64 {
    use chrono::Datelike;
    f64::from(day.num_days_from_ce())
}

/// The day of a number; `None` for what is none.
pub(super) fn date(days: f64) -> Option<NaiveDate> {
    (days.is_finite() && days.abs() < 3e6).then(|| NaiveDate::from_num_days_from_ce_opt(days.ceil() as i32)).flatten()
}

/// A number in groups of three with as many decimals as its size deserves.
pub(super) fn grouped(value: f64, unit: &str) -> String {
    if !value.is_finite() {
        return if value > 0.0 { format!("∞ {unit}") } else { format!("−∞ {unit}") }.trim_end().to_owned();
    }
    let whole = crate::land::number(value.trunc(), unit);
    if value.abs() >= 100.0 || value.fract().abs() < 0.05 {
        return if value.abs() >= 100.0 { crate::land::number(value, unit) } else { whole };
    }
    format!("{value:.1} {unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_with_the_digits_they_deserve() {
        assert_eq!(grouped(30_000.0, "m²"), "30\u{202f}000 m²");
        assert_eq!(grouped(9.6, "m"), "9.6 m");
        assert_eq!(grouped(4.0, "MW"), "4 MW");
        assert_eq!(grouped(f64::INFINITY, "m"), "∞ m");
        assert_eq!(date(days("2027-06-01".parse().unwrap())), "2027-06-01".parse().ok());
    }

    #[test]
    fn an_industry_of_neighbours_has_two_digits() {
        let neighbours =
            |code: &str| Want::Neighbours { industries: vec![code.to_owned()], within_m: 100.0, at_least: 1 }.check();
        assert!(neighbours("59").is_ok() && neighbours("C2614").is_ok());
        assert_eq!(neighbours("C").unwrap_err().0, "an industry");
        assert!(neighbours("5").is_err());
    }

    #[test]
    fn a_figure_that_is_moved_is_the_figure_asked_for() {
        let wants = [
            Want::Land { at_least_m2: 1.0 },
            Want::Power { at_least_mw: 1.0, by: NaiveDate::default() },
            Want::Near { what: Thing::Gate, at_most_m: 1.0 },
            Want::Free { by: "2020-01-01".parse().unwrap() },
            Want::Telecom { at_least_routes: 1, by: NaiveDate::default() },
        ];
        for want in wants {
            let moved = want.with_figure(740_000.0);
            assert_eq!(moved.figure().0, 740_000.0, "{want:?}");
            assert_eq!(moved.figure().1, want.figure().1);
        }
    }
}
