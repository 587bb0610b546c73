//! Code for fish: only global variables are touched. A universal variable lives in every shell of the user, so it is
//! named and left to them.
//!
//! What is kept from before the first switch is the list `x VALUE…` when it was exported, `u VALUE…` when it was not,
//! and empty when there was no global variable. fish has no read-only variables beside its own.

use super::exports::{NOTHING_TO_LEAVE, ONLY_UNSET, is_restored, keeper};
use super::quote::fish as quote;
use super::sh::without_settings;
use super::variables::{Change, OWN, REGION, SESSION, restored};

/// In the shell that made the first switch the keys' keeper is set, whatever it holds.
const HERE: &str = "builtin set -q __assume_role_was_AWS_ACCESS_KEY_ID";

pub(super) fn switch(changes: &[Change<'_>]) -> String {
    let saves: String = changes.iter().map(|change| change.name).filter(|name| is_restored(name)).map(save).collect();
    let names: Vec<&str> = changes.iter().map(|change| change.name).collect();
    let sets: String = changes
        .iter()
        .filter_map(|change| Some(format!("builtin set -gx {} {}; ", change.name, quote(change.value.as_deref()?))))
        .collect();
    let warnings: String =
        changes.iter().filter(|change| change.value.is_none()).map(|change| warn(change.name)).collect();
    format!(
        "begin; if {HERE}; or not builtin set -q ASSUME_ROLE_KEY_ID; {saves}end; builtin set -eg {}; {sets}{warnings}builtin true; end\n",
        names.join(" ")
    )
}

pub(super) fn leave(legacy: bool) -> String {
    let restores: String = restored().map(restore).collect();
    let (own, session, region) = (OWN.join(" "), SESSION.join(" "), REGION.join(" "));
    let old = if legacy { format!("builtin set -eg {}; ", without_settings().join(" ")) } else { String::new() };
    format!(
        concat!(
            "begin; if {here}; {restores}builtin set -eg {own}; else if builtin set -q ASSUME_ROLE_KEY_ID; ",
            r#"if builtin test "$AWS_ACCESS_KEY_ID" = "$ASSUME_ROLE_KEY_ID"; builtin set -eg {session}; end; "#,
            r#"if builtin test "$AWS_REGION" = "$ASSUME_ROLE_REGION"; builtin set -eg {region}; end; "#,
            "builtin set -eg AWS_ACCOUNT_NAME AWS_ACCOUNT_ROLE {own}; {old}builtin printf '%s\\n' {only} >&2; ",
            "else; builtin printf '%s\\n' {nothing} >&2; end; builtin true; end\n",
        ),
        here = HERE,
        restores = restores,
        own = own,
        session = session,
        region = region,
        old = old,
        only = quote(ONLY_UNSET),
        nothing = quote(NOTHING_TO_LEAVE),
    )
}

fn save(name: &str) -> String {
    let was = keeper(name);
    format!(
        concat!(
            "if not builtin set -qg {was}; if builtin set -qgx {name}; builtin set -g --unexport {was} x ${name}; ",
            "else if builtin set -qg {name}; builtin set -g --unexport {was} u ${name}; ",
            "else; builtin set -g --unexport {was}; end; end; ",
        ),
        was = was,
        name = name,
    )
}

fn restore(name: &str) -> String {
    let was = keeper(name);
    format!(
        concat!(
            "if builtin set -qg {was}; builtin set -eg {name}; if builtin set -q {was}[1]; ",
            "if builtin test ${was}[1] = x; builtin set -gx {name} ${was}[2..]; ",
            "else; builtin set -g --unexport {name} ${was}[2..]; end; end; builtin set -eg {was}; end; ",
        ),
        was = was,
        name = name,
    )
}

fn warn(name: &str) -> String {
    let message = format!(
        "assume-role: {name} is also a universal variable and stays set; to remove it from every shell: set -e -U {name}"
    );
    format!("if builtin set -qU {name}; builtin printf '%s\\n' {} >&2; end; ", quote(&message))
}
