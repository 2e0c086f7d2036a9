//! Scores and clusters as bars to look at: data only. Drawing them is left to whoever shows them.

use std::collections::BTreeSet;

use super::cluster::Clusters;
use super::levels::Level;
use super::range::Range;
use super::report::{ZoneReport, range_words};
use super::score::Scored;
use crate::words;
use crate::words::{Words, percent};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct BarRow {
    /// What is measured.
    pub label: Words,
    /// How deep it lies in its tree.
    pub depth: usize,
    /// Value or range; `None` where nothing is known.
    pub range: Option<Range>,
    /// The value in words.
    pub shown: Words,
}

/// Bars under each other.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// Heading.
    pub title: Words,
    /// Bars.
    pub rows: Vec<BarRow>,
    /// Where the axis ends; it begins at 0.
    pub most: f64,
    /// What the bars are held against: a value of the axis, and what it is.
    pub mark: (f64, Words),
    /// What the signs mean.
    pub legend: Words,
}

/// The scores of each zone on the last date, part by part against their ideal values; of several dates or zones, the totals before them.
pub fn score_charts(reports: &[ZoneReport]) -> Vec<BarChart> {
    let chart = |title: Words, rows: Vec<BarRow>| BarChart {
        title,
        rows,
        most: 100.0,
        mark: (100.0, words!("bars-ideal", "ideal value")),
        legend: words!("bars-range", "striped: what the records leave possible"),
    };
    let scored = || reports.iter().filter_map(|report| Some((report, report.evaluation.as_ref()?)));
    let mut all = Vec::new();
    if scored().count() > 1 {
        let total = |(report, evaluation): (&ZoneReport, &super::score::Evaluation)| BarRow {
            label: words!("bars-zone", "{date} {zone}", date = report.zone.as_of, zone = report.zone.name.as_str()),
            depth: 0,
            range: Some(evaluation.score),
            shown: range_words(evaluation.score, 1),
        };
        all.push(chart(words!("bars-totals", "Score by zone and date"), scored().map(total).collect()));
    }
    let last = scored().map(|(report, _)| report.zone.as_of).max();
    for (report, evaluation) in scored().filter(|(report, _)| Some(report.zone.as_of) == last) {
        let mut rows = vec![BarRow {
            label: words!("item-score", "score, 0 to 100"),
            depth: 0,
            range: Some(evaluation.score),
            shown: range_words(evaluation.score, 1),
        }];
        for node in evaluation.areas.iter().flat_map(|area| &area.nodes) {
            add(node, 1, &mut rows);
        }
        let (zone, date) = (report.zone.name.as_str(), report.zone.as_of);
        all.push(chart(words!("bars-scores", "Scores of {zone}, {date}", zone = zone, date = date), rows));
    }
    all
}

fn add(node: &Scored, depth: usize, rows: &mut Vec<BarRow>) {
    let score = range_words(node.score, 1);
    let shown = match (node.value, node.ideal) {
        (Some(value), Some(ideal)) => {
            let digits = if ideal < 10.0 { 3 } else { 0 };
            words!(
                "bars-of-ideal",
                "{score} ({value} of {ideal})",
                score = score,
                value = range_words(value, digits),
                ideal = format!("{ideal}")
            )
        }
        _ => score,
    };
    rows.push(BarRow { label: node.title(), depth, range: Some(node.score), shown });
    for part in &node.parts {
        add(part, depth + 1, rows);
    }
}

/// The industries of each zone of the last year: their location quotients with the line at 1, where a reference tells them; else their
/// shares of what is on record.
pub fn cluster_charts(zones: &[(Level, String, Clusters)]) -> Vec<BarChart> {
    let years: BTreeSet<i32> = zones.iter().map(|(_, _, clusters)| clusters.year).collect();
    let last = years.last().copied();
    zones
        .iter()
        .filter(|(_, _, clusters)| Some(clusters.year) == last)
        .filter_map(|(_, name, of)| one(name, of))
        .collect()
}

fn one(zone: &str, of: &Clusters) -> Option<BarChart> {
    let year = i64::from(of.year);
    let label = |code: &str| words!("bars-industry", "industry {code}", code = code);
    if of.clusters.iter().any(|cluster| cluster.quotient.is_some()) {
        let row = |cluster: &super::cluster::Cluster| BarRow {
            label: label(&cluster.code),
            depth: usize::from(cluster.specialised != Some(true)),
            range: cluster.quotient.map(Range::exactly),
            shown: cluster
                .quotient
                .map_or_else(|| words!("unknown", "unknown"), |quotient| format!("{quotient:.2}").into()),
        };
        let most = of.clusters.iter().filter_map(|cluster| cluster.quotient).fold(1.5, f64::max);
        return Some(BarChart {
            title: words!("bars-quotients", "Location quotients of {zone}, {year}", zone = zone, year = year),
            rows: of.clusters.iter().map(row).collect(),
            most,
            mark: (1.0, words!("bars-as-reference", "1: as in the reference")),
            legend: words!("bars-specialised", "bold: specialised, above the line; striped: unknown"),
        });
    }
    let uncoded = of.uncoded.map_or(0.0, |uncoded| uncoded.on_record);
    let whole = of.clusters.iter().map(|cluster| cluster.on_record).sum::<f64>() + uncoded;
    if whole <= 0.0 {
        return None;
    }
    // What lacks figures has no share, only a part of what is on record.
    let row = |label: Words, range: Option<Range>, on_record: f64| {
        let part = percent(on_record / whole);
        let shown = if range.is_some() {
            part.into()
        } else {
            words!("bars-part-on-record", "unknown; on record {part}", part = part)
        };
        BarRow { label, depth: 1, range, shown }
    };
    let of_industry = |cluster: &super::cluster::Cluster| {
        let range = cluster.amount.map(|amount| Range::exactly(amount / whole));
        row(label(&cluster.code), range, cluster.on_record)
    };
    let mut rows: Vec<BarRow> = of.clusters.iter().map(of_industry).collect();
    if let Some(found) = of.uncoded {
        let range = found.amount.map(|amount| Range::new(0.0, amount / whole));
        rows.push(row(words!("bars-no-industry", "industry unknown"), range, found.on_record));
    }
    let shares = of.clusters.iter().map(|cluster| cluster.on_record).chain([uncoded]);
    let most = shares.map(|on_record| on_record / whole).fold(0.0, f64::max);
    let even = 1.0 / of.clusters.len().max(1) as f64;
    Some(BarChart {
        title: words!("bars-shares", "Shares of the industries of {zone} in {year}", zone = zone, year = year),
        rows,
        most: most.max(even),
        mark: (even, words!("bars-even", "all alike")),
        legend: words!(
            "bars-on-record",
            "of the figures on record; striped: industry or figures unknown; without reference figures there is no location quotient"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Cluster, Measure, Uncoded};

    fn clusters(quotients: [Option<f64>; 2]) -> Clusters {
        let cluster = |code: &str, on_record: f64, quotient: Option<f64>| Cluster {
            code: code.into(),
            enterprises: 1,
            amount: Some(on_record),
            on_record,
            share: None,
            quotient,
            specialised: quotient.map(|quotient| quotient > 1.0),
            herfindahl: None,
        };
        Clusters {
            measure: Measure::Output,
            year: 2025,
            unit: "CNY".into(),
            clusters: vec![cluster("26", 30.0, quotients[0]), cluster("39", 10.0, quotients[1])],
            uncoded: None,
            total: None,
            herfindahl: None,
            herfindahl_on_record: None,
            concentration: None,
            missing: Vec::new(),
        }
    }

    #[test]
    fn quotients_stand_against_one_and_shares_where_there_are_none() {
        let of = |found: Clusters| cluster_charts(&[(Level::Park, "Q".into(), found)]).remove(0);
        let quotients = of(clusters([Some(2.5), None]));
        assert_eq!((quotients.mark.0, quotients.most), (1.0, 2.5));
        assert_eq!(quotients.rows[0].range, Some(Range::exactly(2.5)));
        assert_eq!((quotients.rows[1].range, quotients.rows[1].shown.as_str()), (None, "unknown"));
        assert!(quotients.rows[0].depth < quotients.rows[1].depth, "only what is specialised stands out");
        let shares = of(clusters([None, None]));
        assert_eq!((shares.mark.0, shares.most), (0.5, 0.75));
        assert_eq!(shares.rows[1].shown, "25.0 %");
        // What is not known is a row with another sign, and takes its part of the whole.
        let mut found = clusters([None, None]);
        found.uncoded = Some(Uncoded { amount: Some(10.0), on_record: 10.0 });
        found.clusters[1].amount = None;
        let shares = of(found.clone());
        let told: Vec<(Option<Range>, &str)> = shares.rows.iter().map(|row| (row.range, row.shown.as_str())).collect();
        let expected = [
            (Some(Range::exactly(0.6)), "60.0 %"),
            (None, "unknown; on record 20.0 %"),
            (Some(Range::new(0.0, 0.2)), "20.0 %"),
        ];
        assert_eq!(told, expected);
        // An enterprise without industry and figure may be as large as any.
        found.uncoded = Some(Uncoded { amount: None, on_record: 0.0 });
        let shares = of(found);
        assert_eq!((shares.rows[2].range, shares.rows[2].shown.as_str()), (None, "unknown; on record 0.0 %"));
    }
}
