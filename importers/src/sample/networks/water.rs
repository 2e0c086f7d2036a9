//! Water mains with their valves, and the hydrants on them.

use super::pressure::{Plan, finish, half, year_laid};
use super::routes::Routes;
use super::{Ground, Network, Pipe, Section};
use crate::sample::plane::P;
use crate::sample::streets::StreetClass;
use crate::sample::zoning::{LandUse, developing};

/// Hydrants along a street stand this far apart, m (the rule allows 120).
const HYDRANTS_M: f64 = 104.0;

/// Water mains in every street, on the right.
pub(super) fn water(ground: &Ground<'_>) -> Network {
    let mut routes = Routes::new(*ground, false, |s| {
        let street = &ground.streets.list[s];
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
        let street = &ground.streets.list[s];
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
