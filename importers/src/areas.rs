//! Areas and other shapes of a file in the coordinates of a park, for a question that is asked once: nothing of them is kept.

use std::path::{Path, PathBuf};

use geo::{CoordsIter, Geometry, LineString, MapCoords, MultiPolygon, Point, coord};

use crate::crs::{Crs, Projector};
use crate::reader::{Expect, LayerRequest, ReadError, Reader, ReaderCommand};
use crate::wkb;

/// Areas as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Areas {
    /// One per row that has an area.
    pub areas: Vec<MultiPolygon<f64>>,
    /// Rows without one, or with one that has no place in the park's coordinates.
    pub left_out: usize,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AreaError {
    /// The file is not there.
    #[error("there is no file {}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its coordinates cannot be brought into those of the park.
    #[error("its coordinates: {reason}")]
    Crs {
        /// Why.
        reason: String,
    },
}

/// Shapes as read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shapes {
    /// Areas.
    pub areas: Vec<MultiPolygon<f64>>,
    /// Lines.
    pub lines: Vec<LineString<f64>>,
    /// Points.
    pub points: Vec<Point<f64>>,
    /// Rows without any, or with one that has no place in the park's coordinates.
    pub left_out: usize,
}

/// Areas of a file's only layer in a coordinate system of the EPSG register.
///
/// # Errors
/// [`AreaError`].
pub fn areas(file: &Path, epsg: u32, command: ReaderCommand) -> Result<Areas, AreaError> {
    let mut found = Areas { areas: Vec::new(), left_out: 0 };
    each(file, epsg, command, Expect::Areas, |shape| match shape.and_then(area_of) {
        Some(area) => found.areas.push(area),
        None => found.left_out += 1,
    })?;
    Ok(found)
}

/// Areas, lines and points of a file's only layer in a coordinate system of the EPSG register.
///
/// # Errors
/// [`AreaError`].
pub fn shapes(file: &Path, epsg: u32, command: ReaderCommand) -> Result<Shapes, AreaError> {
    let mut found = Shapes::default();
    each(file, epsg, command, Expect::Any, |shape| match shape {
        Some(shape) => found.take(shape),
        None => found.left_out += 1,
    })?;
    Ok(found)
}

impl Shapes {
    fn take(&mut self, shape: Geometry<f64>) {
        match shape {
            Geometry::Polygon(polygon) => self.areas.push(polygon.into()),
            Geometry::MultiPolygon(polygons) => self.areas.push(polygons),
            Geometry::LineString(line) => self.lines.push(line),
            Geometry::MultiLineString(lines) => self.lines.extend(lines),
            Geometry::Point(point) => self.points.push(point),
            Geometry::MultiPoint(points) => self.points.extend(points),
            Geometry::GeometryCollection(shapes) => shapes.into_iter().for_each(|shape| self.take(shape)),
            _ => self.left_out += 1,
        }
    }
}

/// Every row's shape in the park's coordinates; none for a row without one that has a place in them.
fn each(
    file: &Path,
    epsg: u32,
    command: ReaderCommand,
    expect: Expect,
    mut take: impl FnMut(Option<Geometry<f64>>),
) -> Result<(), AreaError> {
    let missing = |source| AreaError::Missing { file: file.to_path_buf(), source };
    let file = file.canonicalize().map_err(missing)?;
    let wrong = |reason| AreaError::Crs { reason };
    let park = Crs::from_epsg(epsg).map_err(wrong)?;
    let mut reader = Reader::new(command, None);
    reader.allow(&file);
    let request = LayerRequest {
        file: file.to_string_lossy().into_owned(),
        layer: None,
        filter: None,
        encoding: None,
        decimal_comma: None,
        wkt: None,
        expect,
        fields: Some(Vec::new()),
        sample: None,
    };
    let mut rows = reader.rows(&request)?;
    let wkt = rows.opened.crs_wkt.clone().ok_or_else(|| wrong("the file does not say what they are".to_owned()))?;
    let projector = Projector::new(&Crs::from_wkt(&wkt).map_err(wrong)?, &park).map_err(wrong)?;
    while let Some(batch) = rows.next()? {
        for row in 0..batch.rows.len() {
            let shape = wkb::parse(batch.wkb_of(row)).ok().map(|parsed| in_park(&parsed.xy, &projector));
            take(shape.filter(|shape| shape.coords_iter().all(|at| at.x.is_finite() && at.y.is_finite())));
        }
    }
    Ok(())
}

fn area_of(shape: Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match shape {
        Geometry::Polygon(polygon) => Some(polygon.into()),
        Geometry::MultiPolygon(polygons) => Some(polygons),
        _ => None,
    }
}

fn in_park(shape: &Geometry<f64>, projector: &Projector) -> Geometry<f64> {
    shape.map_coords(|at| {
        let (mut x, mut y) = ([at.x], [at.y]);
        projector.apply(&mut x, &mut y);
        coord! { x: x[0], y: y[0] }
    })
}
