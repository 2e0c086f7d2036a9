//! Whatever dies, and whenever: the store is as before or as after, and the next import says what it found.
//!
//! An importing process runs against a private server. At random moments it, its reader, its connection, its server
//! process or the whole server is killed, or it is told to stop. The seed is printed; `TWIN_TEST_SEED` sets it.

mod proxy;
#[macro_use]
#[path = "../support/sql.rs"]
mod sql;
mod server;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use importers::sample::{SampleOptions, generate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use proxy::Proxy;
use server::{Server, kill};

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    Importer,
    Reader,
    Backend,
    Connection,
    Server,
    PowerCut,
    Cancel,
}

/// Each this many times, for a first import and for one over an older state.
const BLOWS: [(Blow, usize); 7] = [
    (Blow::Importer, 8),
    (Blow::Reader, 5),
    (Blow::Backend, 6),
    (Blow::Connection, 7),
    (Blow::Server, 3),
    (Blow::PowerCut, 2),
    (Blow::Cancel, 4),
];

fn start(url: &str, manifest: &Path, cancel_after: Option<Duration>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin-import"));
    command.arg(url).arg(manifest).arg(env!("CARGO_BIN_EXE_twin-read"));
    command.args(cancel_after.map(|after| after.as_millis().to_string()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    command.spawn().expect("an importing process")
}

/// The report of an import that nothing disturbed.
fn import(url: &str, manifest: &Path) -> Value {
    let Output { status, stdout, stderr } = start(url, manifest, None).wait_with_output().expect("an import");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).expect("a report")
}

/// Processes that a process started and that still run.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()).collect()
}

/// Layers that are imported: areas, a table, the ground, points and the lines between them. The others read the same ways.
const LAYERS: [&str; 6] = ["terrain", "parcels", "contracts", "buildings", "SS points", "SS lines"];

/// A synthetic park of this seed, under one name for all seeds.
fn park(folder: &Path, seed: u64) -> PathBuf {
    let folder = folder.join(seed.to_string());
    let options = SampleOptions { seed, parcels: 40, ..SampleOptions::default() };
    generate(&folder, &options, &|_| {}).expect("a park");
    let manifest = folder.join("park.toml");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let line = text.lines().find(|line| line.starts_with("slug")).expect("a slug").to_owned();
    let text = text.replace(&line, "slug = \"killed\"");
    let mut parts = text.split("[[layer]]");
    let mut kept = parts.next().expect("a header").to_owned();
    for part in parts.filter(|part| LAYERS.iter().any(|name| part.contains(&format!("\nname = \"{name}\"\n")))) {
        kept.push_str("[[layer]]");
        kept.push_str(part);
    }
    std::fs::write(&manifest, kept).expect("a manifest");
    manifest
}

/// A state of the store to import into, and what must come of it.
struct Case<'s> {
    server: &'s Server,
    manifest: &'s Path,
    /// Database with the state before.
    from: &'s str,
    before: String,
    after: String,
    takes: Duration,
    bytes: u64,
}

impl<'s> Case<'s> {
    fn new(server: &'s Server, from: &'s str, manifest: &'s Path) -> Self {
        server.copy(from, "measured");
        let proxy = Proxy::new(server.socket_dir().join(".s.PGSQL.5432"), u64::MAX);
        let began = Instant::now();
        import(&through(&proxy, "measured"), manifest);
        let takes = began.elapsed();
        let (before, after) = (server.everything(from), server.content("measured"));
        Self { server, manifest, from, before, after, takes, bytes: proxy.passed() }
    }

    /// One import with one blow; whether it came through.
    fn strike(&self, blow: Blow, moment: f64) -> bool {
        let wait = self.takes.mul_f64(moment * 1.1);
        let proxy = (blow == Blow::Connection).then(|| {
            Proxy::new(self.server.socket_dir().join(".s.PGSQL.5432"), (self.bytes as f64 * moment * 1.02) as u64)
        });
        let url = proxy.as_ref().map_or_else(|| self.server.url("struck"), |proxy| through(proxy, "struck"));
        let mut child = start(&url, self.manifest, (blow == Blow::Cancel).then_some(wait));
        if !matches!(blow, Blow::Cancel | Blow::Connection) {
            std::thread::sleep(wait);
        }
        match blow {
            Blow::Importer => child.kill().expect("it is ours"),
            Blow::Reader => children(child.id()).into_iter().for_each(kill),
            Blow::Backend => self.server.cut_backends("struck"),
            Blow::Server => self.server.kill(),
            Blow::PowerCut => self.server.stop_at_once(),
            Blow::Connection | Blow::Cancel => {}
        }
        let orphans = children(child.id());
        let said = child.wait_with_output().expect("it ended");
        orphans.into_iter().for_each(kill);
        self.server.revive();
        self.server.settle("struck");
        let came_through = self.server.everything("struck") != self.before;
        let words = String::from_utf8_lossy(&said.stderr);
        if came_through {
            assert_eq!(
                self.server.content("struck"),
                self.after,
                "{blow:?} at {moment}: neither before nor after: {words}"
            );
        } else {
            assert!(!said.status.success(), "{blow:?} at {moment}: it said that it was done");
        }
        came_through
    }

    /// Every blow many times, then an import that is left alone.
    fn run(&self, random: &mut ChaCha8Rng) -> (usize, usize) {
        let (mut lost, mut kept) = (0, 0);
        self.server.copy(self.from, "struck");
        for (blow, times) in BLOWS {
            for _ in 0..times {
                if self.strike(blow, random.random_range(0.0..1.0)) {
                    kept += 1;
                    self.server.copy(self.from, "struck");
                } else {
                    lost += 1;
                }
            }
        }
        // A death that is sure to fall between the note and the commit.
        let struck = (0..40).any(|_| {
            if self.strike(Blow::Importer, random.random_range(0.4..0.8)) {
                // One that came through has nothing left to note.
                self.server.copy(self.from, "struck");
                return false;
            }
            self.open_notes() > 0
        });
        assert!(struck, "no import died between its note and its commit");
        let report = import(&self.server.url("struck"), self.manifest);
        let unfinished = report["unfinished"].as_array().expect("a list");
        assert!(!unfinished.is_empty() && unfinished.iter().all(|one| one["command"] == "twin-import"), "{report}");
        assert_eq!(self.server.content("struck"), self.after);
        let again = import(&self.server.url("struck"), self.manifest);
        assert_eq!(again["unfinished"], Value::Array(Vec::new()), "it was said once");
        (lost, kept)
    }

    fn open_notes(&self) -> i64 {
        self.server.client("struck").query_one(&sql!("attempts_open"), &[]).expect("notes").get(0)
    }
}

/// The address of a database behind a proxy.
fn through(proxy: &Proxy, database: &str) -> String {
    let host: String = proxy.folder().to_string_lossy().replace('/', "%2F");
    format!("postgresql://twin@{host}/{database}")
}

#[test]
fn an_import_that_dies_leaves_the_store_as_before_or_as_after() {
    let seed = std::env::var("TWIN_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random);
    println!("TWIN_TEST_SEED={seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (park(folder.path(), 1), park(folder.path(), 2));
    let server = Server::new();
    server.migrated("empty");
    let first = Case::new(&server, "empty", &old);
    let began = Instant::now();
    let (lost, kept) = first.run(&mut random);
    println!(
        "first import: {lost} lost, {kept} kept, {:.1} s, undisturbed {:.2} s",
        began.elapsed().as_secs_f64(),
        first.takes.as_secs_f64()
    );
    server.copy("empty", "loaded");
    import(&server.url("loaded"), &old);
    let second = Case::new(&server, "loaded", &new);
    assert_ne!(first.after, second.after);
    let began = Instant::now();
    let (lost_then, kept_then) = second.run(&mut random);
    println!(
        "over an older state: {lost_then} lost, {kept_then} kept, {:.1} s, undisturbed {:.2} s",
        began.elapsed().as_secs_f64(),
        second.takes.as_secs_f64()
    );
    assert!(lost + lost_then >= 20, "the blows fell too late to mean anything");
}
