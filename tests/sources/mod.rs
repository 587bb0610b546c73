//! Where credentials come from: every kind of profile in `~/.aws/config`, SAML, web identity and
//! IAM Identity Center.

mod ambient;
mod aws_cli;
pub mod boto3;
mod browser;
mod chains;
mod chromium;
mod console_login;
pub mod console_sign_in;
mod console_sign_in_shared;
mod environment;
mod key_table;
mod long_term_keys;
pub mod machine;
mod narrowed;
mod network;
mod pkce;
mod process;
mod refused_assertions;
pub mod saml;
mod saml_provider;
pub mod sso;
mod sso_roles;
mod sso_shared;
mod web_identity;

use crate::fake_aws::sts::{Role, Trust, User};
use crate::scenes::{BASTION, PRODUCTION, Scene, with_user};

/// Writes `~/.aws/credentials` with the user's key under this name, and `~/.aws/config`.
fn configure(scene: &Scene, keys: &str, config: &str) {
    let (id, secret) = (&scene.key.id, &scene.key.secret);
    let text = format!("[{keys}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    scene.world.credentials(&text).unwrap();
    scene.world.config(config).unwrap();
}

/// A profile with a role of the production account.
fn role(name: &str, rest: &str) -> String {
    format!("[profile {name}]\nrole_arn = arn:aws:iam::{PRODUCTION}:role/{name}\n{rest}\n")
}

/// A user with keys in the profile `keys`, and roles `first` → `second` → `third`, each trusting
/// the one before it.
fn chain() -> Scene {
    let scene = with_user(User::new(BASTION, "alice").mfa("alice"));
    let arn = |name: &str| format!("arn:aws:iam::{PRODUCTION}:role/{name}");
    scene.sts.add_role(
        Role::new(PRODUCTION, "first").trusts(Trust::account(BASTION)).max_session(43200),
    );
    scene.sts.add_role(
        Role::new(PRODUCTION, "second").trusts(Trust::arn(&arn("first"))).max_session(43200),
    );
    scene.sts.add_role(
        Role::new(PRODUCTION, "third").trusts(Trust::arn(&arn("second"))).max_session(43200),
    );
    scene
}
