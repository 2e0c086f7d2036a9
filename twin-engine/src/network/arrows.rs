//! Directions of flow, where they are known: a place and a way for each link, made once for a state of the park.

use analysis::network::topology::{Direction, Topology};
use analysis::rules::RuleTables;
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};

use super::joints::{Joints, Of};

/// Links beyond this many in a class are not gone through: arrows are for looking, and that would take seconds.
const MOST_LINKS: usize = 60_000;

/// A direction in the middle of a link, park coordinates, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrow {
    /// Network.
    pub class: NetworkClass,
    /// Where; its height may be NaN.
    pub at: [f64; 3],
    /// Unit vector along the flow.
    pub way: [f64; 2],
    /// Length of the link, m.
    pub length_m: f64,
}

/// Directions of a park.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Arrows {
    /// Where they are known.
    pub known: Vec<Arrow>,
    /// Links whose direction is not known.
    pub unknown: usize,
    /// Classes that are too large.
    pub left_out: Vec<NetworkClass>,
}

impl Arrows {
    /// Of all networks that were there.
    pub(crate) fn of(cache: &Cache, there: &Presence, of: Of, joints: &Joints) -> Self {
        let (park, settings) = (cache.snapshot(), &RuleTables::in_force().topology);
        let mut found = Self::default();
        for class in NetworkClass::ALL {
            match park.edges.iter().filter(|edge| edge.class == class).count() {
                0 => continue,
                count if count > MOST_LINKS => {
                    found.left_out.push(class);
                    continue;
                }
                _ => {}
            }
            let joint = joints.of(of, class, cache, there, settings);
            let (topology, flows) = (joint.joined.topology(), joint.joined.flows());
            for (link, direction) in flows.directions.iter().enumerate() {
                match arrow(park, topology, link as u32, *direction) {
                    Some(arrow) => found.known.push(arrow),
                    None => found.unknown += usize::from(*direction == Direction::Unknown),
                }
            }
        }
        found
    }
}

/// The arrow of a link; `None` where its direction is not known or it stands upright.
fn arrow(park: &ParkSnapshot, topology: &Topology, link: u32, direction: Direction) -> Option<Arrow> {
    let sign = match direction {
        Direction::Forward => 1.0,
        Direction::Backward => -1.0,
        Direction::Unknown => return None,
    };
    let (from, to) = (topology.place(park, link, 0.47), topology.place(park, link, 0.53));
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let run = dx.hypot(dy);
    (run > 0.0).then(|| Arrow {
        class: topology.class,
        at: topology.place(park, link, 0.5),
        way: [dx / run * sign, dy / run * sign],
        length_m: topology.links[link as usize].length_m,
    })
}

#[cfg(test)]
mod tests {
    use super::super::answer::tests::piped;
    use super::*;

    #[test]
    fn arrows_point_down_the_drain_and_away_from_the_source_and_a_ring_has_none() {
        let park = piped().snapshot;
        let day = "2024-06-30".parse().unwrap();
        let there = Presence::on(&park, day);
        let arrows = Arrows::of(&Cache::build(park), &there, (1, day), &Joints::default());
        // Four water mains before the ring, two drains; the two lines of the ring.
        assert_eq!((arrows.known.len(), arrows.unknown, arrows.left_out.len()), (6, 2, 0));
        let water = arrows.known.iter().filter(|arrow| arrow.class == NetworkClass::Water);
        assert!(water.clone().count() == 4 && water.into_iter().all(|arrow| arrow.way[0] > 0.999), "eastward, from s");
        let drains: Vec<[f64; 2]> =
            arrows.known.iter().filter(|arrow| arrow.class == NetworkClass::Drainage).map(|arrow| arrow.way).collect();
        assert!(drains[0][0] > 0.999 && drains[1][1] < -0.999, "{drains:?}");
    }
}
