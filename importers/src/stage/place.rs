//! Geometry of rows: from the file, from coordinate columns or from the nodes at a line's ends; into the park's CRS.
//!
//! Whether the geometry fits the role is left to `shape`, elevations to `network`.

use geo::{Coord, CoordsIter, Geometry, LineString, MapCoordsInPlace, Point};
use spatial_db::schema::GeometryKind;

use super::shape::{self, Fitted};
use super::{Cell, NodeSites, Trouble, Unfit};
use crate::crs::{Bounds, Crs, Projector, within};
use crate::manifest::{AxisOrder, CellSpec, LayerSpec};
use crate::reader::{Batch, GeometryNote};
use crate::wkb;

/// Where a layer's geometry comes from.
#[derive(Debug, Clone)]
pub(crate) enum GeometryPlan {
    /// The role has none.
    Nothing,
    /// The file's geometry.
    File,
    /// A point from columns: x, y, z.
    Point(Box<[Option<Cell>; 3]>),
    /// A line from columns: start x, start y, end x, end y.
    Ends(Box<[Cell; 4]>),
    /// A line between the nodes that two cells name.
    Nodes(Box<[Cell; 2]>),
}

impl GeometryPlan {
    /// The plan of a layer. `Err` is a field that is missing.
    pub(crate) fn of(spec: &LayerSpec, has_geometry: bool, fields: &[String]) -> Result<Self, String> {
        let cell = |name: &String| Cell::bind(&CellSpec::field(name), fields);
        if spec.table().is_some_and(|table| table.geometry.is_none()) {
            return Ok(Self::Nothing);
        }
        if let Some(point) = &spec.point {
            let z = point.z.as_ref().map(cell).transpose()?;
            return Ok(Self::Point(Box::new([Some(cell(&point.x)?), Some(cell(&point.y)?), z])));
        }
        if let Some([start_x, start_y, end_x, end_y]) = &spec.ends {
            return Ok(Self::Ends(Box::new([cell(start_x)?, cell(start_y)?, cell(end_x)?, cell(end_y)?])));
        }
        if let (false, Some(from), Some(to)) = (has_geometry, &spec.network.from, &spec.network.to) {
            return Ok(Self::Nodes(Box::new([Cell::bind(from, fields)?, Cell::bind(to, fields)?])));
        }
        Ok(Self::File)
    }

    /// Whether coordinates of the source are read, so that their CRS matters.
    pub(crate) fn needs_crs(&self) -> bool {
        !matches!(self, Self::Nothing | Self::Nodes(..))
    }
}

/// From the source's coordinates to the park's.
#[derive(Debug)]
pub(crate) struct Placing {
    pub(crate) projector: Projector,
    pub(crate) source_bounds: Option<Bounds>,
    pub(crate) park_bounds: Option<Bounds>,
    pub(crate) axis_order: AxisOrder,
    /// The source's CRS, for diagnoses.
    pub(crate) source: Crs,
    /// How a person would call it, and who said so.
    pub(crate) assumed: String,
    /// Rows whose coordinates were looked at, and those outside.
    pub(crate) looked_at: u64,
    pub(crate) outside: u64,
    pub(crate) first_outside: Option<[f64; 2]>,
}

/// A geometry on its way.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) shape: Fitted,
    /// Already in the park's CRS.
    settled: bool,
}

/// Most of a layer lies where its CRS cannot be.
#[derive(Debug)]
pub(crate) struct WrongPlace {
    pub(crate) sample: [f64; 2],
    pub(crate) looks: String,
    pub(crate) fix: String,
}

fn unfit(unfit: Unfit) -> Trouble {
    Trouble {
        code: "geometry.bad_coordinate",
        reason: unfit.reason,
        fix: "mend the coordinate in the source".to_owned(),
    }
}

fn missing() -> Trouble {
    Trouble {
        code: "geometry.missing",
        reason: "there is no geometry".to_owned(),
        fix: "draw it, or leave such rows out with `filter`".to_owned(),
    }
}

/// The geometry of a row in the source's coordinates.
pub(crate) fn geometry(
    plan: &GeometryPlan,
    kind: GeometryKind,
    batch: &Batch,
    row: usize,
    note: Option<&GeometryNote>,
    sites: &NodeSites,
) -> Result<Placed, Trouble> {
    match plan {
        GeometryPlan::Nothing => Err(missing()),
        GeometryPlan::File => from_file(kind, batch.wkb_of(row), note),
        GeometryPlan::Point(cells) => {
            let mut numbers = [None; 3];
            for (number, cell) in numbers.iter_mut().zip(cells.iter()) {
                *number = cell.as_ref().map(|cell| cell.number(batch, row).map_err(unfit)).transpose()?.flatten();
            }
            let [Some(x), Some(y), z] = numbers else { return Err(missing()) };
            let z = z.into_iter().collect();
            Ok(Placed { shape: Fitted { xy: Geometry::Point(Point::new(x, y)), z, dropped: 0 }, settled: false })
        }
        GeometryPlan::Ends(cells) => {
            let mut found = [0.0; 4];
            for (slot, cell) in found.iter_mut().zip(cells.iter()) {
                *slot = cell.number(batch, row).map_err(unfit)?.ok_or_else(missing)?;
            }
            let [x0, y0, x1, y1] = found;
            let line = LineString(vec![Coord { x: x0, y: y0 }, Coord { x: x1, y: y1 }]);
            Ok(Placed { shape: Fitted { xy: Geometry::LineString(line), z: Vec::new(), dropped: 0 }, settled: false })
        }
        GeometryPlan::Nodes(cells) => {
            let site = |cell: &Cell| {
                let key = cell.text(batch, row).ok_or_else(missing)?;
                sites.get(&key).map(|site| site.at).ok_or_else(|| Trouble {
                    code: "edge.unknown_node",
                    reason: format!("there is no node {key:?} to draw the line to"),
                    fix: "check the point table and the key prefix of its layer".to_owned(),
                })
            };
            let line = LineString(vec![site(&cells[0])?, site(&cells[1])?]);
            Ok(Placed { shape: Fitted { xy: Geometry::LineString(line), z: Vec::new(), dropped: 0 }, settled: true })
        }
    }
}

fn from_file(kind: GeometryKind, wkb: &[u8], note: Option<&GeometryNote>) -> Result<Placed, Trouble> {
    match note {
        Some(GeometryNote::Empty) => {
            return Err(Trouble {
                code: "geometry.empty",
                reason: "the geometry holds no coordinates".to_owned(),
                fix: "draw it, or leave such rows out with `filter`".to_owned(),
            });
        }
        Some(GeometryNote::Missing { reason }) => {
            return Err(Trouble { reason: reason.clone(), ..missing() });
        }
        Some(GeometryNote::Broken { reason }) => {
            return Err(Trouble {
                code: geometry_code(reason),
                reason: format!("{reason}; it could not be repaired"),
                fix: "mend the feature in a GIS".to_owned(),
            });
        }
        _ => {}
    }
    if wkb.is_empty() {
        return Err(missing());
    }
    let parsed = wkb::parse(wkb).map_err(|error| Trouble {
        code: "geometry.unreadable",
        reason: error.to_string(),
        fix: "mend the feature in a GIS".to_owned(),
    })?;
    let fitted = shape::fit(parsed, kind).map_err(|trouble| match note {
        Some(GeometryNote::Repaired { reason, .. }) if trouble.code == "geometry.wrong_type" => Trouble {
            code: geometry_code(reason),
            reason: format!("{reason}; repaired, nothing of it is left"),
            fix: "mend the feature in a GIS".to_owned(),
        },
        _ => trouble,
    })?;
    Ok(Placed { shape: fitted, settled: false })
}

/// Where a row lies as it was read, in the park's CRS; `None` where that cannot be said.
pub(crate) fn whereabouts(
    plan: &GeometryPlan,
    placing: &Placing,
    batch: &Batch,
    row: usize,
    wkb: &[u8],
) -> Option<Geometry<f64>> {
    let mut xy = match plan {
        GeometryPlan::File => wkb::parse(wkb).ok().filter(|parsed| parsed.finite)?.xy,
        GeometryPlan::Point(_) | GeometryPlan::Ends(_) => {
            let kind = GeometryKind::Any;
            geometry(plan, kind, batch, row, None, &NodeSites::default()).ok()?.shape.xy
        }
        GeometryPlan::Nothing | GeometryPlan::Nodes(_) => return None,
    };
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = xy
        .coords_iter()
        .map(|coord| if placing.axis_order == AxisOrder::NorthFirst { (coord.y, coord.x) } else { (coord.x, coord.y) })
        .unzip();
    placing.projector.apply(&mut xs, &mut ys);
    let inside = |x: f64, y: f64| match &placing.park_bounds {
        Some(bounds) => within(bounds, x, y),
        None => x.is_finite() && y.is_finite(),
    };
    if xs.is_empty() || !xs.iter().zip(&ys).all(|(x, y)| inside(*x, *y)) {
        return None;
    }
    let next = std::cell::Cell::new(0);
    xy.map_coords_in_place(|_| {
        let at = next.get();
        next.set(at + 1);
        Coord { x: xs[at], y: ys[at] }
    });
    Some(xy)
}

/// A stable code for what GEOS says in words.
pub(crate) fn geometry_code(reason: &str) -> &'static str {
    const CODES: [(&str, &str); 11] = [
        ("ring self-intersection", "geometry.ring_self_intersection"),
        ("self-intersection", "geometry.self_intersection"),
        ("hole lies outside", "geometry.hole_outside"),
        ("holes are nested", "geometry.nested_holes"),
        ("interior is disconnected", "geometry.interior_disconnected"),
        ("nested shells", "geometry.nested_shells"),
        ("duplicate rings", "geometry.duplicate_rings"),
        ("too few points", "geometry.too_few_points"),
        ("number of points", "geometry.too_few_points"),
        ("invalid coordinate", "geometry.not_finite"),
        ("closed linestring", "geometry.ring_not_closed"),
    ];
    let reason = reason.to_lowercase();
    CODES.iter().find(|(words, _)| reason.contains(words)).map_or("geometry.invalid", |(_, code)| code)
}

impl Placing {
    /// Moves a batch's geometries into the park's CRS, all coordinates at once. Rows outside become troubles.
    pub(crate) fn apply(&mut self, rows: &mut [Result<Option<Placed>, Trouble>]) {
        let swap = self.axis_order == AxisOrder::NorthFirst;
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for row in rows.iter_mut() {
            let Ok(Some(placed)) = row else { continue };
            if placed.settled {
                continue;
            }
            self.looked_at += 1;
            let start = xs.len();
            for coord in placed.shape.xy.coords_iter() {
                let (x, y) = if swap { (coord.y, coord.x) } else { (coord.x, coord.y) };
                xs.push(x);
                ys.push(y);
            }
            let inside = |bounds: &Option<Bounds>| {
                xs[start..].iter().zip(&ys[start..]).all(|(x, y)| match bounds {
                    Some(bounds) => within(bounds, *x, *y),
                    None => x.is_finite() && y.is_finite(),
                })
            };
            if !inside(&self.source_bounds) {
                let sample = [xs[start], ys[start]];
                xs.truncate(start);
                ys.truncate(start);
                *row = Err(self.outside(sample));
            }
        }
        let moves = swap || !self.projector.is_identity();
        let originals = self.first_outside.is_none().then(|| (xs.clone(), ys.clone()));
        self.projector.apply(&mut xs, &mut ys);
        let mut next = 0;
        for row in rows.iter_mut() {
            let Ok(Some(placed)) = row else { continue };
            if placed.settled {
                continue;
            }
            let start = next;
            next += placed.shape.xy.coords_count();
            let good = xs[start..next].iter().zip(&ys[start..next]).all(|(x, y)| match &self.park_bounds {
                Some(bounds) => within(bounds, *x, *y),
                None => x.is_finite() && y.is_finite(),
            });
            if !good {
                let sample = originals.as_ref().map_or([f64::NAN; 2], |(xs, ys)| [xs[start], ys[start]]);
                *row = Err(self.outside(sample));
                continue;
            }
            if !moves {
                continue;
            }
            let index = std::cell::Cell::new(start);
            placed.shape.xy.map_coords_in_place(|_| {
                let at = index.replace(index.get() + 1);
                Coord { x: xs[at], y: ys[at] }
            });
        }
    }

    /// Moves single points `(x, y, height)` of one row, axes already in order.
    pub(crate) fn settle_points(&mut self, points: &mut [[f64; 3]]) -> Result<(), Trouble> {
        self.looked_at += 1;
        let mut xs: Vec<f64> = points.iter().map(|point| point[0]).collect();
        let mut ys: Vec<f64> = points.iter().map(|point| point[1]).collect();
        let lie = |bounds: &Option<Bounds>, xs: &[f64], ys: &[f64]| {
            xs.iter().zip(ys).all(|(x, y)| match bounds {
                Some(bounds) => within(bounds, *x, *y),
                None => x.is_finite() && y.is_finite(),
            })
        };
        let sample = [xs.first().copied().unwrap_or(f64::NAN), ys.first().copied().unwrap_or(f64::NAN)];
        if !lie(&self.source_bounds, &xs, &ys) {
            return Err(self.outside(sample));
        }
        self.projector.apply(&mut xs, &mut ys);
        if !lie(&self.park_bounds, &xs, &ys) {
            return Err(self.outside(sample));
        }
        for ((point, x), y) in points.iter_mut().zip(xs).zip(ys) {
            point[0] = x;
            point[1] = y;
        }
        Ok(())
    }

    fn outside(&mut self, sample: [f64; 2]) -> Trouble {
        self.outside += 1;
        self.first_outside.get_or_insert(sample);
        Trouble {
            code: "geometry.outside_crs",
            reason: format!("({:.3}, {:.3}) lies outside {}", sample[0], sample[1], self.assumed),
            fix: "mend the feature's coordinates, or the layer's `crs`".to_owned(),
        }
    }

    /// Whether most of what was looked at so far lies outside, which no single row is to blame for.
    pub(crate) fn verdict(&self) -> Option<WrongPlace> {
        let sample = self.first_outside.filter(|_| self.outside * 2 > self.looked_at)?;
        let (looks, fix) = crate::crs::diagnose(&self.source, sample[0], sample[1], &|x, y| self.fits(x, y));
        Some(WrongPlace { sample, looks, fix })
    }

    /// Whether a coordinate of the source can lie in the park.
    fn fits(&self, x: f64, y: f64) -> bool {
        let inside = |bounds: &Option<Bounds>, x: f64, y: f64| bounds.is_some_and(|bounds| within(&bounds, x, y));
        let (mut xs, mut ys) = ([x], [y]);
        if !inside(&self.source_bounds, x, y) {
            return false;
        }
        self.projector.apply(&mut xs, &mut ys);
        inside(&self.park_bounds, xs[0], ys[0])
    }
}

#[cfg(test)]
mod tests {
    use geo::point;

    use super::*;

    fn placing(from: u32, to: u32) -> Placing {
        let (source, park) = (Crs::from_epsg(from).unwrap(), Crs::from_epsg(to).unwrap());
        Placing {
            projector: Projector::new(&source, &park).unwrap(),
            source_bounds: source.bounds(),
            park_bounds: park.bounds(),
            axis_order: AxisOrder::Xy,
            assumed: source.label.clone(),
            source,
            looked_at: 0,
            outside: 0,
            first_outside: None,
        }
    }

    fn at(x: f64, y: f64) -> Placed {
        let shape = Fitted { xy: Geometry::Point(point!(x: x, y: y)), z: vec![], dropped: 0 };
        Placed { shape, settled: false }
    }

    #[test]
    fn rows_keep_their_own_coordinates_around_a_bad_one() {
        let mut placing = placing(4326, 32651);
        let mut rows = vec![Ok(Some(at(121.4, 31.2))), Ok(Some(at(500.0, 31.2))), Ok(None), Ok(Some(at(121.5, 31.3)))];
        placing.apply(&mut rows);
        assert_eq!(rows[1].as_ref().unwrap_err().code, "geometry.outside_crs");
        let easting = |row: &Result<Option<Placed>, Trouble>| match &row.as_ref().unwrap().as_ref().unwrap().shape.xy {
            Geometry::Point(point) => point.x(),
            _ => f64::NAN,
        };
        assert!((easting(&rows[0]) - 347_604.0).abs() < 1000.0, "{}", easting(&rows[0]));
        assert!(easting(&rows[3]) > easting(&rows[0]) + 9000.0);
        assert_eq!((placing.looked_at, placing.outside), (3, 1));
        assert!(placing.verdict().is_none());
    }

    #[test]
    fn swapped_axes_are_seen_from_where_the_park_is() {
        // 42° N 71° W written the other way round is a place too, but not one that Massachusetts' grid knows.
        let mut placing = placing(4326, 26986);
        let mut rows = vec![Ok(Some(at(42.36, -71.1)))];
        placing.apply(&mut rows);
        let verdict = placing.verdict().unwrap();
        assert_eq!(verdict.sample, [42.36, -71.1]);
        assert!(verdict.fix.contains("north_first"), "{verdict:?}");
        // Barcelona is a place in degrees as well, whichever way round, but not in Massachusetts.
        placing.first_outside = None;
        let mut rows = vec![Ok(Some(at(2.1, 41.3)))];
        placing.apply(&mut rows);
        let verdict = placing.verdict().unwrap();
        assert!(verdict.looks.contains("elsewhere"), "{verdict:?}");
    }

    #[test]
    fn reasons_have_codes() {
        assert_eq!(geometry_code("Ring Self-intersection at or near point 1 2"), "geometry.ring_self_intersection");
        assert_eq!(geometry_code("Self-intersection at or near point 1 2"), "geometry.self_intersection");
        assert_eq!(geometry_code("Invalid number of points in LinearRing found 3"), "geometry.too_few_points");
        assert_eq!(geometry_code("anything else"), "geometry.invalid");
    }
}
