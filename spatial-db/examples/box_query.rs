//! Box queries through the cache against the same ones in PostGIS, side by side, on a park in the store.
//!
//! `cargo run -p spatial-db --example box_query -- URL PARK [COUNT]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use geo::BoundingRect;
use spatial_db::cache::Cache;
use spatial_db::model::FeatureKind;
use spatial_db::store::Store;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(park)) = (arguments.next(), arguments.next()) else {
        return Err("usage: box_query URL PARK [COUNT]".into());
    };
    let count: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    let mut store = Store::connect(&url)?;
    let began = Instant::now();
    let snapshot = Arc::new(store.snapshot(&park)?);
    let loaded = began.elapsed();
    let began = Instant::now();
    let cache = Cache::build(Arc::clone(&snapshot));
    println!(
        "{} buildings: snapshot {:.2} s, cache {:.2} s",
        snapshot.buildings.len(),
        loaded.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
    let extent = snapshot
        .buildings
        .iter()
        .filter_map(|b| b.footprint.bounding_rect())
        .reduce(|a, b| {
            geo::Rect::new(
                geo::coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
                geo::coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
            )
        })
        .ok_or("the park has no buildings")?;
    for side_m in [100.0, 500.0, 2000.0] {
        let (mut in_cache, mut in_server, mut found) = (Vec::new(), Vec::new(), 0);
        for i in 0..count {
            // Low-discrepancy places, the same in every run.
            let place = |base: f64, span: f64, step: f64| base + span * (step * (i + 1) as f64).fract();
            let x = place(extent.min().x, extent.width(), 0.754_877_666);
            let y = place(extent.min().y, extent.height(), 0.569_840_291);
            let (low, high) = ([x - side_m / 2.0, y - side_m / 2.0], [x + side_m / 2.0, y + side_m / 2.0]);
            let began = Instant::now();
            let mut mine = cache.in_box(low, high, &[FeatureKind::Building]);
            in_cache.push(began.elapsed());
            let began = Instant::now();
            let mut theirs = store.box_query(snapshot.park.park_id, FeatureKind::Building, low, high)?;
            in_server.push(began.elapsed());
            mine.sort();
            theirs.sort();
            if mine != theirs {
                return Err(format!("answers differ in the box {low:?}–{high:?}").into());
            }
            found += mine.len();
        }
        let (mine, theirs) = (median(&mut in_cache), median(&mut in_server));
        println!(
            "box {side_m:>5} m: {:>7.1} found, cache {:>9.1} µs, PostGIS {:>9.1} µs, ratio {:.1}",
            found as f64 / count as f64,
            micros(mine),
            micros(theirs),
            theirs.as_secs_f64() / mine.as_secs_f64()
        );
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
