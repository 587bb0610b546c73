//! Lines in the files that shells read at their start which load the old script: a program cannot be
//! sourced.

use std::path::PathBuf;

use super::finding::Finding;
use crate::config::environment::Environment;
use crate::config::files::{CONFIG_CAP, read_text};
use crate::shell::Shell;

/// Under the home directory; zsh has a variable for another one.
const FILES: [(Shell, &str); 9] = [
    (Shell::Bash, ".bashrc"),
    (Shell::Bash, ".bash_profile"),
    (Shell::Bash, ".bash_login"),
    (Shell::Bash, ".bash_aliases"),
    (Shell::Bash, ".profile"),
    (Shell::Zsh, ".zshenv"),
    (Shell::Zsh, ".zprofile"),
    (Shell::Zsh, ".zshrc"),
    (Shell::Sh, ".kshrc"),
];

/// A warning for each line that sources the program. A file that cannot be read is the shell's to
/// complain about.
pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let Some(home) = environment.home() else { return Vec::new() };
    let of_zsh = environment.path("ZDOTDIR").unwrap_or_else(|| home.clone());
    let mut findings = Vec::new();
    for (shell, name) in FILES {
        let directory = if shell == Shell::Zsh { &of_zsh } else { &home };
        let path: PathBuf = directory.join(name);
        let Ok(Some(file)) = read_text(&path, Some(&home), CONFIG_CAP) else { continue };
        let lines = file.text.lines().enumerate().filter(|(_, line)| sources_program(line));
        findings.extend(lines.map(|(number, _)| {
            Finding::warning(&format!(
                "{}:{} sources assume-role, which is a program and no script any more",
                file.shown,
                number + 1
            ))
            .remedy(format!("put in its place: {}", shell.definition().load))
        }));
    }
    findings
}

/// Whether a line has `source` or `.` before a word with the program's name, as in
/// `source $(which assume-role)`; not what `assume-role init` prints.
fn sources_program(line: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || "'\"`=;&|(){}".contains(c);
    let code = line.split(" #").next().unwrap_or_default().trim_start();
    let mut words = code.split(is_between).filter(|word| !word.is_empty());
    let is_command = words.by_ref().any(|word| matches!(word, "source" | "."));
    let rest: Vec<&str> = words.collect();
    let names = rest.iter().any(|word| word.rsplit('/').next() == Some("assume-role"));
    !code.starts_with('#') && is_command && names && !rest.contains(&"init")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_old_script() {
        for line in [
            "source $(which assume-role)",
            "  . \"$(command -v assume-role)\"",
            "alias ar='source $(which assume-role)'",
            "alias assume-role=\". /usr/local/bin/assume-role\"",
            "[ -f ~/bin/assume-role ] && . ~/bin/assume-role # roles",
            "function assume() { source `which assume-role` \"$@\"; }",
        ] {
            assert!(sources_program(line), "{line}");
        }
        for line in [
            "# source $(which assume-role)",
            "source <(assume-role init bash)",
            "eval \"$(assume-role init bash)\"",
            "assume-role init fish | source",
            "source ~/.assume-role.conf",
            "source ~/x # assume-role",
        ] {
            assert!(!sources_program(line), "{line}");
        }
    }
}
