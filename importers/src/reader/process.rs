//! One reading process: started into its box, listened to, and what it died of. Asking it is left to `Reader`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, BufWriter, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::bounds::plain;
use super::native;
use super::private_folder::PrivateFolder;
use super::protocol::{Frame, Request};
use super::sandbox::{Enforced, Limits, Terms};
use super::{ReadError, frame};

/// Frames that may wait between the pipe and the one who uses them.
const WAITING_FRAMES: usize = 4;
/// Bytes of the process's last words that are kept.
const LAST_WORDS: usize = 2000;
/// What a reading process may know of its parent's environment.
const KEPT_VARIABLES: &[&str] =
    &["LANG", "LC_ALL", "LC_CTYPE", "TZ", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "LD_LIBRARY_PATH", "RUST_BACKTRACE"];

/// How to start the reading process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderCommand {
    /// The program, usually `twin` itself.
    pub program: PathBuf,
    /// Its arguments, usually a hidden verb.
    pub args: Vec<OsString>,
}

/// A process that runs.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    stdin: Option<BufWriter<ChildStdin>>,
    frames: Option<Receiver<io::Result<Frame>>>,
    last_words: Arc<Mutex<Vec<u8>>>,
    folder: Option<PrivateFolder>,
    /// Folders that it may read.
    pub(super) folders: BTreeSet<PathBuf>,
    /// What of its box is enforced, once it has said so.
    pub(super) enforced: Option<Enforced>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // Hanging up ends a process that waits; one in the middle of a file is ended.
        self.stdin = None;
        self.frames = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(Err(error)) = self.folder.take().map(PrivateFolder::remove) {
            tracing::warn!("a temporary folder could not be removed: {error}");
        }
    }
}

impl Process {
    /// Starts one; [`Process::enter`] is the first thing to tell it.
    pub(super) fn start(command: &ReaderCommand, folders: BTreeSet<PathBuf>) -> io::Result<Self> {
        let folder = PrivateFolder::new()?;
        let mut child = Command::new(&command.program)
            .args(&command.args)
            .env_clear()
            .envs(KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
            .envs(["TMPDIR", "CPL_TMPDIR", "SQLITE_TMPDIR"].map(|name| (name, folder.files())))
            .env("GDAL_DRIVER_PATH", "disable")
            .env("PROJ_NETWORK", "OFF")
            // Ctrl-C on a terminal is for the parent, who knows what to say.
            .process_group(0)
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
        let (stdin, frames, folder) = (Some(BufWriter::new(stdin)), Some(frames), Some(folder));
        Ok(Self { child, stdin, frames, last_words, folder, folders, enforced: None })
    }

    /// What tells it to lock itself in.
    pub(super) fn terms(&self, limits: &Limits) -> Terms {
        Terms {
            folders: self.folders.iter().cloned().collect(),
            private: self.folder.as_ref().map(|folder| folder.files().to_owned()).unwrap_or_default(),
            memory_mb: limits.memory_mb,
            temp_mb: limits.temp_mb,
        }
    }

    /// Asks something. An error means that it no longer listens.
    pub(super) fn ask(&mut self, request: &Request) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        frame::write(stdin, request)
    }

    /// The next frame, if one comes within `patience`. `None`: not yet; [`io::ErrorKind::UnexpectedEof`]: it is gone.
    pub(super) fn next_frame(&self, patience: Duration) -> io::Result<Option<Frame>> {
        let gone = io::ErrorKind::UnexpectedEof;
        match self.frames.as_ref().ok_or(gone)?.recv_timeout(patience) {
            Ok(frame) => frame.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(gone.into()),
        }
    }

    /// Bytes in its private folder.
    pub(super) fn temp_bytes(&self) -> u64 {
        self.folder.as_ref().map_or(0, PrivateFolder::size)
    }

    /// What it died of; ends it if it only stopped talking.
    pub(super) fn obituary(mut self, limits: &Limits) -> ReadError {
        self.stdin = None;
        self.frames = None;
        let status = self.child.wait();
        let words =
            self.last_words.lock().map(|words| plain(String::from_utf8_lossy(&words).trim())).unwrap_or_default();
        match status {
            Ok(status) => verdict(status, &words, limits),
            Err(error) => ReadError::Crashed { how: error.to_string() },
        }
    }
}

/// Signal for "the file grew beyond the limit".
const FILE_TOO_LARGE: i32 = 25;

fn verdict(status: ExitStatus, words: &str, limits: &Limits) -> ReadError {
    // What Rust, C++ and GDAL say on standard error when they are given no memory.
    const WANT_OF_MEMORY: [&str; 4] = ["memory allocation of", "bad_alloc", "out of memory", "cannot allocate"];
    let lower = words.to_lowercase();
    if status.signal() == Some(FILE_TOO_LARGE) {
        return ReadError::TempFull { limit_mb: limits.temp_mb };
    }
    if !status.success() && WANT_OF_MEMORY.iter().any(|said| lower.contains(said)) {
        return ReadError::OutOfMemory { limit_mb: limits.memory_mb };
    }
    let how = match (status.signal(), status.code()) {
        (Some(signal), _) => format!("signal {signal}{}", signal_name(signal)),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "for no known reason".to_owned(),
    };
    ReadError::Crashed { how: if words.is_empty() { how } else { format!("{how}: {words}") } }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        6 => ", aborted",
        9 => ", killed, perhaps because the whole machine ran out of memory",
        11 => ", segmentation fault",
        _ => "",
    }
}

/// The folders that a process needs for a file: where it lies by its name, and where it really lies.
pub(super) fn folders_of(file: &Path) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    let named = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    for path in [file.canonicalize().ok(), Some(named)].into_iter().flatten() {
        // A folder can be a source too (FileGDB).
        match path.parent() {
            _ if path.is_dir() => folders.insert(path),
            Some(parent) => {
                folders.extend(native::codelist_folders(&path));
                folders.insert(parent.to_owned())
            }
            None => false,
        };
    }
    folders
}
