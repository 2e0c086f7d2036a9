//! Reading files with GDAL in a process of its own, so that a damaged or hostile file cannot take the import down.
//!
//! [`serve`] is that process, [`Reader`] its parent. What the rows mean is left to `stage`.

mod encoding;
mod frame;
mod ogr;
mod open;
mod protocol;
mod raster;
mod serve;
mod validity;
mod vector;

use std::ffi::OsString;
use std::io::{self, BufWriter, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use spatial_db::store::Cancel;

pub(crate) use ogr::keep_proj_offline;
#[cfg(test)]
pub(crate) use protocol::TextCells;
pub(crate) use protocol::{Batch, Cells, GeometryNote};
pub use protocol::{Expect, LayerRequest, Opened, RasterHead, ReadFailure};
pub use serve::serve;

use protocol::{Frame, Request};

/// Frames that may wait between the pipe and the one who uses them.
const WAITING_FRAMES: usize = 4;
/// How often a waiting parent looks whether it shall stop.
const LOOK_UP: Duration = Duration::from_millis(100);
/// Bytes of the reader's last words that are kept.
const LAST_WORDS: usize = 2000;

/// How to start the reading process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderCommand {
    /// The program, usually `twin` itself.
    pub program: PathBuf,
    /// Its arguments, usually a hidden verb.
    pub args: Vec<OsString>,
}

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
    cancel: Option<Cancel>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    frames: Option<Receiver<io::Result<Frame>>>,
    last_words: Arc<Mutex<Vec<u8>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Hanging up ends a reader that waits; one in the middle of a file is ended.
        self.stdin = None;
        self.frames = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
        Self { command, cancel, running: None }
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
                Frame::Opened(opened) => found = Some(opened),
                Frame::Done { .. } => return found.ok_or_else(|| self.gibberish()),
                Frame::Failed(failure) => return Err(ReadError::Failed(failure)),
                _ => return Err(self.gibberish()),
            }
        }
    }

    /// Starts sending the rows of a layer.
    pub(crate) fn rows(&mut self, layer: &LayerRequest) -> Result<Rows<'_>, ReadError> {
        self.ask(&Request::Rows(layer.clone()))?;
        match self.next_frame()? {
            Frame::Opened(opened) => Ok(Rows { reader: self, opened, read: 0, warnings: Vec::new(), ended: false }),
            Frame::Failed(failure) => Err(ReadError::Failed(failure)),
            _ => Err(self.gibberish()),
        }
    }

    /// Reads a raster of heights, averaged down to at most `most` samples.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn raster(&mut self, file: &str, most: u64) -> Result<Raster, ReadError> {
        self.ask(&Request::Raster { file: file.to_owned(), most })?;
        let mut raster: Option<Raster> = None;
        loop {
            match (self.next_frame()?, &mut raster) {
                (Frame::Raster(head), _) => raster = Some(Raster { head, heights: Vec::new() }),
                (Frame::Heights(mut heights), Some(raster)) => raster.heights.append(&mut heights),
                (Frame::Done { .. }, Some(found)) if found.heights.len() == found.head.columns * found.head.rows => {
                    return Ok(raster.take().unwrap_or_else(|| unreachable!("matched as Some")));
                }
                (Frame::Failed(failure), _) => return Err(ReadError::Failed(failure)),
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
        self.running = None;
        self.unusable(io::Error::new(io::ErrorKind::InvalidData, "it answered something else than was asked"))
    }

    fn ask(&mut self, request: &Request) -> Result<(), ReadError> {
        if self.running.is_none() {
            self.running = Some(self.start().map_err(|error| self.unusable(error))?);
        }
        let Some(stdin) = self.running.as_mut().and_then(|running| running.stdin.as_mut()) else {
            return Err(self.gibberish());
        };
        match frame::write(stdin, request) {
            Ok(()) => Ok(()),
            Err(_) => Err(self.obituary()),
        }
    }

    fn next_frame(&mut self) -> Result<Frame, ReadError> {
        loop {
            if self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
                self.running = None;
                return Err(ReadError::Cancelled);
            }
            let frames = self.running.as_ref().and_then(|running| running.frames.as_ref());
            match frames.map(|frames| frames.recv_timeout(LOOK_UP)) {
                Some(Ok(Ok(frame))) => return Ok(frame),
                Some(Err(RecvTimeoutError::Timeout)) => {}
                Some(Ok(Err(error))) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    self.running = None;
                    return Err(self.unusable(error));
                }
                _ => return Err(self.obituary()),
            }
        }
    }

    fn start(&self) -> io::Result<Running> {
        let mut child = Command::new(&self.command.program)
            .args(&self.command.args)
            .env("PROJ_NETWORK", "OFF")
            .env_remove("CPL_DEBUG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe to the reader is missing");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let mut stdout = child.stdout.take().ok_or_else(missing)?;
        let mut stderr = child.stderr.take().ok_or_else(missing)?;
        let (sender, frames) = sync_channel(WAITING_FRAMES);
        std::thread::Builder::new().name("reader-frames".to_owned()).spawn(move || {
            let mut buffered = io::BufReader::with_capacity(1 << 16, &mut stdout);
            loop {
                match frame::read::<Frame>(&mut buffered) {
                    Ok(Some(frame)) => {
                        if sender.send(Ok(frame)).is_err() {
                            return;
                        }
                    }
                    Ok(None) => return,
                    Err(error) => {
                        let _ = sender.send(Err(error));
                        return;
                    }
                }
            }
        })?;
        let last_words = Arc::new(Mutex::new(Vec::new()));
        let words = Arc::clone(&last_words);
        std::thread::Builder::new().name("reader-stderr".to_owned()).spawn(move || {
            let mut chunk = [0; 512];
            while let Ok(got @ 1..) = stderr.read(&mut chunk) {
                if let Ok(mut words) = words.lock() {
                    words.extend_from_slice(&chunk[..got]);
                    let excess = words.len().saturating_sub(LAST_WORDS);
                    words.drain(..excess);
                }
            }
        })?;
        Ok(Running { child, stdin: Some(BufWriter::new(stdin)), frames: Some(frames), last_words })
    }

    /// What the process died of.
    fn obituary(&mut self) -> ReadError {
        let Some(mut running) = self.running.take() else {
            return ReadError::Crashed { how: "it is not running".to_owned() };
        };
        running.stdin = None;
        let status = running.child.wait();
        let how = match status {
            Ok(status) => match (status.signal(), status.code()) {
                (Some(signal), _) => format!("signal {signal}{}", signal_name(signal)),
                (None, Some(code)) => format!("exit code {code}"),
                (None, None) => "for no known reason".to_owned(),
            },
            Err(error) => error.to_string(),
        };
        let words = running.last_words.lock().map(|words| String::from_utf8_lossy(&words).trim().to_owned());
        match words {
            Ok(words) if !words.is_empty() => ReadError::Crashed { how: format!("{how}: {words}") },
            _ => ReadError::Crashed { how },
        }
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        6 => ", aborted",
        9 => ", killed, perhaps for want of memory",
        11 => ", segmentation fault",
        _ => "",
    }
}

/// Rows on their way. Dropping it before the end ends the reading process.
pub(crate) struct Rows<'a> {
    reader: &'a mut Reader,
    pub(crate) opened: Opened,
    /// Rows received.
    pub(crate) read: u64,
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
                self.read += batch.rows.len() as u64;
                Ok(Some(batch))
            }
            Frame::Done { read, warnings } => {
                self.ended = true;
                self.warnings = warnings;
                if read == self.read { Ok(None) } else { Err(self.reader.gibberish()) }
            }
            Frame::Failed(failure) => {
                self.ended = true;
                Err(ReadError::Failed(failure))
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
