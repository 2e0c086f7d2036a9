//! Zones of a cloud on the ground: contours of concentration as polygons, and which buildings lie in them.
//!
//! Every cloud here is a bell across the wind, so a contour needs the axis alone: half its width at x is σy √(2 ln(axis / threshold)).

use geo::{BoundingRect, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind};

use super::HazardError;
use super::error::within;
use super::weather::Weather;
use crate::words;

/// A cut across a cloud.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// Concentration on the axis, kg/m³.
    pub centre_kg_m3: f64,
    /// Standard deviation across the wind, m.
    pub sigma_y_m: f64,
}

impl Slice {
    /// Concentration beside the axis, kg/m³.
    pub fn at(self, y_m: f64) -> f64 {
        self.centre_kg_m3 * (-0.5 * (y_m / self.sigma_y_m).powi(2)).exp()
    }

    /// How far from the axis the concentration stays at or over the threshold, m.
    fn half_width_m(self, threshold: f64) -> f64 {
        if self.centre_kg_m3 <= threshold {
            return 0.0;
        }
        self.sigma_y_m * (2.0 * (self.centre_kg_m3 / threshold).ln()).sqrt()
    }
}

/// A cloud that is a bell across the wind.
pub trait Cloud: Sync {
    /// The cut at `x_m` downwind of the source and `z_m` over the ground; none where there is no cloud.
    fn slice(&self, x_m: f64, z_m: f64) -> Option<Slice>;

    /// Where along the wind it is worth looking, m.
    fn span_m(&self) -> (f64, f64);
}

/// Where a cloud stands on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    origin_m: [f64; 2],
    downwind: [f64; 2],
}

impl Frame {
    /// A source at a place, easting and northing in m, in the wind.
    pub fn new(origin_m: [f64; 2], weather: &Weather) -> Self {
        Self { origin_m, downwind: weather.downwind() }
    }

    /// Place on the map of x downwind and y to the left of the wind, m.
    pub fn map_from_wind(&self, x_m: f64, y_m: f64) -> [f64; 2] {
        let [e, n] = self.downwind;
        [self.origin_m[0] + e * x_m - n * y_m, self.origin_m[1] + n * x_m + e * y_m]
    }

    /// x downwind and y to the left of the wind of a place on the map, m.
    pub fn wind_from_map(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (dx, dy) = (x - self.origin_m[0], y - self.origin_m[1]);
        let [e, n] = self.downwind;
        [dx * e + dy * n, dy * e - dx * n]
    }
}

/// A zone on the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardZone {
    /// What bounds it, for example "AEGL-2 (60 min)".
    pub name: String,
    /// Its shape on the map; empty where the threshold is reached nowhere.
    pub area: MultiPolygon<f64>,
    /// Its area, m².
    pub area_m2: f64,
    /// How far from the source it reaches, m; 0 where it is empty.
    pub reach_m: f64,
    /// True where it goes on beyond what the model covers, and was cut there.
    pub cut: bool,
}

/// As near to the source as the models are asked, m: at the source itself they have no value.
pub(super) const NEAREST_M: f64 = 1.0;
/// Places along the axis that are looked at where it passes a building.
const ALONG: u32 = 8;
/// Buildings that a thread is worth.
const PIECE: usize = 256;
/// Cuts per stretch of a contour.
const CUTS: usize = 96;
/// Steps along the axis in which a threshold is looked for.
const STEPS: usize = 400;

/// Stretches along the axis that lie over the threshold.
fn stretches(cloud: &impl Cloud, threshold: f64, z_m: f64) -> Vec<(f64, f64)> {
    let over = |x: f64| cloud.slice(x, z_m).is_some_and(|slice| slice.centre_kg_m3 > threshold);
    let (low, high) = cloud.span_m();
    // Even steps of the logarithm where the span begins at the source, of the way where it does not.
    let step = |k: usize| {
        let share = k as f64 / STEPS as f64;
        if low > 0.0 { low * (high / low).powf(share) } else { low + (high - low) * share }
    };
    let edge = |mut a: f64, mut b: f64| {
        let began = over(a);
        for _ in 0..60 {
            let middle = 0.5 * (a + b);
            // Nothing lies between them any more.
            if middle == a || middle == b {
                break;
            }
            if over(middle) == began { a = middle } else { b = middle }
        }
        0.5 * (a + b)
    };
    let mut out = Vec::new();
    let mut open = over(low).then_some(low);
    for k in 1..=STEPS {
        let (a, b) = (step(k - 1), step(k));
        match (open, over(b)) {
            (None, true) => open = Some(edge(a, b)),
            (Some(from), false) => {
                out.push((from, edge(a, b)));
                open = None;
            }
            _ => {}
        }
    }
    out.extend(open.map(|from| (from, high)));
    out
}

/// Half widths along each stretch over the threshold: x and y, m.
fn edges(cloud: &impl Cloud, threshold: f64, z_m: f64) -> Vec<Vec<(f64, f64)>> {
    let along = |(from, to): (f64, f64)| {
        // Cuts lie closer towards both ends, where the contour turns.
        let at = |k: usize| {
            let share = 0.5 * (1.0 - (std::f64::consts::PI * k as f64 / CUTS as f64).cos());
            from + (to - from) * share
        };
        let width = |x: f64| cloud.slice(x, z_m).map_or(0.0, |slice| slice.half_width_m(threshold));
        (0..=CUTS).map(|k| (at(k), width(at(k)))).collect()
    };
    stretches(cloud, threshold, z_m).into_iter().map(along).collect()
}

/// True where a circle in the wind's frame may touch a contour: its half widths about the circle, and a little more for their bend.
fn may_touch(edges: &[Vec<(f64, f64)>], [x, y]: [f64; 2], radius_m: f64) -> bool {
    edges.iter().any(|edge| {
        let first = edge.partition_point(|cut| cut.0 < x - radius_m).saturating_sub(1);
        let last = (edge.partition_point(|cut| cut.0 <= x + radius_m) + 1).min(edge.len());
        let beyond = edge[CUTS].0 < x - radius_m || edge[0].0 > x + radius_m;
        let width = edge[first..last].iter().map(|cut| cut.1).fold(0.0, f64::max);
        !beyond && y.abs() <= 1.1 * width + radius_m
    })
}

fn checked_threshold(kg_m3: f64) -> Result<f64, HazardError> {
    within("zones", "threshold", kg_m3, (f64::MIN_POSITIVE, 1e6), "kg/m3")
}

/// The box on the map about a contour of half widths: its low and its high corner; none where there is no contour.
fn bounds_of(edges: &[Vec<(f64, f64)>], frame: &Frame) -> Option<([f64; 2], [f64; 2])> {
    let sides = |&(x, y): &(f64, f64)| [frame.map_from_wind(x, -y), frame.map_from_wind(x, y)];
    edges.iter().flatten().flat_map(sides).fold(None, |bounds, [x, y]| {
        let (low, high) = bounds.unwrap_or(([x, y], [x, y]));
        Some(([low[0].min(x), low[1].min(y)], [high[0].max(x), high[1].max(y)]))
    })
}

/// Slots of the buildings in the box about a contour that may touch it, and of some more. The tree is gone down only where the contour
/// runs: its box, lying across the park, is mostly empty of it.
fn slots_about(
    cache: &Cache,
    frame: &Frame,
    edges: &[Vec<(f64, f64)>],
    (low, high): ([f64; 2], [f64; 2]),
) -> Vec<usize> {
    /// More than what rounding can take off a distance on the map, m.
    const ROUNDING_M: f64 = 1e-3;
    cache.slots_where(FeatureKind::Building, |min, max| {
        let meets = (0..2).all(|axis| min[axis] <= high[axis] && max[axis] >= low[axis]);
        let (width, height) = (max[0] - min[0], max[1] - min[1]);
        let centre = [min[0] + 0.5 * width, min[1] + 0.5 * height];
        // Half of both sides together, and not of the diagonal: so the circle about a box holds those about all boxes in it.
        meets && may_touch(edges, frame.wind_from_map(centre), 0.5 * (width + height) + ROUNDING_M)
    })
}

/// Corners of a polygon and its holes, each once: a ring ends with the corner that it begins with.
fn corners_of(polygon: &Polygon<f64>) -> impl Iterator<Item = [f64; 2]> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings.flat_map(|ring| ring.0.iter().skip(usize::from(ring.0.len() > 1))).map(|corner| [corner.x, corner.y])
}

/// The zone where the cloud is over a threshold (kg/m³) at `z_m` over the ground.
///
/// # Errors
/// [`HazardError::OutOfRange`] for a threshold that is not positive.
pub fn cloud_zone(
    cloud: &impl Cloud,
    frame: &Frame,
    name: &str,
    threshold_kg_m3: f64,
    z_m: f64,
) -> Result<HazardZone, HazardError> {
    checked_threshold(threshold_kg_m3)?;
    let (low, high) = cloud.span_m();
    let mut polygons = Vec::new();
    let (mut area_m2, mut reach_m, mut cut) = (0.0, 0.0_f64, false);
    for edge in edges(cloud, threshold_kg_m3, z_m) {
        cut |= edge[CUTS].0 >= high && low > 0.0;
        area_m2 += edge.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1)).sum::<f64>();
        for (x, y) in &edge {
            reach_m = reach_m.max(x.hypot(*y));
        }
        let left = edge.iter().map(|&(x, y)| frame.map_from_wind(x, y));
        let right = edge.iter().rev().map(|&(x, y)| frame.map_from_wind(x, -y));
        let ring: LineString<f64> = right.chain(left).map(|[x, y]| (x, y)).collect();
        polygons.push(Polygon::new(ring, Vec::new()));
    }
    Ok(HazardZone { name: name.to_owned(), area: MultiPolygon::new(polygons), area_m2, reach_m, cut })
}

/// A circle about a place, m.
pub(in crate::emergency) fn circle([x, y]: [f64; 2], radius_m: f64) -> Polygon<f64> {
    /// Corners: within 0.2 % of the circle's area.
    const CORNERS: u32 = 72;
    let ring: LineString<f64> = (0..CORNERS)
        .map(|k| {
            let turn = std::f64::consts::TAU * f64::from(k) / f64::from(CORNERS);
            (x + radius_m * turn.cos(), y + radius_m * turn.sin())
        })
        .collect();
    Polygon::new(ring, Vec::new())
}

/// A round zone about a place, as of heat and blast.
pub fn round_zone(name: &str, centre_m: [f64; 2], radius_m: f64) -> HazardZone {
    let polygons = if radius_m > 0.0 { vec![circle(centre_m, radius_m)] } else { Vec::new() };
    let area = MultiPolygon::new(polygons);
    let area_m2 = std::f64::consts::PI * radius_m * radius_m;
    HazardZone { name: name.to_owned(), area, area_m2, reach_m: radius_m, cut: false }
}

/// A building in a cloud.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// The building.
    pub building: FeatureId,
    /// Place in the snapshot's buildings.
    pub slot: usize,
    /// The highest concentration outside it, at its corners, its middle, and where the cloud's axis passes it, kg/m³.
    pub peak_kg_m3: f64,
    /// How many of the thresholds that exceeds, counted from the lowest.
    pub level: usize,
}

/// Buildings where the cloud is over the lowest of the thresholds (kg/m³, rising), in the snapshot's order.
///
/// # Errors
/// [`HazardError`] for thresholds that are none or not rising.
pub fn exposed_buildings(
    cache: &Cache,
    cloud: &impl Cloud,
    frame: &Frame,
    thresholds_kg_m3: &[f64],
    z_m: f64,
) -> Result<Vec<Exposure>, HazardError> {
    const MODEL: &str = "exposure of buildings";
    let Some(&lowest) = thresholds_kg_m3.first() else {
        return Err(HazardError::Needs { model: MODEL, input: "a threshold" });
    };
    if thresholds_kg_m3.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(HazardError::NotApplicable {
            model: MODEL,
            reason: words!("hazard-thresholds", "the thresholds must rise"),
        });
    }
    checked_threshold(lowest)?;
    let edges = edges(cloud, lowest, z_m);
    let Some(bounds) = bounds_of(&edges, frame) else { return Ok(Vec::new()) };
    let mut slots = slots_about(cache, frame, &edges, bounds);
    slots.sort_unstable();
    let buildings = &cache.snapshot().buildings;
    let exposures = slots.par_iter().with_min_len(PIECE).filter_map(|&slot| {
        let building = &buildings[slot];
        let bounds = building.footprint.bounding_rect()?;
        let centre = bounds.center();
        let radius_m = 0.5 * bounds.width().hypot(bounds.height());
        if !may_touch(&edges, frame.wind_from_map([centre.x, centre.y]), radius_m) {
            return None;
        }
        let corners = building.footprint.iter().flat_map(corners_of).map(|corner| frame.wind_from_map(corner));
        let mut peak = 0.0_f64;
        let (mut left, mut right) = (f64::NEG_INFINITY, f64::INFINITY);
        let (mut near, mut far) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut look = |x: f64, y: f64| {
            if let Some(slice) = cloud.slice(x, z_m) {
                peak = peak.max(slice.at(y));
            }
        };
        for [x, y] in corners {
            look(x, y);
            (left, right) = (left.max(y), right.min(y));
            (near, far) = (near.min(x), far.max(x));
        }
        if far > near {
            // Between its corners: as near to the axis as the building comes.
            let y = 0.0_f64.clamp(right, left);
            look(0.5 * (near + far), y);
            if y == 0.0 && far > NEAREST_M {
                // The strongest place of the axis may lie anywhere in it: of a source high up not next to it. A building over the source
                // begins where the models do.
                let begins = near.max(NEAREST_M);
                for k in 0..=ALONG {
                    look(begins * (far / begins).powf(f64::from(k) / f64::from(ALONG)), y);
                }
            }
        }
        let level = thresholds_kg_m3.iter().filter(|threshold| peak > **threshold).count();
        (level > 0).then_some(Exposure { building: building.id, slot, peak_kg_m3: peak, level })
    });
    Ok(exposures.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{CoordsIter, Rotate};
    use proptest::prelude::*;
    use spatial_db::model::{Building, NetworkClass, NetworkNode, NodeKind, Park, ParkSnapshot, Provenance};

    use super::*;
    use crate::emergency::hazard::{HazardRules, Plume, PlumeInput, Stability, Terrain};

    /// What [`exposed_buildings`] has to say: every building whose box meets that of the zone is looked at, corner by corner.
    fn looked_at_one_by_one(
        cache: &Cache,
        cloud: &impl Cloud,
        frame: &Frame,
        thresholds: &[f64],
        z_m: f64,
    ) -> Vec<Exposure> {
        let zone = cloud_zone(cloud, frame, "", thresholds[0], z_m).unwrap();
        let Some(bounds) = zone.area.bounding_rect() else { return Vec::new() };
        let edges = edges(cloud, thresholds[0], z_m);
        let mut slots = cache.slots_in_envelope(bounds.min().into(), bounds.max().into(), FeatureKind::Building);
        slots.sort_unstable();
        let mut found = Vec::new();
        for slot in slots {
            let building = &cache.snapshot().buildings[slot];
            let bounds = building.footprint.bounding_rect().unwrap();
            let middle = frame.wind_from_map(bounds.center().into());
            if !may_touch(&edges, middle, 0.5 * bounds.width().hypot(bounds.height())) {
                continue;
            }
            let corners: Vec<[f64; 2]> =
                building.footprint.coords_iter().map(|corner| frame.wind_from_map(corner.into())).collect();
            let of = |axis: usize, pick: fn(f64, f64) -> f64| corners.iter().map(|at| at[axis]).reduce(pick).unwrap();
            let (near, far) = (of(0, f64::min), of(0, f64::max));
            let y = 0.0_f64.clamp(of(1, f64::min), of(1, f64::max));
            let mut places = corners.clone();
            if far > near {
                places.push([0.5 * (near + far), y]);
                if y == 0.0 && far > NEAREST_M {
                    let begins = near.max(NEAREST_M);
                    let share = |k: u32| f64::from(k) / f64::from(ALONG);
                    places.extend((0..=ALONG).map(|k| [begins * (far / begins).powf(share(k)), y]));
                }
            }
            let there = |[x, y]: [f64; 2]| cloud.slice(x, z_m).map_or(0.0, |slice| slice.at(y));
            let peak_kg_m3 = places.into_iter().map(there).fold(0.0, f64::max);
            let level = thresholds.iter().filter(|threshold| peak_kg_m3 > **threshold).count();
            if level > 0 {
                found.push(Exposure { building: building.id, slot, peak_kg_m3, level });
            }
        }
        found
    }

    /// A turned hall with a yard in it, about a place.
    fn hall(id: i64, (x, y): (f64, f64), (width, depth): (f64, f64), turn: f64) -> Building {
        let ring = |width: f64, depth: f64| -> LineString<f64> {
            vec![(x - width, y - depth), (x + width, y - depth), (x + width, y + depth), (x - width, y + depth)].into()
        };
        let plain = Polygon::new(ring(width, depth), vec![ring(0.5 * width, 0.5 * depth)]);
        let turned = plain.rotate_around_point(turn, geo::Point::new(x, y));
        Building::bare(id, Provenance::default(), MultiPolygon::new(vec![turned]))
    }

    /// A hall: its place, its size, its turn.
    type Drawn = ((f64, f64), (f64, f64), f64);

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn buildings_found_along_a_cloud_are_those_of_a_look_at_all_in_its_box_to_the_bit(
            halls in prop::collection::vec(
                ((0.0..6000.0_f64, 0.0..6000.0_f64), (2.0..150.0_f64, 2.0..60.0_f64), 0.0..180.0_f64), 1..400,
            ),
            at in (1000.0..5000.0_f64, 1000.0..5000.0_f64),
            class in 0..6_usize,
            (from, rate, height) in (0.0..360.0_f64, 0.01..20.0_f64, 0.0..60.0_f64),
            (lasts, age, z) in (prop::option::of(30.0..3600.0_f64), 1.0..4000.0_f64, 0.0..10.0_f64),
        ) {
            let mut park = ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549));
            park.buildings =
                halls.iter().enumerate().map(|(k, (place, size, turn))| hall(k as i64, *place, *size, *turn)).collect();
            // Something else in the tree at every building.
            let node = |(k, ((x, y), ..)): (usize, &Drawn)| {
                let at = [*x, *y, 0.0];
                NetworkNode::bare(k as i64, Provenance::default(), NetworkClass::Water, NodeKind::Valve, at)
            };
            park.nodes = halls.iter().enumerate().map(node).collect();
            let cache = Cache::build(Arc::new(park));
            let weather = Weather {
                wind_m_s: 2.0,
                stability: Stability::ALL[class],
                wind_from_deg: from,
                ..Weather::default()
            };
            let input = PlumeInput {
                rate_kg_s: rate,
                duration_s: lasts,
                height_m: height,
                weather,
                terrain: Terrain::Urban,
                sigma_set: None,
                averaging_s: None,
                extrapolate: true,
            };
            let plume = Plume::new(&HazardRules::shipped(), &input).unwrap();
            let frame = Frame::new([at.0, at.1], &weather);
            let thresholds = [2e-6, 2e-5, 2e-4];
            let found = exposed_buildings(&cache, &plume, &frame, &thresholds, z).unwrap();
            prop_assert_eq!(found, looked_at_one_by_one(&cache, &plume, &frame, &thresholds, z));
            let moment = plume.at_moment(age);
            let found = exposed_buildings(&cache, &moment, &frame, &thresholds, z).unwrap();
            prop_assert_eq!(found, looked_at_one_by_one(&cache, &moment, &frame, &thresholds, z));
        }
    }
}
