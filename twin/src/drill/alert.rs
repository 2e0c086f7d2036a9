//! The draft of a public alert: where the danger is in degrees, and the words in every language.

use analysis::emergency::drill::{CapDraft, CapInfo, DrillFile, DrillRun, alert_words, cap_draft_in};
use analysis::geodetic::Geodetic;
use geo::{Coord, MapCoords, MultiPolygon, coord};
use spatial_db::cache::Cache;
use twin_engine::Language;
use twin_engine::text::Text;

/// An area in degrees, longitude first. Empty where the park's system is not known in degrees or a corner cannot be converted: there is
/// no polygon then, rather than a wrong one, and the place stands in words.
pub(crate) fn in_degrees(srid: i32, area: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let nothing = || MultiPolygon::new(Vec::new());
    let Some(geodetic) = Geodetic::of(srid) else { return nothing() };
    let corner = |at: Coord<f64>| {
        let place = geodetic.lon_lat(at.x, at.y).ok_or(())?;
        Ok::<_, ()>(coord! { x: place.lon_deg, y: place.lat_deg })
    };
    area.try_map_coords(corner).unwrap_or_else(|()| nothing())
}

/// The draft of a public alert, in English and Chinese.
pub(super) fn alert(file: &DrillFile, run: &DrillRun, cache: &Cache) -> String {
    let park = &cache.snapshot().park;
    let area = in_degrees(park.srid, &run.alert.1);
    let digest = run.log.digest.clone().unwrap_or_default();
    let said = alert_words(file, run);
    let chinese = Text::of(Language::Chinese);
    let [exercise, description, instruction] =
        [&said.exercise, &said.description, &said.instruction].map(|words| chinese.words(words));
    let draft = CapDraft {
        identifier: &format!("parktwin-drill-{digest}"),
        sender: &format!("exercise@{}.example", park.slug),
        sent: chrono::Utc::now(),
        category: said.category,
        event: &file.name,
        headline: &file.name,
        description: &said.description,
        instruction: &said.instruction,
        place: &park.name,
        area: &area,
    };
    let info = CapInfo {
        language: "zh-CN",
        exercise: &exercise,
        event: &file.name,
        headline: &file.name,
        description: &description,
        instruction: &instruction,
        place: &park.name,
    };
    cap_draft_in(&draft, &[info])
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn a_corner_that_cannot_be_converted_leaves_no_polygon() {
        let about = |x: f64| {
            let ring = polygon![(x: x, y: 3_431_900.0), (x: 643_300.0, y: 3_431_900.0), (x: 643_300.0, y: 3_432_000.0)];
            MultiPolygon::new(vec![ring])
        };
        // CGCS2000, central meridian 120° E: 643264.1353, 3431940.3239 is 121.5° E, 31° N by PROJ.
        let area = in_degrees(4549, &about(643_200.0));
        let near = |c: &Coord<f64>| (c.x - 121.5).abs() < 0.002 && (c.y - 31.0).abs() < 0.002;
        assert_eq!(area.0.len(), 1);
        assert!(area.0[0].exterior().coords().all(near), "{area:?}");
        assert!(in_degrees(4549, &about(f64::NAN)).0.is_empty());
        assert!(in_degrees(1, &about(643_200.0)).0.is_empty(), "no such system");
    }
}
