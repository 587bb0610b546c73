//! zsh.

use super::definition::{AtTab, Code, Definition};
use super::posix::Dialect;
use super::quote;

const DIALECT: Dialect = Dialect {
    builtin: r"\builtin \",
    quote: quote::sh,
    assign: r"\builtin \typeset -g ",
    hide: &[r"\builtin \typeset -g +x"],
};

pub(super) const ZSH: Definition = Definition {
    name: "zsh",
    also: &[],
    quoted: quote::sh,
    assignment: ["", "="],
    init: include_str!("../../shell/init.zsh"),
    asks_at_tab: "",
    completion: include_str!("../../completions/_assume-role"),
    short_name: |name| {
        format!(
            "\\builtin unalias '{name}' 2>/dev/null || \\builtin true\n\
             function '{name}'() {{ assume-role \"$@\" }}\n"
        )
    },
    code: Some(Code {
        switch: |switch| DIALECT.switch(switch),
        leave: |legacy| DIALECT.leave(legacy),
    }),
    at_tab: AtTab::Described,
    load: "eval \"$(assume-role init zsh)\"",
    rc: "~/.zshrc",
};
