//! The targets are those of the test that replays the corpora.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../security/any_bytes/shells.rs"]
mod shells;
#[path = "../security/any_bytes/stored.rs"]
mod stored;
#[path = "../security/any_bytes/targets.rs"]
mod targets;

/// Hands bytes to the target of a name.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = targets::TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    target(bytes);
}
