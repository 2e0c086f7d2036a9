//! What a drill was like second by second: ways of people, closed ways, hydrants without water, buildings, contours.

use std::collections::BTreeMap;

use analysis::emergency::drill::{Change, DrillTrace, Key, Stay};
use geo::{Geometry, LineString, MultiLineString};
use spatial_db::model::{FeatureId, ParkSnapshot};
use spatial_db::package::Kind;
use spatial_db::schema::GeometryKind;

use super::{Field, KEY, S, Sheet, area, line, point, row};

const UNTIL: &str = "until, s from the start; empty: to the end";

/// Where a person was, m in the park's system.
fn place(trace: &DrillTrace, key: &Key) -> [f64; 2] {
    [trace.origin_m[0] + f64::from(key.place_m[0]), trace.origin_m[1] + f64::from(key.place_m[1])]
}

fn stay(stay: Stay) -> &'static str {
    match stay {
        Stay::Inside => "inside",
        Stay::Walks => "walks",
        Stay::Waits => "waits",
        Stay::Arrived => "arrived",
        Stay::CutOff => "cut off",
    }
}

/// Ways of the people who left their buildings, and when they were where.
pub(super) fn people(trace: &DrillTrace) -> [Sheet; 2] {
    // Everyone begins with a place in his building.
    let outside = trace.people.iter().enumerate().filter(|(_, track)| track.keys.len() > 1);
    let lines = outside.clone().filter_map(|(person, track)| {
        let places: Vec<(f64, [f64; 2])> =
            track.keys.iter().map(|key| (f64::from(key.at_s), place(trace, key))).collect();
        let (first, last) = (places.get(1)?.0, places.last()?.0);
        Some(row(Some(line(&places)?), [person.into(), first.into(), last.into()]))
    });
    let points = outside.flat_map(|(person, track)| {
        track.keys.iter().map(move |key| {
            row(point(place(trace, key)), [person.into(), f64::from(key.at_s).into(), stay(key.stay).into()])
        })
    });
    [
        Sheet {
            name: "person_track",
            title: "Tracks of people",
            says: "Ways that people walked, corner by corner",
            geometry: Some(GeometryKind::MultiLineString),
            columns: vec![
                ("person", Kind::Integer, "number in the drill; nobody's name"),
                ("from_s", Kind::Real, S),
                ("to_s", Kind::Real, S),
            ],
            rows: lines.collect(),
        },
        Sheet {
            name: "person_place",
            title: "Places of people by time",
            says: "Where the people of the tracks were when; from one place to the next they walk straight, or stay",
            geometry: Some(GeometryKind::Point),
            columns: vec![
                ("person", Kind::Integer, "number in the drill; nobody's name"),
                ("at_s", Kind::Real, S),
                ("stay", Kind::Text, "from then on: inside, walks, waits, arrived or cut off"),
            ],
            rows: points.collect(),
        },
    ]
}

/// From when to when each thing was among those that changes tell of; until is none where it was so to the end.
fn spans<T: Copy + Ord>(changes: &[Change<Vec<T>>]) -> Vec<(T, f64, Option<f64>)> {
    let mut open: BTreeMap<T, f64> = BTreeMap::new();
    let mut out = Vec::new();
    for change in changes {
        let mut now = change.now.clone();
        now.sort_unstable();
        open.retain(|thing, since_s| {
            let stays = now.binary_search(thing).is_ok();
            if !stays {
                out.push((*thing, *since_s, Some(change.at_s)));
            }
            stays
        });
        for thing in now {
            open.entry(thing).or_insert(change.at_s);
        }
    }
    out.extend(open.into_iter().map(|(thing, since_s)| (thing, since_s, None)));
    out.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    out
}

/// Key and place of a hydrant.
fn hydrant(park: &ParkSnapshot, id: FeatureId) -> (Field, Option<Geometry<f64>>) {
    let resource = park.resources.iter().find(|one| one.id == id).map(|one| (&one.provenance.key, one.position));
    let node = || {
        let found = park.nodes.iter().find(|one| one.id == id);
        found.map(|one| (&one.provenance.key, [one.position[0], one.position[1]]))
    };
    match resource.or_else(node) {
        Some((key, at)) => (key.into(), point(at)),
        None => (Field::Unknown, None),
    }
}

/// Ways that nobody could take, hydrants without water, and what buildings were without or in: each with its time.
pub(super) fn states(trace: &DrillTrace, park: &ParkSnapshot) -> [Sheet; 3] {
    let closed = spans(&trace.closed).into_iter().map(|(way, from_s, until_s)| {
        let ends = trace.ways.get(way as usize).map(|ends| {
            let stretch: LineString<f64> = ends.iter().map(|&[x, y]| (x, y)).collect();
            Geometry::MultiLineString(MultiLineString::new(vec![stretch]))
        });
        row(ends, [(way as usize).into(), from_s.into(), until_s.into()])
    });
    let dry = spans(&trace.dry).into_iter().map(|(id, from_s, until_s)| {
        let (key, at) = hydrant(park, id);
        row(at, [key, from_s.into(), until_s.into()])
    });
    let buildings = [("danger", &trace.endangered), ("no water", &trace.unreached), ("no power", &trace.unpowered)]
        .into_iter()
        .flat_map(|(state, changes)| {
            spans(changes).into_iter().map(move |(id, from_s, until_s)| {
                let building = park.buildings.iter().find(|one| one.id == id);
                let key = Field::from(building.map(|one| &one.provenance.key));
                let shape = building.and_then(|one| area(&one.footprint));
                row(shape, [key, state.into(), from_s.into(), until_s.into()])
            })
        });
    [
        Sheet {
            name: "closed_way",
            title: "Closed ways by time",
            says: "Stretches of way that nobody could take: closed by somebody, within 5 kW/m² of a pool that burns, or under water that is too deep",
            geometry: Some(GeometryKind::MultiLineString),
            columns: vec![
                ("way", Kind::Integer, "number of the stretch in the drill"),
                ("from_s", Kind::Real, S),
                ("until_s", Kind::Real, UNTIL),
            ],
            rows: closed.collect(),
        },
        Sheet {
            name: "dry_hydrant",
            title: "Hydrants without water by time",
            says: "Hydrants that are known to have had no water",
            geometry: Some(GeometryKind::Point),
            columns: vec![("key", Kind::Text, KEY), ("from_s", Kind::Real, S), ("until_s", Kind::Real, UNTIL)],
            rows: dry.collect(),
        },
        Sheet {
            name: "building_state",
            title: "Buildings by time",
            says: "Buildings inside the danger, without water (their main is off, or no hydrant reaches them any more), or without power",
            geometry: Some(GeometryKind::MultiPolygon),
            columns: vec![
                ("key", Kind::Text, KEY),
                ("state", Kind::Text, "danger, no water or no power"),
                ("from_s", Kind::Real, S),
                ("until_s", Kind::Real, UNTIL),
            ],
            rows: buildings.collect(),
        },
    ]
}

/// Every line of equal danger by time: AEGL 1 to 3, heat, depth of water.
pub(super) fn contours(trace: &DrillTrace) -> Sheet {
    let ends = trace.contours.iter().skip(1).map(|next| Some(next.at_s)).chain([None]);
    let rows = trace.contours.iter().zip(ends).flat_map(|(moment, until_s)| {
        moment.lines.iter().map(move |one| {
            row(
                area(&one.area),
                [
                    moment.at_s.into(),
                    until_s.into(),
                    Field::Text(one.label.to_string()),
                    u32::from(one.level).into(),
                    one.above_m.into(),
                    one.water_m.into(),
                ],
            )
        })
    });
    Sheet {
        name: "contour",
        title: "Lines of equal danger by time",
        says: "Every level of the danger as the map draws it; a moment's lines hold until the next",
        geometry: Some(GeometryKind::MultiPolygon),
        columns: vec![
            ("from_s", Kind::Real, S),
            ("until_s", Kind::Real, UNTIL),
            ("bounded_by", Kind::Text, "what bounds it"),
            ("level", Kind::Integer, "1 notable, 2 nobody is to walk there, 3 life-threatening"),
            ("above_m", Kind::Real, "how high over the ground it is cut, m"),
            ("water_m", Kind::Real, "level of the water that it bounds, m; empty: no water"),
        ],
        rows: rows.filter(|(shape, _)| shape.is_some()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_tell_of_is_put_into_spans() {
        let change = |at_s: f64, now: &[u32]| Change { at_s, now: now.to_vec() };
        let found = spans(&[change(10.0, &[3, 1]), change(20.0, &[1]), change(30.0, &[1, 3]), change(40.0, &[3])]);
        assert_eq!(found, [(1, 10.0, Some(40.0)), (3, 10.0, Some(20.0)), (3, 30.0, None)]);
        assert!(spans::<u32>(&[]).is_empty());
    }
}
