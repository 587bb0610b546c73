//! assume-role: change the current shell to an AWS IAM role.

pub mod cli;
pub mod error;
pub mod input;
pub mod session;
pub mod shown;
pub mod sts;
