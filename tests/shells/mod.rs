//! What real shells do with what the program prints.

mod cut_output;
pub mod evaluating;
mod exports;
pub mod init_scripts;
mod interactive;
mod nu_and_xonsh;
mod open_shells;
pub mod quoting;
mod shell_function;
mod unquoted;
