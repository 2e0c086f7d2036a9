//! A long profile as an engineer draws it: the graph over a frame whose rows say chainage, levels, depths, slopes and pipes.

mod frame;
mod plot;
mod sheet;

use analysis::network::profile::Profile;
use bevy::math::Vec2;

use super::chart::EXAGGERATIONS;
use super::{Mark, width_of};
use crate::inspect::grouped;
use crate::text::Text;
use crate::theme::Theme;

pub use sheet::{ProfileSheet, profile_svg};

/// Sizes of letters.
const LABEL: f32 = 9.5;
/// Width of the heads of the frame's rows.
const HEADS: f32 = 168.0;
/// Room on the right.
const RIGHT: f32 = 18.0;
const TOP: f32 = 6.0;
/// From labels to where the drawing may begin.
const ELBOW: f32 = 12.0;
/// Distance between labels of neighbours.
const GAP: f32 = 13.0;
/// Points of a metre of paper: an SVG's point is 1/96 inch.
const POINTS_PER_M: f64 = 96.0 / 0.0254;
/// Free height under the lowest and over the highest thing, m.
const UNDER_M: f64 = 0.6;
const OVER_M: f64 = 0.4;
/// The exaggeration that engineers draw, where it fits, and the least height it must fill.
const USUAL: f64 = 10.0;
const LEAST_HEIGHT: f32 = 170.0;

/// How long a metre is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fit {
    /// As the width allows, points.
    Width(f32),
    /// To scale: one to so many.
    Scale(f64),
}

/// What can be pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A pipe, by its place among the profile's.
    Run(usize),
    /// A station.
    Station(usize),
    /// A line that crosses.
    Crossing(usize),
}

/// A laid-out profile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Long {
    /// Shapes, from behind to before.
    pub marks: Vec<Mark>,
    /// Size of everything, points.
    pub size: Vec2,
    /// How much higher than long it is drawn.
    pub exaggeration: f64,
    /// Top left and bottom right of the graph.
    pub graph: [Vec2; 2],
    /// Points of a metre along.
    pub points_per_m: f64,
    /// What can be pointed at: middle and half size.
    pub spots: Vec<(Spot, Vec2, Vec2)>,
}

impl Long {
    /// Distance along the way under a point of the drawing, m, no farther than its ends; `None` beside the graph and frame.
    pub(crate) fn at_m(&self, x: f32) -> Option<f64> {
        let [low, high] = self.graph;
        let inside = x >= low.x - 6.0 && x <= high.x + 6.0;
        inside.then(|| f64::from(x.clamp(low.x, high.x) - low.x) / self.points_per_m)
    }

    /// Where a distance along the way is drawn.
    pub(crate) fn x(&self, at_m: f64) -> f32 {
        self.graph[0].x + (at_m * self.points_per_m) as f32
    }
}

/// How levels and distances become points.
#[derive(Debug, Clone, Copy)]
struct Scale {
    left: f32,
    foot: f32,
    x: f64,
    y: f64,
    low_m: f64,
}

impl Scale {
    fn x(&self, at_m: f64) -> f32 {
        self.left + (at_m * self.x) as f32
    }

    fn at(&self, at_m: f64, z: f64) -> Vec2 {
        Vec2::new(self.x(at_m), self.foot - ((z - self.low_m) * self.y) as f32)
    }
}

/// Lays a profile out. `wanted`: the exaggeration asked for, else the usual one where it fits into `most` points of height.
pub(crate) fn long(profile: &Profile, fit: Fit, wanted: Option<f64>, most: f32, theme: &Theme, text: &Text) -> Long {
    let labels = plot::labels(profile, text);
    let widest = labels.iter().map(|label| width_of(label, LABEL)).fold(0.0, f32::max);
    let band = if labels.is_empty() { 0.0 } else { (widest * 1.08).min(220.0) + 4.0 };
    let x = match fit {
        Fit::Width(width) => f64::from((width - HEADS - RIGHT).max(40.0)) / profile.length_m.max(0.1),
        Fit::Scale(one_to) => POINTS_PER_M / one_to,
    };
    let [low_m, high_m] = range_m(profile);
    let span = high_m - low_m;
    let high = |e: f64| (span * x * e) as f32;
    let exaggeration = wanted.unwrap_or_else(|| {
        let fits = EXAGGERATIONS.into_iter().filter(|e| high(*e) <= most);
        let full = fits.clone().find(|e| *e >= USUAL && high(*e) >= LEAST_HEIGHT);
        full.or_else(|| fits.clone().next_back()).unwrap_or(1.0)
    });
    let top = TOP + band + if band > 0.0 { ELBOW } else { 0.0 };
    let foot = top + high(exaggeration).max(60.0);
    let scale = Scale { left: HEADS, foot, x, y: x * exaggeration, low_m };
    let right = scale.x(profile.length_m);
    let mut drawn = Long {
        marks: Vec::new(),
        size: Vec2::ZERO,
        exaggeration,
        graph: [Vec2::new(HEADS, top), Vec2::new(right, foot)],
        points_per_m: x,
        spots: Vec::new(),
    };
    plot::plot(profile, &scale, &labels, theme, text, &mut drawn);
    let bottom = frame::frame(profile, &scale, theme, text, &mut drawn);
    drawn.size = Vec2::new(right + RIGHT, bottom + 2.0);
    drawn
}

/// Lowest and highest level that must show, m: whole half metres.
fn range_m(profile: &Profile) -> [f64; 2] {
    let [low, high] = profile.range_m().unwrap_or([0.0, 1.0]);
    [((low - UNDER_M) * 2.0).floor() / 2.0, ((high + OVER_M) * 2.0).ceil() / 2.0]
}

/// Distance as engineers write it: kilometres and metres.
pub(crate) fn chainage(at_m: f64) -> String {
    let centimetres = (at_m * 100.0).round() as i64;
    let (whole, rest) = (centimetres / 100_000, centimetres % 100_000);
    format!("{whole}+{:03}.{:02}", rest / 100, rest % 100)
}

/// A level or a depth, m.
fn metres(value: Option<f64>) -> String {
    value.map_or_else(|| "?".to_owned(), |m| grouped(m, 2))
}

#[cfg(test)]
pub(super) mod tests {
    use analysis::network::clearance::Verdict;
    use analysis::network::profile::{Branch, Corner, Crossing, Flaw, FlawKind, Flow, Run, Station, StationNode};
    use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NodeKind, Park};

    use super::super::tests::assert_clear;
    use super::*;
    use crate::theme::ThemeChoice;
    use crate::{Language, drawing::Shape};

    fn line(id: i64) -> FeatureId {
        FeatureId::new(FeatureKind::NetworkEdge, id)
    }

    /// A sewer of `pipes` pipes of `step_m`, each falling 0.2 m, under ground that falls as much.
    fn sewer(pipes: usize, step_m: f64) -> Profile {
        let at = |number: usize| number as f64 * step_m;
        let run = |number: usize| {
            let z = 8.15 - number as f64 * 0.2;
            Run {
                edge: number as u32,
                id: line(number as i64),
                key: format!("e{number}"),
                span_m: [at(number), at(number + 1)],
                axis_m: vec![[at(number), z], [at(number + 1), z - 0.2]],
                height_m: (number % 4 != 3).then_some(0.3),
                round: true,
                diameter_mm: Some(300.0),
                size: "DN300".into(),
                material: Some("Concrete".into()),
                survey_level: (number % 3 == 2).then(|| "C".to_owned()),
                off_m: 0.3,
                flow: Flow::With,
                fall: Some(0.2 / step_m),
            }
        };
        let runs: Vec<Run> = (0..pipes).map(run).collect();
        let station = |number: usize| Station {
            at_m: at(number),
            junction: number as u32,
            place: [at(number), 0.0],
            node: Some(StationNode {
                id: FeatureId::new(FeatureKind::NetworkNode, number as i64),
                key: if number == pipes { "O".into() } else { format!("M{}", number + 1) },
                kind: NodeKind::Manhole,
                cover_level_m: number.is_multiple_of(2).then_some(10.0 - number as f64 * 0.2),
                bottom_m: Some(7.9 - number as f64 * 0.2),
                depth_m: Some(2.1),
                width_m: None,
            }),
            terrain_m: Some(10.0 - number as f64 * 0.2),
            in_m: number.checked_sub(1).and_then(|before| runs[before].invert_ends_m()[1]),
            out_m: runs.get(number).and_then(|run| run.invert_ends_m()[0].map(|z| z + 0.01)),
            branches: vec![Branch {
                id: line(1000 + number as i64),
                key: format!("b{number}"),
                axis_m: Some(9.0 - number as f64 * 0.2),
                height_m: Some(0.2),
                size: "DN200".into(),
            }],
        };
        let crossing = |number: usize| Crossing {
            at_m: at(number) + step_m * 0.4,
            place: [at(number), 0.0],
            edge: 500 + number as u32,
            id: line(500 + number as i64),
            key: format!("w{number}"),
            class: NetworkClass::ALL[number % 8],
            axis_m: (number % 5 != 4).then_some(9.0 - number as f64 * 0.2),
            size_m: Some([0.2, 0.2]),
            size: "DN200".into(),
            material: None,
            survey_level: None,
            own_axis_m: Some(8.0 - number as f64 * 0.2),
            room_m: Some(0.3),
            off_m: 0.6,
            limit_m: Some([0.4; 2]),
            verdict: Some([Verdict::Violated, Verdict::Possible, Verdict::Clear][number % 3]),
            rule: "GB".into(),
        };
        let flaw = |number: usize| Flaw {
            kind: if number.is_multiple_of(2) { FlawKind::TooFlat } else { FlawKind::StepsUp },
            verdict: if number.is_multiple_of(3) { Verdict::Violated } else { Verdict::Possible },
            span_m: [at(number), at(number + 1)],
            id: line(number as i64),
            key: format!("e{number}"),
            value: 0.001,
            limit: Some(0.003),
            place: [0.0; 3],
            rule: "GB 50014 (2021), least slope of sewers (DN300) [secondary]".into(),
        };
        let corners = |run: &Run| {
            run.axis_m.iter().map(|at| Corner { at_m: at[0], position: [at[0], 0.0, at[1]] }).collect::<Vec<_>>()
        };
        Profile {
            class: NetworkClass::Drainage,
            asked: None,
            length_m: at(pipes),
            corners: runs.iter().flat_map(corners).collect(),
            ground: vec![(0..=pipes).map(|number| [at(number), 10.0 - number as f64 * 0.2]).collect()],
            stations: (0..=pipes).map(station).collect(),
            crossings: (0..pipes).map(crossing).collect(),
            flaws: (0..pipes).map(flaw).collect(),
            runs,
        }
    }

    pub(in crate::drawing) fn street() -> (Profile, Park) {
        let park =
            Park { attribution: Some("Made by hand for tests".into()), ..Park::made_up("street", "A street", 4549) };
        (sewer(3, 50.0), park)
    }

    fn drawn(profile: &Profile, fit: Fit, wanted: Option<f64>, language: Language) -> Long {
        long(profile, fit, wanted, 300.0, &Theme::of(ThemeChoice::Daylight), Text::of(language))
    }

    #[test]
    fn chainages_are_written_in_kilometres_and_metres() {
        let told = [0.0, 12.345, 999.999, 1000.0, 12_034.5].map(chainage);
        assert_eq!(told, ["0+000.00", "0+012.35", "1+000.00", "1+000.00", "12+034.50"]);
    }

    #[test]
    fn words_never_touch_however_many_stations_crowd() {
        for (pipes, step_m) in [(1, 30.0), (3, 50.0), (12, 8.0), (40, 25.0), (150, 4.0)] {
            let profile = sewer(pipes, step_m);
            for fit in [Fit::Width(760.0), Fit::Width(1400.0), Fit::Scale(1000.0)] {
                for language in [Language::English, Language::Chinese] {
                    let drawn = drawn(&profile, fit, None, language);
                    assert_clear(&drawn.marks);
                    assert!(drawn.size.is_finite() && drawn.size.x > 200.0 && drawn.size.y > 200.0);
                }
            }
        }
    }

    #[test]
    fn heights_are_as_many_times_lengths_as_it_says() {
        let profile = sewer(6, 50.0);
        for wanted in [None, Some(1.0), Some(5.0), Some(50.0)] {
            let drawn = drawn(&profile, Fit::Width(900.0), wanted, Language::English);
            assert!(wanted.is_none_or(|wanted| drawn.exaggeration == wanted));
            let upper: Vec<&Vec<Vec2>> = drawn
                .marks
                .iter()
                .filter_map(|mark| match &mark.shape {
                    Shape::Band { upper, .. } => Some(upper),
                    _ => None,
                })
                .collect();
            // Pipes of known size, 50 m along and 0.2 m down.
            assert_eq!(upper.len(), 5);
            let (along, down) = ((upper[0][1].x - upper[0][0].x) / 50.0, (upper[0][1].y - upper[0][0].y) / 0.2);
            assert!((f64::from(down / along) / drawn.exaggeration - 1.0).abs() < 1e-3, "{along} {down}");
            for share in [0.0, 0.37, 1.0] {
                let at_m = profile.length_m * share;
                assert!((drawn.at_m(drawn.x(at_m)).unwrap() - at_m).abs() < 0.05);
            }
        }
        let drawn = drawn(&profile, Fit::Width(900.0), None, Language::English);
        assert_eq!(drawn.at_m(20.0), None, "beside the graph");
        assert!(drawn.spots.iter().any(|spot| spot.0 == Spot::Run(5)));
    }

    #[test]
    fn a_profile_of_which_nothing_is_known_is_drawn_all_the_same() {
        let mut profile = sewer(4, 20.0);
        profile.ground.clear();
        profile.crossings.iter_mut().for_each(|one| one.axis_m = None);
        for run in &mut profile.runs {
            run.axis_m.iter_mut().for_each(|at| at[1] = f64::NAN);
            (run.height_m, run.fall) = (None, None);
        }
        profile.corners.iter_mut().for_each(|corner| corner.position[2] = f64::NAN);
        for station in &mut profile.stations {
            (station.terrain_m, station.in_m, station.out_m, station.node) = (None, None, None, None);
            station.branches.clear();
        }
        profile.flaws.clear();
        let drawn = drawn(&profile, Fit::Width(700.0), None, Language::English);
        assert_clear(&drawn.marks);
        let unknown =
            drawn.marks.iter().filter(|m| matches!(&m.shape, Shape::Words { text, .. } if text.contains('?')));
        assert!(unknown.count() >= 4 * 4, "each says so");
    }
}
