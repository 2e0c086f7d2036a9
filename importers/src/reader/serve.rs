//! The reading process: answers requests until its parent hangs up. What a damaged file breaks, it breaks here.

use std::io::{self, Read, Write};

use super::protocol::{Frame, Request};
use super::vector::{self, OpenFiles};
use super::{frame, ogr, raster};

/// Answers requests from `input` on `output` until `input` ends. Run by a hidden verb of `twin`.
///
/// # Errors
/// When the parent hangs up in the middle, or says something else than requests.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    quieten()?;
    let mut files = OpenFiles::default();
    while let Some(request) = frame::read::<Request>(input)? {
        let mut warnings = Vec::new();
        let mut send = |message: Frame| frame::write(output, &message);
        let outcome = match request {
            Request::Close { file } => {
                files.close(&file);
                Ok(Ok(0))
            }
            Request::Describe { layer, extent } => {
                vector::describe(&mut files, &layer, extent).map(|opened| send(Frame::Opened(opened)).map(|()| 0))
            }
            Request::Rows(layer) => vector::rows(&mut files, &layer, &mut warnings, &mut send),
            Request::Raster { file, most } => raster::heights(&file, most, &mut send),
        };
        match outcome {
            Ok(read) => send(Frame::Done { read: read?, warnings })?,
            Err(failure) => send(Frame::Failed(failure))?,
        }
    }
    Ok(())
}

/// Nothing to the terminal, nothing to the network.
fn quieten() -> io::Result<()> {
    // GDAL's messages are asked for where they matter; printing them would only confuse.
    gdal::config::set_error_handler(|_, _, _| {});
    ogr::keep_proj_offline();
    for (key, value) in [
        ("PROJ_NETWORK", "OFF"),
        ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none"),
        ("GDAL_HTTP_PROXY", "http://127.0.0.1:9"),
        ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
        ("OGR_GEOJSON_MAX_OBJ_SIZE", "0"),
        ("GDAL_PAM_ENABLED", "NO"),
    ] {
        gdal::config::set_config_option(key, value).map_err(io::Error::other)?;
    }
    Ok(())
}
