//! Signals that end the program wait while something has to be put back first: the modes of the
//! terminal, or programs that were started.
//!
//! A handler, once it is there, cannot be taken away again, so each asks here whether it is to do
//! what the signal does by default.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use rustix::process::Signal;
use signal_hook::flag::register_conditional_default;

/// What others send to end a process; Ctrl-C comes from its user.
pub(crate) const DEADLY: [Signal; 3] = [Signal::TERM, Signal::HUP, Signal::QUIT];

static FREE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// While this lives, its owner ends the process at a signal.
pub(crate) struct Held {
    was_free: bool,
}

impl Held {
    pub(crate) fn begin() -> Self {
        let was_free = FREE.swap(false, Ordering::SeqCst);
        if was_free {
            for signal in DEADLY.into_iter().filter(|&signal| !is_ignored(signal)) {
                // Without it the signal does what it always does, at once.
                let _ = register_conditional_default(signal.as_raw(), Arc::clone(&FREE));
            }
        }
        Self { was_free }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        FREE.store(self.was_free, Ordering::SeqCst);
    }
}

/// Whether a signal was ignored when this process began, as in a script's background. A handler
/// would take that away for good, from a program that takes this one's place too. Where the system
/// does not say, nothing was ignored.
pub(crate) fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal.as_raw() - 1) & 1 == 1)
}
