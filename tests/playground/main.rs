//! The playground: a bastion, three accounts and a shell, without an AWS account.
//!
//! `cargo run --locked --example playground` opens your shell in a throw-away home, with an STS on
//! loopback behind it. With `--script`, or without a terminal, it plays a story by itself and says
//! whether each step came out right. Called as `assume-role`, `mfa-code` or `identity` it is that
//! program: the throw-away home links to it by these names.

mod custodian;
mod device;
#[path = "../fake_aws/mod.rs"]
mod fake_aws;
mod identity;
mod stage;
mod story;
#[path = "../support/mod.rs"]
mod support;
mod visit;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use support::failure::Outcome;
use support::shells::Shell;

/// A playground for assume-role: nothing in it is real, nothing reaches AWS, nothing stays behind.
#[derive(Parser)]
#[command(name = "playground")]
struct Arguments {
    /// The shell to open; yours unless said
    #[arg(long, value_parser = Shell::ALL.map(Shell::name))]
    shell: Option<String>,
    /// Play the story and print the transcript; this is what happens without a terminal
    #[arg(long)]
    script: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let name =
        arguments.first().map(Path::new).and_then(Path::file_name).and_then(|name| name.to_str());
    let outcome = match name {
        Some("assume-role") => return ExitCode::from(assume_role::run(arguments)),
        Some(device::PROGRAM) => device::show(),
        Some(identity::PROGRAM) => identity::show(),
        _ => play(&Arguments::parse_from(arguments)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A caller that closed standard error does not want to know.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Outcome<()> {
    let program = std::env::current_exe()?;
    let stage = stage::Stage::set(&program)?;
    for name in [device::PROGRAM, identity::PROGRAM] {
        symlink(&program, stage.world.bin().join(name))?;
    }
    let interactive = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if arguments.script || !interactive {
        story::tell(stage, &mut std::io::stdout())
    } else {
        visit::receive(stage, arguments.shell.as_deref())
    }
}
