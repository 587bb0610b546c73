//! The values that everything else passes around: names, keys, sessions, moments.
//!
//! A value that exists is valid: each is made by a parser that refuses with the reason. Nothing here does I/O.

mod arn;
mod keys;
mod moment;
mod names;
mod place;
mod regions;

pub use arn::{Principal, RoleArn};
pub use keys::{Keys, Secret, Session, shortened};
pub use moment::{Clock, Moment, minutes, parse_duration, parse_time_left};
pub use names::{AccountId, Name, RoleName, session_name};
pub use place::{Partition, Region};
pub use regions::known_regions;
