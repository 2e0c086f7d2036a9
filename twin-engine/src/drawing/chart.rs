//! The section itself between its axes: ground, buildings, boundaries, chambers, pipes with leaders to their labels.

use analysis::network::{CutPipe, Section};
use bevy::math::Vec2;

use super::spread::spread;
use super::{Anchor, Mark, Shape, line, width_of, words};
use crate::cut::caps::ASSUMED_DEPTH_M;
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::Theme;

/// Vertical exaggerations to choose from.
pub(crate) const EXAGGERATIONS: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Sizes of letters.
const LABEL: f32 = 9.5;
const TICK: f32 = 9.5;
/// Room around the plot: left, right, bottom.
const LEFT: f32 = 62.0;
const RIGHT: f32 = 16.0;
const BOTTOM: f32 = 56.0;
/// Where the row of distances between pipes stands under the graph.
const BETWEEN: f32 = 46.0;
const TOP: f32 = 6.0;
/// Distance between labels of neighbouring pipes.
const GAP: f32 = 13.0;
/// Height of the row of labels: the number, and the size and cover read from below.
const NUMBERS: f32 = 14.0;
/// From labels to where the drawing may begin.
const ELBOW: f32 = 10.0;
/// Smallest half size of a pipe.
const LEAST_HALF: f32 = 2.6;
/// Free height under the lowest and over the highest thing, m.
const UNDER_M: f64 = 0.8;
const OVER_M: f64 = 0.8;

/// A laid-out section.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    /// Shapes, from behind to before.
    pub marks: Vec<Mark>,
    /// How much higher than long it is drawn.
    pub exaggeration: f64,
    /// Pipes with their number and place, for a pointer: index in the section, middle, half size.
    pub spots: Vec<(usize, Vec2, Vec2)>,
}

/// How elevations and distances become points.
struct Scale {
    left: f32,
    foot: f32,
    x: f32,
    y: f32,
    low_m: f64,
}

impl Scale {
    fn at(&self, station: f64, z: f64) -> Vec2 {
        Vec2::new(self.left + station as f32 * self.x, self.foot - (z - self.low_m) as f32 * self.y)
    }
}

/// Elevation of a pipe's axis as drawn, m.
fn axis_m(section: &Section, pipe: &CutPipe) -> Option<f64> {
    pipe.axis_m.or_else(|| Some(ground_m(section, pipe.at_m)? - ASSUMED_DEPTH_M))
}

/// Ground at a distance, m.
fn ground_m(section: &Section, station: f64) -> Option<f64> {
    let after = section.ground.partition_point(|at| at[0] < station);
    let b = section.ground.get(after).or(section.ground.last())?;
    let a = after.checked_sub(1).and_then(|before| section.ground.get(before)).unwrap_or(b);
    let span = b[0] - a[0];
    Some(if span > 0.0 { a[1] + (b[1] - a[1]) * ((station - a[0]) / span).clamp(0.0, 1.0) } else { b[1] })
}

/// A round step that divides a range into about `count` parts.
pub(super) fn tick_step(range: f64, count: f64) -> f64 {
    let raw = (range / count.max(1.0)).max(1e-9);
    let unit = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * unit >= raw - 1e-12).unwrap_or(10.0);
    factor * unit
}

pub(super) fn decimals(step: f64) -> usize {
    if step >= 1.0 { 0 } else { (-step.log10().floor()).clamp(0.0, 3.0) as usize }
}

/// Lays `section` out on `size` points. `wanted`: the exaggeration asked for, else the largest that fits.
pub(crate) fn chart(section: &Section, size: Vec2, wanted: Option<f64>, theme: &Theme, text: &Text) -> Chart {
    let labels: Vec<String> = section.pipes.iter().map(label).collect();
    let widest = labels.iter().map(|label| width_of(label, LABEL)).fold(0.0, f32::max);
    let band = if labels.is_empty() { 0.0 } else { NUMBERS + widest.min(size.y * 0.35) + 4.0 };
    let (left, right) = (LEFT, (size.x - RIGHT).max(LEFT + 40.0));
    let foot = (size.y - BOTTOM).max(TOP + band + ELBOW + 20.0);
    let top = TOP + band + if band > 0.0 { ELBOW } else { 0.0 };
    let [low_m, high_m] = range_m(section);
    let room = f64::from(foot - top);
    let across = f64::from(right - left) / section.length_m.max(0.1);
    let most = room / ((high_m - low_m) * across);
    // Where even true to scale is too high, the drawing is not as wide as the sheet.
    let x = if most < 1.0 { across * most } else { across };
    let fits = |e: &f64| *e <= most.max(1.0) + 1e-9;
    let largest = EXAGGERATIONS.into_iter().rfind(fits).unwrap_or(1.0);
    let exaggeration = wanted.filter(fits).unwrap_or(largest);
    let (x, y) = (x as f32, (x * exaggeration) as f32);
    let scale = Scale { left: left + (right - left - section.length_m as f32 * x) / 2.0, foot, x, y, low_m };
    let right = scale.at(section.length_m, low_m).x;
    let mut plot = Plot { marks: Vec::new(), section, scale, theme, text, top, right, band_top: TOP };
    plot.axes();
    plot.ground();
    plot.buildings();
    plot.boundaries();
    plot.chambers();
    let spots = plot.pipes(&labels);
    plot.between(&spots);
    plot.ends();
    Chart { marks: plot.marks, exaggeration, spots }
}

/// What stands beside a pipe: size and cover.
fn label(pipe: &CutPipe) -> String {
    let cover = pipe.cover_m.map_or_else(|| "?".to_owned(), |cover| format!("{} m", grouped(cover, 2)));
    if pipe.size.is_empty() {
        return format!("? · {cover}");
    }
    // Ducts are known by their two numbers; the table has the unit.
    let size = pipe.size.replace(" mm", "").replace(" × ", "×");
    format!("{size} · {cover}")
}

/// Lowest and highest elevation that must show, m.
fn range_m(section: &Section) -> [f64; 2] {
    let pipes = section.pipes.iter().filter_map(|pipe| {
        let axis = axis_m(section, pipe)?;
        Some([axis - pipe.height_m / 2.0, axis + pipe.height_m / 2.0])
    });
    let chambers = section.chambers.iter().map(|c| [c.bottom_m, c.top_m]);
    let ground = section.ground.iter().map(|at| [at[1], at[1]]);
    // A building's roof may be cut off; its foot may not.
    let feet = section.buildings.iter().map(|b| [b.base_m, b.base_m + 2.0]);
    let all = ground.chain(pipes).chain(chambers).chain(feet).filter(|r| r[0].is_finite() && r[1].is_finite());
    let [low, high] = all.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]).unwrap_or([0.0, 1.0]);
    [low - UNDER_M, high + OVER_M]
}

struct Plot<'a> {
    marks: Vec<Mark>,
    section: &'a Section,
    scale: Scale,
    theme: &'a Theme,
    text: &'a Text,
    /// Top of the drawing, under the labels.
    top: f32,
    right: f32,
    band_top: f32,
}

impl Plot<'_> {
    fn add(&mut self, shape: Shape, colour: crate::theme::Rgb) {
        self.marks.push(Mark::new(shape, colour));
    }

    fn axes(&mut self) {
        let (left, foot, right, top) = (self.scale.left, self.scale.foot, self.right, self.top);
        let (ink, soft, faint) = (self.theme.ink, self.theme.ink_soft, self.theme.panel_line);
        let high_m = self.scale.low_m + f64::from((foot - top) / self.scale.y);
        let step = tick_step(high_m - self.scale.low_m, f64::from((foot - top) / 26.0).max(2.0));
        let mut z = (self.scale.low_m / step).ceil() * step;
        while z <= high_m + 1e-9 {
            let at = self.scale.at(0.0, z);
            self.add(line(at, Vec2::new(right, at.y), 0.6), faint);
            self.add(line(at - Vec2::new(4.0, 0.0), at, 1.0), soft);
            // The lowest label must not touch the first of the distances.
            self.add(words(at - Vec2::new(7.0, 0.0), grouped(z, decimals(step)), TICK, Anchor::End), soft);
            z += step;
        }
        let length = self.section.length_m;
        let widest = width_of(&grouped(length, 1), TICK) + 24.0;
        let step = tick_step(length, f64::from((right - left) / widest.max(44.0)).max(1.0));
        let mut station = 0.0;
        while station <= length + 1e-9 {
            let at = self.scale.at(station, self.scale.low_m);
            self.add(line(at, at + Vec2::new(0.0, 4.0), 1.0), soft);
            let text = grouped(station, decimals(step));
            self.add(words(at + Vec2::new(0.0, 11.0), text, TICK, Anchor::Middle), soft);
            station += step;
        }
        self.add(
            Shape::Line {
                points: vec![Vec2::new(left, top), Vec2::new(left, foot), Vec2::new(right, foot)],
                width: 1.0,
                dash: 0.0,
            },
            ink,
        );
        let distance = t!(self.text, "section-distance");
        if width_of(&distance, TICK) < right - left + 8.0 {
            self.add(words(Vec2::new(f32::midpoint(left, right), foot + 26.0), distance, TICK, Anchor::Middle), soft);
        }
        let elevation = t!(self.text, "section-elevation");
        let at = Vec2::new(left - LEFT + 8.0, f32::midpoint(top, foot));
        let (size, anchor) = (TICK, Anchor::Middle);
        self.add(Shape::Words { at, text: elevation, size, anchor, upright: true, bold: false }, soft);
    }

    fn ground(&mut self) {
        let points: Vec<Vec2> = self.section.ground.iter().map(|at| self.scale.at(at[0], at[1])).collect();
        if points.len() < 2 {
            return;
        }
        let level = self.scale.foot - 0.5;
        let earth = self.theme.earth.over(self.theme.panel, 0.42);
        self.add(Shape::Below { line: points.clone(), level }, earth);
        self.add(Shape::Line { points, width: 2.0, dash: 0.0 }, self.theme.earth.over(self.theme.ink, 0.35));
    }

    fn buildings(&mut self) {
        let mut named: Vec<(Vec2, Vec2)> = Vec::new();
        for building in &self.section.buildings {
            let low = self.scale.at(building.span_m[0], building.top_m);
            let high = self.scale.at(building.span_m[1], building.base_m);
            let cut_off = low.y < self.top;
            let low = Vec2::new(low.x, low.y.max(self.top));
            let high = Vec2::new(high.x, high.y.min(self.scale.foot - 0.5));
            if high.y - low.y < 0.5 {
                continue;
            }
            let fill = self.theme.edge.over(self.theme.roof, 0.28);
            self.marks.push(Mark::new(Shape::Block { low, high }, fill).of(building.id));
            let mut outline = vec![Vec2::new(low.x, low.y), Vec2::new(low.x, high.y), high, Vec2::new(high.x, low.y)];
            if cut_off {
                // The roof is higher than the sheet: an open end says so.
                let points = vec![low, Vec2::new(high.x, low.y)];
                self.add(Shape::Line { points, width: 1.0, dash: 4.0 }, self.theme.edge);
            } else {
                outline.push(low);
            }
            self.add(Shape::Line { points: outline, width: 1.0, dash: 0.0 }, self.theme.edge.over(self.theme.ink, 0.5));
            let height = format!("{} m", grouped(building.top_m - building.base_m, 1));
            let name = building.name.clone().unwrap_or_default();
            let both = if name.is_empty() { height.clone() } else { format!("{name} · {height}") };
            let room = high.x - low.x - 8.0;
            let ground = ground_m(self.section, f64::midpoint(building.span_m[0], building.span_m[1]));
            let floor = ground.map_or(high.y, |z| self.scale.at(0.0, z).y.min(high.y));
            let at = Vec2::new(f32::midpoint(low.x, high.x), low.y + 9.0);
            let said = [both, height].into_iter().find(|said| width_of(said, LABEL) <= room);
            // Halls that the data has one in the other are named once.
            let half = Vec2::new(room / 2.0, LABEL / 2.0);
            let free = named.iter().all(|(low, high)| (at + half).cmplt(*low).any() || (at - half).cmpgt(*high).any());
            if let Some(said) = said.filter(|_| free && at.y + LABEL < floor) {
                named.push((at - half, at + half));
                self.add(words(at, said, LABEL, Anchor::Middle), self.theme.ink);
            }
        }
    }

    fn boundaries(&mut self) {
        for at in &self.section.boundaries_m {
            let x = self.scale.at(*at, self.scale.low_m).x;
            let points = vec![Vec2::new(x, self.top), Vec2::new(x, self.scale.foot)];
            self.add(Shape::Line { points, width: 1.0, dash: 5.0 }, self.theme.parcel_line);
        }
    }

    fn chambers(&mut self) {
        for chamber in &self.section.chambers {
            let low = self.scale.at(chamber.span_m[0], chamber.top_m);
            let high = self.scale.at(chamber.span_m[1], chamber.bottom_m);
            let wide = Vec2::new((3.0 - (high.x - low.x)).max(0.0) / 2.0, 0.0);
            let (low, high) = (low - wide, high + wide);
            let colour = self.theme.network(chamber.class);
            let fill = Mark::new(Shape::Block { low, high }, self.theme.panel.over(colour, 0.75)).of(chamber.id);
            self.marks.push(fill);
            let ring = vec![low, Vec2::new(high.x, low.y), high, Vec2::new(low.x, high.y), low];
            self.add(Shape::Line { points: ring, width: 1.2, dash: 0.0 }, colour);
        }
    }

    /// Pipes with their labels; those without room for one are in the table all the same.
    fn pipes(&mut self, labels: &[String]) -> Vec<(usize, Vec2, Vec2)> {
        let mut spots: Vec<(usize, Vec2, Vec2)> = Vec::new();
        for (index, pipe) in self.section.pipes.iter().enumerate() {
            let Some(axis) = axis_m(self.section, pipe) else { continue };
            let half = Vec2::new(
                (pipe.width_m as f32 * self.scale.x / 2.0).clamp(LEAST_HALF, 60.0),
                (pipe.height_m as f32 * self.scale.y / 2.0).max(LEAST_HALF),
            );
            spots.push((index, self.scale.at(pipe.at_m, axis), half));
        }
        let (least, most) = (self.scale.left + 6.0, self.right - 6.0);
        let mut named: Vec<usize> = (0..spots.len()).collect();
        let room = (((most - least) / GAP).max(0.0) as usize) + 1;
        if named.len() > room {
            // The largest keep their labels.
            let size = |spot: &usize| self.section.pipes[spots[*spot].0].height_m;
            named.sort_by(|a, b| size(b).total_cmp(&size(a)));
            named.truncate(room);
            named.sort_unstable();
        }
        let wanted: Vec<f32> = named.iter().map(|spot| spots[*spot].1.x).collect();
        let places = spread(&wanted, GAP, least, most).unwrap_or_default();
        let band_foot = self.top - ELBOW;
        for (spot, x) in named.iter().zip(places) {
            let (index, at, half) = spots[*spot];
            let colour = self.theme.network(self.section.pipes[index].class);
            let id = self.section.pipes[index].id;
            let leader = vec![Vec2::new(x, band_foot), Vec2::new(at.x, self.top), at - Vec2::new(0.0, half.y)];
            let leader = Shape::Line { points: leader, width: 0.8, dash: 0.0 };
            self.marks.push(Mark::new(leader, colour.over(self.theme.panel, 0.6)).of(id));
            let number =
                words(Vec2::new(x, self.band_top + NUMBERS / 2.0), (index + 1).to_string(), LABEL, Anchor::Middle);
            self.marks.push(Mark::new(number, self.theme.ink).of(id));
            let said = Shape::Words {
                at: Vec2::new(x, band_foot - 2.0),
                text: super::fitted(&labels[index], LABEL, band_foot - self.band_top - NUMBERS - 3.0),
                size: LABEL,
                anchor: Anchor::Start,
                upright: true,
                bold: false,
            };
            self.marks.push(Mark::new(said, self.theme.ink).of(id));
        }
        // Larger ones first, so that none hides a smaller one.
        let mut order: Vec<&(usize, Vec2, Vec2)> = spots.iter().collect();
        order.sort_by(|a, b| b.2.y.total_cmp(&a.2.y));
        for (index, centre, half) in order {
            let pipe = &self.section.pipes[*index];
            let colour = self.theme.network(pipe.class);
            let known = pipe.size_known && pipe.axis_m.is_some();
            let (centre, half) = (*centre, *half);
            let mut add = |shape: Shape, colour| self.marks.push(Mark::new(shape, colour).of(pipe.id));
            // A rim of paper keeps dark pipes apart from each other and from the earth.
            let rim = half + Vec2::splat(1.2);
            if pipe.round {
                add(Shape::Round { centre, half: rim, outline: 0.0 }, self.theme.panel);
                let outline = if known { 0.0 } else { 1.3 };
                add(Shape::Round { centre, half, outline }, colour);
                if known && half.min_element() > 5.0 {
                    add(Shape::Round { centre, half: half * 0.66, outline: 0.0 }, colour.over(self.theme.panel, 0.22));
                }
            } else {
                add(Shape::Block { low: centre - rim, high: centre + rim }, self.theme.panel);
                add(Shape::Block { low: centre - half, high: centre + half }, colour);
                if half.min_element() > 5.0 {
                    let bore = half - Vec2::splat(2.0);
                    let inside = colour.over(self.theme.panel, 0.22);
                    add(Shape::Block { low: centre - bore, high: centre + bore }, inside);
                }
            }
        }
        spots
    }

    /// How far apart neighbours are, axis to axis, where there is room to say it; the table says all.
    fn between(&mut self, spots: &[(usize, Vec2, Vec2)]) {
        let y = self.scale.foot + BETWEEN;
        let soft = self.theme.ink_soft;
        let tick = |x: f32| line(Vec2::new(x, y - 3.0), Vec2::new(x, y + 3.0), 0.8);
        let mut at: Vec<(f32, f64)> = spots.iter().map(|(i, at, _)| (at.x, self.section.pipes[*i].at_m)).collect();
        at.sort_by(|a, b| a.0.total_cmp(&b.0));
        for pair in at.windows(2) {
            let [(a, from_m), (b, to_m)] = [pair[0], pair[1]];
            let said = grouped(to_m - from_m, 2);
            if width_of(&said, TICK) + 6.0 > b - a {
                continue;
            }
            self.add(line(Vec2::new(a, y), Vec2::new(b, y), 0.8), soft);
            self.add(tick(a), soft);
            self.add(tick(b), soft);
            let place = Vec2::new(f32::midpoint(a, b), y - 7.0);
            self.add(words(place, said, TICK, Anchor::Middle), soft);
        }
    }

    /// The two places that the line runs between.
    fn ends(&mut self) {
        let foot = self.scale.foot + 26.0;
        for (x, name) in [(self.scale.left - 14.0, "A"), (self.right + 10.0, "B")] {
            let at = Vec2::new(x, foot);
            let (size, anchor) = (12.0, Anchor::Middle);
            let shape = Shape::Words { at, text: name.to_owned(), size, anchor, upright: false, bold: true };
            self.add(shape, self.theme.accent);
        }
    }
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{FeatureId, FeatureKind, NetworkClass};

    use super::super::tests::assert_clear;
    use super::*;
    use crate::Language;
    use crate::theme::ThemeChoice;

    pub(crate) fn pipe(id: i64, at_m: f64, axis_m: Option<f64>, diameter_m: f64) -> CutPipe {
        CutPipe {
            id: FeatureId::new(FeatureKind::NetworkEdge, id),
            key: format!("JS-{id:04}"),
            class: NetworkClass::ALL[id as usize % NetworkClass::ALL.len()],
            at_m,
            axis_m,
            width_m: diameter_m,
            height_m: diameter_m,
            size_known: true,
            round: true,
            cover_m: axis_m.map(|z| 10.0 - z - diameter_m / 2.0),
            size: format!("DN{:.0}", diameter_m * 1000.0),
            material: Some("PE".into()),
        }
    }

    fn drawn(section: &Section, size: (f32, f32), wanted: Option<f64>) -> Chart {
        chart(section, size.into(), wanted, &Theme::of(ThemeChoice::Daylight), Text::of(Language::English))
    }

    fn street(pipes: usize) -> Section {
        let ground = (0..=30).map(|k| [f64::from(k), 10.0 + f64::from(k) * 0.02]).collect();
        let pipes =
            (0..pipes).map(|k| pipe(k as i64, 12.0 + k as f64 * 0.2, Some(8.4 - (k % 5) as f64 * 0.3), 0.3)).collect();
        Section { length_m: 30.0, ground, pipes, ..Section::default() }
    }

    #[test]
    fn labels_of_a_crowded_street_do_not_touch_and_each_leads_to_its_pipe() {
        for pipes in [0, 1, 12, 40, 200] {
            let section = street(pipes);
            let chart = drawn(&section, (760.0, 260.0), None);
            assert_clear(&chart.marks);
            assert_eq!(chart.spots.len(), pipes);
            let leaders: Vec<&Vec<Vec2>> = chart
                .marks
                .iter()
                .filter_map(|m| match &m.shape {
                    Shape::Line { points, .. } if m.feature.is_some() && points.len() == 3 => Some(points),
                    _ => None,
                })
                .collect();
            assert_eq!(leaders.len(), pipes.min(45), "as many as there is room for");
            for leader in leaders {
                let end = leader[2];
                assert!(chart.spots.iter().any(|(_, at, half)| end.distance(*at - Vec2::new(0.0, half.y)) < 1e-3));
            }
        }
    }

    #[test]
    fn it_is_to_scale_with_the_exaggeration_it_says() {
        let section = street(3);
        for wanted in [None, Some(1.0), Some(2.0), Some(100.0)] {
            let chart = drawn(&section, (760.0, 260.0), wanted);
            assert!(EXAGGERATIONS.contains(&chart.exaggeration));
            let [a, c] = [chart.spots[0].1, chart.spots[2].1];
            // 0.4 m along and 0.6 m down.
            let (along, down) = (f64::from(c.x - a.x) / 0.4, f64::from(c.y - a.y) / 0.6);
            assert!((down / along - chart.exaggeration).abs() < 1e-3, "{along} {down}");
        }
        assert_eq!(drawn(&section, (760.0, 260.0), Some(1.0)).exaggeration, 1.0);
    }

    #[test]
    fn everything_stays_on_the_sheet() {
        let mut short = street(4);
        short.length_m = 3.0;
        short.ground = vec![[0.0, 10.0], [3.0, 10.2]];
        for pipe in &mut short.pipes {
            pipe.at_m = 1.5;
        }
        short.buildings = vec![analysis::network::CutBuilding {
            id: FeatureId::new(FeatureKind::Building, 1),
            name: Some("Hall".into()),
            span_m: [0.2, 1.4],
            base_m: 9.5,
            top_m: 40.0,
        }];
        for size in [(760.0_f32, 260.0_f32), (320.0, 180.0), (1400.0, 520.0)] {
            let chart = drawn(&short, size, None);
            assert_clear(&chart.marks);
            let inside = |at: &Vec2| at.x >= -0.01 && at.y >= -0.01 && at.x <= size.0 + 0.01 && at.y <= size.1 + 0.01;
            for mark in &chart.marks {
                match &mark.shape {
                    Shape::Line { points, .. } => assert!(points.iter().all(inside), "{mark:?}"),
                    Shape::Below { line, .. } => assert!(line.iter().all(inside), "{mark:?}"),
                    Shape::Band { upper, lower } => assert!(upper.iter().chain(lower).all(inside), "{mark:?}"),
                    Shape::Block { low, high } => assert!(inside(low) && inside(high), "{mark:?}"),
                    Shape::Round { centre, half, .. } => {
                        assert!(inside(&(*centre - *half)) && inside(&(*centre + *half)), "{mark:?} on {size:?}");
                    }
                    Shape::Words { at, .. } => assert!(inside(at), "{mark:?}"),
                }
            }
        }
    }

    #[test]
    fn ticks_are_round_and_ground_is_read_between_its_points() {
        assert_eq!([tick_step(30.0, 10.0), tick_step(47.0, 10.0), tick_step(1.3, 5.0)], [5.0, 5.0, 0.5]);
        let section = street(0);
        assert!((ground_m(&section, 10.5).unwrap() - 10.21).abs() < 1e-9);
        assert_eq!(ground_m(&section, -5.0), Some(10.0));
        assert_eq!(ground_m(&Section::default(), 1.0), None);
    }
}
