//! Drains: storm water falls along the streets to the river, sewage to the works, the south bank's over a pumping station.
//!
//! Each chamber drains towards the nearest outlet; bottoms are set from the upper ends downwards.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pressure::year_laid;
use super::routes::Routes;
use super::{Ground, Network, Pipe, Section};
use crate::sample::layout::{RIVER_ROW, ROWS_PER_BAND};
use crate::sample::plane::p;
use crate::sample::streets::StreetClass;
use crate::sample::zoning::LandUse;

/// A chamber whose outlet would lie deeper gets a pump, m.
const DEEPEST_M: f64 = 8.5;

/// Rules of a drain: cover over the top, size by drained length, connections.
struct Plan {
    cover_m: f64,
    /// Nominal diameters in mm with the street length that each can drain, m.
    sizes: [(f64, u32); 6],
    share: f64,
    spacing_m: f64,
    branch_mm: u32,
}

fn least_fall(diameter_mm: u32) -> f64 {
    match diameter_mm {
        0..=400 => 0.003,
        401..=500 => 0.002,
        _ => 0.0012,
    }
}

/// Storm drains, with an outfall wherever a street comes to the river.
pub(super) fn storm(ground: &Ground<'_>) -> Network {
    let mut routes = Routes::new(*ground, true, |s| {
        let street = &ground.streets.list[s];
        (street.class != StreetClass::Rail).then(|| -(0.30 * street.width_m / 2.0).max(1.5))
    });
    let plan = Plan {
        cover_m: 1.75,
        sizes: [(130.0, 400), (350.0, 600), (900.0, 800), (2200.0, 1000), (4500.0, 1200), (f64::INFINITY, 1500)],
        share: 0.20,
        spacing_m: 40.0,
        branch_mm: 300,
    };
    let mut outlets = Vec::new();
    for (band, row) in (0..ground.layout.bands()).map(|b| (b, b * ROWS_PER_BAND + RIVER_ROW)) {
        for (side, line) in [(-1.0, row), (1.0, row + 1)] {
            let street = ground.streets.around(0, line.min(ground.layout.rows.len() - 2))[0];
            for &u in &ground.layout.columns {
                let along = u - ground.streets.list[street].a.x + 14.0;
                let Some(manhole) = routes.stop(street, along).or_else(|| routes.stop(street, along - 28.0)) else {
                    continue;
                };
                let at = ground.layout.plan(routes.points[manhole].xy);
                let (centre, half) = ground.layout.river(band, at.x);
                let outfall = routes.point(p(at.x, centre + side * (half + 3.0)));
                routes.points[outfall].word = "出水口";
                outlets.push((manhole, outfall));
            }
        }
    }
    drain(routes, &plan, &outlets, true)
}

/// Sewers to the tile's works; the south bank's are pumped over the bridge.
pub(super) fn sewage(ground: &Ground<'_>) -> Network {
    let mut routes = Routes::new(*ground, true, |s| {
        let street = &ground.streets.list[s];
        (street.class != StreetClass::Rail).then(|| (0.28 * street.width_m / 2.0).max(1.5))
    });
    let plan = Plan {
        cover_m: 2.05,
        sizes: [(500.0, 300), (1800.0, 400), (5000.0, 500), (10_000.0, 600), (20_000.0, 800), (f64::INFINITY, 1000)],
        share: 0.14,
        spacing_m: 44.0,
        branch_mm: 300,
    };
    let mut outlets = Vec::new();
    for (i, parcel) in ground.parcels.iter().enumerate() {
        if parcel.land_use == LandUse::SewageWorks
            && let Some((tap, works, _)) = routes.connect(i, 0.5)
        {
            routes.points[works].word = "污水处理厂";
            outlets.push((tap, works));
        }
    }
    let crossings = pumped_crossings(ground, &mut routes, &mut outlets);
    let mut network = drain(routes, &plan, &outlets, false);
    for [station, south, north, manhole] in crossings {
        for i in [south, north] {
            network.points[i].depth_m = 1.5;
        }
        for (a, b) in [(station, south), (south, north), (north, manhole)] {
            network.pipes.push(Pipe {
                a,
                b,
                depth_a_m: 1.5,
                depth_b_m: 1.5,
                section: Section::Round(300),
                year: 2014,
                pressure: "0.3MPa",
            });
        }
    }
    network
}

/// A pumping station at the south end of each arterial bridge: station, ends of the rising main, chamber on the north bank.
fn pumped_crossings(
    ground: &Ground<'_>,
    routes: &mut Routes<'_>,
    outlets: &mut Vec<(usize, usize)>,
) -> Vec<[usize; 4]> {
    let mut crossings = Vec::new();
    for band in 0..ground.layout.bands() {
        let row = band * ROWS_PER_BAND + RIVER_ROW;
        let (south, north) = (ground.streets.around(0, row)[0], ground.streets.around(0, row)[2]);
        for tile in 0..ground.layout.tiles.len() - 1 {
            let u = ground.layout.columns[ground.layout.arterial_of(tile)];
            let on = |street: usize, u: f64| u - ground.streets.list[street].a.x;
            let (Some(tap), Some(manhole)) =
                (routes.stop(south, on(south, u + 30.0)), routes.stop(north, on(north, u + 30.0)))
            else {
                continue;
            };
            let (low, high) = (ground.layout.rows[row], ground.layout.rows[row + 1]);
            let station = routes.point(p(u + 30.0, low + 11.0));
            routes.points[station].word = "泵站";
            let a = routes.point(p(u + 9.0, low + 14.0));
            let b = routes.point(p(u + 9.0, high - 14.0));
            outlets.push((tap, station));
            crossings.push([station, a, b, manhole]);
        }
    }
    crossings
}

/// Lay the drains: `outlets` are pairs of a chamber and what it drains to.
fn drain(mut routes: Routes<'_>, plan: &Plan, outlets: &[(usize, usize)], gullies: bool) -> Network {
    let ground = routes.ground;
    let mut branches = Vec::new();
    for i in 0..ground.parcels.len() {
        if ground.served[i] && !ground.sparse && ground.parcels[i].land_use != LandUse::SewageWorks {
            branches.extend(routes.connect(i, plan.share));
        }
    }
    routes.fill(plan.spacing_m * if ground.sparse { 1.7 } else { 1.0 }, "检修井");
    if gullies && !ground.sparse {
        branches.extend(place_gullies(&mut routes));
    }
    let mut lines = routes.lines();
    let first_outlet = lines.len();
    lines.extend(outlets.iter().map(|&(manhole, outlet)| (usize::MAX, manhole, outlet)));
    let n = routes.points.len();
    let length = |a: usize, b: usize| (routes.points[a].xy - routes.points[b].xy).len().max(0.1);

    let mut at: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (k, &(_, a, b)) in lines.iter().enumerate() {
        at[a].push(k);
        at[b].push(k);
    }
    // Which way every chamber drains: shortest way to an outlet, going uphill counted dear.
    let mut way: Vec<Option<usize>> = vec![None; n];
    let mut cost = vec![f64::INFINITY; n];
    let mut order = Vec::with_capacity(n);
    let mut queue = BinaryHeap::new();
    for &(_, outlet) in outlets {
        cost[outlet] = 0.0;
        queue.push(Reverse((0_u64, outlet)));
    }
    let mut done = vec![false; n];
    let mut lowest_first: Vec<usize> = (0..n).filter(|&i| !at[i].is_empty()).collect();
    lowest_first.sort_by(|&x, &y| routes.points[x].ground_m.total_cmp(&routes.points[y].ground_m).then(x.cmp(&y)));
    let mut lonely = lowest_first.into_iter();
    let mut pumps = Vec::new();
    loop {
        while let Some(Reverse((_, i))) = queue.pop() {
            if done[i] {
                continue;
            }
            done[i] = true;
            order.push(i);
            for &k in &at[i] {
                let (_, a, b) = lines[k];
                let j = if a == i { b } else { a };
                let climb = (routes.points[i].ground_m - routes.points[j].ground_m).max(0.0);
                let next = cost[i] + length(i, j) + 60.0 * climb;
                if !done[j] && next < cost[j] {
                    cost[j] = next;
                    way[j] = Some(k);
                    queue.push(Reverse((next.to_bits(), j)));
                }
            }
        }
        // A part without an outlet gets a pumping station at its lowest point.
        let Some(next) = lonely.by_ref().find(|&i| !done[i]) else { break };
        cost[next] = 0.0;
        pumps.push(next);
        queue.push(Reverse((0, next)));
    }

    // From the upper ends down: drained length, size, bottom.
    let mut drained = vec![0.0; n];
    let mut bottom = vec![f64::INFINITY; n];
    let mut pipes = Vec::new();
    let mut size_at = vec![plan.sizes[0].1; n];
    for &i in order.iter().rev() {
        let ground_m = routes.points[i].ground_m;
        let size = plan.sizes.iter().find(|s| drained[i] < s.0).map_or(plan.sizes[5].1, |s| s.1).max(size_at[i]);
        let shallow = ground_m - plan.cover_m - f64::from(size) / 1000.0;
        let mut out = bottom[i].min(shallow);
        bottom[i] = out;
        let Some(k) = way[i] else { continue };
        if ground_m - out > DEEPEST_M {
            pumps.push(i);
            out = shallow;
        }
        let (street, a, b) = lines[k];
        let j = if a == i { b } else { a };
        let run = length(i, j);
        let below = routes.points[j].ground_m - plan.cover_m.min(0.4) - f64::from(size) / 1000.0;
        let arrive = if k >= first_outlet {
            (out - least_fall(size) * run).min(below)
        } else {
            (out - least_fall(size) * run).min(routes.points[j].ground_m - plan.cover_m - f64::from(size) / 1000.0)
        };
        bottom[j] = f64::min(bottom[j], arrive);
        size_at[j] = size_at[j].max(size);
        drained[j] += drained[i] + run;
        pipes.push(Pipe {
            a: i,
            b: j,
            depth_a_m: ground_m - out,
            depth_b_m: routes.points[j].ground_m - arrive,
            section: Section::Round(size),
            year: if street == usize::MAX { 2013 } else { year_laid(&ground, street) },
            pressure: "",
        });
    }
    for (tap, end, street) in branches {
        let run = length(tap, end);
        let (from, to) = (routes.points[end].ground_m - 1.55, bottom[tap]);
        let from = from.max(to + 0.004 * run);
        let arrive = (from - 0.02 * run).max(to);
        bottom[end] = from;
        pipes.push(Pipe {
            a: end,
            b: tap,
            depth_a_m: routes.points[end].ground_m - from,
            depth_b_m: routes.points[tap].ground_m - arrive,
            section: Section::Round(plan.branch_mm),
            year: year_laid(&ground, street) + 1,
            pressure: "",
        });
    }
    for i in pumps {
        routes.points[i].word = "泵站";
    }
    for (i, point) in routes.points.iter_mut().enumerate() {
        if bottom[i].is_finite() {
            point.depth_m = point.ground_m - bottom[i];
        }
        if matches!(point.word, "直线点" | "三通") {
            point.word = "检修井";
        }
        if point.word == "检修井" {
            point.size_mm = if size_at[i] > 800 { 1500 } else { 1000 };
        }
        point.depth_m = (point.depth_m * 1000.0).round() / 1000.0;
    }
    for pipe in &mut pipes {
        for depth in [&mut pipe.depth_a_m, &mut pipe.depth_b_m] {
            *depth = (*depth * 1000.0).round() / 1000.0;
        }
    }
    Network { points: routes.points, pipes, ..Network::default() }
}

/// A gully at the kerb beside every second chamber.
fn place_gullies(routes: &mut Routes<'_>) -> Vec<(usize, usize, usize)> {
    let mut gullies = Vec::new();
    for s in 0..routes.stops.len() {
        let half = routes.ground.streets.list[s].width_m / 2.0;
        let stops: Vec<(f64, usize)> = routes.stops[s].iter().copied().skip(1).step_by(2).collect();
        for (t, chamber) in stops {
            if routes.points[chamber].word == "检修井" {
                let gully = routes.point(routes.beside(s, t, 0.4 - half));
                routes.points[gully].word = "雨水篦";
                gullies.push((chamber, gully, s));
            }
        }
    }
    gullies
}
