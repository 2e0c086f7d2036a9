//! Lines beside buildings and under them.

use geo::{Contains, Distance, Euclidean, Line, MultiPolygon, Point, Polygon, coord};
use rstar::AABB;
use spatial_db::model::NetworkEdge;

use super::distance::ROUNDING_M;
use super::finding::{Clearance, Findings, Lie, Missing, Verdict};
use super::pairs::{At, Room, keep, weigh};
use super::walls::{ONE_PLACE_M, Walls, to_area};
use crate::network::section::inner_spans;
use crate::network::topology::plan_m;

/// Places on what of a piece lies under a building at which it is measured how far in they lie.
const PLACES: u32 = 8;

impl<'p> Room<'p> {
    /// A line against the buildings near it. A line that the table has no row for is told of where it runs under one.
    pub(super) fn buildings(&self, line: &NetworkEdge, row: Option<u32>, walls: &Walls, found: &mut Findings) {
        let limit = self.rules.horizontal(line, None);
        let asked_m = limit.map_or(self.asked_m, |limit| limit.between_m[1]);
        let half_m = walls.half_width_m.unwrap_or(self.rules.unsized_m.value / 2.0);
        for (at, building) in self.near_buildings(line, asked_m + half_m + walls.plan_m) {
            let mut least: Option<(f64, [f64; 3])> = None;
            for pair in line.path.windows(2) {
                let (far, place) = to_area([pair[0], pair[1]], building);
                if least.is_none_or(|(least, _)| far < least) {
                    least = Some((far, place));
                }
            }
            let Some((far, place)) = least else { continue };
            let room = far - walls.half_width_m.unwrap_or(0.0);
            let missing = walls.half_width_m.is_none().then_some(Missing::Size);
            let at = At { a: row, b: at, lie: Lie::Building, place };
            match limit {
                Some(limit) => {
                    let wall_m = self.wall(usize::from(missing.is_some()));
                    keep(weigh(at, Some(room), missing, limit, walls.plan_m, wall_m), found);
                }
                // What is near by its box alone is not near.
                None if room > self.asked_m => {}
                None if room > ROUNDING_M || self.serves(line, row, building) => found.no_rule += 1,
                None => keep(under(at, room, depth_m(line, building) - room, walls.plan_m), found),
            }
        }
    }

    fn near_buildings(&self, line: &NetworkEdge, reach: f64) -> Vec<(u32, &'p MultiPolygon<f64>)> {
        let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for [x, y, _] in &line.path {
            bounds = [bounds[0].min(*x), bounds[1].min(*y), bounds[2].max(*x), bounds[3].max(*y)];
        }
        let about = AABB::from_corners([bounds[0] - reach, bounds[1] - reach], [bounds[2] + reach, bounds[3] + reach]);
        let mut near: Vec<u32> = self.standing.locate_in_envelope_intersecting(&about).map(|one| one.row).collect();
        near.sort_unstable();
        near.into_iter().map(|row| (row, &self.park.buildings[row as usize].footprint)).collect()
    }

    /// Whether a line ends in a building and no other of its class goes on from there: what serves a building comes to it.
    fn serves(&self, line: &NetworkEdge, row: Option<u32>, building: &MultiPolygon<f64>) -> bool {
        let last = line.path[line.path.len() - 1];
        [(line.path[0], &line.from_key), (last, &line.to_key)].into_iter().any(|(end, key)| {
            to_area([end; 2], building).0 <= ONE_PLACE_M && !self.goes_on(line, row, key.as_deref(), [end[0], end[1]])
        })
    }
}

/// A line under a building, of which no row of the table tells; its wall lies so far in it.
fn under(At { a, b, lie, place }: At, room_m: f64, in_m: f64, off_m: f64) -> Clearance {
    let verdict = if in_m > off_m { Verdict::Violated } else { Verdict::Possible };
    let missing = Some(Missing::Rule);
    Clearance { a, b, lie, verdict, room_m: Some(room_m), limit_m: [0.0; 2], row: None, off_m, place, missing }
}

/// How far in a building the axis of a line comes to lie, m: from the nearest of its walls; 0 where it lies outside.
fn depth_m(line: &NetworkEdge, building: &MultiPolygon<f64>) -> f64 {
    let mut deepest = 0.0_f64;
    for pair in line.path.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let (piece, run) = (Line::new(coord! { x: a[0], y: a[1] }, coord! { x: b[0], y: b[1] }), plan_m(a, b));
        for polygon in building {
            // Of a riser all heights are at one place in plan: no stretch of it lies in the building, that place does.
            let upright = Point::new(a[0], a[1]);
            if run <= ONE_PLACE_M && polygon.contains(&upright) {
                deepest = deepest.max(wall_m(polygon, upright));
                continue;
            }
            for [from, to] in inner_spans(polygon, piece) {
                for place in 1..PLACES {
                    let share = (from + (to - from) * f64::from(place) / f64::from(PLACES)) / run;
                    let at = Point::new(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share);
                    deepest = deepest.max(wall_m(polygon, at));
                }
            }
        }
    }
    deepest
}

/// How far a place is from the nearest wall of a building or yard, m.
fn wall_m(polygon: &Polygon<f64>, at: Point<f64>) -> f64 {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings.map(|ring| Euclidean.distance(&at, ring)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{Building, NetworkClass, ParkSnapshot, Presence, Provenance};

    use super::*;
    use crate::network::by_hand::{edge, empty};
    use crate::network::clearance::ClearanceRules;

    /// A hall from 10 to 30 m east and 5 to 15 m north, and a gas line, for which the table has no row beside buildings.
    fn park(path: Vec<[f64; 3]>) -> ParkSnapshot {
        let mut park = empty();
        let hall = geo::Rect::new(coord! { x: 10.0, y: 5.0 }, coord! { x: 30.0, y: 15.0 }).to_polygon();
        park.buildings = vec![Building::bare(1, Provenance::default(), MultiPolygon(vec![hall]))];
        park.edges = vec![gas(1, path)];
        park
    }

    fn gas(id: i64, path: Vec<[f64; 3]>) -> NetworkEdge {
        let mut line = edge(id, path);
        (line.class, line.diameter_mm) = (NetworkClass::Gas, Some(200.0));
        line
    }

    fn all(park: &ParkSnapshot) -> Findings {
        let (there, rules) = (Presence::on(park, "2026-01-01".parse().unwrap()), ClearanceRules::shipped());
        assert_eq!(rules.horizontal(&park.edges[0], None), None);
        Room::of(park, &there, &rules).all()
    }

    #[test]
    fn a_gas_main_under_a_hall_is_told_though_the_table_has_no_row() {
        let under = park(vec![[0.0, 10.0, 1.0], [40.0, 10.0, 1.0]]);
        let found = all(&under);
        let one = found.found[0];
        assert_eq!(
            (one.lie, one.verdict, one.row, one.missing),
            (Lie::Building, Verdict::Violated, None, Some(Missing::Rule))
        );
        assert_eq!((found.found.len(), found.no_rule), (1, 0));
        assert!((one.room_m.unwrap() + 0.1).abs() < 1e-9, "{one:?}");
        // It cuts a corner by less than the survey may be off.
        let corner = all(&park(vec![[8.0, 7.3, 1.0], [12.3, 3.0, 1.0]]));
        assert_eq!(corner.found.iter().map(|one| one.verdict).collect::<Vec<_>>(), [Verdict::Possible]);
        // Beside it, and far from it.
        let beside = all(&park(vec![[0.0, 3.0, 1.0], [40.0, 3.0, 1.0]]));
        assert_eq!((beside.found.len(), beside.no_rule), (0, 1));
        assert_eq!(all(&park(vec![[0.0, -3.0, 1.0], [40.0, -3.0, 1.0]])), Findings::default());
    }

    #[test]
    fn a_riser_under_a_hall_lies_as_deep_in_it_as_its_place_in_plan() {
        // Upright 5 m from the nearest wall; lines go on from both its ends, so that it serves nothing there.
        let mut under = park(vec![[20.0, 10.0, 1.0], [20.0, 10.0, 4.0]]);
        under.edges.push(gas(2, vec![[20.0, 10.0, 1.0], [20.0, 30.0, 1.0]]));
        under.edges.push(gas(3, vec![[20.0, 10.0, 4.0], [20.0, -5.0, 4.0]]));
        let found = all(&under);
        let riser = found.found.iter().find(|one| one.a == Some(0)).unwrap();
        assert_eq!((riser.lie, riser.verdict, riser.missing), (Lie::Building, Verdict::Violated, Some(Missing::Rule)));
        assert!((depth_m(&under.edges[0], &under.buildings[0].footprint) - 5.0).abs() < 1e-9);
        // In the yard that the hall encloses it lies under no building.
        let yard = geo::Rect::new(coord! { x: 18.0, y: 8.0 }, coord! { x: 22.0, y: 12.0 }).to_polygon();
        under.buildings[0].footprint.0[0].interiors_push(yard.exterior().clone());
        assert!(depth_m(&under.edges[0], &under.buildings[0].footprint).abs() < 1e-9);
    }

    #[test]
    fn what_serves_a_building_ends_in_it_and_what_goes_on_passes_under_it() {
        let path = vec![[20.0, 0.0, 1.0], [20.0, 8.0, 1.0]];
        let mut served = park(path.clone());
        let found = all(&served);
        assert_eq!((found.found.len(), found.no_rule), (0, 1));
        // Another piece of the main goes on from there to the far side.
        served.edges.push(gas(2, vec![[20.0, 8.0, 1.0], [20.0, 30.0, 1.0]]));
        let found = all(&served);
        assert_eq!(found.found.iter().map(|one| one.a).collect::<Vec<_>>(), [Some(0), Some(1)]);
        assert!(found.found.iter().all(|one| one.lie == Lie::Building && one.verdict == Verdict::Violated));
    }
}
