//! The rows under the graph of a profile.

use analysis::network::clearance::Verdict;
use analysis::network::profile::{Profile, Run, Station};
use bevy::math::Vec2;

use super::super::spread::spread;
use super::super::{Anchor, Mark, Shape, fitted, line, width_of, words};
use super::{GAP, LABEL, Long, Scale, chainage, metres};
use crate::inspect::grouped;
use crate::text::{Text, t};
use crate::theme::{Rgb, Theme};

/// From the graph to the frame: columns fan out there.
const FAN: f32 = 20.0;
/// The frame reaches this far beyond the first and last column.
const BESIDE: f32 = 8.0;
/// Most height of a row of upright words.
const MOST_ROW: f32 = 118.0;
/// Height of a row of words set level, and of one with two lines.
const ROW: f32 = 20.0;
const TWO: f32 = 50.0;
/// A level that steps by less is one level, m.
const STEP_M: f64 = 0.005;

/// Draws the rows; gives the height at which they end.
pub(super) fn frame(profile: &Profile, scale: &Scale, theme: &Theme, text: &Text, drawn: &mut Long) -> f32 {
    let right = drawn.graph[1].x;
    let (columns, named) = columns(profile, scale, right);
    let top = scale.foot + FAN;
    let mut rows = Rows { y: top, right: right + BESIDE, left: scale.left - BESIDE, columns: &columns, theme, drawn };
    let soft = theme.ink_soft.over(theme.panel, 0.45);
    for ((station, column), _) in profile.stations.iter().zip(&columns).zip(&named).filter(|(_, named)| **named) {
        let x = scale.x(station.at_m);
        let points = vec![Vec2::new(x, scale.foot), Vec2::new(x, scale.foot + 4.0), Vec2::new(*column, top)];
        rows.drawn.marks.push(Mark::new(Shape::Line { points, width: 0.7, dash: 0.0 }, soft));
    }
    rows.rule(1.2);
    let upright = |of: &dyn Fn(usize, &Station) -> String| -> Vec<String> {
        let all = profile.stations.iter().enumerate().zip(&named);
        all.map(|((at, station), named)| if *named { of(at, station) } else { String::new() }).collect()
    };
    let run_of = |at: usize| profile.runs.get(at).or(profile.runs.last());
    rows.stations(&t!(text, "profile-station"), &upright(&|_, station| station.key().to_owned()), true);
    rows.stations(&t!(text, "profile-chainage"), &upright(&|_, station| chainage(station.at_m)), false);
    rows.stations(&t!(text, "profile-ground"), &upright(&|_, station| metres(station.ground_m())), false);
    rows.stations(&t!(text, "profile-invert"), &upright(&|_, station| inverts(station)), false);
    rows.stations(&t!(text, "profile-depth"), &upright(&|_, station| metres(station.depth_m())), false);
    let cover = |at: usize, station: &Station| {
        let end = usize::from(at >= profile.runs.len());
        let crown = run_of(at).and_then(|run| run.crown_ends_m()[end]);
        metres(station.ground_m().zip(crown).map(|(ground, crown)| ground - crown))
    };
    rows.stations(&t!(text, "profile-cover"), &upright(&cover), false);
    let slopes: Vec<Cell> = profile.runs.iter().enumerate().map(|(at, run)| slope(profile, at, run, theme)).collect();
    rows.cells(&t!(text, "profile-slope"), &slopes, TWO);
    rows.cells(&t!(text, "profile-pipe"), &merged(profile, |run| pipe(run, text), theme), TWO);
    rows.cells(&t!(text, "profile-survey"), &merged(profile, |run| survey(run, text), theme), ROW * 1.4);
    if !profile.flaws.is_empty() {
        rows.flaws(&t!(text, "profile-findings"), profile, scale);
    }
    rows.ends(top);
    rows.y
}

/// Where the column of each station stands, and which have room for their words.
fn columns(profile: &Profile, scale: &Scale, right: f32) -> (Vec<f32>, Vec<bool>) {
    let stations = &profile.stations;
    let place = |at: usize| scale.x(stations[at].at_m);
    let room = (((right - scale.left) / GAP).max(0.0) as usize) + 1;
    let mut kept: Vec<usize> = (0..stations.len()).collect();
    if kept.len() > room {
        // Ends first, then chambers, then whatever has a name.
        let rank = |at: &usize| {
            let end = *at == 0 || *at + 1 == stations.len();
            let chamber = stations[*at].node.as_ref().is_some_and(|node| node.bottom_m.is_some());
            (!end, !chamber, stations[*at].node.is_none(), *at)
        };
        kept.sort_by_key(rank);
        kept.truncate(room);
        kept.sort_unstable();
    }
    let wanted: Vec<f32> = kept.iter().map(|at| place(*at)).collect();
    let spread = spread(&wanted, GAP, scale.left, right).unwrap_or(wanted);
    let mut named = vec![false; stations.len()];
    for at in &kept {
        named[*at] = true;
    }
    let mut columns = Vec::with_capacity(stations.len());
    for at in 0..stations.len() {
        let after = kept.partition_point(|one| *one < at);
        let x = match (after.checked_sub(1), kept.get(after)) {
            (_, Some(one)) if *one == at => spread[after],
            (Some(before), Some(_)) => {
                // Without words: as far between its neighbours' columns as between their places.
                let (a, b) = (place(kept[before]), place(kept[after]));
                let share = if b > a { (place(at) - a) / (b - a) } else { 0.5 };
                spread[before] + (spread[after] - spread[before]) * share
            }
            _ => place(at),
        };
        columns.push(x);
    }
    (columns, named)
}

/// Levels of the bottom of what comes in and goes out.
fn inverts(station: &Station) -> String {
    match (station.in_m, station.out_m) {
        (Some(a), Some(b)) if (a - b).abs() >= STEP_M => format!("{} / {}", metres(Some(a)), metres(Some(b))),
        (a, b) => metres(b.or(a)),
    }
}

/// Words between two columns.
struct Cell {
    /// Columns from and to.
    span: [usize; 2],
    lines: Vec<String>,
    colour: Rgb,
    bold: bool,
}

fn slope(profile: &Profile, at: usize, run: &Run, theme: &Theme) -> Cell {
    use analysis::network::profile::FlawKind;
    let fall = run.fall.map_or_else(|| "?".to_owned(), |fall| grouped(fall * 1000.0, 1));
    let wrong = profile.flaws.iter().any(|flaw| {
        flaw.id == run.id
            && flaw.verdict == Verdict::Violated
            && matches!(flaw.kind, FlawKind::Rises | FlawKind::TooFlat)
    });
    Cell {
        span: [at, at + 1],
        lines: vec![format!("{fall} ‰"), format!("{} m", grouped(run.length_m(), 1))],
        colour: if wrong { theme.bad } else { theme.ink },
        bold: wrong,
    }
}

fn pipe(run: &Run, text: &Text) -> Vec<String> {
    let unknown = || t!(text, "section-unknown");
    let size = if run.size.is_empty() { unknown() } else { run.size.clone() };
    match &run.material {
        Some(material) => vec![size, material.clone()],
        None => vec![size],
    }
}

fn survey(run: &Run, text: &Text) -> Vec<String> {
    let level = run.survey_level.clone().unwrap_or_else(|| t!(text, "profile-no-level"));
    vec![format!("{level} ±{} m", grouped(run.off_m, 2))]
}

/// Neighbours that say the same in one cell.
fn merged(profile: &Profile, said: impl Fn(&Run) -> Vec<String>, theme: &Theme) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (at, run) in profile.runs.iter().enumerate() {
        let lines = said(run);
        match cells.last_mut() {
            Some(last) if last.lines == lines => last.span[1] = at + 1,
            _ => cells.push(Cell { span: [at, at + 1], lines, colour: theme.ink, bold: false }),
        }
    }
    cells
}

struct Rows<'a> {
    y: f32,
    left: f32,
    right: f32,
    columns: &'a [f32],
    theme: &'a Theme,
    drawn: &'a mut Long,
}

impl Rows<'_> {
    fn add(&mut self, shape: Shape, colour: Rgb) {
        self.drawn.marks.push(Mark::new(shape, colour));
    }

    /// A line across the frame.
    fn rule(&mut self, width: f32) {
        let ends = [Vec2::new(0.0, self.y), Vec2::new(self.right, self.y)];
        self.add(line(ends[0], ends[1], width), self.theme.ink);
    }

    fn head(&mut self, said: &str, height: f32) {
        let at = Vec2::new(8.0, self.y + height / 2.0);
        self.add(words(at, fitted(said, LABEL, self.left - 14.0), LABEL, Anchor::Start), self.theme.ink);
    }

    /// A row of words at the stations, read from below.
    fn stations(&mut self, head: &str, said: &[String], bold: bool) {
        let widen = if bold { 1.1 } else { 1.0 };
        let widest = said.iter().map(|said| width_of(said, LABEL) * widen).fold(0.0, f32::max);
        let height = (widest + 10.0).clamp(ROW, MOST_ROW);
        self.head(head, height);
        for (said, x) in said.iter().zip(self.columns).filter(|(said, _)| !said.is_empty()) {
            let text = fitted(said, LABEL, (height - 8.0) / widen);
            let at = Vec2::new(*x, self.y + height - 5.0);
            let (size, anchor) = (LABEL, Anchor::Start);
            let shape = Shape::Words { at, text, size, anchor, upright: true, bold };
            self.drawn.marks.push(Mark::new(shape, self.theme.ink));
        }
        self.y += height;
        self.rule(0.6);
    }

    /// A row of words between stations.
    fn cells(&mut self, head: &str, cells: &[Cell], height: f32) {
        self.head(head, height);
        let faint = self.theme.ink_soft.over(self.theme.panel, 0.6);
        for cell in cells {
            let [a, b] = cell.span.map(|at| self.columns[at]);
            for x in [a, b] {
                self.add(line(Vec2::new(x, self.y), Vec2::new(x, self.y + height), 0.6), faint);
            }
            let (size, colour, bold) = (LABEL, cell.colour, cell.bold);
            let wide = |said: &String| width_of(said, size) * if bold { 1.1 } else { 1.0 };
            let widest = cell.lines.iter().map(wide).fold(0.0, f32::max);
            let middle = Vec2::new(f32::midpoint(a, b), self.y + height / 2.0);
            let room = b - a;
            let level = widest + 4.0 <= room;
            let shown = if level { cell.lines.len() } else { ((room / (size + 1.5)) as usize).min(cell.lines.len()) };
            for (at, said) in cell.lines.iter().take(shown).enumerate() {
                let off = (at as f32 - (shown as f32 - 1.0) / 2.0) * (size + if level { 4.0 } else { 1.5 });
                let by = if level { Vec2::new(0.0, off) } else { Vec2::new(off, 0.0) };
                let text = if level { said.clone() } else { fitted(said, size, height - 6.0) };
                let shape = Shape::Words { at: middle + by, text, size, anchor: Anchor::Middle, upright: !level, bold };
                self.add(shape, colour);
            }
        }
        self.y += height;
        self.rule(0.6);
    }

    /// Numbers of what is wrong, where it is.
    fn flaws(&mut self, head: &str, profile: &Profile, scale: &Scale) {
        self.head(head, ROW);
        let mut numbered: Vec<(f32, usize)> = profile
            .flaws
            .iter()
            .enumerate()
            .map(|(at, flaw)| (scale.x(f64::midpoint(flaw.span_m[0], flaw.span_m[1])), at))
            .collect();
        let wide = width_of(&profile.flaws.len().to_string(), LABEL) + 6.0;
        let room = (((self.right - self.left - 2.0 * BESIDE) / wide).max(0.0) as usize) + 1;
        if numbered.len() > room {
            // Sorted as they are listed: those that are sure first.
            numbered.sort_by_key(|(_, at)| (profile.flaws[*at].verdict, *at));
            numbered.truncate(room);
        }
        numbered.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let wanted: Vec<f32> = numbered.iter().map(|one| one.0).collect();
        let places = spread(&wanted, wide, self.left + BESIDE, self.right - BESIDE).unwrap_or_default();
        for ((_, at), x) in numbered.iter().zip(places) {
            let sure = profile.flaws[*at].verdict == Verdict::Violated;
            let colour = if sure { self.theme.bad } else { self.theme.ink_soft };
            let shape = Shape::Words {
                at: Vec2::new(x, self.y + ROW / 2.0),
                text: (at + 1).to_string(),
                size: LABEL,
                anchor: Anchor::Middle,
                upright: false,
                bold: sure,
            };
            self.add(shape, colour);
        }
        self.y += ROW;
        self.rule(0.6);
    }

    /// The sides of the frame.
    fn ends(&mut self, top: f32) {
        let ink = self.theme.ink;
        for x in [0.0, self.left, self.right] {
            self.add(line(Vec2::new(x, top), Vec2::new(x, self.y), 1.0), ink);
        }
        self.rule(1.2);
    }
}
