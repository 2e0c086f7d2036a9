//! `twin issues`: what is wrong with a park's data, listed, counted, or written to a GeoPackage to be mended.

use importers::reader::ReaderCommand;
use importers::{ExportOptions, export_issues};
use spatial_db::model::IssueRecord;
use spatial_db::store::{IssueFilter, IssueTotal};

use crate::cli::IssuesArguments;
use crate::failure::Failure;
use crate::parks::store;
use crate::print;

pub(crate) fn run(arguments: &IssuesArguments) -> Result<(), Failure> {
    let mut store = store()?;
    let park = store.park(&arguments.park)?;
    if let Some(out) = &arguments.export {
        let sources = match &arguments.manifest {
            None => None,
            Some(manifest) => Some(ExportOptions {
                manifest: manifest.clone(),
                root: arguments.root.clone(),
                reader: ReaderCommand { program: std::env::current_exe()?, args: vec!["__read".into()] },
            }),
        };
        let report = export_issues(&mut store, &park, out, sources.as_ref())
            .map_err(|source| Failure::Export { source: Box::new(source) })?;
        if arguments.json {
            return print::json(&report);
        }
        let layers: Vec<Vec<String>> = report
            .layers
            .iter()
            .map(|layer| vec![layer.layer.clone(), layer.quarantined.to_string(), layer.kept.to_string()])
            .collect();
        print::table(&["layer", "rejected rows", "rows kept"], &layers)?;
        if sources.is_none() {
            let bare: u64 = report.layers.iter().map(|layer| layer.without_geometry).sum();
            if bare > 0 {
                print::line(format!("{bare} rows rejected as duplicates are in it without their geometry"))?;
            }
            print::line("rows that were kept are not in it; --manifest says where to read both from")?;
        }
        return print::line(format!(
            "{} issues in {}; mend the rows in QGIS, then `twin import --mended {} …`",
            report.issues,
            out.display(),
            out.display()
        ));
    }
    let filter = IssueFilter {
        code: arguments.code.clone(),
        layer: arguments.layer.clone(),
        severity: arguments.severity.map(Into::into),
    };
    let totals = store.issue_totals(park.park_id, &filter)?;
    let issues = store.issues(park.park_id, &filter, Some(arguments.limit))?;
    if arguments.json {
        return print::json(&serde_json::json!({ "park": park.slug, "totals": totals, "issues": issues }));
    }
    words(&totals, &issues)
}

fn words(totals: &[IssueTotal], issues: &[IssueRecord]) -> Result<(), Failure> {
    if totals.is_empty() {
        return print::line("no issues");
    }
    let rows: Vec<Vec<String>> = totals
        .iter()
        .map(|total| {
            vec![
                total.severity.as_str().to_owned(),
                total.code.clone(),
                total.layer.clone(),
                total.count.to_string(),
                total.quarantined.to_string(),
            ]
        })
        .collect();
    print::table(&["severity", "code", "layer", "issues", "rows left out"], &rows)?;
    print::line("")?;
    for issue in issues {
        let row = issue.source_row.map_or_else(String::new, |row| format!(" row {row}"));
        let key = issue.key.as_ref().map_or_else(String::new, |key| format!(" ({key})"));
        print::line(format!(
            "{} {} {}{row}{key}: {}",
            issue.severity.as_str(),
            issue.code,
            issue.source,
            issue.reason
        ))?;
        print::line(format!("    {}", issue.fix))?;
    }
    let all: u64 = totals.iter().map(|total| total.count).sum();
    let shown = issues.len() as u64;
    if shown < all {
        print::line(format!("… {} more: --limit shows them, --code, --layer and --severity choose", all - shown))?;
    }
    Ok(())
}
