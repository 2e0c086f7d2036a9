//! All indicators of every parcel of a park in the store, by the program and by SQL on the same server, compared value by value.
//!
//! `cargo run -p analysis --example land_indicators -- URL PARK`

use std::sync::Arc;
use std::time::Instant;

use analysis::land::indicators::{Indicator, LandModel};
use analysis::land::{idle_overlay, utilisation_overlay};
use analysis::rules::RuleSet;
use chrono::Datelike;
use spatial_db::cache::Cache;
use spatial_db::model::Presence;
use spatial_db::store::{LandQuestion, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(park)) = (arguments.next(), arguments.next()) else {
        return Err("usage: land_indicators URL PARK".into());
    };
    let mut store = Store::connect(&url)?;
    let began = Instant::now();
    let snapshot = Arc::new(store.snapshot(&park)?);
    let loaded = began.elapsed();
    let as_of = snapshot.park.as_of.unwrap_or_else(|| chrono::Local::now().date_naive());
    let rules = RuleSet::shipped();

    let began = Instant::now();
    let cache = Cache::build(Arc::clone(&snapshot));
    let tree = began.elapsed();
    let model = LandModel::of(&cache, &Presence::on(&snapshot, as_of), &rules, as_of);
    let readings = model.all();
    let ours = began.elapsed();

    // On another day what stands where is known already.
    let began = Instant::now();
    let another = as_of - chrono::Days::new(400);
    let model = LandModel::of(&cache, &Presence::on(&snapshot, another), &rules, another);
    let readings_then = model.all();
    let again = began.elapsed();

    // What a step of the time slider needs, in the window beside the frame.
    let steps = [1, 2, 3].map(|years| {
        let began = Instant::now();
        let day = as_of - chrono::Months::new(12 * years);
        let there = Presence::on(&snapshot, day);
        let presence = began.elapsed();
        let began = Instant::now();
        let overlays = [idle_overlay(&cache, &rules, day), utilisation_overlay(&cache, &rules, day)];
        let made = began.elapsed();
        drop((there, overlays));
        (presence, made)
    });
    let (presence, made) = steps[1];
    println!(
        "a step of a year: what stands {:.1} ms, the overlays of idle land and use {:.0} ms",
        presence.as_secs_f64() * 1e3,
        made.as_secs_f64() * 1e3
    );

    let began = Instant::now();
    let question = LandQuestion {
        as_of,
        tall_storey_m: rules.figure("land", "tall_storey_m").value,
        last_year: i64::from(as_of.year() - 1),
        administration: &["office", "办公", "宿舍", "食堂", "生活", "门卫"],
        unfinished: &["在建", "停建"],
        vacant: &["空置", "闲置", "停用", "vacant", "unoccupied", "empty"],
        used: &["在用", "使用中", "自用", "出租", "in use", "occupied", "let", "temporary"],
        cover_complete: rules.figure("land", "cover_complete").value,
    };
    let theirs = store.land_indicators(snapshot.park.park_id, &question)?;
    let server = began.elapsed();

    let (mut known, mut differ) = (0_usize, 0_usize);
    for ((parcel, mine), (id, their)) in snapshot.parcels.iter().zip(&readings).zip(&theirs) {
        if parcel.id != *id {
            return Err(format!("the server answers for {id:?}, not {:?}", parcel.id).into());
        }
        for ((indicator, mine), their) in Indicator::ALL.iter().zip(mine).zip(their) {
            known += usize::from(mine.value.is_some());
            let same = match (mine.value, their) {
                (Some(mine), Some(their)) => (mine - their).abs() <= 1e-6 * their.abs().max(1e-3),
                (None, None) => true,
                _ => false,
            };
            if !same {
                differ += 1;
                if differ <= 5 {
                    println!("{} {indicator:?}: {:?}, server {their:?}", parcel.provenance.key, mine.value);
                }
            }
        }
    }
    let all = readings.len() * Indicator::ALL.len();
    println!(
        "{} parcels, {} buildings on {as_of}: {known} of {all} values known, {differ} differ",
        snapshot.parcels.len(),
        snapshot.buildings.len()
    );
    println!(
        "  indicators {:.2} s (of which R-tree {:.2} s; 20 s aimed for with a million parcels), on another day {:.2} s; SQL {:.2} s; ratio {:.1} (5 aimed for); loading the park {:.2} s",
        ours.as_secs_f64(),
        tree.as_secs_f64(),
        again.as_secs_f64(),
        server.as_secs_f64(),
        server.as_secs_f64() / ours.as_secs_f64(),
        loaded.as_secs_f64()
    );
    drop(readings_then);
    if differ > 0 {
        return Err(format!("{differ} values differ").into());
    }
    Ok(())
}
