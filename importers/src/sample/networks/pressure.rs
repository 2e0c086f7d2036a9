//! Networks under pressure or in ducts: gas, heat, power, telecom, industrial gases, the tunnel.
//!
//! Water and its hydrants are left to `water`. Levels are staggered (telecom, gas, water, power, heat) so that crossings mostly keep their clearance.

use super::routes::Routes;
use super::{Ground, Network, Pipe, Section};
use crate::sample::dice::Dice;
use crate::sample::streets::{Street, StreetClass};
use crate::sample::zoning::LandUse;

/// How a network is laid.
pub(super) struct Plan {
    /// Depth to the top, m.
    pub(super) cover_m: f64,
    /// Section of trunk lines.
    pub(super) trunk: fn(StreetClass) -> Section,
    pub(super) branch: Section,
    pub(super) pressure: fn(StreetClass) -> &'static str,
    /// Largest distance of points, m, and their word.
    pub(super) spacing_m: f64,
    pub(super) point: &'static str,
    pub(super) point_mm: u32,
    /// Position of the connections along a parcel's front.
    pub(super) share: f64,
    pub(super) source: LandUse,
    pub(super) source_word: &'static str,
}

pub(super) fn half(street: &Street) -> f64 {
    street.width_m / 2.0
}

fn no_pressure(_: StreetClass) -> &'static str {
    ""
}

/// Gas in the streets but every third local one, on the left pavement.
pub(super) fn gas(ground: &Ground<'_>) -> Network {
    let routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.list[s];
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
        let street = &ground.streets.list[s];
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
        let street = &ground.streets.list[s];
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
        let street = &ground.streets.list[s];
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
    let served: Vec<bool> = ground
        .parcels
        .iter()
        .zip(ground.served)
        .map(|(parcel, served)| *served && parcel.land_use == LandUse::Chemical)
        .collect();
    let ground = &Ground { served: &served, sparse: false, ..*ground };
    let mut wanted = vec![false; ground.streets.list.len()];
    for (i, parcel) in ground.parcels.iter().enumerate() {
        if ground.served[i] {
            wanted[parcel.street] = true;
            for &tag in &parcel.lot.tags {
                if tag >= 0 && ground.streets.list[tag as usize].class != StreetClass::Local {
                    wanted[tag as usize] = true;
                }
            }
        }
    }
    let routes = Routes::new(*ground, false, |s| wanted[s].then(|| -(0.60 * half(&ground.streets.list[s]) + beside)));
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
    without_dead_ends(finish(routes, &plan, "阀门"))
}

/// Lines are kept only where a works is connected farther on: dead ends are cut off.
fn without_dead_ends(mut network: Network) -> Network {
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
    Network { points, pipes: network.pipes, ..Network::default() }
}

/// The utility tunnel under the middle of each east–west arterial.
pub(super) fn tunnel(ground: &Ground<'_>) -> Network {
    // No parcel is connected to it.
    let ground = &Ground { sparse: true, ..*ground };
    let mut routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.list[s];
        (street.class == StreetClass::Arterial && street.direction().x > 0.5).then_some(0.0)
    });
    let (w, _) = ground.layout.extent();
    for s in 0..routes.stops.len() {
        if routes.offset(s).is_some() {
            let start = -ground.streets.list[s].a.x;
            routes.lengthen(s, start + 6.0);
            routes.lengthen(s, start + w - 6.0);
        }
    }
    let plan = Plan {
        cover_m: 2.80,
        trunk: |_| Section::Box(3200, 2800),
        branch: Section::Box(1200, 1200),
        pressure: no_pressure,
        spacing_m: 62.0,
        point: "检修井",
        point_mm: 1000,
        share: 0.5,
        source: LandUse::Reserve,
        source_word: "检修井",
    };
    finish(routes, &plan, "检修井")
}

/// Year in which a street's networks were laid.
pub(super) fn year_laid(ground: &Ground<'_>, street: usize) -> i32 {
    2012 + Dice::new(ground.seed, "laid", street as u64).int(0, 6) as i32
}

/// Connections, chambers, valves at junctions, then depths and lines.
pub(super) fn finish(mut routes: Routes<'_>, plan: &Plan, at_junctions: &'static str) -> Network {
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
        let class = ground.streets.list[street].class;
        pipes.push(Pipe {
            a,
            b,
            depth_a_m: routes.points[a].depth_m,
            depth_b_m: routes.points[b].depth_m,
            section: (plan.trunk)(class),
            year: year_laid(&ground, street),
            pressure: (plan.pressure)(class),
        });
    }
    for (a, b, street, is_source) in branches {
        let class = ground.streets.list[street].class;
        let section = if is_source { (plan.trunk)(StreetClass::Arterial) } else { plan.branch };
        pipes.push(Pipe {
            a,
            b,
            depth_a_m: routes.points[a].depth_m,
            depth_b_m: routes.points[b].depth_m,
            section,
            year: year_laid(&ground, street) + i32::from(!is_source) * 2,
            pressure: (plan.pressure)(class),
        });
    }
    Network { points: routes.points, pipes, ..Network::default() }
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
            if let Some(valve) = routes.stop(street, t)
                && routes.points[valve].word == "直线点"
                && valve != point
            {
                routes.points[valve].word = word;
            }
        }
    }
}
