//! The test-fit: a hall with its yard on the land, kept to the limits, turned as it fits best.
//!
//! Rectangles are looked for in a grid whose lines run through the corners of the room that setbacks leave, so that what is found
//! always lies within; where walls are square to the grid it is the largest that there is.

use geo::{Area, BooleanOps, BoundingRect, Coord, LineString, MultiPolygon, Polygon};
use spatial_db::model::{Building, FeatureKind, ParkSnapshot, Provenance};

use super::ground::{Candidate, Ground};
use super::matched::Match;
use super::obstacles::TakenOut;
use super::want::Want;
use crate::land::rule_floors;
use crate::scenario::{Existing, LAYER, Limits, room};

/// Lines of the grid each way, beside those through corners.
const COARSE: usize = 72;
const FINE: usize = 240;
/// A wall this near to a line of the grid lies on it, m.
const EDGE_M: f64 = 2e-6;
/// A side is moved out by no more, m: lines of the grid are nearer to each other.
const WIDENED_M: f64 = 10.0;
/// Corners that get a line, at most.
const MOST_CORNERS: usize = 160;
/// Steps of a quarter turn beside the directions of the walls.
const TURNS: usize = 12;

/// A hall on the land.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFit {
    /// How large it can be: 1 is as asked for.
    pub share: f64,
    /// The hall's footprint.
    pub hall: Polygon<f64>,
    /// The yard along it.
    pub yard: Option<Polygon<f64>>,
    /// Its long side, anticlockwise from east, degrees, 0 to 180.
    pub turned_deg: f64,
    /// Footprint, m².
    pub footprint_m2: f64,
    /// Land, m².
    pub land_m2: f64,
    /// Footprints over land, what stands there included.
    pub coverage: f64,
    /// Floor-area ratio, a tall storey twice, what stands there included.
    pub far: f64,
    /// Room that setbacks, spacing and what cannot be built on leave, m².
    pub room_m2: f64,
    /// Ground of the land that cannot be built on by the record: neither hall nor yard lies on it. Known for a candidate only.
    pub taken_out: Vec<TakenOut>,
    /// Height, m.
    pub height_m: f64,
}

/// What stands on a candidate's land and is in the way there, and what is so near that the spacing (m) counts; `None` where floors
/// are not known.
pub(super) fn existing(
    ground: &Ground<'_>,
    candidate: &Candidate,
    boundary: &MultiPolygon<f64>,
    spacing_m: f64,
) -> Option<Existing> {
    let mut existing = Existing::default();
    let Some(bounds) = boundary.bounding_rect() else { return Some(existing) };
    let reach = spacing_m.max(60.0);
    let (low, high) = (bounds.min(), bounds.max());
    let near = ground.cache.slots_in_envelope(
        [low.x - reach, low.y - reach],
        [high.x + reach, high.y + reach],
        FeatureKind::Building,
    );
    for at in near.into_iter().filter(|at| ground.presence.buildings[*at]) {
        let building = &ground.park.buildings[at];
        let on = candidate.parcels.iter().any(|slot| ground.sites[*slot as usize].buildings.contains(&at));
        if on {
            let whole = building.footprint.unsigned_area();
            let part = boundary.intersection(&building.footprint).unsigned_area();
            if part > 1.0 {
                existing.footprint_m2 += part;
                existing.floor_m2 += rule_floors(building, whole, ground.rules).known()? * part / whole;
            }
        }
        existing.footprints.0.extend(building.footprint.iter().cloned());
    }
    existing.blocked = ground.obstacles(candidate).ground.clone();
    Some(existing)
}

impl Match<'_, '_> {
    /// The hall that the pitch asks for on a candidate's land; `None` where it asks for none, gives no limits, or nothing fits.
    pub fn test_fit(&self, candidate: u32) -> Option<TestFit> {
        let limits = self.pitch.limits.as_ref()?;
        let want = self.pitch.needs.iter().map(|need| &need.want).find(|want| matches!(want, Want::Hall { .. }))?;
        let offered = &self.candidates[candidate as usize];
        if offered.building.is_some() {
            return None;
        }
        let boundary = self.ground.boundary(offered);
        let existing = existing(self.ground, offered, &boundary, limits.spacing_m)?;
        let fit = test_fit(&boundary, &existing, want, limits, self.ground.tall_m())?;
        Some(TestFit { taken_out: self.taken_out_of(offered), ..fit })
    }
}

/// How large the hall can be on a candidate's land, 1 as asked for; `None` where floors that stand there are not known.
pub(super) fn largest_share(ground: &Ground<'_>, candidate: &Candidate, want: &Want, limits: &Limits) -> Option<f64> {
    let boundary = ground.boundary(candidate);
    let existing = existing(ground, candidate, &boundary, limits.spacing_m)?;
    Some(test_fit(&boundary, &existing, want, limits, ground.tall_m()).map_or(0.0, |fit| fit.share))
}

/// The hall of a want on land, as large as it can be up to what is asked for; `None` where nothing of it fits.
pub fn test_fit(
    boundary: &MultiPolygon<f64>,
    existing: &Existing,
    want: &Want,
    limits: &Limits,
    tall_storey_m: f64,
) -> Option<TestFit> {
    let Want::Hall { length_m, width_m, height_m, yard_m } = want else { return None };
    limits.check().ok()?;
    let land_m2 = boundary.unsigned_area();
    if *height_m > limits.height_m + 1e-9 || land_m2 <= 0.0 {
        return None;
    }
    // What coverage and ratio leave, as a share of the hall's sides.
    let times = if *height_m > tall_storey_m { 2.0 } else { 1.0 };
    let coverage = limits.coverage.map_or(f64::INFINITY, |share| share * land_m2 - existing.footprint_m2);
    let ratio = limits.far.map_or(f64::INFINITY, |far| (far * land_m2 - existing.floor_m2) / times);
    let most = (coverage.min(ratio).max(0.0) / (length_m * width_m)).sqrt().min(1.0);
    if most <= 0.0 {
        return None;
    }
    let room = room(boundary, existing, limits);
    let room_m2 = room.unsigned_area();
    let sides = [*length_m, *width_m + *yard_m];
    let (share, turn, place) = largest(&room, sides, most)?;
    // A millimetre in a hundred metres is not what a hall fails by.
    let share = if share > 1.0 - 1e-5 { 1.0 } else { share };
    let placed = Placed { room: place, turn, share, length_m: *length_m, width_m: *width_m, yard_m: *yard_m };
    let (hall, yard, along) = placed.lay(boundary);
    let footprint_m2 = hall.unsigned_area();
    Some(TestFit {
        share,
        turned_deg: along.to_degrees().rem_euclid(180.0),
        footprint_m2,
        land_m2,
        coverage: (footprint_m2 + existing.footprint_m2) / land_m2,
        far: (footprint_m2 * times + existing.floor_m2) / land_m2,
        room_m2,
        taken_out: Vec::new(),
        height_m: *height_m,
        hall,
        yard,
    })
}

/// The largest scale of a rectangle of these sides in a room, up to `most`, over many turns: scale, turn, and the free rectangle
/// that it was found in, in the turned axes.
fn largest(room: &MultiPolygon<f64>, sides: [f64; 2], most: f64) -> Option<(f64, f64, [f64; 4])> {
    let mut turns = turns_of(room);
    let mut best: Option<(f64, f64, [f64; 4])> = None;
    for lines in [COARSE, FINE] {
        let mut tried: Vec<(f64, f64, [f64; 4])> = Vec::new();
        for turn in &turns {
            if let Some((share, rectangle)) = at_turn(room, *turn, sides, most, lines) {
                tried.push((share, *turn, rectangle));
                if share >= most - 1e-9 {
                    break;
                }
            }
        }
        tried.sort_by(|a, b| b.0.total_cmp(&a.0));
        if let Some(found) = tried.first()
            && best.is_none_or(|best| found.0 > best.0 + 1e-12)
        {
            best = Some(*found);
        }
        if best.is_some_and(|best| best.0 >= most - 1e-9) {
            break;
        }
        // Once more, closely, where it came out best.
        turns = tried.into_iter().take(3).map(|one| one.1).collect();
    }
    let (share, turn, rectangle) = best?;
    if share >= most - 1e-9 {
        return best;
    }
    let widened = widened(room, turn, rectangle);
    Some((share_of(widened, sides).min(most), turn, widened))
}

/// The scale at which a rectangle of these sides fits another, one way or the other.
fn share_of([x0, y0, x1, y1]: [f64; 4], sides: [f64; 2]) -> f64 {
    let (w, h) = (x1 - x0, y1 - y0);
    (w / sides[0]).min(h / sides[1]).max((w / sides[1]).min(h / sides[0]))
}

/// A free rectangle with its sides moved out until they meet a wall: the grid stops short of walls that run across it.
fn widened(room: &MultiPolygon<f64>, turn: f64, rectangle: [f64; 4]) -> [f64; 4] {
    let rings = rings_of(room, turn);
    let mut best = rectangle;
    for _ in 0..2 {
        for side in 0..4 {
            let out = if side < 2 { -1.0 } else { 1.0 };
            let moved = |by: f64| {
                let mut moved = best;
                moved[side] += out * by;
                moved
            };
            let (mut free, mut blocked) = (0.0, WIDENED_M);
            for _ in 0..24 {
                let middle = f64::midpoint(free, blocked);
                if is_free(&rings, moved(middle)) { free = middle } else { blocked = middle }
            }
            best = moved(free);
        }
    }
    best
}

/// Whether no wall runs through a rectangle.
pub(super) fn is_free(rings: &[Vec<Coord<f64>>], [x0, y0, x1, y1]: [f64; 4]) -> bool {
    let (low, high) = ([x0 + EDGE_M, y0 + EDGE_M], [x1 - EDGE_M, y1 - EDGE_M]);
    let crosses = |pair: &[Coord<f64>]| {
        let (from, way) = ([pair[0].x, pair[0].y], [pair[1].x - pair[0].x, pair[1].y - pair[0].y]);
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for axis in 0..2 {
            if way[axis].abs() < 1e-12 {
                if from[axis] < low[axis] || from[axis] > high[axis] {
                    return false;
                }
                continue;
            }
            let (a, b) = ((low[axis] - from[axis]) / way[axis], (high[axis] - from[axis]) / way[axis]);
            enters = enters.max(a.min(b));
            leaves = leaves.min(a.max(b));
        }
        enters <= leaves
    };
    !rings.iter().flat_map(|ring| ring.windows(2)).any(crosses)
}

/// The rings of a room in axes turned by `turn`.
pub(super) fn rings_of(room: &MultiPolygon<f64>, turn: f64) -> Vec<Vec<Coord<f64>>> {
    let rings = room.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings.map(|ring| ring.coords().map(|at| turned(*at, turn)).collect()).collect()
}

fn at_turn(room: &MultiPolygon<f64>, turn: f64, sides: [f64; 2], most: f64, lines: usize) -> Option<(f64, [f64; 4])> {
    let mut best: Option<(f64, [f64; 4])> = None;
    each_rectangle(room, turn, lines, &mut |rectangle| {
        let share = share_of(rectangle, sides).min(most);
        if best.is_none_or(|best| share > best.0 + 1e-12) {
            best = Some((share, rectangle));
        }
    });
    best
}

/// Directions to try, radians in a quarter turn: those of the walls, the longest first, and some between.
fn turns_of(room: &MultiPolygon<f64>) -> Vec<f64> {
    let quarter = std::f64::consts::FRAC_PI_2;
    let mut walls: Vec<(f64, f64)> = room
        .iter()
        .flat_map(|polygon| polygon.exterior().lines())
        .map(|line| (line.delta(), line.delta().x.hypot(line.delta().y)))
        .filter(|(_, length)| *length > 1.0)
        .map(|(way, length)| (length, way.y.atan2(way.x).rem_euclid(quarter)))
        .collect();
    walls.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut turns: Vec<f64> = Vec::new();
    let between = (0..TURNS).map(|step| quarter * step as f64 / TURNS as f64);
    for turn in walls.into_iter().map(|(_, turn)| turn).take(24).chain(between) {
        let apart = |other: &f64| {
            let off = (turn - other).abs();
            off.min(quarter - off) > 0.5_f64.to_radians()
        };
        if turns.iter().all(apart) {
            turns.push(turn);
        }
    }
    turns
}

/// A place in axes turned by `turn`.
pub(super) fn turned(at: Coord<f64>, turn: f64) -> Coord<f64> {
    let (sin, cos) = turn.sin_cos();
    Coord { x: at.x * cos + at.y * sin, y: at.y * cos - at.x * sin }
}

/// Every rectangle in a room, square to axes turned by `turn`, that cannot be widened along the lines of a grid.
fn each_rectangle(room: &MultiPolygon<f64>, turn: f64, lines: usize, take: &mut dyn FnMut([f64; 4])) {
    let rings = rings_of(room, turn);
    let corners: Vec<Coord<f64>> = rings.iter().flatten().copied().collect();
    if corners.is_empty() {
        return;
    }
    let step = corners.len().div_ceil(MOST_CORNERS);
    let axis = |of: fn(&Coord<f64>) -> f64| {
        let (low, high) =
            corners.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let even = (0..=lines).map(|at| low + (high - low) * at as f64 / lines as f64);
        let mut all: Vec<f64> = corners.iter().step_by(step).map(of).chain(even).collect();
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| *a - *b < 1e-6);
        all
    };
    let (xs, ys) = (axis(|at| at.x), axis(|at| at.y));
    let (columns, rows) = (xs.len() - 1, ys.len() - 1);
    if columns == 0 || rows == 0 {
        return;
    }
    let mut free = vec![false; columns * rows];
    // Inside at the middle of each row, by the even-odd rule.
    for row in 0..rows {
        let y = f64::midpoint(ys[row], ys[row + 1]);
        let mut crossings: Vec<f64> = rings
            .iter()
            .flat_map(|ring| ring.windows(2))
            .filter(|pair| (pair[0].y > y) != (pair[1].y > y))
            .map(|pair| pair[0].x + (pair[1].x - pair[0].x) * (y - pair[0].y) / (pair[1].y - pair[0].y))
            .collect();
        crossings.sort_by(f64::total_cmp);
        for span in crossings.chunks_exact(2) {
            let first = xs.partition_point(|x| *x < span[0] - EDGE_M);
            let last = xs.partition_point(|x| *x <= span[1] + EDGE_M);
            for column in first..last.saturating_sub(1) {
                free[row * columns + column] = true;
            }
        }
    }
    // What a wall runs through is not free, however little of it.
    for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (a, b) = if pair[0].y <= pair[1].y { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
        let first = ys.partition_point(|y| *y <= a.y + EDGE_M).saturating_sub(1);
        for row in first..rows {
            let (bottom, top) = (ys[row] + EDGE_M, ys[row + 1] - EDGE_M);
            if bottom >= b.y {
                break;
            }
            let (from, to) = (a.y.max(bottom), b.y.min(top));
            if from > to {
                continue;
            }
            let x = |y: f64| if b.y > a.y { a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y) } else { a.x };
            let (mut west, mut east) = (x(from).min(x(to)), x(from).max(x(to)));
            if b.y - a.y < 1e-12 {
                (west, east) = (a.x.min(b.x), a.x.max(b.x));
            }
            for column in 0..columns {
                if xs[column] + EDGE_M < east && west < xs[column + 1] - EDGE_M {
                    free[row * columns + column] = false;
                }
            }
        }
    }
    // Rows as bars that stand on them: the rectangles under a skyline.
    let mut below = vec![0_usize; columns];
    for row in 0..rows {
        for column in 0..columns {
            below[column] = if free[row * columns + column] { below[column] + 1 } else { 0 };
        }
        let mut open: Vec<(usize, usize)> = Vec::new();
        for column in 0..=columns {
            let height = below.get(column).copied().unwrap_or(0);
            let mut from = column;
            while let Some(&(start, tall)) = open.last() {
                if tall <= height {
                    break;
                }
                open.pop();
                take([xs[start], ys[row + 1 - tall], xs[column], ys[row + 1]]);
                from = start;
            }
            if height > 0 && open.last().is_none_or(|(_, tall)| *tall < height) {
                open.push((from, height));
            }
        }
    }
}

/// A hall in a free rectangle.
struct Placed {
    /// West, south, east, north in the turned axes.
    room: [f64; 4],
    turn: f64,
    share: f64,
    length_m: f64,
    width_m: f64,
    yard_m: f64,
}

impl Placed {
    /// Hall, yard, and the direction of the long side: in the middle along its length, the yard towards the nearer boundary,
    /// where trucks come from.
    fn lay(&self, boundary: &MultiPolygon<f64>) -> (Polygon<f64>, Option<Polygon<f64>>, f64) {
        let [x0, y0, x1, y1] = self.room;
        let (length, width, yard) = (self.length_m * self.share, self.width_m * self.share, self.yard_m * self.share);
        let lies = x1 - x0 >= length - 1e-6 && y1 - y0 >= width + yard - 1e-6;
        let back = |x: f64, y: f64| turned(Coord { x, y }, -self.turn);
        let area = |x0: f64, y0: f64, x1: f64, y1: f64| {
            let ring = [back(x0, y0), back(x1, y0), back(x1, y1), back(x0, y1), back(x0, y0)];
            Polygon::new(LineString(ring.to_vec()), Vec::new())
        };
        // In axes along the long side, as (along, across).
        let (a0, a1, c0, c1) = if lies { (x0, x1, y0, y1) } else { (y0, y1, x0, x1) };
        let from = f64::midpoint(a0, a1) - length / 2.0;
        let rect = |low: f64, high: f64| {
            if lies { area(from, low, from + length, high) } else { area(low, from, high, from + length) }
        };
        let middle = f64::midpoint(c0, c1);
        let half = f64::midpoint(width, yard);
        let (low, high) = (middle - half, middle + half);
        let along = self.turn + if lies { 0.0 } else { std::f64::consts::FRAC_PI_2 };
        if yard <= 0.0 {
            return (rect(low, high), None, along);
        }
        let edge = |across: f64| {
            let at = if lies { back(f64::midpoint(a0, a1), across) } else { back(across, f64::midpoint(a0, a1)) };
            let rings = boundary.iter().map(Polygon::exterior);
            let to = |ring: &LineString<f64>| geo::Distance::distance(&geo::Euclidean, &geo::Point::from(at), ring);
            rings.map(to).fold(f64::INFINITY, f64::min)
        };
        if edge(low) <= edge(high) {
            (rect(low + yard, high), Some(rect(low, low + yard)), along)
        } else {
            (rect(low, high - yard), Some(rect(high - yard, high)), along)
        }
    }
}

/// Number of the hall in such a park: those of the store are above 0.
pub(super) const HALL_ID: i64 = -1;

/// A park with the hall on it, as a scenario would have it: to be drawn, and to be measured by the planner's indicators.
pub fn with_hall(park: &ParkSnapshot, fit: &TestFit, name: &str) -> ParkSnapshot {
    let mut park = park.clone();
    park.buildings.push(Building {
        name: Some(name.to_owned()),
        storeys: Some(1.0),
        storey_height_m: Some(fit.height_m),
        height_m: Some(fit.height_m),
        floor_area_m2: Some(fit.footprint_m2),
        ..Building::bare(
            HALL_ID,
            Provenance { key: "test-fit".to_owned(), layer: LAYER.into(), ..Provenance::default() },
            MultiPolygon(vec![fit.hall.clone()]),
        )
    });
    park
}

#[cfg(test)]
mod tests {
    use geo::{Contains, Rotate, coord};
    use proptest::prelude::*;

    use super::*;

    const FREE: Limits =
        Limits { setback_m: 0.0, spacing_m: 0.0, far: None, coverage: None, height_m: 30.0, storey_height_m: 10.0 };

    fn hall(length_m: f64, width_m: f64) -> Want {
        Want::Hall { length_m, width_m, height_m: 10.0, yard_m: 0.0 }
    }

    fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
        let at = |x: f64, y: f64| coord! { x: 356_000.0 + x, y: 3_431_000.0 + y };
        MultiPolygon(vec![geo::Rect::new(at(x, y), at(x + w, y + h)).to_polygon()])
    }

    fn fit(land: &MultiPolygon<f64>, want: &Want, limits: &Limits) -> Option<TestFit> {
        test_fit(land, &Existing::default(), want, limits, 8.0)
    }

    #[test]
    fn a_hall_on_a_rectangle_takes_what_setback_coverage_and_ratio_leave() {
        let land = block(0.0, 0.0, 100.0, 80.0);
        assert!((fit(&land, &hall(80.0, 60.0), &Limits { setback_m: 10.0, ..FREE }).unwrap().share - 1.0).abs() < 1e-6);
        let small = fit(&land, &hall(160.0, 60.0), &Limits { setback_m: 10.0, ..FREE }).unwrap();
        assert!((small.share - 0.5).abs() < 0.01, "{}", small.share);
        // 8,000 m² with 30 % coverage: 2,400 of the 4,800 m² asked for.
        let covered = fit(&land, &hall(80.0, 60.0), &Limits { coverage: Some(0.3), ..FREE }).unwrap();
        assert!((covered.share - 0.5_f64.sqrt()).abs() < 1e-9 && covered.coverage <= 0.3 + 1e-9);
        // Ten metres high count twice in the ratio.
        let dense = fit(&land, &hall(80.0, 60.0), &Limits { far: Some(0.6), ..FREE }).unwrap();
        assert!((dense.far - 0.6).abs() < 1e-9 && (dense.footprint_m2 - 2400.0).abs() < 1e-6);
        assert_eq!(fit(&land, &Want::Hall { length_m: 9.0, width_m: 9.0, height_m: 31.0, yard_m: 0.0 }, &FREE), None);
        assert_eq!(fit(&land, &hall(9.0, 9.0), &Limits { setback_m: 40.0, ..FREE }), None);
    }

    #[test]
    fn a_turned_square_takes_the_square_turned_with_it_and_a_yard_lies_on_the_land() {
        let land = block(0.0, 0.0, 100.0, 100.0).rotate_around_point(33.0, geo::point!(x: 356_050.0, y: 3_431_050.0));
        let found = fit(&land, &hall(100.0, 100.0), &FREE).unwrap();
        assert!(found.share > 0.999, "{}", found.share);
        let yard = Want::Hall { length_m: 90.0, width_m: 50.0, height_m: 10.0, yard_m: 30.0 };
        let found = fit(&land, &yard, &FREE).unwrap();
        let yard = found.yard.unwrap();
        assert!((found.share - 1.0).abs() < 1e-9 && (yard.unsigned_area() - 2700.0).abs() < 1e-6);
        let land = geo::Buffer::buffer(&land, 1e-3);
        assert!(land.contains(&found.hall) && land.contains(&yard));
    }

    /// Every rectangle whose sides run through corners, tried one by one.
    fn by_hand(cells: &[[bool; 6]; 6], sides: [f64; 2]) -> f64 {
        let mut best: f64 = 0.0;
        for x0 in 0..6 {
            for x1 in x0..6 {
                for y0 in 0..6 {
                    for y1 in y0..6 {
                        if (y0..=y1).all(|y| (x0..=x1).all(|x| cells[y][x])) {
                            let (w, h) = ((x1 - x0 + 1) as f64 * 10.0, (y1 - y0 + 1) as f64 * 10.0);
                            let share = |a: f64, b: f64| (w / a).min(h / b);
                            best = best.max(share(sides[0], sides[1])).max(share(sides[1], sides[0]));
                        }
                    }
                }
            }
        }
        best.min(1.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn on_land_of_squares_it_is_as_large_as_the_best_of_all(
            bits in any::<u64>(), length in 10.0_f64..70.0, width in 5.0_f64..60.0,
        ) {
            let mut cells = [[false; 6]; 6];
            let mut land = MultiPolygon(Vec::new());
            for (at, cell) in cells.iter_mut().flatten().enumerate() {
                *cell = bits >> at & 1 == 1 || bits >> (at + 20) & 1 == 1;
                if *cell {
                    land = land.union(&block((at % 6) as f64 * 10.0, (at / 6) as f64 * 10.0, 10.0, 10.0));
                }
            }
            let (length, width) = (f64::max(length, width), f64::min(length, width));
            let wanted = by_hand(&cells, [length, width]);
            let found = at_turn(&land, 0.0, [length, width], 1.0, COARSE).map_or(0.0, |found| found.0);
            prop_assert!((found - wanted).abs() < 1e-6, "{} against {}", found, wanted);
            // No turn makes it smaller, and what is laid lies on the land.
            if let Some(fit) = fit(&land, &hall(length, width), &FREE) {
                prop_assert!(fit.share >= wanted - 1e-6);
                let over = MultiPolygon(vec![fit.hall.clone()]).difference(&land).unsigned_area();
                prop_assert!(over < 1e-3, "{} m² over the boundary", over);
            }
        }

        /// Ponds are as if they were no land: nothing larger is found, nothing smaller, and hall and yard stay out of them.
        #[test]
        fn on_land_with_ponds_it_is_as_large_as_the_best_of_all_beside_them(
            bits in any::<u64>(), length in 10.0_f64..70.0, width in 5.0_f64..60.0, yard_m in 0.0_f64..10.0,
        ) {
            let mut cells = [[true; 6]; 6];
            let mut existing = Existing::default();
            for (at, cell) in cells.iter_mut().flatten().enumerate() {
                *cell = bits >> at & 1 == 1 || bits >> (at + 20) & 1 == 1;
                if !*cell {
                    let pond = block((at % 6) as f64 * 10.0, (at / 6) as f64 * 10.0, 10.0, 10.0);
                    existing.blocked = existing.blocked.union(&pond);
                }
            }
            let (length, width) = (f64::max(length, width + yard_m), f64::min(length, width));
            let land = block(0.0, 0.0, 60.0, 60.0);
            let sides = [length, width + yard_m];
            let wanted = by_hand(&cells, sides);
            let found = at_turn(&room(&land, &existing, &FREE), 0.0, sides, 1.0, COARSE).map_or(0.0, |found| found.0);
            prop_assert!((found - wanted).abs() < 1e-6, "{} against {}", found, wanted);
            let want = Want::Hall { length_m: length, width_m: width, height_m: 10.0, yard_m };
            if let Some(fit) = test_fit(&land, &existing, &want, &FREE, 8.0) {
                prop_assert!(fit.share >= wanted - 1e-6);
                for part in std::iter::once(&fit.hall).chain(&fit.yard) {
                    let wet = MultiPolygon(vec![part.clone()]).intersection(&existing.blocked).unsigned_area();
                    prop_assert!(wet < 1e-3, "{} m² in a pond", wet);
                }
            }
        }
    }
}
