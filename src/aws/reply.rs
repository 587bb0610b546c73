//! What an answer of STS has to look like before anything of it is stored or printed.
//!
//! A reply is data from a network: keys end up in a shell and in files, so their alphabet is
//! checked here although they are quoted there.

use aws_sdk_sts::types::Credentials as SdkCredentials;

use super::failure::AwsError;
use crate::types::{Credentials, Moment, Secret, Session};

/// The longest life of any session of STS, in seconds (`GetSessionToken`: 36 hours).
const LONGEST_LIFE: i64 = 36 * 3600;
/// How far in the past an end may lie before it cannot be right: nothing, but clocks are read in
/// whole seconds.
const ROUNDING: i64 = 2;

/// Takes the keys out of a reply. `now` is AWS's clock.
pub(super) fn session(
    credentials: Option<&SdkCredentials>,
    now: Moment,
) -> Result<Session, AwsError> {
    let credentials = credentials.ok_or_else(|| AwsError::malformed("Credentials"))?;
    let id = credentials.access_key_id();
    let secret = credentials.secret_access_key();
    let token = credentials.session_token();
    let expires = Moment(credentials.expiration().secs());
    if !within(id, 16, 128, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
    }) {
        return Err(AwsError::malformed("AccessKeyId"));
    }
    if !within(secret, 16, 128, |byte| byte.is_ascii_alphanumeric() || b"/+=".contains(&byte)) {
        return Err(AwsError::malformed("SecretAccessKey"));
    }
    if !within(token, 1, 8192, |byte| byte.is_ascii_alphanumeric() || b"/+=_.:-".contains(&byte)) {
        return Err(AwsError::malformed("SessionToken"));
    }
    if expires.since(now) < -ROUNDING || expires.since(now) > LONGEST_LIFE + ROUNDING {
        return Err(AwsError::malformed("Expiration"));
    }
    let keys = Credentials {
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
        token: Some(Secret::new(token.to_owned())),
    };
    Ok(Session { keys, expires })
}

fn within(text: &str, shortest: usize, longest: usize, allowed: impl Fn(u8) -> bool) -> bool {
    (shortest..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::*;

    fn reply(id: &str, secret: &str, token: &str, expires: i64) -> Result<Session, AwsError> {
        let credentials = SdkCredentials::builder()
            .access_key_id(id)
            .secret_access_key(secret)
            .session_token(token)
            .expiration(DateTime::from_secs(expires))
            .build()
            .unwrap();
        session(Some(&credentials), Moment(1000))
    }

    const ID: &str = "ASIAEXAMPLEEXAMPLE00";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn a_good_reply_passes() {
        assert_eq!(reply(ID, SECRET, "FwoGZXIvYXdz//==", 4600).unwrap().expires, Moment(4600));
    }

    #[test]
    fn code_in_a_field_is_refused() {
        for (id, secret, token, expires, field) in [
            ("$(touch x)", SECRET, "t", 4600, "AccessKeyId"),
            ("\";touch x;\"", SECRET, "t", 4600, "AccessKeyId"),
            (ID, "'; touch x; ''''''''", "t", 4600, "SecretAccessKey"),
            (ID, SECRET, "t\nx", 4600, "SessionToken"),
            (ID, SECRET, "", 4600, "SessionToken"),
            (ID, SECRET, "t", 10, "Expiration"),
            (ID, SECRET, "t", 1000 + 37 * 3600, "Expiration"),
        ] {
            assert_eq!(reply(id, secret, token, expires), Err(AwsError::malformed(field)));
        }
    }
}
