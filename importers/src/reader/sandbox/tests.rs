//! The box from inside: a test program locks itself in and tries what a hostile file would.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::*;

/// Set in the process that locks itself in: the folder to play in.
const INSIDE: &str = "TWIN_TEST_INSIDE_THE_BOX";

#[test]
fn limits_come_from_the_environment_or_stay() {
    let said = |variable: &str| (variable == MEMORY_VARIABLE).then(|| " 512 ".to_owned());
    assert_eq!(Limits::from_words(said), Ok(Limits { memory_mb: 512, ..Limits::default() }));
    let error = Limits::from_words(|_| Some("lots".to_owned())).unwrap_err();
    assert_eq!(error.variable, MEMORY_VARIABLE);
    assert!(error.to_string().contains("TWIN_READER_MEMORY_MB=\"lots\" is no whole number from 128"), "{error}");
}

/// Runs only as the child of the test below; tells on standard output what worked.
#[test]
fn inside() {
    let Some(place) = std::env::var_os(INSIDE) else { return };
    let place = Path::new(&place);
    let port: u16 = fs::read_to_string(place.join("sources/port")).unwrap().parse().unwrap();
    let source = place.join("sources/source");
    settle_in();
    let terms =
        Terms { folders: vec![place.join("sources")], private: place.join("private"), memory_mb: 256, temp_mb: 1 };
    let enforced = enter(&terms);
    let mut found: Vec<(&str, bool)> = vec![
        ("files enforced", enforced.files),
        ("calls enforced", enforced.system_calls),
        ("memory enforced", enforced.memory),
        ("read source", fs::read(&source).is_ok()),
        ("list sources", fs::read_dir(place.join("sources")).is_ok()),
        ("read tables", fs::read_dir("/usr/share").is_ok()),
        ("write private", fs::write(place.join("private/file"), "x").is_ok()),
        ("copy into private", fs::copy(&source, place.join("private/copy")).is_ok()),
        ("start thread", std::thread::spawn(|| 1).join().is_ok_and(|one| one == 1)),
        ("read canary", fs::read(place.join("canary")).is_ok()),
        ("read canary by link", fs::read(place.join("sources/link")).is_ok()),
        ("read passwd", fs::read("/etc/passwd").is_ok()),
        ("read environment of parent", fs::read("/proc/1/environ").is_ok()),
        ("write source", fs::OpenOptions::new().write(true).open(&source).is_ok()),
        ("make beside source", fs::write(place.join("sources/new"), "x").is_ok()),
        ("remove source", fs::remove_file(&source).is_ok()),
        ("connect", TcpStream::connect(("127.0.0.1", port)).is_ok()),
        ("listen", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("start program", Command::new("/bin/true").status().is_ok()),
        ("unix socket", std::os::unix::net::UnixStream::pair().is_ok()),
        ("unlimit", setrlimit(Resource::Data, Rlimit { current: None, maximum: None }).is_ok()),
    ];
    // Pretends, and does nothing.
    let _ = fs::set_permissions(&source, fs::Permissions::from_mode(0o777));
    found.push(("change mode", fs::metadata(&source).unwrap().permissions().mode() & 0o777 == 0o777));
    found.push(("get memory", Vec::<u8>::new().try_reserve_exact(200 << 20).is_ok()));
    found.push(("get too much memory", Vec::<u8>::new().try_reserve_exact(300 << 20).is_ok()));
    let mut out = std::io::stdout().lock();
    for (what, worked) in found {
        writeln!(out, "tried {what}: {worked}").unwrap();
    }
    out.flush().unwrap();
    // The last act: a file longer than it may be, which ends the process.
    let _ = fs::write(place.join("private/long"), vec![0; 2 << 20]);
    writeln!(out, "tried write long file: true").unwrap();
}

#[test]
fn a_process_that_is_locked_in_can_do_what_it_must_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().canonicalize().unwrap();
    for folder in ["sources", "private"] {
        fs::create_dir(path.join(folder)).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    fs::write(path.join("sources/port"), listener.local_addr().unwrap().port().to_string()).unwrap();
    fs::write(path.join("sources/source"), "source").unwrap();
    fs::write(path.join("canary"), "canary").unwrap();
    std::os::unix::fs::symlink(path.join("canary"), path.join("sources/link")).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "reader::sandbox::tests::inside", "--nocapture", "--test-threads=1"])
        .env(INSIDE, &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let worked = |what: &str| {
        let line = said.lines().find_map(|line| line.split_once(&format!("tried {what}: ")));
        line.unwrap_or_else(|| panic!("{what} is not in: {said}")).1 == "true"
    };
    for what in ["memory enforced", "read source", "list sources", "read tables", "write private", "copy into private"]
    {
        assert!(worked(what), "{what}");
    }
    assert!(worked("start thread") && worked("get memory"));
    assert!(!worked("get too much memory") && !said.contains("write long file"), "{said}");
    // A kernel without Landlock or seccomp says so and is not tested further.
    if worked("files enforced") {
        for what in [
            "read canary",
            "read canary by link",
            "read passwd",
            "read environment of parent",
            "write source",
            "make beside source",
            "remove source",
        ] {
            assert!(!worked(what), "{what}");
        }
    }
    if worked("calls enforced") {
        for what in ["connect", "listen", "start program", "unix socket", "unlimit", "change mode"] {
            assert!(!worked(what), "{what}");
        }
        assert!(listener.accept().is_err(), "somebody called");
    }
}
