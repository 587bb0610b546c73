//! Changes as text: what a shell evaluates, or JSON for shells that cannot.
//!
//! The text is one group on one line. A shell parses a group as a whole before it runs any of it,
//! so output that was cut at any byte applies nothing. No comment, no line break inside; every word
//! quoted.

use serde_json::{Map, Value};

use super::variables::{Change, OWN, Switch, restored};
use super::{Shell, fish, sh};
use crate::types::Secret;

/// Who evaluates the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Our function in that shell.
    Function(Shell),
    /// A caller that runs `eval "$(assume-role …)"`, or the same without quotes: sh, dash, bash, zsh.
    Direct,
}

/// The code that applies a switch. It first proves in a subshell that no variable is read-only; if
/// one is, it names it, changes nothing and ends with status 9.
pub fn switch(form: Form, switch: &Switch<'_>) -> Secret {
    let changes = switch.changes();
    let exported = |name: &str| switch.environment.has(name);
    Secret::new(match form {
        Form::Function(Shell::Fish) => fish::switch(&changes),
        Form::Function(Shell::Zsh) => sh::ZSH.switch(&changes, exported),
        Form::Function(Shell::Bash) => sh::BASH.switch(&changes, exported),
        Form::Direct => sh::DIRECT.switch(&changes, exported),
    })
}

/// The code that takes every change back. In the shell that switched it restores what stood before;
/// elsewhere it unsets what is ours and says so; where there is nothing to leave it says that, and
/// succeeds. `legacy` also unsets the old script's names, which only the shell that set them knows.
pub fn leave(form: Form, legacy: bool) -> String {
    match form {
        Form::Function(Shell::Fish) => fish::leave(legacy),
        Form::Function(Shell::Zsh) => sh::ZSH.leave(legacy),
        Form::Function(Shell::Bash) => sh::BASH.leave(legacy),
        Form::Direct => sh::DIRECT.leave(legacy),
    }
}

/// What the direct form prints on failure, so that the status survives `eval "$(…)"`.
pub fn failure(code: u8) -> String {
    format!("(exit {code})\n")
}

/// A switch as `{"NAME": "value" or null}` on one line; null unsets.
pub fn switch_json(switch: &Switch<'_>) -> Secret {
    let object = switch.changes().into_iter().map(|Change { name, value }| {
        (name.to_owned(), value.map_or(Value::Null, |value| Value::String(value.into_owned())))
    });
    Secret::new(format!("{}\n", Value::Object(object.collect::<Map<_, _>>())))
}

/// Leaving as JSON: every variable of ours is null. What stood before the switch is not known here.
pub fn leave_json() -> String {
    let object = super::variables::REGION.into_iter().chain(super::variables::SESSION).chain(OWN);
    format!(
        "{}\n",
        Value::Object(object.map(|name| (name.to_owned(), Value::Null)).collect::<Map<_, _>>())
    )
}

/// The shell variable that keeps what `name` was before the first switch.
pub(super) fn keeper(name: &str) -> String {
    format!("__assume_role_was_{name}")
}

/// Whether `leave` can give a variable back; ours it only unsets.
pub(super) fn is_restored(name: &str) -> bool {
    restored().any(|known| known == name)
}

/// Said by `leave` in a shell that inherited its session.
pub(super) const ONLY_UNSET: &str =
    "assume-role: session unset; what was set before it is known only to the shell that switched";

/// Said by `leave` where nothing is set.
pub(super) const NOTHING_TO_LEAVE: &str = "assume-role: no session to leave in this shell";
