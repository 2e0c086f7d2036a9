//! The light of a tour: a day that matters to the prospect, its season, and for each view the hour at which the sun stands behind
//! whoever looks.

use analysis::geodetic::{Geodetic, LonLat};
use analysis::siting::{PitchFile, Want, said};
use analysis::sun::{Sun, offset_of, sun_at};
use analysis::words::Words;
use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone};

/// Between these no shadow is too long and none too short, degrees above the horizon.
const ELEVATION_DEG: (f64, f64) = (25.0, 60.0);
/// Of the highest that the sun comes on a day, where that is low: this share is good enough.
const NEARLY: f64 = 0.8;
/// A sun that comes no higher than this shows nothing, degrees.
const LEAST_DEG: f64 = 6.0;
/// Nearer to the equator than this a year has other seasons than four, degrees.
const TROPIC_DEG: f64 = 23.5;

/// A day at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Light {
    place: LonLat,
    day: NaiveDate,
    /// Something is asked for by this day.
    is_asked: bool,
}

impl Light {
    /// The first day to come that the pitch asks something by, else the day that is looked at; `None` where nobody knows where on the
    /// earth the place is.
    pub(super) fn of(file: &PitchFile, as_of: NaiveDate, srid: i32, (x_m, y_m): (f64, f64)) -> Option<Self> {
        let place = Geodetic::of(srid)?.lon_lat(x_m, y_m)?;
        let by = |want: &Want| match want {
            Want::Free { by } => Some(*by),
            other => other.supply().map(|(_, by)| by),
        };
        let asked = file.needs.iter().filter_map(|need| by(&need.want)).filter(|by| *by > as_of).min();
        Some(Self { place, day: asked.unwrap_or(as_of), is_asked: asked.is_some() })
    }

    /// The moment of the day at which the sun lights best what is seen from a bearing, degrees clockwise from north; `None` where it
    /// hardly rises.
    pub(super) fn seen_from(&self, bearing_deg: f32) -> Option<DateTime<FixedOffset>> {
        let zone = offset_of(self.place);
        let quarter = |number: i64| {
            let local = self.day.and_time(NaiveTime::MIN) + Duration::minutes(15 * number);
            let time = zone.from_local_datetime(&local).single()?;
            Some((time, sun_at(self.place.lat_deg, self.place.lon_deg, time.to_utc())))
        };
        let day: Vec<(DateTime<FixedOffset>, Sun)> = (0..24 * 4).filter_map(quarter).collect();
        let highest_deg = day.iter().map(|(_, sun)| sun.elevation_deg).fold(f64::NEG_INFINITY, f64::max);
        if highest_deg < LEAST_DEG {
            return None;
        }
        let (low, high) = (ELEVATION_DEG.0.min(highest_deg * NEARLY), ELEVATION_DEG.1);
        let aside = |sun: &Sun| {
            let turned = (sun.azimuth_deg - f64::from(bearing_deg)).rem_euclid(360.0);
            turned.min(360.0 - turned)
        };
        let suits = day.iter().filter(|(_, sun)| (low..=high).contains(&sun.elevation_deg));
        suits.min_by(|a, b| aside(&a.1).total_cmp(&aside(&b.1))).map(|(time, _)| *time)
    }

    fn season(&self) -> Option<Words> {
        let LonLat { lat_deg, .. } = self.place;
        if lat_deg.abs() < TROPIC_DEG {
            return None;
        }
        let turned = if lat_deg < 0.0 { 6 } else { 0 };
        // Spring begins with March.
        Some(said::SEASONS[((self.day.month0() + turned + 10) % 12 / 3) as usize].into())
    }

    /// Of which season and day the light is, and why.
    pub(super) fn words(&self) -> Words {
        said::light(self.season(), self.day, self.is_asked)
    }
}

#[cfg(test)]
mod tests {
    use twin_engine::Language;
    use twin_engine::text::Text;

    use super::*;

    fn light(lat_deg: f64, day: &str) -> Light {
        Light { place: LonLat { lon_deg: 121.0, lat_deg }, day: day.parse().unwrap(), is_asked: true }
    }

    #[test]
    fn the_sun_stands_behind_whoever_looks_as_far_as_the_day_has_it() {
        let at = |light: Light, bearing: f32| light.seen_from(bearing).unwrap();
        let of = |time: DateTime<FixedOffset>, lat: f64| sun_at(lat, 121.0, time.to_utc());
        for day in ["2026-12-31", "2027-03-20", "2027-06-21"] {
            let one = light(31.0, day);
            let [east, south, west] = [90.0, 180.0, 270.0].map(|bearing| at(one, bearing));
            assert!(east < south && south < west, "{day}: {east} {south} {west}");
            for time in [east, south, west] {
                let sun = of(time, 31.0);
                assert!((25.0..=60.0).contains(&sun.elevation_deg), "{day}: {sun:?}");
                assert_eq!((time.date_naive(), time.offset().local_minus_utc()), (one.day, 8 * 3600));
            }
        }
        // In the north in winter no sun is high: the best that there is. Beyond the polar circle there is none.
        let low = of(at(light(60.0, "2026-12-21"), 140.0), 60.0);
        assert!(low.elevation_deg > 4.0 && low.elevation_deg < 8.0, "{low:?}");
        assert_eq!(light(70.0, "2026-12-21").seen_from(140.0), None);
    }

    #[test]
    fn a_season_is_that_of_the_place() {
        let said = |lat, day, language| Text::of(language).words(&light(lat, day).words());
        let asked = "the first day by which something is asked for";
        assert_eq!(said(31.0, "2026-12-31", Language::English), format!("light of winter, 2026-12-31, {asked}"));
        assert_eq!(said(-33.9, "2026-12-31", Language::English), format!("light of summer, 2026-12-31, {asked}"));
        assert_eq!(said(1.3, "2026-12-31", Language::English), format!("light of 2026-12-31, {asked}"));
        assert!(said(31.0, "2027-06-01", Language::Chinese).contains("夏季"));
    }

    #[test]
    fn the_day_is_the_first_to_come_that_is_asked_for() {
        let file =
            |needs: &str| PitchFile::parse(&format!("(format_version: 1, name: \"a\", needs: [{needs}])")).unwrap();
        let as_of = "2026-06-30".parse().unwrap();
        let day = |needs: &str| {
            let light = Light::of(&file(needs), as_of, 4549, (500_000.0, 3_450_000.0)).unwrap();
            (light.day.to_string(), light.is_asked)
        };
        let land = "(want: land(at_least_m2: 1))";
        assert_eq!(day(land), ("2026-06-30".to_owned(), false));
        let power = "(want: power(at_least_mw: 1, by: \"2027-06-01\"))";
        assert_eq!(day(&format!("{land}, {power}")), ("2027-06-01".to_owned(), true));
        let free = "(want: free(by: \"2026-12-31\")), (want: free(by: \"2020-01-01\"))";
        assert_eq!(day(&format!("{power}, {free}")), ("2026-12-31".to_owned(), true));
        assert!(Light::of(&file(land), as_of, 4326, (121.0, 31.0)).is_none(), "no place in metres");
    }
}
