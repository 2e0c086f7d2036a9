//! The draft of a public alert: where the danger is in degrees, and the words in every language.

use analysis::emergency::drill::{CapDraft, CapInfo, DrillFile, DrillRun, alert_words, cap_draft_in};
use geo::{MapCoords, MultiPolygon};
use spatial_db::cache::Cache;
use twin_engine::Language;
use twin_engine::geodetic::Geodetic;
use twin_engine::text::Text;

/// The draft of a public alert, in English and Chinese.
pub(super) fn alert(file: &DrillFile, run: &DrillRun, cache: &Cache) -> String {
    let park = &cache.snapshot().park;
    // Without the park's system in degrees there is no polygon, and the place stands in words.
    let area = Geodetic::of(park.srid).map_or_else(
        || MultiPolygon::new(Vec::new()),
        |geodetic| {
            run.zone.1.map_coords(|c| {
                let place = geodetic.lon_lat(c.x, c.y);
                place.map_or(geo::coord! { x: 0.0, y: 0.0 }, |p| geo::coord! { x: p.lon_deg, y: p.lat_deg })
            })
        },
    );
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
