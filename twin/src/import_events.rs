//! What an import tells, as it is told: a live line for a person, a stream of events for a program.
//!
//! The events are described in `docs/imports-json.md`: one JSON object a line, the last one `done` or `error`.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use importers::reader::Limits;
use importers::{ImportError, ImportReport, Progress as Step};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::pace::{Pace, grouped, rate, span};
use crate::progress::Progress;

/// Least time between two events of progress.
const THROTTLE: Duration = Duration::from_millis(250);

/// Hears an import and tells it on.
pub(crate) struct Listener {
    line: Progress,
    stream: bool,
    limits: Limits,
    pace: RefCell<Pace>,
    told: Cell<Option<Instant>>,
}

impl Listener {
    /// Events on standard output if `stream`, else a live line where there is a terminal.
    pub(crate) fn new(stream: bool, limits: Limits) -> Self {
        let pace = RefCell::new(Pace::new(Instant::now()));
        Self { line: Progress::new(stream), stream, limits, pace, told: Cell::new(None) }
    }

    /// Says what is about to be imported.
    pub(crate) fn start(&self, manifest: &Path) {
        self.line.show("connecting to the database", "");
        self.event(
            "start",
            &json!({ "manifest": manifest.display().to_string(), "version": env!("CARGO_PKG_VERSION") }),
        );
    }

    /// Tells a step on.
    pub(crate) fn hear(&self, step: &Step) {
        match step {
            Step::Confined(enforced) => {
                let Limits { memory_mb, silence, temp_mb } = self.limits;
                let limits = json!({ "memory_mb": memory_mb, "timeout_s": silence.as_secs(), "temp_mb": temp_mb });
                self.event("reader", &merged(value(enforced), limits));
                for missing in &enforced.missing {
                    self.event("warning", &json!({ "code": "reader.less_confined", "reason": missing }));
                }
            }
            Step::Comparing { layers } => {
                self.line.show("comparing the files with those of the last import", "");
                self.event("comparing", &json!({ "layers": layers }));
            }
            Step::Checking { layer, index, of } => {
                self.line.show(&format!("checking the sources ({index} of {of})"), layer);
                self.event("checking", &json!({ "layer": layer, "index": index, "of": of }));
            }
            Step::Loading { layer, index, of, rows, total, done } => {
                self.loading((layer, *index, *of), *rows, *total, *done);
            }
            Step::Loaded(report) => self.event("layer", report),
            Step::Found(issue) => self.event("issue", issue),
            Step::Committing => {
                self.line.show("building indexes and committing", "");
                self.event("committing", &json!({}));
            }
            _ => {}
        }
    }

    fn loading(&self, (layer, index, of): (&str, usize, usize), rows: u64, total: Option<u64>, done: f64) {
        let now = Instant::now();
        let mut pace = self.pace.borrow_mut();
        pace.count(now, rows);
        if rows > 0 && self.told.get().is_some_and(|told| now.duration_since(told) < THROTTLE) {
            return;
        }
        let (speed, left) = (pace.rows_per_s(), pace.left(now, done));
        let of_total = total.map_or_else(String::new, |total| format!(" of {}", grouped(total)));
        let mut words = format!("{layer} ({index} of {of})  {}{of_total} rows", grouped(rows));
        words.extend(speed.map(|speed| format!("  {}", rate(speed))));
        words.extend(left.map(|left| format!("  about {} left", span(left))));
        self.line.share(done, &words);
        // The start of a layer is told whatever the throttle says, but not twice.
        if rows > 0 || self.told.get().is_none_or(|told| now.duration_since(told) >= THROTTLE) {
            self.told.set(Some(now));
            let round = |value: f64| (value * 1000.0).round() / 1000.0;
            self.event(
                "progress",
                &json!({
                    "layer": layer, "index": index, "of": of, "rows": rows, "total": total, "done": round(done),
                    "rows_per_s": speed.map(f64::round), "seconds_left": left.map(|left| left.as_secs()),
                }),
            );
        }
    }

    /// Takes the live line away.
    pub(crate) fn finish(&self) {
        self.line.finish();
    }

    /// The last event of an import that worked.
    pub(crate) fn done(report: &ImportReport) -> Result<(), Failure> {
        print("done", report).map_err(Failure::from)
    }

    /// The last event of an import that did not.
    pub(crate) fn error(&self, manifest: &Path, error: &ImportError) {
        let file = match error {
            ImportError::Manifest(_) => Some(manifest),
            error => error.file(),
        };
        let mut causes = Vec::new();
        let mut next = std::error::Error::source(error);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        self.event(
            "error",
            &json!({
                "code": error.code(), "reason": error.to_string(), "causes": causes, "fix": error.help(),
                "layer": error.layer(), "file": file.map(|file| file.display().to_string()), "row": error.row(),
            }),
        );
    }

    /// A failure outside of the import itself, as the last event.
    pub(crate) fn failure(&self, failure: &Failure) {
        let cause = std::error::Error::source(failure).map(ToString::to_string);
        let causes: Vec<String> = cause.into_iter().collect();
        self.event(
            "error",
            &json!({
                "code": "twin.failed", "reason": failure.to_string(), "causes": causes, "fix": null,
                "layer": null, "file": null, "row": null,
            }),
        );
    }

    fn event(&self, name: &str, content: &impl Serialize) {
        if self.stream {
            // Whoever reads may have read enough; the import goes on, and its last line says so.
            let _ = print(name, content);
        }
    }
}

fn print(name: &str, content: &impl Serialize) -> std::io::Result<()> {
    let line = serde_json::to_string(&merged(json!({ "event": name }), value(content)))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn value(content: &impl Serialize) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

fn merged(mut first: Value, second: Value) -> Value {
    if let (Value::Object(first), Value::Object(second)) = (&mut first, second) {
        first.extend(second);
    }
    first
}
