//! A run that is looked at, and killed, at each of its system calls.

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::scenes::binary;
use crate::support::process::PATIENCE;
use crate::support::world::World;

/// Calls that change files, or what others see of them.
const CHANGES: [i64; 20] = [
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_ftruncate,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fsetxattr,
    libc::SYS_utimensat,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlinkat,
    libc::SYS_mkdirat,
    libc::SYS_linkat,
    libc::SYS_flock,
    libc::SYS_sendto,
    libc::SYS_connect,
    libc::SYS_exit_group,
];
/// Those of them that only older kinds of machines have.
#[cfg(target_arch = "x86_64")]
const OLD: [i64; 5] =
    [libc::SYS_rename, libc::SYS_unlink, libc::SYS_mkdir, libc::SYS_chmod, libc::SYS_link];
#[cfg(not(target_arch = "x86_64"))]
const OLD: [i64; 0] = [];

/// How a run ended.
pub struct Traced {
    /// Each stop, at the entry to a call and at its exit: whether the call changes something. A run that
    /// is to be killed leaves them out.
    pub stops: Vec<bool>,
    /// Where it was killed, as `/proc` shows the call.
    pub killed_at: Option<String>,
    /// The exit code, 128 and more for a signal.
    pub status: i32,
    pub stderr: String,
    /// The session that it and all its children are in.
    pub session: Pid,
}

/// Runs the program with these words, and kills it at the stop of that number, counted from 1 over all
/// its threads. What it starts is not looked at.
pub fn traced(world: &World, words: &[String], input: &str, kill_at: Option<usize>) -> Traced {
    let [from, out, err] = ["in", "out", "err"].map(|name| world.root().join(name));
    fs::write(&from, input).unwrap();
    // The shell waits until the tracer is there.
    let mut command = world.command_of("/bin/sh");
    command.args(["-c", "read -r go && exec \"$@\" <\"$0\""]).arg(from).arg(world.program());
    command.args(words).stdin(Stdio::piped());
    command.stdout(File::create(out).unwrap()).stderr(File::create(&err).unwrap());
    // The tracer waits for it.
    #[expect(clippy::zombie_processes)]
    let mut child = command.spawn().unwrap();
    let main = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(main, options).unwrap();
    child.stdin.take().unwrap().write_all(b"\n").unwrap();

    let (done, ended) = channel();
    let watch = std::thread::spawn(move || {
        let hung = ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        if hung {
            let _ = kill(main, Signal::SIGKILL);
        }
        hung
    });
    let mut run = Run { main, kill_at, stops: Vec::new(), seen: 0, is_program: false, at: None };
    let status = run.finish();
    let _ = done.send(());
    assert!(!watch.join().unwrap(), "{words:?} hung");
    Traced {
        stops: run.stops,
        killed_at: run.at,
        status,
        stderr: fs::read_to_string(err).unwrap_or_default(),
        session: main,
    }
}

struct Run {
    main: Pid,
    kill_at: Option<usize>,
    stops: Vec<bool>,
    seen: usize,
    /// The shell has become the program.
    is_program: bool,
    at: Option<String>,
}

impl Run {
    fn finish(&mut self) -> i32 {
        // Other tests wait for children of their threads.
        let mine = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        loop {
            let (thread, signal) = match waitpid(None, Some(mine)) {
                Ok(WaitStatus::Exited(id, code)) if id == self.main => return code,
                Ok(WaitStatus::Signaled(id, signal, _)) if id == self.main => {
                    return 128 + signal as i32;
                }
                Ok(WaitStatus::PtraceSyscall(thread)) => {
                    self.stopped(thread);
                    (thread, None)
                }
                Ok(WaitStatus::PtraceEvent(thread, _, event)) => {
                    self.is_program |= event == Event::PTRACE_EVENT_EXEC as i32
                        && fs::read_link(format!("/proc/{thread}/exe"))
                            .is_ok_and(|exe| Some(exe) == fs::canonicalize(binary()).ok());
                    (thread, None)
                }
                Ok(WaitStatus::Stopped(thread, signal)) => (thread, Some(signal)),
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(error) => panic!("waiting for {}: {error}", self.main),
            };
            // One that was killed meanwhile is no error.
            let _ = match self.is_program {
                true => ptrace::syscall(thread, signal),
                false => ptrace::cont(thread, signal),
            };
        }
    }

    fn stopped(&mut self, thread: Pid) {
        self.seen += 1;
        let call = || {
            let path = format!("/proc/{}/task/{thread}/syscall", self.main);
            fs::read_to_string(path).unwrap_or_default()
        };
        match self.kill_at {
            None => {
                let number = call().split(' ').next().and_then(|number| number.parse().ok());
                let changes = |number| CHANGES.contains(&number) || OLD.contains(&number);
                self.stops.push(number.is_some_and(changes));
            }
            Some(at) if at == self.seen => {
                self.at = Some(call().trim().to_owned());
                kill(self.main, Signal::SIGKILL).unwrap();
            }
            Some(_) => {}
        }
    }
}

/// The processes of a session that are still there a while later.
pub fn left_running(session: Pid) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let processes = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
            let text = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name of the program may hold anything, and stands in parentheses.
            let (name, rest) = text.rsplit_once(") ")?;
            let mut fields = rest.split(' ');
            let is_there = fields.next() != Some("Z");
            (is_there && fields.nth(2)?.parse() == Ok(session.as_raw())).then(|| name.to_owned())
        });
        let processes: Vec<String> = processes.collect();
        if processes.is_empty() || Instant::now() > deadline {
            return processes;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
