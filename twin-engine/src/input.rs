//! What the engine is given and what it gives back. How the snapshot and overlays came to be is left to the caller.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use analysis::overlay::Overlay;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use spatial_db::model::{Imagery, Park, ParkSnapshot};

use crate::drill::{DrillOffice, DrillStart};
use crate::error::EngineError;
use crate::film::FilmOffice;
use crate::offered::Offered;
use crate::past::PastOf;
use crate::planner::{Apart, CaseOffice, Planner};
use crate::scene_file::SceneFile;
use crate::text::Language;
pub use crate::theme::ThemeChoice;

/// One park with its overlays, ready to be shown.
#[derive(Debug, Clone)]
pub struct TwinInput {
    /// The park.
    pub snapshot: Arc<ParkSnapshot>,
    /// Overlays to switch between, in the order of their keys 1, 2, 3 …
    pub overlays: Vec<Arc<Overlay>>,
    /// Name of the overlay shown first; `None` takes the first, or none if there is none.
    pub active: Option<String>,
    /// Orthophotos of the park, no finer than a picture of it can use.
    pub imagery: Option<Arc<Imagery>>,
    /// The park on other days; `None` for a park that is not looked at by date, of which everything is drawn.
    pub time: Option<TimeSource>,
    /// Whoever prepares what the planner's panels show; `None` for a park that has no such panels.
    pub planner: Option<Arc<dyn Planner>>,
    /// How the two parts of a split picture differ, where a scenario stands beside the record.
    pub apart: Option<Arc<Apart>>,
}

/// Makes the overlay of a name for a day; `None` for one that is of no day. Called off the frame.
pub type OverlayOn = Arc<dyn Fn(NaiveDate, &str) -> Option<Overlay> + Send + Sync>;

/// What is needed to look at a park on another day.
#[derive(Clone)]
pub struct TimeSource {
    /// Day that the overlays given at first hold for.
    pub as_of: NaiveDate,
    /// An overlay of any day.
    pub overlay_on: OverlayOn,
    /// Names of overlays that take too long to be made before they are asked for: each stands empty among those given at first,
    /// saying so, and is made for a day when it is first looked at on that day.
    pub later: Vec<String>,
    /// The overlay of a name for a day where it is found and need not be made, without its reasons: it is shown until the other follows.
    /// Called in the frame; `None` where there is none, or none yet.
    pub at_once: Option<OverlayOn>,
}

impl std::fmt::Debug for TimeSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimeSource").field("as_of", &self.as_of).finish_non_exhaustive()
    }
}

impl TwinInput {
    /// A park with nothing in it, by its short name: what there is before the first.
    pub(crate) fn before(slug: &str) -> Self {
        let park = Park {
            park_id: 0,
            slug: slug.to_owned(),
            name: slug.to_owned(),
            srid: 0,
            synthetic: false,
            attribution: None,
            licence: None,
            as_of: None,
        };
        let snapshot = Arc::new(ParkSnapshot::empty(park));
        Self { snapshot, overlays: Vec::new(), active: None, imagery: None, time: None, planner: None, apart: None }
    }

    /// Index of the overlay to show first.
    ///
    /// # Errors
    /// [`EngineError::UnknownOverlay`] when `active` names none of the overlays.
    pub fn active_index(&self) -> Result<Option<usize>, EngineError> {
        let Some(name) = &self.active else {
            return Ok((!self.overlays.is_empty()).then_some(0));
        };
        self.overlays.iter().position(|overlay| overlay.name == *name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = self.overlays.iter().map(|overlay| overlay.name.as_str()).collect();
            EngineError::UnknownOverlay { asked: name.clone(), known: known.join(", ") }
        })
    }
}

/// Where the camera stands.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CameraChoice {
    /// The whole park, from the south-east.
    #[default]
    WholePark,
    /// The whole park from another side.
    From {
        /// Bearing from the park to the camera, degrees clockwise from north.
        bearing_deg: f32,
        /// How far the camera looks down, degrees, 6..89.
        pitch_deg: f32,
    },
    /// A place in the park.
    At {
        /// Easting of the point in the middle of the picture, m.
        x_m: f64,
        /// Northing of that point, m.
        y_m: f64,
        /// Distance from the camera to it, m.
        distance_m: f32,
        /// Bearing from the point to the camera, degrees clockwise from north.
        bearing_deg: f32,
        /// How far the camera looks down, degrees, 6..89.
        pitch_deg: f32,
    },
}

/// How to take a picture.
#[derive(Debug, Clone)]
pub struct CaptureOptions {
    /// PNG file to write.
    pub out: PathBuf,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Camera.
    pub camera: CameraChoice,
    /// Theme.
    pub theme: ThemeChoice,
    /// Language.
    pub language: Language,
    /// Ground translucent, so that pipes show.
    pub underground: bool,
    /// Lay the orthophoto on the ground, if the park has one.
    pub photo: bool,
    /// Draw title, legend, scale bar, north arrow and credit.
    pub frame: bool,
    /// A scene that fixes everything but size, language and frame, instead of the switches above.
    pub scene: Option<SceneFile>,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self {
            out: PathBuf::from("twin.png"),
            width: 1600,
            height: 1000,
            camera: CameraChoice::default(),
            theme: ThemeChoice::default(),
            language: Language::default(),
            underground: false,
            photo: false,
            frame: true,
            scene: None,
        }
    }
}

/// What a picture took.
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureReport {
    /// File written.
    pub out: PathBuf,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Name of the graphics adapter.
    pub adapter: String,
    /// True where that adapter is a software one.
    pub software: bool,
    /// Frames drawn until everything was ready and the picture was back.
    pub frames: u32,
    /// Features in the scene.
    pub features: usize,
    /// What the picture is coloured by, by its heading and legend alone; `None` where by nothing.
    pub overlay: Option<Overlay>,
    /// Triangles drawn, at the detail that the picture needs.
    pub triangles: usize,
    /// Time from snapshot to meshes.
    pub meshing: Duration,
    /// Time from start to the file on disk.
    pub total: Duration,
}

/// How to open a window.
#[derive(Clone, Default)]
pub struct ViewOptions {
    /// Camera at the start.
    pub camera: CameraChoice,
    /// Theme at the start; the remembered one if `None`.
    pub theme: Option<ThemeChoice>,
    /// Language at the start; if `None`, the remembered one, else that of the environment.
    pub language: Option<Language>,
    /// File that remembers the window (size, theme, language, panels, park); nothing is remembered if `None`.
    pub state: Option<PathBuf>,
    /// What `last_park` is to say next time; the park's short name if `None`.
    pub remember_as: Option<String>,
    /// Show the orthophoto at the start, if the park has one.
    pub photo: bool,
    /// A scene to begin with.
    pub scene: Option<SceneFile>,
    /// Whom to ask for the past of a feature.
    pub past: Option<PastOf>,
    /// Views that the park comes with, to choose from.
    pub offered: Vec<Offered>,
    /// Which group of them to play from the start, if any.
    pub play: Option<usize>,
    /// What of them cannot be read, each with its name and reason.
    pub unreadable: Vec<String>,
    /// Whoever knows drills; `None` for a window without any.
    pub drills: Option<Arc<dyn DrillOffice>>,
    /// Whoever records in cases and writes dossiers; `None` for a window that only shows them.
    pub cases: Option<Arc<dyn CaseOffice>>,
    /// Whoever has the kept views filmed by a process of its own; if `None`, a thread of the window's films them.
    pub films: Option<Arc<dyn FilmOffice>>,
    /// Folders with pitches that can be opened; those that are written in the window go to the last.
    pub pitches: Vec<PathBuf>,
    /// A drill to begin with.
    pub drill: Option<DrillStart>,
    /// Samples per pixel, 1 or 4; `None` takes 4 on a graphics card and 1 on a software adapter.
    pub samples: Option<u32>,
    /// Close by itself after this long; the environment variable `TWIN_VIEW_EXIT_AFTER` (seconds) does the same.
    pub exit_after: Option<Duration>,
}

impl std::fmt::Debug for ViewOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewOptions")
            .field("state", &self.state)
            .field("scene", &self.scene)
            .field("offered", &self.offered)
            .finish_non_exhaustive()
    }
}
