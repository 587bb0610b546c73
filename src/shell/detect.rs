//! Which shell asked: `init -` answers for the shell that runs it.
//!
//! The parent process is looked at first, since `$SHELL` is the login shell, not the running one.

use crate::config::environment::helper;
use std::ffi::OsStr;
use std::path::Path;

use super::Shell;
use crate::error::{Error, Result};
use crate::types::sanitize::escape_up_to;

/// Shells that a person may well be in, but that have no integration.
const OTHERS: [&str; 4] = ["csh", "tcsh", "pwsh", "rc"];

/// The shell to answer for, from the name of the parent process and the value of `$SHELL`.
pub(crate) fn detect(parent: Option<&str>, login: Option<&OsStr>) -> Result<Shell> {
    let hint = format!("name it: assume-role init {}", Shell::all("init "));
    if let Some(name) = parent.map(bare_name) {
        if let Some(shell) = Shell::named(name) {
            return Ok(shell);
        }
        if OTHERS.contains(&name) {
            let message = format!(
                "there is no integration for the running shell, {}",
                escape_up_to(name, 40)
            );
            return Err(Error::usage(message).hint(hint));
        }
    }
    login
        .and_then(|path| Path::new(path).file_name()?.to_str())
        .and_then(Shell::named)
        .ok_or_else(|| Error::usage("cannot tell which shell is running").hint(hint))
}

/// The name of the parent process: from `/proc` where there is one, else from `ps`.
pub(crate) fn parent_command() -> Option<String> {
    let parent = rustix::process::getppid()?.as_raw_nonzero();
    if let Ok(name) = std::fs::read_to_string(format!("/proc/{parent}/comm")) {
        return Some(name.trim_end().to_owned());
    }
    let listed = helper("ps").args(["-o", "comm=", "-p", &parent.to_string()]).output().ok()?;
    Some(String::from_utf8(listed.stdout).ok()?.trim().to_owned()).filter(|name| !name.is_empty())
}

/// `bash` for `-bash` (a login shell) and for `/bin/bash` (what macOS lists).
fn bare_name(command: &str) -> &str {
    let name = command.rsplit('/').next().unwrap_or(command);
    name.strip_prefix('-').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_shell_comes_before_the_login_shell() {
        let zsh = Some(OsStr::new("/usr/bin/zsh"));
        for (parent, login, shell) in [
            (Some("bash"), zsh, Shell::Bash),
            (Some("-fish"), zsh, Shell::Fish),
            (Some("/bin/bash"), zsh, Shell::Bash),
            (Some("sudo"), zsh, Shell::Zsh),
            (None, zsh, Shell::Zsh),
            (Some("busybox"), zsh, Shell::Sh),
            (Some("-ksh93"), zsh, Shell::Sh),
            (Some("sh"), None, Shell::Sh),
        ] {
            assert_eq!(detect(parent, login).unwrap(), shell, "{parent:?}");
        }
    }

    #[test]
    fn a_shell_without_an_integration_is_said() {
        assert!(
            detect(Some("tcsh"), Some(OsStr::new("/bin/bash")))
                .unwrap_err()
                .message
                .contains("tcsh")
        );
        assert!(detect(None, None).is_err());
        assert!(detect(Some("tmux"), Some(OsStr::new("/bin/csh"))).is_err());
    }

    #[test]
    fn a_parent_has_a_name() {
        assert!(parent_command().is_some());
    }
}
