//! The one integration binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod accounts_edit;
mod arn;
mod assume;
mod bastion;
mod clock;
mod completion_hostile;
mod completion_in_shells;
mod completion_traces;
mod completion_words;
mod console;
mod credential_process;
mod crowd;
mod cut_output;
mod day;
mod doctor;
mod doctor_in_shells;
mod doctor_online;
mod env_formats;
mod exec;
mod exec_profiles;
mod explain;
mod exports;
mod faults;
mod guard;
mod help;
mod homes;
mod hostile;
mod import;
mod ini;
mod init_scripts;
mod interactive;
mod killed;
mod late_proofs;
mod leaks;
mod list;
mod logout;
mod old_script;
mod one_code;
mod one_shell;
mod open_shells;
mod picker;
mod pictures;
mod previous;
mod profile_edit;
mod profiles;
mod prompt;
mod questions;
mod quoting;
mod real_shells;
mod refusals;
mod renewal;
mod saml;
mod saml_canary;
mod saml_provider;
mod scenes;
mod second_opinion;
mod shape;
mod shell_function;
mod status;
mod status_verify;
mod store;
mod structure;
mod support;
mod switching;
mod sync;
mod ways;
mod web_identity;
mod world_tests;
