//! How soon an engine of a fire station on record is at a parcel or a building, by the roads that engines drive on; and what ground an area
//! on a map, such as a flood plain, covers of parcels and buildings.

use geo::{Area, BooleanOps, BoundingRect, InteriorPoint, MultiPolygon, Polygon};
use rayon::prelude::*;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, ResourceKind};

use super::drill::there;
use super::evacuation::{EvacuationError, EvacuationRules, WayNetwork};
use super::hydrants::in_service;

/// Drive to a place from the station from which it is shortest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// By the roads.
    By {
        /// Length, m.
        way_m: f64,
        /// From the alarm to arrival: turnout and drive, s.
        arrival_s: f64,
    },
    /// No road on record leads there.
    NotJoined,
    /// It has no outline on record.
    Nowhere,
    /// It is not there on the park's date.
    NotThere,
}

/// Drives to the parcels and buildings of a park.
#[derive(Debug, Clone, PartialEq)]
pub struct StationReach {
    /// Stations in service.
    pub stations: usize,
    /// In snapshot order.
    pub parcels: Vec<Drive>,
    /// In snapshot order.
    pub buildings: Vec<Drive>,
}

/// How soon an engine is at each parcel and building, at the speed of the table; none where no station in service is on record. From a
/// place off the road the way to the nearest corner of the network is added as the crow flies.
///
/// # Errors
/// [`EvacuationError::NoWays`].
pub fn station_reach(cache: &Cache, rules: &EvacuationRules) -> Result<Option<StationReach>, EvacuationError> {
    let park = cache.snapshot();
    let stations: Vec<[f64; 2]> = park
        .resources
        .iter()
        .filter(|one| one.kind == ResourceKind::FireStation && in_service(one))
        .map(|one| one.position)
        .collect();
    if stations.is_empty() {
        return Ok(None);
    }
    let roads = WayNetwork::driven(&park.roads, rules)?;
    let starts = roads.nearest_of_each(&stations);
    let way_m = roads.from_any(&starts);
    let figure = |name| rules.figure("response", name).value;
    let (turnout_s, speed_m_s) = (figure("turnout_s"), figure("engine_m_s"));
    let drives = |areas: Vec<&MultiPolygon<f64>>, there: &[bool]| -> Vec<Drive> {
        let middles: Vec<Option<[f64; 2]>> =
            areas.into_par_iter().map(|area| area.interior_point().map(|at| [at.x(), at.y()])).collect();
        let known: Vec<[f64; 2]> = middles.iter().flatten().copied().collect();
        let mut ends = roads.nearest_of_each(&known).into_iter();
        let drive = |(node, gap_m): (usize, f64)| {
            let way_m = way_m[node] + gap_m;
            if way_m.is_finite() {
                Drive::By { way_m, arrival_s: turnout_s + way_m / speed_m_s }
            } else {
                Drive::NotJoined
            }
        };
        let found = middles.iter().map(|middle| middle.and_then(|_| ends.next()).map_or(Drive::Nowhere, drive));
        found.zip(there).map(|(found, there)| if *there { found } else { Drive::NotThere }).collect()
    };
    let there = there(park);
    Ok(Some(StationReach {
        stations: stations.len(),
        parcels: drives(park.parcels.iter().map(|parcel| &parcel.boundary).collect(), &there.parcels),
        buildings: drives(park.buildings.iter().map(|building| &building.footprint).collect(), &there.buildings),
    }))
}

/// How much of a parcel or building lies in an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covered {
    /// Its place in the snapshot.
    pub slot: usize,
    /// Ground of it in the area, m².
    pub area_m2: f64,
}

/// The union of areas, of pairs and of pairs of those: one after the other the whole would be laid over each of them again.
/// `geo`'s union of many takes the winding of the first ring for that of all, and areas of a file wind either way.
pub(in crate::emergency) fn together(areas: &[MultiPolygon<f64>]) -> Vec<Polygon<f64>> {
    match areas {
        [] => Vec::new(),
        [one] => one.union(&MultiPolygon::new(Vec::new())).0,
        _ => {
            let (some, others) = areas.split_at(areas.len() / 2);
            let (some, others) = rayon::join(|| together(some), || together(others));
            MultiPolygon::new(some).union(&MultiPolygon::new(others)).0
        }
    }
}

/// The parcels and the buildings that are there on the park's date and on which one of some areas lies, in snapshot order. Ground under
/// two areas counts once.
pub fn covered_by(cache: &Cache, areas: &[MultiPolygon<f64>]) -> [Vec<Covered>; 2] {
    // One area for all: what two of them share is not to be counted twice. Its parts are asked for one by one.
    let parts: Vec<MultiPolygon<f64>> = together(areas).into_iter().flat_map(|part| pieces(part.into())).collect();
    let park = cache.snapshot();
    let presence = there(park);
    [FeatureKind::Parcel, FeatureKind::Building].map(|kind| {
        let there = if kind == FeatureKind::Parcel { &presence.parcels } else { &presence.buildings };
        let mut found: Vec<Covered> = parts
            .par_iter()
            .filter_map(|part| Some((part, part.bounding_rect()?)))
            .flat_map_iter(|(part, bounds)| {
                let (low, high) = ([bounds.min().x, bounds.min().y], [bounds.max().x, bounds.max().y]);
                let near = cache.slots_in_envelope(low, high, kind);
                near.into_iter().filter(move |slot| there[*slot]).filter_map(move |slot| {
                    let ground = match kind {
                        FeatureKind::Parcel => &park.parcels[slot].boundary,
                        _ => &park.buildings[slot].footprint,
                    };
                    let area_m2 = ground.intersection(part).unsigned_area();
                    (area_m2 > 0.0).then_some(Covered { slot, area_m2 })
                })
            })
            .collect();
        found.sort_by_key(|one| one.slot);
        // Of several parts on one it is the sum.
        found.dedup_by(|next, first| {
            let same = next.slot == first.slot;
            if same {
                first.area_m2 += next.area_m2;
            }
            same
        });
        found
    })
}

/// A box this large is not cut further, m.
const BOX_M: f64 = 1000.0;
/// A part that fills less of the box about it is cut.
const FILLS: f64 = 0.25;

/// A part as pieces that fill the boxes about them, or whose boxes are small: who asks for what lies in the box about a river of 100 km asks
/// for a whole country.
fn pieces(part: MultiPolygon<f64>) -> Vec<MultiPolygon<f64>> {
    let (mut open, mut out) = (vec![part], Vec::new());
    while let Some(part) = open.pop() {
        let Some(bounds) = part.bounding_rect() else { continue };
        let (wide, high) = (bounds.width(), bounds.height());
        if wide.max(high) <= BOX_M || part.unsigned_area() >= FILLS * wide * high {
            out.push(part);
            continue;
        }
        let halves = if wide >= high { bounds.split_x() } else { bounds.split_y() };
        open.extend(halves.map(|half| part.intersection(&half.to_polygon())));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{MultiLineString, Rect, coord, polygon};
    use spatial_db::model::{Building, EmergencyResource, Parcel, Provenance, RoadEdge};

    use super::*;
    use crate::network::by_hand;

    fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
        MultiPolygon::new(vec![Rect::new(coord! { x: x, y: y }, coord! { x: x + side, y: y + side }).to_polygon()])
    }

    #[test]
    fn an_engine_goes_by_roads_from_the_nearest_station_and_nowhere_without_one() {
        let road = |id, line: &[(f64, f64)]| {
            let line = MultiLineString::new(vec![line.iter().copied().collect()]);
            RoadEdge::bare(id, Provenance::default(), line)
        };
        let station =
            |id, position| EmergencyResource::bare(id, Provenance::default(), ResourceKind::FireStation, position);
        let mut park = by_hand::empty();
        // Round a corner; the second is joined to nothing.
        park.roads =
            vec![road(1, &[(0.0, 0.0), (400.0, 0.0), (400.0, 300.0)]), road(2, &[(0.0, 900.0), (100.0, 900.0)])];
        park.buildings = vec![
            Building::bare(1, Provenance::default(), square(395.0, 305.0, 10.0)),
            Building::bare(2, Provenance::default(), square(45.0, 900.0, 10.0)),
            Building::bare(3, Provenance::default(), MultiPolygon::new(Vec::new())),
        ];
        let rules = EvacuationRules::shipped();
        let bare = Cache::build(Arc::new(park.clone()));
        assert_eq!(station_reach(&bare, &rules), Ok(None));
        let out = EmergencyResource { state: Some("closed".into()), ..station(2, [400.0, 300.0]) };
        park.resources = vec![station(1, [0.0, 0.0]), out];
        let found = station_reach(&Cache::build(Arc::new(park.clone())), &rules).unwrap().unwrap();
        assert_eq!(found.stations, 1);
        let Drive::By { way_m, arrival_s } = found.buildings[0] else { panic!("{found:?}") };
        // 700 m of road and 10 m to the middle of the building.
        assert!((way_m - 710.0).abs() < 1e-6, "{way_m}");
        let figure = |name| rules.figure("response", name).value;
        assert!((arrival_s - figure("turnout_s") - 710.0 / figure("engine_m_s")).abs() < 1e-9, "{arrival_s}");
        assert_eq!(found.buildings[1..], [Drive::NotJoined, Drive::Nowhere]);
        // What does not stand on the park's date is not driven to, and no flood covers it.
        let mut gone = park.clone();
        gone.park.as_of = "2026-06-30".parse().ok();
        gone.buildings[0].valid_to = "2020-01-01".parse().ok();
        let gone = Cache::build(Arc::new(gone));
        let found = station_reach(&gone, &rules).unwrap().unwrap();
        assert_eq!(found.buildings, [Drive::NotThere, Drive::NotJoined, Drive::Nowhere]);
        let [_, buildings] = covered_by(&gone, &[square(0.0, 0.0, 2000.0)]);
        assert_eq!(buildings.iter().map(|one| one.slot).collect::<Vec<_>>(), [1]);
        park.resources.push(station(3, [400.0, 300.0]));
        let nearer = station_reach(&Cache::build(Arc::new(park)), &rules).unwrap().unwrap();
        assert!(matches!(nearer.buildings[0], Drive::By { way_m, .. } if (way_m - 10.0).abs() < 1e-6), "{nearer:?}");
    }

    #[test]
    fn ground_in_an_area_is_measured_once() {
        let mut park = by_hand::empty();
        let parcels = [square(0.0, 0.0, 10.0), square(20.0, 0.0, 10.0), square(90.0, 90.0, 10.0)];
        park.parcels = parcels
            .into_iter()
            .enumerate()
            .map(|(k, boundary)| Parcel::bare(k as i64 + 1, Provenance::default(), boundary))
            .collect();
        let cache = Cache::build(Arc::new(park));
        // Two that lie over each other on the first, and one in two parts of which one lies on the second.
        let apart =
            MultiPolygon::new([square(25.0, 5.0, 50.0), square(-50.0, -50.0, 5.0)].into_iter().flatten().collect());
        let [parcels, buildings] = covered_by(&cache, &[square(0.0, 0.0, 5.0), square(0.0, 0.0, 5.0), apart]);
        assert!(buildings.is_empty());
        let told: Vec<(usize, f64)> = parcels.iter().map(|one| (one.slot, one.area_m2)).collect();
        assert_eq!(told.iter().map(|one| one.0).collect::<Vec<_>>(), [0, 1]);
        assert!(told.iter().all(|one| (one.1 - 25.0).abs() < 1e-6), "{told:?}");
        assert!(covered_by(&cache, &[]).iter().all(Vec::is_empty));
        // A thousand strips, each over half of the next, are one area.
        let strips: Vec<MultiPolygon<f64>> =
            (0..1000).map(|k| square(-10.0 + 0.01 * f64::from(k), 0.0, 0.02)).collect();
        let whole: f64 = together(&strips).iter().map(Area::unsigned_area).sum();
        assert!((whole - 0.02 * 10.01).abs() < 1e-4, "{whole}");
    }

    #[test]
    fn a_thin_area_of_a_hundred_kilometres_is_looked_up_where_it_lies() {
        let far = 70_710.0;
        let river = polygon![(x: 0.0, y: 0.0), (x: far, y: far), (x: far - 10.0, y: far + 10.0), (x: -10.0, y: 10.0)];
        let cut = pieces(river.clone().into());
        let area: f64 = cut.iter().map(Area::unsigned_area).sum();
        assert!((area / river.unsigned_area() - 1.0).abs() < 1e-4, "{area} m²");
        let boxes: f64 = cut.iter().filter_map(BoundingRect::bounding_rect).map(|one| one.width() * one.height()).sum();
        assert!(boxes < 0.02 * far * far, "{boxes} m² are looked through");
        // A hall is one piece.
        assert_eq!(pieces(square(0.0, 0.0, 5000.0)).len(), 1);
        let mut park = by_hand::empty();
        // In it, beside it, and in the middle of the box about it, far from it.
        let parcels = [
            square(far / 2.0 - 10.0, far / 2.0, 10.0),
            square(20_005.0, 19_985.0, 10.0),
            square(50_000.0, 20_000.0, 10.0),
        ];
        park.parcels = (1..).zip(parcels).map(|(k, area)| Parcel::bare(k, Provenance::default(), area)).collect();
        let [found, _] = covered_by(&Cache::build(Arc::new(park)), &[river.into()]);
        assert_eq!(found.iter().map(|one| one.slot).collect::<Vec<_>>(), [0]);
        assert!((found[0].area_m2 - 100.0).abs() < 0.01, "{found:?}");
    }
}
