//! What is refused, with which exit code, and what the message says about the way out.

mod diagnosis;
mod files;
mod usage;
