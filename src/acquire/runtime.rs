//! The asynchronous runtime, started only by what asks the network or a person.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use rustix::process::Signal;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::signals::{DEADLY, Held, catch, is_ignored};
use crate::error::{Error, Kind, Result};

/// How long a signal waits, ten seconds at most, and how often it looks again.
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
            catch(Signal::TSTP);
        }
        // Who started us may ignore the end of its children, and then ours could not be waited for.
        catch(Signal::CHILD);
        Ok(Self(runtime))
    }

    /// Runs a job to its end, or to a signal: dying of Ctrl-C would leave fish with status 1, and of
    /// any the programs that the job started would be left. A question that was given up leaves a
    /// thread behind that waits for a line; it is never joined.
    pub(crate) fn run<T>(self, job: impl Future<Output = Result<T>>) -> Result<T> {
        self.run_unless(&Cell::new(false), job)
    }

    /// The same, but a signal waits for a moment in which `is_spending` is false: what AWS answers then
    /// must not be lost.
    pub(super) fn run_unless<T>(
        self,
        is_spending: &Cell<bool>,
        job: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let _held = Held::begin();
        let done = self.0.block_on(async {
            tokio::pin!(job);
            let signal = tokio::select! {
                // A line typed ahead, behind Ctrl-C, is no answer any more.
                biased;
                signal = ended() => signal,
                done = &mut job => return done,
            };
            for _ in 0..MOST_PAUSES {
                if !is_spending.get() || tokio::time::timeout(PAUSE, &mut job).await.is_ok() {
                    break;
                }
            }
            Err(match signal {
                Signal::INT => Error::new(Kind::Cancelled, "cancelled"),
                signal => {
                    let number = u8::try_from(signal.as_raw()).unwrap_or_default();
                    Error::new(Kind::Killed(number), "ended by a signal")
                }
            })
        });
        self.0.shutdown_background();
        done
    }
}

/// Waits for a signal that ends this process.
async fn ended() -> Signal {
    let listened = DEADLY.into_iter().chain([Signal::INT]).filter(|&signal| !is_ignored(signal));
    let listen = |kind: Signal| Some((kind, signal(SignalKind::from_raw(kind.as_raw())).ok()?));
    let mut listeners: Vec<_> = listened.filter_map(listen).collect();
    poll_fn(|context| {
        let came = listeners.iter_mut().find_map(|(signal, listener)| {
            listener.poll_recv(context).is_ready().then_some(*signal)
        });
        came.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}
