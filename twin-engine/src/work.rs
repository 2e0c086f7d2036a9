//! Work in the background that wakes a resting window when it is done.

use std::sync::{Arc, Mutex};

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

/// Lets go of something large in the background: a million small pieces take longer than a frame to give back.
pub(crate) fn let_go<T: Send + 'static>(large: T) {
    AsyncComputeTaskPool::get_or_init(bevy::tasks::TaskPool::new).spawn(async move { drop(large) }).detach();
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

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
