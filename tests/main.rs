//! The one integration binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod quoting;
mod real_shells;
mod second_opinion;
mod store;
mod support;
mod world_tests;
