//! What is laid on the land of a candidate, to be drawn in the scene: the hall of the test-fit with its yard, the circle that trucks
//! turn in, and the ground within the distance that the prospect wants to keep.

use geo::{Buffer, Geometry, MultiPolygon, Point, Polygon};
use spatial_db::model::{FeatureId, FeatureKind};

use super::fit::{HALL_ID, TestFit};
use super::matched::Match;
use super::measure::{NOWHERE, Verdict};
use super::said;
use super::things::Railway;
use super::turning::TurningFit;
use super::want::{Thing, Want, grouped};
use crate::overlay::{self, Class, Overlay, Pattern, Swatch, Zone};
use crate::words;
use crate::words::Words;

/// A part of what is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LaidPart {
    /// The hall.
    Hall,
    /// Its truck yard.
    Yard,
    /// The circle that trucks turn in.
    Turning,
    /// The ground within the distance asked for; the site is not known to reach into it.
    KeptAway,
    /// The same where the site reaches into it.
    TooNear,
}

impl LaidPart {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Hall, Self::Yard, Self::Turning, Self::KeptAway, Self::TooNear];

    /// Colour, sRGB: those of the plan in a brief, and of its verdicts. The hall stands on its site: a darker blue than that.
    pub const fn colour(self) -> [u8; 3] {
        match self {
            Self::Hall => [8, 79, 150],
            Self::Yard => [255, 255, 255],
            Self::Turning => [92, 102, 112],
            Self::KeptAway => [46, 158, 91],
            Self::TooNear => [179, 38, 30],
        }
    }

    /// The second sign beside colour.
    pub const fn pattern(self) -> Pattern {
        match self {
            Self::Hall | Self::Yard => Pattern::Solid,
            Self::Turning => Pattern::Hatch,
            Self::KeptAway => Pattern::Dots,
            Self::TooNear => Pattern::CrossHatch,
        }
    }

    /// What it is called.
    pub fn title(self) -> Words {
        match self {
            Self::Hall => said::HALL.into(),
            Self::Yard => said::YARD.into(),
            Self::Turning => said::TURNING.into(),
            Self::KeptAway => words!("pitch-kept-away", "distance to keep"),
            Self::TooNear => words!("pitch-too-near", "distance to keep, not kept"),
        }
    }
}

/// The ground within the distance that is to be kept from the nearest thing of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAway {
    /// The need, from 0.
    pub need: usize,
    /// What it is called, with the kind of thing.
    pub title: Words,
    /// The distance asked for, m.
    pub at_least_m: f64,
    /// The thing, widened by it.
    pub area: MultiPolygon<f64>,
    /// Whether the site keeps it.
    pub verdict: Verdict,
}

impl KeptAway {
    /// How it is drawn.
    pub fn part(&self) -> LaidPart {
        if self.verdict == Verdict::Gap { LaidPart::TooNear } else { LaidPart::KeptAway }
    }
}

/// What is laid on the land of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct LaidOut {
    /// The hall and its yard; where a circle fits, as they leave room for it.
    pub fit: Option<TestFit>,
    /// The circle that trucks turn in.
    pub turning: Option<TurningFit>,
    /// One for each need to be away from something that is on record.
    pub kept_away: Vec<KeptAway>,
}

/// Entry of a legend.
fn class(part: LaidPart, label: Words, measure: Option<String>) -> Class {
    Class { label, colour: part.colour(), pattern: part.pattern(), swatch: Swatch::Area, count: 1, measure }
}

impl TestFit {
    /// Entry of a legend for the hall.
    fn class(&self) -> Class {
        let size = format!("{}, {:.1} m", grouped(self.footprint_m2, "m²"), self.height_m);
        class(LaidPart::Hall, LaidPart::Hall.title(), Some(size))
    }

    /// The same for its yard.
    fn yard_class(yard: &Polygon<f64>) -> Class {
        class(LaidPart::Yard, LaidPart::Yard.title(), Some(grouped(geo::Area::unsigned_area(yard), "m²")))
    }

    /// An overlay in which the hall that [`super::with_hall`] puts into a park has its colour, with its yard on the ground.
    #[must_use]
    pub fn on(&self, mut overlay: Overlay) -> Overlay {
        let hall = FeatureId::new(FeatureKind::Building, HALL_ID);
        let class = overlay.classes.len();
        overlay.verdicts.insert(hall, overlay::Verdict { class, value: None, outline: None, facts: Vec::new() });
        overlay.classes.push(self.class());
        if let Some(yard) = &self.yard {
            overlay.zones.push(Zone { area: MultiPolygon(vec![yard.clone()]), class: overlay.classes.len() });
            overlay.classes.push(Self::yard_class(yard));
        }
        overlay
    }
}

impl LaidOut {
    /// Entries of a legend.
    pub fn classes(&self) -> Vec<Class> {
        let titled = |part: LaidPart, measure: Option<String>| class(part, part.title(), measure);
        let mut classes = Vec::new();
        if let Some(fit) = &self.fit {
            classes.push(fit.class());
            if let Some(yard) = &fit.yard {
                classes.push(TestFit::yard_class(yard));
            }
        }
        if let Some(turning) = &self.turning {
            classes.push(titled(LaidPart::Turning, Some(format!("R {:.1} m", turning.radius_m))));
        }
        // There may be several: each says from what.
        classes.extend(self.kept_away.iter().map(|one| {
            let part = one.part();
            let label = words!("pitch-kept-from", "{need}: {part}", need = one.title.clone(), part = part.title());
            class(part, label, Some(grouped(one.at_least_m, "m")))
        }));
        classes
    }
}

impl Match<'_, '_> {
    /// The hall and the circle on a candidate's land, the hall where it leaves room for the circle.
    pub(super) fn laid(&self, candidate: u32) -> (Option<TestFit>, Option<TurningFit>) {
        let (mut fit, turning) = (self.test_fit(candidate), self.turning(candidate));
        if let (Some(fit), Some(turning)) = (&mut fit, &turning) {
            turning.lay(fit);
        }
        (fit, turning)
    }

    /// What is laid on a candidate's land, and the ground that it is to keep away from.
    pub fn laid_out(&self, candidate: u32) -> LaidOut {
        let (fit, turning) = self.laid(candidate);
        let away = self.pitch.needs.iter().enumerate().filter_map(|(need, of)| match &of.want {
            Want::Away { what, at_least_m } => Some((need, of.want.title(), what, *at_least_m)),
            _ => None,
        });
        let kept_away = away.filter_map(|(need, title, what, at_least_m)| {
            let finding = self.finding(candidate, need);
            let thing = self.shape_of(what, finding.measure.at)?;
            Some(KeptAway { need, title, at_least_m, area: thing.buffer(at_least_m), verdict: finding.verdict })
        });
        LaidOut { fit, turning, kept_away: kept_away.collect() }
    }

    /// Where a thing is; `None` for none.
    fn shape_of(&self, what: &Thing, at: u32) -> Option<Geometry<f64>> {
        if at == NOWHERE {
            return None;
        }
        let (park, at) = (self.ground.park, at as usize);
        Some(match what {
            Thing::Gate | Thing::FireStation | Thing::Hospital | Thing::Hydrant => {
                let [x, y] = park.resources[at].position;
                Point::new(x, y).into()
            }
            Thing::Hazard { .. } => park.hazards[at].shape.clone(),
            Thing::OpenWater => park.surfaces[at].area.clone().into(),
            Thing::Rail => match self.ground.railway(at) {
                Railway::Track(road) => road.line.clone().into(),
                Railway::Cover(surface) => surface.area.clone().into(),
            },
        })
    }
}
