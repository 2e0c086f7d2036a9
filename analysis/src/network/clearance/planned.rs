//! A line that is planned: what is known of it before it lies, and where it would.

use spatial_db::model::{NetworkClass, NetworkEdge, ParkSnapshot, Provenance};

use super::rules::{Laid, Stage};
use crate::network::topology::plan_m;

/// Pieces between two corners that follow the ground, at most.
const MOST_PIECES: f64 = 200.0;

/// How deep an end lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// Ground above its top, m.
    Cover(f64),
    /// Elevation of its bottom, m: of a sewer the invert.
    Invert(f64),
}

/// How deep a line lies.
#[derive(Debug, Clone, PartialEq)]
pub enum Course {
    /// Under the ground all along, with so much of it above its top, m.
    Cover(f64),
    /// Evenly from one end to the other.
    Ends([End; 2]),
    /// With its axis at these elevations, one a corner, m.
    Axis(Vec<f64>),
}

/// A line that is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Class.
    pub class: NetworkClass,
    /// Outer diameter, mm; it does not count for a duct with corners.
    pub diameter_mm: f64,
    /// Width and height, mm, of a duct with corners.
    pub duct_mm: Option<[f64; 2]>,
    /// Stage of a gas line; `None` is not known.
    pub pressure: Option<Stage>,
    /// How a cable is laid; `None` is not known.
    pub laid: Option<Laid>,
    /// How deep it lies.
    pub course: Course,
    /// Corners, park coordinates, m.
    pub points: Vec<[f64; 2]>,
}

impl Default for Planned {
    fn default() -> Self {
        Self {
            class: NetworkClass::Water,
            diameter_mm: 200.0,
            duct_mm: None,
            pressure: None,
            laid: None,
            course: Course::Cover(1.0),
            points: Vec::new(),
        }
    }
}

impl Planned {
    /// The line as one of a survey of the best level: laid where it is planned. Where the ground is not known, neither is a height
    /// that is counted from it.
    pub fn line(&self, park: &ParkSnapshot) -> NetworkEdge {
        let known = NetworkEdge {
            diameter_mm: self.duct_mm.is_none().then_some(self.diameter_mm),
            width_mm: self.duct_mm.map(|[width, _]| width),
            height_mm: self.duct_mm.map(|[_, height]| height),
            pressure: self.pressure.map(|stage| stage.as_str().into()),
            // In words that the table of rules knows.
            subtype: self.laid.map(|laid| match laid {
                Laid::Direct => "direct buried".into(),
                Laid::Duct => "duct".into(),
            }),
            survey_level: Some("A".into()),
            ..NetworkEdge::bare(-1, Provenance::default(), self.class, Vec::new())
        };
        let path = match &self.course {
            Course::Cover(cover_m) => self.under(park, *cover_m),
            Course::Ends(ends) => self.between(park, *ends),
            Course::Axis(levels) => self.points.iter().zip(levels).map(|([x, y], z)| [*x, *y, *z]).collect(),
        };
        NetworkEdge { path, ..known }
    }

    /// Half its height, m.
    fn half_m(&self) -> f64 {
        self.duct_mm.map_or(self.diameter_mm, |[_, height]| height) / 2000.0
    }

    /// It follows the ground between its corners.
    fn under(&self, park: &ParkSnapshot, cover_m: f64) -> Vec<[f64; 3]> {
        let cell = park.terrain.as_ref().map_or(f64::INFINITY, |terrain| terrain.cell_m.max(0.5));
        let mut path: Vec<[f64; 3]> = Vec::new();
        let mut corner = |x: f64, y: f64| path.push([x, y, self.level(park, [x, y], End::Cover(cover_m))]);
        for pair in self.points.windows(2) {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            let pieces = ((bx - ax).hypot(by - ay) / cell).ceil().clamp(1.0, MOST_PIECES) as usize;
            for piece in 0..pieces {
                let share = piece as f64 / pieces as f64;
                corner(ax + (bx - ax) * share, ay + (by - ay) * share);
            }
        }
        if let Some([x, y]) = self.points.last() {
            corner(*x, *y);
        }
        path
    }

    /// It falls, or rises, evenly by its length in plan.
    fn between(&self, park: &ParkSnapshot, [first, last]: [End; 2]) -> Vec<[f64; 3]> {
        let (Some(from), Some(to)) = (self.points.first(), self.points.last()) else { return Vec::new() };
        let (from, to) = (self.level(park, *from, first), self.level(park, *to, last));
        let mut path: Vec<[f64; 3]> = self.points.iter().map(|[x, y]| [*x, *y, 0.0]).collect();
        let whole: f64 = path.windows(2).map(|pair| plan_m(pair[0], pair[1])).sum();
        let (mut far, mut before) = (0.0, None);
        for at in &mut path {
            far += before.map_or(0.0, |before| plan_m(before, *at));
            before = Some(*at);
            let share = if whole > 0.0 { far / whole } else { 0.0 };
            at[2] = from + (to - from) * share;
        }
        path
    }

    /// Elevation of its axis at a place, m.
    fn level(&self, park: &ParkSnapshot, [x, y]: [f64; 2], end: End) -> f64 {
        match end {
            End::Cover(cover_m) => {
                let ground = park.terrain.as_ref().and_then(|terrain| terrain.height_at(x, y));
                ground.map_or(f64::NAN, |z| z - cover_m - self.half_m())
            }
            End::Invert(level_m) => level_m + self.half_m(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use spatial_db::cache::Cache;
    use spatial_db::model::{Presence, RoadEdge, TerrainGrid};

    use super::*;
    use crate::network::by_hand::{edge, empty};
    use crate::network::clearance::{ClearanceRules, Room, Verdict, cover_of, fall_of};

    /// Level ground at 10 m, with a road of 6 m along y = 50.
    fn park() -> ParkSnapshot {
        let mut park = empty();
        let heights_m = vec![10.0; 21 * 21];
        park.terrain =
            Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
        let along = geo::MultiLineString(vec![geo::LineString::from(vec![(0.0, 50.0), (200.0, 50.0)])]);
        park.roads = vec![RoadEdge { width_m: Some(6.0), ..RoadEdge::bare(1, Provenance::default(), along) }];
        park
    }

    fn sewer(ends: [End; 2]) -> Planned {
        let points = vec![[10.0, 20.0], [110.0, 20.0], [110.0, 40.0]];
        let course = Course::Ends(ends);
        Planned { class: NetworkClass::Drainage, diameter_mm: 400.0, course, points, ..Planned::default() }
    }

    #[test]
    fn a_sewer_falls_evenly_between_its_ends_and_is_held_against_the_least_fall() {
        let (park, rules) = (park(), ClearanceRules::shipped());
        let line = sewer([End::Invert(8.0), End::Invert(7.4)]).line(&park);
        let levels: Vec<f64> = line.path.iter().map(|at| (at[2] * 1000.0).round()).collect();
        // 120 m: 5 in a thousand, and the axis 0.2 m above the invert.
        assert_eq!(levels, [8200.0, 7700.0, 7600.0]);
        let fall = fall_of(&rules, &line).unwrap();
        assert_eq!((fall.verdict, fall.edge), (Verdict::Clear, None));
        assert!((fall.fall.unwrap() - 0.005).abs() < 1e-12);
        // As deep at both ends it does not fall: 10 m of ground, less 1.5 m and half of 0.4 m.
        let flat = sewer([End::Cover(1.5), End::Cover(1.5)]).line(&park);
        assert!(flat.path.iter().all(|at| (at[2] - 8.3).abs() < 1e-12));
        assert_eq!(fall_of(&rules, &flat).unwrap().verdict, Verdict::Violated);
        let main = Planned { class: NetworkClass::Water, ..sewer([End::Cover(1.5), End::Cover(1.5)]) };
        assert_eq!(fall_of(&rules, &main.line(&park)), None, "no rule of falls is about a main");
    }

    #[test]
    fn its_own_cover_under_a_road_is_found() {
        let (park, rules) = (park(), ClearanceRules::shipped());
        let points = vec![[20.0, 30.0], [20.0, 70.0]];
        let gas = Planned { class: NetworkClass::Gas, points, ..Planned::default() };
        let cache = Cache::build(Arc::new(park.clone()));
        let cover = |cover_m: f64, points: &[[f64; 2]]| {
            let planned = Planned { course: Course::Cover(cover_m), points: points.to_vec(), ..gas.clone() };
            cover_of(&cache, &rules, &planned.line(&park)).unwrap()
        };
        // 0.9 m asked for in the carriageway.
        let shallow = cover(0.7, &gas.points);
        assert_eq!((shallow.verdict, shallow.limit_m, shallow.carriageway), (Verdict::Violated, [0.9; 2], Some(true)));
        assert!((shallow.place[1] - 50.0).abs() <= 3.0 && (shallow.cover_m.unwrap() - 0.7).abs() < 1e-9, "{shallow:?}");
        assert_eq!(cover(1.0, &gas.points).verdict, Verdict::Clear);
        assert_eq!(cover(0.7, &[[20.0, 60.0], [20.0, 70.0]]).verdict, Verdict::Clear, "beside it less is asked for");
        let pipe = Planned { class: NetworkClass::Industrial, ..gas };
        assert_eq!(cover_of(&cache, &rules, &pipe.line(&park)), None, "the table has no row");
    }

    #[test]
    fn pressure_and_how_it_is_laid_choose_the_row() {
        let mut park = park();
        let mut sewer = edge(1, vec![[10.0, 20.0, 8.0], [110.0, 20.0, 8.0]]);
        (sewer.class, sewer.diameter_mm, sewer.survey_level) = (NetworkClass::Drainage, Some(400.0), Some("A".into()));
        park.edges = vec![sewer];
        let (there, rules) = (Presence::on(&park, "2026-01-01".parse().unwrap()), ClearanceRules::shipped());
        // Wall to wall 1.3 m: 1.2 m asked for of medium pressure, 2.0 m of the highest that has a row.
        let points = vec![[10.0, 21.6], [110.0, 21.6]];
        let told = |pressure| {
            let class = NetworkClass::Gas;
            let gas = Planned { class, pressure, points: points.clone(), ..Planned::default() }.line(&park);
            Room::of(&park, &there, &rules).planned(&gas).found.first().map(|one| (one.verdict, one.limit_m))
        };
        assert_eq!(told(Some(Stage::Low)), None);
        assert_eq!(told(Some(Stage::SubHighA)), Some((Verdict::Violated, [2.0; 2])));
        assert_eq!(told(None), Some((Verdict::Possible, [1.0, 2.0])));
        let cable = |laid, duct_mm| Planned { class: NetworkClass::Telecom, laid, duct_mm, ..Planned::default() };
        let asked = |cable: Planned| rules.vertical(&cable.line(&park), &park.edges[0]).unwrap().between_m;
        assert_eq!(asked(cable(None, None)), [0.15, 0.5]);
        assert_eq!(asked(cable(Some(Laid::Direct), None)), [0.5; 2]);
        assert_eq!(asked(cable(Some(Laid::Duct), None)), [0.15; 2]);
        assert_eq!(asked(cable(None, Some([400.0, 300.0]))), [0.15; 2], "a bank with width and height is one of ducts");
        let bank = cable(None, Some([400.0, 300.0])).line(&park);
        assert_eq!((bank.diameter_mm, bank.width_mm, bank.height_mm), (None, Some(400.0), Some(300.0)));
    }
}
