//! What helps in an emergency and what can cause one: hydrants, assembly points, gates, cameras, shelters; tanks and stores.
//!
//! Whether they are enough is left to `analysis`.

use super::blocks::Block;
use super::dice::Dice;
use super::layout::Layout;
use super::massing::{IN_USE, Massing};
use super::networks::Network;
use super::parcels::{Parcel, front, inside_front};
use super::plane::{P, p};
use super::site::Purpose;
use super::stories::Story;
use super::streets::{StreetClass, Streets};
use super::zoning::LandUse;

/// A resource; `kind` is the word of the file.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) state: &'static str,
    pub(super) at: P,
    /// Persons, or vehicles of a station.
    pub(super) capacity: Option<i64>,
    pub(super) flow_l_s: Option<f64>,
    pub(super) bearing_deg: Option<f64>,
    pub(super) range_m: Option<f64>,
}

/// Words of resources and what they mean to the store.
pub(super) const RESOURCE_WORDS: [(&str, &str); 7] = [
    ("消火栓", "hydrant"),
    ("应急集合点", "assembly_point"),
    ("消防站", "fire_station"),
    ("应急避难场所", "shelter"),
    ("医疗救护点", "hospital"),
    ("监控摄像头", "camera"),
    ("出入口", "gate"),
];

/// A hazard source.
#[derive(Debug)]
pub(super) struct Hazard {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) substance: &'static str,
    pub(super) cas: &'static str,
    pub(super) quantity_t: f64,
    pub(super) height_m: f64,
    pub(super) diameter_m: f64,
    pub(super) ring: Vec<P>,
}

const WORKING: &str = "正常";
const BROKEN: &str = "停用";

fn resource(kind: &'static str, name: String, at: P) -> Resource {
    Resource { kind, name, state: WORKING, at, capacity: None, flow_l_s: None, bearing_deg: None, range_m: None }
}

/// All resources.
pub(super) fn resources(
    layout: &Layout,
    streets: &Streets,
    blocks: &[Block],
    parcels: &[Parcel],
    water: &Network,
) -> Vec<Resource> {
    let mut out = Vec::new();
    let mut dice = Dice::new(layout.seed, "emergency", 0);
    let hydrants = water.points.iter().filter(|point| point.word == "消防栓");
    for (k, point) in hydrants.enumerate() {
        let mut hydrant = resource("消火栓", format!("XHS-{:04}", k + 1), point.xy);
        // One in 28 is out of service; the first such one stands near the middle of the list.
        if k % 28 == 13 {
            hydrant.state = BROKEN;
        }
        hydrant.flow_l_s = Some((dice.range(10.0, 15.0) * 2.0).round() / 2.0);
        out.push(hydrant);
    }
    assembly_points(blocks, parcels, &mut dice, &mut out);
    stations(parcels, &mut out);
    gates(layout, streets, parcels, &mut out);
    cameras(layout, streets, &mut dice, &mut out);
    out
}

/// One in each second block, in front of its largest parcel in use, and in every park.
fn assembly_points(blocks: &[Block], parcels: &[Parcel], dice: &mut Dice, out: &mut Vec<Resource>) {
    let mut largest: Vec<Option<usize>> = vec![None; blocks.len()];
    for (i, parcel) in parcels.iter().enumerate() {
        let suits = matches!(parcel.story, Story::Operating | Story::FirstPhase | Story::Public);
        if suits && largest[parcel.block].is_none_or(|j| parcels[j].area_m2() < parcel.area_m2()) {
            largest[parcel.block] = Some(i);
        }
    }
    let mut number = 0;
    for (b, largest) in largest.iter().enumerate() {
        let Some(parcel) = largest.map(|i| &parcels[i]) else { continue };
        if b % 2 == 1 && parcel.land_use != LandUse::Green {
            continue;
        }
        if let Some(at) = inside_front(parcel, 0.22, 6.0) {
            number += 1;
            let mut point = resource("应急集合点", format!("{number}号应急集合点"), at.to_mm());
            point.capacity = Some(dice.int(6, 30) * 50);
            out.push(point);
        }
    }
}

fn stations(parcels: &[Parcel], out: &mut Vec<Resource>) {
    for parcel in parcels {
        let (kind, name, capacity) = match parcel.land_use {
            LandUse::Fire => ("消防站", "清溪工业园消防救援站", Some(7)),
            LandUse::Health => ("医疗救护点", "清溪工业园医疗救护点", None),
            LandUse::Government => ("应急避难场所", "管委会应急避难场所", Some(1200)),
            LandUse::Green => {
                ("应急避难场所", "公园应急避难场所", Some((parcel.area_m2() * 0.3 / 2.0 / 100.0) as i64 * 100))
            }
            _ => continue,
        };
        let Some(at) = inside_front(parcel, 0.5, 7.0) else { continue };
        let mut station = resource(kind, name.to_owned(), at.to_mm());
        station.capacity = capacity;
        out.push(station);
    }
}

/// Gates of the park where arterials and bridges leave it, and of compounds over 1.2 ha.
fn gates(layout: &Layout, streets: &Streets, parcels: &[Parcel], out: &mut Vec<Resource>) {
    let (w, h) = layout.extent();
    for street in &streets.list {
        if street.class != StreetClass::Arterial {
            continue;
        }
        for (end, inside) in [(street.a, 1.0), (street.b, -1.0)] {
            let outside = end.x < -1.0 || end.y < -1.0 || end.x > w + 1.0 || end.y > h + 1.0;
            if outside {
                let at = end + street.direction() * (inside * 165.0);
                out.push(resource("出入口", format!("{}园区出入口", street.name), layout.place(at).to_mm()));
            }
        }
    }
    for parcel in parcels {
        let fenced = parcel.land_use.industrial()
            && matches!(parcel.story, Story::Operating | Story::FirstPhase | Story::OldUse);
        if fenced
            && parcel.area_m2() > 12_000.0
            && let Some((at, _)) = front(parcel, 0.5)
        {
            out.push(resource("出入口", format!("{}厂区大门", parcel.number), at.to_mm()));
        }
    }
}

/// Two cameras at each junction of arterials and collectors, looking along the streets.
fn cameras(layout: &Layout, streets: &Streets, dice: &mut Dice, out: &mut Vec<Resource>) {
    let mut number = 0;
    for junction in &streets.junctions {
        let major = junction.streets.iter().filter(|&&s| streets.list[s].class <= StreetClass::Collector).count();
        if major < 2 {
            continue;
        }
        let corner = junction.streets.iter().map(|&s| streets.list[s].width_m / 2.0 + 1.5).fold(0.0, f64::max);
        for (side, &s) in [-1.0, 1.0].iter().zip(&junction.streets) {
            number += 1;
            let along = streets.list[s].direction();
            let at = junction.at + (along + along.left()) * (corner * side);
            let (here, ahead) = (layout.place(at), layout.place(at - along * (60.0 * side)));
            let view = ahead - here;
            let bearing = view.x.atan2(view.y).to_degrees().rem_euclid(360.0).round();
            let mut camera = resource("监控摄像头", format!("JK-{number:04}"), here.to_mm());
            camera.bearing_deg = Some(if bearing >= 360.0 { 0.0 } else { bearing });
            camera.range_m = Some(*dice.pick(&[80.0, 100.0, 120.0]));
            if number % 37 == 20 {
                camera.state = BROKEN;
            }
            out.push(camera);
        }
    }
}

/// Tanks, and stores and plants with dangerous goods.
pub(super) fn hazards(parcels: &[Parcel], massing: &Massing) -> Vec<Hazard> {
    let mut out = Vec::new();
    for (k, (parcel, tank)) in massing.tanks.iter().enumerate() {
        let volume = std::f64::consts::PI * tank.radius_m * tank.radius_m * tank.height_m;
        let ring = (0..24)
            .map(|s| (tank.centre + p(tank.radius_m, 0.0).turned(std::f64::consts::TAU * f64::from(s) / 24.0)).to_mm())
            .collect();
        out.push(Hazard {
            key: format!("WXY-{:03}", k + 1),
            name: format!("{}储罐V{}", parcels[*parcel].number, k + 1),
            kind: "储罐",
            substance: tank.substance.name,
            cas: tank.substance.cas,
            quantity_t: (volume * tank.substance.density * 0.85).min(tank.substance.most_t).round(),
            height_m: (tank.height_m * 10.0).round() / 10.0,
            diameter_m: (tank.radius_m * 20.0).round() / 10.0,
            ring,
        });
    }
    for building in massing.buildings.iter().filter(|b| b.state == IN_USE) {
        let (kind, substance, cas, quantity_t) = match (building.purpose, building.name) {
            (Purpose::Warehouse, "冷链仓库") => ("制冷系统", "液氨 ammonia", "7664-41-7", 4.5),
            (Purpose::Warehouse, "甲类仓库") => ("仓库", "丙酮 acetone", "67-64-1", 45.0),
            (Purpose::Utility, "调压站") => ("调压站", "天然气 methane", "74-82-8", 0.4),
            _ => continue,
        };
        let number = out.len() + 1;
        out.push(Hazard {
            key: format!("WXY-{number:03}"),
            name: format!("{}{}", parcels[building.parcel].number, building.name),
            kind,
            substance,
            cas,
            quantity_t,
            height_m: building.height_m,
            diameter_m: 0.0,
            ring: building.ring.clone(),
        });
    }
    out
}
