//! Tours (`*.tour.ron`): scenes in order with the time spent at each and on the way. The window's bookmarks are one.

use serde::{Deserialize, Serialize};

use crate::scene_file::{SceneError, SceneFile};

/// The version this program reads.
const FORMAT_VERSION: u32 = 1;
/// Longest stay and way, s.
const MOST_SECS: f32 = 600.0;

/// Scenes in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tour {
    /// Version of the format: 1.
    pub format_version: u32,
    /// The scenes.
    #[serde(default)]
    pub stops: Vec<Stop>,
}

impl Default for Tour {
    fn default() -> Self {
        Self { format_version: FORMAT_VERSION, stops: Vec::new() }
    }
}

/// A scene of a tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Name.
    pub name: String,
    /// What is shown, and from where.
    pub scene: SceneFile,
    /// Time spent there, s.
    #[serde(default = "hold")]
    pub hold_secs: f32,
    /// Time of the flight there from the stop before, s.
    #[serde(default = "travel")]
    pub travel_secs: f32,
    /// What is said there.
    #[serde(default, skip_serializing_if = "Caption::is_empty")]
    pub caption: Caption,
}

impl Stop {
    /// A stop at a scene, with the times that a tour gives where it says none.
    pub fn of(name: String, scene: SceneFile) -> Self {
        Self { name, scene, hold_secs: hold(), travel_secs: travel(), caption: Caption::default() }
    }
}

/// Words in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caption {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Caption {
    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}

const fn hold() -> f32 {
    3.0
}

const fn travel() -> f32 {
    2.5
}

impl Tour {
    /// A tour from its text.
    ///
    /// # Errors
    /// [`SceneError`] with the place and reason; what is wrong in a scene is told as for a scene.
    pub fn parse(text: &str) -> Result<Self, SceneError> {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let tour: Self = options.from_str(text).map_err(SceneError::unreadable)?;
        if tour.format_version != FORMAT_VERSION {
            return Err(SceneError::Version { found: tour.format_version });
        }
        for stop in &tour.stops {
            stop.scene.check()?;
            for (what, secs) in [("hold_secs", stop.hold_secs), ("travel_secs", stop.travel_secs)] {
                if !(0.0..=MOST_SECS).contains(&secs) {
                    return Err(SceneError::OutOfRange { what, value: secs.into(), range: "from 0 to 600" });
                }
            }
        }
        Ok(tour)
    }

    /// The tour as text that a person can read.
    pub fn to_text(&self) -> String {
        let config = ron::ser::PrettyConfig::default().extensions(ron::extensions::Extensions::IMPLICIT_SOME);
        // Everything in it can be written.
        ron::ser::to_string_pretty(self, config).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_mistakes_are_named() {
        let caption = Caption { en: "Idle since 2021".into(), zh: "2021 年起闲置".into() };
        let stop =
            Stop { name: "North".into(), scene: SceneFile::default(), hold_secs: 4.0, travel_secs: 0.0, caption };
        let tour = Tour { stops: vec![stop], ..Tour::default() };
        assert_eq!(Tour::parse(&tour.to_text()).unwrap(), tour);
        let said = |text: &str| Tour::parse(text).unwrap_err().to_string();
        let scene = "scene: (format_version: 1)";
        assert!(said("(format_version: 3)").contains("format_version 3"));
        assert!(
            said(&format!("(format_version: 1, stops: [(name: \"a\", {scene}, hold_secs: -1)])")).contains("hold_secs")
        );
        assert!(
            said("(format_version: 1, stops: [(name: \"a\", scene: (format_version: 9))])")
                .contains("format_version 9")
        );
        assert_eq!(Tour::parse("(format_version: 1)").unwrap(), Tour::default());
    }
}
