//! The one integration binary.
#![allow(
    clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing,
    missing_docs, unreachable_pub
)]

mod completion;
mod docs;
mod fake_aws;
mod files;
mod keys;
#[cfg(target_os = "linux")]
mod kills;
mod messages;
mod mfa;
mod network;
mod old_script;
mod picker;
mod prompt;
mod scenes;
mod second_opinion;
mod security;
mod shells;
mod sources;
mod store;
mod structure;
mod support;
mod switch;
mod verbs;
mod world_tests;
