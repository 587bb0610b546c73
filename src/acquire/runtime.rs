//! The asynchronous runtime, started only by what asks the network or a person.

use std::cell::Cell;
use std::time::Duration;

use rustix::process::Signal;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, Kind, Result};

/// How long Ctrl-C waits, ten seconds at most, and how often it looks again.
const PAUSE: Duration = Duration::from_millis(20);
const MOST_PAUSES: u32 = 500;

/// A runtime on this thread, for one job.
pub(crate) struct Runtime(tokio::runtime::Runtime);

impl Runtime {
    /// From here on Ctrl-Z does not stop this process: zsh and fish would wait for ever for the
    /// output of a process that no job control of theirs continues.
    pub(crate) fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::io("the network cannot be used").because(error))?;
        if !is_ignored(Signal::TSTP) {
            let entered = runtime.enter();
            // Caught and never looked at.
            let _ = signal(SignalKind::from_raw(Signal::TSTP.as_raw()));
            drop(entered);
        }
        Ok(Self(runtime))
    }

    /// Runs a job to its end, or to Ctrl-C: dying of it would leave fish with status 1. A question
    /// that was given up leaves a thread behind that waits for a line; it is never joined.
    pub(crate) fn run<T>(self, job: impl Future<Output = Result<T>>) -> Result<T> {
        self.run_unless(&Cell::new(false), job)
    }

    /// The same, but Ctrl-C waits for a moment in which `is_spending` is false: what AWS answers then
    /// must not be lost.
    pub(super) fn run_unless<T>(
        self,
        is_spending: &Cell<bool>,
        job: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let interrupted = async {
            if is_ignored(Signal::INT) {
                std::future::pending().await
            } else {
                tokio::signal::ctrl_c().await
            }
        };
        let done = self.0.block_on(async {
            tokio::pin!(job);
            tokio::select! {
                biased;
                _ = interrupted => {}
                done = &mut job => return done,
            }
            for _ in 0..MOST_PAUSES {
                if !is_spending.get() || tokio::time::timeout(PAUSE, &mut job).await.is_ok() {
                    break;
                }
            }
            Err(Error::new(Kind::Cancelled, "cancelled"))
        });
        self.0.shutdown_background();
        done
    }
}

/// Whether a signal was ignored when this process began, as in a script's background. A handler
/// would take that away for good, from a program that takes this one's place too. Where the system
/// does not say, nothing was ignored.
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal.as_raw() - 1) & 1 == 1)
}
