//! What comes in: the environment and the files of the user, as values with their places.

pub mod accounts;
pub mod environment;
pub mod files;
pub mod near;
pub mod place;
pub mod profiles;
pub mod settings;
pub mod values;
