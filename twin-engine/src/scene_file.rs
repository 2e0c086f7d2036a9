//! Scene files (`scenes/*.scene.ron`): what to show and from where, written by a person, so that a picture can be made again.
//!
//! Reading the file is left to the caller; the format is described in `scenes/README.md`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use spatial_db::model::FeatureKind;

use crate::cut::Cut;
use crate::input::{CameraChoice, ThemeChoice};
use crate::layers::LayerKey;
use crate::recolour::Recolour;
use crate::siting::LaidLook;
use crate::sun::SunTime;

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
    /// Day that is looked at: what stood then, and its verdicts; the park's own if absent.
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
    /// Moment that the sun stands at, with its offset from UTC; lit as maps are if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sun: Option<SunTime>,
    /// Camera; bearings are from the ground to the camera, degrees clockwise from north.
    #[serde(default)]
    pub camera: CameraChoice,
    /// Layers that are not drawn whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerLook>,
    /// A layer coloured by one of its attributes, instead of an overlay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recolour: Option<Recolour>,
    /// Filter of the attribute table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Features that are selected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<FeatureKey>,
    /// What the right part of the picture shows otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<SplitLook>,
    /// What is cut open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// What is laid on the land of a site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laid: Option<LaidLook>,
}

impl Default for SceneFile {
    fn default() -> Self {
        Self {
            format_version: FORMAT_VERSION,
            overlay: None,
            as_of: None,
            theme: ThemeChoice::default(),
            underground: false,
            photo: false,
            sun: None,
            camera: CameraChoice::default(),
            layers: Vec::new(),
            recolour: None,
            filter: None,
            selection: Vec::new(),
            split: None,
            cut: None,
            laid: None,
        }
    }
}

/// How a layer is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerLook {
    /// Its name, as `scenes/README.md` lists them.
    pub layer: String,
    /// It is drawn.
    #[serde(default = "yes")]
    pub visible: bool,
    /// Opacity, per cent.
    #[serde(default = "opaque")]
    pub opacity: u8,
}

const fn yes() -> bool {
    true
}

const fn opaque() -> u8 {
    100
}

/// Rows of the attribute table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Layer of the table.
    pub kind: FeatureKind,
    /// Expression, as in `docs/window.md`; all rows if empty.
    #[serde(default)]
    pub expression: String,
}

/// A feature by its source's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureKey {
    /// Kind.
    pub kind: FeatureKind,
    /// Key of the source, unique within the park and kind.
    pub key: String,
}

/// The right part of a split picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitLook {
    /// Share of the width at which it begins.
    #[serde(default = "half")]
    pub at: f32,
    /// Day that it looks at; that of the left part if absent.
    #[serde(default)]
    pub as_of: Option<NaiveDate>,
    /// Overlay by name; that of the left part if absent.
    #[serde(default)]
    pub overlay: Option<String>,
}

const fn half() -> f32 {
    0.5
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
    /// A layer that there is not.
    #[error("the scene has a layer {layer:?}; there are {known}")]
    UnknownLayer {
        /// What it says.
        layer: String,
        /// The layers.
        known: String,
    },
    /// Colours of a standard for an attribute that has none.
    #[error(
        "the scene's recolour asks for the colours of a standard by {attribute}; only parcel.land_use_code has some: take \
         another scheme"
    )]
    NoStandard {
        /// Layer and column.
        attribute: String,
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

impl SceneError {
    pub(crate) fn unreadable(error: ron::error::SpannedError) -> Self {
        Self::Unreadable { place: error.span.start.to_string(), reason: error.code.to_string() }
    }
}

impl SceneFile {
    /// The scene as text that a person can read.
    pub fn to_text(&self) -> String {
        let config = ron::ser::PrettyConfig::default().extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        // Everything in it can be written.
        ron::ser::to_string_pretty(self, config).unwrap_or_default()
    }

    /// A scene from its text.
    ///
    /// # Errors
    /// [`SceneError`] with the place and reason.
    pub fn parse(text: &str) -> Result<Self, SceneError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let scene: Self = options.from_str(text).map_err(SceneError::unreadable)?;
        scene.check()?;
        Ok(scene)
    }

    /// Whether every number and name is one that there is.
    pub(crate) fn check(&self) -> Result<(), SceneError> {
        let scene = self;
        if scene.format_version != FORMAT_VERSION {
            return Err(SceneError::Version { found: scene.format_version });
        }
        let check = |what, value: f32, fits: bool, range| {
            if fits { Ok(()) } else { Err(SceneError::OutOfRange { what, value: f64::from(value), range }) }
        };
        for look in &scene.layers {
            if LayerKey::parse(&look.layer).is_none() {
                let known: Vec<&str> = LayerKey::ALL.iter().map(|key| key.as_str()).collect();
                return Err(SceneError::UnknownLayer { layer: look.layer.clone(), known: known.join(", ") });
            }
            check("opacity", f32::from(look.opacity), look.opacity <= 100, "from 0 to 100")?;
        }
        if let Some(by) = scene.recolour.as_ref().filter(|by| by.lacks_standard()) {
            // The kind as the scene has it.
            let kind = ron::to_string(&by.kind).unwrap_or_default();
            return Err(SceneError::NoStandard { attribute: format!("{kind}.{}", by.column) });
        }
        if let Some(split) = &scene.split {
            check("split.at", split.at, (0.02..=0.98).contains(&split.at), "from 0.02 to 0.98")?;
        }
        if let Some(cut) = &scene.cut {
            cut.check().map_err(|(what, value, range)| SceneError::OutOfRange { what, value, range })?;
        }
        if let Some(laid) = &scene.laid {
            laid.check().map_err(|(what, value, range)| SceneError::OutOfRange { what, value, range })?;
        }
        let (bearing, pitch, distance) = match scene.camera {
            CameraChoice::WholePark => return Ok(()),
            CameraChoice::From { bearing_deg, pitch_deg } => (bearing_deg, pitch_deg, 1.0),
            CameraChoice::At { distance_m, bearing_deg, pitch_deg, .. } => (bearing_deg, pitch_deg, distance_m),
        };
        check("bearing_deg", bearing, (0.0..=360.0).contains(&bearing), "from 0 to 360")?;
        check("pitch_deg", pitch, (6.0..=89.0).contains(&pitch), "from 6 to 89")?;
        check("distance_m", distance, distance.is_finite() && distance > 0.0, "above 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let scene = SceneFile {
            overlay: Some("idle".into()),
            as_of: NaiveDate::from_ymd_opt(2019, 12, 31),
            sun: Some("2024-06-21T15:30:00+08:00".parse().unwrap()),
            layers: vec![LayerLook { layer: "roads".into(), visible: false, opacity: 40 }],
            filter: Some(Filter { kind: FeatureKind::Parcel, expression: "area > 5000 and use contains \"a\"".into() }),
            selection: vec![FeatureKey { kind: FeatureKind::Building, key: "B-1 \"x\"".into() }],
            split: Some(SplitLook { at: 0.4, as_of: None, overlay: Some("utilisation".into()) }),
            cut: Some(Cut {
                section: Some(crate::SectionPlane {
                    from: [40_500_000.5, 3_400_000.25],
                    to: [40_500_090.0, 3_400_000.0],
                }),
                dig: Some(crate::Dig { outline: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.5]], depth_m: 2.5 }),
                pipe_factor: 3.0,
            }),
            camera: CameraChoice::At {
                x_m: 40_500_123.25,
                y_m: 3_400_000.5,
                distance_m: 400.0,
                bearing_deg: 10.0,
                pitch_deg: 30.0,
            },
            ..SceneFile::default()
        };
        let text = scene.to_text();
        assert_eq!(SceneFile::parse(&text).unwrap(), scene, "{text}");
        assert_eq!(SceneFile::parse(&SceneFile::default().to_text()).unwrap(), SceneFile::default());
    }

    #[test]
    fn every_scene_of_the_project_loads() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes");
        let mut loaded = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "ron") {
                let text = std::fs::read_to_string(&path).unwrap();
                if path.to_string_lossy().ends_with(".scenario.ron") {
                    let read = analysis::scenario::ScenarioFile::parse(&text);
                    assert!(!read.unwrap_or_else(|e| panic!("{}: {e}", path.display())).edits.is_empty());
                    continue;
                }
                if path.to_string_lossy().ends_with(".pitch.ron") {
                    let read = analysis::siting::PitchFile::parse(&text);
                    assert!(!read.unwrap_or_else(|e| panic!("{}: {e}", path.display())).needs.is_empty());
                    continue;
                }
                if path.to_string_lossy().ends_with(".drill.ron") {
                    let read = analysis::emergency::drill::DrillFile::parse(&text);
                    assert!(!read.unwrap_or_else(|e| panic!("{}: {e}", path.display())).objectives.is_empty());
                    continue;
                }
                let read = if path.to_string_lossy().ends_with(".tour.ron") {
                    crate::tour::Tour::parse(&text).map(|tour| assert!(!tour.stops.is_empty()))
                } else {
                    SceneFile::parse(&text).map(|_| ())
                };
                read.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                loaded += 1;
            }
        }
        assert!(loaded >= 5, "{loaded} scenes");
    }

    #[test]
    fn mistakes_are_named() {
        let words = |text: &str| SceneFile::parse(text).unwrap_err().to_string();
        assert!(words("(format_version: 2)").contains("format_version 2"));
        assert!(words("(format_version: 1, overlai: \"idle\")").contains("overlai"));
        assert!(words("(format_version: 1, layers: [(layer: \"bildings\")])").contains("buildings"));
        assert!(words("(format_version: 1, layers: [(layer: \"roads\", opacity: 101)])").contains("opacity is 101"));
        assert!(words("(format_version: 1, split: (at: 1.5))").contains("split.at"));
        let standard = |by: &str| format!("(format_version: 1, recolour: ({by}, scheme: standard))");
        let said = words(&standard("kind: building, column: \"storeys\""));
        assert!(said.contains("by building.storeys") && said.contains("only parcel.land_use_code has"), "{said}");
        assert!(SceneFile::parse(&standard("kind: parcel, column: \"land_use_code\"")).is_ok());
        let shallow = "(format_version: 1, cut: (dig: (outline: [(0, 0), (4, 0), (4, 4)], depth_m: 0)))";
        assert!(words(shallow).contains("cut.dig.depth_m is 0"));
        assert!(words("(format_version: 1, camera: from(bearing_deg: 10, pitch_deg: 95))").contains("pitch_deg"));
    }
}
