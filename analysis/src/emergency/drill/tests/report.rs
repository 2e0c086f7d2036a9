//! What the report says where there is nothing to say.

use super::*;

#[test]
fn water_is_counted_at_a_place_and_not_called_none_where_there_is_no_place() {
    let there = |text: &str| {
        let chapters = drill_report(&DrillFile::parse(text).unwrap(), &run(text, &[]));
        let water = chapters.into_iter().find(|chapter| chapter.name == "water").unwrap();
        water.rows.into_iter().find(|(_, cells)| cells[0] == "Hydrants in reach of the place give").unwrap()
    };
    let (amiss, cells) = there(LEAK);
    assert_eq!((amiss, cells[1].as_str()), (false, "15 L/s"));
    let (amiss, cells) = there(&with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)"));
    assert_eq!((amiss, cells[1].as_str()), (false, "no place of the incident to bring it to"));
    assert_eq!(cells[1].key(), Some("drill-no-place"));
}

#[test]
fn a_flood_says_what_it_takes_ways_without_heights_for() {
    let text = with("flood(levels: [(0.0, 0.0), (20.0, 3.0)], closes_m: 0.3)");
    let notes = drill_notes(&DrillFile::parse(&text).unwrap(), &run(&text, &[]));
    assert!(notes.iter().any(|note| note.contains("Ways on such ground stay open")), "{notes:?}");
}
