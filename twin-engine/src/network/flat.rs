//! A long profile on a sheet: ground, pipes with their falls, chambers, what crosses, and what is wrong. Pure; painted by the panel
//! and written as SVG.

use analysis::network::clearance::Verdict;
use analysis::network::profile::{Flaw, Profile, Run, Station};
use bevy::math::Vec2;

use crate::drawing::{Anchor, Mark, Shape, width_of};
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::{Rgb, Theme};

/// Room around the plot: left, right, head, foot.
const LEFT: f32 = 58.0;
const RIGHT: f32 = 14.0;
const HEAD: f32 = 54.0;
const FOOT: f32 = 46.0;
/// Size of letters.
const LETTERS: f32 = 10.0;
/// Free height over and under what is shown, m.
const AIR_M: f64 = 0.6;
/// Shortest part of a way that is looked at, m.
const SHORTEST_M: f64 = 4.0;
/// Drawn height of a pipe whose size is not on record, m.
const ASSUMED_SIZE_M: f64 = 0.3;

/// The part of a way that is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Window {
    /// From and to, m along the way.
    pub span_m: [f64; 2],
    /// Heights over lengths; as large as fits if `None`.
    pub exaggeration: Option<f64>,
}

impl Window {
    /// The whole way.
    pub(crate) fn whole(profile: &Profile) -> Self {
        Self { span_m: [0.0, profile.length_m.max(SHORTEST_M)], exaggeration: None }
    }

    /// Nearer by `factor` (below 1) or farther, with the place at `at_m` staying where it is.
    #[must_use]
    pub(crate) fn zoomed(self, profile: &Profile, at_m: f64, factor: f64) -> Self {
        let [from, to] = self.span_m;
        let whole = profile.length_m.max(SHORTEST_M);
        let long = ((to - from) * factor).clamp(SHORTEST_M.min(whole), whole);
        let share = (at_m - from) / (to - from).max(1e-9);
        self.kept(whole, at_m - long * share, long)
    }

    /// Moved along the way.
    #[must_use]
    pub(crate) fn moved(self, profile: &Profile, by_m: f64) -> Self {
        let [from, to] = self.span_m;
        self.kept(profile.length_m.max(SHORTEST_M), from + by_m, to - from)
    }

    fn holds(&self, at_m: f64) -> bool {
        (self.span_m[0] - 1e-9..=self.span_m[1] + 1e-9).contains(&at_m)
    }

    fn kept(self, whole: f64, from: f64, long: f64) -> Self {
        let from = from.clamp(0.0, (whole - long).max(0.0));
        Self { span_m: [from, from + long], ..self }
    }
}

/// A laid-out profile.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flat {
    /// Shapes, from behind to before.
    pub marks: Vec<Mark>,
    /// How much higher than long it is drawn.
    pub exaggeration: f64,
    left: f32,
    right: f32,
    window: Window,
    /// What is wrong, where a pointer meets it.
    flaws: Vec<(Vec2, usize)>,
}

impl Flat {
    /// Distance along the way at a place across the sheet, m.
    pub(crate) fn at_m(&self, x: f32) -> f64 {
        let [from, to] = self.window.span_m;
        let share = f64::from(((x - self.left) / (self.right - self.left)).clamp(0.0, 1.0));
        from + (to - from) * share
    }

    /// Place across the sheet of a distance.
    pub(crate) fn x(&self, at_m: f64) -> f32 {
        let [from, to] = self.window.span_m;
        self.left + (self.right - self.left) * ((at_m - from) / (to - from).max(1e-9)) as f32
    }

    /// Points that a metre along the way takes.
    pub(crate) fn per_m(&self) -> f32 {
        let [from, to] = self.window.span_m;
        (self.right - self.left) / ((to - from).max(1e-9) as f32)
    }

    /// What is wrong at a place of the sheet.
    pub(crate) fn flaw(&self, at: Vec2) -> Option<usize> {
        let near = self.flaws.iter().map(|(place, flaw)| (place.distance(at), *flaw));
        near.filter(|(away, _)| *away < 9.0).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, flaw)| flaw)
    }
}

struct Plot<'a> {
    profile: &'a Profile,
    theme: &'a Theme,
    words: &'a Text,
    window: Window,
    left: f32,
    right: f32,
    top: f32,
    foot: f32,
    x: f64,
    y: f64,
    low_m: f64,
    marks: Vec<Mark>,
    flaws: Vec<(Vec2, usize)>,
}

/// Lays a profile out on `size` points.
pub(crate) fn flat(profile: &Profile, window: Window, size: Vec2, theme: &Theme, words: &Text) -> Flat {
    let (left, right) = (LEFT, (size.x - RIGHT).max(LEFT + 60.0));
    let (top, foot) = (HEAD, (size.y - FOOT).max(HEAD + 40.0));
    let [from, to] = window.span_m;
    let x = f64::from(right - left) / (to - from).max(1e-9);
    let [low, high] = levels(profile, window.span_m);
    let fits = f64::from(foot - top) / (high - low).max(0.1);
    let y = window.exaggeration.map_or(fits, |factor| x * factor);
    // What does not fit is cut off at both ends alike; what is smaller stands in the middle.
    let low_m = f64::midpoint(low, high) - f64::from(foot - top) / y / 2.0;
    let mut plot = Plot {
        profile,
        theme,
        words,
        window,
        left,
        right,
        top,
        foot,
        x,
        y,
        low_m,
        marks: Vec::new(),
        flaws: Vec::new(),
    };
    plot.axes();
    plot.ground();
    plot.runs();
    plot.stations();
    plot.crossings();
    plot.wrong();
    Flat { marks: plot.marks, exaggeration: y / x, left, right, window, flaws: plot.flaws }
}

/// Lowest and highest level of what is looked at, m.
fn levels(profile: &Profile, [from, to]: [f64; 2]) -> [f64; 2] {
    let within = |at: f64| (from..=to).contains(&at);
    let ground = profile.ground.iter().flatten().filter(|at| within(at[0])).map(|at| at[1]);
    // What is cut off at an end counts with its level there.
    let ends = [from, to].into_iter().filter_map(|at| profile.ground_m(at));
    let runs = profile.runs.iter().filter(|run| run.span_m[1] >= from && run.span_m[0] <= to).flat_map(|run| {
        let half = run.height_m.unwrap_or(ASSUMED_SIZE_M) / 2.0;
        let corners = run.axis_m.iter().filter(move |at| within(at[0])).map(|at| at[1]);
        let ends = [from, to].into_iter().filter(|at| (run.span_m[0]..=run.span_m[1]).contains(at));
        let ends = ends.filter_map(|at| run.axis_at_m(at));
        corners.chain(ends).flat_map(move |axis| [axis - half, axis + half]).collect::<Vec<f64>>()
    });
    let stations = profile.stations.iter().filter(|station| within(station.at_m)).flat_map(|station| {
        let bottom = station.node.as_ref().and_then(|node| node.bottom_m);
        [station.ground_m(), bottom].into_iter().flatten()
    });
    let crossings = profile.crossings.iter().filter(|one| within(one.at_m)).filter_map(|one| one.axis_m);
    let all = ground.chain(ends).chain(runs).chain(stations).chain(crossings).filter(|z| z.is_finite());
    let [low, high] = all.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], z| [low.min(z), high.max(z)]);
    if low > high { [-1.0, 1.0] } else { [low - AIR_M, high + AIR_M] }
}

/// A round step that divides a range into about `count` parts.
fn step(range: f64, count: f64) -> f64 {
    let raw = (range / count.max(1.0)).max(1e-6);
    let unit = 10_f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * unit >= raw - 1e-12).unwrap_or(10.0) * unit
}

impl Plot<'_> {
    fn at(&self, at_m: f64, level_m: f64) -> Vec2 {
        let x = self.left + ((at_m - self.window.span_m[0]) * self.x) as f32;
        Vec2::new(x, self.foot - ((level_m - self.low_m) * self.y) as f32)
    }

    /// Kept between the axes, up and down.
    fn within(&self, at: Vec2) -> Vec2 {
        Vec2::new(at.x, at.y.clamp(self.top, self.foot))
    }

    fn put(&mut self, shape: Shape, colour: Rgb) {
        self.marks.push(Mark { shape, colour, feature: None });
    }

    fn line(&mut self, points: Vec<Vec2>, width: f32, dash: f32, colour: Rgb) {
        self.put(Shape::Line { points, width, dash }, colour);
    }

    fn said(&mut self, at: Vec2, text: String, anchor: Anchor, upright: bool, colour: Rgb) {
        self.put(Shape::Words { at, text, size: LETTERS, anchor, upright, bold: false }, colour);
    }

    fn axes(&mut self) {
        let (soft, [from, to]) = (self.theme.ink_soft, self.window.span_m);
        let grid = soft.over(self.theme.panel, 0.16);
        let high_m = self.low_m + f64::from(self.foot - self.top) / self.y;
        let every = step(high_m - self.low_m, f64::from(self.foot - self.top) / 36.0);
        let digits = if every >= 1.0 { 0 } else { 1 + usize::from(every < 0.1) };
        let mut level = (self.low_m / every).ceil() * every;
        while level <= high_m {
            let y = self.at(from, level).y;
            self.line(vec![Vec2::new(self.left, y), Vec2::new(self.right, y)], 0.7, 0.0, grid);
            self.said(Vec2::new(self.left - 6.0, y), grouped(level, digits), Anchor::End, false, soft);
            level += every;
        }
        let every = step(to - from, f64::from(self.right - self.left) / 84.0);
        let digits = usize::from(every < 1.0);
        let mut at = (from / every).ceil() * every;
        while at <= to {
            let x = self.at(at, self.low_m).x;
            self.line(vec![Vec2::new(x, self.foot), Vec2::new(x, self.foot + 4.0)], 1.0, 0.0, soft);
            self.said(Vec2::new(x, self.foot + 12.0), grouped(at, digits), Anchor::Middle, false, soft);
            at += every;
        }
        let frame = [(self.left, self.top), (self.left, self.foot), (self.right, self.foot)];
        self.line(frame.map(|(x, y)| Vec2::new(x, y)).to_vec(), 1.0, 0.0, soft);
        let across = t!(self.words, "net-chainage");
        let middle = (self.left + self.right) / 2.0;
        self.said(Vec2::new(middle, self.foot + 32.0), across, Anchor::Middle, false, soft);
        let up = t!(self.words, "net-level");
        self.said(Vec2::new(8.0, (self.top + self.foot) / 2.0), up, Anchor::Middle, true, soft);
    }

    /// Points of a line between the axes' ends, cut there.
    fn cut(&self, line: &[[f64; 2]]) -> Vec<Vec2> {
        let [from, to] = self.window.span_m;
        let mut points = Vec::new();
        for pair in line.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            if b[0] < from || a[0] > to || !a[1].is_finite() || !b[1].is_finite() {
                continue;
            }
            let level = |at: f64| {
                let share = if b[0] > a[0] { (at - a[0]) / (b[0] - a[0]) } else { 0.0 };
                a[1] + (b[1] - a[1]) * share
            };
            for at in [a[0].max(from), b[0].min(to)] {
                let level = if at == b[0] { b[1] } else { level(at) };
                let point = self.within(self.at(at, level));
                if points.last() != Some(&point) {
                    points.push(point);
                }
            }
        }
        points
    }

    fn ground(&mut self) {
        let earth = self.theme.earth.over(self.theme.panel, 0.22);
        let profile = self.profile;
        for stretch in &profile.ground {
            let points = self.cut(stretch);
            if points.len() > 1 {
                self.put(Shape::Below { line: points.clone(), level: self.foot }, earth);
                self.line(points, 1.8, 0.0, self.theme.ink_soft.over(self.theme.earth, 0.5));
            }
        }
    }

    fn runs(&mut self) {
        let profile = self.profile;
        let colour = self.theme.network(profile.class);
        let edge = Rgb(0, 0, 0).over(colour, 0.45);
        for run in &profile.runs {
            let half = run.height_m.unwrap_or(ASSUMED_SIZE_M) / 2.0;
            let off = |by: f64| run.axis_m.iter().map(|at| [at[0], at[1] + by]).collect::<Vec<_>>();
            let (crown, invert) = (self.cut(&off(half)), self.cut(&off(-half)));
            if crown.len() < 2 {
                continue;
            }
            // Filled as strips: each piece between two corners has two walls.
            for (upper, lower) in crown.windows(2).zip(invert.windows(2)) {
                let width = (lower[0].y - upper[0].y).abs().max((lower[1].y - upper[1].y).abs()).max(2.0);
                let middle = |a: Vec2, b: Vec2| (a + b) / 2.0;
                let axis = vec![middle(upper[0], lower[0]), middle(upper[1], lower[1])];
                self.line(axis, width, 0.0, colour);
            }
            let dash = if run.height_m.is_some() { 0.0 } else { 4.0 };
            self.line(crown, 1.1, dash, edge);
            self.line(invert, 1.1, dash, edge);
            self.run_words(run);
        }
    }

    /// Size and fall under a pipe, where there is room.
    fn run_words(&mut self, run: &Run) {
        let [from, to] = [run.span_m[0].max(self.window.span_m[0]), run.span_m[1].min(self.window.span_m[1])];
        let room = ((to - from) * self.x) as f32;
        let fall = run.fall.map(|fall| format!("{} ‰", grouped(fall * 1000.0, 1)));
        let text = [Some(run.size.clone()).filter(|size| !size.is_empty()), fall].into_iter().flatten();
        let text = text.collect::<Vec<_>>().join(" · ");
        let middle = f64::midpoint(from, to);
        if text.is_empty() || width_of(&text, LETTERS) > room - 6.0 {
            return;
        }
        let Some(axis) = run.axis_at_m(middle) else { return };
        let below = axis - run.height_m.unwrap_or(ASSUMED_SIZE_M) / 2.0;
        let at = self.at(middle, below) + Vec2::new(0.0, 11.0);
        if at.y > self.top && at.y < self.foot - 4.0 {
            self.said(at, text, Anchor::Middle, false, self.theme.ink);
        }
    }

    fn stations(&mut self) {
        let profile = self.profile;
        let mut free_x = f32::NEG_INFINITY;
        let window = self.window;
        for station in profile.stations.iter().filter(|station| window.holds(station.at_m)) {
            let bottom = bottom(station);
            let (Some(top), Some(bottom)) = (station.ground_m(), bottom) else { continue };
            let (head, foot) = (self.within(self.at(station.at_m, top)), self.within(self.at(station.at_m, bottom)));
            if station.node.is_some() {
                let half = (station.node.as_ref().and_then(|node| node.width_m).unwrap_or(0.9) / 2.0 * self.x) as f32;
                let half = half.clamp(1.5, 14.0);
                let sides =
                    [head - Vec2::X * half, foot - Vec2::X * half, foot + Vec2::X * half, head + Vec2::X * half];
                self.line(sides.to_vec(), 1.2, 0.0, self.theme.ink);
            }
            if head.x >= free_x {
                free_x = head.x + 14.0;
                self.line(vec![Vec2::new(head.x, self.top - 4.0), head], 0.6, 3.0, self.theme.ink_soft);
                let key = short(station.key());
                self.said(Vec2::new(head.x, self.top - 7.0), key, Anchor::Start, true, self.theme.ink);
            }
        }
    }

    fn crossings(&mut self) {
        let profile = self.profile;
        let window = self.window;
        for one in profile.crossings.iter().filter(|one| window.holds(one.at_m)) {
            let Some(axis) = one.axis_m else { continue };
            let centre = self.at(one.at_m, axis);
            if centre.y < self.top || centre.y > self.foot {
                continue;
            }
            let [wide, high] = one.size_m.unwrap_or([ASSUMED_SIZE_M; 2]);
            let half = Vec2::new((wide / 2.0 * self.x) as f32, (high / 2.0 * self.y) as f32);
            let half = half.clamp(Vec2::splat(3.0), Vec2::splat(40.0));
            let colour = self.theme.network(one.class);
            if one.size_m.is_some() {
                self.put(Shape::Round { centre, half, outline: 0.0 }, colour);
            }
            self.put(Shape::Round { centre, half, outline: 1.2 }, Rgb(0, 0, 0).over(colour, 0.45));
        }
    }

    /// A sign at everything that is wrong.
    fn wrong(&mut self) {
        let profile = self.profile;
        for (number, flaw) in profile.flaws.iter().enumerate() {
            let at_m = f64::midpoint(flaw.span_m[0], flaw.span_m[1]);
            if !self.window.holds(at_m) || flaw.verdict == Verdict::Clear {
                continue;
            }
            let level = level_of(profile, flaw, at_m);
            let Some(level) = level else { continue };
            let foot = self.within(self.at(at_m, level));
            let at = Vec2::new(foot.x, (foot.y - 12.0).max(self.top + 6.0));
            let corners =
                [(0.0, -6.5), (6.5, 5.0), (-6.5, 5.0), (0.0, -6.5)].map(|(x, y)| at + Vec2::new(x, y)).to_vec();
            // Hollow where it only may be so.
            let sure = flaw.verdict == Verdict::Violated;
            self.line(corners, if sure { 3.0 } else { 1.4 }, 0.0, self.theme.bad);
            self.flaws.push((at, number));
        }
    }
}

fn level_of(profile: &Profile, flaw: &Flaw, at_m: f64) -> Option<f64> {
    let own = Some(flaw.place[2]).filter(|z| z.is_finite());
    let axis = || profile.run_at(at_m).and_then(|run| run.axis_at_m(at_m));
    own.or_else(axis).or_else(|| profile.ground_m(at_m))
}

/// Level of the lowest thing at a station.
fn bottom(station: &Station) -> Option<f64> {
    let pipes = station.in_m.into_iter().chain(station.out_m).min_by(f64::total_cmp);
    station.node.as_ref().and_then(|node| node.bottom_m).into_iter().chain(pipes).min_by(f64::total_cmp)
}

/// A key that has room over the plot.
fn short(key: &str) -> String {
    const MOST: usize = 8;
    if key.chars().count() <= MOST {
        return key.to_owned();
    }
    let tail: String = key.chars().skip(key.chars().count() - MOST + 1).collect();
    format!("…{tail}")
}

#[cfg(test)]
mod tests {
    use spatial_db::model::NetworkClass;

    use super::super::answer::tests::answer;
    use super::super::question::Question;
    use super::*;
    use crate::ThemeChoice;
    use crate::text::Language;

    fn sewer() -> Profile {
        let from = Question::Reach {
            class: NetworkClass::Drainage,
            from: "a".into(),
            way: analysis::network::trace::Way::Downstream,
        };
        answer(from).profile.expect("a way")
    }

    #[test]
    fn distances_and_places_on_the_sheet_are_each_others_reverse_at_any_zoom() {
        let profile = sewer();
        // 60 m along the hall, 68 m down to the outfall.
        assert!((profile.length_m - 128.0).abs() < 1e-6, "{}", profile.length_m);
        let theme = Theme::of(ThemeChoice::Daylight);
        let laid = |window| flat(&profile, window, Vec2::new(900.0, 300.0), &theme, Text::of(Language::English));
        let whole = Window::whole(&profile);
        for window in [whole, whole.zoomed(&profile, 40.0, 0.25)] {
            let sheet = laid(window);
            for at in [window.span_m[0], f64::midpoint(window.span_m[0], window.span_m[1]), window.span_m[1]] {
                assert!((sheet.at_m(sheet.x(at)) - at).abs() < 0.05);
            }
            let inside = |at: &Vec2| at.x.is_finite() && at.y > -1.0 && at.y < 301.0;
            assert!(sheet.marks.iter().all(|mark| match &mark.shape {
                Shape::Line { points, .. } => points.iter().all(inside),
                Shape::Words { at, .. } => inside(at),
                _ => true,
            }));
        }
        let near = whole.zoomed(&profile, 40.0, 0.25);
        assert!(
            (near.span_m[1] - near.span_m[0] - 32.0).abs() < 1e-9 && near.span_m[0] < 40.0 && near.span_m[1] > 40.0
        );
        assert_eq!(near.zoomed(&profile, 40.0, 1e9).span_m, whole.span_m);
        assert_eq!(near.moved(&profile, -1e9).span_m[0], 0.0);
    }

    #[test]
    fn exaggeration_is_that_which_is_asked_for() {
        let profile = sewer();
        let theme = Theme::of(ThemeChoice::Daylight);
        let window = Window { exaggeration: Some(5.0), ..Window::whole(&profile) };
        let sheet = flat(&profile, window, Vec2::new(900.0, 300.0), &theme, Text::of(Language::English));
        assert!((sheet.exaggeration - 5.0).abs() < 1e-9);
        let fits =
            flat(&profile, Window::whole(&profile), Vec2::new(900.0, 300.0), &theme, Text::of(Language::English));
        assert!(fits.exaggeration > 1.0);
    }
}
