//! Reading files with GDAL in a process of its own, so that a damaged or hostile file cannot take the import down.
//!
//! [`serve`] is that process, locked into its `sandbox`; [`Reader`] is its parent, who believes nothing unchecked
//! (`bounds`). What the rows mean is left to `stage`.

mod archive;
mod bounds;
mod decimal;
mod drawing;
mod encoding;
mod faces;
mod formats;
mod frame;
#[cfg(test)]
mod fuzz;
mod geojson;
mod heading;
mod interlis;
mod mapinfo;
mod native;
mod ogr;
mod open;
mod picture;
mod private_folder;
mod process;
mod protocol;
mod raster;
mod sandbox;
mod serve;
mod shapefile;
mod standin;
mod street_map;
mod survey;
mod table;
mod validity;
mod vector;
mod workbook;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use spatial_db::store::Cancel;

pub use encoding::small_text;
pub(crate) use ogr::keep_proj_offline;
pub use process::ReaderCommand;
pub use protocol::{BandFacts, Expect, FileHead, LayerRequest, Opened, RasterFacts, RasterHead, ReadFailure};
pub(crate) use protocol::{Batch, Cells, GeometryNote, PictureWindow, TextCells};
pub use sandbox::{BadLimit, Enforced, Limits, MEMORY_VARIABLE, TEMP_VARIABLE, TIMEOUT_VARIABLE};
pub use serve::serve;

use process::{Process, folders_of};
use protocol::{Bytes, Frame, Request};

/// How often a waiting parent looks whether it shall stop.
const LOOK_UP: Duration = Duration::from_millis(100);
/// How often it looks how much lies in the private folder.
const LOOK_INTO_FOLDER: Duration = Duration::from_secs(1);
/// Warnings that are kept of a request.
const MOST_WARNINGS: usize = 64;

/// Why the reader did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It answered that it cannot.
    #[error("the file cannot be read: {0:?}")]
    Failed(ReadFailure),
    /// It died.
    #[error("the reader died ({how})")]
    Crashed {
        /// Signal or exit code, and its last words.
        how: String,
    },
    /// It was given all the memory it may have, and wanted more.
    #[error("the reader needs more than the {limit_mb} MB of memory that it may use")]
    OutOfMemory {
        /// MiB it may have.
        limit_mb: u64,
    },
    /// It sent nothing for too long.
    #[error("the reader sent nothing for {silence_s} s")]
    TimedOut {
        /// Seconds waited.
        silence_s: u64,
    },
    /// It filled its private folder.
    #[error("the reader filled more than the {limit_mb} MB that its temporary files may take")]
    TempFull {
        /// MiB it may have.
        limit_mb: u64,
    },
    /// What it sent contradicts itself or what was asked.
    #[error("the reader sent what makes no sense: {reason}")]
    Misled {
        /// What does not fit.
        reason: String,
    },
    /// The person gave up waiting.
    #[error("reading was cancelled")]
    Cancelled,
    /// It could not be started or spoke gibberish.
    #[error("the reader {program:?} cannot be used")]
    Unusable {
        /// The program.
        program: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

/// The reading process as its parent sees it; started when first needed, and again after a crash.
#[derive(Debug)]
pub struct Reader {
    command: ReaderCommand,
    limits: Limits,
    cancel: Option<Cancel>,
    /// Folders that a process may read.
    folders: BTreeSet<PathBuf>,
    running: Option<Process>,
}

/// A raster as read.
#[derive(Debug, Clone)]
pub struct Raster {
    /// What it is.
    pub head: RasterHead,
    /// Heights, row-major from the north-west; NaN where unknown.
    pub heights: Vec<f32>,
}

impl Reader {
    /// A reader that will be started with `command`, and ended when `cancel` is set, whatever it is doing then.
    pub fn new(command: ReaderCommand, cancel: Option<Cancel>) -> Self {
        Self { command, limits: Limits::default(), cancel, folders: BTreeSet::new(), running: None }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Lets the process read the folder of a file. Known before the first question, it saves starting over: a process
    /// that has locked itself in cannot be let out again.
    pub fn allow(&mut self, file: &Path) {
        self.folders.append(&mut folders_of(file));
    }

    /// What of its box the system enforces; starts the process if there is none.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn enforced(&mut self) -> Result<Enforced, ReadError> {
        self.be_running()?;
        Ok(self.running.as_ref().and_then(|process| process.enforced.clone()).unwrap_or_default())
    }

    /// Opens a layer and says what it is. The file stays open until [`Reader::close`].
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn describe(&mut self, layer: &LayerRequest, extent: bool) -> Result<Opened, ReadError> {
        self.ask(&Request::Describe { layer: layer.clone(), extent })?;
        let mut found = None;
        loop {
            match self.next_frame()? {
                Frame::Opened(opened) => found = Some(self.believe(opened.check())?),
                Frame::Done { .. } => return found.ok_or_else(|| self.gibberish()),
                Frame::Failed(failure) => return Err(self.failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }

    /// Starts sending the rows of a layer.
    pub(crate) fn rows(&mut self, layer: &LayerRequest) -> Result<Rows<'_>, ReadError> {
        self.ask(&Request::Rows(layer.clone()))?;
        match self.next_frame()? {
            Frame::Opened(opened) => {
                let opened = self.believe(opened.check())?;
                Ok(Rows { reader: self, opened, read: 0, bytes_read: None, warnings: Vec::new(), ended: false })
            }
            Frame::Failed(failure) => Err(self.failed(failure)),
            _ => Err(self.gibberish()),
        }
    }

    /// Reads a raster of heights, averaged down to at most `most` samples.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn raster(&mut self, file: &str, most: u64) -> Result<Raster, ReadError> {
        self.ask(&Request::Raster { file: file.to_owned(), most })?;
        let mut raster: Option<(Raster, usize)> = None;
        loop {
            match (self.next_frame()?, &mut raster) {
                (Frame::Raster(head), None) => {
                    let samples = self.believe(head.check(most))?;
                    raster = Some((Raster { head, heights: Vec::with_capacity(samples) }, samples));
                }
                (Frame::Heights(mut heights), Some((raster, samples)))
                    if heights.len() <= *samples - raster.heights.len() =>
                {
                    raster.heights.append(&mut heights);
                }
                (Frame::Done { .. }, Some((found, samples))) if found.heights.len() == *samples => {
                    return raster.take().map(|(raster, _)| raster).ok_or_else(|| self.gibberish());
                }
                (Frame::Failed(failure), _) => return Err(self.failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }

    /// Draws a part of a picture: red, green, blue and opacity per pixel, row by row from the top; empty where there is
    /// nothing to see. The file stays open until [`Reader::close`] or another picture.
    pub(crate) fn picture(&mut self, file: &str, window: &PictureWindow) -> Result<Vec<u8>, ReadError> {
        self.ask(&Request::Picture { file: file.to_owned(), window: window.clone() })?;
        let mut pixels = None;
        loop {
            match self.next_frame()? {
                Frame::Picture(Bytes(found)) if pixels.is_none() && window.holds(&found) => pixels = Some(found),
                Frame::Done { .. } => return pixels.ok_or_else(|| self.gibberish()),
                Frame::Failed(failure) => return Err(self.failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }

    /// Forgets an open file.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn close(&mut self, file: &str) -> Result<(), ReadError> {
        if self.running.is_none() {
            return Ok(());
        }
        self.ask(&Request::Close { file: file.to_owned() })?;
        match self.next_frame()? {
            Frame::Done { .. } => Ok(()),
            _ => Err(self.gibberish()),
        }
    }

    fn unusable(&self, source: io::Error) -> ReadError {
        ReadError::Unusable { program: self.command.program.clone(), source }
    }

    fn gibberish(&mut self) -> ReadError {
        self.misled("it answered something else than was asked".to_owned())
    }

    /// One lie, and nothing that this process says is worth anything any more.
    fn misled(&mut self, reason: String) -> ReadError {
        self.running = None;
        ReadError::Misled { reason }
    }

    fn believe<T>(&mut self, checked: Result<T, String>) -> Result<T, ReadError> {
        checked.map_err(|reason| self.misled(reason))
    }

    fn failed(&self, failure: ReadFailure) -> ReadError {
        match failure.plain() {
            ReadFailure::OutOfMemory => ReadError::OutOfMemory { limit_mb: self.limits.memory_mb },
            failure => ReadError::Failed(failure),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<(), ReadError> {
        if let Some(file) = request.opens() {
            self.allow(Path::new(file));
        }
        if self.running.as_ref().is_some_and(|process| !process.folders.is_superset(&self.folders)) {
            self.running = None;
        }
        self.be_running()?;
        self.tell(request)
    }

    fn be_running(&mut self) -> Result<(), ReadError> {
        if self.running.is_some() {
            return Ok(());
        }
        let process = Process::start(&self.command, self.folders.clone()).map_err(|error| self.unusable(error))?;
        let terms = process.terms(&self.limits);
        self.running = Some(process);
        self.tell(&Request::Enter(terms))?;
        match self.next_frame() {
            Ok(Frame::Entered(enforced)) => {
                for missing in &enforced.missing {
                    tracing::warn!("the reading process is less confined than it should be: {missing}");
                }
                if let Some(process) = &mut self.running {
                    process.enforced = Some(enforced);
                }
                Ok(())
            }
            // What has read nothing yet was not misled by a file: it is no reader.
            Ok(_) => Err(self.unusable(io::Error::new(io::ErrorKind::InvalidData, "it does not speak as a reader"))),
            Err(ReadError::Misled { reason }) => Err(self.unusable(io::Error::new(io::ErrorKind::InvalidData, reason))),
            Err(error) => Err(error),
        }
    }

    fn tell(&mut self, request: &Request) -> Result<(), ReadError> {
        match self.running.as_mut().map(|process| process.ask(request)) {
            Some(Ok(())) => Ok(()),
            _ => Err(self.obituary()),
        }
    }

    fn next_frame(&mut self) -> Result<Frame, ReadError> {
        let asked = Instant::now();
        let mut looked = asked;
        loop {
            if self.is_cancelled() {
                self.running = None;
                return Err(ReadError::Cancelled);
            }
            match self.running.as_ref().map(|process| process.next_frame(LOOK_UP)) {
                Some(Ok(Some(frame))) => return Ok(frame),
                Some(Ok(None)) => {}
                Some(Err(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    return Err(self.misled(error.to_string()));
                }
                _ => return Err(self.obituary()),
            }
            let Limits { silence, temp_mb, .. } = self.limits;
            if asked.elapsed() >= silence {
                self.running = None;
                return Err(ReadError::TimedOut { silence_s: silence.as_secs() });
            }
            if looked.elapsed() >= LOOK_INTO_FOLDER {
                looked = Instant::now();
                let filled = self.running.as_ref().map_or(0, Process::temp_bytes);
                if filled >> 20 >= temp_mb {
                    self.running = None;
                    return Err(ReadError::TempFull { limit_mb: temp_mb });
                }
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// What the process died of.
    fn obituary(&mut self) -> ReadError {
        match self.running.take() {
            // Whoever ended it may have wanted everything to end.
            Some(_) if self.is_cancelled() => ReadError::Cancelled,
            Some(process) => process.obituary(&self.limits),
            None => ReadError::Crashed { how: "it is not running".to_owned() },
        }
    }
}

/// Rows on their way. Dropping it before the end ends the reading process.
pub(crate) struct Rows<'a> {
    reader: &'a mut Reader,
    pub(crate) opened: Opened,
    /// Rows received.
    pub(crate) read: u64,
    /// Bytes of the file read for them, where known.
    pub(crate) bytes_read: Option<u64>,
    /// What GDAL warned of.
    pub(crate) warnings: Vec<String>,
    ended: bool,
}

impl Rows<'_> {
    /// The next batch; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        match self.reader.next_frame()? {
            Frame::Rows(batch) => {
                self.reader.believe(batch.check(self.opened.fields.len()))?;
                self.read += batch.rows.len() as u64;
                self.bytes_read = batch.bytes_read.or(self.bytes_read);
                Ok(Some(batch))
            }
            Frame::Done { read, warnings } => {
                self.ended = true;
                self.warnings = warnings.iter().take(MOST_WARNINGS).map(|warning| bounds::plain(warning)).collect();
                if read == self.read { Ok(None) } else { Err(self.reader.gibberish()) }
            }
            Frame::Failed(failure) => {
                self.ended = true;
                Err(self.reader.failed(failure))
            }
            _ => Err(self.reader.gibberish()),
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.reader.running = None;
        }
    }
}
