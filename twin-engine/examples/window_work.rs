//! Times of what the window does with many features: search, table filter and sort, recolouring. Not part of the tests.
//!
//! `cargo run --example window_work [buildings]`; 115,436 is New York's downtown as the project imports it.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use spatial_db::model::{Building, FeatureKind, Park, ParkSnapshot, Provenance};
use twin_engine::attribute::{Export, Format, Layer, columns, write_csv};
use twin_engine::query::Query;
use twin_engine::search::Index;

const STREETS: [&str; 8] =
    ["Broadway", "滨江大道", "Water Street", "人民路", "Canal Street", "科技园西路", "Spring Street", "Fulton Street"];

fn park(count: usize) -> ParkSnapshot {
    let header = Park::made_up("bench", "Bench", 32618);
    let mut park = ParkSnapshot::empty(header);
    park.buildings = (0..count)
        .map(|at| {
            let (x, y) = ((at % 400) as f64 * 30.0, (at / 400) as f64 * 30.0);
            let side = 8.0 + (at * 7919 % 23) as f64;
            let ring = vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)];
            Building {
                name: (at % 5 == 0).then(|| format!("Building {at}")),
                address: Some(format!("{} {}", at % 900 + 1, STREETS[at * 31 % STREETS.len()])),
                use_text: Some(if at % 3 == 0 { "vacant loft" } else { "office" }.into()),
                storeys: Some((at % 40) as f64 + 1.0),
                height_m: Some((at % 40) as f64 * 3.1 + 3.0),
                year_built: Some(1900 + (at % 120) as i32),
                ..Building::bare(
                    at as i64,
                    Provenance {
                        key: format!("{}", 1_000_000 + at * 37),
                        layer: "buildings".into(),
                        source_row: at as i64 + 1,
                        ..Provenance::default()
                    },
                    geo::MultiPolygon(vec![geo::Polygon::new(ring.into(), Vec::new())]),
                )
            }
        })
        .collect();
    park
}

fn timed<T>(what: &str, runs: usize, mut work: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{what:<44} median {:>8.2} ms   worst {:>8.2} ms", ms(times[runs / 2]), ms(times[runs - 1]));
}

fn main() -> std::io::Result<()> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(115_436);
    let park = park(count);
    println!("{count} buildings");
    timed("search index", 3, || Index::new(&park));
    let index = Index::new(&park);
    for query in ["broadway", "880 water", "renmin", "bjdd", "1234567", "e", "nothing like this"] {
        timed(&format!("search {query:?}, {} found", index.search(query).len()), 21, || index.search(query));
    }
    let layer = Layer { park: &park, kind: FeatureKind::Building, overlay: None };
    let columns = columns(&park, FeatureKind::Building, None);
    let filter = "area > 300 and use contains \"vacant\" and storeys / 2 < 15";
    let query = Query::parse(filter, &columns).ok().flatten().expect("a filter");
    let fits = || (0..count as u32).filter(|row| query.fits(&layer, &columns, *row as usize)).collect::<Vec<_>>();
    timed(&format!("filter, {} rows fit", fits().len()), 11, fits);
    let address = columns.iter().find(|column| column.name == "address").expect("a column");
    timed("sort by address", 5, || {
        let mut cells: Vec<_> = (0..count).map(|row| (layer.cell(address, row), row)).collect();
        cells.sort_by(|a, b| a.0.order(&b.0));
        cells
    });
    let rows: Vec<u32> = (0..count as u32).collect();
    let path = std::env::temp_dir().join("window-work.csv");
    timed("CSV of every row and column", 3, || write_csv(&path, &layer, &columns, &rows));
    std::fs::remove_file(&path)?;
    let park = Arc::new(park.clone());
    let export =
        || Export::new(Arc::clone(&park), FeatureKind::Building, None, columns.clone(), rows.clone(), String::new());
    timed("export handed to the background", 11, export);
    let path = std::env::temp_dir().join("window-work.gpkg");
    timed("GeoPackage of every row and column", 3, || {
        export().write(&path, Format::GeoPackage, chrono::DateTime::UNIX_EPOCH)
    });
    std::fs::remove_file(&path)
}
