//! Code for shells of the sh family: each has its dialect in its own file; here is the direct form,
//! which all of them understand.
//!
//! What is kept from before the first switch is `VALUE=` when it was exported, `VALUE-` when it was
//! only set, and empty when there was nothing.
//!
//! The direct form may be evaluated without quotes around it, where the shell splits it at blanks
//! and looks for file names in its words first: single blanks only, and no `*`, `?` or `[`. Under
//! `set -k` an assignment is no word of `export`; with a backslash before its name it is.

use super::quote;
use super::variables::{
    KEYS, LEFT, NOTHING_TO_LEAVE, ONLY_UNSET, OWN, PROFILES, REGION, SESSION, Switch, is_restored,
    keeper, restored, without_settings,
};

/// One way of writing the same code.
pub(super) struct Dialect {
    /// Before each command: aliases (the backslash) and functions (`builtin`) must not get in
    /// between.
    pub(super) builtin: &'static str,
    pub(super) quote: fn(&str) -> String,
    /// What an assignment needs before it, so that zsh's WARN_CREATE_GLOBAL stays silent.
    pub(super) assign: &'static str,
    /// What takes the kept values out of the environment again, where `set -a` put them.
    pub(super) hide: &'static [&'static str],
}

pub(super) const DIRECT: Dialect = Dialect {
    builtin: r"\",
    quote: quote::sh_without_patterns,
    assign: "",
    hide: &[
        r#"\test -z "${BASH_VERSION-}" || \export -n"#,
        r#"\test -z "${ZSH_VERSION-}" || \typeset -g +x"#,
    ],
};

/// In the shell that made the first switch the keys' keeper is set, whatever it holds.
const HERE: &str = r#"-n "${__assume_role_was_AWS_ACCESS_KEY_ID+x}""#;

impl Dialect {
    pub(super) fn switch(&self, switch: &Switch<'_>) -> String {
        let b = self.builtin;
        let changes = switch.changes();
        let names: Vec<&str> = changes.iter().map(|change| change.name).collect();
        let kept: Vec<&str> = names.iter().copied().filter(|name| is_restored(name)).collect();
        let saves: String = kept
            .iter()
            .map(|name| {
                let (keeper, mark) =
                    (keeper(name), if switch.environment.has(name) { '=' } else { '-' });
                format!(
                    r#"{b}test -n "${{{keeper}+x}}" || {}{keeper}="${{{name}+${name}{mark}}}"; "#,
                    self.assign
                )
            })
            .collect();
        let keepers: Vec<String> = kept.iter().map(|name| keeper(name)).collect();
        let hides: String =
            self.hide.iter().map(|hide| format!("{hide} {}; ", keepers.join(" "))).collect();
        let sets: String = changes
            .iter()
            .filter_map(|change| {
                Some(format!(r" \{}={}", change.name, (self.quote)(change.value.as_deref()?)))
            })
            .collect();
        // Unset first: that drops integer, upper-case and array attributes, and the prefix of
        // `AWS_REGION=x assume-role …`.
        self.when_writable(
            &names,
            &format!(
                r#"if {b}test {HERE} || {b}test -z "${{ASSUME_ROLE_KEY_ID+x}}"; then {}{saves}{hides}fi; {b}unset -v {}; {b}export{sets};"#,
                self.forget(),
                names.join(" ")
            ),
        )
    }

    pub(super) fn leave(&self, legacy: bool) -> String {
        let b = self.builtin;
        let names: Vec<&str> = restored().chain(OWN).collect();
        let restores: String = restored().map(|name| self.restore(name)).collect();
        let own: Vec<&str> = OWN.into_iter().filter(|name| *name != LEFT).collect();
        let (own, session, region) = (own.join(" "), SESSION.join(" "), REGION.join(" "));
        let hides: String = self.hide.iter().map(|hide| format!("{hide} {LEFT}; ")).collect();
        let left = format!(r#"{}{LEFT}="${{ASSUME_ROLE_TARGET-}}"; {hides}"#, self.assign);
        let old = if legacy {
            format!("{b}unset -v {}; ", without_settings().collect::<Vec<_>>().join(" "))
        } else {
            String::new()
        };
        let unsets = format!(
            concat!(
                r#"{b}test "${{AWS_SSO_PROFILE-}}" != "${{AWS_ACCOUNT_NAME-}}:${{AWS_ACCOUNT_ROLE-}}" || {b}unset -v AWS_SSO_PROFILE; "#,
                r#"{b}test "${{AWS_ACCESS_KEY_ID-}}" != "${{ASSUME_ROLE_KEY_ID}}" || {b}unset -v {session}; "#,
                r#"{b}test "${{AWS_REGION-}}" != "${{ASSUME_ROLE_REGION-}}" || {b}unset -v {region}; "#,
                r#"{left}{b}unset -v AWS_ACCOUNT_NAME AWS_ACCOUNT_ROLE {own}; {old}{b}printf '%s\n' {only} >&2;"#,
            ),
            b = b,
            left = left,
            session = session,
            region = region,
            own = own,
            old = old,
            only = (self.quote)(ONLY_UNSET),
        );
        self.when_writable(
            &names,
            &format!(
                r#"if {b}test {HERE}; then {}{restores}{left}{b}unset -v {own}; elif {b}test -n "${{ASSUME_ROLE_KEY_ID+x}}"; then {unsets} else {b}printf '%s\n' {} >&2; fi;"#,
                self.forget(),
                (self.quote)(NOTHING_TO_LEAVE)
            ),
        )
    }

    /// Drops what is kept where the user has set a value of their own since: theirs is the latest. A
    /// session token is not theirs when the key is long-lived, which goes with none.
    fn forget(&self) -> String {
        let b = self.builtin;
        let profiles: String = PROFILES
            .iter()
            .map(|name| format!(r#"{b}test -z "${{{name}-}}" || {b}unset -v {}; "#, keeper(name)))
            .collect();
        format!(
            concat!(
                r#"if {b}test -n "${{AWS_ACCESS_KEY_ID-}}" && {b}test -n "${{ASSUME_ROLE_KEY_ID-}}" && "#,
                r#"{b}test "$AWS_ACCESS_KEY_ID" != "$ASSUME_ROLE_KEY_ID"; then {b}unset -v {keys}; "#,
                r#"{b}test "$({b}printf '%.4s' "$AWS_ACCESS_KEY_ID")" != AKIA || {b}unset -v AWS_SESSION_TOKEN; fi; {profiles}"#,
            ),
            b = b,
            keys = KEYS.map(keeper).join(" "),
            profiles = profiles,
        )
    }

    /// `then` when every name can be unset, proven in a subshell; else each that cannot is named,
    /// status 9.
    fn when_writable(&self, names: &[&str], then: &str) -> String {
        let b = self.builtin;
        let names = names.join(" ");
        format!(
            concat!(
                r#"{{ if ( {b}unset -v {names} ) 2>/dev/null; then {then} else "#,
                r#"( for __assume_role_name in {names}; do ( {b}unset -v "$__assume_role_name" ) 2>/dev/null || "#,
                r#"{b}printf 'assume-role: %s is read-only in this shell; nothing was changed\n' "$__assume_role_name" >&2; "#,
                r#"done; {b}exit 9 ); fi; }}"#,
                "\n"
            ),
            b = b,
            names = names,
            then = then,
        )
    }

    fn restore(&self, name: &str) -> String {
        let (b, was) = (self.builtin, keeper(name));
        format!(
            concat!(
                r#"if {b}test -n "${{{was}+x}}"; then {b}unset -v {name}; "#,
                r#"{b}test "${was}" = "${{{was}%=}}" || {b}export \{name}="${{{was}%=}}"; "#,
                r#"{b}test "${was}" = "${{{was}%-}}" || {assign}{name}="${{{was}%-}}"; {b}unset -v {was}; fi; "#,
            ),
            b = b,
            was = was,
            name = name,
            assign = self.assign,
        )
    }
}
