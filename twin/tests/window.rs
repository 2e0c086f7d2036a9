//! The window of the built command on a screen of its own: it opens, lives with its database, and closes whenever it is
//! told to.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::screen::{PATIENCE, Screen, Window, runtime};
use support::{Place, altered, manifest};

/// The sample's emergency resources, as it names the file.
const RESOURCES: &str = "应急资源.geojson";

/// The sample with one emergency resource gone and one renamed; the manifest's path.
fn imported_later(place: &Place) -> String {
    let manifest = altered(place, "later", "[park]", "[park]");
    let path = PathBuf::from(&manifest).with_file_name(RESOURCES);
    let mut all: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let features = all["features"].as_array_mut().unwrap();
    features.remove(0);
    features[0]["properties"]["名称"] = "moved".into();
    std::fs::write(&path, all.to_string()).unwrap();
    manifest
}

#[test]
fn an_import_elsewhere_shows_in_an_open_window_within_two_seconds() {
    let (place, screen) = (Place::imported(), Screen::new());
    let mut window = Window::open(&screen, place.command(&["-v", "view", "qingxi"]), &runtime(&place));
    window.says("picture complete");

    let report = place.json(&["import", &imported_later(&place), "--json"]);
    let mut run = report["run"].to_string();
    let mut ended = Instant::now();
    let mut late = Vec::new();
    // The import, then reverts: each undoes the one before. The best counts, others may use the machine meanwhile.
    for _ in 0..4 {
        let shown = window.says(&format!("run {run} is shown"));
        late.push(shown.saturating_duration_since(ended));
        run = place.json(&["revert", "qingxi", &run, "--json"])["run"].to_string();
        ended = Instant::now();
    }
    println!("shown {late:?} after the command had ended");
    assert!(late.iter().min().is_some_and(|best| *best < Duration::from_secs(2)), "{late:?}");
    window.says(&format!("run {run} is shown"));

    let (status, took) = window.close(&screen);
    println!("closed within {took:?}");
    assert!(status.success(), "{status}: {}", window.everything());
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_window_closes_cleanly_at_any_moment_of_its_loading() {
    let (place, screen) = (Place::imported(), Screen::new());
    for moment in ["first frame", "park read", "scene made", "picture complete"] {
        let mut window = Window::open(&screen, place.command(&["-v", "view", "qingxi", "--imagery"]), &runtime(&place));
        window.says(moment);
        let (status, took) = window.close(&screen);
        println!("closed within {took:?} at {moment:?}");
        let said = window.everything();
        assert!(status.success() && !said.contains("panicked"), "{moment}: {status}: {said}");
        assert!(took < Duration::from_secs(3), "{moment}: {took:?}");
    }
}

#[test]
fn a_park_that_is_not_there_is_told_where_it_was_asked_for() {
    let (place, screen) = (Place::imported(), Screen::new());
    let mut window = Window::open(&screen, place.command(&["view", "atlantis"]), &runtime(&place));
    assert_eq!(window.ends(PATIENCE).code(), Some(1));
    let said = window.everything();
    assert!(said.contains("atlantis") && said.contains("qingxi"), "{said}");
    // Wrong usage needs no window either.
    let (code, words) = place.fails(&["view", "qingxi", "--overlay", "changes"]);
    assert!(code == 2 && words.contains("--run"), "{code}: {words}");
    let mut window = Window::open(&screen, place.command(&["view"]), &runtime(&place));
    assert_eq!(window.ends(PATIENCE).code(), Some(2), "{}", window.everything());
}

/// A private server of the command's own, stopped in the end.
struct Private {
    folder: tempfile::TempDir,
}

impl Private {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("parktwin-window-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
        command.args(arguments).env_remove("TWIN_DATABASE_URL").env("TWIN_DATA_DIR", self.folder.path().join("data"));
        command
    }

    fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().expect("twin runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = self.command(&["db", "stop"]).output();
    }
}

#[test]
fn a_window_outlives_its_server_and_closes_while_it_is_away() {
    let (screen, place, private) = (Screen::new(), Place::new(), Private::new());
    private.run(&["import", &manifest(), "--json"]);
    let mut window = Window::open(&screen, private.command(&["-v", "view", "qingxi"]), &runtime(&place));
    window.says("picture complete");
    private.run(&["db", "stop"]);
    window.says("the database is lost");
    private.run(&["import", &imported_later(&place), "--json"]);
    window.says("the database is back");
    window.says("run 2 is shown");
    private.run(&["db", "stop"]);
    window.says("the database is lost");
    let (status, took) = window.close(&screen);
    println!("closed within {took:?}");
    assert!(status.success(), "{status}: {}", window.everything());
    assert!(took < Duration::from_secs(3), "{took:?}");

    // It opens before its server does, too: an address that nobody answers at.
    let mut command = private.command(&["-v", "view", "qingxi"]);
    command.env("TWIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/twin");
    let mut window = Window::open(&screen, command, &runtime(&place));
    window.says("the database is lost");
    let (status, _) = window.close(&screen);
    assert_eq!(status.code(), Some(1), "nothing was ever shown");
    assert!(window.everything().contains("no database server answers"));
}

/// A display that is not there, and one that takes the call and never answers.
#[test]
fn a_display_that_does_not_answer_is_said_and_nothing_panics() {
    let place = Place::imported();
    let said = |display: &str| {
        let mut command = place.command(&["view", "qingxi"]);
        let output =
            command.env("DISPLAY", display).env("XDG_RUNTIME_DIR", runtime(&place)).output().expect("twin runs");
        // The report is wrapped to the terminal's width.
        let words = String::from_utf8_lossy(&output.stderr).replace('│', " ");
        (output.status.code(), words.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let silent = {
        let folder = Path::new("/tmp/.X11-unix");
        std::fs::create_dir_all(folder).unwrap();
        let free = (4711..4800).find(|number| !folder.join(format!("X{number}")).exists()).expect("a free number");
        (folder.join(format!("X{free}")), format!(":{free}"))
    };
    let (code, words) = said(&silent.1);
    assert!(code == Some(1) && words.contains(&silent.1) && words.contains("twin shot"), "{words}");
    assert!(!words.contains("panicked"), "{words}");

    let server = std::os::unix::net::UnixListener::bind(&silent.0).expect("a socket");
    let began = Instant::now();
    let (code, words) = said(&silent.1);
    std::fs::remove_file(&silent.0).unwrap();
    drop(server);
    assert!(code == Some(1) && words.contains("no answer within"), "{words}");
    assert!(!words.contains("panicked") && began.elapsed() < Duration::from_mins(1), "{words}");
}

/// Views that a package carries are offered where there is no database.
#[test]
fn a_package_offers_its_views_in_the_window() {
    let (place, screen) = (Place::imported(), Screen::new());
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/idle-land.tour.ron");
    place.json(&["pack", "qingxi", "--scene", &scene.display().to_string(), "--out", "qingxi.gpkg", "--json"]);
    let mut command = place.command(&["-v", "view", "qingxi.gpkg"]);
    command.env("TWIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none");
    let mut window = Window::open(&screen, command, &runtime(&place));
    let stops = std::fs::read_to_string(&scene).unwrap().matches("name: \"").count();
    window.says(&format!("the package offers {stops} views"));
    window.says("picture complete");
    let (status, _) = window.close(&screen);
    assert!(status.success(), "{status}: {}", window.everything());
}

/// A tour has the window to itself: no panel opens over what a stop selects.
#[test]
fn a_tour_goes_through_the_whole_width_of_the_window() {
    let (place, screen) = (Place::imported(), Screen::new());
    let key = "990001001000GB00001";
    let tour = format!(
        "(format_version: 1, stops: [\
         (name: \"a\", scene: (format_version: 1, selection: [(kind: parcel, key: \"{key}\")]), hold_secs: 1.0), \
         (name: \"b\", scene: (format_version: 1), hold_secs: 60.0)])"
    );
    std::fs::write(place.folder.path().join("two.tour.ron"), tour).unwrap();
    place.json(&["pack", "qingxi", "--scene", "two.tour.ron", "--out", "two.gpkg", "--json"]);
    let mut window = Window::open(&screen, place.command(&["-v", "view", "two.gpkg", "--tour"]), &runtime(&place));
    window.says(key);
    window.says("now selection: nothing");
    let scenes: Vec<Vec<u32>> = window
        .heard()
        .iter()
        .filter_map(|line| line.split_once("now scene: "))
        .map(|(_, area)| area.split(' ').map_while(|word| word.parse().ok()).collect())
        .collect();
    assert!(!scenes.is_empty() && scenes.iter().all(|area| (area[0], area[2]) == (0, scenes[0][2])), "{scenes:?}");
    let (status, _) = window.close(&screen);
    assert!(status.success(), "{status}: {}", window.everything());
}
