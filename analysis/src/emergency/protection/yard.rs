//! Room to turn at a dead end: whether a square lies on paved ground on record, or whether what is on record leaves none.

use geo::{
    Area, BooleanOps, BoundingRect, Distance, Euclidean, Intersects, LineString, MultiPolygon, Point, Polygon, Rect,
};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, SurfaceKind};

/// Places and turns at which a square is looked for, m and degrees.
const STEP_M: f64 = 1.0;
const TURN_DEG: f64 = 7.5;
/// A square that stands this near a lane is driven into from it, m.
const BESIDE_M: f64 = 3.0;
/// Overlaying areas rounds: a square lies on ground whose edge its corners pass by no more than this, m, and of which no more than this
/// lies beside it, m².
const ROUNDING_M: f64 = 1e-4;
const ROUNDING_M2: f64 = 1e-3;

/// Room for a square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// It lies on paved ground on record, free of buildings.
    Paved,
    /// Buildings and ground that nobody drives on leave none.
    None,
    /// Neither is on record.
    Unknown,
}

/// What is stored stands in the way, and nobody drives on the others.
pub(super) const fn is_in_the_way(kind: SurfaceKind) -> bool {
    matches!(
        kind,
        SurfaceKind::Water | SurfaceKind::Grass | SurfaceKind::Forest | SurfaceKind::StorageYard | SurfaceKind::Rail
    )
}

/// What is on record about a place.
pub(super) struct Ground<'a> {
    pub(super) cache: &'a Cache,
    /// Buildings that stand, in snapshot order.
    pub(super) stands: &'a [bool],
}

impl Ground<'_> {
    /// Room for a square with such a side by the first so many metres of a lane, from its dead end on.
    pub(super) fn room(&self, lane: &[[f64; 2]], metres: f64, side_m: f64) -> Room {
        let lane = first_of(lane, metres);
        let Some(bounds) = lane.bounding_rect() else { return Room::Unknown };
        let far = side_m * std::f64::consts::SQRT_2 + BESIDE_M;
        let (low, high) = ([bounds.min().x - far, bounds.min().y - far], [bounds.max().x + far, bounds.max().y + far]);
        let park = self.cache.snapshot();
        // A wood or a road of a whole city is asked thousands of times: no more of it than lies here.
        let window = Rect::new((low[0], low[1]), (high[0], high[1])).to_polygon();
        let here = |area: &MultiPolygon<f64>| area.intersection(&window);
        let (mut paved, mut blocked) = (Vec::new(), Vec::new());
        for slot in self.cache.slots_in_envelope(low, high, FeatureKind::Surface) {
            let surface = &park.surfaces[slot];
            if surface.kind == SurfaceKind::Paved {
                paved.push(here(&surface.area));
            } else if is_in_the_way(surface.kind) {
                blocked.push(here(&surface.area));
            }
        }
        let near = self.cache.slots_in_envelope(low, high, FeatureKind::Building);
        let standing = near.into_iter().filter(|slot| self.stands[*slot]);
        let buildings: Vec<MultiPolygon<f64>> = standing.map(|slot| here(&park.buildings[slot].footprint)).collect();
        blocked.extend(buildings.iter().cloned());
        blocked.retain(|area| !area.0.is_empty());
        paved.retain(|area| !area.0.is_empty());
        if !paved.is_empty() {
            let mut free = united(&paved);
            if !buildings.is_empty() {
                free = free.difference(&united(&buildings));
            }
            // The lane runs into the square.
            if !free.0.is_empty() && squares(&lane, 0.5 * side_m, side_m).any(|square| lies_on(&square, &free)) {
                return Room::Paved;
            }
        }
        // A square of the side holds one of this side at a place and turn that is looked at, wherever it lies: where none of these is free,
        // no whole one is.
        let half_turn = (0.5 * TURN_DEG).to_radians();
        let less_m = 0.99 * (side_m - std::f64::consts::SQRT_2 * STEP_M) / (half_turn.cos() + half_turn.sin());
        let is_free = |square: &Polygon<f64>| blocked.iter().all(|area| !area.intersects(square));
        let reach_m = side_m * std::f64::consts::FRAC_1_SQRT_2 + BESIDE_M + STEP_M;
        if blocked.is_empty() || squares(&lane, reach_m, less_m).any(|square| is_free(&square)) {
            Room::Unknown
        } else {
            Room::None
        }
    }
}

/// The first so many metres of a line.
fn first_of(line: &[[f64; 2]], metres: f64) -> LineString<f64> {
    let mut left_m = metres;
    let mut out: Vec<(f64, f64)> = line.first().map(|at| (at[0], at[1])).into_iter().collect();
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]);
        let length_m = dx.hypot(dy);
        if left_m <= 0.0 || length_m <= 0.0 {
            continue;
        }
        let share = (left_m / length_m).min(1.0);
        out.push((pair[0][0] + share * dx, pair[0][1] + share * dy));
        left_m -= length_m;
    }
    LineString::from(out)
}

fn united(areas: &[MultiPolygon<f64>]) -> MultiPolygon<f64> {
    areas.iter().fold(MultiPolygon::new(Vec::new()), |all, area| all.union(area))
}

fn lies_on(square: &Polygon<f64>, ground: &MultiPolygon<f64>) -> bool {
    // Corners first: they are quickly asked, and rule out nearly all.
    square.exterior().points().all(|corner| Euclidean.distance(&corner, ground) <= ROUNDING_M)
        && square.difference(ground).unsigned_area() <= ROUNDING_M2
}

/// Squares of a side whose middles lie within so many metres of a lane, in all turns.
fn squares(lane: &LineString<f64>, within_m: f64, side_m: f64) -> impl Iterator<Item = Polygon<f64>> {
    let mut middles = Vec::new();
    if let Some(bounds) = lane.bounding_rect() {
        let count = |length_m: f64| ((length_m + 2.0 * within_m) / STEP_M).ceil() as usize;
        for row in 0..=count(bounds.height()) {
            for column in 0..=count(bounds.width()) {
                let x = bounds.min().x - within_m + column as f64 * STEP_M;
                let middle = Point::new(x, bounds.min().y - within_m + row as f64 * STEP_M);
                if Euclidean.distance(&middle, lane) <= within_m {
                    middles.push(middle);
                }
            }
        }
    }
    let half = 0.5 * side_m;
    let turns = (90.0 / TURN_DEG).round() as usize;
    middles.into_iter().flat_map(move |middle| {
        (0..turns).map(move |turn| {
            let (sin, cos) = (turn as f64 * TURN_DEG).to_radians().sin_cos();
            let corner = |a: f64, b: f64| (middle.x() + a * cos - b * sin, middle.y() + a * sin + b * cos);
            let ring = vec![corner(-half, -half), corner(half, -half), corner(half, half), corner(-half, half)];
            Polygon::new(LineString::from(ring), Vec::new())
        })
    })
}
