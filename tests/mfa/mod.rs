//! MFA: which device, how the code is asked for, and how seldom.

mod devices;
mod one_code_for_all;
mod program;
mod questions;
