//! Why a candidate stands where it does: every need with its figures, sources and dates, in words.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use spatial_db::model::Provenance;

use super::enlarge::holder_words;
use super::file::How;
use super::ground::{Candidate, Free, Missing};
use super::layers::layer_words;
use super::matched::{Match, Place, Standing};
use super::measure::{Measure, NOWHERE, Verdict};
use super::rounding::rounded;
use super::said;
use super::substances::{is_in_table, substance_words};
use super::things::Railway;
use super::want::{Side, Thing, Want};
use crate::words;
use crate::words::Words;

/// A need of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which need, from 0.
    pub need: usize,
    /// What it is called.
    pub title: Words,
    /// Whether the site falls without it.
    pub must: bool,
    /// Weight of a wish; 0 for a must.
    pub weight: f64,
    /// What it comes to.
    pub verdict: Verdict,
    /// What is asked for.
    pub wanted: Words,
    /// What there is.
    pub has: Words,
    /// By how much it falls short.
    pub gap: Option<Words>,
    /// What it was measured at, or what is missing.
    pub because: Words,
    /// Where that comes from.
    pub source: Words,
    /// Day of the source.
    pub date: Option<NaiveDate>,
    /// How near it comes, from and to, 0 to 1.
    pub grade: (f32, f32),
    /// The figure that there is, from and to.
    pub measure: Measure,
}

impl Missing {
    /// What is missing, in words; empty for nothing.
    pub fn words(self) -> Words {
        match self {
            Self::Nothing => Words::default(),
            Self::Holder => words!("pitch-missing-holder", "who holds the land is not on record"),
            Self::Negotiated => {
                words!("pitch-missing-negotiated", "a project without a contract is on record for the land")
            }
            Self::FloorArea => words!("pitch-missing-floor", "the floor area of a building is not on record"),
            Self::TenancyFloor => words!("pitch-missing-let", "the floor that a tenant uses is not on record"),
            Self::StoreyHeight => words!("pitch-missing-storey", "the height of the storeys is not on record"),
            Self::ClearHeight => {
                words!(
                    "pitch-missing-clear",
                    "the clear height is not on record, only how high a storey may be at most"
                )
            }
            Self::FloorLoad => words!("pitch-missing-load", "what the floor bears is not on record"),
            Self::LandUse => words!("pitch-missing-use", "the land-use class is not on record in the scheme asked for"),
            Self::IndustryClass => words!(
                "pitch-missing-industry",
                "the class of industrial land, or what the industry needs, is not in the table",
            ),
            Self::Capacity => words!(
                "pitch-missing-capacity",
                "what is left at the connection is not on record: access is not capacity",
            ),
            Self::Lines => words!("pitch-missing-lines", "lines of this utility are not on record"),
            Self::LineKind => words!("pitch-missing-line-kind", "what the nearest drain carries is not on record"),
            Self::Moved => words!(
                "pitch-missing-moved",
                "the lines of this package are drawn coarsely: how far the nearest is, is not known closer",
            ),
            Self::Roads => words!("pitch-missing-roads", "roads near by, or their class, are not on record"),
            Self::RoadWidth => words!("pitch-missing-width", "the width of the road is not on record"),
            Self::Things => words!("pitch-missing-things", "such records are missing or incomplete"),
            Self::Enterprises => {
                words!("pitch-missing-trades", "the industry or the place of enterprises is not on record")
            }
            Self::Jobs => words!(
                "pitch-missing-jobs",
                "who works beyond the park's records, and who lives near by, is not on record"
            ),
            Self::Price => words!("pitch-missing-price", "no price in this currency is on record"),
            Self::Term => words!("pitch-missing-term", "no term is on record"),
            Self::Limits => words!("pitch-missing-limits", "the pitch gives no limits for building on the land"),
            Self::NotTried => words!("pitch-missing-tried", "it was not tried on this land: too much else is missing"),
            Self::Behind => words!(
                "pitch-missing-behind",
                "it was not tried on this land: those that are listed come before it even if it fits here"
            ),
            Self::Enough => words!(
                "pitch-missing-enough",
                "it was not tried on this land: as many better sites were tried as are tried at all"
            ),
            Self::Layout => words!(
                "pitch-missing-layout",
                "the layouts of the hall that were tried leave too little; whether another leaves enough is not known",
            ),
            Self::Way => {
                words!("pitch-missing-way", "no way for trucks from the road to where they could turn was found")
            }
            Self::Passed => {
                words!("pitch-missing-passed", "the day asked for is past: ask for one from the day looked at on")
            }
        }
    }
}

impl Standing {
    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::Fits => words!("pitch-fits", "fits"),
            Self::Open => words!("pitch-open", "fits as far as is known"),
            Self::Unproven => words!("pitch-unproven", "not known to fit"),
            Self::Fails => words!("pitch-fails", "does not fit"),
        }
    }
}

impl Verdict {
    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::Fit => words!("pitch-verdict-fit", "met"),
            Self::Unknown => words!("pitch-verdict-unknown", "unknown"),
            Self::Gap => words!("pitch-verdict-gap", "missed"),
        }
    }

    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Unknown => "unknown",
            Self::Gap => "gap",
        }
    }
}

/// That sources of a substance are told by the word that was asked for alone: a word that the table does not have may be a slip.
fn by_word(substance: &str) -> Option<Words> {
    let told = substance.trim().is_empty() || is_in_table(substance);
    (!told).then(|| {
        words!("pitch-by-word", "{substance} is not in the table of substances: is it spelt so?", substance = substance)
    })
}

fn row_of(provenance: &Provenance) -> Words {
    words!("pitch-source", "{layer}, row {row}", layer = layer_words(&provenance.layer), row = provenance.source_row)
}

impl Match<'_, '_> {
    /// What a candidate is called.
    pub fn name(&self, candidate: &Candidate) -> Words {
        if let Some(at) = candidate.building {
            let building = self.ground.building(at);
            let name = building.name.clone().unwrap_or_else(|| building.provenance.key.clone());
            return match candidate.free {
                Free::From(day) if day > self.ground.as_of => {
                    words!("pitch-floors-from", "floors of {building} from {day}", building = name, day = day)
                }
                _ => words!("pitch-floors", "floors of {building}", building = name),
            };
        }
        let numbers: Vec<String> = candidate.parcels.iter().map(|slot| self.number(*slot)).collect();
        Words::from(numbers.join(" + "))
    }

    /// What a need is called.
    pub fn title(&self, need: usize) -> Words {
        self.pitch.needs[need].want.title()
    }

    /// Number of a parcel as people say it.
    pub fn number(&self, parcel: u32) -> String {
        let parcel = self.ground.parcel(parcel);
        parcel.number.clone().unwrap_or_else(|| parcel.provenance.key.clone())
    }

    /// Every need of a candidate, musts first, distances exactly.
    pub fn explain(&self, candidate: u32) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            (0..self.pitch.needs.len()).map(|need| self.finding(candidate, need)).collect();
        findings.sort_by(|a, b| b.must.cmp(&a.must).then(b.weight.total_cmp(&a.weight)).then(a.need.cmp(&b.need)));
        findings
    }

    /// One need of a candidate, distances exactly.
    pub(super) fn finding(&self, candidate: u32, at: usize) -> Finding {
        let need = &self.pitch.needs[at];
        let want = &need.want;
        let offered = &self.candidates[candidate as usize];
        // What was placed stays; a distance that only had to be far enough is taken exactly.
        let mut measure = self.measure(candidate, at);
        if matches!(want, Want::Near { .. } | Want::Away { .. } | Want::Access { .. } | Want::Road { .. }) {
            measure = self.gauges[at].measure_exactly(offered);
        }
        let (wanted, side) = want.figure();
        let verdict = self.verdict(candidate, at);
        let gap = (verdict == Verdict::Gap).then(|| gap(want, &measure, wanted, side)).flatten();
        let (because, source) = self.rests_on(offered, want, &measure, verdict);
        let supply = want.supply().and_then(|(utility, _)| {
            let slot = if measure.at == NOWHERE { *offered.parcels.first()? } else { measure.at };
            Some(self.gauges[at].supplies.at(slot as usize, utility))
        });
        let (because, source, date) = match supply {
            Some(supply) => {
                let passed = measure.missing == Missing::Passed;
                let unknown = supply.unknown.filter(|_| verdict == Verdict::Unknown);
                let because = unknown.or(supply.bottleneck).filter(|_| !passed).unwrap_or(because);
                (because, supply.source, supply.date.or(self.ground.park.park.as_of))
            }
            None => (because, source, self.ground.park.park.as_of),
        };
        Finding {
            need: at,
            title: want.title(),
            must: need.how == How::Must,
            weight: if let How::Wish(weight) = need.how { weight } else { 0.0 },
            verdict,
            wanted: want.asked(),
            has: if self.is_untried(candidate, at) {
                words!("pitch-not-tried", "not tried")
            } else {
                has(want, offered, &measure)
            },
            gap,
            because,
            source,
            date,
            grade: self.grade(candidate, at),
            measure,
        }
    }

    /// What a measure rests on, and the row that says it.
    fn rests_on(&self, offered: &Candidate, want: &Want, measure: &Measure, verdict: Verdict) -> (Words, Words) {
        let park = self.ground.park;
        let at = measure.at as usize;
        // What is missing is the reason where it leaves a question open: what is met or missed is so by what is on record.
        let missing = if verdict == Verdict::Unknown { measure.missing.words() } else { Words::default() };
        let found = measure.at != NOWHERE;
        let place = |named: Option<Words>, row: &Provenance| {
            let named = named.unwrap_or_else(|| Words::from(row.key.as_str()));
            let because = if missing.is_empty() {
                named
            } else {
                words!("joined", "{before}; {next}", before = named, next = missing.clone())
            };
            (because, row_of(row))
        };
        match want {
            Want::Near { what, .. } | Want::Away { what, .. } if found => match what {
                Thing::Hazard { substance } => {
                    let hazard = &park.hazards[at];
                    let substance_there = || hazard.substance.as_deref().map(substance_words);
                    let named = hazard.name.as_deref().map(Words::from).or_else(substance_there);
                    let (because, source) = place(named, &hazard.provenance);
                    (crate::land::joined([because].into_iter().chain(by_word(substance)).collect()), source)
                }
                Thing::OpenWater => {
                    let surface = &park.surfaces[at];
                    place(surface.name.clone().map(Words::from), &surface.provenance)
                }
                Thing::Rail => match self.ground.railway(at) {
                    Railway::Track(road) => place(road.name.clone().map(Words::from), &road.provenance),
                    Railway::Cover(surface) => place(surface.name.clone().map(Words::from), &surface.provenance),
                },
                _ => {
                    let resource = &park.resources[at];
                    place(resource.name.clone().map(Words::from), &resource.provenance)
                }
            },
            Want::Near { what, .. } | Want::Away { what, .. } if measure.missing == Missing::Nothing => {
                let none = words!("pitch-none-on-record", "none on record");
                let by_word = if let Thing::Hazard { substance } = what { by_word(substance) } else { None };
                (crate::land::joined([none].into_iter().chain(by_word).collect()), Words::default())
            }
            Want::Road { .. } if found => {
                let road = &park.roads[at];
                place(road.name.clone().map(Words::from), &road.provenance)
            }
            Want::Road { .. } if measure.missing == Missing::Nothing => {
                // As they are written in a pitch.
                let classes: BTreeSet<&str> = park.roads.iter().filter_map(|road| road.class.as_deref()).collect();
                let classes = classes.into_iter().collect::<Vec<_>>().join(", ");
                let none = words!(
                    "pitch-no-such-road",
                    "no such road on record; classes on record: {classes}",
                    classes = classes
                );
                (none, Words::default())
            }
            Want::Access { .. } if found => {
                let edge = &park.edges[at];
                let size = edge.diameter_mm.map(|dn| Words::from(format!("DN{dn:.0}")));
                let (mut because, source) = place(size, &edge.provenance);
                because = words!("pitch-access-only", "{line}: access is not capacity", line = because,);
                (because, source)
            }
            Want::ClearHeight { .. } | Want::FloorLoad { .. } | Want::Hall { .. } | Want::Floor { .. }
                if offered.building.is_none() =>
            {
                if verdict == Verdict::Unknown {
                    return (missing, Words::default());
                }
                let because = match want {
                    Want::FloorLoad { .. } => words!(
                        "pitch-built-new",
                        "built new, as it is asked for; what the ground bears is not on record"
                    ),
                    Want::ClearHeight { .. } => {
                        words!(
                            "pitch-built-high",
                            "built new: as high as asked for, else as the limits let, less the roof"
                        )
                    }
                    _ => self.placed_on(offered, true),
                };
                (because, words!("pitch-source-limits", "limits of the pitch; boundary on record"))
            }
            Want::ClearHeight { .. } | Want::FloorLoad { .. } | Want::Floor { .. } => {
                let building = offered.building.map(|at| self.ground.building(at));
                let source = building.map_or_else(Words::default, |building| row_of(&building.provenance));
                (missing, source)
            }
            Want::Industry { .. } => {
                let told = if verdict == Verdict::Unknown { missing } else { self.land_use(measure.at) };
                let mut because = vec![told, self.ground.tables.industry_standing()];
                because.retain(|words| !words.is_empty());
                (crate::land::joined(because), self.ground.tables.industry_source())
            }
            Want::Zoning { .. } if found => {
                let source = row_of(&self.ground.parcel(measure.at).provenance);
                let because = if verdict == Verdict::Unknown { missing } else { self.land_use(measure.at) };
                (because, source)
            }
            Want::Turning { vehicle, radius_m } => {
                let own = radius_m.is_some();
                let tried = super::turning::because(vehicle, own);
                let because = if verdict == Verdict::Unknown { missing } else { tried };
                (because, super::turning::source(vehicle, own))
            }
            Want::Jobs { .. } => (missing, words!("pitch-source-jobs", "yearly figures and tenancies on record")),
            Want::Free { .. } => self.freedom(offered),
            Want::Neighbours { .. } if measure.missing == Missing::Nothing => {
                (Words::default(), words!("pitch-source-tenancies", "enterprises and tenancies on record"))
            }
            _ => {
                let row = offered.parcels.first().map(|slot| row_of(&self.ground.parcel(*slot).provenance));
                (missing, row.unwrap_or_default())
            }
        }
    }

    fn land_use(&self, parcel: u32) -> Words {
        if parcel == NOWHERE {
            return Words::default();
        }
        let parcel = self.ground.parcel(parcel);
        let code = parcel.land_use_code.as_deref().unwrap_or_default();
        Words::from(format!("{code} {}", parcel.land_use.as_deref().unwrap_or_default()).trim())
    }

    /// Who stands in the way of having it. Names of holders stay in the office: a pitch is shown to others.
    fn freedom(&self, offered: &Candidate) -> (Words, Words) {
        let row = |slot: &u32| row_of(&self.ground.parcel(*slot).provenance);
        let source = match offered.building {
            Some(at) => row_of(&self.ground.building(at).provenance),
            None => offered.parcels.first().map(row).unwrap_or_default(),
        };
        let because = match (offered.free, offered.building) {
            (Free::From(day), Some(_)) if day > self.ground.as_of => {
                words!("pitch-free-after", "when the last tenancy on record has ended")
            }
            (Free::From(_), Some(_)) => words!("pitch-free-empty", "let to nobody by the record"),
            (Free::From(_), None) | (Free::Held | Free::Unknown(_), _) => holder_words(offered.free, true),
        };
        (because, source)
    }

    /// Why a place of a ranking is where it is: where it stands, what it misses, what of the wishes it has.
    pub fn why(&self, place: &Place) -> Words {
        let mut said = self.stands(place);
        if self.pitch.needs.iter().any(|need| need.how != How::Must) {
            let (low, high) = (place.score * 100.0, place.best * 100.0);
            let (low, high) = (format!("{low:.0}"), format!("{high:.0}"));
            let share = if low == high { low } else { format!("{low}–{high}") };
            said.push(words!("pitch-why-wishes", "wishes {share} %", share = share));
        }
        crate::land::joined(said)
    }

    /// Where a place stands, what it misses and what is not known of its musts.
    pub(super) fn stands(&self, place: &Place) -> Vec<Words> {
        let needs = |wanted: Verdict, musts: bool, untried: bool| -> Vec<Words> {
            let fits = |(at, need): (usize, &super::file::Need)| {
                let is = (need.how == How::Must) == musts
                    && self.verdict(place.candidate, at) == wanted
                    && self.is_untried(place.candidate, at) == untried;
                is.then(|| need.want.title())
            };
            self.pitch.needs.iter().enumerate().filter_map(fits).collect()
        };
        let listed = crate::land::joined;
        let missed = needs(Verdict::Gap, true, false);
        let open = needs(Verdict::Unknown, true, false);
        let untried = needs(Verdict::Unknown, true, true);
        let mut said = vec![place.standing.words()];
        if !missed.is_empty() {
            said.push(words!("pitch-why-missed", "missed: {needs}", needs = listed(missed)));
        }
        if !open.is_empty() {
            said.push(words!("pitch-why-open", "not known: {needs}", needs = listed(open)));
        }
        if !untried.is_empty() {
            said.push(words!("pitch-why-untried", "not tried: {needs}", needs = listed(untried)));
        }
        said
    }
}

/// By how much it falls short, in words; nothing where that is no figure. Of what is known from and to only it is the least.
pub(super) fn gap(want: &Want, measure: &Measure, wanted: f64, side: Side) -> Option<Words> {
    let gap = measure.gap(wanted, side);
    let least = *want.shown(measure.low) != *want.shown(measure.high);
    match want {
        Want::Zoning { .. } | Want::Industry { .. } => None,
        Want::Free { .. } if !gap.is_finite() => None,
        Want::Free { .. } => Some(words!("pitch-gap-days", "{days} late", days = said::days(gap))),
        Want::Hall { .. } => Some(words!("pitch-gap", "{gap} short", gap = short(want, gap))),
        _ if !gap.is_finite() => None,
        _ if least && side == Side::AtMost => {
            Some(words!("pitch-gap-over-least", "at least {gap} too much", gap = short_at_least(want, gap)?))
        }
        _ if least => Some(words!("pitch-gap-least", "at least {gap} short", gap = short_at_least(want, gap)?)),
        _ if side == Side::AtMost => Some(words!("pitch-gap-over", "{gap} too much", gap = short(want, gap))),
        _ => Some(words!("pitch-gap", "{gap} short", gap = short(want, gap))),
    }
}

/// What is lacking, with its unit: what is lacking by so little that it would read as nothing is less than the least that is written.
fn short(want: &Want, gap: f64) -> Words {
    let (shown, none, least) = (want.shown(gap), want.shown(0.0), want.shown(0.05));
    if gap > 0.0 && *shown == *none && *least != *none {
        return words!("pitch-less-than", "less than {figure}", figure = least);
    }
    shown
}

/// What is lacking at the least, with its unit: no more than that, with as many digits as it takes; `None` where it is next to nothing.
fn short_at_least(want: &Want, gap: f64) -> Option<Words> {
    let shown = want.shown_bound(gap, false);
    if *shown != *want.shown(0.0) {
        return Some(shown);
    }
    let digits = (1_u8..=3).find(|digits| gap >= 10_f64.powi(-i32::from(*digits)))?;
    let figure = rounded(gap, 10_f64.powi(-i32::from(digits)), false);
    let per = if matches!(want, Want::Price { .. }) { "/m²" } else { "" };
    (!want.unit().is_empty()).then(|| Words::from(format!("{figure:.*} {}{per}", usize::from(digits), want.unit())))
}

/// What there is, with its figure and unit.
fn has(want: &Want, offered: &Candidate, measure: &Measure) -> Words {
    if offered.building.is_none() && matches!(want, Want::FloorLoad { .. }) {
        return words!("pitch-as-built", "as it is built");
    }
    range(want, measure.low, measure.high)
}

/// A figure, from and to, with its unit: one figure where both read alike.
pub(super) fn range(want: &Want, low: f64, high: f64) -> Words {
    if matches!(want, Want::Zoning { .. } | Want::Industry { .. }) && low < high {
        return words!("unknown", "unknown");
    }
    let alike = low.is_finite() && high.is_finite() && *want.shown(low) == *want.shown(high);
    if low == high || alike {
        if low.is_infinite() && !matches!(want, Want::Free { .. }) {
            return words!("pitch-none", "none");
        }
        return want.shown(low);
    }
    match (low > 0.0 && low.is_finite(), high.is_finite()) {
        (false, false) => words!("unknown", "unknown"),
        (true, false) => words!("pitch-at-least", "{figure} or more", figure = want.shown_bound(low, false)),
        (false, true) => words!("pitch-at-most", "{figure} at most", figure = want.shown_bound(high, true)),
        (true, true) => words!(
            "pitch-from-to",
            "{from} to {to}",
            from = want.shown_bound(low, false),
            to = want.shown_bound(high, true)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_never_reads_as_nothing() {
        let power = Want::Power { at_least_mw: 4.0, by: NaiveDate::default() };
        assert_eq!(short(&power, 0.04), "less than 0.1 MW");
        assert_eq!(short(&power, 0.3), "0.3 MW");
        assert_eq!(short(&power, 0.0), "0 MW");
        let hall = Want::Hall { length_m: 60.0, width_m: 30.0, height_m: 10.0, yard_m: 0.0 };
        assert_eq!(short(&hall, 0.002), "less than 5 % of its size");
        assert_eq!(short(&hall, 0.2), "20 % of its size");
    }

    #[test]
    fn one_of_a_kind_is_told_as_one() {
        let late = |by: &str, until: &str| {
            let day = |text: &str| super::super::want::days(text.parse().unwrap());
            let want = Want::Free { by: by.parse().unwrap() };
            gap(&want, &Measure::known(day(until), 0), day(by), Side::AtMost).unwrap().to_string()
        };
        assert_eq!(late("2027-06-01", "2027-06-02"), "1 day late");
        assert_eq!(late("2027-06-01", "2027-07-01"), "30 days late");
        let term = Want::Term { at_least_years: 5.0 };
        assert_eq!((term.shown(1.0).as_str(), term.shown(5.0).as_str()), ("1 year", "5 years"));
    }

    #[test]
    fn what_falls_short_of_a_range_falls_short_by_so_much_at_least() {
        let short = |measure: Measure| {
            let want = Want::Power { at_least_mw: 3.0, by: NaiveDate::default() };
            gap(&want, &measure, 3.0, Side::AtLeast).unwrap().to_string()
        };
        let between = |low: f64, high: f64| Measure { low, high, at: NOWHERE, missing: Missing::Capacity };
        assert_eq!(short(Measure::known(1.0, 0)), "2 MW short");
        assert_eq!(short(between(1.1, 1.2)), "at least 1.8 MW short");
        assert_eq!(short(between(f64::NEG_INFINITY, -0.8)), "at least 3.8 MW short");
        // Never more than is known, however it is rounded.
        assert_eq!(short(between(f64::NEG_INFINITY, -0.96)), "at least 3.9 MW short");
        assert_eq!(short(between(f64::NEG_INFINITY, 2.96)), "at least 0.04 MW short");
        let reach = range(&Want::Power { at_least_mw: 3.0, by: NaiveDate::default() }, 1.96, 3.02);
        assert_eq!(reach.to_string(), "1.9 MW to 3.1 MW");
        // What reads as one figure is one.
        assert_eq!(short(between(1.201, 1.204)), "1.8 MW short");
        let far = gap(
            &Want::Near { what: Thing::Gate, at_most_m: 100.0 },
            &between(150.0, f64::INFINITY),
            100.0,
            Side::AtMost,
        );
        assert_eq!(far.unwrap().as_str(), "at least 50 m too much");
    }
}
