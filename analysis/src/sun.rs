//! Where the sun stands over a place at a moment.
//!
//! The algorithm of Meeus, *Astronomical Algorithms* (2nd ed., 1998), chapters 25 (low accuracy) and 28, as NOAA's solar calculator
//! uses it: within a hundredth of a degree from 1950 to 2050. Geometric: what the air bends is left out, half a degree at the
//! horizon.

use chrono::{DateTime, FixedOffset, Offset, Utc};

use crate::geodetic::LonLat;

/// Julian day of 1970-01-01T00:00 UTC.
const UNIX_EPOCH_JD: f64 = 2_440_587.5;
/// Julian day of the epoch J2000.0.
const J2000_JD: f64 = 2_451_545.0;

/// Direction to the sun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sun {
    /// Compass bearing, degrees clockwise from north.
    pub azimuth_deg: f64,
    /// Height above the horizon, degrees; negative at night.
    pub elevation_deg: f64,
}

/// Offset from UTC that clocks have at a place, roughly: in China that of Beijing, elsewhere whole hours of the sun's.
pub fn offset_of(place: LonLat) -> FixedOffset {
    let in_china = (73.0..=135.0).contains(&place.lon_deg) && (18.0..=53.5).contains(&place.lat_deg);
    // Neighbours at these longitudes are an hour or two off; the offset can be set by hand.
    let hours = if in_china { 8.0 } else { (place.lon_deg / 15.0).round() };
    FixedOffset::east_opt((hours * 3600.0) as i32).unwrap_or(Utc.fix())
}

/// What follows from the moment alone.
struct Ephemeris {
    /// Apparent longitude, degrees.
    #[cfg(test)]
    longitude_deg: f64,
    declination_deg: f64,
    /// Apparent less mean solar time, minutes.
    equation_of_time_min: f64,
}

impl Ephemeris {
    fn of(julian_day: f64) -> Self {
        let t = (julian_day - J2000_JD) / 36_525.0;
        let mean_longitude = (280.466_46 + t * (36_000.769_83 + 0.000_303_2 * t)).rem_euclid(360.0);
        let anomaly = (357.529_11 + t * (35_999.050_29 - 0.000_153_7 * t)).to_radians();
        let eccentricity = 0.016_708_634 - t * (0.000_042_037 + 0.000_000_126_7 * t);
        let centre = anomaly.sin() * (1.914_602 - t * (0.004_817 + 0.000_014 * t))
            + (2.0 * anomaly).sin() * (0.019_993 - 0.000_101 * t)
            + (3.0 * anomaly).sin() * 0.000_289;
        let node = (125.04 - 1934.136 * t).to_radians();
        let longitude_deg = (mean_longitude + centre - 0.005_69 - 0.004_78 * node.sin()).rem_euclid(360.0);
        let mean_obliquity = 23.0 + (26.0 + (21.448 - t * (46.815 + t * (0.000_59 - 0.001_813 * t))) / 60.0) / 60.0;
        let obliquity = (mean_obliquity + 0.002_56 * node.cos()).to_radians();
        let declination_deg = (obliquity.sin() * longitude_deg.to_radians().sin()).asin().to_degrees();
        let y = (obliquity / 2.0).tan().powi(2);
        let l = mean_longitude.to_radians();
        let equation = y * (2.0 * l).sin() - 2.0 * eccentricity * anomaly.sin()
            + 4.0 * eccentricity * y * anomaly.sin() * (2.0 * l).cos()
            - 0.5 * y * y * (4.0 * l).sin()
            - 1.25 * eccentricity * eccentricity * (2.0 * anomaly).sin();
        Self {
            #[cfg(test)]
            longitude_deg,
            declination_deg,
            equation_of_time_min: 4.0 * equation.to_degrees(),
        }
    }
}

/// The sun over a place (degrees, north and east positive) at a moment.
pub fn sun_at(lat_deg: f64, lon_deg: f64, moment: DateTime<Utc>) -> Sun {
    let seconds = moment.timestamp() as f64 + f64::from(moment.timestamp_subsec_millis()) / 1000.0;
    let sun = Ephemeris::of(seconds / 86_400.0 + UNIX_EPOCH_JD);
    let minutes = seconds.rem_euclid(86_400.0) / 60.0;
    // Hour angle: 0 at noon by the sun, positive in the afternoon.
    let hour = ((minutes + sun.equation_of_time_min + 4.0 * lon_deg) / 4.0 - 180.0).to_radians();
    let (lat, declination) = (lat_deg.to_radians(), sun.declination_deg.to_radians());
    let up = lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour.cos();
    let north = lat.cos() * declination.sin() - lat.sin() * declination.cos() * hour.cos();
    let east = -declination.cos() * hour.sin();
    Sun {
        azimuth_deg: east.atan2(north).to_degrees().rem_euclid(360.0),
        elevation_deg: up.clamp(-1.0, 1.0).asin().to_degrees(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Meeus, examples 25.a and 28.b: 1992 October 13, 0h dynamical time.
    #[test]
    fn meeus_example_of_1992() {
        let sun = Ephemeris::of(2_448_908.5);
        assert!((sun.longitude_deg - 199.908_95).abs() < 1e-4, "{}", sun.longitude_deg);
        assert!((sun.declination_deg - -7.785_07).abs() < 2e-4, "{}", sun.declination_deg);
        // E = +3.427351° of hour angle: 13 min 42.6 s.
        assert!((sun.equation_of_time_min - 13.709).abs() < 0.02, "{}", sun.equation_of_time_min);
    }

    /// Reda and Andreas, *Solar Position Algorithm* (NREL/TP-560-34302, 2008), table A5.1: Golden, Colorado, 2003 October 17,
    /// 12:30:30 at UTC-7. Azimuth 194.340241°; elevation without refraction 39.872046°.
    #[test]
    fn nrel_example_of_2003() {
        let sun = sun_at(39.742_476, -105.178_6, "2003-10-17T19:30:30Z".parse().unwrap());
        assert!((sun.azimuth_deg - 194.340_241).abs() < 0.01, "{sun:?}");
        assert!((sun.elevation_deg - 39.872_046).abs() < 0.01, "{sun:?}");
    }

    #[test]
    fn noon_is_in_the_south_north_of_the_tropics_and_in_the_north_south_of_them() {
        // Greenwich at the June solstice of 2024: noon by the sun about 12:02 UTC, 90 - 51.48 + 23.44 degrees high.
        let noon = sun_at(51.477_8, 0.0, "2024-06-20T12:02:00Z".parse().unwrap());
        assert!((noon.azimuth_deg - 180.0).abs() < 1.0 && (noon.elevation_deg - 61.96).abs() < 0.05, "{noon:?}");
        let south = sun_at(-33.9, 18.4, "2024-06-20T10:48:00Z".parse().unwrap());
        assert!(south.azimuth_deg < 2.0 || south.azimuth_deg > 358.0, "{south:?}");
        let night = sun_at(31.2, 121.5, "2024-06-20T16:00:00Z".parse().unwrap());
        assert!(night.elevation_deg < -30.0, "{night:?}");
        let morning = sun_at(31.2, 121.5, "2024-06-20T00:00:00Z".parse().unwrap());
        assert!((60.0..100.0).contains(&morning.azimuth_deg), "in the east: {morning:?}");
    }
}
