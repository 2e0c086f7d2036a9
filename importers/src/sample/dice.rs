//! Seeded randomness: one independent stream per subject, so that a change to one subject leaves the others' draws alone.
//!
//! Distributions are computed here from raw 64-bit words, so a new release of a random-number crate cannot change a park.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of `subject` number `index` under `seed`.
    pub(super) fn new(seed: u64, subject: &str, index: u64) -> Self {
        // FNV-1a of the subject picks the ChaCha stream; the seed and the index pick the key.
        let hash =
            subject.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        rng.set_stream(hash);
        Self(rng)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `[low, high)`.
    pub(super) fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in `low..=high`.
    pub(super) fn int(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of `items`, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[(self.unit() * items.len() as f64) as usize]
    }

    /// Roughly normal with mean 0 and deviation 1 (sum of uniforms), never beyond ±3.
    pub(super) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>().clamp(3.0, 9.0) - 6.0
    }
}

/// A repeatable value in `[-1, 1]` for a lattice point.
fn lattice(seed: u64, i: i64, j: i64) -> f64 {
    let mut h = seed ^ (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (j as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^= h >> 31;
    (h >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Smooth value noise in `[-1, 1]` with features of size 1.
pub(super) fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (i, j) = (x.floor(), y.floor());
    let (fx, fy) = (x - i, y - j);
    // Quintic easing keeps slopes continuous, so the ground shows no lattice.
    let ease = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (ex, ey) = (ease(fx), ease(fy));
    let (i, j) = (i as i64, j as i64);
    let low = lattice(seed, i, j) * (1.0 - ex) + lattice(seed, i + 1, j) * ex;
    let high = lattice(seed, i, j + 1) * (1.0 - ex) + lattice(seed, i + 1, j + 1) * ex;
    low * (1.0 - ey) + high * ey
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |seed, subject, index| Dice::new(seed, subject, index).unit();
        assert_eq!(draw(1, "roads", 0), draw(1, "roads", 0));
        assert_ne!(draw(1, "roads", 0), draw(2, "roads", 0));
        assert_ne!(draw(1, "roads", 0), draw(1, "parcels", 0));
        assert_ne!(draw(1, "roads", 0), draw(1, "roads", 1));
    }

    #[test]
    fn draws_stay_in_range() {
        let mut dice = Dice::new(7, "test", 0);
        let mut seen = [false; 4];
        for _ in 0..500 {
            assert!((2.0..3.0).contains(&dice.range(2.0, 3.0)));
            seen[dice.int(0, 3) as usize] = true;
            assert!(dice.bell().abs() <= 3.0);
        }
        assert_eq!(seen, [true; 4]);
    }

    #[test]
    fn noise_is_continuous_and_bounded() {
        for k in 0..400 {
            let (x, y) = (f64::from(k) * 0.137 - 20.0, f64::from(k) * 0.071);
            let here = noise(3, x, y);
            assert!(here.abs() <= 1.0);
            assert!((noise(3, x + 1e-4, y) - here).abs() < 1e-3);
        }
    }
}
