//! Which areas meet: a line goes over the ground from west to east, and only what it touches is held in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::outline::{Bounds, Outline};
use crate::store::{StoreError, diff};

/// Height of a band of northings, m: a few plots.
const BAND_M: f64 = 64.0;
/// What reaches over more bands than this is compared with everything that the line touches.
const MOST_BANDS: i64 = 4096;
/// Pairs that are measured together, on every processor.
const BATCH: usize = 4096;

type Pair = (Arc<Outline>, Arc<Outline>);

/// The areas that the line touches now, and the pairs that wait to be measured.
pub(super) struct Sweep<'a, W, T> {
    bands: HashMap<i64, Vec<Arc<Outline>>, RandomState>,
    tall: Vec<Arc<Outline>>,
    waiting: Vec<Pair>,
    /// Whether two that are near each other are worth measuring.
    wanted: W,
    /// Told what two share, m²: the earlier one, the later one.
    take: T,
    cancel: Option<&'a AtomicBool>,
}

impl<'a, W: Fn(&Outline, &Outline) -> bool, T: FnMut(&Outline, &Outline, f64)> Sweep<'a, W, T> {
    pub(super) fn new(cancel: Option<&'a AtomicBool>, wanted: W, take: T) -> Self {
        Self { bands: HashMap::default(), tall: Vec::new(), waiting: Vec::new(), wanted, take, cancel }
    }

    /// The next area. They come by their western end, the westernmost first.
    pub(super) fn push(&mut self, outline: Outline) -> Result<(), StoreError> {
        let outline = Arc::new(outline);
        let [west, south, _, north] = outline.bounds;
        let band = |y: f64| (y / BAND_M).floor() as i64;
        let (first, last) = (band(south), band(north));
        let Self { bands, tall, waiting, wanted, .. } = self;
        let mut meet = |held: &Arc<Outline>, in_band: Option<i64>| {
            let [_, their_south, _, their_north] = held.bounds;
            if their_south > north || their_north < south {
                return;
            }
            // Two that share several bands meet in the first of them.
            if in_band.is_none_or(|at| at == band(their_south.max(south))) && wanted(held, &outline) {
                waiting.push((Arc::clone(held), Arc::clone(&outline)));
            }
        };
        tall.retain(|held| held.bounds[2] >= west);
        for held in &*tall {
            meet(held, None);
        }
        if last - first >= MOST_BANDS {
            bands.retain(|_, held| {
                held.retain(|held| held.bounds[2] >= west);
                !held.is_empty()
            });
            for (at, held) in &*bands {
                for held in held {
                    meet(held, Some(*at));
                }
            }
            tall.push(outline);
        } else {
            for at in first..=last {
                let held = bands.entry(at).or_default();
                held.retain(|held| held.bounds[2] >= west);
                for held in &*held {
                    meet(held, Some(at));
                }
                held.push(Arc::clone(&outline));
            }
        }
        if self.waiting.len() >= BATCH { self.measure() } else { Ok(()) }
    }

    /// Measures what still waits.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        self.measure()
    }

    fn measure(&mut self) -> Result<(), StoreError> {
        diff::check(self.cancel)?;
        let shared: Vec<f64> = self.waiting.par_iter().map(|(a, b)| a.shared_m2(b)).collect();
        for ((a, b), shared_m2) in self.waiting.drain(..).zip(shared) {
            (self.take)(&a, &b, shared_m2);
        }
        Ok(())
    }
}

/// Boxes that touch put together, until none touches another. Each keeps the sums of what was in it.
pub(super) fn merged(mut boxes: Vec<(Bounds, f64)>) -> Vec<(Bounds, f64)> {
    loop {
        let before = boxes.len();
        boxes.sort_unstable_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]));
        let mut kept: Vec<(Bounds, f64)> = Vec::with_capacity(before);
        // Those that the line touches.
        let mut open: Vec<usize> = Vec::new();
        for (bounds, sum) in boxes {
            let [west, south, east, north] = bounds;
            open.retain(|at| kept[*at].0[2] >= west);
            let met = open.iter().copied().find(|at| kept[*at].0[1] <= north && kept[*at].0[3] >= south);
            if let Some(at) = met {
                let (held, total) = &mut kept[at];
                *held = [held[0], held[1].min(south), held[2].max(east), held[3].max(north)];
                *total += sum;
            } else {
                open.push(kept.len());
                kept.push((bounds, sum));
            }
        }
        if kept.len() == before {
            return kept;
        }
        boxes = kept;
    }
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, coord};
    use proptest::prelude::*;

    use super::*;

    fn areas() -> impl Strategy<Value = Vec<Bounds>> {
        let one = (-500.0..500.0_f64, -500.0..500.0_f64, 0.5..200.0_f64, 0.5..200.0_f64);
        let giant = (Just(-1e6), -400.0..400.0_f64, Just(2e6), 0.5..4e6_f64);
        let one = prop_oneof![9 => one, 1 => giant];
        prop::collection::vec(one.prop_map(|(x, y, w, h)| [x, y, x + w, y + h]), 1..60)
    }

    fn touch(a: &Bounds, b: &Bounds) -> bool {
        a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_pair_meets_once(mut areas in areas()) {
            areas.sort_by(|a, b| a[0].total_cmp(&b[0]));
            let mut met = Vec::new();
            let mut sweep = Sweep::new(None, |_, _| true, |a: &Outline, b: &Outline, shared: f64| {
                met.push((a.feature_id.min(b.feature_id), a.feature_id.max(b.feature_id)));
                let [west, south, east, north] = a.window(b);
                let expected = (east - west) * (north - south);
                assert!((shared - expected).abs() <= 1e-9 * expected.max(1.0), "{shared} {expected}");
            });
            for (at, [west, south, east, north]) in areas.iter().copied().enumerate() {
                let area = geo::Rect::new(coord! { x: west, y: south }, coord! { x: east, y: north }).to_polygon();
                sweep.push(Outline::of(at as i64, false, &MultiPolygon::from(area)).unwrap()).unwrap();
            }
            sweep.finish().unwrap();
            met.sort_unstable();
            let all = (0..areas.len()).flat_map(|a| (a + 1..areas.len()).map(move |b| (a, b)));
            let expected: Vec<(i64, i64)> =
                all.filter(|(a, b)| touch(&areas[*a], &areas[*b])).map(|(a, b)| (a as i64, b as i64)).collect();
            prop_assert_eq!(met, expected);
        }

        #[test]
        fn merged_boxes_hold_all_and_do_not_touch(areas in areas()) {
            let merged = merged(areas.iter().map(|bounds| (*bounds, 1.0)).collect());
            prop_assert_eq!(merged.iter().map(|(_, sum)| sum).sum::<f64>(), areas.len() as f64);
            for (at, (one, _)) in merged.iter().enumerate() {
                prop_assert!(merged[at + 1..].iter().all(|(other, _)| !touch(one, other)));
            }
            let within = |area: &Bounds| merged.iter().any(|(held, _)| {
                held[0] <= area[0] && held[1] <= area[1] && held[2] >= area[2] && held[3] >= area[3]
            });
            prop_assert!(areas.iter().all(within));
        }
    }
}
