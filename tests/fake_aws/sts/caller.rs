//! From a signed request to the identity behind it.

use super::clock::Instant;
use super::http::Request;
use super::problem::Problem;
use super::sigv4::Signature;
use super::state::{Issued, State};

/// What kind of keys signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The long-lived keys of a user.
    User,
    /// Keys of the root user, long-lived or not.
    Root,
    /// Keys of a user from `GetSessionToken`.
    UserSession,
    /// Keys of a role.
    RoleSession,
}

/// An identity that signed a request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What kind of keys it used.
    pub kind: Kind,
    /// The ARN that messages show.
    pub arn: String,
    /// The ARN that policies name.
    pub principal: String,
    /// The account.
    pub account: String,
    /// The unique id.
    pub user_id: String,
    /// When MFA was proven, in seconds since 1970.
    pub mfa_at: Option<i64>,
    /// The source identity that a chain inherits.
    pub source_identity: Option<String>,
}

impl Caller {
    /// Whether the keys are temporary.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, Kind::UserSession | Kind::RoleSession)
    }

    /// Finds out who signed `request`.
    ///
    /// # Errors
    /// What AWS answers to an unknown key, a foreign token, a wrong signature or ended keys.
    pub fn of(
        state: &State,
        request: &Request,
        signature: &Signature,
        now: Instant,
    ) -> Result<Self, Problem> {
        let token = request.header("x-amz-security-token");
        if let Some((user, secret)) = state.user_of_key(&signature.key_id) {
            if token.is_some() {
                return Err(Problem::invalid_token());
            }
            signature.verify(request, secret, now)?;
            if !state.use_key(&signature.key_id) {
                return Err(Problem::invalid_token());
            }
            let kind = if user.name.is_some() { Kind::User } else { Kind::Root };
            let user_id = if kind == Kind::Root {
                user.account.clone()
            } else {
                unique_id("AIDA", &user.arn())
            };
            return Ok(Self {
                kind,
                arn: user.arn(),
                principal: user.arn(),
                account: user.account.clone(),
                user_id,
                mfa_at: None,
                source_identity: None,
            });
        }
        let session = state.issued.iter().find(|issued| issued.key_id == signature.key_id);
        let session = session
            .filter(|issued| token == Some(issued.token.as_str()))
            .ok_or_else(Problem::invalid_token)?;
        signature.verify(request, &session.secret, now)?;
        if session.expires <= now.0 {
            return Err(Problem::expired());
        }
        Ok(Self::of_session(session))
    }

    fn of_session(session: &Issued) -> Self {
        let kind = match session.action.as_str() {
            "GetSessionToken" if session.arn.ends_with(":root") => Kind::Root,
            "GetSessionToken" => Kind::UserSession,
            _ => Kind::RoleSession,
        };
        Self {
            kind,
            arn: session.arn.clone(),
            principal: session.principal.clone(),
            account: session.account.clone(),
            user_id: session.user_id.clone(),
            mfa_at: session.mfa_at,
            source_identity: session.source_identity.clone(),
        }
    }
}

/// The unique id of a principal: always the same for the same ARN.
pub fn unique_id(prefix: &str, arn: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(arn);
    let word: String = digest.iter().take(17).map(|&byte| char::from(b'A' + byte % 26)).collect();
    format!("{prefix}{word}")
}
