//! The server's processes: making a cluster, starting, stopping and finding it.
//!
//! Who may do so, and when, is left to the lock in [`super::Cluster`].

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::error::{ClusterError, hint};
use super::install::Installation;
use super::place::Place;
use super::socket::{FILE_NAME, PORT};

/// Superuser of the cluster. Whoever can enter the socket's folder is trusted; that is the server's user and root.
pub(super) const SUPERUSER: &str = "twin";
/// Our settings, read after initdb's own and written anew at every start.
const SETTINGS_FILE: &str = "twin.conf";
/// A log larger than this, bytes, is put aside at the next start.
const LARGEST_LOG: u64 = 8 << 20;
/// How long processes of a killed server may take to notice.
const ORPHANS_GONE: Duration = Duration::from_secs(20);

fn settings(socket_dir: &Path) -> String {
    let socket_dir = socket_dir.display();
    format!(
        "# Written by twin at every start; changes here do not last.\n\
         listen_addresses = ''\n\
         unix_socket_directories = '{socket_dir}'\n\
         unix_socket_permissions = 0700\n\
         port = {PORT}\n\
         max_connections = 100\n\
         shared_buffers = 256MB\n\
         maintenance_work_mem = 256MB\n\
         work_mem = 16MB\n\
         fsync = on\n\
         synchronous_commit = on\n\
         max_wal_size = 4GB\n\
         wal_level = minimal\n\
         max_wal_senders = 0\n\
         jit = off\n\
         log_min_messages = warning\n\
         log_checkpoints = off\n\
         log_line_prefix = '%m [%p] %d '\n"
    )
}

/// A server that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) socket_dir: Option<PathBuf>,
    pub(super) ready: bool,
}

/// The server of a data folder, if it runs: what its pid file says, believed only if that process is it.
pub(super) fn running(data_path: &Path) -> Result<Option<Process>, ClusterError> {
    let path = data_path.join("postmaster.pid");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ClusterError::Io { path, source }),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let Some(pid) = lines.first().and_then(|line| line.parse().ok()) else { return Ok(None) };
    if !is_server(pid, data_path) {
        return Ok(None);
    }
    let socket_dir = lines.get(4).filter(|line| line.starts_with('/')).map(PathBuf::from);
    Ok(Some(Process { pid, socket_dir, ready: lines.get(7) == Some(&"ready") }))
}

/// Whether a process is the server of a data folder: it works in that folder. After a crash or a reboot the number in
/// the pid file may be anyone's.
fn is_server(pid: u32, data_path: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    match fs::read_link(process.join("cwd")) {
        Ok(folder) => folder == data_path,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "postgres")
        }
        Err(_) => false,
    }
}

/// Waits until a server that is starting is ready; `false` if it ended instead.
pub(super) fn wait_until_ready(data_path: &Path, pid: u32, patience: Duration) -> Result<bool, ClusterError> {
    let give_up = Instant::now() + patience;
    while Instant::now() < give_up {
        match running(data_path)? {
            Some(process) if process.pid == pid && process.ready => return Ok(true),
            Some(process) if process.pid == pid => std::thread::sleep(Duration::from_millis(50)),
            _ => return Ok(false),
        }
    }
    Ok(false)
}

/// Makes a cluster beside its final place, puts it on disk, then moves it there: a kill leaves no half of one.
pub(super) fn create(place: &Place, programs: &Installation, data_path: &Path) -> Result<(), ClusterError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| ClusterError::Io { path, source }
    };
    // We hold the lock, so what is left of earlier attempts is nobody's.
    for entry in fs::read_dir(&place.base).map_err(io(&place.base))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("new-") {
            fs::remove_dir_all(entry.path()).map_err(io(&entry.path()))?;
        }
    }
    let fresh = place.base.join(format!("new-{}", std::process::id()));
    let mut command = place.user.command(&programs.program("initdb"));
    command.arg("--pgdata").arg(&fresh).args(["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust"]);
    command.arg(format!("--username={SUPERUSER}")).arg("--no-instructions");
    let (succeeded, output) = run(command)?;
    let made = if succeeded { add_settings(place, &fresh) } else { Ok(()) };
    if !succeeded || made.is_err() {
        let _ = fs::remove_dir_all(&fresh);
        made?;
        let output = last_lines(&output, 12);
        return Err(ClusterError::Create { path: data_path.to_owned(), hint: hint(&output), output });
    }
    fs::rename(&fresh, data_path).map_err(io(data_path))?;
    File::open(&place.base).and_then(|folder| folder.sync_all()).map_err(io(&place.base))
}

/// Has the new cluster read our settings. `initdb` has put everything else on disk already.
fn add_settings(place: &Place, fresh: &Path) -> Result<(), ClusterError> {
    let main = fresh.join("postgresql.conf");
    let io = |source| ClusterError::Io { path: main.clone(), source };
    let mut file = File::options().append(true).open(&main).map_err(io)?;
    file.write_all(format!("\ninclude_if_exists = '{SETTINGS_FILE}'\n").as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)?;
    write_settings(place, fresh, "")?;
    File::open(fresh).and_then(|folder| folder.sync_all()).map_err(io)
}

fn write_settings(place: &Place, data_path: &Path, text: &str) -> Result<(), ClusterError> {
    let (path, fresh) = (data_path.join(SETTINGS_FILE), data_path.join("twin.conf.new"));
    let io = |source| ClusterError::Io { path: path.clone(), source };
    let mut file = File::create(&fresh).map_err(io)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    place.give(&fresh)?;
    fs::rename(&fresh, &path).map_err(io)
}

/// Starts the server and waits until it answers. It has a session of its own (`pg_ctl` sees to that) and stays.
pub(super) fn start(
    place: &Place,
    programs: &Installation,
    data_path: &Path,
    socket_dir: &Path,
) -> Result<(), ClusterError> {
    write_settings(place, data_path, &settings(socket_dir))?;
    let log = place.log_path();
    if fs::metadata(&log).is_ok_and(|log| log.len() > LARGEST_LOG) {
        let _ = fs::rename(&log, log.with_extension("log.1"));
    }
    let give_up = Instant::now() + ORPHANS_GONE;
    loop {
        forget_stranger(data_path, socket_dir)?;
        let said_before = fs::metadata(&log).map_or(0, |log| log.len());
        let mut command = place.user.command(&programs.program("pg_ctl"));
        command.arg("start").arg("--pgdata").arg(data_path).arg("--log").arg(&log);
        command.args(["--wait", "--timeout=600", "--silent"]);
        // Ctrl-C while it starts is for us.
        command.process_group(0);
        let (succeeded, output) = run(command)?;
        if succeeded {
            return Ok(());
        }
        let said = read_from(&log, said_before);
        let orphans = ["shared memory block", "lock file \"postmaster.pid\" already exists"];
        if Instant::now() < give_up && orphans.iter().any(|words| said.contains(words)) {
            std::thread::sleep(Duration::from_millis(250));
            continue;
        }
        let tail = last_lines(&format!("{said}\n{output}"), 20);
        return Err(ClusterError::Start { log, hint: hint(&tail), tail });
    }
}

/// Removes pid and lock files whose number now belongs to another program, or to a killed server that its parent has
/// not noticed: PostgreSQL would take either for a running server. Processes of the old server, if any live on, still
/// hold its shared memory, which it checks as well.
fn forget_stranger(data_path: &Path, socket_dir: &Path) -> Result<(), ClusterError> {
    for path in [data_path.join("postmaster.pid"), socket_dir.join(format!("{FILE_NAME}.lock"))] {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { continue };
        if Path::new(&format!("/proc/{pid}")).exists() && !is_server(pid, data_path) {
            fs::remove_file(&path).map_err(|source| ClusterError::Io { path, source })?;
        }
    }
    Ok(())
}

/// Stops the server, cutting open connections.
pub(super) fn stop(place: &Place, programs: &Installation, data_path: &Path) -> Result<(), ClusterError> {
    let mut command = place.user.command(&programs.program("pg_ctl"));
    command.arg("stop").arg("--pgdata").arg(data_path);
    command.args(["--mode=fast", "--wait", "--timeout=120", "--silent"]);
    let (succeeded, output) = run(command)?;
    if succeeded || running(data_path)?.is_none() { Ok(()) } else { Err(ClusterError::Stop { output }) }
}

/// Runs a program to its end; whether it succeeded, and everything it said.
fn run(mut command: Command) -> Result<(bool, String), ClusterError> {
    let program = PathBuf::from(command.get_program());
    let said = command.output().map_err(|source| ClusterError::Spawn { program, source })?;
    let mut output = String::from_utf8_lossy(&said.stdout).into_owned();
    output.push_str(&String::from_utf8_lossy(&said.stderr));
    Ok((said.status.success(), output))
}

fn read_from(path: &Path, offset: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let _ = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_to_end(&mut bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The last lines of a log; nothing if it cannot be read.
pub(super) fn log_tail(log: &Path, lines: usize) -> String {
    let length = fs::metadata(log).map_or(0, |log| log.len());
    last_lines(&read_from(log, length.saturating_sub(64 << 10)), lines)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
