//! The height raster as GeoTIFF. Heights themselves come from `terrain`.

use std::path::Path;

use gdal::DriverManager;
use gdal::raster::{Buffer, RasterCreationOptions};

use super::EPSG;
use super::vector::srs;
use crate::sample::SampleError;
use crate::sample::terrain::Terrain;

/// Height raster.
pub(super) const FILE: &str = "高程.tif";
const NO_HEIGHT: f64 = -9999.0;

/// Write the raster; its pixels' centres are the samples.
pub(super) fn terrain(dir: &Path, terrain: &Terrain<'_>) -> Result<(), SampleError> {
    let path = dir.join(FILE);
    let grid = terrain.grid();
    let write = || -> gdal::errors::Result<()> {
        let driver = DriverManager::get_driver_by_name("GTiff")?;
        let options = RasterCreationOptions::from_iter([
            "TILED=YES",
            "COMPRESS=DEFLATE",
            "PREDICTOR=3",
            "ZLEVEL=6",
            "NUM_THREADS=1",
        ]);
        let mut dataset =
            driver.create_with_band_type_with_options::<f32, _>(&path, grid.columns, grid.rows, 1, &options)?;
        let half = grid.cell_m / 2.0;
        let top = grid.origin.y + (grid.rows - 1) as f64 * grid.cell_m + half;
        dataset.set_geo_transform(&[grid.origin.x - half, grid.cell_m, 0.0, top, 0.0, -grid.cell_m])?;
        let srs = srs(EPSG, &path).map_err(|_| gdal::errors::GdalError::BadArgument("EPSG".to_owned()))?;
        dataset.set_spatial_ref(&srs)?;
        let mut band = dataset.rasterband(1)?;
        band.set_no_data_value(Some(NO_HEIGHT))?;
        // Rasters run from the north.
        let mut heights = Vec::with_capacity(grid.heights_m.len());
        for row in grid.heights_m.chunks_exact(grid.columns).rev() {
            heights.extend_from_slice(row);
        }
        band.write((0, 0), (grid.columns, grid.rows), &mut Buffer::new((grid.columns, grid.rows), heights))?;
        dataset.close()
    };
    write().map_err(|source| SampleError::gdal(&path, source))
}
