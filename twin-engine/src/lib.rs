//! What a person sees of a park: one scene, drawn the same way into a picture ([`capture`]) and a window ([`view`]).
//!
//! The engine is given a snapshot and overlays as plain data. It knows no land law, no hydraulics and no database:
//! what a colour means is said by the overlay, where a park comes from by the caller.

#[cfg(test)]
extern crate self as twin_engine;

mod action;
mod app;
mod at_hand;
pub mod attribute;
mod bookmarks;
mod camera;
mod capture;
pub mod causes;
mod coarse;
mod counts;
pub mod cut;
mod display;
mod drawing;
mod drill;
mod error;
mod extent;
mod feature;
mod film;
#[cfg(test)]
#[path = "../tests/fixture/mod.rs"]
#[allow(unreachable_pub, reason = "the same file serves as a module of the library and of its tests")]
mod fixture;
mod frame;
mod glb;
mod history;
mod input;
mod inspect;
mod layers;
mod live;
mod material;
mod measure;
pub mod mesh;
mod moment;
mod network;
mod offered;
mod past;
mod pick;
mod planner;
pub mod query;
mod recolour;
mod remembered;
mod scene;
mod scene_file;
pub mod search;
mod select;
mod siting;
mod slots;
pub mod space;
mod split;
mod style;
mod sun;
pub mod text;
pub mod theme;
mod time;
mod told;
mod tool;
mod tour;
mod ui;
mod view;
mod work;

pub use at_hand::FileChoice;
pub use capture::{Drawn, SIDES, Stage, capture};
pub use cut::{Cut, Dig, SectionPlane};
pub use drawing::{ProfileSheet, SectionSheet, profile_svg, section_svg};
pub use drill::{DrillOffice, DrillStart};
pub use error::EngineError;
pub use film::{FilmError, FilmOffice, FilmOptions, FilmOrder, FilmReport, FilmTold, film, still, stills};
pub use glb::{GltfError, GltfExport, GltfOptions, GltfPlace, GltfReport, features_in};
pub use input::{
    CameraChoice, CaptureOptions, CaptureReport, OverlayOn, ThemeChoice, TimeSource, TwinInput, ViewOptions,
};
pub use inspect::{Inspection, Row, Section, inspect};
pub use live::{Failed, Loading, Lost, News, NewsCounts, NewsRun, Update};
pub use offered::{Offered, OfferedKind};
pub use past::{Past, PastOf, PastState};
pub use planner::{
    AcceptOrder, Accepted, Apart, CaseDeed, CaseOffice, CaseOrder, CaseSource, DossierOrder, Follow, Planner,
    SheetForm, WhatIf,
};
pub use recolour::{Ramp, Recolour, Scheme};
pub use remembered::last_park;
pub use scene_file::{FeatureKey, Filter, LayerLook, SceneError, SceneFile, SplitLook};
pub use siting::{LaidLook, TurningLook};
pub use text::Language;
pub use tour::{Caption, Stop, Tour};
pub use view::{view, view_live};
