//! The arguments of every process of this machine, looked at again and again while something runs.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Looks until it is dropped. What a process shows between two looks is missed; one that is waited for, by
/// a server or a shell, is seen.
pub struct Watch {
    seen: Arc<Mutex<BTreeSet<String>>>,
    ends: Arc<AtomicBool>,
}

impl Watch {
    pub fn start() -> Self {
        let watch = Self { seen: Arc::default(), ends: Arc::default() };
        let (seen, ends) = (Arc::clone(&watch.seen), Arc::clone(&watch.ends));
        std::thread::spawn(move || {
            while !ends.load(Ordering::SeqCst) {
                let lines: Vec<String> = command_lines().collect();
                seen.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        watch
    }

    /// A command line that holds a text.
    pub fn seen_with(&self, text: &str) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().find(|line| line.contains(text)).cloned()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
    }
}

/// Those that the system tells of others: on Linux all, elsewhere none.
fn command_lines() -> impl Iterator<Item = String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|entry| {
        let process = entry.file_name().into_string().ok()?;
        process.parse::<u32>().ok()?;
        fs::read(entry.path().join("cmdline")).ok()
    });
    lines.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn an_argument_is_seen_while_its_process_lasts() {
    use std::process::{Command, Stdio};
    let watch = Watch::start();
    let mut sleeper = Command::new("sh")
        .args(["-c", "read -r _", "an-odd-argument"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + crate::support::process::PATIENCE;
    while watch.seen_with("an-odd-argument").is_none() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(sleeper.stdin.take());
    sleeper.wait().unwrap();
    assert!(watch.seen_with("another-argument").is_none());
}
