//! Is an area valid, and if not, can it be made so? Runs in the reading process; decisions are left to `stage`.
//!
//! Most polygons of real files are small and plainly valid. Those are recognised here in less time than it takes to
//! hand them to GEOS; whatever is not plain goes to GEOS, whose verdict counts.

use gdal_sys::OGRwkbGeometryType as Type;

use super::faces;
use super::ogr::{self, Geometry};
use super::protocol::{Bytes, Expect, GeometryNote};

/// Rings with more corners than this go to GEOS: the plain test is quadratic.
const MOST_CORNERS: usize = 24;

/// Appends the geometry's binary, linear and where needed repaired, and says what was remarkable about it.
pub(super) fn append(geometry: Geometry, expect: Expect, out: &mut Vec<u8>) -> Option<GeometryNote> {
    if geometry.is_empty() {
        return Some(GeometryNote::Empty);
    }
    let mut geometry = match simplify(geometry) {
        Ok(geometry) => geometry,
        Err(reason) => return Some(GeometryNote::Broken { reason }),
    };
    let start = out.len();
    let is_area =
        matches!(geometry.flat_type(), Type::wkbPolygon | Type::wkbMultiPolygon | Type::wkbGeometryCollection);
    // A ring in space that is open is a fault of the source, not a habit of its format.
    if is_area && expect != Expect::Faces {
        geometry.close_rings();
    }
    if !geometry.append_wkb(out) {
        return Some(GeometryNote::Broken { reason: "it cannot be written as well-known binary".to_owned() });
    }
    settle(out, start, is_area, expect, Some(geometry))
}

/// Checks what stands in `out` from `start` on, closed rings and all, and repairs it where needed. `geometry` is the same
/// thing as GDAL holds it, if it does.
pub(super) fn settle(
    out: &mut Vec<u8>,
    start: usize,
    is_area: bool,
    expect: Expect,
    mut geometry: Option<Geometry>,
) -> Option<GeometryNote> {
    if expect == Expect::Faces {
        return faces::settle(out, start);
    }
    if !is_area {
        if expect != Expect::Areas || !close_line(out, start) {
            return None;
        }
        geometry = None;
    }
    if is_plainly_valid(&out[start..]) {
        return None;
    }
    let Some(geometry) = geometry.or_else(|| Geometry::from_wkb(&out[start..])) else {
        return Some(GeometryNote::Broken { reason: "its rings cannot be read".to_owned() });
    };
    ogr::reset_error();
    if geometry.is_valid() {
        return None;
    }
    let reason = words(ogr::last_error());
    // A coordinate that is no number cannot be mended, only left out.
    if reason.to_lowercase().contains("invalid coordinate") {
        return Some(GeometryNote::Broken { reason });
    }
    let repaired = geometry.make_valid().filter(|repaired| !repaired.is_empty());
    let Some(repaired) = repaired else { return Some(GeometryNote::Broken { reason }) };
    let original = Bytes(out.split_off(start));
    if !repaired.append_wkb(out) {
        out.truncate(start);
        out.extend_from_slice(&original.0);
        return Some(GeometryNote::Broken { reason });
    }
    Some(GeometryNote::Repaired { reason, area_before: geometry.area(), area_after: repaired.area(), original })
}

/// Arcs become chords, surfaces of triangles become polygons.
fn simplify(geometry: Geometry) -> Result<Geometry, String> {
    let geometry = if geometry.has_curves() {
        geometry.linear().ok_or_else(|| "its arcs cannot be turned into lines".to_owned())?
    } else {
        geometry
    };
    match geometry.flat_type() {
        Type::wkbPolyhedralSurface | Type::wkbTIN | Type::wkbTriangle => {
            geometry.into_multipolygon().ok_or_else(|| "its surface cannot be turned into polygons".to_owned())
        }
        _ => Ok(geometry),
    }
}

/// GEOS's reason without the decoration that GDAL and GEOS put around it.
fn words(message: Option<String>) -> String {
    let message = message.unwrap_or_else(|| "invalid geometry".to_owned());
    let message = message.strip_prefix("IllegalArgumentException: ").unwrap_or(&message);
    message.trim().to_owned()
}

/// Rewrites a closed line of at least four points as a polygon, as drawings have them. Says whether it did.
fn close_line(out: &mut Vec<u8>, start: usize) -> bool {
    let wkb = &out[start..];
    let Some((kind, count)) = wkb.get(1..9).map(|head| (word(head, 0), word(head, 4) as usize)) else { return false };
    if kind % 1000 != 2 || count < 4 {
        return false;
    }
    let stride = stride(kind);
    let points = &wkb[9..];
    if points.len() != count * stride || points[..16] != points[points.len() - stride..][..16] {
        return false;
    }
    let mut polygon = Vec::with_capacity(wkb.len() + 4);
    polygon.push(1);
    polygon.extend_from_slice(&(kind + 1).to_le_bytes());
    polygon.extend_from_slice(&1_u32.to_le_bytes());
    polygon.extend_from_slice(&wkb[5..]);
    out.truncate(start);
    out.append(&mut polygon);
    true
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn stride(kind: u32) -> usize {
    match kind / 1000 {
        0 => 16,
        3 => 32,
        _ => 24,
    }
}

/// Whether a little-endian polygon of one small ring is valid beyond doubt. `false` means "ask GEOS".
fn is_plainly_valid(wkb: &[u8]) -> bool {
    let (kind, rings, count) = (word(wkb, 1), word(wkb, 5), word(wkb, 9) as usize);
    if wkb.first() != Some(&1) || kind % 1000 != 3 || rings != 1 || !(4..=MOST_CORNERS + 1).contains(&count) {
        return false;
    }
    let stride = stride(kind);
    let mut corners = [[0.0; 2]; MOST_CORNERS + 1];
    for (corner, bytes) in corners.iter_mut().zip(wkb[13..].chunks_exact(stride)).take(count) {
        for (ordinate, bytes) in corner.iter_mut().zip(bytes.chunks_exact(8)) {
            *ordinate = bytes.try_into().map_or(f64::NAN, f64::from_le_bytes);
        }
    }
    let corners = &corners[..count];
    if corners[0] != corners[count - 1] || corners.iter().flatten().any(|v| !v.is_finite()) {
        return false;
    }
    // Differences from the first corner keep the digits that large coordinates would swallow.
    let origin = corners[0];
    let mut ring = [[0.0; 2]; MOST_CORNERS];
    let sides = count - 1;
    for (local, corner) in ring.iter_mut().zip(corners) {
        *local = [corner[0] - origin[0], corner[1] - origin[1]];
    }
    is_plain_ring(&ring[..sides])
}

fn is_plain_ring(ring: &[[f64; 2]]) -> bool {
    let sides = ring.len();
    let size = ring.iter().flatten().fold(0.0_f64, |most, v| most.max(v.abs()));
    // Rounding of a cross product is at most a few ulps of the squared size; well above that nothing is in doubt.
    let doubt = size * size * 1e-12;
    if doubt == 0.0 {
        return false;
    }
    let cross = |a: [f64; 2], b: [f64; 2], c: [f64; 2]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let apart = |p: f64, q: f64| (p > doubt && q > doubt) || (p < -doubt && q < -doubt);
    for i in 0..sides {
        let (a, b) = (ring[i], ring[(i + 1) % sides]);
        // Neighbours share a corner; they must not fold back onto each other.
        let c = ring[(i + 2) % sides];
        let turn = cross(a, b, c);
        let ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]);
        if turn.abs() <= doubt && ahead <= 0.0 {
            return false;
        }
        for j in i + 2..sides {
            if i == 0 && j == sides - 1 {
                continue;
            }
            let (c, d) = (ring[j], ring[(j + 1) % sides]);
            let boxes_apart = a[0].max(b[0]) < c[0].min(d[0])
                || c[0].max(d[0]) < a[0].min(b[0])
                || a[1].max(b[1]) < c[1].min(d[1])
                || c[1].max(d[1]) < a[1].min(b[1]);
            if !boxes_apart && !apart(cross(a, b, c), cross(a, b, d)) && !apart(cross(c, d, a), cross(c, d, b)) {
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry as GdalGeometry;
    use proptest::prelude::*;

    use super::*;

    fn look(wkt: &str, expect: Expect) -> (Option<GeometryNote>, Option<String>) {
        let wkb = GdalGeometry::from_wkt(wkt).unwrap().iso_wkb().unwrap();
        let mut out = Vec::new();
        let note = append(Geometry::from_wkb(&wkb).unwrap(), expect, &mut out);
        (note, GdalGeometry::from_wkb(&out).ok().map(|g| g.wkt().unwrap()))
    }

    #[test]
    fn valid_areas_pass_untouched() {
        let square = "POLYGON ((0 0,4 0,4 4,0 4,0 0))";
        assert_eq!(look(square, Expect::Areas), (None, Some(square.to_owned())));
        let holed = "POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1))";
        assert_eq!(look(holed, Expect::Areas), (None, Some(holed.to_owned())));
    }

    #[test]
    fn a_bow_tie_is_repaired_and_recorded() {
        let (note, after) = look("POLYGON ((0 0,10 10,0 10,10 0,0 0))", Expect::Areas);
        let Some(GeometryNote::Repaired { reason, area_after, original, .. }) = note else { panic!("{note:?}") };
        assert!(reason.contains("Self-intersection"), "{reason}");
        assert!((area_after - 50.0).abs() < 1e-9);
        assert_eq!(original.0.len(), 13 + 5 * 16);
        assert!(after.unwrap().starts_with("MULTIPOLYGON"));
    }

    #[test]
    fn what_cannot_be_repaired_stays_as_it_was() {
        let (note, _) = look("POLYGON ((0 0,1 1,0 0))", Expect::Areas);
        assert!(matches!(note, Some(GeometryNote::Broken { .. } | GeometryNote::Repaired { .. })), "{note:?}");
        assert_eq!(look("POLYGON EMPTY", Expect::Areas).0, Some(GeometryNote::Empty));
    }

    #[test]
    fn arcs_and_closed_lines_become_polygons() {
        let (note, after) = look("CURVEPOLYGON (CIRCULARSTRING (0 0,4 0,4 4,0 4,0 0))", Expect::Areas);
        assert_eq!(note, None);
        assert!(after.unwrap().starts_with("POLYGON"));
        let (note, after) = look("LINESTRING (0 0,4 0,4 4,0 0)", Expect::Areas);
        assert_eq!((note, after.as_deref()), (None, Some("POLYGON ((0 0,4 0,4 4,0 0))")));
        let (_, after) = look("LINESTRING (0 0,4 0,4 4,0 0)", Expect::Lines);
        assert_eq!(after.as_deref(), Some("LINESTRING (0 0,4 0,4 4,0 0)"));
    }

    proptest! {
        /// Whatever the plain test lets through, GEOS finds valid too.
        #[test]
        fn plain_means_valid(corners in proptest::collection::vec((-20_i32..20, -20_i32..20), 3..9), shift in 0_u8..2) {
            let far = f64::from(shift) * 4.0e7;
            let mut points: Vec<String> =
                corners.iter().map(|(x, y)| format!("{} {}", far + f64::from(*x) / 4.0, far + f64::from(*y) / 4.0)).collect();
            points.push(points[0].clone());
            let geometry = GdalGeometry::from_wkt(&format!("POLYGON (({}))", points.join(","))).unwrap();
            if is_plainly_valid(&geometry.iso_wkb().unwrap()) {
                prop_assert!(geometry.is_valid(), "{}", geometry.wkt().unwrap());
            }
        }
    }
}
