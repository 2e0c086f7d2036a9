//! Moments that are worth a picture.

use super::*;
use crate::words::Words;

#[test]
fn moments_stand_in_their_order_and_the_worst_is_when_most_came_into_the_danger() {
    let (file, run) = (DrillFile::parse(LEAK).unwrap(), run(LEAK, &[]));
    let moments = key_moments(&file, &run);
    assert!((4..=5).contains(&moments.len()), "{moments:?}");
    assert!(moments.windows(2).all(|pair| pair[0].0 + 1.0 <= pair[1].0), "{moments:?}");
    assert_eq!((moments[0].0, moments[0].1.as_str()), (0.0, "the start"));
    assert_eq!((moments[1].0, moments[1].1.as_str()), (180.0, "the alarm"));
    let (end_s, end) = &moments[moments.len() - 1];
    assert_eq!((*end_s, end.as_str()), (1800.0, "the end"));
    assert!(moments.iter().any(|one| Some(one.0) == run.outcome.first_water_s), "{moments:?}");
    let gains: Vec<(f64, u32)> =
        run.counts.windows(2).map(|pair| (pair[1].at_s, pair[1].exposed - pair[0].exposed)).collect();
    let most = gains.iter().map(|gain| gain.1).max().unwrap();
    assert!(most > 0);
    let worst = moments.iter().find(|one| one.1.contains("most people")).expect("a worst minute");
    // Those in line at a door and between it and the ways are among them.
    assert!(worst.1.ends_with(&format!("outside or at a door came into the danger: {most}")), "{worst:?}");
    assert!(gains.contains(&(worst.0, most)), "{worst:?} {gains:?}");
    let caption = moment_caption(180.0, &moments[1].1, true);
    assert_eq!(caption, "3:00 – the alarm. The place of the incident");
}

#[test]
fn what_did_not_happen_has_no_picture_and_an_area_stands_for_people() {
    let file = DrillFile::parse(LEAK).unwrap();
    let mut quiet = run(LEAK, &[]);
    (quiet.outcome.alarm_s, quiet.outcome.first_water_s) = (None, None);
    for count in &mut quiet.counts {
        count.exposed = 0;
    }
    let said = |moments: &[(f64, Words)]| moments.iter().map(|one| one.1.to_string()).collect::<Vec<_>>();
    assert_eq!(said(&key_moments(&file, &quiet)), ["the start", "the danger at its largest", "the end"]);
    quiet.zones.clear();
    assert_eq!(said(&key_moments(&file, &quiet)), ["the start", "the end"]);
    // Two that fall together are one picture that is told as both.
    quiet.outcome.alarm_s = Some(0.0);
    let moments = key_moments(&file, &quiet);
    assert_eq!(said(&moments), ["the start; the alarm", "the end"]);
    assert_eq!(moments[0].1.key(), Some("drill-moment-both"));
}
