//! Units that sources use, as factors to the units that columns are stored in.
//!
//! Which unit a column is stored in is left to `spatial_db::schema`.

use spatial_db::schema::Unit;

/// International foot, m.
const FOOT_M: f64 = 0.3048;
/// US survey foot, m: 1200/3937 (NIST SP 811).
const US_FOOT_M: f64 = 1200.0 / 3937.0;

const LENGTHS: &[(&str, f64)] = &[
    ("m", 1.0),
    ("dm", 0.1),
    ("cm", 0.01),
    ("mm", 0.001),
    ("km", 1000.0),
    ("in", 0.0254),
    ("ft", FOOT_M),
    ("us-ft", US_FOOT_M),
    ("yd", 0.9144),
    ("mi", 1609.344),
];

const AREAS: &[(&str, f64)] = &[
    ("m2", 1.0),
    ("ha", 10_000.0),
    ("km2", 1_000_000.0),
    ("a", 100.0),
    ("sqft", FOOT_M * FOOT_M),
    ("us-sqft", US_FOOT_M * US_FOOT_M),
    ("acre", 43_560.0 * FOOT_M * FOOT_M),
    // 市亩: fifteen to the hectare.
    ("mu", 10_000.0 / 15.0),
    ("亩", 10_000.0 / 15.0),
];

const MASSES: &[(&str, f64)] = &[("t", 1.0), ("kg", 0.001), ("lb", 0.000_453_592_37)];

const FLOWS: &[(&str, f64)] = &[
    ("L/s", 1.0),
    ("L/min", 1.0 / 60.0),
    ("m3/h", 1.0 / 3.6),
    ("m3/s", 1000.0),
    // US gallon of 231 cubic inches.
    ("gpm", 3.785_411_784 / 60.0),
];

const ANGLES: &[(&str, f64)] = &[("deg", 1.0), ("rad", 180.0 / std::f64::consts::PI), ("gon", 0.9)];

const MONEY: &[(&str, f64)] =
    &[("1", 1.0), ("thousand", 1e3), ("万", 1e4), ("万元", 1e4), ("million", 1e6), ("亿", 1e8), ("亿元", 1e8)];

fn table(stored: Unit) -> (&'static [(&'static str, f64)], f64) {
    match stored {
        Unit::None => (&[], 1.0),
        Unit::Metre => (LENGTHS, 1.0),
        Unit::Millimetre => (LENGTHS, 1000.0),
        Unit::SquareMetre => (AREAS, 1.0),
        Unit::Tonne => (MASSES, 1.0),
        Unit::LitrePerSecond => (FLOWS, 1.0),
        Unit::Degree => (ANGLES, 1.0),
        Unit::Currency => (MONEY, 1.0),
    }
}

/// Factor from `word` to the stored unit; `None` if the word is no unit of that dimension.
pub(super) fn factor(word: &str, stored: Unit) -> Option<f64> {
    let (words, base) = table(stored);
    words.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, factor)| factor * base)
}

/// The unit words of a dimension.
pub(super) fn words(stored: Unit) -> impl Iterator<Item = &'static str> {
    table(stored).0.iter().map(|(name, _)| *name)
}

/// Factor from a length unit's word to metres: `m`, `cm`, `mm`, `km`, `ft`, `us-ft` …
pub fn length_factor(word: &str) -> Option<f64> {
    factor(word, Unit::Metre)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_right() {
        let close = |word: &str, unit: Unit, expected: f64| {
            let found = factor(word, unit).unwrap_or_else(|| panic!("{word}"));
            assert!((found - expected).abs() < expected * 1e-9, "{word}: {found}");
        };
        close("in", Unit::Millimetre, 25.4);
        close("m", Unit::Millimetre, 1000.0);
        close("mm", Unit::Millimetre, 1.0);
        close("sqft", Unit::SquareMetre, 0.092_903_04);
        close("亩", Unit::SquareMetre, 666.666_666_666_7);
        close("gpm", Unit::LitrePerSecond, 0.063_090_196_4);
        close("acre", Unit::SquareMetre, 4_046.856_422_4);
        close("万元", Unit::Currency, 10_000.0);
        assert_eq!(factor("ft", Unit::SquareMetre), None);
        assert_eq!(factor("m", Unit::None), None);
    }
}
