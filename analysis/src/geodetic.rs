//! Latitude and longitude of a place in the park, without GDAL: proj4rs with the parameters that PROJ has for the EPSG code.
//!
//! Accuracy is that of the parameters: where a datum needs a grid of shifts, positions are off by up to a few metres. Good
//! for a read-out, not for a survey.

use proj4rs::Proj;
use proj4rs::transform::transform;

/// Longitude and latitude, degrees, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    /// Degrees east of Greenwich.
    pub lon_deg: f64,
    /// Degrees north of the equator.
    pub lat_deg: f64,
}

/// From a park's CRS to WGS 84.
#[derive(Debug)]
pub struct Geodetic {
    from: Proj,
    to: Proj,
}

impl Geodetic {
    /// For coordinates in `EPSG:srid`; `None` where its parameters are not known or it is not projected.
    pub fn of(srid: i32) -> Option<Self> {
        let definition = crs_definitions::from_code(u16::try_from(srid).ok()?)?;
        let from = Proj::from_proj_string(definition.proj4.trim()).ok()?;
        let to = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok()?;
        (!from.is_latlong()).then_some(Self { from, to })
    }

    /// Place of a park position (easting, northing, m); `None` outside what the projection can do.
    pub fn lon_lat(&self, x_m: f64, y_m: f64) -> Option<LonLat> {
        let mut point = (x_m, y_m, 0.0);
        transform(&self.from, &self.to, &mut point).ok()?;
        let (lon_deg, lat_deg) = (point.0.to_degrees(), point.1.to_degrees());
        (lon_deg.is_finite() && lat_deg.abs() <= 90.0).then_some(LonLat { lon_deg, lat_deg })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EPSG code, easting, northing, and the longitude and latitude that PROJ gives for them (`gdaltransform -s_srs
    /// EPSG:<code> -t_srs EPSG:4326`, GDAL 3.6.2): every CRS of the project's parks.
    #[expect(clippy::unreadable_literal, reason = "as PROJ prints them")]
    const PROJ: [(i32, f64, f64, f64, f64); 13] = [
        (4549, 643264.1353, 3431940.3239, 121.500000000, 31.000000000),
        (4550, 356735.8647, 3431940.3239, 121.500000000, 31.000000000),
        (4525, 37645000.0, 3431000.0, 112.518035114, 30.991309256),
        (21781, 628417.4, 240988.9, 7.814498716, 47.319160972),
        (2056, 2757720.0, 1223500.0, 9.518159744, 47.143667970),
        (25831, 421000.0, 4578000.0, 2.055656965, 41.349624428),
        (25832, 590000.0, 6140000.0, 10.421094028, 55.397993736),
        (26986, 233000.0, 902000.0, -71.099364174, 42.367804731),
        (32618, 585000.0, 4511000.0, -73.993186445, 40.745560810),
        (3088, 1600000.0, 1180000.0, -84.612109745, 37.949717909),
        (6677, -18000.0, -80000.0, 139.635462612, 35.278735736),
        (6676, 16000.0, -100000.0, 138.675497112, 35.098481444),
        (3879, 25497000.0, 6673000.0, 24.945959273, 60.169870925),
    ];

    #[test]
    fn places_are_those_of_proj_to_a_decimetre() {
        for (srid, x, y, lon, lat) in PROJ {
            let place = Geodetic::of(srid).unwrap_or_else(|| panic!("EPSG:{srid}")).lon_lat(x, y).unwrap();
            let (dx, dy) = ((place.lon_deg - lon) * lat.to_radians().cos(), place.lat_deg - lat);
            let off_m = dx.hypot(dy) * 111_320.0;
            assert!(off_m < 0.1, "EPSG:{srid}: {off_m:.3} m off: {place:?}");
        }
    }

    #[test]
    fn what_is_no_projected_system_has_no_place() {
        assert!(Geodetic::of(4326).is_none());
        assert!(Geodetic::of(-7).is_none() && Geodetic::of(1).is_none());
    }
}
