//! fish, 3.6 and later. Its code touches global variables only. A universal variable lives in every shell of
//! the user, so it is named and left to them.
//!
//! What is kept from before the first switch is the list `x VALUE…` when it was exported, `u
//! VALUE…` when it was not, and empty when there was no global variable. fish has no read-only
//! variables beside its own.

use super::definition::{AtTab, Code, Definition};
use super::quote::fish as quote;
use super::variables::{
    KEYS, LEFT, NOTHING_TO_LEAVE, ONLY_UNSET, OWN, PROFILES, REGION, SESSION, Switch, is_restored,
    keeper, restored, without_settings,
};

pub(super) const FISH: Definition = Definition {
    name: "fish",
    also: &[],
    quoted: quote,
    assignment: ["set -g ", " "],
    init: include_str!("../../shell/init.fish"),
    asks_at_tab: "",
    completion: include_str!("../../completions/assume-role.fish.in"),
    short_name: |name| format!("function {name} --wraps assume-role\n    assume-role $argv\nend\n"),
    code: Some(Code { switch, leave }),
    at_tab: AtTab::Tabbed,
    load: "assume-role init fish | source",
    rc: "~/.config/fish/config.fish",
};

/// In the shell that made the first switch the keys' keeper is set, whatever it holds.
const HERE: &str = "builtin set -q __assume_role_was_AWS_ACCESS_KEY_ID";

/// The loops' variable.
const NAME: &str = "__assume_role_name";

const SAVE: &str = concat!(
    "if not builtin set -qg __assume_role_was_$__assume_role_name; ",
    "if builtin set -qgx $__assume_role_name; ",
    "builtin set -g --unexport __assume_role_was_$__assume_role_name x $$__assume_role_name; ",
    "else if builtin set -qg $__assume_role_name; ",
    "builtin set -g --unexport __assume_role_was_$__assume_role_name u $$__assume_role_name; ",
    "else; builtin set -g --unexport __assume_role_was_$__assume_role_name; end; end; ",
);

const RESTORE: &str = concat!(
    "builtin set -l __assume_role_was __assume_role_was_$__assume_role_name; ",
    "if builtin set -qg $__assume_role_was; builtin set -eg $__assume_role_name; ",
    "builtin set __assume_role_was $$__assume_role_was; ",
    "if builtin set -q __assume_role_was[1]; ",
    "if builtin test $__assume_role_was[1] = x; builtin set -gx $__assume_role_name $__assume_role_was[2..]; ",
    "else; builtin set -g --unexport $__assume_role_name $__assume_role_was[2..]; end; end; ",
    "builtin set -eg __assume_role_was_$__assume_role_name; end; ",
);

/// Drops what is kept where the user has set a value of their own since: theirs is the latest. A
/// session token is not theirs when the key is long-lived, which goes with none.
fn forget() -> String {
    format!(
        concat!(
            r#"if builtin test -n "$AWS_ACCESS_KEY_ID" -a -n "$ASSUME_ROLE_KEY_ID" -a "$AWS_ACCESS_KEY_ID" != "$ASSUME_ROLE_KEY_ID"; "#,
            "builtin set -eg {keys}; ",
            r#"if builtin string match -q 'AKIA*' -- "$AWS_ACCESS_KEY_ID"; builtin set -eg AWS_SESSION_TOKEN; end; end; "#,
            "for {name} in {profiles}; if builtin set -qg ${name}; ",
            "builtin set -eg __assume_role_was_${name}; end; end; ",
        ),
        keys = KEYS.map(keeper).join(" "),
        name = NAME,
        profiles = PROFILES.join(" "),
    )
}

fn switch(switch: &Switch<'_>) -> String {
    let changes = switch.changes();
    let names: Vec<&str> = changes.iter().map(|change| change.name).collect();
    let kept: Vec<&str> = names.iter().copied().filter(|name| is_restored(name)).collect();
    let unset: Vec<&str> =
        changes.iter().filter(|change| change.value.is_none()).map(|change| change.name).collect();
    let sets: String = changes
        .iter()
        .filter_map(|change| {
            Some(format!("builtin set -gx {} {}; ", change.name, quote(change.value.as_deref()?)))
        })
        .collect();
    let warning = quote(
        "assume-role: %s is also a universal variable and stays set; to remove it from every shell: set -e -U %s\n",
    )
    .replace('\n', "\\n");
    format!(
        concat!(
            "begin; if {here}; or not builtin set -q ASSUME_ROLE_KEY_ID; {forget}for {name} in {kept}; {save}end; end; ",
            "builtin set -eg {names}; {sets}for {name} in {unset}; ",
            "if builtin set -qU ${name}; builtin printf {warning} ${name} ${name} >&2; end; end; ",
            "builtin set -e {name}; builtin true; end\n",
        ),
        here = HERE,
        forget = forget(),
        name = NAME,
        kept = kept.join(" "),
        save = SAVE,
        names = names.join(" "),
        sets = sets,
        unset = unset.join(" "),
        warning = warning,
    )
}

fn leave(legacy: bool) -> String {
    let restored: Vec<&str> = restored().collect();
    let own: Vec<&str> = OWN.into_iter().filter(|name| *name != LEFT).collect();
    let left = format!("builtin set -g --unexport {LEFT} $ASSUME_ROLE_TARGET; ");
    let (own, session, region) = (own.join(" "), SESSION.join(" "), REGION.join(" "));
    let old = if legacy {
        format!("builtin set -eg {}; ", without_settings().collect::<Vec<_>>().join(" "))
    } else {
        String::new()
    };
    format!(
        concat!(
            "begin; if {here}; {forget}for {name} in {restored}; {restore}end; builtin set -e {name}; {left}builtin set -eg {own}; ",
            "else if builtin set -q ASSUME_ROLE_KEY_ID; ",
            r#"if builtin test "$AWS_SSO_PROFILE" = "$AWS_ACCOUNT_NAME:$AWS_ACCOUNT_ROLE"; builtin set -eg AWS_SSO_PROFILE; end; "#,
            r#"if builtin test "$AWS_ACCESS_KEY_ID" = "$ASSUME_ROLE_KEY_ID"; builtin set -eg {session}; end; "#,
            r#"if builtin test "$AWS_REGION" = "$ASSUME_ROLE_REGION"; builtin set -eg {region}; end; "#,
            "{left}builtin set -eg AWS_ACCOUNT_NAME AWS_ACCOUNT_ROLE {own}; {old}builtin printf '%s\\n' {only} >&2; ",
            "else; builtin printf '%s\\n' {nothing} >&2; end; builtin true; end\n",
        ),
        here = HERE,
        forget = forget(),
        left = left,
        name = NAME,
        restored = restored.join(" "),
        restore = RESTORE,
        own = own,
        session = session,
        region = region,
        old = old,
        only = quote(ONLY_UNSET),
        nothing = quote(NOTHING_TO_LEAVE),
    )
}
