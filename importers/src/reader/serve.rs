//! The reading process: locks itself in, then answers requests until its parent hangs up. What a damaged file breaks, it
//! breaks here.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

use gdal::DriverManager;

use super::picture::Picture;
use super::protocol::{Frame, ReadFailure, Request};
use super::vector::{self, OpenFiles};
use super::{frame, ogr, open, picture, raster, sandbox};

/// GDAL's number for "memory did not suffice" (`CPLE_OutOfMemory`).
const OUT_OF_MEMORY: i32 = 2;
/// Memory for GDAL's blocks of rasters, MB: what it would take by itself depends on the machine.
const BLOCK_CACHE_MB: &str = "256";

/// Whether GDAL has run out of memory since this was last looked at.
static RAN_OUT: AtomicBool = AtomicBool::new(false);

/// Locks the process in as its parent says, and answers requests from `input` on `output` until `input` ends. Run by a
/// hidden verb of `twin`; the process can do nothing else afterwards.
///
/// # Errors
/// When the parent hangs up in the middle, or says something else than requests.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    sandbox::settle_in();
    let Some(first) = frame::read::<Request>(input)? else { return Ok(()) };
    let Request::Enter(terms) = first else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the first word must lock the process in"));
    };
    // Opened while that is allowed.
    let counter = Counter::open();
    quieten()?;
    let enforced = sandbox::enter(&terms);
    frame::write(output, &Frame::Entered(enforced))?;
    answer(input, output, &counter)
}

/// Answers requests in a process that is already locked in.
pub(super) fn answer(input: &mut dyn Read, output: &mut dyn Write, counter: &Counter) -> io::Result<()> {
    let mut files = OpenFiles::default();
    let mut shown: Option<Picture> = None;
    while let Some(request) = frame::read::<Request>(input)? {
        let mut warnings = Vec::new();
        let mut sent = 0;
        let before = counter.bytes_read();
        let mut send = |mut message: Frame| {
            if let Frame::Rows(batch) = &mut message {
                batch.bytes_read = counter.bytes_read().zip(before).map(|(now, before)| now.saturating_sub(before));
                sent += batch.rows.len() as u64;
            }
            frame::write(output, &message)
        };
        RAN_OUT.store(false, Ordering::Relaxed);
        let outcome = match request {
            Request::Enter(_) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the process is locked in already"));
            }
            Request::Close { file } => {
                files.close(&file);
                shown = shown.filter(|picture| picture.file != file);
                Ok(Ok(0))
            }
            Request::Describe { layer, extent } => {
                vector::describe(&mut files, &layer, extent).map(|opened| send(Frame::Opened(opened)).map(|()| 0))
            }
            Request::Rows(layer) => vector::rows(&mut files, &layer, &mut warnings, &mut send),
            Request::Layers(layer) => {
                vector::layers(&mut files, &layer).map(|head| send(Frame::Layers(head)).map(|()| 0))
            }
            Request::RasterFacts { file } => {
                raster::facts(&file).map(|facts| send(Frame::RasterFacts(facts)).map(|()| 0))
            }
            Request::Picture { file, window } => {
                picture::show(&mut shown, &file, &window).map(|frame| send(frame).map(|()| 1))
            }
            Request::Raster { file, most } => raster::heights(&file, most, &mut send),
        };
        let last = match outcome {
            Ok(Ok(read)) => Frame::Done { read, warnings },
            Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                let reason = format!("a row after row {sent} holds more than {} MB", frame::LONGEST >> 20);
                Frame::Failed(ReadFailure::Broken { row: sent, reason })
            }
            Ok(Err(error)) => return Err(error),
            Err(_) if RAN_OUT.load(Ordering::Relaxed) => Frame::Failed(ReadFailure::OutOfMemory),
            Err(failure) => Frame::Failed(failure),
        };
        frame::write(output, &last)?;
    }
    Ok(())
}

/// Nothing to the terminal, nothing to the network, nothing beside the sources, no driver that is not on the list.
pub(super) fn quieten() -> io::Result<()> {
    // GDAL's messages are asked for where they matter; printing them would only confuse.
    gdal::config::set_error_handler(|_, number, words| {
        // SQLite's words reach us under a number that says nothing.
        if number == OUT_OF_MEMORY || words.to_ascii_lowercase().contains("out of memory") {
            RAN_OUT.store(true, Ordering::Relaxed);
        }
    });
    ogr::keep_proj_offline();
    for (key, value) in [
        ("PROJ_NETWORK", "OFF"),
        ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none"),
        ("GDAL_HTTP_PROXY", "http://127.0.0.1:9"),
        ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
        // Megabytes that a single GeoJSON feature may take.
        ("OGR_GEOJSON_MAX_OBJ_SIZE", "200"),
        ("GDAL_CACHEMAX", BLOCK_CACHE_MB),
        ("GDAL_PAM_ENABLED", "NO"),
        ("CPL_VSIL_GZIP_WRITE_PROPERTIES", "NO"),
        ("GDAL_VRT_ENABLE_PYTHON", "NO"),
    ] {
        gdal::config::set_config_option(key, value).map_err(io::Error::other)?;
    }
    for index in (0..DriverManager::count()).rev() {
        let driver = DriverManager::get_driver(index).map_err(io::Error::other)?;
        if !open::is_allowed(&driver.short_name()) {
            DriverManager::deregister_driver(&driver);
        }
    }
    Ok(())
}

/// Counts what this process has read from files, where the system does.
pub(super) struct Counter(Option<File>);

impl Counter {
    pub(super) fn open() -> Self {
        Self(File::open("/proc/self/io").ok())
    }

    fn bytes_read(&self) -> Option<u64> {
        let mut text = [0; 256];
        let length = self.0.as_ref()?.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..length]).ok()?;
        text.lines().find_map(|line| line.strip_prefix("rchar: ")?.trim().parse().ok())
    }
}
