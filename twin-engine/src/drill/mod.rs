//! A drill in the window: a run that is played back on the map, with a clock, marks, injects by hand, and a branch beside it.
//!
//! What the hazard does and who walks where is worked out by `analysis::emergency::drill`, off the frame and from the injects by hand
//! alone: the console adds to that list and has it run anew, so that the log of a drill in the window is the log of one without.
//! A frame only looks up where everyone is and writes that into buffers.

mod crowd;
mod figures;
mod overlay;
mod persons;
mod picture;
mod session;
mod strand;
mod written;
mod zones;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::emergency::drill::{DrillFile, DrillLog, DrillRun};
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use bevy_egui::EguiPrimaryContextPass;
use spatial_db::cache::Cache;

pub(crate) use crowd::on_side;
pub(crate) use figures::{AlertState, Figures, Standing, clock, local_clock, standing};
pub(crate) use overlay::{contour_colour, is_beside, is_water, turn_beside};
pub(crate) use session::{SPEEDS, Session};
pub(crate) use strand::Played;

use crate::at_hand::FileChoice;
use crate::causes::{self, in_words};
use crate::frame::FrameSystems;
use crate::live::Wake;
use crate::scene::{Meshed, Twin};
use crate::split::Side;
use crate::text::{Language, t};
use crate::theme::ThemeChoice;

/// Longest time between two frames that the clock of a drill takes for one, s: a window that was asleep does not jump.
const LONGEST_FRAME_S: f64 = 0.5;

/// Whoever knows where drills are kept, and writes what is left of one.
pub trait DrillOffice: Send + Sync + fmt::Debug {
    /// Drills of a park, by its short name.
    fn drills(&self, park: &str) -> Vec<FileChoice>;
    /// The report, one HTML file: the same as without a window, with the pictures of the notes that lie in a folder. Called off the frame.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn report(
        &self,
        file: &DrillFile,
        run: &DrillRun,
        park: &Cache,
        language: Language,
        folder: Option<&Path>,
    ) -> Result<Vec<u8>, String>;
    /// The draft of a public alert, CAP 1.2 with status Exercise.
    fn alert(&self, file: &DrillFile, run: &DrillRun, park: &Cache) -> String;
}

/// A drill to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillStart {
    /// Its file.
    pub path: PathBuf,
    /// A log to go on from.
    pub log: Option<PathBuf>,
}

/// The drill in the window.
#[derive(Resource, Debug, Default)]
pub(crate) struct DrillRoom {
    /// Whoever knows drills.
    pub office: Option<Arc<dyn DrillOffice>>,
    /// The drill that is open.
    pub session: Option<Session>,
    /// One that is to be opened once there is a park.
    pub ask: Option<DrillStart>,
    /// The console is open.
    pub console: bool,
    /// The big screen for the room.
    pub big: bool,
    /// Why the last drill could not be opened.
    pub refused: Option<String>,
    /// Folder of logs, reports and pictures.
    pub folder: Option<PathBuf>,
    /// A picture of the window to write.
    pub picture: Option<PathBuf>,
    /// A report to write.
    pub report: Option<written::ReportAsked>,
    /// A report that is being written.
    pub(crate) writing: Option<written::Writing>,
    /// The theme before the big screen.
    pub theme_before: Option<ThemeChoice>,
    /// Drills at hand, of the park of that version.
    pub(crate) choices: Option<(u64, Vec<FileChoice>)>,
}

impl DrillRoom {
    /// Drills at hand.
    pub(crate) fn choices(&mut self, twin: &Twin) -> Vec<FileChoice> {
        let version = twin.park_version;
        if let Some((_, known)) = self.choices.as_ref().filter(|(of, _)| *of == version) {
            return known.clone();
        }
        let found = self.office.as_ref().map(|office| office.drills(&twin.input.snapshot.park.slug));
        let found = found.unwrap_or_default();
        self.choices = Some((version, found.clone()));
        found
    }

    /// Shows the console, or hides it.
    pub(crate) fn turn(&mut self) {
        self.console = !self.console;
    }

    /// The big screen on, where there is a drill, in its dark theme; or off, in the theme before.
    pub(crate) fn turn_big(&mut self, theme: ThemeChoice) -> ThemeChoice {
        self.big = !self.big && self.session.is_some();
        if self.big {
            self.theme_before = Some(theme);
            return ThemeChoice::Dark;
        }
        self.theme_before.take().unwrap_or(theme)
    }

    /// The session where the big screen is on.
    pub(crate) fn on_big_screen(&self) -> Option<&Session> {
        self.session.as_ref().filter(|_| self.big)
    }

    /// Opens a drill on the park that is shown.
    fn open(&mut self, start: &DrillStart, twin: &mut Twin) {
        self.refused = None;
        self.console = true;
        match read(start, twin) {
            Ok((file, hand)) => {
                self.close(twin);
                self.session = Some(Session::new(file, hand, self.folder.as_deref(), &start.path));
                self.console = true;
            }
            Err(reason) => self.refused = Some(reason),
        }
    }

    /// Ends the drill: its log is kept, and the map is as before.
    pub(crate) fn close(&mut self, twin: &mut Twin) {
        if let Some(mut session) = self.session.take() {
            session.keep();
            overlay::take_away(twin, &session);
        }
        self.big = false;
        twin.theme = self.theme_before.take().unwrap_or(twin.theme);
    }
}

/// A drill and its injects by hand from its files.
fn read(start: &DrillStart, twin: &Twin) -> Result<(DrillFile, Vec<analysis::emergency::drill::HandInject>), String> {
    let words = twin.words();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text_of = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| {
            let reason = words.failure(&causes::at_the_bottom(&error));
            t!(words, "drill-not-read", file = name(path), reason = reason)
        })
    };
    let wrong = |path: &PathBuf| {
        let file = name(path);
        move |error: analysis::emergency::drill::DrillError| {
            t!(words, "drill-not-read", file = file, reason = words.failure(&in_words(&error)))
        }
    };
    let file = DrillFile::parse(&text_of(&start.path)?).map_err(wrong(&start.path))?;
    let park = &twin.input.snapshot.park.slug;
    if file.park != *park {
        return Err(t!(words, "drill-other-park", wanted = file.park, park = park));
    }
    let Some(path) = &start.log else { return Ok((file, Vec::new())) };
    let log = DrillLog::parse(&text_of(path)?).map_err(wrong(path))?;
    log.belongs_to(&file).map_err(wrong(path))?;
    Ok((file, log.hand))
}

/// Systems of the drill that picture and window share.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<DrillRoom>()
        .add_plugins(crowd::plugin)
        .add_systems(Update, (go_on, overlay::follow).chain().before(crate::scene::SceneSystems))
        .add_systems(Update, (zones::draw, crowd::draw).after(crate::scene::SceneSystems))
        .add_systems(EguiPrimaryContextPass, crate::ui::paint_drill.after(FrameSystems));
}

/// Opens what is asked for, has runs made, and moves the clock.
fn go_on(
    time: Res<Time<Real>>,
    mut room: ResMut<DrillRoom>,
    mut twin: ResMut<Twin>,
    meshed: Option<Res<Meshed>>,
    wake: Option<Res<Wake>>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let room = room.bypass_change_detection();
    let Some(meshed) = meshed else { return };
    if let Some(start) = room.ask.take() {
        room.open(&start, &mut twin);
        redraw.write(RequestRedraw);
    }
    room.begin_report(&meshed.picker, wake.as_deref(), twin.words());
    if room.end_report(twin.words()) {
        redraw.write(RequestRedraw);
    }
    let Some(session) = &mut room.session else { return };
    let came = session.step(&meshed.picker, wake.as_deref());
    let moved = session.advance(time.delta_secs_f64().min(LONGEST_FRAME_S));
    // A run on its way wakes the window itself: frames would take the processor from it.
    if came || moved {
        redraw.write(RequestRedraw);
    }
}

/// True for the name of an overlay of a drill or of its branch.
pub(crate) fn is_of_drill(name: &str) -> bool {
    overlay::NAMES.contains(&name)
}

/// The runs that the sides of the picture show.
pub(crate) fn played_on(session: &Session, side: Side) -> Option<&Arc<Played>> {
    match side {
        Side::Left => session.strand.played(),
        Side::Right => session.branch.as_ref()?.strand.played(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
