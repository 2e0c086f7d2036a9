//! What is known of a quantity: its lowest and highest possible value, and what is missing when they differ.
//!
//! Ratios of sums over parcels get exact bounds although their parts hang together (a parcel that may be built or not
//! moves numerator and denominator at once): each parcel has a set of possible contributions, and the ratio is driven
//! to its extreme over all choices by Dinkelbach's iteration (Management Science 13, 1967).

/// Lowest and highest possible value; equal when the value is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lowest possible value.
    pub low: f64,
    /// Highest possible value; infinite when nothing bounds it.
    pub high: f64,
}

impl Range {
    /// A non-negative quantity of which nothing is known.
    pub const ANY: Self = Self { low: 0.0, high: f64::INFINITY };

    /// A quantity of which nothing is known, not even that it is not negative.
    pub const UNBOUNDED: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// From lowest to highest.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// A known value.
    pub const fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The value, where it is known.
    pub fn value(self) -> Option<f64> {
        (self.low == self.high && self.low.is_finite()).then_some(self.low)
    }

    /// The sum of two quantities.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(self.low + other.low, self.high + other.high)
    }

    /// The quantity times a known factor that is not negative.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        // Zero of an unbounded quantity is zero.
        if factor == 0.0 { Self::exactly(0.0) } else { Self::new(self.low * factor, self.high * factor) }
    }

    /// The quantity with nothing below `floor`.
    #[must_use]
    pub fn at_least(self, floor: f64) -> Self {
        Self::new(self.low.max(floor), self.high.max(floor))
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
    }

    /// True when the other lies within.
    pub fn holds(self, other: Self) -> bool {
        self.low <= other.low && other.high <= self.high
    }
}

/// What one parcel may add to numerator and denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// To the numerator; not negative.
    pub numerator: Range,
    /// To the denominator; not negative.
    pub denominator: f64,
}

/// Sum of one choice each, lowest and highest.
pub(super) fn sum_range<'a>(choices: impl Iterator<Item = &'a [Range]>) -> Range {
    choices
        .map(|options| options.iter().copied().reduce(Range::around).unwrap_or(Range::exactly(0.0)))
        .fold(Range::exactly(0.0), Range::plus)
}

/// Lowest and highest of (`fixed` + Σ numerators) / Σ denominators, one share chosen of each set; `None` where the
/// denominator may be zero: then there may be no ratio at all.
pub fn ratio_range(choices: &[Vec<Share>], fixed: Range) -> Option<Range> {
    let least = |shares: &Vec<Share>| shares.iter().map(|s| s.denominator).reduce(f64::min).unwrap_or(0.0);
    if choices.iter().map(least).sum::<f64>() <= 0.0 {
        return None;
    }
    Some(Range::new(extreme(choices, fixed.low, false), extreme(choices, fixed.high, true)))
}

/// The lowest or highest ratio.
fn extreme(choices: &[Vec<Share>], fixed: f64, highest: bool) -> f64 {
    let part = |share: &Share| if highest { share.numerator.high } else { share.numerator.low };
    // From any choice on, each step takes the choice that gains most at the ratio reached.
    let pick = |gain: &dyn Fn(&Share) -> f64| {
        choices.iter().fold((fixed, 0.0), |(numerator, denominator), shares| {
            let best = shares.iter().reduce(|a, b| if gain(b) > gain(a) { b } else { a });
            best.map_or((numerator, denominator), |s| (numerator + part(s), denominator + s.denominator))
        })
    };
    let (mut numerator, mut denominator) = pick(&|s| s.denominator);
    if numerator.is_infinite() {
        return f64::INFINITY;
    }
    let mut ratio = numerator / denominator;
    // The ratio moves strictly one way over finitely many choices; the limit is for rounding only.
    for _ in 0..100 {
        (numerator, denominator) = if highest {
            pick(&|s| part(s) - ratio * s.denominator)
        } else {
            pick(&|s| ratio * s.denominator - part(s))
        };
        if numerator.is_infinite() {
            return f64::INFINITY;
        }
        let next = numerator / denominator;
        let better = if highest { next > ratio } else { next < ratio };
        if !better {
            break;
        }
        ratio = next;
    }
    ratio
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shares() -> impl Strategy<Value = Vec<Vec<Share>>> {
        let share = (0_u8..5, 0_u8..3, 0_u8..4).prop_map(|(n, more, d)| Share {
            numerator: Range::new(f64::from(n), f64::from(n + more)),
            denominator: f64::from(d),
        });
        prop::collection::vec(prop::collection::vec(share, 1..4), 1..5)
    }

    /// Every choice tried.
    fn brute(choices: &[Vec<Share>], fixed: Range) -> Option<Range> {
        let mut all = vec![(fixed.low, fixed.high, 0.0)];
        for shares in choices {
            all = all
                .iter()
                .flat_map(|(l, h, d)| {
                    shares.iter().map(move |s| (l + s.numerator.low, h + s.numerator.high, d + s.denominator))
                })
                .collect();
        }
        all.iter().all(|(.., d)| *d > 0.0).then(|| {
            let low = all.iter().map(|c| c.0 / c.2).fold(f64::INFINITY, f64::min);
            let high = all.iter().map(|c| c.1 / c.2).fold(0.0, f64::max);
            Range::new(low, high)
        })
    }

    proptest! {
        #[test]
        fn bounds_are_those_of_every_choice_tried(choices in shares(), fixed in 0_u8..3) {
            let fixed = Range::new(f64::from(fixed), f64::from(fixed) * 2.0);
            let (ours, expected) = (ratio_range(&choices, fixed), brute(&choices, fixed));
            prop_assert_eq!(ours.is_some(), expected.is_some());
            if let (Some(ours), Some(expected)) = (ours, expected) {
                prop_assert!((ours.low - expected.low).abs() < 1e-12, "{:?} {:?}", ours, expected);
                prop_assert!(ours.high == expected.high || (ours.high - expected.high).abs() < 1e-12, "{:?} {:?}", ours, expected);
            }
        }

        #[test]
        fn a_further_possibility_never_narrows(mut choices in shares(), n in 0_u8..5, d in 0_u8..4) {
            let before = ratio_range(&choices, Range::exactly(1.0));
            choices[0].push(Share { numerator: Range::exactly(f64::from(n)), denominator: f64::from(d) });
            let after = ratio_range(&choices, Range::exactly(1.0));
            prop_assert!(before.is_some() || after.is_none(), "no ratio, and then one");
            if let (Some(before), Some(after)) = (before, after) {
                prop_assert!(Range::new(after.low - 1e-12, after.high + 1e-12).holds(before), "{:?} {:?}", before, after);
            }
        }
    }

    #[test]
    fn what_is_known_is_one_value() {
        let known = |n, d| vec![Share { numerator: Range::exactly(n), denominator: d }];
        let ratio = ratio_range(&[known(1.0, 3.0), known(0.5, 0.7)], Range::exactly(0.1)).unwrap();
        assert_eq!(ratio.value(), Some((0.1 + 1.0 + 0.5) / 3.7));
        assert_eq!(ratio_range(&[known(1.0, 0.0)], Range::exactly(0.0)), None);
        assert_eq!(Range::ANY.times(0.0), Range::exactly(0.0));
    }
}
