//! Which variables a switch sets and unsets, in order. Values only: the text for a shell is made in
//! [`super::exports`].
//!
//! A switch names every variable on these lists, set or unset, so that none of an earlier session
//! survives.

use std::borrow::Cow;

use crate::config::environment::Environment;
use crate::types::{AccountId, Credentials, Moment, Region};

/// Our own variables: unset by `leave`, never restored.
pub const OWN: [&str; 9] = [
    "ASSUME_ROLE_KEY_ID", "ASSUME_ROLE_EXPIRES", "ASSUME_ROLE_RENEWABLE", "ASSUME_ROLE_TARGET",
    "ASSUME_ROLE_PREVIOUS", "ASSUME_ROLE_REGION", "ASSUME_ROLE_PROTECTED", READ_ONLY, LEFT,
];

/// Set to 1 in a session that was narrowed to reading.
pub(crate) const READ_ONLY: &str = "ASSUME_ROLE_READ_ONLY";

/// What `leave` keeps the request in, unexported, so that `-` goes back to the role that was left.
pub(super) const LEFT: &str = "ASSUME_ROLE_LEFT";

/// What people set together when they use keys of their own.
pub(super) const KEYS: [&str; 3] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// What chooses a profile. No switch ever sets these: a value is the user's choice, which keys contradict
/// and profiles do not.
pub(crate) const PROFILES: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The region, which the user may have changed since.
pub(crate) const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// What belongs to the keys and goes with them.
pub(crate) const SESSION: [&str; 8] = [
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_NAME", "AWS_ACCOUNT_ROLE", "AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION",
];

/// What would contradict the keys: a profile (some SDKs prefer it to keys), the token's oldest
/// name, and the names and expiries by which other tools tell a prompt who this shell is.
pub(crate) const CONTRADICTING: [&str; 8] = [
    "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_VAULT", "AWSU_PROFILE",
    "AWSUME_PROFILE", "AWSUME_EXPIRATION", "AWS_SSO_PROFILE",
];

/// The old script's other names. Set on request only: four of them hand the base session to every
/// child process. `AWS_SECURITY_TOKEN`, its last but one, stands in [`CONTRADICTING`].
pub(crate) const LEGACY: [&str; 8] = [
    "AWS_SESSION_ACCESS_KEY_ID",
    "AWS_SESSION_SECRET_ACCESS_KEY",
    "AWS_SESSION_SESSION_TOKEN",
    "AWS_SESSION_SECURITY_TOKEN",
    "AWS_SESSION_START",
    "GEO_ENV",
    "AWS_PROFILE_ASSUME_ROLE",
    "ROLE_SESSION_START",
];

/// What the old script's names need to know.
#[derive(Clone, Copy, Debug)]
pub struct Legacy<'a> {
    /// The base session and when it began (this machine's clock), if the role came from one.
    pub base: Option<(&'a Credentials, Moment)>,
    /// The base profile, when one was named.
    pub base_profile: Option<&'a str>,
    /// When the role session began, by this machine's clock.
    pub role_started: Moment,
}

#[derive(Clone, Debug)]
pub struct Switch<'a> {
    pub keys: &'a Credentials,
    pub account_id: &'a AccountId,
    /// The word typed for the account, alias or id; for a profile its name.
    pub account_name: &'a str,
    /// The role with its path; for a profile without a role, the user's name.
    pub role: &'a str,
    pub region: Option<&'a Region>,
    /// Whether this switch chose the region; one that the environment named stays the user's own.
    pub region_is_ours: bool,
    /// The end, by AWS's clock; `None` when it is unknown.
    pub expires_aws: Option<Moment>,
    /// The end, by this machine's clock.
    pub expires_local: Option<Moment>,
    /// Until when the session renews without a question (this machine's clock); `None` when it does
    /// not.
    pub renewable: Option<Moment>,
    /// The request, as [`super::words::encode_words`] writes it.
    pub target: String,
    /// The request before this one.
    pub previous: Option<String>,
    pub protected: bool,
    pub read_only: bool,
    /// Also tell prompts that know other tools only: `AWS_SSO_PROFILE`, which powerlevel10k and
    /// starship read and AWS's own tools do not.
    pub bridge: bool,
    /// Also set the old script's names.
    pub legacy: Option<Legacy<'a>>,
    /// What the program was started with. A variable of the shell that is not here was not
    /// exported, and `leave` will not export it either.
    pub environment: &'a Environment,
}

/// One variable and its new value; `None` unsets it.
#[derive(Clone)]
pub struct Change<'a> {
    pub name: &'static str,
    /// The value, never empty.
    pub value: Option<Cow<'a, str>>,
}

/// The value that a variable gets, if it gets one.
pub(crate) fn value_in<'a>(changes: &'a [Change<'_>], name: &str) -> Option<&'a str> {
    changes.iter().find(|change| change.name == name).and_then(|change| change.value.as_deref())
}

impl Switch<'_> {
    /// The changes, in the order in which the old script printed its variables, ours after them.
    pub fn changes(&self) -> Vec<Change<'_>> {
        let region = self.region.map(|region| Cow::Borrowed(region.as_str()));
        let token = self.keys.token.as_ref().map(|token| Cow::Borrowed(token.expose()));
        let expires = self.expires_aws.map(|end| Cow::<str>::Owned(end.rfc3339()));
        let mut all = vec![
            ("AWS_REGION", region.clone()),
            ("AWS_DEFAULT_REGION", region.clone()),
            ("AWS_ACCESS_KEY_ID", Some(Cow::Borrowed(self.keys.id.as_str()))),
            ("AWS_SECRET_ACCESS_KEY", Some(Cow::Borrowed(self.keys.secret.expose()))),
            ("AWS_SESSION_TOKEN", token.clone()),
            ("AWS_ACCOUNT_ID", Some(Cow::Borrowed(self.account_id.as_str()))),
            ("AWS_ACCOUNT_NAME", Some(Cow::Borrowed(self.account_name))),
            ("AWS_ACCOUNT_ROLE", Some(Cow::Borrowed(self.role))),
        ];
        if let Some(legacy) = &self.legacy {
            all.extend(self.legacy_changes(legacy));
            all.push(("AWS_SECURITY_TOKEN", token));
            all.push(("ROLE_SESSION_START", Some(epoch(legacy.role_started))));
        }
        all.extend([
            ("AWS_CREDENTIAL_EXPIRATION", expires.clone()),
            ("AWS_SESSION_EXPIRATION", expires),
            ("ASSUME_ROLE_KEY_ID", Some(Cow::Borrowed(self.keys.id.as_str()))),
            ("ASSUME_ROLE_EXPIRES", self.expires_local.map(epoch)),
            ("ASSUME_ROLE_RENEWABLE", self.renewable.map(epoch)),
            ("ASSUME_ROLE_TARGET", Some(Cow::Borrowed(self.target.as_str()))),
            (LEFT, None),
            ("ASSUME_ROLE_PREVIOUS", self.previous.as_deref().map(Cow::Borrowed)),
            ("ASSUME_ROLE_REGION", region.filter(|_| self.region_is_ours)),
            (
                "ASSUME_ROLE_PROTECTED",
                self.protected.then_some(Cow::Borrowed(self.account_id.as_str())),
            ),
            (READ_ONLY, self.read_only.then_some(Cow::Borrowed("1"))),
        ]);
        if self.bridge {
            all.push((
                "AWS_SSO_PROFILE",
                Some(Cow::Owned(format!("{}:{}", self.account_name, self.role))),
            ));
        }
        for name in CONTRADICTING {
            if !all.iter().any(|(set, _)| *set == name) {
                all.push((name, None));
            }
        }
        all.into_iter()
            .map(|(name, value)| Change { name, value: value.filter(|value| !value.is_empty()) })
            .collect()
    }

    fn legacy_changes<'a>(
        &'a self,
        legacy: &Legacy<'a>,
    ) -> Vec<(&'static str, Option<Cow<'a, str>>)> {
        let (keys, started) = legacy.base.unzip();
        let token =
            keys.and_then(|keys| keys.token.as_ref()).map(|token| Cow::Borrowed(token.expose()));
        let mut changes = vec![
            ("AWS_SESSION_ACCESS_KEY_ID", keys.map(|keys| Cow::Borrowed(keys.id.as_str()))),
            ("AWS_SESSION_SECRET_ACCESS_KEY", keys.map(|keys| Cow::Borrowed(keys.secret.expose()))),
            ("AWS_SESSION_SESSION_TOKEN", token.clone()),
            ("AWS_SESSION_SECURITY_TOKEN", token),
            ("AWS_SESSION_START", started.map(epoch)),
            ("GEO_ENV", Some(Cow::Borrowed(self.account_name))),
        ];
        // The user's own setting: exported when it is known, never taken away.
        if let Some(profile) = legacy.base_profile {
            changes.push(("AWS_PROFILE_ASSUME_ROLE", Some(Cow::Borrowed(profile))));
        }
        changes
    }
}

fn epoch<'a>(moment: Moment) -> Cow<'a, str> {
    Cow::Owned(moment.0.to_string())
}

/// Every variable that is kept before the first switch and given back by `leave`.
pub fn restored() -> impl Iterator<Item = &'static str> {
    REGION.into_iter().chain(SESSION).chain(CONTRADICTING).chain(LEGACY)
}

/// Whether `leave` can give a variable back; ours it only unsets.
pub(super) fn is_restored(name: &str) -> bool {
    restored().any(|known| known == name)
}

/// The old script's names that a child shell may drop; its base profile is a setting of the user.
pub(super) fn without_settings() -> impl Iterator<Item = &'static str> {
    let settings = "AWS_PROFILE_ASSUME_ROLE";
    LEGACY.into_iter().chain(["AWS_SECURITY_TOKEN"]).filter(move |name| *name != settings)
}

/// The shell variable that keeps what `name` was before the first switch.
pub(super) fn keeper(name: &str) -> String {
    format!("__assume_role_was_{name}")
}

/// Said by `leave` in a shell that inherited its session.
pub(super) const ONLY_UNSET: &str =
    "assume-role: session unset; what was set before it is known only to the shell that switched";

/// Said by `leave` where nothing is set.
pub(super) const NOTHING_TO_LEAVE: &str = "assume-role: no session to leave in this shell";
