//! A way to the server that breaks after a given number of bytes.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A socket that passes bytes on until there were too many, both ways together.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    passed: Arc<AtomicU64>,
}

impl Proxy {
    /// Between whoever connects here and the server's socket.
    pub(crate) fn new(server: PathBuf, most: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
        let passed = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&passed);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, UnixStream::connect(&server)) else { return };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().expect("a socket"), to.try_clone().expect("a socket"));
                    let counter = Arc::clone(&counter);
                    std::thread::spawn(move || pass(from, to, &counter, most));
                }
            }
        });
        Self { folder, passed }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Bytes that went through so far.
    pub(crate) fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, counter: &AtomicU64, most: u64) {
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut chunk) {
        let before = counter.fetch_add(count as u64, Ordering::Relaxed);
        let left = most.saturating_sub(before).min(count as u64) as usize;
        if to.write_all(&chunk[..left]).is_err() || left < count {
            break;
        }
    }
    for side in [&from, &to] {
        let _ = side.shutdown(Shutdown::Both);
    }
}
