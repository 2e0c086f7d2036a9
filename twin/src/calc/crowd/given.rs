//! What is asked: the plan with its doors, and how many are in it.

use std::path::Path;

use analysis::emergency::crowd::said::{PersonsFrom, PlanGiven, told_door};
use analysis::emergency::crowd::{OFF_M, Plan, PlanDoor, RecordDoor, doors_along, hall, longest_wall};
use analysis::emergency::evacuation::{EvacuationRules, Unknown};
use geo::{BooleanOps, LineString, LinesIter, MultiPolygon, Point, Polygon};
use importers::Shapes;
use spatial_db::cache::Cache;
use twin_engine::text::Text;

use super::CrowdArguments;
use crate::failure::{CrowdAsked, Failure};
use crate::inspect::reader;

/// Largest file of WKT, bytes.
const MOST_WKT: u64 = 16 << 20;

/// What is followed.
pub(super) struct Given {
    /// What is left, as a person calls it.
    pub(super) place: String,
    pub(super) plan: Plan,
    /// Of each door of the plan whether its width is assumed.
    pub(super) assumed: Vec<bool>,
    pub(super) persons: u32,
    pub(super) known: PlanGiven,
}

impl Given {
    pub(super) const fn persons_from(&self) -> &'static str {
        match self.known.persons {
            PersonsFrom::Record(_) => "record",
            PersonsFrom::Told => "told",
        }
    }
}

/// The plan, its doors and its people, from the record and from what is told.
pub(super) fn given(
    arguments: &CrowdArguments,
    cache: &Cache,
    rules: &EvacuationRules,
    text: &Text,
) -> Result<Given, Failure> {
    let park = cache.snapshot();
    let srid = park.park.srid as u32;
    let (place, area, on_record, by_record, building) = match (&arguments.building, &arguments.area) {
        (Some(key), _) => {
            let slot = park.buildings.iter().position(|building| building.provenance.key == *key);
            let no_building = || CrowdAsked::NoBuilding { park: park.park.slug.clone(), key: key.clone() };
            let slot = slot.ok_or_else(no_building)?;
            let hall = hall(cache, rules, slot, arguments.hour);
            if !hall.stands {
                return Err(CrowdAsked::Gone { key: key.clone() }.into());
            }
            if hall.footprint.0.is_empty() {
                return Err(CrowdAsked::NoFootprint { key: key.clone() }.into());
            }
            let name = park.buildings[slot].name.as_ref();
            let place = name.map_or_else(|| key.clone(), |name| format!("{key} {name}"));
            (place, hall.footprint, hall.doors, hall.persons.map_err(Unknown::as_str), Some(hall.storeys))
        }
        (None, Some(file)) => {
            let areas = shapes(file, srid)?.areas;
            if areas.is_empty() {
                return Err(wrong(file, None, "it has no area").into());
            }
            // Rooms that share an edge are one.
            let area =
                areas.into_iter().reduce(|all, area| all.union(&area)).unwrap_or_else(|| MultiPolygon::new(Vec::new()));
            let doors = doors_along(park, rules, &area);
            let unknown = "the record tells of buildings, not of areas";
            (file.display().to_string(), area, doors, Err(unknown), None)
        }
        (None, None) => return Err(CrowdAsked::NoGroundAsked.into()),
    };
    let (doors, assumed) = doors(arguments, rules, on_record, building.is_some(), (srid, text))?;
    if doors.is_empty() {
        let [east, north] = longest_wall(&area).unwrap_or_default();
        return Err(CrowdAsked::NoDoors { place, east, north }.into());
    }
    let persons = match (arguments.persons, by_record) {
        (None, Ok(0)) => return Err(CrowdAsked::Nobody { place, hour: arguments.hour }.into()),
        (Some(persons), _) | (None, Ok(persons)) => persons,
        (None, Err(why)) => return Err(CrowdAsked::NoPersons { place, why: why.to_owned() }.into()),
    };
    let known = PlanGiven {
        persons: arguments.persons.map_or(PersonsFrom::Record(arguments.hour), |_| PersonsFrom::Told),
        assumed_widths: assumed.iter().filter(|assumed| **assumed).count(),
        building,
        walls: arguments.walls.is_some(),
        at_once: arguments.at_once,
    };
    let walls = arguments.walls.as_deref().map_or_else(|| Ok(Vec::new()), |file| walls(file, srid))?;
    Ok(Given { place, plan: Plan { area, walls, doors }, assumed, persons, known })
}

/// Doors on record that are not shut, and those that are told; of each whether its width is assumed.
fn doors(
    arguments: &CrowdArguments,
    rules: &EvacuationRules,
    on_record: Vec<RecordDoor>,
    of_building: bool,
    (srid, text): (u32, &Text),
) -> Result<(Vec<PlanDoor>, Vec<bool>), Failure> {
    if let Some(key) = arguments.shut.iter().find(|key| on_record.iter().all(|door| door.key != **key)) {
        let known: Vec<&str> = on_record.iter().map(|door| door.key.as_str()).collect();
        let known = if known.is_empty() { "none is on record".to_owned() } else { known.join(", ") };
        return Err(CrowdAsked::NoSuchDoor { key: key.clone(), known }.into());
    }
    // An entrance that lies in a building is its own however far in.
    let off_m = if of_building { f64::INFINITY } else { OFF_M };
    let mut doors: Vec<(PlanDoor, bool)> = on_record
        .into_iter()
        .filter(|door| !arguments.shut.contains(&door.key))
        .map(|door| (PlanDoor { name: door.key, at_m: door.at_m, width_m: door.width_m, off_m }, true))
        .collect();
    let default_m = rules.figure("doors", "default_width_m").value;
    let mut told: Vec<([f64; 2], Option<f64>)> = arguments.door.iter().map(|door| (door.at_m, door.width_m)).collect();
    if let Some(file) = &arguments.doors {
        let found = shapes(file, srid)?;
        told.extend(found.points.iter().map(|at| ([at.x(), at.y()], None)));
        told.extend(found.lines.iter().filter_map(line_of));
        if found.points.is_empty() && found.lines.is_empty() {
            return Err(wrong(file, None, "it has no door: neither points nor lines").into());
        }
    }
    // Those on record come first: a door is called by the number that it has in the picture.
    let first = doors.len() + 1;
    doors.extend(told.into_iter().enumerate().map(|(k, (at_m, width_m))| {
        let name = text.words(&told_door(first + k));
        (PlanDoor { name, at_m, width_m: width_m.unwrap_or(default_m), off_m: OFF_M }, width_m.is_none())
    }));
    Ok(doors.into_iter().unzip())
}

/// Middle of a line from its first to its last place, and how far that is.
fn line_of(line: &LineString<f64>) -> Option<([f64; 2], Option<f64>)> {
    let (a, b) = (line.0.first()?, line.0.last()?);
    Some(([0.5 * (a.x + b.x), 0.5 * (a.y + b.y)], Some((b.x - a.x).hypot(b.y - a.y))))
}

fn walls(file: &Path, srid: u32) -> Result<Vec<[[f64; 2]; 2]>, Failure> {
    let found = shapes(file, srid)?;
    let lines = found.lines.iter().flat_map(LinesIter::lines_iter);
    let sides = found.areas.iter().flat_map(LinesIter::lines_iter);
    let walls: Vec<[[f64; 2]; 2]> = lines
        .chain(sides)
        .filter(|line| line.start != line.end)
        .map(|line| [[line.start.x, line.start.y], [line.end.x, line.end.y]])
        .collect();
    if walls.is_empty() {
        return Err(wrong(file, None, "it has no wall: neither lines nor areas").into());
    }
    Ok(walls)
}

fn wrong(file: &Path, line: Option<usize>, reason: &str) -> CrowdAsked {
    CrowdAsked::File { path: file.to_path_buf(), line, reason: reason.to_owned() }
}

/// What a file has, in the park's metres.
fn shapes(file: &Path, srid: u32) -> Result<Shapes, Failure> {
    if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wkt")) {
        let unreadable = |error: std::io::Error| wrong(file, None, &error.to_string());
        let size = std::fs::metadata(file).map_err(unreadable)?.len();
        if size > MOST_WKT {
            return Err(wrong(file, None, "it is larger than 16 MB").into());
        }
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        let mut found = Shapes::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            take_wkt(line, &mut found).map_err(|reason| wrong(file, Some(number + 1), &reason))?;
        }
        return Ok(found);
    }
    let unreadable =
        |error: importers::AreaError| Failure::Unreadable { files: vec![file.to_path_buf()], fix: error.to_string() };
    importers::shapes(file, srid, reader()?).map_err(unreadable)
}

/// One geometry in well-known text: point, line, polygon and several of them, without heights.
fn take_wkt(text: &str, found: &mut Shapes) -> Result<(), String> {
    let text = text.trim().trim_end_matches(';');
    let open = text.find('(').ok_or("it is no geometry in well-known text")?;
    let kind = text[..open].trim().to_uppercase();
    let body = text[open..].trim();
    match kind.as_str() {
        "POINT" => found.points.extend(ring(body)?.0.into_iter().map(Point::from)),
        "LINESTRING" => found.lines.push(ring(body)?),
        "MULTILINESTRING" => {
            for part in parts(body)? {
                found.lines.push(ring(part)?);
            }
        }
        "POLYGON" => found.areas.push(polygon(body)?.into()),
        "MULTIPOLYGON" => {
            let polygons: Result<Vec<Polygon<f64>>, String> = parts(body)?.into_iter().map(polygon).collect();
            found.areas.push(MultiPolygon::new(polygons?));
        }
        _ => return Err(format!("`{kind}` is none of POINT, LINESTRING, POLYGON, MULTILINESTRING and MULTIPOLYGON")),
    }
    Ok(())
}

/// What stands in a pair of brackets, cut at the commas that are in no other pair.
fn parts(text: &str) -> Result<Vec<&str>, String> {
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).ok_or("brackets do not match")?;
    let (mut depth, mut from, mut out) = (0_i32, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return Err("brackets do not match".to_owned());
        }
        if c == ',' && depth == 0 {
            out.push(inside[from..at].trim());
            from = at + 1;
        }
    }
    if depth != 0 {
        return Err("brackets do not match".to_owned());
    }
    out.push(inside[from..].trim());
    Ok(out)
}

fn ring(text: &str) -> Result<LineString<f64>, String> {
    let place = |text: &str| -> Result<(f64, f64), String> {
        let numbers: Option<Vec<f64>> =
            text.split_whitespace().map(|c| c.parse().ok().filter(|c: &f64| c.is_finite())).collect();
        match numbers.as_deref() {
            Some(&[x, y]) => Ok((x, y)),
            _ => Err(format!("`{text}` is no EAST NORTH in metres")),
        }
    };
    let places: Result<Vec<(f64, f64)>, String> = parts(text)?.into_iter().map(place).collect();
    Ok(LineString::from(places?))
}

fn polygon(text: &str) -> Result<Polygon<f64>, String> {
    let rings: Result<Vec<LineString<f64>>, String> = parts(text)?.into_iter().map(ring).collect();
    let mut rings = rings?.into_iter();
    let outside = rings.next().filter(|ring| ring.0.len() > 3).ok_or("an outline has at least three corners")?;
    Ok(Polygon::new(outside, rings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Shapes, String> {
        let mut found = Shapes::default();
        take_wkt(text, &mut found).map(|()| found)
    }

    #[test]
    fn well_known_text_is_read_and_what_is_wrong_is_named() {
        let hall = read("POLYGON ((0 0, 10 0, 10 5, 0 5, 0 0), (1 1, 2 1, 2 2, 1 1))").unwrap();
        assert_eq!(hall.areas[0].0[0].interiors().len(), 1);
        assert_eq!(read("multipolygon(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)));").unwrap().areas[0].0.len(), 2);
        let lines = read("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))").unwrap().lines;
        assert_eq!(lines.iter().map(|line| line.0.len()).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(read("POINT (560351.5 3453229)").unwrap().points, [Point::new(560_351.5, 3_453_229.0)]);
        for (text, said) in [
            ("POLYGON", "no geometry"),
            ("CIRCLE (0 0)", "`CIRCLE` is none of"),
            ("LINESTRING (0 0, 1 x)", "`1 x` is no EAST NORTH"),
            ("LINESTRING (0 0, 1 1, 2)", "`2` is no EAST NORTH"),
            ("POLYGON ((0 0, 1 0, 1 1, 0 0)", "brackets"),
            ("POLYGON ((0 0, 1 0))", "three corners"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_line_is_a_door_as_wide_as_it_is() {
        let line = LineString::from(vec![(0.0, 0.0), (1.2, 0.0)]);
        assert_eq!(line_of(&line), Some(([0.6, 0.0], Some(1.2))));
        let hall = read("POLYGON ((0 0, 10 0, 10 5, 0 5, 0 0))").unwrap();
        assert_eq!(longest_wall(&hall.areas[0]), Some([5.0, 5.0]));
    }
}
