//! assume-role: change the current shell to an AWS IAM role.

pub mod error;
pub mod input;
pub mod session;
pub mod shown;
pub mod store;
