//! Ground above lines, and the fall of sewers.

use geo::{Distance, Euclidean, Intersects, Point};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, NetworkClass, NetworkEdge, Presence, SurfaceKind};

use super::finding::Verdict;
use super::rules::{ClearanceRules, Depth};
use super::walls::Walls;
use crate::network::section::height;
use crate::network::topology::{along, plan_m};

/// The ground is looked at every so often along a line, m.
const STEP_M: f64 = 5.0;
/// How far from a centre line a road can still be one, m.
const WIDEST_ROAD_M: f64 = 40.0;

/// The least ground above a line, against what is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cover {
    /// Row of the line; `None` for one that is planned.
    pub edge: Option<u32>,
    /// Verdict.
    pub verdict: Verdict,
    /// Ground above its top where that is least against what is asked for, m; above its axis where its size is not on record;
    /// `None` where height or ground are not known somewhere along it, unless it is too little where they are.
    pub cover_m: Option<f64>,
    /// What is asked for there, m: least and most of what may apply.
    pub limit_m: [f64; 2],
    /// Whether the place lies in a carriageway; `None` where no road's width tells it, or where the rest of the line decides.
    pub carriageway: Option<bool>,
    /// Where.
    pub place: [f64; 3],
}

/// Covers of lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Covers {
    /// Those that are not clear, the worst first.
    pub found: Vec<Cover>,
    /// How many are.
    pub clear: usize,
    /// Lines of classes that the table has no row for.
    pub no_rule: usize,
}

/// Covers of all lines that were there.
pub fn covers(cache: &Cache, there: &Presence, rules: &ClearanceRules) -> Covers {
    covers_of(cache, there, rules, |_| true)
}

/// As [`covers`], of the lines whose rows are `wanted`.
pub fn covers_of(cache: &Cache, there: &Presence, rules: &ClearanceRules, wanted: impl Fn(u32) -> bool) -> Covers {
    let park = cache.snapshot();
    let mut all = Covers::default();
    for row in (0..park.edges.len() as u32).filter(|row| there.edges[*row as usize] && wanted(*row)) {
        match cover_of(cache, rules, &park.edges[row as usize]) {
            None => all.no_rule += 1,
            Some(one) if one.verdict == Verdict::Clear => all.clear += 1,
            Some(one) => all.found.push(Cover { edge: Some(row), ..one }),
        }
    }
    let margin = |c: &Cover| c.cover_m.map_or(f64::INFINITY, |cover| cover - c.limit_m[1]);
    all.found.sort_by(|a, b| a.verdict.cmp(&b.verdict).then(margin(a).total_cmp(&margin(b))).then(a.edge.cmp(&b.edge)));
    all
}

/// The cover of a line that need not be one of the park, clear or not; `None` where the table has no row for its class.
pub fn cover_of(cache: &Cache, rules: &ClearanceRules, line: &NetworkEdge) -> Option<Cover> {
    let depth = rules.depth(line.class)?;
    let walls = Walls::of(line, rules);
    let asked = [Some(depth.elsewhere_m), Some(depth.carriageway_m), depth.green_m];
    let all = asked.into_iter().flatten();
    let [low, high] = [all.clone().fold(f64::INFINITY, f64::min), all.fold(0.0, f64::max)];
    let mut worst: Option<Cover> = None;
    let mut unknown: Option<[f64; 3]> = None;
    for place in places(&line.path) {
        let Some(ground) = height(cache, [place[0], place[1]]).filter(|_| place[2].is_finite()) else {
            unknown = unknown.or(Some(place));
            continue;
        };
        let cover = ground - place[2] - walls.half_height_m.unwrap_or(0.0);
        // Far deeper than anything asks for: which road this is does not matter.
        let deep = cover - walls.height_m - rules.unsized_m.value / 2.0 >= high;
        let carriageway = if deep { None } else { in_road(cache, place) };
        let limit_m = match (carriageway, if deep { None } else { on_green(cache, place, depth) }) {
            (Some(true), _) => [depth.carriageway_m; 2],
            (Some(false), None) => {
                [depth.green_m.unwrap_or(depth.elsewhere_m).min(depth.elsewhere_m), depth.elsewhere_m]
            }
            (Some(false), Some(asked)) => [asked; 2],
            (None, None) => [low, high],
            (None, Some(asked)) => [asked.min(depth.carriageway_m), asked.max(depth.carriageway_m)],
        };
        let unsure = walls.half_height_m.is_none();
        let verdict = match cover {
            cover if cover + walls.height_m < limit_m[0] => Verdict::Violated,
            cover if !unsure && cover - walls.height_m >= limit_m[1] => Verdict::Clear,
            cover if unsure && cover - walls.height_m - rules.unsized_m.value / 2.0 >= limit_m[1] => Verdict::Clear,
            _ if unsure => Verdict::Unknown,
            _ => Verdict::Possible,
        };
        let one = Cover { edge: None, verdict, cover_m: Some(cover), limit_m, carriageway, place };
        let margin = |c: &Cover| c.cover_m.unwrap_or(f64::INFINITY) - c.limit_m[1];
        let worse = |w: &Cover| one.verdict.cmp(&w.verdict).then(margin(&one).total_cmp(&margin(w))).is_lt();
        if worst.as_ref().is_none_or(worse) {
            worst = Some(one);
        }
    }
    // Too little somewhere is too little; anything else would speak of a part as if it were the whole.
    if let Some(place) = unknown
        && worst.is_none_or(|worst| worst.verdict != Verdict::Violated)
    {
        let limit_m = [low, high];
        worst = Some(Cover { edge: None, verdict: Verdict::Unknown, cover_m: None, limit_m, carriageway: None, place });
    }
    worst
}

/// Vertices, and places between them.
fn places(path: &[[f64; 3]]) -> Vec<[f64; 3]> {
    let mut places = vec![path[0]];
    for pair in path.windows(2) {
        let run = plan_m(pair[0], pair[1]);
        let steps = (run / STEP_M).ceil().max(1.0) as usize;
        places.extend((1..=steps).map(|step| along(pair, run * step as f64 / steps as f64)));
    }
    places
}

/// Whether a place lies in a carriageway; `None` where no road near it has a width on record, and roads have none at all.
fn in_road(cache: &Cache, place: [f64; 3]) -> Option<bool> {
    let park = cache.snapshot();
    let at = Point::new(place[0], place[1]);
    let by = WIDEST_ROAD_M;
    let near = cache.slots_in_envelope([at.x() - by, at.y() - by], [at.x() + by, at.y() + by], FeatureKind::RoadEdge);
    let mut unknown = near.is_empty();
    for road in near.into_iter().map(|row| &park.roads[row]) {
        let Some(width) = road.width_m else {
            unknown = true;
            continue;
        };
        if road.line.iter().any(|line| Euclidean.distance(&at, line) <= width / 2.0) {
            return Some(true);
        }
    }
    (!unknown).then_some(false)
}

/// What is asked for at a place beside carriageways, m, where the ground cover on record tells it.
fn on_green(cache: &Cache, place: [f64; 3], depth: &Depth) -> Option<f64> {
    let Some(green) = depth.green_m else { return Some(depth.elsewhere_m) };
    let at = [place[0], place[1]];
    let point = Point::new(at[0], at[1]);
    let covers: Vec<SurfaceKind> = cache
        .slots_in_envelope(at, at, FeatureKind::Surface)
        .into_iter()
        .map(|row| &cache.snapshot().surfaces[row])
        .filter(|surface| surface.area.intersects(&point))
        .map(|surface| surface.kind)
        .collect();
    let is_green = |kind: &SurfaceKind| matches!(kind, SurfaceKind::Grass | SurfaceKind::Forest);
    // Of patches that lie on each other the harder rule counts.
    if covers.is_empty() { None } else { Some(if covers.iter().all(is_green) { green } else { depth.elsewhere_m }) }
}

/// The fall of a sewer, against what is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fall {
    /// Row of the line; `None` for one that is planned.
    pub edge: Option<u32>,
    /// Verdict.
    pub verdict: Verdict,
    /// Fall from its first vertex to its last by the way, m per m; `None` where a height is not known. Below zero it rises the way
    /// it is drawn.
    pub fall: Option<f64>,
    /// How far off that may be, m per m.
    pub off: f64,
}

/// Sewers that fall too little, may, or do not tell, the flattest first, and how many are clear. A line that rises as it is drawn
/// is judged by how steep it is: which way it flows is left to [`crate::network::topology::Flows`].
pub fn falls(cache: &Cache, there: &Presence, rules: &ClearanceRules) -> (Vec<Fall>, usize) {
    falls_of(cache, there, rules, |_| true)
}

/// As [`falls`], of the lines whose rows are `wanted`.
pub fn falls_of(
    cache: &Cache,
    there: &Presence,
    rules: &ClearanceRules,
    wanted: impl Fn(u32) -> bool,
) -> (Vec<Fall>, usize) {
    let park = cache.snapshot();
    let mut found = Vec::new();
    let mut clear = 0;
    for row in (0..park.edges.len() as u32).filter(|row| there.edges[*row as usize] && wanted(*row)) {
        match fall_of(rules, &park.edges[row as usize]) {
            None => {}
            Some(one) if one.verdict == Verdict::Clear => clear += 1,
            Some(one) => found.push(Fall { edge: Some(row), ..one }),
        }
    }
    let steep = |f: &Fall| f.fall.map_or(f64::INFINITY, f64::abs);
    found.sort_by(|a, b| a.verdict.cmp(&b.verdict).then(steep(a).total_cmp(&steep(b))).then(a.edge.cmp(&b.edge)));
    (found, clear)
}

/// The fall of a line that need not be one of the park, clear or not; `None` where it is no sewer, or has no length in plan.
pub fn fall_of(rules: &ClearanceRules, line: &NetworkEdge) -> Option<Fall> {
    let run: f64 = line.path.windows(2).map(|pair| plan_m(pair[0], pair[1])).sum();
    if line.class != NetworkClass::Drainage || run <= 0.0 {
        return None;
    }
    let least = rules.slope.value;
    let drop = line.path[0][2] - line.path[line.path.len() - 1][2];
    // Both ends may be off, each in its own way.
    let off = Walls::of(line, rules).height_m * std::f64::consts::SQRT_2 / run;
    let fall = drop.is_finite().then_some(drop / run);
    let verdict = match fall {
        None => Verdict::Unknown,
        Some(fall) if fall.abs() + off < least => Verdict::Violated,
        Some(fall) if fall.abs() - off >= least => Verdict::Clear,
        Some(_) => Verdict::Possible,
    };
    Some(Fall { edge: None, verdict, fall, off })
}
