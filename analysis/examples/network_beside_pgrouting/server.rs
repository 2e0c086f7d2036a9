//! The server that answers beside us: connected anew for each question, with a limit to what it may take.

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use postgres::error::SqlState;
use postgres::{Client, Config, NoTls};

/// How long a statement may take, s.
pub(crate) const LIMIT_S: u64 = 300;
/// Memory for sorting and hashing, MB: more than `twin db start` gives, so that the peer does not want for it.
const WORK_MB: u64 = 256;

/// A connection, and the process that serves it.
pub(crate) struct Server {
    client: Client,
    process: i32,
}

impl Server {
    /// Connects.
    pub(crate) fn connect(url: &str) -> Result<Self, postgres::Error> {
        let mut config: Config = url.parse()?;
        config.options(&format!(
            "-c statement_timeout={LIMIT_S}s -c work_mem={WORK_MB}MB -c client_min_messages=warning -c jit=off"
        ));
        let mut client = config.connect(NoTls)?;
        let process = client.query_one(include_str!("../../../spatial-db/sql/bench/process.sql"), &[])?.get(0);
        Ok(Self { client, process })
    }

    /// For what is not measured.
    pub(crate) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Copies rows into a table.
    pub(crate) fn fill(&mut self, copy: &str, rows: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
        let mut writer = self.client.copy_in(copy)?;
        for row in rows {
            writeln!(writer, "{row}")?;
        }
        writer.finish()?;
        Ok(())
    }

    /// What it answers and how long that took, s; `None` where it was not done in time.
    pub(crate) fn timed<T>(
        &mut self,
        of: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<Option<(T, f64)>, postgres::Error> {
        let began = Instant::now();
        match of(&mut self.client) {
            Ok(answer) => Ok(Some((answer, began.elapsed().as_secs_f64()))),
            Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The most memory that the process which serves this connection has held, in words: what it read of the server's shared memory
    /// counts, processes that help it do not.
    pub(crate) fn peak(&self) -> String {
        peak_mb(&format!("/proc/{}/status", self.process))
            .map_or_else(|| "memory not told".into(), |mb| format!("{mb} MB"))
    }
}

/// The most memory that a process of this machine has held, MB, by its file of states.
pub(crate) fn peak_mb(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let held = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(held.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
}
