//! The private server, made and broken for real: every test has a data directory and a cluster of its own.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use spatial_db::cluster::{Cluster, ClusterError, ServerState};

/// Says to a test run as a child in which data directory to work.
const CHILD_DIR: &str = "TWIN_TEST_CLUSTER_DIR";

/// A data directory that is gone in the end, its server stopped.
struct DataDir {
    path: PathBuf,
    /// Folders elsewhere that the cluster used.
    elsewhere: Vec<PathBuf>,
}

impl DataDir {
    fn new() -> Self {
        let path = tempfile::Builder::new().prefix("parktwin-cluster-").tempdir().unwrap().keep();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Self { path, elsewhere: Vec::new() }
    }

    fn open(&self) -> Cluster {
        Cluster::open(&self.path).unwrap()
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Ok(cluster) = Cluster::open(&self.path) {
            let socket_dir = cluster.status().map(|status| status.socket_dir);
            let _ = cluster.stop();
            let _ = socket_dir.map(fs::remove_dir_all);
        }
        for folder in self.elsewhere.iter().chain([&self.path]) {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn pid(cluster: &Cluster) -> u32 {
    match cluster.status().unwrap().state {
        ServerState::Running { pid } => pid,
        other => panic!("the server is {other:?}"),
    }
}

fn ask(cluster: &Cluster, question: &str) -> String {
    let mut client = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    client.query_one(question, &[]).unwrap().get(0)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Runs one test of this file in a process of its own, in a data directory, as another user if told so.
fn child(test: &str, data_dir: &Path, user: Option<(&Path, u32)>) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(user.map_or(&*program, |(copy, _)| copy));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD_DIR, data_dir);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir("/");
    if let Some((_, uid)) = user {
        command.uid(uid).gid(uid).env("HOME", "/nonexistent");
    }
    command.spawn().unwrap()
}

fn passed(child: Child) -> String {
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && said.contains("1 passed"), "{said}\n{complained}");
    said.into_owned()
}

/// Also run by other tests as a child process: then in the directory they name, and the server is left running.
#[test]
fn a_cluster_starts_and_keeps_to_its_socket() {
    let own = std::env::var_os(CHILD_DIR).is_none().then(DataDir::new);
    let path = own.as_ref().map_or_else(|| PathBuf::from(std::env::var_os(CHILD_DIR).unwrap()), |own| own.path.clone());
    let cluster = Cluster::open(&path).unwrap();
    if own.is_some() {
        assert_eq!(cluster.status().unwrap().state, ServerState::Absent);
    }
    let status = cluster.ensure_running().unwrap();
    println!("socket {}", status.socket_dir.display());
    println!("server {}", pid(&cluster));
    assert!(status.version.contains('.'), "{}", status.version);
    assert_eq!(ask(&cluster, "SHOW listen_addresses"), "");
    assert_eq!(ask(&cluster, "SHOW server_encoding"), "UTF8");
    assert_eq!(ask(&cluster, "SELECT datcollate::text FROM pg_database WHERE datname = 'postgres'"), "C.UTF-8");
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "4GB"),
        ("wal_level", "minimal"),
        ("max_wal_senders", "0"),
        ("jit", "off"),
    ] {
        assert_eq!(ask(&cluster, &format!("SHOW {setting}")), value, "{setting}");
    }
    let socket_dir = fs::metadata(&status.socket_dir).unwrap();
    assert_eq!(socket_dir.mode() & 0o777, 0o700);
    let server = fs::metadata(format!("/proc/{}", pid(&cluster))).unwrap().uid();
    assert_ne!(server, 0, "never as root");
    assert_eq!(socket_dir.uid(), server);
    assert_eq!(fs::metadata(&status.data_path).unwrap().uid(), server);
    assert!(status.socket_dir.join(".s.PGSQL.5432").as_os_str().len() <= 107);
    let session = fs::read_to_string(format!("/proc/{}/stat", pid(&cluster))).unwrap();
    let session: u32 = session.rsplit(") ").next().unwrap().split(' ').nth(3).unwrap().parse().unwrap();
    assert_eq!(session, pid(&cluster), "the server has a session of its own");

    cluster.ensure_database("twin").unwrap();
    cluster.ensure_database("twin").unwrap();
    spatial_db::store::Store::connect(&cluster.url("twin")).unwrap();
    assert_eq!(cluster.ensure_running().unwrap(), cluster.status().unwrap());
    if own.is_some() {
        cluster.stop().unwrap();
        assert_eq!(cluster.status().unwrap().state, ServerState::Stopped);
        cluster.stop().unwrap();
        cluster.ensure_running().unwrap();
        assert_eq!(ask(&cluster, "SELECT count(*)::text FROM pg_database WHERE datname = 'twin'"), "1");
    }
}

#[test]
fn programs_that_start_at_once_share_one_server() {
    let dir = DataDir::new();
    let children: Vec<Child> =
        (0..3).map(|_| child("a_cluster_starts_and_keeps_to_its_socket", &dir.path, None)).collect();
    let server = |said: String| {
        let line = said.lines().find(|line| line.contains("server ")).expect("a line with the pid").to_owned();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    let servers: Vec<String> = children.into_iter().map(|child| server(passed(child))).collect();
    // The server outlives the programs that started it.
    assert_eq!(servers, vec![pid(&dir.open()).to_string(); 3]);
    let left: Vec<_> = fs::read_dir(dir.path.join("cluster"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("new-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_ordinary_user_has_a_cluster_too() {
    let mut dir = DataDir::new();
    if !is_root() {
        // Then every other test here is that test; this one shows that the server is ours.
        let cluster = dir.open();
        cluster.ensure_running().unwrap();
        let server = fs::metadata(format!("/proc/{}", pid(&cluster))).unwrap().uid();
        assert_eq!(server, fs::metadata("/proc/self").unwrap().uid());
        return;
    }
    let nobody = 65_534;
    // The test program may lie where nobody can reach it.
    let copy = dir.path.join("program");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let home = dir.path.join("home");
    fs::create_dir(&home).unwrap();
    chown(&home, Some(nobody), Some(nobody)).unwrap();
    let said = passed(child("a_cluster_starts_and_keeps_to_its_socket", &home, Some((&copy, nobody))));
    let told = |word| said.lines().find_map(|line| line.rsplit_once(word)).expect(word).1.to_owned();
    let (server, socket_dir) = (told("server "), told("socket "));
    dir.elsewhere.push(socket_dir.into());
    assert_eq!(fs::metadata(format!("/proc/{server}")).unwrap().uid(), nobody);
    // Root finds the same server, and it stays nobody's.
    let cluster = Cluster::open(&home).unwrap();
    assert_eq!(cluster.ensure_running().unwrap().user, "nobody");
    assert_eq!(pid(&cluster).to_string(), server);
    cluster.stop().unwrap();
    cluster.ensure_running().unwrap();
    assert_eq!(fs::metadata(format!("/proc/{}", pid(&cluster))).unwrap().uid(), nobody);
    cluster.stop().unwrap();
}

#[test]
fn root_keeps_its_cluster_outside_a_closed_home() {
    let mut dir = DataDir::new();
    fs::set_permissions(&dir.path, fs::Permissions::from_mode(0o700)).unwrap();
    let cluster = dir.open();
    let inside = cluster.data_path().starts_with(&dir.path);
    assert_eq!(inside, !is_root(), "{}", cluster.data_path().display());
    if !inside {
        dir.elsewhere.push(cluster.data_path().parent().unwrap().to_owned());
    }
    cluster.ensure_running().unwrap();
    if is_root() {
        let pointer = fs::read_to_string(dir.path.join("cluster.location")).unwrap();
        assert_eq!(Path::new(pointer.trim()), cluster.data_path().parent().unwrap());
        // Opened up later, the directory still means the same cluster.
        fs::set_permissions(&dir.path, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(dir.open().data_path(), cluster.data_path());
    }
    assert_eq!(pid(&dir.open()), pid(&cluster));
}

#[test]
fn a_killed_server_is_started_again_with_everything_committed() {
    let dir = DataDir::new();
    let cluster = dir.open();
    cluster.ensure_running().unwrap();
    let mut client = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    client.batch_execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n").unwrap();
    let killed = pid(&cluster);
    assert!(Command::new("kill").args(["-KILL", &killed.to_string()]).status().unwrap().success());
    let give_up = Instant::now() + Duration::from_secs(5);
    while cluster.status().unwrap().state != ServerState::Stopped {
        assert!(Instant::now() < give_up, "{:?}", cluster.status());
        std::thread::sleep(Duration::from_millis(5));
    }
    // At once: its processes may still be about, its pid file certainly is.
    cluster.ensure_running().unwrap();
    assert_ne!(pid(&cluster), killed);
    assert_eq!(ask(&cluster, "SELECT count(*)::text FROM kept"), "1000");
}

#[test]
fn a_pid_file_that_names_another_program_does_not_count() {
    let dir = DataDir::new();
    let cluster = dir.open();
    let status = cluster.ensure_running().unwrap();
    let pid_file = status.data_path.join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    cluster.stop().unwrap();
    // As after a reboot: the number now belongs to a program of the same user.
    let owner = fs::metadata(&status.data_path).unwrap();
    let mut stranger = Command::new("sleep");
    stranger.arg("60");
    if is_root() {
        stranger.uid(owner.uid()).gid(owner.gid());
    }
    let mut stranger = stranger.spawn().unwrap();
    fs::write(&pid_file, text.replacen(text.lines().next().unwrap(), &stranger.id().to_string(), 1)).unwrap();
    chown(&pid_file, Some(owner.uid()), Some(owner.gid())).unwrap();
    assert_eq!(cluster.status().unwrap().state, ServerState::Stopped);
    let started = cluster.ensure_running();
    let alive = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    started.unwrap();
    assert!(alive, "the stranger was left alone");
    assert_ne!(pid(&cluster), stranger.id());
}

#[test]
fn a_socket_that_was_swept_away_comes_back() {
    let dir = DataDir::new();
    let cluster = dir.open();
    let status = cluster.ensure_running().unwrap();
    fs::remove_dir_all(&status.socket_dir).unwrap();
    cluster.ensure_running().unwrap();
    assert_eq!(ask(&cluster, "SELECT 'here'"), "here");
}

#[test]
fn a_socket_folder_of_someone_else_is_refused() {
    let dir = DataDir::new();
    let cluster = dir.open();
    let socket_dir = cluster.status().unwrap().socket_dir;
    fs::create_dir(&socket_dir).unwrap();
    fs::set_permissions(&socket_dir, fs::Permissions::from_mode(0o777)).unwrap();
    let error = cluster.ensure_running().unwrap_err();
    assert!(matches!(&error, ClusterError::UnsafeSocketDir { path, .. } if *path == socket_dir), "{error:?}");
    fs::remove_dir(&socket_dir).unwrap();
    cluster.ensure_running().unwrap();
}

#[test]
fn a_cluster_of_a_version_that_is_gone_is_kept_and_named() {
    let dir = DataDir::new();
    let old = dir.path.join("cluster/pg9");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("PG_VERSION"), "9\n").unwrap();
    let error = Cluster::open(&dir.path).unwrap_err();
    assert!(matches!(error, ClusterError::OtherVersion { found: 9, .. }), "{error:?}");
    let text = error.to_string();
    for words in ["PostgreSQL 9", "cluster/pg9", "pg_dump", "move that folder away"] {
        assert!(text.contains(words), "{words} is not in: {text}");
    }
    assert!(old.join("PG_VERSION").exists());
    fs::remove_dir_all(&old).unwrap();
}

#[test]
fn what_keeps_a_server_from_starting_is_shown() {
    let dir = DataDir::new();
    let cluster = dir.open();
    let status = cluster.ensure_running().unwrap();
    cluster.stop().unwrap();
    let main = status.data_path.join("postgresql.conf");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, format!("{text}\nno_such_setting = 1\n")).unwrap();
    let error = cluster.ensure_running().unwrap_err();
    assert!(matches!(&error, ClusterError::Start { tail, .. } if tail.contains("no_such_setting")), "{error}");
    fs::write(&main, text).unwrap();
    cluster.ensure_running().unwrap();
}

#[test]
fn a_cluster_that_cannot_be_made_leaves_nothing() {
    let dir = DataDir::new();
    let programs = dir.open().status().unwrap().programs;
    // Programs of the same version whose initdb runs out of disk half way.
    let broken = dir.path.join("bin");
    fs::create_dir(&broken).unwrap();
    for program in ["postgres", "pg_ctl"] {
        std::os::unix::fs::symlink(programs.join(program), broken.join(program)).unwrap();
    }
    let script = "#!/bin/sh\nfor a; do case $p in --pgdata) mkdir \"$a\"; touch \"$a/PG_VERSION\";; esac; p=$a; done\n\
                  echo 'initdb: error: could not write file: No space left on device' >&2\nexit 1\n";
    fs::write(broken.join("initdb"), script).unwrap();
    fs::set_permissions(broken.join("initdb"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut failing = Command::new(std::env::current_exe().unwrap());
    failing.args(["--exact", "a_cluster_starts_and_keeps_to_its_socket"]);
    failing.env(CHILD_DIR, &dir.path).env("TWIN_PG_BIN", &broken);
    let Output { status, stdout, .. } = failing.output().unwrap();
    let said = String::from_utf8_lossy(&stdout);
    assert!(!status.success() && said.contains("because the disk is full"), "{said}");
    let left: Vec<_> =
        fs::read_dir(dir.path.join("cluster")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["lock"]);
    dir.open().ensure_running().unwrap();
}
