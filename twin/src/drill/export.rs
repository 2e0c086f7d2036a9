//! Everything of a drill as tables: layers of a `GeoPackage`, or a folder of CSV.

mod placed;
mod told;
mod traced;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use analysis::emergency::drill::{DrillFile, DrillRun, DrillTables, DrillTrace, HazardSpec, one_by_one};
use analysis::emergency::evacuation::{Departure, groups_and_places};
use analysis::emergency::hazard::Terrain;
use chrono::NaiveDate;
use geo::{Area, Geometry, LineString, MultiLineString, MultiPolygon, Point};
use spatial_db::cache::Cache;
use spatial_db::model::FeatureId;
use spatial_db::package::Kind;
use spatial_db::schema::GeometryKind;

use super::tables::{Field, Sheet, row, write_sheets};
use crate::failure::Failure;

const S: &str = "s from the start of the drill";
const KEY: &str = "key of the source";

#[allow(clippy::unnecessary_wraps, reason = "rows may have no place")]
fn point([x, y]: [f64; 2]) -> Option<Geometry<f64>> {
    Some(Geometry::Point(Point::new(x, y)))
}

/// A track as a line; none where it is one place alone.
fn line(track: &[(f64, [f64; 2])]) -> Option<Geometry<f64>> {
    let mut places: Vec<[f64; 2]> = track.iter().map(|(_, at)| *at).collect();
    places.dedup();
    let line: LineString<f64> = places.iter().map(|&[x, y]| (x, y)).collect();
    (places.len() > 1).then(|| Geometry::MultiLineString(MultiLineString::new(vec![line])))
}

fn area(area: &MultiPolygon<f64>) -> Option<Geometry<f64>> {
    (!area.0.is_empty()).then(|| Geometry::MultiPolygon(area.clone()))
}

/// The drill itself: a row of what was given and what it came to.
fn drill(file: &DrillFile, run: &DrillRun, day: Option<NaiveDate>) -> Sheet {
    let (weather, outcome) = (&file.weather, &run.outcome);
    let release = outcome.release.as_ref();
    let hole_mm = match file.hazard {
        HazardSpec::Leak { hole_mm, .. } => Some(hole_mm),
        _ => None,
    };
    let at_place = |field: Field| if file.hazard.has_place() { field } else { Field::Unknown };
    let water_known = outcome.supply_known.water;
    Sheet {
        name: "drill",
        title: "Drill",
        says: "What was given and what the drill came to",
        geometry: None,
        columns: vec![
            ("name", Kind::Text, "name of the drill"),
            ("note", Kind::Text, "what a reader should know"),
            ("seed", Kind::Text, "what the draws begin with"),
            ("file_print", Kind::Text, "fingerprint of the file"),
            ("run_print", Kind::Text, "fingerprint of the run"),
            ("hour", Kind::Integer, "hour of a working day"),
            ("wind_m_s", Kind::Real, "wind at 10 m at the start"),
            ("wind_from_deg", Kind::Real, "where it blows from at the start"),
            ("stability", Kind::Text, "Pasquill's class in the wind of the start"),
            ("cloud_tenths", Kind::Real, "cloud that the class follows from, tenths; empty: the file gives the class"),
            ("sun_elevation_deg", Kind::Real, "the sun's height as the hazard begins; empty: the file gives the class"),
            ("temperature_c", Kind::Real, "air"),
            ("terrain", Kind::Text, "rural or urban"),
            ("park_day", Kind::Date, "day of the park's data; empty: not known"),
            ("substance", Kind::Text, "what leaks, by the table; empty: nothing"),
            ("quantity_t", Kind::Real, "t on record in the source that leaks"),
            ("hole_mm", Kind::Real, "diameter of the hole"),
            ("rate_kg_s", Kind::Real, "rate out of the hole, of the first moment"),
            ("airborne_kg_s", Kind::Real, "of that into the air"),
            ("duration_s", Kind::Real, "until the tank is empty at that rate"),
            ("air_pressure_pa", Kind::Real, "air"),
            ("threshold", Kind::Text, "level that bounds the danger of a leak"),
            ("threshold_kg_m3", Kind::Real, "the same in that air"),
            ("threshold_source", Kind::Text, "where it comes from, and its status"),
            ("deaths_expected", Kind::Real, "outdoors, by the toxic probit; empty: nothing leaks, or no constants"),
            ("alarm_s", Kind::Real, S),
            ("first_engine_s", Kind::Real, S),
            ("first_water_s", Kind::Real, S),
            ("last_out_s", Kind::Real, "last of the known people at a place of assembly, s from the start"),
            (
                "everyone_out",
                Kind::Truth,
                "1: everyone; 0: not all who are known; empty: those who are, and of buildings_unknown nobody knows",
            ),
            ("persons", Kind::Integer, "persons in buildings whose people are known"),
            ("buildings_unknown", Kind::Integer, "buildings whose people are not known"),
            (
                "buildings_without_height",
                Kind::Integer,
                "buildings of a flood on ground without heights: nobody can say that they are dry",
            ),
            ("arrived", Kind::Integer, "persons at a place of assembly at the end"),
            ("on_the_way", Kind::Integer, "persons inside or on the way at the end"),
            ("cut_off", Kind::Integer, "persons without an open way at the end"),
            ("exposed_on_ways", Kind::Integer, "persons outside or at a door inside the danger at any time"),
            ("water_l_s", Kind::Real, "L/s of hydrants in reach whose flow is known; empty: no place to bring it to"),
            ("hydrants_without_flow", Kind::Integer, "hydrants in reach whose flow is not on record"),
            ("water_needed_l_s", Kind::Real, "L/s by the file"),
            (
                "hydrants_out",
                Kind::Integer,
                "hydrants without water; so many at least with water_known 0; empty: not known",
            ),
            ("water_known", Kind::Truth, "whether a source of water is on record, for what was shut off too"),
            (
                "unreached_before",
                Kind::Integer,
                "buildings out of reach of a hydrant, at the start; empty: no hydrant is on record",
            ),
            ("unreached_after", Kind::Integer, "the same at the end"),
        ],
        rows: vec![(
            None,
            vec![
                Field::from(&file.name),
                Field::from(&file.note),
                Field::Text(file.seed.to_string()),
                Field::from(&run.log.file),
                Field::from(run.log.digest.as_ref()),
                file.hour.into(),
                weather.wind_m_s.into(),
                weather.wind_from_deg.into(),
                Field::Text(format!("{:?}", outcome.stability)),
                outcome.sky.as_ref().map(|sky| sky.cloud_tenths).into(),
                outcome.sky.as_ref().map(|sky| sky.sun_elevation_deg).into(),
                weather.temperature_c.into(),
                Field::from(if weather.terrain == Terrain::Urban { "urban" } else { "rural" }),
                day.map_or(Field::Unknown, Field::Day),
                release.map(|one| &one.substance).into(),
                release.map(|one| one.quantity_t).into(),
                hole_mm.into(),
                release.map(|one| one.rate_kg_s).into(),
                release.map(|one| one.airborne_kg_s).into(),
                release.map(|one| one.duration_s).into(),
                release.map(|one| one.air_pressure_pa).into(),
                release.map(|one| &one.threshold).into(),
                release.map(|one| one.threshold_kg_m3).into(),
                release.map_or(Field::Unknown, |one| {
                    Field::Text(format!("{}; {}", one.threshold_source, one.threshold_status))
                }),
                outcome.breath.as_ref().and_then(|breath| breath.deaths_expected).into(),
                outcome.alarm_s.into(),
                outcome.first_engine_s.into(),
                outcome.first_water_s.into(),
                outcome.last_out_s.into(),
                outcome.everyone_out().map_or(Field::Unknown, |all| u32::from(all).into()),
                outcome.persons.into(),
                outcome.buildings_unknown.into(),
                outcome.buildings_without_height.into(),
                outcome.arrived.into(),
                outcome.on_the_way.into(),
                outcome.cut_off.into(),
                outcome.exposed_on_ways.into(),
                at_place(outcome.water_l_s.into()),
                at_place(outcome.hydrants_without_flow.into()),
                outcome.water_needed_l_s.into(),
                if water_known || outcome.hydrants_out > 0 { outcome.hydrants_out.into() } else { Field::Unknown },
                u32::from(water_known).into(),
                outcome.unreached.map_or(Field::Unknown, |(before, _)| before.into()),
                outcome.unreached.map_or(Field::Unknown, |(_, after)| after.into()),
            ],
        )],
    }
}

fn zones(run: &DrillRun) -> Sheet {
    let rows = run.zones.iter().filter(|zone| !zone.area.0.is_empty());
    Sheet {
        name: "zone",
        title: "Danger by time",
        says: "Where the danger was, a minute after the other",
        geometry: Some(GeometryKind::MultiPolygon),
        columns: vec![
            ("at_s", Kind::Real, S),
            ("bounded_by", Kind::Text, "what bounds it"),
            ("area_m2", Kind::Real, "its area"),
        ],
        rows: rows
            .map(|zone| {
                row(area(&zone.area), [zone.at_s.into(), (&*zone.name).into(), zone.area.unsigned_area().into()])
            })
            .collect(),
    }
}

/// Persons of a building by those of its doors; one without any has nobody in it, where that is known.
fn persons(doors: Option<&Vec<usize>>, of_groups: &[u32], unknown: bool) -> Field {
    match doors {
        Some(doors) => doors.iter().map(|door| of_groups[*door]).sum::<u32>().into(),
        None if unknown => Field::Unknown,
        None => Field::Whole(0),
    }
}

/// Every building with its people and the worst of the hazard.
fn buildings(
    run: &DrillRun,
    cache: &Cache,
    people: &HashMap<FeatureId, Vec<usize>>,
    (of_groups, people_unknown): (&[u32], &HashSet<FeatureId>),
) -> Sheet {
    let struck: HashMap<&str, _> = run.outcome.struck.iter().map(|one| (one.building.as_str(), one)).collect();
    let alarm_s = run.outcome.alarm_s;
    let outcome = &run.outcome;
    let [dry, dark] = [&outcome.without_water, &outcome.without_power].map(|keys| keys.iter().collect::<HashSet<_>>());
    let [water_unsure, power_unsure] = &outcome.supply_unknown;
    let without =
        |lost: bool, unsure: bool| if lost || !unsure { Field::from(u32::from(lost)) } else { Field::Unknown };
    let rows = cache.snapshot().buildings.iter().enumerate().map(|(slot, building)| {
        let one = struck.get(building.provenance.key.as_str());
        // A building of several entrances has a group at each: it is empty when all of them are.
        let doors = people.get(&building.id);
        let left = run.evacuation.as_ref().zip(doors);
        let last = |of: fn(&Departure) -> Option<f64>| -> Option<f64> {
            let (all, doors) = left?;
            let times: Option<Vec<f64>> = doors.iter().map(|door| of(&all.departures[*door])).collect();
            times?.into_iter().reduce(f64::max)
        };
        let after = |at: Option<f64>| Field::from(at.zip(alarm_s).map(|(at, alarm)| at + alarm));
        row(
            area(&building.footprint),
            [
                Field::from(&building.provenance.key),
                building.name.as_ref().into(),
                persons(doors, of_groups, people_unknown.contains(&building.id)),
                after(last(|one| one.empty_s)),
                after(last(|one| one.safe_s)),
                one.map(|one| one.first_s).into(),
                one.map(|one| one.worst).into(),
                one.map_or(Field::Unknown, |one| one.unit.into()),
                one.and_then(|one| one.indoors_kg_m3).into(),
                without(dry.contains(&building.provenance.key), water_unsure.contains(&slot)),
                without(dark.contains(&building.provenance.key), power_unsure.contains(&slot)),
            ],
        )
    });
    Sheet {
        name: "building",
        title: "Buildings",
        says: "People and the worst of the hazard; first_s is empty where the danger is not known to have come",
        geometry: Some(GeometryKind::MultiPolygon),
        columns: vec![
            ("key", Kind::Text, KEY),
            ("name", Kind::Text, "name"),
            ("persons", Kind::Integer, "persons in it at the start; empty: not known"),
            ("empty_s", Kind::Real, "the last person through the door, s from the start"),
            ("safe_s", Kind::Real, "the last of its people at a place of assembly, s from the start"),
            (
                "first_s",
                Kind::Real,
                "inside the danger from, of an explosion or a fireball within its mildest level from, s from the start",
            ),
            ("worst", Kind::Real, "the worst outside it, in the unit beside"),
            (
                "unit",
                Kind::Text,
                "kg/m3 of a cloud, m of water, cordon (1) within it, Pa of an explosion, W/m2 of a fireball",
            ),
            (
                "indoors_kg_m3",
                Kind::Real,
                "highest concentration indoors; empty: nothing leaks, or never inside the danger",
            ),
            ("without_water", Kind::Integer, "1: lost by a burst main; empty: no source on record feeds it"),
            ("without_power", Kind::Integer, "1: lost; empty: no source on record feeds it"),
        ],
        rows: rows.collect(),
    }
}

fn counts(run: &DrillRun) -> Sheet {
    let rows = run.counts.iter().map(|count| {
        let census = count.census;
        row(
            None,
            [
                count.at_s.into(),
                census.inside.into(),
                census.on_ways.into(),
                census.arrived.into(),
                census.cut_off.into(),
                count.exposed.into(),
            ],
        )
    });
    Sheet {
        name: "count",
        title: "People by time",
        says: "How many persons were where, a minute after the other",
        geometry: None,
        columns: vec![
            ("at_s", Kind::Real, S),
            ("inside", Kind::Integer, "in buildings"),
            ("on_ways", Kind::Integer, "outside, on their way"),
            ("arrived", Kind::Integer, "at a place of assembly"),
            ("cut_off", Kind::Integer, "without an open way"),
            ("exposed", Kind::Integer, "outside or at a door inside the danger until then"),
        ],
        rows: rows.collect(),
    }
}

fn engines(run: &DrillRun) -> [Sheet; 2] {
    let lines = run.outcome.engines.iter().enumerate().map(|(k, engine)| {
        row(
            line(&engine.track),
            [
                (k + 1).into(),
                Field::from(&engine.station),
                engine.called_s.into(),
                engine.arrived_s.into(),
                engine.water_s.into(),
                engine.hydrant.as_ref().into(),
                engine.flow_l_s.into(),
                engine.rerouted.into(),
                u32::from(engine.cut_off).into(),
                engine.crew.map_or(Field::Unknown, Field::from),
                engine.crew.map(|_| engine.waited_s).into(),
            ],
        )
    });
    let points = run.outcome.engines.iter().enumerate().flat_map(|(k, engine)| {
        engine.track.iter().map(move |(at_s, at)| row(point(*at), [(k + 1).into(), (*at_s).into()]))
    });
    [
        Sheet {
            name: "engine",
            title: "Engines",
            says: "Ways that the engines drove, and what they did",
            geometry: Some(GeometryKind::MultiLineString),
            columns: vec![
                ("engine", Kind::Integer, "number"),
                ("station", Kind::Text, "key of its station"),
                ("called_s", Kind::Real, S),
                ("arrived_s", Kind::Real, S),
                ("water_s", Kind::Real, "first water, s from the start"),
                ("hydrant", Kind::Text, "key of its hydrant at the end"),
                ("flow_l_s", Kind::Real, "L/s of that; empty: not on record"),
                ("rerouted", Kind::Integer, "times that it took another way because one had closed"),
                ("cut_off", Kind::Truth, "without an open way at the end"),
                ("crew", Kind::Integer, "persons on it; empty: the file has no crews"),
                (
                    "waited_s",
                    Kind::Real,
                    "at the place without anybody free to lay its hose, s; empty: the file has no crews",
                ),
            ],
            rows: lines.collect(),
        },
        Sheet {
            name: "engine_place",
            title: "Engines by time",
            says: "Where the engines were, every ten seconds until they were at the place",
            geometry: Some(GeometryKind::Point),
            columns: vec![("engine", Kind::Integer, "number"), ("at_s", Kind::Real, S)],
            rows: points.collect(),
        },
    ]
}

fn sheets(
    file: &DrillFile,
    run: &DrillRun,
    cache: &Cache,
    tables: &DrillTables,
    trace: &DrillTrace,
) -> Result<Vec<Sheet>, Failure> {
    let people = groups_and_places(cache.snapshot(), cache.footprint_area_m2(), &tables.evacuation, file.hour)?;
    let mut by_building: HashMap<FeatureId, Vec<usize>> = HashMap::new();
    for (k, group) in people.groups.iter().enumerate() {
        by_building.entry(group.building).or_default().push(k);
    }
    let persons: Vec<u32> = people.groups.iter().map(|group| group.persons).collect();
    let unknown: HashSet<FeatureId> = people.unknown.iter().map(|one| one.0).collect();
    let day = cache.snapshot().park.as_of;
    let buildings = buildings(run, cache, &by_building, (&persons, &unknown));
    let mut out = vec![drill(file, run, day), zones(run), buildings, counts(run)];
    out.extend(engines(run));
    out.extend(traced::people(trace));
    out.extend(traced::states(trace, cache.snapshot()));
    out.extend([traced::contours(trace), told::doses(run)]);
    out.extend([told::log(run), told::notes(file, run), told::expected(&run.outcome.rated)]);
    out.extend([told::objectives(run), told::items(run), told::improvements(run)]);
    out.extend(placed::places(run, cache));
    out.push(told::one_by_one(&one_by_one(file, run, cache, &tables.evacuation)));
    Ok(out)
}

/// Writes everything of a drill: to a `GeoPackage` where the name ends in `.gpkg`, else to a folder of CSV. Rows by table.
pub(super) fn write(
    path: &Path,
    file: &DrillFile,
    run: &DrillRun,
    cache: &Cache,
    tables: &DrillTables,
    trace: &DrillTrace,
) -> Result<Vec<(&'static str, usize)>, Failure> {
    let sheets = sheets(file, run, cache, tables, trace)?;
    write_sheets(path, &sheets, &cache.snapshot().park)?;
    Ok(sheets.iter().map(|sheet| (sheet.name, sheet.rows.len())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_in_a_building_is_a_number_and_people_who_are_not_known_are_none() {
        let doors = vec![0, 2];
        assert_eq!(persons(Some(&doors), &[2, 9, 3], false), Field::Whole(5));
        assert_eq!((persons(None, &[], false), persons(None, &[], true)), (Field::Whole(0), Field::Unknown));
    }
}
