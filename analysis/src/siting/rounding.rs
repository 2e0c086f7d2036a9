//! Bounds for people: rounded away from what is not known.

/// A figure to a tenth, rounded up or down: a bound is told as one, and never as more than is known.
pub fn outward(figure: f64, up: bool) -> String {
    format!("{:.1}", rounded(figure, 0.1, up))
}

/// A figure as a multiple of `step`, rounded up or down, but for what arithmetic leaves of a multiple.
pub(in crate::siting) fn rounded(figure: f64, step: f64, up: bool) -> f64 {
    let steps = figure / step;
    let whole = steps.round();
    let near = (steps - whole).abs() < 1e-6;
    let steps = match (near, up) {
        (true, _) => whole,
        (false, true) => steps.ceil(),
        (false, false) => steps.floor(),
    };
    // No figure is less than nothing by a sign alone.
    steps * step + 0.0
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::want::Want;
    use super::*;

    #[test]
    fn a_bound_is_rounded_away_from_what_is_not_known() {
        let power = Want::Power { at_least_mw: 1.0, by: NaiveDate::default() };
        assert_eq!(
            (power.shown_bound(3.96, false).as_str(), power.shown_bound(3.96, true).as_str()),
            ("3.9 MW", "4 MW")
        );
        // What arithmetic leaves of a figure is none of it.
        assert_eq!(
            (power.shown_bound(3.0 - 1.2, false).as_str(), power.shown_bound(0.1 + 0.2, true).as_str()),
            ("1.8 MW", "0.3 MW")
        );
        let land = Want::Land { at_least_m2: 1.0 };
        assert_eq!(
            (land.shown_bound(8099.6, false).as_str(), land.shown_bound(99.96, true).as_str()),
            ("8\u{202f}099 m²", "100 m²")
        );
        assert_eq!(
            (outward(447.06, true), outward(-0.04, true), outward(1.04, false)),
            ("447.1".into(), "0.0".into(), "1.0".into())
        );
    }
}
