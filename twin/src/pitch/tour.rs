//! The tour of a site: the park by planned use, the site with what is laid on it from two sides, what is left at its connections, its
//! surroundings, each in the light of a day that is asked for and with a caption in two languages.
//!
//! Overlays are named, not given: whoever opens the package has them made from what is in it.

use analysis::siting::{Brief, Fact, NEIGHBOURS_M, PitchFile, industry_words, said};
use chrono::NaiveDate;
use geo::BoundingRect;
use spatial_db::model::{FeatureKind, ParkSnapshot};
use twin_engine::text::Text;
use twin_engine::{
    CameraChoice, Caption, FeatureKey, LaidLook, Language, Ramp, Recolour, SceneFile, Scheme, Stop, Tour,
};

use super::brief::{band, left};
use super::light::Light;

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

/// What is left at the connections: of what is on record or asked for, each with its figure, or that nobody knows.
fn connections(brief: &Brief, file: &PitchFile, text: &Text) -> String {
    let is_asked = |one: &analysis::siting::Connection| {
        file.needs.iter().filter_map(|need| need.want.supply()).any(|(utility, _)| utility == one.utility)
    };
    let told = brief.connections.iter().filter(|&one| !one.supply.remaining.is_empty() || is_asked(one));
    let each = |one: &analysis::siting::Connection| format!("{} {}", text.words(&one.utility.title()), left(one, text));
    let all: Vec<String> = told.map(each).collect();
    let left = if all.is_empty() {
        text.words(&said::no_capacity())
    } else {
        format!("{}: {}", text.words(&said::LINES[2].into()), all.join(", "))
    };
    format!("{left} · {}", text.words(&said::coarse()))
}

/// What supports the case and is made from columns that a prospect may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Support {
    /// Land by its planned use.
    PlannedUse,
    /// How much of each parcel is built on.
    Utilisation,
    /// Mains by class, in the ground.
    Networks,
    /// Roads by class.
    Roads,
}

impl Support {
    /// Whether the park that is shown has what it is made of.
    fn is_in(self, shown: &ParkSnapshot) -> bool {
        match self {
            Self::PlannedUse => shown.parcels.iter().any(|parcel| parcel.land_use_code.is_some()),
            Self::Utilisation => !shown.buildings.is_empty(),
            Self::Networks => !shown.edges.is_empty(),
            Self::Roads => shown.roads.iter().any(|road| road.class.is_some()),
        }
    }

    /// The scene with it.
    fn on(self, scene: SceneFile) -> SceneFile {
        let by = |kind, column: &str, scheme| {
            let column = column.to_owned();
            Some(Recolour { kind, column, scheme, classes: 5, ramp: Ramp::default() })
        };
        match self {
            Self::PlannedUse => {
                SceneFile { recolour: by(FeatureKind::Parcel, "land_use_code", Scheme::Standard), ..scene }
            }
            Self::Utilisation => SceneFile { overlay: Some("utilisation".to_owned()), ..scene },
            Self::Networks => SceneFile { overlay: Some("networks".to_owned()), underground: true, ..scene },
            Self::Roads => SceneFile { recolour: by(FeatureKind::RoadEdge, "class", Scheme::Categories), ..scene },
        }
    }
}

/// Bearing from which the whole park is seen, degrees.
const PARK_DEG: f32 = 135.0;

/// The tour of the site of a brief, on a day, through the park as a prospect may see it.
pub(super) fn tour(brief: &Brief, file: &PitchFile, as_of: NaiveDate, shown: &ParkSnapshot, keys: &[String]) -> Tour {
    let both = |of: &dyn Fn(&Text) -> String| Caption {
        en: of(Text::of(Language::English)),
        zh: of(Text::of(Language::Chinese)),
    };
    let selection = keys.iter().map(|key| FeatureKey { kind: FeatureKind::Parcel, key: key.clone() }).collect();
    let laid = LaidLook::of(brief.fit.as_ref(), brief.turning.as_ref());
    let base = SceneFile { as_of: Some(as_of), selection, laid, ..SceneFile::default() };
    let bounds = brief.boundary.bounding_rect();
    let light = bounds.and_then(|bounds| Light::of(file, as_of, shown.park.srid, bounds.center().x_y()));
    let mut tour = Tour::default();
    let mut stop = |name: &str, camera: CameraChoice, support: Support, caption: Caption| {
        let bearing_deg = match camera {
            CameraChoice::At { bearing_deg, .. } => bearing_deg,
            _ => PARK_DEG,
        };
        let sun = light.and_then(|light| light.seen_from(bearing_deg));
        let scene = SceneFile { camera, sun, ..base.clone() };
        let scene = if support.is_in(shown) { support.on(scene) } else { scene };
        let stop = Stop { caption, hold_secs: 4.0, ..Stop::of(name.to_owned(), scene) };
        tour.stops.push(stop);
    };
    let title = |text: &Text| {
        let lit = light.filter(|light| light.seen_from(PARK_DEG).is_some());
        let said = [Some(text.words(&brief.title)), lit.map(|light| text.words(&light.words()))];
        said.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    stop("park", CameraChoice::default(), Support::PlannedUse, both(&title));
    if let Some(bounds) = bounds {
        let (x_m, y_m) = bounds.center().x_y();
        let size = bounds.width().hypot(bounds.height()).max(60.0) as f32;
        let at = |bearing_deg: f32, pitch_deg: f32, times: f32| CameraChoice::At {
            x_m,
            y_m,
            distance_m: size * times,
            bearing_deg,
            pitch_deg,
        };
        let of_site = both(&|text| told(&brief.facts, &OF_SITE, text).join(" · "));
        stop("site", at(140.0, 32.0, 2.2), Support::Utilisation, of_site);
        stop("verdict", at(230.0, 38.0, 2.6), Support::Utilisation, both(&|text| text.words(&brief.verdict())));
        if Support::Networks.is_in(shown) {
            let left = both(&|text| connections(brief, file, text));
            stop("connections", at(230.0, 55.0, 4.0), Support::Networks, left);
        }
        stop("surroundings", at(320.0, 50.0, 5.0), Support::Roads, both(&|text| around(brief, text)));
    }
    tour
}

#[cfg(test)]
mod tests {
    use analysis::siting::{Connection, Neighbours, NoSupplies, Standing, Step, Supplies, Supply, TestFit, Utility};
    use analysis::words;
    use geo::{LineString, MultiPolygon, polygon};
    use spatial_db::model::{Building, NetworkClass, NetworkEdge, Parcel, Park, Provenance, RoadEdge};
    use spatial_db::package::Whitelist;

    use super::*;

    fn connection(utility: Utility, left: &[f64]) -> Connection {
        let steps = left.iter().map(|left| Step { from: day(), low: *left, high: *left });
        let supply = Supply { remaining: steps.collect(), ..NoSupplies.at(0, utility) };
        Connection { utility, distance_m: Some(25.0), served: Some(true), source: "by hand".into(), supply }
    }

    /// Of a site with a hall on it, in the east of China.
    fn brief() -> Brief {
        let (x, y) = (500_000.0, 3_450_000.0);
        let block = |low: [f64; 2], high: [f64; 2]| {
            polygon![
                (x: x + low[0], y: y + low[1]), (x: x + high[0], y: y + low[1]),
                (x: x + high[0], y: y + high[1]), (x: x + low[0], y: y + high[1]),
            ]
        };
        let (land, hall) = (block([0.0, 0.0], [100.0, 80.0]), block([10.0, 10.0], [70.0, 40.0]));
        let fact = |title, value: &str| Fact { title, value: value.into(), source: "by hand".into() };
        Brief {
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
            connections: vec![connection(Utility::Power, &[6.5]), connection(Utility::Water, &[])],
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
        }
    }

    fn file() -> PitchFile {
        let needs = "(want: power(at_least_mw: 4, by: \"2027-06-01\"), unknown: allowed), (want: land(at_least_m2: 1))";
        PitchFile::parse(&format!("(format_version: 1, name: \"A\", needs: [{needs}])")).unwrap()
    }

    fn nothing() -> ParkSnapshot {
        ParkSnapshot::empty(Park::made_up("hand", "By hand", 4549))
    }

    fn day() -> NaiveDate {
        "2026-06-30".parse().unwrap()
    }

    #[test]
    fn the_hall_is_laid_at_every_stop_and_told_where_the_site_is_seen() {
        let brief = brief();
        let tour = tour(&brief, &file(), day(), &nothing(), &["P1".to_owned()]);
        assert_eq!(Tour::parse(&tour.to_text()).unwrap(), tour);
        let laid = tour.stops.iter().filter_map(|stop| stop.scene.laid.as_ref());
        assert_eq!(laid.filter(|laid| laid.hall.len() == 4 && laid.height_m == 11.0).count(), 4);
        let said = |at: usize| tour.stops[at].caption.en.as_str();
        assert_eq!(said(1), "land: 8 000 m² · the hall on the land: 1 800 m² footprint");
        assert!(said(3).starts_with("road: Park Road · Neighbours: ") && said(3).ends_with("100–250 m"), "{}", said(3));
        assert!(!said(3).contains("hall"), "{}", said(3));
        assert!(tour.stops[3].caption.zh.contains("周边产业"));
        let alone = Brief { neighbours: Vec::new(), fit: None, ..brief };
        let tour = super::tour(&alone, &file(), day(), &nothing(), &[]);
        assert!(tour.stops[3].caption.en.contains("no industry on record within 500 m"));
        assert!(tour.stops.iter().all(|stop| stop.scene.laid.is_none()));
        // What is not in the package is not shown, and supports nothing.
        assert!(tour.stops.iter().all(|stop| stop.scene.overlay.is_none() && stop.scene.recolour.is_none()));
    }

    #[test]
    fn each_stop_has_its_light_and_what_supports_the_case() {
        let mut park = nothing();
        let brief = brief();
        let keyed = |key: &str| Provenance::keyed(key);
        park.parcels.push(Parcel::bare(1, keyed("P1"), brief.boundary.clone()));
        park.parcels[0].land_use_code = Some("100102".into());
        park.buildings.push(Building::bare(1, keyed("B1"), brief.boundary.clone()));
        let line = LineString::from(vec![(0.0, 0.0), (300.0, 0.0)]);
        park.roads.push(RoadEdge::bare(1, keyed("R1"), line.into()));
        park.roads[0].class = Some("arterial".into());
        let path = vec![[0.0, 0.0, -1.0], [300.0, 0.0, -1.0]];
        park.edges.push(NetworkEdge::bare(1, keyed("W1"), NetworkClass::Water, path));
        let shown = Whitelist::PROSPECT.redacted(&park);
        let tour = tour(&brief, &file(), day(), &shown, &["P1".to_owned()]);
        assert_eq!(Tour::parse(&tour.to_text()).unwrap(), tour);
        let names: Vec<&str> = tour.stops.iter().map(|stop| stop.name.as_str()).collect();
        assert_eq!(names, ["park", "site", "verdict", "connections", "surroundings"]);

        // Captions name the season of the day that is asked for, and the sun is that of the day.
        let (park_stop, asked) = (&tour.stops[0], "2027-06-01");
        assert!(park_stop.caption.en.contains(&format!("summer, {asked}")), "{}", park_stop.caption.en);
        assert!(park_stop.caption.zh.contains("夏季") && park_stop.caption.zh.contains(asked));
        let suns = tour.stops.iter().map(|stop| stop.scene.sun.expect("a sun"));
        assert!(suns.clone().all(|sun| sun.date_naive().to_string() == asked));
        let hours: Vec<_> = suns.collect();
        assert!(hours[1] < hours[2] && hours[2] <= hours[4], "from the morning to the evening: {hours:?}");

        // What is asked for and left, and what nobody knows.
        let left = &tour.stops[3];
        let said = &left.caption.en;
        assert!(said.starts_with("left at the connection: power ") && said.contains("6.5 MW"), "{said}");
        assert!(!said.contains("water") && said.contains("drawn coarsely"), "{said}");
        assert!(left.caption.zh.contains("6.5 MW") && left.scene.underground);
        let none = Brief { connections: Vec::new(), ..brief };
        let tour_of_none = super::tour(&none, &file(), day(), &shown, &[]);
        assert!(tour_of_none.stops[3].caption.en.contains("not on record"));

        // By what a prospect may see alone.
        let overlays: Vec<&str> = tour.stops.iter().filter_map(|stop| stop.scene.overlay.as_deref()).collect();
        assert_eq!(overlays, ["utilisation", "utilisation", "networks"]);
        let columns: Vec<&Recolour> = tour.stops.iter().filter_map(|stop| stop.scene.recolour.as_ref()).collect();
        assert_eq!(columns.len(), 2);
        for by in columns {
            let shown =
                Whitelist::PROSPECT.shown.iter().find(|shown| shown.kind == by.kind).expect("a kind that is shown");
            assert!(shown.columns.contains(&by.column.as_str()), "{}", by.column);
        }
        assert!(tour.stops.iter().all(|stop| stop.scene.filter.is_none() && stop.scene.cut.is_none()));
    }
}
