//! The verbs that print, edit or run something, a file for each.

mod console;
mod credential_process;
mod doctor;
mod doctor_in_shells;
mod doctor_online;
mod env_formats;
mod exec;
mod explain;
mod list;
mod status;
mod status_verify;
