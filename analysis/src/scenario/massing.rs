//! The largest building mass that a parcel takes within its limits: setback, coverage, floor-area ratio, height.

use geo::algorithm::buffer::{Buffer, BufferStyle, LineJoin};
use geo::{Area, BooleanOps, Coord, Distance, Euclidean, LineString, MultiLineString, MultiPolygon, Point};
use serde::{Deserialize, Serialize};

/// Limits of a building mass; an absent limit does not bind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Distance from the parcel's boundary, m.
    #[serde(default)]
    pub setback_m: f64,
    /// Distance from buildings that stand there, m.
    #[serde(default)]
    pub spacing_m: f64,
    /// Floor-area ratio of the whole parcel at most, what stands there included.
    pub far: Option<f64>,
    /// Footprints over the parcel's area at most, what stands there included, 0 to 1.
    pub coverage: Option<f64>,
    /// Height at most, m.
    pub height_m: f64,
    /// Height of a storey, m.
    pub storey_height_m: f64,
}

/// What a limit is broken by.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MassingError {
    /// A limit is no number that it can be.
    #[error("the limit {limit} is {value}; it must be {must}")]
    Limit {
        /// Which.
        limit: &'static str,
        /// What it is.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
    /// Nothing fits.
    #[error("no building fits: {limit} leaves no room")]
    NoRoom {
        /// The limit that leaves none.
        limit: &'static str,
    },
}

/// A building mass.
#[derive(Debug, Clone, PartialEq)]
pub struct Mass {
    /// Footprint.
    pub footprint: MultiPolygon<f64>,
    /// Storeys.
    pub storeys: u32,
    /// Floors, m², each storey once.
    pub floor_area_m2: f64,
    /// Height, m.
    pub height_m: f64,
}

/// What stands on the parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct Existing {
    /// Footprints on the parcel.
    pub footprints: MultiPolygon<f64>,
    /// Their area, m²; overlapping buildings each count.
    pub footprint_m2: f64,
    /// Their floors by the rules, m².
    pub floor_m2: f64,
    /// Ground that no building may stand on, such as open water; neither setback nor spacing is kept from it.
    pub blocked: MultiPolygon<f64>,
}

impl Default for Existing {
    fn default() -> Self {
        let none = MultiPolygon(Vec::new());
        Self { footprints: none.clone(), footprint_m2: 0.0, floor_m2: 0.0, blocked: none }
    }
}

impl Limits {
    /// Checks that every limit is one.
    ///
    /// # Errors
    /// [`MassingError::Limit`].
    pub fn check(&self) -> Result<(), MassingError> {
        let all = [
            ("setback_m", self.setback_m, self.setback_m >= 0.0, "0 or more"),
            ("spacing_m", self.spacing_m, self.spacing_m >= 0.0, "0 or more"),
            ("far", self.far.unwrap_or(1.0), self.far.is_none_or(|far| far > 0.0), "above 0"),
            (
                "coverage",
                self.coverage.unwrap_or(1.0),
                self.coverage.is_none_or(|c| c > 0.0 && c <= 1.0),
                "above 0 and at most 1",
            ),
            ("height_m", self.height_m, self.height_m > 0.0, "above 0"),
            ("storey_height_m", self.storey_height_m, self.storey_height_m >= 2.0, "2 or more"),
        ];
        match all.into_iter().find(|(_, value, good, _)| !good || !value.is_finite()) {
            Some((limit, value, _, must)) => Err(MassingError::Limit { limit, value, must }),
            None => Ok(()),
        }
    }
}

/// Areas as large as this are room for a building, m².
const SMALLEST_M2: f64 = 1.0;
/// Distances are kept to within this, m.
const NEAR_M: f64 = 1e-6;

/// The mass with the most floor area within the limits; of several, the one with the fewest storeys. A storey above `tall_storey_m`
/// counts twice in the floor-area ratio.
///
/// # Errors
/// [`MassingError`] when a limit is none, or nothing fits.
pub fn largest_mass(
    parcel: &MultiPolygon<f64>,
    existing: &Existing,
    limits: &Limits,
    tall_storey_m: f64,
) -> Result<Mass, MassingError> {
    limits.check()?;
    let area = parcel.unsigned_area();
    let inner = room(parcel, existing, limits);
    let inner_m2 = inner.unsigned_area();
    if inner_m2 < SMALLEST_M2 {
        return Err(MassingError::NoRoom { limit: what_leaves_no_room(parcel, existing, limits) });
    }
    // A height that is a whole number of storeys is not to lose one to rounding.
    let most_storeys = (limits.height_m / limits.storey_height_m + 1e-9).floor();
    if most_storeys < 1.0 {
        return Err(MassingError::NoRoom { limit: "the height" });
    }
    let coverage_m2 = limits.coverage.map_or(f64::INFINITY, |share| share * area - existing.footprint_m2);
    if coverage_m2 < SMALLEST_M2 {
        return Err(MassingError::NoRoom { limit: "the coverage" });
    }
    let times = if limits.storey_height_m > tall_storey_m { 2.0 } else { 1.0 };
    let floor_m2 = limits.far.map_or(f64::INFINITY, |far| (far * area - existing.floor_m2) / times);
    if floor_m2 < SMALLEST_M2 {
        return Err(MassingError::NoRoom { limit: "the floor-area ratio" });
    }
    let widest = inner_m2.min(coverage_m2);
    // As few storeys as reach the ratio with the widest footprint; the height may come first.
    let storeys = (floor_m2 / widest).ceil().clamp(1.0, most_storeys);
    let wanted = widest.min(floor_m2 / storeys);
    let footprint = shrunk(&inner, wanted);
    let footprint_m2 = footprint.unsigned_area();
    if footprint_m2 < SMALLEST_M2 {
        return Err(MassingError::NoRoom { limit: "the shape of the parcel" });
    }
    Ok(Mass {
        floor_area_m2: footprint_m2 * storeys,
        height_m: storeys * limits.storey_height_m,
        storeys: storeys as u32,
        footprint,
    })
}

/// What leaves no room: the first that alone leaves none, else the fewest that leave none together. What leaves room is not named:
/// a pond in the corner is not why there is no room between two setbacks.
fn what_leaves_no_room(parcel: &MultiPolygon<f64>, existing: &Existing, limits: &Limits) -> &'static str {
    let standing = Existing { footprints: existing.footprints.clone(), ..Existing::default() };
    let blocked = Existing { blocked: existing.blocked.clone(), ..Existing::default() };
    let at_the_edge = Limits { setback_m: 0.0, ..*limits };
    let leaves_none = |with: &Existing, limits: &Limits| room(parcel, with, limits).unsigned_area() < SMALLEST_M2;
    if leaves_none(&Existing::default(), &at_the_edge) {
        "the shape of the parcel"
    } else if leaves_none(&Existing::default(), limits) {
        "the setback"
    } else if leaves_none(&standing, &at_the_edge) {
        "what stands there"
    } else if leaves_none(&blocked, &at_the_edge) {
        "ground that is not to be built on"
    } else if leaves_none(&standing, limits) {
        "the setback with what stands there"
    } else if leaves_none(&blocked, limits) {
        "the setback with ground that is not to be built on"
    } else if leaves_none(existing, &at_the_edge) {
        "what stands there with ground that is not to be built on"
    } else {
        "the setback with what stands there and ground that is not to be built on"
    }
}

/// The part of the parcel that can be built on, with the setback from its boundary and the spacing from what stands there.
pub(crate) fn room(parcel: &MultiPolygon<f64>, existing: &Existing, limits: &Limits) -> MultiPolygon<f64> {
    let rings = parcel.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let boundary = MultiLineString(rings.cloned().collect::<Vec<LineString<f64>>>());
    let mut inner = away_from(parcel, &boundary, limits.setback_m);
    if !existing.blocked.0.is_empty() {
        inner = inner.difference(&existing.blocked);
    }
    if existing.footprints.0.is_empty() {
        return inner;
    }
    let walls = existing.footprints.iter().map(|polygon| polygon.exterior().clone()).collect();
    away_from(&inner.difference(&existing.footprints), &MultiLineString(walls), limits.spacing_m)
}

/// The part of `area` that is `distance` or farther from lines. Round ends are drawn as chords, which come too near: what that
/// costs is measured and kept off as well.
fn away_from(area: &MultiPolygon<f64>, lines: &MultiLineString<f64>, distance: f64) -> MultiPolygon<f64> {
    if distance <= 0.0 || area.0.is_empty() {
        return area.clone();
    }
    let mut kept_off = distance;
    let mut inner = area.clone();
    for _ in 0..8 {
        let style = BufferStyle::new(kept_off).line_join(LineJoin::Round(0.1));
        inner = area.difference(&lines.buffer_with_style(style));
        let near =
            inner.iter().flat_map(|p| p.exterior().coords().chain(p.interiors().iter().flat_map(LineString::coords)));
        let nearest = near.map(|corner| nearest_m(*corner, lines)).fold(f64::INFINITY, f64::min);
        // The nearest place of a polygon to lines outside it is one of its corners, or lies at one of theirs: a corner of a line
        // faces the chords of its own round end, whose ends are corners of the polygon.
        let facing =
            lines.iter().flat_map(LineString::coords).map(|corner| Euclidean.distance(&Point::from(*corner), &inner));
        let nearest = facing.fold(nearest, f64::min);
        if nearest >= distance - NEAR_M {
            break;
        }
        kept_off += distance - nearest + NEAR_M / 2.0;
    }
    inner
}

fn nearest_m(corner: Coord<f64>, lines: &MultiLineString<f64>) -> f64 {
    lines.iter().map(|line| Euclidean.distance(&Point::from(corner), line)).fold(f64::INFINITY, f64::min)
}

/// The area drawn in evenly from its edges until no more than `wanted` is left.
fn shrunk(area: &MultiPolygon<f64>, wanted: f64) -> MultiPolygon<f64> {
    if area.unsigned_area() <= wanted {
        return area.clone();
    }
    let rings = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let boundary = MultiLineString(rings.cloned().collect::<Vec<LineString<f64>>>());
    let drawn_in = |distance: f64| {
        let style = BufferStyle::new(distance).line_join(LineJoin::Round(0.1));
        area.difference(&boundary.buffer_with_style(style))
    };
    let (mut low, mut high) = (0.0, area.unsigned_area().sqrt());
    for _ in 0..48 {
        let middle = f64::midpoint(low, high);
        if drawn_in(middle).unsigned_area() > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    drawn_in(high)
}

#[cfg(test)]
mod tests {
    use geo::{Contains, Polygon, Rect, coord};
    use proptest::prelude::*;

    use super::*;

    fn block(x: f64, y: f64, w: f64, h: f64) -> MultiPolygon<f64> {
        let at = |x: f64, y: f64| coord! { x: 356_000.0 + x, y: 3_431_000.0 + y };
        MultiPolygon(vec![Rect::new(at(x, y), at(x + w, y + h)).to_polygon()])
    }

    const LIMITS: Limits = Limits {
        setback_m: 10.0,
        spacing_m: 0.0,
        far: Some(1.0),
        coverage: Some(0.5),
        height_m: 24.0,
        storey_height_m: 6.0,
    };

    fn mass(limits: Limits) -> Result<Mass, MassingError> {
        largest_mass(&block(0.0, 0.0, 100.0, 100.0), &Existing::default(), &limits, 8.0)
    }

    #[test]
    fn each_limit_binds_in_its_turn() {
        // 80 m × 80 m are left; half of a hectare may be covered; two storeys reach the ratio.
        let by_coverage = mass(LIMITS).unwrap();
        assert!((by_coverage.footprint.unsigned_area() - 5000.0).abs() < 0.01);
        assert_eq!((by_coverage.storeys, by_coverage.height_m), (2, 12.0));
        let by_setback = mass(Limits { coverage: None, setback_m: 20.0, ..LIMITS }).unwrap();
        assert!(
            (by_setback.footprint.unsigned_area() - 10_000.0 / 3.0).abs() < 0.01,
            "three storeys of a third of the ratio"
        );
        assert_eq!(by_setback.storeys, 3);
        let by_height = mass(Limits { height_m: 6.0, coverage: None, ..LIMITS }).unwrap();
        assert!((by_height.footprint.unsigned_area() - 6400.0).abs() < 0.01 && by_height.storeys == 1);
        // A storey above 8 m counts twice.
        let tall = mass(Limits { storey_height_m: 9.0, height_m: 9.0, ..LIMITS }).unwrap();
        assert!((tall.footprint.unsigned_area() - 5000.0).abs() < 0.01 && tall.storeys == 1);
        let free = mass(Limits { far: None, coverage: None, ..LIMITS });
        assert!(free.is_ok_and(|mass| mass.storeys == 4), "without a ratio the height decides");
    }

    #[test]
    fn what_leaves_no_room_is_named() {
        let error = |limits: Limits| mass(limits).unwrap_err().to_string();
        assert!(error(Limits { setback_m: 50.0, ..LIMITS }).contains("the setback"));
        assert!(error(Limits { height_m: 5.0, ..LIMITS }).contains("the height"));
        assert!(error(Limits { coverage: Some(1.5), ..LIMITS }).contains("coverage is 1.5"));
        let full = Existing { footprint_m2: 5000.0, floor_m2: 5000.0, ..Existing::default() };
        let error = largest_mass(&block(0.0, 0.0, 100.0, 100.0), &full, &LIMITS, 8.0).unwrap_err();
        assert!(error.to_string().contains("the coverage"), "{error}");
    }

    #[test]
    fn ground_that_is_not_built_on_is_named_only_where_it_leaves_no_room() {
        let land = block(0.0, 0.0, 100.0, 100.0);
        let error = |existing: &Existing, setback_m: f64, spacing_m: f64| {
            let limits = Limits { setback_m, spacing_m, ..LIMITS };
            largest_mass(&land, existing, &limits, 8.0).unwrap_err().to_string()
        };
        let pond = |x: f64, y: f64, w: f64, h: f64| Existing { blocked: block(x, y, w, h), ..Existing::default() };
        let hall = |x: f64, y: f64, w: f64, h: f64| Existing { footprints: block(x, y, w, h), ..Existing::default() };
        let no_room = |what: &str| format!("no building fits: {what} leaves no room");
        // A pond in a corner, and a setback of half the land.
        assert_eq!(error(&pond(0.0, 0.0, 20.0, 20.0), 50.0, 0.0), no_room("the setback"));
        assert_eq!(error(&pond(0.0, 0.0, 100.0, 100.0), 10.0, 0.0), no_room("ground that is not to be built on"));
        // Neither alone: strips of nine metres are left beside the pond, ten are kept from the boundary.
        let both = no_room("the setback with ground that is not to be built on");
        assert_eq!(error(&pond(9.0, 9.0, 82.0, 82.0), 10.0, 0.0), both);
        let covered = Existing { blocked: block(0.0, 0.0, 20.0, 20.0), ..hall(0.0, 0.0, 100.0, 100.0) };
        assert_eq!(error(&covered, 0.0, 0.0), no_room("what stands there"));
        assert_eq!(error(&hall(9.0, 9.0, 82.0, 82.0), 10.0, 0.0), no_room("the setback with what stands there"));
        let halves = Existing { blocked: block(0.0, 0.0, 50.0, 100.0), ..hall(50.0, 0.0, 50.0, 100.0) };
        assert_eq!(error(&halves, 0.0, 0.0), no_room("what stands there with ground that is not to be built on"));
        let all = Existing { blocked: block(0.0, 0.0, 50.0, 91.0), ..hall(50.0, 0.0, 50.0, 91.0) };
        let all_of_it = no_room("the setback with what stands there and ground that is not to be built on");
        assert_eq!(error(&all, 10.0, 0.0), all_of_it);
        let mite = largest_mass(&block(0.0, 0.0, 0.5, 0.5), &Existing::default(), &LIMITS, 8.0).unwrap_err();
        assert_eq!(mite.to_string(), no_room("the shape of the parcel"));
    }

    /// A star-shaped parcel with reflex corners.
    fn parcel() -> impl Strategy<Value = MultiPolygon<f64>> {
        prop::collection::vec(30.0_f64..120.0, 5..11).prop_map(|radii| {
            let n = radii.len() as f64;
            let ring: LineString<f64> = radii
                .iter()
                .enumerate()
                .map(|(i, r)| {
                    let turn = std::f64::consts::TAU * i as f64 / n;
                    coord! { x: 356_000.0 + r * turn.cos(), y: 3_431_000.0 + r * turn.sin() }
                })
                .collect();
            MultiPolygon(vec![Polygon::new(ring, vec![])])
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn no_limit_is_ever_broken(
            parcel in parcel(),
            setback_m in 0.0_f64..25.0,
            far in prop::option::of(0.2_f64..3.0),
            coverage in prop::option::of(0.05_f64..0.8),
            height_m in 4.0_f64..60.0,
            storey_height_m in 3.0_f64..10.0,
        ) {
            let limits = Limits { setback_m, spacing_m: 0.0, far, coverage, height_m, storey_height_m };
            let Ok(mass) = largest_mass(&parcel, &Existing::default(), &limits, 8.0) else { return Ok(()) };
            let (area, footprint) = (parcel.unsigned_area(), mass.footprint.unsigned_area());
            let storeys = f64::from(mass.storeys);
            let counted = storeys * footprint * if storey_height_m > 8.0 { 2.0 } else { 1.0 };
            prop_assert!(far.is_none_or(|far| counted <= far * area * (1.0 + 1e-9)));
            prop_assert!(coverage.is_none_or(|share| footprint <= share * area * (1.0 + 1e-9)));
            prop_assert!(storeys * storey_height_m <= height_m + 1e-6);
            prop_assert!(mass.storeys >= 1 && (mass.floor_area_m2 - storeys * footprint).abs() < 1e-6);
            // Brute force: points along every wall, half a metre apart, against every boundary.
            let boundary = parcel.0[0].exterior();
            for polygon in &mass.footprint {
                for wall in polygon.exterior().lines().chain(polygon.interiors().iter().flat_map(LineString::lines)) {
                    let steps = 1 + (Euclidean.distance(wall.start, wall.end) / 0.5) as usize;
                    for i in 0..=steps {
                        let at = Point::from(wall.start + wall.delta() * (i as f64 / steps as f64));
                        prop_assert!(Euclidean.distance(&at, boundary) >= setback_m - 1e-5);
                        prop_assert!(setback_m == 0.0 || parcel.contains(&at));
                    }
                }
            }
            // Nor does any number of storeys with the room there is reach more floor area.
            let room = room(&parcel, &Existing::default(), &limits).unsigned_area();
            for n in 1..=(height_m / storey_height_m + 1e-9) as u32 {
                let n = f64::from(n);
                let budget = far.map_or(f64::INFINITY, |far| far * area / if storey_height_m > 8.0 { 2.0 } else { 1.0 });
                let cap = coverage.map_or(f64::INFINITY, |share| share * area);
                let most = n * room.min(cap).min(budget / n);
                prop_assert!(far.is_none() || most <= mass.floor_area_m2 * 1.01 + 5.0, "{} storeys: {} over {}", n, most, mass.floor_area_m2);
            }
        }
    }
}
