//! Processes in the background, as many as a test wants, and what they asked of AWS together.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::scenes::Scene;
use crate::support::process::{PATIENCE, code};

/// A process without a terminal, in the background.
pub struct Member {
    pub child: Child,
    said: PathBuf,
}

impl Member {
    /// Starts a switch.
    pub fn start(scene: &Scene, number: usize, words: &[&str]) -> Self {
        let said = scene.world.root().join(format!("said-{number}"));
        let mut command = scene.world.command(["export", "--shell", "bash"].iter().chain(words));
        let error = fs::File::create(&said).unwrap();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(error).spawn().unwrap();
        Self { child, said }
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    /// The exit code, once it has ended.
    fn status(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().map(code)
    }

    /// Waits until it waits for that process.
    pub fn waits_for(&mut self, id: u32) {
        let told = format!("waiting for process {id}, ");
        until("a member waits", || self.said().contains(&told) || self.status().is_some());
        assert_eq!(self.status(), None, "{}", self.said());
    }

    pub fn succeeds(mut self) {
        self.ends();
    }

    /// Waits for its end, which has to be a good one, and gives what it said.
    pub fn ends(&mut self) -> String {
        until("a member ends", || self.status().is_some());
        assert_eq!(self.status(), Some(0), "{}", self.said());
        self.said()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until it is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it hung: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a program does that `ends_with_its_children` ends: it starts a child, and waits for it.
pub fn lingering(scene: &Scene) -> String {
    format!(
        "sleep 1000 & echo $! >'{0}/new'; mv '{0}/new' '{0}/child'; wait",
        scene.world.root().display()
    )
}

/// Whatever ends a switch ends a lingering program that it runs, and the program's child.
pub fn ends_with_its_children(scene: &Scene, words: &[&str]) {
    let child = scene.world.root().join("child");
    for (signal, status) in
        [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129), (Signal::QUIT, 131)]
    {
        let mut terminal = scene.on_terminal(words);
        until("it started a child", || child.exists());
        let id = fs::read_to_string(&child).unwrap();
        fs::remove_file(&child).unwrap();
        terminal.signal(signal).unwrap();
        assert_eq!(terminal.wait().unwrap(), status, "{}", terminal.text());
        let stat = format!("/proc/{}/stat", id.trim());
        until("the child ends", || {
            fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "))
        });
    }
}

/// Calls of the three kinds that a code leads to: base sessions, roles, codes sent.
pub fn calls(scene: &Scene) -> (usize, usize, usize) {
    (scene.sts.count("GetSessionToken"), scene.sts.count("AssumeRole"), scene.codes_sent())
}
