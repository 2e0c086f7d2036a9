//! The tour of a site: the park, the site from two sides, its surroundings, each with a caption in two languages.

use analysis::siting::Brief;
use chrono::NaiveDate;
use geo::BoundingRect;
use spatial_db::model::FeatureKind;
use twin_engine::text::Text;
use twin_engine::{CameraChoice, Caption, FeatureKey, Language, SceneFile, Stop, Tour};

/// The tour of the site of a brief.
pub(super) fn tour(brief: &Brief, as_of: NaiveDate, keys: &[String]) -> Tour {
    let both = |of: &dyn Fn(&Text) -> String| Caption {
        en: of(Text::of(Language::English)),
        zh: of(Text::of(Language::Chinese)),
    };
    let selection = keys.iter().map(|key| FeatureKey { kind: FeatureKind::Parcel, key: key.clone() }).collect();
    let base = SceneFile { as_of: Some(as_of), selection, ..SceneFile::default() };
    let mut tour = Tour::default();
    let mut stop = |name: &str, camera: CameraChoice, caption: Caption| {
        let scene = SceneFile { camera, ..base.clone() };
        let stop = Stop { caption, hold_secs: 4.0, ..Stop::of(name.to_owned(), scene) };
        tour.stops.push(stop);
    };
    stop("park", CameraChoice::default(), both(&|text| text.words(&brief.title)));
    if let Some(bounds) = brief.boundary.bounding_rect() {
        let (x_m, y_m) = bounds.center().x_y();
        let size = bounds.width().hypot(bounds.height()).max(60.0) as f32;
        let at = |bearing_deg: f32, pitch_deg: f32, times: f32| CameraChoice::At {
            x_m,
            y_m,
            distance_m: size * times,
            bearing_deg,
            pitch_deg,
        };
        stop(
            "site",
            at(140.0, 32.0, 2.2),
            both(&|text| {
                let facts = brief.facts.iter().take(3);
                facts
                    .map(|fact| format!("{}: {}", text.words(&fact.title), text.words(&fact.value)))
                    .collect::<Vec<_>>()
                    .join(" · ")
            }),
        );
        stop("verdict", at(230.0, 38.0, 2.6), both(&|text| text.words(&brief.verdict())));
        stop(
            "surroundings",
            at(320.0, 50.0, 5.0),
            both(&|text| {
                let facts = brief.facts.iter().skip(3).take(2);
                facts
                    .map(|fact| format!("{}: {}", text.words(&fact.title), text.words(&fact.value)))
                    .collect::<Vec<_>>()
                    .join(" · ")
            }),
        );
    }
    tour
}
