//! What a person sees of long work: a live line on a terminal, nothing elsewhere; and Ctrl-C.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often the live line is drawn again.
const TICK: Duration = Duration::from_millis(120);

/// Where progress goes.
pub(crate) enum Progress {
    /// A live line on standard error.
    Line(ProgressBar),
    /// Nowhere: nobody watches, or a program does.
    Quiet,
}

impl Progress {
    /// A live line on a terminal; nothing elsewhere, or when `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self::Quiet;
        }
        let line = ProgressBar::new_spinner();
        line.set_style(style("{spinner} {msg}  [{elapsed}]"));
        line.enable_steady_tick(TICK);
        Self::Line(line)
    }

    /// Shows where the work is: `step` names it, `detail` counts.
    pub(crate) fn show(&self, step: &str, detail: &str) {
        tracing::debug!("{step} {detail}");
        if let Self::Line(line) = self {
            line.set_style(style("{spinner} {msg}  [{elapsed}]"));
            line.set_message(if detail.is_empty() { step.to_owned() } else { format!("{step}  {detail}") });
        }
    }

    /// Shows how much of everything is done, 0 to 1, with what is being done now.
    pub(crate) fn share(&self, done: f64, step: &str) {
        if let Self::Line(line) = self {
            line.set_style(style("{spinner} {bar:24} {percent:>3} %  {wide_msg}  [{elapsed}]"));
            line.set_length(1000);
            line.set_position((done * 1000.0) as u64);
            line.set_message(step.to_owned());
        }
    }

    /// Takes the live line away.
    pub(crate) fn finish(&self) {
        if let Self::Line(line) = self {
            line.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// A flag that the first Ctrl-C sets; the second ends the program at once.
pub(crate) fn cancel_on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&flag);
    let installed = ctrlc::set_handler(move || {
        if on_signal.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(crate::failure::INTERRUPTED));
        }
        eprintln!("stopping; nothing will be half written (Ctrl-C again to end at once)");
    });
    if installed.is_err() {
        tracing::warn!("Ctrl-C will end the program at once: its handler could not be installed");
    }
    flag
}
