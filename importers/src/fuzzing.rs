//! Fuzzing within `cargo test`: a few thousand cases from fixed seeds, or as many as fit in `TWIN_FUZZ_SECONDS`.
//!
//! A case that panics names its seed; `TWIN_FUZZ_SEED` runs that one alone. What is fuzzed stands beside the code it tries.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of choices.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    /// Yes, one time in `times`.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Bytes with a few places changed, cut out, doubled or filled with numbers that programs stumble over.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(6) {
            let (at, length) = (self.below(bytes.len() + 1), self.below(12));
            let end = (at + length).min(bytes.len());
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = *self.pick(&[0, 1, 0x7f, 0x80, 0xfe, 0xff, b'"', b',', b'\n']),
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let copy = bytes[at..end].to_vec();
                    bytes.splice(at..at, copy);
                }
                4 => {
                    let number =
                        *self.pick(&[0_u64, 1, 0x7fff_ffff, 0x8000_0000, u64::from(u32::MAX), 1 << 40, u64::MAX]);
                    bytes.splice(at..end, number.to_le_bytes());
                }
                5 => bytes.truncate(at),
                _ => {
                    let some: Vec<u8> = (0..length).map(|_| self.below(256) as u8).collect();
                    bytes.splice(at..at, some);
                }
            }
        }
    }
}

/// Runs `case` for the seeds 0, 1, 2 …: `usual` many, or for `TWIN_FUZZ_SECONDS`.
pub(crate) fn cases(name: &str, usual: u64, mut case: impl FnMut(&mut Chance)) {
    let number = |variable| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let long = number("TWIN_FUZZ_SECONDS").map(Duration::from_secs);
    let began = Instant::now();
    let (first, mut done) = (number("TWIN_FUZZ_SEED"), 0);
    loop {
        let goes_on = match (first, long) {
            (Some(_), _) => done < 1,
            (None, Some(long)) => began.elapsed() < long,
            (None, None) => done < usual,
        };
        if !goes_on {
            break;
        }
        let seed = first.unwrap_or(done);
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| case(&mut chance))) {
            eprintln!("{name}: seed {seed} (run it alone with TWIN_FUZZ_SEED={seed})");
            resume_unwind(panic);
        }
        done += 1;
    }
    println!("{name}: {done} cases in {:.1} s", began.elapsed().as_secs_f64());
}
