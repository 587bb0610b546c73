//! The one integration binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod arn;
mod assume;
mod bastion;
mod crowd;
mod cut_output;
mod exports;
mod init_scripts;
mod logout;
mod one_code;
mod profiles;
mod questions;
mod quoting;
mod real_shells;
mod refusals;
mod saml;
mod saml_provider;
mod scenes;
mod second_opinion;
mod shape;
mod shell_function;
mod store;
mod structure;
mod support;
mod switching;
mod ways;
mod web_identity;
mod world_tests;
