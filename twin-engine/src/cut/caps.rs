//! The faces that a cut lays bare, as one small mesh: earth, walls and floor of the pit, buildings, chambers and pipes cut
//! through. Made anew for every cut; no tile is.

use std::f64::consts::TAU;

use analysis::network::{CutBuilding, CutPipe, Section, section};
use bevy::math::{DVec2, DVec3, Vec3};
use spatial_db::model::{FeatureId, ParkSnapshot};

use super::{Cut, Dig, SectionPlane};
use crate::mesh::{FacadeModel, Ground, Layer, TileMesh, Vertex, triangulate};
use crate::pick::Picker;
use crate::scene::{SceneGeometry, hazard_place};
use crate::slots::GROUND;
use crate::space::scene_direction;

/// What a face is, as `cap.wgsl` tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Earth,
    Pit,
    Body,
    Rim,
    Pipe,
    Bore,
}

impl Kind {
    fn mark(self) -> f32 {
        f32::from(self as u8) / 5.0
    }
}

/// Corners of a round pipe.
const ROUND: usize = 24;
/// Earth under the deepest pipe, and least height of the face, m.
const UNDER_PIPES_M: f64 = 1.5;
const LEAST_FACE_M: f64 = 4.0;
/// Greatest height of the face: one pipe with a wrong elevation must not make a cliff, m.
pub(crate) const MOST_FACE_M: f64 = 30.0;
/// Depth of a pipe whose elevation nothing tells, as tubes are drawn, m.
pub(crate) const ASSUMED_DEPTH_M: f64 = 1.5;
/// How far a pit's walls reach over the ground, m: no gap shows between the two.
const LIP_M: f64 = 0.03;
/// Most that a pipe cut at a slant is drawn out, times its height.
const MOST_SLANT: f64 = 30.0;
/// Where the land beyond the ground bends and ends, in sizes of the ground, as the terrain is drawn.
const BEYOND: [(f64, f64); 2] = [(0.6, 0.75), (60.0, 1.0)];

/// Everything that the cut lays bare.
pub(crate) fn caps(cut: &Cut, snapshot: &ParkSnapshot, geometry: &SceneGeometry, picker: &Picker) -> TileMesh {
    let mut tile = TileMesh::new(Layer::Cap);
    let mut caps = Caps { tile: &mut tile, snapshot, geometry, picker };
    if let Some(dig) = &cut.dig {
        caps.pit(dig);
    }
    if let Some(plane) = &cut.section {
        caps.section(plane, cut.pipe_factor);
    }
    tile
}

/// The plane's line within the ground, in its direction; `None` where it passes by.
pub(crate) fn across(plane: &SectionPlane, ground: &Ground) -> Option<(DVec2, DVec2)> {
    let (start, along) = (plane.start(), plane.along());
    let (mut from, mut to) = (f64::NEG_INFINITY, f64::INFINITY);
    for axis in 0..2 {
        let (low, high) = (ground.origin[axis] - start[axis], ground.highest_corner()[axis] - start[axis]);
        if along[axis].abs() < 1e-12 {
            if low > 0.0 || high < 0.0 {
                return None;
            }
            continue;
        }
        let (a, b) = (low / along[axis], high / along[axis]);
        from = from.max(a.min(b));
        to = to.min(a.max(b));
    }
    (to - from > 1e-6).then(|| (start + along * from, start + along * to))
}

/// Elevation of a pipe's axis as it is drawn, m.
pub(crate) fn drawn_axis_m(pipe: &CutPipe, at: DVec2, ground: &Ground) -> f64 {
    pipe.axis_m.unwrap_or_else(|| ground.height(at) - ASSUMED_DEPTH_M)
}

struct Caps<'a> {
    tile: &'a mut TileMesh,
    snapshot: &'a ParkSnapshot,
    geometry: &'a SceneGeometry,
    picker: &'a Picker,
}

impl Caps<'_> {
    fn vertex(&mut self, at: DVec3, slot: u32, normal: Vec3, kind: Kind, param: [f64; 2]) -> u32 {
        let position = self.geometry.origin.scene_from_park(at.x, at.y, at.z);
        self.tile.vertex(Vertex { position, slot, normal, mark: kind.mark(), param: param.map(|v| v as f32) })
    }

    /// Walls along the outline, from the ground as drawn to the floor, and the floor.
    fn pit(&mut self, dig: &Dig) {
        let ground = &self.geometry.ground;
        let floor_m = dig.floor_m(ground);
        let corners: Vec<DVec2> = dig.corners().collect();
        let polygon = geo::Polygon::new(corners.iter().map(|at| (at.x, at.y)).collect(), Vec::new());
        let floor = triangulate(&polygon);
        // Counter-clockwise, so that the pit is on the left of every side.
        let counter_clockwise = dig.signed_area_m2() > 0.0;
        for [a, b] in dig.sides() {
            let [a, b] = if counter_clockwise { [a, b] } else { [b, a] };
            let Some(along) = (b - a).try_normalize() else { continue };
            let normal = scene_direction(-along.y, along.x, 0.0);
            let columns: Vec<[u32; 2]> = ground
                .profile(a, b)
                .into_iter()
                .map(|[station, height]| {
                    let at = a + along * station;
                    let deep = height - floor_m;
                    let mut add = |z: f64, depth| self.vertex(at.extend(z), GROUND, normal, Kind::Pit, [depth, 1.0]);
                    [add(floor_m, deep), add(height + LIP_M, 0.0)]
                })
                .collect();
            for pair in columns.windows(2) {
                let [[a_low, a_high], [b_low, b_high]] = [pair[0], pair[1]];
                self.tile.quad(b_low, a_low, a_high, b_high);
            }
        }
        let first: Vec<u32> = floor
            .points
            .iter()
            .map(|at| {
                let depth = ground.height(*at) - floor_m;
                self.vertex(at.extend(floor_m), GROUND, Vec3::Y, Kind::Pit, [depth, 0.0])
            })
            .collect();
        for t in floor.indices.chunks_exact(3) {
            self.tile.triangle(first[t[0]], first[t[1]], first[t[2]]);
        }
    }

    fn section(&mut self, plane: &SectionPlane, pipe_factor: f64) {
        let ground = &self.geometry.ground;
        let Some((from, to)) = across(plane, ground) else { return };
        let cut = section(self.picker.cache(), from.to_array(), to.to_array());
        let line = Line { from, along: (to - from).normalize(), facing: plane.near() };
        self.earth(&line, &ground.profile(from, to), face_m(&cut, &line, ground, pipe_factor));
        for building in &cut.buildings {
            self.building(&line, building);
        }
        for chamber in &cut.chambers {
            self.body(&line, chamber.id, chamber.span_m, chamber.bottom_m, [chamber.top_m; 2]);
        }
        self.tanks(&line);
        for pipe in &cut.pipes {
            self.pipe(&line, pipe);
        }
    }

    /// The face of earth, on to the horizon as the ground is.
    fn earth(&mut self, line: &Line, profile: &[[f64; 2]], face_m: f64) {
        let ground = &self.geometry.ground;
        let size = (ground.highest_corner() - ground.origin).max_element();
        let level = ground.mean_m();
        let mut whole: Vec<[f64; 2]> = Vec::with_capacity(profile.len() + 4);
        if let (Some(first), Some(last)) = (profile.first(), profile.last()) {
            let beyond = |end: &[f64; 2], way: f64, (sizes, share): (f64, f64)| {
                [end[0] + way * sizes * size, end[1] * (1.0 - share) + level * share]
            };
            whole.extend(BEYOND.iter().rev().map(|at| beyond(first, -1.0, *at)));
            whole.extend(profile);
            whole.extend(BEYOND.iter().map(|at| beyond(last, 1.0, *at)));
        }
        let columns: Vec<[u32; 2]> = whole
            .iter()
            .map(|[station, height]| {
                let normal = line.normal();
                let mut add =
                    |down: f64| self.vertex(line.at(*station, height - down), GROUND, normal, Kind::Earth, [down, 1.0]);
                [add(face_m), add(0.0)]
            })
            .collect();
        for pair in columns.windows(2) {
            self.tile.quad(pair[0][0], pair[1][0], pair[1][1], pair[0][1]);
        }
    }

    fn building(&mut self, line: &Line, cut: &CutBuilding) {
        let row = self.geometry.slots.row(cut.id);
        let (base_m, top_m) = row.and_then(|row| self.picker.span(row)).unwrap_or((cut.base_m, cut.top_m));
        let model = row.and_then(|row| {
            let key = &self.snapshot.buildings.get(row)?.provenance.key;
            let own = self.snapshot.building_surfaces.iter().filter(|surface| surface.building_key == *key);
            FacadeModel::new(own, &self.geometry.ground)
        });
        let roof = model.map(|model| upper(&model.roof_along(line.from, line.along))).unwrap_or_default();
        if roof.len() < 2 {
            self.body(line, cut.id, cut.span_m, base_m, [top_m; 2]);
            return;
        }
        for pair in roof.windows(2) {
            // Nothing stands between two halls of one building.
            if pair[1][0] - pair[0][0] > 1e-6 && pair[0][1].is_finite() && pair[1][1].is_finite() {
                self.body(line, cut.id, [pair[0][0], pair[1][0]], base_m, [pair[0][1], pair[1][1]]);
            }
        }
    }

    /// A face from a level bottom to a straight top.
    fn body(&mut self, line: &Line, id: FeatureId, span_m: [f64; 2], bottom_m: f64, top_m: [f64; 2]) {
        let Some(slot) = self.geometry.slots.of(id) else { return };
        let corners = [(span_m[0], bottom_m), (span_m[1], bottom_m), (span_m[1], top_m[1]), (span_m[0], top_m[0])];
        let [a, b, c, d] =
            corners.map(|(station, z)| self.vertex(line.at(station, z), slot, line.normal(), Kind::Body, [0.0; 2]));
        self.tile.quad(a, b, c, d);
    }

    /// Round tanks: what is drawn as a cylinder must not be seen to be hollow.
    fn tanks(&mut self, line: &Line) {
        for hazard in &self.snapshot.hazards {
            if !matches!(hazard.shape, geo::Geometry::Point(_)) {
                continue;
            }
            let (diameter_m, height_m) = crate::scene::tank_size_m(hazard);
            let at = hazard_place(hazard);
            let off = line.facing.dot(at - line.from);
            let half = (diameter_m * diameter_m / 4.0 - off * off).max(0.0).sqrt();
            if half > 0.0 {
                let middle = line.along.dot(at - line.from);
                let foot_m = self.geometry.ground.height(at);
                self.body(line, hazard.id, [middle - half, middle + half], foot_m - 0.5, [foot_m + height_m; 2]);
            }
        }
    }

    /// Rim, pipe and bore, one before the other.
    fn pipe(&mut self, line: &Line, pipe: &CutPipe) {
        let Some(slot) = self.geometry.slots.of(pipe.id) else { return };
        let place = line.from + line.along * pipe.at_m;
        let middle = place.extend(drawn_axis_m(pipe, place, &self.geometry.ground));
        let half = [pipe.width_m.min(pipe.height_m * MOST_SLANT) / 2.0, pipe.height_m / 2.0];
        let outline: Vec<DVec2> = if pipe.round {
            (0..ROUND).map(|k| DVec2::from_angle(k as f64 / ROUND as f64 * TAU)).collect()
        } else {
            [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(DVec2::from).to_vec()
        };
        for kind in [Kind::Rim, Kind::Pipe, Kind::Bore] {
            let centre = self.vertex(middle, slot, Vec3::ZERO, kind, half);
            let ring: Vec<u32> = outline
                .iter()
                .map(|out| {
                    let [east, north] = (line.along * out.x).to_array();
                    self.vertex(middle, slot, scene_direction(east, north, out.y), kind, half)
                })
                .collect();
            for k in 0..ring.len() {
                self.tile.triangle(centre, ring[k], ring[(k + 1) % ring.len()]);
            }
        }
    }
}

/// The line of the cut across the ground.
struct Line {
    from: DVec2,
    along: DVec2,
    /// Towards the eye.
    facing: DVec2,
}

impl Line {
    fn at(&self, station: f64, z: f64) -> DVec3 {
        (self.from + self.along * station).extend(z)
    }

    fn normal(&self) -> Vec3 {
        scene_direction(self.facing.x, self.facing.y, 0.0)
    }
}

/// Height of the face: to below the deepest pipe.
fn face_m(cut: &Section, line: &Line, ground: &Ground, pipe_factor: f64) -> f64 {
    let deep = |pipe: &CutPipe| {
        let at = line.from + line.along * pipe.at_m;
        ground.height(at) - drawn_axis_m(pipe, at, ground) + pipe.height_m / 2.0 * pipe_factor
    };
    let deepest = cut.pipes.iter().map(deep).fold(0.0, f64::max);
    (deepest + UNDER_PIPES_M).clamp(LEAST_FACE_M, MOST_FACE_M)
}

/// The upper edge of straight pieces, by distance; a gap between pieces stands as a point without elevation.
fn upper(pieces: &[[[f64; 2]; 2]]) -> Vec<[f64; 2]> {
    let mut stations: Vec<f64> = pieces.iter().flatten().map(|at| at[0]).collect();
    stations.sort_by(f64::total_cmp);
    stations.dedup_by(|a, b| (*a - *b).abs() < 1e-6);
    let height = |at: f64| {
        pieces
            .iter()
            .filter(|[a, b]| a[0] <= at && at <= b[0] && b[0] > a[0])
            .map(|[a, b]| a[1] + (b[1] - a[1]) * (at - a[0]) / (b[0] - a[0]))
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let mut out: Vec<[f64; 2]> = Vec::with_capacity(stations.len() * 2);
    for pair in stations.windows(2) {
        // Just within both ends: at a step two heights meet.
        let inset = (pair[1] - pair[0]) * 1e-3;
        out.push([pair[0], height(pair[0] + inset)]);
        out.push([pair[1], height(pair[1] - inset)]);
    }
    out
}

#[cfg(test)]
mod tests {
    use spatial_db::model::FeatureKind::{Building, HazardSource};

    use super::*;
    use crate::fixture::{self, CORNER};

    struct Made {
        tile: TileMesh,
        geometry: SceneGeometry,
        snapshot: std::sync::Arc<ParkSnapshot>,
    }

    fn made(cut: &Cut) -> Made {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        Made { tile: caps(cut, &input.snapshot, &geometry, &picker), geometry, snapshot: input.snapshot }
    }

    fn at(x: f64, y: f64) -> DVec2 {
        DVec2::new(CORNER.0 + x, CORNER.1 + y)
    }

    /// Triangles of a kind, in park coordinates.
    fn faces(made: &Made, kind: Kind) -> Vec<[DVec3; 3]> {
        made.tile
            .indices
            .chunks_exact(3)
            .filter(|t| (f32::from(made.tile.normals[t[0] as usize][3]) / 32_767.0 * 5.0).round() as u8 == kind as u8)
            .map(|t| [t[0], t[1], t[2]].map(|i| made.geometry.origin.park_from_scene(made.tile.position(i)).into()))
            .collect()
    }

    fn area(faces: &[[DVec3; 3]]) -> f64 {
        faces.iter().map(|[a, b, c]| (*b - *a).cross(*c - *a).length() / 2.0).sum()
    }

    #[test]
    fn the_face_of_earth_hangs_from_the_ground_faces_the_eye_and_reaches_below_the_pipes() {
        let plane = SectionPlane::facing(at(0.0, 100.0), at(400.0, 100.0), at(200.0, -300.0)).unwrap();
        let made = made(&Cut { section: Some(plane), ..Cut::default() });
        let earth = faces(&made, Kind::Earth);
        let ground = &made.geometry.ground;
        assert!(!earth.is_empty());
        for [a, b, c] in &earth {
            assert!((*b - *a).cross(*c - *a).truncate().dot(plane.near()) > 0.0, "towards the eye");
            for p in [a, b, c] {
                assert!(plane.off_m(p.truncate()).abs() < 0.05, "in the plane: {p}");
            }
        }
        let inside = |p: &&DVec3| p.x > ground.origin.x + 1.0 && p.x < ground.highest_corner().x - 1.0;
        let mut tops = 0;
        for p in earth.iter().flatten().filter(inside) {
            let down = ground.height(p.truncate()) - p.z;
            assert!(down.abs() < 0.01 || down >= LEAST_FACE_M - 0.01, "{down}");
            tops += usize::from(down.abs() < 0.01);
        }
        assert!(tops > 20, "along the ground's own edges");
    }

    #[test]
    fn a_building_and_a_tank_are_closed_with_the_area_of_their_section() {
        // Through the third hall: 30 m wide, and past everything else.
        let plane = SectionPlane::facing(at(240.0, 75.0), at(290.0, 75.0), at(265.0, -300.0)).unwrap();
        let made = made(&Cut { section: Some(plane), ..Cut::default() });
        let body = faces(&made, Kind::Body);
        let slot_of = |kind, id| made.geometry.slots.of(FeatureId::new(kind, id)).unwrap();
        let of = |slot: u32| {
            let own = |t: &&[u32]| made.tile.slots[t[0] as usize] == slot;
            made.tile.indices.chunks_exact(3).filter(own).count()
        };
        assert_eq!(of(slot_of(Building, 3)), 2, "one rectangle");
        assert_eq!(of(slot_of(Building, 2)), 2, "the line goes on through the park");
        assert_eq!(of(slot_of(HazardSource, 1)), 0, "18 m across, 15 m from the line");
        assert!(area(&body) > 30.0 * 24.0 + 70.0 * 12.0);
    }

    #[test]
    fn a_pipe_is_a_ring_where_the_plane_meets_it() {
        let plane = SectionPlane::facing(at(0.0, 100.0), at(400.0, 100.0), at(200.0, -300.0)).unwrap();
        let made = made(&Cut { section: Some(plane), ..Cut::default() });
        // The drain at x = 226 falls from 6.0 to 1.5 m over 260 m; the main at y = 136 is not met.
        let pipe = faces(&made, Kind::Pipe);
        assert_eq!((pipe.len(), faces(&made, Kind::Rim).len(), faces(&made, Kind::Bore).len()), (ROUND, ROUND, ROUND));
        let middle = pipe[0][0];
        assert!((middle.x - CORNER.0 - 226.0).abs() < 0.01 && (middle.z - (6.0 - 4.5 * 180.0 / 260.0)).abs() < 0.01);
        let params: Vec<[f32; 2]> = made.tile.params.iter().copied().filter(|p| p[0] == 0.4).collect();
        assert_eq!(params.len(), 3 * (ROUND + 1), "half of 800 mm both ways: {:?}", made.tile.params.last());
    }

    #[test]
    fn a_pit_has_walls_from_the_rim_to_a_level_floor_that_face_inwards_whichever_way_it_was_drawn() {
        let outline = [at(215.0, 100.0), at(240.0, 100.0), at(240.0, 120.0), at(215.0, 125.0)];
        for reversed in [false, true] {
            let mut outline = outline.to_vec();
            if reversed {
                outline.reverse();
            }
            let dig = Dig::new(&outline).unwrap().deep(4.0);
            let made = made(&Cut { dig: Some(dig.clone()), ..Cut::default() });
            let floor_m = dig.floor_m(&made.geometry.ground);
            let all = faces(&made, Kind::Pit);
            let (floor, walls): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|f| f.iter().all(|p| (p.z - floor_m).abs() < 1e-3));
            assert!((area(&floor) - dig.area_m2()).abs() < 0.01);
            for [a, b, c] in &floor {
                assert!((*b - *a).cross(*c - *a).z > 0.0, "up");
            }
            for [a, b, c] in &walls {
                let middle = (*a + *b + *c) / 3.0;
                let normal = (*b - *a).cross(*c - *a).normalize();
                assert!(dig.holds(middle.truncate() + normal.truncate() * 0.1), "inwards at {middle}");
                for p in [a, b, c] {
                    let ground = made.geometry.ground.height(p.truncate());
                    assert!((p.z - ground - LIP_M).abs() < 1e-3 || (p.z - floor_m).abs() < 1e-3, "{p}");
                }
            }
            assert!(!made.snapshot.edges.is_empty() && area(&walls) > 4.0 * 80.0);
        }
    }

    #[test]
    fn the_upper_edge_of_roofs_is_the_higher_of_two_with_steps_and_gaps() {
        let edge = upper(&[[[0.0, 5.0], [10.0, 9.0]], [[4.0, 3.0], [14.0, 3.0]], [[20.0, 6.0], [22.0, 6.0]]]);
        let height = |at: f64| {
            edge.windows(2)
                .filter(|p| p[0][0] <= at && at <= p[1][0] && p[1][0] > p[0][0])
                .map(|p| p[0][1] + (p[1][1] - p[0][1]) * (at - p[0][0]) / (p[1][0] - p[0][0]))
                .fold(f64::NEG_INFINITY, f64::max)
        };
        assert!((height(5.0) - 7.0).abs() < 0.02 && (height(12.0) - 3.0).abs() < 0.02 && height(21.0) == 6.0);
        assert!(height(17.0) < 0.0, "nothing stands there");
    }

    #[test]
    fn a_plane_beside_the_ground_has_no_face() {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let low = geometry.ground.origin;
        let plane = SectionPlane::facing(low - DVec2::splat(50.0), low + DVec2::new(50.0, -50.0), DVec2::ZERO).unwrap();
        assert_eq!(across(&plane, &geometry.ground), None);
    }
}
