//! A raster of heights, averaged down to a size that fits. Bringing it into the park's CRS is left to `terrain`.

use gdal::raster::ResampleAlg;

use super::open;
use super::protocol::{Frame, RasterHead, ReadFailure};

/// Samples of a raster that are looked through, at most: a header can claim any number.
const MOST_SAMPLES: f64 = 20e9;
/// Samples in a frame.
const FRAME_SAMPLES: usize = 1 << 20;

/// Sends the first band of a raster.
pub(super) fn heights(
    file: &str,
    most: u64,
    send: &mut dyn FnMut(Frame) -> std::io::Result<()>,
) -> Result<std::io::Result<u64>, ReadFailure> {
    let broken = |error: gdal::errors::GdalError| ReadFailure::Broken { row: 0, reason: error.to_string() };
    let dataset = open::raster(file)?;
    let band = dataset.rasterband(1).map_err(broken)?;
    let (full_columns, full_rows) = band.size();
    if full_columns < 2 || full_rows < 2 {
        let reason = format!("a raster of {full_columns} × {full_rows} samples is no terrain");
        return Err(ReadFailure::Unreadable { reason, hint: None });
    }
    if full_columns as f64 * full_rows as f64 > MOST_SAMPLES {
        let reason = format!("it says that it holds {full_columns} × {full_rows} samples, too many to look through");
        let hint = Some("cut out the park's surroundings, for example with `gdalwarp -te`".to_owned());
        return Err(ReadFailure::Unreadable { reason, hint });
    }
    let shrink = ((full_columns as f64 * full_rows as f64) / most.max(4) as f64).sqrt().max(1.0);
    let columns = ((full_columns as f64 / shrink) as usize).max(2);
    let rows = ((full_rows as f64 / shrink) as usize).max(2);
    let placed = dataset.geo_transform().map_err(|_| ReadFailure::Unreadable {
        reason: "it does not say where on the earth it lies".to_owned(),
        hint: Some("use a GeoTIFF, or put a world file beside it".to_owned()),
    })?;
    let (wide, high) = (full_columns as f64 / columns as f64, full_rows as f64 / rows as f64);
    let geo_transform = [placed[0], placed[1] * wide, placed[2] * high, placed[3], placed[4] * wide, placed[5] * high];
    let crs_wkt = dataset.spatial_ref().ok().and_then(|crs| crs.to_wkt().ok()).filter(|wkt| !wkt.is_empty());
    let head = RasterHead { crs_wkt, geo_transform, columns, rows, unit: band.unit() };
    if let Err(error) = send(Frame::Raster(head)) {
        return Ok(Err(error));
    }
    let nothing = band.no_data_value();
    let (scale, offset) = (band.scale().unwrap_or(1.0), band.offset().unwrap_or(0.0));
    let algorithm = if shrink > 1.0 { ResampleAlg::Average } else { ResampleAlg::NearestNeighbour };
    let buffer =
        band.read_as::<f64>((0, 0), (full_columns, full_rows), (columns, rows), Some(algorithm)).map_err(broken)?;
    let heights: Vec<f32> = buffer
        .data()
        .iter()
        .map(|value| {
            let missing = !value.is_finite() || nothing.is_some_and(|nothing| same(*value, nothing));
            if missing { f32::NAN } else { (value * scale + offset) as f32 }
        })
        .collect();
    for chunk in heights.chunks(FRAME_SAMPLES) {
        if let Err(error) = send(Frame::Heights(chunk.to_vec())) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(1))
}

/// No-data values are often written as `f32` and read back as `f64`.
fn same(value: f64, nothing: f64) -> bool {
    value == nothing || value as f32 == nothing as f32
}
