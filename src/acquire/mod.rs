//! A plan carried out: questions, calls and programs, until a session is there.

mod authorization;
pub(crate) mod browser;
mod children;
mod credential_process;
mod guard;
pub(crate) mod keyring;
pub(crate) mod listener;
mod load;
mod mfa;
mod mfa_program;
mod narrow;
mod own_file;
mod program;
mod roles;
mod run;
mod runtime;
mod saml;
mod session;
mod sign_in;
mod source;
pub(crate) mod sso;
mod suggest;
mod wait;
mod web_identity;

pub(crate) use guard::{confirm, have_typed};
pub(crate) use load::snapshot;
pub(crate) use run::Surroundings;
pub(crate) use runtime::Runtime;
pub(crate) use session::{ActiveSession, endpoints, session};
pub(crate) use sign_in::SignInClient;
pub(crate) use sign_in::cache::{sign_out, state as sign_in_state, told as sign_in_told};
