//! The file in which the AWS CLI keeps a console sign-in: `~/.aws/login/cache/HASH.json`.
//!
//! It is shared by all of AWS's tools, so what it says besides stays as it is. Others write it in
//! place: a file that does not read well may do so in a moment.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::acquire::own_file::{self, Draft, PATIENCE};
use crate::aws::{ProofKey, SignInTokens, checked_keys};
use crate::cache::{RoleSession, Store};
use crate::config::files::{shell_path, shown_path};
use crate::error::{Error, Result};
use crate::plan::chain::SignIn;
use crate::plan::{SIGN_IN_SECONDS, SignOn, Snapshot};
use crate::types::{Credentials, Moment, Region, Secret, Session};

/// The longest file that is read, in bytes. A real one has about 20,000.
const LARGEST: u64 = 256 * 1024;
/// How long a sign-in renews itself at most, in seconds: a session of the console.
const LONGEST: i64 = 12 * 3600;

pub(super) struct CachedSignIn {
    pub keys: Credentials,
    /// When they end, by this machine's clock.
    pub expires: Moment,
    pub refresh: Secret,
    pub client_id: String,
    /// The private key of the proofs, in PEM.
    pub proof_key: Secret,
    /// Where it was made, and has to be renewed.
    pub region: Option<Region>,
    /// Until when it renews itself at most, by this machine's clock.
    pub renewable: Moment,
    /// The whole file.
    bytes: Zeroizing<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    access_token: KeyText,
    refresh_token: Zeroizing<String>,
    client_id: String,
    dpop_key: Zeroizing<String>,
    sign_in_region: Option<String>,
    id_token: Option<Zeroizing<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyText {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Zeroizing<String>,
    expires_at: String,
}

/// The sign-in of a file, if it is one that can be used.
pub(super) fn read(path: &Path) -> Option<CachedSignIn> {
    let bytes = own_file::read(path, LARGEST)?;
    let text: Text = serde_json::from_slice(&bytes).ok()?;
    let KeyText { access_key_id: id, secret_access_key, session_token, expires_at } =
        &text.access_token;
    let expires = Moment::parse_rfc3339(expires_at)?;
    let made = text.id_token.as_ref().and_then(|token| made(token)).unwrap_or(expires);
    let region = text.sign_in_region.as_deref();
    let renews = ProofKey::parse(&text.dpop_key).is_some();
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
    Some(CachedSignIn {
        keys: checked_keys(id, secret_access_key, session_token).ok()?,
        expires,
        refresh: secret(&text.refresh_token),
        client_id: text.client_id,
        proof_key: secret(&text.dpop_key),
        region: region.and_then(|region| Region::parse("signInRegion", region).ok()),
        renewable: if renews { made.plus(LONGEST).max(expires) } else { expires },
        bytes,
    })
}

/// What a person has to hear about the file of a sign-in.
pub(crate) fn told(sign_in: &SignIn) -> Option<String> {
    own_file::told(&sign_in.file, LARGEST, read(&sign_in.file).is_some(), "aws login")
}

/// Puts what is kept into a snapshot. The file is by this machine's clock, sessions are by AWS's.
pub(crate) fn load(sign_in: &SignIn, known: &mut Snapshot, store: &Store, now: Moment) {
    let kept = read(&sign_in.file);
    if kept.is_some() || !is_being_written(&sign_in.file) {
        told(sign_in).into_iter().for_each(|text| store.warn(text));
    }
    known.sign_on = sign_on(sign_in, kept.as_ref(), now);
    let kept = kept.filter(|kept| kept.expires > now && !known.dead.contains(&kept.keys.id));
    known.own = kept.map(|kept| RoleSession {
        session: Session { keys: kept.keys, expires: kept.expires.plus(known.skew) },
        assumed_role: sign_in.arn.value.clone(),
        granted: SIGN_IN_SECONDS,
    });
}

/// Whether there is a sign-in, and until when it renews itself at most.
pub(crate) fn state(sign_in: &SignIn, now: Moment) -> SignOn {
    sign_on(sign_in, read(&sign_in.file).as_ref(), now)
}

fn sign_on(sign_in: &SignIn, kept: Option<&CachedSignIn>, now: Moment) -> SignOn {
    match kept {
        Some(kept) if kept.renewable > now => SignOn::Live(kept.renewable),
        None if is_being_written(&sign_in.file) => SignOn::Live(now),
        _ => SignOn::Missing,
    }
}

/// Whether a file changed just now, so that one which does not read well may do so in a moment.
fn is_being_written(path: &Path) -> bool {
    let modified = path.metadata().and_then(|metadata| metadata.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age < PATIENCE))
}

/// Removes the file of a sign-in; false where there is none. AWS ends the sign-in by itself.
pub(crate) fn sign_out(sign_in: &SignIn) -> Result<bool> {
    own_file::remove(&sign_in.file).map_err(|error| failed(&sign_in.file, error))
}

/// What is kept of a new sign-in, as the AWS CLI writes it.
pub(super) fn new_text(
    tokens: &SignInTokens,
    sign_in: &SignIn,
    client_id: &str,
    proof_key: &Secret,
    region: &Region,
    now: Moment,
) -> Zeroizing<String> {
    let keys = &tokens.keys;
    let text = json!({
        "accessToken": {
            "accessKeyId": keys.id,
            "secretAccessKey": keys.secret.expose(),
            "sessionToken": keys.token.as_ref().map(Secret::expose),
            "accountId": sign_in.principal.account.as_str(),
            "expiresAt": now.plus(tokens.seconds).rfc3339(),
        },
        "tokenType": "aws_sigv4",
        "clientId": client_id,
        "refreshToken": tokens.refresh.expose(),
        "idToken": tokens.id_token.as_ref().map(Secret::expose),
        "dpopKey": proof_key.expose(),
        "signInRegion": region.as_str(),
    });
    Zeroizing::new(text.to_string())
}

/// When a person signed in, as the id token says. It is read for what is shown only, so nothing is
/// verified.
fn made(id_token: &str) -> Option<Moment> {
    claim(id_token, "iat")?.as_i64().map(Moment)
}

/// What an id token says about its person.
pub(super) fn claim(id_token: &str, name: &str) -> Option<Value> {
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?);
    serde_json::from_slice::<Value>(&payload).ok()?.get(name).cloned()
}

impl CachedSignIn {
    /// The file with new keys and the next refresh token; all else as it was.
    pub(super) fn renewed(&self, tokens: &SignInTokens, now: Moment) -> Zeroizing<String> {
        let mut text: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        let expires = now.plus(tokens.seconds).rfc3339();
        let keys = &tokens.keys;
        if let Some(kept) = text.get_mut("accessToken").and_then(Value::as_object_mut) {
            let token = keys.token.as_ref().map(Secret::expose).unwrap_or_default();
            for (name, value) in [
                ("accessKeyId", keys.id.as_str()),
                ("secretAccessKey", keys.secret.expose()),
                ("sessionToken", token),
                ("expiresAt", &expires),
            ] {
                kept.insert(name.to_owned(), value.into());
            }
        }
        if let Some(kept) = text.as_object_mut() {
            kept.insert("refreshToken".to_owned(), tokens.refresh.expose().into());
        }
        Zeroizing::new(text.to_string())
    }
}

/// A place for what will be kept. It is made before a refresh token is spent: an answer that cannot be
/// kept would lose the sign-in.
pub(super) fn draft(sign_in: &SignIn) -> Result<Draft<'_>> {
    Draft::new(&sign_in.file).map_err(|error| failed(&sign_in.file, error))
}

pub(super) fn keep(sign_in: &SignIn, draft: Draft<'_>, text: &str) -> Result<()> {
    draft.keep(text).map_err(|error| failed(&sign_in.file, error))
}

fn failed(path: &Path, error: std::io::Error) -> Error {
    let directory = shown_path(path.parent().unwrap_or(path), None);
    Error::io(format!("the console sign-in cannot be kept in {directory}"))
        .because(error)
        .hint(format!("is the directory yours? ls -ld {}", shell_path(&directory)))
}
