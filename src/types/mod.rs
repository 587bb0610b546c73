//! The values that everything else passes around: names, keys, sessions, moments.
//!
//! A value that exists is valid: each is made by a parser that refuses with the reason. Nothing
//! here does I/O.

mod arn;
mod credentials;
mod hex;
mod look_alike;
mod names;
mod partition;
pub(crate) mod quote;
mod regions;
pub(crate) mod sanitize;
mod time;

pub(crate) use arn::{Principal, RoleArn};
pub use credentials::{Credentials, Secret, Session};
pub(crate) use credentials::{is_key_id, is_key_secret, shortened};
pub(crate) use hex::hex;
pub(crate) use look_alike::looks_like;
pub(crate) use names::session_name;
pub use names::{AccountId, Name, RoleName};
pub(crate) use partition::Partition;
pub use partition::Region;
pub use regions::known_regions;
pub use time::Moment;
pub(crate) use time::{Clock, local_now, minutes, parse_duration, parse_time_left};
