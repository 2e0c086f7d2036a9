//! What is left of lines and points, and along one way, as overlays.

use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind};

use super::overlay::{facts, notes, title};
use super::{Capacity, Element, Remaining, figure};
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// What a class says, with its two signs: by the share of its own rating that is left.
const LOOKS: [(Phrase, [u8; 3], Pattern); 6] = [
    (phrase("capacity-none", "nothing left, or more promised than there is"), [158, 0, 20], Pattern::CrossHatch),
    (phrase("element-little", "less than 10 % of its rating left"), [230, 120, 20], Pattern::Hatch),
    (phrase("element-some", "10 to 30 % of its rating left"), [240, 205, 90], Pattern::Solid),
    (phrase("element-ample", "more than 30 % of its rating left"), [0, 132, 98], Pattern::Solid),
    (
        phrase("element-at-most", "no more than that: a load behind it is not known"),
        [120, 170, 215],
        Pattern::CrossHatch,
    ),
    (phrase("capacity-unknown", "not known"), [160, 162, 168], Pattern::Dots),
];

/// Classes of lines and points, with nothing counted.
pub(crate) fn elements_legend() -> Vec<Class> {
    let class = |(label, colour, pattern): (Phrase, [u8; 3], Pattern)| Class {
        label: label.into(),
        colour,
        pattern,
        swatch: Swatch::Line,
        count: 0,
        measure: None,
    };
    LOOKS.into_iter().map(class).collect()
}

/// The class of a line or point, by its place in the legend.
fn class_of(element: &Element) -> usize {
    let (Some(left), Some(rated)) = (element.remains(), element.rated.as_ref()) else { return 5 };
    let share = left / rated.value;
    match left {
        // What is full stays full, whatever else is missing.
        left if left <= 0.0 => 0,
        _ if element.loads_unknown > 0 || element.connected.is_none() => 4,
        _ if share < 0.1 => 1,
        _ if share < 0.3 => 2,
        _ => 3,
    }
}

fn empty(capacity: &Capacity<'_>, classes: Vec<Class>, notes: Vec<Words>) -> Overlay {
    Overlay {
        name: "capacity".into(),
        title: title(&capacity.resource.name),
        target: FeatureKind::NetworkEdge,
        unit: capacity.resource.unit.as_str().into(),
        as_of: capacity.as_of(),
        source: words!("source-capacity", "ratings and loads of network records, loads of projects on record"),
        classes,
        verdicts: Verdicts::default(),
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    }
}

/// Rated, connected and committed of a line or point, with commitments up to `by`, in words.
fn facts_of(capacity: &Capacity<'_>, element: &Element, by: NaiveDate) -> Vec<Fact> {
    let unit = &capacity.resource.unit;
    let told = |value: Option<f64>| -> Words {
        value.map_or_else(|| phrase("unknown", "unknown").into(), |value| figure(value, unit).into())
    };
    let fact = |label: Words, value: Option<f64>, basis: Option<&super::Rated>| Fact {
        label,
        value: told(value),
        basis: basis.map_or_else(
            || words!("basis-missing-capacity", "not on record"),
            |rated| super::overlay::basis(&rated.basis),
        ),
    };
    // What does not add along a line (ducts) is counted where it lies: projects promise none of it there.
    let adds = capacity.resource.adds;
    let committed = adds.then(|| Fact {
        label: words!("fact-element-committed", "Committed"),
        value: told(Some(element.committed).filter(|_| !element.on_loop)),
        basis: if element.on_loop {
            words!("basis-loop", "not known: on a loop or between sources")
        } else {
            words!("basis-element-committed", "loads of projects on record, up to {by}", by = by)
        },
    });
    let mut facts = vec![
        fact(words!("fact-rated", "Rated"), element.rated.as_ref().map(|one| one.value), element.rated.as_ref()),
        fact(
            words!("fact-element-load", "Connected"),
            element.connected.as_ref().map(|one| one.value),
            element.connected.as_ref(),
        ),
    ];
    facts.extend(committed);
    facts.push(Fact {
        label: words!("fact-remaining", "Left"),
        value: told(element.remains()),
        basis: if adds {
            words!("basis-element", "rated − connected − committed there")
        } else {
            words!("basis-element-alone", "rated − connected there")
        },
    });
    facts
}

/// Every line and point that can limit somebody ([`super::worst_elements`]), by how much of its rating is left with commitments up to
/// `by`.
pub fn elements_overlay(capacity: &Capacity<'_>, elements: &[Element], by: NaiveDate) -> Overlay {
    let mut overlay = empty(capacity, elements_legend(), notes(capacity, by));
    for element in elements {
        let class = class_of(element);
        overlay.classes[class].count += 1;
        let facts = facts_of(capacity, element, by);
        overlay.verdicts.insert(element.feature, Verdict { class, value: element.remains(), outline: None, facts });
    }
    overlay.without_empty_classes(|_| false)
}

/// Classes of one way, with nothing counted: lines, then a point that is the bottleneck, then where it is asked of.
pub(crate) fn way_legend() -> Vec<Class> {
    let bottleneck = || phrase("way-bottleneck", "bottleneck");
    let looks = [
        (phrase("way-line", "on the way"), [0, 114, 178], Pattern::Solid, Swatch::Line),
        (bottleneck(), [158, 0, 20], Pattern::CrossHatch, Swatch::Line),
        (bottleneck(), [158, 0, 20], Pattern::CrossHatch, Swatch::Symbol(Symbol::Hazard)),
        (phrase("way-asked", "asked of"), [86, 180, 233], Pattern::Hatch, Swatch::Area),
    ];
    let class = |(label, colour, pattern, swatch): (Phrase, [u8; 3], Pattern, Swatch)| Class {
        label: label.into(),
        colour,
        pattern,
        swatch,
        count: 0,
        measure: None,
    };
    looks.into_iter().map(class).collect()
}

/// The way of an answer with its bottleneck, and the parcel, building or point that it is of, where there is one.
pub fn way_overlay(
    capacity: &Capacity<'_>,
    answer: &Remaining,
    asked_of: Option<FeatureId>,
    notes: Vec<Words>,
) -> Overlay {
    let mut overlay = empty(capacity, way_legend(), notes);
    let park = capacity.park;
    for (at, element) in answer.path.iter().enumerate() {
        let limits = answer.bottleneck == Some(at);
        let is_point = element.feature.kind == FeatureKind::NetworkNode;
        let class = if limits { 1 + usize::from(is_point) } else { 0 };
        // A line that several pieces of are on the way is one; the bottleneck among them colours it.
        match overlay.verdicts.get(&element.feature) {
            Some(kept) if kept.class >= class => continue,
            Some(kept) => overlay.classes[kept.class].count -= 1,
            None => {}
        }
        overlay.classes[class].count += 1;
        let verdict =
            Verdict { class, value: element.remains(), outline: None, facts: facts_of(capacity, element, answer.by) };
        overlay.verdicts.insert(element.feature, verdict);
        let node = limits.then(|| park.nodes.iter().find(|node| node.id == element.feature)).flatten();
        overlay.marks.extend(node.map(|node| Mark {
            feature: node.id,
            position: [node.position[0], node.position[1]],
            symbol: Symbol::Hazard,
            class,
            label: Some(node.provenance.key.clone()),
        }));
    }
    if let Some(id) = asked_of.filter(|id| !overlay.verdicts.contains_key(id)) {
        overlay.classes[3].count += 1;
        let verdict = Verdict { class: 3, value: answer.value, outline: None, facts: facts(answer) };
        overlay.verdicts.insert(id, verdict);
    }
    overlay.without_empty_classes(|_| false)
}

#[cfg(test)]
mod tests {
    use spatial_db::model::Presence;

    use super::super::sheets::worst;
    use super::super::tests::{TODAY, day, street};
    use super::super::{CapacityRules, Place};
    use super::*;
    use crate::network::Settings;

    fn asked<T>(ask: impl FnOnce(&Capacity<'_>) -> T) -> T {
        let park = street();
        let there = Presence::on(&park, day(TODAY));
        let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
        ask(&Capacity::of(&park, &there, &settings, &rules, "power").unwrap())
    }

    #[test]
    fn lines_and_points_are_coloured_by_what_is_left_of_their_own_rating() {
        asked(|capacity| {
            let rows = worst(capacity, day(TODAY));
            let overlay = elements_overlay(capacity, &rows, day(TODAY));
            let of = |key: &str| {
                let edges = capacity.park.edges.iter().map(|edge| (&edge.provenance.key, edge.id));
                let nodes = capacity.park.nodes.iter().map(|node| (&node.provenance.key, node.id));
                let id = edges.chain(nodes).find(|(other, _)| *other == key).unwrap().1;
                let verdict = overlay.verdicts.get(&id)?;
                Some((overlay.classes[verdict.class].label.to_string(), verdict.value))
            };
            // 150 of 300 left; 100 of 500; 250 of 800; 450 of 1000.
            let [some, ample] = ["10 to 30 % of its rating left", "more than 30 % of its rating left"];
            assert_eq!(of("e2"), Some((ample.into(), Some(150.0))));
            assert_eq!(of("e4"), Some((some.into(), Some(100.0))));
            assert_eq!(of("e1"), Some((ample.into(), Some(250.0))));
            assert_eq!(of("s"), Some((ample.into(), Some(450.0))));
            assert_eq!(overlay.verdicts.len(), rows.len());
            // What is taken from the rating for what is left is told, each with what it rests on.
            let facts = &overlay.verdicts[&capacity.park.edges[0].id].facts;
            let said: Vec<String> = facts.iter().map(|fact| format!("{} {}", fact.label, fact.value)).collect();
            assert_eq!(said, ["Rated 800 kVA", "Connected 550 kVA", "Committed 0 kVA", "Left 250 kVA"]);
            assert!(facts[2].basis.as_str().ends_with(TODAY), "{}", facts[2].basis);
            assert_eq!(overlay.classes.iter().map(|class| class.count).sum::<usize>(), rows.len());
        });
        // A load that is not on record: no more than that, and never ample.
        let mut park = street();
        let c2 = park.nodes.iter().position(|node| node.provenance.key == "c2").unwrap();
        park.nodes[c2].provenance.attributes = spatial_db::model::Attributes::default();
        let there = Presence::on(&park, day(TODAY));
        let (settings, rules) = (Settings::shipped(), CapacityRules::shipped());
        let capacity = Capacity::of(&park, &there, &settings, &rules, "power").unwrap();
        let overlay = elements_overlay(&capacity, &worst(&capacity, day(TODAY)), day(TODAY));
        let class = overlay.verdicts[&park.edges[1].id].class;
        assert_eq!(overlay.classes[class].label, "no more than that: a load behind it is not known");
    }

    #[test]
    fn a_way_shows_its_bottleneck_and_what_it_is_asked_of() {
        asked(|capacity| {
            let park = capacity.park;
            let (answer, days, left) = capacity.place(Place::Parcel("p2"), day(TODAY)).unwrap();
            assert_eq!(answer.told["bottleneck"]["key"], "e2");
            assert_eq!((days.rows.len(), answer.sheet.rows.len()), (1, left.path.len()));
            let overlay = way_overlay(capacity, &left, Some(park.parcels[1].id), Vec::new());
            let said = |id: FeatureId| {
                let verdict = overlay.verdicts.get(&id)?;
                Some(overlay.classes[verdict.class].label.to_string())
            };
            assert_eq!(said(park.edges[1].id).as_deref(), Some("bottleneck"));
            assert_eq!(said(park.edges[0].id).as_deref(), Some("on the way"));
            assert_eq!(said(park.parcels[1].id).as_deref(), Some("asked of"));
            assert!(said(park.edges[3].id).is_none() && overlay.marks.is_empty());
            // Nothing near: no way, but the place is still shown, and nothing is known of it.
            let (_, _, nothing) = capacity.place(Place::Parcel("p4"), day(TODAY)).unwrap();
            let overlay = way_overlay(capacity, &nothing, Some(park.parcels[3].id), Vec::new());
            assert_eq!((overlay.verdicts.len(), overlay.verdicts[&park.parcels[3].id].value), (1, None));
        });
    }
}
