//! What is kept, each kind as its own type: sessions, and facts that save a question or a call.
//!
//! A session is good for a key until its end by AWS's clock. A fact has no end; it says when it was
//! learned, and its user decides what that is worth. Never kept: codes, passwords,
//! long-lived keys.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::types::{AccountId, Moment, Session};

/// The longest life STS gives any session (STS API reference, GetSessionToken: 129,600 s). More is
/// damage.
const LONGEST_LIFE: i64 = 36 * 3600;
/// How far AWS's clock and ours may seem apart because of the network and whole seconds.
const SLACK: i64 = 60;

pub trait Entry: Serialize + DeserializeOwned {
    const KIND: &'static str;

    /// From when to when it is good, by AWS's clock; `None` for a fact.
    fn life(&self) -> Option<(Moment, Moment)> {
        None
    }

    /// Whether it can be handed out at this moment of AWS's clock.
    fn is_live(&self, _aws_now: Moment) -> bool {
        true
    }

    /// Whether it makes sense at all, whatever the time is now.
    fn is_possible(&self) -> bool {
        self.life().is_none_or(|(made, ends)| {
            made.0 >= 0 && (1..=LONGEST_LIFE).contains(&ends.since(made))
        })
    }
}

/// The base session: temporary keys of the base, shared by all its roles and by every shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseSession {
    #[serde(with = "session_text")]
    pub session: Session,
    /// When they were made, by AWS's clock.
    pub made: Moment,
    /// The device whose code went into them.
    pub mfa_serial: Option<String>,
}

impl Entry for BaseSession {
    const KIND: &'static str = "base";

    fn life(&self) -> Option<(Moment, Moment)> {
        Some((self.made, self.session.expires))
    }

    /// A start in the future means that the clock was set back. AWS still takes the keys, and a new
    /// base session costs the user a code, so they are used.
    fn is_live(&self, aws_now: Moment) -> bool {
        self.session.expires > aws_now
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSession {
    #[serde(with = "session_text")]
    pub session: Session,
    /// Who AWS says that we are: the `assumed-role` ARN, without the user where AWS was not asked.
    pub assumed_role: String,
    /// The whole length of the session, in seconds.
    pub granted: u32,
}

impl RoleSession {
    /// Whether it is of a role and does not say whose, since AWS was not asked.
    pub(crate) fn is_nameless(&self) -> bool {
        let role = self.assumed_role.split_once(":assumed-role/");
        role.is_some_and(|(_, role)| !role.contains('/'))
    }
}

impl Entry for RoleSession {
    const KIND: &'static str = "role";

    fn life(&self) -> Option<(Moment, Moment)> {
        Some((self.session.expires.plus(-i64::from(self.granted)), self.session.expires))
    }

    /// A start in the future means that the clock was set back: the time that is left cannot be
    /// told, so this session is not handed out. The next call to AWS measures the clock.
    fn is_live(&self, aws_now: Moment) -> bool {
        self.session.expires > aws_now
            && self.session.expires.since(aws_now) <= i64::from(self.granted) + SLACK
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseFacts {
    pub account: Option<AccountId>,
    pub arn: Option<String>,
    pub mfa: Option<MfaDevice>,
    pub learned: Moment,
}

impl Entry for BaseFacts {
    const KIND: &'static str = "facts";
}

/// The answer to "which MFA device?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MfaDevice {
    /// AWS knows of none that STS accepts.
    None,
    Serial(String),
}

/// What kind of keys a `credential_process` printed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramKeys {
    /// The id of a user's long-lived key; `None` for temporary keys.
    pub long_lived: Option<String>,
    pub learned: Moment,
}

impl Entry for ProgramKeys {
    const KIND: &'static str = "program";
}

/// The roles that a SAML response offered, for lists and TAB. Offers of an account that is left
/// stay until the next login there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertionRoles {
    /// The roles' ARNs, in the order of the response.
    pub roles: Vec<String>,
    pub learned: Moment,
}

impl Entry for AssertionRoles {
    const KIND: &'static str = "offers";
}

/// The longest duration that AWS accepted for a role after it had refused a longer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalDuration {
    pub seconds: u32,
    pub learned: Moment,
}

impl Entry for LegalDuration {
    const KIND: &'static str = "duration";
}

/// Keys with their end. The only place that turns keys into text for a file.
mod session_text {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::types::{Credentials, Moment, Secret, Session};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Text<'a> {
        id: Cow<'a, str>,
        secret: Cow<'a, str>,
        token: Option<Cow<'a, str>>,
        expires: i64,
    }

    pub(super) fn serialize<S: Serializer>(
        session: &Session,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Text {
            id: Cow::Borrowed(&session.keys.id),
            secret: Cow::Borrowed(session.keys.secret.expose()),
            token: session.keys.token.as_ref().map(|token| Cow::Borrowed(token.expose())),
            expires: session.expires.0,
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Session, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(Session {
            keys: Credentials {
                id: text.id.into_owned(),
                secret: Secret::new(text.secret.into_owned()),
                token: text.token.map(|token| Secret::new(token.into_owned())),
            },
            expires: Moment(text.expires),
        })
    }
}
