//! What is measured. A file for each part of the program; each gives its cases for a program to
//! measure.

pub mod init;
pub mod prompt;
pub mod start;
pub mod switch;
pub mod verbs;
