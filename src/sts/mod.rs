//! AWS, as far as this program talks to it: STS through the SDK, a few calls of others signed by hand.
//!
//! Keys and words go in, sessions or [`Failure`]s come out. Nothing here knows a shell, a file or a terminal.

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

pub use client::{Client, local_now};
pub use diagnose::{Attempt, diagnose, unanswered};
pub use endpoint::Endpoints;
pub use failure::{Failure, Trouble};
pub use federation::{about_proof, assume_with_saml, assume_with_web_identity};
pub use iam::{Device, account_aliases, mfa_devices};
pub use machine::{Machine, machine_keys};
pub use organizations::{Member, organization_accounts};
pub use portal::{Assigned, assigned_accounts, assigned_roles};
pub use post::{Posted, post};
pub use roles::{Assumed, Identity, Mfa, RoleCall, assume_role, caller_identity, session_token};
pub use sign_in::{SignIn, page};
pub use sso::{JsonReply, SsoEndpoints, role_credentials};
