//! Areas of a file in the coordinates of a park, for a question that is asked once: nothing of them is kept.

use std::path::{Path, PathBuf};

use geo::{CoordsIter, Geometry, MapCoords, MultiPolygon, coord};

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

/// Areas of a file's only layer in a coordinate system of the EPSG register.
///
/// # Errors
/// [`AreaError`].
pub fn areas(file: &Path, epsg: u32, command: ReaderCommand) -> Result<Areas, AreaError> {
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
        expect: Expect::Areas,
        fields: Some(Vec::new()),
        sample: None,
    };
    let mut rows = reader.rows(&request)?;
    let wkt = rows.opened.crs_wkt.clone().ok_or_else(|| wrong("the file does not say what they are".to_owned()))?;
    let projector = Projector::new(&Crs::from_wkt(&wkt).map_err(wrong)?, &park).map_err(wrong)?;
    let mut found = Areas { areas: Vec::new(), left_out: 0 };
    while let Some(batch) = rows.next()? {
        for row in 0..batch.rows.len() {
            match wkb::parse(batch.wkb_of(row)).ok().and_then(|parsed| area_of(parsed.xy)) {
                Some(area) => {
                    let area = in_park(&area, &projector);
                    if area.coords_iter().all(|at| at.x.is_finite() && at.y.is_finite()) {
                        found.areas.push(area);
                    } else {
                        found.left_out += 1;
                    }
                }
                None => found.left_out += 1,
            }
        }
    }
    Ok(found)
}

fn area_of(shape: Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match shape {
        Geometry::Polygon(polygon) => Some(polygon.into()),
        Geometry::MultiPolygon(polygons) => Some(polygons),
        _ => None,
    }
}

fn in_park(area: &MultiPolygon<f64>, projector: &Projector) -> MultiPolygon<f64> {
    area.map_coords(|at| {
        let (mut x, mut y) = ([at.x], [at.y]);
        projector.apply(&mut x, &mut y);
        coord! { x: x[0], y: y[0] }
    })
}
