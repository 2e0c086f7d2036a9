//! What a city model's `srsName` says: the horizontal CRS, and which ordinate comes first.

use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};

use crate::reader::ogr;

/// A model's CRS.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Srs {
    /// Horizontal part, as WKT; `None` where the file does not say or nobody knows it.
    pub(super) wkt: Option<String>,
    pub(super) north_first: bool,
    pub(super) geographic: bool,
    /// What to tell a person.
    pub(super) remark: Option<String>,
}

/// The EPSG code that a name ends in or holds: `EPSG:25832`, `http://www.opengis.net/def/crs/EPSG/0/6697`,
/// `urn:ogc:def:crs:EPSG::6697`, `urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5783` (the horizontal part comes first).
fn code_of(name: &str) -> Option<u32> {
    let at = name.to_uppercase().find("EPSG")?;
    let rest = name.get(at + 4..)?;
    let first = rest.split(',').next().unwrap_or(rest);
    first.rsplit([':', '/']).find_map(|word| word.trim().parse().ok())
}

/// Names that German surveys use, which no register lists.
fn german(name: &str) -> Option<u32> {
    let rest = name.strip_prefix("urn:adv:crs:")?;
    [("ETRS89_UTM31", 25831), ("ETRS89_UTM32", 25832), ("ETRS89_UTM33", 25833)]
        .into_iter()
        .find_map(|(word, code)| rest.starts_with(word).then_some(code))
}

/// Understands a name, with a corner of the model as written to check the order of axes against.
pub(super) fn understand(name: Option<&str>, corner: Option<[f64; 3]>) -> Srs {
    let Some(name) = name else {
        return Srs { remark: Some("the model does not say its coordinate system".to_owned()), ..Srs::default() };
    };
    let by_name = german(name);
    let known = by_name.or_else(|| code_of(name)).and_then(|code| Some((code, SpatialRef::from_epsg(code).ok()?)));
    let Some((code, srs)) = known else {
        let remark = Some(format!("the coordinate system {name:?} is not known; write `crs` in the layer"));
        return Srs { remark, ..Srs::default() };
    };
    let geographic = srs.is_geographic();
    // In the short form, projected coordinates are written east first whatever the register says.
    let short = by_name.is_some() || name.trim().to_uppercase().starts_with("EPSG:");
    let mut north_first = if geographic { true } else { !short && ogr::writes_north_first(&srs) };
    let mut remark = None;
    if let (true, Some([first, second, _])) = (geographic, corner)
        && let Some(area) = srs.area_of_use()
    {
        let within = |lon: f64, lat: f64| {
            (area.west_lon_degree..=area.east_lon_degree).contains(&lon)
                && (area.south_lat_degree..=area.north_lat_degree).contains(&lat)
        };
        if !within(second, first) && within(first, second) {
            north_first = false;
            remark =
                Some(format!("EPSG:{code} writes latitude first, the model longitude; it was read as it is written"));
        }
    }
    Srs { wkt: srs.to_wkt().ok().map(|wkt| horizontal(&wkt).to_owned()), north_first, geographic, remark }
}

/// As [`understand`], for a format that leaves the order of axes to the register and its writers to their habits: where
/// only one order puts the corner into the system's area of use, that is the order.
pub(super) fn understand_by_area(name: Option<&str>, corner: Option<[f64; 3]>) -> Srs {
    let mut srs = understand(name, corner);
    if srs.geographic || name.is_none_or(|name| name.trim().to_uppercase().starts_with("EPSG:")) {
        return srs;
    }
    let known = name.and_then(code_of).and_then(|code| SpatialRef::from_epsg(code).ok());
    let area = known.and_then(|known| known.area_of_use());
    let area =
        area.map(|area| [area.west_lon_degree, area.south_lat_degree, area.east_lon_degree, area.north_lat_degree]);
    let (Some(wkt), Some([first, second, _]), Some(area)) = (&srs.wkt, corner, area) else { return srs };
    let as_registered = if srs.north_first { [second, first] } else { [first, second] };
    let [a, b] = as_registered;
    if lies_in(area, wkt, as_registered) == Some(false) && lies_in(area, wkt, [b, a]) == Some(true) {
        srs.north_first = !srs.north_first;
        let order = if srs.north_first { "north" } else { "east" };
        srs.remark = Some(format!(
            "the model's first ordinates lie in the area of its coordinate system only if they run {order}, which is not the \
             register's order; they were read so"
        ));
    }
    srs
}

/// Whether an easting and northing of a projected system lie in an area (west, south, east, north, degrees); `None` where
/// that cannot be known.
fn lies_in([west, south, east_end, north_end]: [f64; 4], wkt: &str, [east, north]: [f64; 2]) -> Option<bool> {
    let mut from = SpatialRef::from_wkt(wkt).ok()?;
    let mut to = SpatialRef::from_epsg(4326).ok()?;
    from.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    to.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let transform = CoordTransform::new(&from, &to).ok()?;
    let (mut x, mut y) = ([east], [north]);
    // What cannot be transformed lies beyond every area.
    if transform.transform_coords(&mut x, &mut y, &mut []).is_err() {
        return Some(false);
    }
    // Sites at a border stick out a little.
    let margin = 0.5;
    Some((west - margin..=east_end + margin).contains(&x[0]) && (south - margin..=north_end + margin).contains(&y[0]))
}

/// The horizontal part of a compound system's WKT; the text itself where it is not compound.
fn horizontal(wkt: &str) -> &str {
    if !wkt.starts_with("COMPD_CS[") {
        return wkt;
    }
    let (mut depth, mut quoted, mut start) = (0, false, None);
    for (at, character) in wkt.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => {
                depth -= 1;
                if let (1, Some(start)) = (depth, start) {
                    return &wkt[start..=at];
                }
            }
            ',' if !quoted && depth == 1 && start.is_none() => start = Some(at + 1),
            _ => {}
        }
    }
    wkt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_with_their_axes() {
        let plateau = understand(Some("http://www.opengis.net/def/crs/EPSG/0/6697"), Some([35.2, 139.7, 2.0]));
        assert!(plateau.north_first && plateau.geographic && plateau.remark.is_none());
        assert!(plateau.wkt.unwrap().starts_with("GEOGCS[\"JGD2011\""));
        let swapped = understand(Some("urn:ogc:def:crs:EPSG::6697"), Some([139.7, 35.2, 2.0]));
        assert!(!swapped.north_first && swapped.remark.is_some());
        let german = understand(Some("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH"), None);
        assert!(!german.north_first && german.wkt.unwrap().contains("UTM zone 32N"));
        let both = understand(Some("urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5783"), None);
        assert!(!both.north_first && both.wkt.unwrap().starts_with("PROJCS"));
        let plane = understand(Some("http://www.opengis.net/def/crs/EPSG/0/6677"), None);
        assert!(plane.north_first && !plane.geographic);
        let dutch = understand(Some("https://www.opengis.net/def/crs/EPSG/0/7415"), None);
        assert!(!dutch.north_first && !dutch.geographic && dutch.wkt.unwrap().contains("RD New"));
        assert!(understand(None, None).remark.is_some() && understand(Some("local"), None).wkt.is_none());
    }

    #[test]
    fn a_corner_tells_which_ordinate_runs_east_where_it_can() {
        let swedish = Some("https://www.opengis.net/def/crs/EPSG/0/3006");
        let stockholm = [6_580_000.0, 674_000.0, 10.0];
        let registered = understand_by_area(swedish, Some(stockholm));
        assert!(registered.north_first && registered.remark.is_none());
        let habitual = understand_by_area(swedish, Some([674_000.0, 6_580_000.0, 10.0]));
        assert!(!habitual.north_first && habitual.remark.is_some());
        let dutch = understand_by_area(Some("urn:ogc:def:crs:EPSG::7415"), Some([84_616.0, 447_422.0, 0.0]));
        assert!(!dutch.north_first && dutch.remark.is_none());
        // Near the origin of a plane either order lies in it: the register decides.
        let tokyo =
            understand_by_area(Some("http://www.opengis.net/def/crs/EPSG/0/6677"), Some([-36_900.0, -8_490.0, 0.0]));
        assert!(tokyo.north_first && tokyo.remark.is_none());
    }
}
