//! What is laid on the land of a site, as a scene keeps it: the hall with its yard and the circle that trucks turn in. It is drawn
//! only: the park and its tables do not have it.

use analysis::siting::{LaidPart, TestFit, TurningFit};
use geo::{Coord, LineString, Polygon};
use serde::{Deserialize, Serialize};

/// Corners of an outline, at most.
const MOST_CORNERS: usize = 64;
/// Places are kept to so many parts of a metre: no finer than the plan of a brief, since a hall may stand right beside a line that is
/// not shown.
const PER_M: f64 = 10.0;

/// What is laid on the land of a site, in the park's CRS and metres.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaidLook {
    /// Corners of the hall in order; no hall if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hall: Vec<[f64; 2]>,
    /// Height of the hall, m.
    #[serde(default)]
    pub height_m: f64,
    /// Corners of its truck yard in order; no yard if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yard: Vec<[f64; 2]>,
    /// The circle that trucks turn in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turning: Option<TurningLook>,
}

/// A circle on the ground.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurningLook {
    /// Its middle.
    pub at: [f64; 2],
    /// Its radius, m.
    pub radius_m: f64,
}

fn rounded(value: f64) -> f64 {
    (value * PER_M).round() / PER_M
}

/// A number of the scene that cannot be used: which, its value, and what it may be.
type Wrong = (&'static str, f64, &'static str);

impl LaidLook {
    /// The look of what a test-fit lays, to a decimetre; `None` where it lays nothing.
    pub fn of(fit: Option<&TestFit>, turning: Option<&TurningFit>) -> Option<Self> {
        let corners = |area: &Polygon<f64>| -> Vec<[f64; 2]> {
            let ring = &area.exterior().0;
            // The last is the first again.
            ring.iter().take(ring.len().saturating_sub(1)).map(|at| [rounded(at.x), rounded(at.y)]).collect()
        };
        let look = Self {
            hall: fit.map(|fit| corners(&fit.hall)).unwrap_or_default(),
            height_m: fit.map_or(0.0, |fit| rounded(fit.height_m)),
            yard: fit.and_then(|fit| fit.yard.as_ref()).map(corners).unwrap_or_default(),
            turning: turning.map(|of| TurningLook {
                at: [rounded(of.centre.x), rounded(of.centre.y)],
                radius_m: rounded(of.radius_m),
            }),
        };
        (look != Self::default()).then_some(look)
    }

    /// Whether every number is one that can be drawn.
    pub(crate) fn check(&self) -> Result<(), Wrong> {
        for (what, outline) in [("laid.hall", &self.hall), ("laid.yard", &self.yard)] {
            let corners = outline.len();
            if corners != 0 && !(3..=MOST_CORNERS).contains(&corners) {
                return Err((what, corners as f64, "3 to 64 corners"));
            }
        }
        let circle = self.turning.iter().flat_map(|circle| circle.at);
        let mut ordinates = self.hall.iter().chain(&self.yard).flatten().copied().chain(circle);
        if let Some(wrong) = ordinates.find(|at| !at.is_finite()) {
            return Err(("laid", wrong, "in metres of the park's CRS"));
        }
        let stands = self.height_m > 0.0 && self.height_m <= 500.0;
        if !self.hall.is_empty() && !stands {
            return Err(("laid.height_m", self.height_m, "above 0, 500 at most"));
        }
        let radius = self.turning.as_ref().map(|circle| circle.radius_m);
        match radius.filter(|radius| !(*radius > 0.0 && *radius <= 500.0)) {
            Some(radius) => Err(("laid.turning.radius_m", radius, "above 0, 500 at most")),
            None => Ok(()),
        }
    }

    /// The hall with its height.
    pub(super) fn mass(&self) -> Option<(Polygon<f64>, f64)> {
        Some((area(&self.hall)?, self.height_m))
    }

    /// What lies on the ground.
    pub(super) fn on_ground(&self) -> Vec<(Polygon<f64>, LaidPart)> {
        let circle = self.turning.as_ref().map(|of| {
            let centre = Coord { x: of.at[0], y: of.at[1] };
            let fit = TurningFit {
                centre,
                radius_m: of.radius_m,
                inner_radius_m: 0.0,
                room_m: of.radius_m,
                hall: None,
                yard: None,
            };
            (fit.circle(), LaidPart::Turning)
        });
        area(&self.yard).map(|yard| (yard, LaidPart::Yard)).into_iter().chain(circle).collect()
    }
}

fn area(corners: &[[f64; 2]]) -> Option<Polygon<f64>> {
    let ring: Vec<(f64, f64)> = corners.iter().map(|[x, y]| (*x, *y)).collect();
    (!ring.is_empty()).then(|| Polygon::new(LineString::from(ring), Vec::new()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::scene_file::SceneFile;

    /// A hall of 1,800 m² and 11 m on a hectare of land, laid by hand.
    pub(in crate::siting) fn fit(hall: Polygon<f64>, yard: Option<Polygon<f64>>) -> TestFit {
        TestFit {
            share: 1.0,
            hall,
            yard,
            turned_deg: 0.0,
            footprint_m2: 1800.0,
            land_m2: 10_000.0,
            coverage: 0.18,
            far: 0.36,
            room_m2: 8_000.0,
            taken_out: Vec::new(),
            height_m: 11.0,
        }
    }

    fn look() -> LaidLook {
        LaidLook {
            hall: vec![[356_000.1, 3_431_000.0], [356_060.1, 3_431_000.0], [356_060.1, 3_431_030.0]],
            height_m: 11.5,
            yard: Vec::new(),
            turning: Some(TurningLook { at: [356_080.0, 3_431_010.0], radius_m: 12.5 }),
        }
    }

    #[test]
    fn a_scene_keeps_the_hall_and_names_what_cannot_be_drawn() {
        let scene = SceneFile { laid: Some(look()), ..SceneFile::default() };
        assert_eq!(SceneFile::parse(&scene.to_text()).unwrap(), scene);
        let said = |laid: LaidLook| {
            let scene = SceneFile { laid: Some(laid), ..SceneFile::default() };
            SceneFile::parse(&scene.to_text()).unwrap_err().to_string()
        };
        assert!(said(LaidLook { height_m: 0.0, ..look() }).contains("laid.height_m is 0"));
        let line = LaidLook { hall: vec![[0.0; 2]; 2], ..look() };
        assert!(said(line).contains("laid.hall is 2; it must be 3 to 64 corners"));
        let circle = TurningLook { at: [0.0; 2], radius_m: -1.0 };
        assert!(said(LaidLook { turning: Some(circle), ..look() }).contains("laid.turning.radius_m"));
    }

    #[test]
    fn what_is_laid_is_kept_to_a_decimetre() {
        let at = |x: f64, y: f64| Coord { x: 356_000.0 + x, y: 3_431_000.0 + y };
        let ring = vec![at(0.04, 0.0), at(60.07, 0.0), at(60.07, 30.02), at(0.04, 30.02), at(0.04, 0.0)];
        let fit = fit(Polygon::new(LineString(ring), Vec::new()), None);
        let look = LaidLook::of(Some(&fit), None).unwrap();
        assert_eq!(look.hall.len(), 4, "the last corner is not the first again");
        assert!((look.hall[2][0] - 356_060.1).abs() < 1e-6 && (look.hall[2][1] - 3_431_030.0).abs() < 1e-6);
        assert_eq!(look.mass().map(|(_, height_m)| height_m), Some(11.0));
        assert!(look.on_ground().is_empty() && LaidLook::of(None, None).is_none());
    }
}
