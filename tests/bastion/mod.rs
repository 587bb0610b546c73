//! The bastion's ways from a user's keys to a role.

mod base;
mod devices;
mod durations;
mod region;
mod reuse;
mod shape;
