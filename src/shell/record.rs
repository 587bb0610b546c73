//! A switch, or the way back, as JSON: for programs, and for shells that cannot evaluate code.
//!
//! A program gets `{"NAME": "value" or null}`, null to unset. The function of a shell gets a record
//! of four fields and does them in their order, without a rule of its own:
//!
//! | field | the function |
//! |---|---|
//! | `forget` | drops what it keeps of these names |
//! | `keep` | keeps these values (null: was not set), unless it keeps something of that name |
//! | `restore` | of these names, gives back and drops what it keeps |
//! | `set` | sets these variables; null: unsets |

use serde::Serialize;
use serde_json::{Map, Value};

use super::variables::{
    Change, KEYS, LEFT, NOTHING_TO_LEAVE, ONLY_UNSET, OWN, PROFILES, REGION, SESSION, Switch,
    is_restored, restored, without_settings,
};
use crate::config::environment::Environment;
use crate::types::Secret;

#[derive(Default, Serialize)]
pub(super) struct Record {
    forget: Vec<&'static str>,
    keep: Map<String, Value>,
    restore: Vec<&'static str>,
    set: Map<String, Value>,
}

impl Record {
    /// A switch. `keeps`: the caller keeps what stood before its first switch.
    pub(super) fn of_switch(switch: &Switch<'_>, keeps: bool) -> Self {
        let environment = switch.environment;
        let changes = switch.changes();
        let mut record = Self::default();
        // What a shell has inherited with a session is not its own.
        if keeps || !environment.has("ASSUME_ROLE_KEY_ID") {
            let has_long_lived = record.forget(environment);
            for Change { name, .. } in changes.iter().filter(|change| is_restored(change.name)) {
                let is_stale = has_long_lived && *name == "AWS_SESSION_TOKEN";
                let value = text(environment, name).filter(|_| !is_stale);
                record.keep.insert((*name).to_owned(), value.map_or(Value::Null, Value::from));
            }
        }
        for Change { name, value } in changes {
            record.set(name, value.as_deref());
        }
        record
    }

    /// The way back, and what there is to say about it.
    pub(super) fn of_leave(
        environment: &Environment,
        legacy: bool,
        keeps: bool,
    ) -> (Self, Option<&'static str>) {
        let mut record = Self::default();
        let value = |name| text(environment, name).unwrap_or_default();
        let ours = value("ASSUME_ROLE_KEY_ID");
        if keeps {
            if record.forget(environment) {
                record.set("AWS_SESSION_TOKEN", None);
            }
            record.restore = restored().collect();
        } else if ours.is_empty() {
            return (record, Some(NOTHING_TO_LEAVE));
        } else {
            let (name, role) = (value("AWS_ACCOUNT_NAME"), value("AWS_ACCOUNT_ROLE"));
            let both = ["AWS_ACCOUNT_NAME", "AWS_ACCOUNT_ROLE"];
            let profile =
                Some("AWS_SSO_PROFILE").filter(|bridge| value(bridge) == format!("{name}:{role}"));
            let session = SESSION.into_iter().filter(|_| value("AWS_ACCESS_KEY_ID") == ours);
            let region =
                REGION.into_iter().filter(|_| value("AWS_REGION") == value("ASSUME_ROLE_REGION"));
            let old = without_settings().filter(|_| legacy);
            for name in both.into_iter().chain(profile).chain(session).chain(region).chain(old) {
                record.set(name, None);
            }
        }
        for name in OWN {
            record.set(name, None);
        }
        record.set(LEFT, text(environment, "ASSUME_ROLE_TARGET"));
        (record, Some(ONLY_UNSET).filter(|_| !keeps))
    }

    pub(super) fn for_function(&self) -> Secret {
        line(&serde_json::json!(self))
    }

    pub(super) fn for_program(self) -> Secret {
        line(&Value::Object(self.set))
    }

    /// Forgets what is kept where the user has set a value of their own since: theirs is the
    /// latest. Says whether those are long-lived keys, which go with no token.
    fn forget(&mut self, environment: &Environment) -> bool {
        let [theirs, ours] =
            ["AWS_ACCESS_KEY_ID", "ASSUME_ROLE_KEY_ID"].map(|name| text(environment, name));
        let own = theirs.filter(|theirs| ours.is_some_and(|ours| ours != *theirs));
        self.forget.extend(KEYS.into_iter().filter(|_| own.is_some()));
        self.forget.extend(PROFILES.into_iter().filter(|name| text(environment, name).is_some()));
        own.is_some_and(|own| own.starts_with("AKIA"))
    }

    fn set(&mut self, name: &str, value: Option<&str>) {
        self.set.insert(name.to_owned(), value.map_or(Value::Null, Value::from));
    }
}

/// A variable that is not empty.
fn text<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment.text(name).ok().flatten()
}

fn line(value: &Value) -> Secret {
    Secret::new(format!("{value}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: [(&str, &str); 6] = [
        ("AWS_ACCESS_KEY_ID", "ASIA1"),
        ("ASSUME_ROLE_KEY_ID", "ASIA1"),
        ("AWS_REGION", "eu-west-1"),
        ("ASSUME_ROLE_REGION", "eu-west-1"),
        ("AWS_ACCOUNT_NAME", "production"),
        ("AWS_ACCOUNT_ROLE", "read"),
    ];

    fn left(own: &[(&str, &str)], keeps: bool) -> (Record, Option<&'static str>) {
        let environment = Environment::from_pairs(SESSION.iter().chain(own).copied());
        Record::of_leave(&environment, false, keeps)
    }

    #[test]
    fn a_child_shell_keeps_what_is_not_ours() {
        for (own, kept, gone) in [
            (&[][..], "AWS_VAULT", "AWS_REGION"),
            (&[("AWS_REGION", "us-west-2")], "AWS_REGION", "AWS_SECRET_ACCESS_KEY"),
            (&[("AWS_ACCESS_KEY_ID", "AKIA2")], "AWS_SECRET_ACCESS_KEY", "AWS_ACCOUNT_NAME"),
            (&[("AWS_SSO_PROFILE", "mine")], "AWS_SSO_PROFILE", "AWS_ACCOUNT_ROLE"),
            (&[("AWS_SSO_PROFILE", "production:read")], "GEO_ENV", "AWS_SSO_PROFILE"),
            (&[], "AWS_PROFILE_ASSUME_ROLE", "ASSUME_ROLE_KEY_ID"),
        ] {
            let (record, said) = left(own, false);
            assert_eq!(said, Some(ONLY_UNSET));
            assert!(!record.set.contains_key(kept), "{own:?}");
            assert_eq!(record.set.get(gone), Some(&Value::Null), "{own:?}");
            assert!(record.restore.is_empty());
        }
    }

    #[test]
    fn the_shell_that_switched_restores_but_for_what_is_newer() {
        let (record, said) = left(&[], true);
        assert_eq!((said, record.forget.as_slice()), (None, &[][..]));
        assert!(record.restore.contains(&"AWS_PROFILE") && !record.set.contains_key("AWS_REGION"));
        let newer = [("AWS_ACCESS_KEY_ID", "AKIA2"), ("AWS_PROFILE", "mine")];
        let (record, _) = left(&newer, true);
        assert_eq!(record.forget, [&KEYS[..], &["AWS_PROFILE"]].concat());
        assert_eq!(record.set.get("AWS_SESSION_TOKEN"), Some(&Value::Null));
    }

    #[test]
    fn nothing_to_leave_changes_nothing() {
        let (record, said) = Record::of_leave(&Environment::default(), true, false);
        assert_eq!(said, Some(NOTHING_TO_LEAVE));
        assert_eq!(record.for_program().expose(), "{}\n");
    }
}
