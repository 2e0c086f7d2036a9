//! The graph of a profile: ground, chambers, pipes, branches, and what crosses, with leaders to their labels.

use analysis::network::clearance::Verdict;
use analysis::network::profile::{Crossing, Profile, Run};
use bevy::math::Vec2;

use super::super::chart::{decimals, tick_step};
use super::super::spread::spread;
use super::super::{Anchor, Mark, Shape, fitted, line, words};
use super::{GAP, HEADS, LABEL, Long, Scale, Spot, TOP};
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::{Rgb, Theme};

/// Smallest half size of what crosses or joins.
const LEAST_HALF: f32 = 2.6;
/// Half the width of a chamber whose size nothing tells, m, and the least that is drawn.
const CHAMBER_M: f64 = 0.5;
const LEAST_CHAMBER: f32 = 2.0;
/// How far under the ground something of unknown level is pointed at, points.
const UNDER: f32 = 6.0;

/// What stands beside each crossing: its number, network, size and room.
pub(super) fn labels(profile: &Profile, text: &Text) -> Vec<String> {
    let label = |(at, one): (usize, &Crossing)| {
        let room = one.room_m.map_or_else(|| "?".to_owned(), |room| format!("{} m", grouped(room, 2)));
        let class = text.stored("network", one.class.as_str());
        let size = if one.size.is_empty() { String::new() } else { format!(" {}", one.size) };
        format!("{}  {class}{size} · {room}", at + 1)
    };
    profile.crossings.iter().enumerate().map(label).collect()
}

/// Whether a survey of this level is drawn with broken lines.
pub(super) fn unsure(level: Option<&str>) -> bool {
    level.is_some_and(|level| matches!(level.trim(), "C" | "c" | "D" | "d"))
}

/// Draws the graph.
pub(super) fn plot(profile: &Profile, scale: &Scale, labels: &[String], theme: &Theme, text: &Text, drawn: &mut Long) {
    let [low, high] = drawn.graph;
    let mut plot = Plot { profile, scale, theme, text, drawn, top: low.y, right: high.x };
    plot.axes();
    plot.ground();
    plot.stems();
    plot.chambers();
    plot.pipes();
    plot.branches();
    plot.crossings(labels);
    plot.outline();
}

struct Plot<'a> {
    profile: &'a Profile,
    scale: &'a Scale,
    theme: &'a Theme,
    text: &'a Text,
    drawn: &'a mut Long,
    top: f32,
    right: f32,
}

impl Plot<'_> {
    fn add(&mut self, shape: Shape, colour: Rgb) {
        self.drawn.marks.push(Mark::new(shape, colour));
    }

    fn axes(&mut self) {
        let (left, foot, right, top) = (self.scale.left, self.scale.foot, self.right, self.top);
        let (soft, faint) = (self.theme.ink_soft, self.theme.panel_line);
        let high_m = self.scale.low_m + f64::from(foot - top) / self.scale.y;
        let step = tick_step(high_m - self.scale.low_m, f64::from((foot - top) / 24.0).max(2.0));
        let mut z = (self.scale.low_m / step).ceil() * step;
        while z <= high_m + 1e-9 {
            let at = self.scale.at(0.0, z);
            self.add(line(at, Vec2::new(right, at.y), 0.6), faint);
            self.add(line(at - Vec2::new(4.0, 0.0), at, 1.0), soft);
            // The lowest label must not touch the frame, nor the highest the labels.
            if at.y < foot - 5.0 && at.y > top + 3.0 {
                self.add(words(at - Vec2::new(7.0, 0.0), grouped(z, decimals(step)), LABEL, Anchor::End), soft);
            }
            z += step;
        }
        let elevation = t!(self.text, "section-elevation");
        let at = Vec2::new(left - 58.0, f32::midpoint(top, foot));
        let (size, anchor) = (LABEL, Anchor::Middle);
        self.add(Shape::Words { at, text: elevation, size, anchor, upright: true, bold: false }, soft);
        let datum = t!(self.text, "profile-datum", level = grouped(self.scale.low_m, 2));
        self.add(words(Vec2::new(8.0, foot - 8.0), fitted(&datum, LABEL, HEADS - 74.0), LABEL, Anchor::Start), soft);
    }

    fn ground(&mut self) {
        let earth = self.theme.earth.over(self.theme.panel, 0.34);
        let level = self.scale.foot - 0.5;
        for stretch in &self.profile.ground {
            let points: Vec<Vec2> = stretch.iter().map(|at| self.scale.at(at[0], at[1])).collect();
            if points.len() < 2 {
                continue;
            }
            self.drawn.marks.push(Mark::new(Shape::Below { line: points.clone(), level }, earth));
            let edge = self.theme.earth.over(self.theme.ink, 0.35);
            self.drawn.marks.push(Mark::new(Shape::Line { points, width: 2.0, dash: 0.0 }, edge));
        }
    }

    /// From each station down to the frame.
    fn stems(&mut self) {
        let colour = self.theme.ink_soft.over(self.theme.panel, 0.45);
        for station in &self.profile.stations {
            let x = self.scale.x(station.at_m);
            let top = station.ground_m().or(station.in_m).or(station.out_m);
            let top = top.map_or(self.top, |z| self.scale.at(station.at_m, z).y);
            let points = vec![Vec2::new(x, top), Vec2::new(x, self.scale.foot)];
            self.add(Shape::Line { points, width: 0.7, dash: 0.0 }, colour);
        }
    }

    fn chambers(&mut self) {
        for (number, station) in self.profile.stations.iter().enumerate() {
            let Some(node) = &station.node else { continue };
            let pipes = station.in_m.into_iter().chain(station.out_m).min_by(f64::total_cmp);
            let (Some(cover), Some(bottom)) = (station.ground_m(), node.bottom_m.or(pipes)) else { continue };
            let bottom = pipes.map_or(bottom, |pipes| pipes.min(bottom));
            let half = (node.width_m.map_or(CHAMBER_M, |width| width / 2.0) * self.scale.x) as f32;
            let half = Vec2::new(half.clamp(LEAST_CHAMBER, 40.0), 0.0);
            let low = self.scale.at(station.at_m, cover) - half;
            let high = self.scale.at(station.at_m, bottom) + half;
            if high.y <= low.y {
                continue;
            }
            let ink = self.theme.ink;
            let mut mark = |shape: Shape, colour| self.drawn.marks.push(Mark::new(shape, colour).of(node.id));
            mark(Shape::Block { low, high }, self.theme.panel);
            let ring = vec![low, Vec2::new(high.x, low.y), high, Vec2::new(low.x, high.y), low];
            mark(Shape::Line { points: ring, width: 0.9, dash: 0.0 }, ink);
            // A cover that was surveyed is a strong stroke; else the terrain's level is meant.
            if node.cover_level_m.is_some() {
                let by = Vec2::new(2.0, 0.0);
                mark(line(low - by, Vec2::new(high.x, low.y) + by, 2.0), ink);
            }
            self.drawn.spots.push((Spot::Station(number), (low + high) / 2.0, (high - low) / 2.0));
        }
    }

    fn pipes(&mut self) {
        let colour = self.theme.network(self.profile.class);
        let fill = colour.over(self.theme.panel, 0.45);
        for (number, run) in self.profile.runs.iter().enumerate() {
            let dash = if unsure(run.survey_level.as_deref()) { 4.0 } else { 0.0 };
            for known in stretches(run) {
                let half = run.height_m.unwrap_or(0.0) / 2.0;
                let place = |by: f64| known.iter().map(|at| self.scale.at(at[0], at[1] + by)).collect::<Vec<Vec2>>();
                let mut mark = |shape: Shape, colour| self.drawn.marks.push(Mark::new(shape, colour).of(run.id));
                if run.height_m.is_some() {
                    mark(Shape::Band { upper: place(half), lower: place(-half) }, fill);
                    mark(Shape::Line { points: place(half), width: 1.0, dash }, colour);
                    mark(Shape::Line { points: place(-half), width: 1.7, dash }, colour);
                } else {
                    // Its axis alone: the wall is somewhere outside it.
                    mark(Shape::Line { points: place(0.0), width: 1.6, dash: 4.0 }, colour);
                }
                let (Some(a), Some(b)) = (place(0.0).first().copied(), place(0.0).last().copied()) else { continue };
                let half = Vec2::new((b.x - a.x) / 2.0, ((b.y - a.y).abs() / 2.0).max(4.0));
                self.drawn.spots.push((Spot::Run(number), (a + b) / 2.0, half));
            }
        }
        // Where no level is on record: a broken line between those that are.
        let corners = &self.profile.corners;
        let known = |at: &usize| corners[*at].position[2].is_finite();
        let mut last: Option<usize> = None;
        for at in (0..corners.len()).filter(known) {
            if let Some(before) = last.filter(|before| at > before + 1) {
                let ends = [before, at].map(|at| self.scale.at(corners[at].at_m, corners[at].position[2]));
                let shape = Shape::Line { points: ends.to_vec(), width: 1.0, dash: 5.0 };
                self.drawn.marks.push(Mark::new(shape, self.theme.ink_soft));
            }
            last = Some(at);
        }
    }

    /// Lines that join from the side, end on.
    fn branches(&mut self) {
        let colour = self.theme.network(self.profile.class);
        for station in &self.profile.stations {
            for branch in &station.branches {
                let Some(axis) = branch.axis_m else { continue };
                let high = branch.height_m.unwrap_or(0.0) / 2.0;
                let half = Vec2::new((high * self.scale.x) as f32, (high * self.scale.y) as f32);
                let half = half.max(Vec2::splat(LEAST_HALF));
                let centre = self.scale.at(station.at_m, axis);
                let mut mark = |shape: Shape, colour| self.drawn.marks.push(Mark::new(shape, colour).of(branch.id));
                mark(Shape::Round { centre, half, outline: 0.0 }, self.theme.panel);
                mark(Shape::Round { centre, half, outline: 1.1 }, colour);
            }
        }
    }

    fn crossings(&mut self, labels: &[String]) {
        let crossings = &self.profile.crossings;
        let spots: Vec<(Vec2, Vec2)> = crossings.iter().map(|one| self.spot(one)).collect();
        let (least, most) = (self.scale.left + 6.0, self.right - 6.0);
        let mut named: Vec<usize> = (0..spots.len()).collect();
        let room = (((most - least) / GAP).max(0.0) as usize) + 1;
        if named.len() > room {
            // Those that are too near keep their labels, then the nearest.
            let rank = |at: &usize| {
                let one = &crossings[*at];
                (one.verdict.unwrap_or(Verdict::Clear), one.room_m.unwrap_or(f64::INFINITY))
            };
            named.sort_by(|a, b| rank(a).0.cmp(&rank(b).0).then(rank(a).1.total_cmp(&rank(b).1)));
            named.truncate(room);
            named.sort_unstable();
        }
        let wanted: Vec<f32> = named.iter().map(|at| spots[*at].0.x).collect();
        let foot = self.top - super::ELBOW;
        for (at, x) in named.iter().zip(spread(&wanted, GAP, least, most).unwrap_or_default()) {
            let (centre, half) = spots[*at];
            let one = &crossings[*at];
            let colour = self.theme.network(one.class);
            let points = vec![Vec2::new(x, foot), Vec2::new(centre.x, self.top), centre - Vec2::new(0.0, half.y)];
            let dash = if one.axis_m.is_some() { 0.0 } else { 3.0 };
            let leader = Shape::Line { points, width: 0.8, dash };
            self.drawn.marks.push(Mark::new(leader, colour.over(self.theme.panel, 0.6)).of(one.id));
            let bad = one.verdict == Some(Verdict::Violated);
            let shape = Shape::Words {
                at: Vec2::new(x, foot - 3.0),
                text: fitted(&labels[*at], LABEL, (foot - TOP) / if bad { 1.08 } else { 1.0 }),
                size: LABEL,
                anchor: Anchor::Start,
                upright: true,
                bold: bad,
            };
            let ink = if bad { self.theme.bad } else { self.theme.ink };
            self.drawn.marks.push(Mark::new(shape, ink).of(one.id));
        }
        for (at, one) in crossings.iter().enumerate() {
            let (centre, half) = spots[at];
            self.drawn.spots.push((Spot::Crossing(at), centre, half));
            if one.axis_m.is_none() {
                continue;
            }
            let colour = self.theme.network(one.class);
            let sure = one.size_m.is_some() && !unsure(one.survey_level.as_deref());
            let mut mark = |shape: Shape, colour| self.drawn.marks.push(Mark::new(shape, colour).of(one.id));
            let rim = half + Vec2::splat(1.2);
            mark(Shape::Round { centre, half: rim, outline: 0.0 }, self.theme.panel);
            mark(Shape::Round { centre, half, outline: if sure { 0.0 } else { 1.3 } }, colour);
        }
    }

    /// Where a crossing is drawn: middle and half size.
    fn spot(&self, one: &Crossing) -> (Vec2, Vec2) {
        let [width, height] = one.size_m.unwrap_or([0.0; 2]);
        let half = Vec2::new((width / 2.0 * self.scale.x) as f32, (height / 2.0 * self.scale.y) as f32);
        let half = half.clamp(Vec2::splat(LEAST_HALF), Vec2::new(40.0, 200.0));
        let centre = one.axis_m.map(|z| self.scale.at(one.at_m, z));
        let under = || {
            let ground = self.profile.ground_m(one.at_m);
            let y = ground.map_or(self.top + UNDER, |z| self.scale.at(one.at_m, z).y + UNDER);
            Vec2::new(self.scale.x(one.at_m), y)
        };
        (centre.unwrap_or_else(under), half)
    }

    fn outline(&mut self) {
        let (left, foot, right, top) = (self.scale.left, self.scale.foot, self.right, self.top);
        let points = vec![Vec2::new(left, top), Vec2::new(left, foot), Vec2::new(right, foot), Vec2::new(right, top)];
        self.add(Shape::Line { points, width: 1.0, dash: 0.0 }, self.theme.ink);
    }
}

/// Parts of a pipe whose levels are known.
fn stretches(run: &Run) -> Vec<&[[f64; 2]]> {
    run.axis_m.split(|at| !at[1].is_finite()).filter(|part| part.len() > 1).collect()
}
