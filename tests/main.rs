//! The one integration binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod cut_output;
mod exports;
mod init_scripts;
mod quoting;
mod real_shells;
mod shell_function;
mod ways;
