//! AWS, as far as this program talks to it: STS through the SDK, a few calls of other services by
//! hand. Keys and words go in, sessions or [`AwsError`]s come out; nothing here knows a shell or a
//! terminal.

mod access_keys;
mod certificates;
mod client;
mod console;
mod denial;
mod diagnose;
mod dpop;
mod endpoint;
mod error;
mod hosts;
mod http;
mod iam;
mod machine;
mod organizations;
mod replies;
mod sign_in;
mod signed;
mod sso;
mod sts;
mod xml;

pub(crate) use access_keys::{AccessKey, IamUser};
pub(crate) use client::Client;
pub(crate) use console::{
    CROSS_DEVICE, Grant, SAME_DEVICE, SignInTokens, sign_in_page, sign_in_tokens,
};
pub(crate) use denial::Attempt;
pub(crate) use diagnose::{about_proof, diagnose, unanswered};
pub(crate) use dpop::{ProofKey, unique};
pub(crate) use endpoint::{Endpoints, sign_in_of_region};
pub(crate) use error::{AwsError, FailureKind};
pub(crate) use http::Reply;
pub(crate) use iam::{Device, account_aliases, mfa_devices};
pub(crate) use machine::{Machine, machine_keys};
pub(crate) use organizations::organization_accounts;
pub(crate) use sign_in::{SignIn, page};
pub(crate) use sso::{Assigned, assigned_accounts, assigned_roles, role_credentials, sign_off};
pub(crate) use sts::{
    Assumed, Mfa, RoleCall, assume_role, assume_with_saml, assume_with_web_identity,
    caller_identity, checked_keys, scoped_credentials, session_token,
};
