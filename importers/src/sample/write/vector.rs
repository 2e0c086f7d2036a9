//! Feature layers through GDAL, in `GeoPackages` and shapefiles, the same bytes every time.
//!
//! Which layers there are is left to `features`.

use std::path::{Path, PathBuf};

use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Feature, FieldDefn, Geometry, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};

use crate::sample::SampleError;
use crate::sample::plane::P;

/// A field: name, type and width (0 for any).
pub(super) struct Field(pub(super) &'static str, pub(super) FieldKind, pub(super) i32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Text,
    Whole,
    Real,
}

/// A value.
pub(super) enum Cell<'a> {
    Text(&'a str),
    Owned(String),
    Whole(i64),
    Real(f64),
    Null,
}

/// Rows of a layer: geometry as WKB and one cell per field.
pub(super) type Row<'a> = (Vec<u8>, Vec<Cell<'a>>);

/// A file with feature layers.
pub(super) struct VectorFile {
    path: PathBuf,
    dataset: Dataset,
}

/// Well-known binary type codes.
const WKB_LINE: u32 = 2;
const WKB_POLYGON: u32 = 3;

fn wkb_head(kind: u32, parts: usize) -> Vec<u8> {
    let mut out = vec![1];
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&(parts as u32).to_le_bytes());
    out
}

fn wkb_point(out: &mut Vec<u8>, q: P) {
    out.extend_from_slice(&q.x.to_le_bytes());
    out.extend_from_slice(&q.y.to_le_bytes());
}

/// A polygon from open rings, all counter-clockwise: outline, then holes, which are turned round.
pub(super) fn polygon<R: AsRef<[P]>>(rings: &[R]) -> Vec<u8> {
    let mut out = wkb_head(WKB_POLYGON, rings.len());
    for (k, ring) in rings.iter().enumerate() {
        let ring = ring.as_ref();
        out.extend_from_slice(&(ring.len() as u32 + 1).to_le_bytes());
        if k == 0 {
            ring.iter().chain(ring.first()).for_each(|&q| wkb_point(&mut out, q));
        } else {
            ring.first().into_iter().chain(ring.iter().rev()).for_each(|&q| wkb_point(&mut out, q));
        }
    }
    out
}

/// A line.
pub(super) fn line(points: &[P]) -> Vec<u8> {
    let mut out = wkb_head(WKB_LINE, points.len());
    for &q in points {
        wkb_point(&mut out, q);
    }
    out
}

/// The CRS of an EPSG code, easting first.
pub(super) fn srs(epsg: u32, path: &Path) -> Result<SpatialRef, SampleError> {
    let mut srs = SpatialRef::from_epsg(epsg).map_err(|source| SampleError::gdal(path, source))?;
    srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(srs)
}

impl VectorFile {
    /// A new file for the driver `GPKG` or `ESRI Shapefile`.
    pub(super) fn create(path: PathBuf, driver: &str) -> Result<Self, SampleError> {
        let dataset = DriverManager::get_driver_by_name(driver)
            .and_then(|driver| driver.create_vector_only(&path))
            .map_err(|source| SampleError::gdal(&path, source))?;
        Ok(Self { path, dataset })
    }

    /// Adds a layer with all its rows.
    pub(super) fn layer<'a>(
        &mut self,
        name: &str,
        epsg: u32,
        lines: bool,
        fields: &[Field],
        options: &[&str],
        rows: impl Iterator<Item = Row<'a>>,
    ) -> Result<(), SampleError> {
        let path = self.path.clone();
        let gdal = |source| SampleError::gdal(&path, source);
        let srs = srs(epsg, &path)?;
        let ty = if lines { OGRwkbGeometryType::wkbLineString } else { OGRwkbGeometryType::wkbPolygon };
        let transactions = self.dataset.driver().short_name() == "GPKG";
        let layer = self
            .dataset
            .create_layer(LayerOptions { name, srs: Some(&srs), ty, options: Some(options) })
            .map_err(gdal)?;
        for Field(name, kind, width) in fields {
            let ogr = match kind {
                FieldKind::Text => OGRFieldType::OFTString,
                FieldKind::Whole => OGRFieldType::OFTInteger64,
                FieldKind::Real => OGRFieldType::OFTReal,
            };
            let definition = FieldDefn::new(name, ogr).map_err(gdal)?;
            definition.set_width(*width);
            if *kind == FieldKind::Real && *width > 0 {
                definition.set_precision(2);
            }
            definition.add_to_layer(&layer).map_err(gdal)?;
        }
        // One transaction for the whole layer; shapefiles have none.
        if transactions {
            let mut transaction = self.dataset.start_transaction().map_err(gdal)?;
            write_rows(&mut transaction, name, rows).map_err(gdal)?;
            transaction.commit().map_err(gdal)
        } else {
            write_rows(&mut self.dataset, name, rows).map_err(gdal)
        }
    }

    /// Closes the file, so that everything is on disk.
    pub(super) fn close(self) -> Result<(), SampleError> {
        self.dataset.close().map_err(|source| SampleError::gdal(&self.path, source))
    }
}

fn write_rows<'a>(dataset: &mut Dataset, name: &str, rows: impl Iterator<Item = Row<'a>>) -> gdal::errors::Result<()> {
    let layer = dataset.layer_by_name(name).or_else(|_| dataset.layer(0))?;
    for (wkb, cells) in rows {
        let mut feature = Feature::new(layer.defn())?;
        for (k, cell) in cells.iter().enumerate() {
            match cell {
                Cell::Text(text) => feature.set_field_string(k, text)?,
                Cell::Owned(text) => feature.set_field_string(k, text)?,
                Cell::Whole(value) => feature.set_field_integer64(k, *value)?,
                Cell::Real(value) => feature.set_field_double(k, *value)?,
                Cell::Null => feature.set_field_null(k)?,
            }
        }
        feature.set_geometry(Geometry::from_wkb(&wkb)?)?;
        feature.create(&layer)?;
    }
    Ok(())
}
