//! Polygons in space, such as the roofs and walls of a building: whatever is one in a geometry, as MULTIPOLYGON Z.
//!
//! An upright wall has no area in plan, so the planar test of `validity` can say nothing true of it. Only structure is
//! checked here: heights, finite coordinates, rings of at least four points that end where they begin.

use super::protocol::GeometryNote;

/// Deepest nesting of collections that is followed.
const DEEPEST: u8 = 16;

/// Polygons found, written end to end as they stand in a multi-polygon, and what was found beside them.
#[derive(Default)]
struct Faces {
    count: u32,
    polygons: Vec<u8>,
    dropped: u32,
}

/// Rewrites what stands in `out` from `start` on, little-endian ISO well-known binary, as MULTIPOLYGON Z, and says what
/// was remarkable about it. What is broken stays as it was.
pub(super) fn settle(out: &mut Vec<u8>, start: usize) -> Option<GeometryNote> {
    let mut faces = Faces::default();
    let mut cursor = Cursor(&out[start..]);
    if let Err(reason) = faces.take(&mut cursor, 0) {
        return Some(GeometryNote::Broken { reason: reason.to_owned() });
    }
    if faces.count == 0 {
        return Some(GeometryNote::Broken { reason: "it has no polygon".to_owned() });
    }
    out.truncate(start);
    out.push(1);
    out.extend_from_slice(&1006_u32.to_le_bytes());
    out.extend_from_slice(&faces.count.to_le_bytes());
    out.append(&mut faces.polygons);
    (faces.dropped > 0).then_some(GeometryNote::PartsDropped { parts: faces.dropped })
}

struct Cursor<'a>(&'a [u8]);

const SHORT: &str = "its binary ends too early";

impl Cursor<'_> {
    fn bytes(&mut self, count: usize) -> Result<&[u8], &'static str> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(SHORT)?;
        self.0 = rest;
        Ok(head)
    }

    fn word(&mut self) -> Result<u32, &'static str> {
        Ok(self.bytes(4)?.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    fn number(&mut self) -> Result<f64, &'static str> {
        Ok(self.bytes(8)?.first_chunk::<8>().map_or(f64::NAN, |bytes| f64::from_le_bytes(*bytes)))
    }
}

impl Faces {
    fn take(&mut self, cursor: &mut Cursor<'_>, depth: u8) -> Result<(), &'static str> {
        if cursor.bytes(1)? != [1] || depth > DEEPEST {
            return Err("its binary cannot be read");
        }
        let kind = cursor.word()?;
        match kind % 1000 {
            // Polygon, triangle.
            3 | 17 => self.polygon(cursor, kind / 1000),
            // Multi-polygon, collection, polyhedral surface, TIN.
            6 | 7 | 15 | 16 => {
                for _ in 0..cursor.word()? {
                    self.take(cursor, depth + 1)?;
                }
                Ok(())
            }
            other => {
                self.dropped += 1;
                skip(cursor, other, stride(kind / 1000))
            }
        }
    }

    fn polygon(&mut self, cursor: &mut Cursor<'_>, dimensions: u32) -> Result<(), &'static str> {
        let rings = cursor.word()?;
        if rings == 0 {
            return Ok(());
        }
        if ![1, 3].contains(&dimensions) {
            return Err("its polygons have no heights");
        }
        self.polygons.push(1);
        self.polygons.extend_from_slice(&1003_u32.to_le_bytes());
        self.polygons.extend_from_slice(&rings.to_le_bytes());
        for _ in 0..rings {
            let count = cursor.word()?;
            if count < 4 {
                return Err("a ring has fewer than four points");
            }
            self.polygons.extend_from_slice(&count.to_le_bytes());
            let (mut first, mut last) = ([0.0; 3], [0.0; 3]);
            for index in 0..count {
                last = [cursor.number()?, cursor.number()?, cursor.number()?];
                if dimensions == 3 {
                    cursor.number()?;
                }
                if !last.iter().all(|ordinate| ordinate.is_finite()) {
                    return Err("a coordinate is not a number");
                }
                if index == 0 {
                    first = last;
                }
                for ordinate in last {
                    self.polygons.extend_from_slice(&ordinate.to_le_bytes());
                }
            }
            if first != last {
                return Err("a ring does not end where it begins");
            }
        }
        self.count += 1;
        Ok(())
    }
}

fn stride(dimensions: u32) -> usize {
    match dimensions {
        0 => 16,
        3 => 32,
        _ => 24,
    }
}

/// Passes over points and lines, whose head has been read.
fn skip(cursor: &mut Cursor<'_>, kind: u32, stride: usize) -> Result<(), &'static str> {
    match kind {
        1 => cursor.bytes(stride).map(|_| ()),
        2 => {
            let count = cursor.word()? as usize;
            cursor.bytes(count.checked_mul(stride).ok_or(SHORT)?).map(|_| ())
        }
        4 | 5 => {
            for _ in 0..cursor.word()? {
                cursor.bytes(1)?;
                let part = cursor.word()?;
                skip(cursor, if kind == 4 { 1 } else { 2 }, self::stride(part / 1000))?;
            }
            Ok(())
        }
        _ => Err("it is of a kind that has no polygons"),
    }
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry as GdalGeometry;
    use proptest::prelude::*;

    use super::super::ogr::Geometry;
    use super::super::protocol::Expect;
    use super::super::validity;
    use super::*;

    fn look(wkt: &str) -> (Option<GeometryNote>, String, Vec<u8>) {
        let wkb = GdalGeometry::from_wkt(wkt).unwrap().iso_wkb().unwrap();
        let mut out = b"before".to_vec();
        let note = validity::append(Geometry::from_wkb(&wkb).unwrap(), Expect::Faces, &mut out);
        let wkb = out.split_off(6);
        assert_eq!(out, b"before");
        let text = GdalGeometry::from_wkb(&wkb).map(|geometry| geometry.wkt().unwrap()).unwrap_or_default();
        (note, text, wkb)
    }

    fn broken(wkt: &str) -> String {
        match look(wkt).0 {
            Some(GeometryNote::Broken { reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    const WALL: &str = "((0 0 0,4 0 0,4 0 3,0 0 3,0 0 0))";

    #[test]
    fn an_upright_wall_passes_as_it_is() {
        let whole = format!("MULTIPOLYGON ({WALL})");
        for wkt in
            [format!("POLYGON Z {WALL}"), format!("MULTIPOLYGON Z ({WALL})"), format!("POLYHEDRALSURFACE Z ({WALL})")]
        {
            let (note, text, wkb) = look(&wkt);
            assert_eq!((note, text.as_str()), (None, whole.as_str()), "{wkt}");
            // The binary is that which GDAL writes for it.
            assert_eq!(wkb, GdalGeometry::from_wkt(&format!("MULTIPOLYGON Z ({WALL})")).unwrap().iso_wkb().unwrap());
        }
        let triangles = "((0 0 0,4 0 0,4 0 3,0 0 0)),((0 0 0,4 0 3,0 0 3,0 0 0))";
        assert_eq!(look(&format!("TIN Z ({triangles})")).1, format!("MULTIPOLYGON ({triangles})"));
        // A window cut out of it, and a measure that nobody needs.
        let holed = "((0 0 0,4 0 0,4 0 3,0 0 3,0 0 0),(1 0 1,1 0 2,2 0 2,1 0 1))";
        assert_eq!(look(&format!("POLYGON Z {holed}")).1, format!("MULTIPOLYGON ({holed})"));
        let measured = "POLYGON ZM ((0 0 0 7,4 0 0 7,4 0 3 7,0 0 0 7))";
        assert_eq!(look(measured).1, "MULTIPOLYGON (((0 0 0,4 0 0,4 0 3,0 0 0)))");
        // Self-crossing in plan is none in space.
        let folded = "POLYGON Z ((0 0 0,10 10 0,0 10 5,10 0 5,0 0 0))";
        assert_eq!(look(folded).0, None);
    }

    #[test]
    fn polygons_of_a_collection_are_kept_and_the_rest_counted() {
        let mixed = format!(
            "GEOMETRYCOLLECTION Z (POINT Z (1 2 3),POLYGON Z {WALL},LINESTRING Z (0 0 0,1 1 1),MULTIPOINT Z ((1 1 1),(2 2 2)))"
        );
        let (note, text, _) = look(&mixed);
        assert_eq!(note, Some(GeometryNote::PartsDropped { parts: 3 }));
        assert_eq!(text, format!("MULTIPOLYGON ({WALL})"));
    }

    #[test]
    fn what_is_no_face_says_why() {
        assert!(broken("POLYGON ((0 0,4 0,4 3,0 0))").contains("no heights"));
        assert!(broken("LINESTRING Z (0 0 0,4 0 0,4 0 3,0 0 0)").contains("no polygon"));
        assert!(broken("POLYGON Z ((0 0 0,4 0 0,0 0 0))").contains("four points"));
        assert!(broken("POLYGON Z ((0 0 0,4 0 0,4 0 3,0 0 9))").contains("where it begins"));
        let mut wkb = GdalGeometry::from_wkt(&format!("MULTIPOLYGON Z ({WALL})")).unwrap().iso_wkb().unwrap();
        let before = wkb.len() - 24;
        wkb[before..before + 8].copy_from_slice(&f64::NAN.to_le_bytes());
        let note = settle(&mut wkb, 0);
        assert!(matches!(&note, Some(GeometryNote::Broken { reason }) if reason.contains("not a number")), "{note:?}");
        assert_eq!(look("MULTIPOLYGON Z EMPTY").0, Some(GeometryNote::Empty));
    }

    proptest! {
        #[test]
        fn any_binary_is_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut out = vec![1, 235, 3, 0, 0];
            out.extend(&bytes);
            let before = out.clone();
            if let Some(GeometryNote::Broken { .. }) = settle(&mut out, 0) {
                prop_assert_eq!(out, before);
            }
        }
    }
}
