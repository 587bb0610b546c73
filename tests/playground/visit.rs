//! The playground with a person in it: says what there is to try, and opens their shell.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::device::SERIAL;
use crate::stage::{BASTION, PRODUCTION, STAGING, Stage};
use crate::support::failure::{Failure, Outcome};
use crate::support::shells::Shell;

/// What the visitor's shell keeps of their own environment: how their terminal and language are.
const KEPT: [&str; 8] =
    ["TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_CTYPE", "USER", "LOGNAME", "TZ"];

/// Opens the shell and waits until it is left.
///
/// # Errors
/// When the shell is not installed, or not one that the program knows.
pub fn receive(mut stage: Stage, wanted: Option<&str>) -> Outcome<()> {
    let shell = choose(wanted)?;
    let program = which::which(shell.name())
        .map_err(|_| Failure(format!("{} is not installed", shell.name())))?;
    stage.write_rc(shell)?;
    stage.sts.be_patient();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            stage.world.set(name, value);
        }
    }
    if std::env::var_os("LANG").is_some() {
        stage.world.unset("LC_ALL");
    }
    stage.world.set("SHELL", &program);
    if let Some(variable) = shell.names_its_rc() {
        let rc = stage.world.home().join(shell.rc());
        stage.world.set(variable, rc);
    }
    let mut out = std::io::stdout();
    out.write_all(welcome(&stage).as_bytes())?;
    out.flush()?;
    let mut command = Command::new(program);
    command.args(shell.program().iter().skip(1)).arg("-i");
    command.env_clear().envs(stage.world.environment()).current_dir(stage.world.home());
    // Some shells (elvish) leave Ctrl-C to the terminal, which sends it to this program as well.
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::default())?;
    command.status()?;
    drop(stage);
    Ok(writeln!(out, "The playground is closed; nothing of it is left.")?)
}

fn choose(wanted: Option<&str>) -> Outcome<Shell> {
    let own = std::env::var("SHELL").unwrap_or_default();
    let name = wanted.or_else(|| Path::new(&own).file_name()?.to_str()).unwrap_or_default();
    Shell::ALL.into_iter().find(|shell| shell.name() == name).ok_or_else(|| {
        let known = Shell::ALL.map(Shell::name).join(", ");
        Failure(format!(
            "the playground knows {known}, and your shell is '{name}': try --shell bash"
        ))
    })
}

fn welcome(stage: &Stage) -> String {
    format!(
        "\
A playground for assume-role: nothing in it is real, nothing stays behind, and
nothing reaches AWS; a note says where STS is asked in its place.

You are the IAM user alice of {BASTION}. Two accounts, staging
({STAGING}) and production ({PRODUCTION}), have the roles read, admin
and ops/deploy, and every role wants MFA. Your device shows the code {};
`mfa-code` shows the next one, `identity` asks AWS who this shell is.

Things to try, with TAB:
  assume-role production read          one code, and this shell is that role
  assume-role staging admin            another role, and no second code
  assume-role production ops/deploy    refused: why, and nothing has changed
  assume-role                          pick a role that is known here
  assume-role explain staging read     what a switch would do, and why
  assume-role exec production read -- identity    one command has a role

`assume-role leave` is the way back, `exit` closes the playground.

",
        stage.sts.mfa_code(SERIAL)
    )
}
