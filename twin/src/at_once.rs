//! Idle land of a day at once, as the years are moved through: by its steps, which are worked out beside the window when another day is
//! first looked at.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use analysis::land::IdleSteps;
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use twin_engine::OverlayOn;

use crate::at_hand::AtHand;
use crate::cli::OverlayName;
use crate::rules::tables;

/// What finds the overlay of a day: idle land, once its steps are there. On the day of the data cases are told up to today, which steps
/// do not know.
pub(crate) fn at_once(cache: &Arc<Cache>, cases: Option<AtHand>) -> OverlayOn {
    let (cache, rules) = (Arc::clone(cache), &tables().land);
    let (steps, begun) = (Arc::<OnceLock<IdleSteps>>::default(), AtomicBool::new(false));
    Arc::new(move |day: NaiveDate, name: &str| {
        if name != OverlayName::Idle.word() || cases.as_ref().is_some_and(|cases| cases.are_of_today_on(day)) {
            return None;
        }
        if let Some(steps) = steps.get() {
            return Some(steps.on(&cache, rules, day));
        }
        if !begun.swap(true, Ordering::Relaxed) {
            let (steps, cache, cases) = (Arc::clone(&steps), Arc::clone(&cache), cases.clone());
            let work = move || drop(steps.set(IdleSteps::of(&cache, rules, cases.as_ref().map(AtHand::all))));
            // Without a thread for it the overlay is made as before.
            drop(std::thread::Builder::new().name("steps of idle land".into()).spawn(work));
        }
        None
    })
}
