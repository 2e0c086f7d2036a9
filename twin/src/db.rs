//! `twin db`: the private server's life.

use serde::Serialize;
use spatial_db::cluster::{Cluster, redacted};

use crate::cli::{DbAction, DbArguments, ReportArguments};
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::print;

/// Database in the private server.
const DATABASE: &str = "twin";

#[derive(Serialize)]
struct Status {
    server: &'static str,
    running: bool,
    version: Option<String>,
    pid: Option<u32>,
    data: Option<String>,
    url: String,
}

pub(crate) fn run(arguments: &DbArguments) -> Result<(), Failure> {
    let named = std::env::var("TWIN_DATABASE_URL").ok().filter(|url| !url.is_empty());
    match (arguments.action, named) {
        (DbAction::Start(_) | DbAction::Stop(_), Some(_)) => Err(Failure::NotOurServer),
        (DbAction::Status(report), Some(url)) => show(
            &Status {
                server: "yours (TWIN_DATABASE_URL)",
                running: spatial_db::store::Store::connect(&url).is_ok(),
                version: None,
                pid: None,
                data: None,
                url: redacted(&url),
            },
            report,
        ),
        (DbAction::Url(report), Some(url)) => show_url(&url, report),
        (DbAction::Start(report), None) => {
            let cluster = Cluster::open(&data_dir()?)?;
            cluster.ensure_running()?;
            cluster.ensure_database(DATABASE)?;
            show(&status(&cluster)?, report)
        }
        (DbAction::Stop(report), None) => {
            let cluster = Cluster::open(&data_dir()?)?;
            cluster.stop()?;
            show(&status(&cluster)?, report)
        }
        (DbAction::Status(report), None) => show(&status(&Cluster::open(&data_dir()?)?)?, report),
        (DbAction::Url(report), None) => show_url(&Cluster::open(&data_dir()?)?.url(DATABASE), report),
    }
}

fn status(cluster: &Cluster) -> Result<Status, Failure> {
    let status = cluster.status()?;
    Ok(Status {
        server: "private",
        running: status.running,
        version: status.version,
        pid: status.pid,
        data: Some(status.data.display().to_string()),
        url: cluster.url(DATABASE),
    })
}

fn show(status: &Status, report: ReportArguments) -> Result<(), Failure> {
    if report.json {
        return print::json(status);
    }
    let state = match (status.running, status.pid) {
        (true, Some(pid)) => format!("running, process {pid}"),
        (true, None) => "running".to_owned(),
        (false, _) => "stopped".to_owned(),
    };
    print::line(format!("server   {} ({state})", status.server))?;
    if let Some(version) = &status.version {
        print::line(format!("version  {version}"))?;
    }
    if let Some(data) = &status.data {
        print::line(format!("files    {data}"))?;
    }
    print::line(format!("address  {}", status.url))
}

fn show_url(url: &str, report: ReportArguments) -> Result<(), Failure> {
    if report.json { print::json(&serde_json::json!({ "url": url })) } else { print::line(url) }
}
