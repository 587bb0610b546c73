//! A gate that holds a reply back, so that a test can act at exactly that moment without sleeping.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Closed until released; tells whether someone waits at it. Clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    inner: Arc<(Mutex<Position>, Condvar)>,
}

#[derive(Debug, Default)]
struct Position {
    reached: bool,
    open: bool,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens it for good.
    pub fn release(&self) {
        self.inner.0.lock().unwrap().open = true;
        self.inner.1.notify_all();
    }

    /// Waits until someone stands at it; false when none came in time.
    pub fn wait_reached(&self, limit: Duration) -> bool {
        let (lock, change) = &*self.inner;
        change
            .wait_timeout_while(lock.lock().unwrap(), limit, |position| !position.reached)
            .unwrap()
            .0
            .reached
    }

    /// Tells who waits for it that someone has come.
    pub fn arrive(&self) {
        self.inner.0.lock().unwrap().reached = true;
        self.inner.1.notify_all();
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.inner.0.lock().unwrap().open
    }

    /// Stands at it until it opens or the time is over; whether it is open.
    pub fn pass_within(&self, limit: Duration) -> bool {
        let (lock, change) = &*self.inner;
        change
            .wait_timeout_while(lock.lock().unwrap(), limit, |position| !position.open)
            .unwrap()
            .0
            .open
    }
}
