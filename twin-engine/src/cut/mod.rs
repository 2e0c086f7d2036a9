//! Looking inside the ground: a section plane that everything is cut along, and a pit dug into the ground.
//!
//! Here is what a person asks for, in park coordinates; `scene` turns it into what the passes read, `caps` makes the faces
//! that are laid bare, `tool` places and moves it, `pick` tells what is met there.

pub(crate) mod caps;
pub(crate) mod pick;
pub(crate) mod scene;
pub(crate) mod tool;

use bevy::math::DVec2;
use serde::{Deserialize, Serialize};

/// Least length of a section, m.
pub const LEAST_LENGTH_M: f64 = 0.5;
/// Shallowest and deepest pit, m.
pub const DEPTH_M: (f64, f64) = (0.2, 60.0);
/// Depth of a pit at first, m.
const FIRST_DEPTH_M: f64 = 3.0;
/// Smallest and largest factor on the size of pipes.
pub const PIPE_FACTOR: (f64, f64) = (1.0, 10.0);

/// What is cut open. Park coordinates, m.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cut {
    /// Everything on the near side of this plane is taken away.
    pub section: Option<SectionPlane>,
    /// The ground is open here.
    pub dig: Option<Dig>,
    /// Factor on the drawn size of pipes; 1 is true to scale.
    pub pipe_factor: f64,
}

impl Default for Cut {
    fn default() -> Self {
        Self { section: None, dig: None, pipe_factor: 1.0 }
    }
}

/// A vertical plane through two places on the ground, seen from the right of the way from the first to the second: what is
/// on that side is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionPlane {
    /// First place, easting and northing, m; the left end of the drawing.
    pub from: [f64; 2],
    /// Second place.
    pub to: [f64; 2],
}

/// A pit with upright walls and a level floor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dig {
    /// Corners on the ground, easting and northing, m, 3 to 32, without the first again at the end.
    pub outline: Vec<[f64; 2]>,
    /// Depth of the floor under the lowest ground along the outline, m.
    pub depth_m: f64,
}

/// What is wrong with a cut: the field, its value and what it may be.
pub type OutOfRange = (&'static str, f64, &'static str);

impl Cut {
    /// True when nothing is cut.
    pub fn is_empty(&self) -> bool {
        self.section.is_none() && self.dig.is_none()
    }

    /// Checks what a person wrote.
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let within = |what, value: f64, (least, most): (f64, f64), range| {
            if (least..=most).contains(&value) { Ok(()) } else { Err((what, value, range)) }
        };
        within("cut.pipe_factor", self.pipe_factor, PIPE_FACTOR, "from 1 to 10")?;
        if let Some(section) = &self.section {
            within("length of cut.section in m", section.length_m(), (LEAST_LENGTH_M, 1e6), "at least 0.5")?;
        }
        if let Some(dig) = &self.dig {
            within("cut.dig.depth_m", dig.depth_m, DEPTH_M, "from 0.2 to 60")?;
            let corners = (3.0, shaders::MOST_CORNERS as f64);
            within("number of corners of cut.dig.outline", dig.outline.len() as f64, corners, "from 3 to 32")?;
            within("area of cut.dig.outline in m²", dig.area_m2(), (0.05, 1e9), "above 0")?;
        }
        Ok(())
    }
}

impl SectionPlane {
    /// A plane through two places with the near side towards `eye`; `None` where they are one place.
    pub fn facing(a: DVec2, b: DVec2, eye: DVec2) -> Option<Self> {
        let plane = Self { from: a.to_array(), to: b.to_array() };
        if plane.length_m().is_nan() || plane.length_m() < LEAST_LENGTH_M {
            return None;
        }
        Some(if plane.off_m(eye) >= 0.0 { plane } else { plane.flipped() })
    }

    /// First place.
    pub fn start(&self) -> DVec2 {
        DVec2::from_array(self.from)
    }

    /// Second place.
    pub fn end(&self) -> DVec2 {
        DVec2::from_array(self.to)
    }

    /// Between the two.
    pub fn middle(&self) -> DVec2 {
        self.start().midpoint(self.end())
    }

    /// Length, m.
    pub fn length_m(&self) -> f64 {
        self.start().distance(self.end())
    }

    /// Unit vector from the first place to the second.
    pub fn along(&self) -> DVec2 {
        (self.end() - self.start()).normalize_or(DVec2::X)
    }

    /// Unit vector towards the side that is taken away.
    pub fn near(&self) -> DVec2 {
        let along = self.along();
        DVec2::new(along.y, -along.x)
    }

    /// How far a place is on the side that is taken away, m; negative on the other.
    pub fn off_m(&self, at: DVec2) -> f64 {
        self.near().dot(at - self.start())
    }

    /// The same plane with the other side taken away.
    #[must_use]
    pub fn flipped(&self) -> Self {
        Self { from: self.to, to: self.from }
    }

    /// The plane moved away from the eye by `step_m`; negative brings it nearer.
    #[must_use]
    pub fn moved(&self, step_m: f64) -> Self {
        let by = -self.near() * step_m;
        Self { from: (self.start() + by).to_array(), to: (self.end() + by).to_array() }
    }
}

impl Dig {
    /// A pit of the depth that pits have at first; `None` where the outline encloses nothing or has too many corners.
    pub fn new(outline: &[DVec2]) -> Option<Self> {
        let dig = Self { outline: outline.iter().map(DVec2::to_array).collect(), depth_m: FIRST_DEPTH_M };
        Cut { dig: Some(dig.clone()), ..Cut::default() }.check().is_ok().then_some(dig)
    }

    /// Corners.
    pub fn corners(&self) -> impl ExactSizeIterator<Item = DVec2> + Clone + '_ {
        self.outline.iter().map(|at| DVec2::from_array(*at))
    }

    /// Area in plan, m².
    pub fn area_m2(&self) -> f64 {
        self.signed_area_m2().abs()
    }

    /// Area in plan, m², negative where the corners go clockwise.
    pub(crate) fn signed_area_m2(&self) -> f64 {
        // Around the first corner: park coordinates are large.
        let corners: Vec<DVec2> = self.corners().map(|at| at - DVec2::from_array(self.outline[0])).collect();
        let twice: f64 = (0..corners.len()).map(|i| corners[i].perp_dot(corners[(i + 1) % corners.len()])).sum();
        twice / 2.0
    }

    /// Mean of the corners.
    pub fn middle(&self) -> DVec2 {
        self.corners().sum::<DVec2>() / self.outline.len().max(1) as f64
    }

    /// Sides as pairs of corners, the last back to the first.
    pub fn sides(&self) -> impl Iterator<Item = [DVec2; 2]> + '_ {
        let count = self.outline.len();
        (0..count).map(move |i| [self.outline[i], self.outline[(i + 1) % count]].map(DVec2::from_array))
    }

    /// True within the outline, by even and odd.
    pub fn holds(&self, at: DVec2) -> bool {
        self.sides().fold(false, |inside, [a, b]| {
            let between = (a.y > at.y) != (b.y > at.y);
            inside ^ (between && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x)
        })
    }

    /// Elevation of the floor on a ground, m.
    pub fn floor_m(&self, ground: &crate::mesh::Ground) -> f64 {
        let mut ring: Vec<DVec2> = self.corners().collect();
        ring.extend(ring.first().copied());
        ground.range_along(&ring).0 - self.depth_m
    }

    /// The pit with its outline moved.
    #[must_use]
    pub fn moved(&self, by: DVec2) -> Self {
        Self { outline: self.corners().map(|at| (at + by).to_array()).collect(), depth_m: self.depth_m }
    }

    /// The pit with another depth, as far as a pit may be deep, to the centimetre.
    #[must_use]
    pub fn deep(&self, depth_m: f64) -> Self {
        let depth_m = (depth_m.clamp(DEPTH_M.0, DEPTH_M.1) * 100.0).round() / 100.0;
        Self { depth_m, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_of_the_eye_is_taken_away_and_flipping_takes_the_other() {
        let (a, b) = (DVec2::new(356_000.0, 3_431_000.0), DVec2::new(356_100.0, 3_431_000.0));
        for eye in [DVec2::new(356_050.0, 3_430_900.0), DVec2::new(356_050.0, 3_431_100.0)] {
            let plane = SectionPlane::facing(a, b, eye).unwrap();
            assert!(plane.off_m(eye) > 99.0 && plane.flipped().off_m(eye) < -99.0);
            assert!(plane.moved(10.0).off_m(eye) > 109.0, "away from the eye");
            assert!((plane.moved(10.0).moved(-10.0).start() - plane.start()).length() < 1e-9);
        }
        // From the south the first place is in the west: on the left of the drawing.
        assert_eq!(SectionPlane::facing(b, a, DVec2::new(356_050.0, 3_430_900.0)).unwrap().from, a.to_array());
        assert_eq!(SectionPlane::facing(a, a, b), None);
    }

    #[test]
    fn a_pit_holds_what_is_within_its_corners() {
        let corner = DVec2::new(356_000.0, 3_431_000.0);
        let at = |x: f64, y: f64| corner + DVec2::new(x, y);
        let dig = Dig::new(&[at(0.0, 0.0), at(10.0, 0.0), at(10.0, 8.0), at(5.0, 2.0), at(0.0, 8.0)]).unwrap();
        assert!(dig.holds(at(1.0, 5.0)) && dig.holds(at(9.0, 5.0)) && !dig.holds(at(5.0, 5.0)), "the notch is outside");
        assert!((dig.area_m2() - 50.0).abs() < 1e-6, "{}", dig.area_m2());
        assert!(dig.moved(DVec2::new(0.0, 3.0)).holds(at(5.0, 4.0)));
        assert_eq!((dig.deep(-4.0).depth_m, dig.deep(2.504).depth_m, dig.deep(900.0).depth_m), (0.2, 2.5, 60.0));
        assert_eq!(Dig::new(&[at(0.0, 0.0), at(1.0, 0.0)]), None);
        assert_eq!(Dig::new(&[at(0.0, 0.0), at(1.0, 0.0), at(2.0, 0.0)]), None);
    }

    #[test]
    fn a_cut_is_written_and_read_back_the_same() {
        let cut = Cut {
            section: Some(SectionPlane { from: [356_000.25, 3_431_000.5], to: [356_100.0, 3_431_040.125] }),
            dig: Some(Dig { outline: vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]], depth_m: 2.5 }),
            pipe_factor: 3.0,
        };
        let text = ron::to_string(&cut).unwrap();
        assert_eq!(ron::from_str::<Cut>(&text).unwrap(), cut);
        assert_eq!(ron::from_str::<Cut>("()").unwrap(), Cut::default());
        assert_eq!(cut.check(), Ok(()));
        assert_eq!(Cut { pipe_factor: 0.0, ..cut.clone() }.check().unwrap_err().0, "cut.pipe_factor");
        let flat = Dig { outline: vec![[0.0, 0.0], [4.0, 0.0]], depth_m: 2.5 };
        assert!(Cut { dig: Some(flat), ..cut }.check().unwrap_err().0.contains("corners"));
    }
}
