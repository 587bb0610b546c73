//! bash, 3.2 and later.

use super::definition::{AtTab, Code, Definition};
use super::posix::Dialect;
use super::quote;

const DIALECT: Dialect = Dialect {
    builtin: r"\builtin \",
    quote: quote::sh,
    assign: "",
    hide: &[r"\builtin \export -n"],
};

pub(super) const BASH: Definition = Definition {
    name: "bash",
    also: &[],
    quoted: quote::sh,
    assignment: ["", "="],
    init: include_str!("../../shell/init.bash"),
    asks_at_tab: "",
    completion: include_str!("../../completions/assume-role.bash"),
    // A hyphen in the name of a function ends a shell in POSIX mode.
    short_name: |name| {
        format!(
            "case \":${{SHELLOPTS-}}:\" in\n*:posix:*) \\builtin alias '{name}=assume_role' ;;\n*)\n    \
             \\builtin unalias '{name}' 2>/dev/null || \\builtin true\n    \
             function {name} {{ assume-role \"$@\"; }}\n    ;;\nesac\n"
        )
    },
    code: Some(Code {
        switch: |switch| DIALECT.switch(switch),
        leave: |legacy| DIALECT.leave(legacy),
    }),
    at_tab: AtTab::Line,
    load: "eval \"$(assume-role init bash)\"",
    rc: "~/.bashrc",
};
