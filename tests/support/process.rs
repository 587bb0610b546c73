//! Runs a command to its end: no terminal, no input, a deadline, both outputs kept apart.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Once};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process_group, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::failure::{Failure, Outcome};
use super::hints;

/// How long anything may take before it counts as hung. Generous: it decides nothing when all is
/// well.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a command ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Ran {
    /// Standard output; what is not UTF-8 is replaced.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
    /// The exit code, 128 and more for a signal, as shells have it.
    pub status: i32,
}

/// As a picture for failed assertions.
impl std::fmt::Debug for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "status {}\n--- stdout\n{}\n--- stderr\n{}\n---",
            self.status, self.stdout, self.stderr
        )
    }
}

/// Gives what is started from here on the usual signals: a runner under `nohup` or in the background
/// ignores some, and its children inherit that, where a handler is not inherited.
pub fn reset_ignored_signals() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if ignored >> (signal - 1) & 1 == 1 {
                let _ = signal_hook::flag::register(signal, Arc::default());
            }
        }
    });
}

/// The servers of a test listen as long as this process lives, and there are more of them than the
/// files that a login opens at most unless it asks for more: 1,024 on most systems, 256 on macOS.
pub fn allow_many_files() {
    static DONE: Once = Once::new();
    const MANY: u64 = 10_240;
    DONE.call_once(|| {
        let limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.map_or(MANY, |most| most.min(MANY));
        if limit.current.is_some_and(|now| now < wanted) {
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
        }
    });
}

/// Runs `command` with the given standard input, in a session of its own (see [`detached`]).
///
/// # Errors
/// When it cannot be started, or hangs; it is killed then, with all its children.
pub fn run(mut command: Command, input: &[u8]) -> Outcome<Ran> {
    reset_ignored_signals();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            Failure(format!("could not start {:?}: {error}", command.get_program()))
        })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing closes the pipe early, which is no fault.
        let _ = stdin.write_all(input);
    }
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let (done, ended) = channel();
    let watch = std::thread::spawn(move || {
        let hung = ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        if let Some(group) = group.filter(|_| hung) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        hung
    });
    let output = child.wait_with_output()?;
    let _ = done.send(());
    let ran = Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: code(output.status),
    };
    hints::check(&ran.stderr);
    if watch.join().unwrap_or(false) {
        Err(Failure(format!("it hung and was killed: {ran:?}")))
    } else {
        Ok(ran)
    }
}

/// The exit code as shells have it.
pub fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

/// A command that runs `program` in a session of its own, without a controlling terminal: what it
/// wants to ask on `/dev/tty` must fail, and not reach the terminal that the tests run in.
pub fn detached(program: impl Into<PathBuf>) -> Command {
    let mut command = match which::which("setsid") {
        Ok(setsid) => Command::new(setsid),
        Err(_) => {
            // macOS has no setsid(1), but perl.
            let mut perl = Command::new("/usr/bin/perl");
            perl.args([
                "-MPOSIX=setsid",
                "-e",
                "setsid; exec { $ARGV[0] } @ARGV or exit 127",
                "--",
            ]);
            perl
        }
    };
    command.arg(program.into());
    command
}

/// Does this with each, so many at once: for work that is mostly waiting.
pub fn each<T: Sync>(at_once: usize, all: &[T], act: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    act(one);
                }
            });
        }
    });
}
