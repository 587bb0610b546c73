//! What has no more in common than POSIX: dash, busybox, ksh93, mksh and yash.

use super::definition::{AtTab, Code, Definition};
use super::posix::Dialect;
use super::quote;

/// Many have a function `test`. Ours takes care that nothing is exported by itself: nothing is hidden.
const DIALECT: Dialect =
    Dialect { builtin: r"\command \", quote: quote::sh, assign: "", hide: &[] };

pub(super) const SH: Definition = Definition {
    name: "sh",
    also: &["dash", "ash", "busybox", "ksh", "ksh93", "mksh", "yash"],
    quoted: quote::sh,
    assignment: ["", "="],
    init: include_str!("../../shell/init.sh"),
    asks_at_tab: "",
    completion: include_str!("../../completions/assume-role.yash"),
    short_name,
    code: Some(Code {
        switch: |switch| DIALECT.switch(switch),
        leave: |legacy| DIALECT.leave(legacy),
    }),
    at_tab: AtTab::Tabbed,
    load: "eval \"$(assume-role init sh)\"",
    rc: "the file that $ENV names (~/.kshrc, ~/.mkshrc, ~/.yashrc)",
};

/// A hyphen cannot stand in the name of a function here, and an alias is for interactive shells.
fn short_name(name: &str) -> String {
    if name.contains('-') {
        format!("case $- in *i*) \\alias {name}=assume_role ;; *) ;; esac\n")
    } else {
        format!("\\unalias {name} 2>/dev/null || \\true\n{name}() {{ assume_role \"$@\"; }}\n")
    }
}
