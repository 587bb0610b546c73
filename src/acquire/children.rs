//! What a program has started: when the program is given up, that ends with it.
//!
//! It has no process group of its own: it may read the terminal, which only the group in the
//! foreground can.

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

/// Ends what a program has started when it is dropped before the program has ended.
pub(super) struct Running {
    id: Option<Pid>,
}

impl Running {
    pub(super) fn new(child: &Child) -> Self {
        let id = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Self { id }
    }

    /// What a program leaves behind when it ended by itself is its own affair.
    pub(super) fn has_ended(&mut self) {
        self.id = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        for id in descendants(id) {
            let _ = kill_process(id, Signal::TERM);
        }
    }
}

/// All that a process started, as far as the system tells: Linux does.
fn descendants(root: Pid) -> Vec<Pid> {
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).map(|id| id.as_raw_nonzero()) {
        let path = format!("/proc/{parent}/task/{parent}/children");
        let children = std::fs::read_to_string(path).unwrap_or_default();
        let ids =
            children.split_ascii_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?));
        found.extend(ids);
        at += 1;
    }
    found.split_off(1)
}
