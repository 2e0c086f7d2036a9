//! What a cut lays bare, as a report.

use spatial_db::model::{FeatureKind, ParkSnapshot};

use super::{class, said, text};
use crate::network::section::{CutPipe, Gap, Section};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;

/// Pipes, cables and ducts that a cut meets, with the room to the next.
pub fn section_sheet(park: &ParkSnapshot, section: &Section) -> Sheet {
    let gaps = section.gaps();
    let number = |name, title, digits| Column::new(name, title, "m", Holds::Number(digits));
    let row = |(at, pipe): (usize, &CutPipe)| {
        let gap: Option<&Gap> = gaps.get(at);
        let cells = vec![
            Value::Whole(at as i64 + 1),
            Some(pipe.at_m).into(),
            class(pipe.class).into(),
            said(&pipe.key),
            said(&pipe.size),
            pipe.material.as_deref().into(),
            pipe.cover_m.into(),
            pipe.axis_m.into(),
            gap.map(|gap| gap.apart_m).into(),
            gap.and_then(|gap| gap.clear_m).into(),
            gap.and_then(|gap| gap.height_m).into(),
        ];
        Row { slot: park.edges.iter().position(|edge| edge.id == pipe.id), cells }
    };
    let mut notes = vec![words!(
        "note-section",
        "{metres} m of cut, {pipes} lines, {chambers} chambers, {buildings} buildings; cover is ground above the top of a line",
        metres = format!("{:.1}", section.length_m),
        pipes = section.pipes.len(),
        chambers = section.chambers.len(),
        buildings = section.buildings.len(),
    )];
    let unsized_ = section.pipes.iter().filter(|pipe| !pipe.size_known).count();
    let unlevelled = section.pipes.iter().filter(|pipe| pipe.axis_m.is_none()).count();
    if unsized_ + unlevelled > 0 {
        notes.push(words!(
            "note-section-unknown",
            "{sizes} lines without a size on record, {levels} without a level",
            sizes = unsized_,
            levels = unlevelled,
        ));
    }
    if section.ground.is_empty() {
        notes.push(words!("note-section-terrain", "no terrain along the cut: cover is not known"));
    }
    Sheet {
        name: "section",
        title: words!("title-section", "Cross-section of the networks"),
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns: vec![
            Column::new("number", words!("head-order", "no."), "", Holds::Whole),
            number("distance_m", words!("head-distance", "distance"), 2),
            text("class", words!("head-network-class", "class")),
            text("line", words!("head-line", "line")),
            text("size", words!("head-size", "size")),
            text("material", words!("head-material", "material")),
            number("cover_m", words!("head-cover", "ground above"), 2),
            number("axis_m", words!("head-axis", "axis"), 2),
            number("next_m", words!("head-next", "axis to the next"), 2),
            number("next_clear_m", words!("head-next-clear", "wall to the next"), 2),
            number("next_height_m", words!("head-next-height", "clear height to the next"), 2).in_files(),
        ],
        rows: section.pipes.iter().enumerate().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use spatial_db::cache::Cache;
    use spatial_db::model::{NetworkClass, Presence, TerrainGrid};

    use super::*;
    use crate::network::by_hand::{edge, empty};
    use crate::network::section_along;

    #[test]
    fn a_cut_with_a_corner_meets_what_was_there_and_tells_the_room_between() {
        let mut park = empty();
        park.terrain = Some(TerrainGrid {
            origin_x_m: -50.0,
            origin_y_m: -50.0,
            cell_m: 50.0,
            columns: 4,
            rows: 4,
            heights_m: vec![10.0; 16],
        });
        let across = |id: i64, x: f64, z: f64, dn: Option<f64>| {
            let mut line = edge(id, vec![[x, -10.0, z], [x, 10.0, z]]);
            (line.class, line.diameter_mm) = (NetworkClass::Gas, dn);
            line
        };
        park.edges =
            vec![across(1, 4.0, 8.0, Some(200.0)), across(2, 5.0, 8.5, Some(400.0)), across(3, 8.0, 9.0, None)];
        // Met by the second piece, which runs north from (10, 0); and one that is gone.
        park.edges.push(edge(4, vec![[5.0, 6.0, 8.0], [15.0, 6.0, 8.0]]));
        park.edges.push(across(5, 6.0, 8.0, Some(100.0)));
        park.edges[4].valid_to = Some("2020-01-01".parse().unwrap());
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let cache = Cache::build(Arc::new(park));
        let section = section_along(&cache, Some(&there), &[[0.0, 0.0], [10.0, 0.0], [10.0, 20.0]]);
        let told: Vec<(&str, f64)> = section.pipes.iter().map(|pipe| (pipe.key.as_str(), pipe.at_m)).collect();
        assert_eq!(told, [("e1", 4.0), ("e2", 5.0), ("e3", 8.0), ("e4", 16.0)]);
        assert_eq!(
            (section.length_m, section.ground.first(), section.ground.last()),
            (30.0, Some(&[0.0, 10.0]), Some(&[30.0, 10.0]))
        );
        assert!(section.ground.windows(2).all(|pair| pair[0][0] < pair[1][0]), "{:?}", section.ground);
        let gaps = section.gaps();
        // One metre less half of 0.2 and of 0.4; half a metre of height less the same.
        assert!((gaps[0].clear_m.unwrap() - 0.7).abs() < 1e-9 && (gaps[0].height_m.unwrap() - 0.2).abs() < 1e-9);
        assert_eq!((gaps[1].apart_m, gaps[1].clear_m, gaps.len()), (3.0, None, 3));
        let sheet = section_sheet(cache.snapshot(), &section);
        assert!(sheet.rows.iter().all(|row| row.cells.len() == sheet.columns.len()));
        let Value::Number(cover) = sheet.rows[1].cells[6] else { panic!("{:?}", sheet.rows[1]) };
        assert!((cover - 1.3).abs() < 1e-9, "ground at 10 m, axis at 8.5, half of 0.4: {cover}");
        assert!(section_along(&cache, None, &[[0.0, 0.0]]).pipes.is_empty());
    }
}
