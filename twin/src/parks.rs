//! `twin parks`: what the database holds.

use serde::Serialize;
use spatial_db::store::Store;

use crate::cli::ReportArguments;
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::print;

#[derive(Serialize)]
struct Row {
    slug: String,
    name: String,
    srid: i32,
    synthetic: bool,
    as_of: Option<chrono::NaiveDate>,
    licence: Option<String>,
    attribution: Option<String>,
    counts: std::collections::BTreeMap<String, u64>,
    quarantined: u64,
    last_run: Option<i64>,
    last_import: Option<chrono::DateTime<chrono::Utc>>,
}

/// Connects to the store: the named server or the private one, started if need be.
pub(crate) fn store() -> Result<Store, Failure> {
    let url = spatial_db::cluster::resolve_database_url(&data_dir()?)?;
    Ok(Store::connect(&url)?)
}

pub(crate) fn run(arguments: ReportArguments) -> Result<(), Failure> {
    let rows: Vec<Row> = store()?
        .parks()?
        .into_iter()
        .map(|summary| Row {
            slug: summary.park.slug,
            name: summary.park.name,
            srid: summary.park.srid,
            synthetic: summary.park.synthetic,
            as_of: summary.park.as_of,
            licence: summary.park.licence,
            attribution: summary.park.attribution,
            counts: summary.counts.iter().map(|(kind, count)| (word(*kind), *count)).collect(),
            quarantined: summary.quarantined,
            last_run: summary.last_run.as_ref().map(|run| run.run_id),
            last_import: summary.last_run.map(|run| run.finished),
        })
        .collect();
    if arguments.json {
        return print::json(&serde_json::json!({ "parks": rows }));
    }
    if rows.is_empty() {
        return print::line("no parks yet: `twin sample demo && twin import demo/park.toml` makes one");
    }
    let count = |row: &Row, kind: &str| row.counts.get(kind).copied().unwrap_or(0).to_string();
    let table: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.slug.clone(),
                row.name.clone(),
                format!("EPSG:{}", row.srid),
                if row.synthetic { "synthetic" } else { "surveyed" }.into(),
                count(row, "parcel"),
                count(row, "building"),
                count(row, "network_edge"),
                row.quarantined.to_string(),
                row.as_of.map_or_else(|| "unknown".into(), |date| date.to_string()),
            ]
        })
        .collect();
    print::table(&["park", "name", "crs", "data", "parcels", "buildings", "pipes", "quarantined", "as of"], &table)
}

/// The kind's word, as in the model's serialised form.
fn word(kind: spatial_db::model::FeatureKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
