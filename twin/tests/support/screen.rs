//! A screen that nobody sees, and windows of the built command on it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask};

use super::Place;

/// Long enough for a slow and busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A screen that nobody sees. One at a time: windows that are drawn by the processor get in each other's way.
pub(crate) struct Screen {
    server: Child,
    pub(crate) name: String,
    _alone: MutexGuard<'static, ()>,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self::of(1100, 800)
    }

    /// A screen of a size, px.
    pub(crate) fn of(width: u32, height: u32) -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts (setup/debian.sh installs it)");
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("its output")).read_line(&mut number).expect("a display's number");
        Self { server, name: format!(":{}", number.trim()), _alone: alone }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// An open window, with what it says on standard error.
pub(crate) struct Window {
    pub(crate) process: Child,
    said: Receiver<(Instant, String)>,
    heard: Vec<String>,
}

impl Window {
    pub(crate) fn open(screen: &Screen, mut command: Command, runtime: &Path) -> Self {
        let mut process = command
            .env("DISPLAY", &screen.name)
            .env("XDG_RUNTIME_DIR", runtime)
            .env_remove("RUST_LOG")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("twin runs");
        let mut errors = BufReader::new(process.stderr.take().expect("its errors"));
        let (sender, said) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while errors.read_line(&mut line).is_ok_and(|read| read > 0) {
                if sender.send((Instant::now(), std::mem::take(&mut line))).is_err() {
                    break;
                }
            }
            // What is left must not block it.
            let _ = errors.read_to_end(&mut Vec::new());
        });
        Self { process, said, heard: Vec::new() }
    }

    /// When it says this.
    pub(crate) fn says(&mut self, words: &str) -> Instant {
        let until = Instant::now() + PATIENCE;
        loop {
            let Some((at, line)) = self.hears(until) else {
                panic!("it never says {words:?}, only: {}", self.heard.concat());
            };
            if line.contains(words) {
                return at;
            }
        }
    }

    /// The next line that it says until then, and when; `None` where it says nothing more.
    pub(crate) fn hears(&mut self, until: Instant) -> Option<(Instant, String)> {
        let left = until.saturating_duration_since(Instant::now());
        let (at, line) = self.said.recv_timeout(left).ok()?;
        self.heard.push(line.clone());
        Some((at, line))
    }

    /// What was heard of it so far, line by line.
    pub(crate) fn heard(&self) -> &[String] {
        &self.heard
    }

    /// How it ends, within a time.
    pub(crate) fn ends(&mut self, patience: Duration) -> ExitStatus {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.process.try_wait().expect("a process") {
                return status;
            }
            assert!(Instant::now() < until, "it does not end within {patience:?}: {}", self.everything());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn everything(&mut self) -> String {
        while let Ok((_, line)) = self.said.recv_timeout(Duration::from_millis(200)) {
            self.heard.push(line);
        }
        self.heard.concat()
    }

    /// Closes it as the frame's button does; how it ends, and how long that takes.
    pub(crate) fn close(&mut self, screen: &Screen) -> (ExitStatus, Duration) {
        let asked = Instant::now();
        press_close(screen, self.process.id());
        let status = self.ends(PATIENCE);
        (status, asked.elapsed())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The window of a process, if it has one by now.
pub(crate) fn window_of(connection: &impl Connection, root: u32, pid: u32) -> Option<u32> {
    let owner = atom(connection, "_NET_WM_PID");
    let children = connection.query_tree(root).unwrap().reply().unwrap().children;
    let of = |window: u32| {
        let property =
            connection.get_property(false, window, owner, AtomEnum::CARDINAL, 0, 1).unwrap().reply().unwrap();
        property.value32().and_then(|mut values| values.next())
    };
    children.into_iter().find(|window| of(*window) == Some(pid))
}

fn atom(connection: &impl Connection, name: &str) -> u32 {
    connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
}

/// Asks the window of a process to close, as the button of its frame would: there is no frame here.
fn press_close(screen: &Screen, pid: u32) {
    let (connection, number) = x11rb::connect(Some(&screen.name)).expect("the screen");
    let root = connection.setup().roots[number].root;
    let (protocols, delete) = (atom(&connection, "WM_PROTOCOLS"), atom(&connection, "WM_DELETE_WINDOW"));
    let window = window_of(&connection, root, pid).expect("a window of the process");
    let event = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
    connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap().check().unwrap();
}

/// A folder for what a session of a person keeps while it lasts.
pub(crate) fn runtime(place: &Place) -> PathBuf {
    let folder = place.folder.path().join("runtime");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    folder
}
