//! What a step of the time slider takes on a made-up park of many parcels: what stands, the overlays, the ranked list, and letting go of
//! what was there before. Median of the steps, wall clock and processor time of all threads.
//!
//! `cargo run -p analysis --example land_steps -- [PARCELS]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use analysis::land::indicators::LandModel;
use analysis::land::scheme::Scheme;
use analysis::land::{IdleSteps, idle_overlay, utilisation_overlay};
use analysis::planner::land_list;
use analysis::rules::RuleSet;
use chrono::{Datelike, Months, NaiveDate};
use geo::{Coord, MultiPolygon, Rect};
use spatial_db::cache::Cache;
use spatial_db::model::{
    Building, EventKind, LandContract, LandEvent, Parcel, Park, ParkSnapshot, Presence, Provenance,
};

/// Steps that are timed.
const STEPS: u32 = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parcels: usize = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).ok_or("no such day")?;
    let park = Arc::new(park(parcels, as_of));
    let rules = RuleSet::shipped();
    let scheme = Scheme::named("national-2008").ok_or("no such scheme")?;
    let cache = Cache::build(Arc::clone(&park));
    // What stands where is worked out once.
    drop(idle_overlay(&cache, &rules, as_of));
    println!("{parcels} parcels, {} buildings, {} contracts", park.buildings.len(), park.contracts.len());
    let days: Vec<NaiveDate> =
        (1..=STEPS).filter_map(|years| as_of.checked_sub_months(Months::new(12 * years))).collect();
    let tell = |what: &str, made: &mut dyn FnMut(NaiveDate)| {
        let mut walls = Vec::new();
        let before = processor();
        for day in &days {
            let began = Instant::now();
            made(*day);
            walls.push(began.elapsed());
        }
        let busy = processor().saturating_sub(before) / STEPS;
        walls.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "  {what}: {:.1} ms, worst {:.1} ms; processor {:.0} ms",
            ms(walls[walls.len() / 2]),
            ms(walls[walls.len() - 1]),
            ms(busy)
        );
    };
    tell("what stands (in the frame; within one aimed for)", &mut |day| drop(Presence::on(&park, day)));
    let began = Instant::now();
    let steps = IdleSteps::of(&cache, &rules, None);
    println!("  steps of idle land, once, beside the frame: {:.1} s", began.elapsed().as_secs_f64());
    tell("idle land by its steps (in the frame; within one aimed for)", &mut |day| {
        std::mem::forget(steps.on(&cache, &rules, day));
    });
    tell("idle land with its reasons (beside the frame)", &mut |day| {
        std::mem::forget(idle_overlay(&cache, &rules, day));
    });
    tell("utilisation (beside the frame)", &mut |day| std::mem::forget(utilisation_overlay(&cache, &rules, day)));
    tell("ranked list (beside the frame)", &mut |day| {
        let presence = Presence::on(&park, day);
        std::mem::forget(land_list(&LandModel::of(&cache, &presence, &rules, day), &scheme));
    });
    let mut overlays: Vec<_> = days.iter().map(|day| idle_overlay(&cache, &rules, *day)).collect();
    tell("letting go of idle land (beside the frame)", &mut |_| drop(overlays.pop()));
    let overlay = idle_overlay(&cache, &rules, as_of);
    tell("a copy of idle land", &mut |_| std::mem::forget(overlay.clone()));
    Ok(())
}

/// Processor time of all threads so far, as Linux tells it.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn square(x: f64, y: f64, side: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![Rect::new(Coord { x, y }, Coord { x: x + side, y: y + side }).to_polygon()])
}

/// A square of parcels of a hectare; three of four built on in some year, every second under contract, some of them late.
fn park(count: usize, as_of: NaiveDate) -> ParkSnapshot {
    let mut park = ParkSnapshot::empty(Park { as_of: Some(as_of), ..Park::made_up("made-up", "Made up", 4549) });
    let across = (count as f64).sqrt().ceil() as usize;
    for at in 0..count {
        let id = at as i64 + 1;
        let (x, y) = (500_000.0 + (at % across) as f64 * 110.0, 3_400_000.0 + (at / across) as f64 * 110.0);
        let year = as_of.year() - (at % 15) as i32;
        park.parcels.push(Parcel {
            number: Some(format!("N-{id:06}")),
            holder: Some(format!("Works {}", at % 500)),
            land_use: Some("industry".into()),
            land_use_code: Some("100101".into()),
            land_use_scheme: Some("planning-2023".into()),
            industry_code: Some("34".into()),
            recorded_area_m2: Some(10_000.0),
            ..Parcel::bare(id, Provenance::keyed(format!("P{id}")), square(x, y, 100.0))
        });
        if at % 4 != 0 {
            park.buildings.push(Building {
                use_text: Some("workshop".into()),
                storeys: Some(2.0),
                storey_height_m: Some(4.0),
                height_m: Some(8.0),
                year_built: Some(year),
                ..Building::bare(
                    id,
                    Provenance::keyed(format!("B{id}")),
                    square(x + 10.0, y + 10.0, 10.0 + (at % 7) as f64 * 10.0),
                )
            });
        }
        if at % 2 == 0 {
            let day = |years: i32| NaiveDate::from_ymd_opt(year + years, 3, 1);
            let key = format!("C{id}");
            if at % 3 == 0 {
                park.events.extend(day(0).map(|date| {
                    LandEvent::bare(id, Provenance::keyed(format!("E{id}")), key.clone(), EventKind::Start, date)
                }));
            }
            park.contracts.push(LandContract {
                signed: day(-1),
                agreed_start: day(0),
                agreed_completion: day(2),
                land_price: Some(4e6),
                total_investment: Some(3e7),
                currency: Some("CNY".into()),
                area_due_m2: Some(10_000.0),
                ..LandContract::bare(id, Provenance::keyed(key), format!("P{id}"))
            });
        }
    }
    park
}
