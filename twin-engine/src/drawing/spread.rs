//! Labels in a row: as near to what they name as they can be without touching.

/// Places at least `gap` apart and within `least..=most`, in the order of `wanted` (which rises), with the least sum of
/// squared distances from it. `None` where there is no room for all.
pub(super) fn spread(wanted: &[f32], gap: f32, least: f32, most: f32) -> Option<Vec<f32>> {
    let needed = gap * wanted.len().saturating_sub(1) as f32;
    if needed > most - least {
        return None;
    }
    // With i · gap taken off, places must only not fall: pool neighbours that do, each pool at the mean of its members.
    let mut pools: Vec<(f32, usize)> = Vec::new();
    for (i, at) in wanted.iter().enumerate() {
        pools.push((at - gap * i as f32, 1));
        while let [.., (a, m), (b, n)] = pools[..]
            && a > b
        {
            pools.truncate(pools.len() - 2);
            pools.push(((a * m as f32 + b * n as f32) / (m + n) as f32, m + n));
        }
    }
    let most = most - needed;
    let flat = pools.into_iter().flat_map(|(at, count)| std::iter::repeat_n(at.clamp(least, most), count));
    Some(flat.enumerate().map(|(i, at)| at + gap * i as f32).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_room_stays_and_a_crowd_opens_about_its_middle() {
        assert_eq!(spread(&[10.0, 50.0, 90.0], 12.0, 0.0, 100.0), Some(vec![10.0, 50.0, 90.0]));
        assert_eq!(spread(&[50.0, 50.0, 50.0], 10.0, 0.0, 100.0), Some(vec![40.0, 50.0, 60.0]));
        assert_eq!(spread(&[99.0, 99.0], 10.0, 0.0, 100.0), Some(vec![90.0, 100.0]));
        assert_eq!(spread(&[1.0, 2.0, 3.0], 60.0, 0.0, 100.0), None);
        assert_eq!(spread(&[], 10.0, 0.0, 100.0), Some(vec![]));
    }

    proptest! {
        #[test]
        fn labels_keep_their_order_their_distance_and_the_sheet(mut wanted in prop::collection::vec(0.0..500.0_f32, 0..30)) {
            wanted.sort_by(f32::total_cmp);
            let placed = spread(&wanted, 12.0, 6.0, 494.0).expect("room for thirty");
            prop_assert_eq!(placed.len(), wanted.len());
            for pair in placed.windows(2) {
                prop_assert!(pair[1] - pair[0] > 12.0 - 1e-2, "{:?}", placed);
            }
            prop_assert!(placed.iter().all(|at| (5.99..494.01).contains(at)), "{:?}", placed);
        }
    }
}
