//! Networks under pressure or in ducts: water with valves and hydrants, gas, heat, power, telecom, industrial gases, the tunnel.
//!
//! Levels are staggered (telecom, gas, water, power, heat) so that crossings mostly keep their clearance.

use super::routes::Routes;
use super::{Ground, Network, Pipe, Section};
use crate::sample::dice::Dice;
use crate::sample::plane::P;
use crate::sample::streets::{Street, StreetClass};
use crate::sample::zoning::{LandUse, developing};

/// Hydrants along a street stand this far apart, m (the rule allows 120).
const HYDRANTS_M: f64 = 104.0;

/// How a network is laid.
struct Plan {
    /// Depth to the top, m.
    cover_m: f64,
    /// Section of trunk lines.
    trunk: fn(StreetClass) -> Section,
    branch: Section,
    pressure: fn(StreetClass) -> &'static str,
    /// Largest distance of points, m, and their word.
    spacing_m: f64,
    point: &'static str,
    point_mm: u32,
    /// Position of the connections along a parcel's front.
    share: f64,
    source: LandUse,
    source_word: &'static str,
}

fn half(street: &Street) -> f64 {
    street.width_m / 2.0
}

fn no_pressure(_: StreetClass) -> &'static str {
    ""
}

/// Water mains in every street, on the right.
pub(super) fn water(ground: &Ground<'_>) -> Network {
    let mut routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        (street.class != StreetClass::Rail).then(|| -(half(street) + 2.6))
    });
    let plan = Plan {
        cover_m: 1.40,
        trunk: |class| {
            Section::Round(match class {
                StreetClass::Arterial => 500,
                StreetClass::Collector => 300,
                _ => 200,
            })
        },
        branch: Section::Round(100),
        pressure: |_| "0.35MPa",
        spacing_m: 92.0,
        point: "直线点",
        point_mm: 0,
        share: 0.40,
        source: LandUse::WaterWorks,
        source_word: "水源",
    };
    let hydrants = place_hydrants(&mut routes);
    let mut network = finish(routes, &plan, "阀门");
    for (tap, hydrant, year) in hydrants {
        network.points[hydrant].word = "消防栓";
        network.points[hydrant].size_mm = 150;
        let depth = network.points[tap].depth_m;
        network.points[hydrant].depth_m = 1.1;
        network.pipes.push(Pipe {
            a: tap,
            b: hydrant,
            depth_a_m: depth,
            depth_b_m: 1.1,
            section: Section::Round(150),
            year,
            pressure: "0.35MPa",
            branch: true,
        });
    }
    network
}

/// Hydrants on the pavement near the kerb. The developing quarter has none yet.
fn place_hydrants(routes: &mut Routes<'_>) -> Vec<(usize, usize, i32)> {
    let ground = routes.ground;
    let mut hydrants = Vec::new();
    for s in 0..routes.stops.len() {
        let Some(offset) = routes.offset(s) else { continue };
        let (Some(&(first, _)), Some(&(last, _))) = (routes.stops[s].first(), routes.stops[s].last()) else { continue };
        let street = &ground.streets.streets[s];
        let pieces = (((last - first) / HYDRANTS_M).ceil() as usize).max(1);
        for k in 0..pieces {
            let t = first + (last - first) * (k as f64 + 0.5) / pieces as f64;
            let at = routes.beside(s, t, 0.0);
            if routes.in_river(at.y, 15.0) || without_hydrants(&ground, at) {
                continue;
            }
            if let Some(tap) = routes.stop(s, t) {
                let kerb = routes.beside(s, t, offset.signum() * (half(street) + 0.8));
                let hydrant = routes.point(kerb);
                hydrants.push((tap, hydrant, year_laid(&ground, s)));
            }
        }
    }
    hydrants
}

/// Inside the developing quarter of a tile, away from its outer streets.
fn without_hydrants(ground: &Ground<'_>, at: P) -> bool {
    let column = ground.layout.columns.partition_point(|&u| u <= at.x + 30.0);
    let row = ground.layout.rows.partition_point(|&v| v <= at.y + 30.0);
    if column == 0 || row == 0 {
        return false;
    }
    let (column, row) = (column.min(ground.layout.columns.len() - 1) - 1, row.min(ground.layout.rows.len() - 1) - 1);
    developing(ground.layout, column, row)
}

/// Gas in the streets but every third local one, on the left pavement.
pub(super) fn gas(ground: &Ground<'_>) -> Network {
    let routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        let laid = match street.class {
            StreetClass::Rail => false,
            StreetClass::Local => s % 3 != 0,
            _ => true,
        };
        laid.then(|| half(street) + 1.6)
    });
    let plan = Plan {
        cover_m: 0.98,
        trunk: |class| {
            Section::Round(match class {
                StreetClass::Arterial => 250,
                StreetClass::Collector => 200,
                _ => 160,
            })
        },
        branch: Section::Round(90),
        pressure: |class| if class == StreetClass::Local { "中压B" } else { "中压A" },
        spacing_m: 78.0,
        point: "直线点",
        point_mm: 0,
        share: 0.62,
        source: LandUse::GasStation,
        source_word: "调压站",
    };
    finish(routes, &plan, "阀门")
}

/// Hot water in arterials and collectors, in the left lane.
pub(super) fn heat(ground: &Ground<'_>) -> Network {
    let routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        (street.class <= StreetClass::Collector).then(|| 0.66 * half(street))
    });
    let plan = Plan {
        cover_m: 2.65,
        trunk: |class| Section::Round(if class == StreetClass::Arterial { 450 } else { 300 }),
        branch: Section::Round(150),
        pressure: |_| "1.6MPa",
        spacing_m: 85.0,
        point: "直线点",
        point_mm: 0,
        share: 0.72,
        source: LandUse::HeatStation,
        source_word: "热源厂",
    };
    finish(routes, &plan, "阀门")
}

/// Power ducts under the right pavement.
pub(super) fn power(ground: &Ground<'_>) -> Network {
    let routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        (street.class != StreetClass::Rail).then(|| -(half(street) + 3.8))
    });
    let plan = Plan {
        cover_m: 2.10,
        trunk: |class| match class {
            StreetClass::Arterial => Section::Box(900, 450),
            StreetClass::Collector => Section::Box(750, 450),
            _ => Section::Box(450, 300),
        },
        branch: Section::Box(300, 150),
        pressure: no_pressure,
        spacing_m: 64.0,
        point: "工井",
        point_mm: 1500,
        share: 0.30,
        source: LandUse::Substation,
        source_word: "变电站",
    };
    finish(routes, &plan, "环网柜")
}

/// Telecom ducts under the left pavement.
pub(super) fn telecom(ground: &Ground<'_>) -> Network {
    let routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        (street.class != StreetClass::Rail).then(|| half(street) + 3.4)
    });
    let plan = Plan {
        cover_m: 0.62,
        trunk: |class| match class {
            StreetClass::Arterial => Section::Box(480, 200),
            StreetClass::Collector => Section::Box(360, 200),
            _ => Section::Box(240, 120),
        },
        branch: Section::Box(120, 120),
        pressure: no_pressure,
        spacing_m: 88.0,
        point: "人孔",
        point_mm: 1200,
        share: 0.80,
        source: LandUse::Telecom,
        source_word: "通信机楼",
    };
    finish(routes, &plan, "手孔")
}

/// Nitrogen or hydrogen between chemical works; `beside` moves the second pipe away from the first, m.
pub(super) fn industrial(ground: &Ground<'_>, beside: f64) -> Network {
    let mut wanted = vec![false; ground.streets.streets.len()];
    for (i, parcel) in ground.parcels.iter().enumerate() {
        if parcel.land_use == LandUse::Chemical && ground.served[i] {
            wanted[parcel.street] = true;
            for &tag in &parcel.lot.tags {
                if tag >= 0 && ground.streets.streets[tag as usize].class != StreetClass::Local {
                    wanted[tag as usize] = true;
                }
            }
        }
    }
    let routes = Routes::new(*ground, false, |s| {
        wanted[s].then(|| -(0.60 * half(&ground.streets.streets[s]) + beside))
    });
    let plan = Plan {
        cover_m: 1.05,
        trunk: |_| Section::Round(150),
        branch: Section::Round(80),
        pressure: |_| "0.8MPa",
        spacing_m: 70.0,
        point: "直线点",
        point_mm: 0,
        share: if beside > 0.0 { 0.54 } else { 0.48 },
        source: LandUse::GasStation,
        source_word: "气站",
    };
    only_between_works(routes, &plan)
}

/// Lines are kept only where a chemical works is connected farther on: dead ends are cut off.
fn only_between_works(routes: Routes<'_>, plan: &Plan) -> Network {
    let ground = routes.ground;
    let served: Vec<bool> =
        ground.parcels.iter().zip(ground.served).map(|(parcel, served)| *served && parcel.land_use == LandUse::Chemical).collect();
    let routes = Routes { ground: Ground { served: &served, sparse: false, ..ground }, ..routes };
    let mut network = finish(routes, plan, "阀门");
    loop {
        let mut links = vec![0_u32; network.points.len()];
        for pipe in &network.pipes {
            links[pipe.a] += 1;
            links[pipe.b] += 1;
        }
        let end = |i: usize| links[i] == 1 && !matches!(network.points[i].word, "预留口" | "气站");
        let before = network.pipes.len();
        let keep: Vec<bool> = network.pipes.iter().map(|pipe| !end(pipe.a) && !end(pipe.b)).collect();
        let mut keep = keep.into_iter();
        network.pipes.retain(|_| keep.next().unwrap_or(true));
        if network.pipes.len() == before {
            break;
        }
    }
    let mut place = vec![usize::MAX; network.points.len()];
    let mut points = Vec::new();
    for pipe in &mut network.pipes {
        for end in [&mut pipe.a, &mut pipe.b] {
            if place[*end] == usize::MAX {
                place[*end] = points.len();
                points.push(network.points[*end].clone());
            }
            *end = place[*end];
        }
    }
    Network { points, pipes: network.pipes }
}

/// The utility tunnel under the middle of each east–west arterial.
pub(super) fn tunnel(ground: &Ground<'_>) -> Network {
    let mut routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.streets[s];
        (street.class == StreetClass::Arterial && street.direction().x > 0.5).then_some(0.0)
    });
    let (w, _) = ground.layout.extent();
    for s in 0..routes.stops.len() {
        if routes.offset(s).is_some() {
            let start = -ground.streets.streets[s].a.x;
            routes.lengthen(s, start + 6.0);
            routes.lengthen(s, start + w - 6.0);
        }
    }
    let plan = Plan {
        cover_m: 2.80,
        trunk: |_| Section::Box(3200, 2800),
        branch: Section::Box(1200, 1200),
        pressure: no_pressure,
        spacing_m: 98.0,
        point: "检修井",
        point_mm: 1000,
        share: 0.5,
        source: LandUse::Reserve,
        source_word: "检修井",
    };
    finish(Routes { ground: Ground { sparse: true, ..routes.ground }, ..routes }, &plan, "检修井")
}

/// Year in which a street's networks were laid.
pub(super) fn year_laid(ground: &Ground<'_>, street: usize) -> i32 {
    2012 + Dice::new(ground.seed, "laid", street as u64).int(0, 6) as i32
}

/// Connections, chambers, valves at junctions, then depths and lines.
fn finish(mut routes: Routes<'_>, plan: &Plan, at_junctions: &'static str) -> Network {
    let ground = routes.ground;
    let mut branches = Vec::new();
    for (i, parcel) in ground.parcels.iter().enumerate() {
        let is_source = parcel.land_use == plan.source;
        if !is_source && (ground.sparse || !ground.served[i]) {
            continue;
        }
        if let Some((tap, end, street)) = routes.connect(i, plan.share) {
            if is_source {
                routes.points[end].word = plan.source_word;
            }
            branches.push((tap, end, street, is_source));
        }
    }
    valves(&mut routes, at_junctions);
    routes.fill(plan.spacing_m * if ground.sparse { 1.6 } else { 1.0 }, plan.point);
    let lines = routes.lines();
    let mut links = vec![0_u32; routes.points.len()];
    for &(_, a, b) in &lines {
        links[a] += 1;
        links[b] += 1;
    }
    for &(tap, ..) in &branches {
        links[tap] += 1;
    }
    let mut dice = Dice::new(ground.seed, "depths", (plan.cover_m * 1000.0) as u64);
    for (i, point) in routes.points.iter_mut().enumerate() {
        point.depth_m = ((plan.cover_m + dice.range(-0.04, 0.06)) * 100.0).round() / 100.0;
        if point.word == "直线点" && links[i] >= 3 {
            point.word = "三通";
        }
        if point.word == "直线点" && plan.point != "直线点" {
            point.word = plan.point;
        }
        if point.word == plan.point {
            point.size_mm = plan.point_mm;
        }
    }
    let mut pipes = Vec::with_capacity(lines.len() + branches.len());
    for (street, a, b) in lines {
        let class = ground.streets.streets[street].class;
        pipes.push(Pipe {
            a,
            b,
            depth_a_m: routes.points[a].depth_m,
            depth_b_m: routes.points[b].depth_m,
            section: (plan.trunk)(class),
            year: year_laid(&ground, street),
            pressure: (plan.pressure)(class),
            branch: false,
        });
    }
    for (a, b, street, is_source) in branches {
        let class = ground.streets.streets[street].class;
        let section = if is_source { (plan.trunk)(StreetClass::Arterial) } else { plan.branch };
        pipes.push(Pipe {
            a,
            b,
            depth_a_m: routes.points[a].depth_m,
            depth_b_m: routes.points[b].depth_m,
            section,
            year: year_laid(&ground, street) + i32::from(!is_source) * 2,
            pressure: (plan.pressure)(class),
            branch: true,
        });
    }
    Network { points: routes.points, pipes }
}

/// A valve (or cabinet, or chamber) on the arms of each junction but the first.
fn valves(routes: &mut Routes<'_>, word: &'static str) {
    for (point, streets) in routes.meetings.clone() {
        let mut arms = Vec::new();
        for (street, t) in streets {
            let (first, last) = (routes.stops[street][0].0, routes.stops[street][routes.stops[street].len() - 1].0);
            arms.extend([t - 4.5, t + 4.5].into_iter().filter(|t| (first..=last).contains(t)).map(|t| (street, t)));
        }
        let most = if word == "阀门" { arms.len().saturating_sub(1) } else { 1 };
        for (street, t) in arms.into_iter().rev().take(most) {
            if let Some(valve) = routes.stop(street, t) {
                if routes.points[valve].word == "直线点" && valve != point {
                    routes.points[valve].word = word;
                }
            }
        }
    }
}
