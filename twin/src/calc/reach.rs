//! `twin calc hydrants` and `twin calc flood`: what a park's own ground and water say.

use std::path::{Path, PathBuf};

use analysis::emergency::hazard::{Flood, FloodExtent, HazardError, flood};
use analysis::emergency::{Reach, covered_by, hydrant_reach, parcel_reach};
use analysis::words;
use analysis::words::Words;
use clap::Args;
use geo::Centroid;
use serde_json::{Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, Provenance, TerrainGrid};
use twin_engine::text::Text;

use super::answer::Answer;
use crate::failure::Failure;
use crate::inspect::reader;
use crate::origin::Origin;
use crate::progress::Progress;
use crate::rules::tables;

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
    With --area what lies in the areas of a map, whoever made it.\n\n\
    Examples:\n  twin calc flood qingxi --level 11 --from 558900,3452900 --json\n  \
    twin calc flood cambridge-us --area FEMA_FloodPlains100Year.geojson --json"
)]
pub(super) struct FloodArguments {
    /// Short name of the park, or a package of one
    park: String,
    /// Level of the water, m, in the height system of the terrain
    #[arg(long, value_name = "M", allow_negative_numbers = true, required_unless_present = "area")]
    level: Option<f64>,
    /// File with areas, such as a flood plain of a map, instead of a level: which parcels and buildings lie in them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["level", "from"])]
    area: Option<PathBuf>,
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

pub(super) fn run_hydrants(arguments: &HydrantArguments, text: &Text) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    let rules = &tables().land;
    let reach = rules.figure("hydrant", "reach_m");
    let mut answer = Answer::new(
        "hydrant-reach",
        reach.citation(),
        words!("calc-left-hydrants", "hoses along real ways, flow and pressure"),
    );
    answer.set("park", cache.snapshot().park.slug.as_str());
    answer.set("reach_m", reach.value);
    let park = cache.snapshot();
    let buildings = park.buildings.iter().map(|building| &building.provenance).zip(hydrant_reach(&cache, rules));
    set_reach(&mut answer, "building", ["reached_whole", "reached_partly", "not_reached", "reach_unknown"], buildings);
    let parcels = park.parcels.iter().map(|parcel| &parcel.provenance).zip(parcel_reach(&cache, rules));
    let heads = ["parcels_reached_whole", "parcels_reached_partly", "parcels_not_reached", "parcels_reach_unknown"];
    set_reach(&mut answer, "parcel", heads, parcels);
    answer.print(arguments.json, text)
}

/// Counts of how features are reached, and a row for each that is not reached whole.
fn set_reach<'a>(
    answer: &mut Answer,
    kind: &str,
    heads: [&str; 4],
    features: impl Iterator<Item = (&'a Provenance, Reach)>,
) {
    let mut rows: Vec<Value> = Vec::new();
    let mut counts = [0_usize; 4];
    for (provenance, reach) in features {
        let (k, word, distance) = match reach {
            Reach::Whole(distance) => (0, "whole", Some(distance)),
            Reach::Part(distance) => (1, "part", Some(distance)),
            Reach::Outside(distance) => (2, "outside", Some(distance)),
            // Without a hydrant on record, or without a footprint.
            Reach::Unknown | Reach::NoFootprint => (3, "unknown", None),
        };
        counts[k] += 1;
        if k > 0 {
            rows.push(json!({ kind: provenance.key, "reached": word, "nearest_hydrant_m": distance }));
        }
    }
    for (key, count) in heads.into_iter().zip(counts) {
        answer.set(key, count);
    }
    answer.set(&format!("{kind}s_not_whole"), rows);
}

/// What lies in the areas of a file.
fn in_areas(cache: &Cache, file: &Path, as_json: bool, text: &Text) -> Result<(), Failure> {
    let park = cache.snapshot();
    let unreadable =
        |error: importers::AreaError| Failure::Unreadable { files: vec![file.to_path_buf()], fix: error.to_string() };
    let found = importers::areas(file, park.park.srid as u32, reader()?).map_err(unreadable)?;
    let [parcels, buildings] = covered_by(cache, &found.areas);
    let mut answer = Answer::new(
        "flood-by-area",
        words!("calc-source-areas", "the areas of the file, as whoever made it drew them"),
        words!("calc-left-areas", "depth, time and chance of the water: an area says only where it may stand"),
    );
    answer.set("park", park.park.slug.as_str());
    answer.set("areas", found.areas.len());
    answer.set("rows_left_out", found.left_out);
    let row = |kind: &str, key: &str, area_m2: f64, of_m2: f64| json!({ kind: key, "area_m2": area_m2, "share": area_m2 / of_m2 });
    let parcels: Vec<Value> = parcels
        .iter()
        .map(|one| {
            let key = &park.parcels[one.slot].provenance.key;
            row("parcel", key, one.area_m2, cache.parcel_area_m2()[one.slot])
        })
        .collect();
    let buildings: Vec<Value> = buildings
        .iter()
        .map(|one| {
            let key = &park.buildings[one.slot].provenance.key;
            row("building", key, one.area_m2, cache.footprint_area_m2()[one.slot])
        })
        .collect();
    answer.set("parcels_in_it", parcels.len());
    answer.set("buildings_in_it", buildings.len());
    answer.set("parcels", parcels);
    answer.set("buildings", buildings);
    answer.print(as_json, text)
}

/// The places of `--from` that no water comes from, in words: their ground does not lie below the level, or nobody knows how high it is.
fn dry(terrain: &TerrainGrid, from: &[[f64; 2]], level_m: f64) -> Vec<Words> {
    let said = |&[x, y]: &[f64; 2]| {
        let column = ((x - terrain.origin_x_m) / terrain.cell_m).round();
        let row = ((y - terrain.origin_y_m) / terrain.cell_m).round();
        let place = format!("{x},{y}");
        match terrain.sample(column as usize, row as usize) {
            Some(ground_m) if ground_m < level_m => None,
            Some(ground_m) => Some(words!(
                "calc-dry-ground",
                "{place}: the ground lies at {ground} m, and the level is {level} m: no water comes from there",
                place = place,
                ground = format!("{ground_m:.2}"),
                level = level_m.to_string()
            )),
            None => Some(words!(
                "calc-dry-unknown",
                "{place}: the ground's height is not known: no water comes from there",
                place = place
            )),
        }
    };
    from.iter().filter_map(said).collect()
}

/// Buildings whose middle is under water, and how many there are of which nobody knows: without ground height there, or without an outline.
fn at_buildings(buildings: &[Building], extent: &FloodExtent) -> (Vec<Value>, usize) {
    let (mut wet, mut unknown) = (Vec::new(), 0);
    for building in buildings {
        let middle = building.footprint.centroid();
        match middle.and_then(|middle| extent.depth_m([middle.x(), middle.y()])) {
            Some(depth) if depth > 0.0 => {
                wet.push(json!({ "building": building.provenance.key, "depth_at_middle_m": depth }));
            }
            Some(_) => {}
            None => unknown += 1,
        }
    }
    (wet, unknown)
}

pub(super) fn run_flood(arguments: &FloodArguments, text: &Text) -> Result<(), Failure> {
    let cache = cache(&arguments.park)?;
    if let Some(file) = &arguments.area {
        return in_areas(&cache, file, arguments.json, text);
    }
    let level_m = arguments.level.unwrap_or_default();
    let snapshot = cache.snapshot();
    let terrain = snapshot
        .terrain
        .as_ref()
        .ok_or(HazardError::Needs { model: "flood by level", input: "a park with terrain" })?;
    let from = (!arguments.from.is_empty()).then_some(arguments.from.as_slice());
    let extent = flood(terrain, &Flood { level_m, from })?;
    let mut answer = Answer::new(
        "flood-by-level",
        words!("calc-source-flood", "FEMA, level over the terrain; NOAA 2012, joined ground"),
        words!(
            "calc-left-flood",
            "how the water moves and how long it takes, sewers, dykes finer than the grid; water at a building whose middle is dry"
        ),
    );
    answer.set("level_m", level_m);
    answer.set("area_m2", extent.area_m2);
    answer.set("volume_m3", extent.volume_m3);
    answer.set("deepest_m", extent.deepest_m);
    answer.set("cells_without_height", extent.unknown_cells);
    answer.say_all("from_dry_ground", dry(terrain, &arguments.from, level_m));
    let (wet, unknown) = at_buildings(&snapshot.buildings, &extent);
    answer.set("buildings_under_water", wet.len());
    answer.set("buildings_unknown", unknown);
    answer.set("buildings", wet);
    answer.print(arguments.json, text)
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect, coord};

    use super::*;

    #[test]
    fn of_a_building_without_an_outline_nobody_knows_whether_it_is_under_water() {
        let heights_m = vec![1.0, 8.0, 1.0, 8.0];
        let terrain = TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 2, rows: 2, heights_m };
        let extent = flood(&terrain, &Flood { level_m: 5.0, from: None }).unwrap();
        let square =
            |x: f64| MultiPolygon::from(Rect::new(coord! { x: x, y: 0.0 }, coord! { x: x + 2.0, y: 2.0 }).to_polygon());
        let building = |id, footprint| Building::bare(id, Provenance::keyed(format!("B{id}")), footprint);
        let all = [building(1, square(0.0)), building(2, square(8.0)), building(3, MultiPolygon::new(Vec::new()))];
        let (wet, unknown) = at_buildings(&all, &extent);
        assert_eq!((wet, unknown), (vec![json!({ "building": "B1", "depth_at_middle_m": 4.0 })], 1));
    }

    #[test]
    fn a_place_on_dry_ground_is_said_to_give_no_water() {
        let heights_m = vec![1.0, 2.0, f32::NAN, 8.0];
        let terrain = TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 2, rows: 2, heights_m };
        assert!(dry(&terrain, &[[0.0, 0.0], [11.0, 1.0]], 5.0).is_empty());
        let said = dry(&terrain, &[[10.0, 10.0], [0.0, 10.0], [0.0, 0.0]], 5.0);
        assert_eq!(said.len(), 2);
        assert!(
            said[0].starts_with("10,10: the ground lies at 8.00 m") && said[1].contains("is not known"),
            "{said:?}"
        );
    }
}
