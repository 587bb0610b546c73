//! elvish.

use super::definition::{AtTab, Definition};

pub(super) const ELVISH: Definition = Definition {
    name: "elvish",
    also: &[],
    quoted: quote,
    assignment: ["var ", " = "],
    init: include_str!("../../shell/init.elv"),
    asks_at_tab: "",
    completion: include_str!("../../completions/assume-role.elv"),
    short_name: |name| format!("edit:add-var {name}~ $assume-role~\n"),
    code: None,
    at_tab: AtTab::Tabbed,
    load: "eval (assume-role init elvish | slurp)",
    rc: "~/.config/elvish/rc.elv",
};

/// One word: `'…'`, each `'` doubled.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
