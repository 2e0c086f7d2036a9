//! A film of the kept views, made beside an open window: by a process of its own, or, of a scenario that no other process knows, by a
//! thread on a stage of its own.
//!
//! The window draws on meanwhile, though slower where both share a processor. Closing it gives the film up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use analysis::words::Words;
use bevy::prelude::*;
use chrono::NaiveDate;

use super::office::film_by;
use super::{FilmError, FilmOffice, FilmOptions, FilmOrder, FilmReport, film_until, still};
use crate::causes;
use crate::input::TwinInput;
use crate::live::Wake;
use crate::scene_file::SceneFile;
use crate::text::Language;
use crate::tour::{Stop, Tour};

/// Size and rate of a film made in the window.
const SIZE: (u32, u32) = (1280, 720);
const FPS: u32 = 25;

/// Priority of a film's threads (nice): Linux hands it on to the threads that they make.
#[cfg(target_os = "linux")]
const GIVES_WAY: i32 = 15;
/// Time between words about progress: each has the window draw a frame.
const TELLS: Duration = Duration::from_millis(400);

/// What is being filmed, and how the last film ended.
#[derive(Resource, Debug, Default)]
pub(crate) struct Studio {
    /// Whoever has it done by another process.
    office: Option<Arc<dyn FilmOffice>>,
    take: Option<Take>,
    /// How the last one ended, with its file.
    pub ended: Option<(PathBuf, Ended)>,
}

/// How a film ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// It is there.
    Made(FilmReport),
    /// Somebody gave it up.
    GivenUp,
    /// It cannot be made.
    Failed(Words),
}

/// A film under way.
#[derive(Debug)]
struct Take {
    path: PathBuf,
    /// Pictures that are done, and all of them; 0 while the scene is being set up.
    done: Arc<AtomicU32>,
    all: Arc<AtomicU32>,
    cancel: Arc<AtomicBool>,
    began: Instant,
    /// How it ended; behind a lock only because a resource may be looked at from any thread.
    ended: Mutex<Receiver<Result<FilmReport, FilmError>>>,
    thread: Option<JoinHandle<()>>,
}

/// How far a film is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Progress {
    /// Pictures done.
    pub done: u32,
    /// All of them; 0 while the scene is being set up.
    pub all: u32,
    /// Time left at this rate.
    pub left: Option<Duration>,
}

impl Studio {
    /// A studio whose films are made through this office.
    pub(crate) fn of(office: Option<Arc<dyn FilmOffice>>) -> Self {
        Self { office, ..Self::default() }
    }

    /// Begins to film `tour` through `input`, into a folder that is made if need be. `day` is that of the data: the film
    /// begins with its overlays. Nothing happens while a film or picture is under way.
    pub(crate) fn begin(
        &mut self,
        input: TwinInput,
        day: Option<NaiveDate>,
        tour: Tour,
        language: Language,
        folder: &Path,
        wake: Wake,
    ) {
        let out = folder.join(format!("{}-tour.mp4", input.snapshot.park.slug));
        let options = FilmOptions { out, width: SIZE.0, height: SIZE.1, fps: FPS, language, frame: true };
        self.take(input, tour, FilmOrder { options, day, still: false }, wake);
    }

    /// Begins to draw a scene as a picture of `size` px, into a file of that folder that is not there yet.
    pub(crate) fn draw(
        &mut self,
        input: TwinInput,
        day: Option<NaiveDate>,
        scene: SceneFile,
        language: Language,
        (folder, size): (&Path, (u32, u32)),
        wake: Wake,
    ) {
        let slug = &input.snapshot.park.slug;
        let named = |at: u32| folder.join(format!("{slug}-{at}.png"));
        let Some(out) = (1..10_000).map(named).find(|path| !path.exists()) else { return };
        let options = FilmOptions { out, width: size.0, height: size.1, fps: FPS, language, frame: true };
        let tour = Tour { stops: vec![Stop::of(slug.clone(), scene)], ..Tour::default() };
        self.take(input, tour, FilmOrder { options, day, still: true }, wake);
    }

    /// True while what is under way is a single picture.
    pub(crate) fn draws(&self) -> bool {
        self.take.as_ref().is_some_and(|take| is_picture(&take.path))
    }

    fn take(&mut self, input: TwinInput, tour: Tour, order: FilmOrder, wake: Wake) {
        if self.take.is_some() {
            return;
        }
        let path = order.options.out.clone();
        let (done, all) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let cancel = Arc::new(AtomicBool::new(false));
        let (sender, ended) = channel();
        // What is only tried is in no record that another process could read.
        let office = self.office.clone().filter(|_| input.apart.is_none());
        let make = {
            let (done, all, cancel, wake) = (done.clone(), all.clone(), cancel.clone(), wake.clone());
            move || {
                give_way();
                let mut told = Instant::now();
                let mut heard = |now: u32, of: u32| {
                    done.store(now, Ordering::Relaxed);
                    all.store(of, Ordering::Relaxed);
                    if told.elapsed() > TELLS {
                        told = Instant::now();
                        wake.wake();
                    }
                    !cancel.load(Ordering::Relaxed)
                };
                let options = &order.options;
                let made = make_folder(&options.out).and_then(|()| match office {
                    Some(office) => {
                        // The window lives on what it has; the other process brings its own.
                        drop(input);
                        let command = office.command(&order).map_err(|error| FilmError::process(&error))?;
                        film_by(command, &tour, options, &cancel, &mut heard)
                    }
                    None if order.still => still(on_day(input, order.day), &tour, options, Some(cancel.clone())),
                    None => film_until(on_day(input, order.day), &tour, options, Some(cancel.clone()), &mut heard),
                });
                // Whoever asked may be gone.
                let _ = sender.send(made);
                wake.wake();
            }
        };
        let began = Instant::now();
        match std::thread::Builder::new().name("film".to_owned()).spawn(make) {
            Ok(thread) => {
                self.ended = None;
                self.take =
                    Some(Take { path, done, all, cancel, began, ended: Mutex::new(ended), thread: Some(thread) });
            }
            Err(error) => self.ended = Some((path, Ended::Failed(causes::in_words(&error)))),
        }
    }

    /// How far the film is; `None` while there is none.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let take = self.take.as_ref()?;
        let (done, all) = (take.done.load(Ordering::Relaxed), take.all.load(Ordering::Relaxed));
        let left = (done > 4).then(|| take.began.elapsed().mul_f64(f64::from(all - done) / f64::from(done)));
        Some(Progress { done, all, left })
    }

    /// Gives the film up.
    pub(crate) fn stop(&self) {
        if let Some(take) = &self.take {
            take.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Takes what has ended; true where that is so.
    fn look(&mut self) -> bool {
        let Some(take) = &self.take else { return false };
        let Ok(heard) = take.ended.lock().map(|ended| ended.try_recv()) else { return false };
        let ended = match heard {
            Ok(Ok(report)) => {
                tracing::info!("{} is filmed: {} pictures", take.path.display(), report.frames);
                Ended::Made(report)
            }
            Ok(Err(FilmError::Cancelled)) => Ended::GivenUp,
            Ok(Err(error)) => Ended::Failed(causes::in_words(&error)),
            Err(TryRecvError::Empty) => return false,
            Err(TryRecvError::Disconnected) => {
                Ended::Failed(analysis::words!("failure-film-process", "the thread that filmed it broke off"))
            }
        };
        self.ended = Some((take.path.clone(), ended));
        self.take = None;
        true
    }
}

/// Whether a file is a picture and no film.
pub(crate) fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "png")
}

impl Drop for Take {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        // A program must not end under a thread that draws; it looks at the flag between pictures and while it sets up.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Puts this thread, and those that the graphics driver makes for it, behind the window's, and with it a process that it starts: a
/// film may wait, a frame may not.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, GIVES_WAY) {
        tracing::warn!("the film will be made as eagerly as the window is drawn: {error}");
    }
}

fn make_folder(path: &Path) -> Result<(), FilmError> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| FilmError::write(path, &error))
}

/// The input with the overlays of a day, which a window may have exchanged for those of another; those that were not made yet are.
fn on_day(mut input: TwinInput, day: Option<NaiveDate>) -> TwinInput {
    if let Some(time) = &mut input.time {
        let later = std::mem::take(&mut time.later);
        let is_other = day.is_some();
        let day = day.unwrap_or(time.as_of);
        time.as_of = day;
        for overlay in input.overlays.iter_mut().filter(|one| is_other || later.contains(&one.name)) {
            if let Some(made) = (time.overlay_on)(day, &overlay.name) {
                *overlay = made.into();
            }
        }
    }
    input.active = None;
    input
}

/// The system that takes what has ended.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Studio>().add_systems(Update, take_film);
}

fn take_film(mut studio: ResMut<Studio>) {
    // Looked at first: a change has panels drawn anew.
    if studio.bypass_change_detection().look() {
        studio.set_changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::tour::Caption;

    fn tour(secs: f32) -> Tour {
        let stop = Stop {
            name: "all".into(),
            scene: SceneFile { overlay: Some("idle".into()), ..SceneFile::default() },
            hold_secs: secs,
            travel_secs: 0.0,
            caption: Caption::default(),
        };
        Tour { stops: vec![stop], ..Tour::default() }
    }

    fn wait(studio: &mut Studio) -> Ended {
        let until = Instant::now() + Duration::from_mins(4);
        while !studio.look() {
            assert!(Instant::now() < until, "no end: {:?}", studio.progress());
            std::thread::sleep(Duration::from_millis(5));
        }
        studio.ended.clone().expect("an end").1
    }

    #[test]
    fn a_film_is_made_beside_the_window_counted_and_can_be_given_up() {
        let folder = std::env::temp_dir().join(format!("twin-studio-{}", std::process::id())).join("exports");
        let mut studio = Studio::default();
        assert_eq!(studio.progress(), None);
        studio.begin(fixture::tiny(), None, tour(0.16), Language::English, &folder, Wake::none());
        assert!(studio.progress().is_some());
        let path = folder.join("tiny-tour.mp4");
        match wait(&mut studio) {
            Ended::Made(report) => assert_eq!(report.frames, 4),
            other => panic!("{other:?}"),
        }
        assert!(std::fs::metadata(&path).unwrap().len() > 2000 && studio.progress().is_none());
        std::fs::remove_file(&path).unwrap();

        // A picture of a scene, each in a file of its own.
        for at in 1..=2 {
            let scene = SceneFile { overlay: Some("idle".into()), ..SceneFile::default() };
            let to = (folder.as_path(), (320, 200));
            studio.draw(fixture::tiny(), None, scene, Language::Chinese, to, Wake::none());
            assert!(studio.draws());
            assert!(matches!(wait(&mut studio), Ended::Made(_)), "{:?}", studio.ended);
            let path = folder.join(format!("tiny-{at}.png"));
            let picture = image::open(&path).expect("a picture");
            assert_eq!((picture.width(), picture.height()), (320, 200));
            assert!(picture.to_rgb8().pixels().any(|pixel| pixel.0 != [255; 3]));
            if at == 2 {
                std::fs::remove_file(&path).unwrap();
                std::fs::remove_file(folder.join("tiny-1.png")).unwrap();
            }
        }

        // Given up while it is being set up or drawn: nothing is left.
        studio.begin(fixture::tiny(), None, tour(60.0), Language::English, &folder, Wake::none());
        studio.stop();
        assert_eq!(wait(&mut studio), Ended::GivenUp);
        // A window that closes waits for no film.
        studio.begin(fixture::tiny(), None, tour(600.0), Language::English, &folder, Wake::none());
        let asked = Instant::now();
        drop(studio);
        assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }
}
