//! Fire lanes: width, slope, dead ends with room to turn, lanes along buildings.

use std::collections::{BTreeMap, HashMap};

use geo::{
    Area, BooleanOps, BoundingRect, Contains, Coord, Distance, Euclidean, Length, Line, LineString, MinimumRotatedRect,
    MultiLineString, MultiPolygon, Point,
};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureKind, RoadEdge, SurfaceKind, TerrainGrid};

use super::yard::{Ground, Room, is_in_the_way};
use super::{Check, Finding, Notes, ProtectionRules, Verdict};
use crate::emergency::evacuation::{EvacuationRules, WayNetwork, is_carriageway};
use crate::words;
use crate::words::percent;

/// A high building this near a dead end is what its yard is for, m.
const BY_M: f64 = 60.0;
/// Places along a side of a building that a lane is looked for at are no further apart, m.
const STEP_M: f64 = 10.0;
/// Places straight out from a side at which ground that nobody drives on is looked for are so far apart, m.
const OUT_M: f64 = 0.5;
/// Of the short side of a building so much lies over a road that goes through it.
const THROUGH: f64 = 0.9;

/// The steepest stretch of a line over so many metres, none where no stretch has heights at both ends; and whether every place looked at
/// has a height.
pub(super) fn steepest(line: &LineString<f64>, terrain: &TerrainGrid, over_m: f64) -> (Option<f64>, bool) {
    let (Some(first), Some(end)) = (line.0.first(), line.0.last()) else { return (None, false) };
    let mut known = true;
    let mut walked = 0.0;
    let mut last: Option<(f64, Option<f64>)> = None;
    let mut steepest = None;
    let mut look = |at_m: f64, x: f64, y: f64| {
        let height = terrain.height_at(x, y);
        known &= height.is_some();
        if let Some((from_m, Some(before))) = last
            && let Some(height) = height
            && at_m - from_m >= 0.5 * over_m
        {
            let slope: f64 = (height - before).abs() / (at_m - from_m);
            steepest = Some(steepest.map_or(slope, |most: f64| most.max(slope)));
        }
        last = Some((at_m, height));
    };
    look(0.0, first.x, first.y);
    let mut next_m = over_m;
    let whole: f64 = line.lines().map(|piece| (piece.end.x - piece.start.x).hypot(piece.end.y - piece.start.y)).sum();
    for piece in line.lines() {
        let length = (piece.end.x - piece.start.x).hypot(piece.end.y - piece.start.y);
        while length > 0.0 && next_m <= walked + length && next_m <= whole {
            let share = (next_m - walked) / length;
            let x = piece.start.x + share * (piece.end.x - piece.start.x);
            look(next_m, x, piece.start.y + share * (piece.end.y - piece.start.y));
            next_m += over_m;
        }
        walked += length;
    }
    look(whole, end.x, end.y);
    (steepest, known)
}

pub(super) fn lanes(roads: &[RoadEdge], terrain: Option<&TerrainGrid>, rules: &ProtectionRules, notes: &mut Notes) {
    let (width, slope, over) = (rules.figure("width_m"), rules.figure("slope"), rules.figure("slope_over_m").value);
    let height = rules.figure("height_m");
    let mut count = 0_usize;
    for road in roads.iter().filter(|road| is_carriageway(road)) {
        count += 1;
        let key = &road.provenance.key;
        let mut note = |found, verdict, words| {
            let (check, unit, limit) = (Check::LaneWidth, "m", Some(width.value));
            let clause = width.citation();
            let key = key.clone();
            notes.add(Finding { feature: road.id, check, key, found, limit, unit, verdict, words, clause });
        };
        match road.width_m.filter(|width| *width > 0.0) {
            Some(metres) if metres < width.value => {
                let said = words!(
                    "protection-lane-narrow",
                    "{metres} m wide: it does not count as a fire lane",
                    metres = format!("{metres:.1}")
                );
                note(Some(metres), Verdict::Violated, said);
            }
            Some(_) => notes.fulfilled(Check::LaneWidth),
            None => note(None, Verdict::Unknown, words!("protection-lane-no-width", "its width is not on record")),
        }
        let mut note = |found, verdict, words| {
            let (check, unit, limit) = (Check::LaneSlope, "1", Some(slope.value));
            let clause = slope.citation();
            let key = key.clone();
            notes.add(Finding { feature: road.id, check, key, found, limit, unit, verdict, words, clause });
        };
        let lines =
            terrain.into_iter().flat_map(|terrain| road.line.iter().map(move |line| steepest(line, terrain, over)));
        let (found, known) = lines.fold((None::<f64>, terrain.is_some()), |(most, known), (found, all)| {
            (most.into_iter().chain(found).reduce(f64::max), known && all)
        });
        match found {
            Some(share) if share > slope.value => {
                let said =
                    words!("protection-lane-steep", "{share} at its steepest, by the terrain", share = percent(share));
                note(Some(share), Verdict::Violated, said);
            }
            Some(_) if known => notes.fulfilled(Check::LaneSlope),
            Some(share) => {
                let said = words!(
                    "protection-lane-part",
                    "{share} at its steepest where the terrain has heights; under a part of it there are none",
                    share = percent(share)
                );
                note(Some(share), Verdict::Unknown, said);
            }
            None => {
                note(None, Verdict::Unknown, words!("protection-lane-no-heights", "too short, or no heights under it"));
            }
        }
    }
    if count == 0 {
        notes.all.missing.push(words!("protection-no-lane", "fire lanes: no road is on record"));
    } else {
        // The model has no heights of bridges, pipe racks and gates over roads.
        notes.all.counts.entry(Check::LaneHeight).or_default()[2] += count;
        notes.all.missing.push(
            words!(
                "protection-lane-height",
                "lane height: what hangs over the {count} roads is not on record ({clause})",
                count = count,
                clause = height.citation()
            )
            .counted(count, ["roads", "road"]),
        );
    }
}

pub(super) fn dead_ends(
    cache: &Cache,
    rules: &ProtectionRules,
    evacuation: &EvacuationRules,
    stands: &[bool],
    notes: &mut Notes,
) {
    let park = cache.snapshot();
    let Ok(roads) = WayNetwork::carriageways(&park.roads, evacuation) else { return };
    // Where the data of a park ends its roads do too: only what ends among its buildings is a dead end.
    let boxes = park.buildings.iter().filter_map(|building| building.footprint.bounding_rect());
    let Some(inside) = boxes.reduce(|a, b| {
        let min = geo::coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        geo::Rect::new(min, geo::coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) })
    }) else {
        return;
    };
    let long = rules.figure("dead_end_m").value;
    let high = rules.figure("high_building_m").value;
    let keys: HashMap<_, _> = park.roads.iter().map(|road| (road.id, &road.provenance.key)).collect();
    let ground = Ground { cache, stands };
    for (end, at) in roads.nodes.iter().enumerate() {
        let among =
            (inside.min().x..=inside.max().x).contains(&at[0]) && (inside.min().y..=inside.max().y).contains(&at[1]);
        let [only] = roads.at(end) else { continue };
        if !among {
            continue;
        }
        // Back to the first corner with a choice.
        let (mut way, mut node, mut metres) = (*only, end, 0.0);
        let mut lane = vec![*at];
        loop {
            metres += roads.ways[way].length_m;
            node = roads.other_end(way, node);
            lane.push(roads.nodes[node]);
            match roads.at(node) {
                [a, b] if metres < 10_000.0 => way = if *a == way { *b } else { *a },
                _ => break,
            }
        }
        if metres <= long {
            notes.fulfilled(Check::DeadEnd);
            continue;
        }
        let yard =
            rules.figure(if stands_high(cache, stands, *at, high) { "turning_yard_high_m" } else { "turning_yard_m" });
        let (metres_said, side) = (format!("{metres:.0}"), format!("{:.0}", yard.value));
        let (x, y) = (format!("{:.0}", at[0]), format!("{:.0}", at[1]));
        let (verdict, words) = match ground.room(&lane, long, yard.value) {
            Room::Paved => {
                notes.fulfilled(Check::DeadEnd);
                continue;
            }
            Room::None => {
                let said = words!(
                    "protection-dead-end-full",
                    "a dead end of {metres} m at {x}, {y}; what is on record about it leaves no room for a yard of {side} by {side} m to turn in",
                    metres = metres_said,
                    x = x,
                    y = y,
                    side = side
                );
                (Verdict::Violated, said)
            }
            Room::Unknown => {
                let said = words!(
                    "protection-dead-end",
                    "a dead end of {metres} m at {x}, {y}; whether there is a yard of {side} by {side} m to turn in is not on record",
                    metres = metres_said,
                    x = x,
                    y = y,
                    side = side
                );
                (Verdict::Unknown, said)
            }
        };
        let road = roads.ways[*only].road;
        notes.add(Finding {
            feature: road,
            check: Check::DeadEnd,
            key: keys.get(&road).map_or_else(String::new, |key| (*key).clone()),
            found: Some(metres),
            limit: Some(long),
            unit: "m",
            verdict,
            words,
            clause: yard.citation(),
        });
    }
}

/// True where a building on record as a high one stands by a place.
fn stands_high(cache: &Cache, stands: &[bool], [x, y]: [f64; 2], high_m: f64) -> bool {
    let near = cache.slots_in_envelope([x - BY_M, y - BY_M], [x + BY_M, y + BY_M], FeatureKind::Building);
    let at = Point::new(x, y);
    near.into_iter().filter(|slot| stands[*slot]).map(|slot| &cache.snapshot().buildings[slot]).any(|building| {
        let (height_m, recorded) = building.drawn_height_m();
        recorded && height_m > high_m && Euclidean.distance(&at, &building.footprint) <= BY_M
    })
}

/// What runs along or through a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Along {
    /// Lanes on record along every side, or one through it.
    Lane,
    /// Something that may be a lane.
    Perhaps,
    /// Nothing along so many sides, where what is on record leaves no room for a lane, and nothing through it.
    Nothing(usize),
}

/// A piece of a road, with the road's place among the lanes and whether it is on record as wide enough.
type Piece = GeomWithData<Line<f64>, (usize, bool)>;

/// Roads that are lanes or may be: none on record as too narrow.
struct Lanes<'a> {
    cache: &'a Cache,
    pieces: RTree<Piece>,
    beside_m: f64,
    /// Width of a lane, m.
    least_m: f64,
    /// Buildings that stand, in snapshot order.
    stands: &'a [bool],
    /// Some road is on record, be it too narrow.
    on_record: bool,
}

impl<'a> Lanes<'a> {
    fn of(cache: &'a Cache, stands: &'a [bool], rules: &ProtectionRules) -> Self {
        let least = rules.figure("width_m").value;
        let wide = |road: &RoadEdge| match road.width_m.filter(|width| *width > 0.0) {
            Some(width) => (width >= least).then_some(true),
            None => Some(false),
        };
        let all: Vec<&RoadEdge> = cache.snapshot().roads.iter().filter(|road| is_carriageway(road)).collect();
        let on_record = !all.is_empty();
        let roads: Vec<(&RoadEdge, bool)> = all.into_iter().filter_map(|road| Some((road, wide(road)?))).collect();
        let pieces = roads
            .iter()
            .enumerate()
            .flat_map(|(number, (road, wide))| {
                road.line.iter().flat_map(LineString::lines).map(move |line| Piece::new(line, (number, *wide)))
            })
            .collect();
        Self {
            cache,
            pieces: RTree::bulk_load(pieces),
            beside_m: rules.figure("lane_beside_m").value,
            least_m: least,
            stands,
            on_record,
        }
    }

    /// What runs past a place: some for a lane on record, or what may be one.
    fn at(&self, place: Point<f64>) -> Option<bool> {
        let mut found = None;
        for piece in self.pieces.locate_within_distance(place, self.beside_m * self.beside_m) {
            if piece.data.1 {
                return Some(true);
            }
            found = Some(false);
        }
        found.or_else(|| self.is_paved(place).then_some(false))
    }

    /// Sealed ground on record by a place: an engine may drive there.
    fn is_paved(&self, place: Point<f64>) -> bool {
        let (x, y, far) = (place.x(), place.y(), self.beside_m);
        let near = self.cache.slots_in_envelope([x - far, y - far], [x + far, y + far], FeatureKind::Surface);
        near.into_iter()
            .map(|slot| &self.cache.snapshot().surfaces[slot])
            .any(|surface| surface.kind == SurfaceKind::Paved && Euclidean.distance(&place, &surface.area) <= far)
    }

    /// Whether a road goes through a building, if one does or may.
    fn through(&self, footprint: &MultiPolygon<f64>, short_m: f64) -> Option<bool> {
        let bounds = footprint.bounding_rect()?;
        let around = AABB::from_corners(Point::from(bounds.min()), Point::from(bounds.max()));
        // Only the pieces that are near: a road may be as long as the park.
        let mut near: BTreeMap<(usize, bool), Vec<LineString<f64>>> = BTreeMap::new();
        for piece in self.pieces.locate_in_envelope_intersecting(&around) {
            near.entry(piece.data).or_default().push(LineString::from(*piece.geom()));
        }
        near.into_iter()
            .filter_map(|((_, wide), pieces)| {
                let within = footprint.clip(&MultiLineString::new(pieces), false);
                (Euclidean.length(&within) >= THROUGH * short_m).then_some(wide)
            })
            .reduce(|one, other| one || other)
    }

    fn of_building(&self, building: &Building, sides: &[Line<f64>], short_m: f64) -> Along {
        let through = self.through(&building.footprint, short_m);
        if through == Some(true) {
            return Along::Lane;
        }
        let middle = sides.iter().fold(Coord::<f64>::zero(), |sum, side| sum + side.start) / sides.len() as f64;
        let (mut blocked, mut sure) = (0, true);
        for side in sides {
            let along = side.delta();
            let length_m = along.x.hypot(along.y);
            let steps = (length_m / STEP_M).ceil().max(1.0) as usize;
            let (across, from_middle) = (Coord { x: -along.y, y: along.x } / length_m, side.start - middle);
            let turned = across.x * from_middle.x + across.y * from_middle.y;
            let out = across * turned.signum();
            let places = (0..=steps).map(|step| Point::from(side.start + along * (step as f64 / steps as f64)));
            let found: Vec<(Point<f64>, Option<bool>)> = places.map(|place| (place, self.at(place))).collect();
            sure &= found.iter().all(|(_, lane)| *lane == Some(true));
            let is_blocked =
                |(place, lane): &(Point<f64>, Option<bool>)| lane.is_none() && self.is_blocked(*place, out);
            blocked += usize::from(found.iter().any(is_blocked));
        }
        // Where nothing is on record there may be a lane all the same, unless something else stands or grows there.
        if sure {
            Along::Lane
        } else if blocked == 0 || through.is_some() {
            Along::Perhaps
        } else {
            Along::Nothing(blocked)
        }
    }

    /// Whether ground that nobody drives on and buildings leave no lane straight out from a place at a side, as far as one counts.
    fn is_blocked(&self, place: Point<f64>, out: Coord<f64>) -> bool {
        let reach_m = self.beside_m + 0.5 * self.least_m;
        let far = place.0 + out * reach_m;
        let (low, high) = ([place.x().min(far.x), place.y().min(far.y)], [place.x().max(far.x), place.y().max(far.y)]);
        let park = self.cache.snapshot();
        let grounds = self.cache.slots_in_envelope(low, high, FeatureKind::Surface).into_iter();
        let grounds = grounds.map(|slot| &park.surfaces[slot]).filter(|ground| is_in_the_way(ground.kind));
        let buildings = self.cache.slots_in_envelope(low, high, FeatureKind::Building).into_iter();
        let buildings = buildings.filter(|slot| self.stands[*slot]).map(|slot| &park.buildings[slot].footprint);
        let in_the_way: Vec<&MultiPolygon<f64>> = grounds.map(|ground| &ground.area).chain(buildings).collect();
        // Room for a lane holds so many places that are looked at, one after the other.
        let needed = (self.least_m / OUT_M) as usize;
        let mut free = 0;
        for step in 1..=(reach_m / OUT_M) as usize {
            let at = Point::from(place.0 + out * (step as f64 * OUT_M));
            free = if in_the_way.iter().any(|area| area.contains(&at)) { 0 } else { free + 1 };
            if free >= needed {
                return false;
            }
        }
        true
    }
}

pub(super) fn frontages(cache: &Cache, rules: &ProtectionRules, stands: &[bool], notes: &mut Notes) {
    let (front, total) = (rules.figure("frontage_m"), rules.figure("frontage_total_m"));
    let lanes = Lanes::of(cache, stands, rules);
    let buildings = cache.snapshot().buildings.iter().zip(stands).filter(|(_, stands)| **stands);
    for (building, _) in buildings {
        let Some(around) = building.footprint.minimum_rotated_rect().filter(|around| around.unsigned_area() > 0.0)
        else {
            continue;
        };
        let mut sides: Vec<f64> = around
            .exterior()
            .lines()
            .take(2)
            .map(|side| (side.end.x - side.start.x).hypot(side.end.y - side.start.y))
            .collect();
        sides.sort_by(f64::total_cmp);
        let [short, long] = sides[..] else { continue };
        let (found, figure) = if long > front.value {
            (long, front)
        } else if short + long > total.value {
            (short + long, total)
        } else {
            notes.fulfilled(Check::Frontage);
            continue;
        };
        let sides: Vec<Line<f64>> = around.exterior().lines().collect();
        // Without a road on record nothing says that there is none.
        let along = if lanes.on_record { lanes.of_building(building, &sides, short) } else { Along::Perhaps };
        let (long_said, short_said) = (format!("{long:.0}"), format!("{short:.0}"));
        let (verdict, words) = match along {
            Along::Lane => {
                notes.fulfilled(Check::Frontage);
                continue;
            }
            Along::Perhaps => {
                let said = words!(
                    "protection-frontage",
                    "{long} by {short} m: whether a lane goes through it or round it is not on record",
                    long = long_said,
                    short = short_said
                );
                (Verdict::Unknown, said)
            }
            Along::Nothing(count) => {
                let said = words!(
                    "protection-frontage-bare",
                    "{long} by {short} m: ground that nobody drives on and buildings leave no room for a lane along the whole of {count} of its sides, and none goes through it",
                    long = long_said,
                    short = short_said,
                    count = count
                );
                (Verdict::Violated, said)
            }
        };
        notes.add(Finding {
            feature: building.id,
            check: Check::Frontage,
            key: building.provenance.key.clone(),
            found: Some(found),
            limit: Some(figure.value),
            unit: "m",
            verdict,
            words,
            clause: figure.citation(),
        });
    }
}
