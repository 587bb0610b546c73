//! AWS, as far as this program talks to it: STS through the SDK, a few calls of others signed by
//! hand.
//!
//! Keys and words go in, sessions or [`AwsError`]s come out. Nothing here knows a shell, a file or a
//! terminal.

mod bounded;
mod certificates;
mod client;
mod diagnose;
mod endpoint;
mod failure;
mod federation;
mod iam;
mod machine;
mod organizations;
mod portal;
mod post;
mod reply;
mod roles;
mod sign_in;
mod signed;
mod sso;

pub(crate) use client::{Client, local_now};
pub(crate) use diagnose::{Attempt, diagnose, unanswered};
pub(crate) use endpoint::Endpoints;
pub(crate) use failure::{AwsError, Trouble};
pub(crate) use federation::{about_proof, assume_with_saml, assume_with_web_identity};
pub(crate) use iam::{Device, account_aliases, mfa_devices};
pub(crate) use machine::{Machine, machine_keys};
pub(crate) use organizations::organization_accounts;
pub(crate) use portal::{Assigned, assigned_accounts, assigned_roles};
pub(crate) use post::{Posted, post};
pub(crate) use roles::{
    Assumed, Identity, Mfa, RoleCall, assume_role, caller_identity, session_token,
};
pub(crate) use sign_in::{SignIn, page};
pub(crate) use sso::role_credentials;
