//! assume-role: the binary that calls the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(assume_role::run(std::env::args_os().collect()))
}
