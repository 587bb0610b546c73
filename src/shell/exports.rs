//! Changes as text: what a shell evaluates, or JSON for those that cannot.
//!
//! The code is one group on one line. A shell parses a group as a whole before it runs any of it,
//! so output that was cut at any byte applies nothing. No comment, no line break inside; every word
//! quoted.

use super::posix::DIRECT;
use super::quote::unsplit;
use super::record::Record;
use super::variables::Switch;
use super::{Code, Shell};
use crate::config::environment::Environment;
use crate::types::Secret;

/// Who takes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Our function in that shell. `keeps`: it keeps what stood before the first switch, which code
    /// finds out for itself.
    Function { shell: Shell, keeps: bool },
    /// A caller that runs `eval "$(assume-role …)"`, or the same without quotes: sh, dash, bash, zsh.
    Direct,
    /// A program.
    Program,
}

impl Form {
    pub const fn function(shell: Shell) -> Self {
        Self::Function { shell, keeps: false }
    }
}

pub struct Leave {
    /// For the one who takes the text.
    pub text: Secret,
    /// For the user, where no code says it.
    pub said: Option<&'static str>,
}

/// What applies a switch. Code first proves in a subshell that no variable is read-only; if one is,
/// it names it, changes nothing and ends with status 9.
pub fn switch(form: Form, switch: &Switch<'_>) -> Secret {
    match form {
        Form::Function { shell, keeps } => match &shell.definition().code {
            Some(Code { switch: code, .. }) => Secret::new(code(switch)),
            None => Record::of_switch(switch, keeps).for_function(),
        },
        Form::Direct => Secret::new(unsplit(&DIRECT.switch(switch))),
        Form::Program => Record::of_switch(switch, false).for_program(),
    }
}

/// What takes every change back. In the shell that switched it restores what stood before;
/// elsewhere it unsets what is ours and says so; where there is nothing to leave it says that, and
/// succeeds. `legacy` also unsets the old script's names, which only the shell that set them knows.
pub fn leave(form: Form, environment: &Environment, legacy: bool) -> Leave {
    let code = |text| Leave { text: Secret::new(text), said: None };
    match form {
        Form::Function { shell, keeps } => match &shell.definition().code {
            Some(Code { leave, .. }) => code(leave(legacy)),
            None => {
                let (record, said) = Record::of_leave(environment, legacy, keeps);
                Leave { text: record.for_function(), said }
            }
        },
        Form::Direct => code(unsplit(&DIRECT.leave(legacy))),
        Form::Program => {
            let (record, said) = Record::of_leave(environment, legacy, false);
            Leave { text: record.for_program(), said }
        }
    }
}
