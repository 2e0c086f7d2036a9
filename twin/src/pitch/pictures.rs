//! The site from the south-east and from above, with the hall on it, as data addresses of JPEG files.

use std::sync::Arc;

use analysis::overlay::Overlay;
use geo::{BoundingRect, MultiPolygon};
use spatial_db::model::ParkSnapshot;
use twin_engine::{CameraChoice, CaptureOptions, Stage, TwinInput};

use crate::failure::Failure;
use crate::report::address;

/// Size of the first picture, which leads the page, px.
const WIDE: (u32, u32) = (1600, 900);

/// Pictures of a site: wide and near, and from above.
pub(super) fn pictures(
    snapshot: ParkSnapshot,
    overlay: Overlay,
    boundary: &MultiPolygon<f64>,
) -> Result<Vec<String>, Failure> {
    let Some(bounds) = boundary.bounding_rect() else { return Ok(Vec::new()) };
    let (x_m, y_m) = bounds.center().x_y();
    let size_m = bounds.width().hypot(bounds.height()).max(60.0) as f32;
    let view = |bearing_deg: f32, pitch_deg: f32, times: f32| CameraChoice::At {
        x_m,
        y_m,
        distance_m: size_m * times,
        bearing_deg,
        pitch_deg,
    };
    let input = TwinInput {
        snapshot: Arc::new(snapshot),
        active: Some(overlay.name.clone()),
        overlays: vec![overlay.into()],
        imagery: None,
        time: None,
        planner: None,
        apart: None,
    };
    let options = CaptureOptions {
        width: WIDE.0,
        height: WIDE.1,
        camera: view(140.0, 32.0, 2.2),
        // The page has its own title, legend and credit, and no words stand in a picture without them.
        frame: false,
        ..CaptureOptions::default()
    };
    let mut stage = Stage::new(input, &options, 4)?;
    let mut pictures = vec![address(&stage.picture()?)?];
    stage.look(view(220.0, 50.0, 4.5));
    pictures.push(address(&stage.picture()?)?);
    Ok(pictures)
}
