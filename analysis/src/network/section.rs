//! A vertical cut through the park along a line: what lies under it, how deep and how wide, as an engineer would draw it.
//!
//! Drawing it is left to the engine. Depths count from the ground as surveyed to the top of the pipe, as CJJ 61-2017 (4.3)
//! has them for pressure pipes and ducts; the invert is given beside it for sewers.

use geo::{Contains, Intersects, Line, LineIntersection, Point, coord, line_intersection::line_intersection};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkEdge, NodeKind, Presence};

/// Most points of the ground's profile.
const MOST_POINTS: usize = 1000;
/// Sine of the flattest angle at which a pipe that is crossed is drawn as cut: below it the cut would run along the pipe.
const LEAST_SINE: f64 = 0.02;
/// Half the width of a chamber whose size nothing tells, m.
const ASSUMED_CHAMBER_M: f64 = 0.45;
/// Drawn size of a pipe whose size nothing tells, m.
const ASSUMED_SIZE_M: f64 = 0.3;

/// Length of line that is looked up at once, m.
const PIECE_M: f64 = 60.0;
/// How far beside the line a chamber may stand and still reach into it, m.
const REACH_M: f64 = 5.0;

/// A vertical cut, seen from the right of its line when walking from the first point to the second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Length of the line, m.
    pub length_m: f64,
    /// Ground: distance along the line and elevation, m; empty where the terrain is not known.
    pub ground: Vec<[f64; 2]>,
    /// Pipes, cables and ducts that are cut, by distance.
    pub pipes: Vec<CutPipe>,
    /// Chambers that are cut, by distance.
    pub chambers: Vec<CutChamber>,
    /// Buildings that are cut, by distance.
    pub buildings: Vec<CutBuilding>,
    /// Where the line crosses from one parcel into another: distance, m.
    pub boundaries_m: Vec<f64>,
}

/// A pipe where the cut meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct CutPipe {
    /// The pipe.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
    /// Distance along the line, m.
    pub at_m: f64,
    /// Elevation of its axis, m; `None` where nothing tells it.
    pub axis_m: Option<f64>,
    /// Width of what is seen of it in the cut, m: its own, drawn out where it is crossed at a slant.
    pub width_m: f64,
    /// Height, m.
    pub height_m: f64,
    /// Whether its size is on record.
    pub size_known: bool,
    /// Round, or a duct with corners.
    pub round: bool,
    /// Ground above its top, m; `None` where either is not known.
    pub cover_m: Option<f64>,
    /// Nominal diameter, or width by height, in words; empty where not on record.
    pub size: String,
    /// Material, where on record.
    pub material: Option<String>,
}

/// A chamber where the cut meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct CutChamber {
    /// The node.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
    /// From and to, along the line, m.
    pub span_m: [f64; 2],
    /// Bottom, m.
    pub bottom_m: f64,
    /// Cover, m.
    pub top_m: f64,
}

/// A building where the cut meets it.
#[derive(Debug, Clone, PartialEq)]
pub struct CutBuilding {
    /// The building.
    pub id: FeatureId,
    /// Name, where on record.
    pub name: Option<String>,
    /// From and to, along the line, m.
    pub span_m: [f64; 2],
    /// Foot, m.
    pub base_m: f64,
    /// Roof, m.
    pub top_m: f64,
}

/// The room between two neighbours in a cut, along its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Which of the cut's pipes, and the next.
    pub pipes: [usize; 2],
    /// From axis to axis, m.
    pub apart_m: f64,
    /// From wall to wall, m; below zero one lies over the other. `None` where a size is not on record.
    pub clear_m: Option<f64>,
    /// Clear height between the two, m, where both levels and sizes are known; below zero they lie beside each other.
    pub height_m: Option<f64>,
}

impl Section {
    /// Room between neighbours, in order.
    pub fn gaps(&self) -> Vec<Gap> {
        let gap = |at: usize| {
            let [a, b] = [&self.pipes[at], &self.pipes[at + 1]];
            let sized = a.size_known && b.size_known;
            let apart_m = b.at_m - a.at_m;
            let clear_m = sized.then(|| apart_m - f64::midpoint(a.width_m, b.width_m));
            let heights = a.axis_m.zip(b.axis_m).filter(|_| sized);
            let height_m = heights.map(|(a_m, b_m)| (a_m - b_m).abs() - f64::midpoint(a.height_m, b.height_m));
            Gap { pipes: [at, at + 1], apart_m, clear_m, height_m }
        };
        (0..self.pipes.len().saturating_sub(1)).map(gap).collect()
    }

    /// Adds a cut that begins where this one ends.
    fn extend(&mut self, next: Self) {
        let by = self.length_m;
        self.length_m += next.length_m;
        let moved = |mut point: [f64; 2]| {
            point[0] += by;
            point
        };
        let span = |[from, to]: [f64; 2]| [from + by, to + by];
        // Both have the ground where they meet.
        let met = self.ground.last().is_some_and(|last| last[0] >= by - 1e-9);
        self.ground.extend(next.ground.into_iter().skip(usize::from(met)).map(moved));
        self.pipes.extend(next.pipes.into_iter().map(|pipe| CutPipe { at_m: pipe.at_m + by, ..pipe }));
        self.chambers.extend(next.chambers.into_iter().map(|one| CutChamber { span_m: span(one.span_m), ..one }));
        self.buildings.extend(next.buildings.into_iter().map(|one| CutBuilding { span_m: span(one.span_m), ..one }));
        self.boundaries_m.extend(next.boundaries_m.into_iter().map(|at| at + by));
    }
}

/// Cuts the park along a line of one piece or several, of what was there, where that is told; pieces are laid out one after the
/// other.
pub fn section_along(cache: &Cache, there: Option<&Presence>, line: &[[f64; 2]]) -> Section {
    let mut whole = Section::default();
    for pair in line.windows(2) {
        whole.extend(straight(cache, there, pair[0], pair[1]));
    }
    whole
}

/// Cuts the park along the line from `from` to `to`, park coordinates in m. A line without length cuts nothing.
pub fn section(cache: &Cache, from: [f64; 2], to: [f64; 2]) -> Section {
    straight(cache, None, from, to)
}

fn straight(cache: &Cache, there: Option<&Presence>, from: [f64; 2], to: [f64; 2]) -> Section {
    let cut = Cut::new(from, to);
    if !(cut.length_m > 0.0 && cut.length_m.is_finite()) {
        return Section::default();
    }
    let snapshot = cache.snapshot();
    let mut found = Section { length_m: cut.length_m, ground: ground(cache, &cut), ..Section::default() };
    let near = |kind| {
        let present = |row: &usize| {
            there.is_none_or(|there| match kind {
                FeatureKind::NetworkEdge => there.edges[*row],
                FeatureKind::NetworkNode => there.nodes[*row],
                FeatureKind::Building => there.buildings[*row],
                FeatureKind::Parcel => there.parcels[*row],
                _ => true,
            })
        };
        cut.near(cache, kind).into_iter().filter(present).collect::<Vec<usize>>()
    };
    for slot in near(FeatureKind::NetworkEdge) {
        pipe(cache, &cut, &snapshot.edges[slot], &mut found.pipes);
    }
    for slot in near(FeatureKind::NetworkNode) {
        let node = &snapshot.nodes[slot];
        if !matches!(node.kind, NodeKind::Manhole | NodeKind::Inlet | NodeKind::Valve) {
            continue;
        }
        let [x, y, z] = node.position;
        let half = node.size_mm.map_or(ASSUMED_CHAMBER_M, |mm| (mm / 2000.0).clamp(0.2, 3.0));
        let Some(span_m) = cut.through_circle([x, y], half) else { continue };
        let top = node.ground_elevation_m.or_else(|| height(cache, [x, y]));
        let bottom = node.depth_m.and_then(|depth| Some(top? - depth)).or(Some(z).filter(|z| z.is_finite()));
        if let (Some(top_m), Some(bottom_m)) = (top, bottom)
            && bottom_m < top_m
        {
            let key = node.provenance.key.clone();
            found.chambers.push(CutChamber { id: node.id, key, class: node.class, span_m, bottom_m, top_m });
        }
    }
    for slot in near(FeatureKind::Building) {
        let building = &snapshot.buildings[slot];
        let prism = cache.prism(slot);
        for polygon in &building.footprint {
            for span_m in cut.through(polygon) {
                found.buildings.push(CutBuilding {
                    id: building.id,
                    name: building.name.clone(),
                    span_m,
                    base_m: prism.base_m,
                    top_m: prism.top_m,
                });
            }
        }
    }
    for slot in near(FeatureKind::Parcel) {
        for polygon in &snapshot.parcels[slot].boundary {
            found.boundaries_m.extend(cut.through(polygon).into_iter().flatten());
        }
    }
    let inside = |at: &f64| *at > 0.0 && *at < cut.length_m;
    found.boundaries_m.retain(inside);
    found.boundaries_m.sort_by(f64::total_cmp);
    // Neighbours share a boundary.
    found.boundaries_m.dedup_by(|a, b| (*a - *b).abs() < 0.05);
    found.pipes.sort_by(|a, b| a.at_m.total_cmp(&b.at_m).then_with(|| a.key.cmp(&b.key)));
    found.chambers.sort_by(|a, b| a.span_m[0].total_cmp(&b.span_m[0]));
    found.buildings.sort_by(|a, b| a.span_m[0].total_cmp(&b.span_m[0]));
    found
}

/// The line of a cut.
struct Cut {
    from: [f64; 2],
    along: [f64; 2],
    length_m: f64,
    line: Line<f64>,
}

impl Cut {
    fn new(from: [f64; 2], to: [f64; 2]) -> Self {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length_m = dx.hypot(dy);
        let line = Line::new(coord! { x: from[0], y: from[1] }, coord! { x: to[0], y: to[1] });
        Self { from, along: [dx / length_m, dy / length_m], length_m, line }
    }

    /// Distance along the line.
    fn station(&self, x: f64, y: f64) -> f64 {
        (x - self.from[0]) * self.along[0] + (y - self.from[1]) * self.along[1]
    }

    /// Distance to the left of the line.
    fn offset(&self, x: f64, y: f64) -> f64 {
        (y - self.from[1]) * self.along[0] - (x - self.from[0]) * self.along[1]
    }

    fn place(&self, station: f64) -> [f64; 2] {
        [self.from[0] + self.along[0] * station, self.from[1] + self.along[1] * station]
    }

    /// Rows of the features of `kind` whose envelope is near the line, each once, in order. Asked piece by piece: the
    /// envelope of a long line across the park would be the park.
    fn near(&self, cache: &Cache, kind: FeatureKind) -> Vec<usize> {
        let pieces = (self.length_m / PIECE_M).ceil().clamp(1.0, 64.0) as usize;
        let at = |piece: usize| self.place(self.length_m * piece as f64 / pieces as f64);
        let mut rows: Vec<usize> = (0..pieces)
            .flat_map(|piece| {
                let (a, b) = (at(piece), at(piece + 1));
                let low = [0, 1].map(|axis: usize| a[axis].min(b[axis]) - REACH_M);
                let high = [0, 1].map(|axis: usize| a[axis].max(b[axis]) + REACH_M);
                cache.slots_in_envelope(low, high, kind)
            })
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The part of the line within a circle.
    fn through_circle(&self, at: [f64; 2], radius: f64) -> Option<[f64; 2]> {
        let (station, offset) = (self.station(at[0], at[1]), self.offset(at[0], at[1]));
        let half = (radius * radius - offset * offset).max(0.0).sqrt();
        let span = [(station - half).max(0.0), (station + half).min(self.length_m)];
        (half > 0.0 && span[0] < span[1]).then_some(span)
    }

    /// The parts of the line within a polygon, in order.
    fn through(&self, polygon: &geo::Polygon<f64>) -> Vec<[f64; 2]> {
        inner_spans(polygon, self.line)
    }
}

/// The parts of a line within a polygon, in order: distances from its start, m.
pub(super) fn inner_spans(polygon: &geo::Polygon<f64>, line: Line<f64>) -> Vec<[f64; 2]> {
    let (dx, dy) = (line.dx(), line.dy());
    let length_m = dx.hypot(dy);
    if length_m.is_nan() || length_m <= 0.0 || !polygon.intersects(&line) {
        return Vec::new();
    }
    let station = |at: geo::Coord<f64>| ((at.x - line.start.x) * dx + (at.y - line.start.y) * dy) / length_m;
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    let mut stations = vec![0.0, length_m];
    for side in rings.flat_map(geo::LineString::lines) {
        match line_intersection(line, side) {
            Some(LineIntersection::SinglePoint { intersection, .. }) => stations.push(station(intersection)),
            Some(LineIntersection::Collinear { intersection }) => {
                stations.extend([station(intersection.start), station(intersection.end)]);
            }
            None => {}
        }
    }
    stations.sort_by(f64::total_cmp);
    let mut spans: Vec<[f64; 2]> = Vec::new();
    for pair in stations.windows(2) {
        let share = f64::midpoint(pair[0], pair[1]) / length_m;
        let middle = Point::new(line.start.x + dx * share, line.start.y + dy * share);
        if pair[1] - pair[0] < 1e-9 || !polygon.contains(&middle) {
            continue;
        }
        match spans.last_mut() {
            Some(last) if pair[0] - last[1] < 1e-9 => last[1] = pair[1],
            _ => spans.push([pair[0], pair[1]]),
        }
    }
    spans
}

/// Ground, m; `None` where the terrain is not known.
pub(super) fn height(cache: &Cache, at: [f64; 2]) -> Option<f64> {
    cache.snapshot().terrain.as_ref()?.height_at(at[0], at[1])
}

fn ground(cache: &Cache, cut: &Cut) -> Vec<[f64; 2]> {
    let Some(terrain) = &cache.snapshot().terrain else { return Vec::new() };
    let steps = ((cut.length_m / terrain.cell_m).ceil() as usize).clamp(1, MOST_POINTS);
    (0..=steps)
        .filter_map(|step| {
            let station = cut.length_m * step as f64 / steps as f64;
            let [x, y] = cut.place(station);
            Some([station, terrain.height_at(x, y)?])
        })
        .collect()
}

/// Size of a pipe as it is drawn.
pub(super) struct Size {
    /// Width, m; `None` where not on record.
    pub width_m: Option<f64>,
    /// Height, m.
    pub height_m: f64,
    /// Round, or with corners.
    pub round: bool,
    /// As people write it; empty where not on record.
    pub words: String,
}

impl Size {
    pub(super) fn of(edge: &NetworkEdge) -> Self {
        let metres = |mm: Option<f64>| mm.filter(|mm| *mm > 0.0).map(|mm| mm / 1000.0);
        let (width_m, height_m, round) = match (metres(edge.diameter_mm), metres(edge.width_mm), metres(edge.height_mm))
        {
            (Some(diameter), ..) => (Some(diameter), diameter, true),
            (None, Some(width), height) => (Some(width), height.unwrap_or(width), false),
            (None, None, Some(height)) => (Some(height), height, false),
            (None, None, None) => (None, ASSUMED_SIZE_M, true),
        };
        let words = match (edge.diameter_mm, edge.width_mm, edge.height_mm) {
            (Some(diameter), ..) => format!("DN{diameter:.0}"),
            (None, Some(width), Some(height)) => format!("{width:.0} × {height:.0} mm"),
            (None, Some(one), None) | (None, None, Some(one)) => format!("{one:.0} mm"),
            (None, None, None) => String::new(),
        };
        Self { width_m, height_m, round, words }
    }
}

fn pipe(cache: &Cache, cut: &Cut, edge: &NetworkEdge, found: &mut Vec<CutPipe>) {
    for pair in edge.path.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let (left, right) = (cut.offset(a[0], a[1]), cut.offset(b[0], b[1]));
        // Half-open, so that a pipe which is cut at one of its vertices counts once.
        if (left > 0.0) == (right > 0.0) {
            continue;
        }
        let share = left / (left - right);
        let at = |axis: usize| a[axis] + (b[axis] - a[axis]) * share;
        let at_m = cut.station(at(0), at(1));
        if !(0.0..=cut.length_m).contains(&at_m) {
            continue;
        }
        let run = (b[0] - a[0]).hypot(b[1] - a[1]);
        let sine = ((right - left).abs() / run).max(LEAST_SINE);
        let axis_m = Some(at(2)).filter(|z| z.is_finite());
        let Size { width_m: own, height_m, round, words: size } = Size::of(edge);
        let cover_m = axis_m.and_then(|axis| Some(height(cache, [at(0), at(1)])? - (axis + height_m / 2.0)));
        found.push(CutPipe {
            id: edge.id,
            key: edge.provenance.key.clone(),
            class: edge.class,
            at_m,
            axis_m,
            width_m: own.unwrap_or(ASSUMED_SIZE_M) / sine,
            height_m,
            size_known: own.is_some(),
            round,
            cover_m,
            size,
            material: edge.material.clone(),
        });
    }
}
