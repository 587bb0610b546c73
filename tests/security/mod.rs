//! Hostile input, and secrets: where they are, and that they are nowhere else.

mod any_bytes;
mod corpus;
mod hostile_files;
mod hostile_surroundings;
mod leaks;
mod opens;
mod saml_leaks;
