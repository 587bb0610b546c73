//! AWS on loopback, and what people sign on with: as strict as the real services, and with faults on
//! request. README.md beside this file shows how to use it and how to extend it.
//!
//! Everything here is a value that its owner drops, and knows nothing of the program under test or of
//! a test harness, so that the tests, the playground and the bench share it.
#![allow(dead_code, unused_imports)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod console_sign_in;
pub mod identity_provider;
pub mod listener;
pub mod loopback;
pub mod machine;
pub mod sign_in;
pub mod sso;
pub mod sts;
