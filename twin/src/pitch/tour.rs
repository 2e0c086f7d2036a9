//! The tour of a site: the park, the site with what is laid on it from two sides, its surroundings, each with a caption in two
//! languages.

use analysis::siting::{Brief, Fact, NEIGHBOURS_M, industry_words, said};
use chrono::NaiveDate;
use geo::BoundingRect;
use spatial_db::model::FeatureKind;
use twin_engine::text::Text;
use twin_engine::{CameraChoice, Caption, FeatureKey, LaidLook, Language, SceneFile, Stop, Tour};

use super::brief::band;

/// Facts of the site itself, by the keys of their titles.
const OF_SITE: [&str; 5] =
    ["pitch-want-land", "pitch-want-floor", "pitch-want-free", "pitch-want-zoning", "pitch-want-hall"];
/// Facts of what is around it.
const AROUND: [&str; 1] = ["pitch-want-road"];
/// Industries near by that are told, at most.
const MOST_TRADES: usize = 2;

/// Facts with these titles in words.
fn told(facts: &[Fact], titles: &[&str], text: &Text) -> Vec<String> {
    let is = |fact: &&Fact| fact.title.key().is_some_and(|key| titles.contains(&key));
    facts.iter().filter(is).map(|fact| format!("{}: {}", text.words(&fact.title), text.words(&fact.value))).collect()
}

/// Road and industries near by.
fn around(brief: &Brief, text: &Text) -> String {
    let mut said = told(&brief.facts, &AROUND, text);
    let trade = |one: &analysis::siting::Neighbours| {
        format!("{} {}", text.words(&industry_words(&one.industry)), band(one.nearest_m))
    };
    let trades: Vec<String> = brief.neighbours.iter().take(MOST_TRADES).map(trade).collect();
    let title = text.words(&said::NEIGHBOURS.into());
    said.push(if trades.is_empty() {
        text.words(&said::no_neighbours(NEIGHBOURS_M))
    } else {
        format!("{title}: {}", trades.join(", "))
    });
    said.join(" · ")
}

/// The tour of the site of a brief.
pub(super) fn tour(brief: &Brief, as_of: NaiveDate, keys: &[String]) -> Tour {
    let both = |of: &dyn Fn(&Text) -> String| Caption {
        en: of(Text::of(Language::English)),
        zh: of(Text::of(Language::Chinese)),
    };
    let selection = keys.iter().map(|key| FeatureKey { kind: FeatureKind::Parcel, key: key.clone() }).collect();
    let laid = LaidLook::of(brief.fit.as_ref(), brief.turning.as_ref());
    let base = SceneFile { as_of: Some(as_of), selection, laid, ..SceneFile::default() };
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
        stop("site", at(140.0, 32.0, 2.2), both(&|text| told(&brief.facts, &OF_SITE, text).join(" · ")));
        stop("verdict", at(230.0, 38.0, 2.6), both(&|text| text.words(&brief.verdict())));
        stop("surroundings", at(320.0, 50.0, 5.0), both(&|text| around(brief, text)));
    }
    tour
}

#[cfg(test)]
mod tests {
    use analysis::siting::{Neighbours, Standing, TestFit};
    use analysis::words;
    use geo::{MultiPolygon, polygon};

    use super::*;

    #[test]
    fn the_hall_is_laid_at_every_stop_and_told_where_the_site_is_seen() {
        let land = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 80.0), (x: 0.0, y: 80.0)];
        let hall = polygon![(x: 10.0, y: 10.0), (x: 70.0, y: 10.0), (x: 70.0, y: 40.0), (x: 10.0, y: 40.0)];
        let fact = |title, value: &str| Fact { title, value: value.into(), source: "by hand".into() };
        let brief = Brief {
            title: "P1".into(),
            standing: Standing::Fits,
            why: Standing::Fits.words(),
            facts: vec![
                fact(words!("pitch-want-land", "land"), "8 000 m²"),
                fact(words!("pitch-want-hall", "the hall on the land"), "1 800 m² footprint"),
                fact(words!("pitch-fact-built", "as built"), "coverage 22.5 %"),
                fact(words!("pitch-want-road", "road"), "Park Road"),
            ],
            needs: Vec::new(),
            connections: Vec::new(),
            neighbours: vec![Neighbours { industry: "26".into(), parcels: 2, nearest_m: (100.0, 250.0) }],
            readiness: Vec::new(),
            level: 0,
            readiness_source: words::Words::default(),
            fit: Some(TestFit {
                share: 1.0,
                hall,
                yard: None,
                turned_deg: 0.0,
                footprint_m2: 1800.0,
                land_m2: 8000.0,
                coverage: 0.225,
                far: 0.45,
                room_m2: 6000.0,
                taken_out: Vec::new(),
                height_m: 11.0,
            }),
            turning: None,
            boundary: MultiPolygon(vec![land]),
        };
        let tour = tour(&brief, "2026-06-30".parse().unwrap(), &["P1".to_owned()]);
        assert_eq!(Tour::parse(&tour.to_text()).unwrap(), tour);
        let laid = tour.stops.iter().filter_map(|stop| stop.scene.laid.as_ref());
        assert_eq!(laid.filter(|laid| laid.hall.len() == 4 && laid.height_m == 11.0).count(), 4);
        let said = |at: usize| tour.stops[at].caption.en.as_str();
        assert_eq!(said(1), "land: 8 000 m² · the hall on the land: 1 800 m² footprint");
        assert!(said(3).starts_with("road: Park Road · Neighbours: ") && said(3).ends_with("100–250 m"), "{}", said(3));
        assert!(!said(3).contains("hall"), "{}", said(3));
        assert!(tour.stops[3].caption.zh.contains("周边产业"));
        let alone = Brief { neighbours: Vec::new(), fit: None, ..brief };
        let tour = super::tour(&alone, "2026-06-30".parse().unwrap(), &[]);
        assert!(tour.stops[3].caption.en.contains("no industry on record within 500 m"));
        assert!(tour.stops.iter().all(|stop| stop.scene.laid.is_none()));
    }
}
