//! Signals that end the program wait while a question holds the terminal in a state that has to be
//! put back first.
//!
//! Only one holds it at a time. A handler, once it is there, cannot be taken away again, so each
//! asks here whether it is to do what the signal does by default.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

static FREE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// While this lives, its owner ends the process at a signal.
pub(crate) struct Held(());

impl Held {
    pub(crate) fn begin() -> Self {
        FREE.store(false, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        FREE.store(true, Ordering::SeqCst);
    }
}

/// True while no question holds the terminal: then a signal ends the process as it always does.
pub(crate) fn free() -> Arc<AtomicBool> {
    Arc::clone(&FREE)
}
