//! Clusters by industry as a sheet.

use super::cluster::{Clusters, Reference};
use super::levels::Level;
use super::report::level_words;
use super::rules::EvaluationRules;
use crate::rules::rule_words;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::Words;

/// What readers must know of clusters: the limits that class them, and where the reference is from.
pub fn cluster_notes(rules: &EvaluationRules, reference: Option<&Reference>) -> Vec<Words> {
    let limits = ["specialised", "moderate", "high"].map(|name| {
        let figure = rules.figure("cluster", name);
        words!("note-figure", "{citation} ({value})", value = format!("{}", figure.value), citation = figure.citation())
    });
    let reference = reference.map(|reference| {
        words!(
            "note-reference",
            "{region}, {year}: {source}, {date} [{status}]",
            region = &reference.region,
            year = i64::from(reference.year),
            source = &reference.source,
            date = reference.date,
            status = rule_words(&reference.status)
        )
    });
    limits.into_iter().chain(reference).collect()
}

/// Clusters of zones as a sheet.
pub fn cluster_sheet(zones: &[(Level, String, Clusters)], notes: Vec<Words>) -> Sheet {
    let one = zones.len() == 1;
    let here = |column: Column| if one { column.in_files() } else { column };
    let unit = zones.first().map_or("", |(_, _, clusters)| clusters.unit.as_str());
    // Currencies are the same in every language, persons are not.
    let (amount, on_record, unit) = if unit == "persons" {
        let on_record = words!("head-on-record-persons", "on record (persons)");
        (words!("head-amount-persons", "amount (persons)"), on_record, "")
    } else {
        (words!("head-amount", "amount"), words!("head-on-record", "on record"), unit)
    };
    let columns = vec![
        here(Column::new("level", words!("head-level", "level"), "", Holds::Text)),
        here(Column::new("zone", words!("head-zone", "zone"), "", Holds::Text)),
        here(Column::new("year", words!("head-books-year", "year"), "", Holds::Text)),
        Column::new("industry", words!("head-cluster-industry", "industry"), "", Holds::Text),
        Column::new("enterprises", words!("head-enterprises", "enterprises"), "", Holds::Whole),
        Column::new("amount", amount, unit, Holds::Number(0)),
        Column::new("on_record", on_record, unit, Holds::Number(0)).in_files(),
        Column::new("share_pct", words!("head-share", "share"), "%", Holds::Number(1)),
        Column::new("location_quotient", words!("head-quotient", "location quotient"), "", Holds::Number(2)),
        Column::new("herfindahl", words!("head-herfindahl", "Herfindahl"), "", Holds::Number(3)),
        Column::new("remark", words!("head-remark", "remark"), "", Holds::Text),
    ];
    let mut rows = Vec::new();
    for (level, name, clusters) in zones {
        let mut push = |industry: Words, enterprises: usize, figures: [Option<f64>; 5], remark: Words| {
            let [amount, on_record, share, quotient, herfindahl] = figures;
            let cells = vec![
                Value::Text(level_words(*level)),
                Value::Text(name.as_str().into()),
                Value::Text(clusters.year.to_string().into()),
                Value::Text(industry),
                Value::Whole(enterprises as i64),
                amount.into(),
                on_record.into(),
                share.map(|share| share * 100.0).into(),
                quotient.into(),
                herfindahl.into(),
                Value::Text(remark),
            ];
            rows.push(Row { slot: None, cells });
        };
        for cluster in &clusters.clusters {
            let remark = match cluster.specialised {
                Some(true) => words!("remark-specialised", "specialised"),
                _ => "".into(),
            };
            let figures =
                [cluster.amount, Some(cluster.on_record), cluster.share, cluster.quotient, cluster.herfindahl];
            push(cluster.code.as_str().into(), cluster.enterprises, figures, remark);
        }
        let all: usize = clusters.clusters.iter().map(|cluster| cluster.enterprises).sum();
        let on_record: f64 = clusters.clusters.iter().map(|cluster| cluster.on_record).sum();
        let remark = match (clusters.concentration, clusters.herfindahl_on_record) {
            (Some(concentration), _) => concentration.words(),
            (None, Some(index)) => {
                words!("remark-on-record", "{index} over the figures on record", index = format!("{index:.3}"))
            }
            (None, None) => "".into(),
        };
        let figures = [clusters.total, Some(on_record), clusters.total.map(|_| 1.0), None, clusters.herfindahl];
        push(words!("row-all-industries", "all industries"), all, figures, remark);
    }
    let missing = zones.iter().flat_map(|(_, _, clusters)| clusters.missing.iter().cloned());
    let mut notes: Vec<Words> = notes.into_iter().chain(missing).collect();
    let mut seen = std::collections::BTreeSet::new();
    notes.retain(|note| seen.insert(note.to_string()));
    let measure = zones.first().map_or_else(|| "".into(), |(_, _, clusters)| Words::from(clusters.measure.label()));
    Sheet {
        name: "clusters",
        title: words!("title-report-clusters", "Clusters by industry: {measure}", measure = measure),
        notes,
        target: None,
        columns,
        rows,
    }
}
