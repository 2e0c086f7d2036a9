//! A private server of this test's own, which it may kill, and what is in its databases.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use spatial_db::cluster::{Cluster, ServerState};
use spatial_db::store::Store;

pub(crate) struct Server {
    path: PathBuf,
    cluster: Cluster,
}

impl Server {
    pub(crate) fn new() -> Self {
        let path = tempfile::Builder::new().prefix("parktwin-kill-").tempdir().expect("a folder").keep();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a folder for the server's user");
        let cluster = Cluster::open(&path).expect("a cluster");
        cluster.ensure_running().expect("a server");
        Self { path, cluster }
    }

    /// As the next program would find it: started again if it is down.
    pub(crate) fn revive(&self) {
        self.cluster.ensure_running().expect("the server starts again");
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    pub(crate) fn socket_dir(&self) -> PathBuf {
        self.cluster.status().expect("a status").socket_dir
    }

    /// SIGKILL to the server's first process: its children find out by themselves.
    pub(crate) fn kill(&self) {
        if let ServerState::Running { pid } = self.cluster.status().expect("a status").state {
            kill(pid);
        }
    }

    /// What a power cut leaves: no checkpoint, connections cut.
    pub(crate) fn stop_at_once(&self) {
        let status = self.cluster.status().expect("a status");
        if let ServerState::Running { pid } = status.state {
            let _ = Command::new("kill").args(["-QUIT", &pid.to_string()]).stderr(Stdio::null()).status();
            let give_up = Instant::now() + Duration::from_secs(20);
            while PathBuf::from(format!("/proc/{pid}/cwd")).read_link().is_ok() && Instant::now() < give_up {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    pub(crate) fn client(&self, database: &str) -> Client {
        Client::connect(&self.url(database), NoTls).expect("a connection")
    }

    /// A database with the schema and nothing in it.
    pub(crate) fn migrated(&self, name: &str) {
        self.cluster.ensure_database(name).expect("a database");
        drop(Store::connect(&self.url(name)).expect("the schema"));
    }

    /// `name` becomes a copy of `from`.
    pub(crate) fn copy(&self, from: &str, name: &str) {
        let mut admin = self.client("postgres");
        admin.batch_execute(&sql!("copy_drop", "name" = name)).expect("no old copy");
        admin.batch_execute(&sql!("copy_create", "name" = name, "from" = from)).expect("a copy");
    }

    /// Cuts the connections of everyone else in a database.
    pub(crate) fn cut_backends(&self, database: &str) {
        let _ = self.client("postgres").query(&sql!("backends_cut"), &[&database]);
    }

    /// Waits until the server has noticed that its visitors are gone.
    pub(crate) fn settle(&self, database: &str) {
        let mut admin = self.client("postgres");
        let give_up = Instant::now() + Duration::from_secs(30);
        let visitors = sql!("backends_left");
        while admin.query_one(&visitors, &[&database]).expect("activity").get::<_, i64>(0) > 0 {
            assert!(Instant::now() < give_up, "a killed import still holds its connection");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Every row of every table as one hash, but for the notes on attempts: what must not differ at all.
    pub(crate) fn everything(&self, database: &str) -> String {
        let mut client = self.client(database);
        let tables = client.query(&sql!("everything_tables"), &[]).expect("the tables");
        let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
        assert!(tables.len() > 20, "{tables:?}");
        hash(&mut client, tables.iter().map(|table| sql!("everything_rows", "table" = table)))
    }

    /// What the park says, without numbers that sequences give: the same after any import of the same files.
    pub(crate) fn content(&self, database: &str) -> String {
        let mut client = self.client(database);
        let tables = spatial_db::schema::TABLES.iter().map(|table| table.name).chain(["terrain_tile"]);
        let rows = tables.map(|table| sql!("content_features", "table" = table));
        hash(&mut client, rows.chain([sql!("content_beside")]))
    }
}

fn hash(client: &mut Client, queries: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = queries.collect();
    let query = sql!("everything_hash", "lines" = &all.join(" UNION ALL "));
    client.query_one(&query, &[]).expect("a hash").get(0)
}

/// SIGKILL.
pub(crate) fn kill(pid: u32) {
    let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
}

impl Drop for Server {
    fn drop(&mut self) {
        let socket_dir = self.cluster.status().map(|status| status.socket_dir);
        let _ = self.cluster.stop();
        let _ = socket_dir.map(fs::remove_dir_all);
        let _ = fs::remove_dir_all(&self.path);
    }
}
