//! The events of `twin import --json`: every line is one, in an order that a program can rely on; and Ctrl-C.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use spatial_db::cluster::scratch::ScratchDatabase;

fn import(database: &ScratchDatabase, manifest: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
    command.arg("import").arg(manifest).arg("--json").env("TWIN_DATABASE_URL", database.url());
    command
}

/// A park of one CSV with so many rows, of which those at `bad` have no coordinates.
fn park(folder: &Path, rows: usize, bad: impl Fn(usize) -> bool) -> std::path::PathBuf {
    let mut csv = String::from("id,x,y\n");
    for row in 0..rows {
        let x = if bad(row) { "nowhere".to_owned() } else { format!("{}", 643_000 + row % 1000) };
        let line = format!("N{row},{x},{}\n", 3_431_000 + row / 1000);
        csv.push_str(&line);
    }
    std::fs::write(folder.join("points.csv"), csv).unwrap();
    let manifest = folder.join("park.toml");
    let text = "[park]\nslug = \"t\"\nname = \"T\"\ncrs = \"EPSG:4549\"\n\n[[layer]]\nname = \"points\"\nrole = \"network.water.node\"\n\
        file = \"points.csv\"\ncrs = \"EPSG:4549\"\nx = \"x\"\ny = \"y\"\nkey = \"id\"\n[layer.fields]\nkind = { value = \"valve\" }\n";
    std::fs::write(&manifest, text).unwrap();
    manifest
}

fn events(printed: &[u8]) -> Vec<Value> {
    let printed = std::str::from_utf8(printed).unwrap();
    printed.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().expect("a name")).collect()
}

#[test]
fn every_line_is_an_event_and_the_last_is_the_report() {
    let (database, folder) = (ScratchDatabase::create().unwrap(), tempfile::tempdir().unwrap());
    let manifest = park(folder.path(), 20_000, |row| row % 400 == 7);
    let began = Instant::now();
    let output = import(&database, &manifest).output().unwrap();
    let took = began.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "quiet: {}", String::from_utf8_lossy(&output.stderr));
    let events = events(&output.stdout);
    let names = names(&events);
    let known =
        ["start", "comparing", "reader", "warning", "checking", "progress", "issue", "layer", "committing", "done"];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    assert_eq!((names[0], names[1], names[2], names[names.len() - 1]), ("start", "comparing", "reader", "done"));
    let place = |name: &str| names.iter().position(|known| *known == name).unwrap_or_else(|| panic!("no {name}"));
    assert!(place("checking") < place("progress") && place("progress") < place("layer"));
    assert!(place("layer") < place("committing"));
    // At most four a second, and one at the start of each layer.
    let told = names.iter().filter(|name| **name == "progress").count();
    assert!(told as f64 <= took.as_secs_f64() * 4.0 + 2.0, "{told} in {took:?}");
    let issues: Vec<&Value> = events.iter().filter(|event| event["code"] == "geometry.bad_coordinate").collect();
    assert_eq!(issues.len(), 20, "the first of each kind, however many there are");
    let first = issues[0];
    assert_eq!((&first["event"], &first["severity"]), (&"issue".into(), &"quarantined".into()), "{first}");
    assert_eq!((&first["row"], &first["layer"]), (&8.into(), &"points".into()), "{first}");
    for field in ["file", "reason", "fix"] {
        assert!(first[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {first}");
    }
    let done = &events[events.len() - 1];
    assert_eq!(done["issue_totals"]["geometry.bad_coordinate"], 50, "{done}");
    let layer = events.iter().find(|event| event["event"] == "layer").unwrap();
    for field in ["read", "added", "quarantined"] {
        assert_eq!(layer[field], done["layers"][0][field], "{field}");
    }
    assert_eq!((&layer["read"], &layer["quarantined"]), (&20_000.into(), &50.into()));
}

#[test]
fn an_error_is_the_last_event_with_code_file_and_fix() {
    let (database, folder) = (ScratchDatabase::create().unwrap(), tempfile::tempdir().unwrap());
    let manifest = park(folder.path(), 10, |_| false);
    std::fs::remove_file(folder.path().join("points.csv")).unwrap();
    let output = import(&database, &manifest).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = events(&output.stdout);
    let error = &said[said.len() - 1];
    assert_eq!((&error["event"], &error["code"]), (&"error".into(), &"file.missing".into()), "{error}");
    assert_eq!(error["layer"], "points");
    assert!(error["file"].as_str().unwrap().ends_with("points.csv"), "{error}");
    assert!(error["fix"].as_str().unwrap().contains("paths are relative"), "{error}");
    std::fs::write(&manifest, "[park]\nslug = \"t\"\ncsr = \"EPSG:4549\"\n").unwrap();
    let output = import(&database, &manifest).output().unwrap();
    let said = events(&output.stdout);
    let error = &said[said.len() - 1];
    assert_eq!((&error["code"], &error["row"]), (&"manifest.wrong".into(), &3.into()), "{error}");
    // A server that is not there is an event too.
    let output = import(&database, &manifest).env("TWIN_DATABASE_URL", "postgres://127.0.0.1:9/none").output().unwrap();
    let said = events(&output.stdout);
    assert_eq!(names(&said), ["start", "error"]);
    let output = import(&database, &manifest).env("TWIN_READER_MEMORY_MB", "much").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("TWIN_READER_MEMORY_MB"));
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Whether a process with this parent runs.
fn has_children(parent: u32) -> bool {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    children.is_ok_and(|children| !children.trim().is_empty())
}

#[test]
fn ctrl_c_stops_while_a_file_is_read_and_leaves_nothing() {
    let (database, folder) = (ScratchDatabase::create().unwrap(), tempfile::tempdir().unwrap());
    let temp = folder.path().join("temp");
    std::fs::create_dir(&temp).unwrap();
    let manifest = park(folder.path(), 400_000, |_| false);
    let mut child = import(&database, &manifest)
        .env("TMPDIR", &temp)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let loading = lines.by_ref().map(Result::unwrap).find(|line| line.contains("\"event\":\"progress\""));
    assert!(loading.is_some(), "rows were being loaded");
    assert!(has_children(child.id()), "by a reading process");
    assert!(std::fs::read_dir(&temp).unwrap().count() > 0, "with its folder");
    interrupt(&child);
    let began = Instant::now();
    let status = child.wait().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(status.code(), Some(130));
    let last: Value = serde_json::from_str(&lines.map(Result::unwrap).last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["code"]), (&"error".into(), &"import.cancelled".into()));
    assert_eq!(std::fs::read_dir(&temp).unwrap().count(), 0, "the private folder is gone");
    assert!(database.store().unwrap().parks().unwrap().is_empty(), "nothing was written");
}

#[test]
fn a_killed_import_takes_its_reader_along_and_the_next_one_sweeps() {
    let (database, folder) = (ScratchDatabase::create().unwrap(), tempfile::tempdir().unwrap());
    let temp = folder.path().join("temp");
    std::fs::create_dir(&temp).unwrap();
    let manifest = park(folder.path(), 200_000, |_| false);
    let mut child = import(&database, &manifest).env("TMPDIR", &temp).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().map(Result::unwrap).any(|line| line.contains("\"event\":\"progress\"")));
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap();
    let reader = children.split_whitespace().next().expect("a reading process").to_owned();
    child.kill().unwrap();
    child.wait().unwrap();
    let gone = || {
        let state = std::fs::read_to_string(format!("/proc/{reader}/stat"));
        state.is_err() || state.is_ok_and(|state| state.contains(") Z "))
    };
    let began = Instant::now();
    while !gone() {
        assert!(began.elapsed() < Duration::from_secs(2), "the reading process outlives its parent");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(std::fs::read_dir(&temp).unwrap().count() > 0, "SIGKILL leaves the folder");
    let manifest = park(folder.path(), 100, |_| false);
    let output = import(&database, &manifest).env("TMPDIR", &temp).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(&temp).unwrap().count(), 0, "the next import sweeps");
}

/// Most memory that a process has had so far, MB.
fn peak_mb(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib / 1024)
}

#[test]
fn a_file_that_is_bad_from_first_row_to_last_takes_no_memory() {
    let (database, folder) = (ScratchDatabase::create().unwrap(), tempfile::tempdir().unwrap());
    let manifest = park(folder.path(), 300_000, |_| true);
    let mut child = import(&database, &manifest).stdout(Stdio::piped()).spawn().unwrap();
    let process = child.id();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let reading = std::thread::spawn(move || lines.by_ref().last());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_mb(process).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    let last: Value = serde_json::from_str(&reading.join().unwrap().unwrap()).unwrap();
    assert_eq!(
        (&last["layers"][0]["read"], &last["layers"][0]["quarantined"]),
        (&300_000.into(), &300_000.into()),
        "{last}"
    );
    println!("peak {peak} MB");
    assert!((10..250).contains(&peak), "{peak} MB");
    let stored = database.store().unwrap().parks().unwrap();
    assert_eq!(stored[0].quarantined, 300_000);
}
