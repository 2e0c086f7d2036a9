//! Coordinates that Chinese map services move on purpose: GCJ-02 (`AMap`, Tencent) and BD-09 (Baidu), as published.
//!
//! The shift has no published inverse; it is found by iteration. Naming these systems in a manifest is left to `crs`.

use std::f64::consts::PI;

/// Which map service moved the coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// 国测局坐标: 300 to 700 m off.
    Gcj02,
    /// 百度坐标: GCJ-02, moved once more.
    Bd09,
}

/// West, south, east, north of where the shift applies, degrees. Outside, the services leave coordinates alone.
pub(crate) const SHIFTED_AREA: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];

/// Semi-major axis of the ellipsoid in the published formula (Krassovsky 1940), m.
const SEMI_MAJOR_M: f64 = 6_378_245.0;
/// Its squared eccentricity.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
/// Degrees at which the iteration ends: a tenth of a micrometre.
const CLOSE_DEG: f64 = 1e-12;

impl Shift {
    /// The word of a manifest.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Gcj02 => "GCJ-02",
            Self::Bd09 => "BD-09",
        }
    }

    /// The shift of a manifest's word: `GCJ-02`, `gcj02`, `BD-09` …
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        match plain.as_str() {
            "gcj02" | "gcj" => Some(Self::Gcj02),
            "bd09" | "bd09ll" => Some(Self::Bd09),
            _ => None,
        }
    }

    /// Longitude and latitude as the service shows a place of WGS 84, degrees.
    pub(crate) fn shown_at(self, [lon, lat]: [f64; 2]) -> [f64; 2] {
        let [west, south, east, north] = SHIFTED_AREA;
        if !(west..=east).contains(&lon) || !(south..=north).contains(&lat) {
            return [lon, lat];
        }
        let gcj = gcj02(lon, lat);
        match self {
            Self::Gcj02 => gcj,
            Self::Bd09 => bd09(gcj),
        }
    }

    /// Longitude and latitude in WGS 84 of a place as the service shows it, degrees; within 10⁻⁹°.
    pub(crate) fn true_place(self, shown: [f64; 2]) -> [f64; 2] {
        if !shown.iter().all(|ordinate| ordinate.is_finite()) {
            return shown;
        }
        let mut place = shown;
        // The shift changes by less than 1 % over its own length, so every round wins two digits or more.
        for _ in 0..30 {
            let again = self.shown_at(place);
            let miss = [again[0] - shown[0], again[1] - shown[1]];
            place = [place[0] - miss[0], place[1] - miss[1]];
            if miss[0].abs() < CLOSE_DEG && miss[1].abs() < CLOSE_DEG {
                break;
            }
        }
        place
    }
}

fn gcj02(lon: f64, lat: f64) -> [f64; 2] {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |amplitude: f64, turns: f64| amplitude * (turns * PI).sin();
    let common = wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x);
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + 2.0 / 3.0 * (common + wave(20.0, y) + wave(40.0, y / 3.0) + wave(160.0, y / 12.0) + wave(320.0, y / 30.0));
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + 2.0 / 3.0 * (common + wave(20.0, x) + wave(40.0, x / 3.0) + wave(150.0, x / 12.0) + wave(300.0, x / 30.0));
    let latitude = lat.to_radians();
    let squared = 1.0 - ECCENTRICITY_2 * latitude.sin().powi(2);
    let meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (squared * squared.sqrt());
    let parallel_m = SEMI_MAJOR_M / squared.sqrt() * latitude.cos();
    [lon + (east / parallel_m).to_degrees(), lat + (north / meridian_m).to_degrees()]
}

fn bd09([x, y]: [f64; 2]) -> [f64; 2] {
    const TURN: f64 = PI * 3000.0 / 180.0;
    let radius = x.hypot(y) + 0.000_02 * (y * TURN).sin();
    let angle = y.atan2(x) + 0.000_003 * (x * TURN).cos();
    [radius * angle.cos() + 0.006_5, radius * angle.sin() + 0.006]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// C3 of the domain rules.
    #[test]
    fn published_case_c3() {
        let [lon, lat] = Shift::Gcj02.shown_at([121.527_210_6, 31.177_427_6]);
        assert!((lon - 121.531_541_86).abs() < 1e-8 && (lat - 31.175_303_98).abs() < 1e-8, "{lon} {lat}");
    }

    #[test]
    fn what_lies_elsewhere_stays() {
        for shift in [Shift::Gcj02, Shift::Bd09] {
            assert_eq!(shift.shown_at([7.75, 47.3]), [7.75, 47.3]);
            assert_eq!(shift.true_place([-71.1, 42.4]), [-71.1, 42.4]);
            assert!(shift.true_place([f64::NAN, 31.0])[0].is_nan());
        }
    }

    #[test]
    fn words_are_forgiving() {
        for word in ["GCJ-02", "gcj02", "GCJ 02", "GCJ_02"] {
            assert_eq!(Shift::parse(word), Some(Shift::Gcj02), "{word}");
        }
        assert_eq!(Shift::parse("BD-09"), Some(Shift::Bd09));
        assert_eq!(Shift::parse("EPSG:4490"), None);
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 74.0_f64..134.0, lat in 4.0_f64..53.0) {
            for shift in [Shift::Gcj02, Shift::Bd09] {
                let [x, y] = shift.true_place(shift.shown_at([lon, lat]));
                prop_assert!((x - lon).abs() < 1e-9 && (y - lat).abs() < 1e-9, "{shift:?} {x} {y}");
            }
        }
    }

    /// Some hundred metres nearly everywhere in the country, and nowhere more than a kilometre and a half.
    #[test]
    fn the_shift_has_the_size_it_is_known_for() {
        let metres: Vec<f64> = (0..240)
            .flat_map(|i| (0..200).map(move |j| (98.0 + f64::from(i) * 0.1, 22.0 + f64::from(j) * 0.1)))
            .map(|(lon, lat)| {
                let [x, y] = Shift::Gcj02.shown_at([lon, lat]);
                ((x - lon) * 111_320.0 * lat.to_radians().cos()).hypot((y - lat) * 111_320.0)
            })
            .collect();
        let usual = metres.iter().filter(|metres| (100.0..1000.0).contains(*metres)).count();
        assert!(usual * 10 > metres.len() * 9, "{usual} of {}", metres.len());
        assert!(metres.iter().all(|metres| *metres < 1500.0));
    }
}
