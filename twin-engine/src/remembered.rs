//! What the window remembers from one time to the next: `state.ron` in the data directory.
//!
//! A file that cannot be read counts as none: a window must open whatever an older or newer program left there.

use std::path::Path;

use bevy::math::{IRect, IVec2, UVec2};
use serde::{Deserialize, Serialize};
use spatial_db::whole;

use crate::text::Language;
use crate::theme::ThemeChoice;
use crate::ui::Tab;

/// What is enough of a window's upper edge to take hold of it, px.
const HOLD_PX: IVec2 = IVec2::new(96, 16);
/// Format of the file.
const FORMAT_VERSION: u32 = 1;

/// The window as it was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of the window that is so or not")]
pub(crate) struct Remembered {
    format_version: u32,
    /// Width, logical px.
    pub width: u32,
    /// Height, logical px.
    pub height: u32,
    /// Place of its top left corner on the desktop, px, where the platform tells it.
    pub place: Option<(i32, i32)>,
    /// It filled its screen; size and place are those from before that.
    pub maximised: bool,
    /// Theme.
    pub theme: ThemeChoice,
    /// Language; `None` until a person has chosen one.
    pub language: Option<Language>,
    /// Side panel open.
    pub side: bool,
    /// Its tab.
    pub tab: Tab,
    /// Attribute table open.
    pub table: bool,
    /// The hints for a first time were read or sent away.
    pub hinted: bool,
    /// Slug of the park, or path of its package.
    pub park: Option<String>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            width: 1280,
            height: 800,
            place: None,
            maximised: false,
            theme: ThemeChoice::default(),
            language: None,
            side: true,
            tab: Tab::default(),
            table: false,
            hinted: false,
            park: None,
        }
    }
}

impl Remembered {
    /// What `path` holds, or how a first window looks.
    pub(crate) fn load(path: &Path) -> Self {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let Ok(text) = std::fs::read_to_string(path) else { return Self::default() };
        let loaded: Self = match options.from_str(&text) {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::warn!("{} is left aside: {error}", path.display());
                return Self::default();
            }
        };
        if loaded.format_version != FORMAT_VERSION {
            return Self::default();
        }
        let sane = |side: u32, least: u32| side.clamp(least, 8192);
        Self { width: sane(loaded.width, 640), height: sane(loaded.height, 400), ..loaded }
    }

    /// Writes the file whole or not at all.
    pub(crate) fn save(&self, path: &Path) {
        let config = ron::ser::PrettyConfig::default().extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        let text = ron::ser::to_string_pretty(self, config).map_err(std::io::Error::other);
        let written = text.and_then(|text| whole::write(path, text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!("{} cannot be written: {error}", path.display());
        }
    }
}

/// Whether enough of a window's upper edge lies on one of the screens to be taken hold of: a screen may be gone since. `screens` are
/// corners and sizes; all in px of the desktop.
pub(crate) fn is_in_reach(corner: IVec2, width: u32, screens: impl IntoIterator<Item = (IVec2, UVec2)>) -> bool {
    let edge = IRect::from_corners(corner, corner + IVec2::new(width as i32, HOLD_PX.y));
    screens.into_iter().any(|(at, size)| {
        let seen = edge.intersect(IRect::from_corners(at, at + size.as_ivec2()));
        seen.size().cmpge(HOLD_PX.min(edge.size())).all()
    })
}

/// Short name of the park that a window showed last, from its state file.
pub fn last_park(state: &Path) -> Option<String> {
    Remembered::load(state).park
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("twin-state-{}-{name}.ron", std::process::id()))
    }

    #[test]
    fn a_window_is_left_where_it_can_be_taken_hold_of() {
        let screens = || [(IVec2::ZERO, UVec2::new(1920, 1080)), (IVec2::new(1920, 200), UVec2::new(1280, 1024))];
        let is_in_reach = |x, y| is_in_reach(IVec2::new(x, y), 1280, screens());
        assert!(is_in_reach(0, 0) && is_in_reach(2500, 300) && is_in_reach(-1000, 500));
        for (x, y) in [(5000, 0), (-1250, 0), (0, 1075), (0, -800), (1900, 100)] {
            assert!(!is_in_reach(x, y), "{x} {y}");
        }
    }

    #[test]
    fn what_was_written_is_read_and_what_is_broken_counts_as_none() {
        let path = path("whole");
        let state = Remembered {
            language: Some(Language::Chinese),
            theme: ThemeChoice::Dark,
            park: Some("qingxi".into()),
            side: false,
            width: 1600,
            place: Some((-40, 12)),
            maximised: true,
            ..Remembered::default()
        };
        state.save(&path);
        assert_eq!(Remembered::load(&path), state);
        assert_eq!(last_park(&path).as_deref(), Some("qingxi"));
        for broken in ["", "(width: \"x\")", "(format_version: 99, width: 700)", "(((", "(width: 3, height: 99999)"] {
            std::fs::write(&path, broken).unwrap();
            let loaded = Remembered::load(&path);
            assert!((640..=8192).contains(&loaded.width) && (400..=8192).contains(&loaded.height), "{loaded:?}");
            assert_eq!(loaded.theme, ThemeChoice::Daylight);
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Remembered::load(&path), Remembered::default());
    }
}
