//! Coordinate reference systems: naming them, checking that coordinates can be in them, reprojecting in batches.
//!
//! Axis order is east (or longitude) first throughout, as GDAL delivers. What a wrong CRS does to a layer is left to
//! `stage`.

use std::sync::Once;

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};

use crate::shifted::{SHIFTED_AREA, Shift};

/// A coordinate reference system.
#[derive(Debug, Clone)]
pub(crate) struct Crs {
    /// As a person would name it: `EPSG:25831 (ETRS89 / UTM zone 31N)`.
    pub(crate) label: String,
    srs: SpatialRef,
    /// Coordinates that a map service moved: `srs` is what they are in once moved back.
    shift: Option<Shift>,
}

/// West, south, east, north, in the units of a CRS.
pub(crate) type Bounds = [f64; 4];

/// Whether a coordinate lies in bounds; a coordinate that is no number does not.
pub(crate) fn within(bounds: &Bounds, x: f64, y: f64) -> bool {
    x >= bounds[0] && x <= bounds[2] && y >= bounds[1] && y <= bounds[3]
}

/// GDAL's and PROJ's messages go to the log instead of the terminal, and PROJ stays off the network.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        crate::reader::keep_proj_offline();
        gdal::config::set_error_handler(|class, number, message| {
            tracing::debug!(?class, number, message, "gdal");
        });
    });
}

impl Crs {
    /// A CRS of the EPSG register.
    pub(crate) fn from_epsg(code: u32) -> Result<Self, String> {
        prepare();
        let srs = SpatialRef::from_epsg(code).map_err(|_| format!("EPSG:{code} is not a code that PROJ knows"))?;
        Ok(Self::new(srs))
    }

    /// A CRS as a manifest writes it: an authority's code, a PROJ string, or the shifted coordinates of Chinese map
    /// services. Nothing that names a file or an address.
    pub(crate) fn from_text(text: &str) -> Result<Self, String> {
        prepare();
        let text = text.trim();
        if let Some(shift) = Shift::parse(text) {
            let label = format!("{} (shifted coordinates of a Chinese map service)", shift.as_str());
            return Ok(Self { label, shift: Some(shift), ..Self::from_epsg(4326)? });
        }
        if text.starts_with("+proj") {
            return SpatialRef::from_proj4(text).map(Self::new).map_err(|_| "PROJ does not understand it".to_owned());
        }
        match text.split_once(':') {
            Some((authority, code)) if authority.eq_ignore_ascii_case("EPSG") => match code.trim().parse() {
                Ok(code) => Self::from_epsg(code),
                Err(_) => Err(format!("{code:?} is not a number")),
            },
            Some((authority, code))
                if ["ESRI", "IGNF", "OGC"].iter().any(|known| authority.eq_ignore_ascii_case(known))
                    && code.chars().all(|c| c.is_ascii_alphanumeric()) =>
            {
                SpatialRef::from_definition(&format!("{}:{code}", authority.to_uppercase()))
                    .map(Self::new)
                    .map_err(|_| "PROJ does not know it".to_owned())
            }
            _ => Err("it is neither a code such as EPSG:4549, nor a PROJ string, nor GCJ-02 or BD-09".to_owned()),
        }
    }

    /// A CRS as a file writes it.
    pub(crate) fn from_wkt(wkt: &str) -> Result<Self, String> {
        prepare();
        let mut srs =
            SpatialRef::from_wkt(wkt).map_err(|_| "PROJ does not understand what the file says".to_owned())?;
        if srs.authority().is_err() {
            // Best effort: without a code it works as well, but has no area of use to check coordinates against.
            let _ = srs.auto_identify_epsg();
        }
        Ok(Self::new(srs))
    }

    fn new(mut srs: SpatialRef) -> Self {
        srs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let name = srs.name().unwrap_or_default();
        let label = match srs.authority() {
            Ok(authority) if !name.is_empty() => format!("{authority} ({name})"),
            Ok(authority) => authority,
            Err(_) if name.is_empty() => "an unnamed coordinate system".to_owned(),
            Err(_) => name,
        };
        Self { label, srs, shift: None }
    }

    /// Why a park cannot be kept in it, if it cannot.
    pub(crate) fn unfit_for_park(&self) -> Option<String> {
        if self.srs.is_geographic() {
            return Some(format!("{} is in degrees", self.label));
        }
        if !self.srs.is_projected() {
            return Some(format!("{} is not a projected coordinate system", self.label));
        }
        let metres = self.srs.linear_units();
        if (metres - 1.0).abs() > 1e-9 {
            let unit = self.srs.linear_units_name().unwrap_or_default();
            return Some(format!("{} is in {unit} ({metres} m)", self.label));
        }
        None
    }

    /// Where its coordinates can lie: the area of use, generously. A metric zone is used well beyond its edge
    /// (Shanghai lies 0.7° outside zone 40), but not half a continent away.
    pub(crate) fn bounds(&self) -> Option<Bounds> {
        if self.shift.is_some() {
            return Some(SHIFTED_AREA);
        }
        // What a file writes names the system but not its area; the register knows that.
        let registered = || SpatialRef::from_epsg(self.epsg()?).ok()?.area_of_use();
        let area = self.srs.area_of_use().or_else(registered)?;
        let (west, east) = (area.west_lon_degree, area.east_lon_degree);
        let (south, north) = (area.south_lat_degree, area.north_lat_degree);
        if west > east || [west, south, east, north].iter().any(|v| !v.is_finite()) {
            return None;
        }
        let margin_x = ((east - west) * 0.5).clamp(1.0, 15.0);
        let margin_y = ((north - south) * 0.25).clamp(1.0, 15.0);
        let degrees = [
            (west - margin_x).max(-180.0),
            (south - margin_y).max(-90.0),
            (east + margin_x).min(180.0),
            (north + margin_y).min(90.0),
        ];
        if self.srs.is_geographic() {
            return Some(degrees);
        }
        // Poles and the far side have no image in most projections; the edge of what is useful does.
        let inside = [degrees[0].max(-179.0), degrees[1].max(-85.0), degrees[2].min(179.0), degrees[3].min(85.0)];
        let geographic = Self::from_epsg(4326).ok()?;
        let transform = CoordTransform::new(&geographic.srs, &self.srs).ok()?;
        let bounds = transform.transform_bounds(&inside, 21).ok()?;
        bounds.iter().all(|v| v.is_finite()).then_some(bounds)
    }

    /// Longitude and latitude of a coordinate, degrees.
    pub(crate) fn lon_lat(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        let geographic = Self::from_epsg(4326).ok()?;
        let projector = Projector::new(self, &geographic).ok()?;
        let (mut xs, mut ys) = ([x], [y]);
        projector.apply(&mut xs, &mut ys);
        (xs[0].is_finite() && ys[0].is_finite()).then_some([xs[0], ys[0]])
    }

    /// Metres per unit of its coordinates; `None` for degrees.
    pub(crate) fn metres_per_unit(&self) -> Option<f64> {
        self.srs.is_projected().then(|| self.srs.linear_units())
    }

    pub(crate) fn is_geographic(&self) -> bool {
        self.srs.is_geographic()
    }

    pub(crate) fn epsg(&self) -> Option<u32> {
        let authority = self.srs.authority().ok()?;
        authority.strip_prefix("EPSG:")?.parse().ok()
    }
}

/// From one CRS to another.
#[derive(Debug)]
pub(crate) struct Projector {
    /// `None` when both are the same.
    transform: Option<CoordTransform>,
    /// What has to be undone first.
    shift: Option<Shift>,
}

impl Projector {
    pub(crate) fn new(from: &Crs, to: &Crs) -> Result<Self, String> {
        if from.epsg().is_some() && from.epsg() == to.epsg() || from.srs == to.srs {
            return Ok(Self { transform: None, shift: from.shift });
        }
        let transform = CoordTransform::new(&from.srs, &to.srs)
            .map_err(|_| format!("there is no way from {} to {}", from.label, to.label))?;
        Ok(Self { transform: Some(transform), shift: from.shift })
    }

    /// Coordinates in place; those that cannot be transformed become infinite or NaN.
    pub(crate) fn apply(&self, xs: &mut [f64], ys: &mut [f64]) {
        if let Some(shift) = self.shift {
            for (x, y) in xs.iter_mut().zip(ys.iter_mut()) {
                [*x, *y] = shift.true_place([*x, *y]);
            }
        }
        let Some(transform) = &self.transform else { return };
        if xs.is_empty() {
            return;
        }
        // An error here means that some coordinates failed; GDAL has set those to infinity.
        let _ = transform.transform_coords(xs, ys, &mut []);
    }

    /// Whether it changes anything.
    pub(crate) fn is_identity(&self) -> bool {
        self.transform.is_none() && self.shift.is_none()
    }
}

/// EPSG code of the UTM (or, near the poles, UPS) zone on WGS 84 that a place belongs to.
pub fn utm_epsg(lon_deg: f64, lat_deg: f64) -> u32 {
    if lat_deg >= 84.0 {
        return 32661;
    }
    if lat_deg < -80.0 {
        return 32761;
    }
    let plain = (((lon_deg + 180.0) / 6.0).floor() as i64).rem_euclid(60) as u32 + 1;
    // Norway and Svalbard have zones of their own width (UTM's definition, NGA.SIG.0012).
    let zone = if (56.0..64.0).contains(&lat_deg) && (3.0..12.0).contains(&lon_deg) {
        32
    } else if lat_deg >= 72.0 && (0.0..42.0).contains(&lon_deg) {
        match lon_deg {
            l if l < 9.0 => 31,
            l if l < 21.0 => 33,
            l if l < 33.0 => 35,
            _ => 37,
        }
    } else {
        plain
    };
    if lat_deg >= 0.0 { 32600 + zone } else { 32700 + zone }
}

/// What a coordinate outside its CRS looks like, and what to write in the manifest.
/// `fits` tells whether a coordinate of the assumed CRS can lie in the park.
pub(crate) fn diagnose(assumed: &Crs, x: f64, y: f64, fits: &dyn Fn(f64, f64) -> bool) -> (String, String) {
    let bounds = assumed.bounds();
    if !(x.is_finite() && y.is_finite()) {
        return ("they are not numbers".to_owned(), "open the source in a GIS and mend it".to_owned());
    }
    if fits(y, x) {
        return (
            "the axes are swapped: the first ordinate is north".to_owned(),
            "write `axis_order = \"north_first\"` in the layer".to_owned(),
        );
    }
    if bounds.is_some_and(|bounds| within(&bounds, x, y)) {
        return (
            "they are right for that system but lie elsewhere than the park's own can reach".to_owned(),
            "check the layer's `crs` and the park's `crs`; `crs = \"auto\"` in [park] takes the UTM zone of the place"
                .to_owned(),
        );
    }
    if x.abs() <= 180.0 && y.abs() <= 90.0 && !assumed.is_geographic() {
        return (
            "they are degrees".to_owned(),
            "write `crs = \"EPSG:4326\"` (or EPSG:4490 for CGCS2000) in the layer".to_owned(),
        );
    }
    if assumed.is_geographic() && (x.abs() > 180.0 || y.abs() > 90.0) {
        return (
            "they are not degrees but metres or feet".to_owned(),
            "write the projected CRS of the source in the layer, for example `crs = \"EPSG:4549\"`".to_owned(),
        );
    }
    // Gauss–Krüger eastings may carry the zone's number in front: zone · 10⁶ + 500 000.
    for (easting, northing) in [(x, y), (y, x)] {
        let zone = (easting / 1e6).floor();
        let code = match zone as i64 {
            // CGCS2000, 3° zones 25–45 and 6° zones 13–23.
            zone @ 25..=45 => 4513 + (zone - 25),
            zone @ 13..=23 => 4491 + (zone - 13),
            _ => continue,
        };
        if (0.0..1e7).contains(&northing) {
            return (
                format!("the eastings carry the zone number {zone}"),
                format!("write `crs = \"EPSG:{code}\"` in the layer (CGCS2000 with zone prefix)"),
            );
        }
    }
    if let Some(bounds) = bounds.filter(|bounds| bounds[0] >= 1e7) {
        let zone = (bounds[0] / 1e6).round() * 1e6;
        if within(&[bounds[0] - zone - 1e6, bounds[1], bounds[2] - zone + 1e6, bounds[3]], x, y) {
            return (
                "the eastings lack the zone number that this CRS puts in front".to_owned(),
                "write the code of the same zone without prefix in the layer (CGCS2000: EPSG:4534 to EPSG:4554)"
                    .to_owned(),
            );
        }
    }
    (
        "they belong to another coordinate system".to_owned(),
        "write the source's own CRS in the layer, for example `crs = \"EPSG:4549\"`".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_places() {
        assert_eq!(utm_epsg(-123.25, 49.26), 32610);
        assert_eq!(utm_epsg(121.47, 31.23), 32651);
        assert_eq!(utm_epsg(5.3, 60.4), 32632);
        assert_eq!(utm_epsg(15.6, 78.2), 32633);
        assert_eq!(utm_epsg(-58.4, -34.6), 32721);
        assert_eq!(utm_epsg(180.0, 10.0), 32601);
        assert_eq!(utm_epsg(0.0, 88.0), 32661);
    }

    /// C2 of the domain rules: the same place in two CGCS2000 zones.
    #[test]
    fn published_case_c2() {
        let geographic = Crs::from_epsg(4490).unwrap();
        for (code, east) in [(4549, 643_264.135_3), (4550, 356_735.864_7)] {
            let projector = Projector::new(&geographic, &Crs::from_epsg(code).unwrap()).unwrap();
            let (mut xs, mut ys) = ([121.5], [31.0]);
            projector.apply(&mut xs, &mut ys);
            assert!((xs[0] - east).abs() < 1e-3, "{code}: {}", xs[0]);
            assert!((ys[0] - 3_431_940.323_9).abs() < 1e-3, "{code}: {}", ys[0]);
        }
    }

    #[test]
    fn bounds_hold_the_place_and_not_the_world() {
        let zone = Crs::from_epsg(4528).unwrap();
        let bounds = zone.bounds().unwrap();
        // Shanghai's eastern edge, 122.2° E, in zone 40.
        assert!(within(&bounds, 40_713_692.0, 3_528_477.0));
        assert!(!within(&bounds, 713_692.0, 3_528_477.0));
        assert!(!within(&bounds, 121.0, 31.0));
        let geographic = Crs::from_epsg(4326).unwrap();
        assert!(within(&geographic.bounds().unwrap(), -71.0, 42.0));
        assert!(!within(&geographic.bounds().unwrap(), 236_000.0, 900_000.0));
        // What a file says, which has no area of use in it.
        let written = SpatialRef::from_epsg(4549).unwrap().to_wkt().unwrap();
        let bounds = Crs::from_wkt(&written).unwrap().bounds().unwrap();
        assert!(within(&bounds, 643_264.0, 3_431_940.0) && !within(&bounds, 121.0, 31.0));
    }

    #[test]
    fn a_wrong_crs_is_explained() {
        let says = |code: u32, x: f64, y: f64| {
            let crs = Crs::from_epsg(code).unwrap();
            let bounds = crs.bounds().unwrap();
            diagnose(&crs, x, y, &|x, y| within(&bounds, x, y))
        };
        assert!(says(4549, 121.5, 31.0).0.contains("degrees"));
        assert!(says(4326, 643_264.0, 3_431_940.0).0.contains("not degrees"));
        assert!(says(4549, 3_431_940.0, 643_264.0).1.contains("north_first"));
        assert!(says(4549, 40_643_264.0, 3_431_940.0).1.contains("EPSG:4528"));
        assert!(says(4528, 643_264.0, 3_431_940.0).0.contains("lack the zone number"));
        assert!(says(25831, 2.0e6, 1.0e7).0.contains("another coordinate system"));
    }

    #[test]
    fn coordinates_of_map_services_are_moved_back() {
        let (shown, plain) = (Crs::from_text("GCJ-02").unwrap(), Crs::from_epsg(4326).unwrap());
        let projector = Projector::new(&shown, &plain).unwrap();
        assert!(!projector.is_identity());
        let (mut xs, mut ys) = ([121.531_541_86], [31.175_303_98]);
        projector.apply(&mut xs, &mut ys);
        assert!((xs[0] - 121.527_210_6).abs() < 1e-7 && (ys[0] - 31.177_427_6).abs() < 1e-7, "{xs:?} {ys:?}");
        assert!(within(&shown.bounds().unwrap(), 121.5, 31.2) && !within(&shown.bounds().unwrap(), 7.7, 47.3));
        assert!(shown.unfit_for_park().is_some());
    }

    #[test]
    fn a_park_needs_metres() {
        assert_eq!(Crs::from_epsg(25831).unwrap().unfit_for_park(), None);
        assert!(Crs::from_epsg(4326).unwrap().unfit_for_park().unwrap().contains("degrees"));
        assert!(Crs::from_epsg(2249).unwrap().unfit_for_park().unwrap().contains("foot"));
        assert!(Crs::from_text("http://example.com/x.prj").is_err());
        assert!(Crs::from_text("/etc/passwd").is_err());
        assert!(Crs::from_text("EPSG:999999").is_err());
    }
}
