//! `twin calc hydrants` and `twin calc flood`: what a park's own ground and water say.

use analysis::emergency::hazard::{Flood, HazardError, flood};
use analysis::emergency::{Reach, hydrant_reach};
use analysis::rules::RuleSet;
use clap::Args;
use geo::Centroid;
use serde_json::{Value, json};
use spatial_db::cache::Cache;

use super::answer::Answer;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::progress::Progress;

/// Arguments of `twin calc hydrants`.
#[derive(Debug, Args)]
#[command(
    after_help = "Source: GB 50974-2014, protection radius of outdoor hydrants, straight lines; hydrants out of service do not count.\n\n\
    Example:\n  twin calc hydrants qingxi --json"
)]
pub(super) struct HydrantArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// Arguments of `twin calc flood`.
#[derive(Debug, Args)]
#[command(
    after_help = "Source: water level over the grid of heights (FEMA); with --from only ground that is joined to those places (NOAA 2012).\n\n\
    Example:\n  twin calc flood qingxi --level 5.2 --from 560351,3453229 --json"
)]
pub(super) struct FloodArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Level of the water, m, in the height system of the terrain
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    level: f64,
    /// A place that the water comes from, EAST,NORTH; may be given several times; without one every hollow is full
    #[arg(long, value_name = "E,N", value_parser = place, allow_hyphen_values = true)]
    from: Vec<[f64; 2]>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// `EAST,NORTH` in metres.
pub(super) fn place(text: &str) -> Result<[f64; 2], String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let found = text.split_once(',').and_then(|(east, north)| Some([number(east)?, number(north)?]));
    found.ok_or_else(|| format!("`{text}` is no place; write EAST,NORTH in metres"))
}

pub(super) fn cache(park: &str) -> Result<Cache, Failure> {
    let progress = Progress::new(false);
    let loaded = Origin::of(park).load(false, &progress);
    progress.finish();
    Ok(Cache::build(loaded?.0))
}

pub(super) fn run_hydrants(arguments: &HydrantArguments) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let rules = RuleSet::shipped();
    let reach = rules.figure("hydrant", "reach_m");
    let mut answer = Answer::new("hydrant-reach", &reach.citation(), "hoses along real ways, flow and pressure");
    answer.set("park", cache.snapshot().park.slug.as_str());
    answer.set("reach_m", reach.value);
    let mut rows: Vec<Value> = Vec::new();
    let mut counts = [0_usize; 4];
    for (building, reach) in cache.snapshot().buildings.iter().zip(hydrant_reach(&cache, &rules)) {
        let (k, word, distance) = match reach {
            Reach::Whole(distance) => (0, "whole", Some(distance)),
            Reach::Part(distance) => (1, "part", Some(distance)),
            Reach::Outside(distance) => (2, "outside", Some(distance)),
            // Without a hydrant on record, or without a footprint.
            Reach::Unknown | Reach::NoFootprint => (3, "unknown", None),
        };
        counts[k] += 1;
        if k > 0 {
            rows.push(json!({ "building": building.provenance.key, "reached": word, "nearest_hydrant_m": distance }));
        }
    }
    for (key, count) in ["reached_whole", "reached_partly", "not_reached", "reach_unknown"].iter().zip(counts) {
        answer.set(key, count);
    }
    answer.set("buildings_not_whole", rows);
    answer.print(arguments.json)
}

pub(super) fn run_flood(arguments: &FloodArguments) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let snapshot = cache.snapshot();
    let terrain = snapshot
        .terrain
        .as_ref()
        .ok_or(HazardError::Needs { model: "flood by level", input: "a park with terrain" })?;
    let from = (!arguments.from.is_empty()).then_some(arguments.from.as_slice());
    let extent = flood(terrain, &Flood { level_m: arguments.level, from })?;
    let mut answer = Answer::new(
        "flood-by-level",
        "FEMA, level over the terrain; NOAA 2012, joined ground",
        "how the water moves and how long it takes, sewers, dykes finer than the grid",
    );
    answer.set("level_m", arguments.level);
    answer.set("area_m2", extent.area_m2);
    answer.set("volume_m3", extent.volume_m3);
    answer.set("deepest_m", extent.deepest_m);
    answer.set("cells_without_height", extent.unknown_cells);
    let (mut wet, mut unknown) = (Vec::new(), 0_usize);
    for building in &snapshot.buildings {
        let Some(middle) = building.footprint.centroid() else { continue };
        match extent.depth_m([middle.x(), middle.y()]) {
            Some(depth) if depth > 0.0 => wet.push(json!({ "building": building.provenance.key, "depth_m": depth })),
            Some(_) => {}
            None => unknown += 1,
        }
    }
    answer.set("buildings_under_water", wet.len());
    answer.set("buildings_unknown", unknown);
    answer.set("buildings", wet);
    answer.print(arguments.json)
}
