//! Ground of a site that cannot be built on whatever the limits say: open water, railways, and the strips over underground lines in
//! which no building may stand.

use std::sync::{Arc, PoisonError};

use geo::algorithm::buffer::{Buffer, BufferStyle, LineCap, LineJoin};
use geo::{Area, BooleanOps, BoundingRect, Coord, Intersects, LineString, MultiLineString, MultiPolygon, Rect};
use serde::Deserialize;
use spatial_db::model::{FeatureKind, ParkSnapshot, Presence, SurfaceKind};

use super::ground::{Candidate, Ground};
use super::matched::Match;
use super::said;
use super::want::grouped;
use crate::emergency::security::is_rail;
use crate::network::clearance::ClearanceRules;
use crate::rules::RuleTables;
use crate::words;
use crate::words::Words;

/// Looked at beside the land, m: a wall there is nearer to the boundary than to any truck on the land.
const BESIDE_M: f64 = 5.0;
/// No track or line is so wide, with what is kept free beside it, that one farther off than this reaches the land, m.
const REACH_M: f64 = 25.0;
/// Angle between the chords of a round end, radians.
const ROUND: f64 = 0.1;
/// To strangers the area over lines is told in steps of this, m²: it says how long the lines on the land are.
const COARSE_M2: f64 = 100.0;

/// Figures of ground that is taken out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObstacleTable {
    rail_half_m: f64,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    rail_source: String,
    least_m2: f64,
    #[allow(dead_code, reason = "every row of a rule table says where it comes from")]
    least_source: String,
}

impl ObstacleTable {
    /// The table from its text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

/// The table in force.
fn table() -> &'static ObstacleTable {
    &RuleTables::in_force().obstacles
}

fn clearance() -> &'static ClearanceRules {
    &RuleTables::in_force().clearance
}

/// What ground is taken out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Obstacle {
    /// Open water.
    Water,
    /// Railway ground, or a track.
    Rail,
    /// The strip over an underground line in which no building may stand.
    Lines,
}

impl Obstacle {
    /// All of them, in the order in which ground is told to one.
    const ALL: [Self; 3] = [Self::Water, Self::Rail, Self::Lines];

    /// What it is called.
    pub fn title(self) -> Words {
        match self {
            Self::Water => words!("pitch-taken-water", "open water"),
            Self::Rail => words!("pitch-taken-rail", "railway"),
            Self::Lines => words!("pitch-taken-lines", "strips over underground lines"),
        }
    }

    /// Whether a truck cannot cross it: pavement may lie over a line.
    const fn stops_trucks(self) -> bool {
        !matches!(self, Self::Lines)
    }
}

/// Ground that is taken out of a site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TakenOut {
    /// For what; ground that is taken out for several is told to the first of water, railway, lines.
    pub what: Obstacle,
    /// How much of the land, m².
    pub area_m2: f64,
}

/// Ground of a site that cannot be built on.
#[derive(Debug, Clone)]
pub(crate) struct Obstacles {
    /// For what, and how much of it.
    pub(crate) taken: Vec<TakenOut>,
    /// All of it that is on the land.
    pub(crate) ground: MultiPolygon<f64>,
    /// What trucks cannot cross, on the land and just beside it.
    pub(super) impassable: MultiPolygon<f64>,
}

impl Ground<'_> {
    /// What of a candidate's land cannot be built on by the record. It is worked out once for each site: halls, masses and circles
    /// are tried on it again and again.
    pub(super) fn obstacles(&self, candidate: &Candidate) -> Arc<Obstacles> {
        let known = || self.obstacles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&candidate.parcels) {
            return Arc::clone(found);
        }
        // Not under the lock, since it takes time: where two look at once, both find the same.
        let within = |kind: FeatureKind, near: Rect<f64>| {
            let (low, high) = (near.min(), near.max());
            self.cache.slots_in_envelope([low.x, low.y], [high.x, high.y], kind)
        };
        let records = Records { park: self.park, laid: Some(self.presence.edges.as_slice()), within: &within };
        let found = Arc::new(records.obstacles(&self.boundary(candidate)));
        known().insert(candidate.parcels.clone(), Arc::clone(&found));
        found
    }
}

/// What of land cannot be built on by a park's record, on the day that its data are of; for a park that is only drafted, without
/// an index.
pub(crate) fn obstacles_on_record(park: &ParkSnapshot, boundary: &MultiPolygon<f64>) -> Obstacles {
    let there = park.park.as_of.map(|day| Presence::on(park, day));
    let within = |kind: FeatureKind, near: Rect<f64>| -> Vec<usize> {
        let reaches = |bounds: Option<Rect<f64>>| bounds.is_some_and(|bounds| bounds.intersects(&near));
        let course = |path: &[[f64; 3]]| path.iter().map(|[x, y, _]| (*x, *y)).collect::<LineString<f64>>();
        let slots =
            |found: &dyn Fn(usize) -> bool, all: usize| -> Vec<usize> { (0..all).filter(|at| found(*at)).collect() };
        match kind {
            FeatureKind::Surface => slots(&|at| reaches(park.surfaces[at].area.bounding_rect()), park.surfaces.len()),
            FeatureKind::RoadEdge => slots(&|at| reaches(park.roads[at].line.bounding_rect()), park.roads.len()),
            FeatureKind::NetworkEdge => {
                slots(&|at| reaches(course(&park.edges[at].path).bounding_rect()), park.edges.len())
            }
            _ => Vec::new(),
        }
    };
    let laid = there.as_ref().map(|there| there.edges.as_slice());
    Records { park, laid, within: &within }.obstacles(boundary)
}

/// Where the ground of a site is looked up.
struct Records<'r> {
    park: &'r ParkSnapshot,
    /// Which lines lie there on the day; `None` where all do.
    laid: Option<&'r [bool]>,
    /// Places in the snapshot of what of a kind reaches into a box.
    within: &'r dyn Fn(FeatureKind, Rect<f64>) -> Vec<usize>,
}

impl Records<'_> {
    /// What of land cannot be built on.
    fn obstacles(&self, boundary: &MultiPolygon<f64>) -> Obstacles {
        let nothing = || MultiPolygon(Vec::new());
        let mut found = Obstacles { taken: Vec::new(), ground: nothing(), impassable: nothing() };
        let Some(bounds) = boundary.bounding_rect() else { return found };
        let beside = grown(bounds, BESIDE_M);
        for what in Obstacle::ALL {
            let Some(all) = self.ground_of(what, beside) else { continue };
            let on_land = boundary.intersection(&all).difference(&found.ground);
            let area_m2 = on_land.unsigned_area();
            if area_m2 >= table().least_m2 {
                found.taken.push(TakenOut { what, area_m2 });
                found.ground = found.ground.union(&on_land);
            }
            if what.stops_trucks() {
                found.impassable = found.impassable.union(&all);
            }
        }
        found
    }

    /// Ground of a kind in a box; `None` where there is none.
    fn ground_of(&self, what: Obstacle, near: Rect<f64>) -> Option<MultiPolygon<f64>> {
        let of = |kind: FeatureKind, reach_m: f64| (self.within)(kind, grown(near, reach_m));
        let surfaces = |kind: SurfaceKind| -> Vec<MultiPolygon<f64>> {
            let found = of(FeatureKind::Surface, 0.0).into_iter().map(|at| &self.park.surfaces[at]);
            found.filter(|surface| surface.kind == kind).map(|surface| surface.area.clone()).collect()
        };
        let mut parts: Vec<MultiPolygon<f64>> = Vec::new();
        match what {
            Obstacle::Water => parts.extend(surfaces(SurfaceKind::Water)),
            Obstacle::Rail => {
                parts.extend(surfaces(SurfaceKind::Rail));
                for road in of(FeatureKind::RoadEdge, REACH_M).into_iter().map(|at| &self.park.roads[at]) {
                    if road.class.as_deref().is_some_and(is_rail) {
                        let width = road.width_m.filter(|width| *width > 0.0);
                        let half_m = width.map_or(table().rail_half_m, |width| width / 2.0);
                        parts.extend(road.line.iter().map(|line| strip(&line.0, half_m, near)));
                    }
                }
            }
            Obstacle::Lines => {
                // A table of a user's own may ask for more than the one that ships; half of the widest line is less than ten metres.
                let reach_m = REACH_M.max(clearance().reach_m() + 10.0);
                for at in of(FeatureKind::NetworkEdge, reach_m) {
                    let edge = &self.park.edges[at];
                    let lies = self.laid.is_none_or(|laid| laid[at]);
                    // Where a line lies that was drawn coarsely for a package, nobody can say closely enough.
                    if !lies || spatial_db::package::moved_m(edge).is_some() {
                        continue;
                    }
                    let Some(half_m) = clearance().kept_free_m(edge) else { continue };
                    let path: Vec<Coord<f64>> = edge.path.iter().map(|[x, y, _]| Coord { x: *x, y: *y }).collect();
                    parts.push(strip(&path, half_m, near));
                }
            }
        }
        // Cut first: a river is long.
        let window = MultiPolygon(vec![near.to_polygon()]);
        let parts = parts.into_iter().map(|part| part.intersection(&window)).filter(|part| !part.0.is_empty());
        parts.reduce(|all, next| all.union(&next))
    }
}

/// A box, wider by so much on all sides.
fn grown(bounds: Rect<f64>, by_m: f64) -> Rect<f64> {
    let (low, high) = (bounds.min(), bounds.max());
    Rect::new(Coord { x: low.x - by_m, y: low.y - by_m }, Coord { x: high.x + by_m, y: high.y + by_m })
}

/// The ground within a distance of a line, as far as the line is near to a box.
fn strip(line: &[Coord<f64>], half_m: f64, near: Rect<f64>) -> MultiPolygon<f64> {
    let (low, high) = (near.min(), near.max());
    let reaches = |pair: &[Coord<f64>]| {
        let (a, b) = (pair[0], pair[1]);
        a != b
            && a.x.min(b.x) <= high.x + half_m
            && a.x.max(b.x) >= low.x - half_m
            && a.y.min(b.y) <= high.y + half_m
            && a.y.max(b.y) >= low.y - half_m
    };
    let pieces: Vec<LineString<f64>> =
        line.windows(2).filter(|pair| reaches(pair)).map(|pair| LineString(pair.to_vec())).collect();
    if pieces.is_empty() {
        return MultiPolygon(Vec::new());
    }
    let style = BufferStyle::new(half_m).line_join(LineJoin::Round(ROUND)).line_cap(LineCap::Round(ROUND));
    MultiLineString(pieces).buffer_with_style(style)
}

impl Match<'_, '_> {
    /// What of a candidate's land cannot be built on by the record, and how much of it; nothing where floor is offered.
    pub fn taken_out(&self, candidate: u32) -> Vec<TakenOut> {
        self.taken_out_of(&self.candidates[candidate as usize])
    }

    pub(super) fn taken_out_of(&self, offered: &Candidate) -> Vec<TakenOut> {
        if offered.building.is_some() {
            return Vec::new();
        }
        self.ground.obstacles(offered).taken.clone()
    }

    /// On what a building that was placed on the land rests, with the ground that was taken out; as exactly as the office knows it,
    /// or as it may be told to others.
    pub(super) fn placed_on(&self, offered: &Candidate, exact: bool) -> Words {
        let placed = words!("pitch-tried", "placed on the land within setbacks, coverage, ratio, height and spacing");
        let taken = self.taken_out_of(offered);
        if taken.is_empty() {
            return placed;
        }
        let taken = words!("pitch-taken-out", "taken out of the land: {what}", what = taken_words(&taken, exact));
        crate::land::joined(vec![placed, taken])
    }
}

/// What was taken out, with its areas.
pub(crate) fn taken_words(taken: &[TakenOut], exact: bool) -> Words {
    let told = |one: &TakenOut| {
        let area = if exact || one.what.stops_trucks() {
            Words::from(grouped(one.area_m2, "m²"))
        } else {
            said::at_most(&grouped((one.area_m2 / COARSE_M2).ceil() * COARSE_M2, "m²"))
        };
        words!("pitch-taken", "{what} {area}", what = one.what.title(), area = area)
    };
    crate::land::joined(taken.iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use spatial_db::cache::Cache;
    use spatial_db::model::{Parcel, Park, Provenance, Surface};

    use super::super::ground::Free;
    use super::super::tables::SitingTables;
    use super::*;
    use crate::rules::RuleSet;

    /// A parcel with a pond on it: without an index the same is found as with one, and with one it is looked for once.
    #[test]
    fn what_is_taken_out_is_worked_out_once_for_each_site() {
        let block = |x: f64, w: f64| {
            let at = |x: f64, y: f64| Coord { x: 356_000.0 + x, y: 3_431_000.0 + y };
            MultiPolygon(vec![Rect::new(at(x, 0.0), at(x + w, 80.0)).to_polygon()])
        };
        let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
        let parcel = |id: i64, x: f64| Parcel::bare(id, Provenance::keyed(format!("P{id}")), block(x, 100.0));
        park.parcels = vec![parcel(1, 0.0), parcel(2, 100.0)];
        park.surfaces.push(Surface {
            id: spatial_db::model::FeatureId::new(FeatureKind::Surface, 1),
            provenance: Provenance::keyed("S1"),
            area: block(40.0, 20.0),
            kind: SurfaceKind::Water,
            name: None,
        });
        let (cache, rules, tables) = (Cache::build(Arc::new(park)), RuleSet::shipped(), SitingTables::shipped());
        let ground = Ground::of(&cache, &rules, &tables, chrono::NaiveDate::default());
        let site = |parcels: Vec<u32>| Candidate {
            parcels,
            building: None,
            area_m2: 0.0,
            floor_m2: (0.0, 0.0),
            free: Free::Held,
        };
        let first = ground.obstacles(&site(vec![0]));
        assert!((first.ground.unsigned_area() - 1600.0).abs() < 1e-6, "{:?}", first.taken);
        assert!(Arc::ptr_eq(&first, &ground.obstacles(&site(vec![0]))));
        let other = ground.obstacles(&site(vec![1]));
        assert!(!Arc::ptr_eq(&first, &other) && other.taken.is_empty());
        let drafted = obstacles_on_record(cache.snapshot(), &ground.boundary(&site(vec![0])));
        assert_eq!(drafted.taken, first.taken);
        assert_eq!(drafted.ground, first.ground);
    }

    #[test]
    fn the_shipped_table_is_valid_and_a_strip_is_as_wide_as_it_is_asked_for() {
        assert!(table().rail_half_m > 0.0 && table().least_m2 > 0.0);
        assert!(!table().rail_source.is_empty() && !table().least_source.is_empty());
        // Half of the widest line is less than ten metres.
        assert!(clearance().reach_m() + 10.0 <= REACH_M, "a strip that reaches the land is not looked for");
        let at = |x: f64, y: f64| Coord { x: 356_000.0 + x, y: 3_431_000.0 + y };
        let near = Rect::new(at(0.0, 0.0), at(100.0, 100.0));
        let line = [at(-500.0, 50.0), at(50.0, 50.0), at(50.0, 50.0), at(50.0, 900.0)];
        let found = strip(&line, 3.0, near).intersection(&MultiPolygon(vec![near.to_polygon()]));
        // Two arms of six metres that meet in the middle, its outer corner round.
        let wanted = 50.0 * 6.0 + 50.0 * 6.0 - 9.0 + 9.0 * std::f64::consts::PI / 4.0;
        assert!((found.unsigned_area() - wanted).abs() < 0.1, "{} instead of {wanted}", found.unsigned_area());
        assert!(strip(&[at(200.0, 0.0), at(200.0, 90.0)], 3.0, near).0.is_empty());
    }

    #[test]
    fn to_strangers_the_ground_over_lines_is_told_in_steps() {
        let taken =
            [TakenOut { what: Obstacle::Water, area_m2: 1_234.0 }, TakenOut { what: Obstacle::Lines, area_m2: 504.0 }];
        assert_eq!(taken_words(&taken, true), "open water 1\u{202f}234 m²; strips over underground lines 504 m²");
        assert_eq!(
            taken_words(&taken, false),
            "open water 1\u{202f}234 m²; strips over underground lines 600 m² at most"
        );
    }
}
