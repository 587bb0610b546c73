//! The few lines that a shell needs to ask this program at TAB.
//!
//! They are real files under `completions/`. The path of the program and the names of the function
//! come in, quoted or plain enough to need no quotes; a script that registers the completion goes
//! out.

use super::Shell;

/// Stands in the scripts where the quoted path belongs.
pub(super) const PLACEHOLDER: &str = "__ASSUME_ROLE_EXE__";
/// Stands in the shims where the names of the function belong.
const NAMES: &str = "__ASSUME_ROLE_NAMES__";

/// The shim of a shell. `program` is one quoted word.
pub(crate) fn shim(shell: Shell, program: &str, names: &[&str]) -> String {
    shell.definition().completion.replace(PLACEHOLDER, program).replace(NAMES, &names.join(" "))
}

/// The shim as a file that a package installs: it finds the program on the `PATH`.
pub(crate) fn packaged(shell: Shell) -> String {
    shim(shell, "assume-role", &["assume-role"])
}
