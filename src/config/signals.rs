//! Signals that end the program wait while something has to be put back first: the modes of the
//! terminal, programs that were started, or a file that is half written.
//!
//! A handler, once it is there, cannot be taken away again, so each asks here whether it is to do
//! what the signal does by default.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rustix::process::Signal;
use signal_hook::flag::{register_conditional_default, register_usize};
use signal_hook::low_level::emulate_default_handler;

/// What others send to end a process; Ctrl-C comes from its user.
pub(crate) const DEADLY: [Signal; 3] = [Signal::TERM, Signal::HUP, Signal::QUIT];

/// What the handlers read and write.
#[derive(Clone)]
struct Shared {
    is_free: Arc<AtomicBool>,
    /// The last signal that came; 0 for none.
    came: Arc<AtomicUsize>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let shared = Shared { is_free: Arc::new(AtomicBool::new(true)), came: Arc::default() };
    let all = DEADLY.into_iter().chain([Signal::INT]);
    for signal in all.filter(|&signal| !is_ignored(signal)) {
        let (number, value) = (signal.as_raw(), usize::try_from(signal.as_raw()));
        // Without them the signal does what it always does, at once.
        let _ = register_usize(number, Arc::clone(&shared.came), value.unwrap_or_default());
        let _ = register_conditional_default(number, Arc::clone(&shared.is_free));
    }
    shared
});

/// While this lives, its owner ends the process at a signal.
pub(crate) struct Held {
    was_free: bool,
    is_last: bool,
}

impl Held {
    pub(crate) fn begin() -> Self {
        Self { was_free: SHARED.is_free.swap(false, Ordering::SeqCst), is_last: false }
    }

    /// The same for what is done in a moment: the process ends right after it.
    pub(crate) fn for_a_moment() -> Self {
        SHARED.came.store(0, Ordering::SeqCst);
        let mut held = Self::begin();
        held.is_last = true;
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        SHARED.is_free.store(self.was_free, Ordering::SeqCst);
        let came = i32::try_from(SHARED.came.load(Ordering::SeqCst)).unwrap_or_default();
        if self.is_last && self.was_free && came != 0 {
            let _ = emulate_default_handler(came);
        }
    }
}

/// Catches a signal and never looks at it; programs that are started get the usual again.
pub(crate) fn catch(signal: Signal) {
    let _ = signal_hook::flag::register(signal.as_raw(), Arc::default());
}

/// A bit for each signal that was ignored at the start. Where the system does not say, it is none.
static IGNORED: LazyLock<u64> = LazyLock::new(|| {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = |line: &str| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok();
    status.lines().find_map(mask).unwrap_or_default()
});

/// Whether a signal was ignored when this process began, as in a script's background. A handler
/// would take that away for good, from a program that takes this one's place too.
pub(crate) fn is_ignored(signal: Signal) -> bool {
    *IGNORED >> (signal.as_raw() - 1) & 1 == 1
}
