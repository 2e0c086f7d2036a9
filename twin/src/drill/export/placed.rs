//! Places on record: of assembly, hospitals, shelters.

use analysis::emergency::drill::DrillRun;
use spatial_db::cache::Cache;
use spatial_db::package::Kind;
use spatial_db::schema::GeometryKind;

use super::{Field, KEY, Sheet, point, row};

/// Places of assembly, hospitals and shelters.
pub(super) fn places(run: &DrillRun, cache: &Cache) -> [Sheet; 2] {
    let park = cache.snapshot();
    let at = |key: &str| {
        let found = park.resources.iter().find(|resource| resource.provenance.key == *key);
        found.and_then(|found| point(found.position))
    };
    let assembly = run.outcome.gatherings.iter().map(|one| {
        row(
            at(&one.key),
            [
                Field::from(&one.key),
                one.name.as_ref().into(),
                one.capacity.map_or(Field::Unknown, Field::from),
                one.arrived.into(),
                one.over.into(),
                one.reached_s.into(),
                u32::from(one.without_height).into(),
            ],
        )
    });
    let facilities = run.outcome.facilities.iter().map(|one| {
        row(
            at(&one.key),
            [
                Field::from(&one.key),
                one.name.as_ref().into(),
                one.kind.into(),
                one.capacity.into(),
                one.drive_at_alarm_s.into(),
                one.drive_at_end_s.into(),
                one.reached_s.into(),
                u32::from(one.without_height).into(),
            ],
        )
    });
    [
        Sheet {
            name: "assembly",
            title: "Places of assembly",
            says: "Who came where, and when the danger did",
            geometry: Some(GeometryKind::Point),
            columns: vec![
                ("key", Kind::Text, KEY),
                ("name", Kind::Text, "name"),
                ("capacity", Kind::Integer, "persons that it takes; empty: not on record"),
                ("arrived", Kind::Integer, "persons there at the end"),
                ("over", Kind::Integer, "persons sent there although it was full"),
                ("reached_s", Kind::Real, "inside the danger from, s from the start; empty: at no time"),
                (
                    "without_height",
                    Kind::Truth,
                    "1: of a flood, on ground without heights, so that nobody can say that it is dry",
                ),
            ],
            rows: assembly.collect(),
        },
        Sheet {
            name: "facility",
            title: "Hospitals and shelters",
            says: "Hospitals and shelters on record, in service",
            geometry: Some(GeometryKind::Point),
            columns: vec![
                ("key", Kind::Text, KEY),
                ("name", Kind::Text, "name"),
                ("kind", Kind::Text, "hospital or shelter"),
                ("capacity", Kind::Real, "persons that it takes; empty: not on record"),
                ("drive_at_alarm_s", Kind::Real, "drive from the place by the roads open at the alarm, s"),
                ("drive_at_end_s", Kind::Real, "the same at the end, s"),
                ("reached_s", Kind::Real, "inside the danger from, s from the start"),
                (
                    "without_height",
                    Kind::Truth,
                    "1: of a flood, on ground without heights, so that nobody can say that it is dry",
                ),
            ],
            rows: facilities.collect(),
        },
    ]
}
