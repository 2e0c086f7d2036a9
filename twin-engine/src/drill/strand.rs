//! One run of a drill: its injects by hand, and what came of them, made off the frame and given up where something is added.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use analysis::emergency::drill::{DrillError, DrillFile, DrillRun, DrillTables, DrillTrace, HandInject, trace_drill};
use analysis::words::Words;

use crate::causes::in_words;
use crate::live::Wake;
use crate::pick::Picker;
use crate::work::Work;

/// Steps in which the share that is done is told.
const STEPS: f64 = 20.0;

/// A run that can be played back.
#[derive(Debug)]
pub(crate) struct Played {
    /// What came of it.
    pub run: DrillRun,
    /// Where everyone was.
    pub trace: DrillTrace,
}

/// A run on its way.
#[derive(Debug)]
struct Ask {
    version: u64,
    cancel: Arc<AtomicBool>,
    /// Thousandths that are done.
    done: Arc<AtomicU32>,
    work: Work<Result<Played, DrillError>>,
}

impl Drop for Ask {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

impl Ask {
    fn begin(
        file: Arc<DrillFile>,
        picker: Arc<Picker>,
        hand: Vec<HandInject>,
        version: u64,
        wake: Option<&Wake>,
    ) -> Self {
        let (cancel, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
        let (stop, told, heard) = (Arc::clone(&cancel), Arc::clone(&done), wake.cloned());
        let make = move || {
            let tables = DrillTables::in_force();
            let mut last = 0.0;
            let go_on = |share: f64| {
                told.store((share * 1000.0) as u32, Ordering::Relaxed);
                if (share * STEPS).floor() > last {
                    last = (share * STEPS).floor();
                    heard.iter().for_each(Wake::wake);
                }
                !stop.load(Ordering::Relaxed)
            };
            let (run, trace) = trace_drill(&file, picker.cache(), &tables, &hand, go_on)?;
            Ok(Played { run, trace })
        };
        let wake = wake.cloned();
        let work = Work::begin(make, move || wake.iter().for_each(Wake::wake));
        Self { version, cancel, done, work }
    }
}

/// One run of a drill.
#[derive(Debug, Default)]
pub(crate) struct Strand {
    hand: Vec<HandInject>,
    version: u64,
    played: Option<(u64, Arc<Played>)>,
    ask: Option<Ask>,
    /// Why there is no run.
    pub failed: Option<Words>,
    /// The last inject changes what happens, so that the clock waits for the next run.
    waits: bool,
    /// The park that the run was made on.
    park: usize,
}

impl Strand {
    /// A run with injects by hand.
    pub(crate) fn new(hand: Vec<HandInject>) -> Self {
        Self { hand, waits: true, ..Self::default() }
    }

    /// Injects by hand, in the order of their times.
    pub(crate) fn hand(&self) -> &[HandInject] {
        &self.hand
    }

    /// Adds an inject; `waits` where it changes what happens.
    pub(crate) fn add(&mut self, inject: HandInject, waits: bool) {
        let at = self.hand.partition_point(|other| other.at_s <= inject.at_s);
        self.hand.insert(at, inject);
        self.version += 1;
        self.waits |= waits;
    }

    /// What there is to play, be it from before the last inject.
    pub(crate) fn played(&self) -> Option<&Arc<Played>> {
        self.played.as_ref().map(|(_, played)| played)
    }

    /// The run with every inject.
    pub(crate) fn finished(&self) -> Option<&Arc<Played>> {
        self.played.as_ref().filter(|(of, _)| *of == self.version).map(|(_, played)| played)
    }

    /// How much of the next run is done, 0 to 1.
    pub(crate) fn share(&self) -> Option<f32> {
        self.ask.as_ref().map(|ask| ask.done.load(Ordering::Relaxed) as f32 / 1000.0)
    }

    /// The clock stands until the next run is there.
    pub(crate) fn holds_the_clock(&self) -> bool {
        self.played.is_none() || (self.waits && self.ask.is_some())
    }

    /// Takes what is ready and asks for what is needed; true where a run came.
    pub(crate) fn step(&mut self, file: &Arc<DrillFile>, picker: &Arc<Picker>, wake: Option<&Wake>) -> bool {
        let park = Arc::as_ptr(picker).addr();
        if self.park != park {
            self.park = park;
            self.version += 1;
        }
        let mut came = false;
        if let Some(ask) = self.ask.take_if(|ask| ask.version != self.version) {
            drop(ask);
        }
        if let Some(result) = self.ask.as_ref().and_then(|ask| ask.work.take()) {
            self.ask = None;
            self.waits = false;
            came = true;
            match result {
                Ok(played) => {
                    self.failed = None;
                    self.played = Some((self.version, Arc::new(played)));
                }
                Err(error) => self.failed = Some(in_words(&error)),
            }
        }
        let wanted = self.finished().is_none() && self.failed.is_none() && self.ask.is_none();
        if wanted {
            self.ask = Some(Ask::begin(Arc::clone(file), Arc::clone(picker), self.hand.clone(), self.version, wake));
        }
        came
    }

    /// Tries again after a failure.
    pub(crate) fn forget_failure(&mut self) {
        self.failed = None;
    }
}
