//! The error function and the normal distribution.

/// erf(x): the Maclaurin series near 0, the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.6 and 7.1.14).
pub(super) fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    if size > 6.0 {
        // Nothing is missing to 1 that a double could hold.
        return 1.0_f64.copysign(x);
    }
    let value = if size < 2.5 {
        // erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·5…(2n+1)): all terms positive, no cancellation.
        let mut term = size;
        let mut sum = size;
        let mut n = 0.0;
        while term > sum * 1e-17 && term > 0.0 {
            n += 1.0;
            term *= 2.0 * size * size / (2.0 * n + 1.0);
            sum += term;
        }
        std::f64::consts::FRAC_2_SQRT_PI * (-size * size).exp() * sum
    } else {
        1.0 - erfc_tail_to(size, depth(size))
    };
    value.copysign(x)
}

/// Terms of the fraction that erf needs: beyond them a difference to 1 that a double holds does not change. The further out, the fewer.
fn depth(x: f64) -> u32 {
    if x < 3.0 {
        52
    } else if x < 4.0 {
        34
    } else {
        20
    }
}

/// Terms that give erfc itself to the last digit.
const DEEPEST: u32 = 60;

/// erfc(x) for x ≥ 2.5.
fn erfc_tail(x: f64) -> f64 {
    erfc_tail_to(x, DEEPEST)
}

/// The same by so many terms of the fraction.
fn erfc_tail_to(x: f64, terms: u32) -> f64 {
    // e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), from the inside out.
    let mut fraction = 0.0;
    for k in (1..=terms).rev() {
        fraction = 0.5 * f64::from(k) / (x + fraction);
    }
    (-x * x).exp() / (std::f64::consts::PI.sqrt() * (x + fraction))
}

/// Share of a standard normal population below z.
pub(super) fn normal_share(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    // Far below the mean the difference of 1 and erf would lose every digit.
    if x < -2.5 { 0.5 * erfc_tail(-x) } else { 0.5 * (1.0 + erf(x)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_is_that_of_the_tables() {
        // Abramowitz and Stegun, table 7.1, and DLMF 7.
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.520_499_877_8),
            (1.0, 0.842_700_792_9),
            (2.0, 0.995_322_265_0),
            (2.4999, 0.999_592_830_1),
            (2.5001, 0.999_593_265_8),
            (3.0, 0.999_977_909_5),
        ] {
            assert!((erf(x) - expected).abs() < 2e-9, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
        assert_eq!(erf(40.0), 1.0);
    }

    #[test]
    fn fewer_terms_leave_erf_as_it_is_to_the_bit() {
        for k in 0..70_000 {
            let x = 2.5 + f64::from(k) * 5e-5;
            assert_eq!(1.0 - erfc_tail_to(x, depth(x)), 1.0 - erfc_tail(x), "{x}");
        }
    }

    #[test]
    fn normal_shares_are_those_of_the_tables() {
        for (z, expected) in [(0.0, 0.5), (1.0, 0.841_344_746), (1.96, 0.975_002_105), (-1.0, 0.158_655_254)] {
            assert!((normal_share(z) - expected).abs() < 1e-8, "{z}");
        }
        assert!((normal_share(-6.0) / 9.865_876_45e-10 - 1.0).abs() < 1e-8);
    }
}
