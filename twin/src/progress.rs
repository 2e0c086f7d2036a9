//! What a person sees of long work: a bar on a terminal, plain lines elsewhere, nothing with `--json`; and Ctrl-C.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

/// Where progress goes.
pub(crate) enum Progress {
    /// A live line on standard error.
    Bar(ProgressBar),
    /// One plain line a step, for logs.
    Lines(Mutex<String>),
    /// Nowhere.
    Quiet,
}

impl Progress {
    /// A bar on a terminal, lines elsewhere, nothing when `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(Mutex::new(String::new()));
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Self::Bar(bar)
    }

    /// Shows where the work is: `step` names it, `detail` counts.
    pub(crate) fn show(&self, step: &str, detail: &str) {
        match self {
            Self::Bar(bar) => bar.set_message(format!("{step}  {detail}")),
            Self::Lines(last) => {
                let Ok(mut last) = last.lock() else { return };
                if *last != step {
                    step.clone_into(&mut last);
                    eprintln!("{step}");
                }
            }
            Self::Quiet => {}
        }
    }

    /// Takes the live line away.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// A flag that the first Ctrl-C sets; the second ends the program at once.
pub(crate) fn cancel_on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&flag);
    let installed = ctrlc::set_handler(move || {
        if on_signal.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        eprintln!("stopping after this step; nothing will be half written (Ctrl-C again to end at once)");
    });
    if installed.is_err() {
        tracing::warn!("Ctrl-C will end the program at once: its handler could not be installed");
    }
    flag
}
