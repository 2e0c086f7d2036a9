//! A class that follows from wind, sun and cloud.

use super::*;
use crate::emergency::hazard::Stability;

/// [`LEAK`] under a sky. The park by hand lies at the equator, at 115.5° E: on the day of the equinox the sun stands 54° high there at
/// 10:01, and goes down at about 18:25.
fn under(cloud: f64, hour: u32) -> String {
    LEAK.replace("stability: D", &format!("cloud: {cloud:.1}, day: \"2024-03-20\""))
        .replace("hour: 10", &format!("hour: {hour}"))
}

#[test]
fn the_class_is_that_of_pasquills_table_for_wind_sun_and_cloud() {
    // Wind of 2 m/s. Sun of 1111 · (sin 54° − 0.1) = 788 W/m² is moderate, and slight behind eight tenths of cloud: 430 W/m².
    for (cloud, hour, class) in [
        (0.0, 10, Stability::B),
        (8.0, 10, Stability::C),
        (10.0, 10, Stability::D),
        (2.0, 22, Stability::F),
        (7.0, 22, Stability::E),
    ] {
        let text = under(cloud, hour);
        let found = run(&text, &[]);
        let sky = found.outcome.sky.as_ref().unwrap();
        assert_eq!((found.outcome.stability, sky.night), (class, hour == 22), "{cloud} {hour}: {sky:?}");
        // The leak is played in it.
        let given = run(
            &text.replace(&format!("cloud: {cloud:.1}, day: \"2024-03-20\""), &format!("stability: {class:?}")),
            &[],
        );
        assert_eq!((&given.zone, &given.outcome.sky), (&found.zone, &None));
        let file = DrillFile::parse(&text).unwrap();
        let told = given_chapter(&file, &found, &park().snapshot().park);
        let cell = &told.rows.iter().find(|(_, cells)| cells[0] == "Stability (Pasquill)").unwrap().1[1];
        assert!(cell.starts_with(&format!("{class:?}, by wind")) && cell.contains("Turner 1970"), "{cell}");
    }
    let sun = run(&under(0.0, 10), &[]).outcome.sky.unwrap();
    assert!((sun.sun_elevation_deg - 54.0).abs() < 1.5 && sun.clock == "2024-03-20 10:01 +08:00", "{sun:?}");
}

#[test]
fn night_begins_an_hour_before_sunset() {
    let at = |minute: &str| {
        let text = under(2.0, 17).replace("at_min: 1.0", &format!("at_min: {minute}"));
        run(&text, &[]).outcome.sky.unwrap()
    };
    let (day, night) = (at("1.0"), at("29.0"));
    assert!(!day.night && night.night && night.sun_elevation_deg > 5.0, "{day:?} {night:?}");
}

#[test]
fn the_class_changes_with_the_wind_and_is_said_with_it() {
    let text = under(8.0, 10).replace("no_water([\"H1\"])", "wind(90.0, 6.5)");
    let (file, cache) = (DrillFile::parse(&text).unwrap(), park());
    let (found, trace) = trace_drill(&file, &cache, &DrillTables::shipped(), &[], |_| true).unwrap();
    let said = found.log.entries.iter().find(|entry| entry.id == "burst").unwrap();
    assert_eq!(said.text.as_str(), "the wind blows from 90° with 6.5 m/s: class D");
    let classes: Vec<Stability> = [0.0, 400.0].map(|at_s| trace.wind(at_s).unwrap().stability).to_vec();
    assert_eq!(classes, [Stability::C, Stability::D]);
    // A class that the file gives is its own, whatever the wind does.
    let given = LEAK.replace("no_water([\"H1\"])", "wind(90.0, 6.5)").replace("stability: D", "stability: B");
    let said = run(&given, &[]).log.entries.into_iter().find(|entry| entry.id == "burst").unwrap();
    assert_eq!(said.text.as_str(), "the wind blows from 90° with 6.5 m/s");
}

#[test]
fn weather_without_a_class_or_with_two_is_refused_with_its_line() {
    for (weather, said) in [
        ("cloud: 3.0, stability: D", "give one of them"),
        ("", "lacks `stability`"),
        ("day: \"2024-03-20\", stability: D", "leave it out"),
        ("cloud: 11.0", "from 0 to 10 tenths"),
    ] {
        let text =
            LEAK.replace("stability: D,", &if weather.is_empty() { String::new() } else { format!("{weather},") });
        let error = DrillFile::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with("line 8: ") && error.contains(said), "{weather}: {error}");
    }
    // Without a day nobody knows how high the sun stands.
    let error = refused(&LEAK.replace("stability: D", "cloud: 3.0"), &park());
    assert!(error.starts_with("line 8: ") && error.contains("`day`"), "{error}");
    let mut elsewhere = owned();
    elsewhere.park.srid = 4326;
    let error = refused(&under(3.0, 10), &Cache::build(Arc::new(elsewhere)));
    assert!(error.contains("in degrees is not known"), "{error}");
}
