//! Someone who stays when this process is killed, or its window closed, and then removes the
//! throw-away home.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of a pipe, which comes however the process at its other end ends, and clears
/// up.
const SCRIPT: &str = "trap '' HUP INT QUIT TERM; cat >/dev/null; rm -rf -- \"$1\"";

/// A waiting process; dropping it sends it to work and waits until it is through.
pub struct Custodian(Child);

impl Custodian {
    /// Puts one in charge of `directory`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn of(directory: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "custodian"]).arg(directory).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: Ctrl-C in the shell is not meant for it.
        command.process_group(0).spawn().map(Self)
    }
}

impl Drop for Custodian {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
