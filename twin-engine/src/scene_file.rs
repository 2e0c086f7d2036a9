//! Scene files (`scenes/*.scene.ron`): what to show and from where, written by a person, so that a picture can be made again.
//!
//! Reading the file is left to the caller; the format is described in `scenes/README.md`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::input::{CameraChoice, ThemeChoice};

/// The version this program reads.
const FORMAT_VERSION: u32 = 1;

/// A scene as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneFile {
    /// Version of the format: 1.
    pub format_version: u32,
    /// Overlay by name; the caller's choice if absent.
    #[serde(default)]
    pub overlay: Option<String>,
    /// Date of the verdicts; the park's own if absent.
    #[serde(default)]
    pub as_of: Option<NaiveDate>,
    /// Theme.
    #[serde(default)]
    pub theme: ThemeChoice,
    /// Ground translucent, so that pipes show.
    #[serde(default)]
    pub underground: bool,
    /// Orthophoto on the ground.
    #[serde(default)]
    pub photo: bool,
    /// Camera; bearings are from the ground to the camera, degrees clockwise from north.
    #[serde(default)]
    pub camera: CameraChoice,
}

/// Why a scene cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// Not a scene, with the place in the text.
    #[error("the scene does not parse at {place}: {reason}")]
    Unreadable {
        /// Line and column.
        place: String,
        /// What the parser says.
        reason: String,
    },
    /// Another version of the format.
    #[error("the scene has format_version {found}; this program reads {FORMAT_VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// A number out of range.
    #[error("the scene's {what} is {value}; it must be {range}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
}

impl SceneFile {
    /// A scene from its text.
    ///
    /// # Errors
    /// [`SceneError`] with the place and reason.
    pub fn parse(text: &str) -> Result<Self, SceneError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let scene: Self = options.from_str(text).map_err(|error| SceneError::Unreadable {
            place: error.span.start.to_string(),
            reason: error.code.to_string(),
        })?;
        if scene.format_version != FORMAT_VERSION {
            return Err(SceneError::Version { found: scene.format_version });
        }
        let (bearing, pitch, distance) = match scene.camera {
            CameraChoice::WholePark => return Ok(scene),
            CameraChoice::From { bearing_deg, pitch_deg } => (bearing_deg, pitch_deg, 1.0),
            CameraChoice::At { distance_m, bearing_deg, pitch_deg, .. } => (bearing_deg, pitch_deg, distance_m),
        };
        let check = |what, value: f32, fits: bool, range| {
            if fits { Ok(()) } else { Err(SceneError::OutOfRange { what, value: f64::from(value), range }) }
        };
        check("bearing_deg", bearing, (0.0..=360.0).contains(&bearing), "from 0 to 360")?;
        check("pitch_deg", pitch, (8.0..=89.0).contains(&pitch), "from 8 to 89")?;
        check("distance_m", distance, distance.is_finite() && distance > 0.0, "above 0")?;
        Ok(scene)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_of_the_project_loads() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes");
        let mut loaded = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "ron") {
                let text = std::fs::read_to_string(&path).unwrap();
                SceneFile::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                loaded += 1;
            }
        }
        assert!(loaded >= 3, "{loaded} scenes");
    }

    #[test]
    fn mistakes_are_named() {
        let words = |text: &str| SceneFile::parse(text).unwrap_err().to_string();
        assert!(words("(format_version: 2)").contains("format_version 2"));
        assert!(words("(format_version: 1, overlai: \"idle\")").contains("overlai"));
        assert!(words("(format_version: 1, camera: from(bearing_deg: 10, pitch_deg: 95))").contains("pitch_deg"));
    }
}
