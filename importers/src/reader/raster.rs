//! A raster of heights, averaged down to a size that fits. Bringing it into the park's CRS is left to `terrain`.

use gdal::raster::ResampleAlg;

use super::open;
use super::protocol::{BandFacts, Frame, RasterFacts, RasterHead, ReadFailure};

/// Samples of a raster that are looked through, at most: a header can claim any number.
const MOST_SAMPLES: f64 = 20e9;
/// Samples in a frame.
const FRAME_SAMPLES: usize = 1 << 20;
/// Samples per side of a coarse look.
const COARSE: usize = 128;

/// Says what a raster is, without sending it.
pub(super) fn facts(file: &str) -> Result<RasterFacts, ReadFailure> {
    let broken = |error: gdal::errors::GdalError| ReadFailure::Broken { row: 0, reason: error.to_string() };
    // Heights and pictures alike: what may be read of it is seen when it is.
    let dataset = open::picture(file)?;
    let (columns, rows) = dataset.raster_size();
    let mut bands = Vec::with_capacity(dataset.raster_count());
    for index in 1..=dataset.raster_count().min(super::bounds::MOST_FIELDS) {
        let band = dataset.rasterband(index).map_err(broken)?;
        let no_data = band.no_data_value();
        let coarse = (columns.clamp(1, COARSE), rows.clamp(1, COARSE));
        let samples = band
            .read_as::<f64>((0, 0), (columns, rows), coarse, Some(ResampleAlg::NearestNeighbour))
            .map_err(broken)?;
        let known =
            samples.data().iter().filter(|v| v.is_finite() && no_data.is_none_or(|nothing| !same(**v, nothing)));
        let range = known.fold(None, |range: Option<[f64; 2]>, value| {
            Some(range.map_or([*value; 2], |[low, high]| [low.min(*value), high.max(*value)]))
        });
        bands.push(BandFacts {
            kind: band.band_type().name(),
            unit: band.unit(),
            colour: band.color_interpretation().name(),
            no_data,
            range,
        });
    }
    Ok(RasterFacts {
        driver: dataset.driver().short_name(),
        crs_wkt: dataset.spatial_ref().ok().and_then(|crs| crs.to_wkt().ok()).filter(|wkt| !wkt.is_empty()),
        geo_transform: dataset.geo_transform().ok(),
        columns,
        rows,
        bands,
    })
}

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
