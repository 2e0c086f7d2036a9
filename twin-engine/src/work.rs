//! Work in the background that wakes a resting window when it is done.

use std::sync::{Arc, Mutex, OnceLock};

use bevy::tasks::{AsyncComputeTaskPool, Task};

/// Something being made. Dropping it gives up what has not begun.
#[derive(Debug)]
pub(crate) struct Work<T> {
    made: Arc<Mutex<Option<T>>>,
    _task: Task<()>,
}

impl<T: Send + 'static> Work<T> {
    /// Has `make` run in the background; `done` is called once what it made can be taken.
    pub(crate) fn begin(make: impl FnOnce() -> T + Send + 'static, done: impl FnOnce() + Send + 'static) -> Self {
        let made: Arc<Mutex<Option<T>>> = Arc::default();
        let slot = Arc::clone(&made);
        // A task itself is not ready before its last word: a window woken by that would find nothing and rest on.
        let task = AsyncComputeTaskPool::get().spawn(async move {
            let result = make();
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(result);
            }
            done();
        });
        Self { made, _task: task }
    }

    /// What was made, once.
    pub(crate) fn take(&self) -> Option<T> {
        self.made.lock().ok().and_then(|mut made| made.take())
    }
}

/// Runs parallel work that a frame waits for, on threads of its own: those that work in the background may be busy for seconds, and what
/// a frame asks of them comes behind.
pub(crate) fn in_frame<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static THREADS: OnceLock<Option<rayon::ThreadPool>> = OnceLock::new();
    let threads = THREADS.get_or_init(|| {
        let named = rayon::ThreadPoolBuilder::new().thread_name(|at| format!("frame {at}"));
        named.build().inspect_err(|error| tracing::warn!("frames work on the threads of the background: {error}")).ok()
    });
    match threads {
        Some(threads) => threads.install(work),
        None => work(),
    }
}

/// Lets go of something large in the background: a million small pieces take longer than a frame to give back.
pub(crate) fn let_go<T: Send + 'static>(large: T) {
    AsyncComputeTaskPool::get_or_init(bevy::tasks::TaskPool::new).spawn(async move { drop(large) }).detach();
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn a_frame_does_not_wait_for_threads_that_are_busy() {
        let (begun, told) = channel();
        let gate = Arc::new((Mutex::new(false), std::sync::Condvar::new()));
        let own = Arc::clone(&gate);
        // Every thread of the background is taken until the gate opens.
        let busy = std::thread::spawn(move || {
            rayon::broadcast(|_| {
                begun.send(()).unwrap();
                let (open, opened) = &*own;
                drop(opened.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
            });
        });
        (0..rayon::current_num_threads()).for_each(|_| told.recv().unwrap());
        let sum: u64 = in_frame(|| (0..10_000_u64).into_par_iter().sum());
        assert_eq!(sum, 49_995_000);
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        busy.join().unwrap();
    }

    #[test]
    fn what_is_let_go_is_gone_a_moment_later() {
        struct Tells(std::sync::mpsc::Sender<()>);
        impl Drop for Tells {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let (tell, told) = channel();
        let_go(Tells(tell));
        told.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    }

    #[test]
    fn what_is_made_is_there_when_its_end_is_told() {
        AsyncComputeTaskPool::get_or_init(bevy::tasks::TaskPool::new);
        let (done, told) = channel();
        let work = Work::begin(|| 6 * 7, move || done.send(()).unwrap());
        told.recv().unwrap();
        assert_eq!((work.take(), work.take()), (Some(42), None));
    }
}
