//! The network overlay: every pipe, duct and fitting in the colour of its class, with lengths and what is not known.

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, NetworkClass, NetworkEdge, Presence};

use super::sheets::class as class_words;
use super::topology::length_m;
use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict, Verdicts};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Words, phrase};

/// Networks by class on `as_of`.
pub fn network_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let class_of = |class: NetworkClass| NetworkClass::ALL.iter().position(|c| *c == class).unwrap_or(0);
    let mut counts = [0_usize; NetworkClass::ALL.len()];
    let mut lengths_m = [0.0; NetworkClass::ALL.len()];
    let mut verdicts = Verdicts::with_capacity(snapshot.edges.len() + snapshot.nodes.len());
    let mut without_elevation = 0;
    let presence = Presence::on(snapshot, as_of);
    for (edge, _) in snapshot.edges.iter().zip(&presence.edges).filter(|(_, there)| **there) {
        let class = class_of(edge.class);
        let length_m = length_m(&edge.path);
        counts[class] += 1;
        lengths_m[class] += length_m;
        without_elevation += usize::from(edge.path.iter().any(|v| !v[2].is_finite()));
        let facts = vec![
            Fact {
                label: words!("fact-length", "Length"),
                value: format!("{length_m:.1} m").into(),
                basis: words!("basis-length", "along the axis, in 3D where elevations are known"),
            },
            Fact {
                label: words!("fact-cover", "Cover"),
                value: cover(cache, edge),
                basis: words!("basis-cover", "terrain above the axis, least along the line"),
            },
        ];
        verdicts.insert(edge.id, Verdict { class, value: Some(length_m), outline: None, facts });
    }
    for (node, _) in snapshot.nodes.iter().zip(&presence.nodes).filter(|(_, there)| **there) {
        verdicts
            .insert(node.id, Verdict { class: class_of(node.class), value: None, outline: None, facts: Vec::new() });
    }
    let classes = NetworkClass::ALL
        .iter()
        .enumerate()
        .map(|(i, class)| {
            let row = rules.network_class(*class);
            Class {
                label: row.map_or_else(
                    || class.as_str().into(),
                    |row| {
                        words!(
                            "network-class",
                            "{letters} {name}",
                            letters = &row.letters,
                            name = name(*class, &row.name)
                        )
                    },
                ),
                colour: row.map_or([120, 124, 130], |row| row.colour),
                pattern: Pattern::Solid,
                swatch: Swatch::Line,
                count: counts[i],
                measure: Some(format!("{:.1} km", lengths_m[i] / 1000.0)),
            }
        })
        .collect();
    let mut notes = vec![words!("note-class-colours", "Class colours: CJJ 61 (2017)")];
    if snapshot.given {
        // What was left out is not said to be on no record.
        notes.push(words!(
            "note-given-lines",
            "Lines are drawn coarsely; their exact course and depth are not part of this package",
        ));
    } else if without_elevation > 0 {
        notes.push(words!(
            "note-no-elevation",
            "{count} lines have no elevation on record; their depth is unknown",
            count = without_elevation,
        ));
    }
    let overlay = Overlay {
        name: "networks".into(),
        title: words!("title-networks", "Networks: underground lines by class"),
        target: FeatureKind::NetworkEdge,
        unit: words!("unit-lines", "lines"),
        as_of,
        source: words!("source-networks", "network surveys on record"),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    overlay.without_empty_classes(|_| false)
}

/// The class's name with the key of its translation, where the table names it as the shipped one does.
fn name(class: NetworkClass, in_table: &str) -> Words {
    let shipped = class_words(class);
    if shipped.as_str() == in_table { shipped } else { in_table.into() }
}

/// Least cover over the axis at its vertices in words, or that it is unknown: of a part alone nothing is said of the whole.
fn cover(cache: &Cache, edge: &NetworkEdge) -> Words {
    let terrain = cache.snapshot().terrain.as_ref();
    let covers: Option<Vec<f64>> = edge
        .path
        .iter()
        .map(|[x, y, z]| Some(terrain?.height_at(*x, *y)? - Some(*z).filter(|z| z.is_finite())?))
        .collect();
    covers
        .and_then(|covers| covers.into_iter().min_by(f64::total_cmp))
        .map_or_else(|| phrase("unknown", "unknown").into(), |cover| format!("{cover:.2} m").into())
}
