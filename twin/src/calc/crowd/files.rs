//! What was found as files: doors as a spreadsheet, everything as layers, tables or GeoJSON, and a picture.

use std::path::Path;

use analysis::geodetic::Geodetic;
use geo::{Coord, Geometry, LineString, MapCoords, MultiLineString, MultiPolygon, Point, Rect, coord};
use serde_json::{Map, Value, json};
use spatial_db::model::Park;
use spatial_db::package::Kind;
use spatial_db::schema::GeometryKind;

use super::{Told, drawing, middle};
use crate::drill::{Field, Sheet, csv_of, origin, row, write_sheets};
use crate::failure::{CrowdAsked, Failure};
use crate::report::whole;

const S: &str = "s after the alarm";

/// The form of a file, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Doors,
    Json,
    /// A `GeoPackage`, or a folder of CSV.
    Tables,
    Picture,
}

fn form(path: &Path) -> Result<Form, CrowdAsked> {
    let Some(ending) = path.extension() else { return Ok(Form::Tables) };
    match ending.to_string_lossy().to_lowercase().as_str() {
        "csv" => Ok(Form::Doors),
        "geojson" | "json" => Ok(Form::Json),
        "gpkg" => Ok(Form::Tables),
        "svg" => Ok(Form::Picture),
        _ => Err(CrowdAsked::Ending { path: path.to_path_buf() }),
    }
}

/// Whether a file of that name can be written, before anything is worked out.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    Ok(form(path).map(|_| ())?)
}

pub(super) fn write(path: &Path, told: &Told<'_>, park: &Park, notes: &[String]) -> Result<(), Failure> {
    match form(path)? {
        Form::Doors => whole(path, &csv_of(&doors(told), origin(park))?),
        Form::Tables => write_sheets(path, &sheets(told, notes), park),
        Form::Picture => whole(path, drawing::picture(told, park).as_bytes()),
        Form::Json => {
            let mut bytes = serde_json::to_vec(&geojson(&sheets(told, notes), park)).map_err(std::io::Error::from)?;
            bytes.push(b'\n');
            whole(path, &bytes)
        }
    }
}

fn sheets(told: &Told<'_>, notes: &[String]) -> Vec<Sheet> {
    vec![summary(told), doors(told), densities(told), persons(told), notes_of(notes)]
}

fn summary(told: &Told<'_>) -> Sheet {
    let (found, given) = (told.found, told.given);
    let peak = found.peaks.first();
    let counts = found.congestion_counts.map_or(Field::Unknown, |counts| u32::from(counts).into());
    Sheet {
        name: "egress",
        title: "Egress",
        says: "The way out: what was given and what it came to",
        geometry: Some(GeometryKind::MultiPolygon),
        columns: vec![
            ("place", Kind::Text, "what is left"),
            ("persons", Kind::Integer, "persons in it"),
            ("persons_from", Kind::Text, "record or told"),
            ("seed", Kind::Text, "seed of the draws"),
            ("egress_s", Kind::Real, "the last one out, s after the alarm; empty: someone is still inside"),
            ("still_inside", Kind::Integer, "persons still inside at the end"),
            (
                "rule_egress_s",
                Kind::Real,
                "the last one out by SFPE's rule for the doors, s after the alarm, ways left out",
            ),
            ("density_peak_1_m2", Kind::Real, "highest density, persons/m2"),
            ("density_peak_at_s", Kind::Real, S),
            ("level", Kind::Text, "level of service of walkways there, A to F (Fruin 1971)"),
            ("congested_s", Kind::Real, "longest congestion of a place, s"),
            ("congestion_counts", Kind::Integer, "1: longer than the rule allows; empty: not known"),
        ],
        rows: vec![row(
            Some(Geometry::MultiPolygon(given.plan.area.clone())),
            [
                Field::from(&given.place),
                given.persons.into(),
                given.persons_from().into(),
                Field::Text(told.arguments.seed.to_string()),
                found.egress_s.into(),
                found.inside.into(),
                found.rule_s.into(),
                peak.map(|peak| peak.cell.most_1_m2).into(),
                peak.map(|peak| peak.cell.at_s).into(),
                peak.map_or(Field::Unknown, |peak| peak.level.into()),
                found.congested_s.into(),
                counts,
            ],
        )],
    }
}

fn doors(told: &Told<'_>) -> Sheet {
    let rows = told.doors().map(|(name, opening, used)| {
        let [x, y] = middle(opening);
        row(
            Some(Geometry::Point(Point::new(x, y))),
            [
                Field::Text(name),
                opening.width_m.into(),
                u32::from(told.width_is_assumed(opening)).into(),
                used.persons.into(),
                used.first_s.into(),
                used.last_s.into(),
                used.flow_1_s.into(),
                used.most_1_s.into(),
                used.capacity_1_s.into(),
                used.rule_s.into(),
            ],
        )
    });
    Sheet {
        name: "door",
        title: "Doors",
        says: "Who left by which door, against SFPE's rule",
        geometry: Some(GeometryKind::Point),
        columns: vec![
            ("door", Kind::Text, "key on record, or the number in the picture of one that was told"),
            ("width_m", Kind::Real, "clear width, m"),
            ("width_assumed", Kind::Truth, "1: not on record and not told"),
            ("persons", Kind::Integer, "who left by it"),
            ("first_s", Kind::Real, S),
            ("last_s", Kind::Real, S),
            ("flow_1_s", Kind::Real, "persons a second from the first to the last"),
            ("most_flow_1_s", Kind::Real, "most persons a second over 10 s"),
            ("rule_flow_1_s", Kind::Real, "what SFPE lets through, persons a second"),
            ("rule_s", Kind::Real, "the last of its people out by that rule, s after the alarm"),
        ],
        rows: rows.collect(),
    }
}

fn densities(told: &Told<'_>) -> Sheet {
    let rows = told.found.cells.iter().map(|cell| {
        let square = square(cell.at_m);
        row(
            Some(Geometry::MultiPolygon(MultiPolygon::new(vec![square.to_polygon()]))),
            [
                cell.most_1_m2.into(),
                cell.at_s.into(),
                told.found.levels.letter(cell.most_1_m2).into(),
                cell.congested_s.into(),
            ],
        )
    });
    Sheet {
        name: "density",
        title: "Highest densities",
        says: "The highest density of every half metre of ground that somebody came near",
        geometry: Some(GeometryKind::MultiPolygon),
        columns: vec![
            ("most_1_m2", Kind::Real, "highest density, persons/m2"),
            ("at_s", Kind::Real, S),
            ("level", Kind::Text, "level of service of walkways, A to F (Fruin 1971)"),
            ("congested_s", Kind::Real, "how long it was congested, s"),
        ],
        rows: rows.collect(),
    }
}

/// Ground of a cell.
pub(super) fn square(at: [f64; 2]) -> Rect<f64> {
    let half = 0.5 * analysis::emergency::crowd::Cell::SIDE_M;
    Rect::new(Coord { x: at[0] - half, y: at[1] - half }, Coord { x: at[0] + half, y: at[1] + half })
}

fn persons(told: &Told<'_>) -> Sheet {
    let rows = told.found.tracks.iter().enumerate().map(|(person, track)| {
        let places: Vec<Coord<f64>> = track.places_m.iter().map(|&[x, y]| Coord { x, y }).collect();
        // A vertex a second: where he was when. Who stood still has one place, and no line.
        let line =
            (places.len() > 1).then(|| Geometry::MultiLineString(MultiLineString::new(vec![LineString(places)])));
        let door = track.out.map(|(_, opening)| told.name(&told.found.openings[opening]));
        row(
            line,
            [
                (person + 1).into(),
                track.ready_s.into(),
                track.speed_m_s.into(),
                u32::from(track.slow).into(),
                track.out.map(|(at_s, _)| at_s).into(),
                door.map_or(Field::Unknown, Field::Text),
            ],
        )
    });
    Sheet {
        name: "person",
        title: "Everyone's way",
        says: "The replay: a line for each person with a vertex for every second from the alarm on",
        geometry: Some(GeometryKind::MultiLineString),
        columns: vec![
            ("person", Kind::Integer, "number"),
            ("ready_s", Kind::Real, "sets out, s after the alarm"),
            ("speed_m_s", Kind::Real, "free speed, m/s"),
            ("reduced_mobility", Kind::Truth, "1: with reduced mobility"),
            ("out_s", Kind::Real, "out, s after the alarm; empty: still inside"),
            ("door", Kind::Text, "by which door"),
        ],
        rows: rows.collect(),
    }
}

fn notes_of(notes: &[String]) -> Sheet {
    Sheet {
        name: "note",
        title: "Notes",
        says: "What the reader must know",
        geometry: None,
        columns: vec![("note", Kind::Text, "what is assumed and left out")],
        rows: notes.iter().map(|note| row(None, [Field::from(note)])).collect(),
    }
}

/// The tables as one collection, in degrees; in the park's metres, which it then names, where those cannot be told.
fn geojson(sheets: &[Sheet], park: &Park) -> Value {
    let in_degrees: Option<Vec<Vec<Geometry<f64>>>> = Geodetic::of(park.srid).and_then(|geodetic| {
        let corner = |at: Coord<f64>| {
            let place = geodetic.lon_lat(at.x, at.y).ok_or(())?;
            Ok::<_, ()>(coord! { x: place.lon_deg, y: place.lat_deg })
        };
        let of = |sheet: &Sheet| -> Option<Vec<Geometry<f64>>> {
            let shapes = sheet.rows.iter().filter_map(|(shape, _)| shape.as_ref());
            shapes.map(|shape| shape.try_map_coords(corner).ok()).collect()
        };
        sheets.iter().map(of).collect()
    });
    let mut features = Vec::new();
    for (number, sheet) in sheets.iter().enumerate() {
        let mut turned = in_degrees.as_ref().map(|all| all[number].iter());
        for (shape, fields) in &sheet.rows {
            let shape = shape.as_ref().map(|metres| turned.as_mut().and_then(Iterator::next).unwrap_or(metres));
            let mut properties = Map::new();
            properties.insert("layer".into(), json!(sheet.name));
            for ((name, ..), field) in sheet.columns.iter().zip(fields) {
                properties.insert((*name).into(), value(field));
            }
            features.push(json!({ "type": "Feature", "properties": properties, "geometry": shape.map(shape_of) }));
        }
    }
    let mut object = json!({
        "type": "FeatureCollection",
        "park": park.slug,
        "data_origin": origin(park),
        "use": "for exercises and planning",
        "features": features,
    });
    if in_degrees.is_none() {
        object["crs"] = json!({ "type": "name", "properties": { "name": format!("EPSG:{}", park.srid) } });
    }
    object
}

fn value(field: &Field) -> Value {
    match field {
        Field::Unknown => Value::Null,
        Field::Whole(number) => json!(number),
        Field::Number(number) => json!(number),
        Field::Text(text) => json!(text),
        Field::Day(day) => json!(day.to_string()),
    }
}

fn shape_of(shape: &Geometry<f64>) -> Value {
    let place = |at: &Coord<f64>| json!([at.x, at.y]);
    let line = |line: &LineString<f64>| line.coords().map(place).collect::<Vec<Value>>();
    match shape {
        Geometry::Point(at) => json!({ "type": "Point", "coordinates": place(&at.0) }),
        Geometry::MultiLineString(lines) => {
            json!({ "type": "MultiLineString", "coordinates": lines.iter().map(line).collect::<Vec<_>>() })
        }
        Geometry::MultiPolygon(polygons) => {
            let rings = |polygon: &geo::Polygon<f64>| {
                std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(line).collect::<Vec<_>>()
            };
            json!({ "type": "MultiPolygon", "coordinates": polygons.iter().map(rings).collect::<Vec<_>>() })
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_is_written() {
        let of = |name: &str| form(Path::new(name)).ok();
        assert_eq!(of("doors.CSV"), Some(Form::Doors));
        assert_eq!(
            (of("a.geojson"), of("a.json"), of("a.svg")),
            (Some(Form::Json), Some(Form::Json), Some(Form::Picture))
        );
        assert_eq!((of("a.gpkg"), of("folder")), (Some(Form::Tables), Some(Form::Tables)));
        assert_eq!(of("a.xlsx"), None);
    }
}
