//! A temporary GeoPackage that stands in for a file whose rows have to be put together before they can be read.

use std::path::PathBuf;

use gdal::vector::{Feature, FieldDefn, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager, spatial_ref::SpatialRef};
use tempfile::TempDir;

use super::open::{self, unreadable};
use super::protocol::ReadFailure;

/// The stand-in, open for writing.
pub(super) struct StandIn {
    folder: TempDir,
    path: PathBuf,
    dataset: Dataset,
}

/// One layer of a stand-in, all of whose fields are text.
pub(super) struct Writing<'a> {
    layer: Layer<'a>,
    fields: usize,
}

impl StandIn {
    pub(super) fn new() -> Result<Self, ReadFailure> {
        let folder = open::scratch()?;
        let path = folder.path().join("rows.gpkg");
        // It lives as long as this process: nothing is gained by waiting for the disk.
        gdal::config::set_config_option("OGR_SQLITE_SYNCHRONOUS", "OFF").map_err(|error| unreadable(&error))?;
        let driver = DriverManager::get_driver_by_name("GPKG").map_err(|error| unreadable(&error))?;
        let dataset = driver.create_vector_only(&path).map_err(|error| unreadable(&error))?;
        Ok(Self { folder, path, dataset })
    }

    /// Adds a layer in one go: either all of it is written or none.
    pub(super) fn layer(
        &mut self,
        name: &str,
        srs: Option<&SpatialRef>,
        fields: &[String],
        write: impl FnOnce(&Writing<'_>) -> gdal::errors::Result<()>,
    ) -> Result<(), ReadFailure> {
        let attempt = || -> gdal::errors::Result<()> {
            let mut transaction = self.dataset.start_transaction()?;
            {
                let options = ["FID=ogc_fid", "GEOMETRY_NAME=ogc_geom", "SPATIAL_INDEX=NO"];
                let layer = transaction.create_layer(LayerOptions {
                    name,
                    srs,
                    ty: OGRwkbGeometryType::wkbUnknown,
                    options: Some(&options),
                })?;
                for field in fields {
                    FieldDefn::new(field, OGRFieldType::OFTString)?.add_to_layer(&layer)?;
                }
                write(&Writing { layer, fields: fields.len() })?;
            }
            transaction.commit()
        };
        attempt().map_err(|error| unreadable(&error))
    }

    /// Ends writing; what to open, and the folder that must live as long.
    pub(super) fn finish(self) -> Result<(PathBuf, TempDir), ReadFailure> {
        self.dataset.close().map_err(|error| unreadable(&error))?;
        Ok((self.path, self.folder))
    }
}

impl Writing<'_> {
    /// Adds a row; texts in the order of the fields.
    pub(super) fn row(&self, texts: &[Option<String>], geometry: Option<Geometry>) -> gdal::errors::Result<()> {
        let mut feature = Feature::new(self.layer.defn())?;
        for (index, text) in texts.iter().take(self.fields).enumerate() {
            if let Some(text) = text {
                feature.set_field_string(index, text)?;
            }
        }
        if let Some(geometry) = geometry {
            feature.set_geometry(geometry)?;
        }
        feature.create(&self.layer)
    }
}
