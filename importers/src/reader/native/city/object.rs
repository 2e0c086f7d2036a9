//! A city object as CityGML and CityJSON both mean it, and what its surfaces say: footprint, heights, axis of a pipe.
//!
//! Reading objects is left to `gml` and `json`; ordinates here are east, north, height.

use geo::{Coord, LineString, MinimumRotatedRect, MultiPoint, Point};

use super::super::row::{Row, Value};
use super::super::wkb;
use crate::reader::bounds::MOST_FIELDS;
use crate::reader::ogr;

pub(super) type Ring = Vec<[f64; 3]>;

/// What part of a building a surface is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Side {
    /// The file does not say.
    #[default]
    Unknown,
    Roof,
    Wall,
    Ground,
    Floor,
    OuterFloor,
    Ceiling,
    OuterCeiling,
    InteriorWall,
    Closure,
    Window,
    Door,
    /// The file says something else.
    Other,
}

impl Side {
    /// By the name that CityGML and CityJSON have for it.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "RoofSurface" => Self::Roof,
            "WallSurface" => Self::Wall,
            "GroundSurface" => Self::Ground,
            "FloorSurface" => Self::Floor,
            "OuterFloorSurface" => Self::OuterFloor,
            "CeilingSurface" => Self::Ceiling,
            "OuterCeilingSurface" => Self::OuterCeiling,
            "InteriorWallSurface" => Self::InteriorWall,
            "ClosureSurface" => Self::Closure,
            "Window" | "WindowSurface" => Self::Window,
            "Door" | "DoorSurface" => Self::Door,
            _ => Self::Other,
        }
    }
}

/// A polygon in space.
#[derive(Debug, Clone, Default)]
pub(super) struct Surface {
    /// Level of detail.
    pub(super) lod: u8,
    /// What stands behind the point of a level such as 2.2.
    pub(super) detail: Option<u8>,
    pub(super) side: Side,
    /// It is drawn by a part, and stands here for what is made of parts.
    pub(super) of_part: bool,
    pub(super) rings: Vec<Ring>,
}

/// An object with its fields and everything it is drawn with.
#[derive(Debug, Clone, Default)]
pub(super) struct CityObject {
    pub(super) kind: String,
    /// Empty where it has none.
    pub(super) id: String,
    /// Id of the whole that a part belongs to, through however many parts.
    pub(super) root: Option<String>,
    /// In the file's order, named as in the file.
    pub(super) fields: Vec<(String, Value)>,
    /// Values beyond the most fields that a layer may have.
    pub(super) beyond: u64,
    /// Why its geometry cannot be used, if so.
    pub(super) fault: Option<String>,
    pub(super) surfaces: Vec<Surface>,
    /// Lines, for networks their course in plan.
    pub(super) lines: Vec<Ring>,
    pub(super) points: Vec<[f64; 3]>,
}

/// Fields that are worked out from the surfaces of every object.
pub(super) const DERIVED: [&str; 8] = [
    "geometry_lod",
    "geometry_z_min",
    "geometry_z_max",
    "geometry_height",
    "lod1_bottom",
    "lod1_top",
    "axis_width_mm",
    "axis_height_mm",
];

/// Line through the middle of an extruded solid.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub(super) line: Ring,
    pub(super) width_m: f64,
    pub(super) height_m: f64,
}

impl CityObject {
    /// Adds a field; a name that is taken gets a number.
    pub(super) fn push(&mut self, name: &str, value: Value) {
        // Names are compared with all before them: a file must not make that take for ever.
        if self.fields.len() >= MOST_FIELDS {
            self.beyond += 1;
            return;
        }
        let taken = |name: &str| self.fields.iter().any(|(known, _)| known == name) || DERIVED.contains(&name);
        let name = if taken(name) {
            (2..1000).map(|n| format!("{name}_{n}")).find(|name| !taken(name)).unwrap_or_default()
        } else {
            name.to_owned()
        };
        if !name.is_empty() {
            self.fields.push((name, value));
        }
    }

    /// Takes over what its parts are drawn with: a whole that is drawn by its parts alone is drawn with them.
    pub(super) fn stand_for(&mut self, parts: &[Self]) {
        if self.surfaces.is_empty() || self.kind == "Building" {
            let surfaces = parts.iter().flat_map(|part| &part.surfaces).filter(|surface| !surface.of_part);
            self.surfaces.extend(surfaces.map(|surface| Surface { of_part: true, ..surface.clone() }));
        }
    }

    fn of_lod(&self, lod: u8) -> Vec<&Surface> {
        self.surfaces.iter().filter(|surface| surface.lod == lod).collect()
    }

    /// Whether it is a pipe, cable or duct, drawn by a line.
    fn is_line(&self) -> bool {
        !self.lines.is_empty() || ["Pipe", "Cable", "Duct"].iter().any(|end| self.kind.ends_with(end))
    }

    /// Its geometry and the values of [`DERIVED`].
    pub(super) fn shape(&self, geographic: bool) -> (Row, [Value; 8]) {
        let mut derived = [const { Value::Null }; 8];
        if let Some(fault) = &self.fault {
            return (Row { missing: Some(fault.clone()), ..Row::default() }, derived);
        }
        // The outline of level 2 is what most files agree on; the finer ones add fittings.
        let lod = [2, 3, 1, 4, 0].into_iter().find(|lod| !self.of_lod(*lod).is_empty());
        let body = lod.map(|lod| self.of_lod(lod)).unwrap_or_default();
        let range = |surfaces: &[&Surface]| {
            let heights = surfaces.iter().flat_map(|surface| surface.rings.iter().flatten()).map(|at| at[2]);
            heights.fold(None, |range: Option<[f64; 2]>, z| {
                Some(range.map_or([z, z], |[low, high]| [low.min(z), high.max(z)]))
            })
        };
        if let (Some(lod), Some([low, high])) = (lod, range(&body)) {
            derived[0] = Value::Integer(i64::from(lod));
            derived[1] = low.into();
            derived[2] = high.into();
            derived[3] = (high - low).into();
        }
        if let Some([low, high]) = range(&self.of_lod(1)) {
            derived[4] = low.into();
            derived[5] = high.into();
        }
        let mut row = Row::default();
        if self.is_line() {
            let course = self.lines.first().map(Vec::as_slice);
            match axis(&body, course, geographic) {
                Some(axis) => {
                    derived[6] = (axis.width_m * 1000.0).into();
                    derived[7] = (axis.height_m * 1000.0).into();
                    row.wkb = wkb::line(&axis.line);
                }
                None if body.is_empty() && self.lines.len() > 1 => row.wkb = wkb::lines(&self.lines),
                None => row.wkb = wkb::line(course.unwrap_or_default()),
            }
        } else if let ([at], true) = (self.points.as_slice(), body.is_empty()) {
            row.wkb = wkb::point(*at);
        } else if body.is_empty() && !self.points.is_empty() {
            row.wkb = wkb::points(&self.points);
        } else {
            row.wkb = self.footprint(&body);
        }
        row.anchor = self.anchor(&body, range(&body));
        if row.wkb.is_empty() {
            row.missing = Some("it is drawn with nothing that lies flat or runs along".to_owned());
        }
        (row, derived)
    }

    /// Where a point stands for it: as drawn, else the middle of its box; at its lowest height.
    fn anchor(&self, body: &[&Surface], range: Option<[f64; 2]>) -> Option<[f64; 3]> {
        let z = range.map_or(f64::NAN, |[low, _]| low);
        if let Some([x, y, drawn]) = self.points.first() {
            return Some([*x, *y, if z.is_nan() { *drawn } else { z }]);
        }
        let mut bounds: Option<[f64; 4]> = None;
        for [x, y, _] in body.iter().flat_map(|surface| surface.rings.iter().flatten()) {
            let [west, south, east, north] = bounds.get_or_insert([*x, *y, *x, *y]);
            (*west, *south, *east, *north) = (west.min(*x), south.min(*y), east.max(*x), north.max(*y));
        }
        bounds.map(|[west, south, east, north]| [f64::midpoint(west, east), f64::midpoint(south, north), z])
    }

    /// The area it covers: as drawn flat, else its ground surfaces, else what its body covers from above.
    fn footprint(&self, body: &[&Surface]) -> Vec<u8> {
        let flat = self.of_lod(0);
        let ground: Vec<&Surface> = body.iter().copied().filter(|surface| surface.side == Side::Ground).collect();
        let chosen = [flat, ground].into_iter().find(|surfaces| !surfaces.is_empty()).unwrap_or_else(|| body.to_vec());
        let mut areas: Vec<Vec<Ring>> = chosen.iter().filter(|s| covers(s)).map(|s| s.rings.clone()).collect();
        if areas.len() < 2 {
            return wkb::polygons(&areas);
        }
        // Parts share edges and lie above one another: one area is made of them, which has no heights of its own.
        for at in areas.iter_mut().flatten().flatten() {
            at[2] = f64::NAN;
        }
        let parts = wkb::polygons(&areas);
        let mut out = Vec::new();
        let union = ogr::Geometry::from_wkb(&parts).and_then(|parts| parts.union());
        match union {
            Some(union) if !union.is_empty() && union.append_wkb(&mut out) => out,
            _ => parts,
        }
    }
}

/// Whether a surface covers ground at all, which upright ones do not: share of its plan in its true area.
fn covers(surface: &Surface) -> bool {
    let Some(ring) = surface.rings.first().filter(|ring| ring.len() >= 3) else { return false };
    let (plan, size) = plan_area(ring);
    // A sliver that lies flat is no wall.
    if ring.iter().all(|at| at[2].is_nan() || (at[2] - ring[0][2]).abs() < 1e-6) {
        return plan != 0.0;
    }
    plan.abs() > size * 1e-3 && plan != 0.0
}

/// Signed area in plan, and the squared size of the ring's box to compare it with.
fn plan_area(ring: &Ring) -> (f64, f64) {
    let [x0, y0, _] = ring[0];
    let (mut doubled, mut size) = (0.0, 0.0_f64);
    for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        doubled += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0);
        size = size.max((a[0] - x0).hypot(a[1] - y0));
    }
    (doubled / 2.0, size * size)
}

/// Metres per unit of east and north at a place.
pub(super) fn scale(geographic: bool, north: f64) -> [f64; 2] {
    if !geographic {
        return [1.0, 1.0];
    }
    // Length of a degree on GRS 80 as a series in the latitude (Snyder 1987, p. 25), good to a centimetre.
    let phi = north.to_radians();
    let east = 111_412.84 * phi.cos() - 93.5 * (3.0 * phi).cos();
    let north = 111_132.92 - 559.82 * (2.0 * phi).cos() + 1.175 * (4.0 * phi).cos();
    [east, north]
}

/// How far from the course a solid's sides are looked for, m: wider than any duct, narrower than a street.
const REACH_M: f64 = 5.0;

/// The line through the middle of a solid: along its course in plan where one is drawn, else along its longer side.
pub(super) fn axis(body: &[&Surface], course: Option<&[[f64; 3]]>, geographic: bool) -> Option<Axis> {
    let rings: Vec<&Ring> = body.iter().flat_map(|surface| &surface.rings).collect();
    let first = **rings.first()?.first()?.first_chunk::<3>().as_ref()?;
    let [kx, ky] = scale(geographic, first[1]);
    let to_local = |at: &[f64; 3]| [(at[0] - first[0]) * kx, (at[1] - first[1]) * ky, at[2]];
    let local: Vec<Ring> = rings.iter().map(|ring| ring.iter().map(to_local).collect()).collect();
    let course: Ring = match course.filter(|course| course.len() >= 2) {
        Some(course) => course.iter().map(to_local).collect(),
        None => long_axis(&local)?,
    };
    let last = course.len() - 1;
    let sections: Vec<Option<[f64; 4]>> = (0..=last)
        .map(|index| {
            let (before, after) = (course[index.saturating_sub(1)], course[(index + 1).min(last)]);
            let length = (after[0] - before[0]).hypot(after[1] - before[1]);
            if length == 0.0 {
                return None;
            }
            let along = [(after[0] - before[0]) / length, (after[1] - before[1]) / length];
            section(&local, course[index], along)
        })
        .collect();
    let known: Vec<&[f64; 4]> = sections.iter().flatten().collect();
    let count = known.len() as f64;
    let mean = |pick: fn(&[f64; 4]) -> f64| known.iter().map(|section| pick(section)).sum::<f64>() / count;
    if known.is_empty() {
        return None;
    }
    // A section lost at a bend is as high as its neighbour.
    let height_at = |index: usize| {
        let near = (0..=last).filter(|at| sections[*at].is_some()).min_by_key(|at| at.abs_diff(index))?;
        sections[near].map(|[_, _, low, high]| f64::midpoint(low, high))
    };
    let line = course
        .iter()
        .enumerate()
        .map(|(index, at)| Some([at[0] / kx + first[0], at[1] / ky + first[1], height_at(index)?]))
        .collect::<Option<Ring>>()?;
    Some(Axis { line, width_m: mean(|s| s[1] - s[0]), height_m: mean(|s| s[3] - s[2]) })
}

/// Middle line of the smallest box around a plan; upright where the plan is as wide as long and the body higher.
fn long_axis(rings: &[Ring]) -> Option<Ring> {
    let points: MultiPoint<f64> = rings.iter().flatten().map(|at| Point::new(at[0], at[1])).collect();
    let LineString(corners) = points.minimum_rotated_rect()?.exterior().clone();
    let [a, b, c, d] = *corners.first_chunk::<4>()?;
    let length = |a: Coord<f64>, b: Coord<f64>| (a.x - b.x).hypot(a.y - b.y);
    let middle = |a: Coord<f64>, b: Coord<f64>| [f64::midpoint(a.x, b.x), f64::midpoint(a.y, b.y), 0.0];
    let (long, short) = (length(a, b).max(length(b, c)), length(a, b).min(length(b, c)));
    if long <= short * 1.2 {
        return None;
    }
    Some(if length(a, b) >= length(b, c) { vec![middle(d, a), middle(b, c)] } else { vec![middle(a, b), middle(c, d)] })
}

/// Left, right, bottom and top of a solid where an upright plane across its course cuts it.
fn section(rings: &[Ring], at: [f64; 3], along: [f64; 2]) -> Option<[f64; 4]> {
    let station = |p: &[f64; 3]| (p[0] - at[0]) * along[0] + (p[1] - at[1]) * along[1];
    let offset = |p: &[f64; 3]| (p[1] - at[1]) * along[0] - (p[0] - at[0]) * along[1];
    let near = rings.iter().flatten().filter(|p| offset(p).abs() <= REACH_M).map(station);
    let (start, end) = near.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| (low.min(s), high.max(s)));
    // The course may end at a cap or a little beyond it, where a plane cuts nothing.
    let inset = (end - start) * 0.01;
    let plane = 0.0_f64.clamp((start + inset).min(end), (end - inset).max(start));
    let mut found: Option<[f64; 4]> = None;
    for ring in rings {
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let (sa, sb) = (station(a) - plane, station(b) - plane);
            if (sa > 0.0) == (sb > 0.0) {
                continue;
            }
            let share = sa / (sa - sb);
            let side = offset(a) + (offset(b) - offset(a)) * share;
            let z = a[2] + (b[2] - a[2]) * share;
            if side.abs() <= REACH_M {
                let [left, right, low, high] = found.get_or_insert([side, side, z, z]);
                (*left, *right, *low, *high) = (left.min(side), right.max(side), low.min(z), high.max(z));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box along a direction, as twelve or six faces would have it: its four long faces and two caps.
    fn beam(length: f64, width: f64, bottoms: [f64; 2], height: f64, turn: f64) -> Vec<Surface> {
        let corner = |s: f64, o: f64, z: f64| [s * turn.cos() - o * turn.sin(), s * turn.sin() + o * turn.cos(), z];
        let at =
            |end: usize, o: f64, top: f64| corner(length * end as f64, o * width / 2.0, bottoms[end] + top * height);
        let cap = |end: usize| vec![at(end, -1.0, 0.0), at(end, 1.0, 0.0), at(end, 1.0, 1.0), at(end, -1.0, 1.0)];
        let (a, b) = (cap(0), cap(1));
        let side = |i: usize| vec![a[i], a[(i + 1) % 4], b[(i + 1) % 4], b[i]];
        let faces = (0..4).map(side).chain([a.clone(), b.clone()]);
        faces.map(|ring| Surface { lod: 2, rings: vec![ring], ..Surface::default() }).collect()
    }

    #[test]
    fn the_axis_of_a_beam_runs_through_its_middle_however_it_lies() {
        for turn in [0.0_f64, 0.4, 1.6, -2.5] {
            let faces = beam(20.0, 0.6, [1.0, 1.4], 0.3, turn);
            let axis = axis(&faces.iter().collect::<Vec<_>>(), None, false).unwrap();
            assert!((axis.width_m - 0.6).abs() < 1e-6 && (axis.height_m - 0.3).abs() < 1e-2, "{axis:?}");
            let mut z = [axis.line[0][2], axis.line[1][2]];
            z.sort_by(f64::total_cmp);
            // Cut a hundredth inside either cap.
            assert!((z[0] - 1.15).abs() < 0.01 && (z[1] - 1.55).abs() < 0.01, "{axis:?}");
            let length = (axis.line[0][0] - axis.line[1][0]).hypot(axis.line[0][1] - axis.line[1][1]);
            assert!((length - 20.0).abs() < 1e-6);
        }
    }

    #[test]
    fn a_course_in_plan_is_followed() {
        let faces = beam(20.0, 0.6, [1.0, 1.0], 0.3, 0.0);
        let course = [[-0.2, 0.0, 0.0], [10.0, 0.0, 0.0], [20.3, 0.0, 0.0]];
        let axis = axis(&faces.iter().collect::<Vec<_>>(), Some(&course), false).unwrap();
        assert_eq!(axis.line.iter().map(|at| at[0]).collect::<Vec<_>>(), [-0.2, 10.0, 20.3]);
        assert!(axis.line.iter().all(|at| (at[2] - 1.15).abs() < 1e-9), "{axis:?}");
    }

    #[test]
    fn a_footprint_is_what_covers_the_ground() {
        let faces = beam(20.0, 10.0, [1.0, 1.0], 3.0, 0.3);
        let object = CityObject { surfaces: faces, kind: "Building".to_owned(), ..CityObject::default() };
        let (row, derived) = object.shape(false);
        let area = ogr::Geometry::from_wkb(&row.wkb).unwrap().area();
        assert!((area - 200.0).abs() < 1e-6, "{area}");
        assert_eq!((&derived[1], &derived[2], &derived[3]), (&1.0.into(), &4.0.into(), &3.0.into()));
    }
}
