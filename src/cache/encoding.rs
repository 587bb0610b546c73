//! How values of other modules are written in an entry. The only place that turns keys into text
//! for a file.

/// Keys with their end.
pub(super) mod session {
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

    pub(in super::super) fn serialize<S: Serializer>(
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

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
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

/// Seconds since 1970.
pub(super) mod moment {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::types::Moment;

    pub(in super::super) fn serialize<S: Serializer>(
        moment: &Moment,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.0)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Moment, D::Error> {
        i64::deserialize(deserializer).map(Moment)
    }
}

/// An account id, if there is one.
pub(super) mod account {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::types::AccountId;

    pub(in super::super) fn serialize<S: Serializer>(
        id: &Option<AccountId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        id.as_ref().map(AccountId::as_str).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<AccountId>, D::Error> {
        Option::<String>::deserialize(d)?
            .map(|text| {
                AccountId::parse(&text).ok_or_else(|| D::Error::custom("not an account id"))
            })
            .transpose()
    }
}
