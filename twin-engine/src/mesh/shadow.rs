//! The shadow of a building on the ground: what the sun's direction sweeps, and a soft rim where wall meets ground.
//!
//! Shadow on other buildings is not drawn.

use bevy::math::DVec2;
use geo::{Area, Coord, LineString, Polygon, unary_union};

use super::block::corners as block_corners;
use super::{BuildingShape, Ground, TileMesh, Triangles, drape_triangles, spread_polygon, triangulate};
use crate::space::SceneOrigin;
use crate::sun::{SUN_OF_MAPS, Sun};

/// Lowest sun that casts shadows, degrees above the horizon.
const LOWEST_SUN_DEG: f64 = 0.5;
/// Longest shadow drawn, m: of a building of 24 m, the sun 5° high. A longer one would lie over half the park.
const LONGEST_M: f64 = 280.0;
/// Longest in the light of maps, which is there to tell shapes and not the hour, m.
const LONGEST_OF_MAPS_M: f64 = 70.0;
/// Width of the soft rim as a share of the building's height, and its bounds in metres.
const RIM_SHARE: f64 = 0.35;
const RIM_LEAST_M: f64 = 0.8;
const RIM_MOST_M: f64 = 4.0;
/// Farthest a rim corner may reach, in rim widths.
const MITRE: f64 = 1.8;
/// Buildings with more corners than this keep overlaps between the swept sides instead of a union.
const UNION_CORNERS: usize = 400;

/// Adds cast shadow (darkness 1) and the soft rim (darkness `contact` at the wall, 0 outside).
pub fn building_shadow(
    tile: &mut TileMesh,
    shape: &BuildingShape,
    ground: &Ground,
    origin: &SceneOrigin,
    slot: u32,
    contact: f32,
    sun: Sun,
) {
    let swept = swept(shape, shadow_vector(shape.height_m(), sun));
    for polygon in &swept {
        drape_triangles(tile, ground, origin, &triangulate(polygon), slot, &|_| [1.0, 0.0]);
    }
    let width = (shape.height_m() * RIM_SHARE).clamp(RIM_LEAST_M, RIM_MOST_M);
    rim(tile, &shape.rings[0], width, ground, origin, slot, contact);
}

/// Adds the cast shadow of a building so far away that its outline does not matter: that of a block in its place, not cut along
/// the ground and without a rim.
pub fn block_shadow(
    tile: &mut TileMesh,
    footprint: &Polygon<f64>,
    ground: &Ground,
    origin: &SceneOrigin,
    height_m: f64,
    slot: u32,
    sun: Sun,
) {
    let Some(corners) = block_corners(footprint, footprint.unsigned_area(), 1.0) else { return };
    let vector = shadow_vector(height_m, sun);
    for (i, &a) in corners.iter().enumerate() {
        let b = corners[(i + 1) % 4];
        if DVec2::new(b.y - a.y, a.x - b.x).dot(vector) > 1e-6 {
            let quad = polygon_of(&[a, a + vector, b + vector, b]);
            spread_polygon(tile, ground, origin, &quad, slot, [1.0, 0.0]);
        }
    }
}

/// From a point's height to where its shadow falls, m.
fn shadow_vector(height_m: f64, sun: Sun) -> DVec2 {
    if sun.elevation_deg < LOWEST_SUN_DEG {
        return DVec2::ZERO;
    }
    let longest = if sun == SUN_OF_MAPS { LONGEST_OF_MAPS_M } else { LONGEST_M };
    let away = (sun.azimuth_deg + 180.0).to_radians();
    DVec2::new(away.sin(), away.cos()) * (height_m / sun.elevation_deg.to_radians().tan()).min(longest)
}

/// The ground that the sides of the building sweep along `vector`, outside its footprint.
fn swept(shape: &BuildingShape, vector: DVec2) -> Vec<Polygon<f64>> {
    let mut sides = Vec::new();
    for ring in &shape.rings {
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let outward = DVec2::new(b.y - a.y, a.x - b.x);
            if outward.dot(vector) > 1e-6 {
                sides.push(polygon_of(&[a, a + vector, b + vector, b]));
            }
        }
    }
    let corners: usize = shape.rings.iter().map(Vec::len).sum();
    if is_convex(&shape.rings) || corners > UNION_CORNERS {
        // The sides of a convex outline meet edge to edge and never overlap.
        return sides;
    }
    unary_union(&sides).0
}

fn polygon_of(points: &[DVec2]) -> Polygon<f64> {
    Polygon::new(points.iter().map(|p| Coord { x: p.x, y: p.y }).collect::<LineString<f64>>(), Vec::new())
}

fn is_convex(rings: &[Vec<DVec2>]) -> bool {
    let [ring] = rings else { return false };
    (0..ring.len()).all(|i| {
        let (a, b, c) = (ring[i], ring[(i + 1) % ring.len()], ring[(i + 2) % ring.len()]);
        (b - a).perp_dot(c - b) >= -1e-6
    })
}

/// A rim of quads around a counter-clockwise ring, fading outwards.
fn rim(
    tile: &mut TileMesh,
    ring: &[DVec2],
    width_m: f64,
    ground: &Ground,
    origin: &SceneOrigin,
    slot: u32,
    contact: f32,
) {
    let count = ring.len();
    let outer: Vec<DVec2> = (0..count)
        .map(|i| {
            let before = (ring[i] - ring[(i + count - 1) % count]).normalize_or_zero();
            let after = (ring[(i + 1) % count] - ring[i]).normalize_or_zero();
            let (out_before, out_after) = (-before.perp(), -after.perp());
            let sum = out_before + out_after;
            let mitre = sum.normalize_or(out_after);
            ring[i] + mitre * (width_m / mitre.dot(out_after).max(1.0 / MITRE))
        })
        .collect();
    for i in 0..count {
        let j = (i + 1) % count;
        let quad = Triangles { points: vec![ring[i], outer[i], outer[j], ring[j]], indices: vec![0, 1, 2, 0, 2, 3] };
        if quad
            .indices
            .chunks_exact(3)
            .any(|t| (quad.points[t[1]] - quad.points[t[0]]).perp_dot(quad.points[t[2]] - quad.points[t[0]]) <= 0.0)
        {
            continue;
        }
        let (from, along) = (ring[i], (ring[j] - ring[i]).normalize_or_zero());
        drape_triangles(tile, ground, origin, &quad, slot, &|p| {
            let away = (p - from).dot(-along.perp()).max(0.0);
            [contact * (1.0 - (away / width_m).min(1.0)) as f32, 0.0]
        });
    }
}

#[cfg(test)]
mod tests {
    use geo::{Area, polygon};

    use super::super::Layer;
    use super::*;

    fn shape_of(polygon: &Polygon<f64>) -> (BuildingShape, Ground) {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(400.0), 10.0);
        (BuildingShape::new(polygon, &ground, 10.0, None, 0.0).unwrap(), ground)
    }

    #[test]
    fn a_box_casts_a_shadow_away_from_the_sun_of_the_right_size() {
        let (shape, _) =
            shape_of(&polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)]);
        let vector = shadow_vector(10.0, SUN_OF_MAPS);
        assert!(vector.x > 0.0 && vector.y > 0.0, "sun in the south-west, shadow to the north-east");
        let area: f64 = swept(&shape, vector).iter().map(Area::unsigned_area).sum();
        assert!((area - (20.0 * vector.y + 10.0 * vector.x)).abs() < 1e-6);
    }

    #[test]
    fn a_shadow_falls_away_from_the_sun_as_long_as_it_is_low_and_none_at_night() {
        let sun = |azimuth_deg, elevation_deg| Sun { azimuth_deg, elevation_deg };
        let morning = shadow_vector(10.0, sun(90.0, 45.0));
        assert!((morning - DVec2::new(-10.0, 0.0)).length() < 1e-9, "{morning}");
        let noon = shadow_vector(10.0, sun(180.0, 63.434_948_8));
        assert!((noon - DVec2::new(0.0, 5.0)).length() < 1e-6, "{noon}");
        assert_eq!(shadow_vector(10.0, sun(250.0, 1.0)).length(), LONGEST_M);
        let evening = shadow_vector(20.0, sun(270.0, 10.0)).length();
        assert!((evening - 113.4).abs() < 0.1, "as long as it is: {evening}");
        assert_eq!(shadow_vector(200.0, SUN_OF_MAPS).length(), LONGEST_OF_MAPS_M);
        assert_eq!(shadow_vector(10.0, sun(250.0, -3.0)), DVec2::ZERO);
        let (shape, _) =
            shape_of(&polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)]);
        assert!(swept(&shape, DVec2::ZERO).is_empty());
    }

    #[test]
    fn an_angled_building_does_not_shade_the_same_ground_twice() {
        let (shape, _) = shape_of(&polygon![
            (x: 0.0, y: 0.0), (x: 30.0, y: 0.0), (x: 30.0, y: 10.0), (x: 10.0, y: 10.0), (x: 10.0, y: 30.0), (x: 0.0, y: 30.0)
        ]);
        let parts = swept(&shape, shadow_vector(10.0, SUN_OF_MAPS));
        let sum: f64 = parts.iter().map(Area::unsigned_area).sum();
        let union: f64 = unary_union(&parts).0.iter().map(Area::unsigned_area).sum();
        assert!((sum - union).abs() < 1e-6);
    }

    #[test]
    fn darkness_fades_from_the_wall_and_everything_faces_up() {
        let (shape, ground) =
            shape_of(&polygon![(x: 0.0, y: 0.0), (x: 20.0, y: 0.0), (x: 20.0, y: 10.0), (x: 0.0, y: 10.0)]);
        let mut tile = TileMesh::new(Layer::Shadow);
        building_shadow(&mut tile, &shape, &ground, &SceneOrigin::near(0.0, 0.0, 0.0), 1, 0.8, SUN_OF_MAPS);
        assert!(tile.triangle_corners().all(|[a, b, c]| (b - a).cross(c - a).y > 0.0));
        let darkness: Vec<f32> = tile.params.iter().map(|p| p[0]).collect();
        assert!(darkness.iter().any(|d| (*d - 0.8).abs() < 1e-6) && darkness.contains(&0.0));
        assert!(darkness.iter().all(|d| (0.0..=1.0).contains(d)));
    }
}
