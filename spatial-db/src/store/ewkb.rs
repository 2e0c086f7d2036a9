//! Geometry in PostGIS's own binary form (EWKB), straight between [`Shape`] and the wire without a type in between.
//!
//! Validity of shapes is left to the importers; this module only keeps counts and dimensions straight.

use geo::{
    Coord, CoordsIter, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};

use crate::schema::{GeometryKind, Shape};

const HAS_Z: u32 = 0x8000_0000;
const HAS_M: u32 = 0x4000_0000;
const HAS_SRID: u32 = 0x2000_0000;
/// What ISO adds to a type's number for Z; M is twice that, both are three times.
const ISO_Z: u32 = 1000;

const POINT: u32 = 1;
const LINE_STRING: u32 = 2;
const POLYGON: u32 = 3;
const MULTI_POINT: u32 = 4;
const MULTI_LINE_STRING: u32 = 5;
const MULTI_POLYGON: u32 = 6;
const COLLECTION: u32 = 7;

/// Collections may hold collections; deeper than this is no park.
const MAX_DEPTH: usize = 8;

/// A geometry that does not fit where it is going, or bytes that are no geometry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EwkbError {
    /// The geometry is of another kind than the table's.
    #[error("a {found} does not fit a {expected:?} column")]
    WrongKind {
        /// What was given.
        found: &'static str,
        /// What the column takes.
        expected: GeometryKind,
    },
    /// Heights do not match coordinates one to one.
    #[error("{heights} heights for {coordinates} coordinates")]
    HeightCount {
        /// Heights given.
        heights: usize,
        /// Coordinates given.
        coordinates: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("a coordinate is not a finite number")]
    NotFinite,
    /// The geometry has no coordinates.
    #[error("the geometry is empty")]
    Empty,
    /// Bytes end early, or say something impossible.
    #[error("not a geometry: {reason} at byte {at}")]
    Malformed {
        /// Offset in the bytes.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Appends `shape` as EWKB of `kind`: single areas and lines are wrapped where the column takes several, heights are
/// dropped where it takes none, and NaN stands in where it takes heights and the shape has none.
///
/// # Errors
/// See [`EwkbError`]; `out` may then hold a part of the geometry.
pub fn encode(out: &mut Vec<u8>, shape: &Shape, srid: i32, kind: GeometryKind) -> Result<(), EwkbError> {
    write(out, shape, Some(srid), false, kind)
}

/// As [`encode`], in ISO's form (13249-3), which `GeoPackage` takes: no SRID, and Z in the type's number.
///
/// # Errors
/// As [`encode`].
pub(crate) fn encode_iso(out: &mut Vec<u8>, shape: &Shape, kind: GeometryKind) -> Result<(), EwkbError> {
    write(out, shape, None, true, kind)
}

fn write(out: &mut Vec<u8>, shape: &Shape, srid: Option<i32>, iso: bool, kind: GeometryKind) -> Result<(), EwkbError> {
    let mut coordinates = 0;
    for coord in shape.xy.coords_iter() {
        if !(coord.x.is_finite() && coord.y.is_finite()) {
            return Err(EwkbError::NotFinite);
        }
        coordinates += 1;
    }
    if coordinates == 0 {
        return Err(EwkbError::Empty);
    }
    if !shape.z.is_empty() && shape.z.len() != coordinates {
        return Err(EwkbError::HeightCount { heights: shape.z.len(), coordinates });
    }
    let wrong = || EwkbError::WrongKind { found: kind_word(&shape.xy), expected: kind };
    let mut writer = Writer { out, srid, iso, z: None };
    match (kind, &shape.xy) {
        (GeometryKind::MultiPolygon, Geometry::MultiPolygon(areas)) => writer.multi_polygon(&areas.0),
        (GeometryKind::MultiPolygon, Geometry::Polygon(area)) => writer.multi_polygon(std::slice::from_ref(area)),
        (GeometryKind::MultiPolygonZ, Geometry::MultiPolygon(areas)) => {
            writer.z = Some(shape.z.iter());
            writer.multi_polygon(&areas.0);
        }
        (GeometryKind::MultiPolygonZ, Geometry::Polygon(area)) => {
            writer.z = Some(shape.z.iter());
            writer.multi_polygon(std::slice::from_ref(area));
        }
        (GeometryKind::MultiLineString, Geometry::MultiLineString(lines)) => writer.multi_line(&lines.0),
        (GeometryKind::MultiLineString, Geometry::LineString(line)) => writer.multi_line(std::slice::from_ref(line)),
        (GeometryKind::Point, Geometry::Point(point)) => writer.point(point.0),
        (GeometryKind::PointZ, Geometry::Point(point)) => {
            writer.z = Some(shape.z.iter());
            writer.point(point.0);
        }
        (GeometryKind::LineStringZ, Geometry::LineString(line)) => {
            writer.z = Some(shape.z.iter());
            writer.line(line);
        }
        (GeometryKind::LineStringZ, Geometry::MultiLineString(lines)) if lines.0.len() == 1 => {
            writer.z = Some(shape.z.iter());
            writer.line(&lines.0[0]);
        }
        (GeometryKind::Any, any) => writer.any(any),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn kind_word(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "point",
        Geometry::Line(_) | Geometry::LineString(_) => "line",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "polygon",
        Geometry::MultiPoint(_) => "multi-point",
        Geometry::MultiLineString(_) => "multi-line",
        Geometry::MultiPolygon(_) => "multi-polygon",
        Geometry::GeometryCollection(_) => "collection",
    }
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// Said once, by the outermost geometry.
    srid: Option<i32>,
    /// Z is said by a number, not by a bit.
    iso: bool,
    /// Heights still to come, if the column takes them.
    z: Option<std::slice::Iter<'a, f64>>,
}

impl Writer<'_> {
    fn head(&mut self, code: u32) {
        let z = match (self.z.is_some(), self.iso) {
            (false, _) => 0,
            (true, false) => HAS_Z,
            (true, true) => ISO_Z,
        };
        self.out.push(1);
        if let Some(srid) = self.srid.take() {
            self.u32((code + z) | HAS_SRID);
            self.out.extend_from_slice(&srid.to_le_bytes());
        } else {
            self.u32(code + z);
        }
    }

    fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    fn coord(&mut self, coord: Coord<f64>) {
        self.out.extend_from_slice(&coord.x.to_le_bytes());
        self.out.extend_from_slice(&coord.y.to_le_bytes());
        if let Some(z) = &mut self.z {
            let height = z.next().copied().unwrap_or(f64::NAN);
            // One NaN only, so that equal content has equal bytes.
            let height = if height.is_finite() { height } else { f64::NAN };
            self.out.extend_from_slice(&height.to_le_bytes());
        }
    }

    fn ring(&mut self, line: &LineString<f64>) {
        self.u32(line.0.len() as u32);
        for coord in &line.0 {
            self.coord(*coord);
        }
    }

    fn point(&mut self, coord: Coord<f64>) {
        self.head(POINT);
        self.coord(coord);
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.head(LINE_STRING);
        self.ring(line);
    }

    fn polygon(&mut self, area: &Polygon<f64>) {
        self.head(POLYGON);
        self.u32(1 + area.interiors().len() as u32);
        self.ring(area.exterior());
        for hole in area.interiors() {
            self.ring(hole);
        }
    }

    fn multi_polygon(&mut self, areas: &[Polygon<f64>]) {
        self.head(MULTI_POLYGON);
        self.u32(areas.len() as u32);
        for area in areas {
            self.polygon(area);
        }
    }

    fn multi_line(&mut self, lines: &[LineString<f64>]) {
        self.head(MULTI_LINE_STRING);
        self.u32(lines.len() as u32);
        for line in lines {
            self.line(line);
        }
    }

    fn any(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.point(point.0),
            Geometry::Line(line) => self.line(&LineString::from(*line)),
            Geometry::LineString(line) => self.line(line),
            Geometry::Polygon(area) => self.polygon(area),
            Geometry::Rect(area) => self.polygon(&area.to_polygon()),
            Geometry::Triangle(area) => self.polygon(&area.to_polygon()),
            Geometry::MultiLineString(lines) => self.multi_line(&lines.0),
            Geometry::MultiPolygon(areas) => self.multi_polygon(&areas.0),
            Geometry::MultiPoint(points) => {
                self.head(MULTI_POINT);
                self.u32(points.0.len() as u32);
                for point in &points.0 {
                    self.point(point.0);
                }
            }
            Geometry::GeometryCollection(members) => {
                self.head(COLLECTION);
                self.u32(members.0.len() as u32);
                for member in &members.0 {
                    self.any(member);
                }
            }
        }
    }
}

/// Any EWKB or ISO WKB as a shape, with its SRID if it carries one. Heights come out where the bytes have them, M is
/// dropped.
///
/// # Errors
/// [`EwkbError::Malformed`].
pub fn decode(bytes: &[u8]) -> Result<(Shape, Option<i32>), EwkbError> {
    let mut reader = Reader { bytes, at: 0, swap: false, z: Vec::new(), srid: None };
    let xy = reader.geometry(0)?;
    if reader.at != bytes.len() {
        return Err(reader.malformed("bytes left over"));
    }
    Ok((Shape { xy, z: reader.z }, reader.srid))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Big-endian bytes.
    swap: bool,
    z: Vec<f64>,
    srid: Option<i32>,
}

impl Reader<'_> {
    fn malformed(&self, reason: &'static str) -> EwkbError {
        EwkbError::Malformed { at: self.at, reason }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], EwkbError> {
        let chunk = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>);
        let mut chunk = *chunk.ok_or_else(|| self.malformed("the bytes end early"))?;
        self.at += N;
        if self.swap {
            chunk.reverse();
        }
        Ok(chunk)
    }

    fn u32(&mut self) -> Result<u32, EwkbError> {
        self.take().map(u32::from_le_bytes)
    }

    fn f64(&mut self) -> Result<f64, EwkbError> {
        self.take().map(f64::from_le_bytes)
    }

    /// A count of things of at least `size` bytes: no more than the bytes left can hold.
    fn count(&mut self, size: usize) -> Result<usize, EwkbError> {
        let count = self.u32()? as usize;
        if count > (self.bytes.len() - self.at) / size {
            return Err(self.malformed("a count larger than the bytes left"));
        }
        Ok(count)
    }

    fn coord(&mut self, flags: u32) -> Result<Coord<f64>, EwkbError> {
        let coord = Coord { x: self.f64()?, y: self.f64()? };
        if flags & HAS_Z != 0 {
            let height = self.f64()?;
            self.z.push(height);
        }
        if flags & HAS_M != 0 {
            self.f64()?;
        }
        Ok(coord)
    }

    fn coords(&mut self, flags: u32) -> Result<LineString<f64>, EwkbError> {
        let count = self.count(16)?;
        let mut coords = Vec::with_capacity(count);
        for _ in 0..count {
            coords.push(self.coord(flags)?);
        }
        Ok(LineString(coords))
    }

    fn polygon(&mut self, flags: u32) -> Result<Polygon<f64>, EwkbError> {
        let rings = self.count(4)?;
        if rings == 0 {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        let shell = self.coords(flags)?;
        let mut holes = Vec::with_capacity(rings - 1);
        for _ in 1..rings {
            holes.push(self.coords(flags)?);
        }
        Ok(Polygon::new(shell, holes))
    }

    fn members<T>(&mut self, depth: usize, pick: impl Fn(Geometry<f64>) -> Option<T>) -> Result<Vec<T>, EwkbError> {
        let count = self.count(9)?;
        let mut members = Vec::with_capacity(count);
        for _ in 0..count {
            let member = self.geometry(depth + 1)?;
            members.push(pick(member).ok_or_else(|| self.malformed("a member of the wrong kind"))?);
        }
        Ok(members)
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry<f64>, EwkbError> {
        if depth > MAX_DEPTH {
            return Err(self.malformed("collections nested too deep"));
        }
        self.swap = match self.take::<1>()? {
            [0] => true,
            [1] => false,
            _ => return Err(self.malformed("no byte order mark")),
        };
        let code = self.u32()?;
        if code & HAS_SRID != 0 {
            let srid = self.u32()? as i32;
            self.srid.get_or_insert(srid);
        }
        let (base, more) = (code & 0x0fff_ffff, (code & 0x0fff_ffff) / ISO_Z);
        if more > 3 {
            return Err(self.malformed("an unknown geometry type"));
        }
        let code = code | if more & 1 == 1 { HAS_Z } else { 0 } | if more & 2 == 2 { HAS_M } else { 0 };
        Ok(match base % ISO_Z {
            POINT => Geometry::Point(Point(self.coord(code)?)),
            LINE_STRING => Geometry::LineString(self.coords(code)?),
            POLYGON => Geometry::Polygon(self.polygon(code)?),
            MULTI_POINT => Geometry::MultiPoint(MultiPoint(self.members(depth, |m| m.try_into().ok())?)),
            MULTI_LINE_STRING => {
                Geometry::MultiLineString(MultiLineString(self.members(depth, |m| m.try_into().ok())?))
            }
            MULTI_POLYGON => Geometry::MultiPolygon(MultiPolygon(self.members(depth, |m| m.try_into().ok())?)),
            COLLECTION => Geometry::GeometryCollection(GeometryCollection(self.members(depth, Some)?)),
            _ => return Err(self.malformed("an unknown geometry type")),
        })
    }
}

#[cfg(test)]
mod tests {
    use geo::{line_string, point, polygon};
    use geozero::{ToGeo, wkb::Ewkb};
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(shape: &Shape, kind: GeometryKind) -> Vec<u8> {
        let mut out = Vec::new();
        encode(&mut out, shape, 25832, kind).unwrap();
        out
    }

    #[test]
    fn an_area_becomes_a_multi_polygon_that_others_read() {
        let area = polygon!(exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.)], interiors: [[(x: 5., y: 2.), (x: 7., y: 2.), (x: 7., y: 4.)]]);
        let bytes = bytes_of(&Shape::planar(area.clone().into()), GeometryKind::MultiPolygon);
        let expected = Geometry::MultiPolygon(MultiPolygon(vec![area]));
        assert_eq!(Ewkb(&bytes).to_geo().unwrap(), expected);
        assert_eq!(decode(&bytes).unwrap(), (Shape::planar(expected), Some(25832)));
    }

    #[test]
    fn heights_travel_with_lines_and_unknown_ones_stay_unknown() {
        let line = Geometry::from(line_string![(x: 1., y: 2.), (x: 3., y: 4.)]);
        let shape = Shape { xy: line.clone(), z: vec![-1.5, f64::NAN] };
        let (back, _) = decode(&bytes_of(&shape, GeometryKind::LineStringZ)).unwrap();
        assert_eq!(back.xy, line);
        assert_eq!(back.z[0], -1.5);
        assert!(back.z[1].is_nan());
        let (flat, _) = decode(&bytes_of(&Shape::planar(line), GeometryKind::LineStringZ)).unwrap();
        assert!(flat.z.len() == 2 && flat.z.iter().all(|z| z.is_nan()));
    }

    #[test]
    fn isos_form_reads_the_same() {
        let line = Geometry::from(line_string![(x: 1., y: 2.), (x: 3., y: 4.)]);
        let shape = Shape { xy: line, z: vec![-1.5, 2.5] };
        let mut bytes = Vec::new();
        encode_iso(&mut bytes, &shape, GeometryKind::LineStringZ).unwrap();
        assert_eq!(&bytes[..5], [1, 0xea, 3, 0, 0]);
        assert_eq!(decode(&bytes).unwrap(), (shape, None));
        // With M, and with both.
        let measured = |code: u32, values: &[f64]| {
            let mut bytes = vec![1];
            bytes.extend_from_slice(&code.to_le_bytes());
            for value in values {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
            decode(&bytes).unwrap().0
        };
        assert_eq!(measured(2001, &[1., 2., 9.]), Shape::planar(point! { x: 1., y: 2. }.into()));
        assert_eq!(measured(3001, &[1., 2., 3., 9.]), Shape { xy: point! { x: 1., y: 2. }.into(), z: vec![3.] });
        assert!(decode(&[1, 0xa1, 0x0f, 0, 0]).is_err());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let mut out = Vec::new();
        let dot = Shape::planar(point! { x: 1., y: 2. }.into());
        let error = encode(&mut out, &dot, 25832, GeometryKind::MultiPolygon).unwrap_err();
        assert_eq!(error, EwkbError::WrongKind { found: "point", expected: GeometryKind::MultiPolygon });
        let tall = Shape { z: vec![1.0, 2.0], ..dot.clone() };
        let error = encode(&mut out, &tall, 25832, GeometryKind::PointZ).unwrap_err();
        assert_eq!(error, EwkbError::HeightCount { heights: 2, coordinates: 1 });
        let nowhere = Shape::planar(point! { x: f64::NAN, y: 2. }.into());
        assert_eq!(encode(&mut out, &nowhere, 25832, GeometryKind::Point), Err(EwkbError::NotFinite));
        let empty = Shape::planar(Geometry::MultiPolygon(MultiPolygon(Vec::new())));
        assert_eq!(encode(&mut out, &empty, 25832, GeometryKind::MultiPolygon), Err(EwkbError::Empty));
    }

    #[test]
    fn big_endian_bytes_read_too() {
        let mut bytes = vec![0];
        bytes.extend_from_slice(&(POINT | HAS_SRID).to_be_bytes());
        bytes.extend_from_slice(&2056_i32.to_be_bytes());
        bytes.extend_from_slice(&7.25_f64.to_be_bytes());
        bytes.extend_from_slice(&8.5_f64.to_be_bytes());
        assert_eq!(decode(&bytes).unwrap(), (Shape::planar(point! { x: 7.25, y: 8.5 }.into()), Some(2056)));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn cut_bytes_are_malformed(count in 2_usize..30, cut in 0.0..1.0_f64) {
            let line = LineString((0..count).map(|i| Coord { x: i as f64, y: -(i as f64) }).collect());
            let bytes = bytes_of(&Shape::planar(line.into()), GeometryKind::MultiLineString);
            let short = &bytes[..(bytes.len() as f64 * cut) as usize];
            let malformed = matches!(decode(short), Err(EwkbError::Malformed { .. }));
            prop_assert!(malformed);
        }
    }
}
