//! Whether a lane for fire engines goes round the hall of a test-fit, on the land.

use geo::{BoundingRect, Distance, Euclidean, LineString, MultiPolygon, Polygon};
use spatial_db::model::FeatureKind;

use super::brief::Fact;
use super::fit::TestFit;
use super::ground::Candidate;
use super::matched::Match;
use super::rounding::outward;
use super::turning::lane;
use crate::words;

/// From a hall to the edge of an area, m.
fn to_edges(hall: &LineString<f64>, area: &MultiPolygon<f64>) -> f64 {
    let rings = area.iter().flat_map(|part: &Polygon<f64>| std::iter::once(part.exterior()).chain(part.interiors()));
    rings.map(|ring| Euclidean.distance(hall, ring)).fold(f64::INFINITY, f64::min)
}

impl Match<'_, '_> {
    /// How much is free around the hall at its narrowest: to the boundary, to what trucks cannot cross and to what stands there, m.
    fn free_around_m(&self, offered: &Candidate, fit: &TestFit) -> f64 {
        let hall = fit.hall.exterior();
        let to_boundary = to_edges(hall, &self.ground.boundary(offered));
        let free = to_boundary.min(to_edges(hall, &self.ground.obstacles(offered).impassable));
        let Some(bounds) = hall.bounding_rect() else { return free };
        let (low, high) = (bounds.min(), bounds.max());
        // What stands farther off than this makes it no less.
        let near = self.ground.cache.slots_in_envelope(
            [low.x - free, low.y - free],
            [high.x + free, high.y + free],
            FeatureKind::Building,
        );
        let there = near.into_iter().filter(|at| self.ground.presence.buildings[*at]);
        there.map(|at| to_edges(hall, &self.ground.park.buildings[at].footprint)).fold(free, f64::min)
    }

    /// What a brief says of a lane round the hall.
    pub(super) fn lane_fact(&self, offered: &Candidate, fit: &TestFit) -> Fact {
        let (lane_m, source) = lane();
        // What arithmetic takes of a setback is none of it.
        let free_m = (self.free_around_m(offered, fit) * 1e4).round() / 1e4;
        // No more than there is.
        let (free, lane) = (outward(free_m, false), format!("{lane_m:.1}"));
        let value = if free_m >= lane_m {
            words!(
                "pitch-lane-round",
                "{free} m free on every side: a lane of {lane} m goes round",
                free = free,
                lane = lane
            )
        } else {
            words!(
                "pitch-lane-not-round",
                "{free} m free at the narrowest: no lane of {lane} m goes round on the land",
                free = free,
                lane = lane
            )
        };
        Fact { title: words!("pitch-fact-lane", "lane for fire engines round the hall"), value, source }
    }
}
