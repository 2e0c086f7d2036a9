//! Writing ISO well-known binary with heights, little-endian.

const Z: u32 = 1000;

fn head(out: &mut Vec<u8>, kind: u32, has_z: bool) {
    out.push(1);
    out.extend_from_slice(&(kind + if has_z { Z } else { 0 }).to_le_bytes());
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

fn coordinate(out: &mut Vec<u8>, at: &[f64; 3], has_z: bool) {
    for ordinate in &at[..if has_z { 3 } else { 2 }] {
        out.extend_from_slice(&ordinate.to_le_bytes());
    }
}

fn coordinates(out: &mut Vec<u8>, line: &[[f64; 3]], has_z: bool) {
    count(out, line.len());
    for at in line {
        coordinate(out, at, has_z);
    }
}

/// Whether every height is a number: otherwise the geometry is written without.
fn tells_heights<'a>(mut points: impl Iterator<Item = &'a [f64; 3]>) -> bool {
    points.all(|at| at[2].is_finite())
}

/// A point.
pub(super) fn point(at: [f64; 3]) -> Vec<u8> {
    let has_z = at[2].is_finite();
    let mut out = Vec::with_capacity(29);
    head(&mut out, 1, has_z);
    coordinate(&mut out, &at, has_z);
    out
}

/// A line; nothing where it has fewer than two vertices.
pub(super) fn line(line: &[[f64; 3]]) -> Vec<u8> {
    let mut out = Vec::new();
    if line.len() < 2 {
        return out;
    }
    let has_z = tells_heights(line.iter());
    head(&mut out, 2, has_z);
    coordinates(&mut out, line, has_z);
    out
}

/// Points.
pub(super) fn points(points: &[[f64; 3]]) -> Vec<u8> {
    let has_z = tells_heights(points.iter());
    let mut out = Vec::new();
    head(&mut out, 4, has_z);
    count(&mut out, points.len());
    for at in points {
        head(&mut out, 1, has_z);
        coordinate(&mut out, at, has_z);
    }
    out
}

/// Lines; those with fewer than two vertices are left out, and nothing is written where none is left.
pub(super) fn lines(lines: &[Vec<[f64; 3]>]) -> Vec<u8> {
    let lines: Vec<_> = lines.iter().filter(|line| line.len() >= 2).collect();
    let mut out = Vec::new();
    if lines.is_empty() {
        return out;
    }
    let has_z = tells_heights(lines.iter().flat_map(|line| line.iter()));
    head(&mut out, 5, has_z);
    count(&mut out, lines.len());
    for line in lines {
        head(&mut out, 2, has_z);
        coordinates(&mut out, line, has_z);
    }
    out
}

/// Polygons, each a list of rings that are closed where they were not; nothing where there is none.
pub(super) fn polygons<P: AsRef<[Vec<[f64; 3]>]>>(polygons: &[P]) -> Vec<u8> {
    let mut out = Vec::new();
    if polygons.is_empty() {
        return out;
    }
    let has_z = tells_heights(polygons.iter().flat_map(|rings| rings.as_ref().iter().flatten()));
    head(&mut out, 6, has_z);
    count(&mut out, polygons.len());
    for rings in polygons {
        let rings = rings.as_ref();
        head(&mut out, 3, has_z);
        count(&mut out, rings.len());
        for ring in rings {
            let open = ring.first() != ring.last();
            count(&mut out, ring.len() + usize::from(open));
            for at in ring.iter().chain(ring.first().filter(|_| open)) {
                coordinate(&mut out, at, has_z);
            }
        }
    }
    out
}

/// Visits the coordinates of a binary that this module or GDAL wrote.
pub(super) fn each_coordinate(wkb: &[u8], visit: &mut dyn FnMut(f64, f64)) {
    let Ok(parsed) = crate::wkb::parse(wkb) else { return };
    for coord in geo::CoordsIter::coords_iter(&parsed.xy).filter(|coord| coord.x.is_finite() && coord.y.is_finite()) {
        visit(coord.x, coord.y);
    }
}

#[cfg(test)]
mod tests {
    use gdal::vector::Geometry;

    use super::*;

    fn wkt(wkb: &[u8]) -> String {
        Geometry::from_wkb(wkb).unwrap().wkt().unwrap()
    }

    #[test]
    fn gdal_reads_what_is_written() {
        assert_eq!(wkt(&point([1.0, 2.0, 3.0])), "POINT (1 2 3)");
        assert_eq!(wkt(&point([1.0, 2.0, f64::NAN])), "POINT (1 2)");
        assert_eq!(wkt(&line(&[[0.0, 0.0, 1.0], [1.0, 1.0, 2.0]])), "LINESTRING (0 0 1,1 1 2)");
        assert_eq!(wkt(&line(&[[0.0, 0.0, 1.0], [1.0, 1.0, f64::NAN]])), "LINESTRING (0 0,1 1)");
        assert_eq!(wkt(&points(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])), "MULTIPOINT (1 2 3,4 5 6)");
        let pair = vec![vec![[0.0, 0.0, 1.0], [1.0, 1.0, 2.0]], vec![[5.0; 3]]];
        assert_eq!(wkt(&lines(&pair)), "MULTILINESTRING ((0 0 1,1 1 2))");
        assert!(line(&[[0.0; 3]]).is_empty() && polygons::<Vec<_>>(&[]).is_empty());
        let shell = vec![[0.0, 0.0, 5.0], [4.0, 0.0, 5.0], [4.0, 4.0, 5.0]];
        let hole = vec![[1.0, 0.5, 5.0], [2.0, 0.5, 5.0], [2.0, 1.0, 5.0], [1.0, 0.5, 5.0]];
        assert_eq!(
            wkt(&polygons(&[vec![shell, hole]])),
            "MULTIPOLYGON (((0 0 5,4 0 5,4 4 5,0 0 5),(1.0 0.5 5,2.0 0.5 5,2 1 5,1.0 0.5 5)))"
        );
        let mut seen = Vec::new();
        each_coordinate(&line(&[[7.0, 8.0, 1.0], [9.0, 1.0, 2.0]]), &mut |x, y| seen.push((x, y)));
        assert_eq!(seen, [(7.0, 8.0), (9.0, 1.0)]);
    }
}
