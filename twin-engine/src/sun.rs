//! The light of a picture: that of maps, or the sun's over a place at a moment ([`analysis::sun`]).

pub(crate) use analysis::sun::{Sun, offset_of, sun_at};
use chrono::{DateTime, FixedOffset};

use crate::theme::{SUN_AZIMUTH_DEG, SUN_ELEVATION_DEG};

/// The light of maps, from the upper left of a picture that looks south-west.
pub(crate) const SUN_OF_MAPS: Sun = Sun { azimuth_deg: SUN_AZIMUTH_DEG, elevation_deg: SUN_ELEVATION_DEG };

/// A moment with the offset of its clock from UTC.
pub(crate) type SunTime = DateTime<FixedOffset>;

/// Day and hour of a clock, as pictures name them.
pub(crate) fn clock_of(time: &SunTime) -> String {
    time.format("%Y-%m-%d %H:%M").to_string()
}

/// Offset of a clock from UTC, as pictures name it.
pub(crate) fn zone_of(time: &SunTime) -> String {
    time.format("%:z").to_string()
}

#[cfg(test)]
mod tests {
    use crate::capture::Stage;
    use crate::fixture;
    use crate::input::CaptureOptions;
    use crate::scene_file::SceneFile;

    /// Light and shadows follow the sun and come back, and a picture does not depend on what was shown before.
    #[test]
    fn light_and_shadows_follow_the_sun_and_come_back() {
        let options = CaptureOptions { width: 320, height: 180, frame: false, ..CaptureOptions::default() };
        let scene = |sun: Option<&str>| SceneFile { sun: sun.map(|at| at.parse().unwrap()), ..SceneFile::default() };
        let mut stage = Stage::new(fixture::tiny(), &options, 4).expect("a headless stage");
        let mut at = |sun: Option<&str>| {
            assert!(stage.show(&scene(sun)).is_empty());
            stage.picture().expect("a picture")
        };
        let of_maps = at(None);
        let (morning, evening) = (at(Some("2024-06-21T07:30:00+08:00")), at(Some("2024-06-21T16:30:00+08:00")));
        let night = at(Some("2024-06-21T23:30:00+08:00"));
        let back = at(None);
        let differing =
            |a: &image::RgbImage, b: &image::RgbImage| a.pixels().zip(b.pixels()).filter(|(a, b)| a != b).count();
        for (a, b) in [(&of_maps, &morning), (&morning, &evening), (&evening, &night)] {
            assert!(differing(a, b) > 500, "{}", differing(a, b));
        }
        assert_eq!(differing(&of_maps, &back), 0);
        let options = CaptureOptions { scene: Some(scene(Some("2024-06-21T16:30:00+08:00"))), ..options };
        let fresh = Stage::new(fixture::tiny(), &options, 4).expect("a headless stage").picture().expect("a picture");
        assert_eq!(differing(&fresh, &evening), 0);
    }
}
