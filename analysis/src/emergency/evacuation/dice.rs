//! Numbers drawn from a seed: the splitmix generator of 64 bits (Steele, Lea and Flood 2014), one stream per person, so that nobody's luck depends on another's.

/// A stream of numbers.
#[derive(Debug, Clone, Copy)]
pub(in crate::emergency) struct Dice(u64);

impl Dice {
    /// The stream of a person.
    pub(in crate::emergency) fn of(seed: u64, person: u64) -> Self {
        let mut dice = Self(seed ^ person.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // The first numbers of neighbouring streams are alike.
        dice.draw();
        dice
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly between 0 and 1, neither of them.
    pub(in crate::emergency) fn even(&mut self) -> f64 {
        ((self.draw() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller).
    pub(in crate::emergency) fn normal(&mut self) -> f64 {
        let (a, b) = (self.even(), self.even());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_even_normal_and_the_same_again() {
        let mut sum = [0.0; 3];
        for person in 0..20_000 {
            let mut dice = Dice::of(7, person);
            let (even, normal) = (dice.even(), dice.normal());
            assert!(even > 0.0 && even < 1.0);
            sum[0] += even;
            sum[1] += normal;
            sum[2] += normal * normal;
        }
        let mean = sum.map(|sum| sum / 20_000.0);
        assert!((mean[0] - 0.5).abs() < 0.01 && mean[1].abs() < 0.03 && (mean[2] - 1.0).abs() < 0.04, "{mean:?}");
        assert_eq!(Dice::of(7, 3).even(), Dice::of(7, 3).even());
        assert_ne!(Dice::of(7, 3).even(), Dice::of(8, 3).even());
    }
}
