//! Ways to a session: what is asked of whom, in which order.

pub mod ask;
mod bastion;
mod keys;
pub mod process;

pub use bastion::{Bastion, Granted, stored_durations, tell_waiting};
pub use keys::{base_key, role_key};
