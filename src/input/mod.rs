//! What comes in: the environment and the files of the user, as values with their places.

pub mod environment;
