//! A film of the window's views made by a process of its own: what it needs of memory goes with it, and what it breaks, breaks alone.
//!
//! A second scene takes some 300 MB, of which the graphics driver and the allocator give back little as long as their process lives.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::recorder::beside;
use super::{FilmError, FilmOptions, FilmReport};
use crate::tour::Tour;

/// How often it is asked whether the film is still wanted.
const ASKS: Duration = Duration::from_millis(50);
/// Time that a process has to end by itself once the film is given up.
const GRACE: Duration = Duration::from_secs(3);

/// Whoever can have a park filmed by a process of its own.
pub trait FilmOffice: Send + Sync + fmt::Debug {
    /// The process that films the park of the window: it reads the tour (`*.tour.ron`) from its standard input, writes a line of
    /// [`FilmTold`] to its standard output for every picture and one for how it ended, and leaves nothing behind when it is asked to
    /// end (SIGTERM) before.
    ///
    /// # Errors
    /// Why there can be none.
    fn command(&self, order: &FilmOrder) -> std::io::Result<Command>;
}

/// A film that somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub struct FilmOrder {
    /// File, size, rate, language.
    pub options: FilmOptions,
    /// Day that the overlays hold for; the park's own if `None`.
    pub day: Option<NaiveDate>,
    /// Only the first picture, as PNG.
    pub still: bool,
}

/// What the process of a film tells, a line of JSON each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmTold {
    /// A picture is done.
    Picture {
        /// Pictures that are done.
        done: u32,
        /// All of them.
        of: u32,
    },
    /// The film is there.
    Made(FilmReport),
    /// Why there will be none, in the language of the film where that is not English; `Failed` follows.
    Said(String),
    /// There is none, and why.
    Failed(String),
}

impl FilmTold {
    /// The line, without its end.
    pub fn line(&self) -> String {
        // Numbers and texts: there is nothing in it that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Has `command` film `tour` for `options`, and waits for it. `heard` is told after every picture how many of how many are done; the
/// film is given up when `cancel` is set or `heard` says `false`.
pub(super) fn film_by(
    mut command: Command,
    tour: &Tour,
    options: &FilmOptions,
    cancel: &AtomicBool,
    heard: &mut dyn FnMut(u32, u32) -> bool,
) -> Result<FilmReport, FilmError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().map_err(|error| FilmError::process(&error))?;
    let (said, says) = channel();
    let reader = process.stdout.take().map(|out| {
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    break;
                }
            }
        })
    });
    // A process that does not want to hear the tour says why.
    let written = process.stdin.take().map_or(Ok(()), |mut ear| ear.write_all(tour.to_text().as_bytes()));
    let (mut ended, mut translated) = (None, None);
    let mut wanted = true;
    while ended.is_none() && wanted {
        match says.recv_timeout(ASKS) {
            Ok(line) => match serde_json::from_str(&line) {
                Ok(FilmTold::Picture { done, of }) => wanted = heard(done, of),
                Ok(FilmTold::Made(report)) => ended = Some(Ok(report)),
                Ok(FilmTold::Said(said)) => translated = Some(said),
                Ok(FilmTold::Failed(reason)) => {
                    ended = Some(Err(FilmError::Process { reason, said: translated.take() }));
                }
                Err(_) => tracing::warn!("the process that films says what nobody understands: {line}"),
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        wanted &= !cancel.load(Ordering::Relaxed);
    }
    if ended.is_none() && !wanted {
        give_up(&mut process, &options.out);
        ended = Some(Err(FilmError::Cancelled));
    }
    let exit = process.wait();
    if let Some(reader) = reader {
        let _ = reader.join();
    }
    ended.unwrap_or_else(|| {
        let _ = std::fs::remove_file(beside(&options.out));
        let reason = match (exit, written) {
            (Ok(status), Err(error)) => {
                format!("the process that films ended ({status}) before it heard the tour: {error}")
            }
            (Ok(status), Ok(())) => format!("the process that films broke off ({status})"),
            (Err(error), _) => error.to_string(),
        };
        Err(FilmError::Process { reason, said: None })
    })
}

/// Asks the process to end, and ends it where it does not.
fn give_up(process: &mut Child, out: &Path) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(process), rustix::process::Signal::TERM);
    let until = Instant::now() + GRACE;
    while matches!(process.try_wait(), Ok(None)) {
        if Instant::now() > until {
            let _ = process.kill();
            let _ = process.wait();
            break;
        }
        std::thread::sleep(ASKS);
    }
    // One that could not end by itself leaves what it had.
    let _ = std::fs::remove_file(beside(out));
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::causes;
    use crate::scene_file::SceneFile;
    use crate::text::{Language, Text};
    use crate::tour::Stop;

    fn order(name: &str) -> (Tour, FilmOptions) {
        let out = std::env::temp_dir().join(format!("twin-office-{name}-{}.mp4", std::process::id()));
        let tour = Tour { stops: vec![Stop::of("all".into(), SceneFile::default())], ..Tour::default() };
        (tour, FilmOptions { out, width: 64, height: 64, fps: 5, language: Language::English, frame: false })
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_process_hears_the_tour_and_tells_how_it_ends() {
        let (tour, options) = order("told");
        let report = FilmReport { frames: 2, seconds: 0.4, adapter: "paper".into() };
        let heard_tour = options.out.with_extension("ron");
        let lines = [
            FilmTold::Picture { done: 1, of: 2 }.line(),
            "not a word of it".to_owned(),
            FilmTold::Picture { done: 2, of: 2 }.line(),
            FilmTold::Made(report.clone()).line(),
        ];
        let script = format!("cat > '{}'; printf '%s\\n' '{}'", heard_tour.display(), lines.join("' '"));
        let mut heard = Vec::new();
        let made = film_by(shell(&script), &tour, &options, &AtomicBool::new(false), &mut |done, of| {
            heard.push((done, of));
            true
        });
        assert_eq!(made.expect("a report"), report);
        assert_eq!(heard, [(1, 2), (2, 2)]);
        assert_eq!(Tour::parse(&std::fs::read_to_string(&heard_tour).unwrap()).unwrap(), tour);
        std::fs::remove_file(&heard_tour).unwrap();
    }

    #[test]
    fn a_process_that_fails_breaks_off_or_is_not_there_is_told() {
        let (tour, options) = order("fails");
        let never = AtomicBool::new(false);
        let ends =
            |command: Command| film_by(command, &tour, &options, &never, &mut |_, _| true).unwrap_err().to_string();
        let failed = FilmTold::Failed("the database is away".into()).line();
        assert_eq!(ends(shell(&format!("cat > /dev/null; echo '{failed}'; exit 1"))), "the database is away");
        // What it says in the language of the film is told in that.
        let said = FilmTold::Said("数据库不在".into()).line();
        let script = format!("cat > /dev/null; printf '%s\\n' '{said}' '{failed}'; exit 1");
        let away = film_by(shell(&script), &tour, &options, &never, &mut |_, _| true).unwrap_err();
        let away = causes::in_words(&away);
        assert_eq!(
            (Text::of(Language::Chinese).failure(&away).as_str(), away.as_str()),
            ("数据库不在", "the database is away")
        );
        // It dies with a picture half written.
        let half = beside(&options.out);
        let said = ends(shell(&format!("cat > /dev/null; : > '{}'; exit 7", half.display())));
        assert!(said.contains("broke off") && said.contains('7') && !half.exists(), "{said}");
        assert!(ends(Command::new("/no/such/program")).contains("os error 2"));
    }

    #[test]
    fn a_film_given_up_ends_its_process_and_leaves_nothing() {
        let (tour, options) = order("given-up");
        let half = beside(&options.out);
        // The first ends when it is asked to; the second does not hear.
        for (trap, longest) in [("", GRACE), ("trap '' TERM; ", GRACE * 3)] {
            let picture = FilmTold::Picture { done: 1, of: 900 }.line();
            let script = format!("{trap}cat > /dev/null; : > '{}'; echo '{picture}'; exec sleep 60", half.display());
            let cancel = AtomicBool::new(false);
            let mut asked = None;
            let ended = film_by(shell(&script), &tour, &options, &cancel, &mut |_, _| {
                asked = Some(Instant::now());
                cancel.store(true, Ordering::Relaxed);
                true
            });
            assert!(matches!(ended, Err(FilmError::Cancelled)), "{ended:?}");
            let took = asked.expect("a picture").elapsed();
            assert!(took < longest && !half.exists(), "{took:?}");
        }
    }
}
