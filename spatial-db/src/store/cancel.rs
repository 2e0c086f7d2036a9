//! Stopping a statement that runs on the server, when a person gives up waiting for it.
//!
//! Between statements and rows the load looks at the flag itself; that is left to `load` and `diff`.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use postgres::{CancelToken, NoTls};

use super::Cancel;

/// How often the flag is looked at.
const LOOK_UP: Duration = Duration::from_millis(100);
/// How long a cancellation may take to arrive: it goes to the server on a connection of its own.
const ON_ITS_WAY: Duration = Duration::from_millis(100);

/// A thread that asks the server to stop once the flag is set, as long as this lives.
pub(super) struct Watch {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches over the connection of `token`.
    pub(super) fn over(token: CancelToken, cancel: Cancel) -> Self {
        let (end, ended) = channel();
        let watch = move || {
            let mut asked = false;
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK_UP) {
                if cancel.load(Ordering::Relaxed) {
                    // Again and again: the one before may have met the connection between two statements.
                    asked |= token.cancel_query(NoTls).is_ok();
                }
            }
            if asked {
                // A late arrival must not meet the statements of whoever uses the connection next.
                std::thread::sleep(ON_ITS_WAY);
            }
        };
        // Without a thread a statement ends by itself, and the load stops after it.
        let thread = std::thread::Builder::new().name("cancel-watch".to_owned()).spawn(watch).ok();
        Self { end: Some(end), thread }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
