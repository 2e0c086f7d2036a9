//! ISO well-known binary into `geo` geometries with heights beside them.
//!
//! Which geometry a role wants is left to `stage`.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// A geometry as read: planar shape, and one height per coordinate if it has any.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parsed {
    /// The planar shape.
    pub(crate) xy: Geometry<f64>,
    /// Heights in `coords_iter` order; empty for planar geometries.
    pub(crate) z: Vec<f64>,
    /// Every coordinate is a number.
    pub(crate) finite: bool,
}

/// What makes a binary unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WkbError {
    /// It ends too early.
    #[error("the geometry ends too early")]
    Short,
    /// A type that should not be here: curves have been made linear by the reader.
    #[error("geometry type {0} is not supported")]
    Type(u32),
}

/// Deepest nesting of collections that is followed.
const DEEPEST: u8 = 16;

struct Cursor<'a> {
    bytes: &'a [u8],
    little: bool,
    z: Vec<f64>,
    finite: bool,
}

#[derive(Clone, Copy)]
struct Kind {
    base: u32,
    has_z: bool,
    has_m: bool,
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WkbError> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(WkbError::Short)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, WkbError> {
        let bytes = self.take::<4>()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn f64(&mut self) -> Result<f64, WkbError> {
        let bytes = self.take::<8>()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// A count of things of at least `size` bytes each, believed only if they can be there.
    fn count(&mut self, size: usize) -> Result<usize, WkbError> {
        let count = self.u32()? as usize;
        if count.checked_mul(size).is_none_or(|bytes| bytes > self.bytes.len()) {
            Err(WkbError::Short)
        } else {
            Ok(count)
        }
    }

    fn header(&mut self) -> Result<Kind, WkbError> {
        let [order] = self.take::<1>()?;
        self.little = order != 0;
        let code = self.u32()?;
        let (base, thousands) = (code % 1000, code / 1000);
        if thousands > 3 {
            return Err(WkbError::Type(code));
        }
        Ok(Kind { base, has_z: thousands == 1 || thousands == 3, has_m: thousands >= 2 })
    }

    fn coord(&mut self, kind: Kind) -> Result<Coord<f64>, WkbError> {
        let coord = Coord { x: self.f64()?, y: self.f64()? };
        self.finite &= coord.x.is_finite() && coord.y.is_finite();
        if kind.has_z {
            let z = self.f64()?;
            self.z.push(z);
        }
        if kind.has_m {
            self.f64()?;
        }
        Ok(coord)
    }

    fn coords(&mut self, kind: Kind) -> Result<Vec<Coord<f64>>, WkbError> {
        let size = 16 + 8 * (usize::from(kind.has_z) + usize::from(kind.has_m));
        let count = self.count(size)?;
        (0..count).map(|_| self.coord(kind)).collect()
    }

    fn polygon(&mut self, kind: Kind) -> Result<Polygon<f64>, WkbError> {
        let rings = self.count(4)?;
        let mut rings = (0..rings).map(|_| self.coords(kind).map(LineString));
        let exterior = rings.next().transpose()?.unwrap_or_else(|| LineString(Vec::new()));
        let interiors = rings.collect::<Result<Vec<_>, _>>()?;
        Ok(Polygon::new(exterior, interiors))
    }

    fn parts<T>(&mut self, mut part: impl FnMut(&mut Self, Kind) -> Result<T, WkbError>) -> Result<Vec<T>, WkbError> {
        let count = self.count(5)?;
        (0..count)
            .map(|_| {
                let kind = self.header()?;
                part(self, kind)
            })
            .collect()
    }

    fn geometry(&mut self, depth: u8) -> Result<Geometry<f64>, WkbError> {
        let kind = self.header()?;
        if depth > DEEPEST {
            return Err(WkbError::Type(kind.base));
        }
        Ok(match kind.base {
            1 => Geometry::Point(Point(self.coord(kind)?)),
            2 => Geometry::LineString(LineString(self.coords(kind)?)),
            3 => Geometry::Polygon(self.polygon(kind)?),
            4 => Geometry::MultiPoint(MultiPoint(self.parts(|c, kind| c.coord(kind).map(Point))?)),
            5 => Geometry::MultiLineString(MultiLineString(self.parts(|c, kind| c.coords(kind).map(LineString))?)),
            6 => Geometry::MultiPolygon(MultiPolygon(self.parts(Self::polygon)?)),
            7 => {
                let count = self.count(5)?;
                let parts = (0..count).map(|_| self.geometry(depth + 1)).collect::<Result<Vec<_>, _>>()?;
                Geometry::GeometryCollection(GeometryCollection(parts))
            }
            other => return Err(WkbError::Type(other)),
        })
    }
}

/// Reads ISO well-known binary.
pub(crate) fn parse(wkb: &[u8]) -> Result<Parsed, WkbError> {
    let mut cursor = Cursor { bytes: wkb, little: true, z: Vec::new(), finite: true };
    let xy = cursor.geometry(0)?;
    let mut z = cursor.z;
    // Closing an open ring or mixing 2D and 3D parts would put heights out of step: then none is better than a wrong one.
    if !z.is_empty() && z.len() != geo::CoordsIter::coords_count(&xy) {
        z.clear();
    }
    Ok(Parsed { xy, z, finite: cursor.finite })
}

/// Lower-case hexadecimal, for quarantine.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry as GdalGeometry;
    use geo::CoordsIter;
    use proptest::prelude::*;

    use super::*;

    fn wkb(wkt: &str) -> Vec<u8> {
        GdalGeometry::from_wkt(wkt).unwrap().iso_wkb().unwrap()
    }

    #[test]
    fn agrees_with_gdal() {
        for wkt in [
            "POINT (1 2)",
            "LINESTRING (1 2,3 4,5 6)",
            "POLYGON ((0 0,4 0,4 4,0 0),(1 0.5,2 0.5,2 1,1 0.5))",
            "MULTIPOINT (1 2,3 4)",
            "MULTILINESTRING ((0 0,1 1),(2 2,3 3,4 4))",
            "MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
            "GEOMETRYCOLLECTION (POINT (1 2),LINESTRING (0 0,1 1))",
        ] {
            let parsed = parse(&wkb(wkt)).unwrap();
            assert_eq!(parsed.xy, GdalGeometry::from_wkt(wkt).unwrap().to_geo().unwrap(), "{wkt}");
            assert!(parsed.z.is_empty() && parsed.finite);
        }
    }

    #[test]
    fn heights_follow_the_coordinates() {
        let parsed = parse(&wkb("LINESTRING ZM (1 2 3 9,4 5 6 9)")).unwrap();
        assert_eq!(parsed.z, [3.0, 6.0]);
        assert_eq!(parsed.xy.coords_count(), 2);
        let parsed = parse(&wkb("POLYGON Z ((0 0 1,1 0 2,1 1 3,0 0 1))")).unwrap();
        assert_eq!(parsed.z, [1.0, 2.0, 3.0, 1.0]);
    }

    #[test]
    fn nothing_is_believed_that_cannot_be_there() {
        let mut bytes = wkb("LINESTRING (1 2,3 4)");
        bytes[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse(&bytes), Err(WkbError::Short));
        assert_eq!(parse(&[1, 8, 0, 0, 0]), Err(WkbError::Type(8)));
        assert_eq!(parse(&[]), Err(WkbError::Short));
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
