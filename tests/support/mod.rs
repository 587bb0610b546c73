//! The test world: a throw-away home, real shells and terminals.
//!
//! Everything here is a value that its owner drops: no global state, and nothing that knows of a
//! test harness, so that the playground uses the same world as the tests.
#![allow(dead_code, unused_imports)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod client;
pub mod failure;
pub mod faketime;
pub mod golden;
pub mod hints;
pub mod process;
pub mod shells;
pub mod snapshot;
pub mod terminal;
pub mod tmux;
pub mod tools;
pub mod world;
