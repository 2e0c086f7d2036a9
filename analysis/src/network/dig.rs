//! What an excavation lays bare: the pipes, cables, ducts and chambers within an outline on the ground, down to a level floor.
//!
//! What is near it and who must be called is left to [`super::permit`]; what permits are needed is for whoever gives them.

use geo::{Area, BoundingRect, Contains, Distance, Euclidean, Intersects, Line, LineString, Point, Polygon, coord};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkEdge, Presence};

use super::section::{Size, height, inner_spans};

/// Places along a side of the outline's box at which the ground is asked for the volume.
const VOLUME_STEPS: usize = 60;

/// The largest chamber that is looked for beside the outline, m across.
const CHAMBER_M: f64 = 6.0;

/// How a pipe lies to the excavation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// Goes through a wall, and lies bare between.
    Crossed,
    /// Lies bare from end to end.
    Inside,
    /// Passes under the floor.
    Below,
}

/// A pipe, cable or duct that the excavation meets.
#[derive(Debug, Clone, PartialEq)]
pub struct DugPipe {
    /// The pipe.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
    /// How it lies.
    pub met: Met,
    /// Length within the outline in plan, m.
    pub length_m: f64,
    /// Nominal diameter, or width by height, in words; empty where not on record.
    pub size: String,
    /// Least ground above its top within the outline, m; `None` where its elevation or the ground's is not known all along.
    pub cover_m: Option<f64>,
    /// Lowest and highest elevation of its axis within the outline, m, where it is known; `None` where nothing tells it.
    pub axis_m: Option<[f64; 2]>,
    /// Whether the elevation of its axis is known all along within the outline.
    pub axis_whole: bool,
    /// Earth between the floor and its top where it passes below, m.
    pub below_floor_m: Option<f64>,
    /// Material, where on record.
    pub material: Option<String>,
}

/// A chamber, valve or other fitting within the outline.
#[derive(Debug, Clone, PartialEq)]
pub struct DugNode {
    /// The node.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
}

/// What an excavation meets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Excavation {
    /// Area of the outline, m².
    pub area_m2: f64,
    /// Earth between ground and floor, m³, from the ground at a few thousand places; `None` where the terrain is not known.
    pub volume_m3: Option<f64>,
    /// Elevation of the floor, m.
    pub floor_m: f64,
    /// Pipes, by class and key; those that pass below last.
    pub pipes: Vec<DugPipe>,
    /// Fittings, by key.
    pub nodes: Vec<DugNode>,
    /// Buildings that stand over it, at least in part.
    pub buildings: usize,
}

/// As [`excavation`], of what was there: what is gone or not yet laid is not met.
pub fn excavation_on(cache: &Cache, there: &Presence, outline: &[[f64; 2]], floor_m: f64) -> Excavation {
    met(cache, Some(there), outline, floor_m)
}

/// What lies within `outline` (park coordinates, m, closed by itself) above `floor_m`. An outline without area meets nothing.
pub fn excavation(cache: &Cache, outline: &[[f64; 2]], floor_m: f64) -> Excavation {
    met(cache, None, outline, floor_m)
}

fn met(cache: &Cache, there: Option<&Presence>, outline: &[[f64; 2]], floor_m: f64) -> Excavation {
    let ring: LineString<f64> = outline.iter().map(|[x, y]| (*x, *y)).collect();
    let area = Polygon::new(ring, Vec::new());
    let area_m2 = area.unsigned_area();
    let mut found = Excavation { area_m2, floor_m, ..Excavation::default() };
    let Some(bounds) = area.bounding_rect().filter(|_| area_m2 > 0.0 && area_m2.is_finite()) else { return found };
    let snapshot = cache.snapshot();
    let (low, high): ([f64; 2], [f64; 2]) = (bounds.min().into(), bounds.max().into());
    let near = |kind| cache.slots_in_envelope(low, high, kind);
    let is_there = |of: fn(&Presence) -> &Vec<bool>, row: usize| there.is_none_or(|there| of(there)[row]);
    found.volume_m3 = volume(cache, &area, floor_m);
    found.pipes = near(FeatureKind::NetworkEdge)
        .into_iter()
        .filter(|row| is_there(|there| &there.edges, *row))
        .filter_map(|row| pipe(cache, &area, &snapshot.edges[row], floor_m))
        .collect();
    found.pipes.sort_by(|a, b| {
        let below = |pipe: &DugPipe| pipe.met == Met::Below;
        below(a).cmp(&below(b)).then(a.class.cmp(&b.class)).then_with(|| a.key.cmp(&b.key))
    });
    let by = CHAMBER_M / 2.0;
    let about = (low.map(|at| at - by), high.map(|at| at + by));
    for row in cache.slots_in_envelope(about.0, about.1, FeatureKind::NetworkNode) {
        let node = &snapshot.nodes[row];
        let [x, y, _] = node.position;
        // A chamber whose wall reaches into the pit is met, though its middle lies outside.
        let half_m = node.size_mm.map_or(0.0, |mm| mm.max(0.0) / 2000.0).min(by);
        if is_there(|there| &there.nodes, row) && Euclidean.distance(&Point::new(x, y), &area) <= half_m {
            found.nodes.push(DugNode { id: node.id, key: node.provenance.key.clone(), class: node.class });
        }
    }
    found.nodes.sort_by(|a, b| a.key.cmp(&b.key));
    let over =
        |row: &usize| is_there(|there| &there.buildings, *row) && snapshot.buildings[*row].footprint.intersects(&area);
    found.buildings = near(FeatureKind::Building).iter().filter(|row| over(row)).count();
    found
}

fn pipe(cache: &Cache, area: &Polygon<f64>, edge: &NetworkEdge, floor_m: f64) -> Option<DugPipe> {
    let size = Size::of(edge);
    let (mut length_m, mut whole_m) = (0.0, 0.0);
    let mut cover_m: Option<f64> = None;
    let mut axis_m: Option<[f64; 2]> = None;
    let (mut axis_whole, mut cover_whole, mut meets) = (true, true, false);
    let mut passes = |[x, y, z]: [f64; 3]| {
        if !z.is_finite() {
            axis_whole = false;
            return;
        }
        let [low, high] = axis_m.unwrap_or([z, z]);
        axis_m = Some([low.min(z), high.max(z)]);
        match height(cache, [x, y]) {
            Some(ground) => {
                let here = ground - (z + size.height_m / 2.0);
                cover_m = Some(cover_m.map_or(here, |least| least.min(here)));
            }
            None => cover_whole = false,
        }
    };
    for pair in edge.path.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        let line = Line::new(coord! { x: a[0], y: a[1] }, coord! { x: b[0], y: b[1] });
        let run = (b[0] - a[0]).hypot(b[1] - a[1]);
        whole_m += run;
        // A riser has no length in plan, and stands in the pit all the same.
        if run == 0.0 && area.intersects(&Point::new(a[0], a[1])) {
            meets = true;
            passes(a);
            passes(b);
        }
        for [from, to] in inner_spans(area, line) {
            length_m += to - from;
            meets = true;
            // Ends and middle: between them both the pipe and most ground are straight.
            for at in [from, f64::midpoint(from, to), to] {
                // Both ends exactly, so that a height known there is not lost to one that is not.
                passes(match at / run {
                    0.0 => a,
                    1.0 => b,
                    share => [0, 1, 2].map(|axis: usize| a[axis] + (b[axis] - a[axis]) * share),
                });
            }
        }
    }
    if !meets {
        return None;
    }
    let cover_m = cover_m.filter(|_| axis_whole && cover_whole);
    // What is not known to pass below lies bare.
    let below_m = axis_m.filter(|_| axis_whole).map(|[_, high]| floor_m - (high + size.height_m / 2.0));
    let below_floor_m = below_m.filter(|below_m| *below_m >= 0.0);
    let bare = below_floor_m.is_none();
    let met = if !bare {
        Met::Below
    } else if length_m > whole_m - 1e-6 {
        Met::Inside
    } else {
        Met::Crossed
    };
    Some(DugPipe {
        id: edge.id,
        key: edge.provenance.key.clone(),
        class: edge.class,
        met,
        length_m,
        size: size.words,
        cover_m,
        axis_m,
        axis_whole,
        below_floor_m,
        material: edge.material.clone(),
    })
}

fn volume(cache: &Cache, area: &Polygon<f64>, floor_m: f64) -> Option<f64> {
    let bounds = area.bounding_rect()?;
    let step = |low: f64, size: f64, at: usize| low + size * (at as f64 + 0.5) / VOLUME_STEPS as f64;
    let (mut sum, mut inside, mut known) = (0.0, 0_usize, 0_usize);
    for i in 0..VOLUME_STEPS {
        for j in 0..VOLUME_STEPS {
            let (x, y) = (step(bounds.min().x, bounds.width(), i), step(bounds.min().y, bounds.height(), j));
            if !area.contains(&Point::new(x, y)) {
                continue;
            }
            inside += 1;
            if let Some(ground) = height(cache, [x, y]) {
                known += 1;
                sum += (ground - floor_m).max(0.0);
            }
        }
    }
    (known > 0 && known == inside).then(|| sum / known as f64 * area.unsigned_area())
}
