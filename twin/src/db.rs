//! `twin db`: the private server's life.

use serde::Serialize;
use spatial_db::cluster::{Cluster, DATABASE, ServerState, URL_VARIABLE, redacted};

use crate::cli::{DbAction, DbArguments, ReportArguments};
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::print;

#[derive(Serialize)]
struct Status {
    server: &'static str,
    state: &'static str,
    version: Option<String>,
    pid: Option<u32>,
    files: Option<String>,
    log: Option<String>,
    user: Option<String>,
    url: String,
}

pub(crate) fn run(arguments: &DbArguments) -> Result<(), Failure> {
    let named = std::env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty());
    match (arguments.action, named) {
        (DbAction::Start(_) | DbAction::Stop(_), Some(_)) => Err(Failure::NotOurServer),
        (DbAction::Status(report), Some(url)) => show(
            &Status {
                server: "yours (TWIN_DATABASE_URL)",
                state: if spatial_db::store::Store::connect(&url).is_ok() { "running" } else { "not answering" },
                version: None,
                pid: None,
                files: None,
                log: None,
                user: None,
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
    let (state, pid) = match status.state {
        ServerState::Absent => ("not made yet", None),
        ServerState::Stopped => ("stopped", None),
        ServerState::Starting { pid } => ("starting", Some(pid)),
        ServerState::Running { pid } => ("running", Some(pid)),
    };
    Ok(Status {
        server: "private",
        state,
        version: Some(status.version),
        pid,
        files: Some(status.data_path.display().to_string()),
        log: Some(status.log_path.display().to_string()),
        user: Some(status.user),
        url: cluster.url(DATABASE),
    })
}

fn show(status: &Status, report: ReportArguments) -> Result<(), Failure> {
    if report.json {
        return print::json(status);
    }
    let process = status.pid.map_or_else(String::new, |pid| format!(", process {pid}"));
    print::line(format!("server   {} ({}{process})", status.server, status.state))?;
    let words = [("version", &status.version), ("user", &status.user), ("files", &status.files), ("log", &status.log)];
    for (name, value) in words {
        if let Some(value) = value {
            print::line(format!("{name:<8} {value}"))?;
        }
    }
    print::line(format!("address  {}", status.url))
}

fn show_url(url: &str, report: ReportArguments) -> Result<(), Failure> {
    if report.json { print::json(&serde_json::json!({ "url": url })) } else { print::line(url) }
}
