//! The network overlay: every pipe, duct and fitting in the colour of its class, with lengths and what is not known.

use std::collections::HashMap;

use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, NetworkClass, NetworkEdge};

use crate::overlay::{Class, Fact, Overlay, Pattern, Swatch, Verdict};
use crate::rules::RuleSet;

/// Networks by class on `as_of`.
pub fn network_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let class_of = |class: NetworkClass| NetworkClass::ALL.iter().position(|c| *c == class).unwrap_or(0);
    let mut counts = [0_usize; NetworkClass::ALL.len()];
    let mut lengths_m = [0.0; NetworkClass::ALL.len()];
    let mut verdicts = HashMap::with_capacity(snapshot.edges.len() + snapshot.nodes.len());
    let mut without_elevation = 0;
    for edge in &snapshot.edges {
        let class = class_of(edge.class);
        let length_m = length_m(edge);
        counts[class] += 1;
        lengths_m[class] += length_m;
        without_elevation += usize::from(edge.path.iter().any(|v| !v[2].is_finite()));
        let facts = vec![
            Fact {
                label: "Length".into(),
                value: format!("{length_m:.1} m"),
                basis: "along the axis, in 3D where elevations are known".into(),
            },
            Fact {
                label: "Cover".into(),
                value: cover(cache, edge),
                basis: "terrain above the axis, least along the line".into(),
            },
        ];
        verdicts.insert(edge.id, Verdict { class, value: Some(length_m), outline: None, facts });
    }
    for node in &snapshot.nodes {
        verdicts
            .insert(node.id, Verdict { class: class_of(node.class), value: None, outline: None, facts: Vec::new() });
    }
    let classes = NetworkClass::ALL
        .iter()
        .enumerate()
        .map(|(i, class)| {
            let row = rules.network_class(*class);
            Class {
                label: row.map_or_else(|| class.as_str().to_owned(), |row| format!("{} {}", row.letters, row.name)),
                colour: row.map_or([120, 124, 130], |row| row.colour),
                pattern: Pattern::Solid,
                swatch: Swatch::Line,
                count: counts[i],
                measure: Some(format!("{:.1} km", lengths_m[i] / 1000.0)),
            }
        })
        .collect();
    let mut notes = vec!["Class colours: CJJ 61 (2017)".to_owned()];
    if without_elevation > 0 {
        notes.push(format!("{without_elevation} lines have no elevation on record; their depth is unknown"));
    }
    let overlay = Overlay {
        name: "networks".into(),
        title: "Networks: underground lines by class".into(),
        target: FeatureKind::NetworkEdge,
        unit: "lines".into(),
        as_of,
        source: "network surveys on record".into(),
        classes,
        verdicts,
        marks: Vec::new(),
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    overlay.without_empty_classes(|_| false)
}

/// Length of the axis, m: in 3D where both ends of a piece have elevations, else in plan.
fn length_m(edge: &NetworkEdge) -> f64 {
    let piece = |ends: &[[f64; 3]]| {
        let [a, b] = [ends[0], ends[1]];
        let rise = Some(b[2] - a[2]).filter(|rise| rise.is_finite()).unwrap_or(0.0);
        (b[0] - a[0]).hypot(b[1] - a[1]).hypot(rise)
    };
    edge.path.windows(2).map(piece).sum()
}

/// Least cover over the axis at its vertices in words, or that it is unknown.
fn cover(cache: &Cache, edge: &NetworkEdge) -> String {
    let terrain = cache.snapshot().terrain.as_ref();
    edge.path
        .iter()
        .filter_map(|[x, y, z]| Some(terrain?.height_at(*x, *y)? - Some(*z).filter(|z| z.is_finite())?))
        .min_by(f64::total_cmp)
        .map_or_else(|| "unknown".to_owned(), |cover| format!("{cover:.2} m"))
}
