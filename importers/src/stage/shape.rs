//! Does a geometry fit what its role wants, and into which form. Repairing is done by the reader before.

use geo::{CoordsIter, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};
use spatial_db::schema::GeometryKind;

use super::Trouble;
use crate::reader::Expect;
use crate::wkb::Parsed;

/// What the reader shall expect for a table's geometry.
pub(crate) fn expectation(kind: Option<GeometryKind>) -> Expect {
    match kind {
        None => Expect::Nothing,
        Some(GeometryKind::MultiPolygon) => Expect::Areas,
        Some(GeometryKind::MultiPolygonZ) => Expect::Faces,
        Some(GeometryKind::MultiLineString | GeometryKind::LineStringZ) => Expect::Lines,
        Some(GeometryKind::Point | GeometryKind::PointZ) => Expect::Points,
        Some(GeometryKind::Any) => Expect::Any,
    }
}

/// A geometry in the form its table wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) xy: Geometry<f64>,
    /// Heights in `coords_iter` order; empty where there are none.
    pub(crate) z: Vec<f64>,
    /// Parts of another dimension that were left out.
    pub(crate) dropped: usize,
}

/// Brings a geometry into the form its table wants.
pub(crate) fn fit(parsed: Parsed, kind: GeometryKind) -> Result<Fitted, Trouble> {
    if !parsed.finite {
        return Err(Trouble {
            code: "geometry.not_finite",
            reason: "a coordinate is not a number".to_owned(),
            fix: "open the source in a GIS and mend the feature".to_owned(),
        });
    }
    match kind {
        GeometryKind::Any => Ok(Fitted { xy: parsed.xy, z: Vec::new(), dropped: 0 }),
        GeometryKind::MultiPolygon => areas(parsed.xy),
        GeometryKind::MultiPolygonZ => planes(parsed),
        GeometryKind::MultiLineString => {
            let (lines, dropped) = lines(parsed)?;
            let long = |line: &LineString<f64>| line.0.iter().any(|coord| *coord != line.0[0]);
            let lines = MultiLineString(lines.into_iter().map(|(line, _)| line).filter(long).collect());
            if lines.0.is_empty() {
                return Err(Trouble {
                    code: "geometry.zero_length",
                    reason: "all its vertices are the same place".to_owned(),
                    fix: "draw its course, or remove it".to_owned(),
                });
            }
            Ok(Fitted { xy: Geometry::MultiLineString(lines), z: Vec::new(), dropped })
        }
        GeometryKind::LineStringZ => {
            let (lines, dropped) = lines(parsed)?;
            let (line, z) = join(lines)?;
            Ok(Fitted { xy: Geometry::LineString(line), z, dropped })
        }
        GeometryKind::Point => point(parsed).map(|fitted| Fitted { z: Vec::new(), ..fitted }),
        GeometryKind::PointZ => point(parsed),
    }
}

fn name(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => "a point",
        Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => "a line",
        Geometry::Polygon(_) | Geometry::MultiPolygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "an area",
        Geometry::GeometryCollection(_) => "a mixed collection",
    }
}

fn wrong_type(found: &Geometry<f64>, wanted: &str) -> Trouble {
    Trouble {
        code: "geometry.wrong_type",
        reason: format!("it is {} where {wanted} is needed", name(found)),
        fix: "check the layer's role, or leave such rows out with `filter`".to_owned(),
    }
}

fn areas(xy: Geometry<f64>) -> Result<Fitted, Trouble> {
    fn collect(geometry: Geometry<f64>, out: &mut Vec<Polygon<f64>>, dropped: &mut usize) {
        match geometry {
            Geometry::Polygon(polygon) if polygon.exterior().0.len() >= 4 => out.push(polygon),
            Geometry::MultiPolygon(many) => out.extend(many.0.into_iter().filter(|p| p.exterior().0.len() >= 4)),
            Geometry::GeometryCollection(parts) => parts.0.into_iter().for_each(|part| collect(part, out, dropped)),
            _ => *dropped += 1,
        }
    }
    if let Geometry::Polygon(polygon) = xy {
        return Ok(Fitted { xy: Geometry::MultiPolygon(MultiPolygon(vec![polygon])), z: Vec::new(), dropped: 0 });
    }
    let wrong = wrong_type(&xy, "an area");
    let (mut polygons, mut dropped) = (Vec::new(), 0);
    collect(xy, &mut polygons, &mut dropped);
    if polygons.is_empty() {
        return Err(wrong);
    }
    Ok(Fitted { xy: Geometry::MultiPolygon(MultiPolygon(polygons)), z: Vec::new(), dropped })
}

/// Polygons in space, with their heights.
fn planes(parsed: Parsed) -> Result<Fitted, Trouble> {
    fn collect(geometry: Geometry<f64>, z: &mut &[f64], out: &mut (Vec<Polygon<f64>>, Vec<f64>), dropped: &mut usize) {
        let mut take = |count: usize| {
            let (own, rest) = z.split_at(count.min(z.len()));
            *z = rest;
            own
        };
        match geometry {
            Geometry::Polygon(polygon) => {
                let own = take(polygon.coords_count());
                if polygon.exterior().0.len() >= 4 {
                    out.1.extend_from_slice(own);
                    out.0.push(polygon);
                }
            }
            Geometry::MultiPolygon(many) => {
                many.0.into_iter().for_each(|polygon| collect(Geometry::Polygon(polygon), z, out, dropped));
            }
            Geometry::GeometryCollection(parts) => {
                parts.0.into_iter().for_each(|part| collect(part, z, out, dropped));
            }
            other => {
                take(other.coords_count());
                *dropped += 1;
            }
        }
    }
    let wrong = wrong_type(&parsed.xy, "surfaces in space");
    let count = parsed.xy.coords_count();
    let (mut found, mut dropped) = ((Vec::new(), Vec::new()), 0);
    collect(parsed.xy, &mut parsed.z.as_slice(), &mut found, &mut dropped);
    let (polygons, z) = found;
    if polygons.is_empty() {
        return Err(wrong);
    }
    if parsed.z.len() != count || z.iter().any(|height| !height.is_finite()) {
        return Err(Trouble {
            code: "geometry.no_height",
            reason: "its vertices have no elevations, so that it does not stand in space".to_owned(),
            fix: "export the layer with Z (`MultiPolygonZ`), or leave such rows out with `filter`".to_owned(),
        });
    }
    Ok(Fitted { xy: Geometry::MultiPolygon(MultiPolygon(polygons)), z, dropped })
}

type LineAndHeights = (LineString<f64>, Vec<f64>);

/// The lines of a geometry, each with its own heights.
fn lines(parsed: Parsed) -> Result<(Vec<LineAndHeights>, usize), Trouble> {
    fn collect(geometry: Geometry<f64>, z: &mut &[f64], out: &mut Vec<LineAndHeights>, dropped: &mut usize) {
        match geometry {
            Geometry::LineString(line) => {
                let (own, rest) = z.split_at(line.0.len().min(z.len()));
                *z = rest;
                if line.0.len() >= 2 {
                    out.push((line, own.to_vec()));
                }
            }
            Geometry::MultiLineString(many) => {
                for line in many.0 {
                    collect(Geometry::LineString(line), z, out, dropped);
                }
            }
            Geometry::GeometryCollection(parts) => {
                for part in parts.0 {
                    collect(part, z, out, dropped);
                }
            }
            other => {
                *z = &z[other.coords_count().min(z.len())..];
                *dropped += 1;
            }
        }
    }
    let wrong = wrong_type(&parsed.xy, "a line");
    let (mut found, mut dropped) = (Vec::new(), 0);
    collect(parsed.xy, &mut parsed.z.as_slice(), &mut found, &mut dropped);
    if found.is_empty() { Err(wrong) } else { Ok((found, dropped)) }
}

/// Parts that continue one another as one line, in whichever direction they were drawn.
fn join(parts: Vec<LineAndHeights>) -> Result<LineAndHeights, Trouble> {
    let total = parts.len();
    let mut waiting = parts;
    let (mut line, mut z) = waiting.remove(0);
    while !waiting.is_empty() {
        let (first, last) = (line.0[0], line.0[line.0.len() - 1]);
        let next = waiting.iter().position(|(part, _)| {
            let (start, end) = (part.0[0], part.0[part.0.len() - 1]);
            [start, end].contains(&last) || [start, end].contains(&first)
        });
        let Some(next) = next else {
            return Err(Trouble {
                code: "geometry.several_parts",
                reason: format!("the line has {total} parts that do not touch"),
                fix: "split it into one row per part".to_owned(),
            });
        };
        let (mut part, mut part_z) = waiting.remove(next);
        let (start, end) = (part.0[0], part.0[part.0.len() - 1]);
        if end == last || (start != last && start == first) {
            part.0.reverse();
            part_z.reverse();
        }
        if part.0[0] == last {
            line.0.extend_from_slice(&part.0[1..]);
            z.extend(part_z.into_iter().skip(1));
        } else {
            // It ends where ours begins.
            part.0.pop();
            part_z.pop();
            part.0.append(&mut line.0);
            part_z.append(&mut z);
            (line, z) = (part, part_z);
        }
    }
    if z.len() != line.0.len() {
        z.clear();
    }
    Ok((line, z))
}

fn point(parsed: Parsed) -> Result<Fitted, Trouble> {
    let wrong = wrong_type(&parsed.xy, "a point");
    let single: Point<f64> = match parsed.xy {
        Geometry::Point(point) => point,
        Geometry::MultiPoint(many) if many.0.len() == 1 => many.0[0],
        Geometry::MultiPoint(many) if !many.0.is_empty() => {
            return Err(Trouble {
                code: "geometry.several_parts",
                reason: format!("it is {} points in one row", many.0.len()),
                fix: "split it into one row per point".to_owned(),
            });
        }
        _ => return Err(wrong),
    };
    Ok(Fitted { xy: Geometry::Point(single), z: parsed.z, dropped: 0 })
}

#[cfg(test)]
mod tests {
    use geo::{GeometryCollection, coord, line_string, point, polygon};

    use super::*;

    fn parsed(xy: Geometry<f64>, z: Vec<f64>) -> Parsed {
        Parsed { xy, z, finite: true }
    }

    #[test]
    fn areas_are_collected_and_lines_left_out() {
        let square = polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)];
        let mixed = GeometryCollection(vec![
            Geometry::Polygon(square.clone()),
            Geometry::LineString(line_string![(x: 0.0, y: 0.0), (x: 1.0, y: 1.0)]),
        ]);
        let fitted = fit(parsed(Geometry::GeometryCollection(mixed), vec![]), GeometryKind::MultiPolygon).unwrap();
        assert_eq!(fitted.xy, Geometry::MultiPolygon(MultiPolygon(vec![square.clone()])));
        assert_eq!(fitted.dropped, 1);
        let trouble = fit(parsed(Geometry::Point(point!(x: 0.0, y: 0.0)), vec![]), GeometryKind::MultiPolygon);
        assert_eq!(trouble.unwrap_err().code, "geometry.wrong_type");
        let trouble = fit(parsed(Geometry::Polygon(square), vec![]), GeometryKind::Point);
        assert_eq!(trouble.unwrap_err().reason, "it is an area where a point is needed");
    }

    #[test]
    fn parts_that_touch_become_one_line_with_their_heights() {
        let a = line_string![(x: 1.0, y: 0.0), (x: 2.0, y: 0.0)];
        let b = line_string![(x: 1.0, y: 0.0), (x: 0.0, y: 0.0)];
        let c = line_string![(x: 3.0, y: 0.0), (x: 2.0, y: 0.0)];
        let many = Geometry::MultiLineString(MultiLineString(vec![a.clone(), b, c]));
        let fitted = fit(parsed(many, vec![11.0, 12.0, 11.0, 10.0, 13.0, 12.0]), GeometryKind::LineStringZ).unwrap();
        let Geometry::LineString(line) = fitted.xy else { panic!("a line") };
        assert_eq!(line.0, (0..4).map(|x| coord! { x: f64::from(x), y: 0.0 }).collect::<Vec<_>>());
        assert_eq!(fitted.z, [10.0, 11.0, 12.0, 13.0]);
        let far = line_string![(x: 8.0, y: 0.0), (x: 9.0, y: 0.0)];
        let apart = Geometry::MultiLineString(MultiLineString(vec![a, far]));
        assert_eq!(fit(parsed(apart, vec![]), GeometryKind::LineStringZ).unwrap_err().code, "geometry.several_parts");
    }
}
