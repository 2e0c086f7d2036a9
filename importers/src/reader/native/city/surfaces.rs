//! Roofs, walls and the other surfaces of buildings: a row per building, or part of one, and kind of surface.

use super::super::row::{Field, Row, Value};
use super::super::wkb;
use super::object::{CityObject, Ring, Side, Surface, scale};
use crate::reader::ogr::FieldKind;

/// Name of the layer.
pub(super) const LAYER: &str = "BuildingSurface";

/// Levels of detail with roofs and walls of their own, the best first. The outline of level 2 is what most files agree on;
/// a box of level 1 says no more than a height does.
const LEVELS: [u8; 2] = [2, 3];

/// Share of a surface's plan in its true area below which it counts as upright: within 6° of the plumb line.
const UPRIGHT: f64 = 0.1;

/// Whether objects of a kind have surfaces in this layer.
pub(super) fn has_them(kind: &str) -> bool {
    ["Building", "BuildingPart"].contains(&kind)
}

/// Fields of the layer.
pub(super) fn fields() -> Vec<Field> {
    [
        ("surface_id", FieldKind::Text),
        ("building_id", FieldKind::Text),
        ("part_id", FieldKind::Text),
        ("kind", FieldKind::Text),
        ("lod", FieldKind::Text),
        ("area_m2", FieldKind::Real),
    ]
    .map(|(name, kind)| Field { name: name.to_owned(), kind })
    .to_vec()
}

/// All surfaces of an object of one kind.
struct Faces<'o> {
    kind: &'static str,
    area_m2: f64,
    polygons: Vec<&'o [Ring]>,
}

/// The surfaces of an object at its best level, by kind, and that level as written.
fn faces(object: &CityObject, geographic: bool) -> (Vec<Faces<'_>>, String) {
    // What stands for its parts is theirs.
    let own = |lod: u8| object.surfaces.iter().filter(move |surface| surface.lod == lod && !surface.of_part);
    let lod = LEVELS.into_iter().find(|lod| own(*lod).next().is_some());
    let Some(lod) = lod.filter(|_| has_them(&object.kind)) else { return (Vec::new(), String::new()) };
    let mut found: Vec<Faces<'_>> = Vec::new();
    for surface in own(lod).filter(|surface| is_whole(surface)) {
        let normal = normal(surface, geographic);
        let area_m2 = normal[0].hypot(normal[1]).hypot(normal[2]);
        let kind = surface.side.kind().unwrap_or_else(|| by_slope(normal, area_m2));
        match found.iter_mut().find(|known| known.kind == kind) {
            Some(known) => {
                known.area_m2 += area_m2;
                known.polygons.push(&surface.rings);
            }
            None => found.push(Faces { kind, area_m2, polygons: vec![&surface.rings] }),
        }
    }
    let detail = own(lod).find_map(|surface| surface.detail);
    (found, detail.map_or_else(|| lod.to_string(), |detail| format!("{lod}.{detail}")))
}

/// How many rows an object has.
pub(super) fn count(object: &CityObject, geographic: bool) -> usize {
    faces(object, geographic).0.len()
}

/// The rows of an object, unnumbered, with the values of [`fields`] and a MULTIPOLYGON Z each.
pub(super) fn of(object: &CityObject, geographic: bool) -> Vec<Row> {
    let (found, lod) = faces(object, geographic);
    let id = |id: &str| if id.is_empty() { Value::Null } else { Value::from(id) };
    let row = |faces: Faces<'_>| Row {
        values: vec![
            Value::Text(format!("{}/{}", object.id, faces.kind)),
            id(object.root.as_deref().unwrap_or(&object.id)),
            if object.root.is_some() { id(&object.id) } else { Value::Null },
            faces.kind.into(),
            lod.as_str().into(),
            faces.area_m2.into(),
        ],
        wkb: wkb::polygons(&faces.polygons),
        ..Row::default()
    };
    found.into_iter().map(row).collect()
}

/// Whether a surface can be drawn in space: every ring has three corners, and every corner a height.
fn is_whole(surface: &Surface) -> bool {
    let corners = |ring: &Ring| ring.len() - usize::from(ring.len() > 1 && ring.first() == ring.last());
    !surface.rings.is_empty()
        && surface.rings.iter().all(|ring| corners(ring) >= 3)
        && surface.rings.iter().flatten().flatten().all(|ordinate| ordinate.is_finite())
}

/// The upright to a surface, as long as the surface is large, m²; holes are taken off. (M. E. Newell's sum over the corners
/// of a ring; it points to where the ring runs against the clock.)
fn normal(surface: &Surface, geographic: bool) -> [f64; 3] {
    let of_ring = |ring: &Ring| {
        let origin = ring[0];
        let [kx, ky] = scale(geographic, origin[1]);
        let local = |at: &[f64; 3]| [(at[0] - origin[0]) * kx, (at[1] - origin[1]) * ky, at[2] - origin[2]];
        let mut sum = [0.0; 3];
        for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let (a, b) = (local(a), local(b));
            sum[0] += (a[1] * b[2] - a[2] * b[1]) / 2.0;
            sum[1] += (a[2] * b[0] - a[0] * b[2]) / 2.0;
            sum[2] += (a[0] * b[1] - a[1] * b[0]) / 2.0;
        }
        sum
    };
    let mut outer = of_ring(&surface.rings[0]);
    let size = |v: [f64; 3]| v[0].hypot(v[1]).hypot(v[2]);
    let whole = size(outer);
    // Whichever way a hole runs, it is a hole.
    let holes: f64 = surface.rings[1..].iter().map(|ring| size(of_ring(ring))).sum();
    if whole > 0.0 {
        let left = ((whole - holes) / whole).max(0.0);
        outer = outer.map(|ordinate| ordinate * left);
    }
    outer
}

/// What a surface without a word of its own is: roofs look up, grounds down, walls aside.
fn by_slope(normal: [f64; 3], area: f64) -> &'static str {
    if normal[2].abs() <= area * UPRIGHT {
        "wall"
    } else if normal[2] > 0.0 {
        "roof"
    } else {
        "ground"
    }
}

impl Side {
    /// The kind in which the layer puts it; `None` where only its slope can tell.
    pub(super) fn kind(self) -> Option<&'static str> {
        Some(match self {
            Self::Unknown => return None,
            Self::Roof => "roof",
            Self::Wall | Self::InteriorWall => "wall",
            Self::Ground => "ground",
            Self::Floor | Self::OuterFloor => "floor",
            Self::Ceiling | Self::OuterCeiling => "ceiling",
            Self::Closure => "closure",
            Self::Window => "window",
            Self::Door => "door",
            Self::Other => "other",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::ogr::Geometry;

    fn surface(ring: &[[f64; 3]]) -> Surface {
        Surface { lod: 2, rings: vec![ring.to_vec()], ..Surface::default() }
    }

    /// A shed of 6 m by 4 m with eaves at 3 m and a single slope up to 5 m, rings seen from outside.
    fn shed() -> CityObject {
        let (a, b, c, d) = ([0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [6.0, 4.0, 0.0], [0.0, 4.0, 0.0]);
        let top = |at: [f64; 3], z: f64| [at[0], at[1], z];
        let (e, f, g, h) = (top(a, 3.0), top(b, 3.0), top(c, 5.0), top(d, 5.0));
        let rings: [&[[f64; 3]]; 6] =
            [&[a, d, c, b], &[e, f, g, h], &[a, b, f, e], &[b, c, g, f], &[c, d, h, g], &[d, a, e, h]];
        CityObject {
            kind: "Building".to_owned(),
            id: "shed".to_owned(),
            surfaces: rings.map(surface).to_vec(),
            ..CityObject::default()
        }
    }

    fn facts(rows: &[Row]) -> Vec<(String, f64)> {
        let of = |row: &Row| match (&row.values[0], &row.values[5]) {
            (Value::Text(id), Value::Real(area)) => (id.clone(), *area),
            other => panic!("{other:?}"),
        };
        rows.iter().map(of).collect()
    }

    #[test]
    fn a_body_without_words_is_sorted_by_slope() {
        let rows = of(&shed(), false);
        let slope = 6.0 * (4.0_f64.powi(2) + 2.0_f64.powi(2)).sqrt();
        let expected = [("shed/ground", 24.0), ("shed/roof", slope), ("shed/wall", 18.0 + 30.0 + 2.0 * 16.0)];
        for ((id, area), (expected_id, expected)) in facts(&rows).iter().zip(expected) {
            assert!(id == expected_id && (area - expected).abs() < 1e-9, "{id} {area} {expected}");
        }
        assert_eq!(rows.len(), 3);
        let wall = Geometry::from_wkb(&rows[2].wkb).unwrap();
        assert!(
            !wall.is_empty() && rows[2].wkb[1..5] == 1006_u32.to_le_bytes() && rows[2].wkb[5..9] == 4_u32.to_le_bytes()
        );
    }

    #[test]
    fn words_go_before_slopes_and_holes_are_no_area() {
        let mut object = shed();
        object.surfaces[1].side = Side::OuterCeiling;
        object.surfaces[2].rings.push(vec![[1.0, 0.0, 1.0], [2.0, 0.0, 1.0], [2.0, 0.0, 2.0], [1.0, 0.0, 2.0]]);
        let found = facts(&of(&object, false));
        assert!(found.iter().any(|(id, _)| id == "shed/ceiling"), "{found:?}");
        assert!(found.iter().any(|(id, area)| id == "shed/wall" && (area - 79.0).abs() < 1e-9), "{found:?}");
    }

    #[test]
    fn areas_are_metres_where_coordinates_are_degrees() {
        let mut object = shed();
        let [kx, ky] = scale(true, 35.0);
        for at in object.surfaces.iter_mut().flat_map(|surface| surface.rings.iter_mut().flatten()) {
            *at = [139.0 + at[0] / kx, 35.0 + at[1] / ky, at[2]];
        }
        for ((_, area), (_, plane)) in facts(&of(&object, true)).iter().zip(facts(&of(&shed(), false))) {
            assert!((area / plane - 1.0).abs() < 1e-5, "{area} {plane}");
        }
    }

    #[test]
    fn parts_keep_their_own_and_boxes_have_none() {
        let mut object = shed();
        object.surfaces[0].of_part = true;
        object.root = Some("estate".to_owned());
        let rows = of(&object, false);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].values[1..3], ["estate".into(), "shed".into()]);
        object.surfaces.iter_mut().for_each(|surface| surface.lod = 1);
        assert!(of(&object, false).is_empty());
        let tree = CityObject { kind: "SolitaryVegetationObject".to_owned(), ..shed() };
        assert!(of(&tree, false).is_empty());
    }
}
