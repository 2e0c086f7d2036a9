//! Where the rings of a network are parted when all is well: at its normally open points every customer has one way to one source.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use spatial_db::unions::Unions;

use super::Network;

/// Shuts as few valves or switches (`device`) as leave no ring and no way between two sources, as far from those as can be. Where a
/// ring has none, one is put at a `plain` point of it.
pub(super) fn part(network: &mut Network, source: &str, plain: &str, device: &'static str) {
    let count = network.points.len();
    let mut at: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (k, pipe) in network.pipes.iter().enumerate() {
        at[pipe.a].push(k);
        at[pipe.b].push(k);
    }
    let word = |i: usize| network.points[i].word;
    // Both sides of a point on a line are counted apart until it is known to be open.
    let may_part = |i: usize| at[i].len() == 2 && [plain, device].contains(&word(i));
    let other_side = |i: usize| (count + i) as u32;
    let side = |i: usize, k: usize| if may_part(i) && at[i][1] == k { other_side(i) } else { i as u32 };
    let sources = other_side(count);
    let mut parts = Unions::new(2 * count + 1);
    for (k, pipe) in network.pipes.iter().enumerate() {
        parts.join(side(pipe.a, k), side(pipe.b, k));
    }
    for i in (0..count).filter(|&i| word(i) == source) {
        parts.join(i as u32, sources);
    }
    let far = distances(network, &at, source);
    let mut turn: Vec<usize> = (0..count).filter(|&i| may_part(i)).collect();
    turn.sort_by_key(|&i| (word(i) == device, far[i], i));
    let shut: Vec<usize> = turn.into_iter().filter(|&i| parts.join(i as u32, other_side(i))).collect();
    for i in shut {
        network.points[i].shut = true;
        network.points[i].word = device;
    }
}

/// How far the nearest source is along the lines, mm.
fn distances(network: &Network, at: &[Vec<usize>], source: &str) -> Vec<u64> {
    let mut far = vec![u64::MAX; network.points.len()];
    let mut queue = BinaryHeap::new();
    for (i, _) in network.points.iter().enumerate().filter(|(_, point)| point.word == source) {
        far[i] = 0;
        queue.push(Reverse((0_u64, i)));
    }
    while let Some(Reverse((so_far, i))) = queue.pop() {
        if so_far > far[i] {
            continue;
        }
        for &k in &at[i] {
            let pipe = &network.pipes[k];
            let j = if pipe.a == i { pipe.b } else { pipe.a };
            let there = so_far + ((network.points[i].xy - network.points[j].xy).len() * 1000.0) as u64;
            if there < far[j] {
                far[j] = there;
                queue.push(Reverse((there, j)));
            }
        }
    }
    far
}

#[cfg(test)]
mod tests {
    use super::super::{Pipe, Point, Section};
    use super::*;
    use crate::sample::plane::p;

    fn network(points: &[(f64, f64, &'static str)], pipes: &[(usize, usize)]) -> Network {
        let point = |(x, y, word): &(f64, f64, &'static str)| Point {
            xy: p(*x, *y),
            ground_m: 0.0,
            depth_m: 1.0,
            word,
            size_mm: 0,
            serves: None,
            shut: false,
        };
        let pipe = |(a, b): &(usize, usize)| Pipe {
            a: *a,
            b: *b,
            depth_a_m: 1.0,
            depth_b_m: 1.0,
            section: Section::Round(100),
            year: 2020,
            pressure: "",
        };
        let (points, pipes) = (points.iter().map(point).collect(), pipes.iter().map(pipe).collect());
        Network { points, pipes, ..Network::default() }
    }

    fn shut(network: &mut Network) -> Vec<usize> {
        part(network, "源", "点", "阀");
        (0..network.points.len()).filter(|&i| network.points[i].shut).collect()
    }

    #[test]
    fn a_ring_is_parted_at_its_farthest_valve_and_a_tree_nowhere() {
        // A square fed at one corner by a source beside it, with a valve on two of its sides.
        let square = [
            (-10.0, 0.0, "源"),
            (0.0, 0.0, "三通"),
            (50.0, 0.0, "阀"),
            (100.0, 0.0, "点"),
            (100.0, 100.0, "阀"),
            (0.0, 100.0, "点"),
        ];
        let ring = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 1)];
        assert_eq!(shut(&mut network(&square, &ring)), [4]);
        assert!(shut(&mut network(&square, &ring[..5])).is_empty());
        // Without any valve one is put where it is farthest.
        let bare = square.map(|(x, y, word)| (x, y, if word == "阀" { "点" } else { word }));
        let mut bare = network(&bare, &ring);
        assert_eq!((shut(&mut bare), bare.points[4].word), (vec![4], "阀"));
        // Two sources do not feed one net.
        let two = [(0.0, 0.0, "源"), (50.0, 0.0, "阀"), (90.0, 0.0, "点"), (200.0, 0.0, "源")];
        assert_eq!(shut(&mut network(&two, &[(0, 1), (1, 2), (2, 3)])), [1]);
    }
}
