//! Room for trucks to turn: a disc of free ground beside the hall, as large as what the vehicle sweeps, and a way to it from the
//! road. Where the hall as it was laid leaves too little, it is laid elsewhere in its room.

mod disc;
mod layout;
mod way;

use std::collections::{BTreeMap, HashSet};

use geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon};
use serde::Deserialize;
use spatial_db::model::FeatureKind;

use disc::{Area, Disc, FreeGround, TOLERANCE_M};
use layout::{Layout, layouts};
use way::{Grid, Roads, Square, way};

use super::fit;
use super::ground::{Candidate, Ground, Missing};
use super::matched::Match;
use super::measure::{Measure, NOWHERE};
use super::said;
use super::tables::{in_small_letters, status};
use super::want::Want;
use crate::overlay::{Class, Overlay, Pattern, Swatch, Zone};
use crate::rules::{RuleTables, cited};
use crate::words;
use crate::words::Words;

/// Parts of the land that are shut off from the road and looked at before others are given up, at most.
const MOST_SHUT_OFF: usize = 4;
/// Corners of a circle that is drawn.
const CORNERS: usize = 72;

/// What vehicles need to turn.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TurningTable {
    clearance_m: f64,
    keeps_setback: bool,
    lane: Lane,
    road_within_m: f64,
    no_roads: Vec<String>,
    vehicles: BTreeMap<String, Vehicle>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lane {
    width_m: f64,
    standard: String,
    edition: String,
    clause: String,
    status: String,
}

impl Lane {
    fn cited(&self) -> Words {
        cited(&self.standard, &self.edition, &self.clause, &self.status)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vehicle {
    outer_radius_m: f64,
    inner_radius_m: f64,
    overhang_m: f64,
    standard: String,
    edition: String,
    clause: String,
    status: String,
}

impl TurningTable {
    /// The table from its text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: Self = toml::from_str(text)?;
        in_small_letters(&table.no_roads)?;
        let vehicles = table.vehicles.values().map(|vehicle| &vehicle.status);
        vehicles.chain([&table.lane.status]).try_for_each(|said| status(said))?;
        Ok(table)
    }
}

/// The table in force.
fn table() -> &'static TurningTable {
    &RuleTables::in_force().turning
}

/// The vehicle that is meant where none is named.
pub(super) fn articulated() -> String {
    "articulated".to_owned()
}

/// Radius of the outermost circle that a vehicle of the table sweeps, m; `None` for one that it does not have.
pub(super) fn swept_m(vehicle: &str) -> Option<f64> {
    table().vehicles.get(vehicle).map(|of| of.outer_radius_m + of.overhang_m)
}

/// Where the figures of a vehicle come from, for people; a radius of the pitch's own is of no standard.
pub(super) fn source(vehicle: &str, own: bool) -> Words {
    let lane = table().lane.cited();
    if own {
        return words!("pitch-source-radius", "radius of the pitch; {lane}", lane = lane);
    }
    let of = table().vehicles.get(vehicle);
    let vehicle = of.map(|of| cited(&of.standard, &of.edition, &of.clause, &of.status));
    crate::land::joined(vehicle.into_iter().chain([lane]).collect())
}

/// Width of a lane for fire engines, m, and what says so.
pub(super) fn lane() -> (f64, Words) {
    (table().lane.width_m, table().lane.cited())
}

/// What a vehicle is called; one that was added to the table by its name there.
fn called(vehicle: &str, own: bool) -> Words {
    match vehicle {
        _ if own => words!("pitch-vehicle-own", "vehicle of the pitch"),
        "articulated" => words!("pitch-vehicle-articulated", "articulated truck"),
        "large_truck" => words!("pitch-vehicle-large-truck", "large truck without trailer"),
        other => other.replace('_', " ").into(),
    }
}

/// Room for a vehicle to turn on a candidate's land.
#[derive(Debug, Clone, PartialEq)]
pub struct TurningFit {
    /// Middle of the circle, easting and northing, m.
    pub centre: Coord<f64>,
    /// Radius of the circle that the vehicle sweeps, m: what was asked for.
    pub radius_m: f64,
    /// Radius of the circle within that it does not sweep, m; 0 where none is on record.
    pub inner_radius_m: f64,
    /// Radius of the disc that is free there, m; the clearance is kept beside it.
    pub room_m: f64,
    /// The hall as it lies beside the circle; `None` where none is asked for.
    pub hall: Option<Polygon<f64>>,
    /// Its yard.
    pub yard: Option<Polygon<f64>>,
}

impl TurningFit {
    /// The outer circle as an area, its corners on the circle.
    pub fn circle(&self) -> Polygon<f64> {
        let corner = |at: usize| {
            let (sin, cos) = (std::f64::consts::TAU * at as f64 / CORNERS as f64).sin_cos();
            Coord { x: self.centre.x + self.radius_m * cos, y: self.centre.y + self.radius_m * sin }
        };
        let mut ring: Vec<Coord<f64>> = (0..CORNERS).map(corner).collect();
        ring.push(ring[0]);
        Polygon::new(LineString(ring), Vec::new())
    }

    /// A test-fit with its hall and yard where they leave room for the circle.
    pub fn lay(&self, fit: &mut super::TestFit) {
        if let Some(hall) = &self.hall {
            (fit.hall, fit.yard) = (hall.clone(), self.yard.clone());
        }
    }

    /// An overlay with the circle on the ground.
    #[must_use]
    pub fn on(&self, mut overlay: Overlay) -> Overlay {
        overlay.zones.push(Zone { area: MultiPolygon(vec![self.circle()]), class: overlay.classes.len() });
        overlay.classes.push(Class {
            label: said::TURNING.into(),
            colour: [92, 102, 112],
            pattern: Pattern::Hatch,
            swatch: Swatch::Area,
            count: 1,
            measure: Some(format!("R {:.1} m", self.radius_m)),
        });
        overlay
    }
}

/// What a candidate's land has of room to turn.
struct Turned {
    measure: Measure,
    fit: Option<TurningFit>,
}

/// A disc beside a layout, and whether a way leads to it; `None` where no road is near.
#[derive(Clone, Copy)]
struct Reached {
    disc: Disc,
    way: Option<bool>,
}

impl Match<'_, '_> {
    /// The room to turn on a candidate's land; `None` where its land is not on record.
    pub(super) fn turned_measure(&self, candidate: u32, want: &Want) -> Option<Measure> {
        Some(self.turned(candidate, want)?.measure)
    }

    /// The circle on a candidate's land; `None` where the pitch asks for none or it is not known to fit.
    pub fn turning(&self, candidate: u32) -> Option<TurningFit> {
        let want = self.pitch.needs.iter().map(|need| &need.want).find(|want| matches!(want, Want::Turning { .. }))?;
        self.turned(candidate, want)?.fit
    }

    fn turned(&self, candidate: u32, want: &Want) -> Option<Turned> {
        let offered = &self.candidates[candidate as usize];
        let hall = self.pitch.needs.iter().map(|need| &need.want).find(|want| matches!(want, Want::Hall { .. }));
        // In a building that stands there is no hall to lay.
        let hall = hall.filter(|_| offered.building.is_none());
        turned(self.ground, offered, want, hall, self.pitch.limits.as_ref())
    }
}

fn turned(
    ground: &Ground<'_>,
    offered: &Candidate,
    want: &Want,
    hall: Option<&Want>,
    limits: Option<&crate::scenario::Limits>,
) -> Option<Turned> {
    let Want::Turning { vehicle, radius_m } = want else { return None };
    let (wanted_m, _) = want.figure();
    let boundary = ground.boundary(offered);
    // Of a building whose land is not on record nothing is known.
    if boundary.0.is_empty() {
        return None;
    }
    let mut standing = standing(ground, &boundary);
    // No truck drives through water or across a track.
    standing.extend(ground.obstacles(offered).impassable.iter().cloned());
    let roads = roads(ground, &boundary);
    let setback_m = limits.filter(|_| table().keeps_setback).map_or(0.0, |limits| limits.setback_m);
    let bare = FreeGround {
        land: Area::of(&boundary),
        walls: standing.iter().map(|wall| Area::of([wall])).collect(),
        from_land_m: table().clearance_m.max(setback_m),
        from_walls_m: table().clearance_m,
    };
    // No layout leaves more than there is without the hall.
    let (whole, most_m) = bare.largest(0.0, f64::INFINITY, &|_| None);
    let most_m = if whole.is_some_and(|disc| enough(disc.radius_m, wanted_m)) { most_m.max(wanted_m) } else { most_m };
    let short = |low: f64, missing| Measure { low, high: most_m, at: NOWHERE, missing };
    let none = |missing| Some(Turned { measure: short(0.0, missing), fit: None });
    let mut laid = vec![Layout::default()];
    if let Some(hall) = hall {
        let Some(limits) = limits else { return none(Missing::Limits) };
        let Some(existing) = fit::existing(ground, offered, &boundary, limits.spacing_m) else {
            return none(Missing::FloorArea);
        };
        let Some(found) = fit::test_fit(&boundary, &existing, hall, limits, ground.tall_m()) else {
            return none(Missing::Layout);
        };
        laid = layouts(&found, &crate::scenario::room(&boundary, &existing, limits));
    }
    // Where there is too little without the hall no other layout helps.
    if most_m < wanted_m {
        laid.truncate(1);
    }
    // That of the table belongs to the radius of the table.
    let of = table().vehicles.get(vehicle).filter(|_| radius_m.is_none());
    let inner_radius_m = of.map_or(0.0, |of| of.inner_radius_m);
    let mut best: Option<Reached> = None;
    for layout in laid {
        let mut beside = bare.clone();
        beside.walls.extend(layout.hall.iter().map(|hall| Area::of([hall])));
        let Some(reached) = reached(&beside, roads.as_ref(), best, wanted_m) else { continue };
        if enough(reached.disc.radius_m, wanted_m) && reached.way == Some(true) {
            let fit = TurningFit {
                centre: reached.disc.centre,
                radius_m: wanted_m,
                inner_radius_m,
                room_m: reached.disc.radius_m,
                hall: layout.hall,
                yard: layout.yard,
            };
            // A hair short of it is no shortage.
            let low = reached.disc.radius_m.max(wanted_m);
            let measure = Measure { low, high: f64::INFINITY, at: NOWHERE, missing: Missing::Nothing };
            return Some(Turned { measure, fit: Some(fit) });
        }
        best = Some(reached);
    }
    let measure = match best {
        None => short(0.0, Missing::Layout),
        Some(Reached { way: None, .. }) => short(0.0, Missing::Roads),
        Some(Reached { way: Some(false), .. }) => short(0.0, Missing::Way),
        // It is all the room that there is.
        Some(Reached { way: Some(true), disc }) if most_m <= disc.radius_m + TOLERANCE_M => {
            Measure::known(disc.radius_m, NOWHERE)
        }
        Some(Reached { way: Some(true), disc }) => {
            short(disc.radius_m, if hall.is_some() { Missing::Layout } else { Missing::Way })
        }
    };
    Some(Turned { measure, fit: None })
}

/// Whether a disc is as large as asked for, to within what discs are found by.
fn enough(radius_m: f64, wanted_m: f64) -> bool {
    radius_m >= wanted_m - TOLERANCE_M
}

/// The largest disc to which a way leads, or one that is large enough; where no way is found, the largest of all. Only what is
/// better than the best so far: with a way before without, then the larger.
fn reached(ground: &FreeGround, roads: Option<&Roads>, best: Option<Reached>, wanted_m: f64) -> Option<Reached> {
    let with_way = best.filter(|best| best.way == Some(true));
    let least_m = with_way.map_or(0.0, |best| best.disc.radius_m);
    let mut shut_off: HashSet<Square> = HashSet::new();
    let mut lost: Option<Disc> = None;
    let grid = Grid::over(&ground.land)?;
    for _ in 0..MOST_SHUT_OFF {
        let barred = |at: Coord<f64>| shut_off.contains(&grid.square(at)).then_some(grid.step_m);
        let Some(disc) = ground.largest(least_m, wanted_m, &barred).0 else { break };
        let Some(roads) = roads else {
            return better(Reached { disc, way: None }, best);
        };
        match way(ground, &grid, &disc, roads, table().lane.width_m) {
            Ok(()) => return Some(Reached { disc, way: Some(true) }),
            Err(joined) => {
                lost = lost.or(Some(disc));
                shut_off.extend(joined);
            }
        }
    }
    better(Reached { disc: lost?, way: Some(false) }, best)
}

/// A disc without a known way, if it is larger than the best so far and that has none either.
fn better(one: Reached, best: Option<Reached>) -> Option<Reached> {
    let beats = |best: Reached| best.way != Some(true) && one.disc.radius_m > best.disc.radius_m;
    best.is_none_or(beats).then_some(one)
}

/// Buildings that stand on land or touch it.
fn standing(ground: &Ground<'_>, boundary: &MultiPolygon<f64>) -> Vec<Polygon<f64>> {
    let Some(bounds) = boundary.bounding_rect() else { return Vec::new() };
    let (low, high) = (bounds.min(), bounds.max());
    let near = ground.cache.slots_in_envelope([low.x, low.y], [high.x, high.y], FeatureKind::Building);
    let there = near.into_iter().filter(|at| ground.presence.buildings[*at]);
    there.flat_map(|at| ground.park.buildings[at].footprint.iter().cloned()).collect()
}

/// Whether trucks come by roads of a class: not by railways, nor by ways for walkers and cyclists.
pub(super) fn trucks_come_by(class: &str) -> bool {
    let class = class.to_lowercase();
    !table().no_roads.iter().any(|word| class.contains(word.as_str()))
}

/// Roads near land that trucks come by; `None` where none is on record with its class.
fn roads(ground: &Ground<'_>, boundary: &MultiPolygon<f64>) -> Option<Roads> {
    let within_m = table().road_within_m;
    let bounds = boundary.bounding_rect()?;
    let (low, high) = (bounds.min(), bounds.max());
    let of = ground.park.roads.iter().filter(|road| road.class.as_deref().is_some_and(trucks_come_by));
    let near = of.flat_map(|road| road.line.iter()).filter(|line| {
        line.bounding_rect().is_some_and(|rect| {
            let (a, b) = (rect.min(), rect.max());
            a.x <= high.x + within_m && b.x >= low.x - within_m && a.y <= high.y + within_m && b.y >= low.y - within_m
        })
    });
    let lines: Vec<Vec<Coord<f64>>> = near.map(|line| line.0.clone()).collect();
    (!lines.is_empty()).then_some(Roads { lines, within_m })
}

/// On what a verdict of room to turn rests.
pub(super) fn because(vehicle: &str, own: bool) -> Words {
    let vehicle = called(vehicle, own);
    let (lane, clearance) = (format!("{:.1}", table().lane.width_m), format!("{:.1}", table().clearance_m));
    words!(
        "pitch-turning-tried",
        "{vehicle}: a circle on free ground beside the hall, {clearance} m kept free around it, and a way of {lane} m from the \
         road",
        vehicle = vehicle,
        clearance = clearance,
        lane = lane,
    )
}

#[cfg(test)]
mod tests {
    use super::disc::apart_m;
    use super::*;

    #[test]
    fn the_shipped_table_says_where_each_figure_comes_from() {
        let table = table();
        assert!(table.no_roads.iter().all(|word| !word.is_empty() && *word == word.to_lowercase()));
        assert!(table.clearance_m >= 0.0 && table.lane.width_m > 0.0 && table.road_within_m > 0.0);
        for (name, of) in &table.vehicles {
            assert!(
                of.outer_radius_m > of.inner_radius_m && of.inner_radius_m >= 0.0 && of.overhang_m >= 0.0,
                "{name}"
            );
            assert!(["verified", "secondary", "memory", "default"].contains(&of.status.as_str()), "{name}");
            assert!(!of.standard.is_empty() && !of.edition.is_empty() && !of.clause.is_empty(), "{name}");
        }
        assert_eq!(swept_m(&articulated()), Some(12.5));
        assert!(source("articulated", false).contains("96/53/EC") && swept_m("sledge").is_none());
        assert!(
            !source("articulated", true).contains("96/53/EC"),
            "a radius of the pitch's own is not the directive's"
        );
        for vehicle in table.vehicles.keys() {
            assert!(called(vehicle, false).key().is_some(), "{vehicle} is called something in other languages");
        }
        assert_eq!(called("road_train", false), "road train");
        assert!(because("large_truck", false).starts_with("large truck without trailer: "));
    }

    #[test]
    fn a_circle_is_drawn_with_its_radius() {
        let centre = Coord { x: 356_000.0, y: 3_431_000.0 };
        let fit = TurningFit { centre, radius_m: 12.5, inner_radius_m: 5.3, room_m: 13.0, hall: None, yard: None };
        for corner in fit.circle().exterior().coords() {
            assert!((apart_m(centre, *corner) - 12.5).abs() < 1e-6);
        }
    }
}
