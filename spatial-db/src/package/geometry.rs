//! Geometry as a `GeoPackage` keeps it: a short header with the box, then ISO WKB (12-128r19, 2.1.3).

use geo::CoordsIter;

use crate::schema::{GeometryKind, Shape};
use crate::store::ewkb::{EwkbError, decode, encode_iso};

/// Little-endian numbers, no box: a point is its own.
const PLAIN: u8 = 0b0000_0001;
/// Little-endian numbers, a box of west, east, south and north.
const WITH_BOX: u8 = 0b0000_0011;
/// Bytes of the header without the box.
const HEADER: usize = 8;

/// West, east, south, north.
pub(super) type Bounds = [f64; 4];

/// The box around both.
pub(super) fn around(bounds: Option<Bounds>, more: Bounds) -> Bounds {
    bounds.map_or(more, |[west, east, south, north]| {
        [west.min(more[0]), east.max(more[1]), south.min(more[2]), north.max(more[3])]
    })
}

/// Writes `shape` over what `out` holds; returns its box.
///
/// # Errors
/// As [`encode_iso`].
pub(super) fn write(out: &mut Vec<u8>, shape: &Shape, srid: i32, kind: GeometryKind) -> Result<Bounds, EwkbError> {
    let mut bounds = None;
    let mut count = 0;
    for coord in shape.xy.coords_iter() {
        bounds = Some(around(bounds, [coord.x, coord.x, coord.y, coord.y]));
        count += 1;
    }
    let bounds = bounds.ok_or(EwkbError::Empty)?;
    out.clear();
    out.extend_from_slice(b"GP\0");
    out.push(if count > 1 { WITH_BOX } else { PLAIN });
    out.extend_from_slice(&srid.to_le_bytes());
    if count > 1 {
        for side in bounds {
            out.extend_from_slice(&side.to_le_bytes());
        }
    }
    encode_iso(out, shape, kind)?;
    Ok(bounds)
}

/// Reads a geometry, whoever wrote it.
///
/// # Errors
/// What is wrong with the bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Shape, EwkbError> {
    let malformed = |reason| EwkbError::Malformed { at: 0, reason };
    let Some((header, _)) = bytes.split_first_chunk::<HEADER>() else { return Err(malformed("the bytes end early")) };
    if header[..3] != *b"GP\0" {
        return Err(malformed("no GeoPackage geometry"));
    }
    let sides = match header[3] >> 1 & 0b111 {
        0 => 0,
        1 => 4,
        2 | 3 => 6,
        4 => 8,
        _ => return Err(malformed("an unknown kind of box")),
    };
    if header[3] & 0b0010_0000 != 0 {
        return Err(malformed("an extended geometry"));
    }
    let wkb = bytes.get(HEADER + 8 * sides..).ok_or_else(|| malformed("the bytes end early"))?;
    Ok(decode(wkb)?.0)
}

#[cfg(test)]
mod tests {
    use geo::{Geometry, line_string, point};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_carry_a_box_and_points_do_not() {
        let mut bytes = Vec::new();
        let line = Geometry::from(line_string![(x: 4., y: -2.), (x: 3., y: 7.)]);
        let shape = Shape { xy: line, z: vec![1.0, f64::NAN] };
        assert_eq!(write(&mut bytes, &shape, 25832, GeometryKind::LineStringZ).unwrap(), [3., 4., -2., 7.]);
        assert_eq!(bytes[..8], [b'G', b'P', 0, 3, 0xe8, 0x64, 0, 0]);
        let back = read(&bytes).unwrap();
        assert_eq!((&back.xy, back.z[0], back.z[1].is_nan()), (&shape.xy, 1.0, true));
        let dot = Shape::planar(point! { x: 1., y: 2. }.into());
        write(&mut bytes, &dot, 4549, GeometryKind::Point).unwrap();
        assert_eq!((bytes.len(), bytes[3]), (8 + 21, 1));
        assert_eq!(read(&bytes).unwrap(), dot);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..120), mark in any::<bool>()) {
            let mut bytes = bytes;
            if mark && bytes.len() > 3 {
                bytes[..3].copy_from_slice(b"GP\0");
            }
            let _ = read(&bytes);
        }
    }
}
