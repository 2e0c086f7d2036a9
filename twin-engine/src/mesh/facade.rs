//! Buildings whose roofs and walls were modelled, drawn as they were: flat polygons in space and the edges between them.
//!
//! Raising footprints, where nothing was modelled, is left to `building`.

use std::collections::HashMap;

use bevy::math::{DVec2, DVec3, Vec3Swizzles};
use geo::{LineString, Polygon};
use spatial_db::model::{BuildingSurface, FacadeKind};

use super::building::line;
use super::{Ground, TileMesh, Vertex, triangulate};
use crate::space::{SceneOrigin, scene_direction};

/// A model that stands this far off the ground, m, was surveyed against another ground: it is set down on ours.
const MOST_OFF_GROUND_M: f64 = 4.0;
/// Cosine of the angle between two faces from which the edge between them is drawn.
const CREASE_COSINE: f64 = 0.97;
/// Corners nearer than this are one, m.
const SAME_M: f64 = 0.01;
/// Sine of the steepest slope that is a roof where the model does not say.
const ROOF_UP: f64 = 0.2;

/// One flat polygon of a model.
#[derive(Debug, Clone, PartialEq)]
struct Face {
    /// Rings without closing points, park coordinates, m.
    rings: Vec<Vec<DVec3>>,
    /// Unit vector away from the front.
    normal: DVec3,
    roof: bool,
}

impl Face {
    /// Whether a place in its plane is inside: by the rings as they look along the axis that its normal is nearest to, crossed an odd
    /// number of times by a line from there.
    fn holds(&self, at: DVec3) -> bool {
        let [x, y, z] = self.normal.abs().to_array();
        let flat = |p: DVec3| {
            if x >= y && x >= z {
                p.yz()
            } else if y >= z {
                p.zx()
            } else {
                p.xy()
            }
        };
        let here = flat(at);
        let crossed = |ring: &Vec<DVec3>| {
            (0..ring.len())
                .filter(|i| {
                    let (a, b) = (flat(ring[*i]), flat(ring[(i + 1) % ring.len()]));
                    (a.y > here.y) != (b.y > here.y) && here.x < a.x + (here.y - a.y) / (b.y - a.y) * (b.x - a.x)
                })
                .count()
        };
        self.rings.iter().map(crossed).sum::<usize>() % 2 == 1
    }
}

/// A modelled building, set on the drawn ground.
#[derive(Debug, Clone, PartialEq)]
pub struct FacadeModel {
    faces: Vec<Face>,
    /// Highest corner, m.
    pub top_m: f64,
    /// What was added to the model's elevations, m.
    pub lifted_m: f64,
}

impl FacadeModel {
    /// The model made of a building's surfaces, on `ground`. `None` where they hold no face.
    pub fn new<'s>(surfaces: impl IntoIterator<Item = &'s BuildingSurface>, ground: &Ground) -> Option<Self> {
        let mut faces = Vec::new();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut foot: Option<DVec3> = None;
        for surface in surfaces {
            for polygon in &surface.polygons {
                let Some(rings) = rings_of(polygon) else { continue };
                for at in rings.iter().flatten() {
                    if at.z < low {
                        foot = Some(*at);
                    }
                    (low, high) = (low.min(at.z), high.max(at.z));
                }
                // What lies on the ground or inside is not seen.
                if matches!(surface.kind, FacadeKind::Ground | FacadeKind::Floor | FacadeKind::Ceiling) {
                    continue;
                }
                let Some(normal) = newell(&rings[0]) else { continue };
                let roof =
                    surface.kind == FacadeKind::Roof || (surface.kind == FacadeKind::Other && normal.z > ROOF_UP);
                // A roof is seen from above, however its ring was turned.
                let normal = if surface.kind == FacadeKind::Roof && normal.z < 0.0 { -normal } else { normal };
                faces.push(Face { rings, normal, roof });
            }
        }
        let foot = foot.filter(|_| !faces.is_empty())?;
        let off = ground.height(foot.truncate()) - low;
        let lifted_m = if off.abs() > MOST_OFF_GROUND_M { off } else { 0.0 };
        for at in faces.iter_mut().flat_map(|face| face.rings.iter_mut().flatten()) {
            at.z += lifted_m;
        }
        Some(Self { faces, top_m: high + lifted_m, lifted_m })
    }

    /// The roof in a vertical cut along `along` from `from`: straight pieces of distance and elevation, m, in no order.
    pub fn roof_along(&self, from: DVec2, along: DVec2) -> Vec<[[f64; 2]; 2]> {
        let mut pieces = Vec::new();
        for face in self.faces.iter().filter(|face| face.roof) {
            let mut met: Vec<[f64; 2]> = Vec::new();
            for ring in &face.rings {
                for (i, a) in ring.iter().enumerate() {
                    let b = ring[(i + 1) % ring.len()];
                    let off = |at: &DVec3| along.perp_dot(at.truncate() - from);
                    let (left, right) = (off(a), off(&b));
                    if (left > 0.0) != (right > 0.0) {
                        let at = a.lerp(b, left / (left - right));
                        met.push([along.dot(at.truncate() - from), at.z]);
                    }
                }
            }
            met.sort_by(|a, b| a[0].total_cmp(&b[0]));
            pieces.extend(met.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        }
        pieces
    }

    /// Distance at which a ray first meets one of its faces, from whichever side, m; `direction` is a unit vector.
    pub fn distance(&self, eye: DVec3, direction: DVec3) -> Option<f64> {
        let meets = |face: &Face| {
            let slope = face.normal.dot(direction);
            let distance = face.normal.dot(face.rings[0][0] - eye) / slope;
            (slope.abs() > 1e-12 && distance > 0.0 && face.holds(eye + direction * distance)).then_some(distance)
        };
        self.faces.iter().filter_map(meets).min_by(f64::total_cmp)
    }

    /// A corner of it, park coordinates.
    pub fn place(&self) -> DVec2 {
        self.faces[0].rings[0][0].truncate()
    }
}

fn rings_of(polygon: &[Vec<[f64; 3]>]) -> Option<Vec<Vec<DVec3>>> {
    let cleaned = |ring: &Vec<[f64; 3]>| {
        let mut points: Vec<DVec3> = Vec::with_capacity(ring.len());
        for at in ring.iter().map(|at| DVec3::from_array(*at)) {
            if at.is_finite() && points.last().is_none_or(|last| last.distance(at) > SAME_M / 10.0) {
                points.push(at);
            }
        }
        while points.len() > 1 && points[0].distance(points[points.len() - 1]) <= SAME_M / 10.0 {
            points.pop();
        }
        (points.len() >= 3).then_some(points)
    };
    let mut rings = polygon.iter();
    let mut out = vec![cleaned(rings.next()?)?];
    out.extend(rings.filter_map(cleaned));
    Some(out)
}

/// Unit normal of a ring by Newell's sums, which do not mind that its corners are not quite in one plane.
fn newell(ring: &[DVec3]) -> Option<DVec3> {
    let first = ring[0];
    let sum: DVec3 = (0..ring.len()).map(|i| (ring[i] - first).cross(ring[(i + 1) % ring.len()] - first)).sum();
    (sum.length() > 2e-3).then(|| sum.normalize())
}

/// Adds the faces: roofs from above, walls from both sides, since an open hall is seen from within.
pub fn facade_faces(
    tile: &mut TileMesh,
    model: &FacadeModel,
    ground: &Ground,
    origin: &SceneOrigin,
    slot: u32,
    storey_m: f32,
) {
    for face in &model.faces {
        let along = if face.normal.z.abs() > 0.9 { DVec3::X } else { DVec3::Z.cross(face.normal).normalize() };
        let along = (along - face.normal * along.dot(face.normal)).normalize();
        let up = face.normal.cross(along);
        let middle = face.rings[0][0];
        let flat = |ring: &Vec<DVec3>| -> LineString<f64> {
            ring.iter().map(|at| ((*at - middle).dot(along), (*at - middle).dot(up))).collect()
        };
        let mut rings = face.rings.iter().map(flat);
        let Some(outer) = rings.next() else { continue };
        let triangles = triangulate(&Polygon::new(outer, rings.collect()));
        let sides: &[f64] = if face.roof { &[1.0] } else { &[1.0, -1.0] };
        for side in sides {
            let normal = face.normal * *side;
            let corners: Vec<u32> = triangles
                .points
                .iter()
                .map(|p| {
                    let at = middle + along * p.x + up * p.y;
                    let above = (at.z - ground.height(at.truncate())) as f32;
                    tile.vertex(Vertex {
                        position: origin.scene_from_park(at.x, at.y, at.z),
                        slot,
                        normal: scene_direction(normal.x, normal.y, normal.z),
                        mark: f32::from(u8::from(face.roof)),
                        param: [above, if face.roof { 0.0 } else { storey_m }],
                    })
                })
                .collect();
            for t in triangles.indices.chunks_exact(3) {
                let [a, b, c] = [corners[t[0]], corners[t[1]], corners[t[2]]];
                if *side > 0.0 { tile.triangle(a, b, c) } else { tile.triangle(a, c, b) }
            }
        }
    }
}

/// Corners of an edge, to the centimetre.
type Edge = ([i64; 3], [i64; 3]);
/// Ends of an edge and the normals of the faces that meet there.
type Meeting = (DVec3, DVec3, Vec<DVec3>);

/// Adds the edges where faces meet at an angle, or end.
pub fn facade_edges(tile: &mut TileMesh, model: &FacadeModel, origin: &SceneOrigin, slot: u32, size_m: f32) {
    let key = |at: DVec3| at.to_array().map(|c| (c / SAME_M).round() as i64);
    let mut edges: HashMap<Edge, Meeting> = HashMap::new();
    for face in &model.faces {
        for ring in &face.rings {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let (ka, kb) = (key(a), key(b));
                if ka != kb {
                    let ends = if ka < kb { (ka, kb) } else { (kb, ka) };
                    edges.entry(ends).or_insert_with(|| (a, b, Vec::new())).2.push(face.normal);
                }
            }
        }
    }
    let mut drawn: Vec<(&Edge, &Meeting)> = edges
        .iter()
        .filter(|(_, (_, _, normals))| match normals.as_slice() {
            [one, rest @ ..] if !rest.is_empty() => rest.iter().any(|other| one.dot(*other).abs() < CREASE_COSINE),
            _ => true,
        })
        .collect();
    // The same model makes the same mesh.
    drawn.sort_by_key(|(ends, _)| **ends);
    for (_, (a, b, _)) in drawn {
        let at = |p: DVec3| origin.scene_from_park(p.x, p.y, p.z);
        line(tile, at(*a), at(*b), slot, size_m);
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind, Provenance};

    use super::super::Layer;
    use super::*;

    fn surface(kind: FacadeKind, polygons: Vec<Vec<Vec<[f64; 3]>>>) -> BuildingSurface {
        BuildingSurface {
            id: FeatureId::new(FeatureKind::BuildingSurface, 1),
            provenance: Provenance::default(),
            polygons,
            building_key: "b".to_owned(),
            kind,
            lod: None,
            area_m2: None,
        }
    }

    /// A house of 10 × 6 m, eaves at 3 m, ridge at 5 m along x, its foot at `base`.
    fn house(base: f64) -> Vec<BuildingSurface> {
        let p = |x: f64, y: f64, z: f64| [x, y, base + z];
        let closed = |mut ring: Vec<[f64; 3]>| {
            ring.push(ring[0]);
            vec![ring]
        };
        let roof = vec![
            closed(vec![p(0.0, 0.0, 3.0), p(10.0, 0.0, 3.0), p(10.0, 3.0, 5.0), p(0.0, 3.0, 5.0)]),
            // Turned the wrong way round, as files have it.
            closed(vec![p(0.0, 3.0, 5.0), p(0.0, 6.0, 3.0), p(10.0, 6.0, 3.0), p(10.0, 3.0, 5.0)]),
        ];
        let wall = vec![
            closed(vec![p(0.0, 0.0, 0.0), p(10.0, 0.0, 0.0), p(10.0, 0.0, 3.0), p(0.0, 0.0, 3.0)]),
            closed(vec![p(10.0, 6.0, 0.0), p(0.0, 6.0, 0.0), p(0.0, 6.0, 3.0), p(10.0, 6.0, 3.0)]),
            closed(vec![p(0.0, 6.0, 0.0), p(0.0, 0.0, 0.0), p(0.0, 0.0, 3.0), p(0.0, 3.0, 5.0), p(0.0, 6.0, 3.0)]),
            closed(vec![p(10.0, 0.0, 0.0), p(10.0, 6.0, 0.0), p(10.0, 6.0, 3.0), p(10.0, 3.0, 5.0), p(10.0, 0.0, 3.0)]),
        ];
        let ground = vec![closed(vec![p(0.0, 0.0, 0.0), p(0.0, 6.0, 0.0), p(10.0, 6.0, 0.0), p(10.0, 0.0, 0.0)])];
        vec![surface(FacadeKind::Ground, ground), surface(FacadeKind::Wall, wall), surface(FacadeKind::Roof, roof)]
    }

    fn flat() -> Ground {
        Ground::flat(DVec2::ZERO, DVec2::splat(100.0), 100.0)
    }

    fn meshed(base: f64) -> (TileMesh, FacadeModel) {
        let model = FacadeModel::new(&house(base), &flat()).unwrap();
        let mut tile = TileMesh::new(Layer::Building);
        facade_faces(&mut tile, &model, &flat(), &SceneOrigin::near(0.0, 0.0, 100.0), 3, 3.0);
        (tile, model)
    }

    #[test]
    fn roofs_keep_their_slope_and_walls_are_seen_from_both_sides() {
        let (tile, model) = meshed(100.0);
        assert_eq!((model.top_m, model.lifted_m), (105.0, 0.0));
        let (mut roof, mut walls) = (0.0, 0.0);
        for t in tile.indices.chunks_exact(3) {
            let [a, b, c] = [tile.position(t[0]), tile.position(t[1]), tile.position(t[2])];
            let cross = (b - a).cross(c - a);
            assert!(cross.normalize().dot(tile.normal(t[0])) > 0.99, "winding and normal agree");
            let is_roof = tile.normal(t[0]).y > 0.5;
            if is_roof { roof += cross.length() / 2.0 } else { walls += cross.length() / 2.0 }
        }
        let slope = (9.0_f32 + 4.0).sqrt();
        assert!((roof - 2.0 * 10.0 * slope).abs() < 0.01, "{roof}");
        let gables = 2.0 * (6.0 * 3.0 + 6.0);
        assert!((walls - 2.0 * (2.0 * 30.0 + gables)).abs() < 0.01, "{walls}");
    }

    #[test]
    fn a_model_of_another_ground_is_set_down_and_a_little_off_is_left() {
        let (tile, model) = meshed(7.0);
        assert_eq!((model.top_m, model.lifted_m), (105.0, 93.0));
        assert!((tile.lowest.y - 0.0).abs() < 1e-4 && (tile.highest.y - 5.0).abs() < 1e-4);
        assert_eq!(meshed(102.5).1.lifted_m, 0.0);
    }

    #[test]
    fn edges_are_drawn_where_faces_meet_at_an_angle_and_not_within_a_plane() {
        let mut split = house(100.0);
        // The southern wall in two halves of one plane.
        let p = |x: f64, z: f64| [x, 0.0, 100.0 + z];
        let half = |x: f64| vec![vec![p(x, 0.0), p(x + 5.0, 0.0), p(x + 5.0, 3.0), p(x, 3.0), p(x, 0.0)]];
        split[1].polygons.splice(0..1, [half(0.0), half(5.0)]);
        let edges = |surfaces: &[BuildingSurface]| {
            let model = FacadeModel::new(surfaces, &flat()).unwrap();
            let mut tile = TileMesh::new(Layer::BuildingEdge);
            facade_edges(&mut tile, &model, &SceneOrigin::near(0.0, 0.0, 100.0), 3, 8.0);
            tile.triangles() / 2
        };
        // Four at the foot, four corners, two eaves, four verges, a ridge.
        assert_eq!(edges(&house(100.0)), 15);
        // The foot of the wall is in two pieces, and so is its top, which no longer is the eaves' own.
        assert_eq!(edges(&split), 15 + 1 + 2);
    }

    #[test]
    fn nothing_to_draw_is_no_model() {
        assert_eq!(FacadeModel::new(&house(0.0)[..1], &flat()), None);
        let line = surface(FacadeKind::Wall, vec![vec![vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]]);
        assert_eq!(FacadeModel::new([&line], &flat()), None);
    }
}
