//! A pit as an overlay and for programs: what lies in it, under it and beside it, as sure as the survey is.

use analysis::network::Met;
use analysis::network::permit::{Beside, Permit, Thing, Under, Unsure};
use analysis::overlay::{Class, Overlay, Pattern, Swatch, Verdict, Verdicts};
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::model::FeatureKind;

use crate::text::{Text, t};

/// Classes by their places.
const IN: usize = 0;
const MAY_BE_IN: usize = 1;
const UNDER: usize = 2;
const NEAR: usize = 3;
const MAY_BE_NEAR: usize = 4;
/// Their colours.
const COLOURS: [[u8; 3]; 5] = [[213, 94, 0], [204, 121, 167], [0, 114, 178], [230, 159, 0], [240, 228, 66]];
const PATTERNS: [Pattern; 5] =
    [Pattern::Solid, Pattern::CrossHatch, Pattern::Dots, Pattern::Hatch, Pattern::CrossHatch];

/// Lines in a pit, under it and beside it. Lengths are those within the outline; of what lies beside it there is none.
pub(super) fn overlay(permit: &Permit, words: &Text, as_of: NaiveDate) -> Overlay {
    let labels = [
        t!(words, "net-in-pit"),
        t!(words, "net-may-be-in-pit"),
        t!(words, "net-under-pit"),
        t!(words, "net-near-pit"),
        t!(words, "net-may-be-near-pit"),
    ];
    let class = |(at, label): (usize, String)| Class {
        label: label.into(),
        colour: COLOURS[at],
        pattern: PATTERNS[at],
        swatch: Swatch::Line,
        count: 0,
        measure: None,
    };
    let mut classes: Vec<Class> = labels.into_iter().enumerate().map(class).collect();
    let mut verdicts = Verdicts::default();
    let mut within_m = [0.0_f64; 5];
    let met = permit.met.pipes.iter().zip(&permit.unsure);
    let met = met.map(|(pipe, unsure)| (pipe.id, met_class(pipe.met, unsure), pipe.length_m));
    let beside = permit.near.iter().map(|line| (line.id, beside_class(line.beside), 0.0));
    for (id, class, length_m) in met.chain(beside) {
        classes[class].count += 1;
        within_m[class] += length_m;
        verdicts.insert(id, Verdict { class, value: None, outline: None, facts: Vec::new() });
    }
    for (class, within_m) in classes.iter_mut().zip(within_m) {
        class.measure = (within_m > 0.0).then(|| format!("{within_m:.1} m"));
    }
    let overlay = Overlay {
        name: super::NAME.into(),
        title: permit.title(),
        target: FeatureKind::NetworkEdge,
        unit: Words::default(),
        as_of,
        source: t!(words, "net-source").into(),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes: Vec::new(),
    };
    overlay.without_empty_classes(|_| false)
}

/// Class of a line that the outline meets. The table says *possibly* of the same lines; whether one that passes under the floor may lie
/// above it is for its height alone to tell.
fn met_class(met: Met, unsure: &[Unsure]) -> usize {
    let in_height = unsure.iter().any(|why| matches!(why, Unsure::Height | Unsure::Level | Unsure::OffInHeight));
    match met {
        Met::Below if in_height => MAY_BE_IN,
        Met::Below => UNDER,
        Met::Crossed | Met::Inside if unsure.is_empty() => IN,
        Met::Crossed | Met::Inside => MAY_BE_IN,
    }
}

/// Class of a line beside the outline.
fn beside_class(beside: Beside) -> usize {
    match beside {
        Beside::InPit => IN,
        Beside::MayBeInPit => MAY_BE_IN,
        Beside::Near => NEAR,
        Beside::MayBeNear => MAY_BE_NEAR,
    }
}

/// A pit as programs read it: its measures, and everything that its tables list.
pub(super) fn told(permit: &Permit) -> serde_json::Value {
    let known = |words: &str| (!words.is_empty()).then(|| words.to_owned());
    let beside = |beside: Beside| match beside {
        Beside::InPit => "in_pit",
        Beside::MayBeInPit => "may_be_in_pit",
        Beside::Near => "near",
        Beside::MayBeNear => "may_be_near",
    };
    let met = permit.met.pipes.iter().zip(&permit.unsure).zip(&permit.under).map(|((pipe, unsure), under)| {
        let lies = match pipe.met {
            Met::Crossed => "crossed",
            Met::Inside => "inside",
            Met::Below => "below",
        };
        serde_json::json!({
            "line": pipe.key, "class": pipe.class.as_str(), "lies": lies, "sure": unsure.is_empty(),
            "size": known(&pipe.size), "material": pipe.material, "length_m": pipe.length_m, "cover_m": pipe.cover_m,
            "below_floor_m": pipe.below_floor_m,
            "under": under.map(|under| match under {
                Under::Near => "near",
                Under::MayBeNear => "may_be_near",
                Under::Far => "far",
            }),
        })
    });
    let near = permit.near.iter().map(|line| {
        serde_json::json!({
            "line": line.key, "class": line.class.as_str(), "lies": beside(line.beside), "size": known(&line.size),
            "distance_m": line.distance_m, "off_m": line.off_m,
        })
    });
    let nodes = permit.met.nodes.iter();
    let fittings = nodes.map(|node| serde_json::json!({ "point": node.key, "class": node.class.as_str() }));
    let things = permit.things.iter().map(|thing| {
        let (what, class) = match thing.thing {
            Thing::Building => ("building", None),
            Thing::Fitting(class, kind) => (kind.as_str(), Some(class.as_str())),
        };
        serde_json::json!({
            "key": thing.key, "what": what, "class": class, "name": known(&thing.name), "lies": beside(thing.beside),
            "distance_m": thing.distance_m, "off_m": thing.off_m,
        })
    });
    let call = permit.call.iter().map(|one| {
        serde_json::json!({
            "class": one.class.as_str(), "operator": one.operator, "phone": one.phone, "lines": one.lines,
            "points": one.points,
        })
    });
    serde_json::json!({
        "outline": permit.outline,
        "area_m2": permit.met.area_m2,
        "floor_m": permit.met.floor_m,
        "depth_m": permit.depth_m,
        "volume_m3": permit.met.volume_m3,
        "caution_m": permit.caution_m,
        "buildings": permit.met.buildings,
        "met": met.collect::<Vec<_>>(),
        "near": near.collect::<Vec<_>>(),
        "fittings": fittings.collect::<Vec<_>>(),
        "things": things.collect::<Vec<_>>(),
        "call": call.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use spatial_db::model::ParkSnapshot;

    use super::super::Found;
    use super::super::answer::tests::{asked, piped};
    use super::super::joints::Joints;
    use super::super::question::{Question, Told};
    use super::{COLOURS, Class, PATTERNS, Swatch, Words};
    use crate::fixture::CORNER;

    /// A pit over the main between v1 and v2, with its lines of a level of survey.
    fn dug(level: &str) -> (Arc<ParkSnapshot>, Found) {
        let mut input = piped();
        let mut park = (*input.snapshot).clone();
        park.edges.iter_mut().for_each(|line| line.survey_level = Some(level.into()));
        input.snapshot = Arc::new(park);
        let (x, y) = CORNER;
        let outline = vec![[x + 40.0, y + 25.0], [x + 60.0, y + 25.0], [x + 60.0, y + 35.0], [x + 40.0, y + 35.0]];
        let question = Question::Dig { outline, floor_m: 1.0, caution_m: 1.0 };
        let found = asked(&input, question, Told::new()).answer(&Joints::default()).unwrap().unwrap();
        (input.snapshot, found)
    }

    #[test]
    fn lines_are_told_apart_without_colour() {
        let class = |at: usize| Class {
            label: Words::default(),
            colour: COLOURS[at],
            pattern: PATTERNS[at],
            swatch: Swatch::Line,
            count: 0,
            measure: None,
        };
        let classes: Vec<Class> = (0..COLOURS.len()).map(class).collect();
        assert_eq!(analysis::vision::first_alike(&classes), None);
    }

    #[test]
    fn what_a_survey_is_too_rough_to_tell_has_a_class_of_its_own() {
        let labels = |found: &Found| -> Vec<(String, usize, Option<String>)> {
            let classes = found.overlay.classes.iter();
            classes.map(|class| (class.label.as_str().to_owned(), class.count, class.measure.clone())).collect()
        };
        let (park, sure) = dug("A");
        assert_eq!(labels(&sure), [("in the pit".to_owned(), 2, Some("20.0 m".to_owned()))]);
        let (_, rough) = dug("D");
        assert_eq!(labels(&rough), [("may be in the pit".to_owned(), 2, Some("20.0 m".to_owned()))]);
        let main = park.edges.iter().find(|line| line.provenance.key == "hv23").unwrap();
        assert_eq!(rough.overlay.verdicts[&main.id].class, 0);
    }

    #[test]
    fn programs_are_told_of_everything_that_the_tables_list() {
        let (_, found) = dug("D");
        let rows = |at: usize| found.tables[at].sheet.rows.len();
        let told = |key: &str| found.told[key].as_array().unwrap().len();
        assert_eq!([told("met"), told("near"), told("fittings"), told("call")], [rows(0), rows(1), rows(2), rows(4)]);
        assert_eq!(told("things"), rows(3));
        assert_eq!(found.told["met"][0]["sure"], serde_json::json!(false));
        assert_eq!(found.told["floor_m"], serde_json::json!(1.0));
    }
}
