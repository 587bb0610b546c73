//! Hostile input, and secrets: where they are, and that they are nowhere else.

mod hostile_files;
mod hostile_surroundings;
mod hostile_words;
mod leaks;
mod opens;
mod saml_leaks;
